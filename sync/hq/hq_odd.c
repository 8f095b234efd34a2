/* hq_odd.c - what came in and could not be kept: evidence, within a bound. See hq_store.h. */
#include "core/base/be64.h"
#include "core/codec/cbor.h"
#include "core/codec/hash.h"
#include "core/journal/append.h"
#include "sync/hq/hq_store.h"

#include <stdlib.h>

#define ROW_BYTES_MAX (BUNDLE_ITEM_BYTES_MAX + 512)
#define SETTLED_LOOK 8 /* entries about one item, the newest first */
#define WEIGHT "odd/weight"
#define GONE "odd/gone"

bool hq_odd_read(bytes row, struct hq_odd *out)
{
    struct cbor_r r = cbor_r_init(row);
    struct cbor_map m = cbor_map_begin(&r);
    memset(out, 0, sizeof *out);
    out->tries = 1;
    for (int64_t k; cbor_map_next(&m, &k);) {
        bytes author;
        switch (k) {
        case 1:
            out->reason = (unsigned)cbor_get_uint(&r);
            break;
        case 2:
            out->first_ms = out->last_ms = cbor_get_int(&r);
            break;
        case 3:
            out->item = cbor_get_bytes(&r);
            break;
        case 4:
            author = cbor_get_bytes(&r);
            out->has_author = author.n == sizeof out->author.b;
            if (out->has_author) {
                memcpy(out->author.b, author.p, sizeof out->author.b);
            }
            break;
        case 5:
            out->tries = cbor_get_uint(&r);
            break;
        case 6:
            out->last_ms = cbor_get_int(&r);
            break;
        default:
            break; /* skipped */
        }
    }
    return cbor_done(&r) == ST_OK;
}

id16 hq_odd_subject(h32 what)
{
    id16 subject;
    memcpy(subject.b, what.b, sizeof subject.b);
    return subject;
}

/* The row of `what`, its bytes in `a`; false: none. */
static bool odd_get(struct store_txn *t, h32 what, struct arena *a, struct hq_odd *out)
{
    bytes row;
    return store_get(t, T_ODD, bytes_of(what.b, sizeof what.b), a, &row, NULL) == ST_OK &&
           hq_odd_read(row, out);
}

uint64_t hq_odd_reason(struct store_txn *t, h32 what)
{
    uint8_t room[ROW_BYTES_MAX];
    struct arena a = arena_of(room, sizeof room);
    struct hq_odd row;
    return odd_get(t, what, &a, &row) ? row.reason : 0;
}

/* --- what somebody saw to -----------------------------------------------------------------------
 */

static bool by_node(struct store_txn *t, id8 author, struct arena a)
{
    bytes doc;
    struct cert c;
    return store_get(t, T_CERT, bytes_of(author.b, sizeof author.b), &a, &doc, NULL) == ST_OK &&
           cert_parse(doc, &c, NULL) == ST_OK && c.role == ROLE_HEADQUARTERS;
}

bool hq_odd_settled(struct store_txn *t, h32 what, int64_t last_ms)
{
    uint8_t room[2 * CAP_ENTRY_BYTES + CAP_CERT_BYTES + 512];
    id16 subject = hq_odd_subject(what);
    struct store_cursor *cur = NULL;
    bytes key;
    bool settled = false;
    if (store_scan_down(t, T_SUBJECT, bytes_of(subject.b, sizeof subject.b), (bytes){0}, &cur,
                        NULL) != ST_OK) {
        return false;
    }
    for (unsigned n = 0; n < SETTLED_LOOK && !settled && store_next(cur, &key) == ST_OK; n++) {
        struct arena a = arena_of(room, sizeof room);
        struct entry_view e;
        h32 hash;
        if (key.n == 56) {
            memcpy(hash.b, key.p + 24, sizeof hash.b);
            settled = journal_get(t, hash, &a, &e, NULL) == ST_OK && e.kind == KIND_ITEM_SETTLED &&
                      e.wall_ms >= last_ms && by_node(t, e.author, a);
        }
    }
    store_scan_end(&cur);
    return settled;
}

/* --- the bound ----------------------------------------------------------------------------------
 */

struct odd_row {
    h32 what;
    id8 author; /* who brought it; zero: not known */
    int64_t last_ms;
    uint64_t weight;
    bool spare; /* somebody saw to it, or nobody can read it */
};
struct odd_rows {
    struct odd_row *v;
    size_t n, room;
    uint64_t weight;
};
struct share { /* what one author takes: rows from the oldest */
    size_t next, end;
    uint64_t weight;
};

