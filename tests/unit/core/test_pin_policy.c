/* test_pin_policy.c - which PINs are refused, and what the others are worth in words. */
#include "core/base/caps.h"
#include "core/keys/pin_policy.h"
#include "tests/support/check.h"

static struct pin_worth of(const char *pin)
{
    return pin_policy(str_bytes(str_c(pin)));
}

static void what_is_tried_first_is_refused(void)
{
    static const struct {
        const char *pin;
        enum pin_flaw flaw;
    } cases[] = {{"", PIN_TOO_SHORT},      {"123", PIN_TOO_SHORT},   {"0000", PIN_ONE_CHARACTER},
                 {"1234", PIN_IN_ORDER},   {"987654", PIN_IN_ORDER}, {"1212", PIN_REPEATED},
                 {"123123", PIN_REPEATED}, {"1987", PIN_A_YEAR},     {"2024", PIN_A_YEAR},
                 {"2580", PIN_COMMON},     {"password", PIN_COMMON}, {"aaaaaa", PIN_ONE_CHARACTER},
                 {"abcabc", PIN_REPEATED}, {"2468", PIN_FINE},       {"4071", PIN_FINE},
                 {"730264", PIN_FINE},     {"2187", PIN_FINE},       {"1900-x", PIN_FINE},
                 {"purple barn", PIN_FINE}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CHECK_INT(of(cases[i].pin).flaw, cases[i].flaw);
    }
    char lots[CAP_PIN_MAX + 2];
    for (size_t i = 0; i < sizeof lots; i++) {
        lots[i] = (char)('a' + i % 7 + i % 3);
    }
    CHECK_INT(pin_policy(bytes_of(lots, CAP_PIN_MAX + 1)).flaw, PIN_TOO_LONG);
    CHECK_INT(pin_policy(bytes_of(lots, CAP_PIN_MAX)).flaw, PIN_FINE);
}

static void the_words_are_honest(void)
{
    CHECK_INT(of("4071").time, PIN_MINUTES);
    CHECK_INT(of("4071").seconds, 50);
    CHECK_INT(of("730264").time, PIN_HOURS); /* six digits cost hours */
    CHECK_INT(of("730264").seconds, 5000);
    CHECK_INT(of("73026419").time, PIN_DAYS);
    CHECK_INT(of("7302641985").time, PIN_YEARS);
    CHECK_INT(of("summer").time, PIN_MINUTES); /* one word is no passphrase */
    CHECK_INT(of("purple barn under rain").time, PIN_YEARS);
    CHECK_INT(of("\xe7\xb4\xab\xe8\x89\xb2").time, PIN_MINUTES); /* two characters, six bytes */
    CHECK(of("0123456789012345678901234567890123456789").seconds > 0); /* no overflow */
}

int main(void)
{
    RUN(what_is_tried_first_is_refused);
    RUN(the_words_are_honest);
    CHECK_END();
}
