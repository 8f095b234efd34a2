/* ui_dialog.c - what lies over the page: a question, a sheet of choices, a toast. Under the first
 * two the page keeps still and takes no input; Escape is "cancel". */
#include "app/ui/ui_state.h"

/* The layout that the page must find again. */
struct kept_layout {
    int x, w, y, inset, after_px, parent;
    struct ui_rect clip;
    uint8_t layer, region;
    bool in_card, row_above;
};

static struct kept_layout keep(const struct ui *u)
{
    return (struct kept_layout){u->x,    u->w,     u->y,      u->inset,   u->after_px, u->parent,
                                u->clip, u->layer, u->region, u->in_card, u->row_above};
}

static void restore(struct ui *u, const struct kept_layout *k)
{
    u->x = k->x;
    u->w = k->w;
    u->y = k->y;
    u->inset = k->inset;
    u->after_px = k->after_px;
    u->parent = k->parent;
    u->clip = k->clip;
    u->layer = k->layer;
    u->region = k->region;
    u->in_card = k->in_card;
    u->row_above = k->row_above;
}

struct sheet {
    const char *id, *title, *text;
    const char *confirm, *cancel; /* a dialog */
    bool danger;
    const char *const *items; /* or a menu */
    int n;
    int chosen; /* -1 none, -2 cancelled, else item or 0 for confirm */
};

static void content(struct ui *u, struct sheet *s)
{
    char id[96];
    u->after_px = ui_w_dp(u, 12);
    if (s->title != NULL && s->title[0] != '\0') {
        ui_text(u, UI_BUTTON_TEXT, s->title);
    }
    ui_text(u, UI_BODY, s->text);
    for (int i = 0; i < s->n; i++) {
        snprintf(id, sizeof id, "%s:%d", s->id, i);
        if (ui_row(u, &(struct ui_row){.id = id, .title = s->items[i], .chevron = true})) {
            s->chosen = i;
        }
    }
    ui_spacer(u, s->n > 0 ? 8 : 4);
    if (s->cancel != NULL && s->cancel[0] != '\0') {
        snprintf(id, sizeof id, "%s:cancel", s->id);
        u->cancel_key = ui_w_hash(id);
        if (ui_button(u, id, s->cancel, UI_SECONDARY)) {
            s->chosen = -2;
        }
    }
    if (s->confirm != NULL && s->confirm[0] != '\0') {
        snprintf(id, sizeof id, "%s:ok", s->id);
        if (ui_button(u, id, s->confirm, s->danger ? UI_DANGER : UI_PRIMARY)) {
            s->chosen = 0;
        }
    }
    u->y += u->after_px + ui_w_dp(u, 8);
    u->after_px = 0;
}

static void sheet(struct ui *u, struct sheet *s)
{
    struct kept_layout k = keep(u);
    int most = ui_w_dp(u, UI_SHEET_MOST), w = u->f.w_px < most ? u->f.w_px : most;
    s->chosen = -1;
    u->modal = true;
    u->layer = 1;
    u->region = 3;
    u->parent = 0;
    u->in_card = false;
    u->clip = (struct ui_rect){0, 0, u->f.w_px, u->f.h_px};
    u->x = (u->f.w_px - w) / 2;
    u->w = w;
    u->inset = ui_w_dp(u, 16);
    u->y = 0;
    bool was = u->measuring;
    u->measuring = true;
    content(u, s);
    u->measuring = was;
    int h = u->y, room = u->f.h_px * 9 / 10, shown = h < room ? h : room;
    struct ui_rect r = {u->x, u->f.h_px - shown, w, shown};
    struct ui_kept *scroll = ui_w_kept(u, ui_w_hash(s->id));
    ui_w_fill(u, u->clip, 0x99000000U);
    int round = ui_w_dp(u, 20);
    ui_w_round(u, (struct ui_rect){r.x, r.y, r.w, r.h + round}, round, 0, u->tok.surface);
    int node = ui_w_node(u, UI_ROLE_DIALOG, s->id, s->title, NULL, r, 0);
    u->parent = node < 0 ? 0 : node;
    u->area = r;
    u->area_kept = scroll;
    u->area_max = (float)(h - shown);
    scroll->scroll_px = scroll->scroll_px > u->area_max ? u->area_max : scroll->scroll_px;
    u->clip = (struct ui_rect){r.x, r.y + ui_w_dp(u, 2), r.w, r.h - ui_w_dp(u, 2)};
    u->y = r.y - (int)scroll->scroll_px;
    content(u, s);
    if (u->f.theme != UI_LIGHT) { /* on a dark page the shade alone shows no edge */
        u->clip = (struct ui_rect){0, 0, u->f.w_px, u->f.h_px};
        struct ui_rect edge = {r.x, r.y, r.w, r.h + round};
        ui_w_round(u, edge, round, ui_w_dp(u, 2), u->tok.edge);
    }
    restore(u, &k);
}

