/* sim_run.c - schedules: drawn from a seed, run, shortened when they fail. */
#include "tests/sim/sim.h"

#include <sodium.h>
#include <stdio.h>

#define SOUND 10      /* of the table below: those that gate */
#define FULL_EVERY 40 /* steps between the dear checks */
#define TEN_YEARS_MS (10LL * 365 * 86400000)

enum op {
    OP_SYNC,
    OP_VISIT,
    OP_EDIT,
    OP_CLERK,
    OP_JOB,
    OP_ASSIGN,
    OP_RESOLVE,
    OP_CASH,
    OP_PHOTO,
    OP_REPLAY,
    OP_CLOCK,
    OP_HQ_CLOCK,
    OP_RESTART,
    OP_HQ_RESTART,
    OP_FULL,
    OP_HQ_FULL,
    OP_REPLACE,
    OP_REVOKE,
    OP_SNAP,
    OP_RESTORE,
    OP_CLONE,
    OP_HQ_SNAP,
    OP_HQ_RESTORE,
    OP_BOTH,
    OP_FORGET,
    OP_STOCK,
    OP_FOREIGN,
    OP_BREAK,
    OP_SPLIT,
    OP_OLD_CLERK,
    OP_PARCEL,
    OP_STICK,
    OPS
};
static const char *const op_names[OPS] = {
    "a device syncs",
    "a visit goes on",
    "a technician edits",
    "a clerk edits",
    "a new job",
    "a job changes hands",
    "a conflict is resolved",
    "cash is accepted",
    "a photo",
    "an old bundle comes",
    "a device's clock jumps",
    "headquarters' clock jumps",
    "a device restarts",
    "headquarters restarts",
    "a device's disk fills or has room again",
    "headquarters' disk fills or has room again",
    "a device is lost and replaced",
    "a device is revoked",
    "a device is backed up",
    "a device is restored",
    "a device is cloned",
    "headquarters is backed up",
    "headquarters is restored",
    "device and headquarters are restored",
    "a customer is forgotten",
    "parts go into a van",
    "bundles go to the wrong company",
    "a disk fails once",
    "headquarters is restored and the machine before goes on, or that one ends",
    "a clerk edits at the old headquarters",
    "a parcel is made, or posted",
    "a stick is given to the wrong device",
};

/* How often what happens, and what the network does. */
struct scenario {
    const char *name;
    uint8_t weight[OPS];
    struct sim_faults faults;
};
#define WORK                                                                                       \
    [OP_SYNC] = 34, [OP_VISIT] = 18, [OP_EDIT] = 12, [OP_CLERK] = 7, [OP_JOB] = 1,                 \
    [OP_RESOLVE] = 3, [OP_CASH] = 3, [OP_STOCK] = 1, [OP_FORGET] = 1
#define BAD_NETWORK                                                                                \
    {                                                                                              \
        .drop = 10, .cut = 16, .alter = 4, .twice = 12, .late = 8                                  \
    }
