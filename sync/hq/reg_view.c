/* reg_view.c - states as JSON: a line of a register, a record with every value's writer. */
#include "core/model/call.h"
#include "core/rules/service.h"
#include "core/rules/visit.h"
#include "sync/hq/reg.h"

#include <stdlib.h>

static bool cert_of(struct api_call *c, id8 author, struct arena *a, struct cert *out)
{
    bytes doc;
    const char *rule;
    return store_get(c->txn, T_CERT, bytes_of(author.b, sizeof author.b), a, &doc, NULL) == ST_OK &&
           cert_parse(doc, out, &rule) == ST_OK;
}

bool api_person_of(struct api_call *c, id8 author, id16 *person)
{
    struct arena a = c->arena;
    struct cert cert;
    bool known = cert_of(c, author, &a, &cert);
    if (known) {
        *person = cert.person;
    }
    return known;
}

bool api_by_node(struct api_call *c, id8 author)
{
    struct arena a = c->arena;
    struct cert cert;
    return cert_of(c, author, &a, &cert) && cert.role == ROLE_HEADQUARTERS;
}

/* ---- values -----------------------------------------------------------------------------------
 */

json_t *reg_text(struct api_call *c, const uint8_t hash[static 32])
{
    struct arena a = c->arena;
    bytes manifest, content;
    h32 name;
    json_t *out = NULL;
    memcpy(name.b, hash, sizeof name.b);
    if (store_att_get(c->txn, name, &a, &manifest, &content, NULL) == ST_OK) {
        out = json_stringn((const char *)content.p, content.n);
    }
    return out != NULL ? out : json_null();
}

static int name_field(enum subject_type type)
{
    switch (type) {
    case SUBJECT_CUSTOMER:
        return F_CUSTOMER_NAME;
    case SUBJECT_TECHNICIAN:
        return F_TECHNICIAN_NAME;
    case SUBJECT_EQUIPMENT:
        return F_EQUIPMENT_MODEL;
    default:
        return 0;
    }
}

static json_t *code_json(const struct subject_state *s)
{
    const struct field_value *v = fold_shown(s, F_CODE);
    return v == NULL ? json_null() : json_stringn((const char *)v->b, v->nb);
}

json_t *reg_named(struct api_call *c, id16 subject, int field)
{
    struct arena keep = c->arena;
    struct subject_state s;
    if (id16_zero(subject)) {
        return json_null();
    }
    json_t *out = json_pack("{s:o}", "id", ops_hex(subject.b, 16));
    if (fold_load(c->txn, subject, &c->arena, &s, NULL, NULL) == ST_OK) {
        const struct field_value *name = fold_shown(&s, field != 0 ? field : name_field(s.type));
        if (name == NULL && s.type == SUBJECT_EQUIPMENT) {
            name = fold_shown(&s, F_EQUIPMENT_NAME); /* of a call that a technician took */
        }
        json_object_set_new(out, "code", code_json(&s));
        json_object_set_new(out, "name",
                            name != NULL && name->type == FT_TEXT ? reg_text(c, name->b)
                                                                  : json_null());
    }
    c->arena = keep;
    return out;
}

static json_t *value_json(struct api_call *c, const struct field_info *f,
                          const struct field_value *v)
{
    id16 ref;
    switch (v->type) {
    case FT_TEXT:
        return reg_text(c, v->b);
    case FT_CODE:
        return json_stringn((const char *)v->b, v->nb);
    case FT_REF:
        memcpy(ref.b, v->b, sizeof ref.b);
        return reg_named(c, ref, 0);
    case FT_ID8:
        return ops_branch(v->b);
    default:
        if (f->subject == SUBJECT_TECHNICIAN && f->field == F_TECHNICIAN_ROLE) {
            return json_string(ops_role_name((enum role)v->i));
        }
        return json_integer((json_int_t)v->i);
    }
}

/* Fees and invoices are the accountant's, not the technical notes (E-04). */
static bool may_read(const struct api_call *c, const struct field_info *f)
{
    static const int his[] = {F_CODE,       F_BRANCH,   F_JOB_CUSTOMER,
                              F_JOB_CALLED, F_JOB_COST, F_JOB_CLASS_PROPOSED};
    if (c->user.role == ROLE_PARTS_KEEPER && f->subject == SUBJECT_JOB) {
        return false; /* of a call he reads what is proposed for the catalogue */
    }
    if (c->user.role != ROLE_ACCOUNTANT || f->subject == SUBJECT_INVOICE ||
        f->subject == SUBJECT_TECHNICIAN) {
        return true;
    }
    for (size_t i = 0; i < sizeof his / sizeof his[0]; i++) {
        if (f->field == his[i] && (f->subject == SUBJECT_JOB || f->subject == 0)) {
            return true;
        }
    }
    return false;
}

static const char *short_name(const struct field_info *f)
{
    const char *dot = strchr(f->name, '.');
    return dot == NULL ? f->name : dot + 1;
}

