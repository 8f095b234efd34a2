/* sign_text.c - see sign_text.h. */
#include "app/screens/sign_text.h"

#include "core/codec/hash.h"
#include "core/report/goods_text.h"

const char *sign_text_relation(unsigned r)
{
    static const char *const t[] = {
        [REL_SELF] = N_("the customer"),   [REL_FAMILY] = N_("family"),
        [REL_STAFF] = N_("staff"),         [REL_KEEPER] = N_("caretaker"),
        [REL_OTHER] = N_("somebody else"),
    };
    return r >= REL_SELF && r <= REL_OTHER ? _(t[r]) : "";
}

void sign_text_ready(struct app *a, struct sign_text *s, const struct sign_text_form *d)
{
    s->ink = (struct ui_ink){.points = s->points, .cap = FORM_INK};
    form_ink_get(a, bytes_of(d->strokes, d->nstrokes), &s->ink);
}

static const char *sub_id(struct app *a, const struct sign_text_words *w, const char *page)
{
    return shared_fmt(a, "%s-%s", w->id, page);
}

static h32 hash_of(str text)
{
    h32 h;
    hash32(str_bytes(text), h.b);
    return h;
}

void sign_text_show(struct ui *u, struct sign_text *s, struct sign_text_form *d,
                    const struct sign_text_words *w)
{
    d->page = SIGN_TEXT_READ;
    d->nstrokes = 0;
    s->ink.n = 0;
    ui_report_forget(u, w->id);
    ui_scroll_top(u, w->id);
}

static void read_page(struct app *a, struct ui *u, struct sign_text_form *d,
                      const struct sign_text_words *w)
{
    bool seen = ui_report_seen(u, w->id);
    struct ui_screen sc = {.id = sub_id(a, w, "read"),
                           .title = w->title,
                           .back = true,
                           .action = d->english ? "中文" : "English",
                           .above = seen ? NULL : _("Please read to the end."),
                           .primary = w->agree,
                           .primary_id = "agree",
                           .primary_off = !seen || app_busy(a) != APP_IDLE};
    unsigned hit = ui_screen_begin(u, &sc);
    shared_error(a, u, APP_SAVING, *w->seen);
    shared_report(a, u, w->id, w->text, UI_HEADING);
    ui_screen_end(u);
    if ((hit & UI_HIT_ACTION) != 0) {
        d->english = !d->english;
        ui_scroll_top(u, sub_id(a, w, "read"));
    } else if ((hit & UI_HIT_PRIMARY) != 0 && ui_report_seen(u, w->id)) { /* this very text */
        d->read = hash_of(w->text);
        d->page = SIGN_TEXT_PAD;
    } else if ((hit & UI_HIT_BACK) != 0) {
        d->page = SIGN_TEXT_FORM;
    }
}

static void keep_ink(struct sign_text *s, struct sign_text_form *d)
{
    bytes kept = form_ink_put(&s->ink, d->strokes, sizeof d->strokes);
    memset(d->strokes + kept.n, 0, sizeof d->strokes - kept.n);
    d->nstrokes = (uint16_t)kept.n;
}

static const char *signer(struct app *a, const struct sign_text_form *d)
{
    const char *who = d->name[0] != '\0' ? d->name : _("no name");
    const char *rel = sign_text_relation(d->relation);
    return rel[0] != '\0' ? shared_fmt(a, _("Signs: %s (%s). Change"), who, rel)
                          : shared_fmt(a, _("Signs: %s. Change"), who);
}

static bool pad_page(struct app *a, struct ui *u, struct sign_text *s, struct sign_text_form *d,
                     const struct sign_text_words *w)
{
    bool busy = app_busy(a) != APP_IDLE, narrow = form_narrow(a), bare = form_bare(a);
    struct ui_screen sc = {.id = sub_id(a, w, "sign"),
                           .title = narrow ? _("Sign") : _("Please sign"),
                           .back = true,
                           .fixed = true,
                           .primary = form_busy(a, narrow ? _("Confirm") : _("Confirm signature")),
                           .primary_id = "signed",
                           .primary_off = busy || s->ink.n == 0};
    form_pad_header(a, &sc, 1);
    if (narrow) {
        sc.icons[0].icon = UI_ICON_PERSON;
        sc.icons[0].id = "who";
        sc.icons[0].label = _("Who signs?");
    }
    unsigned hit = ui_screen_begin(u, &sc);
    shared_error_over(a, u, APP_SAVING, w->seen);
    if (!bare) {
        ui_text(u, UI_BODY_BOLD, w->sum);
    }
    bool name = !narrow && ui_button(u, "who", signer(a, d), UI_LINK), end = false;
    form_pad(u, "pad", _("Signature pad"), _("Sign inside the frame"), form_low(a) ? 0 : 1,
             &s->ink);
    bool clear = form_pad_clear(a, u, &s->ink) || (hit & UI_HIT_ICON1) != 0;
    ui_screen_end(u);
    end = (hit & UI_HIT_PRIMARY) != 0;
    if (clear) {
        s->ink.n = 0;
    }
    if (!busy) {
        keep_ink(s, d);
    }
    if (name || (hit & UI_HIT_ICON0) != 0) {
        d->page = SIGN_TEXT_NAME;
    } else if ((hit & UI_HIT_BACK) != 0) {
        d->page = SIGN_TEXT_READ;
    } else if (end && !busy && !h32_eq(d->read, hash_of(w->text))) {
        d->page = SIGN_TEXT_READ; /* another text by now: it is to be read, and signed */
        s->ink.n = 0;
        d->nstrokes = 0;
        ui_report_forget(u, w->id);
        end = false;
    }
    return end && !busy && d->nstrokes > 0;
}

static void name_page(struct app *a, struct ui *u, struct sign_text_form *d,
                      const struct sign_text_words *w)
{
    struct ui_screen sc = {.id = sub_id(a, w, "name"),
                           .title = _("Who signs?"),
                           .back = true,
                           .primary = _("Done"),
                           .primary_id = "named"};
    unsigned hit = ui_screen_begin(u, &sc);
    ui_text(u, UI_BODY_BOLD, w->sum);
    struct ui_field name = {.id = "name",
                            .label = _("Name"),
                            .text = d->name,
                            .cap = sizeof d->name,
                            .flags = UI_FIELD_GUEST};
    ui_field(u, &name);
    const char *names[REL_OTHER];
    int rel = (int)d->relation - 1;
    for (unsigned k = REL_SELF; k <= REL_OTHER; k++) {
        names[k - 1] = sign_text_relation(k);
    }
    if (ui_choice(u, "relation", _("You are"), names, REL_OTHER, &rel)) {
        d->relation = (unsigned)rel + 1;
    }
    ui_screen_end(u);
    if ((hit & (UI_HIT_PRIMARY | UI_HIT_BACK)) != 0) {
        d->page = SIGN_TEXT_PAD;
    }
}

bool sign_text(struct app *a, struct ui *u, struct sign_text *s, struct sign_text_form *d,
               const struct sign_text_words *w)
{
    switch (d->page) {
    case SIGN_TEXT_PAD:
        return pad_page(a, u, s, d, w);
    case SIGN_TEXT_NAME:
        name_page(a, u, d, w);
        return false;
    default:
        read_page(a, u, d, w);
        return false;
    }
}
