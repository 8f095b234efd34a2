/* op_revoke.c - a lost device: what it sent so far stands, what comes after is not believed. Who
 * knows since when it is out of its owner's hands says so: then what headquarters' receipts covered
 * by that time stands, and what came after it is set aside until it is admitted by name. */
#include "core/fold/revoked.h"
#include "core/model/bodies.h"
#include "core/report/receipt_log.h"
#include "sync/hq/hq_cut.h"
#include "sync/hq/hq_route.h"
#include "sync/hq/ops.h"

#include <stdlib.h>

struct revoking {
    struct hq *hq;
    struct revocation r;
    int64_t since_ms;   /* INT64_MAX: all that came so far stands */
    uint64_t set_aside; /* entries held that do not stand */
};

/* The last of an epoch that stands. An epoch that had no receipt by then is not listed. */
static enum st head_of(struct revoking *v, struct store_txn *t, id8 epoch, struct err *err)
{
    struct arena tmp = arena_of(v->hq->routing, CAP_SCRATCH_BYTES);
    struct chain_mark m;
    enum st st = chain_mark_get(t, v->r.author, epoch, &tmp, &m, err);
    uint64_t seq = m.seq;
    h32 hash = m.hash;
    if (st == ST_OK && seq == 0) {
        return ST_OK; /* nothing but what lies beyond a gap */
    }
    if (st == ST_OK && v->since_ms != INT64_MAX) {
        st = receipt_log_until(t, v->r.author, epoch, v->since_ms, &v->hq->journal.trust, tmp, &seq,
                               &hash, err);
        v->set_aside += m.seq > seq ? m.seq - seq : 0;
        if (st == ST_NOT_FOUND) {
            return ST_OK;
        }
    }
    v->r.heads[v->r.nheads].epoch = epoch;
    v->r.heads[v->r.nheads].seq = seq;
    v->r.heads[v->r.nheads++].hash = hash;
    return st;
}

/* The ends of the branches of a forked epoch: what was folded of them stays so. As many as there is
 * room for; a branch without a place waits for a supervisor. */
