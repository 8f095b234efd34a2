/* test_bend.c - the bends that all doors are tried with (tests/support/bend.h) are what they say.
 */
#include "core/base/encode.h"
#include "core/codec/cbor.h"
#include "tests/support/bend.h"
#include "tests/support/check.h"

static uint8_t in_buf[64], out_buf[4096];

static bytes unhex(const char *hex)
{
    size_t n = strlen(hex) / 2;
    CHECK(hex_get(str_c(hex), in_buf, n));
    return bytes_of(in_buf, n);
}

static const char *made(const char *hex, bool inside, enum bend how, size_t place)
{
    static char text[2 * sizeof out_buf + 1];
    bytes out;
    if (!bend_make(unhex(hex), inside, how, place, out_buf, sizeof out_buf, &out)) {
        return "";
    }
    hex_put(out, text);
    return text;
}

/* {1: [5, h'8101']}: the map, its key, the array, 5, the string, and inside it an array of 1. */
#define VALUE "a1018205428101"

static void every_item_is_a_place_also_in_strings_that_hold_cbor(void)
{
    CHECK_INT(bend_places(unhex(VALUE), false), 5);
    CHECK_INT(bend_places(unhex(VALUE), true), 7);
    CHECK_INT(bend_places(unhex("a10182054281"), true), 0);
    CHECK_INT(bend_places(unhex("0000"), true), 0);
    CHECK_INT(bend_places(unhex("4101"), true), 1); /* an integer by chance */
}

static void each_bend_is_what_it_says(void)
{
    static const struct {
        enum bend how;
        size_t place;
        bool inside;
        const char *hex;
    } all[] = {
        {BEND_LONG_HEAD, 0, false,
         "b8010182054281"
         "01"},
        {BEND_LONG_HEAD, 3, false,
         "a1018218054281"
         "01"},
        {BEND_LONG_HEAD, 4, false, "a101820558028101"},
        {BEND_LONG_HEAD, 6, true, "a101820543811801"},
        {BEND_INDEFINITE, 0, false,
         "bf0182054281"
         "01ff"},
        {BEND_INDEFINITE, 4, false, "a10182055f428101ff"},
        {BEND_INDEFINITE, 5, true, "a1018205439f01ff"},
        {BEND_INDEFINITE, 3, false, ""},
        {BEND_KEY_TWICE, 0, false,
         "a20182054281"
         "010182054281"
         "01"},
        {BEND_KEY_TWICE, 2, false, ""},
        {BEND_HUGE_32, 2, false,
         "a1019affffffff054281"
         "01"},
        {BEND_HUGE_63, 0, false,
         "bb7fffffffffffffff0182054281"
         "01"},
        {BEND_HUGE_64, 4, false, "a10182055bffffffffffffffff8101"},
        {BEND_HUGE_64, 3, false, ""},
        {BEND_RESERVED, 3, false,
         "a101821c4281"
         "01"},
        {BEND_DEEP, 3, false,
         "a1018281818181818181818105"
         "428101"},
        {BEND_BEHIND, 0, false,
         "a1018205428101"
         "00"},
        {BEND_BEHIND, 5, true,
         "a1018205438101"
         "00"},
        {BEND_BEHIND, 3, true, ""},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        CHECK_STR(made(VALUE, all[i].inside, all[i].how, all[i].place), all[i].hex);
    }
}

/* The decoder refuses each, and names why. */
static void each_is_refused_by_a_rule_of_its_own(void)
{
    static const struct {
        enum bend how;
        const char *rule;
    } all[] = {{BEND_LONG_HEAD, "non-shortest head"},
               {BEND_INDEFINITE, "indefinite length"},
               {BEND_KEY_TWICE, "duplicate key"},
               {BEND_DEEP, "depth"},
               {BEND_DEEPER, "depth"},
               {BEND_HUGE_32, "length beyond input"},
               {BEND_HUGE_63, "length beyond input"},
               {BEND_HUGE_64, "integer range"},
               {BEND_RESERVED, "reserved head"},
               {BEND_BEHIND, "trailing bytes"}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        bytes out;
        size_t used;
        const char *rule = NULL;
        CHECK(bend_make(unhex(VALUE), false, all[i].how, 0, out_buf, sizeof out_buf, &out));
        CHECK_INT(cbor_check(out, CBOR_ALLOW_TAG18, &used, &rule), ST_BAD_FORM);
        CHECK_STR(rule, all[i].rule);
    }
}

static void json_bends_are_what_they_say(void)
{
    bytes in = str_bytes(S("{\"a\":{\"b\":12}}")), out;
    CHECK(bend_json(in, BEND_KEY_TWICE, 5, out_buf, sizeof out_buf, &out));
    CHECK(bytes_eq(out, str_bytes(S("{\"a\":{\"b\":null,\"b\":12}}"))));
    CHECK(bend_json(in, BEND_LONG_HEAD, 10, out_buf, sizeof out_buf, &out));
    CHECK(bytes_eq(out, str_bytes(S("{\"a\":{\"b\":012}}"))));
    CHECK(bend_json(in, BEND_HUGE_64, 10, out_buf, sizeof out_buf, &out));
    CHECK(bytes_eq(out, str_bytes(S("{\"a\":{\"b\":18446744073709551616}}"))));
    CHECK(bend_json(in, BEND_BEHIND, 0, out_buf, sizeof out_buf, &out));
    CHECK(bytes_eq(out, str_bytes(S("{\"a\":{\"b\":12}}{}"))));
    CHECK(!bend_json(in, BEND_LONG_HEAD, 11, out_buf, sizeof out_buf, &out));
    CHECK(!bend_json(in, BEND_DEEPER, 0, out_buf, sizeof out_buf, &out)); /* no room */
}

int main(void)
{
    RUN(every_item_is_a_place_also_in_strings_that_hold_cbor);
    RUN(each_bend_is_what_it_says);
    RUN(each_is_refused_by_a_rule_of_its_own);
    RUN(json_bends_are_what_they_say);
    CHECK_END();
}
