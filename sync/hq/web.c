/* web.c - see web.h. */
#include "sync/hq/web.h"

#include "sync/hq/api.h"
#include "sync/hq/web_answer.h"
#include "sync/hq/web_events.h"
#include "sync/hq/web_files.h"
#include "sync/hq/web_lane.h"
#include "sync/hq/web_peer.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define BODY_BYTES (256U << 10)                        /* of a write */
#define STRANGER_BYTES (8U << 10)                      /* of somebody who is not logged in */
#define CATALOGUE_BYTES (CAP_ATT_BYTES / 3 * 4 + 4096) /* an edition in base64url */
#define HELD_BYTES (192U << 20) /* all bodies at once: four editions; beyond: 503, try later */

struct web {
    struct hq_writer *writer;
    struct api *api;
    struct web_files *files;
    struct web_events *events;
    struct web_lane *lane[API_LONGS]; /* none for API_SHORT */
    atomic_size_t held;               /* bytes of all bodies */
    bool secure;
};
struct web_exchange {
    struct web *web;
    struct MHD_Connection *connection;
    char *url;
    char method[8];
    struct web_peer peer;
    char *body;
    size_t n, cap, bound, dropped, held; /* held: of web->held */
    bool stranger;                       /* of a long body nothing is kept, he is asked to log in */
    bool too_long, busy, submitted, begun;
    struct {
        bool taken, full; /* it waits, or waited, in a lane; there was no room in it */
        enum api_way way;
        struct web_lane_task task;
    } lane;
    struct api_request request;
    struct api_call call;
    struct hq_writer_task task;
};

enum st web_new(struct hq *hq, struct hq_writer *w, const struct web_options *opt, struct web **out,
                struct err *err)
{
    struct api_options with = {.secure = opt->secure};
    struct web *web = calloc(1, sizeof *web);
    *out = NULL;
    if (web == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    web->writer = w;
    web->secure = opt->secure;
    enum st st = api_new(hq, &with, &web->api, err);
    st = st == ST_OK ? web_files_load(opt->assets, &web->files, err) : st;
    st = st == ST_OK ? web_events_start(web->api, opt, &web->events, err) : st;
    for (unsigned i = API_SHORT + 1; i < API_LONGS && st == ST_OK; i++) {
        st = web_lane_start(&web->lane[i], err);
    }
    if (st != ST_OK) {
        web_free(&web);
    }
    *out = web;
    return st;
}

void web_quiet(struct web *web)
{
    if (web != NULL) {
        web_events_quiet(web->events);
        for (unsigned i = 0; i < API_LONGS; i++) {
            web_lane_stop(web->lane[i]);
        }
    }
}

void web_free(struct web **out)
{
    struct web *web = *out;
    if (web != NULL) {
        for (unsigned i = 0; i < API_LONGS; i++) {
            web_lane_free(&web->lane[i]);
        }
        web_events_free(&web->events);
        web_files_free(&web->files);
        api_free(&web->api);
        free(web);
    }
    *out = NULL;
}

bool web_takes(const struct web *web, const char *url)
{
    return strncmp(url, "/api/", 5) == 0 || strcmp(url, "/metrics") == 0 ||
           web_files_find(web->files, url) != NULL;
}

/* ---- what goes with every answer --------------------------------------------------------------
 */

#define CSP                                                                                        \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "              \
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; "                  \
    "form-action 'self'; frame-ancestors 'none'"
/* The public page sends no form, shows no picture, and makes no markup out of text. */
#define CSP_PUBLIC                                                                                 \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "                    \
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "            \
    "require-trusted-types-for 'script'; trusted-types 'none'"

static const char *const headers[][2] = {
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), microphone=(), geolocation=()"},
};

static bool dress(const struct web *web, struct MHD_Response *r, const char *type,
                  const char *caching, const char *csp)
{
    bool ok = MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type) == MHD_YES &&
              MHD_add_response_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, caching) == MHD_YES;
    ok = ok && MHD_add_response_header(r, "Content-Security-Policy", csp) == MHD_YES;
    for (size_t i = 0; i < sizeof headers / sizeof headers[0] && ok; i++) {
        ok = MHD_add_response_header(r, headers[i][0], headers[i][1]) == MHD_YES;
    }
    if (ok && web->secure) {
        ok = MHD_add_response_header(r, "Strict-Transport-Security",
                                     "max-age=31536000; includeSubDomains") == MHD_YES;
    }
    return ok;
}

