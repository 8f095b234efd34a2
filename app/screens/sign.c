/* sign.c - see sign.h. */
#include <sodium.h>
#include <stdio.h>

#include "app/screens/sign.h"
#include "core/base/utf8.h"

enum { VERSION = 5 };
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

/* ---- the reports of the pass ----------------------------------------------------------------- */
static const struct sign_mark *mark_of(const struct sign *s, id16 job)
{
    for (unsigned k = 0; k < s->d.nmarks && k < APP_SITE_MAX; k++) {
        if (id16_eq(s->d.marks[k].job, job)) {
            return &s->d.marks[k];
        }
    }
    return NULL;
}

struct sign_mark *sign_mark(struct sign *s, id16 job)
{
    for (unsigned k = 0; k < s->d.nmarks && k < APP_SITE_MAX; k++) {
        if (id16_eq(s->d.marks[k].job, job)) {
            return &s->d.marks[k];
        }
    }
    if (s->d.nmarks >= APP_SITE_MAX) { /* of jobs that are not ready any more */
        s->d.nmarks = 0;
    }
    struct sign_mark *m = &s->d.marks[s->d.nmarks++];
    *m = (struct sign_mark){.job = job};
    return m;
}

void sign_pass(struct app *a, const struct sign *s, struct sign_pass *p)
{
    static const struct site_item nothing; /* the site cannot be read: the report says why */
    const struct site *site = app_site(a);
    unsigned before = 0;
    memset(p, 0, sizeof *p);
    for (size_t k = 0; site != NULL && k < site->n; k++) {
        const struct site_item *x = &site->items[k];
        const struct sign_mark *m = mark_of(s, x->job);
        if (!x->ready) {
            continue;
        }
        bool out = m != NULL && m->out;
        p->at = id16_eq(x->job, s->d.at) ? p->n : p->at;
        p->of[p->n].item = x;
        p->of[p->n].out = out;
        p->of[p->n++].before = before;
        before += !out && !x->numbered ? 1 : 0;
        p->in += out ? 0 : 1;
        p->sum_minor += out ? 0 : x->total_minor;
    }
    if (p->n == 0) {
        p->of[p->n++].item = &nothing;
    }
    if (p->in == 0) { /* those that were in are not ready any more: what is left is asked again */
        p->of[0].out = false;
        p->in = 1;
        p->sum_minor = p->of[0].item->total_minor;
    }
}

const struct report_shown *sign_report(struct app *a, const struct sign *s,
                                       const struct sign_pass *p, unsigned k)
{
    return app_report_of(a, p->of[k].item->job, p->of[k].before,
                         s->d.english ? REPORT_1_EN : REPORT_1_ZH);
}

void sign_turn_page(struct sign *s, const struct sign_pass *p, unsigned k)
{
    s->d.at = p->of[k].item->job;
    s->fresh = true;
}

unsigned sign_unread(struct app *a, struct sign *s, const struct sign_pass *p, bool *changed)
{
    *changed = false;
    for (unsigned k = 0; k < p->n; k++) {
        const struct sign_mark *m = mark_of(s, p->of[k].item->job);
        if (p->of[k].out) {
            continue;
        }
        const struct report_shown *r = sign_report(a, s, p, k);
        if (m == NULL || r->st != ST_OK || !h32_eq(m->read, r->hash)) {
            *changed = m != NULL && !h32_zero(m->read);
            return k;
        }
    }
    return p->n;
}

const char *sign_sum(struct app *a, const struct sign *s, const struct sign_pass *p)
{
    if (p->n > 1) {
        return shared_fmt(a,
                          ngettext("%u service report, amount due %s",
                                   "%u service reports, amount due in all %s", p->in),
                          p->in, app_money(a, p->sum_minor));
    }
    const struct report_shown *r = sign_report(a, s, p, 0);
    return shared_fmt(a, _("Service report %.*s, amount due %s"), (int)r->facts.number.n,
                      r->facts.number.p == NULL ? "" : r->facts.number.p,
                      app_money(a, r->facts.total_minor));
}

/* ---- a rating is never lost ------------------------------------------------------------------ */
static bool recorded(struct app *a, const struct visit_state *v, bytes box)
{
    for (unsigned k = 0; k < v->nfacts; k++) {
        const struct fact *f = &v->facts[k];
        if (f->kind == KIND_VISIT_RATED && f->natt == 1 &&
            bytes_eq(str_bytes(app_text(a, f->atts[0], NULL)), box)) {
            return true;
        }
    }
    return false;
}

