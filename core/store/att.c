/* att.c - attachments: kept, read, forgotten. Rows are att_row.c's, files att_file.c's. */
#include "core/store/inside.h"

#include "core/journal/attachment.h"

#include <sodium.h>

/* Held and whole already? A damaged row or file is put again. */
static enum st look(struct store_txn *t, const struct att_view *v, struct err *err)
{
    struct arena a = arena_of(t->s->scratch[0], sizeof t->s->scratch[0]);
    struct att_row r;
    enum st st = att_row_open(t, v->name, &a, &r, err);
    if (st == ST_REVOKED) {
        return err_set(err, ST_EXISTS, 0, __func__, "the attachment was forgotten");
    }
    if (st == ST_OK && r.kind == ROW_LARGE && !att_file_whole(t->s, v->name, v->length)) {
        return ST_NOT_FOUND;
    }
    return st == ST_CORRUPT ? ST_NOT_FOUND : st;
}

static enum st put_large(struct store_txn *t, struct att_row *r, const struct att_view *v,
                         bytes content, struct err *err)
{
    uint8_t key[32];
    if (files_free_bytes(t->s->dir) < CAP_RESERVE_BYTES + content.n) {
        return err_set(err, ST_FULL, 0, __func__, "the last room is kept for signatures");
    }
    randombytes_buf(key, sizeof key);
    enum st st = att_file_write(t->s, v->name, key, content, err);
    r->kind = ROW_LARGE;
    r->rest = bytes_of(key, sizeof key);
    st = st != ST_OK ? st : att_row_put(t, v->name, r, err);
    sodium_memzero(key, sizeof key);
    return st;
}

enum st store_att_put(struct store_txn *t, bytes manifest, bytes content, id16 subject,
                      struct err *err)
{
    if (!t->write) {
        return err_set(err, ST_BUG, 0, __func__, "put in a read transaction");
    }
    struct att_view v;
    const char *rule = "";
    enum st st = att_parse(manifest, &v, &rule);
    if (st != ST_OK) {
        return err_set(err, st, 0, __func__, "an attachment's manifest: %s", rule);
    }
    st = att_check(&v, content);
    if (st != ST_OK) {
        return err_set(err, st, 0, __func__, "the content is not what its manifest says");
    }
    st = look(t, &v, err);
    if (st != ST_NOT_FOUND) {
        return st;
    }
    struct att_row r = {
        .kind = ROW_SMALL, .subject = subject, .manifest = manifest, .rest = content};
    if (content.n > CAP_ATT_SMALL_BYTES) {
        return put_large(t, &r, &v, content, err);
    }
    return att_row_put(t, v.name, &r, err);
}

static size_t chunk_bytes(uint64_t length, unsigned chunk)
{
    uint64_t at = (uint64_t)chunk * CAP_CHUNK_BYTES;
    uint64_t left = at < length ? length - at : 0;
    return left < CAP_CHUNK_BYTES ? (size_t)left : CAP_CHUNK_BYTES;
}

static enum st get_large(struct store_txn *t, h32 name, struct arena *a, const struct att_row *r,
                         bytes *content, struct err *err)
{
    struct att_view v;
    if (att_parse(r->manifest, &v, NULL) != ST_OK) {
        return err_set(err, ST_CORRUPT, 0, __func__, "a kept manifest is damaged");
    }
    uint8_t *out = arena_new(a, uint8_t, (size_t)v.length);
    if (out == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no room for the attachment");
    }
    enum st st = ST_OK;
    for (unsigned i = 0; i < v.nchunks && st == ST_OK; i++) {
        st = att_file_read(t->s, name, r->rest.p, i, out + (size_t)i * CAP_CHUNK_BYTES,
                           chunk_bytes(v.length, i), err);
    }
    *content = bytes_of(out, (size_t)v.length);
    /* The row is there: a file that is not is damage, not absence. */
    return st == ST_NOT_FOUND ? ST_CORRUPT : st;
}

enum st store_att_get(struct store_txn *t, h32 name, struct arena *a, bytes *manifest,
                      bytes *content, struct err *err)
{
    struct arena before = *a;
    struct att_row r;
    bytes held = {NULL, 0};
    *content = held;
    enum st st = att_row_open(t, name, a, &r, err);
    if (st == ST_OK && r.kind == ROW_LARGE) {
        st = get_large(t, name, a, &r, content, err);
    } else if (st == ST_OK) {
        *content = r.rest;
    }
    if (st == ST_OK) {
        held = r.manifest;
    } else {
        *a = before;
        *content = held;
    }
    if (manifest != NULL) {
        *manifest = held;
    }
    return st;
}

