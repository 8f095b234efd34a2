/* ime.c - the keyboard on the screen: where its keys lie, which one is meant, what it types. */
#include "app/ime/ime.h"
#include "app/ui/i18n.h"
#include "app/ui/ui_state.h"

enum { ROWS = 4 };

/* A row of keys: single characters stand for themselves; S shift, B backspace, P page, H hide,
 * space bar ' ', E done come as control codes. Weights are in half keys. */
#define K_SHIFT '\1'
#define K_BACK '\2'
#define K_PAGE '\3'
#define K_HIDE '\4'
#define K_DONE '\5'
#define K_SPACE ' '

static const char *const PAGES[4][ROWS] = {
    {"qwertyuiop", "asdfghjkl", "\1zxcvbnm\2", "\3\4, .\5"},
    {"QWERTYUIOP", "ASDFGHJKL", "\1ZXCVBNM\2", "\3\4, .\5"},
    {"1234567890", "-/:;()+&@", "\1.,?!'\"#\2", "\3\4, .\5"},
    {"[]{}<>*=%_", "\\|~^`$#@!", "\1.,?!'\"#\2", "\3\4, .\5"},
};
static const char *const DIGITS[ROWS] = {"123\2", "456-", "789.",
                                         "\4"
                                         "0\5"};

static int weight(char c)
{
    return c == K_SHIFT || c == K_BACK || c == K_PAGE || c == K_HIDE || c == K_DONE ? 3
           : c == K_SPACE                                                           ? 7
                                                                                    : 2;
}

/* In the digits' pad Done takes two cells: there is nothing to stand beside the nought. */
static int digit_weight(char c)
{
    return c == K_DONE ? 4 : 2;
}

static void make(struct ime_key *k, char c, int page)
{
    switch (c) {
    case K_SHIFT:
        k->kind = page < 2 ? IME_SHIFT : IME_PAGE;
        k->page = page < 2 ? 1 - page : 5 - page;
        k->icon = page < 2 ? UI_ICON_SHIFT : UI_ICON_NONE;
        k->label = page < 2 ? _("Capitals") : page == 2 ? "=<" : "12";
        break;
    case K_BACK:
        k->kind = IME_BACKSPACE;
        k->icon = UI_ICON_BACKSPACE;
        k->label = _("Delete");
        break;
    case K_PAGE:
        k->kind = IME_PAGE;
        k->page = page < 2 ? 2 : 0;
        k->label = page < 2 ? "12#" : "abc";
        break;
    case K_HIDE:
        k->kind = IME_HIDE;
        k->icon = UI_ICON_KEYBOARD_HIDE;
        k->label = _("Close keyboard");
        break;
    case K_DONE:
        k->kind = IME_DONE;
        k->icon = UI_ICON_ENTER;
        k->label = _("Done");
        break;
    default:
        k->kind = IME_TEXT;
        k->text[0] = c;
        k->label = c == K_SPACE ? _("Space") : NULL;
        break;
    }
}

int ime_layout(struct ui_rect area, int page, bool numeric, struct ime_key out[static IME_CAP_KEYS])
{
    int n = 0;
    for (int r = 0; r < ROWS; r++) {
        const char *row = numeric ? DIGITS[r] : PAGES[page][r];
        int total = 0, at = 0;
        for (const char *c = row; *c != '\0'; c++) {
            total += numeric ? digit_weight(*c) : weight(*c);
        }
        int full = numeric ? total : 20; /* a shorter row is centred */
        int y0 = area.y + area.h * r / ROWS, y1 = area.y + area.h * (r + 1) / ROWS;
        for (const char *c = row; *c != '\0' && n < IME_CAP_KEYS; c++) {
            int w = numeric ? digit_weight(*c) : weight(*c), pad = (full - total);
            int x0 = area.x + area.w * (2 * at + pad) / (2 * full);
            int x1 = area.x + area.w * (2 * (at + w) + pad) / (2 * full);
            out[n] = (struct ime_key){.rect = {x0, y0, x1 - x0, y1 - y0}};
            make(&out[n], *c, page);
            n++;
            at += w;
        }
    }
    return n;
}

