/* screen_arrive.c - the arrival: credential and price list shown (F-02). */
#include "app/screens/form.h"

enum { VERSION = 1 };
#define OLD_MS 60000 /* of a fix: worth saying */
struct arrive {
    struct {
        bool credential, price_list;
    } d;
    unsigned seen;
};

SCREEN_ENTER(arrive)
{
    struct arrive *s = app_screen_data(a, SCREEN_ARRIVE, sizeof *s);
    union body b;
    if (s == NULL) {
        return;
    }
    s->seen = app_result(a)->serial;
    if (!form_load(a, "arrive", VERSION, &s->d, sizeof s->d) &&
        form_read(form_visit(a), KIND_VISIT_ARRIVED, &b) != NULL) {
        s->d.credential = (b.arrived.flags & ARRIVED_CREDENTIAL) != 0;
        s->d.price_list = (b.arrived.flags & ARRIVED_PRICE_LIST) != 0;
    }
}

static void save(struct app *a, struct arrive *s, id16 job, enum screen_id go)
{
    struct form_fact f;
    const struct fact *old = fold_fact(form_visit(a), KIND_VISIT_ARRIVED);
    form_begin(a, &f, KIND_VISIT_ARRIVED, old);
    f.b.arrived.flags = (s->d.credential ? (unsigned)ARRIVED_CREDENTIAL : 0U) |
                        (s->d.price_list ? (unsigned)ARRIVED_PRICE_LIST : 0U);
    s->seen = app_result(a)->serial;
    if (form_same(a, &f, old)) {
        form_drop(a, "arrive");
        app_go(a, go, job);
        return;
    }
    IGNORE(!form_send(a, &f, "arrive", go)); /* the button stays */
}

static const char *position_words(struct app *a, const struct position *p)
{
    const char *near = shared_accuracy(a, p);
    if (p->has_age && p->age_ms >= OLD_MS) {
        unsigned min = p->age_ms / 60000U;
        return shared_fmt(a,
                          ngettext("Position recorded, %s, %u minute old",
                                   "Position recorded, %s, %u minutes old", min),
                          near, min);
    }
    return shared_fmt(a, _("Position recorded, %s"), near);
}

static void position(struct app *a, struct ui *u)
{
    struct position p;
    switch (app_where(a, form_visit(a), &p)) {
    case WHERE_TO_COME:
        ui_text(
            u, UI_BODY_MUTED,
            _("Where you are is recorded once, when you tap Arrived, if this device knows it."));
        break;
    case WHERE_OFF:
        ui_text(u, UI_BODY_MUTED,
                _("Headquarters has switched this off: no position is recorded."));
        break;
    case WHERE_ASKING:
        ui_text(u, UI_BODY_MUTED, _("Looking for the position. Go on, nothing waits for it."));
        break;
    case WHERE_RECORDED:
        ui_text(u, UI_BODY_MUTED, position_words(a, &p));
        break;
    case WHERE_NONE:
        ui_text(u, UI_BODY_MUTED, _("No position: no receiver answered in time."));
        break;
    case WHERE_GONE:
        ui_text(u, UI_BODY_MUTED, _("The position was recorded; it is not kept here any more."));
        break;
    }
}

SCREEN(arrive)
{
    struct arrive *s = app_screen_data(a, SCREEN_ARRIVE, sizeof *s);
    const struct job_model *j = app_job(a);
    enum rule r =
        j == NULL ? RULE_NOT_ACCEPTED : visit_may(&j->job, form_visit(a), KIND_VISIT_ARRIVED);
    bool before =
        form_read(form_visit(a), KIND_VISIT_ARRIVED, &(union body){.opened = {0}}) != NULL;
    struct ui_screen sc = {.id = "arrive",
                           .title = _("Arrive"),
                           .back = true,
                           .above = j == NULL ? NULL : shared_z(a, j->customer_name),
                           .primary = form_busy(a, before ? _("Save") : _("Arrived")),
                           .primary_id = "arrived",
                           .primary_off = app_busy(a) != APP_IDLE || r != RULE_OK};
    unsigned hit = ui_screen_begin(u, &sc);
    if (s == NULL || j == NULL) {
        ui_screen_end(u);
        return;
    }
    shared_error(a, u, APP_SAVING, s->seen);
    form_rule(a, u, r);
    ui_text(u, UI_BODY_MUTED,
            _("Greet, say your name and why you come. Late? Phone before you arrive."));
    ui_tick(u, "credential", _("Credential shown"), &s->d.credential);
    ui_tick(u, "price_list", _("Price list shown"), &s->d.price_list);
    position(a, u);
    str phone = j->contact_phone.n > 0 ? j->contact_phone : j->customer_phone;
    ui_section(u, _("Who is there"));
    ui_card_begin(u, NULL, NULL, NULL);
    ui_pair(u, _("Contact"), j->contact.n > 0 ? shared_z(a, j->contact) : _("none on file"));
    ui_pair(u, _("Phone"), phone.n > 0 ? shared_z(a, phone) : _("none on file"));
    if (j->customer_address.n > 0) {
        ui_pair(u, _("Address"), shared_z(a, j->customer_address));
    }
    ui_card_end(u);
    bool nobody = !before && ui_button(u, "nobody", _("Nobody there"), UI_SECONDARY);
    ui_screen_end(u);
    form_keep(a, "arrive", VERSION, &s->d, sizeof s->d);
    if ((hit & UI_HIT_PRIMARY) != 0) {
        save(a, s, j->subject,
             form_next(a, KIND_VISIT_ARRIVED, fold_fact(form_visit(a), KIND_VISIT_ARRIVED)));
    } else if ((hit & UI_HIT_BACK) != 0) {
        app_back(a);
    } else if (nobody && r == RULE_OK && app_busy(a) == APP_IDLE) {
        screen_end_visit_for(a, END_NOBODY);
        save(a, s, j->subject, SCREEN_END_VISIT); /* he was there, and nobody else */
    }
}
