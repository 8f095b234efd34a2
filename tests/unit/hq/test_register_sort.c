/* test_register_sort.c - every register by each of its sorts, up and down; ranges of time and
 * number; filters; paging while others write; a branch sees its own whatever the order. */
#include "core/base/encode.h"
#include "core/model/catalogue.h"
#include "sync/hq/reg.h"
#include "tests/unit/hq/desk.h"

#define ROWS_MAX 400
#define JOBS 60

static struct desk d;
static struct pair_device devices[4];

/* ---- what is in the books ---------------------------------------------------------------------
 */

static void papers(unsigned i, const char *branch, const char *who)
{
    char f[400], code[24], id[33];
#define PUT(name, prefix, ...)                                                                     \
    snprintf(f, sizeof f, __VA_ARGS__);                                                            \
    snprintf(code, sizeof code, "%s%u", prefix, i * 7 % 31);                                       \
    desk_record(&d, name, code, f, id)
    PUT("customer", "K-", "{\"name\":\"A\",\"branch\":\"%s\"}", branch);
    PUT("equipment", "E-", "{\"model\":\"M\",\"warranty_until\":%u,\"branch\":\"%s\"}", i * 5 % 17,
        branch);
    PUT("contract", "V-", "{\"end\":%u,\"number\":\"N%u\",\"branch\":\"%s\"}", i * 3 % 11,
        i * 13 % 29, branch);
    PUT("stock", "S-", "{\"technician\":\"%s\",\"part\":\"P%u\",\"quantity\":1,\"branch\":\"%s\"}",
        who, i * 11 % 23, branch);
    PUT("goods", "G-",
        "{\"technician\":\"%s\",\"receipt\":\"R%u\",\"state\":%u,\"in\":%u,\"branch\":\"%s\"}", who,
        i * 3 % 19, i % 5 + 1, i * 7 % 13, branch);
    PUT("slip", "L-",
        "{\"technician\":\"%s\",\"part\":\"P1\",\"state\":%u,\"at\":%u,\"branch\":\"%s\"}", who,
        i % 4 + 1, i * 7 % 13, branch);
    PUT("day", "D-", "{\"technician\":\"%s\",\"day\":%u,\"state\":%u,\"branch\":\"%s\"}", who,
        i * 9 % 14, i % 4 + 1, branch);
    PUT("invoice", "I-", "{\"amount\":1,\"at\":%u,\"state\":%u,\"branch\":\"%s\"}", i * 9 % 14,
        i % 3 + 1, branch);
#undef PUT
}

static void job(unsigned i, const char *branch, const char *who)
{
    char f[300], code[24], id[33];
    snprintf(code, sizeof code, "J-%u-%u", i % 3, i * 37 % 101);
    snprintf(f, sizeof f, "{\"called\":%lld,\"zone\":%u,\"class_proposed\":%u,\"branch\":\"%s\"%s}",
             1780000000000LL - (long long)(i * 17 % 41) * 3600000, i % 2 + 1, i % 5 % 4 + 1, branch,
             i % 3 == 0 ? ",\"customer\":\"K-7\"" : "");
    desk_record(&d, "job", code, f, id);
    if (i % 3 != 0) {
        json_decref(desk_op(&d, "assign", json_pack("{s:s,s:s}", "job", code, "technician", who)));
    }
    if (i % 7 == 0) {
        json_decref(desk_op(&d, "job.cancel", json_pack("{s:s,s:i}", "job", code, "reason", 1)));
    }
}

/* Two values of one field, neither of whose writers saw the other. */
static void rivals(enum subject_type type, const char *code, int field)
{
    id16 id;
    PAIR_OK(&d.p, hq_id_of(d.p.hq, type, str_c(code), &id, &d.p.err));
    for (int v = 1; v <= 2; v++) {
        uint8_t body[CAP_BODY_BYTES];
        struct record_write w = {.field = field, .type = FT_ENUM, .i = v};
        struct append what = {.kind = KIND_RECORD_SET, .subject_type = type, .subject = id};
        CHECK_INT(record_encode(&w, 1, body, sizeof body, &what.body), ST_OK);
        PAIR_OK(&d.p, hq_act(d.p.hq, &what, NULL, &d.p.err));
    }
}

