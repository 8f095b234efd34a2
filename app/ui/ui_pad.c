/* ui_pad.c - what is drawn by hand or shown as a picture: signature, QR; progress. */
#include "app/ui/ui_state.h"

enum { PAD_LEAST_H = 116, PEN_DP10 = 42, QUIET = 4 };

/* ==== ink ==================================================================================== */

static int32_t centi(const struct ui *u, float px)
{
    return (int32_t)(px * 100.0F / u->f.density);
}

/* Where strokes lie in `r`: in its middle, scaled down when the pad they were drawn on was larger.
 */
struct place {
    float x0, y0, scale; /* px of their corner; of them; scale: 1 or less */
    float px;            /* of a hundredth of a dp of theirs */
};

static struct place place_of(const struct ui *u, const struct ui_ink *ink, struct ui_rect r)
{
    float fit = u->f.density / 100.0F, w = (float)ink->w * fit, h = (float)ink->h * fit;
    float sx = w > (float)r.w ? (float)r.w / w : 1, sy = h > (float)r.h ? (float)r.h / h : 1;
    float s = sx < sy ? sx : sy;
    return (struct place){.x0 = (float)r.x + ((float)r.w - w * s) / 2,
                          .y0 = (float)r.y + ((float)r.h - h * s) / 2,
                          .scale = s,
                          .px = fit * s};
}

static void paint_ink(struct ui *u, const struct ui_ink *ink, struct ui_rect r)
{
    if (u->measuring || ink->n == 0 || u->point_n + ink->n > UI_CAP_POINTS) {
        u->full = u->full || (!u->measuring && u->point_n + ink->n > UI_CAP_POINTS);
        return;
    }
    struct place at = place_of(u, ink, r);
    struct ui_point *p = &u->points[u->point_n];
    for (size_t i = 0; i < ink->n; i++) {
        p[i] = (struct ui_point){.x = at.x0 + (float)ink->points[i].x * at.px,
                                 .y = at.y0 + (float)ink->points[i].y * at.px,
                                 .start = ink->points[i].start || i == 0};
    }
    u->point_n += ink->n;
    struct ui_cmd *c = ui_w_cmd(u, UI_CMD_INK, r, u->tok.ink);
    if (c != NULL) {
        c->points = p;
        c->point_n = ink->n;
        int pen = (int)(u->f.density * PEN_DP10 / 10 * at.scale + 0.5F);
        c->stroke_px = pen < 2 ? 2 : pen;
        c->clip = ui_rect_cross(u->clip, r);
    }
}

static bool take_pen(struct ui *u, struct ui_ink *ink, struct ui_rect r, bool *stroke_end)
{
    size_t before = ink->n;
    for (size_t i = 0; i < u->pen_n; i++) {
        const struct ui_pen *p = &u->pen[i];
        if (ink->n == 0) {
            ink->w = centi(u, (float)r.w);
            ink->h = centi(u, (float)r.h);
            ink->t0_ms = p->t_ms;
        }
        if (p->end && stroke_end != NULL) {
            *stroke_end = true;
        }
        if (ink->n == ink->cap) {
            continue; /* the pad says nothing: what is there stays a signature */
        }
        /* Begun on another pad (turned since): where the finger is, as those before are shown. */
        struct place at = place_of(u, ink, r);
        int32_t x = centi(u, (p->x - at.x0) / at.scale), y = centi(u, (p->y - at.y0) / at.scale);
        const struct ui_ink_point *last = ink->n > 0 ? &ink->points[ink->n - 1] : NULL;
        if (!p->start && last != NULL && last->x == x && last->y == y) {
            continue;
        }
        float pr = p->pressure < 0 ? 0 : p->pressure > 1 ? 1 : p->pressure;
        ink->points[ink->n++] = (struct ui_ink_point){.x = x,
                                                      .y = y,
                                                      .t_ms = (uint32_t)(p->t_ms - ink->t0_ms),
                                                      .pressure = (uint16_t)(pr * 1023),
                                                      .start = p->start};
    }
    u->pen_n = 0;
    return ink->n > before;
}