/* The customer's pages as they stand, in memory or as kept; NULL: they were not begun. */
static struct sign_form *begun(struct app *a, const struct visit_state *v)
{
    struct sign *s = app_screen_data(a, SCREEN_SIGN_PAD, sizeof *s);
    struct sign_form *d = NULL;
    if (s != NULL && s->loaded && id8_eq(s->visit, v->visit)) {
        return &s->d;
    }
    if (app_draft_get(a, "sign").n > 0) {
        d = arena_new(app_frame(a), struct sign_form, 1);
    }
    return d != NULL && form_load(a, "sign", VERSION, d, sizeof *d) ? d : NULL;
}

void sign_settle(struct app *a, unsigned *tried)
{
    const struct job_model *j = app_job(a);
    const struct visit_state *v = form_visit(a);
    if (v == NULL || j->is_goods || app_busy(a) != APP_IDLE ||
        visit_may(&j->job, v, KIND_VISIT_RATED) != RULE_OK) {
        return;
    }
    struct sign_form *d = begun(a, v);
    unsigned serial = app_result(a)->serial;
    if (d == NULL || d->nsealed == 0) {
        *tried = 0;
    } else if (recorded(a, v, bytes_of(d->sealed, d->nsealed))) {
        sodium_memzero(d->sealed, sizeof d->sealed);
        d->nsealed = 0;
        form_keep(a, "sign", VERSION, d, sizeof *d);
    } else if (*tried == 0 || serial != *tried) {
        struct form_fact f;
        form_begin(a, &f, KIND_VISIT_RATED, NULL);
        form_attach(&f, ATT_RATINGS, bytes_of(d->sealed, d->nsealed));
        *tried = serial + 1; /* of the answer: when it is a failure, the box stays where it is */
        IGNORE(!form_send(a, &f, NULL, SCREENS)); /* that is an answer, too */
    }
}

bool sign_rated(struct app *a)
{
    return fold_fact(form_visit(a), KIND_VISIT_RATED) != NULL;
}

bool sign_done(struct app *a, id16 *first)
{
    const struct sign *s = app_screen_data(a, SCREEN_SIGN_PAD, sizeof *s);
    const struct site *site = app_site(a);
    bool done = s != NULL && s->sent;
    for (size_t k = 0; done && site != NULL && k < site->n; k++) {
        done = !(site->items[k].ready && id16_eq(site->items[k].job, s->first));
    }
    if (done) {
        *first = s->first;
    }
    return done;
}

void sign_forget(struct app *a)
{
    struct sign *s = app_screen_data(a, SCREEN_SIGN_PAD, sizeof *s);
    if (s != NULL) {
        sodium_memzero(s, sizeof *s);
    }
}

const char *sign_other(const struct sign *s)
{
    return s->d.english ? "中文" : "English";
}

/* A text in another language is another text: it has not been read. */
void sign_turn(struct app *a, struct sign *s)
{
    s->d.english = !s->d.english;
    for (unsigned k = 0; k < APP_SITE_MAX; k++) {
        memset(&s->d.marks[k].read, 0, sizeof s->d.marks[k].read);
    }
    s->fresh = true;
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

/* What was read is what is signed; what was refused is what would have been read. */
static bool name_reports(struct app *a, struct sign *s, struct sign_intent *i)
{
    struct sign_pass p;
    sign_pass(a, s, &p);
    for (unsigned k = 0; k < p.n; k++) {
        if (p.of[k].out) {
            continue;
        }
        const struct report_shown *r = sign_report(a, s, &p, k);
        if (r->st != ST_OK) {
            return false;
        }
        const struct sign_mark *m = mark_of(s, p.of[k].item->job);
        i->of[i->n].job = p.of[k].item->job;
        i->of[i->n++].text_shown =
            i->outcome == SIGN_SIGNED ? (m == NULL ? (h32){{0}} : m->read) : r->hash;
    }
    s->first = i->of[0].job;
    return true;
}

bool sign_send(struct app *a, struct sign *s, unsigned outcome)
{
    struct sign_intent i = {.outcome = outcome,
                            .relation = s->d.relation,
                            .ratings_sealed = bytes_of(s->d.sealed, s->d.nsealed),
                            .template_ = s->d.english ? REPORT_1_EN : REPORT_1_ZH};
    if (!name_reports(a, s, &i)) {
        return false;
    }
    if (outcome == SIGN_SIGNED) {
        i.name = clean(a, s->d.name);
        i.reason_words = clean(a, s->d.seal);
        i.strokes = bytes_of(s->d.strokes, s->d.nstrokes);
    } else {
        i.reason = s->d.reason;
        i.reason_words = clean(a, s->d.words);
    }
    s->seen = app_result(a)->serial;
    s->sent = app_sign(a, &i, SCREEN_HAND_BACK);
    return s->sent;
}
