/* screen_job.c - one job: what was done and when, the one next step, and what else is known. */
#include <sodium.h>
#include <stdio.h>

#include "app/screens/goods.h"
#include "app/screens/job_parts.h"
#include "app/screens/sign.h"

struct job_screen {
    enum job_sheet sheet;
    h32 chosen;     /* the fact that is to be withdrawn */
    unsigned next;  /* the step that was brought into view */
    unsigned rated; /* of sign_settle */
    unsigned seen;
};

/* One row of the stepper. */
struct step {
    unsigned kind;
    enum screen_id screen; /* SCREENS: one tap here */
    const char *id, *row_id, *words, *done;
};
static const struct step steps[] = {
    {KIND_VISIT_ACCEPTED, SCREENS, "accept", "step:accept", N_("Accept"), N_("Accepted")},
    {KIND_VISIT_TRAVELLING, SCREENS, "travelling", "step:travelling", N_("Set off"),
     N_("Travelling")},
    {KIND_VISIT_ARRIVED, SCREEN_ARRIVE, "arrive", "step:arrive", N_("Arrive"), N_("Arrived")},
    {KIND_VISIT_DIAGNOSED, SCREEN_DIAGNOSE, "diagnose", "step:diagnose", N_("Diagnose"),
     N_("Diagnosed")},
    {KIND_VISIT_PRICED, SCREEN_PRICE, "price", "step:price", N_("Price and consent"),
     N_("Price and consent")},
    {KIND_VISIT_ACTION, SCREEN_WORK, "work", "step:work", N_("Work and parts"),
     N_("Work and parts")},
    {KIND_VISIT_TESTED, SCREEN_TEST, "test", "step:test", N_("Test, teach, tidy"), N_("Tested")},
    {KIND_VISIT_FEE, SCREEN_FEE, "fee", "step:fee", N_("Fee"), N_("Fee fixed")},
    {KIND_VISIT_SIGNED, SCREEN_SIGN_READ, "sign", "step:sign", N_("Customer signs"),
     N_("Sign-off")},
    {KIND_VISIT_TAKEN, SCREEN_TAKE, "take", "step:take", N_("Take away"), N_("Taken away")},
    {KIND_VISIT_RETURNED, SCREEN_RETURN, "return", "step:return", N_("Return the goods"),
     N_("Goods returned")},
    {KIND_VISIT_PAID, SCREEN_PAYMENT, "pay", "step:pay", N_("Payment"), N_("Payment")},
    {KIND_VISIT_LEFT, SCREENS, "leave", "step:leave", N_("Leave"), N_("Left the site")},
};
#define STEPS (sizeof steps / sizeof steps[0])
static const struct step class_step = {
    KIND_VISIT_CLASS, SCREEN_DIAGNOSE, "class", "step:class", N_("Choose the service class"), NULL};
static const struct step end_step = {KIND_VISIT_ENDED, SCREEN_END_VISIT,    "end",
                                     "step:end",       N_("End the visit"), NULL};

static const struct step *step_of(unsigned kind)
{
    for (size_t k = 0; k < STEPS; k++) {
        if (steps[k].kind == kind) {
            return &steps[k];
        }
    }
    return kind == KIND_VISIT_CLASS ? &class_step : kind == KIND_VISIT_ENDED ? &end_step : NULL;
}

/* A step that takes no screen: accept, set off, leave. */
static void one_tap(struct app *a, unsigned kind)
{
    struct form_fact f;
    form_begin(a, &f, kind, NULL);
    if (kind == KIND_VISIT_ACCEPTED) {
        randombytes_buf(f.b.head.visit.b, sizeof f.b.head.visit.b);
    }
    IGNORE(!form_send(a, &f, NULL, SCREENS)); /* the button stays: it is tapped again */
}

static void take_step(struct app *a, const struct job_model *j, const struct step *s)
{
    if (s->screen == SCREENS) {
        one_tap(a, s->kind);
    } else {
        app_go(a, s->screen, j->subject);
    }
}

/* ---- head: class, time ----------------------------------------------------------------------- */
static const char *arrived_in(struct app *a, const struct deadline *d, enum ui_tone *tone)
{
    int64_t left = deadline_left_minutes(d, &app_catalogue(a)->calendars, d->met_ms);
    *tone = left < 0 ? UI_TONE_LATE : UI_TONE_DONE;
    int64_t m = left < 0 ? -left : left;
    return left < 0 ? shared_fmt(a, _("arrived %lld:%02lld late"), (long long)(m / 60),
                                 (long long)(m % 60))
                    : shared_fmt(a, _("arrived at %s, in time"), app_time(a, d->met_ms, false));
}

