/* hq_quota.c - see hq_quota.h. */
#include "sync/hq/hq_quota.h"

#include "core/base/encode.h"
#include "core/codec/cbor.h"
#include "sync/hq/hq_store.h"

#include <stdio.h>

#define DAY_MS 86400000LL

static const uint64_t a_day[HQ_QUOTAS] = {
    [HQ_QUOTA_ENTRIES] = HQ_QUOTA_ENTRIES_DAY,   [HQ_QUOTA_ATT_BYTES] = HQ_QUOTA_ATT_BYTES_DAY,
    [HQ_QUOTA_RECEIPTS] = HQ_QUOTA_RECEIPTS_DAY, [HQ_QUOTA_ODD] = HQ_QUOTA_ODD_DAY,
    [HQ_QUOTA_LACKING] = HQ_QUOTA_LACKING_DAY,   [HQ_QUOTA_STEPS] = HQ_QUOTA_STEPS_DAY,
};

static struct hq_device *find(struct hq *hq, id8 author)
{
    for (unsigned i = 0; i < hq->ndevices; i++) {
        if (id8_eq(hq->devices[i].author, author)) {
            return &hq->devices[i];
        }
    }
    return NULL;
}

bool hq_quota_take(struct hq *hq, id8 author, enum hq_quota what, uint64_t n, int64_t now_ms)
{
    struct hq_device *d = find(hq, author);
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
    d->quota_moved =
        d->quota_moved || (n != 0 && what < HQ_QUOTA_LACKING); /* the others write nothing */
    return true;
}

void hq_quota_give_back(struct hq *hq, id8 author, enum hq_quota what, uint64_t n)
{
    struct hq_device *d = find(hq, author);
    if (d != NULL) {
        d->quota[what] -= n < d->quota[what] ? n : d->quota[what];
    }
}

int hq_quota_wait_s(int64_t now_ms)
{
    return (int)(DAY_MS / 1000 - now_ms / 1000 % (DAY_MS / 1000));
}

/* --- kept: {day, [used ...]} under quota/<author> ------------------------------------------------
 */

#define ROW_BYTES 96

static void row_name(id8 author, char out[static 24])
{
    char hex[17];
    hex_put(bytes_of(author.b, sizeof author.b), hex);
    snprintf(out, 24, "quota/%s", hex);
}

enum st hq_quota_keep(struct hq *hq, struct store_txn *t, id8 author, struct err *err)
{
    struct hq_device *d = find(hq, author);
    uint8_t buf[ROW_BYTES];
    char name[24];
    bytes row;
    if (d == NULL || !d->quota_moved) {
        return ST_OK;
    }
    struct cbor_w w = cbor_w_init(buf, sizeof buf);
    cbor_put_array(&w, 1 + HQ_QUOTAS);
    cbor_put_int(&w, d->quota_day);
    for (int i = 0; i < HQ_QUOTAS; i++) {
        cbor_put_uint(&w, d->quota[i]);
    }
    if (cbor_w_done(&w, &row) != ST_OK) {
        return err_set(err, ST_BUG, 0, __func__, "a quota does not fit its row");
    }
    row_name(author, name);
    enum st st = hq_meta_put(t, name, row, err);
    d->quota_moved = st != ST_OK;
    return st;
}

static void load(struct store_txn *t, struct hq_device *d)
{
    uint8_t buf[ROW_BYTES];
    char name[24];
    size_t n;
    row_name(d->author, name);
    if (hq_meta_get(t, name, buf, sizeof buf, &n, NULL) != ST_OK ||
        cbor_check(bytes_of(buf, n), 0, NULL, NULL) != ST_OK) {
        return;
    }
    struct cbor_r r = cbor_r_init(bytes_of(buf, n));
    size_t fields = cbor_get_array(&r);
    int64_t day = cbor_get_int(&r);
    uint64_t used[HQ_QUOTAS] = {0};
    for (size_t i = 0; i < HQ_QUOTAS && i + 1 < fields; i++) { /* a later program may count more */
        uint64_t v = cbor_get_uint(&r);
        used[i] = v < a_day[i] ? v : a_day[i]; /* bounds may have been lowered since */
    }
    if (r.st == ST_OK) {
        d->quota_day = day;
        memcpy(d->quota, used, sizeof used);
    }
}

void hq_quota_load(struct hq *hq, struct store_txn *t)
{
    for (unsigned i = 0; i < hq->ndevices; i++) {
        load(t, &hq->devices[i]);
    }
}
