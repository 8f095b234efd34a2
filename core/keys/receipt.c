/* receipt.c - headquarters holds this journal up to here. */
#include "core/keys/trust.h"

#include "core/codec/hash.h"
#include "core/keys/document.h"

enum key { K_AUTHOR = 1, K_EPOCH, K_SEQ, K_HEAD, K_TIME, K_ATT, K_NAMED, K_NODE, K_REVOKED };
#define REQUIRED                                                                                   \
    (1U << K_AUTHOR | 1U << K_EPOCH | 1U << K_SEQ | 1U << K_HEAD | 1U << K_TIME | 1U << K_ATT |    \
     1U << K_NODE)

static const char *take_named(struct cbor_r *r, struct receipt *x)
{
    size_t n = cbor_get_array(r);
    if (n == 0 || n > RECEIPT_NAMED_MAX) {
        return "number of named attachments";
    }
    for (size_t i = 0; i < n; i++) {
        cbor_get_bytes_n(r, x->named[i].b, sizeof x->named[i].b);
    }
    x->nnamed = (unsigned)n;
    return NULL;
}

static const char *take_node(struct cbor_r *r, struct receipt *x)
{
    if (cbor_get_array(r) != 3) {
        return "node's head";
    }
    cbor_get_bytes_n(r, x->node_epoch.b, sizeof x->node_epoch.b);
    x->node_seq = cbor_get_uint(r);
    cbor_get_bytes_n(r, x->node_head.b, sizeof x->node_head.b);
    return r->st == ST_OK && (x->node_seq == 0) == h32_zero(x->node_head) ? NULL : "node's head";
}

static const char *take(struct cbor_r *r, int key, void *out)
{
    struct receipt *x = out;
    switch (key) {
    case K_AUTHOR:
        cbor_get_bytes_n(r, x->author.b, sizeof x->author.b);
        return NULL;
    case K_EPOCH:
        cbor_get_bytes_n(r, x->epoch.b, sizeof x->epoch.b);
        return NULL;
    case K_SEQ:
        x->seq = cbor_get_uint(r);
        return NULL;
    case K_HEAD: /* keys ascend: the sequence was read before */
        cbor_get_bytes_n(r, x->head.b, sizeof x->head.b);
        return (x->seq == 0) == h32_zero(x->head) ? NULL : "head";
    case K_TIME:
        x->time_ms = document_ms(r);
        return NULL;
    case K_ATT:
        x->att_through = cbor_get_uint(r);
        return x->att_through <= x->seq ? NULL : "attachments beyond the head";
    case K_NAMED:
        return take_named(r, x);
    case K_NODE:
        return take_node(r, x);
    default: /* K_REVOKED */
        x->revoked = cbor_get_uint(r);
        return x->revoked > 0 ? NULL : "revocation";
    }
}

static const struct document_form form = {RECEIPT_BYTES_MAX, K_REVOKED, REQUIRED, take};

static void encode(struct cbor_w *w, const struct receipt *x)
{
    cbor_put_map(w, 7U + (x->nnamed > 0) + (x->revoked > 0));
    document_put_id8(w, K_AUTHOR, x->author);
    document_put_id8(w, K_EPOCH, x->epoch);
    document_put_uint(w, K_SEQ, x->seq);
    document_put_h32(w, K_HEAD, x->head.b);
    cbor_put_uint(w, K_TIME);
    cbor_put_int(w, x->time_ms);
    document_put_uint(w, K_ATT, x->att_through);
    if (x->nnamed > 0) {
        cbor_put_uint(w, K_NAMED);
        cbor_put_array(w, x->nnamed);
        for (unsigned i = 0; i < x->nnamed; i++) {
            cbor_put_bytes(w, bytes_of(x->named[i].b, sizeof x->named[i].b));
        }
    }
    cbor_put_uint(w, K_NODE);
    cbor_put_array(w, 3);
    cbor_put_bytes(w, bytes_of(x->node_epoch.b, sizeof x->node_epoch.b));
    cbor_put_uint(w, x->node_seq);
    cbor_put_bytes(w, bytes_of(x->node_head.b, sizeof x->node_head.b));
    if (x->revoked > 0) {
        document_put_uint(w, K_REVOKED, x->revoked);
    }
}

enum st receipt_make(const struct receipt *x, const uint8_t deployment[static 16],
                     const uint8_t node_sk[static 64], uint8_t *buf, size_t cap, bytes *out)
{
    *out = (bytes){NULL, 0};
    if (x->nnamed > RECEIPT_NAMED_MAX) {
        return ST_TOO_BIG;
    }
    uint8_t tmp[RECEIPT_BYTES_MAX - COSE_EXTRA_BYTES];
    struct cbor_w w = cbor_w_init(tmp, sizeof tmp);
    encode(&w, x);
    bytes payload;
    if (cbor_w_done(&w, &payload) != ST_OK) {
        return ST_TOO_BIG;
    }
    id8 kid = key_id(node_sk + 32);
    if (cose_sign(COSE_RECEIPT, deployment, kid.b, payload, node_sk, buf, cap, out) != ST_OK) {
        return ST_TOO_BIG;
    }
    struct cose_view v;
    struct receipt check;
    memset(&check, 0, sizeof check);
    if (document_read(*out, &form, &v, &check, NULL) != ST_OK) {
        *out = (bytes){NULL, 0};
        return ST_BUG;
    }
    return ST_OK;
}

static enum st read_it(bytes doc, const struct trust *t, bool verify, struct receipt *out,
                       const char **rule)
{
    struct cose_view v;
    struct receipt x;
    memset(out, 0, sizeof *out);
    memset(&x, 0, sizeof x);
    enum st st = document_read(doc, &form, &v, &x, rule);
    if (st != ST_OK) {
        return st;
    }
    memcpy(x.node.b, v.kid, sizeof x.node.b);
    const struct trust_key *k = trust_find(t, TRUST_NODE, x.node);
    if (k == NULL) {
        return document_rule(rule, "node unknown", ST_UNTRUSTED);
    }
    if (verify && cose_verify(&v, COSE_RECEIPT, t->deployment, k->pk) != ST_OK) {
        return document_rule(rule, "signature", ST_BAD_SIGNATURE);
    }
    x.whole = doc;
    hash32(doc, x.hash.b);
    *out = x;
    /* An old receipt may still be shown as evidence, but no new mark is moved by a revoked key. */
    return k->revoked ? document_rule(rule, "node revoked", ST_REVOKED) : ST_OK;
}

enum st receipt_open(bytes doc, const struct trust *t, struct receipt *out, const char **rule)
{
    return read_it(doc, t, true, out, rule);
}

enum st receipt_kept(bytes doc, const struct trust *t, struct receipt *out, const char **rule)
{
    return read_it(doc, t, false, out, rule);
}
