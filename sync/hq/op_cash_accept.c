/* op_cash_accept.c - the accountant takes a technician's cash. */
#include "core/model/bodies.h"
#include "sync/hq/ops.h"

/* All cash payments of the job, unless some are named. */
static void all_paid(const struct subject_state *job, struct hash_list *out)
{
    for (unsigned i = 0; i < job->nvisits; i++) {
        for (unsigned k = 0; k < job->visits[i].nfacts; k++) {
            const struct fact *f = &job->visits[i].facts[k];
            union body b;
            if (f->kind == KIND_VISIT_PAID && out->n < CAP_FIELD_WRITES &&
                body_decode(f->kind, f->body, &b) == ST_OK && b.paid.method == PAY_CASH) {
                out->h[out->n++] = f->entry;
            }
        }
    }
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

enum st op_cash_accept(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    uint8_t body[CAP_BODY_BYTES];
    union body b;
    struct append what = {.kind = KIND_CASH_ACCEPTED, .subject_type = SUBJECT_JOB};
    struct subject_state job;
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
        st = named(json_object_get(in, "paid"), &b.cash.paid, err);
    } else if (st == ST_OK) {
        all_paid(&job, &b.cash.paid);
    }
    if (st == ST_OK && b.cash.paid.n == 0) {
        st = err_set(err, ST_NOT_FOUND, 0, __func__, "no cash was paid on this job");
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
