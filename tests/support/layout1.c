/* layout1.c - see layout1.h. */
#include "tests/support/layout1.h"

#include "core/keys/seal.h"

#include <errno.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STATE 5
#define PATH 600
#define ROW "store.layout"

static const char *const names[LAYOUT1_TABLES + 1] = {
    NULL,      "meta",    "entry", "hash",   "subject", "state", "list", "code",  "head",  "cert",
    "receipt", "revoked", "att",   "attref", "want",    "draft", "out",  "scope", "enrol", "odd"};

struct layout1 {
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi[LAYOUT1_TABLES + 1];
    uint8_t key[32];
};

static void must(int rc, const char *what)
{
    if (rc != 0) {
        fprintf(stderr, "layout1: %s: %s\n", what, mdb_strerror(rc));
        exit(99);
    }
}

static void path_of(char out[PATH], const char *dir, const char *name)
{
    int n = snprintf(out, PATH, "%s/%s", dir, name);
    must(n < 0 || n >= PATH, "path");
}

static void open_env(struct layout1 *l, const char *path, uint64_t map_bytes, unsigned create)
{
    must(mdb_env_create(&l->env), "create");
    must(mdb_env_set_maxdbs(l->env, 24), "tables");
    must(mdb_env_set_mapsize(l->env, (size_t)map_bytes), "map");
    must(mdb_env_open(l->env, path, MDB_NOTLS, 0600), "open");
    must(mdb_txn_begin(l->env, NULL, 0, &l->txn), "begin");
    for (unsigned i = 1; i <= LAYOUT1_TABLES; i++) {
        must(mdb_dbi_open(l->txn, names[i], create, &l->dbi[i]), names[i]);
    }
}

struct layout1 *layout1_begin(const char *env, const uint8_t key[32], uint64_t map_bytes)
{
    struct layout1 *l = calloc(1, sizeof *l);
    must(l == NULL ? ENOMEM : mkdir(env, 0700), env);
    memcpy(l->key, key, sizeof l->key);
    open_env(l, env, map_bytes, MDB_CREATE);
    return l;
}

static bytes place(unsigned table, bytes key, uint8_t out[256])
{
    out[0] = (uint8_t)table;
    memcpy(out + 1, key.p, key.n);
    return bytes_of(out, 1 + key.n);
}

void layout1_put(struct layout1 *l, unsigned table, bytes key, bytes value)
{
    uint8_t k[256], ad[256];
    memcpy(k, key.p, key.n);
    MDB_val mk = {key.n, k}, mv = {value.n + SEAL_OVERHEAD, NULL};
    must(mdb_put(l->txn, l->dbi[table], &mk, &mv, MDB_RESERVE), "put");
    seal_put(l->key, place(table, key, ad), value, mv.mv_data);
}

void layout1_end(struct layout1 *l)
{
    must(mdb_txn_commit(l->txn), "commit");
    mdb_env_close(l->env);
    free(l);
}

struct opened {
    uint8_t *p; /* malloc'ed */
    size_t n;
};

static struct opened unseal(const struct layout1 *l, unsigned table, MDB_val k, MDB_val v)
{
    uint8_t ad[256];
    struct opened o = {malloc(v.mv_size + 1), 0};
    must(o.p == NULL ? ENOMEM : 0, "memory");
    must(seal_get(l->key, place(table, bytes_of(k.mv_data, k.mv_size), ad),
                  bytes_of(v.mv_data, v.mv_size), o.p, &o.n) != ST_OK,
         "a seal does not hold");
    return o;
}

/* A kept state is {1: digest, 2: state, ...}, and the state a map that begins with its version. */
static void set_fold(struct opened row, unsigned fold)
{
    for (size_t i = 36; i + 2 < row.n && i < 48; i++) {
        if (row.p[i] >= 0xA8 && row.p[i] <= 0xB7 && row.p[i + 1] == 0x00 && row.p[i + 2] < 24) {
            row.p[i + 2] = (uint8_t)fold;
            return;
        }
    }
    must(EINVAL, "a state has no version");
}

