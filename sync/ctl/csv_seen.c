/* csv_seen.c - see csv_seen.h: open addressing, at most half full. The hash has a random key, so no
 * file can be made that slows it down. */
#include "sync/ctl/csv_seen.h"

#include <sodium.h>
#include <stdlib.h>

#include "core/base/caps.h"
#include "sync/ctl/limits.h"

#define CODE_BYTES (2 * CAP_CODE_BYTES + 1)
#define FIRST_SLOTS 1024

struct slot {
    uint32_t line; /* 0: free */
    uint8_t n;
    char code[CODE_BYTES];
};

struct csv_seen {
    uint8_t key[crypto_shorthash_KEYBYTES];
    size_t count;
    size_t slots; /* a power of two */
    struct slot *slot;
};

enum st csv_seen_open(struct csv_seen **out, struct err *err)
{
    struct csv_seen *s = calloc(1, sizeof *s);
    struct slot *slot = calloc(FIRST_SLOTS, sizeof *slot);
    if (s == NULL || slot == NULL || sodium_init() < 0) {
        free(s);
        free(slot);
        return err_set(err, ST_FULL, 0, __func__, "no memory to watch for repeated ids");
    }
    randombytes_buf(s->key, sizeof s->key);
    s->slots = FIRST_SLOTS;
    s->slot = slot;
    *out = s;
    return ST_OK;
}

void csv_seen_close(struct csv_seen **s)
{
    if (*s != NULL) {
        free((*s)->slot);
        free(*s);
        *s = NULL;
    }
}

size_t csv_seen_count(const struct csv_seen *s)
{
    return s->count;
}

/* The slot of `code`: its own or the free one where it would go. */
static struct slot *place(const struct csv_seen *s, struct slot *slot, size_t slots, str code)
{
    uint8_t h[crypto_shorthash_BYTES];
    (void)crypto_shorthash(h, (const uint8_t *)code.p, code.n, s->key);
    uint64_t at;
    memcpy(&at, h, sizeof at);
    for (;; at++) {
        struct slot *t = &slot[at & (slots - 1)];
        if (t->line == 0 || str_eq((str){t->code, t->n}, code)) {
            return t;
        }
    }
}

static bool grow(struct csv_seen *s)
{
    size_t slots = s->slots * 2;
    struct slot *slot = calloc(slots, sizeof *slot);
    if (slot == NULL) {
        return false;
    }
    for (size_t i = 0; i < s->slots; i++) {
        const struct slot *t = &s->slot[i];
        if (t->line != 0) {
            *place(s, slot, slots, (str){t->code, t->n}) = *t;
        }
    }
    free(s->slot);
    s->slot = slot;
    s->slots = slots;
    return true;
}

enum st csv_seen_add(struct csv_seen *s, str code, uint32_t line, uint32_t *first, struct err *err)
{
    if (code.n > CODE_BYTES || line == 0) {
        return err_set(err, ST_TOO_BIG, 0, __func__, "that is no code of a line");
    }
    struct slot *t = place(s, s->slot, s->slots, code);
    if (t->line != 0) {
        *first = t->line;
        return ST_EXISTS;
    }
    if (s->count >= CSV_SEEN_IDS || (2 * (s->count + 1) > s->slots && !grow(s))) {
        return err_set(err, ST_FULL, 0, __func__, "too many ids in one file: split it");
    }
    t = place(s, s->slot, s->slots, code);
    t->line = line;
    t->n = (uint8_t)code.n;
    memcpy(t->code, code.p, code.n);
    s->count++;
    return ST_OK;
}
