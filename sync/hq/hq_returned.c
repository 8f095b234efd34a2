/* hq_returned.c - see hq_returned.h. */
#include "sync/hq/hq_returned.h"

#include "core/fold/revoked.h"
#include "core/journal/place.h"
#include "core/model/bodies.h"
#include "sync/hq/hq_aside.h"
#include "sync/hq/hq_epoch.h"
#include "sync/hq/hq_forget.h"
#include "sync/hq/hq_ingest.h"
#include "sync/hq/hq_quota.h"
#include "sync/hq/hq_route.h"
#include "sync/hq/hq_uncut.h"

#include <stdlib.h>

struct back {
    struct hq_request *r;
    struct store_txn *t;
    struct arena arena;
    int64_t now_ms;
    struct entry_view *fresh;
    bool *bad;
    size_t nfresh;
    struct err *err;
};

static struct arena scratch(struct hq_request *r)
{
    return arena_of(r->hq->routing, CAP_SCRATCH_BYTES);
}

static enum st aside(struct hq_request *r, struct store_txn *t, enum problem_code why, h32 what,
                     bytes item, struct err *err)
{
    hq_request_problem(r, why, what);
    if (!hq_quota_take(r->hq, r->cert.author, HQ_QUOTA_ODD, 1, hq_now(r->hq).wall_ms)) {
        return ST_OK; /* told, not kept */
    }
    enum st st = hq_odd_put(t, r->cert.author, (unsigned)why, item, hq_now(r->hq).wall_ms, err);
    return st == ST_TOO_BIG ? ST_OK : st;
}

/* --- certificates and revocations
 * ------------------------------------------------------------------------------------------ */

static enum st take_cert(struct hq_request *r, struct store_txn *t, bytes doc, struct err *err)
{
    struct cert c;
    const char *rule;
    struct hq *hq = r->hq;
    if (cert_open(doc, &hq->journal.trust, &c, &rule) != ST_OK) {
        return aside(r, t, PROBLEM_AUTHOR, (h32){{0}}, doc, err);
    }
    if (store_has(t, T_CERT, bytes_of(c.author.b, sizeof c.author.b))) {
        return ST_OK;
    }
    enum st st = cert_store_put(t, &c, err);
    st = st == ST_OK ? hq_device_add(hq, &c, err) : st;
    const struct hq_device *d = hq_device(hq, c.author);
    /* It joined after the backup: it holds what a device must hold. */
    return st == ST_OK && d != NULL ? hq_route_returned(hq, t, d, scratch(r), err) : st;
}

/* It came without the entry that told of it, and who holds what it cuts off must hear: it is said
 * again, by whoever keeps the house. */
