/* test_attachment.c - manifests: names that say nothing of the content and fit no other. */
#include "core/journal/attachment.h"
#include "tests/support/check.h"
#include "tests/support/guard.h"
#include "tests/support/sample.h"

#include <sodium.h>

static uint8_t room[1 << 16];
static uint8_t content[3 * CAP_CHUNK_BYTES];

static struct att_view make(size_t n, struct arena *a)
{
    struct att_view v;
    h32 salt = sample_h32("salt");
    CHECK(att_make_salted(a, ATT_PHOTO, bytes_of(content, n), salt.b, &v) == ST_OK);
    return v;
}

static void contents_of_every_size_are_cut_into_chunks_of_64_kib(void)
{
    static const struct {
        size_t n;
        unsigned chunks;
    } cases[] = {{0, 0}, {1, 1}, {65535, 1}, {65536, 1}, {65537, 2}, {3 * 65536, 3}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct arena a = arena_of(room, sizeof room);
        struct att_view v = make(cases[i].n, &a), again;
        CHECK_INT(v.nchunks, cases[i].chunks);
        CHECK_INT(v.length, cases[i].n);
        CHECK(att_parse(v.manifest, &again, NULL) == ST_OK);
        CHECK(h32_eq(again.name, v.name) && again.type == ATT_PHOTO);
        CHECK(att_check(&v, bytes_of(content, cases[i].n)) == ST_OK);
    }
}

static void one_changed_byte_is_found_in_its_chunk(void)
{
    struct arena a = arena_of(room, sizeof room);
    struct att_view v = make(sizeof content, &a);
    for (unsigned i = 0; i < 3; i++) {
        bytes chunk = bytes_of(content + (size_t)i * CAP_CHUNK_BYTES, CAP_CHUNK_BYTES);
        CHECK(att_check_chunk(&v, i, chunk) == ST_OK);
        content[(size_t)i * CAP_CHUNK_BYTES + 777] ^= 1;
        CHECK(att_check_chunk(&v, i, chunk) == ST_BAD_SIGNATURE);
        CHECK(att_check(&v, bytes_of(content, sizeof content)) == ST_BAD_SIGNATURE);
        content[(size_t)i * CAP_CHUNK_BYTES + 777] ^= 1;
        CHECK(att_check_chunk(&v, i, bytes_of(chunk.p, chunk.n - 1)) == ST_BAD_FORM);
    }
    CHECK(att_check_chunk(&v, 3, bytes_of(content, 0)) == ST_BAD_FORM);
}

static void the_same_content_has_another_name_under_another_salt(void)
{
    struct arena a = arena_of(room, sizeof room);
    struct att_view v, w;
    CHECK(att_make(&a, ATT_TEXT, str_bytes(S("13800138000")), &v) == ST_OK);
    CHECK(att_make(&a, ATT_TEXT, str_bytes(S("13800138000")), &w) == ST_OK);
    CHECK(!h32_eq(v.name, w.name));
    /* A telephone number is soon guessed: the hash of its chunk must not confirm it. */
    CHECK(memcmp(v.manifest.p + v.manifest.n - 32, w.manifest.p + w.manifest.n - 32, 32) != 0);
}

static void every_prefix_of_a_manifest_is_refused_and_nothing_beyond_is_read(void)
{
    struct arena a = arena_of(room, sizeof room);
    struct att_view v = make(sizeof content, &a), out;
    for (size_t n = 0; n < v.manifest.n; n++) {
        struct guard g = guard_copy(bytes_of(v.manifest.p, n));
        const char *rule;
        CHECK(att_parse(g.b, &out, &rule) == ST_BAD_FORM);
        CHECK(rule[0] != '\0' && out.manifest.p == NULL);
        guard_free(&g);
    }
}

static void every_altered_bit_of_a_manifest_changes_its_name_or_is_refused(void)
{
    struct arena a = arena_of(room, sizeof room);
    struct att_view v = make(70000, &a), out;
    uint8_t bent[256];
    CHECK(v.manifest.n <= sizeof bent);
    for (size_t bit = 0; bit < v.manifest.n * 8; bit++) {
        memcpy(bent, v.manifest.p, v.manifest.n);
        bent[bit / 8] = (uint8_t)(bent[bit / 8] ^ (1U << bit % 8));
        if (att_parse(bytes_of(bent, v.manifest.n), &out, NULL) == ST_OK) {
            CHECK(!h32_eq(out.name, v.name));
        }
    }
}

static void a_manifest_that_declares_what_it_does_not_hold_is_refused(void)
{
    /* {1: salt, 2: 1, 3: 2^25, 4: []}: 512 chunks declared, none there */
    uint8_t m[64] = {0xA4, 0x01, 0x58, 0x20};
    size_t n = 36;
    static const uint8_t tail[] = {0x02, 0x01, 0x03, 0x1A, 0x02, 0x00, 0x00, 0x00, 0x04, 0x80};
    memcpy(m + n, tail, sizeof tail);
    n += sizeof tail;
    struct att_view v;
    const char *rule;
    CHECK(att_parse(bytes_of(m, n), &v, &rule) == ST_BAD_FORM);
    CHECK_STR(rule, "number of chunks");
    m[43] = 0x01; /* a byte more than the bound */
    CHECK(att_parse(bytes_of(m, n), &v, &rule) == ST_TOO_BIG);
}

static void an_arena_that_is_too_small_is_left_as_it_was(void)
{
    struct arena a = arena_of(room, 50), before = a;
    struct att_view v;
    CHECK(att_make(&a, ATT_TEXT, bytes_of(content, 5), &v) == ST_FULL);
    CHECK(a.beg == before.beg && a.end == before.end);
}

int main(void)
{
    CHECK(sodium_init() >= 0);
    for (size_t i = 0; i < sizeof content; i++) {
        content[i] = (uint8_t)(i * 31 + i / 251);
    }
    RUN(contents_of_every_size_are_cut_into_chunks_of_64_kib);
    RUN(one_changed_byte_is_found_in_its_chunk);
    RUN(the_same_content_has_another_name_under_another_salt);
    RUN(every_prefix_of_a_manifest_is_refused_and_nothing_beyond_is_read);
    RUN(every_altered_bit_of_a_manifest_changes_its_name_or_is_refused);
    RUN(a_manifest_that_declares_what_it_does_not_hold_is_refused);
    RUN(an_arena_that_is_too_small_is_left_as_it_was);
    CHECK_END();
}
