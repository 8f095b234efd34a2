/* exchange_answer.c - what a device takes from headquarters' bundle. See exchange.h.
 *
 * Frames are taken in groups, one write transaction each: a cut leaves whole groups. The cursor in
 * headquarters' outbox moves in the transaction that keeps the entries. */
#include "core/journal/times.h"
#include "sync/engine/recall.h"
#include "sync/engine/receipts.h"
#include "sync/engine/take.h"

#include <stdlib.h>

#define GROUP_BYTES (1U << 20)     /* committed together: bounds what a transaction dirties */
#define GROUP_BYTES_MAX (4U << 20) /* ... and up to the next place, where it is no further */
/* --- the manifest
 * ----------------------------------------------------------------------------------- */

static enum st take_trust(struct take *k, bytes doc)
{
    enum st st = trust_store_put(k->t, doc, k->err);
    if (st == ST_OK) {
        k->res->trust_renewed = true;
        struct arena tmp = k->arena;
        st = trust_store_get(k->t, &tmp, &k->j->trust, NULL, k->err);
    } else if (st != ST_IO && st != ST_FULL && st != ST_CORRUPT) {
        st = ST_OK; /* older, or not by our root: what we have stands */
    }
    return st;
}

/* When headquarters says something of our journal, its clock tells about ours. */
static enum st learn_time(struct take *k, bytes doc)
{
    struct receipt r;
    const char *rule;
    return receipt_open(doc, &k->j->trust, &r, &rule) != ST_OK
               ? ST_OK
               : times_anchor_learn(k->t, &r, k->now, k->arena, k->err);
}

/* Does the outbox begin anew, in answer to what this store asked last? */
static bool starts_over(const struct take *k, const struct manifest *m)
{
    const struct device_cursor *c = &k->cursor;
    return m->has_cursor && m->cursor == 0 && (c->mark == 0 || m->cursor_mark == c->mark);
}

static enum st take_receipts(struct take *k, const struct manifest *m)
{
    enum st st = ST_OK;
    id8 node = starts_over(k, m) ? m->cursor_epoch : k->cursor.epoch;
    for (unsigned i = 0; i < m->nreceipts && st == ST_OK; i++) {
        enum receipt_refusal why;
        bool fresh, back, ahead;
        int64_t time_ms = 0;
        st = receipts_take(k->j, k->t, m->receipts[i], node, k->arena, &why, &fresh, &back, &ahead,
                           &time_ms, k->err);
        if (st == ST_OK && why != RECEIPT_FINE) {
            k->res->receipts_refused++;
            k->res->refusal = why;
        }
        if (st == ST_OK && fresh) {
            st = learn_time(k, m->receipts[i]);
        }
        k->res->receipts += fresh;
        k->res->marks_went_back = k->res->marks_went_back || back;
        k->res->again = k->res->again || back;
        k->ahead = k->ahead || ahead;
        if (time_ms > k->res->receipt_ms) {
            k->res->receipt_ms = time_ms;
        }
    }
    return st;
}

/* Headquarters asks for a subject's hashes. The same question twice is not answered in the same
 * sync: if the first answer did not help, a person must look. */
static enum st take_asked(struct take *k, const struct manifest *m)
{
    id16 before[MANIFEST_ASKED_MAX];
    unsigned n = 0;
    enum st st = device_asked_get(k->t, before, &n, k->err);
    bool same = n == m->nasked && (n == 0 || memcmp(before, m->asked, n * sizeof *before) == 0);
    if (st == ST_OK && (!same || n != 0)) {
        st = device_asked_put(k->t, m->asked, m->nasked, k->err);
    }
    k->res->again = k->res->again || (!same && m->nasked != 0);
    return st;
}

/* Headquarters kept a second entry under a number of the epoch that we write in: a copy of this
 * store is or was at work. Whoever hears of it goes on in an epoch of his own. */
static enum st take_fork(struct take *k, h32 what)
{
    struct arena tmp = k->arena;
    struct entry_view e;
    enum st st = journal_get(k->t, what, &tmp, &e, NULL);
    if (st == ST_OK && id8_eq(e.author, k->j->head.author) && id8_eq(e.epoch, k->j->head.epoch)) {
        k->ahead = true;
        k->res->forked = true;
    }
    return st == ST_IO ? err_set(k->err, st, 0, __func__, "an entry cannot be read") : ST_OK;
}

/* Where the outbox goes on. From its beginning, in whichever epoch: headquarters was restored, or
 * is another node: it may lack what is here. */
