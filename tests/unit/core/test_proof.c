/* test_proof.c - report.cbor and the QR code: made from a store, verified by nothing but hq.pub. */
#include "core/codec/hash.h"
#include "tests/unit/core/proof_help.h"

#include <time.h>

static void a_signed_report_is_genuine_and_says_what_it_proves(void)
{
    begin();
    h32 signoff = sign(3600000, SIGN_SIGNED, NULL), h;
    struct proof_result r;
    CHECK_INT(verify(build(signoff), &r), ST_OK);
    CHECK(r.witnessed_after && !r.witnessed_before);
    CHECK_INT(act(&d, 3700000, &h), ST_OK);
    CHECK_INT(act(&d, 3800000, &h), ST_OK);
    receive(4000000);
    CHECK_INT(act(&d, 4100000, &h), ST_OK);
    receive(5000000); /* a later one covers too: the earliest is taken */
    bytes file = build(signoff);
    printf("# report.cbor: %zu bytes\n", file.n);
    CHECK_INT(verify(file, &r), ST_OK);
    CHECK(r.failed == PROOF_OK && r.why[0] == '\0' && r.content_intact && r.key_certified);
    CHECK(r.witnessed_after && r.after_ms == SAMPLE_TIME_MS + 2000);
    CHECK(r.witnessed_before && r.before_ms == SAMPLE_TIME_MS + 4000000);
    CHECK(!r.withdrawn && !r.revoked_after);
    CHECK(str_eq(r.number, S("T1-7K-000342")) && r.version == 1 && r.total_minor == 22500);
    CHECK(r.class_ == CLASS_A && r.outcome == SIGN_SIGNED && str_eq(r.signer, S("王秀兰")));
    CHECK(id8_eq(r.author, s.tech.author) && id16_eq(r.person, s.tech.person));
    CHECK_INT(r.claimed_ms, SAMPLE_TIME_MS + 3600000);
    CHECK(str_eq(r.technician_prefix, S("T1")));
    struct report_facts f = report_help_facts(REPORT_1_ZH, parts, prices);
    static char text[CAP_REPORT_BYTES];
    str t;
    CHECK_INT(report_text(&f, text, sizeof text, &t), ST_OK);
    CHECK(str_eq(t, r.text));
    stop(&d);
}

