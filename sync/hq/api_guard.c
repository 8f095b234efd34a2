/* api_guard.c - who asks, whether his role, scope and branch let him, and what a write is made of.
 */
#include "sync/hq/api_inside.h"

#include <sodium.h>
#include <stdio.h>

#define KEY_BYTES_MIN 8
#define KEY_BYTES_MAX 128

/* ---- who asks ---------------------------------------------------------------------------------
 */

/* The prefix binds it to this host and to TLS: no neighbour of the same domain can set one. */
static const char *cookie_name(const struct api_call *c)
{
    return c->api->secure ? "__Host-docket" : "docket";
}

bool api_cookie_in(const struct api_call *c, char out[static 64])
{
    const char *p = c->request->cookie, *name = cookie_name(c);
    size_t k = strlen(name);
    while (p != NULL && *p != '\0') {
        p += strspn(p, "; ");
        size_t n = strcspn(p, ";");
        if (n > k + 1 && n - k - 1 < 64 && strncmp(p, name, k) == 0 && p[k] == '=') {
            memcpy(out, p + k + 1, n - k - 1);
            out[n - k - 1] = '\0';
            return true;
        }
        p += n;
    }
    return false;
}

static void set_cookie(struct api_call *c, const char *value, int64_t seconds)
{
    snprintf(c->reply.cookie, sizeof c->reply.cookie,
             "%s=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%lld%s", cookie_name(c), value,
             (long long)seconds, c->api->secure ? "; Secure" : "");
}

void api_cookie(struct api_call *c, const char *value)
{
    set_cookie(c, value, value[0] == '\0' ? 0 : ACCT_LASTS_MS / 1000);
}

static enum st by_token(struct api_call *c, const char *secret)
{
    struct acct_token k;
    enum st st = acct_token_check(c->txn, secret, c->now_ms, &k, &c->err);
    st = st == ST_OK ? acct_get(c->txn, k.login, c->arena, &c->user, &c->err) : st;
    c->user.token = true;
    c->user.scopes = k.scopes;
    memcpy(c->user.token_id, k.id, sizeof c->user.token_id);
    return st;
}

static enum st by_session(struct api_call *c, struct acct_session_view *v)
{
    char cookie[64];
    /* What a page asks by itself is nobody at work: a session that is left alone ends. */
    bool used = !c->request->background && strcmp(c->route->path, "/events") != 0;
    if (!api_cookie_in(c, cookie) || !acct_find(c->api->sessions, cookie, used, c->now_ms, v)) {
        return ST_NOT_FOUND;
    }
    enum st st = acct_get(c->txn, v->login, c->arena, &c->user, &c->err);
    if (st == ST_OK && (v->changed_ms != c->user.changed_ms || v->ended_ms != c->user.ended_ms)) {
        /* A new password, a login shut and opened again, its sessions ended, by docketctl too: told
         * by the moments that it carries, not by which is later: clocks are put back. */
        acct_close(c->api->sessions, cookie);
        return ST_NOT_FOUND;
    }
    if (st == ST_OK && v->renewed[0] != '\0') {
        set_cookie(c, v->renewed, (v->until_ms - c->now_ms) / 1000);
    }
    return st;
}

bool api_knows(struct api *api, const struct api_request *r)
{
    struct api_call c = {.api = api, .request = r};
    struct store_txn *t = NULL;
    struct acct_token k;
    struct now now;
    char cookie[64];
    const char *bearer = r->authorization;
    api->hq->clock.read(api->hq->clock.ctx, &now);
    if (bearer == NULL || strncmp(bearer, "Bearer ", 7) != 0) {
        return api_cookie_in(&c, cookie) && acct_knows(api->sessions, cookie, now.wall_ms);
    }
    bool known = store_read(api->hq->store, &t, NULL) == ST_OK &&
                 acct_token_check(t, bearer + 7, now.wall_ms, &k, NULL) == ST_OK;
    store_abort(&t);
    return known;
}

bool api_is_write(const struct api_route *r)
{
    return strcmp(r->method, "GET") != 0;
}

