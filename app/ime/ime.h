/* ime.h - the keyboard on the screen: letters, capitals, digits, symbols, and Chinese by Pinyin.
 *
 * Opened by the kit when a finger chose a field. No gaps: the nearest key wins, is shown while the
 * finger is down (except for secrets) and is typed when the finger is lifted. Letter keys are the
 * one exception to the 48 dp rule: at least 28 dp wide, at least 48 high.
 * In Chinese, letters are composed: the bar above the keys shows them and the words that they may
 * be; a tap chooses, Space takes the first, Enter takes the letters, all words fold out over the
 * keys. Knows the kit's state; knows no screen. UI thread. */
#ifndef APP_IME_IME_H
#define APP_IME_IME_H
#include "app/ui/ui.h"

enum ime_kind {
    IME_TEXT,
    IME_BACKSPACE,
    IME_SHIFT,
    IME_PAGE, /* letters or symbols */
    IME_HIDE,
    IME_DONE, /* Enter: breaks the line in a field of several lines */
    IME_LANGUAGE,
    IME_WORD, /* a candidate */
    IME_FOLD, /* all candidates, or the keys again */
    IME_TURN, /* to another page of candidates */
};

struct ime_key {
    struct ui_rect rect;
    enum ime_kind kind;
    char text[8];      /* what it types, UTF-8; "" for the others */
    const char *label; /* drawn and in the tree; NULL: text */
    enum ui_icon icon; /* drawn instead */
    int page;          /* IME_PAGE, IME_TURN: where to; IME_WORD: which candidate */
};

enum {
    IME_CAP_KEYS = 96, /* a page of candidates on a wide screen */
    IME_NUMERIC = 1,   /* the digits' pad */
    IME_BILINGUAL = 2, /* with a key that changes between Chinese and Latin */
    IME_CHINESE = 4    /* now Chinese: the marks of that script */
};

/* ime_layout: the keys of a page in `area`; returns how many (at most IME_CAP_KEYS). Pages: 0
 * lower, 1 upper, 2 digits and symbols, 3 more symbols. Pure. */
int ime_layout(struct ui_rect area, int page, unsigned how,
               struct ime_key out[static IME_CAP_KEYS]);
/* ime_nearest: index of the key nearest to a point, -1 when n is 0. Pure. */
int ime_nearest(const struct ime_key *keys, int n, float x, float y);
/* ime_area: where the keyboard lies in this frame: at the bottom, or the half beside in landscape.
 */
struct ui_rect ime_area(const struct ui *u);
/* ime_draw: keys and tree nodes, into the topmost layer. */
void ime_draw(struct ui *u);
/* ime_touch, ime_release: the finger is at, was lifted. */
void ime_touch(struct ui *u, float x, float y);
void ime_release(struct ui *u);
/* ime_field: another field has the focus (its flags), or none: what is composed is over. */
void ime_field(struct ui *u, uint32_t flags);
/* ime_finish: types what is composed as its letters, into the field that has the focus. False:
 * there was nothing. True: run the frame before the next event, so that the field takes them. */
bool ime_finish(struct ui *u);
#endif
