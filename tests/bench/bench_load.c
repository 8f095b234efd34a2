/* bench_load.c - a docketd of its own process: clerks at the console, handhelds in the same minute;
 * then many handhelds at once. */
#include "tests/bench/bench_load.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define SESSIONS 50
#define BROWSERS 2
#define CLERKS 10   /* threads, five sessions each */
#define DRIVERS 8   /* threads of handhelds */
#define BURSTERS 64 /* connections of the burst: a handheld's own would be 500 threads here */
#define PER_SYNC 5  /* entries of a visit that go with one sync */
#define BURST_ENTRIES 200
#define MOST 100000

struct figures {
    double *us;
    size_t n, failed;
};
struct load {
    struct bench *b;
    char address[96];
    struct load_device *device;
    unsigned ndevices;
    double began_us, lasts_us;
    struct figures page, write, sync, burst, browser, live;
    pthread_mutex_t lock;
    atomic_size_t events, browser_events;
};
struct worker {
    struct load *l;
    unsigned k;
    pthread_t thread;
};

static void note(struct load *l, struct figures *f, double us, bool well)
{
    pthread_mutex_lock(&l->lock);
    if (f->n < MOST) {
        f->us[f->n++] = us;
    }
    f->failed += !well;
    pthread_mutex_unlock(&l->lock);
}

static void wait_until(double us)
{
    double left = us - bench_us();
    if (left > 0) {
        struct timespec t = {.tv_sec = (time_t)(left / 1e6),
                             .tv_nsec = (long)(left - (double)(time_t)(left / 1e6) * 1e6) * 1000};
        nanosleep(&t, NULL);
    }
}

/* ---- clerks -----------------------------------------------------------------------------------
 */

/* What a supervisor's hour asks for, over and over; {} a call of the page before. */
static const char *const round_of[] = {"/session",
                                       "/dashboard",
                                       "/registers/calls?limit=50",
                                       "/jobs/{}",
                                       "/board",
                                       "/registers/calls?limit=50&due=1",
                                       "/search",
                                       "/registers/devices",
                                       "/registers/customers?limit=50",
                                       "/registers/calls?limit=50&state=dispatched"};
#define ROUND (sizeof round_of / sizeof round_of[0])

static void ask_page(struct load *l, struct load_session *s, const char *what)
{
    char target[256];
    what = s->job[0] == '\0' ? "/registers/calls?limit=50" : what; /* its first page */
    const char *gap = strstr(what, "{}");
    snprintf(target, sizeof target, "%.*s%s", gap == NULL ? (int)strlen(what) : (int)(gap - what),
             what, gap == NULL ? "" : s->job);
    double from = bench_us();
    bool found = strcmp(what, "/search") == 0;
    unsigned status =
        load_ask(s, found ? "POST" : "GET", target, found ? "{\"q\":\"刘美\"}" : NULL);
    note(l, &l->page, bench_us() - from, status == 200);
    if (status != 200) {
        fprintf(stderr, "bench: %s: %u %.100s\n", target, status, s->reply);
    }
    const char *row = strstr(s->reply, "\"rows\":[{\"id\":\"");
    if (status == 200 && row != NULL && strstr(what, "calls") != NULL) {
        snprintf(s->job, sizeof s->job, "%.32s", row + 15);
    }
}

static void make_call(struct load *l, struct load_session *s, unsigned n)
{
    char body[512];
    snprintf(body, sizeof body,
             "{\"customer_new\":{\"name\":\"新客户%u\",\"phone\":\"139%08u\"},"
             "\"fields\":{\"zone\":1,\"fault_told\":\"不制冷\"}}",
             n, n);
    double from = bench_us();
    unsigned status = load_ask(s, "POST", "/calls", body);
    note(l, &l->write, bench_us() - from, status == 200);
}

/* What the console asks for by itself when its stream says that something changed (app.js). */
static void refresh(struct load *l, struct load_session *s, const char *page)
{
    unsigned came = load_events(s);
    if (came != 0) {
        atomic_fetch_add(&l->events, came);
        ask_page(l, s, "/dashboard");
        ask_page(l, s, page);
    }
}

