/* screen_forgot.c - a forgotten PIN: headquarters reads a code out, this device takes it and a new
 * PIN, over the network or by one file that is carried there and back. What was not sent stays. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/screens/pin.h"

struct forgot {
    char code[40];
    struct pin_new fresh;
    char file[200];
    bool code_short, by_file, asked;
    unsigned seen, told; /* results: before the last try; whose failure was brought into view */
};

SCREEN_ENTER(forgot)
{
    struct forgot *s = app_screen_data(a, SCREEN_FORGOT, sizeof *s);
    if (s != NULL) {
        memset(s->code, 0, sizeof s->code);
        pin_new_wipe(&s->fresh);
        s->code_short = s->by_file = s->asked = false;
        s->seen = s->told = app_result(a)->serial;
    }
}

static bool code_good(struct ui *u, struct forgot *s)
{
    s->code_short = shared_code_letters(s->code) != 16;
    if (s->code_short) {
        ui_reveal(u, "code");
    }
    return !s->code_short;
}

/* One file goes to and fro: headquarters writes it with the code, here it becomes the request, and
 * there the answer. */
static void by_file(struct app *a, struct ui *u, struct forgot *s)
{
    if (s->file[0] == '\0') {
        const char *home = getenv("HOME");
        snprintf(s->file, sizeof s->file, "%s/recover.docket", home == NULL ? "/tmp" : home);
    }
    ui_text(u, UI_BODY_MUTED,
            _("Headquarters writes a file with the code. Write the request into it, carry it back, "
              "and read the answer with the new PIN."));
    struct ui_field f = {.id = "file", .label = _("File"), .text = s->file, .cap = sizeof s->file};
    ui_field(u, &f);
    unsigned off = app_busy(a) == APP_IDLE ? 0 : UI_OFF;
    if (ui_button(u, "write-file", _("Write the request"), UI_SECONDARY | off) && code_good(u, s)) {
        s->seen = app_result(a)->serial;
        s->asked = app_recover_file(a, s->code, s->file, NULL);
    }
    if (s->asked && app_busy(a) == APP_IDLE && app_result(a)->serial != s->seen &&
        app_result(a)->st == ST_OK) {
        ui_banner(u, "asked", UI_TONE_DONE,
                  _("The request is written. Carry the file to headquarters."));
    }
}

static void by_network(struct app *a, struct ui *u)
{
    struct app_settings *set = app_settings(a);
    struct ui_field address = {.id = "address",
                               .label = _("Address of headquarters"),
                               .hint = "http://…",
                               .text = set->address,
                               .cap = sizeof set->address};
    ui_field(u, &address);
}

static void ask(struct app *a, struct ui *u, struct forgot *s)
{
    const char *id = app_store_id(a);
    const struct app_result *r = app_result(a);
    shared_error(a, u, APP_JOINING, s->seen);
    if (r->what == APP_JOINING && r->st != ST_OK && r->serial != s->seen && r->serial != s->told) {
        s->told = r->serial;
        ui_reveal(u, "error"); /* it stands at the top, the button that led to it at the end */
    }
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
    if (s->by_file) {
        by_file(a, u, s);
    } else {
        by_network(a, u);
    }
    if (ui_button(u, "by-file", s->by_file ? _("Over the network") : _("By file"), UI_LINK)) {
        s->by_file = !s->by_file;
    }
}

static void send(struct app *a, struct ui *u, struct forgot *s)
{
    if (!code_good(u, s) || !pin_new_good(u, &s->fresh)) {
        return;
    }
    s->seen = app_result(a)->serial;
    s->asked = false;
    bool sent;
    if (s->by_file) {
        sent = app_recover_file(a, s->code, s->file, s->fresh.one);
    } else {
        IGNORE(!app_settings_save(a)); /* typed again on the Sync screen if it was not kept */
        sent = app_recover(a, s->code, app_settings(a)->address, s->fresh.one);
    }
    if (sent) {
        pin_new_wipe(&s->fresh);
    }
}

SCREEN(forgot)
{
    struct forgot *s = app_screen_data(a, SCREEN_FORGOT, sizeof *s);
    bool busy = app_busy(a) != APP_IDLE;
    struct ui_screen sc = {
        .id = "forgot", .title = _("Forgot PIN"), .back = !busy, .primary_off = busy};
    bool file = s != NULL && s->by_file;
    sc.primary = busy && file ? _("Working…")
                 : busy       ? _("Asking headquarters…")
                 : file       ? _("Read the answer")
                              : _("Set the new PIN");
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
