/* screen_forgot.c - a forgotten PIN: headquarters reads a code out, this device takes it and a new
 * PIN. What was not sent stays. */
#include <stdio.h>
#include <string.h>

#include "app/screens/pin.h"

struct forgot {
    char code[40];
    struct pin_new fresh;
    bool code_short;
    unsigned seen;
};

SCREEN_ENTER(forgot)
{
    struct forgot *s = app_screen_data(a, SCREEN_FORGOT, sizeof *s);
    if (s != NULL) {
        memset(s->code, 0, sizeof s->code);
        pin_new_wipe(&s->fresh);
        s->code_short = false;
        s->seen = app_result(a)->serial;
    }
}

static void ask(struct app *a, struct ui *u, struct forgot *s)
{
    const char *id = app_store_id(a);
    shared_error(a, u, APP_JOINING, s->seen);
    ui_text(u, UI_BODY,
            _("Call headquarters and say which device this is. They give you a code. Nothing that "
              "you recorded is lost."));
    ui_card_begin(u, NULL, NULL, NULL);
    ui_pair(u, _("This device"),
            id[0] == '\0' ? _("unknown to headquarters")
                          : shared_fmt(a, "%.4s %.4s %.4s %.4s", id, id + 4, id + 8, id + 12));
    ui_card_end(u);
    struct ui_field code = {.id = "code",
                            .label = _("Code of headquarters"),
                            .hint = _("16 letters and digits"),
                            .text = s->code,
                            .cap = sizeof s->code,
                            .flags = UI_FIELD_UPPER | UI_FIELD_SCAN,
                            .error =
                                s->code_short ? _("The code has 16 letters and digits.") : NULL};
    if ((ui_field(u, &code) & UI_FIELD_CHANGED) != 0) {
        s->code_short = false;
    }
    struct app_settings *set = app_settings(a);
    struct ui_field address = {.id = "address",
                               .label = _("Address of headquarters"),
                               .hint = "http://…",
                               .text = set->address,
                               .cap = sizeof set->address};
    ui_field(u, &address);
}

static void send(struct app *a, struct ui *u, struct forgot *s)
{
    s->code_short = shared_code_letters(s->code) != 16;
    if (s->code_short) {
        ui_reveal(u, "code");
        return;
    }
    if (pin_new_good(u, &s->fresh)) {
        s->seen = app_result(a)->serial;
        IGNORE(!app_settings_save(a)); /* typed again on the Sync screen if it was not kept */
        if (app_recover(a, s->code, app_settings(a)->address, s->fresh.one)) {
            pin_new_wipe(&s->fresh);
        }
    }
}

SCREEN(forgot)
{
    struct forgot *s = app_screen_data(a, SCREEN_FORGOT, sizeof *s);
    bool busy = app_busy(a) != APP_IDLE;
    struct ui_screen sc = {.id = "forgot",
                           .title = _("Forgot PIN"),
                           .back = !busy,
                           .primary = busy ? _("Asking headquarters…") : _("Set the new PIN"),
                           .primary_off = busy};
    unsigned hit = ui_screen_begin(u, &sc);
    if (s == NULL) {
        ui_screen_end(u);
        return;
    }
    ask(a, u, s);
    bool given = pin_new_ask(a, u, &s->fresh);
    ui_screen_end(u);
    if (((hit & UI_HIT_PRIMARY) != 0 || given) && !busy) {
        send(a, u, s);
    } else if ((hit & UI_HIT_BACK) != 0) {
        id16 none = {{0}};
        pin_new_wipe(&s->fresh);
        app_go(a, SCREEN_UNLOCK, none);
    }
}
