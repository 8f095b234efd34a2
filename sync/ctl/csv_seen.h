/* csv_seen.h - the ids that one file has used so far, so that a repeated one is refused by name.
 *
 * Holds codes and line numbers, nothing else. One thread a set. */
#ifndef SYNC_CTL_CSV_SEEN_H
#define SYNC_CTL_CSV_SEEN_H
#include "core/base/slice.h"
#include "core/base/status.h"

struct csv_seen; /* opaque */

/* csv_seen_open: an empty set, the caller's until csv_seen_close. ST_FULL: no memory. */
MUST_USE enum st csv_seen_open(struct csv_seen **out, struct err *err);

/* csv_seen_add: `code` (at most 2 * 32 + 1 bytes, so that two joined by a sign fit; copied) stands
 * on `line`. ST_EXISTS when it was there already: *first is its line and the set is unchanged.
 * ST_TOO_BIG a longer code; ST_FULL no memory or more than CSV_SEEN_IDS. */
MUST_USE enum st csv_seen_add(struct csv_seen *s, str code, uint32_t line, uint32_t *first,
                              struct err *err);

/* csv_seen_count: the codes in the set. */
size_t csv_seen_count(const struct csv_seen *s);

/* csv_seen_close: frees the set and sets *s to NULL; NULL in *s is fine. */
void csv_seen_close(struct csv_seen **s);
#endif
