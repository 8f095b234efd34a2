/* store.c - creating, opening, locking and closing a store. See store.h. */
#include "core/store/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

void store_hook_set(struct store *s, void (*at)(void *ctx, const char *step), void *ctx)
{
    s->hook = (struct store_hook){at, ctx};
}

void store_step(const struct store *s, const char *step)
{
    if (s->hook.at != NULL) {
        s->hook.at(s->hook.ctx, step);
    }
}

/* --- create ------------------------------------------------------------------------------------
 */

static enum st create_env(const char *dir, const struct store_options *opt, struct err *err)
{
    struct files_path env;
    enum st st = files_join(&env, dir, "env", err);
    st = st != ST_OK ? st : files_make_dir(env.s, err);
    struct env_at e;
    st = st != ST_OK ? st : env_open(&e, env.s, opt->side, false, true, opt->map_bytes, err);
    if (st != ST_OK) {
        return st;
    }
    uint8_t code_key[32];
    randombytes_buf(code_key, sizeof code_key);
    MDB_txn *txn;
    int rc = mdb_txn_begin(e.env, NULL, 0, &txn);
    if (rc != 0) {
        st = env_fail(err, rc, dir, __func__, "begin the first transaction");
    } else {
        st = env_check_put(&e, txn, opt->data_key, opt->side, code_key, dir, err);
        st = st != ST_OK ? st : layout_put_first(&e, txn, opt->data_key, dir, err);
        if (st != ST_OK) {
            mdb_txn_abort(txn);
        } else {
            rc = mdb_txn_commit(txn);
            st = rc == 0 ? ST_OK : env_fail(err, rc, dir, __func__, "write the first values");
        }
    }
    sodium_memzero(code_key, sizeof code_key);
    /* The very first pages are written before LMDB syncs anything. */
    rc = st == ST_OK ? mdb_env_sync(e.env, 1) : 0;
    if (rc != 0) {
        st = env_fail(err, rc, dir, __func__, "sync the new store");
    }
    env_close(&e);
    return st != ST_OK ? st : files_sync_dir(env.s, err);
}

static enum st create_lock(const char *dir, struct err *err)
{
    struct files_path p;
    enum st st = files_join(&p, dir, "lock", err);
    if (st != ST_OK) {
        return st;
    }
    int fd = open(p.s, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return files_fail(err, errno, dir, __func__, "make the lock file");
    }
    const uint8_t mark = LOCK_CLOSED;
    int rc = files_write_all(fd, bytes_of(&mark, 1));
    if (rc == 0 && fsync(fd) != 0) {
        rc = errno;
    }
    close(fd);
    return rc == 0 ? ST_OK : files_fail(err, rc, dir, __func__, "write the lock file");
}

static enum st create_inside(const char *tmp, const struct store_options *opt, struct err *err)
{
    struct files_path att, slots;
    enum st st = files_join(&att, tmp, "att", err);
    st = st != ST_OK ? st : files_make_dir(att.s, err);
    st = st != ST_OK ? st : create_lock(tmp, err);
    st = st != ST_OK ? st : create_env(tmp, opt, err);
    if (st == ST_OK && opt->slots_path != NULL) {
        st = files_join(&slots, tmp, "slots", err);
        if (st == ST_OK && rename(opt->slots_path, slots.s) != 0) {
            st = files_fail(err, errno, tmp, __func__, "put the slots file in place");
        }
    }
    return st != ST_OK ? st : files_sync_dir(tmp, err);
}

/* A folder of ours that holds no data worth overwriting. */
static void empty(const char *tmp)
{
    static const char *const names[] = {"env/data.mdb", "env/lock.mdb", "slots", "lock"};
    static const char *const dirs[] = {"env", "att"};
    struct files_path p;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (files_join(&p, tmp, names[i], NULL) == ST_OK) {
            unlink(p.s);
        }
    }
    for (size_t i = 0; i < sizeof dirs / sizeof dirs[0]; i++) {
        if (files_join(&p, tmp, dirs[i], NULL) == ST_OK) {
            rmdir(p.s);
        }
    }
}

void store_discard(const char *dir, const char *keytable_path)
{
    empty(dir);
    rmdir(dir);
    if (keytable_path != NULL) {
        unlink(keytable_path);
    }
}

/* The folder in the making, ours alone while *lock_fd is open. What a kill left in it goes: nobody
 * has used it. */
