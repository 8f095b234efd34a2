/* screen_sign_rate.c - the customer's second page: four questions, none answered for him, and a
 * comment. What he says is in memory only, and sealed to headquarters when the page is left: by
 * him, or because the device locks. */
#include <sodium.h>

#include "app/screens/sign.h"
#include "core/base/utf8.h"

SCREEN_ENTER(sign_rate)
{
    if (sign_enter(a)) {
        struct sign *s = sign_data(a);
        s->again = s->d.nsealed > 0;
    }
}

static void wipe(struct sign *s)
{
    for (int k = 0; k < RATE_QUESTIONS; k++) {
        s->grade[k] = -1;
    }
    sodium_memzero(s->comment, sizeof s->comment);
    sodium_memzero(s->code, sizeof s->code);
}

/* Seal what was said; an empty rating leaves nothing. False: headquarters' key is not usable. */
static bool seal(struct app *a, struct sign *s)
{
    struct ratings r = {.comment = {NULL, 0}, .code = str_c(s->code)};
    uint8_t plain[RATINGS_PLAIN_MAX];
    bytes p, sealed = {NULL, 0};
    for (int k = 0; k < RATE_QUESTIONS; k++) {
        r.grade[k] = (enum rating_grade)(s->grade[k] + 1);
    }
    sodium_memzero(s->d.sealed, sizeof s->d.sealed);
    bool ok = utf8_clean(app_frame(a), str_c(s->comment), &r.comment) == ST_OK &&
              ratings_encode(&r, plain, sizeof plain, &p) == ST_OK &&
              app_ratings_seal(a, p, s->d.sealed, sizeof s->d.sealed, &sealed) == ST_OK;
    sodium_memzero(plain, sizeof plain);
    s->d.nsealed = (uint16_t)sealed.n;
    return ok;
}

/* The page is left: what was said is sealed and gone from memory. A page that was left empty after
 * an earlier rating leaves that one as it is. */
static void leave(struct app *a, struct sign *s, bool go_on)
{
    bool said = s->comment[0] != '\0' || s->code[0] != '\0';
    for (int k = 0; k < RATE_QUESTIONS; k++) {
        said = said || s->grade[k] >= 0;
    }
    if (said) {
        IGNORE(!seal(a, s)); /* without a key there is no rating: the visit goes on */
    }
    wipe(s);
    s->d.rated = s->d.rated || said || go_on;
    sign_keep(a, s);
}

SCREEN_LEAVE(sign_rate)
{
    struct sign *s = sign_data(a);
    if (s != NULL) {
        leave(a, s, false);
    }
}

/* One rating serves for all visits of the pass, and he is told so. */
static void for_all(struct app *a, struct ui *u, const struct sign *s)
{
    struct sign_pass p;
    sign_pass(a, s, &p);
    if (p.in > 1) {
        ui_banner(u, "for-all", UI_TONE_INFO,
                  shared_fmt(a, _("What you say here counts for all %u visits."), p.in));
    }
}

static void questions(struct ui *u, struct sign *s)
{
    static const char *const ids[RATE_QUESTIONS] = {"attitude", "skill", "time", "promises"};
    const char *const names[RATE_QUESTIONS] = {_("Attitude"), _("Skill"), _("Arrival time"),
                                               _("Promises kept")};
    const char *const grades[] = {_("Very satisfied"), _("Satisfied"), _("Fair"),
                                  _("Not satisfied")};
    for (int k = 0; k < RATE_QUESTIONS; k++) {
        ui_choice(u, ids[k], names[k], grades, 4, &s->grade[k]);
    }
    struct ui_field f = {.id = "comment",
                         .label = _("Comment (optional, the technician cannot see it)"),
                         .text = s->comment,
                         .cap = sizeof s->comment,
                         .flags = UI_FIELD_MULTI | UI_FIELD_PRIVATE | UI_FIELD_GUEST};
    ui_field(u, &f);
    struct ui_field code = {.id = "code",
                            .label = _("Your code from headquarters, if you have one"),
                            .text = s->code,
                            .cap = sizeof s->code,
                            .flags = UI_FIELD_PRIVATE | UI_FIELD_GUEST | UI_FIELD_ASCII};
    ui_field(u, &code);
}

SCREEN(sign_rate)
{
    struct sign *s = sign_data(a);
    const struct job_model *j = app_job(a);
    if (s == NULL || j == NULL) {
        struct ui_screen none = {.id = "sign-rate", .title = _("Customer signs")};
        ui_screen_begin(u, &none);
        ui_screen_end(u);
        sign_forget(a); /* what was chosen is for nobody to see when there is something again */
        sign_over(a);
        return;
    }
    char keep[3];
    form_lang(a, s->d.english ? "en" : "zh", keep);
    struct ui_screen sc = {.id = "sign-rate",
                           .title = _("Your rating"),
                           .back = true,
                           .action = sign_other(s),
                           .steps = 3,
                           .step = 2,
                           .primary = _("Go on to sign"),
                           .primary_id = "rated",
                           .secondary = _("Not signing"),
                           .secondary_id = "refuse"};
    unsigned hit = ui_screen_begin(u, &sc);
    if (s->again) {
        ui_banner(u, "again", UI_TONE_INFO,
                  _("Your rating is sealed: the technician cannot read it. If you rate again, "
                    "only the new one counts."));
    }
    for_all(a, u, s);
    questions(u, s);
    bool unrated = ui_button(u, "unrated", _("No rating"), UI_SECONDARY);
    ui_screen_end(u);
    form_lang_end(a, keep);
    if (unrated) {
        wipe(s);
        sodium_memzero(s->d.sealed, sizeof s->d.sealed);
        s->d.nsealed = 0;
        s->d.rated = true;
        sign_keep(a, s);
        app_go(a, SCREEN_SIGN_PAD, j->subject);
        return;
    }
    bool go_on = (hit & UI_HIT_PRIMARY) != 0, back = (hit & UI_HIT_BACK) != 0;
    bool turn = (hit & UI_HIT_ACTION) != 0, refuse = (hit & UI_HIT_SECONDARY) != 0;
    if (!(go_on || back || turn || refuse)) {
        return;
    }
    leave(a, s, go_on);
    if (turn) {
        sign_turn(a, s); /* another text: it is to be read */
    }
    app_go(a, go_on ? SCREEN_SIGN_PAD : refuse ? SCREEN_SIGN_REFUSE : SCREEN_SIGN_READ, j->subject);
}
