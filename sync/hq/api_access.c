/* api_access.c - the histories of logins and tokens: what was done with each, when and by whom. */
#include "sync/hq/access.h"
#include "sync/hq/acct.h"
#include "sync/hq/api_reads.h"
#include "sync/hq/reg.h"

/* The step stands for the kind; of a token what it may do, and until when. */
void api_access_said(json_t *out, const struct body_access *a)
{
    char scopes[256];
    json_object_set_new(out, "kind", json_string(access_step_name(a->step)));
    if (a->scopes != 0) {
        acct_scopes_put(a->scopes, scopes, sizeof scopes);
        json_object_set_new(out, "scopes", json_string(scopes));
    }
    if (a->until_ms != 0) {
        json_object_set_new(out, "until_ms", json_integer((json_int_t)a->until_ms));
    }
}

/* By headquarters alone: what a device says of it has no effect (kinds.c). */
static bool of_access(void *ctx, const struct entry_view *e)
{
    return e->kind == KIND_ACCESS && e->subject_type == SUBJECT_ACCESS &&
           api_by_node(ctx, e->author);
}

/* Its entries, behind `steps`, which is taken. */
static json_t *all_steps(struct api_call *c, id16 subject, json_t *steps)
{
    if (!id16_zero(subject)) {
        json_t *said = api_history(c, subject, of_access, c);
        json_array_extend(steps, said);
        json_decref(said);
    }
    return steps;
}

/* What was kept beside a login before such steps were entries. */
static enum st old_steps(struct api_call *c, const char *login, json_t *steps)
{
    struct acct_event log[ACCT_LOG_MAX];
    size_t n = 0;
    enum st st = acct_log(c->txn, login, c->arena, log, &n, &c->err);
    for (size_t i = 0; i < n && st == ST_OK; i++) {
        json_array_append_new(
            steps, json_pack("{s:s,s:s,s:I,s:o}", "kind", access_step_name(log[i].step), "role",
                             ops_role_name(log[i].role), "wall_ms", (json_int_t)log[i].at_ms,
                             "actor", reg_named(c, log[i].actor, F_TECHNICIAN_NAME)));
    }
    return st;
}

enum st api_read_login_past(struct api_call *c)
{
    struct acct_user u;
    json_t *steps = json_array();
    enum st st = acct_get(c->txn, c->param, c->arena, &u, &c->err);
    if (st == ST_NOT_FOUND) {
        json_decref(steps);
        return api_refuse(c, 404, "not-found", "there is no such login");
    }
    st = st == ST_OK ? old_steps(c, u.login, steps) : st;
    if (st != ST_OK) {
        json_decref(steps);
        return st;
    }
    c->out =
        json_pack("{s:s,s:o,s:o}", "login", u.login, "entries",
                  api_history(c, u.person, NULL, NULL), "steps", all_steps(c, u.subject, steps));
    return ST_OK;
}

enum st api_read_token_past(struct api_call *c)
{
    struct acct_token k;
    enum st st = acct_token_get(c->txn, c->param, &k, &c->err);
    if (st == ST_NOT_FOUND) {
        return api_refuse(c, 404, "not-found", "there is no such token");
    }
    if (st == ST_OK) {
        c->out = json_pack("{s:s,s:s,s:o}", "id", k.id, "login", k.login, "steps",
                           all_steps(c, k.subject, json_array()));
    }
    return st;
}

static bool sets_password(enum access_step s)
{
    return s == ACCESS_LOGIN_MADE || s == ACCESS_PASSWORD;
}

/* The newest of its entries that sets one; beyond so many steps since then it is not known. */
#define STEPS_SINCE 256

static bool set_in_entries(struct api_call *c, id16 subject, struct acct_event *out)
{
    struct store_cursor *cur = NULL;
    bytes key;
    bool found = false;
    if (id16_zero(subject) ||
        store_scan_down(c->txn, T_SUBJECT, bytes_of(subject.b, sizeof subject.b), (bytes){0}, &cur,
                        NULL) != ST_OK) {
        return false;
    }
    for (unsigned n = 0; n < STEPS_SINCE && !found && store_next(cur, &key) == ST_OK; n++) {
        struct arena a = c->arena;
        struct entry_view e;
        union body *b = arena_new(&a, union body, 1);
        h32 hash;
        if (key.n != 56 || b == NULL) {
            continue;
        }
        memcpy(hash.b, key.p + 24, sizeof hash.b);
        found = journal_get(c->txn, hash, &a, &e, NULL) == ST_OK && of_access(c, &e) &&
                body_decode(e.kind, e.body, b) == ST_OK &&
                sets_password((enum access_step)b->access.step);
        if (found) {
            *out = (struct acct_event){e.wall_ms, (enum access_step)b->access.step, e.actor,
                                       e.actor_role};
        }
    }
    store_scan_end(&cur);
    return found;
}

bool api_password_set(struct api_call *c, const struct acct_user *u, struct acct_event *out)
{
    struct acct_event log[ACCT_LOG_MAX];
    size_t n = 0;
    if (set_in_entries(c, u->subject, out)) {
        return true;
    }
    if (acct_log(c->txn, u->login, c->arena, log, &n, NULL) != ST_OK) {
        return false;
    }
    while (n > 0 && !sets_password(log[n - 1].step)) {
        n--;
    }
    if (n > 0) {
        *out = log[n - 1];
    }
    return n > 0;
}
