/* seal.c - one value at rest: XChaCha20-Poly1305 with a random nonce in front. */
#include "core/keys/seal.h"

#include <sodium.h>

#define NONCE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG crypto_aead_xchacha20poly1305_ietf_ABYTES
_Static_assert(NONCE + TAG == SEAL_OVERHEAD, "seal.h promises the overhead");
_Static_assert(NONCE == SEAL_NONCE, "a run holds one nonce");

static void seal(const uint8_t key[static 32], bytes ad, bytes in, uint8_t *out)
{
    crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE, NULL, in.p, in.n, ad.p, ad.n, NULL, out,
                                               key);
}

void seal_put(const uint8_t key[static 32], bytes ad, bytes in, uint8_t *out)
{
    randombytes_buf(out, NONCE);
    seal(key, ad, in, out);
}

void seal_run_begin(struct seal_run *run)
{
    randombytes_buf(run->nonce, sizeof run->nonce);
}

void seal_run_put(struct seal_run *run, const uint8_t key[static 32], bytes ad, bytes in,
                  uint8_t *out)
{
    memcpy(out, run->nonce, NONCE);
    sodium_increment(run->nonce + NONCE - SEAL_RUN_COUNTER, SEAL_RUN_COUNTER);
    seal(key, ad, in, out);
}

enum st seal_get(const uint8_t key[static 32], bytes ad, bytes in, uint8_t *out, size_t *n)
{
    *n = 0;
    if (in.n < SEAL_OVERHEAD) {
        return ST_CORRUPT;
    }
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, in.p + NONCE, in.n - NONCE,
                                                   ad.p, ad.n, in.p, key) != 0) {
        return ST_CORRUPT;
    }
    *n = in.n - SEAL_OVERHEAD;
    return ST_OK;
}
