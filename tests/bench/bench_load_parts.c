/* bench_load_parts.c - see bench_load.h. */
#include "tests/bench/bench_load.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CALLS 20000
#define DEVICE_MAP (64ULL << 20)
#define REPLY_BYTES (8U << 20)
#define HEAD_BYTES 4096

/* ---- handhelds --------------------------------------------------------------------------------
 */

static struct now real_now(void)
{
    struct timespec t, up;
    struct now n = {.boot_id = {9}, .utc_offset_minutes = 480};
    clock_gettime(CLOCK_REALTIME, &t);
    clock_gettime(CLOCK_MONOTONIC, &up);
    n.wall_ms = (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
    n.boot_ms = (int64_t)up.tv_sec * 1000 + up.tv_nsec / 1000000;
    return n;
}

void load_room_begin(struct load_room *r)
{
    memset(r, 0, sizeof *r);
    r->scratch = malloc(CAP_SCRATCH_BYTES);
    r->out.cap = r->in.cap = 64U << 20;
}

void load_room_end(struct load_room *r)
{
    free(r->scratch);
    bundle_buffer_drop(&r->out);
    bundle_buffer_drop(&r->in);
}

static void append_in(struct load_device *d, struct store_txn *t)
{
    uint8_t body[CAP_BODY_BYTES];
    union body b;
    h32 hash;
    struct err err = {.st = ST_OK};
    struct now now = real_now();
    memset(&b, 0, sizeof b);
    b.head.visit = sample_id8("visit");
    struct append what = {
        .kind = KIND_VISIT_TRAVELLING, .subject_type = SUBJECT_JOB, .subject = d->job};
    d->job.b[15] = (uint8_t)(++d->acts / 20); /* some twenty a visit, as a day has them */
    bench_must(body_encode(what.kind, &b, body, sizeof body, &what.body), "a body", NULL);
    bench_must(t != NULL ? journal_append_in(&d->journal, t, &what, &now, &hash, &err)
                         : journal_append(&d->journal, &what, &now, &hash, &err),
               "journal_append", &err);
}

void load_append(struct load_device *d, struct load_room *r, unsigned n)
{
    d->journal.scratch = r->scratch;
    for (unsigned i = 0; i < n; i++) {
        append_in(d, NULL);
    }
}

static bool answered(struct load_device *d, bytes answer, struct exchange_result *res)
{
    struct err err = {.st = ST_OK};
    struct now now = real_now();
    return exchange_answer(&d->journal, answer, &now, res, &err) == ST_OK && res->problems == 0 &&
           res->receipts_refused == 0;
}

static void request(struct load_device *d, struct load_room *r, struct bundle_buffer *to,
                    struct exchange_result *res)
{
    struct err err = {.st = ST_OK};
    struct now now = real_now();
    d->journal.scratch = r->scratch;
    memset(res, 0, sizeof *res);
    to->n = 0;
    bench_must(exchange_request(&d->journal, NULL, &now, bundle_buffer_sink, to, res, &err),
               "exchange_request", &err);
}

bool load_sync(struct load_device *d, struct load_room *r, struct http_client *http)
{
    struct exchange_result res;
    struct err err = {.st = ST_OK};
    for (unsigned rounds = 0; rounds < EXCHANGE_ROUNDS; rounds++) {
        struct http_reply reply = {0};
        request(d, r, &r->out, &res);
        r->in.n = 0;
        if (http_sync(http, bytes_of(r->out.p, r->out.n), bundle_buffer_sink, &r->in, NULL, &reply,
                      &err) != ST_OK ||
            !answered(d, bytes_of(r->in.p, r->in.n), &res)) {
            return false;
        }
        if (!res.again) {
            return res.unsent == 0;
        }
    }
    return false;
}

void load_prepare(struct load_device *d, struct load_room *r, unsigned n)
{
    struct store_txn *t = NULL;
    struct err err = {.st = ST_OK};
    struct exchange_result res;
    d->journal.scratch = r->scratch;
    bench_must(store_write(d->store, &t, &err), "write", &err);
    for (unsigned i = 0; i < n; i++) {
        append_in(d, t);
    }
    bench_must(store_commit(&t, &err), "commit", &err);
    d->request.cap = d->answer.cap = 8U << 20;
    d->answer.n = 0;
    request(d, r, &d->request, &res);
}

bool load_received(struct load_device *d, struct load_room *r)
{
    struct exchange_result res = {0};
    d->journal.scratch = r->scratch;
    bool well = answered(d, bytes_of(d->answer.p, d->answer.n), &res) && res.receipts > 0 &&
                res.unsent == 0;
    bundle_buffer_drop(&d->request);
    bundle_buffer_drop(&d->answer);
    return well;
}

void load_device_end(struct load_device *d)
{
    if (d->store != NULL) {
        journal_close(&d->journal);
        store_close(&d->store);
        bench_remove(d->dir);
    }
}

/* Joined through the real bundles; its store has a plain key instead of a PIN's, which takes a
 * tenth of a second each to derive. */
static void join_one(struct desk *desk, struct load_device *d, unsigned n, struct load_room *r)
{
    struct pair *p = &desk->p;
    struct hq_invite inv = {.person = bench_office_id("person", n % OFFICE_PEOPLE),
                            .role = ROLE_TECHNICIAN};
    struct join *j = calloc(1, sizeof *j);
    struct exchange_result res;
    char code[20];
    int64_t until;
    uint8_t doc[CAP_TRUST_BYTES];
    const char *problem;
    struct now now = real_now();
    snprintf(inv.prefix, sizeof inv.prefix, "D%u", n);
    pair_dir(d->dir, sizeof d->dir, "handheld");
    PAIR_OK(p, hq_join_invite(p->hq, &inv, code, &until, &p->err));
    PAIR_OK(p, join_begin(j, str_c(code), pair_trust(p, doc), &p->err));
    r->out.n = r->in.n = 0;
    PAIR_OK(p, join_request(j, &now, bundle_buffer_sink, &r->out, &p->err));
    PAIR_OK(p, hq_exchange(p->hq, bytes_of(r->out.p, r->out.n), bundle_buffer_sink, &r->in,
                           &problem, &p->err));
    PAIR_OK(p, join_answer(j, bytes_of(r->in.p, r->in.n), &p->err));
    struct store_options o = {
        .side = STORE_DEVICE, .mode = STORE_WRITE, .map_bytes = DEVICE_MAP, .data_key = bench_key};
    PAIR_OK(p, store_create(d->dir, &o, &p->err));
    PAIR_OK(p, store_open(d->dir, &o, &d->store, &p->err));
    PAIR_OK(p, journal_found(d->store, &j->keys, true, bytes_of(j->trust_doc, j->trust_doc_n),
                             bytes_of(j->cert, j->cert_n), &now,
                             arena_of(r->scratch, CAP_SCRATCH_BYTES), &p->err));
    PAIR_OK(
        p, journal_open(&d->journal, d->store, NULL, r->scratch, CAP_SCRATCH_BYTES, &now, &p->err));
    join_end(j);
    free(j);
    for (unsigned rounds = 0; rounds < EXCHANGE_ROUNDS && check_failures == 0; rounds++) {
        request(d, r, &r->out, &res);
        r->in.n = 0;
        PAIR_OK(p, hq_exchange(p->hq, bytes_of(r->out.p, r->out.n), bundle_buffer_sink, &r->in,
                               &problem, &p->err));
        if (!answered(d, bytes_of(r->in.p, r->in.n), &res) || !res.again) {
            break;
        }
    }
    if (check_failures != 0) {
        bench_die("a handheld joins", ST_BUG, &p->err);
    }
    char id[32];
    snprintf(id, sizeof id, "job of handheld %u", n);
    d->job = sample_id16(id);
}

/* ---- docketd ----------------------------------------------------------------------------------
 */

static bool spawn(struct load_docketd *d, const char *program)
{
    int out[2];
    char line[160] = "";
    if (pipe(out) != 0) {
        return false;
    }
    d->pid = fork();
    if (d->pid == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(out[1], STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
        bool page = access(LOAD_ASSETS "/console/index.html", R_OK) == 0;
        execl(program, program, "--store", d->desk.p.dir, "--listen", "127.0.0.1:0",
              page ? "--assets" : (char *)NULL, LOAD_ASSETS, (char *)NULL);
        _exit(127);
    }
    close(out[1]);
    FILE *f = fdopen(out[0], "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL &&
           strncmp(line, "listening on ", 13) != 0) {
    }
    snprintf(d->address, sizeof d->address, "%.*s", (int)strcspn(line + 13, "\n"), line + 13);
    if (f != NULL) {
        fclose(f);
    }
    return strncmp(line, "listening on ", 13) == 0;
}

bool load_docketd_begin(const struct bench *b, struct load_device *d, unsigned n, unsigned logins,
                        struct load_docketd *out)
{
    const char *base = getenv("B");
    char program[BENCH_PATH_BYTES], login[16];
    struct load_room room;
    memset(out, 0, sizeof *out);
    snprintf(program, sizeof program, "%s/bin/docketd", base != NULL ? base : "build/release");
    if (access(program, X_OK) != 0) {
        return false;
    }
    double from = bench_us();
    bench_office_begin(b, &out->desk, b->quick ? 10000 : CALLS, NULL);
    for (unsigned i = 0; i < logins; i++) {
        snprintf(login, sizeof login, "s%u", i);
        desk_user(&out->desk, login, ROLE_SUPERVISOR, DESK_HERE);
    }
    load_room_begin(&room);
    for (unsigned i = 0; i < n; i++) {
        join_one(&out->desk, &d[i], i, &room);
    }
    load_room_end(&room);
    bench_note("headquarters with %u handhelds joined and synced in %.1f s", n,
               (bench_us() - from) / 1e6);
    hq_close(&out->desk.p.hq);
    return spawn(out, program);
}

void load_docketd_end(struct load_docketd *d)
{
    int status;
    kill(d->pid, SIGTERM);
    if (waitpid(d->pid, &status, 0) != d->pid || status != 0) {
        bench_die("docketd did not end well", ST_BUG, NULL);
    }
    bench_remove(d->desk.p.dir);
}

/* ---- sessions ---------------------------------------------------------------------------------
 */

static int dial(const char *address)
{
    char host[64];
    int one = 1;
    struct sockaddr_in to = {.sin_family = AF_INET};
    struct timeval patience = {.tv_sec = 30};
    snprintf(host, sizeof host, "%s", address);
    char *colon = strrchr(host, ':');
    if (colon == NULL) {
        return -1;
    }
    *colon = '\0';
    to.sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
    inet_pton(AF_INET, host, &to.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
        close(fd);
        return -1;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return fd;
}

static bool say(struct load_session *s, int fd, const char *method, const char *target,
                const char *body)
{
    char head[1024];
    size_t n = body == NULL ? 0 : strlen(body);
    int k = snprintf(head, sizeof head,
                     "%s /api/v1%s HTTP/1.1\r\nHost: docketd\r\nCookie: %s\r\nX-CSRF-Token: %s\r\n"
                     "Idempotency-Key: bench-%s-%u\r\nContent-Type: application/json\r\n"
                     "Content-Length: %zu\r\n\r\n%s",
                     method, target, s->cookie, s->csrf, s->address, ++s->writes, n,
                     body == NULL ? "" : body);
    return k > 0 && (size_t)k < sizeof head && send(fd, head, (size_t)k, MSG_NOSIGNAL) == k;
}

/* The status; the body into s->reply, the headers into `head`. */
static unsigned hear(struct load_session *s, char head[static HEAD_BYTES])
{
    size_t n = 0, want = SIZE_MAX, begin = 0;
    while (n < want) {
        ssize_t got = recv(s->fd, s->reply + n, s->cap - 1 - n, 0);
        if (got <= 0) {
            return 0;
        }
        n += (size_t)got;
        s->reply[n] = '\0';
        const char *end = want == SIZE_MAX ? strstr(s->reply, "\r\n\r\n") : NULL;
        const char *length = end == NULL ? NULL : strstr(s->reply, "Content-Length: ");
        if (length != NULL && length < end) {
            begin = (size_t)(end + 4 - s->reply);
            want = begin + strtoul(length + 16, NULL, 10);
            snprintf(head, HEAD_BYTES, "%.*s", (int)begin, s->reply);
        }
        if (want != SIZE_MAX && want >= s->cap) {
            return 0;
        }
    }
    unsigned status = (unsigned)strtoul(s->reply + 9, NULL, 10);
    memmove(s->reply, s->reply + begin, n - begin + 1);
    return status;
}

unsigned load_ask(struct load_session *s, const char *method, const char *target, const char *body)
{
    char head[HEAD_BYTES] = "";
    if (!say(s, s->fd, method, target, body)) {
        return 0;
    }
    unsigned status = hear(s, head);
    const char *cookie = strstr(head, "Set-Cookie: docket=");
    if (cookie != NULL) { /* renewed */
        snprintf(s->cookie, sizeof s->cookie, "%.*s", (int)strcspn(cookie + 12, ";\r"),
                 cookie + 12);
    }
    return status;
}

void load_login(struct load_session *s, const char *address, unsigned n)
{
    char body[128];
    memset(s, 0, sizeof *s);
    snprintf(s->address, sizeof s->address, "%u", n);
    snprintf(body, sizeof body, "{\"login\":\"s%u\",\"password\":\"" DESK_PASSWORD "\"}", n);
    s->cap = REPLY_BYTES;
    s->reply = malloc(s->cap);
    s->fd = dial(address);
    s->events = dial(address);
    if (s->fd < 0 || s->events < 0 || load_ask(s, "POST", "/session", body) != 200) {
        fprintf(stderr, "bench: %s\n", s->fd < 0 ? "no connection" : s->reply);
        exit(1);
    }
    const char *csrf = strstr(s->reply, "\"csrf\":\"");
    snprintf(s->csrf, sizeof s->csrf, "%.*s", csrf == NULL ? 0 : (int)strcspn(csrf + 8, "\""),
             csrf == NULL ? "" : csrf + 8);
    if (!say(s, s->events, "GET", "/events", NULL)) {
        bench_die("events", ST_OFFLINE, NULL);
    }
}

unsigned load_events(struct load_session *s)
{
    static _Thread_local char buf[65536];
    unsigned n = 0;
    for (;;) {
        ssize_t got = recv(s->events, buf, sizeof buf - 1, MSG_DONTWAIT);
        if (got <= 0) {
            return n;
        }
        buf[got] = '\0';
        for (const char *p = strstr(buf, "event: changed"); p != NULL;
             p = strstr(p + 1, "event: changed")) {
            n++;
        }
    }
}

void load_logout(struct load_session *s)
{
    close(s->fd);
    close(s->events);
    free(s->reply);
}
