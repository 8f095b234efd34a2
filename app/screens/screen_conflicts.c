/* screen_conflicts.c - two values of one field: both shown, who and when; choose, or leave it.
 *
 * The technician's choice is his own proposal; a role of headquarters resolves. Nothing waits. */
#include <string.h>

#include "app/screens/form.h"

#define CONFLICTS_MAX 50 /* a screen's worth; more come as these are resolved */

struct conflicts {
    unsigned seen;
    bool sent;
};

static void choose(struct app *a, struct ui *u, struct conflicts *s, const struct conflict_item *c,
                   unsigned k)
{
    s->seen = app_result(a)->serial;
    s->sent = app_resolve(a, c->subject, c->field, k);
    if (!s->sent) {
        ui_toast(u, UI_TONE_SOON, _("Something else is being saved. Try again."));
    }
}

static bool same(const struct conflict_value *x, const struct conflict_value *y)
{
    return x->text.n > 0 && str_eq(x->text, y->text);
}

static bool all_same(const struct conflict_item *c)
{
    for (unsigned k = 1; k < c->n; k++) {
        if (!same(&c->v[k], &c->v[0])) {
            return false;
        }
    }
    return true;
}

/* Somebody before it wrote the same: it stands there. */
static bool told(const struct conflict_item *c, unsigned k)
{
    for (unsigned i = 0; i < k; i++) {
        if (same(&c->v[i], &c->v[k])) {
            return true;
        }
    }
    return false;
}

/* A value, and all who wrote it; true: the user has said that it is right. */
static bool value(struct app *a, struct ui *u, const struct conflict_item *c, unsigned k)
{
    bool chosen = false;
    ui_text(u, UI_BODY_BOLD, c->v[k].text.n > 0 ? shared_z(a, c->v[k].text) : _("(empty)"));
    for (unsigned i = k; i < c->n; i++) {
        const struct conflict_value *v = &c->v[i];
        if (i != k && !same(v, &c->v[k])) {
            continue;
        }
        chosen = chosen || (v->own && v->proposal);
        ui_text(u, UI_SMALL_MUTED,
                shared_fmt(a, "%s · %s%s", v->own ? _("you") : shared_who(a, &v->who),
                           app_time(a, v->when_ms, true), v->proposal ? _(" · proposed") : ""));
    }
    return chosen;
}

static void item(struct app *a, struct ui *u, struct conflicts *s, const struct conflict_item *c,
                 size_t index)
{
    bool open = c->field != 0 && !all_same(c);
    ui_card_begin(u, NULL,
                  shared_fmt(a, _("%s: %s"), shared_z(a, c->name),
                             c->field == 0 ? _("Assignment") : shared_field(c->type, c->field)),
                  NULL);
    if (c->field == 0) {
        ui_text(u, UI_SMALL_MUTED, _("The supervisor says who goes."));
    } else if (!open) {
        ui_text(
            u, UI_SMALL_MUTED,
            _("The values are the same; only their entries differ. There is nothing to choose."));
    }
    for (unsigned k = 0; k < c->n; k++) {
        if (told(c, k) || value(a, u, c, k) || !open) {
            continue;
        }
        const char *id = shared_fmt(a, "choose:%zu:%u", index, k);
        if (ui_button(u, id, _("This one is right"),
                      UI_SECONDARY | (app_busy(a) == APP_IDLE ? 0 : UI_OFF))) {
            choose(a, u, s, c, k);
        }
    }
    ui_card_end(u);
}

SCREEN(conflicts)
{
    struct conflicts *s = app_screen_data(a, SCREEN_CONFLICTS, sizeof *s);
    struct ui_screen sc = {.id = "conflicts", .title = _("Conflicts"), .back = true};
    unsigned hit = ui_screen_begin(u, &sc);
    struct conflict_item *items = arena_new(app_frame(a), struct conflict_item, CONFLICTS_MAX);
    size_t n = items == NULL ? 0 : app_conflicts(a, items, CONFLICTS_MAX);
    if (s != NULL) {
        shared_error(a, u, APP_SAVING, s->seen);
        if (s->sent && app_busy(a) == APP_IDLE && app_result(a)->st == ST_OK) {
            ui_banner(u, "proposed", UI_TONE_DONE,
                      _("Saved as your proposal. The supervisor decides."));
        }
    }
    if (n == 0) {
        ui_empty(u, UI_ICON_CHECK,
                 _("No conflicts. When two people write the same field, both values stand here."),
                 NULL, NULL);
    } else {
        ui_text(
            u, UI_BODY_MUTED,
            _("Two people wrote the same field. Both values are kept. Say which is right, or leave "
              "it to the supervisor."));
    }
    for (size_t k = 0; s != NULL && k < n; k++) {
        item(a, u, s, &items[k], k);
    }
    ui_screen_end(u);
    if ((hit & UI_HIT_BACK) != 0) {
        app_back(a);
    }
}
