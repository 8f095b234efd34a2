/* hq_ingest.h - a device's entries into headquarters' store. The writer's thread.
 *
 * Before a receipt is signed: certificate, sizes, the whole chain, the signature at its head; and
 * the caller commits before anybody hears of it. Forks are kept; a gap is answered by a receipt
 * that says where to go on. */
#ifndef SYNC_HQ_HQ_INGEST_H
#define SYNC_HQ_HQ_INGEST_H
#include "sync/hq/hq_request.h"

/* hq_ingest: take one request in the caller's write transaction; fills its receipts and problems.
 * Only failures of the store are returned (then the transaction must be aborted and nothing of the
 * request is kept); everything else is in the request. */
MUST_USE enum st hq_ingest(struct hq_request *r, struct store_txn *t, struct err *err);
/* hq_ingest_atts: what an entry names: kept under its subject's key as it came with the request, or
 * wanted (then not *all is here). */
MUST_USE enum st hq_ingest_atts(struct hq_request *r, struct store_txn *t,
                                const struct entry_view *e, bool *all, struct err *err);
/* hq_ingest_indexes: what a backlog still owes of its indexes, for whoever must look things up.
 * ST_WAIT: too many for now, nothing was done; they come with what is settled after the receipts.
 */
MUST_USE enum st hq_ingest_indexes(struct store_txn *t, const struct chain_mark *m,
                                   struct arena room, struct err *err);
/* hq_ingest_group: n requests, one commit, one flush. A request whose store failure would spoil the
 * others is tried again by itself. Results in each r->st. */
void hq_ingest_group(struct hq *hq, struct hq_request **r, size_t n);
#endif