/* ST_OK: c->user may go on with this route. */
enum st api_authorise(struct api_call *c)
{
    const char *bearer = c->request->authorization;
    struct acct_session_view *v = &c->session;
    bool token = bearer != NULL && strncmp(bearer, "Bearer ", 7) == 0;
    if (c->route->roles == AR_PUBLIC) {
        return ST_OK;
    }
    enum st st = token ? by_token(c, bearer + 7) : by_session(c, v);
    if (st != ST_OK || c->user.disabled || c->user.role == ROLE_NONE) {
        memset(&c->user, 0, sizeof c->user);
        memset(v, 0, sizeof *v);
        return api_refuse(c, 401, "unauthenticated", "log in first");
    }
    if (!token && api_is_write(c->route) &&
        (c->request->csrf == NULL || strlen(c->request->csrf) != strlen(v->csrf) ||
         sodium_memcmp(c->request->csrf, v->csrf, strlen(v->csrf)) != 0)) {
        return api_refuse(c, 403, "csrf", "the token of this session is missing or wrong");
    }
    /* What is asked by POST, and writes nothing, is a read. */
    unsigned scope = 2 * (unsigned)c->route->scope + (c->route->read == NULL);
    if (token && (c->route->scope == SCOPE_NONE || (c->user.scopes >> scope & 1U) == 0)) {
        /* Registers have each a scope of their own: reg_read_page looks. */
        if (strncmp(c->route->path, "/registers", 10) != 0) {
            return api_refuse(c, 403, "scope", "this token's scopes do not cover this");
        }
    }
    return (c->route->roles >> c->user.role & 1U) != 0
               ? ST_OK
               : api_refuse(c, 403, "role", "this takes another role");
}

/* ---- whose record it is -----------------------------------------------------------------------
 */

bool api_all_branches(const struct acct_user *u)
{
    return id8_zero(u->branch) || u->role == ROLE_SERVICE_DEPARTMENT ||
           u->role == ROLE_ADMINISTRATOR;
}

static bool is_his(const struct subject_state *s, int field, id16 person)
{
    const struct field_value *v = fold_shown(s, field);
    return v != NULL && memcmp(v->b, person.b, sizeof person.b) == 0;
}

/* A technician's own jobs, and the customers and equipment of those; his papers; himself. */
static bool owns(struct api_call *c, const struct subject_state *s)
{
    id16 me = c->user.person;
    uint8_t key[LIST_KEY_BYTES];
    struct store_cursor *cur = NULL;
    bytes k, value;
    bool mine = false;
    switch (s->type) {
    case SUBJECT_JOB:
        for (unsigned i = 0; i < s->nvisits && !mine; i++) {
            id16 person;
            mine = api_person_of(c, s->visits[i].author, &person) && id16_eq(person, me);
        }
        return mine || id16_eq(s->assigned, me);
    case SUBJECT_TECHNICIAN:
        return id16_eq(s->subject, me);
    case SUBJECT_STOCK:
        return is_his(s, F_STOCK_TECHNICIAN, me);
    case SUBJECT_SLIP:
        return is_his(s, F_SLIP_TECHNICIAN, me);
    case SUBJECT_DAY:
        return is_his(s, F_DAY_TECHNICIAN, me);
    case SUBJECT_CUSTOMER:
    case SUBJECT_EQUIPMENT:
        break;
    default:
        return false;
    }
    enum list list = s->type == SUBJECT_CUSTOMER ? LIST_OF_CUSTOMER : LIST_OF_EQUIPMENT;
    if (store_scan(c->txn, T_LIST, fold_list_prefix(list, SUBJECT_JOB, &s->subject, key),
                   (bytes){0}, &cur, NULL) != ST_OK) {
        return false;
    }
    while (!mine && store_next(cur, &k) == ST_OK) {
        uint8_t room[512];
        struct arena tmp = arena_of(room, sizeof room);
        struct list_row row;
        mine = store_value(cur, &tmp, &value, NULL) == ST_OK &&
               list_row_decode(value, &row) == ST_OK && id16_eq(row.assigned, me);
    }
    store_scan_end(&cur);
    return mine;
}

bool api_sees(struct api_call *c, const struct subject_state *s)
{
    const struct field_value *branch = fold_shown(s, F_BRANCH);
    id8 none = {{0}};
    const uint8_t *b = branch == NULL ? none.b : branch->b;
    if (c->user.role == ROLE_TECHNICIAN) {
        return owns(c, s);
    }
    return api_all_branches(&c->user) || memcmp(b, c->user.branch.b, sizeof none.b) == 0 ||
           (s->type == SUBJECT_TECHNICIAN && id16_eq(s->subject, c->user.person));
}

