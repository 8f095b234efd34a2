/* server.c - see server.h. */
#include "sync/hq/server.h"

#include "sync/carrier/file.h"
#include "sync/hq/hq_answer.h"
#include "sync/hq/hq_turns.h"
#include "sync/hq/pace.h"
#include "sync/hq/problem.h"
#include "sync/hq/rate.h"
#include "sync/hq/web.h"
#include "sync/hq/web_peer.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netdb.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define PEM_BYTES (256U << 10)
#define TLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-SHA1"
#define CONNECTION_MEMORY_BYTES (64U << 10) /* headers of a request, and its read buffer */

struct server {
    struct hq *hq;
    struct hq_writer *writer;
    struct MHD_Daemon *daemon;
    struct web *web;
    struct hq_turns *turns;
    struct pace *pace;
    struct rate *codes;       /* enrolment codes that were none, by address */
    char *tls_cert, *tls_key; /* PEM, malloc */
    atomic_size_t in_flight;  /* bytes of all requests */
    char address[128];
};

enum route {
    ROUTE_NONE,
    ROUTE_SYNC,
    ROUTE_TRUST,
    ROUTE_HEALTH,
    ROUTE_METHOD,
    ROUTE_WEB,
    ROUTE_HOSTLESS
};
struct exchange {
    struct server *server;
    struct MHD_Connection *connection;
    enum route route;
    struct web_exchange *web;
    struct hq_request *request;
    struct hq_writer_task task;
    size_t counted; /* in server->in_flight */
    bool submitted, refused;
    bool turn;         /* one of its author's, to be given back */
    const char *allow; /* of a wrong method: what the address takes */
    struct {
        enum st st;
        const char *problem, *detail; /* NULL: there is none */
    } later;                          /* what the headers were refused for, told after the body */
    size_t dropped;                   /* of a body that is refused */
};

/* --- answers
 * ------------------------------------------------------------------------------------------------
 */

/* What goes with every answer; what a browser could show says that there is nothing to run in it. A
 * bundle and a trust document are no pages and stay short. */
static enum MHD_Result dress(const struct server *s, struct MHD_Response *r, const char *type)
{
    bool page = strncmp(type, "text/", 5) == 0 || strstr(type, "json") != NULL;
    enum MHD_Result ok = MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    ok = ok == MHD_YES ? MHD_add_response_header(r, "X-Content-Type-Options", "nosniff") : ok;
    if (ok == MHD_YES && s->tls_cert != NULL) {
        ok = MHD_add_response_header(r, "Strict-Transport-Security",
                                     "max-age=31536000; includeSubDomains");
    }
    if (ok == MHD_YES && page) {
        ok = MHD_add_response_header(r, "Content-Security-Policy",
                                     "default-src 'none'; frame-ancestors 'none'");
        ok = ok == MHD_YES ? MHD_add_response_header(r, "Referrer-Policy", "no-referrer") : ok;
        ok = ok == MHD_YES ? MHD_add_response_header(r, "X-Frame-Options", "DENY") : ok;
        ok = ok == MHD_YES ? MHD_add_response_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store")
                           : ok;
    }
    return ok;
}

/* `with`: a header that the status asks for, and its value; NULL: none. */
static enum MHD_Result reply(const struct server *s, struct MHD_Connection *c, unsigned status,
                             const char *type, const void *body, size_t n,
                             enum MHD_ResponseMemoryMode mode, const char *with, const char *value)
{
    struct MHD_Response *r = MHD_create_response_from_buffer(n, (void *)(uintptr_t)body, mode);
    if (r == NULL) {
        if (mode == MHD_RESPMEM_MUST_FREE) {
            free((void *)(uintptr_t)body);
        }
        return MHD_NO;
    }
    enum MHD_Result ok = dress(s, r, type);
    if (ok == MHD_YES && with != NULL) {
        ok = MHD_add_response_header(r, with, value);
    }
    if (ok == MHD_YES) {
        ok = MHD_queue_response(c, status, r);
    }
    MHD_destroy_response(r);
    return ok;
}

