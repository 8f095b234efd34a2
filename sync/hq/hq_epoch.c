/* hq_epoch.c - see hq_epoch.h. */
#include "sync/hq/hq_epoch.h"

#include "core/journal/place.h"
#include "sync/hq/ops.h"

#define RANGES_MAX 1000 /* holes that are named one by one; the count says how much is missing */

/* Later than any that we know of that journal? The newest is always kept; and what it was when the
 * device first claimed a later one was noted then. */
static bool is_forgotten(struct hq *hq, struct store_txn *t, const struct receipt *r)
{
    struct arena tmp = arena_of(hq->routing, CAP_SCRATCH_BYTES);
    uint8_t key[16];
    bytes doc;
    struct receipt newest;
    const char *rule;
    memcpy(key, r->author.b, 8);
    memcpy(key + 8, r->epoch.b, 8);
    uint64_t from = hq_note(t, HQ_NOTE_DOUBT_FROM, r->author, r->epoch);
    uint64_t to = hq_note(t, HQ_NOTE_DOUBT_TO, r->author, r->epoch);
    if (from != 0 && (uint64_t)r->time_ms >= from && (uint64_t)r->time_ms <= to) {
        return true;
    }
    return store_get(t, T_RECEIPT, bytes_of(key, sizeof key), &tmp, &doc, NULL) == ST_OK &&
           receipt_kept(doc, &hq->journal.trust, &newest, &rule) == ST_OK &&
           r->time_ms > newest.time_ms;
}

enum st hq_epoch_suspect(struct store_txn *t, const struct manifest_journal *j, int64_t newest_ms,
                         struct err *err)
{
    enum st st =
        hq_note_set(t, HQ_NOTE_DOUBT_FROM, j->author, j->epoch, (uint64_t)newest_ms + 1, err);
    return st == ST_OK
               ? hq_note_set(t, HQ_NOTE_DOUBT_TO, j->author, j->epoch, (uint64_t)j->receipt_ms, err)
               : st;
}

/* Is the entry that the receipt calls our head another one here, or none? Or is it a receipt that
 * we do not remember? Either way we said more than we know now. */
static bool is_beyond(struct hq *hq, struct store_txn *t, const struct receipt *r)
{
    const struct chain_head *own = &hq->journal.head;
    struct arena tmp = arena_of(hq->routing, CAP_SCRATCH_BYTES);
    struct entry_view e;
    return r->node_seq > own->seq ||
           (journal_at(t, r->node, r->node_epoch, r->node_seq, &tmp, &e, NULL) == ST_OK &&
            !h32_eq(e.hash, r->node_head)) ||
           is_forgotten(hq, t, r);
}

static bool is_known(struct store_txn *t, const struct receipt *r)
{
    uint8_t room[512];
    struct arena tmp = arena_of(room, sizeof room);
    struct chain_mark m;
    return chain_mark_get(t, r->node, r->node_epoch, &tmp, &m, NULL) == ST_OK;
}

enum st hq_epoch_look(struct hq *hq, struct store_txn *t, bytes receipt, struct err *err)
{
    struct receipt r;
    const char *rule;
    if (receipt_open(receipt, &hq->journal.trust, &r, &rule) != ST_OK ||
        !id8_eq(r.node, hq->journal.head.author)) {
        return ST_OK; /* of another node, or none: nothing about us */
    }
    if (id8_eq(r.node_epoch, hq->journal.head.epoch)) {
        if (!is_beyond(hq, t, &r)) {
            return ST_OK;
        }
        hq->rolled_back = true;
    } else if (hq_note(t, HQ_NOTE_WITNESS, r.node, r.node_epoch) == 0 && !is_known(t, &r)) {
        hq->rolled_back = true; /* an epoch that we opened and forgot; each proves it once */
    }
    if (r.node_seq <= hq_note(t, HQ_NOTE_WITNESS, r.node, r.node_epoch)) {
        return ST_OK;
    }
    enum st st = hq_note_set(t, HQ_NOTE_WITNESS, r.node, r.node_epoch, r.node_seq, err);
    return st == ST_OK
               ? hq_note_set(t, HQ_NOTE_WITNESS_MS, r.node, r.node_epoch, (uint64_t)r.time_ms, err)
               : st;
}

bool hq_epoch_doubts(struct hq *hq, struct store_txn *t, const struct manifest *m)
{
    const struct chain_head *own = &hq->journal.head;
    struct arena tmp = arena_of(hq->routing, CAP_SCRATCH_BYTES);
    struct entry_view e;
    if (!m->has_seen || !id8_eq(m->cursor_epoch, own->epoch)) {
        return false;
    }
    return m->seen_seq > own->seq ||
           (journal_at(t, own->author, own->epoch, m->seen_seq, &tmp, &e, NULL) == ST_OK &&
            memcmp(e.hash.b, m->seen, sizeof m->seen) != 0);
}

