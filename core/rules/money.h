/* money.h - sums of minor units that saturate instead of overflowing (UB in C, nonsense on paper).
 */
#ifndef CORE_RULES_MONEY_H
#define CORE_RULES_MONEY_H
#include <stdbool.h>
#include <stdint.h>

static inline int64_t money_add(int64_t a, int64_t b)
{
    if (b > 0 && a > INT64_MAX - b) {
        return INT64_MAX;
    }
    if (b < 0 && a < INT64_MIN - b) {
        return INT64_MIN;
    }
    return a + b;
}

/* money_times: unit price times a quantity in thousandths, rounded half up, away from zero for
 * negative amounts. Saturates; *whole says whether it did not. */
static inline int64_t money_times(int64_t unit_minor, int64_t qty_milli, bool *whole)
{
    bool minus = (unit_minor < 0) != (qty_milli < 0);
    uint64_t u = unit_minor < 0 ? 0 - (uint64_t)unit_minor : (uint64_t)unit_minor;
    uint64_t q = qty_milli < 0 ? 0 - (uint64_t)qty_milli : (uint64_t)qty_milli;
    if (u != 0 && q > ((uint64_t)INT64_MAX - 500) / u) {
        *whole = false;
        return minus ? INT64_MIN : INT64_MAX;
    }
    int64_t v = (int64_t)((u * q + 500) / 1000);
    return minus ? -v : v;
}
#endif
