/* trust.c - the trust document: which keys issue, run nodes, seal and serve TLS, by the root. */
#include "core/keys/trust.h"

#include "core/codec/hash.h"
#include "core/keys/document.h"

enum key { K_SERIAL = 1, K_ROOT, K_DEPLOYMENT, K_NAME, K_KEYS, K_NEXT, K_LEGAL };
#define REQUIRED                                                                                   \
    (1U << K_SERIAL | 1U << K_ROOT | 1U << K_DEPLOYMENT | 1U << K_NAME | 1U << K_KEYS |            \
     1U << K_LEGAL)
#define LEGAL_DAYS_MAX 36525 /* a hundred years */

static bool all_zero(const uint8_t b[static 32])
{
    h32 h;
    memcpy(h.b, b, sizeof h.b);
    return h32_zero(h);
}

static const char *take_key(struct cbor_r *r, struct trust *t)
{
    struct trust_key k = {.use = 0};
    if (cbor_get_array(r) != 5) {
        return "key";
    }
    uint64_t use = cbor_get_uint(r);
    cbor_get_bytes_n(r, k.pk, sizeof k.pk);
    k.from_ms = document_ms(r);
    k.until_ms = document_ms(r);
    k.revoked = cbor_get_bool(r);
    if (r->st != ST_OK || use < TRUST_ISSUING || use > TRUST_TLS) {
        return "key";
    }
    k.use = (enum trust_use)use;
    k.id = key_id(k.pk);
    if (trust_find(t, k.use, k.id) != NULL) {
        return "key twice";
    }
    t->keys[t->nkeys++] = k;
    return NULL;
}

static const char *take_name(struct cbor_r *r, struct trust *t)
{
    str name = cbor_get_text(r);
    if (r->st != ST_OK || name.n == 0 || name.n >= sizeof t->name ||
        memchr(name.p, '\0', name.n) != NULL) {
        return "name";
    }
    memcpy(t->name, name.p, name.n);
    return NULL;
}

static const char *take(struct cbor_r *r, int key, void *out)
{
    struct trust *t = out;
    uint64_t v;
    size_t n;
    switch (key) {
    case K_SERIAL:
        t->serial = cbor_get_uint(r);
        return t->serial > 0 ? NULL : "serial";
    case K_ROOT:
        cbor_get_bytes_n(r, t->root_pk, sizeof t->root_pk);
        return NULL;
    case K_DEPLOYMENT:
        cbor_get_bytes_n(r, t->deployment, sizeof t->deployment);
        return NULL;
    case K_NAME:
        return take_name(r, t);
    case K_KEYS:
        n = cbor_get_array(r);
        if (n > TRUST_KEYS_MAX) {
            return "number of keys";
        }
        for (size_t i = 0; i < n; i++) {
            const char *broken = take_key(r, t);
            if (broken != NULL) {
                return broken;
            }
        }
        return NULL;
    case K_NEXT:
        cbor_get_bytes_n(r, t->next_root, sizeof t->next_root);
        return all_zero(t->next_root) ? "next root" : NULL;
    default: /* K_LEGAL */
        v = cbor_get_uint(r);
        t->legal_period_days = (uint32_t)v;
        return v <= LEGAL_DAYS_MAX ? NULL : "legal period";
    }
}

static const struct document_form form = {CAP_TRUST_BYTES, K_LEGAL, REQUIRED, take};

enum st trust_make(const struct trust *t, const uint8_t root_sk[static 64], uint8_t *buf,
                   size_t cap, bytes *out)
{
    uint8_t tmp[CAP_TRUST_BYTES - COSE_EXTRA_BYTES];
    struct cbor_w w = cbor_w_init(tmp, sizeof tmp);
    bool next = !all_zero(t->next_root);
    *out = (bytes){NULL, 0};
    cbor_put_map(&w, next ? 7 : 6);
    document_put_uint(&w, K_SERIAL, t->serial);
    document_put_h32(&w, K_ROOT, t->root_pk);
    cbor_put_uint(&w, K_DEPLOYMENT);
    cbor_put_bytes(&w, bytes_of(t->deployment, sizeof t->deployment));
    cbor_put_uint(&w, K_NAME);
    cbor_put_text(&w, str_c(t->name));
    cbor_put_uint(&w, K_KEYS);
    cbor_put_array(&w, t->nkeys);
    for (unsigned i = 0; i < t->nkeys; i++) {
        const struct trust_key *k = &t->keys[i];
        cbor_put_array(&w, 5);
        cbor_put_uint(&w, (uint64_t)k->use);
        cbor_put_bytes(&w, bytes_of(k->pk, sizeof k->pk));
        cbor_put_int(&w, k->from_ms);
        cbor_put_int(&w, k->until_ms);
        cbor_put_bool(&w, k->revoked);
    }
    if (next) {
        document_put_h32(&w, K_NEXT, t->next_root);
    }
    document_put_uint(&w, K_LEGAL, t->legal_period_days);
    bytes payload;
    if (cbor_w_done(&w, &payload) != ST_OK) {
        return ST_TOO_BIG;
    }
    id8 kid = key_id(t->root_pk);
    enum st st = cose_sign(COSE_TRUST, t->deployment, kid.b, payload, root_sk, buf, cap, out);
    if (st != ST_OK) {
        return ST_TOO_BIG;
    }
    /* What is signed must open: a wrong secret key or a broken field is the caller's mistake. */
    struct trust check;
    st = trust_open(*out, t->root_pk, &check, NULL);
    if (st != ST_OK) {
        *out = (bytes){NULL, 0};
        return ST_BUG;
    }
    return ST_OK;
}

