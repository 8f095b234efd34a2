/* The tables of assets/demo are what docketctl import takes: no row is refused, ids are used once,
 * every name that a row mentions exists, and the ugly cases that they are there for are there. The
 * real work orders are read where they lie beside the project. Runs in the project's root. */
#include "tests/support/check.h"

#include <unistd.h>

#include "core/base/utf8.h"
#include "sync/ctl/csv_map.h"
#include "sync/ctl/csv_seen.h"

#define CHINA 480

struct table {
    struct csv *csv;
    struct csv_map *map;
    struct csv_row row;
    struct csv_record rec;
    struct err err;
    size_t rows;
};

static bool table_open(struct table *t, const char *kind, const char *path, const char *map)
{
    memset(t, 0, sizeof *t);
    bool has_map = map != NULL && access(map, R_OK) == 0;
    enum st st =
        csv_map_open(csv_columns_kind(str_c(kind)), has_map ? map : NULL, CHINA, &t->map, &t->err);
    if (st == ST_OK) {
        st = csv_open(path, NULL, &t->csv, &t->err);
    }
    if (st == ST_OK) {
        st = csv_next(t->csv, &t->row, &t->err);
    }
    if (st == ST_OK) {
        st = csv_map_heading(t->map, &t->row, &t->err);
    }
    if (st != ST_OK) {
        check_fail(__FILE__, __LINE__, "%s: %s", path, t->err.text);
    }
    return st == ST_OK;
}

static bool table_next(struct table *t, const char *path)
{
    enum st st = csv_next(t->csv, &t->row, &t->err);
    if (st == ST_OK) {
        st = csv_map_row(t->map, &t->row, &t->rec, &t->err);
    }
    if (st != ST_OK && st != ST_END) {
        check_fail(__FILE__, __LINE__, "%s: %s", path, t->err.text);
    }
    t->rows += st == ST_OK;
    return st == ST_OK;
}

static void table_close(struct table *t)
{
    csv_close(&t->csv);
    csv_map_close(&t->map);
}

static bool demo_open(struct table *t, const char *kind)
{
    char path[96], map[96];
    snprintf(path, sizeof path, "assets/demo/%s.csv", kind);
    snprintf(map, sizeof map, "assets/demo/%s.map", kind);
    return table_open(t, kind, path, map);
}

/* The ids of a kind (column 0) into a set; the rows read. */
static size_t ids_of(const char *kind, struct csv_seen **out)
{
    struct table t;
    CHECK(csv_seen_open(out, NULL) == ST_OK);
    if (demo_open(&t, kind)) {
        while (table_next(&t, kind)) {
            uint32_t first = 0;
            if (csv_seen_add(*out, t.rec.value[0].text, t.rec.line, &first, NULL) != ST_OK) {
                check_fail(__FILE__, __LINE__, "%s.csv:%u repeats line %u", kind, t.rec.line,
                           first);
            }
        }
    }
    table_close(&t);
    return t.rows;
}

/* Every given value of column `c` of `from` is an id of `to`. */
static void refers(const char *from, int c, const char *to)
{
    struct csv_seen *ids = NULL;
    struct table t;
    (void)ids_of(to, &ids);
    size_t known = csv_seen_count(ids);
    if (demo_open(&t, from)) {
        while (table_next(&t, from)) {
            uint32_t first = 0;
            if (t.rec.value[c].given &&
                csv_seen_add(ids, t.rec.value[c].text, t.rec.line, &first, NULL) != ST_EXISTS) {
                check_fail(__FILE__, __LINE__, "%s.csv:%u names what %s.csv does not have", from,
                           t.rec.line, to);
            }
        }
    }
    CHECK(known > 0 && t.rows > 0);
    table_close(&t);
    csv_seen_close(&ids);
}

static void the_demo_has_what_a_company_has_and_no_id_twice(void)
{
    static const struct {
        const char *kind;
        size_t least;
    } kinds[] = {{"technicians", 8}, {"customers", 12}, {"equipment", 20},
                 {"contracts", 5},   {"parts", 40},     {"faults", 60},
                 {"cases", 8},       {"prices", 15},    {"jobs", 12}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct csv_seen *ids = NULL;
        CHECK(ids_of(kinds[i].kind, &ids) >= kinds[i].least);
        csv_seen_close(&ids);
    }
}

static void every_name_in_the_demo_exists(void)
{
    refers("equipment", EQUIPMENT_CUSTOMER, "customers");
    refers("contracts", CONTRACTS_CUSTOMER, "customers");
    refers("contracts", CONTRACTS_EQUIPMENT, "equipment");
    refers("jobs", JOBS_CUSTOMER, "customers");
    refers("jobs", JOBS_EQUIPMENT, "equipment");
    refers("jobs", JOBS_TECHNICIAN, "technicians");
    refers("stock", STOCK_TECHNICIAN, "technicians");
    refers("stock", STOCK_PART, "parts");
}

