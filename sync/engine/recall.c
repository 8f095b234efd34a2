/* recall.c - see recall.h. */
#include "sync/engine/recall.h"

#include "core/base/be64.h"

#include <sodium/randombytes.h>
#include <sodium/utils.h>

#define NAME_BYTES 8
#define ROW_BYTES 41
#define VALUE_BYTES (NAME_BYTES + MANIFEST_HELD_MAX * ROW_BYTES)

static bytes recall_key(void)
{
    return str_bytes(S("sync/recall"));
}

static enum st get(struct store_txn *t, uint8_t name[static NAME_BYTES], struct recall_row *out,
                   unsigned *n, struct err *err)
{
    uint8_t room[VALUE_BYTES + 128];
    struct arena tmp = arena_of(room, sizeof room);
    bytes v;
    *n = 0;
    memset(name, 0, NAME_BYTES);
    enum st st = store_get(t, T_META, recall_key(), &tmp, &v, err);
    if (st != ST_OK || v.n < NAME_BYTES) {
        return st == ST_NOT_FOUND ? ST_OK : st;
    }
    memcpy(name, v.p, NAME_BYTES);
    for (size_t at = NAME_BYTES; at + ROW_BYTES <= v.n && *n < MANIFEST_HELD_MAX; at += ROW_BYTES) {
        struct recall_row *r = &out[(*n)++];
        memcpy(r->author.b, v.p + at, 8);
        memcpy(r->epoch.b, v.p + at + 8, 8);
        r->from = be64_get(v.p + at + 16);
        r->asked = (v.p[at + 24] & 1U) != 0;
        r->all = (v.p[at + 24] & 2U) != 0;
        r->seq = be64_get(v.p + at + 25);
        memcpy(r->head, v.p + at + 33, sizeof r->head);
    }
    return ST_OK;
}

enum st recall_get(struct store_txn *t, struct recall_row *out, unsigned *n, struct err *err)
{
    uint8_t name[NAME_BYTES];
    return get(t, name, out, n, err);
}

enum st recall_name(struct store_txn *t, uint8_t out[static 8], struct err *err)
{
    struct recall_row rows[MANIFEST_HELD_MAX];
    unsigned n;
    return get(t, out, rows, &n, err);
}

static enum st put(struct store_txn *t, const uint8_t name[static NAME_BYTES],
                   const struct recall_row *rows, unsigned n, struct err *err)
{
    uint8_t b[VALUE_BYTES];
    if (n == 0) {
        enum st st = store_del(t, T_META, recall_key(), err);
        return st == ST_NOT_FOUND ? ST_OK : st;
    }
    memcpy(b, name, NAME_BYTES);
    for (unsigned k = 0; k < n; k++) {
        uint8_t *p = b + NAME_BYTES + (size_t)k * ROW_BYTES;
        memcpy(p, rows[k].author.b, 8);
        memcpy(p + 8, rows[k].epoch.b, 8);
        be64_put(p + 16, rows[k].from);
        p[24] = (uint8_t)(rows[k].asked | rows[k].all << 1);
        be64_put(p + 25, rows[k].seq);
        memcpy(p + 33, rows[k].head, sizeof rows[k].head);
    }
    return store_put(t, T_META, recall_key(), bytes_of(b, NAME_BYTES + (size_t)n * ROW_BYTES), err);
}

/* How far a chain is held now. A seq of 0: nothing can be handed back of it. */
static enum st note_head(struct store_txn *t, struct recall_row *r, struct err *err)
{
    uint8_t room[512];
    struct arena tmp = arena_of(room, sizeof room);
    struct chain_mark m;
    enum st st = chain_mark_get(t, r->author, r->epoch, &tmp, &m, err);
    if (st == ST_OK) {
        r->seq = m.seq;
        memcpy(r->head, m.hash.b, sizeof r->head);
    }
    return st == ST_NOT_FOUND || st == ST_CORRUPT ? ST_OK : st;
}

enum st recall_start(struct store_txn *t, id8 own, id8 current, id8 doubt, struct err *err)
{
    struct recall_row rows[MANIFEST_HELD_MAX];
    uint8_t name[NAME_BYTES];
    unsigned n = 0;
    randombytes_buf(name, sizeof name);
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
        bool other = !id8_eq(r.author, own) || !id8_eq(r.epoch, current);
        st = other ? note_head(t, &r, err) : ST_OK;
        if (!id8_zero(doubt) && id8_eq(r.epoch, doubt)) {
            memset(r.head, 0, sizeof r.head);
        }
        if (st == ST_OK && other && r.seq != 0) {
            rows[n++] = r;
        }
    }
    store_scan_end(&c);
    return st == ST_OK || st == ST_END ? put(t, name, rows, n, err) : st;
}

enum st recall_offer(struct store_txn *t, const struct recall_row *late, struct err *err)
{
    struct recall_row rows[MANIFEST_HELD_MAX];
    uint8_t name[NAME_BYTES];
    unsigned n = 0, at = 0;
    enum st st = get(t, name, rows, &n, err);
    if (st != ST_OK) {
        return st;
    }
    while (at < n &&
           (!id8_eq(rows[at].author, late->author) || !id8_eq(rows[at].epoch, late->epoch))) {
        at++;
    }
    if (at == MANIFEST_HELD_MAX) {
        return ST_OK; /* as many as a request lists are due: the next new epoch lists it */
    }
    if (at < n && !rows[at].asked) {
        return ST_OK; /* listed, not answered yet: what lies before the late one may be wanted too
                       */
    }
    if (n == 0) {
        randombytes_buf(name, sizeof name);
    }
    struct recall_row r = *late;
    r.asked = true;
    if (at < n) {
        r.from = rows[at].from < r.from ? rows[at].from : r.from;
        r.all = rows[at].all;
    }
    rows[at] = r;
    return put(t, name, rows, at < n ? n : n + 1, err);
}

