/* screen_sign_pad.c - the customer's third page: who signs, and the pad that fills the page. */
#include "app/screens/sign.h"

/* Not read, or not asked for a rating yet: back to that page. True: so it was. */
static bool check_pages(struct app *a, struct sign *s, id16 job)
{
    struct sign_pass p;
    bool changed;
    sign_pass(a, s, &p);
    unsigned k = sign_unread(a, s, &p, &changed);
    if (k < p.n) {
        s->read_again = changed;
        s->ink.n = changed ? 0 : s->ink.n; /* that was drawn under another text */
        s->d.nstrokes = changed ? 0 : s->d.nstrokes;
        sign_turn_page(s, &p, k);
        app_go(a, SCREEN_SIGN_READ, job);
    } else if (!s->d.rated) {
        app_go(a, SCREEN_SIGN_RATE, job);
    }
    return k < p.n || !s->d.rated;
}

SCREEN_ENTER(sign_pad)
{
    const struct job_model *j = app_job(a);
    if (sign_enter(a) && j != NULL) {
        sign_data(a)->naming = false;
        IGNORE(check_pages(a, sign_data(a), j->subject)); /* another page comes up then */
    }
}

static const char *relation_name(unsigned r)
{
    static const char *const t[] = {
        [REL_SELF] = N_("the customer"),   [REL_FAMILY] = N_("family"),
        [REL_STAFF] = N_("staff"),         [REL_KEEPER] = N_("caretaker"),
        [REL_OTHER] = N_("somebody else"),
    };
    return r >= REL_SELF && r <= REL_OTHER ? _(t[r]) : "";
}

static void name_page(struct app *a, struct ui *u, struct sign *s)
{
    struct sign_pass p;
    sign_pass(a, s, &p);
    struct ui_screen sc = {.id = "sign-name",
                           .title = _("Who signs?"),
                           .back = true,
                           .primary = _("Done"),
                           .primary_id = "named"};
    unsigned hit = ui_screen_begin(u, &sc);
    ui_text(u, UI_BODY_BOLD, sign_sum(a, s, &p));
    struct ui_field name = {.id = "name",
                            .label = _("Name"),
                            .text = s->d.name,
                            .cap = sizeof s->d.name,
                            .flags = UI_FIELD_GUEST};
    ui_field(u, &name);
    struct ui_field seal = {.id = "seal",
                            .label = _("Company seal on the paper, if there is one"),
                            .text = s->d.seal,
                            .cap = sizeof s->d.seal,
                            .flags = UI_FIELD_GUEST};
    const char *names[REL_OTHER];
    for (unsigned k = REL_SELF; k <= REL_OTHER; k++) {
        names[k - 1] = relation_name(k);
    }
    int rel = (int)s->d.relation - 1;
    if (ui_choice(u, "relation", _("You are"), names, REL_OTHER, &rel)) {
        s->d.relation = (unsigned)rel + 1;
    }
    ui_field(u, &seal);
    ui_screen_end(u);
    sign_keep(a, s);
    if ((hit & (UI_HIT_PRIMARY | UI_HIT_BACK)) != 0) {
        s->naming = false;
    }
}

static void keep_ink(struct app *a, struct sign *s)
{
    bytes kept = form_ink_put(&s->ink, s->d.strokes, sizeof s->d.strokes);
    if (kept.n < sizeof s->d.strokes) {
        memset(s->d.strokes + kept.n, 0, sizeof s->d.strokes - kept.n);
    }
    s->d.nstrokes = (uint16_t)kept.n;
    sign_keep(a, s);
}

static void heading(struct app *a, struct ui *u, struct sign *s, const struct sign_pass *p)
{
    ui_text(u, UI_BODY_BOLD, sign_sum(a, s, p));
    const char *who = s->d.name[0] != '\0' ? s->d.name : _("no name");
    const char *rel = relation_name(s->d.relation);
    if (ui_button(u, "who",
                  rel[0] != '\0' ? shared_fmt(a, _("Signs: %s (%s). Change"), who, rel)
                                 : shared_fmt(a, _("Signs: %s. Change"), who),
                  UI_LINK)) {
        s->naming = true;
    }
    if (s->d.seal[0] != '\0') {
        ui_text(u, UI_SMALL_MUTED, shared_fmt(a, _("Company seal: %s"), s->d.seal));
    }
}

