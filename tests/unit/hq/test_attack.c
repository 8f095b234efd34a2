/* test_attack.c - what the holder of an enrolled device, or of a key of headquarters that was
 * revoked, may put into a bundle: it must move no time, reach nobody, cost little. */
#include "tests/unit/hq/pair.h"

#include "sync/engine/digest.h"
#include "sync/hq/hq_ingest.h"
#include "sync/hq/hq_route.h"

#include <jansson.h>
#include <time.h>

#define MANY (HQ_INLINE_ENTRIES + 44)
#define FORGED_MAX (MANY + 2)

static struct pair p;

struct scene { /* a job that two devices of one person hold; one of the devices will be stolen */
    struct pair_device d, e;
    struct pair_device *sender; /* of a bundle made by hand: the stolen one */
    id16 who, job;
    struct chain_head before; /* the stolen one's chain before its visit */
    struct bundle_buffer bundle;
};

static void begin(struct scene *s)
{
    struct record_write w = {.field = F_TECHNICIAN_ROLE, .type = FT_ENUM, .i = ROLE_TECHNICIAN};
    struct exchange_result r;
    memset(s, 0, sizeof *s);
    s->bundle.cap = 16 << 20;
    pair_begin(&p);
    s->who = pair_record(&p, SUBJECT_TECHNICIAN, &w, 1, "Li Wei", F_TECHNICIAN_NAME);
    s->job = pair_job(&p, (id16){{0}}, "no cooling");
    pair_assign(&p, s->job, s->who);
    pair_join(&p, &s->d, s->who, "D1");
    pair_join(&p, &s->e, s->who, "D2");
    pair_sync(&p, &s->d, &r);
    pair_sync(&p, &s->e, &r);
    s->before = s->d.journal.head;
    s->sender = &s->d;
    for (unsigned k = KIND_VISIT_ACCEPTED; k <= KIND_VISIT_ARRIVED; k++) {
        pair_step(&p, &s->d, s->job, k, (id8){{1}});
    }
    pair_sync(&p, &s->d, &r);
    pair_sync(&p, &s->e, &r);
}

static void end(struct scene *s)
{
    bundle_buffer_drop(&s->bundle);
    pair_leave(&s->d);
    pair_leave(&s->e);
    pair_end(&p);
}

/* --- a bundle by hand
 * --------------------------------------------------------------------------- */

static struct bundle_writer writer;

static void open_bundle(struct scene *s, struct manifest *m)
{
    struct bundle_seal keys = {.from = BUNDLE_FROM_AUTHOR,
                               .sender = s->sender->journal.head.author,
                               .sender_pk = s->sender->journal.keys.box_pk,
                               .sender_sk = s->sender->journal.keys.box_sk,
                               .recipient_pk = p.hq->keys.secret->sealing[0].pk};
    memcpy(keys.deployment, p.hq->keys.deployment, 16);
    m->role = MANIFEST_REQUEST;
    m->trust_serial = p.hq->trust.serial;
    uint8_t *room = malloc(BUNDLE_MANIFEST_BYTES);
    bytes doc;
    memset(&writer, 0, sizeof writer);
    s->bundle.n = 0;
    PAIR_OK(&p, manifest_encode(m, room, BUNDLE_MANIFEST_BYTES, &doc));
    PAIR_OK(&p, bundle_begin(&writer, &keys, bundle_buffer_sink, &s->bundle, &p.err));
    PAIR_OK(&p, bundle_manifest(&writer, doc, &p.err));
    free(room);
}

/* Posts what was written and lets headquarters settle all of it. */
static void post(struct scene *s, unsigned *nentries, size_t *nhashes)
{
    struct hq_request *r = NULL;
    PAIR_OK(&p, bundle_end(&writer, &p.err));
    PAIR_OK(&p, hq_request_new(p.hq, &r, &p.err));
    PAIR_OK(&p, hq_request_feed(r, bytes_of(s->bundle.p, s->bundle.n)));
    PAIR_OK(&p, hq_request_ready(r));
    hq_ingest_group(p.hq, &r, 1);
    CHECK_INT(r->st, ST_OK);
    *nentries = r->new_entries;
    *nhashes = r->nhashes;
    hq_request_drop(&r);
    PAIR_OK(&p, hq_route_rest(p.hq, 0, NULL, &p.err));
}