/* The time left of the limit that matters most; *what: which that is, and the other that runs out.
 */
static const char *time_left(struct app *a, const struct job_model *j, enum ui_tone *tone,
                             const char **what)
{
    size_t first[2], n = 0;
    *tone = UI_TONE_PLAIN;
    *what = NULL;
    if (j->visit == NULL || j->visit->stage < VISIT_SIGNED) {
        n = deadlines_first(j->deadlines, j->ndeadlines, app_now_ms(a), first);
    }
    if (n > 0) {
        const struct deadline *d = &j->deadlines[first[0]];
        const struct field_value *zone = fold_shown(&j->job, F_JOB_ZONE);
        *what = shared_limit(a, d, zone == NULL ? 1 : (int)zone->i);
        *what =
            n < 2 ? *what
                  : shared_fmt(a, "%s · %s", *what, shared_limit_left(a, &j->deadlines[first[1]]));
        return shared_left(a, deadline_left_minutes(d, &app_catalogue(a)->calendars, app_now_ms(a)),
                           tone);
    }
    for (size_t k = 0; k < j->ndeadlines; k++) {
        if (j->deadlines[k].met && j->deadlines[k].kind == DL_ARRIVE) {
            return arrived_in(a, &j->deadlines[k], tone);
        }
    }
    return NULL;
}

static void head(struct app *a, struct ui *u, const struct job_model *j)
{
    struct class_decision d = form_decision(j);
    enum ui_tone tone;
    const char *what, *right = time_left(a, j, &tone, &what);
    enum ui_place place = j->visit == NULL ? UI_PLACE_NONE : shared_place_sign(j->place);
    ui_strip_place(u, shared_class(d.class_), shared_class_words(a, &d), right, tone, place,
                   shared_place(j->place));
    if (what != NULL) {
        ui_text(u, UI_SMALL_MUTED, what);
    }
    if (j->job.cancelled) {
        form_rule(a, u, RULE_CANCELLED);
    }
    shared_histories(u, j);
    if (j->job.nconflicts > 0) {
        struct ui_row row = {.id = "job-conflicts",
                             .icon = UI_ICON_WARNING,
                             .chevron = true,
                             .title = _("Conflict"),
                             .line2 = _("Two people wrote different things. Both are kept.")};
        if (ui_row(u, &row)) {
            app_go(a, SCREEN_CONFLICTS, (id16){{0}});
        }
    }
}

#define CHANGES_MOST 12

/* What others wrote meanwhile, until it is said to be seen. What is typed stays as it is. */
static void changes(struct app *a, struct ui *u)
{
    struct change_item x[CHANGES_MOST];
    size_t n = app_changes(a, x, CHANGES_MOST);
    if (n == 0) {
        return;
    }
    ui_banner(u, "changed", UI_TONE_SOON,
              _("Changed at headquarters while you are on this job. What you typed is kept."));
    ui_card_begin(u, NULL, NULL, NULL);
    for (size_t k = 0; k < n; k++) {
        const char *label =
            x[k].field == 0 ? _("Assigned to") : shared_field(x[k].type, x[k].field);
        ui_pair(u, label,
                x[k].text.n > 0 ? shared_z(a, x[k].text)
                : x[k].nobody   ? _("nobody")
                                : _("(empty)"));
        ui_text(
            u, UI_SMALL_MUTED,
            shared_fmt(a, "%s · %s", shared_who(a, &x[k].who), app_time(a, x[k].when_ms, true)));
    }
    ui_card_end(u);
    if (ui_button(u, "changes-seen", _("I have seen it"), UI_SECONDARY)) {
        app_changes_seen(a);
    }
}

/* Somebody else is at this job too: two visits, each its own; and a hand-over that was asked for.
 */
static void others(struct app *a, struct ui *u, const struct job_model *j)
{
    for (unsigned k = 0; k < j->job.nvisits; k++) {
        const struct visit_state *v = &j->job.visits[k];
        if (id8_eq(v->author, app_author(a)) || v->stage >= VISIT_SIGNED || v->nfacts == 0) {
            continue;
        }
        str name = app_author_name(a, v->author);
        struct ui_row row = {
            .id = shared_fmt(a, "other-visit:%u", k),
            .icon = UI_ICON_PERSON,
            .still = true,
            .title = name.n > 0 ? shared_fmt(a, _("%.*s is on this job too"), (int)name.n, name.p)
                                : _("Another technician is on this job too"),
            .line2 = shared_fmt(a, "%s · %s", shared_stage(v->stage),
                                shared_when(a, v->facts[v->nfacts - 1].wall_ms))};
        ui_row(u, &row);
    }
    if (j->job.handover_asked) {
        ui_banner(u, "handover", UI_TONE_INFO,
                  form_visit(a) != NULL
                      ? _("You asked to hand this job over. Headquarters decides; until then it is "
                          "yours. End your visit as handed over when you stop.")
                      : _("You asked to hand this job over. Headquarters decides; until then it is "
                          "yours."));
    }
}

