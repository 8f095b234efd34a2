/* net.c - the network thread: joins, and carries bundles. It reads and writes no store itself: the
 * writer builds and takes bundles (writer_call), this thread only waits for the network. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "app/state/app_internal.h"
#include "core/report/proof.h"
#include "sync/carrier/file.h"
#include "sync/carrier/http_client.h"
#include "sync/engine/exchange.h"
#include "sync/engine/parcel.h"

#define CONFLICTS_SHOWN 1000 /* counted no further: nobody settles more on a handheld */
#define ROUNDS_MAX 64        /* of one sync: 64 bundles of the engine's size are months of work */

/* What travels between the network thread and the writer for one exchange. */
struct round {
    struct app *app;
    struct bundle_buffer request, answer;
    struct exchange_result res;
    const char *problem; /* of a refusal */
    enum st st;
    struct err err;
};

static void build(void *ctx)
{
    struct round *r = ctx;
    struct writer *w = &r->app->writer;
    struct now now;
    r->app->clock.read(r->app->clock.ctx, &now);
    if (!w->open) {
        r->st = err_set(&r->err, ST_LOCKED, 0, __func__, "locked");
        return;
    }
    r->st = exchange_request(&w->journal, NULL, &now, bundle_buffer_sink, &r->request, &r->res,
                             &r->err);
}

static void take(void *ctx)
{
    struct round *r = ctx;
    struct writer *w = &r->app->writer;
    struct now now;
    r->app->clock.read(r->app->clock.ctx, &now);
    if (!w->open) {
        r->st = err_set(&r->err, ST_LOCKED, 0, __func__, "locked");
        return;
    }
    r->st =
        exchange_answer(&w->journal, bytes_of(r->answer.p, r->answer.n), &now, &r->res, &r->err);
    news_session(r->app, &w->journal, now.wall_ms);
    if (r->st == ST_IO) {
        writer_failed(w);
    }
    if (r->res.revoked) {
        writer_keys_revoked(w);
    }
    if (r->res.received_entries > 0 || r->res.received_attachments > 0) {
        atomic_fetch_add(&r->app->words_generation, 1);
        edition_fetch(w);
    }
    app_changed(r->app);
}

/* Refused as a whole: what of that does the next request mend? */
static void refused(void *ctx)
{
    struct round *r = ctx;
    struct err err;
    struct writer *w = &r->app->writer;
    if (!w->open || exchange_refused(&w->journal, r->problem, &r->res.again, &err) != ST_OK) {
        r->res.again = false; /* the refusal stands and is told */
    }
}

static void round_begin(struct round *r, struct app *a)
{
    memset(r, 0, sizeof *r);
    r->app = a;
    r->request.cap = APP_NET_ANSWER_BYTES;
    r->answer.cap = APP_NET_ANSWER_BYTES;
}

static void round_end(struct round *r)
{
    bundle_buffer_drop(&r->request);
    bundle_buffer_drop(&r->answer);
}

static bool stopping(struct net *n)
{
    pthread_mutex_lock(&n->mutex);
    bool stop = n->quit;
    pthread_mutex_unlock(&n->mutex);
    return stop;
}

/* ---- sync over HTTP -------------------------------------------------------------------------- */
static enum st sync_http(struct net *n, struct err *err)
{
    struct app *a = n->app;
    struct http_client *c = NULL;
    char address[128];
    pthread_mutex_lock(&n->mutex);
    snprintf(address, sizeof address, "%s", n->address);
    pthread_mutex_unlock(&n->mutex);
    if (address[0] == '\0') {
        return err_set(err, ST_BAD_INPUT, 0, __func__, "no address of headquarters");
    }
    enum st st = http_open(&c, address, err);
    for (int k = 0; st == ST_OK && k < ROUNDS_MAX && !stopping(n); k++) {
        struct round r;
        struct http_reply reply;
        round_begin(&r, a);
        st = writer_call(&a->writer, build, &r) ? r.st : ST_FULL;
        if (st == ST_OK) {
            st = http_sync(c, bytes_of(r.request.p, r.request.n), bundle_buffer_sink, &r.answer,
                           &n->stop, &reply, &r.err);
        }
        if (st == ST_REFUSED && reply.problem_type[0] != '\0') {
            r.problem = reply.problem_type;
            st = writer_call(&a->writer, refused, &r) && r.res.again ? ST_OK : st;
        }
        if (r.answer.n > 0) {
            /* Also what came of a broken answer counts: every frame is authentic by itself. */
            enum st took = writer_call(&a->writer, take, &r) ? r.st : ST_FULL;
            st = st == ST_OK ? took : st;
        }
        if (st == ST_OK && r.res.revoked) {
            st = ST_REVOKED; /* headquarters takes no more from us: that is to be said */
        }
        if (st != ST_OK) {
            *err = r.err;
        }
        bool again = st == ST_OK && r.res.again;
        pthread_mutex_lock(&n->mutex);
        n->state.done += r.res.sent_entries;
        n->state.total = n->state.done + (int64_t)r.res.unsent;
        pthread_mutex_unlock(&n->mutex);
        round_end(&r);
        if (!again) {
            break;
        }
    }
    http_close(&c);
    return st;
}

