/* cert.c - certificates: an issuing key vouches for an author's keys, person, role, branch. */
#include "core/keys/trust.h"

#include "core/keys/document.h"

enum key { K_SIGN = 1, K_BOX, K_PERSON, K_ROLE, K_BRANCH, K_FROM, K_UNTIL, K_PREFIX };
#define REQUIRED 0x1FEU /* all of them */

static const char *take_prefix(struct cbor_r *r, struct cert *c)
{
    bytes b = cbor_get_bytes(r);
    if (r->st != ST_OK || b.n == 0 || b.n >= sizeof c->prefix) {
        return "prefix";
    }
    for (size_t i = 0; i < b.n; i++) {
        if (b.p[i] <= 0x20 || b.p[i] >= 0x7F) {
            return "prefix";
        }
    }
    memcpy(c->prefix, b.p, b.n);
    return NULL;
}

static const char *take(struct cbor_r *r, int key, void *out)
{
    struct cert *c = out;
    uint64_t v;
    switch (key) {
    case K_SIGN:
        cbor_get_bytes_n(r, c->sign_pk, sizeof c->sign_pk);
        return NULL;
    case K_BOX:
        cbor_get_bytes_n(r, c->box_pk, sizeof c->box_pk);
        return NULL;
    case K_PERSON:
        cbor_get_bytes_n(r, c->person.b, sizeof c->person.b);
        return NULL;
    case K_ROLE:
        v = cbor_get_uint(r);
        c->role = (enum role)v;
        return v > 0 && v <= 255 ? NULL : "role";
    case K_BRANCH:
        cbor_get_bytes_n(r, c->branch.b, sizeof c->branch.b);
        return NULL;
    case K_FROM:
        c->from_ms = document_ms(r);
        return NULL;
    case K_UNTIL:
        c->until_ms = document_ms(r);
        return NULL;
    default: /* K_PREFIX */
        return take_prefix(r, c);
    }
}

static const struct document_form form = {CAP_CERT_BYTES, K_PREFIX, REQUIRED, take};

static enum st read_form(bytes doc, struct cose_view *v, struct cert *c, const char **rule)
{
    memset(c, 0, sizeof *c);
    enum st st = document_read(doc, &form, v, c, rule);
    if (st != ST_OK) {
        return st;
    }
    c->whole = doc;
    c->author = key_id(c->sign_pk);
    memcpy(c->issuer.b, v->kid, sizeof c->issuer.b);
    return ST_OK;
}

enum st cert_make(const struct cert *c, const uint8_t deployment[static 16],
                  const uint8_t issuing_sk[static 64], uint8_t *buf, size_t cap, bytes *out)
{
    uint8_t tmp[CAP_CERT_BYTES - COSE_EXTRA_BYTES];
    struct cbor_w w = cbor_w_init(tmp, sizeof tmp);
    *out = (bytes){NULL, 0};
    cbor_put_map(&w, 8);
    document_put_h32(&w, K_SIGN, c->sign_pk);
    document_put_h32(&w, K_BOX, c->box_pk);
    cbor_put_uint(&w, K_PERSON);
    cbor_put_bytes(&w, bytes_of(c->person.b, sizeof c->person.b));
    document_put_uint(&w, K_ROLE, (uint64_t)c->role);
    document_put_id8(&w, K_BRANCH, c->branch);
    cbor_put_uint(&w, K_FROM);
    cbor_put_int(&w, c->from_ms);
    cbor_put_uint(&w, K_UNTIL);
    cbor_put_int(&w, c->until_ms);
    cbor_put_uint(&w, K_PREFIX);
    cbor_put_bytes(&w, bytes_of(c->prefix, strlen(c->prefix)));
    bytes payload;
    if (cbor_w_done(&w, &payload) != ST_OK) {
        return ST_TOO_BIG;
    }
    id8 kid = key_id(issuing_sk + 32); /* libsodium keeps the public half behind the seed */
    if (cose_sign(COSE_CERTIFICATE, deployment, kid.b, payload, issuing_sk, buf, cap, out) !=
        ST_OK) {
        return ST_TOO_BIG;
    }
    struct cose_view v;
    struct cert check;
    if (read_form(*out, &v, &check, NULL) != ST_OK || !id8_eq(check.author, c->author)) {
        *out = (bytes){NULL, 0};
        return ST_BUG;
    }
    return ST_OK;
}

enum st cert_parse(bytes doc, struct cert *out, const char **rule)
{
    struct cose_view v;
    enum st st = read_form(doc, &v, out, rule);
    if (st != ST_OK) {
        memset(out, 0, sizeof *out);
    }
    return st;
}

enum st cert_open(bytes doc, const struct trust *t, struct cert *out, const char **rule)
{
    struct cose_view v;
    struct cert c;
    memset(out, 0, sizeof *out);
    enum st st = read_form(doc, &v, &c, rule);
    if (st != ST_OK) {
        return st;
    }
    const struct trust_key *k = trust_find(t, TRUST_ISSUING, c.issuer);
    if (k == NULL) {
        return document_rule(rule, "issuer unknown", ST_UNTRUSTED);
    }
    if (cose_verify(&v, COSE_CERTIFICATE, t->deployment, k->pk) != ST_OK) {
        return document_rule(rule, "signature", ST_BAD_SIGNATURE);
    }
    if (k->revoked) {
        return document_rule(rule, "issuer revoked", ST_UNTRUSTED);
    }
    *out = c;
    return ST_OK;
}
