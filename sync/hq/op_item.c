/* op_item.c - item.settle: somebody saw to what came in and could not be kept. Nothing is retried
 * by hand: a device sends again by itself what has no receipt. */
#include "sync/hq/ops.h"

enum st op_item_settle(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    struct append what = {.kind = KIND_ITEM_SETTLED, .subject_type = SUBJECT_ITEM};
    uint8_t buf[CAP_BODY_BYTES];
    union body b = {.settled = {0}};
    struct store_txn *t = NULL;
    int64_t reason;
    h32 item, entry;
    bool mine, there = false;
    str hex;
    enum st st = ops_str(in, "item", &hex, err);
    st = st == ST_OK ? ops_int(in, "reason", &reason, err) : st;
    if (st == ST_OK && (reason < ITEM_CAME_WHOLE || reason >= ITEM_REASONS)) {
        st = err_set(err, ST_BAD_INPUT, 0, __func__, "\"reason\" is 1 to %d", ITEM_REASONS - 1);
    }
    st = st == ST_OK ? ops_actor(hq, in, ROLE_ADMINISTRATOR, &what, err) : st;
    st = st == ST_OK ? hq_txn(hq, &t, &mine, err) : st;
    if (st != ST_OK) {
        return st;
    }
    there = hex_get(hex, item.b, sizeof item.b) && hq_odd_reason(t, item) != 0;
    if (mine) {
        store_abort(&t);
    }
    if (!there) {
        return err_set(err, ST_NOT_FOUND, 0, __func__, "there is no such item");
    }
    b.settled.reason = (unsigned)reason;
    what.subject = hq_odd_subject(item);
    st = body_encode(KIND_ITEM_SETTLED, &b, buf, sizeof buf, &what.body) == ST_OK
             ? hq_act(hq, &what, &entry, err)
             : err_set(err, ST_BUG, 0, __func__, "what was done does not encode");
    if (st == ST_OK) {
        *out = json_pack("{s:o}", "entry", ops_hex(entry.b, sizeof entry.b));
    }
    return st;
}
