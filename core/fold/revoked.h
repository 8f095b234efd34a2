/* revoked.h - keeping a revocation: which one stands, and what it changes of what is folded. */
#ifndef CORE_FOLD_REVOKED_H
#define CORE_FOLD_REVOKED_H
#include "core/keys/trust.h"
#include "core/store/store.h"

/* revoked_keep: keep a revocation, already verified, in the caller's write transaction. Of two of
 * one author (headquarters was restored and revoked anew) the earlier stands, then the one of the
 * smaller hash: it is the same everywhere, whichever came first. When what stands changes, *fresh,
 * and every subject with an entry that it may cut off is folded anew. Cost: the author's entries.
 * `scratch`: CAP_SCRATCH_BYTES do. Errors: those of the store. */
MUST_USE enum st revoked_keep(struct store_txn *t, const struct revocation *r,
                              const struct trust *trust, struct arena scratch, bool *fresh,
                              struct err *err);
/* revoked_refold: every subject with an entry of a revoked author, anew: what tells which branch
 * leads to a head came after the revocation. Cost, `scratch` and errors as above. */
MUST_USE enum st revoked_refold(struct store_txn *t, id8 author, struct arena scratch,
                                struct err *err);
#endif