static const struct scenario scenarios[] = {
    {"a calm day", {WORK, [OP_ASSIGN] = 3}, {0}},
    {"a bad network",
     {WORK, [OP_ASSIGN] = 3, [OP_REPLAY] = 8, [OP_PHOTO] = 1, [OP_FOREIGN] = 1},
     BAD_NETWORK},
    {"clocks that jump",
     {WORK, [OP_ASSIGN] = 3, [OP_CLOCK] = 8, [OP_HQ_CLOCK] = 3, [OP_RESTART] = 2, [OP_REPLAY] = 2},
     BAD_NETWORK},
    {"full and failing disks",
     {WORK, [OP_ASSIGN] = 3, [OP_FULL] = 6, [OP_HQ_FULL] = 3, [OP_RESTART] = 2, [OP_HQ_RESTART] = 1,
      [OP_BREAK] = 8},
     BAD_NETWORK},
    {"hand-over, loss, replacement, revocation",
     {WORK, [OP_ASSIGN] = 8, [OP_REPLACE] = 2, [OP_REVOKE] = 1, [OP_REPLAY] = 4},
     BAD_NETWORK},
    {"devices restored and cloned",
     {WORK, [OP_ASSIGN] = 3, [OP_SNAP] = 5, [OP_RESTORE] = 3, [OP_CLONE] = 1, [OP_REPLAY] = 5},
     BAD_NETWORK},
    {"headquarters restored",
     {WORK, [OP_ASSIGN] = 3, [OP_HQ_SNAP] = 4, [OP_HQ_RESTORE] = 2, [OP_REPLAY] = 4},
     BAD_NETWORK},
    {"everything at once",
     {WORK,
      [OP_ASSIGN] = 3,
      [OP_PHOTO] = 1,
      [OP_REPLAY] = 5,
      [OP_CLOCK] = 3,
      [OP_HQ_CLOCK] = 1,
      [OP_RESTART] = 2,
      [OP_HQ_RESTART] = 1,
      [OP_FULL] = 2,
      [OP_HQ_FULL] = 1,
      [OP_REPLACE] = 1,
      [OP_REVOKE] = 1,
      [OP_SNAP] = 3,
      [OP_RESTORE] = 2,
      [OP_CLONE] = 1,
      [OP_HQ_SNAP] = 2,
      [OP_HQ_RESTORE] = 1,
      [OP_BOTH] = 1,
      [OP_FOREIGN] = 1,
      [OP_BREAK] = 2},
     BAD_NETWORK},
    {"two headquarters out of one backup",
     {WORK, [OP_ASSIGN] = 3, [OP_REPLAY] = 4, [OP_HQ_SNAP] = 4, [OP_SPLIT] = 4, [OP_OLD_CLERK] = 6,
      [OP_RESTART] = 1, [OP_HQ_RESTART] = 1},
     BAD_NETWORK},
    {"parcels, sticks and all that is put back",
     {WORK, [OP_ASSIGN] = 3, [OP_REPLAY] = 4, [OP_REPLACE] = 2, [OP_REVOKE] = 2, [OP_PARCEL] = 8,
      [OP_STICK] = 5, [OP_SNAP] = 2, [OP_RESTORE] = 1, [OP_CLONE] = 2, [OP_HQ_SNAP] = 2,
      [OP_HQ_RESTORE] = 1, [OP_SPLIT] = 1, [OP_BREAK] = 1},
     BAD_NETWORK},
};

unsigned sim_run_scenarios(void)
{
    return sizeof scenarios / sizeof scenarios[0];
}

unsigned sim_run_sound(void)
{
    return SOUND;
}

const char *sim_run_scenario(unsigned i)
{
    return scenarios[i].name;
}

unsigned sim_run_plan(uint64_t seed, unsigned scenario, struct sim_step steps[static SIM_STEPS])
{
    struct sim_rng r;
    unsigned total = 0;
    for (unsigned i = 0; i < OPS; i++) {
        total += scenarios[scenario].weight[i];
    }
    sim_rng_seed(&r, seed, 3 + scenario);
    unsigned n = 40 + sim_rng_below(&r, 160);
    for (unsigned i = 0; i < n; i++) {
        unsigned x = sim_rng_below(&r, total), op = 0;
        while (x >= scenarios[scenario].weight[op]) {
            x -= scenarios[scenario].weight[op++];
        }
        steps[i] = (struct sim_step){i, op};
    }
    return n;
}

/* --- steps
 * ----------------------------------------------------------------------------------------- */

static void jump(struct sim_world *w, struct sim_clock *c)
{
    switch (sim_rng_below(&w->rng, 4)) {
    case 0:
        c->skew_ms = -w->ms; /* 1970 */
        break;
    case 1:
        c->skew_ms = TEN_YEARS_MS;
        break;
    case 2:
        c->skew_ms = (int64_t)sim_rng_below(&w->rng, 7200000) - 3600000;
        break;
    default:
        c->skew_ms = 0;
    }
}

static unsigned alive(const struct sim_world *w)
{
    unsigned n = 0;
    for (unsigned i = 0; i < w->ndevices; i++) {
        n += !w->device[i].gone && !w->device[i].revoked;
    }
    return n;
}

static void destroy(struct sim_world *w, struct sim_device *d)
{
    sim_world_close(w, d);
    d->gone = true;
    sim_ledger_drop(w, d->index);
}

static void replace(struct sim_world *w, struct sim_device *d)
{
    unsigned person = d->person;
    if (w->ndevices == SIM_DEVICES || w->hq_full) {
        return;
    }
    destroy(w, d);
    sim_world_join(w, person);
}

static void restart(struct sim_world *w, struct sim_device *d)
{
    sim_world_close(w, d);
    sim_world_open(w, d);
}

