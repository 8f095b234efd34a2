/* ui_control.c - what is tapped: buttons, chips, choices, ticks, numbers. */
#include "app/ui/i18n.h"
#include "app/ui/ui_state.h"

enum { TARGET = 48, RADIUS = 14 };

/* ==== buttons ================================================================================ */

/* The sign of a button stands beside its words, or above them where a word needs all the width. */
struct sign {
    int size, lead, above; /* px */
};

static struct sign sign_of(struct ui *u, const struct ui_para *p, int size, int gap, int room)
{
    struct sign s = {size, size == 0 ? 0 : size + gap, 0};
    if (size > 0 && ui_p_piece(u, p) > room - s.lead) {
        s = (struct sign){size, 0, size + gap / 2};
    }
    return s;
}

int ui_w_button_h(struct ui *u, const char *label, enum ui_icon icon, enum ui_style style, int w)
{
    struct ui_para p = ui_p_of(u, style, label);
    int pad = ui_w_dp(u, UI_PAD_LEAST), room = w - 2 * pad;
    struct sign s = sign_of(u, &p, icon == UI_ICON_NONE ? 0 : ui_w_sp(u, 22), pad, room);
    ui_p_layout(u, &p, room - s.lead);
    int h = s.above + p.h + 2 * ui_w_dp(u, 10), least = ui_w_dp(u, TARGET);
    return h < least ? least : h;
}

struct look {
    ui_colour fill, ink, edge;
    int stroke;
};

static struct look look_of(const struct ui *u, unsigned flags, bool pressed)
{
    const struct ui_tokens *t = &u->tok;
    struct look l = {t->surface, t->primary, t->primary, ui_w_dp(u, 2)};
    if ((flags & UI_PRIMARY) != 0) {
        l = (struct look){t->primary, t->on_primary, t->primary, 0};
    } else if ((flags & UI_DANGER) != 0) {
        l.ink = l.edge = t->late;
    } else if ((flags & UI_LINK) != 0) {
        l.stroke = 0;
        l.fill = 0;
    }
    if ((flags & UI_OFF) != 0) { /* still readable, plainly not the next step */
        l = (struct look){(flags & UI_LINK) != 0 ? 0 : t->chip, t->muted, t->edge, ui_w_dp(u, 1)};
        l.stroke = (flags & UI_LINK) != 0 ? 0 : l.stroke;
    }
    if (pressed) {
        l.fill = ui_theme_mix(l.fill == 0 ? t->surface : l.fill, t->ink, 16);
    }
    return l;
}

bool ui_w_button(struct ui *u, struct ui_rect r, const char *id, const char *label,
                 enum ui_icon icon, enum ui_style style, unsigned flags)
{
    bool fired;
    int node = ui_w_target(u, UI_ROLE_BUTTON, id, label, NULL, r,
                           (flags & UI_OFF) != 0 ? UI_ST_DISABLED : 0, &fired);
    struct look l = look_of(u, flags, ui_w_pressed(u, id));
    int radius = ui_w_dp(u, RADIUS), pad = ui_w_dp(u, UI_PAD_LEAST);
    if (l.fill != 0) {
        ui_w_round(u, r, radius, 0, l.fill);
    }
    if (l.stroke > 0) {
        ui_w_round(u, r, radius, l.stroke, l.edge);
    }
    ui_w_ring(u, r, id, radius);
    struct ui_para p = ui_p_of(u, style, label);
    p.colour = l.ink;
    p.align = 1;
    struct sign s = sign_of(u, &p, icon == UI_ICON_NONE ? 0 : ui_w_sp(u, 22), pad, r.w - 2 * pad);
    ui_p_balance(u, &p, r.w - 2 * pad - s.lead);
    int x = r.x + pad + s.lead, w = r.w - 2 * pad - s.lead;
    int y = r.y + (r.h - p.h - s.above) / 2;
    if (s.above > 0) {
        ui_w_icon(u, icon, (struct ui_rect){r.x + (r.w - s.size) / 2, y, s.size, s.size}, l.ink);
    } else if (s.size > 0) {
        int at = x + (w - p.w) / 2 - s.lead / 2;
        struct ui_rect i = {at - s.lead / 2, r.y + (r.h - s.size) / 2, s.size, s.size};
        ui_w_icon(u, icon, i, l.ink);
        x = at + s.lead / 2;
        w = p.w;
    }
    ui_p_paint(u, &p, x, y + s.above, w, 0, node < 0 ? -2 : node);
    return fired;
}

