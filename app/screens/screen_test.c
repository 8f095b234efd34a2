/* screen_test.c - the whole test: result, hidden dangers, tidied, taught (F-06). */
#include "app/screens/form.h"
#include "core/rules/service.h"

enum { VERSION = 1 };
struct form {
    unsigned result;
    bool tidy, taught, told;
    char danger[FORM_WORDS], words[FORM_WORDS];
};
struct test {
    struct form d;
    bool none, saving; /* the test is on its way; then the fee, when there is none */
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

static bool nothing_due(struct app *a)
{
    const struct visit_state *v = form_visit(a);
    struct fee fee;
    unsigned c = form_class(v);
    return !app_job(a)->is_goods && (c == CLASS_B || c == CLASS_C) &&
           fold_fact(v, KIND_VISIT_FEE) == NULL && fee_work_out(v, &fee) && fee.total_minor == 0;
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
    bool free = old == NULL && nothing_due(a);
    s->saving = form_send(a, &f, "test", free ? SCREENS : SCREEN_JOB) && free;
}

/* Free of charge and no part charged: the fee is none, and nobody need be asked. */
static void fee_none(struct app *a, struct test *s, id16 job)
{
    const struct app_result *r = app_result(a);
    struct form_fact f;
    if (!s->saving || app_busy(a) != APP_IDLE || r->serial == s->seen) {
        return;
    }
    s->saving = false;
    if (r->st != ST_OK || r->what != APP_SAVING) {
        return;
    }
    form_begin(a, &f, KIND_VISIT_FEE, NULL);
    s->seen = r->serial;
    if (!nothing_due(a) || !form_send(a, &f, "test", SCREEN_JOB)) {
        form_drop(a, "test");
        app_go(a, SCREEN_JOB, job); /* it is asked for there */
    }
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
    id16 job = app_job(a)->subject;
    body(u, s, app_job(a)->is_goods);
    if (form_close(a, u, &p, VERSION, &s->d, sizeof s->d)) {
        save(a, u, s, job);
    } else {
        fee_none(a, s, job);
    }
}
