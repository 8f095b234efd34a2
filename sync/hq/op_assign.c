/* op_assign.c - a job goes to a technician, or to nobody. */
#include "core/fold/record.h"
#include "sync/hq/ops.h"

/* "seen": whose the call was when the caller looked, "" for nobody. Who does not say does not care.
 */
static bool overtaken(struct hq *hq, const json_t *in, const struct subject_state *job)
{
    const char *seen = json_string_value(json_object_get(in, "seen"));
    id16 who = {{0}};
    return seen != NULL && ((seen[0] != '\0' &&
                             hq_id_of(hq, SUBJECT_TECHNICIAN, str_c(seen), &who, NULL) != ST_OK) ||
                            !id16_eq(who, job->assigned));
}

enum st op_assign(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    uint8_t body[CAP_BODY_BYTES];
    union body b;
    struct subject_state job;
    struct append what = {.kind = KIND_JOB_ASSIGNED, .subject_type = SUBJECT_JOB};
    const char *who = json_string_value(json_object_get(in, "technician"));
    h32 hash;
    memset(&b, 0, sizeof b);
    enum st st = ops_actor(hq, in, ROLE_ADMINISTRATOR, &what, err);
    if (st == ST_OK) {
        st = ops_subject(hq, in, "job", SUBJECT_JOB, &what.subject, err);
    }
    if (st == ST_OK && who != NULL && who[0] != '\0') {
        st = ops_subject(hq, in, "technician", SUBJECT_TECHNICIAN, &b.assigned.technician, err);
    }
    if (st != ST_OK) {
        return st;
    }
    struct arena a = hq_arena(hq);
    st = ops_state(hq, what.subject, &a, &job, err);
    if (st == ST_OK && job.type != SUBJECT_JOB) {
        st = err_set(err, ST_BAD_INPUT, 0, __func__, "this is no job");
    }
    if (st != ST_OK) {
        return st;
    }
    if (id16_eq(job.assigned, b.assigned.technician) && job.nassigned <= 1 &&
        !h32_zero(job.assigned_entry)) {
        *out = json_pack("{s:b,s:o}", "unchanged", 1, "entry", ops_hex(job.assigned_entry.b, 32));
        return ST_OK;
    }
    if (overtaken(hq, in, &job)) {
        char hex[33];
        hex_put(bytes_of(job.subject.b, sizeof job.subject.b), hex);
        *out = json_pack("{s:{s:s,s:{s:s}}}", "conflict", "id", hex, "fields", "technician",
                         who == NULL ? "" : who);
        /* a refusal that carries values: api_finish makes it a 409 */
        return *out != NULL ? ST_OK : err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    assign_see(&job, &b.assigned);
    st = body_encode(KIND_JOB_ASSIGNED, &b, body, sizeof body, &what.body);
    if (st != ST_OK) {
        return err_set(err, st, 0, __func__, "the assignment does not fit an entry");
    }
    st = hq_act(hq, &what, &hash, err);
    if (st == ST_OK) {
        *out = json_pack("{s:b,s:o}", "unchanged", 0, "entry", ops_hex(hash.b, 32));
    }
    return st;
}

enum st op_assign_batch(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    return ops_batch(hq, in, "assignments", op_assign, out, err);
}
