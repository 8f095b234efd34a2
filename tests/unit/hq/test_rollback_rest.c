/* test_rollback_rest.c - what the simulation found about stores that were put back: all of it comes
 * back within one sync, and then there is rest. */
#include "core/fold/refold.h"
#include "sync/hq/hq_epoch.h"
#include "tests/unit/hq/put_back.h"
#include "tests/unit/hq/scene.h"

static struct pair p;
static struct pair_device a, b;
static id16 job;

static void begin(void)
{
    pair_begin(&p);
    job = scene_pair(&p, &a, &b, NULL);
}

static void end(void)
{
    scene_end(&p, &a, &b);
}

/* Three branches, and the main one is the shortest: each head's receipt covers the attachments of
 * its own branch, whichever copy asked last, and then nobody has anything to say any more. */
static void every_branch_of_a_fork_comes_to_rest_with_its_attachments(void)
{
    struct pair_device copy[3];
    struct exchange_result r;
    begin();
    for (unsigned i = 0; i < 3; i++) {
        put_back_twin(&p, &a, &copy[i]);
    }
    for (unsigned i = 0; i < 3; i++) {
        for (unsigned k = 0; k <= i; k++) {
            pair_write(&p, &copy[i], job, F_JOB_CONTACT, "Ms Chen");
        }
        pair_exchange(&p, &copy[i], NULL, NULL);
    }
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < 3; i++) {
            pair_sync(&p, &copy[i], &r);
            CHECK_INT(r.unsent, 0);
        }
    }
    for (unsigned i = 0; i < 3; i++) {
        r = pair_exchange(&p, &copy[i], NULL, NULL);
        CHECK_INT(r.receipts, 0);
        CHECK_INT(r.problems, 0);
        CHECK(!r.again);
        pair_leave(&copy[i]);
    }
    end();
}

/* Work of a closed epoch that headquarters received after the backup: the sync that finds out about
 * the restore brings it back; it is not left shown as "at headquarters" until the next. */
static void a_closed_epoch_comes_back_in_the_sync_that_finds_out(void)
{
    char backup[128];
    struct exchange_result r;
    begin();
    put_back_keep_hq(&p, backup);
    h32 x = pair_write(&p, &a, job, F_JOB_CONTACT, "Ms Chen");
    pair_sync(&p, &a, &r);
    struct now now = pair_now(&p);
    PAIR_OK(&p, journal_new_epoch(&a.journal, &now, &p.err));
    pair_sync(&p, &a, &r);
    put_back_hq(&p, backup);
    CHECK(!put_back_has(&p, p.hq->store, x));
    unsigned n = pair_sync(&p, &a, &r);
    CHECK(n < EXCHANGE_ROUNDS);
    CHECK(put_back_has(&p, p.hq->store, x));
    CHECK_INT(pair_place(&p, &a, x), SYNC_HQ);
    CHECK_INT(r.unsent, 0);
    end();
}

/* A lost device may still hand in its work, to a restored headquarters as well. */
static void a_revoked_device_is_heard_out_by_a_restored_headquarters(void)
{
    char backup[128];
    struct exchange_result r;
    begin();
    scene_revoke(&p, &b, 0);
    put_back_keep_hq(&p, backup);
    h32 x = pair_write(&p, &b, job, F_JOB_PHONE, "12 34");
    pair_sync(&p, &b, &r);
    CHECK(put_back_has(&p, p.hq->store, x));
    put_back_hq(&p, backup);
    PAIR_OK(&p, hq_epoch_renew(p.hq, p.hq->journal.head.seq, &p.err));
    CHECK(pair_sync(&p, &b, &r) < EXCHANGE_ROUNDS);
    CHECK(put_back_has(&p, p.hq->store, x));
    CHECK_INT(r.unsent, 0);
    r = pair_exchange(&p, &b, NULL, NULL);
    CHECK(!r.again && !r.handing_back);
    end();
}

/* The answer that says so is one to a request from before: it sends nothing of what was lost, and
 * the new epoch must not make the device forget to ask. */