int ime_nearest(const struct ime_key *keys, int n, float x, float y)
{
    int best = -1;
    float least = 0;
    for (int i = 0; i < n; i++) {
        struct ui_rect r = keys[i].rect;
        float x0 = (float)r.x, y0 = (float)r.y, x1 = (float)(r.x + r.w - 1),
              y1 = (float)(r.y + r.h - 1);
        float dx = x < x0   ? x0 - x
                   : x > x1 ? x - x1
                            : 0,
              dy = y < y0   ? y0 - y
                   : y > y1 ? y - y1
                            : 0;
        float d = dx * dx + dy * dy;
        if (best < 0 || d < least) {
            best = i;
            least = d;
        }
    }
    return best;
}

struct ui_rect ime_area(const struct ui *u)
{
    int w = u->f.w_px, h = u->f.h_px, row = h * 42 / 100 / ROWS;
    int least = ui_w_dp(u, 48), most = ui_w_dp(u, 60);
    row = row < least ? least : row > most ? most : row;
    if (w <= h) {
        return (struct ui_rect){0, h - ROWS * row, w, ROWS * row};
    }
    int side = w / 2 < ui_w_dp(u, 288) ? ui_w_dp(u, 288) : w / 2;
    row = h / ROWS < most ? h / ROWS : most;
    return (struct ui_rect){u->f.left_hand ? 0 : w - side, h - ROWS * row, side, ROWS * row};
}

static int keys_of(const struct ui *u, struct ime_key *keys)
{
    return ime_layout(u->ime, u->ime_page, (u->focus_flags & UI_FIELD_NUMERIC) != 0, keys);
}

static void draw_key(struct ui *u, const struct ime_key *k, bool down)
{
    int g = ui_w_dp(u, 2);
    struct ui_rect r = {k->rect.x + g, k->rect.y + g, k->rect.w - 2 * g, k->rect.h - 2 * g};
    bool word = k->kind != IME_TEXT, go = k->kind == IME_DONE;
    ui_colour fill = down   ? u->tok.primary
                     : go   ? u->tok.primary
                     : word ? u->tok.chip
                            : u->tok.surface;
    ui_colour ink = down || go ? u->tok.on_primary : u->tok.ink;
    ui_w_round(u, r, ui_w_dp(u, 6), 0, fill);
    ui_w_round(u, r, ui_w_dp(u, 6), ui_w_dp(u, 1), u->tok.edge);
    if (k->icon != UI_ICON_NONE) {
        int s = ui_w_dp(u, 22);
        ui_w_icon(u, k->icon, (struct ui_rect){r.x + (r.w - s) / 2, r.y + (r.h - s) / 2, s, s},
                  ink);
        return;
    }
    if (k->text[0] == ' ') {
        int s = r.w / 2;
        ui_w_fill(u, (struct ui_rect){r.x + s / 2, r.y + r.h * 3 / 5, s, ui_w_dp(u, 2)}, ink);
        return;
    }
    float kept = u->f.scale;
    u->f.scale = 1; /* keys do not grow: there is no more room */
    struct ui_para p = ui_p_of(u, word ? UI_SMALL_BOLD : UI_HEADING, word ? k->label : k->text);
    p.style = word ? UI_SMALL_BOLD : UI_BODY;
    p.colour = ink;
    p.align = 1;
    ui_p_layout(u, &p, r.w);
    ui_p_paint(u, &p, r.x, r.y + (r.h - p.h) / 2, r.w, p.h, -2);
    u->f.scale = kept;
}