/* A thing of this job's is away: where it is, and its card. */
static void goods(struct app *a, struct ui *u, const struct job_model *j)
{
    const struct goods_item *g = goods_out(j);
    if (visit_returned_twice(&j->job)) {
        ui_banner(u, "returned-twice", UI_TONE_SOON,
                  _("Two handhelds brought the same goods back. Both signatures are kept; the "
                    "customer pays once."));
    }
    if (g == NULL) {
        return;
    }
    struct ui_row row = {.id = "goods",
                         .icon = UI_ICON_PART,
                         .chevron = true,
                         .title = shared_fmt(a, _("Taken away: %s"), goods_at(g->at)),
                         .line2 = shared_fmt(a, _("Goods receipt %s"), shared_z(a, g->receipt)),
                         .line3 = shared_z(a, g->what)};
    if (ui_row(u, &row)) {
        goods_open(a, g);
    }
}

/* ---- stepper --------------------------------------------------------------------------------- */
static const char *arrived_where(struct app *a, const struct job_model *j)
{
    struct position p;
    enum app_where w = app_where(a, j->visit, &p);
    return w == WHERE_RECORDED ? shared_fmt(a, _("position %s"), shared_accuracy(a, &p))
           : w == WHERE_NONE   ? _("no position")
                               : "";
}

static const char *done_words(struct app *a, const struct job_model *j, const struct fact *f)
{
    const char *detail = job_detail(a, j->visit, f);
    const char *where = f->kind == KIND_VISIT_ARRIVED ? arrived_where(a, j) : "";
    return shared_fmt(a, "%s%s%s%s%s", shared_when(a, f->wall_ms), detail[0] != '\0' ? " · " : "",
                      detail, where[0] != '\0' ? " · " : "", where);
}

static const char *signed_words(struct app *a, const struct signature_state *s)
{
    const char *t = shared_when(a, s->wall_ms);
    const char *how = s->outcome == SIGN_SIGNED    ? _("signed")
                      : s->outcome == SIGN_REFUSED ? _("refused to sign")
                                                   : _("customer absent");
    if (!s->stands) {
        return shared_fmt(a, _("%s · reopened, not signed again yet"), t);
    }
    if (s->not_covered > 0) {
        return shared_fmt(a, "%s · %s · %s", t, how, _("changed after signing"));
    }
    return shared_fmt(a, "%s · %s · %.*s", t, how, (int)s->nnumber, (const char *)s->number);
}

/* Steps that this job has no use for are not shown. */
static bool shows(const struct job_model *j, const struct step *s, bool done, unsigned next)
{
    bool ended = j->visit != NULL && j->visit->end != 0;
    if (next == KIND_VISIT_RETURNED && s->kind > KIND_VISIT_ARRIVED && s->kind < KIND_VISIT_LEFT) {
        return done; /* it brings goods back, and nothing else */
    }
    switch (s->kind) {
    case KIND_VISIT_TRAVELLING:
        return done || next == s->kind || j->visit == NULL;
    case KIND_VISIT_PRICED:
        return done ||
               (!ended && (form_class(j->visit) == CLASS_A ||
                           (form_class(j->visit) == CLASS_NONE && j->class_.class_ == CLASS_A)));
    case KIND_VISIT_PAID:
    case KIND_VISIT_TAKEN:
    case KIND_VISIT_RETURNED:
        return done || next == s->kind;
    default:
        return done || !ended || s->kind == KIND_VISIT_LEFT;
    }
}

static const char *hint(unsigned kind)
{
    switch (kind) {
    case KIND_VISIT_ARRIVED:
        return N_("Greet, show your credential and the price list");
    case KIND_VISIT_DIAGNOSED:
        return N_("Listen, look, check: choose the fault");
    case KIND_VISIT_PRICED:
        return N_("Before work: the customer agrees to the price");
    case KIND_VISIT_ACTION:
        return N_("What you did, which parts you fitted");
    case KIND_VISIT_TESTED:
        return N_("Whole test, hidden dangers, tidy, teach");
    case KIND_VISIT_FEE:
        return N_("Fix the fee before the customer signs");
    case KIND_VISIT_SIGNED:
        return N_("The customer reads, rates and signs");
    case KIND_VISIT_RETURNED:
        return N_("The customer checks his goods and signs; his receipt becomes void");
    default:
        return NULL;
    }
}