static void a_lost_tail_comes_also_when_an_old_answer_told_of_it(void)
{
    char old[128];
    struct exchange_result r = {0};
    struct bundle_buffer req = {.cap = 1 << 24}, ans = {.cap = 1 << 24};
    const char *problem;
    begin();
    put_back_keep(&p, &a, old);
    h32 x = pair_write(&p, &a, job, F_JOB_CONTACT, "Ms Chen");
    struct now now = pair_now(&p);
    PAIR_OK(&p, exchange_request(&a.journal, NULL, &now, bundle_buffer_sink, &req, &r, &p.err));
    put_back_device(&p, &a, old);
    PAIR_OK(&p, hq_exchange(p.hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, &problem,
                            &p.err)); /* by stick, late */
    memset(&r, 0, sizeof r);
    PAIR_OK(&p, exchange_answer(&a.journal, bytes_of(ans.p, ans.n), &now, &r, &p.err));
    CHECK(r.new_epoch);
    CHECK(!put_back_has(&p, a.store, x));
    pair_sync(&p, &a, &r);
    CHECK(put_back_has(&p, a.store, x));
    CHECK_INT(r.unsent, 0);
    r = pair_exchange(&p, &a, NULL, NULL);
    CHECK(!r.again);
    CHECK_INT(r.receipts + r.receipts_refused, 0);
    bundle_buffer_drop(&req);
    bundle_buffer_drop(&ans);
    end();
}

/* Headquarters was put back and wrote on under the same number; only then comes an answer of
 * before. What that one tells it must hear, though it knows every receipt that the device has. */
static void headquarters_hears_of_its_lost_entry_from_an_answer_that_came_late(void)
{
    char backup[128];
    struct exchange_result r = {0};
    struct bundle_buffer req = {.cap = 1 << 24}, ans = {.cap = 1 << 24};
    const char *problem;
    begin();
    pair_sync(&p, &a, &r);
    id16 lost = pair_job(&p, job, "the customer's name is known there");
    put_back_keep_hq(&p, backup);
    id16 who = a.person;
    pair_assign(&p, lost, who);
    struct now now = pair_now(&p);
    memset(&r, 0, sizeof r);
    PAIR_OK(&p, exchange_request(&a.journal, NULL, &now, bundle_buffer_sink, &req, &r, &p.err));
    PAIR_OK(&p, hq_exchange(p.hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, &problem,
                            &p.err)); /* under way */
    h32 gone = p.hq->journal.head.hash;
    put_back_hq(&p, backup);
    pair_assign(&p, job, (id16){{0}});
    pair_sync(&p, &a, &r);
    id8 before = p.hq->journal.head.epoch;
    memset(&r, 0, sizeof r);
    PAIR_OK(&p, exchange_answer(&a.journal, bytes_of(ans.p, ans.n), &now, &r, &p.err));
    CHECK(put_back_has(&p, a.store, gone));
    CHECK(!put_back_has(&p, p.hq->store, gone));
    pair_sync(&p, &a, &r);
    pair_sync(&p, &a, &r);
    CHECK(put_back_has(&p, p.hq->store, gone));
    CHECK(!id8_eq(p.hq->journal.head.epoch, before));
    CHECK(pair_sync(&p, &a, &r) < 3);
    bundle_buffer_drop(&req);
    bundle_buffer_drop(&ans);
    end();
}

static void digest_holds(struct store *s)
{
    struct store_txn *t = NULL;
    uint8_t *room = malloc(2 * CAP_SCRATCH_BYTES);
    struct arena tmp = arena_of(room, 2 * CAP_SCRATCH_BYTES);
    struct subject_state state;
    h32 kept, fresh;
    bytes encoded;
    PAIR_OK(&p, store_read(s, &t, &p.err));
    PAIR_OK(&p, fold_load(t, job, &tmp, &state, &kept, &p.err));
    PAIR_OK(&p, fold_fresh(t, job, &tmp, &state, &encoded, &fresh, &p.err));
    CHECK_BYTES(kept.b, 32, fresh.b, 32);
    store_abort(&t);
    free(room);
}

/* What a device sent while headquarters had forgotten its revocation is cut off again when that
 * comes back: in what is kept of the fold, there and on every device that had it meanwhile. */
