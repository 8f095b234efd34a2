/* hq_mark.c - small facts: what is routed, named values; where a store may be. */
#include "core/base/be64.h"
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
