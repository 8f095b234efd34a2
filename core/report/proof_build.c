/* proof_build.c - report.cbor out of a store: what is held is put in, what was forgotten is left
 * out with the entry that ordered it. Nothing is judged here: proof_verify does that. */
#include "core/base/encode.h"
#include "core/codec/hash.h"
#include "core/journal/append.h"
#include "core/model/bodies.h"
#include "core/report/proof_file.h"
#include "core/report/receipt_log.h"

#include <stdio.h>

struct build {
    struct store_txn *t;
    struct arena *a;
    struct err *err;
    struct trust trust;
    bytes trust_doc, cert, cited, covers, revocation, admitted;
    uint64_t covers_seq;
    bool late; /* receipts that know of a revocation are taken too */
    struct entry_view e;
    union body b;
    bytes manifest[EV_LAST + 1], content[EV_LAST + 1];
    bytes *chain;
    size_t nchain;
    bytes nodes[PROOF_NODES_MAX];
    size_t nnodes;
    id8 node_of[PROOF_NODES_MAX];
    h32 forgotten_by[PROOF_FORGOTTEN_MAX];
    bytes forgotten[PROOF_FORGOTTEN_MAX];
    size_t nforgotten;
};

static enum st full(struct build *k)
{
    return err_set(k->err, ST_FULL, 0, "proof_build", "the proof needs more memory");
}

static enum st load_signoff(struct build *k, h32 signoff)
{
    struct cert c;
    enum st st = journal_get(k->t, signoff, k->a, &k->e, k->err);
    if (st != ST_OK) {
        return st;
    }
    if (k->e.kind != KIND_VISIT_SIGNED ||
        body_decode(KIND_VISIT_SIGNED, k->e.body, &k->b) != ST_OK) {
        return err_set(k->err, ST_NOT_FOUND, 0, "proof_build", "this entry is no sign-off");
    }
    st = trust_store_get(k->t, k->a, &k->trust, &k->trust_doc, k->err);
    st = st == ST_OK ? cert_store_get(k->t, k->e.author, &k->trust, k->a, &c, k->err) : st;
    k->cert = c.whole;
    return st;
}

/* ---- evidence ----------------------------------------------------------------------------------
 */

static enum st add_node(struct build *k, id8 author)
{
    struct cert c;
    for (size_t i = 0; i < k->nnodes; i++) {
        if (id8_eq(k->node_of[i], author)) {
            return ST_OK;
        }
    }
    if (k->nnodes == PROOF_NODES_MAX) {
        return ST_OK;
    }
    struct err ignored;
    enum st st = cert_store_get(k->t, author, &k->trust, k->a, &c, &ignored);
    if (st == ST_OK) {
        k->node_of[k->nnodes] = author;
        k->nodes[k->nnodes++] = c.whole;
    }
    /* Receipts hold by the trust document alone; a forgetting entry without it will be named. */
    return st == ST_IO || st == ST_FULL ? st : ST_OK;
}

static enum st add_forgotten(struct build *k, h32 by)
{
    struct entry_view e;
    for (size_t i = 0; i < k->nforgotten; i++) {
        if (h32_eq(k->forgotten_by[i], by)) {
            return ST_OK;
        }
    }
    if (k->nforgotten == PROOF_FORGOTTEN_MAX) {
        return ST_OK;
    }
    enum st st = journal_get(k->t, by, k->a, &e, k->err);
    if (st != ST_OK) {
        return st == ST_NOT_FOUND ? err_set(k->err, ST_NOT_FOUND, 0, "proof_build",
                                            "the entry by which evidence was withdrawn is not here")
                                  : st;
    }
    k->forgotten_by[k->nforgotten] = by;
    k->forgotten[k->nforgotten++] = e.whole;
    return add_node(k, e.author);
}

