/* receipt_log.c - see receipt_log.h. */
#include "core/report/receipt_log.h"

#include "core/base/be64.h"
#include "core/codec/hash.h"

#define NEWEST_KEY_BYTES 16
#define LOG_KEY_BYTES 32
#define TRIES_MAX 64

enum st receipt_log_put(struct store_txn *t, const struct receipt *r, bytes doc, struct err *err)
{
    uint8_t key[LOG_KEY_BYTES];
    h32 hash;
    hash32(doc, hash.b);
    memcpy(key, r->author.b, 8);
    memcpy(key + 8, r->epoch.b, 8);
    be64_put(key + 16, r->seq);
    memcpy(key + 24, hash.b, 8);
    return store_put(t, T_RECEIPT, bytes_of(key, sizeof key), doc, err);
}

enum st receipt_log_cited(struct store_txn *t, id8 author, h32 hash, struct arena *a, bytes *doc,
                          struct err *err)
{
    struct store_cursor *c = NULL;
    bytes key, none = {NULL, 0};
    *doc = none;
    enum st st = store_scan(t, T_RECEIPT, bytes_of(author.b, sizeof author.b), none, &c, err);
    while (st == ST_OK) {
        struct arena before = *a;
        h32 h;
        st = store_next(c, &key);
        bool log = st == ST_OK && key.n == LOG_KEY_BYTES;
        if (st != ST_OK || (log && memcmp(key.p + 24, hash.b, 8) != 0)) {
            continue;
        }
        st = store_value(c, a, doc, err);
        hash32(*doc, h.b);
        if (st == ST_OK && h32_eq(h, hash)) {
            break;
        }
        *doc = none;
        *a = before;
        st = st == ST_CORRUPT ? ST_OK : st; /* damage to one hides no other */
    }
    store_scan_end(&c);
    return st == ST_END ? ST_NOT_FOUND : st;
}

static uint64_t seq_of(bytes key)
{
    return be64_get(key.p + 16);
}

enum st receipt_log_covers(struct store_txn *t, id8 author, id8 epoch, uint64_t seq,
                           struct arena tmp, enum st (*each)(void *ctx, bytes doc), void *ctx,
                           struct err *err)
{
    uint8_t prefix[NEWEST_KEY_BYTES];
    memcpy(prefix, author.b, 8);
    memcpy(prefix + 8, epoch.b, 8);
    bytes doc[TRIES_MAX], newest = {NULL, 0}, key, none = {NULL, 0};
    unsigned n = 0;
    struct store_cursor *c = NULL;
    enum st st = store_scan(t, T_RECEIPT, bytes_of(prefix, sizeof prefix), none, &c, err);
    while (st == ST_OK && n < TRIES_MAX) {
        st = store_next(c, &key);
        if (st != ST_OK || (key.n == LOG_KEY_BYTES && seq_of(key) < seq)) {
            continue;
        }
        bytes *to = key.n == LOG_KEY_BYTES ? &doc[n] : &newest;
        st = store_value(c, &tmp, to, err);
        n += st == ST_OK && key.n == LOG_KEY_BYTES;
        st = st == ST_CORRUPT ? ST_OK : st;
    }
    store_scan_end(&c);
    if (st != ST_OK && st != ST_END) {
        return st;
    }
    st = ST_NOT_FOUND;
    for (unsigned i = 0; i < n && st == ST_NOT_FOUND; i++) {
        st = each(ctx, doc[i]);
    }
    /* A store that was made before there was a log has the newest alone. */
    return st == ST_NOT_FOUND && newest.p != NULL ? each(ctx, newest) : st;
}

enum st receipt_log_until(struct store_txn *t, id8 author, id8 epoch, int64_t until_ms,
                          const struct trust *trust, struct arena tmp, uint64_t *seq, h32 *head,
                          struct err *err)
{
    uint8_t prefix[NEWEST_KEY_BYTES];
    struct store_cursor *c = NULL;
    bytes key, doc;
    *seq = 0;
    *head = (h32){{0}};
    memcpy(prefix, author.b, 8);
    memcpy(prefix + 8, epoch.b, 8);
    /* The newest too: of a store from before there was a log it is all there is. */
    enum st st =
        store_scan(t, T_RECEIPT, bytes_of(prefix, sizeof prefix), (bytes){NULL, 0}, &c, err);
    while (st == ST_OK) {
        struct arena room = tmp;
        struct receipt r;
        st = store_next(c, &key);
        if (st == ST_OK && store_value(c, &room, &doc, NULL) == ST_OK &&
            receipt_open(doc, trust, &r, NULL) == ST_OK && r.time_ms <= until_ms && r.seq > *seq &&
            id8_eq(r.author, author) && id8_eq(r.epoch, epoch)) {
            *seq = r.seq;
            *head = r.head;
        }
    }
    store_scan_end(&c);
    st = st == ST_END ? ST_OK : st;
    return st == ST_OK && *seq == 0 ? ST_NOT_FOUND : st;
}
