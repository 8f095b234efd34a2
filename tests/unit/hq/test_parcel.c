/* test_parcel.c - a lost device that was revoked: its unreceipted work goes to headquarters as one
 * parcel, its keys are gone at once, the parcel when the receipts have come. */
#include "sync/carrier/file.h"
#include "sync/engine/parcel.h"
#include "tests/unit/hq/put_back.h"
#include "tests/unit/hq/scene.h"

static struct pair p;
static struct pair_device a;
static id16 who, job;
static char parcel[200], parcel_key[200];

static bool there(const char *path)
{
    return access(path, F_OK) == 0;
}

static void begin(void)
{
    struct exchange_result r;
    pair_begin(&p);
    job = scene_job(&p, &who);
    pair_join(&p, &a, who, "D1");
    pair_sync(&p, &a, &r);
    parcel_path(a.dir, parcel, sizeof parcel);
    snprintf(parcel_key, sizeof parcel_key, "%.190s.key", parcel);
}

static bool due(void)
{
    bool is = false;
    PAIR_OK(&p, parcel_due(&a.journal, &is, &p.err));
    return is;
}

/* A stick is under way while work goes on: the answer that it brings back tells of the revocation.
 */
static void hear_of_it_late(id8 visit, h32 *late)
{
    struct exchange_result r = {0};
    struct bundle_buffer req = {.cap = 1 << 20}, ans = {.cap = 1 << 20};
    const char *problem;
    struct now now = pair_now(&p);
    pair_step(&p, &a, job, KIND_VISIT_ACCEPTED, visit);
    PAIR_OK(&p, exchange_request(&a.journal, NULL, &now, bundle_buffer_sink, &req, &r, &p.err));
    *late = pair_step(&p, &a, job, KIND_VISIT_TRAVELLING, visit);
    pair_write(&p, &a, job, F_JOB_CONTACT, "Mrs Zhou at the gate");
    CHECK(!due());
    scene_revoke(&p, &a, 0);
    PAIR_OK(&p,
            hq_exchange(p.hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, &problem, &p.err));
    PAIR_OK(&p, exchange_answer(&a.journal, bytes_of(ans.p, ans.n), &now, &r, &p.err));
    CHECK(r.revoked);
    CHECK(due());
    bundle_buffer_drop(&req);
    bundle_buffer_drop(&ans);
}

/* A photo on the last entry: larger than lies in the database. */
static void photograph(id8 visit)
{
    static uint8_t photo[200000];
    uint8_t body[CAP_BODY_BYTES];
    union body b;
    h32 hash;
    struct now now = pair_now(&p);
    randombytes_buf(photo, sizeof photo);
    memset(&b, 0, sizeof b);
    b.head.visit = visit;
    struct append_att att = {.type = ATT_PHOTO, .content = bytes_of(photo, sizeof photo)};
    struct append what = {.kind = KIND_VISIT_ARRIVED,
                          .subject_type = SUBJECT_JOB,
                          .subject = job,
                          .atts = &att,
                          .natt = 1};
    PAIR_OK(&p, body_encode(what.kind, &b, body, sizeof body, &what.body));
    PAIR_OK(&p, journal_append(&a.journal, &what, &now, &hash, &p.err));
}

static enum st post(struct bundle_buffer *ans)
{
    bytes sealed = {NULL, 0};
    const char *problem;
    PAIR_OK(&p, file_read(parcel, 64 << 20, &sealed, &p.err));
    enum st st = hq_exchange(p.hq, sealed, bundle_buffer_sink, ans, &problem, &p.err);
    free((void *)(uintptr_t)sealed.p);
    return st;
}

