/* words.h - what can be searched: the words of every job, lower case, in memory only.
 *
 * Gathered by a thread of its own from read transactions; dropped and wiped at lock. Until it is
 * done a search finds what has been gathered so far, and goes on finding. */
#ifndef APP_STATE_WORDS_H
#define APP_STATE_WORDS_H
#include <pthread.h>
#include <stdatomic.h>

#include "app/state/app.h"

#define WORDS_OF_JOB_BYTES 512  /* name, code, address, phone, model, fault: the first of them */
#define WORDS_BYTES (48U << 20) /* all jobs' words: 100,000 of about 200 bytes, and room */
#define WORDS_SEARCH_BYTES 64   /* what is typed, lower case */

struct words {
    pthread_t thread;
    bool running; /* the thread was started, and is not joined yet */
    atomic_bool stop;
    atomic_size_t ready; /* items below this are complete */
    struct app *app;
    struct store *store;
    id16 *subjects; /* own copy, in the order gathered */
    uint32_t *at;   /* n + 1 offsets into text */
    uint32_t *slot; /* where a subject is: index + 1 by hash, 0 free; slots is a power of two */
    size_t n, slots;
    char *text;
    uint64_t generation; /* of the words */
    uint64_t list;       /* the newest list of subjects that was found to be all here */
};
void words_drop(struct words *w);
/* words_want: make sure that these subjects' words are being gathered, as of `generation`. A list
 * (numbered by `list`) that only leaves some out, or orders them anew, costs no gathering. UI
 * thread. */
void words_want(struct words *w, struct app *a, const id16 *subjects, size_t n, uint64_t generation,
                uint64_t list);
/* words_lower: what was typed, as words_match takes it. */
void words_lower(const char *search, char out[static WORDS_SEARCH_BYTES]);
/* words_match: does this subject hold all words of `lower`? Not gathered yet: false. *hint is where
 * it probably is, and afterwards where the next one probably is: 0 before the first of a list. */
bool words_match(const struct words *w, id16 subject, const char *lower, size_t *hint);
#endif
