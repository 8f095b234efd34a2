/* hq_salvage.c - headquarters' own marks after its store was salvaged: see hq_marks_back. */
#include "sync/engine/want_back.h"
#include "sync/hq/hq_store.h"

#define BATCH 256

static enum st back(struct store_txn *t, id8 author, id8 epoch, struct err *err)
{
    uint8_t room[512];
    struct arena tmp = arena_of(room, sizeof room);
    struct chain_mark m;
    enum st st = chain_mark_get(t, author, epoch, &tmp, &m, err);
    if (st != ST_OK) {
        return st == ST_NOT_FOUND ? ST_OK : st;
    }
    if (hq_indexed(t, author, epoch) > m.seq) {
        st = hq_indexed_set(t, author, epoch, m.seq, err);
    }
    if (st == ST_OK && hq_routed(t, author, epoch) > m.seq) {
        st = hq_routed_set(t, author, epoch, m.seq, err);
    }
    return st;
}

/* The next batch of chains from `from` on: a table is not changed while it is scanned, and the
 * marks are collected anyway. */
static enum st batch(struct store_txn *t, uint8_t keys[BATCH][16], bytes from, size_t *n,
                     struct err *err)
{
    struct store_cursor *c;
    bytes key;
    *n = 0;
    enum st st = store_scan(t, T_HEAD, (bytes){NULL, 0}, from, &c, err);
    while (st == ST_OK && *n < BATCH) {
        st = store_next(c, &key);
        if (st == ST_OK && key.n == 16) {
            memcpy(keys[(*n)++], key.p, 16);
        }
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

enum st hq_marks_back(struct store_txn *t, struct err *err)
{
    uint8_t keys[BATCH][16], from[17];
    size_t n = BATCH, from_n = 0;
    enum st st = ST_OK;
    while (n == BATCH && st == ST_OK) {
        st = batch(t, keys, bytes_of(from, from_n), &n, err);
        for (size_t i = 0; i < n && st == ST_OK; i++) {
            id8 author, epoch;
            memcpy(author.b, keys[i], 8);
            memcpy(epoch.b, keys[i] + 8, 8);
            st = back(t, author, epoch, err);
        }
        if (n > 0) { /* beyond the last of them */
            memcpy(from, keys[n - 1], 16);
            from[16] = 0;
            from_n = sizeof from;
        }
    }
    return st == ST_OK ? want_back(t, err) : st;
}
