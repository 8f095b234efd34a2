/* store_check.c - see store_check.h. */
#include "core/store/store_check.h"

#include "core/journal/attachment.h"
#include "core/store/inside.h"

#include <sodium.h>

#define BATCH 4096 /* values a transaction: long readers pin old pages */

struct walk {
    struct store *s;
    struct arena scratch;
    const struct store_check_sink *sink;
    struct store_check_totals *out;
    enum table table;
    uint8_t last[CAP_STORE_KEY_BYTES]; /* where the last batch ended */
    size_t last_n;
};

const char *store_check_name(enum table table)
{
    return table > 0 && table < TABLES ? env_table_names[table] : "?";
}

static void tell(struct walk *w, bytes key, const char *why)
{
    if (w->sink->damaged != NULL) {
        w->sink->damaged(w->sink->ctx, w->table, key, why);
    }
}

static const char *check_chunks(struct store_txn *t, const struct att_view *v, struct arena a)
{
    uint8_t *buf = arena_new(&a, uint8_t, CAP_CHUNK_BYTES);
    for (unsigned i = 0; buf != NULL && i < v->nchunks; i++) {
        size_t n = 0;
        if (store_att_read(t, v->name, i, buf, &n, NULL) != ST_OK) {
            return "a chunk is damaged or missing";
        }
        if (att_check_chunk(v, i, bytes_of(buf, n)) != ST_OK) {
            return "a chunk is not what its manifest says";
        }
    }
    return buf != NULL ? NULL : "no room to check it";
}

static const char *check_att(struct store_txn *t, struct walk *w, bytes key)
{
    struct arena a = w->scratch;
    struct att_row r;
    struct att_view v;
    h32 name;
    if (key.n != sizeof name.b) {
        return "not the name of an attachment";
    }
    memcpy(name.b, key.p, sizeof name.b);
    enum st st = att_row_open(t, name, &a, &r, NULL);
    if (st == ST_REVOKED) {
        w->out->forgotten++;
        return NULL;
    }
    if (st != ST_OK) {
        return "the row is damaged";
    }
    if (att_parse(r.manifest, &v, NULL) != ST_OK || !h32_eq(v.name, name)) {
        return "the manifest is another's";
    }
    w->out->held++;
    return check_chunks(t, &v, a);
}

static enum st check_value(struct store_txn *t, struct walk *w, struct store_cursor *c, bytes key,
                           struct err *err)
{
    struct arena a = w->scratch;
    bytes value;
    w->out->values[w->table]++;
    enum st st = store_value(c, &a, &value, err);
    if (st == ST_CORRUPT) {
        w->out->damaged[w->table]++;
        tell(w, key, "its seal does not hold");
        return ST_OK;
    }
    if (st == ST_OK && w->table == T_ATT) {
        const char *why = check_att(t, w, key);
        w->out->att_damaged += why != NULL;
        if (why != NULL) {
            tell(w, key, why);
        }
    }
    return st;
}

/* ST_OK: there is more. */
static enum st check_batch(struct walk *w, struct err *err)
{
    struct store_txn *t;
    struct store_cursor *c;
    bytes key, none = {NULL, 0};
    enum st st = store_read(w->s, &t, err);
    if (st != ST_OK) {
        return st;
    }
    st = store_scan(t, w->table, none, bytes_of(w->last, w->last_n), &c, err);
    for (unsigned n = 0; st == ST_OK && n < BATCH; n++) {
        st = store_next(c, &key);
        bool again = w->last_n > 0 && bytes_eq(key, bytes_of(w->last, w->last_n));
        if (st == ST_OK && !again) {
            st = check_value(t, w, c, key, err);
        } else if (st == ST_IO) {
            st = err_set(err, ST_CORRUPT, 0, "store_check", "the tree of %s is damaged",
                         env_table_names[w->table]);
        }
        if (st == ST_OK) {
            memcpy(w->last, key.p, key.n);
            w->last_n = key.n;
        }
    }
    store_abort(&t);
    return st;
}

static uint64_t read_lost(struct store *s)
{
    struct store_txn *t;
    uint8_t buf[64];
    struct arena a = arena_of(buf, sizeof buf);
    bytes v;
    uint64_t n = 0;
    if (store_read(s, &t, NULL) != ST_OK) {
        return 0;
    }
    if (store_get(t, T_META, str_bytes(S(META_LOST)), &a, &v, NULL) == ST_OK) {
        for (size_t i = 0; i < v.n && v.p[i] >= '0' && v.p[i] <= '9'; i++) {
            n = n * 10 + (uint64_t)(v.p[i] - '0');
        }
    }
    store_abort(&t);
    return n;
}

enum st store_check(struct store *s, struct arena scratch, const struct store_check_sink *sink,
                    struct store_check_totals *out, struct err *err)
{
    memset(out, 0, sizeof *out);
    enum st st = ST_OK;
    for (unsigned i = 1; i < TABLES && st == ST_OK; i++) {
        struct walk w = {
            .s = s, .scratch = scratch, .sink = sink, .out = out, .table = (enum table)i};
        do {
            st = check_batch(&w, err);
        } while (st == ST_OK);
        st = st == ST_END ? ST_OK : st;
    }
    out->key_rows_damaged = s->kt.damaged;
    out->lost = read_lost(s);
    return st;
}
