/* test_rollback.c - a device back at an older state: nothing is written twice under one number,
 * what anybody holds comes back, each effect counts once. */
#include "sync/engine/digest.h"
#include "sync/hq/hq_epoch.h"
#include "tests/unit/hq/put_back.h"
#include "tests/unit/hq/scene.h"

static struct pair p;
static struct pair_device a, b;
static id16 who, job;

static void begin(void)
{
    struct exchange_result r;
    pair_begin(&p);
    job = scene_pair(&p, &a, &b, &who);
    pair_sync(&p, &a, &r);
}

static void end(void)
{
    scene_end(&p, &a, &b);
}

/* What the visit of the job adds up to in cash. */
static int64_t paid(struct store *s)
{
    struct store_txn *t = NULL;
    uint8_t *room = malloc(CAP_SCRATCH_BYTES);
    struct arena tmp = arena_of(room, CAP_SCRATCH_BYTES);
    struct subject_state state;
    union body *body = calloc(1, sizeof *body);
    int64_t sum = 0;
    PAIR_OK(&p, store_read(s, &t, &p.err));
    PAIR_OK(&p, fold_load(t, job, &tmp, &state, NULL, &p.err));
    for (unsigned i = 0; i < state.nvisits; i++) {
        for (unsigned k = 0; k < state.visits[i].nfacts; k++) {
            const struct fact *f = &state.visits[i].facts[k];
            if (f->kind == KIND_VISIT_PAID &&
                body_decode(KIND_VISIT_PAID, f->body, body) == ST_OK) {
                sum += body->paid.amount_minor;
            }
        }
    }
    store_abort(&t);
    free(room);
    free(body);
    return sum;
}

static h32 pay(struct pair_device *d, id8 visit, int64_t minor)
{
    uint8_t body[CAP_BODY_BYTES];
    union body *x = calloc(1, sizeof *x);
    h32 hash = {{0}};
    struct now now = pair_now(&p);
    x->paid.head.visit = visit;
    x->paid.method = 1;
    x->paid.amount_minor = minor;
    x->paid.receipt.n = 4;
    memcpy(x->paid.receipt.b, "R-01", 4);
    struct append what = {.kind = KIND_VISIT_PAID, .subject_type = SUBJECT_JOB, .subject = job};
    PAIR_OK(&p, body_encode(KIND_VISIT_PAID, x, body, sizeof body, &what.body));
    PAIR_OK(&p, journal_append(&d->journal, &what, &now, &hash, &p.err));
    free(x);
    return hash;
}

static void a_device_restored_from_an_old_copy_opens_an_epoch_and_gets_its_tail_back(void)
{
    char old[128];
    struct exchange_result r;
    id8 visit = {{1}};
    begin();
    put_back_keep(&p, &a, old);
    id8 before = a.journal.head.epoch;
    struct chain_head then = a.journal.head;
    h32 x = pair_step(&p, &a, job, KIND_VISIT_ACCEPTED, visit);
    h32 y = pair_write(&p, &a, job, F_JOB_CONTACT, "Ms Chen");
    scene_everybody(&p, &a, &b, 1);
    put_back_device(&p, &a, old);
    CHECK(!put_back_has(&p, a.store, x));
    r = pair_exchange(&p, &a, NULL, NULL);
    CHECK(r.new_epoch && !r.forked);
    CHECK(!id8_eq(a.journal.head.epoch, before));
    /* The first entry of the new epoch names the head that was left. */
    struct store_txn *t = NULL;
    struct entry_view e;
    struct arena tmp = arena_of(a.scratch, CAP_SCRATCH_BYTES);
    PAIR_OK(&p, store_read(a.store, &t, &p.err));
    PAIR_OK(&p, journal_at(t, a.journal.head.author, a.journal.head.epoch, 1, &tmp, &e, &p.err));
    CHECK_INT(e.kind, KIND_JOURNAL_OPENED);
    CHECK(e.body.n > 32 && memcmp(e.body.p + e.body.n - 32, then.hash.b, 32) == 0);
    store_abort(&t);
    pair_sync(&p, &a, &r);
    CHECK(put_back_has(&p, a.store, x) && put_back_has(&p, a.store, y));
    CHECK_INT(r.unsent, 0);
    CHECK_INT(pair_place(&p, &a, y), SYNC_HQ);
    CHECK(!put_back_mark(&p, p.hq->store, a.journal.head.author, before).forked);
    CHECK_INT(put_back_mark(&p, a.store, a.journal.head.author, before).seq, then.seq + 2);
    h32 z = pair_step(&p, &a, job, KIND_VISIT_ARRIVED, visit);
    scene_everybody(&p, &a, &b, 2);
    CHECK_INT(pair_place(&p, &a, z), SYNC_HQ);
    scene_same(&p, &a, &b, job);
    end();
}

