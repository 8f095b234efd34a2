/* exchange_back.c - what a restored headquarters has lost and this device holds (recall.h), and of
 * a parcel the branches of own chains: nobody asks whoever is gone. */
#include "sync/engine/build.h"
#include "core/journal/place.h"
#include "sync/engine/recall.h"

static enum st send_doc(struct build *b, enum table table, enum item_kind kind, id8 author)
{
    struct arena tmp = b->arena;
    bytes doc, item;
    enum st st = store_get(b->t, table, bytes_of(author.b, sizeof author.b), &tmp, &doc, NULL);
    if (st != ST_OK) {
        return st == ST_IO ? err_set(b->err, st, 0, __func__, "a certificate cannot be read")
                           : ST_OK;
    }
    uint8_t *buf = arena_new(&tmp, uint8_t, CAP_CERT_BYTES + CAP_TRUST_BYTES);
    st = buf == NULL
             ? ST_FULL
             : item_put(kind, doc, (bytes){NULL, 0}, buf, CAP_CERT_BYTES + CAP_TRUST_BYTES, &item);
    return st == ST_OK ? bundle_item(&b->w, item, b->err)
                       : err_set(b->err, st, 0, __func__, "a certificate does not fit an item");
}

/* A lost device must not be a trusted one again because headquarters was restored. */
static enum st send_revocations(struct build *b)
{
    struct store_cursor *c = NULL;
    bytes key;
    enum st st = store_scan(b->t, T_REVOKED, (bytes){NULL, 0}, (bytes){NULL, 0}, &c, b->err);
    while (st == ST_OK) {
        st = store_next(c, &key);
        if (st == ST_OK && key.n == 8) {
            id8 author;
            memcpy(author.b, key.p, sizeof author.b);
            st = send_doc(b, T_REVOKED, ITEM_REVOCATION, author);
        }
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

static enum st hand_back_entry(struct build *b, struct store_cursor *c, uint64_t *left)
{
    struct arena before = b->arena;
    struct entry_view e;
    bytes whole;
    uint64_t sent = b->w.written_bytes;
    enum st st = store_value(c, &b->arena, &whole, b->err);
    if (st == ST_OK && entry_parse(whole, &e, NULL, NULL) == ST_OK) {
        st = build_entry(b, &e, NULL);
        b->res->sent_entries--; /* no receipt answers for it */
        b->res->handed_back++;
        sent = b->w.written_bytes - sent + e.whole.n;
        *left -= sent < *left ? sent : *left;
    }
    b->arena = before;
    return st == ST_CORRUPT ? ST_OK : st; /* damage hides nothing else */
}

static enum st scan_chain(struct build *b, const struct recall_row *row, uint64_t seq,
                          struct store_cursor **c)
{
    uint8_t from[PLACE_BYTES];
    bytes start = place_put(row->author, row->epoch, seq, 0, from);
    return store_scan(b->t, T_ENTRY, bytes_of(from, PLACE_CHAIN_BYTES), start, c, b->err);
}

/* One chain of another author from where headquarters lacks it: main branch and others, as they
 * lie. *left: bytes that may still go; a bundle's last entry may pass it, an attachment more. */
static enum st hand_back_chain(struct build *b, const struct recall_row *row, uint64_t *left)
{
    struct store_cursor *c = NULL;
    bytes key;
    enum st st = send_doc(b, T_CERT, ITEM_CERT, row->author);
    st = st == ST_OK ? scan_chain(b, row, row->from + 1, &c) : st;
    while (st == ST_OK && *left != 0 && b->nlarge < LARGE_MAX / 2) {
        st = store_next(c, &key);
        st = st == ST_OK ? hand_back_entry(b, c, left) : st;
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

/* What lies on one branch of our own chain from `seq` on. */
static enum st hand_back_branch(struct build *b, const struct recall_row *row, unsigned branch,
                                uint64_t seq, bool *found, uint64_t *left)
{
    struct store_cursor *c = NULL;
    bytes key;
    *found = false;
    enum st st = scan_chain(b, row, seq, &c);
    while (st == ST_OK) {
        st = store_next(c, &key);
        if (st == ST_OK && place_is(key) && place_branch(key) == branch) {
            *found = true;
            st = hand_back_entry(b, c, left);
        }
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

/* Of our own chain the branches: each by itself, so that each is a run of links. What came back
 * before the entry that it follows lies beyond the mark, on the main branch: it goes last. */
static enum st hand_back_branches(struct build *b, const struct recall_row *row, uint64_t *left)
{
    struct arena tmp = b->arena;
    struct chain_mark m;
    bool found = true;
    enum st st = ST_OK;
    for (unsigned branch = 1; branch <= UINT8_MAX && found && st == ST_OK; branch++) {
        st = hand_back_branch(b, row, branch, 1, &found, left);
    }
    if (st == ST_OK && chain_mark_get(b->t, row->author, row->epoch, &tmp, &m, NULL) == ST_OK) {
        st = hand_back_branch(b, row, 0, m.seq + 1, &found, left);
    }
    return st;
}

enum st build_hand_back(struct build *b)
{
    struct recall_row rows[MANIFEST_HELD_MAX];
    unsigned n = 0;
    bool any = false;
    uint64_t left = EXCHANGE_SEND_BYTES;
    enum st st = recall_get(b->t, rows, &n, b->err);
    for (unsigned i = 0; i < n && st == ST_OK && left != 0; i++) {
        if (rows[i].asked && id8_eq(rows[i].author, b->j->head.author)) {
            st = hand_back_branches(b, &rows[i], &left);
        } else if (rows[i].asked) {
            st = any ? ST_OK : send_revocations(b);
            st = st == ST_OK ? hand_back_chain(b, &rows[i], &left) : st;
            any = true;
        }
    }
    return st;
}

/* --- of a parcel
 * ------------------------------------------------------------------------------------------ */

static bool is_beside(bytes key, const struct chain_mark *m)
{
    return place_is(key) && (place_branch(key) != 0 || place_seq(key) > m->seq);
}

static enum st scan_beside(struct build *b, const struct chain_mark *m, struct store_cursor **c)
{
    struct recall_row row = {.author = m->author, .epoch = m->epoch};
    return scan_chain(b, &row, m->forked ? 1 : m->seq + 1, c);
}

enum st build_beside(struct build *b, const struct chain_mark *m, bool *any)
{
    struct store_cursor *c = NULL;
    bytes key;
    *any = false;
    enum st st = scan_beside(b, m, &c);
    while (st == ST_OK && !*any) {
        st = store_next(c, &key);
        *any = st == ST_OK && is_beside(key, m) && place_seq(key) > m->receipt_seq;
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

/* Does another entry here name it as the one before? */
static enum st goes_on(struct build *b, const struct entry_view *e, bool *on)
{
    struct recall_row row = {.author = e->author, .epoch = e->epoch};
    struct store_cursor *c = NULL;
    bytes key, whole;
    *on = false;
    enum st st = scan_chain(b, &row, e->seq + 1, &c);
    while (st == ST_OK && !*on) {
        struct arena tmp = b->arena;
        struct entry_view next;
        st = store_next(c, &key);
        if (st != ST_OK || !place_is(key) || place_seq(key) != e->seq + 1) {
            break;
        }
        st = store_value(c, &tmp, &whole, b->err);
        *on = st == ST_OK && entry_parse(whole, &next, NULL, NULL) == ST_OK &&
              h32_eq(next.prev, e->hash);
        st = st == ST_CORRUPT ? ST_OK : st;
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

/* Is all that lies between it and the main branch here? */
static bool is_linked(struct build *b, const struct entry_view *e, const struct chain_mark *m)
{
    uint64_t seq = e->seq;
    h32 prev = e->prev;
    while (seq > 1) {
        struct arena tmp = b->arena;
        struct entry_view v;
        seq--;
        if (seq <= m->seq && journal_at(b->t, m->author, m->epoch, seq, &tmp, &v, NULL) == ST_OK &&
            h32_eq(v.hash, prev)) {
            return true;
        }
        tmp = b->arena;
        if (journal_get(b->t, prev, &tmp, &v, NULL) != ST_OK || v.seq != seq) {
            return false;
        }
        prev = v.prev;
    }
    return true;
}

static enum st list_end(struct build *b, struct store_cursor *c, const struct chain_mark *m)
{
    const struct arena before = b->arena;
    struct entry_view e;
    bytes whole;
    bool on = true;
    enum st st = store_value(c, &b->arena, &whole, b->err);
    if (st == ST_OK && entry_parse(whole, &e, NULL, NULL) == ST_OK) {
        st = goes_on(b, &e, &on);
    }
    if (st == ST_OK && !on && is_linked(b, &e, m)) {
        if (b->nchains == MANIFEST_JOURNALS_MAX) {
            b->more = true;
        } else {
            b->chains[b->nchains++] = (struct chain){
                .mark = {.author = m->author, .epoch = m->epoch, .seq = e.seq, .hash = e.hash},
                .from = 1,
                .att_from = 1,
                .branch = true};
        }
    }
    b->arena = before;
    return st == ST_CORRUPT ? ST_OK : st; /* damage hides nothing else */
}

static enum st list_ends(struct build *b, const struct chain_mark *m)
{
    struct store_cursor *c = NULL;
    bytes key;
    enum st st = scan_beside(b, m, &c);
    while (st == ST_OK) {
        st = store_next(c, &key);
        if (st == ST_OK && is_beside(key, m) && place_seq(key) > m->receipt_seq) {
            st = list_end(b, c, m);
        }
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

enum st build_branches_list(struct build *b)
{
    enum st st = ST_OK;
    for (unsigned i = 0, n = b->nchains; i < n && st == ST_OK; i++) {
        st = b->chains[i].forked ? list_ends(b, &b->chains[i].mark) : ST_OK;
    }
    return st;
}

enum st build_branches(struct build *b)
{
    enum st st = ST_OK;
    const unsigned back = b->res->handed_back;
    for (unsigned i = 0; i < b->nchains && st == ST_OK; i++) {
        const struct chain *c = &b->chains[i];
        struct recall_row row = {.author = c->mark.author, .epoch = c->mark.epoch};
        uint64_t left = UINT64_MAX;
        st = c->forked ? hand_back_branches(b, &row, &left) : ST_OK;
    }
    b->res->sent_entries += b->res->handed_back - back; /* our own: receipts do answer for them */
    b->res->handed_back = back;
    return st;
}
