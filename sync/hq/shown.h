/* shown.h - sign-offs that strangers show (/verify): is it one of ours, does headquarters hold it,
 * and if not, kept as evidence: a journal was withheld or rolled back (DESIGN 4). */
#ifndef SYNC_HQ_SHOWN_H
#define SYNC_HQ_SHOWN_H
#include "core/journal/entry.h"
#include "core/keys/trust.h"
#include "core/store/store.h"

#include <jansson.h>

#define SHOWN_MAX 1000          /* kept in all: who steals a key can sign without end */
#define SHOWN_PER_AUTHOR_MAX 50 /* and of one author */
/* What was withheld serves as evidence as long as somebody may still make a claim of the repair:
 * three years. What came in after all is told for a season, then it is a report like any other. */
#define SHOWN_KEEP_MS (1096 * 86400000LL)
#define SHOWN_CAME_MS (90 * 86400000LL)

struct shown {
    struct entry_view entry;
    struct cert cert;
};
/* shown_read: "entry" and "certificate" of `in` (base64url) checked under `trust`: certified,
 * signed, a sign-off of a technician's. Views are in `a` (8 KiB do). ST_BAD_INPUT, or
 * ST_BAD_SIGNATURE with a sentence: it is not genuine. Any thread. */
MUST_USE enum st shown_read(const json_t *in, const struct trust *trust, struct arena *a,
                            struct shown *out, struct err *err);
/* shown_held: headquarters has this entry. shown_kept: it was shown and kept aside. */
bool shown_held(struct store_txn *t, h32 entry);
bool shown_kept(struct store_txn *t, h32 entry);
/* shown_put: keep it; the writer's transaction. *fresh: it was not there. ST_FULL: no more are kept
 * of this author, or in all. */
MUST_USE enum st shown_put(struct store_txn *t, const struct shown *s, int64_t now_ms, bool *fresh,
                           struct err *err);
/* shown_sweep: those whose time is over go; where half of the room is taken, those that came in
 * after all, however young, until it is not. *gone of them; the writer's transaction. Errors: the
 * store's. */
MUST_USE enum st shown_sweep(struct store_txn *t, int64_t now_ms, unsigned *gone, struct err *err);
/* shown_any: one was kept, ever: what need not be looked for is not. */
bool shown_any(struct store_txn *t);
#endif
