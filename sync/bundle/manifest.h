/* manifest.h - the first frame of a bundle, and the items that follow (BUNDLE.md has the CDDL).
 *
 * Lists are the caller's (or the arena's, after decoding); slices point into the decoded bytes.
 * Pure; any thread. */
#ifndef SYNC_BUNDLE_MANIFEST_H
#define SYNC_BUNDLE_MANIFEST_H
#include "core/base/arena.h"
#include "core/base/ids.h"
#include "core/base/status.h"
#include "sync/bundle/limits.h"

enum manifest_role {
    MANIFEST_REQUEST = 1,
    MANIFEST_ANSWER = 2,
    MANIFEST_JOIN = 3,
    MANIFEST_GRANT = 4
};

struct manifest_journal { /* a chain that the sender holds as its own */
    id8 author, epoch;
    uint64_t seq;
    h32 head;
    int64_t receipt_ms; /* of the newest receipt kept for it; 0: none */
    uint64_t receipt_seq;
};
struct manifest_want {
    h32 name;
    unsigned from; /* chunks held already */
};
struct manifest_subject {
    id16 subject;
    uint64_t count;
    uint8_t set[16];   /* first half of BLAKE2b-256 over the entry hashes, in fold order */
    uint8_t state[16]; /* first half of the state's digest; zero: not folded */
    unsigned fold_version;
    uint64_t revocations; /* known to the sender */
};
struct manifest_held { /* a chain that the sender holds, in part perhaps */
    id8 author, epoch;
    uint64_t seq; /* request: the highest held; answer: nothing more is wanted up to here */
    bool has_head;
    uint8_t head[8]; /* request: the first bytes of that entry's hash */
};
/* Why something was not taken as it came. Codes are released: only ever added. */
enum problem_code {
    PROBLEM_NONE = 0,
    PROBLEM_FORM = 1,       /* not an entry, an attachment or a certificate of a known form */
    PROBLEM_SIGNATURE = 2,  /* the signature does not hold */
    PROBLEM_AUTHOR = 3,     /* nobody we trust vouches for its author */
    PROBLEM_GAP = 4,        /* does not link to what is held: send from the receipt on */
    PROBLEM_FORK = 5,       /* a second entry under one number: both are kept */
    PROBLEM_QUOTA = 6,      /* over the author's day: the rest tomorrow */
    PROBLEM_ATTACHMENT = 7, /* content is not what its name says */
    PROBLEM_STATE = 8,      /* same entries, other state: a fault in one of the two programs */
    PROBLEM_REVOKED = 9,    /* the author is revoked: stored, not passed on */
    PROBLEM_SET = 10,       /* the subject's entries differ: hashes were asked for */
    PROBLEM_CODES = 11
};
struct manifest_problem {
    enum problem_code code;
    h32 what; /* entry, attachment; subject or author left-aligned; zero: the bundle */
};
struct manifest {
    enum manifest_role role;
    unsigned njournals;
    struct manifest_journal *journals;
    unsigned nreceipts;
    bytes *receipts;       /* each a whole COSE_Sign1 */
    uint64_t trust_serial; /* of the sender's trust document; 0: not said */
    bytes trust;           /* the document, when newer than the other side's */
    bool has_cursor;
    id8 cursor_epoch;     /* of headquarters' node journal */
    uint64_t cursor;      /* request: last place taken; answer: the place before its first item */
    uint64_t cursor_mark; /* of that place: what the outbox held up to it; 0: not said */
    unsigned nwanted;
    struct manifest_want *wanted;
    unsigned nsubjects;
    struct manifest_subject *subjects;
    unsigned nasked;
    id16 *asked;   /* subjects whose entry hashes the sender asks for */
    bool has_keys; /* MANIFEST_JOIN: the new author's keys */
    uint8_t sign_pk[32], box_pk[32];
    bytes box;   /* MANIFEST_JOIN: a data key sealed to headquarters, that is asked for again */
    id8 box_key; /* ... and to which of its sealing keys */
    bool has_data_key; /* MANIFEST_GRANT: it comes back */
    uint8_t data_key[32];
    bool has_reply; /* a parcel: the answer is to be sealed to this key */
    uint8_t reply_pk[32];
    bytes cert; /* MANIFEST_GRANT: the new author's certificate */
    unsigned nproblems;
    struct manifest_problem *problems;
    bool more;     /* the sender has more than fitted */
    bool has_seen; /* request: the last entry known here of the node's journal that the cursor names
                    */
    uint64_t seen_seq;
    uint8_t seen[8];   /* the first bytes of its hash */
    uint8_t recall[8]; /* of this list: an answer repeats it; zeros: asked for without a list */
    unsigned nheld;
    struct manifest_held *held; /* after headquarters began a new epoch: what it may have lost */
};
/* manifest_encode: canonical bytes. ST_FULL; ST_BUG: over a bound of limits.h. */
MUST_USE enum st manifest_encode(const struct manifest *m, uint8_t *buf, size_t cap, bytes *out);
/* manifest_decode: lists in `a`. Unknown keys are skipped. ST_BAD_FORM, ST_TOO_BIG (a list),
 * ST_FULL. */
MUST_USE enum st manifest_decode(bytes in, struct arena *a, struct manifest *out);
/* manifest_problem_name: "gap"; static storage, never NULL. */
const char *manifest_problem_name(enum problem_code code);

/* --- items
 * ----------------------------------------------------------------------------------------- */
enum item_kind {
    ITEM_ENTRY = 0,      /* a COSE_Sign1, tag 18 */
    ITEM_ATTACHMENT = 1, /* [1, manifest, content]: small, before the entry that names it */
    ITEM_CERT = 2,       /* [2, certificate]: before the first entry of its author */
    ITEM_REVOCATION = 3, /* [3, revocation] */
    ITEM_HASHES = 4,     /* [4, subject, [entry hashes]]: what was asked for */
    ITEM_LARGE = 5,      /* [5, manifest]: chunks of it follow after all items */
    ITEM_PLACE = 6,   /* [6, place, last, mark]: what came so far reaches to this place, with this
                       mark,   of an outbox that ends at `last` */
    ITEM_UNKNOWN = 99 /* of a newer version: skipped and counted */
};
struct item {
    enum item_kind kind;
    bytes whole;
    bytes a, b;   /* manifest and content; certificate; revocation; or the raw array of hashes */
    id16 subject; /* ITEM_HASHES */
    uint64_t place, last, mark; /* ITEM_PLACE; mark 0: not said */
};
/* item_next: the item at the start of `in` (a frame's body); *used bytes. ST_OK; ST_END when `in`
 * is empty; ST_BAD_FORM: the frame is spoilt from here. */
MUST_USE enum st item_next(bytes in, struct item *out, size_t *used);
/* item_put: encode one of kinds 1 to 5 into buf. ST_FULL, ST_TOO_BIG. */
MUST_USE enum st item_put(enum item_kind kind, bytes a, bytes b, uint8_t *buf, size_t cap,
                          bytes *out);
MUST_USE enum st item_put_place(uint64_t place, uint64_t last, uint64_t mark, uint8_t *buf,
                                size_t cap, bytes *out);
MUST_USE enum st item_put_hashes(id16 subject, const h32 *hashes, unsigned n, uint8_t *buf,
                                 size_t cap, bytes *out);
/* item_hashes: the hashes of an ITEM_HASHES into out[MANIFEST_HASHES_MAX]. ST_BAD_FORM. */
MUST_USE enum st item_hashes(const struct item *it, h32 *out, unsigned *n);
#endif
