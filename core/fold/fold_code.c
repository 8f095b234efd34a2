/* fold_code.c - a state as canonical CBOR and back. Its hash is what two sides compare. */
#include "core/fold/state.h"

#include "core/codec/cbor.h"

enum {
    K_VERSION,
    K_TYPE,
    K_SUBJECT,
    K_FIELDS,
    K_ASSIGNED,
    K_FLAGS,
    K_VISITS,
    K_CASH,
    K_COUNTS,
    K_AUTHORS,
    K_EDITION,
    K_CANCELLATIONS,
    K_ANSWERS,
    KEYS
};
enum { FLAG_ARCHIVED = 2, FLAG_HANDOVER = 4, FLAG_DAMAGED = 8 };

/* ---- writing -------------------------------------------------------------------------------- */

static void put_hash(struct cbor_w *w, h32 h)
{
    cbor_put_bytes(w, h32_zero(h) ? (bytes){h.b, 0} : bytes_of(h.b, sizeof h.b));
}
static void put_id8(struct cbor_w *w, id8 id)
{
    cbor_put_bytes(w, bytes_of(id.b, sizeof id.b));
}
static void put_id16(struct cbor_w *w, id16 id)
{
    cbor_put_bytes(w, id16_zero(id) ? (bytes){id.b, 0} : bytes_of(id.b, sizeof id.b));
}

static void put_value(struct cbor_w *w, const struct field_value *v)
{
    cbor_put_array(w, 7);
    put_hash(w, v->entry);
    put_id8(w, v->author);
    put_id16(w, v->actor);
    cbor_put_uint(w, v->time);
    cbor_put_bool(w, v->proposal);
    cbor_put_uint(w, (uint64_t)v->type);
    if (v->type == FT_CODE || v->type == FT_REF || v->type == FT_ID8 || v->type == FT_TEXT) {
        cbor_put_bytes(w, bytes_of(v->b, v->nb));
    } else {
        cbor_put_int(w, v->i);
    }
}

static void put_fields(struct cbor_w *w, const struct subject_state *s)
{
    cbor_put_array(w, s->nfields);
    for (unsigned i = 0; i < s->nfields; i++) {
        const struct field_state *f = &s->fields[i];
        cbor_put_array(w, 3);
        cbor_put_uint(w, (uint64_t)f->field);
        cbor_put_bool(w, f->conflict);
        cbor_put_array(w, f->n);
        for (unsigned k = 0; k < f->n; k++) {
            put_value(w, &f->v[k]);
        }
    }
}

static void put_fact(struct cbor_w *w, const struct fact *f)
{
    cbor_put_array(w, 7);
    put_hash(w, f->entry);
    cbor_put_uint(w, f->kind);
    cbor_put_uint(w, f->time);
    cbor_put_int(w, f->wall_ms);
    cbor_put_bytes(w, f->body);
    cbor_put_array(w, f->natt);
    for (unsigned i = 0; i < f->natt; i++) {
        put_hash(w, f->atts[i]);
    }
    cbor_put_int(w, f->accepted_minor);
}

static void put_signature(struct cbor_w *w, const struct signature_state *s)
{
    cbor_put_array(w, 21);
    put_hash(w, s->entry);
    cbor_put_uint(w, s->time);
    cbor_put_int(w, s->wall_ms);
    cbor_put_uint(w, s->outcome);
    cbor_put_uint(w, s->version);
    cbor_put_bytes(w, bytes_of(s->number, s->nnumber));
    cbor_put_int(w, s->total_minor);
    cbor_put_uint(w, s->class_);
    cbor_put_uint(w, s->template_);
    cbor_put_uint(w, s->relation);
    cbor_put_uint(w, s->reason);
    cbor_put_uint(w, s->att_flags);
    put_hash(w, s->facts);
    put_hash(w, s->text);
    put_hash(w, s->strokes);
    put_hash(w, s->name);
    put_hash(w, s->reason_text);
    put_hash(w, s->ratings);
    cbor_put_array(w, s->ncovers);
    for (unsigned i = 0; i < s->ncovers; i++) {
        cbor_put_array(w, 2);
        put_id8(w, s->covers[i].author);
        put_hash(w, s->covers[i].entry);
    }
    cbor_put_bool(w, s->stands);
    cbor_put_uint(w, s->not_covered);
}

static void put_visit(struct cbor_w *w, const struct visit_state *v)
{
    cbor_put_array(w, 8);
    put_id8(w, v->visit);
    put_id8(w, v->author);
    cbor_put_uint(w, (uint64_t)v->stage);
    cbor_put_array(w, v->nfacts);
    for (unsigned i = 0; i < v->nfacts; i++) {
        put_fact(w, &v->facts[i]);
    }
    cbor_put_array(w, v->nsigned);
    for (unsigned i = 0; i < v->nsigned; i++) {
        put_signature(w, &v->signatures[i]);
    }
    cbor_put_uint(w, v->end);
    cbor_put_uint(w, v->nodd);
    cbor_put_int(w, v->cash_accepted_minor);
}

