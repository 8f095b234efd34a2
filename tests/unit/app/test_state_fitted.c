/* test_state_fitted.c - a serial number that stands as fitted elsewhere is found, and one that was
 * taken out again is not. */
#include "tests/unit/app/state_rig.h"

static struct code code(const char *s)
{
    struct code c;
    CHECK(code_of(str_bytes(str_c(s)), &c));
    return c;
}

/* A visit of the job as far as parts may be fitted. */
static void to_work(struct rig *r, const char *job)
{
    static const unsigned kinds[] = {KIND_VISIT_ACCEPTED, KIND_VISIT_ARRIVED, KIND_VISIT_DIAGNOSED,
                                     KIND_VISIT_CLASS};
    rig_go(r, SCREEN_JOB, job);
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        union body b;
        uint8_t buf[CAP_BODY_BYTES];
        bytes body;
        memset(&b, 0, sizeof b);
        b.head.visit = sample_id8(job);
        if (kinds[k] == KIND_VISIT_DIAGNOSED) {
            b.diagnosed.fault = code("AC-01");
            b.diagnosed.cause = CAUSE_WEAR;
            b.diagnosed.responsibility = RESP_NOBODY;
            b.diagnosed.flags = DIAGNOSED_COVERAGE;
        } else if (kinds[k] == KIND_VISIT_CLASS) {
            b.class_.class_ = CLASS_C;
            b.class_.basis = BASIS_WARRANTY;
        }
        CHECK_INT(body_encode(kinds[k], &b, buf, sizeof buf, &body), ST_OK);
        CHECK(app_append(r->a, kinds[k], body, NULL, 0, NULL, SCREENS));
        rig_settle(r);
        CHECK_INT(app_result(r->a)->st, ST_OK);
        atomic_fetch_add(&r->ms, 1000);
    }
}

static h32 part(struct rig *r, const char *job, const char *in, const char *out)
{
    union body b;
    uint8_t buf[CAP_BODY_BYTES];
    bytes body;
    rig_go(r, SCREEN_JOB, job);
    memset(&b, 0, sizeof b);
    b.part.head.visit = sample_id8(job);
    b.part.number = code("AC-CAP-35");
    b.part.qty_milli = 1000;
    b.part.reason = PART_FAILED;
    b.part.old_part = OLD_TAKEN;
    b.part.serial_in = code(in);
    if (out != NULL) {
        b.part.serial_out = code(out);
    }
    CHECK_INT(body_encode(KIND_VISIT_PART, &b, buf, sizeof buf, &body), ST_OK);
    CHECK(app_append(r->a, KIND_VISIT_PART, body, NULL, 0, NULL, SCREENS));
    rig_settle(r);
    CHECK_INT(app_result(r->a)->st, ST_OK);
    atomic_fetch_add(&r->ms, 1000);
    return app_result(r->a)->entry;
}

static bool fitted(struct rig *r, const char *serial, h32 but, id16 *job)
{
    struct code c = code(serial);
    rig_turn(r);
    return app_fitted(r->a, &c, but, job);
}

static void a_serial_that_stands_in_another_job_is_found(void)
{
    struct rig r;
    const h32 none = {{0}};
    id16 job;
    str customer, number;
    rig_begin(&r);
    to_work(&r, "job 2");
    CHECK(!fitted(&r, "SN-1", none, &job));
    h32 e = part(&r, "job 2", "SN-1", NULL);
    CHECK(fitted(&r, "SN-1", none, &job));
    CHECK(id16_eq(job, sample_id16("job 2")));
    app_job_name(r.a, job, &customer, &number);
    CHECK(str_eq(number, S("J-261121-02")));
    CHECK(customer.n > 0);
    CHECK(!fitted(&r, "SN-1", e, &job)); /* the line that is corrected is not elsewhere */
    CHECK(!fitted(&r, "SN-2", none, &job));
    rig_end(&r);
}

static void what_was_taken_out_since_may_be_put_in_again(void)
{
    struct rig r;
    const h32 none = {{0}};
    id16 job;
    rig_begin(&r);
    to_work(&r, "job 2");
    part(&r, "job 2", "SN-1", NULL);
    part(&r, "job 2", "SN-2", "SN-1");
    CHECK(!fitted(&r, "SN-1", none, &job));
    CHECK(fitted(&r, "SN-2", none, &job));
    to_work(&r, "job 1");
    part(&r, "job 1", "SN-1", NULL); /* ... into another machine */
    CHECK(fitted(&r, "SN-1", none, &job));
    CHECK(id16_eq(job, sample_id16("job 1")));
    rig_end(&r);
}

int main(void)
{
    RUN(a_serial_that_stands_in_another_job_is_found);
    RUN(what_was_taken_out_since_may_be_put_in_again);
    CHECK_END();
}
