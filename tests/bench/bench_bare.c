/* bench_bare.c - what the machine can do without us: the limits beside which the rows stand. */
#include "tests/bench/bench.h"

#include "core/codec/cose.h"
#include "core/codec/hash.h"

#include <lmdb.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>

static void lmdb_must(int rc, const char *what)
{
    if (rc != 0) {
        fprintf(stderr, "bench: %s: %s\n", what, mdb_strerror(rc));
        exit(1);
    }
}

static MDB_env *env_of(const struct bench *b, const char *name, MDB_dbi *dbi)
{
    char path[BENCH_PATH_BYTES];
    bench_path(b, name, path);
    bench_remove(path);
    mkdir(path, 0700);
    MDB_env *env;
    MDB_txn *t;
    lmdb_must(mdb_env_create(&env), "env");
    lmdb_must(mdb_env_set_mapsize(env, BENCH_MAP_BYTES), "map");
    lmdb_must(mdb_env_set_maxdbs(env, TABLES), "tables");
    lmdb_must(mdb_env_open(env, path, MDB_NOTLS, 0600), "open");
    lmdb_must(mdb_txn_begin(env, NULL, 0, &t), "begin");
    lmdb_must(mdb_dbi_open(t, NULL, 0, dbi), "table");
    lmdb_must(mdb_txn_commit(t), "commit");
    return env;
}

static void be64(uint8_t *p, uint64_t v)
{
    for (int i = 7; i >= 0; i--) {
        p[i] = (uint8_t)v;
        v >>= 8;
    }
}

/* Keys of an entry's three indexes, and what a store's values take sealed. */
static const struct {
    const char *name;
    unsigned key, value;
} table[] = {{"place", 25, 255}, {"hash", 32, 65}, {"subject", 56, 65}};
#define TABLES (sizeof table / sizeof table[0])

struct bench_bare {
    MDB_env *env;
    MDB_dbi dbi;
    MDB_dbi of[TABLES]; /* once grown */
    bool grown;
    uint64_t seq;
    uint8_t *room;
};

struct bench_bare *bench_bare_open(const struct bench *b, const char *name)
{
    struct bench_bare *e = calloc(1, sizeof *e);
    e->room = malloc(1 << 20);
    randombytes_buf(e->room, 1 << 20);
    e->env = env_of(b, name, &e->dbi);
    return e;
}

/* One row under the next place, a random hash, or a subject of fourteen that came one after the
 * other; false: a key of another length. */
static bool put_row(struct bench_bare *e, MDB_txn *txn, size_t key_bytes, size_t value_bytes)
{
    size_t i = 0;
    while (i < TABLES && table[i].key != key_bytes) {
        i++;
    }
    if (!e->grown || i == TABLES) {
        return false;
    }
    uint8_t key[64] = {0};
    if (i == 1) {
        randombytes_buf(key, table[i].key);
    } else if (i == 2) {
        uint64_t subject = e->seq / 14; /* scattered, the same for a visit's entries */
        crypto_generichash(key, 16, (const uint8_t *)&subject, sizeof subject, NULL, 0);
        be64(key + 16, e->seq);
    } else {
        be64(key, ++e->seq);
    }
    MDB_val mk = {table[i].key, key}, mv = {value_bytes, e->room};
    lmdb_must(mdb_put(txn, e->of[i], &mk, &mv, 0), "put");
    return true;
}

void bench_bare_grow(struct bench_bare *e, size_t n)
{
    MDB_txn *txn;
    lmdb_must(mdb_txn_begin(e->env, NULL, 0, &txn), "begin");
    for (size_t i = 0; i < TABLES; i++) {
        lmdb_must(mdb_dbi_open(txn, table[i].name, MDB_CREATE, &e->of[i]), "table");
    }
    e->grown = true;
    for (size_t k = 0; k < n; k++) {
        if (k % 20000 == 19999) { /* as bench_history does */
            lmdb_must(mdb_txn_commit(txn), "commit");
            lmdb_must(mdb_txn_begin(e->env, NULL, 0, &txn), "begin");
        }
        for (size_t i = 0; i < TABLES; i++) {
            IGNORE(put_row(e, txn, table[i].key, table[i].value));
        }
    }
    lmdb_must(mdb_txn_commit(txn), "commit");
}

