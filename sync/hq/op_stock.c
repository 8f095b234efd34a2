/* op_stock.c - what a slip moves in a van's account: issued parts are the technician's until the
 * slip is cleared, by the report and the old parts for what he fitted, by themselves for the rest
 * (procedures ). See ops.h. */
#include "core/codec/hash.h"
#include "core/rules/office.h"
#include "sync/hq/ops.h"

#include <stdio.h>

void ops_stock_code(str technician, str part, char out[static 40])
{
    char both[80];
    uint8_t h[HASH_BYTES];
    int n = snprintf(both, sizeof both, "%.*s/%.*s", (int)technician.n, technician.p, (int)part.n,
                     part.p);
    if (n >= 0 && n <= CAP_CODE_BYTES) {
        memcpy(out, both, (size_t)n + 1);
        return;
    }
    hash32(str_bytes(str_c(both)), h);
    crockford_put(bytes_of(h, 15), out);
}

struct move {
    char code[40]; /* of the van's line */
    char technician[33], part[CAP_CODE_BYTES + 1];
    uint8_t branch[8];
    bool has_branch;
    int64_t qty_milli;
};

static str code_of_subject(struct hq *hq, id16 id, struct arena *a)
{
    struct subject_state s;
    const struct field_value *v =
        ops_state(hq, id, a, &s, NULL) == ST_OK ? fold_shown(&s, F_CODE) : NULL;
    return v == NULL ? (str){NULL, 0} : (str){(const char *)v->b, v->nb};
}

/* False: the slip names nobody, no part or nothing: there is no account to move. */
static bool read_slip(struct hq *hq, id16 slip, struct move *m)
{
    struct arena a = hq_arena(hq);
    struct subject_state s;
    id16 who;
    if (ops_state(hq, slip, &a, &s, NULL) != ST_OK) {
        return false;
    }
    const struct field_value *t = fold_shown(&s, F_SLIP_TECHNICIAN);
    const struct field_value *part = fold_shown(&s, F_SLIP_PART);
    const struct field_value *qty = fold_shown(&s, F_SLIP_QTY), *b = fold_shown(&s, F_BRANCH);
    if (t == NULL || part == NULL || qty == NULL || qty->i <= 0 || part->nb > CAP_CODE_BYTES) {
        return false;
    }
    memcpy(who.b, t->b, sizeof who.b);
    hex_put(bytes_of(who.b, sizeof who.b), m->technician);
    memcpy(m->part, part->b, part->nb);
    m->part[part->nb] = '\0';
    m->qty_milli = qty->i;
    m->has_branch = b != NULL && b->type == FT_ID8;
    if (m->has_branch) {
        memcpy(m->branch, b->b, sizeof m->branch);
    }
    str code = code_of_subject(hq, who, &a);
    ops_stock_code(code.n != 0 ? code : str_c(m->technician), str_c(m->part), m->code);
    return true;
}

static int64_t standing(struct hq *hq, const struct move *m, bool *known)
{
    struct arena a = hq_arena(hq);
    struct subject_state s;
    id16 id;
    *known = hq_id_of(hq, SUBJECT_STOCK, str_c(m->code), &id, NULL) == ST_OK &&
             ops_state(hq, id, &a, &s, NULL) == ST_OK;
    const struct field_value *v = *known ? fold_shown(&s, F_STOCK_QTY) : NULL;
    return v == NULL ? 0 : v->i;
}

enum st ops_stock_slip(struct hq *hq, const json_t *in, id16 slip, bool issued, struct err *err)
{
    struct move m = {.code = ""};
    bool known;
    json_t *out = NULL;
    if (!read_slip(hq, slip, &m)) {
        return ST_OK;
    }
    int64_t now = standing(hq, &m, &known) + (issued ? m.qty_milli : -m.qty_milli);
    json_t *fields = json_pack("{s:I}", "quantity", (json_int_t)now);
    if (!known) {
        json_object_set_new(fields, "technician", json_string(m.technician));
        json_object_set_new(fields, "part", json_string(m.part));
        if (m.has_branch) {
            json_object_set_new(fields, "branch", ops_hex(m.branch, sizeof m.branch));
        }
    }
    json_t *record = json_pack("{s:s,s:s,s:o}", "type", "stock", "code", m.code, "fields", fields);
    static const char *const taken[] = {"actor", "role"};
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        if (json_object_get(in, taken[i]) != NULL) {
            json_object_set(record, taken[i], json_object_get(in, taken[i]));
        }
    }
    enum st st = op_record_set(hq, record, &out, err);
    json_decref(record);
    json_decref(out);
    return st;
}
