/* test_calendar.c - working time and deadlines (C-01, C-03 to C-05, J-04, J-20). */
#include "core/rules/service.h"
#include "tests/unit/core/fold_help.h"

#define MIN 60000LL
#define HOUR (60 * MIN)
#define DAY (24 * HOUR)
/* Local midnight (UTC+8) of Monday, 2025-06-16. */
#define MONDAY (1750003200000LL)

static struct calendar c;

static int64_t at(int day, int hour, int minute)
{
    return MONDAY + day * DAY + hour * HOUR + minute * MIN;
}

static void the_default_week_is_monday_to_saturday_eight_hours(void)
{
    calendar_default(&c);
    CHECK_INT(calendar_between(&c, at(0, 0, 0), at(1, 0, 0)), 480);
    CHECK_INT(calendar_between(&c, at(0, 0, 0), at(7, 0, 0)), 6 * 480);
    CHECK_INT(calendar_between(&c, at(6, 0, 0), at(7, 0, 0)), 0); /* Sunday */
    CHECK_INT(calendar_between(&c, at(0, 8, 0), at(0, 8, 1)), 1);
    CHECK_INT(calendar_between(&c, at(0, 11, 0), at(0, 14, 0)), 90); /* over noon */
}

static void working_time_is_added_over_noon_night_and_sunday(void)
{
    calendar_default(&c);
    CHECK_INT(calendar_add(&c, at(0, 8, 0), 360), at(0, 15, 30));
    CHECK_INT(calendar_add(&c, at(0, 8, 0), 240), at(0, 12, 0));
    CHECK_INT(calendar_add(&c, at(0, 12, 15), 1), at(0, 13, 31));
    CHECK_INT(calendar_add(&c, at(0, 16, 30), 360), at(1, 14, 30));
    CHECK_INT(calendar_add(&c, at(5, 17, 0), 60), at(7, 8, 30)); /* Saturday evening */
    CHECK_INT(calendar_add(&c, at(6, 3, 0), 5), at(7, 8, 5));
    CHECK_INT(calendar_add(&c, at(0, 9, 0) + 250, 1), at(0, 9, 1) + 250); /* to the millisecond */
    CHECK_INT(calendar_add(&c, at(0, 3, 0), 0), at(0, 3, 0));
    CHECK_INT(calendar_add(&c, at(0, 3, 0), -5), at(0, 3, 0));
}

static void between_is_negative_backwards_and_inverts_add(void)
{
    calendar_default(&c);
    CHECK_INT(calendar_between(&c, at(1, 9, 0), at(0, 9, 0)), -480);
    uint64_t x = 88172645463325252u;
    for (int i = 0; i < 2000; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        int64_t ms = MONDAY + (int64_t)(x % (300u * DAY)) - 100 * DAY;
        int64_t minutes = (int64_t)((x >> 40) % 5000);
        int64_t end = calendar_add(&c, ms, minutes);
        CHECK(end >= ms);
        CHECK_INT(calendar_between(&c, ms, end), minutes);
    }
}

static void days_that_differ_are_holidays_or_short_or_worked_sundays(void)
{
    calendar_default(&c);
    int32_t monday = (int32_t)((MONDAY + 8 * HOUR) / DAY);
    struct calendar_day days[] = {
        {.day = monday},
        {.day = monday + 1, .nspans = 1, .span = {{540, 600}}},
        {.day = monday + 6, .nspans = 1, .span = {{600, 720}}},
    };
    c.exceptions = days;
    c.nexceptions = 3;
    CHECK_INT(calendar_between(&c, at(0, 0, 0), at(1, 0, 0)), 0);
    CHECK_INT(calendar_between(&c, at(1, 0, 0), at(2, 0, 0)), 60);
    CHECK_INT(calendar_between(&c, at(6, 0, 0), at(7, 0, 0)), 120);
    CHECK_INT(calendar_between(&c, at(2, 0, 0), at(3, 0, 0)), 480);
    CHECK_INT(calendar_add(&c, at(0, 9, 0), 61), at(2, 8, 1));
}

