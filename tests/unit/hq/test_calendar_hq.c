/* test_calendar_hq.c - headquarters goes by the calendar of the edition that stands: holidays, a
 * zone with summer time; in what it shows, in what it calls overdue, in the order of its lists. */
#include "core/fold/refold.h"
#include "core/journal/check.h"
#include "core/model/catalogue.h"
#include "sync/carrier/file.h"
#include "sync/hq/hq_calendar.h"
#include "tests/unit/hq/desk.h"

#define HOUR 3600000LL
#define FRIDAY_0826 1780014360000LL /* 2026-05-29 08:26 in China */

static struct desk d;
static unsigned editions;

static void publish(const struct calendar *cal)
{
    static uint8_t buf[1U << 16];
    struct catalogue c = {.number = ++editions, .retention_days = 30, .calendar = *cal};
    char path[160];
    bytes out;
    CHECK_INT(catalogue_encode(&c, buf, sizeof buf, &out), ST_OK);
    snprintf(path, sizeof path, "%.100s.edition", d.p.dir);
    PAIR_OK(&d.p, file_write(path, out, 0600, &d.p.err));
    json_decref(desk_op(&d, "edition.publish", json_pack("{s:s}", "file", path)));
}

static void begin(void)
{
    char id[33];
    editions = 0;
    desk_begin(&d);
    desk_record(&d, "customer", "C1", "{\"name\":\"Wang\",\"zone\":1}", id);
    desk_login(&d, "administrator");
}

static void call(const char *code, int64_t at_ms)
{
    char id[33], fields[160];
    snprintf(fields, sizeof fields, "{\"customer\":\"C1\",\"zone\":1,\"called\":%lld}",
             (long long)at_ms);
    desk_record(&d, "job", code, fields, id);
    desk_settle(&d);
}

/* What the job's page and the row of the register say its arrival is due; both must agree. */
static int64_t due(const char *code, bool *late)
{
    char target[64];
    int64_t page = 0, row = -1;
    size_t i;
    json_t *one, *j;
    desk_login(&d, "administrator"); /* the clock has moved, a session ends */
    snprintf(target, sizeof target, "/jobs/%s", code);
    json_t *out = desk_get(&d, target);
    json_array_foreach(json_object_get(out, "deadlines"), i, one)
    {
        if (json_integer_value(json_object_get(one, "kind")) == DL_ARRIVE) {
            page = json_integer_value(json_object_get(one, "due_ms"));
        }
    }
    json_decref(out);
    out = desk_get(&d, "/registers/calls");
    json_array_foreach(json_object_get(out, "rows"), i, j)
    {
        if (strcmp(desk_str(j, "code"), code) == 0) {
            row = json_integer_value(json_object_get(j, "due_ms"));
            *late = json_is_true(json_object_get(j, "late"));
        }
    }
    json_decref(out);
    CHECK_INT(page, row);
    return page;
}

/* The first job that the register of deadlines names, and when it is due by its key. */
static int64_t first_due(void)
{
    uint8_t buf[LIST_KEY_BYTES];
    struct store_txn *t = NULL;
    struct store_cursor *c = NULL;
    bytes key, prefix = register_prefix(SUBJECT_JOB, (id8){{0}}, REG_DUE, REG_BY_TIME, NULL, buf);
    int64_t ms = 0;
    PAIR_OK(&d.p, store_read(d.p.hq->store, &t, &d.p.err));
    PAIR_OK(&d.p, store_scan(t, T_LIST, prefix, (bytes){NULL, 0}, &c, &d.p.err));
    if (store_next(c, &key) == ST_OK) {
        ms = register_time_ms(key.p + prefix.n);
    }
    store_scan_end(&c);
    store_abort(&t);
    return ms;
}

static unsigned overdue(void)
{
    json_t *out = desk_get(&d, "/dashboard");
    unsigned n = (unsigned)json_integer_value(json_object_get(out, "late"));
    json_decref(out);
    return n;
}

static void rows_hold(void)
{
    static uint8_t room[CAP_SCRATCH_BYTES];
    struct journal_check_totals totals;
    struct journal_check_sink none = {.found = NULL};
    PAIR_OK(&d.p,
            journal_check(d.p.hq->store, arena_of(room, sizeof room), &none, &totals, &d.p.err));
    for (unsigned i = 0; i < CHECK_FORKED; i++) {
        CHECK_INT(totals.found[i], 0);
    }
}

