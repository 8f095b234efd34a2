/* job_notes.c - what is to be known of a job before anything else is done there. See job_parts.h.
 */
#include "app/screens/help.h"
#include "app/screens/job_parts.h"
#include "app/state/desk_site.h"

static const char *reopened_why(unsigned reason)
{
    static const char *const t[] = {N_("Other reason"), N_("The amount is wrong"),
                                    N_("The content is wrong"), N_("The customer asks for it")};
    return _(t[reason < sizeof t / sizeof t[0] ? reason : 0]);
}

/* Headquarters took a signature's force away: why, who, when, and the way on. */
void job_reopened(struct app *a, struct ui *u, const struct job_model *j, enum job_sheet *sheet)
{
    if (!j->reopened.is) {
        return;
    }
    const struct signature_state *sig = job_signature(j);
    ui_banner(u, "reopened-by-hq", UI_TONE_LATE,
              shared_fmt(a, _("Reopened by headquarters: %s."), reopened_why(j->reopened.reason)));
    ui_card_begin(u, NULL, NULL, NULL);
    ui_pair(u, _("Reopened by"), shared_who(a, &j->reopened.who));
    ui_pair(u, _("When"), app_time(a, j->reopened.when_ms, true));
    ui_pair(u, _("Signed before"),
            shared_fmt(a, _("%.*s, version %u"), (int)sig->nnumber, (const char *)sig->number,
                       sig->version));
    ui_text(u, UI_BODY,
            _("Put right what is wrong, then the customer signs again. What was signed is kept."));
    ui_card_end(u);
    if (ui_button(u, "put-right", _("Correct a step"),
                  UI_SECONDARY | (app_busy(a) != APP_IDLE ? UI_OFF : 0U))) {
        *sheet = JOB_SHEET_CORRECT;
    }
}

void job_ready_too(struct app *a, struct ui *u)
{
    const struct site *site = app_site(a);
    unsigned n = 0;
    for (size_t k = 1; site != NULL && k < site->n; k++) {
        n += site->items[k].ready ? 1 : 0;
    }
    if (n > 0) {
        ui_banner(u, "together", UI_TONE_INFO,
                  shared_fmt(a,
                             ngettext("%u more report of this customer is ready: read in turn, "
                                      "signed once.",
                                      "%u more reports of this customer are ready: read in turn, "
                                      "signed once.",
                                      n),
                             n));
    }
}

void job_pieces(struct app *a, struct ui *u)
{
    const struct site *site = app_site(a);
    bool first = true;
    for (size_t k = 1; site != NULL && k < site->n; k++) {
        const struct site_item *x = &site->items[k];
        if (x->together) {
            continue;
        }
        if (first) {
            ui_section(u, _("Also at this customer"));
            first = false;
        }
        struct ui_row row = {
            .id = shared_fmt(a, "piece:%zu", k),
            .icon = UI_ICON_PART,
            .chevron = true,
            .title = x->what.n > 0 ? shared_z(a, x->what) : shared_z(a, x->code),
            .line2 = shared_fmt(a, "%.*s · %s", (int)x->code.n, x->code.n == 0 ? "" : x->code.p,
                                x->ready ? _("ready to be signed") : shared_stage(x->stage))};
        if (ui_row(u, &row) && app_busy(a) == APP_IDLE) {
            app_go(a, SCREEN_JOB, x->job);
            return;
        }
    }
}

void job_help(struct app *a, struct ui *u, const struct job_model *j)
{
    enum visit_help at = j->is_goods ? VISIT_HELP_NONE : visit_help(&j->job, j->visit);
    if (at == VISIT_HELP_NONE) {
        return;
    }
    const struct help_answer *x =
        at == VISIT_HELP_ANSWERED
            ? fold_answer(&j->job, fold_fact(j->visit, KIND_HELP_ASKED)->entry)
            : NULL;
    struct ui_row row = {.id = "help-answer",
                         .icon = x != NULL ? UI_ICON_INFO : UI_ICON_CLOCK,
                         .title = x != NULL ? _("Your help request is answered")
                                            : _("Help asked, no answer yet"),
                         .line2 = x != NULL ? help_decision(a, x) : NULL,
                         .chevron = true};
    if (ui_row(u, &row)) {
        app_go(a, SCREEN_HELP, j->subject);
    }
}
