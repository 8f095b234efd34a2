/* test_proof_revoked.c - what the holder of a stolen device and its keys can make look genuine, and
 * what `verify` says honestly where it cannot know. */
#include "core/codec/cbor.h"
#include "core/report/proof_file.h"
#include "tests/unit/core/proof_help.h"

static void revoke(h32 head, uint64_t seq)
{
    uint8_t buf[1024];
    struct revocation x = {.number = 1, .author = s.tech.author, .time_ms = SAMPLE_TIME_MS};
    x.nheads = 1;
    x.heads[0].epoch = d.j.head.epoch;
    x.heads[0].seq = seq;
    x.heads[0].hash = head;
    bytes doc;
    CHECK_INT(revocation_make(&x, s.trust.deployment, s.issuing.sign_sk, buf, sizeof buf, &doc),
              ST_OK);
    struct store_txn *t = help_write(d.store);
    CHECK_INT(store_put(t, T_REVOKED, bytes_of(s.tech.author.b, 8), doc, &err), ST_OK);
    CHECK_INT(store_commit(&t, &err), ST_OK);
}

/* The same file without one of its parts. */
static bytes without(bytes file, unsigned leave)
{
    static uint8_t two[2][1 << 16]; /* one may be left out of what another was left out of */
    static unsigned turn;
    uint8_t *out = two[turn++ % 2];
    struct cbor_r r = cbor_r_init(file);
    struct cbor_w w = cbor_w_init(out, sizeof two[0]);
    size_t pairs = cbor_get_map(&r);
    cbor_put_map(&w, pairs - 1);
    for (size_t i = 0; i < pairs; i++) {
        uint64_t key = cbor_get_uint(&r);
        bytes item = cbor_raw(&r);
        if (key != leave) {
            cbor_put_uint(&w, key);
            cbor_put_raw(&w, item);
        }
    }
    bytes less = {NULL, 0};
    CHECK_INT(cbor_w_done(&w, &less), ST_OK);
    return less;
}

static void refused(bytes file, enum proof_part part)
{
    struct proof_result r;
    CHECK_INT(verify(file, &r), ST_BAD_SIGNATURE);
    if (r.failed != part) {
        check_fail(__FILE__, __LINE__, "%s: %s", proof_part_name(r.failed), r.why);
    }
}

static void a_later_revocation_leaves_what_was_trusted(void)
{
    begin();
    h32 before = d.j.head.hash, signoff = sign(3600000, SIGN_SIGNED, NULL);
    uint64_t seq = d.j.head.seq;
    revoke(signoff, seq);
    struct proof_result r;
    CHECK_INT(verify(build(signoff), &r), ST_OK);
    CHECK(r.revoked_after && r.revoked_ms == SAMPLE_TIME_MS && r.unrevoked_ms == 0);
    revoke(before, seq - 1);
    expect(signoff, PROOF_REVOCATION);
    revoke(before, seq); /* it trusts another entry at that place */
    expect(signoff, PROOF_REVOCATION);
    stop(&d);
}

/* The trusted head lies beyond the receipt's: the entries lead to both. */
static void the_entries_tie_it_to_the_last_trusted_one(void)
{
    begin();
    h32 signoff = sign(3600000, SIGN_SIGNED, NULL), h;
    CHECK_INT(act(&d, 3700000, &h), ST_OK);
    receive(4000000);
    CHECK_INT(act(&d, 4100000, &h), ST_OK);
    CHECK_INT(act(&d, 4200000, &h), ST_OK);
    revoke(h, d.j.head.seq);
    CHECK_INT(act(&d, 4300000, &h), ST_OK);
    struct proof_result r;
    bytes file = build(signoff);
    CHECK_INT(verify(file, &r), ST_OK);
    CHECK(r.revoked_after && r.witnessed_before && r.before_ms == SAMPLE_TIME_MS + 4000000);
    refused(without(file, PK_CHAIN), PROOF_CHAIN);
    stop(&d);
}

/* Signed by the thief under an old number: it lies before the trusted head by number alone. */
static void a_forged_sign_off_under_an_old_number_is_not_genuine(void)
{
    begin();
    h32 signoff = sign(3600000, SIGN_SIGNED, NULL);
    revoke(sample_h32("what headquarters holds"), d.j.head.seq + 5);
    bytes file = build(signoff);
    refused(file, PROOF_CHAIN);
    stop(&d);
}

/* The receipt that headquarters gives after a revocation says so; without the revocation beside it
 * the file is not genuine, and with it the sign-off is seen to lie beyond. */
static void a_receipt_given_after_the_revocation_is_no_witness(void)
{
    begin();
    uint64_t trusted = d.j.head.seq;
    h32 head = d.j.head.hash, signoff = sign(3600000, SIGN_SIGNED, NULL);
    revoke(head, trusted);
    receive_knowing(4000000, 1);
    bytes file = build(signoff);
    refused(file, PROOF_REVOCATION);
    refused(without(file, PK_REVOCATION), PROOF_REVOCATION);
    /* One that cites such a receipt was made after it, whatever the revocation lists. */
    h32 later = sign(4100000, SIGN_SIGNED, NULL);
    revoke(later, d.j.head.seq);
    refused(build(later), PROOF_REVOCATION);
    stop(&d);
}

