/* part.c - what came of an attachment that is not whole yet: rows of T_WANT. At headquarters each
 * is sealed under the key of its subject, as the attachment will be: erasing the key erases it, in
 * every backup too. */
#include "core/store/inside.h"

#include <sodium.h>

#define KEY_ID_BYTES 8

static bytes part_ad(bytes key, uint8_t buf[static 1 + CAP_STORE_KEY_BYTES])
{
    buf[0] = 'w';
    memcpy(buf + 1, key.p, key.n);
    return bytes_of(buf, 1 + key.n);
}

enum st store_part_put(struct store_txn *t, bytes key, bytes value, id16 subject, struct err *err)
{
    struct store *s = t->s;
    if (s->side != STORE_HQ || value.n == 0) {
        return store_put(t, T_WANT, key, value, err);
    }
    if (key.n > CAP_STORE_KEY_BYTES || value.n > SCRATCH_BYTES - KEY_ID_BYTES - SEAL_OVERHEAD) {
        return err_set(err, ST_TOO_BIG, 0, __func__, "a part of %zu bytes", value.n);
    }
    uint8_t secret[32], ad[1 + CAP_STORE_KEY_BYTES], *row = s->scratch[0];
    id8 id;
    enum st st = keytable_of(&s->kt, subject, false, &id, secret, err);
    if (st != ST_OK) {
        return st;
    }
    memcpy(row, id.b, KEY_ID_BYTES);
    seal_put(secret, part_ad(key, ad), value, row + KEY_ID_BYTES);
    sodium_memzero(secret, sizeof secret);
    return store_put(t, T_WANT, key, bytes_of(row, KEY_ID_BYTES + SEAL_OVERHEAD + value.n), err);
}

enum st store_part_get(struct store_txn *t, bytes key, struct arena *a, bytes *value,
                       struct err *err)
{
    struct arena before = *a;
    bytes row;
    enum st st = store_get(t, T_WANT, key, a, &row, err);
    *value = row;
    if (st != ST_OK || t->s->side != STORE_HQ || row.n == 0) {
        return st;
    }
    uint8_t secret[32], ad[1 + CAP_STORE_KEY_BYTES];
    id8 id;
    size_t n = 0;
    *value = (bytes){NULL, 0};
    if (row.n < KEY_ID_BYTES + SEAL_OVERHEAD) {
        *a = before;
        return err_set(err, ST_CORRUPT, 0, __func__, "a part is cut short");
    }
    memcpy(id.b, row.p, KEY_ID_BYTES);
    if (!keytable_find(&t->s->kt, id, secret)) {
        *a = before;
        return err_set(err, ST_REVOKED, 0, __func__, "forgotten: its key was destroyed");
    }
    uint8_t *out = arena_new(a, uint8_t, row.n - KEY_ID_BYTES - SEAL_OVERHEAD);
    st = out == NULL ? ST_FULL
                     : seal_get(secret, part_ad(key, ad),
                                bytes_of(row.p + KEY_ID_BYTES, row.n - KEY_ID_BYTES), out, &n);
    sodium_memzero(secret, sizeof secret);
    if (st != ST_OK) {
        *a = before;
        return err_set(err, st == ST_FULL ? st : ST_CORRUPT, 0, __func__,
                       st == ST_FULL ? "no room for a part" : "a part is damaged");
    }
    *value = bytes_of(out, n);
    return ST_OK;
}
