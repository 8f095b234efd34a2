/* guard.h - bytes that end where memory ends: a read beyond them is a crash, not a guess. */
#ifndef TESTS_GUARD_H
#define TESTS_GUARD_H
#include "core/base/slice.h"

/* guard_copy: a copy of `b` whose last byte lies before an unreadable page. Freed by guard_free. */
struct guard {
    void *map;
    size_t map_bytes;
    bytes b;
};
struct guard guard_copy(bytes b);
void guard_free(struct guard *g);
#endif
