/* words.c - see words.h. */
#include "app/state/words.h"

#include <ctype.h>
#include <sodium.h>
#include <stdlib.h>

#include "app/state/app_internal.h"

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

/* Subjects are random: their first bytes are hash enough. */
static size_t slot_of(const struct words *w, id16 subject)
{
    uint32_t h;
    memcpy(&h, subject.b, sizeof h);
    size_t k = h & (w->slots - 1);
    while (w->slot[k] != 0 && !id16_eq(w->subjects[w->slot[k] - 1], subject)) {
        k = (k + 1) & (w->slots - 1);
    }
    return k;
}

/* The index of a subject, n when it is not here. Lists come in nearly the order that was gathered:
 * the next is most often where the one before it ended. Only once something is ready. */
static size_t index_of(const struct words *w, id16 subject, size_t *hint)
{
    size_t k = *hint;
    if (k >= w->n || !id16_eq(w->subjects[k], subject)) {
        uint32_t found = w->slot[slot_of(w, subject)];
        if (found == 0) {
            return w->n;
        }
        k = found - 1;
    }
    *hint = k + 1;
    return k;
}

static void *gather(void *arg)
{
    struct words *w = arg;
    uint8_t *mem = malloc(APP_ROW_BYTES);
    size_t used = 0;
    for (size_t k = 0; k < w->n; k++) {
        w->slot[slot_of(w, w->subjects[k])] = (uint32_t)k + 1;
    }
    for (size_t k = 0; mem != NULL && k < w->n && !atomic_load(&w->stop); k++) {
        struct arena m = arena_of(mem, APP_ROW_BYTES);
        struct today_row row;
        struct store_txn *t = NULL;
        char buf[WORDS_OF_JOB_BYTES];
        size_t n = 0;
        if (store_read(w->store, &t, NULL) == ST_OK) {
            if (today_words(t, w->subjects[k], &m, &row)) {
                put_lower(buf, &n, sizeof buf, row.customer);
                put_lower(buf, &n, sizeof buf, row.code);
                put_lower(buf, &n, sizeof buf, row.provisional);
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
        sodium_memzero(mem, APP_ROW_BYTES);
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
    free(w->slot);
    memset(w, 0, sizeof *w);
}

static bool has_all(struct words *w, const id16 *subjects, size_t n)
{
    size_t hint = 0;
    if (n > w->n || atomic_load(&w->ready) == 0) {
        return false;
    }
    for (size_t k = 0; k < n; k++) {
        if (index_of(w, subjects[k], &hint) == w->n) {
            return false;
        }
    }
    return true;
}

static bool take_memory(struct words *w, size_t n)
{
    w->slots = 64;
    while (w->slots < 2 * n) {
        w->slots *= 2;
    }
    w->text = malloc(WORDS_BYTES); /* pages that are not touched cost nothing */
    w->subjects = malloc(n * sizeof w->subjects[0]);
    w->at = calloc(n + 1, sizeof w->at[0]);
    w->slot = calloc(w->slots, sizeof w->slot[0]);
    return w->text != NULL && w->subjects != NULL && w->at != NULL && w->slot != NULL;
}

void words_want(struct words *w, struct app *a, const id16 *subjects, size_t n, uint64_t generation,
                uint64_t list)
{
    if (w->running && w->generation == generation && (w->list == list || has_all(w, subjects, n))) {
        w->list = list;
        return;
    }
    words_drop(w);
    if (n == 0) {
        return;
    }
    if (!take_memory(w, n)) {
        words_drop(w);
        return;
    }
    memcpy(w->subjects, subjects, n * sizeof subjects[0]);
    w->n = n;
    w->app = a;
    w->store = a->store;
    w->generation = generation;
    w->list = list;
    w->running = pthread_create(&w->thread, NULL, gather, w) == 0;
    if (!w->running) {
        words_drop(w); /* nothing is found; the next change tries again */
    }
}

static bool holds(const char *text, size_t n, const char *word, size_t wn)
{
    const char *end = text + n;
    while ((size_t)(end - text) >= wn) {
        const char *p = memchr(text, word[0], (size_t)(end - text) - wn + 1);
        if (p == NULL) {
            return false;
        }
        if (memcmp(p, word, wn) == 0) {
            return true;
        }
        text = p + 1;
    }
    return false;
}

void words_lower(const char *search, char out[static WORDS_SEARCH_BYTES])
{
    size_t n = 0;
    for (; search[n] != '\0' && n + 1 < WORDS_SEARCH_BYTES; n++) {
        unsigned char c = (unsigned char)search[n];
        out[n] = (char)(c < 0x80 ? tolower(c) : c);
    }
    out[n] = '\0';
}

bool words_match(const struct words *w, id16 subject, const char *lower, size_t *hint)
{
    struct words *m = (struct words *)(uintptr_t)w; /* atomic_load takes no const in C11 */
    size_t ready = atomic_load(&m->ready);
    size_t k = ready == 0 ? 0 : index_of(w, subject, hint);
    if (k >= ready) {
        return false;
    }
    const char *text = w->text + w->at[k];
    size_t n = w->at[k + 1] - w->at[k];
    while (*lower != '\0') {
        size_t wn = strcspn(lower, " ");
        if (wn > 0 && !holds(text, n, lower, wn)) {
            return false;
        }
        lower += wn + (lower[wn] == ' ' ? 1U : 0U);
    }
    return true;
}
