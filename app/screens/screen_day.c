/* screen_day.c - the daily report: the day's visits as they were recorded, internal work beside
 * them, read once more, signed with the PIN. What was submitted stands; a correction is a new
 * version. */
#include <stdio.h>

#include "app/screens/form.h"
#include "app/screens/pin.h"
#include "app/screens/day_form.h"

enum { VERSION = 1, DAYS_BACK = 31 };

struct day_screen {
    struct day_form d;
    struct day_line lines[DAY_LINES_MAX];
    size_t n;
    struct pin pin;
    bool missing, sending, asked;
    int of_class; /* the visit whose class is being chosen, from 1 */
    unsigned seen;
};
_Static_assert(sizeof(struct day_screen) <= CAP_SCREEN_BYTES, "fits a screen's block");

SCREEN_ENTER(day)
{
    struct day_screen *s = app_screen_data(a, SCREEN_DAY, sizeof *s);
    if (s == NULL) {
        return;
    }
    memset(s, 0, sizeof *s);
    pin_enter(a, &s->pin);
    s->seen = app_result(a)->serial;
    if (!form_load(a, "day", VERSION, &s->d, sizeof s->d)) {
        s->d.midnight_ms = app_midnight(a, app_now_ms(a));
    }
}

static const char *date(struct app *a, int64_t midnight_ms)
{
    return shared_fmt(a, "%.10s", app_time(a, midnight_ms, true));
}

static const char *hours(struct app *a, int64_t min)
{
    return shared_fmt(a, "%lld:%02lld", (long long)(min / 60), (long long)(min % 60));
}

static const char *state_words(struct app *a, const struct day_model *d)
{
    switch (d->where) {
    case DAY_SUBMITTED:
        return _("Submitted");
    case DAY_REVIEWED:
        return d->reviewer.n > 0 ? shared_fmt(a, _("Reviewed by %s"), shared_z(a, d->reviewer))
                                 : _("Reviewed by the supervisor");
    case DAY_SIGNED:
        return _("Signed by the branch manager");
    case DAY_RECEIVED:
        return _("Received by the service department");
    default:
        return _("Not submitted yet");
    }
}

/* ---- which day --------------------------------------------------------------------------------
 */
static void to_day(struct app *a, struct day_screen *s, int days)
{
    int64_t today = app_midnight(a, app_now_ms(a));
    int64_t at = s->d.midnight_ms + (int64_t)days * DAY_MINUTES * 60000LL;
    if (at > today || at < today - DAYS_BACK * (DAY_MINUTES * 60000LL)) {
        return;
    }
    form_drop(a, "day");
    memset(&s->d, 0, sizeof s->d);
    s->d.midnight_ms = at;
    s->missing = false;
    s->seen = app_result(a)->serial;
}

static void day_strip(struct app *a, struct ui *u, const struct day_model *d)
{
    ui_strip_place(u, NULL, date(a, d->midnight_ms),
                   d->have && d->version > 1 ? shared_fmt(a, _("version %u"), d->version) : NULL,
                   UI_TONE_PLAIN, d->have ? shared_place_sign(d->place) : UI_PLACE_NONE,
                   shared_place(d->place));
    ui_text(u, UI_BODY_MUTED, state_words(a, d));
}

/* The way to other days stands under this one: it is seldom wanted. */
static void other_days(struct app *a, struct ui *u, struct day_screen *s, const struct day_model *d)
{
    int64_t today = app_midnight(a, app_now_ms(a));
    if (s->d.nlines > 0 || s->d.nclasses > 0 || s->d.correcting) {
        return; /* what was begun belongs to this day */
    }
    ui_section(u, _("Other days"));
    ui_cols_begin(u, 2);
    if (ui_button(u, "earlier", _("Day before"), UI_SECONDARY)) {
        to_day(a, s, -1);
    }
    ui_col(u);
    if (ui_button(u, "later", _("Next day"),
                  UI_SECONDARY | (d->midnight_ms < today ? 0U : (unsigned)UI_OFF))) {
        to_day(a, s, 1);
    }
    ui_cols_end(u);
}

/* ---- lines ------------------------------------------------------------------------------------
 */
static const char *line_times(struct app *a, const struct day_line *l)
{
    return shared_fmt(a, "%s–%s", app_clock_text(a, l->from_min), app_clock_text(a, l->to_min));
}

