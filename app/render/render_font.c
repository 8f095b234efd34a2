/* render_font.c - faces by fontconfig, glyphs by SDL2_ttf, both kept within bounds. */
#include "app/render/render_font.h"
#include "app/render/render_file.h"
#include <sodium.h>
#include <SDL2/SDL_ttf.h>
#include <fontconfig/fontconfig.h>
#include <stdlib.h>
#include <string.h>

enum { FONT_NAMED = FONT_FACES - 1, FONT_USUAL = 2, FIRST_PX = 16 };

static const char *const FAMILIES[FONT_FACES] = {"Noto Sans", "Noto Sans CJK SC",
                                                 "Droid Sans Fallback", NULL};

/* ==== faces ================================================================================== */

/* Exactly this family, or any when NULL; only the machine's rules say what "any" is. */
static bool look_up(FcConfig *cfg, const char *family, bool bold, struct font_file *out)
{
    bool ok = false;
    FcPattern *want = FcPatternCreate(), *got = NULL;
    FcResult res = FcResultNoMatch;
    if (want == NULL) {
        return false;
    }
    FcPatternAddString(want, FC_FAMILY, (const FcChar8 *)(family == NULL ? "sans" : family));
    FcPatternAddInteger(want, FC_WEIGHT, bold ? FC_WEIGHT_BOLD : FC_WEIGHT_REGULAR);
    FcPatternAddInteger(want, FC_SLANT, FC_SLANT_ROMAN);
    if (family == NULL) {
        FcConfigSubstitute(cfg, want, FcMatchPattern);
    }
    FcDefaultSubstitute(want);
    got = FcFontMatch(cfg, want, &res);
    FcChar8 *file = NULL, *name = NULL;
    int index = 0;
    if (got != NULL && FcPatternGetString(got, FC_FILE, 0, &file) == FcResultMatch &&
        strlen((const char *)file) < sizeof out->path) {
        bool same = family == NULL;
        for (int i = 0; !same && FcPatternGetString(got, FC_FAMILY, i, &name) == FcResultMatch;
             i++) {
            same = strcmp((const char *)name, family) == 0;
        }
        if (FcPatternGetInteger(got, FC_INDEX, 0, &index) != FcResultMatch) {
            index = 0;
        }
        if (same) {
            memcpy(out->path, file, strlen((const char *)file) + 1);
            out->index = index & 0xFFFF; /* the high half names an instance of a variable font */
            ok = out->there = true;
        }
    }
    if (got != NULL) {
        FcPatternDestroy(got);
    }
    FcPatternDestroy(want);
    return ok;
}

/* The usual folders and fontconfig's caches of them, without the machine's rules. */
static FcConfig *usual_folders(void)
{
    static const FcChar8 rules[] =
        "<fontconfig><dir>/usr/share/fonts</dir><dir>/usr/local/share/fonts</dir>"
        "<dir prefix=\"xdg\">fonts</dir><cachedir>/var/cache/fontconfig</cachedir>"
        "<cachedir prefix=\"xdg\">fontconfig</cachedir></fontconfig>";
    FcConfig *cfg = FcConfigCreate();
    if (cfg != NULL && (FcConfigParseAndLoadFromMemory(cfg, rules, FcTrue) != FcTrue ||
                        FcConfigBuildFonts(cfg) != FcTrue)) {
        FcConfigDestroy(cfg);
        return NULL;
    }
    return cfg;
}

/* Those that are not known yet, of the faces from 0 to `faces` - 1. */
static void look_for(struct font *f, FcConfig *cfg, int faces)
{
    for (int face = 0; face < faces && cfg != NULL; face++) {
        for (int bold = 0; bold < 2; bold++) {
            struct font_file *file = &f->files[bold][face];
            IGNORE(!file->there && !look_up(cfg, FAMILIES[face], bold != 0, file));
        }
    }
    if (cfg != NULL) {
        FcConfigDestroy(cfg); /* its tables are megabytes, and are not needed again */
    }
}

static void look_everywhere(struct font *f)
{
    if (!f->asked) {
        f->asked = true;
        look_for(f, FcInitLoadConfigAndFonts(), FONT_FACES);
    }
}

static TTF_Font *open_face(const struct font_file *file, int px)
{
    SDL_RWops *rw = file_rw(file->path);
    return rw == NULL ? NULL : TTF_OpenFontIndexRW(rw, 1, px, file->index);
}

/* The face, opened and at the size; NULL when it is not there or cannot be read. */
static TTF_Font *face_at(struct font *f, bool bold, int i, int px)
{
    struct font_file *file = &f->files[bold][i];
    TTF_Font *t = f->faces[bold][i];
    if (i >= FONT_NAMED) {
        look_everywhere(f);
    }
    if (t == NULL && file->there) {
        t = open_face(file, px);
        file->there = t != NULL;
        f->faces[bold][i] = t;
        f->sizes[bold][i] = px;
        if (t != NULL) {
            TTF_SetFontHinting(t, TTF_HINTING_LIGHT);
            TTF_SetFontKerning(t, 0);
        }
    }
    if (t != NULL && f->sizes[bold][i] != px) {
        if (TTF_SetFontSize(t, px) != 0) {
            return NULL;
        }
        f->sizes[bold][i] = px;
    }
    return t;
}

