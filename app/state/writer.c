/* writer.c - the one thread that writes: takes intents, one transaction each, and answers.
 *
 * Key derivation, sealing, signing, fold and fsync all happen here, so that no frame waits for
 * them. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "app/state/app_internal.h"
#include "core/keys/slots.h"
#include "core/rules/service.h"
#include "core/rules/visit.h"
#include "sync/carrier/mend.h"
#include "sync/carrier/paths.h"
#include "sync/engine/want_back.h"

static struct now now_of(struct app *a)
{
    struct now n;
    a->clock.read(a->clock.ctx, &n);
    return n;
}

void writer_shut(struct writer *w)
{
    if (w->open) {
        journal_close(&w->journal);
        store_close(&w->store);
        w->open = false;
    }
    sodium_memzero(w->scratch, CAP_SCRATCH_BYTES);
    sodium_memzero(w->work, CAP_SCRATCH_BYTES);
    memset(&w->edition, 0, sizeof w->edition);
    pthread_mutex_lock(&w->app->news_mutex);
    edition_close(&w->app->fresh_edition);
    pthread_mutex_unlock(&w->app->news_mutex);
    slots_keys_wipe(w->keys);
}

/* The unlock screen has a word for it: of a big store it takes a while. */
static void say_upgrading(struct writer *w, bool on)
{
    if (atomic_exchange(&w->app->upgrading, on) != on) {
        w->app->wake(w->app->wake_ctx);
    }
}

static enum st open_store(struct writer *w, struct err *err)
{
    struct store_options opt = {.side = STORE_DEVICE,
                                .mode = STORE_WRITE,
                                .data_key = w->keys->data,
                                .own_key = w->keys->own};
    struct salvage_totals kept;
    enum st st = mend_open(w->app->dir, &opt, false, arena_of(w->work, CAP_SCRATCH_BYTES),
                           &w->store, &kept, err);
    if (st == ST_OK) {
        say_upgrading(w, store_is_older(w->store));
        st = mend_finish(w->store, arena_of(w->work, CAP_SCRATCH_BYTES), want_back, &kept, err);
        say_upgrading(w, false);
    }
    if (st != ST_OK) {
        store_close(&w->store);
        return st;
    }
    struct now now = now_of(w->app);
    st = journal_open(&w->journal, w->store, NULL, w->scratch, CAP_SCRATCH_BYTES, &now, err);
    if (st == ST_CORRUPT) {
        /* The tail is not what it was: restored, cloned, or lost. Work goes on in a new epoch. */
        st = journal_new_epoch(&w->journal, &now, err);
    }
    if (st != ST_OK) {
        journal_close(&w->journal);
        store_close(&w->store);
        return st;
    }
    w->open = true;
    writer_keys_guard(w);
    news_session(w->app, &w->journal, now.wall_ms);
    writer_keys_recovery(w, &now);
    return ST_OK;
}

/* The list of jobs is what the UI reads first, all of it: from the disk here, not there. */
static void warm_up(struct writer *w)
{
    uint8_t prefix[1] = {LIST_JOBS_OPEN};
    bytes none = {NULL, 0}, key;
    struct store_txn *t = NULL;
    struct store_cursor *c = NULL;
    if (store_read(w->store, &t, NULL) != ST_OK) {
        return;
    }
    if (store_scan(t, T_LIST, bytes_of(prefix, 1), none, &c, NULL) == ST_OK) {
        while (store_next(c, &key) == ST_OK) {
        }
        store_scan_end(&c);
    }
    store_abort(&t);
}

static enum st unlock(struct writer *w, bytes pin, struct err *err)
{
    if (w->open) {
        return writer_keys_again(w, pin, err);
    }
    enum st st = writer_keys_enter(w, pin, w->keys, err);
    if (st == ST_OK) {
        paths_copies_drop(w->app->dir); /* of a process that was killed */
        st = open_store(w, err);
    }
    if (st != ST_OK) {
        writer_shut(w);
        return st;
    }
    warm_up(w);
    return ST_OK;
}

