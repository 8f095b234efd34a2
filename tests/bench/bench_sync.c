#define _GNU_SOURCE /* RUSAGE_THREAD */
/* bench_sync.c - a device and docketd's server over HTTP on loopback: nothing new, one action. */
#define PAIR_MAP (8ULL << 30) /* a million of history */
#include "tests/bench/bench.h"
#include "tests/unit/hq/pair.h"

#include "sync/carrier/http_client.h"
#include "sync/hq/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 200
#define JOBS 16 /* actions go round them: a job has about a visit's entries in the end */

struct line { /* one device, its connection, docketd's threads in this process */
    struct pair p;
    struct pair_device d;
    id16 job[JOBS];
    unsigned acts;
    double phase_us[3]; /* of the last sync: request, there and back, answer */
    struct hq_writer *writer;
    struct server *server;
    struct http_client *http;
    int64_t ms;
};

static struct now line_now(struct line *l)
{
    struct now n = {.boot_id = {7}, .utc_offset_minutes = 480};
    l->ms += 1000;
    n.wall_ms = l->ms;
    n.boot_ms = l->ms - 1700000000000LL;
    return n;
}

static void line_open(struct line *l)
{
    struct record_write w = {.field = F_TECHNICIAN_ROLE, .type = FT_ENUM, .i = ROLE_TECHNICIAN};
    struct exchange_result r;
    struct err err = {.st = ST_OK};
    pair_begin(&l->p);
    id16 who = pair_record(&l->p, SUBJECT_TECHNICIAN, &w, 1, "Li Wei", F_TECHNICIAN_NAME);
    id16 customer = pair_record(&l->p, SUBJECT_CUSTOMER, NULL, 0, "Golden Lotus", F_CUSTOMER_NAME);
    for (unsigned i = 0; i < JOBS; i++) {
        l->job[i] = pair_job(&l->p, customer, "no cooling");
        pair_assign(&l->p, l->job[i], who);
    }
    pair_join(&l->p, &l->d, who, "D1");
    pair_sync(&l->p, &l->d, &r);
    l->ms = l->p.ms + 10000;
    bench_must(http_global_init(&err), "http", &err);
    bench_must(hq_writer_start(&l->writer, l->p.hq, &err), "writer", &err);
    bench_must(server_start(&l->server, l->p.hq, l->writer, "127.0.0.1:0", &err), "server", &err);
    char base[96];
    snprintf(base, sizeof base, "http://%s", server_address(l->server));
    bench_must(http_open(&l->http, base, &err), "http_open", &err);
    if (check_failures != 0) {
        bench_die("headquarters and a device", ST_BUG, &l->p.err);
    }
}

static void line_close(struct line *l)
{
    http_close(&l->http);
    server_stop(&l->server);
    hq_writer_stop(&l->writer);
    pair_leave(&l->d);
    pair_end(&l->p);
}

/* One whole sync; how many round trips, and how many bytes both ways with HTTP's headers. */
static unsigned sync_once(struct line *l, struct bundle_buffer *room, uint64_t *total,
                          struct exchange_result *res)
{
    unsigned rounds = 0;
    struct err err = {.st = ST_OK};
    *total = 0;
    do {
        struct now now = line_now(l);
        struct http_reply reply = {0};
        memset(res, 0, sizeof *res);
        room[0].n = room[1].n = 0;
        double t0 = bench_us();
        bench_must(
            exchange_request(&l->d.journal, NULL, &now, bundle_buffer_sink, &room[0], res, &err),
            "exchange_request", &err);
        double t1 = bench_us();
        bench_must(http_sync(l->http, bytes_of(room[0].p, room[0].n), bundle_buffer_sink, &room[1],
                             NULL, &reply, &err),
                   "http_sync", &err);
        double t2 = bench_us();
        bench_must(exchange_answer(&l->d.journal, bytes_of(room[1].p, room[1].n), &now, res, &err),
                   "exchange_answer", &err);
        l->phase_us[0] = t1 - t0;
        l->phase_us[1] = t2 - t1;
        l->phase_us[2] = bench_us() - t2;
        *total += reply.sent_bytes + reply.received_bytes;
        rounds++;
    } while (res->again && rounds < 8);
    return rounds;
}

