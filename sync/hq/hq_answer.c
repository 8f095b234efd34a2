/* hq_answer.c - see hq_answer.h. */
#include "sync/hq/hq_answer.h"

#include "core/model/bodies.h"
#include "sync/engine/digest.h"
#include "sync/engine/parts.h"
#include "sync/hq/hq_cut.h"
#include "sync/hq/hq_ingest.h"
#include "sync/hq/hq_route.h"
#include "sync/hq/hq_taken.h"

#include <sodium.h>
#include <stdlib.h>

#define OUT_GROUP 64    /* outbox rows read at a time; the place is told after each */
#define AUTHORS_MAX 256 /* certificates sent once a bundle; beyond, once more */
#define PENDING_MAX                                                                                \
    8192 /* outbox rows weighed when sets are compared; more: compared next time                   \
          */
#define SCRATCH_BYTES (1U << 20)

struct answer {
    struct hq_request *r;
    struct store_txn *t;
    struct bundle_writer w;
    struct arena arena;
    uint64_t max_bytes, large_bytes;
    uint64_t last;  /* the outbox ends here */
    uint64_t place; /* where the device is, then how far this bundle reaches */
    bool more, has_out;
    struct fold_cut cut;
    unsigned nauthors, nlarge;
    id8 authors[AUTHORS_MAX];
    h32 large[MANIFEST_WANTED_MAX * 2];
    unsigned large_from[MANIFEST_WANTED_MAX * 2];
    struct err *err;
};

/* --- comparing
 * ------------------------------------------------------------------------------------------- */

static enum st compare_one(struct answer *a, const struct manifest_subject *theirs,
                           const h32 *pending, unsigned npending, struct manifest *m)
{
    struct manifest_subject ours;
    h32 what = {{0}};
    if (!hq_scope_has(a->t, a->r->cert.author, theirs->subject)) {
        return ST_OK;
    }
    enum st st = digest_subject(a->t, theirs->subject, pending, npending, a->arena, &ours, a->err);
    if (st != ST_OK) {
        return st;
    }
    memcpy(what.b, theirs->subject.b, 16);
    if (ours.count != theirs->count || memcmp(ours.set, theirs->set, sizeof ours.set) != 0) {
        if (m->nasked < MANIFEST_ASKED_MAX) {
            m->asked[m->nasked++] = theirs->subject;
        }
        return ST_OK;
    }
    struct manifest_subject whole;
    st = digest_subject(a->t, theirs->subject, NULL, 0, a->arena, &whole, a->err);
    bool comparable = whole.count == theirs->count && whole.fold_version == theirs->fold_version &&
                      whole.revocations == theirs->revocations && theirs->fold_version != 0;
    if (st == ST_OK && comparable && memcmp(whole.state, theirs->state, sizeof whole.state) != 0) {
        hq_request_problem(a->r, PROBLEM_STATE, what);
    }
    return st;
}

/* The device's view of what this bundle touched, against ours without what it has still to hear. */
static enum st compare(struct answer *a, struct manifest *m)
{
    const struct manifest *q = &a->r->manifest;
    if (!a->r->settled || q->nsubjects == 0) {
        return ST_OK;
    }
    h32 *pending = calloc(PENDING_MAX, sizeof *pending);
    if (pending == NULL) {
        return err_set(a->err, ST_FULL, 0, __func__, "no memory");
    }
    unsigned n = PENDING_MAX;
    uint64_t last;
    enum st st = hq_out_after(a->t, a->r->cert.author, a->place, pending, &n, &last, a->err);
    if (st == ST_OK && n < PENDING_MAX) {
        digest_sort(pending, n);
        for (unsigned i = 0; i < q->nsubjects && st == ST_OK; i++) {
            st = compare_one(a, &q->subjects[i], pending, n, m);
        }
    }
    free(pending);
    return st;
}

/* --- the manifest
 * ------------------------------------------------------------------------------------------ */

