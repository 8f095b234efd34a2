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

struct words {
    pthread_t thread;
    bool running;
    atomic_bool stop;
    atomic_size_t ready; /* items below this are complete */
    struct app *app;
    struct store *store;
    id16 *subjects; /* own copy, in the order gathered */
    uint32_t *at;   /* n + 1 offsets into text */
    size_t n;
    char *text;
    uint64_t generation;
};
void words_drop(struct words *w);
/* words_want: make sure that these subjects' words are being gathered, as of `generation`. UI
 * thread. */
void words_want(struct words *w, struct app *a, const id16 *subjects, size_t n,
                uint64_t generation);
/* words_match: does the index-th subject hold all words of `search`? Not gathered yet: false. */
bool words_match(const struct words *w, id16 subject, size_t index, const char *search);
#endif
