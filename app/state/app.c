/* app.c - the UI thread's side: open and close, one turn, navigation, news from the writer. */
#include "app/state/app_internal.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "app/state/run.h"
#include "core/rules/service.h"
#include "sync/carrier/paths.h"

static const char place_draft[] = "place"; /* where a restart lands */

void app_news(struct app *a, const struct intent *i, enum app_busy what, enum st st,
              const struct err *err, const h32 *entry)
{
    pthread_mutex_lock(&a->news_mutex);
    if (a->nnews == sizeof a->news / sizeof a->news[0]) {
        /* Only one thing at a time is waited for; the oldest has been overtaken. */
        memmove(a->news, a->news + 1, sizeof a->news - sizeof a->news[0]);
        a->nnews--;
    }
    struct writer_news *n = &a->news[a->nnews++];
    memset(n, 0, sizeof *n);
    n->present = true;
    n->type = i == NULL ? INTENT_CALL : i->type;
    n->go = i == NULL ? SCREENS : i->go;
    n->result.what = what;
    n->result.st = st;
    if (err != NULL) {
        n->result.err = *err;
    }
    if (entry != NULL) {
        n->result.entry = *entry;
    }
    pthread_mutex_unlock(&a->news_mutex);
    a->wake(a->wake_ctx);
}

void app_changed(struct app *a)
{
    atomic_fetch_add(&a->generation, 1);
    a->wake(a->wake_ctx);
}

bool app_push(struct app *a, const struct intent *i)
{
    return queue_push(&a->writer.queue, i);
}

/* ---- navigation ------------------------------------------------------------------------------ */
static void keep_place(struct app *a)
{
    if (a->store == NULL) {
        return;
    }
    uint8_t buf[APP_TRAIL_MAX * 17];
    size_t n = 0;
    for (unsigned k = 0; k < a->ntrail; k++) {
        enum screen_id s = a->trail[k].screen;
        if (s == SCREEN_HAND_BACK) {
            continue; /* unlocking is the hand-back */
        }
        buf[n++] = (uint8_t)s;
        memcpy(buf + n, a->trail[k].subject.b, 16);
        n += 16;
    }
    struct intent i = {.type = INTENT_DRAFT, .data = {buf, n}};
    snprintf(i.draft, sizeof i.draft, "%s", place_draft);
    if (!app_push(a, &i)) {
        return; /* the queue is full: the next step keeps it */
    }
}

static void arrive(struct app *a)
{
    a->entered = false;
    keep_place(a);
}

void app_go(struct app *a, enum screen_id screen, id16 subject)
{
    if (screen >= SCREENS) {
        return;
    }
    /* Going to a screen that is on the trail goes back to it: no loops to walk out of. */
    for (unsigned k = 0; k < a->ntrail; k++) {
        if (a->trail[k].screen == screen && id16_eq(a->trail[k].subject, subject)) {
            a->ntrail = k + 1;
            arrive(a);
            return;
        }
    }
    if (screen == SCREEN_TODAY || screen == SCREEN_UNLOCK || screen == SCREEN_FIRST_START) {
        a->ntrail = 0;
    }
    if (a->ntrail == APP_TRAIL_MAX) {
        memmove(&a->trail[1], &a->trail[2], (APP_TRAIL_MAX - 2) * sizeof a->trail[0]);
        a->ntrail--;
    }
    a->trail[a->ntrail].screen = screen;
    a->trail[a->ntrail].subject = subject;
    a->ntrail++;
    arrive(a);
}

void app_back(struct app *a)
{
    if (a->ntrail > 1) {
        a->ntrail--;
        arrive(a);
    }
}

static enum screen_id present(const struct app *a)
{
    return a->trail[a->ntrail - 1].screen;
}

