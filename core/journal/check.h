/* check.h - is a store's journal what it says: chains, signatures, indexes, attachments, states.
 *
 * Seals are core/store/store_check.h's question; run both. Reads only; one read transaction, so
 * that the answer is of one moment. Any thread. */
#ifndef CORE_JOURNAL_CHECK_H
#define CORE_JOURNAL_CHECK_H
#include "core/journal/append.h"

/* What can be wrong. From CHECK_FORKED on: worth telling, no damage. */
enum check_what {
    CHECK_UNREADABLE = 1, /* an entry's seal or form does not hold */
    CHECK_MISPLACED,      /* it lies under another author, epoch or sequence */
    CHECK_GAP,            /* the entry before it is missing in a chain that is held whole */
    CHECK_LINK,           /* it names another entry as the one before */
    CHECK_SIGNATURE,      /* does not hold, and nothing says that this was known */
    CHECK_NO_CERTIFICATE, /* of its author, or one that the trust document does not vouch for */
    CHECK_HASH_INDEX,     /* T_HASH does not lead to it, or leads to nothing */
    CHECK_SUBJECT_INDEX,  /* T_SUBJECT likewise */
    CHECK_MARK,           /* T_HEAD does not agree with the chain's last entry */
    CHECK_ATTACHMENT,     /* named, and neither held, forgotten nor wanted */
    CHECK_STATE,          /* the kept state is not what its entries fold to */
    CHECK_LIST,           /* its rows in T_LIST or T_CODE are not what the state says */
    CHECK_TRUST,          /* the trust document is missing or does not hold */
    CHECK_FORKED,         /* a second entry with one sequence is kept on a branch */
    CHECK_KNOWN_BAD,      /* signature does not hold, kept as evidence, folded nowhere */
    CHECK_LOST,           /* entries before it went with what a restore of headquarters lost */
    CHECK_WHATS
};
/* Where: what does not apply is zero. */
struct check_place {
    id8 author, epoch;
    uint64_t seq;
    h32 hash; /* of the entry, or the attachment's name */
    id16 subject;
};
struct journal_check_totals {
    uint64_t chains, entries, subjects, signatures; /* looked at; signatures: those that hold */
    uint64_t att_named, att_held, att_forgotten, att_wanted;
    uint64_t found[CHECK_WHATS];
    uint64_t damage; /* sum of those before CHECK_FORKED */
};
/* Called for each finding, inside the read transaction: note it, do not call the store. */
struct journal_check_sink {
    void (*found)(void *ctx, enum check_what what, const struct check_place *place);
    void *ctx;
};
/* journal_check_name: a phrase for logs and docketctl; static storage. */
const char *journal_check_name(enum check_what what);
/* journal_check: walk everything. Findings are told and counted, never an error; errors are those
 * of reading: ST_IO, ST_CORRUPT (a broken tree), ST_FULL (scratch; CAP_SCRATCH_BYTES are enough).
 * At headquarters every chain must be whole; on a device the chains of its own author: others' are
 * held in part by design. */
MUST_USE enum st journal_check(struct store *s, struct arena scratch,
                               const struct journal_check_sink *sink,
                               struct journal_check_totals *out, struct err *err);
#endif
