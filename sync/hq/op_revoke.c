/* op_revoke.c - a lost device: what it sent so far stands, what comes after is not believed. */
#include "core/model/bodies.h"
#include "sync/hq/hq_route.h"
#include "sync/hq/ops.h"

#include <stdlib.h>

/* What is held of each of its epochs now. */
static enum st heads(struct store_txn *t, struct revocation *r, struct err *err)
{
    struct store_cursor *c = NULL;
    bytes key;
    enum st st =
        store_scan(t, T_HEAD, bytes_of(r->author.b, sizeof r->author.b), (bytes){NULL, 0}, &c, err);
    while (st == ST_OK) {
        st = store_next(c, &key);
        if (st != ST_OK) {
            break;
        }
        uint8_t room[512];
        struct arena tmp = arena_of(room, sizeof room);
        struct chain_mark m;
        id8 epoch;
        if (key.n != 16) {
            continue;
        }
        if (r->nheads == REVOCATION_HEADS_MAX) {
            st = err_set(err, ST_TOO_BIG, 0, __func__, "more epochs than a revocation can list");
            break;
        }
        memcpy(epoch.b, key.p + 8, 8);
        st = chain_mark_get(t, r->author, epoch, &tmp, &m, err);
        r->heads[r->nheads].epoch = epoch;
        r->heads[r->nheads].seq = m.seq;
        r->heads[r->nheads++].hash = m.hash;
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

static enum st revoke_in(struct hq *hq, struct store_txn *t, struct revocation *r,
                         struct append *what, h32 *hash, struct err *err)
{
    uint8_t doc[CAP_TRUST_BYTES], body[128];
    union body *b = calloc(1, sizeof *b);
    bytes signed_doc;
    if (b == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    enum st st = heads(t, r, err);
    if (st == ST_OK && revocation_make(r, hq->keys.deployment, hq->keys.secret->issuing_sk, doc,
                                       sizeof doc, &signed_doc) != ST_OK) {
        st = err_set(err, ST_BUG, 0, __func__, "the revocation does not fit");
    }
    if (st == ST_OK) {
        st = store_put(t, T_REVOKED, bytes_of(r->author.b, sizeof r->author.b), signed_doc, err);
    }
    b->revoked.author = r->author;
    b->revoked.number = r->number;
    if (st == ST_OK && body_encode(KIND_REVOKED, b, body, sizeof body, &what->body) != ST_OK) {
        st = err_set(err, ST_BUG, 0, __func__, "the entry of a revocation");
    }
    free(b);
    return st == ST_OK ? hq_act_in(hq, t, what, hash, err) : st;
}

enum st op_revoke(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    struct append what = {.kind = KIND_REVOKED, .subject_type = SUBJECT_TECHNICIAN};
    struct revocation r = {.time_ms = hq_now(hq).wall_ms};
    struct store_txn *t = NULL;
    bool mine;
    str author;
    h32 hash;
    enum st st = ops_actor(hq, in, ROLE_ADMINISTRATOR, &what, err);
    if (st == ST_OK) {
        st = ops_str(in, "author", &author, err);
    }
    if (st == ST_OK && (author.n != 16 || !hex_get(author, r.author.b, sizeof r.author.b))) {
        st = err_set(err, ST_BAD_INPUT, 0, __func__, "a device's id has 16 hex digits");
    }
    struct hq_device *d = NULL;
    for (unsigned i = 0; st == ST_OK && i < hq->ndevices; i++) {
        d = id8_eq(hq->devices[i].author, r.author) ? &hq->devices[i] : d;
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
    r.number = store_count(t, T_REVOKED) + 1;
    st = revoke_in(hq, t, &r, &what, &hash, err);
    st = hq_written(hq, &t, mine, st, err);
    if (st != ST_OK) {
        return st;
    }
    hq_revoked(hq, r.author);
    *out = json_pack("{s:I,s:o}", "number", (json_int_t)r.number, "entry", ops_hex(hash.b, 32));
    return ST_OK;
}
