/* sim_check.c - when the network is calm and everybody has spoken: is it all there, once, and seen?
 */
#include "core/codec/hash.h"
#include "sync/engine/digest.h"
#include "sync/hq/hq_route.h"
#include "tests/sim/sim.h"

#include <stdlib.h>

#define ROUNDS_MAX 16

/* --- quiescence
 * ------------------------------------------------------------------------------------------ */

static void mend_all(struct sim_world *w)
{
    sim_world_old_end(w); /* one of two is switched off at last */
    w->hq_clock.skew_ms = 0;
    w->hq_full = false;
    sim_world_hq_close(w);
    sim_world_hq_open(w);
    for (unsigned i = 0; i < w->ndevices && !w->failed; i++) {
        struct sim_device *d = &w->device[i];
        if (!d->gone) {
            d->clock.skew_ms = 0;
            d->full = false;
            sim_world_close(w, d);
            sim_world_open(w, d);
        }
    }
}

/* At rest: two rounds in which nobody said anything new and headquarters wrote nothing. */
static void settle(struct sim_world *w)
{
    const struct sim_faults none = {0};
    unsigned quiet = 0;
    for (unsigned round = 0; round < ROUNDS_MAX && !w->failed; round++) {
        h32 head = w->hq->journal.head.hash;
        bool moved = false;
        for (unsigned i = 0; i < w->ndevices && !w->failed; i++) {
            struct sim_device *d = &w->device[i];
            uint64_t before = w->exchanges;
            if (!d->gone && !sim_net_sync(w, d, &none, &moved)) {
                moved = true;
            }
            moved = moved || w->exchanges > before + 1;
        }
        quiet = moved || !h32_eq(head, w->hq->journal.head.hash) ? 0 : quiet + 1;
        if (quiet == 2) {
            return;
        }
    }
    sim_fail(w, "the parties never come to rest: %u rounds, and still something moves", ROUNDS_MAX);
}

/* --- nothing is lost
 * ------------------------------------------------------------------------------------- */

static void all_at_hq(struct sim_world *w)
{
    for (unsigned i = 0; i < w->nledger && !w->failed; i++) {
        const struct sim_entry *e = &w->ledger[i];
        for (unsigned k = 0; k < w->ndevices; k++) {
            struct sim_device *d = &w->device[k];
            bool own = !d->gone && id8_eq(e->author, d->journal.head.author);
            if (d->gone || (e->holders >> k & 1U) == 0 || (e->holders >> SIM_HQ & 1U) != 0) {
                continue;
            }
            if (own || e->by_hq) {
                sim_fail(w,
                         "device %u holds entry %u of the ledger (kind %u, sequence %" PRIu64
                         ", %s), and headquarters never gets it",
                         k, i, e->kind, e->seq, own ? "its own" : "headquarters'");
                return;
            }
        }
    }
    for (unsigned k = 0; k < w->ndevices && !w->failed; k++) {
        struct sim_device *d = &w->device[k];
        struct store_txn *t = NULL;
        struct sync_status s = {0};
        if (d->gone) {
            continue;
        }
        SIM_OK(w, store_read(d->store, &t, &w->err));
        SIM_OK(w, sync_status(t, d->journal.head.author, arena_of(w->room, CAP_SCRATCH_BYTES), &s,
                              &w->err));
        store_abort(&t);
        if (!w->failed && s.unsent != 0) {
            sim_fail(w, "device %u still counts %" PRIu64 " unsent entries", k, s.unsent);
        }
    }
}

/* --- equal digests
 * --------------------------------------------------------------------------------------- */

