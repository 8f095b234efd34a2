/* reg_job.c - a call's visits, facts, signatures, deadlines, customer, equipment, goods. */
#include "sync/hq/reg_job.h"

#include "core/journal/times.h"
#include "core/model/position.h"
#include "core/rules/service.h"

#define GOODS_MOST 32
#define FILE_MOST 100    /* of each type in one file; the registers have them all */
#define FILE_LOOKED 2000 /* rows looked at for them: others' branches have some of them */

/* ---- facts ------------------------------------------------------------------------------------
 */

static json_t *code_json(const struct code *k)
{
    return json_stringn((const char *)k->b, k->n);
}

static json_t *prices_json(const struct body_priced *b)
{
    json_t *lines = json_array();
    for (unsigned i = 0; i < b->nlines; i++) {
        const struct price_line *l = &b->lines[i];
        json_array_append_new(lines, json_pack("{s:o,s:I,s:I,s:I}", "code", code_json(&l->code),
                                               "qty_milli", (json_int_t)l->qty_milli, "unit_minor",
                                               (json_int_t)l->unit_minor, "amount_minor",
                                               (json_int_t)l->amount_minor));
    }
    return lines;
}

static json_t *body_json(unsigned kind, const union body *b)
{
    json_t *list;
    switch (kind) {
    case KIND_VISIT_ARRIVED:
        return json_pack("{s:i}", "flags", (int)b->arrived.flags);
    case KIND_VISIT_DIAGNOSED:
        return json_pack("{s:o,s:i,s:i,s:i}", "fault", code_json(&b->diagnosed.fault), "cause",
                         (int)b->diagnosed.cause, "responsibility",
                         (int)b->diagnosed.responsibility, "flags", (int)b->diagnosed.flags);
    case KIND_VISIT_CLASS:
        return json_pack("{s:i,s:i}", "class", (int)b->class_.class_, "basis",
                         (int)b->class_.basis);
    case KIND_VISIT_PRICED:
        return json_pack("{s:I,s:b,s:o}", "estimate_minor", (json_int_t)b->priced.estimate_minor,
                         "consented", b->priced.consented, "lines", prices_json(&b->priced));
    case KIND_VISIT_PART:
        return json_pack("{s:o,s:I,s:I,s:i,s:i,s:b,s:o,s:o}", "number", code_json(&b->part.number),
                         "qty_milli", (json_int_t)b->part.qty_milli, "unit_minor",
                         (json_int_t)b->part.unit_minor, "reason", (int)b->part.reason, "old_part",
                         (int)b->part.old_part, "charged", b->part.charged, "serial_in",
                         code_json(&b->part.serial_in), "serial_out",
                         code_json(&b->part.serial_out));
    case KIND_VISIT_ACTION:
        list = json_array();
        for (unsigned i = 0; i < b->action.n; i++) {
            json_array_append_new(list, json_integer((json_int_t)b->action.codes[i]));
        }
        return json_pack("{s:o}", "codes", list);
    case KIND_VISIT_TESTED:
        return json_pack("{s:i,s:i}", "result", (int)b->tested.result, "flags",
                         (int)b->tested.flags);
    case KIND_VISIT_FEE:
        return json_pack("{s:I,s:I,s:I,s:I,s:I}", "labour_minor", (json_int_t)b->fee.labour_minor,
                         "parts_minor", (json_int_t)b->fee.parts_minor, "travel_minor",
                         (json_int_t)b->fee.travel_minor, "other_minor",
                         (json_int_t)b->fee.other_minor, "total_minor",
                         (json_int_t)b->fee.total_minor);
    case KIND_VISIT_ENDED:
        return json_pack("{s:i,s:i,s:o}", "outcome", (int)b->ended.outcome, "reason",
                         (int)b->ended.reason, "part", code_json(&b->ended.part));
    case KIND_VISIT_PAID:
        return json_pack("{s:i,s:I,s:o}", "method", (int)b->paid.method, "amount_minor",
                         (json_int_t)b->paid.amount_minor, "receipt", code_json(&b->paid.receipt));
    case KIND_VISIT_TAKEN:
        return json_pack("{s:o,s:o,s:i,s:I,s:o,s:i,s:i}", "receipt", code_json(&b->taken.receipt),
                         "goods", ops_hex(b->taken.goods.b, 16), "reason", (int)b->taken.reason,
                         "promised_ms", (json_int_t)b->taken.promised_ms, "serial",
                         code_json(&b->taken.serial), "condition", (int)b->taken.condition,
                         "accessories", (int)b->taken.accessories);
    case KIND_VISIT_RETURNED:
        return json_pack("{s:o,s:o,s:i,s:I,s:i}", "receipt", code_json(&b->returned.receipt),
                         "goods", ops_hex(b->returned.goods.b, 16), "outcome",
                         (int)b->returned.outcome, "total_minor",
                         (json_int_t)b->returned.total_minor, "class", (int)b->returned.class_);
    case KIND_JOB_REOPENED:
    case KIND_HANDOVER_ASKED:
    case KIND_HELP_ASKED:
        return json_pack("{s:i}", "reason", (int)b->asked.reason);
    default:
        return json_object();
    }
}

