/* sim_shrink.c - the shortest schedule that fails for the same reason, as far as there is time. */
#include "tests/sim/sim.h"

#include <stdlib.h>
#include <time.h>

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Numbers in a reason change from run to run; its words do not. */
static bool same_reason(const char *a, const char *b)
{
    for (;; a++, b++) {
        while (*a >= '0' && *a <= '9') {
            a++;
        }
        while (*b >= '0' && *b <= '9') {
            b++;
        }
        if (*a != *b) {
            return false;
        }
        if (*a == '\0') {
            return true;
        }
    }
}

unsigned sim_run_shrink(uint64_t seed, unsigned scenario, enum sim_mutation m,
                        struct sim_step *steps, unsigned n, double seconds)
{
    struct sim_step *less = malloc(SIM_STEPS * sizeof *less);
    struct sim_result first = sim_run(seed, scenario, m, steps, n, false);
    double until = seconds_now() + seconds;
    for (unsigned size = n / 2; size > 0; size = size > 1 ? size / 2 : 0) {
        bool again = true;
        while (again && seconds_now() < until) {
            again = false;
            for (unsigned at = 0; at < n && seconds_now() < until;) {
                unsigned drop = size < n - at ? size : n - at;
                memcpy(less, steps, at * sizeof *less);
                memcpy(less + at, steps + at + drop, (n - at - drop) * sizeof *less);
                struct sim_result r = sim_run(seed, scenario, m, less, n - drop, false);
                if (r.failed && same_reason(r.why, first.why)) {
                    n -= drop;
                    memcpy(steps, less, n * sizeof *less);
                    again = size == 1;
                } else {
                    at += drop;
                }
            }
        }
    }
    free(less);
    return n;
}
