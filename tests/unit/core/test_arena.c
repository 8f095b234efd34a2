/* The arena: alignment, zeroes, and a full one that gives nothing and breaks nothing. */
#include "core/base/arena.h"
#include "tests/support/check.h"

static void what_is_taken_is_aligned_zeroed_and_apart(void)
{
    _Alignas(64) uint8_t block[256];
    memset(block, 0x55, sizeof block);
    struct arena a = arena_of(block + 1, sizeof block - 1);
    uint8_t *one = arena_new(&a, uint8_t, 3);
    uint64_t *eight = arena_new(&a, uint64_t, 4);
    uint8_t *wide = arena_take(&a, 1, 64, 10);
    CHECK(one == block + 1);
    CHECK((uintptr_t)eight % _Alignof(uint64_t) == 0 && (uint8_t *)eight >= one + 3);
    CHECK((uintptr_t)wide % 64 == 0 && wide >= (uint8_t *)(eight + 4));
    for (int i = 0; i < 3; i++) {
        CHECK_INT(one[i], 0);
    }
    for (int i = 0; i < 4; i++) {
        CHECK(eight[i] == 0);
    }
    CHECK_INT(wide[10], 0x55); /* and nothing beyond */
}

static void the_last_byte_can_be_taken_and_not_one_more(void)
{
    uint8_t block[16];
    struct arena a = arena_of(block, sizeof block);
    CHECK(arena_new(&a, uint8_t, 17) == NULL);
    CHECK(arena_new(&a, uint8_t, 16) == block);
    CHECK(arena_new(&a, uint8_t, 1) == NULL);
    CHECK(arena_new(&a, uint8_t, 0) == block + 16);
    CHECK(a.beg == a.end);
}

static void a_request_that_overflows_is_refused_and_takes_nothing(void)
{
    _Alignas(64) uint8_t block[64];
    struct arena a = arena_of(block, sizeof block);
    CHECK(arena_take(&a, SIZE_MAX / 2, 1, 3) == NULL);
    CHECK(arena_take(&a, 8, 8, SIZE_MAX / 8 + 2) == NULL);
    CHECK(arena_take(&a, SIZE_MAX, 1, SIZE_MAX) == NULL);
    CHECK(a.beg == block);
    a.beg = block + 1; /* the padding alone uses up the room */
    CHECK(arena_take(&a, 1, 64, 1) == NULL);
    CHECK(arena_take(&a, 1, 32, 32) == block + 32);
}

static void by_value_is_scratch(void)
{
    uint8_t block[64];
    struct arena a = arena_of(block, sizeof block), tmp = a;
    CHECK(arena_new(&tmp, uint8_t, 40) == block);
    CHECK(arena_new(&a, uint8_t, 40) == block);
}

static void copies_live_in_the_arena_and_a_full_one_says_so(void)
{
    uint8_t block[16];
    struct arena a = arena_of(block, sizeof block);
    bool ok = true;
    str s = arena_str(&a, S("hello"), &ok);
    CHECK(ok && s.p == (const char *)block && str_eq(s, S("hello")));
    char *z = arena_cstr(&a, S("abc"));
    CHECK_STR(z, "abc");
    bytes b = arena_bytes(&a, bytes_of("12345678", 8), &ok);
    CHECK(!ok && b.p == NULL && b.n == 0);
    CHECK(arena_cstr(&a, S("1234567")) == NULL); /* its NUL does not fit */
    CHECK_STR(arena_cstr(&a, S("123456")), "123456");
    ok = true;
    b = arena_bytes(&a, (bytes){NULL, 0}, &ok);
    CHECK(ok && b.n == 0);
}

int main(void)
{
    RUN(what_is_taken_is_aligned_zeroed_and_apart);
    RUN(the_last_byte_can_be_taken_and_not_one_more);
    RUN(a_request_that_overflows_is_refused_and_takes_nothing);
    RUN(by_value_is_scratch);
    RUN(copies_live_in_the_arena_and_a_full_one_says_so);
    CHECK_END();
}
