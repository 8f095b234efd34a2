/* lineage.c - see lineage.h. */
#include "core/fold/lineage.h"

#include "core/journal/append.h"
#include "core/journal/place.h"

#define NAME "lineage/"
#define NAME_BYTES 8
#define KEY_BYTES (NAME_BYTES + 32)

/* The way down from a head, as runs of one branch byte each. Under one sequence a branch byte is
 * one entry, so sequence and byte tell whether an entry is on the way. */
#define RUN_BYTES 9  /* the lowest sequence of the run, its branch byte */
#define RUNS_MAX 255 /* going up a branch its byte only grows (journal/keep.c) */
#define BELOW_BYTES                                                                                \
    32 /* after the runs: the hash of what comes before the lowest; zero: nothing                  \
        */
#define WAY_BYTES (RUNS_MAX * RUN_BYTES + BELOW_BYTES)

static bytes note_key(h32 head, uint8_t key[static KEY_BYTES])
{
    memcpy(key, NAME, NAME_BYTES);
    memcpy(key + NAME_BYTES, head.b, sizeof head.b);
    return bytes_of(key, KEY_BYTES);
}

/* ---- the note ------------------------------------------------------------------------------- */

/* What comes next on the way; false: it is not here, or under a number that does not follow, which
 * ends what is known. `expected` 0: any. */
static bool next_of(struct store_txn *t, h32 at, uint64_t expected, int *branch, uint64_t *seq,
                    h32 *prev)
{
    uint8_t room[CAP_ENTRY_BYTES + 128];
    struct arena tmp = arena_of(room, sizeof room);
    struct entry_view e;
    *branch = place_branch_of(t, at);
    if (*branch < 0 || journal_get(t, at, &tmp, &e, NULL) != ST_OK ||
        (expected != 0 && e.seq != expected)) {
        return false;
    }
    *seq = e.seq;
    *prev = e.prev;
    return true;
}

/* The bytes of the note; 0: there is none. */
static size_t way_down(struct store_txn *t, h32 at, uint8_t way[static WAY_BYTES])
{
    size_t n = 0;
    uint64_t seq = 0, expected = 0;
    int branch, last = -1;
    while (next_of(t, at, expected, &branch, &seq, &at)) {
        if (branch != last) {
            if (n == (size_t)RUNS_MAX * RUN_BYTES) {
                return 0;
            }
            n += RUN_BYTES;
            last = branch;
        }
        be64_put(way + n - RUN_BYTES, seq);
        way[n - 1] = (uint8_t)branch;
        if (seq == 1) {
            memset(at.b, 0, sizeof at.b);
            break;
        }
        expected = seq - 1;
    }
    memcpy(way + n, at.b, BELOW_BYTES);
    return n == 0 ? 0 : n + BELOW_BYTES;
}

enum st lineage_keep(struct store_txn *t, const struct revocation *r, struct err *err)
{
    enum st st = ST_OK;
    bool hq = store_side(store_of(t)) == STORE_HQ;
    for (unsigned i = 0; hq && i < r->nheads && st == ST_OK; i++) {
        uint8_t way[WAY_BYTES], key[KEY_BYTES];
        h32 head = r->heads[i].hash;
        /* The main branch's byte says it all. */
        size_t n = place_branch_of(t, head) > 0 ? way_down(t, head, way) : 0;
        if (n != 0) {
            st = store_put(t, T_META, note_key(head, key), bytes_of(way, n), err);
        }
    }
    return st;
}

enum where { ON_THE_WAY, BESIDE, BELOW /* what is known of the way */ };

static enum where look_up(bytes way, const struct entry_view *e, int branch)
{
    size_t runs = way.n - BELOW_BYTES;
    for (size_t i = 0; i < runs; i += RUN_BYTES) {
        if (e->seq >= be64_get(way.p + i)) {
            return branch == way.p[i + RUN_BYTES - 1] ? ON_THE_WAY : BESIDE;
        }
    }
    return memcmp(way.p + runs, e->hash.b, BELOW_BYTES) == 0 ? ON_THE_WAY : BELOW;
}

/* From the head down, where nothing is noted: as far, and with the same answer, as a note says. */
static enum where walk(struct store_txn *t, const struct entry_view *e, h32 head)
{
    uint8_t room[CAP_ENTRY_BYTES + 128];
    uint64_t expected = 0;
    for (;;) {
        struct arena tmp = arena_of(room, sizeof room);
        struct entry_view at;
        if (h32_eq(head, e->hash)) {
            return ON_THE_WAY;
        }
        if (journal_get(t, head, &tmp, &at, NULL) != ST_OK) {
            return BELOW;
        }
        if (expected != 0 && at.seq != expected) {
            return BELOW;
        }
        if (at.seq <= e->seq) {
            return BESIDE;
        }
        expected = at.seq - 1;
        head = at.prev;
    }
}

static enum where where_is(struct store_txn *t, const struct entry_view *e, h32 head)
{
    uint8_t room[WAY_BYTES + 512], key[KEY_BYTES];
    struct arena tmp = arena_of(room, sizeof room);
    bytes way;
    bool noted = store_side(store_of(t)) == STORE_HQ &&
                 store_get(t, T_META, note_key(head, key), &tmp, &way, NULL) == ST_OK &&
                 way.n > BELOW_BYTES && (way.n - BELOW_BYTES) % RUN_BYTES == 0;
    return noted ? look_up(way, e, place_branch_of(t, e->hash)) : walk(t, e, head);
}

/* ---- what is asked -------------------------------------------------------------------------- */

/* Who holds the key can fork the chain below the head: a second entry under an old number. What
 * lies on a branch is not before a head that lies on none. */
bool lineage_beyond(struct store_txn *t, const struct entry_view *e, uint64_t seq, h32 head)
{
    if (e->seq >= seq) {
        return e->seq > seq || !h32_eq(e->hash, head);
    }
    if (store_side(store_of(t)) != STORE_HQ) {
        return false; /* what is held of the chain elsewhere must not change a subject's state */
    }
    int branch = place_branch_of(t, head);
    return branch == 0 ? place_branch_of(t, e->hash) > 0
                       : branch > 0 && where_is(t, e, head) == BESIDE;
}

bool lineage_leads(struct store_txn *t, const struct entry_view *e, uint64_t seq, h32 head)
{
    int branch = place_branch_of(t, head);
    if (e->seq > seq || branch < 0) {
        return false;
    }
    if (branch == 0 && store_side(store_of(t)) == STORE_HQ) {
        return place_branch_of(t, e->hash) == 0;
    }
    return where_is(t, e, head) == ON_THE_WAY;
}
