/* join.h - how a new device becomes an author: keys, request, grant, store.
 *
 * The code (16 Crockford characters) is mixed into the key of both bundles and never sent. The
 * trust document that the device starts from is unproved until the grant opens under the code. The
 * pending joining can be kept in a file, so that a lost answer is asked for again with the same
 * keys, and so that request and grant may be different runs (by file). Any one thread. */
#ifndef SYNC_ENGINE_JOIN_H
#define SYNC_ENGINE_JOIN_H
#include "core/journal/append.h"
#include "core/keys/slots.h"
#include "sync/bundle/bundle.h"

struct join {
    struct author_keys keys;
    uint8_t code[ENROL_CODE_BYTES];
    struct trust trust;                       /* unproved until join_answer */
    uint8_t trust_doc[CAP_TRUST_CHAIN_BYTES]; /* from the first root to the newest */
    size_t trust_doc_n;
    uint8_t cert[CAP_CERT_BYTES]; /* after join_answer */
    size_t cert_n;
    /* A recovery: what the store's key slots hold for headquarters, and what came of it. */
    bool recovers, has_data_key;
    uint8_t box[SLOTS_BOX_BYTES], box_pk[32];
    uint8_t data_key[DATA_KEY_BYTES];
};
/* join_begin: fresh keys. `code` as typed (spaces and hyphens are forgiven). ST_BAD_INPUT (the code
 * is not 16 characters; the trust document is none), ST_FULL. *j is the caller's; join_end after.
 */
MUST_USE enum st join_begin(struct join *j, str code, bytes trust_doc, struct err *err);
/* join_save, join_load: the pending joining in a file (0600), sealed under the device secret.
 * join_load: ST_NOT_FOUND, ST_CORRUPT. join_forget: after the store is founded. */
MUST_USE enum st join_save(const struct join *j, const char *path, const uint8_t secret[static 32],
                           struct err *err);
MUST_USE enum st join_load(struct join *j, const char *path, const uint8_t secret[static 32],
                           struct err *err);
void join_forget(const char *path);
/* join_request: the bundle, into the sink. May be repeated. */
MUST_USE enum st join_request(const struct join *j, const struct now *now, bundle_sink sink,
                              void *ctx, struct err *err);
/* join_answer: take the grant. ST_BAD_SIGNATURE: it does not open under this code (wrong code, or
 * not from this headquarters); ST_INCOMPLETE (cut); ST_WRONG_PARTY; ST_UNTRUSTED (certificate). */
MUST_USE enum st join_answer(struct join *j, bytes answer, struct err *err);
/* join_found: make the store at `dir` with a PIN slot and found the journal in it. After
 * join_answer only. secret: the device secret (device_secret_load). ST_EXISTS, ST_BAD_INPUT (PIN),
 * ST_FULL, ST_IO. The store is closed again on return. Argon2: not on the UI thread. */
MUST_USE enum st join_found(const struct join *j, const char *dir, bytes pin,
                            const uint8_t secret[static 32], uint64_t map_bytes,
                            const struct now *now, struct arena scratch, struct err *err);
/* A forgotten PIN. join_recover_from: the joining asks for the data key of the store at `dir` too;
 * *author: as whom headquarters knows that store, for people to tell it by. ST_NOT_FOUND: the store
 * holds nothing for headquarters. join_recover: after join_answer, which is ST_REFUSED when the
 * code was not given for this: the new PIN opens the store, which goes on as a new author's. May be
 * repeated with the same keys after a cut. Argon2. ST_WRONG_PIN: the key is of another store. */
MUST_USE enum st join_recover_from(struct join *j, const char *dir, id8 *author, struct err *err);
MUST_USE enum st join_recover(const struct join *j, const char *dir, bytes pin,
                              const uint8_t secret[static 32], uint64_t map_bytes,
                              const struct now *now, struct arena scratch, struct err *err);
void join_end(struct join *j); /* wipes keys and code; zeroed is fine */
/* join_refusal: what headquarters' problem type means, as the code that a screen chooses words by:
 * ST_WRONG_PIN (no such code), ST_EXISTS (used), ST_WAIT (expired), else ST_REFUSED. */
enum st join_refusal(str problem_type);
#endif