static struct sim_foreign foreign; /* one for all runs */

/* One of the next commits fails, whoever's it is; then all is opened again, as after a restart. */
static void break_once(struct sim_world *w, struct sim_device *d)
{
    bool moved = false;
    unsigned what = sim_rng_below(&w->rng, 4);
    sim_break_next(1 + sim_rng_below(&w->rng, what == 0 ? 4 : 1));
    if (what == 0) {
        sim_net_sync(w, d, &scenarios[w->scenario].faults, &moved);
    } else if (what == 1) {
        sim_act_visit(w, d);
    } else {
        sim_act_edit(w, what == 2 ? d : NULL);
    }
    w->breaks += sim_break_fired();
    if (sim_break_fired() && !w->failed) {
        sim_note(w, "a commit failed");
        sim_world_hq_close(w);
        sim_world_hq_open(w);
        sim_world_old_again(w);
        restart(w, d);
    }
    sim_break_next(0);
}

static void device_op(struct sim_world *w, unsigned op, struct sim_device *d)
{
    bool moved = false;
    switch (op) {
    case OP_SYNC:
        sim_net_sync(w, d, &scenarios[w->scenario].faults, &moved);
        break;
    case OP_VISIT:
        sim_act_visit(w, d);
        break;
    case OP_EDIT:
        sim_act_edit(w, d);
        break;
    case OP_PHOTO:
        sim_act_photo(w, d);
        break;
    case OP_CLOCK:
        jump(w, &d->clock);
        break;
    case OP_FULL:
        d->full = !d->full;
        restart(w, d);
        break;
    case OP_RESTART:
        restart(w, d);
        break;
    case OP_REPLACE:
        replace(w, d);
        break;
    case OP_REVOKE:
        if (alive(w) > 2) {
            sim_act_revoke(w, d);
        }
        break;
    case OP_SNAP:
        sim_world_snap(w, d);
        break;
    case OP_RESTORE:
        sim_world_restore(w, d);
        break;
    case OP_CLONE:
        sim_world_clone(w, d);
        break;
    case OP_FOREIGN:
        sim_foreign_meet(w, d, &foreign);
        break;
    case OP_BREAK:
        break_once(w, d);
        break;
    default:
        break;
    }
}

/* What only that one knows is lost with it; what a device heard of it comes back. */
static void old_clerk(struct sim_world *w)
{
    struct hq *now = w->hq;
    unsigned n = w->nledger;
    if (w->old == NULL) {
        return;
    }
    w->hq = w->old;
    sim_act_edit(w, NULL);
    w->old = w->hq;
    w->hq = now;
    for (; n < w->nledger; n++) {
        w->ledger[n].holders &= ~(1U << SIM_HQ);
    }
}

static void hq_op(struct sim_world *w, unsigned op)
{
    switch (op) {
    case OP_CLERK:
        sim_act_edit(w, NULL);
        break;
    case OP_JOB:
        sim_act_job(w, sim_rng_below(&w->rng, SIM_PERSONS));
        break;
    case OP_ASSIGN:
        sim_act_assign(w);
        break;
    case OP_RESOLVE:
        sim_act_resolve(w);
        break;
    case OP_CASH:
        sim_act_cash(w);
        break;
    case OP_REPLAY:
        sim_net_replay(w);
        break;
    case OP_FORGET:
        sim_office_forget(w);
        break;
    case OP_STOCK:
        sim_office_stock(w);
        break;
    case OP_HQ_CLOCK:
        jump(w, &w->hq_clock);
        break;
    case OP_HQ_FULL:
        w->hq_full = !w->hq_full;
        sim_world_hq_close(w);
        sim_world_hq_open(w);
        break;
    case OP_HQ_RESTART:
        sim_world_hq_close(w);
        sim_world_hq_open(w);
        break;
    case OP_HQ_SNAP:
        sim_world_hq_snap(w);
        break;
    case OP_HQ_RESTORE:
        sim_world_hq_restore(w);
        break;
    case OP_SPLIT:
        if (w->old != NULL) {
            sim_world_old_end(w);
        } else {
            sim_world_hq_split(w);
        }
        break;
    case OP_OLD_CLERK:
        old_clerk(w);
        break;
    case OP_PARCEL:
        sim_hands_parcel(w, &scenarios[w->scenario].faults);
        break;
    case OP_STICK:
        sim_hands_stick(w);
        break;
    default:
        break;
    }
}

