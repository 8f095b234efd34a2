/* test_shown.c - sign-offs that strangers show: what is kept, what is refused, how much. */
#include "sync/hq/shown.h"
#include "core/base/encode.h"
#include "tests/unit/hq/pair.h"

static struct pair p;
static struct pair_device d;
static id16 who, job;
static uint8_t room[1U << 20];

static void begin(void)
{
    struct record_write w = {.field = F_TECHNICIAN_ROLE, .type = FT_ENUM, .i = ROLE_TECHNICIAN};
    struct exchange_result r;
    pair_begin(&p);
    who = pair_record(&p, SUBJECT_TECHNICIAN, &w, 1, "Li Wei", F_TECHNICIAN_NAME);
    job = pair_job(&p, pair_record(&p, SUBJECT_CUSTOMER, NULL, 0, "Lotus", F_CUSTOMER_NAME), "hot");
    pair_assign(&p, job, who);
    pair_join(&p, &d, who, "D1");
    pair_sync(&p, &d, &r);
}

static void end(void)
{
    pair_leave(&d);
    pair_end(&p);
}

/* A sign-off that the device makes and keeps to itself. */
static h32 sign(unsigned version)
{
    uint8_t body[CAP_BODY_BYTES];
    union body b;
    h32 hash = {{0}};
    struct now now = pair_now(&p);
    struct append_att atts[] = {{.type = ATT_FACTS, .content = str_bytes(S("facts"))},
                                {.type = ATT_REPORT, .content = str_bytes(S("text"))}};
    struct append what = {.kind = KIND_VISIT_SIGNED,
                          .subject_type = SUBJECT_JOB,
                          .subject = job,
                          .atts = atts,
                          .natt = 2};
    memset(&b, 0, sizeof b);
    b.signed_.outcome = SIGN_ABSENT;
    b.signed_.version = version;
    CHECK(code_of(str_bytes(S("D1AB0001")), &b.signed_.number));
    b.signed_.class_ = CLASS_A;
    b.signed_.template_ = 2;
    b.signed_.reason = 1;
    PAIR_OK(&p, body_encode(KIND_VISIT_SIGNED, &b, body, sizeof body, &what.body));
    PAIR_OK(&p, journal_append(&d.journal, &what, &now, &hash, &p.err));
    return hash;
}

static bytes entry_of(struct store *s, h32 hash, uint8_t *buf)
{
    struct arena a = arena_of(room, sizeof room);
    struct store_txn *t = NULL;
    struct entry_view e;
    PAIR_OK(&p, store_read(s, &t, &p.err));
    PAIR_OK(&p, journal_get(t, hash, &a, &e, &p.err));
    store_abort(&t);
    memcpy(buf, e.whole.p, e.whole.n);
    return bytes_of(buf, e.whole.n);
}

static bytes cert_of(uint8_t *buf)
{
    struct arena a = arena_of(room, sizeof room);
    struct store_txn *t = NULL;
    bytes doc;
    PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
    PAIR_OK(&p, store_get(t, T_CERT, bytes_of(d.journal.head.author.b, 8), &a, &doc, &p.err));
    store_abort(&t);
    memcpy(buf, doc.p, doc.n);
    return bytes_of(buf, doc.n);
}

static enum st keep(bytes entry, bytes cert, bool *held, bool *kept)
{
    static char e[8192], c[2048];
    struct err err = {0};
    json_t *out = NULL;
    base64url_put(entry, e);
    base64url_put(cert, c);
    json_t *in = json_pack("{s:s,s:s}", "entry", e, "certificate", c);
    enum st st = ops_run(p.hq, "shown.keep", in, &out, &err);
    *held = json_is_true(json_object_get(out, "held"));
    *kept = json_is_true(json_object_get(out, "kept"));
    json_decref(in);
    json_decref(out);
    return st;
}

static unsigned rows(void)
{
    struct store_txn *t = NULL;
    PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
    unsigned n = (unsigned)store_count(t, T_ODD);
    store_abort(&t);
    return n;
}

