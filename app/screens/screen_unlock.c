/* screen_unlock.c - the PIN opens the store on this device; works with no network. */
#include <string.h>

#include "app/screens/screens.h"

struct unlock {
    char pin[CAP_PIN_MAX + 1];
    unsigned seen;
    bool focused; /* a hardware keyboard types at once */
};

SCREEN_ENTER(unlock)
{
    struct unlock *s = app_screen_data(a, SCREEN_UNLOCK, sizeof *s);
    if (s != NULL) {
        memset(s, 0, sizeof *s);
        s->seen = app_result(a)->serial;
    }
}

SCREEN(unlock)
{
    struct unlock *s = app_screen_data(a, SCREEN_UNLOCK, sizeof *s);
    bool busy = app_busy(a) != APP_IDLE;
    struct ui_screen sc = {.id = "unlock",
                           .title = "Docket",
                           .primary = busy ? _("Unlocking…") : _("Unlock"),
                           .primary_off = busy,
                           .action = strcmp(app_settings(a)->lang, "zh") == 0 ? "English" : "中文"};
    unsigned hit = ui_screen_begin(u, &sc);
    if (s == NULL) {
        ui_screen_end(u);
        return;
    }
    shared_error(a, u, APP_UNLOCKING, s->seen);
    ui_text(u, UI_BODY_MUTED, _("Your work is on this device, locked with your PIN."));
    struct ui_field f = {.id = "pin",
                         .label = _("PIN"),
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
        if (app_unlock(a, s->pin)) {
            memset(s->pin, 0, sizeof s->pin);
        }
    }
    if ((hit & UI_HIT_ACTION) != 0) {
        memcpy(app_settings(a)->lang, strcmp(app_settings(a)->lang, "zh") == 0 ? "en" : "zh", 3);
        IGNORE(!app_settings_save(a)); /* holds for this run at least */
    }
}
