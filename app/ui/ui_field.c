/* ui_field.c - text is typed here: into the caller's buffer, in place, by keys, scanner or the
 * keyboard on the screen. Every field wraps and grows: nothing that was typed is hidden. */
#include "app/ui/i18n.h"
#include "app/ui/ui_state.h"

enum { LEAST_H = 56, RADIUS = 14 };

/* ==== showing ================================================================================ */

/* Bytes that the system's input method has in hand for this field; a secret shows none. */
static size_t composing(const struct ui *u, const struct ui_field *f)
{
    bool here = ui_w_focused(u, f->id) && (f->flags & (UI_FIELD_SECRET | UI_FIELD_OFF)) == 0;
    return here ? strlen(u->composed) : 0;
}

static size_t caret_at(const struct ui *u, const struct ui_field *f)
{
    size_t n = strlen(f->text);
    return u->caret < 0 || (size_t)u->caret > n ? n : (size_t)u->caret;
}

/* What is drawn for the text: dots for a secret. */
static struct ui_para shown(struct ui *u, const struct ui_field *f)
{
    struct ui_para p = ui_p_of(u, UI_BODY, f->text);
    if ((f->flags & UI_FIELD_SECRET) != 0) {
        size_t n = 0;
        for (size_t i = 0; i < p.n; i = ui_edit_after(f->text, p.n, i)) {
            n++;
        }
        char *dots = ui_w_room(u, n * 3 + 1);
        for (size_t i = 0; dots != NULL && i < n; i++) {
            memcpy(dots + i * 3, "\xE2\x80\xA2", 3);
        }
        p.text = dots == NULL ? "" : dots;
        p.n = dots == NULL ? 0 : n * 3;
    }
    size_t composed = composing(u, f), at = caret_at(u, f);
    if (composed > 0) { /* in its place, before it is text */
        char *both = ui_w_room(u, p.n + composed + 1);
        if (both != NULL) {
            memcpy(both, p.text, at);
            memcpy(both + at, u->composed, composed);
            memcpy(both + at + composed, p.text + at, p.n - at);
            p.text = both;
            p.n += composed;
        }
    }
    return p;
}

/* The caret's byte in what is drawn. */
static size_t drawn_at(const struct ui_field *f, size_t at)
{
    if ((f->flags & UI_FIELD_SECRET) == 0) {
        return at;
    }
    size_t n = 0;
    for (size_t i = 0; i < at; i = ui_edit_after(f->text, strlen(f->text), i)) {
        n++;
    }
    return n * 3;
}

static void place_caret(struct ui *u, const struct ui_field *f, const struct ui_para *p, int x,
                        int y)
{
    int leading = ui_w_sp(u, ui_theme_leading_dp(p->style)), px = ui_w_sp(u, 18);
    int line = ((int)u->down_y - y) / leading;
    line = line < 0 ? 0 : line >= p->count ? p->count - 1 : line;
    u->caret = u->chosen_from = -1;
    if (p->count == 0 || (f->flags & UI_FIELD_SECRET) != 0) {
        return;
    }
    const struct ui_line *l = &p->lines[line];
    str s = {p->text, (size_t)l->start + l->n};
    int w = 0;
    size_t at = l->start;
    while (at < s.n) {
        size_t next = at;
        int a = u->fonts.advance_px(u->fonts.ctx, px, false, ui_wrap_code(s, &next));
        if ((float)(x + w) + (float)a / 2 > u->down_x) {
            break;
        }
        w += a;
        at = next;
    }
    u->caret = (int64_t)at;
}

/* A band from one byte to another, line by line: its height, from the bottom of the line. */
static void draw_band(struct ui *u, const struct ui_para *p, int x, int y, size_t from, size_t to,
                      int h, ui_colour colour)
{
    int leading = ui_w_sp(u, ui_theme_leading_dp(p->style)), px = ui_w_sp(u, 18);
    for (int i = 0; i < p->count; i++) {
        size_t start = p->lines[i].start, end = start + p->lines[i].n;
        size_t a = from > start ? from : start, b = to < end ? to : end;
        if (a >= b) {
            continue;
        }
        int x0 = ui_wrap_width(&u->fonts, px, false, (str){p->text + start, a - start});
        int w = ui_wrap_width(&u->fonts, px, false, (str){p->text + a, b - a});
        ui_w_fill(u, (struct ui_rect){x + x0, y + (i + 1) * leading - h, w, h}, colour);
    }
}

