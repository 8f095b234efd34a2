/* op_job_restore.c - a job's cancellation is taken back, by name. */
#include "core/model/bodies.h"
#include "sync/hq/ops.h"

enum st op_job_restore(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    struct append what = {.kind = KIND_JOB_RESTORED, .subject_type = SUBJECT_JOB};
    struct arena a = hq_arena(hq);
    struct subject_state job;
    uint8_t body[CAP_BODY_BYTES];
    union body b;
    h32 hash;
    memset(&b, 0, sizeof b);
    enum st st = ops_actor(hq, in, ROLE_ADMINISTRATOR, &what, err);
    if (st == ST_OK) {
        st = ops_subject(hq, in, "job", SUBJECT_JOB, &what.subject, err);
    }
    if (st == ST_OK) {
        st = ops_state(hq, what.subject, &a, &job, err);
    }
    if (st == ST_OK && !job.cancelled) {
        st = err_set(err, ST_EXISTS, 0, __func__, "the job is not cancelled");
    }
    if (st != ST_OK) {
        return st;
    }
    b.named.n = job.ncancellations;
    memcpy(b.named.h, job.cancellations, b.named.n * sizeof *b.named.h);
    st = body_encode(what.kind, &b, body, sizeof body, &what.body);
    if (st != ST_OK) {
        return err_set(err, st, 0, __func__, "it does not fit an entry");
    }
    st = hq_act(hq, &what, &hash, err);
    if (st == ST_OK) {
        *out = json_pack("{s:o}", "entry", ops_hex(hash.b, 32));
    }
    return st;
}