static enum st write_manifest(struct answer *a)
{
    struct hq_request *r = a->r;
    struct hq *hq = r->hq;
    struct arena tmp = a->arena;
    bytes receipts[MANIFEST_JOURNALS_MAX];
    id16 asked[MANIFEST_ASKED_MAX];
    struct manifest m = {.role = MANIFEST_ANSWER, .receipts = receipts, .asked = asked};
    for (unsigned i = 0; i < MANIFEST_JOURNALS_MAX; i++) {
        if (r->journals[i].n != 0) {
            receipts[m.nreceipts++] = bytes_of(r->journals[i].receipt, r->journals[i].n);
        }
    }
    enum st st = ST_OK;
    if (r->manifest.trust_serial < atomic_load(&hq->trust_serial)) {
        st = trust_store_chain(a->t, r->manifest.trust_serial, &tmp, &m.trust, a->err);
    }
    id8 epoch = r->node_epoch;
    bool same = r->manifest.has_cursor && id8_eq(r->manifest.cursor_epoch, epoch) &&
                r->manifest.cursor == a->place;
    if (a->has_out || (r->manifest.has_cursor && !same)) {
        m.has_cursor = true;
        m.cursor_epoch = epoch;
        m.cursor = a->place;
        /* From the beginning: the device's own mark says which of its requests that answers. */
        m.cursor_mark =
            a->place != 0 ? hq_out_mark(a->t, r->cert.author, a->place) : r->manifest.cursor_mark;
    }
    if (st == ST_OK) {
        struct arena before = a->arena;
        a->arena = tmp;
        st = compare(a, &m);
        a->arena = before;
    }
    m.nproblems = r->nproblems;
    m.problems = r->problems;
    m.more = a->more || r->renews;
    m.nheld = r->manifest.nheld;
    m.held = r->manifest.held;
    for (unsigned i = 0; i < m.nheld; i++) {
        m.held[i].has_head = false; /* it knows */
    }
    memcpy(m.recall, r->manifest.recall, sizeof m.recall);
    struct manifest_held held[MANIFEST_HELD_MAX];
    if (r->nasked != 0 && m.nheld + r->nasked <= MANIFEST_HELD_MAX) {
        if (m.nheld != 0) {
            memcpy(held, m.held, m.nheld * sizeof *held);
        }
        memcpy(held + m.nheld, r->asked, r->nasked * sizeof *held);
        m.nheld += r->nasked;
        m.held = held;
    }
    uint8_t *buf = arena_new(&tmp, uint8_t, BUNDLE_MANIFEST_BYTES);
    bytes out;
    if (st == ST_OK &&
        (buf == NULL || manifest_encode(&m, buf, BUNDLE_MANIFEST_BYTES, &out) != ST_OK)) {
        st = err_set(a->err, ST_BUG, 0, __func__, "the manifest does not fit");
    }
    return st == ST_OK ? bundle_manifest(&a->w, out, a->err) : st;
}

/* --- items
 * ----------------------------------------------------------------------------------------------------
 */

static enum st put(struct answer *a, enum item_kind kind, bytes x, bytes y, struct arena tmp)
{
    uint8_t *buf = arena_new(&tmp, uint8_t, BUNDLE_ITEM_BYTES_MAX);
    bytes item;
    if (buf == NULL || item_put(kind, x, y, buf, BUNDLE_ITEM_BYTES_MAX, &item) != ST_OK) {
        return err_set(a->err, ST_FULL, 0, __func__, "an item does not fit");
    }
    return bundle_item(&a->w, item, a->err);
}

static enum st send_author(struct answer *a, id8 author)
{
    for (unsigned i = 0; i < a->nauthors; i++) {
        if (id8_eq(a->authors[i], author)) {
            return ST_OK;
        }
    }
    struct arena tmp = a->arena;
    bytes doc;
    enum st st = store_get(a->t, T_CERT, bytes_of(author.b, sizeof author.b), &tmp, &doc, a->err);
    if (st != ST_OK) {
        return st == ST_NOT_FOUND ? ST_OK : st;
    }
    a->authors[a->nauthors < AUTHORS_MAX ? a->nauthors++ : 0] = author;
    st = put(a, ITEM_CERT, doc, (bytes){NULL, 0}, tmp);
    if (st == ST_OK && store_get(a->t, T_REVOKED, bytes_of(author.b, sizeof author.b), &tmp, &doc,
                                 NULL) == ST_OK) {
        st = put(a, ITEM_REVOCATION, doc, (bytes){NULL, 0}, tmp);
    }
    return st;
}

