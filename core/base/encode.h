/* encode.h - hex, base64url without padding (RFC 4648 section 5), Crockford base32.
 *
 * Pure functions over the caller's buffers. Decoders are strict: a wrong character, a wrong length
 * or non-zero trailing bits answer false and write nothing that may be read. */
#ifndef CORE_BASE_ENCODE_H
#define CORE_BASE_ENCODE_H
#include "core/base/slice.h"
#include "core/base/status.h"

/* hex_put: lower case, NUL-terminated; out must hold 2 n + 1. */
void hex_put(bytes in, char *out);
/* hex_get: exactly `n` bytes from 2 n digits, either case. */
MUST_USE bool hex_get(str in, uint8_t *out, size_t n);
/* base64url_put: NUL-terminated; out must hold (4 n + 2) / 3 + 1. Returns the length. */
size_t base64url_put(bytes in, char *out);
/* base64url_get: out holds up to cap bytes; *n is set on success. */
MUST_USE bool base64url_get(str in, uint8_t *out, size_t cap, size_t *n);
/* crockford_put: 5 bits a character, upper case, NUL-terminated; out must hold (8 n + 4) / 5 + 1.
 */
void crockford_put(bytes in, char *out);
/* crockford_get: forgives lower case, O for 0, I and L for 1, spaces and hyphens. Exactly n bytes.
 */
MUST_USE bool crockford_get(str in, uint8_t *out, size_t n);
#endif