double bench_bare_commit(struct bench_bare *e, const struct bench_trace *t)
{
    MDB_txn *txn;
    double from = bench_us();
    lmdb_must(mdb_txn_begin(e->env, NULL, 0, &txn), "begin");
    for (unsigned k = 0; k < t->n; k++) {
        uint8_t key[128] = {0};
        if (put_row(e, txn, t->put[k].key, t->put[k].value)) {
            continue;
        }
        be64(key, ++e->seq);
        MDB_val mk = {t->put[k].key < 8 ? 8 : t->put[k].key, key};
        MDB_val mv = {t->put[k].value, e->room};
        lmdb_must(mdb_put(txn, e->dbi, &mk, &mv, 0), "put");
    }
    lmdb_must(mdb_txn_commit(txn), "commit");
    return bench_us() - from;
}

void bench_bare_close(struct bench_bare *e)
{
    mdb_env_close(e->env);
    free(e->room);
    free(e);
}

static void sql_must(sqlite3 *db, int rc, const char *what)
{
    if (rc != SQLITE_OK && rc != SQLITE_DONE && rc != SQLITE_ROW) {
        fprintf(stderr, "bench: sqlite: %s: %s\n", what, sqlite3_errmsg(db));
        exit(1);
    }
}

void bench_bare_sqlite(const struct bench *b, size_t row_bytes, size_t commits, double *p50_us,
                       double *p99_us, struct bench_count *one)
{
    char path[BENCH_PATH_BYTES];
    bench_path(b, "sqlite", path);
    bench_remove(path);
    mkdir(path, 0700);
    char file[BENCH_PATH_BYTES + 8];
    snprintf(file, sizeof file, "%s/db", path);
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;
    sql_must(db, sqlite3_open(file, &db), "open");
    sql_must(db,
             sqlite3_exec(db,
                          "pragma journal_mode=wal; pragma synchronous=full;"
                          "create table e(id integer primary key, b blob)",
                          NULL, NULL, NULL),
             "create");
    sql_must(db, sqlite3_prepare_v2(db, "insert into e(b) values(?)", -1, &st, NULL), "insert");
    uint8_t *row = malloc(row_bytes);
    double *v = malloc(commits * sizeof *v);
    randombytes_buf(row, row_bytes);
    bench_count_reset();
    for (size_t i = 0; i < commits; i++) {
        double from = bench_us();
        sql_must(db, sqlite3_bind_blob(st, 1, row, (int)row_bytes, SQLITE_STATIC), "bind");
        sql_must(db, sqlite3_step(st), "step");
        sql_must(db, sqlite3_reset(st), "reset");
        v[i] = bench_us() - from;
    }
    struct bench_count c = bench_counted();
    *one = (struct bench_count){c.flushes / commits, c.written / commits, 0, 0, 0};
    *p99_us = bench_percentile(v, commits, 0.99);
    *p50_us = bench_percentile(v, commits, 0.50);
    sqlite3_finalize(st);
    sqlite3_close(db);
    free(row);
    free(v);
}

double bench_bare_bulk(const struct bench *b, const bytes *items, size_t n)
{
    MDB_dbi dbi;
    MDB_env *env = env_of(b, "bulk", &dbi);
    MDB_txn *txn;
    double from = bench_us();
    lmdb_must(mdb_txn_begin(env, NULL, 0, &txn), "begin");
    for (size_t i = 0; i < n; i++) {
        uint8_t key[25] = {1};
        be64(key + 16, i + 1);
        MDB_val k = {sizeof key, key}, v = {items[i].n, NULL};
        lmdb_must(mdb_put(txn, dbi, &k, &v, MDB_RESERVE), "put");
        memcpy(v.mv_data, items[i].p, items[i].n);
    }
    lmdb_must(mdb_txn_commit(txn), "commit");
    double took = bench_us() - from;
    mdb_env_close(env);
    return took;
}

double bench_bare_chain(const bytes *items, size_t n)
{
    uint8_t h[32], all = 0;
    double from = bench_us();
    for (size_t i = 0; i < n; i++) {
        hash32(items[i], h);
        all ^= h[0];
    }
    double took = bench_us() - from;
    return all == 255 ? took + 0.001 : took; /* the hashes are used */
}

double bench_bare_verify(const bytes *items, size_t n)
{
    uint8_t pk[32], sk[64];
    crypto_sign_keypair(pk, sk);
    uint8_t *sigs = malloc(n * 64);
    for (size_t i = 0; i < n; i++) {
        crypto_sign_detached(sigs + i * 64, NULL, items[i].p, items[i].n, sk);
    }
    size_t good = 0;
    double from = bench_us();
    for (size_t i = 0; i < n; i++) {
        good += crypto_sign_verify_detached(sigs + i * 64, items[i].p, items[i].n, pk) == 0;
    }
    double took = bench_us() - from;
    free(sigs);
    if (good != n) {
        bench_die("bare verification", ST_BUG, NULL);
    }
    return took;
}
