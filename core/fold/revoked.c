/* revoked.c - see revoked.h. */
#include "core/fold/revoked.h"

#include "core/codec/hash.h"
#include "core/fold/lineage.h"
#include "core/fold/refold.h"
#include "core/journal/append.h"

#define SUBJECTS_MAX 64 /* folded between two looks at the entries: a cursor outlives no write */
#define WALK_MAX 20000  /* keys passed between two looks: some 20 ms */

static bool earlier(const struct revocation *r, const struct revocation *other)
{
    h32 a, b;
    hash32(r->whole, a.b);
    hash32(other->whole, b.b);
    return r->time_ms != other->time_ms ? r->time_ms < other->time_ms
                                        : memcmp(a.b, b.b, sizeof a.b) < 0;
}

/* Does what is kept stand against `r`? */
static enum st look(struct store_txn *t, const struct revocation *r, const struct trust *trust,
                    struct arena tmp, bool *stands, bool *any, struct err *err)
{
    bytes doc;
    struct revocation *kept = arena_new(&tmp, struct revocation, 1);
    const char *rule;
    *stands = *any = false;
    if (kept == NULL) {
        return err_set(err, ST_FULL, 0, "revoked_keep", "scratch");
    }
    enum st st =
        store_get(t, T_REVOKED, bytes_of(r->author.b, sizeof r->author.b), &tmp, &doc, err);
    if (st != ST_OK) {
        return st == ST_NOT_FOUND || st == ST_CORRUPT ? ST_OK : st;
    }
    *any = true;
    *stands = revocation_open(doc, trust, kept, &rule) == ST_OK && !earlier(r, kept);
    return ST_OK;
}

static bool is_forked(struct store_txn *t, bytes key)
{
    uint8_t room[512];
    struct arena tmp = arena_of(room, sizeof room);
    struct chain_mark m;
    id8 author, epoch;
    memcpy(author.b, key.p, sizeof author.b);
    memcpy(epoch.b, key.p + 8, sizeof epoch.b);
    return chain_mark_get(t, author, epoch, &tmp, &m, NULL) == ST_OK && m.forked;
}

/* May it be cut off: by what stands now, or, where another stood before, by either? Of a forked
 * chain any may: the head need not lie on the branch that came first here. */
static bool concerned(struct store_txn *t, const struct revocation *r, bool any, bytes key)
{
    uint64_t seq = place_seq(key);
    bool listed = false, may = false;
    for (unsigned i = 0; i < r->nheads && !any; i++) {
        if (memcmp(r->heads[i].epoch.b, key.p + 8, 8) == 0) {
            listed = true;
            may = may || seq >= r->heads[i].seq || is_forked(t, key);
        }
    }
    return !listed || may;
}

static void add(id16 *ids, unsigned *n, id16 subject)
{
    for (unsigned i = 0; i < *n; i++) {
        if (id16_eq(ids[i], subject)) {
            return;
        }
    }
    ids[(*n)++] = subject;
}

/* The next subjects after the entry at w->at, which moves on. ST_END: there are no more. */
static enum st next_subjects(struct store_txn *t, const struct revocation *r,
                             struct revoked_walk *w, struct arena scratch, id16 *ids, unsigned *n,
                             struct err *err)
{
    struct store_cursor *c = NULL;
    bytes key, whole;
    uint8_t from[PLACE_BYTES + 1] = {0}; /* just beyond that place */
    unsigned walked = 0;
    *n = 0;
    memcpy(from, w->at, PLACE_BYTES);
    enum st st = store_scan(t, T_ENTRY, bytes_of(r->author.b, sizeof r->author.b),
                            bytes_of(from, sizeof from), &c, err);
    while (st == ST_OK && *n < SUBJECTS_MAX && walked++ < WALK_MAX) {
        struct arena tmp = scratch;
        struct entry_view e;
        st = store_next(c, &key);
        if (st != ST_OK) {
            break;
        }
        if (!place_is(key)) {
            continue;
        }
        memcpy(w->at, key.p, PLACE_BYTES);
        if (concerned(t, r, w->any, key)) {
            st = store_value(c, &tmp, &whole, err);
            if (st == ST_OK && entry_parse(whole, &e, NULL, NULL) == ST_OK) {
                add(ids, n, e.subject);
            }
            st = st == ST_CORRUPT ? ST_OK : st; /* folded nowhere; check reports it */
        }
    }
    store_scan_end(&c);
    return st;
}

