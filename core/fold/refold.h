/* refold.h - fold a subject of the store, keep its state and its place in lists.
 *
 * T_STATE: subject16 -> {1: digest bstr32, 2: state CBOR}. A cache: dropping and recomputing it
 * gives the same bytes before sealing. Called inside the write transaction that changed the
 * subject. */
#ifndef CORE_FOLD_REFOLD_H
#define CORE_FOLD_REFOLD_H
#include "core/fold/state.h"
#include "core/store/store.h"

/* fold_refold: recompute T_STATE and T_LIST of one subject from its entries. */
MUST_USE enum st fold_refold(struct store_txn *t, id16 subject, struct arena scratch,
                             struct err *err);
/* fold_load: the kept state, decoded into `a`; *digest may be NULL. ST_NOT_FOUND. */
MUST_USE enum st fold_load(struct store_txn *t, id16 subject, struct arena *a,
                           struct subject_state *out, h32 *digest, struct err *err);
/* fold_fresh: fold from the entries without touching what is kept (check, digests). */
MUST_USE enum st fold_fresh(struct store_txn *t, id16 subject, struct arena *a,
                            struct subject_state *out, bytes *encoded, h32 *digest,
                            struct err *err);

/* --- lists: T_LIST rows, so that a screen or a command never scans states
 * ------------------------- key = list1, then the list's sort key, then subject16; value = struct
 * list_row as CBOR. Sort keys hold times and states only, never names. */
enum list {
    LIST_JOBS_OPEN = 1 /* sort: due_be8 */,
    LIST_JOBS_DONE = 2 /* sort: ~time_be8 */,
    LIST_BY_TYPE = 3 /* type1 */,
    LIST_CONFLICTS = 4,
    LIST_OF_CUSTOMER = 5 /* customer16: its equipment, contracts, jobs */,
    LIST_OF_EQUIPMENT = 6
};
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
    hlc last; /* newest entry */
};
MUST_USE enum st list_row_get(struct store_txn *t, id16 subject, struct arena *tmp,
                              struct list_row *out, struct err *err);
MUST_USE enum st list_row_decode(bytes value, struct list_row *out);
#endif
