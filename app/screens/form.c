/* form.c - see form.h: drafts, facts, numbers as typed. */
#include <stdio.h>
#include <string.h>

#include "app/screens/form.h"
#include "app/screens/goods.h"
#include "core/base/utf8.h"

/* ---- drafts ---------------------------------------------------------------------------------- */
struct head {
    uint16_t version;
    id8 visit;
};

static id8 visit_id(struct app *a)
{
    const struct job_model *j = app_job(a);
    return j != NULL && j->visit != NULL ? j->visit->visit : (id8){{0}};
}

bool form_load(struct app *a, const char *name, unsigned version, void *form, size_t size)
{
    memset(form, 0, size);
    bytes d = app_draft_get(a, name);
    struct head h;
    if (d.n < sizeof h || d.n - sizeof h > size) {
        return false;
    }
    memcpy(&h, d.p, sizeof h);
    if (h.version != version || !id8_eq(h.visit, visit_id(a))) {
        return false;
    }
    memcpy(form, d.p + sizeof h, d.n - sizeof h);
    return true;
}

void form_keep(struct app *a, const char *name, unsigned version, const void *form, size_t size)
{
    if (app_busy(a) == APP_SAVING) {
        return; /* it is becoming a fact */
    }
    struct head h;
    memset(&h, 0, sizeof h);
    h.version = (uint16_t)version;
    h.visit = visit_id(a);
    const uint8_t *p = form;
    while (size > 0 && p[size - 1] == 0) {
        size--; /* what was not touched costs nothing */
    }
    bytes kept = app_draft_get(a, name);
    uint8_t *buf = arena_new(app_frame(a), uint8_t, sizeof h + size);
    if (buf == NULL || (size == 0 && kept.n == 0)) {
        return; /* nothing was begun */
    }
    memcpy(buf, &h, sizeof h);
    memcpy(buf + sizeof h, form, size);
    bytes fresh = bytes_of(buf, sizeof h + size);
    if (bytes_eq(fresh, kept)) {
        return;
    }
    IGNORE(!app_draft(a, name, fresh)); /* the queue is full: the next frame tries again */
}

void form_drop(struct app *a, const char *name)
{
    if (app_draft_get(a, name).n > 0) {
        IGNORE(!app_draft(a, name, (bytes){NULL, 0})); /* it goes with the next change */
    }
}

/* ---- facts ----------------------------------------------------------------------------------- */
const struct visit_state *form_visit(struct app *a)
{
    const struct job_model *j = app_job(a);
    return j == NULL ? NULL : fold_visit_open(&j->job, app_author(a));
}

unsigned form_class(const struct visit_state *v)
{
    union body b;
    return form_read(v, KIND_VISIT_CLASS, &b) != NULL ? b.class_.class_ : CLASS_NONE;
}

struct class_decision form_decision(const struct job_model *j)
{
    struct class_decision d = j->class_;
    union body b;
    if (form_read(j->visit, KIND_VISIT_CLASS, &b) != NULL) {
        bool same = d.class_ == (enum service_class)b.class_.class_;
        d.until_ms = same ? d.until_ms : j->class_excluded.until_ms;
        d.class_ = (enum service_class)b.class_.class_;
        d.basis = (enum class_basis)b.class_.basis;
    }
    return d;
}

const struct fact *form_read(const struct visit_state *v, unsigned kind, union body *b)
{
    const struct fact *f = fold_fact(v, kind);
    return f != NULL && body_decode(kind, f->body, b) == ST_OK ? f : NULL;
}

void form_put_text(char *buf, size_t cap, str s)
{
    size_t n = s.n < cap ? s.n : cap - 1;
    while (n < s.n && n > 0 && ((uint8_t)s.p[n] & 0xC0U) == 0x80U) {
        n--;
    }
    memset(buf, 0, cap);
    if (n > 0) {
        memcpy(buf, s.p, n);
    }
}

