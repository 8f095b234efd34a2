/* hq_mark.c - small facts: what is routed, named values, quarantine; where a store may be. */
#include "core/base/be64.h"
#include "core/codec/cbor.h"
#include "core/codec/hash.h"
#include "sync/hq/hq_store.h"

#include <stdio.h>

enum st hq_store_where(const char *store, struct err *err)
{
    if (strncmp(store, "postgresql://", 13) == 0 || strncmp(store, "postgres://", 11) == 0) {
        return err_set(err, ST_BAD_INPUT, 0, __func__,
                       "PostgreSQL comes with a later version: give a folder, such as --store "
                       "/var/lib/docket/hq");
    }
    if (strstr(store, "://") != NULL || store[0] == '\0') {
        return err_set(err, ST_BAD_INPUT, 0, __func__, "the store must be a folder");
    }
    return ST_OK;
}

static bytes mark_key(const char *name, id8 author, id8 epoch, uint8_t out[static 26])
{
    memcpy(out, name, 10);
    memcpy(out + 10, author.b, 8);
    memcpy(out + 18, epoch.b, 8);
    return bytes_of(out, 26);
}

static uint64_t mark_get(struct store_txn *t, const char *name, id8 author, id8 epoch)
{
    uint8_t key[26], room[64];
    struct arena tmp = arena_of(room, sizeof room);
    bytes v;
    bool has = store_get(t, T_META, mark_key(name, author, epoch, key), &tmp, &v, NULL) == ST_OK;
    return has && v.n == 8 ? be64_get(v.p) : 0;
}

static enum st mark_set(struct store_txn *t, const char *name, id8 author, id8 epoch, uint64_t seq,
                        struct err *err)
{
    uint8_t key[26], v[8];
    be64_put(v, seq);
    return store_put(t, T_META, mark_key(name, author, epoch, key), bytes_of(v, sizeof v), err);
}

uint64_t hq_routed(struct store_txn *t, id8 author, id8 epoch)
{
    return mark_get(t, "hq/routed/", author, epoch);
}

enum st hq_routed_set(struct store_txn *t, id8 author, id8 epoch, uint64_t seq, struct err *err)
{
    return mark_set(t, "hq/routed/", author, epoch, seq, err);
}

uint64_t hq_indexed(struct store_txn *t, id8 author, id8 epoch)
{
    uint64_t routed = hq_routed(t, author, epoch), own = mark_get(t, "hq/index./", author, epoch);
    return routed > own ? routed : own;
}

enum st hq_indexed_set(struct store_txn *t, id8 author, id8 epoch, uint64_t seq, struct err *err)
{
    return mark_set(t, "hq/index./", author, epoch, seq, err);
}

static const char *const notes[HQ_NOTES] = {
    [HQ_NOTE_TAIL_FROM] = "hq/tailfr/", [HQ_NOTE_TAIL_TO] = "hq/tailto/",
    [HQ_NOTE_WITNESS] = "hq/witnes/",   [HQ_NOTE_WITNESS_MS] = "hq/witmsx/",
    [HQ_NOTE_CLOSED_MS] = "hq/closed/", [HQ_NOTE_DOUBT_FROM] = "hq/doubtf/",
    [HQ_NOTE_DOUBT_TO] = "hq/doubtt/",
};

uint64_t hq_note(struct store_txn *t, enum hq_note note, id8 author, id8 epoch)
{
    return mark_get(t, notes[note], author, epoch);
}

enum st hq_note_set(struct store_txn *t, enum hq_note note, id8 author, id8 epoch, uint64_t value,
                    struct err *err)
{
    return mark_set(t, notes[note], author, epoch, value, err);
}

static bytes meta_key(const char *name, char out[static 64])
{
    int n = snprintf(out, 64, "hq/%.60s", name);
    return bytes_of(out, n > 0 && n < 64 ? (size_t)n : 63);
}

enum st hq_meta_get(struct store_txn *t, const char *name, uint8_t *buf, size_t cap, size_t *n,
                    struct err *err)
{
    char key[64];
    uint8_t room[8192];
    struct arena tmp = arena_of(room, sizeof room);
    bytes v;
    *n = 0;
    enum st st = store_get(t, T_META, meta_key(name, key), &tmp, &v, err);
    if (st == ST_OK && v.n > cap) {
        return err_set(err, ST_TOO_BIG, 0, __func__, "the value of %s is too long", name);
    }
    if (st == ST_OK && v.n != 0) {
        memcpy(buf, v.p, v.n);
        *n = v.n;
    }
    return st;
}

