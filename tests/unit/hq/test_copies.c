/* test_copies.c - two copies of one store alive at once, and an answer that outlives the
 * headquarters that gave it: found by tests/sim, kept here by their shortest schedules. */
#include "sync/engine/device_meta.h"
#include "sync/hq/hq_epoch.h"
#include "tests/unit/hq/put_back.h"
#include "tests/unit/hq/scene.h"

static struct pair p;
static struct pair_device a, twin;
static id16 who, job;

static void begin(void)
{
    struct exchange_result r;
    pair_begin(&p);
    job = scene_job(&p, &who);
    pair_join(&p, &a, who, "D1");
    pair_sync(&p, &a, &r);
}

static void two_living_copies_of_a_device_hear_each_other(void)
{
    struct exchange_result r;
    id8 va = {{1}}, vb = {{2}};
    begin();
    twin = a;
    twin.scratch = malloc(CAP_SCRATCH_BYTES);
    pair_dir(twin.dir, sizeof twin.dir, "twin");
    pair_close_device(&a);
    put_back_copy(a.dir, twin.dir);
    pair_open_device(&p, &a);
    pair_open_device(&p, &twin);
    pair_step(&p, &a, job, KIND_VISIT_ACCEPTED, va);
    pair_step(&p, &twin, job, KIND_VISIT_ACCEPTED, vb);
    for (unsigned i = 0; i < 4; i++) {
        pair_sync(&p, &a, &r);
        pair_sync(&p, &twin, &r);
    }
    /* Each goes on in an epoch of its own by now. */
    CHECK(!id8_eq(a.journal.head.epoch, twin.journal.head.epoch));
    pair_step(&p, &a, job, KIND_VISIT_ARRIVED, va);
    pair_step(&p, &twin, job, KIND_VISIT_ARRIVED, vb);
    for (unsigned i = 0; i < 3; i++) {
        pair_sync(&p, &a, &r);
        pair_sync(&p, &twin, &r);
    }
    h32 there = pair_digest(&p, p.hq->store, job, NULL);
    h32 here = pair_digest(&p, a.store, job, NULL);
    h32 other = pair_digest(&p, twin.store, job, NULL);
    CHECK_BYTES(here.b, 32, there.b, 32);
    CHECK_BYTES(other.b, 32, there.b, 32);
    pair_leave(&twin);
    pair_leave(&a);
    pair_end(&p);
}

static void an_answer_from_before_a_restore_that_comes_late_proves_it(void)
{
    struct exchange_result r = {0}, late = {0};
    struct bundle_buffer req = {.cap = 1 << 22}, ans = {.cap = 1 << 22};
    char kept[sizeof p.dir], from[160], to[160];
    const char *problem;
    id8 visit = {{1}};
    begin();
    pair_dir(kept, sizeof kept, "kept");
    put_back_copy(p.dir, kept);
    snprintf(from, sizeof from, "%s.keys", p.dir);
    snprintf(to, sizeof to, "%s.keys", kept);
    put_back_copy(from, to);
    snprintf(from, sizeof from, "%s.keytable", p.dir);
    snprintf(to, sizeof to, "%s.keytable", kept);
    put_back_copy(from, to);
    id16 lost = pair_job(&p, job, "called after the backup");
    pair_assign(&p, lost, who);
    pair_step(&p, &a, job, KIND_VISIT_ACCEPTED, visit);
    struct now now = pair_now(&p);
    PAIR_OK(&p, exchange_request(&a.journal, NULL, &now, bundle_buffer_sink, &req, &late, &p.err));
    PAIR_OK(&p,
            hq_exchange(p.hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, &problem, &p.err));
    pair_end(&p); /* the disk fails while the answer is under way */
    memcpy(p.dir, kept, sizeof p.dir);
    pair_open_hq(&p);
    id8 epoch = p.hq->journal.head.epoch;
    pair_sync(&p, &a, &r);
    CHECK(id8_eq(epoch, p.hq->journal.head.epoch)); /* nobody knows yet */
    PAIR_OK(&p, exchange_answer(&a.journal, bytes_of(ans.p, ans.n), &now, &late, &p.err));
    CHECK_INT(late.refusal, RECEIPT_STALE);
    struct store_txn *t = NULL;
    uint8_t shown[RECEIPT_BYTES_MAX];
    size_t n = 0;
    PAIR_OK(&p, store_read(a.store, &t, &p.err));
    PAIR_OK(&p, device_witness_get(t, shown, sizeof shown, &n, &p.err));
    store_abort(&t);
    CHECK(n != 0); /* marks nothing, but headquarters shall see it */
    pair_sync(&p, &a, &r);
    pair_sync(&p, &a, &r);
    pair_sync(&p, &a, &r);
    CHECK(!id8_eq(epoch, p.hq->journal.head.epoch));
    h32 there = pair_digest(&p, p.hq->store, lost, NULL); /* handed back */
    h32 here = pair_digest(&p, a.store, lost, NULL);
    CHECK_BYTES(here.b, 32, there.b, 32);
    bundle_buffer_drop(&req);
    bundle_buffer_drop(&ans);
    pair_leave(&a);
    pair_end(&p);
}

/* What one copy wrote headquarters lost and heard again, before it heard again that there is
 * another: that one's epoch says where it left the first, and what lies beyond reaches it. */