static void unreceipted_work_goes_as_one_parcel_and_the_keys_are_gone(void)
{
    struct bundle_buffer ans = {.cap = 1 << 20};
    struct parcel_made made;
    struct now now;
    id8 visit = {{1}};
    h32 late;
    begin();
    hear_of_it_late(visit, &late);
    photograph(visit);
    now = pair_now(&p);
    PAIR_OK(&p, parcel_make(&a.journal, a.dir, &now, &made, &p.err));
    CHECK(made.any && !made.left_out);
    CHECK_INT(made.entries, 3);
    CHECK_INT(made.attachments, 2);
    pair_close_device(&a);
    CHECK(parcel_pending(a.dir));
    PAIR_OK(&p, store_destroy(a.dir, &p.err));
    PAIR_OK(&p, store_destroy(a.dir, &p.err));
    CHECK(!there(a.dir));
    CHECK(there(parcel) && there(parcel_key));
    PAIR_OK(&p, post(&ans));
    /* What is not headquarters' answer to this parcel changes nothing. */
    for (size_t cut = 0; cut < 250; cut += 7) { /* inside its header and its receipts */
        CHECK(parcel_answer(a.dir, bytes_of(ans.p, cut), &p.err) != ST_OK);
    }
    ans.p[200] ^= 1;
    CHECK(parcel_answer(a.dir, bytes_of(ans.p, ans.n), &p.err) != ST_OK);
    ans.p[200] ^= 1;
    CHECK(there(parcel) && parcel_pending(a.dir));
    bundle_buffer_drop(&ans);
    ans = (struct bundle_buffer){.cap = 1 << 20};
    PAIR_OK(&p, post(&ans)); /* the answer was lost: the parcel goes again */
    PAIR_OK(&p, parcel_answer(a.dir, bytes_of(ans.p, ans.n), &p.err));
    CHECK(!there(parcel) && !parcel_pending(a.dir));
    bundle_buffer_drop(&ans);
    /* Headquarters has it, does not count it, and lists it for a supervisor. */
    json_t *out = NULL, *in = json_object();
    PAIR_OK(&p, ops_run(p.hq, "admit", in, &out, &p.err));
    CHECK_INT(json_array_size(json_object_get(out, "late")), 4); /* the one on the stick, too */
    json_t *hash = ops_hex(late.b, 32);
    json_object_set_new(in, "entries", json_pack("[O]", hash));
    json_object_set_new(in, "reason", json_integer(2));
    json_object_set_new(in, "role", json_string("supervisor"));
    json_decref(out);
    PAIR_OK(&p, ops_run(p.hq, "admit", in, &out, &p.err));
    struct subject_state s;
    struct store_txn *t = NULL;
    struct arena tmp = hq_arena(p.hq);
    PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
    PAIR_OK(&p, fold_load(t, job, &tmp, &s, NULL, &p.err));
    CHECK(s.nvisits == 1 && s.visits[0].stage == VISIT_TRAVELLING);
    store_abort(&t);
    json_decref(out);
    json_decref(in);
    json_decref(hash);
    free(a.scratch);
    pair_end(&p);
}

static void with_nothing_owed_there_is_no_parcel_and_the_keys_go_all_the_same(void)
{
    struct parcel_made made;
    struct exchange_result r;
    begin();
    scene_revoke(&p, &a, 0);
    r = pair_exchange(&p, &a, NULL, NULL);
    CHECK(r.revoked && due());
    struct now now = pair_now(&p);
    /* One from before a cut, which nobody can open an answer to. */
    PAIR_OK(&p, file_write(parcel, bytes_of((const uint8_t *)"old", 3), 0600, &p.err));
    PAIR_OK(&p, parcel_make(&a.journal, a.dir, &now, &made, &p.err));
    CHECK(!made.any);
    CHECK(!there(parcel) && there(parcel_key));
    pair_close_device(&a);
    PAIR_OK(&p, store_destroy(a.dir, &p.err));
    CHECK(!there(a.dir));
    PAIR_OK(&p, parcel_answer(a.dir, (bytes){NULL, 0}, &p.err)); /* none is awaited */
    CHECK(!there(parcel_key));
    free(a.scratch);
    pair_end(&p);
}

/* Whoever speaks for headquarters cannot make a device destroy itself by a word: it takes the
 * signed revocation of this author. */
static void nothing_but_a_signed_revocation_of_this_author_is_believed(void)
{
    uint8_t forged[64] = {0xd2, 0x84};
    struct store_txn *t = NULL;
    id8 own;
    begin();
    own = a.journal.head.author;
    PAIR_OK(&p, store_write(a.store, &t, &p.err));
    PAIR_OK(&p,
            store_put(t, T_REVOKED, bytes_of(own.b, 8), bytes_of(forged, sizeof forged), &p.err));
    PAIR_OK(&p, store_commit(&t, &p.err));
    CHECK(!due());
    pair_leave(&a);
    pair_end(&p);
}

