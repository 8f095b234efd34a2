/* test_state_day.c - the daily report as the writer takes it. */
#include "tests/unit/app/state_rig.h"

#include "app/state/desk.h"
#include "core/rules/visit.h"

static bool day_of(struct rig *r, int64_t midnight_ms)
{
    id16 me = app_me(r->a);
    struct record_write w[] = {
        {.field = F_DAY_TECHNICIAN, .type = FT_REF, .ref = me},
        {.field = F_DAY_DAY, .type = FT_TIME, .i = midnight_ms},
        {.field = F_DAY_STATE, .type = FT_ENUM, .i = DAY_SUBMITTED},
        {.field = F_DAY_VERSION, .type = FT_INT, .i = 1},
    };
    bool sent = app_record(r->a, SUBJECT_DAY, day_subject(me, midnight_ms), NULL, w,
                           sizeof w / sizeof w[0], NULL, 0, NULL, SCREENS);
    rig_settle(r);
    return sent;
}

static void the_writer_refuses_the_report_of_a_day_that_has_not_begun(void)
{
    enum { DAY_MS = 86400000 };
    struct rig r;
    rig_begin(&r);
    int64_t today = app_midnight(r.a, app_now_ms(r.a));
    uint64_t before = rig_entries(&r);
    CHECK(day_of(&r, today + DAY_MS));
    CHECK_INT(app_result(r.a)->st, ST_FORBIDDEN);
    CHECK_INT(app_result(r.a)->err.sys, RULE_DAY_FUTURE);
    CHECK_INT(rig_entries(&r), before);
    CHECK(day_of(&r, today));
    CHECK_INT(app_result(r.a)->st, ST_OK);
    CHECK_INT(rig_entries(&r), before + 1);
    /* A clock that falls back blocks no day that was lived. */
    atomic_store(&r.ms, 1700000001000LL);
    CHECK(day_of(&r, today - DAY_MS));
    CHECK_INT(app_result(r.a)->st, ST_OK);
    rig_end(&r);
}

int main(void)
{
    RUN(the_writer_refuses_the_report_of_a_day_that_has_not_begun);
    CHECK_END();
}
