/* times.h - when was that? What can be proved, what the boot clock says, what the wall clock
 * claimed.
 *
 * **Anchor.** A receipt that covers an entry was signed after that entry was made and before it was
 * first cited (or taken in). Where all three lie in one boot the boot clock between them bounds the
 * true time from both sides, whatever the wall clock says and however the receipt travelled: with
 * the receipt's time R, the covered entry at boot time s and the receipt here by boot time a, the
 * true time at boot time b is in [R + b - a, R + b - s]. Where the covered entry is of another boot
 * only the lower bound holds. The boot clock itself may drift by TIMES_DRIFT_PPM.
 *
 * Nothing here refuses anything: a wrong clock is told, and its claim kept as it was. */
#ifndef CORE_JOURNAL_TIMES_H
#define CORE_JOURNAL_TIMES_H
#include "core/base/clock.h"
#include "core/journal/append.h"

#define TIMES_DRIFT_PPM 200        /* a cheap quartz in heat and cold */
#define TIMES_TOLERANCE_MS 120000  /* a clock that is off by less is called right */
#define TIMES_UNKNOWN_MS INT64_MAX /* no upper bound */

/* --- the clock of this device ------------------------------------------------------------------
 */
struct times_anchor {
    bool has;
    uint8_t boot_id[8];
    int64_t boot_ms;
    int64_t low_ms, high_ms; /* the true time at boot_ms; high may be TIMES_UNKNOWN_MS */
};
struct times_corrected {
    int64_t ms;      /* the wall clock where it can be right, else the nearest time that can */
    int64_t low_ms;  /* 0: nothing is known */
    int64_t high_ms; /* TIMES_UNKNOWN_MS: likewise */
    bool wrong;      /* the wall clock is out of the bounds by more than the tolerance */
};
/* times_anchor_get: the newest of the store; has false when there is none. */
void times_anchor_get(struct store_txn *t, struct times_anchor *out);
/* times_anchor_learn: a verified receipt of the own journal came in at `now`. Together with what
 * was known in this boot it is kept. ST_FULL, ST_IO. */
MUST_USE enum st times_anchor_learn(struct store_txn *t, const struct receipt *r,
                                    const struct now *now, struct arena tmp, struct err *err);
/* times_correct: pure. */
void times_correct(const struct times_anchor *a, const struct now *now,
                   struct times_corrected *out);

/* --- the time of an entry ----------------------------------------------------------------------
 */
struct times {
    /* Proved by receipts that are held: made after, and before. 0: nothing proves it (yet). */
    int64_t after_ms, before_ms;
    /* The same, narrowed by the boot clock: it was made within. 0, TIMES_UNKNOWN_MS: not known. */
    int64_t low_ms, high_ms;
    /* The author's wall clock; where that is wrong, the last anchor and the boot time since: at
     * most high_ms - low_ms off. */
    int64_t claimed_ms;
    bool wrong; /* his wall clock is out of the bounds by more than the tolerance */
};
/* times_of: of an entry whose chain is held whole. Receipts that do not hold under `trust` prove
 * nothing. `tmp`: CAP_SCRATCH_BYTES do. ST_OK, ST_IO, ST_FULL. */
MUST_USE enum st times_of(struct store_txn *t, const struct trust *trust,
                          const struct entry_view *e, struct arena tmp, struct times *out,
                          struct err *err);
/* times_shown: when an entry is said to have been made: its claimed_ms, `wall_ms` (of its fact)
 * where nothing is known of it. `tmp` as above; with less it may not be known. */
int64_t times_shown(struct store_txn *t, const struct trust *trust, h32 entry, int64_t wall_ms,
                    struct arena tmp);
#endif
