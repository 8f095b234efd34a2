/* hq_route_rest.c - what a backlog or a crash left: each entry's own signature, on all cores, then
 * the indexes, the fold and the outboxes. See hq_route.h. */
#include "sync/hq/hq_route.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GROUP 500 /* entries folded in one transaction, some 20 ms: nobody waits longer */
#define CHAINS 64 /* ... of so many chains: after a crowd each device left a few */
#define THREADS_MAX                                                                                \
    8 /* signatures of a group are shared out; more threads cost more than they save */
#define SHARE_LEAST 50 /* signatures a thread is worth: 2 ms */
#define CHAIN_BYTES 16 /* a key of T_HEAD */

struct rest {
    id8 author, epoch;
    uint64_t from, to;
    size_t first, n; /* of the group's entries: those that could be read */
    bool known;      /* its certificate is here: */
    uint8_t pk[32];
};

struct group {
    struct rest r[CHAINS];
    unsigned nr;
    size_t n;
    struct entry_view views[GROUP];
    uint8_t chain[GROUP]; /* of each entry, in r */
    bool bad[GROUP];
    uint8_t room[GROUP * (CAP_ENTRY_BYTES + 128)];
};

/* Is this chain held further than it is routed? As much of it as the group still takes. */
static bool due(struct store_txn *t, bytes key, uint64_t most, struct rest *out)
{
    uint8_t room[512];
    struct arena tmp = arena_of(room, sizeof room);
    struct chain_mark m;
    memset(out, 0, sizeof *out);
    memcpy(out->author.b, key.p, 8);
    memcpy(out->epoch.b, key.p + 8, 8);
    if (chain_mark_get(t, out->author, out->epoch, &tmp, &m, NULL) != ST_OK) {
        return false;
    }
    out->from = hq_routed(t, out->author, out->epoch) + 1;
    out->to = m.seq < out->from + most - 1 ? m.seq : out->from + most - 1;
    return out->from <= m.seq;
}

/* The next chains that wait, beyond the one of `at`, which moves to the last of them: a long one
 * takes its turn with all others, and whoever looks again does not begin with all that ever were.
 */
static enum st find_from(struct store_txn *t, uint8_t at[static CHAIN_BYTES + 1], struct group *g,
                         struct err *err)
{
    struct store_cursor *c = NULL;
    bytes key;
    uint64_t left = GROUP;
    enum st st = store_scan(t, T_HEAD, (bytes){NULL, 0}, bytes_of(at, CHAIN_BYTES + 1), &c, err);
    g->nr = 0;
    while (st == ST_OK && left > 0 && g->nr < CHAINS) {
        st = store_next(c, &key);
        struct rest *r = &g->r[g->nr];
        if (st == ST_OK && key.n == CHAIN_BYTES && due(t, key, left, r)) {
            memcpy(at, key.p, CHAIN_BYTES);
            left -= r->to - r->from + 1;
            g->nr++;
        }
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

/* ST_NOT_FOUND: none waits. */
static enum st find_rest(struct hq *hq, struct store_txn *t, struct group *g, struct err *err)
{
    enum st st = find_from(t, hq->rest_at, g, err);
    if (st == ST_OK && g->nr == 0) { /* once round */
        memset(hq->rest_at, 0, sizeof hq->rest_at);
        st = find_from(t, hq->rest_at, g, err);
    }
    return st == ST_OK && g->nr == 0 ? ST_NOT_FOUND : st;
}

/* --- signatures
 * ------------------------------------------------------------------------------------------ */

struct share {
    struct group *g;
    size_t from, to;
    const uint8_t *deployment;
};

static void *verify(void *ctx)
{
    struct share *s = ctx;
    struct group *g = s->g;
    for (size_t i = s->from; i < s->to; i++) {
        const struct rest *r = &g->r[g->chain[i]];
        g->bad[i] = !r->known || entry_verify(&g->views[i], s->deployment, r->pk) != ST_OK;
    }
    return NULL;
}

static void verify_all(struct group *g, const uint8_t *deployment)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t threads = cores < 1 ? 1 : cores > THREADS_MAX ? THREADS_MAX : (size_t)cores;
    threads = threads > g->n / SHARE_LEAST ? g->n / SHARE_LEAST : threads;
    threads = threads < 1 ? 1 : threads;
    struct share shares[THREADS_MAX];
    pthread_t ids[THREADS_MAX];
    bool started[THREADS_MAX] = {false};
    for (size_t i = 0; i < threads; i++) {
        shares[i] = (struct share){g, g->n * i / threads, g->n * (i + 1) / threads, deployment};
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

static enum st read_chain(struct hq *hq, struct store_txn *t, struct group *g, struct rest *r,
                          struct arena *a, struct err *err)
{
    struct cert c;
    struct arena tmp = arena_of(hq->routing, CAP_SCRATCH_BYTES);
    enum st st = ST_OK;
    r->first = g->n;
    r->known = cert_store_get(t, r->author, &hq->journal.trust, &tmp, &c, NULL) == ST_OK;
    if (r->known) {
        memcpy(r->pk, c.sign_pk, sizeof r->pk);
    }
    for (uint64_t seq = r->from; st == ST_OK && seq <= r->to; seq++) {
        g->chain[g->n] = (uint8_t)(r - g->r);
        st = journal_at(t, r->author, r->epoch, seq, a, &g->views[g->n], err);
        g->n += st == ST_OK;
        /* Damage hides nothing else; check names it. */
        st = st == ST_CORRUPT || st == ST_NOT_FOUND ? ST_OK : st;
    }
    r->n = g->n - r->first;
    return st;
}

/* Read and verified outside the write transaction: what is kept does not change. */
static enum st read_group(struct hq *hq, struct group *g, struct err *err)
{
    struct store_txn *t = NULL;
    struct arena a = arena_of(g->room, sizeof g->room);
    g->n = 0;
    enum st st = store_read(hq->store, &t, err);
    if (st == ST_OK) {
        st = find_rest(hq, t, g, err);
    }
    for (unsigned i = 0; st == ST_OK && i < g->nr; i++) {
        st = read_chain(hq, t, g, &g->r[i], &a, err);
    }
    if (st == ST_OK) {
        st = store_commit(&t, err); /* what could not be read once is not damaged for ever */
    }
    store_abort(&t);
    if (st == ST_OK) {
        verify_all(g, hq->keys.deployment);
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
    for (unsigned i = 0; i < g->nr && st == ST_OK; i++) {
        st = hq_routed_set(t, g->r[i].author, g->r[i].epoch, g->r[i].to, err);
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

/* How many places of chains it takes on, read or not. */
static unsigned places(const struct group *g)
{
    uint64_t n = 0;
    for (unsigned i = 0; i < g->nr; i++) {
        n += g->r[i].to - g->r[i].from + 1;
    }
    return (unsigned)n;
}

enum st hq_route_rest(struct hq *hq, unsigned max, bool *left, struct err *err)
{
    struct group *g = malloc(sizeof *g);
    unsigned done = 0;
    enum st st = g != NULL ? ST_OK : err_set(err, ST_FULL, 0, __func__, "no memory");
    while (st == ST_OK && (max == 0 || done < max)) {
        st = read_group(hq, g, err);
        if (st == ST_OK) {
            done += places(g);
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
