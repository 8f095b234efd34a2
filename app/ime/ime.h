/* ime.h - the keyboard on the screen: letters, capitals, digits and symbols.
 *
 * Opened by the kit when a finger chose a field. No gaps: the nearest key wins, is shown while the
 * finger is down (except for secrets) and is typed when the finger is lifted. Letter keys are the
 * one exception to the 48 dp rule: at least 28 dp wide, at least 48 high.
 * Knows the kit's state; knows no screen. UI thread. */
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
};

struct ime_key {
    struct ui_rect rect;
    enum ime_kind kind;
    char text[8];      /* what it types; "" for the others */
    const char *label; /* drawn and in the tree; NULL: text */
    enum ui_icon icon; /* drawn instead */
    int page;          /* IME_PAGE: where to */
};

enum { IME_CAP_KEYS = 48 };

/* ime_layout: the keys of a page in `area`; returns how many (at most IME_CAP_KEYS). Pages: 0
 * lower, 1 upper, 2 digits and symbols, 3 more symbols; numeric is the digits' pad. Pure. */
int ime_layout(struct ui_rect area, int page, bool numeric,
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
#endif