static void queue_large(struct answer *a, h32 name, unsigned from)
{
    for (unsigned i = 0; i < a->nlarge; i++) {
        if (h32_eq(a->large[i], name)) {
            a->large_from[i] = from > a->large_from[i] ? from : a->large_from[i];
            return;
        }
    }
    if (a->nlarge < MANIFEST_WANTED_MAX * 2) {
        a->large[a->nlarge] = name;
        a->large_from[a->nlarge++] = from;
    } else {
        a->more = true;
    }
}

static enum st send_att(struct answer *a, h32 name, unsigned from)
{
    struct arena tmp = a->arena;
    bytes manifest, content;
    struct att_view v;
    if (store_att_state(a->t, name) != ATT_HELD) {
        return ST_OK;
    }
    enum st st = store_att_manifest(a->t, name, &tmp, &manifest, a->err);
    if (st != ST_OK || att_parse(manifest, &v, NULL) != ST_OK) {
        return st == ST_CORRUPT || st == ST_REVOKED ? ST_OK : st;
    }
    if (v.length > CAP_ATT_SMALL_BYTES) {
        queue_large(a, name, from);
        return ST_OK;
    }
    tmp = a->arena;
    st = store_att_get(a->t, name, &tmp, &manifest, &content, a->err);
    if (st != ST_OK) {
        return st == ST_CORRUPT || st == ST_REVOKED ? ST_OK : st;
    }
    return put(a, ITEM_ATTACHMENT, manifest, content, tmp);
}

/* The document itself goes before the entry that tells of it. */
static enum st send_revocation(struct answer *a, const struct entry_view *e)
{
    union body *b = calloc(1, sizeof *b);
    struct arena tmp = a->arena;
    bytes doc;
    enum st st = ST_OK;
    if (b == NULL) {
        return err_set(a->err, ST_FULL, 0, __func__, "no memory");
    }
    if (body_decode(KIND_REVOKED, e->body, b) == ST_OK) {
        id8 author = b->revoked.author;
        st = store_get(a->t, T_REVOKED, bytes_of(author.b, sizeof author.b), &tmp, &doc, a->err);
        st = st == ST_OK ? put(a, ITEM_REVOCATION, doc, (bytes){NULL, 0}, tmp) : st;
    }
    free(b);
    return st == ST_NOT_FOUND ? ST_OK : st;
}

static enum st send_entry(struct answer *a, h32 hash)
{
    struct arena before = a->arena;
    struct entry_view e;
    enum st st = journal_get(a->t, hash, &a->arena, &e, a->err);
    if (st == ST_CORRUPT || st == ST_NOT_FOUND) {
        a->arena = before;
        return ST_OK; /* damage hides nothing else; the sets will differ and say so */
    }
    if (st == ST_OK) {
        st = send_author(a, e.author);
    }
    if (st == ST_OK && hq_route_withheld(a->t, &e, &a->cut)) {
        a->arena = before;
        return ST_OK; /* cut off since it was queued */
    }
    for (unsigned i = 0; i < e.natt && st == ST_OK; i++) {
        st = send_att(a, entry_att(&e, i), 0);
    }
    bool alone = e.kind == KIND_REVOKED && !hq_scope_has(a->t, a->r->cert.author, e.subject);
    if (st == ST_OK && e.kind == KIND_REVOKED) {
        st = send_revocation(a, &e);
    }
    if (st == ST_OK && !alone) { /* a subject is held whole or not at all */
        st = bundle_item(&a->w, e.whole, a->err);
    }
    a->arena = before;
    return st;
}

static enum st send_outbox(struct answer *a)
{
    enum st st = ST_OK;
    uint64_t start = a->w.written_bytes;
    for (;;) {
        h32 hashes[OUT_GROUP];
        unsigned n = OUT_GROUP;
        uint64_t last;
        st = hq_out_after(a->t, a->r->cert.author, a->place, hashes, &n, &last, a->err);
        if (st != ST_OK || n == 0) {
            return st;
        }
        for (unsigned i = 0; i < n && st == ST_OK; i++) {
            st = send_entry(a, hashes[i]);
        }
        uint8_t buf[32];
        bytes item;
        if (st == ST_OK) {
            st = item_put_place(last, a->last, hq_out_mark(a->t, a->r->cert.author, last), buf,
                                sizeof buf, &item);
        }
        if (st == ST_OK) {
            st = bundle_item(&a->w, item, a->err);
        }
        if (st != ST_OK) {
            return st;
        }
        a->place = last;
        if (a->w.written_bytes - start > a->max_bytes) {
            return ST_OK;
        }
    }
}

