/* api_catalogue.c - an edition before it is published: what it would change of the one in force. */
#include "sync/hq/api_reads.h"

#include "core/base/encode.h"
#include "core/fold/refold.h"
#include "core/model/catalogue.h"
#include "sync/hq/hq.h"
#include "sync/hq/reg_hours.h"

#include <stdio.h>
#include <stdlib.h>

#define ROWS_FACTOR 12U /* tables beside the bytes they point into: as op_edition_publish.c */
#define NAMED_MAX 30    /* codes of each table that are told by name */

struct opened {
    uint8_t *data, *room;
    struct catalogue cat;
    bool is;
};

static void drop(struct opened *o)
{
    free(o->data);
    free(o->room);
}

static enum st open_it(struct opened *o, bytes edition, struct err *err)
{
    size_t n = edition.n * ROWS_FACTOR + (1U << 20);
    const char *rule = "";
    o->room = malloc(n);
    if (o->room == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    struct arena a = arena_of(o->room, n);
    o->is = catalogue_open(edition, &a, &o->cat, &rule) == ST_OK;
    return o->is ? ST_OK : err_set(err, ST_BAD_INPUT, 0, "preview", "this is no edition: %s", rule);
}

static enum st sent(struct api_call *c, struct opened *o)
{
    str s;
    size_t n = 0;
    enum st st = ops_str(c->in, "data_base64url", &s, &c->err);
    if (st != ST_OK) {
        return st;
    }
    o->data = s.n > (size_t)CAP_ATT_BYTES / 3 * 4 ? NULL : malloc(s.n + 1);
    if (o->data == NULL || !base64url_get(s, o->data, s.n, &n)) {
        return err_set(&c->err, ST_BAD_INPUT, 0, __func__, "this is not base64url, or too long");
    }
    return open_it(o, bytes_of(o->data, n), &c->err);
}

/* None yet, or one that cannot be read: then everything is new. */
static enum st in_force(struct api_call *c, struct opened *o, uint64_t *number)
{
    struct arena a = c->arena;
    struct subject_state *s = arena_new(&a, struct subject_state, 1);
    id16 deployment;
    bytes content;
    memcpy(deployment.b, api_hq(c)->keys.deployment, sizeof deployment.b);
    if (s == NULL || fold_load(c->txn, deployment, &a, s, NULL, NULL) != ST_OK ||
        h32_zero(s->edition)) {
        return ST_OK;
    }
    *number = s->edition_number;
    o->data = malloc(CAP_ATT_BYTES);
    if (o->data == NULL) {
        return err_set(&c->err, ST_FULL, 0, __func__, "no memory");
    }
    struct arena m = arena_of(o->data, CAP_ATT_BYTES);
    if (store_att_get(c->txn, s->edition, &m, NULL, &content, NULL) == ST_OK) {
        IGNORE(open_it(o, content, &c->err) == ST_OK);
    }
    return ST_OK;
}

/* ---- what changes -----------------------------------------------------------------------------
 */

struct diff {
    unsigned added, changed, removed, same;
    json_t *rows;
};

static void note(struct diff *d, const char *what, str code, str name)
{
    if (json_array_size(d->rows) < NAMED_MAX) {
        json_array_append_new(d->rows, json_pack("{s:s,s:s#,s:s#}", "what", what, "code", code.p,
                                                 (int)code.n, "name", name.p == NULL ? "" : name.p,
                                                 (int)name.n));
    }
}

static json_t *done(struct diff *d)
{
    return json_pack("{s:i,s:i,s:i,s:i,s:o}", "added", (int)d->added, "changed", (int)d->changed,
                     "removed", (int)d->removed, "same", (int)d->same, "rows", d->rows);
}

/* A table of the catalogue: row i or NULL behind the last, by code, whether two rows say the same.
 */
struct rows_of {
    const void *(*at)(const struct catalogue *c, unsigned i, str *code, str *name);
    const void *(*find)(const struct catalogue *c, str code);
    bool (*same)(const void *a, const void *b);
};

static const void *part_at(const struct catalogue *c, unsigned i, str *code, str *name)
{
    if (i >= c->nparts) {
        return NULL;
    }
    *code = c->parts[i].number;
    *name = c->parts[i].name;
    return &c->parts[i];
}

static const void *part_find(const struct catalogue *c, str code)
{
    return catalogue_part(c, str_bytes(code));
}

static bool part_same(const void *x, const void *y)
{
    const struct cat_part *a = x, *b = y;
    return str_eq(a->name, b->name) && str_eq(a->name_en, b->name_en) && str_eq(a->unit, b->unit) &&
           a->price_minor == b->price_minor && a->serialized == b->serialized &&
           a->warranty_months == b->warranty_months;
}

static const void *fault_at(const struct catalogue *c, unsigned i, str *code, str *name)
{
    if (i >= c->nfaults) {
        return NULL;
    }
    *code = c->faults[i].code;
    *name = c->faults[i].name;
    return &c->faults[i];
}

static const void *fault_find(const struct catalogue *c, str code)
{
    return catalogue_fault(c, str_bytes(code));
}

static bool fault_same(const void *x, const void *y)
{
    const struct cat_fault *a = x, *b = y;
    return str_eq(a->name, b->name) && str_eq(a->name_en, b->name_en) &&
           str_eq(a->equipment_type, b->equipment_type) && str_eq(a->cause, b->cause) &&
           str_eq(a->cause_en, b->cause_en) && str_eq(a->action, b->action) &&
           str_eq(a->action_en, b->action_en) && str_eq(a->knowledge, b->knowledge) &&
           a->frequency == b->frequency && a->cause_code == b->cause_code &&
           a->action_code == b->action_code;
}

static const void *price_at(const struct catalogue *c, unsigned i, str *code, str *name)
{
    if (i >= c->nprices) {
        return NULL;
    }
    *code = c->prices[i].code;
    *name = c->prices[i].name;
    return &c->prices[i];
}

static const void *price_find(const struct catalogue *c, str code)
{
    return catalogue_price(c, str_bytes(code));
}

static bool price_same(const void *x, const void *y)
{
    const struct cat_price *a = x, *b = y;
    return str_eq(a->name, b->name) && str_eq(a->name_en, b->name_en) && str_eq(a->unit, b->unit) &&
           a->price_minor == b->price_minor && a->class_ == b->class_;
}

static const void *case_at(const struct catalogue *c, unsigned i, str *code, str *name)
{
    if (i >= c->ncases) {
        return NULL;
    }
    *code = c->cases[i].code;
    *name = c->cases[i].title;
    return &c->cases[i];
}

static const void *case_find(const struct catalogue *c, str code)
{
    return catalogue_case(c, str_bytes(code));
}

static bool case_same(const void *x, const void *y)
{
    const struct cat_case *a = x, *b = y;
    return str_eq(a->faults, b->faults) && str_eq(a->title, b->title) &&
           str_eq(a->title_en, b->title_en) && str_eq(a->equipment_type, b->equipment_type) &&
           str_eq(a->symptom, b->symptom) && str_eq(a->symptom_en, b->symptom_en) &&
           str_eq(a->cause, b->cause) && str_eq(a->cause_en, b->cause_en) &&
           str_eq(a->action, b->action) && str_eq(a->action_en, b->action_en);
}

static const struct rows_of all[] = {{part_at, part_find, part_same},
                                     {fault_at, fault_find, fault_same},
                                     {price_at, price_find, price_same},
                                     {case_at, case_find, case_same}};

/* Each row of the new looked up in the old, and back. */
static json_t *diff(const struct rows_of *t, const struct catalogue *was,
                    const struct catalogue *now)
{
    struct diff d = {.rows = json_array()};
    str code, name;
    const void *row = t->at(now, 0, &code, &name);
    for (unsigned i = 1; row != NULL; row = t->at(now, i++, &code, &name)) {
        const void *old = was == NULL ? NULL : t->find(was, code);
        bool kept = old != NULL && t->same(old, row);
        d.added += old == NULL;
        d.changed += old != NULL && !kept;
        d.same += kept;
        if (!kept) {
            note(&d, old == NULL ? "added" : "changed", code, name);
        }
    }
    for (unsigned i = 0; was != NULL && t->at(was, i, &code, &name) != NULL; i++) {
        if (t->find(now, code) == NULL) {
            d.removed++;
            note(&d, "removed", code, name);
        }
    }
    return done(&d);
}

enum st api_read_preview(struct api_call *c)
{
    struct opened fresh = {.is = false}, old = {.is = false};
    uint64_t number = 0;
    enum st st = sent(c, &fresh);
    st = st == ST_OK ? in_force(c, &old, &number) : st;
    if (st == ST_OK) {
        const struct catalogue *now = &fresh.cat, *was = old.is ? &old.cat : NULL;
        struct calendars none; /* by which all goes before there is an edition */
        calendars_default(&none);
        bool address =
            was == NULL ? now->verify_url.n > 0 : !str_eq(was->verify_url, now->verify_url);
        c->out = json_pack("{s:I,s:I,s:b,s:o,s:o,s:o,s:o,s:o,s:s#,s:b}", "number",
                           (json_int_t)now->number, "in_force", (json_int_t)number, "publishable",
                           now->number > number, "parts", diff(&all[0], was, now), "faults",
                           diff(&all[1], was, now), "prices", diff(&all[2], was, now), "cases",
                           diff(&all[3], was, now), "calendars",
                           reg_hours(&now->calendars, was == NULL ? &none : &was->calendars),
                           "verify_url", now->verify_url.p == NULL ? "" : now->verify_url.p,
                           (int)now->verify_url.n, "verify_url_changes", address);
    }
    drop(&fresh);
    drop(&old);
    return st;
}

/* One that was published, as a file: for another headquarters, or to be looked at. */
enum st api_read_edition(struct api_call *c)
{
    struct att_view v;
    bytes manifest, content;
    h32 name;
    uint8_t *room = malloc(2U * CAP_ATT_BYTES);
    struct arena m = arena_of(room, room == NULL ? 0 : 2U * CAP_ATT_BYTES);
    enum st st = room == NULL ? err_set(&c->err, ST_FULL, 0, __func__, "no memory") : ST_OK;
    if (st == ST_OK && (!hex_get(str_c(c->param), name.b, sizeof name.b) ||
                        store_att_get(c->txn, name, &m, &manifest, &content, NULL) != ST_OK ||
                        att_parse(manifest, &v, NULL) != ST_OK || v.type != ATT_EDITION)) {
        st = api_refuse(c, 404, "not-found", "there is no such edition");
    }
    if (st == ST_OK) {
        c->reply.body = malloc(content.n + 1);
        st = c->reply.body == NULL ? err_set(&c->err, ST_FULL, 0, __func__, "no memory") : ST_OK;
    }
    if (st == ST_OK) {
        memcpy(c->reply.body, content.p, content.n);
        c->reply.n = content.n;
        c->reply.status = 200;
        c->reply.type = "application/cbor";
        snprintf(c->reply.file, sizeof c->reply.file, "catalogue-%.8s.cbor", c->param);
    }
    free(room);
    return st;
}
