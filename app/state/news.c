/* news.c - what the writer and the network thread tell the UI thread, and what it does about it. */
#include <stdio.h>

#include "app/state/app_internal.h"

#define NEWS_MAX (sizeof((struct app *)NULL)->news / sizeof((struct app *)NULL)->news[0])

struct writer_news news_of(const struct intent *i, enum app_busy what, enum st st,
                           const struct err *err, const h32 *entry)
{
    struct writer_news n = {.present = true, .type = INTENT_CALL, .go = SCREENS};
    if (i != NULL) {
        n.type = i->type;
        n.go = i->go;
        n.from = i->draft_of;
    }
    n.result.what = what;
    n.result.st = st;
    if (err != NULL) {
        n.result.err = *err;
    }
    if (entry != NULL) {
        n.result.entry = *entry;
    }
    return n;
}

void news_tell(struct app *a, const struct writer_news *n)
{
    pthread_mutex_lock(&a->news_mutex);
    struct writer_news *to = NULL;
    for (unsigned k = 0; n->type == INTENT_DRAFT && k < a->nnews; k++) {
        /* Said once: many drafts that failed must not push out what somebody waits for. */
        to = a->news[k].type == INTENT_DRAFT ? &a->news[k] : to;
    }
    if (to == NULL) {
        if (a->nnews == NEWS_MAX) { /* cannot be: see struct writer_news */
            memmove(a->news, a->news + 1, sizeof a->news - sizeof a->news[0]);
            a->nnews--;
        }
        to = &a->news[a->nnews++];
    }
    *to = *n;
    to->present = true;
    pthread_mutex_unlock(&a->news_mutex);
    a->wake(a->wake_ctx);
}

void app_news(struct app *a, const struct intent *i, enum app_busy what, enum st st,
              const struct err *err, const h32 *entry)
{
    struct writer_news n = news_of(i, what, st, err, entry);
    news_tell(a, &n);
}

void news_session(struct app *a, const struct journal *j, int64_t now_ms)
{
    struct session s;
    memset(&s, 0, sizeof s);
    s.author = j->cert.author;
    s.person = j->cert.person;
    memcpy(s.deployment.b, j->trust.deployment, sizeof s.deployment.b);
    snprintf(s.prefix, sizeof s.prefix, "%s", j->cert.prefix);
    snprintf(s.epoch_mark, sizeof s.epoch_mark, "%s", j->epoch_mark);
    snprintf(s.company, sizeof s.company, "%s", j->trust.name);
    const struct trust_key *k = trust_current(&j->trust, TRUST_SEALING, now_ms);
    if (k != NULL) {
        s.sealing = *k;
    }
    pthread_mutex_lock(&a->news_mutex);
    a->session = s;
    a->session_moved = true;
    pthread_mutex_unlock(&a->news_mutex);
}

void app_changed(struct app *a)
{
    atomic_fetch_add(&a->generation, 1);
    a->wake(a->wake_ctx);
}

/* ---- UI thread ------------------------------------------------------------------------------- */
static void attach(struct app *a, struct store *s)
{
    a->store = s;
    a->stock_generation = 0;
    a->sync_generation = 0;
    today_drop(a);
    model_drop(a);
}

/* The writer closes the store and opens it again only after this. */
static void ask_reopen(struct app *a)
{
    struct intent i = {.type = INTENT_REOPEN, .go = SCREENS};
    a->asked_reopen = app_push(a, &i);
    if (!a->asked_reopen) {
        a->wake(a->wake_ctx); /* no memory for a moment: the next turn asks again */
    }
}

static void reopened(struct app *a, const struct writer_news *n)
{
    id16 none = {{0}};
    a->reopening = a->asked_reopen = false;
    if (n->store != NULL) {
        attach(a, n->store);
        if (n->type != INTENT_DRAFT) { /* else it would fail, and be written again, for ever */
            drafts_again(a);
        }
        return;
    }
    screens_wipe(a);
    if (n->stopped) {
        a->later = n->result;
        drafts_drop(a);
        a->wipe = true;
        app_go(a, SCREEN_STOPPED, none);
        return;
    }
    /* It does not open: all that is left is to try with the PIN, and to say why. */
    a->later = n->result;
    a->later.what = APP_UNLOCKING;
    drafts_drop(a);
    app_go(a, SCREEN_UNLOCK, none);
}

static void give(struct app *a, const struct writer_news *n)
{
    unsigned serial = a->result.serial + 1;
    a->result = n->result;
    a->result.serial = serial;
    if (n->result.st == ST_CONFLICT) {
        a->reports[0].have = false; /* what was shown is not what stands */
    }
}

static void go_on(struct app *a, const struct writer_news *n)
{
    if (n->type == INTENT_UNLOCK || n->type == INTENT_JOIN_STORE) {
        attach(a, n->store);
        drafts_drop(a);
        a->active_ms = a->now.boot_ms;
        seats_read(a);
        restore_place(a);
    } else if (n->go < SCREENS && a->ntrail > 0 && a->store != NULL &&
               id16_eq(a->trail[a->ntrail - 1].subject, n->from)) {
        app_go(a, n->go, id16_zero(n->to) ? n->from : n->to);
    }
}

static void take(struct app *a, const struct writer_news *n)
{
    if (n->let_go) {
        let_go(a);
        a->reopening = true;
        ask_reopen(a);
        return;
    }
    if (n->type == INTENT_APPEND || n->type == INTENT_SIGN || n->type == INTENT_PAY ||
        n->type == INTENT_GOODS || n->type == INTENT_TAKE_CALL) {
        drafts_settle(a, n->result.st);
        book_touched(a, n->type == INTENT_GOODS ? (id16){{0}} : n->from);
    }
    if (n->type == INTENT_SIGN && n->result.st == ST_OK) {
        drafts_evict(a, "sign");
    }
    if (n->type != INTENT_DRAFT && n->result.what == a->busy) {
        a->busy = APP_IDLE;
    }
    if (n->reopened) {
        reopened(a, n);
    }
    if (n->type != INTENT_REOPEN) { /* that one answers nobody */
        give(a, n);
    }
    if (n->result.st == ST_OK) {
        go_on(a, n);
    }
}

void news_take(struct app *a)
{
    if (a->reopening && !a->asked_reopen) {
        ask_reopen(a);
    }
    for (;;) {
        struct writer_news n = {0};
        pthread_mutex_lock(&a->news_mutex);
        if (a->session_moved) {
            a->who = a->session;
            a->session_moved = false;
        }
        if (a->nnews > 0) {
            n = a->news[0];
            memmove(a->news, a->news + 1, --a->nnews * sizeof a->news[0]);
        }
        pthread_mutex_unlock(&a->news_mutex);
        if (!n.present) {
            return;
        }
        take(a, &n);
    }
}
