/* test_register_pages.c - registers leafed through: while others write, by a branch's own people,
 * and where there is much of one customer. */
#include "tests/unit/hq/books.h"

static struct desk d;
static struct pair_device devices[BOOKS_DEVICES];

static void pages_stay_right_while_rows_come_and_go(void)
{
    static const char *const orders[] = {"&sort=time&order=desc", "&sort=time&order=asc",
                                         "&sort=number&order=asc", "&sort=number&order=desc"};
    for (size_t k = 0; k < sizeof orders / sizeof orders[0]; k++) {
        books_begin(&d, devices);
        struct books_rows before = books_leaf(&d, "calls", orders[k], 200);
        json_t *seen = json_array();
        char cursor[200] = "", target[300];
        unsigned more = 0;
        do {
            snprintf(target, sizeof target, "/registers/calls?limit=7%s&cursor=%s", orders[k],
                     cursor);
            json_t *page = desk_get(&d, target);
            json_array_extend(seen, json_object_get(page, "rows"));
            snprintf(cursor, sizeof cursor, "%s", desk_str(page, "next"));
            json_decref(page);
            for (unsigned i = 0; i < 3; i++) { /* before, among and beyond what was read */
                char code[24], f[120], id[33];
                snprintf(code, sizeof code, "J-%u-%u", i, 500 + more++);
                snprintf(f, sizeof f, "{\"called\":%lld,\"branch\":\"" DESK_HERE "\"}",
                         1780000000000LL - (long long)i * 60 * 3600000);
                desk_record(&d, "job", code, f, id);
            }
        } while (cursor[0] != '\0' && more < 300);
        for (size_t i = 0; i < json_array_size(before.rows); i++) {
            CHECK_INT(books_times(seen, books_id_at(before.rows, i)), 1);
        }
        for (size_t i = 0; i < json_array_size(seen); i++) {
            CHECK_INT(books_times(seen, books_id_at(seen, i)), 1);
        }
        json_decref(before.rows);
        json_decref(seen);
        books_end(&d, devices);
    }
}

static void a_cursor_of_another_order_is_refused(void)
{
    char target[300];
    books_begin(&d, devices);
    json_t *page = desk_get(&d, "/registers/calls?limit=5&sort=number");
    snprintf(target, sizeof target, "/registers/calls?limit=5&sort=time&cursor=%s",
             desk_str(page, "next"));
    CHECK_INT(desk_do(&d, "GET", target, NULL), 400);
    snprintf(target, sizeof target, "/registers/calls?limit=5&sort=number&order=desc&cursor=%s",
             desk_str(page, "next"));
    CHECK_INT(desk_do(&d, "GET", target, NULL), 400);
    snprintf(target, sizeof target, "/registers/calls?limit=5&sort=number&cursor=%s",
             desk_str(page, "next"));
    CHECK_INT(desk_do(&d, "GET", target, NULL), 200);
    json_decref(page);
    CHECK_INT(desk_do(&d, "GET", "/registers/calls?cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", NULL),
              400);
    books_end(&d, devices);
}

static void a_branch_sees_its_own_in_every_order(void)
{
    books_begin(&d, devices);
    static const char *const who[] = {"clerk", "supervisor", "accountant",
                                      "parts", "technician", "manager"};
    for (size_t w = 0; w < sizeof who / sizeof who[0]; w++) {
        desk_login(&d, who[w]);
        json_t *list = desk_get(&d, "/registers"), *one, *word;
        size_t i, k;
        json_array_foreach(json_object_get(list, "registers"), i, one)
        {
            const char *name = desk_str(one, "name");
            size_t rows = SIZE_MAX;
            json_array_foreach(json_object_get(one, "sorts"), k, word)
            {
                char q[80];
                snprintf(q, sizeof q, "&sort=%s&branch=HZ", json_string_value(word));
                CHECK(strcmp(json_string_value(word), "branch") != 0);
                struct books_rows a = books_leaf(&d, name, q, 9);
                for (size_t n = 0; n < json_array_size(a.rows); n++) {
                    const json_t *row = json_array_get(a.rows, n);
                    const char *b = desk_str(row, "branch");
                    bool his = strcmp(who[w], "technician") == 0;
                    if (!his && *b != '\0' && strcmp(b, "SZ") != 0) {
                        check_fail(__FILE__, __LINE__, "%s sees %s of %s", who[w], name, b);
                    }
                }
                if (strcmp(json_string_value(word), "due") != 0) {
                    CHECK(rows == SIZE_MAX || rows == json_array_size(a.rows));
                    rows = json_array_size(a.rows);
                }
                json_decref(a.rows);
            }
        }
        json_decref(list);
    }
    books_end(&d, devices);
}

/* However much a customer has: what is of one call is found, and his file holds some of each. */
static void a_file_and_a_call_find_what_is_theirs_among_much(void)
{
    char f[200], code[24], id[33];
    books_begin(&d, devices);
    for (unsigned i = 0; i < 210; i++) {
        snprintf(code, sizeof code, "much-%u", i);
        snprintf(f, sizeof f, "{\"customer\":\"K-7\",\"job\":\"%s\",\"state\":1,\"in\":%u}",
                 i == 77 ? "J-1-37" : "J-2-74", i);
        desk_record(&d, "goods", code, f, id);
        snprintf(f, sizeof f, "{\"customer\":\"K-7\",\"called\":%u}", i);
        desk_record(&d, "job", code, f, id);
    }
    desk_record(&d, "equipment", "his", "{\"customer\":\"K-7\",\"model\":\"M\"}", id);
    desk_record(&d, "contract", "his", "{\"customer\":\"K-7\",\"end\":4}", id);
    json_t *call = desk_get(&d, "/jobs/J-1-37"), *of = desk_get(&d, "/customers/K-7"), *row;
    json_t *goods = json_object_get(call, "goods");
    CHECK_INT(json_array_size(goods), 1);
    CHECK_STR(desk_str(json_array_get(goods, 0), "code"), "much-77");
    unsigned n[4] = {0};
    size_t i;
    json_int_t last = INT64_MAX;
    json_array_foreach(json_object_get(of, "file"), i, row)
    {
        const char *type = desk_str(row, "type");
        json_int_t ms = json_integer_value(json_object_get(row, "time_ms"));
        n[0] += strcmp(type, "equipment") == 0;
        n[1] += strcmp(type, "contract") == 0;
        n[2] += strcmp(type, "goods") == 0;
        if (strcmp(type, "job") == 0) {
            CHECK(ms <= last); /* the newest */
            last = ms;
            n[3]++;
        }
    }
    CHECK(n[0] == 1 && n[1] == 1 && n[2] == 100 && n[3] == 100);
    CHECK_INT(books_count(&d, "calls", "&customer=K-7"), 230);
    json_decref(call);
    json_decref(of);
    books_end(&d, devices);
}

int main(void)
{
    RUN(pages_stay_right_while_rows_come_and_go);
    RUN(a_cursor_of_another_order_is_refused);
    RUN(a_branch_sees_its_own_in_every_order);
    RUN(a_file_and_a_call_find_what_is_theirs_among_much);
    CHECK_END();
}
