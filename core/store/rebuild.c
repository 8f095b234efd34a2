/* rebuild.c - see rebuild.h. */
#include "core/store/rebuild.h"

#include "core/fold/refold.h"
#include "core/journal/append.h"
#include "core/journal/place.h"
#include "core/journal/said.h"
#include "core/store/inside.h"

#define SUBJECT_KEY_BYTES 56 /* subject 16, time 8, hash 32 */

static enum st drop_derived(struct store_txn *t, struct err *err)
{
    static const enum table derived[] = {T_HASH, T_SUBJECT, T_STATE, T_LIST, T_CODE, T_SAID};
    for (size_t i = 0; i < sizeof derived / sizeof derived[0]; i++) {
        int rc = mdb_drop(t->txn, t->s->dbi[derived[i]], 0);
        if (rc != 0) {
            return store_txn_fail(t, err, rc, __func__, "empty a derived table");
        }
    }
    return ST_OK;
}

static enum st index_entry(struct store_txn *t, bytes place, const struct entry_view *e,
                           struct err *err)
{
    uint8_t key[SUBJECT_KEY_BYTES];
    memcpy(key, e->subject.b, 16);
    be64_put(key + 16, e->time);
    memcpy(key + 24, e->hash.b, 32);
    enum st st = store_put(t, T_HASH, bytes_of(e->hash.b, sizeof e->hash.b), place, err);
    st = st != ST_OK ? st : store_put(t, T_SUBJECT, bytes_of(key, sizeof key), place, err);
    return st != ST_OK ? st : said_index(t, e, place, err);
}

/* What the entries of one chain say its mark should be. */
struct chain_seen {
    bool any;
    struct chain_mark m;
};

/* A mark is only ever raised: one that is beyond the entries tells of a lost tail, and a tail that
 * nobody misses would be written a second time. */
static enum st mend_mark(struct store_txn *t, const struct chain_seen *seen,
                         struct store_rebuild_totals *out, struct err *err)
{
    uint8_t room[512];
    struct arena tmp = arena_of(room, sizeof room);
    struct chain_mark m;
    if (!seen->any) {
        return ST_OK;
    }
    enum st st = chain_mark_get(t, seen->m.author, seen->m.epoch, &tmp, &m, err);
    if (st != ST_OK && st != ST_NOT_FOUND && st != ST_CORRUPT) {
        return st;
    }
    bool wrong = st != ST_OK || m.seq < seen->m.seq || m.time < seen->m.time ||
                 (seen->m.forked && !m.forked);
    if (!wrong) {
        return ST_OK;
    }
    if (st != ST_OK) {
        m = seen->m; /* its receipts come again with the next exchange */
    }
    if (m.seq < seen->m.seq) {
        m.seq = seen->m.seq;
        m.hash = seen->m.hash;
    }
    m.time = m.time > seen->m.time ? m.time : seen->m.time;
    m.forked = m.forked || seen->m.forked;
    out->marks++;
    return chain_mark_put(t, &m, err);
}

static enum st see(struct store_txn *t, bytes place, const struct entry_view *e,
                   struct chain_seen *seen, struct store_rebuild_totals *out, struct err *err)
{
    if (!seen->any || !id8_eq(seen->m.author, e->author) || !id8_eq(seen->m.epoch, e->epoch)) {
        enum st st = mend_mark(t, seen, out, err);
        if (st != ST_OK) {
            return st;
        }
        *seen = (struct chain_seen){.any = true, .m = {.author = e->author, .epoch = e->epoch}};
    }
    if (place_branch(place) != 0) {
        seen->m.forked = true;
    } else if (e->seq > seen->m.seq) {
        seen->m.seq = e->seq;
        seen->m.hash = e->hash;
    }
    seen->m.time = e->time > seen->m.time ? e->time : seen->m.time;
    return ST_OK;
}

