/* seal.h - XChaCha20-Poly1305 over one value: nonce (24) then ciphertext and tag. Pure. */
#ifndef CORE_KEYS_SEAL_H
#define CORE_KEYS_SEAL_H
#include "core/base/slice.h"
#include "core/base/status.h"
#define SEAL_OVERHEAD 40
/* seal_put: out must hold in.n + SEAL_OVERHEAD; ad = table and key of the place it lies in. */
void seal_put(const uint8_t key[static 32], bytes ad, bytes in, uint8_t *out);
/* seal_get: out must hold in.n - SEAL_OVERHEAD; ST_CORRUPT when the seal does not hold. */
MUST_USE enum st seal_get(const uint8_t key[static 32], bytes ad, bytes in, uint8_t *out,
                          size_t *n);
#endif
