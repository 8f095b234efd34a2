/* hq_forget.h - erasure by law: what is personal of a customer goes, here, in backups and on
 * devices.
 *
 * One transaction says it (entries that name what went) and drops the contents; then the subjects'
 * keys are destroyed, which takes every page and every copy with them. A crash in between is
 * finished at the next open. Evidence of a signed voucher stays until its legal period is over. */
#ifndef SYNC_HQ_HQ_FORGET_H
#define SYNC_HQ_HQ_FORGET_H
#include "sync/hq/hq.h"

struct hq_forgotten {
    unsigned erased, kept; /* attachments */
    unsigned entries;
    unsigned subjects;     /* the customer, his equipment, contracts, jobs */
    int64_t kept_until_ms; /* the last legal period's end among what is kept; 0: nothing is */
};
/* hq_forget: everything of a customer. `what` names actor and role only. */
MUST_USE enum st hq_forget(struct hq *hq, id16 customer, const struct append *what,
                           struct hq_forgotten *out, struct err *err);
/* hq_forget_resume: destroy keys that a crash left. Called by hq_open. */
MUST_USE enum st hq_forget_resume(struct hq *hq, struct err *err);
/* hq_forget_again: in the caller's transaction: a subject whose erasure came back from a device
 * after a restore; hq_forget_resume after the commit destroys its keys, the next open at the
 * latest.
 */
MUST_USE enum st hq_forget_again(struct store_txn *t, id16 subject, struct err *err);
#endif
