/* txn.c - transactions: one writer, a fixed pool of readers. */
#include "core/store/inside.h"

#include <errno.h>

static void end_cursors(struct store_txn *t)
{
    for (size_t i = 0; i < CAP_STORE_CURSORS; i++) {
        if (t->cursors[i].mc != NULL) {
            mdb_cursor_close(t->cursors[i].mc);
            t->cursors[i].mc = NULL;
        }
    }
}

static void give_back(struct store_txn *t)
{
    t->txn = NULL;
    t->sweep = false;
    t->broken = ST_OK;
    atomic_store(&t->used, false);
}

static bool take(struct store_txn *t)
{
    bool no = false;
    return atomic_compare_exchange_strong(&t->used, &no, true);
}

enum st store_read(struct store *s, struct store_txn **out, struct err *err)
{
    *out = NULL;
    if (s->env == NULL) {
        return err_set(err, ST_IO, 0, __func__, "compaction was cut: the store must be reopened");
    }
    struct store_txn *t = NULL;
    for (size_t i = 0; i < CAP_STORE_READERS && t == NULL; i++) {
        t = take(&s->readers[i]) ? &s->readers[i] : NULL;
    }
    if (t == NULL) {
        return err_set(err, ST_WAIT, 0, __func__, "too many readers at once");
    }
    t->s = s;
    t->write = false;
    int rc = mdb_txn_begin(s->env, NULL, MDB_RDONLY, &t->txn);
    if (rc != 0) {
        give_back(t);
        return env_fail(err, rc, s->dir, __func__, "begin reading");
    }
    *out = t;
    return ST_OK;
}

enum st store_write(struct store *s, struct store_txn **out, struct err *err)
{
    *out = NULL;
    if (s->mode != STORE_WRITE) {
        return err_set(err, ST_BUG, 0, __func__, "the store was opened to read");
    }
    if (atomic_load(&s->failed)) {
        return err_set(err, ST_IO, 0, __func__, "a write failed: the store must be reopened");
    }
    if (s->older) {
        return err_set(err, ST_OLDER, 0, __func__, "the store must be brought up to date first");
    }
    struct store_txn *t = &s->writer;
    if (!take(t)) {
        return err_set(err, ST_BUG, 0, __func__, "a write transaction is open already");
    }
    t->s = s;
    t->write = true;
    int rc = mdb_txn_begin(s->env, NULL, 0, &t->txn);
    if (rc != 0) {
        give_back(t);
        return env_fail(err, rc, s->dir, __func__, "begin writing");
    }
    seal_run_begin(&t->run);
    *out = t;
    return ST_OK;
}

void store_abort(struct store_txn **tp)
{
    struct store_txn *t = *tp;
    *tp = NULL;
    if (t == NULL) {
        return;
    }
    end_cursors(t);
    mdb_txn_abort(t->txn);
    if (!t->write) {
        resident_after_read(t->s); /* still taken: compaction waits, the map stays */
    }
    give_back(t);
}

/* After a commit that found no room LMDB is as before, unless it was the meta page that failed. */
static bool still_writable(struct store *s)
{
    MDB_txn *probe;
    if (mdb_txn_begin(s->env, NULL, 0, &probe) != 0) {
        return false;
    }
    mdb_txn_abort(probe);
    return true;
}

enum st store_commit(struct store_txn **tp, struct err *err)
{
    struct store_txn *t = *tp;
    if (t == NULL) {
        return err_set(err, ST_BUG, 0, __func__, "no transaction");
    }
    struct store *s = t->s;
    if (t->broken != ST_OK) {
        enum st st = t->broken;
        bool write = t->write;
        store_abort(tp);
        return err_set(err, st, 0, __func__, "a %s of this transaction failed: %s",
                       write ? "write or read" : "read", st_name(st));
    }
    if (!t->write) {
        store_abort(tp);
        return ST_OK;
    }
    /* Keys first: a committed value whose key is lost would be lost with it. */
    enum st st = s->kt.path != NULL ? keytable_flush(&s->kt, err) : ST_OK;
    if (st != ST_OK) {
        store_abort(tp);
        return st;
    }
    *tp = NULL;
    end_cursors(t);
    int rc = mdb_txn_commit(t->txn);
    bool sweep = t->sweep;
    give_back(t);
    if (rc != 0) {
        st = env_fail(err, rc, s->dir, __func__, "commit");
        if ((st != ST_FULL && st != ST_TOO_BIG) || !still_writable(s)) {
            atomic_store(&s->failed, true);
            st = err_set(err, ST_IO, rc, __func__, "commit failed: the store must be reopened");
        }
    }
    if (sweep) {
        IGNORE(att_file_sweep(s, NULL)); /* rows decide; the next open tries again */
    }
    return st;
}
