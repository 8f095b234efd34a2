/* join.c - see join.h. */
#include "sync/engine/join.h"

#include "core/base/encode.h"
#include "core/codec/cbor.h"
#include "core/keys/seal.h"
#include "core/keys/slots.h"
#include "sync/engine/device_meta.h"
#include "sync/bundle/manifest.h"
#include "sync/carrier/file.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define JOIN_PLAIN_BYTES (CAP_TRUST_CHAIN_BYTES + 256)

static enum st take_trust(struct join *j, bytes trust_doc, struct err *err)
{
    const char *rule = "too long";
    enum st st = trust_doc.n > sizeof j->trust_doc ? ST_TOO_BIG
                                                   : trust_chain_open(trust_doc, &j->trust, &rule);
    if (st != ST_OK) {
        return err_set(err, ST_BAD_INPUT, 0, "join_begin", "the trust document: %s", rule);
    }
    memcpy(j->trust_doc, trust_doc.p, trust_doc.n);
    j->trust_doc_n = trust_doc.n;
    return ST_OK;
}

enum st join_begin(struct join *j, str code, bytes trust_doc, struct err *err)
{
    memset(j, 0, sizeof *j);
    if (!crockford_get(code, j->code, sizeof j->code)) {
        return err_set(err, ST_BAD_INPUT, 0, __func__,
                       "a code is 16 letters and digits, without I, L, O, U");
    }
    enum st st = take_trust(j, trust_doc, err);
    if (st == ST_OK && author_keys_make(&j->keys) != ST_OK) {
        st = err_set(err, ST_FULL, 0, __func__, "no locked memory for keys");
    }
    if (st != ST_OK) {
        join_end(j);
    }
    return st;
}

void join_end(struct join *j)
{
    author_keys_wipe(&j->keys);
    sodium_memzero(j->code, sizeof j->code);
    sodium_memzero(j->data_key, sizeof j->data_key);
    j->has_data_key = false;
}

/* --- the pending joining in a file
 * ----------------------------------------------------------------- */

enum st join_save(const struct join *j, const char *path, const uint8_t secret[static 32],
                  struct err *err)
{
    uint8_t plain[JOIN_PLAIN_BYTES], sealed[JOIN_PLAIN_BYTES + SEAL_OVERHEAD];
    uint8_t seed[AUTHOR_KEYS_SEED_BYTES];
    author_keys_save(&j->keys, seed);
    struct cbor_w w = cbor_w_init(plain, sizeof plain);
    cbor_put_array(&w, 4);
    cbor_put_uint(&w, 1);
    cbor_put_bytes(&w, bytes_of(seed, sizeof seed));
    cbor_put_bytes(&w, bytes_of(j->code, sizeof j->code));
    cbor_put_bytes(&w, bytes_of(j->trust_doc, j->trust_doc_n));
    bytes out;
    enum st st = cbor_w_done(&w, &out);
    if (st == ST_OK) {
        seal_put(secret, str_bytes(S("join")), out, sealed);
        st = file_write(path, bytes_of(sealed, out.n + SEAL_OVERHEAD), 0600, err);
    }
    sodium_memzero(seed, sizeof seed);
    sodium_memzero(plain, sizeof plain);
    return st;
}

static enum st load_plain(struct join *j, bytes plain, struct err *err)
{
    if (cbor_check(plain, 0, NULL, NULL) != ST_OK) {
        return ST_CORRUPT;
    }
    struct cbor_r r = cbor_r_init(plain);
    uint8_t seed[AUTHOR_KEYS_SEED_BYTES];
    if (cbor_get_array(&r) != 4 || cbor_get_uint(&r) != 1) {
        return ST_CORRUPT;
    }
    cbor_get_bytes_n(&r, seed, sizeof seed);
    cbor_get_bytes_n(&r, j->code, sizeof j->code);
    bytes doc = cbor_get_bytes(&r);
    enum st st = cbor_done(&r) == ST_OK ? take_trust(j, doc, err) : ST_CORRUPT;
    if (st == ST_OK) {
        st = author_keys_load(&j->keys, seed);
    }
    sodium_memzero(seed, sizeof seed);
    return st;
}

enum st join_load(struct join *j, const char *path, const uint8_t secret[static 32],
                  struct err *err)
{
    memset(j, 0, sizeof *j);
    bytes sealed;
    enum st st = file_read(path, JOIN_PLAIN_BYTES + SEAL_OVERHEAD, &sealed, err);
    if (st != ST_OK) {
        return st;
    }
    uint8_t plain[JOIN_PLAIN_BYTES];
    size_t n = 0;
    st = sealed.n <= SEAL_OVERHEAD ? ST_CORRUPT
                                   : seal_get(secret, str_bytes(S("join")), sealed, plain, &n);
    if (st == ST_OK) {
        st = load_plain(j, bytes_of(plain, n), err);
    }
    free((void *)(uintptr_t)sealed.p);
    sodium_memzero(plain, sizeof plain);
    if (st != ST_OK) {
        join_end(j);
        return err_set(err, ST_CORRUPT, 0, __func__, "the pending joining cannot be read");
    }
    return ST_OK;
}