static void one_that_is_not_held_is_kept_once_and_one_that_is_held_never(void)
{
    uint8_t eb[CAP_ENTRY_BYTES], cb[CAP_CERT_BYTES];
    bool held, kept;
    struct exchange_result r;
    struct store_txn *t = NULL;
    begin();
    h32 hash = sign(1);
    bytes e = entry_of(d.store, hash, eb), c = cert_of(cb);
    for (int i = 0; i < 2; i++) {
        CHECK_INT(keep(e, c, &held, &kept), ST_OK);
        CHECK(!held && kept);
        CHECK_INT(rows(), 1);
    }
    PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
    CHECK(shown_kept(t, hash) && !shown_held(t, hash) && shown_any(t));
    store_abort(&t);
    pair_sync(&p, &d, &r);
    CHECK_INT(r.unsent, 0);
    CHECK_INT(keep(e, c, &held, &kept), ST_OK);
    CHECK(held && !kept);
    CHECK_INT(rows(), 1); /* that it was shown before it came stays told */
    end();
}

static void with_any_byte_changed_it_is_not_genuine_and_not_kept(void)
{
    uint8_t eb[CAP_ENTRY_BYTES], cb[CAP_CERT_BYTES];
    bool held, kept;
    begin();
    bytes e = entry_of(d.store, sign(1), eb), c = cert_of(cb);
    for (size_t i = 0; i < e.n; i++) {
        eb[i] ^= 1;
        if (keep(e, c, &held, &kept) == ST_OK) {
            check_fail(__FILE__, __LINE__, "byte %zu of the entry", i);
        }
        eb[i] ^= 1;
    }
    for (size_t i = 0; i < c.n; i++) {
        cb[i] ^= 1;
        if (keep(e, c, &held, &kept) == ST_OK) {
            check_fail(__FILE__, __LINE__, "byte %zu of the certificate", i);
        }
        cb[i] ^= 1;
    }
    CHECK(keep(bytes_of(eb, e.n - 1), c, &held, &kept) != ST_OK);
    CHECK(keep((bytes){NULL, 0}, c, &held, &kept) != ST_OK);
    CHECK_INT(rows(), 0);
    CHECK_INT(keep(e, c, &held, &kept), ST_OK); /* as it was, it is */
    end();
}

static void what_is_no_sign_off_is_refused(void)
{
    uint8_t eb[CAP_ENTRY_BYTES], cb[CAP_CERT_BYTES];
    bool held, kept;
    begin();
    h32 hash = pair_step(&p, &d, job, KIND_VISIT_ACCEPTED, (id8){{1}});
    CHECK_INT(keep(entry_of(d.store, hash, eb), cert_of(cb), &held, &kept), ST_BAD_SIGNATURE);
    CHECK_INT(rows(), 0);
    end();
}

static void of_one_journal_no_more_are_kept_than_its_share(void)
{
    uint8_t eb[CAP_ENTRY_BYTES], cb[CAP_CERT_BYTES];
    bool held, kept;
    begin();
    bytes c = cert_of(cb);
    for (unsigned i = 0; i < SHOWN_PER_AUTHOR_MAX; i++) {
        CHECK_INT(keep(entry_of(d.store, sign(i + 1), eb), c, &held, &kept), ST_OK);
    }
    CHECK_INT(rows(), SHOWN_PER_AUTHOR_MAX);
    CHECK_INT(keep(entry_of(d.store, sign(99), eb), c, &held, &kept), ST_FULL);
    CHECK_INT(rows(), SHOWN_PER_AUTHOR_MAX);
    end();
}

/* A bundle brings the same bytes and they are put aside: the row goes on saying what it said. */
static void that_it_was_shown_is_not_overwritten_by_what_a_bundle_did_wrong(void)
{
    uint8_t eb[CAP_ENTRY_BYTES], cb[CAP_CERT_BYTES];
    bool held, kept;
    struct store_txn *t = NULL;
    begin();
    h32 hash = sign(1);
    bytes e = entry_of(d.store, hash, eb);
    CHECK_INT(keep(e, cert_of(cb), &held, &kept), ST_OK);
    PAIR_OK(&p, store_write(p.hq->store, &t, &p.err));
    PAIR_OK(&p, hq_odd_put(t, d.journal.head.author, PROBLEM_GAP, e, p.ms, &p.err));
    CHECK(shown_kept(t, hash));
    CHECK_INT(hq_odd_reason(t, hash), HQ_ODD_SHOWN);
    PAIR_OK(&p, store_commit(&t, &p.err));
    CHECK_INT(rows(), 1);
    end();
}

