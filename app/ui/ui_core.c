/* ui_core.c - the frame, the arena of its strings, draw commands and nodes, what outlives it. */
#include "app/ui/ui_state.h"
#include <sodium.h>
#include "app/ime/ime.h"

/* ==== life of a frame ======================================================================== */

void ui_init(struct ui *u, const struct ui_fonts *fonts)
{
    memset(u, 0, sizeof *u);
    u->fonts = *fonts;
    u->scan_gap_ms = 30;
    u->ime_key = -1;
    u->caret = u->chosen_from = -1;
    u->parent = -1;
}

void ui_scan_gap(struct ui *u, int gap_ms)
{
    u->scan_gap_ms = gap_ms;
}

bool ui_touched(const struct ui *u)
{
    return u->event_at < u->event_n;
}

#define WIPE(field) sodium_memzero(u->field, sizeof u->field)
void ui_wipe(struct ui *u)
{
    WIPE(events);
    WIPE(copied);
    WIPE(edits);
    WIPE(held);
    WIPE(scan);
    WIPE(pen);
    WIPE(toast);
    WIPE(cmds);
    WIPE(nodes);
    WIPE(lines);
    WIPE(points);
    WIPE(text);
    u->event_at = u->event_n = u->edit_n = u->held_n = u->pen_n = 0;
    u->cmd_n = u->node_n = u->line_n = u->point_n = u->text_n = 0;
    u->scan_now = u->copied_new = u->toast_new = false;
    u->toast_until_ms = 0;
    u->grab = UI_GRAB_NONE;
    u->focus = u->blurred = u->want_view = u->brought = 0;
    memset(u->composed, 0, sizeof u->composed);
    u->caret = u->chosen_from = -1;
    u->ime_words_open = false;
}

static void reset(struct ui *u)
{
    u->cmd_n = u->node_n = u->line_n = u->point_n = u->text_n = 0;
    u->full = u->same_id = u->measuring = false;
    u->layer = u->region = 0;
    u->parent = -1;
    u->area = (struct ui_rect){0, 0, 0, 0};
    u->area_kept = NULL;
    u->area_max = 0;
    u->cancel_key = 0;
    u->modal_before = u->modal;
    u->modal = u->in_card = false;
    u->cols = 0;
    u->report_node = -1;
    u->inset = u->after_px = 0;
    u->x = u->y = 0;
    u->w = u->f.w_px;
    u->clip = (struct ui_rect){0, 0, u->f.w_px, u->f.h_px};
    u->again = u->field_drawn = false;
}

void ui_begin(struct ui *u, const struct ui_frame *f)
{
    u->f = *f;
    u->frame++;
    ui_theme_load(&u->tok, f->theme);
    u->fired = u->blurred = 0;
    u->edit_n = u->pen_n = 0;
    u->scan_now = u->acted = u->caret_place = false;
    ui_input_run(u);
    ui_input_glide(u);
    reset(u);
}

static uint64_t mix_bytes(uint64_t h, const void *p, size_t n)
{
    const uint8_t *b = p;
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        uint64_t v;
        memcpy(&v, b + i, 8);
        h = (h ^ v) * 0x9E3779B97F4A7C15U;
        h ^= h >> 29;
    }
    for (; i < n; i++) {
        h = (h ^ b[i]) * 0x100000001B3U;
    }
    return h;
}