static double act(struct line *l)
{
    uint8_t body[CAP_BODY_BYTES];
    union body b;
    h32 hash;
    struct err err = {.st = ST_OK};
    struct now now = line_now(l);
    memset(&b, 0, sizeof b);
    b.head.visit = sample_id8("visit");
    struct append what = {.kind = KIND_VISIT_TRAVELLING,
                          .subject_type = SUBJECT_JOB,
                          .subject = l->job[l->acts++ % JOBS]};
    bench_must(body_encode(what.kind, &b, body, sizeof body, &what.body), "a body", NULL);
    double from = bench_us();
    bench_must(journal_append(&l->d.journal, &what, &now, &hash, &err), "journal_append", &err);
    return bench_us() - from;
}

static bool read_answer(int fd)
{
    char buf[2048];
    size_t n = 0, want = sizeof buf;
    while (n < want) {
        ssize_t got = recv(fd, buf + n, sizeof buf - 1 - n, 0);
        if (got <= 0) {
            return false;
        }
        n += (size_t)got;
        buf[n] = '\0';
        const char *end = strstr(buf, "\r\n\r\n"), *len = strstr(buf, "Content-Length: ");
        if (end != NULL && len != NULL) {
            want = (size_t)(end + 4 - buf) + strtoul(len + 16, NULL, 10);
        }
    }
    return n == want;
}

/* The cheapest question that the same server answers, on one kept connection. */
static double bare_get(const struct line *l)
{
    char host[64];
    double v[ROUNDS];
    struct sockaddr_in to = {.sin_family = AF_INET};
    snprintf(host, sizeof host, "%s", server_address(l->server));
    char *colon = strrchr(host, ':');
    *colon = '\0';
    to.sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
    inet_pton(AF_INET, host, &to.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
        bench_die("connect", ST_OFFLINE, NULL);
    }
    static const char ask[] = "GET /healthz HTTP/1.1\r\nHost: docketd\r\n\r\n";
    for (size_t i = 0; i < ROUNDS; i++) {
        double from = bench_us();
        if (send(fd, ask, sizeof ask - 1, 0) <= 0 || !read_answer(fd)) {
            bench_die("GET /healthz", ST_OFFLINE, NULL);
        }
        v[i] = bench_us() - from;
    }
    close(fd);
    return bench_median(v, ROUNDS);
}

static void row_nothing(struct bench *b, struct line *l, struct bundle_buffer *room, double get)
{
    double v[ROUNDS];
    struct exchange_result r;
    uint64_t wire = 0;
    unsigned rounds = 0;
    bench_count_reset();
    for (size_t i = 0; i < ROUNDS; i++) {
        double from = bench_us();
        unsigned n = sync_once(l, room, &wire, &r);
        v[i] = bench_us() - from;
        rounds = n > rounds ? n : rounds;
        if (r.sent_entries + r.received_entries + r.receipts != 0) {
            bench_die("something was new", ST_BUG, NULL);
        }
    }
    struct bench_count c = bench_counted();
    double t = bench_median(v, ROUNDS);
    bench_row(b, "nothing new: bytes, with HTTP", "<= 700 B",
              bench_fmt("%llu B", (unsigned long long)wire), "-", 0, wire <= 700);
    bench_note("of these %zu B and %zu B are the sealed bundles, the rest is HTTP", room[0].n,
               room[1].n);
    bench_row(b, "nothing new: time", "<= 2 ms, one round trip",
              bench_fmt("%.2f ms, %u round trip%s", t / 1e3, rounds, rounds == 1 ? "" : "s"),
              bench_fmt("GET /healthz: %.2f ms", get / 1e3), t / get, t <= 2000 && rounds == 1);
    bench_note("p99 %.2f ms; flushes per sync, both ends: %.2f",
               bench_percentile(v, ROUNDS, 0.99) / 1e3, (double)c.flushes / ROUNDS);
}