void form_text(struct app *a, const struct fact *f, const union body *b, enum body_att what,
               char *buf, size_t cap)
{
    int k = f == NULL ? -1 : body_att(f->kind, b, what);
    str s = {NULL, 0};
    if (k >= 0 && (unsigned)k < f->natt) {
        s = app_text(a, f->atts[k], NULL);
    }
    form_put_text(buf, cap, s);
}

void form_begin(struct app *a, struct form_fact *f, unsigned kind, const struct fact *old)
{
    memset(f, 0, sizeof *f);
    f->kind = kind;
    f->b.head.visit = visit_id(a);
    if (old != NULL) {
        f->b.head.old.n = 1;
        f->b.head.old.h[0] = old->entry;
    }
}

void form_attach(struct form_fact *f, enum att_type type, bytes content)
{
    if (f->natt < FORM_ATTS) {
        f->atts[f->natt++] = (struct intent_att){.type = type, .content = content};
    }
}

bool form_words(struct app *a, struct form_fact *f, const char *words)
{
    str clean = {NULL, 0};
    if (words[0] == '\0' || utf8_clean(app_frame(a), str_c(words), &clean) != ST_OK ||
        clean.n == 0) {
        return false;
    }
    form_attach(f, ATT_TEXT, str_bytes(clean));
    return true;
}

bool form_same(struct app *a, const struct form_fact *f, const struct fact *old)
{
    union body b = f->b, o;
    uint8_t x[CAP_BODY_BYTES], y[CAP_BODY_BYTES];
    bytes bx, by;
    if (old == NULL || old->kind != f->kind || old->natt != f->natt ||
        body_decode(old->kind, old->body, &o) != ST_OK) {
        return false;
    }
    if (f->kind >= KIND_VISIT_ACCEPTED && f->kind <= KIND_VISIT_PAID) {
        b.head.old.n = 0; /* what it replaces is not what it says */
        o.head.old.n = 0;
    }
    if (body_encode(f->kind, &b, x, sizeof x, &bx) != ST_OK ||
        body_encode(f->kind, &o, y, sizeof y, &by) != ST_OK || !bytes_eq(bx, by)) {
        return false;
    }
    for (unsigned k = 0; k < f->natt; k++) {
        if (!bytes_eq(f->atts[k].content, str_bytes(app_text(a, old->atts[k], NULL)))) {
            return false;
        }
    }
    return true;
}

bool form_send(struct app *a, const struct form_fact *f, const char *draft, enum screen_id go)
{
    uint8_t buf[CAP_BODY_BYTES];
    bytes body;
    return body_encode(f->kind, &f->b, buf, sizeof buf, &body) == ST_OK &&
           app_append(a, f->kind, body, f->atts, f->natt, draft, go);
}

enum screen_id form_next(struct app *a, unsigned kind, const struct fact *old)
{
    const struct job_model *j = app_job(a);
    if (old != NULL || j == NULL || j->is_goods || goods_out(j) != NULL) {
        return SCREEN_JOB; /* put right; in the workshop, where work has no order; a return */
    }
    switch (kind) {
    case KIND_VISIT_ARRIVED:
        return SCREEN_DIAGNOSE;
    case KIND_VISIT_DIAGNOSED:
    case KIND_VISIT_CLASS:
        return form_class(form_visit(a)) == CLASS_A ? SCREEN_PRICE : SCREEN_WORK;
    case KIND_VISIT_PRICED:
        return SCREEN_WORK;
    case KIND_VISIT_ACTION:
        return SCREEN_TEST;
    default:
        return SCREEN_JOB;
    }
}