/* ---- sync by file ---------------------------------------------------------------------------- */
static enum st sync_file(struct net *n, const char *path, bool export, struct err *err)
{
    struct app *a = n->app;
    struct round r;
    round_begin(&r, a);
    enum st st;
    if (export) {
        st = writer_call(&a->writer, build, &r) ? r.st : ST_FULL;
        *err = r.err;
        if (st == ST_OK) {
            st = file_write(path, bytes_of(r.request.p, r.request.n), 0644, err);
        }
    } else {
        bytes content = {NULL, 0};
        st = file_read(path, APP_NET_ANSWER_BYTES, &content, err);
        if (st == ST_OK) {
            r.answer.p = (uint8_t *)(uintptr_t)content.p; /* malloc'ed for us; round_end frees it */
            r.answer.n = content.n;
            st = writer_call(&a->writer, take, &r) ? r.st : ST_FULL;
            *err = r.err;
        }
    }
    round_end(&r);
    return st;
}

/* ---- the thread ------------------------------------------------------------------------------ */
struct work {
    bool sync, join, recover, file, export;
    enum join_way way;
    char code[64], address[256], path[512];
};

static bool wait_for_work(struct net *n, struct work *k)
{
    memset(k, 0, sizeof *k);
    pthread_mutex_lock(&n->mutex);
    while (!n->quit && !n->sync_wanted && !n->join_wanted && !n->file_wanted) {
        pthread_cond_wait(&n->cond, &n->mutex);
    }
    bool go = !n->quit;
    k->sync = n->sync_wanted;
    k->join = n->join_wanted;
    k->recover = n->join_recovers;
    k->way = n->join_way;
    k->file = n->file_wanted;
    k->export = n->file_export;
    snprintf(k->code, sizeof k->code, "%s", n->join_code);
    snprintf(k->address, sizeof k->address, "%s", n->join_address);
    snprintf(k->path, sizeof k->path, "%s", n->file_path);
    n->state.running = go;
    n->state.done = 0;
    n->state.total = 0;
    n->sync_wanted = n->join_wanted = n->file_wanted = false;
    sodium_memzero(n->join_code, sizeof n->join_code);
    pthread_mutex_unlock(&n->mutex);
    return go;
}

static void report(struct net *n, enum app_busy what, enum st st, const struct err *err)
{
    struct app *a = n->app;
    struct now now;
    a->clock.read(a->clock.ctx, &now);
    pthread_mutex_lock(&n->mutex);
    n->state.running = false;
    n->state.last_try_ms = now.wall_ms;
    pthread_mutex_unlock(&n->mutex);
    app_news(a, NULL, what, st, err, NULL);
}

static void join(struct net *n, const struct work *k)
{
    struct err err = {0};
    enum st st = k->way == JOIN_HTTP ? net_join(n, k->code, k->address, k->recover, &err)
                                     : net_recover_file(n, k->code, k->path, k->way, &err);
    bool opens = st == ST_OK && k->way != JOIN_FILE_ASK;
    if (opens) {
        /* The writer opens what was founded; its news end the joining. */
        struct intent open = {.type = INTENT_JOIN_STORE,
                              .go = SCREENS,
                              .data = str_bytes(str_c((const char *)n->join_pin))};
        st = app_push(n->app, &open) ? ST_OK : ST_FULL;
    }
    pthread_mutex_lock(&n->mutex);
    n->state.running = false;
    if (st == ST_OK && k->way == JOIN_HTTP) {
        snprintf(n->address, sizeof n->address, "%.127s", k->address);
    }
    sodium_memzero(n->join_pin, CAP_PIN_MAX + 8);
    pthread_mutex_unlock(&n->mutex);
    if (st != ST_OK || !opens) {
        report(n, APP_JOINING, st, &err);
    }
}