static enum MHD_Result refuse(struct exchange *x, enum st st, const char *problem,
                              const char *detail, int wait_s)
{
    char body[PROBLEM_BYTES], wait[16];
    unsigned status = problem_status(st, problem);
    size_t n = problem_json(status, problem, detail, body, sizeof body);
    int retry = status == 503 || status == 429 ? (wait_s > 0 ? wait_s : 5) : 0;
    x->refused = true;
    fprintf(stderr, "{\"event\":\"refused\",\"status\":%u,\"problem\":\"%s\"}\n", status,
            problem != NULL ? problem : "");
    snprintf(wait, sizeof wait, "%d", retry);
    return reply(x->server, x->connection, status, "application/problem+json", body, n,
                 MHD_RESPMEM_MUST_COPY,
                 retry > 0          ? MHD_HTTP_HEADER_RETRY_AFTER
                 : x->allow != NULL ? MHD_HTTP_HEADER_ALLOW
                                    : NULL,
                 retry > 0 ? wait : x->allow);
}

static enum MHD_Result answer(struct exchange *x)
{
    struct hq_request *r = x->request;
    struct bundle_buffer out = {.cap = EXCHANGE_ANSWER_BYTES + EXCHANGE_LARGE_BYTES};
    struct err err = {0};
    if (r->st != ST_OK) {
        return refuse(x, r->st, r->problem, r->err.text, r->err.wait_s);
    }
    if (hq_answer(r, 0, 0, bundle_buffer_sink, &out, &err) != ST_OK) {
        bundle_buffer_drop(&out);
        fprintf(stderr, "docketd: an answer: %s\n", err.text);
        return refuse(x, ST_IO, "store", "headquarters could not read its store", 0);
    }
    return reply(x->server, x->connection, MHD_HTTP_OK, BUNDLE_MEDIA_TYPE, out.p, out.n,
                 MHD_RESPMEM_MUST_FREE, NULL, NULL);
}

/* All trust documents from the first root on, as the store has them now: the root may be changed
 * while we run. */
static enum MHD_Result trust(struct exchange *x)
{
    struct store_txn *t = NULL;
    struct err err = {0};
    uint8_t room[3 * CAP_TRUST_CHAIN_BYTES];
    struct arena tmp = arena_of(room, sizeof room);
    bytes doc = {NULL, 0};
    enum st st = store_read(x->server->hq->store, &t, &err);
    if (st == ST_OK) {
        st = trust_store_chain(t, 0, &tmp, &doc, &err);
    }
    store_abort(&t);
    if (st != ST_OK) {
        fprintf(stderr, "docketd: the trust documents: %s\n", err.text);
        return refuse(x, ST_IO, "store", "headquarters could not read its store", 0);
    }
    return reply(x->server, x->connection, MHD_HTTP_OK, "application/cose", doc.p, doc.n,
                 MHD_RESPMEM_MUST_COPY, NULL, NULL);
}

/* --- a request's way
 * ------------------------------------------------------------------------------------------ */

static bool count(struct exchange *x, size_t n)
{
    size_t before = atomic_fetch_add(&x->server->in_flight, n);
    x->counted += n;
    return before + n <= HQ_IN_FLIGHT_BYTES;
}

static void drop(struct exchange *x)
{
    atomic_fetch_sub(&x->server->in_flight, x->counted);
    if (x->turn) {
        hq_turns_give(x->server->turns, x->request->cert.author);
    }
    hq_request_drop(&x->request);
    if (x->web != NULL) {
        web_end(x->web);
    }
    free(x);
}

static void on_written(struct hq_writer_task *task)
{
    struct exchange *x = task->ctx;
    MHD_resume_connection(x->connection);
}

/* The connection broke off, what came of it was kept: nobody to tell. */
static void on_written_alone(struct hq_writer_task *task)
{
    drop(task->ctx);
}

/* Asked for its head alone, an address answers as to GET: the library leaves the body out. */
static const char *method_of(const char *method)
{
    return strcmp(method, "HEAD") == 0 ? "GET" : method;
}

