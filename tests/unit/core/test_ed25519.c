/* test_ed25519.c - the signatures we rely on are those of RFC 8032 section 7.1. */
#include "core/base/encode.h"
#include "core/codec/cose.h"
#include "tests/support/check.h"

#include <sodium.h>

#define MESSAGE_BYTES 1023
struct example {
    uint8_t seed[32], pk[32], m[MESSAGE_BYTES], sig[64];
    size_t n;
};
static struct example examples[5];
static unsigned count;

static str word(str *line)
{
    size_t n = 0;
    while (n < line->n && line->p[n] != ' ' && line->p[n] != '\n') {
        n++;
    }
    str w = {line->p, n};
    n += n < line->n;
    *line = (str){line->p + n, line->n - n};
    return w;
}

static void load(void)
{
    static char text[2 * MESSAGE_BYTES + 400];
    FILE *f = fopen("tests/vectors/ed25519-rfc8032.txt", "r");
    CHECK(f != NULL);
    while (f != NULL && fgets(text, sizeof text, f) != NULL) {
        if (text[0] == '#' || count == 5) {
            continue;
        }
        struct example *e = &examples[count++];
        str line = str_c(text);
        bool ok = hex_get(word(&line), e->seed, 32) && hex_get(word(&line), e->pk, 32);
        str m = word(&line);
        e->n = str_eq(m, S("-")) ? 0 : m.n / 2;
        ok = ok && e->n <= sizeof e->m && (e->n == 0 || hex_get(m, e->m, e->n));
        CHECK(ok && hex_get(word(&line), e->sig, 64));
    }
    if (f != NULL) {
        fclose(f);
    }
}

static void each_secret_key_gives_its_public_key_and_signature(void)
{
    load();
    CHECK_INT(count, 5);
    for (unsigned i = 0; i < count; i++) {
        const struct example *e = &examples[i];
        uint8_t pk[32], sk[COSE_SK_BYTES], sig[64];
        crypto_sign_ed25519_seed_keypair(pk, sk, e->seed);
        CHECK_BYTES(pk, 32, e->pk, 32);
        crypto_sign_ed25519_detached(sig, NULL, e->m, e->n, sk);
        CHECK_BYTES(sig, 64, e->sig, 64);
        CHECK_INT(crypto_sign_ed25519_verify_detached(e->sig, e->m, e->n, e->pk), 0);
    }
}

static void with_any_bit_of_signature_message_or_key_changed_it_is_refused(void)
{
    for (unsigned i = 0; i < count; i++) {
        struct example e = examples[i];
        unsigned held = 0;
        for (size_t bit = 0; bit < 8 * (64 + 32 + e.n); bit++) {
            size_t at = bit / 8;
            uint8_t *p = at < 64 ? &e.sig[at] : at < 96 ? &e.pk[at - 64] : &e.m[at - 96];
            if (at >= 96 + 40 && bit % 61 != 0) {
                continue; /* of the long message some bits do */
            }
            *p ^= (uint8_t)(1U << bit % 8);
            held += crypto_sign_ed25519_verify_detached(e.sig, e.m, e.n, e.pk) == 0;
            *p ^= (uint8_t)(1U << bit % 8);
        }
        CHECK_INT(held, 0);
    }
}

/* RFC 8032 section 5.1.7: S below the order of the group; libsodium also refuses points of small
 * order, under which one signature would hold for many messages. */
static void a_second_encoding_and_a_key_of_small_order_are_refused(void)
{
    static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,       0xd6,
                                      0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
    for (unsigned i = 0; i < count; i++) {
        struct example e = examples[i];
        sodium_add(e.sig + 32, order, 32);
        CHECK(crypto_sign_ed25519_verify_detached(e.sig, e.m, e.n, e.pk) != 0);
    }
    uint8_t one[32] = {1}, sig[64] = {1}; /* the neutral element; R neutral, S 0 */
    CHECK(crypto_sign_ed25519_verify_detached(sig, one, 32, one) != 0);
}

int main(void)
{
    if (sodium_init() < 0) {
        return 99;
    }
    RUN(each_secret_key_gives_its_public_key_and_signature);
    RUN(with_any_bit_of_signature_message_or_key_changed_it_is_refused);
    RUN(a_second_encoding_and_a_key_of_small_order_are_refused);
    CHECK_END();
}