/* What was typed with a fact, by what it is. */
static void add_words(struct api_call *c, const struct fact *f, const union body *b, json_t *o)
{
    static const struct {
        enum body_att what;
        const char *name;
    } words[] = {{BA_FAULT, "fault_words"},   {BA_CAUSE, "cause_words"}, {BA_PART, "part_words"},
                 {BA_OLD_WHY, "old_why"},     {BA_ACTION, "words"},      {BA_DANGER, "danger"},
                 {BA_RESULT, "result_words"}, {BA_NOTE, "note"},         {BA_WORDS, "words"},
                 {BA_GOODS_TEXT, "text"},     {BA_GOODS_NAME, "name"}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        int at = body_att(f->kind, b, words[i].what);
        if (at >= 0 && (unsigned)at < f->natt) {
            json_object_set_new(o, words[i].name, reg_text(c, f->atts[at].b));
        }
    }
}

/* Where he stood. Null: it is not held here any more. */
static void add_position(struct api_call *c, const struct fact *f, json_t *o)
{
    struct arena a = c->arena;
    bytes manifest, content;
    struct position p;
    if (f->kind != KIND_VISIT_POSITION) {
        return;
    }
    bool have = f->natt == 1 &&
                store_att_get(c->txn, f->atts[0], &a, &manifest, &content, NULL) == ST_OK &&
                position_decode(content, &p) == ST_OK;
    json_object_set_new(
        o, "position",
        have ? json_pack("{s:I,s:I,s:I,s:o,s:i}", "lat_e7", (json_int_t)p.lat_e7, "lon_e7",
                         (json_int_t)p.lon_e7, "accuracy_mm", (json_int_t)p.accuracy_mm, "age_ms",
                         p.has_age ? json_integer((json_int_t)p.age_ms) : json_null(), "source",
                         (int)p.source)
             : json_null());
}

/* When it was made, as far as receipts and the boot clock prove it: a wall clock only claims. */
static void add_times(struct api_call *c, const struct trust *trust, h32 entry, json_t *o)
{
    struct arena tmp = c->arena;
    struct entry_view e;
    struct times at;
    if (trust == NULL || journal_get(c->txn, entry, &tmp, &e, NULL) != ST_OK ||
        times_of(c->txn, trust, &e, tmp, &at, NULL) != ST_OK) {
        return;
    }
    json_object_set_new(o, "shown_ms", json_integer((json_int_t)at.claimed_ms));
    json_object_set_new(o, "clock_wrong", json_boolean(at.wrong));
    if (at.low_ms != 0 && at.high_ms != TIMES_UNKNOWN_MS) {
        json_object_set_new(o, "made_after_ms", json_integer((json_int_t)at.low_ms));
        json_object_set_new(o, "made_before_ms", json_integer((json_int_t)at.high_ms));
    }
}

/* The call's; NULL: it cannot be read, and proves nothing. */
static const struct trust *trust_of(struct api_call *c)
{
    struct trust *trust = arena_new(&c->arena, struct trust, 1);
    return trust != NULL && trust_store_get(c->txn, &c->arena, trust, NULL, NULL) == ST_OK ? trust
                                                                                           : NULL;
}

/* The accountant sees what money is about, not the technical notes. */
static bool may_read(const struct api_call *c, unsigned kind)
{
    return c->user.role != ROLE_ACCOUNTANT || kind == KIND_VISIT_FEE ||
           kind == KIND_VISIT_RETURNED || kind == KIND_VISIT_PAID || kind == KIND_VISIT_CLASS ||
           kind == KIND_VISIT_PRICED;
}

