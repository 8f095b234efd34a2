/* ime_draw.c - what the keyboard looks like, and what a lifted finger does. */
#include "app/ime/ime_inside.h"
#include "app/ime/pinyin.h"
#include "app/ui/i18n.h"

/* One line of text in the middle of a box, at a size of its own: keys do not grow, there is no more
 * room. */
static void draw_line(struct ui *u, enum ui_style style, const char *text, ui_colour ink,
                      struct ui_rect r, float scale)
{
    float kept = u->f.scale;
    u->f.scale = scale;
    struct ui_para p = ui_p_of(u, style, text);
    p.colour = ink;
    p.align = 1;
    ui_p_layout(u, &p, r.w);
    ui_p_paint(u, &p, r.x, r.y + (r.h - p.h) / 2, r.w, p.h, -2);
    u->f.scale = kept;
}

static void draw_word(struct ui *u, const struct ime_key *k, bool down)
{
    char word[PINYIN_WORD_BYTES];
    if (!pinyin_candidate(u->pinyin, (size_t)k->page, word)) {
        return;
    }
    int g = ui_w_dp(u, 2);
    struct ui_rect r = {k->rect.x + g, k->rect.y + g, k->rect.w - 2 * g, k->rect.h - 2 * g};
    if (down || k->page == 0) { /* the first is what Space takes */
        ui_w_round(u, r, ui_w_dp(u, 6), 0, down ? u->tok.primary : u->tok.surface);
    }
    draw_line(u, UI_BODY, word, down ? u->tok.on_primary : u->tok.ink, r, 1);
}

static void draw_key(struct ui *u, const struct ime_key *k, bool down)
{
    if (k->kind == IME_WORD) {
        draw_word(u, k, down);
        return;
    }
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
    float letter = u->f.scale < 1.4F ? u->f.scale : 1.4F; /* a key has room for no more */
    draw_line(u, word ? UI_SMALL_BOLD : UI_BODY, word ? k->label : k->text, ink, r,
              word ? 1 : letter);
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
    draw_line(u, UI_TITLE, k->text, u->tok.on_primary, r, 1);
}

/* What is composed so far, above the candidates. */
static void draw_letters(struct ui *u)
{
    struct ui_rect r = {u->ime.x + ui_w_dp(u, 10), u->ime.y, u->ime.w - 2 * ui_w_dp(u, 10),
                        ime_letters_px(u)};
    const char *shown = pinyin_shown(u->pinyin);
    float kept = u->f.scale;
    u->f.scale = 1;
    struct ui_para p = ui_p_of(u, UI_SMALL_BOLD, shown);
    while (*p.text != '\0' && ui_p_natural(u, &p) > r.w) { /* the end is what is being typed */
        do {
            shown++;
        } while (((uint8_t)*shown & 0xC0U) == 0x80U);
        p = ui_p_of(u, UI_SMALL_BOLD, shown);
    }
    p.colour = u->tok.primary;
    ui_p_layout(u, &p, r.w);
    ui_p_paint(u, &p, r.x, r.y + (r.h - p.h) / 2, r.w, p.h, -2);
    u->f.scale = kept;
}

/* The id in the tree: fixed names for what types nothing, the character or the place for the rest.
 */
static void id_of(const struct ime_key *k, char *id, size_t cap)
{
    static const char *const FIXED[] = {
        [IME_BACKSPACE] = "key:delete",
        [IME_SHIFT] = "key:shift",
        [IME_HIDE] = "key:hide",
        [IME_DONE] = "key:done",
        [IME_LANGUAGE] = "key:language",
        [IME_FOLD] = "key:words",
        [IME_TEXT] = NULL,
    };
    switch (k->kind) {
    case IME_TEXT:
        snprintf(id, cap, "key:%s", k->text[0] == ' ' ? "space" : k->text);
        break;
    case IME_PAGE:
        snprintf(id, cap, "%s", k->page == 0 ? "key:abc" : k->page == 2 ? "key:123" : "key:more");
        break;
    case IME_WORD:
        snprintf(id, cap, "word:%d", k->page);
        break;
    case IME_TURN:
        snprintf(id, cap, "words:%s", k->icon == UI_ICON_UP ? "before" : "next");
        break;
    case IME_BACKSPACE:
    case IME_SHIFT:
    case IME_HIDE:
    case IME_DONE:
    case IME_LANGUAGE:
    case IME_FOLD:
        snprintf(id, cap, "%s", FIXED[k->kind]);
        break;
    }
}

