/* hq_request.c - see hq_request.h. */
#include "sync/hq/hq_request.h"

#include "sync/hq/hq_join.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define HASHES_MAX                                                                                 \
    (MANIFEST_ASKED_MAX * (CAP_SUBJECT_ENTRIES / MANIFEST_HASHES_MAX)) /* answers to one manifest  \
                                                                        */
#define TAG18 0xD2         /* the first byte of a COSE_Sign1, in its only encoding */
#define SPANS_MAX 65536    /* frames of 16 MiB at their shortest honest length */
#define ENTRIES_MAX 131072 /* entries of 16 MiB at 128 bytes each */

enum st hq_request_new(struct hq *hq, struct hq_request **out, struct err *err)
{
    struct hq_request *r = calloc(1, sizeof *r);
    *out = r;
    if (r == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory for a request");
    }
    r->hq = hq;
    r->raw.cap = HQ_REQUEST_BYTES;
    r->plain.cap = HQ_REQUEST_BYTES;
    return ST_OK;
}

void hq_request_drop(struct hq_request **out)
{
    struct hq_request *r = *out;
    if (r == NULL) {
        return;
    }
    bundle_reader_drop(&r->reader);
    bundle_buffer_drop(&r->raw);
    bundle_buffer_drop(&r->plain);
    free(r->manifest_room);
    free(r->spans);
    free(r->chunks);
    free(r->entries);
    free(r->bad);
    free(r->atts);
    free(r->larges);
    free(r->hashes);
    sodium_memzero(r, sizeof *r);
    free(r);
    *out = NULL;
}

enum st hq_request_refuse(struct hq_request *r, enum st st, const char *problem, const char *text)
{
    if (r->st == ST_OK) {
        r->problem = problem;
        r->st = err_set(&r->err, st, 0, "hq_request", "%s", text);
    }
    r->failed = true;
    return r->st;
}

static enum st refuse_err(struct hq_request *r, enum st st, const char *problem)
{
    char text[sizeof r->err.text];
    snprintf(text, sizeof text, "%s", r->err.text);
    r->st = ST_OK;
    return hq_request_refuse(r, st, problem, text);
}

void hq_request_problem(struct hq_request *r, enum problem_code code, h32 what)
{
    if (r->nproblems < MANIFEST_PROBLEMS_MAX) {
        r->problems[r->nproblems++] = (struct manifest_problem){code, what};
    }
}

/* --- header
 * -------------------------------------------------------------------------------------------- */

static enum st find_sender(struct hq_request *r)
{
    struct hq *hq = r->hq;
    struct store_txn *t = NULL;
    uint8_t room[2048];
    struct arena tmp = arena_of(room, sizeof room);
    bytes doc;
    const char *rule;
    enum st st = store_read(hq->store, &t, &r->err);
    if (st == ST_OK) {
        id8 id = r->header.sender;
        st = store_get(t, T_CERT, bytes_of(id.b, sizeof id.b), &tmp, &doc, &r->err);
    }
    if (st == ST_OK && doc.n <= sizeof r->cert_bytes) {
        memcpy(r->cert_bytes, doc.p, doc.n);
        st = cert_open(bytes_of(r->cert_bytes, doc.n), &hq->trust, &r->cert, &rule);
    }
    store_abort(&t);
    if (st == ST_NOT_FOUND || st == ST_UNTRUSTED) {
        return hq_request_refuse(r, ST_UNTRUSTED, "unknown-sender",
                                 "headquarters has certified no such device");
    }
    return st == ST_OK ? ST_OK : refuse_err(r, st, "store");
}

static enum st take_header(struct hq_request *r)
{
    size_t used;
    enum st st = bundle_header_read(bytes_of(r->raw.p, r->raw.n), &r->header, &used, &r->err);
    if (st == ST_INCOMPLETE) {
        return ST_INCOMPLETE;
    }
    if (st != ST_OK) {
        return refuse_err(r, st, st == ST_NEWER ? "newer" : "malformed");
    }
    r->has_header = true;
    r->parsed = used;
    r->sealing = hq_keys_sealing(&r->hq->keys, r->header.recipient);
    if (memcmp(r->header.deployment, r->hq->keys.deployment, 16) != 0) {
        return hq_request_refuse(r, ST_WRONG_PARTY, "wrong-deployment",
                                 "the bundle is of another deployment");
    }
    if (r->sealing == NULL || r->header.from == BUNDLE_FROM_HQ) {
        return hq_request_refuse(r, ST_WRONG_PARTY, "wrong-recipient",
                                 "the bundle is not for this headquarters");
    }
    if (r->header.from == BUNDLE_FROM_KEY) {
        r->joining = true; /* opened in hq_join_open, when all has come */
        return ST_OK;
    }
    st = find_sender(r);
    if (st != ST_OK) {
        return st;
    }
    struct bundle_open keys = {.deployment = r->hq->keys.deployment,
                               .recipient_pk = r->sealing->pk,
                               .recipient_sk = r->sealing->sk,
                               .sender_pk = r->cert.box_pk};
    st = bundle_reader_begin(&r->reader, &r->header, &keys, &r->err);
    return st == ST_OK ? ST_OK : refuse_err(r, st, "malformed");
}