bool ui_w_icon_button(struct ui *u, struct ui_rect r, enum ui_icon icon, const char *id,
                      const char *label)
{
    bool fired;
    ui_w_target(u, UI_ROLE_BUTTON, id, label, NULL, r, 0, &fired);
    if (ui_w_pressed(u, id)) {
        ui_w_round(u, r, r.w / 2, 0, ui_theme_mix(u->tok.surface, u->tok.ink, 16));
    }
    int s = ui_w_sp(u, 26), most = ui_w_dp(u, 38); /* inside a target of 48 */
    s = s < most ? s : most;
    ui_w_icon(u, icon, (struct ui_rect){r.x + (r.w - s) / 2, r.y + (r.h - s) / 2, s, s},
              u->tok.primary);
    int in = ui_w_dp(u, 3);
    ui_w_ring(u, (struct ui_rect){r.x + in, r.y + in, r.w - 2 * in, r.h - 2 * in}, id, r.w / 2);
    return fired;
}

bool ui_button_icon(struct ui *u, const char *id, const char *label, enum ui_icon icon,
                    unsigned flags)
{
    enum ui_style style = (flags & UI_PRIMARY) != 0 ? UI_BUTTON_TEXT
                          : (flags & UI_LINK) != 0  ? UI_BODY
                                                    : UI_BODY_BOLD;
    ui_w_open(u, 8, 8);
    int h = ui_w_button_h(u, label, icon, style, ui_w_inner(u));
    int least = ui_w_dp(u, (flags & UI_PRIMARY) != 0 ? 64 : (flags & UI_LINK) != 0 ? 48 : 56);
    struct ui_rect r = ui_w_take(u, h < least ? least : h);
    return ui_w_button(u, r, id, label, icon, style, flags);
}

bool ui_button(struct ui *u, const char *id, const char *label, unsigned flags)
{
    return ui_button_icon(u, id, label, UI_ICON_NONE, flags);
}

/* ==== chips ================================================================================== */

void ui_chips_begin(struct ui *u)
{
    ui_w_open(u, 8, 8);
    u->chip_x = u->x + u->inset;
    u->chip_y = u->y;
    u->chip_line_h = 0;
}

bool ui_chip(struct ui *u, const char *id, const char *label, bool chosen)
{
    int pad = ui_w_dp(u, 16), gap = ui_w_dp(u, 8), most = ui_w_inner(u);
    int mark = chosen ? ui_w_sp(u, 18) : 0;
    struct ui_para p = ui_p_of(u, chosen ? UI_BODY_BOLD : UI_BODY, label);
    p.colour = chosen ? u->tok.on_primary : u->tok.ink;
    if (ui_p_piece(u, &p) > most - 2 * pad - (chosen ? mark + gap : 0)) {
        pad = ui_w_dp(u, UI_PAD_LEAST); /* a whole word is worth more than air beside it */
    }
    struct sign s = sign_of(u, &p, mark, gap, most - 2 * pad);
    int icon = s.lead;
    ui_p_layout(u, &p, most - 2 * pad - icon);
    int w = p.w + 2 * pad + icon, h = p.h + s.above + 2 * ui_w_dp(u, 10);
    int least = ui_w_dp(u, TARGET);
    w = w < least ? least : w;
    h = h < least ? least : h;
    if (u->chip_x > u->x + u->inset && u->chip_x + w > u->x + u->inset + most) {
        u->chip_x = u->x + u->inset;
        u->chip_y += u->chip_line_h + gap;
        u->chip_line_h = 0;
    }
    struct ui_rect r = {u->chip_x, u->chip_y, w, h};
    u->chip_x += w + gap;
    u->chip_line_h = h > u->chip_line_h ? h : u->chip_line_h;
    u->y = u->chip_y + u->chip_line_h;
    bool fired;
    int node = ui_w_target(u, UI_ROLE_CHIP, id, label, NULL, r, chosen ? UI_ST_CHECKED : 0, &fired);
    ui_colour fill = chosen ? u->tok.primary : u->tok.chip;
    int radius = p.count == 1 ? h / 2 : ui_w_dp(u, 20);
    ui_w_round(u, r, radius, 0, ui_w_pressed(u, id) ? ui_theme_mix(fill, u->tok.ink, 16) : fill);
    if (!chosen) {
        ui_w_round(u, r, radius, ui_w_dp(u, 1), u->tok.edge);
    }
    ui_w_ring(u, r, id, radius);
    int inner = w - 2 * pad - icon, top = r.y + (h - p.h - s.above) / 2;
    if (chosen) {
        int my = s.above > 0 ? top : r.y + (h - mark) / 2;
        ui_w_icon(u, UI_ICON_CHECK, (struct ui_rect){r.x + pad, my, mark, mark}, p.colour);
    }
    p.align = p.count == 1 && s.above == 0 ? 1 : 0;
    ui_p_paint(u, &p, r.x + pad + icon, top + s.above, inner, 0, node < 0 ? -2 : node);
    return fired;
}

