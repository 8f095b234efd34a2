/* hq_route.c - see hq_route.h. */
#include "sync/hq/hq_route.h"

#include "core/model/bodies.h"
#include "sync/engine/digest.h"
#include "sync/hq/hq_aside.h"
#include "sync/hq/hq_taken.h"

#include <stdlib.h>

/* Kept as evidence only: its own signature fails, or it lies beyond its author's revocation. */
bool hq_route_withheld(struct store_txn *t, const struct entry_view *e, struct fold_cut *cut)
{
    uint8_t room[3 * CAP_TRUST_BYTES];
    return fold_is_bad(t, e->hash) || fold_is_cut_off(t, e, cut, arena_of(room, sizeof room));
}

/* An epoch that goes on from one which is not here: headquarters was restored meanwhile. */
static bool goes_on(struct store_txn *t, const struct entry_view *e)
{
    uint8_t room[CAP_ENTRY_BYTES + 128];
    struct arena tmp = arena_of(room, sizeof room);
    struct entry_view first;
    union body *b = calloc(1, sizeof *b);
    bool on = b != NULL && journal_at(t, e->author, e->epoch, 1, &tmp, &first, NULL) == ST_OK &&
              first.kind == KIND_JOURNAL_OPENED &&
              body_decode(first.kind, first.body, b) == ST_OK && b->opened.has_before;
    free(b);
    return on;
}

bool hq_route_has_copies(struct store_txn *t, const struct entry_view *e)
{
    const id8 author = e->author;
    uint8_t room[512];
    struct store_cursor *c = NULL;
    bytes key;
    unsigned epochs = 0;
    bool forked = false;
    if (store_scan(t, T_HEAD, bytes_of(author.b, sizeof author.b), (bytes){NULL, 0}, &c, NULL) !=
        ST_OK) {
        return false;
    }
    while (epochs < 2 && !forked && store_next(c, &key) == ST_OK && key.n == 16) {
        struct arena tmp = arena_of(room, sizeof room);
        struct chain_mark m;
        id8 epoch;
        memcpy(epoch.b, key.p + 8, sizeof epoch.b);
        forked = chain_mark_get(t, author, epoch, &tmp, &m, NULL) == ST_OK && m.forked;
        epochs++;
    }
    store_scan_end(&c);
    return epochs > 1 || forked || goes_on(t, e);
}

enum st hq_route_entry(struct hq *hq, struct store_txn *t, const struct entry_view *e,
                       struct arena tmp, struct err *err)
{
    id8 holders[HQ_HOLDERS_MAX];
    unsigned n = 0;
    enum st st = e->kind == KIND_FORGOTTEN
                     ? hq_scope_ever(t, e->subject, holders, HQ_HOLDERS_MAX, &n, err)
                     : hq_scope_devices(t, e->subject, holders, HQ_HOLDERS_MAX, &n, err);
    /* Whoever holds what a revocation cuts off must hear of it: that may be anybody. Who does not
     * hold the technician gets the document alone (hq_answer.c). */
    bool all = e->kind == KIND_REVOKED;
    for (unsigned i = 0; i < hq->ndevices && all && st == ST_OK; i++) {
        st = hq_out_add(t, hq->devices[i].author, e->hash, err);
    }
    for (unsigned i = 0; i < n && !all && st == ST_OK; i++) {
        if (!id8_eq(holders[i], e->author)) {
            st = hq_route_people(hq, t, holders[i], e, tmp, err);
            st = st == ST_OK ? hq_out_add(t, holders[i], e->hash, err) : st;
        }
    }
    /* All of it, whatever its subject: an own chain's mark follows no hole. */
    if (st == ST_OK && hq_device(hq, e->author) != NULL && hq_route_has_copies(t, e)) {
        st = hq_out_add(t, e->author, e->hash, err);
    }
    return st == ST_OK ? hq_route_scopes(hq, t, e, tmp, err) : st;
}

enum st hq_route_settle(struct hq *hq, struct store_txn *t, const struct entry_view *e,
                        const bool *bad, size_t n, struct err *err)
{
    if (n == 0) {
        return ST_OK;
    }
    struct arena tmp = arena_of(hq->routing, CAP_SCRATCH_BYTES);
    struct fold_cut cut = {.loaded = false};
    id16 *subjects = malloc(n * sizeof *subjects);
    if (subjects == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    enum st st = ST_OK;
    for (size_t i = 0; i < n && st == ST_OK; i++) {
        subjects[i] = e[i].subject;
        if (bad[i]) {
            st = fold_mark_bad(t, e[i].hash, err);
        }
    }
    size_t unique = digest_unique(subjects, n);
    for (size_t i = 0; i < unique && st == ST_OK; i++) {
        st = fold_refold(t, subjects[i], tmp, err);
    }
    st = st == ST_OK ? hq_aside_settle(hq, t, e, n, err) : st;
    for (size_t i = 0; i < n && st == ST_OK; i++) {
        if (!hq_route_withheld(t, &e[i], &cut)) {
            st = hq_route_entry(hq, t, &e[i], tmp, err);
            st = st == ST_OK ? hq_taken_note(hq, t, &e[i], tmp, err) : st;
        }
    }
    free(subjects);
    return st;
}