enum st recall_held(struct store_txn *t, id8 own, struct manifest_held *out, unsigned *n,
                    struct err *err)
{
    struct recall_row rows[MANIFEST_HELD_MAX];
    *n = 0;
    enum st st = recall_get(t, rows, n, err);
    for (unsigned i = 0; i < *n && st == ST_OK; i++) {
        struct recall_row *r = &rows[i];
        st = id8_eq(r->author, own) ? note_head(t, r, err) : ST_OK;
        out[i] = (struct manifest_held){
            .author = r->author, .epoch = r->epoch, .seq = r->seq, .has_head = true};
        memcpy(out[i].head, r->head, sizeof out[i].head);
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

/* What the answer says of one row. *stays: there is more of it to hand back. */
static enum st judge(struct store_txn *t, id8 own, const struct manifest_held *h, struct arena tmp,
                     struct recall_row *r, bool *stays, bool *again, struct err *err)
{
    struct chain_mark m;
    *stays = false;
    enum st st = chain_mark_get(t, r->author, r->epoch, &tmp, &m, err);
    if (st == ST_OK && id8_eq(r->author, own)) {
        /* Whether it holds the very branch that a receipt was for is not told by a number: of a
         * fork the main branch goes as ever, the others with what is handed back. */
        bool first = m.forked && !r->asked;
        st = mark_back(t, &m, first ? 0 : h->seq, err);
        *stays = first || (r->asked && h->seq < m.seq);
        r->asked = r->asked || first;
        *again = *again || first || m.receipt_seq < m.seq;
    } else if (st == ST_OK && (h->seq < m.seq || (m.forked && !r->asked))) {
        /* Of a fork it may lack what lies under any number: all of it goes, once. So it does when
         * what went did not link there. */
        uint64_t from = m.forked && !r->asked ? 0 : h->seq;
        bool back = r->asked && from < r->from;
        *stays = !back || !r->all;
        *again = *again || !r->asked || from > r->from || (back && *stays);
        r->all = r->all || from == 0 || back;
        r->from = back ? 0 : from;
        r->asked = true;
    }
    return st == ST_NOT_FOUND || st == ST_CORRUPT ? ST_OK : st;
}

static bool has_row(const struct recall_row *rows, unsigned n, const struct manifest_held *h)
{
    for (unsigned i = 0; i < n; i++) {
        if (id8_eq(rows[i].author, h->author) && id8_eq(rows[i].epoch, h->epoch)) {
            return true;
        }
    }
    return false;
}

/* Doubts about chains that were not in the list `was`: one of our own goes as it ever does. */
static enum st add_asked(struct store_txn *t, const struct recall_row *was, unsigned nwas,
                         struct recall_row *rows, unsigned *n, id8 own, const struct manifest *m,
                         struct arena tmp, bool *again, struct err *err)
{
    enum st st = ST_OK;
    for (unsigned i = 0; i < m->nheld && *n < MANIFEST_HELD_MAX && st == ST_OK; i++) {
        const struct manifest_held *h = &m->held[i];
        struct recall_row r = {.author = h->author, .epoch = h->epoch, .from = h->seq};
        bool stays = true;
        if (has_row(was, nwas, h)) {
            continue;
        }
        st = note_head(t, &r, err);
        if (st != ST_OK) {
            return st;
        }
        if (id8_eq(h->author, own)) {
            st = judge(t, own, h, tmp, &r, &stays, again, err);
        } else {
            *again = r.asked = true;
        }
        if (stays) {
            rows[(*n)++] = r;
        }
    }
    return st;
}

enum st recall_answer(struct store_txn *t, id8 own, const struct manifest *m, struct arena tmp,
                      bool *again, struct err *err)
{
    struct recall_row was[MANIFEST_HELD_MAX], rows[MANIFEST_HELD_MAX];
    uint8_t name[NAME_BYTES];
    unsigned all = 0, left = 0;
    *again = false;
    enum st st = m->nheld == 0 ? ST_OK : get(t, name, was, &all, err);
    if (st != ST_OK || m->nheld == 0) {
        return st;
    }
    bool listless = sodium_is_zero(m->recall, NAME_BYTES);
    if (!listless && memcmp(m->recall, name, NAME_BYTES) != 0) {
        return ST_OK;
    }
    for (unsigned i = 0; i < all && st == ST_OK; i++) {
        struct recall_row r = was[i];
        const struct manifest_held *h = listless ? NULL : find(m->held, m->nheld, &r);
        bool stays = true;
        st = h == NULL ? ST_OK : judge(t, own, h, tmp, &r, &stays, again, err);
        if (stays) {
            rows[left++] = r;
        }
    }
    st = st == ST_OK ? add_asked(t, was, all, rows, &left, own, m, tmp, again, err) : st;
    randombytes_buf(name, sizeof name); /* the same answer may come again: it was for then */
    return st == ST_OK ? put(t, name, rows, left, err) : st;
}
