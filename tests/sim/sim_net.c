/* sim_net.c - the network: bundles that are lost, cut, altered, come twice, come late, come again.
 */
#include "sync/bundle/manifest.h"
#include "sync/hq/hq_answer.h"
#include "tests/sim/sim.h"

#include <stdlib.h>

#define BUNDLE_CAP (8U << 20)

/* --- bundles in somebody's pocket
 * --------------------------------------------------------------------------- */

void sim_net_drop_all(struct sim_world *w)
{
    for (unsigned i = 0; i < w->nmessages; i++) {
        free(w->message[i].p);
    }
    w->nmessages = 0;
}

void sim_net_keep(struct sim_world *w, const struct sim_message *m)
{
    struct sim_message *at;
    if (w->nmessages < SIM_MESSAGES) {
        at = &w->message[w->nmessages++];
    } else {
        at = &w->message[sim_rng_below(&w->rng, SIM_MESSAGES)];
        free(at->p);
    }
    *at = *m;
    at->p = malloc(m->n);
    memcpy(at->p, m->p, m->n);
}

/* How much of it comes through. */
static size_t through(struct sim_world *w, size_t n, const struct sim_faults *f)
{
    if (!sim_rng_chance(&w->rng, f->cut)) {
        return n;
    }
    w->cuts++;
    return sim_rng_below(&w->rng, (unsigned)n);
}

/* A byte becomes another one on the way; a second call mends it: what lies in a pocket is whole. */
struct harm {
    size_t at;
    uint8_t bit; /* 0: none */
};
static struct harm any_harm(struct sim_world *w, size_t n, const struct sim_faults *f)
{
    struct harm h = {sim_rng_below(&w->rng, (unsigned)n),
                     (uint8_t)(1U << sim_rng_below(&w->rng, 8))};
    h.bit = sim_rng_chance(&w->rng, f->alter) ? h.bit : 0;
    w->altered += h.bit != 0;
    return h;
}

static void do_harm(const struct sim_message *m, struct harm h)
{
    m->p[h.at] ^= h.bit;
}

/* Of an altered bundle all that matters is that no side breaks: what is authentic may count. */
static bool may_refuse(enum st st)
{
    return st == ST_INCOMPLETE || st == ST_BAD_FORM || st == ST_BAD_SIGNATURE ||
           st == ST_WRONG_PARTY || st == ST_UNTRUSTED || st == ST_NEWER || st == ST_TOO_BIG ||
           st == ST_BAD_INPUT;
}

/* --- to headquarters
 * --------------------------------------------------------------------------------- */

/* What a false headquarters would do; an honest run changes nothing here. */
static void mutate_hq(struct sim_world *w)
{
    uint8_t key[56];
    struct store_txn *t = NULL;
    if (w->mutated || (w->mutation != SIM_DROPS && w->mutation != SIM_HIDES)) {
        return;
    }
    for (unsigned i = 0; i < w->nledger; i++) {
        const struct sim_entry *e = &w->ledger[i];
        struct entry_view v;
        struct arena a = arena_of(w->room, CAP_SCRATCH_BYTES);
        bool edit = e->kind == KIND_RECORD_SET;
        if (e->by_hq || (e->holders >> SIM_HQ & 1U) == 0 || e->seq < 3 ||
            (w->mutation == SIM_HIDES && !edit)) {
            continue;
        }
        SIM_OK(w, store_write(w->hq->store, &t, &w->err));
        SIM_OK(w, journal_get(t, e->hash, &a, &v, &w->err));
        memcpy(key, v.subject.b, 16);
        for (unsigned k = 0; k < 8; k++) {
            key[16 + k] = (uint8_t)(v.time >> (56 - 8 * k));
        }
        memcpy(key + 24, v.hash.b, 32);
        SIM_OK(w, store_del(t, T_SUBJECT, bytes_of(key, 56), &w->err));
        if (w->mutation == SIM_DROPS) {
            SIM_OK(w, store_del(t, T_HASH, bytes_of(v.hash.b, 32), &w->err));
        }
        SIM_OK(w, fold_refold(t, e->subject, arena_of(w->room, CAP_SCRATCH_BYTES), &w->err));
        SIM_OK(w, store_commit(&t, &w->err));
        w->mutated = true;
        return;
    }
}

