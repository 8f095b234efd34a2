/* reports.c - the report as it would be signed now, and as it was signed. For the screens. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/state/app_internal.h"
#include "core/codec/hash.h"
#include "core/report/proof.h"
#include "core/rules/service.h"
#include "sync/pdf/paper.h"

static struct cached_report *slot(struct app *a, unsigned k)
{
    struct cached_report *c = &a->reports[k];
    if (c->mem == NULL) {
        c->mem = malloc(APP_REPORT_BYTES);
    }
    return c->mem == NULL ? NULL : c;
}

/* What a cached report is of. */
struct wanted {
    id16 subject;
    h32 of;
    enum report_template lang;
    unsigned before;
};

static bool fresh(struct app *a, const struct cached_report *c, const struct wanted *w)
{
    return c->have && c->generation == atomic_load(&a->generation) &&
           id16_eq(c->subject, w->subject) && h32_eq(c->of, w->of) && c->template_ == w->lang &&
           c->before == w->before && c->offset_minutes == a->now.utc_offset_minutes;
}

static void mark(struct app *a, struct cached_report *c, const struct wanted *w)
{
    memset(&c->shown, 0, sizeof c->shown);
    c->have = true;
    c->generation = atomic_load(&a->generation);
    c->subject = w->subject;
    c->of = w->of;
    c->template_ = w->lang;
    c->before = w->before;
    c->offset_minutes = a->now.utc_offset_minutes;
}

/* The same number and version that the writer will arrive at (writer_sign.c). */
static enum st number_of(struct app *a, struct store_txn *t, const struct visit_state *v,
                         unsigned before, struct arena *m, str *number, unsigned *version,
                         struct err *err)
{
    *version = 1;
    for (unsigned k = 0; k < v->nsigned; k++) {
        if (v->signatures[k].version >= *version) {
            *version = v->signatures[k].version + 1;
            *number = bytes_str(bytes_of(v->signatures[k].number, v->signatures[k].nnumber));
        }
    }
    if (*version > 1) {
        return ST_OK;
    }
    uint64_t n = 0;
    enum st st = counter_peek(t, "report", *m, &n, err);
    char text[33];
    number_format(a->who.prefix, a->who.epoch_mark, n + before, text);
    *number = str_c(arena_cstr(m, str_c(text)));
    return st;
}

/* The present job's state is in memory; another's is read, in room enough for an honest one. */
static enum st visit_of(struct app *a, struct store_txn *t, id16 id, struct arena *m,
                        const struct subject_state **job, const struct visit_state **v,
                        struct err *err)
{
    const struct job_model *j = app_job(a);
    if (j != NULL && id16_eq(j->subject, id)) {
        *job = &j->job;
        *v = j->visit;
        return *v == NULL ? ST_NOT_FOUND : ST_OK;
    }
    struct subject_state *s = arena_new(m, struct subject_state, 1);
    enum st st = s == NULL ? ST_FULL : fold_load(t, id, m, s, NULL, err);
    *job = s;
    *v = st == ST_OK ? fold_visit_open(s, a->who.author) : NULL;
    return st != ST_OK ? st : *v == NULL ? ST_NOT_FOUND : ST_OK;
}

static enum st put_together(struct app *a, struct store_txn *t, const struct wanted *w,
                            struct arena *m, struct report_shown *s)
{
    const struct subject_state *job = NULL;
    const struct visit_state *v = NULL;
    str number = {NULL, 0};
    unsigned version = 1;
    enum st st = visit_of(a, t, w->subject, m, &job, &v, &s->err);
    if (st == ST_OK) {
        st = number_of(a, t, v, w->before, m, &number, &version, &s->err);
    }
    return st != ST_OK ? st
                       : report_collect(t, job, v, &a->edition.cat, w->lang, str_c(a->who.company),
                                        number, version, &a->now, m, &s->facts, &s->err);
}

