/* ui_check.c - what a test finds wrong with a frame: targets, words, and from the draw list the
 * contrast of words, signs and edges, and whether the focus is to be seen. */
#include <math.h>

#include "app/ui/ui_state.h"

struct finding {
    const struct ui *u;
    FILE *f;
    int n;
};

static void say(struct finding *o, const char *what, const struct ui_node *a,
                const struct ui_node *b)
{
    o->n++;
    if (o->f == NULL) {
        return;
    }
    fprintf(o->f, "%s:\n", what);
    if (a != NULL) {
        ui_tree_node(o->f, a);
        if ((a->state & UI_ST_TEXTUAL) != 0) {
            fprintf(o->f, "    text %d,%d,%d,%d in box %d,%d,%d,%d\n", a->text.x, a->text.y,
                    a->text.w, a->text.h, a->box.x, a->box.y, a->box.w, a->box.h);
        }
    }
    if (b != NULL) {
        ui_tree_node(o->f, b);
    }
}

static bool rowlike(const struct ui_node *n)
{
    return n->role == UI_ROLE_ROW || n->role == UI_ROLE_STEP;
}

static bool within(const struct ui *u, const struct ui_node *in, const struct ui_node *out)
{
    for (int p = in->parent; p >= 0; p = u->nodes[p].parent) {
        if (&u->nodes[p] == out) {
            return true;
        }
    }
    return false;
}

static void check_pair(struct finding *o, const struct ui_node *a, const struct ui_node *b)
{
    const struct ui *u = o->u;
    if (a->role == UI_ROLE_KEY || b->role == UI_ROLE_KEY || a->layer != b->layer ||
        within(u, a, b) || within(u, b, a)) {
        return;
    }
    bool same = a->region == b->region;
    struct ui_rect ra = same ? a->rect : a->seen, rb = same ? b->rect : b->seen;
    if (ui_rect_cross(ra, rb).w > 0) {
        say(o, "two targets overlap", a, b);
        return;
    }
    int gap = (int)(8 * u->f.density);
    struct ui_rect wide = {ra.x - gap, ra.y - gap, ra.w + 2 * gap, ra.h + 2 * gap};
    if (same && !(rowlike(a) && rowlike(b)) && ui_rect_cross(wide, rb).w > 0) {
        say(o, "two targets are nearer than 8 dp", a, b);
    }
}

static void check_size(struct finding *o, const struct ui_node *n)
{
    float d = o->u->f.density;
    bool letter = n->role == UI_ROLE_KEY;
    int w = (int)((letter ? 28 : 48) * d), h = (int)(48 * d);
    if (n->rect.w < w || n->rect.h < h) {
        say(o, "a target is too small", n, NULL);
    }
    if (n->rect.x < 0 || n->rect.x + n->rect.w > o->u->f.w_px) {
        say(o, "a target reaches over the edge", n, NULL);
    }
}

static void check_text(struct finding *o, const struct ui_node *n)
{
    struct ui_rect t = n->text, b = n->box;
    if (t.w > b.w || t.h > b.h || t.x < b.x || t.x + t.w > b.x + b.w) {
        say(o, "a text is larger than its box", n, NULL);
    }
    if (b.x < 0 || b.x + b.w > o->u->f.w_px) {
        say(o, "a text reaches over the edge", n, NULL);
    }
    bool may = false; /* the three places that README.md names, with the reason of each */
    for (const struct ui_node *p = n; p != NULL;
         p = p->parent < 0 ? NULL : &o->u->nodes[p->parent]) {
        bool opens = rowlike(p) || (p->role == UI_ROLE_HEADING && p->region == 0);
        may = may || (opens && (p->state & UI_ST_TARGET) != 0) || p->role == UI_ROLE_BAR;
    }
    if ((n->state & UI_ST_CUT) != 0 && !may) {
        say(o, "a text is cut where no tap opens it", n, NULL);
    }
}

/* Words of one parent must not lie on each other; a parent's own words count among them. */
static void check_words(struct finding *o, size_t i)
{
    const struct ui_node *a = &o->u->nodes[i];
    for (size_t k = i + 1; k < o->u->node_n; k++) {
        const struct ui_node *b = &o->u->nodes[k];
        bool kin = b->parent == a->parent || b->parent == (int)i;
        if ((b->state & UI_ST_TEXTUAL) != 0 && kin && b->layer == a->layer &&
            b->region == a->region && b->text.w > 0 && a->text.w > 0 &&
            ui_rect_cross(a->text, b->text).w > 0) {
            say(o, "words lie on each other", a, b);
        }
    }
}

/* ==== contrast ================================================================================ */

static float channel(ui_colour c, int shift)
{
    float v = (float)(c >> shift & 255U) / 255.0F;
    return v <= 0.04045F ? v / 12.92F : powf((v + 0.055F) / 1.055F, 2.4F);
}

static float light(ui_colour c)
{
    return 0.2126F * channel(c, 16) + 0.7152F * channel(c, 8) + 0.0722F * channel(c, 0);
}

float ui_contrast(ui_colour a, ui_colour b)
{
    float la = light(a) + 0.05F, lb = light(b) + 0.05F;
    return la > lb ? la / lb : lb / la;
}

static bool holds(struct ui_rect r, int x, int y)
{
    return x >= r.x && y >= r.y && x < r.x + r.w && y < r.y + r.h;
}

