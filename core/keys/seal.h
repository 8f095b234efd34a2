/* seal.h - XChaCha20-Poly1305 over one value: nonce (24) then ciphertext and tag. Pure. */
#ifndef CORE_KEYS_SEAL_H
#define CORE_KEYS_SEAL_H
#include "core/base/slice.h"
#include "core/base/status.h"
#define SEAL_OVERHEAD 40
#define SEAL_NONCE 24
/* seal_put: out must hold in.n + SEAL_OVERHEAD; ad = table and key of the place it lies in. */
void seal_put(const uint8_t key[static 32], bytes ad, bytes in, uint8_t *out);
/* The same for many values, one after the other: 24 random bytes are asked of the kernel once, and
 * the last eight count on from there. So nonces differ within a run by the count, and between runs
 * by 16 random bytes. A run is used by one thread, for one key, and never copied or kept. */
#define SEAL_RUN_COUNTER 8
struct seal_run {
    uint8_t nonce[SEAL_NONCE];
};
void seal_run_begin(struct seal_run *run);
void seal_run_put(struct seal_run *run, const uint8_t key[static 32], bytes ad, bytes in,
                  uint8_t *out);
/* seal_get: out must hold in.n - SEAL_OVERHEAD; ST_CORRUPT when the seal does not hold. */
MUST_USE enum st seal_get(const uint8_t key[static 32], bytes ad, bytes in, uint8_t *out,
                          size_t *n);
#endif
