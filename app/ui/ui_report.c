/* ui_report.c - the report that is read before signing: its lines are the tree's lines, byte for
 * byte, and it is known whether the last of them was in view. */
#include "app/ui/ui_state.h"

void ui_report_begin(struct ui *u, const char *id)
{
    ui_card_begin(u, NULL, NULL, NULL);
    u->report_kept = ui_w_kept(u, ui_w_hash(id));
    u->report_hash = 2166136261U;
    u->report_last_seen = false;
    u->report_node =
        ui_w_node(u, UI_ROLE_REPORT, id, NULL, NULL, (struct ui_rect){u->x, u->y, u->w, 0}, 0);
    u->report_parent = u->parent;
    u->parent = u->report_node < 0 ? u->parent : u->report_node;
    u->report_y = u->y;
}

void ui_report_line(struct ui *u, enum ui_style style, str line)
{
    for (size_t i = 0; i < line.n; i++) {
        u->report_hash = (u->report_hash ^ (uint8_t)line.p[i]) * 16777619U;
    }
    u->report_hash = (u->report_hash ^ 10U) * 16777619U;
    struct ui_para p = ui_p_of(u, style, NULL);
    p.text = line.n == 0 ? "" : line.p;
    p.n = line.n;
    ui_w_open(u, 1, 1);
    ui_p_layout(u, &p, ui_w_inner(u));
    struct ui_rect r = ui_w_take(u, p.h);
    int node = ui_w_node(u, UI_ROLE_LINE, NULL, NULL, NULL, r, 0);
    if (node >= 0) {
        u->nodes[node].label = ui_w_copy(u, line.p, line.n);
    }
    ui_p_paint(u, &p, r.x, r.y, r.w, 0, node < 0 ? -2 : node);
    int bottom = r.y + r.h;
    /* Where the bar rides on the report's end it may push the last line out above: passed, it was
     * read as well as it can be. */
    u->report_last_seen =
        (bottom > u->body.y || u->bar_below > 0) && bottom <= u->body.y + u->body.h && !u->keyboard;
}

void ui_report_end(struct ui *u)
{
    uint32_t h = u->report_hash == 0 ? 1 : u->report_hash;
    struct ui_rect r = {u->x, u->report_y, u->w, u->y - u->report_y};
    ui_w_place(u, u->report_node, r);
    u->parent = u->report_parent;
    ui_card_end(u);
    u->again |= u->report_kept->layout != h; /* for who asked of the text before: it is another */
    u->report_kept->layout = h;
    /* What found no room in this frame was not seen by anybody. */
    if (u->report_last_seen && !u->full && u->report_kept->seen != h) {
        u->report_kept->seen = h;
        u->again = true; /* whoever asks before the report stands on the page learns it next time */
    }
}

static const struct ui_kept *find(const struct ui *u, const char *id)
{
    uint32_t key = ui_w_hash(id);
    for (size_t i = 0; i < UI_CAP_KEPT; i++) {
        if (u->kept[i].key == key) {
            return &u->kept[i];
        }
    }
    return NULL;
}

bool ui_report_seen(const struct ui *u, const char *id)
{
    const struct ui_kept *k = find(u, id);
    return k != NULL && k->seen != 0 && k->seen == k->layout;
}

void ui_report_forget(struct ui *u, const char *id)
{
    ui_w_kept(u, ui_w_hash(id))->seen = 0;
}
