/* test_sim.c - thousands of schedules, each from a seed; SEED=n runs one, SOAK=1 many. */
#include "tests/sim/sim.h"
#include "tests/support/check.h"

#include <sodium.h>
#include <time.h>

#define SHORT_EXCHANGES 2000
#define LONG_EXCHANGES 100000
#define SHRINK_SECONDS 60

static struct sim_result total;
static double spent;
static unsigned runs, failed;

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void add(const struct sim_result *r)
{
    total.exchanges += r->exchanges;
    total.answers += r->answers;
    total.cuts += r->cuts;
    total.altered += r->altered;
    total.replays += r->replays;
    total.drops += r->drops;
    total.appends += r->appends;
    total.refused_full += r->refused_full;
    total.forks += r->forks;
    total.restores += r->restores;
    total.hq_restores += r->hq_restores;
    total.checks += r->checks;
    total.forgets += r->forgets;
    total.foreign += r->foreign;
    total.breaks += r->breaks;
    total.marks += r->marks;
    total.splits += r->splits;
    total.at_olds += r->at_olds;
    total.parcels += r->parcels;
    total.sticks += r->sticks;
}

static uint64_t env_number(const char *name, uint64_t otherwise)
{
    const char *s = getenv(name);
    return s == NULL || s[0] == '\0' ? otherwise : strtoull(s, NULL, 10);
}

static void show_failure(uint64_t seed, unsigned scenario, struct sim_step *steps, unsigned n,
                         const struct sim_result *r)
{
    printf("# SEED=%" PRIu64 " fails: %s\n", seed, r->why);
    n = sim_run_shrink(seed, scenario, SIM_HONEST, steps, n,
                       (double)env_number("SHRINK", SHRINK_SECONDS));
    sim_run_print(seed, scenario, steps, n);
    struct sim_result last = sim_run(seed, scenario, SIM_HONEST, steps, n, true);
    printf("# %s\n", last.why);
}

static bool one(uint64_t seed, unsigned scenario)
{
    struct sim_step steps[SIM_STEPS];
    unsigned n = sim_run_plan(seed, scenario, steps);
    double from = now_s();
    struct sim_result r = sim_run(seed, scenario, SIM_HONEST, steps, n, false);
    spent += now_s() - from;
    add(&r);
    runs++;
    failed += r.failed;
    if (r.failed) {
        if (env_number("SHRINK", SHRINK_SECONDS) != 0) {
            show_failure(seed, scenario, steps, n, &r);
        }
        check_fail(__FILE__, __LINE__, "seed %" PRIu64 ", %s: %s", seed, sim_run_scenario(scenario),
                   r.why);
    }
    return !r.failed;
}

/* --- the claims
 * ---------------------------------------------------------------------------------------- */

static uint64_t wanted;

static void nothing_is_lost_doubled_hidden_or_falsely_shown(void)
{
    uint64_t first = env_number("FROM", 1);
    unsigned bad = 0, most = (unsigned)env_number("BAD", 3);
    uint64_t sound = sim_run_sound(), all = sim_run_scenarios(), only = env_number("ONLY", all);
    for (uint64_t seed = first; total.exchanges < wanted && bad < most; seed++) {
        bad += !one(seed, (unsigned)(only < all ? only : seed % sound));
    }
}

static void the_same_seed_runs_the_same_way_twice(void)
{
    for (unsigned s = 0; s < sim_run_scenarios(); s++) {
        struct sim_step steps[SIM_STEPS];
        unsigned n = sim_run_plan(77 + s, s, steps);
        struct sim_result a = sim_run(77 + s, s, SIM_HONEST, steps, n, false);
        struct sim_result b = sim_run(77 + s, s, SIM_HONEST, steps, n, false);
        struct sim_result c = sim_run(78 + s, s, SIM_HONEST, steps, n, false);
        CHECK_BYTES(a.trace, sizeof a.trace, b.trace, sizeof b.trace);
        CHECK(memcmp(a.trace, c.trace, sizeof a.trace) != 0);
    }
}

static void a_bundle_cut_after_any_byte_loses_nothing(void)
{
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct sim_result r = sim_run_every_byte(seed);
        CHECK(r.cuts > 500);
        add(&r);
        if (r.failed) {
            check_fail(__FILE__, __LINE__, "seed %" PRIu64 ": %s", seed, r.why);
        }
    }
}

