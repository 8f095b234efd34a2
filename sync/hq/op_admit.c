/* op_admit.c - work that a revocation cut off: listed, and admitted by name by a supervisor. */
#include "core/model/bodies.h"
#include "sync/hq/hq_route.h"
#include "sync/hq/ops.h"

#include <stdlib.h>

#define LATE_MAX 500  /* listed at once; admitting some shows the rest */
#define NAMED_MAX 256 /* of one call: a day's work of one device */

/* --- what is there
 * ----------------------------------------------------------------------------------------- */

static void add_late(json_t *list, const struct entry_view *e)
{
    const struct kind_info *k = kind_info(e->kind);
    json_array_append_new(
        list, json_pack("{s:o,s:o,s:s,s:o,s:s,s:I,s:I}", "entry", ops_hex(e->hash.b, 32), "author",
                        ops_hex(e->author.b, 8), "type", ops_type_name(e->subject_type), "subject",
                        ops_hex(e->subject.b, 16), "kind", k == NULL ? "" : k->name, "sequence",
                        (json_int_t)e->seq, "claimed_ms", (json_int_t)e->wall_ms));
}

static enum st late_of(struct store_txn *t, id8 author, json_t *list, struct err *err)
{
    struct store_cursor *c = NULL;
    bytes key, whole;
    enum st st =
        store_scan(t, T_ENTRY, bytes_of(author.b, sizeof author.b), (bytes){NULL, 0}, &c, err);
    while (st == ST_OK && json_array_size(list) < LATE_MAX) {
        uint8_t room[CAP_ENTRY_BYTES + 512], tmp[3 * CAP_TRUST_BYTES];
        struct arena a = arena_of(room, sizeof room);
        struct entry_view e;
        st = store_next(c, &key);
        if (st == ST_OK && store_value(c, &a, &whole, NULL) == ST_OK &&
            entry_parse(whole, &e, NULL, NULL) == ST_OK && e.kind != KIND_JOURNAL_OPENED &&
            !fold_is_bad(t, e.hash) && fold_is_cut_off(t, &e, arena_of(tmp, sizeof tmp))) {
            add_late(list, &e);
        }
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

static enum st op_late(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    str name;
    id8 only = {{0}};
    bool one = json_object_get(in, "author") != NULL;
    if (one && (ops_str(in, "author", &name, err) != ST_OK || name.n != 16 ||
                !hex_get(name, only.b, sizeof only.b))) {
        return err_set(err, ST_BAD_INPUT, 0, __func__, "a device's id has 16 hex digits");
    }
    json_t *list = json_array();
    struct store_txn *t = NULL;
    enum st st = store_read(hq->store, &t, err);
    for (unsigned i = 0; i < hq->ndevices && st == ST_OK; i++) {
        bool wanted = hq->devices[i].revoked && (!one || id8_eq(hq->devices[i].author, only));
        st = wanted ? late_of(t, hq->devices[i].author, list, err) : ST_OK;
    }
    store_abort(&t);
    if (st == ST_OK) {
        *out = json_pack("{s:O}", "late", list);
    }
    json_decref(list);
    return st;
}

/* --- admitting
 * ----------------------------------------------------------------------------------------- */

struct admit {
    struct hq *hq;
    struct store_txn *t;
    struct append what; /* actor and role */
    h32 named[NAMED_MAX];
    id16 subject[NAMED_MAX];
    enum subject_type type[NAMED_MAX];
    bool done[NAMED_MAX];
    unsigned n, written;
};

static enum st read_named(struct admit *a, const json_t *in, struct err *err)
{
    const json_t *list = json_object_get(in, "entries");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *hex = json_string_value(json_array_get(list, i));
        if (a->n == NAMED_MAX || hex == NULL ||
            !hex_get(str_c(hex), a->named[a->n].b, sizeof a->named[0].b)) {
            return err_set(err, ST_BAD_INPUT, 0, __func__,
                           "\"entries\" lists at most %d hashes of 64 hex digits", NAMED_MAX);
        }
        a->n++;
    }
    return a->n != 0 ? ST_OK : err_set(err, ST_BAD_INPUT, 0, __func__, "\"entries\" names nothing");
}

/* Each must be here, whole, and by a revoked author. One that counts may be named too: its report
 * is genuine then without the entries up to the last trusted one, which may be years. */
static enum st look_at(struct admit *a, struct err *err)
{
    for (unsigned i = 0; i < a->n; i++) {
        struct arena tmp = arena_of(a->hq->routing, CAP_SCRATCH_BYTES);
        struct entry_view e;
        if (journal_get(a->t, a->named[i], &tmp, &e, err) != ST_OK) {
            return err_set(err, ST_NOT_FOUND, 0, __func__, "one of the entries is not here");
        }
        if (fold_is_bad(a->t, e.hash)) {
            return err_set(err, ST_BAD_SIGNATURE, 0, __func__,
                           "the signature of one of the entries does not hold");
        }
        if (!store_has(a->t, T_REVOKED, bytes_of(e.author.b, sizeof e.author.b)) ||
            fold_is_admitted(a->t, e.hash)) {
            return err_set(err, ST_EXISTS, 0, __func__,
                           "one of the entries is by nobody who was revoked, or admitted already");
        }
        a->subject[i] = e.subject;
        a->type[i] = e.subject_type;
    }
    return ST_OK;
}

/* One entry for as many of a subject as it can name, then what it names goes on its way. */
static enum st admit_from(struct admit *a, unsigned first, struct err *err)
{
    uint8_t body[CAP_BODY_BYTES];
    union body b;
    h32 hash;
    memset(&b, 0, sizeof b);
    enum st st = ST_OK;
    for (unsigned i = first; i < a->n && b.named.n < CAP_FIELD_WRITES && st == ST_OK; i++) {
        if (!a->done[i] && id16_eq(a->subject[i], a->subject[first])) {
            a->done[i] = true;
            b.named.h[b.named.n++] = a->named[i];
            st = fold_mark_admitted(a->t, a->named[i], err);
        }
    }
    struct append what = a->what;
    what.subject = a->subject[first];
    what.subject_type = a->type[first];
    if (st == ST_OK && body_encode(KIND_ADMITTED, &b, body, sizeof body, &what.body) != ST_OK) {
        st = err_set(err, ST_BUG, 0, __func__, "the admission does not fit an entry");
    }
    st = st == ST_OK ? hq_act_in(a->hq, a->t, &what, &hash, err) : st;
    for (unsigned i = 0; i < b.named.n && st == ST_OK; i++) {
        uint8_t room[CAP_ENTRY_BYTES + 512];
        struct arena here = arena_of(room, sizeof room);
        struct arena tmp = arena_of(a->hq->routing, CAP_SCRATCH_BYTES);
        struct entry_view e;
        st = journal_get(a->t, b.named.h[i], &here, &e, err);
        st = st == ST_OK ? hq_route_entry(a->hq, a->t, &e, tmp, err) : st;
    }
    a->written += st == ST_OK;
    return st;
}

static enum st admit_all(struct admit *a, struct err *err)
{
    enum st st = look_at(a, err);
    for (unsigned i = 0; i < a->n && st == ST_OK; i++) {
        st = a->done[i] ? ST_OK : admit_from(a, i, err);
    }
    return st == ST_OK ? store_commit(&a->t, err) : st;
}

enum st op_admit(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    if (json_object_get(in, "entries") == NULL) {
        return op_late(hq, in, out, err);
    }
    struct admit *a = calloc(1, sizeof *a);
    if (a == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    a->hq = hq;
    a->what.kind = KIND_ADMITTED;
    enum st st = ops_actor(hq, in, ROLE_ADMINISTRATOR, &a->what, err);
    st = st == ST_OK ? read_named(a, in, err) : st;
    st = st == ST_OK ? store_write(hq->store, &a->t, err) : st;
    if (a->t != NULL) {
        st = admit_all(a, err);
        if (st != ST_OK) {
            store_abort(&a->t);
            IGNORE(journal_reload(&hq->journal, NULL) != ST_OK); /* the first failure is told */
        }
    }
    if (st == ST_OK) {
        *out = json_pack("{s:i,s:i}", "admitted", (int)a->n, "entries", (int)a->written);
    }
    free(a);
    return st;
}
