/* sim_world.c - the parties: made, closed, reopened, backed up, restored, cloned. */
#include "core/keys/slots.h"
#include "sync/engine/join.h"
#include "sync/hq/hq_answer.h"
#include "sync/hq/hq_join.h"
#include "tests/sim/sim.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define MAP_BYTES (64ULL << 20)
#define START_MS 1780000000000LL

void sim_fail(struct sim_world *w, const char *fmt, ...)
{
    if (w->failed) {
        return;
    }
    w->failed = true;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(w->why, sizeof w->why, fmt, ap);
    va_end(ap);
}

void sim_trace(struct sim_world *w, const void *p, size_t n)
{
    crypto_generichash_update(&w->trace, p, n);
}

void sim_note(struct sim_world *w, const char *fmt, ...)
{
    if (!w->verbose) {
        return;
    }
    va_list ap;
    va_start(ap, fmt);
    printf("#      ");
    vprintf(fmt, ap);
    printf("\n");
    va_end(ap);
}

/* --- clocks
 * ------------------------------------------------------------------------------------------ */

struct now sim_world_now(struct sim_clock *c)
{
    struct now n = {.utc_offset_minutes = 480};
    c->w->ms += 137;
    n.wall_ms = c->w->ms + c->skew_ms;
    n.boot_ms = c->w->ms - c->boot_at_ms;
    n.boot_id[0] = (uint8_t)c->boot;
    n.boot_id[1] = (uint8_t)(c->boot >> 8);
    return n;
}

static void read_clock(void *ctx, struct now *out)
{
    *out = sim_world_now(ctx);
}

static void boot(struct sim_world *w, struct sim_clock *c)
{
    c->w = w;
    c->boot++;
    c->boot_at_ms = w->ms;
}

/* --- headquarters
 * ------------------------------------------------------------------------------------ */

static struct hq_options hq_how(struct sim_world *w, char store[static 200])
{
    snprintf(store, 200, "%s/store", w->hq_dir);
    /* A map of one page is what is in use already: the disk is full. */
    return (struct hq_options){.dir = store,
                               .map_bytes = w->hq_full ? 4096 : MAP_BYTES,
                               .clock = {.read = read_clock, .ctx = &w->hq_clock}};
}

void sim_world_hq_open(struct sim_world *w)
{
    char store[200];
    boot(w, &w->hq_clock);
    struct hq_options o = hq_how(w, store);
    enum st st = hq_open(&o, &w->hq, &w->err);
    if (st == ST_FULL && w->hq_full) {
        w->hq_full = false; /* not even its start fits: somebody makes room */
        o.map_bytes = MAP_BYTES;
        st = hq_open(&o, &w->hq, &w->err);
    }
    SIM_OK(w, st);
}

void sim_world_hq_close(struct sim_world *w)
{
    hq_close(&w->hq);
}

static struct sim_snap *snap_place(struct sim_world *w, struct sim_snap snaps[static SIM_SNAPS])
{
    struct sim_snap *s = &snaps[sim_rng_below(&w->rng, SIM_SNAPS)];
    for (unsigned i = 0; i < SIM_SNAPS; i++) {
        s = snaps[i].used ? s : &snaps[i];
    }
    sim_files_remove(s->dir);
    s->used = true;
    s->life = w->hq_life;
    return s;
}

static struct sim_snap *snap_any(struct sim_world *w, struct sim_snap snaps[static SIM_SNAPS])
{
    struct sim_snap *s = &snaps[sim_rng_below(&w->rng, SIM_SNAPS)];
    for (unsigned i = 0; i < SIM_SNAPS && !s->used; i++) {
        s = &snaps[i];
    }
    return s->used ? s : NULL;
}

void sim_world_hq_snap(struct sim_world *w)
{
    struct sim_snap *s = snap_place(w, w->hq_snaps);
    if (!sim_files_copy(w->hq_dir, s->dir)) {
        sim_fail(w, "the harness could not copy headquarters");
    }
    sim_ledger_mark(w, SIM_HQ, s->held);
}

bool sim_world_hq_restore(struct sim_world *w)
{
    struct sim_snap *s = snap_any(w, w->hq_snaps);
    if (s == NULL) {
        return false;
    }
    sim_world_hq_close(w);
    sim_files_remove(w->hq_dir);
    if (!sim_files_copy(s->dir, w->hq_dir)) {
        sim_fail(w, "the harness could not restore headquarters");
        return false;
    }
    w->hq_life++;
    w->hq_rolled = true;
    w->hq_restores++;
    sim_ledger_back(w, SIM_HQ, s->held);
    for (unsigned i = 0; i < w->ndevices; i++) {
        w->device[i].informed = false;
        w->device[i].taint = w->event;
    }
    sim_world_hq_open(w);
    return true;
}

