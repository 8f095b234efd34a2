/* render_paint.c - a small rasteriser: rectangles, rounded shapes, strokes, coverage masks. */
#include "app/render/render_paint.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static uint32_t blend(uint32_t to, uint32_t c, uint32_t a)
{
    a += a >> 7; /* 0 to 256 */
    uint32_t rb = to & 0xFF00FFU, g = to & 0x00FF00U;
    rb = (rb + (((c & 0xFF00FFU) - rb) * a >> 8)) & 0xFF00FFU;
    g = (g + (((c & 0x00FF00U) - g) * a >> 8)) & 0x00FF00U;
    return rb | g;
}

void paint_clip(struct paint *p, struct ui_rect r)
{
    p->clip = ui_rect_cross(r, p->bounds);
}

void paint_fill(struct paint *p, struct ui_rect r, ui_colour c)
{
    r = ui_rect_cross(r, p->clip);
    uint32_t a = c >> 24, rgb = c & 0xFFFFFFU;
    if (r.w == 0 || a == 0) {
        return;
    }
    for (int y = r.y; y < r.y + r.h; y++) {
        uint32_t *row = p->px + (size_t)y * (size_t)p->pitch_px + r.x;
        if (a == 255) {
            for (int x = 0; x < r.w; x++) {
                row[x] = rgb;
            }
        } else {
            for (int x = 0; x < r.w; x++) {
                row[x] = blend(row[x], rgb, a);
            }
        }
    }
}

/* Coverage with a stride, mirrored on request: the four corners come from one mask. */
static void cover(struct paint *p, const uint8_t *m, int w, int h, int x, int y, bool flip_x,
                  bool flip_y, ui_colour c)
{
    struct ui_rect r = ui_rect_cross((struct ui_rect){x, y, w, h}, p->clip);
    uint32_t rgb = c & 0xFFFFFFU;
    for (int py = r.y; py < r.y + r.h && r.w > 0; py++) {
        int my = flip_y ? h - 1 - (py - y) : py - y;
        const uint8_t *src = m + (size_t)my * (size_t)w;
        uint32_t *row = p->px + (size_t)py * (size_t)p->pitch_px;
        for (int px = r.x; px < r.x + r.w; px++) {
            uint32_t a = src[flip_x ? w - 1 - (px - x) : px - x];
            if (a == 255) {
                row[px] = rgb;
            } else if (a != 0) {
                row[px] = blend(row[px], rgb, a);
            }
        }
    }
}

void paint_cover(struct paint *p, const uint8_t *m, int w, int h, int x, int y, ui_colour c)
{
    cover(p, m, w, h, x, y, false, false, c);
}

/* ==== rounded shapes ========================================================================= */

static float clamp01(float v)
{
    return v < 0 ? 0 : v > 1 ? 1 : v;
}

static const uint8_t *corner(struct paint *p, int radius, int stroke)
{
    struct paint_mask *oldest = &p->masks[0];
    for (int i = 0; i < PAINT_MASKS; i++) {
        struct paint_mask *m = &p->masks[i];
        if (m->cover != NULL && m->radius == radius && m->stroke == stroke) {
            m->used = ++p->clock;
            return m->cover;
        }
        oldest = m->used < oldest->used ? m : oldest;
    }
    size_t n = (size_t)radius * (size_t)radius;
    uint8_t *out = malloc(n);
    if (out == NULL) {
        return NULL;
    }
    float r = (float)radius, inner = (float)(radius - stroke);
    for (int j = 0; j < radius; j++) {
        for (int i = 0; i < radius; i++) {
            float dx = r - (float)i - 0.5F, dy = r - (float)j - 0.5F;
            float d = sqrtf(dx * dx + dy * dy);
            float a = clamp01(r - d + 0.5F) - (stroke > 0 ? clamp01(inner - d + 0.5F) : 0);
            out[j * radius + i] = (uint8_t)(a * 255.0F + 0.5F);
        }
    }
    free(oldest->cover);
    *oldest = (struct paint_mask){radius, stroke, ++p->clock, out};
    return out;
}

/* A straight part of an outline, along x or y. */
static void edge(struct paint *p, struct ui_rect r, int dash, ui_colour c)
{
    if (dash <= 0) {
        paint_fill(p, r, c);
        return;
    }
    bool across = r.w > r.h;
    int len = across ? r.w : r.h;
    for (int at = 0; at < len; at += 2 * dash) {
        int n = at + dash < len ? dash : len - at;
        struct ui_rect d = across ? (struct ui_rect){r.x + at, r.y, n, r.h}
                                  : (struct ui_rect){r.x, r.y + at, r.w, n};
        paint_fill(p, d, c);
    }
}

