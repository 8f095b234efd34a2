/* parts.c - see parts.h. */
#include "sync/engine/parts.h"

#include "core/journal/attachment.h"
#include "sync/bundle/bundle.h"

#include <stdlib.h>

#define NAME_BYTES 32
#define CHUNK_KEY_BYTES 36

static bytes name_key(const h32 *name)
{
    return bytes_of(name->b, sizeof name->b);
}

static bytes chunk_key(h32 name, unsigned index, uint8_t out[static CHUNK_KEY_BYTES])
{
    memcpy(out, name.b, NAME_BYTES);
    out[32] = (uint8_t)(index >> 24);
    out[33] = (uint8_t)(index >> 16);
    out[34] = (uint8_t)(index >> 8);
    out[35] = (uint8_t)index;
    return bytes_of(out, CHUNK_KEY_BYTES);
}

enum st parts_want(struct store_txn *t, h32 name, struct err *err)
{
    if (store_att_state(t, name) != ATT_ABSENT || store_has(t, T_WANT, name_key(&name))) {
        return ST_OK;
    }
    return store_put(t, T_WANT, name_key(&name), bytes_of("", 0), err);
}

enum st parts_begin(struct store_txn *t, bytes manifest, id16 subject, struct arena tmp,
                    struct err *err)
{
    struct att_view v;
    const char *rule = "";
    enum st st = att_parse(manifest, &v, &rule);
    if (st != ST_OK) {
        return err_set(err, st, 0, __func__, "an attachment's manifest: %s", rule);
    }
    if (store_att_state(t, v.name) != ATT_ABSENT) {
        return ST_EXISTS;
    }
    bytes kept;
    st = store_part_get(t, name_key(&v.name), &tmp, &kept, err);
    if (st == ST_NOT_FOUND) {
        return st; /* no entry names it: nobody's */
    }
    if (st == ST_OK && kept.n != 0) {
        return ST_OK; /* chunks of an earlier exchange wait for the rest */
    }
    if (st == ST_REVOKED || st == ST_CORRUPT) {
        st = parts_done(t, v.name, err); /* its subject's key went: what came is nothing any more */
        if (st != ST_OK) {
            return st;
        }
    }
    return store_part_put(t, name_key(&v.name), manifest, subject, err);
}

enum st parts_done(struct store_txn *t, h32 name, struct err *err)
{
    for (unsigned i = 0; i < CAP_ATT_BYTES / CAP_CHUNK_BYTES; i++) {
        uint8_t key[CHUNK_KEY_BYTES];
        enum st st = store_del(t, T_WANT, chunk_key(name, i, key), err);
        if (st == ST_NOT_FOUND) {
            break;
        }
        if (st != ST_OK) {
            return st;
        }
    }
    enum st st = store_del(t, T_WANT, name_key(&name), err);
    return st == ST_NOT_FOUND ? ST_OK : st;
}

static unsigned held(struct store_txn *t, h32 name)
{
    unsigned n = 0;
    uint8_t key[CHUNK_KEY_BYTES];
    while (n < CAP_ATT_BYTES / CAP_CHUNK_BYTES && store_has(t, T_WANT, chunk_key(name, n, key))) {
        n++;
    }
    return n;
}

/* All chunks are here: one piece of them, kept as the attachment. */
static enum st assemble(struct store_txn *t, const struct att_view *v, id16 subject,
                        struct arena tmp, struct err *err)
{
    if (v->length > CAP_ATT_BYTES) {
        return err_set(err, ST_TOO_BIG, 0, __func__, "an attachment over its bound");
    }
    uint8_t *whole = malloc(v->length == 0 ? 1 : (size_t)v->length);
    if (whole == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory for an attachment");
    }
    enum st st = ST_OK;
    size_t n = 0;
    for (unsigned i = 0; i < v->nchunks && st == ST_OK; i++) {
        struct arena here = tmp;
        uint8_t key[CHUNK_KEY_BYTES];
        bytes part;
        st = store_part_get(t, chunk_key(v->name, i, key), &here, &part, err);
        if (st == ST_OK && part.n <= (size_t)v->length - n) {
            memcpy(whole + n, part.p, part.n);
            n += part.n;
        }
    }
    if (st == ST_OK) {
        st = store_att_put(t, v->manifest, bytes_of(whole, n), subject, err);
    }
    free(whole);
    return st == ST_OK ? parts_done(t, v->name, err) : st;
}

