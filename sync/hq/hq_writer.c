/* hq_writer.c - see hq_writer.h. */
#include "sync/hq/hq_writer.h"

#include "sync/hq/hq_cut.h"
#include "sync/hq/hq_ingest.h"
#include "sync/hq/hq_route.h"
#include "sync/hq/hq_taken.h"

#include <pthread.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define REST_STEP 500 /* entries folded at a time: some 30 ms, which whoever comes then waits */

struct hq_writer {
    struct hq *hq;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t work, idle;
    struct hq_writer_task *queue[HQ_QUEUE]; /* a ring */
    size_t first, n;
    bool busy, refuse, stop;
    int64_t rested_ms; /* when something of the rest was done, or nothing was left of it */
    bool came;         /* requests since then */
    bool cut_failed;   /* the last part of a cut: tried again after the next request */
    int64_t swept_ms;  /* when what is over was last swept: at the start, or here */
};

static int64_t monotonic_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Under the lock: the tasks of the next round, at most HQ_GROUP requests or one operation. */
static size_t pick(struct hq_writer *w, struct hq_writer_task **group)
{
    size_t n = 0, entries = 0;
    while (w->n != 0 && n < HQ_GROUP) {
        struct hq_writer_task *t = w->queue[w->first];
        bool op = t->request == NULL;
        if (n != 0 && (op || entries + t->request->nentries > HQ_GROUP_ENTRIES)) {
            break;
        }
        group[n++] = t;
        w->first = (w->first + 1) % HQ_QUEUE;
        w->n--;
        if (op) {
            break;
        }
        entries += t->request->nentries;
    }
    return n;
}

static void run(struct hq_writer *w, struct hq_writer_task **group, size_t n)
{
    if (group[0]->request == NULL) {
        struct hq_writer_task *t = group[0];
        t->st = ops_run(w->hq, t->op, t->in, &t->out, &t->err);
        return;
    }
    struct hq_request *requests[HQ_GROUP];
    for (size_t i = 0; i < n; i++) {
        requests[i] = group[i]->request;
    }
    hq_ingest_group(w->hq, requests, n);
    for (size_t i = 0; i < n; i++) {
        group[i]->st = requests[i]->st;
    }
}

/* Once a day, between two rounds: keys of writes and shown sign-offs whose time is over. What fails
 * is tried again the next day. */
static void sweep(struct hq_writer *w)
{
    if (monotonic_ms() - w->swept_ms < HQ_SWEEP_MS) {
        return;
    }
    int64_t now_ms = hq_now(w->hq).wall_ms;
    w->swept_ms = monotonic_ms();
    IGNORE(op_api_sweep(w->hq, now_ms, NULL) != ST_OK);
    IGNORE(op_shown_sweep(w->hq, now_ms, NULL) != ST_OK);
}

static void rest(struct hq_writer *w)
{
    struct err err = {0};
    bool left;
    if (w->hq->rest_due && hq_route_rest(w->hq, REST_STEP, &left, &err) != ST_OK) {
        fprintf(stderr, "docketd: folding what came: %s\n", err.text);
        w->hq->rest_due = false; /* tried again with the next request, or at the next start */
    }
    w->cut_failed = w->hq->cut_due && hq_cut_settle(w->hq, 1, &err) != ST_OK;
    if (w->cut_failed) {
        fprintf(stderr, "docketd: what a revocation cuts off: %s\n", err.text);
    }
    w->hq->taken_more = false; /* set again where some are left, not where it failed */
    IGNORE(hq_taken_settle(w->hq, HQ_TAKEN_STEP, NULL) != ST_OK); /* likewise */
}

static bool is_due(const struct hq_writer *w)
{
    return w->hq->rest_due || (w->hq->cut_due && !w->cut_failed) || w->hq->taken_more;
}

/* Under the lock: is the rest's turn now? Its signatures take all cores, so it waits until nobody
 * came for a moment; who comes in that time ends the wait. */
