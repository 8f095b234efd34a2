/* screen_hand_back.c - the customer is done: the technician's PIN takes the device back. */
#include <string.h>

#include "app/screens/job_parts.h"

struct hand_back {
    char pin[CAP_PIN_MAX + 1];
    unsigned seen;
    bool focused; /* a hardware keyboard types at once */
    bool asked;
};

SCREEN_ENTER(hand_back)
{
    struct hand_back *s = app_screen_data(a, SCREEN_HAND_BACK, sizeof *s);
    if (s != NULL) {
        memset(s, 0, sizeof *s);
        s->seen = app_result(a)->serial;
    }
}

SCREEN(hand_back)
{
    struct hand_back *s = app_screen_data(a, SCREEN_HAND_BACK, sizeof *s);
    bool busy = app_busy(a) != APP_IDLE;
    struct ui_screen sc = {.id = "hand-back",
                           .title = _("Thank you"),
                           .primary = busy ? _("Unlocking…") : _("Unlock"),
                           .primary_id = "unlock",
                           .primary_off = busy};
    unsigned hit = ui_screen_begin(u, &sc);
    if (s == NULL) {
        ui_screen_end(u);
        return;
    }
    const struct job_model *j = app_job(a);
    const struct signature_state *sig = j == NULL ? NULL : job_signature(j);
    bool recorded = sig != NULL && sig->stands;
    ui_banner(u, "saved", recorded ? UI_TONE_DONE : UI_TONE_INFO,
              recorded ? _("Saved. Please hand the device back to the technician.")
                       : _("Please hand the device back to the technician. Nothing was recorded."));
    shared_error(a, u, APP_UNLOCKING, s->seen);
    struct ui_field f = {.id = "pin",
                         .label = _("PIN of the technician"),
                         .text = s->pin,
                         .cap = sizeof s->pin,
                         .flags = UI_FIELD_SECRET | UI_FIELD_NUMERIC};
    if (!s->focused) {
        s->focused = true;
        ui_focus(u, "pin");
    }
    unsigned r = ui_field(u, &f);
    ui_screen_end(u);
    if (((hit & UI_HIT_PRIMARY) != 0 || (r & UI_FIELD_SUBMIT) != 0) && !busy && s->pin[0] != '\0') {
        s->seen = app_result(a)->serial;
        s->asked = app_hand_back(a, s->pin);
        memset(s->pin, 0, sizeof s->pin);
    } else if (s->asked && !busy && app_result(a)->serial != s->seen) {
        s->asked = false;
        if (app_result(a)->st == ST_OK && j != NULL) {
            id16 subject = j->subject;
            app_go(a, SCREEN_JOB, subject);
            if (recorded) {
                app_go(a, SCREEN_COPY, subject);
            }
        }
    }
}
