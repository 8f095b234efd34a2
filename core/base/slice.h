/* slice.h - borrowed runs of bytes and of UTF-8 text. Neither owns memory nor ends in NUL. */
#ifndef CORE_BASE_SLICE_H
#define CORE_BASE_SLICE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct bytes {
    const uint8_t *p;
    size_t n;
} bytes;

typedef struct str {
    const char *p;
    size_t n;
} str;

/* A literal as a str; compile-time length. */
#define S(lit) ((str){("" lit), sizeof(lit) - 1})

static inline str str_c(const char *z) /* NUL-terminated z, may be NULL; lives as long as z */
{
    return (str){z, z == NULL ? 0 : strlen(z)};
}
static inline bytes bytes_of(const void *p, size_t n)
{
    return (bytes){(const uint8_t *)p, n};
}
static inline bytes str_bytes(str s)
{
    return (bytes){(const uint8_t *)s.p, s.n};
}
static inline str bytes_str(bytes b)
{
    return (str){(const char *)b.p, b.n};
}
static inline bool bytes_eq(bytes a, bytes b) /* not constant time: never for secrets */
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}
static inline bool str_eq(str a, str b)
{
    return bytes_eq(str_bytes(a), str_bytes(b));
}
#endif
