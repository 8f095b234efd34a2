/* append.h - a store as somebody's journal: append own entries, take in others'.
 *
 * Sits on store/, entry, fold/refold. One user action = one journal_append = one transaction. */
#ifndef CORE_JOURNAL_APPEND_H
#define CORE_JOURNAL_APPEND_H
#include "core/journal/attachment.h"
#include "core/journal/entry.h"
#include "core/keys/author_keys.h"
#include "core/keys/trust.h"
#include "core/store/store.h"

/* The open journal of this store's own author. Caller-owned; one thread (the writer's). */
struct journal {
    struct store *store;
    struct author_keys keys;
    struct trust trust;
    struct cert cert; /* whole points into cert_bytes */
    uint8_t cert_bytes[CAP_CERT_BYTES];
    struct chain_head head; /* of the current epoch */
    char epoch_mark[3];     /* two characters of human numbers */
    uint8_t *scratch;       /* CAP_SCRATCH_BYTES, the caller's */
    size_t scratch_bytes;
};

/* journal_init_meta: in a fresh store: keep keys (sealed), trust document, own certificate; opens
 * the first epoch with a journal.opened entry. At headquarters the node's keys live in the key file
 * and `keep_keys` is false. */
MUST_USE enum st journal_found(struct store *s, const struct author_keys *keys, bool keep_keys,
                               bytes trust_doc, bytes cert, const struct now *now,
                               struct arena scratch, struct err *err);
/* journal_open: load all that journal_found kept. `keys` NULL: from the store. The boot id and
 * offset of `now` become current evidence. ST_CORRUPT when the own chain's tail is missing or
 * damaged: then journal_new_epoch is the way on (and journal_close still due, when j->keys.sign_sk
 * is not NULL); after any other failure *j is empty. */
MUST_USE enum st journal_open(struct journal *j, struct store *s, const struct author_keys *keys,
                              uint8_t *scratch, size_t scratch_bytes, const struct now *now,
                              struct err *err);
void journal_close(struct journal *j); /* wipes keys; the store stays open */
/* journal_author: whose keys journal_found kept, for who only reads. ST_NOT_FOUND: none are kept;
 * ST_LOCKED: sealed under an own key that the store was not opened with; ST_CORRUPT, ST_IO. */
MUST_USE enum st journal_author(const struct store *s, struct store_txn *t, id8 *out,
                                struct err *err);
/* journal_new_epoch: after a restore, a clone, a lost tail: nothing is re-appended; the first entry
 * of the new epoch names the last head. */
MUST_USE enum st journal_new_epoch(struct journal *j, const struct now *now, struct err *err);

/* journal_refound: after a recovery, in a store whose data key came back and whose signing key did
 * not: the store goes on as the journal of another author of the same person. The keys are kept
 * under the store's own key; the author before becomes a former one, whose entries still travel by
 * their own receipts. Again, with the same keys: ST_OK. Answers as journal_found. */
#define JOURNAL_FORMER_MAX 8
MUST_USE enum st journal_refound(struct store *s, const struct author_keys *keys, bytes trust_doc,
                                 bytes cert, const struct now *now, struct arena scratch,
                                 struct err *err);
/* journal_former: the authors that this store had before. journal_is_former: one of them. */
MUST_USE enum st journal_former(struct store_txn *t, id8 out[static JOURNAL_FORMER_MAX],
                                unsigned *n, struct err *err);
bool journal_is_former(struct store_txn *t, id8 author);

/* A new attachment to be kept with the entry. */
struct append_att {
    enum att_type type;
    bytes content;
    h32 name; /* out; or set with `have` true: an attachment already held (named again) */
    bool have;
};
struct append {
    unsigned kind;
    enum subject_type subject_type;
    id16 subject;
    bytes body;
    struct append_att *atts;
    unsigned natt;
    id16 actor;
    enum role actor_role;
    id16 drop_drafts;       /* drafts of this subject with `draft_name` go with the entry */
    const char *draft_name; /* NULL: none */
};
/* journal_append: one entry with its attachments, indexes, fold and draft in one durable
 * transaction. On ST_OK *hash is the entry's and j->head has moved. On any failure nothing has
 * changed, except ST_IO: reopen. */
MUST_USE enum st journal_append(struct journal *j, struct append *what, const struct now *now,
                                h32 *hash, struct err *err);
/* journal_append_in: the same inside the caller's write transaction, for several entries that stand
 * or fall together (imports); the head moves at once: when the caller aborts he must
 * journal_reload. On failure the head is as before, but the transaction holds half of it: abort it.
 * ST_CONFLICT: the store's head is another one (a reload was missed). */
