/* author_keys.c - the two secret keys of an author, in locked memory. */
#include "core/keys/author_keys.h"

#include <sodium.h>

#define SIGN_SEED crypto_sign_SEEDBYTES
_Static_assert(SIGN_SEED + crypto_box_SECRETKEYBYTES == AUTHOR_KEYS_SEED_BYTES, "seed layout");

enum st author_keys_load(struct author_keys *k, const uint8_t in[static AUTHOR_KEYS_SEED_BYTES])
{
    memset(k, 0, sizeof *k);
    k->sign_sk = sodium_malloc(crypto_sign_SECRETKEYBYTES);
    k->box_sk = sodium_malloc(crypto_box_SECRETKEYBYTES + AUTHOR_KEYS_PAIR_BYTES);
    if (k->sign_sk == NULL || k->box_sk == NULL) {
        author_keys_wipe(k);
        return ST_FULL;
    }
    crypto_sign_seed_keypair(k->sign_pk, k->sign_sk, in);
    memcpy(k->box_sk, in + SIGN_SEED, crypto_box_SECRETKEYBYTES);
    k->pair = k->box_sk + crypto_box_SECRETKEYBYTES;
    memset(k->pair, 0, AUTHOR_KEYS_PAIR_BYTES);
    if (crypto_scalarmult_base(k->box_pk, k->box_sk) != 0) {
        author_keys_wipe(k);
        return ST_CORRUPT;
    }
    return ST_OK;
}

enum st author_keys_make(struct author_keys *k)
{
    uint8_t seed[AUTHOR_KEYS_SEED_BYTES];
    randombytes_buf(seed, sizeof seed);
    enum st st = author_keys_load(k, seed);
    sodium_memzero(seed, sizeof seed);
    return st;
}

void author_keys_save(const struct author_keys *k, uint8_t out[static AUTHOR_KEYS_SEED_BYTES])
{
    crypto_sign_ed25519_sk_to_seed(out, k->sign_sk);
    memcpy(out + SIGN_SEED, k->box_sk, crypto_box_SECRETKEYBYTES);
}

void author_keys_wipe(struct author_keys *k)
{
    sodium_free(k->sign_sk);
    sodium_free(k->box_sk);
    memset(k, 0, sizeof *k);
}
