/* receipts.c - see receipts.h. */
#include "sync/engine/receipts.h"

#include "core/report/receipt_log.h"
#include "sync/engine/device_meta.h"

const char *receipt_refusal_name(enum receipt_refusal r)
{
    static const char *const names[RECEIPT_REFUSALS] = {
        [RECEIPT_FINE] = "nothing is wrong with it",
        [RECEIPT_FORM] = "it is not a receipt",
        [RECEIPT_SIGNATURE] = "no node of this headquarters signed it",
        [RECEIPT_AUTHOR] = "it is for another device",
        [RECEIPT_EPOCH] = "it is of an epoch that is not here",
        [RECEIPT_BEYOND] = "it covers more than this device has",
        [RECEIPT_HASH] = "it names another entry than the one that is here",
        [RECEIPT_OVER] = "headquarters began anew since",
        [RECEIPT_STALE] = "it is older than the one that is kept",
    };
    return (unsigned)r < RECEIPT_REFUSALS ? names[r] : "unknown";
}

/* Against the store's own chain: does it cover what is here, and is it newer? */
static enum receipt_refusal judge(struct journal *j, struct store_txn *t, const struct receipt *r,
                                  struct arena room, struct chain_mark *m, bool *repeat,
                                  enum st *st, struct err *err)
{
    struct arena tmp = room;
    *repeat = false;
    if (!id8_eq(r->author, j->head.author) && !journal_is_former(t, r->author)) {
        return RECEIPT_AUTHOR;
    }
    *st = chain_mark_get(t, r->author, r->epoch, &tmp, m, err);
    if (*st == ST_NOT_FOUND) {
        *st = ST_OK;
        return RECEIPT_EPOCH;
    }
    if (*st != ST_OK) {
        return RECEIPT_EPOCH;
    }
    if (r->seq > m->seq) {
        return RECEIPT_BEYOND;
    }
    if (r->seq > 0) {
        struct entry_view e;
        tmp = room;
        *st = journal_at(t, r->author, r->epoch, r->seq, &tmp, &e, err);
        if (*st == ST_NOT_FOUND || *st == ST_CORRUPT) {
            *st = ST_OK;
            return RECEIPT_HASH;
        }
        if (*st != ST_OK || !h32_eq(e.hash, r->head)) {
            return RECEIPT_HASH;
        }
    }
    if (m->receipt_ms != 0 && r->time_ms <= m->receipt_ms) {
        *repeat = h32_eq(r->hash, m->receipt_hash);
        return *repeat ? RECEIPT_FINE : RECEIPT_STALE;
    }
    return RECEIPT_FINE;
}

/* Did the node's own journal shrink between the kept receipt and this one, begin anew, or become
 * another under the same number? Does headquarters hold less of ours (`back`)? Or does it say
 * nothing new, as if the kept one had never been? Then the kept one is what it must see: it says
 * how far that journal had come, and with which entry. */
static enum st witness(struct journal *j, struct store_txn *t, bytes key, const struct receipt *r,
                       bool back, struct arena tmp, struct err *err)
{
    bytes doc;
    struct receipt kept;
    const char *rule;
    enum st st = store_get(t, T_RECEIPT, key, &tmp, &doc, err);
    if (st != ST_OK || receipt_open(doc, &j->trust, &kept, &rule) != ST_OK ||
        !id8_eq(kept.node, r->node)) {
        return st == ST_IO ? st : ST_OK;
    }
    bool same = kept.node_seq == r->node_seq && h32_eq(kept.node_head, r->node_head);
    bool plain = id8_eq(kept.node_epoch, r->node_epoch) && (same || kept.node_seq < r->node_seq);
    bool again = r->seq <= kept.seq && r->att_through <= kept.att_through;
    if (plain && !back && !again) {
        return ST_OK;
    }
    return device_witness_put(t, doc, err);
}

enum st receipts_take(struct journal *j, struct store_txn *t, bytes doc, id8 node, struct arena tmp,
                      enum receipt_refusal *why, bool *fresh, bool *back, bool *ahead,
                      int64_t *time_ms, struct err *err)
{
    struct receipt r;
    const char *rule;
    *fresh = *back = *ahead = false;
    enum st st = receipt_open(doc, &j->trust, &r, &rule);
    if (st != ST_OK) {
        *why = st == ST_BAD_FORM || st == ST_TOO_BIG ? RECEIPT_FORM : RECEIPT_SIGNATURE;
        return ST_OK;
    }
    struct chain_mark m;
    bool repeat;
    st = ST_OK;
    *why = judge(j, t, &r, tmp, &m, &repeat, &st, err);
    if (st != ST_OK) {
        return st;
    }
    if (*why == RECEIPT_FINE && !repeat && !id8_zero(node) && !id8_eq(r.node_epoch, node)) {
        *why = RECEIPT_OVER; /* what it covers may have been lost; headquarters must see it */
        return device_witness_put(t, doc, err);
    }
    /* Signed by headquarters, about us, yet not ours (any more): our own chain lost its tail. */
    bool newer = r.time_ms > m.receipt_ms;
    *ahead =
        (*why == RECEIPT_BEYOND || *why == RECEIPT_HASH) && id8_eq(r.epoch, j->head.epoch) && newer;
    if (newer && *why == RECEIPT_HASH) {
        /* Another entry is there under our number: from where on is for its next receipt to say. */
        *back = m.receipt_seq != 0;
        m.receipt_seq = 0;
        return chain_mark_put(t, &m, err);
    }
    if (*why == RECEIPT_BEYOND) {
        st = device_behind_put(t, r.epoch, r.head, err); /* it may answer an older request */
    }
    if (*why != RECEIPT_FINE) {
        /* One that is not newer than ours came late, and may tell of a journal that headquarters
         * lost since; or headquarters does not remember ours, and its clock was ahead then: it
         * must see both, and its next one will be newer. */
        bool old = *why == RECEIPT_STALE || *why == RECEIPT_BEYOND || *why == RECEIPT_HASH;
        return st == ST_OK && old && !newer ? device_witness_put(t, doc, err) : st;
    }
    *time_ms = r.time_ms;
    if (repeat) {
        return ST_OK;
    }
    *fresh = true;
    *back = r.seq < m.receipt_seq;
    uint8_t key[16];
    memcpy(key, r.author.b, 8);
    memcpy(key + 8, r.epoch.b, 8);
    st = witness(j, t, bytes_of(key, sizeof key), &r, *back, tmp, err);
    if (st != ST_OK) {
        return st;
    }
    m.receipt_ms = r.time_ms;
    m.receipt_seq = r.seq;
    m.receipt_hash = r.hash;
    st = store_put(t, T_RECEIPT, bytes_of(key, sizeof key), doc, err);
    st = st == ST_OK ? receipt_log_put(t, &r, doc, err) : st;
    return st == ST_OK ? chain_mark_put(t, &m, err) : st;
}
