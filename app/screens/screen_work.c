/* screen_work.c - what was done and which parts were fitted. A part is scanned or looked for; a
 * recorded one is tapped to be corrected. */
#include "app/screens/job_parts.h"
#include "app/screens/part_form.h"
#include "app/state/desk_book.h"
#include "core/rules/money.h"

enum { VERSION = 2 };
struct form {
    bool action[ACTION_OTHER + 1];
    bool looked; /* what the parts say was taken over once */
    char words[FORM_WORDS];
};
struct work {
    struct form d;
    bool none, no_words; /* what is missing, said after Save */
    unsigned seen;
};

/* A part that was fitted says that something was replaced: it is not asked again. */
static void from_parts(struct app *a, struct form *d)
{
    const struct visit_state *v = form_visit(a);
    for (unsigned k = 0; !d->looked && v != NULL && k < v->nfacts; k++) {
        if (v->facts[k].kind == KIND_VISIT_PART) {
            d->looked = true;
            d->action[ACTION_REPLACE] = true;
        }
    }
}

SCREEN_ENTER(work)
{
    struct work *s = app_screen_data(a, SCREEN_WORK, sizeof *s);
    union body b;
    if (s == NULL) {
        return;
    }
    memset(s, 0, sizeof *s);
    s->seen = app_result(a)->serial;
    if (form_load(a, "work", VERSION, &s->d, sizeof s->d)) {
        from_parts(a, &s->d);
        return;
    }
    const struct fact *f = form_read(form_visit(a), KIND_VISIT_ACTION, &b);
    for (unsigned k = 0; f != NULL && k < b.action.n; k++) {
        if (b.action.codes[k] <= ACTION_OTHER) {
            s->d.action[b.action.codes[k]] = true;
        }
    }
    form_text(a, f, &b, BA_ACTION, s->d.words, sizeof s->d.words);
    s->d.looked = f != NULL;
    from_parts(a, &s->d);
}

static bool make(struct app *a, struct form_fact *f, const struct form *d, const struct fact *old)
{
    form_begin(a, f, KIND_VISIT_ACTION, old);
    for (unsigned k = ACTION_REPLACE; k <= ACTION_OTHER; k++) {
        if (d->action[k]) {
            f->b.action.codes[f->b.action.n++] = k;
        }
    }
    f->b.action.words = form_words(a, f, d->words);
    return f->b.action.n > 0;
}

static void save(struct app *a, struct ui *u, struct work *s, id16 job)
{
    struct form_fact f;
    const struct fact *old = fold_fact(form_visit(a), KIND_VISIT_ACTION);
    s->none = !make(a, &f, &s->d, old);
    s->no_words = s->d.action[ACTION_OTHER] && !f.b.action.words;
    if (s->none || s->no_words) {
        ui_reveal(u, s->none ? "none" : "act_words");
        return;
    }
    s->seen = app_result(a)->serial;
    if (form_same(a, &f, old)) {
        form_drop(a, "work");
        app_go(a, SCREEN_JOB, job);
        return;
    }
    IGNORE(!form_send(a, &f, "work", form_next(a, KIND_VISIT_ACTION, old))); /* the button stays */
}

/* ---- parts ----------------------------------------------------------------------------------- */
static void open_part(struct app *a, const struct part_form *d, id16 job)
{
    form_keep(a, h32_zero(d->old) ? "part" : "part.fix", PART_FORM_VERSION, d, sizeof *d);
    app_go(a, SCREEN_PART, job);
}

static bool part_card(struct app *a, struct ui *u, const struct fact *f, unsigned index)
{
    union body b;
    if (body_decode(KIND_VISIT_PART, f->body, &b) != ST_OK) {
        return false;
    }
    const struct body_part *p = &b.part;
    bool whole = true;
    bool tapped = ui_card_begin(u, shared_fmt(a, "part:%u", index), part_form_name(a, f, &b),
                                shared_fmt(a, "× %s", app_qty(a, p->qty_milli)));
    if (p->serial_in.n > 0) {
        ui_pair(u, _("New part"), shared_z(a, bytes_str(code_bytes(&p->serial_in))));
    }
    if (p->serial_out.n > 0) {
        ui_pair(u, _("Old part"), shared_z(a, bytes_str(code_bytes(&p->serial_out))));
    }
    ui_pair(u, _("Reason"), shared_part_reason(p->reason));
    ui_pair(u, _("The old part"), shared_old_part(p->old_part));
    ui_pair(u, _("Fee"),
            p->charged ? app_money(a, money_times(p->unit_minor, p->qty_milli, &whole))
                       : _("not charged"));
    ui_card_end(u);
    return tapped;
}

