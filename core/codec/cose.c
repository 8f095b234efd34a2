/* cose.c - see cose.h. Three steps, used in turn by each entrance: take the outer array apart,
 * verify the signature over the bytes as received, read the headers. */
#include "core/codec/cose.h"
#include <sodium/crypto_sign_ed25519.h>

#define PROT_BYTES 64 /* largest protected header that is looked at; ours has 13 */
#define AAD_BYTES 64  /* largest external AAD; ours has 36 */
/* Sig_structure: array head, "Signature1", and three byte strings with their heads. Ed25519 goes
 * over its message twice, so the message must lie in one piece: here, on the stack. */
#define TO_SIGN_BYTES (1 + 11 + (2 + PROT_BYTES) + (2 + AAD_BYTES) + (3 + COSE_PAYLOAD_BYTES))

_Static_assert(COSE_PAYLOAD_BYTES <= 0xffff, "the payload's head has at most 3 bytes");
_Static_assert(CAP_ENTRY_BYTES <= COSE_PAYLOAD_BYTES, "an entry can be verified");
_Static_assert(CAP_CERT_BYTES <= COSE_PAYLOAD_BYTES, "a certificate can be verified");
_Static_assert(COSE_SIG_BYTES == crypto_sign_ed25519_BYTES, "signature");
_Static_assert(COSE_PK_BYTES == crypto_sign_ed25519_PUBLICKEYBYTES, "public key");
_Static_assert(COSE_SK_BYTES == crypto_sign_ed25519_SECRETKEYBYTES, "secret key");

enum { ALG_ED25519 = -19, LABEL_ALG = 1, LABEL_CONTENT_TYPE = 3, LABEL_KID = 4 };

static const struct cose_profile docket = {.alg = ALG_ED25519};

/* ---- Signature ------------------------------------------------------------------------------ */

struct aad {
    uint8_t p[AAD_BYTES];
    size_t n;
};

static void aad_add(struct aad *a, const void *p, size_t n)
{
    memcpy(a->p + a->n, p, n);
    a->n += n;
}

/* aad_of: false for a type that is none. */
static bool aad_of(enum cose_type type, const uint8_t deployment[COSE_DEPLOYMENT_BYTES],
                   struct aad *a)
{
    static const char *const names[COSE_TYPES] = {
        [COSE_ENTRY] = "entry",
        [COSE_RECEIPT] = "receipt",
        [COSE_CERTIFICATE] = "certificate",
        [COSE_TRUST] = "trust",
        [COSE_REVOCATION] = "revocation",
        [COSE_FORK] = "fork",
        [COSE_RELAYED] = "relayed",
    };
    a->n = 0;
    if ((unsigned)type >= COSE_TYPES) {
        return false;
    }
    aad_add(a, "docket/", 7);
    aad_add(a, names[type], strlen(names[type]));
    aad_add(a, "/1", 2);
    aad_add(a, deployment, COSE_DEPLOYMENT_BYTES);
    return true;
}

static enum st to_sign(bytes prot, bytes aad, bytes payload, uint8_t buf[TO_SIGN_BYTES], bytes *out)
{
    struct cbor_w w = cbor_w_init(buf, TO_SIGN_BYTES);
    cbor_put_array(&w, 4);
    cbor_put_text(&w, S("Signature1"));
    cbor_put_bytes(&w, prot);
    cbor_put_bytes(&w, aad);
    cbor_put_bytes(&w, payload);
    return cbor_w_done(&w, out);
}

static enum st verify(const struct cose_view *v, bytes aad, const uint8_t pk[COSE_PK_BYTES])
{
    uint8_t buf[TO_SIGN_BYTES];
    bytes m;
    if (to_sign(v->prot, aad, v->payload, buf, &m) != ST_OK) {
        return ST_TOO_BIG;
    }
    return crypto_sign_ed25519_verify_detached(v->sig, m.p, m.n, pk) == 0 ? ST_OK
                                                                          : ST_BAD_SIGNATURE;
}