static void *run(void *arg)
{
    struct net *n = arg;
    struct app *a = n->app;
    struct work k;
    while (wait_for_work(n, &k)) {
        struct err err = {0};
        if (k.join) {
            join(n, &k);
        } else if (k.file) {
            enum st st = parcel_pending(a->dir) ? net_parcel_file(n, k.path, k.export, &err)
                                                : sync_file(n, k.path, k.export, &err);
            report(n, APP_SYNCING, st, &err);
        } else if (k.sync) {
            enum st st = parcel_pending(a->dir) ? net_parcel(n, &err) : sync_http(n, &err);
            report(n, APP_SYNCING, st, &err);
        }
        sodium_memzero(&k, sizeof k);
    }
    return NULL;
}

enum st net_start(struct net *n, struct app *a)
{
    n->app = a;
    n->join_pin = sodium_malloc(CAP_PIN_MAX + 8);
    if (n->join_pin == NULL || pthread_mutex_init(&n->mutex, NULL) != 0) {
        sodium_free(n->join_pin);
        return ST_FULL;
    }
    if (pthread_cond_init(&n->cond, NULL) != 0) {
        pthread_mutex_destroy(&n->mutex);
        sodium_free(n->join_pin);
        return ST_FULL;
    }
    sodium_memzero(n->join_pin, CAP_PIN_MAX + 8);
    snprintf(n->address, sizeof n->address, "%s", a->settings.address);
    n->started = pthread_create(&n->thread, NULL, run, n) == 0;
    if (!n->started) {
        pthread_cond_destroy(&n->cond);
        pthread_mutex_destroy(&n->mutex);
        sodium_free(n->join_pin);
    }
    return n->started ? ST_OK : ST_FULL;
}

void net_stop(struct net *n)
{
    if (!n->started) {
        return;
    }
    pthread_mutex_lock(&n->mutex);
    n->quit = true;
    atomic_store(&n->stop, 1);
    pthread_cond_signal(&n->cond);
    pthread_mutex_unlock(&n->mutex);
    pthread_join(n->thread, NULL);
    sodium_free(n->join_pin);
    pthread_mutex_destroy(&n->mutex);
    pthread_cond_destroy(&n->cond);
}

/* ---- what the Sync screen shows -------------------------------------------------------------- */
static unsigned count_conflicts(struct store_txn *t)
{
    uint8_t prefix[1] = {LIST_CONFLICTS};
    struct store_cursor *c = NULL;
    bytes none = {NULL, 0}, key;
    unsigned n = 0;
    if (store_scan(t, T_LIST, bytes_of(prefix, 1), none, &c, NULL) == ST_OK) {
        while (n < CONFLICTS_SHOWN && store_next(c, &key) == ST_OK) {
            n++;
        }
        store_scan_end(&c);
    }
    return n;
}

/* From the store only when it has moved: the line stands on Today, in every frame. */
static void read_status(struct app *a)
{
    uint64_t g = atomic_load(&a->generation) + 1;
    struct store_txn *t = NULL;
    if (a->sync_generation == g || a->store == NULL || store_read(a->store, &t, NULL) != ST_OK) {
        return;
    }
    struct sync_status s;
    if (sync_status(t, a->who.author, a->frame, &s, NULL) == ST_OK) {
        a->sync.unsent = s.unsent;
        a->sync.last_receipt_ms = s.receipt_ms;
        a->sync.missing_attachments = (unsigned)s.wanted;
        a->sync.quarantined = (unsigned)s.quarantined;
        a->sync.missing_entries = (unsigned)s.missing;
        a->sync.conflicts = count_conflicts(t);
        struct store_space space;
        if (store_space(a->store, &space) == ST_OK) {
            a->sync.free_bytes = space.free_bytes;
            a->sync.no_space = space.in_reserve;
            a->sync.low_space = space.free_bytes < CAP_RESERVE_BYTES + APP_SPACE_LOW_BYTES;
        }
        a->sync_generation = g;
    }
    store_abort(&t);
}

void app_sync_state(struct app *a, struct sync_state *out)
{
    struct net *n = &a->net;
    read_status(a);
    *out = a->sync;
    pthread_mutex_lock(&n->mutex);
    out->last_try_ms = n->state.last_try_ms;
    out->running = n->state.running;
    out->done = n->state.done;
    out->total = n->state.total;
    pthread_mutex_unlock(&n->mutex);
}