/* Weeks are counted at once: what a walk day by day adds up to must come out the same. */
static void months_are_the_sum_of_their_days(void)
{
    calendar_default(&c);
    c.week[6].nspans = 1;
    c.week[6].span[0].from_min = 600;
    c.week[6].span[0].to_min = 645;
    int32_t monday = (int32_t)((MONDAY + 8 * HOUR) / DAY);
    struct calendar_day days[] = {{.day = monday + 31}, {.day = monday + 97}};
    for (size_t n = 0; n <= 2; n++) {
        c.exceptions = days;
        c.nexceptions = n;
        for (int from = 0; from < 9; from++) {
            int64_t a = at(from, 7 + from, 13 * from), sum = 0;
            for (int64_t day = 0; day < 120; day++) {
                CHECK_INT(calendar_between(&c, a, a + day * DAY + 5 * HOUR),
                          sum + calendar_between(&c, a + day * DAY, a + day * DAY + 5 * HOUR));
                sum += calendar_between(&c, a + day * DAY, a + (day + 1) * DAY);
            }
        }
    }
}

static void no_calendar_and_no_time_makes_it_hang_or_overflow(void)
{
    memset(&c, 0, sizeof c); /* closed for ever */
    CHECK_INT(calendar_add(&c, at(0, 0, 0), 60), at(400, 0, 0));
    CHECK_INT(calendar_between(&c, at(0, 0, 0), at(900, 0, 0)), 0);
    calendar_default(&c);
    static const int64_t odd[] = {INT64_MIN, INT64_MIN + 1, -1, 0, 1, INT64_MAX - 1, INT64_MAX};
    for (size_t i = 0; i < 7; i++) {
        for (size_t k = 0; k < 7; k++) {
            int64_t end = calendar_add(&c, odd[i], odd[k]);
            CHECK(end > INT64_MIN / 1000 && end < INT64_MAX / 1000);
            int64_t n = calendar_between(&c, odd[i], odd[k]);
            CHECK(n >= -200000 && n <= 200000); /* 400 days of it */
        }
    }
}

static struct subject_state job_called(int64_t called_ms, int64_t zone)
{
    help_start();
    struct record_write w[2] = {help_int(F_JOB_CALLED, FT_TIME, called_ms),
                                help_int(F_JOB_ZONE, FT_ENUM, zone)};
    help_record(&clerk, SUBJECT_JOB, sample_id16("job"), NULL, w, 2);
    return help_fold();
}

static const struct deadline *find(const struct deadline *d, size_t n, enum deadline_kind kind)
{
    for (size_t i = 0; i < n; i++) {
        if (d[i].kind == kind) {
            return &d[i];
        }
    }
    return NULL;
}

static void c01_six_working_hours_in_the_city_seven_in_the_suburb_from_the_call(void)
{
    struct calendars of;
    calendars_default(&of);
    struct deadline d[4];
    struct subject_state s = job_called(at(0, 16, 30), 1);
    size_t n = deadlines(&s, &of, d);
    CHECK_INT(n, 4);
    CHECK_INT(find(d, n, DL_ARRIVE)->due_ms, at(1, 14, 30));
    CHECK(find(d, n, DL_ARRIVE)->working && !find(d, n, DL_ARRIVE)->met);
    s = job_called(at(0, 16, 30), 2);
    n = deadlines(&s, &of, d);
    CHECK_INT(find(d, n, DL_ARRIVE)->due_ms, at(1, 15, 30));
    CHECK_INT(deadline_left_minutes(find(d, n, DL_ARRIVE), &of, at(1, 13, 0)), 120);
    CHECK_INT(deadline_left_minutes(find(d, n, DL_ARRIVE), &of, at(1, 17, 0)), -90);
}

static void c03_to_c05_are_plain_hours_and_the_nearest_open_one_is_first(void)
{
    struct calendars of;
    calendars_default(&of);
    struct deadline d[4];
    struct subject_state s = job_called(at(0, 9, 0), 1);
    size_t n = deadlines(&s, &of, d);
    CHECK(d[0].kind == DL_RESPOND && d[0].due_ms == at(0, 12, 0) && !d[0].working);
    CHECK_INT(deadline_left_minutes(&d[0], &of, at(0, 11, 15)), 45);
    CHECK(d[1].kind == DL_PLAN && d[1].due_ms == at(0, 15, 0));
    CHECK(d[2].kind == DL_ARRIVE && d[2].due_ms == at(0, 16, 30));
    CHECK(d[3].kind == DL_SITE && d[3].due_ms == at(3, 9, 0));
    help_visit(&tech, "v", KIND_VISIT_ARRIVED);
    s = help_fold();
    n = deadlines(&s, &of, d);
    CHECK(d[0].kind == DL_PLAN && !d[0].met); /* what is met goes to the end */
    CHECK(d[1].met && d[2].met && d[3].met);
    CHECK_INT(find(d, n, DL_ARRIVE)->met_ms, SAMPLE_TIME_MS + 4000);
}

