/* web_lane.c - see web_lane.h. */
#include "sync/hq/web_lane.h"

#include <pthread.h>
#include <stdlib.h>

struct web_lane {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t work;
    struct web_lane_task *first, **last;
    unsigned n;
    bool begun, stop;
};

static void *loop(void *ctx)
{
    struct web_lane *l = ctx;
    pthread_mutex_lock(&l->lock);
    while (l->first != NULL || !l->stop) {
        struct web_lane_task *t = l->first;
        if (t == NULL) {
            pthread_cond_wait(&l->work, &l->lock);
            continue;
        }
        l->first = t->next;
        l->last = l->first == NULL ? &l->first : l->last;
        l->n--;
        pthread_mutex_unlock(&l->lock);
        t->run(t);
        pthread_mutex_lock(&l->lock);
    }
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

enum st web_lane_start(struct web_lane **out, struct err *err)
{
    struct web_lane *l = calloc(1, sizeof *l);
    *out = NULL;
    if (l == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    l->last = &l->first;
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->work, NULL);
    l->begun = pthread_create(&l->thread, NULL, loop, l) == 0;
    *out = l;
    if (!l->begun) {
        web_lane_free(out);
        return err_set(err, ST_FULL, 0, __func__, "no thread for what takes long");
    }
    return ST_OK;
}

bool web_lane_submit(struct web_lane *l, struct web_lane_task *task)
{
    pthread_mutex_lock(&l->lock);
    bool takes = !l->stop && l->n < WEB_LANE_MAX;
    if (takes) {
        task->next = NULL;
        *l->last = task;
        l->last = &task->next;
        l->n++;
        pthread_cond_signal(&l->work);
    }
    pthread_mutex_unlock(&l->lock);
    return takes;
}

void web_lane_stop(struct web_lane *l)
{
    if (l == NULL || !l->begun) {
        return;
    }
    pthread_mutex_lock(&l->lock);
    l->stop = true;
    pthread_cond_signal(&l->work);
    pthread_mutex_unlock(&l->lock);
    pthread_join(l->thread, NULL);
    l->begun = false;
}

void web_lane_free(struct web_lane **out)
{
    struct web_lane *l = *out;
    if (l != NULL) {
        web_lane_stop(l);
        pthread_mutex_destroy(&l->lock);
        pthread_cond_destroy(&l->work);
        free(l);
    }
    *out = NULL;
}