static uint64_t hash_list(const struct ui *u)
{
    uint64_t h = 14695981039346656037U ^ u->tok.background ^ (uint64_t)u->f.w_px << 32 ^
                 (uint64_t)u->f.h_px << 48;
    for (size_t i = 0; i < u->cmd_n; i++) {
        struct ui_cmd c;
        memcpy(&c, &u->cmds[i], sizeof c);
        h = mix_bytes(h, c.text, c.text_n);
        h = mix_bytes(h, c.points, c.point_n * sizeof *c.points);
        h = mix_bytes(h, c.bits, (size_t)c.bits_side * (size_t)c.bits_side);
        c.text = NULL;
        c.points = NULL;
        c.bits = NULL;
        h = mix_bytes(h, &c, sizeof c);
    }
    return h;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

void ui_end(struct ui *u, struct ui_out *out)
{
    uint64_t h = hash_list(u);
    if (u->focus_is_field && !u->field_drawn) {
        u->focus = 0;
        u->focus_is_field = u->ime_open = false;
        u->acted = true;
    }
    bool queued = u->event_at < u->event_n;
    u->want_view = u->want_view != 0 && u->want_tries++ < 2 ? u->want_view : 0;
    u->again = u->again || u->acted || queued || u->want_view != 0;
    u->brought = u->again ? u->brought : 0;
    *out = (struct ui_out){.cmds = u->cmds,
                           .n = u->cmd_n,
                           .background = u->tok.background,
                           .changed = h != u->hash,
                           .again = u->again,
                           .wake_ms = INT64_MAX};
    u->hash = h;
    if (u->held_n > 0) {
        out->wake_ms = earlier(out->wake_ms, u->held_ms + u->scan_gap_ms);
    }
    if (u->glide_ms != 0) {
        out->wake_ms = earlier(out->wake_ms, u->f.now_ms + 16);
    }
    if (u->toast[0] != '\0') {
        out->wake_ms = earlier(out->wake_ms, u->toast_until_ms);
    }
}

bool ui_idle(const struct ui *u)
{
    return !u->again && u->event_at == u->event_n && u->grab == UI_GRAB_NONE && u->glide_ms == 0 &&
           u->held_n == 0;
}

float ui_density(const struct ui *u)
{
    return u->f.density;
}

/* ==== small helpers ========================================================================== */

uint32_t ui_w_hash(const char *id)
{
    uint32_t h = 2166136261U;
    for (const char *p = id; p != NULL && *p != '\0'; p++) {
        h = (h ^ (uint8_t)*p) * 16777619U;
    }
    return h == 0 || id == NULL || id[0] == '\0' ? (id == NULL || id[0] == '\0' ? 0 : 1) : h;
}

int ui_w_dp(const struct ui *u, int dp)
{
    return (int)((float)dp * u->f.density + 0.5F);
}

int ui_w_sp(const struct ui *u, int dp)
{
    return (int)((float)dp * u->f.density * u->f.scale + 0.5F);
}

char *ui_w_room(struct ui *u, size_t n)
{
    if (n > UI_CAP_TEXT - u->text_n) {
        u->full = true;
        return NULL;
    }
    char *p = u->text + u->text_n;
    u->text_n += n;
    return p;
}

const char *ui_w_copy(struct ui *u, const char *s, size_t n)
{
    char *p = n == 0 ? NULL : ui_w_room(u, n + 1);
    if (p == NULL) {
        static const char NOTHING[UI_CAP_TOAST] = "";
        return NOTHING;
    }
    memcpy(p, s, n);
    p[n] = '\0';
    return p;
}

struct ui_kept *ui_w_kept(struct ui *u, uint32_t key)
{
    struct ui_kept *oldest = &u->kept[0];
    for (size_t i = 0; i < UI_CAP_KEPT; i++) {
        struct ui_kept *k = &u->kept[i];
        if (k->key == key) {
            k->used = u->frame;
            return k;
        }
        oldest = k->used < oldest->used ? k : oldest;
    }
    *oldest = (struct ui_kept){.key = key, .used = u->frame};
    return oldest;
}

ui_colour ui_w_tone(const struct ui *u, enum ui_tone t, ui_colour plain)
{
    switch (t) {
    case UI_TONE_DONE:
        return u->tok.done;
    case UI_TONE_SOON:
        return u->tok.soon;
    case UI_TONE_LATE:
        return u->tok.late;
    case UI_TONE_INFO:
        return u->tok.primary;
    case UI_TONE_PLAIN:
        break;
    }
    return plain;
}

/* ==== layout ================================================================================= */

void ui_w_open(struct ui *u, int before_dp, int after_dp)
{
    int before = ui_w_dp(u, before_dp);
    u->y += before > u->after_px ? before : u->after_px;
    u->after_px = ui_w_dp(u, after_dp);
    u->row_above = false;
}

void ui_w_open_row(struct ui *u)
{
    bool bare = !u->row_above;
    ui_w_open(u, bare ? 10 : 0, 0);
    u->row_above = true;
    if (bare) {
        int one = ui_w_dp(u, 1);
        ui_w_fill(u, (struct ui_rect){u->x, u->y - one, u->w, one}, u->tok.line);
    }
}

int ui_w_inner(const struct ui *u)
{
    return u->w - 2 * u->inset;
}

struct ui_rect ui_w_take(struct ui *u, int h)
{
    struct ui_rect r = {u->x + u->inset, u->y, ui_w_inner(u), h};
    u->y += h;
    return r;
}

struct ui_rect ui_w_take_full(struct ui *u, int h)
{
    struct ui_rect r = {u->x, u->y, u->w, h};
    u->y += h;
    return r;
}

/* ==== draw commands ========================================================================== */

struct ui_cmd *ui_w_cmd(struct ui *u, enum ui_cmd_type type, struct ui_rect r, ui_colour c)
{
    if (u->measuring || ui_rect_cross(r, u->clip).w == 0) {
        return NULL;
    }
    if (u->cmd_n == UI_CAP_CMDS) {
        u->full = true;
        return NULL;
    }
    struct ui_cmd *cmd = &u->cmds[u->cmd_n++];
    memset(cmd, 0, sizeof *cmd); /* padding too: the list is hashed */
    cmd->type = type;
    cmd->layer = u->layer;
    cmd->rect = r;
    cmd->clip = u->clip;
    cmd->colour = c;
    return cmd;
}

void ui_w_fill(struct ui *u, struct ui_rect r, ui_colour c)
{
    ui_w_cmd(u, UI_CMD_RECT, r, c);
}

void ui_w_round(struct ui *u, struct ui_rect r, int radius, int stroke, ui_colour c)
{
    struct ui_cmd *cmd = ui_w_cmd(u, UI_CMD_ROUND, r, c);
    if (cmd != NULL) {
        int most = (r.w < r.h ? r.w : r.h) / 2;
        cmd->radius_px = radius < most ? radius : most;
        cmd->stroke_px = stroke;
    }
}

void ui_w_icon(struct ui *u, enum ui_icon icon, struct ui_rect r, ui_colour c)
{
    struct ui_cmd *cmd = icon == UI_ICON_NONE ? NULL : ui_w_cmd(u, UI_CMD_ICON, r, c);
    if (cmd != NULL) {
        cmd->icon = icon;
    }
}

void ui_w_ring(struct ui *u, struct ui_rect r, const char *id, int radius)
{
    if (u->key_mode && ui_w_focused(u, id)) {
        int g = ui_w_dp(u, 3);
        struct ui_rect o = {r.x - g, r.y - g, r.w + 2 * g, r.h + 2 * g};
        ui_w_round(u, o, radius + g, ui_w_dp(u, 3), u->tok.ink);
    }
}

/* ==== nodes ================================================================================== */

int ui_w_node(struct ui *u, enum ui_role role, const char *id, const char *label, const char *value,
              struct ui_rect r, unsigned state)
{
    if (u->measuring) {
        return -1;
    }
    if (u->node_n == UI_CAP_NODES) {
        u->full = true;
        return -1;
    }
    struct ui_node *n = &u->nodes[u->node_n];
    *n = (struct ui_node){.role = role,
                          .state = state,
                          .parent = u->parent,
                          .depth = u->parent < 0 ? 0 : u->nodes[u->parent].depth + 1,
                          .layer = u->layer,
                          .region = u->region,
                          .key = ui_w_hash(id)};
    n->id = id == NULL ? "" : ui_w_copy(u, id, strlen(id));
    n->label = label == NULL ? "" : ui_w_copy(u, label, strlen(label));
    n->value = value == NULL ? "" : ui_w_copy(u, value, strlen(value));
    int at = (int)u->node_n++;
    ui_w_place(u, at, r);
    return at;
}

void ui_w_place(struct ui *u, int node, struct ui_rect r)
{
    if (node < 0) {
        return;
    }
    struct ui_node *n = &u->nodes[node];
    n->rect = r;
    n->seen = ui_rect_cross(r, u->clip);
    n->state &= ~(unsigned)UI_ST_OUT;
    if (n->seen.w == 0 && r.w > 0 && r.h > 0) {
        n->state |= UI_ST_OUT;
    }
}

static bool id_taken(const struct ui *u, uint32_t key, int but)
{
    for (size_t i = 0; i < u->node_n; i++) {
        if (u->nodes[i].key == key && (int)i != but && (u->nodes[i].state & UI_ST_TARGET) != 0) {
            return true;
        }
    }
    return false;
}

int ui_w_target(struct ui *u, enum ui_role role, const char *id, const char *label,
                const char *value, struct ui_rect r, unsigned state, bool *fired)
{
    *fired = false;
    bool off = (state & UI_ST_DISABLED) != 0;
    state |= (unsigned)UI_ST_TARGET | (ui_w_focused(u, id) ? (unsigned)UI_ST_FOCUSED : 0U) |
             (ui_w_pressed(u, id) ? (unsigned)UI_ST_PRESSED : 0U);
    int n = ui_w_node(u, role, id, label, value, r, state);
    if (n < 0) {
        return n;
    }
    uint32_t key = u->nodes[n].key;
    u->same_id = u->same_id || key == 0 || id_taken(u, key, n);
    if (key != 0 && key == u->fired && !off) {
        *fired = true;
        u->fired = 0; /* once, even should two share an id */
        u->acted = true;
    }
    if (key != 0 && key == u->want_view) {
        u->want_view = 0;
        u->brought_again = u->brought == key ? u->brought_again : 0;
        u->brought = key;
        ui_screen_bring(u, r);
    }
    return n;
}

bool ui_w_pressed(const struct ui *u, const char *id)
{
    return u->grab == UI_GRAB_TARGET && u->grab_key != 0 && u->grab_key == ui_w_hash(id);
}

bool ui_w_focused(const struct ui *u, const char *id)
{
    return u->focus != 0 && u->focus == ui_w_hash(id);
}

const struct ui_node *ui_nodes(const struct ui *u, size_t *n)
{
    *n = u->node_n;
    return u->nodes;
}

/* ==== what callers ask ======================================================================= */

void ui_scroll_top(struct ui *u, const char *id)
{
    struct ui_kept *k = ui_w_kept(u, ui_w_hash(id));
    k->scroll_px = 0;
    k->anchor = 0;
    k->anchor_px = 0;
}

void ui_reveal(struct ui *u, const char *id)
{
    u->want_view = ui_w_hash(id);
    u->want_tries = 0;
    u->again = true;
}

void ui_focus(struct ui *u, const char *id)
{
    ui_input_set_focus(u, ui_w_hash(id), NULL);
    u->want_view = u->focus;
    u->want_tries = 0;
    u->ime_open = u->focus != 0 && u->touch;
    u->again = true;
}

void ui_pinyin(struct ui *u, struct pinyin *p, bool chinese)
{
    u->pinyin = p;
    u->ime_chinese = chinese;
    u->ime_for = 0;
    u->ime_words_open = false;
    u->again = true;
}

bool ui_wants_pinyin(const struct ui *u)
{
    return u->keyboard;
}

const char *ui_scan(const struct ui *u)
{
    return u->scan_now ? u->scan : NULL;
}

void ui_toast(struct ui *u, enum ui_tone tone, const char *text)
{
    size_t n = strlen(text);
    n = n < UI_CAP_TOAST ? n : UI_CAP_TOAST - 1;
    while (n > 0 && n == UI_CAP_TOAST - 1 && ((uint8_t)text[n] & 0xC0U) == 0x80U) {
        n--;
    }
    memcpy(u->toast, text, n);
    u->toast[n] = '\0';
    u->toast_tone = tone;
    u->toast_until_ms = INT64_MAX;
    u->toast_new = true;
    u->again = true;
}
