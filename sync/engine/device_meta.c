/* device_meta.c - see device_meta.h. */
#include "sync/engine/device_meta.h"

#include "core/base/be64.h"
#include "core/codec/cbor.h"
#include "core/codec/hash.h"

#define PROBLEM_BYTES 33
#define VALUE_BYTES (MANIFEST_PROBLEMS_MAX * PROBLEM_BYTES)

static enum st get(struct store_txn *t, str name, uint8_t *buf, size_t cap, size_t *n,
                   struct err *err)
{
    uint8_t room[VALUE_BYTES + 128];
    struct arena tmp = arena_of(room, sizeof room);
    bytes value;
    *n = 0;
    enum st st = store_get(t, T_META, str_bytes(name), &tmp, &value, err);
    if (st == ST_NOT_FOUND || (st == ST_OK && value.n > cap)) {
        return ST_OK; /* never written, or not ours: as if new */
    }
    if (st == ST_OK && value.n != 0) {
        memcpy(buf, value.p, value.n);
        *n = value.n;
    }
    return st;
}

static enum st put(struct store_txn *t, str name, bytes value, struct err *err)
{
    if (value.n != 0) {
        return store_put(t, T_META, str_bytes(name), value, err);
    }
    enum st st = store_del(t, T_META, str_bytes(name), err);
    return st == ST_NOT_FOUND ? ST_OK : st;
}

#define CURSOR_BYTES 24

enum st device_cursor_get(struct store_txn *t, struct device_cursor *c, struct err *err)
{
    uint8_t b[CURSOR_BYTES];
    size_t n;
    memset(c, 0, sizeof *c);
    enum st st = get(t, S("sync/cursor"), b, sizeof b, &n, err);
    if (st == ST_OK && n >= 16) {
        memcpy(c->epoch.b, b, 8);
        c->place = be64_get(b + 8);
        c->mark = n == sizeof b ? be64_get(b + 16) : 0; /* older stores have none */
    }
    return st;
}

enum st device_cursor_put(struct store_txn *t, const struct device_cursor *c, struct err *err)
{
    uint8_t b[CURSOR_BYTES];
    memcpy(b, c->epoch.b, 8);
    be64_put(b + 8, c->place);
    be64_put(b + 16, c->mark);
    return put(t, S("sync/cursor"), bytes_of(b, sizeof b), err);
}

enum st device_asked_get(struct store_txn *t, id16 *out, unsigned *n, struct err *err)
{
    uint8_t b[MANIFEST_ASKED_MAX * 16];
    size_t len;
    enum st st = get(t, S("sync/asked"), b, sizeof b, &len, err);
    *n = (unsigned)(len / 16);
    memcpy(out, b, (size_t)*n * 16);
    return st;
}

enum st device_asked_put(struct store_txn *t, const id16 *ids, unsigned n, struct err *err)
{
    return put(t, S("sync/asked"), bytes_of(ids, (size_t)n * 16), err);
}

enum st device_witness_get(struct store_txn *t, uint8_t *out, size_t cap, size_t *n,
                           struct err *err)
{
    return get(t, S("sync/witness"), out, cap, n, err);
}

enum st device_witness_put(struct store_txn *t, bytes receipt, struct err *err)
{
    return put(t, S("sync/witness"), receipt, err);
}

enum st device_introduce_get(struct store_txn *t, bool *out, struct err *err)
{
    uint8_t b[1];
    size_t n;
    enum st st = get(t, S("sync/introduce"), b, sizeof b, &n, err);
    *out = st == ST_OK && n == 1;
    return st;
}

enum st device_introduce_put(struct store_txn *t, bool on, struct err *err)
{
    return put(t, S("sync/introduce"), bytes_of("1", on ? 1 : 0), err);
}

#define BEHIND_ROW (8 + 32)
#define BEHIND_MAX                                                                                 \
    8 /* epochs that lost their tail at one time; beyond, the oldest is forgotten                  \
       */

static enum st behind_get(struct store_txn *t, uint8_t rows[static BEHIND_MAX * BEHIND_ROW],
                          size_t *n, struct err *err)
{
    return get(t, S("sync/behind"), rows, (size_t)BEHIND_MAX * BEHIND_ROW, n, err);
}