static void with_any_single_bit_changed_it_is_not_genuine(void)
{
    begin();
    h32 signoff = sign(3600000, SIGN_SIGNED, NULL), h;
    CHECK_INT(act(&d, 3700000, &h), ST_OK);
    receive(4000000);
    static uint8_t file[1 << 16];
    bytes built = build(signoff);
    memcpy(file, built.p, built.n);
    struct proof_result r;
    unsigned by_part[PROOF_PARTS] = {0};
    clock_t t0 = clock();
    for (size_t bit = 0; bit < built.n * 8; bit++) {
        file[bit / 8] ^= (uint8_t)(1U << bit % 8);
        enum st st = verify(bytes_of(file, built.n), &r);
        if (st != ST_BAD_SIGNATURE || r.failed == PROOF_OK || r.why[0] == '\0') {
            check_fail(__FILE__, __LINE__, "bit %zu: %s", bit, st_name(st));
        }
        by_part[r.failed]++;
        file[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    printf("# %zu bits in %.1f s:", built.n * 8, (double)(clock() - t0) / CLOCKS_PER_SEC);
    for (unsigned p = 0; p < PROOF_PARTS; p++) {
        if (by_part[p] > 0) {
            printf(" %s %u;", proof_part_name((enum proof_part)p), by_part[p]);
        }
    }
    printf("\n");
    static const enum proof_part named[] = {PROOF_FILE,           PROOF_TRUST, PROOF_CERT,
                                            PROOF_ENTRY,          PROOF_FACTS, PROOF_TEXT,
                                            PROOF_STROKES,        PROOF_NAME,  PROOF_RECEIPT_CITED,
                                            PROOF_RECEIPT_COVERS, PROOF_CHAIN, PROOF_NODE};
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        CHECK(by_part[named[i]] > 0);
    }
    stop(&d);
}

static void cut_or_lengthened_it_is_not_genuine(void)
{
    begin();
    static uint8_t file[1 << 16];
    bytes built = build(sign(3600000, SIGN_REFUSED, NULL));
    memcpy(file, built.p, built.n);
    struct proof_result r;
    CHECK_INT(verify(bytes_of(file, built.n), &r), ST_OK);
    CHECK(r.outcome == SIGN_REFUSED && str_eq(r.reason, S("费用太高")));
    for (size_t n = 0; n < built.n; n++) {
        CHECK_INT(verify(bytes_of(file, n), &r), ST_BAD_SIGNATURE);
    }
    file[built.n] = 0;
    CHECK_INT(verify(bytes_of(file, built.n + 1), &r), ST_BAD_SIGNATURE);
    stop(&d);
}

static void another_amount(struct body_signed *b, char *text)
{
    (void)text;
    b->total_minor = 1;
}

static void another_text(struct body_signed *b, char *text)
{
    (void)b;
    text[0] = 'X';
}

/* Signed by the right key, and yet it does not add up: the handheld itself lied. */
static void what_a_device_signed_must_add_up(void)
{
    begin();
    expect(sign(3600000, SIGN_SIGNED, another_amount), PROOF_AMOUNT);
    expect(sign(3600000, SIGN_SIGNED, another_text), PROOF_RENDER);
    expect(sign(3600000, SIGN_SIGNED, NULL), PROOF_OK);
    stop(&d);
}

static h32 forget(const h32 *names, unsigned n, enum role role)
{
    static union body b;
    static struct chain_head head;
    uint8_t body[CAP_BODY_BYTES], buf[CAP_ENTRY_BYTES];
    memset(&b, 0, sizeof b);
    b.forgotten.n = n;
    b.forgotten.rule = FORGET_REQUEST;
    memcpy(b.forgotten.atts, names, n * sizeof *names);
    struct entry_draft draft = {.kind = KIND_FORGOTTEN,
                                .subject_type = SUBJECT_JOB,
                                .subject = sample_id16("job"),
                                .actor = sample_id16("supervisor"),
                                .actor_role = role};
    CHECK_INT(body_encode(KIND_FORGOTTEN, &b, body, sizeof body, &draft.body), ST_OK);
    memset(&head, 0, sizeof head);
    head.author = s.node.author;
    head.epoch = sample_id8(role == ROLE_SUPERVISOR ? "node epoch" : "another node epoch");
    struct now now = sample_now(9000000);
    struct entry_view e;
    CHECK_INT(entry_make(&head, &draft, &now, s.trust.deployment, s.node.keys.sign_sk, buf,
                         sizeof buf, &e, &err),
              ST_OK);
    struct store_txn *t = help_write(d.store);
    bool forked;
    CHECK_INT(journal_keep(t, &e, &forked, &err), ST_OK);
    for (unsigned i = 0; i < n; i++) {
        CHECK_INT(store_att_forget(t, names[i], e.hash, FORGET_REQUEST, now.wall_ms, &err), ST_OK);
    }
    CHECK_INT(store_commit(&t, &err), ST_OK);
    return e.hash;
}

static unsigned names_of(h32 signoff, h32 *out)
{
    struct entry_view e;
    CHECK_INT(look(&d, signoff, &e), ST_OK);
    for (unsigned i = 0; i < e.natt; i++) {
        out[i] = entry_att(&e, i);
    }
    return e.natt;
}

static void evidence_that_was_withdrawn_is_said_to_be(void)
{
    begin();
    h32 signoff = sign(3600000, SIGN_SIGNED, NULL), names[CAP_ENTRY_ATTACHMENTS];
    receive(4000000);
    unsigned n = names_of(signoff, names);
    forget(names, n, ROLE_SUPERVISOR);
    struct proof_result r;
    bytes file = build(signoff);
    CHECK_INT(verify(file, &r), ST_OK);
    CHECK(r.withdrawn && r.withdrawn_ms == SAMPLE_TIME_MS + 9000000 &&
          r.withdrawn_rule == FORGET_REQUEST && id16_eq(r.withdrawn_by, sample_id16("supervisor")));
    CHECK(r.text.n == 0 && r.total_minor == 22500 && r.witnessed_before);
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

static void who_has_no_right_to_forget_withdraws_nothing(void)
{
    begin();
    h32 signoff = sign(3600000, SIGN_SIGNED, NULL), names[CAP_ENTRY_ATTACHMENTS];
    receive(4000000);
    forget(names, names_of(signoff, names), ROLE_CLERK);
    expect(signoff, PROOF_FORGOTTEN);
    stop(&d);
}

/* The file says that nothing was forgotten, but a part is not there. */
static void a_part_left_out_is_missed(void)
{
    begin();
    bytes file = build(sign(3600000, SIGN_SIGNED, NULL));
    static uint8_t out[1 << 16];
    for (unsigned leave = 1; leave <= 4; leave++) {
        struct cbor_r r = cbor_r_init(file);
        struct cbor_w w = cbor_w_init(out, sizeof out);
        size_t pairs = cbor_get_map(&r);
        cbor_put_map(&w, pairs);
        for (size_t i = 0; i < pairs; i++) {
            uint64_t key = cbor_get_uint(&r);
            cbor_put_uint(&w, key);
            if (key != 5) {
                cbor_put_raw(&w, cbor_raw(&r));
                continue;
            }
            size_t n = cbor_get_map(&r);
            cbor_put_map(&w, n - 1);
            for (size_t k = 0; k < n; k++) {
                uint64_t part = cbor_get_uint(&r);
                bytes item = cbor_raw(&r);
                if (part != leave) {
                    cbor_put_uint(&w, part);
                    cbor_put_raw(&w, item);
                }
            }
        }
        bytes less;
        struct proof_result res;
        CHECK_INT(cbor_w_done(&w, &less), ST_OK);
        CHECK_INT(verify(less, &res), ST_BAD_SIGNATURE);
        CHECK_INT(res.failed, PROOF_FACTS + leave - 1);
    }
    stop(&d);
}

static void another_headquarters_does_not_vouch(void)
{
    begin();
    bytes file = build(sign(3600000, SIGN_SIGNED, NULL));
    struct author_keys root;
    sample_keys("another root", &root);
    struct trust t = s.trust;
    h32 id;
    hash32(bytes_of(root.sign_pk, 32), id.b);
    memcpy(t.deployment, id.b, sizeof t.deployment);
    memcpy(t.root_pk, root.sign_pk, sizeof t.root_pk);
    uint8_t doc[CAP_TRUST_BYTES], pub[HQ_PUB_BYTES_MAX];
    bytes made, other;
    CHECK_INT(trust_make(&t, root.sign_sk, doc, sizeof doc, &made), ST_OK);
    CHECK_INT(hq_pub_make(made, root.sign_pk, pub, sizeof pub, &other), ST_OK);
    struct proof_result r;
    struct arena a = arena_of(verify_memory, sizeof verify_memory);
    CHECK_INT(proof_verify(file, other, a, &r), ST_BAD_SIGNATURE);
    CHECK_INT(r.failed, PROOF_TRUST);
    CHECK_INT(proof_verify(file, bytes_of(pub, other.n - 1), a, &r), ST_BAD_INPUT);
    for (size_t bit = 0; bit < other.n * 8; bit++) {
        pub[bit / 8] ^= (uint8_t)(1U << bit % 8);
        CHECK_INT(proof_verify(file, other, a, &r), ST_BAD_INPUT);
        pub[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    author_keys_wipe(&root);
    stop(&d);
}

static void a_newer_trust_document_and_a_new_root_are_followed(void)
{
    begin();
    bytes file = build(sign(3600000, SIGN_SIGNED, NULL));
    struct author_keys next;
    sample_keys("next root", &next);
    struct trust t = s.trust;
    t.serial = 2;
    memcpy(t.next_root, next.sign_pk, 32);
    uint8_t doc[CAP_TRUST_BYTES], pub[HQ_PUB_BYTES_MAX];
    bytes made, newer;
    CHECK_INT(trust_make(&t, s.root.sign_sk, doc, sizeof doc, &made), ST_OK);
    CHECK_INT(hq_pub_make(made, s.root.sign_pk, pub, sizeof pub, &newer), ST_OK);
    struct proof_result r;
    struct arena a = arena_of(verify_memory, sizeof verify_memory);
    CHECK_INT(proof_verify(file, newer, a, &r), ST_OK);
    t.serial = 3;
    memset(t.next_root, 0, 32);
    memcpy(t.root_pk, next.sign_pk, 32);
    CHECK_INT(trust_make(&t, next.sign_sk, doc, sizeof doc, &made), ST_OK);
    CHECK_INT(hq_pub_make(made, next.sign_pk, pub, sizeof pub, &newer), ST_OK);
    CHECK_INT(proof_verify(file, newer, a, &r), ST_OK);
    author_keys_wipe(&next);
    stop(&d);
}

static void longest(struct body_signed *b, char *text)
{
    (void)text;
    b->ncovers = CAP_COVERS_MADE;
}

static void too_long(struct body_signed *b, char *text)
{
    (void)text;
    b->ncovers = CAP_COVERS;
}

static void the_qr_code_alone_proves_the_amount_and_with_the_text_the_text(void)
{
    begin();
    h32 signoff = sign(3600000, SIGN_SIGNED, NULL);
    struct arena a = arena_of(memory, sizeof memory);
    struct store_txn *t = help_read(d.store);
    str qr, url = S("https://hq.lingxue.example/verify");
    CHECK_INT(proof_qr(t, signoff, url, &a, &qr, &err), ST_OK);
    store_abort(&t);
    printf("# QR with one other author covered: %zu characters\n", qr.n);
    CHECK(qr.n <= PROOF_QR_MAX);
    struct proof_result r;
    struct arena v = arena_of(verify_memory, sizeof verify_memory);
    CHECK_INT(proof_qr_verify(qr, (str){NULL, 0}, hq_pub, v, &r), ST_OK);
    CHECK(str_eq(r.number, S("T1-7K-000342")) && r.total_minor == 22500 && r.class_ == CLASS_A);
    CHECK(r.key_certified && !r.content_intact);
    struct report_facts f = report_help_facts(REPORT_1_ZH, parts, prices);
    static char text[CAP_REPORT_BYTES];
    str x;
    CHECK_INT(report_text(&f, text, sizeof text, &x), ST_OK);
    CHECK_INT(proof_qr_verify(qr, x, hq_pub, v, &r), ST_OK);
    CHECK(r.content_intact && str_eq(r.text, x));
    text[x.n - 1] ^= 1;
    CHECK_INT(proof_qr_verify(qr, x, hq_pub, v, &r), ST_BAD_SIGNATURE);
    CHECK_INT(r.failed, PROOF_TEXT);
    text[x.n - 1] ^= 1;
    static char copy[PROOF_QR_MAX + 1];
    memcpy(copy, qr.p, qr.n);
    for (size_t i = url.n + 1; i < qr.n; i++) {
        char was = copy[i];
        copy[i] = was == 'A' ? 'B' : 'A';
        CHECK_INT(proof_qr_verify((str){copy, qr.n}, x, hq_pub, v, &r), ST_BAD_SIGNATURE);
        copy[i] = was;
    }
    stop(&d);
}

static void the_longest_sign_off_fits_the_code(void)
{
    begin();
    h32 signoff = sign(3600000, SIGN_SIGNED, longest);
    struct arena a = arena_of(memory, sizeof memory);
    struct store_txn *t = help_read(d.store);
    str qr = {NULL, 0};
    CHECK_INT(proof_qr(t, signoff, S("https://hq.lingxue.example/verify"), &a, &qr, &err), ST_OK);
    store_abort(&t);
    printf("# QR of the longest sign-off that we make: %zu characters\n", qr.n);
    CHECK(qr.n > 0 && qr.n <= PROOF_QR_MAX);
    /* What somebody else might make is refused in words, not cut. */
    signoff = sign(3700000, SIGN_SIGNED, too_long);
    a = arena_of(memory, sizeof memory);
    t = help_read(d.store);
    CHECK_INT(proof_qr(t, signoff, S("https://hq.lingxue.example/verify"), &a, &qr, &err),
              ST_TOO_BIG);
    store_abort(&t);
    expect(signoff, PROOF_OK);
    stop(&d);
}

int main(void)
{
    if (!proof_help_start()) {
        return 99;
    }
    RUN(a_signed_report_is_genuine_and_says_what_it_proves);
    RUN(with_any_single_bit_changed_it_is_not_genuine);
    RUN(cut_or_lengthened_it_is_not_genuine);
    RUN(what_a_device_signed_must_add_up);
    RUN(evidence_that_was_withdrawn_is_said_to_be);
    RUN(who_has_no_right_to_forget_withdraws_nothing);
    RUN(a_part_left_out_is_missed);
    RUN(another_headquarters_does_not_vouch);
    RUN(a_newer_trust_document_and_a_new_root_are_followed);
    RUN(the_qr_code_alone_proves_the_amount_and_with_the_text_the_text);
    RUN(the_longest_sign_off_fits_the_code);
    sample_free(&s);
    CHECK_END();
}