enum ui_dialog_result ui_dialog(struct ui *u, const struct ui_dialog *d)
{
    struct sheet s = {.id = d->id,
                      .title = d->title,
                      .text = d->text,
                      .confirm = d->confirm,
                      .cancel = d->cancel,
                      .danger = d->danger};
    sheet(u, &s);
    return s.chosen == 0 ? UI_DIALOG_OK : s.chosen == -2 ? UI_DIALOG_CANCEL : UI_DIALOG_NONE;
}

int ui_menu(struct ui *u, const char *id, const char *title, const char *const *items, int n,
            const char *close)
{
    struct sheet s = {.id = id, .title = title, .items = items, .n = n, .cancel = close};
    sheet(u, &s);
    return s.chosen;
}

/* ==== toast ====================================================================================
 */

void ui_screen_toast(struct ui *u)
{
    if (u->toast_new) {
        u->toast_new = false;
        u->toast_until_ms = u->f.now_ms + 4000;
    }
    if (u->toast[0] == '\0' || u->f.now_ms >= u->toast_until_ms) {
        u->toast[0] = '\0';
        return;
    }
    int m = ui_w_dp(u, UI_MARGIN), pad = ui_w_dp(u, 12), icon = ui_w_sp(u, 22);
    int w = u->body.w - 2 * m;
    struct ui_para p = ui_p_of(u, UI_BODY, u->toast);
    p.colour = u->tok.surface;
    int lead = icon + pad, above = 0;
    if (ui_p_piece(u, &p) > w - 2 * pad - lead) {
        pad = ui_w_dp(u, UI_PAD_LEAST);
        lead = 0;
        above = icon + pad / 2;
    }
    ui_p_layout(u, &p, w - 2 * pad - lead);
    int h = above + p.h + 2 * pad;
    struct ui_rect r = {u->body.x + m, u->body.y + u->body.h - h - pad, w, h};
    uint8_t layer = u->layer, region = u->region;
    u->layer = 1;
    u->clip = (struct ui_rect){0, 0, u->f.w_px, u->f.h_px};
    ui_w_round(u, r, ui_w_dp(u, 14), 0, u->tok.ink);
    struct ui_rect at = {r.x + pad, r.y + pad + (ui_w_sp(u, 26) - icon) / 2, icon, icon};
    bool bad = u->toast_tone == UI_TONE_LATE || u->toast_tone == UI_TONE_SOON;
    ui_w_icon(u, bad ? UI_ICON_WARNING : UI_ICON_CHECK, at, u->tok.surface);
    int node = ui_w_node(u, UI_ROLE_BANNER, "toast", u->toast, NULL, r, 0);
    ui_p_paint(u, &p, at.x + lead, r.y + pad + above, w - 2 * pad - lead, 0, node < 0 ? -2 : node);
    u->layer = layer;
    u->region = region;
}