static enum route route_of(const char *url, const char *method)
{
    bool get = strcmp(method, "GET") == 0, post = strcmp(method, "POST") == 0;
    if (strcmp(url, "/v1/sync") == 0) {
        return post ? ROUTE_SYNC : ROUTE_METHOD;
    }
    if (strcmp(url, "/v1/trust") == 0) {
        return get ? ROUTE_TRUST : ROUTE_METHOD;
    }
    if (strcmp(url, "/healthz") == 0) {
        return get ? ROUTE_HEALTH : ROUTE_METHOD;
    }
    return ROUTE_NONE;
}

/* An answer in the middle of a body closes the connection under whoever is still writing, and is
 * lost to him with it. So the body comes first and is dropped, as far as HQ_DROP_BYTES. */
static enum MHD_Result refuse_later(struct exchange *x, enum st st, const char *problem,
                                    const char *detail)
{
    x->later.st = st;
    x->later.problem = problem;
    x->later.detail = detail;
    return MHD_YES;
}

/* The first call has headers only: what can be refused before its body is refused here. */
static enum MHD_Result begin(struct server *s, struct MHD_Connection *c, const char *url,
                             const char *method, struct exchange **out)
{
    struct exchange *x = calloc(1, sizeof *x);
    if (x == NULL) {
        return MHD_NO;
    }
    *out = x;
    x->server = s;
    x->connection = c;
    x->route = route_of(url, method);
    if (x->route == ROUTE_NONE && web_takes(s->web, url)) {
        x->route = ROUTE_WEB;
        x->web = web_begin(s->web, c, url, method);
        return x->web != NULL ? MHD_YES : MHD_NO;
    }
    if (x->route != ROUTE_SYNC) {
        return MHD_YES;
    }
    const char *length =
        MHD_lookup_connection_value(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    const char *type =
        MHD_lookup_connection_value(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_TYPE);
    unsigned long long n = length == NULL ? 0 : strtoull(length, NULL, 10);
    if (n > HQ_DROP_BYTES) {
        return refuse(x, ST_TOO_BIG, "too-large", "the bundle is too long: send it in parts", 0);
    }
    if (n > HQ_REQUEST_BYTES) {
        return refuse_later(x, ST_TOO_BIG, "too-large", "the bundle is too long: send it in parts");
    }
    if (type == NULL || strcmp(type, BUNDLE_MEDIA_TYPE) != 0) {
        return refuse_later(x, ST_BAD_INPUT, "media-type", "a bundle is " BUNDLE_MEDIA_TYPE);
    }
    struct err err;
    if (hq_request_new(s->hq, &x->request, &err) != ST_OK) {
        return refuse_later(x, ST_FULL, "busy", "headquarters has no memory left");
    }
    return MHD_YES;
}

/* The first frame has shown who sends: is it his turn? */
static void take_turn(struct exchange *x)
{
    struct hq_request *r = x->request;
    if (x->turn || r->st != ST_OK || r->joining || !r->has_manifest) {
        return;
    }
    x->turn = hq_turns_take(x->server->turns, r->cert.author);
    if (!x->turn) {
        IGNORE(hq_request_refuse(r, ST_WAIT, "busy",
                                 "headquarters still has other bundles of this device in hand"));
    }
}

static enum MHD_Result feed(struct exchange *x, const char *data, size_t *n)
{
    if (x->refused || x->later.problem != NULL || x->request->st != ST_OK) {
        x->dropped += *n; /* nothing of it is kept */
        *n = 0;
        return x->dropped <= HQ_DROP_BYTES ? MHD_YES : MHD_NO;
    }
    if (!count(x, *n)) {
        /* Remembered: it is answered when the body is through. */
        IGNORE(hq_request_refuse(x->request, ST_FULL, "busy", "headquarters is busy"));
    } else {
        IGNORE(hq_request_feed(x->request, bytes_of(data, *n))); /* likewise, in r->st */
        take_turn(x);
    }
    *n = 0;
    return MHD_YES;
}

/* A code has 80 bits: nobody finds one by trying. Who tries all the same, or types one wrong again
 * and again, waits. */
static int codes_wait_s(struct exchange *x, bool wrong)
{
    struct web_peer peer;
    web_peer_of(x->connection, &peer);
    return (wrong ? rate_take : rate_wait)(x->server->codes, peer.limit, pace_now_ms());
}

static bool wrong_code(const struct hq_request *r)
{
    return r->joining && r->st != ST_OK && r->problem != NULL &&
           strncmp(r->problem, "enrol-", 6) == 0;
}

static enum MHD_Result complete(struct exchange *x)
{
    if (x->later.problem != NULL && !x->refused) {
        return refuse(x, x->later.st, x->later.problem, x->later.detail, 0);
    }
    if (x->submitted || x->refused) {
        return x->refused ? MHD_YES : answer(x);
    }
    if (x->request->joining && x->request->st == ST_OK) {
        int wait = codes_wait_s(x, false);
        if (wait > 0) {
            return refuse(x, ST_WAIT, "enrol-wait", "too many enrolment codes were wrong: wait",
                          wait);
        }
    }
    if (hq_request_ready(x->request) != ST_OK) {
        IGNORE(wrong_code(x->request) && codes_wait_s(x, true) > 0); /* the next is told */
        return answer(x);
    }
    x->task = (struct hq_writer_task){.request = x->request, .done = on_written, .ctx = x};
    x->submitted = true;
    /* Suspended first: the writer may be done before this line ends. */
    MHD_suspend_connection(x->connection);
    if (hq_writer_submit(x->server->writer, &x->task) != ST_OK) {
        IGNORE(hq_request_refuse(x->request, ST_FULL, "busy", "headquarters is busy"));
        MHD_resume_connection(x->connection);
    }
    return MHD_YES;
}

static struct pace_line *line_of(struct MHD_Connection *c)
{
    const union MHD_ConnectionInfo *i =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return i == NULL ? NULL : i->socket_context;
}

static void on_connection(void *cls, struct MHD_Connection *c, void **line,
                          enum MHD_ConnectionNotificationCode code)
{
    struct server *s = cls;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        pace_end(s->pace, *line);
        *line = NULL;
        return;
    }
    const union MHD_ConnectionInfo *fd =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
    *line = fd == NULL ? NULL : pace_begin(s->pace, fd->connect_fd, pace_now_ms());
}

