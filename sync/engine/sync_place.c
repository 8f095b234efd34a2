/* sync_place.c - where a thing is, and the figures of the Sync screen: from verified receipts only.
 */
#include "core/codec/cbor.h"
#include "sync/engine/exchange.h"

static enum st covered(struct store_txn *t, const struct entry_view *e, struct arena tmp,
                       enum sync_place *out, struct err *err)
{
    struct chain_mark m;
    enum st st = chain_mark_get(t, e->author, e->epoch, &tmp, &m, err);
    if (st == ST_OK) {
        *out = m.receipt_seq >= e->seq ? SYNC_HQ : SYNC_HERE;
    }
    return st;
}

enum st sync_place_of(struct store_txn *t, id8 own, h32 entry, struct arena tmp,
                      enum sync_place *out, struct err *err)
{
    struct entry_view e;
    *out = SYNC_HERE;
    enum st st = journal_get(t, entry, &tmp, &e, err);
    if (st == ST_OK && !id8_eq(e.author, own) && !journal_is_former(t, e.author)) {
        *out = SYNC_HQ;
        return ST_OK;
    }
    return st == ST_OK ? covered(t, &e, tmp, out, err) : st;
}

enum st sync_place_subject(struct store_txn *t, id8 own, id16 subject, struct arena tmp,
                           enum sync_place *out, struct err *err)
{
    *out = SYNC_HQ;
    struct store_cursor *c = NULL;
    enum st st =
        store_scan(t, T_SUBJECT, bytes_of(subject.b, sizeof subject.b), (bytes){NULL, 0}, &c, err);
    if (st != ST_OK) {
        return st;
    }
    bytes key;
    while (*out == SYNC_HQ) {
        st = store_next(c, &key);
        if (st != ST_OK) {
            break;
        }
        struct arena here = tmp;
        bytes place;
        st = store_value(c, &here, &place, err);
        /* T_ENTRY's key begins with author and epoch; its sequence follows. */
        struct entry_view e = {.seq = 0};
        if (st != ST_OK || place.n < 24) {
            continue;
        }
        memcpy(e.author.b, place.p, sizeof e.author.b);
        if (!id8_eq(e.author, own) && !journal_is_former(t, e.author)) {
            continue;
        }
        memcpy(e.epoch.b, place.p + 8, sizeof e.epoch.b);
        for (size_t i = 16; i < 24; i++) {
            e.seq = e.seq << 8 | place.p[i];
        }
        st = covered(t, &e, here, out, err);
        if (st != ST_OK) {
            break;
        }
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

static enum st count_chain(struct store_txn *t, id8 own, id8 epoch, struct arena tmp,
                           struct sync_status *out, struct err *err)
{
    struct chain_mark m;
    struct arena here = tmp;
    enum st st = chain_mark_get(t, own, epoch, &here, &m, err);
    if (st != ST_OK) {
        return st;
    }
    out->epochs++;
    out->own_entries += m.seq;
    if (m.receipt_ms > out->receipt_ms) {
        out->receipt_ms = m.receipt_ms;
    }
    for (uint64_t seq = m.seq + 1; seq <= m.receipt_seq; seq++) { /* after damage alone */
        struct entry_view e;
        here = tmp;
        out->missing += journal_at(t, own, epoch, seq, &here, &e, NULL) != ST_OK;
    }
    if (m.seq > m.receipt_seq) {
        out->unsent += m.seq - m.receipt_seq;
        struct entry_view e;
        here = tmp;
        if (journal_at(t, own, epoch, m.receipt_seq + 1, &here, &e, NULL) == ST_OK &&
            (out->oldest_unsent_ms == 0 || e.wall_ms < out->oldest_unsent_ms)) {
            out->oldest_unsent_ms = e.wall_ms;
        }
    }
    return ST_OK;
}

static enum st count_wanted(struct store_txn *t, struct sync_status *out, struct err *err)
{
    if (store_count(t, T_WANT) == 0) {
        return ST_OK;
    }
    struct store_cursor *c = NULL;
    bytes key;
    enum st st = store_scan(t, T_WANT, (bytes){NULL, 0}, (bytes){NULL, 0}, &c, err);
    while (st == ST_OK) {
        st = store_next(c, &key);
        if (st != ST_OK) {
            break;
        }
        out->wanted += key.n == 32;
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

static enum st count_author(struct store_txn *t, id8 own, struct arena tmp, struct sync_status *out,
                            struct err *err)
{
    struct store_cursor *c = NULL;
    bytes key;
    enum st st = store_scan(t, T_HEAD, bytes_of(own.b, sizeof own.b), (bytes){NULL, 0}, &c, err);
    while (st == ST_OK) {
        st = store_next(c, &key);
        if (st != ST_OK) {
            break;
        }
        id8 epoch;
        if (key.n == 16) {
            memcpy(epoch.b, key.p + 8, sizeof epoch.b);
            st = count_chain(t, own, epoch, tmp, out, err);
        }
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

enum st sync_status(struct store_txn *t, id8 own, struct arena tmp, struct sync_status *out,
                    struct err *err)
{
    id8 former[JOURNAL_FORMER_MAX];
    unsigned n = 0;
    memset(out, 0, sizeof *out);
    out->quarantined = store_count(t, T_ODD);
    enum st st = count_author(t, own, tmp, out, err);
    st = st == ST_OK ? journal_former(t, former, &n, err) : st;
    for (unsigned i = 0; i < n && st == ST_OK; i++) {
        st = count_author(t, former[i], tmp, out, err);
    }
    return st == ST_OK ? count_wanted(t, out, err) : st;
}