/* `with`: a header that the status asks for, and its value; NULL: none. */
static enum MHD_Result refuse(struct web_exchange *x, unsigned status, const char *problem,
                              const char *detail, const char *with, const char *value)
{
    struct MHD_Response *r = web_answer_problem(status, problem, detail);
    bool ok = r != NULL && dress(x->web, r, "application/problem+json", "no-store", CSP);
    return web_answer_send(
        x->connection, status, r,
        ok && (with == NULL || MHD_add_response_header(r, with, value) == MHD_YES));
}

static enum MHD_Result reply(struct web_exchange *x)
{
    struct api_reply *a = &x->call.reply;
    const struct acct_user *who = &x->call.user;
    if (a->stream && !web_events_room(x->web->events, who->login)) {
        return refuse(x, 429, "busy", "this login listens on enough pages",
                      MHD_HTTP_HEADER_RETRY_AFTER, "60");
    }
    struct MHD_Response *r =
        a->stream ? web_events_response(x->web->events, x->connection, x->request.query(x, "after"),
                                        who, x->call.session.id)
                  : MHD_create_response_from_buffer(a->n, a->body, MHD_RESPMEM_MUST_FREE);
    if (r == NULL) {
        return MHD_NO;
    }
    a->body = NULL; /* the response's now */
    bool ok = dress(x->web, r, a->type, "no-store", CSP);
    if (ok && a->cookie[0] != '\0') {
        ok = MHD_add_response_header(r, MHD_HTTP_HEADER_SET_COOKIE, a->cookie) == MHD_YES;
    }
    if (ok && a->retry_after_s > 0) {
        char s[16];
        snprintf(s, sizeof s, "%d", a->retry_after_s);
        ok = MHD_add_response_header(r, MHD_HTTP_HEADER_RETRY_AFTER, s) == MHD_YES;
    }
    if (ok && a->allow[0] != '\0') {
        ok = MHD_add_response_header(r, MHD_HTTP_HEADER_ALLOW, a->allow) == MHD_YES;
    }
    /* Opened by its address an answer is a file, never a page. */
    bool data = strncmp(a->type, "application/", 12) == 0 && strstr(a->type, "json") != NULL;
    if (ok && (a->file[0] != '\0' || data)) {
        char s[96];
        snprintf(s, sizeof s, "attachment; filename=\"%s\"",
                 a->file[0] != '\0' ? a->file : "api.json");
        ok = MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_DISPOSITION, s) == MHD_YES;
    }
    return web_answer_send(x->connection, a->status, r, ok);
}

/* ---- a request's way --------------------------------------------------------------------------
 */

static const char *query(void *ctx, const char *name)
{
    struct web_exchange *x = ctx;
    return MHD_lookup_connection_value(x->connection, MHD_GET_ARGUMENT_KIND, name);
}

static const char *header(const struct web_exchange *x, const char *name)
{
    return MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, name);
}

static bool is_edition(const char *url)
{
    return strcmp(url, "/api/v1/catalogue") == 0 || strcmp(url, "/api/v1/catalogue/preview") == 0;
}

static size_t body_bound(const struct web_exchange *x)
{
    return is_edition(x->url)                      ? CATALOGUE_BYTES
           : strcmp(x->url, "/api/v1/verify") == 0 ? STRANGER_BYTES
                                                   : BODY_BYTES;
}

struct web_exchange *web_begin(struct web *web, struct MHD_Connection *c, const char *url,
                               const char *method)
{
    struct web_exchange *x = calloc(1, sizeof *x);
    char *kept = strdup(url);
    if (x == NULL || kept == NULL) {
        free(x);
        free(kept);
        return NULL;
    }
    x->url = kept;
    x->web = web;
    x->connection = c;
    x->bound = body_bound(x);
    snprintf(x->method, sizeof x->method, "%s", method);
    if (is_edition(url)) {
        struct api_request r = {.cookie = header(x, MHD_HTTP_HEADER_COOKIE),
                                .authorization = header(x, MHD_HTTP_HEADER_AUTHORIZATION)};
        x->stranger = !api_knows(web->api, &r);
    }
    return x;
}