/* What lies at a point under the `upto`-th command of a layer: the last opaque fill there. */
static ui_colour ground(const struct ui *u, int x, int y, size_t upto, uint8_t layer)
{
    ui_colour found = u->tok.background;
    for (uint8_t l = 0; l <= layer; l++) {
        for (size_t i = 0; i < u->cmd_n; i++) {
            const struct ui_cmd *c = &u->cmds[i];
            bool fill = c->type == UI_CMD_RECT || (c->type == UI_CMD_ROUND && c->stroke_px == 0);
            bool before = l < layer || i < upto;
            if (fill && before && c->layer == l && c->colour >> 24 == 255 && holds(c->rect, x, y) &&
                holds(c->clip, x, y)) {
                found = c->colour;
            }
        }
    }
    return found;
}

static void check_contrast(struct finding *o)
{
    const struct ui *u = o->u;
    float words = u->f.theme == UI_SUNLIGHT ? 7 : 4.5F;
    for (size_t i = 0; i < u->cmd_n; i++) {
        const struct ui_cmd *c = &u->cmds[i];
        bool text = c->type == UI_CMD_TEXT && c->text_n > 0;
        if ((!text && c->type != UI_CMD_ICON) || (u->modal && c->layer == 0)) {
            continue; /* under the shade nothing is to be read */
        }
        int x = c->rect.x + c->rect.w / 2, y = c->rect.y + c->rect.h / 2;
        y = text ? c->rect.y - c->font_px * 37 / 100 : y;
        float have = ui_contrast(c->colour, ground(u, x, y, i, c->layer));
        if (holds(c->clip, x, y) && have < (text ? words : 3)) {
            say(o, text ? "words with too little contrast" : "a sign with too little contrast",
                NULL, NULL);
            if (o->f != NULL) {
                fprintf(o->f, "    %.2f:1 at %d,%d \"%.*s\"\n", (double)have, x, y,
                        text ? (int)c->text_n : 0, text ? c->text : "");
            }
        }
    }
}

/* ==== edges =================================================================================== */

/* Is this the shape of the target `n`: the same place, or a little larger all around? */
static bool shape_of(const struct ui *u, const struct ui_cmd *c, const struct ui_node *n)
{
    int most = ui_w_dp(u, 72), left = n->rect.x - c->rect.x, top = n->rect.y - c->rect.y;
    int right = c->rect.x + c->rect.w - n->rect.x - n->rect.w;
    int bottom = c->rect.y + c->rect.h - n->rect.y - n->rect.h, near = ui_w_dp(u, 6);
    return c->type == UI_CMD_ROUND && c->layer == n->layer && left >= 0 && left <= near &&
           top >= 0 && top <= near && bottom >= 0 && bottom <= near && right >= 0 && right <= most;
}

static bool needs_edge(const struct ui_node *n)
{
    return n->role == UI_ROLE_CHIP || n->role == UI_ROLE_RADIO || n->role == UI_ROLE_CHECKBOX ||
           n->role == UI_ROLE_FIELD || n->role == UI_ROLE_PAD || n->role == UI_ROLE_CARD;
}

/* A control stands out from what is around it by an edge or by its own colour. */
static void check_edge(struct finding *o, const struct ui_node *n)
{
    const struct ui *u = o->u;
    float best = 0;
    bool any = false;
    if (n->role == UI_ROLE_KEY || n->seen.w < n->rect.w || n->seen.h < n->rect.h ||
        (u->modal && n->layer == 0)) {
        return;
    }
    for (size_t i = 0; i < u->cmd_n; i++) {
        const struct ui_cmd *c = &u->cmds[i];
        if (shape_of(u, c, n)) {
            int x = c->rect.x - 2, y = c->rect.y + c->rect.h / 2;
            float have = ui_contrast(c->colour, ground(u, x, y, i, c->layer));
            best = have > best ? have : best;
            any = true;
        }
    }
    if ((any || needs_edge(n)) && best < 3 && (n->state & UI_ST_DISABLED) == 0) {
        say(o, "the edge of a control is too faint", n, NULL);
    }
}

bool ui_focus_shows(const struct ui *u, const struct ui_node *n)
{
    int near = ui_w_dp(u, 9), heavy = ui_w_dp(u, 3);
    for (size_t i = 0; i < u->cmd_n; i++) {
        const struct ui_cmd *c = &u->cmds[i];
        int dx = c->rect.x - n->rect.x, dy = c->rect.y - n->rect.y;
        bool ring = c->type == UI_CMD_ROUND && c->stroke_px >= heavy && !c->dashed &&
                    (c->colour == u->tok.ink || c->colour == u->tok.primary);
        if (ring && dx >= -near && dx <= near && dy >= -near && dy <= near &&
            c->rect.h >= n->rect.h - 2 * near && c->rect.h <= n->rect.h + 2 * near) {
            return true;
        }
    }
    return false;
}

int ui_check(const struct ui *u, FILE *report)
{
    struct finding o = {u, report, 0};
    for (size_t i = 0; i < u->node_n; i++) {
        const struct ui_node *a = &u->nodes[i];
        if ((a->state & UI_ST_TEXTUAL) != 0) {
            check_text(&o, a);
            check_words(&o, i);
        }
        if ((a->state & UI_ST_BROKEN) != 0) {
            say(&o, "a Latin word is broken between its letters", a, NULL);
        }
        if ((a->state & UI_ST_TARGET) == 0) {
            continue;
        }
        check_size(&o, a);
        check_edge(&o, a);
        for (size_t k = i + 1; k < u->node_n; k++) {
            if ((u->nodes[k].state & UI_ST_TARGET) != 0) {
                check_pair(&o, a, &u->nodes[k]);
            }
        }
    }
    check_contrast(&o);
    if (u->full) {
        say(&o, "a cap of the kit was reached, something is left out", NULL, NULL);
    }
    if (u->same_id) {
        say(&o, "a target has no id, or two have the same", NULL, NULL);
    }
    return o.n;
}
