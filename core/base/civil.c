/* civil.c - see civil.h. The calendar repeats every 400 years (an era, 146,097 days); a year is
 * taken to begin in March, so that the day that leap years have is its last. */
#include "core/base/civil.h"

enum { ERA_DAYS = 146097, TO_1970 = 719468 /* from the first of March of the year 0 */ };

struct civil civil_of(int64_t days)
{
    int64_t z = days + TO_1970;
    int64_t era = (z >= 0 ? z : z - (ERA_DAYS - 1)) / ERA_DAYS, day = z - era * ERA_DAYS;
    int64_t year = (day - day / 1460 + day / 36524 - day / (ERA_DAYS - 1)) / 365;
    int64_t in_year = day - (365 * year + year / 4 - year / 100), march = (5 * in_year + 2) / 153;
    struct civil c = {.day = (int)(in_year - (153 * march + 2) / 5 + 1),
                      .month = (int)(march < 10 ? march + 3 : march - 9)};
    c.year = (int)(year + era * 400 + (c.month <= 2 ? 1 : 0));
    return c;
}

int64_t civil_days(struct civil date)
{
    int64_t y = date.month <= 2 ? date.year - 1 : date.year;
    int64_t era = (y >= 0 ? y : y - 399) / 400, year = y - era * 400;
    int64_t march = date.month > 2 ? date.month - 3 : date.month + 9;
    int64_t in_year = (153 * march + 2) / 5 + date.day - 1;
    return era * ERA_DAYS + year * 365 + year / 4 - year / 100 + in_year - TO_1970;
}