static enum st add_evidence(struct build *k)
{
    static const enum body_att what[EV_LAST + 1] = {0,          BA_FACTS, BA_REPORT,
                                                    BA_STROKES, BA_NAME,  BA_REASON};
    enum st st = ST_OK;
    for (unsigned e = EV_FACTS; e <= EV_LAST && st == ST_OK; e++) {
        int i = body_att(KIND_VISIT_SIGNED, &k->b, what[e]);
        if (i < 0) {
            continue;
        }
        h32 name = entry_att(&k->e, (unsigned)i), by;
        unsigned rule;
        int64_t when_ms;
        st = store_att_get(k->t, name, k->a, &k->manifest[e], &k->content[e], k->err);
        if (st == ST_REVOKED && store_att_mark(k->t, name, &by, &rule, &when_ms)) {
            k->manifest[e] = (bytes){NULL, 0};
            st = add_forgotten(k, by);
        } else if (st == ST_REVOKED || st == ST_NOT_FOUND) {
            st = err_set(k->err, ST_NOT_FOUND, 0, "proof_build",
                         "part of this report has not come yet, or is lost");
        }
    }
    return st;
}

/* ---- receipts ----------------------------------------------------------------------------------
 */

/* The entries after the sign-off through `to`, if each follows the one before. ST_NOT_FOUND: they
 * are not here, or the sign-off is not on this branch. */
static enum st read_chain(struct build *k, uint64_t to, bytes **out, size_t *n, h32 *last)
{
    *last = k->e.hash;
    *n = (size_t)(to - k->e.seq);
    if (to - k->e.seq > PROOF_FILE_MAX / 128) {
        return ST_NOT_FOUND;
    }
    *out = arena_new(k->a, bytes, *n);
    if (*out == NULL) {
        return full(k);
    }
    for (size_t i = 0; i < *n; i++) {
        struct entry_view e;
        if (journal_at(k->t, k->e.author, k->e.epoch, k->e.seq + 1 + i, k->a, &e, NULL) != ST_OK ||
            !h32_eq(e.prev, *last)) {
            return ST_NOT_FOUND;
        }
        *last = e.hash;
        (*out)[i] = e.whole;
    }
    return ST_OK;
}

static enum st try_covers(void *ctx, bytes doc)
{
    struct build *k = ctx;
    struct receipt r;
    enum st st = receipt_open(doc, &k->trust, &r, NULL);
    if ((st != ST_OK && st != ST_REVOKED) || r.seq < k->e.seq || (r.revoked != 0 && !k->late)) {
        return ST_NOT_FOUND;
    }
    struct arena before = *k->a;
    bytes *chain;
    size_t n;
    h32 last;
    bool ok = true;
    bytes kept = arena_bytes(k->a, doc, &ok);
    st = ok ? read_chain(k, r.seq, &chain, &n, &last) : full(k);
    if (st == ST_NOT_FOUND || (st == ST_OK && !h32_eq(last, r.head))) {
        *k->a = before;
        return ST_NOT_FOUND;
    }
    if (st != ST_OK) {
        return st;
    }
    k->covers = kept;
    k->covers_seq = r.seq;
    k->chain = chain;
    k->nchain = n;
    return add_node(k, r.node);
}

static enum st add_covers(struct build *k)
{
    /* Half of what is left for the candidates: the chain goes into the arena itself. */
    size_t half = (size_t)(k->a->end - k->a->beg) / 2;
    struct arena tmp = {k->a->end - half, k->a->end};
    k->a->end = tmp.beg;
    enum st st =
        receipt_log_covers(k->t, k->e.author, k->e.epoch, k->e.seq, tmp, try_covers, k, k->err);
    if (st == ST_NOT_FOUND) {
        k->late = true; /* one that was given after a revocation is better than none */
        st =
            receipt_log_covers(k->t, k->e.author, k->e.epoch, k->e.seq, tmp, try_covers, k, k->err);
    }
    k->a->end = tmp.end;
    return st == ST_NOT_FOUND ? ST_OK : st;
}