static void a_revocation_that_comes_back_undoes_what_was_folded_without_it(void)
{
    char backup[128];
    struct exchange_result r;
    begin();
    pair_sync(&p, &a, &r);
    put_back_keep_hq(&p, backup);
    scene_revoke(&p, &b, 0);
    pair_sync(&p, &a, &r); /* a knows */
    put_back_hq(&p, backup);
    PAIR_OK(&p, hq_epoch_renew(p.hq, p.hq->journal.head.seq, &p.err));
    h32 x = pair_write(&p, &b, job, F_JOB_PHONE, "12 34");
    pair_sync(&p, &b, &r);
    CHECK(put_back_has(&p, p.hq->store, x));
    pair_sync(&p, &a, &r);
    const struct hq_device *d = hq_device(p.hq, b.journal.head.author);
    CHECK(d != NULL && d->revoked);
    pair_sync(&p, &a, &r);
    digest_holds(p.hq->store);
    digest_holds(a.store);
    struct store_txn *t = NULL;
    uint8_t *room = malloc(CAP_SCRATCH_BYTES);
    struct arena tmp = arena_of(room, CAP_SCRATCH_BYTES);
    struct subject_state s;
    PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
    PAIR_OK(&p, fold_load(t, job, &tmp, &s, NULL, &p.err));
    CHECK_INT(s.nbad, 1);
    CHECK(fold_field(&s, F_JOB_PHONE) == NULL);
    store_abort(&t);
    free(room);
    end();
}

/* Two revocations of one device, of before and after a restore: the earlier stands everywhere. */
static void of_two_revocations_the_earlier_stands_everywhere(void)
{
    char backup[128];
    struct exchange_result r;
    struct store_txn *t = NULL;
    uint8_t room[3][CAP_TRUST_BYTES + 256];
    bytes there, here, first;
    begin();
    put_back_keep_hq(&p, backup);
    scene_revoke(&p, &b, 0);
    pair_sync(&p, &a, &r);
    bytes key = bytes_of(b.journal.head.author.b, 8);
    struct arena tmp = arena_of(room[2], sizeof room[2]);
    PAIR_OK(&p, store_read(a.store, &t, &p.err));
    PAIR_OK(&p, store_get(t, T_REVOKED, key, &tmp, &first, &p.err));
    store_abort(&t);
    put_back_hq(&p, backup);
    PAIR_OK(&p, hq_epoch_renew(p.hq, p.hq->journal.head.seq, &p.err));
    pair_write(&p, &b, job, F_JOB_PHONE, "12 34");
    pair_sync(&p, &b, &r);
    scene_revoke(&p, &b, 0);
    for (unsigned i = 0; i < 2; i++) {
        pair_sync(&p, &a, &r);
    }
    tmp = arena_of(room[0], sizeof room[0]);
    PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
    PAIR_OK(&p, store_get(t, T_REVOKED, key, &tmp, &there, &p.err));
    store_abort(&t);
    tmp = arena_of(room[1], sizeof room[1]);
    PAIR_OK(&p, store_read(a.store, &t, &p.err));
    PAIR_OK(&p, store_get(t, T_REVOKED, key, &tmp, &here, &p.err));
    store_abort(&t);
    CHECK_BYTES(here.p, here.n, first.p, first.n);
    CHECK_BYTES(there.p, there.n, first.p, first.n);
    digest_holds(p.hq->store);
    digest_holds(a.store);
    h32 one = pair_digest(&p, p.hq->store, job, NULL);
    CHECK(!h32_zero(one));
    end();
}

/* What device `d` wrote is at headquarters, and its screen says so. */
static void has_arrived(struct pair_device *d, h32 x)
{
    CHECK(put_back_has(&p, p.hq->store, x));
    CHECK_INT(pair_place(&p, d, x), SYNC_HQ);
}

/* Two copies wrote under one number; the restored headquarters heard of one of them alone, under
 * the number that the other one has a receipt for: numbers do not tell them apart. */
static void a_branch_that_headquarters_lost_is_asked_for_by_its_hash(void)
{
    char backup[128];
    struct pair_device twin;
    struct exchange_result r;
    begin();
    put_back_twin(&p, &a, &twin);
    put_back_keep_hq(&p, backup);
    h32 x = pair_write(&p, &a, job, F_JOB_CONTACT, "Ms Chen");
    h32 y = pair_write(&p, &twin, job, F_JOB_PHONE, "12 34");
    pair_sync(&p, &a, &r);
    pair_sync(&p, &twin, &r); /* forked: it goes on in an epoch of its own */
    CHECK(put_back_has(&p, p.hq->store, y));
    put_back_hq(&p, backup);
    pair_sync(&p, &a, &r);
    for (unsigned i = 0; i < 2; i++) {
        pair_sync(&p, &twin, &r);
    }
    has_arrived(&a, x);
    has_arrived(&twin, y);
    CHECK_INT(r.unsent, 0);
    pair_leave(&twin);
    end();
}

