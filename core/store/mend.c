/* mend.c - after a salvage: what is derived is computed again, and what is missing shows in the
 * chains' marks. See salvage.h. */
#include "core/store/salvage.h"

#include "core/journal/append.h"
#include "core/journal/place.h"
#include "core/store/inside.h"
#include "core/store/rebuild.h"

static bool has_note(struct store_txn *t, const char *name)
{
    return store_has(t, T_META, str_bytes(str_c(name)));
}

void store_suspect(struct store *s)
{
    atomic_store(&s->suspect, true);
}

bool store_tail_in_doubt(struct store_txn *t)
{
    return has_note(t, META_DOUBT);
}

static enum st drop_note(struct store_txn *t, const char *name, struct err *err)
{
    enum st st = store_del(t, T_META, str_bytes(str_c(name)), err);
    return st == ST_NOT_FOUND ? ST_OK : st;
}

enum st store_tail_settled(struct store_txn *t, struct err *err)
{
    return drop_note(t, META_DOUBT, err);
}

/* One chain's main branch: how far from 1 without gap, and how far at all. */
struct prefix {
    bool any, whole; /* whole: it should have no gap */
    uint8_t chain[PLACE_CHAIN_BYTES];
    uint64_t seq, last;
};

/* Where the mark belongs. A device's goes back only before a gap that headquarters can fill, since
 * a receipt covers it: what nobody else has would only be hidden, and what lies beyond with it. */
static uint64_t place_of(const struct store_txn *t, const struct prefix *p,
                         const struct chain_mark *m)
{
    bool fills = t->s->side == STORE_HQ || m->receipt_seq > p->seq;
    return p->whole && fills ? p->seq : p->last;
}

static enum st lower(struct store_txn *t, const struct prefix *p, struct arena tmp, struct err *err)
{
    struct chain_mark m;
    struct entry_view e;
    id8 author, epoch;
    memcpy(author.b, p->chain, 8);
    memcpy(epoch.b, p->chain + 8, 8);
    struct arena a = tmp;
    enum st st = chain_mark_get(t, author, epoch, &a, &m, err);
    uint64_t seq = st == ST_OK ? place_of(t, p, &m) : 0;
    if (st != ST_OK || m.seq <= seq) {
        return st == ST_NOT_FOUND ? ST_OK : st;
    }
    memset(&m.hash, 0, sizeof m.hash);
    m.seq = seq;
    if (seq > 0) {
        a = tmp;
        st = journal_at(t, author, epoch, seq, &a, &e, err);
        m.hash = st == ST_OK ? e.hash : m.hash;
    }
    return st != ST_OK ? st : chain_mark_put(t, &m, err);
}

/* The chain of the current epoch; where damage took that row: any chain that receipts cover, since
 * a device gets them for its own alone. */
static bool is_own(struct store_txn *t, bytes key, bytes epoch)
{
    uint8_t room[512];
    struct arena tmp = arena_of(room, sizeof room);
    struct chain_mark m;
    id8 author, of;
    if (key.n != PLACE_CHAIN_BYTES) {
        return false;
    }
    memcpy(author.b, key.p, 8);
    memcpy(of.b, key.p + 8, 8);
    return epoch.n == 8
               ? memcmp(of.b, epoch.p, 8) == 0
               : chain_mark_get(t, author, of, &tmp, &m, NULL) == ST_OK && m.receipt_seq != 0;
}

bool store_own_author(struct store_txn *t, id8 *own)
{
    uint8_t room[64];
    struct arena tmp = arena_of(room, sizeof room);
    struct store_cursor *c = NULL;
    bytes key, epoch, none = {NULL, 0};
    bool found = false;
    if (store_get(t, T_META, str_bytes(S("epoch")), &tmp, &epoch, NULL) != ST_OK) {
        epoch = none;
    }
    if (store_scan(t, T_HEAD, none, none, &c, NULL) != ST_OK) {
        return false;
    }
    while (!found && store_next(c, &key) == ST_OK) {
        found = is_own(t, key, epoch);
        if (found) {
            memcpy(own->b, key.p, sizeof own->b);
        }
    }
    store_scan_end(&c);
    return found;
}

/* Held whole are headquarters' chains of everybody, and a device's own. Keys alone are read: every
 * entry that is here holds, the salvage saw to it. */