/* Room for n bytes more; false: there is none, and what is kept is kept no longer. */
static bool make_room(struct web_exchange *x, size_t n)
{
    size_t cap = x->cap == 0 ? 4096 : x->cap * 2;
    if (x->n + n <= x->cap) {
        return true;
    }
    cap = cap < x->n + n ? x->n + n : cap;
    size_t more = cap - x->cap, before = atomic_fetch_add(&x->web->held, more);
    x->held += more;
    char *p = before + more > HELD_BYTES ? NULL : realloc(x->body, cap);
    if (p == NULL) {
        free(x->body);
        x->body = NULL;
        x->n = x->cap = 0;
        x->busy = true;
        return false;
    }
    x->body = p;
    x->cap = cap;
    return true;
}

bool web_feed(struct web_exchange *x, const char *data, size_t n)
{
    x->too_long = x->too_long || n > x->bound - x->n;
    if (x->too_long || x->stranger || x->busy || !make_room(x, n)) {
        x->dropped += n;
        return x->dropped <= CATALOGUE_BYTES;
    }
    memcpy(x->body + x->n, data, n);
    x->n += n;
    return true;
}

static void on_written(struct hq_writer_task *task)
{
    struct web_exchange *x = task->ctx;
    MHD_resume_connection(x->connection);
}

static enum MHD_Result written(struct web_exchange *x)
{
    x->call.st = x->task.st;
    x->call.out = x->task.out;
    x->call.err = x->task.err;
    api_finish(&x->call);
    return reply(x);
}

static void on_noted(struct hq_writer_task *task)
{
    json_decref(task->ctx);
    json_decref(task->out);
    free(task);
}

/* When he logged in is written after the answer: a full queue, or a disk that is, keeps nobody out.
 */
static void note_login(struct web_exchange *x)
{
    struct hq_writer_task *t = x->call.seen == NULL ? NULL : calloc(1, sizeof *t);
    if (t == NULL) {
        return;
    }
    *t = (struct hq_writer_task){
        .op = "user.seen", .in = x->call.seen, .done = on_noted, .ctx = x->call.seen};
    x->call.seen = NULL;
    if (hq_writer_submit(x->web->writer, t) != ST_OK) {
        on_noted(t);
    }
}

/* A read is answered, a write goes to the writer. */
static enum MHD_Result go_on(struct web_exchange *x, enum api_way way)
{
    if (way == API_DONE) {
        note_login(x);
        return reply(x);
    }
    x->task =
        (struct hq_writer_task){.op = "api.write", .in = x->call.in, .done = on_written, .ctx = x};
    x->submitted = true;
    /* Suspended first: the writer may be done before this line ends. */
    MHD_suspend_connection(x->connection);
    if (hq_writer_submit(x->web->writer, &x->task) != ST_OK) {
        x->task.st = ST_WAIT;
        MHD_resume_connection(x->connection);
    }
    return MHD_YES;
}

static void in_lane(struct web_lane_task *task)
{
    struct web_exchange *x = task->ctx;
    x->lane.way = api_begin(x->web->api, &x->request, &x->call);
    MHD_resume_connection(x->connection);
}

static enum MHD_Result wait_in(struct web_exchange *x, struct web_lane *lane)
{
    x->lane.task = (struct web_lane_task){.run = in_lane, .ctx = x};
    x->lane.taken = true;
    MHD_suspend_connection(x->connection); /* first, as for the writer */
    if (!web_lane_submit(lane, &x->lane.task)) {
        x->lane.full = true;
        MHD_resume_connection(x->connection);
    }
    return MHD_YES;
}

