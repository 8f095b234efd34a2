/* slots_wrap.h - one slot: what wraps the keys in it, and how. Private to core/keys.
 *
 * All key arguments are 32 bytes of the caller's locked memory. */
#ifndef CORE_KEYS_SLOTS_WRAP_H
#define CORE_KEYS_SLOTS_WRAP_H
#include "core/keys/slots_file.h"

#define SLOTS_SALT_BYTES 16

/* What is derived of a PIN or key file for one slot. Wiped by the caller. */
struct slot_wrap {
    uint8_t data[32]; /* wraps the data key */
    uint8_t own[32];  /* wraps the own key; nothing else yields it */
};
/* slots_wrap_derive: slow in the PIN where there is one, and nothing without the device's secret.
 * ST_BAD_INPUT (PIN length), ST_FORBIDDEN (cost below the floor or over all bounds), ST_FULL. */
MUST_USE enum st slots_wrap_derive(const struct slot *k, bytes pin, const uint8_t secret[static 32],
                                   struct slot_wrap *out, struct err *err);
/* slots_wrap_fresh: a salt and today's cost into an empty slot. */
void slots_wrap_fresh(struct slot *k);
/* slots_wrap_put: both keys into the slot; own NULL: as it stands there. */
void slots_wrap_put(struct slot *k, const struct slot_wrap *w, const uint8_t *data_key,
                    const uint8_t *own_key);
/* slots_wrap_data: ST_WRONG_PIN, ST_CORRUPT (lengths). slots_wrap_own: ST_NOT_FOUND: a slot of an
 * older program. slots_wrap_other: the wrapping key that lies under the data key. */
MUST_USE enum st slots_wrap_data(const struct slot *k, const uint8_t *wrap, uint8_t *out_key);
MUST_USE enum st slots_wrap_own(const struct slot *k, const uint8_t *wrap, uint8_t *out_key);
MUST_USE enum st slots_wrap_other(const struct slot *k, const uint8_t *data_key, uint8_t *out_wrap);

/* The recovery slot; `own` holds the author. seal: ST_BAD_INPUT (not a key). holds: it is whole,
 * and put there by somebody who had the data key. open: with headquarters' secret key. */
MUST_USE enum st slots_wrap_seal(struct slot *k, const uint8_t sealing_pk[static 32],
                                 const uint8_t *data_key, id8 author, struct err *err);
bool slots_wrap_holds(const struct slot *k, const uint8_t *data_key);
MUST_USE enum st slots_wrap_open(const struct slot *k, const uint8_t sealing_sk[static 32],
                                 uint8_t *out_key);
#endif