/* One request, as much of it as came; true when there is an answer. */
bool sim_net_post(struct sim_world *w, const struct sim_message *m, size_t n, bool harmed,
                  struct bundle_buffer *out, struct sim_message *answer)
{
    const char *problem = NULL;
    bool old = w->at_old && w->old != NULL;
    struct hq *hq = old ? w->old : w->hq;
    uint64_t kept = hq->kept_entries;
    id8 epoch = hq->journal.head.epoch;
    w->exchanges++;
    w->at_olds += old;
    out->n = 0;
    enum st st = hq_exchange(hq, bytes_of(m->p, n), bundle_buffer_sink, out, &problem, &w->err);
    sim_trace(w, &st, sizeof st);
    sim_trace(w, out->p, st == ST_OK ? out->n : 0);
    if (!old && hq->kept_entries != kept) {
        sim_ledger_look(w, NULL);
        mutate_hq(w);
    }
    if (!id8_eq(epoch, hq->journal.head.epoch)) {
        sim_note(w, "%sheadquarters opens a new epoch", old ? "the old " : "");
    }
    if (st == ST_OK) {
        *answer = (struct sim_message){.p = out->p,
                                       .n = out->n,
                                       .answer = true,
                                       .device = m->device,
                                       .life = old ? SIM_OLD_LIFE : w->hq_life,
                                       .asked = m->asked,
                                       .heard = n == m->n && !harmed};
        return true;
    }
    sim_note(w, "%sheadquarters refuses: %s (%s): %s", old ? "the old " : "", st_name(st),
             problem == NULL ? "" : problem, w->err.text);
    if (old && sim_break_fired() && (st == ST_IO || st == ST_FULL)) {
        sim_world_old_again(w);
        return false;
    }
    bool cut =
        (n < m->n && (st == ST_INCOMPLETE || st == ST_BAD_FORM)) || (harmed && may_refuse(st));
    bool full = sim_world_hurts(w, NULL, st);
    /* Restored to before it joined: its next request introduces it. */
    bool unknown = problem != NULL && strcmp(problem, "unknown-sender") == 0;
    unknown = unknown && w->hq_rolled && m->p[4] != BUNDLE_FROM_CERT;
    if (unknown && !w->device[m->device].gone) {
        struct sim_device *d = &w->device[m->device];
        bool again;
        enum st told = exchange_refused(&d->journal, problem, &again, &w->err);
        if (told != ST_OK) {
            sim_world_hurt(w, d, told, "a refusal");
        }
    }
    bool later = st == ST_WAIT || unknown;
    if (full) {
        sim_world_hurt(w, NULL, st, "an exchange");
    }
    if (!cut && !full && !later) {
        sim_fail(w, "headquarters refuses device %u's bundle: %s (%s): %s", m->device, st_name(st),
                 problem == NULL ? "" : problem, w->err.text);
    }
    return false;
}

/* --- to a device
 * ------------------------------------------------------------------------------------- */

static void lie(struct sim_world *w, struct sim_device *d)
{
    struct store_txn *t = NULL;
    struct chain_mark m;
    struct arena tmp = arena_of(w->room, CAP_SCRATCH_BYTES);
    if (w->mutated || w->mutation != SIM_LIES || d->journal.head.seq < 3) {
        return;
    }
    SIM_OK(w, store_write(d->store, &t, &w->err));
    SIM_OK(w, chain_mark_get(t, d->journal.head.author, d->journal.head.epoch, &tmp, &m, &w->err));
    const struct sim_entry *last = sim_ledger_find(w, m.hash);
    w->mutated = last != NULL && (last->holders >> SIM_HQ & 1U) == 0;
    m.receipt_seq = m.seq;
    SIM_OK(w, chain_mark_put(t, &m, &w->err));
    SIM_OK(w, store_commit(&t, &w->err));
}

