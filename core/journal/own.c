/* own.c - see own.h. */
#include "core/journal/own.h"

#include "core/base/encode.h"
#include "core/journal/place.h"
#include "core/store/salvage.h"

#include <sodium.h>

#define SAID_BYTES 51 /* flags 1, boot id 8, receipt ms 8, receipt hash 32, offset 2 */
#define EPOCH_TRIES 64

static bytes epoch_key(void)
{
    return str_bytes(S("epoch"));
}

static bytes said_key(void)
{
    return str_bytes(S("said"));
}

/* Ten bits of the epoch as two characters: they stand in human numbers (DESIGN 2). */
static void mark_of(id8 epoch, char out[static 3])
{
    char four[8];
    crockford_put(bytes_of(epoch.b, 2), four);
    out[0] = four[0];
    out[1] = four[1];
    out[2] = '\0';
}

void own_cite_receipt(struct chain_head *head, const struct chain_mark *m)
{
    if (m->receipt_seq == 0) {
        return;
    }
    head->current.has_receipt = true;
    head->current.receipt_ms = m->receipt_ms;
    head->current.receipt = m->receipt_hash;
}

enum st own_said_put(struct store_txn *t, const struct entry_evidence *said, struct err *err)
{
    uint8_t b[SAID_BYTES];
    b[0] = (uint8_t)((said->has_boot ? 1U : 0U) | (said->has_receipt ? 2U : 0U) |
                     (said->has_offset ? 4U : 0U));
    memcpy(b + 1, said->boot_id, 8);
    be64_put(b + 9, (uint64_t)said->receipt_ms);
    memcpy(b + 17, said->receipt.b, 32);
    b[49] = (uint8_t)((uint16_t)said->utc_offset_minutes >> 8);
    b[50] = (uint8_t)said->utc_offset_minutes;
    return store_put(t, T_META, said_key(), bytes_of(b, sizeof b), err);
}

/* Missing or damaged: nothing was said, so the next entry says all of it again. */
static void said_get(struct store_txn *t, struct entry_evidence *said)
{
    uint8_t room[SAID_BYTES + 64];
    struct arena tmp = arena_of(room, sizeof room);
    bytes b;
    memset(said, 0, sizeof *said);
    if (store_get(t, T_META, said_key(), &tmp, &b, NULL) != ST_OK || b.n != SAID_BYTES) {
        return;
    }
    said->has_boot = (b.p[0] & 1) != 0;
    said->has_receipt = (b.p[0] & 2) != 0;
    said->has_offset = (b.p[0] & 4) != 0;
    memcpy(said->boot_id, b.p + 1, 8);
    said->receipt_ms = (int64_t)be64_get(b.p + 9);
    memcpy(said->receipt.b, b.p + 17, 32);
    said->utc_offset_minutes = (int16_t)(uint16_t)(b.p[49] << 8 | b.p[50]);
}

static bytes chain_key(const struct chain_head *h, uint8_t out[static 16])
{
    memcpy(out, h->author.b, 8);
    memcpy(out + 8, h->epoch.b, 8);
    return bytes_of(out, 16);
}

/* The highest entry of the chain that can be read: what a new epoch names as its predecessor. */
static void find_last_held(struct journal *j, struct store_txn *t)
{
    struct arena scratch = arena_of(j->scratch, j->scratch_bytes);
    uint8_t prefix[16];
    bytes key;
    j->head.seq = 0;
    memset(&j->head.hash, 0, sizeof j->head.hash);
    if (store_last(t, T_ENTRY, chain_key(&j->head, prefix), &scratch, &key, NULL) != ST_OK ||
        key.n < 24) {
        return;
    }
    uint64_t seq = be64_get(key.p + 16);
    for (; seq > 0; seq--) {
        struct arena tmp = scratch;
        struct entry_view e;
        if (journal_at(t, j->head.author, j->head.epoch, seq, &tmp, &e, NULL) == ST_OK) {
            j->head.seq = seq;
            j->head.hash = e.hash;
            j->head.time = e.time > j->head.time ? e.time : j->head.time;
            return;
        }
    }
}

/* Is the entry at `seq` there, readable, and this one? */
static bool holds(struct journal *j, struct store_txn *t, uint64_t seq, h32 hash)
{
    struct arena tmp = arena_of(j->scratch, j->scratch_bytes);
    struct entry_view e;
    return journal_at(t, j->head.author, j->head.epoch, seq, &tmp, &e, NULL) == ST_OK &&
           h32_eq(e.hash, hash);
}

