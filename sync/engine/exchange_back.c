/* exchange_back.c - what a restored headquarters has lost and this device holds. See recall.h. */
#include "sync/engine/build.h"
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
    uint8_t from[25] = {0};
    memcpy(from, row->author.b, 8);
    memcpy(from + 8, row->epoch.b, 8);
    for (unsigned i = 0; i < 8; i++) {
        from[16 + i] = (uint8_t)(seq >> (56 - 8 * i));
    }
    return store_scan(b->t, T_ENTRY, bytes_of(from, 16), bytes_of(from, 25), c, b->err);
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
        if (st == ST_OK && key.n == 25 && key.p[24] == branch) {
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