/* ---- Form ----------------------------------------------------------------------------------- */

static enum st bad(const char **rule, const char *name)
{
    *rule = name;
    return ST_BAD_FORM;
}

static enum st too_big(const char **rule)
{
    *rule = "message too long";
    return ST_TOO_BIG;
}

/* split: the outer array into `v` (all but kid) and the encoded unprotected map. */
static enum st split(bytes in, unsigned flags, struct cose_view *v, bytes *unprot, size_t *used,
                     const char **rule)
{
    bool sequence = (flags & CBOR_SEQUENCE_ITEM) != 0;
    *rule = "";
    if (in.n > COSE_WHOLE_BYTES) {
        if (!sequence) {
            return too_big(rule);
        }
        in.n = COSE_WHOLE_BYTES; /* no more belongs to a message that we would take */
    }
    unsigned how = (sequence ? CBOR_SEQUENCE_ITEM : 0U) | CBOR_ALLOW_TAG18;
    enum st st = cbor_check(in, how, used, rule);
    if (st == ST_INCOMPLETE && in.n == COSE_WHOLE_BYTES) {
        return too_big(rule);
    }
    if (st != ST_OK) {
        return st;
    }
    v->whole = bytes_of(in.p, *used);
    struct cbor_r r = cbor_r_init(v->whole);
    cbor_get_tag18(&r);
    if (cbor_get_array(&r) != 4) {
        cbor_fail(&r);
    }
    v->prot = cbor_get_bytes(&r);
    if (cbor_peek(&r) != CBOR_MAP) {
        cbor_fail(&r);
    }
    *unprot = cbor_raw(&r);
    v->payload = cbor_get_bytes(&r);
    bytes sig = cbor_get_bytes(&r);
    v->sig = sig.p;
    if (cbor_done(&r) != ST_OK || sig.n != COSE_SIG_BYTES || v->prot.n > PROT_BYTES) {
        return bad(rule, "COSE_Sign1");
    }
    return v->payload.n > COSE_PAYLOAD_BYTES ? too_big(rule) : ST_OK;
}

struct labels {
    unsigned seen; /* bit per label */
    int64_t alg;
    bytes kid;
};

/* labels_read: a header map of labels that we know; false for anything else. */
static bool labels_read(bytes map, struct labels *l)
{
    struct cbor_r r = cbor_r_init(map);
    struct cbor_map m = cbor_map_begin(&r);
    *l = (struct labels){0};
    for (int64_t label; cbor_map_next(&m, &label);) {
        switch (label) {
        case LABEL_ALG:
            l->alg = cbor_get_int(&r);
            break;
        case LABEL_CONTENT_TYPE: /* any; it is signed, and not for us to judge */
            break;
        case LABEL_KID:
            l->kid = cbor_get_bytes(&r);
            break;
        default:
            return false;
        }
        l->seen |= 1U << label;
    }
    return cbor_done(&r) == ST_OK;
}

/* headers: both header maps are what the profile says; *kid is the key id's place in the input. */
static enum st headers(const struct cose_view *v, bytes unprot, const struct cose_profile *profile,
                       bytes *kid, const char **rule)
{
    const unsigned alg_bit = 1U << LABEL_ALG, kid_bit = 1U << LABEL_KID;
    struct labels in, out;
    if (cbor_check(v->prot, CBOR_NO_TEXT, NULL, rule) != ST_OK) {
        return ST_BAD_FORM;
    }
    if (!labels_read(v->prot, &in)) {
        return bad(rule, "protected header");
    }
    if (!labels_read(unprot, &out)) {
        return bad(rule, "unprotected header");
    }
    if (profile->kid_unprotected) {
        in.seen &= ~(1U << LABEL_CONTENT_TYPE);
    }
    if (in.seen != (profile->kid_unprotected ? alg_bit : alg_bit | kid_bit)) {
        return bad(rule, "protected header");
    }
    if (out.seen != (profile->kid_unprotected ? kid_bit : 0)) {
        return bad(rule, "unprotected header");
    }
    if (in.alg != profile->alg) {
        return bad(rule, "algorithm");
    }
    *kid = profile->kid_unprotected ? out.kid : in.kid;
    return ST_OK;
}

