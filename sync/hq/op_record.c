/* op_record.c - record.set and record.batch: fields of customers, equipment, jobs and the rest. */
#include "sync/hq/op_record.h"

#include "core/base/utf8.h"
#include "core/codec/hash.h"

#include <sodium.h>
#include <stdlib.h>

#define TEXT_ROOM_BYTES (CAP_RECORD_WRITES * (CAP_TEXT_BYTES + 64))

const struct field_info *op_record_field(enum subject_type type, str name)
{
    size_t n;
    const struct field_info *rows = field_table(&n);
    for (size_t i = 0; i < n; i++) {
        if (rows[i].subject != 0 && rows[i].subject != type) {
            continue;
        }
        const char *dot = strchr(rows[i].name, '.');
        if (str_eq(name, str_c(rows[i].name)) || (dot != NULL && str_eq(name, str_c(dot + 1)))) {
            return &rows[i];
        }
    }
    return NULL;
}

static enum subject_type ref_type(enum subject_type type, int field)
{
    switch (type) {
    case SUBJECT_CONTRACT:
        return field == F_CONTRACT_EQUIPMENT ? SUBJECT_EQUIPMENT : SUBJECT_CUSTOMER;
    case SUBJECT_JOB:
        return field == F_JOB_EQUIPMENT ? SUBJECT_EQUIPMENT : SUBJECT_CUSTOMER;
    case SUBJECT_STOCK:
    case SUBJECT_DAY:
        return SUBJECT_TECHNICIAN;
    case SUBJECT_GOODS:
        return field == F_GOODS_JOB        ? SUBJECT_JOB
               : field == F_GOODS_CUSTOMER ? SUBJECT_CUSTOMER
                                           : SUBJECT_TECHNICIAN;
    case SUBJECT_SLIP:
        return field == F_SLIP_JOB ? SUBJECT_JOB : SUBJECT_TECHNICIAN;
    case SUBJECT_INVOICE:
        return field == F_INVOICE_JOB ? SUBJECT_JOB : SUBJECT_TECHNICIAN;
    default:
        return SUBJECT_CUSTOMER;
    }
}

/* --- one value
 * ----------------------------------------------------------------------------------------------------
 */

static enum st text_value(struct op_record *r, struct record_write *w, str s, const char *name,
                          struct err *err)
{
    if (r->room == NULL) {
        r->room = malloc(TEXT_ROOM_BYTES);
        if (r->room == NULL) {
            return err_set(err, ST_FULL, 0, __func__, "no memory");
        }
    }
    struct arena a = arena_of(r->room + r->room_n, TEXT_ROOM_BYTES - r->room_n);
    str clean;
    if (s.n > CAP_TEXT_BYTES || utf8_clean(&a, s, &clean) != ST_OK || clean.n > CAP_TEXT_BYTES) {
        return err_set(err, ST_BAD_INPUT, 0, __func__, "%s: not UTF-8, or over %d bytes", name,
                       CAP_TEXT_BYTES);
    }
    r->room_n = (size_t)(a.beg - r->room);
    w->i = (int64_t)r->natts;
    r->atts[r->natts++] = (struct append_att){.type = ATT_TEXT, .content = str_bytes(clean)};
    return ST_OK;
}

static enum st id8_value(struct record_write *w, str s)
{
    uint8_t hash[HASH_BYTES];
    if (s.n == 16 && hex_get(s, w->id.b, sizeof w->id.b)) {
        return ST_OK;
    }
    hash32(str_bytes(s), hash); /* a branch by its code in the books */
    memcpy(w->id.b, hash, sizeof w->id.b);
    return ST_OK;
}

static enum st string_value(struct hq *hq, struct op_record *r, struct record_write *w,
                            enum subject_type type, const struct field_info *f, str s,
                            struct err *err)
{
    switch (f->type) {
    case FT_TEXT:
        return text_value(r, w, s, f->name, err);
    case FT_CODE:
        return code_of(str_bytes(s), &w->code)
                   ? ST_OK
                   : err_set(err, ST_BAD_INPUT, 0, __func__,
                             "%s: 1 to %d printable ASCII characters, not \"%.40s\"", f->name,
                             CAP_CODE_BYTES, s.p);
    case FT_REF:
        if (hq_id_of(hq, ref_type(type, f->field), s, &w->ref, err) != ST_OK) {
            return err_set(err, ST_NOT_FOUND, 0, __func__, "%s: there is no %s %.40s", f->name,
                           ops_type_name(ref_type(type, f->field)), s.p);
        }
        return ST_OK;
    case FT_ID8:
        return id8_value(w, s);
    case FT_ENUM:
        w->i = ops_role(s);
        if (f->field == F_TECHNICIAN_ROLE && w->i != ROLE_NONE) {
            return ST_OK;
        }
        break;
    default:
        break;
    }
    return err_set(err, ST_BAD_INPUT, 0, __func__, "%s: a whole number is wanted", f->name);
}

