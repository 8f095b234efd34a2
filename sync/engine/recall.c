/* recall.c - see recall.h. */
#include "sync/engine/recall.h"

#define ROW_BYTES 25
#define VALUE_BYTES (MANIFEST_HELD_MAX * ROW_BYTES)

static bytes recall_key(void)
{
    return str_bytes(S("sync/recall"));
}

enum st recall_get(struct store_txn *t, struct recall_row *out, unsigned *n, struct err *err)
{
    uint8_t room[VALUE_BYTES + 128];
    struct arena tmp = arena_of(room, sizeof room);
    bytes v;
    *n = 0;
    enum st st = store_get(t, T_META, recall_key(), &tmp, &v, err);
    if (st != ST_OK) {
        return st == ST_NOT_FOUND ? ST_OK : st;
    }
    for (size_t at = 0; at + ROW_BYTES <= v.n && *n < MANIFEST_HELD_MAX; at += ROW_BYTES) {
        struct recall_row *r = &out[(*n)++];
        memcpy(r->author.b, v.p + at, 8);
        memcpy(r->epoch.b, v.p + at + 8, 8);
        r->from = 0;
        for (size_t i = 16; i < 24; i++) {
            r->from = r->from << 8 | v.p[at + i];
        }
        r->asked = v.p[at + 24] != 0;
    }
    return ST_OK;
}

static enum st put(struct store_txn *t, const struct recall_row *rows, unsigned n, struct err *err)
{
    uint8_t b[VALUE_BYTES];
    if (n == 0) {
        enum st st = store_del(t, T_META, recall_key(), err);
        return st == ST_NOT_FOUND ? ST_OK : st;
    }
    for (unsigned k = 0; k < n; k++) {
        uint8_t *p = b + (size_t)k * ROW_BYTES;
        memcpy(p, rows[k].author.b, 8);
        memcpy(p + 8, rows[k].epoch.b, 8);
        for (unsigned i = 0; i < 8; i++) {
            p[16 + i] = (uint8_t)(rows[k].from >> (56 - 8 * i));
        }
        p[24] = rows[k].asked;
    }
    return store_put(t, T_META, recall_key(), bytes_of(b, (size_t)n * ROW_BYTES), err);
}

enum st recall_start(struct store_txn *t, id8 own, id8 current, struct err *err)
{
    struct recall_row rows[MANIFEST_HELD_MAX];
    unsigned n = 0;
    struct store_cursor *c = NULL;
    bytes key;
    enum st st = store_scan(t, T_HEAD, (bytes){NULL, 0}, (bytes){NULL, 0}, &c, err);
    while (st == ST_OK && n < MANIFEST_HELD_MAX) {
        st = store_next(c, &key);
        if (st != ST_OK || key.n != 16) {
            continue;
        }
        struct recall_row r = {.from = 0};
        memcpy(r.author.b, key.p, 8);
        memcpy(r.epoch.b, key.p + 8, 8);
        if (!id8_eq(r.author, own) || !id8_eq(r.epoch, current)) {
            rows[n++] = r;
        }
    }
    store_scan_end(&c);
    return st == ST_OK || st == ST_END ? put(t, rows, n, err) : st;
}

enum st recall_held(struct store_txn *t, struct arena tmp, struct manifest_held *out, unsigned *n,
                    struct err *err)
{
    struct recall_row rows[MANIFEST_HELD_MAX];
    unsigned all = 0;
    *n = 0;
    enum st st = recall_get(t, rows, &all, err);
    for (unsigned i = 0; i < all && st == ST_OK; i++) {
        struct arena here = tmp;
        struct chain_mark m;
        st = chain_mark_get(t, rows[i].author, rows[i].epoch, &here, &m, err);
        if (st == ST_OK) {
            out[(*n)++] = (struct manifest_held){rows[i].author, rows[i].epoch, m.seq};
        }
        st = st == ST_NOT_FOUND || st == ST_CORRUPT ? ST_OK : st; /* nothing to hand back of it */
    }
    return st;
}

enum st recall_seen(struct store_txn *t, id8 epoch, struct chain_mark *out, struct err *err)
{
    struct store_cursor *c = NULL;
    bytes key;
    id8 author;
    bool found = false;
    enum st st = store_scan(t, T_HEAD, (bytes){NULL, 0}, (bytes){NULL, 0}, &c, err);
    while (st == ST_OK && !found) {
        st = store_next(c, &key);
        found = st == ST_OK && key.n == 16 && memcmp(key.p + 8, epoch.b, 8) == 0;
        if (found) {
            memcpy(author.b, key.p, 8);
        }
    }
    store_scan_end(&c);
    if (!found) {
        return st == ST_END || st == ST_OK ? ST_NOT_FOUND : st;
    }
    uint8_t room[512];
    struct arena tmp = arena_of(room, sizeof room);
    st = chain_mark_get(t, author, epoch, &tmp, out, err);
    return st == ST_CORRUPT ? ST_NOT_FOUND : st;
}

/* Own entries travel by their receipt: what headquarters does not hold is not receipted. */
static enum st mark_back(struct store_txn *t, struct chain_mark *m, uint64_t seq, struct err *err)
{
    if (seq >= m->receipt_seq) {
        return ST_OK;
    }
    m->receipt_seq = seq;
    return chain_mark_put(t, m, err);
}

static const struct manifest_held *find(const struct manifest_held *held, unsigned n,
                                        const struct recall_row *r)
{
    for (unsigned i = 0; i < n; i++) {
        if (id8_eq(held[i].author, r->author) && id8_eq(held[i].epoch, r->epoch)) {
            return &held[i];
        }
    }
    return NULL;
}

enum st recall_answer(struct store_txn *t, id8 own, const struct manifest_held *held, unsigned n,
                      struct arena tmp, bool *again, struct err *err)
{
    struct recall_row was[MANIFEST_HELD_MAX], rows[MANIFEST_HELD_MAX];
    unsigned all = 0, left = 0;
    *again = false;
    enum st st = n == 0 ? ST_OK : recall_get(t, was, &all, err);
    for (unsigned i = 0; i < all && st == ST_OK; i++) {
        struct recall_row r = was[i];
        const struct manifest_held *h = find(held, n, &r);
        struct arena here = tmp;
        struct chain_mark m;
        bool stays = h == NULL;
        if (h != NULL) {
            st = chain_mark_get(t, r.author, r.epoch, &here, &m, err);
            if (st == ST_OK && id8_eq(r.author, own)) {
                st = mark_back(t, &m, h->seq, err);
                *again = *again || m.receipt_seq < m.seq;
            } else if (st == ST_OK && h->seq < m.seq) {
                *again = *again || !r.asked || h->seq > r.from;
                r.from = h->seq > r.from ? h->seq : r.from;
                r.asked = true;
                stays = true;
            }
            st = st == ST_NOT_FOUND || st == ST_CORRUPT ? ST_OK : st;
        }
        if (stays) {
            rows[left++] = r;
        }
    }
    /* A doubt about a chain that nobody listed. */
    for (unsigned i = 0; i < n && st == ST_OK && left < MANIFEST_HELD_MAX; i++) {
        struct recall_row r = {held[i].author, held[i].epoch, held[i].seq, true};
        bool listed = false;
        for (unsigned k = 0; k < all; k++) {
            listed = listed || (id8_eq(was[k].author, r.author) && id8_eq(was[k].epoch, r.epoch));
        }
        if (!listed && !id8_eq(r.author, own)) {
            rows[left++] = r;
            *again = true;
        }
    }
    return st == ST_OK && n != 0 ? put(t, rows, left, err) : st;
}
