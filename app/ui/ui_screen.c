/* ui_screen.c - the frame of a screen: header, scrolling body, bottom bar, toast. */
#include "app/ui/i18n.h"
#include "app/ui/ui_state.h"
#include "app/ime/ime.h"

enum {
    MARGIN = UI_MARGIN,
    GAP = 8,
    TARGET = 48,
    PRIMARY_H = 64,
    SIDE_BELOW = 481, /* a window of 480 dp lies too */
    SIDE_MOST = 280,
    SEGMENTS_H = 24,
    TITLE_LINES = 3, /* what is longer opens whole by a tap */
    BRING_MOST = 4   /* times that one widget is brought into view while the page finds its form */
};

/* ==== header ================================================================================= */

struct header {
    struct ui_para title;
    int icons;       /* how many at the right */
    int action_w;    /* width of the action's button, 0 none */
    int left, right; /* what the title may not use */
    int h, row_h;    /* row_h: of what stands beside the title */
    bool under;      /* the title has a line of its own under that */
    bool opens;      /* it has more than TITLE_LINES, or had and was opened */
};

static enum ui_style action_style(const struct ui *u)
{
    return u->f.scale > 1.3F ? UI_SMALL : UI_BODY;
}

static void measure_header(struct ui *u, const struct ui_screen *s, struct header *h)
{
    int target = ui_w_dp(u, TARGET), gap = ui_w_dp(u, GAP), m = ui_w_dp(u, MARGIN);
    h->left = s->back ? ui_w_dp(u, 4) + target + gap : m;
    h->right = ui_w_dp(u, 4);
    for (int i = 0; i < 2; i++) {
        if (s->icons[i].icon != UI_ICON_NONE) {
            h->icons++;
            h->right += target + gap;
        }
    }
    if (s->action != NULL && s->action[0] != '\0') {
        struct ui_para a = ui_p_of(u, action_style(u), s->action);
        int natural = ui_p_natural(u, &a) + 2 * gap + 1, most = u->f.w_px * 2 / 5;
        int word = ui_p_piece(u, &a) + 2 * gap + 1;
        most = word > most ? word : most;
        h->action_w = natural < target ? target : natural > most ? most : natural;
        h->right += h->action_w + gap;
    }
    h->right = h->icons == 0 && h->action_w == 0 ? m : h->right;
    h->title = ui_p_of(u, UI_BUTTON_TEXT, s->title);
    struct ui_kept *k = ui_w_kept(u, u->screen_key);
    h->row_h = ui_w_dp(u, 64);
    if (h->action_w > 0) {
        int a = ui_w_button_h(u, s->action, UI_ICON_NONE, action_style(u), h->action_w) + 2 * gap;
        h->row_h = a > h->row_h ? a : h->row_h;
    }
    h->title.max_lines = k->whole ? 0 : TITLE_LINES;
    int beside = u->f.w_px - h->left - h->right, below = u->f.w_px - 2 * m;
    /* A word that is too long; or a question to a customer, which is not to be cut where it needs
     * not be and the page scrolls. */
    h->under = ui_p_piece(u, &h->title) > beside ||
               (h->action_w > 0 && !s->fixed && !ui_p_fits(u, &h->title, beside, 2) &&
                ui_p_fits(u, &h->title, below, 2));
    if (h->under) {
        h->left = h->right = m;
    }
    ui_p_balance(u, &h->title, h->under ? below : beside);
    h->opens = h->title.cut || (k->whole && h->title.count > TITLE_LINES);
    h->h = h->title.h + 2 * gap;
    if (h->under) { /* as a target it is 48 dp high and 8 dp from the others */
        int least = h->opens ? target : 0;
        h->h = h->row_h + (h->title.h > least ? h->title.h : least) + gap;
    } else if (h->h < h->row_h) {
        h->h = h->row_h;
    } else {
        h->row_h = h->h;
    }
}

