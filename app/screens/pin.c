/* pin.c - see pin.h. */
#include <sodium.h>
#include <string.h>

#include "app/screens/pin.h"
#include "core/keys/pin_policy.h"

static unsigned flags(struct app *a)
{
    return UI_FIELD_SECRET | (app_settings(a)->letters ? 0U : (unsigned)UI_FIELD_NUMERIC);
}

void pin_letters(struct app *a, struct ui *u)
{
    struct app_settings *s = app_settings(a);
    if (ui_button(u, "letters", s->letters ? _("Digits only") : _("Letters, too"), UI_LINK)) {
        s->letters = !s->letters;
        IGNORE(!app_settings_save(a)); /* holds for this run at least */
    }
}

void pin_enter(struct app *a, struct pin *p)
{
    sodium_memzero(p, sizeof *p);
    p->seen = app_result(a)->serial;
}

bool pin_ask(struct app *a, struct ui *u, struct pin *p, const char *label)
{
    shared_error(a, u, APP_UNLOCKING, p->seen);
    struct ui_field f = {
        .id = "pin", .label = label, .text = p->text, .cap = sizeof p->text, .flags = flags(a)};
    if (!p->focused) {
        p->focused = true;
        ui_focus(u, "pin");
    }
    return (ui_field(u, &f) & UI_FIELD_SUBMIT) != 0;
}

void pin_sent(struct pin *p)
{
    sodium_memzero(p->text, sizeof p->text);
    p->sent = true;
}

bool pin_came(struct app *a, struct pin *p)
{
    if (!p->sent || app_busy(a) != APP_IDLE || app_result(a)->serial == p->seen) {
        return false;
    }
    p->sent = false;
    p->focused = app_result(a)->st == ST_OK;
    return true;
}

/* ---- a new one ---------------------------------------------------------------------------------
 */
static const char *flaw_words(enum pin_flaw f)
{
    switch (f) {
    case PIN_TOO_SHORT:
        return _("The PIN needs at least four digits.");
    case PIN_TOO_LONG:
        return _("This is too long.");
    case PIN_ONE_CHARACTER:
    case PIN_IN_ORDER:
    case PIN_REPEATED:
    case PIN_A_YEAR:
    case PIN_COMMON:
        return _("This is one of the first that anybody tries. Choose another.");
    case PIN_FINE:
        break;
    }
    return NULL;
}

/* Honest words: guessing by hand is slowed, taking the device apart is not. */
static const char *worth_words(enum pin_time t, enum ui_tone *tone)
{
    *tone = t == PIN_MINUTES ? UI_TONE_LATE : t == PIN_HOURS ? UI_TONE_SOON : UI_TONE_PLAIN;
    switch (t) {
    case PIN_MINUTES:
        return _("Weak: whoever takes the device apart finds it in minutes. It keeps out only who "
                 "tries by hand.");
    case PIN_HOURS:
        return _("Whoever takes the device apart finds it in hours. Report a lost device at once.");
    case PIN_DAYS:
        return _("Whoever takes the device apart needs days to find it.");
    case PIN_YEARS:
        break;
    }
    *tone = UI_TONE_DONE;
    return _("Strong: even whoever takes the device apart would need years.");
}

bool pin_new_ask(struct app *a, struct ui *u, struct pin_new *p)
{
    struct pin_worth w = pin_policy(str_bytes(str_c(p->one)));
    struct ui_field one = {.id = "new-pin",
                           .label = _("New PIN"),
                           .hint = _("six digits or more, or a sentence with letters"),
                           .text = p->one,
                           .cap = sizeof p->one,
                           .flags = flags(a),
                           .error = p->looked ? flaw_words(w.flaw) : NULL};
    if ((ui_field(u, &one) & UI_FIELD_CHANGED) != 0) {
        p->looked = false;
    }
    if (p->one[0] != '\0' && w.flaw == PIN_FINE) {
        enum ui_tone tone;
        const char *words = worth_words(w.time, &tone);
        ui_text_tone(u, UI_SMALL_MUTED, tone, words);
    }
    struct ui_field two = {.id = "again",
                           .label = _("PIN once more"),
                           .text = p->two,
                           .cap = sizeof p->two,
                           .flags = flags(a),
                           .error = p->differ ? _("The two PINs differ.") : NULL};
    unsigned r = ui_field(u, &two);
    if ((r & UI_FIELD_CHANGED) != 0) {
        p->differ = false;
    }
    pin_letters(a, u);
    return (r & UI_FIELD_SUBMIT) != 0;
}

bool pin_new_good(struct ui *u, struct pin_new *p)
{
    bool flawed = pin_policy(str_bytes(str_c(p->one))).flaw != PIN_FINE;
    p->looked = true;
    p->differ = !flawed && strcmp(p->one, p->two) != 0;
    if (flawed || p->differ) {
        ui_reveal(u, flawed ? "new-pin" : "again");
    }
    return !flawed && !p->differ;
}

void pin_new_wipe(struct pin_new *p)
{
    sodium_memzero(p, sizeof *p);
}