static enum st say_again(struct hq *hq, struct store_txn *t, const struct revocation *v,
                         id16 person, struct err *err)
{
    struct append what = {
        .kind = KIND_REVOKED, .subject_type = SUBJECT_TECHNICIAN, .subject = person};
    uint8_t body[128];
    union body *b = calloc(1, sizeof *b);
    if (b == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    b->revoked.author = v->author;
    b->revoked.number = v->number;
    enum st st = body_encode(KIND_REVOKED, b, body, sizeof body, &what.body);
    free(b);
    h32 hash;
    return st == ST_OK ? hq_act_in(hq, t, &what, &hash, err)
                       : err_set(err, st, 0, __func__, "the entry of a revocation");
}

static enum st take_revocation(struct hq_request *r, struct store_txn *t, bytes doc,
                               struct err *err)
{
    struct revocation v;
    const char *rule;
    if (revocation_open(doc, &r->hq->journal.trust, &v, &rule) != ST_OK) {
        return aside(r, t, PROBLEM_AUTHOR, (h32){{0}}, doc, err);
    }
    /* What proves that we were restored comes with it, or is about to: what we said of it since is
     * written under numbers that we would use again. It comes again when a new epoch stands. */
    if (r->hq->rolled_back || hq_epoch_doubts(r->hq, t, &r->manifest)) {
        return ST_OK;
    }
    bool fresh = false;
    struct hq_uncut before = {0};
    enum st st = hq_uncut_note(t, &v, scratch(r), &before, err);
    st = st == ST_OK ? revoked_keep(t, &v, &r->hq->journal.trust, scratch(r), &fresh, err) : st;
    st = st == ST_OK && fresh ? hq_uncut_route(r->hq, t, &before, err) : st;
    free(before.v);
    for (unsigned i = 0; i < r->hq->ndevices && fresh && st == ST_OK; i++) {
        struct hq_device *d = &r->hq->devices[i];
        if (id8_eq(d->author, v.author)) {
            d->revoked = true;
            st = say_again(r->hq, t, &v, d->person, err);
        }
    }
    bool more;
    return st == ST_OK && fresh ? hq_aside_author(r->hq, t, v.author, SIZE_MAX, &more, err) : st;
}

enum st hq_returned_docs(struct hq_request *r, struct store_txn *t, struct err *err)
{
    enum st st =
        r->introduces ? take_cert(r, t, bytes_of(r->cert_bytes, r->cert.whole.n), err) : ST_OK;
    for (size_t i = 0; i < r->ndocs && st == ST_OK; i++) {
        st = r->docs[i].kind == ITEM_CERT ? take_cert(r, t, r->docs[i].a, err)
                                          : take_revocation(r, t, r->docs[i].a, err);
    }
    return st;
}

/* --- entries
 * -------------------------------------------------------------------------------------------- */

/* An erasure that the backup had not heard of is obeyed again; the keys go after the commit. */
static enum st obey_forgotten(struct back *b, const struct entry_view *e)
{
    union body *body = calloc(1, sizeof *body);
    if (body == NULL) {
        return err_set(b->err, ST_FULL, 0, __func__, "no memory");
    }
    enum st st = ST_OK;
    if (body_decode(KIND_FORGOTTEN, e->body, body) == ST_OK &&
        kind_has_effect(KIND_FORGOTTEN, e->actor_role)) {
        for (unsigned i = 0; i < body->forgotten.n && st == ST_OK; i++) {
            st = store_att_forget(b->t, body->forgotten.atts[i], e->hash, body->forgotten.rule,
                                  e->wall_ms, b->err);
            st = st == ST_NOT_FOUND ? ST_OK : st;
        }
        st = st == ST_OK ? hq_forget_again(b->t, e->subject, b->err) : st;
        b->r->hq->erase_due = true;
    }
    free(body);
    return st;
}

static bool is_held(struct back *b, const struct entry_view *e)
{
    struct arena tmp = b->arena;
    struct entry_view here;
    return store_has(b->t, T_HASH, bytes_of(e->hash.b, sizeof e->hash.b)) ||
           (journal_at(b->t, e->author, e->epoch, e->seq, &tmp, &here, NULL) == ST_OK &&
            h32_eq(here.hash, e->hash));
}

enum link { LINKED, GAP, UNKNOWN };

/* Does it go on from what is here without a gap? Not known: the way back was longer than this
 * request may walk. */
static enum link links(struct back *b, const struct entry_view *e, const struct chain_mark *m)
{
    if (e->seq == 1 || (e->seq == m->seq + 1 && h32_eq(e->prev, m->hash))) {
        return LINKED;
    }
    struct manifest_journal before = {
        .author = e->author, .epoch = e->epoch, .seq = e->seq - 1, .head = e->prev};
    uint64_t seq;
    if (!store_has(b->t, T_HASH, bytes_of(e->prev.b, sizeof e->prev.b))) {
        return GAP;
    }
    bool cut = b->r->walk_cut;
    b->r->walk_cut = false;
    bool met = hq_returned_meets(b->r, b->t, &before, m, b->arena, &seq);
    enum link l = met ? LINKED : b->r->walk_cut ? UNKNOWN : GAP;
    b->r->walk_cut = b->r->walk_cut || cut;
    return l;
}

/* What was kept beyond a gap that is filled now: the mark goes on over it. */
static enum st step_over(struct back *b, struct chain_mark *m)
{
    struct entry_view e;
    bool on = m->holes_from != 0;
    enum st st = ST_OK;
    while (on && st == ST_OK) {
        struct arena tmp = b->arena;
        st = journal_at(b->t, m->author, m->epoch, m->seq + 1, &tmp, &e, NULL);
        on = st == ST_OK && h32_eq(e.prev, m->hash);
        if (on) {
            m->seq = e.seq;
            m->hash = e.hash;
        }
    }
    if (st == ST_IO) {
        return err_set(b->err, st, 0, __func__, "an entry cannot be read");
    }
    return hq_returned_holes(b->t, m, b->arena, b->err);
}

enum st hq_returned_holes(struct store_txn *t, struct chain_mark *m, struct arena tmp,
                          struct err *err)
{
    uint8_t chain[PLACE_BYTES];
    uint64_t seq = 0;
    bytes last;
    if (m->holes_from == 0 || m->seq < m->holes_from) {
        return ST_OK;
    }
    place_put(m->author, m->epoch, 0, 0, chain);
    enum st st = store_last(t, T_ENTRY, bytes_of(chain, PLACE_CHAIN_BYTES), &tmp, &last, err);
    if (st == ST_OK) {
        seq = place_seq(last);
    }
    m->holes_from = seq > m->seq ? m->seq + 1 : 0;
    return st;
}

/* The chain has a gap before it: kept where it belongs, and no receipt covers it. Where that is not
 * known the same is right, but for what is said of a gap: nobody could ever fill one that is none.
 */
static enum st keep_beyond(struct back *b, const struct entry_view *e, struct chain_mark *m,
                           bool gap, bool *forked)
{
    const struct chain_mark before = *m;
    enum st st = journal_keep_marked(b->t, e, m, forked, b->err);
    m->seq = before.seq;
    m->hash = before.hash;
    if (st != ST_OK || !gap) {
        return st;
    }
    m->holes_from = m->seq + 1;
    for (unsigned i = 0; i < b->r->ngaps; i++) {
        if (id8_eq(b->r->gaps[i].author, e->author) && id8_eq(b->r->gaps[i].epoch, e->epoch)) {
            return ST_OK;
        }
    }
    if (b->r->ngaps < HQ_GAPS_MAX) {
        b->r->gaps[b->r->ngaps++] = (struct manifest_held){.author = e->author, .epoch = e->epoch};
    }
    return st;
}

static enum st keep(struct back *b, const struct entry_view *e, struct chain_mark *m, bool own)
{
    enum link l = own ? LINKED : links(b, e, m);
    bool forked = false, all, linked = l == LINKED;
    uint64_t end = m->seq;
    enum st st = linked ? journal_keep_marked(b->t, e, m, &forked, b->err)
                        : keep_beyond(b, e, m, l == GAP, &forked);
    if (st == ST_TOO_BIG) {
        return aside(b->r, b->t, PROBLEM_FORK, e->hash, e->whole, b->err);
    }
    if (st != ST_OK) {
        return st == ST_EXISTS ? ST_OK : st;
    }
    if (own && e->seq > end + 1 && m->holes_from == 0) {
        m->holes_from = end + 1;
    }
    if (!own && linked) {
        st = step_over(b, m);
    }
    if (st != ST_OK) {
        return st;
    }
    st = hq_ingest_atts(b->r, b->t, e, &all, b->err);
    if (st == ST_OK && own && e->kind == KIND_FORGOTTEN) {
        st = obey_forgotten(b, e);
    }
    st = st == ST_OK && own ? hq_aside_noted(b->t, e, b->err) : st;
    b->fresh[b->nfresh++] = *e;
    b->r->new_entries++;
    b->r->hq->kept_entries++;
    if (forked && !own) {
        hq_request_problem(b->r, PROBLEM_FORK, e->hash);
    }
    return st;
}

static enum st take_one(struct back *b, const struct entry_view *e, const uint8_t *pk,
                        struct chain_mark *m)
{
    bool own = id8_eq(e->author, b->r->hq->journal.head.author);
    if (is_held(b, e)) {
        return ST_OK;
    }
    if (entry_verify(e, b->r->hq->keys.deployment, pk) != ST_OK) {
        return aside(b->r, b->t, PROBLEM_SIGNATURE, e->hash, e->whole, b->err);
    }
    if (own && id8_eq(e->epoch, b->r->hq->journal.head.epoch)) {
        b->r->hq->rolled_back = true; /* our own hand, and we do not know it: it comes again */
        return ST_OK;
    }
    return keep(b, e, m, own);
}

/* Somebody else had it: its author may have been put back to before it, and we after it came. */
static enum st tell_author(struct back *b, const struct entry_view *e)
{
    if (hq_device(b->r->hq, e->author) == NULL || hq_route_withheld(b->t, e, NULL) ||
        hq_route_has_copies(b->t, e)) {
        return ST_OK; /* nobody's, nobody may have it, or it was told */
    }
    return hq_out_add(b->t, e->author, e->hash, b->err);
}

/* Verified, folded and routed here: the mark of what is routed goes with it where it can. */
static enum st settle(struct back *b, const struct chain_mark *m, uint64_t before)
{
    enum st st = hq_route_settle(b->r->hq, b->t, b->fresh, b->bad, b->nfresh, b->err);
    for (size_t i = 0; i < b->nfresh && st == ST_OK; i++) {
        st = tell_author(b, &b->fresh[i]);
    }
    if (st != ST_OK || m->seq == before) {
        return st;
    }
    bool own = id8_eq(m->author, b->r->hq->journal.head.author);
    if (own || hq_routed(b->t, m->author, m->epoch) == before) {
        return hq_routed_set(b->t, m->author, m->epoch, m->seq, b->err);
    }
    b->r->hq->rest_due = true;
    return ST_OK;
}

static enum st take_run(struct back *b, const struct entry_view *e, size_t n)
{
    struct hq *hq = b->r->hq;
    struct arena tmp = b->arena;
    struct chain_mark m;
    struct cert c;
    enum st st = cert_store_get(b->t, e->author, &hq->journal.trust, &tmp, &c, NULL);
    if (st != ST_OK) {
        return st == ST_IO ? err_set(b->err, st, 0, __func__, "a certificate cannot be read")
                           : aside(b->r, b->t, PROBLEM_AUTHOR, e->hash, e->whole, b->err);
    }
    uint8_t pk[32];
    memcpy(pk, c.sign_pk, sizeof pk);
    tmp = b->arena;
    st = chain_mark_get(b->t, e->author, e->epoch, &tmp, &m, b->err);
    bool known = st == ST_OK;
    st = st == ST_NOT_FOUND ? ST_OK : st;
    uint64_t before = m.seq;
    if (st == ST_OK && known && !id8_eq(e->author, hq->journal.head.author)) {
        st = hq_ingest_indexes(b->t, &m, b->arena, b->err);
    }
    if (st == ST_WAIT) {
        return ST_OK; /* the next exchange asks again */
    }
    for (size_t i = 0; i < n && st == ST_OK; i++) {
        st = take_one(b, &e[i], pk, &m);
    }
    if (st == ST_OK && b->nfresh != 0) {
        st = chain_mark_put(b->t, &m, b->err);
    }
    st = st == ST_OK ? settle(b, &m, before) : st;
    /* Whoever brings it holds it. What we say before a new epoch stands would be said under numbers
     * that are in use: then it comes again. */
    return st == ST_OK && !hq->rolled_back ? hq_aside_entries(hq, b->t, e, n, b->err) : st;
}

enum st hq_returned_run(struct hq_request *r, struct store_txn *t, const struct entry_view *e,
                        size_t n, struct err *err)
{
    struct back b = {.r = r, .t = t, .arena = scratch(r), .err = err};
    b.fresh = calloc(n, sizeof *b.fresh);
    b.bad = calloc(n, sizeof *b.bad);
    enum st st = b.fresh != NULL && b.bad != NULL
                     ? take_run(&b, e, n)
                     : err_set(err, ST_FULL, 0, __func__, "no memory for a bundle's entries");
    free(b.fresh);
    free(b.bad);
    return st;
}

/* --- a device that lost its tail
 * ------------------------------------------------------------------------------------------ */

static bool on_main(struct store_txn *t, const struct entry_view *e, const struct chain_mark *m,
                    struct arena tmp)
{
    struct entry_view here;
    return e->seq <= m->seq &&
           journal_at(t, e->author, e->epoch, e->seq, &tmp, &here, NULL) == ST_OK &&
           h32_eq(here.hash, e->hash);
}

/* Each is a look-up, and one device may name as many branches as it likes. Of the day's steps some
 * are taken at once: to count each would cost as much as the look-up. */
bool hq_returned_step(struct hq_request *r)
{
    bool yes = r->walked < HQ_WALK_MAX;
    if (yes && r->walked % HQ_WALK_LUMP == 0) {
        yes = hq_quota_take(r->hq, r->cert.author, HQ_QUOTA_STEPS, HQ_WALK_LUMP,
                            hq_now(r->hq).wall_ms);
    }
    r->walked += yes;
    r->walk_cut = r->walk_cut || !yes;
    return yes;
}

bool hq_returned_meets(struct hq_request *r, struct store_txn *t, const struct manifest_journal *j,
                       const struct chain_mark *m, struct arena tmp, uint64_t *seq)
{
    struct entry_view e = {.author = j->author, .epoch = j->epoch, .seq = j->seq, .hash = j->head};
    *seq = j->seq;
    if (j->seq == 0) {
        return true;
    }
    bool known = r->met_seq != 0 && h32_eq(e.hash, r->met);
    while (!known && !on_main(t, &e, m, tmp)) {
        struct arena here = tmp;
        h32 hash = e.hash;
        if (!hq_returned_step(r) || journal_get(t, hash, &here, &e, NULL) != ST_OK ||
            !id8_eq(e.author, j->author) || !id8_eq(e.epoch, j->epoch) || e.seq <= 1) {
            return false;
        }
        e.hash = e.prev;
        e.seq--;
        known = r->met_seq != 0 && h32_eq(e.hash, r->met);
    }
    *seq = known ? r->met_seq : e.seq;
    if (*seq != j->seq) { /* it was a walk */
        r->met = j->head;
        r->met_seq = *seq;
    }
    return true;
}

/* Every entry of a chain after `from`, each branch after what it leaves: by number. */
static enum st queue_from(struct hq_request *r, struct store_txn *t, const struct chain_mark *m,
                          uint64_t from, struct err *err)
{
    uint8_t key[PLACE_BYTES];
    struct store_cursor *c = NULL;
    bytes at, whole;
    bytes start = place_put(m->author, m->epoch, from + 1, 0, key), chain;
    chain = bytes_of(key, PLACE_CHAIN_BYTES);
    enum st st = hq_ingest_indexes(t, m, scratch(r), err);
    st = st == ST_OK ? store_scan(t, T_ENTRY, chain, start, &c, err) : st;
    while (st == ST_OK) {
        struct arena tmp = scratch(r);
        struct entry_view e;
        st = store_next(c, &at);
        if (st != ST_OK) {
            break;
        }
        st = store_value(c, &tmp, &whole, err);
        if (st == ST_OK && entry_parse(whole, &e, NULL, NULL) == ST_OK) {
            st = hq_out_add(t, m->author, e.hash, err);
        }
        st = st == ST_CORRUPT ? ST_OK : st; /* damage hides nothing else; check names it */
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

/* Once: a request that is shown again, or another copy of the same age, adds nothing. Lower and
 * upper end of what was queued before; whoever lost more gets all of it, in order. */
static enum st queue_tail(struct hq_request *r, struct store_txn *t, const struct chain_mark *m,
                          uint64_t from, struct err *err)
{
    uint64_t low = hq_note(t, HQ_NOTE_TAIL_FROM, m->author, m->epoch);
    uint64_t high = hq_note(t, HQ_NOTE_TAIL_TO, m->author, m->epoch);
    if (low != 0 && from + 1 >= low) {
        from = high; /* not from where this one is: what is queued has no holes */
    }
    enum st st = from < m->seq ? queue_from(r, t, m, from, err) : ST_OK;
    if (st == ST_WAIT) {
        return ST_OK; /* its indexes cost more than it may today: the next request asks again */
    }
    if (st == ST_OK && from < m->seq) {
        low = low == 0 || from + 1 < low ? from + 1 : low;
        st = hq_note_set(t, HQ_NOTE_TAIL_FROM, m->author, m->epoch, low, err);
        st = st == ST_OK ? hq_note_set(t, HQ_NOTE_TAIL_TO, m->author, m->epoch, m->seq, err) : st;
    }
    return st;
}

enum st hq_returned_after(struct hq_request *r, struct store_txn *t,
                          const struct manifest_journal *j, struct err *err)
{
    struct chain_mark m;
    struct arena tmp = scratch(r);
    uint64_t from;
    enum st st = chain_mark_get(t, j->author, j->epoch, &tmp, &m, err);
    if (st != ST_OK) {
        return st == ST_NOT_FOUND ? ST_OK : st;
    }
    if ((m.seq <= j->seq && !m.forked) || !hq_returned_meets(r, t, j, &m, scratch(r), &from)) {
        return ST_OK;
    }
    return from < m.seq ? queue_tail(r, t, &m, from, err) : ST_OK;
}

enum st hq_returned_tail(struct hq_request *r, struct store_txn *t,
                         const struct manifest_journal *j, struct err *err)
{
    struct chain_mark m;
    struct arena tmp = scratch(r);
    if (chain_mark_get(t, j->author, j->epoch, &tmp, &m, NULL) == ST_OK && m.forked) {
        hq_request_problem(r, PROBLEM_FORK, j->head);
    }
    return hq_returned_after(r, t, j, err);
}
