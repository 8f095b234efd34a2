/* hq_store.h - all that docketd keeps goes through this header.
 *
 * Today it is thin: LMDB through core/store, and beneath it the journal and the fold. A second
 * implementation (PostgreSQL) replaces what stands behind these names; no file of sync/hq includes
 * core/store, core/journal/append.h or core/fold/refold.h by itself. Outboxes, scopes, enrolments
 * and marks have functions here, so that nobody builds table keys by hand. */
#ifndef SYNC_HQ_HQ_STORE_H
#define SYNC_HQ_HQ_STORE_H
#include "core/fold/refold.h"
#include "core/fold/register.h"
#include "core/journal/append.h"
#include "core/store/store.h"
#include "sync/bundle/limits.h"

/* hq_store_where: is `store` a folder that this version can open? ST_BAD_INPUT with a sentence for
 * postgresql:// and other addresses. */
MUST_USE enum st hq_store_where(const char *store, struct err *err);

/* --- outboxes: what a device has still to hear, in the order in which it became known
 * -------------- */
MUST_USE enum st hq_out_add(struct store_txn *t, id8 device, h32 entry, struct err *err);
/* hq_out_last: the highest place of a device's outbox, 0 when it is empty. */
uint64_t hq_out_last(struct store_txn *t, id8 device);
/* hq_out_mark: what stands for all that the outbox holds up to `place`; 0: for nothing, or not
 * known. Two outboxes with one mark at one place are the same up to there. */
uint64_t hq_out_mark(struct store_txn *t, id8 device, uint64_t place);
/* hq_out_after: up to *n hashes beyond `place`, in order; *n is how many; *last the place of the
 * last one (or `place`). */
MUST_USE enum st hq_out_after(struct store_txn *t, id8 device, uint64_t place, h32 *out,
                              unsigned *n, uint64_t *last, struct err *err);

/* --- scopes: which device holds which subject
 * ------------------------------------------------------ */
bool hq_scope_has(struct store_txn *t, id8 device, id16 subject);
/* hq_scope_add: ST_EXISTS when it is held already. */
MUST_USE enum st hq_scope_add(struct store_txn *t, id8 device, id16 subject, int64_t now_ms,
                              struct err *err);
MUST_USE enum st hq_scope_drop(struct store_txn *t, id8 device, id16 subject, struct err *err);
/* hq_scope_devices: who holds a subject; at most `max`, *n is how many. */
MUST_USE enum st hq_scope_devices(struct store_txn *t, id16 subject, id8 *out, unsigned max,
                                  unsigned *n, struct err *err);

/* hq_scope_ever: who holds it or held it before. */
MUST_USE enum st hq_scope_ever(struct store_txn *t, id16 subject, id8 *out, unsigned max,
                               unsigned *n, struct err *err);

/* --- marks: small facts about chains and the node
 * --------------------------------------------------- */
/* hq_routed: up to which sequence a chain's entries were verified one by one, folded and routed. */
uint64_t hq_routed(struct store_txn *t, id8 author, id8 epoch);
MUST_USE enum st hq_routed_set(struct store_txn *t, id8 author, id8 epoch, uint64_t seq,
                               struct err *err);
/* hq_indexed: up to which sequence the main branch's entries can be found by hash and subject: what
 * is routed, and further where somebody had to look before. */
uint64_t hq_indexed(struct store_txn *t, id8 author, id8 epoch);
MUST_USE enum st hq_indexed_set(struct store_txn *t, id8 author, id8 epoch, uint64_t seq,
                                struct err *err);
/* hq_note: other numbers about a chain; 0: none. */
enum hq_note {
    HQ_NOTE_TAIL_FROM = 0, /* entries that were queued for a device which had lost them: first, */
    HQ_NOTE_TAIL_TO,       /* last */
    HQ_NOTE_WITNESS,       /* of the node's own epochs: as far as a receipt says that it reached */
    HQ_NOTE_WITNESS_MS,    /* that receipt's time */
    HQ_NOTE_CLOSED_MS,     /* when a restore closed it */
    HQ_NOTE_DOUBT_FROM,    /* a device claims a receipt of ours later than any we know: between, */
    HQ_NOTE_DOUBT_TO,      /* these times none is known here */
    HQ_NOTES
};
uint64_t hq_note(struct store_txn *t, enum hq_note note, id8 author, id8 epoch);
MUST_USE enum st hq_note_set(struct store_txn *t, enum hq_note note, id8 author, id8 epoch,
                             uint64_t value, struct err *err);