static void sums(struct app *a, struct ui *u, const struct day_line *lines, size_t n)
{
    int64_t by[CLASS_D + 1], all = 0;
    day_sums(lines, n, by);
    ui_section(u, _("Hours"));
    ui_card_begin(u, NULL, NULL, NULL);
    static const char *const words[] = {"", N_("A paid"), N_("B contract"), N_("C free"),
                                        N_("D internal")};
    for (int k = CLASS_A; k <= CLASS_D; k++) {
        all += by[k];
        if (by[k] > 0) {
            ui_pair(u, _(words[k]), hours(a, by[k]));
        }
    }
    ui_pair_tone(u, _("Together"), hours(a, all), UI_BODY_BOLD, UI_TONE_PLAIN);
    ui_card_end(u);
    if (day_overlaps(lines, n)) {
        ui_banner(u, "overlap", UI_TONE_SOON, _("Two lines are of the same time. Look at them."));
    }
}

static void visit_row(struct app *a, struct ui *u, struct day_screen *s, const struct day_visit *v,
                      unsigned k)
{
    unsigned c = day_form_class(&s->d, v);
    bool none = c == CLASS_NONE && !v->going;
    struct ui_row row = {
        .id = shared_fmt(a, "visit:%u", k),
        .box = c == CLASS_NONE ? NULL : shared_class(c),
        .icon = none ? UI_ICON_WARNING : UI_ICON_CLOCK,
        .title = v->customer.n > 0 ? shared_z(a, v->customer) : shared_z(a, v->code),
        .line2 = v->going ? _("Still going on: not in the report")
                          : shared_fmt(a, "%s · %s", shared_z(a, v->code), day_form_words(a, v)),
        .line3 = none ? _("Choose its class: nothing was decided on site.") : NULL,
        .big = v->going ? NULL : hours(a, v->to_min - v->from_min),
        .right2 = v->going ? NULL
                           : shared_fmt(a, "%s–%s", app_clock_text(a, v->from_min),
                                        app_clock_text(a, v->to_min)),
        .still = v->class_ != CLASS_NONE || v->going};
    if (ui_row(u, &row)) {
        s->of_class = (int)k + 1;
    }
}

static void line_row(struct app *a, struct ui *u, struct day_screen *s, unsigned k)
{
    const struct day_form_line *l = &s->d.lines[k];
    struct ui_row row = {.id = shared_fmt(a, "line:%u", k),
                         .box = "D",
                         .title = shared_z(a, str_c(l->words)),
                         .big = hours(a, l->to_min - l->from_min),
                         .right2 = shared_fmt(a, "%s–%s", app_clock_text(a, l->from_min),
                                              app_clock_text(a, l->to_min)),
                         .chevron = true};
    if (ui_row(u, &row)) {
        day_form_edit(a, &s->d, (int)k);
        ui_scroll_top(u, "day-line");
    }
}

static void choose_class(struct app *a, struct ui *u, struct day_screen *s,
                         const struct day_model *d)
{
    const char *const items[] = {_("A paid"), _("B contract"), _("C free")};
    if (s->of_class == 0 || (size_t)s->of_class > d->nvisits) {
        return;
    }
    const struct day_visit *v = &d->visits[s->of_class - 1];
    int c = ui_menu(u, "class", shared_fmt(a, _("Class of %s"), shared_z(a, v->code)), items, 3,
                    _("Close"));
    if (c >= 0) {
        day_form_choose(&s->d, v, (unsigned)c + CLASS_A);
    }
    s->of_class = c == -1 ? s->of_class : 0;
}

/* ---- what was submitted -----------------------------------------------------------------------
 */
static void shown_lines(struct app *a, struct ui *u, const struct day_line *lines, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        const struct day_line *l = &lines[k];
        ui_card_begin(u, NULL,
                      shared_fmt(a, "%s  %s", shared_class((unsigned)l->class_), line_times(a, l)),
                      hours(a, l->to_min - l->from_min));
        if (l->words.n > 0) {
            ui_text(u, UI_BODY, shared_z(a, l->words));
        }
        if (l->job.n > 0) {
            ui_text(u, UI_SMALL_MUTED, shared_z(a, l->job));
        }
        ui_card_end(u);
    }
    sums(a, u, lines, n);
}