enum st store_att_manifest(struct store_txn *t, h32 name, struct arena *a, bytes *manifest,
                           struct err *err)
{
    struct att_row r;
    enum st st = att_row_open(t, name, a, &r, err);
    *manifest = st == ST_OK ? r.manifest : (bytes){NULL, 0};
    return st;
}

enum st store_att_read(struct store_txn *t, h32 name, unsigned chunk, uint8_t *buf, size_t *n,
                       struct err *err)
{
    *n = 0;
    /* A row and its opened body fit the caller's buffer twice over. */
    struct arena a = arena_of(buf, CAP_CHUNK_BYTES);
    struct att_row r;
    struct att_view v;
    enum st st = att_row_open(t, name, &a, &r, err);
    if (st != ST_OK) {
        return st;
    }
    if (att_parse(r.manifest, &v, NULL) != ST_OK) {
        return err_set(err, ST_CORRUPT, 0, __func__, "a kept manifest is damaged");
    }
    if (chunk >= v.nchunks) {
        return ST_NOT_FOUND;
    }
    *n = chunk_bytes(v.length, chunk);
    if (r.kind == ROW_SMALL) {
        memmove(buf, r.rest.p, *n);
        return ST_OK;
    }
    uint8_t key[32];
    memcpy(key, r.rest.p, sizeof key);
    st = att_file_read(t->s, name, key, chunk, buf, *n, err);
    sodium_memzero(key, sizeof key);
    if (st != ST_OK) {
        *n = 0;
    }
    return st == ST_NOT_FOUND ? ST_CORRUPT : st;
}

enum att_state store_att_state(struct store_txn *t, h32 name)
{
    uint8_t buf[ROW_MAX_BYTES], key[32];
    struct arena a = arena_of(buf, sizeof buf);
    struct att_row r;
    if (att_row_get(t, name, &a, &r, NULL) != ST_OK) {
        return ATT_ABSENT; /* a damaged row is as good as none: it is fetched and put again */
    }
    bool gone = r.kind == ROW_FORGOTTEN ||
                (t->s->side == STORE_HQ && !keytable_find(&t->s->kt, r.key_id, key));
    sodium_memzero(key, sizeof key);
    return gone ? ATT_FORGOTTEN : ATT_HELD;
}

bool store_att_mark(struct store_txn *t, h32 name, h32 *by_entry, unsigned *rule, int64_t *when_ms)
{
    uint8_t buf[ROW_MAX_BYTES];
    struct arena a = arena_of(buf, sizeof buf);
    struct att_row r;
    if (att_row_get(t, name, &a, &r, NULL) != ST_OK || r.kind != ROW_FORGOTTEN) {
        return false;
    }
    *by_entry = r.by_entry;
    *rule = r.rule;
    *when_ms = r.when_ms;
    return true;
}

enum st store_att_forget(struct store_txn *t, h32 name, h32 by_entry, unsigned rule,
                         int64_t when_ms, struct err *err)
{
    if (!t->write) {
        return err_set(err, ST_BUG, 0, __func__, "forget in a read transaction");
    }
    struct arena a = arena_of(t->s->scratch[0], sizeof t->s->scratch[0]);
    struct att_row r;
    enum st st = att_row_get(t, name, &a, &r, err);
    if (st == ST_OK && r.kind == ROW_FORGOTTEN) {
        return ST_OK;
    }
    if (st != ST_OK && st != ST_NOT_FOUND && st != ST_CORRUPT) {
        return st;
    }
    bool held = st == ST_OK;
    if (st != ST_NOT_FOUND) {
        t->sweep |= !held || r.kind == ROW_LARGE;
        if (t->s->side == STORE_HQ) {
            st = held ? forget_note(t, r.subject, err) : ST_OK;
        } else {
            uint8_t mark = 1;
            st = store_put(t, T_META, str_bytes(S(META_COMPACT)), bytes_of(&mark, 1), err);
        }
    } else {
        st = ST_OK;
    }
    struct att_row gone = {.by_entry = by_entry, .rule = rule, .when_ms = when_ms};
    return st != ST_OK ? st : att_row_mark(t, name, &gone, err);
}

bool store_compact_due(struct store_txn *t)
{
    return store_has(t, T_META, str_bytes(S(META_COMPACT)));
}