/* Behind the words: what is chosen; a line under what the input method has in hand. */
static void draw_marks(struct ui *u, const struct ui_field *f, const struct ui_para *p, int x,
                       int y)
{
    size_t from, to, composed = composing(u, f), at = caret_at(u, f);
    if (composed > 0) {
        draw_band(u, p, x, y, at, at + composed, ui_w_dp(u, 2), u->tok.primary);
    } else if (ui_edit_chosen(u, strlen(f->text), &from, &to)) {
        draw_band(u, p, x, y, drawn_at(f, from), drawn_at(f, to),
                  ui_w_sp(u, ui_theme_leading_dp(p->style)),
                  ui_theme_mix(u->tok.surface, u->tok.primary, 22));
    }
}

static struct ui_rect draw_caret(struct ui *u, const struct ui_field *f, const struct ui_para *p,
                                 int x, int y, int w)
{
    size_t at = drawn_at(f, caret_at(u, f)) + composing(u, f);
    int leading = ui_w_sp(u, ui_theme_leading_dp(p->style)), line = p->count - 1;
    for (int i = 0; i + 1 < p->count; i++) {
        if (at < p->lines[i + 1].start) {
            line = i;
            break;
        }
    }
    line = line < 0 ? 0 : line;
    size_t start = p->count > 0 ? p->lines[line].start : 0;
    int cx = at <= start ? 0
                         : ui_wrap_width(&u->fonts, ui_w_sp(u, 18), false,
                                         (str){p->text + start, at - start});
    cx = cx > w ? w : cx;
    struct ui_rect r = {x + cx, y + line * leading + ui_w_sp(u, 2), ui_w_dp(u, 2),
                        leading - ui_w_sp(u, 4)};
    ui_w_fill(u, r, u->tok.primary);
    return r;
}

static void label_above(struct ui *u, const char *label)
{
    if (label == NULL || label[0] == '\0') {
        return;
    }
    struct ui_para p = ui_p_of(u, UI_SMALL_BOLD, label);
    ui_p_layout(u, &p, ui_w_inner(u));
    struct ui_rect r = ui_w_take(u, p.h);
    ui_p_paint(u, &p, r.x, r.y, r.w, 0, -1);
    u->y += ui_w_dp(u, 4);
}

static void error_below(struct ui *u, const char *error)
{
    if (error == NULL || error[0] == '\0') {
        return;
    }
    int icon = ui_w_sp(u, 18), gap = ui_w_dp(u, 8), above = 0, lead = icon + gap;
    struct ui_para p = ui_p_of(u, UI_SMALL, error);
    p.colour = u->tok.late;
    if (ui_p_piece(u, &p) > ui_w_inner(u) - lead) {
        above = ui_w_sp(u, 22);
        lead = 0;
    }
    ui_p_layout(u, &p, ui_w_inner(u) - lead);
    u->y += ui_w_dp(u, 6);
    struct ui_rect r = ui_w_take(u, above + p.h);
    struct ui_rect i = {r.x, r.y + (ui_w_sp(u, 22) - icon) / 2, icon, icon};
    ui_w_icon(u, UI_ICON_WARNING, i, u->tok.late);
    int node = ui_w_node(u, UI_ROLE_BANNER, NULL, error, NULL, r, 0);
    ui_p_paint(u, &p, r.x + lead, r.y + above, r.w - lead, 0, node < 0 ? -2 : node);
}

static const char *tree_value(const struct ui_field *f)
{
    return (f->flags & (UI_FIELD_SECRET | UI_FIELD_PRIVATE)) != 0 ? "" : f->text;
}

