/* rate.c - see rate.h. */
#include "sync/hq/rate.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PEERS 256 /* the one that came longest ago makes room */

struct window {
    char peer[64];
    int64_t from_ms;
    unsigned n;
};
struct rate {
    pthread_mutex_t lock;
    unsigned per_peer, in_all;
    int64_t window_ms;
    struct window all, peers[PEERS];
};

struct rate *rate_new(unsigned per_peer, unsigned in_all, int64_t window_ms)
{
    struct rate *r = calloc(1, sizeof *r);
    if (r != NULL && pthread_mutex_init(&r->lock, NULL) != 0) {
        free(r);
        r = NULL;
    }
    if (r != NULL) {
        r->per_peer = per_peer;
        r->in_all = in_all;
        r->window_ms = window_ms;
    }
    return r;
}

void rate_free(struct rate **r)
{
    if (*r != NULL) {
        pthread_mutex_destroy(&(*r)->lock);
        free(*r);
        *r = NULL;
    }
}

static struct window *window_of(struct rate *r, const char *peer, bool make)
{
    struct window *oldest = &r->peers[0];
    for (unsigned i = 0; i < PEERS; i++) {
        if (r->peers[i].n > 0 && strcmp(r->peers[i].peer, peer) == 0) {
            return &r->peers[i];
        }
        if (r->peers[i].from_ms < oldest->from_ms) {
            oldest = &r->peers[i];
        }
    }
    if (!make) {
        return NULL;
    }
    memset(oldest, 0, sizeof *oldest);
    snprintf(oldest->peer, sizeof oldest->peer, "%s", peer);
    return oldest;
}

/* Seconds until this window lets one more in; 0: now. */
static int wait_s(const struct rate *r, struct window *w, unsigned most, int64_t now_ms)
{
    if (w == NULL) {
        return 0;
    }
    if (w->n == 0 || now_ms - w->from_ms >= r->window_ms || now_ms < w->from_ms) {
        w->from_ms = now_ms;
        w->n = 0;
    }
    return w->n < most ? 0 : (int)((w->from_ms + r->window_ms - now_ms + 999) / 1000);
}

static int ask(struct rate *r, const char *peer, bool take, int64_t now_ms)
{
    pthread_mutex_lock(&r->lock);
    struct window *w = window_of(r, peer == NULL ? "" : peer, take);
    int mine = wait_s(r, w, r->per_peer, now_ms), all = wait_s(r, &r->all, r->in_all, now_ms);
    int wait = mine > all ? mine : all;
    if (wait == 0 && take) {
        w->n++;
        r->all.n++;
    }
    pthread_mutex_unlock(&r->lock);
    return wait;
}

int rate_take(struct rate *r, const char *peer, int64_t now_ms)
{
    return ask(r, peer, true, now_ms);
}

int rate_wait(struct rate *r, const char *peer, int64_t now_ms)
{
    return ask(r, peer, false, now_ms);
}
