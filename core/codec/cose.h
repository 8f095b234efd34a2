/* cose.h - what Docket signs: COSE_Sign1 (RFC 9052 section 4.2) with Ed25519 (alg -19, RFC 9864).
 *
 *     18([ << {1: -19, 4: kid} >>, {}, payload, signature ])
 *
 * kid is 8 bytes; the unprotected map is empty. What is signed is bound to its type and to its
 * deployment by the external AAD "docket/<type>/1" followed by the 16 bytes of the deployment id:
 * a receipt can never pass for an entry, nor a neighbour's entry for ours.
 *
 * Signed bytes are verified as they were received and never encoded again. No allocation; results
 * point into the input. Pure functions, any thread. main has called sodium_init() before. */
#ifndef CORE_CODEC_COSE_H
#define CORE_CODEC_COSE_H
#include "core/codec/cbor.h"

#define COSE_KID_BYTES 8
#define COSE_SIG_BYTES 64
#define COSE_PK_BYTES 32
#define COSE_SK_BYTES 64 /* libsodium's: seed and public key */
#define COSE_DEPLOYMENT_BYTES 16
#define COSE_PAYLOAD_BYTES CAP_TRUST_BYTES /* a trust document is the largest thing signed */
#define COSE_EXTRA_BYTES 86                /* the most that a message is longer than its payload */
#define COSE_WHOLE_BYTES (COSE_PAYLOAD_BYTES + COSE_EXTRA_BYTES)

enum cose_type {
    COSE_ENTRY,
    COSE_RECEIPT,
    COSE_CERTIFICATE,
    COSE_TRUST,
    COSE_REVOCATION,
    COSE_FORK,
    COSE_RELAYED,
    COSE_TYPES /* how many; to add one: a name in cose.c, a line in ENTRY.md */
};

/* cose_sign: the whole message into out[cap], *signed_out a view of it. The payload's own form is
 * the caller's affair. ST_TOO_BIG beyond COSE_PAYLOAD_BYTES, ST_FULL when cap is short; then
 * *signed_out is empty. payload and out must not overlap. */
MUST_USE enum st cose_sign(enum cose_type type, const uint8_t deployment[COSE_DEPLOYMENT_BYTES],
                           const uint8_t kid[COSE_KID_BYTES], bytes payload,
                           const uint8_t sk[COSE_SK_BYTES], uint8_t *out, size_t cap,
                           bytes *signed_out);

/* cose_view: the parts of a message of the right form, all inside the input. */
struct cose_view {
    bytes whole;        /* from the tag to the signature: what is stored and hashed */
    bytes payload;      /* signed content; check its form before reading it */
    const uint8_t *kid; /* COSE_KID_BYTES */
    const uint8_t *sig; /* COSE_SIG_BYTES */
    bytes prot;         /* content of the protected header, as received */
};

/* cose_open: form only, nothing is verified. flags: 0 (the input is one message) or
 * CBOR_SEQUENCE_ITEM (see cbor_check; *used is then the message's length). ST_OK; ST_INCOMPLETE as
 * in cbor_check; ST_TOO_BIG for a payload or message beyond the bounds above, ST_BAD_FORM: with
 * *rule. On failure *view is all zero. `used` and `rule` may be NULL. */
MUST_USE enum st cose_open(bytes in, unsigned flags, struct cose_view *view, size_t *used,
                           const char **rule);

/* cose_verify: ST_OK when the signature of an opened message holds for that type, deployment and
 * key, else ST_BAD_SIGNATURE. Whose key it is, is the caller's question. */
MUST_USE enum st cose_verify(const struct cose_view *view, enum cose_type type,
                             const uint8_t deployment[COSE_DEPLOYMENT_BYTES],
                             const uint8_t pk[COSE_PK_BYTES]);

/* cose_profile: another dialect of COSE_Sign1. There for one purpose: that the published example
 * (alg -8, key id unprotected, no AAD) goes through the mechanism that serves our own messages. */
struct cose_profile {
    int alg;
    bool kid_unprotected; /* protected {1: alg, ? 3: any}, unprotected {4: kid} */
    bytes kid;            /* the key id that pk goes by */
    bytes aad;            /* the whole external AAD, at most 64 bytes */
};

/* cose_verify_profile: for tests. `in` is one message of that profile, by that key. ST_BAD_FORM
 * (outer form), then ST_BAD_SIGNATURE, then ST_BAD_FORM (content of the headers), then
 * ST_UNTRUSTED (another key id); ST_TOO_BIG as cose_open. */
MUST_USE enum st cose_verify_profile(bytes in, const struct cose_profile *profile,
                                     const uint8_t pk[COSE_PK_BYTES], const char **rule);
#endif
