/* copy.h - a store's folder copied whole: from under a running writer, or one that nobody has open.
 *
 * The copy is a store like any other (lock, slots, env, att) and opens with the same keys. It holds
 * the data key only as the slots file does: wrapped. Headquarters' table of subject keys is no part
 * of it: it goes elsewhere and is kept for a shorter time, so that an erasure reaches every copy.
 * No threads of ours; any thread with the store open. */
#ifndef CORE_STORE_COPY_H
#define CORE_STORE_COPY_H
#include "core/store/store.h"

/* store_copy: one moment of an open store (reader or writer) into the folder `to`, which must not
 * exist; its parent must. Compacted: pages that hold nothing are left behind. Synced when it
 * returns. An attachment's file that an erasure removed meanwhile is not missed. ST_EXISTS,
 * ST_FULL, ST_IO; what was begun at `to` is then left to the caller: store_copy_drop. */
MUST_USE enum st store_copy(struct store *s, const char *to, struct err *err);
/* store_copy_closed: the same of a folder that nobody writes (a copy). */
MUST_USE enum st store_copy_closed(const char *from, const char *to, struct err *err);
/* store_copy_file: `to` is made with the mode and must not exist; synced, its folder too.
 * ST_EXISTS, ST_NOT_FOUND, ST_FULL, ST_IO; nothing is left behind on failure. */
MUST_USE enum st store_copy_file(const char *from, const char *to, unsigned mode, struct err *err);
/* store_copy_drop: remove a copy, whole or half. Its values are sealed: nothing is overwritten. */
void store_copy_drop(const char *dir);
#endif