static void on_tick(void *ctx)
{
    struct server *s = ctx;
    pace_sweep(s->pace, pace_now_ms());
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *c, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *n, void **con)
{
    struct server *s = cls;
    if (*con == NULL) {
        struct exchange *x = NULL;
        enum MHD_Result ok = begin(s, c, url, method_of(method), &x);
        if (ok == MHD_YES && !x->refused && strcmp(version, "HTTP/1.1") == 0 &&
            MHD_lookup_connection_value(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_HOST) == NULL) {
            x->route = ROUTE_HOSTLESS;
        }
        *con = x;
        pace_asked(s->pace, line_of(c), pace_now_ms());
        return ok;
    }
    struct exchange *x = *con;
    if (*n != 0 && !pace_body(line_of(c), *n, pace_now_ms())) {
        return MHD_NO;
    }
    if (*n != 0 && x->route == ROUTE_SYNC) {
        return feed(x, data, n);
    }
    if (*n != 0) {
        x->dropped += x->route == ROUTE_WEB ? 0 : *n;
        bool on = x->route == ROUTE_WEB ? web_feed(x->web, data, *n) : x->dropped <= HQ_DROP_BYTES;
        *n = 0;
        return on ? MHD_YES : MHD_NO;
    }
    switch (x->route) {
    case ROUTE_SYNC:
        return complete(x);
    case ROUTE_TRUST:
        return trust(x);
    case ROUTE_HEALTH:
        return reply(s, c, MHD_HTTP_OK, "text/plain; charset=utf-8", "ok\n", 3,
                     MHD_RESPMEM_PERSISTENT, NULL, NULL);
    case ROUTE_METHOD:
        x->allow = strcmp(url, "/v1/sync") == 0 ? "POST" : "GET, HEAD";
        return refuse(x, ST_BAD_INPUT, "method", "this address takes another method", 0);
    case ROUTE_HOSTLESS:
        return refuse(x, ST_BAD_INPUT, "bad-request", "HTTP/1.1 says which host it asks", 0);
    case ROUTE_WEB:
        return web_complete(x->web);
    case ROUTE_NONE:
        break;
    }
    return refuse(x, ST_NOT_FOUND, "not-found", "there is nothing at this address", 0);
}

