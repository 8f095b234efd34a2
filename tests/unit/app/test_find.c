/* test_find.c - searches on screens: words in any order and field, either case, an input method's
 * wide letters and blanks, and what is cut, long or no text at all. */
#include "app/screens/find.h"
#include "tests/support/check.h"

static bool finds(const char *typed)
{
    const str texts[] = {
        S("AC-03"), S("换了电容外机仍不转"), S("New capacitor, no fan"), {NULL, 0}};
    char plain[FIND_BYTES];
    find_plain(typed, plain);
    return find_in(texts, sizeof texts / sizeof texts[0], plain);
}

static void each_word_stands_in_any_text_in_any_order_and_case(void)
{
    CHECK(finds("") && finds(" ") && finds("ac-03") && finds("电容"));
    CHECK(finds("FAN 电容 ac-03") && finds("  new   fan "));
    CHECK(!finds("电容 motor") && !finds("AC-04") && !finds("03AC"));
    CHECK(!finds("AC-03换了")); /* no word runs from one text into the next */
}

static void wide_letters_and_blanks_are_those_of_the_keyboard(void)
{
    CHECK(finds("ＡＣ－０３") && finds("ａｃ－０３") && finds("电容　ｆａｎ") && finds("　"));
    CHECK(!finds("ＡＣ－０４"));
    char plain[FIND_BYTES];
    find_plain("Ａ～ｚ！｀　～", plain);
    CHECK_STR(plain, "a~z!` ~");
}

static void a_search_as_long_as_it_may_be_and_cut_characters_do_no_harm(void)
{
    char typed[400], plain[FIND_BYTES];
    memset(typed, 'x', sizeof typed - 1);
    typed[sizeof typed - 1] = '\0';
    find_plain(typed, plain);
    CHECK_INT(strlen(plain), FIND_BYTES - 1);
    const str no = S("xx");
    CHECK(!find_in(&no, 1, plain));
    find_plain("\xEF", plain); /* an input method half way through a character */
    CHECK_STR(plain, "\xEF");
    find_plain("\xEF\xBC", plain);
    CHECK_STR(plain, "\xEF\xBC");
    find_plain("\xE3\x80", plain);
    CHECK_STR(plain, "\xE3\x80");
    CHECK(find_in(NULL, 0, "") && !find_in(NULL, 0, "x"));
}

int main(void)
{
    RUN(each_word_stands_in_any_text_in_any_order_and_case);
    RUN(wide_letters_and_blanks_are_those_of_the_keyboard);
    RUN(a_search_as_long_as_it_may_be_and_cut_characters_do_no_harm);
    CHECK_END();
}
