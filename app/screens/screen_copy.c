/* screen_copy.c - the customer's copy: a QR that proves itself, and the report as it was signed. */
#include <stdlib.h>
#include <string.h>

#include "app/screens/form.h"
#include "app/screens/job_parts.h"
#include "app/state/desk_site.h"
#include "sync/pdf/qr.h"

struct copy {
    struct qr qr;
    uint8_t of[32]; /* the sign-off that the modules are of */
    bool made;
    bool reading;
    bool printing, printed;
    int paper; /* 0 A4, 1 a roll of 80 mm */
    unsigned seen;
};
_Static_assert(sizeof(struct copy) <= CAP_SCREEN_BYTES, "the copy fits a screen's block");

static void show_qr(struct app *a, struct ui *u, struct copy *s, const struct signature_state *sig)
{
    if (!s->made || memcmp(s->of, sig->entry.b, 32) != 0) {
        str text = app_qr(a, sig->entry);
        memcpy(s->of, sig->entry.b, 32);
        s->made = text.n > 0 && qr_make(text, &s->qr) == ST_OK;
    }
    if (!s->made) {
        ui_banner(
            u, "no-qr", UI_TONE_SOON,
            _("The QR cannot be made on this device. The signed report is safe; the customer's "
              "copy comes from headquarters."));
        return;
    }
    ui_qr(u, "qr", _("Customer's copy as QR"), s->qr.modules, s->qr.side);
    ui_text(u, UI_BODY,
            _("The customer photographs this. It proves number, time, class and amount "
              "without any network."));
}

static void show_report(struct app *a, struct ui *u, const struct signature_state *sig)
{
    const struct report_shown *r = app_signed(a, sig);
    if (r->st != ST_OK) {
        ui_banner(u, "gone", UI_TONE_SOON,
                  r->st == ST_REVOKED ? _("Evidence withdrawn")
                                      : _("The signed report is not on this device any more."));
        return;
    }
    size_t n;
    const str *lines = shared_lines(a, r->text, &n);
    ui_card_begin(u, NULL, NULL, NULL);
    for (size_t k = 0; k < n; k++) {
        ui_text(u, UI_BODY, shared_z(a, lines[k]));
    }
    ui_card_end(u);
}

/* A file for whoever prints or carries it: made on another thread. */
static void show_pdf(struct app *a, struct ui *u, struct copy *s, const struct signature_state *sig)
{
    const struct app_result *r = app_result(a);
    if (s->printing && app_busy(a) == APP_IDLE && r->serial != s->seen) {
        s->printing = false;
        s->printed = r->st == ST_OK;
    }
    shared_error(a, u, APP_SAVING, s->seen);
    const char *const papers[] = {_("A4 page"), _("80 mm roll")};
    if (ui_choice(u, "paper", _("Paper"), papers, 2, &s->paper)) {
        s->printed = false; /* what was saved is the other one */
    }
    if (ui_button(u, "pdf", form_busy(a, _("Save as PDF")),
                  UI_SECONDARY | (app_busy(a) != APP_IDLE ? UI_OFF : 0U))) {
        s->seen = r->serial;
        s->printed = false;
        s->printing = app_copy(a, sig->entry, s->paper == 1);
    }
    if (s->printed) {
        ui_banner(u, "saved-pdf", UI_TONE_DONE,
                  shared_fmt(a, _("Saved: %s"), app_copy_path(a, sig, s->paper == 1)));
        ui_text(u, UI_SMALL_MUTED,
                _("It lies there unsealed and is deleted when this device is locked: print it or "
                  "hand it over before."));
    }
}

/* What follows is one tap away: the money, or the way out. */
static unsigned what_next(const struct job_model *j, struct ui_screen *sc)
{
    unsigned next = j == NULL ? 0 : (unsigned)visit_next(&j->job, j->visit);
    if (next == KIND_VISIT_LEFT || next == KIND_VISIT_PAID) {
        sc->secondary = sc->primary;
        sc->secondary_id = sc->primary_id;
        sc->primary = next == KIND_VISIT_LEFT ? _("Leave") : _("Payment");
        sc->primary_id = next == KIND_VISIT_LEFT ? "leave" : "pay";
    }
    return next;
}

