/* arena.h - memory from one block, freed all at once. Core has no malloc: main hands the block in.
 *
 * Passing a struct arena BY VALUE gives scratch: what the callee takes is gone when it returns.
 * Passing a pointer keeps what is taken. A full arena returns NULL; callers answer ST_FULL.
 * One thread an arena. */
#ifndef CORE_BASE_ARENA_H
#define CORE_BASE_ARENA_H
#include "core/base/slice.h"

struct arena {
    uint8_t *beg; /* next free byte */
    uint8_t *end;
};

/* arena_of: an arena over the caller's `n` bytes at `p`. */
static inline struct arena arena_of(void *p, size_t n)
{
    return (struct arena){(uint8_t *)p, (uint8_t *)p + n};
}

/* arena_take: `count` zeroed items of `size` bytes, aligned to `align` (a power of two).
 * NULL when they do not fit (the product is checked by division). count 0 gives a non-NULL end. */
void *arena_take(struct arena *a, size_t size, size_t align, size_t count);

#define arena_new(a, T, n) ((T *)arena_take((a), sizeof(T), _Alignof(T), (n)))

/* Copies into the arena. On no room: {NULL, 0} with *ok = false; else *ok is left alone. */
bytes arena_bytes(struct arena *a, bytes b, bool *ok);
str arena_str(struct arena *a, str s, bool *ok);
/* arena_cstr: NUL-terminated copy, NULL when full. */
char *arena_cstr(struct arena *a, str s);
#endif
