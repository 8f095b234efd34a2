/* missing.h - what a store should hold and does not: by name, so that it can be asked for.
 *
 * After damage (core/store/salvage.h), a restore, or at any time. Reads only; any thread. */
#ifndef CORE_JOURNAL_MISSING_H
#define CORE_JOURNAL_MISSING_H
#include "core/journal/append.h"

struct missing_range { /* entries `from` to `to` of a chain, both included */
    id8 author, epoch;
    uint64_t from, to;
};
struct missing_totals {
    uint64_t ranges, entries, attachments;
};
/* Called inside the read transaction: note it, do not call the store. Either may be NULL. */
struct missing_sink {
    void (*entries)(void *ctx, const struct missing_range *r);
    void (*attachment)(void *ctx, h32 name, const struct entry_view *by);
    void *ctx;
};
/* journal_missing: gaps in the chains of `own` (NULL: of everybody, as headquarters needs), up to
 * each chain's mark; and attachments that a held entry of any author names and that are neither
 * held, forgotten nor wanted already. What lay beyond a mark that is itself lost nobody can name.
 * Damaged entries count as missing. ST_IO, ST_CORRUPT (the tree), ST_FULL (scratch). */
MUST_USE enum st journal_missing(struct store *s, const id8 *own, struct arena scratch,
                                 const struct missing_sink *sink, struct missing_totals *out,
                                 struct err *err);
#endif
