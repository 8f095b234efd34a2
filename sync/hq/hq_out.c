/* hq_out.c - outboxes: T_OUT, author and place -> entry hash. See hq_store.h. */
#include "sync/hq/hq_store.h"

#define KEY_BYTES 16

static bytes out_key(id8 device, uint64_t place, uint8_t out[static KEY_BYTES])
{
    memcpy(out, device.b, 8);
    for (unsigned i = 0; i < 8; i++) {
        out[8 + i] = (uint8_t)(place >> (56 - 8 * i));
    }
    return bytes_of(out, KEY_BYTES);
}

static uint64_t place_of(bytes key)
{
    uint64_t place = 0;
    for (size_t i = 8; i < KEY_BYTES && i < key.n; i++) {
        place = place << 8 | key.p[i];
    }
    return place;
}

uint64_t hq_out_last(struct store_txn *t, id8 device)
{
    uint8_t room[64];
    struct arena tmp = arena_of(room, sizeof room);
    bytes key;
    if (store_last(t, T_OUT, bytes_of(device.b, sizeof device.b), &tmp, &key, NULL) != ST_OK) {
        return 0;
    }
    return place_of(key);
}

enum st hq_out_add(struct store_txn *t, id8 device, h32 entry, struct err *err)
{
    uint8_t key[KEY_BYTES];
    return store_put(t, T_OUT, out_key(device, hq_out_last(t, device) + 1, key),
                     bytes_of(entry.b, sizeof entry.b), err);
}

enum st hq_out_after(struct store_txn *t, id8 device, uint64_t place, h32 *out, unsigned *n,
                     uint64_t *last, struct err *err)
{
    uint8_t from[KEY_BYTES];
    unsigned max = *n;
    *n = 0;
    *last = place;
    struct store_cursor *c = NULL;
    bytes key, value;
    enum st st = store_scan(t, T_OUT, bytes_of(device.b, sizeof device.b),
                            out_key(device, place + 1, from), &c, err);
    while (st == ST_OK && *n < max) {
        st = store_next(c, &key);
        if (st != ST_OK) {
            break;
        }
        uint8_t room[64];
        struct arena tmp = arena_of(room, sizeof room);
        uint64_t at = place_of(key);
        st = store_value(c, &tmp, &value, err);
        if (st == ST_OK && value.n == 32) {
            memcpy(out[(*n)++].b, value.p, 32);
            *last = at;
        }
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}