static void put_assigned(struct cbor_w *w, const struct subject_state *s)
{
    cbor_put_array(w, s->nassigned);
    for (unsigned i = 0; i < s->nassigned; i++) {
        cbor_put_array(w, 3);
        put_hash(w, s->assignments[i].entry);
        put_id16(w, s->assignments[i].technician);
        cbor_put_uint(w, s->assignments[i].time);
    }
}

static void put_answers(struct cbor_w *w, const struct subject_state *s)
{
    cbor_put_array(w, s->nanswers);
    for (unsigned i = 0; i < s->nanswers; i++) {
        const struct help_answer *x = &s->answers[i];
        cbor_put_array(w, 8);
        put_hash(w, x->entry);
        put_hash(w, x->asked);
        put_id16(w, x->actor);
        cbor_put_uint(w, x->time);
        cbor_put_uint(w, x->decision);
        put_id16(w, x->who);
        cbor_put_int(w, x->when_ms);
        put_hash(w, x->words);
    }
}

static void put_counts(struct cbor_w *w, const struct subject_state *s)
{
    cbor_put_array(w, 6);
    cbor_put_uint(w, s->nconflicts);
    cbor_put_uint(w, s->nentries);
    cbor_put_uint(w, s->nrequests);
    cbor_put_uint(w, s->nodd);
    cbor_put_uint(w, s->nunknown);
    cbor_put_uint(w, s->nbad);
}

static void put_authors(struct cbor_w *w, const struct subject_state *s)
{
    cbor_put_array(w, s->nauthors);
    for (unsigned i = 0; i < s->nauthors; i++) {
        cbor_put_array(w, 3);
        put_id8(w, s->authors[i].author);
        put_hash(w, s->authors[i].entry);
        cbor_put_uint(w, s->authors[i].time);
    }
}

enum st fold_encode(const struct subject_state *s, uint8_t *buf, size_t cap, bytes *out)
{
    struct cbor_w w = cbor_w_init(buf, cap);
    cbor_put_map(&w, KEYS);
    cbor_put_uint(&w, K_VERSION);
    cbor_put_uint(&w, FOLD_VERSION);
    cbor_put_uint(&w, K_TYPE);
    cbor_put_uint(&w, (uint64_t)s->type);
    cbor_put_uint(&w, K_SUBJECT);
    put_id16(&w, s->subject);
    cbor_put_uint(&w, K_FIELDS);
    put_fields(&w, s);
    cbor_put_uint(&w, K_ASSIGNED);
    put_assigned(&w, s);
    cbor_put_uint(&w, K_FLAGS);
    cbor_put_uint(&w, (s->archived ? FLAG_ARCHIVED : 0U) |
                          (s->handover_asked ? FLAG_HANDOVER : 0U) |
                          (s->damaged ? FLAG_DAMAGED : 0U));
    cbor_put_uint(&w, K_VISITS);
    cbor_put_array(&w, s->nvisits);
    for (unsigned i = 0; i < s->nvisits; i++) {
        put_visit(&w, &s->visits[i]);
    }
    cbor_put_uint(&w, K_CASH);
    cbor_put_int(&w, s->cash_accepted_minor);
    cbor_put_uint(&w, K_COUNTS);
    put_counts(&w, s);
    cbor_put_uint(&w, K_AUTHORS);
    put_authors(&w, s);
    cbor_put_uint(&w, K_EDITION);
    cbor_put_array(&w, 2);
    put_hash(&w, s->edition);
    cbor_put_uint(&w, s->edition_number);
    cbor_put_uint(&w, K_CANCELLATIONS);
    cbor_put_array(&w, s->ncancellations);
    for (unsigned i = 0; i < s->ncancellations; i++) {
        put_hash(&w, s->cancellations[i]);
    }
    cbor_put_uint(&w, K_ANSWERS);
    put_answers(&w, s);
    return cbor_w_done(&w, out);
}

/* ---- reading: what we wrote ourselves, under a seal; still never beyond its own bounds ---------
 */

struct in {
    struct cbor_r r;
    struct arena *a;
    bool full;
};

