/* salvage.h - a store whose file is damaged: found out without LMDB, and made whole again.
 *
 * Order of use after an end without close, or after a read failed: store_walk (best in a child
 * process, though it cannot be ended by what it reads); when it answers ST_CORRUPT, store_salvage
 * before the store is opened; after store_open, store_mend when store_mend_due. Nothing here is
 * needed by a store that was closed cleanly.
 *
 * Salvage keeps every value whose seal holds: first those that the newest state leads to, then
 * those on pages that are neither reached nor free (their way is broken), then, of pages that are
 * free or not known to be in use, only what is never replaced or deleted: entries, certificates,
 * revocations. So nothing that was deleted or replaced comes back. */
#ifndef CORE_STORE_SALVAGE_H
#define CORE_STORE_SALVAGE_H
#include "core/store/store.h"

struct salvage_totals {
    uint64_t values;  /* whose seals hold, reached from the newest state */
    uint64_t damaged; /* reached, and their seal does not hold */
    uint64_t bad;     /* pages and nodes that are not what they must be */
    uint64_t rescued; /* values from pages that nothing leads to any more */
    bool metas_agree; /* else the newest state may be gone, unseen */
};
/* store_last_end: how the last writer of `dir` ended: with close (or there is no store), without,
 * or having met damage; or it is at work. From the lock file alone; what cannot be read is unclean.
 */
enum store_end { STORE_END_CLEAN, STORE_END_UNCLEAN, STORE_END_NOT_YET };
enum store_end store_last_end(const char *dir);
/* store_walk: read every page and try every seal. ST_OK: sound; ST_CORRUPT: *out says what was
 * found; ST_NOT_FOUND, ST_IO, ST_FULL (scratch: CAP_SCRATCH_BYTES are enough). `opt` as for
 * store_open. Not while a writer is at
 * work: what it replaces meanwhile would look like damage. */
MUST_USE enum st store_walk(const char *dir, const struct store_options *opt, struct arena scratch,
                            struct salvage_totals *out, struct err *err);
/* store_salvage: copy what holds into a new environment beside the old one, swap them by rename,
 * destroy the old one. Cut at any point, the next call or open finds one whole environment. The
 * store must not be open. ST_LOCKED (another process writes); ST_WRONG_PIN: not one seal holds
 * under this key, nothing was changed; ST_CORRUPT, ST_FULL, ST_IO: likewise. */
MUST_USE enum st store_salvage(const char *dir, const struct store_options *opt,
                               struct arena scratch, struct salvage_totals *out, struct err *err);
/* store_mend_due: the store was salvaged, and what is derived was not computed again since; or the
 * mark of a chain lies before an entry that follows it (an old page among new ones, all seals
 * whole). Two look-ups a chain. */
bool store_mend_due(struct store_txn *t);
/* store_mend: rebuild what is derived and set the marks of chains that should be held whole before
 * their first gap that somebody can fill: headquarters' receipts then say less and devices send
 * again; a device says that it has less of its closed epoch and gets the rest. Cut, it is still
 * due. `also` (NULL: nothing): what the caller has to set right in the same last transaction.
 * *totals (NULL: not wanted): of the salvage.
 */
typedef enum st (*store_mend_also)(struct store_txn *t, struct err *err);
MUST_USE enum st store_mend(struct store *s, struct arena scratch, store_mend_also also,
                            struct salvage_totals *totals, struct err *err);
/* store_own_author: on a device, whose journal it is, without his keys. False: nothing says so. */
bool store_own_author(struct store_txn *t, id8 *own);
/* store_suspect: what cannot be was met (what was just put is not found): the file is not to be
 * trusted, and the next open looks through it. */
void store_suspect(struct store *s);
/* store_tail_in_doubt: the store was salvaged and the end of its own chain may be missing: only a
 * new epoch may go on (journal_open answers ST_CORRUPT). Cleared in the transaction that opens it.
 */
bool store_tail_in_doubt(struct store_txn *t);
MUST_USE enum st store_tail_settled(struct store_txn *t, struct err *err);
#endif
