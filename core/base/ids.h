/* ids.h - the fixed-size names of things. By value, compared with memcmp, never parsed. */
#ifndef CORE_BASE_IDS_H
#define CORE_BASE_IDS_H
#include "core/base/slice.h"

typedef struct id8 { /* an author, an epoch, a visit, a branch, a sealing key */
    uint8_t b[8];
} id8;
typedef struct id16 { /* a subject: minted once, random; also a person (technician subject) */
    uint8_t b[16];
} id16;
typedef struct h32 { /* BLAKE2b-256: an entry, an attachment, a chunk */
    uint8_t b[32];
} h32;

static inline bool id8_eq(id8 a, id8 b)
{
    return memcmp(a.b, b.b, sizeof a.b) == 0;
}
static inline bool id16_eq(id16 a, id16 b)
{
    return memcmp(a.b, b.b, sizeof a.b) == 0;
}
static inline bool h32_eq(h32 a, h32 b)
{
    return memcmp(a.b, b.b, sizeof a.b) == 0;
}
static inline int h32_cmp(h32 a, h32 b)
{
    return memcmp(a.b, b.b, sizeof a.b);
}
static inline bool id8_zero(id8 a)
{
    static const id8 z = {{0}};
    return id8_eq(a, z);
}
static inline bool id16_zero(id16 a)
{
    static const id16 z = {{0}};
    return id16_eq(a, z);
}
static inline bool h32_zero(h32 a)
{
    static const h32 z = {{0}};
    return h32_eq(a, z);
}
#endif
