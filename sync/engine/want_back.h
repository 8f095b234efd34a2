/* want_back.h - after damage: attachments that held entries name and that are gone are wanted
 * again.
 *
 * The next exchange asks for them: a device asks headquarters, headquarters asks whoever made them.
 * Missing entries need no list: the chains' marks say less (core/store/salvage.h), and both sides
 * answer to that. */
#ifndef SYNC_ENGINE_WANT_BACK_H
#define SYNC_ENGINE_WANT_BACK_H
#include "core/store/store.h"

/* want_back: in the write transaction that ends a mending; also a store_mend_also. Looks through
 * all entries. ST_FULL (memory), ST_IO. */
MUST_USE enum st want_back(struct store_txn *t, struct err *err);
#endif
