/* test_copies.c - two copies of one store alive at once, and an answer that outlives the
 * headquarters that gave it: found by tests/sim, kept here by their shortest schedules. */
#include "sync/engine/device_meta.h"
#include "tests/unit/hq/pair.h"

#include <sys/wait.h>
#include <unistd.h>

static struct pair p;
static struct pair_device a, twin;
static id16 who, job;

static void begin(void)
{
    struct exchange_result r;
    struct record_write w = {.field = F_TECHNICIAN_ROLE, .type = FT_ENUM, .i = ROLE_TECHNICIAN};
    pair_begin(&p);
    who = pair_record(&p, SUBJECT_TECHNICIAN, &w, 1, "Li Wei", F_TECHNICIAN_NAME);
    id16 c = pair_record(&p, SUBJECT_CUSTOMER, NULL, 0, "Golden Lotus", F_CUSTOMER_NAME);
    job = pair_job(&p, c, "no cooling");
    pair_assign(&p, job, who);
    pair_join(&p, &a, who, "D1");
    pair_sync(&p, &a, &r);
}

static void copy(const char *from, const char *to)
{
    int status = 1;
    pid_t pid = fork();
    if (pid == 0) {
        execlp("cp", "cp", "-r", from, to, (char *)NULL);
        _exit(127);
    }
    CHECK(waitpid(pid, &status, 0) == pid && status == 0);
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
    copy(a.dir, twin.dir);
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
    copy(p.dir, kept);
    snprintf(from, sizeof from, "%s.keys", p.dir);
    snprintf(to, sizeof to, "%s.keys", kept);
    copy(from, to);
    snprintf(from, sizeof from, "%s.keytable", p.dir);
    snprintf(to, sizeof to, "%s.keytable", kept);
    copy(from, to);
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

int main(void)
{
    RUN(two_living_copies_of_a_device_hear_each_other);
    RUN(an_answer_from_before_a_restore_that_comes_late_proves_it);
    CHECK_END();
}
