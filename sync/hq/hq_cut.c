/* hq_cut.c - see hq_cut.h. */
#include "sync/hq/hq_cut.h"

#include "sync/hq/hq_aside.h"

static const char prefix[] = "cutting/";
#define PREFIX_BYTES (sizeof prefix - 1)
#define KEY_BYTES (PREFIX_BYTES + sizeof(id8))
#define ROW_BYTES (2 + PLACE_BYTES) /* any, said, at */

static bytes cut_key(id8 author, uint8_t key[static KEY_BYTES])
{
    memcpy(key, prefix, PREFIX_BYTES);
    memcpy(key + PREFIX_BYTES, author.b, sizeof author.b);
    return bytes_of(key, KEY_BYTES);
}

/* One part of what is left: entries said by name, which whoever hears of the revocation needs with
 * it; when there are no more, some subjects folded anew. */
static enum st part(struct hq *hq, struct store_txn *t, id8 author, bool said,
                    struct revoked_walk *w, struct err *err)
{
    uint8_t key[KEY_BYTES], row[ROW_BYTES];
    bool more = false;
    enum st st = said ? ST_OK : hq_aside_author(hq, t, author, HQ_CUT_NAMED, &more, err);
    if (st == ST_OK && !more && !w->done) {
        st = revoked_step(t, author, w, HQ_CUT_ROUNDS, arena_of(hq->routing, CAP_SCRATCH_BYTES),
                          err);
    }
    if (st != ST_OK) {
        return st;
    }
    if (!more && w->done) {
        st = store_del(t, T_META, cut_key(author, key), err);
        return st == ST_NOT_FOUND ? ST_OK : st;
    }
    hq->cut_due = true;
    row[0] = w->any;
    row[1] = !more;
    memcpy(row + 2, w->at, PLACE_BYTES);
    return store_put(t, T_META, cut_key(author, key), bytes_of(row, sizeof row), err);
}

enum st hq_cut_begin(struct hq *hq, struct store_txn *t, id8 author, struct revoked_walk *w,
                     struct err *err)
{
    return part(hq, t, author, false, w, err);
}

/* The first author of whom something is left. ST_NOT_FOUND: of nobody. */
static enum st first_left(struct store_txn *t, id8 *author, bool *said, struct revoked_walk *w,
                          struct err *err)
{
    struct store_cursor *c = NULL;
    uint8_t room[256];
    struct arena tmp = arena_of(room, sizeof room);
    bytes key, row;
    enum st st = store_scan(t, T_META, bytes_of(prefix, PREFIX_BYTES), (bytes){NULL, 0}, &c, err);
    st = st == ST_OK ? store_next(c, &key) : st;
    if (st == ST_OK && key.n == KEY_BYTES) {
        memcpy(author->b, key.p + PREFIX_BYTES, sizeof author->b);
        st = store_value(c, &tmp, &row, err);
    }
    store_scan_end(&c);
    *said = false;
    *w = (struct revoked_walk){.any = true}; /* of a damaged row all is looked at again */
    memcpy(w->at, author->b, sizeof author->b);
    if (st == ST_OK && row.n == ROW_BYTES) {
        w->any = row.p[0] != 0;
        *said = row.p[1] != 0;
        memcpy(w->at, row.p + 2, PLACE_BYTES);
    }
    return st == ST_END ? ST_NOT_FOUND : st == ST_CORRUPT ? ST_OK : st;
}

static enum st one(struct hq *hq, struct err *err)
{
    struct store_txn *t = NULL;
    struct revoked_walk w;
    bool said;
    id8 author = {{0}};
    enum st st = store_write(hq->store, &t, err);
    st = st == ST_OK ? first_left(t, &author, &said, &w, err) : st;
    st = st == ST_OK ? part(hq, t, author, said, &w, err) : st;
    st = st == ST_OK ? store_commit(&t, err) : st;
    if (st != ST_OK && st != ST_NOT_FOUND) {
        IGNORE(journal_reload(&hq->journal, NULL) != ST_OK); /* the first failure is told */
    }
    store_abort(&t);
    return st;
}

enum st hq_cut_settle(struct hq *hq, unsigned parts, struct err *err)
{
    enum st st = ST_OK;
    if (!hq->cut_due || hq->reader || hq->batch != NULL) {
        return ST_OK;
    }
    for (unsigned i = 0; st == ST_OK && (parts == 0 || i < parts); i++) {
        st = one(hq, err);
    }
    hq->cut_due = st != ST_NOT_FOUND;
    return st == ST_NOT_FOUND ? ST_OK : st;
}
