/* sign.c - see sign.h. */
#include <sodium.h>
#include <stdio.h>

#include "app/screens/sign.h"
#include "core/base/utf8.h"

enum { VERSION = 1 };
_Static_assert(sizeof(struct sign) <= CAP_SCREEN_BYTES,
               "the customer's pages fit a screen's block");
_Static_assert(sizeof(struct sign_form) + 16 <= CAP_DRAFT_BYTES, "the draft fits");

static void name_default(struct sign *s, const struct job_model *j)
{
    str name = j->contact.n > 0 ? j->contact : j->customer_name;
    size_t n = name.n < sizeof s->d.name ? name.n : 0;
    if (n > 0) {
        memcpy(s->d.name, name.p, n);
    }
}

static void load(struct app *a, struct sign *s, const struct job_model *j,
                 const struct visit_state *v)
{
    sodium_memzero(s, sizeof *s);
    s->ink.points = s->points;
    s->ink.cap = FORM_INK;
    s->visit = v->visit;
    s->version = v->nsigned;
    s->loaded = true;
    s->fresh = true;
    for (int k = 0; k < RATE_QUESTIONS; k++) {
        s->grade[k] = -1;
    }
    if (form_load(a, "sign", VERSION, &s->d, sizeof s->d)) {
        form_ink_get(a, bytes_of(s->d.strokes, s->d.nstrokes), &s->ink);
        return;
    }
    s->d.english = j->customer_lang == 2;
    name_default(s, j);
}

struct sign *sign_data(struct app *a)
{
    struct sign *s = app_screen_data(a, SCREEN_SIGN_PAD, sizeof *s);
    const struct job_model *j = app_job(a);
    const struct visit_state *v = form_visit(a);
    enum rule r = j == NULL || v == NULL ? RULE_NOT_ACCEPTED : visit_missing(&j->job, v);
    if (s == NULL || (r != RULE_OK && r != RULE_CANCELLED)) {
        return NULL;
    }
    if (!s->loaded || !id8_eq(s->visit, v->visit) || s->version != v->nsigned) {
        load(a, s, j, v);
    }
    return s;
}

void sign_over(struct app *a)
{
    if (app_busy(a) != APP_IDLE) {
        return;
    }
    const struct job_model *j = app_job(a);
    if (j == NULL) {
        app_go(a, SCREEN_TODAY, (id16){{0}});
        return;
    }
    app_go(a, SCREEN_JOB, j->subject);
}

bool sign_enter(struct app *a)
{
    struct sign *s = sign_data(a);
    if (s == NULL) {
        sign_over(a);
        return false;
    }
    s->seen = app_result(a)->serial;
    return true;
}

void sign_keep(struct app *a, const struct sign *s)
{
    form_keep(a, "sign", VERSION, &s->d, sizeof s->d);
}

const struct report_shown *sign_report(struct app *a, const struct sign *s)
{
    return app_report(a, s->d.english ? REPORT_1_EN : REPORT_1_ZH);
}

const char *sign_other(const struct sign *s)
{
    return s->d.english ? "中文" : "English";
}

/* A text in another language is another text: it has not been read. */
void sign_turn(struct app *a, struct sign *s)
{
    s->d.english = !s->d.english;
    memset(&s->d.read, 0, sizeof s->d.read);
    sign_keep(a, s);
}

const char *sign_speaks(struct app *a)
{
    const struct sign *s = app_screen_data(a, SCREEN_SIGN_PAD, sizeof *s);
    const struct job_model *j = app_job(a);
    bool english = s != NULL && s->loaded ? s->d.english : j != NULL && j->customer_lang == 2;
    return english ? "en" : "zh";
}

static str clean(struct app *a, const char *text)
{
    str out = {NULL, 0};
    IGNORE(utf8_clean(app_frame(a), str_c(text), &out)); /* empty: it is left out */
    return out;
}

bool sign_send(struct app *a, struct sign *s, unsigned outcome)
{
    const struct report_shown *r = sign_report(a, s);
    if (r->st != ST_OK) {
        return false;
    }
    struct sign_intent i = {.outcome = outcome,
                            .relation = s->d.relation,
                            .ratings_sealed = bytes_of(s->sealed, s->nsealed),
                            .text_shown = r->hash,
                            .template_ = s->d.english ? REPORT_1_EN : REPORT_1_ZH};
    if (outcome == SIGN_SIGNED) {
        i.name = clean(a, s->d.name);
        i.strokes = bytes_of(s->d.strokes, s->d.nstrokes);
    } else {
        i.reason = s->d.reason;
        i.reason_words = clean(a, s->d.words);
    }
    s->seen = app_result(a)->serial;
    return app_sign(a, &i, SCREEN_HAND_BACK);
}
