/* ui_wrap.c - where a line may end. Latin at spaces; Chinese between any two characters, but no
 * line begins with closing punctuation or ends with opening punctuation. A word longer than the
 * line is broken after its last hyphen or stroke there (codes and phone numbers are made of
 * groups), else where the line is full, so that nothing is ever lost. Pure functions. */
#include "app/ui/ui_state.h"

uint32_t ui_wrap_code(str s, size_t *i)
{
    const uint8_t *p = (const uint8_t *)s.p + *i;
    size_t left = s.n - *i;
    uint32_t c = p[0];
    size_t n = c < 0x80                ? 1
               : c >= 0xF0 && c < 0xF8 ? 4
               : c >= 0xE0 && c < 0xF0 ? 3
               : c >= 0xC0 && c < 0xE0 ? 2
                                       : 0;
    if (n == 1) {
        *i += 1;
        return c;
    }
    if (n == 0 || n > left) {
        *i += 1;
        return 0xFFFD;
    }
    c &= 0xFFU >> (n + 1);
    for (size_t k = 1; k < n; k++) {
        if ((p[k] & 0xC0U) != 0x80U) {
            *i += 1;
            return 0xFFFD;
        }
        c = c << 6 | (p[k] & 0x3FU);
    }
    *i += n;
    return c;
}

static bool is_cjk(uint32_t c)
{
    return (c >= 0x2E80 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) ||
           (c >= 0xFE30 && c <= 0xFE4F) || (c >= 0xFF00 && c <= 0xFFEF) ||
           (c >= 0x20000 && c <= 0x3FFFF) || (c >= 0xAC00 && c <= 0xD7AF);
}

static bool in_set(uint32_t c, const uint16_t *set, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (set[i] == c) {
            return true;
        }
    }
    return false;
}

/* 避头: these never begin a line. */
static bool no_start(uint32_t c)
{
    static const uint16_t SET[] = {
        ')',    ']',    '}',    ',',    '.',    ';',    ':',    '!',    '?',    '%',    0xB7,
        0x2019, 0x201D, 0x2026, 0x2014, 0x2030, 0x2103, 0x3001, 0x3002, 0x3005, 0x3009, 0x300B,
        0x300D, 0x300F, 0x3011, 0x3015, 0x3017, 0x30FB, 0x30FC, 0xFF01, 0xFF05, 0xFF09, 0xFF0C,
        0xFF0E, 0xFF1A, 0xFF1B, 0xFF1F, 0xFF3D, 0xFF5D, 0xFF5E, 0x2022};
    return in_set(c, SET, sizeof SET / sizeof *SET);
}

/* 避尾: these never end a line. */
static bool no_end(uint32_t c)
{
    static const uint16_t SET[] = {'(',    '[',    '{',    0x2018, 0x201C, 0x3008,
                                   0x300A, 0x300C, 0x300E, 0x3010, 0x3014, 0x3016,
                                   0xFF08, 0xFF3B, 0xFF5B, 0xFFE5, 0xA5,   '$'};
    return in_set(c, SET, sizeof SET / sizeof *SET);
}

static bool may_break(uint32_t before, uint32_t c)
{
    if (c == ' ') {
        return false;
    }
    if (before == ' ') {
        return !no_start(c);
    }
    return (is_cjk(before) || is_cjk(c)) && !no_start(c) && !no_end(before);
}

int ui_wrap_width(const struct ui_fonts *fonts, int font_px, bool bold, str s)
{
    int w = 0;
    for (size_t i = 0; i < s.n;) {
        w += fonts->advance_px(fonts->ctx, font_px, bold, ui_wrap_code(s, &i));
    }
    return w;
}

/* Letters and digits of Latin scripts: what a reader takes for one word. */
static bool in_word(uint32_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c >= 0xC0 && c <= 0x24F && c != 0xD7 && c != 0xF7);
}