static enum MHD_Result ask(struct web_exchange *x)
{
    static const char kind[] = "application/json";
    const char *type = header(x, MHD_HTTP_HEADER_CONTENT_TYPE);
    size_t k = type == NULL ? 0 : strcspn(type, "; \t");
    if (x->n + x->dropped != 0 && (k != sizeof kind - 1 || strncasecmp(type, kind, k) != 0)) {
        return refuse(x, 415, "media-type", "a body is application/json", NULL, NULL);
    }
    x->request = (struct api_request){.method = x->method,
                                      .path = x->url,
                                      .cookie = header(x, MHD_HTTP_HEADER_COOKIE),
                                      .csrf = header(x, "X-CSRF-Token"),
                                      .authorization = header(x, MHD_HTTP_HEADER_AUTHORIZATION),
                                      .idempotency = header(x, "Idempotency-Key"),
                                      .peer = x->peer.limit,
                                      .from = x->peer.from,
                                      .agent = header(x, MHD_HTTP_HEADER_USER_AGENT),
                                      .background = header(x, "X-Background") != NULL,
                                      .query = query,
                                      .ctx = x,
                                      .body = bytes_of(x->body, x->n)};
    x->begun = true;
    enum api_long at_length = api_takes_long(&x->request);
    return at_length == API_SHORT ? go_on(x, api_begin(x->web->api, &x->request, &x->call))
                                  : wait_in(x, x->web->lane[at_length]);
}

static enum MHD_Result metrics(struct web_exchange *x)
{
    size_t n = 0;
    char *text = api_metrics(x->web->api, &n);
    struct MHD_Response *r =
        text == NULL ? NULL : MHD_create_response_from_buffer(n, text, MHD_RESPMEM_MUST_FREE);
    return web_answer_send(
        x->connection, 200, r,
        r != NULL && dress(x->web, r, "text/plain; version=0.0.4; charset=utf-8", "no-store", CSP));
}

static enum MHD_Result file(struct web_exchange *x, const struct web_file *f)
{
    struct MHD_Response *r =
        MHD_create_response_from_buffer(f->n, f->bytes, MHD_RESPMEM_PERSISTENT);
    const char *had =
        MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_IF_NONE_MATCH);
    bool same = had != NULL && strcmp(had, f->etag) == 0;
    if (same && r != NULL) {
        MHD_destroy_response(r);
        r = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    }
    return web_answer_send(x->connection, same ? 304 : 200, r,
                           r != NULL &&
                               dress(x->web, r, f->type, "no-cache",
                                     strcmp(f->url, "/verify") == 0 ? CSP_PUBLIC : CSP) &&
                               MHD_add_response_header(r, MHD_HTTP_HEADER_ETAG, f->etag) ==
                                   MHD_YES);
}

enum MHD_Result web_complete(struct web_exchange *x)
{
    if (x->submitted) {
        return written(x);
    }
    if (x->lane.taken) {
        return x->lane.full ? refuse(x, 503, "busy", "headquarters is busy: try again",
                                     MHD_HTTP_HEADER_RETRY_AFTER, "5")
                            : go_on(x, x->lane.way);
    }
    if (x->too_long) {
        return refuse(x, 413, "too-large", "the body is too long", NULL, NULL);
    }
    if (x->busy) {
        return refuse(x, 503, "busy", "headquarters is busy: try again",
                      MHD_HTTP_HEADER_RETRY_AFTER, "5");
    }
    web_peer_of(x->connection, &x->peer);
    const struct web_file *f = web_files_find(x->web->files, x->url);
    bool get = strcmp(x->method, "GET") == 0, measured = strcmp(x->url, "/metrics") == 0;
    if (measured && !x->peer.here) {
        /* Of this machine only: a proxy that lets others read them says so itself. */
        return refuse(x, 404, "not-found", "there is nothing at this address", NULL, NULL);
    }
    if ((f != NULL || measured) && !get) {
        return refuse(x, 405, "method", "this address takes another method", MHD_HTTP_HEADER_ALLOW,
                      "GET, HEAD");
    }
    return f != NULL ? file(x, f) : measured ? metrics(x) : ask(x);
}

void web_end(struct web_exchange *x)
{
    if (x->begun) {
        api_drop(&x->call);
    }
    atomic_fetch_sub(&x->web->held, x->held);
    free(x->body);
    free(x->url);
    free(x);
}
