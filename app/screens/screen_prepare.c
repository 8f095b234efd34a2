/* screen_prepare.c - before leaving (F-01, B-03.2): whom to call and what was agreed, and the parts
 * to take for all of the day's jobs as one list. */
#include "app/screens/form.h"
#include "app/state/desk_prepare.h"

enum { DATE_SHORT = 5 }; /* "2026-": the year says nothing here */

static void part_row(struct app *a, struct ui *u, const struct prepare_part *p, size_t k)
{
    const struct cat_part *c = catalogue_part(app_catalogue(a), code_bytes(&p->part));
    bool enough = p->van_milli >= (int64_t)p->jobs * 1000;
    struct ui_row row = {
        .id = shared_fmt(a, "take:%zu", k),
        .icon = enough ? UI_ICON_CHECK : UI_ICON_PART,
        .title = c != NULL ? form_name(a, c->name, c->name_en)
                           : shared_z(a, bytes_str(code_bytes(&p->part))),
        .line2 = shared_fmt(a,
                            p->wanted ? ngettext("wanted on %u job", "wanted on %u jobs", p->jobs)
                                      : ngettext("likely on %u job", "likely on %u jobs", p->jobs),
                            p->jobs),
        .line3 = p->van_milli > 0 ? shared_fmt(a, _("van: %s"), app_qty(a, p->van_milli))
                                  : _("none in the van: draw it from the store"),
        .big = shared_fmt(a, "%u", p->jobs),
        .still = true};
    ui_row(u, &row);
}

static void job_row(struct app *a, struct ui *u, const struct prepare_job *j, size_t k)
{
    struct ui_row row = {
        .id = shared_fmt(a, "call:%zu", k),
        .icon = j->appointment_ms > 0 ? UI_ICON_CHECK : UI_ICON_PHONE,
        .title = shared_z(a, j->customer.n > 0 ? j->customer : j->code),
        .line2 = j->phone.n > 0 ? shared_z(a, j->phone) : _("no number on file"),
        .line3 =
            j->begun ? _("Going on")
            : j->appointment_ms > 0
                ? shared_fmt(a, _("agreed: %s"), app_time(a, j->appointment_ms, true) + DATE_SHORT)
                : _("no time agreed yet"),
        .chevron = true};
    if (ui_row(u, &row)) {
        app_go(a, SCREEN_CALL, j->job);
    }
}

SCREEN(prepare)
{
    const struct prepare *p = app_prepare(a);
    struct ui_screen sc = {.id = "prepare", .title = _("Prepare"), .back = true};
    unsigned hit = ui_screen_begin(u, &sc);
    if (p == NULL || p->njobs == 0) {
        ui_empty(u, UI_ICON_INBOX, _("No jobs to prepare. Sync to fetch what headquarters has."),
                 NULL, NULL);
    } else {
        ui_section(u, _("Parts to take, for all jobs"));
        for (size_t k = 0; k < p->nparts; k++) {
            part_row(a, u, &p->parts[k], k);
        }
        if (p->nparts == 0) {
            ui_text(u, UI_BODY_MUTED,
                    p->whole ? _("Nothing is known yet: it comes from visits to such equipment.")
                             : _("Older visits are still being looked through."));
        }
        ui_section(u, _("Whom to call"));
        for (size_t k = 0; k < p->njobs; k++) {
            job_row(a, u, &p->jobs[k], k);
        }
        if (p->more) {
            ui_text(u, UI_SMALL_MUTED, _("These are the nearest. There are more on Today."));
        }
    }
    ui_screen_end(u);
    if ((hit & UI_HIT_BACK) != 0) {
        app_back(a);
    }
}