static enum st begin_making(const char *tmp, const char *parent, int *lock_fd, struct err *err)
{
    *lock_fd = -1;
    if (mkdir(tmp, 0700) != 0 && errno != EEXIST) {
        return files_fail(err, errno, parent, __func__, "make a folder for the new store");
    }
    int fd = open(tmp, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0) {
        int rc = errno;
        if (fd >= 0) {
            close(fd);
        }
        return rc == EWOULDBLOCK
                   ? err_set(err, ST_LOCKED, rc, __func__, "another process is making this store")
                   : files_fail(err, rc, parent, __func__, "take the new store's folder");
    }
    empty(tmp);
    *lock_fd = fd;
    return ST_OK;
}

static enum st keytable_place(const char *dir, const struct store_options *opt,
                              struct files_path *out, struct err *err)
{
    if (opt->keytable_path == NULL) {
        return files_join(out, dir, ".keytable", err);
    }
    int n = snprintf(out->s, sizeof out->s, "%s", opt->keytable_path);
    return n >= 0 && (size_t)n < sizeof out->s
               ? ST_OK
               : err_set(err, ST_TOO_BIG, 0, __func__, "the key table's path is too long");
}

static enum st move_into_place(const char *tmp, const char *dir, const char *parent,
                               struct err *err)
{
    if (rename(tmp, dir) != 0) {
        int rc = errno;
        if (rc == EEXIST || rc == ENOTEMPTY) {
            return err_set(err, ST_EXISTS, rc, __func__, "there is something there already");
        }
        return files_fail(err, rc, parent, __func__, "put the new store in place");
    }
    return files_sync_dir(parent, err);
}

enum st store_create(const char *dir, const struct store_options *opt, struct err *err)
{
    if (opt->data_key == NULL || sodium_init() < 0) {
        return err_set(err, ST_BUG, 0, __func__, "a store needs its data key");
    }
    if (files_exists(dir)) {
        return err_set(err, ST_EXISTS, 0, __func__, "there is something there already");
    }
    struct files_path parent, tmp, table;
    int lock_fd = -1;
    files_parent(&parent, dir);
    enum st st = files_join(&tmp, dir, ".new", err);
    if (st == ST_OK && opt->side == STORE_HQ) {
        st = keytable_place(dir, opt, &table, err);
    }
    st = st != ST_OK ? st : begin_making(tmp.s, parent.s, &lock_fd, err);
    if (st != ST_OK) {
        return st;
    }
    bool table_is_new = opt->side == STORE_HQ && !files_exists(table.s);
    if (opt->side == STORE_HQ) {
        st = keytable_create(table.s, err);
    }
    st = st != ST_OK ? st : create_inside(tmp.s, opt, err);
    st = st != ST_OK ? st : move_into_place(tmp.s, dir, parent.s, err);
    if (st != ST_OK && !files_exists(dir)) {
        store_discard(tmp.s, table_is_new ? table.s : NULL);
    }
    close(lock_fd);
    return st;
}

/* --- open and close -----------------------------------------------------------------------------
 */