static void one_that_worked_on_before_it_synced_is_a_fork_that_is_kept_and_told(void)
{
    char old[128];
    struct exchange_result r;
    id8 v1 = {{1}}, v2 = {{2}};
    begin();
    put_back_keep(&p, &a, old);
    id8 before = a.journal.head.epoch;
    h32 x = pair_step(&p, &a, job, KIND_VISIT_ACCEPTED, v1);
    h32 x2 = pay(&a, v1, 12000);
    scene_everybody(&p, &a, &b, 1);
    put_back_device(&p, &a, old);
    h32 y = pair_step(&p, &a, job, KIND_VISIT_ACCEPTED, v2);
    h32 y2 = pay(&a, v2, 500);
    r = pair_exchange(&p, &a, NULL, NULL);
    CHECK(r.new_epoch && r.forked && r.problems > 0);
    CHECK_INT(pair_place(&p, &a, y2), SYNC_HQ); /* its own head has its receipt */
    scene_everybody(&p, &a, &b, 2);
    CHECK(put_back_mark(&p, p.hq->store, a.journal.head.author, before).forked);
    CHECK(put_back_has(&p, a.store, x) && put_back_has(&p, a.store, x2) &&
          put_back_has(&p, b.store, x) && put_back_has(&p, b.store, y));
    CHECK_INT(paid(p.hq->store), 12500); /* both branches, each once */
    CHECK_INT(paid(a.store), 12500);
    CHECK_INT(paid(b.store), 12500);
    scene_same(&p, &a, &b, job);
    pair_sync(&p, &a, &r);
    CHECK_INT(r.unsent, 0);
    CHECK_INT(r.problems, 0); /* told while it matters, not for ever */
    json_t *out = NULL, *in = json_object();
    PAIR_OK(&p, ops_run(p.hq, "status", in, &out, &p.err));
    json_t *d = json_array_get(json_object_get(out, "devices"), 0);
    CHECK(json_is_true(json_object_get(d, "forked")));
    CHECK_INT(json_integer_value(json_object_get(d, "epochs")), 2);
    json_decref(in);
    json_decref(out);
    end();
}

/* The twin's answer never arrives: it must hear of the fork with the next one. */
static void both_copies_of_a_clone_hear_of_the_fork_whatever_is_lost(void)
{
    char twin_dir[128];
    struct exchange_result r = {0};
    struct bundle_buffer req = {.cap = 1 << 24}, ans = {.cap = 1 << 24};
    const char *problem;
    id8 v1 = {{1}}, v2 = {{2}};
    begin();
    struct pair_device twin = a;
    twin.scratch = malloc(CAP_SCRATCH_BYTES);
    put_back_keep(&p, &a, twin_dir);
    memcpy(twin.dir, twin_dir, sizeof twin.dir);
    pair_open_device(&p, &twin);
    pair_step(&p, &a, job, KIND_VISIT_ACCEPTED, v1);
    pair_step(&p, &twin, job, KIND_VISIT_ACCEPTED, v2);
    pair_sync(&p, &a, &r);
    id8 first = a.journal.head.epoch;
    struct now now = pair_now(&p);
    PAIR_OK(&p, exchange_request(&twin.journal, NULL, &now, bundle_buffer_sink, &req, &r, &p.err));
    PAIR_OK(&p, hq_exchange(p.hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, &problem,
                            &p.err)); /* the answer is lost */
    r = pair_exchange(&p, &twin, NULL, NULL);
    CHECK(r.new_epoch && r.forked);
    pair_sync(&p, &twin, &r);
    CHECK_INT(r.unsent, 0);
    r = pair_exchange(&p, &a, NULL, NULL); /* and so does the one that was there first */
    CHECK(r.new_epoch && r.forked);
    CHECK(!id8_eq(a.journal.head.epoch, first));
    CHECK(!id8_eq(a.journal.head.epoch, twin.journal.head.epoch));
    CHECK(strcmp(a.journal.epoch_mark, twin.journal.epoch_mark) != 0); /* no number twice */
    bundle_buffer_drop(&req);
    bundle_buffer_drop(&ans);
    pair_leave(&twin);
    end();
}

