/* lineage.h - on which branch of a forked chain the heads of a revocation lie: what was before a
 * head, and what is beside it. The caller's thread. */
#ifndef CORE_FOLD_LINEAGE_H
#define CORE_FOLD_LINEAGE_H
#include "core/journal/entry.h"
#include "core/keys/trust.h"
#include "core/store/store.h"

/* lineage_beyond: of an entry of the head's epoch: does it come after the head, or lie on a branch
 * that does not lead to it? Where the chain is not here so far down, it may lead there: no. */
bool lineage_beyond(struct store_txn *t, const struct entry_view *e, uint64_t seq, h32 head);
/* lineage_leads: is it known to lead to the head, or to be it? */
bool lineage_leads(struct store_txn *t, const struct entry_view *e, uint64_t seq, h32 head);
/* lineage_keep: note the way down from each head of `r` that lies on a branch, in the caller's
 * write transaction, so that what is asked of every entry is not walked for each of them: the
 * holder of a key makes a branch as long as he likes before it is revoked. At headquarters alone,
 * which holds chains whole; again whenever more of the chain has come. What is not noted (a head
 * that is not here, a way through more branches than a note has room for) is walked. Cost: the
 * chain. Errors: those of the store. */
MUST_USE enum st lineage_keep(struct store_txn *t, const struct revocation *r, struct err *err);
#endif
