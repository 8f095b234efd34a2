/* screen_settings.c - language, text size, theme, hand, lock; and who this device is. */
#include <stdio.h>
#include <string.h>

#include "app/screens/screens.h"

static const int sizes[] = {100, 125, 150, 175, 200};
#define SIZES ((int)(sizeof sizes / sizeof sizes[0]))

static void keep(struct app *a, struct ui *u)
{
    if (!app_settings_save(a)) {
        ui_toast(u, UI_TONE_LATE,
                 _("The setting holds until the app is closed; it could not be kept."));
    }
}

static int size_index(int percent)
{
    int best = 0;
    for (int k = 0; k < SIZES; k++) {
        if (sizes[k] <= percent) {
            best = k;
        }
    }
    return best;
}

static void language(struct app *a, struct ui *u)
{
    const char *const names[] = {"中文", "English"};
    int chosen = strcmp(app_settings(a)->lang, "zh") == 0 ? 0 : 1;
    if (ui_choice(u, "language", _("Language"), names, 2, &chosen)) {
        snprintf(app_settings(a)->lang, sizeof app_settings(a)->lang, "%s",
                 chosen == 0 ? "zh" : "en");
        keep(a, u);
    }
}

static void look(struct app *a, struct ui *u)
{
    struct app_settings *s = app_settings(a);
    const char *names[SIZES];
    for (int k = 0; k < SIZES; k++) {
        names[k] = shared_fmt(a, "%d%%", sizes[k]);
    }
    int size = size_index(s->scale_percent);
    if (ui_choice(u, "size", _("Text size"), names, SIZES, &size)) {
        s->scale_percent = sizes[size];
        keep(a, u);
    }
    const char *const themes[UI_THEMES] = {_("Light"), _("Dark"), _("Sunlight")};
    if (ui_choice(u, "theme", _("Theme"), themes, UI_THEMES, &s->theme)) {
        keep(a, u);
    }
    const char *const hands[] = {_("Right hand"), _("Left hand")};
    int hand = s->left_hand ? 1 : 0;
    if (ui_choice(u, "hand", _("Hand"), hands, 2, &hand)) {
        s->left_hand = hand == 1;
        keep(a, u);
    }
}

static void locking(struct app *a, struct ui *u)
{
    static const int minutes[] = {5, 15, 30, 60};
    struct app_settings *s = app_settings(a);
    const char *names[4];
    int chosen = -1;
    for (int k = 0; k < 4; k++) {
        names[k] = shared_fmt(a, _("%d min"), minutes[k]);
        chosen = s->lock_minutes == minutes[k] ? k : chosen;
    }
    if (ui_choice(u, "lock-after", _("Locks when not touched for"), names, 4, &chosen)) {
        s->lock_minutes = minutes[chosen];
        keep(a, u);
    }
}

SCREEN(settings)
{
    struct ui_screen sc = {.id = "settings", .title = _("Settings"), .back = true};
    unsigned hit = ui_screen_begin(u, &sc);
    shared_error(a, u, APP_LOCKING, 0);
    language(a, u);
    look(a, u);
    locking(a, u);
    ui_section(u, _("This device"));
    ui_card_begin(u, NULL, NULL, NULL);
    ui_pair(u, _("Company"), shared_z(a, app_company(a)));
    ui_pair(u, _("Technician"), shared_z(a, app_technician_name(a)));
    ui_pair(u, _("Catalogue"), shared_fmt(a, "%llu", (unsigned long long)app_catalogue(a)->number));
    ui_pair(u, _("Version"), DOCKET_VERSION);
    ui_pair_tone(u, _("Keys in memory"),
                 app_keys_safe(a) ? _("kept out of the swap file")
                                  : _("may be written to the swap file"),
                 UI_BODY, app_keys_safe(a) ? UI_TONE_PLAIN : UI_TONE_SOON);
    ui_card_end(u);
    ui_spacer(u, 8);
    ui_text(u, UI_SMALL_MUTED, _("Locking loses nothing. Unsent work stays on the device."));
    bool lock = ui_button_icon(u, "lock", _("Lock now"), UI_ICON_LOCK,
                               UI_SECONDARY | (app_busy(a) == APP_IDLE ? 0 : UI_OFF));
    bool change = ui_button(u, "change-pin", _("Change PIN"), UI_SECONDARY);
    ui_screen_end(u);
    if (change) {
        id16 none = {{0}};
        app_go(a, SCREEN_PIN, none);
    } else if (lock) {
        IGNORE(!app_lock(a)); /* it is said above */
    } else if ((hit & UI_HIT_BACK) != 0) {
        app_back(a);
    }
}
