/* cbor_help.h - what the codec's tests share. Include once, in a test file. */
#ifndef TESTS_CORE_CBOR_HELP_H
#define TESTS_CORE_CBOR_HELP_H
#include "core/base/encode.h"
#include "core/codec/cbor.h"
#include "tests/support/check.h"
#include <sodium.h>

static uint64_t seed = 20260101; /* the same cases every time */

static inline uint64_t next_random(void) /* splitmix64 */
{
    uint64_t z = seed += 0x9E3779B97F4A7C15U;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
    z = (z ^ z >> 27) * 0x94D049BB133111EBU;
    return z ^ z >> 31;
}

/* hex: bytes of a literal into the caller's buffer. */
static inline bytes hex(const char *digits, uint8_t *buf, size_t cap)
{
    size_t n = strlen(digits) / 2;
    if (n > cap || !hex_get(str_c(digits), buf, n)) {
        check_fail(__FILE__, __LINE__, "hex of the test itself is wrong");
        n = 0;
    }
    return bytes_of(buf, n);
}

/* guarded: a copy that ends at an unreadable page; free with sodium_free. */
static inline bytes guarded(bytes b)
{
    uint8_t *p = sodium_malloc(b.n);
    if (p == NULL) {
        perror("sodium_malloc");
        exit(99);
    }
    if (b.n != 0) {
        memcpy(p, b.p, b.n);
    }
    return bytes_of(p, b.n);
}

static inline void unguard(bytes b)
{
    union { /* the one place where const is taken off: libsodium frees void * */
        const uint8_t *in;
        void *out;
    } u = {.in = b.p};
    sodium_free(u.out);
}

/* copy_item: read one item and write it again; the reader's whole repertoire, bounded by depth. */
static inline void copy_item(struct cbor_r *r, struct cbor_w *w, int depth)
{
    size_t n;
    if (depth > 2 * CAP_CBOR_DEPTH + 2) {
        cbor_fail(r);
    }
    switch (cbor_peek(r)) {
    case CBOR_UINT:
        cbor_put_uint(w, cbor_get_uint(r));
        break;
    case CBOR_NEGATIVE:
        cbor_put_int(w, cbor_get_int(r));
        break;
    case CBOR_BYTES:
        cbor_put_bytes(w, cbor_get_bytes(r));
        break;
    case CBOR_TEXT:
        cbor_put_text(w, cbor_get_text(r));
        break;
    case CBOR_ARRAY:
        n = cbor_get_array(r);
        cbor_put_array(w, n);
        for (size_t i = 0; i < n && r->st == ST_OK; i++) {
            copy_item(r, w, depth + 1);
        }
        break;
    case CBOR_MAP:
        n = cbor_get_map(r);
        cbor_put_map(w, n);
        for (size_t i = 0; i < 2 * n && r->st == ST_OK; i++) {
            copy_item(r, w, depth + 1);
        }
        break;
    case CBOR_BOOL:
        cbor_put_bool(w, cbor_get_bool(r));
        break;
    case CBOR_NULL:
        cbor_get_null(r);
        cbor_put_null(w);
        break;
    case CBOR_TAG18:
        cbor_get_tag18(r);
        cbor_put_tag18(w);
        copy_item(r, w, depth + 1);
        break;
    case CBOR_NONE:
        cbor_fail(r);
        break;
    }
}

static inline enum st copy_all(bytes in, uint8_t *buf, size_t cap, bytes *out)
{
    struct cbor_r r = cbor_r_init(in);
    struct cbor_w w = cbor_w_init(buf, cap);
    copy_item(&r, &w, 0);
    enum st st = cbor_done(&r);
    return st != ST_OK ? st : cbor_w_done(&w, out);
}
#endif
