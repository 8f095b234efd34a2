/* test_entry.c - one entry: its form, its size, what it says once, and time that only goes forward.
 */
#include "core/journal/entry.h"
#include "core/codec/cbor.h"
#include "tests/support/check.h"
#include "tests/support/guard.h"
#include "tests/support/vectors.h"

static struct vectors all;
static uint8_t out[CAP_ENTRY_BYTES];
static struct err err;

static struct chain_head new_head(void)
{
    return (struct chain_head){.author = all.s.tech.author, .epoch = sample_id8("epoch")};
}

static enum st make(struct chain_head *h, const struct entry_draft *d, struct now now,
                    struct entry_view *e)
{
    return entry_make(h, d, &now, all.s.trust.deployment, all.s.tech.keys.sign_sk, out, sizeof out,
                      e, &err);
}

static struct entry_draft plain(unsigned kind)
{
    return (struct entry_draft){
        .kind = kind, .subject_type = SUBJECT_JOB, .subject = sample_id16("job")};
}

/* ---- form -------------------------------------------------------------------------------------
 */

static void what_was_said_is_what_is_read(void)
{
    struct chain_head h = new_head();
    struct entry_view e;
    static const uint8_t body[] = {0xA1, 0x02, 0x03};
    h32 atts[2] = {sample_h32("a"), sample_h32("b")};
    struct entry_draft d = plain(KIND_VISIT_ARRIVED);
    d.body = bytes_of(body, sizeof body);
    d.atts = atts;
    d.natt = 2;
    d.actor = sample_id16("clerk");
    d.actor_role = ROLE_CLERK;
    CHECK(make(&h, &d, sample_now(7), &e) == ST_OK);
    CHECK(id8_eq(e.author, all.s.tech.author) && id8_eq(e.epoch, h.epoch));
    CHECK(e.seq == 1 && h32_zero(e.prev));
    CHECK_INT(e.wall_ms, SAMPLE_TIME_MS + 7);
    CHECK_INT(e.boot_ms, 3600007);
    CHECK(hlc_ms(e.time) == e.wall_ms);
    CHECK(e.subject_type == SUBJECT_JOB && id16_eq(e.subject, d.subject));
    CHECK_INT(e.kind, KIND_VISIT_ARRIVED);
    CHECK_BYTES(e.body.p, e.body.n, body, sizeof body);
    CHECK(e.natt == 2 && h32_eq(entry_att(&e, 1), atts[1]) && h32_zero(entry_att(&e, 2)));
    CHECK(id16_eq(e.actor, d.actor) && e.actor_role == ROLE_CLERK);
    CHECK(e.evidence.has_boot && e.evidence.has_offset && !e.evidence.has_receipt);
    CHECK_INT(e.evidence.utc_offset_minutes, 480);
    CHECK(entry_verify(&e, all.s.trust.deployment, all.s.tech.keys.sign_pk) == ST_OK);
    CHECK(h.seq == 1 && h32_eq(h.hash, e.hash) && h.time == e.time);
}

static void every_prefix_of_an_entry_is_incomplete_or_refused_and_reads_nothing_beyond(void)
{
    for (unsigned i = 0; i < all.n; i++) {
        const struct vector *v = &all.v[i];
        if (strcmp(v->type, "entry") != 0 || strcmp(v->expect, "ok") != 0) {
            continue;
        }
        for (size_t n = 0; n < v->n; n++) {
            struct guard g = guard_copy(bytes_of(v->data, n));
            struct entry_view e;
            const char *rule;
            size_t used = 99;
            CHECK(entry_parse(g.b, &e, NULL, &rule) == ST_BAD_FORM);
            CHECK(rule[0] != '\0');
            CHECK(entry_parse(g.b, &e, &used, &rule) == ST_INCOMPLETE);
            CHECK(used == 0 && e.whole.p == NULL);
            guard_free(&g);
        }
        struct guard g = guard_copy(bytes_of(v->data, v->n));
        struct entry_view e;
        CHECK(entry_parse(g.b, &e, NULL, NULL) == ST_OK);
        CHECK(entry_verify(&e, v->deployment, v->pk) == ST_OK);
        guard_free(&g);
    }
}

