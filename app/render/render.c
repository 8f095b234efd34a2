/* render.c - walks a draw list: layers in order, each command through its painter. */
#include "app/render/render.h"
#include "app/render/render_damage.h"
#include "app/render/render_font.h"
#include "app/render/render_icon.h"
#include "app/render/render_paint.h"
#include "app/ui/ui_state.h"
#include <stdlib.h>

_Static_assert((int)RENDER_RECTS == (int)DAMAGE_RECTS, "one bound");

struct render {
    struct font font;
    struct icons icons;
    struct paint paint;
    struct ui_fonts fonts;
    struct damage damage;
    const void *pixels; /* where it was painted last */
};

static int advance(void *ctx, int font_px, bool bold, uint32_t code)
{
    struct render *r = ctx;
    return font_advance(&r->font, font_px, bold, code);
}

enum st render_open(const char *icons_dir, struct render **out, struct err *err)
{
    *out = NULL;
    struct render *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory to draw with");
    }
    enum st st = font_open(&r->font, err);
    if (st == ST_OK) {
        st = icons_open(&r->icons, icons_dir, err);
        if (st != ST_OK) {
            font_close(&r->font);
        }
    }
    if (st != ST_OK) {
        free(r);
        return st;
    }
    r->fonts = (struct ui_fonts){r, advance};
    *out = r;
    return ST_OK;
}

void render_close(struct render **r)
{
    if (*r == NULL) {
        return;
    }
    font_close(&(*r)->font);
    icons_close(&(*r)->icons);
    paint_close(&(*r)->paint);
    free(*r);
    *r = NULL;
}

void render_forget(struct render *r)
{
    font_forget(&r->font);
    paint_close(&r->paint); /* ink lies in no mask, but in its memory */
    damage_forget(&r->damage);
}

const struct ui_fonts *render_fonts(const struct render *r)
{
    return &r->fonts;
}

static void text(struct render *r, const struct ui_cmd *c)
{
    str s = {c->text, c->text_n};
    int x = c->rect.x;
    for (size_t i = 0; i < s.n;) {
        uint32_t code = ui_wrap_code(s, &i);
        struct font_glyph g;
        const uint8_t *m =
            code <= 0x20 ? NULL : font_glyph(&r->font, c->font_px, c->bold, code, &g);
        if (m != NULL) {
            paint_cover(&r->paint, m, g.w, g.h, x + g.left, c->rect.y - g.top, c->colour);
        }
        x += font_advance(&r->font, c->font_px, c->bold, code);
    }
}

static void bits(struct render *r, const struct ui_cmd *c)
{
    for (int y = 0; y < c->bits_side; y++) {
        for (int x = 0; x < c->bits_side; x++) {
            if (c->bits[y * c->bits_side + x] != 0) {
                struct ui_rect m = {c->rect.x + x * c->module_px, c->rect.y + y * c->module_px,
                                    c->module_px, c->module_px};
                paint_fill(&r->paint, m, c->colour);
            }
        }
    }
}

static void command(struct render *r, const struct ui_cmd *c)
{
    paint_clip(&r->paint, damage_extent(c));
    if (r->paint.clip.w == 0 || r->paint.clip.h == 0) {
        return;
    }
    switch (c->type) {
    case UI_CMD_RECT:
        paint_fill(&r->paint, c->rect, c->colour);
        break;
    case UI_CMD_ROUND:
        paint_round(&r->paint, c->rect, c->radius_px, c->stroke_px, c->dashed, c->colour);
        break;
    case UI_CMD_TEXT:
        text(r, c);
        break;
    case UI_CMD_ICON: {
        const uint8_t *m = icons_get(&r->icons, c->icon, c->rect.w);
        if (m != NULL) {
            paint_cover(&r->paint, m, c->rect.w, c->rect.w, c->rect.x, c->rect.y, c->colour);
        }
        break;
    }
    case UI_CMD_INK:
        paint_ink(&r->paint, c->points, c->point_n, c->stroke_px, c->colour);
        break;
    case UI_CMD_BITS:
        bits(r, c);
        break;
    }
}

static bool paintable(const SDL_Surface *to)
{
    return to->format->BytesPerPixel == 4 && to->format->Rmask == 0x00FF0000U &&
           to->format->Gmask == 0x0000FF00U && to->format->Bmask == 0x000000FFU;
}

/* All of the list, as far as it lies in `in`. */
static void paint(struct render *r, SDL_Surface *to, const struct ui_out *list, struct ui_rect in)
{
    r->paint.px = to->pixels;
    r->paint.w = to->w;
    r->paint.h = to->h;
    r->paint.pitch_px = to->pitch / 4;
    r->paint.bounds = in;
    paint_clip(&r->paint, in);
    paint_fill(&r->paint, in, list->background);
    for (uint8_t layer = 0; layer < 3; layer++) {
        for (size_t i = 0; i < list->n; i++) {
            if (list->cmds[i].layer == layer) {
                command(r, &list->cmds[i]);
            }
        }
    }
}

void render_draw(struct render *r, SDL_Surface *to, const struct ui_out *list)
{
    if (paintable(to)) {
        paint(r, to, list, (struct ui_rect){0, 0, to->w, to->h});
    }
}

size_t render_update(struct render *r, SDL_Surface *to, const struct ui_out *list, bool whole,
                     SDL_Rect *out)
{
    struct ui_rect rects[DAMAGE_RECTS];
    if (!paintable(to)) {
        return 0;
    }
    whole = whole || r->pixels != to->pixels;
    r->pixels = to->pixels;
    size_t n = damage_find(&r->damage, list, to->w, to->h, whole, rects);
    for (size_t k = 0; k < n; k++) {
        paint(r, to, list, rects[k]);
        out[k] = (SDL_Rect){rects[k].x, rects[k].y, rects[k].w, rects[k].h};
    }
    return n;
}
