/* screen_test.c - the whole test: result, hidden dangers, tidied, taught (F-06). */
#include "app/screens/form.h"

enum { VERSION = 1 };
struct form {
    unsigned result;
    bool tidy, taught, told;
    char danger[FORM_WORDS], words[FORM_WORDS];
};
struct test {
    struct form d;
    bool none;
    unsigned seen;
};

SCREEN_ENTER(test)
{
    struct test *s = app_screen_data(a, SCREEN_TEST, sizeof *s);
    union body b;
    if (s == NULL) {
        return;
    }
    memset(s, 0, sizeof *s);
    s->seen = app_result(a)->serial;
    if (form_load(a, "test", VERSION, &s->d, sizeof s->d)) {
        return;
    }
    const struct fact *f = form_read(form_visit(a), KIND_VISIT_TESTED, &b);
    if (f != NULL) {
        s->d.result = b.tested.result;
        s->d.tidy = (b.tested.flags & TESTED_TIDY) != 0;
        s->d.taught = (b.tested.flags & TESTED_TAUGHT) != 0;
        s->d.told = (b.tested.flags & TESTED_DANGER_TOLD) != 0;
        form_text(a, f, &b, BA_DANGER, s->d.danger, sizeof s->d.danger);
        form_text(a, f, &b, BA_RESULT, s->d.words, sizeof s->d.words);
    }
}

static void save(struct app *a, struct ui *u, struct test *s, id16 job)
{
    struct form_fact f;
    const struct fact *old = fold_fact(form_visit(a), KIND_VISIT_TESTED);
    s->none = s->d.result == 0;
    if (s->none) {
        ui_reveal(u, "none");
        return;
    }
    form_begin(a, &f, KIND_VISIT_TESTED, old);
    f.b.tested.result = s->d.result;
    f.b.tested.danger_words = form_words(a, &f, s->d.danger);
    f.b.tested.words = form_words(a, &f, s->d.words);
    f.b.tested.flags = (s->d.tidy ? (unsigned)TESTED_TIDY : 0U) |
                       (s->d.taught ? (unsigned)TESTED_TAUGHT : 0U) |
                       (f.b.tested.danger_words && s->d.told ? (unsigned)TESTED_DANGER_TOLD : 0U);
    s->seen = app_result(a)->serial;
    if (form_same(a, &f, old)) {
        form_drop(a, "test");
        app_go(a, SCREEN_JOB, job);
        return;
    }
    IGNORE(!form_send(a, &f, "test", SCREEN_JOB)); /* the button stays */
}

/* In the workshop there is nobody to teach. */
static void body(struct ui *u, struct test *s, bool workshop)
{
    const char *names[3];
    int r = (int)s->d.result - 1;
    for (unsigned k = 0; k < 3; k++) {
        names[k] = shared_result(RESULT_WORKS + k);
    }
    if (s->none) {
        ui_banner(u, "none", UI_TONE_LATE, _("Choose the result of the test."));
    }
    if (ui_choice(u, "result", _("Result of the whole test"), names, 3, &r)) {
        s->d.result = (unsigned)r + 1;
        s->none = false;
    }
    struct ui_field words = {.id = "result_words",
                             .label = _("Result in words, if needed"),
                             .text = s->d.words,
                             .cap = sizeof s->d.words,
                             .flags = UI_FIELD_MULTI};
    ui_field(u, &words);
    ui_tick(u, "tidy", _("Place tidied, tools counted"), &s->d.tidy);
    if (!workshop) {
        ui_tick(u, "taught", _("Use and care shown to the customer"), &s->d.taught);
    }
    struct ui_field danger = {.id = "danger",
                              .label = _("Hidden danger"),
                              .hint = _("empty when there is none"),
                              .text = s->d.danger,
                              .cap = sizeof s->d.danger,
                              .flags = UI_FIELD_MULTI};
    ui_field(u, &danger);
    if (s->d.danger[0] != '\0') {
        ui_tick(u, "told", _("The customer was told of it"), &s->d.told);
    }
}

SCREEN(test)
{
    struct test *s = app_screen_data(a, SCREEN_TEST, sizeof *s);
    struct form_page p = {
        .id = "test",
        .title = app_job(a) != NULL && app_job(a)->is_goods ? _("Test") : _("Test, teach, tidy"),
        .save = _("Save test"),
        .kind = KIND_VISIT_TESTED};
    if (!form_open(a, u, &p, s, s == NULL ? 0 : s->seen)) {
        return;
    }
    body(u, s, app_job(a)->is_goods);
    if (form_close(a, u, &p, VERSION, &s->d, sizeof s->d)) {
        save(a, u, s, app_job(a)->subject);
    }
}