/* Does what it believes of headquarters still hold after this answer? */
static void hear(struct sim_world *w, struct sim_device *d, const struct sim_message *m, bool whole,
                 bool again)
{
    if (m->life != w->hq_life) {
        d->informed = false;
        d->taint = w->event;
    } else if (again) {
        d->taint = m->asked > d->taint ? m->asked : d->taint; /* nor by a repetition of it */
    } else if (whole && m->heard && m->asked > d->taint) {
        d->informed = true;
    }
}

static bool to_device(struct sim_world *w, struct sim_device *d, const struct sim_message *m,
                      size_t n, bool harmed, struct exchange_result *res)
{
    struct now now = sim_world_now(&d->clock);
    id8 epoch = d->journal.head.epoch;
    enum st st = exchange_answer(&d->journal, bytes_of(m->p, n), &now, res, &w->err);
    w->answers++;
    sim_trace(w, &st, sizeof st);
    sim_trace(w, &res->received_entries, sizeof res->received_entries);
    if (!id8_eq(epoch, d->journal.head.epoch)) {
        sim_note(w, "device %u opens a new epoch", d->index);
        sim_ledger_add(w, d->store, d->index, d->journal.head.hash);
    }
    sim_note(w,
             "device %u takes an answer: %s, %u entries, %u receipts, %u refused (%s), %u problems "
             "(%s)",
             d->index, st_name(st), res->received_entries, res->receipts, res->receipts_refused,
             receipt_refusal_name(res->refusal), res->problems,
             res->problems == 0 ? "none" : manifest_problem_name(res->first_problem.code));
    bool full = sim_world_hurts(w, d, st);
    if (full) {
        sim_world_hurt(w, d, st, "an answer");
        if (st != ST_IO) {
            SIM_OK(w, journal_reload(&d->journal, &w->err));
        }
    }
    bool cut =
        (n < m->n && (st == ST_INCOMPLETE || st == ST_BAD_FORM)) || (harmed && may_refuse(st));
    if (st != ST_OK && !full && !cut) {
        sim_fail(w, "device %u cannot take its answer: %s: %s", d->index, st_name(st), w->err.text);
        return false;
    }
    w->forks += res->problems != 0 && res->first_problem.code == PROBLEM_FORK;
    if (res->quarantined != 0) {
        sim_fail(w, "device %u puts %u items of headquarters aside", d->index, res->quarantined);
    }
    /* A restored headquarters is understood when the sync is through: what it covers of epochs that
     * are closed, or when its clock had been ahead, takes a second exchange. */
    hear(w, d, m, st == ST_OK && res->whole, res->again);
    sim_ledger_look(w, d);
    lie(w, d);
    sim_ledger_places(w, d);
    return st == ST_OK;
}

/* --- one exchange
 * -------------------------------------------------------------------------------------- */

static bool request(struct sim_world *w, struct sim_device *d, struct bundle_buffer *req,
                    struct exchange_result *res, struct sim_message *m)
{
    struct now now = sim_world_now(&d->clock);
    w->event++;
    SIM_OK(w, exchange_request(&d->journal, NULL, &now, bundle_buffer_sink, req, res, &w->err));
    sim_trace(w, req->p, req->n);
    sim_note(w, "device %u asks: %u entries, epoch %02x", d->index, res->sent_entries,
             d->journal.head.epoch.b[0]);
    *m = (struct sim_message){.p = req->p, .n = req->n, .device = d->index, .asked = w->event};
    return !w->failed;
}