/* Steps along branches that the thief cost today. */
static uint64_t walked(struct scene *s)
{
    const struct hq_device *d = hq_device(p.hq, s->d.journal.head.author);
    return d == NULL ? UINT64_MAX : d->quota[HQ_QUOTA_STEPS];
}

static void use_up_steps(struct scene *s, uint64_t left)
{
    struct hq_device *d =
        (struct hq_device *)(uintptr_t)hq_device(p.hq, s->sender->journal.head.author);
    d->quota_day = p.ms / 86400000;
    d->quota[HQ_QUOTA_STEPS] = HQ_QUOTA_STEPS_DAY - left;
}

/* The next entry of a chain that the thief keeps by himself; `bad`: its signature does not hold. */
static struct entry_view forge(struct scene *s, struct chain_head *h, bool bad,
                               uint8_t buf[static CAP_ENTRY_BYTES])
{
    uint8_t body[64];
    struct entry_view e;
    union body b;
    const char *rule;
    struct now now = pair_now(&p);
    memset(&b, 0, sizeof b);
    b.head.visit = (id8){{9}};
    struct entry_draft draft = {
        .kind = KIND_VISIT_ACCEPTED, .subject_type = SUBJECT_JOB, .subject = s->job};
    PAIR_OK(&p, body_encode(KIND_VISIT_ACCEPTED, &b, body, sizeof body, &draft.body));
    PAIR_OK(&p, entry_make(h, &draft, &now, p.hq->keys.deployment, s->d.journal.keys.sign_sk, buf,
                           CAP_ENTRY_BYTES, &e, &p.err));
    if (bad) {
        buf[e.whole.n - 1] ^= 1;
        PAIR_OK(&p, entry_parse(bytes_of(buf, e.whole.n), &e, NULL, &rule));
        h->hash = e.hash;
    }
    return e;
}

static bool has(struct store *store, enum table table, h32 what)
{
    struct store_txn *t = NULL;
    PAIR_OK(&p, store_read(store, &t, &p.err));
    bool yes = store_has(t, table, bytes_of(what.b, sizeof what.b));
    store_abort(&t);
    return yes;
}

static void revoke(id8 author)
{
    char hex[17];
    json_t *out = NULL;
    for (unsigned i = 0; i < 8; i++) {
        snprintf(hex + 2 * i, 3, "%02x", author.b[i]);
    }
    json_t *in = json_pack("{s:s}", "author", hex);
    PAIR_OK(&p, op_revoke(p.hq, in, &out, &p.err));
    json_decref(in);
    json_decref(out);
}

/* --- tests
 * -------------------------------------------------------------------------------------- */

static void a_device_cannot_have_its_receipts_dated_ahead(void)
{
    struct scene s;
    const int64_t claims[] = {INT64_MAX, 0, -1};
    begin(&s);
    for (unsigned i = 0; i < 3; i++) {
        struct manifest_journal j = {.author = s.d.journal.head.author,
                                     .epoch = s.d.journal.head.epoch,
                                     .seq = s.d.journal.head.seq,
                                     .head = s.d.journal.head.hash,
                                     .receipt_ms = i == 1 ? p.ms + 400LL * 86400000 : claims[i],
                                     .receipt_seq = 1};
        struct manifest m = {.journals = &j, .njournals = 1};
        unsigned n;
        size_t h;
        open_bundle(&s, &m);
        post(&s, &n, &h);
        uint8_t key[16], room[2048];
        struct arena a = arena_of(room, sizeof room);
        struct store_txn *t = NULL;
        bytes doc;
        struct receipt r;
        memcpy(key, j.author.b, 8);
        memcpy(key + 8, j.epoch.b, 8);
        PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
        PAIR_OK(&p, store_get(t, T_RECEIPT, bytes_of(key, 16), &a, &doc, &p.err));
        PAIR_OK(&p, receipt_open(doc, &p.hq->trust, &r, NULL));
        CHECK(r.time_ms <= p.ms + CAP_HLC_AHEAD_MS);
        store_abort(&t);
    }
    end(&s);
}

