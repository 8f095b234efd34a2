/* op_shown.c - shown.keep: a genuine sign-off that headquarters does not hold is kept and raised.
 */
#include "sync/hq/ops.h"
#include "sync/hq/shown.h"

enum st op_shown_sweep(struct hq *hq, int64_t now_ms, struct err *err)
{
    struct store_txn *t = NULL;
    unsigned gone = 0;
    enum st st = store_write(hq->store, &t, err);
    st = st == ST_OK ? shown_sweep(t, now_ms, &gone, err) : st;
    if (st == ST_OK && gone > 0) {
        st = store_commit(&t, err);
    }
    store_abort(&t);
    return st;
}

enum st op_shown_keep(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    struct arena a = hq_arena(hq);
    struct shown *s = arena_new(&a, struct shown, 1);
    bool mine = hq->batch == NULL, fresh = false, held = false;
    enum st st = s == NULL ? err_set(err, ST_FULL, 0, __func__, "no memory")
                           : shown_read(in, &hq->trust, &a, s, err);
    if (st == ST_OK && mine) {
        st = hq_batch_begin(hq, err);
    }
    if (st != ST_OK) {
        return st;
    }
    held = shown_held(hq->batch, s->entry.hash);
    if (!held) {
        st = shown_put(hq->batch, s, hq_now(hq).wall_ms, &fresh, err);
    }
    if (mine) {
        enum st end = hq_batch_end(hq, st == ST_OK, st == ST_OK ? err : NULL);
        st = st == ST_OK ? end : st;
    }
    if (st == ST_OK) {
        *out = json_pack("{s:b,s:b}", "held", held, "kept", !held);
    }
    return st;
}
