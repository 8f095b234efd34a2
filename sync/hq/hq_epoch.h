/* hq_epoch.h - a headquarters that was restored from a backup: how it learns of it, how it goes on,
 * what it lost. The writer's thread.
 *
 * Nothing is re-appended: the node goes on in a new epoch whose first entry names the head that the
 * backup had. Entries of the closed epoch come back from devices (hq_returned.h); what none of them
 * holds stays a hole, and is named. */
#ifndef SYNC_HQ_HQ_EPOCH_H
#define SYNC_HQ_HQ_EPOCH_H
#include "sync/bundle/manifest.h"
#include "sync/hq/hq.h"

#include <jansson.h>

/* hq_epoch_look: a receipt of this node that a device shows. One for more of our journal than is
 * here, for another entry than the one that is here, or one of this epoch that is not remembered
 * here, proves a restore: hq->rolled_back is set.
 * How far it reached is kept, so that what is missing can be named. */
MUST_USE enum st hq_epoch_look(struct hq *hq, struct store_txn *t, bytes receipt, struct err *err);
/* hq_epoch_suspect: a device claims a receipt of ours later than `newest_ms`, the newest that we
 * know of that journal. Should it show one between the two, hq_epoch_look takes it for a proof. */
MUST_USE enum st hq_epoch_suspect(struct store_txn *t, const struct manifest_journal *j,
                                  int64_t newest_ms, struct err *err);
/* hq_epoch_doubts: does a device claim to know an entry of our current journal that is not here? It
 * is to be asked for it; the claim by itself proves nothing. */
bool hq_epoch_doubts(struct hq *hq, struct store_txn *t, const struct manifest *m);
/* hq_epoch_renew: begin a new epoch. `whole_to`: up to there the old one is known to be complete;
 * 0: not known (a backup that was put back by hand). No transaction may be open. */
MUST_USE enum st hq_epoch_renew(struct hq *hq, uint64_t whole_to, struct err *err);
/* hq_epoch_lost: of each epoch that a restore closed: {epoch, whole_to, whole_ms, closed_ms,
 * known_to, known_ms, came_back, missing: [[from, to] ...], missing_entries}. A new reference;
 * NULL: no memory. Any thread with a read transaction. */
json_t *hq_epoch_lost(struct hq *hq, struct store_txn *t);
#endif
