/* net.c - the network thread: joins, and carries bundles. It reads and writes no store itself: the
 * writer builds and takes bundles (writer_call), this thread only waits for the network. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "app/state/app_internal.h"
#include "core/keys/slots.h"
#include "core/report/proof.h"
#include "sync/carrier/file.h"
#include "sync/carrier/http_client.h"
#include "sync/engine/exchange.h"
#include "sync/engine/join.h"

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

/* ---- joining --------------------------------------------------------------------------------- */
static enum st fetch_trust(struct net *n, const char *address, struct http_client **c, uint8_t *buf,
                           size_t cap, bytes *doc, struct err *err)
{
    struct http_reply reply;
    struct trust trust;
    size_t got = 0;
    const char *rule = "";
    enum st st = http_open(c, address, err);
    if (st == ST_OK) {
        http_stop_by(*c, &n->stop);
        st = http_trust(*c, buf, cap, &got, &reply, err);
    }
    *doc = bytes_of(buf, got);
    if (st == ST_BAD_INPUT || st == ST_REFUSED || st == ST_TOO_BIG ||
        (st == ST_OK && trust_chain_open(*doc, &trust, &rule) != ST_OK)) {
        /* No address, or one where something else answers: to the user it is one and the same. */
        st = err_set(err, ST_OFFLINE, 0, __func__, "no headquarters answers there: %s", rule);
    }
    return st;
}

static enum st ask_to_join(struct join *j, struct http_client *c, struct app *a, struct err *err)
{
    struct bundle_buffer request = {.cap = APP_NET_ANSWER_BYTES};
    struct bundle_buffer answer = {.cap = APP_NET_ANSWER_BYTES};
    struct http_reply reply = {0};
    struct now now;
    a->clock.read(a->clock.ctx, &now);
    enum st st = join_request(j, &now, bundle_buffer_sink, &request, err);
    if (st == ST_OK) {
        st = http_sync(c, bytes_of(request.p, request.n), bundle_buffer_sink, &answer, &a->net.stop,
                       &reply, err);
        if (st == ST_REFUSED) {
            st = join_refusal(str_c(reply.problem_type));
        }
    }
    if (st == ST_OK) {
        st = join_answer(j, bytes_of(answer.p, answer.n), err);
    }
    bundle_buffer_drop(&request);
    bundle_buffer_drop(&answer);
    return st;
}

static enum st join_now(struct net *n, const char *code, const char *address, struct err *err)
{
    struct app *a = n->app;
    uint8_t trust[CAP_TRUST_CHAIN_BYTES + 256], secret[32];
    bytes doc;
    struct http_client *c = NULL;
    struct join j;
    memset(&j, 0, sizeof j);
    bool begun = false, founding = false;
    uint8_t *scratch = malloc(CAP_SCRATCH_BYTES);
    enum st st =
        scratch == NULL ? ST_FULL : fetch_trust(n, address, &c, trust, sizeof trust, &doc, err);
    if (st == ST_OK) {
        st = device_secret_load(a->secret_path, true, secret, err);
    }
    char pending[600];
    snprintf(pending, sizeof pending, "%s.joining", a->dir);
    if (st == ST_OK) {
        /* The same keys as in a joining whose answer was lost, so that one code serves one device.
         */
        uint8_t typed[ENROL_CODE_BYTES];
        struct join old;
        memset(&old, 0, sizeof old);
        st = join_begin(&j, str_c(code), doc, err);
        begun = st == ST_OK;
        memcpy(typed, j.code, sizeof typed);
        if (begun && join_load(&old, pending, secret, NULL) == ST_OK &&
            sodium_memcmp(old.code, typed, sizeof typed) == 0) {
            join_end(&j);
            j = old;
        } else if (begun) {
            join_end(&old);
            st = join_save(&j, pending, secret, err);
        }
        sodium_memzero(typed, sizeof typed);
    }
    if (st == ST_OK) {
        st = ask_to_join(&j, c, a, err);
    }
    if (st == ST_OK) {
        struct now now;
        a->clock.read(a->clock.ctx, &now);
        founding = true;
        st = join_found(&j, a->dir, str_bytes(str_c((const char *)n->join_pin)), secret, 0, &now,
                        arena_of(scratch, CAP_SCRATCH_BYTES), err);
    }
    if (st == ST_OK) {
        join_forget(pending);
    } else if (st == ST_EXISTS && founding) {
        st = err_set(err, ST_CONFLICT, 0, __func__, "there is something in the store's place");
    }
    if (begun) {
        join_end(&j);
    }
    sodium_memzero(secret, sizeof secret);
    http_close(&c);
    free(scratch);
    return st;
}

/* ---- the thread ------------------------------------------------------------------------------ */
struct work {
    bool sync, join, file, export;
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

static void *run(void *arg)
{
    struct net *n = arg;
    struct app *a = n->app;
    struct work k;
    while (wait_for_work(n, &k)) {
        struct err err = {0};
        if (k.join) {
            enum st st = join_now(n, k.code, k.address, &err);
            if (st == ST_OK) {
                /* The writer opens what was founded; its news end the joining. */
                struct intent open = {.type = INTENT_JOIN_STORE,
                                      .go = SCREENS,
                                      .data = str_bytes(str_c((const char *)n->join_pin))};
                st = app_push(a, &open) ? ST_OK : ST_FULL;
            }
            pthread_mutex_lock(&n->mutex);
            n->state.running = false;
            if (st == ST_OK) {
                snprintf(n->address, sizeof n->address, "%.127s", k.address);
            }
            sodium_memzero(n->join_pin, CAP_PIN_MAX + 8);
            pthread_mutex_unlock(&n->mutex);
            if (st != ST_OK) {
                report(n, APP_JOINING, st, &err);
            }
        } else if (k.file) {
            enum st st = sync_file(n, k.path, k.export, &err);
            report(n, APP_SYNCING, st, &err);
        } else if (k.sync) {
            enum st st = sync_http(n, &err);
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
