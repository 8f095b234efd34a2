/* fuzz_pages.c - a store's file that is not what it was: read without LMDB (store_walk), made whole
 * (store_salvage), opened again. The first byte: 0 the file as it comes; else changes to a real
 * one, each: where (3 bytes, big end first), how many (1), the bytes; three bytes more than the
 * file has cut it there. */
#include "core/journal/check.h"
#include "core/store/salvage.h"
#include "core/store/store_check.h"
#include "tests/fuzz/door.h"
#include "tests/unit/core/store_help.h"

#include <unistd.h>

static uint8_t image[1U << 20], now_[1U << 20], scratch[CAP_SCRATCH_BYTES];
static size_t image_n;
static char dir[160], data[200], lock[200];

static void write_to(const char *path, const void *p, size_t n)
{
    FILE *f = fopen(path, "wb");
    HOLD(f != NULL && fwrite(p, 1, n, f) == n && fclose(f) == 0);
}

static void fill(struct store *s)
{
    static uint8_t large[9000]; /* a row of overflow pages */
    struct store_txn *t = help_write(s);
    for (unsigned i = 0; i < 60; i++) {
        char key[40];
        snprintf(key, sizeof key, "key %03u of a table", i);
        HOLD(help_put(t, T_DRAFT, key, "what somebody has begun to write") == ST_OK);
        HOLD(help_put(t, T_META, key, "0123456789") == ST_OK);
    }
    HOLD(store_put(t, T_STATE, help_b("large"), bytes_of(large, sizeof large), NULL) == ST_OK);
    HOLD(store_commit(&t, NULL) == ST_OK);
}

static void begin(void)
{
    if (access("/dev/shm", W_OK) == 0) {
        HOLD(setenv("TMPDIR", "/dev/shm", 1) == 0);
    }
    door_long_lived(true);
    snprintf(dir, sizeof dir, "%s", help_create(STORE_DEVICE));
    snprintf(data, sizeof data, "%s/env/data.mdb", dir);
    snprintf(lock, sizeof lock, "%s/lock", dir);
    struct store *s = help_open(dir, STORE_DEVICE, STORE_WRITE);
    fill(s);
    store_close(&s);
    door_long_lived(false);
    FILE *f = fopen(data, "rb");
    HOLD(f != NULL);
    image_n = fread(image, 1, sizeof image, f);
    HOLD(fclose(f) == 0 && image_n > 40000 && image_n < sizeof image && check_failures == 0);
}

/* The file that the input means. */
static size_t make(bytes in)
{
    size_t n = image_n;
    memcpy(now_, image, n);
    for (size_t at = 0; at + 4 <= in.n;) {
        size_t to = (size_t)in.p[at] << 16 | (size_t)in.p[at + 1] << 8 | in.p[at + 2];
        size_t k = in.p[at + 3];
        at += 4;
        k = k < in.n - at ? k : in.n - at;
        if (to >= image_n) {
            n = (to - image_n) % (image_n + 1);
        }
        for (size_t i = 0; i < k && to + i < image_n; i++) {
            now_[to + i] = in.p[at + i];
        }
        at += k;
    }
    return n;
}

static void ignore_seal(void *ctx, enum table table, bytes key, const char *why)
{
    (void)ctx;
    (void)table;
    (void)key;
    HOLD(why != NULL && *why != '\0');
}

/* What was made whole is whole: it opens, is walked without a fault, and every seal holds. */
static void is_whole(const struct store_options *o)
{
    struct store *s = NULL;
    struct salvage_totals again;
    struct store_check_totals totals;
    struct store_check_sink sink = {ignore_seal, NULL};
    struct arena a = arena_of(scratch, sizeof scratch);
    struct err err = {.st = ST_OK};
    HOLD(store_walk(dir, o, a, &again, &err) == ST_OK);
    enum st st = store_open(dir, o, &s, &err);
    if (st == ST_OK) {
        HOLD(store_check(s, a, &sink, &totals, &err) == ST_OK);
        HOLD(totals.lost == 0);
    } else { /* the row that says which layout it is did not survive */
        HOLD(err.text[0] != '\0' && st != ST_BUG);
    }
    store_close(&s);
}

static bool take(bytes in)
{
    struct store_options o = help_options(STORE_DEVICE, STORE_WRITE);
    struct salvage_totals found, kept;
    struct err err = {.st = ST_OK};
    struct arena a = arena_of(scratch, sizeof scratch);
    if (in.n == 0) {
        return false;
    }
    bytes rest = bytes_of(in.p + 1, in.n - 1);
    size_t n = in.p[0] == 0 ? rest.n : make(rest);
    write_to(data, in.p[0] == 0 ? rest.p : now_, n);
    write_to(lock, "w", 1); /* the last end was none */
    enum st st = store_walk(dir, &o, a, &found, &err);
    HOLD(st == ST_OK || st == ST_CORRUPT);
    st = store_salvage(dir, &o, a, &kept, &err);
    HOLD(st == ST_OK || st == ST_WRONG_PIN || st == ST_CORRUPT);
    HOLD(st == ST_OK || err.text[0] != '\0');
    if (st == ST_OK) {
        HOLD(kept.values + kept.rescued > 0);
        is_whole(&o);
    }
    return st == ST_OK;
}

static void seed_change(size_t at, const char *with, size_t n)
{
    uint8_t b[64] = {1, (uint8_t)(at >> 16), (uint8_t)(at >> 8), (uint8_t)at, (uint8_t)n};
    memcpy(b + 5, with, n);
    door_seed(bytes_of(b, n + 5));
}

static void seeds(void)
{
    static const size_t offsets[] = {0, 10, 16, 24, 40, 60, 72, 88, 112, 136, 144};
    door_seed(bytes_of("\1", 1));
    for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) { /* a meta page's fields */
        seed_change(offsets[i], "\1\0\0\0\0\0\0\0", 8);
        seed_change(4096 + offsets[i], "\377\377\377\377", 4);
    }
    for (size_t page = 2; page * 4096 < image_n; page += 3) { /* a page's header, its offsets */
        seed_change(page * 4096, "\0\0\0\0\0\0\0\0\0\0\1\0\20\0\370\17", 16);
        seed_change(page * 4096 + 16, "\24\0\24\0", 4);
        seed_change(page * 4096 + 4000, "\377\377\377\377\0\0\1\0", 8);
    }
    seed_change(image_n + 8192, "", 0);
    seed_change(image_n + 12345, "", 0);
    static uint8_t raw[1 + 3 * 4096];
    memcpy(raw + 1, image, sizeof raw - 1);
    door_seed(bytes_of(raw, sizeof raw));
}

const struct door door = {.name = "pages",
                          .max_bytes = 1 + 3 * 4096,
                          .tries = 600,
                          .begin = begin,
                          .take = take,
                          .seeds = seeds};
