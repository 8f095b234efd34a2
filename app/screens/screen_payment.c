/* screen_payment.c - money taken: method, amount, and the receipt's number before it is used. */
#include "app/screens/job_parts.h"
#include "core/rules/money.h"

enum { VERSION = 1 };
struct form {
    unsigned method;
    char amount[24];
};
struct payment {
    struct form d;
    bool none, bad;
    unsigned seen;
};

static int64_t due(const struct job_model *j)
{
    union body b;
    int64_t left = form_read(j->visit, KIND_VISIT_FEE, &b) != NULL ? b.fee.total_minor : 0;
    for (unsigned k = 0; j->visit != NULL && k < j->visit->nfacts; k++) {
        const struct fact *f = &j->visit->facts[k];
        if (f->kind == KIND_VISIT_PAID && body_decode(f->kind, f->body, &b) == ST_OK) {
            left = money_add(left, -b.paid.amount_minor);
        }
    }
    return left;
}

SCREEN_ENTER(payment)
{
    struct payment *s = app_screen_data(a, SCREEN_PAYMENT, sizeof *s);
    const struct job_model *j = app_job(a);
    if (s == NULL || j == NULL) {
        return;
    }
    memset(s, 0, sizeof *s);
    s->seen = app_result(a)->serial;
    if (!form_load(a, "payment", VERSION, &s->d, sizeof s->d)) {
        form_put_money(s->d.amount, sizeof s->d.amount, due(j));
    }
}

static void body(struct app *a, struct ui *u, struct payment *s, const struct job_model *j)
{
    const char *names[] = {_("Cash"), _("Card"), _("Mobile payment"), _("Transfer"),
                           _("Against invoice")};
    int m = (int)s->d.method - 1;
    ui_text(u, UI_TITLE, app_money(a, due(j)));
    ui_text(u, UI_BODY_MUTED, _("Amount due"));
    if (s->none) {
        ui_banner(u, "none", UI_TONE_LATE, _("Choose how it was paid."));
    }
    if (ui_choice(u, "method", _("How was it paid?"), names, 5, &m)) {
        s->d.method = (unsigned)m + 1;
        s->none = false;
    }
    struct ui_field amount = {
        .id = "amount",
        .label = _("Amount"),
        .text = s->d.amount,
        .cap = sizeof s->d.amount,
        .flags = UI_FIELD_NUMERIC,
        .error = s->bad ? _("An amount is like 120.00, and not above what is due.") : NULL};
    ui_field(u, &amount);
    ui_card_begin(u, NULL, NULL, NULL);
    ui_pair(u, _("Fee receipt"), shared_z(a, app_receipt_number(a)));
    ui_card_end(u);
    if (s->d.method == PAY_CASH) {
        ui_text(u, UI_SMALL_MUTED, _("Cash stays your debt until the accountant accepts it."));
    }
}

SCREEN(payment)
{
    struct payment *s = app_screen_data(a, SCREEN_PAYMENT, sizeof *s);
    const struct job_model *j = app_job(a);
    enum rule r = j == NULL ? RULE_NOT_ACCEPTED : visit_may(&j->job, j->visit, KIND_VISIT_PAID);
    int64_t left = j == NULL ? 0 : due(j);
    if (r == RULE_OK && left <= 0 && app_busy(a) == APP_IDLE) {
        r = RULE_NOTHING_DUE;
    }
    struct ui_screen sc = {.id = "payment",
                           .title = _("Payment"),
                           .back = true,
                           .primary = form_busy(a, _("Money received")),
                           .primary_id = "paid",
                           .primary_off = app_busy(a) != APP_IDLE || r != RULE_OK};
    unsigned hit = ui_screen_begin(u, &sc);
    if (s == NULL || j == NULL) {
        ui_screen_end(u);
        return;
    }
    shared_error(a, u, APP_SAVING, s->seen);
    form_rule(a, u, r);
    if (r == RULE_OK) {
        body(a, u, s, j);
    }
    ui_screen_end(u);
    if (r == RULE_OK) {
        form_keep(a, "payment", VERSION, &s->d, sizeof s->d);
    }
    if ((hit & UI_HIT_PRIMARY) != 0) {
        int64_t minor = 0;
        s->none = s->d.method == 0;
        s->bad = !form_money(s->d.amount, &minor) || minor <= 0 || minor > left;
        s->seen = app_result(a)->serial;
        if (!s->none && !s->bad && app_pay(a, s->d.method, minor, SCREEN_JOB)) {
            form_drop(a, "payment"); /* what is typed again is one number and one tap */
        }
    } else if ((hit & UI_HIT_BACK) != 0) {
        app_back(a);
    }
}
