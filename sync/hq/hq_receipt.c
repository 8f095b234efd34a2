/* hq_receipt.c - see hq_receipt.h. */
#include "sync/hq/hq_receipt.h"

#include "core/report/receipt_log.h"
#include "sync/engine/digest.h"
#include "sync/hq/hq_quota.h"
#include "sync/hq/hq_epoch.h"
#include "sync/hq/hq_returned.h"
#include "sync/hq/hq_route.h"

#include <stdlib.h>

static bytes chain_key(id8 author, id8 epoch, uint8_t out[static 16])
{
    memcpy(out, author.b, 8);
    memcpy(out + 8, epoch.b, 8);
    return bytes_of(out, 16);
}

/* What is held of the journal that the device describes: its own head where that lies on a branch,
 * else the main branch to its end. Where that end is beyond the device's own head, the receipt
 * tells it that it was rolled back; one that is revoked gets nothing back, and hears of what it
 * has. */
static enum st find_held(struct hq_request *r, struct store_txn *t,
                         const struct manifest_journal *j, bool revoked, struct arena tmp,
                         uint64_t *seq, h32 *head, struct err *err)
{
    struct entry_view e;
    struct chain_mark m;
    struct arena here = tmp;
    uint64_t shared;
    enum st st = chain_mark_get(t, j->author, j->epoch, &here, &m, err);
    *seq = m.seq;
    *head = m.hash;
    if (st != ST_OK) {
        return st == ST_NOT_FOUND ? ST_OK : st;
    }
    here = tmp;
    st = journal_at(t, j->author, j->epoch, j->seq, &here, &e, NULL);
    if (st == ST_OK && j->seq <= m.seq && h32_eq(e.hash, j->head) && !revoked) {
        return ST_OK; /* on the main branch */
    }
    here = tmp;
    st = journal_get(t, j->head, &here, &e, NULL);
    /* What was handed back may lie beyond a gap: no receipt covers that. */
    if (st == ST_OK && id8_eq(e.author, j->author) && id8_eq(e.epoch, j->epoch) &&
        e.seq == j->seq && hq_returned_meets(r, t, j, &m, tmp, &shared)) {
        *seq = j->seq;
        *head = j->head;
    }
    return ST_OK;
}

static bool lacks_atts(struct store_txn *t, const struct entry_view *e)
{
    for (unsigned i = 0; i < e->natt; i++) {
        if (store_att_state(t, entry_att(e, i)) == ATT_ABSENT) {
            return true;
        }
    }
    return false;
}

/* Up to which entry of the main branch every attachment is held or forgotten. */
static uint64_t main_through(struct hq_request *r, struct store_txn *t,
                             const struct manifest_journal *j, uint64_t from, uint64_t seq,
                             struct arena tmp)
{
    bool known = id8_eq(r->whole_epoch, j->epoch);
    for (uint64_t s = from + 1; s <= seq; s++) {
        if (known && s > r->whole_from && s <= r->whole_to) {
            s = r->whole_to; /* the ingest has just looked */
            continue;
        }
        struct arena here = tmp;
        struct entry_view e;
        /* So many at once: the next receipt goes on from there. */
        if (r->att_looked == HQ_ATT_SCAN_MAX ||
            journal_at(t, j->author, j->epoch, s, &here, &e, NULL) != ST_OK) {
            return s - 1;
        }
        r->att_looked++;
        if (lacks_atts(t, &e)) {
            return s - 1;
        }
    }
    return seq;
}

/* Likewise of the branch that ends in `head` and leaves the main one after `from`. */
static uint64_t branch_through(struct hq_request *r, struct store_txn *t, uint64_t from,
                               uint64_t seq, h32 head, struct arena tmp)
{
    uint64_t through = seq;
    for (uint64_t s = seq; s > from; s--) {
        struct arena here = tmp;
        struct entry_view e;
        if (!hq_returned_step(r) || journal_get(t, head, &here, &e, NULL) != ST_OK) {
            return from;
        }
        through = lacks_atts(t, &e) ? s - 1 : through;
        head = e.prev;
    }
    return through;
}

/* Of the chain that ends in the entry of `next`; the receipt before may be another branch's. */
static uint64_t atts_through(struct hq_request *r, struct store_txn *t,
                             const struct manifest_journal *j, const struct receipt *kept,
                             const struct receipt *next, struct arena tmp)
{
    struct manifest_journal at = {
        .author = j->author, .epoch = j->epoch, .seq = next->seq, .head = next->head};
    struct chain_mark m;
    struct arena here = tmp;
    uint64_t end, from = kept->att_through;
    if (chain_mark_get(t, j->author, j->epoch, &here, &m, NULL) != ST_OK) {
        return from < next->seq ? from : next->seq;
    }
    if (!hq_returned_meets(r, t, &at, &m, tmp, &end)) {
        end = next->seq;
    }
    if (!h32_eq(kept->head, next->head)) {
        uint64_t shared = 0;
        at.seq = kept->seq;
        at.head = kept->head;
        from = !hq_returned_meets(r, t, &at, &m, tmp, &shared) ? 0 : from < shared ? from : shared;
    }
    uint64_t through = main_through(r, t, j, from < end ? from : end, end, tmp);
    return through < end || end == next->seq
               ? through
               : branch_through(r, t, end, next->seq, next->head, tmp);
}

