/* test_forget.c - erasure by law: at headquarters at once, on a device after its next sync; the
 * evidence of a signed voucher stays inside its legal period. */
#include "sync/hq/hq_forget.h"
#include "sync/hq/hq_ingest.h"
#include "tests/unit/hq/pair.h"

#define T_WANT_KEY(name) bytes_of((name).b, sizeof(name).b)

static struct pair p;
static struct pair_device d;
static id16 who, customer, job;
static h32 name_att, told_att, facts, text, strokes, ratings;

static h32 att_of(struct store *s, h32 entry, unsigned i)
{
    struct store_txn *t = NULL;
    struct entry_view e;
    struct arena a = arena_of(d.scratch, CAP_SCRATCH_BYTES);
    PAIR_OK(&p, store_read(s, &t, &p.err));
    PAIR_OK(&p, journal_get(t, entry, &a, &e, &p.err));
    store_abort(&t);
    return entry_att(&e, i);
}

static h32 field_att(struct store *s, id16 subject, int field)
{
    struct store_txn *t = NULL;
    struct subject_state state;
    struct arena a = arena_of(d.scratch, CAP_SCRATCH_BYTES);
    h32 out = {{0}};
    PAIR_OK(&p, store_read(s, &t, &p.err));
    PAIR_OK(&p, fold_load(t, subject, &a, &state, NULL, &p.err));
    const struct field_value *v = fold_shown(&state, field);
    if (v != NULL) {
        memcpy(out.b, v->b, 32);
    }
    store_abort(&t);
    return out;
}

static enum st held(struct store *s, h32 name)
{
    struct store_txn *t = NULL;
    struct arena a = arena_of(d.scratch, CAP_SCRATCH_BYTES);
    bytes manifest, content;
    PAIR_OK(&p, store_read(s, &t, &p.err));
    enum st st = store_att_get(t, name, &a, &manifest, &content, NULL);
    store_abort(&t);
    return st;
}

/* A job of a customer, signed on the device. */
static void begin(uint32_t legal_days)
{
    struct exchange_result r;
    id8 visit = {{1}};
    struct record_write w = {.field = F_TECHNICIAN_ROLE, .type = FT_ENUM, .i = ROLE_TECHNICIAN};
    pair_begin(&p);
    p.hq->trust.legal_period_days = legal_days; /* as a deployment's trust document would say */
    who = pair_record(&p, SUBJECT_TECHNICIAN, &w, 1, "Li Wei", F_TECHNICIAN_NAME);
    customer = pair_record(&p, SUBJECT_CUSTOMER, NULL, 0, "Golden Lotus", F_CUSTOMER_NAME);
    job = pair_job(&p, customer, "no cooling");
    pair_assign(&p, job, who);
    pair_join(&p, &d, who, "D1");
    pair_sync(&p, &d, &r);
    pair_step(&p, &d, job, KIND_VISIT_ACCEPTED, visit);
    uint8_t body[CAP_BODY_BYTES];
    union body b;
    memset(&b, 0, sizeof b);
    b.signed_.visit = visit;
    b.signed_.outcome = SIGN_SIGNED;
    b.signed_.version = 1;
    CHECK(code_of(str_bytes(S("D1AB0001")), &b.signed_.number));
    b.signed_.class_ = CLASS_A;
    b.signed_.template_ = 2;
    b.signed_.relation = REL_SELF;
    b.signed_.att_flags = SIGNED_STROKES | SIGNED_RATINGS;
    struct append_att atts[] = {
        {.type = ATT_FACTS, .content = str_bytes(S("facts of the visit"))},
        {.type = ATT_REPORT, .content = str_bytes(S("text of the report"))},
        {.type = ATT_STROKES, .content = str_bytes(S("strokes as drawn"))},
        {.type = ATT_RATINGS, .content = str_bytes(S("sealed ratings"))},
    };
    struct append what = {.kind = KIND_VISIT_SIGNED,
                          .subject_type = SUBJECT_JOB,
                          .subject = job,
                          .atts = atts,
                          .natt = 4};
    struct now now = pair_now(&p);
    h32 signed_entry;
    PAIR_OK(&p, body_encode(KIND_VISIT_SIGNED, &b, body, sizeof body, &what.body));
    PAIR_OK(&p, journal_append(&d.journal, &what, &now, &signed_entry, &p.err));
    pair_sync(&p, &d, &r);
    CHECK_INT(r.unsent, 0);
    name_att = field_att(p.hq->store, customer, F_CUSTOMER_NAME);
    told_att = field_att(p.hq->store, job, F_JOB_FAULT_TOLD);
    facts = att_of(d.store, signed_entry, 0);
    text = att_of(d.store, signed_entry, 1);
    strokes = att_of(d.store, signed_entry, 2);
    ratings = att_of(d.store, signed_entry, 3);
}