/* The epoch before was closed and receipted when headquarters forgot the end of it; nothing that it
 * hears of the new one covers less than a receipt said. The first entry names what is missing. */
static void an_epoch_whose_beginning_names_an_unknown_end_brings_that_back(void)
{
    char backup[128];
    struct exchange_result r;
    begin();
    put_back_keep_hq(&p, backup);
    h32 x = pair_write(&p, &a, job, F_JOB_CONTACT, "Ms Chen");
    pair_sync(&p, &a, &r);
    struct now now = pair_now(&p);
    PAIR_OK(&p, journal_new_epoch(&a.journal, &now, &p.err)); /* no receipt for that one yet */
    put_back_hq(&p, backup);
    CHECK(!put_back_has(&p, p.hq->store, x));
    pair_sync(&p, &a, &r);
    has_arrived(&a, x);
    end();
}

/* Nothing of headquarters' own journal is lost and nobody shows it a receipt: the outbox that ends
 * before a device's place says it alone, and the author of what is missing is no more. */
static void what_only_another_device_holds_comes_back_when_an_outbox_shrank(void)
{
    char backup[128];
    struct exchange_result r;
    begin();
    pair_write(&p, &b, job, F_JOB_PRIORITY, "1"); /* a gap for what follows */
    put_back_keep_hq(&p, backup);
    pair_sync(&p, &b, &r);
    h32 x = pair_write(&p, &b, job, F_JOB_PHONE, "12 34");
    pair_sync(&p, &b, &r);
    pair_sync(&p, &a, &r);
    CHECK(put_back_has(&p, a.store, x));
    put_back_hq(&p, backup);
    pair_sync(&p, &a, &r);
    CHECK(put_back_has(&p, p.hq->store, x));
    r = pair_exchange(&p, &a, NULL, NULL);
    CHECK(!r.again && !r.handing_back);
    digest_holds(p.hq->store);
    end();
}

/* Of a chain whose author is gone a device holds the part that concerned it. It is kept and folded;
 * no receipt covers what lies beyond the gap, and when the author comes after all it closes. */
static void a_chain_comes_back_in_part_and_its_receipt_waits_for_the_rest(void)
{
    char backup[128];
    struct exchange_result r;
    begin();
    put_back_keep_hq(&p, backup);
    id16 c = pair_record(&p, SUBJECT_CUSTOMER, NULL, 0, "Silver Pine", F_CUSTOMER_NAME);
    id16 other = pair_job(&p, c, "leaks");
    h32 y = pair_write(&p, &b, job, F_JOB_CONTACT, "Ms Chen");
    h32 x = pair_write(&p, &b, job, F_JOB_PHONE, "12 34");
    (void)other;
    pair_sync(&p, &b, &r);
    pair_sync(&p, &a, &r);
    struct store_txn *t = NULL;
    PAIR_OK(&p, store_write(a.store, &t, &p.err)); /* a holds the later one alone */
    struct entry_view e;
    uint8_t room[2 * CAP_ENTRY_BYTES];
    struct arena tmp = arena_of(room, sizeof room);
    PAIR_OK(&p, journal_get(t, y, &tmp, &e, &p.err));
    uint8_t key[25] = {0};
    memcpy(key, e.author.b, 8);
    memcpy(key + 8, e.epoch.b, 8);
    key[23] = (uint8_t)e.seq;
    PAIR_OK(&p, store_del(t, T_ENTRY, bytes_of(key, 25), &p.err));
    PAIR_OK(&p, store_del(t, T_HASH, bytes_of(y.b, 32), &p.err));
    PAIR_OK(&p, store_commit(&t, &p.err));
    put_back_hq(&p, backup);
    PAIR_OK(&p, hq_epoch_renew(p.hq, p.hq->journal.head.seq, &p.err));
    pair_sync(&p, &a, &r);
    CHECK(put_back_has(&p, p.hq->store, x));
    CHECK(!put_back_has(&p, p.hq->store, y));
    struct chain_mark m;
    tmp = arena_of(room, sizeof room);
    PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
    PAIR_OK(&p, chain_mark_get(t, e.author, b.journal.head.epoch, &tmp, &m, &p.err));
    store_abort(&t);
    CHECK_INT(m.seq, e.seq - 1);
    CHECK_INT(m.holes_from, e.seq);
    pair_sync(&p, &b, &r);
    has_arrived(&b, x);
    has_arrived(&b, y);
    PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
    tmp = arena_of(room, sizeof room);
    PAIR_OK(&p, chain_mark_get(t, e.author, b.journal.head.epoch, &tmp, &m, &p.err));
    store_abort(&t);
    CHECK_INT(m.seq, b.journal.head.seq);
    CHECK_INT(m.holes_from, 0);
    digest_holds(p.hq->store);
    end();
}

