/* screen_knowledge.c - what headquarters knows of each fault, offline: found by its code or by any
 * word; cause, what to do, and the advice. */
#include "app/screens/form.h"

enum { ROWS_MAX = 1000 };
struct knowledge {
    char search[64], done[64], open[CAP_CODE_BYTES + 1];
    h32 edition;
    bool looked, more;
    unsigned n;
    unsigned at[ROWS_MAX];
};
_Static_assert(sizeof(struct knowledge) <= CAP_SCREEN_BYTES, "fits a screen's block");

static bool has(const struct cat_fault *f, const char *search)
{
    const str texts[] = {f->code,     f->name,   f->name_en,   f->equipment_type, f->cause,
                         f->cause_en, f->action, f->action_en, f->knowledge};
    for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
        if (form_holds(texts[k], search)) {
            return true;
        }
    }
    return false;
}

/* Worked out when what is typed, or the edition, changes. Advice first, then by code. */
static void look(struct knowledge *s, const struct catalogue *c)
{
    if (s->looked && strcmp(s->search, s->done) == 0 && h32_eq(s->edition, c->edition)) {
        return;
    }
    s->looked = true;
    memcpy(s->done, s->search, sizeof s->done);
    s->edition = c->edition;
    s->n = 0;
    s->more = false;
    for (int pass = 0; pass < 2; pass++) {
        for (unsigned k = 0; k < c->nfaults && !s->more; k++) {
            const struct cat_fault *f = &c->faults[k];
            if ((f->knowledge.n > 0) != (pass == 0) || !has(f, s->search)) {
                continue;
            }
            s->more = s->n == ROWS_MAX;
            if (!s->more) {
                s->at[s->n++] = k;
            }
        }
    }
}

static void article(struct app *a, struct ui *u, struct knowledge *s, const struct cat_fault *f)
{
    struct ui_screen sc = {
        .id = "article", .title = form_name(a, f->name, f->name_en), .back = true};
    unsigned hit = ui_screen_begin(u, &sc);
    ui_text(u, UI_BODY_MUTED,
            shared_fmt(a, "%.*s · %.*s", (int)f->code.n, f->code.p, (int)f->equipment_type.n,
                       f->equipment_type.n == 0 ? "" : f->equipment_type.p));
    const struct {
        const char *title, *text;
    } parts[] = {{_("Cause"), form_name(a, f->cause, f->cause_en)},
                 {_("Action"), form_name(a, f->action, f->action_en)},
                 {_("Knowledge"), shared_z(a, f->knowledge)}};
    bool any = false;
    for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++) {
        if (parts[k].text[0] != '\0') {
            any = true;
            ui_section(u, parts[k].title);
            ui_card_begin(u, NULL, NULL, NULL);
            ui_text(u, UI_BODY, parts[k].text);
            ui_card_end(u);
        }
    }
    if (!any) {
        ui_text(u, UI_BODY_MUTED, _("Headquarters has written nothing about this fault yet."));
    }
    ui_screen_end(u);
    if ((hit & UI_HIT_BACK) != 0) {
        s->open[0] = '\0';
    }
}

static void list(struct app *a, struct ui *u, struct knowledge *s, const struct catalogue *c)
{
    struct ui_screen sc = {.id = "knowledge", .title = _("Knowledge"), .back = true};
    unsigned hit = ui_screen_begin(u, &sc);
    const char *scan = ui_scan(u);
    if (scan != NULL && strlen(scan) < sizeof s->search) {
        memset(s->search, 0, sizeof s->search);
        memcpy(s->search, scan, strlen(scan));
    }
    ui_search(u, "search", _("Fault, code, any word"), s->search, sizeof s->search);
    look(s, c);
    if (s->n == 0) {
        ui_empty(u, UI_ICON_SEARCH,
                 c->nfaults == 0 ? _("No catalogue yet. Sync to fetch it.")
                                 : _("Nothing found. Check the spelling, or search for less."),
                 NULL, NULL);
    }
    struct ui_list l;
    ui_list_begin(u, &l, "knowledge-list", s->n);
    while (ui_list_next(u, &l)) {
        const struct cat_fault *f = &c->faults[s->at[l.index]];
        struct ui_row row = {.id = form_id(a, "k:", f->code),
                             .icon = f->knowledge.n > 0 ? UI_ICON_INFO : UI_ICON_NONE,
                             .title = form_name(a, f->name, f->name_en),
                             .line2 =
                                 shared_fmt(a, "%.*s · %.*s", (int)f->code.n, f->code.p,
                                            (int)f->equipment_type.n,
                                            f->equipment_type.n == 0 ? "" : f->equipment_type.p),
                             .line3 = shared_z(a, f->knowledge),
                             .chevron = true};
        if (ui_row(u, &row) && f->code.n < sizeof s->open) {
            memset(s->open, 0, sizeof s->open);
            memcpy(s->open, f->code.p, f->code.n);
            ui_scroll_top(u, "article");
        }
    }
    ui_list_end(u, &l);
    if (s->more) {
        ui_text(u, UI_SMALL_MUTED, _("There are more. Search for less."));
    }
    ui_screen_end(u);
    if ((hit & UI_HIT_BACK) != 0) {
        app_back(a);
    }
}

SCREEN(knowledge)
{
    struct knowledge *s = app_screen_data(a, SCREEN_KNOWLEDGE, sizeof *s);
    const struct catalogue *c = app_catalogue(a);
    const struct cat_fault *f =
        s == NULL ? NULL : catalogue_fault(c, bytes_of(s->open, strlen(s->open)));
    if (f != NULL) {
        article(a, u, s, f);
    } else if (s != NULL) {
        list(a, u, s, c);
    } else {
        struct ui_screen sc = {.id = "knowledge", .title = _("Knowledge"), .back = true};
        if ((ui_screen_begin(u, &sc) & UI_HIT_BACK) != 0) {
            app_back(a);
        }
        ui_screen_end(u);
    }
}
