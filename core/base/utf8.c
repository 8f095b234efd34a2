/* utf8.c - see utf8.h. utf8proc brings the tables; of it only calls that do not allocate. */
#include "core/base/utf8.h"

#include <utf8proc.h>

enum { REPLACEMENT = 0xFFFD };

uint32_t utf8_next(str s, size_t *i)
{
    /* By length: what the lead byte carries, and the least value that needs so many bytes. */
    static const uint8_t lead_mask[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const uint8_t *p = (const uint8_t *)s.p + *i;
    size_t room = s.n - *i;
    size_t n = *p < 0x80 ? 1 : *p < 0xC0 ? 0 : *p < 0xE0 ? 2 : *p < 0xF0 ? 3 : *p < 0xF8 ? 4 : 0;
    ++*i;
    if (n == 0 || n > room) {
        return REPLACEMENT;
    }
    uint32_t c = *p & (uint32_t)lead_mask[n];
    for (size_t k = 1; k < n; k++) {
        if ((p[k] & 0xC0U) != 0x80) {
            return REPLACEMENT;
        }
        c = c << 6 | (p[k] & 0x3FU);
    }
    if (c < least[n] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) {
        return REPLACEMENT;
    }
    *i += n - 1;
    return c;
}

bool utf8_valid(str s)
{
    for (size_t i = 0; i < s.n;) {
        size_t at = i;
        if (utf8_next(s, &i) == REPLACEMENT && i - at == 1) {
            return false; /* U+FFFD itself takes three bytes */
        }
    }
    return true;
}

size_t utf8_count(str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        n += ((uint8_t)s.p[i] & 0xC0U) != 0x80;
    }
    return n;
}

/* is_dropped: controls, and what shows nothing of its own: bidirectional and zero-width characters,
 * joiners, fillers, variation selectors, tags, annotation marks. Unicode's "default ignorable" is
 * the list of these, and the library keeps it. */
static bool is_dropped(uint32_t c)
{
    const utf8proc_property_t *p = utf8proc_get_property((utf8proc_int32_t)c);
    return p->category == UTF8PROC_CATEGORY_CC || p->ignorable || (c >= 0xFFF9 && c <= 0xFFFB);
}

static bool is_space(utf8proc_int32_t c)
{
    return c == '\n' || utf8proc_category(c) == UTF8PROC_CATEGORY_ZS;
}

/* filter: valid s without what is dropped, one kind of line end, into out[s.n]. */
static size_t filter(str s, uint8_t *out)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n;) {
        size_t at = i;
        uint32_t c = utf8_next(s, &i);
        if (c == '\r') {
            out[n++] = '\n';
            i += i < s.n && s.p[i] == '\n';
        } else if (c == '\n' || c == 0x2028 || c == 0x2029) { /* line, paragraph separator */
            out[n++] = '\n';
        } else if (c == '\t') {
            out[n++] = ' ';
        } else if (!is_dropped(c)) {
            memcpy(out + n, s.p + at, i - at);
            n += i - at;
        }
    }
    return n;
}

/* compose: `in` in NFC as code points, in `a`; NULL when there is no room. (utf8proc 2.8 lets the
 * archaic jamo U+11A7 vanish after a Hangul syllable; the result is in NFC all the same.) */
static utf8proc_int32_t *compose(struct arena *a, bytes in, size_t *count)
{
    const utf8proc_option_t how = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
    utf8proc_ssize_t want = utf8proc_decompose(in.p, (utf8proc_ssize_t)in.n, NULL, 0, how);
    utf8proc_int32_t *buf = want < 0 ? NULL : arena_new(a, utf8proc_int32_t, (size_t)want);
    if (buf == NULL) {
        return NULL;
    }
    utf8proc_decompose(in.p, (utf8proc_ssize_t)in.n, buf, want, how);
    *count = (size_t)utf8proc_normalize_utf32(buf, want, how);
    return buf;
}

/* trim: drop white space before each line feed and at the end, in place; the new count. */
static size_t trim(utf8proc_int32_t *buf, size_t count)
{
    size_t n = 0, keep = 0; /* keep: up to here nothing is trailing */
    for (size_t i = 0; i < count; i++) {
        if (buf[i] == '\n') {
            while (n > 0 && buf[n - 1] != '\n' && is_space(buf[n - 1])) {
                n--;
            }
        }
        buf[n++] = buf[i];
        keep = is_space(buf[i]) ? keep : n;
    }
    return keep;
}

enum st utf8_clean(struct arena *a, str s, str *out)
{
    *out = (str){NULL, 0};
    if (!utf8_valid(s)) {
        return ST_BAD_INPUT;
    }
    /* NFC makes UTF-8 at most three times as long; what is not used goes back at the end. */
    struct arena mine = *a;
    uint8_t *text = s.n > SIZE_MAX / 3 ? NULL : arena_new(&mine, uint8_t, s.n * 3);
    if (text == NULL) {
        return ST_FULL;
    }
    size_t count;
    utf8proc_int32_t *buf = compose(&mine, bytes_of(text, filter(s, text)), &count);
    if (buf == NULL) {
        return ST_FULL;
    }
    count = trim(buf, count);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        n += (size_t)utf8proc_encode_char(buf[i], text + n);
    }
    a->beg = text + n;
    *out = bytes_str(bytes_of(text, n));
    return ST_OK;
}

bool utf8_is_clean(struct arena tmp, str s)
{
    str c;
    return utf8_clean(&tmp, s, &c) == ST_OK && str_eq(c, s);
}
