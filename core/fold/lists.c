/* lists.c - where a subject stands in the lists that screens and commands walk. */
#include "core/fold/lists.h"

#include "core/base/be64.h"
#include "core/codec/cbor.h"
#include "core/rules/service.h"

static bool shown_ref(const struct subject_state *s, int field, id16 *out)
{
    const struct field_value *v = fold_shown(s, field);
    if (v == NULL || v->nb != sizeof out->b) {
        return false;
    }
    memcpy(out->b, v->b, sizeof out->b);
    return true;
}

static int64_t shown_int(const struct subject_state *s, int field)
{
    const struct field_value *v = fold_shown(s, field);
    return v == NULL ? 0 : v->i;
}

static const struct visit_state *newest_visit(const struct subject_state *s)
{
    return s->nvisits == 0 ? NULL : &s->visits[s->nvisits - 1];
}

static bool visit_goes_on(const struct visit_state *v)
{
    return v->stage != VISIT_NONE && v->stage < VISIT_SIGNED;
}

bool fold_job_done(const struct subject_state *job)
{
    if (job->archived) {
        return true;
    }
    for (unsigned i = 0; i < job->nvisits; i++) {
        if (visit_goes_on(&job->visits[i])) {
            return false;
        }
    }
    const struct visit_state *v = newest_visit(job);
    return job->cancelled ||
           (v != NULL && v->nsigned > 0 && v->signatures[v->nsigned - 1].stands) ||
           (v != NULL && v->stage == VISIT_ENDED && v->end == END_RETURNED);
}

static enum service_class class_of(const struct subject_state *s, const struct visit_state *v)
{
    const struct fact *f = fold_fact(v, KIND_VISIT_CLASS);
    union body b;
    if (f != NULL && body_decode(f->kind, f->body, &b) == ST_OK) {
        return (enum service_class)b.class_.class_;
    }
    return (enum service_class)shown_int(s, F_JOB_CLASS_PROPOSED);
}

static void job_row(const struct subject_state *s, struct list_row *row)
{
    const struct visit_state *v = newest_visit(s);
    row->called_ms = shown_int(s, F_JOB_CALLED);
    row->appointment_ms = shown_int(s, F_JOB_APPOINTMENT);
    row->zone = (unsigned)shown_int(s, F_JOB_ZONE);
    row->assigned = s->assigned;
    row->cancelled = s->cancelled;
    row->archived = s->archived;
    row->class_ = class_of(s, v);
    if (v != NULL) {
        row->stage = v->stage;
        row->end = v->end;
        row->outcome = v->nsigned > 0 && v->signatures[v->nsigned - 1].stands
                           ? v->signatures[v->nsigned - 1].outcome
                           : 0;
    }
    IGNORE(shown_ref(s, F_JOB_CUSTOMER, &row->customer)); /* zero when not known */
    IGNORE(shown_ref(s, F_JOB_EQUIPMENT, &row->equipment));
}

void lists_row(const struct subject_state *s, struct list_row *row)
{
    memset(row, 0, sizeof *row);
    row->subject = s->subject;
    row->type = s->type;
    row->conflict = s->nconflicts > 0;
    row->nrequests = s->nrequests;
    if (s->type == SUBJECT_JOB) {
        job_row(s, row);
    } else if (s->type == SUBJECT_EQUIPMENT) {
        IGNORE(shown_ref(s, F_EQUIPMENT_CUSTOMER, &row->customer));
    } else if (s->type == SUBJECT_CONTRACT) {
        IGNORE(shown_ref(s, F_CONTRACT_CUSTOMER, &row->customer));
        IGNORE(shown_ref(s, F_CONTRACT_EQUIPMENT, &row->equipment));
    } else if (s->type == SUBJECT_STOCK) {
        IGNORE(shown_ref(s, F_STOCK_TECHNICIAN, &row->assigned));
    } else if (s->type == SUBJECT_GOODS) {
        IGNORE(shown_ref(s, F_GOODS_CUSTOMER, &row->customer));
    }
}

