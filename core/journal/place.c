/* place.c - see place.h. */
#include "core/journal/place.h"

int place_branch_of(struct store_txn *t, h32 entry)
{
    uint8_t room[128];
    struct arena tmp = arena_of(room, sizeof room);
    bytes key;
    enum st st = store_get(t, T_HASH, bytes_of(entry.b, sizeof entry.b), &tmp, &key, NULL);
    return st == ST_OK && place_is(key) ? (int)place_branch(key) : -1;
}