/* --- frames
 * -------------------------------------------------------------------------------------------- */

/* One more place in a list of the request's; NULL: its bound, or no memory. */
static void *grow(void **list, size_t *n, size_t *room, size_t size, size_t max)
{
    if (*n == *room) {
        size_t more = *room == 0 ? 16 : *room * 2;
        if (more > max) {
            return NULL;
        }
        void *p = realloc(*list, more * size);
        if (p == NULL) {
            return NULL;
        }
        *list = p;
        *room = more;
    }
    return (uint8_t *)*list + (*n)++ * size;
}

static enum st take_manifest(struct hq_request *r, bytes body)
{
    r->manifest_room = malloc(2 * BUNDLE_MANIFEST_BYTES + 65536);
    if (r->manifest_room == NULL) {
        return hq_request_refuse(r, ST_FULL, "busy", "no memory for the manifest");
    }
    /* Slices point into what is decoded: a copy that lives as long as the request. */
    memcpy(r->manifest_room, body.p, body.n);
    struct arena a =
        arena_of(r->manifest_room + BUNDLE_MANIFEST_BYTES, BUNDLE_MANIFEST_BYTES + 65536);
    enum st st = manifest_decode(bytes_of(r->manifest_room, body.n), &a, &r->manifest);
    if (st != ST_OK || r->manifest.role != MANIFEST_REQUEST) {
        return hq_request_refuse(r, ST_BAD_FORM, "malformed", "the manifest cannot be read");
    }
    r->has_manifest = true;
    return ST_OK;
}

static enum st take_part(struct hq_request *r, const struct bundle_part *part)
{
    if (part->frame == BUNDLE_MANIFEST) {
        return take_manifest(r, part->body);
    }
    size_t at = r->plain.n;
    if (bundle_buffer_sink(&r->plain, part->body, &r->err) != ST_OK) {
        return refuse_err(r, ST_TOO_BIG, "too-large");
    }
    if (part->frame == BUNDLE_CHUNK) {
        void *list = r->chunks;
        struct hq_chunk *c =
            grow(&list, &r->nchunks, &r->room_chunks, sizeof *r->chunks, SPANS_MAX);
        r->chunks = list;
        if (c != NULL) {
            *c = (struct hq_chunk){part->name, part->index, at, part->body.n};
            return ST_OK;
        }
    } else {
        void *list = r->spans;
        struct hq_span *s = grow(&list, &r->nspans, &r->room_spans, sizeof *r->spans, SPANS_MAX);
        r->spans = list;
        if (s != NULL) {
            *s = (struct hq_span){at, part->body.n};
            return ST_OK;
        }
    }
    return hq_request_refuse(r, ST_TOO_BIG, "too-large", "the bundle has too many frames");
}

enum st hq_request_feed(struct hq_request *r, bytes more)
{
    if (r->failed) {
        return r->st;
    }
    if (bundle_buffer_sink(&r->raw, more, &r->err) != ST_OK) {
        return refuse_err(r, ST_TOO_BIG, "too-large");
    }
    enum st st = r->has_header ? ST_OK : take_header(r);
    if (st == ST_OK && r->joining && r->raw.n > HQ_JOIN_BYTES) {
        return hq_request_refuse(r, ST_TOO_BIG, "too-large", "no joining bundle is so long");
    }
    if (st != ST_OK || r->joining) {
        return st == ST_INCOMPLETE ? ST_OK : st;
    }
    for (;;) {
        size_t used;
        struct bundle_part part;
        bytes in = bytes_of(r->raw.p + r->parsed, r->raw.n - r->parsed);
        st = bundle_next(&r->reader, in, &used, &part, &r->err);
        if (st == ST_INCOMPLETE || st == ST_END) {
            break;
        }
        if (st == ST_OK) {
            st = take_part(r, &part);
        } else {
            /* What was authentic before stays; the rest of this bundle is not believed. */
            st = r->has_manifest ? ST_OK : refuse_err(r, st, "altered");
            r->failed = true;
        }
        if (st != ST_OK || r->failed) {
            return st;
        }
        r->parsed += used;
    }
    r->whole = r->reader.whole;
    return ST_OK;
}

/* --- what the items say
 * ----------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    return memcmp(((const struct hq_att *)a)->name.b, ((const struct hq_att *)b)->name.b, 32);
}

const struct hq_att *hq_request_att(const struct hq_request *r, h32 name)
{
    struct hq_att key = {.name = name};
    return r->natts == 0 ? NULL : bsearch(&key, r->atts, r->natts, sizeof key, by_name);
}

static enum st too_many(struct hq_request *r)
{
    return hq_request_refuse(r, ST_TOO_BIG, "too-large", "the bundle has too many items");
}

/* The entry at the start of a frame's rest: parsing it also says where it ends, so that a backlog
 * is read once. ST_END: it is none that can be parsed; whoever walks items says what it is. */