static void *clerk(void *ctx)
{
    struct worker *w = ctx;
    struct load *l = w->l;
    unsigned per = SESSIONS / CLERKS, turn = 0;
    struct load_session *s = calloc(per, sizeof *s);
    for (unsigned i = 0; i < per; i++) {
        load_login(&s[i], l->address, w->k * per + i);
    }
    wait_until(l->began_us);
    while (bench_us() < l->began_us + l->lasts_us) {
        double from = bench_us();
        for (unsigned i = 0; i < per; i++) {
            unsigned at = turn + 3 * (w->k * per + i);
            if (at % (2 * ROUND) == ROUND) {
                make_call(l, &s[i], w->k * 1000000 + turn * per + i);
            } else {
                ask_page(l, &s[i], round_of[at % ROUND]);
            }
            refresh(l, &s[i], round_of[at % ROUND]);
        }
        turn++;
        wait_until(from + 1e6); /* each session asks once a second */
    }
    for (unsigned i = 0; i < per; i++) {
        load_logout(&s[i]);
    }
    free(s);
    return NULL;
}

/* ---- handhelds --------------------------------------------------------------------------------
 */

static void *driver(void *ctx)
{
    struct worker *w = ctx;
    struct load *l = w->l;
    struct load_room room;
    struct http_client *http = NULL;
    struct err err;
    char base[112];
    load_room_begin(&room);
    snprintf(base, sizeof base, "http://%s", l->address);
    for (unsigned i = w->k; i < l->ndevices; i += DRIVERS) {
        wait_until(l->began_us + l->lasts_us * i / l->ndevices);
        bench_must(http_open(&http, base, &err), "http_open", &err); /* each its own connection */
        load_append(&l->device[i], &room, PER_SYNC);
        double from = bench_us();
        bool well = load_sync(&l->device[i], &room, http);
        note(l, &l->sync, bench_us() - from, well);
        http_close(&http);
    }
    load_room_end(&room);
    return NULL;
}

/* The answer is kept: whether it holds a receipt is looked at after the second is over. */
static void *burster(void *ctx)
{
    struct worker *w = ctx;
    struct load *l = w->l;
    struct http_client *http = NULL;
    struct err err;
    char base[112];
    snprintf(base, sizeof base, "http://%s", l->address);
    bench_must(http_open(&http, base, &err), "http_open", &err);
    for (unsigned i = w->k; i < l->ndevices; i += BURSTERS) {
        struct load_device *d = &l->device[i];
        struct http_reply reply = {0};
        double due = l->began_us + 1e6 * i / l->ndevices;
        wait_until(due);
        bool well = http_sync(http, bytes_of(d->request.p, d->request.n), bundle_buffer_sink,
                              &d->answer, NULL, &reply, &err) == ST_OK;
        note(l, &l->burst, bench_us() - due, well); /* from when it was due, waiting included */
    }
    http_close(&http);
    return NULL;
}

/* ---- the rows ---------------------------------------------------------------------------------
 */

static void start(struct load *l, struct worker *w, unsigned n, void *(*run)(void *))
{
    for (unsigned k = 0; k < n; k++) {
        w[k] = (struct worker){.l = l, .k = k};
        if (pthread_create(&w[k].thread, NULL, run, &w[k]) != 0) {
            bench_die("a thread", ST_FULL, NULL);
        }
    }
}

static void join_all(struct worker *w, unsigned n)
{
    for (unsigned k = 0; k < n; k++) {
        pthread_join(w[k].thread, NULL);
    }
}

static void row(struct bench *b, const char *name, const struct figures *f, double p99_ms)
{
    double p50 = bench_percentile(f->us, f->n, 0.5), p95 = bench_percentile(f->us, f->n, 0.95);
    double p99 = bench_percentile(f->us, f->n, 0.99);
    bench_row(b, name, bench_fmt("0 failed, p99 <= %.0f ms", p99_ms),
              bench_fmt("%zu failed of %zu", f->failed, f->n),
              bench_fmt("p50 %.1f p95 %.1f p99 %.1f ms", p50 / 1e3, p95 / 1e3, p99 / 1e3), 0,
              f->failed == 0 && f->n > 0 && p99 <= p99_ms * 1e3);
}

/* What a browser says of itself: browsers.mjs. */
static void heard(void *ctx, const char *word, const char *rest)
{
    struct load *l = ctx;
    unsigned long n = strtoul(rest, NULL, 10);
    if (strcmp(word, "page") == 0) {
        note(l, &l->browser, (double)n, true);
    } else if (strcmp(word, "live") == 0) {
        note(l, &l->live, (double)n, true);
    } else if (strcmp(word, "events") == 0) {
        atomic_store(&l->browser_events, n);
    } else {
        fprintf(stderr, "bench: a browser: %s\n", rest);
        l->browser.failed++;
    }
}

static void browser_rows(struct load *l, const char *none)
{
    const char *name = bench_fmt("pages in %d Chromiums beside them", BROWSERS);
    if (none != NULL) {
        bench_skip(l->b, name, "0 failed", none);
        return;
    }
    row(l->b, name, &l->browser, 2000);
    row(l->b, "a change shown by itself in them", &l->live, 5000);
    bench_note("from the click to the frame with the page; from the event to the frame with what "
               "it brought (%zu events)",
               atomic_load(&l->browser_events));
}

