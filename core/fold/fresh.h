/* fresh.h - what fresh.c lends to refold.c. Not for others: they ask refold.h. */
#ifndef CORE_FOLD_FRESH_H
#define CORE_FOLD_FRESH_H
#include "core/fold/refold.h"

/* fresh_seal: the state's encoding, in `a`, and its digest. ST_TOO_BIG. */
MUST_USE enum st fresh_seal(const struct subject_state *s, struct arena *a, bytes *encoded,
                            h32 *digest, struct err *err);
/* fresh_fold: fold_fresh with the revocation that was looked at last (NULL: none). */
MUST_USE enum st fresh_fold(struct store_txn *t, id16 subject, struct fold_cut *cut,
                            struct arena *a, struct subject_state *out, bytes *encoded, h32 *digest,
                            struct err *err);
#endif
