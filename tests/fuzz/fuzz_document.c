/* fuzz_document.c - trust document, certificate, revocation, receipt, proof of a fork, the same as
 * a file: what root, issuing key and node sign. The first byte chooses which; with 0x10 the rest is
 * a payload that is signed here, so that the fuzzer gets behind the signature. */
#include "core/codec/cose.h"
#include "core/codec/hash.h"
#include "core/journal/forks.h"
#include "core/keys/trust.h"
#include "tests/fuzz/door.h"
#include "tests/support/sample.h"

enum which { TRUST, CERT, REVOCATION, RECEIPT, FORK, FORK_FILE, WHICH };
#define SIGN_IT 0x10

static struct sample s;
static uint8_t buf[COSE_WHOLE_BYTES];

static void begin(void)
{
    sample_make(&s);
}

static bytes signed_here(enum which which, bytes payload)
{
    static const enum cose_type type[] = {COSE_TRUST, COSE_CERTIFICATE, COSE_REVOCATION,
                                          COSE_RECEIPT, COSE_FORK};
    const struct author_keys *k = which == TRUST     ? &s.root
                                  : which == RECEIPT ? &s.node.keys
                                                     : &s.issuing;
    static uint8_t out[COSE_WHOLE_BYTES];
    id8 kid = key_id(k->sign_pk);
    bytes doc;
    enum st st = cose_sign(type[which], s.trust.deployment, kid.b, payload, k->sign_sk, out,
                           sizeof out, &doc);
    HOLD(st == ST_OK || (st == ST_TOO_BIG && payload.n > COSE_PAYLOAD_BYTES));
    return doc;
}

static bool trust(bytes doc)
{
    static struct trust t, known;
    const char *rule = NULL;
    bytes again;
    enum st st = trust_open(doc, NULL, &t, &rule);
    HOLD(rule != NULL && (rule[0] != '\0') == (st != ST_OK));
    enum st under = trust_open(doc, s.root.sign_pk, &known, NULL);
    if (under == ST_OK) {
        HOLD(trust_make(&known, s.root.sign_sk, buf, sizeof buf, &again) == ST_OK);
        HOLD(bytes_eq(again, doc));
        for (unsigned i = 0; i < known.nkeys; i++) {
            HOLD(trust_find(&known, known.keys[i].use, known.keys[i].id) == &known.keys[i]);
        }
        IGNORE(trust_current(&known, TRUST_SEALING, SAMPLE_TIME_MS) == NULL);
        HOLD(memchr(known.name, '\0', sizeof known.name) != NULL);
    }
    if (st == ST_OK) { /* only whoever has a root key can be its first document's author */
        h32 own;
        hash32(bytes_of(t.root_pk, 32), own.b);
        HOLD(memcmp(own.b, t.deployment, 16) == 0);
    }
    return under == ST_OK;
}

static bool cert(bytes doc)
{
    struct cert c, form;
    const char *rule = NULL;
    bytes again;
    enum st st = cert_open(doc, &s.trust, &c, &rule);
    HOLD(rule != NULL && (rule[0] != '\0') == (st != ST_OK));
    if (st != ST_OK) {
        return false;
    }
    HOLD(cert_parse(doc, &form, NULL) == ST_OK && id8_eq(form.author, c.author));
    HOLD(bytes_eq(c.whole, doc) && id8_eq(c.author, key_id(c.sign_pk)));
    HOLD(cert_make(&c, s.trust.deployment, s.issuing.sign_sk, buf, sizeof buf, &again) == ST_OK);
    HOLD(bytes_eq(again, doc));
    return true;
}

static bool revocation(bytes doc)
{
    struct revocation r;
    const char *rule = NULL;
    bytes again;
    enum st st = revocation_open(doc, &s.trust, &r, &rule);
    HOLD(rule != NULL && (rule[0] != '\0') == (st != ST_OK));
    if (st != ST_OK) {
        return false;
    }
    HOLD(bytes_eq(r.whole, doc) && r.nheads <= REVOCATION_HEADS_MAX && r.number > 0);
    HOLD(revocation_make(&r, s.trust.deployment, s.issuing.sign_sk, buf, sizeof buf, &again) ==
         ST_OK);
    HOLD(bytes_eq(again, doc));
    return true;
}

static bool receipt(bytes doc)
{
    struct receipt r;
    const char *rule = NULL;
    bytes again;
    h32 hash;
    enum st st = receipt_open(doc, &s.trust, &r, &rule);
    HOLD(rule != NULL && (rule[0] != '\0') == (st != ST_OK));
    if (st != ST_OK) {
        return false;
    }
    hash32(doc, hash.b);
    HOLD(bytes_eq(r.whole, doc) && h32_eq(r.hash, hash) && r.nnamed <= RECEIPT_NAMED_MAX);
    HOLD(r.att_through <= r.seq && (r.seq == 0) == h32_zero(r.head));
    HOLD(receipt_make(&r, s.trust.deployment, s.node.keys.sign_sk, buf, sizeof buf, &again) ==
         ST_OK);
    HOLD(bytes_eq(again, doc));
    return true;
}

