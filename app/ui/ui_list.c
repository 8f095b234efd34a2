/* ui_list.c - a virtual list of any length: rows are measured where they are seen.
 *
 * The list knows one row for certain, the anchor, and where its top lies; what is beyond is
 * reckoned at the average height. Scrolling up measures the rows that come into view before they
 * are drawn, so that nothing that is seen moves; at the first row the reckoning is put right by
 * moving the scroll with it. */
#include "app/ui/ui_state.h"
#include <limits.h>

enum phase { UP, DOWN };
enum { ROW_LEAST_DP = 48, MEAN_OF = 50 };
enum { FAR = 6 }; /* views, and rows: further than this the anchor jumps instead of walking */

/* Move the list's origin without moving what is seen: the scroll goes with it. */
static void shift(struct ui *u, struct ui_list *l, float dy)
{
    u->screen->scroll_px += dy;
    l->top_px -= (int)dy;
    u->again = true;
    ui_screen_moved(u); /* what stands above the list moved with it */
}

/* Other width or text size: heights are learnt anew, the row at the top stays there. */
static void relayout(struct ui *u, struct ui_list *l)
{
    struct ui_kept *k = l->kept;
    uint32_t mark = (uint32_t)u->w * 31U + (uint32_t)(u->f.scale * 100) * 7919U +
                    (uint32_t)(u->f.density * 100) * 104729U;
    if (k->layout == mark) {
        return;
    }
    k->row_px = (float)ui_w_sp(u, 96);
    float to = (float)k->anchor * k->row_px, dy = to - k->anchor_px;
    k->anchor_px = to;
    if (k->layout != 0 && k->anchor > 0) {
        shift(u, l, (float)(int)dy);
    }
    k->layout = mark;
    k->learnt = 0;
}

static void jump(struct ui *u, struct ui_list *l)
{
    struct ui_kept *k = l->kept;
    int64_t last = l->count > 0 ? (int64_t)l->count - 1 : 0;
    float view = (float)(u->body.y - l->top_px);
    float far = ((float)u->body.h + k->row_px) * FAR; /* a row may be higher than many views */
    if (k->anchor <= last && view > k->anchor_px - far && view < k->anchor_px + far) {
        return;
    }
    int64_t to = view <= 0 ? 0 : (int64_t)(view / k->row_px);
    k->anchor = to < last ? to : last;
    k->anchor_px = (float)(int)((float)k->anchor * k->row_px);
}

void ui_list_begin(struct ui *u, struct ui_list *l, const char *id, size_t count)
{
    if (count > 0) {
        ui_w_open_row(u);
    }
    *l = (struct ui_list){.id = id, .count = count, .top_px = u->y, .parent = u->parent};
    l->kept = ui_w_kept(u, ui_w_hash(id));
    relayout(u, l);
    jump(u, l);
    struct ui_rect r = {u->x, u->y, u->w, 0};
    l->node = ui_w_node(u, UI_ROLE_LIST, id, NULL, NULL, r, 0);
    u->parent = l->node < 0 ? u->parent : l->node;
    l->phase = UP;
}

/* Each row counts once: what is laid out again must not move what follows the list. */
static void learn(struct ui_kept *k, int64_t index, float h)
{
    if (index < k->learnt) {
        return;
    }
    float part = 1.0F / (float)(index - k->learnt > 0 ? MEAN_OF : k->learnt + 1);
    k->learnt = index + 1;
    k->row_px += (h - k->row_px) * (part < 1.0F / MEAN_OF ? 1.0F / MEAN_OF : part);
}

/* A row was filled in: how high was it? */
static void row_done(struct ui *u, struct ui_list *l)
{
    struct ui_kept *k = l->kept;
    float h = (float)(u->y - l->row_px);
    l->in_row = false;
    u->measuring = false;
    learn(k, (int64_t)l->index, h);
    if (l->phase == UP) {
        u->y = l->row_px;
        k->anchor--;
        k->anchor_px -= h;
        return;
    }
    /* Rows wholly above the view, but for one, are forgotten: the anchor walks down. */
    bool above = u->y < u->body.y - (int)k->row_px && l->index == (size_t)k->anchor;
    if (above && l->index + 1 < l->count) {
        k->anchor++;
        k->anchor_px += h;
        u->node_n = l->nodes;
        u->cmd_n = l->cmds;
    }
    l->index++;
}

static bool hand_out(struct ui *u, struct ui_list *l)
{
    l->in_row = true;
    l->row_px = u->y;
    l->nodes = u->node_n;
    l->cmds = u->cmd_n;
    return true;
}

/* The first row lies at the list's top; others not so near to it that the rows above them would
 * reach over what stands before the list. */
static void reckon(struct ui *u, struct ui_list *l)
{
    struct ui_kept *k = l->kept;
    float least = (float)k->anchor * (float)ui_w_dp(u, ROW_LEAST_DP), to = least;
    if (k->anchor > 0) {
        to = (float)(int)((float)k->anchor * k->row_px);
        to = to < least ? least : to;
    }
    if (k->anchor == 0 ? k->anchor_px != 0 : k->anchor_px < least) {
        float dy = to - k->anchor_px;
        k->anchor_px = to;
        shift(u, l, dy);
    }
}

bool ui_list_next(struct ui *u, struct ui_list *l)
{
    struct ui_kept *k = l->kept;
    if (l->in_row) {
        row_done(u, l);
    }
    if (l->count == 0) {
        return false;
    }
    if (l->phase == UP) {
        float view = (float)(u->body.y - l->top_px) - k->row_px;
        if (k->anchor > 0 && k->anchor_px > view) {
            u->measuring = true;
            l->index = (size_t)(k->anchor - 1);
            return hand_out(u, l);
        }
        reckon(u, l);
        l->phase = DOWN;
        l->index = (size_t)k->anchor;
        u->y = l->top_px + (int)k->anchor_px;
        l->row_px = INT_MIN;
    }
    /* One beyond the view, however high rows are: the focus moves on to it. */
    bool seen = l->row_px < u->body.y + u->body.h;
    return l->index < l->count && seen ? hand_out(u, l) : false;
}

void ui_list_end(struct ui *u, struct ui_list *l)
{
    size_t left = l->count - (l->index < l->count ? l->index : l->count);
    if (l->count > 0) {
        u->y += (int)((float)left * l->kept->row_px);
    } else {
        u->y = l->top_px;
    }
    ui_w_place(u, l->node, (struct ui_rect){u->x, l->top_px, u->w, u->y - l->top_px});
    if (l->node >= 0) {
        char value[32];
        snprintf(value, sizeof value, "%zu", l->count);
        u->nodes[l->node].value = ui_w_copy(u, value, strlen(value));
    }
    u->parent = l->parent;
}
