/* want_back.c - see want_back.h. */
#include "sync/engine/want_back.h"

#include "core/journal/missing.h"
#include "core/model/bodies.h"
#include "sync/engine/parts.h"

#include <stdlib.h>

struct gone {
    h32 name;
    id16 subject;
};
struct list {
    struct gone *v;
    size_t n, room;
    bool full;
};

static void note(void *ctx, h32 name, const struct entry_view *by)
{
    struct list *l = ctx;
    if (l->n == l->room) {
        size_t room = l->room == 0 ? 64 : 2 * l->room;
        struct gone *v = realloc(l->v, room * sizeof *v);
        if (v == NULL) {
            l->full = true;
            return;
        }
        l->v = v;
        l->room = room;
    }
    l->v[l->n++] = (struct gone){name, by->subject};
}

static enum st want(struct store_txn *t, const struct gone *g, struct err *err)
{
    if (store_att_state(t, g->name) != ATT_ABSENT) {
        return ST_OK; /* forget_again has just marked it */
    }
    enum st st = parts_want(t, g->name, err);
    if (st != ST_OK || store_side(store_of(t)) != STORE_HQ) {
        return st;
    }
    /* Headquarters must know whose key it is to be kept under. */
    return store_put(t, T_ATTREF, bytes_of(g->name.b, sizeof g->name.b),
                     bytes_of(g->subject.b, sizeof g->subject.b), err);
}

/* --- forgotten ones -----------------------------------------------------------------------------
 */

static bool has_effect(struct store_txn *t, const struct entry_view *e)
{
    uint8_t room[CAP_CERT_BYTES + 64];
    struct arena a = arena_of(room, sizeof room);
    struct cert c;
    bytes doc;
    const char *rule;
    /* Form is enough: what lies under our seal was verified before it was kept. */
    if (store_get(t, T_CERT, bytes_of(e->author.b, sizeof e->author.b), &a, &doc, NULL) != ST_OK ||
        cert_parse(doc, &c, &rule) != ST_OK) {
        return false;
    }
    return kind_has_effect(KIND_FORGOTTEN, c.role == ROLE_HEADQUARTERS ? e->actor_role : c.role);
}

static enum st mark_again(struct store_txn *t, const struct entry_view *e, union body *b,
                          struct err *err)
{
    enum st st = ST_OK;
    if (e->kind != KIND_FORGOTTEN || !has_effect(t, e) ||
        body_decode(KIND_FORGOTTEN, e->body, b) != ST_OK) {
        return ST_OK;
    }
    for (unsigned i = 0; i < b->forgotten.n && st == ST_OK; i++) {
        st = store_att_state(t, b->forgotten.atts[i]) == ATT_ABSENT
                 ? store_att_forget(t, b->forgotten.atts[i], e->hash, b->forgotten.rule, e->wall_ms,
                                    err)
                 : ST_OK;
    }
    return st;
}

/* A mark that went with its page is set again: else what was forgotten would be fetched back. */
static enum st forget_again(struct store_txn *t, struct arena scratch, struct err *err)
{
    struct store_cursor *c = NULL;
    bytes key, whole, none = {NULL, 0};
    union body *b = arena_new(&scratch, union body, 1);
    enum st st = b == NULL ? ST_FULL : store_scan(t, T_ENTRY, none, none, &c, err);
    while (st == ST_OK) {
        struct arena a = scratch;
        struct entry_view e;
        st = store_next(c, &key);
        if (st == ST_OK && store_value(c, &a, &whole, NULL) == ST_OK &&
            entry_parse(whole, &e, NULL, NULL) == ST_OK) {
            st = mark_again(t, &e, b, err);
        }
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

/* --- absent ones --------------------------------------------------------------------------------
 */

static enum st want_all(struct store_txn *t, struct arena scratch, struct err *err)
{
    struct list l = {.v = NULL};
    struct missing_sink sink = {NULL, note, &l};
    struct missing_totals totals;
    enum st st = journal_missing(store_of(t), NULL, scratch, &sink, &totals, err);
    st = l.full ? err_set(err, ST_FULL, 0, "want_back", "no memory") : st;
    for (size_t i = 0; i < l.n && st == ST_OK; i++) {
        st = want(t, &l.v[i], err);
    }
    free(l.v);
    return st;
}

enum st want_back(struct store_txn *t, struct err *err)
{
    uint8_t *room = malloc(CAP_SCRATCH_BYTES);
    if (room == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    enum st st = forget_again(t, arena_of(room, CAP_SCRATCH_BYTES), err);
    st = st != ST_OK ? st : want_all(t, arena_of(room, CAP_SCRATCH_BYTES), err);
    free(room);
    return st;
}
