/* cbor_put.c - the writer of cbor.h: shortest heads into the caller's buffer. */
#include "core/codec/cbor.h"
#include "core/codec/cbor_major.h"

struct cbor_w cbor_w_init(uint8_t *buf, size_t cap)
{
    return (struct cbor_w){.p = buf, .cap = cap};
}

static void put(struct cbor_w *w, const void *p, size_t n)
{
    if (w->full || n > w->cap - w->n) {
        w->full = true;
        return;
    }
    if (n != 0) {
        memcpy(w->p + w->n, p, n);
        w->n += n;
    }
}

static void put_head(struct cbor_w *w, enum major major, uint64_t arg)
{
    if (arg > INT64_MAX) {
        w->full = true;
        return;
    }
    unsigned info = arg < 24           ? (unsigned)arg
                    : arg < 1U << 8    ? 24
                    : arg < 1U << 16   ? 25
                    : arg < 1ULL << 32 ? 26
                                       : 27;
    uint8_t head[9] = {(uint8_t)((unsigned)major << 5 | info)};
    size_t more = info < 24 ? 0 : (size_t)1 << (info - 24);
    for (size_t i = more; i > 0; i--) {
        head[i] = (uint8_t)arg;
        arg >>= 8;
    }
    put(w, head, 1 + more);
}

void cbor_put_uint(struct cbor_w *w, uint64_t v)
{
    put_head(w, MAJOR_UINT, v);
}

void cbor_put_int(struct cbor_w *w, int64_t v)
{
    if (v < 0) {
        put_head(w, MAJOR_NEGATIVE, (uint64_t)(-1 - v));
    } else {
        put_head(w, MAJOR_UINT, (uint64_t)v);
    }
}

void cbor_put_bytes(struct cbor_w *w, bytes b)
{
    put_head(w, MAJOR_BYTES, b.n);
    put(w, b.p, b.n);
}

void cbor_put_text(struct cbor_w *w, str s)
{
    put_head(w, MAJOR_TEXT, s.n);
    put(w, s.p, s.n);
}

void cbor_put_array(struct cbor_w *w, size_t items)
{
    put_head(w, MAJOR_ARRAY, items);
}

void cbor_put_map(struct cbor_w *w, size_t pairs)
{
    put_head(w, MAJOR_MAP, pairs);
}

void cbor_put_bool(struct cbor_w *w, bool v)
{
    put_head(w, MAJOR_SIMPLE, v ? SIMPLE_TRUE : SIMPLE_FALSE);
}

void cbor_put_null(struct cbor_w *w)
{
    put_head(w, MAJOR_SIMPLE, SIMPLE_NULL);
}

void cbor_put_tag18(struct cbor_w *w)
{
    put_head(w, MAJOR_TAG, TAG_SIGN1);
}

void cbor_put_raw(struct cbor_w *w, bytes item)
{
    put(w, item.p, item.n);
}

enum st cbor_w_done(const struct cbor_w *w, bytes *out)
{
    if (w->full) {
        *out = (bytes){NULL, 0};
        return ST_FULL;
    }
    *out = bytes_of(w->p, w->n);
    return ST_OK;
}
