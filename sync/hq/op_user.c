/* op_user.c - logins of the console: user.add, user.password, user.disable, user.enable,
 * user.sessions, user.list. What each does is an entry (access.h), in its transaction.
 *
 * Passwords come hashed (acct_hash), so that no operation holds up the writer for one. */
#include "sync/hq/access.h"
#include "sync/hq/acct.h"

#include <stdio.h>

static enum st login_of(const json_t *in, str *out, struct err *err)
{
    enum st st = ops_str(in, "login", out, err);
    if (st == ST_OK && !acct_login_ok(*out)) {
        st = err_set(err, ST_BAD_INPUT, 0, __func__,
                     "a login has 1 to %d printable ASCII characters without spaces",
                     ACCT_LOGIN_BYTES);
    }
    return st;
}

static enum st hash_of(const json_t *in, struct acct_user *u, struct err *err)
{
    str hash;
    enum st st = ops_str(in, "hash", &hash, err);
    if (st == ST_OK &&
        (hash.n >= sizeof u->hash || hash.n < 10 || memcmp(hash.p, "$argon2id$", 10) != 0)) {
        st = err_set(err, ST_BAD_INPUT, 0, __func__, "\"hash\" is no Argon2id hash");
    }
    if (st == ST_OK) {
        memset(u->hash, 0, sizeof u->hash);
        memcpy(u->hash, hash.p, hash.n);
    }
    return st;
}

/* By whom it is done, and of a new login as what its person works. */
static enum st tell(struct hq *hq, const json_t *in, struct acct_user *u, enum access_step step,
                    struct err *err)
{
    struct body_access what = {.step = step, .person = u->person};
    struct arena a = hq_arena(hq);
    struct subject_state s;
    const struct field_value *role = NULL;
    if (step == ACCESS_LOGIN_MADE && fold_load(hq->batch, u->person, &a, &s, NULL, NULL) == ST_OK) {
        role = fold_shown(&s, F_TECHNICIAN_ROLE);
    }
    what.role = role == NULL ? 0 : (unsigned)role->i;
    return access_act(hq, in, &u->subject, &what, err);
}

/* A login's row: read, changed by `how` (NULL: its moment alone), written, in one transaction. */
typedef enum st (*change_fn)(struct hq *hq, const json_t *in, struct acct_user *u, bool fresh,
                             struct err *err);
static enum st change(struct hq *hq, const json_t *in, change_fn how, enum access_step step,
                      struct err *err)
{
    bool make = step == ACCESS_LOGIN_MADE;
    struct acct_user u;
    struct arena a = hq_arena(hq);
    str login;
    bool mine = hq->batch == NULL;
    enum st st = login_of(in, &login, err);
    if (st == ST_OK && mine) {
        st = hq_batch_begin(hq, err);
    }
    if (st != ST_OK) {
        return st;
    }
    char name[ACCT_LOGIN_BYTES + 1];
    snprintf(name, sizeof name, "%.*s", (int)login.n, login.p);
    st = acct_get(hq->batch, name, a, &u, err);
    bool fresh = st == ST_NOT_FOUND;
    if (fresh && make) {
        memset(&u, 0, sizeof u);
        memcpy(u.login, name, sizeof name);
        st = ST_OK;
    } else if (fresh) {
        st = err_set(err, ST_NOT_FOUND, 0, __func__, "there is no such login");
    }
    if (st == ST_OK && how != NULL) {
        st = how(hq, in, &u, fresh, err);
    }
    if (st == ST_OK) {
        int64_t *moved = step == ACCESS_SESSIONS ? &u.ended_ms : &u.changed_ms;
        *moved = hq_now(hq).wall_ms;
        st = tell(hq, in, &u, step, err);
    }
    st = st == ST_OK ? acct_put(hq->batch, &u, err) : st;
    if (mine) {
        enum st end = hq_batch_end(hq, st == ST_OK, st == ST_OK ? err : NULL);
        st = st == ST_OK ? end : st;
    }
    return st;
}

static enum st answer(enum st st, json_t **out)
{
    if (st == ST_OK) {
        *out = json_pack("{s:b}", "done", 1);
    }
    return st;
}

/* --- user.add ------------------------------------------------------------------------------- */

