/* revoked.h - keeping a revocation: which one stands, and what it changes of what is folded. */
#ifndef CORE_FOLD_REVOKED_H
#define CORE_FOLD_REVOKED_H
#include "core/journal/place.h"
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
/* The same in parts. revoked_begin: all but the folding, of which *w says where it begins: done
 * when nothing changed. revoked_step: so many rounds of it (0: all), some 64 subjects each, in this
 * or a later transaction; w->done when it was the last. Between two parts some states still count
 * what the revocation cuts off. */
struct revoked_walk {
    uint8_t at[PLACE_BYTES]; /* the last place that was looked at */
    bool any;                /* another one stood before: every entry is concerned */
    bool done;
};
MUST_USE enum st revoked_begin(struct store_txn *t, const struct revocation *r,
                               const struct trust *trust, struct arena scratch, bool *fresh,
                               struct revoked_walk *w, struct err *err);
MUST_USE enum st revoked_step(struct store_txn *t, id8 author, struct revoked_walk *w,
                              unsigned rounds, struct arena scratch, struct err *err);
/* revoked_refold: every subject with an entry of a revoked author, anew: what tells which branch
 * leads to a head came after the revocation. Cost, `scratch` and errors as above. */
MUST_USE enum st revoked_refold(struct store_txn *t, id8 author, struct arena scratch,
                                struct err *err);
#endif