static void a_revoked_devices_fork_of_old_work_reaches_nobody(void)
{
    struct scene s;
    struct exchange_result r;
    struct pair_device late;
    uint8_t buf[CAP_ENTRY_BYTES];
    unsigned n;
    size_t h;
    begin(&s);
    revoke(s.d.journal.head.author);
    pair_sync(&p, &s.e, &r);
    struct chain_head old = s.before;
    struct entry_view e = forge(&s, &old, false, buf);
    struct manifest m = {0};
    open_bundle(&s, &m);
    PAIR_OK(&p, bundle_item(&writer, e.whole, &p.err));
    post(&s, &n, &h);
    CHECK_INT(n, 1);
    CHECK(has(p.hq->store, T_HASH, e.hash)); /* evidence */
    pair_step(&p, &s.e, s.job, KIND_VISIT_ACCEPTED, (id8){{2}});
    pair_sync(&p, &s.e, &r);
    CHECK(!has(s.e.store, T_HASH, e.hash));
    pair_join(&p, &late, s.who, "D3"); /* gets the job now, as it is */
    pair_sync(&p, &late, &r);
    CHECK(!has(late.store, T_HASH, e.hash));
    unsigned conflicts;
    pair_digest(&p, late.store, s.job, &conflicts);
    pair_leave(&late);
    end(&s);
}

static void a_fork_within_a_backlog_answers_for_its_own_signature(void)
{
    struct scene s;
    static uint8_t buf[FORGED_MAX][CAP_ENTRY_BYTES];
    unsigned n;
    size_t h;
    begin(&s);
    struct chain_head old = s.before;
    struct manifest m = {0};
    open_bundle(&s, &m);
    struct entry_view bad = forge(&s, &old, true, buf[0]);
    PAIR_OK(&p, bundle_item(&writer, bad.whole, &p.err));
    for (unsigned i = 1; i < FORGED_MAX; i++) {
        PAIR_OK(&p, bundle_item(&writer, forge(&s, &old, false, buf[i]).whole, &p.err));
    }
    post(&s, &n, &h);
    CHECK_INT(n, FORGED_MAX);
    struct store_txn *t = NULL;
    PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
    CHECK(fold_is_bad(t, bad.hash));
    store_abort(&t);
    end(&s);
}

static void questions_without_end_are_cut_short(void)
{
    struct scene s;
    struct manifest m = {0};
    unsigned n;
    size_t h;
    begin(&s);
    open_bundle(&s, &m);
    for (unsigned i = 0; i < 5000; i++) {
        uint8_t buf[64];
        bytes item;
        id16 subject;
        randombytes_buf(subject.b, sizeof subject.b);
        PAIR_OK(&p, item_put_hashes(subject, NULL, 0, buf, sizeof buf, &item));
        PAIR_OK(&p, bundle_item(&writer, item, &p.err));
    }
    post(&s, &n, &h);
    CHECK(h <= (size_t)MANIFEST_ASKED_MAX * (CAP_SUBJECT_ENTRIES / MANIFEST_HASHES_MAX));
    end(&s);
}

static void what_no_entry_names_is_not_kept(void)
{
    struct scene s;
    struct manifest m = {0};
    unsigned n;
    size_t h;
    static uint8_t content[CAP_ATT_SMALL_BYTES + 1], room[CAP_MANIFEST_BYTES];
    uint8_t buf[1024];
    struct arena a = arena_of(room, sizeof room);
    struct att_view v;
    bytes item;
    begin(&s);
    PAIR_OK(&p, att_make(&a, ATT_PHOTO, bytes_of(content, sizeof content), &v));
    PAIR_OK(&p, item_put(ITEM_LARGE, v.manifest, (bytes){NULL, 0}, buf, sizeof buf, &item));
    open_bundle(&s, &m);
    PAIR_OK(&p, bundle_item(&writer, item, &p.err));
    post(&s, &n, &h);
    CHECK(!has(p.hq->store, T_WANT, v.name));
    end(&s);
}