/* The author's revocation, if there is one: every receipt that he gets from then on says so. */
static enum st find_revocation(struct hq_request *r, struct store_txn *t, id8 author,
                               struct arena tmp, uint64_t *number, struct err *err)
{
    struct revocation *x = arena_new(&tmp, struct revocation, 1);
    const char *rule = "";
    bytes doc;
    *number = 0;
    enum st st = store_get(t, T_REVOKED, bytes_of(author.b, sizeof author.b), &tmp, &doc, err);
    if (st != ST_OK) {
        return st == ST_NOT_FOUND ? ST_OK : st;
    }
    if (x == NULL || revocation_open(doc, &r->hq->journal.trust, x, &rule) != ST_OK) {
        return err_set(err, ST_CORRUPT, 0, __func__, "a kept revocation: %s", rule);
    }
    *number = x->number;
    return ST_OK;
}

static enum st issue(struct hq_request *r, struct store_txn *t, const struct manifest_journal *j,
                     const struct receipt *kept, struct receipt *next, int64_t now_ms,
                     struct hq_reply_journal *out, struct err *err)
{
    struct hq *hq = r->hq;
    next->node = hq->journal.head.author;
    next->author = j->author;
    next->epoch = j->epoch;
    next->time_ms = now_ms;
    next->time_ms = next->time_ms > kept->time_ms ? next->time_ms : kept->time_ms + 1;
    next->time_ms = next->time_ms > j->receipt_ms ? next->time_ms : j->receipt_ms + 1;
    next->node_epoch = hq->journal.head.epoch;
    next->node_seq = hq->journal.head.seq;
    next->node_head = hq->journal.head.hash;
    bytes doc;
    uint8_t key[16];
    enum st st = receipt_make(next, hq->keys.deployment, hq->keys.node.sign_sk, out->receipt,
                              sizeof out->receipt, &doc);
    if (st != ST_OK) {
        return err_set(err, st, 0, "hq_receipt", "a receipt does not fit");
    }
    out->n = doc.n;
    st = store_put(t, T_RECEIPT, chain_key(j->author, j->epoch, key), doc, err);
    /* Over the day's bound the newest is kept alone: a proof is then tied by a later one. */
    if (st != ST_OK || !hq_quota_take(hq, j->author, HQ_QUOTA_RECEIPTS, 1, now_ms)) {
        return st;
    }
    return receipt_log_put(t, next, doc, err);
}

/* The latest time of the receipts of ours that the device shows of this journal; 0: none. */
static int64_t shown_ms(const struct hq_request *r, const struct manifest_journal *j)
{
    int64_t latest = 0;
    for (unsigned i = 0; i < r->manifest.nreceipts; i++) {
        struct receipt s;
        const char *rule;
        if (receipt_open(r->manifest.receipts[i], &r->hq->journal.trust, &s, &rule) == ST_OK &&
            id8_eq(s.author, j->author) && id8_eq(s.epoch, j->epoch) && s.time_ms > latest) {
            latest = s.time_ms;
        }
    }
    return latest;
}

