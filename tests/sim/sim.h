/* sim.h - a whole company in one process: headquarters, handhelds and their copies, clerks, a
 * network that loses, repeats, reorders and cuts, clocks that jump, disks that fill, backups that
 * come back.
 *
 * Everything is drawn from one seed. A schedule is a list of steps; each step has its number of its
 * own, from which all that it draws is derived, so that leaving other steps out changes it little:
 * that is what lets a failing schedule shrink. What nobody may lose stands in a ledger outside of
 * all stores, and the properties are checked against it. One thread. */
#ifndef TESTS_SIM_H
#define TESTS_SIM_H
#include "core/fold/record.h"
#include "core/model/bodies.h"
#include "sync/engine/exchange.h"
#include "sync/hq/hq.h"

#include <inttypes.h>
#include <sodium.h>

#define SIM_DEVICES 12 /* handhelds and copies of handhelds in one world */
#define SIM_PERSONS 3
#define SIM_SUBJECTS 40
#define SIM_LEDGER 1500 /* entries of one world */
#define SIM_MESSAGES 40 /* bundles that may still come (again) */
#define SIM_SNAPS 2     /* backups of one party; a third replaces the oldest */
#define SIM_STEPS 400
#define SIM_HQ 31             /* headquarters' bit among the holders */
#define SIM_OLD_LIFE 1000000U /* of the headquarters that goes on beside the restored one */

/* --- sim_rng.c
 * ------------------------------------------------------------------------------------ */
struct sim_rng {
    uint64_t s[4];
};
void sim_rng_seed(struct sim_rng *r, uint64_t seed, uint64_t stream);
uint64_t sim_rng_next(struct sim_rng *r);
unsigned sim_rng_below(struct sim_rng *r, unsigned n); /* 0 .. n-1; n 0: 0 */
bool sim_rng_chance(struct sim_rng *r, unsigned percent);
/* sim_rng_sodium: from now on libsodium draws from this seed. In simulation only. */
void sim_rng_sodium(uint64_t seed, uint64_t stream);

/* --- sim_files.c
 * ---------------------------------------------------------------------------------- */
bool sim_files_copy(const char *from, const char *to); /* a folder; LMDB's lock file stays behind */
void sim_files_remove(const char *path);
void sim_files_folder(const char *path);
/* sim_files_base: a folder for all stores, in memory where the machine has such a place; static. */
const char *sim_files_base(void);

/* --- the world
 * ------------------------------------------------------------------------------------ */
struct sim_step {
    unsigned id; /* what it draws depends on this and on the seed */
    unsigned op;
};

/* An own entry that was acknowledged to somebody. */
struct sim_entry {
    h32 hash;
    id8 author, epoch;
    uint64_t seq;
    id16 subject;
    unsigned kind;
    int64_t amount;
    h32 of;    /* cash: the payment that was accepted */
    id8 visit; /* of a sign-off, and the number that its report bears */
    struct code number;
    uint32_t holders; /* bit per device, and SIM_HQ: where it must be now */
    bool by_hq;
};

struct sim_snap {
    bool used;
    char dir[160];
    uint8_t held[SIM_LEDGER / 8 + 1];
    unsigned life; /* headquarters' when it was made */
};

struct sim_clock {
    struct sim_world *w;
    int64_t skew_ms;
    int64_t boot_at_ms;
    unsigned boot;
};

struct sim_device {
    bool used, gone, revoked; /* gone: fell into a river */
    unsigned index;
    char dir[160];
    uint8_t key[32]; /* data key: the PIN's slot is left out (Argon2 costs what it should) */
    struct store *store;
    struct journal journal;
    uint8_t *scratch;
    unsigned person;
    struct sim_clock clock;
    bool full;
    bool informed;  /* it knows what headquarters lost, if it lost anything */
    uint64_t taint; /* event at which it last heard of something that is so no longer */
    bool rolled;    /* it is a copy or was restored */
    bool parcelled; /* its keys are destroyed, its parcel waits for its receipts */
    uint8_t owed[SIM_LEDGER / 8 + 1]; /* what is in it */
    struct sim_snap snaps[SIM_SNAPS];
};

struct sim_message {
    uint8_t *p;
    size_t n;
    bool answer;
    unsigned device; /* whose */
    unsigned life;   /* of headquarters when it answered */
    uint64_t asked;  /* event at which the request was made */
    bool heard;      /* all of that request came, as it was */
};

enum sim_mutation {
    SIM_HONEST = 0,
    SIM_DROPS, /* headquarters drops an entry after its receipt */
    SIM_LIES,  /* a device marks what no receipt covers */
    SIM_TWICE, /* a device appends a payment a second time */
    SIM_HIDES, /* headquarters leaves an edit out of its fold */
    SIM_MUTATIONS
};

