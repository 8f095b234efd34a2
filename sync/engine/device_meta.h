/* device_meta.h - the few things that a device remembers about its exchanges (T_META, "sync/").
 *
 * Only what cannot be worked out from the journal: the place in headquarters' outbox, which
 * subjects' hashes it asked for, what was quarantined and not yet reported. */
#ifndef SYNC_ENGINE_DEVICE_META_H
#define SYNC_ENGINE_DEVICE_META_H
#include "core/store/store.h"
#include "sync/bundle/manifest.h"

struct device_cursor {
    id8 epoch; /* of headquarters' node journal; zero: never synced */
    uint64_t place;
    uint64_t mark; /* of that place, as headquarters said it; 0: not said */
};
MUST_USE enum st device_cursor_get(struct store_txn *t, struct device_cursor *c, struct err *err);
MUST_USE enum st device_cursor_put(struct store_txn *t, const struct device_cursor *c,
                                   struct err *err);
/* Asked subjects: at most MANIFEST_ASKED_MAX. An empty list removes the row. */
MUST_USE enum st device_asked_get(struct store_txn *t, id16 *out, unsigned *n, struct err *err);
MUST_USE enum st device_asked_put(struct store_txn *t, const id16 *ids, unsigned n,
                                  struct err *err);
/* Problems not yet reported: at most MANIFEST_PROBLEMS_MAX; more are in T_ODD alone. */
MUST_USE enum st device_problems_get(struct store_txn *t, struct manifest_problem *out, unsigned *n,
                                     struct err *err);
MUST_USE enum st device_problems_put(struct store_txn *t, const struct manifest_problem *p,
                                     unsigned n, struct err *err);
/* The receipt that proves to headquarters that it was restored: at most RECEIPT_BYTES_MAX; *n 0:
 * none. An empty one removes the row. */
MUST_USE enum st device_witness_get(struct store_txn *t, uint8_t *out, size_t cap, size_t *n,
                                    struct err *err);
MUST_USE enum st device_witness_put(struct store_txn *t, bytes receipt, struct err *err);
/* Headquarters does not know this device: it was restored to before it joined. The next request
 * introduces itself by its certificate; an answer ends that. */
MUST_USE enum st device_introduce_get(struct store_txn *t, bool *out, struct err *err);
MUST_USE enum st device_introduce_put(struct store_txn *t, bool on, struct err *err);
/* device_behind: this epoch of ours is known to have gone on, at headquarters, to an entry that is
 * not here: it is listed in requests until that has come. device_behind_clear: headquarters is not
 * what it was. */
bool device_behind(struct store_txn *t, id8 epoch);
MUST_USE enum st device_behind_put(struct store_txn *t, id8 epoch, h32 head, struct err *err);
MUST_USE enum st device_behind_clear(struct store_txn *t, struct err *err);
/* device_odd_put: keep an item aside under its hash, with the reason. *what is that hash. */
MUST_USE enum st device_odd_put(struct store_txn *t, enum problem_code why, bytes item,
                                int64_t now_ms, h32 *what, struct err *err);
#endif