void ui_chips_end(struct ui *u)
{
    u->chip_line_h = 0;
}

/* ==== one of several ========================================================================= */

static int columns(const struct ui *u, const char *const *options, int n)
{
    int inner = ui_w_inner(u), gap = ui_w_dp(u, 8), pad = 2 * ui_w_dp(u, 8) + ui_w_sp(u, 20);
    for (int c = u->f.scale >= 1.5F ? 1 : n; c > 1; c = c == 2 ? 1 : (c + 1) / 2) {
        int w = (inner - gap * (c - 1)) / c;
        bool all = w >= ui_w_dp(u, 56);
        for (int i = 0; i < n && all; i++) {
            struct ui_para p = ui_p_of(u, UI_SMALL_BOLD, options[i]);
            all = ui_p_fits(u, &p, w - pad, 2);
        }
        if (all) {
            return c;
        }
    }
    return 1;
}

/* The mark of a choice: its room is kept, chosen or not, so that nothing moves. */
static struct sign choice_sign(struct ui *u, const char *label, int room)
{
    struct ui_para p = ui_p_of(u, UI_SMALL_BOLD, label);
    return sign_of(u, &p, ui_w_sp(u, 16), ui_w_dp(u, 4), room);
}

/* A box with words in it; a heavier edge and a check mark when chosen. */
static bool choice_box(struct ui *u, struct ui_rect r, const char *id, const char *label,
                       bool chosen, enum ui_style style)
{
    bool fired;
    int node =
        ui_w_target(u, UI_ROLE_RADIO, id, label, NULL, r, chosen ? UI_ST_CHECKED : 0, &fired);
    int radius = ui_w_dp(u, RADIUS), pad = ui_w_dp(u, UI_PAD_LEAST);
    ui_w_round(u, r, radius, 0,
               ui_w_pressed(u, id) ? ui_theme_mix(u->tok.surface, u->tok.ink, 16) : u->tok.surface);
    ui_w_round(u, r, radius, ui_w_dp(u, chosen ? 3 : 1), chosen ? u->tok.primary : u->tok.edge);
    ui_w_ring(u, r, id, radius);
    struct ui_para p = ui_p_of(u, style, label);
    p.colour = chosen ? u->tok.primary : u->tok.ink;
    p.align = 1;
    struct sign s = choice_sign(u, label, r.w - 2 * pad);
    int lead = chosen ? s.lead : 0, above = chosen ? s.above : 0, w = r.w - 2 * pad - lead;
    ui_p_layout(u, &p, w);
    int x = r.x + pad + lead, at = r.x + (r.w - lead - p.w) / 2;
    int y = r.y + (r.h - p.h - above) / 2;
    struct ui_rect mark = {at < r.x + pad ? r.x + pad : at, r.y + (r.h - s.size) / 2, s.size,
                           s.size};
    if (above > 0) {
        mark.x = r.x + (r.w - s.size) / 2;
        mark.y = y;
    }
    ui_w_icon(u, chosen ? UI_ICON_CHECK : UI_ICON_NONE, mark, p.colour);
    int shift = lead > 0 ? (x + (w - p.w) / 2) - (at + lead) : 0;
    ui_p_paint(u, &p, x - (shift > 0 ? shift : 0), y + above, w, 0, node < 0 ? -2 : node);
    return fired;
}

