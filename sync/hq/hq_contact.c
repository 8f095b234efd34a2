/* hq_contact.c - see hq_contact.h. */
#include "sync/hq/hq_contact.h"

#include "core/base/be64.h"
#include "sync/hq/hq_request.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define NAME_BYTES 32
#define ROW_BYTES 16 /* of one that is kept: time, then two counts of 32 bits */

struct kept {
    int64_t at_ms;
    uint32_t unsent, brought;
};
struct ring {
    unsigned n; /* oldest first */
    struct kept k[HQ_CONTACTS];
};
struct row {
    bool used;
    id8 author;
    bool met; /* in this process: */
    struct hq_contact last;
    struct ring ring;
};
struct hq_contacts {
    pthread_mutex_t lock;
    unsigned n, max;
    size_t places; /* a power of two, twice as many as devices: the dashboard asks for each */
    struct row *row;
};

struct hq_contacts *hq_contacts_new(unsigned max)
{
    struct hq_contacts *c = calloc(1, sizeof *c);
    if (c == NULL) {
        return NULL;
    }
    for (c->places = 2; c->places < 2 * (size_t)max;) {
        c->places *= 2;
    }
    c->row = calloc(c->places, sizeof *c->row);
    c->max = max;
    pthread_mutex_init(&c->lock, NULL);
    if (c->row == NULL) {
        hq_contacts_free(&c);
    }
    return c;
}

void hq_contacts_free(struct hq_contacts **c)
{
    if (*c != NULL) {
        pthread_mutex_destroy(&(*c)->lock);
        free((*c)->row);
        free(*c);
    }
    *c = NULL;
}

/* Under the lock: its row, or the free one where it would stand. Authors are random. */
static struct row *row_of(struct hq_contacts *c, id8 author)
{
    uint64_t at;
    memcpy(&at, author.b, sizeof at);
    while (c->row[at & (c->places - 1)].used &&
           !id8_eq(c->row[at & (c->places - 1)].author, author)) {
        at++;
    }
    return &c->row[at & (c->places - 1)];
}

bool hq_contacts_get(struct hq_contacts *c, id8 author, struct hq_contact *out)
{
    pthread_mutex_lock(&c->lock);
    const struct row *r = row_of(c, author);
    const bool met = r->used && r->met;
    if (met) {
        *out = r->last;
    }
    pthread_mutex_unlock(&c->lock);
    return met;
}

/* What the device listed as its own and had not brought by now: it brings it with the next part, or
 * was cut off. */
static uint64_t unsent(const struct hq_request *r, struct store_txn *t, struct arena tmp)
{
    uint64_t n = 0;
    for (unsigned i = 0; i < r->manifest.njournals; i++) {
        const struct manifest_journal *j = &r->manifest.journals[i];
        struct arena room = tmp;
        struct chain_mark m;
        if (!id8_eq(j->author, r->cert.author) ||
            store_has(t, T_HASH, bytes_of(j->head.b, sizeof j->head.b))) { /* on a branch, too */
            continue;
        }
        bool known = chain_mark_get(t, j->author, j->epoch, &room, &m, NULL) == ST_OK;
        uint64_t here = known ? m.seq : 0;
        n += j->seq > here ? j->seq - here : 0;
    }
    return n;
}

/* ---- the last ones ----------------------------------------------------------------------------
 */