static enum st add_receipts(struct build *k)
{
    struct receipt r;
    enum st st = ST_OK;
    if (k->e.evidence.has_receipt) {
        st = receipt_log_cited(k->t, k->e.author, k->e.evidence.receipt, k->a, &k->cited, k->err);
        if (st == ST_OK && receipt_open(k->cited, &k->trust, &r, NULL) == ST_OK) {
            st = add_node(k, r.node);
        }
        st = st == ST_NOT_FOUND ? ST_OK : st;
    }
    return st == ST_OK ? add_covers(k) : st;
}

/* ---- a revoked author --------------------------------------------------------------------------
 */

/* The entry by which headquarters lets this sign-off count, if there is one. */
static enum st add_admitted(struct build *k)
{
    struct store_cursor *c = NULL;
    bytes key, none = {NULL, 0};
    enum st st = store_scan(k->t, T_SUBJECT, bytes_of(k->e.subject.b, sizeof k->e.subject.b), none,
                            &c, k->err);
    while (st == ST_OK && k->admitted.p == NULL) {
        struct arena before = *k->a;
        struct entry_view e;
        union body b;
        h32 hash;
        st = store_next(c, &key);
        if (st != ST_OK || key.n < sizeof hash.b) {
            continue;
        }
        memcpy(hash.b, key.p + key.n - sizeof hash.b, sizeof hash.b);
        if (journal_get(k->t, hash, k->a, &e, NULL) == ST_OK && e.kind == KIND_ADMITTED &&
            kind_has_effect(KIND_ADMITTED, e.actor_role) &&
            body_decode(KIND_ADMITTED, e.body, &b) == ST_OK) {
            for (unsigned i = 0; i < b.admitted.named.n; i++) {
                k->admitted = h32_eq(b.admitted.named.h[i], k->e.hash) ? e.whole : k->admitted;
            }
        }
        if (k->admitted.p == NULL) {
            *k->a = before;
        } else {
            st = add_node(k, e.author);
        }
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

/* The entries go on to the last one that the revocation trusts: that ties the sign-off to it. Where
 * they do not lead there, what is here is all that can be said. */
static enum st add_trusted(struct build *k, const struct revocation *r)
{
    uint64_t from = k->covers.p != NULL ? k->covers_seq : k->e.seq, to = 0;
    for (unsigned i = r->nheads; i-- > 0;) { /* an epoch's first is its main branch's */
        to = id8_eq(r->heads[i].epoch, k->e.epoch) ? r->heads[i].seq : to;
    }
    if (to <= from) {
        return ST_OK;
    }
    if (to - k->e.seq > PROOF_FILE_MAX / 128) {
        return err_set(k->err, ST_TOO_BIG, 0, "proof_build",
                       "the author was revoked and wrote too much in between: let a supervisor "
                       "admit this sign-off by name");
    }
    struct arena before = *k->a;
    bytes *chain;
    size_t n;
    h32 last;
    enum st st = read_chain(k, to, &chain, &n, &last);
    if (st == ST_OK) {
        k->chain = chain;
        k->nchain = n;
    } else if (st == ST_NOT_FOUND) {
        *k->a = before;
        st = ST_OK;
    }
    return st;
}

static enum st add_revocation(struct build *k)
{
    enum st st = store_get(k->t, T_REVOKED, bytes_of(k->e.author.b, sizeof k->e.author.b), k->a,
                           &k->revocation, k->err);
    if (st == ST_NOT_FOUND) {
        k->revocation = (bytes){NULL, 0};
        return ST_OK;
    }
    struct revocation *r = arena_new(k->a, struct revocation, 1);
    if (st == ST_OK && r == NULL) {
        return full(k);
    }
    if (st == ST_OK) {
        st = add_admitted(k);
    }
    if (st == ST_OK && k->admitted.p == NULL &&
        revocation_open(k->revocation, &k->trust, r, NULL) == ST_OK) {
        st = add_trusted(k, r);
    }
    return st;
}

/* ---- the file ----------------------------------------------------------------------------------
 */

static void put_one(struct cbor_w *w, enum proof_key key, bytes b)
{
    if (b.p != NULL) {
        cbor_put_uint(w, (uint64_t)key);
        cbor_put_bytes(w, b);
    }
}

static void put_list(struct cbor_w *w, enum proof_key key, const bytes *list, size_t n)
{
    if (n > 0) {
        cbor_put_uint(w, (uint64_t)key);
        cbor_put_array(w, n);
        for (size_t i = 0; i < n; i++) {
            cbor_put_bytes(w, list[i]);
        }
    }
}

static void put_evidence(struct cbor_w *w, const struct build *k)
{
    size_t n = 0;
    for (unsigned e = EV_FACTS; e <= EV_LAST; e++) {
        n += k->manifest[e].p != NULL;
    }
    cbor_put_uint(w, PK_EVIDENCE);
    cbor_put_map(w, n);
    for (unsigned e = EV_FACTS; e <= EV_LAST; e++) {
        if (k->manifest[e].p != NULL) {
            cbor_put_uint(w, e);
            cbor_put_array(w, 2);
            cbor_put_bytes(w, k->manifest[e]);
            cbor_put_bytes(w, k->content[e]);
        }
    }
}

static size_t size_of(const struct build *k)
{
    size_t n = 512 + k->e.whole.n + k->cert.n + k->trust_doc.n + k->cited.n + k->covers.n +
               k->revocation.n + k->admitted.n;
    for (unsigned e = EV_FACTS; e <= EV_LAST; e++) {
        n += k->manifest[e].n + k->content[e].n;
    }
    for (size_t i = 0; i < k->nchain; i++) {
        n += k->chain[i].n + 5;
    }
    for (size_t i = 0; i < k->nnodes; i++) {
        n += k->nodes[i].n + 5;
    }
    for (size_t i = 0; i < k->nforgotten; i++) {
        n += k->forgotten[i].n + 5;
    }
    return n;
}

static enum st write_file(struct build *k, bytes *out)
{
    size_t cap = size_of(k);
    uint8_t *buf = arena_new(k->a, uint8_t, cap);
    if (buf == NULL) {
        return full(k);
    }
    size_t pairs = 5 + (size_t)(k->cited.p != NULL) + (k->covers.p != NULL) + (k->nchain > 0) +
                   (k->nnodes > 0) + (k->revocation.p != NULL) + (k->nforgotten > 0) +
                   (k->admitted.p != NULL);
    struct cbor_w w = cbor_w_init(buf, cap);
    cbor_put_map(&w, pairs);
    cbor_put_uint(&w, PK_VERSION);
    cbor_put_uint(&w, PROOF_VERSION);
    put_one(&w, PK_ENTRY, k->e.whole);
    put_one(&w, PK_CERT, k->cert);
    put_one(&w, PK_TRUST, k->trust_doc);
    put_evidence(&w, k);
    put_one(&w, PK_CITED, k->cited);
    put_one(&w, PK_COVERS, k->covers);
    put_list(&w, PK_CHAIN, k->chain, k->nchain);
    put_list(&w, PK_NODES, k->nodes, k->nnodes);
    put_one(&w, PK_REVOCATION, k->revocation);
    put_list(&w, PK_FORGOTTEN, k->forgotten, k->nforgotten);
    put_one(&w, PK_ADMITTED, k->admitted);
    if (cbor_w_done(&w, out) != ST_OK || out->n > PROOF_FILE_MAX) {
        return err_set(k->err, ST_TOO_BIG, 0, "proof_build", "the proof is too long");
    }
    return ST_OK;
}

enum st proof_build(struct store_txn *t, h32 signoff, struct arena *a, bytes *out, struct err *err)
{
    struct build *k = arena_new(a, struct build, 1);
    *out = (bytes){NULL, 0};
    if (k == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "the proof needs more memory");
    }
    k->t = t;
    k->a = a;
    k->err = err;
    enum st st = load_signoff(k, signoff);
    st = st == ST_OK ? add_evidence(k) : st;
    st = st == ST_OK ? add_receipts(k) : st;
    st = st == ST_OK ? add_revocation(k) : st;
    return st == ST_OK ? write_file(k, out) : st;
}
