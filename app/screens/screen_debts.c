/* screen_debts.c - my parts and debts: cash, old parts, the van, slips; by time or by amount. */
#include "app/screens/form.h"
#include "app/state/desk_debts.h"
#include "core/rules/office.h"

enum { CASH, OLD, VAN, SLIPS, SECTIONS };
struct debts_screen {
    int which, order;
};

static const char *part_name(struct app *a, const struct code *c)
{
    const struct cat_part *p = catalogue_part(app_catalogue(a), code_bytes(c));
    return p != NULL ? form_name(a, p->name, p->name_en) : shared_z(a, bytes_str(code_bytes(c)));
}

/* Whose, when, and whether the line was put right. */
static const char *of_job(struct app *a, const struct book_line *l)
{
    str code, customer;
    app_job_names(a, l->job, &code, &customer);
    str who = customer.n > 0 ? customer : code;
    return shared_fmt(a, "%s · %s%s", shared_z(a, who), app_time(a, l->when_ms, true),
                      l->corrected ? _(" · corrected") : "");
}

static void cash_row(struct app *a, struct ui *u, const struct book_line *l, size_t k)
{
    struct ui_row row = {
        .id = shared_fmt(a, "cash:%zu", k),
        .title = of_job(a, l),
        .line2 = shared_fmt(a, _("Receipt %s"), shared_z(a, bytes_str(code_bytes(&l->code)))),
        .line3 = l->amount_minor > 0 && l->amount_minor < l->paid_minor
                     ? shared_fmt(a, _("of %s"), app_money(a, l->paid_minor))
                     : NULL,
        .big = app_money(a, l->amount_minor > 0 ? l->amount_minor : l->paid_minor),
        .big_tone = l->amount_minor > 0 ? UI_TONE_SOON : UI_TONE_DONE,
        .right2 = l->amount_minor > 0 ? _("in hand") : _("accepted"),
        .chevron = true};
    if (ui_row(u, &row)) {
        app_go(a, SCREEN_JOB, l->job);
    }
}

static void old_row(struct app *a, struct ui *u, const struct debt_old *o, size_t k)
{
    bool owed = o->owed_milli > 0;
    struct ui_row row = {.id = shared_fmt(a, "old:%zu", k),
                         .icon = UI_ICON_PART,
                         .title = part_name(a, &o->line.code),
                         .line2 = shared_z(a, bytes_str(code_bytes(&o->line.code))),
                         .line3 = of_job(a, &o->line),
                         .big = app_qty(a, owed ? o->owed_milli : o->line.qty_milli),
                         .big_tone = owed ? UI_TONE_SOON : UI_TONE_DONE,
                         .right2 = owed ? _("to give back") : _("given back"),
                         .chevron = true};
    if (ui_row(u, &row)) {
        app_go(a, SCREEN_JOB, o->line.job);
    }
}

static void van_row(struct app *a, struct ui *u, const struct debt_van *v, size_t k)
{
    int64_t left = v->held_milli - v->fitted_milli;
    struct ui_row row = {.id = shared_fmt(a, "van:%zu", k),
                         .icon = left < 0 ? UI_ICON_WARNING : UI_ICON_PART,
                         .title = part_name(a, &v->part),
                         .line2 = shared_z(a, bytes_str(code_bytes(&v->part))),
                         .line3 = v->fitted_milli > 0
                                      ? shared_fmt(a, _("%s at headquarters, %s fitted since"),
                                                   app_qty(a, v->held_milli),
                                                   app_qty(a, v->fitted_milli))
                                      : NULL,
                         .big = app_qty(a, left),
                         .big_tone = left < 0 ? UI_TONE_LATE : UI_TONE_PLAIN,
                         .right2 = left < 0 ? _("more fitted than held") : NULL,
                         .still = true};
    ui_row(u, &row);
}