static bool digest(struct sim_world *w, struct store_txn *t, id16 subject, h32 *out, unsigned *n)
{
    struct arena a = arena_of(w->room, CAP_SCRATCH_BYTES);
    struct subject_state kept;
    h32 cached;
    if (fold_load(t, subject, &a, &kept, &cached, &w->err) != ST_OK) {
        return false;
    }
    *n = kept.nentries;
    struct subject_state fresh;
    bytes encoded;
    a = arena_of(w->room, CAP_SCRATCH_BYTES);
    SIM_OK(w, fold_fresh(t, subject, &a, &fresh, &encoded, out, &w->err));
    if (!w->failed && !h32_eq(*out, cached)) {
        sim_fail(w, "a kept state is not what its entries add up to");
    }
    if (w->failed || fresh.nbad == 0) {
        return !w->failed;
    }
    /* What a revocation cuts off is evidence at headquarters and is passed on to nobody. */
    uint8_t *buf = malloc(CAP_STATE_BYTES);
    fresh.nbad = 0;
    SIM_OK(w, fold_encode(&fresh, buf, CAP_STATE_BYTES, &encoded));
    hash32(encoded, out->b);
    free(buf);
    return !w->failed;
}

/* For the reader of a replayed schedule: which of the ledger's entries are where. */
static void show_holders(struct sim_world *w, unsigned k)
{
    for (unsigned i = 0; i < w->nledger; i++) {
        const struct sim_entry *e = &w->ledger[i];
        if (id16_eq(e->subject, w->subject[k])) {
            sim_note(w,
                     "ledger %u: kind %u, author %02x, epoch %02x, sequence %" PRIu64
                     ", held by %08" PRIx32,
                     i, e->kind, e->author.b[0], e->epoch.b[0], e->seq, e->holders);
        }
    }
}

/* ... and what one of the two that differ holds, whoever recorded it. */
static void show_entries(struct sim_world *w, struct store_txn *t, const char *who, unsigned k)
{
    h32 hashes[CAP_SUBJECT_ENTRIES];
    unsigned n = 0;
    if (!w->verbose ||
        digest_hashes(t, w->subject[k], hashes, CAP_SUBJECT_ENTRIES, &n, NULL) != ST_OK) {
        return;
    }
    for (unsigned i = 0; i < n; i++) {
        struct arena a = arena_of(w->room, CAP_SCRATCH_BYTES);
        struct entry_view e;
        if (journal_get(t, hashes[i], &a, &e, NULL) == ST_OK) {
            sim_note(w, "%s: kind %u, author %02x, epoch %02x, sequence %" PRIu64 "%s", who, e.kind,
                     e.author.b[0], e.epoch.b[0], e.seq,
                     hq_route_withheld(t, &e, NULL) ? ", cut off" : "");
        }
    }
}

static void same_state(struct sim_world *w, struct sim_device *d, unsigned k)
{
    struct store_txn *here = NULL, *there = NULL;
    h32 a = {{0}}, b = {{0}};
    unsigned na = 0, nb = 0;
    id8 author = d->journal.head.author;
    SIM_OK(w, store_read(w->hq->store, &there, &w->err));
    SIM_OK(w, store_read(d->store, &here, &w->err));
    if (!w->failed && hq_scope_has(there, author, w->subject[k]) &&
        digest(w, there, w->subject[k], &b, &nb)) {
        bool known = digest(w, here, w->subject[k], &a, &na);
        if (!w->failed && (!known || !h32_eq(a, b))) {
            show_holders(w, k);
            show_entries(w, here, "device", k);
            show_entries(w, there, "headquarters", k);
            sim_fail(w,
                     "device %u and headquarters differ on subject %u (type %d): %u entries "
                     "against %u",
                     d->index, k, (int)w->type[k], na, nb);
        }
        w->checks++;
    }
    store_abort(&here);
    store_abort(&there);
}

/* --- every concurrent edit is visible
 * -------------------------------------------------------------------------- */

struct writer {
    h32 entry;
    struct record_write w[CAP_RECORD_WRITES];
    size_t n;
};

static bool named_by(const struct writer *all, unsigned n, h32 entry, int field)
{
    for (unsigned i = 0; i < n; i++) {
        for (size_t k = 0; k < all[i].n; k++) {
            const struct hash_list *seen = &all[i].w[k].seen;
            for (unsigned x = 0; all[i].w[k].field == field && x < seen->n; x++) {
                if (h32_eq(seen->h[x], entry) && !h32_eq(all[i].entry, entry)) {
                    return true;
                }
            }
        }
    }
    return false;
}

static bool stands(const struct subject_state *s, h32 entry, int field)
{
    const struct field_state *f = fold_field(s, field);
    for (unsigned i = 0; f != NULL && i < f->n; i++) {
        if (h32_eq(f->v[i].entry, entry)) {
            return true;
        }
    }
    return false;
}

