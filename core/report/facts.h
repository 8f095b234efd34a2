/* facts.h - the fields of frozen facts, and bounds of what may be frozen. Private to core/report.
 * Pure. */
#ifndef CORE_REPORT_FACTS_H
#define CORE_REPORT_FACTS_H
#include "core/report/report.h"

#define FACTS_BIG_MAX 1000000000000LL   /* money, quantities, editions: sums and products fit */
#define FACTS_MS_MAX ((int64_t)1 << 47) /* as in entries: the year 6429 */
#define FACTS_MINUTE_MS 60000
#define FACTS_DAY_MINUTES 1440

enum facts_form {
    F_TEXT,  /* str, utf8_clean form */
    F_ASCII, /* str, printable ASCII */
    F_UINT,  /* unsigned or enum, up to max */
    F_BIG,   /* uint64_t, up to FACTS_BIG_MAX */
    F_TIME,  /* int64_t ms, kept in minutes */
    F_DAY,   /* int64_t ms, kept in days since 1970, local */
    F_MONEY, /* int64_t minor units */
    F_QTY,   /* int64_t thousandths */
    F_ZONE,  /* int16_t minutes */
    F_BOOL,
    F_ACTIONS,
    F_PARTS,
    F_PRICES
};
struct facts_field {
    int key;
    enum facts_form form;
    size_t at;
    unsigned max;
    const char *name;
};
/* The fields: of the facts (in order of their keys, from 1), of a part's line, of a price's. */
#define FACTS_TOP 44
#define FACTS_PART 10
#define FACTS_PRICE 5
extern const struct facts_field facts_top[FACTS_TOP];
extern const struct facts_field facts_part[FACTS_PART];
extern const struct facts_field facts_price[FACTS_PRICE];

/* facts_number, facts_set_number: a field of `base` as one number, whatever its type; strings have
 * none. facts_text: a string's; facts_is_text: is it one? */
int64_t facts_number(const struct facts_field *f, const void *base);
void facts_set_number(const struct facts_field *f, void *base, int64_t v);
str facts_text(const struct facts_field *f, const void *base);
bool facts_is_text(const struct facts_field *f);
/* facts_check: the name of the first field that is not fit to be frozen, or NULL. */
const char *facts_check(const struct report_facts *f);
#endif
