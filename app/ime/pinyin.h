/* pinyin.h - letters become Chinese words: libgooglepinyin behind eight functions.
 *
 * What the technician chose before comes first (the learned words). The library insists on a file
 * for them; it gets a memfd, so that nothing learned reaches a disk in the clear: the caller takes
 * the bytes out after a choice (pinyin_learned) and seals them into the store. A field that must
 * teach nothing and show nothing learned (a customer's comment) composes in private: with words
 * of its own that are wiped when it ends.
 *
 * The library keeps its state in globals and some 200 KB of each opening: one struct pinyin a
 * process, opened once; who learns changes by pinyin_user. UI thread. */
#ifndef APP_IME_PINYIN_H
#define APP_IME_PINYIN_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/slice.h"
#include "core/base/status.h"

enum {
    PINYIN_LETTERS_MAX = 39,        /* what the library decodes at once */
    PINYIN_WORD_BYTES = 40 * 3 + 1, /* as many Chinese characters as letters, and the end */
    PINYIN_LEARNED_BYTES = 32768    /* fits a draft; what is beyond is learned until the lock */
};

struct pinyin;

/* pinyin_open: nobody's words. ST_NOT_FOUND when the dictionary is not on this machine, ST_FULL
 * (memory), ST_IO. *out is NULL on failure. The caller owns it: pinyin_close. */
MUST_USE enum st pinyin_open(struct pinyin **out, struct err *err);
/* pinyin_close: wipes what was learned and composed. NULL is allowed. */
void pinyin_close(struct pinyin *p);

/* pinyin_user: ends what is composed, wipes what was learned so far (taken out before, by
 * pinyin_learned, or lost) and goes on with `learned`, which pinyin_learned gave once (empty, or
 * not understood: nothing learned yet). False: without these words, or without any. */
MUST_USE bool pinyin_user(struct pinyin *p, bytes learned);
/* pinyin_private: from here on compose without the learned words, and forget what is chosen (true),
 * or with them (false). Ends what is composed. Costs nothing where no letter is typed in between.
 */
void pinyin_private(struct pinyin *p, bool on);
/* pinyin_letter: one more letter a-z; false (and nothing changed) for another character, or when
 * there is no room. */
bool pinyin_letter(struct pinyin *p, char c);
/* pinyin_back: one step back: the last choice, else the last letter. False: nothing is composed. */
bool pinyin_back(struct pinyin *p);
/* pinyin_cancel: nothing is composed any more. */
void pinyin_cancel(struct pinyin *p);
/* pinyin_letters: the letters as typed, "" when nothing is composed. Until the next call. */
const char *pinyin_letters(const struct pinyin *p);
/* pinyin_shown: what is chosen already and the letters that are left. Until the next call. */
const char *pinyin_shown(const struct pinyin *p);
/* pinyin_count: how many candidates; pinyin_candidate: the i-th as UTF-8 into `out`, false when
 * there is none. */
size_t pinyin_count(const struct pinyin *p);
bool pinyin_candidate(const struct pinyin *p, size_t i, char out[static PINYIN_WORD_BYTES]);
/* pinyin_choose: true when all letters are chosen: `out` is the text and nothing is composed any
 * more; false: more is to be chosen, or there is no such candidate. */
bool pinyin_choose(struct pinyin *p, size_t i, char out[static PINYIN_WORD_BYTES]);
/* pinyin_learned: true when something was learned since the last call; *out (at most
 * PINYIN_LEARNED_BYTES) is then what to seal, until the next call of any function here. */
bool pinyin_learned(struct pinyin *p, bytes *out);
#endif