static enum st take_cursor(struct take *k, const struct manifest *m)
{
    const struct device_cursor *c = &k->cursor;
    if (!m->has_cursor) {
        return ST_OK;
    }
    if (id8_eq(m->cursor_epoch, c->epoch) && m->cursor == c->place &&
        (c->place == 0 || m->cursor_mark == c->mark || c->mark == 0)) {
        return ST_OK;
    }
    /* An answer to what was asked before this store was put back, or to what it asked long ago, or
     * of a headquarters that was put back since: its entries are good, but what lies before them
     * was never heard here. */
    k->beyond = !starts_over(k, m);
    if (k->beyond) {
        k->res->again = true;
        return ST_OK;
    }
    enum st st = ST_OK;
    if (!id8_zero(c->epoch)) {
        bool same = id8_eq(m->cursor_epoch, c->epoch);
        st = recall_start(k->t, k->j->head.author, k->j->head.epoch, same ? c->epoch : (id8){{0}},
                          k->err);
        st = st == ST_OK && !same ? device_behind_clear(k->t, k->err) : st;
        k->res->handing_back = true;
        k->res->again = true;
    }
    k->cursor = (struct device_cursor){.epoch = m->cursor_epoch};
    k->cursor_moved = true;
    return st;
}

static enum st take_problems(struct take *k, const struct manifest *m)
{
    enum st st = ST_OK;
    k->res->problems += m->nproblems;
    if (m->nproblems != 0) {
        k->res->first_problem = m->problems[0];
    }
    for (unsigned i = 0; i < m->nproblems && st == ST_OK; i++) {
        k->res->revoked = k->res->revoked || m->problems[i].code == PROBLEM_REVOKED;
        st = m->problems[i].code == PROBLEM_FORK ? take_fork(k, m->problems[i].what) : ST_OK;
    }
    return st;
}

static enum st take_held(struct take *k, const struct manifest *m)
{
    bool more = false;
    enum st st = recall_answer(k->t, k->j->head.author, m, k->arena, &more, k->err);
    k->res->handing_back = k->res->handing_back || more;
    k->res->again = k->res->again || more;
    return st;
}

/* A receipt that headquarters seems to have forgotten is shown to it in this very sync: if it was
 * restored, more of what it said may be so no longer. */
static enum st show_witness(struct take *k)
{
    uint8_t doc[RECEIPT_BYTES_MAX];
    size_t n;
    enum st st = device_witness_get(k->t, doc, sizeof doc, &n, k->err);
    k->res->again = k->res->again || (st == ST_OK && n != 0);
    return st;
}

static enum st take_manifest(struct take *k, bytes body)
{
    struct arena tmp = k->arena;
    struct manifest m;
    enum st st = manifest_decode(body, &tmp, &m);
    if (st == ST_OK && m.role != MANIFEST_ANSWER) {
        st = ST_BAD_FORM;
    }
    if (st != ST_OK) {
        return err_set(k->err, st, 0, __func__, "the answer's manifest cannot be read");
    }
    k->arena = tmp;
    k->res->answered = true;
    if (m.trust.n != 0) {
        st = take_trust(k, m.trust);
    }
    if (st == ST_OK) {
        st = device_witness_put(k->t, (bytes){NULL, 0}, k->err); /* it was shown */
    }
    if (st == ST_OK) {
        st = device_introduce_put(k->t, false, k->err); /* it knows us */
    }
    if (st == ST_OK) {
        st = take_receipts(k, &m);
    }
    if (st == ST_OK) {
        st = show_witness(k);
    }
    if (st == ST_OK) {
        st = take_held(k, &m);
    }
    if (st == ST_OK) {
        st = take_cursor(k, &m);
    }
    /* What we reported was heard. */
    k->problems_moved = k->nproblems != 0;
    k->nproblems = 0;
    if (st == ST_OK) {
        st = take_problems(k, &m);
    }
    if (st == ST_OK) {
        st = take_asked(k, &m);
    }
    k->res->again = k->res->again || m.more;
    return st;
}

/* --- groups of frames
 * ---------------------------------------------------------------------------------- */

static enum st group_begin(struct take *k)
{
    enum st st = store_write(k->j->store, &k->t, k->err);
    if (st == ST_OK) {
        st = device_cursor_get(k->t, &k->cursor, k->err);
    }
    if (st == ST_OK) {
        st = device_problems_get(k->t, k->problems, &k->nproblems, k->err);
    }
    k->cursor_moved = k->problems_moved = false;
    k->noffers = 0;
    k->nauthors = 0;
    return st;
}

static enum st group_end(struct take *k)
{
    enum st st = take_refold(k);
    st = st == ST_OK ? take_offers(k) : st;
    if (st == ST_OK && k->cursor_moved) {
        st = device_cursor_put(k->t, &k->cursor, k->err);
    }
    if (st == ST_OK && k->problems_moved) {
        st = device_problems_put(k->t, k->problems, k->nproblems, k->err);
    }
    return st == ST_OK ? store_commit(&k->t, k->err) : st;
}

static enum st take_part(struct take *k, const struct bundle_part *part)
{
    switch (part->frame) {
    case BUNDLE_MANIFEST:
        return take_manifest(k, part->body);
    case BUNDLE_ITEMS:
        return take_items(k, part->body);
    case BUNDLE_CHUNK:
        return take_chunk(k, part);
    }
    return ST_BUG;
}

