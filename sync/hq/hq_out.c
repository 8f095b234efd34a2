/* hq_out.c - outboxes: T_OUT, author and place -> entry hash, mark. See hq_store.h. */
#include "core/base/be64.h"
#include "core/codec/hash.h"
#include "sync/hq/hq_store.h"

#define KEY_BYTES 16
#define HASH_BYTES 32
#define ROW_BYTES (HASH_BYTES + 8)

static bytes out_key(id8 device, uint64_t place, uint8_t out[static KEY_BYTES])
{
    memcpy(out, device.b, 8);
    be64_put(out + 8, place);
    return bytes_of(out, KEY_BYTES);
}

static uint64_t place_of(bytes key)
{
    return key.n == KEY_BYTES ? be64_get(key.p + 8) : 0;
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

uint64_t hq_out_mark(struct store_txn *t, id8 device, uint64_t place)
{
    uint8_t key[KEY_BYTES], room[128];
    struct arena tmp = arena_of(room, sizeof room);
    bytes value;
    if (place == 0 ||
        store_get(t, T_OUT, out_key(device, place, key), &tmp, &value, NULL) != ST_OK ||
        value.n != ROW_BYTES) {
        return 0; /* an outbox's beginning; or a row of before there were marks */
    }
    return be64_get(value.p + HASH_BYTES);
}

/* A mark stands for all that the outbox holds up to its place, in order. Never 0, and an integer
 * of CBOR's that every language has. */
static void put_mark(uint64_t before, uint8_t row[static ROW_BYTES])
{
    h32 h;
    be64_put(row + HASH_BYTES, before);
    hash32(bytes_of(row, ROW_BYTES), h.b);
    h.b[0] &= 0x7F;
    h.b[7] |= 1;
    memcpy(row + HASH_BYTES, h.b, 8);
}

enum st hq_out_add(struct store_txn *t, id8 device, h32 entry, struct err *err)
{
    uint8_t key[KEY_BYTES], row[ROW_BYTES];
    uint64_t last = hq_out_last(t, device);
    memcpy(row, entry.b, HASH_BYTES);
    put_mark(hq_out_mark(t, device, last), row);
    return store_put(t, T_OUT, out_key(device, last + 1, key), bytes_of(row, sizeof row), err);
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
        uint8_t room[128];
        struct arena tmp = arena_of(room, sizeof room);
        uint64_t at = place_of(key);
        st = store_value(c, &tmp, &value, err);
        if (st == ST_OK && value.n >= HASH_BYTES) {
            memcpy(out[(*n)++].b, value.p, HASH_BYTES);
            *last = at;
        }
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}
