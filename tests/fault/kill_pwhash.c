/* kill_pwhash.c - a quick hash in the place of the slow one: a thousand unlocks in a sweep. What it
 * stands for is the library's own matter. */
#include <sodium.h>

#pragma GCC diagnostic ignored "-Wmissing-prototypes" /* only the linker calls it */
int __wrap_crypto_pwhash(unsigned char *out, unsigned long long n, const char *pw,
                         unsigned long long pw_n, const unsigned char *salt, unsigned long long ops,
                         size_t mem, int alg)
{
    (void)ops;
    (void)mem;
    (void)alg;
    return crypto_generichash(out, (size_t)n, (const unsigned char *)pw, pw_n, salt,
                              crypto_pwhash_SALTBYTES);
}
