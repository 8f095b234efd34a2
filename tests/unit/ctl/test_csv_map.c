/* Their columns to ours: map files, headings, values, and what each refusal says. */
#include "tests/support/check.h"

#include "core/model/kinds.h"
#include "sync/ctl/csv_map.h"
#include "sync/ctl/csv_seen.h"
#include "sync/ctl/csv_value.h"

#define CHINA 480 /* minutes east of UTC */

static const char *dir;

static const char *file_of(const char *text)
{
    static char path[128];
    static int count;
    snprintf(path, sizeof path, "%s/f%d", dir, count++ % 8);
    FILE *f = fopen(path, "wb");
    if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0) {
        perror(path);
        exit(99);
    }
    return path;
}

struct table {
    struct csv *csv;
    struct csv_map *map;
    struct csv_row row;
    struct csv_record rec;
    struct err err;
};

static void table_close(struct table *t)
{
    csv_close(&t->csv);
    csv_map_close(&t->map);
}

/* Opens map and table up to the heading. */
static enum st table_open(struct table *t, const char *kind, const char *map, const char *text)
{
    memset(t, 0, sizeof *t);
    const char *path = map == NULL ? NULL : file_of(map);
    enum st st = csv_map_open(csv_columns_kind(str_c(kind)), path, CHINA, &t->map, &t->err);
    if (st != ST_OK) {
        CHECK(t->map == NULL);
        return st;
    }
    CHECK(csv_open(file_of(text), NULL, &t->csv, &t->err) == ST_OK);
    CHECK(csv_next(t->csv, &t->row, &t->err) == ST_OK);
    return csv_map_heading(t->map, &t->row, &t->err);
}

static enum st table_next(struct table *t)
{
    enum st st = csv_next(t->csv, &t->row, &t->err);
    return st == ST_OK ? csv_map_row(t->map, &t->row, &t->rec, &t->err) : st;
}

/* The sentence with which map, heading or first row is refused; "" when they are not. */
static const char *refusal(const char *kind, const char *map, const char *text)
{
    static struct table t;
    enum st st = table_open(&t, kind, map, text);
    if (st == ST_OK) {
        st = table_next(&t);
    }
    CHECK(st == ST_OK ? t.err.text[0] == '\0' : st == ST_BAD_INPUT);
    table_close(&t);
    return t.err.text;
}

static void without_a_map_columns_are_named_like_ours(void)
{
    struct table t;
    CHECK(table_open(&t, "customers", NULL,
                     "name,ID , zone\n 滨江　,C-1,suburb\nX,C-2,市区\nY,C-3,\n") == ST_OK);
    CHECK(table_next(&t) == ST_OK && t.rec.line == 2);
    CHECK(str_eq(t.rec.value[CUSTOMERS_NAME].text, S("滨江")));
    CHECK(str_eq(t.rec.value[CUSTOMERS_ID].text, S("C-1")));
    CHECK_INT(t.rec.value[CUSTOMERS_ZONE].number, 2);
    CHECK(!t.rec.value[CUSTOMERS_PHONE].given);
    CHECK(table_next(&t) == ST_OK && t.rec.value[CUSTOMERS_ZONE].number == 1);
    CHECK(table_next(&t) == ST_OK && !t.rec.value[CUSTOMERS_ZONE].given);
    CHECK(table_next(&t) == ST_END);
    table_close(&t);
}

