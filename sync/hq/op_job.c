/* op_job.c - a call's life at the desk: call.create, job.cancel, job.archive. */
#include "core/model/bodies.h"
#include "core/rules/office.h"
#include "sync/hq/ops.h"

#include <stdio.h>

/* --- call.create ---------------------------------------------------------------------------- */

/* Headquarters counts calls on; a code that somebody's import took is passed over. */
enum st op_call_number(struct hq *hq, char out[static 24], struct err *err)
{
    uint64_t next = 0;
    id16 taken;
    enum st st = hq_count_get(hq->batch, "callnumber", &next, err);
    if (st != ST_OK) {
        return st;
    }
    do {
        snprintf(out, 24, "R%06llu", (unsigned long long)++next);
        st = hq_id_of(hq, SUBJECT_JOB, str_c(out), &taken, err);
    } while (st == ST_OK);
    if (st != ST_NOT_FOUND) {
        return st;
    }
    return hq_count_put(hq->batch, "callnumber", next, err);
}

/* One record through record.set; its id as text. */
static enum st put(struct hq *hq, const json_t *in, const char *type, json_t *code, json_t *fields,
                   json_t **id, struct err *err)
{
    json_t *out = NULL, *record = json_pack("{s:s,s:O}", "type", type, "fields", fields);
    if (code != NULL) {
        json_object_set(record, "code", code);
    }
    if (json_object_get(in, "actor") != NULL) {
        json_object_set(record, "actor", json_object_get(in, "actor"));
    }
    enum st st = op_record_set(hq, record, &out, err);
    if (st == ST_OK && json_object_get(out, "id") == NULL) {
        st = err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    if (st == ST_OK) {
        *id = json_incref(json_object_get(out, "id"));
    }
    json_decref(out);
    json_decref(record);
    return st;
}

static void default_to(json_t *o, const char *key, json_t *value)
{
    if (value != NULL && json_object_get(o, key) == NULL) {
        json_object_set(o, key, value);
    }
}

/* The customer or the equipment: named, or new with the call. */
static enum st party(struct hq *hq, const json_t *in, const char *type, const char *fresh,
                     json_t *job, json_t *customer, struct err *err)
{
    json_t *given = json_object_get(in, fresh), *id = NULL;
    if (!json_is_object(given)) {
        default_to(job, type, json_object_get(in, type));
        return ST_OK;
    }
    json_t *fields = json_copy(given);
    default_to(fields, "branch", json_object_get(in, "branch"));
    default_to(fields, "customer", customer);
    enum st st = put(hq, in, type, NULL, fields, &id, err);
    if (st == ST_OK) {
        json_object_set_new(job, type, id);
    }
    json_decref(fields);
    return st;
}

static enum st create(struct hq *hq, const json_t *in, json_t *job, json_t **out, struct err *err)
{
    char number[24] = "";
    json_t *id = NULL, *code = json_object_get(in, "code");
    enum st st = party(hq, in, "customer", "customer_new", job, NULL, err);
    if (st == ST_OK && json_object_get(job, "customer") == NULL) {
        st = err_set(err, ST_BAD_INPUT, 0, __func__, "a call names its customer");
    }
    if (st == ST_OK) {
        st =
            party(hq, in, "equipment", "equipment_new", job, json_object_get(job, "customer"), err);
    }
    if (st == ST_OK && code != NULL) {
        id16 taken;
        str s = {json_string_value(code), json_string_length(code)};
        if (s.p != NULL && hq_id_of(hq, SUBJECT_JOB, s, &taken, NULL) == ST_OK) {
            return err_set(err, ST_EXISTS, 0, __func__, "this number is taken");
        }
        json_incref(code);
    } else if (st == ST_OK) {
        st = op_call_number(hq, number, err);
        code = json_string(number);
    }
    if (st != ST_OK) {
        return st;
    }
    default_to(job, "branch", json_object_get(in, "branch"));
    json_t *now = json_integer((json_int_t)hq_now(hq).wall_ms), *phone = json_integer(1);
    default_to(job, "called", now);
    default_to(job, "channel", phone);
    json_decref(now);
    json_decref(phone);
    st = put(hq, in, "job", code, job, &id, err);
    if (st == ST_OK) {
        *out = json_pack("{s:o,s:O}", "id", id, "code", code);
    }
    json_decref(code);
    return st;
}

enum st op_call_create(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    const json_t *fields = json_object_get(in, "fields");
    if (!json_is_object(fields)) {
        return err_set(err, ST_BAD_INPUT, 0, __func__, "\"fields\" is missing");
    }
    json_t *job = json_deep_copy(fields);
    bool mine = hq->batch == NULL;
    enum st st = mine ? hq_batch_begin(hq, err) : ST_OK;
    if (st == ST_OK) {
        st = create(hq, in, job, out, err);
        if (mine) {
            enum st end = hq_batch_end(hq, st == ST_OK, st == ST_OK ? err : NULL);
            st = st == ST_OK ? end : st;
        }
    }
    json_decref(job);
    return st;
}

/* --- job.cancel, job.archive ---------------------------------------------------------------- */

enum st ops_rule(enum office_rule r, struct err *err)
{
    return r == OFFICE_OK ? ST_OK
                          : err_set(err, ST_FORBIDDEN, 0, "rule", "%s %s", office_rule_id(r),
                                    office_rule_name(r));
}

static enum st act(struct hq *hq, struct append *what, json_t **out, struct err *err)
{
    h32 hash;
    enum st st = hq_act(hq, what, &hash, err);
    if (st == ST_OK) {
        *out = json_pack("{s:o}", "entry", ops_hex(hash.b, 32));
    }
    return st;
}

static enum st job_of(struct hq *hq, const json_t *in, struct append *what, struct arena *a,
                      struct subject_state *job, struct err *err)
{
    enum st st = ops_actor(hq, in, ROLE_ADMINISTRATOR, what, err);
    if (st == ST_OK) {
        st = ops_subject(hq, in, "job", SUBJECT_JOB, &what->subject, err);
    }
    if (st == ST_OK) {
        *a = hq_arena(hq);
        st = ops_state(hq, what->subject, a, job, err);
    }
    return st == ST_OK && job->type != SUBJECT_JOB
               ? err_set(err, ST_BAD_INPUT, 0, __func__, "this is no job")
               : st;
}

enum st op_job_cancel(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    struct append what = {.kind = KIND_JOB_CANCELLED, .subject_type = SUBJECT_JOB};
    struct subject_state job;
    struct arena a;
    uint8_t body[64];
    union body b;
    int64_t reason;
    enum st st = ops_int(in, "reason", &reason, err);
    if (st == ST_OK && (reason < 1 || reason > 255)) {
        st = err_set(err, ST_BAD_INPUT, 0, __func__, "a reason is a code from 1 to 255");
    }
    st = st == ST_OK ? job_of(hq, in, &what, &a, &job, err) : st;
    if (st == ST_OK && !office_open(&job)) {
        st = ops_rule(OFFICE_ORDER, err);
    }
    if (st != ST_OK) {
        return st;
    }
    memset(&b, 0, sizeof b);
    b.cancelled.reason = (unsigned)reason;
    st = body_encode(what.kind, &b, body, sizeof body, &what.body);
    return st == ST_OK ? act(hq, &what, out, err)
                       : err_set(err, st, 0, __func__, "the reason does not fit an entry");
}

#define GOODS_MOST 64 /* of one call at once, looked at */

/* Is a thing of this job still at the branch, its receipt not void? */
static bool goods_here(struct hq *hq, struct store_txn *t, id16 job)
{
    uint8_t key[LIST_KEY_BYTES];
    struct store_cursor *c = NULL;
    id16 ids[GOODS_MOST];
    unsigned n = 0;
    bytes k;
    bool here = false;
    if (store_scan(t, T_LIST, fold_list_prefix(LIST_OF_JOB, SUBJECT_GOODS, &job, key), (bytes){0},
                   &c, NULL) != ST_OK) {
        return true;
    }
    while (n < GOODS_MOST && store_next(c, &k) == ST_OK) {
        memcpy(ids[n++].b, k.p + k.n - sizeof ids->b, sizeof ids->b);
    }
    store_scan_end(&c);
    for (unsigned i = 0; i < n && !here; i++) {
        struct arena a = hq_arena(hq);
        struct subject_state g;
        here =
            fold_load(t, ids[i], &a, &g, NULL, NULL) == ST_OK && office_state(&g) != GOODS_VOIDED;
    }
    return here;
}

enum st op_job_archive(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    static const uint8_t none[] = {0xA0};
    struct append what = {
        .kind = KIND_JOB_ARCHIVED, .subject_type = SUBJECT_JOB, .body = {none, sizeof none}};
    struct subject_state job;
    struct arena a;
    struct store_txn *t = NULL;
    bool mine;
    enum st st = job_of(hq, in, &what, &a, &job, err);
    enum office_rule rule = st == ST_OK ? office_may_archive(&job, false) : OFFICE_OK;
    st = st == ST_OK ? ops_rule(rule, err) : st;
    if (st == ST_OK) {
        st = hq_txn(hq, &t, &mine, err);
        if (st == ST_OK && goods_here(hq, t, what.subject)) {
            st = ops_rule(OFFICE_GOODS_HERE, err);
        }
        if (t != NULL && mine) {
            store_abort(&t);
        }
    }
    return st == ST_OK ? act(hq, &what, out, err) : st;
}
