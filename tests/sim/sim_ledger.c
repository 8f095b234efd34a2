/* sim_ledger.c - what was acknowledged, and who must hold it now: kept outside of all stores. */
#include "tests/sim/sim.h"

#include <stdio.h>

#define EPOCHS_MAX 32

struct sim_entry *sim_ledger_find(struct sim_world *w, h32 hash)
{
    for (unsigned i = 0; i < w->nledger; i++) {
        if (h32_eq(w->ledger[i].hash, hash)) {
            return &w->ledger[i];
        }
    }
    return NULL;
}

static struct store *store_of_bit(struct sim_world *w, unsigned bit)
{
    return bit == SIM_HQ ? w->hq->store : w->device[bit].store;
}

struct sim_entry *sim_ledger_add(struct sim_world *w, struct store *s, unsigned bit, h32 hash)
{
    struct store_txn *t = NULL;
    struct entry_view e;
    union body b;
    if (w->nledger == SIM_LEDGER || w->failed) {
        return NULL;
    }
    struct arena a = arena_of(w->room, CAP_SCRATCH_BYTES);
    SIM_OK(w, store_read(s, &t, &w->err));
    enum st st = journal_get(t, hash, &a, &e, &w->err);
    if (st != ST_OK) {
        sim_fail(w, "what was acknowledged is not there: %s", st_name(st));
        store_abort(&t);
        return NULL;
    }
    struct sim_entry *n = &w->ledger[w->nledger++];
    *n = (struct sim_entry){.hash = hash,
                            .author = e.author,
                            .epoch = e.epoch,
                            .seq = e.seq,
                            .subject = e.subject,
                            .kind = e.kind,
                            .holders = 1U << bit,
                            .by_hq = bit == SIM_HQ};
    memset(&b, 0, sizeof b);
    if (e.kind == KIND_VISIT_PAID && body_decode(e.kind, e.body, &b) == ST_OK) {
        n->amount = b.paid.amount_minor;
    } else if (e.kind == KIND_VISIT_SIGNED && body_decode(e.kind, e.body, &b) == ST_OK) {
        n->visit = b.signed_.visit;
        n->number = b.signed_.number;
    } else if (e.kind == KIND_CASH_ACCEPTED && body_decode(e.kind, e.body, &b) == ST_OK) {
        n->amount = b.cash.amount_minor;
        n->of = b.cash.paid.h[0];
    }
    store_abort(&t);
    sim_trace(w, hash.b, sizeof hash.b);
    return n;
}

void sim_ledger_look(struct sim_world *w, struct sim_device *d)
{
    unsigned bit = d == NULL ? SIM_HQ : d->index;
    struct store_txn *t = NULL;
    SIM_OK(w, store_read(store_of_bit(w, bit), &t, &w->err));
    for (unsigned i = 0; i < w->nledger && !w->failed; i++) {
        struct sim_entry *e = &w->ledger[i];
        if ((e->holders >> bit & 1U) == 0 &&
            store_has(t, T_HASH, bytes_of(e->hash.b, sizeof e->hash.b))) {
            e->holders |= 1U << bit;
        }
    }
    store_abort(&t);
}

void sim_ledger_mark(struct sim_world *w, unsigned bit, uint8_t *held)
{
    memset(held, 0, SIM_LEDGER / 8 + 1);
    for (unsigned i = 0; i < w->nledger; i++) {
        if ((w->ledger[i].holders >> bit & 1U) != 0) {
            held[i / 8] |= (uint8_t)(1U << i % 8);
        }
    }
}

void sim_ledger_back(struct sim_world *w, unsigned bit, const uint8_t *held)
{
    for (unsigned i = 0; i < w->nledger; i++) {
        w->ledger[i].holders &= ~(1U << bit);
        if ((held[i / 8] >> i % 8 & 1U) != 0) {
            w->ledger[i].holders |= 1U << bit;
        }
    }
}

void sim_ledger_drop(struct sim_world *w, unsigned bit)
{
    for (unsigned i = 0; i < w->nledger; i++) {
        w->ledger[i].holders &= ~(1U << bit);
    }
}

/* --- no state is shown that nothing durable supports
 * --------------------------------------------------------- */

struct marks {
    unsigned n;
    struct chain_mark m[EPOCHS_MAX];
};