bool ui_pad(struct ui *u, const char *id, const char *label, const char *hint, int buttons,
            struct ui_ink *ink, bool *stroke_end)
{
    if (stroke_end != NULL) {
        *stroke_end = false;
    }
    ui_w_open(u, 8, 8);
    int scroll = (int)(u->screen->scroll_px + 0.5F), bottom = u->body.y + u->body.h;
    int one = ui_w_sp(u, 26) + ui_w_dp(u, 20), button = ui_w_dp(u, 56);
    button = (one > button ? one : button) + ui_w_dp(u, 8);
    int left = bottom - (u->y + scroll) - ui_w_dp(u, 12) - buttons * button;
    int least = ui_w_dp(u, PAD_LEAST_H);
    struct ui_rect r = ui_w_take(u, left < least ? least : left);
    bool fired;
    char value[32];
    snprintf(value, sizeof value, "%zu", ink->n);
    int node = ui_w_target(u, UI_ROLE_PAD, id, label, value, r, 0, &fired);
    bool added = u->pen_n > 0 && take_pen(u, ink, r, stroke_end);
    int radius = ui_w_dp(u, 14);
    ui_w_round(u, r, radius, 0, u->tok.surface);
    struct ui_cmd *c = ui_w_cmd(u, UI_CMD_ROUND, r, u->tok.edge);
    if (c != NULL) {
        c->radius_px = radius;
        c->stroke_px = ui_w_dp(u, 2);
        c->dashed = true;
    }
    ui_w_ring(u, r, id, radius);
    struct ui_para p = ui_p_of(u, UI_SMALL_MUTED, hint);
    int pad = ui_w_dp(u, 16);
    ui_p_layout(u, &p, r.w - 2 * pad);
    if (p.h * 2 < r.h && ink->n == 0) { /* else the room is for ink */
        ui_p_paint(u, &p, r.x + pad, r.y + r.h - p.h - ui_w_dp(u, 10), r.w - 2 * pad, 0,
                   node < 0 || p.n == 0 ? -2 : node);
    }
    paint_ink(u, ink, r);
    return added;
}

void ui_ink(struct ui *u, const char *label, const struct ui_ink *ink, int h_dp)
{
    ui_w_open(u, 8, 8);
    struct ui_rect r = ui_w_take(u, ui_w_dp(u, h_dp));
    ui_w_node(u, UI_ROLE_IMAGE, NULL, label, NULL, r, 0);
    ui_w_round(u, r, ui_w_dp(u, 14), 0, u->tok.surface);
    ui_w_round(u, r, ui_w_dp(u, 14), ui_w_dp(u, 1), u->tok.line);
    paint_ink(u, ink, r);
}

void ui_qr(struct ui *u, const char *id, const char *label, const uint8_t *modules, int side)
{
    int cells = side + 2 * QUIET, most = u->w < u->body.h ? u->w : u->body.h;
    int module = most / cells < 2 ? 2 : most / cells, px = module * cells;
    ui_w_open(u, 8, 8);
    struct ui_rect all = ui_w_take_full(u, px);
    struct ui_rect r = {all.x + (all.w - px) / 2, all.y, px, px};
    ui_w_node(u, UI_ROLE_IMAGE, id, label, NULL, r, 0);
    ui_w_fill(u, r, 0xFFFFFFFFU);
    struct ui_rect in = {r.x + QUIET * module, r.y + QUIET * module, side * module, side * module};
    struct ui_cmd *c = ui_w_cmd(u, UI_CMD_BITS, in, 0xFF000000U);
    if (c != NULL) {
        c->bits = modules;
        c->bits_side = side;
        c->module_px = module;
    }
}

/* ==== progress =============================================================================== */

bool ui_progress(struct ui *u, const char *id, const char *label, int64_t done, int64_t total,
                 const char *cancel)
{
    char number[48] = "";
    if (total > 0) {
        snprintf(number, sizeof number, "%lld / %lld", (long long)done, (long long)total);
    }
    ui_w_open(u, 8, 4);
    struct ui_para p = ui_p_of(u, UI_BODY, label), q = ui_p_of(u, UI_BODY_BOLD, number);
    int inner = ui_w_inner(u), qw = number[0] == '\0' ? 0 : ui_p_natural(u, &q) + 1;
    bool under = qw > inner / 2;
    int pw = under || qw == 0 ? inner : inner - qw - ui_w_dp(u, 12);
    ui_p_layout(u, &p, pw);
    ui_p_layout(u, &q, under ? inner : qw + 1);
    int words = under ? p.h + q.h : p.h, bar = ui_w_dp(u, 10), gap = ui_w_dp(u, 8);
    struct ui_rect r = ui_w_take(u, words + gap + bar);
    int node = ui_w_node(u, UI_ROLE_PROGRESS, id, label, number, r, 0);
    ui_p_paint(u, &p, r.x, r.y, pw, 0, node < 0 ? -2 : node);
    q.align = under ? 0 : 2;
    ui_p_paint(u, &q, under ? r.x : r.x + inner - qw - 1, under ? r.y + p.h : r.y,
               under ? inner : qw + 1, 0, -2);
    struct ui_rect b = {r.x, r.y + words + gap, inner, bar};
    ui_w_round(u, b, bar / 2, 0, u->tok.chip);
    ui_w_round(u, b, bar / 2, ui_w_dp(u, 1), u->tok.edge);
    if (total > 0 && done > 0) {
        b.w = (int)((int64_t)inner * (done > total ? total : done) / total);
        ui_w_round(u, b, bar / 2, 0, u->tok.primary);
    }
    if (cancel == NULL || cancel[0] == '\0') {
        return false;
    }
    char cid[80];
    snprintf(cid, sizeof cid, "%s:cancel", id);
    return ui_button(u, cid, cancel, UI_SECONDARY);
}