static void one_write(struct sim_world *w, const struct subject_state *s, const struct writer *all,
                      unsigned n, unsigned i)
{
    for (size_t k = 0; k < all[i].n; k++) {
        int field = all[i].w[k].field;
        const struct field_state *f = fold_field(s, field);
        bool crowd = f != NULL && f->n >= CAP_FIELD_WRITES;
        if (!stands(s, all[i].entry, field) && !named_by(all, n, all[i].entry, field) && !crowd) {
            sim_fail(w, "an edit of field %d is neither shown nor replaced by name", field);
            return;
        }
    }
}

static void flagged(struct sim_world *w, const struct subject_state *s, unsigned k)
{
    for (unsigned i = 0; i < s->nfields; i++) {
        const struct field_state *f = &s->fields[i];
        const struct field_value *first = NULL;
        for (unsigned x = 0; x < f->n; x++) {
            if (f->v[x].proposal) {
                continue;
            }
            if (first != NULL && !fold_equal(first, &f->v[x]) && !f->conflict) {
                sim_fail(w, "two values of field %d of subject %u stand and no conflict is shown",
                         f->field, k);
            }
            first = first == NULL ? &f->v[x] : first;
        }
    }
}

/* All edits of a subject that count: not those that its author's revocation cuts off. */
static void edits_visible(struct sim_world *w, struct store_txn *t, const struct subject_state *s,
                          unsigned k, struct writer *all)
{
    unsigned n = 0;
    uint8_t *room = malloc(2 * CAP_ENTRY_BYTES);
    for (unsigned i = 0; i < w->nledger && n < SIM_LEDGER; i++) {
        struct arena a = arena_of(room, 2 * CAP_ENTRY_BYTES);
        struct entry_view e;
        if (w->ledger[i].kind != KIND_RECORD_SET || !id16_eq(w->ledger[i].subject, w->subject[k]) ||
            (w->ledger[i].holders >> SIM_HQ & 1U) == 0 ||
            journal_get(t, w->ledger[i].hash, &a, &e, NULL) != ST_OK ||
            hq_route_withheld(t, &e, NULL)) {
            continue;
        }
        all[n].entry = e.hash;
        if (record_decode(w->type[k], e.body, all[n].w, &all[n].n) == ST_OK) {
            n++;
        }
    }
    for (unsigned i = 0; i < n && !w->failed; i++) {
        one_write(w, s, all, n, i);
    }
    flagged(w, s, k);
    free(room);
}

/* --- each effect once
 * -------------------------------------------------------------------------------------- */

static unsigned times(const struct subject_state *s, unsigned kind, h32 entry)
{
    unsigned n = 0;
    for (unsigned i = 0; i < s->nvisits; i++) {
        for (unsigned k = 0; k < s->visits[i].nfacts; k++) {
            n += s->visits[i].facts[k].kind == kind && h32_eq(s->visits[i].facts[k].entry, entry);
        }
    }
    return n;
}

static unsigned signs(const struct subject_state *s, h32 entry)
{
    unsigned n = 0;
    for (unsigned i = 0; i < s->nvisits; i++) {
        for (unsigned k = 0; k < s->visits[i].nsigned; k++) {
            n += h32_eq(s->visits[i].signatures[k].entry, entry);
        }
    }
    return n;
}

/* Did the fold put something aside of this job? Then a fact may be there without effect. */
static bool has_odd(const struct subject_state *s)
{
    unsigned odd = s->nodd + s->nbad;
    for (unsigned i = 0; i < s->nvisits; i++) {
        odd += s->visits[i].nodd;
    }
    return odd != 0 || s->damaged;
}