/* ---- Doors ---------------------------------------------------------------------------------- */

enum st cose_open(bytes in, unsigned flags, struct cose_view *view, size_t *used, const char **rule)
{
    struct cose_view v = {.kid = NULL};
    bytes unprot, kid;
    size_t n = 0;
    const char *why = "";
    enum st st = split(in, flags, &v, &unprot, &n, &why);
    if (st == ST_OK) {
        st = headers(&v, unprot, &docket, &kid, &why);
    }
    if (st == ST_OK && kid.n != COSE_KID_BYTES) {
        st = bad(&why, "key id");
    }
    if (st == ST_OK) {
        v.kid = kid.p;
        *view = v;
    } else {
        *view = (struct cose_view){.kid = NULL};
    }
    if (used != NULL) {
        *used = st == ST_OK ? n : 0;
    }
    if (rule != NULL) {
        *rule = why;
    }
    return st;
}

enum st cose_verify(const struct cose_view *view, enum cose_type type,
                    const uint8_t deployment[COSE_DEPLOYMENT_BYTES],
                    const uint8_t pk[COSE_PK_BYTES])
{
    struct aad aad;
    if (!aad_of(type, deployment, &aad)) {
        return ST_BAD_SIGNATURE;
    }
    return verify(view, bytes_of(aad.p, aad.n), pk) == ST_OK ? ST_OK : ST_BAD_SIGNATURE;
}

enum st cose_verify_profile(bytes in, const struct cose_profile *profile,
                            const uint8_t pk[COSE_PK_BYTES], const char **rule)
{
    struct cose_view v;
    bytes unprot, kid;
    size_t n;
    enum st st = split(in, 0, &v, &unprot, &n, rule);
    if (st == ST_OK) {
        st = verify(&v, profile->aad, pk);
    }
    if (st == ST_OK) {
        st = headers(&v, unprot, profile, &kid, rule);
    }
    return st == ST_OK && !bytes_eq(kid, profile->kid) ? ST_UNTRUSTED : st;
}

enum st cose_sign(enum cose_type type, const uint8_t deployment[COSE_DEPLOYMENT_BYTES],
                  const uint8_t kid[COSE_KID_BYTES], bytes payload, const uint8_t sk[COSE_SK_BYTES],
                  uint8_t *out, size_t cap, bytes *signed_out)
{
    struct aad aad;
    uint8_t prot_buf[PROT_BYTES], buf[TO_SIGN_BYTES], sig[COSE_SIG_BYTES];
    bytes prot, m;
    *signed_out = (bytes){NULL, 0};
    if (!aad_of(type, deployment, &aad)) {
        return ST_BUG;
    }
    struct cbor_w w = cbor_w_init(prot_buf, sizeof prot_buf);
    cbor_put_map(&w, 2);
    cbor_put_int(&w, LABEL_ALG);
    cbor_put_int(&w, ALG_ED25519);
    cbor_put_int(&w, LABEL_KID);
    cbor_put_bytes(&w, bytes_of(kid, COSE_KID_BYTES));
    if (cbor_w_done(&w, &prot) != ST_OK || payload.n > COSE_PAYLOAD_BYTES ||
        to_sign(prot, bytes_of(aad.p, aad.n), payload, buf, &m) != ST_OK) {
        return ST_TOO_BIG;
    }
    crypto_sign_ed25519_detached(sig, NULL, m.p, m.n, sk);
    w = cbor_w_init(out, cap);
    cbor_put_tag18(&w);
    cbor_put_array(&w, 4);
    cbor_put_bytes(&w, prot);
    cbor_put_map(&w, 0);
    cbor_put_bytes(&w, payload);
    cbor_put_bytes(&w, bytes_of(sig, sizeof sig));
    return cbor_w_done(&w, signed_out);
}
