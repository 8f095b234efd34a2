/* shared.c - what several screens say in the same words. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/screens/screens.h"
#include "core/model/kinds.h"
#include "core/report/report.h"
#include "core/rules/service.h"

void shared_error(struct app *a, struct ui *u, enum app_busy what, unsigned seen)
{
    const struct app_result *r = app_result(a);
    if (r->serial != seen && r->st != ST_OK && (r->what == what || r->what == APP_IDLE)) {
        if (app_result_fresh(a)) {
            ui_reveal(u, "error"); /* whoever tapped may have scrolled away from it */
        }
        ui_banner(u, "error", UI_TONE_LATE, app_error_words(a, r));
    }
}

void shared_error_over(struct app *a, struct ui *u, enum app_busy what, unsigned *seen)
{
    const struct app_result *r = app_result(a);
    if (r->serial == *seen || r->st == ST_OK || (r->what != what && r->what != APP_IDLE)) {
        return;
    }
    struct ui_dialog d = {.id = "error",
                          .title = _("Not saved"),
                          .text = app_error_words(a, r),
                          .cancel = _("Close")};
    if (ui_dialog(u, &d) != UI_DIALOG_NONE) {
        *seen = r->serial;
    }
}

void shared_by_file(struct app *a, struct ui *u, struct by_file *f, const struct by_file_words *w,
                    unsigned *seen)
{
    if (ui_button(u, "by-file", f->open ? w->hide : w->show, UI_LINK)) {
        f->open = !f->open;
    }
    if (!f->open) {
        return;
    }
    if (f->path[0] == '\0') {
        const char *home = getenv("HOME");
        snprintf(f->path, sizeof f->path, "%s/%s", home == NULL ? "/tmp" : home, w->name);
    }
    if (w->about != NULL) {
        ui_text(u, UI_BODY_MUTED, w->about);
    }
    struct ui_field path = {
        .id = "file", .label = _("File"), .text = f->path, .cap = sizeof f->path};
    ui_field(u, &path);
    unsigned off = app_busy(a) == APP_IDLE ? 0U : (unsigned)UI_OFF;
    ui_cols_begin(u, 2);
    if (ui_button(u, "write-file", w->write, UI_SECONDARY | off)) {
        *seen = app_result(a)->serial;
        f->written = app_sync_file(a, f->path, true);
    }
    ui_col(u);
    if (ui_button(u, "read-file", w->read, UI_SECONDARY | off)) {
        *seen = app_result(a)->serial;
        f->written = false;
        IGNORE(!app_sync_file(a, f->path, false)); /* busy: the button is off then */
    }
    ui_cols_end(u);
}

size_t shared_code_letters(const char *code)
{
    size_t n = 0;
    for (; *code != '\0'; code++) {
        n += *code != ' ' && *code != '-';
    }
    return n;
}

str *shared_lines(struct app *a, str text, size_t *n)
{
    size_t want = text.n > 0;
    for (size_t i = 0; i < text.n; i++) {
        want += text.p[i] == '\n';
    }
    str *lines = want == 0 ? NULL : arena_new(app_frame(a), str, want);
    *n = lines == NULL ? 0 : report_lines(text, lines, want);
    return lines;
}

/* A line is a node of the tree (UI_CAP_NODES), and the page has others. */
enum { REPORT_LINES = 2500 };

void shared_report(struct app *a, struct ui *u, const char *id, str text, enum ui_style last)
{
    size_t n;
    const str *lines = shared_lines(a, text, &n);
    if (lines == NULL || n > REPORT_LINES) {
        struct app_result no = {.what = APP_SAVING, .st = ST_TOO_BIG};
        ui_report_forget(u, id);
        ui_banner(u, "error", UI_TONE_LATE, app_error_words(a, &no));
        return;
    }
    ui_report_begin(u, id);
    for (size_t k = 0; k < n; k++) {
        ui_report_line(u, k == 0 ? UI_BODY_BOLD : k + 1 == n ? last : UI_BODY, lines[k]);
    }
    ui_report_end(u);
}