struct sim_world {
    const char *name; /* of its folder */
    uint64_t seed;
    unsigned scenario;
    enum sim_mutation mutation;
    bool mutated;
    struct sim_rng rng; /* of the step in hand */
    char base[128];
    int64_t ms;
    uint64_t event;
    /* headquarters */
    struct hq *hq;
    struct sim_clock hq_clock;
    char hq_dir[160];
    struct sim_snap hq_snaps[SIM_SNAPS];
    bool hq_full;
    unsigned hq_life;
    bool hq_rolled; /* it was restored at least once */
    struct hq *old; /* the one that was not switched off when it was; NULL: none */
    char old_dir[160];
    bool at_old; /* what is posted now goes there */
    id16 person[SIM_PERSONS];
    id16 subject[SIM_SUBJECTS];
    enum subject_type type[SIM_SUBJECTS];
    bool gone[SIM_SUBJECTS]; /* headquarters forgot it with a rollback, and nobody else has it */
    unsigned nsubjects;
    struct sim_device device[SIM_DEVICES];
    unsigned ndevices, prefixes;
    struct sim_message message[SIM_MESSAGES];
    unsigned nmessages;
    struct sim_entry ledger[SIM_LEDGER];
    unsigned nledger;
    uint8_t *room; /* CAP_SCRATCH_BYTES, for whoever looks */
    struct err err;
    crypto_generichash_state trace;
    bool failed;
    char why[400];
    /* counted */
    uint64_t exchanges, answers, cuts, altered, replays, drops, appends, refused_full, forks,
        restores, hq_restores, checks, forgets, foreign, breaks, marks, splits, at_olds, parcels,
        sticks;
    bool verbose;
};