static bool price_refused(const struct fact *f)
{
    union body b;
    return f->kind == KIND_VISIT_PRICED && body_decode(f->kind, f->body, &b) == ST_OK &&
           !b.priced.consented;
}

/* What is to be known before the next step is taken stands right above it. */
static void before_step(struct app *a, struct ui *u, const struct job_model *j, unsigned kind)
{
    struct fee worked;
    union body b;
    bool open = form_visit(a) != NULL && j->visit->stage < VISIT_SIGNED;
    if (kind == KIND_VISIT_SIGNED && open && form_read(j->visit, KIND_VISIT_FEE, &b) != NULL &&
        fee_work_out(j->visit, &worked) && worked.parts_minor != b.fee.parts_minor) {
        ui_banner(
            u, "fee-check", UI_TONE_SOON,
            _("The parts are not those of the fee. Check the fee before the customer signs."));
    }
    if (kind == KIND_VISIT_SIGNED && open && visit_missing(&j->job, j->visit) == RULE_OK) {
        job_ready_too(a, u);
    }
    if (kind == KIND_VISIT_LEFT && j->visit != NULL && j->visit->end != 0 &&
        j->visit->end < END_TAKEN) {
        ui_banner(
            u, "ended", UI_TONE_SOON,
            shared_fmt(a, _("This visit ended without signature: %s."), shared_end(j->visit->end)));
    }
}

static void stepper(struct app *a, struct ui *u, const struct job_model *j, unsigned next)
{
    int number = 0;
    bool open = form_visit(a) != NULL && j->visit->stage < VISIT_SIGNED;
    for (size_t k = 0; k < STEPS; k++) {
        const struct step *s = &steps[k];
        const struct fact *f = fold_fact(j->visit, s->kind);
        const struct signature_state *sig = s->kind == KIND_VISIT_SIGNED ? job_signature(j) : NULL;
        bool done = f != NULL && (sig == NULL || sig->stands);
        if (!shows(j, s, done, next)) {
            continue;
        }
        bool now = s->kind == next || (next == KIND_VISIT_CLASS && s->kind == KIND_VISIT_DIAGNOSED);
        const char *h = hint(s->kind);
        struct ui_step row = {.id = s->row_id,
                              .number = ++number,
                              .title = done && !now ? _(s->done) : _(s->words),
                              .sub = sig != NULL        ? signed_words(a, sig)
                                     : done             ? done_words(a, j, f)
                                     : now && h != NULL ? _(h)
                                                        : NULL,
                              .state = now    ? UI_STEP_NOW
                                       : done ? UI_STEP_DONE
                                              : UI_STEP_LATER,
                              .tappable = now || (done && open && s->screen != SCREENS),
                              .bad = (sig != NULL && sig->stands && sig->outcome != SIGN_SIGNED) ||
                                     (f != NULL && price_refused(f))};
        before_step(a, u, j, s->kind);
        if (ui_step(u, &row) && app_busy(a) == APP_IDLE) {
            take_step(a, j, s);
        }
    }
}

/* ---- the screen ------------------------------------------------------------------------------ */
static const char *title(struct app *a, const struct job_model *j)
{
    str who = j->customer_name.n > 0 ? j->customer_name : j->code;
    str what = j->equipment_name.n > 0 ? j->equipment_name : j->equipment_model;
    if (who.n == 0) {
        who = str_c(_("Customer not known"));
    }
    return shared_fmt(a, "%.*s%s%.*s", (int)who.n, who.p, what.n > 0 ? " · " : "", (int)what.n,
                      what.p);
}

static bool brought_back(const struct job_model *j)
{
    return j->visit != NULL && j->visit->stage == VISIT_ENDED && j->visit->end == END_RETURNED;
}