/* The key under the finger, larger, above the finger. */
static void draw_bubble(struct ui *u, const struct ime_key *k)
{
    if (k->kind != IME_TEXT || k->text[0] == ' ' || (u->focus_flags & UI_FIELD_SECRET) != 0) {
        return;
    }
    int w = ui_w_dp(u, 48), h = ui_w_dp(u, 56);
    int x = k->rect.x + (k->rect.w - w) / 2, y = k->rect.y - h;
    x = x < 0 ? 0 : x + w > u->f.w_px ? u->f.w_px - w : x;
    struct ui_rect r = {x, y < 0 ? 0 : y, w, h};
    ui_w_round(u, r, ui_w_dp(u, 10), 0, u->tok.primary);
    float kept = u->f.scale;
    u->f.scale = 1;
    struct ui_para p = ui_p_of(u, UI_TITLE, k->text);
    p.colour = u->tok.on_primary;
    p.align = 1;
    ui_p_layout(u, &p, r.w);
    ui_p_paint(u, &p, r.x, r.y + (r.h - p.h) / 2, r.w, p.h, -2);
    u->f.scale = kept;
}

void ime_draw(struct ui *u)
{
    struct ime_key keys[IME_CAP_KEYS];
    int n = keys_of(u, keys);
    u->layer = 2;
    u->region = 4;
    u->clip = (struct ui_rect){0, 0, u->f.w_px, u->f.h_px};
    ui_w_fill(u, u->ime, u->tok.chip);
    ui_w_fill(u, (struct ui_rect){u->ime.x, u->ime.y, u->ime.w, ui_w_dp(u, 1)}, u->tok.line);
    int parent = u->parent;
    int board = ui_w_node(u, UI_ROLE_KEYBOARD, "keyboard", _("Keyboard"), NULL, u->ime, 0);
    u->parent = board < 0 ? parent : board;
    bool show = (u->focus_flags & UI_FIELD_SECRET) == 0;
    for (int i = 0; i < n; i++) {
        char id[16] = "key:";
        size_t len = strlen(keys[i].text);
        memcpy(id + 4, keys[i].text, len + 1);
        const char *fixed = keys[i].text[0] == ' '          ? "key:space"
                            : keys[i].kind == IME_BACKSPACE ? "key:delete"
                            : keys[i].kind == IME_HIDE      ? "key:hide"
                            : keys[i].kind == IME_DONE      ? "key:done"
                            : keys[i].kind == IME_SHIFT     ? "key:shift"
                            : keys[i].kind == IME_PAGE      ? (keys[i].page == 0   ? "key:abc"
                                                               : keys[i].page == 2 ? "key:123"
                                                                                   : "key:more")
                                                            : id;
        bool fired;
        ui_w_target(u, UI_ROLE_KEY, fixed, keys[i].label != NULL ? keys[i].label : keys[i].text,
                    NULL, keys[i].rect, 0, &fired);
        draw_key(u, &keys[i], show && i == u->ime_key);
    }
    if (u->ime_key >= 0 && u->ime_key < n) {
        draw_bubble(u, &keys[u->ime_key]);
    }
    u->parent = parent;
}

void ime_touch(struct ui *u, float x, float y)
{
    struct ime_key keys[IME_CAP_KEYS];
    u->ime_key = ime_nearest(keys, keys_of(u, keys), x, y);
}

void ime_release(struct ui *u)
{
    struct ime_key keys[IME_CAP_KEYS];
    int n = keys_of(u, keys), at = u->ime_key;
    u->ime_key = -1;
    u->acted = true;
    if (at < 0 || at >= n) {
        return;
    }
    switch (keys[at].kind) {
    case IME_TEXT:
        ui_input_edit(u, UI_KEY_NONE, false, keys[at].text);
        u->ime_page = u->ime_page == 1 ? 0 : u->ime_page;
        break;
    case IME_BACKSPACE:
        ui_input_edit(u, UI_KEY_BACKSPACE, false, NULL);
        break;
    case IME_SHIFT:
    case IME_PAGE:
        u->ime_page = keys[at].page;
        break;
    case IME_HIDE:
        ui_input_set_focus(u, 0, NULL);
        break;
    case IME_DONE:
        ui_input_edit(u, UI_KEY_ENTER, false, NULL);
        if ((u->focus_flags & UI_FIELD_MULTI) == 0) {
            u->ime_open = false;
        }
        break;
    }
}
