/* screen_hand_back.c - the customer is done: the technician's PIN takes the device back. */
#include "app/screens/job_parts.h"
#include "app/screens/pin.h"
#include "app/screens/sign.h"

SCREEN_ENTER(hand_back)
{
    struct pin *s = app_screen_data(a, SCREEN_HAND_BACK, sizeof *s);
    if (s != NULL) {
        pin_enter(a, s);
    }
}

SCREEN(hand_back)
{
    struct pin *s = app_screen_data(a, SCREEN_HAND_BACK, sizeof *s);
    bool busy = app_busy(a) != APP_IDLE;
    char keep[3];
    form_lang(a, sign_speaks(a), keep); /* the customer holds the device still */
    struct ui_screen sc = {.id = "hand-back",
                           .title = _("Thank you"),
                           .primary = busy ? _("Unlocking…") : _("Unlock"),
                           .primary_id = "unlock",
                           .primary_off = busy};
    unsigned hit = ui_screen_begin(u, &sc);
    if (s == NULL) {
        ui_screen_end(u);
        form_lang_end(a, keep);
        return;
    }
    const struct job_model *j = app_job(a);
    const struct signature_state *sig = j == NULL ? NULL : job_signature(j);
    id16 first = {{0}};
    bool other = sign_done(a, &first); /* of another job, when this one was left out */
    bool recorded = other || (sig != NULL && sig->stands);
    ui_banner(u, "saved", recorded ? UI_TONE_DONE : UI_TONE_INFO,
              recorded ? _("Saved. Please hand the device back to the technician.")
                       : _("Please hand the device back to the technician. Nothing was recorded."));
    bool given = pin_ask(a, u, s, _("PIN of the technician"));
    ui_screen_end(u);
    form_lang_end(a, keep);
    if (((hit & UI_HIT_PRIMARY) != 0 || given) && !busy && s->text[0] != '\0') {
        s->seen = app_result(a)->serial;
        if (app_hand_back(a, s->text)) {
            pin_sent(s);
        }
    } else if (pin_came(a, s) && app_result(a)->st == ST_OK && j != NULL) {
        id16 subject = other ? first : j->subject;
        if (recorded) {
            sign_forget(a);
        }
        app_go(a, SCREEN_JOB, subject);
        if (recorded) {
            app_go(a, SCREEN_COPY, subject);
        }
    }
}