static bool is_row(MDB_val k)
{
    return k.mv_size == sizeof ROW - 1 && memcmp(k.mv_data, ROW, k.mv_size) == 0;
}

static void copy_table(struct layout1 *from, struct layout1 *to, unsigned table)
{
    MDB_cursor *c;
    MDB_val k, v;
    must(mdb_cursor_open(from->txn, from->dbi[table], &c), "cursor");
    int rc = mdb_cursor_get(c, &k, &v, MDB_FIRST);
    for (; rc == 0; rc = mdb_cursor_get(c, &k, &v, MDB_NEXT)) {
        if (table == 1 && is_row(k)) {
            continue;
        }
        struct opened o = unseal(from, table, k, v);
        if (table == STATE) {
            set_fold(o, LAYOUT1_FOLD);
        }
        layout1_put(to, table, bytes_of(k.mv_data, k.mv_size), bytes_of(o.p, o.n));
        free(o.p);
    }
    must(rc == MDB_NOTFOUND ? 0 : rc, "walk");
    mdb_cursor_close(c);
}

static void drop_env(const char *dir)
{
    char path[PATH];
    path_of(path, dir, "data.mdb");
    must(unlink(path), path);
    path_of(path, dir, "lock.mdb");
    unlink(path); /* not there after a copy */
    must(rmdir(dir), dir);
}

void layout1_make(const char *dir, const uint8_t key[32], uint64_t map_bytes)
{
    char now[PATH], made[PATH];
    struct layout1 from;
    path_of(now, dir, "env");
    path_of(made, dir, "env.layout1");
    struct layout1 *to = layout1_begin(made, key, map_bytes);
    memset(&from, 0, sizeof from);
    memcpy(from.key, key, sizeof from.key);
    open_env(&from, now, map_bytes, 0);
    for (unsigned i = 1; i <= LAYOUT1_TABLES; i++) {
        copy_table(&from, to, i);
    }
    mdb_txn_abort(from.txn);
    mdb_env_close(from.env);
    layout1_end(to);
    drop_env(now);
    must(rename(made, now), "put it in place");
}

static void states_to(struct layout1 *l, unsigned fold)
{
    MDB_cursor *c;
    MDB_val k, v;
    must(mdb_cursor_open(l->txn, l->dbi[STATE], &c), "cursor");
    int rc = mdb_cursor_get(c, &k, &v, MDB_FIRST);
    for (; rc == 0; rc = mdb_cursor_get(c, &k, &v, MDB_NEXT)) {
        struct opened o = unseal(l, STATE, k, v);
        uint8_t ad[256], *sealed = malloc(v.mv_size);
        must(sealed == NULL ? ENOMEM : 0, "memory");
        set_fold(o, fold);
        seal_put(l->key, place(STATE, bytes_of(k.mv_data, k.mv_size), ad), bytes_of(o.p, o.n),
                 sealed);
        MDB_val again = {v.mv_size, sealed};
        must(mdb_cursor_put(c, &k, &again, MDB_CURRENT), "put");
        free(o.p);
        free(sealed);
    }
    must(rc == MDB_NOTFOUND ? 0 : rc, "walk");
    mdb_cursor_close(c);
}

void layout1_raise(const char *dir, const uint8_t key[32], uint64_t map_bytes, unsigned layout,
                   unsigned fold)
{
    char path[PATH], name[] = ROW;
    struct layout1 *l = calloc(1, sizeof *l);
    must(l == NULL ? ENOMEM : 0, "memory");
    memcpy(l->key, key, sizeof l->key);
    path_of(path, dir, "env");
    open_env(l, path, map_bytes, 0);
    MDB_val k = {sizeof name - 1, name}, v;
    must(mdb_get(l->txn, l->dbi[1], &k, &v), "the row");
    struct opened row = unseal(l, 1, k, v);
    row.p[3] = layout != 0 ? (uint8_t)layout : row.p[3];
    row.p[7] = fold != 0 ? (uint8_t)fold : row.p[7];
    layout1_put(l, 1, bytes_of(name, sizeof name - 1), bytes_of(row.p, row.n));
    free(row.p);
    if (fold != 0) {
        states_to(l, fold);
    }
    layout1_end(l);
}
