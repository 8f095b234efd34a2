/* screen_knowledge.c - what headquarters knows, offline: an article of each fault, and the hard
 * cases; found by the code of a fault or by any words, in either language. */
#include "app/screens/find.h"
#include "app/screens/form.h"

enum { ROWS_MAX = 1000 };
enum { ARTICLES, CASES, KINDS };
struct hits {
    unsigned n;
    bool more;
    unsigned at[ROWS_MAX]; /* rows of the catalogue */
};
struct knowledge {
    char search[FIND_BYTES], done[FIND_BYTES];
    char open[CAP_CODE_BYTES + 1], open_case[CAP_CODE_BYTES + 1];
    int kind;
    h32 edition;
    bool looked;
    struct hits hits[KINDS];
};
_Static_assert(sizeof(struct knowledge) <= CAP_SCREEN_BYTES, "fits a screen's block");

static bool article_has(const struct cat_fault *f, const char *plain)
{
    const str texts[] = {f->code,     f->name,   f->name_en,   f->equipment_type, f->cause,
                         f->cause_en, f->action, f->action_en, f->knowledge};
    return find_in(texts, sizeof texts / sizeof texts[0], plain);
}

static bool case_has(const struct cat_case *h, const char *plain)
{
    const str texts[] = {h->code,           h->faults,  h->title,      h->title_en,
                         h->equipment_type, h->symptom, h->symptom_en, h->cause,
                         h->cause_en,       h->action,  h->action_en};
    return find_in(texts, sizeof texts / sizeof texts[0], plain);
}

static void add(struct hits *l, unsigned row)
{
    l->more = l->n == ROWS_MAX;
    if (!l->more) {
        l->at[l->n++] = row;
    }
}

/* Worked out when what is typed, or the edition, changes. Advice first, then by code. */
static void look(struct knowledge *s, const struct catalogue *c)
{
    char plain[FIND_BYTES];
    if (s->looked && strcmp(s->search, s->done) == 0 && h32_eq(s->edition, c->edition)) {
        return;
    }
    s->looked = true;
    memcpy(s->done, s->search, sizeof s->done);
    s->edition = c->edition;
    memset(s->hits, 0, sizeof s->hits);
    find_plain(s->search, plain);
    for (int pass = 0; pass < 2; pass++) {
        for (unsigned k = 0; k < c->nfaults && !s->hits[ARTICLES].more; k++) {
            const struct cat_fault *f = &c->faults[k];
            if ((f->knowledge.n > 0) == (pass == 0) && article_has(f, plain)) {
                add(&s->hits[ARTICLES], k);
            }
        }
    }
    for (unsigned k = 0; k < c->ncases && !s->hits[CASES].more; k++) {
        if (case_has(&c->cases[k], plain)) {
            add(&s->hits[CASES], k);
        }
    }
}

/* ---- one of them ------------------------------------------------------------------------------
 */

static const char *under(struct app *a, str code, str type)
{
    return shared_fmt(a, "%.*s%s%.*s", (int)code.n, code.p, type.n == 0 ? "" : " · ", (int)type.n,
                      type.n == 0 ? "" : type.p);
}

struct part {
    const char *title, *text;
};

/* False: none of them says anything. */
static bool parts(struct ui *u, const struct part *p, size_t n)
{
    bool any = false;
    for (size_t k = 0; k < n; k++) {
        if (p[k].text[0] != '\0') {
            any = true;
            ui_section(u, p[k].title);
            ui_card_begin(u, NULL, NULL, NULL);
            ui_text(u, UI_BODY, p[k].text);
            ui_card_end(u);
        }
    }
    return any;
}

static void open_code(struct ui *u, char to[static CAP_CODE_BYTES + 1], str code, const char *page)
{
    if (code.n <= CAP_CODE_BYTES) {
        memset(to, 0, CAP_CODE_BYTES + 1);
        memcpy(to, code.p, code.n);
        ui_scroll_top(u, page);
    }
}

static bool case_row(struct app *a, struct ui *u, const struct cat_case *h)
{
    struct ui_row row = {.id = form_id(a, "h:", h->code),
                         .icon = UI_ICON_WARNING,
                         .title = form_name(a, h->title, h->title_en),
                         .line2 = under(a, h->code, h->equipment_type),
                         .line3 = form_name(a, h->symptom, h->symptom_en),
                         .chevron = true};
    return ui_row(u, &row);
}

#define OF_FAULT 20 /* hard cases shown under one article; the list has all */

static void cases_of(struct app *a, struct ui *u, struct knowledge *s, const struct cat_fault *f)
{
    const struct catalogue *c = app_catalogue(a);
    unsigned n = 0;
    for (unsigned k = 0; k < c->ncases && n < OF_FAULT; k++) {
        if (!catalogue_case_of(&c->cases[k], f->code)) {
            continue;
        }
        if (n++ == 0) {
            ui_section(u, _("Hard cases of this fault"));
        }
        if (case_row(a, u, &c->cases[k])) {
            open_code(u, s->open_case, c->cases[k].code, "case");
        }
    }
}

static void article(struct app *a, struct ui *u, struct knowledge *s, const struct cat_fault *f)
{
    struct ui_screen sc = {
        .id = "article", .title = form_name(a, f->name, f->name_en), .back = true};
    unsigned hit = ui_screen_begin(u, &sc);
    ui_text(u, UI_BODY_MUTED, under(a, f->code, f->equipment_type));
    const struct part all[] = {{_("Cause"), form_name(a, f->cause, f->cause_en)},
                               {_("Action"), form_name(a, f->action, f->action_en)},
                               {_("Knowledge"), shared_z(a, f->knowledge)}};
    if (!parts(u, all, sizeof all / sizeof all[0])) {
        ui_text(u, UI_BODY_MUTED, _("Headquarters has written nothing about this fault yet."));
    }
    cases_of(a, u, s, f);
    ui_screen_end(u);
    if ((hit & UI_HIT_BACK) != 0) {
        memset(s->open, 0, sizeof s->open);
    }
}

