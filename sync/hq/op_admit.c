/* op_admit.c - work that a revocation cut off: listed, and admitted by name by a supervisor. */
#include "core/model/bodies.h"
#include "sync/hq/hq_route.h"
#include "sync/hq/late.h"
#include "sync/hq/ops.h"

#include <stdlib.h>

#define NAMED_MAX 256 /* of one call: a day's work of one device */
#define REASONS 4     /* its technician says so, the customer, the device was found, other */

/* --- what is there
 * ----------------------------------------------------------------------------------------- */

static enum st add_late(void *ctx, const struct entry_view *e, enum late_why why)
{
    json_t *list = ctx;
    const struct kind_info *k = kind_info(e->kind);
    json_array_append_new(
        list, json_pack("{s:o,s:o,s:s,s:o,s:s,s:I,s:I,s:s}", "entry", ops_hex(e->hash.b, 32),
                        "author", ops_hex(e->author.b, 8), "type", ops_type_name(e->subject_type),
                        "subject", ops_hex(e->subject.b, 16), "kind", k == NULL ? "" : k->name,
                        "sequence", (json_int_t)e->seq, "claimed_ms", (json_int_t)e->wall_ms, "why",
                        late_why_name(why)));
    return json_array_size(list) < LATE_MAX ? ST_OK : ST_END;
}

/* Of one device, where it is named. */
static enum st read_author(const json_t *in, bool *one, id8 *only, struct err *err)
{
    str name;
    *one = json_object_get(in, "author") != NULL;
    if (*one &&
        (ops_str(in, "author", &name, err) != ST_OK || !hex_get(name, only->b, sizeof only->b))) {
        return err_set(err, ST_BAD_INPUT, 0, __func__, "a device's id has 16 hex digits");
    }
    return ST_OK;
}

static enum st op_late(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    id8 only = {{0}};
    bool one;
    enum st st = read_author(in, &one, &only, err);
    if (st != ST_OK) {
        return st;
    }
    json_t *list = json_array();
    struct store_txn *t = NULL;
    bool mine;
    st = hq_txn(hq, &t, &mine, err);
    for (unsigned i = 0; i < hq->ndevices && st == ST_OK; i++) {
        bool wanted = hq->devices[i].revoked && (!one || id8_eq(hq->devices[i].author, only)) &&
                      json_array_size(list) < LATE_MAX;
        struct arena tmp = arena_of(hq->routing, CAP_SCRATCH_BYTES);
        st = wanted ? late_each(t, hq->devices[i].author, tmp, add_late, list, err) : ST_OK;
    }
    if (mine) {
        store_abort(&t);
    }
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
    bool one; /* of `only` alone */
    id8 only;
    unsigned reason;
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
    int64_t reason;
    enum st st = a->n != 0 ? read_author(in, &a->one, &a->only, err)
                           : err_set(err, ST_BAD_INPUT, 0, __func__, "\"entries\" names nothing");
    st = st == ST_OK ? ops_int(in, "reason", &reason, err) : st;
    if (st == ST_OK && (reason < 1 || reason > REASONS)) {
        return err_set(err, ST_BAD_INPUT, 0, __func__, "a reason is 1 to %d", REASONS);
    }
    a->reason = st == ST_OK ? (unsigned)reason : 0;
    return st;
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
        if (a->one && !id8_eq(e.author, a->only)) {
            return err_set(err, ST_NOT_FOUND, 0, __func__,
                           "one of the entries is another device's");
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
    for (unsigned i = first; i < a->n && b.admitted.named.n < CAP_FIELD_WRITES && st == ST_OK;
         i++) {
        if (!a->done[i] && id16_eq(a->subject[i], a->subject[first])) {
            a->done[i] = true;
            b.admitted.named.h[b.admitted.named.n++] = a->named[i];
            st = fold_mark_admitted(a->t, a->named[i], err);
        }
    }
    b.admitted.reason = a->reason;
    struct append what = a->what;
    what.subject = a->subject[first];
    what.subject_type = a->type[first];
    if (st == ST_OK && body_encode(KIND_ADMITTED, &b, body, sizeof body, &what.body) != ST_OK) {
        st = err_set(err, ST_BUG, 0, __func__, "the admission does not fit an entry");
    }
    st = st == ST_OK ? hq_act_in(a->hq, a->t, &what, &hash, err) : st;
    for (unsigned i = 0; i < b.admitted.named.n && st == ST_OK; i++) {
        uint8_t room[CAP_ENTRY_BYTES + 512];
        struct arena here = arena_of(room, sizeof room);
        struct arena tmp = arena_of(a->hq->routing, CAP_SCRATCH_BYTES);
        struct entry_view e;
        st = journal_get(a->t, b.admitted.named.h[i], &here, &e, err);
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
    return st;
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
    bool mine;
    st = st == ST_OK ? hq_write(hq, &a->t, &mine, err) : st;
    if (a->t != NULL) {
        st = admit_all(a, err);
        st = hq_written(hq, &a->t, mine, st, err);
    }
    if (st == ST_OK) {
        *out = json_pack("{s:i,s:i}", "admitted", (int)a->n, "entries", (int)a->written);
    }
    free(a);
    return st;
}
