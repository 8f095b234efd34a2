/* papers.c - see papers.h. */
#include "app/screens/papers.h"

#include "app/screens/job_parts.h"
#include "app/screens/part_form.h"

#include <stdio.h>

static enum paper_kind kind_of(const struct fact *f)
{
    union body b;
    switch (f->kind) {
    case KIND_VISIT_TAKEN:
        return PAPER_GOODS;
    case KIND_VISIT_RETURNED:
        return PAPER_RETURN;
    case KIND_VISIT_PAID:
        return PAPER_FEE;
    case KIND_VISIT_PART:
        return body_decode(f->kind, f->body, &b) == ST_OK && b.part.old_part == OLD_TAKEN
                   ? PAPER_TAG
                   : (enum paper_kind)0;
    default:
        return (enum paper_kind)0;
    }
}

static unsigned add(const struct subject_state *s, struct paper *out, unsigned n, unsigned cap)
{
    for (unsigned v = s->nvisits; v-- > 0;) {
        const struct visit_state *x = &s->visits[v];
        for (unsigned k = x->nfacts; k-- > 0 && n < cap;) {
            enum paper_kind kind = kind_of(&x->facts[k]);
            if (kind != 0) {
                out[n++] = (struct paper){.kind = kind, .visit = x, .fact = &x->facts[k]};
            }
        }
    }
    return n;
}

/* Of the visits; then of the workshop. */
unsigned papers_of(const struct job_model *j, struct paper *out, unsigned cap)
{
    unsigned n = add(&j->job, out, 0, cap);
    for (unsigned g = j->ngoods; g-- > 0;) {
        n = add(&j->goods[g].state, out, n, cap);
    }
    return n;
}

/* A part fitted in the workshop has the class of the visit that took the thing away. */
static unsigned class_of(const struct job_model *j, const struct visit_state *v)
{
    unsigned c = form_class(v);
    for (unsigned k = j->job.nvisits; c == CLASS_NONE && k-- > 0;) {
        c = form_class(&j->job.visits[k]);
    }
    return c;
}

bool papers_turns(const struct paper *p)
{
    return p->kind == PAPER_FEE || p->kind == PAPER_TAG;
}

const char *papers_method(unsigned m)
{
    static const char *const t[] = {
        [PAY_CASH] = N_("Cash"),
        [PAY_CARD] = N_("Card"),
        [PAY_MOBILE] = N_("Mobile"),
        [PAY_TRANSFER] = N_("Transfer"),
        [PAY_INVOICE] = N_("Invoice later"),
    };
    return m < sizeof t / sizeof t[0] && t[m] != NULL ? _(t[m]) : "";
}

static const char *code_z(struct app *a, const struct code *c)
{
    return shared_z(a, bytes_str(code_bytes(c)));
}

const char *papers_title(struct app *a, const struct paper *p)
{
    union body b;
    if (body_decode(p->fact->kind, p->fact->body, &b) != ST_OK) {
        return "";
    }
    switch (p->kind) {
    case PAPER_GOODS:
        return shared_fmt(a, _("Goods receipt %s"), code_z(a, &b.taken.receipt));
    case PAPER_RETURN:
        return shared_fmt(a, _("Return of goods %s"), code_z(a, &b.returned.receipt));
    case PAPER_FEE:
        return shared_fmt(a, _("Fee receipt %s"), code_z(a, &b.paid.receipt));
    case PAPER_TAG:
        return shared_fmt(a, _("Old-part tag: %s"), part_form_name(a, p->fact, &b));
    }
    return "";
}

/* ---- texts ----------------------------------------------------------------------------------- */
struct text {
    char *p;
    size_t n, cap;
};

static void put(struct text *t, const char *line)
{
    int n = snprintf(t->p + t->n, t->cap - t->n, "%s%s", t->n > 0 ? "\n" : "", line);
    if (n > 0 && t->n + (size_t)n < t->cap) {
        t->n += (size_t)n;
    }
    t->p[t->n] = '\0';
}

static void pair(struct app *a, struct text *t, const char *label, const char *value)
{
    if (value[0] != '\0') {
        put(t, shared_fmt(a, _("%s: %s"), label, value));
    }
}

static void whose(struct app *a, struct text *t, const struct job_model *j, const struct paper *p,
                  bool customer)
{
    const struct visit_state *v = p->visit;
    pair(a, t, _("Company"), shared_z(a, app_company(a)));
    pair(a, t, _("Job"), shared_z(a, j->code));
    if (v->nsigned > 0) {
        const struct signature_state *s = &v->signatures[v->nsigned - 1];
        pair(a, t, _("Service report"), shared_z(a, bytes_str(bytes_of(s->number, s->nnumber))));
    }
    if (customer) {
        pair(a, t, _("Customer"), shared_z(a, j->customer_name));
    }
    pair(a, t, _("Equipment"),
         shared_fmt(a, "%s %s", shared_z(a, j->equipment_name), shared_z(a, j->equipment_model)));
}

static void fee(struct app *a, struct text *t, const struct job_model *j, const struct paper *p,
                const union body *b)
{
    whose(a, t, j, p, true);
    pair(a, t, _("Paid on"), app_time(a, p->fact->wall_ms, true));
    pair(a, t, _("How it was paid"), papers_method(b->paid.method));
    pair(a, t, _("Received by"), shared_z(a, app_technician_name(a)));
    pair(a, t, _("Amount due"), app_money(a, visit_total_minor(p->visit)));
    pair(a, t, _("Amount received"), app_money(a, b->paid.amount_minor));
}

/* A part under warranty goes back with the record that the user signed, his name on it (A-26,
 * B-05); any other tag names the job only. */
static void tag(struct app *a, struct text *t, const struct job_model *j, const struct paper *p,
                const union body *b)
{
    const struct body_part *x = &b->part;
    pair(a, t, _("Part"), part_form_name(a, p->fact, b));
    pair(a, t, _("Number"), code_z(a, &x->number));
    pair(a, t, _("Serial of the old part"), code_z(a, &x->serial_out));
    pair(a, t, _("Quantity"), app_qty(a, x->qty_milli));
    pair(a, t, _("Reason"), shared_part_reason(x->reason));
    pair(a, t, _("Class"), shared_class(class_of(j, p->visit)));
    whose(a, t, j, p, class_of(j, p->visit) == CLASS_C);
    pair(a, t, _("Taken out on"), app_time(a, p->fact->wall_ms, true));
    pair(a, t, _("Technician"), shared_z(a, app_technician_name(a)));
}

str papers_text(struct app *a, const struct job_model *j, const struct paper *p)
{
    union body b;
    struct text t = {.cap = CAP_TEXT_BYTES};
    if (body_decode(p->fact->kind, p->fact->body, &b) != ST_OK) {
        return (str){NULL, 0};
    }
    if (!papers_turns(p)) {
        int k = body_att(p->fact->kind, &b, BA_GOODS_TEXT);
        return k < 0 || (unsigned)k >= p->fact->natt ? (str){NULL, 0}
                                                     : app_text(a, p->fact->atts[k], NULL);
    }
    t.p = arena_new(app_frame(a), char, t.cap);
    if (t.p == NULL) {
        return (str){NULL, 0};
    }
    put(&t, papers_title(a, p));
    if (p->kind == PAPER_FEE) {
        fee(a, &t, j, p, &b);
    } else {
        tag(a, &t, j, p, &b);
    }
    return (str){t.p, t.n};
}
