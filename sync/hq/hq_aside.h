/* hq_aside.h - what a revocation cuts off by lineage alone, said by name. The writer's thread.
 *
 * An entry of a revoked author under a number below a head that the revocation names is cut off
 * when it lies on a branch that leads to no head. Headquarters holds the chain and sees that; a
 * device holds the part that concerns it and cannot. Where one may hold such an entry, because it
 * was passed on before the revocation, or by a headquarters that was restored since, an entry of
 * ours on the same subject (KIND_SET_ASIDE) lists it, and both fold the same. What its author hands
 * in after the revocation reaches nobody, and nothing is said of it: he could make us say a lot. */
#ifndef SYNC_HQ_HQ_ASIDE_H
#define SYNC_HQ_HQ_ASIDE_H
#include "sync/hq/hq.h"

/* hq_aside_entries: those of the `n` that are cut off so and were not said yet. `e` must not lie in
 * hq->routing. Errors: those of the store. */
MUST_USE enum st hq_aside_entries(struct hq *hq, struct store_txn *t, const struct entry_view *e,
                                  size_t n, struct err *err);
/* hq_aside_author: of all that is held of `author`, who has just been revoked, at most `most`
 * (SIZE_MAX: all); *more: it may be called again for the next. Cost: as late_each. */
MUST_USE enum st hq_aside_author(struct hq *hq, struct store_txn *t, id8 author, size_t most,
                                 bool *more, struct err *err);
/* hq_aside_settle: of entries that were just kept and folded: where one of them shows which branch
 * leads to a head that a revocation names, its author's subjects are folded anew, and what does not
 * lead there is said by name. Nobody can forge such a one: a head is named by its hash. */
MUST_USE enum st hq_aside_settle(struct hq *hq, struct store_txn *t, const struct entry_view *e,
                                 size_t n, struct err *err);
/* hq_aside_noted: an entry of our own came back: what it sets aside or admits is noted again. */
MUST_USE enum st hq_aside_noted(struct store_txn *t, const struct entry_view *e, struct err *err);
#endif