static enum st take_entry(struct hq_request *r, bytes in, size_t *used)
{
    const char *rule;
    void *list = r->entries;
    struct entry_view *e = grow(&list, &r->nentries, &r->room_entries, sizeof *e, ENTRIES_MAX);
    r->entries = list;
    if (e == NULL) {
        return too_many(r);
    }
    if (entry_parse(in, e, used, &rule) != ST_OK) {
        r->nentries--;
        return ST_END;
    }
    return ST_OK;
}

static enum st take_attachment(struct hq_request *r, const struct item *it)
{
    const char *rule;
    struct att_view v;
    if (att_parse(it->a, &v, &rule) != ST_OK || att_check(&v, it->b) != ST_OK) {
        hq_request_problem(r, PROBLEM_ATTACHMENT, (h32){{0}});
        return ST_OK;
    }
    void *list = r->atts;
    struct hq_att *a = grow(&list, &r->natts, &r->room_atts, sizeof *a, ENTRIES_MAX);
    r->atts = list;
    if (a == NULL) {
        return too_many(r);
    }
    *a = (struct hq_att){v.name, it->a, it->b};
    return ST_OK;
}

static enum st take_other(struct hq_request *r, const struct item *it)
{
    bool large = it->kind == ITEM_LARGE;
    if (!large && r->nhashes == HASHES_MAX) {
        return ST_OK; /* more than was asked: the writer has others to serve */
    }
    void *list = large ? r->larges : r->hashes;
    struct item *to = grow(&list, large ? &r->nlarges : &r->nhashes,
                           large ? &r->room_larges : &r->room_hashes, sizeof *to, SPANS_MAX);
    if (large) {
        r->larges = list;
    } else {
        r->hashes = list;
    }
    if (to == NULL) {
        return too_many(r);
    }
    *to = *it;
    return ST_OK;
}

/* One frame's items. What cannot be read ends the frame, not the others. */
static enum st read_frame(struct hq_request *r, bytes body)
{
    for (;;) {
        struct item it;
        size_t used;
        enum st st = ST_OK;
        if (body.n != 0 && body.p[0] == TAG18) {
            st = take_entry(r, body, &used);
            if (st == ST_OK) {
                body = bytes_of(body.p + used, body.n - used);
                continue;
            }
            if (st != ST_END) {
                return st;
            }
        }
        st = item_next(body, &it, &used);
        if (st == ST_BAD_FORM) {
            hq_request_problem(r, PROBLEM_FORM, (h32){{0}});
        }
        if (st != ST_OK) {
            return ST_OK;
        }
        body = bytes_of(body.p + used, body.n - used);
        if (it.kind == ITEM_ENTRY) {
            hq_request_problem(r, PROBLEM_FORM, (h32){{0}}); /* whole, but no entry of ours */
        } else if (it.kind == ITEM_ATTACHMENT) {
            st = take_attachment(r, &it);
        } else if (it.kind == ITEM_LARGE || it.kind == ITEM_HASHES) {
            st = take_other(r, &it);
        }
        if (st != ST_OK) {
            return st;
        }
    }
}

static enum st read_items(struct hq_request *r)
{
    enum st st = ST_OK;
    for (size_t i = 0; i < r->nspans && st == ST_OK; i++) {
        st = read_frame(r, bytes_of(r->plain.p + r->spans[i].at, r->spans[i].n));
    }
    if (st != ST_OK) {
        return st;
    }
    r->bad = calloc(r->nentries + 1, sizeof *r->bad);
    if (r->bad == NULL) {
        return hq_request_refuse(r, ST_FULL, "busy", "no memory for the bundle's items");
    }
    if (r->natts > 1) {
        qsort(r->atts, r->natts, sizeof *r->atts, by_name);
    }
    return ST_OK;
}

enum st hq_request_ready(struct hq_request *r)
{
    if (r->joining && r->st == ST_OK) {
        return hq_join_open(r);
    }
    if (r->st != ST_OK) {
        return r->st;
    }
    if (!r->has_manifest) {
        return hq_request_refuse(r, ST_INCOMPLETE, "truncated",
                                 "the bundle ends before its manifest");
    }
    enum st st = read_items(r);
    /* A few entries are verified one by one here, on the caller's thread; a backlog after its
     * receipt (hq_route_rest). */
    for (size_t i = 0; st == ST_OK && r->nentries <= HQ_INLINE_ENTRIES && i < r->nentries; i++) {
        const struct entry_view *e = &r->entries[i];
        r->bad[i] = id8_eq(e->author, r->cert.author) &&
                    entry_verify(e, r->hq->keys.deployment, r->cert.sign_pk) != ST_OK;
    }
    return st;
}