/* The network between a request that is made and an answer that is taken; true: it came whole. */
static bool carry(struct sim_world *w, struct sim_device *d, const struct sim_faults *f,
                  const struct sim_message *req, struct bundle_buffer *buf,
                  struct exchange_result *res)
{
    struct sim_message ans;
    if (sim_rng_chance(&w->rng, f->late) || sim_rng_chance(&w->rng, f->late)) {
        sim_net_keep(w, req); /* it travels by stick, or a copy of it does */
        if (sim_rng_chance(&w->rng, 50)) {
            return false;
        }
    }
    if (sim_rng_chance(&w->rng, f->drop)) {
        w->drops++;
        return false;
    }
    size_t n = through(w, req->n, f);
    struct harm h = any_harm(w, req->n, f);
    w->at_old = w->old != NULL && sim_rng_chance(&w->rng, 40);
    do_harm(req, h);
    bool answered = sim_net_post(w, req, n, h.bit != 0, buf, &ans);
    do_harm(req, h);
    if (!w->failed && sim_rng_chance(&w->rng, f->twice)) {
        w->replays++;
        answered = sim_net_post(w, req, req->n, false, buf, &ans);
    }
    if (!answered || w->failed) {
        return false;
    }
    if (sim_rng_chance(&w->rng, f->late)) {
        sim_net_keep(w, &ans);
        return false;
    }
    if (sim_rng_chance(&w->rng, f->drop)) {
        w->drops++;
        return false;
    }
    n = through(w, ans.n, f);
    h = any_harm(w, ans.n, f);
    do_harm(&ans, h);
    bool whole = to_device(w, d, &ans, n, h.bit != 0, res);
    do_harm(&ans, h);
    if (!w->failed && sim_rng_chance(&w->rng, f->twice)) {
        struct exchange_result again = {0};
        w->replays++;
        to_device(w, d, &ans, ans.n, false, &again);
    }
    return whole && n == ans.n && h.bit == 0;
}

bool sim_net_sync(struct sim_world *w, struct sim_device *d, const struct sim_faults *f,
                  bool *moved)
{
    struct bundle_buffer req = {.cap = BUNDLE_CAP}, ans = {.cap = BUNDLE_CAP};
    bool whole = false, again = true;
    for (unsigned i = 0; again && i < EXCHANGE_ROUNDS && !w->failed; i++) {
        struct exchange_result res = {0};
        struct sim_message m;
        req.n = 0;
        again = request(w, d, &req, &res, &m) && carry(w, d, f, &m, &ans, &res);
        whole = again;
        *moved = *moved || res.sent_entries + res.received_entries + res.receipts != 0;
        again = again && res.again;
    }
    bundle_buffer_drop(&req);
    bundle_buffer_drop(&ans);
    return whole && !again;
}

void sim_net_replay(struct sim_world *w)
{
    struct bundle_buffer buf = {.cap = BUNDLE_CAP};
    struct sim_message *m = &w->message[sim_rng_below(&w->rng, w->nmessages)];
    if (w->nmessages == 0) {
        return;
    }
    struct sim_device *d = &w->device[m->device];
    struct sim_message ans;
    struct exchange_result res = {0};
    w->replays++;
    w->at_old = w->old != NULL && sim_rng_chance(&w->rng, 40);
    if (m->answer) {
        sim_note(w, "an old answer for device %u comes", d->index);
        if (!d->gone) {
            to_device(w, d, m, m->n, false, &res);
        }
    } else {
        sim_note(w, "an old request of device %u comes", d->index);
        if (sim_net_post(w, m, m->n, false, &buf, &ans) && !d->gone && !w->failed &&
            sim_rng_chance(&w->rng, 60)) {
            to_device(w, d, &ans, ans.n, false, &res);
        }
    }
    bundle_buffer_drop(&buf);
}

void sim_net_every_byte(struct sim_world *w, struct sim_device *d)
{
    struct bundle_buffer req = {.cap = BUNDLE_CAP}, ans = {.cap = BUNDLE_CAP};
    struct exchange_result res = {0};
    struct sim_message m, answer;
    bool last = false;
    if (!request(w, d, &req, &res, &m)) {
        return;
    }
    for (size_t n = 0; n <= m.n && !w->failed; n++) {
        w->cuts += n < m.n;
        last = sim_net_post(w, &m, n, false, &ans, &answer);
    }
    for (size_t n = 0; last && n <= answer.n && !w->failed; n++) {
        w->cuts += n < answer.n;
        to_device(w, d, &answer, n, false, &res);
    }
    if (!last) {
        sim_fail(w, "the whole request got no answer");
    }
    bundle_buffer_drop(&req);
    bundle_buffer_drop(&ans);
}
