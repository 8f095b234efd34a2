/* rebuild.h - compute again all that is derived from entries. */
#ifndef CORE_STORE_REBUILD_H
#define CORE_STORE_REBUILD_H
#include "core/store/store.h"

struct store_rebuild_totals {
    uint64_t entries; /* indexed */
    uint64_t
        damaged; /* entries whose seal or form does not hold: left where they are, not indexed */
    uint64_t subjects; /* folded */
    uint64_t marks;    /* chain marks that were wrong or missing */
};
/* store_rebuild: drop T_HASH, T_SUBJECT, T_STATE, T_LIST, T_CODE, T_SAID and compute them from
 * T_ENTRY, to the same bytes before sealing; mend T_HEAD where it disagrees with the entries
 * (receipts stay). One transaction: cut, the store is as before. An older store is this version's
 * after it. `scratch` holds one subject's fold
 * (CAP_SCRATCH_BYTES). ST_FULL, ST_IO, ST_CORRUPT (the tree of entries itself). */
MUST_USE enum st store_rebuild(struct store *s, struct arena scratch,
                               struct store_rebuild_totals *out, struct err *err);
/* store_upgrade: of an older store (store_is_older) the rebuild, which also makes what its layout
 * lacks; ST_OK at once for any other. Answers as store_rebuild; ST_FULL: it is as it was, and can
 * be tried again. Takes as long as a rebuild: never on the UI thread. */
MUST_USE enum st store_upgrade(struct store *s, struct arena scratch,
                               struct store_rebuild_totals *out, struct err *err);
#endif
