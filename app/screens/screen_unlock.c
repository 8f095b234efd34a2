/* screen_unlock.c - the PIN opens the store on this device; works with no network. */
#include <string.h>

#include "app/screens/pin.h"

SCREEN_ENTER(unlock)
{
    struct pin *s = app_screen_data(a, SCREEN_UNLOCK, sizeof *s);
    if (s != NULL) {
        pin_enter(a, s);
    }
}

SCREEN(unlock)
{
    struct pin *s = app_screen_data(a, SCREEN_UNLOCK, sizeof *s);
    bool busy = app_busy(a) != APP_IDLE, zh = strcmp(app_settings(a)->lang, "zh") == 0;
    struct ui_screen sc = {.id = "unlock",
                           .title = "Docket",
                           .primary = busy ? _("Unlocking…") : _("Unlock"),
                           .primary_off = busy,
                           .action = zh ? "English" : "中文"};
    unsigned hit = ui_screen_begin(u, &sc);
    if (s == NULL) {
        ui_screen_end(u);
        return;
    }
    if (app_result(a)->what == APP_LOCKING) {
        shared_error(a, u, APP_LOCKING, s->seen);
    }
    ui_text(u, UI_BODY_MUTED, _("Your work is on this device, locked with your PIN."));
    if (app_upgrading(a)) {
        ui_text(u, UI_BODY_MUTED, _("An older version kept this work. It is brought up to date…"));
    }
    bool given = pin_ask(a, u, s, _("PIN"));
    ui_screen_end(u);
    if (((hit & UI_HIT_PRIMARY) != 0 || given) && !busy && s->text[0] != '\0') {
        s->seen = app_result(a)->serial;
        if (app_unlock(a, s->text)) {
            pin_sent(s);
        }
    } else {
        IGNORE(!pin_came(a, s)); /* the right one leads on by itself */
    }
    if ((hit & UI_HIT_ACTION) != 0) {
        memcpy(app_settings(a)->lang, zh ? "en" : "zh", 3);
        IGNORE(!app_settings_save(a)); /* holds for this run at least */
    }
}
