/* hq_request.c - see hq_request.h. */
#include "sync/hq/hq_request.h"

#include "sync/hq/hq_join.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

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
    atomic_fetch_sub(&r->hq->at_door, r->at_door);
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
    free(r->docs);
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
    bool by_cert = r->header.from == BUNDLE_FROM_CERT;
    st = by_cert ? ST_OK : find_sender(r);
    if (st != ST_OK) {
        return st;
    }
    struct bundle_open keys = {.deployment = r->hq->keys.deployment,
                               .recipient_pk = r->sealing->pk,
                               .recipient_sk = r->sealing->sk,
                               .sender_pk = by_cert ? r->header.sender_pk : r->cert.box_pk,
                               .pair = r->pair};
    st = bundle_reader_begin(&r->reader, &r->header, &keys, &r->err);
    return st == ST_OK ? ST_OK : refuse_err(r, st, "malformed");
}

/* --- frames
 * -------------------------------------------------------------------------------------------- */

/* A device that we may have forgotten shows what we certified. */
static enum st take_introduction(struct hq_request *r)
{
    const char *rule;
    bytes doc = r->manifest.cert;
    if (doc.n == 0 || doc.n > sizeof r->cert_bytes) {
        return hq_request_refuse(r, ST_BAD_FORM, "malformed", "the certificate is missing");
    }
    memcpy(r->cert_bytes, doc.p, doc.n);
    if (cert_open(bytes_of(r->cert_bytes, doc.n), &r->hq->trust, &r->cert, &rule) != ST_OK ||
        memcmp(r->cert.box_pk, r->header.sender_pk, 32) != 0) {
        return hq_request_refuse(r, ST_UNTRUSTED, "unknown-sender",
                                 "headquarters has certified no such device");
    }
    r->introduces = true;
    return ST_OK;
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
    return r->header.from == BUNDLE_FROM_CERT ? take_introduction(r) : ST_OK;
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
            hq_request_grow(&list, &r->nchunks, &r->room_chunks, sizeof *r->chunks, SPANS_MAX);
        r->chunks = list;
        if (c != NULL) {
            *c = (struct hq_chunk){part->name, part->index, at, part->body.n};
            return ST_OK;
        }
    } else {
        void *list = r->spans;
        struct hq_span *s =
            hq_request_grow(&list, &r->nspans, &r->room_spans, sizeof *r->spans, SPANS_MAX);
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

/* Are so many more signatures within what headquarters looks at before receipts: HQ_DOOR_ENTRIES at
 * once, HQ_DOOR_A_MS each millisecond? In a crowd that lasts every pause of it would else be filled
 * with signatures, and whoever comes next waits for them. */
static bool door_takes(struct hq *hq, size_t n)
{
    struct now now;
    hq->clock.read(hq->clock.ctx, &now);
    const long long most = now.boot_ms + HQ_DOOR_ENTRIES / HQ_DOOR_A_MS;
    const long long cost = (long long)((n + HQ_DOOR_A_MS - 1) / HQ_DOOR_A_MS);
    long long until = atomic_load(&hq->door_ms), from;
    do {
        from = until < now.boot_ms || until > most ? now.boot_ms : until;
        if (from + cost > most) {
            return false;
        }
    } while (!atomic_compare_exchange_weak(&hq->door_ms, &until, from + cost));
    return true;
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
    enum st st = hq_request_items(r);
    r->nread_problems = r->nproblems;
    r->nheld_said = r->manifest.nheld;
    if (r->nheld_said != 0) {
        memcpy(r->held_said, r->manifest.held, r->nheld_said * sizeof *r->held_said);
    }
    /* A few entries are verified one by one here, on the caller's thread; a backlog, and what comes
     * while many are at the door, after its receipt (hq_route_rest). */
    size_t before = atomic_fetch_add(&r->hq->at_door, r->nentries - r->at_door);
    r->at_door = r->nentries;
    r->deferred = r->nentries > HQ_INLINE_ENTRIES || before + r->nentries > HQ_DOOR_ENTRIES ||
                  !door_takes(r->hq, r->nentries);
    for (size_t i = 0; st == ST_OK && !r->deferred && i < r->nentries; i++) {
        const struct entry_view *e = &r->entries[i];
        r->bad[i] = id8_eq(e->author, r->cert.author) &&
                    entry_verify(e, r->hq->keys.deployment, r->cert.sign_pk) != ST_OK;
    }
    return st;
}