/* Of all threads: what an idle disk and an idle machine would still take, were it done in turn. */
static double process_cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void row_action(struct bench *b, struct line *l, struct bundle_buffer *room)
{
    double v[ROUNDS], append[ROUNDS], phase[3][ROUNDS], bare[ROUNDS], cpu[ROUNDS];
    struct exchange_result r;
    uint64_t wire = 0, most = 0;
    struct bench_trace t = {.n = 1, .put = {{.key = 25, .value = 256}}};
    struct bench_bare *plain = bench_bare_open(b, "three");
    uint64_t flushes = 0;
    for (size_t i = 0; i < ROUNDS; i++) {
        bench_count_reset();
        double cpu0 = process_cpu_us();
        append[i] = act(l);
        double from = bench_us();
        sync_once(l, room, &wire, &r);
        v[i] = append[i] + bench_us() - from;
        cpu[i] = process_cpu_us() - cpu0;
        flushes += bench_counted().flushes;
        for (unsigned k = 0; k < 3; k++) {
            phase[k][i] = l->phase_us[k];
        }
        most = wire > most ? wire : most;
        if (r.receipts != 1 || r.unsent != 0) {
            bench_die("no receipt came", ST_BUG, NULL);
        }
        bare[i] = 0;
        for (unsigned k = 0; k < 3; k++) {
            bare[i] += bench_bare_commit(plain, &t);
        }
    }
    bench_bare_close(plain);
    double all = bench_median(v, ROUNDS), three = bench_median(bare, ROUNDS);
    bench_row(b, "one new action: bytes, with HTTP", "<= 1,100 B",
              bench_fmt("%llu B", (unsigned long long)most), "-", 0, most <= 1100);
    bench_row(b, "one new action, both ends durable", "<= 3 ms", bench_fmt("%.2f ms", all / 1e3),
              bench_fmt("three bare LMDB commits: %.2f ms", three / 1e3), all / three, all <= 3000);
    bench_note("append %.2f ms, bundle %.2f ms, there and back with headquarters' flush %.2f ms, "
               "receipt kept %.2f ms; p99 of all %.2f ms",
               bench_median(append, ROUNDS) / 1e3, bench_median(phase[0], ROUNDS) / 1e3,
               bench_median(phase[1], ROUNDS) / 1e3, bench_median(phase[2], ROUNDS) / 1e3,
               bench_percentile(v, ROUNDS, 0.99) / 1e3);
    bench_note("of it %.2f ms of processor, all threads of both ends: the rest waits for the disk",
               bench_median(cpu, ROUNDS) / 1e3);
    bench_note("flushes, both ends: %.2f; the jobs have up to %u entries by then",
               (double)flushes / ROUNDS, (unsigned)ROUNDS / JOBS + 3);
}

/* ---- beside a history ------------------------------------------------------------------------
 */

#define HISTORIES 3
#define BESIDE 100

/* What one commit costs besides waiting for the disk: told by the kernel, whatever else runs. */
struct cost {
    double us[BESIDE], cpu_us[BESIDE], written[BESIDE], writes[BESIDE], faults[BESIDE];
};
struct beside { /* a history, with ours and a bare LMDB of as many rows */
    struct line l;
    struct bench_bare *plain;
    struct cost append, bare;
    double sync[BESIDE];
};

static double faults_now(void)
{
    struct rusage u;
    getrusage(RUSAGE_THREAD, &u);
    return (double)u.ru_minflt + (double)u.ru_majflt;
}

/* One append (or, with `again`, a bare commit of what it put), counted. */
static void one_commit(struct beside *s, struct bench_trace *puts, bool again, unsigned i)
{
    struct cost *c = again ? &s->bare : &s->append;
    double faults = faults_now(), cpu = bench_cpu_us();
    bench_count_reset();
    bench_trace_start(again ? NULL : puts);
    c->us[i] = again ? bench_bare_commit(s->plain, puts) : act(&s->l);
    bench_trace_start(NULL);
    c->cpu_us[i] = bench_cpu_us() - cpu;
    c->faults[i] = faults_now() - faults;
    c->written[i] = (double)bench_counted().written;
    c->writes[i] = (double)bench_counted().writes;
}

static void note_cost(const char *what, size_t n, struct cost *c)
{
    bench_note("%s beside %zu: %.2f ms, %.3f ms of processor, %.0f pages written in %.0f runs, "
               "%.0f page faults",
               what, n, bench_median(c->us, BESIDE) / 1e3, bench_median(c->cpu_us, BESIDE) / 1e3,
               bench_median(c->written, BESIDE) / 4096, bench_median(c->writes, BESIDE),
               bench_median(c->faults, BESIDE));
}

