/* screen_handover.c - the technician asks to be rid of a job. It is a request: headquarters assigns
 * it anew, and that moves the data. */
#include "app/screens/form.h"

enum { VERSION = 1, REASONS = 4 };
struct form {
    unsigned reason;
    char note[FORM_WORDS];
};
struct handover {
    struct form d;
    bool none, no_note;
    unsigned seen;
};

SCREEN_ENTER(handover)
{
    struct handover *s = app_screen_data(a, SCREEN_HANDOVER, sizeof *s);
    if (s != NULL) {
        memset(s, 0, sizeof *s);
        s->seen = app_result(a)->serial;
        IGNORE(!form_load(a, "handover", VERSION, &s->d, sizeof s->d)); /* a new one */
    }
}

static void save(struct app *a, struct ui *u, struct handover *s)
{
    struct form_fact f;
    const struct visit_state *v = form_visit(a);
    form_begin(a, &f, KIND_HANDOVER_ASKED, NULL);
    memset(&f.b, 0, sizeof f.b);
    f.b.asked.visit = v == NULL ? (id8){{0}} : v->visit;
    f.b.asked.reason = s->d.reason;
    f.b.asked.note = form_words(a, &f, s->d.note);
    s->none = s->d.reason == 0;
    s->no_note = s->d.reason == REASONS && !f.b.asked.note;
    if (s->none || s->no_note) {
        ui_reveal(u, s->none ? "none" : "note");
        return;
    }
    s->seen = app_result(a)->serial;
    IGNORE(!form_send(a, &f, "handover", SCREEN_JOB)); /* the button stays */
}

SCREEN(handover)
{
    struct handover *s = app_screen_data(a, SCREEN_HANDOVER, sizeof *s);
    struct form_page p = {.id = "handover",
                          .title = _("Hand over"),
                          .save = _("Ask headquarters"),
                          .kind = KIND_HANDOVER_ASKED};
    if (!form_open(a, u, &p, s, s == NULL ? 0 : s->seen)) {
        return;
    }
    const char *const reasons[REASONS] = {_("Not in my line"), _("No time for it"),
                                          _("A colleague has part or tool"), _("Other reason")};
    int chosen = (int)s->d.reason - 1;
    ui_text(u, UI_BODY,
            _("You ask; headquarters decides who gets the job. Until then it stays yours."));
    if (s->none) {
        ui_banner(u, "none", UI_TONE_LATE, _("Choose the reason."));
    }
    if (ui_choice(u, "reason", _("Why do you hand it over?"), reasons, REASONS, &chosen)) {
        s->d.reason = (unsigned)chosen + 1;
        s->none = false;
    }
    struct ui_field note = {.id = "note",
                            .label = _("What a colleague must know"),
                            .text = s->d.note,
                            .cap = sizeof s->d.note,
                            .flags = UI_FIELD_MULTI};
    form_field(u, &note, &s->no_note, _("Say it in a few words."));
    if (form_close(a, u, &p, VERSION, &s->d, sizeof s->d)) {
        save(a, u, s);
    }
}
