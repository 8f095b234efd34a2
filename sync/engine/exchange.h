/* exchange.h - a device's side of one exchange: build the bundle, take the answer.
 *
 * Pure over a store and its journal: no socket, no clock of its own. Call on the store's writer
 * thread; neither call waits for anything but the disk. Between the two the store may go on
 * working. The same two calls serve HTTP and file. */
#ifndef SYNC_ENGINE_EXCHANGE_H
#define SYNC_ENGINE_EXCHANGE_H
#include "core/journal/append.h"
#include "sync/bundle/bundle.h"
#include "sync/bundle/manifest.h"

/* Why a receipt in an answer was not believed. Nothing is marked then. */
enum receipt_refusal {
    RECEIPT_FINE = 0,
    RECEIPT_FORM,      /* not a receipt */
    RECEIPT_SIGNATURE, /* no node key of the trust document made it */
    RECEIPT_AUTHOR,    /* for another author */
    RECEIPT_EPOCH,     /* of an epoch that this store does not hold as its own */
    RECEIPT_BEYOND,    /* covers more than this store has */
    RECEIPT_HASH,      /* names another entry at that place */
    RECEIPT_OVER,      /* of an epoch of headquarters' journal that is over */
    RECEIPT_STALE,     /* older than the one that is kept */
    RECEIPT_REFUSALS
};
const char *receipt_refusal_name(enum receipt_refusal r); /* a sentence's part; static storage */

/* What an exchange did; zero it before exchange_request and pass the same to exchange_answer. */
struct exchange_result {
    unsigned sent_entries, sent_attachments;
    uint64_t sent_bytes, received_bytes;
    unsigned received_entries, received_attachments; /* new to this store */
    unsigned receipts;                               /* verified and newer than what was kept */
    unsigned receipts_refused;
    enum receipt_refusal refusal; /* the last one */
    unsigned quarantined;         /* items of the answer that were kept aside (T_ODD) */
    unsigned problems;            /* of ours, as headquarters reports them */
    struct manifest_problem first_problem;
    bool marks_went_back; /* headquarters was restored: it covers less than before */
    bool new_epoch;       /* this store was rolled back or copied: it goes on in a new epoch */
    bool forked;          /* ... because headquarters holds two entries under one number */
    bool handing_back;    /* headquarters began anew: it is offered what this device holds */
    unsigned handed_back; /* others' entries in this bundle, for headquarters to have again */
    bool trust_renewed;
    bool forgotten;     /* contents were dropped: compact before the next lock or exit */
    bool revoked;       /* this author was revoked */
    bool conflict;      /* a subject that changed has a conflict now */
    bool answered;      /* an authenticated manifest came */
    bool whole;         /* the answer was whole */
    bool again;         /* there is more to send, to fetch or to answer: exchange once more */
    uint64_t unsent;    /* own entries not yet covered by a receipt, after this */
    int64_t receipt_ms; /* headquarters' time in the newest receipt of this exchange; 0: none */
};

/* Own chains of which something is in a parcel, as far as headquarters will have them: receipts
 * for all of these say that it took the parcel in. */
struct exchange_awaited {
    unsigned n;
    struct chain_mark marks[MANIFEST_JOURNALS_MAX];
};

struct exchange_options {
    uint64_t max_bytes;   /* of entries in this bundle; 0: EXCHANGE_SEND_BYTES */
    uint64_t large_bytes; /* of large attachments; 0: EXCHANGE_LARGE_BYTES; 1 keeps photos back */
    const uint8_t *reply_pk; /* a parcel: all that is owed, whatever its size; the answer comes to
                              * this key. NULL: an exchange */
    struct exchange_awaited *awaited; /* of a parcel: filled. NULL: an exchange */
    bool introduce; /* with the own certificate: nobody can say that he does not know us */
};
/* exchange_request: own entries after the newest receipt of each own epoch, their attachments, what
 * large attachments headquarters lacks; into `sink`. `opt` may be NULL. Changes nothing in the
 * store (a read transaction). Returns the sink's error, or the store's. */
MUST_USE enum st exchange_request(struct journal *j, const struct exchange_options *opt,
                                  const struct now *now, bundle_sink sink, void *ctx,
                                  struct exchange_result *res, struct err *err);
/* exchange_answer: take an answer, or as much of one as came. Each frame that is authentic counts,
 * even when the rest is missing (then ST_INCOMPLETE, and *res says what was taken).
 * ST_WRONG_PARTY (for another device or deployment), ST_BAD_SIGNATURE (altered), ST_BAD_FORM,
 * ST_NEWER, ST_FULL, ST_IO: what was committed before stays, nothing else changed. */
MUST_USE enum st exchange_answer(struct journal *j, bytes answer, const struct now *now,
                                 struct exchange_result *res, struct err *err);

/* exchange_refused: headquarters refused a request as a whole, with this problem type. *again: the
 * next one mends it ("unknown-sender": headquarters was restored to before this device joined; from
 * now on it is shown the certificate, until it answers). */
MUST_USE enum st exchange_refused(struct journal *j, const char *problem, bool *again,
                                  struct err *err);

/* --- where a thing is
 * ------------------------------------------------------------------------------ */
enum sync_place { SYNC_HERE = 1, SYNC_BRANCH = 2, SYNC_HQ = 3 };
/* sync_place_of: of one entry: SYNC_HQ only when a kept (hence verified) receipt covers it, or when
 * another author made it (then it came from headquarters). ST_NOT_FOUND. */
MUST_USE enum st sync_place_of(struct store_txn *t, id8 own, h32 entry, struct arena tmp,
                               enum sync_place *out, struct err *err);
/* sync_place_subject: the least of this author's entries on a subject; SYNC_HQ when it has none. */
MUST_USE enum st sync_place_subject(struct store_txn *t, id8 own, id16 subject, struct arena tmp,
                                    enum sync_place *out, struct err *err);

/* What the Sync screen and `docketctl sync --json` show. */
struct sync_status {
    uint64_t own_entries;     /* over all epochs */
    uint64_t unsent;          /* not covered by a receipt */
    uint64_t missing;         /* covered, and lost here to damage: headquarters sends them back */
    int64_t oldest_unsent_ms; /* claimed wall time; 0: none */
    int64_t receipt_ms;       /* newest receipt's time; 0: never */
    uint64_t wanted;          /* attachments still to be fetched */
    uint64_t quarantined;     /* T_ODD rows */
    unsigned epochs;
};
MUST_USE enum st sync_status(struct store_txn *t, id8 own, struct arena tmp,
                             struct sync_status *out, struct err *err);
#endif
