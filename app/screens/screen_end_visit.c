/* screen_end_visit.c - a visit that ends without a signature: nobody there, a part wanted, the
 * price refused, help wanted. The job stays open for another visit. */
#include "app/screens/job_parts.h"

enum { VERSION = 1 };
struct form {
    unsigned outcome;
    char part[CAP_CODE_BYTES + 1];
    char note[FORM_WORDS];
};
struct end_visit {
    struct form d;
    bool none, no_note, bad_part;
    unsigned seen;
};

/* Also one that has ended: its end may be corrected until it is left. */
static const struct visit_state *visit(struct app *a)
{
    const struct job_model *j = app_job(a);
    return j == NULL ? NULL : j->visit;
}

SCREEN_ENTER(end_visit)
{
    struct end_visit *s = app_screen_data(a, SCREEN_END_VISIT, sizeof *s);
    const struct visit_state *v = visit(a);
    union body b;
    if (s == NULL) {
        return;
    }
    memset(s, 0, sizeof *s);
    s->seen = app_result(a)->serial;
    if (form_load(a, "end", VERSION, &s->d, sizeof s->d)) {
        return;
    }
    const struct fact *f = form_read(v, KIND_VISIT_ENDED, &b);
    if (f != NULL) {
        s->d.outcome = b.ended.outcome;
        memcpy(s->d.part, b.ended.part.b, b.ended.part.n);
        form_text(a, f, &b, BA_NOTE, s->d.note, sizeof s->d.note);
    } else if (form_read(v, KIND_VISIT_PRICED, &b) != NULL && !b.priced.consented) {
        s->d.outcome = END_PRICE_REFUSED;
    }
}

void screen_end_visit_for(struct app *a, unsigned outcome)
{
    struct form d = {.outcome = outcome};
    form_keep(a, "end", VERSION, &d, sizeof d);
}

static void save(struct app *a, struct ui *u, struct end_visit *s)
{
    struct form_fact f;
    form_begin(a, &f, KIND_VISIT_ENDED, fold_fact(visit(a), KIND_VISIT_ENDED));
    struct body_ended *b = &f.b.ended;
    b->outcome = s->d.outcome;
    b->note = form_words(a, &f, s->d.note);
    s->none = s->d.outcome == 0;
    s->bad_part =
        s->d.outcome == END_PART_WANTED && s->d.part[0] != '\0' && !form_code(s->d.part, &b->part);
    s->no_note = (s->d.outcome == END_OTHER && !b->note) ||
                 (s->d.outcome == END_PART_WANTED && b->part.n == 0 && !b->note);
    if (s->none || s->bad_part || s->no_note) {
        ui_reveal(u, s->none ? "none" : s->bad_part ? "part" : "note");
        return;
    }
    s->seen = app_result(a)->serial;
    IGNORE(!form_send(a, &f, "end", SCREEN_JOB)); /* the button stays */
}

static void part_wanted(struct app *a, struct ui *u, struct end_visit *s)
{
    const struct cat_part *p =
        catalogue_part(app_catalogue(a), bytes_of(s->d.part, strlen(s->d.part)));
    struct ui_field part = {.id = "part",
                            .label = _("Number of the part wanted"),
                            .hint = _("scan or type; or say it in the note"),
                            .text = s->d.part,
                            .cap = sizeof s->d.part,
                            .flags = UI_FIELD_SCAN | UI_FIELD_UPPER | UI_FIELD_ASCII};
    form_field(u, &part, &s->bad_part, _("Letters, digits and signs only."));
    s->no_note &= s->d.part[0] == '\0'; /* one of the two is enough */
    IGNORE(!ui_scan_into(u, &part));    /* that the field did not take */
    if (s->d.part[0] != '\0') {
        ui_text(u, UI_SMALL_MUTED,
                p != NULL ? form_name(a, p->name, p->name_en)
                          : _("This number is not in the catalogue. Say what it is."));
    }
}

static void body(struct app *a, struct ui *u, struct end_visit *s)
{
    static const unsigned ends[] = {END_NOBODY,      END_PART_WANTED, END_PRICE_REFUSED,
                                    END_HELP_WANTED, END_HANDED_OVER, END_OTHER};
    const struct job_model *j = app_job(a);
    bool asked = j != NULL && j->job.handover_asked;
    if (s->none) {
        ui_banner(u, "none", UI_TONE_LATE, _("Choose why the visit ends."));
    }
    ui_section(u, _("Why does the visit end?"));
    for (size_t k = 0; k < sizeof ends / sizeof ends[0]; k++) {
        if (ends[k] == END_HANDED_OVER && !asked && s->d.outcome != END_HANDED_OVER) {
            continue; /* it is asked for first */
        }
        struct ui_row row = {.id = shared_fmt(a, "end:%u", ends[k]),
                             .title = shared_end(ends[k]),
                             .checked = s->d.outcome == ends[k]};
        if (ui_row(u, &row)) {
            s->d.outcome = ends[k];
            s->none = s->bad_part = s->no_note = false; /* said of another reason */
        }
    }
    if (s->d.outcome == END_PART_WANTED) {
        part_wanted(a, u, s);
    }
    struct ui_field note = {.id = "note",
                            .label = _("Note"),
                            .text = s->d.note,
                            .cap = sizeof s->d.note,
                            .flags = UI_FIELD_MULTI};
    form_field(u, &note, &s->no_note, _("Say it in a few words."));
}

SCREEN(end_visit)
{
    struct end_visit *s = app_screen_data(a, SCREEN_END_VISIT, sizeof *s);
    const struct job_model *j = app_job(a);
    enum rule r = j == NULL ? RULE_NOT_ACCEPTED : visit_may(&j->job, j->visit, KIND_VISIT_ENDED);
    bool early = r == RULE_OK && s != NULL && s->d.outcome == END_NOBODY &&
                 fold_fact(j->visit, KIND_VISIT_ARRIVED) == NULL;
    struct ui_screen sc = {.id = "end",
                           .title = _("End the visit"),
                           .back = true,
                           .above = _("The job stays open for another visit."),
                           .primary = form_busy(a, _("End the visit")),
                           .primary_id = "end",
                           .primary_off = app_busy(a) != APP_IDLE || r != RULE_OK || early};
    unsigned hit = ui_screen_begin(u, &sc);
    if (s == NULL || j == NULL) {
        ui_screen_end(u);
        return;
    }
    shared_error(a, u, APP_SAVING, s->seen);
    form_rule(a, u, early ? RULE_NOT_ARRIVED : r);
    body(a, u, s);
    ui_screen_end(u);
    form_keep(a, "end", VERSION, &s->d, sizeof s->d);
    if ((hit & UI_HIT_PRIMARY) != 0) {
        save(a, u, s);
    } else if ((hit & UI_HIT_BACK) != 0) {
        app_go(a, SCREEN_JOB, j->subject);
    }
}
