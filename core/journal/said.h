/* said.h - T_SAID: which entries of a chain say evidence (ENTRY.md 3.3), so that what was in force
 * at any entry is found without reading the chain. Derived: rebuild computes it again. */
#ifndef CORE_JOURNAL_SAID_H
#define CORE_JOURNAL_SAID_H
#include "core/journal/entry.h"
#include "core/store/store.h"

/* said_index: note the entry if it says something. `place`: its key in T_ENTRY; what lies on a
 * branch is not noted: it is not the chain that receipts cover. */
MUST_USE enum st said_index(struct store_txn *t, const struct entry_view *e, bytes place,
                            struct err *err);
#endif
