/* env.c - LMDB environments: how they are opened, what their errors mean, which one is the store's.
 *
 * Compaction builds DIR/env.new under a new data key, renames the slots file (the one step that
 * decides), then puts env.new in env's place. So the data key that the slots file gives opens
 * exactly one of the two, and that one is the store. What the key does not open is destroyed only
 * after the other one was opened. */
#include "core/store/inside.h"

#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_DBS 24
#define MAX_READERS_DEVICE 126
#define MAX_READERS_HQ 512
static const char check_key[] = META_CHECK;
static const char check_text[] = "docket store 1"; /* 14, then the side, then the key of codes */
#define CHECK_TEXT_BYTES (sizeof check_text - 1)
#define CHECK_BYTES (CHECK_TEXT_BYTES + 1 + 32)

const char *const env_table_names[TABLES] = {
    [T_META] = "meta",       [T_ENTRY] = "entry",     [T_HASH] = "hash",
    [T_SUBJECT] = "subject", [T_STATE] = "state",     [T_LIST] = "list",
    [T_CODE] = "code",       [T_HEAD] = "head",       [T_CERT] = "cert",
    [T_RECEIPT] = "receipt", [T_REVOKED] = "revoked", [T_ATT] = "att",
    [T_ATTREF] = "attref",   [T_WANT] = "want",       [T_DRAFT] = "draft",
    [T_OUT] = "out",         [T_SCOPE] = "scope",     [T_CODE_ENROL] = "enrol",
    [T_ODD] = "odd",         [T_SAID] = "said",
};
static_assert(TABLES == 21, "a new table needs a name here and a layout: layout.c");
static_assert(TABLES <= MAX_DBS, "LMDB must be told of enough tables");

enum st env_fail(struct err *err, int rc, const char *dir, const char *where, const char *what)
{
    switch (rc) {
    case MDB_MAP_FULL:
        return err_set(err, ST_FULL, rc, where, "%s: the store has reached its size", what);
    case MDB_TXN_FULL:
        return err_set(err, ST_TOO_BIG, rc, where, "%s: too much in one transaction", what);
    case MDB_READERS_FULL:
        return err_set(err, ST_WAIT, rc, where, "%s: too many readers at once", what);
    case MDB_PANIC:
        return err_set(err, ST_IO, rc, where, "%s: the store must be reopened", what);
    case MDB_INVALID:
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_CURSOR_FULL:
    case MDB_INCOMPATIBLE:
    case MDB_NOTFOUND:
        return err_set(err, ST_CORRUPT, rc, where, "%s: %s", what, mdb_strerror(rc));
    case MDB_VERSION_MISMATCH:
        return err_set(err, ST_NEWER, rc, where, "%s: made by another version", what);
    case MDB_BAD_TXN:
    case MDB_BAD_RSLOT:
    case MDB_BAD_DBI:
    case MDB_BAD_VALSIZE:
    case EINVAL:
        return err_set(err, ST_BUG, rc, where, "%s: %s", what, mdb_strerror(rc));
    case ENOENT:
        return err_set(err, ST_NOT_FOUND, rc, where, "%s: not there", what);
    case ENOMEM:
        return err_set(err, ST_FULL, rc, where, "%s: no memory or address space", what);
    default:
        return files_fail(err, rc, dir, where, what);
    }
}

void env_close(struct env_at *e)
{
    if (e->env != NULL) {
        mdb_env_close(e->env);
        e->env = NULL;
    }
}

static int open_tables(struct env_at *e, bool read_only, bool create)
{
    MDB_txn *txn;
    int rc = mdb_txn_begin(e->env, NULL, read_only ? MDB_RDONLY : 0, &txn);
    if (rc != 0) {
        return rc;
    }
    for (unsigned i = 1; i < TABLES && rc == 0; i++) {
        rc = mdb_dbi_open(txn, env_table_names[i], create ? MDB_CREATE : 0, &e->dbi[i]);
        if (rc == MDB_NOTFOUND && i >= LAYOUT_1_TABLES) {
            e->dbi[i] = 0; /* an older store's; layout_read looks whether it should be there */
            rc = 0;
        }
    }
    if (rc != 0) {
        mdb_txn_abort(txn);
        return rc;
    }
    return mdb_txn_commit(txn);
}

