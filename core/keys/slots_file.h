/* slots_file.h - the file of key slots as a value. Private to core/keys.
 *
 * {1: version 1, 2: wrong tries, 3: time of the last one, 4: [[kind, salt, sealed], ...]}
 *   PIN, key file: salt 16 bytes; sealed: the data key under the wrapping key, 72 bytes, then the
 *     wrapping key under the data key, 72: whoever rewrites the slots for a new data key has the
 * old one, and takes the other ways to open along recovery: salt: headquarters' sealing key, 32
 * bytes; sealed: crypto_box_seal of the data key, 80 bytes, then a hash of both keyed by the data
 * key, 32: nobody without it can put his own key there and wait for the next rewriting. */
#ifndef CORE_KEYS_SLOTS_FILE_H
#define CORE_KEYS_SLOTS_FILE_H
#include "core/keys/slots.h"

#define SLOT_SALT_MAX 32
#define SLOT_SEALED_MAX 144
struct slot {
    enum slot_kind kind;
    uint8_t salt[SLOT_SALT_MAX];
    size_t salt_bytes;
    uint8_t sealed[SLOT_SEALED_MAX];
    size_t sealed_bytes;
};
struct slots {
    uint64_t tries; /* wrong ones since the last right one */
    int64_t last_ms;
    struct slot slot[CAP_KEY_SLOTS];
    unsigned n;
};
MUST_USE enum st slots_file_get(const char *path, struct slots *out, struct err *err);
MUST_USE enum st slots_file_put(const char *path, const struct slots *s, bool fresh,
                                struct err *err);
/* slots_file_find: the slot of a kind, NULL if none. */
struct slot *slots_file_find(struct slots *s, enum slot_kind kind);
/* slots_file_room: the slot of a kind, or a new one; NULL when all are taken. */
struct slot *slots_file_room(struct slots *s, enum slot_kind kind);
#endif
