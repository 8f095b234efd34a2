/* key_id.c - the eight-byte name of a public key. */
#include "core/codec/hash.h"
#include "core/keys/trust.h"

id8 key_id(const uint8_t pk[static 32])
{
    uint8_t h[HASH_BYTES];
    hash32(bytes_of(pk, 32), h);
    id8 id;
    memcpy(id.b, h, sizeof id.b);
    return id;
}