static void on_end(void *cls, struct MHD_Connection *c, void **con,
                   enum MHD_RequestTerminationCode code)
{
    struct exchange *x = *con;
    struct server *s = cls;
    *con = NULL;
    pace_asks(s->pace, line_of(c), pace_now_ms());
    if (x == NULL) {
        return;
    }
    bool cut = code != MHD_REQUEST_TERMINATED_COMPLETED_OK && !x->submitted && !x->refused &&
               x->request != NULL && !x->request->joining && x->request->nspans != 0;
    if (cut && hq_request_ready(x->request) == ST_OK) {
        /* The link broke in the middle: each frame that came whole is kept. */
        x->task =
            (struct hq_writer_task){.request = x->request, .done = on_written_alone, .ctx = x};
        if (hq_writer_submit(x->server->writer, &x->task) == ST_OK) {
            return;
        }
    }
    drop(x);
}

/* --- start and stop
 * --------------------------------------------------------------------------------------------- */

static enum st resolve(const char *listen, struct addrinfo **out, char *host, size_t cap,
                       struct err *err)
{
    const char *colon = strrchr(listen, ':');
    if (colon == NULL || colon == listen || colon[1] == '\0' || (size_t)(colon - listen) >= cap) {
        return err_set(err, ST_BAD_INPUT, 0, __func__, "an address is HOST:PORT");
    }
    size_t n = (size_t)(colon - listen);
    bool bracket = listen[0] == '[' && listen[n - 1] == ']';
    memcpy(host, listen + bracket, n - 2 * (size_t)bracket);
    host[n - 2 * (size_t)bracket] = '\0';
    struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    int rc = getaddrinfo(host, colon + 1, &hints, out);
    return rc == 0
               ? ST_OK
               : err_set(err, ST_BAD_INPUT, rc, __func__, "%.100s: %s", listen, gai_strerror(rc));
}

__attribute__((format(printf, 2, 0))) static void log_line(void *cls, const char *fmt, va_list ap)
{
    char text[300], line[PROBLEM_BYTES];
    (void)cls;
    vsnprintf(text, sizeof text, fmt, ap);
    problem_text(text, sizeof line, line);
    fprintf(stderr, "{\"event\":\"http\",\"text\":\"%s\"}\n", line);
}

static unsigned pool_size(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 2 ? 2 : n > HQ_WORKERS_MAX ? HQ_WORKERS_MAX : (unsigned)n;
}

/* A PEM file, whole; NULL when none is named. */
static enum st pem(const char *path, char **out, struct err *err)
{
    bytes all;
    if (path == NULL) {
        return ST_OK;
    }
    enum st st = file_read(path, PEM_BYTES, &all, err);
    if (st != ST_OK) {
        return st;
    }
    *out = malloc(all.n + 1);
    if (*out != NULL) {
        memcpy(*out, all.p, all.n);
        (*out)[all.n] = '\0';
    }
    free((void *)(uintptr_t)all.p);
    return *out != NULL ? ST_OK : err_set(err, ST_FULL, 0, __func__, "no memory");
}