bool device_behind(struct store_txn *t, id8 epoch)
{
    uint8_t rows[BEHIND_MAX * BEHIND_ROW];
    size_t n = 0;
    bool behind = false;
    enum st st = behind_get(t, rows, &n, NULL);
    for (size_t at = 0; st == ST_OK && at + BEHIND_ROW <= n; at += BEHIND_ROW) {
        behind = behind || (memcmp(rows + at, epoch.b, 8) == 0 &&
                            !store_has(t, T_HASH, bytes_of(rows + at + 8, 32)));
    }
    return behind;
}

enum st device_behind_put(struct store_txn *t, id8 epoch, h32 head, struct err *err)
{
    uint8_t rows[BEHIND_MAX * BEHIND_ROW], next[BEHIND_MAX * BEHIND_ROW];
    size_t n = 0, kept = 0;
    enum st st = behind_get(t, rows, &n, err);
    size_t skip = n == sizeof rows ? BEHIND_ROW : 0;
    for (size_t at = skip; st == ST_OK && at + BEHIND_ROW <= n; at += BEHIND_ROW) {
        if (memcmp(rows + at, epoch.b, 8) != 0 &&
            !store_has(t, T_HASH, bytes_of(rows + at + 8, 32))) {
            memcpy(next + kept, rows + at, BEHIND_ROW);
            kept += BEHIND_ROW;
        }
    }
    memcpy(next + kept, epoch.b, 8);
    memcpy(next + kept + 8, head.b, 32);
    return st == ST_OK ? put(t, S("sync/behind"), bytes_of(next, kept + BEHIND_ROW), err) : st;
}

enum st device_behind_clear(struct store_txn *t, struct err *err)
{
    return put(t, S("sync/behind"), (bytes){NULL, 0}, err);
}

enum st device_problems_get(struct store_txn *t, struct manifest_problem *out, unsigned *n,
                            struct err *err)
{
    uint8_t b[VALUE_BYTES];
    size_t len;
    enum st st = get(t, S("sync/problems"), b, sizeof b, &len, err);
    *n = (unsigned)(len / PROBLEM_BYTES);
    for (unsigned i = 0; i < *n; i++) {
        out[i].code = (enum problem_code)b[i * PROBLEM_BYTES];
        memcpy(out[i].what.b, b + i * PROBLEM_BYTES + 1, 32);
    }
    return st;
}

enum st device_problems_put(struct store_txn *t, const struct manifest_problem *p, unsigned n,
                            struct err *err)
{
    uint8_t b[VALUE_BYTES];
    n = n > MANIFEST_PROBLEMS_MAX ? MANIFEST_PROBLEMS_MAX : n;
    for (unsigned i = 0; i < n; i++) {
        b[i * PROBLEM_BYTES] = (uint8_t)p[i].code;
        memcpy(b + i * PROBLEM_BYTES + 1, p[i].what.b, 32);
    }
    return put(t, S("sync/problems"), bytes_of(b, (size_t)n * PROBLEM_BYTES), err);
}

enum st device_odd_put(struct store_txn *t, enum problem_code why, bytes item, int64_t now_ms,
                       h32 *what, struct err *err)
{
    uint8_t buf[BUNDLE_ITEM_BYTES_MAX + 64];
    hash32(item, what->b);
    struct cbor_w w = cbor_w_init(buf, sizeof buf);
    cbor_put_map(&w, 3);
    cbor_put_uint(&w, 1);
    cbor_put_uint(&w, (uint64_t)why);
    cbor_put_uint(&w, 2);
    cbor_put_int(&w, now_ms);
    cbor_put_uint(&w, 3);
    cbor_put_bytes(&w, item);
    bytes value;
    if (cbor_w_done(&w, &value) != ST_OK) {
        return err_set(err, ST_TOO_BIG, 0, __func__, "an item is too long to be kept aside");
    }
    return store_put(t, T_ODD, bytes_of(what->b, sizeof what->b), value, err);
}
