/* mend.h - a store that ended badly is looked through before it is opened, and made whole.
 *
 * Where processes may be: the looking is a child's, so that nothing that lies in a damaged file
 * ends docket or docketd (which is why core/store/salvage.h, that does the work, is not called by
 * them directly). The caller's thread waits for it; never the UI's. */
#ifndef SYNC_CARRIER_MEND_H
#define SYNC_CARRIER_MEND_H
#include "core/store/salvage.h"

/* mend_open: store_open for writing, safe against damage. After an end without close (or `always`)
 * a child walks all pages first, and when that finds damage, or the open does, the store is
 * salvaged and opened again. *totals: what a salvage came to (`values` 0: there was none, as for
 * nearly every open). `scratch` as for store_walk. Answers as store_open; ST_CORRUPT: nothing could
 * be kept; ST_IO: it could not be looked through. */
MUST_USE enum st mend_open(const char *dir, const struct store_options *opt, bool always,
                           struct arena scratch, struct store **s, struct salvage_totals *totals,
                           struct err *err);
/* mend_finish: of a store that was salvaged (now, or before a cut): compute again what is derived;
 * of an older one (store_is_older): bring it up to date. ST_OK at once for any other. `also` as for
 * store_mend. Before the journal is opened. */
MUST_USE enum st mend_finish(struct store *s, struct arena scratch, store_mend_also also,
                             struct salvage_totals *totals, struct err *err);
/* mend_walk: store_walk in a child process. ST_CORRUPT too when the child did not live. */
MUST_USE enum st mend_walk(const char *dir, const struct store_options *opt, struct arena scratch,
                           struct err *err);
#endif