static void key_node(struct ui *u, const struct ime_key *k)
{
    char id[16], word[PINYIN_WORD_BYTES];
    id_of(k, id, sizeof id);
    const char *label = k->label != NULL ? k->label : k->text;
    if (k->kind == IME_WORD) { /* what a private field may become is in no tree */
        bool hidden = (u->focus_flags & UI_FIELD_PRIVATE) != 0;
        label = !hidden && pinyin_candidate(u->pinyin, (size_t)k->page, word) ? word : _("Word");
    }
    bool fired;
    ui_w_target(u, UI_ROLE_KEY, id, label, NULL, k->rect, 0, &fired);
}

void ime_draw(struct ui *u)
{
    struct ime_key keys[IME_CAP_KEYS];
    int n = ime_keys(u, keys);
    u->layer = 2;
    u->region = 4;
    u->clip = (struct ui_rect){0, 0, u->f.w_px, u->f.h_px};
    ui_w_fill(u, u->ime, u->tok.chip);
    ui_w_fill(u, (struct ui_rect){u->ime.x, u->ime.y, u->ime.w, ui_w_dp(u, 1)}, u->tok.line);
    int parent = u->parent;
    int board = ui_w_node(u, UI_ROLE_KEYBOARD, "keyboard", _("Keyboard"), NULL, u->ime, 0);
    u->parent = board < 0 ? parent : board;
    if (ime_chinese(u)) {
        draw_letters(u);
    }
    bool show = (u->focus_flags & UI_FIELD_SECRET) == 0;
    for (int i = 0; i < n; i++) {
        key_node(u, &keys[i]);
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
    u->ime_key = ime_nearest(keys, ime_keys(u, keys), x, y);
}

static void choose(struct ui *u, size_t i)
{
    char word[PINYIN_WORD_BYTES];
    if (pinyin_choose(u->pinyin, i, word)) {
        ui_input_edit(u, UI_KEY_NONE, false, word);
    }
    u->ime_words_page = 0;
    u->ime_words_open = u->ime_words_open && pinyin_letters(u->pinyin)[0] != '\0';
}

/* True when the key went into what is composed, or ended it. */
static bool compose(struct ui *u, const struct ime_key *k)
{
    if (!ime_chinese(u)) {
        return false;
    }
    u->ime_words_page = 0;
    bool composing = pinyin_letters(u->pinyin)[0] != '\0';
    if (k->kind == IME_TEXT && k->text[1] == '\0' && pinyin_letter(u->pinyin, k->text[0])) {
        return true;
    }
    if (!composing) {
        return false;
    }
    if (k->kind == IME_BACKSPACE) {
        return pinyin_back(u->pinyin);
    }
    if (k->kind == IME_TEXT && pinyin_count(u->pinyin) > 0 &&
        (k->text[0] < 'a' || k->text[0] > 'z' || k->text[1] != '\0')) {
        choose(u, 0); /* Space takes the first; a mark too, and then stands after it */
        return k->text[0] == ' ';
    }
    if (k->kind == IME_TEXT || k->kind == IME_DONE || k->kind == IME_HIDE) {
        u->ime_open = k->kind != IME_HIDE; /* the field keeps the focus: it takes the letters */
        return ime_finish(u);
    }
    return false;
}

static void press(struct ui *u, const struct ime_key *k)
{
    if (compose(u, k)) {
        return;
    }
    switch (k->kind) {
    case IME_TEXT:
        ui_input_edit(u, UI_KEY_NONE, false, k->text);
        u->ime_page = u->ime_page == 1 ? 0 : u->ime_page;
        break;
    case IME_BACKSPACE:
        ui_input_edit(u, UI_KEY_BACKSPACE, false, NULL);
        break;
    case IME_SHIFT:
    case IME_PAGE:
        u->ime_page = k->page;
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
    case IME_LANGUAGE:
        IGNORE(ime_finish(u));
        u->ime_chinese = !u->ime_chinese;
        break;
    case IME_WORD:
        choose(u, (size_t)k->page);
        break;
    case IME_FOLD:
        u->ime_words_open = !u->ime_words_open;
        u->ime_words_page = 0;
        break;
    case IME_TURN:
        u->ime_words_page = k->page;
        break;
    }
}

void ime_release(struct ui *u)
{
    struct ime_key keys[IME_CAP_KEYS];
    int n = ime_keys(u, keys), at = u->ime_key;
    u->ime_key = -1;
    u->acted = true;
    if (at < 0 || at >= n) {
        return;
    }
    press(u, &keys[at]);
}
