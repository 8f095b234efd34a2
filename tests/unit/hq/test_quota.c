/* test_quota.c - what the holder of an enrolled device may cost headquarters in a day: entries,
 * attachments, receipts, epochs, rows put aside, entries sent again. */
#include "core/store/inside.h"
#include "sync/engine/digest.h"
#include "sync/hq/hq_quota.h"
#include "sync/hq/hq_receipt.h"
#include "tests/unit/hq/scene.h"

#include <lmdb.h>

static struct pair p;
static struct pair_device d;
static id16 job;
static const id8 visit = {{1}};

static struct hq_device *device(void)
{
    return &p.hq->devices[0];
}

/* All but `left` of today's is used up. */
static void use_up(enum hq_quota what, uint64_t day_bound, uint64_t left)
{
    device()->quota_day = p.ms / 86400000;
    device()->quota[what] = day_bound - left;
}

static void begin(void)
{
    struct exchange_result r;
    struct record_write w = {.field = F_TECHNICIAN_ROLE, .type = FT_ENUM, .i = ROLE_TECHNICIAN};
    pair_begin(&p);
    p.ms -= p.ms % 86400000; /* the day begins */
    id16 who = pair_record(&p, SUBJECT_TECHNICIAN, &w, 1, "Li Wei", F_TECHNICIAN_NAME);
    id16 customer = pair_record(&p, SUBJECT_CUSTOMER, NULL, 0, "Golden Lotus", F_CUSTOMER_NAME);
    job = pair_job(&p, customer, "no cooling");
    pair_assign(&p, job, who);
    pair_join(&p, &d, who, "D1");
    pair_sync(&p, &d, &r);
}

static void end(void)
{
    pair_leave(&d);
    pair_end(&p);
}

static enum st post(const char **problem, int *wait_s)
{
    struct exchange_result res = {0};
    struct bundle_buffer req = {.cap = 64 << 20}, ans = {.cap = 64 << 20};
    struct now now = pair_now(&p);
    PAIR_OK(&p, exchange_request(&d.journal, NULL, &now, bundle_buffer_sink, &req, &res, &p.err));
    enum st st =
        hq_exchange(p.hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, problem, &p.err);
    *wait_s = p.err.wait_s;
    bundle_buffer_drop(&req);
    bundle_buffer_drop(&ans);
    return st;
}

static void entries_over_the_quota_wait_for_tomorrow(void)
{
    struct exchange_result r;
    const char *problem = NULL;
    int wait_s = 0;
    begin();
    pair_step(&p, &d, job, KIND_VISIT_ACCEPTED, visit);
    pair_step(&p, &d, job, KIND_VISIT_ARRIVED, visit);
    use_up(HQ_QUOTA_ENTRIES, HQ_QUOTA_ENTRIES_DAY, 1);
    CHECK_INT(post(&problem, &wait_s), ST_WAIT);
    CHECK_STR(problem, "quota");
    CHECK(wait_s > 0 && wait_s <= 86400 && device()->refused_ms != 0);
    p.ms += 86400000;
    pair_sync(&p, &d, &r);
    CHECK_INT(r.unsent, 0);
    end();
}

static void attachments_over_the_quota_wait_and_their_entry_does_not(void)
{
    struct exchange_result r;
    uint8_t body[CAP_BODY_BYTES];
    static uint8_t photo[3 * CAP_CHUNK_BYTES] = {1};
    const char *problem = NULL;
    int wait_s = 0;
    union body b;
    begin();
    memset(&b, 0, sizeof b);
    b.asked.visit = visit;
    b.asked.reason = 1;
    b.asked.note = true;
    struct append_att att = {.type = ATT_PHOTO, .content = bytes_of(photo, sizeof photo)};
    struct append what = {.kind = KIND_HELP_ASKED,
                          .subject_type = SUBJECT_JOB,
                          .subject = job,
                          .atts = &att,
                          .natt = 1};
    struct now now = pair_now(&p);
    h32 entry;
    PAIR_OK(&p, body_encode(what.kind, &b, body, sizeof body, &what.body));
    PAIR_OK(&p, journal_append(&d.journal, &what, &now, &entry, &p.err));
    use_up(HQ_QUOTA_ATT_BYTES, HQ_QUOTA_ATT_BYTES_DAY, CAP_CHUNK_BYTES);
    r = pair_exchange(&p, &d, NULL, NULL);
    CHECK(r.problems == 1 && r.first_problem.code == PROBLEM_QUOTA);
    struct store_txn *t = NULL;
    PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
    CHECK(store_has(t, T_HASH, bytes_of(entry.b, 32)));
    CHECK(store_att_state(t, att.name) == ATT_ABSENT && store_count(t, T_WANT) == 1);
    h32 large = att.name;
    store_abort(&t);
    /* A small one comes with its entry or not at all: both wait. */
    att = (struct append_att){.type = ATT_PHOTO, .content = bytes_of(photo, 5000)};
    PAIR_OK(&p, journal_append(&d.journal, &what, &now, &entry, &p.err));
    use_up(HQ_QUOTA_ATT_BYTES, HQ_QUOTA_ATT_BYTES_DAY, 4000);
    uint64_t before = device()->quota[HQ_QUOTA_ENTRIES];
    for (int i = 0; i < 3; i++) {
        CHECK_INT(post(&problem, &wait_s), ST_WAIT);
        CHECK_STR(problem, "quota");
    }
    CHECK(before != 0 && device()->quota[HQ_QUOTA_ENTRIES] == before); /* nothing was kept */
    p.ms += 86400000;
    h32 small = att.name;
    pair_sync(&p, &d, &r);
    CHECK_INT(r.unsent, 0);
    PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
    CHECK(store_att_state(t, large) == ATT_HELD && store_att_state(t, small) == ATT_HELD);
    store_abort(&t);
    end();
}