/* A harness that cannot fail proves nothing: each of these lies must be found out. */
static void found_out(enum sim_mutation m, unsigned scenario)
{
    unsigned tries = 0, told = 0;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct sim_step steps[SIM_STEPS];
        unsigned n = sim_run_plan(seed, scenario, steps);
        struct sim_result r = sim_run(seed, scenario, m, steps, n, false);
        tries += r.mutated;
        told += r.mutated && r.failed;
        if (r.mutated && !r.failed) {
            check_fail(__FILE__, __LINE__, "mutation %d, seed %" PRIu64 ": not found out", (int)m,
                       seed);
        }
    }
    CHECK(tries >= 4);
    printf("# counted: mutation %d: %u made, %u found out\n", (int)m, tries, told);
}

static void an_entry_that_headquarters_drops_after_its_receipt_is_missed(void)
{
    found_out(SIM_DROPS, 1);
}

static void a_device_that_claims_what_no_receipt_covers_is_caught(void)
{
    found_out(SIM_LIES, 1);
}

static void a_payment_that_is_said_twice_is_caught(void)
{
    found_out(SIM_TWICE, 1);
}

static void an_edit_that_the_fold_hides_is_missed(void)
{
    found_out(SIM_HIDES, 1);
}

static int replay(uint64_t seed)
{
    struct sim_step steps[SIM_STEPS];
    unsigned scenario = (unsigned)env_number("SCENARIO", seed % sim_run_sound());
    unsigned n = sim_run_plan(seed, scenario, steps), kept = 0;
    const char *keep = getenv("KEEP");
    for (unsigned i = 0; keep != NULL && *keep != '\0' && i < n; i++) {
        char *end;
        unsigned long id = strtoul(keep, &end, 10);
        for (unsigned k = 0; k < n; k++) {
            if (steps[k].id == id) {
                steps[kept++] = steps[k];
                break;
            }
        }
        keep = *end == ',' ? end + 1 : end;
    }
    n = keep == NULL ? n : kept;
    struct sim_result r = sim_run(seed, scenario, SIM_HONEST, steps, n, getenv("QUIET") == NULL);
    if (r.failed && getenv("KEEP") == NULL) {
        show_failure(seed, scenario, steps, n, &r);
    }
    sim_run_over();
    printf("%s - seed %" PRIu64 "%s%s\n", r.failed ? "not ok" : "ok", seed, r.failed ? ": " : "",
           r.why);
    return r.failed;
}

int main(void)
{
    if (sodium_init() < 0) {
        return 99;
    }
    uint64_t seed = env_number("SEED", 0);
    if (seed != 0) {
        return replay(seed);
    }
    wanted = env_number("EXCHANGES", env_number("SOAK", 0) != 0 ? LONG_EXCHANGES : SHORT_EXCHANGES);
    RUN(nothing_is_lost_doubled_hidden_or_falsely_shown);
    if (getenv("ONLY") == NULL) {
        RUN(a_bundle_cut_after_any_byte_loses_nothing);
        RUN(an_entry_that_headquarters_drops_after_its_receipt_is_missed);
        RUN(a_device_that_claims_what_no_receipt_covers_is_caught);
        RUN(a_payment_that_is_said_twice_is_caught);
        RUN(an_edit_that_the_fold_hides_is_missed);
        RUN(the_same_seed_runs_the_same_way_twice);
    }
    printf("# counted: %" PRIu64 " exchanges (%.0f/s), %" PRIu64 " answers taken, %" PRIu64
           " entries acknowledged; %u of %u schedules failed\n",
           total.exchanges, (double)total.exchanges / spent, total.answers, total.appends, failed,
           runs);
    printf("# counted: %" PRIu64 " cuts, %" PRIu64 " altered, %" PRIu64 " drops, %" PRIu64
           " replays, %" PRIu64 " refusals for want of room, %" PRIu64
           " restores of devices, %" PRIu64 " of headquarters, %" PRIu64 " forks told\n",
           total.cuts, total.altered, total.drops, total.replays, total.refused_full,
           total.restores, total.hq_restores, total.forks);
    printf("# counted: %" PRIu64 " erasures, %" PRIu64
           " meetings with a foreign headquarters, %" PRIu64 " commits that failed, %" PRIu64
           " numbers that two copies of one store gave\n",
           total.forgets, total.foreign, total.breaks, total.marks);
    printf("# counted: %" PRIu64 " times two headquarters out of one backup, %" PRIu64
           " exchanges with the old one, %" PRIu64 " parcels of revoked devices, %" PRIu64
           " sticks given to the wrong device\n",
           total.splits, total.at_olds, total.parcels, total.sticks);
    sim_run_over();
    CHECK_END();
}
