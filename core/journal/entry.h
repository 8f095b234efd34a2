/* entry.h - one entry: one user action as signed bytes. ENTRY.md is the normative description.
 *
 * Knows codec and kinds; nothing of stores. Views point into the caller's bytes and live as long as
 * they do. Bytes are kept, hashed and verified as received, never re-encoded. Pure; any thread. */
#ifndef CORE_JOURNAL_ENTRY_H
#define CORE_JOURNAL_ENTRY_H
#include "core/base/caps.h"
#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/status.h"
#include "core/model/kinds.h"

/* Hybrid logical time: wall milliseconds << 16 | counter. Never read as an order of truth. */
typedef uint64_t hlc;
static inline int64_t hlc_ms(hlc t)
{
    return (int64_t)(t >> 16);
}

/* Evidence that is said once and holds until said again (DESIGN 2). */
struct entry_evidence {
    bool has_boot, has_receipt, has_offset;
    uint8_t boot_id[8];
    int64_t receipt_ms;
    h32 receipt; /* hash of the last receipt's bytes */
    int16_t utc_offset_minutes;
};

struct entry_view {
    bytes whole; /* the COSE_Sign1 */
    bytes payload;
    h32 hash;   /* BLAKE2b-256 of whole */
    id8 author; /* the key id */
    id8 epoch;
    uint64_t seq; /* from 1 */
    h32 prev;     /* zero when seq is 1 */
    hlc time;
    int64_t wall_ms;
    int64_t boot_ms;
    enum subject_type subject_type;
    id16 subject;
    unsigned kind;
    bytes body; /* one CBOR map */
    unsigned natt;
    const uint8_t
        *atts;  /* natt items of 34 bytes: a CBOR head of two, then the hash; use entry_att */
    id16 actor; /* zero unless headquarters: the person who did it */
    enum role actor_role;
    struct entry_evidence evidence;
};

/* entry_parse: form only (profile, key order, ranges, no text strings, sizes); computes the hash.
 * With `used` not NULL `in` may go on (CBOR sequence) and *used says where this one ends.
 * ST_INCOMPLETE, ST_BAD_FORM (*rule names what is broken, static), ST_TOO_BIG, ST_NEWER (version).
 */
MUST_USE enum st entry_parse(bytes in, struct entry_view *out, size_t *used, const char **rule);
/* entry_kept: the same view of an entry that passed entry_parse before it was kept under its hash
 * in a sealed store: neither form nor hash is looked at again, which is two thirds of the work.
 * Memory safe on any bytes. ST_CORRUPT. Never for bytes that come from outside. */
MUST_USE enum st entry_kept(bytes whole, h32 hash, struct entry_view *out);
/* entry_att: the i-th attachment's hash; zero when i >= natt. */
h32 entry_att(const struct entry_view *e, unsigned i);
/* entry_verify: the signature, under the author's key. ST_OK or ST_BAD_SIGNATURE. */
MUST_USE enum st entry_verify(const struct entry_view *e, const uint8_t deployment[static 16],
                              const uint8_t pk[static 32]);

/* What the author wants to say; the rest (sequence, previous, times) comes from the chain's head.
 */
struct entry_draft {
    unsigned kind;
    enum subject_type subject_type;
    id16 subject;
    bytes body; /* a canonical CBOR map without text strings; empty means {} */
    const h32 *atts;
    unsigned natt;
    id16 actor; /* headquarters only */
    enum role actor_role;
    bool full_evidence; /* a sign-off repeats all of it */
};

/* The head of one chain (author, epoch): what the next entry links to. */
struct chain_head {
    id8 author, epoch;
    uint64_t seq; /* 0: nothing yet */
    h32 hash;
    hlc time;                      /* highest time issued or adopted */
    struct entry_evidence said;    /* what the chain has said last */
    struct entry_evidence current; /* what holds now: boot id, newest receipt, offset */
};

/* entry_make: encode and sign the next entry of `head`, into `out` (cap bytes).
 *   draft borrowed; now one reading; sk 64 bytes Ed25519 secret key
 * On ST_OK *e views `out`, and *head has moved to it (sequence, hash, time, said).
 * Errors: ST_TOO_BIG, ST_BAD_FORM (body), ST_BUG; head unchanged. */
MUST_USE enum st entry_make(struct chain_head *head, const struct entry_draft *draft,
                            const struct now *now, const uint8_t deployment[static 16],
                            const uint8_t sk[static 64], uint8_t *out, size_t cap,
                            struct entry_view *e, struct err *err);

/* hlc_next: the next time to issue: max(wall, last + 1). hlc_adopt: what a reader keeps after
 * seeing `seen`; a stamp more than CAP_HLC_AHEAD_MS beyond `corrected_ms` is not adopted. */
hlc hlc_next(hlc last, int64_t wall_ms);
hlc hlc_adopt(hlc own, hlc seen, int64_t corrected_ms);

/* chain_check: verify that n entries (whole bytes, in order) link to `head` and to each other (one
 * author, one epoch, sequence without gap, hashes), and the signature of the last one only.
 * head->seq 0 and a zero hash: from the beginning. On ST_OK *head moves. On failure *bad is the
 * index of the first that does not fit. ST_BAD_FORM, ST_CONFLICT (does not link: gap or fork),
 * ST_BAD_SIGNATURE (last). */
MUST_USE enum st chain_check(struct chain_head *head, const struct entry_view *entries, size_t n,
                             const uint8_t deployment[static 16], const uint8_t pk[static 32],
                             size_t *bad, const char **rule);
#endif