enum st op_record_add(struct hq *hq, struct op_record *r, enum subject_type type,
                      const struct field_info *f, const json_t *value, struct err *err)
{
    if (r->n == CAP_RECORD_WRITES) {
        return err_set(err, ST_TOO_BIG, 0, __func__, "too many fields");
    }
    struct record_write *w = &r->w[r->n];
    memset(w, 0, sizeof *w);
    w->field = f->field;
    w->type = f->type;
    enum st st = ST_OK;
    bool number = f->type == FT_INT || f->type == FT_MONEY || f->type == FT_QTY ||
                  f->type == FT_TIME || f->type == FT_ENUM;
    if (json_is_string(value)) {
        str s = {json_string_value(value), json_string_length(value)};
        st = string_value(hq, r, w, type, f, s, err);
    } else if (json_is_integer(value) && number) {
        w->i = json_integer_value(value);
    } else {
        st = err_set(err, ST_BAD_INPUT, 0, __func__, "%s: %s is wanted", f->name,
                     number ? "a whole number" : "text");
    }
    r->n += st == ST_OK;
    return st;
}

enum st op_record_put(struct hq *hq, struct op_record *r, struct append *what,
                      const struct subject_state *state, h32 *hash, struct err *err)
{
    uint8_t body[CAP_BODY_BYTES];
    record_see(state, r->w, r->n);
    enum st st = record_encode(r->w, r->n, body, sizeof body, &what->body);
    if (st != ST_OK) {
        return err_set(err, st, 0, __func__, "the fields do not fit an entry");
    }
    what->atts = r->atts;
    what->natt = r->natts;
    return hq_act(hq, what, hash, err);
}

/* --- is it so already?
 * --------------------------------------------------------------------------------------------- */

static bool same_text(struct hq *hq, const struct field_value *v, bytes text)
{
    struct store_txn *t = NULL;
    bool mine, same = false;
    uint8_t *room = malloc(2 * CAP_ATT_SMALL_BYTES);
    if (room == NULL || hq_txn(hq, &t, &mine, NULL) != ST_OK) {
        free(room);
        return false;
    }
    struct arena a = arena_of(room, 2 * CAP_ATT_SMALL_BYTES);
    h32 name;
    bytes manifest, content;
    memcpy(name.b, v->b, sizeof name.b);
    same =
        store_att_get(t, name, &a, &manifest, &content, NULL) == ST_OK && bytes_eq(content, text);
    if (mine) {
        store_abort(&t);
    }
    free(room);
    return same;
}

static bool stands(struct hq *hq, const struct op_record *r, const struct record_write *w,
                   const struct subject_state *state)
{
    const struct field_state *f = fold_field(state, w->field);
    const struct field_value *v = fold_shown(state, w->field);
    if (f == NULL || v == NULL || f->n != 1 || v->proposal) {
        return false;
    }
    switch (w->type) {
    case FT_TEXT:
        return same_text(hq, v, r->atts[w->i].content);
    case FT_CODE:
        return bytes_eq(bytes_of(v->b, v->nb), code_bytes(&w->code));
    case FT_REF:
        return memcmp(v->b, w->ref.b, sizeof w->ref.b) == 0;
    case FT_ID8:
        return memcmp(v->b, w->id.b, sizeof w->id.b) == 0;
    default:
        return v->i == w->i;
    }
}

/* Leaves out what stands; attachments that nothing names any more go with it. */
static void leave_out(struct hq *hq, struct op_record *r, const struct subject_state *state)
{
    struct append_att atts[CAP_ENTRY_ATTACHMENTS];
    unsigned natts = 0;
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++) {
        if (stands(hq, r, &r->w[i], state)) {
            continue;
        }
        r->w[n] = r->w[i];
        if (r->w[n].type == FT_TEXT) {
            atts[natts] = r->atts[r->w[n].i];
            r->w[n].i = natts++;
        }
        n++;
    }
    r->n = n;
    r->natts = natts;
    memcpy(r->atts, atts, natts * sizeof *atts);
}

