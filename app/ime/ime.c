/* ime.c - the keyboard on the screen: where its keys lie, and which one is meant. */
#include "app/ime/ime_inside.h"
#include "app/ui/i18n.h"

enum { ROWS = 4 };

/* A row of keys: single characters stand for themselves; S shift, B backspace, P page, H hide,
 * space bar ' ', E done come as control codes. Weights are in half keys. */
#define K_SHIFT '\1'
#define K_BACK '\2'
#define K_PAGE '\3'
#define K_HIDE '\4'
#define K_DONE '\5'
#define K_LANGUAGE '\6'
#define K_SPACE ' '

static const char *const PAGES[4][ROWS] = {
    {"qwertyuiop", "asdfghjkl", "\1zxcvbnm\2", "\3\4, .\5"},
    {"QWERTYUIOP", "ASDFGHJKL", "\1ZXCVBNM\2", "\3\4, .\5"},
    {"1234567890", "-/:;()+&@", "\1.,?!'\"#\2", "\3\4, .\5"},
    {"[]{}<>*=%_", "\\|~^`$#@!", "\1.,?!'\"#\2", "\3\4, .\5"},
};
/* The last row where there is a choice of scripts, and the marks of Chinese by their Latin twins.
 */
static const char BILINGUAL[] = "\3\4\6, .\5";
static const char *const MARKS[][2] = {{",", "，"}, {".", "。"}, {"?", "？"}, {"!", "！"},
                                       {":", "："}, {";", "；"}, {"(", "（"}, {")", "）"},
                                       {"'", "、"}, {"\"", "”"}, {"#", "“"}};
static const char *const DIGITS[ROWS] = {"123\2", "456-", "789.", "\0040\5"};

static int weight(char c, bool bilingual)
{
    bool wide = (c >= K_SHIFT && c <= K_DONE) || c == K_LANGUAGE;
    int space = bilingual ? 4 : 7; /* it gives way to the key of scripts */
    return wide ? 3 : c == K_SPACE ? space : 2;
}

/* In the digits' pad Done takes two cells: there is nothing to stand beside the nought. */
static int digit_weight(char c)
{
    return c == K_DONE ? 4 : 2;
}

static void make_text(struct ime_key *k, char c, unsigned how)
{
    k->kind = IME_TEXT;
    k->text[0] = c;
    k->label = c == K_SPACE ? _("Space") : NULL;
    for (size_t i = 0; (how & IME_CHINESE) != 0 && i < sizeof MARKS / sizeof MARKS[0]; i++) {
        if (MARKS[i][0][0] == c) {
            memcpy(k->text, MARKS[i][1], strlen(MARKS[i][1]) + 1);
        }
    }
}

static void make(struct ime_key *k, char c, int page, unsigned how)
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
    case K_LANGUAGE:
        k->kind = IME_LANGUAGE;
        k->label = (how & IME_CHINESE) != 0 ? "中" : "EN";
        break;
    default:
        make_text(k, c, how);
        break;
    }
}

static const char *row_of(int page, int r, unsigned how)
{
    bool last = r == ROWS - 1;
    return (how & IME_NUMERIC) != 0             ? DIGITS[r]
           : last && (how & IME_BILINGUAL) != 0 ? BILINGUAL
                                                : PAGES[page][r];
}

int ime_layout(struct ui_rect area, int page, unsigned how, struct ime_key out[static IME_CAP_KEYS])
{
    int n = 0;
    bool numeric = (how & IME_NUMERIC) != 0, bilingual = (how & IME_BILINGUAL) != 0;
    for (int r = 0; r < ROWS; r++) {
        const char *row = row_of(page, r, how);
        int total = 0, at = 0;
        for (const char *c = row; *c != '\0'; c++) {
            total += numeric ? digit_weight(*c) : weight(*c, bilingual);
        }
        int full = numeric ? total : 20; /* a shorter row is centred */
        int y0 = area.y + area.h * r / ROWS, y1 = area.y + area.h * (r + 1) / ROWS;
        for (const char *c = row; *c != '\0' && n < IME_CAP_KEYS; c++) {
            int w = numeric ? digit_weight(*c) : weight(*c, bilingual), pad = (full - total);
            int x0 = area.x + area.w * (2 * at + pad) / (2 * full);
            int x1 = area.x + area.w * (2 * (at + w) + pad) / (2 * full);
            out[n] = (struct ime_key){.rect = {x0, y0, x1 - x0, y1 - y0}};
            make(&out[n], *c, page, how);
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
    int w = u->f.w_px, h = u->f.h_px, row = h * 42 / 100 / ROWS, bar = ime_bar_px(u);
    int least = ui_w_dp(u, 48), most = ui_w_dp(u, 60);
    row = row < least ? least : row > most ? most : row;
    if (w <= h) {
        return (struct ui_rect){0, h - ROWS * row - bar, w, ROWS * row + bar};
    }
    int side = w / 2 < ui_w_dp(u, 288) ? ui_w_dp(u, 288) : w / 2;
    row = (h - bar) / ROWS < most ? (h - bar) / ROWS : most;
    return (struct ui_rect){u->f.left_hand ? 0 : w - side, h - ROWS * row - bar, side,
                            ROWS * row + bar};
}