bool form_open(struct app *a, struct ui *u, struct form_page *p, const void *screen, unsigned seen)
{
    const struct job_model *j = app_job(a);
    p->rule = j == NULL ? RULE_NOT_ACCEPTED : visit_may(&j->job, form_visit(a), p->kind);
    struct ui_screen sc = {.id = p->id,
                           .title = p->title,
                           .back = true,
                           .primary = form_busy(a, p->save),
                           .primary_id = "save",
                           .primary_off = app_busy(a) != APP_IDLE || p->rule != RULE_OK};
    p->hit = ui_screen_begin(u, &sc);
    if (screen == NULL || j == NULL) {
        ui_screen_end(u);
        if ((p->hit & UI_HIT_BACK) != 0) {
            app_back(a);
        }
        return false;
    }
    shared_error(a, u, APP_SAVING, seen);
    form_rule(a, u, p->rule);
    return true;
}

bool form_close(struct app *a, struct ui *u, const struct form_page *p, unsigned version,
                const void *data, size_t size)
{
    ui_screen_end(u);
    form_keep(a, p->id, version, data, size);
    if ((p->hit & UI_HIT_BACK) != 0) {
        app_back(a);
    }
    return (p->hit & UI_HIT_PRIMARY) != 0;
}

void form_rule(struct app *a, struct ui *u, enum rule r)
{
    if (r != RULE_OK) {
        struct app_result no = {.what = APP_SAVING, .st = ST_FORBIDDEN, .err = {.sys = (int)r}};
        ui_banner(u, "rule", r == RULE_CANCELLED ? UI_TONE_SOON : UI_TONE_LATE,
                  app_error_words(a, &no));
    }
}

const char *form_busy(struct app *a, const char *words)
{
    return app_busy(a) == APP_SAVING ? _("Saving…") : words;
}

/* ---- numbers --------------------------------------------------------------------------------- */
#define NUMBER_MAX 100000000000LL /* a thousand million and some: no visit costs more */

static bool number(const char *text, int places, int64_t *out)
{
    int64_t v = 0;
    int after = -1, digits = 0;
    *out = 0;
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '.' && after < 0) {
            after = 0;
            continue;
        }
        if (*p < '0' || *p > '9' || after == places || v > NUMBER_MAX) {
            return false;
        }
        v = v * 10 + (*p - '0');
        after += after >= 0 ? 1 : 0;
        digits++;
    }
    for (int k = after < 0 ? 0 : after; k < places; k++) {
        v *= 10;
    }
    *out = v;
    return digits > 0 || text[0] == '\0';
}

bool form_money(const char *text, int64_t *minor)
{
    return number(text, 2, minor);
}

bool form_qty(const char *text, int64_t *milli)
{
    return number(text, 3, milli);
}

void form_put_money(char *buf, size_t cap, int64_t minor)
{
    snprintf(buf, cap, "%lld.%02d", (long long)(minor / 100), (int)(minor % 100));
}

void form_put_qty(char *buf, size_t cap, int64_t milli)
{
    snprintf(buf, cap, "%lld.%03d", (long long)(milli / 1000), (int)(milli % 1000));
    for (size_t n = strlen(buf); n > 0 && (buf[n - 1] == '0' || buf[n - 1] == '.'); n--) {
        bool point = buf[n - 1] == '.';
        buf[n - 1] = '\0';
        if (point) {
            break;
        }
    }
}

/* ---- codes and names ------------------------------------------------------------------------- */
bool form_code(const char *text, struct code *out)
{
    while (*text == ' ') {
        text++;
    }
    size_t n = strlen(text);
    while (n > 0 && text[n - 1] == ' ') {
        n--;
    }
    return code_of(bytes_of(text, n), out);
}

const char *form_name(struct app *a, str zh, str en)
{
    bool english = app_settings(a)->lang[0] == 'e';
    str s = english && en.n > 0 ? en : zh.n > 0 ? zh : en;
    return shared_z(a, s);
}

const char *form_id(struct app *a, const char *prefix, str code)
{
    return shared_fmt(a, "%s%.*s", prefix, (int)code.n, code.p);
}

