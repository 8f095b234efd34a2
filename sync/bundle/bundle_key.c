/* bundle_key.c - see bundle_key.h; BUNDLE.md section 3 is the description. */
#include "sync/bundle/bundle_key.h"

#include "core/codec/hash.h"

#include <sodium/crypto_scalarmult.h>
#include <sodium/utils.h>

void bundle_enrol_key(const uint8_t code[static ENROL_CODE_BYTES], uint8_t out[static 32])
{
    struct hash32_state h;
    hash32_begin(&h);
    hash32_add(&h, str_bytes(S("docket/enrol/1")));
    hash32_add(&h, bytes_of(code, ENROL_CODE_BYTES));
    hash32_end(&h, out);
    sodium_memzero(&h, sizeof h);
}

/* What our lasting key and theirs make, from the pair where it is of them. */
static bool lasting(uint8_t *pair, const uint8_t *sk, const uint8_t *pk, uint8_t out[static 32])
{
    if (pair != NULL && !sodium_is_zero(pair, 32) && memcmp(pair, pk, 32) == 0) {
        memcpy(out, pair + 32, 32);
        return true;
    }
    if (crypto_scalarmult(out, sk, pk) != 0) {
        return false;
    }
    if (pair != NULL) {
        memcpy(pair, pk, 32);
        memcpy(pair + 32, out, 32);
    }
    return true;
}

bool bundle_key_shared(const struct key_parts *k, uint8_t out[static BUNDLE_SHARED_BYTES])
{
    /* With the ephemeral key, then with the sender's. */
    if (k->recipient_sk != NULL) {
        return crypto_scalarmult(out, k->recipient_sk, k->ephemeral_pk) == 0 &&
               lasting(k->pair, k->recipient_sk, k->sender_pk, out + 32);
    }
    return crypto_scalarmult(out, k->ephemeral_sk, k->recipient_pk) == 0 &&
           lasting(k->pair, k->sender_sk, k->recipient_pk, out + 32);
}

bool bundle_key_derive(const struct key_parts *k, uint8_t out[static 32])
{
    uint8_t shared[BUNDLE_SHARED_BYTES];
    bool ok = true;
    if (k->shared != NULL) {
        memcpy(shared, k->shared, sizeof shared);
    } else {
        ok = bundle_key_shared(k, shared);
    }
    if (ok) {
        struct hash32_state h;
        hash32_begin(&h);
        hash32_add(&h, str_bytes(S("docket/bundle/1")));
        hash32_add(&h, bytes_of(k->header, k->header_n));
        hash32_add(&h, bytes_of(shared, sizeof shared));
        hash32_add(&h, bytes_of(k->sender_pk, 32));
        hash32_add(&h, bytes_of(k->recipient_pk, 32));
        if (k->enrol_key != NULL) {
            hash32_add(&h, bytes_of(k->enrol_key, 32));
        }
        hash32_end(&h, out);
        sodium_memzero(&h, sizeof h);
    }
    sodium_memzero(shared, sizeof shared);
    return ok;
}

void bundle_key_length(uint8_t out[static 4], size_t n)
{
    out[0] = (uint8_t)(n >> 24);
    out[1] = (uint8_t)(n >> 16);
    out[2] = (uint8_t)(n >> 8);
    out[3] = (uint8_t)n;
}
