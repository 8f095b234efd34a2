/* keep.c - entries into the store and out of it: bytes, indexes, forks.
 *
 * T_ENTRY's key ends in a branch byte: 0 is the main branch, what the chain's mark follows. A
 * second entry with one sequence goes onto a branch of its own, and so does what continues that
 * branch. */
#include "core/journal/append.h"
#include "core/journal/place.h"
#include "core/journal/said.h"

#define SUBJECT_KEY_BYTES 56
#define BRANCHES 256

/* Which branch `e` goes to. Anything but the main branch is a fork. */
static enum st choose_branch(struct store_txn *t, const struct entry_view *e,
                             const struct chain_mark *m, unsigned *branch, struct err *err)
{
    bool follows = e->seq == m->seq + 1;
    bool linked = follows && (e->seq == 1 || h32_eq(e->prev, m->hash));
    int before = linked || e->seq == 1 ? 0 : place_branch_of(t, e->prev);
    unsigned b = before > 0 ? (unsigned)before : 0; /* 0: where it goes on from is not here */
    if (!linked && follows && b == 0) {
        b = 1; /* it continues another entry than the one that is the head here */
    }
    uint8_t key[PLACE_BYTES];
    while (b < BRANCHES && store_has(t, T_ENTRY, place_put(e->author, e->epoch, e->seq, b, key))) {
        b++;
    }
    if (b == BRANCHES) {
        return err_set(err, ST_TOO_BIG, 0, "journal_keep", "a chain forked more than 255 times");
    }
    *branch = b;
    return ST_OK;
}

static enum st put_indexes(struct store_txn *t, const struct entry_view *e, bytes place,
                           struct err *err)
{
    uint8_t subject[SUBJECT_KEY_BYTES];
    memcpy(subject, e->subject.b, 16);
    be64_put(subject + 16, e->time);
    memcpy(subject + 24, e->hash.b, 32);
    enum st st = store_put(t, T_HASH, bytes_of(e->hash.b, sizeof e->hash.b), place, err);
    st = st != ST_OK ? st : store_put(t, T_SUBJECT, bytes_of(subject, sizeof subject), place, err);
    return st != ST_OK ? st : said_index(t, e, place, err);
}

static void move_mark(struct chain_mark *m, const struct entry_view *e)
{
    if (e->seq > m->seq) {
        m->seq = e->seq;
        m->hash = e->hash;
    }
    if (e->time > m->time) {
        m->time = e->time;
    }
}

enum st journal_keep_next(struct store_txn *t, const struct entry_view *e, struct chain_mark *m,
                          struct err *err)
{
    if (m->forked || e->seq != m->seq + 1 || (e->seq > 1 && !h32_eq(e->prev, m->hash))) {
        return ST_CONFLICT;
    }
    uint8_t key[PLACE_BYTES];
    bytes place = place_put(e->author, e->epoch, e->seq, 0, key);
    enum st st = store_put_new(t, T_ENTRY, place, e->whole, err);
    if (st == ST_OK) {
        move_mark(m, e);
    }
    return st == ST_EXISTS ? ST_CONFLICT : st;
}

enum st journal_index(struct store_txn *t, const struct entry_view *e, struct err *err)
{
    uint8_t key[PLACE_BYTES];
    return put_indexes(t, e, place_put(e->author, e->epoch, e->seq, 0, key), err);
}

/* Held already, beyond a gap that has just been filled: the mark goes on over it. */
static void step_over(struct store_txn *t, const struct entry_view *e, struct chain_mark *m)
{
    uint8_t key[PLACE_BYTES];
    bool next = e->seq == m->seq + 1 && (e->seq == 1 || h32_eq(e->prev, m->hash));
    if (next && place_branch_of(t, e->hash) == 0 &&
        store_has(t, T_ENTRY, place_put(e->author, e->epoch, e->seq, 0, key))) {
        move_mark(m, e);
    }
}

/* Somewhere else than at the head of an unforked chain: it may be here, or lie on a branch. */
static enum st keep_aside(struct store_txn *t, const struct entry_view *e, struct chain_mark *m,
                          bool *forked, struct err *err)
{
    uint8_t key[PLACE_BYTES];
    unsigned branch = 0;
    if (store_has(t, T_HASH, bytes_of(e->hash.b, sizeof e->hash.b))) {
        step_over(t, e, m);
        return ST_EXISTS;
    }
    enum st st = choose_branch(t, e, m, &branch, err);
    bytes place = place_put(e->author, e->epoch, e->seq, branch, key);
    if (st == ST_OK) {
        st = store_put(t, T_ENTRY, place, e->whole, err);
    }
    if (st == ST_OK) {
        st = put_indexes(t, e, place, err);
    }
    if (st != ST_OK) {
        return st;
    }
    if (branch != 0) {
        *forked = true;
        m->forked = true;
        m->time = e->time > m->time ? e->time : m->time;
    } else {
        move_mark(m, e);
    }
    return ST_OK;
}

