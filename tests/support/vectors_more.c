/* vectors_more.c - of vectors.h: envelopes that are not ours, documents with one thing bent, forks.
 */
#include "tests/support/vectors_inside.h"

#include "core/codec/cose.h"
#include "core/journal/fork.h"

/* The bytes `from` of a vector become `to`, as long; they must be there. */
static void patch(struct vector *v, const char *from, const char *to)
{
    uint8_t a[64], b[64];
    size_t n = vectors_unhex(from, a);
    if (vectors_unhex(to, b) == n) {
        for (size_t i = 0; i + n <= v->n; i++) {
            if (memcmp(v->data + i, a, n) == 0) {
                memcpy(v->data + i, b, n);
                return;
            }
        }
    }
    vectors_die(v->name, "nothing to patch");
}

/* Another document of that kind, properly signed, with one thing in its payload changed. */
static void bent_document(struct vectors *t, const char *name, const char *of, enum cose_type type,
                          const struct author_keys *k, const char *from, const char *to,
                          const char *rule)
{
    struct vector *v = vectors_again(t, name, of, "bad form", rule), payload = *v;
    struct cose_view view;
    bytes whole;
    id8 kid = key_id(k->sign_pk);
    if (cose_open(bytes_of(v->data, v->n), 0, &view, NULL, NULL) != ST_OK) {
        vectors_die(name, "open");
    }
    memcpy(payload.data, view.payload.p, view.payload.n);
    payload.n = view.payload.n;
    patch(&payload, from, to);
    if (cose_sign(type, t->s.trust.deployment, kid.b, bytes_of(payload.data, payload.n), k->sign_sk,
                  v->data, sizeof v->data, &whole) != ST_OK) {
        vectors_die(name, "sign");
    }
    v->n = whole.n;
}

/* An entry whose signature is S + L in place of S: the same point, another encoding. */
static void malleated(struct vectors *t)
{
    static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,       0xd6,
                                      0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
    struct vector *v = vectors_again(t, "entry-signature-plus-order", "entry-visit-arrived",
                                     "bad signature", "signature");
    unsigned carry = 0;
    for (size_t i = 0; i < 32; i++) {
        unsigned sum = v->data[v->n - 32 + i] + order[i] + carry;
        v->data[v->n - 32 + i] = (uint8_t)sum;
        carry = sum >> 8;
    }
}

void vectors_bent_envelopes(struct vectors *t)
{
    const struct sample *s = &t->s;
    patch(vectors_again(t, "entry-old-algorithm", "entry-plain", "bad form", "algorithm"), "a20132",
          "a20127");
    patch(vectors_again(t, "entry-headers-out-of-order", "entry-plain", "bad form",
                        "protected header"),
          "a20132", "a20332");
    struct vector *v =
        vectors_again(t, "entry-without-tag", "entry-plain", "bad form", "COSE_Sign1");
    memmove(v->data, v->data + 1, --v->n);
    v = vectors_again(t, "entry-unprotected-header", "entry-plain", "bad form",
                      "unprotected header");
    memmove(v->data + 19, v->data + 17, v->n - 17);
    memcpy(v->data + 16, "\xa1\x01\x32", 3); /* a0 becomes {1: -19} */
    v->n += 2;
    malleated(t);
    bent_document(t, "receipt-attachments-beyond", "receipt", COSE_RECEIPT, &s->node.keys, "0603",
                  "0605", "attachments beyond the head");
    bent_document(t, "certificate-role-zero", "certificate", COSE_CERTIFICATE, &s->issuing, "0401",
                  "0400", "role");
    bent_document(t, "certificate-prefix-with-space", "certificate", COSE_CERTIFICATE, &s->issuing,
                  "08425431", "08425420", "prefix");
    bent_document(t, "revocation-number-zero", "revocation", COSE_REVOCATION, &s->issuing, "a40101",
                  "a40100", "number");
    bent_document(t, "trust-serial-zero", "trust", COSE_TRUST, &s->root, "0101", "0100", "serial");
    patch(
        vectors_again(t, "manifest-type-zero", "manifest-of-a-text", "bad form", "attachment type"),
        "0201", "0200");
}

/* ---- forks ------------------------------------------------------------------------------------
 */