/* The person's record: one that is there, or a new one by the login's own code. */
static enum st person_for(struct hq *hq, const json_t *in, struct acct_user *u, struct err *err)
{
    if (json_object_get(in, "person") != NULL) {
        return ops_subject(hq, in, "person", SUBJECT_TECHNICIAN, &u->person, err);
    }
    if (json_object_get(in, "name") == NULL) {
        u->person = hq->admin; /* the administrator that init-hq made */
        return ST_OK;
    }
    json_t *fields = json_object(), *out = NULL;
    static const char *const taken[] = {"name", "role", "branch"};
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        json_t *v = json_object_get(in, taken[i]);
        if (v != NULL) {
            json_object_set(fields, taken[i], v);
        }
    }
    json_t *record =
        json_pack("{s:s,s:s,s:o}", "type", "technician", "code", u->login, "fields", fields);
    if (json_object_get(in, "actor") != NULL) {
        json_object_set(record, "actor", json_object_get(in, "actor"));
    }
    enum st st = op_record_set(hq, record, &out, err);
    const char *id = json_string_value(json_object_get(out, "id"));
    if (st == ST_OK && (id == NULL || !hex_get(str_c(id), u->person.b, sizeof u->person.b))) {
        st = err_set(err, ST_BUG, 0, __func__, "a record without an id");
    }
    json_decref(out);
    json_decref(record);
    return st;
}

static enum st add(struct hq *hq, const json_t *in, struct acct_user *u, bool fresh,
                   struct err *err)
{
    if (!fresh) {
        return err_set(err, ST_EXISTS, 0, __func__, "this login is taken");
    }
    enum st st = hash_of(in, u, err);
    return st == ST_OK ? person_for(hq, in, u, err) : st;
}

enum st op_user_add(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    return answer(change(hq, in, add, ACCESS_LOGIN_MADE, err), out);
}

/* --- the rest ------------------------------------------------------------------------------- */

static enum st password(struct hq *hq, const json_t *in, struct acct_user *u, bool fresh,
                        struct err *err)
{
    (void)hq;
    (void)fresh;
    return hash_of(in, u, err);
}

static enum st shut(struct hq *hq, const json_t *in, struct acct_user *u, bool fresh,
                    struct err *err)
{
    (void)hq;
    (void)in;
    (void)fresh;
    (void)err;
    u->disabled = true;
    return ST_OK;
}

static enum st reopen(struct hq *hq, const json_t *in, struct acct_user *u, bool fresh,
                      struct err *err)
{
    (void)hq;
    (void)in;
    (void)fresh;
    (void)err;
    u->disabled = false;
    return ST_OK;
}

enum st op_user_password(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    return answer(change(hq, in, password, ACCESS_PASSWORD, err), out);
}

enum st op_user_disable(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    return answer(change(hq, in, shut, ACCESS_SHUT, err), out);
}

enum st op_user_enable(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    return answer(change(hq, in, reopen, ACCESS_OPENED, err), out);
}

enum st op_user_sessions(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    /* The row says from when sessions hold; those in memory go with the answer (api_writes.c). */
    return answer(change(hq, in, NULL, ACCESS_SESSIONS, err), out);
}

static json_t *user_json(const struct acct_user *u)
{
    return json_pack("{s:s,s:s,s:s,s:o,s:o,s:b,s:I}", "login", u->login, "name", u->name, "role",
                     ops_role_name(u->role), "branch",
                     id8_zero(u->branch) ? json_null() : ops_branch(u->branch.b), "person",
                     ops_hex(u->person.b, 16), "disabled", u->disabled, "changed_ms",
                     (json_int_t)u->changed_ms);
}

static enum st list_one(void *ctx, const struct acct_user *u)
{
    json_t *list = ctx;
    json_array_append_new(list, user_json(u));
    return ST_OK;
}

enum st op_user_list(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    (void)in;
    struct store_txn *t = NULL;
    struct arena a = hq_arena(hq);
    bool mine;
    json_t *list = json_array();
    enum st st = hq_txn(hq, &t, &mine, err);
    if (st == ST_OK) {
        st = acct_each(t, a, list_one, list, err);
        if (mine) {
            store_abort(&t);
        }
    }
    if (st == ST_OK) {
        *out = json_pack("{s:O}", "users", list);
    }
    json_decref(list);
    return st;
}
