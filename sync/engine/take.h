/* take.h - what exchange_answer's two files share: one answer being taken. Of this room only. */
#ifndef SYNC_ENGINE_TAKE_H
#define SYNC_ENGINE_TAKE_H
#include "sync/engine/device_meta.h"
#include "sync/engine/exchange.h"
#include "sync/engine/recall.h"

#define AUTHORS_MAX 32    /* certificates opened once an answer; more are opened again */
#define SUBJECTS_MAX 8192 /* touched by one group: a frame's items are > 100 bytes each */

#define OFFERS_MAX 64 /* chains between two places; more are offered as they come */

struct known_author {
    id8 author;
    uint8_t sign_pk[32];
    enum role role;
};
struct take {
    struct journal *j;
    struct store_txn *t;
    struct arena arena;
    const struct now *now;
    struct exchange_result *res;
    struct err *err;
    struct device_cursor cursor;
    bool cursor_moved;
    unsigned nauthors;
    struct known_author authors[AUTHORS_MAX];
    unsigned nproblems;
    struct manifest_problem problems[MANIFEST_PROBLEMS_MAX];
    bool problems_moved, ahead;
    bool beyond;      /* its items lie beyond our place in the outbox: the cursor stays */
    bool out_left;    /* headquarters' outbox holds more than this bundle */
    bool chunks;      /* a chunk came that was not here */
    unsigned noffers; /* entries that came since the last place, by chain */
    struct recall_row offers[OFFERS_MAX];
    size_t nsubjects;
    id16 subjects[SUBJECTS_MAX];
};

/* take_items: a frame of items, each verified by itself; what cannot be taken is put aside with its
 * reason. take_chunk: a piece of a large attachment. Only failures of the store are returned. */
MUST_USE enum st take_items(struct take *k, bytes body);
MUST_USE enum st take_chunk(struct take *k, const struct bundle_part *part);
/* take_offers: hand back what came and no place covers. Of what is covered, the cursor's mark tells
 * headquarters whether it is what it holds. */
MUST_USE enum st take_offers(struct take *k);
/* take_refold: fold the subjects that were touched since the last call. */
MUST_USE enum st take_refold(struct take *k);
#endif