static void listen_there(struct server *s, const struct addrinfo *at)
{
    bool tls = s->tls_cert != NULL;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME |
                     MHD_USE_SUPPRESS_DATE_NO_CLOCK | MHD_USE_ERROR_LOG |
                     (at->ai_family == AF_INET6 ? MHD_USE_IPv6 : 0U) | (tls ? MHD_USE_TLS : 0U);
    struct MHD_OptionItem tls_items[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, s->tls_cert},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, s->tls_key},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)TLS_PRIORITIES},
        {MHD_OPTION_END, 0, NULL}};
    struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
    s->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, s, MHD_OPTION_EXTERNAL_LOGGER, log_line, NULL,
        MHD_OPTION_SOCK_ADDR, at->ai_addr, MHD_OPTION_THREAD_POOL_SIZE, pool_size(),
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)HQ_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)HQ_CONNECTION_TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)CONNECTION_MEMORY_BYTES, MHD_OPTION_LISTENING_ADDRESS_REUSE, 1U,
        MHD_OPTION_LISTEN_BACKLOG_SIZE, (unsigned)HQ_CONNECTIONS,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)HQ_CONNECTIONS_EACH,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, s, MHD_OPTION_NOTIFY_COMPLETED, on_end, s,
        MHD_OPTION_ARRAY, tls ? tls_items : none, MHD_OPTION_END);
}

enum st server_start_with(struct server **out, struct hq *hq, struct hq_writer *w,
                          const struct server_options *opt, struct err *err)
{
    struct server *s = calloc(1, sizeof *s);
    struct web_options console = {
        .assets = opt->assets, .secure = opt->tls_cert != NULL, .tick = on_tick, .tick_ctx = s};
    struct addrinfo *at = NULL;
    char host[96];
    *out = NULL;
    if (s == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    s->hq = hq;
    s->writer = w;
    s->turns = hq_turns_new();
    s->pace = pace_new();
    s->codes = rate_new(HQ_WRONG_CODES, HQ_WRONG_CODES_ALL, 60000);
    enum st st = s->turns != NULL && s->pace != NULL && s->codes != NULL
                     ? ST_OK
                     : err_set(err, ST_FULL, 0, __func__, "no memory");
    st = st == ST_OK ? pem(opt->tls_cert, &s->tls_cert, err) : st;
    st = st == ST_OK ? pem(opt->tls_key, &s->tls_key, err) : st;
    st = st == ST_OK ? resolve(opt->listen, &at, host, sizeof host, err) : st;
    st = st == ST_OK ? web_new(hq, w, &console, &s->web, err) : st;
    if (st != ST_OK) {
        if (at != NULL) {
            freeaddrinfo(at);
        }
        server_stop(&s);
        return st;
    }
    listen_there(s, at);
    freeaddrinfo(at);
    const union MHD_DaemonInfo *port =
        s->daemon == NULL ? NULL : MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT);
    if (port == NULL) {
        server_stop(&s);
        return err_set(err, ST_OFFLINE, 0, __func__, "cannot listen on %.100s%s", opt->listen,
                       opt->tls_cert != NULL ? ", or its certificate does not fit its key" : "");
    }
    snprintf(s->address, sizeof s->address, strchr(host, ':') != NULL ? "%s[%s]:%u" : "%s%s:%u",
             opt->tls_cert != NULL ? "https://" : "", host, (unsigned)port->port);
    *out = s;
    return ST_OK;
}

enum st server_start(struct server **out, struct hq *hq, struct hq_writer *w, const char *listen,
                     struct err *err)
{
    struct server_options opt = {.listen = listen};
    return server_start_with(out, hq, w, &opt, err);
}

const char *server_address(const struct server *s)
{
    return s->address;
}

void server_stop(struct server **out)
{
    struct server *s = *out;
    if (s == NULL) {
        return;
    }
    if (s->daemon != NULL) {
        /* Suspended connections must all have been woken before the daemon goes. */
        MHD_socket fd = MHD_quiesce_daemon(s->daemon);
        web_quiet(s->web);
        hq_writer_refuse(s->writer);
        MHD_stop_daemon(s->daemon);
        if (fd != MHD_INVALID_SOCKET) {
            close(fd);
        }
    }
    web_free(&s->web);
    hq_turns_free(&s->turns);
    pace_free(&s->pace);
    rate_free(&s->codes);
    if (s->tls_key != NULL) {
        sodium_memzero(s->tls_key, strlen(s->tls_key));
    }
    free(s->tls_cert);
    free(s->tls_key);
    free(s);
    *out = NULL;
}
