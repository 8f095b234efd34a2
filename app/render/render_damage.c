/* render_damage.c - see render_damage.h. */
#include "app/render/render_damage.h"
#include <math.h>
#include <sodium.h>
#include <string.h>

static struct ui_rect both(struct ui_rect a, struct ui_rect b)
{
    int x0 = a.x < b.x ? a.x : b.x, y0 = a.y < b.y ? a.y : b.y;
    int x1 = a.x + a.w > b.x + b.w ? a.x + a.w : b.x + b.w;
    int y1 = a.y + a.h > b.y + b.h ? a.y + a.h : b.y + b.h;
    return (struct ui_rect){x0, y0, x1 - x0, y1 - y0};
}

static int64_t area(struct ui_rect r)
{
    return (int64_t)r.w * r.h;
}

/* ==== what is kept of a command ============================================================== */

struct ui_rect damage_extent(const struct ui_cmd *c)
{
    struct ui_rect r = c->rect;
    int em = c->font_px;
    switch (c->type) {
    case UI_CMD_TEXT: /* from the pen on the baseline; accents and slanted ends reach over */
        r = (struct ui_rect){r.x - em, r.y - em - em / 2, r.w + 3 * em, 2 * em + em / 2};
        break;
    case UI_CMD_ICON:
        r.h = r.w;
        break;
    case UI_CMD_BITS:
        r.w = r.h = c->bits_side * c->module_px;
        break;
    case UI_CMD_INK:
        return c->clip;
    case UI_CMD_RECT:
    case UI_CMD_ROUND:
        break;
    }
    return ui_rect_cross(r, c->clip);
}

static uint64_t mix(uint64_t h, const void *p, size_t n)
{
    const uint8_t *b = p;
    for (; n >= 8; n -= 8, b += 8) {
        uint64_t v;
        memcpy(&v, b, 8);
        h = (h ^ v) * 0x9E3779B97F4A7C15U;
        h ^= h >> 29;
    }
    for (; n > 0; n--) {
        h = (h ^ *b++) * 0x100000001B3U;
    }
    return h;
}

static uint64_t ink_hash(const struct ui_cmd *c, size_t n)
{
    uint64_t h = 14695981039346656037U;
    for (size_t i = 0; i < n; i++) { /* field by field: a point has padding */
        h = mix(h, &c->points[i].x, sizeof c->points[i].x);
        h = mix(h, &c->points[i].y, sizeof c->points[i].y) + c->points[i].start;
    }
    return h;
}

static struct damage_mark mark_of(const struct ui_cmd *cmd)
{
    struct ui_cmd c;
    struct damage_mark m = {.extent = damage_extent(cmd)};
    memcpy(&c, cmd, sizeof c); /* padding too: the kit zeroes its commands */
    m.hash = mix(mix(14695981039346656037U, c.text, c.text_n), c.bits,
                 (size_t)c.bits_side * (size_t)c.bits_side);
    if (c.type == UI_CMD_INK) {
        m.points = (uint32_t)c.point_n;
        m.ink = ink_hash(&c, c.point_n);
    }
    c.text = NULL;
    c.points = NULL;
    c.bits = NULL;
    c.point_n = 0;
    m.hash = mix(m.hash, &c, sizeof c);
    return m;
}

/* ==== rectangles ============================================================================= */

struct rects {
    struct ui_rect *r;
    size_t n;
    struct ui_rect all;
};

static void drop(struct rects *o, size_t k)
{
    o->r[k] = o->r[--o->n];
}

static void add(struct rects *o, struct ui_rect r)
{
    r = ui_rect_cross(r, o->all);
    if (r.w == 0) {
        return;
    }
    for (size_t k = 0; k < o->n;) { /* disjoint: what touches becomes one, which may touch others */
        struct ui_rect u = both(o->r[k], r);
        bool near = area(ui_rect_cross(o->r[k], r)) > 0 || area(u) <= area(o->r[k]) + area(r);
        if (near) {
            r = u;
            drop(o, k);
            k = 0;
        } else {
            k++;
        }
    }
    if (o->n < DAMAGE_RECTS) {
        o->r[o->n++] = r;
        return;
    }
    size_t best = 0;
    for (size_t k = 1; k < o->n; k++) {
        int64_t waste = area(both(o->r[k], r)) - area(o->r[k]);
        best = waste < area(both(o->r[best], r)) - area(o->r[best]) ? k : best;
    }
    r = both(o->r[best], r);
    drop(o, best);
    add(o, r);
}

/* ==== where two lists differ ================================================================= */

