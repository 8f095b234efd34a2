/* hq_quota.c - see hq_quota.h. */
#include "sync/hq/hq_quota.h"

#define DAY_MS 86400000LL

static const uint64_t a_day[HQ_QUOTAS] = {
    [HQ_QUOTA_ENTRIES] = HQ_QUOTA_ENTRIES_DAY,   [HQ_QUOTA_ATT_BYTES] = HQ_QUOTA_ATT_BYTES_DAY,
    [HQ_QUOTA_RECEIPTS] = HQ_QUOTA_RECEIPTS_DAY, [HQ_QUOTA_ODD] = HQ_QUOTA_ODD_DAY,
    [HQ_QUOTA_LACKING] = HQ_QUOTA_LACKING_DAY,
};

bool hq_quota_take(struct hq *hq, id8 author, enum hq_quota what, uint64_t n, int64_t now_ms)
{
    struct hq_device *d = NULL;
    for (unsigned i = 0; i < hq->ndevices && d == NULL; i++) {
        d = id8_eq(hq->devices[i].author, author) ? &hq->devices[i] : NULL;
    }
    if (d == NULL) {
        return true;
    }
    if (d->quota_day != now_ms / DAY_MS) {
        d->quota_day = now_ms / DAY_MS;
        memset(d->quota, 0, sizeof d->quota);
    }
    if (n > a_day[what] - d->quota[what]) {
        d->refused_ms = now_ms;
        return false;
    }
    d->quota[what] += n;
    return true;
}

int hq_quota_wait_s(int64_t now_ms)
{
    return (int)(DAY_MS / 1000 - now_ms / 1000 % (DAY_MS / 1000));
}
