/* ui_text.c - words in the flow: paragraphs, section headings, banners, status lines, empty states.
 */
#include "app/ui/ui_state.h"

static void text_node(struct ui *u, enum ui_role role, struct ui_para *p)
{
    if (p->align == 1) {
        ui_p_balance(u, p, ui_w_inner(u));
    } else {
        ui_p_layout(u, p, ui_w_inner(u));
    }
    struct ui_rect r = ui_w_take(u, p->h);
    int node = ui_w_node(u, role, NULL, p->text, NULL, r, 0);
    ui_p_paint(u, p, r.x, r.y, r.w, 0, node < 0 ? -2 : node);
}

void ui_text_tone(struct ui *u, enum ui_style style, enum ui_tone tone, const char *text)
{
    if (text == NULL || text[0] == '\0') {
        return;
    }
    ui_w_open(u, u->in_card ? 2 : 8, u->in_card ? 2 : 6);
    struct ui_para p = ui_p_of(u, style, text);
    p.colour = ui_w_tone(u, tone, p.colour);
    text_node(u, style == UI_TITLE || style == UI_HEADING ? UI_ROLE_HEADING : UI_ROLE_TEXT, &p);
}

void ui_text(struct ui *u, enum ui_style style, const char *text)
{
    ui_text_tone(u, style, UI_TONE_PLAIN, text);
}

void ui_section(struct ui *u, const char *text)
{
    ui_w_open(u, 16, 6);
    struct ui_para p = ui_p_of(u, UI_SMALL_BOLD, text);
    text_node(u, UI_ROLE_HEADING, &p);
}

void ui_spacer(struct ui *u, int dp)
{
    u->y += ui_w_dp(u, dp);
}

void ui_divider(struct ui *u)
{
    ui_w_open(u, 8, 8);
    ui_w_fill(u, ui_w_take(u, ui_w_dp(u, 1)), u->tok.line);
}

void ui_banner(struct ui *u, const char *id, enum ui_tone tone, const char *text)
{
    int pad = ui_w_dp(u, 12), icon = ui_w_sp(u, 24), bar = ui_w_dp(u, 6);
    int w = ui_w_inner(u) - 3 * pad - icon - bar, beside = 2 * pad + icon, below = 0;
    struct ui_para p = ui_p_of(u, UI_BODY, text);
    ui_p_layout(u, &p, w);
    /* A long word and large letters, or a narrow place where that is shorter: the words have the
     * whole width, under the sign. */
    int em = ui_w_sp(u, ui_theme_size_dp(UI_BODY)), edge = ui_w_dp(u, UI_PAD_LEAST);
    struct ui_para q = p;
    ui_p_layout(u, &q, ui_w_inner(u) - 2 * edge);
    int over = ui_w_sp(u, 26) + ui_w_dp(u, 4);
    if (!ui_p_whole(&p) || w < 5 * em || (w < 8 * em && q.h + over < p.h)) {
        p = q;
        beside = edge;
        below = over;
        bar = 0;
        w = ui_w_inner(u) - 2 * edge;
    }
    if (p.count == 2 && p.lines[1].w_px <= 2 * em) { /* a last line of one character */
        ui_p_balance(u, &p, w);
    }
    ui_w_open(u, 8, 8);
    int h = p.h + below + 2 * pad;
    struct ui_rect r = ui_w_take(u, h);
    ui_colour c = ui_w_tone(u, tone, u->tok.edge);
    int radius = ui_w_dp(u, 14);
    ui_w_round(u, r, radius, 0,
               ui_theme_mix(u->tok.surface, c, u->f.theme == UI_SUNLIGHT ? 0 : 10));
    ui_w_round(u, r, radius, ui_w_dp(u, 2), c);
    enum ui_icon i = tone == UI_TONE_DONE                           ? UI_ICON_CHECK
                     : tone == UI_TONE_SOON || tone == UI_TONE_LATE ? UI_ICON_WARNING
                                                                    : UI_ICON_INFO;
    int top = r.y + pad + (ui_w_sp(u, 26) - icon) / 2;
    ui_w_icon(u, i, (struct ui_rect){r.x + (below > 0 ? beside : pad), top, icon, icon}, c);
    int node = ui_w_node(u, UI_ROLE_BANNER, id, text, NULL, r, 0);
    ui_p_paint(u, &p, r.x + beside, r.y + pad + below, w + bar, 0, node < 0 ? -2 : node);
    if (node >= 0 && u->nodes[node].key == u->want_view && u->want_view != 0) {
        u->want_view = 0;
        ui_screen_bring(u, r);
    }
}