static void every_altered_bit_of_an_entry_is_refused(void)
{
    static const char *const names[] = {"entry-journal-opened", "entry-visit-arrived",
                                        "entry-clock-fell-to-1970", "entry-visit-signed",
                                        "entry-of-headquarters"};
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        struct vector v = *vectors_find(&all, names[k]);
        for (size_t bit = 0; bit < v.n * 8; bit++) {
            v.data[bit / 8] = (uint8_t)(v.data[bit / 8] ^ (1U << bit % 8));
            struct entry_view e;
            enum st st = entry_parse(bytes_of(v.data, v.n), &e, NULL, NULL);
            if (st == ST_OK) {
                /* The author is the key id: another one is another key, which the caller looks up.
                 */
                bool author = id8_eq(e.author, key_id(v.pk));
                st = author ? entry_verify(&e, v.deployment, v.pk) : ST_UNTRUSTED;
            }
            CHECK(st != ST_OK);
            v.data[bit / 8] = (uint8_t)(v.data[bit / 8] ^ (1U << bit % 8));
        }
    }
}

static void entries_in_a_row_are_read_one_by_one(void)
{
    uint8_t row[1024];
    const struct vector *a = vectors_find(&all, "entry-journal-opened");
    const struct vector *b = vectors_find(&all, "entry-visit-arrived");
    memcpy(row, a->data, a->n);
    memcpy(row + a->n, b->data, b->n);
    struct entry_view e;
    size_t used;
    const char *rule;
    CHECK(entry_parse(bytes_of(row, a->n + b->n), &e, &used, &rule) == ST_OK);
    CHECK(used == a->n && e.seq == 1);
    CHECK(entry_parse(bytes_of(row + used, b->n), &e, &used, &rule) == ST_OK);
    CHECK(used == b->n && e.seq == 2);
}

static void an_endless_entry_is_too_big_and_not_waited_for(void)
{
    static uint8_t buf[CAP_ENTRY_BYTES];
    memcpy(buf, vectors_find(&all, "entry-visit-arrived")->data, 19);
    buf[17] = 0x59; /* payload of 4,000 bytes, cut off */
    buf[18] = 0x0F;
    buf[19] = 0xA0;
    struct entry_view e;
    size_t used;
    enum st st = entry_parse(bytes_of(buf, sizeof buf), &e, &used, NULL);
    CHECK(st == ST_TOO_BIG || st == ST_BAD_FORM);
    buf[18] = 0xFF; /* 65,440 bytes */
    CHECK(entry_parse(bytes_of(buf, sizeof buf), &e, &used, NULL) != ST_INCOMPLETE);
}

static void a_kind_of_a_newer_version_is_read_and_kept(void)
{
    const struct vector *v = vectors_find(&all, "entry-unknown-kind");
    struct entry_view e;
    CHECK(entry_parse(bytes_of(v->data, v->n), &e, NULL, NULL) == ST_OK);
    CHECK_INT(e.kind, 60000);
    CHECK(kind_info(e.kind) == NULL && !kind_has_effect(e.kind, ROLE_TECHNICIAN));
}

static void a_body_that_breaks_a_rule_is_not_signed(void)
{
    static const uint8_t text[] = {0xA1, 0x01, 0x61, 0x61}, list[] = {0x80},
                         order[] = {0xA2, 0x02, 0x01, 0x01, 0x01}, cut[] = {0xA1, 0x01};
    const bytes bodies[] = {bytes_of(text, 4), bytes_of(list, 1), bytes_of(order, 5),
                            bytes_of(cut, 2)};
    for (size_t i = 0; i < 4; i++) {
        struct chain_head h = new_head(), before = h;
        struct entry_view e;
        struct entry_draft d = plain(KIND_VISIT_ARRIVED);
        d.body = bodies[i];
        CHECK(make(&h, &d, sample_now(0), &e) == ST_BAD_FORM);
        CHECK(memcmp(&h, &before, sizeof h) == 0);
    }
}

static void an_entry_that_is_too_long_leaves_the_head_where_it_was(void)
{
    static uint8_t body[CAP_BODY_BYTES + 8];
    static h32 atts[CAP_ENTRY_ATTACHMENTS + 1];
    struct chain_head h = new_head(), before = h;
    struct entry_view e;
    struct entry_draft d = plain(KIND_RECORD_SET);
    struct cbor_w w = cbor_w_init(body, sizeof body);
    cbor_put_map(&w, 1);
    cbor_put_uint(&w, 1);
    cbor_put_bytes(&w, bytes_of(atts, 800));
    cbor_put_bytes(&w, (bytes){NULL, 0});
    d.body = bytes_of(body, CAP_BODY_BYTES + 1);
    CHECK(make(&h, &d, sample_now(0), &e) == ST_TOO_BIG);
    d.body = (bytes){NULL, 0};
    d.atts = atts;
    d.natt = CAP_ENTRY_ATTACHMENTS + 1;
    CHECK(make(&h, &d, sample_now(0), &e) == ST_TOO_BIG);
    CHECK(memcmp(&h, &before, sizeof h) == 0);
    d.natt = 1;
    struct now n = sample_now(0);
    uint8_t small[100];
    CHECK(entry_make(&h, &d, &n, all.s.trust.deployment, all.s.tech.keys.sign_sk, small,
                     sizeof small, &e, &err) == ST_TOO_BIG);
    CHECK(memcmp(&h, &before, sizeof h) == 0);
}