static void edition(uint64_t number)
{
    static uint8_t buf[4096];
    static char text[8192];
    struct catalogue c = {.number = number};
    bytes out;
    CHECK_INT(catalogue_encode(&c, buf, sizeof buf, &out), ST_OK);
    base64url_put(out, text);
    CHECK_INT(desk_do(&d, "POST", "/catalogue", json_pack("{s:s}", "data_base64url", text)), 200);
}

static void odd(unsigned i)
{
    struct store_txn *t = NULL;
    char item[24];
    id8 nobody = {{0}};
    snprintf(item, sizeof item, "not an entry %u", i);
    PAIR_OK(&d.p, store_write(d.p.hq->store, &t, &d.p.err));
    PAIR_OK(&d.p, hq_odd_put(t, nobody, 1, str_bytes(str_c(item)), (int64_t)i * 5 % 7, &d.p.err));
    PAIR_OK(&d.p, store_commit(&t, &d.p.err));
}

static void begin(void)
{
    static const char *const people[] = {"technician", "technician2", "technician3"};
    desk_begin(&d);
    for (unsigned i = 0; i < 24; i++) {
        papers(i, i % 4 == 0 ? DESK_THERE : DESK_HERE, people[i % 3]);
    }
    for (unsigned i = 0; i < JOBS; i++) {
        job(i, i % 4 == 0 ? DESK_THERE : DESK_HERE, people[i % 3]);
    }
    rivals(SUBJECT_JOB, "J-1-37", F_JOB_ZONE);
    rivals(SUBJECT_JOB, "J-2-74", F_JOB_ZONE);
    rivals(SUBJECT_CUSTOMER, "K-7", F_CUSTOMER_ZONE);
    for (unsigned i = 0; i < 4; i++) {
        char name[8];
        id16 who;
        PAIR_OK(&d.p, hq_id_of(d.p.hq, SUBJECT_TECHNICIAN, str_c(people[i % 3]), &who, &d.p.err));
        snprintf(name, sizeof name, "D%u", 12 - i * 3);
        pair_join(&d.p, &devices[i], who, name);
        odd(i);
    }
    desk_login(&d, "administrator");
    edition(1);
    edition(2);
    for (unsigned i = 0; i < 3; i++) {
        char label[16];
        snprintf(label, sizeof label, "program %u", 11 - i);
        CHECK_INT(desk_do(&d, "POST", "/tokens",
                          json_pack("{s:s,s:s,s:s}", "label", label, "login", "clerk", "scopes",
                                    "calls:read")),
                  200);
    }
}

static void end(void)
{
    for (unsigned i = 0; i < 4; i++) {
        pair_leave(&devices[i]);
    }
    desk_end(&d);
}

/* ---- walking ----------------------------------------------------------------------------------
 */

struct all {
    json_t *rows;
    unsigned pages;
};

static struct all leaf(const char *name, const char *query, unsigned limit)
{
    struct all a = {.rows = json_array()};
    char cursor[200] = "", target[500];
    do {
        snprintf(target, sizeof target, "/registers/%s?limit=%u%s&cursor=%s", name, limit, query,
                 cursor);
        json_t *page = desk_get(&d, target);
        CHECK_INT(d.status, 200);
        CHECK(json_array_size(json_object_get(page, "rows")) <= limit);
        json_array_extend(a.rows, json_object_get(page, "rows"));
        snprintf(cursor, sizeof cursor, "%s", desk_str(page, "next"));
        json_decref(page);
    } while (cursor[0] != '\0' && ++a.pages < 300);
    return a;
}

static const char *id_at(const json_t *rows, size_t i)
{
    return desk_str(json_array_get(rows, i), "id");
}

