/* compact.c - a device forgets for good: every value anew, under a new data key.
 *
 * Steps, each durable before the next: DIR/env.new is built; DIR/slots.new wraps the new key;
 * slots.new replaces slots (from here the store is env.new); env.new replaces env; env.old and
 * slots.old are overwritten and removed. env_settle finishes or undoes after a crash. */
#include "core/store/inside.h"

#include "core/keys/slots.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES crypto_aead_xchacha20poly1305_ietf_ABYTES
#define BATCH_BYTES (4U << 20) /* dirty pages are heap: a handheld has little */

static bool left_behind(enum table table, MDB_val k)
{
    static const char *const own[] = {META_CHECK, META_COMPACT};
    for (size_t i = 0; table == T_META && i < sizeof own / sizeof own[0]; i++) {
        if (k.mv_size == strlen(own[i]) && memcmp(k.mv_data, own[i], k.mv_size) == 0) {
            return true;
        }
    }
    return false;
}

/* From the old environment's page into the new one's: opened and sealed again in the new page, so
 * that no buffer bounds the value. *damaged: its seal does not hold, and nothing is copied. */
static int copy_value(const struct store *s, struct env_at *to, MDB_txn *txn,
                      const uint8_t key[static 32], enum table table, MDB_val k, MDB_val v,
                      bool *damaged)
{
    uint8_t buf[AD_BYTES];
    *damaged = v.mv_size < SEAL_OVERHEAD || k.mv_size > CAP_STORE_KEY_BYTES;
    if (*damaged) {
        return 0;
    }
    bytes ad = store_ad(table, bytes_of(k.mv_data, k.mv_size), buf);
    const uint8_t *in = v.mv_data;
    size_t n = v.mv_size - SEAL_OVERHEAD;
    MDB_val out = {v.mv_size, NULL};
    int rc = mdb_put(txn, to->dbi[table], &k, &out, MDB_RESERVE | MDB_APPEND);
    if (rc != 0) {
        return rc;
    }
    uint8_t *o = out.mv_data;
    *damaged = crypto_aead_xchacha20poly1305_ietf_decrypt_detached(
                   o + NONCE_BYTES, NULL, in + NONCE_BYTES, n, in + NONCE_BYTES + n, ad.p, ad.n, in,
                   s->key) != 0;
    if (*damaged) {
        return mdb_del(txn, to->dbi[table], &k, NULL);
    }
    randombytes_buf(o, NONCE_BYTES);
    crypto_aead_xchacha20poly1305_ietf_encrypt_detached(
        o + NONCE_BYTES, o + NONCE_BYTES + n, NULL, o + NONCE_BYTES, n, ad.p, ad.n, NULL, o, key);
    return 0;
}

static int copy_table(const struct store *s, MDB_txn *from, struct env_at *to,
                      const uint8_t key[static 32], enum table table, uint64_t *lost)
{
    MDB_cursor *c;
    MDB_txn *txn = NULL;
    MDB_val k, v;
    size_t batch = 0;
    int rc = mdb_cursor_open(from, s->dbi[table], &c);
    if (rc != 0) {
        return rc;
    }
    while (rc == 0) {
        bool damaged = false;
        rc = mdb_cursor_get(c, &k, &v, MDB_NEXT);
        if (rc != 0 || left_behind(table, k)) {
            continue;
        }
        rc = txn == NULL ? mdb_txn_begin(to->env, NULL, 0, &txn) : 0;
        rc = rc != 0 ? rc : copy_value(s, to, txn, key, table, k, v, &damaged);
        *lost += damaged;
        batch += v.mv_size;
        if (rc == 0 && batch > BATCH_BYTES) {
            rc = mdb_txn_commit(txn);
            txn = NULL;
            batch = 0;
        }
    }
    mdb_cursor_close(c);
    rc = rc == MDB_NOTFOUND ? 0 : rc;
    if (txn != NULL && rc == 0) {
        return mdb_txn_commit(txn);
    }
    if (txn != NULL) {
        mdb_txn_abort(txn);
    }
    return rc;
}

static enum st copy_all(struct store *s, struct env_at *to, const uint8_t key[static 32],
                        uint64_t *lost, struct err *err)
{
    MDB_txn *from, *txn;
    int rc = mdb_txn_begin(s->env, NULL, MDB_RDONLY, &from);
    if (rc != 0) {
        return env_fail(err, rc, s->dir, __func__, "read the store");
    }
    for (unsigned i = 1; i < TABLES && rc == 0; i++) {
        rc = copy_table(s, from, to, key, (enum table)i, lost);
    }
    mdb_txn_abort(from);
    rc = rc != 0 ? rc : mdb_txn_begin(to->env, NULL, 0, &txn);
    if (rc != 0) {
        return env_fail(err, rc, s->dir, __func__, "copy the store");
    }
    /* Last: without it the copy is nobody's store. */
    enum st st = env_check_put(to, txn, key, s->side, s->code_key, s->dir, err);
    if (st != ST_OK) {
        mdb_txn_abort(txn);
        return st;
    }
    rc = mdb_txn_commit(txn);
    rc = rc != 0 ? rc : mdb_env_sync(to->env, 1);
    return rc == 0 ? ST_OK : env_fail(err, rc, s->dir, __func__, "copy the store");
}

struct paths {
    struct files_path env, fresh, old, slots, slots_new, slots_old;
};