static void the_largest_body_and_all_attachments_fit_one_entry(void)
{
    static uint8_t body[CAP_BODY_BYTES], zeros[CAP_BODY_BYTES];
    static h32 atts[CAP_ENTRY_ATTACHMENTS];
    struct chain_head h = new_head();
    struct entry_view e;
    struct entry_draft d = plain(KIND_RECORD_SET);
    struct cbor_w w = cbor_w_init(body, sizeof body);
    cbor_put_map(&w, 1);
    cbor_put_uint(&w, 1);
    cbor_put_bytes(&w, bytes_of(zeros, CAP_BODY_BYTES - 5));
    CHECK(cbor_w_done(&w, &d.body) == ST_OK && d.body.n == CAP_BODY_BYTES);
    d.natt = CAP_ENTRY_ATTACHMENTS;
    d.atts = atts;
    d.full_evidence = true;
    h.current.has_receipt = true;
    d.actor = sample_id16("clerk");
    d.actor_role = ROLE_CLERK;
    /* 2,944 + 24 x 34 + head: within 4,096, by design of caps.h */
    CHECK(make(&h, &d, sample_now(0), &e) == ST_OK);
}

/* ---- size -------------------------------------------------------------------------------------
 */

static void a_typical_entry_of_a_visit_is_at_most_215_bytes(void)
{
    /* A fact with flags, a fault code, a part with number and serials, a step without anything. */
    static const uint8_t arrived[] = {0xA2, 0x01, 0x48, 1, 2, 3, 4, 5, 6, 7, 8, 0x02, 0x03};
    uint8_t part[128];
    struct cbor_w w = cbor_w_init(part, sizeof part);
    bytes part_body;
    cbor_put_map(&w, 7);
    cbor_put_uint(&w, 1);
    cbor_put_bytes(&w, bytes_of(arrived + 3, 8));
    cbor_put_uint(&w, 2);
    cbor_put_bytes(&w, str_bytes(S("KFR35-4410")));
    cbor_put_uint(&w, 3);
    cbor_put_uint(&w, 1000);
    cbor_put_uint(&w, 4);
    cbor_put_uint(&w, 18500);
    cbor_put_uint(&w, 5);
    cbor_put_uint(&w, PART_FAILED);
    cbor_put_uint(&w, 6);
    cbor_put_uint(&w, OLD_TAKEN);
    cbor_put_uint(&w, 10);
    cbor_put_bool(&w, true);
    CHECK(cbor_w_done(&w, &part_body) == ST_OK);
    struct chain_head h = new_head();
    struct entry_view e;
    struct entry_draft d = plain(KIND_VISIT_ACCEPTED);
    CHECK(make(&h, &d, sample_now(0), &e) == ST_OK);
    h.seq = 1000000; /* after years */
    d.body = bytes_of(arrived, sizeof arrived);
    d.kind = KIND_VISIT_ARRIVED;
    struct now late = sample_now(3000000000LL); /* five weeks since the boot */
    CHECK(make(&h, &d, late, &e) == ST_OK);
    printf("# arrived: %zu bytes\n", e.whole.n);
    CHECK(e.whole.n <= 215);
    d.kind = KIND_VISIT_PART;
    d.body = part_body;
    late.wall_ms++;
    CHECK(make(&h, &d, late, &e) == ST_OK);
    printf("# part: %zu bytes\n", e.whole.n);
    CHECK(e.whole.n <= 215);
}

/* ---- evidence ---------------------------------------------------------------------------------
 */

static void evidence_is_said_once_and_again_only_when_it_changed(void)
{
    struct chain_head h = new_head();
    struct entry_view e;
    struct entry_draft d = plain(KIND_VISIT_ARRIVED);
    CHECK(make(&h, &d, sample_now(0), &e) == ST_OK);
    CHECK(e.evidence.has_boot && e.evidence.has_offset && !e.evidence.has_receipt);
    CHECK(make(&h, &d, sample_now(1), &e) == ST_OK);
    CHECK(!e.evidence.has_boot && !e.evidence.has_offset && !e.evidence.has_receipt);
    h.current.has_receipt = true;
    h.current.receipt = sample_h32("receipt");
    h.current.receipt_ms = SAMPLE_TIME_MS;
    CHECK(make(&h, &d, sample_now(2), &e) == ST_OK);
    CHECK(!e.evidence.has_boot && !e.evidence.has_offset && e.evidence.has_receipt);
    CHECK(h32_eq(e.evidence.receipt, sample_h32("receipt")));
    CHECK(make(&h, &d, sample_now(3), &e) == ST_OK);
    CHECK(!e.evidence.has_receipt);
    struct now booted = sample_now(4);
    booted.boot_id[0] ^= 1;
    CHECK(make(&h, &d, booted, &e) == ST_OK);
    CHECK(e.evidence.has_boot && !e.evidence.has_offset && !e.evidence.has_receipt);
    booted.utc_offset_minutes = -570;
    booted.wall_ms++;
    CHECK(make(&h, &d, booted, &e) == ST_OK);
    CHECK(!e.evidence.has_boot && e.evidence.has_offset);
    CHECK_INT(e.evidence.utc_offset_minutes, -570);
}

