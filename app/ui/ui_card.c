/* ui_card.c - cards with pairs of label and value; columns. */
#include "app/ui/ui_state.h"

enum { PAD = 16, NARROW = 360, COLUMN_LEAST = 140 };

static bool given(const char *s)
{
    return s != NULL && s[0] != '\0';
}

/* ==== cards ================================================================================== */

static void title_line(struct ui *u, const char *title, const char *right, int node)
{
    struct ui_para p = ui_p_of(u, UI_BODY_BOLD, title), q = ui_p_of(u, UI_BODY_BOLD, right);
    int inner = ui_w_inner(u), gap = ui_w_dp(u, 12);
    int qw = given(right) ? ui_p_natural(u, &q) : 0;
    bool under = qw > inner / 2 || ui_p_piece(u, &p) > inner - qw - gap;
    ui_p_layout(u, &p, under || qw == 0 ? inner : inner - qw - gap);
    ui_p_layout(u, &q, under ? inner : qw + 1);
    struct ui_rect r = ui_w_take(u, under ? p.h + q.h : p.h);
    ui_p_paint(u, &p, r.x, r.y, under || qw == 0 ? inner : inner - qw - gap, 0,
               node < 0 ? -1 : node);
    if (qw > 0) {
        q.align = under ? 0 : 2;
        ui_p_paint(u, &q, under ? r.x : r.x + inner - qw - 1, under ? r.y + p.h : r.y,
                   under ? inner : qw + 1, 0, -1);
    }
    u->after_px = ui_w_dp(u, 4);
}

bool ui_card_begin(struct ui *u, const char *id, const char *title, const char *right)
{
    ui_w_open(u, 8, 0);
    bool fired = false, tappable = given(id);
    u->card_x = u->x;
    u->card_w = u->w;
    u->card_y = u->y;
    u->card_inset = u->inset;
    u->in_card = true;
    u->x += u->inset;
    u->w -= 2 * u->inset;
    /* Large letters in a narrow place: the words have the room, not the air beside them. */
    bool narrow = u->f.scale >= 1.5F && u->w < ui_w_dp(u, NARROW);
    u->inset = ui_w_dp(u, narrow ? UI_PAD_LEAST : PAD);
    struct ui_rect r = {u->x, u->y, u->w, 1 << 20}; /* put right at the end */
    u->card_cmd = (int)u->cmd_n;
    bool down = tappable && ui_w_pressed(u, id);
    ui_w_round(u, r, ui_w_dp(u, 14), 0,
               down ? ui_theme_mix(u->tok.surface, u->tok.ink, 12) : u->tok.surface);
    ui_w_round(u, r, ui_w_dp(u, 14), ui_w_dp(u, 1), tappable ? u->tok.edge : u->tok.line);
    u->card_cmds = (int)u->cmd_n - u->card_cmd;
    u->card_node = tappable ? ui_w_target(u, UI_ROLE_CARD, id, title, NULL, r, 0, &fired)
                            : ui_w_node(u, UI_ROLE_CARD, NULL, title, NULL, r, 0);
    u->card_parent = u->parent;
    u->parent = u->card_node < 0 ? u->parent : u->card_node;
    u->y += ui_w_dp(u, 12);
    u->after_px = 0;
    if (given(title) || given(right)) {
        title_line(u, title, right, given(title) ? u->card_node : -1);
    }
    return fired;
}

void ui_card_end(struct ui *u)
{
    struct ui_rect r = {u->x, u->card_y, u->w, u->y + ui_w_dp(u, 12) - u->card_y};
    for (int i = 0; i < u->card_cmds; i++) {
        u->cmds[u->card_cmd + i].rect = r;
    }
    ui_w_place(u, u->card_node, r);
    if (u->card_node >= 0) {
        ui_w_ring(u, r, u->nodes[u->card_node].id, ui_w_dp(u, 14));
    }
    u->y = r.y + r.h;
    u->x = u->card_x;
    u->w = u->card_w;
    u->inset = u->card_inset;
    u->parent = u->card_parent;
    u->in_card = false;
    u->after_px = ui_w_dp(u, 8);
}

void ui_pair_tone(struct ui *u, const char *label, const char *value, enum ui_style value_style,
                  enum ui_tone tone)
{
    struct ui_para p = ui_p_of(u, UI_BODY_MUTED, label), q = ui_p_of(u, value_style, value);
    q.colour = ui_w_tone(u, tone, q.colour);
    int inner = ui_w_inner(u), gap = ui_w_dp(u, 16);
    int pw = ui_p_natural(u, &p) + 1, qw = ui_p_natural(u, &q) + 1;
    bool under = pw + gap + qw > inner;
    /* A long value may still stand beside a short label, in two or three lines. */
    int beside = inner - pw - gap;
    if (under && pw <= inner * 2 / 5 && ui_p_fits(u, &q, beside, 3) && u->f.scale < 1.5F) {
        under = false;
        qw = beside;
    }
    ui_w_open(u, 3, 3);
    ui_p_layout(u, &p, under ? inner : pw);
    ui_p_layout(u, &q, under ? inner : qw);
    int h = under ? p.h + q.h : p.h > q.h ? p.h : q.h;
    struct ui_rect r = ui_w_take(u, h);
    int node = ui_w_node(u, UI_ROLE_TEXT, NULL, label, value, r, 0), parent = u->parent;
    u->parent = node < 0 ? parent : node;
    int lead = ui_w_sp(u, ui_theme_leading_dp(value_style)) - ui_w_sp(u, 26);
    ui_p_paint(u, &p, r.x, r.y + (under ? 0 : lead / 2), under ? inner : pw, 0, -2);
    q.align = under ? 0 : 2;
    ui_p_paint(u, &q, under ? r.x : r.x + inner - qw, under ? r.y + p.h : r.y, under ? inner : qw,
               0, node < 0 ? -2 : node);
    u->parent = parent;
}

void ui_pair(struct ui *u, const char *label, const char *value)
{
    ui_pair_tone(u, label, value, UI_BODY, UI_TONE_PLAIN);
}

/* ==== columns ================================================================================ */

void ui_cols_begin(struct ui *u, int n)
{
    int gap = ui_w_dp(u, 8), inner = ui_w_inner(u);
    bool one = u->f.scale >= 1.5F || (inner - gap * (n - 1)) / n < ui_w_dp(u, COLUMN_LEAST);
    u->cols = one ? 1 : n;
    u->col = 0;
    u->cols_x = u->x;
    u->cols_w = u->w;
    u->cols_inset = u->inset;
    u->cols_y = u->y;
    u->cols_after = u->after_px;
    u->cols_bottom = u->y;
    u->cols_bottom_after = 0;
    if (u->cols > 1) {
        u->x += u->inset;
        u->inset = 0;
        u->w = (inner - gap * (n - 1)) / n;
    }
}

static void col_bottom(struct ui *u)
{
    if (u->y + u->after_px > u->cols_bottom + u->cols_bottom_after) {
        u->cols_bottom = u->y;
        u->cols_bottom_after = u->after_px;
    }
}

void ui_col(struct ui *u)
{
    if (u->cols <= 1) {
        return;
    }
    col_bottom(u);
    u->x += u->w + ui_w_dp(u, 8);
    u->y = u->cols_y;
    u->after_px = u->cols_after;
}

void ui_cols_end(struct ui *u)
{
    if (u->cols > 1) {
        col_bottom(u);
        u->y = u->cols_bottom;
        u->after_px = u->cols_bottom_after;
    }
    u->x = u->cols_x;
    u->w = u->cols_w;
    u->inset = u->cols_inset;
    u->cols = 0;
}
