/* collect.c - the facts of a visit, gathered from states, attachments and the catalogue.
 *
 * Two passes of care: what a record says of customer and equipment is shown as far as it is known
 * here (a forgotten phone number leaves its line out); the words of the visit itself must be there,
 * since the customer is to sign for them. */
#include "core/fold/refold.h"
#include "core/journal/append.h"
#include "core/journal/attachment.h"
#include "core/model/bodies.h"
#include "core/model/catalogue.h"
#include "core/report/facts.h"

#include "core/base/utf8.h"

#define RECORD_TEXT_BYTES 600 /* six of them and the words of the visit fit the facts */

struct work {
    struct store_txn *t;
    const struct catalogue *cat;
    const struct visit_state *v;
    struct report_facts *f;
    struct arena *a;
    struct err *err;
    bool zh;
};

static enum st full(struct work *w)
{
    return err_set(w->err, ST_FULL, 0, "report_collect", "the report needs more memory");
}

/* Any text in its signed form; what is not UTF-8 is left out. */
static enum st clean(struct work *w, str s, str *out)
{
    *out = (str){NULL, 0};
    if (s.n == 0) {
        return ST_OK;
    }
    enum st st = utf8_clean(w->a, s, out);
    return st == ST_FULL ? full(w) : ST_OK;
}

/* No typed text is longer: what another device calls one may be, and would take all our memory. */
static bool is_typed(struct work *w, h32 att)
{
    struct arena before = *w->a;
    bytes manifest;
    struct att_view v;
    bool longer = store_att_manifest(w->t, att, w->a, &manifest, NULL) == ST_OK &&
                  att_parse(manifest, &v, NULL) == ST_OK && v.length > CAP_TEXT_BYTES;
    *w->a = before;
    return !longer;
}

static enum st text_of(struct work *w, h32 att, bool needed, const char *what, str *out)
{
    bytes content = {NULL, 0};
    *out = (str){NULL, 0};
    if (!needed && !is_typed(w, att)) {
        return ST_OK;
    }
    enum st st = store_att_get(w->t, att, w->a, NULL, &content, w->err);
    if (st == ST_NOT_FOUND || st == ST_REVOKED) {
        return needed ? err_set(w->err, ST_NOT_FOUND, 0, "report_collect",
                                "the text of this is not here: %s", what)
                      : ST_OK;
    }
    return st == ST_OK ? clean(w, bytes_str(content), out) : st;
}

/* ---- records ----------------------------------------------------------------------------------
 */

/* Any device may write these fields, and all of them must fit the facts: the rest is an ellipsis.
 */
static enum st cut(struct work *w, str *s)
{
    static const char more[] = "…";
    size_t n = RECORD_TEXT_BYTES;
    if (s->n <= n) {
        return ST_OK;
    }
    while (n > 0 && ((uint8_t)s->p[n] & 0xC0) == 0x80) {
        n--;
    }
    char *p = arena_new(w->a, char, n + sizeof more - 1);
    if (p == NULL) {
        return full(w);
    }
    memcpy(p, s->p, n);
    memcpy(p + n, more, sizeof more - 1);
    *s = (str){p, n + sizeof more - 1};
    return ST_OK;
}

static enum st field(struct work *w, const struct subject_state *s, int id, str *out)
{
    const struct field_value *v = fold_shown(s, id);
    *out = (str){NULL, 0};
    if (v == NULL) {
        return ST_OK;
    }
    if (v->type == FT_CODE) {
        return clean(w, bytes_str(bytes_of(v->b, v->nb)), out);
    }
    h32 att;
    memcpy(att.b, v->b, sizeof att.b);
    enum st st = v->type == FT_TEXT ? text_of(w, att, false, "", out) : ST_OK;
    const struct field_info *f = field_info(s->type, id);
    return st == ST_OK && f != NULL && f->technician ? cut(w, out) : st;
}

static int64_t moment(const struct subject_state *s, int id)
{
    const struct field_value *v = fold_shown(s, id);
    return v == NULL || v->type != FT_TIME ? 0 : v->i;
}

/* The state of what a field names; *there false when it is not named or not held. */
static enum st follow(struct work *w, const struct subject_state *s, int id,
                      struct subject_state *out, bool *there)
{
    const struct field_value *v = fold_shown(s, id);
    *there = false;
    if (v == NULL || v->type != FT_REF) {
        return ST_OK;
    }
    id16 subject;
    memcpy(subject.b, v->b, sizeof subject.b);
    enum st st = fold_load(w->t, subject, w->a, out, NULL, w->err);
    *there = st == ST_OK;
    return st == ST_NOT_FOUND ? ST_OK : st;
}

