/* ui_row.c - rows: of a list, and the steps of a job. Full width, at least 72 dp, a line between.
 */
#include "app/ui/i18n.h"
#include "app/ui/ui_state.h"

enum { LEAST_H = 72, MOST_LINES = 3 };

static bool given(const char *s)
{
    return s != NULL && s[0] != '\0';
}

/* The right-hand part of a row: the largest words, a small line, a sign with its words. */
struct right {
    struct ui_para big, small, place;
    int w, h, icon, gap;
    bool any;
};

static void measure_right(struct ui *u, const struct ui_row *r, int most, struct right *o)
{
    o->icon = r->place == UI_PLACE_NONE ? 0 : ui_w_sp(u, 14);
    o->gap = o->icon == 0 ? 0 : ui_w_dp(u, 6);
    o->big = ui_p_of(u, UI_HEADING, r->big);
    o->big.colour = ui_w_tone(u, r->big_tone, u->tok.ink);
    o->small = ui_p_of(u, UI_SMALL_MUTED, r->right2);
    o->place = ui_p_of(u, UI_SMALL_MUTED, r->place_text);
    struct ui_para *p[3] = {&o->big, &o->small, &o->place};
    o->w = o->h = 0;
    for (int i = 0; i < 3; i++) {
        int lead = i == 2 ? o->icon + o->gap : 0, w = p[i]->n == 0 ? 0 : ui_p_natural(u, p[i]);
        w = w + lead > most && most > 0 ? most - lead : w;
        o->w = w + lead > o->w ? w + lead : o->w;
    }
    for (int i = 0; i < 3; i++) {
        if (p[i]->n > 0) {
            ui_p_layout(u, p[i], o->w - (i == 2 ? o->icon + o->gap : 0));
            o->h += p[i]->h;
        }
    }
    o->any = o->w > 0;
}

static void paint_right(struct ui *u, const struct ui_row *r, const struct right *o, int x, int y,
                        int align)
{
    struct ui_para p[3] = {o->big, o->small, o->place};
    static const enum ui_icon ICON[] = {UI_ICON_NONE, UI_ICON_HERE, UI_ICON_BRANCH, UI_ICON_HQ};
    for (int i = 0; i < 3; i++) {
        if (p[i].n == 0) {
            continue;
        }
        p[i].align = align;
        int lead = i == 2 ? o->icon + o->gap : 0, w = o->w - lead;
        if (lead > 0) {
            int ix = align == 2 ? x + o->w - p[i].w - lead : x;
            int iy = y + (ui_w_sp(u, 22) - o->icon) / 2;
            ui_w_icon(u, ICON[r->place], (struct ui_rect){ix, iy, o->icon, o->icon}, u->tok.muted);
        }
        ui_p_paint(u, &p[i], x + lead, y, w, 0, -1);
        y += p[i].h;
    }
}

struct left {
    struct ui_para title, line2, line3;
    int most;              /* lines of one text, 0: all; the page that a tap opens has the whole */
    int lead, above, w, h; /* above: the sign's, when it stands over the title */
    bool check;            /* the check mark stands there too, not at the right */
};

static int widest(const struct ui *u, enum ui_style first, const char *const text[3])
{
    int most = 0;
    for (int i = 0; i < 3; i++) {
        struct ui_para p = ui_p_of(u, i == 0 ? first : UI_SMALL_MUTED, text[i]);
        int w = ui_p_piece(u, &p);
        most = w > most ? w : most;
    }
    return most;
}

static void measure_left(struct ui *u, const struct ui_row *r, int w, struct left *o)
{
    o->lead = given(r->box) || r->icon != UI_ICON_NONE ? ui_w_sp(u, 26) + ui_w_dp(u, 8) : 0;
    o->above = 0;
    o->w = w;
    o->title = ui_p_of(u, UI_BODY_BOLD, r->title);
    if (o->check || ui_p_piece(u, &o->title) > w - o->lead) {
        o->above = o->lead == 0 && !o->check ? 0 : ui_w_sp(u, 26) + ui_w_dp(u, 4);
        o->lead = 0;
    }
    o->title.colour = r->off ? u->tok.muted : u->tok.ink;
    o->title.max_lines = o->most;
    o->line2 = ui_p_of(u, UI_SMALL_MUTED, r->line2);
    o->line3 = ui_p_of(u, UI_SMALL_MUTED, r->line3);
    int small = o->most > 0 && u->f.scale >= 1.5F ? o->most - 1 : o->most;
    o->line2.max_lines = o->line3.max_lines = small; /* or a row is higher than a lying window */
    ui_p_layout(u, &o->title, w - o->lead);
    o->h = o->above + o->title.h;
    if (o->line2.n > 0) {
        ui_p_layout(u, &o->line2, w);
        o->h += o->line2.h;
    }
    if (o->line3.n > 0) {
        ui_p_layout(u, &o->line3, w);
        o->h += o->line3.h;
    }
}