static void primary(struct app *a, const struct job_model *j, unsigned next, struct ui_screen *sc)
{
    const struct step *s = step_of(next);
    bool busy = app_busy(a) != APP_IDLE;
    const struct signature_state *sig = job_signature(j);
    sc->primary_off = busy;
    if (s != NULL) {
        sc->primary_id = s->id;
        sc->primary = form_busy(a, _(s->words));
        sc->above = s->kind == KIND_VISIT_PAID && sig != NULL
                        ? shared_fmt(a, _("Amount due: %s"), app_money(a, sig->total_minor))
                        : NULL;
    } else if (sig != NULL && sig->stands) {
        sc->primary_id = "copy";
        sc->primary = _("Customer's copy");
    } else if (brought_back(j)) {
        sc->primary_id = "papers";
        sc->primary = _("Papers");
    } else if (!j->job.archived && !j->job.cancelled &&
               visit_may(&j->job, j->visit, KIND_VISIT_ACCEPTED) == RULE_OK) {
        sc->primary_id = "accept";
        const struct goods_item *g = goods_out(j);
        bool back = g != NULL && visit_return_ok(&g->state) == RULE_OK;
        sc->primary =
            form_busy(a, back ? _("Accept to return the goods") : _("Accept for another visit"));
    }
    bool leaving = next == KIND_VISIT_PAID || next == KIND_VISIT_LEFT;
    if (leaving && sig != NULL && sig->stands) {
        sc->secondary = _("Copy");
        sc->secondary_id = "copy";
    }
}

static void missing(struct ui *u)
{
    ui_empty(u, UI_ICON_WARNING, _("This job cannot be shown. It is kept. Sync, then look again."),
             "none", NULL);
}

SCREEN(job)
{
    struct job_screen *s = app_screen_data(a, SCREEN_JOB, sizeof *s);
    const struct job_model *j = app_job(a);
    if (j != NULL && j->is_goods) {
        screen_card_frame(a, u); /* its steps come back to where the job's do */
        return;
    }
    if (j != NULL && s != NULL && s->sheet == JOB_SHEET_HISTORY) {
        if (job_history(a, u, j)) {
            s->sheet = JOB_SHEET_NONE;
        }
        return;
    }
    if (j != NULL && s != NULL && j->visit != NULL &&
        (s->sheet == JOB_SHEET_WITHDRAW || s->sheet == JOB_SHEET_SURE)) {
        job_withdraw(a, u, j, &s->sheet, &s->chosen, &s->seen);
        return;
    }
    struct ui_screen sc = {.id = "job", .back = true, .title = _("Job")};
    unsigned next = 0;
    if (j != NULL && s != NULL) {
        next = (unsigned)visit_next(&j->job, j->visit);
        sc.title = title(a, j);
        sc.icons[0].icon = UI_ICON_MORE;
        sc.icons[0].id = "more";
        sc.icons[0].label = _("More");
        primary(a, j, next, &sc);
    }
    unsigned hit = ui_screen_begin(u, &sc);
    if (j == NULL || s == NULL) {
        missing(u);
    } else {
        sign_settle(a, &s->rated); /* the device is the technician's again */
        shared_error(a, u, APP_SAVING, s->seen);
        if (s->next != next + 1 && step_of(next) != NULL) {
            s->next = next + 1;
            ui_reveal(u, j->reopened.is ? "reopened-by-hq" : step_of(next)->row_id);
        }
        head(a, u, j);
        job_reopened(a, u, j, &s->sheet);
        job_help(a, u, j);
        changes(a, u);
        others(a, u, j);
        goods(a, u, j);
        stepper(a, u, j, next);
        job_pieces(a, u);
        job_facts(a, u, j);
        job_sheets(a, u, j, &s->sheet);
    }
    ui_screen_end(u);
    if ((hit & UI_HIT_BACK) != 0) {
        app_go(a, SCREEN_TODAY, (id16){{0}});
        return;
    }
    if (j == NULL || s == NULL || app_busy(a) != APP_IDLE) {
        return;
    }
    if ((hit & UI_HIT_ICON0) != 0) {
        s->sheet = JOB_SHEET_MENU;
    }
    if ((hit & (UI_HIT_PRIMARY | UI_HIT_SECONDARY)) != 0) {
        s->seen = app_result(a)->serial;
    }
    if ((hit & UI_HIT_SECONDARY) != 0) {
        app_go(a, SCREEN_COPY, j->subject);
    } else if ((hit & UI_HIT_PRIMARY) != 0) {
        const struct step *step = step_of(next);
        if (step != NULL) {
            take_step(a, j, step);
        } else if (job_signature(j) != NULL && job_signature(j)->stands) {
            app_go(a, SCREEN_COPY, j->subject);
        } else if (brought_back(j)) {
            app_go(a, SCREEN_PAPERS, j->subject);
        } else {
            one_tap(a, KIND_VISIT_ACCEPTED);
        }
    }
}
