/* hq_receipt.h - receipts of a request's journals, and what its device lacks. The writer's thread.
 */
#ifndef SYNC_HQ_HQ_RECEIPT_H
#define SYNC_HQ_HQ_RECEIPT_H
#include "sync/hq/hq_request.h"

/* hq_receipt_all: for each journal of the manifest: nothing when the device has the receipt that
 * stands, the kept one when it was lost, a new one when more (or, after a restore, less) is held. A
 * receipt's time never goes back, not even against one that a device shows. */
MUST_USE enum st hq_receipt_all(struct hq_request *r, struct store_txn *t, const struct now *now,
                                struct arena tmp, struct err *err);
/* hq_receipt_lacking: put into the device's outbox what its list of a subject's hashes lacks,
 * within the day's quota. */
MUST_USE enum st hq_receipt_lacking(struct hq_request *r, struct store_txn *t, id16 subject,
                                    const struct now *now, struct err *err);
#endif