static void take_next(struct app *a, const struct job_model *j, unsigned next)
{
    struct form_fact f;
    if (next == KIND_VISIT_PAID) {
        app_go(a, SCREEN_PAYMENT, j->subject);
        return;
    }
    form_begin(a, &f, KIND_VISIT_LEFT, NULL);
    IGNORE(!form_send(a, &f, NULL, SCREEN_JOB)); /* the button stays */
}

/* Others that were signed in the same pass: each has its own copy. */
static void others(struct app *a, struct ui *u)
{
    const struct site *site = app_site(a);
    bool first = true;
    for (size_t k = 1; site != NULL && k < site->n; k++) {
        const struct site_item *x = &site->items[k];
        if (!x->together) {
            continue;
        }
        if (first) {
            ui_section(u, _("Signed together: each has its own copy"));
            first = false;
        }
        struct ui_row row = {.id = shared_fmt(a, "copy-of:%zu", k),
                             .icon = UI_ICON_CHECK,
                             .chevron = true,
                             .title = x->what.n > 0 ? shared_z(a, x->what) : shared_z(a, x->code),
                             .line2 = shared_z(a, x->code),
                             .big = app_money(a, x->total_minor)};
        if (ui_row(u, &row) && app_busy(a) == APP_IDLE) {
            app_go(a, SCREEN_JOB, x->job);
            app_go(a, SCREEN_COPY, x->job);
            return;
        }
    }
}

SCREEN_ENTER(copy)
{
    struct copy *s = app_screen_data(a, SCREEN_COPY, sizeof *s);
    if (s != NULL) {
        memset(s, 0, sizeof *s);
        s->seen = app_result(a)->serial;
    }
}

SCREEN(copy)
{
    struct copy *s = app_screen_data(a, SCREEN_COPY, sizeof *s);
    const struct job_model *j = app_job(a);
    const struct signature_state *sig = j == NULL ? NULL : job_signature(j);
    struct ui_screen sc = {.id = "copy",
                           .title = form_narrow(a) ? _("Copy") : _("Customer's copy"),
                           .back = true,
                           .primary = _("Done"),
                           .primary_id = "done"};
    unsigned next = what_next(j, &sc);
    bool leads = sc.secondary != NULL;
    sc.primary_off = leads && app_busy(a) != APP_IDLE;
    unsigned hit = ui_screen_begin(u, &sc);
    if (s == NULL || sig == NULL) {
        ui_empty(u, UI_ICON_INFO, _("Nothing was signed yet."), NULL, NULL);
    } else {
        shared_histories(u, j);
        show_qr(a, u, s, sig); /* first: whoever photographs it needs it whole */
        ui_card_begin(u, NULL, NULL, NULL);
        ui_pair(u, _("Service report"),
                shared_z(a, bytes_str(bytes_of(sig->number, sig->nnumber))));
        ui_pair(u, _("Class"), shared_class(sig->class_));
        ui_pair_tone(u, _("Amount due"), app_money(a, sig->total_minor), UI_HEADING, UI_TONE_PLAIN);
        ui_card_end(u);
        show_pdf(a, u, s, sig);
        others(a, u);
        if (ui_button(u, "read", s->reading ? _("Hide the report") : _("Show the report"),
                      UI_LINK)) {
            s->reading = !s->reading;
        }
        if (s->reading) {
            show_report(a, u, sig);
        }
    }
    ui_screen_end(u);
    if ((hit & UI_HIT_PRIMARY) != 0 && leads) {
        take_next(a, j, next);
    } else if ((hit & (UI_HIT_BACK | UI_HIT_PRIMARY | UI_HIT_SECONDARY)) != 0) {
        app_back(a);
    }
}
