/* find.h - searches through texts on a screen: every word that was typed stands somewhere, in any
 * of the texts, letters in either case. Words are parted by blanks, an input method's wide one too,
 * and its wide letters are those of the keyboard. */
#ifndef APP_SCREENS_FIND_H
#define APP_SCREENS_FIND_H
#include "core/base/slice.h"

#define FIND_BYTES 128 /* of a search as typed: some forty Chinese characters */

/* find_plain: what was typed, as the searches below want it: blanks and letters made narrow. */
void find_plain(const char *typed, char out[static FIND_BYTES]);
/* find_in: does `plain` hold in these texts? An empty one does. */
bool find_in(const str *texts, size_t n, const char *plain);
#endif