static uint32_t few(uint64_t n)
{
    return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

static void push(struct ring *g, const struct hq_contact *c)
{
    struct kept *newest = g->n == 0 ? NULL : &g->k[g->n - 1];
    if (newest != NULL && c->at_ms >= newest->at_ms &&
        c->at_ms - newest->at_ms < HQ_CONTACT_TOGETHER_MS) {
        *newest = (struct kept){c->at_ms, few(c->unsent), few(newest->brought + c->brought)};
        return;
    }
    if (g->n == HQ_CONTACTS) {
        memmove(&g->k[0], &g->k[1], (HQ_CONTACTS - 1) * sizeof g->k[0]);
        g->n--;
    }
    g->k[g->n++] = (struct kept){c->at_ms, few(c->unsent), few(c->brought)};
}

static const char *name_of(id8 author, char out[static NAME_BYTES])
{
    char hex[17];
    hex_put(bytes_of(author.b, sizeof author.b), hex);
    snprintf(out, NAME_BYTES, "contact/%s", hex);
    return out;
}

static void load(struct store_txn *t, id8 author, struct ring *g)
{
    uint8_t buf[HQ_CONTACTS * ROW_BYTES];
    char name[NAME_BYTES];
    size_t n = 0;
    memset(g, 0, sizeof *g);
    if (hq_meta_get(t, name_of(author, name), buf, sizeof buf, &n, NULL) != ST_OK) {
        return; /* none, or of no form that is known: it begins anew */
    }
    for (size_t at = 0; at + ROW_BYTES <= n; at += ROW_BYTES) {
        uint64_t counts = be64_get(buf + at + 8);
        g->k[g->n++] = (struct kept){(int64_t)be64_get(buf + at), (uint32_t)(counts >> 32),
                                     (uint32_t)(counts & UINT32_MAX)};
    }
}

static enum st keep(struct store_txn *t, id8 author, const struct ring *g, struct err *err)
{
    uint8_t buf[HQ_CONTACTS * ROW_BYTES];
    char name[NAME_BYTES];
    for (unsigned i = 0; i < g->n; i++) {
        be64_put(buf + i * ROW_BYTES, (uint64_t)g->k[i].at_ms);
        be64_put(buf + i * ROW_BYTES + 8, (uint64_t)g->k[i].unsent << 32 | g->k[i].brought);
    }
    return hq_meta_put(t, name_of(author, name), bytes_of(buf, g->n * ROW_BYTES), err);
}

/* Its row; NULL: there are `max`. With a transaction, a new one has what was kept before this
 * process began. Under the lock. */
static struct row *row_made(struct hq_contacts *c, struct store_txn *t, id8 author)
{
    struct row *r = row_of(c, author);
    if (!r->used && c->n == c->max) {
        return NULL;
    }
    if (!r->used) {
        c->n++;
        memset(r, 0, sizeof *r);
        r->used = true;
        r->author = author;
        if (t != NULL) {
            load(t, author, &r->ring);
        }
    }
    return r;
}

enum st hq_contacts_heard(struct hq_request *r, struct store_txn *t, struct arena tmp,
                          int64_t now_ms, struct err *err)
{
    struct hq_contacts *c = r->hq->contacts;
    struct ring next;
    memset(&r->contact, 0, sizeof r->contact);
    if (hq_device(r->hq, r->cert.author) == NULL) {
        return ST_OK;
    }
    r->contact = (struct hq_contact){.at_ms = now_ms,
                                     .unsent = unsent(r, t, tmp),
                                     .brought = r->new_entries,
                                     .cursor = r->manifest.cursor,
                                     .has_cursor = r->manifest.has_cursor};
    pthread_mutex_lock(&c->lock);
    const struct row *row = row_made(c, t, r->cert.author);
    bool keeps = row != NULL && r->contact.brought != 0;
    if (keeps) {
        next = row->ring;
    }
    pthread_mutex_unlock(&c->lock);
    if (!keeps) {
        return ST_OK;
    }
    push(&next, &r->contact);
    return keep(t, r->cert.author, &next, err);
}

void hq_contacts_note(struct hq_contacts *c, id8 author, const struct hq_contact *what)
{
    pthread_mutex_lock(&c->lock);
    struct row *row = row_made(c, NULL, author);
    if (row != NULL) {
        row->met = true;
        row->last = *what;
        push(&row->ring, what);
    }
    pthread_mutex_unlock(&c->lock);
}

unsigned hq_contacts_last(struct hq_contacts *c, struct store_txn *t, id8 author,
                          struct hq_contact out[static HQ_CONTACTS])
{
    struct ring g;
    pthread_mutex_lock(&c->lock);
    const struct row *row = row_of(c, author);
    bool here = row->used;
    if (here) {
        g = row->ring;
    }
    pthread_mutex_unlock(&c->lock);
    if (!here) {
        load(t, author, &g);
    }
    for (unsigned i = 0; i < g.n; i++) {
        out[i] = (struct hq_contact){
            .at_ms = g.k[i].at_ms, .unsent = g.k[i].unsent, .brought = g.k[i].brought};
    }
    return g.n;
}