/* ---- keys ----------------------------------------------------------------------------------- */

static uint64_t order_of_time(int64_t ms)
{
    return (uint64_t)ms ^ (UINT64_C(1) << 63); /* negative times before positive ones */
}

static void add_key(struct list_keys *k, enum list list, const uint8_t *sort, size_t nsort,
                    id16 subject)
{
    struct list_key *key = &k->key[k->n++];
    key->b[0] = (uint8_t)list;
    if (nsort > 0) {
        memcpy(key->b + 1, sort, nsort);
    }
    memcpy(key->b + 1 + nsort, subject.b, sizeof subject.b);
    key->n = (uint8_t)(1 + nsort + sizeof subject.b);
}

static uint64_t open_order(const struct subject_state *s, const struct calendars *cal)
{
    struct deadline d[4];
    size_t n = deadlines(s, cal, d);
    for (size_t i = 0; i < n; i++) {
        if (d[i].kind == DL_ARRIVE) {
            return order_of_time(d[i].due_ms);
        }
    }
    return UINT64_MAX;
}

static uint64_t done_order(const struct subject_state *s)
{
    hlc t = 0, last = 0;
    for (unsigned i = 0; i < s->nvisits; i++) {
        const struct visit_state *v = &s->visits[i];
        for (unsigned k = 0; k < v->nsigned; k++) {
            t = v->signatures[k].time > t ? v->signatures[k].time : t;
        }
    }
    for (unsigned i = 0; i < s->nauthors; i++) {
        last = s->authors[i].time > last ? s->authors[i].time : last;
    }
    return ~order_of_time(hlc_ms(t != 0 ? t : last));
}

static void job_keys(const struct subject_state *s, const struct calendars *cal,
                     struct list_keys *keys)
{
    uint8_t sort[8];
    bool done = fold_job_done(s);
    be64_put(sort, done ? done_order(s) : open_order(s, cal));
    add_key(keys, done ? LIST_JOBS_DONE : LIST_JOBS_OPEN, sort, sizeof sort, s->subject);
}

/* The job of a paper or of a customer's thing. */
static bool job_of(const struct subject_state *s, id16 *out)
{
    return shown_ref(s,
                     s->type == SUBJECT_GOODS     ? F_GOODS_JOB
                     : s->type == SUBJECT_SLIP    ? F_SLIP_JOB
                     : s->type == SUBJECT_INVOICE ? F_INVOICE_JOB
                                                  : 0,
                     out);
}

static void add_of(struct list_keys *keys, enum list list, id16 of, const struct subject_state *s)
{
    uint8_t sort[17];
    memcpy(sort, of.b, sizeof of.b);
    sort[16] = (uint8_t)s->type;
    add_key(keys, list, sort, sizeof sort, s->subject);
}

void lists_keys(const struct subject_state *s, const struct list_row *row,
                const struct calendars *cal, struct list_keys *keys)
{
    memset(keys, 0, sizeof *keys);
    uint8_t type = (uint8_t)s->type;
    id16 job;
    add_key(keys, LIST_BY_TYPE, &type, 1, s->subject);
    if (s->type == SUBJECT_JOB) {
        job_keys(s, cal, keys);
    }
    if (s->nconflicts > 0 || s->nrequests > 0) {
        add_key(keys, LIST_CONFLICTS, NULL, 0, s->subject);
    }
    if (!id16_zero(row->customer)) {
        add_of(keys, LIST_OF_CUSTOMER, row->customer, s);
    }
    if (!id16_zero(row->equipment)) {
        add_of(keys, LIST_OF_EQUIPMENT, row->equipment, s);
    }
    if (job_of(s, &job)) {
        add_of(keys, LIST_OF_JOB, job, s);
    }
}

