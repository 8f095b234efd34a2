/* hq_root.c - see hq_root.h. */
#include "sync/hq/hq_root.h"

#include <sodium.h>

enum st hq_root_successor(const struct trust *known, const uint8_t old_sk[static 64],
                          const uint8_t new_sk[static 64], uint8_t buf[static HQ_ROOT_DOCS_BYTES],
                          bytes *out, struct err *err)
{
    struct trust t = *known;
    uint8_t old_pk[32], new_pk[32];
    bytes last = {NULL, 0}, first = {NULL, 0};
    *out = (bytes){NULL, 0};
    crypto_sign_ed25519_sk_to_pk(old_pk, old_sk);
    crypto_sign_ed25519_sk_to_pk(new_pk, new_sk);
    if (memcmp(old_pk, known->root_pk, sizeof old_pk) != 0) {
        return err_set(err, ST_WRONG_PARTY, 0, __func__, "this is not the root key in force");
    }
    if (memcmp(old_pk, new_pk, sizeof old_pk) == 0) {
        return err_set(err, ST_BAD_INPUT, 0, __func__, "the new root key is the old one");
    }
    t.serial = known->serial + 1;
    memcpy(t.next_root, new_pk, sizeof t.next_root);
    enum st st = trust_make(&t, old_sk, buf, CAP_TRUST_BYTES, &last);
    if (st == ST_OK) {
        t.serial++;
        memcpy(t.root_pk, new_pk, sizeof t.root_pk);
        memset(t.next_root, 0, sizeof t.next_root);
        st = trust_make(&t, new_sk, buf + last.n, CAP_TRUST_BYTES, &first);
    }
    if (st != ST_OK) {
        return err_set(err, st, 0, __func__, "the trust document does not fit");
    }
    *out = bytes_of(buf, last.n + first.n);
    return ST_OK;
}
