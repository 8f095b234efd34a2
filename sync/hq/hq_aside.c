/* hq_aside.c - see hq_aside.h. */
#include "sync/hq/hq_aside.h"

#include "core/fold/revoked.h"
#include "core/model/bodies.h"
#include "sync/hq/late.h"

#include <stdlib.h>

struct named {
    h32 hash;
    id16 subject;
    enum subject_type type;
};
struct aside {
    struct named *v;
    size_t n, room;
    struct fold_cut cut;
};

static enum st push(struct aside *a, const struct entry_view *e, struct err *err)
{
    if (a->n == a->room) {
        size_t room = a->room == 0 ? 16 : 2 * a->room;
        struct named *v = realloc(a->v, room * sizeof *v);
        if (v == NULL) {
            return err_set(err, ST_FULL, 0, "hq_aside", "no memory");
        }
        a->v = v;
        a->room = room;
    }
    a->v[a->n++] = (struct named){e->hash, e->subject, e->subject_type};
    return ST_OK;
}

static enum st look_at(struct hq *hq, struct store_txn *t, const struct entry_view *e,
                       struct aside *a, struct err *err)
{
    uint8_t room[3 * CAP_TRUST_BYTES];
    bool other = !id8_eq(e->author, hq->journal.head.author);
    bool due = other && store_has(t, T_REVOKED, bytes_of(e->author.b, sizeof e->author.b)) &&
               !fold_is_bad(t, e->hash) && !fold_is_aside(t, e->hash) &&
               fold_is_branch_cut_off(t, e, &a->cut, arena_of(room, sizeof room));
    return due ? push(a, e, err) : ST_OK;
}

static int by_subject(const void *x, const void *y)
{
    const struct named *a = x, *b = y;
    int d = memcmp(a->subject.b, b->subject.b, sizeof a->subject.b);
    return d != 0 ? d : memcmp(a->hash.b, b->hash.b, sizeof a->hash.b);
}

/* One entry for as many of a subject as it can name, from *at on, which moves beyond them. */
static enum st say_one(struct hq *hq, struct store_txn *t, const struct aside *a, size_t *at,
                       struct err *err)
{
    uint8_t body[CAP_BODY_BYTES];
    union body b;
    h32 hash;
    const struct named *first = &a->v[*at];
    struct append what = {
        .kind = KIND_SET_ASIDE, .subject_type = first->type, .subject = first->subject};
    enum st st = ST_OK;
    memset(&b, 0, sizeof b);
    for (; *at < a->n && id16_eq(a->v[*at].subject, what.subject) && b.named.n < CAP_FIELD_WRITES &&
           st == ST_OK;
         ++*at) {
        if (!fold_is_aside(t, a->v[*at].hash)) { /* an entry may have come twice */
            b.named.h[b.named.n++] = a->v[*at].hash;
            st = fold_mark_aside(t, a->v[*at].hash, err);
        }
    }
    if (st == ST_OK && b.named.n != 0) {
        st = body_encode(KIND_SET_ASIDE, &b, body, sizeof body, &what.body) == ST_OK
                 ? hq_act_in(hq, t, &what, &hash, err)
                 : err_set(err, ST_BUG, 0, "hq_aside", "the entry that sets aside");
    }
    return st;
}

/* What was found, where it was found without a failure (`st`). Gives the list back. */
static enum st say_all(struct hq *hq, struct store_txn *t, struct aside *a, enum st st,
                       struct err *err)
{
    if (a->n > 1) {
        qsort(a->v, a->n, sizeof *a->v, by_subject);
    }
    for (size_t at = 0; at < a->n && st == ST_OK;) {
        st = say_one(hq, t, a, &at, err);
    }
    free(a->v);
    return st;
}

enum st hq_aside_entries(struct hq *hq, struct store_txn *t, const struct entry_view *e, size_t n,
                         struct err *err)
{
    struct aside a = {.v = NULL};
    enum st st = ST_OK;
    for (size_t i = 0; i < n && st == ST_OK; i++) {
        st = look_at(hq, t, &e[i], &a, err);
    }
    return say_all(hq, t, &a, st, err);
}

struct finding {
    struct hq *hq;
    struct store_txn *t;
    struct aside a;
    size_t most;
    struct err *err;
};

static enum st found(void *ctx, const struct entry_view *e, enum late_why why)
{
    struct finding *f = ctx;
    if (f->a.n == f->most) {
        return ST_END;
    }
    return why == LATE_BRANCH ? look_at(f->hq, f->t, e, &f->a, f->err) : ST_OK;
}

enum st hq_aside_author(struct hq *hq, struct store_txn *t, id8 author, size_t most, bool *more,
                        struct err *err)
{
    struct finding f = {.hq = hq, .t = t, .most = most, .err = err};
    enum st st = late_each(t, author, arena_of(hq->routing, CAP_SCRATCH_BYTES), found, &f, err);
    *more = f.a.n == most;
    return say_all(hq, t, &f.a, st, err);
}

enum st hq_aside_settle(struct hq *hq, struct store_txn *t, const struct entry_view *e, size_t n,
                        struct err *err)
{
    enum st st = ST_OK;
    struct fold_cut cut = {.loaded = false};
    id8 done = {{0}}; /* runs are one author's; should two alternate, it costs time alone */
    for (size_t i = 0; i < n && st == ST_OK; i++) {
        struct arena tmp = arena_of(hq->routing, CAP_SCRATCH_BYTES);
        if (id8_eq(e[i].author, done) || !fold_leads_to_head(t, &e[i], &cut, tmp)) {
            continue;
        }
        done = e[i].author;
        st = revoked_refold(t, done, arena_of(hq->routing, CAP_SCRATCH_BYTES), err);
        /* Before a new epoch nothing is said: who holds it brings it, and it is said then. */
        bool more;
        st = st == ST_OK && !hq->rolled_back ? hq_aside_author(hq, t, done, SIZE_MAX, &more, err)
                                             : st;
    }
    return st;
}

enum st hq_aside_noted(struct store_txn *t, const struct entry_view *e, struct err *err)
{
    union body b;
    enum st st = ST_OK;
    if ((e->kind != KIND_SET_ASIDE && e->kind != KIND_ADMITTED) ||
        body_decode(e->kind, e->body, &b) != ST_OK || !kind_has_effect(e->kind, e->actor_role)) {
        return ST_OK;
    }
    const struct hash_list *named = e->kind == KIND_ADMITTED ? &b.admitted.named : &b.named;
    for (unsigned i = 0; i < named->n && st == ST_OK; i++) {
        st = e->kind == KIND_ADMITTED ? fold_mark_admitted(t, named->h[i], err)
                                      : fold_mark_aside(t, named->h[i], err);
    }
    return st;
}