/* A title of more than three lines ends in an ellipsis and opens whole. */
static void draw_title(struct ui *u, const struct ui_screen *s, const struct header *h, int y0)
{
    int room = u->f.w_px - h->left - h->right, gap = ui_w_dp(u, GAP), node;
    int top = y0 + (h->under ? h->row_h : gap), high = y0 + h->h - gap - top;
    int y = top + (high - h->title.h) / 2;
    if (h->opens) {
        struct ui_kept *k = ui_w_kept(u, u->screen_key);
        struct ui_rect r = {h->left, top, room, high};
        bool fired;
        node = ui_w_target(u, UI_ROLE_HEADING, "title", s->title, NULL, r, 0, &fired);
        ui_w_ring(u, r, "title", ui_w_dp(u, GAP));
        k->whole = fired ? !k->whole : k->whole;
    } else {
        node = ui_w_node(u, UI_ROLE_HEADING, NULL, s->title, NULL,
                         (struct ui_rect){h->left, y, room, h->title.h}, 0);
    }
    ui_p_paint(u, &h->title, h->left, y, room, 0, node < 0 ? -2 : node);
}

static unsigned draw_header(struct ui *u, const struct ui_screen *s, const struct header *h, int y0)
{
    unsigned hits = 0;
    int target = ui_w_dp(u, TARGET), gap = ui_w_dp(u, GAP), top = y0 + (h->row_h - target) / 2;
    struct ui_rect all = {0, y0, u->f.w_px, h->h};
    u->region = 0;
    ui_w_fill(u, all, u->tok.surface);
    ui_w_fill(u, (struct ui_rect){0, y0 + h->h - ui_w_dp(u, 1), all.w, ui_w_dp(u, 1)}, u->tok.line);
    int parent = u->parent, node = ui_w_node(u, UI_ROLE_HEADER, NULL, NULL, NULL, all, 0);
    u->parent = node < 0 ? parent : node;
    if (s->back) {
        struct ui_rect r = {ui_w_dp(u, 4), top, target, target};
        hits |=
            ui_w_icon_button(u, r, UI_ICON_BACK, "back", _("Back")) ? (unsigned)UI_HIT_BACK : 0U;
    }
    draw_title(u, s, h, y0);
    int x = all.w - ui_w_dp(u, 4) - h->icons * (target + gap) + (h->icons > 0 ? gap : 0), at = x;
    for (int i = 0; i < 2; i++) {
        if (s->icons[i].icon != UI_ICON_NONE) {
            if (ui_w_icon_button(u, (struct ui_rect){at, top, target, target}, s->icons[i].icon,
                                 s->icons[i].id, s->icons[i].label)) {
                hits |= i == 0 ? UI_HIT_ICON0 : UI_HIT_ICON1;
            }
            at += target + gap;
        }
    }
    x -= h->icons > 0 && h->action_w > 0 ? gap : 0;
    if (h->action_w > 0) {
        struct ui_rect r = {x - h->action_w, y0 + gap, h->action_w, h->row_h - 2 * gap};
        hits |= ui_w_button(u, r, "action", s->action, UI_ICON_NONE, action_style(u), UI_LINK)
                    ? (unsigned)UI_HIT_ACTION
                    : 0U;
    }
    u->parent = parent;
    return hits;
}

/* Segments of a walk through pages: how many are done, in shape and in the tree. */
static int draw_segments(struct ui *u, const struct ui_screen *s, int y)
{
    if (s->steps <= 0) {
        return y;
    }
    int m = ui_w_dp(u, MARGIN), gap = ui_w_dp(u, 6), h = ui_w_dp(u, 6), top = y + ui_w_dp(u, 10);
    int w = (u->f.w_px - 2 * m - gap * (s->steps - 1)) / s->steps;
    char value[32];
    snprintf(value, sizeof value, "%d/%d", s->step, s->steps);
    ui_w_node(u, UI_ROLE_PROGRESS, "steps", _("Page"), value,
              (struct ui_rect){m, top, u->f.w_px - 2 * m, h}, 0);
    for (int i = 0; i < s->steps; i++) {
        struct ui_rect r = {m + i * (w + gap), top, w, h};
        ui_w_round(u, r, h / 2, 0, i < s->step ? u->tok.primary : u->tok.surface);
        if (i >= s->step) {
            ui_w_round(u, r, h / 2, ui_w_dp(u, 1), u->tok.edge);
        }
    }
    return top + h + ui_w_dp(u, 8);
}

