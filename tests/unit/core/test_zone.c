/* test_zone.c - working hours and deadlines in zones with summer time, against the C library's own
 * reading of the same rule. */
#include "core/model/catalogue.h"
#include "core/rules/service.h"
#include "tests/unit/core/fold_help.h"

#include <time.h>

#define MIN 60000LL
#define HOUR (60 * MIN)
#define DAY (24 * HOUR)
#define CET "CET-1CEST,M3.5.0,M10.5.0/3"

static const char *const zones[] = {
    "CST-8",
    CET,
    "EST5EDT,M3.2.0,M11.1.0",
    "NZST-12NZDT,M9.5.0,M4.1.0/3",
    "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", /* half an hour */
    "IST-1GMT0,M10.5.0,M3.5.0/1",           /* summer is the norm */
    "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
};

static int64_t by_libc(int64_t ms)
{
    time_t s = (time_t)(ms / 1000);
    struct tm local, utc;
    localtime_r(&s, &local);
    gmtime_r(&s, &utc);
    int days = local.tm_yday - utc.tm_yday;
    days = local.tm_year != utc.tm_year ? local.tm_year - utc.tm_year : days;
    return days * 1440 + (local.tm_hour - utc.tm_hour) * 60 + local.tm_min - utc.tm_min;
}

static void a_zone_means_what_the_c_library_makes_of_it(void)
{
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++) {
        struct calendar c;
        calendar_default(&c);
        CHECK_INT(calendar_zone(&c, str_c(zones[i])), ST_OK);
        CHECK_INT(setenv("TZ", zones[i], 1), 0);
        tzset();
        unsigned wrong = 0, seen = 0;
        int last = 99999, turns = 0;
        /* Every half hour from 2025 to 2032. */
        for (int64_t ms = 1735689600000LL; ms < 1956528000000LL; ms += 30 * MIN, seen++) {
            int offset = calendar_offset(&c, ms);
            wrong += offset != by_libc(ms);
            turns += last != 99999 && offset != last;
            last = offset;
        }
        CHECK_INT(wrong, 0);
        CHECK(seen > 100000 && (turns == 14 || (i == 0 && turns == 0)));
    }
    setenv("TZ", "UTC0", 1);
    tzset();
}

static void what_is_no_zone_is_refused_and_changes_nothing(void)
{
    static const char *const bad[] = {"",
                                      "C",
                                      "CET",
                                      "8",
                                      "CET-1CEST",
                                      "CET-1CEST,M3.5.0",
                                      "CET-1CEST,M13.5.0,M10.5.0",
                                      "CET-1CEST,M3.6.0,M10.5.0",
                                      "CET-1CEST,M3.5.7,M10.5.0",
                                      "CET-1CEST,M3.0.0,M10.5.0",
                                      "CET-1CEST,J60,J300",
                                      "CET-99",
                                      "CET-1:61",
                                      "CET-1CEST,M3.5.0,M10.5.0/3x",
                                      "<CET-1",
                                      "CET-111111111111111111111",
                                      "Europe/Berlin"};
    struct calendar c, before;
    calendar_default(&c);
    before = c;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK_INT(calendar_zone(&c, str_c(bad[i])), ST_BAD_INPUT);
        CHECK(memcmp(&c, &before, sizeof c) == 0);
    }
}

/* Sunday 2026-03-29, 01:00 UTC: 02:00 becomes 03:00. Sunday 2026-10-25, 01:00 UTC: 03:00, 02:00. */
#define SPRING 1774746000000LL
#define AUTUMN 1792890000000LL

static void open_all_week(struct calendar *c, unsigned from, unsigned to)
{
    calendar_default(c);
    for (int i = 0; i < 7; i++) {
        c->week[i].nspans = 1;
        c->week[i].span[0].from_min = (uint16_t)from;
        c->week[i].span[0].to_min = (uint16_t)to;
    }
    CHECK_INT(calendar_zone(c, S(CET)), ST_OK);
}