/* All that is there, group by group. ST_INCOMPLETE when the end is missing. */
static enum st take_frames(struct take *k, struct bundle_reader *r, bytes in)
{
    enum st read = ST_OK;
    while (read == ST_OK) {
        struct exchange_result before = *k->res;
        size_t n = 0;
        bool any = false;
        enum st st = group_begin(k);
        while (st == ST_OK && (n < GROUP_BYTES || (k->noffers != 0 && n < GROUP_BYTES_MAX))) {
            struct bundle_part part;
            size_t used;
            read = bundle_next(r, in, &used, &part, k->err);
            if (read != ST_OK) {
                break;
            }
            any = true;
            st = take_part(k, &part);
            in = bytes_of(in.p + used, in.n - used);
            n += used;
        }
        if (st == ST_OK && any) {
            st = group_end(k);
        }
        store_abort(&k->t);
        if (st != ST_OK) {
            *k->res = before; /* nothing of this group was kept */
            return st;
        }
    }
    return read;
}

static enum st check_header(struct journal *j, bytes *in, struct bundle_header *h,
                            struct bundle_open *keys, struct err *err)
{
    size_t used;
    enum st st = bundle_header_read(*in, h, &used, err);
    if (st != ST_OK) {
        return st;
    }
    *in = bytes_of(in->p + used, in->n - used);
    *keys = (struct bundle_open){.deployment = j->trust.deployment,
                                 .recipient_pk = j->keys.box_pk,
                                 .recipient_sk = j->keys.box_sk,
                                 .pair = j->keys.pair};
    if (h->from != BUNDLE_FROM_HQ) {
        return err_set(err, ST_WRONG_PARTY, 0, __func__, "the bundle is not from headquarters");
    }
    const struct trust_key *from = trust_find(&j->trust, TRUST_SEALING, h->sender);
    if (from == NULL || from->revoked) {
        return memcmp(h->deployment, j->trust.deployment, 16) != 0
                   ? err_set(err, ST_WRONG_PARTY, 0, __func__,
                             "the bundle is of another deployment")
                   : err_set(err, ST_UNTRUSTED, 0, __func__,
                             "the bundle is sealed by a key that the trust document does not list, "
                             "or lists as revoked");
    }
    keys->sender_pk = from->pk;
    return ST_OK;
}

static enum st finish(struct take *k, const struct now *now)
{
    struct journal *j = k->j;
    enum st st = ST_OK;
    if (k->ahead) {
        /* Headquarters holds more of this epoch than we do, or a second branch of it: the store was
         * rolled back or copied. Nothing is re-appended; a new epoch names what is here, and our
         * own lost entries come by the outbox once their epoch is closed. */
        st = journal_new_epoch(j, now, k->err);
        k->res->new_epoch = st == ST_OK;
        k->res->again = true;
    }
    struct store_txn *t = NULL;
    if (st == ST_OK) {
        st = store_read(j->store, &t, k->err);
    }
    struct sync_status s;
    if (st == ST_OK) {
        st = sync_status(t, j->head.author, arena_of(j->scratch, j->scratch_bytes), &s, k->err);
    }
    if (st == ST_OK) {
        k->res->unsent = s.unsent;
        k->res->again = k->res->again || k->out_left || (s.wanted != 0 && k->chunks);
    }
    store_abort(&t);
    return st;
}

enum st exchange_answer(struct journal *j, bytes answer, const struct now *now,
                        struct exchange_result *res, struct err *err)
{
    struct bundle_header h;
    struct bundle_open keys;
    struct bundle_reader r = {0};
    bool more = res->again; /* the request's own: what did not fit goes with the next */
    res->again = false;
    res->received_bytes += answer.n;
    enum st st = check_header(j, &answer, &h, &keys, err);
    if (st != ST_OK) {
        return st;
    }
    struct take *k = calloc(1, sizeof *k);
    if (k == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory for the answer");
    }
    k->j = j;
    k->now = now;
    k->res = res;
    k->err = err;
    k->arena = arena_of(j->scratch, j->scratch_bytes);
    st = bundle_reader_begin(&r, &h, &keys, err);
    if (st == ST_OK) {
        st = take_frames(k, &r, answer);
        res->whole = r.whole;
        res->again = res->again || (res->answered && (more || !r.whole));
    }
    bundle_reader_drop(&r);
    if (st == ST_END || (st == ST_INCOMPLETE && res->answered)) {
        enum st end = finish(k, now);
        st = end != ST_OK ? end : st == ST_END ? ST_OK : ST_INCOMPLETE;
    }
    free(k);
    return st;
}

enum st exchange_refused(struct journal *j, const char *problem, bool *again, struct err *err)
{
    struct store_txn *t = NULL;
    bool before = true;
    *again = false;
    if (strcmp(problem, "unknown-sender") != 0) {
        return ST_OK;
    }
    enum st st = store_write(j->store, &t, err);
    if (st == ST_OK) {
        st = device_introduce_get(t, &before, err);
    }
    if (st == ST_OK && !before) {
        st = device_introduce_put(t, true, err);
        st = st == ST_OK ? store_commit(&t, err) : st;
        *again = st == ST_OK;
    }
    store_abort(&t);
    return st;
}