static void a_late_bundle_of_an_old_epoch_counts_once(void)
{
    char old[128];
    struct exchange_result r = {0};
    struct bundle_buffer stick = {.cap = 1 << 24}, ans = {.cap = 1 << 24};
    const char *problem;
    id8 visit = {{1}};
    begin();
    put_back_keep(&p, &a, old);
    pair_step(&p, &a, job, KIND_VISIT_ACCEPTED, visit);
    h32 cash = pay(&a, visit, 9900);
    struct now now = pair_now(&p);
    PAIR_OK(&p, exchange_request(&a.journal, NULL, &now, bundle_buffer_sink, &stick, &r, &p.err));
    put_back_device(&p, &a, old); /* lost before headquarters had it; the stick is on its way */
    id8 other = {{2}};
    pair_step(&p, &a, job, KIND_VISIT_ACCEPTED, other);
    pay(&a, other, 100);
    scene_everybody(&p, &a, &b, 2);
    CHECK_INT(paid(p.hq->store), 100);
    for (int i = 0; i < 3; i++) { /* it is read three times */
        PAIR_OK(&p, hq_exchange(p.hq, bytes_of(stick.p, stick.n), bundle_buffer_sink, &ans,
                                &problem, &p.err));
    }
    CHECK_INT(paid(p.hq->store), 10000);
    scene_everybody(&p, &a, &b, 3);
    CHECK(put_back_has(&p, a.store, cash) && put_back_has(&p, b.store, cash));
    CHECK_INT(paid(a.store), 10000);
    CHECK_INT(paid(b.store), 10000);
    scene_same(&p, &a, &b, job);
    bundle_buffer_drop(&stick);
    bundle_buffer_drop(&ans);
    end();
}

static void twenty_restores_leave_todays_work_going(void)
{
    struct exchange_result r;
    id8 visit = {{1}};
    begin();
    pair_step(&p, &a, job, KIND_VISIT_ACCEPTED, visit);
    for (unsigned i = 0; i < 20; i++) {
        struct now now = pair_now(&p);
        pair_write(&p, &a, job, F_JOB_PHONE, "not sent yet");
        PAIR_OK(&p, journal_new_epoch(&a.journal, &now, &p.err));
    }
    h32 last = pair_write(&p, &a, job, F_JOB_PHONE, "today");
    r = pair_exchange(&p, &a, NULL, NULL);
    CHECK(r.again);
    CHECK_INT(pair_place(&p, &a, last), SYNC_HQ); /* the current epoch goes first */
    pair_sync(&p, &a, &r);
    CHECK_INT(r.unsent, 0);
    end();
}

int main(void)
{
    RUN(a_device_restored_from_an_old_copy_opens_an_epoch_and_gets_its_tail_back);
    RUN(one_that_worked_on_before_it_synced_is_a_fork_that_is_kept_and_told);
    RUN(both_copies_of_a_clone_hear_of_the_fork_whatever_is_lost);
    RUN(a_late_bundle_of_an_old_epoch_counts_once);
    RUN(twenty_restores_leave_todays_work_going);
    CHECK_END();
}