/* Both branches were folded when the device was revoked: both are named, and both stay. */
static void a_revocation_names_the_ends_of_all_branches(void)
{
    struct pair_device twin;
    struct exchange_result r;
    begin();
    put_back_twin(&p, &b, &twin);
    pair_write(&p, &b, job, F_JOB_CONTACT, "Ms Chen");
    pair_write(&p, &b, job, F_JOB_CONTACT, "Mr Li");
    pair_write(&p, &twin, job, F_JOB_PHONE, "12 34");
    pair_sync(&p, &b, &r);
    pair_exchange(&p, &twin, NULL, NULL);
    pair_sync(&p, &a, &r);
    scene_revoke(&p, &b, 0);
    digest_holds(p.hq->store);
    pair_sync(&p, &a, &r);
    digest_holds(a.store);
    struct store_txn *t = NULL;
    uint8_t *room = malloc(CAP_SCRATCH_BYTES);
    struct arena tmp = arena_of(room, CAP_SCRATCH_BYTES);
    struct subject_state s;
    PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
    PAIR_OK(&p, fold_load(t, job, &tmp, &s, NULL, &p.err));
    CHECK_INT(s.nbad, 0);
    CHECK(fold_field(&s, F_JOB_PHONE) != NULL);
    store_abort(&t);
    free(room);
    h32 there = pair_digest(&p, p.hq->store, job, NULL), here = pair_digest(&p, a.store, job, NULL);
    CHECK_BYTES(there.b, 32, here.b, 32);
    pair_leave(&twin);
    end();
}

/* It is listed by then what the device holds of the journal before, and not yet asked for: that one
 * entry of it came late says nothing of those before it. */
static void a_late_entry_does_not_hide_those_before_it(void)
{
    char backup[128];
    struct exchange_result r = {0};
    struct bundle_buffer req = {.cap = 1 << 24}, ans = {.cap = 1 << 24};
    const char *problem;
    begin();
    id16 who = a.person;
    pair_sync(&p, &a, &r);
    put_back_keep_hq(&p, backup);
    id16 one = pair_job(&p, job, "heard in time");
    pair_assign(&p, one, who);
    pair_sync(&p, &a, &r);
    h32 first = p.hq->journal.head.hash;
    pair_assign(&p, one, (id16){{0}});
    h32 second = p.hq->journal.head.hash;
    struct now now = pair_now(&p);
    memset(&r, 0, sizeof r);
    PAIR_OK(&p, exchange_request(&a.journal, NULL, &now, bundle_buffer_sink, &req, &r, &p.err));
    PAIR_OK(&p, hq_exchange(p.hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, &problem,
                            &p.err)); /* under way */
    put_back_hq(&p, backup);
    PAIR_OK(&p, hq_epoch_renew(p.hq, p.hq->journal.head.seq, &p.err));
    r = pair_exchange(&p, &a, NULL, NULL);
    CHECK(r.handing_back);
    memset(&r, 0, sizeof r);
    PAIR_OK(&p, exchange_answer(&a.journal, bytes_of(ans.p, ans.n), &now, &r, &p.err));
    CHECK(put_back_has(&p, a.store, first) && put_back_has(&p, a.store, second));
    pair_sync(&p, &a, &r);
    CHECK(put_back_has(&p, p.hq->store, first) && put_back_has(&p, p.hq->store, second));
    CHECK(!pair_exchange(&p, &a, NULL, NULL).again);
    bundle_buffer_drop(&req);
    bundle_buffer_drop(&ans);
    end();
}