bool ui_empty(struct ui *u, enum ui_icon icon, const char *text, const char *id, const char *action)
{
    int s = ui_w_dp(u, 64);
    ui_w_open(u, 40, 8);
    struct ui_rect r = ui_w_take(u, s);
    ui_w_icon(u, icon, (struct ui_rect){r.x + (r.w - s) / 2, r.y, s, s}, u->tok.edge);
    ui_w_open(u, 16, 16);
    struct ui_para p = ui_p_of(u, UI_BODY_MUTED, text);
    p.align = 1;
    text_node(u, UI_ROLE_TEXT, &p);
    return action != NULL && action[0] != '\0' && ui_button(u, id, action, UI_SECONDARY);
}

static enum ui_icon place_icon(enum ui_place p)
{
    static const enum ui_icon ICON[] = {[UI_PLACE_NONE] = UI_ICON_NONE,
                                        [UI_PLACE_HERE] = UI_ICON_HERE,
                                        [UI_PLACE_BRANCH] = UI_ICON_BRANCH,
                                        [UI_PLACE_HQ] = UI_ICON_HQ};
    return ICON[p];
}

bool ui_status(struct ui *u, const char *id, enum ui_place place, const char *text)
{
    bool tappable = id != NULL && id[0] != '\0', fired = false;
    int pad = ui_w_dp(u, 10), icon = place == UI_PLACE_NONE ? 0 : ui_w_sp(u, 16);
    int lead = icon == 0 ? 0 : icon + ui_w_dp(u, 8);
    int go = tappable ? ui_w_dp(u, 20) : 0, w = ui_w_inner(u) - lead - (go > 0 ? go + pad : 0);
    struct ui_para p = ui_p_of(u, UI_SMALL_MUTED, text);
    int word = ui_p_piece(u, &p), above = 0;
    if (word > w) { /* a whole word is worth more than the arrow */
        go = 0;
        w = ui_w_inner(u) - lead;
    }
    if (word > w) {
        above = icon + ui_w_dp(u, 4);
        lead = 0;
        w = ui_w_inner(u);
    }
    ui_p_layout(u, &p, w);
    ui_w_open_row(u);
    int h = above + p.h + 2 * pad, least = ui_w_dp(u, tappable ? 48 : 40);
    struct ui_rect r = ui_w_take_full(u, h < least ? least : h);
    int node = tappable ? ui_w_target(u, UI_ROLE_ROW, id, text, NULL, r, 0, &fired)
                        : ui_w_node(u, UI_ROLE_TEXT, NULL, text, NULL, r, 0);
    bool down = tappable && ui_w_pressed(u, id);
    ui_w_fill(u, r, down ? ui_theme_mix(u->tok.surface, u->tok.ink, 12) : u->tok.surface);
    ui_w_fill(u, (struct ui_rect){r.x, r.y + r.h - ui_w_dp(u, 1), r.w, ui_w_dp(u, 1)}, u->tok.line);
    int x = r.x + u->inset, top = r.y + (r.h - above - p.h) / 2;
    if (icon > 0) {
        int iy = above > 0 ? top : top + (ui_w_sp(u, 22) - icon) / 2;
        ui_w_icon(u, place_icon(place), (struct ui_rect){x, iy, icon, icon}, u->tok.muted);
    }
    ui_p_paint(u, &p, x + lead, top + above, w, 0, node < 0 ? -2 : node);
    if (go > 0) {
        struct ui_rect c = {r.x + r.w - u->inset - go, r.y + (r.h - go) / 2, go, go};
        ui_w_icon(u, UI_ICON_CHEVRON, c, u->tok.primary);
    }
    if (tappable) {
        ui_w_ring(u, (struct ui_rect){r.x + 4, r.y + 4, r.w - 8, r.h - 8}, id, 4);
    }
    return fired;
}