static enum st send_large(struct answer *a)
{
    enum st st = ST_OK;
    for (unsigned i = 0; i < a->nlarge && st == ST_OK; i++) {
        struct arena tmp = a->arena;
        bytes manifest;
        st = store_att_manifest(a->t, a->large[i], &tmp, &manifest, a->err);
        st = st == ST_OK ? put(a, ITEM_LARGE, manifest, (bytes){NULL, 0}, tmp) : st;
    }
    for (unsigned i = 0; i < a->nlarge && st == ST_OK; i++) {
        bool all;
        st = parts_send(a->t, &a->w, a->large[i], a->large_from[i], a->arena, &a->large_bytes, &all,
                        a->err);
    }
    return st;
}

static enum st send_wanted(struct answer *a)
{
    const struct manifest *q = &a->r->manifest;
    enum st st = ST_OK;
    for (unsigned i = 0; i < q->nwanted && st == ST_OK; i++) {
        st = send_att(a, q->wanted[i].name, q->wanted[i].from);
    }
    return st;
}

/* --- the whole
 * -----------------------------------------------------------------------------------------------
 */

static enum st grant(struct answer *a)
{
    struct arena tmp = a->arena;
    uint8_t buf[CAP_TRUST_CHAIN_BYTES + CAP_CERT_BYTES + 128];
    struct manifest m = {.role = MANIFEST_GRANT, .cert = bytes_of(a->r->grant, a->r->grant_n)};
    bytes out;
    enum st st = ST_OK;
    if (a->r->has_data_key) {
        m.has_data_key = true;
        memcpy(m.data_key, a->r->data_key, sizeof m.data_key);
    }
    if (a->r->manifest.trust_serial < atomic_load(&a->r->hq->trust_serial)) {
        st = trust_store_chain(a->t, a->r->manifest.trust_serial, &tmp, &m.trust, a->err);
    }
    if (st == ST_OK && manifest_encode(&m, buf, sizeof buf, &out) != ST_OK) {
        st = err_set(a->err, ST_BUG, 0, __func__, "the grant does not fit");
    }
    st = st == ST_OK ? bundle_manifest(&a->w, out, a->err) : st;
    sodium_memzero(&m, sizeof m);
    sodium_memzero(buf, sizeof buf);
    return st;
}

/* A cursor beyond the outbox, or with another mark: headquarters was restored, and what stands at
 * these places now is other than what was heard. All of it again: entries are a set. */
static bool goes_on(struct answer *a)
{
    const struct manifest *q = &a->r->manifest;
    uint64_t mark = hq_out_mark(a->t, a->r->cert.author, q->cursor);
    return q->has_cursor && id8_eq(q->cursor_epoch, a->r->node_epoch) && q->cursor <= a->last &&
           (mark == q->cursor_mark || mark == 0 || q->cursor_mark == 0);
}

/* A lost device may still hand in its work. It gets receipts and the revocation itself: what became
 * of jobs and customers since is not for whoever holds it now. */
static enum st fill_revoked(struct answer *a, bytes doc)
{
    const struct manifest *q = &a->r->manifest;
    /* A new epoch of ours begins at the beginning for it too: what it holds it hands back. */
    a->last = hq_out_last(a->t, a->r->cert.author);
    a->last = a->place = goes_on(a) ? q->cursor : 0;
    a->r->settled = false; /* nothing is compared, nothing is asked */
    enum st st = write_manifest(a);
    return st == ST_OK ? put(a, ITEM_REVOCATION, doc, (bytes){NULL, 0}, a->arena) : st;
}

