/* slots.c - opening, making and re-wrapping key slots. See slots.h for what protects what. */
#include "core/keys/slots.h"

#include "core/keys/keyfile.h"
#include "core/keys/seal.h"
#include "core/keys/slots_file.h"

#include <sodium.h>

#define PWHASH_OPS 3
#define PWHASH_BYTES (32U << 20)
#define SALT_BYTES crypto_pwhash_SALTBYTES
#define WRAP_BYTES 32
#define BOX_BYTES (crypto_box_SEALBYTES + DATA_KEY_BYTES)
#define BACKOFF_FIRST_MS 5000LL
#define BACKOFF_MAX_MS 900000LL
#define RECOVERY_BYTES (BOX_BYTES + 32)                /* a box and its hash */
#define WRAPPED_BYTES (DATA_KEY_BYTES + SEAL_OVERHEAD) /* one key under the other */
_Static_assert(RECOVERY_BYTES <= SLOT_SEALED_MAX, "a recovery slot fits");
_Static_assert(2 * WRAPPED_BYTES == SLOT_SEALED_MAX, "two wrapped keys fill a slot");
_Static_assert(WRAP_BYTES == DATA_KEY_BYTES, "either key wraps the other");

static bytes ad_of(enum slot_kind kind, uint8_t out[static 16])
{
    static const char name[] = "docket/slot/1";
    memcpy(out, name, sizeof name - 1);
    out[sizeof name - 1] = (uint8_t)kind;
    return bytes_of(out, sizeof name);
}

/* The wrapping key: slow in the PIN where there is one, and nothing without the device's secret. */
static enum st derive(enum slot_kind kind, bytes pin, const uint8_t *salt,
                      const uint8_t secret[static 32], uint8_t out[static WRAP_BYTES],
                      struct err *err)
{
    uint8_t pre[32] = {0}, ad[16];
    if (kind == SLOT_PIN) {
        if (pin.n < CAP_PIN_MIN || pin.n > CAP_PIN_MAX) {
            return err_set(err, ST_BAD_INPUT, 0, "slots", "a PIN has %d to %d bytes", CAP_PIN_MIN,
                           CAP_PIN_MAX);
        }
        if (crypto_pwhash(pre, sizeof pre, (const char *)pin.p, pin.n, salt, PWHASH_OPS,
                          PWHASH_BYTES, crypto_pwhash_ALG_ARGON2ID13) != 0) {
            return err_set(err, ST_FULL, 0, "slots", "no memory to derive a key");
        }
    } else {
        memcpy(pre, salt, SALT_BYTES);
    }
    bytes name = ad_of(kind, ad);
    crypto_generichash_state s;
    crypto_generichash_init(&s, secret, 32, WRAP_BYTES);
    crypto_generichash_update(&s, name.p, name.n);
    crypto_generichash_update(&s, pre, sizeof pre);
    crypto_generichash_final(&s, out, WRAP_BYTES);
    sodium_memzero(pre, sizeof pre);
    sodium_memzero(&s, sizeof s);
    return ST_OK;
}

/* The wrapping key under the data key is another thing than the reverse. */
static bytes back_ad(enum slot_kind kind, uint8_t out[static 16])
{
    bytes name = ad_of(kind, out);
    out[name.n - 1] |= 0x80;
    return name;
}

static void wrap_key(struct slot *k, const uint8_t wrap[static WRAP_BYTES], const uint8_t *data_key)
{
    uint8_t ad[16];
    seal_put(wrap, ad_of(k->kind, ad), bytes_of(data_key, DATA_KEY_BYTES), k->sealed);
    seal_put(data_key, back_ad(k->kind, ad), bytes_of(wrap, WRAP_BYTES), k->sealed + WRAPPED_BYTES);
    k->sealed_bytes = 2 * WRAPPED_BYTES;
}

static enum st unwrap_key(const struct slot *k, const uint8_t wrap[static WRAP_BYTES],
                          uint8_t *out_key)
{
    uint8_t ad[16];
    size_t n;
    if (k->sealed_bytes != 2 * WRAPPED_BYTES || k->salt_bytes != SALT_BYTES) {
        return ST_CORRUPT;
    }
    return seal_get(wrap, ad_of(k->kind, ad), bytes_of(k->sealed, WRAPPED_BYTES), out_key, &n) ==
                   ST_OK
               ? ST_OK
               : ST_WRONG_PIN;
}

/* ---- recovery ---------------------------------------------------------------------------------
 */

