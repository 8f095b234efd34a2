/* hq_contact.c - see hq_contact.h. */
#include "sync/hq/hq_contact.h"

#include "sync/hq/hq_request.h"

#include <pthread.h>
#include <stdlib.h>

struct row {
    bool used;
    id8 author;
    struct hq_contact last;
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

void hq_contacts_note(struct hq_contacts *c, id8 author, const struct hq_contact *what)
{
    pthread_mutex_lock(&c->lock);
    struct row *r = row_of(c, author);
    if (r->used || c->n < c->max) {
        c->n += !r->used;
        *r = (struct row){.used = true, .author = author, .last = *what};
    }
    pthread_mutex_unlock(&c->lock);
}

bool hq_contacts_get(struct hq_contacts *c, id8 author, struct hq_contact *out)
{
    pthread_mutex_lock(&c->lock);
    const struct row *r = row_of(c, author);
    const bool met = r->used;
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

void hq_contacts_heard(const struct hq_request *r, struct store_txn *t, struct arena tmp,
                       int64_t now_ms)
{
    const struct hq_contact c = {.at_ms = now_ms,
                                 .unsent = unsent(r, t, tmp),
                                 .cursor = r->manifest.cursor,
                                 .has_cursor = r->manifest.has_cursor};
    if (hq_device(r->hq, r->cert.author) != NULL) {
        hq_contacts_note(r->hq->contacts, r->cert.author, &c);
    }
}
