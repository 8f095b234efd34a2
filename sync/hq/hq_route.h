/* hq_route.h - who must hear of an entry, and which subjects a device holds. The writer's thread.
 *
 * A device holds the subjects that its technician's jobs name (one step), the records of the people
 * who wrote in them, his own record and stock, and the deployment's. An entry kept later goes to
 * every device that holds its subject, except its author's own. Taking a job away leaves it where a
 * visit is going on; a customer's thing goes with its job, but stays with whoever has it in hand.
 */
#ifndef SYNC_HQ_HQ_ROUTE_H
#define SYNC_HQ_HQ_ROUTE_H
#include "sync/hq/hq.h"

#define HQ_HOLDERS_MAX 512 /* devices that hold one subject: the deployment's is held by all */

/* hq_route_entry: put a kept and folded entry into the outboxes, and widen or narrow scopes where
 * it moved something. */
MUST_USE enum st hq_route_entry(struct hq *hq, struct store_txn *t, const struct entry_view *e,
                                struct arena tmp, struct err *err);
/* hq_route_scopes: its second half alone: did this entry move who holds what? (hq_route_scope.c) */
MUST_USE enum st hq_route_scopes(struct hq *hq, struct store_txn *t, const struct entry_view *e,
                                 struct arena tmp, struct err *err);
/* hq_route_has_copies: is there, or was there, more than one copy of the store of the entry's
 * author? A restored or cloned one opens an epoch of its own; what one copy wrote the other has to
 * hear like anybody else. */
bool hq_route_has_copies(struct store_txn *t, const struct entry_view *e);
/* hq_route_grant: a device gets a subject: all that is known of it, but what it wrote itself, and
 * who wrote it. Nothing when it holds it already. */
MUST_USE enum st hq_route_grant(struct hq *hq, struct store_txn *t, id8 device, id16 subject,
                                struct arena tmp, struct err *err);
/* hq_route_people: a device that gets an entry of a job, a customer or the like gets the record of
 * whoever wrote it and of whoever it assigns: a change without a name is one that nobody can be
 * asked about. Not of who wrote of persons or of the deployment: nobody else's record comes so. */
MUST_USE enum st hq_route_people(struct hq *hq, struct store_txn *t, id8 device,
                                 const struct entry_view *e, struct arena tmp, struct err *err);
/* hq_route_device: all that a new device must hold. */
MUST_USE enum st hq_route_device(struct hq *hq, struct store_txn *t, const struct hq_device *d,
                                 struct arena tmp, struct err *err);
/* hq_route_returned: the same for one that is known again, and whose journals were revoked. */
MUST_USE enum st hq_route_returned(struct hq *hq, struct store_txn *t, const struct hq_device *d,
                                   struct arena tmp, struct err *err);
/* hq_route_rest: entries that were kept but not yet verified one by one, folded and routed: after a
 * large backlog, or a crash. Takes its own transactions, at most `max` entries (0: all); *left says
 * whether some remain (may be NULL). */
MUST_USE enum st hq_route_rest(struct hq *hq, unsigned max, bool *left, struct err *err);
/* hq_route_settle: the same for given entries, just kept, inside `t`: refold their subjects and
 * route each. `bad` entries (own signature fails) are marked and not routed. */
MUST_USE enum st hq_route_settle(struct hq *hq, struct store_txn *t, const struct entry_view *e,
                                 const bool *bad, size_t n, struct err *err);
/* hq_route_withheld: it goes to no device: marked bad, or cut off by its author's revocation. `cut`
 * as in fold_is_cut_off: NULL for one look. */
bool hq_route_withheld(struct store_txn *t, const struct entry_view *e, struct fold_cut *cut);
#endif
