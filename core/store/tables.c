/* tables.c - get, put, delete and scan over sealed values. */
#include "core/store/inside.h"

/* Damage was met: closing this store must not call it clean. */
static enum st met_damage(struct store *s, enum st st)
{
    if (st == ST_CORRUPT || st == ST_IO) {
        atomic_store(&s->suspect, true);
    }
    return st;
}

bytes store_ad(enum table table, bytes key, uint8_t buf[static AD_BYTES])
{
    buf[0] = (uint8_t)table;
    memcpy(buf + 1, key.p, key.n);
    return bytes_of(buf, 1 + key.n);
}

enum st store_txn_fail(struct store_txn *t, struct err *err, int rc, const char *where,
                       const char *what)
{
    enum st st = env_fail(err, rc, t->s->dir, where, what);
    if (rc == MDB_BAD_TXN) {
        /* LMDB met something in a call that it answered, and gave the transaction up. */
        st = t->broken != ST_OK ? t->broken : ST_CORRUPT;
        st = err_set(err, st, rc, where, "%s: an earlier call of the transaction failed", what);
    }
    t->broken = met_damage(t->s, st);
    return st;
}

/* What cannot be read is not absent: a caller who takes it so must not make that durable. Only the
 * seal of one value (unseal) may fail and be passed over. */
static enum st read_fail(struct store_txn *t, struct err *err, int rc, const char *where,
                         enum table table)
{
    return store_txn_fail(t, err, rc, where, env_table_names[table]);
}

static bool key_ok(enum table table, bytes key)
{
    return table > 0 && table < TABLES && key.n > 0 && key.n <= CAP_STORE_KEY_BYTES;
}

/* LMDB's key type is not const, though it only reads: a copy keeps the promise. */
struct key_copy {
    uint8_t b[CAP_STORE_KEY_BYTES];
    MDB_val v;
};

static MDB_val *copy_key(struct key_copy *c, bytes key)
{
    memcpy(c->b, key.p, key.n);
    c->v = (MDB_val){key.n, c->b};
    return &c->v;
}

static enum st put(struct store_txn *t, enum table table, bytes key, bytes value, unsigned flags,
                   struct err *err)
{
    if (!t->write) {
        return err_set(err, ST_BUG, 0, "store_put", "put in a read transaction");
    }
    if (!key_ok(table, key) || value.n > CAP_TXN_BYTES) {
        return err_set(err, ST_TOO_BIG, 0, "store_put", "%s: key of %zu, value of %zu bytes",
                       table > 0 && table < TABLES ? env_table_names[table] : "?", key.n, value.n);
    }
    struct key_copy k;
    MDB_val v = {value.n + SEAL_OVERHEAD, NULL};
    int rc = mdb_put(t->txn, t->s->dbi[table], copy_key(&k, key), &v, MDB_RESERVE | flags);
    if (rc == MDB_KEYEXIST) {
        return ST_EXISTS;
    }
    if (rc != 0) {
        return store_txn_fail(t, err, rc, "store_put", env_table_names[table]);
    }
    uint8_t ad[AD_BYTES];
    seal_run_put(&t->run, t->s->key, store_ad(table, key, ad), value, v.mv_data);
    return ST_OK;
}

enum st store_put(struct store_txn *t, enum table table, bytes key, bytes value, struct err *err)
{
    return put(t, table, key, value, 0, err);
}

enum st store_put_new(struct store_txn *t, enum table table, bytes key, bytes value,
                      struct err *err)
{
    return put(t, table, key, value, MDB_NOOVERWRITE, err);
}

static enum st unseal(struct store_txn *t, enum table table, bytes key, MDB_val v, struct arena *a,
                      bytes *value, struct err *err)
{
    *value = (bytes){NULL, 0};
    struct arena mark = *a;
    uint8_t ad[AD_BYTES];
    size_t n = 0;
    if (v.mv_size < SEAL_OVERHEAD) {
        return met_damage(t->s, err_set(err, ST_CORRUPT, 0, __func__, "%s: a value is cut short",
                                        env_table_names[table]));
    }
    uint8_t *out = arena_new(a, uint8_t, v.mv_size - SEAL_OVERHEAD);
    if (out == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "%s: no room for a value of %zu bytes",
                       env_table_names[table], v.mv_size - SEAL_OVERHEAD);
    }
    if (seal_get(t->s->key, store_ad(table, key, ad), bytes_of(v.mv_data, v.mv_size), out, &n) !=
        ST_OK) {
        *a = mark;
        return met_damage(t->s, err_set(err, ST_CORRUPT, 0, __func__, "%s: a value is damaged",
                                        env_table_names[table]));
    }
    *value = bytes_of(out, n);
    return ST_OK;
}

