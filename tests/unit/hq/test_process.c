/* test_process.c - the real docketd on a free port: bytes on the wire, errors, the control socket,
 * a server that goes away, the backlog. */
#include "sync/carrier/http_client.h"
#include "sync/hq/control.h"
#include "tests/unit/hq/scene.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct pair p;
static struct pair_device d;
static id16 who, job;
static pid_t pid;
static char url[160];
static struct http_client *client;

static const char *program(char *buf, size_t cap)
{
    const char *b = getenv("B");
    snprintf(buf, cap, "%s/bin/docketd", b != NULL ? b : "build/debug");
    return buf;
}

/* docketd over p's store, which this process lets go. */
static bool serve(void)
{
    char exe[200], line[200] = "";
    int out[2];
    pair_end(&p);
    if (pipe(out) != 0) {
        return false;
    }
    pid = fork();
    if (pid == 0) {
        dup2(out[1], 1);
        close(out[0]);
        close(out[1]);
        execl(program(exe, sizeof exe), "docketd", "--store", p.dir, "--listen", "127.0.0.1:0",
              (char *)NULL);
        _exit(127);
    }
    close(out[1]);
    FILE *f = fdopen(out[0], "r");
    char *got = f != NULL ? fgets(line, sizeof line, f) : NULL;
    if (f != NULL) {
        fclose(f);
    }
    char *nl = strchr(line, '\n');
    if (got == NULL || nl == NULL || strncmp(line, "listening on ", 13) != 0) {
        check_fail(__FILE__, __LINE__, "docketd did not start");
        return false;
    }
    *nl = '\0';
    snprintf(url, sizeof url, "http://%.100s", line + 13);
    PAIR_OK(&p, http_open(&client, url, &p.err));
    return true;
}

static int stop(int sig)
{
    int status = 0;
    http_close(&client);
    kill(pid, sig);
    waitpid(pid, &status, 0);
    return status;
}

static struct now real_now(void)
{
    struct now n;
    struct clock c = hq_clock_system();
    c.read(c.ctx, &n);
    return n;
}

static void begin(void)
{
    pair_begin(&p);
    p.ms = real_now().wall_ms; /* docketd has the system's clock */
    job = scene_job(&p, &who);
    pair_join(&p, &d, who, "D1");
}

static enum st sync_once(struct exchange_result *res, struct http_reply *reply)
{
    struct bundle_buffer req = {.cap = 1 << 26}, ans = {.cap = 1 << 26};
    struct now now = real_now();
    memset(res, 0, sizeof *res);
    enum st st = exchange_request(&d.journal, NULL, &now, bundle_buffer_sink, &req, res, &p.err);
    if (st == ST_OK) {
        st = http_sync(client, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, NULL, reply,
                       &p.err);
    }
    if (st == ST_OK) {
        st = exchange_answer(&d.journal, bytes_of(ans.p, ans.n), &now, res, &p.err);
    }
    bundle_buffer_drop(&req);
    bundle_buffer_drop(&ans);
    return st;
}

/* A line that breaks before the last byte, or hangs: the bundle's begin is at headquarters. */
static int half_sent(bytes req)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)strtol(strrchr(url, ':') + 1, NULL, 10))};
    char head[200];
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int n = snprintf(head, sizeof head,
                     "POST /v1/sync HTTP/1.1\r\nHost: hq\r\nContent-Type: %s\r\n"
                     "Content-Length: %zu\r\n\r\n",
                     BUNDLE_MEDIA_TYPE, req.n);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(fd >= 0 && connect(fd, (const struct sockaddr *)&at, sizeof at) == 0 &&
          write(fd, head, (size_t)n) == n && write(fd, req.p, req.n - 1) == (ssize_t)(req.n - 1));
    return fd;
}