/* On first contact the document vouches for itself: the deployment is named by its first root. */
static bool is_first_root(const struct trust *t)
{
    uint8_t h[HASH_BYTES];
    hash32(bytes_of(t->root_pk, sizeof t->root_pk), h);
    return memcmp(h, t->deployment, sizeof t->deployment) == 0;
}

enum st trust_open_own(bytes doc, struct trust *out, const char **rule)
{
    memset(out, 0, sizeof *out);
    struct trust t;
    memset(&t, 0, sizeof t);
    struct cose_view v;
    enum st st = document_read(doc, &form, &v, &t, rule);
    if (st != ST_OK) {
        return st;
    }
    id8 kid = key_id(t.root_pk);
    if (memcmp(v.kid, kid.b, sizeof kid.b) != 0) {
        return document_rule(rule, "key id is not the root's", ST_BAD_FORM);
    }
    if (cose_verify(&v, COSE_TRUST, t.deployment, t.root_pk) != ST_OK) {
        return document_rule(rule, "signature", ST_BAD_SIGNATURE);
    }
    *out = t;
    return ST_OK;
}

enum st trust_open(bytes doc, const uint8_t *known_root, struct trust *out, const char **rule)
{
    enum st st = trust_open_own(doc, out, rule);
    if (st == ST_OK &&
        (known_root == NULL ? !is_first_root(out)
                            : memcmp(known_root, out->root_pk, sizeof out->root_pk) != 0)) {
        memset(out, 0, sizeof *out);
        return document_rule(rule, "another root", ST_UNTRUSTED);
    }
    return st;
}

enum st trust_next(const struct trust *known, bytes doc, struct trust *out, const char **rule)
{
    enum st st = trust_open(doc, known->root_pk, out, rule);
    if (st == ST_UNTRUSTED && !all_zero(known->next_root)) {
        st = trust_open(doc, known->next_root, out, rule);
    }
    if (st == ST_OK && memcmp(known->deployment, out->deployment, sizeof out->deployment) != 0) {
        return document_rule(rule, "another deployment", ST_WRONG_PARTY);
    }
    return st;
}

bytes trust_chain(bytes *docs)
{
    const size_t tag = 1; /* every signed document begins with one byte of tag */
    bytes none = {NULL, 0}, doc = *docs;
    if (docs->n <= tag) {
        return none;
    }
    struct cbor_r r = cbor_r_init(bytes_of(docs->p + tag, docs->n - tag));
    bytes array = cbor_raw(&r);
    if (r.st != ST_OK) {
        *docs = none;
        return doc; /* what cannot be cut is opened whole, and refused with its rule */
    }
    *docs = bytes_of(doc.p + tag + array.n, doc.n - tag - array.n);
    return bytes_of(doc.p, tag + array.n);
}

enum st trust_chain_open(bytes docs, struct trust *out, const char **rule)
{
    memset(out, 0, sizeof *out);
    if (docs.n > CAP_TRUST_CHAIN_BYTES) {
        return document_rule(rule, "size", ST_TOO_BIG);
    }
    struct trust last;
    bytes doc = trust_chain(&docs);
    enum st st = trust_open(doc, NULL, &last, rule);
    while (st == ST_OK && docs.n != 0) {
        struct trust next;
        doc = trust_chain(&docs);
        st = trust_next(&last, doc, &next, rule);
        if (st == ST_OK && next.serial <= last.serial) {
            st = document_rule(rule, "serial", ST_BAD_FORM);
        }
        last = next;
    }
    if (st == ST_OK) {
        *out = last;
    }
    return st;
}

const struct trust_key *trust_find(const struct trust *t, enum trust_use use, id8 id)
{
    for (unsigned i = 0; i < t->nkeys; i++) {
        if (t->keys[i].use == use && id8_eq(t->keys[i].id, id)) {
            return &t->keys[i];
        }
    }
    return NULL;
}

const struct trust_key *trust_current(const struct trust *t, enum trust_use use, int64_t now_ms)
{
    const struct trust_key *in = NULL, *any = NULL;
    for (unsigned i = 0; i < t->nkeys; i++) {
        const struct trust_key *k = &t->keys[i];
        if (k->use != use || k->revoked) {
            continue;
        }
        if (any == NULL || k->from_ms > any->from_ms) {
            any = k;
        }
        bool now = k->from_ms <= now_ms && now_ms <= k->until_ms;
        if (now && (in == NULL || k->from_ms > in->from_ms)) {
            in = k;
        }
    }
    return in != NULL ? in : any;
}