static enum st customer(struct work *w, const struct subject_state *job)
{
    struct report_facts *f = w->f;
    struct subject_state c;
    bool there;
    enum st st = follow(w, job, F_JOB_CUSTOMER, &c, &there);
    if (st == ST_OK && there) {
        st = field(w, &c, F_CUSTOMER_NAME, &f->customer);
        st = st == ST_OK ? field(w, &c, F_CUSTOMER_ADDRESS, &f->address) : st;
        st = st == ST_OK ? field(w, &c, F_CUSTOMER_PHONE, &f->phone) : st;
    }
    str phone = {NULL, 0};
    st = st == ST_OK ? field(w, job, F_JOB_PHONE, &phone) : st;
    if (phone.n > 0) {
        f->phone = phone; /* of who called for this job */
    }
    return st;
}

static enum st equipment(struct work *w, const struct subject_state *job, int64_t *warranty_ms)
{
    struct report_facts *f = w->f;
    struct subject_state e;
    bool there;
    *warranty_ms = 0;
    enum st st = follow(w, job, F_JOB_EQUIPMENT, &e, &there);
    if (st != ST_OK || !there) {
        return st;
    }
    *warranty_ms = moment(&e, F_EQUIPMENT_WARRANTY_UNTIL);
    st = field(w, &e, F_EQUIPMENT_NAME, &f->equipment);
    st = st == ST_OK ? field(w, &e, F_EQUIPMENT_MODEL, &f->model) : st;
    st = st == ST_OK ? field(w, &e, F_EQUIPMENT_SERIAL, &f->serial) : st;
    return st == ST_OK ? field(w, &e, F_EQUIPMENT_MAKER, &f->maker) : st;
}

static enum st job_fields(struct work *w, const struct subject_state *job)
{
    struct report_facts *f = w->f;
    f->called_ms = report_minute(moment(job, F_JOB_CALLED));
    enum st st = field(w, job, F_CODE, &f->job_code);
    if (st == ST_OK && f->job_code.n == 0) { /* the number that the technician gave it */
        st = field(w, job, F_JOB_PROVISIONAL, &f->job_code);
    }
    return st == ST_OK ? field(w, job, F_JOB_FAULT_TOLD, &f->fault_told) : st;
}

/* Who did it: the visit's author's person; his prefix where no name is held. The branch is shown by
 * the code that its id is made of, when it is one. */
static enum st technician(struct work *w)
{
    struct trust trust;
    struct cert c;
    struct subject_state person;
    enum st st = trust_store_get(w->t, w->a, &trust, NULL, w->err);
    st = st == ST_OK ? cert_store_get(w->t, w->v->author, &trust, w->a, &c, w->err) : st;
    if (st == ST_NOT_FOUND) {
        return ST_OK;
    }
    if (st != ST_OK) {
        return st;
    }
    st = fold_load(w->t, c.person, w->a, &person, NULL, w->err);
    if (st == ST_OK) {
        st = field(w, &person, F_TECHNICIAN_NAME, &w->f->technician);
    } else if (st == ST_NOT_FOUND) {
        st = ST_OK;
    }
    if (st == ST_OK && w->f->technician.n == 0) {
        st = clean(w, str_c(c.prefix), &w->f->technician);
    }
    size_t n = 0;
    while (n < sizeof c.branch.b && c.branch.b[n] > 0x20 && c.branch.b[n] < 0x7f) {
        n++;
    }
    for (size_t i = n; i < sizeof c.branch.b; i++) {
        n = c.branch.b[i] == 0 ? n : 0;
    }
    return st == ST_OK ? clean(w, bytes_str(bytes_of(c.branch.b, n)), &w->f->branch) : st;
}

/* ---- facts of the visit ------------------------------------------------------------------------
 */

/* The body of a fact; what cannot be read is as if it were not there (the fold shows it as bad). */
static bool body_of(const struct fact *x, union body *b)
{
    return x != NULL && body_decode(x->kind, x->body, b) == ST_OK;
}

static enum st words(struct work *w, const struct fact *x, const union body *b, enum body_att what,
                     const char *name, str *out)
{
    int i = body_att(x->kind, b, what);
    *out = (str){NULL, 0};
    return i < 0 || (unsigned)i >= x->natt ? ST_OK : text_of(w, x->atts[i], true, name, out);
}

static str code_str(struct work *w, const struct code *c, bool *ok)
{
    return arena_str(w->a, bytes_str(code_bytes(c)), ok);
}