static enum st lock(struct writer *w, struct err *err)
{
    where_stop(w->app);
    if (!w->open) {
        return ST_OK;
    }
    struct store_txn *t = NULL;
    bool due = false;
    enum st st = store_read(w->store, &t, err);
    if (st == ST_OK) {
        due = store_compact_due(t);
        store_abort(&t);
    }
    paths_copies_drop(w->app->dir); /* in the clear while somebody is there who asked for them */
    if (due) {
        st = store_compact(w->store, SLOT_PIN, w->keys->wrap, err);
    }
    writer_shut(w);
    return st;
}

static enum st append(struct writer *w, const struct intent *i, h32 *entry, struct err *err)
{
    enum st st = writer_may(w, i, err);
    if (st != ST_OK) {
        return st;
    }
    struct append_att atts[INTENT_ATTS];
    memset(atts, 0, sizeof atts);
    for (unsigned k = 0; k < i->natt; k++) {
        atts[k].type = i->atts[k].type;
        atts[k].content = i->atts[k].content;
    }
    const struct kind_info *info = kind_info(i->kind);
    struct append what = {.kind = i->kind,
                          .subject_type = i->subject_type != 0                 ? i->subject_type
                                          : info != NULL && info->subject != 0 ? info->subject
                                                                               : SUBJECT_JOB,
                          .subject = i->subject,
                          .body = i->data,
                          .atts = atts,
                          .natt = i->natt,
                          .drop_drafts = i->draft_of,
                          .draft_name = i->draft[0] == '\0' ? NULL : i->draft};
    struct now now = now_of(w->app);
    return journal_append(&w->journal, &what, &now, entry, err);
}

static enum st keep_draft(struct writer *w, const struct intent *i, struct err *err)
{
    uint8_t key[16 + sizeof i->draft];
    size_t n = strlen(i->draft);
    memcpy(key, i->subject.b, 16);
    memcpy(key + 16, i->draft, n);
    bytes k = {key, 16 + n};
    struct store_txn *t = NULL;
    enum st st = store_write(w->store, &t, err);
    if (st != ST_OK) {
        return st;
    }
    if (i->data.n == 0) {
        st = store_del(t, T_DRAFT, k, err);
        if (st == ST_NOT_FOUND) {
            st = ST_OK;
        }
    } else {
        st = store_put(t, T_DRAFT, k, i->data, err);
    }
    if (st == ST_OK) {
        return store_commit(&t, err);
    }
    store_abort(&t);
    return st;
}

/* After a failed sync the state on disk is unknown: close, reopen, verify, tell (DESIGN 3). The UI
 * holds the store's pointer, so it is asked to let go first, and answers with INTENT_REOPEN. */
void writer_failed(struct writer *w)
{
    if (w->open && !w->reopening) {
        w->reopening = true;
        struct writer_news n = news_of(NULL, APP_IDLE, ST_IO, NULL, NULL);
        n.let_go = true;
        news_tell(w->app, &n);
    }
}

static void reopen(struct writer *w)
{
    struct err err = {0};
    if (w->stopping && writer_keys_stop(w)) {
        return;
    }
    journal_close(&w->journal);
    store_close(&w->store);
    w->open = false;
    enum st st = open_store(w, &err); /* it checks the end of our own chain */
    if (st != ST_OK) {
        writer_shut(w);
    }
    struct writer_news n = w->owed;
    if (!n.present) {
        n = news_of(NULL, APP_SAVING, ST_IO, NULL, NULL);
        n.type = INTENT_REOPEN;
    }
    n.reopened = true;
    n.store = st == ST_OK ? w->store : NULL;
    if (st != ST_OK) {
        n.result.st = st;
        n.result.err = err;
    }
    w->reopening = false;
    memset(&w->owed, 0, sizeof w->owed);
    app_changed(w->app);
    news_tell(w->app, &n);
}

