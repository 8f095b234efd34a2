/* inside.h - what the parts of the fold share. Not for others. */
#ifndef CORE_FOLD_INSIDE_H
#define CORE_FOLD_INSIDE_H
#include "core/fold/state.h"

/* One entry that is folded: trusted, once. */
struct fold_item {
    const struct entry_view *e;
    enum role role; /* in which it speaks */
    id16 person;    /* of the author's certificate */
    bool known;     /* the certificate is held */
    bool node;      /* headquarters' own journal */
    bool accepted;  /* visit.paid: the accountant took this money */
    bool undone;    /* job.cancelled: an entry with effect takes it back */
    int64_t accepted_minor;
    uint32_t epoch; /* of its (author, epoch): counted by first appearance in fold order */
    uint32_t note;  /* one part's own use while it runs */
};
struct fold_ctx {
    struct arena *a;
    struct fold_item *items; /* fold order */
    uint32_t n;
    uint32_t *table; /* open addressing by hash: item + 1, 0 is free */
    uint32_t mask;
    struct subject_state *out;
};

/* fold_item_find: the item of a hash, NULL when it is not folded here. */
struct fold_item *fold_item_find(const struct fold_ctx *c, const h32 *hash);
/* fold_item_before: of two entries of one author: order in the author's own chain (epochs in order
 * of appearance, sequence, hash on a fork). The wall clock plays no part within an epoch. */
bool fold_item_before(const struct fold_item *a, const struct fold_item *b);
/* fold_item_sort: by chain order. */
void fold_item_sort(struct fold_item **items, size_t n);

/* The parts that fold_run calls, after the items are in order: they fill in c->out. ST_FULL. */
/* fold_fields: fields, nconflicts and open proposals. */
MUST_USE enum st fold_fields(struct fold_ctx *c);
/* fold_visits: visits with their facts and signatures. */
MUST_USE enum st fold_visits(struct fold_ctx *c);
#endif
