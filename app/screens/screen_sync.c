/* screen_sync.c - what is here and not yet at headquarters, and how to get it there. */
#include "app/screens/screens.h"

struct sync_screen {
    struct by_file file;
    unsigned seen;
};

static void counts(struct app *a, struct ui *u, const struct sync_state *s)
{
    ui_card_begin(u, NULL, NULL, NULL);
    ui_pair_tone(u, _("Not yet at headquarters"),
                 shared_fmt(a, "%llu", (unsigned long long)s->unsent), UI_HEADING,
                 s->unsent == 0 ? UI_TONE_DONE : UI_TONE_SOON);
    ui_pair(u, _("Last receipt"),
            s->last_receipt_ms == 0 ? _("never") : app_time(a, s->last_receipt_ms, true));
    if (s->last_try_ms != 0) {
        ui_pair(u, _("Last try"), app_time(a, s->last_try_ms, true));
    }
    if (s->missing_attachments > 0) {
        ui_pair(u, _("Still to be fetched"), shared_fmt(a, "%u", s->missing_attachments));
    }
    if (s->missing_entries > 0) {
        /* TRANSLATORS: own records that damage took from this device; headquarters has them. */
        ui_pair_tone(u, _("Lost here to damage, coming back"),
                     shared_fmt(a, "%u", s->missing_entries), UI_BODY, UI_TONE_LATE);
    }
    if (s->quarantined > 0) {
        ui_pair_tone(u, _("Set aside, could not be read"), shared_fmt(a, "%u", s->quarantined),
                     UI_BODY, UI_TONE_LATE);
    }
    ui_card_end(u);
    if (s->unsent == 0 && s->last_receipt_ms != 0) {
        ui_status(u, NULL, UI_PLACE_HQ, _("All that was recorded here is at headquarters."));
    } else if (s->unsent > 0) {
        ui_status(u, NULL, UI_PLACE_HERE,
                  _("It is saved on this device and is sent with the next sync."));
    }
}

static void address(struct app *a, struct ui *u)
{
    struct app_settings *set = app_settings(a);
    struct ui_field f = {.id = "address",
                         .label = _("Address of headquarters"),
                         .hint = "http://…",
                         .text = set->address,
                         .cap = sizeof set->address};
    if ((ui_field(u, &f) & UI_FIELD_CHANGED) != 0) {
        app_address(a, set->address);
        if (!app_settings_save(a)) {
            ui_toast(u, UI_TONE_LATE,
                     _("The setting holds until the app is closed; it could not be kept."));
        }
    }
}

static void by_file(struct app *a, struct ui *u, struct sync_screen *s)
{
    const struct by_file_words w = {
        .show = _("Sync by file"),
        .hide = _("Hide sync by file"),
        .about = _("Write a sealed file, carry it to headquarters, and read the answer back. "
                   "Nobody on the way can read or change it."),
        .write = _("Write"),
        .read = _("Read answer"),
        .name = "day.docket"};
    shared_by_file(a, u, &s->file, &w, &s->seen);
    if (s->file.written && app_busy(a) == APP_IDLE && app_result(a)->serial != s->seen &&
        app_result(a)->st == ST_OK) {
        ui_banner(u, "written", UI_TONE_DONE,
                  _("Written. It stays here until headquarters has answered."));
    }
}

SCREEN(sync)
{
    struct sync_screen *s = app_screen_data(a, SCREEN_SYNC, sizeof *s);
    struct sync_state st;
    app_sync_state(a, &st);
    bool busy = app_busy(a) != APP_IDLE || st.running;
    bool reachable = app_settings(a)->address[0] != '\0';
    struct ui_screen sc = {.id = "sync-page",
                           .title = _("Sync"),
                           .back = true,
                           .above = reachable ? NULL : _("Enter the address, or sync by file."),
                           .primary = busy ? _("Syncing…") : _("Sync now"),
                           .primary_id = "sync-now",
                           .primary_off = busy || !reachable};
    unsigned hit = ui_screen_begin(u, &sc);
    if (s == NULL) {
        ui_screen_end(u);
        return;
    }
    shared_error(a, u, APP_SYNCING, s->seen);
    if (st.running) {
        ui_progress(u, "progress", _("Entries sent"), st.done, st.total, NULL);
    }
    counts(a, u, &st);
    if (st.conflicts > 0) {
        struct ui_row row = {.id = "conflicts",
                             .icon = UI_ICON_WARNING,
                             .chevron = true,
                             .title = shared_fmt(a,
                                                 ngettext("%u conflict to look at",
                                                          "%u conflicts to look at", st.conflicts),
                                                 st.conflicts)};
        if (ui_row(u, &row)) {
            id16 none = {{0}};
            app_go(a, SCREEN_CONFLICTS, none);
        }
    }
    address(a, u);
    by_file(a, u, s);
    ui_screen_end(u);
    if ((hit & UI_HIT_PRIMARY) != 0 && !busy) {
        s->seen = app_result(a)->serial;
        s->file.written = false;
        IGNORE(!app_sync_now(a)); /* busy: the button is off then */
    } else if ((hit & UI_HIT_BACK) != 0) {
        app_back(a);
    }
}