/* Is the entry where its own author, epoch and sequence say? */
static bool in_place(bytes key, const struct entry_view *e)
{
    return place_is(key) && memcmp(key.p, e->author.b, 8) == 0 &&
           memcmp(key.p + 8, e->epoch.b, 8) == 0 && place_seq(key) == e->seq;
}

static enum st index_all(struct store_txn *t, struct arena scratch,
                         struct store_rebuild_totals *out, struct err *err)
{
    struct store_cursor *c;
    struct chain_seen seen = {.any = false};
    bytes key, whole, none = {NULL, 0};
    enum st st = store_scan(t, T_ENTRY, none, none, &c, err);
    if (st != ST_OK) {
        return st;
    }
    for (st = store_next(c, &key); st == ST_OK; st = st == ST_OK ? store_next(c, &key) : st) {
        struct arena a = scratch;
        struct entry_view e;
        st = store_value(c, &a, &whole, err);
        if (st == ST_CORRUPT ||
            (st == ST_OK && (entry_parse(whole, &e, NULL, NULL) != ST_OK || !in_place(key, &e)))) {
            out->damaged++;
            st = ST_OK;
            continue;
        }
        st = st != ST_OK ? st : index_entry(t, key, &e, err);
        st = st != ST_OK ? st : see(t, key, &e, &seen, out, err);
        out->entries += st == ST_OK;
    }
    store_scan_end(&c);
    return st == ST_END ? mend_mark(t, &seen, out, err) : st;
}

static enum st fold_all(struct store_txn *t, struct arena scratch, struct store_rebuild_totals *out,
                        struct err *err)
{
    struct store_cursor *c;
    id16 last = {{0}};
    bool any = false;
    bytes key, none = {NULL, 0};
    enum st st = store_scan(t, T_SUBJECT, none, none, &c, err);
    if (st != ST_OK) {
        return st;
    }
    for (st = store_next(c, &key); st == ST_OK; st = st == ST_OK ? store_next(c, &key) : st) {
        if (any && memcmp(last.b, key.p, sizeof last.b) == 0) {
            continue;
        }
        memcpy(last.b, key.p, sizeof last.b);
        any = true;
        st = fold_refold(t, last, scratch, err);
        out->subjects += st == ST_OK;
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

static enum st all_in(struct store_txn *t, struct arena scratch, struct store_rebuild_totals *out,
                      struct err *err)
{
    struct store *s = t->s;
    store_step(s, "begun");
    enum st st = layout_tables(t, err);
    st = st != ST_OK ? st : drop_derived(t, err);
    store_step(s, "dropped");
    st = st != ST_OK ? st : index_all(t, scratch, out, err);
    store_step(s, "indexed");
    st = st != ST_OK ? st : fold_all(t, scratch, out, err);
    store_step(s, "folded");
    return st != ST_OK ? st : layout_put(t, err);
}

enum st store_rebuild(struct store *s, struct arena scratch, struct store_rebuild_totals *out,
                      struct err *err)
{
    struct store_txn *t = NULL;
    bool older = s->older;
    MDB_dbi before[TABLES];
    memcpy(before, s->dbi, sizeof before);
    memset(out, 0, sizeof *out);
    s->older = false; /* for this transaction, which mends that */
    enum st st = store_write(s, &t, err);
    st = st != ST_OK ? st : all_in(t, scratch, out, err);
    if (st == ST_OK) {
        st = store_commit(&t, err);
    }
    store_step(s, "committed");
    if (st != ST_OK) {
        store_abort(&t);
        memcpy(s->dbi, before, sizeof before); /* LMDB closed what the transaction had made */
        s->older = older;
    }
    return st;
}

enum st store_upgrade(struct store *s, struct arena scratch, struct store_rebuild_totals *out,
                      struct err *err)
{
    memset(out, 0, sizeof *out);
    return s->older ? store_rebuild(s, scratch, out, err) : ST_OK;
}