static enum st branch_heads(struct store_txn *t, struct revocation *r, id8 epoch, struct arena room,
                            struct err *err)
{
    unsigned first = r->nheads;
    uint8_t chain[16];
    struct store_cursor *c = NULL;
    bytes key, whole;
    memcpy(chain, r->author.b, 8);
    memcpy(chain + 8, epoch.b, 8);
    enum st st = store_scan(t, T_ENTRY, bytes_of(chain, sizeof chain), (bytes){NULL, 0}, &c, err);
    while (st == ST_OK) {
        struct arena tmp = room;
        struct entry_view e;
        st = store_next(c, &key);
        if (st != ST_OK || key.n != 25 || key.p[24] == 0) {
            continue;
        }
        st = store_value(c, &tmp, &whole, err);
        if (st != ST_OK || entry_parse(whole, &e, NULL, NULL) != ST_OK) {
            st = st == ST_CORRUPT ? ST_OK : st; /* damage hides nothing else */
            continue;
        }
        unsigned at = first;
        while (at < r->nheads && !h32_eq(r->heads[at].hash, e.prev)) {
            at++;
        }
        if (at < REVOCATION_HEADS_MAX) { /* it goes on from that one, or leaves the main branch */
            r->heads[at].epoch = epoch;
            r->heads[at].seq = e.seq;
            r->heads[at].hash = e.hash;
            r->nheads = at < r->nheads ? r->nheads : at + 1;
        }
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

static enum st forked_heads(struct revoking *v, struct store_txn *t, struct err *err)
{
    struct arena room = arena_of(v->hq->routing, CAP_SCRATCH_BYTES);
    enum st st = ST_OK;
    unsigned n = v->r.nheads;
    for (unsigned i = 0; i < n && st == ST_OK && v->since_ms == INT64_MAX; i++) {
        struct arena tmp = room;
        struct chain_mark m;
        st = chain_mark_get(t, v->r.author, v->r.heads[i].epoch, &tmp, &m, err);
        st = st == ST_OK && m.forked ? branch_heads(t, &v->r, m.epoch, room, err) : st;
    }
    return st;
}

/* What is held of each of its epochs, and stands: the main branches first. */
static enum st heads(struct revoking *v, struct store_txn *t, struct err *err)
{
    struct store_cursor *c = NULL;
    bytes key;
    id8 epochs[REVOCATION_HEADS_MAX];
    unsigned n = 0;
    enum st st = store_scan(t, T_HEAD, bytes_of(v->r.author.b, sizeof v->r.author.b),
                            (bytes){NULL, 0}, &c, err);
    while (st == ST_OK) {
        st = store_next(c, &key);
        if (st != ST_OK || key.n != 16) {
            continue;
        }
        if (n == REVOCATION_HEADS_MAX) {
            st = err_set(err, ST_TOO_BIG, 0, __func__, "more epochs than a revocation can list");
            break;
        }
        memcpy(epochs[n++].b, key.p + 8, 8);
    }
    store_scan_end(&c);
    st = st == ST_END ? ST_OK : st;
    for (unsigned i = 0; i < n && st == ST_OK; i++) {
        st = head_of(v, t, epochs[i], err);
    }
    return st == ST_OK ? forked_heads(v, t, err) : st;
}

static enum st revoke_in(struct revoking *v, struct store_txn *t, struct append *what, h32 *hash,
                         struct err *err)
{
    struct hq *hq = v->hq;
    struct revocation *r = &v->r;
    bool fresh;
    struct revoked_walk walk;
    uint8_t doc[CAP_TRUST_BYTES], body[128];
    union body *b = calloc(1, sizeof *b);
    bytes signed_doc;
    if (b == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    enum st st = heads(v, t, err);
    if (st == ST_OK && revocation_make(r, hq->keys.deployment, hq->keys.secret->issuing_sk, doc,
                                       sizeof doc, &signed_doc) != ST_OK) {
        st = err_set(err, ST_BUG, 0, __func__, "the revocation does not fit");
    }
    if (st == ST_OK) {
        r->whole = signed_doc;
        st = revoked_begin(t, r, &hq->journal.trust, arena_of(hq->routing, CAP_SCRATCH_BYTES),
                           &fresh, &walk, err);
    }
    b->revoked.author = r->author;
    b->revoked.number = r->number;
    if (st == ST_OK && body_encode(KIND_REVOKED, b, body, sizeof body, &what->body) != ST_OK) {
        st = err_set(err, ST_BUG, 0, __func__, "the entry of a revocation");
    }
    free(b);
    st = st == ST_OK ? hq_act_in(hq, t, what, hash, err) : st;
    return st == ST_OK ? hq_cut_begin(hq, t, r->author, &walk, err) : st;
}

enum st op_revoke(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    struct append what = {.kind = KIND_REVOKED, .subject_type = SUBJECT_TECHNICIAN};
    struct revoking v = {.hq = hq, .since_ms = INT64_MAX};
    struct store_txn *t = NULL;
    bool mine;
    str author;
    h32 hash;
    v.r.time_ms = hq_now(hq).wall_ms;
    enum st st = ops_actor(hq, in, ROLE_ADMINISTRATOR, &what, err);
    if (st == ST_OK) {
        st = ops_str(in, "author", &author, err);
    }
    if (st == ST_OK && (author.n != 16 || !hex_get(author, v.r.author.b, sizeof v.r.author.b))) {
        st = err_set(err, ST_BAD_INPUT, 0, __func__, "a device's id has 16 hex digits");
    }
    if (st == ST_OK && json_object_get(in, "since_ms") != NULL) {
        st = ops_int(in, "since_ms", &v.since_ms, err);
        if (st == ST_OK && (v.since_ms <= 0 || v.since_ms > v.r.time_ms)) {
            st = err_set(err, ST_BAD_INPUT, 0, __func__,
                         "since when it is out of its owner's hands is a time that has passed");
        }
    }
    struct hq_device *d = NULL;
    for (unsigned i = 0; st == ST_OK && i < hq->ndevices; i++) {
        d = id8_eq(hq->devices[i].author, v.r.author) ? &hq->devices[i] : d;
    }
    if (st == ST_OK && (d == NULL || d->revoked)) {
        st = d == NULL ? err_set(err, ST_NOT_FOUND, 0, __func__, "there is no such device")
                       : err_set(err, ST_EXISTS, 0, __func__, "it is revoked already");
    }
    if (st != ST_OK) {
        return st;
    }
    what.subject = d->person;
    st = hq_write(hq, &t, &mine, err);
    if (st != ST_OK) {
        return st;
    }
    v.r.number = store_count(t, T_REVOKED) + 1;
    st = revoke_in(&v, t, &what, &hash, err);
    st = hq_written(hq, &t, mine, st, err);
    if (st != ST_OK) {
        return st;
    }
    hq_revoked(hq, v.r.author);
    *out = json_pack("{s:I,s:o,s:I}", "number", (json_int_t)v.r.number, "entry",
                     ops_hex(hash.b, 32), "set_aside", (json_int_t)v.set_aside);
    return ST_OK;
}