static void minute(struct load *l, unsigned devices)
{
    static struct worker clerks[CLERKS], drivers[DRIVERS];
    struct load_browsers browsers;
    unsigned all = l->ndevices;
    const char *none = load_browsers_begin(&browsers, l->address, SESSIONS, BROWSERS);
    l->ndevices = devices;
    l->lasts_us = l->b->quick ? 10e6 : 60e6;
    l->began_us = bench_us() + 5e6; /* logins take their time: Argon2id */
    start(l, clerks, CLERKS, clerk);
    start(l, drivers, DRIVERS, driver);
    if (none == NULL) {
        wait_until(l->began_us);
        load_browsers_go(&browsers, l->lasts_us / 1e6);
        load_browsers_end(&browsers, heard, l);
    }
    join_all(clerks, CLERKS);
    join_all(drivers, DRIVERS);
    l->ndevices = all;
    browser_rows(l, none);
    row(l->b, bench_fmt("page data, %d sessions", SESSIONS), &l->page, 1000);
    row(l->b, bench_fmt("a call taken, %d sessions", SESSIONS), &l->write, 1000);
    row(l->b, bench_fmt("sync beside them, %u handhelds", devices), &l->sync, 2000);
    bench_note("in %.0f s: each session asks once a second, and again what it shows when its "
               "events say that "
               "something changed (%zu did); "
               "a sync brings %d entries, each flushed on its handheld; all on this machine",
               l->lasts_us / 1e6, atomic_load(&l->events), PER_SYNC);
}

static void burst(struct load *l)
{
    static struct worker w[BURSTERS];
    struct load_room room;
    size_t receipts = 0;
    load_room_begin(&room);
    for (unsigned i = 0; i < l->ndevices; i++) {
        load_prepare(&l->device[i], &room, BURST_ENTRIES);
    }
    l->began_us = bench_us() + 1e6;
    start(l, w, BURSTERS, burster);
    join_all(w, BURSTERS);
    for (unsigned i = 0; i < l->ndevices; i++) {
        receipts += load_received(&l->device[i], &room);
    }
    load_room_end(&room);
    double p50 = bench_percentile(l->burst.us, l->burst.n, 0.5);
    double p99 = bench_percentile(l->burst.us, l->burst.n, 0.99);
    bool well = receipts == l->ndevices && l->burst.failed == 0;
    bench_row(
        l->b, bench_fmt("%u handhelds x %d entries in 1 s", l->ndevices, BURST_ENTRIES),
        "a receipt each, p99 <= 150 ms",
        bench_fmt("%zu receipts, p99 %.0f ms", receipts, p99 / 1e3),
        bench_fmt("p50 %.0f ms, slowest %.0f ms", p50 / 1e3, l->burst.us[l->burst.n - 1] / 1e3), 0,
        well && p99 <= 150e3);
}

/* A minute of console and handhelds, then bursts, each with new entries of every handheld. */
static void under_load(struct bench *b, bool with_minute, unsigned bursts)
{
    struct load l = {.b = b, .ndevices = b->quick ? 50 : 500};
    unsigned beside = b->quick ? 30 : 300;
    struct figures *const all[] = {&l.page, &l.write, &l.sync, &l.burst, &l.browser, &l.live};
    struct rlimit files;
    struct load_docketd d;
    bench_section("docketd under load: its own process, console and handhelds over HTTP");
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    pthread_mutex_init(&l.lock, NULL);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        all[i]->us = malloc(MOST * sizeof(double));
    }
    l.device = calloc(l.ndevices, sizeof *l.device);
    if (!load_docketd_begin(b, l.device, l.ndevices, SESSIONS + BROWSERS, &d)) {
        bench_skip(b, "sessions and handhelds", "0 failed", "there is no docketd beside the bench");
    } else {
        snprintf(l.address, sizeof l.address, "%s", d.address);
        if (with_minute) {
            minute(&l, beside);
        }
        for (unsigned i = 0; i < bursts; i++) {
            l.burst.n = l.burst.failed = 0;
            burst(&l);
        }
        load_docketd_end(&d);
    }
    for (unsigned i = 0; i < l.ndevices; i++) {
        load_device_end(&l.device[i]);
    }
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        free(all[i]->us);
    }
    free(l.device);
    pthread_mutex_destroy(&l.lock);
}

void bench_load(struct bench *b)
{
    under_load(b, true, 1);
}

void bench_burst(struct bench *b)
{
    under_load(b, false, 5);
}
