/* encode.c - see encode.h. A decoder that refuses leaves zeros, never the half it had read. */
#include "core/base/encode.h"

static const char hex_digits[] = "0123456789abcdef";
static const char url_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char crockford_digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static bool refuse(uint8_t *out, size_t n)
{
    if (n != 0) {
        memset(out, 0, n);
    }
    return false;
}

/* digit_in: the place of c among `digits`, or -1. */
static int digit_in(const char *digits, char c)
{
    const char *at = c == '\0' ? NULL : strchr(digits, c);
    return at == NULL ? -1 : (int)(at - digits);
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* put_digits: `in` as digits of `bits` bits, most significant first, the last padded with zeros. */
static size_t put_digits(bytes in, unsigned bits, const char *digits, char *out)
{
    unsigned acc = 0, have = 0;
    size_t n = 0;
    for (size_t i = 0; i < in.n; i++) {
        acc = (acc << 8 | in.p[i]) & 0xffffU;
        for (have += 8; have >= bits; have -= bits) {
            out[n++] = digits[acc >> (have - bits) & ((1U << bits) - 1)];
        }
    }
    if (have > 0) {
        out[n++] = digits[acc << (bits - have) & ((1U << bits) - 1)];
    }
    out[n] = '\0';
    return n;
}

/* bits_in: what a decoder has read and not yet written out. */
struct bits_in {
    unsigned acc, have;
    uint8_t *out;
    size_t n, cap;
};

static bool bits_add(struct bits_in *b, unsigned bits, int digit)
{
    if (digit < 0) {
        return false;
    }
    b->acc = (b->acc << bits | (unsigned)digit) & 0xffffU;
    b->have += bits;
    if (b->have >= 8) {
        if (b->n == b->cap) {
            return false;
        }
        b->have -= 8;
        b->out[b->n++] = (uint8_t)(b->acc >> b->have);
    }
    return true;
}

/* bits_end: less than a digit is left over, and it is all zeros. */
static bool bits_end(const struct bits_in *b, unsigned bits)
{
    return b->have < bits && (b->acc & ((1U << b->have) - 1)) == 0;
}

void hex_put(bytes in, char *out)
{
    put_digits(in, 4, hex_digits, out);
}

bool hex_get(str in, uint8_t *out, size_t n)
{
    struct bits_in b = {.out = out, .cap = n};
    for (size_t i = 0; i < in.n; i++) {
        if (!bits_add(&b, 4, digit_in(hex_digits, lower(in.p[i])))) {
            return refuse(out, n);
        }
    }
    return (b.n == n && b.have == 0) || refuse(out, n);
}

size_t base64url_put(bytes in, char *out)
{
    return put_digits(in, 6, url_digits, out);
}

bool base64url_get(str in, uint8_t *out, size_t cap, size_t *n)
{
    struct bits_in b = {.out = out, .cap = cap};
    for (size_t i = 0; i < in.n; i++) {
        if (!bits_add(&b, 6, digit_in(url_digits, in.p[i]))) {
            return refuse(out, b.n);
        }
    }
    if (!bits_end(&b, 6)) {
        return refuse(out, b.n);
    }
    *n = b.n;
    return true;
}

void crockford_put(bytes in, char *out)
{
    put_digits(in, 5, crockford_digits, out);
}

static int crockford_digit(char c)
{
    c = upper(c);
    if (c == 'O') {
        return 0;
    }
    if (c == 'I' || c == 'L') {
        return 1;
    }
    return digit_in(crockford_digits, c);
}

bool crockford_get(str in, uint8_t *out, size_t n)
{
    struct bits_in b = {.out = out, .cap = n};
    for (size_t i = 0; i < in.n; i++) {
        if (in.p[i] == ' ' || in.p[i] == '-') {
            continue;
        }
        if (!bits_add(&b, 5, crockford_digit(in.p[i]))) {
            return refuse(out, n);
        }
    }
    return (b.n == n && bits_end(&b, 5)) || refuse(out, n);
}