enum st hq_meta_put(struct store_txn *t, const char *name, bytes value, struct err *err)
{
    char key[64];
    return store_put(t, T_META, meta_key(name, key), value, err);
}

enum st hq_count_get(struct store_txn *t, const char *name, uint64_t *count, struct err *err)
{
    uint8_t v[8];
    size_t n;
    enum st st = hq_meta_get(t, name, v, sizeof v, &n, err);
    *count = st == ST_OK && n == sizeof v ? be64_get(v) : 0;
    return st == ST_NOT_FOUND ? ST_OK : st;
}

enum st hq_count_put(struct store_txn *t, const char *name, uint64_t count, struct err *err)
{
    uint8_t v[8];
    be64_put(v, count);
    return hq_meta_put(t, name, bytes_of(v, sizeof v), err);
}

bool hq_odd_read(bytes row, struct hq_odd *out)
{
    struct cbor_r r = cbor_r_init(row);
    struct cbor_map m = cbor_map_begin(&r);
    memset(out, 0, sizeof *out);
    out->tries = 1;
    for (int64_t k; cbor_map_next(&m, &k);) {
        bytes author;
        switch (k) {
        case 1:
            out->reason = (unsigned)cbor_get_uint(&r);
            break;
        case 2:
            out->first_ms = out->last_ms = cbor_get_int(&r);
            break;
        case 3:
            out->item = cbor_get_bytes(&r);
            break;
        case 4:
            author = cbor_get_bytes(&r);
            out->has_author = author.n == sizeof out->author.b;
            if (out->has_author) {
                memcpy(out->author.b, author.p, sizeof out->author.b);
            }
            break;
        case 5:
            out->tries = cbor_get_uint(&r);
            break;
        case 6:
            out->last_ms = cbor_get_int(&r);
            break;
        default:
            break; /* skipped */
        }
    }
    return cbor_done(&r) == ST_OK;
}

id16 hq_odd_subject(h32 what)
{
    id16 subject;
    memcpy(subject.b, what.b, sizeof subject.b);
    return subject;
}

/* The row of `what`, its bytes in `a`; false: none. */
static bool odd_get(struct store_txn *t, h32 what, struct arena *a, struct hq_odd *out)
{
    bytes row;
    return store_get(t, T_ODD, bytes_of(what.b, sizeof what.b), a, &row, NULL) == ST_OK &&
           hq_odd_read(row, out);
}

uint64_t hq_odd_reason(struct store_txn *t, h32 what)
{
    uint8_t room[BUNDLE_ITEM_BYTES_MAX + 512];
    struct arena a = arena_of(room, sizeof room);
    struct hq_odd row;
    return odd_get(t, what, &a, &row) ? row.reason : 0;
}

enum st hq_odd_put(struct store_txn *t, id8 author, unsigned reason, bytes item, int64_t now_ms,
                   struct err *err)
{
    uint8_t buf[BUNDLE_ITEM_BYTES_MAX + 128], room[BUNDLE_ITEM_BYTES_MAX + 512];
    struct arena a = arena_of(room, sizeof room);
    struct hq_odd row;
    h32 what;
    hash32(item, what.b);
    bool again = odd_get(t, what, &a, &row);
    if (again && row.reason == HQ_ODD_SHOWN) {
        return ST_OK; /* a sign-off that somebody holds is evidence of more than a bad bundle */
    }
    struct cbor_w w = cbor_w_init(buf, sizeof buf);
    cbor_put_map(&w, again ? 6 : 4);
    cbor_put_uint(&w, 1);
    cbor_put_uint(&w, reason);
    cbor_put_uint(&w, 2);
    cbor_put_int(&w, again ? row.first_ms : now_ms);
    cbor_put_uint(&w, 3);
    cbor_put_bytes(&w, item);
    cbor_put_uint(&w, 4);
    cbor_put_bytes(&w, bytes_of(author.b, sizeof author.b));
    if (again) {
        cbor_put_uint(&w, 5);
        cbor_put_uint(&w, row.tries + 1);
        cbor_put_uint(&w, 6);
        cbor_put_int(&w, now_ms);
    }
    bytes value;
    return cbor_w_done(&w, &value) == ST_OK
               ? store_put(t, T_ODD, bytes_of(what.b, sizeof what.b), value, err)
               : err_set(err, ST_TOO_BIG, 0, __func__, "an item is too long to be kept aside");
}
