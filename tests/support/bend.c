/* bend.c - see bend.h. Recursion: the values are our own, and shallow. */
#include "tests/support/bend.h"

#include "core/base/caps.h"
#include "core/codec/cbor.h"

#define HEAD_MAX 9
#define DEEPER 1000

struct bending {
    enum bend how;
    bool inside;
    size_t place, at; /* wanted, and the number of the item in hand */
    bool done;
    uint8_t *p; /* NULL: places are counted */
    size_t n, cap;
    bool full;
};

const char *bend_name(enum bend how)
{
    static const char *const names[BENDS] = {
        [BEND_LONG_HEAD] = "a head longer than it must be",
        [BEND_INDEFINITE] = "an indefinite length",
        [BEND_KEY_TWICE] = "a key twice",
        [BEND_DEEP] = "nested too deep",
        [BEND_DEEPER] = "nested a thousand deep",
        [BEND_HUGE_32] = "a length of 2^32 - 1",
        [BEND_HUGE_63] = "a length of 2^63 - 1",
        [BEND_HUGE_64] = "a length of 2^64 - 1",
        [BEND_RESERVED] = "a reserved head",
        [BEND_BEHIND] = "a byte behind",
    };
    return names[how];
}

static void put(struct bending *b, const void *from, size_t n)
{
    if (b->p == NULL) {
        return;
    }
    if (b->cap - b->n < n) {
        b->full = true;
        return;
    }
    if (n > 0) {
        memcpy(b->p + b->n, from, n);
    }
    b->n += n;
}

static void put_byte(struct bending *b, unsigned byte)
{
    uint8_t x = (uint8_t)byte;
    put(b, &x, 1);
}

/* A head of `width` further bytes (0, 1, 2, 4, 8). */
static void put_head(struct bending *b, unsigned major, uint64_t value, unsigned width)
{
    unsigned info = width == 0   ? (unsigned)value
                    : width == 1 ? 24
                    : width == 2 ? 25
                    : width == 4 ? 26
                                 : 27;
    put_byte(b, major << 5 | info);
    for (unsigned i = width; i > 0; i--) {
        put_byte(b, (unsigned)(value >> (8 * (i - 1)) & 0xFF));
    }
}

static unsigned least_width(uint64_t v)
{
    return v < 24 ? 0 : v <= UINT8_MAX ? 1 : v <= UINT16_MAX ? 2 : v <= UINT32_MAX ? 4 : 8;
}

struct head {
    unsigned major, info;
    uint64_t value;
    size_t n;
};

static bool get_head(bytes in, struct head *h)
{
    if (in.n == 0) {
        return false;
    }
    h->major = in.p[0] >> 5;
    h->info = in.p[0] & 31U;
    size_t width = h->info < 24 ? 0 : h->info > 27 ? 99 : (size_t)1 << (h->info - 24);
    h->value = h->info;
    h->n = 1 + width;
    if (h->n > in.n) {
        return false;
    }
    for (size_t i = 0; i < width; i++) {
        h->value = (i == 0 ? 0 : h->value << 8) | in.p[1 + i];
    }
    return true;
}

static bool is_cbor(bytes in)
{
    size_t used;
    return cbor_check(in, CBOR_ALLOW_TAG18, &used, NULL) == ST_OK && used == in.n;
}

/* Does a byte string hold CBOR? Ids and hashes may look like an integer by chance. */
static bool holds_cbor(bytes content)
{
    unsigned major = content.n > 1 ? content.p[0] >> 5 : 0;
    return major >= 4 && major <= 6 && is_cbor(content);
}

static size_t item(struct bending *b, bytes in);

/* A bstr's content with whatever is bent in it, behind a head that says its length. */
static void embedded(struct bending *b, bytes content)
{
    size_t before = b->n;
    put(b, (uint8_t[HEAD_MAX]){0}, HEAD_MAX);
    size_t root = b->at;
    item(b, content);
    if (b->how == BEND_BEHIND && root == b->place) {
        put_byte(b, 0);
        b->done = true;
    }
    if (b->p == NULL || b->full) {
        return;
    }
    size_t n = b->n - before - HEAD_MAX;
    unsigned width = least_width(n);
    b->n = before;
    put_head(b, 2, n, width);
    memmove(b->p + b->n, b->p + before + HEAD_MAX, n);
    b->n += n;
}

/* What follows the head: elements, pairs, the tagged item, the string's bytes. */
static size_t content(struct bending *b, bytes in, const struct head *h, bool twice)
{
    size_t at = h->n, count = h->major == 5   ? 2 * (size_t)h->value
                              : h->major == 6 ? 1
                                              : (size_t)h->value;
    if (h->major == 2 || h->major == 3) {
        put(b, in.p + at, (size_t)h->value);
        return at + (size_t)h->value;
    }
    size_t first = at;
    for (size_t i = 0; i < count && h->major >= 4 && h->major <= 6; i++) {
        at += item(b, bytes_of(in.p + at, in.n - at));
        if (twice && i == 1) {
            put(b, in.p + first, at - first);
        }
    }
    return at;
}

static uint64_t huge(enum bend how)
{
    return how == BEND_HUGE_32 ? UINT32_MAX : how == BEND_HUGE_63 ? INT64_MAX : UINT64_MAX;
}

