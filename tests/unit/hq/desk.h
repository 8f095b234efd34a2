/* desk.h - a headquarters with a console's request layer and people of every role, in process. */
#ifndef TESTS_HQ_DESK_H
#define TESTS_HQ_DESK_H
#include "sync/hq/api.h"
#include "tests/unit/hq/pair.h"

#define DESK_PASSWORD "correct horse battery"
#define DESK_HERE "535a000000000000"  /* the branch SZ */
#define DESK_THERE "485a000000000000" /* the branch HZ */

struct desk {
    struct pair p;
    struct api *api;
    char cookie[96], csrf[48]; /* of who is logged in */
    const char *token;         /* instead */
    const char *from;          /* NULL: 192.0.2.1 */
    bool background;           /* asked by the page itself */
    unsigned keys;
    unsigned status; /* of the last answer */
    char type[64], renewed[192];
    int retry;
    char *body; /* of the last answer: free it */
    size_t n;   /* its bytes */
};

/* ?a=b&c=d as the server would hand it over; no escapes in the tests. */
struct desk_query {
    char buf[512];
};
static inline const char *desk_query(void *ctx, const char *name)
{
    static _Thread_local char values[16][512]; /* each lives as long as its request */
    static _Thread_local unsigned turn;
    char *value = values[turn++ % 16];
    const char *p = ((struct desk_query *)ctx)->buf;
    size_t n = strlen(name);
    while (p != NULL && *p != '\0') {
        if (strncmp(p, name, n) == 0 && p[n] == '=') {
            snprintf(value, sizeof values[0], "%.*s", (int)strcspn(p + n + 1, "&"), p + n + 1);
            return value;
        }
        p = strchr(p, '&');
        p = p == NULL ? NULL : p + 1;
    }
    return NULL;
}

/* One request with a key of its own (or `key`); `in` is taken. Answers the JSON (NULL: none). */
static inline json_t *desk_keyed(struct desk *d, const char *method, const char *target, json_t *in,
                                 const char *key)
{
    struct desk_query q = {.buf = ""};
    char path[512], own[32], auth[128] = "";
    char *body = in == NULL ? NULL : json_dumps(in, JSON_COMPACT);
    const char *mark = strchr(target, '?');
    snprintf(path, sizeof path, "/api/v1%.*s",
             (int)(mark == NULL ? strlen(target) : (size_t)(mark - target)), target);
    snprintf(q.buf, sizeof q.buf, "%s", mark == NULL ? "" : mark + 1);
    snprintf(own, sizeof own, "test-key-%06u", d->keys++);
    snprintf(auth, sizeof auth, "Bearer %s", d->token == NULL ? "" : d->token);
    struct api_request r = {.method = method,
                            .path = path,
                            .cookie = d->token == NULL ? d->cookie : NULL,
                            .csrf = d->csrf[0] != '\0' ? d->csrf : NULL,
                            .authorization = d->token == NULL ? NULL : auth,
                            .idempotency = key != NULL ? key : own,
                            .peer = "192.0.2.1",
                            .from = d->from != NULL ? d->from : "192.0.2.1",
                            .agent = "Desk/1.0",
                            .background = d->background,
                            .query = desk_query,
                            .ctx = &q,
                            .body = str_bytes(str_c(body))};
    struct api_call c;
    api_handle(d->api, &r, &c);
    d->status = c.reply.status;
    d->retry = c.reply.retry_after_s;
    snprintf(d->type, sizeof d->type, "%s", c.reply.type == NULL ? "" : c.reply.type);
    snprintf(d->renewed, sizeof d->renewed, "%s", c.reply.cookie);
    if (c.reply.cookie[0] != '\0') {
        snprintf(d->cookie, sizeof d->cookie, "%.*s", (int)strcspn(c.reply.cookie, ";"),
                 c.reply.cookie);
    }
    free(d->body);
    d->n = c.reply.n;
    d->body = c.reply.n == 0 ? NULL : calloc(1, c.reply.n + 1);
    if (d->body != NULL) {
        memcpy(d->body, c.reply.body, c.reply.n);
    }
    json_t *out = c.reply.n == 0 ? NULL : json_loadb(c.reply.body, c.reply.n, 0, NULL);
    api_drop(&c);
    free(body);
    json_decref(in);
    return out;
}
static inline json_t *desk_ask(struct desk *d, const char *method, const char *target, json_t *in)
{
    return desk_keyed(d, method, target, in, NULL);
}
static inline json_t *desk_get(struct desk *d, const char *target)
{
    return desk_ask(d, "GET", target, NULL);
}
/* desk_do: a request of which the status alone matters. */
static inline unsigned desk_do(struct desk *d, const char *method, const char *target, json_t *in)
{
    json_decref(desk_ask(d, method, target, in));
    return d->status;
}