bytes fold_list_prefix(enum list list, enum subject_type type, const id16 *id,
                       uint8_t buf[static LIST_KEY_BYTES])
{
    buf[0] = (uint8_t)list;
    if (list == LIST_BY_TYPE && type != 0) {
        buf[1] = (uint8_t)type;
        return bytes_of(buf, 2);
    }
    if (id != NULL &&
        (list == LIST_OF_CUSTOMER || list == LIST_OF_EQUIPMENT || list == LIST_OF_JOB)) {
        memcpy(buf + 1, id->b, sizeof id->b);
        buf[17] = (uint8_t)type;
        return bytes_of(buf, type == 0 ? 17 : 18);
    }
    return bytes_of(buf, 1);
}

/* ---- one row as bytes ----------------------------------------------------------------------- */

enum { ROW_CONFLICT = 1, ROW_CANCELLED = 2, ROW_ARCHIVED = 4 };
#define ROW_ITEMS 14

static void put_id(struct cbor_w *w, id16 id)
{
    cbor_put_bytes(w, bytes_of(id.b, id16_zero(id) ? 0 : sizeof id.b));
}

enum st lists_row_encode(const struct list_row *row, uint8_t buf[static LIST_ROW_BYTES], bytes *out)
{
    struct cbor_w w = cbor_w_init(buf, LIST_ROW_BYTES);
    cbor_put_array(&w, ROW_ITEMS);
    put_id(&w, row->subject);
    cbor_put_uint(&w, (uint64_t)row->type);
    cbor_put_int(&w, row->called_ms);
    cbor_put_int(&w, row->appointment_ms);
    cbor_put_uint(&w, (uint64_t)row->stage);
    cbor_put_uint(&w, (uint64_t)row->class_);
    cbor_put_uint(&w, row->zone);
    cbor_put_uint(&w, (row->conflict ? ROW_CONFLICT : 0U) | (row->cancelled ? ROW_CANCELLED : 0U) |
                          (row->archived ? ROW_ARCHIVED : 0U));
    put_id(&w, row->assigned);
    put_id(&w, row->customer);
    put_id(&w, row->equipment);
    cbor_put_uint(&w, row->nrequests);
    cbor_put_uint(&w, row->end);
    cbor_put_uint(&w, row->outcome);
    return cbor_w_done(&w, out);
}

static id16 get_id(struct cbor_r *r)
{
    id16 id = {{0}};
    bytes b = cbor_get_bytes(r);
    if (b.n == sizeof id.b) {
        memcpy(id.b, b.p, sizeof id.b);
    }
    return id;
}

enum st list_row_decode(bytes value, struct list_row *out)
{
    memset(out, 0, sizeof *out);
    struct cbor_r r = cbor_r_init(value);
    if (cbor_get_array(&r) != ROW_ITEMS) {
        return ST_CORRUPT;
    }
    out->subject = get_id(&r);
    out->type = (enum subject_type)cbor_get_uint(&r);
    out->called_ms = cbor_get_int(&r);
    out->appointment_ms = cbor_get_int(&r);
    out->stage = (enum visit_stage)cbor_get_uint(&r);
    out->class_ = (enum service_class)cbor_get_uint(&r);
    out->zone = (unsigned)cbor_get_uint(&r);
    unsigned flags = (unsigned)cbor_get_uint(&r);
    out->conflict = (flags & ROW_CONFLICT) != 0;
    out->cancelled = (flags & ROW_CANCELLED) != 0;
    out->archived = (flags & ROW_ARCHIVED) != 0;
    out->assigned = get_id(&r);
    out->customer = get_id(&r);
    out->equipment = get_id(&r);
    out->nrequests = (unsigned)cbor_get_uint(&r);
    out->end = (unsigned)cbor_get_uint(&r);
    out->outcome = (unsigned)cbor_get_uint(&r);
    return cbor_done(&r) == ST_OK ? ST_OK : ST_CORRUPT;
}
