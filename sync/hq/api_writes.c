/* api_writes.c - what a write needs beyond its operation: passwords hashed, everything that the
 * body names within the user's sight; and the sessions that end with it. */
#include "sync/hq/api_inside.h"
#include "sync/hq/reg_other.h"

#include <stdlib.h>

/* Members of the body, and of its "fields", that name subjects. */
static const struct {
    const char *name;
    enum subject_type type;
} named[] = {
    {"customer", SUBJECT_CUSTOMER},
    {"equipment", SUBJECT_EQUIPMENT},
    {"job", SUBJECT_JOB},
    {"technician", SUBJECT_TECHNICIAN},
    {"repairer", SUBJECT_TECHNICIAN},
    {"person", SUBJECT_TECHNICIAN},
};

static enum st seen(struct api_call *c, enum subject_type type, const json_t *value)
{
    struct arena a = c->arena;
    struct subject_state s;
    id16 id;
    str code = {json_string_value(value), json_string_length(value)};
    if (code.p == NULL || code.n == 0) {
        return ST_OK; /* nobody, or no name: the operation judges */
    }
    if (hq_id_in(c->txn, api_hq(c), type, code, &id) != ST_OK ||
        fold_load(c->txn, id, &a, &s, NULL, NULL) != ST_OK || s.type != type || !api_sees(c, &s)) {
        return api_refuse(c, 404, "not-found", "the request names a record that is not there");
    }
    return ST_OK;
}

/* A field has one name here. By a second one, "job.customer", it would pass all that is asked of
 * the first. */
static enum st plainly_named(struct api_call *c, const json_t *o)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)o, name, value)
    {
        if (strchr(name, '.') != NULL) {
            return err_set(&c->err, ST_BAD_INPUT, 0, __func__, "there is no field of this name");
        }
    }
    return ST_OK;
}

static enum st all_seen(struct api_call *c, const json_t *o)
{
    enum st st = plainly_named(c, o);
    for (size_t i = 0; i < sizeof named / sizeof named[0] && st == ST_OK; i++) {
        st = seen(c, named[i].type, json_object_get(o, named[i].name));
    }
    const json_t *branch = json_object_get(o, "branch");
    return st == ST_OK && branch != NULL && o != c->in && !api_all_branches(&c->user)
               ? api_refuse(c, 403, "branch", "a branch is set by headquarters")
               : st;
}

/* A handheld is whose it is. */
static enum st handheld_seen(struct api_call *c, const json_t *value)
{
    struct arena a = c->arena;
    struct subject_state s;
    id8 author;
    id16 person;
    str hex = {json_string_value(value), json_string_length(value)};
    if (value == NULL) {
        return ST_OK;
    }
    if (!hex_get(hex, author.b, sizeof author.b) || !api_person_of(c, author, &person) ||
        fold_load(c->txn, person, &a, &s, NULL, NULL) != ST_OK || !api_sees(c, &s)) {
        return api_refuse(c, 404, "not-found", "there is no such handheld");
    }
    return ST_OK;
}

/* ---- passwords --------------------------------------------------------------------------------
 */

static enum st hash_member(struct api_call *c, const char *member)
{
    char hash[ACCT_HASH_BYTES];
    str password, login;
    enum st st = ops_str(c->in, member, &password, &c->err);
    st = st == ST_OK ? ops_str(c->in, "login", &login, &c->err) : st;
    if (st == ST_OK) {
        st = acct_hash(login.p, password, api_hash_ops(c), hash, &c->err);
    }
    if (st == ST_OK) {
        json_object_set_new(c->in, "hash", json_string(hash));
        json_object_set_new(c->in, "mark", api_mark(c, password));
    }
    json_object_del(c->in, "password");
    json_object_del(c->in, "new_password");
    return st;
}

static enum st own_password(struct api_call *c)
{
    str old;
    enum st st = ops_str(c->in, "password", &old, &c->err);
    int wait = acct_wait_s(api_sessions(c), c->user.login, c->request->peer, c->now_ms);
    if (st != ST_OK) {
        return st;
    }
    bool right = wait == 0 && acct_verify(c->user.hash, old);
    if (wait == 0) {
        acct_tried(api_sessions(c), c->user.login, c->request->peer, right, c->now_ms);
    }
    if (wait > 0) {
        c->reply.retry_after_s = wait;
        return api_refuse(c, 429, "login-wait", "too many wrong tries: wait");
    }
    if (!right) {
        return api_refuse(c, 403, "password", "the password is wrong");
    }
    json_object_set_new(c->in, "login", json_string(c->user.login));
    return hash_member(c, "new_password");
}