void ui_strip(struct ui *u, const char *box, const char *text, const char *right,
              enum ui_tone right_tone)
{
    ui_strip_place(u, box, text, right, right_tone, UI_PLACE_NONE, NULL);
}

void ui_strip_place(struct ui *u, const char *box, const char *text, const char *right,
                    enum ui_tone right_tone, enum ui_place place, const char *place_text)
{
    int pad = ui_w_dp(u, 12), gap = ui_w_dp(u, 12), side = ui_w_sp(u, 26), inner = ui_w_inner(u);
    int icon = place == UI_PLACE_NONE ? 0 : ui_w_sp(u, 14);
    int past = icon == 0 ? 0 : icon + ui_w_dp(u, 6);
    struct ui_para s = ui_p_of(u, UI_SMALL_MUTED, place == UI_PLACE_NONE ? NULL : place_text);
    bool has_box = box != NULL && box[0] != '\0', has_right = right != NULL && right[0] != '\0';
    struct ui_para p = ui_p_of(u, UI_SMALL_MUTED, text), q = ui_p_of(u, UI_SMALL_BOLD, right);
    int lead = has_box ? side + gap : 0, above = 0;
    if (has_box && ui_p_piece(u, &p) > inner - lead) { /* the letter stands over the words */
        above = side + ui_w_dp(u, 4);
        lead = 0;
    }
    q.colour = ui_w_tone(u, right_tone, u->tok.ink);
    int qw = has_right ? ui_p_natural(u, &q) : 0;
    bool under = has_right && (above > 0 || qw > (inner - lead) / 2);
    int pw = inner - lead - (under || !has_right ? 0 : qw + gap);
    if (has_right && !under && !ui_p_fits(u, &p, pw, 8)) { /* a date is not to be halved */
        under = true;
        pw = inner - lead;
    }
    ui_p_layout(u, &p, pw);
    ui_p_layout(u, &q, under ? inner - lead : qw + 1);
    ui_p_layout(u, &s, pw - past);
    int words = (p.n == 0 ? 0 : p.h) + (s.n == 0 ? 0 : s.h);
    int h = under ? words + q.h : words > q.h ? words : q.h;
    h = above > 0 ? h + above : has_box && h < side ? side : h;
    ui_w_open_row(u);
    struct ui_rect r = ui_w_take_full(u, h + 2 * pad);
    ui_w_fill(u, r, u->tok.surface);
    ui_w_fill(u, (struct ui_rect){r.x, r.y + r.h - ui_w_dp(u, 1), r.w, ui_w_dp(u, 1)}, u->tok.line);
    int x = r.x + u->inset, y = r.y + pad;
    int node = ui_w_node(u, UI_ROLE_GROUP, NULL, NULL, NULL, r, 0), parent = u->parent;
    u->parent = node < 0 ? parent : node;
    if (has_box) {
        struct ui_rect b = {x, r.y + (under || above > 0 ? pad : (r.h - side) / 2), side, side};
        ui_w_round(u, b, ui_w_sp(u, 6), ui_w_sp(u, 2), u->tok.ink);
        struct ui_para l = ui_p_of(u, UI_SMALL_BOLD, box);
        l.colour = u->tok.ink;
        l.align = 1;
        ui_p_layout(u, &l, side);
        ui_p_paint(u, &l, b.x, b.y + (side - l.h) / 2, side, 0, -1);
    }
    y += above;
    int top = under || above > 0 ? y : r.y + (r.h - words) / 2;
    ui_p_paint(u, &p, x + lead, top, pw, 0, p.n == 0 ? -2 : -1);
    if (s.n > 0) {
        int line = top + (p.n == 0 ? 0 : p.h);
        struct ui_rect at = {x + lead, line + (ui_w_sp(u, 22) - icon) / 2, icon, icon};
        ui_w_icon(u, place_icon(place), at, u->tok.muted);
        ui_p_paint(u, &s, x + lead + past, line, pw - past, 0, -1);
    }
    if (under) {
        ui_p_paint(u, &q, x + lead, y + words, inner - lead, 0, -1);
    } else if (has_right) {
        q.align = 2;
        ui_p_paint(u, &q, x + inner - qw - 1, r.y + (r.h - q.h) / 2, qw + 1, 0, -1);
    }
    u->parent = parent;
}
