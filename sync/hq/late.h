/* late.h - work that a revocation cut off: listed for whoever may let it count (op_admit.c). */
#ifndef SYNC_HQ_LATE_H
#define SYNC_HQ_LATE_H
#include "core/journal/entry.h"
#include "core/store/store.h"

#define LATE_MAX 500 /* listed at once; admitting some shows the rest */

/* Why an entry does not count: its number is beyond the last that is trusted; its whole journal is
 * none that the revocation trusts; it lies on a branch of a fork that is not trusted. */
enum late_why { LATE_AFTER = 1, LATE_JOURNAL, LATE_BRANCH };
const char *late_why_name(enum late_why why); /* "after", "journal", "branch"; static */

/* `e` is borrowed for the call. ST_END: enough, late_each answers ST_OK; others end it as they are.
 */
typedef enum st (*late_fn)(void *ctx, const struct entry_view *e, enum late_why why);

/* late_each: what is here of `author`, does not count because he was revoked, and was not admitted,
 * in the order of its journals. Nothing of an author who was not revoked; entries whose signature
 * fails are left out, nobody can let them count. Cost: the author's entries by key, and for each
 * beyond it its bytes; the revocation is opened once. `tmp`: CAP_SCRATCH_BYTES / 2 do. Any thread,
 * in any transaction. Errors: the store's, and those of `each`. */
MUST_USE enum st late_each(struct store_txn *t, id8 author, struct arena tmp, late_fn each,
                           void *ctx, struct err *err);
#endif
