/* refold.h - fold a subject of the store, keep its state and its place in lists.
 *
 * T_STATE: subject16 -> {1: digest bstr32, 2: state CBOR}. A cache: dropping and recomputing it
 * gives the same bytes before sealing. Called inside the write transaction that changed the
 * subject. */
#ifndef CORE_FOLD_REFOLD_H
#define CORE_FOLD_REFOLD_H
#include "core/fold/state.h"
#include "core/keys/trust.h"
#include "core/rules/service.h"
#include "core/store/store.h"

/* fold_refold: recompute T_STATE, T_LIST and T_CODE (F_CODE -> subjects that have the code, the
 * first to have written it first, whoever came first here; a job's provisional number leads to it
 * too, after whoever has that code officially) of one subject from its entries. A
 * subject over CAP_SUBJECT_ENTRIES, or too big for `scratch`, says `damaged` and is folded from
 * headquarters' entries and a share of each other author's; does not that fit either, it holds
 * nothing. Entries whose seal fails are left out; `check` reports them. Errors: those of the store.
 * Scratch: CAP_SCRATCH_BYTES do. */
MUST_USE enum st fold_refold(struct store_txn *t, id16 subject, struct arena scratch,
                             struct err *err);
/* fold_keep: what fold_refold does once it has the state: keeps it with its rows, its places in
 * registers and its code. For a state that was folded elsewhere, of a subject that this store has
 * never had: without entries the next refold or rebuild drops it (the bench's million rows).
 * Scratch and errors as fold_refold's. */
MUST_USE enum st fold_keep(struct store_txn *t, const struct subject_state *s, struct arena scratch,
                           struct err *err);
/* fold_load: the kept state, decoded into `a`; *digest may be NULL. ST_NOT_FOUND. */
MUST_USE enum st fold_load(struct store_txn *t, id16 subject, struct arena *a,
                           struct subject_state *out, h32 *digest, struct err *err);
/* fold_fresh: fold from the entries without touching what is kept (check, digests). */
MUST_USE enum st fold_fresh(struct store_txn *t, id16 subject, struct arena *a,
                            struct subject_state *out, bytes *encoded, h32 *digest,
                            struct err *err);

/* --- the calendars by which jobs stand in lists: their order by deadline, what is overdue
 * T_META "calendar": the name of the edition that it is of (32 bytes), then an edition that holds
 * nothing else, numbered by what its writer knew. Absent: calendars_default. fold_calendars: what
 * stands; days that differ and branches in `a`. *edition (NULL: not wanted): zero for none, or for
 * one that a program kept which knew no branches. fold_calendars_of: what a job of that branch is
 * counted by, and no more. fold_calendars_put: others; every open job is put
 * in its new place in the same transaction. ST_FULL: more days than `scratch` (CAP_SCRATCH_BYTES)
 * holds; else the store's. */
void fold_calendars(struct store_txn *t, struct arena *a, struct calendars *out, h32 *edition);
void fold_calendars_of(struct store_txn *t, struct arena *a, id8 branch, struct calendars *out);
MUST_USE enum st fold_calendars_put(struct store_txn *t, const struct calendars *all, h32 edition,
                                    struct arena scratch, struct err *err);
/* fold_relist: its rows anew from its kept state. Errors: those of the store. */
MUST_USE enum st fold_relist(struct store_txn *t, id16 subject, struct arena scratch,
                             struct err *err);

/* fold_reopening: which entry of headquarters reopened a sign-off of this subject: the first with
 * effect, in fold order. ST_NOT_FOUND: none did. `tmp`: CAP_SCRATCH_BYTES do. */
struct reopening {
    h32 entry;
    id8 author;
    id16 actor;
    enum role role;
    unsigned reason;
    hlc time;
};
MUST_USE enum st fold_reopening(struct store_txn *t, id16 subject, h32 signoff, struct arena tmp,
                                struct reopening *out, struct err *err);

/* fold_mark_bad: this entry is kept (its chain holds) but its own signature fails: it is folded
 * nowhere from now on. Call it before the subject is refolded. fold_is_bad: was it marked? */
MUST_USE enum st fold_mark_bad(struct store_txn *t, h32 entry, struct err *err);
bool fold_is_bad(struct store_txn *t, h32 entry);

/* fold_cut: the revocation that was looked at last: opening one verifies the trust document and it.
 * All zero at first; it serves many looks of one transaction in which no revocation is kept. */
struct fold_cut {
    id8 author;
    bool loaded, readable;
    struct revocation revocation; /* its heads alone are looked at: whole is gone */
};
/* fold_cut_load: that of `author`, who was revoked. One that is there but cannot be read (readable:
 * false) cuts everything off: better unshown than forged. `tmp`: 2 * CAP_TRUST_BYTES do. */