/* ==== bottom bar ============================================================================= */

struct bar {
    struct ui_rect rect;
    struct ui_para above;
    int primary_w, secondary_w, primary_h, secondary_h;
    bool stacked, any, two;
    enum ui_style style; /* of the primary's words; set before it is measured */
};

static bool given(const char *s)
{
    return s != NULL && s[0] != '\0';
}

/* Beside the page: does a column of w break no word of its buttons? */
static bool side_whole(struct ui *u, const struct ui_screen *s, int w, enum ui_style style)
{
    struct ui_para p = ui_p_of(u, style, s->primary), q = ui_p_of(u, UI_BODY_BOLD, s->secondary);
    int room = w - 2 * ui_w_dp(u, MARGIN) - 2 * ui_w_dp(u, 8);
    return ui_p_fits(u, &p, room, 8) && ui_p_fits(u, &q, room, 8);
}

static void measure_bar(struct ui *u, const struct ui_screen *s, int w, bool side, struct bar *b)
{
    int m = ui_w_dp(u, MARGIN), gap = ui_w_dp(u, 12), inner = w - 2 * m,
        least = ui_w_dp(u, PRIMARY_H);
    bool one = given(s->primary), two = given(s->secondary);
    *b = (struct bar){.style = b->style}; /* it may have been measured for the side */
    b->any = one || two || given(s->above);
    b->two = one && two;
    b->primary_w = b->secondary_w = inner;
    if (b->two) {
        struct ui_para p = ui_p_of(u, b->style, s->primary);
        struct ui_para q = ui_p_of(u, UI_BODY_BOLD, s->secondary);
        int third = (inner - gap) / 3, half = (inner - gap) / 2, pad = ui_w_dp(u, 16);
        if (!side && ui_p_fits(u, &q, third - pad, 1) &&
            ui_p_fits(u, &p, inner - gap - third - pad, 1)) {
            b->secondary_w = third;
        } else if (!side && ui_p_fits(u, &q, half - pad, 2) && ui_p_fits(u, &p, half - pad, 2)) {
            b->secondary_w = half;
        } else {
            b->stacked = true;
        }
        b->primary_w = b->stacked ? inner : inner - gap - b->secondary_w;
    }
    b->primary_h = one ? ui_w_button_h(u, s->primary, UI_ICON_NONE, b->style, b->primary_w) : 0;
    b->secondary_h =
        two ? ui_w_button_h(u, s->secondary, UI_ICON_NONE, UI_BODY_BOLD, b->secondary_w) : 0;
    b->primary_h = one && b->primary_h < least ? least : b->primary_h;
    if (two && !b->stacked) {
        least = b->primary_h > least ? b->primary_h : least;
        b->secondary_h = b->secondary_h < least ? least : b->secondary_h;
        b->primary_h = one ? b->secondary_h : 0;
    }
    int h = b->stacked ? b->primary_h + gap + b->secondary_h
                       : (b->primary_h > b->secondary_h ? b->primary_h : b->secondary_h);
    b->above = ui_p_of(u, UI_SMALL_MUTED, s->above);
    if (given(s->above)) {
        b->above.max_lines = side ? 4 : 2; /* beside the page there is room */
        ui_p_layout(u, &b->above, inner);
        h += b->above.h + (h > 0 ? ui_w_dp(u, 6) : 0);
    }
    b->rect = (struct ui_rect){0, 0, w, b->any ? h + ui_w_dp(u, 12) + m : 0};
}

