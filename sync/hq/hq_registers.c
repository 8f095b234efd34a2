/* hq_registers.c - the registers of a store that was made before there were any. See hq.h. */
#include "sync/hq/hq.h"

#include <stdlib.h>

#define STEP 2000 /* subjects of one transaction: under a second */
static const uint8_t version[] = {1};

static enum st some(struct hq *hq, id16 *from, bool *more, struct err *err)
{
    struct store_txn *t = NULL;
    struct store_cursor *c = NULL;
    id16 *ids = malloc(STEP * sizeof *ids);
    unsigned n = 0;
    bytes key;
    enum st st = ids == NULL ? err_set(err, ST_FULL, 0, __func__, "no memory")
                             : store_write(hq->store, &t, err);
    if (st == ST_OK) {
        st = store_scan(t, T_STATE, (bytes){0}, bytes_of(from->b, sizeof from->b), &c, err);
    }
    while (st == ST_OK && n < STEP) {
        st = store_next(c, &key);
        if (st == ST_OK && key.n == sizeof ids->b) {
            memcpy(ids[n++].b, key.p, sizeof ids->b);
        }
    }
    store_scan_end(&c);
    *more = st == ST_OK;
    st = st == ST_END ? ST_OK : st;
    for (unsigned i = 0; i < n && st == ST_OK; i++) {
        st = fold_refold(t, ids[i], arena_of(hq->routing, CAP_SCRATCH_BYTES), err);
        *from = ids[i];
    }
    if (st == ST_OK && !*more) {
        st = hq_meta_put(t, "registers", bytes_of(version, sizeof version), err);
    }
    if (st == ST_OK) {
        st = store_commit(&t, err);
    }
    store_abort(&t);
    free(ids);
    return st;
}

enum st hq_registers(struct hq *hq, struct err *err)
{
    struct store_txn *t = NULL;
    uint8_t had[8];
    size_t n = 0;
    id16 from = {{0}};
    bool more = true;
    enum st st = store_read(hq->store, &t, err);
    if (st == ST_OK) {
        st = hq_meta_get(t, "registers", had, sizeof had, &n, err);
    }
    store_abort(&t);
    if (st != ST_NOT_FOUND) {
        return st;
    }
    for (st = ST_OK; more && st == ST_OK;) {
        st = some(hq, &from, &more, err);
    }
    return st;
}