/* hq_marks_back: after a salvage set both back to what each chain holds without gap, so that what
 * comes again is indexed, folded and routed again; and want the attachments that are gone. In the
 * transaction that ends the mending. */
MUST_USE enum st hq_marks_back(struct store_txn *t, struct err *err);
/* hq_meta: short named values (T_META, "hq/" before the name). */
MUST_USE enum st hq_meta_get(struct store_txn *t, const char *name, uint8_t *buf, size_t cap,
                             size_t *n, struct err *err);
MUST_USE enum st hq_meta_put(struct store_txn *t, const char *name, bytes value, struct err *err);
/* hq_count_get, hq_count_put: a number that only grows, by its name; 0 when there was none. */
MUST_USE enum st hq_count_get(struct store_txn *t, const char *name, uint64_t *count,
                              struct err *err);
MUST_USE enum st hq_count_put(struct store_txn *t, const char *name, uint64_t count,
                              struct err *err);

/* --- enrolments
 * ------------------------------------------------------------------------------------ */
enum hq_enrol_state { HQ_ENROL_OPEN = 1, HQ_ENROL_USED = 2 };
struct hq_enrolment {
    id8 id;
    enum hq_enrol_state state;
    uint8_t enrol_key[32]; /* of the code; the code itself is not kept */
    id16 person;
    enum role role;
    id8 branch;
    char prefix[9];
    int64_t made_ms, until_ms;
    id8 recover;           /* the device whose data key it may have back; zero: a new device */
    uint8_t device_pk[32]; /* X25519 of the device that used it */
    uint8_t sign_pk[32];
};
MUST_USE enum st hq_enrol_put(struct store_txn *t, const struct hq_enrolment *e, struct err *err);
MUST_USE enum st hq_enrol_del(struct store_txn *t, id8 id, struct err *err);
/* hq_enrol_all: up to `max` of them, newest state. */
MUST_USE enum st hq_enrol_all(struct store_txn *t, struct hq_enrolment *out, unsigned max,
                              unsigned *n, struct err *err);

/* --- what could not be kept
 * ------------------------------------------------------------------------ */
#define HQ_ODD_SHOWN 64 /* reason of a sign-off that was shown (shown.h); others are smaller */
/* hq_odd_put: quarantine `item` under its hash with a reason (enum problem_code). One that is there
 * already is counted: it was tried again. One that is there as shown stays so. hq_odd_reason: of a
 * row; 0: there is none. hq_odd_read: a row of T_ODD; false: it is no item (or does not read).
 * hq_odd_subject: of the entries about it.
 *
 * What bundles brought is within HQ_ODD_BYTES, in the transaction of whoever puts: where one more
 * passes it, rows go until an eighth is free. First those that somebody saw to (the entries about
 * them stand) or that do not read, then always the oldest of the author who takes most: whoever
 * floods pushes out his own. A row is evidence alone and is never read back. What could become
 * true later (what lies before it, or a certificate, is still to come) stands in no journal, so no
 * receipt and no list of what is held names it: its device keeps it and sends it again. Not counted
 * and never dropped: what was shown (bounded by shown.h) and the fold's marks of entries that are
 * kept, which lie in T_ODD under longer keys and of which states are made.
 * hq_odd_gone: how many rows went so, ever. hq_odd_settled: somebody at headquarters saw to it, and
 * it has not come again since `last_ms`. Errors: the store's. */
struct hq_odd {
    unsigned reason;
    int64_t first_ms, last_ms; /* when it came; the same where it came once */
    uint64_t tries;            /* how often it came */
    bool has_author;           /* who brought it */
    id8 author;
    bytes item;
};
bool hq_odd_read(bytes row, struct hq_odd *out);
id16 hq_odd_subject(h32 what);
MUST_USE enum st hq_odd_put(struct store_txn *t, id8 author, unsigned reason, bytes item,
                            int64_t now_ms, struct err *err);
uint64_t hq_odd_reason(struct store_txn *t, h32 what);
uint64_t hq_odd_gone(struct store_txn *t);
bool hq_odd_settled(struct store_txn *t, h32 what, int64_t last_ms);

#endif
