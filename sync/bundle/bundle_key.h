/* bundle_key.h - the stream key of a bundle, for bundle's two halves only. */
#ifndef SYNC_BUNDLE_BUNDLE_KEY_H
#define SYNC_BUNDLE_BUNDLE_KEY_H
#include "sync/bundle/bundle.h"

/* Who this side is in the exchange of keys: exactly one pair of secrets is ours. */
struct key_parts {
    const uint8_t *header; /* raw header up to the ephemeral key, as it travels */
    size_t header_n;
    const uint8_t *sender_pk, *recipient_pk, *ephemeral_pk;
    const uint8_t *sender_sk, *ephemeral_sk; /* the sender's side, else NULL */
    const uint8_t *recipient_sk;             /* the recipient's side, else NULL */
    const uint8_t *enrol_key;                /* or NULL */
    uint8_t *pair;                           /* of the secret key that is not ephemeral, or NULL */
    const uint8_t *shared;                   /* bundle_key_shared's answer, or NULL */
};
/* bundle_key_shared: both secrets that the two sides share. False as bundle_key_derive. */
MUST_USE bool bundle_key_shared(const struct key_parts *k, uint8_t out[static BUNDLE_SHARED_BYTES]);
/* bundle_key_derive: false when a public key is of small order. */
MUST_USE bool bundle_key_derive(const struct key_parts *k, uint8_t out[static 32]);
/* bundle_key_length: a frame's length as four bytes, big end first: sent before it, and bound to
 * it. */
void bundle_key_length(uint8_t out[static 4], size_t n);
#endif
