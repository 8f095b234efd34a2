/* test_civil.c - days and dates, both ways. */
#include "core/base/civil.h"
#include "tests/support/check.h"

static void dates_that_everybody_knows(void)
{
    static const struct {
        int64_t day;
        struct civil date;
    } rows[] = {
        {0, {1970, 1, 1}},     {-1, {1969, 12, 31}},      {11016, {2000, 2, 29}},
        {11017, {2000, 3, 1}}, {20778, {2026, 11, 21}},   {-25508, {1900, 3, 1}},
        {-719528, {0, 1, 1}},  {2932896, {9999, 12, 31}},
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        struct civil c = civil_of(rows[k].day);
        CHECK_INT(c.year, rows[k].date.year);
        CHECK_INT(c.month, rows[k].date.month);
        CHECK_INT(c.day, rows[k].date.day);
        CHECK_INT(civil_days(rows[k].date), rows[k].day);
    }
}

/* A day by day walk through two eras against the rules of the calendar themselves. */
static void every_day_follows_the_one_before(void)
{
    static const int long_[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    struct civil c = {-200, 1, 1};
    for (int64_t day = civil_days(c); c.year < 600; day++) {
        struct civil have = civil_of(day);
        bool same = have.year == c.year && have.month == c.month && have.day == c.day;
        CHECK(same && civil_days(c) == day);
        if (!same) {
            return;
        }
        bool leap = c.year % 4 == 0 && (c.year % 100 != 0 || c.year % 400 == 0);
        if (++c.day > long_[c.month - 1] + (c.month == 2 && leap ? 1 : 0)) {
            c.day = 1;
            c.year += c.month == 12 ? 1 : 0;
            c.month = c.month == 12 ? 1 : c.month + 1;
        }
    }
}

int main(void)
{
    RUN(dates_that_everybody_knows);
    RUN(every_day_follows_the_one_before);
    CHECK_END();
}
