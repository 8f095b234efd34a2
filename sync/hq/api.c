/* api.c - a request's way: who asks, may he, which reader or operation, what is answered. */
#include "sync/hq/api.h"

#include "sync/hq/api_inside.h"
#include "sync/hq/api_reads.h"
#include "sync/hq/problem.h"
#include "sync/hq/reg.h"

#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define STRANGER_WRITES 12   /* an hour, of one address: a family with a drawer of reports */
#define STRANGERS_WRITES 120 /* of all */
#define READS_USUAL 600      /* records that one person opens in an hour: one every six seconds */

enum st api_new(struct hq *hq, const struct api_options *opt, struct api **out, struct err *err)
{
    struct api *a = calloc(1, sizeof *a);
    *out = NULL;
    if (a == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    a->hq = hq;
    randombytes_buf(a->key, sizeof a->key);
    a->secure = opt->secure;
    a->hash_ops = opt->hash_ops;
    a->sessions = acct_sessions_new();
    a->strangers = rate_new(STRANGER_WRITES, STRANGERS_WRITES, 3600000);
    a->readers = rate_new(READS_USUAL, UINT_MAX, 3600000);
    a->noticed = rate_new(1, UINT_MAX, 3600000);
    enum st st =
        a->sessions == NULL || a->strangers == NULL || a->readers == NULL || a->noticed == NULL
            ? err_set(err, ST_FULL, 0, __func__, "no memory")
            : ST_OK;
    st = st == ST_OK ? search_new(hq, &a->search, err) : st;
    st = st == ST_OK ? feed_new(hq, a->search, &a->feed, err) : st;
    if (st != ST_OK) {
        api_free(&a);
    }
    *out = a;
    return st;
}

void api_free(struct api **out)
{
    struct api *a = *out;
    if (a != NULL) {
        feed_free(&a->feed);
        search_free(&a->search);
        sodium_memzero(a->key, sizeof a->key);
        rate_free(&a->strangers);
        rate_free(&a->readers);
        rate_free(&a->noticed);
        acct_sessions_free(&a->sessions);
        free(a);
    }
    *out = NULL;
}

struct hq *api_hq(struct api_call *c)
{
    return c->api->hq;
}

struct search *api_search(struct api_call *c)
{
    return c->api->search;
}

struct acct_sessions *api_sessions(struct api_call *c)
{
    return c->api->sessions;
}

unsigned api_hash_ops(struct api_call *c)
{
    return c->api->hash_ops;
}

/* Days that differ, and branches, as bytes and as rows. */
#define CALENDAR_BYTES                                                                             \
    ((CAP_CALENDAR_DAYS + CAP_BRANCH_DAYS) * 56U + CAP_CALENDAR_BRANCHES * 640U + 4096U)

const struct calendars *api_calendars(struct api_call *c)
{
    if (c->calendar_room == NULL) {
        c->calendar_room = malloc(CALENDAR_BYTES);
        struct arena a = arena_of(c->calendar_room, c->calendar_room == NULL ? 0 : CALENDAR_BYTES);
        fold_calendars(c->txn, &a, &c->calendars, NULL);
    }
    return &c->calendars;
}

void api_count_failed_login(struct api_call *c)
{
    atomic_fetch_add(&c->api->logins_failed, 1);
}

const char *api_query(const struct api_call *c, const char *name)
{
    return c->request->query == NULL ? NULL : c->request->query(c->request->ctx, name);
}

bool api_query_int(const struct api_call *c, const char *name, int64_t *out)
{
    const char *s = api_query(c, name);
    char *end = NULL;
    if (s == NULL || *s == '\0') {
        return true;
    }
    long long v = strtoll(s, &end, 10);
    if (*end != '\0' || strlen(s) > 18) {
        return false;
    }
    *out = v;
    return true;
}

/* ---- answers ----------------------------------------------------------------------------------
 */

enum st api_refuse(struct api_call *c, unsigned status, const char *problem, const char *detail)
{
    char body[PROBLEM_BYTES];
    size_t n = problem_json(status, problem, detail, body, sizeof body);
    free(c->reply.body);
    c->reply.body = malloc(n + 1);
    c->reply.n = c->reply.body == NULL ? 0 : n;
    if (c->reply.body != NULL) {
        memcpy(c->reply.body, body, n);
    }
    c->reply.status = status;
    c->reply.type = "application/problem+json";
    return ST_REFUSED;
}

/* A rule's refusal carries its number and name, and a sum that it is about, so that the console has
 * words for it. */
static void refuse_rule(struct api_call *c)
{
    size_t n = strcspn(c->err.text, " ");
    const char *name = c->err.text + n + (c->err.text[n] == ' ');
    size_t name_n = strcspn(name, " ");
    json_t *body = json_pack("{s:s,s:s,s:i,s:s,s:s%,s:s%}", "type", "/problems/rule", "title",
                             "rule", "status", 409, "detail", c->err.text, "rule", name, name_n,
                             "rule_id", c->err.text, n);
    if (name[name_n] == ' ') { /* a sum of money stands behind some */
        json_object_set_new(body, "amount_minor", json_integer(strtoll(name + name_n, NULL, 10)));
    }
    char *text = body == NULL ? NULL : json_dumps(body, JSON_COMPACT);
    c->reply.body = text;
    c->reply.n = text == NULL ? 0 : strlen(text);
    c->reply.status = 409;
    c->reply.type = "application/problem+json";
    json_decref(body);
}

/* Refusals for which the console has words of their own (acct_password_ok). */
static bool has_words(const struct err *err)
{
    return err->where != NULL && strncmp(err->where, "password-", 9) == 0;
}

static void refuse_st(struct api_call *c, enum st st)
{
    char detail[80];
    switch (st) {
    case ST_FORBIDDEN:
        if (c->err.where != NULL && strcmp(c->err.where, "rule") == 0) {
            refuse_rule(c);
            return;
        }
        IGNORE(api_refuse(c, 403, "forbidden", c->err.text));
        return;
    case ST_NOT_FOUND:
        IGNORE(api_refuse(c, 404, "not-found", c->err.text));
        return;
    case ST_EXISTS:
    case ST_CONFLICT:
        IGNORE(api_refuse(c, 409, "exists", c->err.text));
        return;
    case ST_BAD_INPUT:
    case ST_TOO_BIG:
        IGNORE(api_refuse(c, 400, has_words(&c->err) ? c->err.where : "bad-input", c->err.text));
        return;
    case ST_BAD_SIGNATURE:
        IGNORE(api_refuse(c, 422, "not-genuine", c->err.text));
        return;
    case ST_WAIT:
    case ST_FULL:
        c->reply.retry_after_s = c->err.wait_s > 0 ? c->err.wait_s : 5;
        IGNORE(api_refuse(c, 503, "busy", "headquarters is busy: try again"));
        return;
    default:
        /* The reason may name a path: it is for the log, not for the browser. */
        fprintf(
            stderr, "{\"event\":\"api.error\",\"request\":%llu,\"status\":\"%s\",\"at\":\"%s\"}\n",
            (unsigned long long)c->number, st_name(st), c->err.where != NULL ? c->err.where : "");
        snprintf(detail, sizeof detail, "headquarters could not do this (request %llu)",
                 (unsigned long long)c->number);
        IGNORE(api_refuse(c, 500, "store", detail));
    }
}

static void answer(struct api_call *c, unsigned status)
{
    char *text = json_dumps(c->out, JSON_COMPACT);
    if (text == NULL) {
        refuse_st(c, ST_FULL);
        return;
    }
    c->reply.body = text;
    c->reply.n = strlen(text);
    c->reply.status = status;
    c->reply.type = "application/json";
}

/* ---- what takes long ---------------------------------------------------------------------------
 */

static bool as_file(const struct api_request *r)
{
    const char *format = r->query == NULL ? NULL : r->query(r->ctx, "format");
    return format != NULL && strcmp(format, "csv") == 0;
}

enum api_long api_takes_long(const struct api_request *r)
{
    char param[sizeof((struct api_call *)NULL)->param];
    bool known;
    const struct api_route *to =
        strncmp(r->path, "/api/v1", 7) != 0
            ? NULL
            : api_route_find(r->method, r->path + 7, param, sizeof param, &known);
    if (to == NULL) {
        return API_SHORT;
    }
    bool hashes =
        to->read == api_read_login || (to->op != NULL && strncmp(to->op, "user.", 5) == 0);
    bool edition = strncmp(to->path, "/catalogue", 10) == 0 && api_is_write(to);
    bool paper =
        to->read == api_read_report || edition || (to->read == reg_read_page && as_file(r));
    return hashes ? API_HASHES : paper ? API_PAPERS : API_SHORT;
}

/* ---- the way ----------------------------------------------------------------------------------
 */

static enum st route(struct api_call *c)
{
    bool known = false;
    c->route = strncmp(c->request->path, "/api/v1", 7) != 0
                   ? NULL
                   : api_route_find(c->request->method, c->request->path + 7, c->param,
                                    sizeof c->param, &known);
    if (c->route != NULL) {
        return ST_OK;
    }
    if (known) {
        api_route_methods(c->request->path + 7, sizeof c->reply.allow, c->reply.allow);
    }
    return known ? api_refuse(c, 405, "method", "this address takes another method")
                 : api_refuse(c, 404, "not-found", "there is nothing at this address");
}

static enum st open_read(struct api_call *c)
{
    c->room = malloc(CAP_SCRATCH_BYTES);
    if (c->room == NULL) {
        return err_set(&c->err, ST_FULL, 0, __func__, "no memory");
    }
    c->arena = arena_of(c->room, CAP_SCRATCH_BYTES);
    return store_read(c->api->hq->store, &c->txn, &c->err);
}

static void close_read(struct api_call *c)
{
    store_abort(&c->txn);
    free(c->room);
    c->room = NULL;
}

static void count(struct api_call *c)
{
    atomic_fetch_add(&c->api->requests[c->reply.status / 100 % 6], 1);
}

enum api_way api_begin(struct api *api, const struct api_request *r, struct api_call *c)
{
    memset(c, 0, sizeof *c);
    c->api = api;
    c->request = r;
    struct now now;
    api->hq->clock.read(api->hq->clock.ctx, &now);
    c->now_ms = now.wall_ms;
    c->number = atomic_fetch_add(&api->numbered, 1) + 1;
    enum st st = route(c);
    st = st == ST_OK ? open_read(c) : st;
    st = st == ST_OK ? api_authorise(c) : st;
    st = st == ST_OK ? api_guard(c) : st;
    if (st == ST_OK && c->route->read == NULL) {
        st = api_prepare(c);
        close_read(c);
        if (st == ST_OK) {
            atomic_fetch_add(&api->writes, 1);
            return API_WRITE;
        }
    } else if (st == ST_OK) {
        st = api_is_write(c->route) ? api_body(c) : ST_OK;
        st = st == ST_OK ? c->route->read(c) : st;
    }
    if (st == ST_OK && c->reply.status == 0) {
        answer(c, 200);
    } else if (st != ST_OK && c->reply.status == 0) {
        refuse_st(c, st);
    }
    close_read(c);
    count(c);
    api_log_end(c);
    return API_DONE;
}

/* What stands now beside what was sent: the caller's to show. */
static void answer_conflict(struct api_call *c)
{
    struct arena a;
    struct subject_state s;
    json_t *conflict = json_incref(json_object_get(c->out, "conflict"));
    json_t *fields = json_object(), *yours;
    const char *name;
    if (open_read(c) == ST_OK) {
        a = c->arena;
        id16 id;
        const char *hex = json_string_value(json_object_get(conflict, "id"));
        bool ok = hex != NULL && hex_get(str_c(hex), id.b, sizeof id.b) &&
                  fold_load(c->txn, id, &a, &s, NULL, NULL) == ST_OK;
        c->arena = a;
        json_object_foreach(json_object_get(conflict, "fields"), name, yours)
        {
            json_t *stands = ok ? api_writes_of(c, &s, name) : json_array();
            json_object_set_new(fields, name,
                                json_pack("{s:o,s:O}", "stands", stands, "yours", yours));
        }
    }
    close_read(c);
    json_object_set_new(conflict, "fields", fields);
    json_t *body = json_pack(
        "{s:s,s:s,s:i,s:s,s:O}", "type", "/problems/changed", "title", "changed", "status", 409,
        "detail", "somebody changed this meanwhile; nothing was written", "conflict", conflict);
    json_decref(c->out);
    c->out = body;
    json_decref(conflict);
    answer(c, 409);
    c->reply.type = "application/problem+json";
}

void api_finish(struct api_call *c)
{
    if (c->st != ST_OK) {
        refuse_st(c, c->st);
    } else if (json_object_get(c->out, "conflict") != NULL) {
        answer_conflict(c);
    } else {
        api_after_write(c);
        answer(c, 200);
    }
    api_log(c, "write");
    count(c);
}

void api_handle(struct api *api, const struct api_request *r, struct api_call *c)
{
    json_t *out = NULL;
    if (api_begin(api, r, c) == API_WRITE) {
        c->st = ops_run(api->hq, "api.write", c->in, &c->out, &c->err);
        api_finish(c);
    } else if (c->seen != NULL) {
        IGNORE(ops_run(api->hq, "user.seen", c->seen, &out, NULL) != ST_OK); /* nobody waits */
        json_decref(out);
    }
}

void api_drop(struct api_call *c)
{
    close_read(c);
    json_decref(c->in);
    json_decref(c->seen);
    json_decref(c->out);
    free(c->reply.body);
    free(c->calendar_room);
    memset(c, 0, sizeof *c);
}

bool api_tick(struct api *api)
{
    return feed_tick(api->feed);
}

bool api_listens(struct api *api, const char *session, struct acct_user *user)
{
    struct acct_session_view v;
    struct store_txn *t = NULL;
    struct now now;
    api->hq->clock.read(api->hq->clock.ctx, &now);
    bool lives = acct_look(api->sessions, session, now.wall_ms, &v);
    if (!lives || user == NULL) {
        return lives;
    }
    uint8_t *room = malloc(CAP_SCRATCH_BYTES);
    bool well = room != NULL && store_read(api->hq->store, &t, NULL) == ST_OK &&
                acct_get(t, v.login, arena_of(room, CAP_SCRATCH_BYTES), user, NULL) == ST_OK &&
                user->changed_ms == v.changed_ms && user->ended_ms == v.ended_ms &&
                !user->disabled && user->role != ROLE_NONE;
    sodium_memzero(user->hash, sizeof user->hash);
    store_abort(&t);
    free(room);
    return well;
}

size_t api_event(struct api *api, const struct acct_user *who, uint64_t *after, char *buf,
                 size_t cap)
{
    return feed_event(api->feed, who, after, buf, cap);
}

char *api_metrics(struct api *api, size_t *n)
{
    struct store_txn *t = NULL;
    struct store_space space = {0};
    char *out = malloc(4096);
    if (out == NULL || store_read(api->hq->store, &t, NULL) != ST_OK) {
        free(out);
        return NULL;
    }
    IGNORE(store_space(api->hq->store, &space) != ST_OK); /* zeroes say so */
    size_t at = 0;
    for (unsigned i = 2; i < 6; i++) {
        int k = snprintf(out + at, 4096 - at, "docket_api_requests_total{status=\"%uxx\"} %llu\n",
                         i, (unsigned long long)atomic_load(&api->requests[i]));
        at += k > 0 ? (size_t)k : 0;
    }
    int k = snprintf(
        out + at, 4096 - at,
        "docket_api_writes_total %llu\ndocket_logins_failed_total %llu\n"
        "docket_read_much_total %llu\n"
        "docket_sessions %u\ndocket_entries %llu\ndocket_subjects %llu\n"
        "docket_quarantined %llu\ndocket_quarantine_dropped_total %llu\n"
        "docket_wanted_attachments %llu\n"
        "docket_search_records %llu\ndocket_store_free_bytes %llu\n",
        (unsigned long long)atomic_load(&api->writes),
        (unsigned long long)atomic_load(&api->logins_failed),
        (unsigned long long)atomic_load(&api->read_much), acct_count(api->sessions),
        (unsigned long long)store_count(t, T_ENTRY), (unsigned long long)store_count(t, T_STATE),
        (unsigned long long)store_count(t, T_ODD), (unsigned long long)hq_odd_gone(t),
        (unsigned long long)store_count(t, T_WANT), (unsigned long long)search_count(api->search),
        (unsigned long long)space.free_bytes);
    *n = at + (k > 0 ? (size_t)k : 0);
    store_abort(&t);
    return out;
}
