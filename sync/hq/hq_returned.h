/* hq_returned.h - what devices hand back to a headquarters that was restored, and what a device
 * that was restored gets of its own. The writer's thread, in the ingest's transaction.
 *
 * Entries of the node's own closed epochs and of other devices' chains, each verified by its own
 * signature, the certificates and revocations that go with them. A node's old epoch may have holes.
 * So may a device's chain, whose author may be no more; but since its receipt says "all up to
 * here", its mark stays before the first hole until that is filled. */
#ifndef SYNC_HQ_HQ_RETURNED_H
#define SYNC_HQ_HQ_RETURNED_H
#include "sync/hq/hq_request.h"

/* hq_returned_docs: certificates (the sender's own, when it introduces itself) and revocations that
 * came; ours by their issuing key's signature, or put aside. */
MUST_USE enum st hq_returned_docs(struct hq_request *r, struct store_txn *t, struct err *err);
/* hq_returned_run: entries of one chain whose author is not the sender, as they came: kept, folded
 * and routed in `t`. */
MUST_USE enum st hq_returned_run(struct hq_request *r, struct store_txn *t,
                                 const struct entry_view *e, size_t n, struct err *err);
/* hq_returned_after: when a device's chain goes on here beyond the head that it describes: the rest
 * goes into its outbox, once. */
MUST_USE enum st hq_returned_after(struct hq_request *r, struct store_txn *t,
                                   const struct manifest_journal *j, struct err *err);
/* hq_returned_tail: the same, and when the chain is forked, the device is told. */
MUST_USE enum st hq_returned_tail(struct hq_request *r, struct store_txn *t,
                                  const struct manifest_journal *j, struct err *err);
/* hq_returned_meets: *seq: the last entry on the main branch at or below the head that `j`
 * describes. False: that head is not known here, or the way there is longer than this request or
 * this device's day allows (r->walk_cut): another exchange may look again. */
bool hq_returned_meets(struct hq_request *r, struct store_txn *t, const struct manifest_journal *j,
                       const struct chain_mark *m, struct arena tmp, uint64_t *seq);
/* hq_returned_step: may this request look at one more entry of a branch? False: r->walk_cut. */
bool hq_returned_step(struct hq_request *r);
/* hq_returned_holes: the mark `m` moved: where the first gap of its chain is now. */
MUST_USE enum st hq_returned_holes(struct store_txn *t, struct chain_mark *m, struct arena tmp,
                                   struct err *err);
#endif