/* Headquarters was restored to before what it had receipted, and the device's copy went with its
 * keys: what is in the parcel is kept all the same, beyond the gap, and the parcel waits. */
static void a_parcel_is_taken_in_by_a_headquarters_that_lost_what_lay_before_it(void)
{
    struct bundle_buffer ans = {.cap = 1 << 20};
    struct exchange_result r;
    struct parcel_made made;
    char backup[128];
    id8 visit = {{1}};
    h32 late;
    begin();
    put_back_keep_hq(&p, backup);
    h32 lost = pair_write(&p, &a, job, F_JOB_PRIORITY, "1");
    pair_sync(&p, &a, &r);
    hear_of_it_late(visit, &late);
    put_back_hq(&p, backup);
    struct now now = pair_now(&p);
    PAIR_OK(&p, parcel_make(&a.journal, a.dir, &now, &made, &p.err));
    CHECK(made.any);
    pair_close_device(&a);
    PAIR_OK(&p, store_destroy(a.dir, &p.err));
    for (unsigned i = 0; i < 2; i++) {
        ans.n = 0;
        PAIR_OK(&p, post(&ans));
        CHECK_INT(parcel_answer(a.dir, bytes_of(ans.p, ans.n), &p.err), ST_INCOMPLETE);
        CHECK(put_back_has(&p, p.hq->store, late) && !put_back_has(&p, p.hq->store, lost));
        CHECK(there(parcel));
    }
    bundle_buffer_drop(&ans);
    free(a.scratch);
    pair_end(&p);
}

/* A headquarters that was restored to before the device joined: it says itself who it was. */
static void a_parcel_introduces_its_device_to_a_headquarters_that_forgot_it(void)
{
    struct bundle_buffer ans = {.cap = 1 << 20};
    struct parcel_made made;
    struct pair_device late;
    struct exchange_result r;
    char backup[128];
    h32 mine;
    begin();
    put_back_keep_hq(&p, backup);
    pair_join(&p, &late, who, "D2");
    pair_sync(&p, &late, &r);
    struct pair_device first = a;
    a = late; /* the one that is spoken of */
    hear_of_it_late((id8){{2}}, &mine);
    put_back_hq(&p, backup);
    struct now now = pair_now(&p);
    PAIR_OK(&p, parcel_make(&a.journal, a.dir, &now, &made, &p.err));
    pair_close_device(&a);
    PAIR_OK(&p, store_destroy(a.dir, &p.err));
    parcel_path(a.dir, parcel, sizeof parcel);
    PAIR_OK(&p, post(&ans));
    CHECK(put_back_has(&p, p.hq->store, mine));
    bundle_buffer_drop(&ans);
    free(a.scratch);
    pair_leave(&first);
    pair_end(&p);
}

/* What a copy of it wrote under its numbers lies on a branch of its own chain. Headquarters told it
 * of that, and was put back to before it heard itself. */
static void branch(unsigned exchanges)
{
    struct bundle_buffer ans = {.cap = 1 << 20};
    struct exchange_result r;
    struct parcel_made made;
    struct pair_device twin;
    char backup[128];
    begin();
    put_back_twin(&p, &a, &twin);
    put_back_keep_hq(&p, backup);
    h32 x = pair_write(&p, &twin, job, F_JOB_CONTACT, "Ms Chen");
    h32 y = pair_write(&p, &twin, job, F_JOB_CONTACT, "Ms Chen, at the back door");
    pair_sync(&p, &twin, &r);
    pair_write(&p, &a, job, F_JOB_PRIORITY, "1");
    pair_sync(&p, &a, &r);
    CHECK(put_back_has(&p, a.store, x) && put_back_has(&p, a.store, y));
    pair_leave(&twin);
    put_back_hq(&p, backup);
    scene_revoke(&p, &a, 0);
    for (unsigned i = 0; i < exchanges; i++) {
        r = pair_exchange(&p, &a, NULL, NULL);
    }
    CHECK(due());
    CHECK(pair_place(&p, &a, y) == SYNC_HERE && !put_back_has(&p, p.hq->store, y));
    struct now now = pair_now(&p);
    PAIR_OK(&p, parcel_make(&a.journal, a.dir, &now, &made, &p.err));
    CHECK(made.any);
    pair_close_device(&a);
    PAIR_OK(&p, store_destroy(a.dir, &p.err));
    PAIR_OK(&p, post(&ans));
    CHECK(put_back_has(&p, p.hq->store, x) && put_back_has(&p, p.hq->store, y));
    PAIR_OK(&p, parcel_answer(a.dir, bytes_of(ans.p, ans.n), &p.err));
    CHECK(!there(parcel) && !parcel_pending(a.dir));
    bundle_buffer_drop(&ans);
    free(a.scratch);
    pair_end(&p);
}

