/* said.h - what a chain has said at one of its entries: ENTRY.md 3.3, "said once, holds until said
 * again".
 *
 * T_SAID: author8 epoch8 (2^64-1 - seq)_be8 -> nothing: the entries of a main branch that say
 * evidence, the latest first. Derived: rebuild computes it again. Worked out where the chain is
 * held whole: headquarters, and a device for its own. */
#ifndef CORE_JOURNAL_SAID_H
#define CORE_JOURNAL_SAID_H
#include "core/journal/entry.h"
#include "core/store/store.h"

/* said_index: note the entry if it says something. `place`: its key in T_ENTRY; what lies on a
 * branch is not noted: it is not the chain that receipts cover. */
MUST_USE enum st said_index(struct store_txn *t, const struct entry_view *e, bytes place,
                            struct err *err);

struct said {
    struct entry_evidence ev; /* in force at the entry */
    /* The earliest entry of the same boot that cited ev.receipt; 0: it was cited before that boot,
     * or not at all. It is when the author had the receipt at the latest. */
    uint64_t cited_seq;
    int64_t cited_boot_ms; /* of that entry */
};
/* said_at: what was in force at `seq`, that entry included. At most SAID_WALK_MAX entries are
 * looked at: what was said before them counts as not said. ST_OK also when nothing was; ST_IO,
 * ST_CORRUPT.
 */
#define SAID_WALK_MAX 512
MUST_USE enum st said_at(struct store_txn *t, id8 author, id8 epoch, uint64_t seq, struct arena tmp,
                         struct said *out, struct err *err);
#endif