enum st journal_keep_marked(struct store_txn *t, const struct entry_view *e, struct chain_mark *m,
                            bool *forked, struct err *err)
{
    *forked = false;
    enum st st = journal_keep_next(t, e, m, err);
    if (st == ST_CONFLICT) {
        return keep_aside(t, e, m, forked, err);
    }
    return st == ST_OK ? journal_index(t, e, err) : st;
}

/* All that a receipt covers is here again. What lies beyond another gap nobody can fill: the mark
 * is the chain's last. */
static enum st run_to_end(struct store_txn *t, struct chain_mark *m, struct err *err)
{
    uint8_t room[CAP_ENTRY_BYTES + 64], key[PLACE_BYTES];
    struct arena a = arena_of(room, sizeof room);
    struct entry_view e;
    bytes last;
    place_put(m->author, m->epoch, 0, 0, key);
    enum st st = store_last(t, T_ENTRY, bytes_of(key, 16), &a, &last, err);
    uint64_t seq = st == ST_OK ? place_seq(last) : 0;
    if (st != ST_OK || seq <= m->seq) {
        return st == ST_NOT_FOUND ? ST_OK : st;
    }
    a = arena_of(room, sizeof room);
    st = journal_at(t, m->author, m->epoch, seq, &a, &e, err);
    if (st == ST_OK) {
        move_mark(m, &e);
    }
    return st == ST_NOT_FOUND || st == ST_CORRUPT ? ST_OK : st;
}

/* A receipt covers more than the mark: damage took entries out of the middle. What lies beyond the
 * gap that was just filled is held already. */
static enum st run_on(struct store_txn *t, struct chain_mark *m, struct err *err)
{
    uint8_t room[CAP_ENTRY_BYTES + 64];
    enum st st = ST_OK;
    while (st == ST_OK) {
        struct arena a = arena_of(room, sizeof room);
        struct entry_view e;
        st = journal_at(t, m->author, m->epoch, m->seq + 1, &a, &e, err);
        if (st == ST_OK && (m->seq == 0 ? !h32_zero(e.prev) : !h32_eq(e.prev, m->hash))) {
            st = ST_NOT_FOUND; /* another branch's: the main one ends here */
        }
        if (st == ST_OK) {
            move_mark(m, &e);
        }
    }
    st = st == ST_NOT_FOUND || st == ST_CORRUPT ? ST_OK : st;
    return st == ST_OK && m->seq >= m->receipt_seq ? run_to_end(t, m, err) : st;
}

enum st journal_keep(struct store_txn *t, const struct entry_view *e, bool *forked, struct err *err)
{
    uint8_t room[512];
    struct arena tmp = arena_of(room, sizeof room);
    struct chain_mark m;
    *forked = false;
    enum st st = chain_mark_get(t, e->author, e->epoch, &tmp, &m, err);
    if (st != ST_OK && st != ST_NOT_FOUND) {
        return st;
    }
    uint64_t before = m.seq;
    st = journal_keep_marked(t, e, &m, forked, err);
    if (st == ST_OK && m.receipt_seq > m.seq) {
        st = run_on(t, &m, err);
    }
    enum st put =
        st == ST_OK || (st == ST_EXISTS && m.seq != before) ? chain_mark_put(t, &m, err) : ST_OK;
    return put != ST_OK ? put : st;
}

static enum st read_entry(struct store_txn *t, bytes key, struct arena *a, struct entry_view *e,
                          struct err *err)
{
    bytes whole;
    enum st st = store_get(t, T_ENTRY, key, a, &whole, err);
    if (st != ST_OK) {
        return st;
    }
    const char *rule;
    if (entry_parse(whole, e, NULL, &rule) != ST_OK) {
        return err_set(err, ST_CORRUPT, 0, "journal_get", "a kept entry does not parse: %s", rule);
    }
    return ST_OK;
}

enum st journal_get(struct store_txn *t, h32 hash, struct arena *a, struct entry_view *e,
                    struct err *err)
{
    memset(e, 0, sizeof *e);
    bytes key;
    enum st st = store_get(t, T_HASH, bytes_of(hash.b, sizeof hash.b), a, &key, err);
    if (st != ST_OK) {
        return st;
    }
    st = read_entry(t, key, a, e, err);
    if (st == ST_NOT_FOUND || (st == ST_OK && !h32_eq(e->hash, hash))) {
        memset(e, 0, sizeof *e);
        return err_set(err, ST_CORRUPT, 0, "journal_get",
                       "the index of hashes points to another entry or to none");
    }
    return st;
}

enum st journal_at(struct store_txn *t, id8 author, id8 epoch, uint64_t seq, struct arena *a,
                   struct entry_view *e, struct err *err)
{
    memset(e, 0, sizeof *e);
    uint8_t key[PLACE_BYTES];
    return read_entry(t, place_put(author, epoch, seq, 0, key), a, e, err);
}
