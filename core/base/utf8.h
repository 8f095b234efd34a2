/* utf8.h - text from people: is it UTF-8, and its one signed form (NFC, no controls). */
#ifndef CORE_BASE_UTF8_H
#define CORE_BASE_UTF8_H
#include "core/base/arena.h"
#include "core/base/status.h"

/* utf8_next: the code point at *i (must be < s.n), *i moves past it; 0xFFFD and one byte on error.
 */
uint32_t utf8_next(str s, size_t *i);
/* utf8_valid: shortest forms only, no surrogates, at most U+10FFFF. */
bool utf8_valid(str s);
/* utf8_count: code points of a valid s. */
size_t utf8_count(str s);
/* utf8_clean: the form in which typed text is kept: NFC; CR LF, CR, and Unicode's line and
 * paragraph separators become LF; tabs become a space; other control, bidirectional and zero-width
 * characters (joiners, fillers, variation selectors, tags) are dropped; trailing white space of
 * each line and of the whole is dropped. *out lives in `a`; on failure nothing stays taken and *out
 * is empty. ST_BAD_INPUT when not UTF-8, ST_FULL when there is no room (it works in up to 9 times
 * s.n). Idempotent. Bound s.n before: a long run of combining marks takes quadratic time. */
MUST_USE enum st utf8_clean(struct arena *a, str s, str *out);
/* utf8_is_clean: utf8_clean would change nothing. Scratch from `tmp`; false when it is too small.
 */
bool utf8_is_clean(struct arena tmp, str s);
#endif