/* `rounds` of SUBJECTS_MAX subjects; 0: all. */
static enum st refold_some(struct store_txn *t, const struct revocation *r, struct revoked_walk *w,
                           unsigned rounds, struct arena scratch, struct err *err)
{
    id16 ids[SUBJECTS_MAX];
    struct fold_cut cut = {.loaded = false};
    unsigned n;
    enum st st = ST_OK;
    for (unsigned k = 0; st == ST_OK && (rounds == 0 || k < rounds); k++) {
        enum st folded = ST_OK;
        st = next_subjects(t, r, w, scratch, ids, &n, err);
        for (unsigned i = 0; i < n && folded == ST_OK && (st == ST_OK || st == ST_END); i++) {
            folded = fold_refold_cut(t, ids[i], &cut, scratch, err);
        }
        st = folded != ST_OK ? folded : st;
    }
    w->done = st == ST_END;
    return st == ST_END ? ST_OK : st;
}

static struct revoked_walk walk_of(id8 author, bool any)
{
    struct revoked_walk w = {.any = any};
    memcpy(w.at, author.b, sizeof author.b);
    return w;
}

enum st revoked_begin(struct store_txn *t, const struct revocation *r, const struct trust *trust,
                      struct arena scratch, bool *fresh, struct revoked_walk *w, struct err *err)
{
    bool stands, any;
    *fresh = false;
    enum st st = look(t, r, trust, scratch, &stands, &any, err);
    *w = walk_of(r->author, any);
    if (st != ST_OK || stands) {
        w->done = true;
        return st;
    }
    *fresh = true;
    st = store_put(t, T_REVOKED, bytes_of(r->author.b, sizeof r->author.b), r->whole, err);
    return st == ST_OK ? lineage_keep(t, r, err) : st;
}

enum st revoked_keep(struct store_txn *t, const struct revocation *r, const struct trust *trust,
                     struct arena scratch, bool *fresh, struct err *err)
{
    struct revoked_walk w;
    enum st st = revoked_begin(t, r, trust, scratch, fresh, &w, err);
    return st == ST_OK && !w.done ? refold_some(t, r, &w, 0, scratch, err) : st;
}

/* The one that is kept; zero heads where it cannot be read: every entry is concerned. */
static enum st kept(struct store_txn *t, id8 author, struct arena *scratch, struct fold_cut **out,
                    struct err *err)
{
    struct fold_cut *cut = arena_new(scratch, struct fold_cut, 1);
    if (cut == NULL) {
        return err_set(err, ST_FULL, 0, "revoked", "scratch");
    }
    memset(cut, 0, sizeof *cut);
    fold_cut_load(t, author, cut, *scratch);
    cut->revocation.author = author;
    cut->revocation.nheads = cut->readable ? cut->revocation.nheads : 0;
    *out = cut;
    return ST_OK;
}

enum st revoked_step(struct store_txn *t, id8 author, struct revoked_walk *w, unsigned rounds,
                     struct arena scratch, struct err *err)
{
    struct fold_cut *cut;
    enum st st = kept(t, author, &scratch, &cut, err);
    return st == ST_OK ? refold_some(t, &cut->revocation, w, rounds, scratch, err) : st;
}

enum st revoked_refold(struct store_txn *t, id8 author, struct arena scratch, struct err *err)
{
    struct fold_cut *cut;
    struct revoked_walk w = walk_of(author, true);
    enum st st = kept(t, author, &scratch, &cut, err);
    st = st == ST_OK && cut->readable ? lineage_keep(t, &cut->revocation, err) : st;
    return st == ST_OK ? refold_some(t, &cut->revocation, &w, 0, scratch, err) : st;
}
