/* test_aside.c - a branch that a revocation cuts off by lineage alone: who holds the chain in part
 * is told by name, and folds what headquarters folds. */
#include "core/fold/refold.h"
#include "core/model/bodies.h"
#include "sync/engine/digest.h"
#include "sync/hq/hq_epoch.h"
#include "tests/unit/hq/put_back.h"
#include "tests/unit/hq/scene.h"

static struct pair p;
static struct pair_device a, b, twin;
static id16 job;

/* `b` and `twin` are two copies of one store, `a` a colleague who has the same job. */
static void begin(void)
{
    pair_begin(&p);
    job = scene_pair(&p, &a, &b, NULL);
    put_back_twin(&p, &b, &twin);
}

static void end(void)
{
    pair_leave(&twin);
    scene_end(&p, &a, &b);
}

static void admit(h32 what)
{
    json_t *out = NULL, *in = json_pack("{s:[o],s:i}", "entries", ops_hex(what.b, 32), "reason", 4);
    PAIR_OK(&p, ops_run(p.hq, "admit", in, &out, &p.err));
    json_decref(in);
    json_decref(out);
}

/* Does the phone number of the branch count, here and there, and is all else the same? */
static void counts(bool wanted)
{
    struct store *const both[] = {p.hq->store, a.store};
    uint8_t *room = malloc(2 * CAP_SCRATCH_BYTES);
    h32 digest[2];
    for (unsigned i = 0; i < 2; i++) {
        struct arena tmp = arena_of(room, 2 * CAP_SCRATCH_BYTES);
        struct store_txn *t = NULL;
        struct subject_state s, again;
        bytes encoded;
        h32 fresh;
        PAIR_OK(&p, store_read(both[i], &t, &p.err));
        PAIR_OK(&p, fold_load(t, job, &tmp, &s, &digest[i], &p.err));
        CHECK_INT(fold_field(&s, F_JOB_PHONE) != NULL, wanted);
        CHECK_INT(s.nbad, wanted ? 0 : 1);
        PAIR_OK(&p, fold_fresh(t, job, &tmp, &again, &encoded, &fresh, &p.err));
        CHECK_BYTES(digest[i].b, 32, fresh.b, 32);
        store_abort(&t);
    }
    CHECK_BYTES(digest[0].b, 32, digest[1].b, 32);
    free(room);
}

static void counts_still(void)
{
    struct store *const both[] = {p.hq->store, a.store};
    uint8_t *room = malloc(CAP_SCRATCH_BYTES);
    for (unsigned i = 0; i < 2; i++) {
        struct arena tmp = arena_of(room, CAP_SCRATCH_BYTES);
        struct store_txn *t = NULL;
        struct subject_state s;
        PAIR_OK(&p, store_read(both[i], &t, &p.err));
        PAIR_OK(&p, fold_load(t, job, &tmp, &s, NULL, &p.err));
        CHECK(fold_field(&s, F_JOB_PHONE) != NULL);
        store_abort(&t);
    }
    free(room);
}

/* Whoever knows since when it is lost lets stand what receipts covered by then: of two branches the
 * one of the latest receipt. The colleague holds an entry of the other, and none of what tells. */
static void a_branch_that_was_passed_on_is_set_aside_by_name(void)
{
    struct exchange_result r;
    begin();
    h32 y = pair_write(&p, &twin, job, F_JOB_PHONE, "12 34");
    pair_sync(&p, &twin, &r);
    scene_write_alone(&p, &b);
    scene_write_alone(&p, &b);
    pair_exchange(&p, &b, NULL, NULL);
    pair_sync(&p, &a, &r);
    CHECK(put_back_has(&p, a.store, y));
    counts(true);
    scene_revoke(&p, &b, p.ms);
    pair_sync(&p, &a, &r);
    counts(false);
    admit(y);
    pair_sync(&p, &a, &r);
    counts(true);
    end();
}

/* Headquarters was restored to before the branch came, and revoked by what it knew. The colleague
 * brings it back, and is told. */
static void a_branch_that_a_restored_headquarters_forgot_is_set_aside_when_it_comes_back(void)
{
    char backup[128];
    struct exchange_result r;
    begin();
    scene_write_alone(&p, &b);
    scene_write_alone(&p, &b);
    pair_sync(&p, &b, &r);
    put_back_keep_hq(&p, backup);
    h32 y = pair_write(&p, &twin, job, F_JOB_PHONE, "12 34");
    pair_exchange(&p, &twin, NULL, NULL);
    pair_sync(&p, &a, &r);
    CHECK(put_back_has(&p, a.store, y));
    put_back_hq(&p, backup);
    CHECK(!put_back_has(&p, p.hq->store, y));
    PAIR_OK(&p, hq_epoch_renew(p.hq, p.hq->journal.head.seq, &p.err));
    scene_revoke(&p, &b, 0);
    for (unsigned i = 0; i < 2; i++) {
        pair_sync(&p, &a, &r);
    }
    CHECK(put_back_has(&p, p.hq->store, y));
    counts(false);
    CHECK(!pair_exchange(&p, &a, NULL, NULL).again);
    /* Said once. */
    h32 head = p.hq->journal.head.hash;
    pair_sync(&p, &twin, &r);
    pair_sync(&p, &a, &r);
    CHECK_BYTES(p.hq->journal.head.hash.b, 32, head.b, 32);
    end();
}