/* LMDB would make a fresh environment of an empty file, and call the loss a success. */
static enum st data_is_there(const char *dir, struct err *err)
{
    struct files_path p;
    enum st st = files_join(&p, dir, "data.mdb", err);
    struct stat sb;
    if (st != ST_OK) {
        return st;
    }
    if (stat(p.s, &sb) != 0) {
        return errno == ENOENT ? err_set(err, ST_NOT_FOUND, ENOENT, __func__, "no store there")
                               : files_fail(err, errno, dir, __func__, "look at the store");
    }
    return sb.st_size > 0 ? ST_OK : err_set(err, ST_CORRUPT, 0, __func__, "the store is empty");
}

enum st env_open(struct env_at *e, const char *dir, enum store_side side, bool read_only,
                 bool create, uint64_t map_bytes, struct err *err)
{
    *e = (struct env_at){.env = NULL};
    if (!create) {
        enum st st = data_is_there(dir, err);
        if (st != ST_OK) {
            return st;
        }
    }
    if (map_bytes == 0) {
        map_bytes = side == STORE_HQ ? CAP_MAP_HQ_BYTES : CAP_MAP_DEVICE_BYTES;
    }
    int rc = mdb_env_create(&e->env);
    if (rc == 0) {
        rc = mdb_env_set_maxdbs(e->env, MAX_DBS);
    }
    if (rc == 0) {
        rc = mdb_env_set_maxreaders(e->env, side == STORE_HQ ? MAX_READERS_HQ : MAX_READERS_DEVICE);
    }
    if (rc == 0) {
        rc = mdb_env_set_mapsize(e->env, (size_t)map_bytes);
    }
    if (rc == 0) {
        /* Default durability. NOTLS: a reader is a slot of ours, not a thread of LMDB's. */
        rc = mdb_env_open(e->env, dir, MDB_NOTLS | (read_only ? MDB_RDONLY : 0U), 0600);
    }
    if (rc == 0) {
        int dead = 0;
        rc = mdb_reader_check(e->env, &dead); /* slots of killed readers pin old pages */
    }
    if (rc == 0) {
        rc = open_tables(e, read_only, create);
    }
    if (rc != 0) {
        env_close(e);
        return env_fail(err, rc, dir, __func__, "open the store");
    }
    return ST_OK;
}

enum st env_check_put(struct env_at *e, MDB_txn *txn, const uint8_t key[static 32],
                      enum store_side side, const uint8_t code_key[static 32], const char *dir,
                      struct err *err)
{
    uint8_t plain[CHECK_BYTES], sealed[CHECK_BYTES + SEAL_OVERHEAD], ad[AD_BYTES];
    memcpy(plain, check_text, CHECK_TEXT_BYTES);
    plain[CHECK_TEXT_BYTES] = (uint8_t)side;
    memcpy(plain + CHECK_TEXT_BYTES + 1, code_key, 32);
    bytes k = bytes_of(check_key, sizeof check_key - 1);
    seal_put(key, store_ad(T_META, k, ad), bytes_of(plain, sizeof plain), sealed);
    sodium_memzero(plain, sizeof plain);
    char name[sizeof check_key];
    memcpy(name, check_key, sizeof name);
    MDB_val mk = {sizeof name - 1, name}, mv = {sizeof sealed, sealed};
    int rc = mdb_put(txn, e->dbi[T_META], &mk, &mv, 0);
    return rc == 0 ? ST_OK : env_fail(err, rc, dir, __func__, "write the check value");
}

enum st env_check_get(struct env_at *e, const uint8_t key[static 32], enum store_side side,
                      uint8_t code_key[static 32], const char *dir, struct err *err)
{
    MDB_txn *txn;
    int rc = mdb_txn_begin(e->env, NULL, MDB_RDONLY, &txn);
    if (rc != 0) {
        return env_fail(err, rc, dir, __func__, "read the check value");
    }
    uint8_t plain[CHECK_BYTES], ad[AD_BYTES];
    char name[sizeof check_key];
    memcpy(name, check_key, sizeof name);
    MDB_val mk = {sizeof name - 1, name}, mv;
    size_t n = 0;
    enum st st = ST_OK;
    rc = mdb_get(txn, e->dbi[T_META], &mk, &mv);
    if (rc != 0 || mv.mv_size != CHECK_BYTES + SEAL_OVERHEAD) {
        st = err_set(err, ST_CORRUPT, rc, __func__, "the store's check value is missing");
    } else if (seal_get(key, store_ad(T_META, bytes_of(check_key, sizeof check_key - 1), ad),
                        bytes_of(mv.mv_data, mv.mv_size), plain, &n) != ST_OK) {
        st = err_set(err, ST_WRONG_PIN, 0, __func__, "this key does not open the store");
    } else if (memcmp(plain, check_text, CHECK_TEXT_BYTES) != 0) {
        st = err_set(err, ST_NEWER, 0, __func__, LAYOUT_NEWER_WORDS);
    } else if (plain[CHECK_TEXT_BYTES] != (uint8_t)side) {
        st = err_set(err, ST_WRONG_PARTY, 0, __func__,
                     side == STORE_HQ ? "this is a handheld's store, not headquarters'"
                                      : "this is headquarters' store, not a handheld's");
    } else {
        memcpy(code_key, plain + CHECK_TEXT_BYTES + 1, 32);
    }
    sodium_memzero(plain, sizeof plain);
    mdb_txn_abort(txn);
    return st;
}

