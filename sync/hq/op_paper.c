/* op_paper.c - record.edit (fields, having seen what stands) and paper.step (core/rules/office). */
#include "core/rules/office.h"
#include "sync/hq/op_record.h"

#include <stdio.h>

/* --- record.edit ---------------------------------------------------------------------------- */

static bool seen_has(const json_t *seen, const h32 *entry)
{
    char hex[65];
    hex_put(bytes_of(entry->b, sizeof entry->b), hex);
    for (size_t i = 0; i < json_array_size(seen); i++) {
        const char *s = json_string_value(json_array_get(seen, i));
        if (s != NULL && strcmp(s, hex) == 0) {
            return true;
        }
    }
    return false;
}

/* Does the writer know every value that stands in this field? Proposals are requests: they bar
 * nobody. */
static bool up_to_date(const struct subject_state *s, int field, const json_t *seen)
{
    const struct field_state *f = fold_field(s, field);
    for (unsigned i = 0; f != NULL && i < f->n; i++) {
        if (!f->v[i].proposal && !seen_has(seen, &f->v[i].entry)) {
            return false;
        }
    }
    return true;
}

/* Fields that somebody else wrote meanwhile, by name; NULL: none. */
static json_t *overtaken(struct hq *hq, const json_t *in, enum subject_type type, id16 id)
{
    struct arena a = hq_arena(hq);
    struct subject_state s;
    json_t *list = NULL, *value;
    const char *name;
    if (ops_state(hq, id, &a, &s, NULL) != ST_OK) {
        return NULL;
    }
    json_object_foreach(json_object_get(in, "fields"), name, value)
    {
        const struct field_info *f = op_record_field(type, str_c(name));
        const json_t *seen = json_object_get(json_object_get(in, "seen"), name);
        if (f != NULL && !up_to_date(&s, f->field, seen)) {
            list = list == NULL ? json_object() : list;
            json_object_set(list, name, value);
        }
    }
    return list;
}

/* A number leads to one record: a new one, or another (`own` NULL: any), does not take it. Else
 * what is meant as new would be written over the one that has it, or hide it. */
static enum st number_free(struct hq *hq, const json_t *in, enum subject_type type, const id16 *own,
                           struct err *err)
{
    const json_t *given[] = {own == NULL ? json_object_get(in, "code") : NULL,
                             json_object_get(json_object_get(in, "fields"), "code")};
    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++) {
        str s = {json_string_value(given[i]), json_string_length(given[i])};
        id16 has;
        if (s.p != NULL && hq_id_of(hq, type, s, &has, NULL) == ST_OK &&
            (own == NULL || !id16_eq(has, *own))) {
            return err_set(err, ST_EXISTS, 0, __func__, "this number is taken");
        }
    }
    return ST_OK;
}

enum st op_record_edit(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    str name;
    id16 id;
    enum st st = ops_str(in, "type", &name, err);
    enum subject_type type = st == ST_OK ? ops_type(name) : 0;
    if (st == ST_OK && json_object_get(in, "id") != NULL) {
        st = ops_subject(hq, in, "id", type, &id, err);
        json_t *late = st == ST_OK ? overtaken(hq, in, type, id) : NULL;
        if (late != NULL) {
            *out = json_pack("{s:{s:o,s:o}}", "conflict", "id", ops_hex(id.b, 16), "fields", late);
            return ST_OK; /* a refusal that carries values: api_finish makes it a 409 */
        }
        st = st == ST_OK ? number_free(hq, in, type, &id, err) : st;
        json_t *record = json_copy((json_t *)(uintptr_t)in);
        json_object_set_new(record, "id", ops_hex(id.b, 16));
        st = st == ST_OK ? op_record_set(hq, record, out, err) : st;
        json_decref(record);
        return st;
    }
    st = st == ST_OK ? number_free(hq, in, type, NULL, err) : st;
    json_t *record = json_deep_copy(in), *fields = json_object_get(record, "fields");
    json_t *branch = json_object_get(record, "branch");
    if (branch != NULL && json_object_get(fields, "branch") == NULL) {
        json_object_set(fields, "branch", branch);
    }
    st = st == ST_OK ? op_record_set(hq, record, out, err) : st;
    json_decref(record);
    return st;
}

/* --- paper.step ----------------------------------------------------------------------------- */

#define GIVEN_MOST 20

/* What only a step itself writes: nobody sends it along. */
static bool reserved(const struct office_step *step, int field)
{
    size_t n;
    const struct office_step *all = office_steps(&n);
    for (size_t i = 0; i < n; i++) {
        if (all[i].type == step->type &&
            (field == all[i].state_field || field == all[i].by_field)) {
            return true;
        }
    }
    return false;
}

static enum st given_fields(const struct office_step *step, const json_t *in,
                            int given[static GIVEN_MOST + 1], struct err *err)
{
    unsigned n = 0;
    const char *name;
    json_t *value;
    json_object_foreach(json_object_get(in, "fields"), name, value)
    {
        const struct field_info *f = op_record_field(step->type, str_c(name));
        if (f == NULL || n == GIVEN_MOST || reserved(step, f->field)) {
            return err_set(err, ST_BAD_INPUT, 0, __func__, "this step does not take %.40s", name);
        }
        if (!json_is_null(value)) {
            given[n++] = f->field;
        }
    }
    /* The number of a new paper stands beside its fields, as every record's does. */
    if (json_string_length(json_object_get(in, "code")) > 0 && n < GIVEN_MOST) {
        given[n++] = F_CODE;
    }
    given[n] = 0;
    return ST_OK;
}

static const char *name_of(enum subject_type type, int field)
{
    return field_info(type, field)->name;
}