static const char *slip_words(unsigned state)
{
    return state == SLIP_PROPOSED   ? _("asked for")
           : state == SLIP_APPROVED ? _("approved")
           : state == SLIP_REFUSED  ? _("refused")
           : state == SLIP_ISSUED   ? _("issued")
           : state == SLIP_CLEARED  ? _("cleared")
                                    : "";
}

static void slip_row(struct app *a, struct ui *u, const struct debt_slip *s, size_t k)
{
    struct ui_row row = {.id = shared_fmt(a, "slip:%zu", k),
                         .title = part_name(a, &s->part),
                         .line2 = shared_z(a, bytes_str(code_bytes(&s->part))),
                         .line3 = s->at_ms > 0 ? app_time(a, s->at_ms, true) : NULL,
                         .big = app_qty(a, s->qty_milli),
                         .right2 = slip_words(s->state),
                         .still = true};
    ui_row(u, &row);
}

static void totals(struct app *a, struct ui *u, const struct debts *d)
{
    ui_card_begin(u, NULL, NULL, NULL);
    ui_pair_tone(u, _("Cash in hand"), app_money(a, d->cash_minor), UI_HEADING,
                 d->cash_minor > 0 ? UI_TONE_SOON : UI_TONE_PLAIN);
    ui_pair_tone(u, _("Old parts to give back"), app_qty(a, d->old_milli), UI_HEADING,
                 d->old_milli > 0 ? UI_TONE_SOON : UI_TONE_PLAIN);
    ui_card_end(u);
    if (d->cash_minor > 0) {
        ui_text(u, UI_SMALL_MUTED, _("Cash stays your debt until the accountant has accepted it."));
    }
    if (!d->whole) {
        ui_text(u, UI_SMALL_MUTED, _("Older visits are still being looked through."));
    }
}

static void list(struct app *a, struct ui *u, const struct debts *d, int which)
{
    static const char *const ids[SECTIONS] = {"cash-list", "old-list", "van-list", "slip-list"};
    const size_t counts[SECTIONS] = {d->ncash, d->nold, d->nvan, d->nslips};
    const char *const none[SECTIONS] = {
        _("No cash was taken."), _("You took back none of the old parts."),
        _("Nothing is in your van."), _("No issue slip. Ask the parts keeper for what you need.")};
    struct ui_list l;
    if (counts[which] == 0) {
        ui_empty(u, UI_ICON_INBOX, none[which], NULL, NULL);
        return;
    }
    ui_list_begin(u, &l, ids[which], counts[which]);
    while (ui_list_next(u, &l)) {
        switch (which) {
        case CASH:
            cash_row(a, u, &d->cash[l.index], l.index);
            break;
        case OLD:
            old_row(a, u, &d->old[l.index], l.index);
            break;
        case VAN:
            van_row(a, u, &d->van[l.index], l.index);
            break;
        default:
            slip_row(a, u, &d->slips[l.index], l.index);
        }
    }
    ui_list_end(u, &l);
}

SCREEN(debts)
{
    struct debts_screen *s = app_screen_data(a, SCREEN_DEBTS, sizeof *s);
    const struct debts *d = s == NULL ? NULL : app_debts(a, s->order == 1);
    struct ui_screen sc = {.id = "debts", .title = _("My parts and debts"), .back = true};
    unsigned hit = ui_screen_begin(u, &sc);
    if (d == NULL) {
        ui_empty(u, UI_ICON_WARNING, _("This cannot be shown. It is kept."), NULL, NULL);
    } else {
        const char *const which[] = {_("Cash"), _("Old parts"), _("In the van"), _("Issue slips")};
        const char *const order[] = {_("By time"), _("By amount")};
        totals(a, u, d);
        ui_choice(u, "which", NULL, which, SECTIONS, &s->which);
        ui_choice(u, "order", NULL, order, 2, &s->order);
        list(a, u, d, s->which);
    }
    ui_screen_end(u);
    if ((hit & UI_HIT_BACK) != 0) {
        app_back(a);
    }
}
