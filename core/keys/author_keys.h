/* author_keys.h - an author's own keys: Ed25519 to sign, X25519 to be sealed to. In locked memory.
 */
#ifndef CORE_KEYS_AUTHOR_KEYS_H
#define CORE_KEYS_AUTHOR_KEYS_H
#include "core/base/ids.h"
#include "core/base/status.h"
struct author_keys {
    uint8_t sign_pk[32], box_pk[32];
    uint8_t *sign_sk; /* 64, sodium_malloc; NULL when wiped */
    uint8_t *box_sk;  /* 32, sodium_malloc */
    uint8_t *pair;    /* 64 behind it: another's box key and what it makes with ours, for bundles;
                         zero: of nobody yet. One thread at a time, as the journal is used */
};
#define AUTHOR_KEYS_SEED_BYTES 64
#define AUTHOR_KEYS_PAIR_BYTES 64
/* author_keys_make: fresh random keys. ST_FULL when locked memory is refused. */
MUST_USE enum st author_keys_make(struct author_keys *k);
/* To and from 64 bytes (Ed25519 seed, X25519 secret) that the caller keeps sealed and wipes. */
void author_keys_save(const struct author_keys *k, uint8_t out[static AUTHOR_KEYS_SEED_BYTES]);
MUST_USE enum st author_keys_load(struct author_keys *k,
                                  const uint8_t in[static AUTHOR_KEYS_SEED_BYTES]);
void author_keys_wipe(struct author_keys *k); /* NULL fields are fine */
#endif
