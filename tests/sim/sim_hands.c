/* sim_hands.c - sealed bundles in others' hands: a stick that is given to the wrong device, the
 * parcel of a device that was revoked and has destroyed its keys. */
#include "sync/carrier/file.h"
#include "sync/engine/parcel.h"
#include "tests/sim/sim.h"

#include <stdio.h>
#include <stdlib.h>

#define BUNDLE_CAP (8U << 20)
#define PARCEL_CAP (64U << 20)
#define LAST_TRIES 6 /* a restored headquarters may first have to be told that it was */

/* --- sticks
 * ---------------------------------------------------------------------------------------------- */

static bool refused(enum st st)
{
    return st == ST_WRONG_PARTY || st == ST_UNTRUSTED || st == ST_BAD_SIGNATURE;
}

/* Another author's: a copy of the same store may open what is for its twin. */
static struct sim_device *somebody_else(struct sim_world *w, const struct sim_device *than)
{
    struct sim_device *d = sim_world_pick(w);
    for (unsigned i = 0; d != NULL && i < w->ndevices; i++) {
        struct sim_device *x = &w->device[(d->index + i) % w->ndevices];
        if (!x->gone && x->person != than->person) {
            return x;
        }
    }
    return NULL;
}

void sim_hands_stick(struct sim_world *w)
{
    struct exchange_result res = {0};
    for (unsigned i = 0; i < w->nmessages; i++) {
        const struct sim_message *m = &w->message[i];
        struct sim_device *d = m->answer ? somebody_else(w, &w->device[m->device]) : NULL;
        if (d == NULL) {
            continue;
        }
        struct now now = sim_world_now(&d->clock);
        h32 head = d->journal.head.hash;
        enum st st = exchange_answer(&d->journal, bytes_of(m->p, m->n), &now, &res, &w->err);
        sim_trace(w, &st, sizeof st);
        if (!refused(st) || res.answered || !h32_eq(head, d->journal.head.hash)) {
            sim_fail(w, "device %u takes an answer that is for device %u: %s", d->index, m->device,
                     st_name(st));
        }
        w->sticks++;
        break;
    }
    sim_net_replay(w); /* and then it reaches somebody, by whoever's hands */
}

/* --- parcels
 * ---------------------------------------------------------------------------------------------- */

static void store_path(const struct sim_device *d, char out[static 200])
{
    snprintf(out, 200, "%s/store", d->dir);
}

static bool must(struct sim_world *w, struct sim_device *d)
{
    bool due = false;
    if (d->gone || !d->revoked) {
        return false;
    }
    SIM_OK(w, parcel_due(&d->journal, &due, &w->err));
    return due && !w->failed;
}

/* Own work that no receipt covers, as the device itself sees it; but for what came back to it from
 * headquarters beyond a gap, and is there. */
static unsigned owes(struct sim_world *w, struct sim_device *d)
{
    struct store_txn *t = NULL;
    unsigned n = 0;
    memset(d->owed, 0, sizeof d->owed);
    SIM_OK(w, store_read(d->store, &t, &w->err));
    for (unsigned i = 0; i < w->nledger && !w->failed; i++) {
        const struct sim_entry *e = &w->ledger[i];
        enum sync_place place = SYNC_HQ;
        if ((e->holders >> d->index & 1U) == 0 || !id8_eq(e->author, d->journal.head.author)) {
            continue;
        }
        SIM_OK(w, sync_place_of(t, e->author, e->hash, arena_of(w->room, CAP_SCRATCH_BYTES), &place,
                                &w->err));
        if (place != SYNC_HQ && (e->holders >> SIM_HQ & 1U) == 0) {
            d->owed[i / 8] |= (uint8_t)(1U << i % 8);
            n++;
        }
    }
    store_abort(&t);
    return n;
}

