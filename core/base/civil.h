/* civil.h - days of the proleptic Gregorian calendar and days since 1970-01-01, both ways.
 * No zone, no clock: whoever asks has added the offset. Pure; any thread. */
#ifndef CORE_BASE_CIVIL_H
#define CORE_BASE_CIVIL_H
#include <stdint.h>

struct civil {
    int year, month, day; /* month and day count from 1 */
};
/* civil_of: the date of a day; days before 1970 are negative. */
struct civil civil_of(int64_t days);
/* civil_days: the day of a date; a month from 1 to 12, a day from 1 on (past the month's end it
 * runs on into the next). */
int64_t civil_days(struct civil date);
#endif