static void a_job_is_of_the_customer_whose_equipment_it_is(void)
{
    struct table jobs, equipment;
    if (!demo_open(&jobs, "jobs")) {
        return;
    }
    while (table_next(&jobs, "jobs")) {
        bool found = false;
        if (demo_open(&equipment, "equipment")) {
            while (!found && table_next(&equipment, "equipment")) {
                found = str_eq(equipment.rec.value[EQUIPMENT_ID].text,
                               jobs.rec.value[JOBS_EQUIPMENT].text) &&
                        str_eq(equipment.rec.value[EQUIPMENT_CUSTOMER].text,
                               jobs.rec.value[JOBS_CUSTOMER].text);
            }
        }
        table_close(&equipment);
        CHECK(found);
    }
    table_close(&jobs);
}

static void the_ugly_customers_are_there(void)
{
    struct table t;
    bool long_name = false, three_lines = false, no_phone = false, quoted = false, english = false;
    if (demo_open(&t, "customers")) {
        while (table_next(&t, "customers")) {
            const struct csv_value *v = t.rec.value;
            str name = v[CUSTOMERS_NAME].text, address = v[CUSTOMERS_ADDRESS].text;
            long_name |= utf8_count(name) == 40;
            const char *lf = memchr(address.p, '\n', address.n);
            three_lines |=
                lf != NULL && memchr(lf + 1, '\n', (size_t)(address.p + address.n - lf) - 1);
            no_phone |= !v[CUSTOMERS_PHONE].given;
            quoted |= str_eq(name, S("O'Brien & \"Sons\", Ltd."));
            english |= v[CUSTOMERS_LANGUAGE].number == 2;
        }
    }
    table_close(&t);
    CHECK(long_name && three_lines && no_phone && quoted && english);
}

static void the_calendar_has_six_working_days_and_holidays(void)
{
    struct table t;
    unsigned week[8] = {0}, holidays = 0;
    if (demo_open(&t, "calendar")) {
        while (table_next(&t, "calendar")) {
            const struct csv_value *v = t.rec.value;
            bool work = v[CALENDAR_KIND].number == CALENDAR_KIND_WORK;
            CHECK(work == (v[CALENDAR_OPEN].given && v[CALENDAR_CLOSE].given));
            CHECK(!work || v[CALENDAR_OPEN].number < v[CALENDAR_CLOSE].number);
            week[v[CALENDAR_DATE].weekday] += work;
            holidays += !work && v[CALENDAR_DATE].weekday == 0;
        }
    }
    table_close(&t);
    for (int d = 1; d <= 6; d++) {
        CHECK_INT(week[d], 2);
    }
    CHECK(week[7] == 0 && holidays >= 25);
}

static void the_empty_tables_have_all_our_columns(void)
{
    size_t n = 0;
    const struct csv_kind *all = csv_columns_all(&n);
    for (size_t i = 0; i < n; i++) {
        char path[96];
        struct csv *c = NULL;
        struct csv_row row = {0};
        struct err err = {0};
        snprintf(path, sizeof path, "assets/catalogue/%s.csv", all[i].name);
        CHECK(csv_open(path, NULL, &c, &err) == ST_OK && csv_next(c, &row, &err) == ST_OK);
        CHECK_INT(row.n, all[i].n);
        for (size_t k = 0; k < row.n && k < all[i].n; k++) {
            CHECK(str_eq(row.field[k], str_c(all[i].column[k].name)));
        }
        csv_close(&c);
    }
}

static void real_work_orders_are_all_read(void)
{
    static const char path[] = "../shared/data/work-orders-abc.csv";
    if (access(path, R_OK) != 0) {
        printf("# skipped: the real work orders are absent\n");
        return;
    }
    struct table t;
    size_t credits = 0;
    int64_t sum = 0, first = 0;
    if (table_open(&t, "jobs", path, "tests/e2e/work-orders.map")) {
        while (table_next(&t, path)) {
            const struct csv_value *v = t.rec.value;
            CHECK_INT(t.rec.line, t.rows + 1);
            CHECK(v[JOBS_EQUIPMENT].text.n == 1 && str_eq(v[JOBS_CUSTOMER].text, S("MINE")));
            CHECK(v[JOBS_COST].given && v[JOBS_KIND_OF_WORK].given);
            credits += v[JOBS_COST].number < 0;
            sum += v[JOBS_COST].number;
            first = t.rows == 1 ? v[JOBS_CALL_TIME].number : first;
        }
    }
    table_close(&t);
    CHECK_INT(t.rows, 2160);
    CHECK_INT(credits, 4);
    CHECK_INT(sum, 761896771);         /* added up by another program */
    CHECK_INT(first, 1088640000000LL); /* 1 July 2004, 08:00 in China */
}

int main(void)
{
    RUN(the_demo_has_what_a_company_has_and_no_id_twice);
    RUN(every_name_in_the_demo_exists);
    RUN(a_job_is_of_the_customer_whose_equipment_it_is);
    RUN(the_ugly_customers_are_there);
    RUN(the_calendar_has_six_working_days_and_holidays);
    RUN(the_empty_tables_have_all_our_columns);
    RUN(real_work_orders_are_all_read);
    CHECK_END();
}