/* What the thief brings himself nobody else holds: nothing is said of it, however much it is. */
static void of_what_its_author_brings_later_nothing_is_said(void)
{
    struct exchange_result r;
    begin();
    scene_write_alone(&p, &b);
    scene_write_alone(&p, &b);
    pair_sync(&p, &b, &r);
    scene_revoke(&p, &b, 0);
    h32 head = p.hq->journal.head.hash;
    h32 y = pair_write(&p, &twin, job, F_JOB_PHONE, "12 34");
    pair_exchange(&p, &twin, NULL, NULL);
    CHECK(put_back_has(&p, p.hq->store, y));
    CHECK_BYTES(p.hq->journal.head.hash.b, 32, head.b, 32);
    pair_sync(&p, &a, &r);
    CHECK(!put_back_has(&p, a.store, y));
    end();
}

/* The revocation comes back before the chain that it names: what stands is known when that comes,
 * and all that was folded without it is folded anew. */
static void a_head_that_comes_after_its_revocation_tells_which_branch_stands(void)
{
    char backup[128];
    struct exchange_result r;
    begin();
    put_back_keep_hq(&p, backup);
    scene_write_alone(&p, &b);
    scene_write_alone(&p, &b);
    pair_sync(&p, &b, &r);
    scene_revoke(&p, &b, 0);
    pair_sync(&p, &a, &r);
    put_back_hq(&p, backup);
    PAIR_OK(&p, hq_epoch_renew(p.hq, p.hq->journal.head.seq, &p.err));
    h32 y = pair_write(&p, &twin, job, F_JOB_PHONE, "12 34");
    pair_sync(&p, &twin, &r);
    for (unsigned i = 0; i < 2; i++) {
        pair_sync(&p, &a, &r);
    }
    CHECK(put_back_has(&p, a.store, y));
    counts(true);
    pair_sync(&p, &b, &r);
    pair_sync(&p, &a, &r);
    counts(false);
    end();
}

/* A thief's branch of more entries than a day's work, all of one job, that a colleague holds. */
/* How many entries of headquarters set something of a subject aside, and how much in all. */
static unsigned said_of(id16 subject, unsigned *named)
{
    struct store_txn *t = NULL;
    h32 hashes[64];
    unsigned n, entries = 0;
    *named = 0;
    PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
    PAIR_OK(&p, digest_hashes(t, subject, hashes, 64, &n, &p.err));
    for (unsigned i = 0; i < n; i++) {
        uint8_t room[CAP_ENTRY_BYTES + 512];
        struct arena tmp = arena_of(room, sizeof room);
        struct entry_view e;
        union body body;
        PAIR_OK(&p, journal_get(t, hashes[i], &tmp, &e, &p.err));
        if (e.kind == KIND_SET_ASIDE) {
            PAIR_OK(&p, body_decode(e.kind, e.body, &body));
            entries++;
            *named += body.named.n;
        }
    }
    store_abort(&t);
    return entries;
}

/* A branch goes to and fro between many jobs: of each one entry says as much as it can name. */
static void a_branch_of_many_jobs_is_set_aside_job_by_job(void)
{
    enum { JOBS = 12, EACH = CAP_FIELD_WRITES + 4 };
    struct exchange_result r;
    id16 jobs[JOBS];
    begin();
    randombytes_buf(jobs, sizeof jobs);
    for (unsigned i = 0; i < JOBS * EACH; i++) {
        scene_write_about(&p, &twin, jobs[i % JOBS]);
    }
    pair_sync(&p, &twin, &r);
    for (unsigned i = 0; i <= JOBS * EACH; i++) {
        scene_write_alone(&p, &b);
    }
    pair_exchange(&p, &b, NULL, NULL);
    scene_revoke(&p, &b, p.ms);
    for (unsigned i = 0; i < JOBS; i++) {
        unsigned named;
        CHECK_INT(said_of(jobs[i], &named), 2);
        CHECK_INT(named, EACH);
    }
    end();
}

