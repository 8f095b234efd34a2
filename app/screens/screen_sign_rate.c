/* screen_sign_rate.c - the customer's second page: four questions, none answered for him, and a
 * comment. What he says is in memory only, and sealed to headquarters when the page is left: by
 * him, or because the device locks. */
#include <sodium.h>

#include "app/screens/sign.h"
#include "core/base/utf8.h"

SCREEN_ENTER(sign_rate)
{
    if (sign_enter(a)) {
        sign_data(a)->tried = 0;
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

/* The page is left: what was said is sealed and gone from memory. An earlier rating stays as it is,
 * whatever is done here. */
static void leave(struct app *a, struct sign *s, bool go_on)
{
    bool said = s->comment[0] != '\0' || s->code[0] != '\0';
    for (int k = 0; k < RATE_QUESTIONS; k++) {
        said = said || s->grade[k] >= 0;
    }
    if (said && s->d.nsealed == 0) {
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

/* What lies between header and buttons; true: no rating. */
static bool page(struct app *a, struct ui *u, struct sign *s)
{
    bool before = sign_rated(a) || s->d.nsealed > 0;
    sign_settle(a, &s->tried); /* asked once more: what was said before is out of reach first */
    shared_error(a, u, APP_SAVING, s->seen);
    if (before) {
        ui_banner(u, "again", UI_TONE_INFO,
                  _("Your rating is sealed: the technician can neither read it nor take it away. "
                    "If you rate again, headquarters gets both."));
    }
    for_all(a, u, s);
    if (s->d.nsealed == 0) {
        questions(u, s);
    }
    return ui_button(u, "unrated", before ? _("Nothing to add") : _("No rating"), UI_SECONDARY);
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
                           .primary_off = app_busy(a) != APP_IDLE,
                           .secondary = _("Not signing"),
                           .secondary_id = "refuse"};
    unsigned hit = ui_screen_begin(u, &sc);
    bool unrated = page(a, u, s), busy = app_busy(a) != APP_IDLE;
    ui_screen_end(u);
    form_lang_end(a, keep);
    bool go_on = (hit & UI_HIT_PRIMARY) != 0 || unrated, back = (hit & UI_HIT_BACK) != 0;
    bool turn = (hit & UI_HIT_ACTION) != 0, refuse = (hit & UI_HIT_SECONDARY) != 0;
    if (busy || !(go_on || back || turn || refuse)) {
        return;
    }
    if (unrated) {
        wipe(s);
    }
    leave(a, s, go_on);
    if (turn) {
        sign_turn(a, s); /* another text: it is to be read */
    }
    app_go(a, go_on ? SCREEN_SIGN_PAD : refuse ? SCREEN_SIGN_REFUSE : SCREEN_SIGN_READ, j->subject);
}
