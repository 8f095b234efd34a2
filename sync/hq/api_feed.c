/* api_feed.c - see api_feed.h. */
#include "sync/hq/api_feed.h"

#include "core/fold/register.h"
#include "sync/hq/api.h"
#include "sync/hq/ops.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define RING 1024         /* events that a slow browser may miss and still be told of one by one */
#define TICK_ENTRIES 5000 /* looked at in one tick */
#define TICK_SUBJECTS 5000
#define CHAINS_STEP 64
#define EVENT_MOST 200 /* subjects named in one event */

struct chain {
    id8 author, epoch;
    uint64_t seq; /* seen up to */
};
struct event {
    id16 subject;
    uint8_t type;
    uint16_t kind;
    bool placed; /* in registers: */
    id8 branch;
    id16 technician;
};
struct feed {
    struct hq *hq;
    struct search *search;
    struct chain *chains;
    size_t nchains, cap;
    bool begun;   /* what was there at the start is no news */
    bool waiting; /* entries are kept that are not folded yet */
    bool indexed; /* the search has seen all that was there */
    uint8_t from[64];
    size_t from_n;
    uint64_t entries; /* T_ENTRY's rows at the last tick */
    pthread_mutex_t lock;
    struct event ring[RING];
    uint64_t newest; /* number of the newest event; they begin with 1 */
};

