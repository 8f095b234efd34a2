/* op_assign_batch.c - many jobs to their technicians at once: all or none, one flush. */
#include "sync/hq/ops.h"

enum st op_assign_batch(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    const json_t *all = json_object_get(in, "assignments");
    json_t *results = json_array();
    if (!json_is_array(all) || results == NULL) {
        json_decref(results);
        return err_set(err, ST_BAD_INPUT, 0, __func__, "\"assignments\" is missing or is no list");
    }
    bool mine = hq->batch == NULL;
    enum st st = mine ? hq_batch_begin(hq, err) : ST_OK;
    for (size_t i = 0; i < json_array_size(all) && st == ST_OK; i++) {
        json_t *one = NULL;
        st = op_assign(hq, json_array_get(all, i), &one, err);
        if (st == ST_OK && json_array_append_new(results, one) != 0) {
            st = err_set(err, ST_FULL, 0, __func__, "no memory");
        }
    }
    if (mine && hq->batch != NULL) {
        enum st end = hq_batch_end(hq, st == ST_OK, st == ST_OK ? err : NULL);
        st = st == ST_OK ? end : st;
    }
    if (st == ST_OK) {
        *out = json_pack("{s:O}", "results", results);
    }
    json_decref(results);
    return st;
}