static void frozen(struct app *a, struct ui *u, struct day_screen *s, const struct day_model *d)
{
    bool may = day_may_submit(&d->state) == DAY_RULE_OK;
    struct ui_screen sc = {.id = "day",
                           .title = _("Daily report"),
                           .back = true,
                           .secondary = may ? _("Correct") : NULL,
                           .secondary_id = "correct"};
    unsigned hit = ui_screen_begin(u, &sc);
    day_strip(a, u, d);
    if (s->asked && app_result(a)->st == ST_OK) {
        ui_banner(u, "done", UI_TONE_DONE, _("Signed and submitted. It is kept as it stands."));
    }
    ui_text(u, UI_SMALL_MUTED,
            shared_fmt(a, _("Submitted %s"), app_time(a, d->submitted_ms, true)));
    if (!may) {
        ui_text(u, UI_SMALL_MUTED,
                _("The branch has signed this day. Tell the supervisor what is wrong."));
    }
    size_t n = 0;
    if (day_get(d->lines, s->lines, DAY_LINES_MAX, &n)) {
        shown_lines(a, u, s->lines, n);
    } else {
        ui_text(u, UI_BODY, shared_z(a, d->lines));
    }
    other_days(a, u, s, d);
    ui_screen_end(u);
    if ((hit & UI_HIT_SECONDARY) != 0) {
        day_form_correct(a, &s->d, s->lines, n);
        s->asked = false;
        form_keep(a, "day", VERSION, &s->d, sizeof s->d);
    } else if ((hit & UI_HIT_BACK) != 0) {
        app_back(a);
    }
}

/* ---- read once more, and sign -----------------------------------------------------------------
 */
static void go_on(struct app *a, struct day_screen *s, const struct day_model *d)
{
    if (pin_came(a, &s->pin) && app_result(a)->st == ST_OK) {
        s->sending = true;
        s->seen = app_result(a)->serial;
    }
    if (s->sending && app_busy(a) == APP_IDLE) {
        s->sending = false;
        s->asked = app_day_submit(a, d, s->lines, s->n, "day");
    }
}

/* What came of it, before anything is drawn, and kept, again. */
static void settle(struct app *a, struct ui *u, struct day_screen *s)
{
    const struct app_result *r = app_result(a);
    if (!s->asked || !s->d.preview || app_busy(a) != APP_IDLE || r->serial == s->seen) {
        return;
    }
    if (r->st == ST_OK && r->what == APP_SAVING) {
        int64_t day = s->d.midnight_ms;
        memset(&s->d, 0, sizeof s->d);
        s->d.midnight_ms = day;
        ui_scroll_top(u, "day");
    } else {
        s->asked = false;
    }
}

static void preview(struct app *a, struct ui *u, struct day_screen *s, const struct day_model *d)
{
    bool busy = app_busy(a) != APP_IDLE || s->sending;
    struct ui_screen sc = {.id = "day-preview",
                           .title = _("Read and sign"),
                           .back = true,
                           .above = date(a, d->midnight_ms),
                           .primary = busy ? _("Saving…") : _("Sign and submit"),
                           .primary_id = "submit",
                           .primary_off = busy};
    unsigned hit = ui_screen_begin(u, &sc);
    shared_error(a, u, APP_SAVING, s->seen);
    s->n = day_form_lines(a, &s->d, d, s->lines);
    shown_lines(a, u, s->lines, s->n);
    ui_section(u, _("Your signature"));
    bool given = pin_ask(a, u, &s->pin, _("PIN"));
    ui_text(
        u, UI_SMALL_MUTED,
        d->have
            ? shared_fmt(a, _("This becomes version %u. The one before is kept."), d->version + 1)
            : _("Once submitted it is not changed any more; a correction is a new version."));
    ui_screen_end(u);
    form_keep(a, "day", VERSION, &s->d, sizeof s->d);
    if (((hit & UI_HIT_PRIMARY) != 0 || given) && !busy && s->pin.text[0] != '\0') {
        s->pin.seen = app_result(a)->serial;
        if (app_hand_back(a, s->pin.text)) {
            pin_sent(&s->pin);
        }
    } else if ((hit & UI_HIT_BACK) != 0 && !busy) {
        s->d.preview = false;
    } else {
        go_on(a, s, d);
    }
}

/* ---- the day ----------------------------------------------------------------------------------
 */
