/* build.h - what exchange_request's two files share: one request being built. Of this room only. */
#ifndef SYNC_ENGINE_BUILD_H
#define SYNC_ENGINE_BUILD_H
#include "sync/engine/exchange.h"

#define LARGE_MAX 64          /* large attachments queued behind one request's entries */
#define LARGE_PARCEL_MAX 4096 /* ... of a parcel: all that a lost device owes */

/* One chain of our own and what of it goes into this bundle. */
struct chain {
    struct chain_mark mark;
    uint64_t from, to; /* entries; empty when from > to */
    uint64_t att_from; /* entries whose large attachments headquarters may lack */
    bool branch;       /* the mark is a branch's end, and nothing goes by from and to */
    bool forked;       /* of a parcel: what lies beside the main branch is owed, too */
    bool owed;         /* something of it is in this bundle */
};

struct build {
    struct journal *j;
    struct store_txn *t;
    struct bundle_writer w;
    struct arena arena;
    struct exchange_result *res;
    unsigned nchains;
    struct chain chains[MANIFEST_JOURNALS_MAX];
    id16 *subjects; /* touched; from malloc, at most MANIFEST_SUBJECTS_MAX * 8 before sorting */
    size_t nsubjects;
    unsigned nlarge, large_max;
    h32 *large; /* from malloc */
    const uint8_t *reply_pk;
    bool more, introduce;
    struct err *err;
};

/* build_entry: an entry as it lies, after the small attachments that it names; large ones are
 * queued. build_note_large: queues those alone. build_hashes: of the subjects that headquarters
 * asked about. build_large: what is queued, at most `budget` bytes of it. build_hand_back: others'
 * entries that a restored headquarters asked for (recall.h). */
MUST_USE enum st build_entry(struct build *b, const struct entry_view *e, void *unused);
MUST_USE enum st build_note_large(struct build *b, const struct entry_view *e, void *unused);
MUST_USE enum st build_hashes(struct build *b);
MUST_USE enum st build_large(struct build *b, uint64_t budget);
MUST_USE enum st build_hand_back(struct build *b);
/* Of a parcel: what lies beside the main branch of an own chain, on another one or beyond a gap.
 * build_beside: is there any of it that no receipt covers? build_branches_list: each end of a
 * branch that links to the main one is listed as a chain, so that a receipt answers for it. What
 * lies beyond a gap goes too, but no receipt can cover it. build_branches: the entries, each branch
 * by itself. */
MUST_USE enum st build_beside(struct build *b, const struct chain_mark *m, bool *any);
MUST_USE enum st build_branches_list(struct build *b);
MUST_USE enum st build_branches(struct build *b);
#endif
