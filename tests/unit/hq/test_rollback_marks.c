/* test_rollback_marks.c - what a place in an outbox stands for (BUNDLE.md 6): headquarters that was
 * put back and grew again to the same length is told from the one before, by every device. */
#include "sync/hq/hq_epoch.h"
#include "tests/unit/hq/put_back.h"
#include "tests/unit/hq/scene.h"

static struct pair p;
static struct pair_device a, b;
static id16 job, who;

static void begin(void)
{
    pair_begin(&p);
    job = scene_pair(&p, &a, &b, &who);
}

static void end(void)
{
    scene_end(&p, &a, &b);
}

/* A colleague records something of the job, and headquarters has it. */
static h32 say(const char *what)
{
    struct exchange_result r;
    h32 x = pair_write(&p, &b, job, F_JOB_CONTACT, what);
    pair_sync(&p, &b, &r);
    return x;
}

static void all_hold(h32 x)
{
    CHECK(put_back_has(&p, p.hq->store, x));
    CHECK(put_back_has(&p, a.store, x));
    CHECK(put_back_has(&p, b.store, x));
}

static void settle(void)
{
    struct exchange_result r;
    for (unsigned i = 0; i < 3; i++) {
        CHECK(pair_sync(&p, &a, &r) < EXCHANGE_ROUNDS);
        CHECK(pair_sync(&p, &b, &r) < EXCHANGE_ROUNDS);
    }
    CHECK(!pair_exchange(&p, &a, NULL, NULL).again);
    CHECK(!pair_exchange(&p, &b, NULL, NULL).again);
}

/* Places that were heard hold other entries now, and there are as many as before. Nothing of
 * headquarters' own journal tells, nor any receipt of this device. */
static void an_outbox_that_grew_again_to_the_same_length_is_noticed(void)
{
    char backup[128], old[128];
    struct exchange_result r;
    begin();
    put_back_keep_hq(&p, backup);
    put_back_keep(&p, &b, old);
    h32 x = say("Ms Chen");
    pair_sync(&p, &a, &r);
    CHECK(put_back_has(&p, a.store, x));
    put_back_hq(&p, backup);
    put_back_device(&p, &b, old);
    h32 y = say("Mr Wu");
    CHECK(!h32_eq(x, y));
    settle();
    all_hold(x);
    all_hold(y);
    end();
}

/* The answer of before begins at the very place where the device stands. */
static void what_a_late_answer_put_after_the_cursor_comes_back(void)
{
    char backup[128], old[128];
    struct exchange_result r = {0};
    struct bundle_buffer req = {.cap = 1 << 24}, ans = {.cap = 1 << 24};
    const char *problem;
    begin();
    put_back_keep_hq(&p, backup);
    put_back_keep(&p, &b, old);
    h32 x = say("Ms Chen");
    struct now now = pair_now(&p);
    PAIR_OK(&p, exchange_request(&a.journal, NULL, &now, bundle_buffer_sink, &req, &r, &p.err));
    PAIR_OK(&p,
            hq_exchange(p.hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, &problem, &p.err));
    put_back_hq(&p, backup);
    put_back_device(&p, &b, old);
    h32 y = say("Mr Wu");
    memset(&r, 0, sizeof r);
    PAIR_OK(&p, exchange_answer(&a.journal, bytes_of(ans.p, ans.n), &now, &r, &p.err));
    CHECK(put_back_has(&p, a.store, x));
    settle();
    all_hold(x);
    all_hold(y);
    bundle_buffer_drop(&req);
    bundle_buffer_drop(&ans);
    end();
}

/* The device records something of a job that nobody else has. */
static h32 write_alone(void)
{
    uint8_t body[CAP_BODY_BYTES];
    struct record_write w = {.field = F_JOB_CONTACT, .type = FT_TEXT, .i = 0};
    struct append_att att = {.type = ATT_TEXT, .content = str_bytes(S("Mr Wu"))};
    struct append what = {
        .kind = KIND_RECORD_SET, .subject_type = SUBJECT_JOB, .atts = &att, .natt = 1};
    struct now now = pair_now(&p);
    h32 hash = {{0}};
    randombytes_buf(what.subject.b, sizeof what.subject.b);
    PAIR_OK(&p, record_encode(&w, 1, body, sizeof body, &what.body));
    PAIR_OK(&p, journal_append(&a.journal, &what, &now, &hash, &p.err));
    return hash;
}

/* The device and headquarters were put back; a colleague has the end of what both lost, and what
 * lay before it nobody has. It reaches its author, who writes in another epoch from then on. */
