/* digest.h - what both sides say about a subject to find out whether they hold the same. */
#ifndef SYNC_ENGINE_DIGEST_H
#define SYNC_ENGINE_DIGEST_H
#include "core/store/store.h"
#include "sync/bundle/manifest.h"

/* digest_subject: count and set digest of a subject's entries, leaving out `without` (n hashes,
 * sorted by h32_cmp; headquarters: what its outbox still holds), and the kept state's digest. */
MUST_USE enum st digest_subject(struct store_txn *t, id16 subject, const h32 *without, size_t n,
                                struct arena tmp, struct manifest_subject *out, struct err *err);
/* digest_hashes: the entry hashes of a subject in fold order, at most `max`; ST_TOO_BIG beyond. */
MUST_USE enum st digest_hashes(struct store_txn *t, id16 subject, h32 *out, unsigned max,
                               unsigned *n, struct err *err);
/* digest_sort: ascending, for `without` and for looking up. digest_find: is it among the sorted? */
void digest_sort(h32 *hashes, size_t n);
bool digest_find(const h32 *sorted, size_t n, h32 what);
/* digest_unique: sorts ids and drops the doubles; the new count. */
size_t digest_unique(id16 *ids, size_t n);
#endif