static void paint_left(struct ui *u, const struct ui_row *r, const struct left *o, int x, int y,
                       int node)
{
    int side = ui_w_sp(u, 26);
    if (given(r->box)) {
        struct ui_rect b = {x, y, side, side};
        ui_w_round(u, b, ui_w_sp(u, 6), ui_w_sp(u, 2), r->off ? u->tok.muted : u->tok.ink);
        struct ui_para l = ui_p_of(u, UI_SMALL_BOLD, r->box);
        l.colour = r->off ? u->tok.muted : u->tok.ink;
        l.align = 1;
        ui_p_layout(u, &l, side);
        ui_p_paint(u, &l, b.x, b.y + (side - l.h) / 2, side, 0, -1);
    } else if (r->icon != UI_ICON_NONE) {
        ui_w_icon(u, r->icon, (struct ui_rect){x, y, side, side}, u->tok.primary);
    }
    if (o->check) {
        int beside = given(r->box) || r->icon != UI_ICON_NONE ? side + ui_w_dp(u, 12) : 0;
        ui_w_icon(u, UI_ICON_CHECK, (struct ui_rect){x + beside, y, side, side}, u->tok.primary);
    }
    y += o->above;
    ui_p_paint(u, &o->title, x + o->lead, y, o->w - o->lead, 0, node < 0 ? -2 : node);
    y += o->title.h;
    if (o->line2.n > 0) {
        ui_p_paint(u, &o->line2, x, y, o->w, 0, -1);
        y += o->line2.h;
    }
    if (o->line3.n > 0) {
        ui_p_paint(u, &o->line3, x, y, o->w, 0, -1);
    }
}

static void surface(struct ui *u, struct ui_rect r, bool pressed)
{
    int one = ui_w_dp(u, 1);
    ui_w_fill(u, r, pressed ? ui_theme_mix(u->tok.surface, u->tok.ink, 12) : u->tok.surface);
    ui_w_fill(u, (struct ui_rect){r.x, r.y + r.h - one, r.w, one}, u->tok.line);
}

static void ring_inside(struct ui *u, struct ui_rect r, const char *id)
{
    int g = ui_w_dp(u, 5);
    ui_w_ring(u, (struct ui_rect){r.x + g, r.y + g, r.w - 2 * g, r.h - 2 * g}, id, ui_w_dp(u, 6));
}

bool ui_row(struct ui *u, const struct ui_row *r)
{
    bool fired = false, tappable = !r->still && given(r->id);
    int inner = ui_w_inner(u), gap = ui_w_dp(u, 12), pad = ui_w_dp(u, 12), tail = ui_w_sp(u, 22);
    int tail_w = r->chevron || r->checked ? tail + gap : 0;
    int word = widest(u, UI_BODY_BOLD, (const char *const[]){r->title, r->line2, r->line3});
    int far = widest(u, UI_HEADING, (const char *const[]){r->big, r->right2, r->place_text});
    struct right right;
    bool opens = tappable && r->chevron && u->region == 1; /* in a sheet it chooses */
    struct left left = {.check = false, .most = opens ? MOST_LINES : 0};
    if (word > inner - tail_w || far > inner - tail_w) {
        tail_w = 0; /* a whole word is worth more than the arrow */
        left.check = r->checked;
    }
    int room = inner - tail_w;
    size_t lines = u->line_n;
    measure_right(u, r, 0, &right);
    bool under = right.any && (right.w > room * (u->f.scale < 1.5F ? 42 : 25) / 100 ||
                               word > room - right.w - gap);
    if (under) {
        u->line_n = lines;
        measure_right(u, r, room, &right);
    }
    size_t before = u->line_n;
    measure_left(u, r, under || !right.any ? room : room - right.w - gap, &left);
    if (!under && right.any && u->f.scale < 1.5F &&
        (left.title.cut || left.line2.cut || left.line3.cut)) {
        under = true; /* the words have the whole width before any is left out */
        u->line_n = before;
        measure_left(u, r, room, &left);
    }
    int h = under ? left.h + right.h : left.h > right.h ? left.h : right.h;
    int least = ui_w_dp(u, LEAST_H);
    h += 2 * pad;
    ui_w_open_row(u);
    struct ui_rect at = ui_w_take_full(u, h < least ? least : h);
    unsigned state =
        (r->checked ? (unsigned)UI_ST_CHECKED : 0U) | (r->off ? (unsigned)UI_ST_DISABLED : 0U);
    int node = tappable ? ui_w_target(u, UI_ROLE_ROW, r->id, r->title, NULL, at, state, &fired)
                        : ui_w_node(u, UI_ROLE_ROW, r->id, r->title, NULL, at, state);
    int parent = u->parent;
    u->parent = node < 0 ? parent : node;
    surface(u, at, tappable && ui_w_pressed(u, r->id));
    if (r->marked) {
        int x = u->f.left_hand ? at.x + at.w - ui_w_dp(u, 6) : at.x;
        ui_w_fill(u, (struct ui_rect){x, at.y, ui_w_dp(u, 6), at.h}, u->tok.primary);
    }
    int x = at.x + u->inset, body = under ? left.h + right.h : left.h;
    int y = at.y + (body + 2 * pad < at.h ? (at.h - body) / 2 : pad);
    paint_left(u, r, &left, x, y, node);
    if (under) {
        paint_right(u, r, &right, x, y + left.h, 0);
    } else if (right.any) {
        int ry =
            at.y + (right.h + 2 * pad < at.h && right.h < left.h / 2 ? (at.h - right.h) / 2 : pad);
        ry = body + 2 * pad < at.h ? at.y + (at.h - right.h) / 2 : ry;
        paint_right(u, r, &right, x + room - right.w, ry, 2);
    }
    if (tail_w > 0) {
        struct ui_rect t = {x + inner - tail, at.y + (at.h - tail) / 2, tail, tail};
        ui_w_icon(u, r->checked ? UI_ICON_CHECK : UI_ICON_CHEVRON, t, u->tok.primary);
    }
    ring_inside(u, at, r->id);
    u->parent = parent;
    return fired;
}