bool ui_scan_into(struct ui *u, const struct ui_field *f)
{
    if (!u->scan_now) {
        return false;
    }
    u->scan_now = false;
    if (strlen(u->scan) >= f->cap) { /* half a number would be another number */
        ui_toast(u, UI_TONE_LATE, _("This code is too long for this field. Nothing was changed."));
        return false;
    }
    size_t at = 0;
    memset(f->text, 0, f->cap);
    (void)ui_edit_insert(f, u->scan, &at);
    u->again = true;
    return true;
}

/* The gesture, the scan and the keys; p is the text as laid out before them. */
static unsigned work(struct ui *u, const struct ui_field *f, const struct ui_para *p, bool fired,
                     int x, int y)
{
    unsigned out = 0;
    if (u->blurred != 0 && u->blurred == ui_w_hash(f->id)) {
        u->blurred = 0;
        out |= UI_FIELD_LEFT;
    }
    if (!ui_w_focused(u, f->id) || (f->flags & UI_FIELD_OFF) != 0) {
        return out;
    }
    u->focus_is_field = u->field_drawn = true;
    u->focus_flags = f->flags;
    if (fired && u->caret_place) {
        place_caret(u, f, p, x, y);
    }
    if ((f->flags & UI_FIELD_SCAN) != 0 && ui_scan_into(u, f)) {
        u->caret = u->chosen_from = -1;
        out |= UI_FIELD_CHANGED;
    }
    return out | (u->edit_n > 0 ? ui_edit_run(u, f, p) : 0U);
}

/* The room between the box and its words: less of it where a word needs that. */
static int side_pad(struct ui *u, const struct ui_field *f, int w)
{
    struct ui_para p = shown(u, f);
    p = p.n == 0 ? ui_p_of(u, UI_BODY_MUTED, f->hint) : p;
    return ui_w_dp(u, ui_p_piece(u, &p) > w - 2 * ui_w_dp(u, 14) ? UI_PAD_LEAST : 14);
}

/* The box with text and caret; `lead` and `tail` are kept free inside it. */
static unsigned box(struct ui *u, const struct ui_field *f, struct ui_rect r, int lead, int tail)
{
    int pad = side_pad(u, f, r.w - lead - tail), x = r.x + lead + pad,
        w = r.w - lead - tail - 2 * pad;
    bool off = (f->flags & UI_FIELD_OFF) != 0, fired;
    struct ui_rect target = {r.x, r.y, r.w - tail, r.h};
    int node = ui_w_target(u, UI_ROLE_FIELD, f->id, f->label != NULL ? f->label : f->hint, NULL,
                           target, off ? UI_ST_DISABLED : 0, &fired);
    struct ui_para p = shown(u, f);
    ui_p_layout(u, &p, w);
    bool multi = (f->flags & UI_FIELD_MULTI) != 0;
    int one = ui_w_sp(u, 26), above = ui_w_dp(u, 14), top = multi ? above : (r.h - p.h) / 2;
    unsigned out = work(u, f, &p, fired, x, r.y + top);
    if ((out & UI_FIELD_CHANGED) != 0) {
        p = shown(u, f);
        ui_p_layout(u, &p, w);
        top = multi ? above : (r.h - p.h) / 2;
        u->again = true; /* its height is right in the next frame */
    }
    top = top < ui_w_dp(u, 6) ? ui_w_dp(u, 6) : top;
    bool focus = ui_w_focused(u, f->id) && !off, wrong = f->error != NULL && f->error[0] != '\0';
    if (node >= 0) {
        const char *v = tree_value(f);
        u->nodes[node].value = ui_w_copy(u, v, strlen(v));
        u->nodes[node].state |= focus ? (unsigned)UI_ST_FOCUSED : 0U;
    }
    ui_w_round(u, r, ui_w_dp(u, RADIUS), 0, off ? u->tok.chip : u->tok.surface);
    ui_w_round(u, r, ui_w_dp(u, RADIUS),
               ui_w_dp(u, focus   ? 3
                          : wrong ? 2
                                  : 1),
               focus   ? u->tok.primary
               : wrong ? u->tok.late
                       : u->tok.edge);
    if (p.n == 0) {
        struct ui_para h = ui_p_of(u, UI_BODY_MUTED, f->hint);
        ui_p_layout(u, &h, w);
        ui_p_paint(u, &h, x, r.y + (multi ? above : (r.h - h.h) / 2), w, 0,
                   node < 0 || h.n == 0 ? -2 : node);
        top = multi ? above : (r.h - one) / 2;
    } else {
        if (focus) {
            draw_marks(u, f, &p, x, r.y + top);
        }
        ui_p_paint(u, &p, x, r.y + top, w, 0, node < 0 ? -2 : node);
    }
    if (focus) {
        struct ui_rect c = draw_caret(u, f, &p, x, r.y + top, w);
        bool moved = out != 0 || fired || u->body.h != u->body_h_before;
        if (moved) {
            c = (struct ui_rect){c.x, c.y - above, c.w, c.h + 2 * above};
            ui_screen_bring(u, r.h < u->body.h - 3 * above ? r : c);
        }
    }
    return out;
}

