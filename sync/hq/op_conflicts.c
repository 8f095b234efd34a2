/* op_conflicts.c - values in conflict: shown with their writers, resolved by name. */
#include "sync/hq/op_record.h"

#include <stdlib.h>

#define CONFLICTS_MAX 1000 /* shown at once; resolving some shows the rest */

/* --- conflicts
 * -----------------------------------------------------------------------------------------------------
 */

static json_t *text_of(struct store_txn *t, const struct field_value *v)
{
    uint8_t *room = malloc(2 * CAP_ATT_SMALL_BYTES);
    json_t *out = NULL;
    bytes manifest, content;
    h32 name;
    memcpy(name.b, v->b, sizeof name.b);
    if (room != NULL) {
        struct arena a = arena_of(room, 2 * CAP_ATT_SMALL_BYTES);
        if (store_att_get(t, name, &a, &manifest, &content, NULL) == ST_OK) {
            out = json_stringn((const char *)content.p, content.n);
        }
    }
    free(room);
    return out != NULL ? out : json_null();
}

static json_t *value_of(struct store_txn *t, const struct field_value *v)
{
    json_t *value;
    switch (v->type) {
    case FT_TEXT:
        value = text_of(t, v);
        break;
    case FT_CODE:
        value = json_stringn((const char *)v->b, v->nb);
        break;
    case FT_REF:
    case FT_ID8:
        value = ops_hex(v->b, v->type == FT_REF ? 16 : 8);
        break;
    default:
        value = json_integer(v->i);
    }
    return json_pack("{s:o,s:o,s:o,s:b,s:o}", "entry", ops_hex(v->entry.b, 32), "author",
                     ops_hex(v->author.b, 8), "actor", ops_hex(v->actor.b, 16), "proposal",
                     v->proposal, "value", value);
}

static void add_fields(struct store_txn *t, const struct subject_state *s, json_t *list)
{
    const struct field_value *code = fold_shown(s, F_CODE);
    for (unsigned i = 0; i < s->nfields; i++) {
        const struct field_state *f = &s->fields[i];
        const struct field_info *info = field_info(s->type, f->field);
        if (!f->conflict || info == NULL) {
            continue;
        }
        json_t *values = json_array();
        for (unsigned k = 0; k < f->n; k++) {
            json_array_append_new(values, value_of(t, &f->v[k]));
        }
        const char *dot = strchr(info->name, '.');
        json_t *one = json_pack("{s:s,s:o,s:s,s:o}", "type", ops_type_name(s->type), "id",
                                ops_hex(s->subject.b, 16), "field",
                                dot != NULL ? dot + 1 : info->name, "values", values);
        if (code != NULL) {
            json_object_set_new(one, "code", json_stringn((const char *)code->b, code->nb));
        }
        json_array_append_new(list, one);
    }
}