/* The item of the wanted place. Returns its length in `in`. */
static size_t bent(struct bending *b, bytes in, const struct head *h)
{
    unsigned width = least_width(h->value), next = width == 0 ? 1 : 2 * width;
    bool many = h->major >= 2 && h->major <= 5;
    switch (b->how) {
    case BEND_LONG_HEAD:
        b->done = h->major < 7 && width < 8;
        put_head(b, h->major, h->value, b->done ? next : width);
        return content(b, in, h, false);
    case BEND_INDEFINITE:
        b->done = many;
        put_byte(b, h->major << 5 | 31);
        if (h->major < 4) {
            put_head(b, h->major, h->value, width);
        }
        size_t n = content(b, in, h, false);
        put_byte(b, 0xFF);
        return n;
    case BEND_KEY_TWICE:
        b->done = h->major == 5 && h->value > 0;
        put_head(b, h->major, h->value + 1, least_width(h->value + 1));
        return content(b, in, h, b->done);
    case BEND_HUGE_32:
    case BEND_HUGE_63:
    case BEND_HUGE_64:
        b->done = many;
        put_head(b, h->major, huge(b->how), b->how == BEND_HUGE_32 ? 4 : 8);
        return content(b, in, h, false);
    case BEND_RESERVED:
        b->done = true;
        put_byte(b, h->major << 5 | 28);
        return content(b, in, h, false);
    default: /* deep */
        b->done = true;
        for (unsigned i = b->how == BEND_DEEP ? CAP_CBOR_DEPTH + 1 : DEEPER; i > 0; i--) {
            put_byte(b, 0x81);
        }
        put(b, in.p, h->n);
        return content(b, in, h, false);
    }
}

/* One item, bent if it is the wanted one. Returns its length in `in`. */
static size_t item(struct bending *b, bytes in)
{
    struct head h;
    size_t me = b->at++;
    if (!get_head(in, &h)) {
        b->full = true;
        return in.n;
    }
    if (b->p != NULL && me == b->place && b->how != BEND_BEHIND) {
        return bent(b, in, &h);
    }
    bytes held = bytes_of(in.p + h.n, h.major == 2 ? (size_t)h.value : 0);
    if (b->inside && h.major == 2 && holds_cbor(held)) {
        embedded(b, held);
        return h.n + held.n;
    }
    put(b, in.p, h.n);
    return content(b, in, &h, false);
}

size_t bend_places(bytes in, bool inside)
{
    struct bending b = {.inside = inside};
    if (!is_cbor(in)) {
        return 0;
    }
    item(&b, in);
    return b.at;
}

bool bend_make(bytes in, bool inside, enum bend how, size_t place, uint8_t *buf, size_t cap,
               bytes *out)
{
    struct bending b = {.how = how, .inside = inside, .place = place, .p = buf, .cap = cap};
    item(&b, in);
    if (how == BEND_BEHIND && place == 0) {
        put_byte(&b, 0);
        b.done = true;
    }
    *out = bytes_of(buf, b.n);
    return b.done && !b.full;
}

/* --- JSON ---------------------------------------------------------------------------------------
 */

static bool is_digit(bytes in, size_t at)
{
    return at < in.n && in.p[at] >= '0' && in.p[at] <= '9';
}

/* Is it outside of strings, and the first byte of a number? */
static bool begins_number(bytes in, size_t place)
{
    bool quoted = false;
    for (size_t i = 0; i < place; i++) {
        if (in.p[i] == '\\') {
            i++;
        } else {
            quoted = quoted != (in.p[i] == '"');
        }
    }
    return !quoted && is_digit(in, place) && place > 0 && !is_digit(in, place - 1) &&
           in.p[place - 1] != '.' && in.p[place - 1] != 'e';
}

static void put_text(struct bending *b, const char *text)
{
    put(b, text, strlen(text));
}

/* Behind the brace at `place` its first member once more, up to the colon, with another value. */
static bool put_twice(struct bending *b, bytes in)
{
    size_t from = b->place + 1, to = from + 1;
    if (in.p[b->place] != '{' || from >= in.n || in.p[from] != '"') {
        return false;
    }
    while (to < in.n && in.p[to] != '"') {
        to++;
    }
    put(b, in.p, from);
    put(b, in.p + from, to + 1 - from);
    put_text(b, ":null,");
    put(b, in.p + from, in.n - from);
    return true;
}

static bool put_deeper(struct bending *b, bytes in)
{
    for (unsigned i = 0; i < 3 * DEEPER; i++) {
        put_text(b, "[");
    }
    put(b, in.p, in.n);
    for (unsigned i = 0; i < 3 * DEEPER; i++) {
        put_text(b, "]");
    }
    return true;
}

bool bend_json(bytes in, enum bend how, size_t place, uint8_t *buf, size_t cap, bytes *out)
{
    struct bending b = {.how = how, .place = place, .p = buf, .cap = cap};
    bool number = begins_number(in, place), done = false;
    size_t after = place;
    if (how == BEND_KEY_TWICE) {
        done = put_twice(&b, in);
    } else if (how == BEND_LONG_HEAD || how == BEND_HUGE_64) {
        done = number;
        while (how == BEND_HUGE_64 && is_digit(in, after)) {
            after++;
        }
        put(&b, in.p, place);
        put_text(&b, how == BEND_HUGE_64 ? "18446744073709551616" : "0");
        put(&b, in.p + after, in.n - after);
    } else if (how == BEND_DEEPER && place == 0) {
        done = put_deeper(&b, in);
    } else if (how == BEND_BEHIND && place == 0) {
        put(&b, in.p, in.n);
        put_text(&b, "{}");
        done = true;
    }
    *out = bytes_of(buf, b.n);
    return done && !b.full;
}