bool ui_choice(struct ui *u, const char *id, const char *label, const char *const *options, int n,
               int *chosen)
{
    if (label != NULL && label[0] != '\0') {
        ui_text(u, UI_BODY_BOLD, label);
        u->after_px = ui_w_dp(u, 4);
    }
    ui_w_open(u, label == NULL ? 8 : 4, 8);
    int cols = columns(u, options, n), gap = ui_w_dp(u, 8),
        w = (ui_w_inner(u) - gap * (cols - 1)) / cols;
    int node =
        ui_w_node(u, UI_ROLE_GROUP, id, label, NULL, (struct ui_rect){u->x, u->y, u->w, 0}, 0);
    int parent = u->parent, top = u->y;
    u->parent = node < 0 ? parent : node;
    bool changed = false;
    for (int i = 0; i < n; i += cols) {
        int h = ui_w_dp(u, 56), end = i + cols < n ? i + cols : n;
        for (int k = i; k < end; k++) {
            struct sign s = choice_sign(u, options[k], w - 2 * ui_w_dp(u, UI_PAD_LEAST));
            int need = ui_w_button_h(u, options[k], UI_ICON_NONE, UI_SMALL_BOLD, w - s.lead);
            h = need + s.above > h ? need + s.above : h;
        }
        for (int k = i; k < end; k++) {
            char oid[80];
            snprintf(oid, sizeof oid, "%s:%d", id, k);
            struct ui_rect r = {u->x + u->inset + (k - i) * (w + gap), u->y, w, h};
            if (choice_box(u, r, oid, options[k], k == *chosen,
                           k == *chosen ? UI_SMALL_BOLD : UI_SMALL) &&
                k != *chosen) {
                *chosen = k;
                changed = true;
            }
        }
        u->y += h + (end < n ? gap : 0);
    }
    ui_w_place(u, node, (struct ui_rect){u->x + u->inset, top, ui_w_inner(u), u->y - top});
    u->parent = parent;
    return changed;
}

/* ==== tick, number =========================================================================== */

bool ui_tick(struct ui *u, const char *id, const char *label, bool *on)
{
    int pad = ui_w_dp(u, 12), box = ui_w_sp(u, 26);
    struct ui_para p = ui_p_of(u, UI_BODY, label);
    pad = ui_p_piece(u, &p) > ui_w_inner(u) - 3 * pad - box ? ui_w_dp(u, UI_PAD_LEAST) : pad;
    struct sign s = sign_of(u, &p, box, pad, ui_w_inner(u) - 2 * pad);
    int w = ui_w_inner(u) - 2 * pad - s.lead;
    ui_p_layout(u, &p, w);
    int h = p.h + s.above + 2 * pad, least = ui_w_dp(u, 56);
    ui_w_open(u, 8, 8);
    struct ui_rect r = ui_w_take(u, h < least ? least : h);
    bool fired;
    int node =
        ui_w_target(u, UI_ROLE_CHECKBOX, id, label, NULL, r, *on ? UI_ST_CHECKED : 0, &fired);
    int radius = ui_w_dp(u, RADIUS);
    ui_w_round(u, r, radius, 0,
               ui_w_pressed(u, id) ? ui_theme_mix(u->tok.surface, u->tok.ink, 16) : u->tok.surface);
    ui_w_round(u, r, radius, ui_w_dp(u, *on ? 2 : 1), *on ? u->tok.primary : u->tok.edge);
    ui_w_ring(u, r, id, radius);
    int top = r.y + (r.h - p.h - s.above) / 2;
    struct ui_rect b = {r.x + pad, s.above > 0 ? top : r.y + (r.h - box) / 2, box, box};
    ui_w_round(u, b, ui_w_dp(u, 6), *on ? 0 : ui_w_dp(u, 2), *on ? u->tok.primary : u->tok.edge);
    if (*on) {
        int in = box / 8;
        ui_w_icon(u, UI_ICON_CHECK,
                  (struct ui_rect){b.x + in, b.y + in, box - 2 * in, box - 2 * in},
                  u->tok.on_primary);
    }
    ui_p_paint(u, &p, r.x + pad + s.lead, top + s.above, w, 0, node < 0 ? -2 : node);
    if (fired) {
        *on = !*on;
    }
    return fired;
}

