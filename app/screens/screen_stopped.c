/* screen_stopped.c - headquarters has stopped this device: its keys are gone, and what it still
 * owes lies beside as one sealed parcel. */
#include "app/screens/screens.h"

struct stopped {
    struct by_file file;
    unsigned seen;
};

static void owes(struct app *a, struct ui *u, struct stopped *s)
{
    shared_error(a, u, APP_SYNCING, s->seen);
    ui_text(u, UI_BODY,
            _("Work that headquarters does not have yet lies here as one sealed parcel. Only "
              "headquarters can open it. It is kept until headquarters has all of it."));
    struct app_settings *set = app_settings(a);
    struct ui_field f = {.id = "address",
                         .label = _("Address of headquarters"),
                         .hint = "http://…",
                         .text = set->address,
                         .cap = sizeof set->address};
    if ((ui_field(u, &f) & UI_FIELD_CHANGED) != 0) {
        app_address(a, set->address);
    }
    const struct by_file_words w = {.show = _("By file"),
                                    .hide = _("Hide the way by file"),
                                    .write = _("Write the parcel"),
                                    .read = _("Read the answer"),
                                    .name = "parcel.docket"};
    shared_by_file(a, u, &s->file, &w, &s->seen);
}

SCREEN_ENTER(stopped)
{
    struct stopped *s = app_screen_data(a, SCREEN_STOPPED, sizeof *s);
    if (s != NULL) {
        s->seen = app_result(a)->serial + 1; /* what led here is said by the page itself */
    }
}

SCREEN(stopped)
{
    struct stopped *s = app_screen_data(a, SCREEN_STOPPED, sizeof *s);
    bool busy = app_busy(a) != APP_IDLE, owing = app_owes_parcel(a);
    struct ui_screen sc = {.id = "stopped",
                           .title = _("Device stopped"),
                           .primary = busy    ? _("Sending…")
                                      : owing ? _("Send the parcel")
                                              : _("Start anew"),
                           .primary_off = busy};
    unsigned hit = ui_screen_begin(u, &sc);
    if (s == NULL) {
        ui_screen_end(u);
        return;
    }
    ui_banner(
        u, "stopped", UI_TONE_LATE,
        _("Headquarters has stopped this device. Its keys are destroyed; nothing on it can be "
          "read any more."));
    if (owing) {
        owes(a, u, s);
    } else {
        ui_text(u, UI_BODY, _("Headquarters has all the work of this device."));
    }
    ui_screen_end(u);
    if ((hit & UI_HIT_PRIMARY) != 0 && !busy) {
        s->seen = app_result(a)->serial;
        bool done = owing ? app_sync_now(a) : app_start_anew(a);
        IGNORE(!done); /* busy: tapped again */
    }
}