enum st api_check_write(struct api_call *c)
{
    const char *op = c->route->op;
    if (strcmp(op, "user.password") == 0) {
        return c->route->key == NULL ? own_password(c) : hash_member(c, "new_password");
    }
    if (strcmp(op, "admit") == 0) { /* without entries it would list */
        return json_is_array(json_object_get(c->in, "entries"))
                   ? ST_OK
                   : err_set(&c->err, ST_BAD_INPUT, 0, __func__, "\"entries\" is missing");
    }
    if (strcmp(op, "user.sessions") == 0) {
        if (c->route->key == NULL) {
            json_object_set_new(c->in, "login", json_string(c->user.login));
        }
        return ST_OK;
    }
    if (strcmp(op, "item.settle") == 0) {
        h32 what;
        json_t *row =
            hex_get(str_c(c->param), what.b, sizeof what.b) ? reg_other_item(c, what) : NULL;
        bool there = row != NULL;
        json_decref(row);
        return there ? ST_OK : api_refuse(c, 404, "not-found", "there is no such item");
    }
    if (strcmp(op, "shown.keep") == 0) {
        return api_check_shown(c);
    }
    if (strcmp(op, "user.add") == 0) {
        enum st st = all_seen(c, c->in);
        return st == ST_OK ? hash_member(c, "password") : st;
    }
    if (strcmp(op, "resolve") == 0) {
        return api_check_settle(c);
    }
    if (strcmp(op, "assign") == 0 && !json_is_string(json_object_get(c->in, "technician"))) {
        return err_set(&c->err, ST_BAD_INPUT, 0, __func__,
                       "\"technician\" is a text; an empty one is nobody");
    }
    static const char *const inner[] = {"fields", "customer_new", "equipment_new"};
    enum st st = all_seen(c, c->in);
    if (st == ST_OK && strcmp(op, "enrol") == 0) {
        st = handheld_seen(c, json_object_get(c->in, "recover"));
    }
    for (size_t i = 0; i < sizeof inner / sizeof inner[0] && st == ST_OK; i++) {
        const json_t *o = json_object_get(c->in, inner[i]);
        if (json_is_object(o)) {
            st = all_seen(c, o);
        } else if (o != NULL) {
            st = err_set(&c->err, ST_BAD_INPUT, 0, __func__, "\"%s\" is no object", inner[i]);
        }
    }
    return st;
}

/* Under the password that stands now: it carries the moment of its change. */
static void anew(struct api_call *c, const char *login)
{
    struct acct_session_view who = c->session, v;
    struct store_txn *t = NULL;
    struct acct_user u;
    uint8_t *room = malloc(CAP_SCRATCH_BYTES);
    char cookie[44];
    if (room != NULL && store_read(api_hq(c)->store, &t, NULL) == ST_OK &&
        acct_get(t, login, arena_of(room, CAP_SCRATCH_BYTES), &u, NULL) == ST_OK) {
        who.changed_ms = u.changed_ms;
        who.ended_ms = u.ended_ms;
        who.common = false; /* it was measured just now */
        acct_open(api_sessions(c), &who, c->now_ms, cookie, &v);
        api_cookie(c, cookie);
        json_object_set_new(c->out, "csrf", json_string(v.csrf));
    }
    store_abort(&t);
    free(room);
}

static bool ends_sessions(const char *op)
{
    return strcmp(op, "user.password") == 0 || strcmp(op, "user.disable") == 0 ||
           strcmp(op, "user.sessions") == 0;
}

/* A changed password or a shut login ends its sessions; with a password of one's own one goes on
 * under a new cookie. */
void api_after_write(struct api_call *c)
{
    const char *op = c->route->op;
    const char *login = json_string_value(json_object_get(json_object_get(c->in, "in"), "login"));
    if (login == NULL || !ends_sessions(op)) {
        return;
    }
    acct_close_all(api_sessions(c), login);
    if (c->route->key == NULL && strcmp(op, "user.sessions") == 0) {
        api_cookie(c, "");
    } else if (c->route->key == NULL && !json_is_true(json_object_get(c->out, "replayed"))) {
        anew(c, login);
    }
}