static void fork_of(struct vectors *t, const char *name, const char *a, const char *b, bool swap,
                    const char *expect, const char *rule)
{
    struct vector *v = vectors_add(t, name, "fork", t->s.tech.keys.sign_pk);
    const struct vector *one = vectors_find(t, a), *two = vectors_find(t, b);
    struct cbor_w w = cbor_w_init(v->data, sizeof v->data);
    struct entry_view x, y;
    bytes out;
    if (entry_parse(bytes_of(one->data, one->n), &x, NULL, NULL) != ST_OK ||
        entry_parse(bytes_of(two->data, two->n), &y, NULL, NULL) != ST_OK) {
        vectors_die(name, "entries");
    }
    bool other = (h32_cmp(x.hash, y.hash) > 0) != swap;
    cbor_put_array(&w, 2);
    cbor_put_bytes(&w, other ? y.whole : x.whole);
    cbor_put_bytes(&w, other ? x.whole : y.whole);
    if (cbor_w_done(&w, &out) != ST_OK) {
        vectors_die(name, "too long");
    }
    v->n = out.n;
    v->expect = expect;
    v->rule = rule;
}

/* A bit of the second entry's signature, such that the two still stand in their order. */
static void alter_in_order(struct vector *v)
{
    struct entry_view a, b;
    for (size_t i = 1; i <= COSE_SIG_BYTES; i++) {
        v->data[v->n - i] ^= 1;
        if (fork_open(bytes_of(v->data, v->n), v->deployment, v->pk, &a, &b, NULL) ==
            ST_BAD_SIGNATURE) {
            return;
        }
        v->data[v->n - i] ^= 1;
    }
    vectors_die(v->name, "no bit to alter");
}

void vectors_forks(struct vectors *t)
{
    uint8_t buf[512];
    struct chain_head head = {.author = t->s.tech.author, .epoch = sample_id8("epoch")};
    struct entry_draft d = {.kind = KIND_VISIT_LEFT,
                            .subject_type = SUBJECT_JOB,
                            .subject = sample_id16("job"),
                            .body = vectors_visit_body(buf, sizeof buf, 0, 0)};
    vectors_entry(t, "entry-of-a-second-history", &t->s.tech, &head, &d, sample_now(90000));
    const char *a = "entry-journal-opened", *b = "entry-of-a-second-history";
    fork_of(t, "fork", a, b, false, "ok", "");
    fork_of(t, "fork-out-of-order", a, b, true, "bad form", "order of entries");
    fork_of(t, "fork-of-one-entry", a, a, false, "bad form", "not a fork");
    fork_of(t, "fork-of-two-sequences", b, "entry-visit-arrived", false, "bad form", "not a fork");
    struct vector *v = vectors_again(t, "fork-altered", "fork", "bad signature", "signature");
    alter_in_order(v);
    v = vectors_again(t, "fork-under-another-key", "fork", "bad signature", "signature");
    memcpy(v->pk, t->s.other.keys.sign_pk, 32);
    v = vectors_again(t, "fork-cut", "fork", "bad form", "length beyond input");
    v->n -= 1;
    v = vectors_again(t, "fork-byte-behind", "fork", "bad form", "trailing bytes");
    v->data[v->n++] = 0;
}

/* A fork as a file: [proof, certificate of the key that signed both]. `one` stands where the proof
 * does, `two` where the certificate does; both are names of vectors. */
static struct vector *file_of(struct vectors *t, const char *name, const char *one, const char *two,
                              const char *expect, const char *rule)
{
    struct vector *v = vectors_add(t, name, "fork-file", t->s.issuing.sign_pk);
    const struct vector *parts[] = {vectors_find(t, one), vectors_find(t, two)};
    struct cbor_w w = cbor_w_init(v->data, sizeof v->data);
    bytes out;
    cbor_put_array(&w, 2);
    for (unsigned i = 0; i < 2; i++) {
        cbor_put_bytes(&w, bytes_of(parts[i]->data, parts[i]->n));
    }
    if (cbor_w_done(&w, &out) != ST_OK) {
        vectors_die(name, "too long");
    }
    v->n = out.n;
    v->expect = expect;
    v->rule = rule;
    return v;
}

void vectors_fork_files(struct vectors *t)
{
    const char *cut = "length beyond input", *behind = "trailing bytes";
    file_of(t, "fork-file", "fork", "certificate", "ok", "");
    file_of(t, "fork-file-of-one-entry", "fork-of-one-entry", "certificate", "bad form",
            "not a fork");
    file_of(t, "fork-file-proof-altered", "fork-altered", "certificate", "bad signature",
            "signature");
    file_of(t, "fork-file-certificate-altered", "fork", "certificate-altered", "bad signature",
            "signature");
    file_of(t, "fork-file-receipt-as-certificate", "fork", "receipt", "bad form", "payload value");
    struct vector *v =
        vectors_again(t, "fork-file-without-certificate", "fork-file", "bad form", "fork file");
    v->data[0] = 0x81;
    v->n -= vectors_find(t, "certificate")->n + 2; /* a byte string's head: 58 xx */
    v = vectors_again(t, "fork-file-cut", "fork-file", "bad form", cut);
    v->n -= 1;
    v = vectors_again(t, "fork-file-byte-behind", "fork-file", "bad form", behind);
    v->data[v->n++] = 0;
}
