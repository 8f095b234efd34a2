/* ui_para.c - a paragraph: wrapped once, then painted line by line, with its place in the tree. */
#include "app/ui/ui_state.h"

static int font_px(const struct ui *u, enum ui_style s)
{
    return ui_w_sp(u, ui_theme_size_dp(s));
}

struct ui_para ui_p_of(const struct ui *u, enum ui_style style, const char *text)
{
    bool muted = style == UI_BODY_MUTED || style == UI_SMALL_MUTED || style == UI_SMALL_BOLD;
    return (struct ui_para){.text = text == NULL ? "" : text,
                            .n = text == NULL ? 0 : strlen(text),
                            .style = style,
                            .colour = muted ? u->tok.muted : u->tok.ink};
}

int ui_p_natural(const struct ui *u, const struct ui_para *p)
{
    int most = 0;
    for (size_t from = 0, to; from <= p->n; from = to + 1) {
        const char *end = from < p->n ? memchr(p->text + from, '\n', p->n - from) : NULL;
        to = end != NULL ? (size_t)(end - p->text) : p->n;
        int w = ui_wrap_width(&u->fonts, font_px(u, p->style), ui_theme_bold(p->style),
                              (str){p->text + from, to - from});
        most = w > most ? w : most;
    }
    return most;
}

/* The longest start of line `l` that leaves room for an ellipsis. */
static void shorten(struct ui *u, const struct ui_para *p, struct ui_line *l, int w_px)
{
    int px = font_px(u, p->style);
    bool bold = ui_theme_bold(p->style);
    int dots = u->fonts.advance_px(u->fonts.ctx, px, bold, 0x2026);
    str s = {p->text, p->n};
    size_t end = l->start;
    int w = 0;
    for (size_t i = l->start; i < p->n && p->text[i] != '\n';) {
        int a = u->fonts.advance_px(u->fonts.ctx, px, bold, ui_wrap_code(s, &i));
        if (w + a + dots > w_px) {
            break;
        }
        w += a;
        end = i;
    }
    l->n = (uint32_t)(end - l->start);
    l->w_px = w + dots;
}

void ui_p_layout(struct ui *u, struct ui_para *p, int w_px)
{
    struct ui_line *lines = &u->lines[u->line_n];
    size_t n = ui_wrap_lines(&u->fonts, font_px(u, p->style), ui_theme_bold(p->style),
                             (str){p->text, p->n}, w_px, lines, UI_CAP_LINES - u->line_n, &u->full);
    p->cut = p->max_lines > 0 && n > (size_t)p->max_lines;
    if (p->cut) {
        n = (size_t)p->max_lines;
        shorten(u, p, &lines[n - 1], w_px);
    }
    u->line_n += n;
    p->lines = lines;
    p->count = (int)n;
    p->w = 0;
    for (size_t i = 0; i < n; i++) {
        p->w = lines[i].w_px > p->w ? lines[i].w_px : p->w;
    }
    p->h = p->count * ui_w_sp(u, ui_theme_leading_dp(p->style));
}

void ui_p_balance(struct ui *u, struct ui_para *p, int w_px)
{
    size_t lines = u->line_n;
    ui_p_layout(u, p, w_px);
    if (p->cut) {
        return;
    }
    int count = p->count, least = ui_p_piece(u, p), step = font_px(u, p->style) / 4;
    int even = ui_p_natural(u, p) / (count > 0 ? count : 1), w = even > least ? even : least;
    while (count > 1 && w < w_px) {
        u->line_n = lines;
        ui_p_layout(u, p, w);
        if (p->count == count && !p->cut) {
            return;
        }
        w += step > 0 ? step : 1;
    }
    u->line_n = lines;
    ui_p_layout(u, p, w_px);
}

bool ui_p_fits(const struct ui *u, const struct ui_para *p, int w_px, int max_lines)
{
    struct ui_line lines[8];
    bool full = false;
    size_t n = ui_wrap_lines(&u->fonts, font_px(u, p->style), ui_theme_bold(p->style),
                             (str){p->text, p->n}, w_px, lines, 8, &full);
    if (full || n > (size_t)max_lines) {
        return false;
    }
    for (size_t i = 0; i + 1 < n; i++) {
        size_t end = lines[i].start + lines[i].n;
        bool latin = lines[i + 1].start == end && (uint8_t)p->text[end] < 0x80;
        if (latin || lines[i].w_px > w_px) {
            return false; /* a word had to be broken */
        }
    }
    return n == 0 || lines[n - 1].w_px <= w_px;
}