static void a_branch_of_its_own_chain_goes_into_the_parcel(void)
{
    branch(1); /* before headquarters asked for it */
    branch(2); /* when all of the current epoch was receipted */
}

/* A copy of it went on, and headquarters has more under its numbers than the parcel holds: that
 * says nothing of the parcel, of which only the manifest may have come. */
static void a_receipt_for_what_a_copy_wrote_is_none_for_the_parcel(void)
{
    struct exchange_result r = {0};
    struct bundle_buffer req = {.cap = 1 << 20}, ans = {.cap = 1 << 20};
    struct parcel_made made;
    struct pair_device twin;
    const char *problem;
    unsigned waits = 0;
    begin();
    put_back_twin(&p, &a, &twin);
    pair_write(&p, &twin, job, F_JOB_CONTACT, "Ms Chen");
    pair_write(&p, &twin, job, F_JOB_CONTACT, "Ms Chen, at the back door");
    struct now now = pair_now(&p);
    PAIR_OK(&p, exchange_request(&a.journal, NULL, &now, bundle_buffer_sink, &req, &r, &p.err));
    scene_revoke(&p, &a, 0);
    PAIR_OK(&p,
            hq_exchange(p.hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, &problem, &p.err));
    h32 mine = pair_write(&p, &a, job, F_JOB_PRIORITY, "1");
    PAIR_OK(&p, exchange_answer(&a.journal, bytes_of(ans.p, ans.n), &now, &r, &p.err));
    pair_sync(&p, &twin, &r);
    pair_leave(&twin);
    CHECK(due());
    PAIR_OK(&p, parcel_make(&a.journal, a.dir, &now, &made, &p.err));
    CHECK_INT(made.entries, 1);
    pair_close_device(&a);
    PAIR_OK(&p, store_destroy(a.dir, &p.err));
    bytes sealed = {NULL, 0};
    PAIR_OK(&p, file_read(parcel, 64 << 20, &sealed, &p.err));
    for (size_t cut = sealed.n / 4; cut < sealed.n && !put_back_has(&p, p.hq->store, mine);
         cut += 16) {
        ans.n = 0;
        if (hq_exchange(p.hq, bytes_of(sealed.p, cut), bundle_buffer_sink, &ans, &problem,
                        &p.err) == ST_OK &&
            !put_back_has(&p, p.hq->store, mine)) {
            CHECK_INT(parcel_answer(a.dir, bytes_of(ans.p, ans.n), &p.err), ST_INCOMPLETE);
            waits++;
        }
    }
    CHECK(waits != 0 && there(parcel));
    ans.n = 0;
    PAIR_OK(&p, post(&ans));
    CHECK(put_back_has(&p, p.hq->store, mine));
    PAIR_OK(&p, parcel_answer(a.dir, bytes_of(ans.p, ans.n), &p.err));
    free((void *)(uintptr_t)sealed.p);
    bundle_buffer_drop(&req);
    bundle_buffer_drop(&ans);
    free(a.scratch);
    pair_end(&p);
}

/* One exchange that keeps large attachments back. */
static void sync_without_photos(void)
{
    struct exchange_options opt = {.large_bytes = 1};
    struct exchange_result r = {0};
    struct bundle_buffer req = {.cap = 1 << 20}, ans = {.cap = 1 << 20};
    const char *problem;
    struct now now = pair_now(&p);
    PAIR_OK(&p, exchange_request(&a.journal, &opt, &now, bundle_buffer_sink, &req, &r, &p.err));
    PAIR_OK(&p,
            hq_exchange(p.hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, &problem, &p.err));
    PAIR_OK(&p, exchange_answer(&a.journal, bytes_of(ans.p, ans.n), &now, &r, &p.err));
    bundle_buffer_drop(&req);
    bundle_buffer_drop(&ans);
}