static json_t *facts_json(struct api_call *c, const struct trust *trust,
                          const struct visit_state *v)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < v->nfacts; i++) {
        const struct fact *f = &v->facts[i];
        const struct kind_info *k = kind_info(f->kind);
        union body b;
        if (!may_read(c, f->kind) || f->kind == KIND_VISIT_SIGNED) {
            continue;
        }
        bool read = body_decode(f->kind, f->body, &b) == ST_OK;
        json_t *body = read ? body_json(f->kind, &b) : json_object();
        if (read && c->user.role != ROLE_ACCOUNTANT) {
            add_words(c, f, &b, body);
            add_position(c, f, body);
        }
        json_t *one =
            json_pack("{s:o,s:s,s:I,s:o}", "entry", ops_hex(f->entry.b, 32), "kind",
                      k == NULL ? "" : k->name, "wall_ms", (json_int_t)f->wall_ms, "body", body);
        add_times(c, trust, f->entry, one);
        json_array_append_new(list, one);
    }
    return list;
}

static json_t *text_of(struct api_call *c, h32 att)
{
    return h32_zero(att) ? json_string("") : reg_text(c, att.b);
}

static json_t *signatures_json(struct api_call *c, const struct trust *trust,
                               const struct visit_state *v)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < v->nsigned; i++) {
        const struct signature_state *g = &v->signatures[i];
        json_t *one = json_pack(
            "{s:o,s:o,s:i,s:i,s:i,s:I,s:I,s:b,s:i,s:o,s:o}", "entry", ops_hex(g->entry.b, 32),
            "number", json_stringn((const char *)g->number, g->nnumber), "outcome", (int)g->outcome,
            "version", (int)g->version, "class", (int)g->class_, "total_minor",
            (json_int_t)g->total_minor, "wall_ms", (json_int_t)g->wall_ms, "stands", g->stands,
            "not_covered", (int)g->not_covered, "signer", text_of(c, g->name), "words",
            text_of(c, g->reason_text));
        add_times(c, trust, g->entry, one);
        json_array_append_new(list, one);
    }
    return list;
}

static int64_t cash_paid(const struct visit_state *v)
{
    int64_t sum = 0;
    for (unsigned i = 0; i < v->nfacts; i++) {
        union body b;
        if (v->facts[i].kind == KIND_VISIT_PAID &&
            body_decode(KIND_VISIT_PAID, v->facts[i].body, &b) == ST_OK &&
            b.paid.method == PAY_CASH) {
            sum += b.paid.amount_minor;
        }
    }
    return sum;
}

static json_t *visits_json(struct api_call *c, const struct subject_state *job)
{
    json_t *list = json_array();
    const struct trust *trust = trust_of(c);
    for (unsigned i = 0; i < job->nvisits; i++) {
        const struct visit_state *v = &job->visits[i];
        id16 who = {{0}};
        IGNORE(!api_person_of(c, v->author, &who)); /* zero: shown as nobody */
        json_array_append_new(
            list,
            json_pack("{s:o,s:o,s:o,s:i,s:i,s:o,s:o,s:I,s:I}", "visit", ops_hex(v->visit.b, 8),
                      "author", ops_hex(v->author.b, 8), "technician",
                      reg_named(c, who, F_TECHNICIAN_NAME), "stage", (int)v->stage, "end",
                      (int)v->end, "facts", facts_json(c, trust, v), "signatures",
                      signatures_json(c, trust, v), "cash_paid_minor", (json_int_t)cash_paid(v),
                      "cash_accepted_minor", (json_int_t)v->cash_accepted_minor));
    }
    return list;
}

/* ---- what belongs to it -----------------------------------------------------------------------
 */

static json_t *deadlines_json(struct api_call *c, const struct subject_state *job)
{
    const struct calendars *cal = api_calendars(c);
    struct deadline d[4];
    json_t *list = json_array();
    struct arena tmp = c->arena;
    struct trust *trust = arena_new(&tmp, struct trust, 1);
    bool known = trust != NULL && trust_store_get(c->txn, &tmp, trust, NULL, NULL) == ST_OK;
    size_t n = deadlines(job, cal, d);
    for (size_t i = 0; i < n; i++) {
        if (d[i].met && known) { /* in time by the time that is proved, not by a wrong clock */
            d[i].met_ms = times_shown(c->txn, trust, d[i].met_by, d[i].met_ms, tmp);
        }
        json_array_append_new(
            list, json_pack("{s:i,s:I,s:b,s:b,s:I,s:I}", "kind", (int)d[i].kind, "due_ms",
                            (json_int_t)d[i].due_ms, "working", d[i].working, "met", d[i].met,
                            "met_ms", (json_int_t)d[i].met_ms, "left_minutes",
                            (json_int_t)deadline_left_minutes(&d[i], cal, c->now_ms)));
    }
    return list;
}

