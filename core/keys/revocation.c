/* revocation.c - an author is trusted up to these heads and no further. */
#include "core/keys/trust.h"

#include "core/keys/document.h"

#define WHOLE_BYTES_MAX CAP_TRUST_BYTES /* CAP_AUTHOR_EPOCHS heads of 54 bytes and the frame */
enum key { K_NUMBER = 1, K_AUTHOR, K_TIME, K_HEADS };
#define REQUIRED 0x1EU

static const char *take_heads(struct cbor_r *r, struct revocation *x)
{
    size_t n = cbor_get_array(r);
    if (n > REVOCATION_HEADS_MAX) {
        return "number of heads";
    }
    for (size_t i = 0; i < n; i++) {
        if (cbor_get_array(r) != 3) {
            return "head";
        }
        cbor_get_bytes_n(r, x->heads[i].epoch.b, sizeof x->heads[i].epoch.b);
        x->heads[i].seq = cbor_get_uint(r);
        cbor_get_bytes_n(r, x->heads[i].hash.b, sizeof x->heads[i].hash.b);
        if (r->st != ST_OK || x->heads[i].seq == 0) {
            return "head";
        }
    }
    x->nheads = (unsigned)n;
    return NULL;
}

static const char *take(struct cbor_r *r, int key, void *out)
{
    struct revocation *x = out;
    switch (key) {
    case K_NUMBER:
        x->number = cbor_get_uint(r);
        return x->number > 0 ? NULL : "number";
    case K_AUTHOR:
        cbor_get_bytes_n(r, x->author.b, sizeof x->author.b);
        return NULL;
    case K_TIME:
        x->time_ms = document_ms(r);
        return NULL;
    default: /* K_HEADS */
        return take_heads(r, x);
    }
}

static const struct document_form form = {WHOLE_BYTES_MAX, K_HEADS, REQUIRED, take};

enum st revocation_make(const struct revocation *x, const uint8_t deployment[static 16],
                        const uint8_t issuing_sk[static 64], uint8_t *buf, size_t cap, bytes *out)
{
    *out = (bytes){NULL, 0};
    if (x->nheads > REVOCATION_HEADS_MAX) {
        return ST_TOO_BIG;
    }
    uint8_t tmp[WHOLE_BYTES_MAX - COSE_EXTRA_BYTES];
    struct cbor_w w = cbor_w_init(tmp, sizeof tmp);
    cbor_put_map(&w, 4);
    document_put_uint(&w, K_NUMBER, x->number);
    document_put_id8(&w, K_AUTHOR, x->author);
    cbor_put_uint(&w, K_TIME);
    cbor_put_int(&w, x->time_ms);
    cbor_put_uint(&w, K_HEADS);
    cbor_put_array(&w, x->nheads);
    for (unsigned i = 0; i < x->nheads; i++) {
        cbor_put_array(&w, 3);
        cbor_put_bytes(&w, bytes_of(x->heads[i].epoch.b, sizeof x->heads[i].epoch.b));
        cbor_put_uint(&w, x->heads[i].seq);
        cbor_put_bytes(&w, bytes_of(x->heads[i].hash.b, sizeof x->heads[i].hash.b));
    }
    bytes payload;
    if (cbor_w_done(&w, &payload) != ST_OK) {
        return ST_TOO_BIG;
    }
    id8 kid = key_id(issuing_sk + 32);
    if (cose_sign(COSE_REVOCATION, deployment, kid.b, payload, issuing_sk, buf, cap, out) !=
        ST_OK) {
        return ST_TOO_BIG;
    }
    struct cose_view v;
    struct revocation check;
    memset(&check, 0, sizeof check);
    if (document_read(*out, &form, &v, &check, NULL) != ST_OK) {
        *out = (bytes){NULL, 0};
        return ST_BUG;
    }
    return ST_OK;
}

enum st revocation_open(bytes doc, const struct trust *t, struct revocation *out, const char **rule)
{
    struct cose_view v;
    struct revocation x;
    memset(out, 0, sizeof *out);
    memset(&x, 0, sizeof x);
    enum st st = document_read(doc, &form, &v, &x, rule);
    if (st != ST_OK) {
        return st;
    }
    id8 issuer;
    memcpy(issuer.b, v.kid, sizeof issuer.b);
    const struct trust_key *k = trust_find(t, TRUST_ISSUING, issuer);
    if (k == NULL) {
        return document_rule(rule, "issuer unknown", ST_UNTRUSTED);
    }
    if (cose_verify(&v, COSE_REVOCATION, t->deployment, k->pk) != ST_OK) {
        return document_rule(rule, "signature", ST_BAD_SIGNATURE);
    }
    if (k->revoked) {
        return document_rule(rule, "issuer revoked", ST_UNTRUSTED);
    }
    x.whole = doc;
    *out = x;
    return ST_OK;
}