static void restore_place(struct app *a)
{
    a->ntrail = 0;
    a->trail[a->ntrail++].screen = SCREEN_TODAY;
    memset(&a->trail[0].subject, 0, sizeof a->trail[0].subject);
    a->entered = false;
    struct store_txn *t = NULL;
    struct arena tmp = arena_of(a->model_mem, APP_MODEL_BYTES);
    a->model_ok = false;
    if (store_read(a->store, &t, NULL) != ST_OK) {
        return;
    }
    uint8_t key[16 + sizeof place_draft - 1] = {0};
    memcpy(key + 16, place_draft, sizeof place_draft - 1);
    bytes kept;
    if (store_get(t, T_DRAFT, bytes_of(key, sizeof key), &tmp, &kept, NULL) == ST_OK &&
        kept.n % 17 == 0 && kept.n / 17 <= APP_TRAIL_MAX && kept.n >= 17 &&
        kept.p[0] == SCREEN_TODAY) {
        a->ntrail = 0;
        for (size_t k = 0; k < kept.n / 17; k++) {
            if (kept.p[k * 17] >= SCREENS) {
                break;
            }
            a->trail[a->ntrail].screen = (enum screen_id)kept.p[k * 17];
            memcpy(a->trail[a->ntrail].subject.b, kept.p + k * 17 + 1, 16);
            a->ntrail++;
        }
    }
    store_abort(&t);
}

/* ---- news ------------------------------------------------------------------------------------ */
static void unlocked(struct app *a)
{
    struct writer *w = &a->writer;
    a->store = w->store;
    a->author = w->journal.cert.author;
    a->person = w->journal.cert.person;
    snprintf(a->prefix, sizeof a->prefix, "%s", w->journal.cert.prefix);
    snprintf(a->epoch_mark, sizeof a->epoch_mark, "%s", w->journal.epoch_mark);
    snprintf(a->company, sizeof a->company, "%s", w->journal.trust.name);
    const struct trust_key *k = trust_current(&w->journal.trust, TRUST_SEALING, a->now.wall_ms);
    memset(&a->sealing, 0, sizeof a->sealing);
    if (k != NULL) {
        a->sealing = *k;
    }
    a->stock_generation = 0;
    drafts_drop(a);
    today_drop(a);
    catalogue_refresh(a);
    restore_place(a);
}

static void take_news(struct app *a)
{
    for (;;) {
        struct writer_news n = {0};
        pthread_mutex_lock(&a->news_mutex);
        if (a->nnews > 0) {
            n = a->news[0];
            memmove(a->news, a->news + 1, --a->nnews * sizeof a->news[0]);
        }
        pthread_mutex_unlock(&a->news_mutex);
        if (!n.present) {
            return;
        }
        n.result.serial = a->result.serial + 1;
        a->result = n.result;
        if (n.result.what == a->busy) {
            a->busy = APP_IDLE;
        }
        if (n.result.st != ST_OK) {
            continue;
        }
        if (n.type == INTENT_UNLOCK || n.type == INTENT_JOIN_STORE) {
            unlocked(a);
        } else if (n.go < SCREENS && a->ntrail > 0) {
            app_go(a, n.go, a->trail[a->ntrail - 1].subject);
        }
    }
}

/* ---- a turn ---------------------------------------------------------------------------------- */
void app_turn(struct app *a, struct ui *u, const struct ui_frame *f)
{
    a->frame = arena_of(a->frame_mem, APP_FRAME_BYTES);
    a->clock.read(a->clock.ctx, &a->now);
    take_news(a);
    if (a->store != NULL) {
        catalogue_refresh(a);
    }
    a->want_minute = false;
    a->height_sp = (int)((float)f->h_px / (f->density * f->scale));
    i18n_use(a->settings.lang);
    ui_begin(u, f);
    enum screen_id s = present(a);
    if (!a->entered) {
        a->entered = true;
        if (screens[s].enter != NULL) {
            screens[s].enter(a);
        }
    }
    s = present(a);
    screens[s].frame(a, u);
}