const char *shared_z(struct app *a, str s)
{
    const char *z = arena_cstr(app_frame(a), s);
    return z == NULL ? "" : z;
}

static const char *role_words(enum role r)
{
    static const char *const t[ROLES] = {
        [ROLE_TECHNICIAN] = N_("technician"),
        [ROLE_CLERK] = N_("clerk"),
        [ROLE_SUPERVISOR] = N_("supervisor"),
        [ROLE_ACCOUNTANT] = N_("accountant"),
        [ROLE_PARTS_KEEPER] = N_("parts keeper"),
        [ROLE_BRANCH_MANAGER] = N_("branch manager"),
        [ROLE_SERVICE_DEPARTMENT] = N_("service department"),
        [ROLE_ADMINISTRATOR] = N_("administrator"),
    };
    return (unsigned)r < ROLES && t[r] != NULL ? _(t[r]) : NULL;
}

const char *shared_who(struct app *a, const struct who *w)
{
    const char *role = role_words(w->role), *name = shared_z(a, w->name);
    const char *who = w->name.n == 0 ? (role != NULL ? role : _("Headquarters"))
                      : role == NULL ? name
                                     : shared_fmt(a, _("%s (%s)"), name, role);
    return w->phone.n == 0 ? who : shared_fmt(a, _("%s, %s"), who, shared_z(a, w->phone));
}

const char *shared_accuracy(struct app *a, const struct position *p)
{
    return p->accuracy_mm == 0
               ? _("accuracy not known")
               : shared_fmt(a, _("±%u m"), p->accuracy_mm / 1000U + (p->accuracy_mm % 1000U != 0));
}

