/* Hex, base64url, Crockford base32: published examples, every length, every wrong character. */
#include "core/base/encode.h"
#include "tests/support/check.h"

static void hex_is_written_lower_case_and_read_in_either(void)
{
    char out[9];
    uint8_t got[4];
    hex_put(bytes_of("\x00\x7f\xab\xff", 4), out);
    CHECK_STR(out, "007fabff");
    CHECK(hex_get(S("007FaBfF"), got, 4));
    CHECK_BYTES(got, 4, "\x00\x7f\xab\xff", 4);
    CHECK(!hex_get(S("007fabf"), got, 4));
    CHECK(!hex_get(S("007fabff00"), got, 4));
    CHECK(!hex_get(S("007fabfg"), got, 4));
    CHECK_BYTES(got, 4, "\0\0\0\0", 4); /* nothing half read is left */
    CHECK(!hex_get((str){"00\0fabff", 8}, got, 4));
    CHECK(hex_get(S(""), got, 0));
}

static void base64url_agrees_with_rfc_4648(void)
{
    static const struct {
        const char *plain, *coded;
    } cases[] = {
        {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
        {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff", "-_8"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[16];
        uint8_t back[8];
        size_t n = 99, plain = strlen(cases[i].plain);
        CHECK_INT(base64url_put(bytes_of(cases[i].plain, plain), out), strlen(cases[i].coded));
        CHECK_STR(out, cases[i].coded);
        CHECK(base64url_get(str_c(out), back, sizeof back, &n));
        CHECK_BYTES(back, n, cases[i].plain, plain);
    }
}

static void base64url_refuses_what_it_would_not_write(void)
{
    static const char *const wrong[] = {
        "Z", "Zh", "Zm9", "Zg==", "Zg=", "Z g", "Zm9vY", "Zm9v\n", "+/8", "Zm.v"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        uint8_t back[8];
        size_t n = 99;
        CHECK(!base64url_get(str_c(wrong[i]), back, sizeof back, &n));
        CHECK_INT(n, 99);
    }
    uint8_t small[2];
    size_t n;
    CHECK(!base64url_get(S("Zm9v"), small, sizeof small, &n));
    CHECK(base64url_get(S("Zm8"), small, sizeof small, &n) && n == 2);
}

static void crockford_is_read_as_people_write_it(void)
{
    char out[17];
    uint8_t got[10];
    static const uint8_t raw[10] = {0x00, 0x44, 0x32, 0x14, 0xc7, 0x42, 0x54, 0xb6, 0x35, 0xcf};
    crockford_put(bytes_of(raw, 10), out);
    CHECK_STR(out, "0123456789ABCDEF");
    CHECK(crockford_get(S("0123-4567 89ab cdef"), got, 10));
    CHECK_BYTES(got, 10, raw, 10);
    CHECK(crockford_get(S("OI23-4567-89AB-CDEF"), got, 10));
    CHECK_BYTES(got, 10, raw, 10);
    CHECK(crockford_get(S("ol234567-89abcdef-"), got, 10));
    CHECK_BYTES(got, 10, raw, 10);
    CHECK(!crockford_get(S("0123456789ABCDEU"), got, 10)); /* U is no digit */
    CHECK(!crockford_get(S("0123456789ABCDE"), got, 10));
    CHECK(!crockford_get(S("0123456789ABCDEF0"), got, 10));
    CHECK(!crockford_get(S("0123_456789ABCDEF"), got, 10));
    CHECK(!crockford_get(S("ZZ"), got, 1)); /* two bits left over, not zero */
    CHECK(crockford_get(S("ZW"), got, 1) && got[0] == 0xff);
}

static void every_length_comes_back(void)
{
    uint8_t raw[64], back[64];
    char text[160];
    for (size_t i = 0; i < sizeof raw; i++) {
        raw[i] = (uint8_t)(i * 151 + 77);
    }
    for (size_t n = 0; n <= sizeof raw; n++) {
        size_t got = 99;
        bytes in = bytes_of(raw, n);
        memset(text, 'x', sizeof text);
        hex_put(in, text);
        CHECK_INT(strlen(text), 2 * n);
        CHECK(hex_get(str_c(text), back, n));
        CHECK_BYTES(back, n, raw, n);
        memset(text, 'x', sizeof text);
        CHECK_INT(base64url_put(in, text), (4 * n + 2) / 3);
        CHECK_INT(strlen(text), (4 * n + 2) / 3);
        CHECK(base64url_get(str_c(text), back, n, &got));
        CHECK_BYTES(back, got, raw, n);
        memset(text, 'x', sizeof text);
        crockford_put(in, text);
        CHECK_INT(strlen(text), (8 * n + 4) / 5);
        CHECK(crockford_get(str_c(text), back, n));
        CHECK_BYTES(back, n, raw, n);
    }
}

static void no_text_but_its_own_decodes_to_the_same_bytes(void)
{
    /* Any two bytes, then with a 'Q' whose last two bits are zero: what decodes encodes back. */
    size_t good = 0;
    for (int a = 0; a < 256; a++) {
        for (int b = 0; b < 256; b++) {
            char in[3] = {(char)a, (char)b, 'Q'}, out[8];
            uint8_t raw[4];
            size_t n;
            for (size_t len = 2; len <= 3; len++) {
                if (base64url_get((str){in, len}, raw, sizeof raw, &n)) {
                    good++;
                    CHECK_INT(base64url_put(bytes_of(raw, n), out), len);
                    CHECK(memcmp(in, out, len) == 0);
                }
            }
        }
    }
    CHECK_INT(good, 64 * 4 + 64 * 64); /* 8 bits in two digits, 16 in three */
}

int main(void)
{
    RUN(hex_is_written_lower_case_and_read_in_either);
    RUN(base64url_agrees_with_rfc_4648);
    RUN(base64url_refuses_what_it_would_not_write);
    RUN(crockford_is_read_as_people_write_it);
    RUN(every_length_comes_back);
    RUN(no_text_but_its_own_decodes_to_the_same_bytes);
    CHECK_END();
}