enum st store_get(struct store_txn *t, enum table table, bytes key, struct arena *a, bytes *value,
                  struct err *err)
{
    *value = (bytes){NULL, 0};
    if (!key_ok(table, key)) {
        return err_set(err, ST_TOO_BIG, 0, __func__, "a key of %zu bytes", key.n);
    }
    struct key_copy k;
    MDB_val v;
    atomic_fetch_add_explicit(&t->s->touches, 1, memory_order_relaxed);
    int rc = mdb_get(t->txn, t->s->dbi[table], copy_key(&k, key), &v);
    if (rc == MDB_NOTFOUND) {
        return ST_NOT_FOUND;
    }
    if (rc != 0) {
        return read_fail(t, err, rc, __func__, table);
    }
    return unseal(t, table, key, v, a, value, err);
}

bool store_has(struct store_txn *t, enum table table, bytes key)
{
    struct key_copy k;
    MDB_val v;
    atomic_fetch_add_explicit(&t->s->touches, 1, memory_order_relaxed);
    int rc = key_ok(table, key) ? mdb_get(t->txn, t->s->dbi[table], copy_key(&k, key), &v)
                                : MDB_NOTFOUND;
    if (rc != 0 && rc != MDB_NOTFOUND) {
        IGNORE(read_fail(t, NULL, rc, __func__, table));
    }
    return rc == 0;
}

enum st store_del(struct store_txn *t, enum table table, bytes key, struct err *err)
{
    if (!t->write || !key_ok(table, key)) {
        return err_set(err, ST_BUG, 0, __func__, "delete in a read transaction, or a bad key");
    }
    struct key_copy k;
    int rc = mdb_del(t->txn, t->s->dbi[table], copy_key(&k, key), NULL);
    if (rc == MDB_NOTFOUND) {
        return ST_NOT_FOUND;
    }
    return rc == 0 ? ST_OK : store_txn_fail(t, err, rc, __func__, env_table_names[table]);
}

uint64_t store_count(struct store_txn *t, enum table table)
{
    MDB_stat st;
    if (table < 1 || table >= TABLES) {
        return 0;
    }
    int rc = mdb_stat(t->txn, t->s->dbi[table], &st);
    if (rc != 0) {
        IGNORE(read_fail(t, NULL, rc, __func__, table));
        return 0;
    }
    return st.ms_entries;
}

/* --- scans --------------------------------------------------------------------------------------
 */

enum st store_scan(struct store_txn *t, enum table table, bytes prefix, bytes from,
                   struct store_cursor **out, struct err *err)
{
    *out = NULL;
    if (table < 1 || table >= TABLES || prefix.n > CAP_STORE_KEY_BYTES ||
        from.n > CAP_STORE_KEY_BYTES) {
        return err_set(err, ST_BUG, 0, __func__, "a bad table or key");
    }
    struct store_cursor *c = NULL;
    for (size_t i = 0; i < CAP_STORE_CURSORS && c == NULL; i++) {
        c = t->cursors[i].mc == NULL ? &t->cursors[i] : NULL;
    }
    if (c == NULL) {
        return err_set(err, ST_BUG, 0, __func__, "too many open scans: one was not ended");
    }
    int rc = mdb_cursor_open(t->txn, t->s->dbi[table], &c->mc);
    if (rc != 0) {
        c->mc = NULL;
        return read_fail(t, err, rc, __func__, table);
    }
    c->t = t;
    c->err = err;
    c->table = table;
    c->started = false;
    c->prefix_n = prefix.n;
    if (prefix.n > 0) {
        memcpy(c->prefix, prefix.p, prefix.n);
    }
    bytes start = from.n > 0 ? from : prefix;
    c->down = false;
    c->key_n = start.n;
    if (start.n > 0) {
        memcpy(c->key, start.p, start.n);
    }
    *out = c;
    return ST_OK;
}