/* --- the one before, when it is not switched off
 * ---------------------------------------------------------------------------- */

static void old_open(struct sim_world *w)
{
    char store[200];
    snprintf(store, sizeof store, "%s/store", w->old_dir);
    struct hq_options o = {
        .dir = store, .map_bytes = MAP_BYTES, .clock = {.read = read_clock, .ctx = &w->hq_clock}};
    SIM_OK(w, hq_open(&o, &w->old, &w->err));
}

void sim_world_old_end(struct sim_world *w)
{
    if (w->old != NULL) {
        hq_close(&w->old);
        w->old = NULL;
        sim_files_remove(w->old_dir);
    }
}

void sim_world_old_again(struct sim_world *w)
{
    if (w->old != NULL) {
        hq_close(&w->old);
        old_open(w);
    }
}

bool sim_world_hq_split(struct sim_world *w)
{
    bool any = false;
    for (unsigned i = 0; i < SIM_SNAPS; i++) {
        any = any || w->hq_snaps[i].used;
    }
    if (!any) {
        return false;
    }
    sim_world_old_end(w);
    sim_world_hq_close(w);
    if (!sim_files_copy(w->hq_dir, w->old_dir)) {
        sim_fail(w, "the harness could not copy headquarters");
        return false;
    }
    sim_world_hq_open(w); /* which is closed again, for what is restored */
    if (!w->failed && sim_world_hq_restore(w) && !w->failed) {
        old_open(w);
        w->splits++;
    }
    return !w->failed;
}

/* --- handhelds
 * ---------------------------------------------------------------------------------------- */

static void store_path(const struct sim_device *d, char out[static 200])
{
    snprintf(out, 200, "%s/store", d->dir);
}

void sim_world_open(struct sim_world *w, struct sim_device *d)
{
    char dir[200];
    boot(w, &d->clock);
    struct now now = sim_world_now(&d->clock);
    store_path(d, dir);
    struct store_options o = {.side = STORE_DEVICE,
                              .mode = STORE_WRITE,
                              .map_bytes = d->full ? 4096 : MAP_BYTES,
                              .data_key = d->key};
    enum st st = store_open(dir, &o, &d->store, &w->err);
    if (st == ST_FULL && d->full) {
        d->full = false;
        o.map_bytes = MAP_BYTES;
        st = store_open(dir, &o, &d->store, &w->err);
    }
    SIM_OK(w, st);
    if (w->failed) {
        return;
    }
    SIM_OK(w,
           journal_open(&d->journal, d->store, NULL, d->scratch, CAP_SCRATCH_BYTES, &now, &w->err));
}

void sim_world_close(struct sim_world *w, struct sim_device *d)
{
    (void)w;
    if (d->store != NULL) {
        journal_close(&d->journal);
        store_close(&d->store);
    }
}

bool sim_world_hurts(const struct sim_world *w, const struct sim_device *d, enum st st)
{
    bool full = d == NULL ? w->hq_full : d->full;
    return (full || sim_break_fired()) && (st == ST_FULL || st == ST_IO);
}

void sim_world_hurt(struct sim_world *w, struct sim_device *d, enum st st, const char *what)
{
    if (!sim_world_hurts(w, d, st)) {
        sim_fail(w, "%s: %s: %s", what, st_name(st), w->err.text);
        return;
    }
    w->refused_full++;
    if (st == ST_IO && d == NULL) { /* reopen, as the contract says; room was made */
        w->hq_full = false;
        sim_world_hq_close(w);
        sim_world_hq_open(w);
    } else if (st == ST_IO) {
        d->full = false;
        sim_world_close(w, d);
        sim_world_open(w, d);
    }
}

struct sim_device *sim_world_pick(struct sim_world *w)
{
    unsigned n = w->ndevices, from = sim_rng_below(&w->rng, n);
    for (unsigned i = 0; i < n; i++) {
        struct sim_device *d = &w->device[(from + i) % n];
        if (!d->gone) {
            return d;
        }
    }
    return NULL;
}

