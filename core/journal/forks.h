/* forks.h - the forks of a store: where a chain has two entries under one number, which entries lie
 * in one of two histories, and the proof of it for somebody who has neither store nor network.
 *
 * Nothing here is kept beside the journal: a second entry lies on a branch (keep.c), nobody's
 * entries leave headquarters, and the proof is those two entries as they came. So a proof cannot be
 * lost while its fork is held, and a rebuild has nothing to mend. Reads only; any thread with a
 * transaction of its own. */
#ifndef CORE_JOURNAL_FORKS_H
#define CORE_JOURNAL_FORKS_H
#include "core/journal/append.h"
#include "core/journal/fork.h"

/* A fork as a file (ENTRY.md section 11): the proof, and the certificate of the key that signed it.
 */
#define FORK_FILE_BYTES_MAX (FORK_PROOF_BYTES_MAX + CAP_CERT_BYTES + 16)

/* forks_first: the lowest number of an epoch under which two entries are held; *a and *b view
 * `room`, in the order of their branches. ST_NOT_FOUND: none is held here (a device may hold a part
 * of somebody's chain only); ST_FULL; a damaged entry is passed over. */
MUST_USE enum st forks_first(struct store_txn *t, id8 author, id8 epoch, struct arena *room,
                             struct entry_view *a, struct entry_view *b, struct err *err);

/* Where the forks met so far begin: one for a walk over many entries, zeroed by the caller. */
#define FORKS_SEEN_MAX 8
struct forks_seen {
    struct {
        id8 author, epoch;
        uint64_t from; /* UINT64_MAX: this chain has no fork */
    } p[FORKS_SEEN_MAX];
    unsigned n, next;
};
/* forks_cover: does an entry lie in one of two histories: at or after the first fork of its chain?
 * What cannot be read answers false: `check` names it. */
bool forks_cover(struct store_txn *t, struct forks_seen *seen, id8 author, id8 epoch, uint64_t seq,
                 struct arena tmp);
/* forks_touch: does any entry on this subject? */
bool forks_touch(struct store_txn *t, id16 subject, struct arena tmp);

/* forks_file_make: the file of the fork that the entry `hash` has a part in. ST_NOT_FOUND: it is
 * not here, has no second beside it, or its author's certificate is not here; ST_FULL. *out views
 * `room`. */
MUST_USE enum st forks_file_make(struct store_txn *t, h32 hash, struct arena *room, bytes *out,
                                 struct err *err);
/* forks_file_is: does it look like one (and not like a report)? Says nothing of its worth. */
bool forks_file_is(bytes in);
/* forks_file_open: form, certificate under the trust document, both signatures, and that they are a
 * fork. As fork_open; *rule is also "fork file", or of the certificate. Views point into `in`. */
MUST_USE enum st forks_file_open(bytes in, const struct trust *trust, struct cert *cert,
                                 struct entry_view *a, struct entry_view *b, const char **rule);
#endif