static void step(struct sim_world *w, const struct sim_step *s)
{
    sim_rng_seed(&w->rng, w->seed, 1000 + s->id);
    sim_rng_sodium(w->seed, 100000 + s->id);
    w->ms += 1000 + (int64_t)sim_rng_below(&w->rng, 600000);
    w->event++;
    sim_trace(w, s, sizeof *s);
    struct sim_device *d = sim_world_pick(w);
    if (w->verbose) {
        printf("#  %3u %s\n", s->id, op_names[s->op]);
    }
    if (d != NULL) {
        device_op(w, s->op, d);
    }
    if (s->op == OP_BOTH && d != NULL) {
        if (sim_world_hq_restore(w) && !w->failed) {
            sim_world_restore(w, d);
        }
    }
    hq_op(w, s->op);
    if (w->mutation == SIM_TWICE && !w->mutated && !w->failed && d != NULL && !d->gone) {
        sim_act_again(w, d);
    }
}

/* --- a run
 * --------------------------------------------------------------------------------------- */

static void result_of(struct sim_world *w, struct sim_result *r)
{
    memset(r, 0, sizeof *r);
    r->failed = w->failed;
    r->mutated = w->mutated;
    memcpy(r->why, w->why, sizeof r->why);
    crypto_generichash_final(&w->trace, r->trace, sizeof r->trace);
    r->exchanges = w->exchanges;
    r->answers = w->answers;
    r->cuts = w->cuts;
    r->altered = w->altered;
    r->replays = w->replays;
    r->drops = w->drops;
    r->appends = w->appends;
    r->refused_full = w->refused_full;
    r->forks = w->forks;
    r->restores = w->restores;
    r->hq_restores = w->hq_restores;
    r->checks = w->checks;
    r->forgets = w->forgets;
    r->foreign = w->foreign;
    r->breaks = w->breaks;
    r->marks = w->marks;
    r->splits = w->splits;
    r->at_olds = w->at_olds;
    r->parcels = w->parcels;
    r->sticks = w->sticks;
}

static struct sim_world w; /* big; its scratch memory is kept from run to run */

struct sim_result sim_run(uint64_t seed, unsigned scenario, enum sim_mutation m,
                          const struct sim_step *steps, unsigned n, bool verbose)
{
    struct sim_result r;
    w.verbose = false;
    sim_foreign_begin(&foreign);
    sim_world_begin(&w, "w", seed, scenario, m);
    w.verbose = verbose;
    for (unsigned i = 0; i < n && !w.failed; i++) {
        step(&w, &steps[i]);
        if (i % FULL_EVERY == FULL_EVERY - 1 && !w.failed) {
            sim_ledger_full(&w);
        }
    }
    sim_rng_seed(&w.rng, seed, 999);
    sim_rng_sodium(seed, 99999);
    if (!w.failed) {
        sim_check_end(&w);
    }
    result_of(&w, &r);
    sim_world_end(&w);
    return r;
}

void sim_run_over(void)
{
    sim_foreign_end(&foreign);
}

struct sim_result sim_run_every_byte(uint64_t seed)
{
    struct sim_result r;
    const struct sim_faults none = {0};
    bool moved = false;
    w.verbose = false;
    sim_world_begin(&w, "w", seed, 0, SIM_HONEST);
    for (unsigned i = 0; i < 3 && !w.failed; i++) {
        sim_net_sync(&w, &w.device[i], &none, &moved);
    }
    for (unsigned i = 0; i < 3 && !w.failed; i++) {
        sim_act_edit(&w, &w.device[0]);
        sim_act_visit(&w, &w.device[0]);
        sim_act_edit(&w, NULL);
    }
    if (!w.failed) {
        sim_net_every_byte(&w, &w.device[0]);
    }
    if (!w.failed) {
        sim_check_end(&w);
    }
    result_of(&w, &r);
    sim_world_end(&w);
    return r;
}

void sim_run_print(uint64_t seed, unsigned scenario, const struct sim_step *steps, unsigned n)
{
    printf("# SEED=%" PRIu64 " SCENARIO=%u KEEP=", seed, scenario);
    for (unsigned i = 0; i < n; i++) {
        printf("%s%u", i == 0 ? "" : ",", steps[i].id);
    }
    printf("   (%s, %u steps)\n", scenarios[scenario].name, n);
}