static void what_a_copy_wrote_reaches_the_other_of_which_a_restored_headquarters_heard_later(void)
{
    struct exchange_result r;
    char backup[128];
    id8 visit = {{1}};
    begin();
    put_back_twin(&p, &a, &twin);
    put_back_keep_hq(&p, backup);
    h32 x = pair_write(&p, &twin, job, F_JOB_CONTACT, "Ms Chen");
    pair_sync(&p, &twin, &r);
    h32 y = pair_step(&p, &twin, job, KIND_VISIT_ACCEPTED, visit);
    pair_sync(&p, &a, &r); /* it holds less than its receipt says, and opens an epoch */
    CHECK(!id8_eq(a.journal.head.epoch, twin.journal.head.epoch));
    CHECK(put_back_has(&p, a.store, x) && !put_back_has(&p, a.store, y));
    put_back_hq(&p, backup);
    pair_sync(&p, &twin, &r);
    CHECK(put_back_has(&p, p.hq->store, x) && put_back_has(&p, p.hq->store, y));
    pair_sync(&p, &a, &r);
    CHECK(put_back_has(&p, a.store, y));
    CHECK_INT(r.unsent, 0);
    pair_sync(&p, &twin, &r);
    h32 there = pair_digest(&p, p.hq->store, job, NULL);
    h32 here = pair_digest(&p, a.store, job, NULL);
    CHECK_BYTES(here.b, 32, there.b, 32);
    CHECK(!pair_exchange(&p, &a, NULL, NULL).again);
    pair_leave(&twin);
    pair_leave(&a);
    pair_end(&p);
}

/* Headquarters' clock was ahead when it gave the receipt that it forgot with the restore. The other
 * copy's branch has the number now: what this one says of it must be newer to be believed, and
 * headquarters makes it so when it is shown the one that stands. */
static void a_receipt_of_a_clock_that_was_ahead_does_not_hide_the_other_branch(void)
{
    struct exchange_result r;
    char backup[128];
    begin();
    put_back_twin(&p, &a, &twin);
    put_back_keep_hq(&p, backup);
    p.ms += 10LL * 365 * 86400000;
    h32 x = pair_write(&p, &twin, job, F_JOB_CONTACT, "Ms Chen");
    pair_write(&p, &twin, job, F_JOB_PRIORITY, "1"); /* longer than the other branch */
    pair_sync(&p, &twin, &r);
    CHECK_INT(pair_place(&p, &twin, x), SYNC_HQ);
    p.ms -= 10LL * 365 * 86400000;
    put_back_hq(&p, backup);
    h32 y = pair_write(&p, &a, job, F_JOB_PHONE, "12 34");
    pair_sync(&p, &a, &r);
    CHECK(!put_back_has(&p, p.hq->store, x));
    pair_sync(&p, &twin, &r);
    CHECK(put_back_has(&p, p.hq->store, x) && put_back_has(&p, p.hq->store, y));
    CHECK_INT(pair_place(&p, &twin, x), SYNC_HQ);
    CHECK_INT(r.unsent, 0);
    CHECK(!pair_exchange(&p, &twin, NULL, NULL).again);
    pair_leave(&twin);
    pair_leave(&a);
    pair_end(&p);
}

/* Of the other copy's branch the end came first: it lies on no branch of its own then, and goes
 * back to a headquarters that forgot it all the same. */
static void what_came_before_the_entry_that_it_follows_is_handed_back_too(void)
{
    struct exchange_result r;
    struct store_txn *t = NULL;
    char backup[128];
    begin();
    put_back_twin(&p, &a, &twin);
    put_back_keep_hq(&p, backup);
    h32 x = pair_write(&p, &twin, job, F_JOB_CONTACT, "Ms Chen");
    pair_write(&p, &twin, job, F_JOB_CONTACT, "Mr Wu");
    h32 y = pair_write(&p, &twin, job, F_JOB_PRIORITY, "1");
    pair_sync(&p, &twin, &r);
    PAIR_OK(&p, store_write(p.hq->store, &t, &p.err));
    PAIR_OK(&p, hq_out_add(t, a.journal.head.author, y, &p.err));
    PAIR_OK(&p, store_commit(&t, &p.err));
    h32 z = pair_write(&p, &a, job, F_JOB_PHONE, "12 34");
    pair_sync(&p, &a, &r);
    CHECK(put_back_has(&p, a.store, x) && put_back_has(&p, a.store, y));
    put_back_hq(&p, backup);
    PAIR_OK(&p, hq_epoch_renew(p.hq, p.hq->journal.head.seq, &p.err));
    pair_sync(&p, &a, &r);
    CHECK(put_back_has(&p, p.hq->store, x) && put_back_has(&p, p.hq->store, z));
    CHECK(put_back_has(&p, p.hq->store, y));
    CHECK_INT(r.unsent, 0);
    CHECK(!pair_exchange(&p, &a, NULL, NULL).again);
    pair_leave(&twin);
    pair_leave(&a);
    pair_end(&p);
}

int main(void)
{
    RUN(what_came_before_the_entry_that_it_follows_is_handed_back_too);
    RUN(what_a_copy_wrote_reaches_the_other_of_which_a_restored_headquarters_heard_later);
    RUN(a_receipt_of_a_clock_that_was_ahead_does_not_hide_the_other_branch);
    RUN(two_living_copies_of_a_device_hear_each_other);
    RUN(an_answer_from_before_a_restore_that_comes_late_proves_it);
    CHECK_END();
}
