/* hash.c - see hash.h. libsodium answers non-zero only for lengths out of range: ours are fixed. */
#include "core/codec/hash.h"

_Static_assert(HASH_BYTES >= crypto_generichash_BYTES_MIN &&
                   HASH_BYTES <= crypto_generichash_BYTES_MAX,
               "BLAKE2b can make a hash of this length");

void hash32(bytes in, uint8_t out[HASH_BYTES])
{
    crypto_generichash(out, HASH_BYTES, in.p, in.n, NULL, 0);
}

void hash32_keyed(const uint8_t key[32], bytes in, uint8_t out[HASH_BYTES])
{
    crypto_generichash(out, HASH_BYTES, in.p, in.n, key, 32);
}

void hash32_begin(struct hash32_state *h)
{
    crypto_generichash_init(&h->s, NULL, 0, HASH_BYTES);
}

void hash32_add(struct hash32_state *h, bytes in)
{
    crypto_generichash_update(&h->s, in.p, in.n);
}

void hash32_end(struct hash32_state *h, uint8_t out[HASH_BYTES])
{
    crypto_generichash_final(&h->s, out, HASH_BYTES);
}
