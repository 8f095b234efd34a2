/* hq_route_rest.c - what a backlog or a crash left: each entry's own signature, on all cores, then
 * the indexes, the fold and the outboxes. See hq_route.h. */
#include "sync/hq/hq_route.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#define GROUP 500 /* entries folded in one transaction, some 20 ms: nobody waits longer */
#define THREADS_MAX                                                                                \
    8 /* signatures of a group are shared out; more threads cost more than they save */
#define SHARE_LEAST 50 /* signatures a thread is worth: 2 ms */

struct rest {
    id8 author, epoch;
    uint64_t from, to;
};

struct group {
    struct rest r;
    size_t n;
    struct entry_view views[GROUP];
    bool bad[GROUP];
    uint8_t room[GROUP * (CAP_ENTRY_BYTES + 128)];
};

/* The first chain that is held further than it is routed. ST_NOT_FOUND: none. */
static enum st find_rest(struct store_txn *t, struct rest *out, struct err *err)
{
    struct store_cursor *c = NULL;
    bytes key;
    bool found = false;
    enum st st = store_scan(t, T_HEAD, (bytes){NULL, 0}, (bytes){NULL, 0}, &c, err);
    while (st == ST_OK && !found) {
        st = store_next(c, &key);
        if (st != ST_OK) {
            break;
        }
        uint8_t room[512];
        struct arena tmp = arena_of(room, sizeof room);
        struct chain_mark m;
        if (key.n != 16) {
            continue;
        }
        memcpy(out->author.b, key.p, 8);
        memcpy(out->epoch.b, key.p + 8, 8);
        if (chain_mark_get(t, out->author, out->epoch, &tmp, &m, NULL) == ST_OK) {
            out->from = hq_routed(t, out->author, out->epoch) + 1;
            out->to = m.seq;
            found = out->from <= out->to;
        }
    }
    store_scan_end(&c);
    return found ? ST_OK : st == ST_END || st == ST_OK ? ST_NOT_FOUND : st;
}

/* --- signatures
 * ------------------------------------------------------------------------------------------ */

struct share {
    struct group *g;
    size_t from, to;
    const uint8_t *deployment, *pk;
};

static void *verify(void *ctx)
{
    struct share *s = ctx;
    for (size_t i = s->from; i < s->to; i++) {
        s->g->bad[i] = entry_verify(&s->g->views[i], s->deployment, s->pk) != ST_OK;
    }
    return NULL;
}

static void verify_all(struct group *g, const uint8_t *deployment, const uint8_t *pk)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t threads = cores < 1 ? 1 : cores > THREADS_MAX ? THREADS_MAX : (size_t)cores;
    threads = threads > g->n / SHARE_LEAST ? g->n / SHARE_LEAST : threads;
    threads = threads < 1 ? 1 : threads;
    struct share shares[THREADS_MAX];
    pthread_t ids[THREADS_MAX];
    bool started[THREADS_MAX] = {false};
    for (size_t i = 0; i < threads; i++) {
        shares[i] = (struct share){g, g->n * i / threads, g->n * (i + 1) / threads, deployment, pk};
        started[i] = i != 0 && pthread_create(&ids[i], NULL, verify, &shares[i]) == 0;
    }
    for (size_t i = 0; i < threads; i++) {
        if (started[i]) {
            pthread_join(ids[i], NULL);
        } else {
            verify(&shares[i]); /* the first is ours, and so is one that found no thread */
        }
    }
}

/* --- one group
 * ------------------------------------------------------------------------------------------- */

/* Read and verified outside the write transaction: what is kept does not change. */
static enum st read_group(struct hq *hq, struct group *g, struct err *err)
{
    struct store_txn *t = NULL;
    struct cert c = {0};
    struct arena tmp = arena_of(hq->routing, CAP_SCRATCH_BYTES);
    struct arena a = arena_of(g->room, sizeof g->room);
    bool known = false;
    g->n = 0;
    enum st st = store_read(hq->store, &t, err);
    if (st == ST_OK) {
        st = find_rest(t, &g->r, err);
    }
    if (st == ST_OK) {
        g->r.to = g->r.to - g->r.from < GROUP ? g->r.to : g->r.from + GROUP - 1;
        known = cert_store_get(t, g->r.author, &hq->journal.trust, &tmp, &c, NULL) == ST_OK;
    }
    for (uint64_t seq = g->r.from; st == ST_OK && seq <= g->r.to; seq++) {
        st = journal_at(t, g->r.author, g->r.epoch, seq, &a, &g->views[g->n], err);
        g->n += st == ST_OK;
        /* Damage hides nothing else; check names it. */
        st = st == ST_CORRUPT || st == ST_NOT_FOUND ? ST_OK : st;
    }
    if (st == ST_OK) {
        st = store_commit(&t, err); /* what could not be read once is not damaged for ever */
    }
    store_abort(&t);
    if (st == ST_OK && known) {
        verify_all(g, hq->keys.deployment, c.sign_pk);
    }
    for (size_t i = 0; i < g->n && !known; i++) {
        g->bad[i] = true;
    }
    return st;
}

static enum st keep_group(struct hq *hq, const struct group *g, struct err *err)
{
    struct store_txn *t = NULL;
    enum st st = store_write(hq->store, &t, err);
    for (size_t i = 0; i < g->n && st == ST_OK; i++) {
        st = journal_index(t, &g->views[i], err);
    }
    if (st == ST_OK) {
        st = hq_route_settle(hq, t, g->views, g->bad, g->n, err);
    }
    if (st == ST_OK) {
        st = hq_routed_set(t, g->r.author, g->r.epoch, g->r.to, err);
    }
    if (st == ST_OK) {
        st = store_commit(&t, err);
    }
    if (st != ST_OK) {
        store_abort(&t);
        /* What it said of a revoked author went with it; the first failure is told. */
        IGNORE(journal_reload(&hq->journal, NULL) != ST_OK);
    }
    return st;
}

enum st hq_route_rest(struct hq *hq, unsigned max, bool *left, struct err *err)
{
    struct group *g = malloc(sizeof *g);
    unsigned done = 0;
    enum st st = g != NULL ? ST_OK : err_set(err, ST_FULL, 0, __func__, "no memory");
    while (st == ST_OK && (max == 0 || done < max)) {
        st = read_group(hq, g, err);
        if (st == ST_OK) {
            done += (unsigned)(g->r.to - g->r.from + 1);
            st = keep_group(hq, g, err);
        }
    }
    if (left != NULL) {
        *left = st == ST_OK;
    }
    hq->rest_due = st == ST_OK;
    free(g);
    return st == ST_NOT_FOUND ? ST_OK : st;
}
