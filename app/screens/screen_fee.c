/* screen_fee.c - the fee, fixed before the customer signs: worked out from what was agreed and
 * fitted; in class A the technician may change it, but not above what the customer agreed to. */
#include "app/screens/job_parts.h"
#include "core/rules/money.h"

enum { VERSION = 1 };
enum { LABOUR, PARTS, TRAVEL, OTHER, SUMS };
struct form {
    char sum[SUMS][24];
    bool changed;
};
struct fee_screen {
    struct form d;
    bool bad[SUMS];
    unsigned seen;
};

static void put(struct form *d, const struct fee *f)
{
    const int64_t sums[SUMS] = {f->labour_minor, f->parts_minor, f->travel_minor, f->other_minor};
    for (int k = 0; k < SUMS; k++) {
        memset(d->sum[k], 0, sizeof d->sum[k]);
        form_put_money(d->sum[k], sizeof d->sum[k], sums[k]);
    }
}

/* What was typed holds only until the work or the consent changes it: then it is worked out anew.
 */
SCREEN_ENTER(fee)
{
    struct fee_screen *s = app_screen_data(a, SCREEN_FEE, sizeof *s);
    const struct visit_state *v = form_visit(a);
    struct fee f;
    union body b;
    if (s == NULL || v == NULL) {
        return;
    }
    memset(s, 0, sizeof *s);
    s->seen = app_result(a)->serial;
    if (form_load(a, "fee", VERSION, &s->d, sizeof s->d) && s->d.changed) {
        return;
    }
    IGNORE(!fee_work_out(v, &f)); /* sums that do not fit are refused by the rules */
    put(&s->d, &f);
    s->d.changed = false;
    if (form_read(v, KIND_VISIT_FEE, &b) != NULL && form_class(v) == CLASS_A) {
        put(&s->d, &(struct fee){.labour_minor = b.fee.labour_minor,
                                 .parts_minor = b.fee.parts_minor,
                                 .travel_minor = b.fee.travel_minor,
                                 .other_minor = b.fee.other_minor});
    }
}

static bool read_sums(struct fee_screen *s, struct body_fee *out)
{
    int64_t sum[SUMS];
    bool ok = true;
    out->total_minor = 0;
    for (int k = 0; k < SUMS; k++) {
        s->bad[k] = !form_money(s->d.sum[k], &sum[k]);
        ok = ok && !s->bad[k];
        out->total_minor = money_add(out->total_minor, sum[k]);
    }
    out->labour_minor = sum[LABOUR];
    out->parts_minor = sum[PARTS];
    out->travel_minor = sum[TRAVEL];
    out->other_minor = sum[OTHER];
    return ok;
}

static const char *sum_name(int k)
{
    switch (k) {
    case LABOUR:
        return _("Labour");
    case PARTS:
        return _("Parts");
    case TRAVEL:
        return _("Travel");
    default:
        return _("Other");
    }
}

static void sums(struct app *a, struct ui *u, struct fee_screen *s, bool paid)
{
    static const char *const ids[SUMS] = {"labour", "parts", "travel", "other"};
    if (!paid) {
        ui_card_begin(u, NULL, NULL, NULL);
        for (int k = 0; k < SUMS; k++) {
            int64_t minor = 0;
            if (form_money(s->d.sum[k], &minor)) {
                ui_pair(u, sum_name(k), app_money(a, minor));
            }
        }
        ui_card_end(u);
        return;
    }
    for (int k = 0; k < SUMS; k++) {
        struct ui_field f = {.id = ids[k],
                             .label = sum_name(k),
                             .text = s->d.sum[k],
                             .cap = sizeof s->d.sum[k],
                             .flags = UI_FIELD_NUMERIC,
                             .error = s->bad[k] ? _("An amount is like 120.00.") : NULL};
        if ((ui_field(u, &f) & UI_FIELD_CHANGED) != 0) {
            s->d.changed = true;
        }
    }
}

