/* ime_words.c - Chinese on the keyboard: the bar of candidates, all of them folded out, and what a
 * choice types. The composing itself is pinyin.c's. */
#include "app/ime/ime_inside.h"
#include "app/ime/pinyin.h"
#include "app/ui/i18n.h"

#include <stdio.h>

enum { LETTERS_DP = 18, WORD_DP = 48, PAD_DP = 10, GRID_ROWS = 4 };

bool ime_bilingual(const struct ui *u)
{
    const uint32_t latin = UI_FIELD_NUMERIC | UI_FIELD_SECRET | UI_FIELD_UPPER | UI_FIELD_SCAN;
    return u->pinyin != NULL && u->focus_is_field && (u->focus_flags & latin) == 0;
}

bool ime_chinese(const struct ui *u)
{
    return ime_bilingual(u) && u->ime_chinese;
}

int ime_letters_px(const struct ui *u)
{
    return ui_w_dp(u, LETTERS_DP);
}

int ime_bar_px(const struct ui *u)
{
    return ime_chinese(u) ? ui_w_dp(u, LETTERS_DP) + ui_w_dp(u, WORD_DP) : 0;
}

static int width(struct ui *u, const char *word)
{
    float kept = u->f.scale;
    u->f.scale = 1;
    struct ui_para p = ui_p_of(u, UI_BODY, word);
    int w = ui_p_natural(u, &p) + 2 * ui_w_dp(u, PAD_DP), least = ui_w_dp(u, WORD_DP);
    u->f.scale = kept;
    return w < least ? least : w;
}

/* Candidates from *i on in rows of `area`, as many as lie whole in it; *i is then the next one. */
static int fill(struct ui *u, struct ui_rect area, int rows, size_t *i, struct ime_key *out,
                int cap)
{
    char word[PINYIN_WORD_BYTES];
    int n = 0, x = 0, row = 0;
    for (; n < cap && pinyin_candidate(u->pinyin, *i, word); (*i)++) {
        int w = width(u, word);
        w = w > area.w ? area.w : w;
        if (x + w > area.w) {
            x = 0;
            row++;
        }
        if (row == rows) {
            break;
        }
        out[n++] = (struct ime_key){
            .rect = {area.x + x, area.y + area.h * row / rows, w, area.h / rows},
            .kind = IME_WORD,
            .page = (int)*i,
        };
        x += w;
    }
    return n;
}

/* Where page k of the folded-out candidates begins; pages differ in length, as words do. */
static size_t page_start(struct ui *u, struct ui_rect area, int k)
{
    struct ime_key unused[IME_CAP_KEYS];
    size_t i = 0;
    while (k-- > 0) {
        IGNORE(fill(u, area, GRID_ROWS, &i, unused, IME_CAP_KEYS - 8) == 0);
    }
    return i;
}

static struct ime_key turn(struct ui_rect r, enum ui_icon icon, const char *label, int page)
{
    return (struct ime_key){
        .rect = r, .kind = IME_TURN, .icon = icon, .label = label, .page = page};
}

/* All candidates, page by page, where the keys were; at the side: before, next, delete, back. */
static int folded_out(struct ui *u, struct ui_rect keys, struct ime_key *out)
{
    int side = ui_w_dp(u, WORD_DP), n = 0, h = keys.h / GRID_ROWS;
    struct ui_rect area = {keys.x, keys.y, keys.w - side, keys.h};
    size_t i = page_start(u, area, u->ime_words_page);
    n = fill(u, area, GRID_ROWS, &i, out, IME_CAP_KEYS - 8);
    struct ui_rect r = {keys.x + keys.w - side, keys.y, side, h};
    if (u->ime_words_page > 0) {
        out[n++] = turn(r, UI_ICON_UP, _("Words before"), u->ime_words_page - 1);
    }
    r.y += h;
    if (i < pinyin_count(u->pinyin)) {
        out[n++] = turn(r, UI_ICON_DOWN, _("More words"), u->ime_words_page + 1);
    }
    r.y += h;
    out[n++] = (struct ime_key){
        .rect = r, .kind = IME_BACKSPACE, .icon = UI_ICON_BACKSPACE, .label = _("Delete")};
    r.y += h;
    out[n++] = (struct ime_key){.rect = r, .kind = IME_FOLD, .label = "abc"};
    return n;
}

int ime_keys(struct ui *u, struct ime_key out[static IME_CAP_KEYS])
{
    int bar = ime_bar_px(u), n = 0;
    struct ui_rect keys = {u->ime.x, u->ime.y + bar, u->ime.w, u->ime.h - bar};
    if (bar == 0) {
        unsigned how = ((u->focus_flags & UI_FIELD_NUMERIC) != 0 ? IME_NUMERIC : 0U) |
                       (ime_bilingual(u) ? IME_BILINGUAL : 0U);
        return ime_layout(keys, u->ime_page, how, out);
    }
    if (u->ime_words_open && pinyin_count(u->pinyin) > 0) {
        return folded_out(u, keys, out);
    }
    n = ime_layout(keys, u->ime_page, IME_BILINGUAL | IME_CHINESE, out);
    int side = ui_w_dp(u, WORD_DP), top = ime_letters_px(u);
    struct ui_rect row = {u->ime.x, u->ime.y + top, u->ime.w - side, bar - top};
    size_t i = 0;
    n += fill(u, row, 1, &i, out + n, IME_CAP_KEYS - 8 - n);
    if (i < pinyin_count(u->pinyin)) {
        out[n++] = (struct ime_key){.rect = {row.x + row.w, row.y, side, row.h},
                                    .kind = IME_FOLD,
                                    .icon = UI_ICON_DOWN,
                                    .label = _("More words")};
    }
    return n;
}

void ime_field(struct ui *u, uint32_t flags)
{
    u->ime_words_open = false;
    u->ime_words_page = 0;
    if (u->pinyin != NULL) {
        pinyin_private(u->pinyin, (flags & (UI_FIELD_PRIVATE | UI_FIELD_GUEST)) != 0);
    }
}

bool ime_finish(struct ui *u)
{
    if (u->pinyin == NULL || pinyin_letters(u->pinyin)[0] == '\0') {
        return false;
    }
    char typed[PINYIN_WORD_BYTES + PINYIN_LETTERS_MAX + 1];
    snprintf(typed, sizeof typed, "%s", pinyin_shown(u->pinyin));
    pinyin_cancel(u->pinyin);
    u->ime_words_open = false;
    ui_input_edit(u, UI_KEY_NONE, false, typed);
    return true;
}