/* The kinds that stand first at a time, as digits, the most important one first. */
static int first(const struct deadline *d, size_t n, int64_t now_ms)
{
    size_t out[2], m = deadlines_first(d, n, now_ms, out);
    int kinds = 0;
    for (size_t k = 0; k < m; k++) {
        kinds = kinds * 10 + (int)d[out[k]].kind;
    }
    return kinds;
}

static void until_arrival_no_other_limit_hides_that_of_the_arrival(void)
{
    struct calendars of;
    calendars_default(&of);
    struct deadline d[4];
    struct subject_state s = job_called(at(0, 9, 0), 1);
    size_t n = deadlines(&s, &of, d);
    CHECK_INT(first(d, n, at(0, 9, 5)), DL_ARRIVE * 10 + DL_RESPOND);
    CHECK_INT(first(d, n, at(0, 12, 1)), DL_ARRIVE * 10 + DL_PLAN);    /* what can be kept still */
    CHECK_INT(first(d, n, at(0, 15, 1)), DL_ARRIVE * 10 + DL_RESPOND); /* what was missed first */
    CHECK_INT(first(d, n, at(0, 17, 0)), DL_ARRIVE * 10 + DL_RESPOND); /* too late for that, too */
    help_visit(&tech, "v", KIND_VISIT_ACCEPTED);
    s = help_fold();
    n = deadlines(&s, &of, d);
    CHECK_INT(first(d, n, at(0, 12, 1)), DL_ARRIVE * 10 + DL_PLAN);
    help_visit(&tech, "v", KIND_VISIT_ARRIVED);
    s = help_fold();
    n = deadlines(&s, &of, d);
    CHECK_INT(first(d, n, at(0, 12, 1)), DL_PLAN);
    CHECK_INT(first(d, n, at(0, 15, 1)), DL_PLAN); /* late */
    help_visit(&tech, "v", KIND_VISIT_DIAGNOSED);
    s = help_fold();
    n = deadlines(&s, &of, d);
    CHECK_INT(first(d, n, at(0, 12, 1)), 0);
}

/* A week of holidays: 72 plain hours are over before six working ones. */
static void of_two_limits_of_the_arrival_the_sooner_one_counts(void)
{
    struct deadline d[] = {{.kind = DL_RESPOND, .due_ms = 10},
                           {.kind = DL_SITE, .due_ms = 20},
                           {.kind = DL_PLAN, .due_ms = 30},
                           {.kind = DL_ARRIVE, .due_ms = 40}};
    CHECK_INT(first(d, 4, 5), DL_SITE * 10 + DL_RESPOND);
    d[0].due_ms = 25; /* after the arrival: it is shown when it comes to it */
    CHECK_INT(first(d, 4, 5), DL_SITE);
    CHECK_INT(first(d, 0, 5), 0);
}

static void j20_without_a_call_there_is_no_deadline(void)
{
    struct calendars of;
    calendars_default(&of);
    struct deadline d[4];
    help_start();
    help_set(&clerk, NULL, F_JOB_ZONE, 1);
    struct subject_state s = help_fold();
    CHECK_INT(deadlines(&s, &of, d), 0);
}

int main(void)
{
    RUN(the_default_week_is_monday_to_saturday_eight_hours);
    RUN(working_time_is_added_over_noon_night_and_sunday);
    RUN(between_is_negative_backwards_and_inverts_add);
    RUN(days_that_differ_are_holidays_or_short_or_worked_sundays);
    RUN(months_are_the_sum_of_their_days);
    RUN(no_calendar_and_no_time_makes_it_hang_or_overflow);
    RUN(c01_six_working_hours_in_the_city_seven_in_the_suburb_from_the_call);
    RUN(c03_to_c05_are_plain_hours_and_the_nearest_open_one_is_first);
    RUN(until_arrival_no_other_limit_hides_that_of_the_arrival);
    RUN(of_two_limits_of_the_arrival_the_sooner_one_counts);
    RUN(j20_without_a_call_there_is_no_deadline);
    CHECK_END();
}
