/* item.c - the items of a bundle's frames, see manifest.h. */
#include "core/codec/cbor.h"
#include "sync/bundle/manifest.h"

enum st item_next(bytes in, struct item *out, size_t *used)
{
    memset(out, 0, sizeof *out);
    *used = 0;
    if (in.n == 0) {
        return ST_END;
    }
    if (cbor_check(in, CBOR_ALLOW_TAG18 | CBOR_SEQUENCE_ITEM, used, NULL) != ST_OK) {
        *used = 0; /* an item that goes on after its frame is a broken rule too */
        return ST_BAD_FORM;
    }
    out->whole = bytes_of(in.p, *used);
    struct cbor_r r = cbor_r_init(out->whole);
    if (cbor_peek(&r) == CBOR_TAG18) {
        out->kind = ITEM_ENTRY;
        return ST_OK;
    }
    out->kind = ITEM_UNKNOWN;
    if (cbor_peek(&r) != CBOR_ARRAY) {
        return ST_OK;
    }
    size_t n = cbor_get_array(&r);
    uint64_t kind = n > 0 && cbor_peek(&r) == CBOR_UINT ? cbor_get_uint(&r) : ITEM_UNKNOWN;
    if (kind == ITEM_ATTACHMENT && n == 3) {
        out->a = cbor_get_bytes(&r);
        out->b = cbor_get_bytes(&r);
    } else if ((kind == ITEM_CERT || kind == ITEM_REVOCATION || kind == ITEM_LARGE) && n == 2) {
        out->a = cbor_get_bytes(&r);
    } else if (kind == ITEM_HASHES && n == 3) {
        cbor_get_bytes_n(&r, out->subject.b, 16);
        out->a = cbor_raw(&r);
    } else if (kind == ITEM_PLACE && (n == 3 || n == 4)) {
        out->place = cbor_get_uint(&r);
        out->last = cbor_get_uint(&r);
        out->mark = n == 4 ? cbor_get_uint(&r) : 0;
    } else {
        return ST_OK;
    }
    bool odd = kind == ITEM_PLACE && n == 4 && out->mark == 0; /* what is not said is left out */
    if (cbor_done(&r) != ST_OK || odd) {
        *used = 0;
        return ST_BAD_FORM;
    }
    out->kind = (enum item_kind)kind;
    return ST_OK;
}

enum st item_put(enum item_kind kind, bytes a, bytes b, uint8_t *buf, size_t cap, bytes *out)
{
    struct cbor_w w = cbor_w_init(buf, cap);
    cbor_put_array(&w, kind == ITEM_ATTACHMENT ? 3 : 2);
    cbor_put_uint(&w, (uint64_t)kind);
    cbor_put_bytes(&w, a);
    if (kind == ITEM_ATTACHMENT) {
        cbor_put_bytes(&w, b);
    }
    enum st st = cbor_w_done(&w, out);
    return st == ST_OK && out->n > BUNDLE_ITEM_BYTES_MAX ? ST_TOO_BIG : st;
}

enum st item_put_place(uint64_t place, uint64_t last, uint64_t mark, uint8_t *buf, size_t cap,
                       bytes *out)
{
    struct cbor_w w = cbor_w_init(buf, cap);
    cbor_put_array(&w, mark != 0 ? 4 : 3);
    cbor_put_uint(&w, ITEM_PLACE);
    cbor_put_uint(&w, place);
    cbor_put_uint(&w, last);
    if (mark != 0) {
        cbor_put_uint(&w, mark);
    }
    return cbor_w_done(&w, out);
}

enum st item_put_hashes(id16 subject, const h32 *hashes, unsigned n, uint8_t *buf, size_t cap,
                        bytes *out)
{
    *out = (bytes){NULL, 0};
    if (n > MANIFEST_HASHES_MAX) {
        return ST_TOO_BIG;
    }
    struct cbor_w w = cbor_w_init(buf, cap);
    cbor_put_array(&w, 3);
    cbor_put_uint(&w, ITEM_HASHES);
    cbor_put_bytes(&w, bytes_of(subject.b, sizeof subject.b));
    cbor_put_array(&w, n);
    for (unsigned i = 0; i < n; i++) {
        cbor_put_bytes(&w, bytes_of(hashes[i].b, sizeof hashes[i].b));
    }
    return cbor_w_done(&w, out);
}

enum st item_hashes(const struct item *it, h32 *out, unsigned *n)
{
    *n = 0;
    if (it->kind != ITEM_HASHES) {
        return ST_BAD_FORM;
    }
    struct cbor_r r = cbor_r_init(it->a);
    size_t count = cbor_get_array(&r);
    if (count > MANIFEST_HASHES_MAX) {
        return ST_BAD_FORM;
    }
    for (size_t i = 0; i < count; i++) {
        cbor_get_bytes_n(&r, out[i].b, sizeof out[i].b);
    }
    enum st st = cbor_done(&r);
    *n = st == ST_OK ? (unsigned)count : 0;
    return st;
}