static void facts_once(struct sim_world *w, struct store_txn *t, const struct subject_state *s)
{
    for (unsigned i = 0; i < w->nledger && !w->failed; i++) {
        const struct sim_entry *e = &w->ledger[i];
        bool fact = e->kind == KIND_VISIT_PART || e->kind == KIND_VISIT_PAID ||
                    e->kind == KIND_VISIT_SIGNED;
        if (!fact || !id16_eq(e->subject, s->subject) || (e->holders >> SIM_HQ & 1U) == 0) {
            continue;
        }
        unsigned n = e->kind == KIND_VISIT_SIGNED ? signs(s, e->hash) : times(s, e->kind, e->hash);
        uint8_t *room = malloc(2 * CAP_ENTRY_BYTES);
        struct arena a = arena_of(room, 2 * CAP_ENTRY_BYTES);
        struct entry_view v;
        bool cut_off =
            journal_get(t, e->hash, &a, &v, NULL) == ST_OK && hq_route_withheld(t, &v, NULL);
        free(room);
        if (n > 1 || (n == 0 && !has_odd(s)) || (n != 0 && cut_off)) {
            sim_fail(w, "entry %u of the ledger (kind %u) has its effect %u times", i, e->kind, n);
        }
    }
    for (unsigned i = 0; i < s->nvisits && !w->failed; i++) {
        for (unsigned k = 0; k < s->visits[i].nfacts && !w->failed; k++) {
            if (sim_ledger_find(w, s->visits[i].facts[k].entry) == NULL) {
                sim_fail(w, "a fact of kind %u has an effect, and nobody ever recorded it",
                         s->visits[i].facts[k].kind);
            }
        }
    }
}

/* Money, counted by hand: each accepted payment once, however often it was accepted. */
static void cash_once(struct sim_world *w, const struct subject_state *s)
{
    int64_t accepted = 0;
    for (unsigned i = 0; i < w->nledger; i++) {
        const struct sim_entry *p = &w->ledger[i];
        bool taken = false;
        if (p->kind != KIND_VISIT_PAID || !id16_eq(p->subject, s->subject) ||
            times(s, p->kind, p->hash) == 0) {
            continue;
        }
        for (unsigned k = 0; k < w->nledger; k++) {
            taken = taken || (w->ledger[k].kind == KIND_CASH_ACCEPTED &&
                              (w->ledger[k].holders >> SIM_HQ & 1U) != 0 &&
                              h32_eq(w->ledger[k].of, p->hash));
        }
        accepted += taken ? p->amount : 0;
    }
    if (!has_odd(s) && accepted != s->cash_accepted_minor) {
        sim_fail(w, "cash: %" PRId64 " was accepted, the books say %" PRId64, accepted,
                 s->cash_accepted_minor);
    } else if (s->cash_accepted_minor > accepted && !has_odd(s)) {
        sim_fail(w, "cash is counted twice");
    }
}

static void one_subject(struct sim_world *w, unsigned k, struct writer *all)
{
    struct store_txn *t = NULL;
    struct subject_state s;
    struct arena a = arena_of(w->room, CAP_SCRATCH_BYTES);
    SIM_OK(w, store_read(w->hq->store, &t, &w->err));
    if (!w->failed && fold_load(t, w->subject[k], &a, &s, NULL, &w->err) == ST_OK) {
        edits_visible(w, t, &s, k, all);
        if (w->type[k] == SUBJECT_JOB && !w->failed) {
            facts_once(w, t, &s);
            cash_once(w, &s);
        }
        w->checks++;
    }
    store_abort(&t);
}

void sim_check_end(struct sim_world *w)
{
    struct writer *all = malloc(SIM_LEDGER * sizeof *all);
    mend_all(w);
    sim_hands_last(w);
    settle(w);
    while (w->nmessages != 0 &&
           !w->failed) { /* what was still under way comes now, at the worst time */
        sim_net_replay(w);
        free(w->message[0].p);
        w->message[0] = w->message[--w->nmessages];
    }
    settle(w);
    if (!w->failed) {
        sim_ledger_full(w);
    }
    if (!w->failed) {
        all_at_hq(w);
    }
    sim_office_numbers(w);
    for (unsigned i = 0; i < w->ndevices; i++) {
        for (unsigned k = 0; k < w->nsubjects && !w->failed; k++) {
            if (!w->device[i].gone && !w->device[i].revoked) {
                same_state(w, &w->device[i], k);
            }
        }
    }
    for (unsigned k = 0; k < w->nsubjects && !w->failed; k++) {
        one_subject(w, k, all);
    }
    free(all);
}
