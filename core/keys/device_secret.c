/* device_secret.c - 32 random bytes kept apart from the store: a stolen store alone opens to no
 * guessing. */
#include "core/keys/keyfile.h"
#include "core/keys/slots.h"

#include <sodium.h>

#define SECRET_BYTES 32

static enum st load(const char *path, uint8_t out[static SECRET_BYTES], struct err *err)
{
    uint8_t buf[SECRET_BYTES];
    size_t n;
    enum st st = keyfile_read(path, buf, sizeof buf, &n, err);
    if (st == ST_OK && n != SECRET_BYTES) {
        st = err_set(err, ST_CORRUPT, 0, "device_secret_load", "the device secret is cut off");
    }
    if (st == ST_OK) {
        memcpy(out, buf, sizeof buf);
    }
    sodium_memzero(buf, sizeof buf);
    return st;
}

enum st device_secret_load(const char *path, bool create, uint8_t out[static 32], struct err *err)
{
    enum st st = load(path, out, err);
    if (st != ST_NOT_FOUND || !create) {
        if (st == ST_OK) {
            keyfile_tidy(path); /* a second copy would outlive the destruction of this one */
        }
        return st;
    }
    uint8_t fresh[SECRET_BYTES];
    randombytes_buf(fresh, sizeof fresh);
    st = keyfile_put(path, bytes_of(fresh, sizeof fresh), true, err);
    sodium_memzero(fresh, sizeof fresh);
    /* Another process may have made it in between: what lies there is the secret. */
    return st == ST_OK || st == ST_EXISTS ? load(path, out, err) : st;
}
