/* receipts.h - is this receipt to be believed? The one gate to "at headquarters". */
#ifndef SYNC_ENGINE_RECEIPTS_H
#define SYNC_ENGINE_RECEIPTS_H
#include "sync/engine/exchange.h"

/* receipts_take: verify one receipt against the trust document and this store's own chains, and
 * keep it. `node`: the epoch in which headquarters' journal is now, as far as is known here (zero:
 * not at all); one that was said in another moves no mark. *why says what was wrong; then nothing
 * changed and the answer is still ST_OK (ST_IO and the like are the store's). *fresh: newer than
 * what was kept. *back: it covers less than before. A receipt in which the node's own journal is
 * shorter than before is kept with its predecessor: the next request shows that one
 * (device_witness_get), and headquarters learns that it was restored. *ahead: a true receipt for
 * entries that this store does not have (any more): it was rolled back.
 */
MUST_USE enum st receipts_take(struct journal *j, struct store_txn *t, bytes doc, id8 node,
                               struct arena tmp, enum receipt_refusal *why, bool *fresh, bool *back,
                               bool *ahead, int64_t *time_ms, struct err *err);
#endif