static unsigned draw_bar(struct ui *u, const struct ui_screen *s, const struct bar *b)
{
    if (!b->any) {
        return 0;
    }
    unsigned hits = 0;
    int m = ui_w_dp(u, MARGIN), gap = ui_w_dp(u, 12), one = ui_w_dp(u, 1);
    u->region = 2;
    ui_w_fill(u, b->rect, u->tok.surface);
    ui_w_fill(u, (struct ui_rect){b->rect.x, b->rect.y, b->rect.w, one}, u->tok.line);
    int parent = u->parent, node = ui_w_node(u, UI_ROLE_BAR, NULL, NULL, NULL, b->rect, 0);
    u->parent = node < 0 ? parent : node;
    int x = b->rect.x + m, bottom = b->rect.y + b->rect.h - m;
    struct ui_rect p = {x, bottom - b->primary_h, b->primary_w, b->primary_h};
    struct ui_rect q = {x, bottom - b->secondary_h, b->secondary_w, b->secondary_h};
    if (b->stacked) { /* the primary stays at the bottom, under the thumb */
        q.y = p.y - gap - b->secondary_h;
    } else if (b->two && u->f.left_hand) {
        q.x = p.x + p.w + gap;
    } else if (b->two) {
        p.x = q.x + q.w + gap;
    }
    if (b->above.n > 0) {
        int top = given(s->secondary) && q.y < p.y ? q.y : given(s->primary) ? p.y : q.y;
        ui_p_paint(u, &b->above, x, top - ui_w_dp(u, 6) - b->above.h, b->rect.w - 2 * m, 0, -1);
    }
    if (given(s->secondary) &&
        ui_w_button(u, q, given(s->secondary_id) ? s->secondary_id : "secondary", s->secondary,
                    UI_ICON_NONE, UI_BODY_BOLD,
                    (unsigned)UI_SECONDARY | (s->secondary_off ? (unsigned)UI_OFF : 0U))) {
        hits |= UI_HIT_SECONDARY;
    }
    unsigned kind = s->danger ? UI_DANGER : UI_PRIMARY;
    if (given(s->primary) &&
        ui_w_button(u, p, given(s->primary_id) ? s->primary_id : "primary", s->primary,
                    UI_ICON_NONE, b->style, kind | (s->primary_off ? (unsigned)UI_OFF : 0U))) {
        hits |= UI_HIT_PRIMARY;
    }
    u->parent = parent;
    return hits;
}

/* ==== body =================================================================================== */

static void change_screen(struct ui *u, uint32_t key)
{
    if (key == u->screen_key) {
        return;
    }
    if (u->screen_key != 0) {
        ui_w_kept(u, u->screen_key)->focus = u->focus;
    }
    bool first = u->screen_key == 0;
    u->screen_key = key;
    u->shown_ms = first ? u->f.now_ms - 1000 : u->f.now_ms;
    u->grab = UI_GRAB_NONE;
    u->grab_key = 0;
    u->glide_ms = 0;
    u->focus = u->key_mode ? ui_w_kept(u, key)->focus : 0;
    u->focus_is_field = u->ime_open = false;
    u->edit_n = u->pen_n = 0;
    u->body_h_before = 0;
    u->again = true;
}

static void open_body(struct ui *u, const char *id)
{
    u->region = 1;
    u->clip = u->body;
    int node = ui_w_node(u, UI_ROLE_BODY, NULL, NULL, NULL, u->body, 0);
    u->parent = node < 0 ? u->parent : node;
    u->screen = ui_w_kept(u, ui_w_hash(id));
    u->area = u->body;
    u->area_kept = u->screen;
    int scroll = (int)(u->screen->scroll_px + 0.5F);
    u->x = u->body.x;
    u->w = u->body.w;
    u->inset = ui_w_dp(u, MARGIN);
    u->y = u->header_rides ? u->body_start : u->body.y - scroll;
    u->after_px = 0;
    u->row_above = true;
}

/* Headings and buttons of the frame grow with the text until they are as large as the body's words
 * are: larger would leave the body no room. */
static float frame_scale(float scale)
{
    return 1 + (scale - 1) * 0.64F;
}

/* What decides how wide words are and their room is. */
static uint32_t look_hash(const struct ui *u)
{
    char look[96];
    snprintf(look, sizeof look, "%d %d %d %d %s", u->f.w_px, u->f.h_px, (int)(u->f.density * 100),
             (int)(u->f.scale * 100), u->f.lang);
    return ui_w_hash(look);
}

