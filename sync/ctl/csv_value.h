/* csv_value.h - one cell to one value: money, quantities, dates, clock times, words, codes.
 *
 * Each parser takes the trimmed cell whole and answers false when it is not one; then nothing was
 * written. No floating point. Pure; any thread. */
#ifndef SYNC_CTL_CSV_VALUE_H
#define SYNC_CTL_CSV_VALUE_H
#include "core/base/status.h"
#include "sync/ctl/csv_columns.h"

/* csv_value_trim: without ASCII white space and ideographic spaces at both ends. */
str csv_value_trim(str s);

/* csv_value_money: "380", "380.5", "380.00", "1,234.50", "-339.81" to minor units. Commas only
 * between groups of three; more than two decimals only when they are zeros. */
MUST_USE bool csv_value_money(str s, int64_t *minor);
/* csv_value_quantity: "1", "0.5", "2.125" to thousandths, not negative. */
MUST_USE bool csv_value_quantity(str s, int64_t *thousandths);
/* csv_value_count: digits only, at most 1,000,000,000. */
MUST_USE bool csv_value_count(str s, int64_t *n);
/* csv_value_clock: "8:00", "17:30", "24:00" to minutes of the day. */
MUST_USE bool csv_value_clock(str s, int *minutes);
/* csv_value_weekday: "mon" to "sun", "Monday", "周一", "星期日" to 1 (Monday) to 7. */
MUST_USE bool csv_value_weekday(str s, int *weekday);
/* csv_value_code: 1 to 32 printable ASCII characters. */
MUST_USE bool csv_value_code(str s);
/* csv_value_word: the number of the word `s`, in either language; ASCII case does not matter. */
MUST_USE bool csv_value_word(const struct csv_word *words, str s, int *number);

struct csv_when {
    int32_t day; /* days since 1970-01-01 */
    int minutes; /* of the day; -1 when the cell had no time */
    int seconds;
};
/* csv_value_when: `s` by `format`: yyyy, mm, dd, HH, MM, SS stand for numbers (one digit may stand
 * for two), a part in [] may be absent, all else stands for itself. Years 1900 to 2199; the day
 * must exist. */
MUST_USE bool csv_value_when(const char *format, str s, struct csv_when *out);
/* csv_value_format_ok: the format names year, month and day once each and its brackets pair. */
MUST_USE bool csv_value_format_ok(const char *format);
#endif
