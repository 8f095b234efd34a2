/* Text from people: what is UTF-8, and the one form in which it is kept. */
#include "core/base/utf8.h"
#include "tests/support/check.h"

static uint8_t memory[1 << 16];

static uint64_t next_random(void) /* splitmix64, the same cases every time */
{
    static uint64_t seed = 7;
    uint64_t z = seed += 0x9E3779B97F4A7C15U;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
    z = (z ^ z >> 27) * 0x94D049BB133111EBU;
    return z ^ z >> 31;
}

/* put: code point c in UTF-8, whatever it is up to U+1FFFFF; the tests' own encoder. */
static size_t put(uint32_t c, char *p)
{
    static const uint8_t lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, c >>= 6) {
        p[i] = (char)(0x80 | (c & 0x3F));
    }
    p[0] = (char)(lead[n == 1 ? 0 : n] | c);
    return n;
}

static void every_code_point_is_valid_but_surrogates_and_beyond(void)
{
    for (uint32_t c = 0; c < 0x200000; c++) {
        char p[4];
        size_t i = 0, n = put(c, p);
        bool good = c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
        if (utf8_valid((str){p, n}) != good) {
            CHECK_INT(c, -1);
        }
        uint32_t got = utf8_next((str){p, n}, &i);
        if (got != (good ? c : 0xFFFD) || i != (good ? n : 1)) {
            CHECK_INT(c, -1);
        }
    }
}

static void malformed_bytes_are_refused_one_at_a_time(void)
{
    static const char *const bad[] = {
        "\x80",
        "\xc3",
        "\xc0\x80",
        "\xc1\xbf",
        "\xe0\x80\x80",
        "\xe0\x9f\xbf",
        "\xf0\x8f\xbf\xbf",
        "\xe6\xb0",
        "\xe6\xb0z",
        "\xf0\x90\x85",
        "\xf8\x88\x80\x80\x80",
        "\xff",
        "a\xc3(",
        "\xed\xa0\x80\xed\xb0\x80",
    };
    for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
        str s = str_c(bad[k]), out = S("left");
        struct arena a = arena_of(memory, sizeof memory);
        CHECK(!utf8_valid(s));
        CHECK_INT(utf8_clean(&a, s, &out), ST_BAD_INPUT);
        CHECK(out.n == 0 && a.beg == memory);
        CHECK(!utf8_is_clean(a, s));
    }
    str s = S("a\xe6\xb0"
              "b");
    static const uint32_t want[] = {'a', 0xFFFD, 0xFFFD, 'b'};
    size_t i = 0;
    for (size_t k = 0; k < 4; k++) {
        CHECK_INT(utf8_next(s, &i), want[k]);
    }
    CHECK_INT(i, s.n);
    CHECK(utf8_valid(S("\xef\xbf\xbd"))); /* U+FFFD itself is a character */
}

static void code_points_are_counted(void)
{
    CHECK_INT(utf8_count(S("")), 0);
    CHECK_INT(utf8_count(S("abc")), 3);
    CHECK_INT(utf8_count(S("张伟é𐅑")), 4);
}

static void text_is_cleaned_as_the_header_says(void)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"", ""},
        {"冰箱不制冷 -18°C", "冰箱不制冷 -18°C"},
        {"a\r\nb\rc\nd", "a\nb\nc\nd"},
        {"a\r\r\nb", "a\n\nb"},
        {"a\tb", "a b"},
        {"a  \nb\t\n\n \n", "a\nb"},
        {"  indented\n   too  ", "  indented\n   too"},
        {"a\xe3\x80\x80\n\xc2\xa0", "a"},         /* ideographic, no-break space */
        {"a\x01\x1b[31mb\x7f\xc2\x85", "a[31mb"}, /* C0, DEL, C1 */
        {"a\xe2\x80\xa8"
         "b\xe2\x80\xa9"
         "c",
         "a\nb\nc"}, /* line and paragraph separators */
        {"\xe2\x80\xae"
         "txt\xe2\x80\xac\xe2\x81\xa6!",
         "txt!"},                                                 /* bidirectional */
        {"z\xe2\x80\x8b\xe2\x80\x8d\xef\xbb\xbfw", "zw"},         /* zero width, joiner, mark */
        {"\xe2\x9d\xa4\xef\xb8\x8f", "\xe2\x9d\xa4"},             /* variation selector */
        {"x\xc2\xad\xf3\xa0\x81\x81", "x"},                       /* soft hyphen, tag */
        {"e\xcc\x81", "\xc3\xa9"},                                /* e + acute */
        {"e\xe2\x80\x8d\xcc\x81", "\xc3\xa9"},                    /* and with a joiner between */
        {"\xe2\x84\xab", "\xc3\x85"},                             /* angstrom sign */
        {"q\xcc\x87\xcc\xa3", "q\xcc\xa3\xcc\x87"},               /* marks in canonical order */
        {"\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", "\xed\x95\x9c"}, /* Hangul */
        {"\xe0\xa5\x98", "\xe0\xa4\x95\xe0\xa4\xbc"},             /* excluded from composition */
        {"\xf0\x9d\x85\xa0", "\xf0\x9d\x85\x98\xf0\x9d\x85\xa5\xf0\x9d\x85\xae"}, /* 3 x as long */
        {"\xef\xac\x81 \xef\xbc\x91", "\xef\xac\x81 \xef\xbc\x91"}, /* not NFKC: ligature, width */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct arena a = arena_of(memory, sizeof memory);
        str in = str_c(cases[i].in), want = str_c(cases[i].out), out;
        CHECK_INT(utf8_clean(&a, in, &out), ST_OK);
        CHECK_BYTES(out.p, out.n, want.p, want.n);
        CHECK_INT(utf8_is_clean(a, in), str_eq(in, want));
        CHECK(utf8_is_clean(a, want));
        CHECK(a.beg == memory + out.n); /* only the result stays taken */
    }
}

