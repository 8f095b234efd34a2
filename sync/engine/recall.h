/* recall.h - handing back to a restored headquarters what this device holds of others' chains.
 *
 * When headquarters' node begins a new epoch it may have lost entries, its own and others', that
 * are here. From then on each request lists the chains held here (T_META "sync/recall"), the answer
 * says up to where nothing is wanted of each, and what lies beyond travels as it is, each entry
 * after its author's certificate and its attachments. A chain leaves the list when the answer
 * reaches its end. A chain that was not listed is asked for when headquarters doubts what it holds
 * of it (recall_seen). Nothing here is a receipt and nothing is forgotten by it. The writer's
 * thread.
 */
#ifndef SYNC_ENGINE_RECALL_H
#define SYNC_ENGINE_RECALL_H
#include "core/journal/append.h"
#include "sync/bundle/manifest.h"

struct recall_row {
    id8 author, epoch;
    uint64_t seq; /* when it was listed: its last entry held here, or the one that came late */
    uint8_t head[8];
    uint64_t from; /* nothing is wanted up to here */
    bool asked;    /* an answer named this chain: send what lies beyond */
    bool all;      /* it went from its beginning: what then does not link never will */
};
/* recall_name: of the list as it stands: random, another one after each answer, so that one that
 * comes late or twice is told apart. Zeros: there is none. */
MUST_USE enum st recall_name(struct store_txn *t, uint8_t out[static 8], struct err *err);
/* recall_start: list every chain that is held here, but the current one of `own`. `doubt`: an epoch
 * of the node's that goes on although its outbox began anew; zeros: none. Two nodes may have
 * written in it, and of one number the other's entry may be here, below the last: that chain is
 * listed with a head that is nobody's, so that all of it is asked for. */
MUST_USE enum st recall_start(struct store_txn *t, id8 own, id8 current, id8 doubt,
                              struct err *err);
/* recall_offer: hand back what is held of a chain beyond late->from, asked or not: an entry came so
 * late that headquarters may have been put back since, to before it said it. */
MUST_USE enum st recall_offer(struct store_txn *t, const struct recall_row *late, struct err *err);
/* recall_get: at most MANIFEST_HELD_MAX rows into `out`. */
MUST_USE enum st recall_get(struct store_txn *t, struct recall_row *out, unsigned *n,
                            struct err *err);
/* recall_held: the rows as a manifest lists them: how far each chain was held when there was cause
 * to list it. What came since came from the headquarters that reads it: of a chain that is held in
 * part it would hide what came before. One of our `own` is listed as far as it is held now. */
MUST_USE enum st recall_held(struct store_txn *t, id8 own, struct manifest_held *out, unsigned *n,
                             struct err *err);
/* recall_seen: the last entry known here of the node's journal of an epoch. ST_NOT_FOUND. */
MUST_USE enum st recall_seen(struct store_txn *t, id8 epoch, struct chain_mark *out,
                             struct err *err);
/* recall_answer: what headquarters says of them. A chain of our own that it holds less of than a
 * receipt said is sent again from there. An answer to an earlier list changes nothing. *again:
 * there is something to hand back. */
MUST_USE enum st recall_answer(struct store_txn *t, id8 own, const struct manifest *m,
                               struct arena tmp, bool *again, struct err *err);
#endif