/* How many revocations wait in a device's outbox. */
static unsigned revocations_out(const struct pair_device *d)
{
    const id8 to = d->journal.cert.author;
    struct store_txn *t = NULL;
    struct store_cursor *c = NULL;
    bytes key, row;
    unsigned n = 0;
    PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
    PAIR_OK(&p, store_scan(t, T_OUT, bytes_of(to.b, sizeof to.b), (bytes){0}, &c, &p.err));
    while (store_next(c, &key) == ST_OK) {
        uint8_t room[CAP_ENTRY_BYTES + 1024];
        struct arena tmp = arena_of(room, sizeof room);
        struct entry_view e;
        h32 hash;
        PAIR_OK(&p, store_value(c, &tmp, &row, &p.err));
        memcpy(hash.b, row.p, sizeof hash.b);
        PAIR_OK(&p, journal_get(t, hash, &tmp, &e, &p.err));
        n += e.kind == KIND_REVOKED;
    }
    store_scan_end(&c);
    store_abort(&t);
    return n;
}

/* A device that joined after the backup holds what the restored headquarters cut off before it knew
 * of it again (the simulation's seed 5377): it hears of the revocation all the same. Its technician
 * lost both of his: of each it hears once. */
static void who_is_known_again_hears_of_the_revocations_meanwhile(void)
{
    char backup[128];
    struct pair_device c;
    struct exchange_result r;
    begin();
    struct record_write w = {.field = F_TECHNICIAN_ROLE, .type = FT_ENUM, .i = ROLE_TECHNICIAN};
    id16 other = pair_record(&p, SUBJECT_TECHNICIAN, &w, 1, "Wu Min", F_TECHNICIAN_NAME);
    id8 author = a.journal.cert.author;
    put_back_keep_hq(&p, backup);
    pair_join(&p, &c, other, "D3");
    pair_assign(&p, job, other);
    h32 x = pair_write(&p, &a, job, F_JOB_CONTACT, "Ms Chen");
    pair_sync(&p, &a, &r);
    pair_sync(&p, &c, &r);
    CHECK(put_back_has(&p, c.store, x));
    put_back_hq(&p, backup);
    scene_revoke(&p, &a, 0);
    scene_revoke(&p, &b, 0);
    pair_sync(&p, &a, &r); /* heard out: c has nothing to hand back */
    bool again = false;
    PAIR_OK(&p, exchange_refused(&c.journal, "unknown-sender", &again, &p.err));
    CHECK(again); /* it introduces itself */
    for (int i = 0; i < 3; i++) {
        pair_sync(&p, &c, &r);
    }
    struct store_txn *t = NULL;
    PAIR_OK(&p, store_read(c.store, &t, &p.err));
    CHECK(store_has(t, T_REVOKED, bytes_of(author.b, sizeof author.b)));
    store_abort(&t);
    CHECK_INT(revocations_out(&c), 2);
    CHECK(h32_eq(pair_digest(&p, c.store, job, NULL), pair_digest(&p, p.hq->store, job, NULL)));
    pair_leave(&c);
    end();
}

int main(void)
{
    RUN(who_is_known_again_hears_of_the_revocations_meanwhile);
    RUN(a_late_entry_does_not_hide_those_before_it);
    RUN(every_branch_of_a_fork_comes_to_rest_with_its_attachments);
    RUN(a_closed_epoch_comes_back_in_the_sync_that_finds_out);
    RUN(a_revoked_device_is_heard_out_by_a_restored_headquarters);
    RUN(a_lost_tail_comes_also_when_an_old_answer_told_of_it);
    RUN(headquarters_hears_of_its_lost_entry_from_an_answer_that_came_late);
    RUN(a_revocation_that_comes_back_undoes_what_was_folded_without_it);
    RUN(of_two_revocations_the_earlier_stands_everywhere);
    RUN(a_branch_that_headquarters_lost_is_asked_for_by_its_hash);
    RUN(an_epoch_whose_beginning_names_an_unknown_end_brings_that_back);
    RUN(what_only_another_device_holds_comes_back_when_an_outbox_shrank);
    RUN(a_chain_comes_back_in_part_and_its_receipt_waits_for_the_rest);
    RUN(a_revocation_names_the_ends_of_all_branches);
    CHECK_END();
}