enum { CLEAR = 1, REFUSE = 2, CONFIRM = 4, TURN = 8, BACK = 16 };

/* What is signed for and by whom stands above the pad where there is the height for it; else only
 * the amount, in the header of a low window, and who signs is behind the figure beside it. */
static unsigned pad(struct app *a, struct ui *u, struct sign *s, const struct sign_pass *p,
                    bool off, bool *end)
{
    bool narrow = form_narrow(a), bare = form_bare(a);
    const char *sum = app_money(a, p->sum_minor);
    const char *all = p->in > 1 ? shared_fmt(a, _("%u reports, in all %s"), p->in, sum) : NULL;
    struct ui_screen sc = {.id = "sign-pad",
                           .title = bare     ? (all != NULL && !form_low(a) ? all : sum)
                                    : narrow ? _("Sign")
                                             : _("Please sign"),
                           .back = true,
                           .action = sign_other(s),
                           .steps = form_low(a) ? 0 : 3,
                           .step = 3,
                           .fixed = true,
                           .primary = form_busy(a, narrow ? _("Confirm") : _("Confirm signature")),
                           .primary_id = "signed",
                           .primary_off = off || s->ink.n == 0,
                           .secondary = _("Not signing"),
                           .secondary_id = "refuse"};
    form_pad_header(a, &sc, 1);
    if (narrow) {
        sc.icons[0].icon = UI_ICON_PERSON;
        sc.icons[0].id = "who";
        sc.icons[0].label = _("Who signs?");
    }
    unsigned hit = ui_screen_begin(u, &sc), did = 0;
    shared_error_over(a, u, APP_SAVING, &s->seen);
    if (!narrow) {
        heading(a, u, s, p);
    } else if (!bare) {
        ui_text(u, UI_BODY_BOLD, all != NULL ? all : shared_fmt(a, _("Amount due: %s"), sum));
    }
    *end = form_pad(u, "pad", _("Signature pad"), _("Sign inside the frame"), form_low(a) ? 0 : 1,
                    &s->ink);
    did |= form_pad_clear(a, u, &s->ink) || (hit & UI_HIT_ICON1) != 0 ? CLEAR : 0U;
    ui_screen_end(u);
    s->naming = s->naming || (hit & UI_HIT_ICON0) != 0;
    return did | ((hit & UI_HIT_PRIMARY) != 0 ? CONFIRM : 0U) |
           ((hit & UI_HIT_SECONDARY) != 0 ? REFUSE : 0U) |
           ((hit & UI_HIT_ACTION) != 0 ? TURN : 0U) | ((hit & UI_HIT_BACK) != 0 ? BACK : 0U);
}

static void pad_page(struct app *a, struct ui *u, struct sign *s, const struct job_model *j)
{
    struct sign_pass p;
    sign_pass(a, s, &p);
    bool busy = app_busy(a) != APP_IDLE, end = false;
    unsigned did = pad(a, u, s, &p, busy, &end);
    if ((did & CLEAR) != 0 && !busy) {
        s->ink.n = 0;
    }
    if (((did & CLEAR) != 0 || end) && !busy) {
        keep_ink(a, s);
    }
    if ((did & CONFIRM) != 0 && !busy) {
        keep_ink(a, s);
        if (!check_pages(a, s, j->subject)) {
            IGNORE(!sign_send(a, s, SIGN_SIGNED)); /* the button stays */
        }
    } else if ((did & REFUSE) != 0) {
        app_go(a, SCREEN_SIGN_REFUSE, j->subject);
    } else if ((did & TURN) != 0) {
        sign_turn(a, s); /* another text: it is to be read */
        app_go(a, SCREEN_SIGN_READ, j->subject);
    } else if ((did & BACK) != 0) {
        app_go(a, SCREEN_SIGN_RATE, j->subject);
    }
}

SCREEN(sign_pad)
{
    struct sign *s = sign_data(a);
    const struct job_model *j = app_job(a);
    if (s == NULL || j == NULL) {
        struct ui_screen none = {.id = "sign-pad", .title = _("Customer signs")};
        ui_screen_begin(u, &none);
        ui_screen_end(u);
        sign_over(a);
        return;
    }
    char keep[3];
    form_lang(a, s->d.english ? "en" : "zh", keep);
    if (s->naming) {
        name_page(a, u, s);
    } else {
        pad_page(a, u, s, j);
    }
    form_lang_end(a, keep);
}
