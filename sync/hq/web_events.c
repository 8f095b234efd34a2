/* web_events.c - see web_events.h. A stream with nothing to say is suspended. */
#include "sync/hq/web_events.h"

#include "sync/hq/pace.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define TICK_NS 250000000L
#define BEATS 60        /* ticks between two comments that keep a stream open: 15 s */
#define LASTS_MS 300000 /* then the browser comes again, and must still be logged in */
#define EVENT_BYTES 32768
#define EACH_MAX 16 /* of one login: pages that listen; more than a browser opens to one host */

struct stream {
    struct web_events *all;
    struct MHD_Connection *connection;
    struct stream *next;   /* while suspended */
    struct stream *other;  /* of all that are open */
    struct acct_user user; /* as he was at the last beat */
    char session[17];
    uint64_t after, beat;
    int64_t until_ms;
    char buf[EVENT_BYTES];
    size_t n, at; /* of what is half sent */
};
struct web_events {
    struct api *api;
    pthread_t thread;
    void (*tick)(void *ctx);
    void *tick_ctx;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct stream *asleep, *open;
    uint64_t beat;
    bool begun, quiet, stop;
};

/* Under the lock. */
static void wake_all(struct web_events *e)
{
    while (e->asleep != NULL) {
        struct stream *s = e->asleep;
        e->asleep = s->next;
        MHD_resume_connection(s->connection);
    }
}

static void *loop(void *ctx)
{
    struct web_events *e = ctx;
    unsigned ticks = 0;
    pthread_mutex_lock(&e->lock);
    while (!e->stop) {
        pthread_mutex_unlock(&e->lock);
        bool news = api_tick(e->api);
        if (e->tick != NULL) {
            e->tick(e->tick_ctx);
        }
        pthread_mutex_lock(&e->lock);
        bool beat = ++ticks % BEATS == 0;
        e->beat += beat;
        if (news || beat) {
            wake_all(e);
        }
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += TICK_NS;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        if (!e->stop) {
            pthread_cond_timedwait(&e->wake, &e->lock, &until);
        }
    }
    pthread_mutex_unlock(&e->lock);
    return NULL;
}

enum st web_events_start(struct api *api, const struct web_options *opt, struct web_events **out,
                         struct err *err)
{
    struct web_events *e = calloc(1, sizeof *e);
    pthread_condattr_t attr;
    *out = NULL;
    if (e == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    e->api = api;
    e->tick = opt->tick;
    e->tick_ctx = opt->tick_ctx;
    pthread_mutex_init(&e->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&e->wake, &attr);
    pthread_condattr_destroy(&attr);
    e->begun = pthread_create(&e->thread, NULL, loop, e) == 0;
    *out = e;
    if (!e->begun) {
        web_events_free(out);
        return err_set(err, ST_FULL, 0, __func__, "no thread for the events");
    }
    return ST_OK;
}

void web_events_quiet(struct web_events *e)
{
    if (e == NULL) {
        return;
    }
    pthread_mutex_lock(&e->lock);
    e->quiet = true;
    wake_all(e);
    pthread_mutex_unlock(&e->lock);
}

void web_events_free(struct web_events **out)
{
    struct web_events *e = *out;
    if (e == NULL) {
        return;
    }
    if (e->begun) {
        pthread_mutex_lock(&e->lock);
        e->stop = true;
        pthread_cond_signal(&e->wake);
        pthread_mutex_unlock(&e->lock);
        pthread_join(e->thread, NULL);
    }
    pthread_mutex_destroy(&e->lock);
    pthread_cond_destroy(&e->wake);
    free(e);
    *out = NULL;
}

/* ---- a stream ---------------------------------------------------------------------------------
 */

/* The next thing to say into s->buf; false: nothing, and the connection sleeps (or, *end, is over).
 */
static bool refill(struct stream *s, bool *end)
{
    struct web_events *e = s->all;
    bool says = false;
    pthread_mutex_lock(&e->lock);
    /* Whoever was logged out hears nothing more; of a login that docketctl shut the beat tells. */
    *end = e->quiet || pace_now_ms() > s->until_ms ||
           !api_listens(e->api, s->session, s->beat != e->beat ? &s->user : NULL);
    if (!*end) {
        s->at = 0;
        s->n = api_event(e->api, &s->user, &s->after, s->buf, sizeof s->buf);
        if (s->n == 0 && s->beat != e->beat) {
            s->beat = e->beat;
            s->n = (size_t)snprintf(s->buf, sizeof s->buf, ": still here\n\n");
        }
        says = s->n != 0;
        if (!says) {
            s->next = e->asleep;
            e->asleep = s;
            MHD_suspend_connection(s->connection);
        }
    }
    pthread_mutex_unlock(&e->lock);
    return says;
}

static ssize_t read_stream(void *cls, uint64_t pos, char *buf, size_t max)
{
    struct stream *s = cls;
    bool end = false;
    (void)pos;
    if (s->at == s->n && !refill(s, &end)) {
        return end ? MHD_CONTENT_READER_END_OF_STREAM : 0;
    }
    size_t n = s->n - s->at < max ? s->n - s->at : max;
    memcpy(buf, s->buf + s->at, n);
    s->at += n;
    return (ssize_t)n;
}

static void drop_stream(void *cls)
{
    struct stream *s = cls;
    struct web_events *e = s->all;
    pthread_mutex_lock(&e->lock);
    for (struct stream **p = &e->asleep; *p != NULL; p = &(*p)->next) {
        if (*p == s) {
            *p = s->next;
            break;
        }
    }
    for (struct stream **p = &e->open; *p != NULL; p = &(*p)->other) {
        if (*p == s) {
            *p = s->other;
            break;
        }
    }
    pthread_mutex_unlock(&e->lock);
    free(s);
}

bool web_events_room(struct web_events *e, const char *login)
{
    unsigned n = 0;
    pthread_mutex_lock(&e->lock);
    for (const struct stream *s = e->open; s != NULL; s = s->other) {
        n += strcmp(s->user.login, login) == 0;
    }
    pthread_mutex_unlock(&e->lock);
    return n < EACH_MAX;
}

struct MHD_Response *web_events_response(struct web_events *e, struct MHD_Connection *c,
                                         const char *after, const struct acct_user *who,
                                         const char *session)
{
    struct stream *s = calloc(1, sizeof *s);
    const char *last = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Last-Event-ID");
    if (s == NULL) {
        return NULL;
    }
    s->all = e;
    s->connection = c;
    s->user = *who;
    memset(s->user.hash, 0, sizeof s->user.hash);
    snprintf(s->session, sizeof s->session, "%s", session);
    s->until_ms = pace_now_ms() + LASTS_MS;
    last = last != NULL ? last : after;
    s->after = UINT64_MAX; /* from now on */
    if (last != NULL && *last != '\0') {
        s->after = strtoull(last, NULL, 10);
    } else {
        char none[64];
        IGNORE(api_event(e->api, &s->user, &s->after, none, 0) != 0);
    }
    s->n = (size_t)snprintf(s->buf, sizeof s->buf, "retry: 2000\nid: %llu\n\n",
                            (unsigned long long)s->after);
    struct MHD_Response *r =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, read_stream, s, drop_stream);
    if (r == NULL) {
        free(s);
        return NULL;
    }
    pthread_mutex_lock(&e->lock);
    s->beat = e->beat;
    s->other = e->open;
    e->open = s;
    pthread_mutex_unlock(&e->lock);
    return r;
}
