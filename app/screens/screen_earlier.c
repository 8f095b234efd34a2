/* screen_earlier.c - my customers' history: the visits that this device holds, of all, or from a
 * job of its equipment or its customer: when, which fault, which parts, how it ended. */
#include "app/screens/form.h"
#include "app/state/desk_book.h"
#include "app/state/desk_debts.h"

struct earlier {
    int which; /* from a job: 0 this equipment, 1 this customer */
    size_t n;
    unsigned at[BOOK_JOBS_MAX]; /* places in the book */
};
_Static_assert(sizeof(struct earlier) <= CAP_SCREEN_BYTES, "fits a screen's block");

static bool of_job(const struct job_model *j, const struct book_visit *v, int which)
{
    if (j == NULL) {
        return true;
    }
    bool same = which == 0 ? j->has_equipment && id16_eq(v->equipment, j->equipment.subject)
                           : j->has_customer && id16_eq(v->customer, j->customer.subject);
    return same && !id16_eq(v->job, j->subject);
}

static const char *fault_words(struct app *a, const struct book_visit *v)
{
    const struct cat_fault *f = catalogue_fault(app_catalogue(a), code_bytes(&v->fault));
    return f != NULL        ? form_name(a, f->name, f->name_en)
           : v->fault.n > 0 ? shared_z(a, bytes_str(code_bytes(&v->fault)))
                            : _("Fault in words");
}

static const char *part_words(struct app *a, const struct book_visit *v)
{
    const char *all = NULL;
    for (unsigned k = 0; k < v->nparts; k++) {
        const struct cat_part *p = catalogue_part(app_catalogue(a), code_bytes(&v->parts[k]));
        const char *one = p != NULL ? form_name(a, p->name, p->name_en)
                                    : shared_z(a, bytes_str(code_bytes(&v->parts[k])));
        all = all == NULL ? one : shared_fmt(a, "%s%s%s", all, _(", "), one);
    }
    return all;
}

static const char *how_it_ended(const struct book_visit *v)
{
    return v->outcome == SIGN_SIGNED    ? _("Signed")
           : v->outcome == SIGN_REFUSED ? _("Refused to sign")
           : v->outcome == SIGN_ABSENT  ? _("Customer absent")
           : v->end != 0                ? shared_end(v->end)
                                        : _("Going on");
}

static void visit_row(struct app *a, struct ui *u, const struct book_visit *v, size_t k)
{
    str code, customer;
    app_job_names(a, v->job, &code, &customer);
    struct ui_row row = {.id = shared_fmt(a, "visit:%zu", k),
                         .box = v->class_ == CLASS_NONE ? NULL : shared_class(v->class_),
                         .title = fault_words(a, v),
                         .line2 = shared_fmt(a, "%.10s · %s", app_time(a, v->when_ms, true),
                                             shared_z(a, customer.n > 0 ? customer : code)),
                         .line3 = part_words(a, v),
                         .right2 = how_it_ended(v),
                         .chevron = true};
    if (ui_row(u, &row)) {
        app_go(a, SCREEN_JOB, v->job);
    }
}

SCREEN(earlier)
{
    struct earlier *s = app_screen_data(a, SCREEN_EARLIER, sizeof *s);
    const struct job_model *j = app_job(a); /* NULL: of all */
    struct ui_screen sc = {.id = "earlier",
                           .title = j == NULL ? _("Visit history") : _("Earlier visits"),
                           .back = true};
    unsigned hit = ui_screen_begin(u, &sc);
    const struct book *b = app_book(a);
    if (s != NULL && j != NULL) {
        const char *const which[] = {_("This equipment"), _("This customer")};
        ui_choice(u, "which", NULL, which, 2, &s->which);
    }
    for (size_t k = s == NULL ? 0 : (s->n = 0); s != NULL && k < b->nvisits; k++) {
        if (of_job(j, &b->visits[k], s->which)) {
            s->at[s->n++] = (unsigned)k;
        }
    }
    if (!b->whole) {
        ui_text(u, UI_SMALL_MUTED, _("Older visits are still being looked through."));
    }
    if (s != NULL && s->n == 0) {
        ui_empty(u, UI_ICON_INBOX,
                 j == NULL       ? _("No visit on this device yet.")
                 : s->which == 0 ? _("No earlier visit to this equipment is on this device.")
                                 : _("No earlier visit to this customer is on this device."),
                 NULL, NULL);
    }
    struct ui_list l;
    ui_list_begin(u, &l, "earlier-list", s == NULL ? 0 : s->n);
    while (ui_list_next(u, &l)) {
        visit_row(a, u, &b->visits[s->at[l.index]], l.index);
    }
    ui_list_end(u, &l);
    ui_screen_end(u);
    if ((hit & UI_HIT_BACK) != 0) {
        app_back(a);
    }
}