static enum st try_open(struct env_at *e, const struct store *s, const char *dir,
                        uint8_t code_key[static 32], struct err *err)
{
    enum st st = env_open(e, dir, s->side, s->mode == STORE_READ, false, s->map_bytes, err);
    if (st != ST_OK) {
        return st;
    }
    st = env_check_get(e, s->key, s->side, code_key, dir, err);
    st = st != ST_OK ? st : layout_read(e, s->key, dir, err);
    if (st != ST_OK) {
        env_close(e);
    }
    return st;
}

struct places {
    struct files_path env, fresh, old, slots_old, slots_new;
};

static enum st find_places(struct places *p, const struct store *s, struct err *err)
{
    enum st st = files_join(&p->env, s->dir, "env", err);
    st = st != ST_OK ? st : files_join(&p->fresh, s->dir, "env.new", err);
    st = st != ST_OK ? st : files_join(&p->old, s->dir, "env.old", err);
    st = st != ST_OK ? st : files_join(&p->slots_old, s->dir, "slots.old", err);
    return st != ST_OK ? st : files_join(&p->slots_new, s->dir, "slots.new", err);
}

/* The store is DIR/env: whatever else lies there is the rest of an interrupted compaction. */
static enum st clear_rest(const struct places *p, struct err *err)
{
    enum st st = files_destroy_dir(p->fresh.s, err);
    st = st != ST_OK ? st : files_destroy_dir(p->old.s, err);
    st = st != ST_OK ? st : files_destroy(p->slots_new.s, err);
    return st != ST_OK ? st : files_destroy(p->slots_old.s, err);
}

/* The slots file was swapped, the environment not yet. */
static enum st finish_swap(const struct places *p, const struct store *s, struct err *err)
{
    if (files_exists(p->env.s) && rename(p->env.s, p->old.s) != 0) {
        return files_fail(err, errno, s->dir, __func__, "put the old environment aside");
    }
    if (rename(p->fresh.s, p->env.s) != 0) {
        return files_fail(err, errno, s->dir, __func__, "put the new environment in place");
    }
    return files_sync_dir(s->dir, err);
}

enum st env_settle(struct env_at *e, const struct store *s, uint8_t code_key[static 32],
                   struct err *err)
{
    struct places p;
    enum st st = find_places(&p, s, err);
    if (st != ST_OK) {
        return st;
    }
    st = try_open(e, s, p.env.s, code_key, err);
    if (st == ST_OK) {
        if (s->mode == STORE_WRITE) {
            st = clear_rest(&p, err);
        }
        if (st != ST_OK) {
            env_close(e);
        }
        return st;
    }
    if ((st != ST_WRONG_PIN && st != ST_NOT_FOUND && st != ST_CORRUPT) ||
        !files_exists(p.fresh.s)) {
        return st;
    }
    enum st st2 = try_open(e, s, p.fresh.s, code_key, NULL);
    if (st2 != ST_OK) {
        return st != ST_NOT_FOUND
                   ? st
                   : err_set(err, st2, 0, __func__, "the store does not open: %s", st_name(st2));
    }
    if (s->mode == STORE_READ) {
        return ST_OK;
    }
    env_close(e);
    st = finish_swap(&p, s, err);
    st = st != ST_OK ? st : try_open(e, s, p.env.s, code_key, err);
    if (st == ST_OK) {
        st = clear_rest(&p, err);
        if (st != ST_OK) {
            env_close(e);
        }
    }
    return st;
}
