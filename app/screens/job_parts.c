/* job_parts.c - see job_parts.h. */
#include <stdio.h>

#include "app/screens/goods.h"
#include "app/screens/help.h"
#include "app/screens/job_parts.h"
#include "app/screens/part_form.h"
#include "core/rules/call.h"
#include "core/rules/money.h"

#define MENU_MAX 12 /* lines of one sheet: ui_menu */

const struct signature_state *job_signature(const struct job_model *j)
{
    const struct visit_state *v = j->visit;
    return v == NULL || v->nsigned == 0 ? NULL : &v->signatures[v->nsigned - 1];
}

const struct visit_state *job_wanted(const struct job_model *j)
{
    for (unsigned k = j == NULL ? 0 : j->job.nvisits; k-- > 0;) {
        if (j->job.visits[k].end == END_PART_WANTED) {
            return &j->job.visits[k];
        }
    }
    return NULL;
}

const struct visit_state *job_before(const struct job_model *j)
{
    for (unsigned k = j == NULL ? 0 : j->job.nvisits; k-- > 0;) {
        const struct visit_state *v = &j->job.visits[k];
        if (v->end != 0 && v->nsigned == 0 && fold_fact(v, KIND_VISIT_DIAGNOSED) != NULL) {
            return v;
        }
    }
    return NULL;
}

int64_t job_due(const struct job_model *j)
{
    union body b;
    int64_t left = visit_total_minor(j->visit);
    for (unsigned k = 0; j->visit != NULL && k < j->visit->nfacts; k++) {
        const struct fact *f = &j->visit->facts[k];
        if (f->kind == KIND_VISIT_PAID && body_decode(f->kind, f->body, &b) == ST_OK) {
            left = money_add(left, -b.paid.amount_minor);
        }
    }
    return left;
}

const char *job_fault(struct app *a, const struct fact *f, const union body *b)
{
    char words[FORM_WORDS];
    const struct cat_fault *c = catalogue_fault(app_catalogue(a), code_bytes(&b->diagnosed.fault));
    if (c != NULL) {
        return form_name(a, c->name, c->name_en);
    }
    form_text(a, f, b, BA_FAULT, words, sizeof words);
    return words[0] != '\0' ? shared_z(a, str_c(words))
                            : shared_z(a, bytes_str(code_bytes(&b->diagnosed.fault)));
}

const char *job_actions(struct app *a, const struct visit_state *v, const struct body_action *b)
{
    const char *all = "";
    unsigned parts = 0;
    for (unsigned k = 0; k < b->n; k++) {
        all = shared_fmt(a, "%s%s%s", all, k > 0 ? _(", ") : "", shared_action(b->codes[k]));
    }
    for (unsigned k = 0; v != NULL && k < v->nfacts; k++) {
        parts += v->facts[k].kind == KIND_VISIT_PART ? 1 : 0;
    }
    return parts == 0 ? all
                      : shared_fmt(a, "%s · %s", all,
                                   shared_fmt(a, ngettext("%u part", "%u parts", parts), parts));
}

const char *job_kind(unsigned kind)
{
    static const struct {
        unsigned kind;
        const char *words;
    } rows[] = {
        {KIND_VISIT_ACCEPTED, N_("Accepted")},
        {KIND_VISIT_TRAVELLING, N_("Travelling")},
        {KIND_VISIT_ARRIVED, N_("Arrived")},
        {KIND_VISIT_DIAGNOSED, N_("Diagnosis")},
        {KIND_VISIT_CLASS, N_("Service class")},
        {KIND_VISIT_PRICED, N_("Price and consent")},
        {KIND_VISIT_PART, N_("Part")},
        {KIND_VISIT_ACTION, N_("Action")},
        {KIND_VISIT_TESTED, N_("Test")},
        {KIND_VISIT_FEE, N_("Fee")},
        {KIND_VISIT_SIGNED, N_("Sign-off")},
        {KIND_VISIT_LEFT, N_("Left the site")},
        {KIND_VISIT_ENDED, N_("End of the visit")},
        {KIND_VISIT_PAID, N_("Payment")},
        {KIND_JOB_REOPENED, N_("Reopen")},
        {KIND_HANDOVER_ASKED, N_("Hand over")},
        {KIND_HELP_ASKED, N_("Help request")},
        {KIND_PROPOSED, N_("Proposal")},
        {KIND_VISIT_TAKEN, N_("Taken away")},
        {KIND_VISIT_RETURNED, N_("Goods returned")},
        {KIND_VISIT_POSITION, N_("Position")},
        {KIND_VISIT_RATED, N_("Rating")},
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        if (rows[k].kind == kind) {
            return _(rows[k].words);
        }
    }
    return "";
}

