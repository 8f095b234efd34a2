/* job_withdraw.c - everything of this visit that can be taken back, the newest first: what it is,
 * what it says, when. A page of its own: a visit of twenty parts has more than a sheet holds. See
 * job_parts.h. */
#include "app/screens/job_parts.h"
#include "app/screens/part_form.h"

/* A quantity is said only where it is not one; the serial number tells like parts apart. */
static const char *part_words(struct app *a, const struct fact *f, const union body *b)
{
    const struct body_part *p = &b->part;
    const char *name = part_form_name(a, f, b);
    if (p->qty_milli != 1000) {
        name = shared_fmt(a, "%s × %s", name, app_qty(a, p->qty_milli));
    }
    return p->serial_in.n == 0
               ? name
               : shared_fmt(a, "%s · %s", name, shared_z(a, bytes_str(code_bytes(&p->serial_in))));
}

const char *job_detail(struct app *a, const struct visit_state *v, const struct fact *f)
{
    union body b;
    if (body_decode(f->kind, f->body, &b) != ST_OK) {
        return "";
    }
    switch (f->kind) {
    case KIND_VISIT_ARRIVED:
        return (b.arrived.flags & ARRIVED_CREDENTIAL) != 0 ? _("credential shown") : "";
    case KIND_VISIT_DIAGNOSED:
        return job_fault(a, f, &b);
    case KIND_VISIT_CLASS:
        return shared_class(b.class_.class_);
    case KIND_VISIT_PRICED:
        return b.priced.consented
                   ? shared_fmt(a, _("up to %s agreed"), app_money(a, b.priced.estimate_minor))
                   : _("refused by the customer");
    case KIND_VISIT_PART:
        return part_words(a, f, &b);
    case KIND_VISIT_ACTION:
        return job_actions(a, v, &b.action);
    case KIND_VISIT_TESTED:
        return shared_result(b.tested.result);
    case KIND_VISIT_FEE:
        return app_money(a, b.fee.total_minor);
    case KIND_VISIT_PAID:
        return app_money(a, b.paid.amount_minor);
    case KIND_VISIT_ENDED:
        return shared_end(b.ended.outcome);
    default:
        return "";
    }
}

/* The acceptance carries the visit: it goes only when nothing else is left. What the customer said
 * is not the technician's to take back. */
static bool may(const struct visit_state *v, const struct fact *f)
{
    if (f->kind == KIND_VISIT_ACCEPTED) {
        return v->nfacts == 1;
    }
    return f->kind != KIND_VISIT_SIGNED && f->kind != KIND_VISIT_RATED &&
           f->kind != KIND_JOB_REOPENED && job_kind(f->kind)[0] != '\0';
}

static void sure(struct app *a, struct ui *u, const struct job_model *j, const struct fact *f,
                 enum job_sheet *sheet, unsigned *seen)
{
    const char *detail = job_detail(a, j->visit, f);
    struct ui_dialog d = {
        .id = "sure",
        .title = _("Withdraw this step?"),
        .text = shared_fmt(a, "%s%s%s · %s\n%s", job_kind(f->kind), detail[0] != '\0' ? " · " : "",
                           detail, app_time(a, f->wall_ms, true),
                           _("It stays in the journal as withdrawn and counts no more.")),
        .confirm = _("Withdraw"),
        .cancel = _("Keep it"),
        .danger = true};
    enum ui_dialog_result r = ui_dialog(u, &d);
    if (r == UI_DIALOG_OK) {
        struct form_fact out;
        form_begin(a, &out, KIND_WITHDRAWN, NULL);
        out.b.withdrawn.visit = j->visit->visit;
        out.b.withdrawn.entry = f->entry;
        *seen = app_result(a)->serial;
        bool taken = form_send(a, &out, NULL, SCREENS);
        *sheet = taken ? JOB_SHEET_NONE : JOB_SHEET_WITHDRAW; /* there it is said why */
    } else if (r == UI_DIALOG_CANCEL) {
        *sheet = JOB_SHEET_WITHDRAW;
    }
}

static void row(struct app *a, struct ui *u, const struct job_model *j, const struct fact *f,
                size_t index, enum job_sheet *sheet, h32 *chosen)
{
    const char *detail = job_detail(a, j->visit, f);
    struct ui_row row = {.id = shared_fmt(a, "withdraw:%zu", index),
                         .title = job_kind(f->kind),
                         .line2 = detail[0] != '\0' ? detail : NULL,
                         .right2 = shared_when(a, f->wall_ms),
                         .chevron = true};
    if (ui_row(u, &row)) {
        *chosen = f->entry;
        *sheet = JOB_SHEET_SURE;
    }
}

void job_withdraw(struct app *a, struct ui *u, const struct job_model *j, enum job_sheet *sheet,
                  h32 *chosen, unsigned *seen)
{
    struct ui_screen sc = {.id = "withdraw", .title = _("Withdraw which step?"), .back = true};
    const struct visit_state *v = j->visit;
    const struct fact *asked = NULL;
    unsigned hit = ui_screen_begin(u, &sc);
    const struct fact **facts = arena_new(app_frame(a), const struct fact *, v->nfacts);
    size_t n = 0;
    for (unsigned k = v->nfacts; k-- > 0 && facts != NULL;) {
        if (may(v, &v->facts[k])) {
            facts[n++] = &v->facts[k];
        }
    }
    if (n == 0) {
        ui_empty(u, UI_ICON_CHECK, _("Nothing of this visit can be withdrawn."), NULL, NULL);
    } else {
        ui_text(u, UI_BODY_MUTED, _("The newest first. What is withdrawn stays in the journal."));
    }
    struct ui_list l;
    ui_list_begin(u, &l, "withdraw-list", n);
    while (ui_list_next(u, &l)) {
        row(a, u, j, facts[l.index], l.index, sheet, chosen);
    }
    ui_list_end(u, &l);
    for (size_t k = 0; k < n && *sheet == JOB_SHEET_SURE; k++) {
        asked = h32_eq(facts[k]->entry, *chosen) ? facts[k] : asked;
    }
    if (asked != NULL) {
        sure(a, u, j, asked, sheet, seen);
    } else if (*sheet == JOB_SHEET_SURE) {
        *sheet = JOB_SHEET_WITHDRAW; /* it went while it was asked about */
    } else {
        shared_error_over(a, u, APP_SAVING, seen);
    }
    ui_screen_end(u);
    if ((hit & UI_HIT_BACK) != 0) {
        *sheet = JOB_SHEET_NONE;
    }
}
