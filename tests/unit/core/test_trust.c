/* test_trust.c - trust document, certificates, revocations, receipts: who believes what, and why
 * not. */
#include "core/codec/hash.h"
#include "core/keys/trust.h"
#include "tests/support/check.h"
#include "tests/support/guard.h"
#include "tests/support/vectors.h"

static struct vectors all;
static uint8_t buf[CAP_TRUST_BYTES];

static enum st open_as(const char *type, bytes doc)
{
    static struct trust trust;
    static struct cert cert;
    static struct revocation revocation;
    static struct receipt receipt;
    if (strcmp(type, "trust") == 0) {
        return trust_open(doc, NULL, &trust, NULL);
    }
    if (strcmp(type, "certificate") == 0) {
        return cert_open(doc, &all.s.trust, &cert, NULL);
    }
    if (strcmp(type, "revocation") == 0) {
        return revocation_open(doc, &all.s.trust, &revocation, NULL);
    }
    return receipt_open(doc, &all.s.trust, &receipt, NULL);
}

static const char *const documents[] = {"trust", "certificate", "revocation", "receipt",
                                        "receipt-with-named-attachments"};

static void every_prefix_of_a_document_is_refused_and_nothing_beyond_is_read(void)
{
    for (size_t k = 0; k < sizeof documents / sizeof documents[0]; k++) {
        const struct vector *v = vectors_find(&all, documents[k]);
        for (size_t n = 0; n < v->n; n++) {
            struct guard g = guard_copy(bytes_of(v->data, n));
            CHECK(open_as(v->type, g.b) == ST_BAD_FORM);
            guard_free(&g);
        }
        struct guard g = guard_copy(bytes_of(v->data, v->n));
        CHECK(open_as(v->type, g.b) == ST_OK);
        guard_free(&g);
    }
}

static void every_altered_bit_of_a_document_is_refused(void)
{
    for (size_t k = 0; k < sizeof documents / sizeof documents[0]; k++) {
        struct vector v = *vectors_find(&all, documents[k]);
        for (size_t bit = 0; bit < v.n * 8; bit++) {
            v.data[bit / 8] = (uint8_t)(v.data[bit / 8] ^ (1U << bit % 8));
            CHECK(open_as(v.type, bytes_of(v.data, v.n)) != ST_OK);
            v.data[bit / 8] = (uint8_t)(v.data[bit / 8] ^ (1U << bit % 8));
        }
    }
}

static void one_type_never_passes_for_another(void)
{
    for (size_t k = 0; k < 4; k++) {
        for (size_t i = 0; i < 4; i++) {
            const struct vector *v = vectors_find(&all, documents[i]);
            CHECK((open_as(documents[k], bytes_of(v->data, v->n)) == ST_OK) == (i == k));
        }
    }
}

static void a_trust_document_says_what_was_put_in(void)
{
    const struct trust *t = &all.s.trust;
    CHECK(t->serial == 1 && t->legal_period_days == 730 && t->nkeys == 4);
    CHECK_STR(t->name, "\xe6\xb5\xb7\xe9\xa3\x8e\xe5\xae\xb6\xe7\x94\xb5");
    CHECK(trust_find(t, TRUST_ISSUING, key_id(all.s.issuing.sign_pk)) != NULL);
    CHECK(trust_find(t, TRUST_NODE, key_id(all.s.issuing.sign_pk)) == NULL);
    uint8_t h[32];
    hash32(bytes_of(all.s.root.sign_pk, 32), h);
    CHECK_BYTES(t->deployment, 16, h, 16);
}

static struct trust second(void)
{
    struct trust t = all.s.trust;
    t.serial = 2;
    return t;
}