/* ---- what is known --------------------------------------------------------------------------- */
static void pair(struct app *a, struct ui *u, const char *label, str value)
{
    if (value.n > 0) {
        ui_pair(u, label, shared_z(a, value));
    }
}

static void time_pair(struct app *a, struct ui *u, const struct subject_state *s, int field,
                      const char *label)
{
    const struct field_value *v = fold_shown(s, field);
    if (v != NULL && v->i > 0) {
        ui_pair(u, label, app_time(a, v->i, true));
    }
}

/* What the technician said of equipment that no file has. */
static str equipment_proposed(struct app *a, const struct job_model *j)
{
    str words = {NULL, 0};
    for (unsigned k = 0; j->visit != NULL && k < j->visit->nfacts; k++) {
        const struct fact *f = &j->visit->facts[k];
        enum body_att what;
        if (f->kind == KIND_PROPOSED && office_proposal(f, &what) == SUBJECT_EQUIPMENT &&
            f->natt > 0) {
            words = app_text(a, f->atts[0], NULL);
        }
    }
    return words;
}

/* The official number, and the one that a technician gave it. */
static void number(struct app *a, struct ui *u, const struct job_model *j)
{
    bool provisional = call_provisional(&j->job);
    if (!provisional) {
        pair(a, u, _("Job"), j->code);
    }
    pair(a, u, _("Provisional number"), j->provisional);
    if (provisional) {
        ui_text(u, UI_SMALL_MUTED,
                _("Headquarters gives the official number; both lead to this job."));
    }
}

void job_facts(struct app *a, struct ui *u, const struct job_model *j)
{
    ui_section(u, _("This equipment"));
    ui_card_begin(u, NULL, NULL, NULL);
    pair(a, u, _("Equipment"), j->equipment_name);
    pair(a, u, _("Model"), j->equipment_model);
    if (j->has_equipment) {
        ui_pair(u, _("Serial"),
                j->equipment_serial.n > 0 ? shared_z(a, j->equipment_serial) : _("not known"));
    } else {
        ui_text(u, UI_BODY_MUTED, _("The equipment is not known yet."));
    }
    pair(a, u, _("Maker"), j->equipment_maker);
    if (equipment_proposed(a, j).n > 0) {
        ui_pair(u, _("Proposed to headquarters"), shared_z(a, equipment_proposed(a, j)));
    }
    if (j->last_service_ms > 0) {
        ui_pair(u, _("Last service"),
                shared_fmt(a, "%.10s %.*s", app_time(a, j->last_service_ms, true),
                           (int)j->last_service.n, j->last_service.p));
    }
    ui_card_end(u);
    if (form_visit(a) != NULL && ui_button(u, "equipment",
                                           j->has_equipment ? _("It is another piece of equipment")
                                                            : _("Say what equipment it is"),
                                           UI_LINK)) {
        app_go(a, SCREEN_EQUIPMENT, j->subject);
    }
    if (j->has_customer && !j->is_goods &&
        ui_button_icon(u, "another-piece", _("Another piece of equipment here"), UI_ICON_EDIT,
                       UI_LINK)) {
        app_go(a, SCREEN_TAKE_CALL, j->customer.subject);
    }
    if (ui_button_icon(u, "earlier", _("Earlier visits"), UI_ICON_CLOCK, UI_LINK)) {
        app_go(a, SCREEN_EARLIER, j->subject);
    }
    ui_section(u, _("The call"));
    ui_card_begin(u, NULL, NULL, NULL);
    number(a, u, j);
    time_pair(a, u, &j->job, F_JOB_CALLED, _("Called"));
    time_pair(a, u, &j->job, F_JOB_APPOINTMENT, _("Appointment"));
    pair(a, u, _("Fault as told"), j->fault_told);
    pair(a, u, _("Note"), j->note);
    ui_card_end(u);
    ui_section(u, _("Customer"));
    ui_card_begin(u, NULL, NULL, NULL);
    pair(a, u, _("Customer"), j->customer_name);
    pair(a, u, _("Address"), j->customer_address);
    pair(a, u, _("Contact"), j->contact);
    str phone = j->contact_phone.n > 0 ? j->contact_phone : j->customer_phone;
    ui_pair(u, _("Phone"), phone.n > 0 ? shared_z(a, phone) : _("none on file"));
    ui_card_end(u);
    if (ui_button_icon(u, "details", _("Correct details"), UI_ICON_EDIT, UI_LINK)) {
        app_go(a, SCREEN_DETAILS, j->subject);
    }
    IGNORE(help_shown(a, u, j) == 0); /* none was asked for */
    if (j->visit != NULL && visit_may(&j->job, j->visit, KIND_HELP_ASKED) == RULE_OK &&
        ui_button_icon(u, "ask_help", _("Ask for help"), UI_ICON_PERSON, UI_LINK)) {
        app_go(a, SCREEN_HELP, j->subject);
    }
}

