/* pace.c - see pace.h. */
#include "sync/hq/pace.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

struct pace_line {
    struct pace_line *next;
    int fd;
    int64_t since_ms; /* the headers, or the body */
    bool asked;       /* the headers are whole */
    uint64_t bytes;   /* of the body */
};
struct pace {
    pthread_mutex_t lock;
    struct pace_line *lines;
};

int64_t pace_now_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

struct pace *pace_new(void)
{
    struct pace *p = calloc(1, sizeof *p);
    if (p != NULL && pthread_mutex_init(&p->lock, NULL) != 0) {
        free(p);
        p = NULL;
    }
    return p;
}

void pace_free(struct pace **out)
{
    struct pace *p = *out;
    if (p != NULL) {
        while (p->lines != NULL) {
            struct pace_line *next = p->lines->next;
            free(p->lines);
            p->lines = next;
        }
        pthread_mutex_destroy(&p->lock);
        free(p);
    }
    *out = NULL;
}

struct pace_line *pace_begin(struct pace *p, int fd, int64_t now_ms)
{
    struct pace_line *line = calloc(1, sizeof *line);
    if (line != NULL) {
        line->fd = fd;
        line->since_ms = now_ms;
        pthread_mutex_lock(&p->lock);
        line->next = p->lines;
        p->lines = line;
        pthread_mutex_unlock(&p->lock);
    }
    return line;
}

void pace_end(struct pace *p, struct pace_line *line)
{
    if (line == NULL) {
        return;
    }
    pthread_mutex_lock(&p->lock);
    for (struct pace_line **at = &p->lines; *at != NULL; at = &(*at)->next) {
        if (*at == line) {
            *at = line->next;
            break;
        }
    }
    pthread_mutex_unlock(&p->lock);
    free(line);
}

static void put(struct pace *p, struct pace_line *line, bool asked, int64_t now_ms)
{
    if (line != NULL) {
        pthread_mutex_lock(&p->lock);
        line->asked = asked;
        line->since_ms = now_ms;
        line->bytes = 0;
        pthread_mutex_unlock(&p->lock);
    }
}

void pace_asked(struct pace *p, struct pace_line *line, int64_t now_ms)
{
    put(p, line, true, now_ms);
}

void pace_asks(struct pace *p, struct pace_line *line, int64_t now_ms)
{
    put(p, line, false, now_ms);
}

/* Only the connection's own thread counts its body. */
bool pace_body(struct pace_line *line, size_t n, int64_t now_ms)
{
    if (line == NULL) {
        return true;
    }
    line->bytes += n;
    int64_t took_ms = now_ms - line->since_ms - PACE_GRACE_MS;
    return took_ms <= 0 || line->bytes >= (uint64_t)took_ms / 1000 * PACE_BYTES_PER_S;
}

unsigned pace_sweep(struct pace *p, int64_t now_ms)
{
    unsigned n = 0;
    pthread_mutex_lock(&p->lock);
    for (struct pace_line *line = p->lines; line != NULL; line = line->next) {
        if (!line->asked && now_ms - line->since_ms > PACE_HEADERS_MS) {
            shutdown(line->fd, SHUT_RDWR); /* its thread is woken, and ends it */
            line->asked = true;            /* once */
            n++;
        }
    }
    pthread_mutex_unlock(&p->lock);
    return n;
}