/* ---- ink ------------------------------------------------------------------------------------- */
bytes form_ink_put(const struct ui_ink *ink, uint8_t *buf, size_t cap)
{
    struct stroke_point points[FORM_INK];
    struct strokes s = {.w = ink->w, .h = ink->h, .points = points};
    for (size_t k = 0; k < ink->n && k < FORM_INK; k++) {
        const struct ui_ink_point *p = &ink->points[k];
        points[s.n++] =
            (struct stroke_point){p->x, p->y, p->t_ms, p->pressure, p->start || s.n == 0};
    }
    bytes out = {NULL, 0};
    if (s.n == 0 || strokes_encode(&s, buf, cap, &out) != ST_OK) {
        return (bytes){NULL, 0};
    }
    return out;
}

void form_ink_get(struct app *a, bytes kept, struct ui_ink *ink)
{
    struct strokes s;
    const char *rule = NULL;
    ink->n = 0;
    if (kept.n == 0 || strokes_decode(kept, app_frame(a), &s, &rule) != ST_OK) {
        return;
    }
    ink->w = s.w;
    ink->h = s.h;
    for (size_t k = 0; k < s.n && k < ink->cap; k++) {
        const struct stroke_point *p = &s.points[k];
        ink->points[ink->n++] = (struct ui_ink_point){p->x, p->y, p->t_ms, p->pressure, p->start};
    }
}

#define NARROW_SP                                                                                  \
    560 /* header, steps, three lines, two rows of buttons and a pad worth signing                 \
         */

#define BARE_SP 400 /* below it two lines above the pad leave no room for the button under it */
#define LOW_SP 250  /* below it the button itself leaves none */

bool form_narrow(const struct app *a)
{
    return app_height_sp(a) < NARROW_SP;
}

bool form_bare(const struct app *a)
{
    return form_narrow(a) && (app_lying(a) || app_height_sp(a) < BARE_SP);
}

bool form_pad(struct ui *u, const char *id, const char *label, const char *hint, int buttons,
              struct ui_ink *ink)
{
    size_t before = ink->n;
    bool end = false;
    ui_pad(u, id, label, hint, buttons, ink, &end);
    if (ink->t0_ms == 0 && before > 0 && ink->n > before) {
        /* The strokes were kept over a restart: the clock that they began with is gone. The new
         * ones follow after a second. */
        uint32_t shift = ink->points[before].t_ms - ink->points[before - 1].t_ms - 1000U;
        for (size_t k = before; k < ink->n; k++) {
            ink->points[k].t_ms -= shift;
        }
        ink->t0_ms = shift;
    }
    return end;
}

bool form_low(const struct app *a)
{
    return app_height_sp(a) < LOW_SP;
}

void form_pad_header(const struct app *a, struct ui_screen *sc, int icon)
{
    if (form_low(a)) {
        sc->icons[icon].icon = UI_ICON_TRASH;
        sc->icons[icon].id = "clear";
        sc->icons[icon].label = _("Clear");
    }
}

void form_field(struct ui *u, struct ui_field *f, bool *wrong, const char *why)
{
    f->error = *wrong ? why : NULL;
    if ((ui_field(u, f) & UI_FIELD_CHANGED) != 0) {
        *wrong = false;
    }
}

bool form_pad_clear(const struct app *a, struct ui *u, const struct ui_ink *ink)
{
    return !form_low(a) &&
           ui_button(u, "clear", _("Clear"), UI_SECONDARY | (ink->n == 0 ? UI_OFF : 0U));
}

/* ---- language -------------------------------------------------------------------------------- */
void form_lang(struct app *a, const char *lang, char keep[static 3])
{
    memcpy(keep, app_settings(a)->lang, 3);
    memcpy(app_settings(a)->lang, lang[0] == 'e' ? "en" : "zh", 3);
    i18n_use(app_settings(a)->lang);
}

void form_lang_end(struct app *a, const char keep[static 3])
{
    memcpy(app_settings(a)->lang, keep, 3);
    i18n_use(keep);
}