/* What every screen is drawn with; the others when they are needed. */
static void open_usual(struct font *f)
{
    for (int b = 0; b < 2; b++) {
        for (int i = 0; i < FONT_USUAL; i++) {
            IGNORE(face_at(f, b != 0, i, FIRST_PX) == NULL);
        }
    }
}

enum st font_open(struct font *f, struct err *err)
{
    memset(f, 0, sizeof *f);
    if (TTF_Init() != 0) {
        return err_set(err, ST_IO, 0, __func__, "cannot start the font library: %s",
                       TTF_GetError());
    }
    look_for(f, usual_folders(), FONT_NAMED);
    if (!f->files[0][0].there || !f->files[0][FONT_USUAL - 1].there) {
        look_everywhere(f);
    }
    bool any = false;
    for (int face = 0; face < FONT_FACES; face++) {
        any = any || f->files[0][face].there || f->files[1][face].there;
    }
    f->gen[0] = calloc(1, sizeof **f->gen);
    f->gen[1] = calloc(1, sizeof **f->gen);
    if (!any || f->gen[0] == NULL || f->gen[1] == NULL) {
        font_close(f);
        return err_set(err, any ? ST_FULL : ST_NOT_FOUND, 0, __func__,
                       any ? "no memory for glyphs"
                           : "no font found: install fonts-noto-core and "
                             "fonts-noto-cjk");
    }
    open_usual(f);
    return ST_OK;
}

static void close_faces(struct font *f)
{
    for (int b = 0; b < 2; b++) {
        for (int i = 0; i < FONT_FACES; i++) {
            if (f->faces[b][i] != NULL) {
                TTF_CloseFont(f->faces[b][i]);
                f->faces[b][i] = NULL;
            }
        }
    }
}

/* Glyphs lie in the order in which they were first drawn: that is half a text. */
void font_forget(struct font *f)
{
    close_faces(f);
    for (int b = 0; b < 2; b++) {
        sodium_memzero(f->gen[b], sizeof *f->gen[b]);
    }
    sodium_memzero(f->advances, sizeof f->advances);
    f->advance_count = 0;
}

void font_close(struct font *f)
{
    close_faces(f);
    for (int b = 0; b < 2; b++) {
        free(f->gen[b]);
        f->gen[b] = NULL;
    }
    if (TTF_WasInit() > 0) {
        TTF_Quit();
    }
}

/* The first face that has the code point; -1 for none. */
static int face_of(struct font *f, bool bold, uint32_t code, int px)
{
    for (int i = 0; i < FONT_FACES; i++) {
        /* Latin text must not open the large Chinese face just to learn that it is not needed. */
        TTF_Font *t = face_at(f, bold, i, px);
        if (t != NULL && TTF_GlyphIsProvided32(t, code) != 0) {
            return i;
        }
    }
    return -1;
}

/* ==== advances =============================================================================== */

static uint64_t key_of(int px, bool bold, uint32_t code)
{
    return (uint64_t)code | (uint64_t)(unsigned)px << 24 | (uint64_t)bold << 40 | (uint64_t)1 << 41;
}

static size_t slot_of(uint64_t key, size_t mask)
{
    return (size_t)(key * 0x9E3779B97F4A7C15U >> 40) & mask;
}

static const struct font_advance *advance_of(struct font *f, int px, bool bold, uint32_t code)
{
    uint64_t key = key_of(px, bold, code);
    size_t i = slot_of(key, FONT_ADVANCES - 1);
    while (f->advances[i].key != 0) {
        if (f->advances[i].key == key) {
            return &f->advances[i];
        }
        i = (i + 1) & (FONT_ADVANCES - 1);
    }
    if (f->advance_count >= FONT_ADVANCES * 3 / 4) {
        memset(f->advances, 0, sizeof f->advances);
        f->advance_count = 0;
        i = slot_of(key, FONT_ADVANCES - 1);
    }
    struct font_advance *a = &f->advances[i];
    *a = (struct font_advance){.key = key, .face = (int8_t)face_of(f, bold, code, px)};
    f->advance_count++;
    int adv = px / 2;
    /* Ideographs of both Chinese faces are one em wide: no need to load each just to learn that. */
    bool square = (a->face == 1 || a->face == 2) && code >= 0x3400 && code <= 0x9FFF;
    adv = square ? px : adv;
    TTF_Font *t = a->face < 0 || square ? NULL : face_at(f, bold, a->face, px);
    if (t != NULL) {
        TTF_GlyphMetrics32(t, code, NULL, NULL, NULL, NULL, &adv);
    }
    a->advance = (int16_t)adv;
    return a;
}

