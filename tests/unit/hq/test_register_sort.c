/* test_register_sort.c - every register by each of its sorts, up and down; ranges of time and
 * number; filters. */
#include "tests/unit/hq/books.h"

#define ROWS_MAX 400

static struct desk d;
static struct pair_device devices[BOOKS_DEVICES];

/* One sort of one register: in order, nothing twice, the same however long the pages, and downwards
 * the same rows in the contrary order. */
static unsigned reads(const char *reg, const char *sort)
{
    char up[80], down[80];
    snprintf(up, sizeof up, "&sort=%s&order=asc", sort);
    snprintf(down, sizeof down, "&sort=%s&order=desc", sort);
    struct books_rows a = books_leaf(&d, reg, up, 200), b = books_leaf(&d, reg, up, 3),
                      c = books_leaf(&d, reg, down, 4);
    size_t n = json_array_size(a.rows), wrong = 0;
    CHECK_INT(json_array_size(b.rows), n);
    CHECK_INT(json_array_size(c.rows), n);
    for (size_t i = 0; i < n; i++) {
        wrong += strcmp(books_id_at(a.rows, i), books_id_at(b.rows, i)) != 0;
        wrong += strcmp(books_id_at(a.rows, i), books_id_at(c.rows, n - 1 - i)) != 0;
        wrong += books_times(a.rows, books_id_at(a.rows, i)) != 1;
        wrong += i > 0 && books_compare(reg, sort, json_array_get(a.rows, i - 1),
                                        json_array_get(a.rows, i)) > 0;
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
    books_begin(&d, devices);
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
            bool all = strcmp(json_string_value(word), "due") != 0 ||
                       strcmp(name, "calls") != 0; /* of open calls alone */
            if (k > 0 && all && rows != n) {
                check_fail(__FILE__, __LINE__, "%s: %u rows, by %s %u", name, n,
                           json_string_value(word), rows);
            }
            n = all ? rows : n;
            sorts++;
        }
        if (n < 2) {
            check_fail(__FILE__, __LINE__, "%s: %u rows", name, n);
        }
    }
    CHECK_INT(sorts, 103);
    json_decref(list);
    CHECK_INT(desk_do(&d, "GET", "/registers/customers?sort=due", NULL), 400);
    CHECK_INT(desk_do(&d, "GET", "/registers/calls?sort=name", NULL), 400);
    CHECK_INT(desk_do(&d, "GET", "/registers/calls?order=up", NULL), 400);
    CHECK_INT(desk_do(&d, "GET", "/registers/days?number_from=1", NULL), 400);
    CHECK_INT(desk_do(&d, "GET", "/registers/calls?type=job", NULL), 400);
    books_end(&d, devices);
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