static enum st fill(struct answer *a)
{
    const struct manifest *q = &a->r->manifest;
    if (a->r->joining) {
        return grant(a);
    }
    struct arena tmp = a->arena;
    id8 author = a->r->cert.author;
    bytes doc;
    enum st cut =
        store_get(a->t, T_REVOKED, bytes_of(author.b, sizeof author.b), &tmp, &doc, a->err);
    if (cut != ST_NOT_FOUND) {
        a->arena = tmp;
        return cut == ST_OK ? fill_revoked(a, doc) : cut;
    }
    a->last = hq_out_last(a->t, a->r->cert.author);
    a->place = goes_on(a) ? q->cursor : 0;
    a->has_out = a->place < a->last;
    enum st st = write_manifest(a);
    if (st == ST_OK) {
        st = send_outbox(a);
    }
    if (st == ST_OK) {
        st = send_wanted(a);
    }
    return st == ST_OK ? send_large(a) : st;
}

enum st hq_answer(struct hq_request *r, uint64_t max_bytes, uint64_t large_bytes, bundle_sink sink,
                  void *ctx, struct err *err)
{
    struct answer *a = calloc(1, sizeof *a);
    uint8_t *scratch = malloc(SCRATCH_BYTES);
    enum st st = a != NULL && scratch != NULL
                     ? ST_OK
                     : err_set(err, ST_FULL, 0, __func__, "no memory for an answer");
    if (st != ST_OK) {
        goto out;
    }
    a->r = r;
    a->err = err;
    a->arena = arena_of(scratch, SCRATCH_BYTES);
    a->max_bytes = max_bytes != 0 ? max_bytes : EXCHANGE_SEND_BYTES;
    a->large_bytes = large_bytes != 0 ? large_bytes : EXCHANGE_LARGE_BYTES;
    struct bundle_seal keys = {.from = BUNDLE_FROM_HQ,
                               .sender = r->sealing->id,
                               .sender_pk = r->sealing->pk,
                               .sender_sk = r->sealing->sk,
                               .recipient_pk = r->joining              ? r->header.sender_pk
                                               : r->manifest.has_reply ? r->manifest.reply_pk
                                                                       : r->cert.box_pk,
                               .enrol_key = r->joining ? r->enrolment.enrol_key : NULL,
                               .pair = r->pair};
    memcpy(keys.deployment, r->hq->keys.deployment, 16);
    st = store_read(r->hq->store, &a->t, err);
    if (st == ST_OK) {
        st = bundle_begin(&a->w, &keys, sink, ctx, err);
    }
    if (st == ST_OK) {
        st = fill(a);
    }
    if (st == ST_OK) {
        st = bundle_end(&a->w, err);
    }
    if (st == ST_OK) {
        st = store_commit(&a->t, err); /* the place in the outbox passes what could not be read */
    }
out:
    if (a != NULL) {
        bundle_drop(&a->w);
        store_abort(&a->t);
    }
    free(scratch);
    free(a);
    return st;
}

enum st hq_exchange(struct hq *hq, bytes request, bundle_sink sink, void *ctx, const char **problem,
                    struct err *err)
{
    struct hq_request *r = NULL;
    *problem = NULL;
    enum st st = hq_request_new(hq, &r, err);
    if (st != ST_OK) {
        return st;
    }
    /* It is in memory already: a parcel that came as a file may be larger than what is posted. */
    r->raw.cap = r->plain.cap = EXCHANGE_FILE_BYTES;
    IGNORE(hq_request_feed(r, request)); /* remembered in r->st */
    if (hq_request_ready(r) == ST_OK) {
        hq_ingest_group(hq, &r, 1);
    }
    st = r->st;
    if (st == ST_OK) {
        *problem = r->failed ? "altered" : r->whole ? NULL : "truncated";
        st = hq_answer(r, 0, 0, sink, ctx, err);
        /* A backlog's own signatures and fold come after its receipt, as with docketd. */
        enum st rest = hq->rest_due ? hq_route_rest(hq, 0, NULL, st == ST_OK ? err : NULL) : ST_OK;
        IGNORE(hq_taken_settle(hq, 0, NULL) != ST_OK); /* tried again with the next request */
        IGNORE(hq_cut_settle(hq, 0, NULL) != ST_OK);   /* at the next open */
        st = st == ST_OK ? rest : st;
    } else {
        *problem = r->problem;
        if (err != NULL) {
            *err = r->err;
        }
    }
    hq_request_drop(&r);
    return st;
}