bool app_pending(const struct app *a)
{
    struct app *m = (struct app *)(uintptr_t)a; /* the mutexes are not const */
    if (a->busy != APP_IDLE || !queue_idle(&m->writer.queue) || !a->entered) {
        return true;
    }
    pthread_mutex_lock(&m->news_mutex);
    bool news = a->nnews > 0;
    pthread_mutex_unlock(&m->news_mutex);
    if (news) {
        return true;
    }
    pthread_mutex_lock(&m->net.mutex);
    bool net =
        a->net.state.running || a->net.sync_wanted || a->net.join_wanted || a->net.file_wanted;
    pthread_mutex_unlock(&m->net.mutex);
    return net;
}

bool app_wants_minute(const struct app *a)
{
    return a->want_minute;
}

const struct app_settings *app_look(const struct app *a)
{
    return &a->settings;
}

/* ---- open and close -------------------------------------------------------------------------- */
enum st app_open(const struct app_config *c, struct app **out, struct err *err)
{
    *out = NULL;
    struct app *a = calloc(1, sizeof *a);
    if (a == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    enum st st = ST_FULL;
    bool writer = false;
    a->clock = c->clock;
    a->wake = c->wake;
    a->wake_ctx = c->wake_ctx;
    a->clock.read(a->clock.ctx, &a->now);
    if (strlen(c->dir) >= sizeof a->dir ||
        !paths_device_secret(a->secret_path, sizeof a->secret_path)) {
        st = err_set(err, ST_BAD_INPUT, 0, __func__, "the store's path is too long");
        goto out;
    }
    snprintf(a->dir, sizeof a->dir, "%s", c->dir);
    snprintf(a->settings_path, sizeof a->settings_path, "%s.settings", a->dir);
    a->frame_mem = malloc(APP_FRAME_BYTES);
    a->model_mem = malloc(APP_MODEL_BYTES);
    if (a->frame_mem == NULL || a->model_mem == NULL) {
        st = err_set(err, ST_FULL, 0, __func__, "no memory");
        goto out;
    }
    pthread_mutex_init(&a->news_mutex, NULL);
    calendar_default(&a->catalogue.calendar);
    settings_load(a);
    if (c->lang != NULL) {
        snprintf(a->settings.lang, sizeof a->settings.lang, "%.2s", c->lang);
    }
    if (c->theme >= 0) {
        a->settings.theme = c->theme;
    }
    if (c->scale > 0) {
        a->settings.scale_percent = (int)(c->scale * 100.0f + 0.5f);
    }
    struct stat sb;
    a->trail[0].screen = stat(a->dir, &sb) == 0 ? SCREEN_UNLOCK : SCREEN_FIRST_START;
    a->ntrail = 1;
    st = writer_start(&a->writer, a);
    if (st != ST_OK) {
        err_set(err, st, 0, __func__, "the writer thread did not start");
        goto out;
    }
    writer = true;
    st = net_start(&a->net, a);
    if (st != ST_OK) {
        err_set(err, st, 0, __func__, "the network thread did not start");
        goto out;
    }
    *out = a;
    a = NULL;
out:
    if (a != NULL) {
        if (writer) {
            writer_stop(&a->writer);
        }
        free(a->frame_mem);
        free(a->model_mem);
        free(a);
    }
    return st;
}

void app_close(struct app **ap)
{
    struct app *a = *ap;
    if (a == NULL) {
        return;
    }
    *ap = NULL;
    net_stop(&a->net);
    a->store = NULL;
    writer_stop(&a->writer);
    drafts_drop(a);
    today_drop(a);
    for (int k = 0; k < SCREENS; k++) {
        if (a->screen_data[k] != NULL) {
            sodium_memzero(a->screen_data[k], a->screen_data_n[k]);
            free(a->screen_data[k]);
        }
    }
    for (int k = 0; k < 2; k++) {
        if (a->reports[k].mem != NULL) {
            sodium_memzero(a->reports[k].mem, APP_REPORT_BYTES);
            free(a->reports[k].mem);
        }
    }
    sodium_memzero(a->model_mem, APP_MODEL_BYTES);
    sodium_memzero(a->frame_mem, APP_FRAME_BYTES);
    free(a->model_mem);
    free(a->frame_mem);
    free(a->catalogue_mem);
    pthread_mutex_destroy(&a->news_mutex);
    free(a);
}