static void a_revoked_sealing_key_speaks_for_nobody(void)
{
    struct scene s;
    struct exchange_result res = {0};
    struct bundle_buffer req = {.cap = 1 << 20}, ans = {.cap = 1 << 20};
    const char *problem;
    begin(&s);
    struct now now = pair_now(&p);
    PAIR_OK(&p, exchange_request(&s.d.journal, NULL, &now, bundle_buffer_sink, &req, &res, &p.err));
    PAIR_OK(&p,
            hq_exchange(p.hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, &problem, &p.err));
    for (unsigned i = 0; i < s.d.journal.trust.nkeys; i++) {
        struct trust_key *k = &s.d.journal.trust.keys[i];
        k->revoked = k->revoked || k->use == TRUST_SEALING;
    }
    CHECK_INT(exchange_answer(&s.d.journal, bytes_of(ans.p, ans.n), &now, &res, &p.err),
              ST_UNTRUSTED);
    bundle_buffer_drop(&req);
    bundle_buffer_drop(&ans);
    end(&s);
}

/* Whoever holds the stolen device may go on asking: he learns that it is revoked, and no more. What
 * was recorded on it before still comes in, and its receipt goes out. */
static void a_revoked_device_is_told_so_and_nothing_else(void)
{
    struct scene s;
    begin(&s);
    revoke(s.d.journal.head.author);
    struct record_write w = {.field = F_JOB_APPOINTMENT, .type = FT_TIME, .i = p.ms};
    uint8_t body[CAP_BODY_BYTES];
    h32 hash;
    struct append what = {.kind = KIND_RECORD_SET, .subject_type = SUBJECT_JOB, .subject = s.job};
    PAIR_OK(&p, record_encode(&w, 1, body, sizeof body, &what.body));
    PAIR_OK(&p, hq_act(p.hq, &what, &hash, &p.err));
    h32 late = pair_step(&p, &s.d, s.job, KIND_VISIT_TRAVELLING, (id8){{1}});
    struct exchange_result r = pair_exchange(&p, &s.d, NULL, NULL);
    CHECK(r.revoked && r.receipts == 1 && r.received_entries == 0);
    CHECK(!has(s.d.store, T_HASH, hash));
    CHECK(has(p.hq->store, T_HASH, late));
    struct store_txn *t = NULL;
    PAIR_OK(&p, store_read(s.d.store, &t, &p.err));
    id8 author = s.d.journal.head.author;
    CHECK(store_has(t, T_REVOKED, bytes_of(author.b, sizeof author.b)));
    store_abort(&t);
    pair_sync(&p, &s.e, &r); /* the other device of the same person goes on as before */
    CHECK(has(s.e.store, T_HASH, hash) && !has(s.e.store, T_HASH, late));
    end(&s);
}