/* Where header and bar stand: fixed, or, when they would leave less than half of a small window to
 * the body, riding on the body's ends and scrolling with it. Buttons stand beside the body only
 * where it breaks no word: once it did, they are below it in this look. */
static unsigned frame(struct ui *u, const struct ui_screen *s)
{
    struct header h = {0};
    struct bar b = {.style = UI_BUTTON_TEXT};
    struct ui_rect all = {0, 0, u->f.w_px, u->f.h_px};
    struct ui_kept *k = ui_w_kept(u, u->screen_key);
    int scroll = (int)(k->scroll_px + 0.5F), half = all.h * 55 / 100;
    bool low = all.h < ui_w_dp(u, SIDE_BELOW) || s->fixed;
    bool side = all.w > all.h && low && (given(s->primary) || given(s->secondary)) &&
                k->wide != look_hash(u);
    int side_w = all.w * 2 / 5 < ui_w_dp(u, SIDE_MOST) ? all.w * 2 / 5 : ui_w_dp(u, SIDE_MOST);
    float scale = u->f.scale;
    u->f.scale = frame_scale(scale);
    measure_header(u, s, &h);
    if (side && !side_whole(u, s, side_w, UI_BUTTON_TEXT)) { /* smaller, else below the page */
        b.style = UI_BODY_BOLD;
        side = side_whole(u, s, side_w, b.style);
        b.style = side ? b.style : UI_BUTTON_TEXT;
    }
    measure_bar(u, s, side ? side_w : all.w, side, &b);
    int beside = all.h - h.h - (s->steps > 0 ? ui_w_dp(u, SEGMENTS_H) : 0);
    struct ui_screen bare = *s;
    bare.above = NULL;
    if (side && b.rect.h > beside) { /* the buttons matter more than the line above them */
        measure_bar(u, &bare, side_w, true, &b);
    }
    if (side && b.rect.h > beside) {
        side = false;
        measure_bar(u, s, all.w, false, &b);
    }
    bool bar_rides = !side && b.rect.h > half;
    u->header_rides = h.h + (side || bar_rides ? 0 : b.rect.h) > half;
    unsigned hits = draw_header(u, s, &h, u->header_rides ? -scroll : 0);
    u->region = 0;
    int below = draw_segments(u, s, u->header_rides ? h.h - scroll : h.h);
    u->body = all;
    u->body.y = u->header_rides ? 0 : below;
    u->body_start = below;
    if (side) {
        b.rect =
            (struct ui_rect){u->f.left_hand ? 0 : all.w - b.rect.w, below, b.rect.w, all.h - below};
        u->body.x = u->f.left_hand ? b.rect.w : 0;
        u->body.w = all.w - b.rect.w;
    } else {
        b.rect.y = bar_rides ? u->body.y + (int)k->content_px - scroll : all.h - b.rect.h;
    }
    u->side = side;
    u->body.h = all.h - u->body.y - (side || bar_rides ? 0 : b.rect.h);
    u->bar_below = bar_rides ? b.rect.h : 0;
    hits |= draw_bar(u, s, &b);
    u->f.scale = scale;
    return hits;
}

unsigned ui_screen_begin(struct ui *u, const struct ui_screen *s)
{
    change_screen(u, ui_w_hash(s->id));
    u->keyboard = u->ime_open && u->focus_is_field && !u->modal_before;
    if (u->keyboard && (u->ime_for != u->focus || u->ime_for_flags != u->focus_flags)) {
        u->ime_for = u->focus;
        u->ime_for_flags = u->focus_flags;
        ime_field(u, u->focus_flags);
    }
    u->fixed = s->fixed;
    u->side = u->narrow_broke = false;
    u->ime = u->keyboard ? ime_area(u) : (struct ui_rect){0, 0, 0, 0};
    struct ui_rect all = {0, 0, u->f.w_px, u->f.h_px};
    int root = ui_w_node(u, UI_ROLE_SCREEN, s->id, s->title, NULL, all, 0);
    u->parent = root < 0 ? -1 : root;
    unsigned hits = 0;
    if (u->keyboard) {
        u->body = all;
        u->body_start = 0;
        u->bar_below = 0;
        u->header_rides = false;
        if (u->ime.w < all.w) {
            u->body.w -= u->ime.w;
            u->body.x = u->f.left_hand ? u->ime.w : 0;
        } else {
            u->body.h -= u->ime.h;
        }
    } else {
        hits = frame(u, s);
    }
    open_body(u, s->id);
    return hits;
}