/* The faults that a case names, as far as the catalogue has them. */
static void faults_of(struct app *a, struct ui *u, struct knowledge *s, const struct cat_case *h)
{
    const struct catalogue *c = app_catalogue(a);
    bool any = false;
    for (unsigned k = 0; k < c->nfaults; k++) {
        const struct cat_fault *f = &c->faults[k];
        if (!catalogue_case_of(h, f->code)) {
            continue;
        }
        if (!any) {
            ui_section(u, _("Faults"));
        }
        any = true;
        struct ui_row row = {.id = form_id(a, "k:", f->code),
                             .icon = UI_ICON_INFO,
                             .title = form_name(a, f->name, f->name_en),
                             .line2 = under(a, f->code, f->equipment_type),
                             .chevron = true};
        if (ui_row(u, &row)) {
            open_code(u, s->open, f->code, "article");
            memset(s->open_case, 0, sizeof s->open_case);
        }
    }
}

static void hard_case(struct app *a, struct ui *u, struct knowledge *s, const struct cat_case *h)
{
    struct ui_screen sc = {
        .id = "case", .title = form_name(a, h->title, h->title_en), .back = true};
    unsigned hit = ui_screen_begin(u, &sc);
    ui_text(u, UI_BODY_MUTED, under(a, h->code, h->equipment_type));
    const struct part all[] = {{_("Symptom"), form_name(a, h->symptom, h->symptom_en)},
                               {_("Cause"), form_name(a, h->cause, h->cause_en)},
                               {_("Action"), form_name(a, h->action, h->action_en)}};
    IGNORE(!parts(u, all, sizeof all / sizeof all[0])); /* its title says something */
    faults_of(a, u, s, h);
    ui_screen_end(u);
    if ((hit & UI_HIT_BACK) != 0) {
        memset(s->open_case, 0, sizeof s->open_case);
    }
}

/* ---- the lists --------------------------------------------------------------------------------
 */

static void article_row(struct app *a, struct ui *u, struct knowledge *s, const struct cat_fault *f)
{
    struct ui_row row = {.id = form_id(a, "k:", f->code),
                         .icon = f->knowledge.n > 0 ? UI_ICON_INFO : UI_ICON_NONE,
                         .title = form_name(a, f->name, f->name_en),
                         .line2 = under(a, f->code, f->equipment_type),
                         .line3 = shared_z(a, f->knowledge),
                         .chevron = true};
    if (ui_row(u, &row)) {
        open_code(u, s->open, f->code, "article");
    }
}

static const char *nothing(const struct knowledge *s, const struct catalogue *c)
{
    bool cases = s->kind == CASES;
    if (c->nfaults == 0 && c->ncases == 0) {
        return _("No catalogue yet. Sync to fetch it.");
    }
    if (cases && c->ncases == 0) {
        return _("Headquarters has published no hard cases yet.");
    }
    if (s->hits[cases ? ARTICLES : CASES].n > 0) {
        return cases ? _("No hard case says this. Look among the articles.")
                     : _("No article says this. Look among the hard cases.");
    }
    return _("Nothing found. Check the spelling, or search for less.");
}

static const char *with_count(struct app *a, const char *words, const struct hits *l)
{
    return shared_fmt(a, l->more ? "%s · %u+" : "%s · %u", words, l->n);
}

static void list(struct app *a, struct ui *u, struct knowledge *s, const struct catalogue *c)
{
    struct ui_screen sc = {.id = "knowledge", .title = _("Knowledge"), .back = true};
    unsigned hit = ui_screen_begin(u, &sc);
    ui_search(u, "search", _("Fault, code, any word"), s->search, sizeof s->search);
    IGNORE(!ui_scan_into(u, &(struct ui_field){.text = s->search, .cap = sizeof s->search}));
    look(s, c);
    const char *const kinds[KINDS] = {with_count(a, _("Articles"), &s->hits[ARTICLES]),
                                      with_count(a, _("Hard cases"), &s->hits[CASES])};
    ui_choice(u, "kind", NULL, kinds, KINDS, &s->kind);
    struct hits *l = &s->hits[s->kind == CASES ? CASES : ARTICLES];
    if (l->n == 0) {
        ui_empty(u, UI_ICON_SEARCH, nothing(s, c), NULL, NULL);
    }
    struct ui_list rows;
    ui_list_begin(u, &rows, s->kind == CASES ? "case-list" : "knowledge-list", l->n);
    while (ui_list_next(u, &rows)) {
        if (s->kind == CASES) {
            const struct cat_case *h = &c->cases[l->at[rows.index]];
            if (case_row(a, u, h)) {
                open_code(u, s->open_case, h->code, "case");
            }
        } else {
            article_row(a, u, s, &c->faults[l->at[rows.index]]);
        }
    }
    ui_list_end(u, &rows);
    if (l->more) {
        ui_text(u, UI_SMALL_MUTED, _("There are more. Type more to narrow them down."));
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
    const struct cat_case *h =
        s == NULL ? NULL : catalogue_case(c, bytes_of(s->open_case, strlen(s->open_case)));
    if (h != NULL) {
        hard_case(a, u, s, h);
    } else if (f != NULL) {
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