static void end(void)
{
    pair_leave(&d);
    pair_end(&p);
}

static void forget(struct hq_forgotten *out)
{
    struct append by = {.kind = KIND_FORGOTTEN};
    PAIR_OK(&p, hq_forget(p.hq, customer, &by, out, &p.err));
}

static void after_the_legal_period_everything_goes(void)
{
    struct hq_forgotten f;
    struct exchange_result r;
    begin(0);
    CHECK_INT(held(p.hq->store, name_att), ST_OK);
    forget(&f);
    CHECK_INT(f.erased, 6);
    CHECK_INT(f.kept_until_ms, 0);
    const h32 all[] = {name_att, told_att, facts, text, strokes, ratings};
    for (unsigned i = 0; i < 6; i++) {
        CHECK_INT(held(p.hq->store, all[i]), ST_REVOKED);
        CHECK_INT(held(d.store, all[i]), ST_OK); /* the device has not heard yet */
    }
    pair_sync(&p, &d, &r);
    CHECK(r.forgotten);
    for (unsigned i = 0; i < 6; i++) {
        CHECK_INT(held(d.store, all[i]), ST_REVOKED);
    }
    struct store_txn *t = NULL;
    PAIR_OK(&p, store_read(d.store, &t, &p.err));
    CHECK(store_compact_due(t));
    store_abort(&t);
    /* Chains, signatures and states are whole: both sides still agree. */
    h32 here = pair_digest(&p, d.store, customer, NULL);
    h32 there = pair_digest(&p, p.hq->store, customer, NULL);
    CHECK_BYTES(here.b, 32, there.b, 32);
    here = pair_digest(&p, d.store, job, NULL);
    there = pair_digest(&p, p.hq->store, job, NULL);
    CHECK_BYTES(here.b, 32, there.b, 32);
    pair_sync(&p, &d, &r);
    CHECK_INT(r.sent_entries + r.received_entries + r.received_attachments, 0);
    forget(&f); /* a second time there is nothing left */
    CHECK_INT(f.erased, 0);
    end();
}

static void inside_the_legal_period_the_voucher_stays_and_says_until_when(void)
{
    struct hq_forgotten f;
    begin(3650);
    forget(&f);
    CHECK_INT(f.erased, 3); /* name, what was told, ratings */
    CHECK_INT(held(p.hq->store, name_att), ST_REVOKED);
    CHECK_INT(held(p.hq->store, told_att), ST_REVOKED);
    CHECK_INT(held(p.hq->store, ratings), ST_REVOKED);
    CHECK_INT(held(p.hq->store, facts), ST_OK);
    CHECK_INT(held(p.hq->store, text), ST_OK);
    CHECK_INT(held(p.hq->store, strokes), ST_OK);
    CHECK(f.kept_until_ms > p.ms + 3649LL * 86400000);
    p.ms += 3651LL * 86400000;
    forget(&f);
    CHECK_INT(f.erased, 3);
    CHECK_INT(held(p.hq->store, strokes), ST_REVOKED);
    end();
}

static void a_crash_before_the_keys_are_gone_is_finished_at_the_next_start(void)
{
    begin(0);
    /* The transaction alone, as a kill would leave it: its contents are marked, its keys still
     * there. */
    struct store_txn *t = NULL;
    PAIR_OK(&p, store_write(p.hq->store, &t, &p.err));
    PAIR_OK(&p, store_att_forget(t, name_att, facts, FORGET_REQUEST, p.ms, &p.err));
    PAIR_OK(&p, hq_meta_put(t, "erase", bytes_of(customer.b, 16), &p.err));
    PAIR_OK(&p, store_commit(&t, &p.err));
    pair_end(&p);
    pair_open_hq(&p);
    uint8_t due[64];
    size_t n = 1;
    PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
    PAIR_OK(&p, hq_meta_get(t, "erase", due, sizeof due, &n, &p.err));
    CHECK_INT(n, 0);
    store_abort(&t);
    CHECK_INT(held(p.hq->store, name_att), ST_REVOKED);
    end();
}

/* Rows of a large attachment on its way in, and one of them as a backup would have it. */
static unsigned parts_of(h32 name, bool *opens)
{
    struct store_txn *t = NULL;
    struct store_cursor *c = NULL;
    struct arena a = arena_of(d.scratch, CAP_SCRATCH_BYTES);
    bytes key, got;
    unsigned n = 0;
    PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
    *opens = store_part_get(t, T_WANT_KEY(name), &a, &got, NULL) == ST_OK && got.n != 0;
    PAIR_OK(&p, store_scan(t, T_WANT, T_WANT_KEY(name), (bytes){NULL, 0}, &c, &p.err));
    while (store_next(c, &key) == ST_OK) {
        n++;
    }
    store_scan_end(&c);
    store_abort(&t);
    return n;
}

