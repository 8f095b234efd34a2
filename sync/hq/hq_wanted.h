/* hq_wanted.h - what headquarters asks a device to send (again), because it was restored: of the
 * chains that the device lists, and of some that it does not. The writer's thread, in the ingest's
 * transaction, after the entries. */
#ifndef SYNC_HQ_HQ_WANTED_H
#define SYNC_HQ_HQ_WANTED_H
#include "sync/hq/hq_request.h"

/* hq_wanted: turn the manifest's list of chains held there into up to where nothing is wanted of
 * them, and put into r->asked what is wanted of others: our own entry that the device knows and we
 * do not; a branch of its chain that is not here; the end of the epoch before its own. Errors:
 * those of the store; ST_FULL. */
MUST_USE enum st hq_wanted(struct hq_request *r, struct store_txn *t, struct err *err);
#endif
