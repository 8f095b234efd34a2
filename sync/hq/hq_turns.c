/* hq_turns.c - see hq_turns.h. */
#include "sync/hq/hq_turns.h"

#include <pthread.h>
#include <stdlib.h>

#include "sync/bundle/limits.h"

struct hq_turns {
    pthread_mutex_t lock;
    size_t n;
    struct {
        id8 author;
        unsigned in_hand;
    } of[HQ_CONNECTIONS];
};

struct hq_turns *hq_turns_new(void)
{
    struct hq_turns *t = calloc(1, sizeof *t);
    if (t != NULL) {
        pthread_mutex_init(&t->lock, NULL);
    }
    return t;
}

void hq_turns_free(struct hq_turns **t)
{
    if (*t != NULL) {
        pthread_mutex_destroy(&(*t)->lock);
        free(*t);
        *t = NULL;
    }
}

/* Under the lock: where the author stands, or t->n. */
static size_t place(const struct hq_turns *t, id8 author)
{
    size_t i = 0;
    while (i < t->n && !id8_eq(t->of[i].author, author)) {
        i++;
    }
    return i;
}

bool hq_turns_take(struct hq_turns *t, id8 author)
{
    pthread_mutex_lock(&t->lock);
    size_t i = place(t, author);
    bool may = i < HQ_CONNECTIONS && (i == t->n || t->of[i].in_hand < HQ_AUTHOR_EXCHANGES);
    if (may && i == t->n) {
        t->of[i].author = author;
        t->of[i].in_hand = 0;
        t->n++;
    }
    if (may) {
        t->of[i].in_hand++;
    }
    pthread_mutex_unlock(&t->lock);
    return may;
}

void hq_turns_give(struct hq_turns *t, id8 author)
{
    pthread_mutex_lock(&t->lock);
    size_t i = place(t, author);
    if (i < t->n && --t->of[i].in_hand == 0) {
        t->of[i] = t->of[--t->n];
    }
    pthread_mutex_unlock(&t->lock);
}