static h32 get_hash(struct in *in)
{
    h32 h = {{0}};
    bytes b = cbor_get_bytes(&in->r);
    if (b.n == sizeof h.b) {
        memcpy(h.b, b.p, sizeof h.b);
    } else if (b.n != 0) {
        cbor_fail(&in->r);
    }
    return h;
}
static id8 get_id8(struct in *in)
{
    id8 id;
    cbor_get_bytes_n(&in->r, id.b, sizeof id.b);
    return id;
}
static id16 get_id16(struct in *in)
{
    id16 id = {{0}};
    bytes b = cbor_get_bytes(&in->r);
    if (b.n == sizeof id.b) {
        memcpy(id.b, b.p, sizeof id.b);
    } else if (b.n != 0) {
        cbor_fail(&in->r);
    }
    return id;
}
static unsigned get_u(struct in *in)
{
    uint64_t v = cbor_get_uint(&in->r);
    if (v > UINT32_MAX) {
        cbor_fail(&in->r);
        return 0;
    }
    return (unsigned)v;
}
static void want(struct in *in, size_t n)
{
    if (cbor_get_array(&in->r) != n) {
        cbor_fail(&in->r);
    }
}
/* A counted list: room for it in the arena, or nothing. */
#define GET_LIST(in, T, n, list)                                                                   \
    do {                                                                                           \
        (n) = (unsigned)cbor_get_array(&(in)->r);                                                  \
        (list) = arena_new((in)->a, T, (n));                                                       \
        if ((list) == NULL) {                                                                      \
            (n) = 0;                                                                               \
            (in)->full = true;                                                                     \
            cbor_fail(&(in)->r);                                                                   \
        }                                                                                          \
    } while (0)

static void get_value(struct in *in, struct field_value *v)
{
    want(in, 7);
    v->entry = get_hash(in);
    v->author = get_id8(in);
    v->actor = get_id16(in);
    v->time = cbor_get_uint(&in->r);
    v->proposal = cbor_get_bool(&in->r);
    v->type = (enum field_type)get_u(in);
    if (cbor_peek(&in->r) != CBOR_BYTES) {
        v->i = cbor_get_int(&in->r);
        return;
    }
    bytes b = cbor_get_bytes(&in->r);
    if (b.n > sizeof v->b) {
        cbor_fail(&in->r);
        return;
    }
    memcpy(v->b, b.p, b.n);
    v->nb = (uint8_t)b.n;
}

static void get_fields(struct in *in, struct subject_state *s)
{
    GET_LIST(in, struct field_state, s->nfields, s->fields);
    for (unsigned i = 0; i < s->nfields; i++) {
        struct field_state *f = &s->fields[i];
        want(in, 3);
        f->field = (int)get_u(in);
        f->conflict = cbor_get_bool(&in->r);
        GET_LIST(in, struct field_value, f->n, f->v);
        for (unsigned k = 0; k < f->n; k++) {
            get_value(in, &f->v[k]);
        }
    }
}

static void get_fact(struct in *in, struct fact *f)
{
    want(in, 7);
    f->entry = get_hash(in);
    f->kind = get_u(in);
    f->time = cbor_get_uint(&in->r);
    f->wall_ms = cbor_get_int(&in->r);
    bool ok = true;
    f->body = arena_bytes(in->a, cbor_get_bytes(&in->r), &ok);
    in->full |= !ok;
    h32 *atts;
    GET_LIST(in, h32, f->natt, atts);
    for (unsigned i = 0; i < f->natt; i++) {
        atts[i] = get_hash(in);
    }
    f->atts = atts;
    f->accepted_minor = cbor_get_int(&in->r);
}

static void get_signature(struct in *in, struct signature_state *s)
{
    want(in, 21);
    s->entry = get_hash(in);
    s->time = cbor_get_uint(&in->r);
    s->wall_ms = cbor_get_int(&in->r);
    s->outcome = get_u(in);
    s->version = get_u(in);
    bytes number = cbor_get_bytes(&in->r);
    if (number.n <= sizeof s->number && number.n > 0) {
        memcpy(s->number, number.p, number.n);
        s->nnumber = (uint8_t)number.n;
    }
    s->total_minor = cbor_get_int(&in->r);
    s->class_ = get_u(in);
    s->template_ = get_u(in);
    s->relation = get_u(in);
    s->reason = get_u(in);
    s->att_flags = get_u(in);
    s->facts = get_hash(in);
    s->text = get_hash(in);
    s->strokes = get_hash(in);
    s->name = get_hash(in);
    s->reason_text = get_hash(in);
    s->ratings = get_hash(in);
    s->ncovers = (unsigned)cbor_get_array(&in->r);
    if (s->ncovers > CAP_COVERS) {
        s->ncovers = 0;
        cbor_fail(&in->r);
    }
    for (unsigned i = 0; i < s->ncovers; i++) {
        want(in, 2);
        s->covers[i].author = get_id8(in);
        s->covers[i].entry = get_hash(in);
    }
    s->stands = cbor_get_bool(&in->r);
    s->not_covered = get_u(in);
}