static void make(struct sim_world *w, struct sim_device *d)
{
    char dir[200];
    struct parcel_made made = {0};
    struct now now = sim_world_now(&d->clock);
    unsigned n = owes(w, d);
    store_path(d, dir);
    SIM_OK(w, parcel_make(&d->journal, dir, &now, &made, &w->err));
    sim_note(w, "device %u makes a parcel of %u entries, %u of the ledger", d->index, made.entries,
             n);
    if (!w->failed && (made.left_out || (n != 0 && !made.any))) {
        sim_fail(w, "device %u leaves unreceipted work out of its parcel", d->index);
    }
    sim_world_close(w, d);
    SIM_OK(w, store_destroy(dir, &w->err));
    sim_ledger_drop(w, d->index);
    d->gone = true;
    d->parcelled = made.any;
    w->parcels += made.any;
}

static void received(struct sim_world *w, struct sim_device *d)
{
    d->parcelled = false;
    sim_ledger_look(w, NULL);
    for (unsigned i = 0; i < w->nledger && !w->failed; i++) {
        bool owed = (d->owed[i / 8] >> i % 8 & 1U) != 0;
        if (owed && (w->ledger[i].holders >> SIM_HQ & 1U) == 0) {
            sim_fail(w, "headquarters has the parcel of device %u, and its entry %u is nowhere",
                     d->index, i);
        }
    }
}

static void post(struct sim_world *w, struct sim_device *d, const struct sim_faults *f)
{
    char dir[200], path[240];
    bytes sealed = {NULL, 0};
    struct bundle_buffer buf = {.cap = BUNDLE_CAP};
    struct sim_message m, ans;
    store_path(d, dir);
    parcel_path(dir, path, sizeof path);
    SIM_OK(w, file_read(path, PARCEL_CAP, &sealed, &w->err));
    if (w->failed) {
        return;
    }
    uint8_t *p = (uint8_t *)(uintptr_t)sealed.p;
    m = (struct sim_message){.p = p, .n = sealed.n, .device = d->index, .asked = w->event};
    if (sim_rng_chance(&w->rng, f->late)) {
        sim_net_keep(w, &m);
    }
    w->at_old = false; /* what only a machine had that is switched off later is lost with it */
    size_t n = sim_rng_chance(&w->rng, f->cut) ? sim_rng_below(&w->rng, (unsigned)m.n) : m.n;
    bool answered = !sim_rng_chance(&w->rng, f->drop) && sim_net_post(w, &m, n, false, &buf, &ans);
    if (answered && !w->failed && !sim_rng_chance(&w->rng, f->drop)) {
        size_t a =
            sim_rng_chance(&w->rng, f->cut) ? sim_rng_below(&w->rng, (unsigned)ans.n) : ans.n;
        enum st st = parcel_answer(dir, bytes_of(ans.p, a), &w->err);
        sim_note(w, "the parcel of device %u: %s", d->index, st_name(st));
        if (st == ST_OK) {
            received(w, d);
        } else if (a == ans.n && st != ST_INCOMPLETE) {
            sim_fail(w, "the answer to the parcel of device %u is refused: %s: %s", d->index,
                     st_name(st), w->err.text);
        }
    }
    free(p);
    bundle_buffer_drop(&buf);
}

void sim_hands_parcel(struct sim_world *w, const struct sim_faults *f)
{
    unsigned from = sim_rng_below(&w->rng, w->ndevices);
    for (unsigned i = 0; i < w->ndevices; i++) {
        struct sim_device *d = &w->device[(from + i) % w->ndevices];
        if (d->parcelled) {
            post(w, d, f);
            return;
        }
    }
    for (unsigned i = 0; i < w->ndevices && !w->failed; i++) {
        struct sim_device *d = &w->device[(from + i) % w->ndevices];
        if (must(w, d)) {
            make(w, d);
            return;
        }
    }
}

void sim_hands_last(struct sim_world *w)
{
    const struct sim_faults none = {0};
    for (unsigned i = 0; i < w->ndevices && !w->failed; i++) {
        struct sim_device *d = &w->device[i];
        for (unsigned k = 0; d->parcelled && k < LAST_TRIES && !w->failed; k++) {
            post(w, d, &none);
        }
        if (d->parcelled && !w->failed) {
            /* What lay before it went with a restored headquarters and with the device's keys: no
             * receipt can cover it, and it waits for ever; but it is there. */
            received(w, d);
        }
    }
}