static void the_first_root_vouches_for_itself_and_a_later_one_must_be_known(void)
{
    struct author_keys next;
    sample_keys("next root", &next);
    struct trust t = second(), got;
    memcpy(t.next_root, next.sign_pk, 32);
    bytes doc;
    const char *rule;
    CHECK(trust_make(&t, all.s.root.sign_sk, buf, sizeof buf, &doc) == ST_OK);
    CHECK(trust_open(doc, all.s.root.sign_pk, &got, &rule) == ST_OK);
    CHECK_BYTES(got.next_root, 32, next.sign_pk, 32);

    t = second();
    t.serial = 3;
    memcpy(t.root_pk, next.sign_pk, 32); /* the deployment keeps its name */
    CHECK(trust_make(&t, next.sign_sk, buf, sizeof buf, &doc) == ST_OK);
    CHECK(trust_open(doc, NULL, &got, &rule) == ST_UNTRUSTED);
    CHECK(trust_open(doc, all.s.root.sign_pk, &got, &rule) == ST_UNTRUSTED);
    CHECK_STR(rule, "another root");
    CHECK(trust_open(doc, next.sign_pk, &got, &rule) == ST_OK);
    author_keys_wipe(&next);
}

static void a_trust_document_is_not_made_with_anothers_key_nor_with_a_key_twice(void)
{
    struct trust t = second();
    bytes doc;
    CHECK(trust_make(&t, all.s.issuing.sign_sk, buf, sizeof buf, &doc) == ST_BUG);
    CHECK(doc.p == NULL);
    t.keys[t.nkeys++] = t.keys[0];
    CHECK(trust_make(&t, all.s.root.sign_sk, buf, sizeof buf, &doc) == ST_BUG);
    t = second();
    t.serial = 0;
    CHECK(trust_make(&t, all.s.root.sign_sk, buf, sizeof buf, &doc) == ST_BUG);
}

static void a_trust_document_holds_24_keys(void)
{
    struct trust t = second(), got;
    while (t.nkeys < TRUST_KEYS_MAX) {
        struct trust_key *k = &t.keys[t.nkeys];
        *k = t.keys[0];
        k->pk[0] = (uint8_t)t.nkeys++;
    }
    memset(t.name, 'n', sizeof t.name - 1);
    memset(t.next_root, 1, 32);
    bytes doc;
    CHECK(trust_make(&t, all.s.root.sign_sk, buf, sizeof buf, &doc) == ST_OK);
    CHECK(doc.n <= CAP_TRUST_BYTES);
    CHECK(trust_open(doc, NULL, &got, NULL) == ST_OK && got.nkeys == TRUST_KEYS_MAX);
}

static void the_newest_valid_key_is_current_and_a_wrong_clock_locks_nobody_out(void)
{
    struct trust t = {.nkeys = 3};
    const int64_t day = 86400000;
    for (unsigned i = 0; i < 3; i++) {
        t.keys[i] = (struct trust_key){
            .use = TRUST_SEALING, .from_ms = (1 + i) * 100 * day, .until_ms = (3 + i) * 100 * day};
        t.keys[i].id.b[0] = (uint8_t)i;
    }
    CHECK(trust_current(&t, TRUST_SEALING, 250 * day) == &t.keys[1]);
    CHECK(trust_current(&t, TRUST_SEALING, 50 * day) == &t.keys[2]);
    CHECK(trust_current(&t, TRUST_SEALING, 9000 * day) == &t.keys[2]);
    t.keys[2].revoked = true;
    CHECK(trust_current(&t, TRUST_SEALING, 350 * day) == &t.keys[1]);
    CHECK(trust_current(&t, TRUST_NODE, 350 * day) == NULL);
}

static void a_certificate_says_who_and_by_whom(void)
{
    const struct cert *c = &all.s.tech.cert;
    CHECK(id8_eq(c->author, key_id(all.s.tech.keys.sign_pk)));
    CHECK(id8_eq(c->issuer, key_id(all.s.issuing.sign_pk)));
    CHECK(id16_eq(c->person, sample_id16("technician")) && c->role == ROLE_TECHNICIAN);
    CHECK_BYTES(c->box_pk, 32, all.s.tech.keys.box_pk, 32);
    CHECK_STR(c->prefix, "T1");
    CHECK(c->whole.n <= CAP_CERT_BYTES);
    struct cert form;
    CHECK(cert_parse(c->whole, &form, NULL) == ST_OK && id8_eq(form.author, c->author));
}

