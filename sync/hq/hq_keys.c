/* hq_keys.c - see hq_keys.h. The file is CBOR: [1, wrap, [sealing secrets], node seed, issuing
 * seed, deployment]. */
#include "sync/hq/hq_keys.h"

#include "core/codec/cbor.h"
#include "sync/bundle/limits.h"
#include "sync/carrier/file.h"

#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>

static void derive(struct hq_secrets *s)
{
    for (unsigned i = 0; i < s->nsealing; i++) {
        crypto_scalarmult_base(s->sealing[i].pk, s->sealing[i].sk);
        s->sealing[i].id = key_id(s->sealing[i].pk);
    }
    crypto_sign_seed_keypair(s->issuing_pk, s->issuing_sk, s->issuing_seed);
}

static enum st room(struct hq_keys *k, struct err *err)
{
    memset(k, 0, sizeof *k);
    k->secret = sodium_malloc(sizeof *k->secret);
    if (k->secret == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no locked memory for keys");
    }
    memset(k->secret, 0, sizeof *k->secret);
    return ST_OK;
}

enum st hq_keys_make(struct hq_keys *k, struct err *err)
{
    enum st st = room(k, err);
    if (st == ST_OK && author_keys_make(&k->node) != ST_OK) {
        st = err_set(err, ST_FULL, 0, __func__, "no locked memory for keys");
    }
    if (st != ST_OK) {
        hq_keys_wipe(k);
        return st;
    }
    randombytes_buf(k->secret->wrap, sizeof k->secret->wrap);
    randombytes_buf(k->secret->issuing_seed, sizeof k->secret->issuing_seed);
    randombytes_buf(k->secret->sealing[0].sk, 32);
    k->secret->nsealing = 1;
    derive(k->secret);
    return ST_OK;
}

enum st hq_keys_save(const struct hq_keys *k, const char *path, struct err *err)
{
    uint8_t buf[1024], seed[AUTHOR_KEYS_SEED_BYTES];
    struct cbor_w w = cbor_w_init(buf, sizeof buf);
    author_keys_save(&k->node, seed);
    cbor_put_array(&w, 6);
    cbor_put_uint(&w, 1);
    cbor_put_bytes(&w, bytes_of(k->secret->wrap, 32));
    cbor_put_array(&w, k->secret->nsealing);
    for (unsigned i = 0; i < k->secret->nsealing; i++) {
        cbor_put_bytes(&w, bytes_of(k->secret->sealing[i].sk, 32));
    }
    cbor_put_bytes(&w, bytes_of(seed, sizeof seed));
    cbor_put_bytes(&w, bytes_of(k->secret->issuing_seed, 32));
    cbor_put_bytes(&w, bytes_of(k->deployment, 16));
    bytes out;
    enum st st = cbor_w_done(&w, &out);
    if (st == ST_OK) {
        st = file_write(path, out, 0600, err);
    }
    sodium_memzero(buf, sizeof buf);
    sodium_memzero(seed, sizeof seed);
    return st;
}

static enum st parse(struct hq_keys *k, bytes in)
{
    if (cbor_check(in, 0, NULL, NULL) != ST_OK) {
        return ST_CORRUPT;
    }
    uint8_t seed[AUTHOR_KEYS_SEED_BYTES];
    struct cbor_r r = cbor_r_init(in);
    if (cbor_get_array(&r) != 6 || cbor_get_uint(&r) != 1) {
        return ST_CORRUPT;
    }
    cbor_get_bytes_n(&r, k->secret->wrap, 32);
    size_t n = cbor_get_array(&r);
    if (n == 0 || n > HQ_SEALING_MAX) {
        return ST_CORRUPT;
    }
    k->secret->nsealing = (unsigned)n;
    for (size_t i = 0; i < n; i++) {
        cbor_get_bytes_n(&r, k->secret->sealing[i].sk, 32);
    }
    cbor_get_bytes_n(&r, seed, sizeof seed);
    cbor_get_bytes_n(&r, k->secret->issuing_seed, 32);
    cbor_get_bytes_n(&r, k->deployment, 16);
    enum st st = cbor_done(&r) == ST_OK ? ST_OK : ST_CORRUPT;
    if (st == ST_OK) {
        st = author_keys_load(&k->node, seed);
    }
    sodium_memzero(seed, sizeof seed);
    return st;
}

/* A key file that others can read is no secret any more: say so before it is used. */
static enum st check_mode(const char *path, struct err *err)
{
    struct stat sb;
    if (stat(path, &sb) == 0 && (sb.st_mode & 077) != 0) {
        return err_set(err, ST_FORBIDDEN, 0, __func__,
                       "other users can read %.120s: its mode must be 0600", path);
    }
    return ST_OK;
}

enum st hq_keys_load(struct hq_keys *k, const char *path, struct err *err)
{
    bytes in;
    memset(k, 0, sizeof *k);
    enum st st = check_mode(path, err);
    if (st == ST_OK) {
        st = file_read(path, HQ_KEYFILE_BYTES, &in, err);
    }
    if (st != ST_OK) {
        return st;
    }
    st = room(k, err);
    if (st == ST_OK) {
        st = parse(k, in);
        if (st == ST_OK) {
            derive(k->secret);
        } else {
            hq_keys_wipe(k);
            st = err_set(err, ST_CORRUPT, 0, __func__, "%.120s is not a key file, or is damaged",
                         path);
        }
    }
    uint8_t *p = (uint8_t *)(uintptr_t)in.p;
    sodium_memzero(p, in.n);
    free(p);
    return st;
}

void hq_keys_wipe(struct hq_keys *k)
{
    author_keys_wipe(&k->node);
    if (k->secret != NULL) {
        sodium_free(k->secret);
        k->secret = NULL;
    }
}

const struct hq_sealing *hq_keys_sealing(const struct hq_keys *k, id8 id)
{
    for (unsigned i = 0; i < k->secret->nsealing; i++) {
        if (id8_eq(k->secret->sealing[i].id, id)) {
            return &k->secret->sealing[i];
        }
    }
    return NULL;
}

enum st hq_keys_root_save(const char *path, const uint8_t seed[static 32], struct err *err)
{
    return file_write(path, bytes_of(seed, 32), 0600, err);
}

enum st hq_keys_root_load(const char *path, uint8_t root_sk[static 64], uint8_t root_pk[static 32],
                          struct err *err)
{
    bytes in;
    enum st st = check_mode(path, err);
    if (st == ST_OK) {
        st = file_read(path, 64, &in, err);
    }
    if (st != ST_OK) {
        return st;
    }
    if (in.n == 32) {
        crypto_sign_seed_keypair(root_pk, root_sk, in.p);
    } else {
        st = err_set(err, ST_CORRUPT, 0, __func__, "%.120s is not a root key", path);
    }
    uint8_t *p = (uint8_t *)(uintptr_t)in.p;
    sodium_memzero(p, in.n);
    free(p);
    return st;
}