static void what_came_of_a_photo_so_far_goes_too(void)
{
    struct hq_forgotten out;
    static uint8_t photo[3 * CAP_CHUNK_BYTES];
    uint8_t body[CAP_BODY_BYTES];
    bool opens;
    begin(0);
    randombytes_buf(photo, sizeof photo);
    struct append_att att = {.type = ATT_PHOTO, .content = bytes_of(photo, sizeof photo)};
    union body b;
    memset(&b, 0, sizeof b);
    b.asked.visit = (id8){{1}};
    b.asked.reason = 1;
    b.asked.note = true;
    struct append what = {.kind = KIND_HELP_ASKED,
                          .subject_type = SUBJECT_JOB,
                          .subject = job,
                          .atts = &att,
                          .natt = 1};
    struct now now = pair_now(&p);
    h32 entry;
    PAIR_OK(&p, body_encode(what.kind, &b, body, sizeof body, &what.body));
    PAIR_OK(&p, journal_append(&d.journal, &what, &now, &entry, &p.err));
    /* The request breaks off after the first chunks. */
    struct exchange_result res = {0};
    struct bundle_buffer req = {.cap = 1 << 24};
    PAIR_OK(&p, exchange_request(&d.journal, NULL, &now, bundle_buffer_sink, &req, &res, &p.err));
    struct hq_request *q = NULL;
    PAIR_OK(&p, hq_request_new(p.hq, &q, &p.err));
    PAIR_OK(&p, hq_request_feed(q, bytes_of(req.p, req.n - CAP_CHUNK_BYTES - 5000)));
    PAIR_OK(&p, hq_request_ready(q));
    hq_ingest_group(p.hq, &q, 1);
    hq_request_drop(&q);
    bundle_buffer_drop(&req);
    h32 name = att_of(d.store, entry, 0);
    CHECK(parts_of(name, &opens) >= 2 && opens);
    forget(&out);
    CHECK_INT(parts_of(name, &opens), 0);
    end();
}

/* A job may be signed more often than anybody expects; erasure is not put off by it. */
static void a_hundred_and_thirty_sign_offs_put_off_no_erasure(void)
{
    struct hq_forgotten out;
    struct exchange_result r;
    uint8_t body[CAP_BODY_BYTES];
    union body b;
    begin(3650);
    memset(&b, 0, sizeof b);
    b.signed_.outcome = SIGN_ABSENT;
    b.signed_.version = 1;
    CHECK(code_of(str_bytes(S("D1AB0002")), &b.signed_.number));
    b.signed_.class_ = CLASS_A;
    b.signed_.template_ = 2;
    b.signed_.reason = 1;
    for (unsigned i = 0; i < 130; i++) {
        struct append what = {
            .kind = KIND_VISIT_SIGNED, .subject_type = SUBJECT_JOB, .subject = job};
        struct now now = pair_now(&p);
        h32 entry;
        memset(b.signed_.visit.b, (int)i + 2, 8);
        PAIR_OK(&p, body_encode(what.kind, &b, body, sizeof body, &what.body));
        PAIR_OK(&p, journal_append(&d.journal, &what, &now, &entry, &p.err));
    }
    pair_sync(&p, &d, &r);
    forget(&out);
    CHECK(held(p.hq->store, name_att) != ST_OK);
    CHECK(held(p.hq->store, strokes) == ST_OK && out.kept_until_ms > p.ms);
    end();
}

static void a_device_that_lost_the_job_forgets_too(void)
{
    struct hq_forgotten f;
    struct exchange_result r;
    begin(0);
    id16 nobody = {{0}};
    pair_assign(&p, job, nobody);
    pair_sync(&p, &d, &r);
    forget(&f);
    pair_sync(&p, &d, &r);
    CHECK_INT(held(d.store, told_att), ST_REVOKED);
    CHECK_INT(held(d.store, strokes), ST_REVOKED);
    end();
}

int main(void)
{
    RUN(after_the_legal_period_everything_goes);
    RUN(inside_the_legal_period_the_voucher_stays_and_says_until_when);
    RUN(a_crash_before_the_keys_are_gone_is_finished_at_the_next_start);
    RUN(what_came_of_a_photo_so_far_goes_too);
    RUN(a_hundred_and_thirty_sign_offs_put_off_no_erasure);
    RUN(a_device_that_lost_the_job_forgets_too);
    CHECK_END();
}