static void a_certificate_of_an_unknown_or_revoked_issuer_is_not_trusted(void)
{
    struct trust t = all.s.trust;
    struct cert c;
    const char *rule;
    t.keys[0].revoked = true;
    CHECK(cert_open(all.s.tech.cert.whole, &t, &c, &rule) == ST_UNTRUSTED);
    CHECK_STR(rule, "issuer revoked");
    t.keys[0].use = TRUST_NODE; /* a node's key certifies nobody */
    CHECK(cert_open(all.s.tech.cert.whole, &t, &c, &rule) == ST_UNTRUSTED);
    CHECK_STR(rule, "issuer unknown");
    t = all.s.trust;
    t.deployment[3] ^= 1;
    CHECK(cert_open(all.s.tech.cert.whole, &t, &c, &rule) == ST_BAD_SIGNATURE);
}

static void a_certificate_with_a_name_that_is_not_its_keys_is_not_made(void)
{
    struct cert c = all.s.tech.cert;
    bytes doc;
    c.author.b[0] ^= 1;
    CHECK(cert_make(&c, all.s.trust.deployment, all.s.issuing.sign_sk, buf, sizeof buf, &doc) ==
          ST_BUG);
    c = all.s.tech.cert;
    snprintf(c.prefix, sizeof c.prefix, "T 1");
    CHECK(cert_make(&c, all.s.trust.deployment, all.s.issuing.sign_sk, buf, sizeof buf, &doc) ==
          ST_BUG);
    c.prefix[0] = '\0';
    CHECK(cert_make(&c, all.s.trust.deployment, all.s.issuing.sign_sk, buf, sizeof buf, &doc) ==
          ST_BUG);
}

static void a_revocation_names_the_last_trusted_heads(void)
{
    const struct vector *v = vectors_find(&all, "revocation");
    struct revocation x;
    CHECK(revocation_open(bytes_of(v->data, v->n), &all.s.trust, &x, NULL) == ST_OK);
    CHECK(x.number == 1 && id8_eq(x.author, all.s.other.author) && x.nheads == 1);
    CHECK(x.heads[0].seq == 17 && h32_eq(x.heads[0].hash, sample_h32("the last trusted entry")));
    x.nheads = REVOCATION_HEADS_MAX;
    for (unsigned i = 0; i < x.nheads; i++) {
        x.heads[i].seq = INT64_MAX;
    }
    bytes doc;
    CHECK(revocation_make(&x, all.s.trust.deployment, all.s.issuing.sign_sk, buf, sizeof buf,
                          &doc) == ST_OK);
    CHECK(revocation_open(doc, &all.s.trust, &x, NULL) == ST_OK &&
          x.nheads == REVOCATION_HEADS_MAX);
}

static struct receipt some_receipt(void)
{
    const struct vector *v = vectors_find(&all, "receipt-with-named-attachments");
    struct receipt r;
    CHECK(receipt_open(bytes_of(v->data, v->n), &all.s.trust, &r, NULL) == ST_OK);
    return r;
}

static enum st make_receipt(const struct receipt *r, bytes *doc)
{
    return receipt_make(r, all.s.trust.deployment, all.s.node.keys.sign_sk, buf, sizeof buf, doc);
}

static void a_receipt_says_what_is_held(void)
{
    struct receipt r = some_receipt();
    CHECK(id8_eq(r.node, all.s.node.author) && id8_eq(r.author, all.s.tech.author));
    CHECK(r.seq == 4 && r.att_through == 3 && r.nnamed == 2 && r.node_seq == 42);
    CHECK(h32_eq(r.named[1], sample_h32("text")));
    const struct vector *v = vectors_find(&all, "receipt-with-named-attachments");
    h32 h;
    hash32(bytes_of(v->data, v->n), h.b);
    CHECK(h32_eq(r.hash, h));
}