static json_t *fields_json(struct api_call *c, const struct subject_state *s)
{
    json_t *o = json_object();
    for (unsigned i = 0; i < s->nfields; i++) {
        const struct field_info *f = field_info(s->type, s->fields[i].field);
        const struct field_value *v = fold_shown(s, s->fields[i].field);
        if (f != NULL && v != NULL && f->field != F_CODE && f->field != F_BRANCH &&
            may_read(c, f)) {
            json_object_set_new(o, short_name(f), value_json(c, f, v));
        }
    }
    return o;
}

/* ---- a line -----------------------------------------------------------------------------------
 */

static void add_deadline(struct api_call *c, const struct subject_state *job, json_t *o)
{
    const struct calendars *cal = api_calendars(c);
    struct deadline d[4];
    size_t n = office_open(job) ? deadlines(job, cal, d) : 0;
    for (size_t i = 0; i < n; i++) {
        if (d[i].kind == DL_ARRIVE && !d[i].met) {
            int64_t left = deadline_left_minutes(&d[i], cal, c->now_ms);
            json_object_set_new(o, "due_ms", json_integer((json_int_t)d[i].due_ms));
            json_object_set_new(o, "left_minutes", json_integer((json_int_t)left));
            json_object_set_new(o, "late", json_boolean(left < 0));
        }
    }
}

static const char *proposed_name(unsigned what)
{
    return what == PROPOSED_PART ? "part" : what == PROPOSED_FAULT ? "fault" : "equipment";
}

/* A record that came with a call which a technician took: whose name it has. */
static void add_new_record(struct api_call *c, const struct subject_state *job, int ref, int name,
                           const char *what, json_t *list)
{
    const struct field_value *v = fold_shown(job, ref), *p = fold_shown(job, F_JOB_PROPOSED);
    struct arena keep = c->arena;
    struct subject_state s;
    json_t *words = json_null();
    id16 id;
    if (v == NULL || p == NULL) {
        return;
    }
    memcpy(id.b, v->b, sizeof id.b);
    if (fold_load(c->txn, id, &c->arena, &s, NULL, NULL) == ST_OK) {
        const struct field_value *text = fold_shown(&s, name);
        words = text != NULL && text->type == FT_TEXT ? reg_text(c, text->b) : words;
    }
    c->arena = keep;
    json_array_append_new(list, json_pack("{s:s,s:o,s:o,s:I}", "what", what, "words", words,
                                          "entry", ops_hex(p->entry.b, 32), "wall_ms",
                                          (json_int_t)hlc_ms(p->time)));
}

/* What technicians found that no catalogue or file has, in their words. */
static json_t *proposals_json(struct api_call *c, const struct subject_state *s)
{
    json_t *list = json_array();
    unsigned fresh = office_new_records(s);
    if ((fresh & CALL_NEW_CUSTOMER) != 0) {
        add_new_record(c, s, F_JOB_CUSTOMER, F_CUSTOMER_NAME, "customer", list);
    }
    if ((fresh & CALL_NEW_EQUIPMENT) != 0) {
        add_new_record(c, s, F_JOB_EQUIPMENT, F_EQUIPMENT_NAME, "equipment", list);
    }
    for (unsigned v = 0; v < s->nvisits; v++) {
        for (unsigned k = 0; k < s->visits[v].nfacts; k++) {
            const struct fact *f = &s->visits[v].facts[k];
            enum body_att words;
            union body b;
            unsigned what = office_proposal(f, &words);
            int at = what != 0 && body_decode(f->kind, f->body, &b) == ST_OK
                         ? body_att(f->kind, &b, words)
                         : -1;
            if (at >= 0 && (unsigned)at < f->natt) {
                json_array_append_new(
                    list, json_pack("{s:s,s:o,s:o,s:I}", "what", proposed_name(what), "words",
                                    reg_text(c, f->atts[at].b), "entry", ops_hex(f->entry.b, 32),
                                    "wall_ms", (json_int_t)f->wall_ms));
            }
        }
    }
    return list;
}

static void add_job(struct api_call *c, const struct subject_state *s, json_t *o)
{
    json_object_set_new(o, "technician", reg_named(c, s->assigned, F_TECHNICIAN_NAME));
    json_object_set_new(o, "class", json_integer((json_int_t)office_class(s)));
    struct calendar cal = calendar_of_branch(api_calendars(c), calendars_branch(s));
    json_object_set_new(
        o, "left_over",
        json_boolean(office_left_over(s, c->now_ms, calendar_offset(&cal, c->now_ms))));
    json_object_set_new(o, "cash_owed_minor", json_integer((json_int_t)office_cash_owed_minor(s)));
    json_object_set_new(o, "handover", json_boolean(s->handover_asked));
    json_object_set_new(o, "visits", json_integer((json_int_t)s->nvisits));
    json_object_set_new(o, "returned_twice", json_boolean(visit_returned_twice(s)));
    if (office_proposed(s) && c->user.role != ROLE_ACCOUNTANT) {
        json_object_set_new(o, "proposals", proposals_json(c, s));
    }
    add_deadline(c, s, o);
}

