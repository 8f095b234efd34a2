/* test_revoked.c - what is taken back and let in again: a device and its later work, a job's
 * cancellation. */
#include "tests/unit/hq/scene.h"

static struct pair p;
static struct pair_device a, b;
static id16 who, job;

static void begin(void)
{
    pair_begin(&p);
    job = scene_pair(&p, &a, &b, &who);
}

static void end(void)
{
    scene_end(&p, &a, &b);
}

static void a_revoked_device_is_told_and_its_later_work_is_not_passed_on(void)
{
    struct exchange_result r;
    id8 visit = {{1}};
    begin();
    pair_step(&p, &a, job, KIND_VISIT_ACCEPTED, visit);
    pair_sync(&p, &a, &r);
    scene_revoke(&p, &a, 0);
    h32 later = pair_step(&p, &a, job, KIND_VISIT_ARRIVED, visit);
    r = pair_exchange(&p, &a, NULL, NULL);
    CHECK(r.revoked);
    CHECK_INT(pair_place(&p, &a, later), SYNC_HQ); /* stored, with a receipt */
    /* ... that is witness to nothing: it says itself that the author was revoked. */
    uint8_t key[16];
    struct store_txn *t = NULL;
    struct arena tmp = arena_of(a.scratch, CAP_SCRATCH_BYTES);
    struct receipt given;
    bytes doc;
    memcpy(key, a.journal.head.author.b, 8);
    memcpy(key + 8, a.journal.head.epoch.b, 8);
    PAIR_OK(&p, store_read(a.store, &t, &p.err));
    PAIR_OK(&p, store_get(t, T_RECEIPT, bytes_of(key, 16), &tmp, &doc, &p.err));
    PAIR_OK(&p, receipt_open(doc, &a.journal.trust, &given, NULL));
    CHECK_INT(given.revoked, 1);
    store_abort(&t);
    pair_sync(&p, &b, &r);
    PAIR_OK(&p, store_read(b.store, &t, &p.err));
    CHECK(!store_has(t, T_HASH, bytes_of(later.b, 32)));
    store_abort(&t);
    end();
}

/* The list of what was cut off names it; admitted, it counts here and goes to who holds the job. */
static void late_work_of_a_revoked_device_is_admitted_by_name(void)
{
    struct exchange_result r;
    id8 visit = {{1}};
    begin();
    pair_step(&p, &a, job, KIND_VISIT_ACCEPTED, visit);
    pair_sync(&p, &a, &r);
    scene_revoke(&p, &a, 0);
    h32 later = pair_step(&p, &a, job, KIND_VISIT_TRAVELLING, visit);
    r = pair_exchange(&p, &a, NULL, NULL);
    pair_sync(&p, &b, &r);
    json_t *out = NULL, *in = json_object();
    PAIR_OK(&p, ops_run(p.hq, "admit", in, &out, &p.err));
    const json_t *late = json_object_get(out, "late");
    CHECK_INT(json_array_size(late), 1);
    json_t *want = ops_hex(later.b, 32);
    CHECK(json_equal(json_object_get(json_array_get(late, 0), "entry"), want));
    json_object_set_new(in, "entries", json_pack("[O]", want));
    json_object_set_new(in, "reason", json_integer(1));
    json_object_set_new(in, "role", json_string("clerk"));
    json_decref(out);
    CHECK_INT(ops_run(p.hq, "admit", in, &out, &p.err), ST_FORBIDDEN);
    json_object_set_new(in, "role", json_string("supervisor"));
    PAIR_OK(&p, ops_run(p.hq, "admit", in, &out, &p.err));
    json_decref(out);
    CHECK_INT(ops_run(p.hq, "admit", in, &out, &p.err), ST_EXISTS); /* it counts already */
    json_decref(in);
    json_decref(want);
    pair_sync(&p, &b, &r);
    struct subject_state s;
    h32 here = pair_digest(&p, p.hq->store, job, NULL), there = pair_digest(&p, b.store, job, NULL);
    CHECK(h32_eq(here, there));
    struct store_txn *t = NULL;
    struct arena tmp = arena_of(b.scratch, CAP_SCRATCH_BYTES);
    PAIR_OK(&p, store_read(b.store, &t, &p.err));
    PAIR_OK(&p, fold_load(t, job, &tmp, &s, NULL, &p.err));
    CHECK(s.nbad == 0 && s.visits[0].stage == VISIT_TRAVELLING);
    store_abort(&t);
    end();
}

/* What headquarters had by the time stands; what came after it is set aside though it was here, on
 * the devices that have it too, until a supervisor lets it count. */