/* Work that changed since: the sums are worked out again only when asked. */
static void work_out(struct app *a, struct ui *u, struct fee_screen *s,
                     const struct body_fee *shown)
{
    struct fee f;
    if (!fee_work_out(form_visit(a), &f) || f.total_minor == shown->total_minor) {
        return;
    }
    if (ui_button(
            u, "work_out",
            shared_fmt(a, _("From lines and parts: %s. Take it"), app_money(a, f.total_minor)),
            UI_LINK)) {
        put(&s->d, &f);
        s->d.changed = true;
    }
}

static void save(struct app *a, const struct body_fee *fee, struct fee_screen *s, id16 job)
{
    struct form_fact f;
    const struct fact *old = fold_fact(form_visit(a), KIND_VISIT_FEE);
    form_begin(a, &f, KIND_VISIT_FEE, old);
    struct body_head head = f.b.head;
    f.b.fee = *fee;
    f.b.fee.head = head;
    s->seen = app_result(a)->serial;
    if (form_same(a, &f, old)) {
        form_drop(a, "fee");
        app_go(a, SCREEN_JOB, job);
        return;
    }
    IGNORE(!form_send(a, &f, "fee", SCREEN_JOB)); /* the button stays */
}

SCREEN(fee)
{
    struct fee_screen *s = app_screen_data(a, SCREEN_FEE, sizeof *s);
    const struct job_model *j = app_job(a);
    const struct visit_state *v = form_visit(a);
    enum rule r = j == NULL ? RULE_NOT_ACCEPTED : visit_may(&j->job, v, KIND_VISIT_FEE);
    struct body_fee fee = {.total_minor = 0};
    union body b;
    bool paid = form_class(v) == CLASS_A;
    bool ok = s != NULL && read_sums(s, &fee);
    int64_t agreed = form_read(v, KIND_VISIT_PRICED, &b) != NULL && b.priced.consented
                         ? b.priced.estimate_minor
                         : 0;
    bool over = paid && fee.total_minor > agreed;
    struct ui_screen sc = {.id = "fee",
                           .title = _("Fee"),
                           .back = true,
                           .above = shared_fmt(a, _("Total: %s"), app_money(a, fee.total_minor)),
                           .primary =
                               form_busy(a, over ? _("Ask for consent again") : _("Fix the fee")),
                           .primary_id = over ? "again" : "save",
                           .primary_off = app_busy(a) != APP_IDLE || r != RULE_OK || !ok};
    unsigned hit = ui_screen_begin(u, &sc);
    if (s == NULL || j == NULL) {
        ui_screen_end(u);
        return;
    }
    shared_error(a, u, APP_SAVING, s->seen);
    form_rule(a, u, r);
    struct class_decision d = form_decision(j);
    ui_strip(u, shared_class(d.class_), shared_class_words(a, &d), NULL, UI_TONE_PLAIN);
    ui_text(u, UI_TITLE, app_money(a, fee.total_minor));
    if (over) {
        ui_banner(u, "over", UI_TONE_LATE,
                  shared_fmt(a, _("The customer agreed to %s. Ask again, or charge less."),
                             app_money(a, agreed)));
    } else if (paid) {
        ui_text(u, UI_BODY_MUTED,
                shared_fmt(a, _("The customer agreed to at most %s."), app_money(a, agreed)));
    } else {
        ui_text(u, UI_BODY_MUTED, _("Nothing is charged but the parts marked so."));
    }
    sums(a, u, s, paid);
    work_out(a, u, s, &fee);
    ui_screen_end(u);
    form_keep(a, "fee", VERSION, &s->d, sizeof s->d);
    if ((hit & UI_HIT_PRIMARY) != 0 && over) {
        app_go(a, SCREEN_PRICE, j->subject);
    } else if ((hit & UI_HIT_PRIMARY) != 0) {
        save(a, &fee, s, j->subject);
    } else if ((hit & UI_HIT_BACK) != 0) {
        app_back(a);
    }
}
