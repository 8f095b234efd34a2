/* bench_office.h - a headquarters of so many calls, with the console's request layer before it. */
#ifndef TESTS_BENCH_OFFICE_H
#define TESTS_BENCH_OFFICE_H
#include "tests/bench/bench.h"
#include "tests/unit/hq/desk.h"

#define OFFICE_NOW_MS 1780000000000LL
#define OFFICE_PEOPLE 50
#define OFFICE_BRANCHES 5

id16 bench_office_id(const char *kind, unsigned n); /* "person", "customer", "job" */
id8 bench_office_branch(unsigned n);
/* bench_office_begin: a fresh headquarters below the bench's folder with `rows` calls, a tenth as
 * many customers and OFFICE_PEOPLE technicians, each an entry of its own through hq_act. `alone`,
 * if not NULL, is the folder for one whose calls and customers are kept states with all their rows
 * and texts (fold_keep), without entries. Users "clerk" (of DESK_HERE) and "administrator". No
 * request layer yet: d->api is NULL. */
void bench_office_begin(const struct bench *b, struct desk *d, unsigned rows, const char *alone);
void bench_office_end(struct desk *d);
#endif
