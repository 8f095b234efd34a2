/* ime_inside.h - what the files of this room share: the keys as they are now, with the candidates.
 */
#ifndef APP_IME_IME_INSIDE_H
#define APP_IME_IME_INSIDE_H
#include "app/ime/ime.h"
#include "app/ui/ui_state.h"

/* ime_bilingual: the field in focus takes words, and there is a dictionary. ime_chinese: and they
 * are Chinese now. */
bool ime_bilingual(const struct ui *u);
bool ime_chinese(const struct ui *u);
/* ime_bar_px: height of the bar of candidates, 0 when there is none. */
int ime_bar_px(const struct ui *u);
/* ime_keys: all that can be touched in u->ime now; returns how many. */
int ime_keys(struct ui *u, struct ime_key out[static IME_CAP_KEYS]);
/* ime_letters: height in px of the line of letters at the top of the bar. */
int ime_letters_px(const struct ui *u);
#endif
