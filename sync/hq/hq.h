/* hq.h - headquarters in one process: its store, its node's journal, its keys.
 *
 * docketd holds one; docketctl opens one when no docketd runs. One writer: everything that changes
 * something is called on one thread. What only reads (hq_read, answers) may run on others with a
 * read transaction of its own. Clock and scratch are the caller's through struct hq_options. */
#ifndef SYNC_HQ_HQ_H
#define SYNC_HQ_HQ_H
#include <stdatomic.h>

#include "core/base/clock.h"
#include "core/base/encode.h"
#include "core/store/salvage.h"
#include "sync/hq/hq_contact.h"
#include "sync/hq/hq_store.h"
#include "sync/hq/hq_keys.h"

#define HQ_PATH_BYTES 512

enum hq_quota {
    HQ_QUOTA_ENTRIES,
    HQ_QUOTA_ATT_BYTES,
    HQ_QUOTA_RECEIPTS,
    HQ_QUOTA_ODD,
    HQ_QUOTA_LACKING,
    HQ_QUOTA_STEPS,
    HQ_QUOTAS
};
/* An author of this deployment, in memory: certificates are opened once. */
struct hq_device {
    id8 author;
    id16 person;
    enum role role;
    bool revoked;
    int64_t quota_day; /* days since 1970, of quota */
    uint64_t quota[HQ_QUOTAS];
    bool quota_moved;   /* since it was last kept in the store */
    int64_t refused_ms; /* when it was last over one of them; 0: never */
};

struct hq {
    struct store *store;
    struct journal journal; /* the node's */
    struct hq_keys keys;
    struct clock clock;
    id16 admin; /* the person that hq_init made: actor of what nobody else is named for */
    struct hq_device *devices; /* all authors but the node; grows to HQ_DEVICES_MAX */
    unsigned ndevices;
    struct hq_contacts *contacts; /* since this process began; any thread */
    struct store_txn *batch;      /* open between hq_batch_begin and _end */
    uint8_t *scratch;             /* CAP_SCRATCH_BYTES, malloc */
    uint8_t *work;                /* likewise: hq_arena */
    uint8_t *routing;             /* likewise: of routing alone */
    char dir[HQ_PATH_BYTES], keys_path[HQ_PATH_BYTES];
    struct salvage_totals salvaged; /* by this open; values 0: the file was whole */
    bool batch_broken;              /* an hq_act of the batch failed: it can only be undone */
    id8 batch_revokes;              /* the device that the open batch revokes; zero: none */
    bool reader;                    /* opened beside a docketd */
    struct trust
        trust; /* as it was at open: for threads other than the writer's. What they read of
                  it stays true when the root changes; only root, next root and serial move */
    atomic_ullong trust_serial; /* of the newest that is kept; any thread */
    bool rolled_back;       /* a device proved that this node was restored: a new epoch is due */
    bool erase_due;         /* an erasure came back from a device: keys are to be destroyed */
    atomic_size_t at_door;  /* entries of requests that are read and not answered yet; any thread */
    atomic_llong door_ms;   /* of the boot clock: hq_request.c's measure of a crowd; any thread */
    bool rest_due;          /* entries wait for hq_route_rest */
    uint8_t rest_at[17];    /* the chain whose turn it was last, and a zero: just beyond it */
    bool cut_due;           /* what a revocation cuts off waits for hq_cut_settle */
    bool taken_due;         /* calls that technicians took wait for hq_taken_settle */
    bool taken_more;        /* ... which had enough for once, and failed at none */
    uint64_t kept_entries;  /* of devices, since the start */
    uint64_t told_problems; /* items that devices could not take, as they said, since the start */
};

struct hq_options {
    const char *dir;
    const char *keys_path; /* NULL: DIR.keys */
    const char *root_path; /* NULL: DIR.root; hq_init only */
    uint64_t map_bytes;    /* 0: CAP_MAP_HQ_BYTES; tests set less */
    struct clock clock;    /* read NULL: the system's */
    bool look; /* through the file first, whatever the last end was (not beside a writer). A reader
                  answers ST_CORRUPT on damage, a writer leaves it behind */
};
struct hq_setup {
    const char *name;           /* of the company, UTF-8 */
    uint32_t legal_period_days; /* of signed vouchers */
    id8 branch;                 /* of the node's certificate */
};
/* hq_init: keys, root, trust document, store, node's journal, the administrator's record. The
 * store gets its name last, so a kill leaves no store that cannot be opened; what it, or a failure,
 * leaves (DIR.making and its key files) the next run takes away. ST_EXISTS, ST_BAD_INPUT (name; a
 * postgresql:// address: err says why not), ST_FULL, ST_IO. */