static void a_holiday_of_the_edition_puts_a_deadline_off(void)
{
    static const struct calendar_day holiday = {.day = 20602}; /* 2026-05-29, closed */
    struct calendar cal;
    bool late = false;
    begin();
    call("J1", FRIDAY_0826);
    int64_t without = due("J1", &late);
    CHECK_INT(first_due(), without);
    calendar_default(&cal);
    cal.exceptions = &holiday;
    cal.nexceptions = 1;
    publish(&cal);
    int64_t with = due("J1", &late);
    CHECK_INT(without, FRIDAY_0826 + 7 * HOUR + HOUR / 2); /* six working hours and the noon */
    CHECK_INT(with, without - 26 * 60000 + 24 * HOUR);     /* from Saturday at eight */
    CHECK_INT(first_due(), with);                          /* the one that stood is in its place */
    call("J2", FRIDAY_0826 - HOUR);
    CHECK_INT(due("J2", &late), with); /* and so is one that comes later */
    rows_hold();
    /* On Friday evening nobody is late; on Saturday evening both are. */
    d.p.ms = FRIDAY_0826 + 12 * HOUR;
    IGNORE(due("J1", &late));
    CHECK(!late);
    CHECK_INT(overdue(), 0);
    d.p.ms += 24 * HOUR;
    IGNORE(due("J1", &late));
    CHECK(late);
    CHECK_INT(overdue(), 2);
    /* The calendar may be taken back by a newer edition. */
    calendar_default(&cal);
    publish(&cal);
    CHECK_INT(first_due(), due("J2", &late));
    CHECK_INT(due("J1", &late), without);
    rows_hold();
    desk_end(&d);
}

static void a_zone_with_summer_time_holds_over_the_turn(void)
{
    struct calendar cal;
    bool late;
    begin();
    calendar_default(&cal);
    CHECK_INT(calendar_zone(&cal, S("CET-1CEST,M3.5.0,M10.5.0/3")), ST_OK);
    publish(&cal);
    /* Saturday 2026-03-28 17:00 by the wall (16:00 UTC); the clock is turned on Sunday. */
    const int64_t call_ms = 1774713600000LL;
    call("J1", call_ms);
    /* Half an hour, four of Monday morning, one and a half after noon: 15:00 summer time. */
    CHECK_INT(due("J1", &late), call_ms + 45 * HOUR);
    /* In autumn: Saturday 2026-10-24 17:00 by the wall (15:00 UTC), Monday 15:00 (14:00 UTC). */
    call("J2", call_ms + 210 * 24 * HOUR - HOUR);
    CHECK_INT(due("J2", &late), call_ms + 210 * 24 * HOUR - HOUR + 47 * HOUR);
    /* Another zone: the same call, hours by another wall. */
    CHECK_INT(calendar_zone(&cal, S("CST-8")), ST_OK);
    publish(&cal);
    /* Midnight of Sunday there: from Monday 08:00 (00:00 UTC) to 15:30. */
    CHECK_INT(due("J1", &late), call_ms + 39 * HOUR + HOUR / 2);
    rows_hold();
    desk_end(&d);
}

/* As a store of an older program, or one that was put back, is when it is opened. */
static void it_is_taken_up_at_the_next_open_too(void)
{
    struct calendar cal;
    struct store_txn *t = NULL;
    static uint8_t room[CAP_SCRATCH_BYTES];
    struct arena a = arena_of(room, sizeof room);
    h32 edition;
    begin();
    calendar_default(&cal);
    memset(&cal.week[4], 0, sizeof cal.week[4]); /* closed on Fridays */
    publish(&cal);
    call("J1", FRIDAY_0826);
    int64_t right = first_due();
    PAIR_OK(&d.p, store_write(d.p.hq->store, &t, &d.p.err));
    struct calendar usual;
    calendar_default(&usual);
    PAIR_OK(&d.p, fold_calendar_put(t, &usual, (h32){{0}}, a, &d.p.err));
    PAIR_OK(&d.p, store_commit(&t, &d.p.err));
    CHECK(first_due() != right);
    api_free(&d.api);
    pair_end(&d.p);
    pair_open_hq(&d.p);
    CHECK_INT(first_due(), right);
    PAIR_OK(&d.p, store_read(d.p.hq->store, &t, &d.p.err));
    a = arena_of(room, sizeof room);
    fold_calendar(t, &a, &cal, &edition);
    CHECK(!h32_zero(edition) && cal.week[4].nspans == 0 && cal.week[3].nspans == 2);
    store_abort(&t);
    rows_hold();
    free(d.body);
    pair_end(&d.p);
}

int main(void)
{
    RUN(a_holiday_of_the_edition_puts_a_deadline_off);
    RUN(a_zone_with_summer_time_holds_over_the_turn);
    RUN(it_is_taken_up_at_the_next_open_too);
    CHECK_END();
}
