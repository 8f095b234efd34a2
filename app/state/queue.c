/* queue.c - see queue.h. One block an intent, so that freeing and wiping it is one step. */
#include "app/state/queue.h"

#include <sodium.h>
#include <stdlib.h>

#include "app/state/limits.h"

enum st queue_init(struct queue *q)
{
    memset(q, 0, sizeof *q);
    if (pthread_mutex_init(&q->mutex, NULL) != 0) {
        return ST_FULL;
    }
    if (pthread_cond_init(&q->cond, NULL) != 0) {
        pthread_mutex_destroy(&q->mutex);
        return ST_FULL;
    }
    return ST_OK;
}

static void free_intent(struct intent *i)
{
    if (i->block != NULL) {
        /* PINs, ratings and typed text pass through here. */
        sodium_memzero(i->block, i->block_n);
        free(i->block);
    }
    free(i);
}

void queue_close(struct queue *q)
{
    while (q->head != NULL) {
        struct intent *i = q->head;
        q->head = i->next;
        free_intent(i);
    }
    pthread_cond_destroy(&q->cond);
    pthread_mutex_destroy(&q->mutex);
}

static void move(uint8_t **at, bytes *b)
{
    if (b->n == 0) {
        *b = (bytes){NULL, 0};
        return;
    }
    memcpy(*at, b->p, b->n);
    b->p = *at;
    *at += b->n;
}

static void move_str(uint8_t **at, str *s)
{
    bytes b = str_bytes(*s);
    move(at, &b);
    *s = bytes_str(b);
}

static struct intent *copy_of(const struct intent *in)
{
    struct intent *i = malloc(sizeof *i);
    if (i == NULL) {
        return NULL;
    }
    *i = *in;
    i->next = NULL;
    size_t n = in->data.n + in->also.n + in->sign.name.n + in->sign.reason_words.n +
               in->sign.strokes.n + in->sign.ratings_sealed.n;
    for (unsigned k = 0; k < in->natt; k++) {
        n += in->atts[k].content.n;
    }
    for (unsigned k = 0; k < in->nbefore; k++) {
        n += in->before[k].body.n;
    }
    i->block_n = n;
    i->block = malloc(n == 0 ? 1 : n);
    if (i->block == NULL) {
        free(i);
        return NULL;
    }
    uint8_t *at = i->block;
    move(&at, &i->data);
    move(&at, &i->also);
    move_str(&at, &i->sign.name);
    move_str(&at, &i->sign.reason_words);
    move(&at, &i->sign.strokes);
    move(&at, &i->sign.ratings_sealed);
    for (unsigned k = 0; k < i->natt; k++) {
        move(&at, &i->atts[k].content);
    }
    for (unsigned k = 0; k < i->nbefore; k++) {
        move(&at, &i->before[k].body);
    }
    return i;
}

static bool same_draft(const struct intent *a, const struct intent *b)
{
    return a->type == INTENT_DRAFT && b->type == INTENT_DRAFT && id16_eq(a->subject, b->subject) &&
           strcmp(a->draft, b->draft) == 0;
}

/* Replace a waiting draft in place: typing fast must not fill the queue. */
static bool coalesce(struct queue *q, struct intent *fresh)
{
    struct intent *last = NULL;
    for (struct intent *i = q->head; i != NULL; i = i->next) {
        if (same_draft(i, fresh)) {
            last = i;
        } else if (i->type != INTENT_DRAFT) {
            /* What came before another intent must stay before it. */
            last = NULL;
        }
    }
    if (last == NULL) {
        return false;
    }
    uint8_t *block = last->block;
    size_t n = last->block_n;
    last->block = fresh->block;
    last->block_n = fresh->block_n;
    last->data = fresh->data;
    fresh->block = block;
    fresh->block_n = n;
    free_intent(fresh);
    return true;
}

bool queue_push(struct queue *q, const struct intent *in)
{
    struct intent *i = copy_of(in);
    if (i == NULL) {
        return false;
    }
    bool ok = true;
    pthread_mutex_lock(&q->mutex);
    if (!coalesce(q, i)) {
        bool must = i->type == INTENT_QUIT || i->type == INTENT_REOPEN;
        if (q->count >= APP_QUEUE_MAX && !must) {
            ok = false;
            free_intent(i);
        } else {
            if (q->tail == NULL || q->head == NULL) {
                q->head = i;
            } else {
                q->tail->next = i;
            }
            q->tail = i;
            q->count++;
            pthread_cond_signal(&q->cond);
        }
    }
    pthread_mutex_unlock(&q->mutex);
    return ok;
}

struct intent *queue_take(struct queue *q)
{
    pthread_mutex_lock(&q->mutex);
    while (q->head == NULL) {
        pthread_cond_wait(&q->cond, &q->mutex);
    }
    struct intent *i = q->head;
    q->head = i->next;
    if (q->head == NULL) {
        q->tail = NULL;
    }
    q->count--;
    q->running_one = true;
    pthread_mutex_unlock(&q->mutex);
    return i;
}

void queue_done(struct queue *q, struct intent *i)
{
    free_intent(i);
    pthread_mutex_lock(&q->mutex);
    q->running_one = false;
    pthread_mutex_unlock(&q->mutex);
}

bool queue_idle(struct queue *q)
{
    pthread_mutex_lock(&q->mutex);
    bool idle = q->head == NULL && !q->running_one;
    pthread_mutex_unlock(&q->mutex);
    return idle;
}
