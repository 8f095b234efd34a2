/* app.c - the UI thread's side: open and close, one turn, navigation. */
#include "app/state/app_internal.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/state/run.h"
#include "sync/carrier/paths.h"

static const char place_draft[] = "place"; /* where a restart lands */

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

static bool is_step(enum screen_id s)
{
    return s == SCREEN_ARRIVE || s == SCREEN_DIAGNOSE || s == SCREEN_PRICE || s == SCREEN_WORK ||
           s == SCREEN_TEST;
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
    if (screen == SCREEN_TODAY || screen == SCREEN_UNLOCK || screen == SCREEN_FIRST_START ||
        screen == SCREEN_STOPPED) {
        a->ntrail = 0;
    }
    if (a->ntrail >= 2 && is_step(screen) && is_step(a->trail[a->ntrail - 1].screen) &&
        a->trail[a->ntrail - 2].screen == SCREEN_JOB &&
        id16_eq(a->trail[a->ntrail - 1].subject, subject)) {
        a->ntrail--; /* from step to step: back leads to the job */
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

/* Where the last run was, as far as it can still be shown: a job may have left the device. */
static unsigned read_trail(struct app *a, struct store_txn *t, bytes kept)
{
    unsigned n = 0;
    for (size_t k = 0; k < kept.n / 17; k++) {
        id16 subject;
        memcpy(subject.b, kept.p + k * 17 + 1, sizeof subject.b);
        if (kept.p[k * 17] >= SCREENS ||
            (!id16_zero(subject) && !store_has(t, T_STATE, bytes_of(subject.b, 16)))) {
            break;
        }
        a->trail[n].screen = (enum screen_id)kept.p[k * 17];
        a->trail[n++].subject = subject;
    }
    return n;
}

void restore_place(struct app *a)
{
    a->ntrail = 1;
    a->trail[0].screen = SCREEN_TODAY;
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
        a->ntrail = read_trail(a, t, kept);
    }
    store_abort(&t);
}

/* ---- a turn ---------------------------------------------------------------------------------- */
void let_go(struct app *a)
{
    words_drop(&a->words); /* it reads on a thread of its own */
    today_drop(a);
    model_drop(a);
    desk_drop(a);
    book_drop(a);
    file_drop(a);
    learned_drop(a);
    a->store = NULL;
}

void screen_leave(struct app *a)
{
    if (a->store != NULL && a->entered && screens[present(a)].leave != NULL) {
        screens[present(a)].leave(a);
    }
}

void screens_wipe(struct app *a)
{
    for (int k = 0; k < SCREENS; k++) {
        if (a->screen_data[k] != NULL) {
            sodium_memzero(a->screen_data[k], a->screen_data_n[k]);
        }
    }
}

/* What the last frame showed lies in its memory until now. */
static void wipe(struct app *a)
{
    a->wipe = false;
    a->forgot = true;
    sodium_memzero(a->frame_mem, APP_FRAME_BYTES);
    sodium_memzero(a->model_mem, APP_MODEL_BYTES);
    sodium_memzero(a->row_mem, APP_ROW_BYTES);
    for (int k = 0; k < 2; k++) {
        if (a->reports[k].mem != NULL) {
            sodium_memzero(a->reports[k].mem, APP_REPORT_BYTES);
        }
    }
}

/* `enter` may lead on to another screen; it never leads in a circle. */
static void enter(struct app *a)
{
    for (int k = 0; !a->entered && k < APP_TRAIL_MAX; k++) {
        a->entered = true;
        if (screens[present(a)].enter != NULL) {
            screens[present(a)].enter(a);
        }
    }
    if (a->later.st != ST_OK) { /* what the screen is to say */
        unsigned serial = a->result.serial + 1;
        a->result = a->later;
        a->result.serial = serial;
        a->later.st = ST_OK;
    }
}

void turn_begin(struct app *a)
{
    if (a->wipe) {
        wipe(a);
    }
    a->frame = arena_of(a->frame_mem, APP_FRAME_BYTES);
    news_take(a);
    clock_turn(a);
    catalogue_refresh(a);
    book_turn(a);
    file_turn(a);
    a->want_minute = false;
}

bool app_forgot(struct app *a)
{
    bool forgot = a->forgot;
    a->forgot = false;
    return forgot;
}

void app_turn(struct app *a, struct ui *u, const struct ui_frame *f)
{
    bool wiped = a->wipe;
    turn_begin(a);
    wiped = idle_turn(a, u) || wiped;
    if (wiped) {
        ui_wipe(u); /* of what waits to be read nothing counts either */
    }
    seats_name_keep(a);
    a->height_sp = (int)((float)f->h_px / (f->density * f->scale));
    a->lying = f->w_px > f->h_px;
    i18n_use(a->settings.lang);
    learned_turn(a, u);
    ui_begin(u, f);
    enter(a);
    screens[present(a)].frame(a, u);
    learned_keep(a);
    if (!a->entered) {
        a->wake(a->wake_ctx); /* it went on by itself: the new screen is to be drawn */
    }
}

bool app_pending(const struct app *a)
{
    struct app *m = (struct app *)(uintptr_t)a; /* the mutexes are not const */
    if (app_busy(a) != APP_IDLE || !queue_idle(&m->writer.queue) || !a->entered) {
        return true;
    }
    pthread_mutex_lock(&m->news_mutex);
    bool news = a->nnews > 0;
    pthread_mutex_unlock(&m->news_mutex);
    /* A search that shows what has been gathered so far is not done. */
    bool searching = present(a) == SCREEN_TODAY && a->today.search[0] != '\0' && a->words.running &&
                     a->today.found_ready < a->words.n;
    if (news || searching || book_running(a) || file_running(a)) {
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
    a->clock_given = c->clock_given;
    a->wake = c->wake;
    a->wake_ctx = c->wake_ctx;
    a->where.source = c->where;
    clock_turn(a);
    a->active_ms = a->now.boot_ms;
    atomic_store(&a->keys_unlocked, c->memory_unlocked);
    if (strlen(c->dir) >= sizeof a->base ||
        !paths_device_secret(a->secret_path, sizeof a->secret_path)) {
        st = err_set(err, ST_BAD_INPUT, 0, __func__, "the store's path is too long");
        goto out;
    }
    seats_open(a, c->dir);
    snprintf(a->settings_path, sizeof a->settings_path, "%s.settings", a->base);
    a->frame_mem = malloc(APP_FRAME_BYTES);
    a->model_mem = malloc(APP_MODEL_BYTES);
    a->row_mem = malloc(APP_ROW_BYTES);
    if (a->frame_mem == NULL || a->model_mem == NULL || a->row_mem == NULL) {
        st = err_set(err, ST_FULL, 0, __func__, "no memory");
        goto out;
    }
    pthread_mutex_init(&a->news_mutex, NULL);
    calendars_default(&a->edition.cat.calendars);
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
    a->trail[0].screen = seats_start(a);
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
        free(a->row_mem);
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
    a->frame = arena_of(a->frame_mem, APP_FRAME_BYTES);
    screen_leave(a);
    let_go(a); /* before the writer closes the store */
    learned_close(a);
    writer_stop(&a->writer);
    drafts_drop(a);
    screens_wipe(a);
    for (int k = 0; k < SCREENS; k++) {
        free(a->screen_data[k]);
    }
    wipe(a);
    for (int k = 0; k < 2; k++) {
        free(a->reports[k].mem);
    }
    free(a->row_mem);
    free(a->model_mem);
    free(a->frame_mem);
    catalogue_drop(a);
    pthread_mutex_destroy(&a->news_mutex);
    free(a);
}