static void the_day_begins_at_eight_on_the_wall_before_and_after_the_turn(void)
{
    struct calendar c;
    open_all_week(&c, 8 * 60, 16 * 60);
    /* 08:00 is 07:00 UTC on Saturday, 06:00 UTC on Sunday. */
    int64_t saturday = SPRING - 18 * HOUR, sunday = SPRING + 5 * HOUR;
    CHECK_INT(calendar_add(&c, saturday, 0), saturday);
    CHECK_INT(calendar_add(&c, saturday - HOUR, 1), saturday + MIN);
    CHECK_INT(calendar_add(&c, saturday + 7 * HOUR, 61), sunday + MIN);
    CHECK_INT(calendar_between(&c, saturday, sunday), 480);
    CHECK_INT(sunday - saturday, 23 * HOUR);
    /* And back: 25 hours from one morning to the next. */
    saturday = AUTUMN - 19 * HOUR;
    sunday = AUTUMN + 6 * HOUR;
    CHECK_INT(calendar_add(&c, saturday + 7 * HOUR, 61), sunday + MIN);
    CHECK_INT(calendar_between(&c, saturday, sunday), 480);
    CHECK_INT(sunday - saturday, 25 * HOUR);
}

static void a_night_shift_is_an_hour_shorter_and_an_hour_longer(void)
{
    struct calendar c;
    open_all_week(&c, 0, 6 * 60);
    CHECK_INT(calendar_between(&c, SPRING - 2 * HOUR, SPRING + 20 * HOUR), 5 * 60);
    CHECK_INT(calendar_between(&c, AUTUMN - 3 * HOUR, AUTUMN + 20 * HOUR), 7 * 60);
    CHECK_INT(calendar_between(&c, SPRING + 21 * HOUR, SPRING + 45 * HOUR), 6 * 60);
    /* Hours that begin in the one that is left out begin at the turn. */
    open_all_week(&c, 2 * 60 + 30, 4 * 60);
    CHECK_INT(calendar_add(&c, SPRING - HOUR, 10), SPRING + 10 * MIN);
    CHECK_INT(calendar_between(&c, SPRING - HOUR, SPRING + 10 * HOUR), 60);
}

static void between_inverts_add_across_every_turn(void)
{
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++) {
        struct calendar c;
        calendar_default(&c);
        CHECK_INT(calendar_zone(&c, str_c(zones[i])), ST_OK);
        c.week[6] = c.week[5]; /* turns are on Sundays */
        c.week[6].span[0].from_min = 60;
        uint64_t x = 88172645463325252u;
        for (int k = 0; k < 2000; k++) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            int64_t ms = SPRING + (int64_t)(x % (700u * DAY)) - 350 * DAY;
            int64_t minutes = (int64_t)((x >> 40) % 5000), end = calendar_add(&c, ms, minutes);
            CHECK(end >= ms);
            CHECK_INT(calendar_between(&c, ms, end), minutes);
        }
    }
}

static void a_holiday_and_a_turn_in_one_week(void)
{
    struct calendar c;
    open_all_week(&c, 8 * 60, 16 * 60);
    int32_t sunday = (int32_t)((SPRING + 2 * HOUR) / DAY);
    struct calendar_day days[] = {{.day = sunday}, {.day = sunday + 1}};
    c.exceptions = days;
    c.nexceptions = 2;
    /* Six working hours from Saturday 14:00: two then, four on Tuesday. */
    CHECK_INT(calendar_add(&c, SPRING - 12 * HOUR, 360), SPRING + 2 * DAY + 9 * HOUR);
}

static void an_edition_carries_the_zone(void)
{
    static uint8_t room[1 << 16], buf[4096];
    struct catalogue c = {.number = 3}, back;
    struct arena a = arena_of(room, sizeof room);
    const char *rule = "";
    bytes out;
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++) {
        calendar_default(&c.calendars.usual);
        CHECK_INT(calendar_zone(&c.calendars.usual, str_c(zones[i])), ST_OK);
        CHECK_INT(catalogue_encode(&c, buf, sizeof buf, &out), ST_OK);
        CHECK_INT(catalogue_open(out, &a, &back, &rule), ST_OK);
        for (int64_t ms = SPRING; ms < SPRING + 400 * DAY; ms += 6 * HOUR) {
            CHECK_INT(calendar_offset(&back.calendars.usual, ms),
                      calendar_offset(&c.calendars.usual, ms));
        }
    }
}

int main(void)
{
    RUN(a_zone_means_what_the_c_library_makes_of_it);
    RUN(what_is_no_zone_is_refused_and_changes_nothing);
    RUN(the_day_begins_at_eight_on_the_wall_before_and_after_the_turn);
    RUN(a_night_shift_is_an_hour_shorter_and_an_hour_longer);
    RUN(between_inverts_add_across_every_turn);
    RUN(a_holiday_and_a_turn_in_one_week);
    RUN(an_edition_carries_the_zone);
    CHECK_END();
}
