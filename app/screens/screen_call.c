/* screen_call.c - the call before a visit: the number, the symptom as asked, the time agreed. */
#include "app/screens/day_form.h"
#include "core/base/utf8.h"

enum { VERSION = 1 };
struct form {
    int day; /* from today on */
    char time[8], symptom[FORM_WORDS];
};
struct call {
    struct form d;
    bool bad_time, nothing, sent;
    unsigned seen;
};

SCREEN_ENTER(call)
{
    struct call *s = app_screen_data(a, SCREEN_CALL, sizeof *s);
    if (s != NULL) {
        memset(s, 0, sizeof *s);
        s->seen = app_result(a)->serial;
        IGNORE(!form_load(a, "call", VERSION, &s->d, sizeof s->d)); /* a new one */
    }
}

static void save(struct app *a, struct ui *u, struct call *s, const struct job_model *j)
{
    struct record_write w[2];
    struct intent_att att = {.type = ATT_TEXT};
    str clean = {NULL, 0};
    size_t n = 0;
    int min = 0;
    memset(w, 0, sizeof w);
    s->bad_time = s->d.time[0] != '\0' && !day_form_clock(s->d.time, &min);
    bool words = utf8_clean(app_frame(a), str_c(s->d.symptom), &clean) == ST_OK && clean.n > 0;
    s->nothing = s->d.time[0] == '\0' && !words;
    if (s->bad_time || s->nothing) {
        ui_reveal(u, s->bad_time ? "time" : "nothing");
        return;
    }
    if (s->d.time[0] != '\0') {
        int64_t day = app_midnight(a, app_now_ms(a)) + (int64_t)s->d.day * DAY_MINUTES * 60000LL;
        w[n++] = (struct record_write){
            .field = F_JOB_APPOINTMENT, .type = FT_TIME, .i = day + (int64_t)min * 60000};
    }
    if (words) {
        w[n++] = (struct record_write){.field = F_NOTE, .type = FT_TEXT, .i = 0};
        att.content = str_bytes(clean);
    }
    s->seen = app_result(a)->serial;
    s->sent =
        app_record(a, SUBJECT_JOB, j->subject, &j->job, w, n, &att, words ? 1 : 0, "call", SCREENS);
}

/* Saved: back to the list, with nothing of it left over. */
static bool settled(struct app *a, struct call *s)
{
    const struct app_result *r = app_result(a);
    if (!s->sent || app_busy(a) != APP_IDLE || r->serial == s->seen) {
        return false;
    }
    s->sent = false;
    if (r->st == ST_OK) {
        memset(&s->d, 0, sizeof s->d);
        app_back(a);
        return true;
    }
    return false;
}

static void facts(struct app *a, struct ui *u, const struct job_model *j)
{
    str phone = j->contact_phone.n > 0 ? j->contact_phone : j->customer_phone;
    const struct field_value *at = fold_shown(&j->job, F_JOB_APPOINTMENT);
    ui_card_begin(u, NULL, NULL, NULL);
    ui_pair_tone(u, _("Phone"), phone.n > 0 ? shared_z(a, phone) : _("none on file"), UI_HEADING,
                 UI_TONE_PLAIN);
    ui_pair(u, _("Contact"),
            j->contact.n > 0 ? shared_z(a, j->contact) : shared_z(a, j->customer_name));
    if (j->customer_address.n > 0) {
        ui_pair(u, _("Address"), shared_z(a, j->customer_address));
    }
    if (j->fault_told.n > 0) {
        ui_pair(u, _("Fault as told"), shared_z(a, j->fault_told));
    }
    if (j->note.n > 0) {
        ui_pair(u, _("Note"), shared_z(a, j->note));
    }
    if (at != NULL && at->i > 0) {
        ui_pair(u, _("Agreed"), app_time(a, at->i, true));
    }
    ui_card_end(u);
}

SCREEN(call)
{
    struct call *s = app_screen_data(a, SCREEN_CALL, sizeof *s);
    const struct job_model *j = app_job(a);
    bool busy = app_busy(a) != APP_IDLE;
    bool gone = s != NULL && settled(a, s);
    struct ui_screen sc = {.id = "call",
                           .title = _("Call the customer"),
                           .back = true,
                           .above = j == NULL ? NULL : shared_z(a, j->customer_name),
                           .primary = form_busy(a, _("Save")),
                           .primary_id = "save",
                           .primary_off = busy || j == NULL || s == NULL || gone};
    unsigned hit = ui_screen_begin(u, &sc);
    if (s == NULL || j == NULL || gone) {
        ui_screen_end(u);
        if ((hit & UI_HIT_BACK) != 0 && !gone) {
            app_back(a);
        }
        return;
    }
    shared_error(a, u, APP_SAVING, s->seen);
    facts(a, u, j);
    if (s->nothing) {
        ui_banner(u, "nothing", UI_TONE_LATE, _("Enter the time agreed, or what was said."));
    }
    const char *const days[] = {_("Today"), _("Tomorrow"), _("In two days")};
    ui_choice(u, "day", _("Time agreed"), days, 3, &s->d.day);
    struct ui_field at = {.id = "time",
                          .label = _("At"),
                          .hint = _("like 930"),
                          .text = s->d.time,
                          .cap = sizeof s->d.time,
                          .flags = UI_FIELD_NUMERIC};
    form_field(u, &at, &s->bad_time, _("A time is like 930 or 1530."));
    struct ui_field what = {.id = "symptom",
                            .label = _("Symptom, as asked"),
                            .text = s->d.symptom,
                            .cap = sizeof s->d.symptom,
                            .flags = UI_FIELD_MULTI};
    ui_field(u, &what);
    ui_screen_end(u);
    if (!s->sent) {
        form_keep(a, "call", VERSION, &s->d, sizeof s->d);
    }
    if ((hit & UI_HIT_PRIMARY) != 0 && !busy) {
        save(a, u, s, j);
    } else if ((hit & UI_HIT_BACK) != 0) {
        app_back(a);
    }
}