/* sim_fail: the first failure of a run stands. */
void sim_fail(struct sim_world *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void sim_trace(struct sim_world *w, const void *p, size_t n);
void sim_note(struct sim_world *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
#define SIM_OK(w, call)                                                                            \
    do {                                                                                           \
        enum st st_ = (call);                                                                      \
        if (st_ != ST_OK) {                                                                        \
            sim_fail(w, "%s:%d: %s: %s: %s", __FILE__, __LINE__, #call, st_name(st_),              \
                     (w)->err.text);                                                               \
        }                                                                                          \
    } while (0)

/* --- sim_world.c: parties
 * ------------------------------------------------------------------------- */
void sim_world_begin(struct sim_world *w, const char *name, uint64_t seed, unsigned scenario,
                     enum sim_mutation m);
void sim_world_end(struct sim_world *w);
struct now sim_world_now(struct sim_clock *c);
struct sim_device *sim_world_join(struct sim_world *w, unsigned person); /* NULL: no place left */
void sim_world_close(struct sim_world *w, struct sim_device *d);
void sim_world_open(struct sim_world *w, struct sim_device *d); /* also after a crash; a new boot */
void sim_world_snap(struct sim_world *w, struct sim_device *d);
bool sim_world_restore(struct sim_world *w, struct sim_device *d);
struct sim_device *sim_world_clone(struct sim_world *w, struct sim_device *d);
void sim_world_hq_open(struct sim_world *w);
void sim_world_hq_close(struct sim_world *w);
void sim_world_hq_snap(struct sim_world *w);
bool sim_world_hq_restore(struct sim_world *w);
/* sim_world_hq_split: it is restored, and the machine before goes on answering. sim_world_old_end:
 * until it is switched off. sim_world_old_again: it is started anew, after a failure. */
bool sim_world_hq_split(struct sim_world *w);
void sim_world_old_again(struct sim_world *w);
void sim_world_old_end(struct sim_world *w);
struct sim_device *sim_world_pick(struct sim_world *w); /* one that is in use; NULL */
/* sim_world_hurt: a write of a device, or of headquarters (NULL), answered `st`. Its disk is full
 * or fails just now: then that is no finding, and who must be opened again is. Else the run fails.
 */
void sim_world_hurt(struct sim_world *w, struct sim_device *d, enum st st, const char *what);
bool sim_world_hurts(const struct sim_world *w, const struct sim_device *d, enum st st);

/* --- sim_act.c: what people do
 * ----------------------------------------------------------------------- */
id16 sim_act_record(struct sim_world *w, enum subject_type type, struct record_write *rec, size_t n,
                    const char *text, int text_field);
void sim_act_job(struct sim_world *w, unsigned person);
void sim_act_assign(struct sim_world *w);
void sim_act_visit(struct sim_world *w, struct sim_device *d);
void sim_act_edit(struct sim_world *w, struct sim_device *d); /* NULL: a clerk */
void sim_act_photo(struct sim_world *w, struct sim_device *d);
void sim_act_resolve(struct sim_world *w);
void sim_act_cash(struct sim_world *w);
void sim_act_revoke(struct sim_world *w, struct sim_device *d);
void sim_act_again(struct sim_world *w, struct sim_device *d); /* SIM_TWICE */

bool sim_act_known(struct sim_world *w, struct store *s, id16 subject);

/* --- sim_office.c: numbers, parts, erasure
 * ------------------------------------------------------------------------------------ */
bool sim_office_number(struct sim_world *w, struct sim_device *d, struct code *out);
void sim_office_numbers(struct sim_world *w); /* at rest: none was given twice */
void sim_office_stock(struct sim_world *w);
void sim_office_forget(struct sim_world *w);
void sim_office_erased(struct sim_world *w, struct sim_device *d); /* NULL: headquarters */

/* --- sim_break.c: a commit that fails
 * ------------------------------------------------------------------------------------ */
void sim_break_next(unsigned commits); /* the how-manieth from now; 0: none */
bool sim_break_fired(void);

/* --- sim_foreign.c: another company
 * ------------------------------------------------------------------------------------ */
struct sim_foreign {
    bool made;
    struct sim_world world;
    struct bundle_buffer request, answer; /* of its first device */
};
/* sim_foreign_begin: before the world that meets it; once a process. */
void sim_foreign_begin(struct sim_foreign *f);
void sim_foreign_end(struct sim_foreign *f);
/* sim_foreign_meet: bundles of both go to the wrong one, which must refuse them and change nothing.
 */
void sim_foreign_meet(struct sim_world *w, struct sim_device *d, struct sim_foreign *f);

/* --- sim_hands.c: sticks in others' hands, parcels
 * ------------------------------------------------------------------------------------ */
struct sim_faults;
/* sim_hands_stick: another device is given what is for one of its colleagues', and refuses it. */
void sim_hands_stick(struct sim_world *w);
/* sim_hands_parcel: a parcel that waits is posted; else one device that must makes one. */
void sim_hands_parcel(struct sim_world *w, const struct sim_faults *f);
void sim_hands_last(struct sim_world *w); /* at rest: each is received */

/* --- sim_net.c: bundles
 * ------------------------------------------------------------------------------ */
struct sim_faults {
    unsigned drop, cut, alter, twice, late; /* per cent */
};
/* sim_net_sync: exchanges until nothing is left or the network fails; true: it came to its end. */
bool sim_net_sync(struct sim_world *w, struct sim_device *d, const struct sim_faults *f,
                  bool *moved);
void sim_net_replay(struct sim_world *w); /* an old bundle comes (again) */
/* sim_net_post: the first n bytes of a request to headquarters; true: *answer in `out`. */
bool sim_net_post(struct sim_world *w, const struct sim_message *m, size_t n, bool harmed,
                  struct bundle_buffer *out, struct sim_message *answer);
void sim_net_keep(struct sim_world *w, const struct sim_message *m); /* a copy, for later */
/* sim_net_every_byte: one exchange of `d`, cut after each byte on both ways, from nothing to all.
 */
void sim_net_every_byte(struct sim_world *w, struct sim_device *d);
void sim_net_drop_all(struct sim_world *w);

/* --- sim_ledger.c: what must be where
 * ---------------------------------------------------------------- */
struct sim_entry *sim_ledger_find(struct sim_world *w, h32 hash); /* NULL */
/* sim_ledger_add: what a party holds under `hash` was acknowledged. */
struct sim_entry *sim_ledger_add(struct sim_world *w, struct store *s, unsigned bit, h32 hash);
void sim_ledger_look(struct sim_world *w, struct sim_device *d); /* NULL: headquarters; what came */
void sim_ledger_mark(struct sim_world *w, unsigned bit, uint8_t *held);       /* backup */
void sim_ledger_back(struct sim_world *w, unsigned bit, const uint8_t *held); /* restored */
void sim_ledger_drop(struct sim_world *w, unsigned bit);                      /* destroyed */
void sim_ledger_places(struct sim_world *w, struct sim_device *d); /* all along: no false claim */
void sim_ledger_full(struct sim_world *w);                         /* all along, dear: no loss */

/* --- sim_check.c: after quiescence
 * ------------------------------------------------------------------- */
void sim_check_end(struct sim_world *w);

/* --- sim_run.c: schedules
 * ---------------------------------------------------------------------------- */
struct sim_result {
    bool failed, mutated;
    char why[400];
    uint8_t trace[32];
    uint64_t exchanges, answers, cuts, altered, replays, drops, appends, refused_full, forks,
        restores, hq_restores, checks, forgets, foreign, breaks, marks, splits, at_olds, parcels,
        sticks;
};
/* sim_run_scenarios: how many there are; the first sim_run_sound of them hold today. */
unsigned sim_run_scenarios(void);
unsigned sim_run_sound(void);
const char *sim_run_scenario(unsigned i); /* its name */
unsigned sim_run_plan(uint64_t seed, unsigned scenario, struct sim_step steps[static SIM_STEPS]);
struct sim_result sim_run(uint64_t seed, unsigned scenario, enum sim_mutation m,
                          const struct sim_step *steps, unsigned n, bool verbose);
void sim_run_over(void); /* the last run of the process was made */
/* sim_run_every_byte: three entries on their way, the line cut after each byte of both bundles. */
struct sim_result sim_run_every_byte(uint64_t seed);
/* sim_run_shrink: leaves steps out while it still fails for the same reason; the new count. */
unsigned sim_run_shrink(uint64_t seed, unsigned scenario, enum sim_mutation m,
                        struct sim_step *steps, unsigned n, double seconds);
void sim_run_print(uint64_t seed, unsigned scenario, const struct sim_step *steps, unsigned n);
#endif
