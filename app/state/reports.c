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

static bool fresh(struct app *a, const struct cached_report *c, h32 of, enum report_template lang)
{
    return c->have && c->generation == atomic_load(&a->generation) &&
           id16_eq(c->subject, a->trail[a->ntrail - 1].subject) && h32_eq(c->of, of) &&
           c->template_ == lang && c->offset_minutes == a->now.utc_offset_minutes;
}

static void mark(struct app *a, struct cached_report *c, h32 of, enum report_template lang)
{
    memset(&c->shown, 0, sizeof c->shown);
    c->have = true;
    c->generation = atomic_load(&a->generation);
    c->subject = a->trail[a->ntrail - 1].subject;
    c->of = of;
    c->template_ = lang;
    c->offset_minutes = a->now.utc_offset_minutes;
}

/* The same number and version that the writer will arrive at (writer_sign.c). */
static enum st number_of(struct app *a, struct store_txn *t, const struct visit_state *v,
                         struct arena *m, str *number, unsigned *version, struct err *err)
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
    number_format(a->who.prefix, a->who.epoch_mark, n, text);
    *number = str_c(arena_cstr(m, str_c(text)));
    return st;
}

const struct report_shown *app_report(struct app *a, enum report_template lang)
{
    static const struct report_shown none = {.st = ST_FULL};
    h32 zero = {{0}};
    struct cached_report *c = slot(a, 0);
    const struct job_model *j = app_job(a);
    if (c == NULL || j == NULL) {
        return &none;
    }
    if (fresh(a, c, zero, lang)) {
        return &c->shown;
    }
    mark(a, c, zero, lang);
    struct arena m = arena_of(c->mem, APP_REPORT_BYTES);
    struct report_shown *s = &c->shown;
    struct store_txn *t = NULL;
    if (j->visit == NULL) {
        s->st = ST_NOT_FOUND;
        return s;
    }
    s->st = store_read(a->store, &t, &s->err);
    if (s->st != ST_OK) {
        return s;
    }
    str number = {NULL, 0};
    unsigned version = 1;
    s->st = number_of(a, t, j->visit, &m, &number, &version, &s->err);
    if (s->st == ST_OK) {
        s->st = report_collect(t, &j->job, j->visit, &a->edition.cat, lang, str_c(a->who.company),
                               number, version, &a->now, &m, &s->facts, &s->err);
    }
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

const struct report_shown *app_signed(struct app *a, const struct signature_state *sig)
{
    static const struct report_shown none = {.st = ST_FULL};
    struct cached_report *c = slot(a, 1);
    if (c == NULL) {
        return &none;
    }
    if (fresh(a, c, sig->entry, (enum report_template)sig->template_)) {
        return &c->shown;
    }
    mark(a, c, sig->entry, (enum report_template)sig->template_);
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
