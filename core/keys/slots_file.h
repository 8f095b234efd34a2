/* slots_file.h - the file of key slots as a value. Private to core/keys.
 *
 * {1: version 2, 2: wrong tries, 3: time of the last one since the start of the machine, 4: [[kind,
 * salt, sealed, ops, memory, own], ...], 5: which start, 8 bytes}. Version 1 is read: its slots end
 * after `sealed`, its cost was the floor, its time of the last try is of no use.
 *   own: PIN slots: the own key under a wrapping key of its own, 72 bytes; else empty
 *   PIN, key file: salt 16 bytes; sealed: the data key under the wrapping key, 72 bytes, then the
 *     wrapping key under the data key, 72: whoever rewrites the slots for a new data key has the
 * old one, and takes the other ways to open along recovery: salt: headquarters' sealing key, 32
 * bytes; sealed: crypto_box_seal of the data key and the author, 88 bytes, then a hash of all keyed
 * by the data key, 32; own: the author, 8: nobody without it can put his own key there and wait for
 * the next rewriting. */
#ifndef CORE_KEYS_SLOTS_FILE_H
#define CORE_KEYS_SLOTS_FILE_H
#include "core/keys/slots.h"

#define SLOT_SALT_MAX 32
#define SLOT_SEALED_MAX 144
#define SLOT_OWN_MAX 72
#define SLOT_V1_OPS 3
#define SLOT_V1_BYTES (32U << 20)
struct slot {
    enum slot_kind kind;
    uint8_t salt[SLOT_SALT_MAX];
    size_t salt_bytes;
    uint8_t sealed[SLOT_SEALED_MAX];
    size_t sealed_bytes;
    uint64_t ops, mem_bytes; /* of Argon2id; 0: not of a PIN */
    uint8_t own[SLOT_OWN_MAX];
    size_t own_bytes; /* 0: none */
};
struct slots {
    uint64_t tries;  /* wrong ones since the last right one */
    int64_t last_ms; /* since the start of the machine */
    uint8_t boot_id[8];
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
/* slots_try_count: may this try be made? If so it is counted, on disk, before it is made. ST_WAIT,
 * err->wait_s; ST_IO, ST_FULL. */
MUST_USE enum st slots_try_count(const char *path, struct slots *s, const struct now *now,
                                 struct err *err);
#endif