MUST_USE enum st hq_init(const struct hq_options *opt, const struct hq_setup *setup,
                         struct err *err);
/* hq_open: for writing. *hq is malloc'ed. ST_LOCKED: docketd (or another command) has it. Finishes
 * what a crash left: entries kept but not yet folded and routed, erasures half done. */
MUST_USE enum st hq_open(const struct hq_options *opt, struct hq **hq, struct err *err);
/* hq_open_reader: store and trust document only, beside a running docketd; hq_act answers
 * ST_LOCKED. */
MUST_USE enum st hq_open_reader(const struct hq_options *opt, struct hq **hq, struct err *err);
void hq_close(struct hq **hq); /* NULL is fine */
struct clock hq_clock_system(void);
struct now hq_now(struct hq *hq);
/* hq_arena: a fresh arena of CAP_SCRATCH_BYTES over hq->work: one user at a time, never across
 * hq_act. */
struct arena hq_arena(struct hq *hq);

/* hq_act: append an entry of the node (what->actor and actor_role filled in; a zero actor becomes
 * the administrator, ROLE_NONE becomes ROLE_ADMINISTRATOR), fold it and route it to the outboxes,
 * in one transaction; inside a batch in the batch's. On ST_OK *hash (may be NULL) is the entry's.
 */
MUST_USE enum st hq_act(struct hq *hq, struct append *what, h32 *hash, struct err *err);
/* hq_act_in: the same in a write transaction of the caller's, who calls journal_reload on
 * hq->journal when he aborts it. */
MUST_USE enum st hq_act_in(struct hq *hq, struct store_txn *t, struct append *what, h32 *hash,
                           struct err *err);
/* Several hq_act that stand together, one flush: an import's batch. hq_batch_end(false) undoes all.
 */
MUST_USE enum st hq_batch_begin(struct hq *hq, struct err *err);
MUST_USE enum st hq_batch_end(struct hq *hq, bool keep, struct err *err);
/* hq_registers: a store of before there were registers gains them: each subject is folded once. */
MUST_USE enum st hq_registers(struct hq *hq, struct err *err);
/* hq_txn: the batch's transaction, or a new read transaction (*mine true: store_abort it after). */
MUST_USE enum st hq_txn(struct hq *hq, struct store_txn **t, bool *mine, struct err *err);
/* hq_write: the batch's transaction, or a new write transaction (*mine). hq_written ends what
 * hq_write began: ours is committed when `st` is ST_OK, else undone and the journal's head read
 * again; a batch is left to whoever opened it. Answers `st`, or why the commit failed. */
MUST_USE enum st hq_write(struct hq *hq, struct store_txn **t, bool *mine, struct err *err);
MUST_USE enum st hq_written(struct hq *hq, struct store_txn **t, bool mine, enum st st,
                            struct err *err);
/* hq_revoked: mark a device as revoked once that is durable: now, or when the batch is. */
void hq_revoked(struct hq *hq, id8 author);

/* hq_id_of: the subject that the company's books call `code` (F_CODE), or, with `code` of 32 hex
 * digits, the subject itself. ST_NOT_FOUND. */
MUST_USE enum st hq_id_of(struct hq *hq, enum subject_type type, str code, id16 *out,
                          struct err *err);
/* hq_id_in: the same in a transaction of the caller's, on any thread. */
MUST_USE enum st hq_id_in(struct store_txn *t, const struct hq *hq, enum subject_type type,
                          str code, id16 *out);
/* hq_devices_of: indexes into hq->devices of a person's devices that are not revoked. Returns their
 * number, at most `max`. */
unsigned hq_devices_of(const struct hq *hq, id16 person, unsigned *index, unsigned max);
const struct hq_device *hq_device(const struct hq *hq, id8 author); /* NULL */
/* hq_device_add: a freshly certified author. ST_FULL. */
MUST_USE enum st hq_device_add(struct hq *hq, const struct cert *c, struct err *err);
#endif
