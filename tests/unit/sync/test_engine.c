/* test_engine.c - when to try again, and the worker's state machine. */
#include "sync/engine/backoff.h"
#include "sync/engine/engine.h"
#include "sync/engine/join.h"
#include "tests/support/check.h"

static void the_pause_doubles_is_spread_and_has_a_bound(void)
{
    CHECK_INT(backoff_ms(0, 5), 0);
    CHECK_INT(backoff_ms(1, 0), BACKOFF_FIRST_MS / 2);
    CHECK_INT(backoff_ms(1, UINT32_MAX), BACKOFF_FIRST_MS);
    CHECK_INT(backoff_ms(2, UINT32_MAX), 2 * BACKOFF_FIRST_MS);
    CHECK_INT(backoff_ms(1000000, UINT32_MAX), BACKOFF_LAST_MS);
    for (unsigned n = 1; n < 40; n++) {
        CHECK(backoff_ms(n, 77) <= backoff_ms(n + 1, 77));
        CHECK(backoff_ms(n, 0) > 0);
    }
}

static void a_sync_goes_through_its_states(void)
{
    struct engine e;
    struct exchange_result r = {.answered = true, .whole = true};
    engine_init(&e);
    CHECK_INT(engine_step(&e, ENGINE_TICK, ST_OK, NULL, 1, 0), ENGINE_NOTHING);
    CHECK_INT(engine_step(&e, ENGINE_ASKED, ST_OK, NULL, 1, 0), ENGINE_BUILD);
    CHECK_INT(engine_step(&e, ENGINE_BUILT, ST_OK, NULL, 2, 0), ENGINE_POST);
    CHECK_INT(engine_step(&e, ENGINE_ANSWERED, ST_OK, NULL, 3, 0), ENGINE_TAKE);
    CHECK_INT(engine_step(&e, ENGINE_TAKEN, ST_OK, &r, 4, 0), ENGINE_NOTHING);
    CHECK_INT(e.state, ENGINE_DONE);
    CHECK_INT(e.last_good_ms, 4);
}

static void whatever_fails_there_is_a_next_time(void)
{
    /* From every busy state, with every error: the machine waits with a wake time, and wakes. */
    static const enum engine_event way[] = {ENGINE_ASKED, ENGINE_BUILT, ENGINE_ANSWERED};
    for (unsigned depth = 1; depth <= 3; depth++) {
        for (int st = ST_NOT_FOUND; st <= ST_BUG; st++) {
            struct engine e;
            engine_init(&e);
            for (unsigned i = 0; i < depth; i++) {
                engine_step(&e, way[i], ST_OK, NULL, 100, 0);
            }
            CHECK_INT(engine_step(&e, ENGINE_FAILED, (enum st)st, NULL, 100, 9), ENGINE_NOTHING);
            CHECK_INT(e.state, ENGINE_WAITING);
            CHECK(e.wake_ms > 100);
            CHECK_INT(e.last_error, st);
            CHECK_INT(engine_step(&e, ENGINE_TICK, ST_OK, NULL, e.wake_ms - 1, 0), ENGINE_NOTHING);
            CHECK_INT(engine_step(&e, ENGINE_TICK, ST_OK, NULL, e.wake_ms, 0), ENGINE_BUILD);
        }
    }
}

static void an_answer_that_proves_nothing_is_a_failure(void)
{
    struct engine e;
    struct exchange_result none = {0};
    struct exchange_result forged = {.answered = true, .receipts_refused = 1};
    const struct exchange_result *bad[] = {NULL, &none, &forged};
    for (unsigned i = 0; i < 3; i++) {
        engine_init(&e);
        engine_step(&e, ENGINE_ASKED, ST_OK, NULL, 1, 0);
        engine_step(&e, ENGINE_BUILT, ST_OK, NULL, 1, 0);
        engine_step(&e, ENGINE_ANSWERED, ST_OK, NULL, 1, 0);
        engine_step(&e, ENGINE_TAKEN, ST_OK, bad[i], 1, 0);
        CHECK_INT(e.state, ENGINE_WAITING);
        CHECK(e.wake_ms > 1);
    }
}

static void what_is_asked_while_busy_is_not_lost(void)
{
    struct engine e;
    struct exchange_result r = {.answered = true, .whole = true};
    engine_init(&e);
    engine_step(&e, ENGINE_ASKED, ST_OK, NULL, 1, 0);
    CHECK_INT(engine_step(&e, ENGINE_ASKED, ST_OK, NULL, 1, 0), ENGINE_NOTHING);
    engine_step(&e, ENGINE_BUILT, ST_OK, NULL, 1, 0);
    engine_step(&e, ENGINE_ANSWERED, ST_OK, NULL, 1, 0);
    CHECK_INT(engine_step(&e, ENGINE_TAKEN, ST_OK, &r, 1, 0), ENGINE_BUILD);
    r.again = true; /* a server that always has more does not keep us for ever */
    unsigned rounds = 0;
    enum engine_action a = ENGINE_BUILD;
    while (a == ENGINE_BUILD && rounds < 10 * EXCHANGE_ROUNDS) {
        engine_step(&e, ENGINE_BUILT, ST_OK, NULL, 1, 0);
        engine_step(&e, ENGINE_ANSWERED, ST_OK, NULL, 1, 0);
        a = engine_step(&e, ENGINE_TAKEN, ST_OK, &r, 1, 0);
        rounds++;
    }
    CHECK(rounds <= EXCHANGE_ROUNDS);
}

static void refusals_of_a_joining_have_their_codes(void)
{
    CHECK_INT(join_refusal(S("enrol-unknown")), ST_WRONG_PIN);
    CHECK_INT(join_refusal(S("enrol-used")), ST_EXISTS);
    CHECK_INT(join_refusal(S("enrol-expired")), ST_WAIT);
    CHECK_INT(join_refusal(S("something")), ST_REFUSED);
}

int main(void)
{
    RUN(the_pause_doubles_is_spread_and_has_a_bound);
    RUN(a_sync_goes_through_its_states);
    RUN(whatever_fails_there_is_a_next_time);
    RUN(an_answer_that_proves_nothing_is_a_failure);
    RUN(what_is_asked_while_busy_is_not_lost);
    RUN(refusals_of_a_joining_have_their_codes);
    CHECK_END();
}
