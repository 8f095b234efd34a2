/* hq_uncut.h - a revocation that takes the place of a later one may cut off less.
 *
 * Of two revocations of one author, made before and after headquarters was restored, the earlier
 * stands (core/fold/revoked.h). What the later one cut off was passed on to nobody; what the
 * earlier one does not cut off has to go on its way. The writer's thread. */
#ifndef SYNC_HQ_HQ_UNCUT_H
#define SYNC_HQ_HQ_UNCUT_H
#include "sync/hq/hq.h"

struct hq_uncut {
    h32 *v; /* malloc'd: the caller frees it, whatever was returned */
    size_t n, room;
};
/* hq_uncut_note: what the revocation that is kept now cuts off; nothing when there is none, or it
 * is `next` itself. Cost otherwise: the author's entries. */
MUST_USE enum st hq_uncut_note(struct store_txn *t, const struct revocation *next,
                               struct arena scratch, struct hq_uncut *out, struct err *err);
/* hq_uncut_route: those of them that the one kept by now does not. */
MUST_USE enum st hq_uncut_route(struct hq *hq, struct store_txn *t, const struct hq_uncut *u,
                                struct err *err);
#endif
