/* fork.h - proof that an author's chain forked: two entries of his under one sequence, ENTRY.md
 * section 11. It convinces anyone who has the author's certificate, and needs nobody's signature
 * but the author's own. No allocation; views point into the input. Pure; any thread. */
#ifndef CORE_JOURNAL_FORK_H
#define CORE_JOURNAL_FORK_H
#include "core/journal/entry.h"

#define FORK_PROOF_BYTES_MAX (2 * (CAP_ENTRY_BYTES + 3) + 1)

/* fork_make: the proof of two entries, in either order, into buf. ST_BAD_INPUT: they are no fork;
 * ST_FULL. *out views buf, empty on failure. */
MUST_USE enum st fork_make(const struct entry_view *a, const struct entry_view *b, uint8_t *buf,
                           size_t cap, bytes *out);
/* fork_open: form and both signatures. ST_OK, *a and *b filled; ST_BAD_FORM with *rule ("fork
 * proof", "order of entries", "not a fork", or an entry's own rule); ST_BAD_SIGNATURE
 * ("signature"); ST_TOO_BIG, ST_NEWER as entry_parse. `rule` may be NULL. */
MUST_USE enum st fork_open(bytes in, const uint8_t deployment[static 16],
                           const uint8_t pk[static 32], struct entry_view *a, struct entry_view *b,
                           const char **rule);
#endif
