/* ops.c - the table of operations, where they run, and what their files share. See ops.h. */
#include "sync/hq/ops.h"

#include "sync/hq/control.h"
#include "sync/hq/hq_cut.h"

#include <stdlib.h>

static const struct op table[] = {
    {"enrol", op_enrol},
    {"assign", op_assign},
    {"assign.batch", op_assign_batch},
    {"record.set", op_record_set},
    {"record.batch", op_record_batch},
    {"forget", op_forget},
    {"conflicts", op_conflicts},
    {"resolve", op_resolve},
    {"revoke", op_revoke},
    {"admit", op_admit},
    {"job.restore", op_job_restore},
    {"job.reopen", op_job_reopen},
    {"help.answer", op_help_answer},
    {"cash.accept", op_cash_accept},
    {"edition.publish", op_edition_publish},
    {"bundle.import", op_bundle_import},
    {"status", op_status},
    {"call.create", op_call_create},
    {"record.edit", op_record_edit},
    {"job.cancel", op_job_cancel},
    {"job.archive", op_job_archive},
    {"paper.step", op_paper_step},
    {"user.add", op_user_add},
    {"user.password", op_user_password},
    {"user.disable", op_user_disable},
    {"user.enable", op_user_enable},
    {"user.sessions", op_user_sessions},
    {"user.list", op_user_list},
    {"user.seen", op_user_seen},
    {"token.add", op_token_add},
    {"token.remove", op_token_remove},
    {"item.settle", op_item_settle},
    {"shown.keep", op_shown_keep},
    {"root.take", op_root_take},
    {"api.write", op_api_write},
};

const struct op *ops_find(const char *name)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (strcmp(table[i].name, name) == 0) {
            return &table[i];
        }
    }
    return NULL;
}

enum st ops_run(struct hq *hq, const char *name, const json_t *in, json_t **out, struct err *err)
{
    const struct op *op = ops_find(name);
    *out = NULL;
    if (op == NULL) {
        return err_set(err, ST_BAD_INPUT, 0, __func__, "there is no operation %.40s", name);
    }
    enum st st = op->run(hq, in, out, err);
    if (st == ST_OK && *out == NULL) {
        st = err_set(err, ST_FULL, 0, __func__, "no memory for the answer");
    }
    return st;
}

enum st ops_call(const char *dir, const char *keys_path, const char *name, const json_t *in,
                 json_t **out, struct err *err)
{
    struct hq_options with = {.dir = dir, .keys_path = keys_path};
    struct hq *hq = NULL;
    *out = NULL;
    enum st st = hq_open(&with, &hq, err);
    if (st == ST_LOCKED) {
        return control_call(dir, name, in, out, err);
    }
    if (st == ST_OK) {
        st = ops_run(hq, name, in, out, err);
        IGNORE(hq_cut_settle(hq, 0, NULL) != ST_OK); /* at the next open */
    }
    hq_close(&hq);
    return st;
}

/* --- members
 * -------------------------------------------------------------------------------------------------
 */

enum st ops_str(const json_t *in, const char *key, str *out, struct err *err)
{
    const json_t *v = json_object_get(in, key);
    *out = (str){NULL, 0};
    if (!json_is_string(v)) {
        return err_set(err, ST_BAD_INPUT, 0, __func__, "\"%s\" is missing or is no text", key);
    }
    *out = (str){json_string_value(v), json_string_length(v)};
    return ST_OK;
}

enum st ops_int(const json_t *in, const char *key, int64_t *out, struct err *err)
{
    const json_t *v = json_object_get(in, key);
    *out = 0;
    if (!json_is_integer(v)) {
        return err_set(err, ST_BAD_INPUT, 0, __func__, "\"%s\" is missing or is no whole number",
                       key);
    }
    *out = json_integer_value(v);
    return ST_OK;
}

json_t *ops_hex(const void *p, size_t n)
{
    char text[2 * 64 + 1];
    if (n > 64) {
        return NULL;
    }
    hex_put(bytes_of(p, n), text);
    return json_string(text);
}

/* A branch is up to eight ASCII characters, left-aligned; anything else is shown as hex. */
json_t *ops_branch(const uint8_t b[static 8])
{
    size_t n = 8;
    while (n > 0 && b[n - 1] == 0) {
        n--;
    }
    for (size_t i = 0; i < n; i++) {
        if (b[i] <= ' ' || b[i] > '~') {
            return ops_hex(b, 8);
        }
    }
    return json_stringn((const char *)b, n);
}

/* --- names
 * -----------------------------------------------------------------------------------------------------
 */

static const char *const types[SUBJECT_TYPES] = {
    [SUBJECT_AUTHOR] = "author",
    [SUBJECT_DEPLOYMENT] = "deployment",
    [SUBJECT_JOB] = "job",
    [SUBJECT_CUSTOMER] = "customer",
    [SUBJECT_EQUIPMENT] = "equipment",
    [SUBJECT_CONTRACT] = "contract",
    [SUBJECT_TECHNICIAN] = "technician",
    [SUBJECT_STOCK] = "stock",
    [SUBJECT_GOODS] = "goods",
    [SUBJECT_SLIP] = "slip",
    [SUBJECT_DAY] = "day",
    [SUBJECT_INVOICE] = "invoice",
    [SUBJECT_ACCESS] = "access",
    [SUBJECT_ITEM] = "item",
};
static const char *const roles[ROLES] = {
    [ROLE_TECHNICIAN] = "technician",
    [ROLE_HEADQUARTERS] = "headquarters",
    [ROLE_CLERK] = "clerk",
    [ROLE_SUPERVISOR] = "supervisor",
    [ROLE_ACCOUNTANT] = "accountant",
    [ROLE_PARTS_KEEPER] = "parts keeper",
    [ROLE_BRANCH_MANAGER] = "branch manager",
    [ROLE_SERVICE_DEPARTMENT] = "service department",
    [ROLE_ADMINISTRATOR] = "administrator",
};