static enum st find_paths(struct paths *p, const struct store *s, struct err *err)
{
    struct {
        struct files_path *to;
        const char *name;
    } all[] = {{&p->env, "env"},     {&p->fresh, "env.new"},       {&p->old, "env.old"},
               {&p->slots, "slots"}, {&p->slots_new, "slots.new"}, {&p->slots_old, "slots.old"}};
    enum st st = ST_OK;
    for (size_t i = 0; i < sizeof all / sizeof all[0] && st == ST_OK; i++) {
        st = files_join(all[i].to, s->dir, all[i].name, err);
    }
    return st;
}

static enum st build(struct store *s, const struct paths *p, const uint8_t key[static 32],
                     uint64_t *lost, struct err *err)
{
    struct env_at to;
    enum st st = files_destroy_dir(p->fresh.s, err);
    st = st != ST_OK ? st : files_make_dir(p->fresh.s, err);
    st = st != ST_OK ? st : env_open(&to, p->fresh.s, s->side, false, true, s->map_bytes, err);
    if (st != ST_OK) {
        return st;
    }
    st = copy_all(s, &to, key, lost, err);
    env_close(&to);
    st = st != ST_OK ? st : files_sync_dir(p->fresh.s, err);
    return st != ST_OK ? st : files_sync_dir(s->dir, err);
}

/* The one step that decides. The old file keeps a second name until it is overwritten. */
static enum st swap_slots(struct store *s, const struct paths *p, struct err *err)
{
    if (link(p->slots.s, p->slots_old.s) != 0 || rename(p->slots_new.s, p->slots.s) != 0) {
        return files_fail(err, errno, s->dir, __func__, "swap the slots file");
    }
    return files_sync_dir(s->dir, err);
}

static enum st swap_env(struct store *s, const struct paths *p, const uint8_t key[static 32],
                        struct err *err)
{
    mdb_env_close(s->env);
    s->env = NULL;
    s->map = NULL;
    if (rename(p->env.s, p->old.s) != 0) {
        return files_fail(err, errno, s->dir, __func__, "put the old environment aside");
    }
    store_step(s, "old aside");
    if (rename(p->fresh.s, p->env.s) != 0) {
        return files_fail(err, errno, s->dir, __func__, "put the new environment in place");
    }
    enum st st = files_sync_dir(s->dir, err);
    store_step(s, "new in place");
    if (st != ST_OK) {
        return st;
    }
    memcpy(s->key, key, sizeof s->key);
    struct env_at e;
    st = env_settle(&e, s, s->code_key, err); /* destroys what is left of the old one */
    if (st == ST_OK) {
        s->env = e.env;
        memcpy(s->dbi, e.dbi, sizeof s->dbi);
        resident_find(s);
    }
    return st;
}

static bool in_use(struct store *s)
{
    bool used = atomic_load(&s->writer.used);
    for (size_t i = 0; i < CAP_STORE_READERS && !used; i++) {
        used = atomic_load(&s->readers[i].used);
    }
    return used;
}

static enum st compact(struct store *s, unsigned slot_kind, const uint8_t *wrap,
                       const uint8_t key[static 32], struct err *err)
{
    struct paths p;
    uint64_t lost = 0;
    enum st st = find_paths(&p, s, err);
    st = st != ST_OK ? st : build(s, &p, key, &lost, err);
    store_step(s, "built");
    st = st != ST_OK ? st : files_destroy(p.slots_new.s, err);
    st = st != ST_OK ? st : files_destroy(p.slots_old.s, err);
    if (st == ST_OK) {
        st = slots_rekey(p.slots.s, p.slots_new.s, (enum slot_kind)slot_kind, wrap, key, err);
    }
    if (st != ST_OK) {
        IGNORE(files_destroy_dir(p.fresh.s, NULL)); /* else the next open does */
        IGNORE(files_destroy(p.slots_new.s, NULL));
        return st;
    }
    store_step(s, "new slots");
    st = swap_slots(s, &p, err);
    store_step(s, "slots swapped");
    st = st != ST_OK ? st : swap_env(s, &p, key, err);
    if (st != ST_OK) {
        /* Which side of the swap the disk is on is not known: only an open finds out. */
        atomic_store(&s->failed, true);
        return err_set(err, ST_IO, 0, __func__, "compaction was cut: reopen the store");
    }
    struct store_txn *t;
    if (lost > 0 && store_write(s, &t, NULL) == ST_OK) {
        char text[24];
        int n = snprintf(text, sizeof text, "%llu", (unsigned long long)lost);
        IGNORE(store_put(t, T_META, str_bytes(S(META_LOST)), bytes_of(text, (size_t)n), NULL));
        IGNORE(store_commit(&t, NULL)); /* a note for check, no more */
    }
    return ST_OK;
}

enum st store_compact(struct store *s, unsigned slot_kind, const uint8_t *wrap, struct err *err)
{
    if (s->side != STORE_DEVICE || s->mode != STORE_WRITE) {
        return err_set(err, ST_BUG, 0, __func__, "only a handheld's writer compacts");
    }
    if (atomic_load(&s->failed)) {
        return err_set(err, ST_IO, 0, __func__, "a write failed: the store must be reopened");
    }
    if (in_use(s)) {
        return err_set(err, ST_CONFLICT, 0, __func__, "a transaction is open");
    }
    uint8_t *key = sodium_malloc(32);
    if (key == NULL) {
        return err_set(err, ST_FULL, ENOMEM, __func__, "no locked memory");
    }
    randombytes_buf(key, 32);
    enum st st = compact(s, slot_kind, wrap, key, err);
    sodium_free(key);
    return st;
}
