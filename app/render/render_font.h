/* render_font.h - which face draws a code point, its advance, its glyph as coverage.
 *
 * Faces in one fixed order: Noto Sans, Noto Sans CJK SC (by name and face index, never the Japanese
 * face of the same file), Droid Sans Fallback, and last whatever the machine calls sans. Each is
 * opened once and set to the size in hand. Caches are bounded: two generations
 * of glyphs, of which the older is dropped when the newer is full. */
#ifndef APP_RENDER_FONT_H
#define APP_RENDER_FONT_H
#include "app/ui/ui_types.h"
#include "core/base/status.h"

enum {
    FONT_FACES = 4,
    FONT_GLYPHS = 4096,        /* a generation; a screen shows a few hundred */
    FONT_POOL_BYTES = 2 << 20, /* a generation; 900 glyphs of 47 px, 3,000 of 27 px */
    FONT_ADVANCES = 1 << 14    /* code points by size; 6 bytes each */
};

struct font_glyph {
    uint64_t key;            /* 0: free */
    int16_t left, top, w, h; /* from the pen on the baseline */
    uint32_t at;             /* in the pool */
};

struct font_generation {
    struct font_glyph glyphs[FONT_GLYPHS * 2]; /* open addressing, at most half full */
    uint8_t pool[FONT_POOL_BYTES];
    size_t pool_n;
    int count;
};

struct font_advance {
    uint64_t key;
    int16_t advance;
    int8_t face;
};

struct font_file {
    char path[512];
    int index;
    bool there;
};

struct font {
    struct font_file files[2][FONT_FACES]; /* regular, bold */
    bool asked;                            /* also for what is seldom needed: see font_open */
    void *faces[2][FONT_FACES];            /* TTF_Font, opened when first needed */
    int sizes[2][FONT_FACES];
    struct font_generation *gen[2]; /* newer, older */
    struct font_advance advances[FONT_ADVANCES];
    int advance_count;
};

/* font_open: where the faces lie; the first two are opened, with no glyph yet. ST_NOT_FOUND: no
 * face at all. The named ones are looked for in the usual folders, by fontconfig's caches; the
 * machine's own rules are read when one of the first two is not there, or a character is in none of
 * them: that takes as long as all else at start. */
MUST_USE enum st font_open(struct font *f, struct err *err);
void font_close(struct font *f);
/* font_forget: wipe what was drawn; faces are opened again when next needed. */
void font_forget(struct font *f);
/* font_advance: in px; 0 for what has none. */
int font_advance(struct font *f, int font_px, bool bold, uint32_t code);
/* font_glyph: its coverage (w by h bytes, valid until the next call), NULL for blanks. */
const uint8_t *font_glyph(struct font *f, int font_px, bool bold, uint32_t code,
                          struct font_glyph *out);
#endif