static struct sim_device *new_device(struct sim_world *w, unsigned person)
{
    if (w->ndevices == SIM_DEVICES) {
        return NULL;
    }
    struct sim_device *d = &w->device[w->ndevices];
    d->used = true;
    d->gone = d->revoked = d->full = d->rolled = false;
    d->informed = true;
    d->index = w->ndevices++;
    d->person = person;
    d->scratch = d->scratch != NULL ? d->scratch : malloc(CAP_SCRATCH_BYTES);
    snprintf(d->dir, sizeof d->dir, "%s/d%u", w->base, d->index);
    for (unsigned i = 0; i < SIM_SNAPS; i++) {
        snprintf(d->snaps[i].dir, sizeof d->snaps[i].dir, "%s/d%u.snap%u", w->base, d->index, i);
    }
    d->clock = (struct sim_clock){.w = w};
    return d;
}

/* The store that join_found makes, but for the PIN's slot: Argon2 would be nine tenths of a run. */
static void found(struct sim_world *w, struct sim_device *d, const struct join *j)
{
    char dir[200];
    struct store *s = NULL;
    struct now now = sim_world_now(&d->clock);
    store_path(d, dir);
    sim_files_folder(d->dir);
    randombytes_buf(d->key, sizeof d->key);
    struct store_options o = {
        .side = STORE_DEVICE, .mode = STORE_WRITE, .map_bytes = MAP_BYTES, .data_key = d->key};
    SIM_OK(w, store_create(dir, &o, &w->err));
    SIM_OK(w, store_open(dir, &o, &s, &w->err));
    if (!w->failed) {
        SIM_OK(w, journal_found(s, &j->keys, true, bytes_of(j->trust_doc, j->trust_doc_n),
                                bytes_of(j->cert, j->cert_n), &now,
                                arena_of(d->scratch, CAP_SCRATCH_BYTES), &w->err));
    }
    store_close(&s);
}

static bytes trust_doc(struct sim_world *w, uint8_t buf[static CAP_TRUST_BYTES])
{
    struct store_txn *t = NULL;
    struct trust trust;
    struct arena a = hq_arena(w->hq);
    bytes doc = {NULL, 0};
    SIM_OK(w, store_read(w->hq->store, &t, &w->err));
    SIM_OK(w, trust_store_get(t, &a, &trust, &doc, &w->err));
    if (!w->failed) {
        memcpy(buf, doc.p, doc.n);
    }
    store_abort(&t);
    return bytes_of(buf, doc.n);
}

struct sim_device *sim_world_join(struct sim_world *w, unsigned person)
{
    struct hq_invite inv = {.person = w->person[person], .role = ROLE_TECHNICIAN};
    struct bundle_buffer req = {.cap = 1 << 20}, ans = {.cap = 1 << 20};
    char code[20];
    uint8_t doc[CAP_TRUST_BYTES];
    int64_t until;
    const char *problem;
    struct sim_device *d = new_device(w, person);
    struct join *j = calloc(1, sizeof *j);
    if (d == NULL || j == NULL) {
        free(j);
        return NULL;
    }
    struct now now = sim_world_now(&d->clock);
    snprintf(inv.prefix, sizeof inv.prefix, "D%u", ++w->prefixes);
    SIM_OK(w, hq_join_invite(w->hq, &inv, code, &until, &w->err));
    SIM_OK(w, join_begin(j, str_c(code), trust_doc(w, doc), &w->err));
    SIM_OK(w, join_request(j, &now, bundle_buffer_sink, &req, &w->err));
    SIM_OK(w,
           hq_exchange(w->hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, &problem, &w->err));
    SIM_OK(w, join_answer(j, bytes_of(ans.p, ans.n), &w->err));
    if (!w->failed) {
        found(w, d, j);
    }
    if (!w->failed) {
        sim_world_open(w, d);
    }
    join_end(j);
    free(j);
    bundle_buffer_drop(&req);
    bundle_buffer_drop(&ans);
    if (!w->failed) {
        sim_ledger_add(w, d->store, d->index, d->journal.head.hash);
        sim_ledger_look(w, NULL);
    }
    return w->failed ? NULL : d;
}

/* --- backups and copies
 * ------------------------------------------------------------------------------- */

void sim_world_snap(struct sim_world *w, struct sim_device *d)
{
    struct sim_snap *s = snap_place(w, d->snaps);
    if (!sim_files_copy(d->dir, s->dir)) {
        sim_fail(w, "the harness could not copy a device");
    }
    sim_ledger_mark(w, d->index, s->held);
}

