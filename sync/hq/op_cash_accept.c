/* op_cash_accept.c - the accountant takes a technician's cash: no more than is out (B-18.11). What
 * the books do not know of is not taken: the handheld syncs first. One writer asks and writes, so
 * of two accountants the second is refused. */
#include "core/model/bodies.h"
#include "sync/hq/ops.h"

/* The refusal says how much is out. */
static enum st more_than_is_out(int64_t out_minor, struct err *err)
{
    return err_set(err, ST_FORBIDDEN, 0, "rule", "%s %s %lld", office_rule_id(OFFICE_CASH_OVER),
                   office_rule_name(OFFICE_CASH_OVER), (long long)out_minor);
}

static enum st named(const json_t *list, struct hash_list *out, struct err *err)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *hex = json_string_value(json_array_get(list, i));
        if (out->n == CAP_FIELD_WRITES || hex == NULL ||
            !hex_get(str_c(hex), out->h[out->n].b, sizeof out->h[0].b)) {
            return err_set(err, ST_BAD_INPUT, 0, __func__, "\"paid\" lists hashes of payments");
        }
        out->n++;
    }
    return ST_OK;
}

static bool any_paid(const struct subject_state *job)
{
    for (unsigned i = 0; i < job->nvisits; i++) {
        const struct fact *f = fold_fact(&job->visits[i], KIND_VISIT_PAID);
        if (f != NULL) {
            return true;
        }
    }
    return false;
}

enum st op_cash_accept(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    uint8_t body[CAP_BODY_BYTES];
    union body b;
    struct append what = {.kind = KIND_CASH_ACCEPTED, .subject_type = SUBJECT_JOB};
    struct subject_state job;
    struct hash_list only = {0};
    h32 hash;
    memset(&b, 0, sizeof b);
    enum st st = ops_actor(hq, in, ROLE_ACCOUNTANT, &what, err);
    if (st == ST_OK) {
        st = ops_subject(hq, in, "job", SUBJECT_JOB, &what.subject, err);
    }
    if (st == ST_OK) {
        st = ops_int(in, "amount", &b.cash.amount_minor, err);
    }
    if (st == ST_OK && b.cash.amount_minor <= 0) {
        st = err_set(err, ST_BAD_INPUT, 0, __func__, "what is handed in is more than nothing");
    }
    struct arena a = hq_arena(hq);
    if (st == ST_OK) {
        st = ops_state(hq, what.subject, &a, &job, err);
    }
    if (st == ST_OK && json_object_get(in, "paid") != NULL) {
        st = named(json_object_get(in, "paid"), &only, err);
    }
    if (st == ST_OK && !any_paid(&job)) {
        st = err_set(err, ST_NOT_FOUND, 0, __func__, "no cash was paid on this job");
    }
    int64_t is_out = st == ST_OK ? office_cash_out(&job, &only, &b.cash.paid) : 0;
    if (st == ST_OK && office_may_accept(is_out, b.cash.amount_minor) != OFFICE_OK) {
        st = more_than_is_out(is_out, err);
    }
    if (st == ST_OK &&
        body_encode(KIND_CASH_ACCEPTED, &b, body, sizeof body, &what.body) != ST_OK) {
        st = err_set(err, ST_BAD_INPUT, 0, __func__, "the amount is not a sum of money");
    }
    if (st == ST_OK) {
        st = hq_act(hq, &what, &hash, err);
    }
    if (st == ST_OK) {
        *out = json_pack("{s:o}", "entry", ops_hex(hash.b, 32));
    }
    return st;
}