/* What went in the last time for this fault, while nothing is fitted yet: one tap. */
static void last_used(struct app *a, struct ui *u, id16 job)
{
    const struct visit_state *v = form_visit(a);
    const struct job_model *j = app_job(a);
    struct part_form d;
    union body b;
    if (fold_fact(v, KIND_VISIT_PART) != NULL || form_read(v, KIND_VISIT_DIAGNOSED, &b) == NULL ||
        b.diagnosed.fault.n == 0) {
        return;
    }
    union body e;
    const struct book_like like = book_like(j);
    bool wanted = form_read(job_wanted(j), KIND_VISIT_ENDED, &e) != NULL && e.ended.part.n > 0;
    const struct code *c =
        wanted ? &e.ended.part
               : book_part(app_book(a), &like, bytes_str(code_bytes(&b.diagnosed.fault)));
    const struct cat_part *p = c == NULL ? NULL : catalogue_part(app_catalogue(a), code_bytes(c));
    if (p == NULL) {
        return;
    }
    struct ui_row row = {.id = "last_part",
                         .icon = UI_ICON_PART,
                         .title = form_name(a, p->name, p->name_en),
                         .line2 = wanted ? _("Wanted on the visit before")
                                         : _("Fitted the last time for this fault"),
                         .line3 = shared_z(a, p->number),
                         .chevron = true};
    if (ui_row(u, &row)) {
        memset(&d, 0, sizeof d);
        part_form_choose(a, &d, p->number);
        open_part(a, &d, job);
    }
}

static void parts(struct app *a, struct ui *u, id16 job)
{
    const struct visit_state *v = form_visit(a);
    struct part_form d;
    unsigned n = 0;
    ui_section(u, _("Parts"));
    for (unsigned k = 0; v != NULL && k < v->nfacts; k++) {
        if (v->facts[k].kind == KIND_VISIT_PART && part_card(a, u, &v->facts[k], ++n)) {
            part_form_of(a, &d, &v->facts[k]);
            open_part(a, &d, job);
        }
    }
    if (n == 0) {
        ui_text(u, UI_BODY_MUTED, _("No part fitted. Scan one at any time."));
    }
    const char *scan = ui_scan(u);
    if (scan != NULL) {
        memset(&d, 0, sizeof d);
        part_form_choose(a, &d, str_c(scan));
        open_part(a, &d, job);
    }
    last_used(a, u, job);
    bool begun = form_load(a, "part", PART_FORM_VERSION, &d, sizeof d) && d.chosen;
    if (ui_button_icon(u, "add_part", begun ? _("Go on with the part you began") : _("Find a part"),
                       UI_ICON_PART, UI_SECONDARY)) {
        form_drop(a, "part.fix");
        app_go(a, SCREEN_PART, job);
    }
}

static void actions(struct app *a, struct ui *u, struct work *s)
{
    ui_section(u, _("What did you do?"));
    if (s->none) {
        ui_banner(u, "none", UI_TONE_LATE, _("Choose what you did."));
    }
    ui_chips_begin(u);
    for (unsigned k = ACTION_REPLACE; k <= ACTION_OTHER; k++) {
        if (ui_chip(u, shared_fmt(a, "act:%u", k), shared_action(k), s->d.action[k])) {
            s->d.action[k] = !s->d.action[k];
        }
    }
    ui_chips_end(u);
    struct ui_field w = {.id = "act_words",
                         .label = _("In words, if needed"),
                         .text = s->d.words,
                         .cap = sizeof s->d.words,
                         .flags = UI_FIELD_MULTI};
    form_field(u, &w, &s->no_words, _("Say what the other action was."));
}

SCREEN(work)
{
    struct work *s = app_screen_data(a, SCREEN_WORK, sizeof *s);
    struct form_page p = {.id = "work",
                          .title = _("Work and parts"),
                          .save = _("Save work"),
                          .kind = KIND_VISIT_ACTION};
    if (!form_open(a, u, &p, s, s == NULL ? 0 : s->seen)) {
        return;
    }
    id16 job = app_job(a)->subject;
    if (p.rule == RULE_OK) {
        parts(a, u, job);
    }
    actions(a, u, s);
    if (form_close(a, u, &p, VERSION, &s->d, sizeof s->d)) {
        save(a, u, s, job);
    }
}