void fold_cut_load(struct store_txn *t, id8 author, struct fold_cut *cut, struct arena tmp);
/* fold_is_cut_off: its author was revoked, and it lies beyond the heads that the revocation names
 * or on a branch that they are not on. `cut` may be NULL. `tmp`: 2 * CAP_TRUST_BYTES do.
 * fold_is_branch_cut_off: the latter, under a number below a head: who holds the chain in part
 * cannot tell, and is told. */
bool fold_is_cut_off(struct store_txn *t, const struct entry_view *e, struct fold_cut *cut,
                     struct arena tmp);
/* fold_refold_cut: fold_refold of one of many subjects of a revoked author. */
MUST_USE enum st fold_refold_cut(struct store_txn *t, id16 subject, struct fold_cut *cut,
                                 struct arena scratch, struct err *err);
bool fold_is_branch_cut_off(struct store_txn *t, const struct entry_view *e, struct fold_cut *cut,
                            struct arena tmp);
/* fold_leads_to_head: its author was revoked, and it lies on the way to a head that the revocation
 * names, or is it: where that was not held before, what it cuts off is known only now. */
bool fold_leads_to_head(struct store_txn *t, const struct entry_view *e, struct fold_cut *cut,
                        struct arena tmp);
/* fold_mark_admitted: headquarters notes an entry that an "admitted" of its subject names, so that
 * fold_is_cut_off need not read the subject; the fold itself goes by the entries alone. */
MUST_USE enum st fold_mark_admitted(struct store_txn *t, h32 entry, struct err *err);
/* fold_is_admitted: was it noted so? */
bool fold_is_admitted(struct store_txn *t, h32 entry);
/* fold_mark_aside, fold_is_aside: the same of one that a "set.aside" of its subject names. */
MUST_USE enum st fold_mark_aside(struct store_txn *t, h32 entry, struct err *err);
bool fold_is_aside(struct store_txn *t, h32 entry);

/* fold_code_find: the subject of a type to which a code leads. ST_NOT_FOUND. */
MUST_USE enum st fold_code_find(struct store_txn *t, enum subject_type type, bytes code, id16 *out,
                                struct err *err);
/* For check. fold_rows_hold: are the rows of T_LIST and T_CODE those of this state? What they
 * should be is added to *sum. fold_rows_count: what there is. */
struct fold_rows {
    uint64_t lists, claims;
};
bool fold_rows_hold(struct store_txn *t, const struct subject_state *s, struct arena tmp,
                    struct fold_rows *sum);
MUST_USE enum st fold_rows_count(struct store_txn *t, struct fold_rows *out, struct err *err);

/* fold_job_done: archived, or cancelled or signed with no visit going on. */
bool fold_job_done(const struct subject_state *job);

/* --- lists: T_LIST rows, so that a screen or a command never scans states
 * ------------------------- key = list1, then the list's sort key, then subject16; value = struct
 * list_row as CBOR. Sort keys hold times and states only, never names. */
enum list {
    LIST_JOBS_OPEN = 1,
    LIST_JOBS_DONE = 2,
    LIST_BY_TYPE = 3,
    LIST_CONFLICTS = 4,
    LIST_OF_CUSTOMER = 5,  /* its equipment, contracts, jobs, goods, by type */
    LIST_OF_EQUIPMENT = 6, /* its jobs, contracts, by type */
    LIST_OF_JOB = 8,       /* its goods, slips, invoices, by type */
    LIST_REGISTER = 7      /* headquarters' alone: see register.h; no rows, the keys say it all */
};
#define LISTS_VERSION 6 /* of T_LIST and T_CODE: raised when other rows come of the same states */
#define LIST_KEY_BYTES 96

/* fold_list_prefix: of LIST_BY_TYPE (type), LIST_OF_* (id; with a type those of that type alone),
 * or a whole list (both 0, NULL). */
bytes fold_list_prefix(enum list list, enum subject_type type, const id16 *id,
                       uint8_t buf[static LIST_KEY_BYTES]);
struct list_row {
    id16 subject;
    enum subject_type type;
    int64_t called_ms;
    int64_t appointment_ms;    /* 0: none */
    enum visit_stage stage;    /* of the newest visit */
    enum service_class class_; /* as decided or, before, as proposed; CLASS_NONE: not yet */
    unsigned zone;
    bool conflict, cancelled, archived;
    id16 assigned, customer, equipment;
    unsigned nrequests; /* open requests and proposals */
    unsigned end;       /* enum visit_end of the newest visit, 0 */
    unsigned outcome;   /* enum sign_outcome of its standing signature, 0 */
};
/* list_row_get: of any subject that was folded. ST_NOT_FOUND. list_row_decode: ST_CORRUPT. */
MUST_USE enum st list_row_get(struct store_txn *t, id16 subject, struct arena *tmp,
                              struct list_row *out, struct err *err);
MUST_USE enum st list_row_decode(bytes value, struct list_row *out);
#endif