MUST_USE enum st journal_append_in(struct journal *j, struct store_txn *t, struct append *what,
                                   const struct now *now, h32 *hash, struct err *err);
MUST_USE enum st journal_reload(struct journal *j, struct err *err);

/* --- taking in what others wrote (same code on a device and at headquarters) --------------------
 */
/* T_HEAD's row for a chain held here. */
struct chain_mark {
    id8 author, epoch;
    uint64_t seq; /* highest held without gap from 1 (own or HQ), or highest seen (others' on a
                     device) */
    h32 hash;
    hlc time;
    bool forked;
    int64_t receipt_ms; /* newest verified receipt that covers ... */
    uint64_t receipt_seq;
    h32 receipt_hash;
    /* Headquarters lost entries from this one on in a restore, and some may still be missing: holes
     * that nobody can fill but a device that has them. 0: no holes. */
    uint64_t holes_from;
};
/* journal_keep: put one entry (form parsed, authorship decided by the caller) and its indexes.
 * ST_EXISTS when it is there (no change). A second entry with the same author, epoch, sequence is
 * kept on a branch and the epoch is marked as forked (*forked). Does not fold: collect subjects,
 * then refold. */
MUST_USE enum st journal_keep(struct store_txn *t, const struct entry_view *e, bool *forked,
                              struct err *err);
/* journal_keep_marked: the same for many entries of one chain: the caller got the chain's mark
 * before the first and puts it after the last (chain_mark_get, chain_mark_put), instead of once an
 * entry. */
MUST_USE enum st journal_keep_marked(struct store_txn *t, const struct entry_view *e,
                                     struct chain_mark *m, bool *forked, struct err *err);
/* journal_keep_next: the same for an entry that plainly continues its unforked chain, without its
 * indexes (hash, subject), which cost more than the entry: journal_index must put them before
 * anybody asks by hash or subject; until then the caller keeps a durable mark that they are due.
 * ST_CONFLICT: it does not plainly continue; nothing was changed, journal_keep_marked decides, once
 * all that is due was indexed. */
MUST_USE enum st journal_keep_next(struct store_txn *t, const struct entry_view *e,
                                   struct chain_mark *m, struct err *err);
/* journal_index: of an entry on the main branch; again does no harm. */
MUST_USE enum st journal_index(struct store_txn *t, const struct entry_view *e, struct err *err);
/* journal_get: entry bytes by hash into `a`, parsed. */
MUST_USE enum st journal_get(struct store_txn *t, h32 hash, struct arena *a, struct entry_view *e,
                             struct err *err);
/* journal_at: entry by author, epoch, sequence (main branch). */
MUST_USE enum st journal_at(struct store_txn *t, id8 author, id8 epoch, uint64_t seq,
                            struct arena *a, struct entry_view *e, struct err *err);
MUST_USE enum st chain_mark_get(struct store_txn *t, id8 author, id8 epoch, struct arena *tmp,
                                struct chain_mark *m, struct err *err);
MUST_USE enum st chain_mark_put(struct store_txn *t, const struct chain_mark *m, struct err *err);
/* trust and certificates in the store: */
MUST_USE enum st trust_store_get(struct store_txn *t, struct arena *a, struct trust *trust,
                                 bytes *doc, struct err *err);
/* trust_store_chain: what somebody who knows a document of that serial (0: none) lacks: documents
 * one after the other, oldest first, each by the root that the one before names or by its own; the
 * newest last. Empty when he lacks nothing. */
MUST_USE enum st trust_store_chain(struct store_txn *t, uint64_t after_serial, struct arena *a,
                                   bytes *docs, struct err *err);
/* trust_store_put: one document, or several as trust_store_chain gives them, each taken or passed
 * over by itself. The first one must be by the deployment's first root; a later one by the root
 * that is known, or by the one that it named as next, of the same deployment and with a higher
 * serial (else ST_EXISTS, nothing changed). ST_UNTRUSTED, ST_BAD_SIGNATURE, ST_WRONG_PARTY. */
MUST_USE enum st trust_store_put(struct store_txn *t, bytes doc, struct err *err);
MUST_USE enum st cert_store_get(struct store_txn *t, id8 author, const struct trust *trust,
                                struct arena *a, struct cert *c, struct err *err);
MUST_USE enum st cert_store_put(struct store_txn *t, const struct cert *c, struct err *err);
#endif