/* risky: code points whose neighbours change what becomes of them. */
static uint32_t risky(void)
{
    static const uint32_t list[] = {
        '\r',   '\n',    '\t',    ' ',    'a',    'e',    0x301,  0x323,  0x307,  0x327,
        0x345,  0x200B,  0x200D,  0x202E, 0x3000, 0xA0,   0x1112, 0x1161, 0x11AB, 0xAC00,
        0x115F, 0x3164,  0xFE0F,  0x212B, 0x1E9B, 0x958,  0x93C,  0x915,  0xF900, 0x2028,
        0x85,   0x1D160, 0x1D165, 0x2000, 0x2126, 0xFFFD, 0xFEFF, 0x334,  0x338,  '<',
    };
    uint64_t r = next_random();
    if (r % 4 != 0) {
        return list[(r >> 8) % (sizeof list / sizeof list[0])];
    }
    uint32_t c = (uint32_t)((r >> 8) % 0x110000);
    return c >= 0xD800 && c <= 0xDFFF ? 'x' : c;
}

static void cleaning_twice_is_cleaning_once(void)
{
    for (int round = 0; round < 200000; round++) {
        char text[4 * 12];
        size_t n = 0;
        for (uint64_t k = next_random() % 12; k > 0; k--) {
            n += put(risky(), text + n);
        }
        struct arena a = arena_of(memory, sizeof memory);
        str in = {text, n}, once, twice;
        CHECK_INT(utf8_clean(&a, in, &once), ST_OK);
        CHECK_INT(utf8_clean(&a, once, &twice), ST_OK);
        CHECK_BYTES(twice.p, twice.n, once.p, once.n);
        CHECK(utf8_valid(once) && once.n <= 3 * in.n);
        CHECK(utf8_is_clean(a, once));
        CHECK(str_eq(in, once) || !utf8_is_clean(a, in));
    }
}

static void every_code_point_alone_comes_to_rest(void)
{
    for (uint32_t c = 0; c < 0x110000; c++) {
        char p[8];
        size_t n = put(c, p);
        if (c >= 0xD800 && c <= 0xDFFF) {
            continue;
        }
        n += put('.', p + n); /* so that white space is not at the end */
        struct arena a = arena_of(memory, sizeof memory);
        str once;
        CHECK_INT(utf8_clean(&a, (str){p, n}, &once), ST_OK);
        CHECK(utf8_is_clean(a, once));
    }
}

static void a_small_arena_is_full_and_left_as_it_was(void)
{
    str in = S("e\xcc\x81 and some more  "), out;
    size_t refused = 0;
    for (size_t cap = 0; cap < 400; cap++) {
        struct arena a = arena_of(memory, cap);
        enum st st = utf8_clean(&a, in, &out);
        refused += st == ST_FULL;
        CHECK(st == ST_OK || st == ST_FULL);
        CHECK(a.beg == memory + out.n);
        CHECK(st == ST_FULL || str_eq(out, S("\xc3\xa9 and some more")));
    }
    CHECK(refused > in.n && refused < 200);
}

int main(void)
{
    RUN(every_code_point_is_valid_but_surrogates_and_beyond);
    RUN(malformed_bytes_are_refused_one_at_a_time);
    RUN(code_points_are_counted);
    RUN(text_is_cleaned_as_the_header_says);
    RUN(cleaning_twice_is_cleaning_once);
    RUN(every_code_point_alone_comes_to_rest);
    RUN(a_small_arena_is_full_and_left_as_it_was);
    CHECK_END();
}
