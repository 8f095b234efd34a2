/* late.c - see late.h. */
#include "sync/hq/late.h"

#include "core/fold/refold.h"
#include "core/journal/append.h"
#include "core/journal/place.h"
#include "core/keys/trust.h"
#include "core/model/kinds.h"

const char *late_why_name(enum late_why why)
{
    static const char *const names[] = {"", "after", "journal", "branch"};
    return (unsigned)why < sizeof names / sizeof names[0] ? names[why] : "";
}

struct looking {
    struct store_txn *t;
    struct fold_cut *cut;
    bool *main; /* of each head: does it lie on its journal's main branch? */
};

/* Of a revocation that cannot be read none. */
static unsigned heads(const struct looking *l)
{
    return l->cut->readable ? l->cut->revocation.nheads : 0;
}

static enum st look(struct looking *l, id8 author, struct arena *tmp, struct err *err)
{
    l->cut = arena_new(tmp, struct fold_cut, 1);
    l->main = arena_new(tmp, bool, REVOCATION_HEADS_MAX);
    if (l->cut == NULL || l->main == NULL) {
        return err_set(err, ST_FULL, 0, "late_each", "scratch");
    }
    memset(l->cut, 0, sizeof *l->cut);
    fold_cut_load(l->t, author, l->cut, *tmp);
    for (unsigned i = 0; i < heads(l); i++) {
        l->main[i] = place_branch_of(l->t, l->cut->revocation.heads[i].hash) == 0;
    }
    return ST_OK;
}

/* Below a trusted head, both on the main branch: most of a long history, told from its key. */
static bool plainly_stands(const struct looking *l, bytes key)
{
    const struct revocation *r = &l->cut->revocation;
    uint64_t seq = place_seq(key);
    for (unsigned i = 0; place_branch(key) == 0 && i < heads(l); i++) {
        if (l->main[i] && seq <= r->heads[i].seq &&
            memcmp(r->heads[i].epoch.b, key.p + 8, 8) == 0) {
            return true;
        }
    }
    return false;
}

static enum late_why why_of(const struct looking *l, const struct entry_view *e)
{
    const struct revocation *r = &l->cut->revocation;
    bool listed = false, below = false;
    for (unsigned i = 0; i < heads(l); i++) {
        if (id8_eq(r->heads[i].epoch, e->epoch)) {
            listed = true;
            below = below || e->seq <= r->heads[i].seq;
        }
    }
    return below ? LATE_BRANCH : listed ? LATE_AFTER : LATE_JOURNAL;
}

static enum st one(const struct looking *l, struct store_cursor *c, struct arena tmp, late_fn each,
                   void *ctx)
{
    struct entry_view e;
    bytes whole;
    if (store_value(c, &tmp, &whole, NULL) != ST_OK ||
        entry_parse(whole, &e, NULL, NULL) != ST_OK) {
        return ST_OK; /* damage hides nothing else; check reports it */
    }
    bool shown = e.kind != KIND_JOURNAL_OPENED && !fold_is_bad(l->t, e.hash) &&
                 fold_is_cut_off(l->t, &e, l->cut, tmp);
    return shown ? each(ctx, &e, why_of(l, &e)) : ST_OK;
}

enum st late_each(struct store_txn *t, id8 author, struct arena tmp, late_fn each, void *ctx,
                  struct err *err)
{
    struct looking l = {.t = t};
    struct store_cursor *c = NULL;
    bytes key;
    if (!store_has(t, T_REVOKED, bytes_of(author.b, sizeof author.b))) {
        return ST_OK;
    }
    enum st st = look(&l, author, &tmp, err);
    st = st == ST_OK
             ? store_scan(t, T_ENTRY, bytes_of(author.b, sizeof author.b), (bytes){0}, &c, err)
             : st;
    while (st == ST_OK) {
        st = store_next(c, &key);
        if (st == ST_OK && place_is(key) && !plainly_stands(&l, key)) {
            st = one(&l, c, tmp, each, ctx);
        }
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}