static unsigned times(const json_t *rows, const char *id)
{
    unsigned n = 0;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        n += strcmp(id_at(rows, i), id) == 0;
    }
    return n;
}

static const char *number_in(const char *reg, const json_t *row)
{
    const json_t *f = json_object_get(row, "fields");
    return strcmp(reg, "stock") == 0       ? desk_str(f, "part")
           : strcmp(reg, "goods") == 0     ? desk_str(f, "receipt")
           : strcmp(reg, "contracts") == 0 ? desk_str(f, "number")
                                           : desk_str(row, "code");
}

/* What a row is sorted by, as a number; texts are compared by their place in a table. */
static int compare(const char *reg, const char *sort, const json_t *a, const json_t *b)
{
    uint8_t x[REG_SORT_BYTES], y[REG_SORT_BYTES];
    if (strcmp(sort, "number") == 0) {
        bytes m = register_number(str_bytes(str_c(number_in(reg, a))), x);
        bytes n = register_number(str_bytes(str_c(number_in(reg, b))), y);
        int c = memcmp(m.p, n.p, m.n < n.n ? m.n : n.n);
        return c != 0 ? c : (m.n > n.n) - (m.n < n.n);
    }
    if (strcmp(sort, "state") == 0) {
        const struct reg *r = reg_find(reg);
        return (int)reg_state_of(r, desk_str(a, "state")) -
               (int)reg_state_of(r, desk_str(b, "state"));
    }
    if (strcmp(sort, "technician") == 0) {
        const json_t *p = json_object_get(a, "technician"), *q = json_object_get(b, "technician");
        const json_t *e = json_object_get(a, "fields"), *f = json_object_get(b, "fields");
        p = p == NULL ? json_object_get(e, "technician") : p;
        q = q == NULL ? json_object_get(f, "technician") : q;
        return strcmp(desk_str(p, "id"), desk_str(q, "id"));
    }
    if (strcmp(sort, "branch") == 0) {
        return strcmp(desk_str(a, "branch"), desk_str(b, "branch"));
    }
    const char *key = strcmp(sort, "time") == 0  ? "time_ms"
                      : strcmp(sort, "due") == 0 ? "due_ms"
                                                 : "class";
    json_int_t m = json_integer_value(json_object_get(a, key));
    json_int_t n = json_integer_value(json_object_get(b, key));
    return (m > n) - (m < n);
}

/* One sort of one register: in order, nothing twice, the same however long the pages, and downwards
 * the same rows in the contrary order. */
static unsigned reads(const char *reg, const char *sort)
{
    char up[80], down[80];
    snprintf(up, sizeof up, "&sort=%s&order=asc", sort);
    snprintf(down, sizeof down, "&sort=%s&order=desc", sort);
    struct all a = leaf(reg, up, 200), b = leaf(reg, up, 3), c = leaf(reg, down, 4);
    size_t n = json_array_size(a.rows), wrong = 0;
    CHECK_INT(json_array_size(b.rows), n);
    CHECK_INT(json_array_size(c.rows), n);
    for (size_t i = 0; i < n; i++) {
        wrong += strcmp(id_at(a.rows, i), id_at(b.rows, i)) != 0;
        wrong += strcmp(id_at(a.rows, i), id_at(c.rows, n - 1 - i)) != 0;
        wrong += times(a.rows, id_at(a.rows, i)) != 1;
        wrong += i > 0 &&
                 compare(reg, sort, json_array_get(a.rows, i - 1), json_array_get(a.rows, i)) > 0;
    }
    if (wrong != 0) {
        check_fail(__FILE__, __LINE__, "%s by %s: %zu of %zu rows", reg, sort, wrong, n);
    }
    json_decref(a.rows);
    json_decref(b.rows);
    json_decref(c.rows);
    return (unsigned)n;
}

