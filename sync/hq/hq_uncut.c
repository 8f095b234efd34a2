/* hq_uncut.c - see hq_uncut.h. */
#include "sync/hq/hq_uncut.h"

#include "sync/hq/hq_route.h"

#include <stdlib.h>

static enum st push(struct hq_uncut *u, h32 hash, struct err *err)
{
    if (u->n == u->room) {
        size_t room = u->room == 0 ? 64 : 2 * u->room;
        h32 *v = realloc(u->v, room * sizeof *v);
        if (v == NULL) {
            return err_set(err, ST_FULL, 0, "hq_uncut_note", "no memory");
        }
        u->v = v;
        u->room = room;
    }
    u->v[u->n++] = hash;
    return ST_OK;
}

enum st hq_uncut_note(struct store_txn *t, const struct revocation *next, struct arena scratch,
                      struct hq_uncut *out, struct err *err)
{
    struct store_cursor *c = NULL;
    struct fold_cut cut = {.loaded = false};
    struct arena tmp = scratch;
    bytes doc, key, whole;
    bytes author = bytes_of(next->author.b, sizeof next->author.b);
    enum st st = store_get(t, T_REVOKED, author, &tmp, &doc, err);
    if (st != ST_OK || bytes_eq(doc, next->whole)) {
        return st == ST_NOT_FOUND || st == ST_CORRUPT ? ST_OK : st;
    }
    st = store_scan(t, T_ENTRY, author, (bytes){NULL, 0}, &c, err);
    while (st == ST_OK) {
        struct entry_view e;
        tmp = scratch;
        st = store_next(c, &key);
        if (st == ST_OK && store_value(c, &tmp, &whole, NULL) == ST_OK &&
            entry_parse(whole, &e, NULL, NULL) == ST_OK && fold_is_cut_off(t, &e, &cut, tmp)) {
            st = push(out, e.hash, err);
        }
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

enum st hq_uncut_route(struct hq *hq, struct store_txn *t, const struct hq_uncut *u,
                       struct err *err)
{
    struct fold_cut cut = {.loaded = false};
    enum st st = ST_OK;
    for (size_t i = 0; i < u->n && st == ST_OK; i++) {
        uint8_t room[CAP_ENTRY_BYTES + 512];
        struct arena here = arena_of(room, sizeof room);
        struct entry_view e;
        st = journal_get(t, u->v[i], &here, &e, err);
        if (st == ST_OK && !hq_route_withheld(t, &e, &cut)) {
            st = hq_route_entry(hq, t, &e, arena_of(hq->routing, CAP_SCRATCH_BYTES), err);
        }
        st = st == ST_CORRUPT || st == ST_NOT_FOUND ? ST_OK : st; /* damage hides nothing else */
    }
    return st;
}
