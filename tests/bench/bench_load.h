/* bench_load.h - what a load is made of: a docketd, sessions of its console, handhelds. */
#ifndef TESTS_BENCH_LOAD_H
#define TESTS_BENCH_LOAD_H
#include "tests/bench/bench_office.h"

#include "sync/carrier/http_client.h"

#include <pthread.h>

struct load_device {
    struct store *store;
    struct journal journal;
    char dir[160];
    id16 job;
    unsigned acts;
    struct bundle_buffer request, answer; /* of the burst */
};
struct load_docketd {
    struct desk desk; /* the headquarters before docketd had it */
    pid_t pid;
    char address[96];
};
/* load_docketd_begin: a headquarters of 20,000 calls, joined handhelds that have had their first
 * sync, logins "s0".. of supervisors, and docketd on it. False: no docketd is built. */
bool load_docketd_begin(const struct bench *b, struct load_device *d, unsigned n, unsigned logins,
                        struct load_docketd *out);
void load_docketd_end(struct load_docketd *d);

/* Browsers of their own processes (browsers.mjs), logged in and waiting. load_browsers_begin: NULL,
 * or why there are none. load_browsers_end waits for them and tells each line that they say: a
 * word, "page" or "live" (us), "events" (how many), "failed" (what), and what follows it. */
#define LOAD_ASSETS "build/assets"
#define LOAD_BROWSERS_MAX 4
struct load_browsers {
    pid_t pid;
    int to;
    FILE *from;
};
typedef void (*load_heard)(void *ctx, const char *word, const char *rest);
const char *load_browsers_begin(struct load_browsers *b, const char *address, unsigned first,
                                unsigned n);
void load_browsers_go(struct load_browsers *b, double seconds);
void load_browsers_end(struct load_browsers *b, load_heard heard, void *ctx);

/* A worker's room: scratch of the journals that it opens, buffers of an exchange. */
struct load_room {
    uint8_t *scratch;
    struct bundle_buffer out, in;
};
void load_room_begin(struct load_room *r);
void load_room_end(struct load_room *r);
void load_append(struct load_device *d, struct load_room *r, unsigned n); /* a flush each */
bool load_sync(struct load_device *d, struct load_room *r, struct http_client *http);
void load_prepare(struct load_device *d, struct load_room *r, unsigned n); /* one flush; request */
bool load_received(struct load_device *d, struct load_room *r); /* the answer: a receipt for all */
void load_device_end(struct load_device *d);

/* A session of the console: one connection that is kept, and one for the events. */
struct load_session {
    int fd, events;
    char cookie[96], csrf[64], job[40];
    unsigned writes, n;
    char *reply; /* the body of the last answer */
    size_t cap;
    char address[96];
};
void load_login(struct load_session *s, const char *address, unsigned n);
void load_logout(struct load_session *s);
/* load_ask: the status; 0: the connection broke. */
unsigned load_ask(struct load_session *s, const char *method, const char *target, const char *body);
unsigned load_events(struct load_session *s); /* that came since the last look */
#endif
