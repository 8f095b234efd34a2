/* op_job_reopen.c - a signed report is reopened: it counts as unsigned until a new version is. */
#include "core/model/bodies.h"
#include "sync/hq/ops.h"

#define REASONS 4 /* wrong amount, wrong content, the customer asks, other */

enum st op_job_reopen(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    struct append what = {.kind = KIND_JOB_REOPENED, .subject_type = SUBJECT_JOB};
    struct arena a = hq_arena(hq);
    struct subject_state *job = arena_new(&a, struct subject_state, 1);
    enum office_rule rule = OFFICE_OK;
    uint8_t body[CAP_BODY_BYTES];
    int64_t reason = 0;
    union body b;
    h32 hash;
    memset(&b, 0, sizeof b);
    enum st st = job == NULL ? err_set(err, ST_FULL, 0, __func__, "no memory")
                             : ops_actor(hq, in, ROLE_SUPERVISOR, &what, err);
    st = st == ST_OK ? ops_subject(hq, in, "job", SUBJECT_JOB, &what.subject, err) : st;
    st = st == ST_OK ? ops_int(in, "reason", &reason, err) : st;
    if (st == ST_OK && (reason < 1 || reason > REASONS)) {
        st = err_set(err, ST_BAD_INPUT, 0, __func__, "a reason is 1 to %d", REASONS);
    }
    st = st == ST_OK ? ops_state(hq, what.subject, &a, job, err) : st;
    if (st != ST_OK) {
        return st;
    }
    const struct signature_state *s = office_may_reopen(job, &b.asked.visit, &rule);
    if (s == NULL) {
        return ops_rule(rule, err);
    }
    b.asked.reason = (unsigned)reason;
    b.asked.signoff = s->entry;
    st = body_encode(what.kind, &b, body, sizeof body, &what.body);
    if (st != ST_OK) {
        return err_set(err, st, 0, __func__, "it does not fit an entry");
    }
    st = hq_act(hq, &what, &hash, err);
    if (st == ST_OK) {
        *out = json_pack("{s:o,s:i}", "entry", ops_hex(hash.b, 32), "version", (int)s->version + 1);
    }
    return st;
}