/* He leaves out what speaks against him: then nothing is witnessed, and the answer says until when
 * headquarters knew of no revocation. */
static void what_is_left_out_is_not_said_to_be_known(void)
{
    begin();
    h32 signoff = sign(3600000, SIGN_SIGNED, NULL);
    struct proof_result r;
    bytes file = build(signoff);
    CHECK_INT(verify(file, &r), ST_OK);
    CHECK(!r.witnessed_before && r.unrevoked_ms == SAMPLE_TIME_MS + 2000); /* of the cited one */
    CHECK_INT(verify(without(without(file, PK_NODES), PK_CITED), &r), ST_OK);
    CHECK(!r.witnessed_before && !r.witnessed_after && r.unrevoked_ms == 0);
    receive(4000000);
    CHECK_INT(verify(build(signoff), &r), ST_OK);
    CHECK(r.witnessed_before && r.unrevoked_ms == SAMPLE_TIME_MS + 4000000);
    stop(&d);
}

/* A receipt from before is taken where there is one, so that honest work stays witnessed. */
static void the_receipt_from_before_the_revocation_is_preferred(void)
{
    begin();
    h32 signoff = sign(3600000, SIGN_SIGNED, NULL), h;
    receive_knowing(4000000, 1); /* sorts before the other by its number */
    CHECK_INT(act(&d, 4100000, &h), ST_OK);
    receive(4200000);
    revoke(h, d.j.head.seq);
    struct proof_result r;
    CHECK_INT(verify(build(signoff), &r), ST_OK);
    CHECK(r.witnessed_before && r.before_ms == SAMPLE_TIME_MS + 4200000);
    stop(&d);
}

static void admit(h32 what, enum role role)
{
    union body b = {0};
    uint8_t body[CAP_BODY_BYTES], buf[CAP_ENTRY_BYTES];
    struct chain_head head = {.author = s.node.author,
                              .epoch = sample_id8(role == ROLE_CLERK ? "clerk" : "supervisor")};
    b.admitted.named.n = 2;
    b.admitted.named.h[0] = sample_h32("another");
    b.admitted.named.h[1] = what;
    struct entry_draft draft = {.kind = KIND_ADMITTED,
                                .subject_type = SUBJECT_JOB,
                                .subject = sample_id16("job"),
                                .actor = sample_id16("supervisor"),
                                .actor_role = role};
    CHECK_INT(body_encode(KIND_ADMITTED, &b, body, sizeof body, &draft.body), ST_OK);
    struct now now = sample_now(9000000);
    struct entry_view e;
    CHECK_INT(entry_make(&head, &draft, &now, s.trust.deployment, s.node.keys.sign_sk, buf,
                         sizeof buf, &e, &err),
              ST_OK);
    struct store_txn *t = help_write(d.store);
    bool forked;
    CHECK_INT(journal_keep(t, &e, &forked, &err), ST_OK);
    CHECK_INT(store_commit(&t, &err), ST_OK);
}

static void a_sign_off_that_was_admitted_is_genuine_and_says_so(void)
{
    begin();
    uint64_t trusted = d.j.head.seq;
    h32 head = d.j.head.hash, signoff = sign(3600000, SIGN_SIGNED, NULL);
    revoke(head, trusted);
    receive_knowing(4000000, 1);
    admit(signoff, ROLE_CLERK);
    expect(signoff, PROOF_REVOCATION);
    admit(signoff, ROLE_SUPERVISOR);
    struct proof_result r;
    bytes file = build(signoff);
    CHECK_INT(verify(file, &r), ST_OK);
    CHECK(r.admitted && !r.revoked_after && r.admitted_ms == SAMPLE_TIME_MS + 9000000);
    CHECK(id16_eq(r.admitted_by, sample_id16("supervisor")));
    CHECK(r.witnessed_before && r.before_ms == SAMPLE_TIME_MS + 4000000);
    refused(without(file, PK_ADMITTED), PROOF_REVOCATION);
    refused(without(file, PK_REVOCATION), PROOF_REVOCATION);
    static uint8_t copy[1 << 16];
    size_t len = file.n;
    memcpy(copy, file.p, len);
    for (size_t bit = 0; bit < len * 8; bit++) {
        copy[bit / 8] ^= (uint8_t)(1U << bit % 8);
        CHECK_INT(verify(bytes_of(copy, len), &r), ST_BAD_SIGNATURE);
        copy[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    stop(&d);
}

int main(void)
{
    if (!proof_help_start()) {
        return 99;
    }
    RUN(a_later_revocation_leaves_what_was_trusted);
    RUN(the_entries_tie_it_to_the_last_trusted_one);
    RUN(a_forged_sign_off_under_an_old_number_is_not_genuine);
    RUN(a_receipt_given_after_the_revocation_is_no_witness);
    RUN(what_is_left_out_is_not_said_to_be_known);
    RUN(the_receipt_from_before_the_revocation_is_preferred);
    RUN(a_sign_off_that_was_admitted_is_genuine_and_says_so);
    sample_free(&s);
    CHECK_END();
}
