/* attachment.c - manifests of attachments: made, parsed, checked against content. */
#include "core/journal/attachment.h"

#include "core/codec/cbor.h"
#include "core/codec/hash.h"
#include <sodium.h>

#define SALT_BYTES 32
#define CHUNK_ITEM_BYTES 34 /* two bytes of head, 32 of hash */

static size_t chunk_count(uint64_t length)
{
    return (size_t)((length + CAP_CHUNK_BYTES - 1) / CAP_CHUNK_BYTES);
}

static size_t chunk_bytes(uint64_t length, size_t i)
{
    uint64_t left = length - (uint64_t)i * CAP_CHUNK_BYTES;
    return left < CAP_CHUNK_BYTES ? (size_t)left : CAP_CHUNK_BYTES;
}

enum st att_make_salted(struct arena *a, enum att_type type, bytes content,
                        const uint8_t salt[static 32], struct att_view *out)
{
    memset(out, 0, sizeof *out);
    if (content.n > CAP_ATT_BYTES) {
        return ST_TOO_BIG;
    }
    size_t n = chunk_count(content.n);
    size_t cap = 64 + n * CHUNK_ITEM_BYTES;
    struct arena before = *a;
    uint8_t *buf = arena_new(a, uint8_t, cap);
    if (buf == NULL) {
        return ST_FULL;
    }
    struct cbor_w w = cbor_w_init(buf, cap);
    cbor_put_map(&w, 4);
    cbor_put_uint(&w, 1);
    cbor_put_bytes(&w, bytes_of(salt, SALT_BYTES));
    cbor_put_uint(&w, 2);
    cbor_put_uint(&w, (uint64_t)type);
    cbor_put_uint(&w, 3);
    cbor_put_uint(&w, content.n);
    cbor_put_uint(&w, 4);
    cbor_put_array(&w, n);
    for (size_t i = 0; i < n; i++) {
        uint8_t h[HASH_BYTES];
        bytes chunk = {content.p + i * CAP_CHUNK_BYTES, chunk_bytes(content.n, i)};
        hash32_keyed(salt, chunk, h);
        cbor_put_bytes(&w, bytes_of(h, sizeof h));
    }
    bytes manifest;
    const char *rule;
    enum st st = cbor_w_done(&w, &manifest);
    if (st == ST_OK) {
        st = att_parse(manifest, out, &rule);
    }
    if (st != ST_OK) {
        *a = before;
        return st == ST_BAD_FORM ? ST_BUG : st;
    }
    return ST_OK;
}

enum st att_make(struct arena *a, enum att_type type, bytes content, struct att_view *out)
{
    uint8_t salt[SALT_BYTES];
    randombytes_buf(salt, sizeof salt);
    return att_make_salted(a, type, content, salt, out);
}

static enum st bad(struct att_view *out, const char **rule, const char *name)
{
    memset(out, 0, sizeof *out);
    *rule = name;
    return ST_BAD_FORM;
}

enum st att_parse(bytes manifest, struct att_view *out, const char **rule)
{
    const char *ignored;
    if (rule == NULL) {
        rule = &ignored;
    }
    memset(out, 0, sizeof *out);
    *rule = "";
    if (manifest.n > CAP_MANIFEST_BYTES) {
        *rule = "manifest too long";
        return ST_TOO_BIG;
    }
    enum st st = cbor_check(manifest, CBOR_NO_TEXT, NULL, rule);
    if (st != ST_OK) {
        return st;
    }
    struct cbor_r r = cbor_r_init(manifest);
    if (cbor_get_map(&r) != 4 || cbor_get_uint(&r) != 1) {
        return bad(out, rule, "manifest keys");
    }
    bytes salt = cbor_get_bytes(&r);
    uint64_t k2 = cbor_get_uint(&r);
    uint64_t type = cbor_get_uint(&r);
    uint64_t k3 = cbor_get_uint(&r);
    uint64_t length = cbor_get_uint(&r);
    uint64_t k4 = cbor_get_uint(&r);
    size_t n = cbor_get_array(&r);
    if (r.st != ST_OK || salt.n != SALT_BYTES || k2 != 2 || k3 != 3 || k4 != 4) {
        return bad(out, rule, "manifest keys");
    }
    if (type == 0 || type > 255) {
        return bad(out, rule, "attachment type");
    }
    if (length > CAP_ATT_BYTES) {
        memset(out, 0, sizeof *out);
        *rule = "attachment too long";
        return ST_TOO_BIG;
    }
    if (n != chunk_count(length)) {
        return bad(out, rule, "number of chunks");
    }
    for (size_t i = 0; i < n; i++) {
        if (cbor_get_bytes(&r).n != HASH_BYTES) {
            return bad(out, rule, "chunk hash");
        }
    }
    if (cbor_done(&r) != ST_OK) {
        return bad(out, rule, "chunk hash");
    }
    out->manifest = manifest;
    out->salt = salt.p;
    out->type = (enum att_type)type;
    out->length = length;
    out->nchunks = (unsigned)n;
    hash32(manifest, out->name.b);
    return ST_OK;
}

enum st att_check_chunk(const struct att_view *v, unsigned i, bytes chunk)
{
    if (i >= v->nchunks || chunk.n != chunk_bytes(v->length, i)) {
        return ST_BAD_FORM;
    }
    /* The hashes are the manifest's end, each behind a head of two bytes. */
    const uint8_t *want = v->manifest.p + v->manifest.n -
                          (size_t)(v->nchunks - i) * CHUNK_ITEM_BYTES + (CHUNK_ITEM_BYTES - 32);
    uint8_t h[HASH_BYTES];
    hash32_keyed(v->salt, chunk, h);
    return memcmp(h, want, sizeof h) == 0 ? ST_OK : ST_BAD_SIGNATURE;
}

enum st att_check(const struct att_view *v, bytes content)
{
    if (content.n != v->length) {
        return ST_BAD_FORM;
    }
    for (unsigned i = 0; i < v->nchunks; i++) {
        bytes chunk = {content.p + (size_t)i * CAP_CHUNK_BYTES, chunk_bytes(v->length, i)};
        enum st st = att_check_chunk(v, i, chunk);
        if (st != ST_OK) {
            return st;
        }
    }
    return ST_OK;
}