enum st feed_new(struct hq *hq, struct search *search, struct feed **out, struct err *err)
{
    struct feed *f = calloc(1, sizeof *f);
    *out = f;
    if (f == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    f->hq = hq;
    f->search = search;
    pthread_mutex_init(&f->lock, NULL);
    return ST_OK;
}

void feed_free(struct feed **out)
{
    if (*out != NULL) {
        pthread_mutex_destroy(&(*out)->lock);
        free((*out)->chains);
        free(*out);
    }
    *out = NULL;
}

static struct chain *chain_of(struct feed *f, id8 author, id8 epoch)
{
    for (size_t i = 0; i < f->nchains; i++) {
        if (id8_eq(f->chains[i].author, author) && id8_eq(f->chains[i].epoch, epoch)) {
            return &f->chains[i];
        }
    }
    if (f->nchains == f->cap) {
        struct chain *more = realloc(f->chains, (f->cap + CHAINS_STEP) * sizeof *more);
        if (more == NULL) {
            return NULL;
        }
        f->chains = more;
        f->cap += CHAINS_STEP;
    }
    f->chains[f->nchains] = (struct chain){.author = author, .epoch = epoch};
    return &f->chains[f->nchains++];
}

static void tell(struct feed *f, struct store_txn *t, const struct entry_view *e)
{
    uint8_t room[1024];
    struct register_place p;
    struct event now = {
        .subject = e->subject, .type = (uint8_t)e->subject_type, .kind = (uint16_t)e->kind};
    now.placed = register_place_get(t, e->subject, arena_of(room, sizeof room), &p, NULL) == ST_OK;
    if (now.placed) {
        now.branch = p.branch;
        now.technician = p.technician;
    }
    pthread_mutex_lock(&f->lock);
    f->ring[++f->newest % RING] = now;
    pthread_mutex_unlock(&f->lock);
}

/* As api_sees goes, from what stands in the registers' keys. A call that went to somebody else is
 * no longer his: his page looks again by the minute. */
static bool concerns(const struct event *e, const struct acct_user *who)
{
    if (e->type == SUBJECT_ACCESS) { /* logins and tokens: in no branch, and nobody else's */
        return who->role == ROLE_ADMINISTRATOR;
    }
    if (e->type == SUBJECT_ITEM) {
        return who->role == ROLE_SUPERVISOR || who->role == ROLE_SERVICE_DEPARTMENT ||
               who->role == ROLE_ADMINISTRATOR;
    }
    if (id16_eq(e->subject, who->person) ||
        (api_all_branches(who) && who->role != ROLE_TECHNICIAN)) {
        return true;
    }
    return who->role == ROLE_TECHNICIAN ? e->placed && id16_eq(e->technician, who->person)
                                        : !e->placed || id8_eq(e->branch, who->branch);
}

/* The new entries of one chain, at most *left of them. */
static void follow(struct feed *f, struct store_txn *t, struct chain *c, unsigned *left)
{
    uint64_t folded = hq_routed(t, c->author, c->epoch);
    if (!f->begun) {
        c->seq = folded;
        return;
    }
    while (c->seq<folded && * left> 0) {
        uint8_t room[CAP_ENTRY_BYTES + 256];
        struct arena a = arena_of(room, sizeof room);
        struct entry_view e;
        c->seq++;
        (*left)--;
        if (journal_at(t, c->author, c->epoch, c->seq, &a, &e, NULL) != ST_OK) {
            continue;
        }
        tell(f, t, &e);
        if (search_covers(e.subject_type)) {
            /* Without memory it stays as it was found before; the next change tries again. */
            IGNORE(search_put(f->search, t, e.subject, NULL) != ST_OK);
        }
    }
}

static bool follow_all(struct feed *f, struct store_txn *t)
{
    struct store_cursor *c = NULL;
    unsigned left = TICK_ENTRIES;
    bytes key;
    f->waiting = false;
    if (store_scan(t, T_HEAD, (bytes){0}, (bytes){0}, &c, NULL) != ST_OK) {
        return false;
    }
    while (left > 0 && store_next(c, &key) == ST_OK) {
        id8 author, epoch;
        if (key.n == 16) {
            memcpy(author.b, key.p, 8);
            memcpy(epoch.b, key.p + 8, 8);
            uint8_t room[512];
            struct arena tmp = arena_of(room, sizeof room);
            struct chain_mark m;
            struct chain *chain = chain_of(f, author, epoch);
            if (chain != NULL) {
                follow(f, t, chain, &left);
            }
            f->waiting =
                f->waiting || chain == NULL ||
                (chain_mark_get(t, author, epoch, &tmp, &m, NULL) == ST_OK && m.seq > chain->seq);
        }
    }
    store_scan_end(&c);
    f->begun = true;
    return left < TICK_ENTRIES;
}

/* A step of the first walk over all subjects. */
static void index_some(struct feed *f, struct store_txn *t)
{
    struct store_cursor *c = NULL;
    unsigned n = 0;
    bytes key;
    uint8_t prefix[LIST_KEY_BYTES];
    if (store_scan(t, T_LIST, fold_list_prefix(LIST_BY_TYPE, 0, NULL, prefix),
                   bytes_of(f->from, f->from_n), &c, NULL) != ST_OK) {
        return;
    }
    enum st st = store_next(c, &key);
    for (; st == ST_OK && n < TICK_SUBJECTS; st = store_next(c, &key), n++) {
        id16 subject;
        if (key.n != 18) {
            continue;
        }
        memcpy(subject.b, key.p + 2, 16);
        memcpy(f->from, key.p, key.n); /* again next time: it does no harm */
        f->from_n = key.n;
        if (search_covers((enum subject_type)key.p[1]) &&
            search_put(f->search, t, subject, NULL) != ST_OK) {
            break;
        }
    }
    f->indexed = st != ST_OK;
    store_scan_end(&c);
}

bool feed_tick(struct feed *f)
{
    struct store_txn *t = NULL;
    bool news = false;
    if (store_read(f->hq->store, &t, NULL) != ST_OK) {
        return false;
    }
    /* The chains' places first: what changes while the walk goes on comes as news. */
    uint64_t entries = store_count(t, T_ENTRY) + store_count(t, T_HASH) + store_count(t, T_STATE);
    if (!f->begun || entries != f->entries || f->waiting) {
        news = follow_all(f, t);
        f->entries = news ? 0 : entries;
    }
    if (!f->indexed) {
        index_some(f, t);
        news = true;
    }
    store_abort(&t);
    return news;
}

size_t feed_event(struct feed *f, const struct acct_user *who, uint64_t *after, char *buf,
                  size_t cap)
{
    struct event some[EVENT_MOST];
    unsigned n = 0;
    pthread_mutex_lock(&f->lock);
    uint64_t newest = f->newest, from = *after < newest ? *after : newest;
    bool more = newest - from > EVENT_MOST;
    from = more ? newest - EVENT_MOST : from;
    for (uint64_t i = from + 1; i <= newest; i++) {
        some[n] = f->ring[i % RING];
        n += concerns(&some[n], who);
    }
    pthread_mutex_unlock(&f->lock);
    *after = newest;
    if (n == 0 && !more) {
        return 0;
    }
    int at = snprintf(buf, cap, "id: %llu\nevent: changed\ndata: {\"more\":%s,\"subjects\":[",
                      (unsigned long long)newest, more ? "true" : "false");
    for (unsigned i = 0; i < n && at > 0 && (size_t)at + 128 < cap; i++) {
        char hex[33];
        hex_put(bytes_of(some[i].subject.b, 16), hex);
        const struct kind_info *k = kind_info(some[i].kind);
        at += snprintf(buf + at, cap - (size_t)at,
                       "%s{\"type\":\"%s\",\"id\":\"%s\",\"kind\":\"%s\"}", i == 0 ? "" : ",",
                       ops_type_name(some[i].type), hex, k == NULL ? "" : k->name);
    }
    at += snprintf(buf + at, cap - (size_t)at, "]}\n\n");
    return (size_t)at;
}
