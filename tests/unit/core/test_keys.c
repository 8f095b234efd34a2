/* test_keys.c - an author's keys and the seal of one value. */
#include "core/keys/author_keys.h"
#include "core/keys/seal.h"
#include "tests/support/check.h"
#include "tests/support/guard.h"
#include "tests/support/sample.h"

#include <sodium.h>

static void keys_come_back_from_what_was_kept_of_them(void)
{
    struct author_keys a, b;
    uint8_t seed[AUTHOR_KEYS_SEED_BYTES];
    CHECK(author_keys_make(&a) == ST_OK);
    author_keys_save(&a, seed);
    CHECK(author_keys_load(&b, seed) == ST_OK);
    CHECK_BYTES(a.sign_pk, 32, b.sign_pk, 32);
    CHECK_BYTES(a.box_pk, 32, b.box_pk, 32);
    CHECK_BYTES(a.sign_sk, 64, b.sign_sk, 64);
    CHECK_BYTES(a.box_sk, 32, b.box_sk, 32);
    author_keys_wipe(&a);
    author_keys_wipe(&b);
    CHECK(a.sign_sk == NULL && a.box_sk == NULL);
    author_keys_wipe(&a); /* twice is fine */
}

static void two_authors_never_have_one_key(void)
{
    struct author_keys a, b;
    CHECK(author_keys_make(&a) == ST_OK && author_keys_make(&b) == ST_OK);
    CHECK(memcmp(a.sign_pk, b.sign_pk, 32) != 0 && memcmp(a.box_pk, b.box_pk, 32) != 0);
    author_keys_wipe(&a);
    author_keys_wipe(&b);
}

static void a_sealed_value_opens_only_whole_unaltered_in_its_place_and_with_its_key(void)
{
    uint8_t key[32] = {7}, sealed[5 + SEAL_OVERHEAD], out[64];
    size_t n;
    seal_put(key, str_bytes(S("place")), str_bytes(S("value")), sealed);
    bytes s = bytes_of(sealed, sizeof sealed);
    CHECK(seal_get(key, str_bytes(S("place")), s, out, &n) == ST_OK);
    CHECK_BYTES(out, n, "value", 5);
    CHECK(seal_get(key, str_bytes(S("other")), s, out, &n) == ST_CORRUPT && n == 0);
    key[0] ^= 1;
    CHECK(seal_get(key, str_bytes(S("place")), s, out, &n) == ST_CORRUPT);
    key[0] ^= 1;
    for (size_t i = 0; i < sizeof sealed; i++) {
        struct guard g = guard_copy(bytes_of(sealed, i));
        CHECK(seal_get(key, str_bytes(S("place")), g.b, out, &n) == ST_CORRUPT);
        guard_free(&g);
        for (unsigned bit = 0; bit < 8; bit++) {
            sealed[i] = (uint8_t)(sealed[i] ^ (1U << bit));
            CHECK(seal_get(key, str_bytes(S("place")), s, out, &n) == ST_CORRUPT);
            sealed[i] = (uint8_t)(sealed[i] ^ (1U << bit));
        }
    }
}

static void a_run_of_seals_opens_like_single_ones_and_repeats_no_nonce(void)
{
    uint8_t key[32] = {7}, sealed[300][5 + SEAL_OVERHEAD], out[64];
    size_t n;
    struct seal_run run, other;
    seal_run_begin(&run);
    seal_run_begin(&other);
    CHECK(memcmp(run.nonce, other.nonce, SEAL_NONCE - SEAL_RUN_COUNTER) != 0);
    memset(run.nonce + SEAL_NONCE - SEAL_RUN_COUNTER, 0xFF, SEAL_RUN_COUNTER - 1);
    for (size_t i = 0; i < 300; i++) { /* the count carries, and wraps into nothing else */
        seal_run_put(&run, key, str_bytes(S("place")), str_bytes(S("value")), sealed[i]);
        bytes s = bytes_of(sealed[i], sizeof sealed[i]);
        CHECK(seal_get(key, str_bytes(S("place")), s, out, &n) == ST_OK && n == 5);
        CHECK(seal_get(key, str_bytes(S("other")), s, out, &n) == ST_CORRUPT);
        for (size_t k = 0; k < i; k++) {
            CHECK(memcmp(sealed[i], sealed[k], SEAL_NONCE) != 0);
        }
        CHECK(memcmp(sealed[i], sealed[0], SEAL_NONCE - SEAL_RUN_COUNTER) == 0);
    }
}

static void the_same_value_is_never_sealed_to_the_same_bytes(void)
{
    uint8_t key[32] = {7}, a[SEAL_OVERHEAD], b[SEAL_OVERHEAD];
    seal_put(key, (bytes){NULL, 0}, (bytes){NULL, 0}, a);
    seal_put(key, (bytes){NULL, 0}, (bytes){NULL, 0}, b);
    CHECK(memcmp(a, b, sizeof a) != 0);
}

int main(void)
{
    CHECK(sodium_init() >= 0);
    RUN(keys_come_back_from_what_was_kept_of_them);
    RUN(two_authors_never_have_one_key);
    RUN(a_sealed_value_opens_only_whole_unaltered_in_its_place_and_with_its_key);
    RUN(a_run_of_seals_opens_like_single_ones_and_repeats_no_nonce);
    RUN(the_same_value_is_never_sealed_to_the_same_bytes);
    CHECK_END();
}
