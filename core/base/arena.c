/* arena.c - see arena.h. */
#include "core/base/arena.h"

void *arena_take(struct arena *a, size_t size, size_t align, size_t count)
{
    size_t pad = (size_t)(-(uintptr_t)a->beg & (align - 1));
    size_t room = (size_t)(a->end - a->beg);
    if (pad > room || (size != 0 && count > (room - pad) / size)) {
        return NULL;
    }
    uint8_t *p = a->beg + pad;
    a->beg = p + size * count;
    if (size * count != 0) {
        memset(p, 0, size * count);
    }
    return p;
}

bytes arena_bytes(struct arena *a, bytes b, bool *ok)
{
    uint8_t *p = arena_new(a, uint8_t, b.n);
    if (p == NULL) {
        *ok = false;
        return (bytes){NULL, 0};
    }
    if (b.n != 0) {
        memcpy(p, b.p, b.n);
    }
    return (bytes){p, b.n};
}

str arena_str(struct arena *a, str s, bool *ok)
{
    return bytes_str(arena_bytes(a, str_bytes(s), ok));
}

char *arena_cstr(struct arena *a, str s)
{
    char *p = arena_new(a, char, s.n + 1);
    if (p != NULL && s.n != 0) {
        memcpy(p, s.p, s.n);
    }
    return p;
}