bool sim_world_restore(struct sim_world *w, struct sim_device *d)
{
    struct sim_snap *s = snap_any(w, d->snaps);
    if (s == NULL) {
        return false;
    }
    sim_world_close(w, d);
    sim_files_remove(d->dir);
    if (!sim_files_copy(s->dir, d->dir)) {
        sim_fail(w, "the harness could not restore a device");
        return false;
    }
    w->restores++;
    sim_ledger_back(w, d->index, s->held);
    if (s->life != w->hq_life) {
        d->informed = false; /* it knows receipts of a headquarters that is no more */
        d->taint = w->event;
    }
    d->rolled = true;
    d->full = false;
    sim_world_open(w, d);
    return true;
}

struct sim_device *sim_world_clone(struct sim_world *w, struct sim_device *d)
{
    struct sim_device *twin = new_device(w, d->person);
    if (twin == NULL) {
        return NULL;
    }
    if (!sim_files_copy(d->dir, twin->dir)) {
        sim_fail(w, "the harness could not clone a device");
        return NULL;
    }
    memcpy(twin->key, d->key, sizeof twin->key);
    twin->clock = d->clock;
    twin->informed = d->informed;
    twin->taint = d->taint;
    twin->revoked = d->revoked;
    twin->rolled = d->rolled = true;
    for (unsigned i = 0; i < w->nledger; i++) {
        w->ledger[i].holders |= (w->ledger[i].holders >> d->index & 1U) << twin->index;
    }
    sim_world_open(w, twin);
    return twin;
}

/* --- begin and end
 * ----------------------------------------------------------------------------------- */

static void people(struct sim_world *w)
{
    static const char *const names[SIM_PERSONS] = {"Li Wei", "Wang Fang", "Chen Jie"};
    for (unsigned i = 0; i < SIM_PERSONS && !w->failed; i++) {
        struct record_write rec = {
            .field = F_TECHNICIAN_ROLE, .type = FT_ENUM, .i = ROLE_TECHNICIAN};
        w->person[i] = sim_act_record(w, SUBJECT_TECHNICIAN, &rec, 1, names[i], F_TECHNICIAN_NAME);
    }
}

void sim_world_begin(struct sim_world *w, const char *name, uint64_t seed, unsigned scenario,
                     enum sim_mutation m)
{
    uint8_t *room = w->room, *scratch[SIM_DEVICES];
    for (unsigned i = 0; i < SIM_DEVICES; i++) {
        scratch[i] = w->device[i].scratch;
    }
    memset(w, 0, sizeof *w);
    for (unsigned i = 0; i < SIM_DEVICES; i++) {
        w->device[i].scratch = scratch[i]; /* pages that are there already */
    }
    w->room = room != NULL ? room : malloc(CAP_SCRATCH_BYTES);
    w->name = name;
    w->seed = seed;
    w->scenario = scenario;
    w->mutation = m;
    w->ms = START_MS;
    crypto_generichash_init(&w->trace, NULL, 0, 32);
    sim_rng_seed(&w->rng, seed, 1);
    sim_rng_sodium(seed, 2);
    snprintf(w->base, sizeof w->base, "%s/%s", sim_files_base(), name);
    sim_files_remove(w->base);
    snprintf(w->hq_dir, sizeof w->hq_dir, "%s/hq", w->base);
    snprintf(w->old_dir, sizeof w->old_dir, "%s/hq.old", w->base);
    for (unsigned i = 0; i < SIM_SNAPS; i++) {
        snprintf(w->hq_snaps[i].dir, sizeof w->hq_snaps[i].dir, "%s/hq.snap%u", w->base, i);
    }
    sim_files_folder(w->base);
    sim_files_folder(w->hq_dir);
    w->hq_clock.w = w;
    char store[200];
    struct hq_options o = hq_how(w, store);
    struct hq_setup s = {.name = "Sample Appliance Service", .legal_period_days = 3650};
    SIM_OK(w, hq_init(&o, &s, &w->err));
    if (w->failed) {
        return;
    }
    sim_world_hq_open(w);
    people(w);
    for (unsigned i = 0; i < SIM_PERSONS && !w->failed; i++) {
        sim_act_job(w, i);
        sim_world_join(w, i);
    }
}

void sim_world_end(struct sim_world *w)
{
    for (unsigned i = 0; i < w->ndevices; i++) {
        sim_world_close(w, &w->device[i]);
    }
    sim_world_hq_close(w);
    sim_world_old_end(w);
    sim_net_drop_all(w);
    sim_files_remove(w->base);
}