static void a_long_branch_of_one_job_is_set_aside_whole(void)
{
    enum { LONG = 300 };
    struct exchange_result r;
    begin();
    for (unsigned i = 0; i < LONG; i++) {
        pair_write(&p, &twin, job, F_JOB_PHONE, "12 34");
    }
    pair_sync(&p, &twin, &r);
    for (unsigned i = 0; i <= LONG; i++) {
        scene_write_alone(&p, &b);
    }
    pair_exchange(&p, &b, NULL, NULL);
    pair_sync(&p, &a, &r);
    scene_revoke(&p, &b, p.ms);
    pair_sync(&p, &a, &r);
    h32 here = pair_digest(&p, a.store, job, NULL);
    h32 there = pair_digest(&p, p.hq->store, job, NULL);
    CHECK_BYTES(here.b, 32, there.b, 32);
    end();
}

static void reopen_as_a_thief(struct pair_device *d, h32 signoff)
{
    uint8_t body[CAP_BODY_BYTES];
    union body said;
    struct append what = {.kind = KIND_JOB_REOPENED, .subject_type = SUBJECT_JOB, .subject = job};
    struct now now = pair_now(&p);
    h32 hash;
    memset(&said, 0, sizeof said);
    said.asked.signoff = signoff;
    said.asked.reason = 1;
    PAIR_OK(&p, body_encode(what.kind, &said, body, sizeof body, &what.body));
    PAIR_OK(&p, journal_append(&d->journal, &what, &now, &hash, &p.err));
}

/* Who reopened a report is looked for among what is set aside and what set it aside. */
static void a_reopening_that_is_set_aside_is_nobodys(void)
{
    struct exchange_result r;
    h32 signoff = {{7}};
    begin();
    reopen_as_a_thief(&twin, signoff);
    pair_write(&p, &twin, job, F_JOB_PHONE, "12 34");
    pair_sync(&p, &twin, &r);
    scene_write_alone(&p, &b);
    scene_write_alone(&p, &b);
    scene_write_alone(&p, &b);
    pair_exchange(&p, &b, NULL, NULL);
    pair_sync(&p, &a, &r);
    scene_revoke(&p, &b, p.ms);
    pair_sync(&p, &a, &r);
    struct store *const both[] = {p.hq->store, a.store};
    uint8_t *room = malloc(CAP_SCRATCH_BYTES);
    for (unsigned i = 0; i < 2; i++) {
        struct store_txn *t = NULL;
        struct reopening who;
        PAIR_OK(&p, store_read(both[i], &t, &p.err));
        CHECK_INT(fold_reopening(t, job, signoff, arena_of(room, CAP_SCRATCH_BYTES), &who, &p.err),
                  ST_NOT_FOUND);
        store_abort(&t);
    }
    free(room);
    end();
}

/* Who is no headquarters, and says that he acts for one, sets nothing aside. */
static void by_a_technicians_key_nothing_is_set_aside(void)
{
    struct exchange_result r;
    uint8_t body[CAP_BODY_BYTES];
    union body said;
    begin();
    h32 hash, y = pair_write(&p, &b, job, F_JOB_PHONE, "12 34");
    pair_sync(&p, &b, &r);
    pair_sync(&p, &a, &r);
    scene_revoke(&p, &b, 0);
    pair_sync(&p, &a, &r);
    struct append what = {.kind = KIND_SET_ASIDE,
                          .subject_type = SUBJECT_JOB,
                          .subject = job,
                          .actor_role = ROLE_HEADQUARTERS};
    struct now now = pair_now(&p);
    memset(&said, 0, sizeof said);
    said.named.h[said.named.n++] = y;
    PAIR_OK(&p, body_encode(what.kind, &said, body, sizeof body, &what.body));
    PAIR_OK(&p, journal_append(&a.journal, &what, &now, &hash, &p.err));
    pair_sync(&p, &a, &r);
    CHECK(put_back_has(&p, p.hq->store, hash));
    struct store_txn *t = NULL;
    PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
    CHECK(!fold_is_aside(t, y));
    store_abort(&t);
    counts_still();
    end();
}

int main(void)
{
    RUN(by_a_technicians_key_nothing_is_set_aside);
    RUN(a_long_branch_of_one_job_is_set_aside_whole);
    RUN(a_branch_of_many_jobs_is_set_aside_job_by_job);
    RUN(a_reopening_that_is_set_aside_is_nobodys);
    RUN(a_head_that_comes_after_its_revocation_tells_which_branch_stands);
    RUN(a_branch_that_was_passed_on_is_set_aside_by_name);
    RUN(a_branch_that_a_restored_headquarters_forgot_is_set_aside_when_it_comes_back);
    RUN(of_what_its_author_brings_later_nothing_is_said);
    CHECK_END();
}