/* How many are left after the sweep that docketd does at that time. */
static unsigned swept(int64_t after_ms)
{
    PAIR_OK(&p, op_shown_sweep(p.hq, p.ms + after_ms, &p.err));
    return rows();
}

/* Withheld: as long as a claim may be made. Come in after all: a season. What a bundle did wrong is
 * not theirs to sweep. */
static void what_was_shown_goes_when_its_time_is_over(void)
{
    uint8_t eb[CAP_ENTRY_BYTES], cb[CAP_CERT_BYTES];
    bool held, kept;
    struct exchange_result r;
    struct store_txn *t = NULL;
    begin();
    CHECK_INT(swept(SHOWN_KEEP_MS), 0); /* there is nothing yet */
    h32 first = sign(1);
    bytes c = cert_of(cb), e = entry_of(d.store, first, eb);
    CHECK_INT(keep(e, c, &held, &kept), ST_OK);
    PAIR_OK(&p, store_write(p.hq->store, &t, &p.err));
    PAIR_OK(&p, hq_odd_put(t, d.journal.head.author, PROBLEM_GAP, str_bytes(S("odd")), 0, &p.err));
    PAIR_OK(&p, store_commit(&t, &p.err));
    CHECK_INT(swept(SHOWN_KEEP_MS - 60000), 2);
    pair_sync(&p, &d, &r); /* it comes in */
    CHECK_INT(swept(SHOWN_CAME_MS - 60000), 2);
    CHECK_INT(swept(SHOWN_CAME_MS + 60000), 1);
    h32 second = sign(2);
    CHECK_INT(keep(entry_of(d.store, second, eb), c, &held, &kept), ST_OK);
    CHECK_INT(swept(SHOWN_CAME_MS + 60000), 2); /* nobody has it but who showed it */
    CHECK_INT(swept(SHOWN_KEEP_MS + 60000), 1); /* the bundle's */
    CHECK_INT(keep(entry_of(d.store, second, eb), c, &held, &kept), ST_OK); /* shown once more */
    CHECK_INT(rows(), 2);
    end();
}

/* As many as there is room for, which all come in then: the next sweep leaves half of them. */
static void where_room_is_short_those_that_came_in_go_first(void)
{
    uint8_t eb[CAP_ENTRY_BYTES], cb[CAP_CERT_BYTES];
    bool held, kept;
    struct exchange_result r;
    begin();
    bytes c = cert_of(cb);
    for (unsigned i = 0; i < SHOWN_PER_AUTHOR_MAX; i++) {
        CHECK_INT(keep(entry_of(d.store, sign(i + 1), eb), c, &held, &kept), ST_OK);
    }
    CHECK_INT(swept(0), SHOWN_PER_AUTHOR_MAX); /* withheld: they stay, full or not */
    pair_sync(&p, &d, &r);
    h32 one_more = sign(98);
    CHECK_INT(keep(entry_of(d.store, one_more, eb), c, &held, &kept), ST_FULL);
    CHECK_INT(swept(0), SHOWN_PER_AUTHOR_MAX / 2);
    CHECK_INT(keep(entry_of(d.store, one_more, eb), c, &held, &kept), ST_OK);
    CHECK(kept && !held);
    CHECK_INT(swept(SHOWN_CAME_MS + 60000), 1);           /* the one that headquarters has not */
    for (unsigned i = 1; i < SHOWN_PER_AUTHOR_MAX; i++) { /* and all the room is there again */
        CHECK_INT(keep(entry_of(d.store, sign(200 + i), eb), c, &held, &kept), ST_OK);
    }
    CHECK_INT(keep(entry_of(d.store, sign(300), eb), c, &held, &kept), ST_FULL);
    end();
}

int main(void)
{
    RUN(what_was_shown_goes_when_its_time_is_over);
    RUN(where_room_is_short_those_that_came_in_go_first);
    RUN(that_it_was_shown_is_not_overwritten_by_what_a_bundle_did_wrong);
    RUN(one_that_is_not_held_is_kept_once_and_one_that_is_held_never);
    RUN(with_any_byte_changed_it_is_not_genuine_and_not_kept);
    RUN(what_is_no_sign_off_is_refused);
    RUN(of_one_journal_no_more_are_kept_than_its_share);
    CHECK_END();
}