static void a_map_names_columns_constants_line_numbers_and_defaults(void)
{
    static const char map[] = "\xEF\xBB\xBF# work orders\r\n"
                              "id = line number\r\n\r\n"
                              "call_time = Date\n"
                              "customer = \"C-1\"\n"
                              "fault_text=What is = wrong\n"
                              "date format = dd/mm/yyyy [HH:MM]\n"
                              "time of day = 08:00\n"
                              "default priority = urgent\n"
                              "empty = NA\nempty = -\n"
                              "  cost  =  Cost";
    static const char text[] = "Date,What is = wrong,COST,priority,phone\n"
                               "01/07/2004,BUCKET WON'T OPEN,-339.81,NA,-\n"
                               "1/7/2004 17:45,x,0,normal,1\n";
    struct table t;
    CHECK(table_open(&t, "jobs", map, text) == ST_OK);
    CHECK(table_next(&t) == ST_OK);
    const struct csv_value *v = t.rec.value;
    CHECK(str_eq(v[JOBS_ID].text, S("2")) && str_eq(v[JOBS_CUSTOMER].text, S("C-1")));
    CHECK(str_eq(v[JOBS_FAULT_TEXT].text, S("BUCKET WON'T OPEN")));
    CHECK_INT(v[JOBS_CALL_TIME].number, 1088640000000LL); /* 2004-07-01 00:00 UTC, 08:00 there */
    CHECK_INT(v[JOBS_COST].number, -33981);
    CHECK_INT(v[JOBS_PRIORITY].number, 1);
    CHECK(!v[JOBS_PHONE].given);
    CHECK(table_next(&t) == ST_OK && str_eq(v[JOBS_ID].text, S("3")));
    CHECK_INT(v[JOBS_CALL_TIME].number, 1088640000000LL + (9 * 60 + 45) * 60000);
    CHECK(v[JOBS_COST].given && v[JOBS_COST].number == 0);
    CHECK(v[JOBS_PRIORITY].number == 0);
    table_close(&t);
}

static void a_missing_column_is_named_with_what_the_file_has(void)
{
    CHECK_STR(refusal("customers", NULL, "编号,Name,phone\n"),
              "customers: the file has no column \"id\"; it has 编号, Name, phone");
    CHECK_STR(refusal("customers", "id = 编 号\n", "编号,name\n"),
              "customers: the file has no column \"编 号\"; it has 编号, name");
    CHECK_STR(refusal("customers", "phone = Tel\n", "id,name\n"),
              "customers: the file has no column \"Tel\"; it has id, name");
    CHECK_STR(refusal("customers", NULL, "id,name,ID\n"),
              "the heading has the column \"id\" twice; rename one");
    CHECK_STR(refusal("customers", NULL, "id,name,phone,phone\n1,2,3,4\n"),
              "the heading has the column \"phone\" twice; rename one");
    CHECK_STR(refusal("customers", NULL, "id,name,x,x\n1,2,3,4\n"), "");
}

