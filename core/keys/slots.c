/* slots.c - opening, making and re-wrapping key slots. See slots.h for what protects what. */
#include "core/keys/slots.h"

#include "core/keys/keyfile.h"
#include "core/keys/slots_wrap.h"

#include <sodium.h>

void slots_keys_wipe(struct slots_keys *k)
{
    if (k != NULL) {
        sodium_memzero(k, sizeof *k);
    }
}

/* ---- the doors --------------------------------------------------------------------------------
 */

/* Wrap what `keys` holds in the slot of a kind, which is new or as good as new. */
static enum st wrap_fresh(struct slot *k, bytes pin, const uint8_t secret[static 32],
                          struct slots_keys *keys, struct err *err)
{
    struct slot_wrap w;
    slots_wrap_fresh(k);
    enum st st = slots_wrap_derive(k, pin, secret, &w, err);
    if (st == ST_OK) {
        slots_wrap_put(k, &w, keys->data, keys->own);
        memcpy(keys->wrap, w.data, sizeof keys->wrap);
    }
    sodium_memzero(&w, sizeof w);
    return st;
}

enum st slots_new(const char *path, enum slot_kind kind, bytes pin, const uint8_t secret[static 32],
                  struct slots_keys *out, struct err *err)
{
    struct slots s = {.n = 0};
    if (kind == SLOT_RECOVERY) {
        return err_set(err, ST_BUG, 0, "slots_create", "a recovery slot cannot be the first");
    }
    if (keyfile_exists(path)) {
        return err_set(err, ST_EXISTS, 0, "slots_create", "there are key slots already");
    }
    struct slot *k = slots_file_room(&s, kind);
    randombytes_buf(out->data, sizeof out->data);
    randombytes_buf(out->own, sizeof out->own);
    enum st st = wrap_fresh(k, pin, secret, out, err);
    st = st == ST_OK ? slots_file_put(path, &s, true, err) : st;
    if (st != ST_OK) {
        slots_keys_wipe(out);
    }
    return st;
}

enum st slots_create(const char *path, enum slot_kind kind, bytes pin,
                     const uint8_t secret[static 32], uint8_t *out_key, struct err *err)
{
    struct slots_keys keys;
    enum st st = slots_new(path, kind, pin, secret, &keys, err);
    memcpy(out_key, keys.data, DATA_KEY_BYTES); /* zeros when it failed */
    slots_keys_wipe(&keys);
    return st;
}

/* Of a slot that an older program wrote: it gets an own key, in the file with the next writing. */
static enum st own_of(struct slot *k, const struct slot_wrap *w, struct slots_keys *out)
{
    enum st st = slots_wrap_own(k, w->own, out->own);
    if (st == ST_NOT_FOUND) {
        randombytes_buf(out->own, sizeof out->own);
        slots_wrap_put(k, w, out->data, out->own);
        st = ST_OK;
    }
    return st;
}

static enum st open_slot(struct slot *k, bytes pin, const uint8_t secret[static 32],
                         struct slots_keys *out, struct err *err)
{
    if (k->kind == SLOT_RECOVERY) {
        return slots_wrap_open(k, secret, out->data);
    }
    struct slot_wrap w;
    enum st st = slots_wrap_derive(k, pin, secret, &w, err);
    if (st == ST_OK) {
        st = slots_wrap_data(k, w.data, out->data);
        memcpy(out->wrap, w.data, sizeof out->wrap);
    }
    if (st == ST_OK) {
        st = own_of(k, &w, out);
    }
    sodium_memzero(&w, sizeof w);
    return st;
}

enum st slots_enter(const char *path, enum slot_kind kind, bytes pin,
                    const uint8_t secret[static 32], const struct now *now, struct slots_keys *out,
                    struct err *err)
{
    struct slots s;
    memset(out, 0, sizeof *out);
    enum st st = slots_file_get(path, &s, err);
    if (st != ST_OK) {
        return st;
    }
    struct slot *k = slots_file_find(&s, kind);
    if (k == NULL) {
        return err_set(err, ST_NOT_FOUND, 0, "slots_open", "no key slot of kind %d", (int)kind);
    }
    bool guessable = kind == SLOT_PIN;
    if (guessable && (pin.n < CAP_PIN_MIN || pin.n > CAP_PIN_MAX)) {
        /* Cannot be the PIN, costs no try: an empty field is not a guess. */
        return err_set(err, ST_WRONG_PIN, 0, "slots_open", "a PIN has %d to %d bytes", CAP_PIN_MIN,
                       CAP_PIN_MAX);
    }
    st = guessable ? slots_try_count(path, &s, now, err) : ST_OK;
    if (st != ST_OK) {
        return st;
    }
    bool older = k->own_bytes == 0;
    st = open_slot(k, pin, secret, out, err);
    if (st == ST_OK && (guessable || (older && kind != SLOT_RECOVERY))) {
        s.tries = 0;
        /* The store is open whatever happens here; at worst the next wrong try waits longer. But an
         * own key that is not in the file would seal what nobody opens again. */
        if (slots_file_put(path, &s, false, NULL) != ST_OK && older) {
            memset(out->own, 0, sizeof out->own);
        }
    }
    if (st != ST_OK) {
        slots_keys_wipe(out);
        return st == ST_WRONG_PIN ? err_set(err, st, 0, "slots_open", "the key slot does not open")
               : st == ST_CORRUPT ? err_set(err, st, 0, "slots_open", "the key slot is damaged")
                                  : st;
    }
    return ST_OK;
}

