/* conflicts.c - what stands twice: read for the screen, and the technician's own proposal. */
#include <stdio.h>
#include <string.h>

#include "app/state/app_internal.h"
#include "core/fold/record.h"

str value_words(struct app *a, struct store_txn *t, const struct field_value *v)
{
    bytes content = {NULL, 0};
    struct subject_state s;
    h32 att;
    id16 id;
    switch (v->type) {
    case FT_TEXT:
        memcpy(att.b, v->b, sizeof att.b);
        if (store_att_get(t, att, &a->frame, NULL, &content, NULL) != ST_OK) {
            return (str){NULL, 0};
        }
        return bytes_str(content);
    case FT_CODE:
        return str_c(arena_cstr(&a->frame, bytes_str(bytes_of(v->b, v->nb))));
    case FT_TIME:
        return str_c(app_time(a, v->i, true));
    case FT_MONEY:
        return str_c(app_money(a, v->i));
    case FT_QTY:
        return str_c(app_qty(a, v->i));
    case FT_REF:
        memcpy(id.b, v->b, sizeof id.b);
        if (fold_load(t, id, &a->frame, &s, NULL, NULL) != ST_OK ||
            fold_shown(&s, F_CODE) == NULL) {
            return (str){NULL, 0};
        }
        return value_words(a, t, fold_shown(&s, F_CODE));
    case FT_INT:
    case FT_ENUM:
    case FT_ID8:
        break;
    }
    char buf[24];
    snprintf(buf, sizeof buf, "%lld", (long long)v->i);
    return str_c(arena_cstr(&a->frame, str_c(buf)));
}

static str shown(struct app *a, struct store_txn *t, const struct subject_state *s, int field)
{
    const struct field_value *v = fold_shown(s, field);
    return v == NULL ? (str){NULL, 0} : value_words(a, t, v);
}

static str name_of(struct app *a, struct store_txn *t, const struct subject_state *s)
{
    int field = s->type == SUBJECT_CUSTOMER     ? F_CUSTOMER_NAME
                : s->type == SUBJECT_EQUIPMENT  ? F_EQUIPMENT_NAME
                : s->type == SUBJECT_TECHNICIAN ? F_TECHNICIAN_NAME
                                                : F_CODE;
    str name = shown(a, t, s, field);
    return name.n > 0 ? name : shown(a, t, s, F_CODE);
}

str person_words(struct app *a, struct store_txn *t, id16 person)
{
    struct subject_state s;
    return fold_load(t, person, &a->frame, &s, NULL, NULL) == ST_OK
               ? shown(a, t, &s, F_TECHNICIAN_NAME)
               : (str){NULL, 0};
}

static void fill(struct app *a, struct store_txn *t, const struct field_state *f,
                 struct conflict_item *out)
{
    out->v = arena_new(&a->frame, struct conflict_value, f->n);
    for (unsigned k = 0; out->v != NULL && k < f->n; k++) {
        const struct field_value *v = &f->v[k];
        struct conflict_value *o = &out->v[out->n++];
        *o = (struct conflict_value){.text = value_words(a, t, v),
                                     .when_ms = hlc_ms(v->time),
                                     .proposal = v->proposal,
                                     .own = id8_eq(v->author, a->who.author)};
        who_wrote(t, v->entry, &a->frame, &o->who);
    }
}

static void fill_assigned(struct app *a, struct store_txn *t, const struct subject_state *s,
                          struct conflict_item *out)
{
    out->v = arena_new(&a->frame, struct conflict_value, s->nassigned);
    for (unsigned k = 0; out->v != NULL && k < s->nassigned; k++) {
        const struct assignment *x = &s->assignments[k];
        struct conflict_value *o = &out->v[out->n++];
        *o = (struct conflict_value){.text = person_words(a, t, x->technician),
                                     .when_ms = hlc_ms(x->time)};
        who_wrote(t, x->entry, &a->frame, &o->who);
    }
}

static bool assigned_twice(const struct subject_state *s)
{
    for (unsigned k = 1; k < s->nassigned; k++) {
        if (!id16_eq(s->assignments[k].technician, s->assignments[0].technician)) {
            return true;
        }
    }
    return false;
}