static void every_register_reads_up_and_down_by_all_its_sorts(void)
{
    begin();
    json_t *list = desk_get(&d, "/registers"), *one, *word;
    size_t i, k, nreg, sorts = 0;
    IGNORE(reg_table(&nreg) == NULL);
    CHECK_INT(json_array_size(json_object_get(list, "registers")), nreg);
    json_array_foreach(json_object_get(list, "registers"), i, one)
    {
        const char *name = desk_str(one, "name");
        unsigned n = 0;
        json_array_foreach(json_object_get(one, "sorts"), k, word)
        {
            unsigned rows = reads(name, json_string_value(word));
            bool all = strcmp(json_string_value(word), "due") != 0; /* of open calls alone */
            if (k > 0 && all && rows != n) {
                check_fail(__FILE__, __LINE__, "%s: %u rows, by %s %u", name, n,
                           json_string_value(word), rows);
            }
            n = all ? rows : n;
            sorts++;
        }
        bool none = strcmp(name, "vouchers") == 0 || strcmp(name, "archive") == 0 ||
                    strcmp(name, "help") == 0 || strcmp(name, "handovers") == 0 ||
                    strcmp(name, "proposals") == 0 || strcmp(name, "cash") == 0;
        if ((n > 1) == none) {
            check_fail(__FILE__, __LINE__, "%s: %u rows", name, n);
        }
    }
    CHECK_INT(sorts, 72);
    json_decref(list);
    CHECK_INT(desk_do(&d, "GET", "/registers/customers?sort=due", NULL), 400);
    CHECK_INT(desk_do(&d, "GET", "/registers/calls?sort=name", NULL), 400);
    CHECK_INT(desk_do(&d, "GET", "/registers/calls?order=up", NULL), 400);
    CHECK_INT(desk_do(&d, "GET", "/registers/days?number_from=1", NULL), 400);
    CHECK_INT(desk_do(&d, "GET", "/registers/calls?type=job", NULL), 400);
    end();
}

static void numbers_count_by_their_value(void)
{
    uint8_t x[REG_SORT_BYTES], y[REG_SORT_BYTES];
    static const char *const rising[] = {
        "",     "9",          "10",          "011",        "A",  "a1",   "A2",       "a10",
        "A10B", "J-261120-2", "J-261120-10", "J-261121-1", "JJ", "JJ-0", "K0000001", "k00000020"};
    for (size_t i = 1; i < sizeof rising / sizeof rising[0]; i++) {
        bytes a = register_number(str_bytes(str_c(rising[i - 1])), x);
        bytes b = register_number(str_bytes(str_c(rising[i])), y);
        int c = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);
        CHECK(c < 0 || (c == 0 && a.n < b.n));
    }
    char longest[CAP_CODE_BYTES + 1];
    for (unsigned i = 0; i < CAP_CODE_BYTES; i++) {
        longest[i] = i % 2 == 0 ? 'A' : '7';
    }
    longest[CAP_CODE_BYTES] = '\0';
    CHECK(register_number(str_bytes(str_c(longest)), x).n <= REG_SORT_BYTES);
}

/* ---- ranges and filters -----------------------------------------------------------------------
 */

static unsigned count(const char *reg, const char *query)
{
    struct all a = leaf(reg, query, 5);
    unsigned n = (unsigned)json_array_size(a.rows);
    json_decref(a.rows);
    return n;
}

/* Of the rows of `all`, those whose number and time lie within. */
static unsigned within(const char *reg, const char *first, const char *last, json_int_t from,
                       json_int_t to)
{
    struct all a = leaf(reg, "", 200);
    unsigned n = 0;
    json_t *low = json_pack("{s:s,s:{s:s,s:s,s:s}}", "code", first, "fields", "part", first,
                            "receipt", first, "number", first);
    json_t *high = json_pack("{s:s,s:{s:s,s:s,s:s}}", "code", last, "fields", "part", last,
                             "receipt", last, "number", last);
    for (size_t i = 0; i < json_array_size(a.rows); i++) {
        const json_t *row = json_array_get(a.rows, i);
        json_int_t ms = json_integer_value(json_object_get(row, "time_ms"));
        n += compare(reg, "number", low, row) <= 0 && compare(reg, "number", row, high) <= 0 &&
             ms >= from && ms < to;
    }
    json_decref(low);
    json_decref(high);
    json_decref(a.rows);
    return n;
}

