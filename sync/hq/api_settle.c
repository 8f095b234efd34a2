/* api_settle.c - what may be settled by POST /conflicts: one of the values that stand in question,
 * by who could have written it. Nothing new is written by this route: it would be a way around
 * every other. */
#include "sync/hq/api_inside.h"
#include "sync/hq/op_record.h"

/* Whose field it is to settle, and a token's scope for it. The papers' own steps are not taken by
 * settling them: of these what stands beside another counts, never what was only proposed. */
#define ROUTE (AR_CLERK | AR_SUPERVISOR | AR_DEPARTMENT | AR_ADMIN)
static const struct {
    enum subject_type type;
    uint16_t roles;
    enum acct_scope scope;
    bool proposals;
} kinds[] = {
    {SUBJECT_JOB, ROUTE, SCOPE_CALLS, true},
    {SUBJECT_CUSTOMER, ROUTE, SCOPE_CUSTOMERS, true},
    {SUBJECT_EQUIPMENT, ROUTE, SCOPE_CUSTOMERS, true},
    {SUBJECT_CONTRACT, ROUTE, SCOPE_CUSTOMERS, true},
    {SUBJECT_GOODS, ROUTE, SCOPE_GOODS, false},
    {SUBJECT_SLIP, ROUTE & ~AR_CLERK, SCOPE_PARTS, false},
    {SUBJECT_STOCK, ROUTE & ~AR_CLERK, SCOPE_PARTS, false},
    {SUBJECT_DAY, ROUTE & ~AR_CLERK, SCOPE_REPORTS, false},
    {SUBJECT_INVOICE, AR_DEPARTMENT | AR_ADMIN, SCOPE_CASH, false},
    {SUBJECT_TECHNICIAN, AR_ADMIN, SCOPE_ADMIN, true}, /* role and branch are among its fields */
};

static enum st may(struct api_call *c, enum subject_type type, bool *proposals)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        unsigned bit = 2 * (unsigned)kinds[i].scope + 1;
        if (kinds[i].type != type) {
            continue;
        }
        *proposals = kinds[i].proposals;
        if (c->user.token && (c->user.scopes >> bit & 1U) == 0) {
            return api_refuse(c, 403, "scope", "this token's scopes do not cover this");
        }
        return (kinds[i].roles >> c->user.role & 1U) != 0
                   ? ST_OK
                   : api_refuse(c, 403, "role", "this takes another role");
    }
    return err_set(&c->err, ST_BAD_INPUT, 0, "settle", "there are no records of this type");
}

static const struct field_value *chosen(const struct field_state *f, str entry)
{
    h32 want;
    bool hex = entry.n == 64 && hex_get(entry, want.b, sizeof want.b);
    for (unsigned i = 0; hex && f != NULL && i < f->n; i++) {
        if (h32_eq(f->v[i].entry, want)) {
            return &f->v[i];
        }
    }
    return NULL;
}

/* What the value leads to is within sight, as if it had been written down. */
static bool leads_within_sight(struct api_call *c, const struct field_value *v)
{
    struct arena a = c->arena;
    struct subject_state s;
    id16 ref;
    if (v->type != FT_REF) {
        return true;
    }
    memcpy(ref.b, v->b, sizeof ref.b);
    return fold_load(c->txn, ref, &a, &s, NULL, NULL) == ST_OK && api_sees(c, &s);
}

static enum st value_ok(struct api_call *c, const struct subject_state *s, int field, str entry,
                        bool proposals)
{
    const struct field_state *f = fold_field(s, field);
    const struct field_value *v = chosen(f, entry);
    if (v == NULL) {
        return api_refuse(c, 404, "not-found", "no value of this field is by that entry");
    }
    if (!f->conflict && !v->proposal) {
        return api_refuse(c, 409, "changed", "this field is not in question any more");
    }
    if (v->proposal && !proposals) {
        return api_refuse(c, 403, "role", "this paper has a step for it");
    }
    if (field == F_BRANCH && !api_all_branches(&c->user)) {
        return api_refuse(c, 403, "branch", "a branch is set by headquarters");
    }
    return leads_within_sight(c, v)
               ? ST_OK
               : api_refuse(c, 404, "not-found", "the value names a record that is not there");
}

enum st api_check_settle(struct api_call *c)
{
    struct arena a = c->arena;
    struct subject_state s;
    str name, id, field, entry;
    id16 subject;
    bool proposals = false;
    enum st st = ops_str(c->in, "type", &name, &c->err);
    st = st == ST_OK ? ops_str(c->in, "id", &id, &c->err) : st;
    st = st == ST_OK ? ops_str(c->in, "field", &field, &c->err) : st;
    st = st == ST_OK ? ops_str(c->in, "entry", &entry, &c->err) : st;
    if (st != ST_OK) {
        return st;
    }
    enum subject_type type = ops_type(name);
    st = may(c, type, &proposals);
    if (st != ST_OK) {
        return st;
    }
    if (hq_id_in(c->txn, api_hq(c), type, id, &subject) != ST_OK ||
        fold_load(c->txn, subject, &a, &s, NULL, NULL) != ST_OK || s.type != type ||
        !api_sees(c, &s)) {
        return api_refuse(c, 404, "not-found", "the request names a record that is not there");
    }
    const struct field_info *f =
        memchr(field.p, '.', field.n) != NULL ? NULL : op_record_field(type, field);
    c->arena = a;
    return f == NULL ? err_set(&c->err, ST_BAD_INPUT, 0, "settle", "there is no such field")
                     : value_ok(c, &s, f->field, entry, proposals);
}