/* ---- sheets ---------------------------------------------------------------------------------- */
struct menu {
    const char *items[MENU_MAX];
    int what[MENU_MAX]; /* an enum of the sheet's own, or an index of a fact */
    int n;
};

static void item(struct menu *m, int what, const char *words)
{
    if (m->n < MENU_MAX) {
        m->what[m->n] = what;
        m->items[m->n++] = words;
    }
}

static int shown(struct ui *u, const char *id, const char *title, const struct menu *m,
                 enum job_sheet *sheet)
{
    int c = ui_menu(u, id, title, m->items, m->n, _("Close"));
    if (c != -1) {
        *sheet = JOB_SHEET_NONE;
    }
    return c >= 0 ? m->what[c] : -1;
}

enum {
    DO_END,
    DO_CORRECT,
    DO_WITHDRAW,
    DO_REOPEN,
    DO_COPY,
    DO_PAY,
    DO_HISTORY,
    DO_CONFLICTS,
    DO_GOODS,
    DO_HANDOVER
};
enum { GO_TAKE, GO_CARD, GO_PAPERS };

static void main_menu(struct app *a, struct ui *u, const struct job_model *j, enum job_sheet *sheet)
{
    struct menu m = {.n = 0};
    const struct signature_state *sig = job_signature(j);
    bool is_signed = sig != NULL && sig->stands;
    if (visit_may(&j->job, j->visit, KIND_VISIT_ENDED) == RULE_OK) {
        item(&m, DO_END, _("End the visit"));
        item(&m, DO_CORRECT, _("Correct a step"));
    }
    if (visit_may(&j->job, j->visit, KIND_WITHDRAWN) == RULE_OK) {
        item(&m, DO_WITHDRAW, _("Withdraw a step"));
    }
    if (is_signed) {
        item(&m, DO_COPY, _("Customer's copy"));
    }
    if (job_due(j) > 0 && visit_may(&j->job, j->visit, KIND_VISIT_PAID) == RULE_OK) {
        item(&m, DO_PAY, _("Payment"));
    }
    if (is_signed && visit_may(&j->job, j->visit, KIND_JOB_REOPENED) == RULE_OK) {
        item(&m, DO_REOPEN, _("Reopen"));
    }
    item(&m, DO_HISTORY, _("History"));
    item(&m, DO_CONFLICTS, _("Conflicts"));
    item(&m, DO_GOODS, _("Goods and papers"));
    if (!j->job.handover_asked && !is_signed && !j->job.archived && !j->job.cancelled) {
        item(&m, DO_HANDOVER, _("Hand over"));
    }
    switch (shown(u, "menu", _("This job"), &m, sheet)) {
    case DO_END:
        app_go(a, SCREEN_END_VISIT, j->subject);
        break;
    case DO_CORRECT:
        *sheet = JOB_SHEET_CORRECT;
        break;
    case DO_WITHDRAW:
        *sheet = JOB_SHEET_WITHDRAW;
        break;
    case DO_REOPEN:
        *sheet = JOB_SHEET_REOPEN;
        break;
    case DO_COPY:
        app_go(a, SCREEN_COPY, j->subject);
        break;
    case DO_PAY:
        app_go(a, SCREEN_PAYMENT, j->subject);
        break;
    case DO_HISTORY:
        *sheet = JOB_SHEET_HISTORY;
        break;
    case DO_CONFLICTS:
        app_go(a, SCREEN_CONFLICTS, (id16){{0}});
        break;
    case DO_GOODS:
        *sheet = JOB_SHEET_GOODS;
        break;
    case DO_HANDOVER:
        app_go(a, SCREEN_HANDOVER, j->subject);
        break;
    default:
        break;
    }
}

/* Taking away is offered where the rules will have it; its page says what is missing. */
static void goods_menu(struct app *a, struct ui *u, const struct job_model *j,
                       enum job_sheet *sheet)
{
    struct menu m = {.n = 0};
    const struct goods_item *g = j->ngoods == 0 ? NULL : &j->goods[j->ngoods - 1];
    const struct visit_state *v = form_visit(a);
    if (v != NULL && fold_fact(v, KIND_VISIT_ARRIVED) != NULL &&
        visit_goods_out(&j->job, NULL, NULL) == NULL) {
        item(&m, GO_TAKE, _("Take away"));
    }
    if (g != NULL) {
        item(&m, GO_CARD, _("Repair card"));
    }
    item(&m, GO_PAPERS, _("Papers"));
    switch (shown(u, "goods-menu", _("Goods and papers"), &m, sheet)) {
    case GO_TAKE:
        app_go(a, SCREEN_TAKE, j->subject);
        break;
    case GO_CARD:
        goods_open(a, g);
        break;
    case GO_PAPERS:
        app_go(a, SCREEN_PAPERS, j->subject);
        break;
    default:
        break;
    }
}