/* The first key beyond all that begin with the prefix; 0: there is none. */
static size_t after_prefix(bytes prefix, uint8_t out[static CAP_STORE_KEY_BYTES])
{
    size_t n = prefix.n;
    while (n > 0 && prefix.p[n - 1] == 0xFF) {
        n--;
    }
    if (n > 0) {
        memcpy(out, prefix.p, n);
        out[n - 1]++;
    }
    return n;
}

enum st store_scan_down(struct store_txn *t, enum table table, bytes prefix, bytes below,
                        struct store_cursor **out, struct err *err)
{
    enum st st = store_scan(t, table, prefix, below, out, err);
    if (st == ST_OK) {
        (*out)->down = true;
        if (below.n == 0) {
            (*out)->key_n = after_prefix(prefix, (*out)->key);
        }
    }
    return st;
}

/* The first step of a descending scan: the greatest key below the start. */
static int step_below(struct store_cursor *c, MDB_val *k, MDB_val *v)
{
    int rc = c->key_n > 0 ? mdb_cursor_get(c->mc, k, v, MDB_SET_RANGE) : MDB_NOTFOUND;
    return rc == 0              ? mdb_cursor_get(c->mc, k, v, MDB_PREV)
           : rc == MDB_NOTFOUND ? mdb_cursor_get(c->mc, k, v, MDB_LAST)
                                : rc;
}

static bool has_prefix(MDB_val k, const uint8_t *prefix, size_t n)
{
    return k.mv_size >= n && (n == 0 || memcmp(k.mv_data, prefix, n) == 0);
}

enum st store_next(struct store_cursor *c, bytes *key)
{
    *key = (bytes){NULL, 0};
    MDB_val k = {c->key_n, c->key}, v;
    MDB_cursor_op op = c->started && c->down ? MDB_PREV
                       : c->started          ? MDB_NEXT
                       : c->key_n > 0        ? MDB_SET_RANGE
                                             : MDB_FIRST;
    int rc = c->down && !c->started ? step_below(c, &k, &v) : mdb_cursor_get(c->mc, &k, &v, op);
    c->started = true;
    atomic_fetch_add_explicit(&c->t->s->touches, 1, memory_order_relaxed);
    if (rc == MDB_NOTFOUND || (rc == 0 && !has_prefix(k, c->prefix, c->prefix_n))) {
        return ST_END;
    }
    if (rc != 0) {
        read_fail(c->t, c->err, rc, __func__, c->table);
        return ST_IO;
    }
    if (k.mv_size > sizeof c->key) {
        return err_set(c->err, ST_IO, 0, __func__, "%s: a key is too long",
                       env_table_names[c->table]);
    }
    memcpy(c->key, k.mv_data, k.mv_size);
    c->key_n = k.mv_size;
    *key = bytes_of(c->key, c->key_n);
    return ST_OK;
}

enum st store_value(struct store_cursor *c, struct arena *a, bytes *value, struct err *err)
{
    MDB_val k, v;
    int rc = mdb_cursor_get(c->mc, &k, &v, MDB_GET_CURRENT);
    if (rc != 0) {
        return read_fail(c->t, err, rc, __func__, c->table);
    }
    return unseal(c->t, c->table, bytes_of(c->key, c->key_n), v, a, value, err);
}

void store_scan_end(struct store_cursor **cp)
{
    struct store_cursor *c = *cp;
    *cp = NULL;
    if (c != NULL && c->mc != NULL) {
        mdb_cursor_close(c->mc);
        c->mc = NULL;
    }
}

enum st store_last(struct store_txn *t, enum table table, bytes prefix, struct arena *a, bytes *key,
                   struct err *err)
{
    struct store_cursor *c;
    bytes k;
    *key = (bytes){NULL, 0};
    enum st st = store_scan_down(t, table, prefix, (bytes){NULL, 0}, &c, err);
    if (st != ST_OK) {
        return st;
    }
    st = store_next(c, &k);
    if (st == ST_OK) {
        bool ok = true;
        *key = arena_bytes(a, k, &ok);
        st = ok ? ST_OK : err_set(err, ST_FULL, 0, __func__, "no room for a key");
    } else if (st == ST_END) {
        st = ST_NOT_FOUND;
    } else {
        st = t->broken != ST_OK ? t->broken : st;
    }
    store_scan_end(&c);
    return st;
}