static void recovery_hash(const struct slot *k, const uint8_t *data_key, uint8_t out[static 32])
{
    uint8_t ad[16];
    bytes name = ad_of(SLOT_RECOVERY, ad);
    crypto_generichash_state s;
    crypto_generichash_init(&s, data_key, DATA_KEY_BYTES, 32);
    crypto_generichash_update(&s, name.p, name.n);
    crypto_generichash_update(&s, k->salt, 32);
    crypto_generichash_update(&s, k->sealed, BOX_BYTES);
    crypto_generichash_final(&s, out, 32);
    sodium_memzero(&s, sizeof s);
}

static enum st seal_recovery(struct slot *k, const uint8_t sealing_pk[static 32],
                             const uint8_t *data_key, struct err *err)
{
    memcpy(k->salt, sealing_pk, 32);
    k->salt_bytes = 32;
    if (crypto_box_seal(k->sealed, data_key, DATA_KEY_BYTES, sealing_pk) != 0) {
        return err_set(err, ST_BAD_INPUT, 0, "slots", "the sealing key is not a key");
    }
    recovery_hash(k, data_key, k->sealed + BOX_BYTES);
    k->sealed_bytes = RECOVERY_BYTES;
    return ST_OK;
}

static bool recovery_holds(const struct slot *k, const uint8_t *data_key)
{
    uint8_t h[32];
    if (k->salt_bytes != 32 || k->sealed_bytes != RECOVERY_BYTES) {
        return false;
    }
    recovery_hash(k, data_key, h);
    return sodium_memcmp(h, k->sealed + BOX_BYTES, sizeof h) == 0;
}

static enum st open_recovery(const struct slot *k, const uint8_t sealing_sk[static 32],
                             uint8_t *out_key)
{
    uint8_t pk[32];
    if (k->sealed_bytes != RECOVERY_BYTES || crypto_scalarmult_base(pk, sealing_sk) != 0) {
        return ST_CORRUPT;
    }
    return crypto_box_seal_open(out_key, k->sealed, BOX_BYTES, pk, sealing_sk) == 0 ? ST_OK
                                                                                    : ST_WRONG_PIN;
}

/* ---- wrong tries ------------------------------------------------------------------------------
 */

static int64_t backoff_ms(uint64_t tries)
{
    if (tries < CAP_PIN_TRIES_FREE) {
        return 0;
    }
    int64_t ms = BACKOFF_FIRST_MS;
    for (uint64_t i = CAP_PIN_TRIES_FREE; i < tries && ms < BACKOFF_MAX_MS; i++) {
        ms *= 2;
    }
    return ms < BACKOFF_MAX_MS ? ms : BACKOFF_MAX_MS;
}

/* May this try be made? If so it is counted, on disk, before it is made. */
static enum st count_try(const char *path, struct slots *s, int64_t now_ms, struct err *err)
{
    int64_t wait = backoff_ms(s->tries);
    s->last_ms = s->last_ms < 0 ? 0 : s->last_ms;
    if (wait > 0 && now_ms < s->last_ms) {
        /* The clock was set back: the wait begins anew, from a time that it will not pass twice. */
        s->last_ms = now_ms;
        enum st st = slots_file_put(path, s, false, err);
        if (st != ST_OK) {
            return st;
        }
    }
    int64_t left = s->last_ms + wait - now_ms;
    if (wait > 0 && left > 0) {
        err_set(err, ST_WAIT, 0, "slots", "too many wrong tries");
        if (err != NULL) {
            err->wait_s = (int)((left + 999) / 1000);
        }
        return ST_WAIT;
    }
    s->tries++;
    s->last_ms = now_ms;
    return slots_file_put(path, s, false, err);
}

/* ---- the doors --------------------------------------------------------------------------------
 */

enum st slots_create(const char *path, enum slot_kind kind, bytes pin,
                     const uint8_t secret[static 32], uint8_t *out_key, struct err *err)
{
    struct slots s = {.n = 0};
    uint8_t wrap[WRAP_BYTES];
    if (kind == SLOT_RECOVERY) {
        return err_set(err, ST_BUG, 0, "slots_create", "a recovery slot cannot be the first");
    }
    if (keyfile_exists(path)) {
        return err_set(err, ST_EXISTS, 0, "slots_create", "there are key slots already");
    }
    struct slot *k = slots_file_room(&s, kind);
    randombytes_buf(k->salt, SALT_BYTES);
    k->salt_bytes = SALT_BYTES;
    enum st st = derive(kind, pin, k->salt, secret, wrap, err);
    if (st == ST_OK) {
        randombytes_buf(out_key, DATA_KEY_BYTES);
        wrap_key(k, wrap, out_key);
        st = slots_file_put(path, &s, true, err);
    }
    sodium_memzero(wrap, sizeof wrap);
    if (st != ST_OK) {
        sodium_memzero(out_key, DATA_KEY_BYTES);
    }
    return st;
}