static enum st mark_holes(struct hq *hq, uint64_t whole_to, struct err *err)
{
    const struct chain_head *own = &hq->journal.head;
    struct store_txn *t = NULL;
    struct arena tmp = arena_of(hq->routing, CAP_SCRATCH_BYTES);
    struct chain_mark m;
    struct now now = hq_now(hq);
    enum st st = store_write(hq->store, &t, err);
    if (st == ST_OK) {
        st = chain_mark_get(t, own->author, own->epoch, &tmp, &m, err);
    }
    if (st == ST_OK) {
        /* The first entry opened the epoch: it is there in every backup of it. */
        m.holes_from = whole_to != 0 ? whole_to + 1 : 2;
        st = chain_mark_put(t, &m, err);
    }
    if (st == ST_OK) {
        st = hq_note_set(t, HQ_NOTE_CLOSED_MS, own->author, own->epoch, (uint64_t)now.wall_ms, err);
    }
    if (st == ST_OK) {
        st = store_commit(&t, err);
    }
    store_abort(&t);
    return st;
}

enum st hq_epoch_renew(struct hq *hq, uint64_t whole_to, struct err *err)
{
    struct now now = hq_now(hq);
    enum st st = mark_holes(hq, whole_to, err);
    st = st == ST_OK ? journal_new_epoch(&hq->journal, &now, err) : st;
    if (st != ST_OK) {
        IGNORE(journal_reload(&hq->journal, NULL) != ST_OK); /* the next proof tries again */
        return st;
    }
    hq->rest_due = true; /* its first entry is routed like any other */
    return ST_OK;
}

/* --- what is missing
 * ----------------------------------------------------------------------------- */

struct holes {
    json_t *ranges;
    uint64_t next, missing, came_back; /* next: the sequence that is not yet accounted for */
};

static void hole(struct holes *h, uint64_t to)
{
    if (h->next > to) {
        return;
    }
    h->missing += to - h->next + 1;
    if (json_array_size(h->ranges) < RANGES_MAX) {
        json_array_append_new(h->ranges, json_pack("[I,I]", (json_int_t)h->next, (json_int_t)to));
    }
    h->next = to + 1;
}

static void walk(struct store_txn *t, const struct chain_mark *m, struct holes *h)
{
    uint8_t from[PLACE_BYTES];
    struct store_cursor *c = NULL;
    bytes key;
    bytes start = place_put(m->author, m->epoch, m->holes_from, 0, from);
    if (store_scan(t, T_ENTRY, bytes_of(from, PLACE_CHAIN_BYTES), start, &c, NULL) != ST_OK) {
        return;
    }
    while (store_next(c, &key) == ST_OK) {
        uint64_t seq = place_seq(key);
        if (seq >= h->next) { /* else another branch under a number that was counted */
            hole(h, seq - 1);
            h->next = seq + 1;
            h->came_back++;
        }
    }
    store_scan_end(&c);
}

static int64_t wall_at(struct store_txn *t, const struct chain_mark *m, uint64_t seq)
{
    uint8_t room[CAP_ENTRY_BYTES + 256];
    struct arena tmp = arena_of(room, sizeof room);
    struct entry_view e;
    return journal_at(t, m->author, m->epoch, seq, &tmp, &e, NULL) == ST_OK ? e.wall_ms : 0;
}

static json_t *lost_of(struct store_txn *t, const struct chain_mark *m)
{
    uint64_t witness = hq_note(t, HQ_NOTE_WITNESS, m->author, m->epoch);
    struct holes h = {.ranges = json_array(), .next = m->holes_from};
    walk(t, m, &h);
    hole(&h, witness);
    uint64_t known = h.next - 1;
    return json_pack(
        "{s:o,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:o}", "epoch", ops_hex(m->epoch.b, 8), "whole_to",
        (json_int_t)m->holes_from - 1, "whole_ms", (json_int_t)wall_at(t, m, m->holes_from - 1),
        "closed_ms", (json_int_t)hq_note(t, HQ_NOTE_CLOSED_MS, m->author, m->epoch), "known_to",
        (json_int_t)known, "known_ms",
        (json_int_t)hq_note(t, HQ_NOTE_WITNESS_MS, m->author, m->epoch), "came_back",
        (json_int_t)h.came_back, "missing_entries", (json_int_t)h.missing, "missing", h.ranges);
}

json_t *hq_epoch_lost(struct hq *hq, struct store_txn *t)
{
    json_t *list = json_array();
    const id8 own = hq->journal.head.author;
    struct store_cursor *c = NULL;
    bytes key;
    if (store_scan(t, T_HEAD, bytes_of(own.b, sizeof own.b), (bytes){NULL, 0}, &c, NULL) != ST_OK) {
        return list;
    }
    while (store_next(c, &key) == ST_OK) {
        uint8_t room[512];
        struct arena tmp = arena_of(room, sizeof room);
        struct chain_mark m;
        id8 epoch;
        if (key.n != 16) {
            continue;
        }
        memcpy(epoch.b, key.p + 8, 8);
        if (chain_mark_get(t, own, epoch, &tmp, &m, NULL) == ST_OK && m.holes_from != 0) {
            json_array_append_new(list, lost_of(t, &m));
        }
    }
    store_scan_end(&c);
    return list;
}
