/* refound.c - a store becomes the journal of another author of the same person, after a recovery.
 *
 * T_META "former": ids of the authors before, 8 bytes each. Their chains stay as they are. */
#include "core/journal/own.h"

static bytes former_key(void)
{
    return str_bytes(S("former"));
}

enum st journal_former(struct store_txn *t, id8 out[static JOURNAL_FORMER_MAX], unsigned *n,
                       struct err *err)
{
    uint8_t room[JOURNAL_FORMER_MAX * sizeof(id8) + 64];
    struct arena tmp = arena_of(room, sizeof room);
    bytes row;
    *n = 0;
    enum st st = store_get(t, T_META, former_key(), &tmp, &row, err);
    if (st != ST_OK) {
        return st == ST_NOT_FOUND ? ST_OK : st;
    }
    for (size_t at = 0; at + sizeof(id8) <= row.n && *n < JOURNAL_FORMER_MAX; at += sizeof(id8)) {
        memcpy(out[(*n)++].b, row.p + at, sizeof(id8));
    }
    return ST_OK;
}

bool journal_is_former(struct store_txn *t, id8 author)
{
    id8 all[JOURNAL_FORMER_MAX];
    unsigned n = 0;
    bool is = false;
    if (!store_has(t, T_META, former_key()) || journal_former(t, all, &n, NULL) != ST_OK) {
        return false;
    }
    for (unsigned i = 0; i < n; i++) {
        is = is || id8_eq(all[i], author);
    }
    return is;
}

static enum st former_add(struct store_txn *t, id8 author, struct err *err)
{
    id8 all[JOURNAL_FORMER_MAX];
    unsigned n = 0;
    enum st st = journal_former(t, all, &n, err);
    if (st == ST_OK && n == JOURNAL_FORMER_MAX) {
        return err_set(err, ST_FULL, 0, "journal_refound", "this store had too many authors");
    }
    if (st == ST_OK) {
        all[n++] = author;
        st = store_put(t, T_META, former_key(), bytes_of(all, n * sizeof all[0]), err);
    }
    return st;
}

/* Whose the present epoch is, and how far its time has come. */
static enum st present_author(struct store_txn *t, struct chain_mark *m, struct err *err)
{
    uint8_t room[512];
    struct arena tmp = arena_of(room, sizeof room);
    bytes epoch, key;
    struct store_cursor *c = NULL;
    enum st st = store_get(t, T_META, str_bytes(S("epoch")), &tmp, &epoch, err);
    if (st == ST_OK) {
        st = store_scan(t, T_HEAD, (bytes){NULL, 0}, (bytes){NULL, 0}, &c, err);
    }
    bool found = false;
    while (st == ST_OK && !found) {
        st = store_next(c, &key);
        found = st == ST_OK && key.n == 16 && epoch.n == 8 && memcmp(key.p + 8, epoch.p, 8) == 0;
    }
    id8 author, e;
    if (found) {
        memcpy(author.b, key.p, sizeof author.b);
        memcpy(e.b, key.p + 8, sizeof e.b);
    }
    store_scan_end(&c);
    if (st != ST_OK) {
        return st == ST_END ? err_set(err, ST_CORRUPT, 0, "journal_refound",
                                      "the store does not know its epoch")
                            : st;
    }
    tmp = arena_of(room, sizeof room);
    return chain_mark_get(t, author, e, &tmp, m, err);
}

static enum st refound_in(struct journal *j, struct store_txn *t, bytes trust_doc,
                          const struct now *now, struct err *err)
{
    struct chain_mark before;
    enum st st = present_author(t, &before, err);
    if (st == ST_OK) {
        st = trust_store_put(t, trust_doc, err);
        st = st == ST_EXISTS ? ST_OK : st; /* what is here is as new */
    }
    if (st == ST_OK) {
        st = cert_store_put(t, &j->cert, err);
    }
    if (st == ST_OK) {
        st = own_keys_put(j->store, t, &j->keys, err);
    }
    if (st != ST_OK || id8_eq(before.author, j->cert.author)) {
        return st; /* a run before this one came as far */
    }
    j->head.time = before.time;
    st = former_add(t, before.author, err);
    if (st == ST_OK) {
        st = store_del(t, T_META, str_bytes(S("said")), err); /* the new chain says all itself */
        st = st == ST_NOT_FOUND ? ST_OK : st;
    }
    return st == ST_OK ? own_open_epoch(j, t, now, err) : st;
}

enum st journal_refound(struct store *s, const struct author_keys *keys, bytes trust_doc,
                        bytes cert, const struct now *now, struct arena scratch, struct err *err)
{
    struct journal j;
    struct store_txn *t = NULL;
    enum st st = own_begin(&j, s, keys, trust_doc, cert, scratch, err);
    st = st == ST_OK ? store_write(s, &t, err) : st;
    if (st == ST_OK) {
        st = refound_in(&j, t, trust_doc, now, err);
    }
    if (st == ST_OK) {
        st = store_commit(&t, err);
    }
    store_abort(&t);
    return st;
}
