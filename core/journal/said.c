/* said.c - see said.h. */
#include "core/journal/said.h"

#define SAID_KEY_BYTES 24 /* author 8, epoch 8, sequence 8: as T_ENTRY's, without the branch */

enum st said_index(struct store_txn *t, const struct entry_view *e, bytes place, struct err *err)
{
    const struct entry_evidence *ev = &e->evidence;
    if (place.n <= SAID_KEY_BYTES || place.p[SAID_KEY_BYTES] != 0 ||
        !(ev->has_boot || ev->has_receipt || ev->has_offset)) {
        return ST_OK;
    }
    return store_put(t, T_SAID, bytes_of(place.p, SAID_KEY_BYTES), (bytes){NULL, 0}, err);
}
