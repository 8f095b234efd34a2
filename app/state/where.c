/* where.c - where the technician stood when he arrived: asked once, after the tap, on a thread of
 * its own that ends by itself. The arrival is durable before anybody is asked; what comes back is a
 * fact of its own, and nothing waits for it. Begun and stopped by the writer thread. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "app/state/app_internal.h"

static void asking(struct app *a, id8 visit)
{
    pthread_mutex_lock(&a->news_mutex);
    a->where.asking = true;
    a->where.visit = visit;
    pthread_mutex_unlock(&a->news_mutex);
    a->wake(a->wake_ctx);
}

/* Of this visit nothing is awaited any more; another may have been asked about meanwhile. */
static void done(struct app *a, id8 visit)
{
    pthread_mutex_lock(&a->news_mutex);
    a->where.asking = a->where.asking && !id8_eq(a->where.visit, visit);
    pthread_mutex_unlock(&a->news_mutex);
    a->wake(a->wake_ctx);
}

static void *ask(void *arg)
{
    struct app *a = arg;
    struct where *w = &a->where;
    struct position p;
    union body b;
    uint8_t body[CAP_BODY_BYTES], place[POSITION_BYTES];
    struct intent i = {
        .type = INTENT_POSITION, .subject = w->job, .kind = KIND_VISIT_POSITION, .natt = 1};
    memset(&b, 0, sizeof b);
    b.head.visit = w->visit;
    i.atts[0].type = ATT_POSITION;
    bool have = w->source.ask(w->source.ctx, &a->clock, w->stop[0], &p) &&
                position_encode(&p, place, sizeof place, &i.atts[0].content) == ST_OK &&
                body_encode(i.kind, &b, body, sizeof body, &i.data) == ST_OK && app_push(a, &i);
    if (!have) {
        done(a, w->visit);
    } /* else when it is durable: where_done */
    return NULL;
}

void where_done(struct app *a, const struct intent *i)
{
    id8 visit;
    if (body_visit(i->data, &visit)) {
        done(a, visit);
    }
}

void where_stop(struct app *a)
{
    struct where *w = &a->where;
    if (!w->started) {
        return;
    }
    while (write(w->stop[1], "", 1) < 0 && errno == EINTR) {
    }
    pthread_join(w->thread, NULL);
    close(w->stop[0]);
    close(w->stop[1]);
    w->started = false;
    done(a, w->visit);
}

static bool switched_off(struct store *s, id16 person, struct arena tmp)
{
    struct store_txn *t = NULL;
    struct subject_state p;
    const struct field_value *v = NULL;
    if (store_read(s, &t, NULL) == ST_OK) {
        v = fold_load(t, person, &tmp, &p, NULL, NULL) == ST_OK
                ? fold_shown(&p, F_TECHNICIAN_POSITION)
                : NULL;
        store_abort(&t);
    }
    return v != NULL && v->i == POSITION_NOT_RECORDED;
}

void where_arrived(struct app *a, const struct intent *i)
{
    struct where *w = &a->where;
    union body b;
    if (w->source.ask == NULL || body_decode(KIND_VISIT_ARRIVED, i->data, &b) != ST_OK ||
        b.head.old.n > 0 || /* a correction is no arrival */
        switched_off(a->writer.store, a->writer.journal.cert.person,
                     arena_of(a->writer.work, CAP_SCRATCH_BYTES))) {
        return;
    }
    where_stop(a);
    if (pipe(w->stop) != 0) {
        return;
    }
    w->job = i->subject;
    asking(a, b.head.visit);
    w->started = pthread_create(&w->thread, NULL, ask, a) == 0;
    if (!w->started) {
        close(w->stop[0]);
        close(w->stop[1]);
        done(a, w->visit);
    }
}

enum app_where app_where(struct app *a, const struct visit_state *v, struct position *out)
{
    *out = (struct position){0};
    const struct fact *f = fold_fact(v, KIND_VISIT_POSITION);
    if (f != NULL) {
        str s = f->natt == 1 ? app_text(a, f->atts[0], NULL) : (str){NULL, 0};
        return position_decode(str_bytes(s), out) == ST_OK ? WHERE_RECORDED : WHERE_GONE;
    }
    if (a->store != NULL && switched_off(a->store, a->who.person, a->frame)) {
        return WHERE_OFF;
    }
    if (fold_fact(v, KIND_VISIT_ARRIVED) == NULL) {
        return WHERE_TO_COME;
    }
    pthread_mutex_lock(&a->news_mutex);
    bool awaited = a->where.asking && id8_eq(a->where.visit, v->visit);
    pthread_mutex_unlock(&a->news_mutex);
    return awaited ? WHERE_ASKING : WHERE_NONE;
}