static uint64_t receipts_kept(void)
{
    struct store_txn *t = NULL;
    PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
    uint64_t n = store_count(t, T_RECEIPT);
    store_abort(&t);
    return n;
}

static void receipts_are_given_without_end_and_kept_within_bounds(void)
{
    struct exchange_result r;
    begin();
    use_up(HQ_QUOTA_RECEIPTS, HQ_QUOTA_RECEIPTS_DAY, 2);
    uint64_t before = receipts_kept();
    for (unsigned i = 0; i < 6; i++) {
        pair_step(&p, &d, job, KIND_VISIT_ACCEPTED, visit);
        pair_sync(&p, &d, &r);
        CHECK_INT(r.unsent, 0);
    }
    CHECK_INT(receipts_kept(), before + 2);
    end();
}

static void an_author_has_so_many_epochs_and_a_revocation_lists_them_all(void)
{
    struct exchange_result r;
    begin();
    for (unsigned i = 1; i < CAP_AUTHOR_EPOCHS + 3; i++) {
        struct now now = pair_now(&p);
        pair_sync(&p, &d, &r);
        PAIR_OK(&p, journal_new_epoch(&d.journal, &now, &p.err));
    }
    r = pair_exchange(&p, &d, NULL, NULL);
    CHECK(r.problems >= 1 && r.first_problem.code == PROBLEM_QUOTA);
    scene_revoke(&p, &d, 0);
    struct store_txn *t = NULL;
    struct revocation *x = calloc(1, sizeof *x);
    struct arena tmp = hq_arena(p.hq);
    bytes doc;
    PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
    PAIR_OK(&p, store_get(t, T_REVOKED, bytes_of(d.journal.head.author.b, 8), &tmp, &doc, &p.err));
    PAIR_OK(&p, revocation_open(doc, &p.hq->journal.trust, x, NULL));
    CHECK_INT(x->nheads, CAP_AUTHOR_EPOCHS);
    store_abort(&t);
    free(x);
    end();
}

static void whoever_says_that_he_lacks_all_gets_it_so_often(void)
{
    begin();
    use_up(HQ_QUOTA_LACKING, HQ_QUOTA_LACKING_DAY, 1);
    struct hq_request *r = NULL;
    struct store_txn *t = NULL;
    struct now now = pair_now(&p);
    PAIR_OK(&p, hq_request_new(p.hq, &r, &p.err));
    r->cert = d.journal.cert;
    uint64_t before;
    PAIR_OK(&p, store_write(p.hq->store, &t, &p.err));
    before = hq_out_last(t, d.journal.head.author);
    for (int i = 0; i < 3; i++) {
        PAIR_OK(&p, hq_receipt_lacking(r, t, job, &now, &p.err)); /* no hash of it is shown */
    }
    CHECK_INT(hq_out_last(t, d.journal.head.author), before + 1);
    store_abort(&t);
    hq_request_drop(&r);
    end();
}

/* docketd starts again in the middle of the day: what was used is used; tomorrow all is new. */
static void a_restart_gives_nobody_a_second_day(void)
{
    struct exchange_result r;
    const char *problem = NULL;
    int wait_s = 0;
    begin();
    use_up(HQ_QUOTA_ENTRIES, HQ_QUOTA_ENTRIES_DAY, 1);
    pair_step(&p, &d, job, KIND_VISIT_ACCEPTED, visit);
    pair_sync(&p, &d, &r); /* the last of today */
    CHECK_INT(device()->quota[HQ_QUOTA_ENTRIES], HQ_QUOTA_ENTRIES_DAY);
    uint64_t receipts = device()->quota[HQ_QUOTA_RECEIPTS];
    hq_close(&p.hq);
    pair_open_hq(&p);
    CHECK_INT(device()->quota[HQ_QUOTA_ENTRIES], HQ_QUOTA_ENTRIES_DAY);
    CHECK(receipts != 0 && device()->quota[HQ_QUOTA_RECEIPTS] == receipts);
    pair_step(&p, &d, job, KIND_VISIT_ARRIVED, visit);
    CHECK_INT(post(&problem, &wait_s), ST_WAIT);
    CHECK_STR(problem, "quota");
    p.ms += 86400000;
    problem = NULL;
    CHECK_INT(post(&problem, &wait_s), ST_OK);
    end();
}

static size_t commits(void)
{
    MDB_envinfo info;
    CHECK_INT(mdb_env_info(p.hq->store->env, &info), 0);
    return info.me_last_txnid;
}

static void an_exchange_that_brings_nothing_writes_nothing(void)
{
    struct exchange_result r;
    begin();
    pair_sync(&p, &d, &r);
    size_t before = commits();
    pair_sync(&p, &d, &r);
    CHECK_INT(commits(), before);
    end();
}

int main(void)
{
    RUN(a_restart_gives_nobody_a_second_day);
    RUN(an_exchange_that_brings_nothing_writes_nothing);
    RUN(entries_over_the_quota_wait_for_tomorrow);
    RUN(attachments_over_the_quota_wait_and_their_entry_does_not);
    RUN(receipts_are_given_without_end_and_kept_within_bounds);
    RUN(an_author_has_so_many_epochs_and_a_revocation_lists_them_all);
    RUN(whoever_says_that_he_lacks_all_gets_it_so_often);
    CHECK_END();
}