static void a_wrong_map_line_is_named(void)
{
    static const char *const cases[][2] = {
        {"# ok\nid\n", "line 2 of the map: there is no = on it; a line says: our column = their "
                       "column"},
        {"= x\n", "line 1 of the map: nothing stands before the ="},
        {"id =\n", "line 1 of the map: nothing stands after the ="},
        {"id = a\nname = b\nid = c\n", "line 3 of the map: \"id\" was said already on line 1"},
        {"name = line number\n", "line 1 of the map: \"name\" cannot be a line number"},
        {"name = \"x\n", "line 1 of the map: a quotation mark is opened and not closed"},
        {"date format = dd/mm\n", "line 1 of the map: a date format names yyyy, mm and dd once "
                                  "each, perhaps HH and MM, like dd/mm/yyyy [HH:MM]"},
        {"time of day = 25:00\n", "line 1 of the map: a time of day is like 08:00"},
        {"time of day = 24:00\n", "line 1 of the map: a time of day is like 08:00"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CHECK_STR(refusal("technicians", cases[i][0], "id,name\n"), cases[i][1]);
    }
    CHECK_STR(refusal("stock", "parts = x\n", "id,name\n"),
              "line 1 of the map: stock have no column \"parts\"; they have technician, part, "
              "quantity");
    struct table t;
    CHECK(table_open(&t, "stock", "part = \xB1\xE0\n", "x\n") == ST_BAD_INPUT);
    CHECK(strstr(t.err.text, "is not a map file") != NULL);
    struct csv_map *m = NULL;
    CHECK(csv_map_open(csv_columns_kind(S("stock")), "/nonexistent/m", 0, &m, &t.err) ==
          ST_NOT_FOUND);
    csv_map_close(&m);
}

static void a_wrong_cell_is_named_by_line_and_column_not_by_content(void)
{
    static const char *const cases[][3] = {
        {"customers", "id,name\nC-1\n", "line 2: it has 1 columns, the heading has 2"},
        {"customers", "id,name\nC-1,x,y\n", "line 2: it has 3 columns, the heading has 2"},
        {"customers", "id,name\n,x\n", "line 2: \"id\" is empty"},
        {"customers", "id,name\n编号,x\n",
         "line 2: \"id\" is not a code of 1 to 32 letters, digits and signs"},
        {"customers", "id,name,zone\n1,x,east\n", "line 2: \"zone\" is not one of city, suburb"},
        {"parts", "number,name,price\n1,x,3.125\n",
         "line 2: \"price\" is not an amount like 380.00"},
        {"parts", "number,name,price,warranty_months\n1,x,3,-1\n",
         "line 2: \"warranty_months\" is not a whole number"},
        {"stock", "technician,part,quantity\nT,P,-1\n",
         "line 2: \"quantity\" is not a quantity like 2 or 0.5 (three decimals at most, not "
         "negative)"},
        {"contracts", "id,customer,start,end\n1,2,2026-02-28,2026-02-29\n",
         "line 2: \"end\" is not a date that exists, written like yyyy-mm-dd [HH:MM]"},
        {"calendar", "date,open,close,kind\nmon,8,12:00,work\n",
         "line 2: \"open\" is not a time of day like 08:00"},
        {"calendar", "date,open,close,kind\nsomeday,8:00,12:00,work\n",
         "line 2: \"date\" is not a date that exists, written like yyyy-mm-dd [HH:MM]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CHECK_STR(refusal(cases[i][0], NULL, cases[i][1]), cases[i][2]);
    }
    CHECK_STR(refusal("customers", "id = Kunde\n", "Kunde,name\n,x\n"),
              "line 2: \"Kunde\" is empty");
}

static void a_row_after_a_refused_one_is_read(void)
{
    struct table t;
    CHECK(table_open(&t, "stock", NULL, "technician,part,quantity\nT,P,x\nT,P,2.5\n") == ST_OK);
    CHECK(table_next(&t) == ST_BAD_INPUT);
    CHECK(table_next(&t) == ST_OK && t.rec.value[STOCK_QUANTITY].number == 2500);
    table_close(&t);
}

static void dates_begin_and_end_with_the_local_day(void)
{
    struct table t;
    CHECK(table_open(&t, "contracts", NULL, "id,customer,start,end\n1,2,2026-11-21,2026-11-21\n") ==
          ST_OK);
    CHECK(table_next(&t) == ST_OK);
    const struct csv_value *v = t.rec.value;
    CHECK_INT(v[CONTRACTS_START].number, 1795190400000LL); /* 2026-11-20 16:00 UTC */
    CHECK_INT(v[CONTRACTS_END].number, 1795190400000LL + 86400000 - 1);
    CHECK_INT(v[CONTRACTS_START].day, 20778);
    table_close(&t);
}

static void a_calendar_has_weekdays_and_dates(void)
{
    struct table t;
    CHECK(table_open(&t, "calendar", NULL,
                     "date,open,close,kind\nMon,08:00,12:00,work\n周日,,,休息\n"
                     "2026-10-01,,,holiday\n") == ST_OK);
    const struct csv_value *v = t.rec.value;
    CHECK(table_next(&t) == ST_OK && v[CALENDAR_DATE].weekday == 1);
    CHECK(v[CALENDAR_OPEN].number == 480 && v[CALENDAR_CLOSE].number == 720);
    CHECK(v[CALENDAR_KIND].number == CALENDAR_KIND_WORK);
    CHECK(table_next(&t) == ST_OK && v[CALENDAR_DATE].weekday == 7 && !v[CALENDAR_OPEN].given);
    CHECK(table_next(&t) == ST_OK && v[CALENDAR_DATE].weekday == 0);
    CHECK_INT(v[CALENDAR_DATE].day, 20727);
    CHECK(v[CALENDAR_KIND].number == CALENDAR_KIND_HOLIDAY);
    table_close(&t);
}

static void money_is_whole_minor_units(void)
{
    static const struct {
        const char *text;
        int64_t minor;
    } good[] = {
        {"380", 38000}, {"380.00", 38000},    {"407.4", 40740},           {"-339.81", -33981},
        {"0", 0},       {"1,234.50", 123450}, {"12,345,678", 1234567800}, {"0.1000", 10},
        {"-0.00", 0}};
    static const char *const bad[] = {
        "",      "-",        ".5",   "5.",     "1.234",    "1e3",
        "12,34", "1,23,456", ",123", "1,2345", "$5",       "--1",
        "1 000", "+1",       "１",   "1.0.0",  "1234,567", "99999999999999999999"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        int64_t minor = -1;
        CHECK(csv_value_money(str_c(good[i].text), &minor));
        CHECK_INT(minor, good[i].minor);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int64_t minor = 77;
        CHECK(!csv_value_money(str_c(bad[i]), &minor) && minor == 77);
    }
}

static void quantities_are_whole_thousandths(void)
{
    int64_t n = 0;
    CHECK(csv_value_quantity(S("2.125"), &n) && n == 2125);
    CHECK(csv_value_quantity(S("2.1250"), &n) && n == 2125);
    CHECK(!csv_value_quantity(S("2.1251"), &n) && !csv_value_quantity(S("-1"), &n));
    CHECK(csv_value_count(S("1000000000"), &n) && n == 1000000000);
    CHECK(!csv_value_count(S("1000000001"), &n) && !csv_value_count(S("1.0"), &n));
}

static void dates_follow_their_format(void)
{
    static const struct {
        const char *format, *text;
        int32_t day;
        int minutes; /* -1: no time; -2: refused */
    } cases[] = {
        {"yyyy-mm-dd [HH:MM]", "1970-01-01", 0, -1},
        {"yyyy-mm-dd [HH:MM]", "2000-02-29 23:59", 11016, 1439},
        {"yyyy-mm-dd [HH:MM]", "2000-2-9", 10996, -1},
        {"yyyy-mm-dd [HH:MM]", "1969-12-31", -1, -1},
        {"yyyy-mm-dd [HH:MM]", "2100-02-29", -1, -2},
        {"yyyy-mm-dd [HH:MM]", "2000-13-01", -1, -2},
        {"yyyy-mm-dd [HH:MM]", "2000-00-10", -1, -2},
        {"yyyy-mm-dd [HH:MM]", "2000-04-31", -1, -2},
        {"yyyy-mm-dd [HH:MM]", "2000-01-01x", -1, -2},
        {"yyyy-mm-dd [HH:MM]", "2000-01-01 24:00", -1, -2},
        {"yyyy-mm-dd [HH:MM]", "2000-01-01 12", -1, -2},
        {"yyyy-mm-dd [HH:MM]", "00-01-01", -1, -2},
        {"yyyy-mm-dd HH:MM", "2000-01-01", -1, -2},
        {"dd/mm/yyyy", "31/12/1999", 10956, -1},
        {"dd/mm/yyyy", "12/31/1999", -1, -2},
        {"yyyymmdd", "19991231", 10956, -1},
        {"yyyymmdd", "1999123", -1, -2},
        {"yyyy年mm月dd日", "1999年12月31日", 10956, -1},
        {"mm/dd/yyyy[ HH:MM:SS]", "12/31/1999 01:02:03", 10956, 62},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct csv_when w = {.day = -9, .minutes = -9};
        bool ok = csv_value_when(cases[i].format, str_c(cases[i].text), &w);
        if (cases[i].minutes == -2) {
            CHECK(!ok && w.day == -9);
        } else {
            CHECK(ok);
            CHECK_INT(w.day, cases[i].day);
            CHECK_INT(w.minutes, cases[i].minutes);
        }
    }
    CHECK(csv_value_format_ok("yyyy-mm-dd [HH:MM]") && csv_value_format_ok("mm/dd/yyyy"));
    CHECK(!csv_value_format_ok("yyyy-mm") && !csv_value_format_ok("yyyy-mm-dd-dd"));
    CHECK(!csv_value_format_ok("yyyy-mm-dd [HH:MM") && !csv_value_format_ok("yyyy-mm-dd HH"));
    CHECK(!csv_value_format_ok("[yyyy-mm-dd] HH:MM"));
}

static void words_are_understood_in_both_languages(void)
{
    int n = 0;
    const struct csv_kind *k = csv_columns_kind(S("technicians"));
    const struct csv_word *roles = k->column[TECHNICIANS_ROLE].words;
    CHECK(csv_value_word(roles, S("Branch Manager"), &n) && n == ROLE_BRANCH_MANAGER);
    CHECK(csv_value_word(roles, S("会计员"), &n) && n == ROLE_ACCOUNTANT);
    CHECK(!csv_value_word(roles, S("headquarters"), &n));
    CHECK(csv_value_weekday(S("星期三"), &n) && n == 3);
    CHECK(csv_value_weekday(S("SUNDAY"), &n) && n == 7);
    CHECK(!csv_value_weekday(S("S"), &n));
    CHECK(csv_value_clock(S("24:00"), &n) && n == 1440);
    CHECK(!csv_value_clock(S("24:01"), &n) && !csv_value_clock(S("8:5"), &n));
}

static void every_kind_has_its_table(void)
{
    size_t n = 0;
    const struct csv_kind *all = csv_columns_all(&n);
    CHECK_INT(n, 11);
    for (size_t i = 0; i < n; i++) {
        CHECK(csv_columns_kind(str_c(all[i].name)) == &all[i]);
        CHECK(all[i].n > 0 && all[i].n <= CSV_KIND_COLUMNS);
        for (size_t c = 0; c < all[i].n; c++) {
            CHECK_INT(csv_columns_find(&all[i], str_c(all[i].column[c].name)), c);
            CHECK((all[i].column[c].type == CSV_WORD) == (all[i].column[c].words != NULL));
        }
    }
    CHECK(csv_columns_kind(S("job")) == NULL);
}

static void a_repeated_id_is_found_with_its_first_line(void)
{
    struct csv_seen *s = NULL;
    uint32_t first = 0;
    CHECK(csv_seen_open(&s, NULL) == ST_OK);
    char code[16];
    for (uint32_t i = 1; i <= 5000; i++) {
        str id = {code, (size_t)snprintf(code, sizeof code, "C-%u", i)};
        CHECK(csv_seen_add(s, id, i + 1, &first, NULL) == ST_OK);
    }
    CHECK_INT(csv_seen_count(s), 5000);
    CHECK(csv_seen_add(s, S("C-1234"), 9999, &first, NULL) == ST_EXISTS && first == 1235);
    CHECK(csv_seen_add(s, S("c-1234"), 9999, &first, NULL) == ST_OK);
    char large[70];
    memset(large, 'x', sizeof large);
    CHECK(csv_seen_add(s, (str){large, sizeof large}, 1, &first, NULL) == ST_TOO_BIG);
    csv_seen_close(&s);
    CHECK(s == NULL);
}

int main(void)
{
    dir = check_tmp();
    RUN(without_a_map_columns_are_named_like_ours);
    RUN(a_map_names_columns_constants_line_numbers_and_defaults);
    RUN(a_missing_column_is_named_with_what_the_file_has);
    RUN(a_wrong_map_line_is_named);
    RUN(a_wrong_cell_is_named_by_line_and_column_not_by_content);
    RUN(a_row_after_a_refused_one_is_read);
    RUN(dates_begin_and_end_with_the_local_day);
    RUN(a_calendar_has_weekdays_and_dates);
    RUN(money_is_whole_minor_units);
    RUN(quantities_are_whole_thousandths);
    RUN(dates_follow_their_format);
    RUN(words_are_understood_in_both_languages);
    RUN(every_kind_has_its_table);
    RUN(a_repeated_id_is_found_with_its_first_line);
    CHECK_END();
}