/* Of the rows of `all`, those whose number and time lie within. */
static unsigned within(const char *reg, const char *first, const char *last, json_int_t from,
                       json_int_t to)
{
    struct books_rows a = books_leaf(&d, reg, "", 200);
    unsigned n = 0;
    json_t *low = json_pack("{s:s,s:{s:s,s:s,s:s}}", "code", first, "fields", "part", first,
                            "receipt", first, "number", first);
    json_t *high = json_pack("{s:s,s:{s:s,s:s,s:s}}", "code", last, "fields", "part", last,
                             "receipt", last, "number", last);
    for (size_t i = 0; i < json_array_size(a.rows); i++) {
        const json_t *row = json_array_get(a.rows, i);
        json_int_t ms = json_integer_value(json_object_get(row, "time_ms"));
        n += books_compare(reg, "number", low, row) <= 0 &&
             books_compare(reg, "number", row, high) <= 0 && ms >= from && ms < to;
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
    books_begin(&d, devices);
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
        CHECK(n > 0 && n < books_count(&d, reg, "") && m > 0 && nm > 0);
        for (size_t k = 0; k < sizeof sorts / sizeof sorts[0]; k++) {
            snprintf(words, sizeof words, "%s%s", number, sorts[k]);
            CHECK_INT(books_count(&d, reg, words), n);
            snprintf(words, sizeof words, "%s%s", time, sorts[k]);
            CHECK_INT(books_count(&d, reg, words), m);
            snprintf(words, sizeof words, "%s%s", both, sorts[k]);
            CHECK_INT(books_count(&d, reg, words), nm);
        }
    }
    CHECK_INT(books_count(&d, "calls", "&number_from=J-1-37&number_to=j-1-037"),
              1); /* both ends within */
    CHECK_INT(desk_do(&d, "GET", "/registers/calls?number_from=%E5%8F%B7", NULL), 200);
    CHECK_INT(
        desk_do(&d, "GET", "/registers/calls?number_to=123456789012345678901234567890123", NULL),
        400);
    books_end(&d, devices);
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
    books_begin(&d, devices);
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        struct books_rows a = books_leaf(&d, "calls", filters[i], 200);
        CHECK(json_array_size(a.rows) > 0 && json_array_size(a.rows) < BOOKS_JOBS);
        for (size_t k = 0; k < sizeof sorts / sizeof sorts[0]; k++) {
            for (unsigned down = 0; down < 2; down++) {
                char q[200];
                snprintf(q, sizeof q, "%s&sort=%s&order=%s", filters[i], sorts[k],
                         down ? "desc" : "asc");
                struct books_rows b = books_leaf(&d, "calls", q, 2);
                CHECK_INT(json_array_size(b.rows), json_array_size(a.rows));
                for (size_t n = 0; n < json_array_size(b.rows); n++) {
                    CHECK_INT(books_times(a.rows, books_id_at(b.rows, n)), 1);
                }
                json_decref(b.rows);
            }
        }
        json_decref(a.rows);
    }
    CHECK_INT(books_count(&d, "calls", "&customer=K-7"), 20);
    CHECK_INT(books_count(&d, "calls", "&customer=K-7&sort=number&order=desc"), 20);
    CHECK_INT(books_count(&d, "calls", "&customer=K-7&sort=state&state=dispatched"),
              books_count(&d, "calls", "&customer=K-7&state=dispatched"));
    CHECK_INT(books_count(&d, "calls", "&customer=K-7&branch=HZ"), 5);
    CHECK_INT(desk_do(&d, "GET", "/registers/calls?customer=nobody", NULL), 400);
    CHECK_INT(desk_do(&d, "GET", "/registers/slips?customer=K-7", NULL), 400);
    desk_login(&d, "clerk");
    CHECK_INT(books_count(&d, "calls", "&customer=K-7"), 15); /* of his branch */
    desk_login(&d, "administrator");
    CHECK_INT(books_count(&d, "conflicts", ""), 3);
    CHECK_INT(books_count(&d, "conflicts", "&type=job"), 2);
    CHECK_INT(books_count(&d, "conflicts", "&type=customer&sort=number"), 1);
    CHECK_INT(books_count(&d, "conflicts", "&type=goods"), 0);
    CHECK_INT(desk_do(&d, "GET", "/registers/conflicts?type=moon", NULL), 400);
    CHECK_INT(books_count(&d, "devices", ""), 4);
    CHECK_INT(books_count(&d, "devices", "&technician=technician"), 2);
    CHECK_INT(books_count(&d, "devices", "&technician=technician2&state=active"), 1);
    CHECK_INT(books_count(&d, "devices", "&state=revoked"), 0);
    CHECK_INT(books_count(&d, "editions", "&state=stands"), 1);
    CHECK_INT(books_count(&d, "editions", "&state=superseded"), 1);
    CHECK_INT(books_count(&d, "quarantine", "&state=kept&from=2"), 2);
    CHECK_INT(books_count(&d, "users", "&state=shut"), 0);
    books_end(&d, devices);
}

int main(void)
{
    RUN(every_register_reads_up_and_down_by_all_its_sorts);
    RUN(numbers_count_by_their_value);
    RUN(ranges_hold_by_number_and_time_together_and_in_any_order);
    RUN(filters_hold_in_every_order);
    CHECK_END();
}
