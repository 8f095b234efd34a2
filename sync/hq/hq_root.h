/* hq_root.h - the root key is changed: what its last document and the first of the next one say.
 *
 * The key is used where it lies (docketctl init-hq --rotate root), never in docketd: what
 * headquarters takes in is signed already. Pure; any thread. */
#ifndef SYNC_HQ_HQ_ROOT_H
#define SYNC_HQ_HQ_ROOT_H
#include "core/keys/trust.h"

#define HQ_ROOT_DOCS_BYTES (2 * CAP_TRUST_BYTES)

/* hq_root_successor: two documents that follow `known`, one after the other in `buf`, which *out
 * views: by the root in force, naming the new one, and by the new one, naming none; both say
 * otherwise what `known` says. From the same keys the same bytes: what was cut off is done again.
 * ST_WRONG_PARTY: old_sk is not of the root in force; ST_BAD_INPUT: the new root is that one again;
 * ST_TOO_BIG. The secret keys stay the caller's, who wipes them. */
MUST_USE enum st hq_root_successor(const struct trust *known, const uint8_t old_sk[static 64],
                                   const uint8_t new_sk[static 64],
                                   uint8_t buf[static HQ_ROOT_DOCS_BYTES], bytes *out,
                                   struct err *err);
#endif