static void the_largest_receipt_fits_and_one_of_nothing_is_said_plainly(void)
{
    struct receipt r = some_receipt(), got;
    bytes doc;
    r.nnamed = RECEIPT_NAMED_MAX;
    r.seq = r.att_through = r.node_seq = INT64_MAX;
    CHECK(make_receipt(&r, &doc) == ST_OK && doc.n <= RECEIPT_BYTES_MAX);
    CHECK(receipt_open(doc, &all.s.trust, &got, NULL) == ST_OK && got.nnamed == 32);
    r = some_receipt();
    r.seq = r.att_through = 0;
    CHECK(make_receipt(&r, &doc) == ST_BUG); /* nothing is held, yet it names a head */
    memset(&r.head, 0, sizeof r.head);
    CHECK(make_receipt(&r, &doc) == ST_OK);
    CHECK(receipt_open(doc, &all.s.trust, &got, NULL) == ST_OK && got.seq == 0);
    r.att_through = 1;
    CHECK(make_receipt(&r, &doc) == ST_BUG);
}

/* What lies under our own seal was signed or verified before: its form, its node, no more. */
static void a_kept_receipt_is_read_without_a_look_at_its_signature(void)
{
    struct receipt r = some_receipt(), got;
    bytes doc;
    CHECK(make_receipt(&r, &doc) == ST_OK);
    CHECK(receipt_kept(doc, &all.s.trust, &got, NULL) == ST_OK && got.seq == r.seq);
    uint8_t altered[RECEIPT_BYTES_MAX];
    memcpy(altered, doc.p, doc.n);
    altered[doc.n - 1] ^= 1; /* of the signature */
    CHECK(receipt_open(bytes_of(altered, doc.n), &all.s.trust, &got, NULL) == ST_BAD_SIGNATURE);
    CHECK(receipt_kept(bytes_of(altered, doc.n), &all.s.trust, &got, NULL) == ST_OK);
    CHECK(receipt_kept(bytes_of(altered, doc.n - 1), &all.s.trust, &got, NULL) != ST_OK);
    struct trust nobody = all.s.trust;
    nobody.nkeys = 0;
    CHECK(receipt_kept(doc, &nobody, &got, NULL) == ST_UNTRUSTED);
}

static void a_receipt_is_by_a_node_and_by_no_other_key(void)
{
    struct receipt r = some_receipt(), got;
    bytes doc;
    const char *rule;
    CHECK(receipt_make(&r, all.s.trust.deployment, all.s.tech.keys.sign_sk, buf, sizeof buf,
                       &doc) == ST_OK);
    CHECK(receipt_open(doc, &all.s.trust, &got, &rule) == ST_UNTRUSTED);
    CHECK_STR(rule, "node unknown");
    CHECK(receipt_make(&r, all.s.trust.deployment, all.s.issuing.sign_sk, buf, sizeof buf, &doc) ==
          ST_OK);
    CHECK(receipt_open(doc, &all.s.trust, &got, &rule) == ST_UNTRUSTED);
    struct trust t = all.s.trust;
    t.keys[1].revoked = true;
    CHECK(make_receipt(&r, &doc) == ST_OK);
    CHECK(receipt_open(doc, &t, &got, &rule) == ST_REVOKED && got.seq == 4);
}

int main(void)
{
    vectors_build(&all);
    RUN(every_prefix_of_a_document_is_refused_and_nothing_beyond_is_read);
    RUN(every_altered_bit_of_a_document_is_refused);
    RUN(one_type_never_passes_for_another);
    RUN(a_trust_document_says_what_was_put_in);
    RUN(the_first_root_vouches_for_itself_and_a_later_one_must_be_known);
    RUN(a_trust_document_is_not_made_with_anothers_key_nor_with_a_key_twice);
    RUN(a_trust_document_holds_24_keys);
    RUN(the_newest_valid_key_is_current_and_a_wrong_clock_locks_nobody_out);
    RUN(a_certificate_says_who_and_by_whom);
    RUN(a_certificate_of_an_unknown_or_revoked_issuer_is_not_trusted);
    RUN(a_certificate_with_a_name_that_is_not_its_keys_is_not_made);
    RUN(a_revocation_names_the_last_trusted_heads);
    RUN(a_receipt_says_what_is_held);
    RUN(the_largest_receipt_fits_and_one_of_nothing_is_said_plainly);
    RUN(a_kept_receipt_is_read_without_a_look_at_its_signature);
    RUN(a_receipt_is_by_a_node_and_by_no_other_key);
    sample_free(&all.s);
    CHECK_END();
}