static enum st collect(struct store_txn *t, id16 *out, unsigned *n, struct err *err)
{
    uint8_t prefix[LIST_KEY_BYTES];
    struct store_cursor *c = NULL;
    bytes key, value;
    *n = 0;
    enum st st = store_scan(t, T_LIST, fold_list_prefix(LIST_CONFLICTS, 0, NULL, prefix),
                            (bytes){NULL, 0}, &c, err);
    while (st == ST_OK && *n < CONFLICTS_MAX) {
        st = store_next(c, &key);
        if (st != ST_OK) {
            break;
        }
        uint8_t room[512];
        struct arena tmp = arena_of(room, sizeof room);
        struct list_row row;
        if (store_value(c, &tmp, &value, err) == ST_OK && list_row_decode(value, &row) == ST_OK) {
            out[(*n)++] = row.subject;
        }
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

enum st op_conflicts(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    (void)in;
    id16 *ids = calloc(CONFLICTS_MAX, sizeof *ids);
    json_t *list = json_array();
    struct store_txn *t = NULL;
    unsigned n = 0;
    enum st st = ids != NULL && list != NULL ? store_read(hq->store, &t, err)
                                             : err_set(err, ST_FULL, 0, __func__, "no memory");
    if (st == ST_OK) {
        st = collect(t, ids, &n, err);
    }
    for (unsigned i = 0; i < n && st == ST_OK; i++) {
        struct arena a = hq_arena(hq);
        struct subject_state s;
        if (fold_load(t, ids[i], &a, &s, NULL, err) == ST_OK) {
            add_fields(t, &s, list);
        }
    }
    store_abort(&t);
    free(ids);
    if (st == ST_OK) {
        *out = json_pack("{s:O}", "conflicts", list);
    }
    json_decref(list);
    return st;
}

/* --- resolve
 * ---------------------------------------------------------------------------------------------------------
 */

/* The words of an entry are named again, as long as they are here. */
static enum st name_text(struct hq *hq, struct op_record *r, const struct field_value *v,
                         struct record_write *w, struct err *err)
{
    struct append_att *att = &r->atts[r->natts];
    struct store_txn *t = NULL;
    *att = (struct append_att){.type = ATT_TEXT, .have = true};
    memcpy(att->name.b, v->b, sizeof att->name.b);
    w->i = (int64_t)r->natts++;
    enum st st = store_read(hq->store, &t, err);
    enum att_state state = st == ST_OK ? store_att_state(t, att->name) : ATT_HELD;
    store_abort(&t);
    if (state == ATT_FORGOTTEN) {
        return err_set(err, ST_FORBIDDEN, 0, __func__,
                       "the words of that entry were erased; choose another or write it anew");
    }
    return state == ATT_HELD
               ? st
               : err_set(err, ST_NOT_FOUND, 0, __func__, "that entry's words have not come");
}

/* One of the values in conflict, written again by a role of headquarters that has seen them all. */
static enum st choose(struct hq *hq, struct op_record *r, const struct field_state *f, str entry,
                      struct err *err)
{
    h32 want;
    if (entry.n != 64 || !hex_get(entry, want.b, sizeof want.b)) {
        return err_set(err, ST_BAD_INPUT, 0, __func__, "\"entry\" has 64 hex digits");
    }
    for (unsigned i = 0; i < f->n; i++) {
        const struct field_value *v = &f->v[i];
        if (!h32_eq(v->entry, want)) {
            continue;
        }
        struct record_write *w = &r->w[r->n++];
        memset(w, 0, sizeof *w);
        w->field = f->field;
        w->type = v->type;
        w->i = v->i;
        if (v->type == FT_TEXT) {
            return name_text(hq, r, v, w, err);
        } else if (v->type == FT_REF) {
            memcpy(w->ref.b, v->b, sizeof w->ref.b);
        } else if (v->type == FT_ID8) {
            memcpy(w->id.b, v->b, sizeof w->id.b);
        } else if (v->type == FT_CODE && !code_of(bytes_of(v->b, v->nb), &w->code)) {
            return err_set(err, ST_CORRUPT, 0, __func__, "the value is no code");
        }
        return ST_OK;
    }
    return err_set(err, ST_NOT_FOUND, 0, __func__, "no value of this field is by that entry");
}

static enum st resolve(struct hq *hq, const json_t *in, struct op_record *r, struct append *what,
                       h32 *hash, struct err *err)
{
    str name, entry;
    struct arena a = hq_arena(hq);
    struct subject_state s;
    enum st st = ops_str(in, "field", &name, err);
    const struct field_info *info = st == ST_OK ? op_record_field(what->subject_type, name) : NULL;
    if (st == ST_OK && info == NULL) {
        st = err_set(err, ST_BAD_INPUT, 0, __func__, "there is no such field");
    }
    if (st == ST_OK) {
        st = ops_state(hq, what->subject, &a, &s, err);
    }
    const struct field_state *f = st == ST_OK ? fold_field(&s, info->field) : NULL;
    if (st == ST_OK && f == NULL) {
        st = err_set(err, ST_NOT_FOUND, 0, __func__, "nobody wrote this field");
    }
    if (st == ST_OK && json_object_get(in, "entry") != NULL) {
        st = ops_str(in, "entry", &entry, err);
        st = st == ST_OK ? choose(hq, r, f, entry, err) : st;
    } else if (st == ST_OK) {
        st = op_record_add(hq, r, what->subject_type, info, json_object_get(in, "value"), err);
    }
    return st == ST_OK ? op_record_put(hq, r, what, &s, hash, err) : st;
}

enum st op_resolve(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    struct append what = {.kind = KIND_RECORD_SET};
    str type;
    h32 hash;
    enum st st = ops_str(in, "type", &type, err);
    what.subject_type = st == ST_OK ? ops_type(type) : 0;
    if (st == ST_OK) {
        st = ops_actor(hq, in, ROLE_ADMINISTRATOR, &what, err);
    }
    if (st == ST_OK) {
        st = ops_subject(hq, in, json_object_get(in, "id") != NULL ? "id" : "code",
                         what.subject_type, &what.subject, err);
    }
    struct op_record *r = st == ST_OK ? calloc(1, sizeof *r) : NULL;
    if (st == ST_OK && r == NULL) {
        st = err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    if (st != ST_OK) {
        return st;
    }
    st = resolve(hq, in, r, &what, &hash, err);
    if (st == ST_OK) {
        *out = json_pack("{s:o}", "entry", ops_hex(hash.b, 32));
    }
    free(r->room);
    free(r);
    return st;
}
