/* api_session.c - logging in and out; what somebody is told of his own sessions, of the login
 * before this one, and of a password that somebody else set for him. */
#include "sync/hq/api_inside.h"
#include "sync/hq/api_reads.h"
#include "sync/hq/reg.h"

#include <stdio.h>

static enum st none(struct api_call *c)
{
    c->reply.status = 204;
    c->reply.type = "application/json";
    return ST_OK;
}

/* ---- what he is told --------------------------------------------------------------------------
 */

static json_t *before_json(const struct acct_before *b)
{
    return b->at_ms == 0 ? json_null()
                         : json_pack("{s:I,s:s,s:s}", "at_ms", (json_int_t)b->at_ms, "from",
                                     b->from.address, "agent", b->from.agent);
}

/* Whoever set the password that stands, when it was somebody else: he knows it, too. */
static json_t *password_json(struct api_call *c)
{
    struct acct_event e;
    return !api_password_set(c, &c->user, &e) || id16_eq(e.actor, c->user.person)
               ? json_null()
               : json_pack("{s:o,s:s,s:I}", "by", reg_named(c, e.actor, F_TECHNICIAN_NAME), "role",
                           ops_role_name(e.role), "at_ms", (json_int_t)e.at_ms);
}

static json_t *session_json(struct api_call *c, const struct acct_session_view *v)
{
    const struct acct_user *u = &c->user;
    return json_pack("{s:s,s:s,s:s,s:o,s:o,s:s,s:I,s:s,s:o,s:i,s:o,s:b}", "login", u->login, "name",
                     u->name, "role", ops_role_name(u->role), "branch",
                     id8_zero(u->branch) ? json_null() : ops_branch(u->branch.b), "person",
                     ops_hex(u->person.b, 16), "csrf", v->csrf, "until_ms", (json_int_t)v->until_ms,
                     "company", api_hq(c)->trust.name, "last_login", before_json(&v->before),
                     "failed_since", (int)v->before.failed, "password_set", password_json(c),
                     "password_common", v->common);
}

/* ---- in ---------------------------------------------------------------------------------------
 */

/* A header's words as they may be shown: printable ASCII, so long and no longer. */
static void plain(const char *in, size_t cap, char *out)
{
    size_t n = 0;
    for (; in != NULL && *in != '\0' && n + 1 < cap; in++) {
        out[n++] = *in >= ' ' && *in <= '~' ? *in : '?';
    }
    out[n] = '\0';
}

void api_from(const struct api_call *c, struct acct_from *out)
{
    plain(c->request->from, sizeof out->address, out->address);
    plain(c->request->agent, sizeof out->agent, out->agent);
}

static enum st wrong(struct api_call *c)
{
    memset(&c->user, 0, sizeof c->user);
    api_count_failed_login(c);
    return api_refuse(c, 401, "login", "login or password is wrong");
}

static enum st well(struct api_call *c, str password, unsigned failed)
{
    struct acct_session_view v,
        who = {.changed_ms = c->user.changed_ms, .ended_ms = c->user.ended_ms};
    char cookie[44], old[64];
    memcpy(who.login, c->user.login, sizeof who.login);
    acct_seen_get(c->txn, c->user.login, c->arena, &who.before);
    who.before.failed = failed;
    who.common = acct_password_ok(c->user.login, password, NULL) != ST_OK;
    api_from(c, &who.from);
    if (api_cookie_in(c, old)) {
        acct_close(api_sessions(c), old); /* nobody else's after him at this browser */
    }
    acct_open(api_sessions(c), &who, c->now_ms, cookie, &v);
    api_cookie(c, cookie);
    c->out = session_json(c, &v);
    c->seen = json_pack("{s:s,s:I,s:s,s:s}", "login", c->user.login, "at_ms", (json_int_t)c->now_ms,
                        "address", who.from.address, "agent", who.from.agent);
    return ST_OK;
}

enum st api_read_login(struct api_call *c)
{
    str login, password;
    enum st st = ops_str(c->in, "login", &login, &c->err);
    st = st == ST_OK ? ops_str(c->in, "password", &password, &c->err) : st;
    if (st != ST_OK) {
        return st;
    }
    if (!acct_login_ok(login) || password.n > ACCT_PASSWORD_BYTES) {
        return api_refuse(c, 401, "login", "login or password is wrong");
    }
    int wait = acct_wait_s(api_sessions(c), login.p, c->request->peer, c->now_ms);
    if (wait > 0) {
        c->reply.retry_after_s = wait;
        return api_refuse(c, 429, "login-wait", "too many wrong tries: wait");
    }
    bool known = acct_get(c->txn, login.p, c->arena, &c->user, NULL) == ST_OK;
    bool right = acct_verify(known ? c->user.hash : NULL, password);
    bool may = right && !c->user.disabled && c->user.role != ROLE_NONE;
    unsigned failed = acct_tried(api_sessions(c), login.p, c->request->peer, may, c->now_ms);
    return may ? well(c, password, failed) : wrong(c);
}

enum st api_read_me(struct api_call *c)
{
    c->out = session_json(c, &c->session);
    return ST_OK;
}

/* ---- his sessions, and out --------------------------------------------------------------------
 */

enum st api_read_sessions(struct api_call *c)
{
    struct acct_session_view all[ACCT_SESSIONS_EACH];
    unsigned n = acct_list(api_sessions(c), c->user.login, c->now_ms, all);
    json_t *list = json_array();
    for (unsigned i = 0; i < n; i++) {
        json_array_append_new(list, json_pack("{s:s,s:I,s:I,s:I,s:s,s:s,s:b}", "id", all[i].id,
                                              "made_ms", (json_int_t)all[i].made_ms, "seen_ms",
                                              (json_int_t)all[i].seen_ms, "until_ms",
                                              (json_int_t)all[i].until_ms, "from",
                                              all[i].from.address, "agent", all[i].from.agent,
                                              "this", strcmp(all[i].id, c->session.id) == 0));
    }
    c->out = json_pack("{s:o}", "sessions", list);
    return ST_OK;
}

enum st api_read_end_session(struct api_call *c)
{
    if (!acct_close_one(api_sessions(c), c->user.login, c->param)) {
        return api_refuse(c, 404, "not-found", "there is no such session of yours");
    }
    if (strcmp(c->param, c->session.id) == 0) {
        api_cookie(c, "");
    }
    return none(c);
}

enum st api_read_logout(struct api_call *c)
{
    acct_close_one(api_sessions(c), c->user.login, c->session.id);
    api_cookie(c, "");
    return none(c);
}