void join_forget(const char *path)
{
    /* Sealed under the device secret; what cannot be removed is harmless after founding. */
    IGNORE(unlink(path) != 0);
}

/* --- request and grant
 * ------------------------------------------------------------------------------- */

enum st join_request(const struct join *j, const struct now *now, bundle_sink sink, void *ctx,
                     struct err *err)
{
    const struct trust_key *to = trust_current(&j->trust, TRUST_SEALING, now->wall_ms);
    if (to == NULL) {
        return err_set(err, ST_UNTRUSTED, 0, __func__, "headquarters has no sealing key");
    }
    uint8_t enrol[32], buf[512];
    bundle_enrol_key(j->code, enrol);
    struct bundle_seal keys = {.from = BUNDLE_FROM_KEY,
                               .sender_pk = j->keys.box_pk,
                               .sender_sk = j->keys.box_sk,
                               .recipient_pk = to->pk,
                               .enrol_key = enrol};
    memcpy(keys.deployment, j->trust.deployment, 16);
    struct manifest m = {.role = MANIFEST_JOIN, .trust_serial = j->trust.serial, .has_keys = true};
    memcpy(m.sign_pk, j->keys.sign_pk, 32);
    memcpy(m.box_pk, j->keys.box_pk, 32);
    if (j->recovers) {
        m.box = bytes_of(j->box, sizeof j->box);
        m.box_key = key_id(j->box_pk);
    }
    bytes out;
    struct bundle_writer w = {0};
    enum st st = manifest_encode(&m, buf, sizeof buf, &out);
    if (st == ST_OK) {
        st = bundle_begin(&w, &keys, sink, ctx, err);
    }
    if (st == ST_OK) {
        st = bundle_manifest(&w, out, err);
    }
    if (st == ST_OK) {
        st = bundle_end(&w, err);
    }
    bundle_drop(&w);
    sodium_memzero(enrol, sizeof enrol);
    return st;
}

/* What came with the grant goes on from what the joining began with. Sealed under the code by the
 * key that the first document names: now that one is proved. */
static enum st follow_trust(struct join *j, bytes newer, struct err *err)
{
    struct trust next;
    const char *rule = "";
    while (newer.n != 0) {
        bytes doc = trust_chain(&newer);
        enum st st = trust_next(&j->trust, doc, &next, &rule);
        if (st == ST_OK && next.serial <= j->trust.serial) {
            continue;
        }
        if (st == ST_OK && doc.n > sizeof j->trust_doc - j->trust_doc_n) {
            st = ST_TOO_BIG;
        }
        if (st != ST_OK) {
            return err_set(err, ST_UNTRUSTED, 0, "join_answer", "the trust document: %s", rule);
        }
        memcpy(j->trust_doc + j->trust_doc_n, doc.p, doc.n);
        j->trust_doc_n += doc.n;
        j->trust = next;
    }
    return ST_OK;
}

static enum st take_grant(struct join *j, bytes body, struct err *err)
{
    uint8_t room[4096];
    struct arena tmp = arena_of(room, sizeof room);
    struct manifest m;
    struct cert c;
    const char *rule = "";
    enum st st = manifest_decode(body, &tmp, &m);
    if (st != ST_OK || m.role != MANIFEST_GRANT || m.cert.n == 0 || m.cert.n > sizeof j->cert) {
        return err_set(err, ST_BAD_FORM, 0, __func__, "the answer is no grant");
    }
    if (m.trust.n != 0) {
        st = follow_trust(j, m.trust, err);
        if (st != ST_OK) {
            return st;
        }
    }
    st = cert_open(m.cert, &j->trust, &c, &rule);
    if (st != ST_OK) {
        return err_set(err, ST_UNTRUSTED, 0, __func__, "the certificate: %s", rule);
    }
    if (memcmp(c.sign_pk, j->keys.sign_pk, 32) != 0 || memcmp(c.box_pk, j->keys.box_pk, 32) != 0) {
        return err_set(err, ST_WRONG_PARTY, 0, __func__, "the certificate is for other keys");
    }
    if (j->recovers && !m.has_data_key) {
        return err_set(err, ST_REFUSED, 0, __func__,
                       "this code is for a new device, not for this store");
    }
    memcpy(j->cert, m.cert.p, m.cert.n);
    j->cert_n = m.cert.n;
    j->has_data_key = m.has_data_key;
    memcpy(j->data_key, m.data_key, sizeof j->data_key);
    sodium_memzero(m.data_key, sizeof m.data_key);
    return ST_OK;
}