static enum st lower_marks(struct store_txn *t, struct arena tmp, struct err *err)
{
    id8 own = {{0}};
    bool has_own = t->s->side == STORE_DEVICE && store_own_author(t, &own);
    struct store_cursor *c;
    struct prefix p = {.any = false};
    bytes key, none = {NULL, 0};
    enum st st = store_scan(t, T_ENTRY, none, none, &c, err);
    if (st != ST_OK) {
        return st;
    }
    for (st = store_next(c, &key); st == ST_OK; st = st == ST_OK ? store_next(c, &key) : st) {
        if (!place_is(key) || place_branch(key) != 0) {
            continue;
        }
        const uint64_t seq = place_seq(key);
        if (!p.any || memcmp(p.chain, key.p, PLACE_CHAIN_BYTES) != 0) {
            st = p.any ? lower(t, &p, tmp, err) : ST_OK;
            p = (struct prefix){.any = true};
            memcpy(p.chain, key.p, PLACE_CHAIN_BYTES);
            p.whole =
                t->s->side == STORE_HQ || (has_own && memcmp(own.b, key.p, sizeof own.b) == 0);
        }
        p.seq += seq == p.seq + 1;
        p.last = seq;
    }
    store_scan_end(&c);
    st = st == ST_END ? ST_OK : st;
    return st == ST_OK && p.any ? lower(t, &p, tmp, err) : st;
}

/* Is there an entry that goes on from where the chain's mark says that it ends? */
static bool is_behind(struct store_txn *t, bytes key)
{
    uint8_t room[CAP_ENTRY_BYTES + 1024];
    struct arena tmp = arena_of(room, sizeof room);
    struct chain_mark m;
    struct entry_view e;
    id8 author, epoch;
    if (key.n != PLACE_CHAIN_BYTES) {
        return false;
    }
    memcpy(author.b, key.p, 8);
    memcpy(epoch.b, key.p + 8, 8);
    if (chain_mark_get(t, author, epoch, &tmp, &m, NULL) != ST_OK) {
        return false;
    }
    tmp = arena_of(room, sizeof room);
    return journal_at(t, author, epoch, m.seq + 1, &tmp, &e, NULL) == ST_OK &&
           (m.seq == 0 || h32_eq(e.prev, m.hash));
}

/* A page of T_HEAD that never reached the disk, or was written over by an older one: every seal
 * holds, and only the entries tell. As cheap as there are chains, so every open asks. */
static bool a_mark_is_behind(struct store_txn *t)
{
    struct store_cursor *c;
    bytes key, none = {NULL, 0};
    bool behind = false;
    if (store_scan(t, T_HEAD, none, none, &c, NULL) != ST_OK) {
        return false;
    }
    while (!behind && store_next(c, &key) == ST_OK) {
        behind = is_behind(t, key);
    }
    store_scan_end(&c);
    return behind;
}

bool store_mend_due(struct store_txn *t)
{
    return has_note(t, META_MEND) || a_mark_is_behind(t);
}

static void read_note(struct store_txn *t, struct salvage_totals *out)
{
    uint64_t n[NOTE_NUMBERS] = {0};
    uint8_t room[sizeof n + 64];
    struct arena a = arena_of(room, sizeof room);
    bytes v;
    if (store_get(t, T_META, str_bytes(S(META_MEND)), &a, &v, NULL) == ST_OK && v.n == sizeof n) {
        memcpy(n, v.p, sizeof n);
    }
    *out = (struct salvage_totals){
        .values = n[1], .damaged = n[2], .bad = n[3], .rescued = n[4], .metas_agree = n[5] != 0};
}

enum st store_mend(struct store *s, struct arena scratch, store_mend_also also,
                   struct salvage_totals *totals, struct err *err)
{
    struct store_rebuild_totals n;
    struct store_txn *t = NULL;
    enum st st = store_rebuild(s, scratch, &n, err);
    st = st != ST_OK ? st : store_write(s, &t, err);
    if (st != ST_OK) {
        return st;
    }
    if (totals != NULL) {
        read_note(t, totals);
    }
    st = lower_marks(t, scratch, err);
    st = st == ST_OK && also != NULL ? also(t, err) : st;
    st = st != ST_OK ? st : drop_note(t, META_MEND, err);
    if (st != ST_OK) {
        store_abort(&t);
        return st;
    }
    return store_commit(&t, err);
}