static json_t *row_of(struct api_call *c, const struct subject_state *job, int field)
{
    const struct field_value *v = fold_shown(job, field);
    struct arena keep = c->arena;
    struct subject_state s;
    json_t *out = NULL;
    id16 id;
    if (v != NULL && v->type == FT_REF) {
        memcpy(id.b, v->b, sizeof id.b);
        if (fold_load(c->txn, id, &c->arena, &s, NULL, NULL) == ST_OK) {
            out = reg_row(c, &s);
        }
    }
    c->arena = keep;
    return out != NULL ? out : json_null();
}

/* The rows of a walk of T_LIST that the user sees into `out`; at most `max`, of FILE_LOOKED at
 * most. */
static void rows_of(struct api_call *c, struct store_cursor *cur, size_t max, json_t *out)
{
    bytes k;
    size_t n = 0;
    for (unsigned looked = 0; looked < FILE_LOOKED && n < max && store_next(cur, &k) == ST_OK;
         looked++) {
        struct arena keep = c->arena;
        struct subject_state s;
        id16 id;
        memcpy(id.b, k.p + k.n - sizeof id.b, sizeof id.b);
        if (fold_load(c->txn, id, &c->arena, &s, NULL, NULL) == ST_OK && api_sees(c, &s)) {
            json_array_append_new(out, reg_row(c, &s));
            n++;
        }
        c->arena = keep;
    }
}

static json_t *goods_json(struct api_call *c, const struct subject_state *job)
{
    uint8_t key[LIST_KEY_BYTES];
    struct store_cursor *cur = NULL;
    json_t *list = json_array();
    bytes prefix = fold_list_prefix(LIST_OF_JOB, SUBJECT_GOODS, &job->subject, key);
    if (store_scan(c->txn, T_LIST, prefix, (bytes){0}, &cur, NULL) == ST_OK) {
        rows_of(c, cur, GOODS_MOST, list);
        store_scan_end(&cur);
    }
    return list;
}

/* A customer's by the registers' order, the newest first; a machine's as they are listed. */
void reg_file_add(struct api_call *c, id16 subject, enum list list, json_t *out)
{
    static const enum subject_type types[] = {SUBJECT_EQUIPMENT, SUBJECT_CONTRACT, SUBJECT_GOODS,
                                              SUBJECT_JOB};
    json_t *file = json_array();
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        uint8_t key[LIST_KEY_BYTES];
        struct store_cursor *cur = NULL;
        bool his = list == LIST_OF_CUSTOMER;
        bytes prefix = his ? register_prefix(types[i], REG_WHOLE, (id8){{0}}, REG_CUSTOMER,
                                             REG_BY_TIME, subject.b, key)
                           : fold_list_prefix(list, types[i], &subject, key);
        if ((his ? store_scan_down : store_scan)(c->txn, T_LIST, prefix, (bytes){0}, &cur, NULL) ==
            ST_OK) {
            rows_of(c, cur, FILE_MOST, file);
            store_scan_end(&cur);
        }
    }
    json_object_set_new(out, "file", file);
}

void reg_goods_add(struct api_call *c, const struct subject_state *goods, json_t *out)
{
    json_object_set_new(out, "visits_list", visits_json(c, goods));
}

void reg_job_add(struct api_call *c, const struct subject_state *job, json_t *out)
{
    bool money = c->user.role == ROLE_ACCOUNTANT;
    json_object_set_new(out, "visits_list", visits_json(c, job));
    json_object_set_new(out, "deadlines", deadlines_json(c, job));
    if (!money) {
        json_object_set_new(out, "customer", row_of(c, job, F_JOB_CUSTOMER));
        json_object_set_new(out, "equipment", row_of(c, job, F_JOB_EQUIPMENT));
        json_object_set_new(out, "goods", goods_json(c, job));
    }
}