static void own_marks(struct sim_world *w, struct sim_device *d, struct store_txn *t,
                      struct marks *out)
{
    const id8 own = d->journal.head.author;
    struct store_cursor *c = NULL;
    bytes key;
    out->n = 0;
    SIM_OK(w, store_scan(t, T_HEAD, bytes_of(own.b, sizeof own.b), (bytes){NULL, 0}, &c, &w->err));
    while (!w->failed && out->n < EPOCHS_MAX && store_next(c, &key) == ST_OK) {
        uint8_t room[512];
        struct arena tmp = arena_of(room, sizeof room);
        id8 epoch;
        memcpy(epoch.b, key.p + 8, sizeof epoch.b);
        SIM_OK(w, chain_mark_get(t, own, epoch, &tmp, &out->m[out->n++], &w->err));
    }
    store_scan_end(&c);
}

static bool covered(const struct marks *m, const struct sim_entry *e)
{
    for (unsigned i = 0; i < m->n; i++) {
        if (id8_eq(m->m[i].epoch, e->epoch)) {
            return m->m[i].receipt_seq >= e->seq;
        }
    }
    return false;
}

void sim_ledger_places(struct sim_world *w, struct sim_device *d)
{
    struct store_txn *t = NULL;
    struct marks m = {0};
    if (w->failed || d->gone || !d->informed) {
        return;
    }
    SIM_OK(w, store_read(d->store, &t, &w->err));
    own_marks(w, d, t, &m);
    store_abort(&t);
    for (unsigned i = 0; i < w->nledger && !w->failed; i++) {
        const struct sim_entry *e = &w->ledger[i];
        if ((e->holders >> d->index & 1U) == 0 || (e->holders >> SIM_HQ & 1U) != 0 ||
            !id8_eq(e->author, d->journal.head.author)) {
            continue;
        }
        if (covered(&m, e)) {
            sim_fail(w,
                     "device %u shows \"at headquarters\" for its entry %" PRIu64
                     ", which headquarters does not hold",
                     d->index, e->seq);
        }
    }
    w->checks++;
}

/* --- nothing acknowledged is lost
 * -------------------------------------------------------------------------- */

static void hold_all(struct sim_world *w, unsigned bit)
{
    struct store_txn *t = NULL;
    char who[24];
    snprintf(who, sizeof who, bit == SIM_HQ ? "headquarters" : "device %u", bit);
    SIM_OK(w, store_read(store_of_bit(w, bit), &t, &w->err));
    for (unsigned i = 0; i < w->nledger && !w->failed; i++) {
        const struct sim_entry *e = &w->ledger[i];
        struct entry_view v;
        struct arena a = arena_of(w->room, CAP_SCRATCH_BYTES);
        if ((e->holders >> bit & 1U) == 0) {
            continue;
        }
        enum st st = journal_get(t, e->hash, &a, &v, &w->err);
        if (st != ST_OK || v.seq != e->seq || !id8_eq(v.author, e->author)) {
            sim_fail(w, "%s lost an acknowledged entry (%u of the ledger, kind %u): %s", who, i,
                     e->kind, st_name(st));
        }
    }
    store_abort(&t);
}

/* The very words of the screen, for every own entry. */
static void shown_places(struct sim_world *w, struct sim_device *d)
{
    struct store_txn *t = NULL;
    struct marks m = {0};
    SIM_OK(w, store_read(d->store, &t, &w->err));
    own_marks(w, d, t, &m);
    for (unsigned i = 0; i < w->nledger && !w->failed; i++) {
        const struct sim_entry *e = &w->ledger[i];
        enum sync_place place = SYNC_HERE;
        if ((e->holders >> d->index & 1U) == 0 || !id8_eq(e->author, d->journal.head.author)) {
            continue;
        }
        SIM_OK(w, sync_place_of(t, d->journal.head.author, e->hash,
                                arena_of(w->room, CAP_SCRATCH_BYTES), &place, &w->err));
        if (!w->failed && d->informed && place == SYNC_HQ && (e->holders >> SIM_HQ & 1U) == 0) {
            sim_fail(w, "device %u's screen says \"at headquarters\" for what is not there",
                     d->index);
        }
    }
    store_abort(&t);
}

void sim_ledger_full(struct sim_world *w)
{
    for (unsigned i = 0; i < w->ndevices && !w->failed; i++) {
        if (!w->device[i].gone) {
            hold_all(w, i);
            sim_office_erased(w, &w->device[i]);
        }
        if (!w->device[i].gone && !w->failed) {
            shown_places(w, &w->device[i]);
        }
    }
    if (!w->failed) {
        hold_all(w, SIM_HQ);
        sim_office_erased(w, NULL);
    }
    w->checks++;
}