enum st join_answer(struct join *j, bytes answer, struct err *err)
{
    struct bundle_header h;
    struct bundle_reader r = {0};
    struct bundle_part part;
    size_t used;
    enum st st = bundle_header_read(answer, &h, &used, err);
    if (st != ST_OK) {
        return st;
    }
    answer = bytes_of(answer.p + used, answer.n - used);
    const struct trust_key *from =
        h.from == BUNDLE_FROM_HQ ? trust_find(&j->trust, TRUST_SEALING, h.sender) : NULL;
    if (from == NULL || from->revoked) {
        return err_set(err, ST_WRONG_PARTY, 0, __func__,
                       "the answer is not from this headquarters");
    }
    uint8_t enrol[32];
    bundle_enrol_key(j->code, enrol);
    struct bundle_open keys = {.deployment = j->trust.deployment,
                               .recipient_pk = j->keys.box_pk,
                               .recipient_sk = j->keys.box_sk,
                               .sender_pk = from->pk,
                               .enrol_key = enrol};
    st = bundle_reader_begin(&r, &h, &keys, err);
    if (st == ST_OK) {
        st = bundle_next(&r, answer, &used, &part, err);
    }
    if (st == ST_BAD_SIGNATURE) {
        st = err_set(err, ST_BAD_SIGNATURE, 0, __func__,
                     "the answer does not open under this code: it was altered, or the code is "
                     "not the one that headquarters gave");
    }
    if (st == ST_OK) {
        st = take_grant(j, part.body, err);
    }
    bundle_reader_drop(&r);
    sodium_memzero(enrol, sizeof enrol);
    return st;
}

/* --- the store
 * ------------------------------------------------------------------------------------------ */

/* With a way in for headquarters, should the PIN be forgotten. */
static enum st make_slots(const struct join *j, const char *slots, bytes pin,
                          const uint8_t secret[static 32], const struct now *now,
                          struct slots_keys *keys, struct err *err)
{
    const struct trust_key *to = trust_current(&j->trust, TRUST_SEALING, now->wall_ms);
    enum st st = slots_new(slots, SLOT_PIN, pin, secret, keys, err);
    return st == ST_OK && to != NULL
               ? slots_set_recovery(slots, to->pk, keys->data, key_id(j->keys.sign_pk), err)
               : st;
}

static enum st make_store(const struct join *j, const char *dir, bytes pin,
                          const uint8_t secret[static 32], uint64_t map_bytes,
                          const struct now *now, struct slots_keys *keys, struct err *err)
{
    char slots[512];
    if (snprintf(slots, sizeof slots, "%s.slots.new", dir) >= (int)sizeof slots) {
        return err_set(err, ST_TOO_BIG, 0, __func__, "the folder's name is too long");
    }
    IGNORE(unlink(slots) != 0); /* of a run that was cut */
    enum st st = make_slots(j, slots, pin, secret, now, keys, err);
    if (st == ST_OK) {
        struct store_options opt = {.side = STORE_DEVICE,
                                    .mode = STORE_WRITE,
                                    .map_bytes = map_bytes,
                                    .data_key = keys->data,
                                    .slots_path = slots};
        st = store_create(dir, &opt, err);
    }
    if (st != ST_OK) {
        IGNORE(unlink(slots) != 0); /* not there when it was not made */
    }
    return st;
}

/* A store that a kill left between its creation and its founding is taken up; a founded one says so
 * by itself (journal_found). */
static enum st open_half(const char *dir, bytes pin, const uint8_t secret[static 32],
                         const struct now *now, struct slots_keys *keys, struct err *err)
{
    char slots[512];
    if (snprintf(slots, sizeof slots, "%s/slots", dir) >= (int)sizeof slots ||
        slots_enter(slots, SLOT_PIN, pin, secret, now, keys, NULL) != ST_OK) {
        return err_set(err, ST_EXISTS, 0, __func__, "there is a store already");
    }
    return ST_OK;
}