void ui_screen_moved(struct ui *u)
{
    if (u->brought != 0 && u->brought_again < BRING_MOST) {
        u->brought_again++;
        u->want_view = u->brought;
        u->want_tries = 0;
        u->again = true;
    }
}

void ui_screen_bring(struct ui *u, struct ui_rect r)
{
    bool rides = (u->region == 0 && u->header_rides) || (u->region == 2 && u->bar_below > 0);
    bool sheet = u->region == 3; /* a tall one scrolls by itself */
    if (u->region != 1 && !rides && !sheet) {
        return;
    }
    struct ui_rect in = sheet ? u->area : u->body;
    struct ui_kept *kept = sheet ? u->area_kept : ui_w_kept(u, u->screen_key);
    int m = ui_w_dp(u, 12), top = in.y + m, bottom = in.y + in.h - m;
    int by = 0;
    if (r.y + r.h > bottom) {
        by = r.y + r.h - bottom;
    }
    if (r.y - by < top) {
        by = r.y - top;
    }
    if (by != 0) {
        kept->scroll_px += (float)by;
        u->again = true;
        ui_screen_moved(u); /* is it there now? */
    }
}

static void draw_thumb(struct ui *u, float max)
{
    if (max <= 0 || (u->glide_ms == 0 && u->grab != UI_GRAB_SCROLL)) {
        return;
    }
    float part = (float)u->body.h / ((float)u->body.h + max);
    int h = (int)((float)u->body.h * part), least = ui_w_dp(u, 32);
    h = h < least ? least : h;
    int y = u->body.y + (int)((float)(u->body.h - h) * (u->screen->scroll_px / max));
    int w = ui_w_dp(u, 4),
        x = u->body.x + (u->f.left_hand ? ui_w_dp(u, 2) : u->body.w - w - ui_w_dp(u, 2));
    ui_w_round(u, (struct ui_rect){x, y, w, h}, w / 2, 0, u->tok.edge);
}

void ui_screen_end(struct ui *u)
{
    int scroll = (int)(u->screen->scroll_px + 0.5F);
    if (u->narrow_broke) {
        u->screen->wide = look_hash(u);
        u->again = true;
    }
    u->y += u->after_px;
    u->content_h = u->y - u->body.y + scroll + (u->fixed ? 0 : ui_w_dp(u, 8));
    if (u->screen->content_px != (float)u->content_h) {
        u->screen->content_px = (float)u->content_h;
        u->again = u->again || u->bar_below > 0; /* the bar stands under what has just grown */
    }
    float max = (float)(u->content_h + u->bar_below - u->body.h);
    max = max < 0 ? 0 : max;
    if (u->screen->scroll_px > max) {
        u->screen->scroll_px = max;
        u->again = true;
        ui_screen_moved(u);
    }
    if (u->screen->scroll_px < 0) {
        u->screen->scroll_px = 0;
        u->again = true;
    }
    if (u->area_kept == u->screen) {
        u->area_max = max;
    }
    draw_thumb(u, max);
    if (u->body_h_before != u->body.h && u->body_h_before != 0) {
        ui_screen_moved(u);
    }
    u->body_h_before = u->body.h;
    u->parent = 0;
    ui_screen_toast(u);
    if (u->keyboard) {
        ime_draw(u);
    }
    u->region = 0;
    u->layer = 0;
    u->clip = (struct ui_rect){0, 0, u->f.w_px, u->f.h_px};
}
