/* screen_sign_read.c - the customer's first page: the report, to its end, in his language. */
#include "app/screens/sign.h"

#define LINES_MAX 700 /* CAP_REPORT_BYTES of lines of twenty bytes */

SCREEN_ENTER(sign_read)
{
    if (sign_enter(a)) {
        sign_data(a)->naming = false;
    }
}

static void report(struct app *a, struct ui *u, const struct report_shown *r)
{
    str *lines = arena_new(app_frame(a), str, LINES_MAX);
    size_t n = lines == NULL ? 0 : report_lines(r->text, lines, LINES_MAX);
    ui_report_begin(u, "report");
    for (size_t k = 0; k < n; k++) {
        ui_report_line(u, k == 0 ? UI_BODY_BOLD : k + 1 == n ? UI_TITLE : UI_BODY, lines[k]);
    }
    ui_report_end(u);
}

static void cannot(struct app *a, struct ui *u, const struct report_shown *r)
{
    struct app_result no = {.what = APP_SAVING, .st = r->st, .err = r->err};
    ui_banner(u, "error", UI_TONE_LATE, app_error_words(a, &no));
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
    char keep[3];
    form_lang(a, s->d.english ? "en" : "zh", keep);
    const struct report_shown *r = sign_report(a, s);
    bool seen = r->st == ST_OK && ui_report_seen(u, "report");
    struct ui_screen sc = {.id = "sign-read",
                           .title = _("Please check"),
                           .action = sign_other(s),
                           .steps = 3,
                           .step = 1,
                           .above = seen ? NULL : _("Please read to the end."),
                           .primary = _("All correct"),
                           .primary_id = "confirm",
                           .primary_off = !seen || app_busy(a) != APP_IDLE,
                           .secondary = _("Not signing"),
                           .secondary_id = "refuse"};
    unsigned hit = ui_screen_begin(u, &sc);
    if (s->read_again) {
        ui_banner(u, "changed", UI_TONE_SOON,
                  _("The report has changed since you read it. Please read it again."));
    }
    if (r->st == ST_OK) {
        report(a, u, r);
    } else {
        cannot(a, u, r);
    }
    ui_screen_end(u);
    form_lang_end(a, keep);
    if ((hit & UI_HIT_ACTION) != 0) {
        sign_turn(a, s);
        ui_scroll_top(u, "sign-read");
    } else if ((hit & UI_HIT_SECONDARY) != 0) {
        app_go(a, SCREEN_SIGN_REFUSE, j->subject);
    } else if ((hit & UI_HIT_PRIMARY) != 0) {
        s->d.read = r->hash;
        s->read_again = false;
        sign_keep(a, s);
        app_go(a, SCREEN_SIGN_RATE, j->subject);
    }
}
