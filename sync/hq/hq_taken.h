/* hq_taken.h - calls that technicians took themselves (core/rules/call.h): headquarters registers
 * them: official number, branch, and whoever took one is confirmed as the one who goes. The
 * writer's thread.
 *
 * Not inside the transaction that keeps a device's entries: nothing may be said there before a
 * proof of our own restore is looked at. What is due is noted with the entries and done next, in
 * the same exchange, or at the next open after a crash. */
#ifndef SYNC_HQ_HQ_TAKEN_H
#define SYNC_HQ_HQ_TAKEN_H
#include "sync/hq/hq.h"

/* hq_taken_note: `e` was folded: if it begins a call of a technician's that is not registered yet,
 * say so in `t`. Errors: the store's. */
MUST_USE enum st hq_taken_note(struct hq *hq, struct store_txn *t, const struct entry_view *e,
                               struct arena tmp, struct err *err);
/* hq_taken_settle: register what is due, at most `most` calls (0: all): each is a transaction, and
 * one device may have brought thousands. hq->taken_more: some are left for when nobody waits.
 * Nothing is lost when it fails: it is tried again with the next request and at the next open.
 * Errors: the store's. */
MUST_USE enum st hq_taken_settle(struct hq *hq, unsigned most, struct err *err);
#endif
