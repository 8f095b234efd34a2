/* slots_wrap.c - see slots_wrap.h. */
#include "core/keys/slots_wrap.h"

#include "core/keys/seal.h"

#include <sodium.h>

#define COST_OPS 3U
#define COST_BYTES (32U << 20)
#define COST_OPS_MAX 16U          /* a written file must not hang the device ... */
#define COST_BYTES_MAX (1U << 30) /* ... nor take all its memory */
#ifdef DOCKET_TEST_COSTS
#define FLOOR_OPS crypto_pwhash_argon2id_OPSLIMIT_MIN
#define FLOOR_BYTES crypto_pwhash_argon2id_MEMLIMIT_MIN
#else
#define FLOOR_OPS COST_OPS
#define FLOOR_BYTES COST_BYTES
#endif
#define RECOVERY_BYTES (SLOTS_BOX_BYTES + 32)          /* a box and its hash */
#define WRAPPED_BYTES (DATA_KEY_BYTES + SEAL_OVERHEAD) /* one key under the other */
#define BOXED_BYTES (DATA_KEY_BYTES + 8)               /* the data key, whose store it is */
_Static_assert(SLOTS_BOX_BYTES == crypto_box_SEALBYTES + BOXED_BYTES, "a sealed data key");
_Static_assert(SLOTS_SALT_BYTES == crypto_pwhash_SALTBYTES, "salt");
_Static_assert(RECOVERY_BYTES <= SLOT_SEALED_MAX, "a recovery slot fits");
_Static_assert(2 * WRAPPED_BYTES == SLOT_SEALED_MAX, "two wrapped keys fill a slot");
_Static_assert(WRAPPED_BYTES == SLOT_OWN_MAX, "a wrapped own key fits");

/* What a wrapping key is for; the wrapping key under the data key is another thing than the
 * reverse. */
enum use { USE_DATA = 0, USE_OWN = 0x40, USE_BACK = 0x80 };

static bytes ad_of(enum slot_kind kind, enum use use, uint8_t out[static 16])
{
    static const char name[] = "docket/slot/1";
    memcpy(out, name, sizeof name - 1);
    out[sizeof name - 1] = (uint8_t)((unsigned)kind | (unsigned)use);
    return bytes_of(out, sizeof name);
}

static void key_of(enum slot_kind kind, enum use use, const uint8_t pre[static 32],
                   const uint8_t secret[static 32], uint8_t out[static 32])
{
    uint8_t ad[16];
    bytes name = ad_of(kind, use, ad);
    crypto_generichash_state s;
    crypto_generichash_init(&s, secret, 32, 32);
    crypto_generichash_update(&s, name.p, name.n);
    crypto_generichash_update(&s, pre, 32);
    crypto_generichash_final(&s, out, 32);
    sodium_memzero(&s, sizeof s);
}

static enum st stretch(const struct slot *k, bytes pin, uint8_t pre[static 32], struct err *err)
{
    if (pin.n < CAP_PIN_MIN || pin.n > CAP_PIN_MAX) {
        return err_set(err, ST_BAD_INPUT, 0, "slots", "a PIN has %d to %d bytes", CAP_PIN_MIN,
                       CAP_PIN_MAX);
    }
    if (k->ops < FLOOR_OPS || k->ops > COST_OPS_MAX || k->mem_bytes < FLOOR_BYTES ||
        k->mem_bytes > COST_BYTES_MAX) {
        return err_set(err, ST_FORBIDDEN, 0, "slots",
                       "the slot asks for %llu passes over %llu bytes, which is not allowed",
                       (unsigned long long)k->ops, (unsigned long long)k->mem_bytes);
    }
    if (crypto_pwhash(pre, 32, (const char *)pin.p, pin.n, k->salt, k->ops, (size_t)k->mem_bytes,
                      crypto_pwhash_ALG_ARGON2ID13) != 0) {
        return err_set(err, ST_FULL, 0, "slots", "no memory to derive a key");
    }
    return ST_OK;
}

enum st slots_wrap_derive(const struct slot *k, bytes pin, const uint8_t secret[static 32],
                          struct slot_wrap *out, struct err *err)
{
    uint8_t pre[32] = {0};
    enum st st = ST_OK;
    if (k->salt_bytes != SLOTS_SALT_BYTES) {
        return ST_CORRUPT;
    }
    if (k->kind == SLOT_PIN) {
        st = stretch(k, pin, pre, err);
    } else {
        memcpy(pre, k->salt, SLOTS_SALT_BYTES);
    }
    if (st == ST_OK) {
        key_of(k->kind, USE_DATA, pre, secret, out->data);
        key_of(k->kind, USE_OWN, pre, secret, out->own);
    }
    sodium_memzero(pre, sizeof pre);
    return st;
}

void slots_wrap_fresh(struct slot *k)
{
    randombytes_buf(k->salt, SLOTS_SALT_BYTES);
    k->salt_bytes = SLOTS_SALT_BYTES;
    k->ops = k->kind == SLOT_PIN ? COST_OPS : 0;
    k->mem_bytes = k->kind == SLOT_PIN ? COST_BYTES : 0;
}