/* So many entries that are there already, on both sides. */
static void remember(struct line *l, size_t n)
{
    struct store_txn *t = NULL;
    struct err err = {.st = ST_OK};
    id8 author, epoch;
    bench_history_id(&author, &epoch);
    bench_history(l->d.store, n);
    bench_history(l->p.hq->store, n);
    bench_must(store_write(l->p.hq->store, &t, &err), "write", &err);
    bench_must(hq_routed_set(t, author, epoch, n, &err), "routed", &err);
    bench_must(store_commit(&t, &err), "commit", &err);
}

/* Each size in turn, round by round: all meet the same machine. */
static void play_beside(struct beside *s, struct bundle_buffer *room)
{
    for (unsigned i = 0; i < BESIDE; i++) {
        for (unsigned k = 0; k < HISTORIES; k++) {
            static struct bench_trace puts;
            struct exchange_result r;
            uint64_t wire;
            one_commit(&s[k], &puts, false, i);
            one_commit(&s[k], &puts, true, i);
            double from = bench_us();
            sync_once(&s[k].l, room, &wire, &r);
            s[k].sync[i] = bench_us() - from;
            if (r.receipts != 1 || r.unsent != 0) {
                bench_die("no receipt came", ST_BUG, NULL);
            }
        }
    }
}

static void rows_history(struct bench *b, struct bundle_buffer *room)
{
    static struct beside s[HISTORIES];
    const size_t n[HISTORIES] = {1000, b->quick ? 10000 : 100000, b->quick ? 50000 : 1000000};
    for (unsigned k = 0; k < HISTORIES; k++) {
        line_open(&s[k].l);
        remember(&s[k].l, n[k]);
        s[k].plain = bench_bare_open(b, bench_fmt("beside%u", k));
        bench_bare_grow(s[k].plain, n[k]);
    }
    play_beside(s, room);
    double append0 = bench_median(s[0].append.us, BESIDE);
    double bare0 = bench_median(s[0].bare.us, BESIDE), sync0 = bench_median(s[0].sync, BESIDE);
    for (unsigned k = 1; k < HISTORIES; k++) {
        double a = bench_median(s[k].append.us, BESIDE), p = bench_median(s[k].bare.us, BESIDE);
        double y = bench_median(s[k].sync, BESIDE);
        bench_row(b, bench_fmt("append beside %zu entries", n[k]), "<= 1.20 x beside 1,000",
                  bench_fmt("%.2f ms", a / 1e3), bench_fmt("beside 1,000: %.2f ms", append0 / 1e3),
                  a / append0, a <= 1.2 * append0);
        bench_note("the same puts in a bare LMDB beside as many rows: %.2f ms, %.2f x its own "
                   "beside 1,000 (%.2f ms)",
                   p / 1e3, p / bare0, bare0 / 1e3);
        bench_row(b, bench_fmt("sync of 1 new beside %zu", n[k]), "<= 1.20 x beside 1,000",
                  bench_fmt("%.2f ms", y / 1e3), bench_fmt("beside 1,000: %.2f ms", sync0 / 1e3),
                  y / sync0, y <= 1.2 * sync0);
    }
    for (unsigned k = 0; k < HISTORIES; k++) {
        note_cost("append", n[k], &s[k].append);
        note_cost("bare", n[k], &s[k].bare);
        line_close(&s[k].l);
        bench_bare_close(s[k].plain);
    }
}

void bench_sync(struct bench *b)
{
    static struct line l;
    struct bundle_buffer room[2] = {{.cap = 16 << 20}, {.cap = 16 << 20}};
    bench_section("Sync over HTTP on loopback (docketd's server and writer threads)");
    setenv("TMPDIR", b->dir, 1);
    line_open(&l);
    double get = bare_get(&l);
    row_nothing(b, &l, room, get);
    row_action(b, &l, room);
    line_close(&l);
    rows_history(b, room);
    bundle_buffer_drop(&room[0]);
    bundle_buffer_drop(&room[1]);
}