static const char *rule_words(enum day_rule r)
{
    switch (r) {
    case DAY_RULE_EMPTY:
        return _("There is nothing in this report yet. Add internal work.");
    case DAY_RULE_CLASS:
    case DAY_RULE_INTERNAL:
        return _("A visit has no class yet. Tap it and choose one.");
    case DAY_RULE_WORDS:
        return _("Say what was done.");
    case DAY_RULE_TIMES:
        return _("The times are out of order.");
    case DAY_RULE_OK:
    case DAY_RULE_FROZEN:
    case DAY_RULE_FUTURE:
    case DAY_RULES:
        break;
    }
    return NULL;
}

static void body(struct app *a, struct ui *u, struct day_screen *s, const struct day_model *d,
                 enum day_rule r)
{
    if (s->missing && r != DAY_RULE_OK) {
        ui_banner(u, "missing", UI_TONE_LATE, rule_words(r));
    }
    ui_section(u, _("Visits"));
    if (d->nvisits == 0) {
        ui_text(u, UI_BODY_MUTED, _("No visits on this day."));
    }
    for (unsigned k = 0; k < d->nvisits; k++) {
        visit_row(a, u, s, &d->visits[k], k);
    }
    ui_section(u, _("Internal work"));
    for (unsigned k = 0; k < s->d.nlines; k++) {
        line_row(a, u, s, k);
    }
    if (s->d.nlines < DAY_FORM_LINES &&
        ui_button_icon(u, "add", _("Add internal work"), UI_ICON_PLUS, UI_SECONDARY)) {
        day_form_add(a, &s->d, d);
        ui_scroll_top(u, "day-line");
    }
    if (s->n > 0) {
        sums(a, u, s->lines, s->n);
    }
}

static void whole(struct app *a, struct ui *u, struct day_screen *s, const struct day_model *d)
{
    struct ui_screen sc = {.id = "day",
                           .title = _("Daily report"),
                           .back = true,
                           .above = date(a, d->midnight_ms),
                           .primary = _("Read and sign"),
                           .primary_id = "preview"};
    unsigned hit = ui_screen_begin(u, &sc);
    size_t at;
    s->n = day_form_lines(a, &s->d, d, s->lines);
    enum day_rule r = day_check(s->lines, s->n, &at);
    day_strip(a, u, d);
    body(a, u, s, d, r);
    if (s->d.correcting && ui_button(u, "drop", _("Keep it as submitted"), UI_LINK)) {
        int64_t day = s->d.midnight_ms;
        memset(&s->d, 0, sizeof s->d);
        s->d.midnight_ms = day;
        form_drop(a, "day");
    }
    other_days(a, u, s, d);
    choose_class(a, u, s, d);
    ui_screen_end(u);
    if (s->d.nlines > 0 || s->d.nclasses > 0 || s->d.correcting || s->d.editing) {
        form_keep(a, "day", VERSION, &s->d, sizeof s->d);
    }
    if ((hit & UI_HIT_PRIMARY) != 0) {
        s->missing = r != DAY_RULE_OK;
        s->d.preview = r == DAY_RULE_OK;
        s->asked = false;
        pin_enter(a, &s->pin);
        s->pin.focused = true; /* it is read first; a tap opens the keyboard */
        if (s->missing) {
            ui_reveal(u, "missing");
        } else {
            ui_scroll_top(u, "day-preview");
        }
    } else if ((hit & UI_HIT_BACK) != 0) {
        app_back(a);
    }
}

SCREEN(day)
{
    struct day_screen *s = app_screen_data(a, SCREEN_DAY, sizeof *s);
    if (s != NULL) {
        settle(a, u, s);
    }
    const struct day_model *d = s == NULL ? NULL : app_day(a, s->d.midnight_ms);
    if (d == NULL) {
        struct ui_screen sc = {.id = "day", .title = _("Daily report"), .back = true};
        unsigned hit = ui_screen_begin(u, &sc);
        ui_screen_end(u);
        if ((hit & UI_HIT_BACK) != 0) {
            app_back(a);
        }
    } else if (s->d.editing) {
        day_form_page(a, u, &s->d);
        form_keep(a, "day", VERSION, &s->d, sizeof s->d);
    } else if (s->d.preview) {
        preview(a, u, s, d);
    } else if (d->have && !s->d.correcting) {
        frozen(a, u, s, d);
    } else {
        whole(a, u, s, d);
    }
}