static void work_that_came_after_the_device_was_lost_is_set_aside(void)
{
    struct exchange_result r;
    id8 visit = {{1}};
    struct subject_state s;
    begin();
    pair_step(&p, &a, job, KIND_VISIT_ACCEPTED, visit);
    pair_sync(&p, &a, &r);
    int64_t lost = p.ms;
    p.ms += 3600000;
    h32 late = pair_step(&p, &a, job, KIND_VISIT_TRAVELLING, visit);
    pair_sync(&p, &a, &r);
    pair_sync(&p, &b, &r);
    CHECK(h32_eq(pair_digest(&p, p.hq->store, job, NULL), pair_digest(&p, b.store, job, NULL)));
    p.ms += 3600000;
    json_t *out = NULL, *in = json_pack("{s:o,s:I}", "author", ops_hex(a.journal.head.author.b, 8),
                                        "since_ms", (json_int_t)(p.ms + 3600000));
    CHECK_INT(ops_run(p.hq, "revoke", in, &out, &p.err), ST_BAD_INPUT); /* it has not passed */
    json_object_set_new(in, "since_ms", json_integer((json_int_t)lost));
    PAIR_OK(&p, ops_run(p.hq, "revoke", in, &out, &p.err));
    CHECK_INT(json_integer_value(json_object_get(out, "set_aside")), 1);
    json_decref(out);
    struct store_txn *t = NULL;
    struct arena tmp = arena_of(b.scratch, CAP_SCRATCH_BYTES);
    PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
    PAIR_OK(&p, fold_load(t, job, &tmp, &s, NULL, &p.err));
    CHECK(s.visits[0].stage == VISIT_ACCEPTED);
    CHECK(store_has(t, T_HASH, bytes_of(late.b, 32))); /* kept */
    store_abort(&t);
    pair_sync(&p, &b, &r);
    CHECK(h32_eq(pair_digest(&p, p.hq->store, job, NULL), pair_digest(&p, b.store, job, NULL)));
    PAIR_OK(&p, ops_run(p.hq, "admit", in, &out, &p.err)); /* of this author */
    const json_t *list = json_object_get(out, "late");
    json_t *want = ops_hex(late.b, 32);
    CHECK_INT(json_array_size(list), 1);
    CHECK(json_equal(json_object_get(json_array_get(list, 0), "entry"), want));
    json_object_set_new(in, "entries", json_pack("[o]", want));
    json_object_set_new(in, "reason", json_integer(1));
    json_object_set_new(in, "role", json_string("supervisor"));
    json_decref(out);
    PAIR_OK(&p, ops_run(p.hq, "admit", in, &out, &p.err));
    json_decref(out);
    json_decref(in);
    pair_sync(&p, &b, &r);
    CHECK(h32_eq(pair_digest(&p, p.hq->store, job, NULL), pair_digest(&p, b.store, job, NULL)));
    tmp = arena_of(b.scratch, CAP_SCRATCH_BYTES);
    PAIR_OK(&p, store_read(b.store, &t, &p.err));
    PAIR_OK(&p, fold_load(t, job, &tmp, &s, NULL, &p.err));
    CHECK(s.visits[0].stage == VISIT_TRAVELLING);
    store_abort(&t);
    end();
}

static void a_cancelled_job_is_taken_up_again(void)
{
    uint8_t body[CAP_BODY_BYTES];
    union body gone = {.cancelled = {.reason = 1}};
    struct append what = {.kind = KIND_JOB_CANCELLED, .subject_type = SUBJECT_JOB};
    begin();
    what.subject = job;
    PAIR_OK(&p, body_encode(what.kind, &gone, body, sizeof body, &what.body));
    char hex[33] = "";
    for (unsigned i = 0; i < 16; i++) {
        snprintf(hex + 2 * i, 3, "%02x", job.b[i]);
    }
    json_t *out = NULL, *in = json_pack("{s:s}", "job", hex);
    CHECK_INT(ops_run(p.hq, "job.restore", in, &out, &p.err), ST_EXISTS);
    PAIR_OK(&p, hq_act(p.hq, &what, NULL, &p.err));
    struct exchange_result r;
    pair_sync(&p, &a, &r);
    PAIR_OK(&p, ops_run(p.hq, "job.restore", in, &out, &p.err));
    json_decref(in);
    json_decref(out);
    pair_sync(&p, &a, &r);
    struct subject_state s;
    struct store_txn *t = NULL;
    struct arena tmp = arena_of(a.scratch, CAP_SCRATCH_BYTES);
    PAIR_OK(&p, store_read(a.store, &t, &p.err));
    PAIR_OK(&p, fold_load(t, job, &tmp, &s, NULL, &p.err));
    CHECK(!s.cancelled && id16_eq(s.assigned, a.person));
    store_abort(&t);
    end();
}

int main(void)
{
    RUN(a_revoked_device_is_told_and_its_later_work_is_not_passed_on);
    RUN(late_work_of_a_revoked_device_is_admitted_by_name);
    RUN(work_that_came_after_the_device_was_lost_is_set_aside);
    RUN(a_cancelled_job_is_taken_up_again);
    CHECK_END();
}