/* What is asked and whether it is answered; null: nobody asks for help. */
static json_t *help_json(const struct subject_state *s)
{
    h32 asked = office_help(s);
    const struct help_answer *a = fold_answer(s, asked);
    if (h32_zero(asked)) {
        return json_null();
    }
    return json_pack("{s:o,s:s,s:o}", "entry", ops_hex(asked.b, sizeof asked.b), "state",
                     a == NULL ? "waiting" : "answered", "answer",
                     a == NULL ? json_null() : ops_hex(a->entry.b, sizeof a->entry.b));
}

json_t *reg_row(struct api_call *c, const struct subject_state *s)
{
    const struct field_value *branch = fold_shown(s, F_BRANCH);
    json_t *o = json_pack("{s:o,s:s,s:o,s:o,s:s,s:I,s:b,s:o}", "id", ops_hex(s->subject.b, 16),
                          "type", ops_type_name(s->type), "code", code_json(s), "branch",
                          branch == NULL ? json_null() : ops_branch(branch->b), "state",
                          reg_state_name(s->type, office_state(s)), "time_ms",
                          (json_int_t)register_order_ms(s), "conflict", s->nconflicts > 0, "fields",
                          fields_json(c, s));
    if (s->type == SUBJECT_JOB || s->type == SUBJECT_GOODS) {
        json_object_set_new(o, "help", json_boolean(office_help_waits(s)));
        json_object_set_new(o, "help_request", help_json(s));
    }
    if (s->type == SUBJECT_JOB) {
        add_job(c, s, o);
    } else if (s->type == SUBJECT_GOODS) {
        json_object_set_new(o, "late_unhelped", json_boolean(office_late_unhelped(s, c->now_ms)));
    }
    return o;
}

/* ---- a record ---------------------------------------------------------------------------------
 */

static json_t *writes_json(struct api_call *c, const struct field_info *f,
                           const struct field_state *field)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < field->n; i++) {
        const struct field_value *v = &field->v[i];
        json_array_append_new(list,
                              json_pack("{s:o,s:o,s:o,s:I,s:b,s:o}", "entry",
                                        ops_hex(v->entry.b, 32), "author", ops_hex(v->author.b, 8),
                                        "actor", reg_named(c, v->actor, F_TECHNICIAN_NAME),
                                        "time_ms", (json_int_t)hlc_ms(v->time), "proposal",
                                        v->proposal, "value", value_json(c, f, v)));
    }
    return list;
}

/* To whom a call was given last: no field of it, but overtaken as fields are. */
static json_t *given_json(struct api_call *c, const struct subject_state *job)
{
    struct arena a = c->arena;
    struct entry_view e;
    json_t *list = json_array();
    if (journal_get(c->txn, job->assigned_entry, &a, &e, NULL) == ST_OK) {
        json_array_append_new(list,
                              json_pack("{s:o,s:o,s:I,s:b,s:o}", "entry", ops_hex(e.hash.b, 32),
                                        "actor", reg_named(c, e.actor, F_TECHNICIAN_NAME),
                                        "time_ms", (json_int_t)e.wall_ms, "proposal", 0, "value",
                                        reg_named(c, job->assigned, F_TECHNICIAN_NAME)));
    }
    return list;
}

json_t *api_writes_of(struct api_call *c, const struct subject_state *s, const char *name)
{
    if (s->type == SUBJECT_JOB && strcmp(name, "technician") == 0) {
        return given_json(c, s);
    }
    for (unsigned i = 0; i < s->nfields; i++) {
        const struct field_info *f = field_info(s->type, s->fields[i].field);
        if (f != NULL && may_read(c, f) &&
            (strcmp(short_name(f), name) == 0 || strcmp(f->name, name) == 0)) {
            return writes_json(c, f, &s->fields[i]);
        }
    }
    return json_array();
}

json_t *reg_detail(struct api_call *c, const struct subject_state *s)
{
    json_t *o = reg_row(c, s), *values = json_object();
    for (unsigned i = 0; i < s->nfields; i++) {
        const struct field_state *field = &s->fields[i];
        const struct field_info *f = field_info(s->type, field->field);
        if (f == NULL || !may_read(c, f)) {
            continue;
        }
        json_t *seen = json_array();
        for (unsigned k = 0; k < field->n; k++) {
            if (!field->v[k].proposal) {
                json_array_append_new(seen, ops_hex(field->v[k].entry.b, 32));
            }
        }
        json_object_set_new(values, short_name(f),
                            json_pack("{s:b,s:o,s:o}", "conflict", field->conflict, "seen", seen,
                                      "writes", writes_json(c, f, field)));
    }
    json_object_set_new(o, "values", values);
    return o;
}