/* Anybody can reach the door of enrolment: he gets neither our memory nor our time. */
static void a_stranger_fills_no_memory_and_costs_little(void)
{
    struct scene s;
    struct hq_invite inv = {.role = ROLE_TECHNICIAN, .prefix = "D9"};
    struct join *j = calloc(1, sizeof *j);
    struct bundle_buffer req = {.cap = 1 << 20};
    static uint8_t more[65536];
    struct hq_request *r = NULL;
    uint8_t doc[CAP_TRUST_BYTES];
    char code[20];
    int64_t until;
    begin(&s);
    inv.person = s.who;
    for (unsigned i = 0; i < 200; i++) {
        PAIR_OK(&p, hq_join_invite(p.hq, &inv, code, &until, &p.err));
    }
    struct now now = pair_now(&p);
    PAIR_OK(&p, join_begin(j, S("0000000000000000"), pair_trust(&p, doc), &p.err));
    PAIR_OK(&p, join_request(j, &now, bundle_buffer_sink, &req, &p.err));
    CHECK(req.n < HQ_JOIN_BYTES / 2);
    PAIR_OK(&p, hq_request_new(p.hq, &r, &p.err));
    PAIR_OK(&p, hq_request_feed(r, bytes_of(req.p, req.n)));
    clock_t t0 = clock();
    CHECK_INT(hq_request_ready(r), ST_UNTRUSTED);
    printf("# a wrong code against 202: %.1f ms\n",
           1000.0 * (double)(clock() - t0) / CLOCKS_PER_SEC);
    hq_request_drop(&r);
    PAIR_OK(&p, hq_request_new(p.hq, &r, &p.err));
    PAIR_OK(&p, hq_request_feed(r, bytes_of(req.p, req.n)));
    CHECK_INT(hq_request_feed(r, bytes_of(more, sizeof more)), ST_TOO_BIG);
    size_t kept = r->raw.n;
    CHECK_INT(hq_request_feed(r, bytes_of(more, sizeof more)), ST_TOO_BIG);
    CHECK_INT(r->raw.n, kept);
    hq_request_drop(&r);
    join_end(j);
    free(j);
    bundle_buffer_drop(&req);
    end(&s);
}

/* Each leaves a long branch one entry earlier: to find where that one leaves the chain is a walk.
 */
static void a_branch_walked_from_every_entry_is_cut_short(void)
{
    enum { LONG = 700 };
    struct scene s;
    static struct chain_head at[LONG + 1];
    static uint8_t buf[CAP_ENTRY_BYTES];
    struct manifest m = {0};
    unsigned n;
    size_t h;
    begin(&s);
    at[0] = s.before;
    open_bundle(&s, &m);
    for (unsigned i = 0; i < LONG; i++) {
        at[i + 1] = at[i];
        PAIR_OK(&p, bundle_item(&writer, forge(&s, &at[i + 1], false, buf).whole, &p.err));
    }
    post(&s, &n, &h);
    CHECK_INT(n, LONG);
    p.ms += 1000;
    open_bundle(&s, &m);
    for (unsigned i = LONG; i > 1; i--) {
        struct chain_head from = at[i - 1];
        PAIR_OK(&p, bundle_item(&writer, forge(&s, &from, false, buf).whole, &p.err));
    }
    uint64_t before = walked(&s);
    post(&s, &n, &h);
    CHECK(n > 0 && n < LONG);
    CHECK(walked(&s) - before <= HQ_WALK_MAX);
    /* Nor is it cheap to name one branch as often as a manifest has room. */
    struct manifest_journal named[MANIFEST_JOURNALS_MAX];
    for (unsigned i = 0; i < MANIFEST_JOURNALS_MAX; i++) {
        named[i] = (struct manifest_journal){.author = at[0].author,
                                             .epoch = at[0].epoch,
                                             .seq = at[LONG].seq,
                                             .head = at[LONG].hash};
    }
    m = (struct manifest){.journals = named, .njournals = MANIFEST_JOURNALS_MAX};
    s.d.journal.head = at[LONG];
    use_up_steps(&s, 3 * HQ_WALK_LUMP);
    open_bundle(&s, &m);
    post(&s, &n, &h);
    CHECK_INT(walked(&s), HQ_QUOTA_STEPS_DAY);
    use_up_steps(&s, HQ_WALK_MAX);
    m = (struct manifest){0};
    /* Whoever goes on with a long branch is not kept from it. */
    open_bundle(&s, &m);
    PAIR_OK(&p, bundle_item(&writer, forge(&s, &at[LONG], false, buf).whole, &p.err));
    post(&s, &n, &h);
    CHECK_INT(n, 1);
    end(&s);
}

static struct chain_mark mark_of(struct scene *s)
{
    struct store_txn *t = NULL;
    uint8_t room[512];
    struct arena tmp = arena_of(room, sizeof room);
    struct chain_mark m = {.seq = 0};
    PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
    PAIR_OK(&p, chain_mark_get(t, s->before.author, s->before.epoch, &tmp, &m, &p.err));
    store_abort(&t);
    return m;
}

