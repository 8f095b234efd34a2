/* hq_scope.c - who holds what: T_SCOPE, both ways. See hq_store.h.
 *
 * author subject -> since (24 bytes of key), and subject author 1 -> since (25 bytes): the second
 * answers "who holds this subject" without a look at every device. A 2 in place of the 1 stays
 * after it was dropped: what is erased later must be erased there too. */
#include "core/base/be64.h"
#include "sync/hq/hq_store.h"

#define BY_DEVICE_BYTES 24
#define BY_SUBJECT_BYTES 25

static bytes by_device(id8 device, id16 subject, uint8_t out[static BY_DEVICE_BYTES])
{
    memcpy(out, device.b, 8);
    memcpy(out + 8, subject.b, 16);
    return bytes_of(out, BY_DEVICE_BYTES);
}

enum { HOLDS = 1, HELD = 2 };

static bytes by_subject(id8 device, id16 subject, uint8_t mark,
                        uint8_t out[static BY_SUBJECT_BYTES])
{
    memcpy(out, subject.b, 16);
    memcpy(out + 16, device.b, 8);
    out[24] = mark;
    return bytes_of(out, BY_SUBJECT_BYTES);
}

bool hq_scope_has(struct store_txn *t, id8 device, id16 subject)
{
    uint8_t key[BY_DEVICE_BYTES];
    return store_has(t, T_SCOPE, by_device(device, subject, key));
}

enum st hq_scope_add(struct store_txn *t, id8 device, id16 subject, int64_t now_ms, struct err *err)
{
    uint8_t key[BY_DEVICE_BYTES], back[BY_SUBJECT_BYTES], since[8];
    if (hq_scope_has(t, device, subject)) {
        return ST_EXISTS;
    }
    be64_put(since, (uint64_t)now_ms);
    enum st st = store_put(t, T_SCOPE, by_device(device, subject, key), bytes_of(since, 8), err);
    if (st == ST_OK) {
        st = store_put(t, T_SCOPE, by_subject(device, subject, HOLDS, back), bytes_of(since, 8),
                       err);
    }
    return st;
}

enum st hq_scope_drop(struct store_txn *t, id8 device, id16 subject, struct err *err)
{
    uint8_t key[BY_DEVICE_BYTES], back[BY_SUBJECT_BYTES];
    enum st st = store_del(t, T_SCOPE, by_device(device, subject, key), err);
    if (st == ST_OK || st == ST_NOT_FOUND) {
        st = store_del(t, T_SCOPE, by_subject(device, subject, HOLDS, back), err);
    }
    if (st == ST_OK || st == ST_NOT_FOUND) {
        st = store_put(t, T_SCOPE, by_subject(device, subject, HELD, back), bytes_of("", 0), err);
    }
    return st == ST_NOT_FOUND ? ST_OK : st;
}

static enum st devices(struct store_txn *t, id16 subject, bool also_before, id8 *out, unsigned max,
                       unsigned *n, struct err *err)
{
    *n = 0;
    struct store_cursor *c = NULL;
    bytes key;
    enum st st =
        store_scan(t, T_SCOPE, bytes_of(subject.b, sizeof subject.b), (bytes){NULL, 0}, &c, err);
    while (st == ST_OK && *n < max) {
        st = store_next(c, &key);
        if (st != ST_OK) {
            break;
        }
        bool here = key.n == BY_SUBJECT_BYTES && (key.p[24] == HOLDS || also_before);
        /* Both marks of one device stand side by side: it is told once. */
        if (here && (*n == 0 || memcmp(out[*n - 1].b, key.p + 16, 8) != 0)) {
            memcpy(out[(*n)++].b, key.p + 16, 8);
        }
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

enum st hq_scope_devices(struct store_txn *t, id16 subject, id8 *out, unsigned max, unsigned *n,
                         struct err *err)
{
    return devices(t, subject, false, out, max, n, err);
}

enum st hq_scope_ever(struct store_txn *t, id16 subject, id8 *out, unsigned max, unsigned *n,
                      struct err *err)
{
    return devices(t, subject, true, out, max, n, err);
}