enum st parts_chunk(struct store_txn *t, h32 name, unsigned index, bytes chunk, id16 subject,
                    struct arena tmp, bool *done, struct err *err)
{
    *done = false;
    bytes manifest;
    struct att_view v;
    enum st st = store_part_get(t, name_key(&name), &tmp, &manifest, err);
    if (st == ST_REVOKED) {
        return ST_NOT_FOUND; /* erased meanwhile: its manifest comes first again, if it may */
    }
    if (st == ST_NOT_FOUND) {
        return store_att_state(t, name) == ATT_ABSENT ? ST_NOT_FOUND : ST_EXISTS;
    }
    if (st != ST_OK) {
        return st;
    }
    if (manifest.n == 0 || att_parse(manifest, &v, NULL) != ST_OK) {
        return ST_NOT_FOUND;
    }
    st = index < v.nchunks ? att_check_chunk(&v, index, chunk) : ST_BAD_FORM;
    if (st != ST_OK) {
        return err_set(err, st, 0, __func__, "chunk %u is not what its manifest says", index);
    }
    uint8_t key[CHUNK_KEY_BYTES];
    if (store_has(t, T_WANT, chunk_key(name, index, key))) {
        return ST_EXISTS;
    }
    st = store_part_put(t, bytes_of(key, sizeof key), chunk, subject, err);
    if (st != ST_OK || held(t, name) < v.nchunks) {
        return st;
    }
    *done = true;
    return assemble(t, &v, subject, tmp, err);
}

enum st parts_wanted(struct store_txn *t, struct manifest_want *out, unsigned max, unsigned *n,
                     struct err *err)
{
    *n = 0;
    if (store_count(t, T_WANT) == 0) {
        return ST_OK;
    }
    struct store_cursor *c = NULL;
    enum st st = store_scan(t, T_WANT, (bytes){NULL, 0}, (bytes){NULL, 0}, &c, err);
    if (st != ST_OK) {
        return st;
    }
    bytes key;
    while (*n < max) {
        st = store_next(c, &key);
        if (st != ST_OK) {
            break;
        }
        if (key.n == NAME_BYTES) {
            memcpy(out[(*n)++].name.b, key.p, NAME_BYTES);
        }
    }
    store_scan_end(&c);
    for (unsigned i = 0; i < *n; i++) {
        uint8_t room[2 * (CAP_MANIFEST_BYTES + 256)];
        struct arena tmp = arena_of(room, sizeof room);
        bytes manifest;
        bool whole = store_part_get(t, name_key(&out[i].name), &tmp, &manifest, NULL) == ST_OK;
        out[i].from = whole && manifest.n != 0 ? held(t, out[i].name) : 0;
    }
    return st == ST_END || st == ST_OK ? ST_OK : st;
}

enum st parts_send(struct store_txn *t, struct bundle_writer *w, h32 name, unsigned from,
                   struct arena tmp, uint64_t *budget, bool *all, struct err *err)
{
    *all = false;
    struct att_view v;
    bytes manifest;
    struct arena here = tmp;
    enum st st = store_att_manifest(t, name, &here, &manifest, err);
    if (st != ST_OK) {
        return st;
    }
    if (att_parse(manifest, &v, NULL) != ST_OK) {
        return err_set(err, ST_CORRUPT, 0, __func__, "a kept manifest is damaged");
    }
    uint8_t *buf = arena_new(&here, uint8_t, CAP_CHUNK_BYTES);
    if (buf == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "scratch");
    }
    for (unsigned i = from; i < v.nchunks; i++) {
        size_t n = 0;
        if (*budget < CAP_CHUNK_BYTES) {
            *budget = 0;
            return ST_OK;
        }
        st = store_att_read(t, name, i, buf, &n, err);
        if (st == ST_OK) {
            st = bundle_chunk(w, name, i, bytes_of(buf, n), err);
        }
        if (st != ST_OK) {
            return st;
        }
        *budget -= n;
    }
    *all = true;
    return ST_OK;
}