/* A name with its spaces as they are, or as '-' or '_'. */
static bool same_name(str given, const char *name)
{
    if (name == NULL || given.n != strlen(name)) {
        return false;
    }
    for (size_t i = 0; i < given.n; i++) {
        char c = given.p[i] == '-' || given.p[i] == '_' ? ' ' : given.p[i];
        if (c != name[i]) {
            return false;
        }
    }
    return true;
}

enum subject_type ops_type(str name)
{
    for (int i = 1; i < SUBJECT_TYPES; i++) {
        if (same_name(name, types[i])) {
            return (enum subject_type)i;
        }
    }
    return 0;
}

const char *ops_type_name(enum subject_type t)
{
    return (unsigned)t < SUBJECT_TYPES && types[t] != NULL ? types[t] : "";
}

enum role ops_role(str name)
{
    for (int i = 1; i < ROLES; i++) {
        if (same_name(name, roles[i])) {
            return (enum role)i;
        }
    }
    return ROLE_NONE;
}

const char *ops_role_name(enum role r)
{
    return (unsigned)r < ROLES && roles[r] != NULL ? roles[r] : "";
}

/* --- who
 * ----------------------------------------------------------------------------------------------------------
 */

static enum st role_of(struct hq *hq, id16 person, enum role *out, struct err *err)
{
    struct store_txn *t = NULL;
    struct arena a = hq_arena(hq);
    struct subject_state s;
    bool mine;
    *out = ROLE_NONE;
    enum st st = hq_txn(hq, &t, &mine, err);
    if (st == ST_OK) {
        st = fold_load(t, person, &a, &s, NULL, err);
    }
    if (st == ST_OK) {
        const struct field_value *v = fold_shown(&s, F_TECHNICIAN_ROLE);
        *out = v != NULL ? (enum role)v->i : ROLE_NONE;
    }
    if (mine) {
        store_abort(&t);
    }
    return st == ST_NOT_FOUND
               ? err_set(err, ST_NOT_FOUND, 0, __func__, "the actor is nobody of this company")
               : st;
}

enum st ops_actor(struct hq *hq, const json_t *in, enum role role, struct append *what,
                  struct err *err)
{
    what->actor = hq->admin;
    what->actor_role = role;
    str name;
    if (json_object_get(in, "role") != NULL) {
        enum st st = ops_str(in, "role", &name, err);
        what->actor_role = st == ST_OK ? ops_role(name) : ROLE_NONE;
        if (what->actor_role == ROLE_NONE) {
            return err_set(err, ST_BAD_INPUT, 0, __func__, "\"role\" names no role");
        }
    }
    if (json_object_get(in, "actor") != NULL) {
        enum role his;
        enum st st = ops_subject(hq, in, "actor", SUBJECT_TECHNICIAN, &what->actor, err);
        if (st == ST_OK) {
            st = role_of(hq, what->actor, &his, err);
        }
        if (st != ST_OK) {
            return st;
        }
        if (json_object_get(in, "role") != NULL && his != what->actor_role) {
            return err_set(err, ST_FORBIDDEN, 0, __func__, "the actor's role is %s",
                           ops_role_name(his));
        }
        what->actor_role = his;
    }
    return kind_has_effect(what->kind, what->actor_role)
               ? ST_OK
               : err_set(err, ST_FORBIDDEN, 0, __func__, "the role %s may not do this",
                         ops_role_name(what->actor_role));
}

enum st ops_subject(struct hq *hq, const json_t *in, const char *key, enum subject_type type,
                    id16 *out, struct err *err)
{
    str code;
    enum st st = ops_str(in, key, &code, err);
    if (st == ST_OK) {
        st = hq_id_of(hq, type, code, out, err);
    }
    if (st == ST_NOT_FOUND) {
        return err_set(err, ST_NOT_FOUND, 0, __func__, "there is no %s %.*s", ops_type_name(type),
                       (int)code.n, code.p);
    }
    return st;
}

enum st ops_state(struct hq *hq, id16 subject, struct arena *a, struct subject_state *out,
                  struct err *err)
{
    struct store_txn *t = NULL;
    bool mine;
    enum st st = hq_txn(hq, &t, &mine, err);
    if (st == ST_OK) {
        st = fold_load(t, subject, a, out, NULL, err);
    }
    if (mine) {
        store_abort(&t);
    }
    return st;
}

enum st ops_batch(struct hq *hq, const json_t *in, const char *key, op_fn each, json_t **out,
                  struct err *err)
{
    const json_t *all = json_object_get(in, key);
    json_t *results = json_array();
    if (!json_is_array(all) || results == NULL) {
        json_decref(results);
        return err_set(err, ST_BAD_INPUT, 0, __func__, "\"%s\" is missing or is no list", key);
    }
    bool mine = hq->batch == NULL;
    enum st st = mine ? hq_batch_begin(hq, err) : ST_OK;
    for (size_t i = 0; i < json_array_size(all) && st == ST_OK; i++) {
        json_t *one = NULL;
        st = each(hq, json_array_get(all, i), &one, err);
        if (st == ST_OK && json_array_append_new(results, one) != 0) {
            st = err_set(err, ST_FULL, 0, __func__, "no memory");
        }
    }
    if (mine && hq->batch != NULL) {
        enum st end = hq_batch_end(hq, st == ST_OK, st == ST_OK ? err : NULL);
        st = st == ST_OK ? end : st;
    }
    if (st == ST_OK) {
        *out = json_pack("{s:O}", "results", results);
    }
    json_decref(results);
    return st;
}
