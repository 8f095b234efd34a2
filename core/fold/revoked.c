/* revoked.c - see revoked.h. */
#include "core/fold/revoked.h"

#include "core/codec/hash.h"
#include "core/fold/lineage.h"
#include "core/fold/refold.h"
#include "core/journal/append.h"
#include "core/journal/place.h"

#define SUBJECTS_MAX 64 /* folded between two looks at the entries: a cursor outlives no write */

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

/* The next subjects after the entry at `at`, which moves on. ST_END: there are no more. */
static enum st next_subjects(struct store_txn *t, const struct revocation *r, bool any,
                             uint8_t at[static PLACE_BYTES], struct arena scratch, id16 *ids,
                             unsigned *n, struct err *err)
{
    struct store_cursor *c = NULL;
    bytes key, whole;
    *n = 0;
    enum st st = store_scan(t, T_ENTRY, bytes_of(r->author.b, sizeof r->author.b),
                            bytes_of(at, PLACE_BYTES), &c, err);
    while (st == ST_OK && *n < SUBJECTS_MAX) {
        struct arena tmp = scratch;
        struct entry_view e;
        st = store_next(c, &key);
        if (st != ST_OK) {
            break;
        }
        if (!place_is(key)) {
            continue;
        }
        memcpy(at, key.p, PLACE_BYTES);
        if (concerned(t, r, any, key)) {
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

static enum st refold_all(struct store_txn *t, const struct revocation *r, bool any,
                          struct arena scratch, struct err *err)
{
    uint8_t at[PLACE_BYTES] = {0};
    id16 ids[SUBJECTS_MAX];
    unsigned n;
    enum st st = ST_OK;
    memcpy(at, r->author.b, sizeof r->author.b);
    while (st == ST_OK) {
        enum st folded = ST_OK;
        st = next_subjects(t, r, any, at, scratch, ids, &n, err);
        for (unsigned i = 0; i < n && folded == ST_OK && (st == ST_OK || st == ST_END); i++) {
            folded = fold_refold(t, ids[i], scratch, err);
        }
        st = folded != ST_OK ? folded : st;
    }
    return st == ST_END ? ST_OK : st;
}

enum st revoked_keep(struct store_txn *t, const struct revocation *r, const struct trust *trust,
                     struct arena scratch, bool *fresh, struct err *err)
{
    bool stands, any;
    *fresh = false;
    enum st st = look(t, r, trust, scratch, &stands, &any, err);
    if (st != ST_OK || stands) {
        return st;
    }
    *fresh = true;
    st = store_put(t, T_REVOKED, bytes_of(r->author.b, sizeof r->author.b), r->whole, err);
    st = st == ST_OK ? lineage_keep(t, r, err) : st;
    return st == ST_OK ? refold_all(t, r, any, scratch, err) : st;
}

enum st revoked_refold(struct store_txn *t, id8 author, struct arena scratch, struct err *err)
{
    struct revocation *r = arena_new(&scratch, struct revocation, 1);
    struct trust *trust = arena_new(&scratch, struct trust, 1);
    struct arena tmp = scratch;
    bytes doc;
    enum st st = ST_OK;
    if (r == NULL || trust == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "scratch");
    }
    memset(r, 0, sizeof *r);
    if (trust_store_get(t, &tmp, trust, NULL, NULL) == ST_OK &&
        store_get(t, T_REVOKED, bytes_of(author.b, sizeof author.b), &tmp, &doc, NULL) == ST_OK &&
        revocation_open(doc, trust, r, NULL) == ST_OK) {
        st = lineage_keep(t, r, err);
    }
    r->author = author;
    r->nheads = 0;
    return st == ST_OK ? refold_all(t, r, true, scratch, err) : st;
}
