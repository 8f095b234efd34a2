/* screen_first_start.c - language, join, PIN: three steps, each one question. */
#include <stdio.h>
#include <string.h>

#include "app/screens/pin.h"

struct first_start {
    int step; /* 0 language, 1 code and address, 2 PIN */
    char code[40], address[128];
    struct pin_new fresh;
    bool code_short, no_address;
    unsigned seen;
};

static void language(struct app *a, struct ui *u, struct first_start *s)
{
    unsigned others, at;
    app_seats(a, &others, &at);
    struct ui_screen sc = {.id = "first-language",
                           .title = "语言 Language",
                           .back = others > 0,
                           .steps = 3,
                           .step = 0};
    unsigned hit = ui_screen_begin(u, &sc);
    ui_text(u, UI_BODY, "请选择语言。 Choose your language.");
    const char *const names[] = {"中文", "English"};
    const char *const codes[] = {"zh", "en"};
    for (int k = 0; k < 2; k++) {
        struct ui_row row = {.id = codes[k], .title = names[k], .chevron = true};
        if (ui_row(u, &row)) {
            memcpy(app_settings(a)->lang, codes[k], 3);
            IGNORE(
                !app_settings_save(a)); /* asked again at the next start; nothing depends on it */
            s->step = 1;
        }
    }
    ui_screen_end(u);
    if ((hit & UI_HIT_BACK) != 0) {
        IGNORE(!app_seat_leave(a)); /* busy: tapped again */
    }
}

static void join(struct app *a, struct ui *u, struct first_start *s)
{
    (void)a;
    struct ui_screen sc = {.id = "first-join",
                           .title = _("Join"),
                           .back = true,
                           .steps = 3,
                           .step = 1,
                           .primary = _("Next"),
                           .above = _("From headquarters, for one use.")};
    unsigned hit = ui_screen_begin(u, &sc);
    ui_text(u, UI_BODY, _("Type or scan the enrolment code, and the address of headquarters."));
    struct ui_field code = {.id = "code",
                            .label = _("Enrolment code"),
                            .hint = _("16 letters and digits"),
                            .text = s->code,
                            .cap = sizeof s->code,
                            .flags = UI_FIELD_UPPER | UI_FIELD_SCAN};
    if (s->code_short) {
        code.error = _("The code has 16 letters and digits.");
    }
    unsigned r = ui_field(u, &code);
    IGNORE(!ui_scan_into(u, &code)); /* that the field did not take */
    struct ui_field address = {.id = "address",
                               .label = _("Address of headquarters"),
                               .hint = "http://…",
                               .text = s->address,
                               .cap = sizeof s->address,
                               .error = s->no_address && s->address[0] == '\0'
                                            ? _("Enter the address of headquarters.")
                                            : NULL};
    ui_field(u, &address);
    ui_screen_end(u);
    if ((hit & UI_HIT_PRIMARY) != 0 || (r & UI_FIELD_SUBMIT) != 0) {
        s->code_short = shared_code_letters(s->code) != 16;
        s->no_address = s->address[0] == '\0';
        if (!s->code_short && !s->no_address) {
            s->step = 2;
        } else {
            ui_reveal(u, s->code_short ? "code" : "address");
        }
    }
    if ((hit & UI_HIT_BACK) != 0) {
        s->step = 0;
    }
}

static void pin(struct app *a, struct ui *u, struct first_start *s)
{
    bool busy = app_busy(a) == APP_JOINING;
    struct ui_screen sc = {.id = "first-pin",
                           .title = _("Set PIN"),
                           .back = !busy,
                           .steps = 3,
                           .step = 2,
                           .primary = busy ? _("Joining…") : _("Join"),
                           .primary_off = busy,
                           .above = _("Remember it: nobody can look it up.")};
    unsigned hit = ui_screen_begin(u, &sc);
    shared_error(a, u, APP_JOINING, s->seen);
    bool given = pin_new_ask(a, u, &s->fresh);
    ui_screen_end(u);
    if (((hit & UI_HIT_PRIMARY) != 0 || given) && !busy) {
        if (pin_new_good(u, &s->fresh)) {
            s->seen = app_result(a)->serial;
            snprintf(app_settings(a)->address, sizeof app_settings(a)->address, "%s", s->address);
            IGNORE(!app_settings_save(a)); /* typed again on the Sync screen if it was not kept */
            if (app_join(a, s->code, s->address, s->fresh.one)) {
                pin_new_wipe(&s->fresh);
            }
        }
    }
    if ((hit & UI_HIT_BACK) != 0) {
        s->step = 1;
    }
}

SCREEN(first_start)
{
    struct first_start *s = app_screen_data(a, SCREEN_FIRST_START, sizeof *s);
    if (s == NULL) {
        return;
    }
    if (s->address[0] == '\0' && s->step == 0) {
        snprintf(s->address, sizeof s->address, "%s", app_settings(a)->address);
    }
    if (s->step == 0) {
        language(a, u, s);
    } else if (s->step == 1) {
        join(a, u, s);
    } else {
        pin(a, u, s);
    }
}