const char *shared_fmt(struct app *a, const char *fmt, ...)
{
    char buf[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(buf, sizeof buf, fmt, ap);
    va_end(ap);
    return shared_z(a, str_c(buf));
}

const char *shared_when(struct app *a, int64_t ms)
{
    const char *then = app_time(a, ms, true), *now = app_time(a, app_now_ms(a), true);
    return strncmp(then, now, 10) == 0 ? app_time(a, ms, false) : then;
}

const char *shared_left(struct app *a, int64_t minutes, enum ui_tone *tone)
{
    int64_t m = minutes < 0 ? -minutes : minutes;
    int64_t h = m / 60;
    *tone = minutes < 0 ? UI_TONE_LATE : minutes < 60 ? UI_TONE_SOON : UI_TONE_PLAIN;
    if (minutes < 0) {
        return h >= 48 ? shared_fmt(a, _("%lld days late"), (long long)(h / 24))
                       : shared_fmt(a, _("%lld:%02lld late"), (long long)h, (long long)(m % 60));
    }
    return shared_fmt(a, _("%lld:%02lld left"), (long long)h, (long long)(m % 60));
}

const char *shared_limit(struct app *a, const struct deadline *d, int zone)
{
    switch (d->kind) {
    case DL_ARRIVE:
        return shared_fmt(a, zone == 2 ? _("suburb %d h") : _("city %d h"), d->hours);
    case DL_RESPOND:
        return shared_fmt(a, _("accept: %d h"), d->hours);
    case DL_PLAN:
        return shared_fmt(a, _("diagnosis: %d h"), d->hours);
    case DL_SITE:
        return shared_fmt(a, _("arrival: %d h"), d->hours);
    }
    return "";
}

const char *shared_limit_left(struct app *a, const struct deadline *d)
{
    enum ui_tone tone;
    const char *left = shared_left(
        a, deadline_left_minutes(d, &app_catalogue(a)->calendars, app_now_ms(a)), &tone);
    switch (d->kind) {
    case DL_RESPOND:
        return shared_fmt(a, _("accept: %s"), left);
    case DL_PLAN:
        return shared_fmt(a, _("diagnosis: %s"), left);
    case DL_ARRIVE:
    case DL_SITE:
        return shared_fmt(a, _("arrival: %s"), left);
    }
    return "";
}

static const char *pick(const char *const *words, size_t n, unsigned code)
{
    return code < n && words[code] != NULL ? _(words[code]) : "";
}
#define PICK(t, c) pick(t, sizeof t / sizeof t[0], (c))

const char *shared_class(unsigned class_)
{
    static const char *const t[] = {"", "A", "B", "C", "D"};
    return class_ < sizeof t / sizeof t[0] ? t[class_] : "";
}

const char *shared_class_words(struct app *a, const struct class_decision *d)
{
    char day[16];
    snprintf(day, sizeof day, "%.10s", d->until_ms == 0 ? "" : app_time(a, d->until_ms, true));
    switch (d->class_) {
    case CLASS_A:
        return _("Paid by the customer");
    case CLASS_B:
        return d->basis == BASIS_TECHNICIAN ? _("By contract, as you propose")
               : day[0] == '\0'             ? _("By contract")
                                            : shared_fmt(a, _("By contract, until %s"), day);
    case CLASS_C:
        return d->basis == BASIS_TECHNICIAN ? _("Free, as you propose")
               : day[0] == '\0'             ? _("Free in warranty")
                                            : shared_fmt(a, _("Free in warranty, until %s"), day);
    case CLASS_D:
        return _("Internal");
    case CLASS_NONE:
        break;
    }
    return _("Class not decided yet");
}

const char *shared_stage(enum visit_stage s)
{
    static const char *const t[] = {
        [VISIT_NONE] = N_("New"),
        [VISIT_ACCEPTED] = N_("Accepted"),
        [VISIT_TRAVELLING] = N_("Travelling"),
        [VISIT_ARRIVED] = N_("Arrived"),
        [VISIT_DIAGNOSED] = N_("Diagnosed"),
        [VISIT_WORKING] = N_("Working"),
        [VISIT_TESTED] = N_("Tested"),
        [VISIT_FEE] = N_("Fee fixed"),
        [VISIT_SIGNED] = N_("Signed"),
        [VISIT_LEFT] = N_("Left"),
        [VISIT_ENDED] = N_("Ended"),
    };
    return PICK(t, (unsigned)s);
}

const char *shared_cause(unsigned c)
{
    static const char *const t[] = {
        [CAUSE_WEAR] = N_("Wear"),
        [CAUSE_DEFECT] = N_("Defect"),
        [CAUSE_INSTALL] = N_("Installation"),
        [CAUSE_MISUSE] = N_("Misuse"),
        [CAUSE_ACCIDENT] = N_("Accident"),
        [CAUSE_ENVIRONMENT] = N_("Surroundings"),
        [CAUSE_NO_FAULT] = N_("No fault found"),
        [CAUSE_OTHER] = N_("Other"),
    };
    return PICK(t, c);
}

const char *shared_responsibility(unsigned r)
{
    static const char *const t[] = {
        [RESP_MAKER] = N_("Maker"),         [RESP_USER] = N_("User"),
        [RESP_INSTALLER] = N_("Installer"), [RESP_NOBODY] = N_("Nobody"),
        [RESP_OTHER] = N_("Other"),
    };
    return PICK(t, r);
}

const char *shared_action(unsigned x)
{
    static const char *const t[] = {
        [ACTION_REPLACE] = N_("Replace"), [ACTION_TIGHTEN] = N_("Tighten"),
        [ACTION_CLEAN] = N_("Clean"),     [ACTION_ADJUST] = N_("Adjust"),
        [ACTION_REFILL] = N_("Refill"),   [ACTION_REPAIR] = N_("Repair"),
        [ACTION_INSPECT] = N_("Inspect"), [ACTION_EXPLAIN] = N_("Explain"),
        [ACTION_OTHER] = N_("Other"),
    };
    return PICK(t, x);
}

const char *shared_part_reason(unsigned r)
{
    static const char *const t[] = {
        [PART_FAILED] = N_("Failed"),   [PART_WORN] = N_("Worn"),
        [PART_DAMAGED] = N_("Damaged"), [PART_PREVENTIVE] = N_("Preventive"),
        [PART_MISSING] = N_("Missing"), [PART_OTHER] = N_("Other"),
    };
    return PICK(t, r);
}

const char *shared_old_part(unsigned o)
{
    static const char *const t[] = {
        [OLD_TAKEN] = N_("Taken back"),
        [OLD_LEFT] = N_("Left with the customer"),
        [OLD_NONE] = N_("No old part"),
    };
    return PICK(t, o);
}

const char *shared_result(unsigned r)
{
    static const char *const t[] = {
        [RESULT_WORKS] = N_("Works"),
        [RESULT_LIMITED] = N_("Works with limits"),
        [RESULT_NOT_FIXED] = N_("Not fixed"),
    };
    return PICK(t, r);
}

const char *shared_end(unsigned e)
{
    static const char *const t[] = {
        [END_NOBODY] = N_("Nobody there"),
        [END_PART_WANTED] = N_("Part wanted"),
        [END_PRICE_REFUSED] = N_("Price refused"),
        [END_HELP_WANTED] = N_("Help wanted"),
        [END_HANDED_OVER] = N_("Handed over"),
        [END_OTHER] = N_("Other reason"),
        [END_TAKEN] = N_("Taken away"),
        [END_RETURNED] = N_("Goods returned"),
    };
    return PICK(t, e);
}

const char *shared_place(unsigned place)
{
    static const char *const t[] = {
        [PLACE_HERE] = N_("saved here"),
        [PLACE_BRANCH] = N_("at the branch"),
        [PLACE_HQ] = N_("at headquarters"),
    };
    return PICK(t, place);
}

enum ui_place shared_place_sign(unsigned place)
{
    return place == PLACE_HQ       ? UI_PLACE_HQ
           : place == PLACE_BRANCH ? UI_PLACE_BRANCH
                                   : UI_PLACE_HERE;
}

const char *shared_field(enum subject_type t, int field)
{
    static const struct {
        enum subject_type type;
        int field;
        const char *words;
    } rows[] = {
        {0, F_NOTE, N_("Note")},
        {SUBJECT_CUSTOMER, F_CUSTOMER_NAME, N_("Customer")},
        {SUBJECT_CUSTOMER, F_CUSTOMER_PHONE, N_("Phone")},
        {SUBJECT_CUSTOMER, F_CUSTOMER_ADDRESS, N_("Address")},
        {SUBJECT_EQUIPMENT, F_EQUIPMENT_MODEL, N_("Model")},
        {SUBJECT_EQUIPMENT, F_EQUIPMENT_SERIAL, N_("Serial")},
        {SUBJECT_EQUIPMENT, F_EQUIPMENT_NAME, N_("Equipment")},
        {SUBJECT_EQUIPMENT, F_EQUIPMENT_WARRANTY_UNTIL, N_("Warranty")},
        {SUBJECT_JOB, F_JOB_APPOINTMENT, N_("Appointment")},
        {SUBJECT_JOB, F_JOB_CONTACT, N_("Contact")},
        {SUBJECT_JOB, F_JOB_PHONE, N_("Phone")},
        {SUBJECT_JOB, F_JOB_FAULT_TOLD, N_("Fault as told")},
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        if ((rows[k].type == t || rows[k].type == 0) && rows[k].field == field) {
            return _(rows[k].words);
        }
    }
    return _("Other field");
}

void shared_histories(struct ui *u, const struct job_model *j)
{
    if (j->two_histories) {
        ui_banner(
            u, "two-histories", UI_TONE_SOON,
            _("Two histories: a copy of a handheld wrote under the same numbers. Everything of "
              "both is kept, and headquarters knows."));
    }
}