static bool rest_now(struct hq_writer *w)
{
    if (monotonic_ms() - w->rested_ms >= HQ_REST_WAIT_MS) {
        return true;
    }
    while (w->n == 0 && !w->refuse && (w->came || atomic_load(&w->hq->at_door) != 0)) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += HQ_REST_QUIET_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        bool quiet = pthread_cond_timedwait(&w->work, &w->lock, &until) == ETIMEDOUT;
        bool empty = atomic_load(&w->hq->at_door) == 0;
        if (quiet && (empty || monotonic_ms() - w->rested_ms >= HQ_REST_WAIT_MS)) {
            break;
        }
    }
    return w->n == 0;
}

/* Under the lock, which is given back: the next round. False: there is none any more. */
static bool round_of(struct hq_writer *w, struct hq_writer_task **group, size_t *n)
{
    *n = 0;
    while (w->n == 0 && !w->stop && !is_due(w)) {
        w->busy = false;
        pthread_cond_broadcast(&w->idle);
        pthread_cond_wait(&w->work, &w->lock);
    }
    if (w->n == 0 && w->stop) {
        return false;
    }
    w->busy = true;
    if (!is_due(w)) {
        w->rested_ms = monotonic_ms();
    }
    if (!is_due(w) || !rest_now(w)) {
        *n = pick(w, group);
    }
    w->came = *n != 0;
    pthread_mutex_unlock(&w->lock);
    return true;
}

static void *loop(void *ctx)
{
    struct hq_writer *w = ctx;
    struct hq_writer_task *group[HQ_GROUP];
    size_t n;
    pthread_mutex_lock(&w->lock);
    while (round_of(w, group, &n)) {
        if (n == 0) {
            rest(w);
            w->rested_ms = monotonic_ms();
        } else {
            run(w, group, n);
            w->cut_failed = false;
        }
        for (size_t i = 0; i < n; i++) {
            group[i]->done(group[i]);
        }
        sweep(w);
        pthread_mutex_lock(&w->lock);
    }
    w->busy = false;
    pthread_cond_broadcast(&w->idle);
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

enum st hq_writer_start(struct hq_writer **out, struct hq *hq, struct err *err)
{
    struct hq_writer *w = calloc(1, sizeof *w);
    *out = NULL;
    if (w == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    w->hq = hq;
    w->swept_ms = monotonic_ms();
    pthread_mutex_init(&w->lock, NULL);
    pthread_condattr_t by_monotonic;
    pthread_condattr_init(&by_monotonic);
    pthread_condattr_setclock(&by_monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&w->work, &by_monotonic);
    pthread_condattr_destroy(&by_monotonic);
    pthread_cond_init(&w->idle, NULL);
    if (pthread_create(&w->thread, NULL, loop, w) != 0) {
        free(w);
        return err_set(err, ST_FULL, 0, __func__, "no thread for the writer");
    }
    *out = w;
    return ST_OK;
}

enum st hq_writer_submit(struct hq_writer *w, struct hq_writer_task *task)
{
    pthread_mutex_lock(&w->lock);
    bool full = w->n == HQ_QUEUE || w->refuse;
    if (!full) {
        w->queue[(w->first + w->n) % HQ_QUEUE] = task;
        w->n++;
        pthread_cond_signal(&w->work);
    }
    pthread_mutex_unlock(&w->lock);
    return full ? ST_WAIT : ST_OK;
}

void hq_writer_refuse(struct hq_writer *w)
{
    pthread_mutex_lock(&w->lock);
    w->refuse = true;
    while (w->n != 0 || w->busy) {
        pthread_cond_wait(&w->idle, &w->lock);
    }
    pthread_mutex_unlock(&w->lock);
}

void hq_writer_stop(struct hq_writer **out)
{
    struct hq_writer *w = *out;
    if (w == NULL) {
        return;
    }
    hq_writer_refuse(w);
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_signal(&w->work);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    pthread_mutex_destroy(&w->lock);
    pthread_cond_destroy(&w->work);
    pthread_cond_destroy(&w->idle);
    free(w);
    *out = NULL;
}