static bool fork_proof(bytes doc)
{
    static uint8_t again[FORK_PROOF_BYTES_MAX];
    struct entry_view a, b;
    const char *rule = NULL;
    bytes out;
    enum st st = fork_open(doc, s.trust.deployment, s.tech.keys.sign_pk, &a, &b, &rule);
    HOLD(rule != NULL && (rule[0] != '\0') == (st != ST_OK));
    if (st != ST_OK) {
        HOLD(a.whole.n == 0 && b.whole.n == 0);
        return false;
    }
    HOLD(a.seq == b.seq && id8_eq(a.epoch, b.epoch) && !h32_eq(a.hash, b.hash));
    HOLD(fork_make(&b, &a, again, sizeof again, &out) == ST_OK && bytes_eq(out, doc));
    return true;
}

static bool fork_file(bytes doc)
{
    struct cert c;
    struct entry_view a, b;
    const char *rule = NULL;
    enum st st = forks_file_open(doc, &s.trust, &c, &a, &b, &rule);
    HOLD(rule != NULL && (rule[0] != '\0') == (st != ST_OK));
    HOLD(st != ST_OK || (forks_file_is(doc) && id8_eq(c.author, a.author) && a.seq == b.seq &&
                         !h32_eq(a.hash, b.hash)));
    return st == ST_OK;
}

static bool take(bytes in)
{
    if (in.n == 0) {
        return false;
    }
    enum which which = (enum which)(in.p[0] % SIGN_IT % WHICH);
    bytes doc = bytes_of(in.p + 1, in.n - 1);
    if ((in.p[0] & SIGN_IT) != 0 && which < FORK) {
        doc = signed_here(which, doc);
    }
    switch (which) {
    case TRUST:
        return trust(doc);
    case CERT:
        return cert(doc);
    case REVOCATION:
        return revocation(doc);
    case FORK:
        return fork_proof(doc);
    case FORK_FILE:
        return fork_file(doc);
    default:
        return receipt(doc);
    }
}

static void seeds(void)
{
    static const struct {
        const char *type;
        enum which which;
    } all[] = {{"trust", TRUST},     {"certificate", CERT}, {"revocation", REVOCATION},
               {"receipt", RECEIPT}, {"fork", FORK},        {"fork-file", FORK_FILE}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        door_seed_vectors(all[i].type, (int)all[i].which);
    }
    bytes docs[] = {s.trust_doc, s.tech.cert.whole, s.node.cert.whole};
    for (size_t i = 0; i < 3; i++) {
        struct cose_view v;
        HOLD(cose_open(docs[i], 0, &v, NULL, NULL) == ST_OK);
        door_seed_with((uint8_t)(SIGN_IT | (i == 0 ? TRUST : CERT)), v.payload);
    }
    struct receipt r = {.author = s.tech.author,
                        .epoch = sample_id8("epoch"),
                        .seq = 4,
                        .head = sample_h32("head"),
                        .att_through = 3,
                        .nnamed = 2,
                        .named = {sample_h32("strokes"), sample_h32("text")}};
    struct revocation gone = {.number = 1, .author = s.other.author, .nheads = 2};
    gone.heads[0].seq = gone.heads[1].seq = 17;
    gone.heads[1].epoch = sample_id8("epoch");
    bytes doc;
    struct cose_view v;
    HOLD(receipt_make(&r, s.trust.deployment, s.node.keys.sign_sk, buf, sizeof buf, &doc) == ST_OK);
    HOLD(cose_open(doc, 0, &v, NULL, NULL) == ST_OK);
    door_seed_with(SIGN_IT | RECEIPT, v.payload);
    HOLD(revocation_make(&gone, s.trust.deployment, s.issuing.sign_sk, buf, sizeof buf, &doc) ==
         ST_OK);
    HOLD(cose_open(doc, 0, &v, NULL, NULL) == ST_OK);
    door_seed_with(SIGN_IT | REVOCATION, v.payload);
}

static size_t cbor_at(bytes in, bool *in_strings)
{
    (void)in;
    *in_strings = true;
    return 1;
}

const struct door door = {.name = "document",
                          .max_bytes = 8192,
                          .prefix_free = true,
                          .no_memory = true,
                          .begin = begin,
                          .take = take,
                          .seeds = seeds,
                          .cbor_at = cbor_at};