static enum st named(struct work *w, str zh, str en, str *out)
{
    return clean(w, w->zh || en.n == 0 ? zh : en, out);
}

static enum st diagnosis(struct work *w)
{
    struct report_facts *f = w->f;
    const struct fact *x = fold_fact(w->v, KIND_VISIT_DIAGNOSED);
    union body b;
    bool ok = true;
    if (!body_of(x, &b)) {
        return ST_OK;
    }
    f->cause = b.diagnosed.cause;
    f->responsibility = b.diagnosed.responsibility;
    f->fault_code = code_str(w, &b.diagnosed.fault, &ok);
    if (!ok) {
        return full(w);
    }
    enum st st = words(w, x, &b, BA_FAULT, "fault", &f->fault);
    const struct cat_fault *c = catalogue_fault(w->cat, str_bytes(f->fault_code));
    if (st == ST_OK && f->fault.n == 0 && c != NULL) {
        st = named(w, c->name, c->name_en, &f->fault);
    }
    return st == ST_OK ? words(w, x, &b, BA_CAUSE, "cause", &f->cause_words) : st;
}

static void add_action(struct report_facts *f, unsigned code)
{
    for (unsigned i = 0; i < f->nactions; i++) {
        if (f->actions[i] == code) {
            return;
        }
    }
    if (f->nactions < REPORT_ACTIONS_MAX) {
        f->actions[f->nactions++] = code;
    }
}

static enum st append_words(struct work *w, str more, str *all)
{
    if (all->n == 0 || more.n == 0) {
        *all = all->n == 0 ? more : *all;
        return ST_OK;
    }
    char *p = arena_new(w->a, char, all->n + 1 + more.n);
    if (p == NULL) {
        return full(w);
    }
    memcpy(p, all->p, all->n);
    p[all->n] = '\n';
    memcpy(p + all->n + 1, more.p, more.n);
    *all = (str){p, all->n + 1 + more.n};
    return ST_OK;
}

static enum st action(struct work *w, const struct fact *x, const union body *b)
{
    str more;
    for (unsigned k = 0; k < b->action.n; k++) {
        add_action(w->f, b->action.codes[k]);
    }
    enum st st = words(w, x, b, BA_ACTION, "action", &more);
    return st == ST_OK ? append_words(w, more, &w->f->action_words) : st;
}

static enum st part(struct work *w, const struct fact *x, const union body *b)
{
    struct report_facts *f = w->f;
    if (f->nparts == CAP_VISIT_PARTS) {
        return err_set(w->err, ST_TOO_BIG, 0, "report_collect", "more than %d lines of parts",
                       CAP_VISIT_PARTS);
    }
    struct report_part *p = &f->parts[f->nparts++];
    bool ok = true;
    *p = (struct report_part){.number = code_str(w, &b->part.number, &ok),
                              .serial_in = code_str(w, &b->part.serial_in, &ok),
                              .serial_out = code_str(w, &b->part.serial_out, &ok),
                              .qty_milli = b->part.qty_milli,
                              .unit_minor = b->part.unit_minor,
                              .reason = b->part.reason,
                              .old_part = b->part.old_part,
                              .charged = b->part.charged};
    if (!ok) {
        return full(w);
    }
    enum st st = words(w, x, b, BA_PART, "part", &p->name);
    const struct cat_part *c = catalogue_part(w->cat, str_bytes(p->number));
    if (st == ST_OK && p->name.n == 0 && c != NULL) {
        st = named(w, c->name, c->name_en, &p->name);
    }
    return st == ST_OK ? words(w, x, b, BA_OLD_WHY, "old part", &p->old_why) : st;
}

static enum st parts_and_actions(struct work *w)
{
    w->f->parts = arena_new(w->a, struct report_part, CAP_VISIT_PARTS);
    if (w->f->parts == NULL) {
        return full(w);
    }
    enum st st = ST_OK;
    for (unsigned i = 0; i < w->v->nfacts && st == ST_OK; i++) {
        const struct fact *x = &w->v->facts[i];
        union body b;
        if (x->kind == KIND_VISIT_PART && body_of(x, &b)) {
            st = part(w, x, &b);
        } else if (x->kind == KIND_VISIT_ACTION && body_of(x, &b)) {
            st = action(w, x, &b);
        }
    }
    return st;
}

