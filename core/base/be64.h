/* be64.h - a 64-bit number as eight bytes, the highest first: in keys, where bytes then sort as the
 * numbers do, and in rows. Any thread. */
#ifndef CORE_BASE_BE64_H
#define CORE_BASE_BE64_H
#include <stdint.h>

static inline void be64_put(uint8_t *out, uint64_t v)
{
    for (unsigned i = 0; i < 8; i++) {
        out[i] = (uint8_t)(v >> (56 - 8 * i));
    }
}

static inline uint64_t be64_get(const uint8_t *in)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < 8; i++) {
        v = v << 8 | in[i];
    }
    return v;
}
#endif
