/* screen_equipment.c - a piece of equipment that no file has: said in words, sent as a proposal.
 * Headquarters makes the record; until then the job keeps the one that it has, or none. */
#include "app/screens/form.h"

#define LINES 4
enum { VERSION = 1 };
struct form {
    char line[LINES][FORM_LINE]; /* what, maker, model, serial */
};
struct equipment {
    struct form d;
    bool none;
    unsigned seen;
};

SCREEN_ENTER(equipment)
{
    struct equipment *s = app_screen_data(a, SCREEN_EQUIPMENT, sizeof *s);
    if (s != NULL) {
        memset(s, 0, sizeof *s);
        s->seen = app_result(a)->serial;
        IGNORE(!form_load(a, "equipment", VERSION, &s->d, sizeof s->d)); /* a new one */
    }
}

static void save(struct app *a, struct ui *u, struct equipment *s)
{
    struct form_fact f;
    const char *all = s->d.line[0];
    const struct visit_state *v = form_visit(a);
    for (int k = 1; k < LINES; k++) {
        if (s->d.line[k][0] != '\0') {
            all = shared_fmt(a, "%s · %s", all, s->d.line[k]);
        }
    }
    s->none = s->d.line[0][0] == '\0' || v == NULL;
    if (s->none) {
        ui_reveal(u, "what");
        return;
    }
    form_begin(a, &f, KIND_PROPOSED, NULL);
    memset(&f.b, 0, sizeof f.b);
    f.b.proposed.visit = v->visit;
    f.b.proposed.what = SUBJECT_EQUIPMENT;
    if (form_words(a, &f, all)) {
        s->seen = app_result(a)->serial;
        IGNORE(!form_send(a, &f, "equipment", SCREEN_JOB)); /* the button stays */
    }
}

SCREEN(equipment)
{
    struct equipment *s = app_screen_data(a, SCREEN_EQUIPMENT, sizeof *s);
    static const char *const ids[LINES] = {"what", "maker", "model", "serial"};
    const char *const labels[LINES] = {_("Equipment"), _("Maker"), _("Model"), _("Serial")};
    struct form_page p = {.id = "equipment",
                          .title = _("Equipment not on file"),
                          .save = _("Propose to headquarters"),
                          .kind = KIND_PROPOSED};
    if (!form_open(a, u, &p, s, s == NULL ? 0 : s->seen)) {
        return;
    }
    ui_text(u, UI_BODY,
            _("Headquarters puts it on file. You work on meanwhile; nothing else is asked twice."));
    for (int k = 0; k < LINES; k++) {
        struct ui_field x = {
            .id = ids[k],
            .label = labels[k],
            .text = s->d.line[k],
            .cap = sizeof s->d.line[k],
            .flags = k == 3 ? UI_FIELD_SCAN | UI_FIELD_UPPER : 0U,
            .error = k == 0 && s->none && s->d.line[0][0] == '\0' ? _("Say what it is.") : NULL};
        ui_field(u, &x);
        if (k == 3) {
            IGNORE(!ui_scan_into(u, &x)); /* that the field did not take */
        }
    }
    if (form_close(a, u, &p, VERSION, &s->d, sizeof s->d)) {
        save(a, u, s);
    }
}