/* What an honest device hands back of a branch that may not be walked today lies after no gap:
 * headquarters would ask for what fills it for ever. */
static void a_walk_that_was_cut_short_is_no_gap(void)
{
    enum { LONG = 40 };
    struct scene s;
    static uint8_t buf[CAP_ENTRY_BYTES];
    struct manifest m = {0};
    unsigned n;
    size_t h;
    begin(&s);
    struct chain_head at = s.before;
    open_bundle(&s, &m);
    for (unsigned i = 0; i < LONG; i++) {
        PAIR_OK(&p, bundle_item(&writer, forge(&s, &at, false, buf).whole, &p.err));
    }
    post(&s, &n, &h);
    CHECK_INT(n, LONG);
    struct chain_mark before = mark_of(&s);
    s.sender = &s.e;
    use_up_steps(&s, 0);
    open_bundle(&s, &m);
    struct entry_view next = forge(&s, &at, false, buf);
    PAIR_OK(&p, bundle_item(&writer, next.whole, &p.err));
    post(&s, &n, &h);
    CHECK_INT(n, 1); /* kept all the same */
    CHECK(has(p.hq->store, T_HASH, next.hash));
    struct chain_mark after = mark_of(&s);
    CHECK_INT(after.holes_from, 0);
    CHECK_INT(after.seq, before.seq);
    end(&s);
}

/* More branches than a place has room for: what is over is put aside, and whoever brings it with
 * his own work is heard. */
static void a_chain_forked_without_end_keeps_nobody_from_being_heard(void)
{
    enum { BRANCHES = 256, OVER = 3 };
    struct scene s;
    static uint8_t buf[CAP_ENTRY_BYTES];
    struct manifest m = {0};
    struct exchange_result r;
    unsigned n, kept = 0;
    size_t h;
    begin(&s);
    for (unsigned i = 1; i < BRANCHES + OVER; i++) {
        struct chain_head at = s.before;
        if (i == 1 || i == BRANCHES) {
            open_bundle(&s, &m);
        }
        PAIR_OK(&p, bundle_item(&writer, forge(&s, &at, false, buf).whole, &p.err));
        if (i == BRANCHES - 1) {
            post(&s, &n, &h);
            CHECK_INT(n, BRANCHES - 1); /* the first was there */
            kept = n;
        }
    }
    post(&s, &n, &h); /* st is ok */
    CHECK_INT(n, 0);
    CHECK_INT(kept, BRANCHES - 1);
    s.sender = &s.e; /* who was sent one hands it back with what he did himself */
    struct chain_head at = s.before;
    h32 mine = pair_write(&p, &s.e, s.job, F_JOB_PHONE, "12 34");
    open_bundle(&s, &m);
    PAIR_OK(&p, bundle_item(&writer, forge(&s, &at, false, buf).whole, &p.err));
    post(&s, &n, &h);
    CHECK_INT(n, 0);
    pair_sync(&p, &s.e, &r);
    CHECK(has(p.hq->store, T_HASH, mine));
    CHECK_INT(r.unsent, 0);
    end(&s);
}

int main(void)
{
    RUN(a_walk_that_was_cut_short_is_no_gap);
    RUN(a_chain_forked_without_end_keeps_nobody_from_being_heard);
    RUN(a_device_cannot_have_its_receipts_dated_ahead);
    RUN(a_revoked_devices_fork_of_old_work_reaches_nobody);
    RUN(a_fork_within_a_backlog_answers_for_its_own_signature);
    RUN(questions_without_end_are_cut_short);
    RUN(what_no_entry_names_is_not_kept);
    RUN(a_revoked_sealing_key_speaks_for_nobody);
    RUN(a_revoked_device_is_told_so_and_nothing_else);
    RUN(a_branch_walked_from_every_entry_is_cut_short);
    RUN(a_stranger_fills_no_memory_and_costs_little);
    CHECK_END();
}