static enum st priced(struct work *w)
{
    struct report_facts *f = w->f;
    union body b;
    if (!body_of(fold_fact(w->v, KIND_VISIT_PRICED), &b)) {
        return ST_OK;
    }
    f->consented = b.priced.consented;
    f->estimate_minor = b.priced.estimate_minor;
    f->edition = b.priced.edition;
    f->prices = arena_new(w->a, struct report_price, b.priced.nlines);
    if (f->prices == NULL) {
        return full(w);
    }
    enum st st = ST_OK;
    bool ok = true;
    for (unsigned i = 0; i < b.priced.nlines && st == ST_OK; i++) {
        const struct price_line *l = &b.priced.lines[i];
        struct report_price *p = &f->prices[f->nprices++];
        *p = (struct report_price){.code = code_str(w, &l->code, &ok),
                                   .qty_milli = l->qty_milli,
                                   .unit_minor = l->unit_minor,
                                   .amount_minor = l->amount_minor};
        const struct cat_price *c = catalogue_price(w->cat, code_bytes(&l->code));
        if (c != NULL) {
            st = named(w, c->name, c->name_en, &p->name);
        }
    }
    return ok ? st : full(w);
}

static enum st tested(struct work *w)
{
    struct report_facts *f = w->f;
    const struct fact *x = fold_fact(w->v, KIND_VISIT_TESTED);
    union body b;
    if (!body_of(x, &b)) {
        return ST_OK;
    }
    f->result = b.tested.result;
    f->tidy = (b.tested.flags & TESTED_TIDY) != 0;
    f->taught = (b.tested.flags & TESTED_TAUGHT) != 0;
    f->finished_ms = report_minute(x->wall_ms);
    enum st st = words(w, x, &b, BA_DANGER, "hidden danger", &f->hidden_danger);
    return st == ST_OK ? words(w, x, &b, BA_RESULT, "result", &f->result_words) : st;
}

static enum st class_and_fee(struct work *w, int64_t warranty_ms)
{
    struct report_facts *f = w->f;
    union body b;
    enum st st = ST_OK;
    if (body_of(fold_fact(w->v, KIND_VISIT_CLASS), &b)) {
        int64_t until = 0;
        f->class_ = (enum service_class)b.class_.class_;
        f->basis = (enum class_basis)b.class_.basis;
        if (f->basis == BASIS_WARRANTY) {
            until = warranty_ms;
        } else if (f->basis == BASIS_CONTRACT && !id16_zero(b.class_.contract)) {
            struct subject_state c;
            st = fold_load(w->t, b.class_.contract, w->a, &c, NULL, w->err);
            until = st == ST_OK ? moment(&c, F_CONTRACT_END) : 0;
            st = st == ST_NOT_FOUND ? ST_OK : st;
        }
        f->until_ms = report_day(until, f->utc_offset_minutes);
    }
    if (body_of(fold_fact(w->v, KIND_VISIT_FEE), &b)) {
        f->labour_minor = b.fee.labour_minor;
        f->parts_minor = b.fee.parts_minor;
        f->travel_minor = b.fee.travel_minor;
        f->other_minor = b.fee.other_minor;
        f->total_minor = b.fee.total_minor;
    }
    return st;
}

enum st report_collect(struct store_txn *t, const struct subject_state *job,
                       const struct visit_state *v, const struct catalogue *cat,
                       enum report_template lang, str company, str number, unsigned version,
                       const struct now *now, struct arena *a, struct report_facts *out,
                       struct err *err)
{
    struct work w = {
        .t = t, .cat = cat, .v = v, .f = out, .a = a, .err = err, .zh = lang == REPORT_1_ZH};
    memset(out, 0, sizeof *out);
    out->template_ = lang;
    out->version = version;
    out->number = number;
    out->utc_offset_minutes = now->utc_offset_minutes;
    out->finished_ms = report_minute(now->wall_ms);
    const struct fact *arrived = fold_fact(v, KIND_VISIT_ARRIVED);
    out->arrived_ms = arrived == NULL ? 0 : report_minute(arrived->wall_ms);
    int64_t warranty_ms;
    enum st st = clean(&w, company, &out->company);
    st = st == ST_OK ? job_fields(&w, job) : st;
    st = st == ST_OK ? customer(&w, job) : st;
    st = st == ST_OK ? equipment(&w, job, &warranty_ms) : st;
    st = st == ST_OK ? diagnosis(&w) : st;
    st = st == ST_OK ? parts_and_actions(&w) : st;
    st = st == ST_OK ? priced(&w) : st;
    st = st == ST_OK ? tested(&w) : st;
    st = st == ST_OK ? class_and_fee(&w, warranty_ms) : st;
    return st == ST_OK ? technician(&w) : st;
}