static size_t of_subject(struct app *a, struct store_txn *t, id16 id, struct conflict_item *out,
                         size_t cap)
{
    struct subject_state *s = arena_new(&a->frame, struct subject_state, 1);
    size_t n = 0;
    if (s == NULL || fold_load(t, id, &a->frame, s, NULL, NULL) != ST_OK) {
        return 0;
    }
    for (unsigned k = 0; k < s->nfields && n < cap; k++) {
        if (s->fields[k].conflict) {
            out[n] = (struct conflict_item){.subject = id,
                                            .type = s->type,
                                            .field = s->fields[k].field,
                                            .name = name_of(a, t, s)};
            fill(a, t, &s->fields[k], &out[n++]);
        }
    }
    if (n < cap && s->type == SUBJECT_JOB && assigned_twice(s)) {
        out[n] = (struct conflict_item){.subject = id, .type = s->type, .name = name_of(a, t, s)};
        fill_assigned(a, t, s, &out[n++]);
    }
    return n;
}

size_t app_conflicts(struct app *a, struct conflict_item *out, size_t cap)
{
    struct store_txn *t = NULL;
    struct store_cursor *c = NULL;
    size_t n = 0;
    if (a->store == NULL || store_read(a->store, &t, NULL) != ST_OK) {
        return 0;
    }
    uint8_t prefix[1] = {LIST_CONFLICTS};
    bytes none = {NULL, 0}, key;
    if (store_scan(t, T_LIST, bytes_of(prefix, 1), none, &c, NULL) == ST_OK) {
        while (n < cap && store_next(c, &key) == ST_OK) {
            id16 id;
            if (key.n >= sizeof id.b) {
                memcpy(id.b, key.p + key.n - sizeof id.b, sizeof id.b);
                n += of_subject(a, t, id, out + n, cap - n);
            }
        }
        store_scan_end(&c);
    }
    store_abort(&t);
    return n;
}

/* The chosen value again, as a new write that names all that stand. */
static bool write_of(struct app *a, struct store_txn *t, const struct subject_state *s, int field,
                     unsigned value, struct record_write *w, bytes *text)
{
    const struct field_state *f = fold_field(s, field);
    if (f == NULL || value >= f->n) {
        return false;
    }
    const struct field_value *v = &f->v[value];
    *w = (struct record_write){.field = field, .type = v->type, .i = v->i};
    *text = (bytes){NULL, 0};
    if (v->type == FT_TEXT) {
        w->i = 0;
        *text = str_bytes(value_words(a, t, v));
        if (text->n == 0) {
            return false; /* what is not held here cannot be written again */
        }
    } else if (v->type == FT_CODE && !code_of(bytes_of(v->b, v->nb), &w->code)) {
        return false;
    } else if (v->type == FT_REF) {
        memcpy(w->ref.b, v->b, sizeof w->ref.b);
    } else if (v->type == FT_ID8) {
        memcpy(w->id.b, v->b, sizeof w->id.b);
    }
    record_see(s, w, 1);
    return true;
}

bool app_resolve(struct app *a, id16 subject, int field, unsigned value)
{
    struct store_txn *t = NULL;
    struct subject_state s;
    struct record_write w;
    struct intent i = {.type = INTENT_APPEND,
                       .subject = subject,
                       .kind = KIND_RECORD_SET,
                       .go = SCREENS,
                       .draft = ""};
    uint8_t body[CAP_BODY_BYTES];
    bytes text = {NULL, 0};
    if (a->store == NULL || store_read(a->store, &t, NULL) != ST_OK) {
        return intent_refused(a, APP_SAVING);
    }
    bool ok = fold_load(t, subject, &a->frame, &s, NULL, NULL) == ST_OK &&
              write_of(a, t, &s, field, value, &w, &text) &&
              record_encode(&w, 1, body, sizeof body, &i.data) == ST_OK;
    store_abort(&t);
    if (ok) {
        i.subject_type = s.type;
        i.natt = text.n > 0 ? 1 : 0;
        i.atts[0].type = ATT_TEXT;
        i.atts[0].content = text;
        return intent_send(a, &i, APP_SAVING);
    }
    return intent_refused(a, APP_SAVING);
}
