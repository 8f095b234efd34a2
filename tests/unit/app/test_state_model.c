/* test_state_model.c - what the screens read of a job and of what it names. */
#include "tests/unit/app/state_rig.h"

/* An entry of the technician's on another job, as his writer makes it while nothing is in flight.
 */
static void elsewhere(struct rig *r, unsigned kind, bytes body, struct append_att *atts, unsigned n)
{
    struct err err = {0};
    struct now now;
    h32 hash;
    struct append what = {.kind = kind,
                          .subject_type = SUBJECT_JOB,
                          .subject = sample_id16("job of last year"),
                          .body = body,
                          .atts = atts,
                          .natt = n};
    rig_settle(r); /* the screen keeps its place */
    atomic_fetch_add(&r->ms, 1000);
    rig_clock(r, &now);
    shop_must(journal_append(&r->a->writer.journal, &what, &now, &hash, &err), &err, "append");
    atomic_fetch_add(&r->a->generation, 1);
}

static void the_machines_last_service_is_known_from_its_other_jobs(void)
{
    struct rig r;
    uint8_t buf[CAP_BODY_BYTES];
    bytes body;
    union body b;
    rig_begin(&r);
    rig_go(&r, SCREEN_JOB, "job 1");
    const struct job_model *j = app_job(r.a);
    CHECK(j != NULL && j->has_equipment && j->last_service_ms == 0);
    struct record_write w = {.field = F_JOB_EQUIPMENT, .type = FT_REF, .ref = j->equipment.subject};
    shop_must(record_encode(&w, 1, buf, sizeof buf, &body), NULL, "record");
    elsewhere(&r, KIND_RECORD_SET, body, NULL, 0);
    CHECK_INT(app_job(r.a)->last_service_ms, 0); /* a job, and nobody served it */
    memset(&b, 0, sizeof b);
    b.signed_.visit = sample_id8("an old visit");
    b.signed_.outcome = SIGN_ABSENT;
    b.signed_.version = 1;
    b.signed_.class_ = CLASS_A;
    b.signed_.template_ = 1;
    b.signed_.reason = 1;
    CHECK(code_of(str_bytes(S("T1-AA-000001")), &b.signed_.number));
    struct append_att atts[] = {{.type = ATT_FACTS, .content = str_bytes(S("facts"))},
                                {.type = ATT_REPORT, .content = str_bytes(S("text"))}};
    shop_must(body_encode(KIND_VISIT_SIGNED, &b, buf, sizeof buf, &body), NULL, "sign-off");
    elsewhere(&r, KIND_VISIT_SIGNED, body, atts, 2);
    CHECK_INT(app_job(r.a)->last_service_ms, atomic_load(&r.ms));
    rig_end(&r);
}

int main(void)
{
    RUN(the_machines_last_service_is_known_from_its_other_jobs);
    CHECK_END();
}
