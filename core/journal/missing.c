/* missing.c - see missing.h. */
#include "core/journal/missing.h"

#include "core/journal/place.h"

struct missing {
    struct store_txn *t;
    struct arena scratch;
    const id8 *own;
    const struct missing_sink *sink;
    struct missing_totals *out;
    bool in_chain;
    uint8_t chain[PLACE_CHAIN_BYTES];
    uint64_t last; /* of the chain in hand, held */
};

static void tell(struct missing *m, uint64_t from, uint64_t to)
{
    struct missing_range r = {.from = from, .to = to};
    memcpy(r.author.b, m->chain, 8);
    memcpy(r.epoch.b, m->chain + 8, 8);
    if (from > to || (m->own != NULL && !id8_eq(r.author, *m->own))) {
        return;
    }
    m->out->ranges++;
    m->out->entries += to - from + 1;
    if (m->sink->entries != NULL) {
        m->sink->entries(m->sink->ctx, &r);
    }
}

static enum st end_chain(struct missing *m, struct err *err)
{
    struct chain_mark mark;
    struct arena tmp = m->scratch;
    id8 author, epoch;
    if (!m->in_chain) {
        return ST_OK;
    }
    memcpy(author.b, m->chain, 8);
    memcpy(epoch.b, m->chain + 8, 8);
    enum st st = chain_mark_get(m->t, author, epoch, &tmp, &mark, err);
    if (st == ST_OK) {
        uint64_t end = mark.seq > mark.receipt_seq ? mark.seq : mark.receipt_seq;
        tell(m, m->last + 1, end);
    }
    return st == ST_NOT_FOUND || st == ST_CORRUPT ? ST_OK : st;
}

static void see_atts(struct missing *m, const struct entry_view *e)
{
    for (unsigned i = 0; i < e->natt; i++) {
        h32 name = entry_att(e, i);
        if (store_att_state(m->t, name) == ATT_ABSENT &&
            !store_has(m->t, T_WANT, bytes_of(name.b, sizeof name.b))) {
            m->out->attachments++;
            if (m->sink->attachment != NULL) {
                m->sink->attachment(m->sink->ctx, name, e);
            }
        }
    }
}

static enum st see(struct missing *m, struct store_cursor *c, bytes key, struct err *err)
{
    struct arena a = m->scratch;
    struct entry_view e;
    bytes whole;
    enum st st = store_value(c, &a, &whole, err);
    if (st == ST_CORRUPT ||
        (st == ST_OK && (!place_is(key) || entry_parse(whole, &e, NULL, NULL) != ST_OK))) {
        return ST_OK; /* as if it were not there */
    }
    if (st != ST_OK) {
        return st;
    }
    see_atts(m, &e);
    if (place_branch(key) != 0) {
        return ST_OK;
    }
    if (!m->in_chain || memcmp(m->chain, key.p, PLACE_CHAIN_BYTES) != 0) {
        st = end_chain(m, err);
        m->in_chain = true;
        m->last = 0;
        memcpy(m->chain, key.p, PLACE_CHAIN_BYTES);
    }
    tell(m, m->last + 1, e.seq - 1);
    m->last = e.seq;
    return st;
}

/* A chain of which no entry is left has a mark still. */
static enum st see_empty(struct missing *m, struct err *err)
{
    struct store_cursor *c;
    bytes key, none = {NULL, 0};
    enum st st = store_scan(m->t, T_HEAD, none, none, &c, err);
    if (st != ST_OK) {
        return st;
    }
    for (st = store_next(c, &key); st == ST_OK; st = st == ST_OK ? store_next(c, &key) : st) {
        struct arena tmp = m->scratch;
        bytes first;
        if (key.n == PLACE_CHAIN_BYTES &&
            store_last(m->t, T_ENTRY, key, &tmp, &first, NULL) == ST_NOT_FOUND) {
            memcpy(m->chain, key.p, PLACE_CHAIN_BYTES);
            m->in_chain = true;
            m->last = 0;
            st = end_chain(m, err);
        }
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

enum st journal_missing(struct store *s, const id8 *own, struct arena scratch,
                        const struct missing_sink *sink, struct missing_totals *out,
                        struct err *err)
{
    struct missing m = {.scratch = scratch, .own = own, .sink = sink, .out = out};
    struct store_cursor *c = NULL;
    bytes key, none = {NULL, 0};
    memset(out, 0, sizeof *out);
    enum st st = store_read(s, &m.t, err);
    if (st != ST_OK) {
        return st;
    }
    st = store_scan(m.t, T_ENTRY, none, none, &c, err);
    if (st == ST_OK) {
        for (st = store_next(c, &key); st == ST_OK; st = st == ST_OK ? store_next(c, &key) : st) {
            st = see(&m, c, key, err);
        }
        store_scan_end(&c);
        st = st == ST_END ? end_chain(&m, err) : st;
    }
    st = st != ST_OK ? st : see_empty(&m, err);
    store_abort(&m.t);
    return st;
}