static void an_own_entry_comes_back_without_what_lay_before_it(void)
{
    char backup[128], old[128];
    struct exchange_result r;
    begin();
    put_back_keep_hq(&p, backup);
    put_back_keep(&p, &a, old);
    id8 epoch = a.journal.head.epoch;
    h32 lost = write_alone();
    h32 x = pair_write(&p, &a, job, F_JOB_CONTACT, "Ms Chen");
    h32 after = pair_write(&p, &a, job, F_JOB_PHONE, "12 34");
    pair_sync(&p, &a, &r);
    pair_sync(&p, &b, &r);
    CHECK(!put_back_has(&p, b.store, lost) && put_back_has(&p, b.store, x));
    put_back_hq(&p, backup);
    put_back_device(&p, &a, old);
    PAIR_OK(&p, hq_epoch_renew(p.hq, p.hq->journal.head.seq, &p.err));
    pair_sync(&p, &a, &r);
    settle();
    all_hold(x);
    all_hold(after);
    CHECK(!id8_eq(epoch, a.journal.head.epoch));
    CHECK_INT(pair_place(&p, &a, x), SYNC_HERE); /* no receipt covers what lies beyond a gap */
    pair_sync(&p, &a, &r);
    CHECK_INT(r.unsent, 0);
    end();
}

/* A receipt of before, for what headquarters has lost since, comes after the entry did. */
static void a_receipt_of_an_epoch_that_is_over_moves_no_mark(void)
{
    char backup[128], old[128];
    struct exchange_result r = {0};
    struct bundle_buffer req = {.cap = 1 << 24}, ans = {.cap = 1 << 24};
    const char *problem;
    begin();
    put_back_keep_hq(&p, backup);
    h32 x = pair_write(&p, &a, job, F_JOB_CONTACT, "Ms Chen");
    put_back_keep(&p, &a, old);
    struct now now = pair_now(&p);
    PAIR_OK(&p, exchange_request(&a.journal, NULL, &now, bundle_buffer_sink, &req, &r, &p.err));
    PAIR_OK(&p,
            hq_exchange(p.hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, &problem, &p.err));
    put_back_hq(&p, backup);
    PAIR_OK(&p, hq_epoch_renew(p.hq, p.hq->journal.head.seq, &p.err));
    /* It hears of the new epoch by an exchange that loses its entries on the way. */
    struct bundle_buffer cut = {.cap = 1 << 24}, said = {.cap = 1 << 24};
    memset(&r, 0, sizeof r);
    PAIR_OK(&p, exchange_request(&a.journal, NULL, &now, bundle_buffer_sink, &cut, &r, &p.err));
    PAIR_OK(&p, hq_exchange(p.hq, bytes_of(cut.p, cut.n - 40), bundle_buffer_sink, &said, &problem,
                            &p.err));
    PAIR_OK(&p, exchange_answer(&a.journal, bytes_of(said.p, said.n), &now, &r, &p.err));
    CHECK(!put_back_has(&p, p.hq->store, x));
    memset(&r, 0, sizeof r);
    PAIR_OK(&p, exchange_answer(&a.journal, bytes_of(ans.p, ans.n), &now, &r, &p.err));
    CHECK_INT(pair_place(&p, &a, x), SYNC_HERE);
    settle();
    all_hold(x);
    CHECK_INT(pair_place(&p, &a, x), SYNC_HQ);
    bundle_buffer_drop(&req);
    bundle_buffer_drop(&ans);
    bundle_buffer_drop(&cut);
    bundle_buffer_drop(&said);
    end();
}

/* Two machines out of one backup, both at work: the device heard the one's entry of a number, and
 * of the other's journal entries under higher ones. The other gets it, and knows then what it is.
 */
static void what_the_machine_that_was_not_switched_off_said_comes_to_the_other(void)
{
    char copy[128];
    struct exchange_result r;
    struct pair q;
    begin();
    pair_sync(&p, &b, &r);
    put_back_keep_hq(&p, copy);
    q = p;
    memcpy(q.dir, copy, sizeof q.dir);
    pair_open_hq(&q);
    id8 epoch = p.hq->journal.head.epoch;
    pair_job(&p, job, "heard by nobody");
    pair_assign(&p, job, (id16){{0}});
    pair_assign(&p, job, who);
    pair_sync(&p, &a, &r);
    q.ms = p.ms;
    pair_assign(&q, job, (id16){{0}});
    h32 theirs = q.hq->journal.head.hash;
    pair_exchange(&q, &a, NULL, NULL);
    CHECK(put_back_has(&p, a.store, theirs));
    pair_end(&q);
    p.ms = q.ms;
    CHECK(!put_back_has(&p, p.hq->store, theirs));
    CHECK(pair_sync(&p, &a, &r) < EXCHANGE_ROUNDS);
    CHECK(put_back_has(&p, p.hq->store, theirs));
    CHECK(!id8_eq(epoch, p.hq->journal.head.epoch));
    settle();
    all_hold(theirs);
    h32 there = pair_digest(&p, p.hq->store, job, NULL), here = pair_digest(&p, a.store, job, NULL);
    CHECK_BYTES(here.b, 32, there.b, 32);
    end();
}

int main(void)
{
    RUN(what_the_machine_that_was_not_switched_off_said_comes_to_the_other);
    RUN(an_outbox_that_grew_again_to_the_same_length_is_noticed);
    RUN(what_a_late_answer_put_after_the_cursor_comes_back);
    RUN(an_own_entry_comes_back_without_what_lay_before_it);
    RUN(a_receipt_of_an_epoch_that_is_over_moves_no_mark);
    CHECK_END();
}
