/* test_form.c - amounts, quantities and codes as people type them. */
#include "app/screens/form.h"
#include "tests/support/check.h"

static bool money(const char *text, int64_t wanted)
{
    int64_t x = -1;
    return form_money(text, &x) && x == wanted;
}

static bool qty(const char *text, int64_t wanted)
{
    int64_t x = -1;
    return form_qty(text, &x) && x == wanted;
}

static void amounts_are_read_to_the_last_place(void)
{
    CHECK(money("0", 0));
    CHECK(money("", 0));
    CHECK(money("12", 1200));
    CHECK(money("12.", 1200));
    CHECK(money("12.5", 1250));
    CHECK(money("12.05", 1205));
    CHECK(money(".5", 50));
    CHECK(qty("0.005", 5));
    CHECK(qty("99", 99000));
}

static void what_is_no_amount_is_refused(void)
{
    int64_t x;
    static const char *const bad[] = {
        "12.345", "1,5", "-3", "1.2.3", "abc", ".", " 1", "1e5", "99999999999999999999"};
    for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
        CHECK(!form_money(bad[k], &x));
    }
    CHECK(!form_qty("0.0001", &x));
}

static void amounts_come_back_as_they_were_written(void)
{
    static const int64_t minor[] = {0, 1, 99, 100, 1205, 24000, 123456789012};
    char buf[32];
    for (size_t k = 0; k < sizeof minor / sizeof minor[0]; k++) {
        form_put_money(buf, sizeof buf, minor[k]);
        CHECK(money(buf, minor[k]));
    }
    static const int64_t milli[] = {1, 500, 1000, 1500, 10000, 99000, 100250};
    for (size_t k = 0; k < sizeof milli / sizeof milli[0]; k++) {
        form_put_qty(buf, sizeof buf, milli[k]);
        CHECK(qty(buf, milli[k]));
    }
    form_put_qty(buf, sizeof buf, 10000);
    CHECK_STR(buf, "10");
    form_put_qty(buf, sizeof buf, 500);
    CHECK_STR(buf, "0.5");
}

static void codes_lose_the_blanks_around_them_and_nothing_else(void)
{
    struct code c;
    CHECK(form_code("  AC-CAP 35 ", &c) && c.n == 9 && memcmp(c.b, "AC-CAP 35", 9) == 0);
    CHECK(!form_code("", &c));
    CHECK(!form_code("\xe7\x94\xb5\xe5\xae\xb9", &c));
    CHECK(!form_code("123456789012345678901234567890123", &c));
}

int main(void)
{
    RUN(amounts_are_read_to_the_last_place);
    RUN(what_is_no_amount_is_refused);
    RUN(amounts_come_back_as_they_were_written);
    RUN(codes_lose_the_blanks_around_them_and_nothing_else);
    CHECK_END();
}
