/* hq_act.c - what headquarters does is an entry of its node, kept and routed in one transaction. */
#include "sync/hq/hq.h"
#include "sync/hq/hq_route.h"

enum st hq_act_in(struct hq *hq, struct store_txn *t, struct append *what, h32 *hash,
                  struct err *err)
{
    struct now now = hq_now(hq);
    if (id16_zero(what->actor)) {
        what->actor = hq->admin;
    }
    if (what->actor_role == ROLE_NONE) {
        what->actor_role = ROLE_ADMINISTRATOR;
    }
    enum st st = journal_append_in(&hq->journal, t, what, &now, hash, err);
    struct entry_view e;
    struct arena tmp = arena_of(hq->routing, CAP_SCRATCH_BYTES);
    if (st == ST_OK) {
        st = journal_get(t, *hash, &tmp, &e, err);
        if (st == ST_NOT_FOUND) {
            store_suspect(hq->store);
            st = err_set(err, ST_CORRUPT, 0, __func__, "an entry just made is not there");
        }
    }
    if (st == ST_OK) {
        st = hq_route_entry(hq, t, &e, tmp, err);
    }
    return st == ST_OK ? hq_routed_set(t, e.author, e.epoch, e.seq, err) : st;
}

enum st hq_act(struct hq *hq, struct append *what, h32 *hash, struct err *err)
{
    h32 here;
    hash = hash != NULL ? hash : &here;
    if (hq->reader) {
        return err_set(err, ST_LOCKED, 0, __func__, "headquarters' store is open for reading");
    }
    if (hq->batch != NULL) {
        enum st st = hq->batch_broken
                         ? err_set(err, ST_BUG, 0, __func__, "this batch failed before")
                         : hq_act_in(hq, hq->batch, what, hash, err);
        hq->batch_broken = hq->batch_broken || st != ST_OK;
        return st;
    }
    struct store_txn *t = NULL;
    enum st st = store_write(hq->store, &t, err);
    if (st == ST_OK) {
        st = hq_act_in(hq, t, what, hash, err);
    }
    if (st == ST_OK) {
        st = store_commit(&t, err);
    }
    if (st != ST_OK) {
        store_abort(&t);
        /* The first failure is the one to tell; a head that cannot be read again fails next time.
         */
        IGNORE(journal_reload(&hq->journal, NULL) != ST_OK);
    }
    return st;
}

enum st hq_batch_begin(struct hq *hq, struct err *err)
{
    if (hq->batch != NULL) {
        return err_set(err, ST_BUG, 0, __func__, "a batch is open already");
    }
    hq->batch_broken = false;
    hq->batch_revokes = (id8){{0}};
    return store_write(hq->store, &hq->batch, err);
}

enum st hq_batch_end(struct hq *hq, bool keep, struct err *err)
{
    enum st st = ST_OK;
    if (hq->batch == NULL) {
        return err_set(err, ST_BUG, 0, __func__, "no batch is open");
    }
    if (keep && !hq->batch_broken) {
        st = store_commit(&hq->batch, err);
    } else {
        store_abort(&hq->batch);
        st = keep ? err_set(err, ST_BUG, 0, __func__, "a part of the batch failed") : ST_OK;
        keep = false;
    }
    hq->batch = NULL;
    if (keep && st == ST_OK && !id8_zero(hq->batch_revokes)) {
        hq_revoked(hq, hq->batch_revokes);
    }
    if (!keep || st != ST_OK) {
        enum st re = journal_reload(&hq->journal, st == ST_OK ? err : NULL);
        st = st == ST_OK ? re : st;
    }
    return st;
}

enum st hq_txn(struct hq *hq, struct store_txn **t, bool *mine, struct err *err)
{
    *mine = hq->batch == NULL;
    if (!*mine) {
        *t = hq->batch;
        return ST_OK;
    }
    return store_read(hq->store, t, err);
}

enum st hq_write(struct hq *hq, struct store_txn **t, bool *mine, struct err *err)
{
    *mine = hq->batch == NULL;
    *t = hq->batch;
    return *mine ? store_write(hq->store, t, err) : ST_OK;
}

enum st hq_written(struct hq *hq, struct store_txn **t, bool mine, enum st st, struct err *err)
{
    if (!mine) {
        *t = NULL;
        return st;
    }
    st = st == ST_OK ? store_commit(t, err) : st;
    if (st != ST_OK) {
        store_abort(t);
        IGNORE(journal_reload(&hq->journal, NULL) != ST_OK); /* the first failure is told */
    }
    return st;
}

void hq_revoked(struct hq *hq, id8 author)
{
    if (hq->batch != NULL) {
        hq->batch_revokes = author;
        return;
    }
    for (unsigned i = 0; i < hq->ndevices; i++) {
        hq->devices[i].revoked = hq->devices[i].revoked || id8_eq(hq->devices[i].author, author);
    }
}
