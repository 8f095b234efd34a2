/* screen_help.c - help is asked of the supervisor: what for, and of a larger problem the
 * technician's own proposal and what the customer asks (B-03.7, A-13). What came of it stands here,
 * too. */
#include "app/screens/help.h"

enum { VERSION = 1 };
struct form {
    unsigned reason;
    char note[FORM_WORDS], proposal[FORM_WORDS], demand[FORM_WORDS];
};
struct help {
    struct form d;
    bool none, no_note;
    unsigned seen;
};

static const char *const reasons[] = {
    [HELP_LATE] = N_("Not ready by the planned time"),
    [HELP_CAUSE] = N_("The cause cannot be found"),
    [HELP_HANDS] = N_("A second person or a tool is needed"),
    [HELP_LARGER] = N_("A larger problem"),
};
#define REASONS (sizeof reasons / sizeof reasons[0])

const char *help_reason(unsigned r)
{
    return r > 0 && r < REASONS ? _(reasons[r]) : _("Help request");
}

SCREEN_ENTER(help)
{
    struct help *s = app_screen_data(a, SCREEN_HELP, sizeof *s);
    if (s != NULL) {
        memset(s, 0, sizeof *s);
        s->seen = app_result(a)->serial;
        IGNORE(!form_load(a, "help", VERSION, &s->d, sizeof s->d)); /* a new one */
    }
}

static void add(char *to, size_t cap, const char *text)
{
    size_t n = strlen(to), m = strlen(text);
    if (m < cap - n) {
        memcpy(to + n, text, m + 1);
    }
}

/* A larger problem in one note, each part with its name. */
static const char *three(struct app *a, const struct form *d)
{
    enum { ROOM = 4 * FORM_WORDS };
    char *all = arena_new(app_frame(a), char, ROOM);
    const char *const parts[][2] = {{_("My proposal"), d->proposal},
                                    {_("The customer asks"), d->demand}};
    if (all == NULL) {
        return d->note;
    }
    add(all, ROOM, d->note);
    for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++) {
        if (parts[k][1][0] != '\0') {
            add(all, ROOM, "\n");
            add(all, ROOM, shared_fmt(a, _("%s: %s"), parts[k][0], parts[k][1]));
        }
    }
    return all;
}

static void save(struct app *a, struct ui *u, struct help *s)
{
    struct form_fact f;
    const char *words = s->d.note;
    s->none = s->d.reason == 0;
    s->no_note = s->d.note[0] == '\0';
    if (s->none || s->no_note) {
        ui_reveal(u, s->none ? "none" : "note");
        return;
    }
    if (s->d.reason == HELP_LARGER) {
        words = three(a, &s->d);
    }
    form_begin(a, &f, KIND_HELP_ASKED, NULL);
    f.b.asked.reason = s->d.reason;
    f.b.asked.visit = form_visit(a)->visit;
    f.b.asked.note = form_words(a, &f, words);
    s->seen = app_result(a)->serial;
    IGNORE(!form_send(a, &f, "help", SCREEN_JOB)); /* the button stays */
}

const char *help_decision(struct app *a, const struct help_answer *x)
{
    static const char *const words[] = {
        [HELP_COMES] = N_("Help is coming"),
        [HELP_ADVICE] = N_("Advice"),
        [HELP_TAKEN_OVER] = N_("A colleague takes it over"),
        [HELP_PUT_OFF] = N_("Another time was agreed"),
        [HELP_AGREED] = N_("As you proposed"),
        [HELP_OTHER] = N_("Another decision"),
    };
    const char *what = x->decision > 0 && x->decision < HELP_DECISIONS ? _(words[x->decision])
                                                                       : _("Another decision");
    str who = id16_zero(x->who) ? (str){NULL, 0} : app_person(a, x->who);
    if (who.n > 0) {
        what = shared_fmt(a, "%s · %.*s", what, (int)who.n, who.p);
    }
    return x->when_ms > 0 ? shared_fmt(a, "%s · %s", what, app_time(a, x->when_ms, true)) : what;
}