void paint_round(struct paint *p, struct ui_rect r, int radius, int stroke, bool dashed,
                 ui_colour c)
{
    struct ui_rect seen = ui_rect_cross(r, p->clip);
    if (seen.w == 0 || seen.h == 0) {
        return;
    }
    radius = radius > PAINT_RADIUS_MOST ? PAINT_RADIUS_MOST : radius;
    const uint8_t *m = radius > 0 ? corner(p, radius, stroke) : NULL;
    radius = m == NULL ? 0 : radius;
    int iw = r.w - 2 * radius, ih = r.h - 2 * radius, right = r.x + r.w, bottom = r.y + r.h;
    if (m != NULL) {
        cover(p, m, radius, radius, r.x, r.y, false, false, c);
        cover(p, m, radius, radius, right - radius, r.y, true, false, c);
        cover(p, m, radius, radius, r.x, bottom - radius, false, true, c);
        cover(p, m, radius, radius, right - radius, bottom - radius, true, true, c);
    }
    if (stroke <= 0) {
        paint_fill(p, (struct ui_rect){r.x + radius, r.y, iw, radius}, c);
        paint_fill(p, (struct ui_rect){r.x, r.y + radius, r.w, ih}, c);
        paint_fill(p, (struct ui_rect){r.x + radius, bottom - radius, iw, radius}, c);
        return;
    }
    int dash = dashed ? 3 * stroke : 0;
    edge(p, (struct ui_rect){r.x + radius, r.y, iw, stroke}, dash, c);
    edge(p, (struct ui_rect){r.x + radius, bottom - stroke, iw, stroke}, dash, c);
    edge(p, (struct ui_rect){r.x, r.y + radius, stroke, ih}, dash, c);
    edge(p, (struct ui_rect){right - stroke, r.y + radius, stroke, ih}, dash, c);
}

/* ==== ink ==================================================================================== */

struct canvas {
    uint8_t *cover;
    int x, y, w, h;
};

static void capsule(struct canvas *m, struct ui_point a, struct ui_point b, float pen)
{
    float r = pen / 2, dx = b.x - a.x, dy = b.y - a.y, len2 = dx * dx + dy * dy;
    int x0 = (int)floorf(fminf(a.x, b.x) - r - 1) - m->x,
        x1 = (int)ceilf(fmaxf(a.x, b.x) + r + 1) - m->x;
    int y0 = (int)floorf(fminf(a.y, b.y) - r - 1) - m->y,
        y1 = (int)ceilf(fmaxf(a.y, b.y) + r + 1) - m->y;
    x0 = x0 < 0 ? 0 : x0;
    y0 = y0 < 0 ? 0 : y0;
    x1 = x1 > m->w ? m->w : x1;
    y1 = y1 > m->h ? m->h : y1;
    for (int y = y0; y < y1; y++) {
        for (int x = x0; x < x1; x++) {
            float px = (float)(x + m->x) + 0.5F - a.x, py = (float)(y + m->y) + 0.5F - a.y;
            float t = len2 > 0 ? clamp01((px * dx + py * dy) / len2) : 0;
            float ex = px - t * dx, ey = py - t * dy;
            float cov = clamp01(r - sqrtf(ex * ex + ey * ey) + 0.5F);
            uint8_t v = (uint8_t)(cov * 255.0F + 0.5F), *to = &m->cover[y * m->w + x];
            *to = v > *to ? v : *to;
        }
    }
}

/* A quadratic curve through the middles of the segments: a quick hand makes few points. */
static void smooth(struct canvas *m, struct ui_point a, struct ui_point b, struct ui_point c,
                   float pen)
{
    struct ui_point p = {(a.x + b.x) / 2, (a.y + b.y) / 2, false};
    struct ui_point q = {(b.x + c.x) / 2, (b.y + c.y) / 2, false}, last = p;
    float reach = fabsf(q.x - p.x) + fabsf(q.y - p.y);
    int steps = reach < 6 ? 1 : reach > 96 ? 16 : (int)(reach / 6);
    for (int i = 1; i <= steps; i++) {
        float t = (float)i / (float)steps, s = 1 - t;
        struct ui_point at = {s * s * p.x + 2 * s * t * b.x + t * t * q.x,
                              s * s * p.y + 2 * s * t * b.y + t * t * q.y, false};
        capsule(m, last, at, pen);
        last = at;
    }
}

void paint_ink(struct paint *p, const struct ui_point *pts, size_t n, int pen_px, ui_colour c)
{
    if (n == 0 || p->clip.w == 0 || p->clip.h == 0) {
        return;
    }
    struct canvas m = {NULL, p->clip.x, p->clip.y, p->clip.w, p->clip.h};
    m.cover = calloc((size_t)m.w, (size_t)m.h);
    if (m.cover == NULL) {
        return;
    }
    float pen = (float)pen_px;
    for (size_t i = 0; i < n; i++) {
        bool first = pts[i].start || i == 0, last = i + 1 == n || pts[i + 1].start;
        if (first && last) {
            capsule(&m, pts[i], pts[i], pen * 1.3F); /* a dot */
        } else if (first) {
            struct ui_point half = {(pts[i].x + pts[i + 1].x) / 2, (pts[i].y + pts[i + 1].y) / 2,
                                    false};
            capsule(&m, pts[i], half, pen);
        } else if (last) {
            struct ui_point half = {(pts[i].x + pts[i - 1].x) / 2, (pts[i].y + pts[i - 1].y) / 2,
                                    false};
            capsule(&m, half, pts[i], pen);
        } else {
            smooth(&m, pts[i - 1], pts[i], pts[i + 1], pen);
        }
    }
    cover(p, m.cover, m.w, m.h, m.x, m.y, false, false, c);
    free(m.cover);
}

void paint_close(struct paint *p)
{
    for (int i = 0; i < PAINT_MASKS; i++) {
        free(p->masks[i].cover);
        p->masks[i].cover = NULL;
    }
}