static void get_visit(struct in *in, struct visit_state *v)
{
    want(in, 8);
    v->visit = get_id8(in);
    v->author = get_id8(in);
    v->stage = (enum visit_stage)get_u(in);
    GET_LIST(in, struct fact, v->nfacts, v->facts);
    for (unsigned i = 0; i < v->nfacts; i++) {
        get_fact(in, &v->facts[i]);
    }
    GET_LIST(in, struct signature_state, v->nsigned, v->signatures);
    for (unsigned i = 0; i < v->nsigned; i++) {
        get_signature(in, &v->signatures[i]);
    }
    v->end = get_u(in);
    v->nodd = get_u(in);
    v->cash_accepted_minor = cbor_get_int(&in->r);
}

static void get_assigned(struct in *in, struct subject_state *s)
{
    GET_LIST(in, struct assignment, s->nassigned, s->assignments);
    for (unsigned i = 0; i < s->nassigned; i++) {
        want(in, 3);
        s->assignments[i].entry = get_hash(in);
        s->assignments[i].technician = get_id16(in);
        s->assignments[i].time = cbor_get_uint(&in->r);
    }
    if (s->nassigned > 0) {
        s->assigned = s->assignments[0].technician;
        s->assigned_entry = s->assignments[0].entry;
    }
}

static void get_answers(struct in *in, struct subject_state *s)
{
    GET_LIST(in, struct help_answer, s->nanswers, s->answers);
    for (unsigned i = 0; i < s->nanswers; i++) {
        struct help_answer *x = &s->answers[i];
        want(in, 8);
        x->entry = get_hash(in);
        x->asked = get_hash(in);
        x->actor = get_id16(in);
        x->time = cbor_get_uint(&in->r);
        x->decision = get_u(in);
        x->who = get_id16(in);
        x->when_ms = cbor_get_int(&in->r);
        x->words = get_hash(in);
    }
}

static void get_counts(struct in *in, struct subject_state *s)
{
    want(in, 6);
    s->nconflicts = get_u(in);
    s->nentries = get_u(in);
    s->nrequests = get_u(in);
    s->nodd = get_u(in);
    s->nunknown = get_u(in);
    s->nbad = get_u(in);
}

static void get_flags(struct in *in, struct subject_state *s)
{
    unsigned f = get_u(in);
    s->archived = (f & FLAG_ARCHIVED) != 0;
    s->handover_asked = (f & FLAG_HANDOVER) != 0;
    s->damaged = (f & FLAG_DAMAGED) != 0;
}

static void get_key(struct in *in, int64_t key, struct subject_state *s)
{
    switch (key) {
    case K_VERSION:
        if (get_u(in) != FOLD_VERSION) {
            cbor_fail(&in->r);
        }
        return;
    case K_TYPE:
        s->type = (enum subject_type)get_u(in);
        return;
    case K_SUBJECT:
        s->subject = get_id16(in);
        return;
    case K_FIELDS:
        get_fields(in, s);
        return;
    case K_ASSIGNED:
        get_assigned(in, s);
        return;
    case K_FLAGS:
        get_flags(in, s);
        return;
    case K_VISITS:
        GET_LIST(in, struct visit_state, s->nvisits, s->visits);
        for (unsigned i = 0; i < s->nvisits; i++) {
            get_visit(in, &s->visits[i]);
        }
        return;
    case K_CASH:
        s->cash_accepted_minor = cbor_get_int(&in->r);
        return;
    case K_COUNTS:
        get_counts(in, s);
        return;
    case K_AUTHORS:
        GET_LIST(in, struct author_last, s->nauthors, s->authors);
        for (unsigned i = 0; i < s->nauthors; i++) {
            want(in, 3);
            s->authors[i].author = get_id8(in);
            s->authors[i].entry = get_hash(in);
            s->authors[i].time = cbor_get_uint(&in->r);
        }
        return;
    case K_EDITION:
        want(in, 2);
        s->edition = get_hash(in);
        s->edition_number = cbor_get_uint(&in->r);
        return;
    case K_CANCELLATIONS:
        GET_LIST(in, h32, s->ncancellations, s->cancellations);
        for (unsigned i = 0; i < s->ncancellations; i++) {
            s->cancellations[i] = get_hash(in);
        }
        s->cancelled = s->ncancellations > 0;
        return;
    case K_ANSWERS:
        get_answers(in, s);
        return;
    default:
        cbor_fail(&in->r);
    }
}

enum st fold_decode(bytes in, struct arena *a, struct subject_state *out)
{
    memset(out, 0, sizeof *out);
    struct in i = {.r = cbor_r_init(in), .a = a};
    struct cbor_map m = cbor_map_begin(&i.r);
    size_t pairs = m.left;
    for (int64_t key; cbor_map_next(&m, &key);) {
        get_key(&i, key, out);
    }
    if (i.full) {
        return ST_FULL;
    }
    return pairs == KEYS && cbor_done(&i.r) == ST_OK ? ST_OK : ST_CORRUPT;
}
