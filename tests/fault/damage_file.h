/* damage_file.h - a store's file spoilt in many ways, and what of it must survive.
 *
 * A golden copy is looked through once: where every sealed value lies in the file, by searching its
 * bytes (each begins with a nonce of its own). After damage a value must be kept when all pages
 * that it lies in are as they were. */
#ifndef TESTS_FAULT_DAMAGE_FILE_H
#define TESTS_FAULT_DAMAGE_FILE_H
#include "core/store/store.h"

#include <stdio.h>

#define DAMAGE_VALUES 8192
#define DAMAGE_PAGE 4096
struct damage_value {
    enum table table;
    uint8_t key[CAP_STORE_KEY_BYTES];
    size_t key_n;
    uint8_t nonce[24];
    size_t at, n; /* in the file */
};
struct damage_gold {
    uint8_t *file; /* data.mdb */
    size_t n;
    struct damage_value *values;
    size_t nvalues;
    uint8_t *ways; /* by page: not 0 for meta pages and the list of free pages */
};
/* damage_gold_read: of a closed store; exit(99) when it cannot. */
void damage_gold_read(struct damage_gold *g, const char *dir);
void damage_gold_free(struct damage_gold *g);
/* damage_file_do: spoil a copy of the file (n bytes at `file`; *n may shrink) as `seed` says.
 * Returns in words what was done; static storage. */
const char *damage_file_do(uint8_t *file, size_t *n, uint32_t seed);
/* damage_file_wipe: the value and every stale copy of it: what is never replaced would else be
 * found there. */
void damage_file_wipe(uint8_t *file, size_t n, const struct damage_value *v);
/* damage_file_intact: is the value where and as it was? */
bool damage_file_intact(const struct damage_gold *g, const struct damage_value *v,
                        const uint8_t *file, size_t n);
/* damage_file_ways: were a meta page or the list of free pages hit? Then what is replaced now and
 * then cannot be told from what it replaced. */
bool damage_file_ways(const struct damage_gold *g, const uint8_t *file, size_t n);
void damage_file_write(const char *path, const uint8_t *p, size_t n);
uint8_t *damage_file_read(const char *path, size_t *n); /* malloc'ed */
/* damage_file_copy: a folder with its files and folders. */
void damage_file_copy(const char *from, const char *to);
#endif
