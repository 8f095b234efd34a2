/* receipt_log.h - every receipt of a chain, kept beside the newest: a sign-off cites one by its
 * hash, and the earliest that covers it ties it with the fewest entries.
 *
 * T_RECEIPT: author8 epoch8 -> newest (whoever puts it there), author8 epoch8 seq_be8 hash8 -> each
 * (this file). About 250 bytes an exchange that moved anything. */
#ifndef CORE_REPORT_RECEIPT_LOG_H
#define CORE_REPORT_RECEIPT_LOG_H
#include "core/keys/trust.h"
#include "core/store/store.h"

/* receipt_log_put: keep a verified (device) or issued (headquarters) receipt; call it where the
 * newest is put, in the same transaction. */
MUST_USE enum st receipt_log_put(struct store_txn *t, const struct receipt *r, bytes doc,
                                 struct err *err);
/* receipt_log_cited: the receipt of an author with that hash, into `a`. ST_NOT_FOUND. */
MUST_USE enum st receipt_log_cited(struct store_txn *t, id8 author, h32 hash, struct arena *a,
                                   bytes *doc, struct err *err);
/* receipt_log_covers: calls `each` with the receipts of a chain that cover `seq`, the earliest
 * first, until it answers other than ST_NOT_FOUND; answers that, or ST_NOT_FOUND. `doc` lives
 * during the call. Collected first (64 at most): `each` may read the store. */
MUST_USE enum st receipt_log_covers(struct store_txn *t, id8 author, id8 epoch, uint64_t seq,
                                    struct arena tmp, enum st (*each)(void *ctx, bytes doc),
                                    void *ctx, struct err *err);
/* receipt_log_until: how far receipts of a chain reach that were given at `until_ms` or before: of
 * those that hold under `trust` the one that covers most, its sequence and head. ST_NOT_FOUND: no
 * receipt of it is that old. */
MUST_USE enum st receipt_log_until(struct store_txn *t, id8 author, id8 epoch, int64_t until_ms,
                                   const struct trust *trust, struct arena tmp, uint64_t *seq,
                                   h32 *head, struct err *err);
#endif