/* --- record.set
 * --------------------------------------------------------------------------------------------------------
 */

static enum st find(struct hq *hq, const json_t *in, enum subject_type type, id16 *id,
                    bool *created, struct err *err)
{
    const char *hex = json_string_value(json_object_get(in, "id"));
    const char *code = json_string_value(json_object_get(in, "code"));
    *created = false;
    if (hex != NULL && !hex_get(str_c(hex), id->b, sizeof id->b)) {
        return err_set(err, ST_BAD_INPUT, 0, __func__, "\"id\" has 32 hex digits");
    }
    if (hex != NULL) {
        return ST_OK;
    }
    enum st st = code == NULL ? ST_NOT_FOUND : hq_id_of(hq, type, str_c(code), id, err);
    if (st == ST_NOT_FOUND) {
        randombytes_buf(id->b, sizeof id->b);
        *created = true;
        return ST_OK;
    }
    return st;
}

static enum st read_fields(struct hq *hq, const json_t *in, enum subject_type type, bool created,
                           struct op_record *r, struct err *err)
{
    json_t *fields = json_object_get(in, "fields");
    const char *name;
    json_t *value;
    enum st st = ST_OK;
    const json_t *code = json_object_get(in, "code");
    if (created && code != NULL && json_object_get(fields, "code") == NULL) {
        st = op_record_add(hq, r, type, field_info(type, F_CODE), code, err);
    }
    json_object_foreach(fields, name, value)
    {
        const struct field_info *f = op_record_field(type, str_c(name));
        if (st == ST_OK && f == NULL) {
            st = err_set(err, ST_BAD_INPUT, 0, __func__, "a %s has no field %.40s",
                         ops_type_name(type), name);
        }
        if (st == ST_OK && !json_is_null(value)) {
            st = op_record_add(hq, r, type, f, value, err);
        }
    }
    return st;
}

static enum st write(struct hq *hq, const json_t *in, struct op_record *r, struct append *what,
                     bool *created, bool *unchanged, h32 *hash, struct err *err)
{
    enum st st = find(hq, in, what->subject_type, &what->subject, created, err);
    if (st == ST_OK) {
        st = read_fields(hq, in, what->subject_type, *created, r, err);
    }
    if (st != ST_OK) {
        return st;
    }
    struct arena a = hq_arena(hq);
    struct subject_state state;
    st = ops_state(hq, what->subject, &a, &state, err);
    bool known = st == ST_OK;
    if (known && state.type != what->subject_type) {
        return err_set(err, ST_BAD_INPUT, 0, __func__, "this is a %s", ops_type_name(state.type));
    }
    if (!known && st != ST_NOT_FOUND) {
        return st;
    }
    *created = !known;
    if (known) {
        leave_out(hq, r, &state);
    }
    *unchanged = r->n == 0;
    if (*unchanged && !known) {
        return err_set(err, ST_BAD_INPUT, 0, __func__, "no field was given");
    }
    return *unchanged ? ST_OK : op_record_put(hq, r, what, known ? &state : NULL, hash, err);
}

enum st op_record_set(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    struct append what = {.kind = KIND_RECORD_SET};
    str name;
    enum st st = ops_str(in, "type", &name, err);
    what.subject_type = st == ST_OK ? ops_type(name) : 0;
    if (st == ST_OK && what.subject_type < SUBJECT_JOB) {
        st = err_set(err, ST_BAD_INPUT, 0, __func__, "there are no records of type %.*s",
                     (int)name.n, name.p);
    }
    if (st == ST_OK) {
        st = ops_actor(hq, in, ROLE_ADMINISTRATOR, &what, err);
    }
    struct op_record *r = st == ST_OK ? calloc(1, sizeof *r) : NULL;
    if (st == ST_OK && r == NULL) {
        st = err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    if (st != ST_OK) {
        return st;
    }
    bool created = false, unchanged = false;
    h32 hash = {{0}};
    st = write(hq, in, r, &what, &created, &unchanged, &hash, err);
    if (st == ST_OK) {
        *out = json_pack("{s:o,s:b,s:b}", "id", ops_hex(what.subject.b, 16), "created", created,
                         "unchanged", unchanged);
    }
    if (st == ST_OK && !unchanged) {
        json_object_set_new(*out, "entry", ops_hex(hash.b, 32));
    }
    free(r->room);
    free(r);
    return st;
}

enum st op_record_batch(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    return ops_batch(hq, in, "records", op_record_set, out, err);
}