int font_advance(struct font *f, int font_px, bool bold, uint32_t code)
{
    if (code < 0x20) {
        return 0;
    }
    return advance_of(f, font_px, bold, code)->advance;
}

/* ==== glyphs ================================================================================= */

static struct font_glyph *find(struct font_generation *g, uint64_t key)
{
    size_t mask = FONT_GLYPHS * 2 - 1, i = slot_of(key, mask);
    while (g->glyphs[i].key != 0 && g->glyphs[i].key != key) {
        i = (i + 1) & mask;
    }
    return &g->glyphs[i];
}

/* Room for a glyph in the newer generation; when that is full it becomes the older one. */
static uint8_t *room(struct font *f, struct font_glyph *g)
{
    size_t n = (size_t)g->w * (size_t)g->h;
    if (n > FONT_POOL_BYTES) {
        return NULL;
    }
    if (f->gen[0]->count >= FONT_GLYPHS || f->gen[0]->pool_n + n > FONT_POOL_BYTES) {
        struct font_generation *old = f->gen[1];
        f->gen[1] = f->gen[0];
        f->gen[0] = old;
        memset(old->glyphs, 0, sizeof old->glyphs);
        old->pool_n = 0;
        old->count = 0;
    }
    struct font_generation *new = f->gen[0];
    g->at = (uint32_t) new->pool_n;
    *find(new, g->key) = *g;
    new->count++;
    new->pool_n += n;
    return new->pool + g->at;
}

static uint32_t pixel(const SDL_Surface *s, int x, int y)
{
    uint32_t v;
    memcpy(&v, (const uint8_t *)s->pixels + y * s->pitch + x * 4, 4);
    return v >> 24;
}

static struct ui_rect tight(const SDL_Surface *s)
{
    int x0 = s->w, x1 = -1, y0 = s->h, y1 = -1;
    for (int y = 0; y < s->h; y++) {
        for (int x = 0; x < s->w; x++) {
            if (pixel(s, x, y) != 0) {
                x0 = x < x0 ? x : x0;
                x1 = x > x1 ? x : x1;
                y0 = y < y0 ? y : y0;
                y1 = y;
            }
        }
    }
    return x1 < 0 ? (struct ui_rect){0, 0, 0, 0}
                  : (struct ui_rect){x0, y0, x1 - x0 + 1, y1 - y0 + 1};
}

static const uint8_t *draw(struct font *f, int px, bool bold, uint32_t code, struct font_glyph *g)
{
    int face = advance_of(f, px, bold, code)->face;
    TTF_Font *t = face_at(f, bold, face < 0 ? 0 : face, px);
    if (t == NULL) {
        return NULL;
    }
    int min_x = 0, max_x = 0, min_y = 0, max_y = 0, adv = 0;
    TTF_GlyphMetrics32(t, code, &min_x, &max_x, &min_y, &max_y, &adv);
    SDL_Surface *s = TTF_RenderGlyph32_Blended(t, code, (SDL_Color){255, 255, 255, 255});
    struct ui_rect r = s == NULL ? (struct ui_rect){0, 0, 0, 0} : tight(s);
    int ascent = TTF_FontAscent(t), base = max_y > ascent ? max_y : ascent;
    g->left = (int16_t)(r.x - (min_x < 0 ? -min_x : 0));
    g->top = (int16_t)(base - r.y);
    g->w = (int16_t)r.w;
    g->h = (int16_t)r.h;
    uint8_t *to = room(f, g);
    for (int y = 0; y < r.h && to != NULL; y++) {
        for (int x = 0; x < r.w; x++) {
            to[y * r.w + x] = (uint8_t)pixel(s, r.x + x, r.y + y);
        }
    }
    SDL_FreeSurface(s);
    return to;
}

const uint8_t *font_glyph(struct font *f, int font_px, bool bold, uint32_t code,
                          struct font_glyph *out)
{
    uint64_t key = key_of(font_px, bold, code);
    struct font_glyph *g = find(f->gen[0], key);
    const uint8_t *cover = f->gen[0]->pool;
    if (g->key == 0) {
        const struct font_glyph *old = find(f->gen[1], key);
        *out = (struct font_glyph){.key = key};
        if (old->key == 0) {
            cover = draw(f, font_px, bold, code, out);
            return out->w == 0 ? NULL : cover;
        }
        *out = *old;
        const uint8_t *from = f->gen[1]->pool + old->at;
        struct font_generation *older = f->gen[1];
        uint8_t *to = room(f, out);
        if (f->gen[1] != older) { /* the generations changed places: what we copy from is gone */
            cover = draw(f, font_px, bold, code, out);
            return out->w == 0 ? NULL : cover;
        }
        memcpy(to, from, (size_t)out->w * (size_t)out->h);
        return out->w == 0 ? NULL : to;
    }
    *out = *g;
    return g->w == 0 ? NULL : cover + g->at;
}