static void ranges_hold_by_number_and_time_together_and_in_any_order(void)
{
    static const struct {
        const char *reg, *first, *last;
        long long from, to;
    } cases[] = {{"calls", "J-0-9", "J-1-50", 1779900000000LL, 1779990000000LL},
                 {"customers", "K-3", "K-12", 0, 4102444800000LL},
                 {"goods", "R2", "R11", 3, 9},
                 {"stock", "P5", "P20", 0, 4102444800000LL},
                 {"contracts", "N4", "N21", 2, 9},
                 {"devices", "D4", "D9", 0, 4102444800000LL},
                 {"users", "d", "t", 0, 4102444800000LL}};
    begin();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char number[80], time[80], both[200], words[300];
        static const char *const sorts[] = {"",
                                            "&sort=time",
                                            "&sort=number",
                                            "&sort=number&order=desc",
                                            "&sort=time&order=asc",
                                            "&sort=branch"};
        const char *reg = cases[i].reg;
        snprintf(number, sizeof number, "&number_from=%s&number_to=%s", cases[i].first,
                 cases[i].last);
        snprintf(time, sizeof time, "&from=%lld&to=%lld", cases[i].from, cases[i].to);
        snprintf(both, sizeof both, "%s%s", number, time);
        unsigned n = within(reg, cases[i].first, cases[i].last, INT64_MIN, INT64_MAX);
        unsigned m = within(reg, "", "~", cases[i].from, cases[i].to);
        unsigned nm = within(reg, cases[i].first, cases[i].last, cases[i].from, cases[i].to);
        CHECK(n > 0 && n < count(reg, "") && m > 0 && nm > 0);
        for (size_t k = 0; k < sizeof sorts / sizeof sorts[0]; k++) {
            snprintf(words, sizeof words, "%s%s", number, sorts[k]);
            CHECK_INT(count(reg, words), n);
            snprintf(words, sizeof words, "%s%s", time, sorts[k]);
            CHECK_INT(count(reg, words), m);
            snprintf(words, sizeof words, "%s%s", both, sorts[k]);
            CHECK_INT(count(reg, words), nm);
        }
    }
    CHECK_INT(count("calls", "&number_from=J-1-37&number_to=j-1-037"), 1); /* both ends within */
    CHECK_INT(desk_do(&d, "GET", "/registers/calls?number_from=%E5%8F%B7", NULL), 200);
    CHECK_INT(
        desk_do(&d, "GET", "/registers/calls?number_to=123456789012345678901234567890123", NULL),
        400);
    end();
}