enum st slots_open_wrap(const char *path, enum slot_kind kind, bytes pin,
                        const uint8_t secret[static 32], int64_t now_ms, uint8_t *out_key,
                        uint8_t *out_wrap, struct err *err)
{
    struct now now = {.wall_ms = now_ms, .boot_ms = now_ms};
    struct slots_keys keys;
    enum st st = slots_enter(path, kind, pin, secret, &now, &keys, err);
    memcpy(out_key, keys.data, DATA_KEY_BYTES);
    memcpy(out_wrap, keys.wrap, sizeof keys.wrap);
    slots_keys_wipe(&keys);
    return st;
}

enum st slots_open(const char *path, enum slot_kind kind, bytes pin,
                   const uint8_t secret[static 32], int64_t now_ms, uint8_t *out_key,
                   struct err *err)
{
    uint8_t wrap[32];
    enum st st = slots_open_wrap(path, kind, pin, secret, now_ms, out_key, wrap, err);
    sodium_memzero(wrap, sizeof wrap);
    return st;
}

/* Add or replace; *keys gets the new wrapping key when it is in the file. */
enum st slots_change(const char *path, enum slot_kind kind, bytes pin,
                     const uint8_t secret[static 32], struct slots_keys *keys, struct err *err)
{
    struct slots s;
    struct slots_keys mine = *keys;
    enum st st = slots_file_get(path, &s, err);
    struct slot *k = st != ST_OK || kind == SLOT_RECOVERY ? NULL : slots_file_room(&s, kind);
    if (st == ST_OK && k == NULL) {
        st = err_set(err, ST_BUG, 0, "slots_set", "no such slot can be set");
    }
    if (st == ST_OK) {
        st = wrap_fresh(k, pin, secret, &mine, err);
    }
    if (st == ST_OK) {
        s.tries = 0;
        st = slots_file_put(path, &s, false, err);
    }
    if (st == ST_OK) {
        *keys = mine;
    }
    slots_keys_wipe(&mine);
    return st;
}

enum st slots_set(const char *path, enum slot_kind kind, bytes pin, const uint8_t secret[static 32],
                  const uint8_t *data_key, struct err *err)
{
    struct slots_keys keys;
    memcpy(keys.data, data_key, sizeof keys.data);
    randombytes_buf(keys.own, sizeof keys.own); /* what the old one sealed is lost */
    enum st st = slots_change(path, kind, pin, secret, &keys, err);
    slots_keys_wipe(&keys);
    return st;
}

/* ---- recovery and compaction ------------------------------------------------------------------
 */

enum st slots_set_recovery(const char *path, const uint8_t sealing_pk[static 32],
                           const uint8_t *data_key, id8 author, struct err *err)
{
    struct slots s;
    enum st st = slots_file_get(path, &s, err);
    if (st != ST_OK) {
        return st;
    }
    struct slot *k = slots_file_room(&s, SLOT_RECOVERY);
    if (k == NULL) {
        return err_set(err, ST_FULL, 0, "slots_set_recovery", "no key slot is free");
    }
    st = slots_wrap_seal(k, sealing_pk, data_key, author, err);
    return st == ST_OK ? slots_file_put(path, &s, false, err) : st;
}

enum st slots_recovery_box(const char *path, uint8_t out_box[static SLOTS_BOX_BYTES],
                           uint8_t out_pk[static 32], id8 *author, struct err *err)
{
    struct slots s;
    enum st st = slots_file_get(path, &s, err);
    const struct slot *k = st == ST_OK ? slots_file_find(&s, SLOT_RECOVERY) : NULL;
    if (st == ST_OK && k == NULL) {
        return err_set(err, ST_NOT_FOUND, 0, "slots", "headquarters has no way into this store");
    }
    if (st == ST_OK && (k->salt_bytes != 32 || k->sealed_bytes < SLOTS_BOX_BYTES ||
                        k->own_bytes != sizeof author->b)) {
        return err_set(err, ST_CORRUPT, 0, "slots", "the key slot is damaged");
    }
    if (st == ST_OK) {
        memcpy(out_box, k->sealed, SLOTS_BOX_BYTES);
        memcpy(out_pk, k->salt, 32);
        memcpy(author->b, k->own, sizeof author->b);
    }
    return st;
}

