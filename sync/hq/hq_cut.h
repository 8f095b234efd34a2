/* hq_cut.h - what a revocation cuts off, in parts: a thief may have filled his device for days, and
 * everybody else's receipts wait for the writer. The writer's thread.
 *
 * The revocation itself stands with the first part's transaction. What is left is noted in the
 * store (T_META, "cutting/" and the author) and done while nobody waits, or at the next open. Until
 * then some states still count what is cut off, so no digest is compared (hq->cut_due). What its
 * author hands in meanwhile on a branch is said by name as well. */
#ifndef SYNC_HQ_HQ_CUT_H
#define SYNC_HQ_HQ_CUT_H
#include "core/fold/revoked.h"
#include "sync/hq/hq.h"

/* hq_cut_begin: the first part, in the transaction that kept the revocation. */
MUST_USE enum st hq_cut_begin(struct hq *hq, struct store_txn *t, id8 author,
                              struct revoked_walk *w, struct err *err);
/* hq_cut_settle: so many parts more (0: all), each a transaction of its own; hq->cut_due says
 * whether some are left. Nothing where a batch is open. Errors: those of the store; what is noted
 * stays, and is due until a later call, or the next open, has done it. */
MUST_USE enum st hq_cut_settle(struct hq *hq, unsigned parts, struct err *err);
#endif