static enum st one(struct hq_request *r, struct store_txn *t, const struct manifest_journal *j,
                   int64_t now_ms, struct arena tmp, struct hq_reply_journal *out, struct err *err)
{
    struct receipt kept = {0}, next = {0};
    uint8_t key[16];
    bytes doc = {NULL, 0};
    const char *rule;
    struct arena a = tmp;
    enum st st = store_get(t, T_RECEIPT, chain_key(j->author, j->epoch, key), &a, &doc, err);
    if (st != ST_OK && st != ST_NOT_FOUND) {
        return st;
    }
    bool has = st == ST_OK && receipt_kept(doc, &r->hq->journal.trust, &kept, &rule) == ST_OK;
    if (!has) {
        memset(&kept, 0, sizeof kept);
    }
    /* What it says that it holds moves our time by a day at most: a receipt is evidence of when.
     * What we know, or it shows, signed by us when our clock was ahead, moves it as far as that. */
    struct manifest_journal told = *j;
    bool ahead = told.receipt_ms > now_ms + CAP_HLC_AHEAD_MS && told.receipt_ms > kept.time_ms;
    if (told.receipt_ms < 0 || (ahead && told.receipt_ms > shown_ms(r, j))) {
        told.receipt_ms = 0;
    }
    j = &told;
    st = find_revocation(r, t, j->author, a, &next.revoked, err);
    bool gone = next.revoked != 0 || r->manifest.has_reply; /* a parcel's, before we hear of it */
    st = st == ST_OK ? find_held(r, t, j, gone, a, &next.seq, &next.head, err) : st;
    if (st != ST_OK) {
        return st;
    }
    next.att_through = atts_through(r, t, j, &kept, &next, a);
    bool same = has && kept.seq == next.seq && h32_eq(kept.head, next.head) &&
                kept.att_through == next.att_through && kept.time_ms >= j->receipt_ms;
    if (same && kept.time_ms == j->receipt_ms && kept.seq == j->receipt_seq) {
        out->n = 0; /* the device has it: nothing changed, nothing is signed */
        return ST_OK;
    }
    /* What was said in an epoch that is over the device may not believe: it is said anew. */
    bool over = !id8_eq(kept.node_epoch, r->hq->journal.head.epoch);
    if (same && !over && kept.time_ms > j->receipt_ms && doc.n <= sizeof out->receipt) {
        memcpy(out->receipt, doc.p, doc.n);
        out->n = doc.n;
        return ST_OK;
    }
    if (next.revoked != 0 && !r->manifest.has_reply && has && !h32_eq(kept.head, next.head) &&
        next.seq == j->seq && j->receipt_seq == j->seq) {
        return ST_OK; /* another copy of a revoked device: each has its receipt, and nothing new */
    }
    if (next.seq == 0 && j->receipt_seq == 0) {
        return ST_OK; /* nothing came yet: nothing to say about it */
    }
    if (j->receipt_ms > kept.time_ms) {
        st = hq_epoch_suspect(t, j, kept.time_ms, err);
    }
    return st != ST_OK ? st : issue(r, t, j, &kept, &next, now_ms, out, err);
}

/* A store that was recovered speaks for the author before it, who was the same person. */
static bool is_former(const struct hq_request *r, id8 author)
{
    const struct hq_device *d = hq_device(r->hq, author);
    return d != NULL && id16_eq(d->person, r->cert.person);
}

enum st hq_receipt_all(struct hq_request *r, struct store_txn *t, const struct now *now,
                       struct arena tmp, struct err *err)
{
    enum st st = ST_OK;
    for (unsigned i = 0; i < r->manifest.njournals && st == ST_OK; i++) {
        const struct manifest_journal *j = &r->manifest.journals[i];
        if (id8_eq(j->author, r->cert.author)) {
            st = one(r, t, j, now->wall_ms, tmp, &r->journals[i], err);
            st = st == ST_OK ? hq_returned_tail(r, t, j, err) : st;
        } else if (is_former(r, j->author)) {
            st = one(r, t, j, now->wall_ms, tmp, &r->journals[i], err);
        }
    }
    return st;
}

enum st hq_receipt_lacking(struct hq_request *r, struct store_txn *t, id16 subject,
                           const struct now *now, struct err *err)
{
    h32 *theirs = calloc(CAP_SUBJECT_ENTRIES + MANIFEST_HASHES_MAX, sizeof *theirs);
    h32 *ours = calloc(CAP_SUBJECT_ENTRIES, sizeof *ours);
    struct fold_cut cut = {.loaded = false};
    size_t n = 0;
    unsigned nours = 0;
    enum st st = theirs != NULL && ours != NULL
                     ? digest_hashes(t, subject, ours, CAP_SUBJECT_ENTRIES, &nours, err)
                     : err_set(err, ST_FULL, 0, __func__, "no memory");
    st = st == ST_TOO_BIG ? ST_OK : st;
    for (size_t i = 0; i < r->nhashes && st == ST_OK && n < CAP_SUBJECT_ENTRIES; i++) {
        unsigned some;
        if (id16_eq(r->hashes[i].subject, subject) &&
            item_hashes(&r->hashes[i], theirs + n, &some) == ST_OK) {
            n += some;
        }
    }
    if (st == ST_OK) {
        digest_sort(theirs, n);
    }
    for (unsigned i = 0; i < nours && st == ST_OK; i++) {
        uint8_t room[CAP_ENTRY_BYTES + 256];
        struct arena tmp = arena_of(room, sizeof room);
        struct entry_view e;
        if (!digest_find(theirs, n, ours[i]) && journal_get(t, ours[i], &tmp, &e, NULL) == ST_OK &&
            !hq_route_withheld(t, &e, &cut)) {
            if (!hq_quota_take(r->hq, r->cert.author, HQ_QUOTA_LACKING, 1, now->wall_ms)) {
                break; /* whoever says all day that he lacks what he was sent gets it tomorrow */
            }
            st = hq_out_add(t, r->cert.author, ours[i], err);
        }
    }
    free(theirs);
    free(ours);
    return st;
}