/* What came of a write. Of one that left the store in doubt it is told when that is settled. */
static void answer(struct writer *w, const struct intent *i, enum st st, const struct err *err,
                   const h32 *entry, id16 to)
{
    struct err again;
    if (st == ST_CONFLICT || st == ST_CORRUPT) {
        if (journal_reload(&w->journal, &again) != ST_OK) { /* a head that moved in memory only */
            st = ST_IO;
        }
    }
    struct writer_news n =
        news_of(i, i->type == INTENT_DRAFT ? APP_IDLE : APP_SAVING, st, err, entry);
    n.to = to;
    if (st != ST_IO) {
        news_tell(w->app, &n);
        return;
    }
    if (i->type != INTENT_DRAFT || !w->owed.present) {
        w->owed = n;
    }
    writer_failed(w);
}

static void write_entry(struct writer *w, const struct intent *i)
{
    struct err err = {0};
    h32 entry = {{0}};
    id16 to = {{0}};
    enum st st = i->type == INTENT_APPEND      ? append(w, i, &entry, &err)
                 : i->type == INTENT_SIGN      ? writer_sign(w, i, &entry, &err)
                 : i->type == INTENT_GOODS     ? writer_goods(w, i, &entry, &err)
                 : i->type == INTENT_TAKE_CALL ? writer_call_take(w, i, &entry, &to, &err)
                                               : writer_pay(w, i, &entry, &err);
    if (st == ST_OK) {
        if (i->kind == KIND_RECORD_SET || i->type == INTENT_TAKE_CALL) {
            atomic_fetch_add(&w->app->words_generation, 1);
        }
        app_changed(w->app);
    }
    answer(w, i, st, &err, &entry, to);
    if (st == ST_OK && i->kind == KIND_VISIT_ARRIVED) {
        where_arrived(w->app, i);
    }
}

/* Where he stood: a fact beside the arrival. What goes wrong with it is nobody's to mend; the store
 * is put right as after any write. */
static void write_position(struct writer *w, const struct intent *i)
{
    struct err err = {0}, again;
    h32 entry = {{0}};
    enum st st = append(w, i, &entry, &err);
    if (st == ST_OK) {
        app_changed(w->app);
    } else if ((st == ST_CONFLICT || st == ST_CORRUPT) &&
               journal_reload(&w->journal, &again) != ST_OK) {
        st = ST_IO;
    }
    if (st == ST_IO) {
        writer_failed(w);
    }
    where_done(w->app, i);
}

static void serve_locked(struct writer *w, const struct intent *i)
{
    struct err err = {0};
    if (i->type == INTENT_POSITION) {
        where_done(w->app, i);
    } else if (i->type != INTENT_DRAFT) {
        enum st st = err_set(&err, ST_LOCKED, 0, __func__, "the store is locked");
        app_news(w->app, i, APP_SAVING, st, &err, NULL);
    }
}

static void serve_pin(struct writer *w, const struct intent *i)
{
    struct err err = {0};
    if (i->type == INTENT_HAND_BACK || i->type == INTENT_PIN) {
        enum st st = i->type == INTENT_PIN ? writer_keys_change(w, i->data, &err)
                                           : writer_keys_again(w, i->data, &err);
        app_news(w->app, i, APP_UNLOCKING, st, &err, NULL);
        return;
    }
    enum st st = unlock(w, i->data, &err);
    struct writer_news n =
        news_of(i, i->type == INTENT_UNLOCK ? APP_UNLOCKING : APP_JOINING, st, &err, NULL);
    n.store = st == ST_OK ? w->store : NULL;
    /* Before the store: a report shown without its catalogue would lack names, and a customer who
     * had confirmed it would be asked to read it again. */
    edition_fetch(w);
    news_tell(w->app, &n);
}