static enum screen_id screen_of(unsigned kind)
{
    switch (kind) {
    case KIND_VISIT_ARRIVED:
        return SCREEN_ARRIVE;
    case KIND_VISIT_DIAGNOSED:
    case KIND_VISIT_CLASS:
        return SCREEN_DIAGNOSE;
    case KIND_VISIT_PRICED:
        return SCREEN_PRICE;
    case KIND_VISIT_ACTION:
    case KIND_VISIT_PART:
        return SCREEN_WORK;
    case KIND_VISIT_TESTED:
        return SCREEN_TEST;
    case KIND_VISIT_FEE:
        return SCREEN_FEE;
    case KIND_VISIT_ENDED:
        return SCREEN_END_VISIT;
    default:
        return SCREENS;
    }
}

static void correct(struct app *a, struct ui *u, const struct job_model *j, enum job_sheet *sheet)
{
    struct menu m = {.n = 0};
    bool there[SCREENS + 1] = {false}; /* each page once, so that a sheet holds them all */
    for (unsigned k = 0; k < j->visit->nfacts; k++) {
        enum screen_id s = screen_of(j->visit->facts[k].kind);
        bool twice = there[s];
        there[s] = true;
        bool may = visit_may(&j->job, j->visit, j->visit->facts[k].kind) == RULE_OK;
        if (s != SCREENS && !twice && may) {
            item(&m, (int)k,
                 shared_fmt(a, "%s · %s", job_kind(j->visit->facts[k].kind),
                            app_time(a, j->visit->facts[k].wall_ms, false)));
        }
    }
    int k = shown(u, "correct", m.n == 0 ? _("There is nothing to correct yet") : _("Which step?"),
                  &m, sheet);
    if (k >= 0) {
        app_go(a, screen_of(j->visit->facts[k].kind), j->subject);
    }
}

static void reopen(struct app *a, struct ui *u, const struct job_model *j, enum job_sheet *sheet)
{
    struct menu m = {.n = 0};
    item(&m, 1, _("Something in the report is wrong"));
    item(&m, 2, _("More work was done"));
    item(&m, 3, _("The customer asks for it"));
    int why = shown(u, "reopen", _("Reopen: a new version must be signed. Why?"), &m, sheet);
    if (why > 0) {
        struct form_fact f;
        form_begin(a, &f, KIND_JOB_REOPENED, NULL);
        f.b.asked.visit = j->visit->visit;
        f.b.asked.reason = (unsigned)why;
        IGNORE(!form_send(a, &f, NULL, SCREENS)); /* asked again when the queue was full */
    }
}

bool job_history(struct app *a, struct ui *u, const struct job_model *j)
{
    struct ui_screen sc = {.id = "history", .title = _("History"), .back = true};
    unsigned hit = ui_screen_begin(u, &sc);
    unsigned n = 0;
    for (unsigned k = 0; k < j->job.nvisits; k++) {
        const struct visit_state *v = &j->job.visits[k];
        bool own = id8_eq(v->author, app_author(a));
        ui_section(
            u,
            shared_fmt(a, own ? _("Visit %u, yours") : _("Visit %u, another technician's"), k + 1));
        ui_card_begin(u, NULL, NULL, NULL);
        for (unsigned i = 0; i < v->nfacts; i++, n++) {
            const char *words = job_kind(v->facts[i].kind);
            ui_pair(u, words[0] != '\0' ? words : _("Made by a newer version"),
                    app_time(a, v->facts[i].wall_ms, true));
        }
        ui_card_end(u);
    }
    if (n == 0) {
        ui_text(u, UI_BODY_MUTED, _("Nothing was recorded yet."));
    }
    ui_screen_end(u);
    return (hit & UI_HIT_BACK) != 0;
}

void job_sheets(struct app *a, struct ui *u, const struct job_model *j, enum job_sheet *sheet)
{
    if (j->visit == NULL && (*sheet == JOB_SHEET_CORRECT || *sheet == JOB_SHEET_WITHDRAW ||
                             *sheet == JOB_SHEET_SURE || *sheet == JOB_SHEET_REOPEN)) {
        *sheet = JOB_SHEET_NONE;
    }
    switch (*sheet) {
    case JOB_SHEET_MENU:
        main_menu(a, u, j, sheet);
        break;
    case JOB_SHEET_CORRECT:
        correct(a, u, j, sheet);
        break;
    case JOB_SHEET_REOPEN:
        reopen(a, u, j, sheet);
        break;
    case JOB_SHEET_GOODS:
        goods_menu(a, u, j, sheet);
        break;
    case JOB_SHEET_HISTORY:
    case JOB_SHEET_WITHDRAW:
    case JOB_SHEET_SURE:
    case JOB_SHEET_NONE:
        break;
    }
}
