/* screen_sign_read.c - the customer's first page: the report, to its end, in his language. */
#include "app/screens/sign.h"

SCREEN_ENTER(sign_read)
{
    if (sign_enter(a)) {
        sign_data(a)->naming = false;
    }
}

static void cannot(struct app *a, struct ui *u, const struct report_shown *r)
{
    struct app_result no = {.what = APP_SAVING, .st = r->st, .err = r->err};
    ui_banner(u, "error", UI_TONE_LATE, app_error_words(a, &no));
}

/* Which of several it is, what it comes to, and what all come to. */
static void which(struct app *a, struct ui *u, const struct sign_pass *p, bool out)
{
    const struct site_item *x = p->of[p->at].item;
    if (p->n < 2) {
        return;
    }
    ui_text(u, UI_BODY_BOLD,
            x->what.n > 0 ? shared_fmt(a, _("Report %u of %u: %.*s"), p->at + 1, p->n,
                                       (int)x->what.n, x->what.p)
                          : shared_fmt(a, _("Report %u of %u"), p->at + 1, p->n));
    ui_text(u, UI_SMALL_MUTED,
            shared_fmt(a, _("Amount due: %s. All together: %s."), app_money(a, x->total_minor),
                       app_money(a, p->sum_minor)));
    if (out) {
        ui_banner(u, "left-out", UI_TONE_INFO,
                  _("This report is left out. It stays open and is not signed now."));
    }
}

/* After the report: he need not sign for all of them, but for one. */
static bool leave_out(struct ui *u, const struct sign_pass *p, bool out)
{
    return p->n > 1 && (out || p->in > 1) &&
           ui_button(u, out ? "take-in" : "leave-out",
                     out ? _("Sign for this one too") : _("Do not sign for this one"),
                     UI_SECONDARY);
}

/* On to the next one; after the last to what is still to be read; then to the rating. */
static void go_on(struct app *a, struct sign *s, id16 job, unsigned from)
{
    struct sign_pass p;
    bool changed = false;
    sign_pass(a, s, &p);
    unsigned k = from + 1 < p.n ? from + 1 : sign_unread(a, s, &p, &changed);
    if (k < p.n) {
        s->read_again = changed;
        sign_turn_page(s, &p, k);
    } else {
        app_go(a, SCREEN_SIGN_RATE, job);
    }
    sign_keep(a, s);
}

enum { OUT = 1U << 16 }; /* beside enum ui_hit */

static unsigned page(struct app *a, struct ui *u, struct sign *s, const struct sign_pass *p)
{
    bool out = p->of[p->at].out, more = p->at + 1 < p->n;
    const struct report_shown *r = sign_report(a, s, p, p->at);
    h32 read = sign_mark(s, p->of[p->at].item->job)->read;
    bool seen = r->st == ST_OK && (ui_report_seen(u, "report") || h32_eq(read, r->hash));
    struct ui_screen sc = {.id = "sign-read",
                           .title = _("Please check"),
                           .back = p->at > 0,
                           .action = sign_other(s),
                           .steps = 3,
                           .step = 1,
                           .above = seen || out ? NULL : _("Please read to the end."),
                           .primary = out    ? _("Go on")
                                      : more ? _("Correct, next")
                                             : _("All correct"),
                           .primary_id = "confirm",
                           .primary_off = (!seen && !out) || app_busy(a) != APP_IDLE,
                           .secondary = _("Not signing"),
                           .secondary_id = "refuse"};
    unsigned hit = ui_screen_begin(u, &sc);
    if (s->read_again) {
        ui_banner(u, "changed", UI_TONE_SOON,
                  _("The report has changed since you read it. Please read it again."));
    }
    which(a, u, p, out);
    if (r->st == ST_OK) {
        shared_report(a, u, "report", r->text, UI_TITLE);
    } else {
        cannot(a, u, r);
    }
    hit |= leave_out(u, p, out) ? (unsigned)OUT : 0U;
    ui_screen_end(u);
    if (!out && !ui_report_seen(u, "report") && !h32_eq(read, r->hash)) {
        hit &= ~(unsigned)UI_HIT_PRIMARY; /* it has become another text in this frame */
    }
    return hit;
}

static void react(struct app *a, struct sign *s, const struct sign_pass *p, id16 job, unsigned hit)
{
    struct sign_mark *m = sign_mark(s, p->of[p->at].item->job);
    if ((hit & UI_HIT_ACTION) != 0) {
        sign_turn(a, s);
    } else if ((hit & UI_HIT_SECONDARY) != 0) {
        app_go(a, SCREEN_SIGN_REFUSE, job);
    } else if ((hit & UI_HIT_BACK) != 0) {
        sign_turn_page(s, p, p->at - 1);
        sign_keep(a, s);
    } else if ((hit & OUT) != 0) {
        bool was_out = m->out;
        m->out = !was_out;
        memset(&m->read, 0, sizeof m->read);
        if (was_out) {
            sign_turn_page(s, p, p->at);
            sign_keep(a, s);
        } else {
            go_on(a, s, job, p->at);
        }
    } else if ((hit & UI_HIT_PRIMARY) != 0) {
        const struct report_shown *r = sign_report(a, s, p, p->at);
        if (!p->of[p->at].out && r->st == ST_OK) {
            m->read = r->hash;
        }
        s->read_again = false;
        go_on(a, s, job, p->at);
    }
}

SCREEN(sign_read)
{
    struct sign *s = sign_data(a);
    const struct job_model *j = app_job(a);
    if (s == NULL || j == NULL) {
        struct ui_screen none = {.id = "sign-read", .title = _("Customer signs"), .back = true};
        ui_screen_begin(u, &none);
        ui_screen_end(u);
        sign_over(a);
        return;
    }
    if (s->fresh) {
        s->fresh = false;
        ui_scroll_top(u, "sign-read");
        ui_report_forget(u, "report");
    }
    struct sign_pass p;
    char keep[3];
    sign_pass(a, s, &p);
    form_lang(a, s->d.english ? "en" : "zh", keep);
    unsigned hit = page(a, u, s, &p);
    form_lang_end(a, keep);
    react(a, s, &p, j->subject, hit);
}
