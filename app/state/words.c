/* words.c - see words.h. */
#include "app/state/words.h"

#include <ctype.h>
#include <sodium.h>
#include <stdlib.h>

#include "app/state/app_internal.h"

#define ROW_BYTES (256U << 10) /* a job's state and its texts while they are read */

static void put_lower(char *to, size_t *n, size_t cap, str s)
{
    for (size_t k = 0; k < s.n && *n + 1 < cap; k++) {
        unsigned char c = (unsigned char)s.p[k];
        to[(*n)++] = (char)(c < 0x80 ? tolower(c) : c);
    }
    if (*n + 1 < cap) {
        to[(*n)++] = '\n'; /* no match across two texts */
    }
}

static void *gather(void *arg)
{
    struct words *w = arg;
    uint8_t *mem = malloc(ROW_BYTES);
    size_t used = 0;
    for (size_t k = 0; mem != NULL && k < w->n && !atomic_load(&w->stop); k++) {
        struct arena m = arena_of(mem, ROW_BYTES);
        struct today_row row;
        struct store_txn *t = NULL;
        char buf[WORDS_OF_JOB_BYTES];
        size_t n = 0;
        if (store_read(w->store, &t, NULL) == ST_OK) {
            if (today_words(t, w->subjects[k], &m, &row)) {
                put_lower(buf, &n, sizeof buf, row.customer);
                put_lower(buf, &n, sizeof buf, row.code);
                put_lower(buf, &n, sizeof buf, row.phone);
                put_lower(buf, &n, sizeof buf, row.equipment);
                put_lower(buf, &n, sizeof buf, row.model);
                put_lower(buf, &n, sizeof buf, row.address);
                put_lower(buf, &n, sizeof buf, row.fault_told);
            }
            store_abort(&t);
        }
        if (used + n > WORDS_BYTES) {
            n = 0; /* found by scrolling only */
        }
        memcpy(w->text + used, buf, n);
        used += n;
        w->at[k + 1] = (uint32_t)used;
        atomic_store(&w->ready, k + 1);
        sodium_memzero(buf, sizeof buf);
    }
    if (mem != NULL) {
        sodium_memzero(mem, ROW_BYTES);
        free(mem);
    }
    w->app->wake(w->app->wake_ctx);
    return NULL;
}

void words_drop(struct words *w)
{
    if (w->running) {
        atomic_store(&w->stop, true);
        pthread_join(w->thread, NULL);
    }
    if (w->text != NULL) {
        sodium_memzero(w->text, w->at == NULL ? 0 : w->at[atomic_load(&w->ready)]);
    }
    free(w->text);
    free(w->subjects);
    free(w->at);
    memset(w, 0, sizeof *w);
}

void words_want(struct words *w, struct app *a, const id16 *subjects, size_t n, uint64_t generation)
{
    if (w->running && w->generation == generation && w->n == n &&
        memcmp(w->subjects, subjects, n * sizeof subjects[0]) == 0) {
        return;
    }
    words_drop(w);
    if (n == 0) {
        return;
    }
    w->text = malloc(WORDS_BYTES); /* pages that are not touched cost nothing */
    w->subjects = malloc(n * sizeof subjects[0]);
    w->at = calloc(n + 1, sizeof w->at[0]);
    if (w->text == NULL || w->subjects == NULL || w->at == NULL) {
        words_drop(w);
        return;
    }
    memcpy(w->subjects, subjects, n * sizeof subjects[0]);
    w->n = n;
    w->app = a;
    w->store = a->store;
    w->generation = generation;
    w->running = pthread_create(&w->thread, NULL, gather, w) == 0;
}

static bool holds(const char *text, size_t n, const char *word, size_t wn)
{
    for (size_t k = 0; k + wn <= n; k++) {
        if (text[k] == word[0] && memcmp(text + k, word, wn) == 0) {
            return true;
        }
    }
    return false;
}

bool words_match(const struct words *w, id16 subject, size_t index, const char *search)
{
    struct words *m = (struct words *)(uintptr_t)w; /* atomic_load takes no const in C11 */
    if (index >= atomic_load(&m->ready) || !id16_eq(w->subjects[index], subject)) {
        return false;
    }
    const char *text = w->text + w->at[index];
    size_t n = w->at[index + 1] - w->at[index];
    char lower[64];
    size_t ln = 0;
    for (; search[ln] != '\0' && ln + 1 < sizeof lower; ln++) {
        unsigned char c = (unsigned char)search[ln];
        lower[ln] = (char)(c < 0x80 ? tolower(c) : c);
    }
    lower[ln] = '\0';
    for (size_t k = 0; k < ln;) {
        size_t e = k;
        while (e < ln && lower[e] != ' ') {
            e++;
        }
        if (e > k && !holds(text, n, lower + k, e - k)) {
            return false;
        }
        k = e + 1;
    }
    return true;
}