static enum st take_lock(struct store *s, struct err *err)
{
    struct files_path p;
    enum st st = files_join(&p, s->dir, "lock", err);
    if (st != ST_OK) {
        return st;
    }
    s->lock_fd = open(p.s, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (s->lock_fd < 0) {
        return files_fail(err, errno, s->dir, __func__, "open the lock file");
    }
    if (flock(s->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        return errno == EWOULDBLOCK
                   ? err_set(err, ST_LOCKED, errno, __func__, "another process has the store open")
                   : files_fail(err, errno, s->dir, __func__, "lock the store");
    }
    char mark = LOCK_CLOSED;
    s->unclean = pread(s->lock_fd, &mark, 1, 0) == 1 && mark != LOCK_CLOSED;
    return ST_OK;
}

static enum st set_mark(const struct store *s, char mark, struct err *err)
{
    if (pwrite(s->lock_fd, &mark, 1, 0) != 1 || fdatasync(s->lock_fd) != 0) {
        return files_fail(err, errno, s->dir, __func__, "mark the lock file");
    }
    return ST_OK;
}

/* The mark stands before LMDB looks at the file: a page that ends the process at its first reading
 * must not do so at every start. */
static enum st settle(struct store *s, struct env_at *e, struct err *err)
{
    enum st st = salvage_settle(s->dir, err);
    st = st != ST_OK ? st : set_mark(s, LOCK_WRITING, err);
    st = st != ST_OK ? st : env_settle(e, s, s->code_key, err);
    if (st != ST_OK && st != ST_CORRUPT && !s->unclean) {
        IGNORE(set_mark(s, LOCK_CLOSED, NULL)); /* it was not opened: nothing is in doubt */
    }
    return st;
}

static enum st open_inside(struct store *s, struct err *err)
{
    enum st st = s->mode == STORE_WRITE ? take_lock(s, err) : ST_OK;
    if (st != ST_OK) {
        return st;
    }
    struct env_at e;
    st = s->mode == STORE_WRITE ? settle(s, &e, err) : env_settle(&e, s, s->code_key, err);
    for (int i = 0; st == ST_NOT_FOUND && s->mode == STORE_READ && i < 3; i++) {
        st = env_settle(&e, s, s->code_key, err); /* a writer was swapping it under our feet */
    }
    if (st == ST_OK && s->mode == STORE_READ) {
        st = layout_reader_may(&e.layout, err);
        if (st != ST_OK) {
            env_close(&e);
        }
    }
    if (st != ST_OK) {
        return st;
    }
    s->env = e.env;
    memcpy(s->dbi, e.dbi, sizeof s->dbi);
    resident_find(s);
    if (s->side == STORE_HQ) {
        st = keytable_open(&s->kt, s->keytable_path, s->mode == STORE_WRITE, err);
        if (st == ST_NOT_FOUND) {
            st = err_set(err, ST_CORRUPT, 0, __func__, "the table of subject keys is missing");
        }
    }
    if (st == ST_OK && s->mode == STORE_WRITE) {
        st = att_file_sweep(s, err);
        st = st != ST_OK ? st : forget_resume(s, err);
        s->older = layout_is_older(&e.layout); /* from here on only an upgrade writes */
    }
    if (st != ST_OK) {
        atomic_store(&s->failed, true); /* closing it must not call it clean */
    }
    return st;
}

enum st store_open(const char *dir, const struct store_options *opt, struct store **out,
                   struct err *err)
{
    *out = NULL;
    if (opt->data_key == NULL || sodium_init() < 0 || strlen(dir) >= CAP_PATH_BYTES) {
        return err_set(err, ST_BUG, 0, __func__, "a store needs its data key and a short path");
    }
    if (!files_exists(dir)) {
        return err_set(err, ST_NOT_FOUND, ENOENT, __func__, "no store there");
    }
    struct files_path table = {""};
    if (opt->side == STORE_HQ) {
        enum st st = keytable_place(dir, opt, &table, err);
        if (st != ST_OK) {
            return st;
        }
    }
    /* sodium_malloc aligns to the size: round it up to a cache line. */
    struct store *s = sodium_malloc((sizeof *s + 63U) & ~(size_t)63U);
    if (s == NULL) {
        return err_set(err, ST_FULL, ENOMEM, __func__, "no locked memory");
    }
    memset(s, 0, sizeof *s);
    memcpy(s->dir, dir, strlen(dir) + 1);
    memcpy(s->keytable_path, table.s, sizeof table.s);
    s->side = opt->side;
    s->mode = opt->mode;
    s->map_bytes = opt->map_bytes;
    s->lock_fd = -1;
    memcpy(s->key, opt->data_key, sizeof s->key);
    if (opt->own_key != NULL) {
        memcpy(s->own_key, opt->own_key, sizeof s->own_key);
    }
    atomic_flag_clear(&s->kt.busy);
    enum st st = open_inside(s, err);
    if (st != ST_OK) {
        store_close(&s);
        return st;
    }
    *out = s;
    return ST_OK;
}

void store_close(struct store **sp)
{
    struct store *s = *sp;
    *sp = NULL;
    if (s == NULL) {
        return;
    }
    bool opened = s->env != NULL;
    if (opened) {
        mdb_env_close(s->env);
    }
    keytable_close(&s->kt);
    if (s->lock_fd >= 0) {
        if (opened && !atomic_load(&s->failed) && !atomic_load(&s->suspect)) {
            IGNORE(set_mark(s, LOCK_CLOSED, NULL)); /* unmarked, the next open only checks more */
        }
        close(s->lock_fd);
    }
    sodium_free(s);
}

const uint8_t *store_own_key(const struct store *s)
{
    return sodium_is_zero(s->own_key, sizeof s->own_key) ? NULL : s->own_key;
}

const char *store_dir(const struct store *s)
{
    return s->dir;
}

enum store_side store_side(const struct store *s)
{
    return s->side;
}

bool store_is_older(const struct store *s)
{
    return s->older;
}

bool store_was_unclean(const struct store *s)
{
    return s->unclean;
}

struct store *store_of(const struct store_txn *t)
{
    return t->s;
}

void store_code_key(const struct store *s, unsigned type, bytes code, uint8_t out[static 17])
{
    out[0] = (uint8_t)type;
    crypto_generichash(out + 1, 16, code.p, code.n, s->code_key, sizeof s->code_key);
}
