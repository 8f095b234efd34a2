/* facts.h - bounds of what may be frozen. Private to core/report. Pure. */
#ifndef CORE_REPORT_FACTS_H
#define CORE_REPORT_FACTS_H
#include "core/report/report.h"

#define FACTS_BIG_MAX 1000000000000LL   /* money, quantities, editions: sums and products fit */
#define FACTS_MS_MAX ((int64_t)1 << 47) /* as in entries: the year 6429 */
/* facts_check: the name of the first field that is not fit to be frozen, or NULL. */
const char *facts_check(const struct report_facts *f);
#endif
