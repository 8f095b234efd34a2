/* parcel.h - what a revoked device does: its unreceipted work, and what a copy of it wrote, sealed
 * to headquarters as one parcel, every key destroyed but the one that the answer is sealed to, the
 * parcel kept until that answer brings the receipts. Beside the store: DIR.parcel (a bundle, any
 * carrier takes it), DIR.parcel.key (that one key, the trust documents, what receipts are awaited).
 * One thread at a time. */
#ifndef SYNC_ENGINE_PARCEL_H
#define SYNC_ENGINE_PARCEL_H
#include "core/journal/append.h"

struct parcel_made {
    bool any;                      /* there was something to send; else no parcel was made */
    unsigned entries, attachments; /* in it */
    uint64_t bytes;
    bool left_out; /* more than the largest parcel: the newest photos stay behind */
};
/* parcel_due: a revocation of this very author lies in the store and its signature holds: nothing
 * less makes a device destroy its keys. */
MUST_USE enum st parcel_due(struct journal *j, bool *due, struct err *err);
/* parcel_make: both files, durable. Then the caller closes the store and calls store_destroy: the
 * keys go. After a cut: parcel_pending tells at the next start that store_destroy is to go on. */
MUST_USE enum st parcel_make(struct journal *j, const char *dir, const struct now *now,
                             struct parcel_made *out, struct err *err);
bool parcel_pending(const char *dir);
void parcel_path(const char *dir, char *out, size_t cap);
/* parcel_answer: headquarters' answer. ST_OK: its receipts cover all of it, the files are gone; or
 * there was no parcel (`any`), and the key's file is gone, whatever `answer` is.
 * ST_INCOMPLETE: authentic, and not all is covered yet: send it again. Else as exchange_answer:
 * nothing was changed. */
MUST_USE enum st parcel_answer(const char *dir, bytes answer, struct err *err);
#endif