static const char *check_tail(struct journal *j, struct store_txn *t, const struct chain_mark *m)
{
    struct arena tmp = arena_of(j->scratch, j->scratch_bytes);
    uint8_t prefix[16];
    bytes key;
    if (m->seq == 0 || !holds(j, t, m->seq, m->hash)) {
        return "the last entry is missing or another";
    }
    if (store_last(t, T_ENTRY, chain_key(&j->head, prefix), &tmp, &key, NULL) == ST_OK) {
        uint64_t last = 0;
        for (size_t i = 16; i < 24 && i < key.n; i++) {
            last = last << 8 | key.p[i];
        }
        if (last != m->seq) {
            return "an entry lies beyond the head";
        }
    }
    if (m->receipt_seq > m->seq) {
        return "a receipt covers more than is here";
    }
    bytes doc;
    struct receipt r;
    tmp = arena_of(j->scratch, j->scratch_bytes);
    if (store_get(t, T_RECEIPT, chain_key(&j->head, prefix), &tmp, &doc, NULL) != ST_OK) {
        return NULL;
    }
    if (receipt_open(doc, &j->trust, &r, NULL) != ST_OK || r.seq == 0 ||
        !id8_eq(r.author, j->head.author) || !id8_eq(r.epoch, j->head.epoch)) {
        return NULL;
    }
    if (r.seq > m->seq) {
        return "a receipt covers more than is here";
    }
    return holds(j, t, r.seq, r.head) ? NULL : "a receipt covers another entry";
}

static enum st load_epoch(struct journal *j, struct store_txn *t, struct err *err)
{
    struct arena tmp = arena_of(j->scratch, j->scratch_bytes);
    bytes epoch;
    enum st st = store_get(t, T_META, epoch_key(), &tmp, &epoch, err);
    if (st == ST_OK && epoch.n == sizeof j->head.epoch.b) {
        memcpy(j->head.epoch.b, epoch.p, sizeof j->head.epoch.b);
        mark_of(j->head.epoch, j->epoch_mark);
        return ST_OK;
    }
    if (st == ST_IO) {
        return st;
    }
    return err_set(err, ST_CORRUPT, 0, "journal_open", "the store does not know its epoch");
}

enum st own_load(struct journal *j, struct store_txn *t, struct err *err)
{
    struct entry_evidence current = j->head.current;
    memset(&j->head, 0, sizeof j->head);
    j->head.current = current;
    j->head.author = key_id(j->keys.sign_pk);
    enum st st = load_epoch(j, t, err);
    if (st != ST_OK) {
        return st;
    }
    struct chain_mark m;
    struct arena tmp = arena_of(j->scratch, j->scratch_bytes);
    st = chain_mark_get(t, j->head.author, j->head.epoch, &tmp, &m, err);
    if (st == ST_IO) {
        return st;
    }
    const char *broken = st == ST_OK ? check_tail(j, t, &m) : "the head's mark is missing";
    if (broken == NULL && store_tail_in_doubt(t)) {
        broken = "the store was damaged, and its end may be missing";
    }
    j->head.time = m.time;
    if (broken != NULL) {
        find_last_held(j, t);
        return err_set(err, ST_CORRUPT, 0, "journal_open", "own journal: %s", broken);
    }
    j->head.seq = m.seq;
    j->head.hash = m.hash;
    said_get(t, &j->head.said);
    own_cite_receipt(&j->head, &m);
    return ST_OK;
}

static bool mark_taken(struct store_txn *t, id8 author, const char mark[3])
{
    struct store_cursor *c = NULL;
    bytes key;
    bool taken = false;
    if (store_scan(t, T_HEAD, bytes_of(author.b, sizeof author.b), (bytes){NULL, 0}, &c, NULL) !=
        ST_OK) {
        return false;
    }
    while (!taken && store_next(c, &key) == ST_OK) {
        if (key.n == 16) {
            id8 epoch;
            char other[3];
            memcpy(epoch.b, key.p + 8, sizeof epoch.b);
            mark_of(epoch, other);
            taken = strcmp(mark, other) == 0;
        }
    }
    store_scan_end(&c);
    return taken;
}

enum st own_epoch_new(struct journal *j, struct store_txn *t, struct err *err)
{
    id8 epoch;
    char mark[3];
    int tries = 0;
    do {
        randombytes_buf(epoch.b, sizeof epoch.b);
        mark_of(epoch, mark);
    } while (mark_taken(t, j->head.author, mark) && ++tries < EPOCH_TRIES);
    if (tries == EPOCH_TRIES) {
        return err_set(err, ST_FULL, 0, "journal_new_epoch", "no epoch mark is left");
    }
    struct chain_head next = {
        .author = j->head.author, .epoch = epoch, .time = j->head.time, .current = j->head.current};
    j->head = next;
    memcpy(j->epoch_mark, mark, sizeof mark);
    enum st st = store_put(t, T_META, epoch_key(), bytes_of(epoch.b, sizeof epoch.b), err);
    return st == ST_OK ? store_tail_settled(t, err) : st;
}
