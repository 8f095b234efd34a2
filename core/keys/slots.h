/* slots.h - the data key of a store, wrapped once for each way to open it: the file `DIR/slots`.
 *
 * A slot wraps the 32-byte data key with XChaCha20-Poly1305 under
 *   PIN slot:      Argon2id(3 ops, 32 MiB) of PIN and salt, keyed by BLAKE2b with the device secret
 *   key-file slot: a key of the key file (headquarters)
 *   recovery slot: crypto_box_seal to headquarters' sealing key
 * PIN and key-file slots hold a second key, the own key: it seals what is this author's alone, his
 * signing key. The data key does not open it, so whoever is given the data key cannot sign.
 * The cost of Argon2id stands in the slot. Less than the floor is taken by a test build only
 * (DOCKET_TEST_COSTS): else a written file could make guessing cheap.
 * The file is CBOR, rewritten whole (temporary, fsync, rename, fsync of the folder). Wrong tries
 * are counted in it, before the try, so a kill does not save one. Keys are in sodium_malloc memory.
 * The store's lock is held by the caller; argon2 takes ~0.1-0.5 s: never on the UI thread. */
#ifndef CORE_KEYS_SLOTS_H
#define CORE_KEYS_SLOTS_H
#include "core/base/caps.h"
#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/slice.h"
#include "core/base/status.h"

#define DATA_KEY_BYTES 32
enum slot_kind { SLOT_PIN = 1, SLOT_KEYFILE = 2, SLOT_RECOVERY = 3 };

/* All that a slot gives. Lies in sodium_malloc memory, the caller's; wiped by slots_keys_wipe. */
struct slots_keys {
    uint8_t data[DATA_KEY_BYTES]; /* opens the store */
    uint8_t wrap[32];             /* wraps the data key in this slot; for store_compact */
    uint8_t own[32];              /* seals the signing key; zero: from a recovery slot */
};
void slots_keys_wipe(struct slots_keys *k); /* NULL is fine */
/* slots_new: as slots_create, and says the other keys too. */
MUST_USE enum st slots_new(const char *path, enum slot_kind kind, bytes pin,
                           const uint8_t secret[static 32], struct slots_keys *out,
                           struct err *err);
/* slots_enter: as slots_open, and says the other keys too. The back-off is measured by the clock
 * that nobody can set: within one boot by its own time, after a restart by the time since then.
 * A slot of an older program is given an own key (written when the PIN was right). */
MUST_USE enum st slots_enter(const char *path, enum slot_kind kind, bytes pin,
                             const uint8_t secret[static 32], const struct now *now,
                             struct slots_keys *out, struct err *err);
/* slots_change: add or replace the slot of a kind (a new PIN). `keys` as slots_enter gave them;
 * keys->wrap becomes that of the new slot. Unchanged on failure. Answers as slots_set. */
MUST_USE enum st slots_change(const char *path, enum slot_kind kind, bytes pin,
                              const uint8_t secret[static 32], struct slots_keys *keys,
                              struct err *err);
/* The recovery slot. Its box holds the data key and whose store it is: headquarters gives the key
 * to nobody else. slots_recovery_box: as it lies in the file, and to which key it is sealed, which
 * author it is said to be of. ST_NOT_FOUND: there is no such slot. slots_box_open: with
 * headquarters' key pair. ST_WRONG_PIN: not sealed to it, or altered. slots_keep_recovery: make it
 * so that this key opens the slot for this author; nothing is written when it is so. */
#define SLOTS_BOX_BYTES 88
MUST_USE enum st slots_recovery_box(const char *path, uint8_t out_box[static SLOTS_BOX_BYTES],
                                    uint8_t out_pk[static 32], id8 *author, struct err *err);
MUST_USE enum st slots_box_open(const uint8_t box[static SLOTS_BOX_BYTES],
                                const uint8_t pk[static 32], const uint8_t sk[static 32],
                                uint8_t *out_key, id8 *author);
MUST_USE enum st slots_keep_recovery(const char *path, const uint8_t sealing_pk[static 32],
                                     const uint8_t *data_key, id8 author, struct err *err);

/* slots_create: a new data key (random) and its first slot.
 *   secret: device secret, 32 bytes kept apart (PIN slot), or the key file's wrapping key
 *   out_key: 32 bytes of sodium_malloc memory, caller wipes
 * ST_EXISTS when the file is there, ST_BAD_INPUT (PIN length), ST_IO, ST_FULL. */
MUST_USE enum st slots_create(const char *path, enum slot_kind kind, bytes pin,
                              const uint8_t secret[static 32], uint8_t *out_key, struct err *err);
/* slots_open: try one kind. ST_WRONG_PIN (counted), ST_WAIT (err->wait_s left of the back-off, the
 * PIN was not tried), ST_NOT_FOUND (no such slot), ST_CORRUPT, ST_FORBIDDEN (the cost is below the
 * floor), ST_IO. now_ms: a clock that only runs forward; one that ran back began anew. */
MUST_USE enum st slots_open(const char *path, enum slot_kind kind, bytes pin,
                            const uint8_t secret[static 32], int64_t now_ms, uint8_t *out_key,
                            struct err *err);
/* slots_set: the same for somebody who has the data key alone (recovery): the slot gets a new own
 * key, and what the old one sealed stays shut. ST_BAD_INPUT (PIN length), ST_IO, ST_FULL. */
MUST_USE enum st slots_set(const char *path, enum slot_kind kind, bytes pin,
                           const uint8_t secret[static 32], const uint8_t *data_key,
                           struct err *err);
/* slots_set_recovery: seal the data key to headquarters' X25519 key. */
MUST_USE enum st slots_set_recovery(const char *path, const uint8_t sealing_pk[static 32],
                                    const uint8_t *data_key, id8 author, struct err *err);
/* slots_recover: after a recovery: the PIN slot set anew for `keys` (as slots_change) and the
 * recovery slot made the new author's (as slots_keep_recovery; sealing_pk NULL: left as it is), in
 * one writing: a cut leaves both as they were, and the code that was given for them. */
MUST_USE enum st slots_recover(const char *path, bytes pin, const uint8_t secret[static 32],
                               struct slots_keys *keys, const uint8_t *sealing_pk, id8 author,
                               struct err *err);
/* slots_rekey: write a new file for a new data key: every way to open stays. `wrap` is the wrapping
 * key of the slot `kind` (32 bytes, sodium_malloc, filled by slots_open_wrap); those of the others
 * lie in the file under the old data key. ST_CORRUPT: a slot was altered. Used by compaction. */
MUST_USE enum st slots_open_wrap(const char *path, enum slot_kind kind, bytes pin,
                                 const uint8_t secret[static 32], int64_t now_ms, uint8_t *out_key,
                                 uint8_t *out_wrap, struct err *err);
MUST_USE enum st slots_rekey(const char *path, const char *new_path, enum slot_kind kind,
                             const uint8_t *wrap, const uint8_t *new_data_key, struct err *err);
/* device_secret_load: read the 32-byte device secret of a store, or make it (0600, fsynced).
 * `create` false: ST_NOT_FOUND when absent. */
MUST_USE enum st device_secret_load(const char *path, bool create, uint8_t out[static 32],
                                    struct err *err);
#endif
