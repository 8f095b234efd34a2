/* sim_foreign.c - another company's headquarters, and bundles that go to the wrong one. */
#include "sync/hq/hq_answer.h"
#include "tests/sim/sim.h"

#include <stdlib.h>

#define SEED 424242 /* of the other company: always the same */
#define DEPLOYMENT_AT 5
#define DEPLOYMENT_BYTES 16
#define BUNDLE_CAP (8U << 20)

/* One request and one answer of theirs are kept; then their devices stand still. */
void sim_foreign_begin(struct sim_foreign *f)
{
    const char *problem;
    struct exchange_result res = {0};
    if (f->made) {
        return;
    }
    f->made = true;
    f->request.cap = f->answer.cap = BUNDLE_CAP;
    sim_world_begin(&f->world, "other", SEED, 0, SIM_HONEST);
    struct sim_device *d = &f->world.device[0];
    struct sim_world *w = &f->world;
    if (w->failed) {
        return;
    }
    struct now now = sim_world_now(&d->clock);
    SIM_OK(w, exchange_request(&d->journal, NULL, &now, bundle_buffer_sink, &f->request, &res,
                               &w->err));
    SIM_OK(w, hq_exchange(w->hq, bytes_of(f->request.p, f->request.n), bundle_buffer_sink,
                          &f->answer, &problem, &w->err));
}

void sim_foreign_end(struct sim_foreign *f)
{
    if (f->made) {
        sim_world_end(&f->world);
        bundle_buffer_drop(&f->request);
        bundle_buffer_drop(&f->answer);
        f->made = false;
    }
}

static bool refused(enum st st)
{
    return st == ST_WRONG_PARTY || st == ST_UNTRUSTED || st == ST_BAD_SIGNATURE;
}

static void to_hq(struct sim_world *w, struct hq *hq, bytes bundle, const char *whose)
{
    struct bundle_buffer out = {.cap = BUNDLE_CAP};
    const char *problem = NULL;
    h32 head = hq->journal.head.hash;
    uint64_t kept = hq->kept_entries;
    enum st st = hq_exchange(hq, bundle, bundle_buffer_sink, &out, &problem, &w->err);
    sim_trace(w, &st, sizeof st);
    if (!refused(st) || out.n != 0 || hq->kept_entries != kept ||
        !h32_eq(head, hq->journal.head.hash)) {
        sim_fail(w, "%s headquarters takes a bundle that is for another: %s (%s)", whose,
                 st_name(st), problem == NULL ? "" : problem);
    }
    bundle_buffer_drop(&out);
}

static void to_device(struct sim_world *w, struct sim_device *d, bytes bundle)
{
    struct exchange_result res = {0};
    struct now now = sim_world_now(&d->clock);
    h32 head = d->journal.head.hash;
    enum st st = exchange_answer(&d->journal, bundle, &now, &res, &w->err);
    sim_trace(w, &st, sizeof st);
    if (!refused(st) || res.received_entries != 0 || res.receipts != 0 ||
        !h32_eq(head, d->journal.head.hash)) {
        sim_fail(w, "device %u takes an answer of another headquarters: %s", d->index, st_name(st));
    }
}

/* A copy of a bundle, as it is or with the other deployment's name in its header. */
static bytes dressed(struct sim_world *w, bytes bundle, const uint8_t *deployment, uint8_t **room)
{
    *room = malloc(bundle.n);
    memcpy(*room, bundle.p, bundle.n);
    if (sim_rng_chance(&w->rng, 50)) {
        memcpy(*room + DEPLOYMENT_AT, deployment, DEPLOYMENT_BYTES);
    }
    return bytes_of(*room, bundle.n);
}

void sim_foreign_meet(struct sim_world *w, struct sim_device *d, struct sim_foreign *f)
{
    struct sim_world *o = &f->world;
    struct exchange_result res = {0};
    struct bundle_buffer req = {.cap = BUNDLE_CAP};
    struct now now = sim_world_now(&d->clock);
    uint8_t *room[4] = {NULL};
    const uint8_t *ours = w->hq->keys.deployment, *theirs = o->hq->keys.deployment;
    if (o->failed) {
        sim_fail(w, "the other company: %s", o->why);
        return;
    }
    w->foreign++;
    SIM_OK(w, exchange_request(&d->journal, NULL, &now, bundle_buffer_sink, &req, &res, &w->err));
    if (!w->failed) {
        to_hq(w, o->hq, dressed(w, bytes_of(req.p, req.n), theirs, &room[0]), "the other");
        to_hq(w, w->hq, dressed(w, bytes_of(f->request.p, f->request.n), ours, &room[1]), "our");
        to_device(w, d, dressed(w, bytes_of(f->answer.p, f->answer.n), ours, &room[2]));
    }
    for (unsigned i = 0; i < w->nmessages && !w->failed && room[3] == NULL; i++) {
        const struct sim_message *m = &w->message[i];
        if (m->answer) {
            to_device(w, &o->device[0], dressed(w, bytes_of(m->p, m->n), theirs, &room[3]));
        }
    }
    for (unsigned i = 0; i < 4; i++) {
        free(room[i]);
    }
    bundle_buffer_drop(&req);
}
