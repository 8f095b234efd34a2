/* screen_pin.c - another PIN: the old one, the new one twice. */
#include "app/screens/pin.h"

struct change {
    struct pin old;
    struct pin_new fresh;
};

SCREEN_ENTER(pin)
{
    struct change *s = app_screen_data(a, SCREEN_PIN, sizeof *s);
    if (s != NULL) {
        pin_enter(a, &s->old);
        pin_new_wipe(&s->fresh);
    }
}

SCREEN(pin)
{
    struct change *s = app_screen_data(a, SCREEN_PIN, sizeof *s);
    bool busy = app_busy(a) != APP_IDLE;
    struct ui_screen sc = {.id = "change-pin",
                           .title = _("Change PIN"),
                           .back = !busy,
                           .primary = busy ? _("Changing…") : _("Change PIN"),
                           .primary_off = busy};
    unsigned hit = ui_screen_begin(u, &sc);
    if (s == NULL) {
        ui_screen_end(u);
        return;
    }
    pin_ask(a, u, &s->old, _("PIN until now"));
    bool given = pin_new_ask(a, u, &s->fresh);
    ui_screen_end(u);
    if (((hit & UI_HIT_PRIMARY) != 0 || given) && !busy && s->old.text[0] != '\0' &&
        pin_new_good(u, &s->fresh)) {
        s->old.seen = app_result(a)->serial;
        if (app_change_pin(a, s->old.text, s->fresh.one)) {
            pin_sent(&s->old);
        }
    } else if (pin_came(a, &s->old) && app_result(a)->st == ST_OK) {
        pin_new_wipe(&s->fresh);
        ui_toast(u, UI_TONE_DONE, _("The new PIN holds from now on."));
        app_back(a);
    } else if ((hit & UI_HIT_BACK) != 0) {
        pin_new_wipe(&s->fresh);
        app_back(a);
    }
}