static void a_sign_off_repeats_all_evidence(void)
{
    struct chain_head h = new_head();
    struct entry_view e;
    struct entry_draft d = plain(KIND_VISIT_SIGNED);
    h.current.has_receipt = true;
    h.current.receipt = sample_h32("receipt");
    CHECK(make(&h, &d, sample_now(0), &e) == ST_OK);
    d.full_evidence = true;
    CHECK(make(&h, &d, sample_now(1), &e) == ST_OK);
    CHECK(e.evidence.has_boot && e.evidence.has_offset && e.evidence.has_receipt);
}

/* ---- time -------------------------------------------------------------------------------------
 */

static void time_goes_forward_whatever_the_clock_does(void)
{
    struct chain_head h = new_head();
    struct entry_view e;
    struct entry_draft d = plain(KIND_VISIT_ARRIVED);
    hlc last = 0;
    const int64_t walls[] = {SAMPLE_TIME_MS,     SAMPLE_TIME_MS,    0, 5000, -7,
                             SAMPLE_TIME_MS - 1, SAMPLE_TIME_MS + 1};
    for (size_t i = 0; i < sizeof walls / sizeof walls[0]; i++) {
        struct now n = sample_now(0);
        n.wall_ms = walls[i];
        CHECK(make(&h, &d, n, &e) == ST_OK);
        CHECK(e.time > last);
        CHECK_INT(e.wall_ms, walls[i]); /* the wall clock is kept as it was */
        last = e.time;
    }
    CHECK(hlc_ms(last) == SAMPLE_TIME_MS + 1);
}

static void a_counter_that_runs_over_goes_into_the_next_millisecond(void)
{
    hlc t = ((hlc)1000 << 16) + 0xFFFF;
    CHECK(hlc_next(t, 1000) == (hlc)1001 << 16);
    CHECK(hlc_next((hlc)INT64_MAX, 5) == (hlc)INT64_MAX);
    CHECK(hlc_next(0, INT64_MAX) == (hlc)INT64_MAX);
}

static void a_stamp_more_than_a_day_ahead_is_never_adopted(void)
{
    int64_t now = SAMPLE_TIME_MS;
    hlc own = (hlc)now << 16;
    hlc soon = (hlc)(now + CAP_HLC_AHEAD_MS) << 16;
    hlc late = (hlc)(now + CAP_HLC_AHEAD_MS + 1) << 16;
    CHECK(hlc_adopt(own, own - 1, now) == own);
    CHECK(hlc_adopt(own, own + 9, now) == own + 9);
    CHECK(hlc_adopt(own, soon, now) == soon);
    CHECK(hlc_adopt(own, late, now) == own);
    CHECK(hlc_adopt(own, UINT64_MAX, now) == own);
}

int main(void)
{
    vectors_build(&all);
    RUN(what_was_said_is_what_is_read);
    RUN(every_prefix_of_an_entry_is_incomplete_or_refused_and_reads_nothing_beyond);
    RUN(every_altered_bit_of_an_entry_is_refused);
    RUN(entries_in_a_row_are_read_one_by_one);
    RUN(an_endless_entry_is_too_big_and_not_waited_for);
    RUN(a_kind_of_a_newer_version_is_read_and_kept);
    RUN(a_body_that_breaks_a_rule_is_not_signed);
    RUN(an_entry_that_is_too_long_leaves_the_head_where_it_was);
    RUN(the_largest_body_and_all_attachments_fit_one_entry);
    RUN(a_typical_entry_of_a_visit_is_at_most_215_bytes);
    RUN(evidence_is_said_once_and_again_only_when_it_changed);
    RUN(a_sign_off_repeats_all_evidence);
    RUN(time_goes_forward_whatever_the_clock_does);
    RUN(a_counter_that_runs_over_goes_into_the_next_millisecond);
    RUN(a_stamp_more_than_a_day_ahead_is_never_adopted);
    sample_free(&all.s);
    CHECK_END();
}