void slots_wrap_put(struct slot *k, const struct slot_wrap *w, const uint8_t *data_key,
                    const uint8_t *own_key)
{
    uint8_t ad[16];
    seal_put(w->data, ad_of(k->kind, USE_DATA, ad), bytes_of(data_key, DATA_KEY_BYTES), k->sealed);
    seal_put(data_key, ad_of(k->kind, USE_BACK, ad), bytes_of(w->data, sizeof w->data),
             k->sealed + WRAPPED_BYTES);
    k->sealed_bytes = 2 * WRAPPED_BYTES;
    if (own_key != NULL) {
        seal_put(w->own, ad_of(k->kind, USE_OWN, ad), bytes_of(own_key, 32), k->own);
        k->own_bytes = WRAPPED_BYTES;
    }
}

enum st slots_wrap_data(const struct slot *k, const uint8_t *wrap, uint8_t *out_key)
{
    uint8_t ad[16];
    size_t n;
    /* The first slots had the data key alone; the first opening adds the rest (own_of). */
    bool first = k->sealed_bytes == WRAPPED_BYTES && k->own_bytes == 0;
    if ((!first && k->sealed_bytes != 2 * WRAPPED_BYTES) || k->salt_bytes != SLOTS_SALT_BYTES) {
        return ST_CORRUPT;
    }
    return seal_get(wrap, ad_of(k->kind, USE_DATA, ad), bytes_of(k->sealed, WRAPPED_BYTES), out_key,
                    &n) == ST_OK
               ? ST_OK
               : ST_WRONG_PIN;
}

enum st slots_wrap_own(const struct slot *k, const uint8_t *wrap, uint8_t *out_key)
{
    uint8_t ad[16];
    size_t n;
    if (k->own_bytes == 0) {
        return ST_NOT_FOUND;
    }
    if (k->own_bytes != WRAPPED_BYTES) {
        return ST_CORRUPT;
    }
    return seal_get(wrap, ad_of(k->kind, USE_OWN, ad), bytes_of(k->own, k->own_bytes), out_key, &n);
}

enum st slots_wrap_other(const struct slot *k, const uint8_t *data_key, uint8_t *out_wrap)
{
    uint8_t ad[16];
    size_t n;
    if (k->sealed_bytes != 2 * WRAPPED_BYTES) {
        return ST_CORRUPT;
    }
    return seal_get(data_key, ad_of(k->kind, USE_BACK, ad),
                    bytes_of(k->sealed + WRAPPED_BYTES, WRAPPED_BYTES), out_wrap, &n);
}

/* ---- recovery ----------------------------------------------------------------------------------
 */

static void recovery_hash(const struct slot *k, const uint8_t *data_key, uint8_t out[static 32])
{
    uint8_t ad[16];
    bytes name = ad_of(SLOT_RECOVERY, USE_DATA, ad);
    crypto_generichash_state s;
    crypto_generichash_init(&s, data_key, DATA_KEY_BYTES, 32);
    crypto_generichash_update(&s, name.p, name.n);
    crypto_generichash_update(&s, k->salt, 32);
    crypto_generichash_update(&s, k->own, k->own_bytes);
    crypto_generichash_update(&s, k->sealed, SLOTS_BOX_BYTES);
    crypto_generichash_final(&s, out, 32);
    sodium_memzero(&s, sizeof s);
}

enum st slots_wrap_seal(struct slot *k, const uint8_t sealing_pk[static 32],
                        const uint8_t *data_key, id8 author, struct err *err)
{
    uint8_t plain[BOXED_BYTES];
    memcpy(k->salt, sealing_pk, 32);
    k->salt_bytes = 32;
    memcpy(k->own, author.b, sizeof author.b);
    k->own_bytes = sizeof author.b;
    memcpy(plain, data_key, DATA_KEY_BYTES);
    memcpy(plain + DATA_KEY_BYTES, author.b, sizeof author.b);
    int bad = crypto_box_seal(k->sealed, plain, sizeof plain, sealing_pk);
    sodium_memzero(plain, sizeof plain);
    if (bad != 0) {
        return err_set(err, ST_BAD_INPUT, 0, "slots", "the sealing key is not a key");
    }
    recovery_hash(k, data_key, k->sealed + SLOTS_BOX_BYTES);
    k->sealed_bytes = RECOVERY_BYTES;
    return ST_OK;
}

bool slots_wrap_holds(const struct slot *k, const uint8_t *data_key)
{
    uint8_t h[32];
    if (k->salt_bytes != 32 || k->sealed_bytes != RECOVERY_BYTES || k->own_bytes != sizeof(id8)) {
        return false;
    }
    recovery_hash(k, data_key, h);
    return sodium_memcmp(h, k->sealed + SLOTS_BOX_BYTES, sizeof h) == 0;
}

enum st slots_box_open(const uint8_t box[static SLOTS_BOX_BYTES], const uint8_t pk[static 32],
                       const uint8_t sk[static 32], uint8_t *out_key, id8 *author)
{
    uint8_t plain[BOXED_BYTES];
    bool ok = crypto_box_seal_open(plain, box, SLOTS_BOX_BYTES, pk, sk) == 0;
    if (ok) {
        memcpy(out_key, plain, DATA_KEY_BYTES);
        memcpy(author->b, plain + DATA_KEY_BYTES, sizeof author->b);
    }
    sodium_memzero(plain, sizeof plain);
    return ok ? ST_OK : ST_WRONG_PIN;
}

enum st slots_wrap_open(const struct slot *k, const uint8_t sealing_sk[static 32], uint8_t *out_key)
{
    uint8_t pk[32];
    id8 author;
    if (k->sealed_bytes != RECOVERY_BYTES || crypto_scalarmult_base(pk, sealing_sk) != 0) {
        return ST_CORRUPT;
    }
    return slots_box_open(k->sealed, pk, sealing_sk, out_key, &author);
}
