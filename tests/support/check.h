/* check.h - the whole test harness. A test file is a list of functions named as sentences and a
 * main that runs them: CHECK_MAIN(RUN(a), RUN(b)). Prints one "ok"/"not ok" line a claim;
 * tests/run.sh counts these lines, so a test that prints none counts as a failure. */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern int check_failures;    /* of the running claim */
extern int check_failed_runs; /* claims that failed so far */
void check_fail(const char *file, int line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void check_bytes(const char *file, int line, const void *a, size_t an, const void *b, size_t bn);
/* check_tmp: a fresh directory under $TMPDIR, removed at exit; static storage per call (16 at
 * most). */
const char *check_tmp(void);

#define CHECK(c) ((c) ? (void)0 : check_fail(__FILE__, __LINE__, "%s", #c))
#define CHECK_INT(a, b)                                                                            \
    do {                                                                                           \
        long long a_ = (long long)(a), b_ = (long long)(b);                                        \
        if (a_ != b_) {                                                                            \
            check_fail(__FILE__, __LINE__, "%s: %lld, wanted %lld", #a, a_, b_);                   \
        }                                                                                          \
    } while (0)
#define CHECK_STR(a, b)                                                                            \
    do {                                                                                           \
        const char *a_ = (a), *b_ = (b);                                                           \
        if (a_ == NULL || b_ == NULL || strcmp(a_, b_) != 0) {                                     \
            check_fail(__FILE__, __LINE__, "%s: \"%s\", wanted \"%s\"", #a, a_ ? a_ : "(null)",    \
                       b_ ? b_ : "(null)");                                                        \
        }                                                                                          \
    } while (0)
#define CHECK_BYTES(a, an, b, bn) check_bytes(__FILE__, __LINE__, (a), (an), (b), (bn))
#define RUN(f)                                                                                     \
    do {                                                                                           \
        check_failures = 0;                                                                        \
        f();                                                                                       \
        printf("%s - %s\n", check_failures == 0 ? "ok" : "not ok", #f);                            \
        fflush(stdout);                                                                            \
        check_failed_runs += check_failures != 0;                                                  \
    } while (0)
#define CHECK_END() return check_failed_runs == 0 ? 0 : 1
#endif
