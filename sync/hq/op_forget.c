/* op_forget.c - a customer's personal data go, as far as the law lets. */
#include "sync/hq/hq_forget.h"
#include "sync/hq/ops.h"

enum st op_forget(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    struct append what = {.kind = KIND_FORGOTTEN};
    struct hq_forgotten f;
    id16 customer;
    enum st st = ops_actor(hq, in, ROLE_ADMINISTRATOR, &what, err);
    if (st == ST_OK) {
        st = ops_subject(hq, in, "customer", SUBJECT_CUSTOMER, &customer, err);
    }
    if (st == ST_OK) {
        struct arena a = hq_arena(hq);
        struct subject_state s;
        st = ops_state(hq, customer, &a, &s, err);
        if (st == ST_OK && s.type != SUBJECT_CUSTOMER) {
            st = err_set(err, ST_BAD_INPUT, 0, __func__, "this is no customer");
        }
    }
    if (st == ST_OK) {
        st = hq_forget(hq, customer, &what, &f, err);
    }
    if (st == ST_OK) {
        *out = json_pack("{s:i,s:i,s:i,s:i}", "erased", (int)f.erased, "kept", (int)f.kept,
                         "entries", (int)f.entries, "subjects", (int)f.subjects);
    }
    if (st == ST_OK && f.kept_until_ms != 0) {
        json_object_set_new(*out, "kept_until_ms", json_integer((json_int_t)f.kept_until_ms));
    }
    return st;
}