static int box_h(struct ui *u, const struct ui_field *f, int inner)
{
    struct ui_para p = shown(u, f);
    if (p.n == 0) {
        p = ui_p_of(u, UI_BODY_MUTED, f->hint);
    }
    ui_p_layout(u, &p, inner - 2 * side_pad(u, f, inner));
    bool multi = (f->flags & UI_FIELD_MULTI) != 0;
    int h = p.h + 2 * ui_w_dp(u, multi ? 14 : 12), least = ui_w_dp(u, multi ? 104 : LEAST_H);
    return h < least ? least : h;
}

unsigned ui_field(struct ui *u, const struct ui_field *f)
{
    ui_w_open(u, 12, 8);
    label_above(u, f->label);
    struct ui_rect r = ui_w_take(u, box_h(u, f, ui_w_inner(u)));
    unsigned out = box(u, f, r, 0, 0);
    error_below(u, f->error);
    return out;
}

unsigned ui_search(struct ui *u, const char *id, const char *hint, char *text, size_t cap)
{
    struct ui_field f = {.id = id, .hint = hint, .text = text, .cap = cap, .flags = UI_FIELD_SCAN};
    int icon = ui_w_sp(u, 22), lead = icon + ui_w_dp(u, 10), clear = ui_w_dp(u, 56);
    int gap = ui_w_dp(u, 8), inner = ui_w_inner(u), tail = text[0] != '\0' ? clear + gap : 0;
    struct ui_para p = ui_p_of(u, UI_BODY, text[0] != '\0' ? text : hint);
    int word = ui_p_piece(u, &p) + 2 * gap;
    bool bare = word > inner - lead - tail, under = bare && word > inner - tail; /* no glass */
    lead = bare ? 0 : lead;
    tail = under ? 0 : tail;
    ui_w_open(u, 10, 10);
    struct ui_rect r = ui_w_take(u, box_h(u, &f, inner - lead - tail));
    unsigned out = box(u, &f, r, lead, tail);
    if (!bare) {
        struct ui_rect glass = {r.x + ui_w_dp(u, 14), r.y + (r.h - icon) / 2, icon, icon};
        ui_w_icon(u, UI_ICON_SEARCH, glass, u->tok.muted);
    }
    if (text[0] != '\0') {
        char cid[80];
        snprintf(cid, sizeof cid, "%s:clear", id);
        struct ui_rect c = {r.x + r.w - clear, r.y + (r.h - clear) / 2, clear, clear};
        if (under) {
            u->y += gap;
            c.y = ui_w_take(u, clear).y;
        }
        if (ui_w_icon_button(u, c, UI_ICON_CLEAR, cid, _("Clear"))) {
            text[0] = '\0';
            ui_focus(u, id);
            out |= UI_FIELD_CHANGED;
        }
    }
    return out;
}
