/* screen_sign_refuse.c - not signing is an outcome like signing: refused or absent, with a reason
 * (B-18 17). Or the device goes back to the technician and nothing is recorded. */
#include <sodium.h>

#include "app/screens/sign.h"

SCREEN_ENTER(sign_refuse)
{
    if (sign_enter(a)) {
        struct sign *s = sign_data(a);
        s->no_reason = false;
        s->no_words = false;
    }
}

struct reason {
    unsigned code;
    const char *words;
};
static const struct reason refused[] = {
    {SR_FEE, N_("The fee")},           {SR_RESULT, N_("The result")},
    {SR_TIME, N_("The time it took")}, {SR_NO_REASON, N_("No reason given")},
    {SR_OTHER, N_("Other reason")},
};
static const struct reason absent[] = {
    {SR_LEFT, N_("Had to leave")},
    {SR_OTHER, N_("Other reason")},
};

static void reasons(struct app *a, struct ui *u, struct sign *s)
{
    const struct reason *t = s->d.outcome == SIGN_ABSENT ? absent : refused;
    size_t n = s->d.outcome == SIGN_ABSENT ? sizeof absent / sizeof absent[0]
                                           : sizeof refused / sizeof refused[0];
    ui_section(u, _("Why?"));
    if (s->no_reason) {
        ui_banner(u, "no-reason", UI_TONE_LATE, _("Choose the reason."));
    }
    ui_chips_begin(u);
    for (size_t k = 0; k < n; k++) {
        if (ui_chip(u, shared_fmt(a, "why:%u", t[k].code), _(t[k].words),
                    s->d.reason == t[k].code)) {
            s->d.reason = t[k].code;
            s->no_reason = false;
        }
    }
    ui_chips_end(u);
    struct ui_field f = {.id = "why_words",
                         .label = _("In words, if needed"),
                         .text = s->d.words,
                         .cap = sizeof s->d.words,
                         .flags = UI_FIELD_MULTI};
    form_field(u, &f, &s->no_words, _("Say it in a few words."));
}

static void record(struct app *a, struct ui *u, struct sign *s)
{
    s->no_reason = s->d.reason == 0;
    s->no_words = s->d.reason == SR_OTHER && s->d.words[0] == '\0';
    if (!s->no_reason && !s->no_words) {
        IGNORE(!sign_send(a, s, s->d.outcome)); /* the button stays */
    } else {
        ui_reveal(u, s->no_reason ? "no-reason" : "why_words");
    }
}

/* He drew, and did not confirm: nobody else may. */
static void unsign(struct app *a, struct sign *s)
{
    s->ink.n = 0;
    sodium_memzero(s->d.strokes, sizeof s->d.strokes);
    s->d.nstrokes = 0;
    sign_keep(a, s);
}

static unsigned page(struct app *a, struct ui *u, struct sign *s, bool *give_back)
{
    bool busy = app_busy(a) != APP_IDLE;
    struct ui_screen sc = {.id = "sign-refuse",
                           .title = _("Not signing"),
                           .back = true,
                           .primary = form_busy(a, _("Record it")),
                           .primary_id = "refused",
                           .primary_off = busy || s->d.outcome == 0};
    unsigned hit = ui_screen_begin(u, &sc);
    shared_error(a, u, APP_SAVING, s->seen);
    struct sign_pass p;
    sign_pass(a, s, &p);
    if (p.in > 1) {
        ui_banner(u, "for-all", UI_TONE_INFO,
                  shared_fmt(a, _("This counts for all %u reports."), p.in));
    }
    const char *const names[] = {_("I refuse to sign"), _("Customer absent")};
    int o = s->d.outcome == SIGN_REFUSED ? 0 : s->d.outcome == SIGN_ABSENT ? 1 : -1;
    if (ui_choice(u, "outcome", _("What happened?"), names, 2, &o)) {
        s->d.outcome = o == 0 ? SIGN_REFUSED : SIGN_ABSENT;
        s->d.reason = 0;
    }
    if (s->d.outcome != 0) {
        reasons(a, u, s);
    }
    ui_section(u, _("Or record nothing yet"));
    *give_back =
        ui_button(u, "give_back", _("Hand the device back"), UI_SECONDARY | (busy ? UI_OFF : 0U));
    ui_screen_end(u);
    return hit;
}

SCREEN(sign_refuse)
{
    struct sign *s = sign_data(a);
    const struct job_model *j = app_job(a);
    if (s == NULL || j == NULL) {
        struct ui_screen none = {.id = "sign-refuse", .title = _("Not signing")};
        ui_screen_begin(u, &none);
        ui_screen_end(u);
        sign_over(a);
        return;
    }
    char keep[3];
    bool give_back = false;
    form_lang(a, s->d.english ? "en" : "zh", keep);
    unsigned hit = page(a, u, s, &give_back);
    form_lang_end(a, keep);
    sign_keep(a, s);
    if ((hit & UI_HIT_PRIMARY) != 0 && app_busy(a) == APP_IDLE) {
        record(a, u, s);
    } else if (give_back) {
        unsign(a, s);
        app_go(a, SCREEN_HAND_BACK, j->subject);
    } else if ((hit & UI_HIT_BACK) != 0) {
        app_back(a);
    }
}