static double seconds(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void a_sync_over_http_stays_within_its_bytes(void)
{
    struct exchange_result r;
    struct http_reply reply;
    id8 visit = {{1}};
    begin();
    if (!serve()) {
        return;
    }
    PAIR_OK(&p, sync_once(&r, &reply));
    CHECK(r.received_entries >= 4);
    PAIR_OK(&p, sync_once(&r, &reply));
    double t = seconds();
    PAIR_OK(&p, sync_once(&r, &reply));
    t = seconds() - t;
    uint64_t both = reply.sent_bytes + reply.received_bytes;
    printf("# nothing new: %llu bytes out, %llu in, %.2f ms\n",
           (unsigned long long)reply.sent_bytes, (unsigned long long)reply.received_bytes, t * 1e3);
    CHECK(both <= 700);
    CHECK_INT(r.sent_entries + r.received_entries + r.receipts, 0);
    pair_step(&p, &d, job, KIND_VISIT_ACCEPTED, visit);
    PAIR_OK(&p, sync_once(&r, &reply));
    h32 e = pair_step(&p, &d, job, KIND_VISIT_ARRIVED, visit);
    t = seconds();
    PAIR_OK(&p, sync_once(&r, &reply));
    t = seconds() - t;
    both = reply.sent_bytes + reply.received_bytes;
    printf("# one new action: %llu bytes out, %llu in, %.2f ms\n",
           (unsigned long long)reply.sent_bytes, (unsigned long long)reply.received_bytes, t * 1e3);
    CHECK(both <= 1100);
    CHECK_INT(r.sent_entries, 1);
    CHECK(!r.again);
    CHECK_INT(pair_place(&p, &d, e), SYNC_HQ);
    CHECK_INT(stop(SIGTERM), 0);
    pair_leave(&d);
}

static void a_backlog_is_taken_and_folded_while_others_are_served(void)
{
    struct exchange_result r;
    struct http_reply reply;
    id8 visit = {{1}};
    begin();
    pair_step(&p, &d, job, KIND_VISIT_ACCEPTED, visit);
    struct store_txn *t = NULL;
    struct now now = real_now();
    uint8_t body[64];
    union body b;
    memset(&b, 0, sizeof b);
    b.head.visit = visit;
    struct append what = {.kind = KIND_VISIT_TRAVELLING, .subject_type = SUBJECT_JOB};
    PAIR_OK(&p, body_encode(what.kind, &b, body, sizeof body, &what.body));
    PAIR_OK(&p, store_write(d.store, &t, &p.err));
    for (unsigned i = 0; i < 3000; i++) {
        h32 hash;
        memcpy(what.subject.b, &i, 2); /* sixty-odd subjects would do; these are many small ones */
        what.subject.b[15] = 1;
        PAIR_OK(&p, journal_append_in(&d.journal, t, &what, &now, &hash, &p.err));
    }
    PAIR_OK(&p, store_commit(&t, &p.err));
    if (!serve()) {
        return;
    }
    double start = seconds();
    PAIR_OK(&p, sync_once(&r, &reply));
    double took = seconds() - start;
    printf("# %u entries in %.0f ms\n", r.sent_entries, took * 1e3);
    CHECK_INT(r.unsent, 0);
    CHECK_INT(stop(SIGTERM), 0);
    /* What was left to fold is finished at the next start, at the latest. */
    pair_open_hq(&p);
    CHECK(!p.hq->rest_due);
    h32 here = pair_digest(&p, d.store, what.subject, NULL);
    h32 there = pair_digest(&p, p.hq->store, what.subject, NULL);
    CHECK_BYTES(here.b, 32, there.b, 32);
    pair_end(&p);
    pair_leave(&d);
}

static void refusals_are_sentences(void)
{
    struct http_reply reply;
    struct bundle_buffer ans = {.cap = 1 << 20};
    begin();
    if (!serve()) {
        return;
    }
    CHECK_INT(http_sync(client, str_bytes(S("this is no bundle at all")), bundle_buffer_sink, &ans,
                        NULL, &reply, &p.err),
              ST_REFUSED);
    CHECK_INT(reply.status, 400);
    CHECK_STR(reply.problem_type, "malformed");
    CHECK_STR(p.err.text, "this is not a docket bundle");
    CHECK_INT(ans.n, 0);
    uint8_t *big = calloc(1, HQ_REQUEST_BYTES + 1);
    CHECK_INT(http_sync(client, bytes_of(big, HQ_REQUEST_BYTES + 1), bundle_buffer_sink, &ans, NULL,
                        &reply, &p.err),
              ST_REFUSED);
    CHECK_INT(reply.status, 413); /* though he was still writing when it was clear */
    uint8_t *endless = calloc(1, HQ_DROP_BYTES + 1); /* who goes on and on is cut off */
    enum st st = http_sync(client, bytes_of(endless, HQ_DROP_BYTES + 1), bundle_buffer_sink, &ans,
                           NULL, &reply, &p.err);
    CHECK(st == ST_REFUSED || st == ST_OFFLINE);
    free(endless);
    free(big);
    uint8_t doc[CAP_TRUST_BYTES];
    size_t n;
    PAIR_OK(&p, http_trust(client, doc, sizeof doc, &n, &reply, &p.err));
    struct trust t;
    const char *rule;
    CHECK_INT(trust_open(bytes_of(doc, n), NULL, &t, &rule), ST_OK);
    CHECK_INT(stop(SIGTERM), 0);
    CHECK_INT(http_open(&client, url, &p.err), ST_OK);
    CHECK_INT(http_sync(client, str_bytes(S("x")), bundle_buffer_sink, &ans, NULL, &reply, &p.err),
              ST_OFFLINE);
    http_close(&client);
    CHECK_INT(http_open(&client, "ftp://elsewhere", &p.err), ST_BAD_INPUT);
    bundle_buffer_drop(&ans);
    pair_leave(&d);
}

static void a_server_killed_in_the_middle_loses_nothing(void)
{
    struct exchange_result r;
    struct http_reply reply;
    id8 visit = {{1}};
    begin();
    for (unsigned round = 0; round < 5; round++) {
        if (!serve()) {
            return;
        }
        h32 e = pair_step(&p, &d, job, KIND_VISIT_ACCEPTED, visit);
        if (round % 2 == 0) {
            PAIR_OK(&p, sync_once(&r, &reply));
            CHECK_INT(pair_place(&p, &d, e), SYNC_HQ);
        }
        stop(SIGKILL); /* what has a receipt was on disk */
        CHECK_INT(pair_place(&p, &d, e), round % 2 == 0 ? SYNC_HQ : SYNC_HERE);
        pair_open_hq(&p);
        struct store_txn *t = NULL;
        PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
        CHECK(store_has(t, T_HASH, bytes_of(e.b, 32)) == (round % 2 == 0));
        store_abort(&t);
    }
    pair_end(&p);
    pair_leave(&d);
}

static void operations_run_in_docketd_when_it_holds_the_store(void)
{
    struct exchange_result r;
    struct http_reply reply;
    json_t *in, *out = NULL;
    begin();
    if (!serve()) {
        return;
    }
    in = json_pack("{s:s,s:s,s:{s:s}}", "type", "customer", "code", "C9", "fields", "name",
                   "Silver Fern");
    PAIR_OK(&p, ops_call(p.dir, NULL, "record.set", in, &out, &p.err));
    CHECK(json_is_true(json_object_get(out, "created")));
    json_decref(out);
    PAIR_OK(&p, ops_call(p.dir, NULL, "record.set", in, &out, &p.err));
    CHECK(json_is_true(json_object_get(out, "unchanged")));
    json_decref(out);
    json_decref(in);
    in = json_pack("{s:s}", "type", "customer");
    CHECK_INT(ops_call(p.dir, NULL, "record.set", in, &out, &p.err), ST_BAD_INPUT);
    CHECK_INT(ops_call(p.dir, NULL, "no.such", in, &out, &p.err), ST_BAD_INPUT);
    json_decref(in);
    PAIR_OK(&p, sync_once(&r, &reply));
    in = json_object();
    PAIR_OK(&p, ops_call(p.dir, NULL, "status", in, &out, &p.err));
    CHECK_INT(json_integer_value(
                  json_object_get(json_array_get(json_object_get(out, "devices"), 0), "entries")),
              1);
    json_decref(out);
    CHECK_INT(stop(SIGTERM), 0);
    PAIR_OK(&p,
            ops_call(p.dir, NULL, "status", in, &out, &p.err)); /* and without it just as well */
    json_decref(out);
    CHECK_INT(ops_call("postgresql://db/docket", NULL, "status", in, &out, &p.err), ST_BAD_INPUT);
    json_decref(in);
    pair_leave(&d);
}

static enum st sync_of(struct pair_device *who_syncs, struct http_reply *reply)
{
    struct exchange_result r;
    struct pair_device kept = d;
    d = *who_syncs;
    enum st st = sync_once(&r, reply);
    *who_syncs = d;
    d = kept;
    return st;
}

static void one_author_has_so_many_exchanges_in_hand_and_others_their_own(void)
{
    struct exchange_result r;
    struct http_reply reply;
    struct pair_device other;
    struct bundle_buffer req = {.cap = 1 << 20};
    struct timespec pause = {0, 20000000};
    int fd[HQ_AUTHOR_EXCHANGES + 20];
    unsigned n = 0;
    enum st st = ST_OK;
    id8 visit = {{1}};
    begin();
    pair_join(&p, &other, who, "D2");
    if (!serve()) {
        return;
    }
    PAIR_OK(&p, sync_once(&r, &reply));
    pair_step(&p, &d, job, KIND_VISIT_ACCEPTED, visit);
    struct now now = real_now();
    memset(&r, 0, sizeof r);
    PAIR_OK(&p, exchange_request(&d.journal, NULL, &now, bundle_buffer_sink, &req, &r, &p.err));
    while (n < HQ_AUTHOR_EXCHANGES) {
        fd[n++] = half_sent(bytes_of(req.p, req.n));
    }
    /* Until docketd has read them all. A try that came before the last of them took its turn. */
    while (st == ST_OK && n < HQ_AUTHOR_EXCHANGES + 20) {
        nanosleep(&pause, NULL);
        st = sync_once(&r, &reply);
        if (st == ST_OK) {
            fd[n++] = half_sent(bytes_of(req.p, req.n));
        }
    }
    CHECK_INT(st, ST_WAIT);
    CHECK_INT(reply.status, 503);
    CHECK_STR(reply.problem_type, "busy");
    CHECK(reply.retry_after_s > 0 && p.err.wait_s == reply.retry_after_s);
    PAIR_OK(&p, sync_of(&other, &reply));
    while (n > 0) {
        close(fd[--n]);
    }
    for (int i = 0; i < 250 && (i == 0 || st != ST_OK); i++) {
        st = sync_once(&r, &reply);
        nanosleep(&pause, NULL);
    }
    PAIR_OK(&p, st); /* as after any lost line */
    CHECK_INT(r.unsent, 0);
    CHECK_INT(stop(SIGTERM), 0);
    bundle_buffer_drop(&req);
    pair_leave(&other);
    pair_leave(&d);
}

int main(void)
{
    char exe[200];
    if (access(program(exe, sizeof exe), X_OK) != 0) {
        printf("not ok - docketd is not built at %s\n", exe);
        return 1;
    }
    struct err err;
    if (http_global_init(&err) != ST_OK) {
        return 99;
    }
    RUN(a_sync_over_http_stays_within_its_bytes);
    RUN(a_backlog_is_taken_and_folded_while_others_are_served);
    RUN(refusals_are_sentences);
    RUN(one_author_has_so_many_exchanges_in_hand_and_others_their_own);
    RUN(a_server_killed_in_the_middle_loses_nothing);
    RUN(operations_run_in_docketd_when_it_holds_the_store);
    CHECK_END();
}
