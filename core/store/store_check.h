/* store_check.h - open every value and every attachment of a store, and say which do not hold.
 *
 * What the values mean (chains, signatures, indexes, states) is journal/check.h's question. */
#ifndef CORE_STORE_STORE_CHECK_H
#define CORE_STORE_STORE_CHECK_H
#include "core/store/store.h"

struct store_check_totals {
    uint64_t values[TABLES], damaged[TABLES]; /* by table */
    uint64_t held, forgotten, att_damaged;    /* attachments: every chunk against the manifest */
    uint64_t key_rows_damaged;                /* headquarters' key table */
    uint64_t lost;                            /* values that a compaction could not carry over */
};
/* Called for each damaged value, inside a read transaction: note it, do not call the store. `key`
 * is valid during the call; `why` a phrase in static storage. */
struct store_check_sink {
    void (*damaged)(void *ctx, enum table table, bytes key, const char *why);
    void *ctx;
};
/* store_check_name: the table's name; static storage. */
const char *store_check_name(enum table table);
/* store_check: walk all tables. Damage is counted and told, never an error; errors are those of
 * reading itself: ST_IO, ST_CORRUPT (the tree under the values is broken), ST_FULL (scratch under
 * the largest value; CAP_SCRATCH_BYTES are enough). Reads in short transactions: a writer may go
 * on, and what it changes meanwhile is seen or not. */
MUST_USE enum st store_check(struct store *s, struct arena scratch,
                             const struct store_check_sink *sink, struct store_check_totals *out,
                             struct err *err);
#endif