static id16 person_of(void *ctx, id8 author)
{
    const struct hq_device *d = hq_device(ctx, author);
    id16 none = {{0}};
    return d == NULL ? none : d->person;
}

/* What comes from elsewhere: the goods' customer is the job's; who collected does not invoice. */
static enum st beside(struct hq *hq, const struct office_step *step, const struct append *what,
                      json_t *fields, struct err *err)
{
    int job_field = step->type == SUBJECT_GOODS     ? F_GOODS_JOB
                    : step->type == SUBJECT_INVOICE ? F_INVOICE_JOB
                                                    : 0;
    json_t *job = job_field == 0 ? NULL : json_object_get(fields, "job");
    if (job == NULL || (step->from & 1U) == 0) {
        return ST_OK;
    }
    json_t *in = json_pack("{s:O}", "job", job);
    id16 id;
    struct subject_state s;
    enum st st = ops_subject(hq, in, "job", SUBJECT_JOB, &id, err);
    json_decref(in);
    struct arena a = hq_arena(hq);
    st = st == ST_OK ? ops_state(hq, id, &a, &s, err) : st;
    if (st == ST_OK && step->type == SUBJECT_INVOICE) {
        st = ops_rule(office_may_bill(&s, what->actor, person_of, hq), err);
    }
    const struct field_value *who = st == ST_OK ? fold_shown(&s, F_JOB_CUSTOMER) : NULL;
    if (who != NULL && step->type == SUBJECT_GOODS) {
        json_object_set_new(fields, "customer", ops_hex(who->b, 16));
    }
    return st;
}

static void own_fields(struct hq *hq, const struct office_step *step, const struct append *what,
                       json_t *fields)
{
    if (step->state_field != 0 && step->to != 0) {
        json_object_set_new(fields, name_of(step->type, step->state_field),
                            json_integer((json_int_t)step->to));
    }
    if (step->by_field != 0) {
        json_object_set_new(fields, name_of(step->type, step->by_field),
                            ops_hex(what->actor.b, 16));
    }
    const char *at = step->at_field == 0 ? NULL : name_of(step->type, step->at_field);
    const char *dot = at == NULL ? NULL : strchr(at, '.');
    if (at != NULL && json_object_get(fields, at) == NULL &&
        (dot == NULL || json_object_get(fields, dot + 1) == NULL)) {
        json_object_set_new(fields, at, json_integer((json_int_t)hq_now(hq).wall_ms));
    }
}

static enum st allowed(struct hq *hq, const json_t *in, const struct office_step *step,
                       const int *given, struct append *what, struct err *err)
{
    struct subject_state s;
    bool fresh = json_object_get(in, "id") == NULL;
    enum st st = ops_actor(hq, in, ROLE_ADMINISTRATOR, what, err);
    if (st == ST_OK && !fresh) {
        st = ops_subject(hq, in, "id", step->type, &what->subject, err);
    }
    struct arena a = hq_arena(hq);
    if (st == ST_OK && !fresh) {
        st = ops_state(hq, what->subject, &a, &s, err);
    }
    if (st == ST_OK && !fresh && s.type != step->type) {
        st = err_set(err, ST_NOT_FOUND, 0, __func__, "this is no %s", ops_type_name(step->type));
    }
    return st == ST_OK
               ? ops_rule(office_may(step, fresh ? NULL : &s, given, what->actor, what->actor_role),
                          err)
               : st;
}

static enum st take_step(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    str name;
    int given[GIVEN_MOST + 1] = {0};
    struct append what = {.kind = KIND_RECORD_SET};
    enum st st = ops_str(in, "step", &name, err);
    const struct office_step *step = st == ST_OK ? office_step(name.p) : NULL;
    if (st == ST_OK && step == NULL) {
        st = err_set(err, ST_BAD_INPUT, 0, __func__, "there is no such step");
    }
    const json_t *sent = json_object_get(in, "fields");
    st = st == ST_OK ? given_fields(step, in, given, err) : st;
    st = st == ST_OK ? allowed(hq, in, step, given, &what, err) : st;
    if (st == ST_OK) {
        bool fresh = json_object_get(in, "id") == NULL;
        st = number_free(hq, in, step->type, fresh ? NULL : &what.subject, err);
    }
    if (st != ST_OK) {
        return st;
    }
    json_t *fields = sent != NULL ? json_deep_copy(sent) : json_object();
    json_t *record = json_pack("{s:s,s:O}", "type", ops_type_name(step->type), "fields", fields);
    static const char *const taken[] = {"id", "code", "actor", "role"};
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        if (json_object_get(in, taken[i]) != NULL) {
            json_object_set(record, taken[i], json_object_get(in, taken[i]));
        }
    }
    if ((step->from & 1U) != 0 && json_object_get(in, "branch") != NULL) {
        json_object_set(fields, "branch", json_object_get(in, "branch"));
    }
    st = beside(hq, step, &what, fields, err);
    if (st == ST_OK) {
        own_fields(hq, step, &what, fields);
        st = op_record_set(hq, record, out, err);
    }
    if (st == ST_OK && step->type == SUBJECT_SLIP &&
        (step->to == SLIP_ISSUED || step->to == SLIP_CLEARED)) {
        st = ops_stock_slip(hq, in, what.subject, step->to == SLIP_ISSUED, err);
    }
    json_decref(fields);
    json_decref(record);
    return st;
}

/* The paper and what it moves stand together. */
enum st op_paper_step(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    bool mine = hq->batch == NULL;
    enum st st = mine ? hq_batch_begin(hq, err) : ST_OK;
    if (st == ST_OK) {
        st = take_step(hq, in, out, err);
        if (mine) {
            enum st end = hq_batch_end(hq, st == ST_OK, st == ST_OK ? err : NULL);
            st = st == ST_OK ? end : st;
        }
    }
    return st;
}