static bool same(const struct damage_mark *a, const struct damage_mark *b)
{
    return a->hash == b->hash && a->ink == b->ink;
}

/* Strokes that went on: only what is new, and the curve that ended where it begins. */
static bool went_on(struct rects *o, const struct damage_mark *old, const struct damage_mark *new,
                    const struct ui_cmd *c)
{
    if (old->hash != new->hash || old->points < 1 || new->points <= old->points ||
        ink_hash(c, old->points) != old->ink) {
        return false;
    }
    float x0 = INFINITY, y0 = INFINITY, x1 = -INFINITY, y1 = -INFINITY;
    for (size_t i = old->points > 3 ? old->points - 3 : 0; i < c->point_n; i++) {
        x0 = fminf(x0, c->points[i].x);
        y0 = fminf(y0, c->points[i].y);
        x1 = fmaxf(x1, c->points[i].x);
        y1 = fmaxf(y1, c->points[i].y);
    }
    int pen = c->stroke_px + 2; /* a dot is a third wider than the pen */
    struct ui_rect r = {(int)floorf(x0) - pen, (int)floorf(y0) - pen, 0, 0};
    r.w = (int)ceilf(x1) + pen - r.x;
    r.h = (int)ceilf(y1) + pen - r.y;
    add(o, ui_rect_cross(r, c->clip));
    return true;
}

/* How far the lists must be moved on to meet again: the least sum of both; false: not nearby. */
static bool meet(const struct damage_list *a, size_t i, const struct damage_list *b, size_t k,
                 size_t *di, size_t *dk)
{
    for (size_t sum = 1; sum < DAMAGE_AHEAD; sum++) {
        for (size_t x = 0; x <= sum; x++) {
            if (i + x < a->n && k + sum - x < b->n &&
                same(&a->marks[i + x], &b->marks[k + sum - x])) {
                *di = x;
                *dk = sum - x;
                return true;
            }
        }
    }
    return false;
}

static bool too_much(const struct rects *o)
{
    int64_t sum = 0;
    for (size_t k = 0; k < o->n; k++) {
        sum += area(o->r[k]);
    }
    return sum * 100 > area(o->all) * DAMAGE_MOST;
}

static void differ(struct rects *o, const struct damage_list *a, const struct damage_list *b,
                   const struct ui_cmd *const *cmds)
{
    size_t i = 0, k = 0, an = a->n, bn = b->n;
    while (an > 0 && bn > 0 && same(&a->marks[an - 1], &b->marks[bn - 1])) {
        an--;
        bn--;
    }
    while (i < an && k < bn && !too_much(o)) {
        size_t di = 1, dk = 1;
        if (same(&a->marks[i], &b->marks[k]) || went_on(o, &a->marks[i], &b->marks[k], cmds[k])) {
            i++;
            k++;
            continue;
        }
        if (!meet(a, i, b, k, &di, &dk)) {
            di = dk = 1;
        }
        for (; di > 0 && i < an; di--) {
            add(o, a->marks[i++].extent);
        }
        for (; dk > 0 && k < bn; dk--) {
            add(o, b->marks[k++].extent);
        }
    }
    for (; i < an; i++) {
        add(o, a->marks[i].extent);
    }
    for (; k < bn; k++) {
        add(o, b->marks[k].extent);
    }
}

size_t damage_find(struct damage *d, const struct ui_out *list, int w_px, int h_px, bool whole,
                   struct ui_rect *out)
{
    const struct damage_list *old = &d->list[d->now];
    struct damage_list *new = &d->list[1 - d->now];
    const struct ui_cmd *cmds[UI_CAP_CMDS];
    struct rects o = {out, 0, {0, 0, w_px, h_px}};
    whole = whole || !d->have || d->w_px != w_px || d->h_px != h_px ||
            d->background != list->background;
    new->n = 0;
    for (uint8_t layer = 0; layer < 3; layer++) { /* as they are painted */
        for (size_t i = 0; i < list->n && new->n < UI_CAP_CMDS; i++) {
            if (list->cmds[i].layer == layer) {
                cmds[new->n] = &list->cmds[i];
                new->marks[new->n++] = mark_of(&list->cmds[i]);
            }
        }
    }
    if (!whole) {
        differ(&o, old, new, cmds);
        whole = too_much(&o);
    }
    if (whole) {
        out[0] = o.all;
        o.n = 1;
    }
    d->now = 1 - d->now;
    d->have = true;
    d->background = list->background;
    d->w_px = w_px;
    d->h_px = h_px;
    return o.n;
}

void damage_forget(struct damage *d)
{
    sodium_memzero(d, sizeof *d);
}
