/* test_rate.c - patience with strangers (rate.h). */
#include "sync/hq/rate.h"
#include "tests/support/check.h"

static void an_address_has_so_many_in_a_window_and_others_have_theirs(void)
{
    struct rate *r = rate_new(2, 100, 60000);
    CHECK(r != NULL);
    CHECK_INT(rate_take(r, "a", 1000), 0);
    CHECK_INT(rate_take(r, "a", 2000), 0);
    CHECK_INT(rate_take(r, "a", 31000), 30); /* of its own window, which began at 1,000 */
    CHECK_INT(rate_take(r, "b", 31000), 0);
    CHECK_INT(rate_take(r, "a", 61000), 0);
    rate_free(&r);
    CHECK(r == NULL);
}

static void all_together_have_so_many_too_and_a_refusal_counts_for_nothing(void)
{
    char peer[16];
    struct rate *r = rate_new(2, 3, 60000);
    for (int i = 0; i < 3; i++) {
        snprintf(peer, sizeof peer, "p%d", i);
        CHECK_INT(rate_take(r, peer, 1000), 0);
    }
    CHECK_INT(rate_take(r, "late", 1000), 60);
    CHECK_INT(rate_take(r, "late", 61000), 0);
    CHECK_INT(rate_take(r, "late", 61000), 0);
    CHECK(rate_take(r, "late", 61000) > 0);
    rate_free(&r);
}

static void to_ask_how_long_counts_for_nothing(void)
{
    struct rate *r = rate_new(2, 3, 60000);
    for (int i = 0; i < 10; i++) {
        CHECK_INT(rate_wait(r, "a", 1000), 0);
    }
    CHECK_INT(rate_take(r, "a", 1000), 0);
    CHECK_INT(rate_wait(r, "a", 1000), 0);
    CHECK_INT(rate_take(r, "a", 1000), 0);
    CHECK_INT(rate_wait(r, "a", 31000), 30);
    CHECK_INT(rate_wait(r, "b", 31000), 0);
    CHECK_INT(rate_take(r, "b", 31000), 0); /* the last of all */
    CHECK(rate_wait(r, "c", 31000) > 0);
    CHECK_INT(rate_wait(r, "a", 61000), 0);
    rate_free(&r);
}

static void more_addresses_than_it_remembers_do_no_harm_and_a_clock_that_went_back_neither(void)
{
    char peer[16];
    struct rate *r = rate_new(1, 100000, 60000);
    for (int i = 0; i < 1000; i++) {
        snprintf(peer, sizeof peer, "p%d", i);
        CHECK_INT(rate_take(r, peer, 1000 + i), 0);
    }
    CHECK(rate_take(r, "p999", 3000) > 0); /* the newest are remembered */
    CHECK_INT(rate_take(r, "p999", 5), 0); /* before its window began */
    rate_free(&r);
}

int main(void)
{
    RUN(an_address_has_so_many_in_a_window_and_others_have_theirs);
    RUN(all_together_have_so_many_too_and_a_refusal_counts_for_nothing);
    RUN(to_ask_how_long_counts_for_nothing);
    RUN(more_addresses_than_it_remembers_do_no_harm_and_a_clock_that_went_back_neither);
    CHECK_END();
}
