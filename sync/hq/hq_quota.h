/* hq_quota.h - what one author may cost headquarters in a day, by what grows: rows that stay, work
 * of the one writer. Counted in memory, and kept in the transaction of the exchange that moved it,
 * so that a restart gives nobody a second day; what an exchange that failed had counted is
 * forgotten by one. Writer's thread only. */
#ifndef SYNC_HQ_HQ_QUOTA_H
#define SYNC_HQ_HQ_QUOTA_H
#include "sync/hq/hq.h"

/* hq_quota_take: count `n` more for this author; false when it would pass the day's bound: then
 * nothing is counted, and `status` shows that the device was refused. Authors that are not devices
 * have no bound. */
bool hq_quota_take(struct hq *hq, id8 author, enum hq_quota what, uint64_t n, int64_t now_ms);
/* hq_quota_give_back: what hq_quota_take counted in this exchange, and was not kept after all. */
void hq_quota_give_back(struct hq *hq, id8 author, enum hq_quota what, uint64_t n);
/* hq_quota_wait_s: until the next day begins. */
int hq_quota_wait_s(int64_t now_ms);
/* hq_quota_keep: what the author has used of the day into the store, if it moved; an exchange that
 * brought nothing writes nothing. hq_quota_load: of all devices, at open; a row that is damaged
 * counts as none. */
MUST_USE enum st hq_quota_keep(struct hq *hq, struct store_txn *t, id8 author, struct err *err);
void hq_quota_load(struct hq *hq, struct store_txn *t);
#endif