enum st slots_keep_recovery(const char *path, const uint8_t sealing_pk[static 32],
                            const uint8_t *data_key, id8 author, struct err *err)
{
    struct slots s;
    enum st st = slots_file_get(path, &s, err);
    const struct slot *k = st == ST_OK ? slots_file_find(&s, SLOT_RECOVERY) : NULL;
    bool good = k != NULL && slots_wrap_holds(k, data_key) &&
                memcmp(k->salt, sealing_pk, 32) == 0 &&
                memcmp(k->own, author.b, sizeof author.b) == 0;
    return st != ST_OK || good ? st : slots_set_recovery(path, sealing_pk, data_key, author, err);
}

enum st slots_recover(const char *path, bytes pin, const uint8_t secret[static 32],
                      struct slots_keys *keys, const uint8_t *sealing_pk, id8 author,
                      struct err *err)
{
    struct slots s;
    struct slots_keys mine = *keys;
    enum st st = slots_file_get(path, &s, err);
    struct slot *k = st == ST_OK ? slots_file_room(&s, SLOT_PIN) : NULL;
    if (st == ST_OK) {
        st = k == NULL ? err_set(err, ST_FULL, 0, "slots_recover", "no key slot is free")
                       : wrap_fresh(k, pin, secret, &mine, err);
    }
    k = st == ST_OK && sealing_pk != NULL ? slots_file_room(&s, SLOT_RECOVERY) : NULL;
    if (k != NULL) {
        st = slots_wrap_seal(k, sealing_pk, keys->data, author, err);
    }
    if (st == ST_OK) {
        s.tries = 0;
        st = slots_file_put(path, &s, false, err);
    }
    if (st == ST_OK) {
        *keys = mine;
    }
    slots_keys_wipe(&mine);
    return st;
}

/* The same way to open, for another data key; the own key stays as it is sealed. */
static void carry_over(struct slots *fresh, const struct slot *from, const uint8_t *wrap,
                       const uint8_t *new_key)
{
    struct slot *to = slots_file_room(fresh, from->kind); /* as many as before: there is room */
    struct slot_wrap w;
    *to = *from;
    memcpy(w.data, wrap, sizeof w.data);
    slots_wrap_put(to, &w, new_key, NULL);
    sodium_memzero(&w, sizeof w);
}

/* All of them: the one whose wrapping key the caller holds, those whose wrapping key lies under the
 * old data key, and headquarters'. One that was altered stops it: it would be lost unseen. */
static enum st rewrap(struct slots *old, enum slot_kind kind, const uint8_t *wrap,
                      const uint8_t *old_key, const uint8_t *new_key, struct slots *fresh,
                      struct err *err)
{
    enum st st = ST_OK;
    for (unsigned i = 0; i < old->n && st == ST_OK; i++) {
        const struct slot *k = &old->slot[i];
        uint8_t other[32];
        if (k->kind == SLOT_RECOVERY) {
            id8 author;
            memcpy(author.b, k->own, sizeof author.b);
            st = slots_wrap_holds(k, old_key)
                     ? slots_wrap_seal(slots_file_room(fresh, SLOT_RECOVERY), k->salt, new_key,
                                       author, err)
                     : ST_CORRUPT;
        } else if (k->kind == kind) {
            carry_over(fresh, k, wrap, new_key);
        } else {
            st = slots_wrap_other(k, old_key, other);
            if (st == ST_OK) {
                carry_over(fresh, k, other, new_key);
            }
        }
        sodium_memzero(other, sizeof other);
    }
    return st == ST_CORRUPT ? err_set(err, st, 0, "slots_rekey", "a key slot was altered") : st;
}

enum st slots_rekey(const char *path, const char *new_path, enum slot_kind kind,
                    const uint8_t *wrap, const uint8_t *new_data_key, struct err *err)
{
    struct slots old, fresh = {.n = 0};
    uint8_t old_key[DATA_KEY_BYTES];
    enum st st = slots_file_get(path, &old, err);
    if (st != ST_OK) {
        return st;
    }
    struct slot *k = slots_file_find(&old, kind);
    if (k == NULL || kind == SLOT_RECOVERY) {
        return err_set(err, ST_NOT_FOUND, 0, "slots_rekey", "no such key slot");
    }
    st = slots_wrap_data(k, wrap, old_key);
    if (st != ST_OK) {
        return err_set(err, st, 0, "slots_rekey", "the wrapping key is another");
    }
    st = rewrap(&old, kind, wrap, old_key, new_data_key, &fresh, err);
    sodium_memzero(old_key, sizeof old_key);
    return st == ST_OK ? slots_file_put(new_path, &fresh, false, err) : st;
}