/* Marks beside words grow with the text as long as the words have the room: they are signs. */
static float sign_scale(const struct ui *u)
{
    return u->f.scale < 1.4F ? u->f.scale : 1.4F;
}

static int sign(const struct ui *u, int dp)
{
    return (int)((float)dp * u->f.density * sign_scale(u) + 0.5F);
}

static void step_mark(struct ui *u, const struct ui_step *s, struct ui_rect c)
{
    bool done = s->state == UI_STEP_DONE, now = s->state == UI_STEP_NOW;
    ui_colour tone = done  ? (s->bad ? u->tok.late : u->tok.done)
                     : now ? u->tok.primary
                           : u->tok.edge;
    ui_w_round(u, c, c.w / 2, done ? 0 : ui_w_dp(u, now ? 3 : 2), tone);
    if (done) {
        int in = c.w / 4;
        struct ui_rect i = {c.x + in, c.y + in, c.w - 2 * in, c.h - 2 * in};
        ui_w_icon(u, s->bad ? UI_ICON_CLEAR : UI_ICON_CHECK, i, u->tok.surface);
        return;
    }
    char number[16];
    snprintf(number, sizeof number, "%d", s->number);
    float scale = u->f.scale;
    u->f.scale = sign_scale(u);
    struct ui_para p = ui_p_of(u, UI_SMALL_BOLD, number);
    p.colour = now ? u->tok.primary : u->tok.muted;
    p.align = 1;
    ui_p_layout(u, &p, c.w);
    ui_p_paint(u, &p, c.x, c.y + (c.h - p.h) / 2, c.w, 0, -2);
    u->f.scale = scale;
}

bool ui_step(struct ui *u, const struct ui_step *s)
{
    bool fired = false, now = s->state == UI_STEP_NOW;
    int pad = ui_w_dp(u, 12), gap = ui_w_dp(u, 14), mark = sign(u, 34), go = sign(u, 22);
    bool chevron = now || s->tappable;
    int w = ui_w_inner(u) - mark - gap - (chevron ? go + gap : 0);
    struct ui_para t = ui_p_of(u, s->state == UI_STEP_LATER ? UI_BODY : UI_BODY_BOLD, s->title);
    if (chevron && !ui_p_fits(u, &t, w, 8)) { /* a whole word is worth more than the arrow */
        chevron = false;
        w += go + gap;
    }
    t.colour = now ? u->tok.primary : u->tok.ink;
    struct ui_para q = ui_p_of(u, UI_SMALL_MUTED, s->state == UI_STEP_LATER ? NULL : s->sub);
    ui_p_layout(u, &t, w);
    ui_p_layout(u, &q, w);
    int words = t.h + (q.n > 0 ? q.h : 0), h = (words > mark ? words : mark) + 2 * pad;
    int least = ui_w_dp(u, 64);
    ui_w_open_row(u);
    struct ui_rect r = ui_w_take_full(u, h < least ? least : h);
    const char *const value[] = {_("done"), _("now"), _("later")};
    unsigned st = s->state == UI_STEP_DONE ? UI_ST_CHECKED : 0;
    int node = s->tappable
                   ? ui_w_target(u, UI_ROLE_STEP, s->id, s->title, value[s->state], r, st, &fired)
                   : ui_w_node(u, UI_ROLE_STEP, s->id, s->title, value[s->state], r, st);
    int parent = u->parent;
    u->parent = node < 0 ? parent : node;
    surface(u, r, s->tappable && ui_w_pressed(u, s->id));
    int x = r.x + u->inset, y = r.y + (r.h - words) / 2;
    step_mark(u, s, (struct ui_rect){x, r.y + (r.h - mark) / 2, mark, mark});
    ui_p_paint(u, &t, x + mark + gap, y, w, 0, node < 0 ? -2 : node);
    ui_p_paint(u, &q, x + mark + gap, y + t.h, w, 0, q.n > 0 ? -1 : -2);
    if (chevron) {
        struct ui_rect c = {r.x + r.w - u->inset - go, r.y + (r.h - go) / 2, go, go};
        ui_w_icon(u, UI_ICON_CHEVRON, c, u->tok.primary);
    }
    ring_inside(u, r, s->id);
    u->parent = parent;
    return fired;
}
