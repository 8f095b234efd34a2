/* sample.h - one small deployment with keys from fixed seeds, the same in every run: a root, an
 * issuing key, a node, two technicians, and documents signed by them. For tests only. */
#ifndef TESTS_SAMPLE_H
#define TESTS_SAMPLE_H
#include "core/journal/entry.h"
#include "core/keys/author_keys.h"
#include "core/keys/trust.h"

#define SAMPLE_TIME_MS 1750000000000LL /* 2025-06-15 15:06:40 UTC */

struct sample_party {
    struct author_keys keys;
    id8 author;
    id16 person;
    struct cert cert; /* whole points into cert_bytes */
    uint8_t cert_bytes[CAP_CERT_BYTES];
};
struct sample {
    struct author_keys root, issuing;
    struct trust trust;
    bytes trust_doc; /* points into trust_bytes */
    uint8_t trust_bytes[CAP_TRUST_BYTES];
    struct sample_party node, tech, other;
};
/* sample_make: everything, or exit(99). sodium_init is called. */
void sample_make(struct sample *s);
void sample_free(struct sample *s);
/* sample_keys: the keys of a name. */
void sample_keys(const char *name, struct author_keys *out);
/* sample_id8, sample_id16, sample_h32: fixed ids of a name. */
id8 sample_id8(const char *name);
id16 sample_id16(const char *name);
h32 sample_h32(const char *name);
/* sample_now: a reading `ms` after SAMPLE_TIME_MS; boot time runs along, offset +480. */
struct now sample_now(int64_t ms);
#endif
