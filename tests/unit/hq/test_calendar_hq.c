/* test_calendar_hq.c - headquarters goes by the calendar of the edition that stands: holidays, a
 * zone with summer time; in what it shows, in what it calls overdue, in the order of its lists. */
#include "tests/unit/hq/hours.h"

static void a_holiday_of_the_edition_puts_a_deadline_off(void)
{
    static const struct calendar_day holiday = {.day = 20602}; /* 2026-05-29, closed */
    struct calendars cal;
    bool late = false;
    begin();
    call("J1", FRIDAY_0826);
    int64_t without = due("J1", &late);
    CHECK_INT(first_due(), without);
    calendars_default(&cal);
    cal.usual.exceptions = &holiday;
    cal.usual.nexceptions = 1;
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
    calendars_default(&cal);
    publish(&cal);
    CHECK_INT(first_due(), due("J2", &late));
    CHECK_INT(due("J1", &late), without);
    rows_hold();
    desk_end(&d);
}

static void a_zone_with_summer_time_holds_over_the_turn(void)
{
    struct calendars cal;
    bool late;
    begin();
    calendars_default(&cal);
    CHECK_INT(calendar_zone(&cal.usual, S("CET-1CEST,M3.5.0,M10.5.0/3")), ST_OK);
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
    CHECK_INT(calendar_zone(&cal.usual, S("CST-8")), ST_OK);
    publish(&cal);
    /* Midnight of Sunday there: from Monday 08:00 (00:00 UTC) to 15:30. */
    CHECK_INT(due("J1", &late), call_ms + 39 * HOUR + HOUR / 2);
    rows_hold();
    desk_end(&d);
}

/* As a store of an older program, or one that was put back, is when it is opened. */
static void it_is_taken_up_at_the_next_open_too(void)
{
    struct calendars cal;
    struct store_txn *t = NULL;
    static uint8_t room[CAP_SCRATCH_BYTES];
    struct arena a = arena_of(room, sizeof room);
    h32 edition;
    begin();
    calendars_default(&cal);
    memset(&cal.usual.week[4], 0, sizeof cal.usual.week[4]); /* closed on Fridays */
    publish(&cal);
    call("J1", FRIDAY_0826);
    int64_t right = first_due();
    PAIR_OK(&d.p, store_write(d.p.hq->store, &t, &d.p.err));
    struct calendars usual;
    calendars_default(&usual);
    PAIR_OK(&d.p, fold_calendars_put(t, &usual, (h32){{0}}, a, &d.p.err));
    PAIR_OK(&d.p, store_commit(&t, &d.p.err));
    CHECK(first_due() != right);
    api_free(&d.api);
    pair_end(&d.p);
    pair_open_hq(&d.p);
    CHECK_INT(first_due(), right);
    PAIR_OK(&d.p, store_read(d.p.hq->store, &t, &d.p.err));
    a = arena_of(room, sizeof room);
    fold_calendars(t, &a, &cal, &edition);
    CHECK(!h32_zero(edition) && cal.usual.week[4].nspans == 0 && cal.usual.week[3].nspans == 2);
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
