/* hash.h - the one hash of the journal: BLAKE2b with 32 bytes out.
 *
 * Pure functions over the caller's memory; they cannot fail. Any thread; one state, one thread.
 * main has called sodium_init() before. */
#ifndef CORE_CODEC_HASH_H
#define CORE_CODEC_HASH_H
#include "core/base/slice.h"
#include <sodium/crypto_generichash.h>

#define HASH_BYTES 32

/* hash32: unkeyed BLAKE2b-256 of `in`. */
void hash32(bytes in, uint8_t out[HASH_BYTES]);
/* hash32_keyed: BLAKE2b-256 of `in` under a 32-byte key or salt. */
void hash32_keyed(const uint8_t key[32], bytes in, uint8_t out[HASH_BYTES]);

/* The same, unkeyed, for input that comes in pieces: begin, add any number of times, end. The
 * state is aligned to 64 bytes: keep it on the stack or take it with arena_new. */
struct hash32_state {
    crypto_generichash_state s;
};
void hash32_begin(struct hash32_state *h);
void hash32_add(struct hash32_state *h, bytes in);
void hash32_end(struct hash32_state *h, uint8_t out[HASH_BYTES]);
#endif