/* Its entry was receipted, and so is all of the epoch that it is in now: what is awaited is the
 * photo, and no receipt that stands already. */
static void a_photo_of_a_closed_epoch_is_awaited_and_nothing_else(void)
{
    struct bundle_buffer ans = {.cap = 1 << 20};
    struct parcel_made made;
    begin();
    struct now now = pair_now(&p);
    pair_step(&p, &a, job, KIND_VISIT_ACCEPTED, (id8){{1}});
    photograph((id8){{1}});
    sync_without_photos();
    PAIR_OK(&p, journal_new_epoch(&a.journal, &now, &p.err));
    sync_without_photos();
    sync_without_photos();
    scene_revoke(&p, &a, 0);
    sync_without_photos();
    CHECK(due());
    now = pair_now(&p);
    PAIR_OK(&p, parcel_make(&a.journal, a.dir, &now, &made, &p.err));
    CHECK(made.any && !made.left_out);
    CHECK_INT(made.entries, 0);
    CHECK_INT(made.attachments, 1);
    pair_close_device(&a);
    PAIR_OK(&p, store_destroy(a.dir, &p.err));
    /* Of half of it the answer says nothing that is awaited. */
    bytes sealed = {NULL, 0};
    const char *problem;
    PAIR_OK(&p, file_read(parcel, 64 << 20, &sealed, &p.err));
    PAIR_OK(&p, hq_exchange(p.hq, bytes_of(sealed.p, sealed.n / 2), bundle_buffer_sink, &ans,
                            &problem, &p.err));
    free((void *)(uintptr_t)sealed.p);
    CHECK_INT(parcel_answer(a.dir, bytes_of(ans.p, ans.n), &p.err), ST_INCOMPLETE);
    CHECK(there(parcel));
    ans.n = 0;
    PAIR_OK(&p, post(&ans));
    PAIR_OK(&p, parcel_answer(a.dir, bytes_of(ans.p, ans.n), &p.err));
    CHECK(!there(parcel) && !parcel_pending(a.dir));
    bundle_buffer_drop(&ans);
    free(a.scratch);
    pair_end(&p);
}

/* Where a parcel lies, nothing but headquarters' own answer removes it, whatever is awaited. */
static void a_parcel_of_which_nothing_is_awaited_stays_until_an_answer_comes(void)
{
    struct parcel_made made;
    uint8_t forged[64] = {1};
    begin();
    scene_revoke(&p, &a, 0);
    CHECK(pair_exchange(&p, &a, NULL, NULL).revoked);
    struct now now = pair_now(&p);
    PAIR_OK(&p, parcel_make(&a.journal, a.dir, &now, &made, &p.err));
    CHECK(!made.any);
    PAIR_OK(&p, file_write(parcel, bytes_of(forged, sizeof forged), 0600, &p.err));
    CHECK(parcel_answer(a.dir, (bytes){NULL, 0}, &p.err) != ST_OK);
    CHECK(parcel_answer(a.dir, bytes_of(forged, sizeof forged), &p.err) != ST_OK);
    CHECK(there(parcel) && parcel_pending(a.dir));
    pair_leave(&a);
    pair_end(&p);
}

int main(void)
{
    RUN(a_branch_of_its_own_chain_goes_into_the_parcel);
    RUN(a_receipt_for_what_a_copy_wrote_is_none_for_the_parcel);
    RUN(a_photo_of_a_closed_epoch_is_awaited_and_nothing_else);
    RUN(a_parcel_of_which_nothing_is_awaited_stays_until_an_answer_comes);
    RUN(a_parcel_introduces_its_device_to_a_headquarters_that_forgot_it);
    RUN(a_parcel_is_taken_in_by_a_headquarters_that_lost_what_lay_before_it);
    RUN(unreceipted_work_goes_as_one_parcel_and_the_keys_are_gone);
    RUN(with_nothing_owed_there_is_no_parcel_and_the_keys_go_all_the_same);
    RUN(nothing_but_a_signed_revocation_of_this_author_is_believed);
    CHECK_END();
}
