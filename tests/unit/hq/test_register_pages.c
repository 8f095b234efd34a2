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

/* Where the walk goes group by group: what comes before, among and beyond what was read, into
 * groups that there are and into new ones, and whole groups that go. */
static void grouped_pages_stay_right_while_rows_come_and_go(void)
{
    static const char *const orders[] = {"calls?&sort=technician&order=asc",
                                         "calls?&sort=technician&order=desc",
                                         "calls?&sort=state&order=desc",
                                         "calls?&sort=class&order=asc&from=1779900000000",
                                         "calls?&sort=branch&order=asc&from=1779900000000",
                                         "goods?&sort=due&order=asc",
                                         "goods?&sort=due&order=desc",
                                         "goods?&sort=state&order=asc&only=open",
                                         "goods?&sort=technician&order=desc&only=workshop"};
    static const char *const who[] = {"technician", "technician2", "technician3"};
    books_begin(&d, devices);
    for (size_t k = 0; k < sizeof orders / sizeof orders[0]; k++) {
        char target[300], cursor[200] = "", code[24], f[200], id[33];
        unsigned more = 0;
        char name[8];
        snprintf(name, sizeof name, "%.5s", orders[k]);
        struct books_rows before = books_leaf(&d, name, orders[k] + 6, 200);
        json_t *rows = before.rows, *seen = json_array();
        CHECK(json_array_size(rows) > 12);
        do {
            snprintf(target, sizeof target, "/registers/%s&limit=12&cursor=%s", orders[k], cursor);
            json_t *page = desk_get(&d, target);
            json_array_extend(seen, json_object_get(page, "rows"));
            snprintf(cursor, sizeof cursor, "%s", desk_str(page, "next"));
            json_decref(page);
            PAIR_OK(&d.p, hq_batch_begin(d.p.hq, &d.p.err));
            for (unsigned i = 0; i < 3; i++, more++) {
                snprintf(code, sizeof code, "X-%zu-%u", k, more);
                snprintf(f, sizeof f, "{\"called\":%lld,\"class_proposed\":%u,\"branch\":\"%s\"}",
                         1779950000000LL + (long long)i * 3600000, i + 1,
                         more % 4 == 0 ? "4e4a000000000000" : DESK_HERE);
                desk_record(&d, "job", code, f, id);
                json_decref(desk_op(&d, "assign",
                                    json_pack("{s:s,s:s}", "job", code, "technician", who[i])));
                snprintf(f, sizeof f, "{\"technician\":\"%s\",\"state\":%u,\"in\":5,\"due\":%u}",
                         who[i], i + 1, i * 4);
                desk_record(&d, "goods", code, f, id);
            }
            PAIR_OK(&d.p, hq_batch_end(d.p.hq, true, &d.p.err));
        } while (cursor[0] != '\0' && more < 300);
        for (size_t i = 0; i < json_array_size(rows); i++) {
            CHECK_INT(books_times(seen, books_id_at(rows, i)), 1);
        }
        for (size_t i = 0; i < json_array_size(seen); i++) {
            CHECK_INT(books_times(seen, books_id_at(seen, i)), 1);
        }
        json_decref(rows);
        json_decref(seen);
    }
    books_end(&d, devices);
}

/* The group where a page ended is gone when the next is asked for: nothing of the rest is lost. */
static void a_group_that_goes_between_two_pages_takes_no_other_with_it(void)
{
    static const char *const orders[] = {"asc", "desc"};
    for (size_t k = 0; k < 2; k++) {
        char target[300], f[120], code[24], id[33];
        books_begin(&d, devices);
        for (unsigned i = 0; i < 4; i++) { /* two branches more, of two calls each */
            snprintf(code, sizeof code, "X-%u", i);
            snprintf(f, sizeof f, "{\"called\":1779950000000,\"branch\":\"%s\"}",
                     i < 2 ? "4d4d000000000000" : "4e4e000000000000");
            desk_record(&d, "job", code, f, id);
        }
        snprintf(
            target, sizeof target,
            "/registers/calls?sort=branch&order=%s&from=1779950000000&to=1779950000001&limit=%u",
            orders[k], 1U);
        json_t *page = desk_get(&d, target);
        bool up = k == 0;
        CHECK_STR(desk_str(json_array_get(json_object_get(page, "rows"), 0), "branch"),
                  up ? "MM" : "NN");
        for (unsigned i = up ? 0 : 2; i < (up ? 2U : 4U); i++) {
            snprintf(code, sizeof code, "X-%u", i);
            desk_record(&d, "job", code, "{\"branch\":\"5a5a000000000000\"}", id);
        }
        size_t n = strlen(target);
        snprintf(target + n, sizeof target - n, "&cursor=%s", desk_str(page, "next"));
        json_decref(page);
        page = desk_get(&d, target);
        CHECK_INT(d.status, 200);
        CHECK_STR(desk_str(json_array_get(json_object_get(page, "rows"), 0), "branch"),
                  up ? "NN" : "MM");
        json_decref(page);
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
                if (strcmp(json_string_value(word), "due") != 0 || strcmp(name, "calls") != 0) {
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
    RUN(grouped_pages_stay_right_while_rows_come_and_go);
    RUN(a_group_that_goes_between_two_pages_takes_no_other_with_it);
    RUN(a_cursor_of_another_order_is_refused);
    RUN(a_branch_sees_its_own_in_every_order);
    RUN(a_file_and_a_call_find_what_is_theirs_among_much);
    CHECK_END();
}