/* Does a piece that is only broken for want of room begin with `c`? */
static bool piece_begins(uint32_t before, uint32_t c)
{
    return before == 0 || before == '\n' || before == ' ' || may_break(before, c) ||
           ((before == '-' || before == '/') && c != before);
}

bool ui_wrap_broken(str s, size_t at, str *piece)
{
    size_t start = 0, i = 0;
    uint32_t before = 0, left = 0, right = 0;
    while (i < s.n) {
        size_t from = i;
        uint32_t c = ui_wrap_code(s, &i);
        if (piece_begins(before, c) || c == ' ' || c == '\n') {
            if (from >= at) {
                break;
            }
            start = from;
        }
        left = i <= at ? c : left;
        right = from == at ? c : right;
        before = c;
        *piece = (str){s.p + start, i - start};
    }
    return start < at && in_word(left) && in_word(right);
}

int ui_wrap_piece(const struct ui_fonts *fonts, int font_px, bool bold, str s)
{
    int w = 0, most = 0;
    uint32_t before = 0;
    for (size_t i = 0; i < s.n;) {
        uint32_t c = ui_wrap_code(s, &i);
        if (piece_begins(before, c) || c == ' ' || c == '\n') {
            w = 0;
        }
        w += c == ' ' || c == '\n' ? 0 : fonts->advance_px(fonts->ctx, font_px, bold, c);
        most = w > most ? w : most;
        before = c;
    }
    return most;
}

struct out {
    struct ui_line *lines;
    size_t n, cap;
    bool full;
};

static void put(struct out *o, size_t start, size_t end, int w)
{
    if (o->n == o->cap) {
        o->full = true;
        return;
    }
    o->lines[o->n++] = (struct ui_line){(uint32_t)start, (uint32_t)(end - start), w};
}

/* Where a line may end: the next begins at `at`, this one at `solid`, w wide. */
struct place {
    size_t at, solid;
    int w;
};

/* One paragraph without line feeds: bytes start to end of s. */
static void wrap_paragraph(const struct ui_fonts *fonts, int font_px, bool bold, str s,
                           size_t start, int w_px, struct out *o)
{
    size_t line = start, solid = start;
    struct place soft = {start, start, 0}, group = soft;
    int w = 0, solid_w = 0;
    uint32_t before = 0;
    for (size_t i = start; i < s.n;) {
        size_t next = i;
        uint32_t c = ui_wrap_code(s, &next);
        if (solid > line && may_break(before, c)) {
            soft = (struct place){i, solid, solid_w};
        }
        if (solid > line && (before == '-' || before == '/') && c != before && c != ' ') {
            group = (struct place){i, solid, solid_w};
        }
        int a = fonts->advance_px(fonts->ctx, font_px, bold, c);
        if (c != ' ' && w + a > w_px && i > line) {
            struct place end = soft.at > line ? soft
                               : group.at > line
                                   ? group
                                   : (struct place){i, solid > line ? solid : i, solid_w};
            put(o, line, end.solid, end.w);
            line = end.at;
            i = solid = line;
            w = solid_w = 0;
            before = 0;
            continue;
        }
        w += a;
        if (c != ' ') {
            solid = next;
            solid_w = w;
        }
        before = c;
        i = next;
    }
    put(o, line, solid, solid_w);
}

size_t ui_wrap_lines(const struct ui_fonts *fonts, int font_px, bool bold, str s, int w_px,
                     struct ui_line *out, size_t cap, bool *full)
{
    struct out o = {out, 0, cap, false};
    size_t start = 0;
    for (;;) {
        const char *lf = start < s.n ? memchr(s.p + start, '\n', s.n - start) : NULL;
        size_t end = lf != NULL ? (size_t)(lf - s.p) : s.n;
        wrap_paragraph(fonts, font_px, bold, (str){s.p, end}, start, w_px, &o);
        if (lf == NULL) {
            break;
        }
        start = end + 1;
    }
    if (o.full && full != NULL) {
        *full = true;
    }
    return o.n;
}