static bool step_button(struct ui *u, struct ui_rect r, const char *id, const char *what,
                        enum ui_icon icon, const char *verb, bool off)
{
    char label[200], bid[80];
    snprintf(label, sizeof label, "%s: %s", what, verb);
    snprintf(bid, sizeof bid, "%s:%s", id, icon == UI_ICON_PLUS ? "more" : "less");
    bool fired;
    ui_w_target(u, UI_ROLE_BUTTON, bid, label, NULL, r, off ? UI_ST_DISABLED : 0, &fired);
    ui_colour fill =
        ui_w_pressed(u, bid) ? ui_theme_mix(u->tok.surface, u->tok.ink, 16) : u->tok.surface;
    ui_w_round(u, r, ui_w_dp(u, RADIUS), 0, off ? u->tok.chip : fill);
    ui_w_round(u, r, ui_w_dp(u, RADIUS), ui_w_dp(u, off ? 1 : 2),
               off ? u->tok.edge : u->tok.primary);
    ui_w_ring(u, r, bid, ui_w_dp(u, RADIUS));
    int s = ui_w_dp(u, 24);
    ui_w_icon(u, icon, (struct ui_rect){r.x + (r.w - s) / 2, r.y + (r.h - s) / 2, s, s},
              off ? u->tok.muted : u->tok.primary);
    return fired;
}

bool ui_number(struct ui *u, const char *id, const char *label, int64_t *value, int64_t min,
               int64_t max)
{
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)*value);
    struct ui_para p = ui_p_of(u, UI_BODY, label), v = ui_p_of(u, UI_BUTTON_TEXT, text);
    int b = ui_w_dp(u, 56), gap = ui_w_dp(u, 8), inner = ui_w_inner(u);
    int vw = ui_p_natural(u, &v) + 2 * gap, least = ui_w_dp(u, 64);
    vw = vw < least ? least : vw;
    int group = 2 * b + vw, room = inner - group - gap;
    ui_w_open(u, 8, 8);
    bool under = room < ui_w_sp(u, 96) || room < ui_p_piece(u, &p);
    ui_p_layout(u, &p, under ? inner : room);
    ui_p_layout(u, &v, vw);
    v.align = 1;
    int h = under ? p.h + gap + b : (p.h > b ? p.h : b);
    struct ui_rect r = ui_w_take(u, h);
    int node = ui_w_node(u, UI_ROLE_NUMBER, id, label, text, r, 0), parent = u->parent;
    u->parent = node < 0 ? parent : node;
    int lx = under || !u->f.left_hand ? r.x : r.x + group + gap;
    ui_p_paint(u, &p, lx, under ? r.y : r.y + (h - p.h) / 2, under ? inner : room, 0,
               node < 0 ? -2 : node);
    int x = under || u->f.left_hand ? r.x : r.x + inner - group, y = r.y + h - b;
    y = under ? y : r.y + (h - b) / 2;
    int64_t before = *value;
    if (step_button(u, (struct ui_rect){x, y, b, b}, id, label, UI_ICON_MINUS, _("less"),
                    *value <= min)) {
        *value -= 1;
    }
    ui_p_paint(u, &v, x + b, y + (b - v.h) / 2, vw, 0, -1);
    if (step_button(u, (struct ui_rect){x + b + vw, y, b, b}, id, label, UI_ICON_PLUS, _("more"),
                    *value >= max)) {
        *value += 1;
    }
    u->parent = parent;
    return *value != before;
}
