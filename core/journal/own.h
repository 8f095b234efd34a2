/* own.h - what a store remembers of its own author's journal. Private to core/journal. */
#ifndef CORE_JOURNAL_OWN_H
#define CORE_JOURNAL_OWN_H
#include "core/journal/append.h"

/* own_load: head, said evidence, epoch mark of the current epoch, checked against the entries and
 * receipts held. ST_CORRUPT leaves in j->head the last entry that is held, and its epoch. */
MUST_USE enum st own_load(struct journal *j, struct store_txn *t, struct err *err);
/* own_epoch_new: a random epoch whose mark no other epoch of this author here has; T_META and
 * j->head are set to it (sequence 0; the time goes on). */
MUST_USE enum st own_epoch_new(struct journal *j, struct store_txn *t, struct err *err);
/* own_said_put: remember what the chain has said last. */
MUST_USE enum st own_said_put(struct store_txn *t, const struct entry_evidence *said,
                              struct err *err);
/* own_cite_receipt: the mark's receipt becomes what the next entry may cite. */
void own_cite_receipt(struct chain_head *head, const struct chain_mark *m);
/* own_keys_put: the row "keys". Under the store's own key where it has one. */
MUST_USE enum st own_keys_put(struct store *s, struct store_txn *t, const struct author_keys *keys,
                              struct err *err);
/* own_begin: a journal of these keys, its trust and certificate opened and of one another. The keys
 * are borrowed: whoever has them wipes them. ST_WRONG_PARTY: a certificate of other keys. */
MUST_USE enum st own_begin(struct journal *j, struct store *s, const struct author_keys *keys,
                           bytes trust_doc, bytes cert, struct arena scratch, struct err *err);
/* own_open_epoch: the first entry of an epoch; it names the last head of the one before, if there
 * was one. */
MUST_USE enum st own_open_epoch(struct journal *j, struct store_txn *t, const struct now *now,
                                struct err *err);
#endif
