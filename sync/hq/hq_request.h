/* hq_request.h - one posted bundle on its way through headquarters.
 *
 *   feed (any thread, as bytes come) -> ready (the same thread: parse, verify what needs no writer)
 *   -> hq_ingest (the writer's) -> hq_answer (any thread) -> drop
 *
 * Memory: what came, its plaintext and the views of its entries; all bounded by HQ_REQUEST_BYTES
 * before it is taken. A request is used by one thread at a time. */
#ifndef SYNC_HQ_HQ_REQUEST_H
#define SYNC_HQ_HQ_REQUEST_H
#define HQ_ASKED_MAX                                                                               \
    (MANIFEST_JOURNALS_MAX + 1) /* chains asked for unlisted: of 2, and our own                    \
                                 */
#define HQ_GAPS_MAX                                                                                \
    64 /* chains that went without links in one request: more go on where they were */
#include "core/keys/slots.h"
#include "sync/bundle/bundle.h"
#include "sync/bundle/manifest.h"
#include "sync/hq/hq.h"

struct hq_chunk {
    h32 name;
    unsigned index;
    size_t at, n; /* in `plain` */
};
struct hq_att { /* a small attachment that came; sorted by name in `ready` */
    h32 name;
    bytes manifest, content;
};
struct hq_span {
    size_t at, n; /* a frame of items in `plain` */
};
/* What the writer found out for each journal of the manifest. */
struct hq_reply_journal {
    uint8_t receipt[RECEIPT_BYTES_MAX];
    size_t n; /* 0: nothing to say */
};

struct hq_request {
    struct hq *hq;
    /* as it comes */
    struct bundle_buffer raw;
    size_t parsed; /* of raw */
    struct bundle_header header;
    bool has_header, whole, failed;
    struct bundle_reader reader;
    const struct hq_sealing *sealing;
    uint8_t pair[BUNDLE_PAIR_BYTES]; /* of its key and the sender's: the answer needs it again */
    /* who */
    struct cert cert; /* of the sender; views cert_bytes */
    uint8_t cert_bytes[CAP_CERT_BYTES];
    bool joining, introduces;      /* introduces: by its certificate, which may be new to us */
    struct hq_enrolment enrolment; /* the one whose code opened it */
    /* plaintext */
    struct bundle_buffer plain; /* items and chunks, frame after frame */
    uint8_t *manifest_room;
    struct manifest manifest;
    bool has_manifest;
    struct hq_span *spans;
    size_t nspans, room_spans;
    struct hq_chunk *chunks;
    size_t nchunks, room_chunks;
    /* after `ready` */
    struct entry_view *entries; /* contiguous: chain_check walks them as they lie */
    bool *bad;                  /* own signature fails, one for each entry */
    size_t nentries, room_entries;
    struct hq_att *atts;
    size_t natts, room_atts;
    struct item *larges, *hashes, *docs; /* docs: certificates and revocations */
    size_t nlarges, nhashes, ndocs, room_larges, room_hashes, room_docs;
    size_t at_door; /* counted in hq->at_door */
    bool deferred;  /* its signatures were not looked at: they come after its receipt */
    bool crowded;   /* others wait for the same commit: signatures and folding come after it */
    unsigned new_entries;      /* kept by the writer */
    struct hq_contact contact; /* as the writer heard it; noted once it is committed */
    id8 whole_epoch;           /* of the last run kept: entries after whole_from, to whole_to, */
    uint64_t whole_from, whole_to; /* have all their attachments here */
    unsigned walked; /* steps back along branches, of HQ_WALK_MAX; more were due: walk_cut */
    bool walk_cut;
    unsigned att_looked; /* entries looked through for missing attachments, of HQ_ATT_SCAN_MAX */
    h32 met;             /* the last entry whose way to the main branch is known ... */
    uint64_t met_seq;    /* ... and the number where it meets it; 0: none */
    /* the answer */
    struct hq_reply_journal journals[MANIFEST_JOURNALS_MAX];
    unsigned nproblems, nread_problems; /* those of reading it come first */
    struct manifest_problem problems[MANIFEST_PROBLEMS_MAX];
    id8 node_epoch;  /* of the node's journal, when it was taken */
    bool renews;     /* that epoch ends with this request: the sender is asked to come again */
    unsigned nasked; /* ... for chains that the device did not list */
    struct manifest_held asked[HQ_ASKED_MAX];
    unsigned ngaps; /* chains of which entries came that do not link */
    struct manifest_held gaps[HQ_GAPS_MAX];
    unsigned nheld_said; /* the manifest's list as it came: hq_wanted makes the answer of it */
    struct manifest_held held_said[MANIFEST_HELD_MAX];
    bool settled;                 /* folded and routed: digests may be compared */
    uint8_t box[SLOTS_BOX_BYTES]; /* joining: a data key that is asked for again */
    bool has_box, has_data_key;
    uint8_t data_key[DATA_KEY_BYTES]; /* ... and it, for the grant */
    uint8_t grant[CAP_CERT_BYTES];
    size_t grant_n;
    enum st st; /* ST_OK, or why it is refused as a whole */
    struct err err;
    const char *problem; /* problem type for HTTP: "enrol-used"; static */
};

/* hq_request_new: an empty one, the caller's; hq_request_drop after. ST_FULL. */
MUST_USE enum st hq_request_new(struct hq *hq, struct hq_request **r, struct err *err);
/* hq_request_feed: more bytes. A refusal is remembered in r->st and answered once; feeding on is
 * harmless. ST_TOO_BIG beyond HQ_REQUEST_BYTES. */
MUST_USE enum st hq_request_feed(struct hq_request *r, bytes more);
/* hq_request_ready: all that will come has come (whole or cut). Returns r->st: ST_OK when there is
 * something for the writer. */
MUST_USE enum st hq_request_ready(struct hq_request *r);
void hq_request_drop(struct hq_request **r); /* NULL is fine */
/* hq_request_problem: add one to the answer's list. */
void hq_request_problem(struct hq_request *r, enum problem_code code, h32 what);
/* hq_request_refuse: the whole is refused; the first reason stands. Returns `st`. */
enum st hq_request_refuse(struct hq_request *r, enum st st, const char *problem, const char *text);
/* hq_request_items: read all frames of items into entries, attachments and the rest. Returns r->st.
 * Of hq_request_ready only. hq_request_grow: one more place in a list; NULL: its bound, no memory.
 */
MUST_USE enum st hq_request_items(struct hq_request *r);
void *hq_request_grow(void **list, size_t *n, size_t *room, size_t size, size_t max);
#define SPANS_MAX 65536 /* frames of 16 MiB at their shortest honest length */
/* hq_request_att: the attachment of that name that came with it, or NULL. */
const struct hq_att *hq_request_att(const struct hq_request *r, h32 name);
#endif
