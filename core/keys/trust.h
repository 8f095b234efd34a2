/* trust.h - who may vouch for whom: trust document (root), certificates (issuing keys),
 * revocations, receipts (node). All COSE_Sign1 with the external AAD of their type (ENTRY.md).
 *
 * Parsing checks form; *_verify checks the signature and the chain up to the root. Views point into
 * the caller's bytes. Pure; any thread. Dates gate issuing only, never old work (DESIGN 4). */
#ifndef CORE_KEYS_TRUST_H
#define CORE_KEYS_TRUST_H
#include "core/base/arena.h"
#include "core/base/caps.h"
#include "core/base/ids.h"
#include "core/base/status.h"
#include "core/model/kinds.h"

#define TRUST_KEYS_MAX 24
enum trust_use { TRUST_ISSUING = 1, TRUST_NODE = 2, TRUST_SEALING = 3, TRUST_TLS = 4 };
struct trust_key {
    enum trust_use use;
    id8 id;         /* first 8 bytes of BLAKE2b-256 of the key */
    uint8_t pk[32]; /* Ed25519; X25519 for sealing; TLS: hash of the SPKI */
    int64_t from_ms, until_ms;
    bool revoked;
};
struct trust {              /* by value, about 2 KiB */
    uint8_t deployment[16]; /* first 16 bytes of BLAKE2b-256 of the FIRST root key */
    uint8_t root_pk[32];    /* the key that signs this document */
    uint64_t serial;
    uint8_t next_root[32]; /* zero: none named */
    struct trust_key keys[TRUST_KEYS_MAX];
    unsigned nkeys;
    uint32_t legal_period_days; /* a signed voucher's; a setting of the deployment */
    char name[96];              /* of the company, UTF-8, NUL-terminated */
};
/* trust_make: sign with the root's secret key. ST_TOO_BIG, ST_BUG. *out views `buf`. */
MUST_USE enum st trust_make(const struct trust *t, const uint8_t root_sk[static 64], uint8_t *buf,
                            size_t cap, bytes *out);
/* trust_open: parse and verify. `known_root` NULL: the deployment id must be that of the document's
 * own root key (first contact; proved otherwise by the enrolment code). Else the signer must be
 * known_root, or a root that a document signed by known_root named next (caller passes next_root).
 */
MUST_USE enum st trust_open(bytes doc, const uint8_t *known_root, struct trust *out,
                            const char **rule);
/* trust_open_own: parse, and verify that the root which it names itself signed it. That is nobody's
 * word yet: whether this root is or was headquarters' the caller knows otherwise. Answers as
 * trust_open, never ST_UNTRUSTED. */
MUST_USE enum st trust_open_own(bytes doc, struct trust *out, const char **rule);
/* trust_next: a document that follows `known`: by its root, or by the one that it names next; of
 * the same deployment. Serials are the caller's. ST_UNTRUSTED, ST_WRONG_PARTY, ST_BAD_SIGNATURE. */
MUST_USE enum st trust_next(const struct trust *known, bytes doc, struct trust *out,
                            const char **rule);
/* trust_chain: the first of several documents that stand one after the other, and *docs moves on;
 * {NULL, 0} at the end, or where no document follows. */
bytes trust_chain(bytes *docs);
/* trust_chain_open: documents one after the other, oldest first, on first contact: the first must
 * be by the deployment's first root, each of the rest must follow the one before, with a higher
 * serial. *out is the last. Proved otherwise, by the enrolment code. Answers as trust_open;
 * ST_TOO_BIG. */
MUST_USE enum st trust_chain_open(bytes docs, struct trust *out, const char **rule);
/* trust_find: a key by use and id, NULL if none (revoked ones are found: old work stands). */
const struct trust_key *trust_find(const struct trust *t, enum trust_use use, id8 id);
/* trust_current: the newest unrevoked key of a use at `now_ms` (by from date; dates outside are a
 * last resort, a wrong clock must not lock anybody out). NULL only when there is none. */
const struct trust_key *trust_current(const struct trust *t, enum trust_use use, int64_t now_ms);
/* key_id: first 8 bytes of BLAKE2b-256 of a public key. */
id8 key_id(const uint8_t pk[static 32]);

struct cert {
    bytes whole;
    id8 author;
    uint8_t sign_pk[32], box_pk[32];
    id16 person;
    enum role role;
    id8 branch;
    int64_t from_ms, until_ms;
    char prefix[9]; /* of human numbers, NUL-terminated printable ASCII */
    id8 issuer;     /* key id of the issuing key */
};
MUST_USE enum st cert_make(const struct cert *c, const uint8_t deployment[static 16],
                           const uint8_t issuing_sk[static 64], uint8_t *buf, size_t cap,
                           bytes *out);
/* cert_parse: form only, nothing is verified: for one's own certificate, kept since enrolment. */
MUST_USE enum st cert_parse(bytes doc, struct cert *out, const char **rule);
/* cert_open: parse and verify under the trust document. ST_UNTRUSTED: issuer unknown or revoked. */
MUST_USE enum st cert_open(bytes doc, const struct trust *t, struct cert *out, const char **rule);

#define REVOCATION_HEADS_MAX                                                                       \
    CAP_AUTHOR_EPOCHS /* every epoch of the author: what is not listed is cut off */
struct revocation {
    bytes whole;
    uint64_t number; /* by headquarters, from 1 */
    id8 author;
    int64_t time_ms;
    struct {
        id8 epoch;
        uint64_t seq;
        h32 hash;
    } heads[REVOCATION_HEADS_MAX]; /* last trusted */
    unsigned nheads;
};
MUST_USE enum st revocation_make(const struct revocation *r, const uint8_t deployment[static 16],
                                 const uint8_t issuing_sk[static 64], uint8_t *buf, size_t cap,
                                 bytes *out);
MUST_USE enum st revocation_open(bytes doc, const struct trust *t, struct revocation *out,
                                 const char **rule);

/* A cumulative receipt: headquarters holds (author, epoch) up to and including seq, whose entry's
 * hash is head. Signed by a node key. Attachments: all named by entries up to seq att_through are
 * held or forgotten; `named` are held beyond that. */
#define RECEIPT_NAMED_MAX 32
struct receipt {
    bytes whole;
    h32 hash; /* of whole */
    id8 node; /* author id of the node */
    id8 author, epoch;
    uint64_t seq;
    h32 head;
    int64_t time_ms; /* never goes back for one (author, epoch) */
    uint64_t att_through;
    h32 named[RECEIPT_NAMED_MAX];
    unsigned nnamed;
    id8 node_epoch; /* the node's own head */
    uint64_t node_seq;
    h32 node_head;
    uint64_t revoked; /* the number of the author's revocation, which the node knew; 0: none */
};
#define RECEIPT_BYTES_MAX 1536
MUST_USE enum st receipt_make(const struct receipt *r, const uint8_t deployment[static 16],
                              const uint8_t node_sk[static 64], uint8_t *buf, size_t cap,
                              bytes *out);
/* receipt_open: ST_UNTRUSTED: no such node. ST_REVOKED: the signature holds and *out is filled, but
 * the node's key was revoked: evidence to be shown, no ground to move a mark. */
MUST_USE enum st receipt_open(bytes doc, const struct trust *t, struct receipt *out,
                              const char **rule);
/* receipt_kept: the same of one that lies in one's own store, under its seal, since it was signed
 * here or verified: the signature is not looked at again. */
MUST_USE enum st receipt_kept(bytes doc, const struct trust *t, struct receipt *out,
                              const char **rule);
#endif