/* An author's person stands for the device; what is not seen is not there. */
enum st api_guard(struct api_call *c)
{
    struct arena a = c->arena;
    struct subject_state s;
    enum subject_type type = c->route->type;
    if (type == 0) {
        return ST_OK;
    }
    id8 author;
    bool known = true;
    if (type == SUBJECT_AUTHOR) {
        known =
            hex_get(str_c(c->param), author.b, sizeof author.b) && api_person_of(c, author, &c->id);
        type = SUBJECT_TECHNICIAN;
    } else if (hq_id_in(c->txn, c->api->hq, type, str_c(c->param), &c->id) != ST_OK) {
        return api_refuse(c, 404, "not-found", "there is no such record");
    }
    if (!known || fold_load(c->txn, c->id, &a, &s, NULL, NULL) != ST_OK || s.type != type ||
        !api_sees(c, &s)) {
        return api_refuse(c, 404, "not-found", "there is no such record");
    }
    return ST_OK;
}

/* ---- a write's input --------------------------------------------------------------------------
 */

enum st api_body(struct api_call *c)
{
    json_error_t e;
    if (c->request->body.n == 0) {
        c->in = json_object();
        return ST_OK;
    }
    c->in = json_loadb((const char *)c->request->body.p, c->request->body.n, JSON_REJECT_DUPLICATES,
                       &e);
    if (!json_is_object(c->in)) {
        return api_refuse(c, 400, "bad-input", "the body is no JSON object");
    }
    return ST_OK;
}

json_t *api_mark(struct api_call *c, str password)
{
    uint8_t h[32];
    crypto_generichash(h, sizeof h, (const uint8_t *)password.p, password.n, c->api->key,
                       sizeof c->api->key);
    return ops_hex(h, sizeof h);
}

static enum st key_of(struct api_call *c)
{
    const char *key = c->request->idempotency;
    size_t n = key == NULL ? 0 : strlen(key);
    if (n < KEY_BYTES_MIN || n > KEY_BYTES_MAX) {
        return api_refuse(c, 400, "idempotency-key", "a write carries an Idempotency-Key");
    }
    for (size_t i = 0; i < n; i++) {
        if (key[i] < ' ' || key[i] > '~') {
            return api_refuse(c, 400, "idempotency-key", "an Idempotency-Key is printable ASCII");
        }
    }
    return ST_OK;
}

/* Who acts, in which branch, on what: never from the body. */
static void name_actor(struct api_call *c)
{
    static const char *const ours[] = {"actor", "role_of", "branch", "type_of", "step",
                                       "file",  "hash",    "prefix", "by_file"};
    bool person = strcmp(c->route->op, "user.add") == 0;
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
        if (!(person && strcmp(ours[i], "branch") == 0)) {
            json_object_del(c->in, ours[i]);
        }
    }
    if (!person) {
        json_object_del(c->in, "role");
    }
    json_object_set_new(c->in, "actor", ops_hex(c->user.person.b, 16));
    if (!id8_zero(c->user.branch) && !person) {
        json_object_set_new(c->in, "branch", ops_hex(c->user.branch.b, 8));
    }
    const char *arg = c->route->arg, *eq = arg == NULL ? NULL : strchr(arg, '=');
    if (eq != NULL) {
        char name[16];
        snprintf(name, sizeof name, "%.*s", (int)(eq - arg), arg);
        json_object_set_new(c->in, name, json_string(eq + 1));
    }
    if (c->route->key != NULL) {
        json_object_set_new(c->in, c->route->key,
                            c->route->type != 0 && c->route->type != SUBJECT_AUTHOR
                                ? ops_hex(c->id.b, 16)
                                : json_string(c->param));
    } else if (strcmp(c->route->op, "resolve") != 0) {
        json_object_del(c->in, "id");
    }
}

enum st api_prepare(struct api_call *c)
{
    enum st st = key_of(c);
    st = st == ST_OK ? api_body(c) : st;
    if (st != ST_OK) {
        return st;
    }
    name_actor(c);
    st = api_check_write(c);
    if (st != ST_OK) {
        return st;
    }
    /* Two programs that act as one login have keys of their own. A login has no blank. */
    char who[ACCT_LOGIN_BYTES + 32];
    snprintf(who, sizeof who, "%s%s %s", c->user.token ? "token " : "", c->user.login,
             c->user.token_id);
    json_t *in = json_pack("{s:s,s:s,s:s,s:o}", "who", who, "key", c->request->idempotency, "op",
                           c->route->op, "in", c->in);
    c->in = in;
    return in == NULL ? ST_FULL : ST_OK;
}