enum st join_found(const struct join *j, const char *dir, bytes pin,
                   const uint8_t secret[static 32], uint64_t map_bytes, const struct now *now,
                   struct arena scratch, struct err *err)
{
    if (j->cert_n == 0) {
        return err_set(err, ST_BUG, 0, __func__, "no grant was taken");
    }
    struct slots_keys *keys = sodium_malloc(sizeof *keys);
    if (keys == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no locked memory");
    }
    struct store *s = NULL;
    enum st st = access(dir, F_OK) == 0
                     ? open_half(dir, pin, secret, now, keys, err)
                     : make_store(j, dir, pin, secret, map_bytes, now, keys, err);
    if (st == ST_OK) {
        struct store_options opt = {.side = STORE_DEVICE,
                                    .mode = STORE_WRITE,
                                    .map_bytes = map_bytes,
                                    .data_key = keys->data,
                                    .own_key = keys->own};
        st = store_open(dir, &opt, &s, err);
    }
    if (st == ST_OK) {
        st = journal_found(s, &j->keys, true, bytes_of(j->trust_doc, j->trust_doc_n),
                           bytes_of(j->cert, j->cert_n), now, scratch, err);
    }
    store_close(&s);
    sodium_free(keys);
    return st;
}

/* --- a forgotten PIN
 * ------------------------------------------------------------------------------
 */

static bool slots_at(char *out, size_t cap, const char *dir)
{
    return snprintf(out, cap, "%s/slots", dir) < (int)cap;
}

enum st join_recover_from(struct join *j, const char *dir, id8 *author, struct err *err)
{
    char slots[512];
    if (!slots_at(slots, sizeof slots, dir)) {
        return err_set(err, ST_TOO_BIG, 0, __func__, "the folder's name is too long");
    }
    enum st st = slots_recovery_box(slots, j->box, j->box_pk, author, err);
    j->recovers = st == ST_OK;
    return st;
}

/* Headquarters' outbox for the new author begins at its beginning. */
static enum st forget_places(struct store *s, struct err *err)
{
    struct store_txn *t = NULL;
    const struct device_cursor none = {.place = 0};
    enum st st = store_write(s, &t, err);
    if (st == ST_OK) {
        st = device_cursor_put(t, &none, err);
    }
    if (st == ST_OK) {
        st = device_asked_put(t, NULL, 0, err);
    }
    st = st == ST_OK ? store_commit(&t, err) : st;
    store_abort(&t);
    return st;
}

static enum st go_on(const struct join *j, const char *dir, struct slots_keys *keys,
                     uint64_t map_bytes, const struct now *now, struct arena scratch,
                     struct err *err)
{
    struct store *s = NULL;
    struct store_options opt = {.side = STORE_DEVICE,
                                .mode = STORE_WRITE,
                                .map_bytes = map_bytes,
                                .data_key = keys->data,
                                .own_key = keys->own};
    enum st st = store_open(dir, &opt, &s, err);
    if (st == ST_OK) {
        st = forget_places(s, err);
    }
    if (st == ST_OK) {
        st = journal_refound(s, &j->keys, bytes_of(j->trust_doc, j->trust_doc_n),
                             bytes_of(j->cert, j->cert_n), now, scratch, err);
    }
    store_close(&s);
    return st;
}

/* The PIN last, and with it what headquarters is asked with: until then the same code makes the
 * same again. */
enum st join_recover(const struct join *j, const char *dir, bytes pin,
                     const uint8_t secret[static 32], uint64_t map_bytes, const struct now *now,
                     struct arena scratch, struct err *err)
{
    char slots[512];
    const struct trust_key *to = trust_current(&j->trust, TRUST_SEALING, now->wall_ms);
    if (j->cert_n == 0 || !j->has_data_key) {
        return err_set(err, ST_BUG, 0, __func__, "no grant was taken");
    }
    if (pin.n < CAP_PIN_MIN || pin.n > CAP_PIN_MAX || !slots_at(slots, sizeof slots, dir)) {
        return err_set(err, ST_BAD_INPUT, 0, __func__, "a PIN has %d to %d bytes", CAP_PIN_MIN,
                       CAP_PIN_MAX);
    }
    struct slots_keys *keys = sodium_malloc(sizeof *keys);
    if (keys == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no locked memory");
    }
    memcpy(keys->data, j->data_key, sizeof keys->data);
    randombytes_buf(keys->own, sizeof keys->own);
    enum st st = go_on(j, dir, keys, map_bytes, now, scratch, err);
    if (st == ST_OK) {
        st = slots_recover(slots, pin, secret, keys, to == NULL ? NULL : to->pk,
                           key_id(j->keys.sign_pk), err);
    }
    sodium_free(keys);
    return st;
}

enum st join_refusal(str problem_type)
{
    if (str_eq(problem_type, S("enrol-unknown"))) {
        return ST_WRONG_PIN;
    }
    if (str_eq(problem_type, S("enrol-used"))) {
        return ST_EXISTS;
    }
    if (str_eq(problem_type, S("enrol-expired"))) {
        return ST_WAIT;
    }
    return ST_REFUSED;
}
