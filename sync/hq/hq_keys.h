/* hq_keys.h - headquarters' secrets: the key file (DIR.keys) and, apart, the root key (DIR.root).
 *
 * The key file holds the wrapping key of the data key, the sealing keys, the node's keys and the
 * issuing key; 0600, written whole. The root key is used by hq_init and by trust changes only and
 * is to be taken offline. Secrets live in sodium_malloc memory. One thread fills, any thread reads.
 */
#ifndef SYNC_HQ_HQ_KEYS_H
#define SYNC_HQ_HQ_KEYS_H
#include "core/keys/author_keys.h"
#include "core/keys/trust.h"

#define HQ_SEALING_MAX 4 /* the newest and those that devices may still seal to */
struct hq_sealing {
    id8 id;
    uint8_t pk[32], sk[32];
};
struct hq_secrets {   /* in sodium_malloc memory */
    uint8_t wrap[32]; /* opens the store's key-file slot */
    unsigned nsealing;
    struct hq_sealing sealing[HQ_SEALING_MAX]; /* newest first */
    uint8_t issuing_seed[32], issuing_sk[64], issuing_pk[32];
};
struct hq_keys {
    struct hq_secrets *secret;
    struct author_keys node;
    uint8_t deployment[16];
};
MUST_USE enum st hq_keys_make(struct hq_keys *k, struct err *err); /* all fresh */
MUST_USE enum st hq_keys_save(const struct hq_keys *k, const char *path, struct err *err);
/* hq_keys_load: ST_NOT_FOUND, ST_CORRUPT, ST_FORBIDDEN (others can read the file), ST_IO. */
MUST_USE enum st hq_keys_load(struct hq_keys *k, const char *path, struct err *err);
void hq_keys_wipe(struct hq_keys *k);
/* hq_keys_sealing: by id, NULL when it is none of ours. */
const struct hq_sealing *hq_keys_sealing(const struct hq_keys *k, id8 id);
/* The root key's file: 32-byte seed. root_sk is 64 bytes, the caller wipes it. */
MUST_USE enum st hq_keys_root_save(const char *path, const uint8_t seed[static 32],
                                   struct err *err);
MUST_USE enum st hq_keys_root_load(const char *path, uint8_t root_sk[static 64],
                                   uint8_t root_pk[static 32], struct err *err);
#endif
