/* screen_payment.c - money after the signature: method, amount, and the receipt number it will
 * carry. */
#include <string.h>

#include "app/screens/form.h"

enum { VERSION = 2 };
struct form {
    unsigned method; /* as in the fact, 0 none */
    bool proposed;   /* what is due stood in the field once: emptied it stays empty */
    char amount[FORM_LINE];
};
struct payment {
    struct form d;
    bool wrong;
    unsigned seen;
};

static const char *const method_words[] = {N_("Cash"), N_("Card"), N_("Mobile"), N_("Transfer"),
                                           N_("Invoice later")};
#define METHODS 5

SCREEN_ENTER(payment)
{
    struct payment *s = app_screen_data(a, SCREEN_PAYMENT, sizeof *s);
    if (s == NULL) {
        return;
    }
    memset(s, 0, sizeof *s);
    s->seen = app_result(a)->serial;
    IGNORE(!form_load(a, "payment", VERSION, &s->d, sizeof s->d)); /* a new one */
}

/* What is due: the fee that was fixed, less what was paid already. */
static int64_t due(const struct visit_state *v)
{
    int64_t minor = visit_total_minor(v);
    for (unsigned k = 0; v != NULL && k < v->nfacts; k++) {
        union body b;
        if (v->facts[k].kind == KIND_VISIT_PAID &&
            body_decode(KIND_VISIT_PAID, v->facts[k].body, &b) == ST_OK) {
            minor -= b.paid.amount_minor;
        }
    }
    return minor;
}

SCREEN(payment)
{
    struct payment *s = app_screen_data(a, SCREEN_PAYMENT, sizeof *s);
    const struct job_model *j = app_job(a);
    int64_t open = j == NULL ? 0 : due(j->visit);
    bool busy = app_busy(a) != APP_IDLE;
    struct ui_screen sc = {
        .id = "payment",
        .title = _("Payment"),
        .back = true,
        .primary = form_busy(a, _("Record payment")),
        .primary_id = "pay",
        .primary_off = busy || open <= 0 || s == NULL || s->d.method == 0,
        .above = shared_fmt(a, _("Fee receipt %s"), shared_z(a, app_receipt_number(a)))};
    unsigned hit = ui_screen_begin(u, &sc);
    if (s == NULL || j == NULL) {
        ui_screen_end(u);
        return;
    }
    shared_error(a, u, APP_SAVING, s->seen);
    ui_card_begin(u, NULL, NULL, NULL);
    ui_pair_tone(u, _("Amount due"), app_money(a, open), UI_HEADING, UI_TONE_PLAIN);
    ui_card_end(u);
    if (open <= 0) {
        ui_empty(u, UI_ICON_CHECK, _("There is nothing to pay."), NULL, NULL);
    } else {
        if (!s->d.proposed) {
            s->d.proposed = true;
            form_put_money(s->d.amount, sizeof s->d.amount, open);
        }
        const char *words[METHODS];
        for (int k = 0; k < METHODS; k++) {
            words[k] = _(method_words[k]);
        }
        int method = (int)s->d.method - 1;
        if (ui_choice(u, "method", _("How was it paid?"), words, METHODS, &method)) {
            s->d.method = (unsigned)method + 1;
        }
        struct ui_field f = {.id = "amount",
                             .label = _("Amount"),
                             .text = s->d.amount,
                             .cap = sizeof s->d.amount,
                             .flags = UI_FIELD_NUMERIC};
        form_field(u, &f, &s->wrong,
                   _("The amount is a number such as 380.00, and not more than what is due."));
        ui_text(u, UI_SMALL_MUTED, _("Cash stays your debt until the accountant has accepted it."));
    }
    ui_screen_end(u);
    if (open > 0) {
        form_keep(a, "payment", VERSION, &s->d, sizeof s->d);
    }
    if ((hit & UI_HIT_PRIMARY) != 0 && !busy) {
        int64_t minor = 0;
        s->wrong = !form_money(s->d.amount, &minor) || minor <= 0 || minor > open;
        if (!s->wrong) {
            s->seen = app_result(a)->serial;
            IGNORE(!app_pay(a, s->d.method, minor, SCREEN_JOB)); /* busy: button is off */
        }
    } else if ((hit & UI_HIT_BACK) != 0) {
        app_back(a);
    }
}