/* Every answer to this request, the newest last. Returns how many. */
unsigned help_answers(struct app *a, struct ui *u, const struct subject_state *s, h32 asked)
{
    unsigned n = 0;
    for (unsigned k = 0; k < s->nanswers; k++) {
        const struct help_answer *x = &s->answers[k];
        if (!h32_eq(x->asked, asked)) {
            continue;
        }
        bool gone = false;
        str words = h32_zero(x->words) ? (str){NULL, 0} : app_text(a, x->words, &gone);
        n++;
        ui_card_begin(u, NULL, _("Answer"), app_time(a, hlc_ms(x->time), true));
        ui_text(u, UI_BODY, help_decision(a, x));
        if (words.n > 0) {
            ui_text(u, UI_BODY, shared_z(a, words));
        } else if (!h32_zero(x->words)) {
            ui_text(u, UI_SMALL_MUTED,
                    gone ? _("Not kept here any more") : _("Its words have not come yet: sync."));
        }
        ui_text(u, UI_SMALL_MUTED, shared_z(a, app_person(a, x->actor)));
        ui_card_end(u);
    }
    return n;
}

static void request_shown(struct app *a, struct ui *u, const struct job_model *j,
                          const struct fact *f, bool waits)
{
    char words[4 * FORM_WORDS];
    union body b;
    if (body_decode(f->kind, f->body, &b) != ST_OK) {
        return;
    }
    ui_card_begin(u, NULL, help_reason(b.asked.reason), app_time(a, f->wall_ms, true));
    form_text(a, f, &b, BA_NOTE, words, sizeof words);
    ui_text(u, UI_BODY, words);
    ui_card_end(u);
    if (help_answers(a, u, &j->job, f->entry) == 0 && waits) {
        ui_text(u, UI_SMALL_MUTED,
                _("No answer yet. It comes with a sync; in a hurry, phone the supervisor."));
    }
}

unsigned help_shown(struct app *a, struct ui *u, const struct job_model *j)
{
    bool waits = visit_help(&j->job, j->visit) == VISIT_HELP_WAITS;
    const struct fact *last = j->visit == NULL ? NULL : fold_fact(j->visit, KIND_HELP_ASKED);
    unsigned n = 0;
    for (unsigned i = 0; i < j->job.nvisits; i++) {
        const struct visit_state *v = &j->job.visits[i];
        for (unsigned k = 0; k < v->nfacts; k++) {
            const struct fact *f = &v->facts[k];
            if (f->kind != KIND_HELP_ASKED) {
                continue;
            }
            if (n++ == 0) {
                ui_section(u, _("Help asked"));
            }
            request_shown(a, u, j, f, waits && last != NULL && h32_eq(f->entry, last->entry));
        }
    }
    return n;
}

static void field(struct ui *u, const char *id, const char *label, char *text, const char *error)
{
    struct ui_field f = {.id = id,
                         .label = label,
                         .text = text,
                         .cap = FORM_WORDS,
                         .flags = UI_FIELD_MULTI,
                         .error = error};
    ui_field(u, &f);
}

SCREEN(help)
{
    struct help *s = app_screen_data(a, SCREEN_HELP, sizeof *s);
    struct form_page p = {.id = "help",
                          .title = _("Ask for help"),
                          .save = _("Send to the supervisor"),
                          .kind = KIND_HELP_ASKED};
    if (!form_open(a, u, &p, s, s == NULL ? 0 : s->seen)) {
        return;
    }
    IGNORE(help_shown(a, u, app_job(a)) == 0); /* none was asked yet */
    ui_section(u, _("What is it about?"));
    if (s->none && s->d.reason == 0) {
        ui_banner(u, "none", UI_TONE_LATE, _("Choose the reason."));
    }
    for (unsigned k = 1; k < REASONS; k++) {
        struct ui_row row = {
            .id = shared_fmt(a, "help:%u", k), .title = _(reasons[k]), .checked = s->d.reason == k};
        if (ui_row(u, &row)) {
            s->d.reason = k;
        }
    }
    field(u, "note", _("What is the matter"), s->d.note,
          s->no_note && s->d.note[0] == '\0' ? _("Say it in a few words.") : NULL);
    if (s->d.reason == HELP_LARGER) {
        field(u, "proposal", _("My proposal"), s->d.proposal, NULL);
        field(u, "demand", _("The customer asks"), s->d.demand, NULL);
        ui_text(u, UI_SMALL_MUTED, _("Promise nothing before the supervisor has decided."));
    }
    if (form_close(a, u, &p, VERSION, &s->d, sizeof s->d)) {
        save(a, u, s);
    }
}