static uint64_t weight_of(bytes item)
{
    return item.n > HQ_ODD_ROW_BYTES ? item.n : HQ_ODD_ROW_BYTES;
}

static struct odd_row *more(struct odd_rows *rows)
{
    if (rows->n == rows->room) {
        size_t room = rows->room == 0 ? HQ_ODD_BYTES / HQ_ODD_ROW_BYTES + 1 : 2 * rows->room;
        struct odd_row *v = realloc(rows->v, room * sizeof *v);
        if (v == NULL) {
            return NULL;
        }
        rows->v = v;
        rows->room = room;
    }
    memset(&rows->v[rows->n], 0, sizeof rows->v[rows->n]);
    return &rows->v[rows->n++];
}

static enum st gather_one(struct store_txn *t, struct store_cursor *c, bytes key,
                          struct odd_rows *rows, struct err *err)
{
    uint8_t room[ROW_BYTES_MAX];
    struct arena a = arena_of(room, sizeof room);
    struct hq_odd o = {.reason = 0};
    bytes value;
    enum st st = store_value(c, &a, &value, err);
    if (st == ST_IO) {
        return st;
    }
    bool reads = st == ST_OK && hq_odd_read(value, &o);
    if (reads && o.reason == HQ_ODD_SHOWN) {
        return ST_OK;
    }
    struct odd_row *row = more(rows);
    if (row == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    memcpy(row->what.b, key.p, sizeof row->what.b);
    row->author = o.author;
    row->last_ms = o.last_ms;
    row->weight = reads ? weight_of(o.item) : HQ_ODD_ROW_BYTES;
    row->spare = !reads || hq_odd_settled(t, row->what, o.last_ms);
    rows->weight += row->weight;
    return ST_OK;
}

/* All that bundles brought. The fold's marks have longer keys. */
static enum st gather(struct store_txn *t, struct odd_rows *rows, struct err *err)
{
    struct store_cursor *c = NULL;
    bytes key;
    enum st st = store_scan(t, T_ODD, (bytes){0}, (bytes){0}, &c, err);
    while (st == ST_OK) {
        st = store_next(c, &key);
        if (st == ST_OK && key.n == HASH_BYTES) {
            st = gather_one(t, c, key, rows, err);
        }
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

/* Those to spare first, the oldest first; then author by author, again the oldest first. */
static int by_turn(const void *a, const void *b)
{
    const struct odd_row *x = a, *y = b;
    int author = memcmp(x->author.b, y->author.b, sizeof x->author.b);
    if (x->spare != y->spare) {
        return x->spare ? -1 : 1;
    }
    if (!x->spare && author != 0) {
        return author;
    }
    return x->last_ms != y->last_ms ? (x->last_ms < y->last_ms ? -1 : 1)
                                    : memcmp(x->what.b, y->what.b, sizeof x->what.b);
}

static enum st drop(struct store_txn *t, struct odd_rows *rows, size_t at, uint64_t *gone,
                    struct err *err)
{
    const struct odd_row *row = &rows->v[at];
    rows->weight -= row->weight;
    *gone += 1;
    return store_del(t, T_ODD, bytes_of(row->what.b, sizeof row->what.b), err);
}

/* The shares of rows from `first` on; answers how many. */
static size_t shares_of(const struct odd_rows *rows, size_t first, struct share *out)
{
    size_t n = 0;
    for (size_t i = first; i < rows->n; i++) {
        if (i == first || !id8_eq(rows->v[i].author, rows->v[i - 1].author)) {
            out[n++] = (struct share){.next = i};
        }
        out[n - 1].end = i + 1;
        out[n - 1].weight += rows->v[i].weight;
    }
    return n;
}

/* Drops rows until no more than `most` is taken. */
static enum st make_room(struct store_txn *t, struct odd_rows *rows, uint64_t most, uint64_t *gone,
                         struct err *err)
{
    struct share *s = calloc(rows->n, sizeof *s);
    size_t at = 0;
    enum st st = s == NULL ? err_set(err, ST_FULL, 0, __func__, "no memory") : ST_OK;
    qsort(rows->v, rows->n, sizeof *rows->v, by_turn);
    for (; st == ST_OK && at < rows->n && rows->v[at].spare && rows->weight > most; at++) {
        st = drop(t, rows, at, gone, err);
    }
    size_t n = st == ST_OK && rows->weight > most ? shares_of(rows, at, s) : 0;
    while (st == ST_OK && n > 0 && rows->weight > most) {
        struct share *big = &s[0];
        for (size_t i = 1; i < n; i++) {
            big = s[i].weight > big->weight ? &s[i] : big;
        }
        big->weight -= rows->v[big->next].weight;
        st = drop(t, rows, big->next++, gone, err);
    }
    free(s);
    return st;
}

/* Counts all anew, and makes room where too much is taken: an eighth at once, so that the next
 * thousand cost nothing. */
static enum st bound(struct store_txn *t, uint64_t *weight, struct err *err)
{
    struct odd_rows rows = {.n = 0};
    uint64_t gone = 0, before = 0;
    enum st st = gather(t, &rows, err);
    if (st == ST_OK && rows.weight > HQ_ODD_BYTES) {
        st = make_room(t, &rows, HQ_ODD_BYTES / 8 * 7, &gone, err);
    }
    if (st == ST_OK && gone > 0) {
        st = hq_count_get(t, GONE, &before, err); /* damaged: from now on */
        st = st == ST_IO ? st : hq_count_put(t, GONE, before + gone, err);
    }
    *weight = rows.weight;
    free(rows.v);
    return st;
}

/* What all take together is `more_bytes` more, or so many less. In a store of before this was
 * counted, or where the count is damaged, it is counted now. */
static enum st weigh(struct store_txn *t, uint64_t more_bytes, uint64_t less_bytes, struct err *err)
{
    uint8_t v[8];
    size_t n;
    uint64_t weight = 0;
    enum st st = hq_meta_get(t, WEIGHT, v, sizeof v, &n, err);
    bool counted = st == ST_OK && n == sizeof v;
    if (st == ST_IO) {
        return st;
    }
    if (counted) {
        weight = be64_get(v) + more_bytes;
        weight -= less_bytes < weight ? less_bytes : weight;
    }
    st = !counted || weight > HQ_ODD_BYTES ? bound(t, &weight, err) : ST_OK;
    return st == ST_OK ? hq_count_put(t, WEIGHT, weight, err) : st;
}

uint64_t hq_odd_gone(struct store_txn *t)
{
    uint64_t n;
    return hq_count_get(t, GONE, &n, NULL) == ST_OK ? n : 0;
}

/* --- what comes ---------------------------------------------------------------------------------
 */

enum st hq_odd_put(struct store_txn *t, id8 author, unsigned reason, bytes item, int64_t now_ms,
                   struct err *err)
{
    uint8_t buf[BUNDLE_ITEM_BYTES_MAX + 128], room[ROW_BYTES_MAX];
    struct arena a = arena_of(room, sizeof room);
    struct hq_odd row;
    h32 what;
    hash32(item, what.b);
    bool again = odd_get(t, what, &a, &row);
    if (again && row.reason == HQ_ODD_SHOWN) {
        return ST_OK; /* a sign-off that somebody holds is evidence of more than a bad bundle */
    }
    struct cbor_w w = cbor_w_init(buf, sizeof buf);
    cbor_put_map(&w, again ? 6 : 4);
    cbor_put_uint(&w, 1);
    cbor_put_uint(&w, reason);
    cbor_put_uint(&w, 2);
    cbor_put_int(&w, again ? row.first_ms : now_ms);
    cbor_put_uint(&w, 3);
    cbor_put_bytes(&w, item);
    cbor_put_uint(&w, 4);
    cbor_put_bytes(&w, bytes_of(author.b, sizeof author.b));
    if (again) {
        cbor_put_uint(&w, 5);
        cbor_put_uint(&w, row.tries + 1);
        cbor_put_uint(&w, 6);
        cbor_put_int(&w, now_ms);
    }
    bytes value;
    if (cbor_w_done(&w, &value) != ST_OK) {
        return err_set(err, ST_TOO_BIG, 0, __func__, "an item is too long to be kept aside");
    }
    enum st st = store_put(t, T_ODD, bytes_of(what.b, sizeof what.b), value, err);
    bool counts = reason != HQ_ODD_SHOWN; /* what was shown has a bound of its own */
    if (st == ST_OK && again != counts) {
        st = again ? weigh(t, 0, weight_of(item), err) : weigh(t, weight_of(item), 0, err);
    }
    return st;
}
