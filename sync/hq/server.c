/* server.c - see server.h. */
#include "sync/hq/server.h"

#include "sync/carrier/file.h"
#include "sync/hq/pace.h"
#include "sync/hq/problem.h"
#include "sync/hq/web.h"
#include "sync/hq/web_answer.h"
#include "sync/hq/web_sync.h"

#include <microhttpd.h>
#include <netdb.h>
#include <sodium.h>
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
    struct web_sync *sync;
    struct pace *pace;
    char *tls_cert, *tls_key; /* PEM, malloc */
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
    struct web_sync_exchange *sync;
    size_t dropped; /* of a body that nobody takes */
};

/* --- answers
 * ------------------------------------------------------------------------------------------------
 */

static enum MHD_Result refuse(const struct exchange *x, enum st st, const char *problem,
                              const char *detail, const char *allow)
{
    return web_answer_refuse(x->connection, x->server->tls_cert != NULL, st, problem, detail, 0,
                             allow);
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
        return refuse(x, ST_IO, "store", "headquarters could not read its store", NULL);
    }
    return web_answer_bytes(x->connection, x->server->tls_cert != NULL, "application/cose", doc.p,
                            doc.n, MHD_RESPMEM_MUST_COPY);
}

/* --- a request's way
 * ------------------------------------------------------------------------------------------ */

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

/* The first call has headers only. */
static enum MHD_Result begin(struct server *s, struct MHD_Connection *c, const char *url,
                             const char *method, struct exchange **out, bool *answered)
{
    struct exchange *x = calloc(1, sizeof *x);
    enum MHD_Result ok = MHD_YES;
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
    if (x->route == ROUTE_SYNC) {
        x->sync = web_sync_begin(s->sync, c, &ok, answered);
        return x->sync != NULL ? ok : MHD_NO;
    }
    return ok;
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

static bool feed(struct exchange *x, const char *data, size_t n)
{
    switch (x->route) {
    case ROUTE_SYNC:
        return web_sync_feed(x->sync, data, n);
    case ROUTE_WEB:
        return web_feed(x->web, data, n);
    default:
        x->dropped += n;
        return x->dropped <= HQ_DROP_BYTES;
    }
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *c, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *n, void **con)
{
    struct server *s = cls;
    if (*con == NULL) {
        struct exchange *x = NULL;
        bool answered = false;
        enum MHD_Result ok = begin(s, c, url, method_of(method), &x, &answered);
        if (ok == MHD_YES && !answered && strcmp(version, "HTTP/1.1") == 0 &&
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
    if (*n != 0) {
        bool on = feed(x, data, *n);
        *n = 0;
        return on ? MHD_YES : MHD_NO;
    }
    switch (x->route) {
    case ROUTE_SYNC:
        return web_sync_complete(x->sync);
    case ROUTE_TRUST:
        return trust(x);
    case ROUTE_HEALTH:
        return web_answer_bytes(c, s->tls_cert != NULL, "text/plain; charset=utf-8", "ok\n", 3,
                                MHD_RESPMEM_PERSISTENT);
    case ROUTE_METHOD:
        return refuse(x, ST_BAD_INPUT, "method", "this address takes another method",
                      strcmp(url, "/v1/sync") == 0 ? "POST" : "GET, HEAD");
    case ROUTE_HOSTLESS:
        return refuse(x, ST_BAD_INPUT, "bad-request", "HTTP/1.1 says which host it asks", NULL);
    case ROUTE_WEB:
        return web_complete(x->web);
    case ROUTE_NONE:
        break;
    }
    return refuse(x, ST_NOT_FOUND, "not-found", "there is nothing at this address", NULL);
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
    if (x->web != NULL) {
        web_end(x->web);
    }
    if (x->sync != NULL) {
        web_sync_end(x->sync, code != MHD_REQUEST_TERMINATED_COMPLETED_OK);
    }
    free(x);
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
    s->pace = pace_new();
    s->sync = web_sync_new(hq, w, opt->tls_cert != NULL);
    enum st st = s->sync != NULL && s->pace != NULL
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
    web_sync_free(&s->sync);
    pace_free(&s->pace);
    if (s->tls_key != NULL) {
        sodium_memzero(s->tls_key, strlen(s->tls_key));
    }
    free(s->tls_cert);
    free(s->tls_key);
    free(s);
    *out = NULL;
}