/* Where line `i` ends inside of a Latin word: that word, with its marks. */
static bool broken_after(const struct ui_para *p, int i, str *piece)
{
    size_t end = i + 1 < p->count ? (size_t)p->lines[i].start + p->lines[i].n : 0;
    return end > 0 && p->lines[i + 1].start == end &&
           ui_wrap_broken((str){p->text, p->n}, end, piece);
}

bool ui_p_whole(const struct ui_para *p)
{
    str piece;
    for (int i = 0; i + 1 < p->count; i++) {
        if (broken_after(p, i, &piece)) {
            return false;
        }
    }
    return true;
}

int ui_p_piece(const struct ui *u, const struct ui_para *p)
{
    return ui_wrap_piece(&u->fonts, font_px(u, p->style), ui_theme_bold(p->style),
                         (str){p->text, p->n});
}

/* A word that is broken though the widget could have had a line as long as it: for ui_check. */
static void note_broken(struct ui *u, const struct ui_para *p, int node)
{
    str piece;
    int sheet = ui_w_dp(u, UI_SHEET_MOST), w = u->keyboard ? u->body.w : u->f.w_px;
    w = u->region == 3 && w > sheet ? sheet : w;
    for (int i = 0; i + 1 < p->count && node >= 0; i++) {
        if (broken_after(p, i, &piece) &&
            ui_wrap_width(&u->fonts, font_px(u, p->style), ui_theme_bold(p->style), piece) <=
                w - 2 * ui_w_dp(u, UI_MARGIN + UI_PAD_LEAST)) {
            u->nodes[node].state |= UI_ST_BROKEN;
            u->narrow_broke |= u->side && u->region == 1;
        }
    }
}

static void note_extent(struct ui *u, int node, struct ui_rect text, struct ui_rect box, bool cut)
{
    if (node < 0) {
        return;
    }
    struct ui_node *nd = &u->nodes[node];
    nd->text = text;
    nd->box = box;
    nd->state |= (unsigned)UI_ST_TEXTUAL | (cut ? (unsigned)UI_ST_CUT : 0U);
}

static void paint_line(struct ui *u, const struct ui_para *p, const char *text, int i, int x, int y)
{
    const struct ui_line *l = &p->lines[i];
    int leading = ui_w_sp(u, ui_theme_leading_dp(p->style)), px = font_px(u, p->style);
    struct ui_rect r = {x, y, l->w_px, leading};
    struct ui_cmd *c = ui_w_cmd(u, UI_CMD_TEXT, r, p->colour);
    if (c == NULL) {
        return;
    }
    /* The middle of capitals and of Chinese characters lies 0.37 em above the baseline. */
    c->rect.y = y + leading / 2 + (px * 37 + 50) / 100;
    c->font_px = px;
    c->bold = ui_theme_bold(p->style);
    c->text = text + l->start;
    c->text_n = l->n;
    char *dots = p->cut && i == p->count - 1 ? ui_w_room(u, (size_t)l->n + 3) : NULL;
    if (dots != NULL) {
        memcpy(dots, text + l->start, l->n);
        memcpy(dots + l->n, "\xE2\x80\xA6", 3);
        c->text = dots;
        c->text_n = (size_t)l->n + 3;
    }
}

void ui_p_paint(struct ui *u, const struct ui_para *p, int x, int y, int box_w, int box_h, int node)
{
    if (u->measuring || (p->n == 0 && node == -1)) {
        return;
    }
    const char *text = ui_w_copy(u, p->text, p->n);
    int leading = ui_w_sp(u, ui_theme_leading_dp(p->style)), min_x = x + box_w;
    for (int i = 0; i < p->count; i++) {
        int room = box_w - p->lines[i].w_px;
        int lx = x + (p->align == 0 ? 0 : p->align == 1 ? room / 2 : room);
        min_x = lx < min_x ? lx : min_x;
        paint_line(u, p, text, i, lx, y + i * leading);
    }
    struct ui_rect extent = {p->count == 0 ? x : min_x, y, p->w, p->h};
    struct ui_rect box = {x, y, box_w, box_h > 0 ? box_h : p->h};
    if (node == -1) {
        node = ui_w_node(u, UI_ROLE_TEXT, NULL, text, NULL, extent, 0);
    }
    note_extent(u, node, extent, box, p->cut);
    note_broken(u, p, node >= 0 ? node : u->parent);
}