const struct report_shown *app_report_of(struct app *a, id16 job, unsigned before,
                                         enum report_template lang)
{
    static const struct report_shown none = {.st = ST_FULL};
    const struct wanted w = {.subject = job, .lang = lang, .before = before};
    struct cached_report *c = slot(a, 0);
    if (c == NULL || a->store == NULL) {
        return &none;
    }
    if (fresh(a, c, &w)) {
        return &c->shown;
    }
    mark(a, c, &w);
    struct arena m = arena_of(c->mem, APP_REPORT_BYTES);
    struct report_shown *s = &c->shown;
    struct store_txn *t = NULL;
    s->st = store_read(a->store, &t, &s->err);
    if (s->st != ST_OK) {
        return s;
    }
    s->st = put_together(a, t, &w, &m, s);
    store_abort(&t);
    char *text = arena_new(&m, char, CAP_REPORT_BYTES);
    if (s->st == ST_OK) {
        s->st = text == NULL ? ST_FULL : report_text(&s->facts, text, CAP_REPORT_BYTES, &s->text);
    }
    if (s->st == ST_OK) {
        hash32(str_bytes(s->text), s->hash.b);
    }
    return s;
}

const struct report_shown *app_report(struct app *a, enum report_template lang)
{
    return app_report_of(a, a->trail[a->ntrail - 1].subject, 0, lang);
}

const struct report_shown *app_signed(struct app *a, const struct signature_state *sig)
{
    static const struct report_shown none = {.st = ST_FULL};
    struct cached_report *c = slot(a, 1);
    if (c == NULL) {
        return &none;
    }
    const struct wanted w = {.subject = a->trail[a->ntrail - 1].subject,
                             .of = sig->entry,
                             .lang = (enum report_template)sig->template_};
    if (fresh(a, c, &w)) {
        return &c->shown;
    }
    mark(a, c, &w);
    struct arena m = arena_of(c->mem, APP_REPORT_BYTES);
    struct report_shown *s = &c->shown;
    struct store_txn *t = NULL;
    s->st = store_read(a->store, &t, &s->err);
    if (s->st != ST_OK) {
        return s;
    }
    bytes facts, text;
    s->st = store_att_get(t, sig->facts, &m, NULL, &facts, &s->err);
    if (s->st == ST_OK) {
        s->st = store_att_get(t, sig->text, &m, NULL, &text, &s->err);
    }
    store_abort(&t);
    const char *rule = NULL;
    if (s->st == ST_OK) {
        s->text = bytes_str(text);
        hash32(text, s->hash.b);
        s->st = report_facts_decode(facts, &m, &s->facts, &rule);
    }
    return s;
}

str app_qr(struct app *a, h32 signoff)
{
    str qr = {NULL, 0};
    struct store_txn *t = NULL;
    if (a->store == NULL || store_read(a->store, &t, NULL) != ST_OK) {
        return qr;
    }
    str url = a->edition.cat.verify_url.n != 0 ? a->edition.cat.verify_url : S(PAPER_NO_URL);
    if (proof_qr(t, signoff, url, &a->frame, &qr, NULL) != ST_OK) {
        qr = (str){NULL, 0};
    }
    store_abort(&t);
    return qr;
}

static str next_number(struct app *a, const char *counter, char letter)
{
    struct store_txn *t = NULL;
    uint64_t n = 1;
    if (a->store == NULL || store_read(a->store, &t, NULL) != ST_OK) {
        return (str){NULL, 0};
    }
    enum st st = counter_peek(t, counter, a->frame, &n, NULL);
    store_abort(&t);
    char number[33], full[40];
    number_format(a->who.prefix, a->who.epoch_mark, n, number);
    snprintf(full, sizeof full, "%c-%s", letter, number);
    return st == ST_OK ? str_c(arena_cstr(&a->frame, str_c(full))) : (str){NULL, 0};
}

str app_receipt_number(struct app *a)
{
    return next_number(a, "receipt", 'R');
}

str app_goods_number(struct app *a)
{
    return next_number(a, "goods", 'G');
}