static void filters_hold_in_every_order(void)
{
    static const char *const filters[] = {"&state=dispatched",
                                          "&class=2",
                                          "&technician=technician2",
                                          "&state=dispatched&class=2",
                                          "&state=cancelled&technician=technician2",
                                          "&branch=HZ",
                                          "&branch=HZ&state=registered&class=1",
                                          "&technician=technician2&class=3"};
    static const char *const sorts[] = {"time", "number", "state", "class", "technician", "branch"};
    begin();
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        struct all a = leaf("calls", filters[i], 200);
        CHECK(json_array_size(a.rows) > 0 && json_array_size(a.rows) < JOBS);
        for (size_t k = 0; k < sizeof sorts / sizeof sorts[0]; k++) {
            for (unsigned down = 0; down < 2; down++) {
                char q[200];
                snprintf(q, sizeof q, "%s&sort=%s&order=%s", filters[i], sorts[k],
                         down ? "desc" : "asc");
                struct all b = leaf("calls", q, 2);
                CHECK_INT(json_array_size(b.rows), json_array_size(a.rows));
                for (size_t n = 0; n < json_array_size(b.rows); n++) {
                    CHECK_INT(times(a.rows, id_at(b.rows, n)), 1);
                }
                json_decref(b.rows);
            }
        }
        json_decref(a.rows);
    }
    CHECK_INT(count("calls", "&customer=K-7"), 20);
    CHECK_INT(count("calls", "&customer=K-7&sort=number&order=desc"), 20);
    CHECK_INT(count("calls", "&customer=K-7&sort=state&state=dispatched"),
              count("calls", "&customer=K-7&state=dispatched"));
    CHECK_INT(count("calls", "&customer=K-7&branch=HZ"), 5);
    CHECK_INT(desk_do(&d, "GET", "/registers/calls?customer=nobody", NULL), 400);
    CHECK_INT(desk_do(&d, "GET", "/registers/slips?customer=K-7", NULL), 400);
    desk_login(&d, "clerk");
    CHECK_INT(count("calls", "&customer=K-7"), 15); /* of his branch */
    desk_login(&d, "administrator");
    CHECK_INT(count("conflicts", ""), 3);
    CHECK_INT(count("conflicts", "&type=job"), 2);
    CHECK_INT(count("conflicts", "&type=customer&sort=number"), 1);
    CHECK_INT(count("conflicts", "&type=goods"), 0);
    CHECK_INT(desk_do(&d, "GET", "/registers/conflicts?type=moon", NULL), 400);
    CHECK_INT(count("devices", ""), 4);
    CHECK_INT(count("devices", "&technician=technician"), 2);
    CHECK_INT(count("devices", "&technician=technician2&state=active"), 1);
    CHECK_INT(count("devices", "&state=revoked"), 0);
    CHECK_INT(count("editions", "&state=stands"), 1);
    CHECK_INT(count("editions", "&state=superseded"), 1);
    CHECK_INT(count("quarantine", "&state=kept&from=2"), 2);
    CHECK_INT(count("users", "&state=shut"), 0);
    end();
}

/* ---- while others write -----------------------------------------------------------------------
 */

static void pages_stay_right_while_rows_come_and_go(void)
{
    static const char *const orders[] = {"&sort=time&order=desc", "&sort=time&order=asc",
                                         "&sort=number&order=asc", "&sort=number&order=desc"};
    for (size_t k = 0; k < sizeof orders / sizeof orders[0]; k++) {
        begin();
        struct all before = leaf("calls", orders[k], 200);
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
            CHECK_INT(times(seen, id_at(before.rows, i)), 1);
        }
        for (size_t i = 0; i < json_array_size(seen); i++) {
            CHECK_INT(times(seen, id_at(seen, i)), 1);
        }
        json_decref(before.rows);
        json_decref(seen);
        end();
    }
}

static void a_cursor_of_another_order_is_refused(void)
{
    char target[300];
    begin();
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
    end();
}

static void a_branch_sees_its_own_in_every_order(void)
{
    begin();
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
                struct all a = leaf(name, q, 9);
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
    end();
}

/* However much a customer has: what is of one call is found, and his file holds some of each. */
static void a_file_and_a_call_find_what_is_theirs_among_much(void)
{
    char f[200], code[24], id[33];
    begin();
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
    CHECK_INT(count("calls", "&customer=K-7"), 230);
    json_decref(call);
    json_decref(of);
    end();
}

int main(void)
{
    RUN(every_register_reads_up_and_down_by_all_its_sorts);
    RUN(numbers_count_by_their_value);
    RUN(ranges_hold_by_number_and_time_together_and_in_any_order);
    RUN(filters_hold_in_every_order);
    RUN(pages_stay_right_while_rows_come_and_go);
    RUN(a_cursor_of_another_order_is_refused);
    RUN(a_branch_sees_its_own_in_every_order);
    RUN(a_file_and_a_call_find_what_is_theirs_among_much);
    CHECK_END();
}