static enum st open_slot(const struct slot *k, bytes pin, const uint8_t secret[static 32],
                         uint8_t *out_key, uint8_t *out_wrap, struct err *err)
{
    if (k->kind == SLOT_RECOVERY) {
        return open_recovery(k, secret, out_key);
    }
    enum st st = derive(k->kind, pin, k->salt, secret, out_wrap, err);
    return st == ST_OK ? unwrap_key(k, out_wrap, out_key) : st;
}

enum st slots_open_wrap(const char *path, enum slot_kind kind, bytes pin,
                        const uint8_t secret[static 32], int64_t now_ms, uint8_t *out_key,
                        uint8_t *out_wrap, struct err *err)
{
    struct slots s;
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
    st = guessable ? count_try(path, &s, now_ms, err) : ST_OK;
    if (st != ST_OK) {
        return st;
    }
    st = open_slot(k, pin, secret, out_key, out_wrap, err);
    if (st != ST_OK) {
        sodium_memzero(out_key, DATA_KEY_BYTES);
        sodium_memzero(out_wrap, WRAP_BYTES);
        return st == ST_WRONG_PIN ? err_set(err, st, 0, "slots_open", "the key slot does not open")
               : st == ST_CORRUPT ? err_set(err, st, 0, "slots_open", "the key slot is damaged")
                                  : st;
    }
    if (guessable) {
        s.tries = 0;
        /* The store is open whatever happens here; at worst the next wrong try waits longer. */
        IGNORE(slots_file_put(path, &s, false, NULL));
    }
    return ST_OK;
}

enum st slots_open(const char *path, enum slot_kind kind, bytes pin,
                   const uint8_t secret[static 32], int64_t now_ms, uint8_t *out_key,
                   struct err *err)
{
    uint8_t wrap[WRAP_BYTES];
    enum st st = slots_open_wrap(path, kind, pin, secret, now_ms, out_key, wrap, err);
    sodium_memzero(wrap, sizeof wrap);
    return st;
}

enum st slots_set(const char *path, enum slot_kind kind, bytes pin, const uint8_t secret[static 32],
                  const uint8_t *data_key, struct err *err)
{
    struct slots s;
    uint8_t wrap[WRAP_BYTES];
    enum st st = slots_file_get(path, &s, err);
    if (st != ST_OK) {
        return st;
    }
    struct slot *k = kind == SLOT_RECOVERY ? NULL : slots_file_room(&s, kind);
    if (k == NULL) {
        return err_set(err, ST_BUG, 0, "slots_set", "no such slot can be set");
    }
    randombytes_buf(k->salt, SALT_BYTES);
    k->salt_bytes = SALT_BYTES;
    st = derive(kind, pin, k->salt, secret, wrap, err);
    if (st == ST_OK) {
        wrap_key(k, wrap, data_key);
        s.tries = 0;
        st = slots_file_put(path, &s, false, err);
    }
    sodium_memzero(wrap, sizeof wrap);
    return st;
}

enum st slots_set_recovery(const char *path, const uint8_t sealing_pk[static 32],
                           const uint8_t *data_key, struct err *err)
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
    st = seal_recovery(k, sealing_pk, data_key, err);
    return st == ST_OK ? slots_file_put(path, &s, false, err) : st;
}

/* The same way to open, for another data key. */
static void carry_over(struct slots *fresh, const struct slot *from,
                       const uint8_t wrap[static WRAP_BYTES], const uint8_t *new_key)
{
    struct slot *to = slots_file_room(fresh, from->kind); /* as many as before: there is room */
    memcpy(to->salt, from->salt, sizeof to->salt);
    to->salt_bytes = from->salt_bytes;
    wrap_key(to, wrap, new_key);
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
        uint8_t other[WRAP_BYTES], ad[16];
        size_t n;
        if (k->kind == SLOT_RECOVERY) {
            st = recovery_holds(k, old_key)
                     ? seal_recovery(slots_file_room(fresh, SLOT_RECOVERY), k->salt, new_key, err)
                     : ST_CORRUPT;
        } else if (k->kind == kind) {
            carry_over(fresh, k, wrap, new_key);
        } else if (k->sealed_bytes == 2 * WRAPPED_BYTES &&
                   seal_get(old_key, back_ad(k->kind, ad),
                            bytes_of(k->sealed + WRAPPED_BYTES, WRAPPED_BYTES), other,
                            &n) == ST_OK) {
            carry_over(fresh, k, other, new_key);
        } else {
            st = ST_CORRUPT;
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
    st = unwrap_key(k, wrap, old_key);
    if (st != ST_OK) {
        return err_set(err, st, 0, "slots_rekey", "the wrapping key is another");
    }
    st = rewrap(&old, kind, wrap, old_key, new_data_key, &fresh, err);
    sodium_memzero(old_key, sizeof old_key);
    return st == ST_OK ? slots_file_put(new_path, &fresh, false, err) : st;
}
