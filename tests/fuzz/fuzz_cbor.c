/* fuzz_cbor.c - the strict decoder: one encoding a value, linear work, no memory. */
#include "core/codec/cbor.h"
#include "tests/fuzz/door.h"
#include "tests/unit/core/cbor_help.h"

static void begin(void)
{
}

static enum st check(bytes in, unsigned flags, size_t *used)
{
    const char *rule = NULL;
    size_t work = 0;
    enum st st = cbor_check_work(in, flags, used, &rule, &work);
    HOLD(st == ST_OK || st == ST_BAD_FORM || (st == ST_INCOMPLETE && flags & CBOR_SEQUENCE_ITEM));
    HOLD(rule != NULL && (rule[0] != '\0') == (st == ST_BAD_FORM));
    HOLD(work <= 3 * in.n + 16);
    HOLD(*used <= in.n && (*used > 0) == (st == ST_OK));
    return st;
}

/* What the reader makes of it, be it checked or not: safe, and what it copies is the same. */
static bool copies(bytes in)
{
    static uint8_t again[DOOR_BYTES_MAX + 16];
    bytes out;
    enum st st = copy_all(in, again, sizeof again, &out);
    HOLD(st != ST_OK || bytes_eq(in, out));
    return st == ST_OK;
}

static bool take(bytes in)
{
    size_t used, item, plain;
    enum st whole = check(in, CBOR_ALLOW_TAG18, &used);
    enum st first = check(in, CBOR_ALLOW_TAG18 | CBOR_SEQUENCE_ITEM, &item);
    HOLD((whole == ST_OK) == (first == ST_OK && item == in.n));
    enum st strict = check(in, CBOR_NO_TEXT, &plain);
    HOLD(strict != ST_OK || whole == ST_OK);
    if (first == ST_OK) {
        HOLD(copies(bytes_of(in.p, item)));
    }
    bool copied = copies(in);
    HOLD(whole != ST_OK || copied);
    bytes value;
    for (int64_t key = -2; key < 3; key++) {
        if (cbor_map_find(in, key, &value) == ST_OK) {
            HOLD(value.p > in.p && value.p + value.n <= in.p + in.n);
        } else {
            HOLD(value.n == 0);
        }
    }
    return whole == ST_OK;
}

/* The published examples: rfc8949.txt has hex in its first column. */
static void seeds(void)
{
    str all = door_read_file(0, "tests/vectors/cbor-appendix-a.txt");
    for (size_t at = 0; at < all.n;) {
        const char *line = all.p + at;
        const char *end = memchr(line, '\n', all.n - at);
        size_t n = end == NULL ? all.n - at : (size_t)(end - line), digits = 0;
        uint8_t buf[256];
        while (digits < n && strchr("0123456789abcdef", line[digits]) != NULL) {
            digits++;
        }
        if (digits > 0 && digits / 2 <= sizeof buf &&
            hex_get((str){line, digits}, buf, digits / 2)) {
            door_seed(bytes_of(buf, digits / 2));
        }
        at += n + 1;
    }
    door_seed_vectors(NULL, -1);
}

static size_t cbor_at(bytes in, bool *in_strings)
{
    (void)in;
    *in_strings = false; /* what byte strings hold is their readers' */
    return 0;
}

const struct door door = {.name = "cbor",
                          .max_bytes = DOOR_BYTES_MAX,
                          .prefix_free = true,
                          .no_memory = true,
                          .begin = begin,
                          .take = take,
                          .seeds = seeds,
                          .cbor_at = cbor_at};
