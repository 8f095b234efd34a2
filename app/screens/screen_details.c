/* screen_details.c - what a technician may put right on a job: whom to ask for, the number, a note.
 *
 * Each changed field is one write that names what was seen, so that two people's changes meet as a
 * conflict and not as a loss. */
#include <stdio.h>
#include <string.h>

#include "app/screens/form.h"
#include "core/base/utf8.h"

#define DETAILS_VERSION 1
#define DETAILS 3
static const int fields[DETAILS] = {F_JOB_CONTACT, F_JOB_PHONE, F_NOTE};
static const char *const ids[DETAILS] = {"contact", "phone", "note"};

struct details {
    char text[DETAILS][FORM_WORDS];
    char was[DETAILS][FORM_WORDS];
};
struct details_screen {
    struct details form;
    bool moved[DETAILS]; /* somebody wrote meanwhile: said, and only a second Save goes beyond it */
    bool empty[DETAILS]; /* emptied: a value is replaced by another one, never by nothing */
    unsigned seen;
};
_Static_assert(sizeof(struct details_screen) <= CAP_SCREEN_BYTES, "fits a screen's block");

static void put(char *to, str s)
{
    size_t n = s.n < FORM_WORDS - 1 ? s.n : FORM_WORDS - 1;
    while (n < s.n && n > 0 && ((unsigned char)s.p[n] & 0xC0U) == 0x80U) {
        n--;
    }
    if (n > 0) {
        memcpy(to, s.p, n);
    }
    to[n] = '\0';
}

SCREEN_ENTER(details)
{
    struct details_screen *s = app_screen_data(a, SCREEN_DETAILS, sizeof *s);
    const struct job_model *j = app_job(a);
    if (s == NULL || j == NULL) {
        return;
    }
    s->seen = app_result(a)->serial;
    if (!form_load(a, "details", DETAILS_VERSION, &s->form, sizeof s->form)) {
        put(s->form.was[0], j->contact);
        put(s->form.was[1], j->contact_phone);
        put(s->form.was[2], j->note);
        memcpy(s->form.text, s->form.was, sizeof s->form.text);
    }
}

/* What stands now where it is not what stood when the form came up. */
static const char *meanwhile(struct app *a, struct details_screen *s, const struct job_model *j,
                             int k, char *now)
{
    put(now, k == 0 ? j->contact : k == 1 ? j->contact_phone : j->note);
    return strcmp(now, s->form.was[k]) == 0 ? NULL : shared_z(a, str_c(now));
}

/* Not a word is lost on either side: what is typed stays, what came is shown, and saving names it
 * as seen only after it was. */
static bool overtaken(struct app *a, struct ui *u, struct details_screen *s,
                      const struct job_model *j)
{
    bool any = false;
    char now[FORM_WORDS];
    for (int k = 0; k < DETAILS; k++) {
        if (meanwhile(a, s, j, k, now) == NULL) {
            continue;
        }
        bool typed = strcmp(s->form.text[k], s->form.was[k]) != 0;
        memcpy(s->form.was[k], now, sizeof now);
        if (!typed) {
            memcpy(s->form.text[k], now, sizeof now);
        } else if (strcmp(s->form.text[k], now) != 0) {
            s->moved[k] = true;
            if (!any) {
                ui_reveal(u, ids[k]);
            }
            any = true;
        }
    }
    return any;
}

static void save(struct app *a, struct ui *u, struct details_screen *s, const struct job_model *j)
{
    struct record_write w[DETAILS];
    struct intent_att atts[DETAILS];
    size_t n = 0;
    unsigned natt = 0;
    if (overtaken(a, u, s, j)) {
        return;
    }
    memset(w, 0, sizeof w);
    for (int k = 0; k < DETAILS; k++) {
        if (strcmp(s->form.text[k], s->form.was[k]) == 0) {
            continue;
        }
        str clean;
        s->empty[k] =
            utf8_clean(app_frame(a), str_c(s->form.text[k]), &clean) != ST_OK || clean.n == 0;
        if (s->empty[k]) {
            ui_reveal(u, ids[k]);
            return;
        }
        w[n].field = fields[k];
        w[n].type = FT_TEXT;
        w[n].i = (int64_t)natt;
        atts[natt].type = ATT_TEXT;
        atts[natt].content = str_bytes(clean);
        natt++;
        n++;
    }
    s->seen = app_result(a)->serial;
    if (n == 0) {
        form_drop(a, "details");
        app_back(a);
        return;
    }
    IGNORE(!app_record(a, SUBJECT_JOB, j->subject, &j->job, w, n, atts, natt, "details",
                       SCREEN_JOB)); /* busy: the button is off then */
}

SCREEN(details)
{
    struct details_screen *s = app_screen_data(a, SCREEN_DETAILS, sizeof *s);
    const struct job_model *j = app_job(a);
    bool busy = app_busy(a) != APP_IDLE;
    const char *const labels[DETAILS] = {_("Contact"), _("Phone"), _("Note")};
    struct ui_screen sc = {.id = "details",
                           .title = _("Correct details"),
                           .back = true,
                           .primary = form_busy(a, _("Save")),
                           .primary_id = "save",
                           .primary_off = busy || j == NULL || s == NULL};
    unsigned hit = ui_screen_begin(u, &sc);
    if (s == NULL || j == NULL) {
        ui_empty(u, UI_ICON_WARNING, _("This job cannot be shown"), NULL, NULL);
        ui_screen_end(u);
        if ((hit & UI_HIT_BACK) != 0) {
            app_back(a);
        }
        return;
    }
    shared_error(a, u, APP_SAVING, s->seen);
    bool changed = false;
    for (int k = 0; k < DETAILS; k++) {
        struct ui_field f = {.id = ids[k],
                             .label = labels[k],
                             .text = s->form.text[k],
                             .cap = sizeof s->form.text[k],
                             .flags = k == 2 ? UI_FIELD_MULTI : 0,
                             .error = s->empty[k] && s->form.text[k][0] == '\0'
                                          ? _("Write what is right instead of it.")
                                      : s->moved[k]
                                          ? shared_fmt(a,
                                                       _("Headquarters wrote meanwhile: %s. Save "
                                                         "again to put yours in its place."),
                                                       s->form.was[k])
                                          : NULL};
        changed = (ui_field(u, &f) & UI_FIELD_CHANGED) != 0 || changed;
    }
    if (changed) {
        form_keep(a, "details", DETAILS_VERSION, &s->form, sizeof s->form);
    }
    ui_screen_end(u);
    if ((hit & UI_HIT_PRIMARY) != 0 && !busy) {
        save(a, u, s, j);
    } else if ((hit & UI_HIT_BACK) != 0) {
        app_back(a);
    }
}
