/* hq_request_items.c - what the items of a posted bundle say; a backlog's on all cores. */
#include "sync/hq/hq_request.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#define HASHES_MAX                                                                                 \
    (MANIFEST_ASKED_MAX * (CAP_SUBJECT_ENTRIES / MANIFEST_HASHES_MAX)) /* answers to one manifest  \
                                                                        */
#define TAG18 0xD2         /* the first byte of a COSE_Sign1, in its only encoding */
#define ENTRIES_MAX 131072 /* entries of 16 MiB at 128 bytes each */
#define THREADS_MAX 8
#define SHARE_BYTES (128U << 10) /* of items that a thread is worth: under a millisecond */

void *hq_request_grow(void **list, size_t *n, size_t *room, size_t size, size_t max)
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
    struct entry_view *e =
        hq_request_grow(&list, &r->nentries, &r->room_entries, sizeof *e, ENTRIES_MAX);
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
    struct hq_att *a = hq_request_grow(&list, &r->natts, &r->room_atts, sizeof *a, ENTRIES_MAX);
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
    struct item *to =
        hq_request_grow(&list, large ? &r->nlarges : &r->nhashes,
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

/* What vouches for authors that a restored headquarters has forgotten. */
static enum st take_doc(struct hq_request *r, const struct item *it)
{
    void *list = r->docs;
    struct item *to = hq_request_grow(&list, &r->ndocs, &r->room_docs, sizeof *to, HQ_DEVICES_MAX);
    r->docs = list;
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
        } else if (it.kind == ITEM_CERT || it.kind == ITEM_REVOCATION) {
            st = take_doc(r, &it);
        }
        if (st != ST_OK) {
            return st;
        }
    }
}

/* --- in parts
 * ------------------------------------------------------------------------------------------------
 */

/* Frames are read apart from each other: a part is a request of its own over some of them. */
static void *read_part(void *ctx)
{
    struct hq_request *r = ctx;
    for (size_t i = 0; i < r->nspans && r->st == ST_OK; i++) {
        IGNORE(read_frame(r, bytes_of(r->plain.p + r->spans[i].at, r->spans[i].n))); /* in r->st */
    }
    return NULL;
}

static bool append(void **list, size_t *n, size_t *room, size_t size, const void *more,
                   size_t count)
{
    if (*n + count > *room) {
        void *p = realloc(*list, (*n + count) * size);
        if (p == NULL) {
            return false;
        }
        *list = p;
        *room = *n + count;
    }
    if (count != 0) {
        memcpy((uint8_t *)*list + *n * size, more, count * size);
    }
    *n += count;
    return true;
}

static enum st merge(struct hq_request *r, struct hq_request *part)
{
    void *entries = r->entries, *atts = r->atts, *larges = r->larges, *hashes = r->hashes,
         *docs = r->docs;
    bool ok = append(&entries, &r->nentries, &r->room_entries, sizeof *r->entries, part->entries,
                     part->nentries) &&
              append(&atts, &r->natts, &r->room_atts, sizeof *r->atts, part->atts, part->natts) &&
              append(&larges, &r->nlarges, &r->room_larges, sizeof *r->larges, part->larges,
                     part->nlarges) &&
              append(&hashes, &r->nhashes, &r->room_hashes, sizeof *r->hashes, part->hashes,
                     part->nhashes) &&
              append(&docs, &r->ndocs, &r->room_docs, sizeof *r->docs, part->docs, part->ndocs);
    r->docs = docs;
    r->entries = entries;
    r->atts = atts;
    r->larges = larges;
    r->hashes = hashes;
    for (unsigned i = 0; i < part->nproblems; i++) {
        hq_request_problem(r, part->problems[i].code, part->problems[i].what);
    }
    if (part->st != ST_OK || r->nentries > ENTRIES_MAX || r->natts > ENTRIES_MAX) {
        return too_many(r);
    }
    return ok ? ST_OK : hq_request_refuse(r, ST_FULL, "busy", "no memory for the bundle's items");
}

static enum st read_shared(struct hq_request *r, size_t threads)
{
    struct hq_request *parts = calloc(threads, sizeof *parts);
    pthread_t ids[THREADS_MAX];
    bool started[THREADS_MAX] = {false};
    if (parts == NULL) {
        return hq_request_refuse(r, ST_FULL, "busy", "no memory for the bundle's items");
    }
    for (size_t i = 0; i < threads; i++) {
        size_t from = r->nspans * i / threads, to = r->nspans * (i + 1) / threads;
        parts[i].plain = r->plain;
        parts[i].spans = r->spans + from;
        parts[i].nspans = to - from;
        started[i] = i != 0 && pthread_create(&ids[i], NULL, read_part, &parts[i]) == 0;
    }
    enum st st = ST_OK;
    for (size_t i = 0; i < threads; i++) {
        if (started[i]) {
            pthread_join(ids[i], NULL);
        } else {
            read_part(&parts[i]); /* the first is ours, and so is one that found no thread */
        }
        st = st == ST_OK ? merge(r, &parts[i]) : st; /* in order: chains go on over frames */
        free(parts[i].entries);
        free(parts[i].atts);
        free(parts[i].larges);
        free(parts[i].hashes);
        free(parts[i].docs);
    }
    free(parts);
    return st;
}

enum st hq_request_items(struct hq_request *r)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t threads = cores < 1 ? 1 : cores > THREADS_MAX ? THREADS_MAX : (size_t)cores;
    threads = threads > r->plain.n / SHARE_BYTES ? r->plain.n / SHARE_BYTES : threads;
    if (threads > 1) {
        IGNORE(read_shared(r, threads)); /* in r->st, as below */
    } else {
        read_part(r);
    }
    if (r->st != ST_OK) {
        return r->st;
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
