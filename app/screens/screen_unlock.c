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

/* On a shared device: whose store. */
static void who(struct app *a, struct ui *u, struct pin *s)
{
    unsigned n, at;
    const struct app_seat *seats = app_seats(a, &n, &at);
    const char *names[APP_SEATS_MAX];
    int chosen = (int)at;
    for (unsigned k = 0; k < n; k++) {
        names[k] = seats[k].name[0] != '\0' ? shared_fmt(a, "%s", seats[k].name)
                                            : shared_fmt(a, _("Technician %u"), seats[k].number);
    }
    if (n > 1 && ui_choice(u, "who", _("Who are you?"), names, (int)n, &chosen)) {
        pin_enter(a, s);                                   /* what was typed is of somebody else */
        IGNORE(!app_seat_choose(a, seats[chosen].number)); /* busy: tapped again */
    }
}

/* What helps when the PIN does not. */
static void ways(struct app *a, struct ui *u)
{
    id16 none = {{0}};
    pin_letters(a, u);
    if (ui_button(u, "forgot", _("Forgot PIN"), UI_LINK)) {
        app_go(a, SCREEN_FORGOT, none);
    }
    if (ui_button(u, "another", _("Another technician"), UI_LINK)) {
        IGNORE(!app_seat_new(a)); /* as many as there is room for */
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
    if (!app_keys_safe(a)) {
        ui_banner(u, "unlocked-memory", UI_TONE_SOON,
                  _("This system may write keys to its swap file. Tell whoever looks after it."));
    }
    who(a, u, s);
    bool given = pin_ask(a, u, s, _("PIN"));
    if (!busy) {
        ways(a, u);
    }
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