static void serve(struct writer *w, const struct intent *i)
{
    struct err err = {0};
    enum st st;
    bool needs_store = i->type == INTENT_APPEND || i->type == INTENT_SIGN ||
                       i->type == INTENT_PAY || i->type == INTENT_GOODS ||
                       i->type == INTENT_TAKE_CALL || i->type == INTENT_COPY ||
                       i->type == INTENT_POSITION || i->type == INTENT_DRAFT;
    if (needs_store && !w->open) {
        serve_locked(w, i);
        return;
    }
    switch (i->type) {
    case INTENT_APPEND:
    case INTENT_SIGN:
    case INTENT_PAY:
    case INTENT_GOODS:
    case INTENT_TAKE_CALL:
        write_entry(w, i);
        break;
    case INTENT_COPY:
        st = writer_copy(w, i, &err);
        app_news(w->app, i, APP_SAVING, st, &err, NULL);
        break;
    case INTENT_POSITION:
        write_position(w, i);
        break;
    case INTENT_DRAFT:
        st = keep_draft(w, i, &err);
        if (st != ST_OK) {
            answer(w, i, st, &err, NULL, (id16){{0}});
        }
        break;
    case INTENT_UNLOCK:
    case INTENT_JOIN_STORE:
    case INTENT_HAND_BACK:
    case INTENT_PIN:
        serve_pin(w, i);
        break;
    case INTENT_NAME:
        seats_name_write(w->app, i->data);
        break;
    case INTENT_LOCK:
        st = lock(w, &err);
        app_news(w->app, i, APP_LOCKING, st, &err, NULL);
        break;
    case INTENT_REOPEN:
        reopen(w);
        break;
    case INTENT_CALL:
        i->call(i->ctx);
        break;
    case INTENT_QUIT:
        break;
    }
}

static void *run(void *arg)
{
    struct writer *w = arg;
    for (;;) {
        struct intent *i = queue_take(&w->queue);
        bool quit = i->type == INTENT_QUIT;
        serve(w, i);
        queue_done(&w->queue, i);
        /* A script waits for idle, which is true only now. */
        w->app->wake(w->app->wake_ctx);
        if (quit) {
            break;
        }
    }
    struct err err;
    IGNORE(lock(w, &err)); /* compaction can wait for the next exit; nothing is lost */
    return NULL;
}

enum st writer_start(struct writer *w, struct app *a)
{
    w->app = a;
    enum st st = queue_init(&w->queue);
    if (st != ST_OK) {
        return st;
    }
    w->scratch = malloc(CAP_SCRATCH_BYTES);
    w->work = malloc(CAP_SCRATCH_BYTES);
    w->keys = sodium_malloc(sizeof *w->keys);
    if (w->scratch == NULL || w->work == NULL || w->keys == NULL ||
        pthread_create(&w->thread, NULL, run, w) != 0) {
        free(w->scratch);
        free(w->work);
        sodium_free(w->keys);
        queue_close(&w->queue);
        return ST_FULL;
    }
    return ST_OK;
}

void writer_stop(struct writer *w)
{
    struct intent quit = {.type = INTENT_QUIT};
    while (!queue_push(&w->queue, &quit)) {
        const struct timespec moment = {.tv_nsec = 1000000};
        nanosleep(&moment, NULL); /* out of memory for a moment */
    }
    pthread_join(w->thread, NULL);
    queue_close(&w->queue);
    free(w->scratch);
    free(w->work);
    sodium_free(w->keys);
}

/* ---- calls from the network thread ----------------------------------------------------------- */
struct call {
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    bool done;
    void (*fn)(void *ctx);
    void *ctx;
};

static void run_call(void *arg)
{
    struct call *c = arg;
    c->fn(c->ctx);
    pthread_mutex_lock(&c->mutex);
    c->done = true;
    pthread_cond_signal(&c->cond);
    pthread_mutex_unlock(&c->mutex);
}

bool writer_call(struct writer *w, void (*fn)(void *ctx), void *ctx)
{
    struct call c = {.fn = fn, .ctx = ctx};
    pthread_mutex_init(&c.mutex, NULL);
    pthread_cond_init(&c.cond, NULL);
    struct intent i = {.type = INTENT_CALL, .call = run_call, .ctx = &c};
    bool ok = queue_push(&w->queue, &i);
    pthread_mutex_lock(&c.mutex);
    while (ok && !c.done) {
        pthread_cond_wait(&c.cond, &c.mutex);
    }
    pthread_mutex_unlock(&c.mutex);
    pthread_cond_destroy(&c.cond);
    pthread_mutex_destroy(&c.mutex);
    return ok;
}