/* desk_login: a session of this login, made in memory: Argon2id is looked at by its own test. */
static inline void desk_login(struct desk *d, const char *login)
{
    struct api_call c = {.api = d->api};
    struct acct_session_view who = {.id = ""}, v;
    struct store_txn *t = NULL;
    struct acct_user u;
    struct arena a = hq_arena(d->p.hq);
    char cookie[44];
    PAIR_OK(&d->p, store_read(d->p.hq->store, &t, &d->p.err));
    PAIR_OK(&d->p, acct_get(t, login, a, &u, &d->p.err));
    store_abort(&t);
    snprintf(who.login, sizeof who.login, "%s", login);
    who.changed_ms = u.changed_ms;
    who.ended_ms = u.ended_ms;
    acct_open(api_sessions(&c), &who, d->p.ms, cookie, &v);
    snprintf(d->cookie, sizeof d->cookie, "docket=%s", cookie);
    snprintf(d->csrf, sizeof d->csrf, "%s", v.csrf);
    d->token = NULL;
}

/* desk_op: an operation as docketctl would run it. Answers {"id"} as text, in a buffer of its own.
 */
static inline json_t *desk_op(struct desk *d, const char *op, json_t *in)
{
    json_t *out = NULL;
    PAIR_OK(&d->p, ops_run(d->p.hq, op, in, &out, &d->p.err));
    json_decref(in);
    return out;
}
static inline void desk_record(struct desk *d, const char *type, const char *code,
                               const char *fields, char id[static 33])
{
    json_t *f = json_loads(fields, 0, NULL);
    CHECK(f != NULL);
    json_t *out = desk_op(d, "record.set",
                          json_pack("{s:s,s:s,s:o}", "type", type, "code", code, "fields", f));
    snprintf(id, 33, "%s", json_string_value(json_object_get(out, "id")));
    json_decref(out);
}

/* The cheapest hash of DESK_PASSWORD, once. */
static inline const char *desk_hash(void)
{
    static char hash[ACCT_HASH_BYTES];
    struct err err;
    if (hash[0] == '\0' && acct_hash("nobody", S(DESK_PASSWORD), 1, hash, &err) != ST_OK) {
        check_fail(__FILE__, __LINE__, "%s", err.text);
    }
    return hash;
}
static inline void desk_user(struct desk *d, const char *login, enum role role, const char *branch)
{
    json_t *in = json_pack("{s:s,s:s,s:s,s:i}", "login", login, "hash", desk_hash(), "name", login,
                           "role", (int)role);
    if (branch != NULL) {
        json_object_set_new(in, "branch", json_string(branch));
    }
    json_decref(desk_op(d, "user.add", in));
}

/* clerk, supervisor, technician (and technician2), accountant, parts, manager here; clerk2 there;
 * department and administrator at headquarters. */
static inline void desk_begin(struct desk *d)
{
    memset(d, 0, sizeof *d);
    pair_begin(&d->p);
    struct api_options opt = {.hash_ops = 1};
    PAIR_OK(&d->p, api_new(d->p.hq, &opt, &d->api, &d->p.err));
    desk_user(d, "clerk", ROLE_CLERK, DESK_HERE);
    desk_user(d, "supervisor", ROLE_SUPERVISOR, DESK_HERE);
    desk_user(d, "technician", ROLE_TECHNICIAN, DESK_HERE);
    desk_user(d, "technician2", ROLE_TECHNICIAN, DESK_HERE);
    desk_user(d, "accountant", ROLE_ACCOUNTANT, DESK_HERE);
    desk_user(d, "parts", ROLE_PARTS_KEEPER, DESK_HERE);
    desk_user(d, "manager", ROLE_BRANCH_MANAGER, DESK_HERE);
    desk_user(d, "clerk2", ROLE_CLERK, DESK_THERE);
    desk_user(d, "technician3", ROLE_TECHNICIAN, DESK_THERE);
    desk_user(d, "department", ROLE_SERVICE_DEPARTMENT, NULL);
    desk_user(d, "administrator", ROLE_ADMINISTRATOR, NULL);
}
static inline void desk_end(struct desk *d)
{
    free(d->body);
    api_free(&d->api);
    pair_end(&d->p);
}
static inline void desk_settle(struct desk *d)
{
    while (api_tick(d->api)) {
    }
}
static inline const char *desk_str(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    return s == NULL ? "" : s;
}

/* A record's fields as a write carries them; `text` is their object. */
static inline json_t *desk_fields(const char *text)
{
    json_t *f = json_loads(text, 0, NULL);
    CHECK(f != NULL);
    return json_pack("{s:o}", "fields", f);
}
#endif
