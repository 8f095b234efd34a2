/* layout.c - which layout a store has, and how an older one becomes this version's.
 *
 * Layout 1 has no row of its own and no T_SAID. Layout 2 has both. What an older version derived is
 * dropped and computed again by store_rebuild, in the one transaction that also makes what is
 * missing and writes the row: cut at any point, the store is the older one, whole. */
#include "core/store/inside.h"

#include "core/fold/refold.h"

#define ROW_BYTES 12

static const struct store_layout ours = {STORE_LAYOUT, FOLD_VERSION, LISTS_VERSION};

static void put_be32(uint8_t *p, uint32_t v)
{
    for (unsigned i = 0; i < 4; i++) {
        p[i] = (uint8_t)(v >> (24 - 8 * i));
    }
}

static uint32_t get_be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bytes row_of(uint8_t out[static ROW_BYTES])
{
    put_be32(out, ours.layout);
    put_be32(out + 4, ours.fold);
    put_be32(out + 8, ours.lists);
    return bytes_of(out, ROW_BYTES);
}

enum st layout_put_first(struct env_at *e, MDB_txn *txn, const uint8_t key[static 32],
                         const char *dir, struct err *err)
{
    uint8_t row[ROW_BYTES], sealed[ROW_BYTES + SEAL_OVERHEAD], ad[AD_BYTES];
    char name[] = META_LAYOUT;
    bytes k = bytes_of(name, sizeof name - 1);
    seal_put(key, store_ad(T_META, k, ad), row_of(row), sealed);
    MDB_val mk = {k.n, name}, mv = {sizeof sealed, sealed};
    int rc = mdb_put(txn, e->dbi[T_META], &mk, &mv, 0);
    e->layout = ours;
    return rc == 0 ? ST_OK : env_fail(err, rc, dir, __func__, "write the store's layout");
}

/* A newer version's row may be longer; its first number stays where it is. */
static enum st open_row(const uint8_t key[static 32], MDB_val v, struct store_layout *out,
                        struct err *err)
{
    uint8_t plain[128], ad[AD_BYTES];
    size_t n = 0;
    bytes k = str_bytes(S(META_LAYOUT));
    if (v.mv_size < ROW_BYTES + SEAL_OVERHEAD || v.mv_size > sizeof plain + SEAL_OVERHEAD ||
        seal_get(key, store_ad(T_META, k, ad), bytes_of(v.mv_data, v.mv_size), plain, &n) !=
            ST_OK) {
        return err_set(err, ST_CORRUPT, 0, __func__, "what says the store's layout is damaged");
    }
    *out = (struct store_layout){get_be32(plain), get_be32(plain + 4), get_be32(plain + 8)};
    return out->layout == 0
               ? err_set(err, ST_CORRUPT, 0, __func__, "there is no layout of that number")
               : ST_OK;
}

enum st layout_check(const uint8_t key[static 32], bytes sealed, bool *has, struct err *err)
{
    struct store_layout l;
    uint8_t copy[256];
    *has = false;
    if (sealed.n > sizeof copy) {
        return ST_OK; /* no row of ours: whoever reads it finds it damaged */
    }
    memcpy(copy, sealed.p, sealed.n);
    if (open_row(key, (MDB_val){sealed.n, copy}, &l, NULL) != ST_OK) {
        return ST_OK;
    }
    *has = l.layout > 1;
    return l.layout <= ours.layout ? ST_OK
                                   : err_set(err, ST_NEWER, 0, __func__, LAYOUT_NEWER_WORDS);
}

enum st layout_read(struct env_at *e, const uint8_t key[static 32], const char *dir,
                    struct err *err)
{
    char name[] = META_LAYOUT;
    MDB_val mk = {sizeof name - 1, name}, mv;
    MDB_txn *txn;
    enum st st = ST_OK;
    e->layout = (struct store_layout){.layout = 1};
    int rc = mdb_txn_begin(e->env, NULL, MDB_RDONLY, &txn);
    if (rc != 0) {
        return env_fail(err, rc, dir, __func__, "read the store's layout");
    }
    rc = mdb_get(txn, e->dbi[T_META], &mk, &mv);
    if (rc == 0) {
        st = open_row(key, mv, &e->layout, err);
    } else if (rc != MDB_NOTFOUND) {
        st = env_fail(err, rc, dir, __func__, "read the store's layout");
    }
    mdb_txn_abort(txn);
    if (st == ST_OK && e->layout.layout > ours.layout) {
        return err_set(err, ST_NEWER, 0, __func__, LAYOUT_NEWER_WORDS);
    }
    for (unsigned i = LAYOUT_1_TABLES; i < TABLES && e->layout.layout > 1 && st == ST_OK; i++) {
        if (e->dbi[i] == 0) {
            st = err_set(err, ST_CORRUPT, 0, __func__, "a table of the store is missing");
        }
    }
    return st;
}

bool layout_is_older(const struct store_layout *l)
{
    /* What a newer fold computed is no older, but as unreadable: it is computed again, too. */
    return l->layout != ours.layout || l->fold != ours.fold || l->lists != ours.lists;
}

enum st layout_reader_may(const struct store_layout *l, struct err *err)
{
    if (!layout_is_older(l)) {
        return ST_OK;
    }
    if (l->layout == ours.layout && (l->fold > ours.fold || l->lists > ours.lists)) {
        return err_set(err, ST_NEWER, 0, __func__, LAYOUT_NEWER_WORDS);
    }
    return err_set(err, ST_OLDER, 0, __func__,
                   "the store was made by an older version of Docket; nothing was changed. What "
                   "writes to it (docket, docketd, docketctl rebuild) brings it up to date");
}

enum st layout_tables(struct store_txn *t, struct err *err)
{
    for (unsigned i = LAYOUT_1_TABLES; i < TABLES; i++) {
        int rc = t->s->dbi[i] != 0
                     ? 0
                     : mdb_dbi_open(t->txn, env_table_names[i], MDB_CREATE, &t->s->dbi[i]);
        if (rc != 0) {
            t->s->dbi[i] = 0;
            return store_txn_fail(t, err, rc, __func__, "make a new table");
        }
    }
    return ST_OK;
}

enum st layout_put(struct store_txn *t, struct err *err)
{
    uint8_t row[ROW_BYTES];
    return store_put(t, T_META, str_bytes(S(META_LAYOUT)), row_of(row), err);
}
