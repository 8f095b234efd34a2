/* bench_hostile.c - the row of hostile input: what 64 KiB can cost at worst, by the shapes that
 * make a careless decoder look again and again, or believe a length. tests/unit/core/test_cbor.c
 * holds the same to a count of steps; here it is time, and requests for memory. */
#include "tests/bench/bench.h"

#include "core/codec/cbor.h"
#include "core/codec/hash.h"

#include <stdlib.h>

#define INPUT_BYTES 65536
#define ROUNDS 200 /* of each shape; the slowest tenth is the machine's, so the median counts */

/* --- requests for memory: glibc's own, counted; nothing else changes --- */
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t count, size_t n);
void *__libc_realloc(void *p, size_t n);
static _Thread_local volatile unsigned long requests;

void *malloc(size_t n)
{
    requests++;
    return __libc_malloc(n);
}

void *calloc(size_t count, size_t n)
{
    requests++;
    return __libc_calloc(count, n);
}

void *realloc(void *p, size_t n)
{
    requests++;
    return __libc_realloc(p, n);
}

/* --- shapes --- */

static size_t pairs(uint8_t *p, size_t n)
{
    struct cbor_w w = cbor_w_init(p, n);
    size_t count = (n - 300) / 4;
    cbor_put_map(&w, count);
    for (uint64_t i = 0; i < count; i++) {
        cbor_put_uint(&w, i);
        cbor_put_null(&w);
    }
    return w.n;
}

/* Keys of 4 KiB that differ in their last byte only. */
static size_t long_keys(uint8_t *p, size_t n)
{
    static char key[4000];
    struct cbor_w w = cbor_w_init(p, n);
    memset(key, 'k', sizeof key);
    cbor_put_map(&w, 16);
    for (char i = 0; i < 16; i++) {
        key[sizeof key - 1] = (char)('a' + i);
        cbor_put_text(&w, (str){key, sizeof key});
        cbor_put_null(&w);
    }
    return w.n;
}

static size_t filled(uint8_t *p, size_t n, uint8_t with, unsigned head)
{
    memset(p, with, n);
    p[0] = (uint8_t)head;
    p[1] = (uint8_t)((n - 3) >> 8);
    p[2] = (uint8_t)(n - 3);
    return n;
}

static size_t chinese(uint8_t *p, size_t n)
{
    filled(p, n, ' ', 0x79);
    for (size_t i = 3; i + 3 <= n; i += 3) {
        memcpy(p + i, "\xe6\xb0\xb4", 3);
    }
    return n;
}

static size_t nested(uint8_t *p, size_t n)
{
    struct cbor_w w = cbor_w_init(p, n);
    size_t rows = (n - 10) / 8;
    cbor_put_array(&w, rows);
    for (size_t i = 0; i < rows; i++) {
        for (int k = 0; k < 7; k++) {
            cbor_put_array(&w, k < 6);
        }
    }
    return w.n;
}

static size_t shape(unsigned which, uint8_t *p, const char **name)
{
    static const char *const names[] = {"map of small keys", "keys of 4 KiB", "one long text",
                                        "Chinese text",      "empty arrays",  "arrays in arrays",
                                        "counts of 2^63",    "integers"};
    *name = names[which];
    switch (which) {
    case 0:
        return pairs(p, INPUT_BYTES);
    case 1:
        return long_keys(p, INPUT_BYTES);
    case 2:
        return filled(p, INPUT_BYTES, 'a', 0x79);
    case 3:
        return chinese(p, INPUT_BYTES);
    case 4:
        return filled(p, INPUT_BYTES, 0x80, 0x99);
    case 5:
        return nested(p, INPUT_BYTES);
    case 6:
        memset(p, 0x9B, INPUT_BYTES);
        return INPUT_BYTES;
    default:
        return filled(p, INPUT_BYTES, 0x01, 0x99);
    }
}

/* All that a door does before it knows better: check, then walk what passed. */
static void take(bytes in, size_t *walked)
{
    struct cbor_r r;
    if (cbor_check(in, CBOR_ALLOW_TAG18, NULL, NULL) == ST_OK) {
        r = cbor_r_init(in);
        cbor_skip(&r);
        *walked += cbor_done(&r) == ST_OK;
    }
}

void bench_hostile(struct bench *b)
{
    static uint8_t input[INPUT_BYTES];
    static double us[ROUNDS], bare[ROUNDS];
    const char *worst_name = "", *name;
    double worst = 0, limit = 0;
    unsigned long asked = 0;
    size_t walked = 0;
    bench_section("Hostile input");
    for (unsigned k = 0; k < 8; k++) {
        bytes in = bytes_of(input, shape(k, input, &name));
        uint8_t hash[HASH_BYTES];
        for (unsigned i = 0; i < ROUNDS; i++) {
            unsigned long before = requests;
            double from = bench_cpu_us();
            take(in, &walked);
            us[i] = bench_cpu_us() - from;
            asked += requests - before;
            from = bench_cpu_us();
            hash32(in, hash);
            bare[i] = bench_cpu_us() - from;
        }
        double median = bench_median(us, ROUNDS);
        if (median > worst) {
            worst = median;
            worst_name = name;
            limit = bench_median(bare, ROUNDS);
        }
    }
    bench_row(b, "hostile input, worst 64 KiB", "0 requests, <= 1 ms",
              bench_fmt("%lu requests, %.3f ms", asked, worst / 1e3),
              bench_fmt("BLAKE2b of the same bytes %.3f ms", limit / 1e3), worst / limit,
              asked == 0 && worst <= 1000.0);
    bench_note("worst of 8 shapes: %s; checked, and walked where it passed (%zu of %u did); the "
               "thread's own time",
               worst_name, walked, 8 * ROUNDS);
}
