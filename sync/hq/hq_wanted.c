/* hq_wanted.c - see hq_wanted.h. */
#include "sync/hq/hq_wanted.h"

#include "core/model/bodies.h"
#include "sync/hq/hq_epoch.h"
#include "sync/hq/hq_returned.h"

#include <stdlib.h>

static struct arena scratch(struct hq_request *r)
{
    return arena_of(r->hq->routing, CAP_SCRATCH_BYTES);
}

static bool has_gap(const struct hq_request *r, const struct manifest_held *h)
{
    for (unsigned i = 0; i < r->ngaps; i++) {
        if (id8_eq(r->gaps[i].author, h->author) && id8_eq(r->gaps[i].epoch, h->epoch)) {
            return true;
        }
    }
    return false;
}

/* The end of what came of this chain; of what proves that a new epoch is due all comes again. */
static uint64_t came_to(const struct hq_request *r, const struct manifest_held *h)
{
    uint64_t end = 0;
    for (size_t i = 0; i < r->nentries && !r->hq->rolled_back; i++) {
        const struct entry_view *e = &r->entries[i];
        if (e->seq > end && id8_eq(e->author, h->author) && id8_eq(e->epoch, h->epoch)) {
            end = e->seq;
        }
    }
    return end;
}

/* This device knows an entry of our current journal that we do not: it is asked for that one. */
static void ask_for_seen(struct hq_request *r, struct store_txn *t)
{
    const struct chain_head *own = &r->hq->journal.head;
    if (r->manifest.seen_seq == 0 || !hq_epoch_doubts(r->hq, t, &r->manifest)) {
        return;
    }
    struct manifest_held asked = {
        .author = own->author, .epoch = own->epoch, .seq = r->manifest.seen_seq - 1};
    for (unsigned i = 0; i < r->manifest.nheld; i++) {
        struct manifest_held *h = &r->manifest.held[i];
        if (id8_eq(h->author, own->author) && id8_eq(h->epoch, own->epoch)) {
            h->seq = h->seq < asked.seq ? h->seq : asked.seq;
            return;
        }
    }
    r->asked[r->nasked++] = asked; /* the first */
}

static bool is_here(struct store_txn *t, id8 author, id8 epoch, uint64_t seq, h32 hash,
                    struct arena tmp)
{
    struct entry_view e;
    return store_has(t, T_HASH, bytes_of(hash.b, sizeof hash.b)) || /* or its index is due */
           (journal_at(t, author, epoch, seq, &tmp, &e, NULL) == ST_OK && h32_eq(e.hash, hash));
}

static void ask(struct hq_request *r, id8 author, id8 epoch, uint64_t from)
{
    for (unsigned i = 0; i < r->nasked; i++) {
        if (id8_eq(r->asked[i].author, author) && id8_eq(r->asked[i].epoch, epoch)) {
            r->asked[i].seq = r->asked[i].seq < from ? r->asked[i].seq : from;
            return;
        }
    }
    if (r->nasked < HQ_ASKED_MAX) {
        r->asked[r->nasked++] =
            (struct manifest_held){.author = author, .epoch = epoch, .seq = from};
    }
}

/* The head that the device describes is not here, and another entry has its number: no receipt of
 * ours can be one for its branch. */
static void ask_for_branch(struct hq_request *r, struct store_txn *t,
                           const struct manifest_journal *j)
{
    struct arena tmp = scratch(r);
    struct chain_mark m;
    if (j->seq != 0 && !is_here(t, j->author, j->epoch, j->seq, j->head, scratch(r)) &&
        chain_mark_get(t, j->author, j->epoch, &tmp, &m, NULL) == ST_OK && m.seq >= j->seq) {
        ask(r, j->author, j->epoch, 0);
    }
}

/* An epoch names in its first entry where the one before ended. That one is closed and receipted:
 * no request lists it, and nobody else would ever miss what we lost of it, or what its device did
 * not hear of it. */
static enum st ask_for_before(struct hq_request *r, struct store_txn *t,
                              const struct manifest_journal *j, struct err *err)
{
    struct arena tmp = scratch(r);
    struct entry_view e;
    struct chain_mark m;
    if (journal_at(t, j->author, j->epoch, 1, &tmp, &e, NULL) != ST_OK ||
        e.kind != KIND_JOURNAL_OPENED) {
        return ST_OK;
    }
    union body *b = calloc(1, sizeof *b);
    if (b == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    bool told = body_decode(e.kind, e.body, b) == ST_OK && b->opened.has_before;
    const struct body_opened before = b->opened;
    free(b);
    if (!told) {
        return ST_OK;
    }
    tmp = scratch(r);
    if (!is_here(t, j->author, before.epoch, before.seq, before.hash, tmp)) {
        bool some = chain_mark_get(t, j->author, before.epoch, &tmp, &m, NULL) == ST_OK;
        ask(r, j->author, before.epoch, some && m.seq < before.seq ? m.seq : 0);
        return ST_OK;
    }
    /* Another copy of its store may have gone on from there, and said so before we heard (again)
     * that there are two. */
    struct manifest_journal end = {
        .author = j->author, .epoch = before.epoch, .seq = before.seq, .head = before.hash};
    return hq_returned_after(r, t, &end, err);
}

static enum st ask_for_journals(struct hq_request *r, struct store_txn *t, struct err *err)
{
    enum st st = ST_OK;
    for (unsigned i = 0; i < r->manifest.njournals && st == ST_OK; i++) {
        const struct manifest_journal *j = &r->manifest.journals[i];
        if (id8_eq(j->author, r->cert.author)) {
            ask_for_branch(r, t, j);
            st = ask_for_before(r, t, j, err);
        }
    }
    return st;
}

/* Nothing is wanted up to here of a chain that ends, there, in the entry of `h`. Of a forked chain
 * any part may be missing; so it may where the device's last entry is another one than ours. */
static uint64_t wanted_from(struct store_txn *t, const struct manifest_held *h,
                            const struct chain_mark *m, struct arena tmp)
{
    struct entry_view e;
    if (m->forked) {
        return 0;
    }
    if (h->has_head && h->seq <= m->seq &&
        journal_at(t, h->author, h->epoch, h->seq, &tmp, &e, NULL) == ST_OK &&
        memcmp(e.hash.b, h->head, sizeof h->head) != 0) {
        return 0;
    }
    return m->holes_from != 0 ? m->holes_from - 1 : m->seq;
}

enum st hq_wanted(struct hq_request *r, struct store_txn *t, struct err *err)
{
    enum st st = ST_OK;
    if (!r->whole) {
        r->manifest.nheld = 0; /* who knows what was to come: it lists them again */
    }
    for (unsigned i = 0; i < r->manifest.nheld && st == ST_OK; i++) {
        struct manifest_held *h = &r->manifest.held[i];
        struct arena tmp = scratch(r);
        struct chain_mark m;
        st = chain_mark_get(t, h->author, h->epoch, &tmp, &m, err);
        uint64_t base = st == ST_OK ? wanted_from(t, h, &m, scratch(r)) : 0;
        uint64_t end = came_to(r, h);
        if (id8_eq(h->author, r->cert.author)) {
            end = end != 0 ? h->seq : 0; /* its branches came, whole, or it is not one of a fork */
        }
        /* It left the chain that is here before what was asked for: all of it, once. */
        h->seq = has_gap(r, h) ? 0 : base > end ? base : end;
        st = st == ST_NOT_FOUND ? ST_OK : st;
    }
    r->nasked = 0;
    ask_for_seen(r, t);
    return st == ST_OK ? ask_for_journals(r, t, err) : st;
}
