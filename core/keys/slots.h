/* slots.h - the data key of a store, wrapped once for each way to open it: the file `DIR/slots`.
 *
 * A slot wraps the 32-byte data key with XChaCha20-Poly1305 under
 *   PIN slot:      Argon2id(3 ops, 32 MiB) of PIN and salt, keyed by BLAKE2b with the device secret
 *   key-file slot: a key of the key file (headquarters)
 *   recovery slot: crypto_box_seal to headquarters' sealing key
 * The file is CBOR, rewritten whole (temporary, fsync, rename, fsync of the folder). Wrong tries
 * are counted in it, before the try, so a kill does not save one. Keys are in sodium_malloc memory.
 * The store's lock is held by the caller; argon2 takes ~0.1-0.5 s: never on the UI thread. */
#ifndef CORE_KEYS_SLOTS_H
#define CORE_KEYS_SLOTS_H
#include "core/base/caps.h"
#include "core/base/ids.h"
#include "core/base/slice.h"
#include "core/base/status.h"

#define DATA_KEY_BYTES 32
enum slot_kind { SLOT_PIN = 1, SLOT_KEYFILE = 2, SLOT_RECOVERY = 3 };

/* slots_create: a new data key (random) and its first slot.
 *   secret: device secret, 32 bytes kept apart (PIN slot), or the key file's wrapping key
 *   out_key: 32 bytes of sodium_malloc memory, caller wipes
 * ST_EXISTS when the file is there, ST_BAD_INPUT (PIN length), ST_IO, ST_FULL. */
MUST_USE enum st slots_create(const char *path, enum slot_kind kind, bytes pin,
                              const uint8_t secret[static 32], uint8_t *out_key, struct err *err);
/* slots_open: try one kind. ST_WRONG_PIN (counted), ST_WAIT (err->wait_s left of the back-off, the
 * PIN was not tried), ST_NOT_FOUND (no such slot), ST_CORRUPT, ST_IO. now_ms is the wall clock;
 * a clock set back costs at most one full back-off. */
MUST_USE enum st slots_open(const char *path, enum slot_kind kind, bytes pin,
                            const uint8_t secret[static 32], int64_t now_ms, uint8_t *out_key,
                            struct err *err);
/* slots_set: add or replace the slot of a kind for an already open data key (change of PIN). */
MUST_USE enum st slots_set(const char *path, enum slot_kind kind, bytes pin,
                           const uint8_t secret[static 32], const uint8_t *data_key,
                           struct err *err);
/* slots_set_recovery: seal the data key to headquarters' X25519 key. */
MUST_USE enum st slots_set_recovery(const char *path, const uint8_t sealing_pk[static 32],
                                    const uint8_t *data_key, struct err *err);
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
