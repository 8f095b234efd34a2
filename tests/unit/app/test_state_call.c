/* test_state_call.c - a call that the technician takes himself: two or three entries in one
 * transaction under a number that nobody else gets, his job at once, and said when the machine has
 * an open job already. */
#include "app/state/call.h"
#include "app/state/desk_file.h"
#include "tests/unit/app/state_rig.h"

static struct call_intent said(const char *fault)
{
    return (struct call_intent){.name = S("海港食堂"),
                                .phone = S("0571 5555 1234"),
                                .address = S("三号码头"),
                                .what = S("制冰机"),
                                .fault = str_c(fault),
                                .called_ms = SHOP_NOW_MS};
}

static void a_double_tap_makes_one_call_and_it_is_his_job_at_once(void)
{
    struct rig r;
    char draft[64];
    rig_begin(&r);
    uint64_t before = rig_entries(&r);
    struct call_intent c = said("不出冰");
    rig_go(&r, SCREEN_TAKE_CALL, NULL);
    rig_turn(&r);
    char number[40];
    snprintf(number, sizeof number, "%.*s", (int)app_call_number(r.a).n, app_call_number(r.a).p);
    CHECK(app_draft(r.a, "take_call", str_bytes(S("half said"))));
    CHECK(app_call_take(r.a, &c, "take_call", SCREEN_JOB));
    CHECK(!app_call_take(r.a, &c, "take_call", SCREEN_JOB));
    rig_settle(&r);
    CHECK_INT(app_result(r.a)->st, ST_OK);
    CHECK_INT(rig_entries(&r), before + 3); /* customer, equipment, job */
    const struct job_model *j = app_job(r.a);
    CHECK(j != NULL && str_eq(j->provisional, str_c(number)) && str_eq(j->code, j->provisional));
    CHECK(j != NULL && str_eq(j->customer_name, S("海港食堂")) &&
          str_eq(j->equipment_name, S("制冰机")));
    CHECK_INT(j == NULL ? 0 : j->class_.class_, CLASS_A);
    rig_kept(&r, NULL, "take_call", draft, sizeof draft);
    CHECK_STR(draft, "");
    /* The next one has the next number. */
    CHECK(!str_eq(app_call_number(r.a), str_c(number)));
    id16 job = j == NULL ? (id16){{0}} : j->subject;
    rig_restart(&r);
    j = app_job(r.a);
    CHECK(j != NULL && id16_eq(j->subject, job));
    rig_end(&r);
}

static bool found(struct rig *r, const char *search)
{
    const struct timespec moment = {.tv_nsec = 1000000};
    rig_go(r, SCREEN_TODAY, NULL);
    for (int k = 0; k < 20000; k++) {
        rig_turn(r);
        app_today_filter(r->a, search, LIST_JOBS_OPEN);
        if (app_today_count(r->a) > 0) {
            return true;
        }
        nanosleep(&moment, NULL);
    }
    return false;
}

static void it_is_found_by_its_number_its_customer_and_its_machine(void)
{
    struct rig r;
    struct today_row row;
    rig_begin(&r);
    struct call_intent c = said("不出冰");
    rig_go(&r, SCREEN_TAKE_CALL, NULL);
    rig_turn(&r);
    char number[40];
    snprintf(number, sizeof number, "%.*s", (int)app_call_number(r.a).n, app_call_number(r.a).p);
    CHECK(app_call_take(r.a, &c, NULL, SCREEN_JOB));
    rig_settle(&r);
    CHECK(found(&r, number));
    CHECK(app_today_row(r.a, 0, &row) && row.not_numbered);
    CHECK(found(&r, "海港食堂"));
    CHECK(found(&r, "制冰机"));
    rig_end(&r);
}

static void a_number_that_another_call_took_meanwhile_is_not_used_again(void)
{
    struct rig r;
    rig_begin(&r);
    struct call_intent c = said("不出冰");
    rig_go(&r, SCREEN_TAKE_CALL, NULL);
    rig_turn(&r);
    uint64_t before = rig_entries(&r);
    CHECK(app_call_take(r.a, &c, NULL, SCREEN_JOB));
    rig_settle(&r);
    CHECK_INT(app_result(r.a)->st, ST_OK);
    /* A number that is not the one to come: what was shown is not what would stand. */
    rig_go(&r, SCREEN_TAKE_CALL, NULL);
    rig_turn(&r);
    str shown = app_call_number(r.a);
    CHECK(shown.n > 7 && memcmp(shown.p + shown.n - 6, "000002", 6) == 0);
    struct intent stale = {.type = INTENT_TAKE_CALL, .subject_type = SUBJECT_JOB, .go = SCREENS};
    struct record_write w[5];
    uint8_t buf[CAP_BODY_BYTES];
    memset(w, 0, sizeof w);
    w[0] = (struct record_write){.field = F_JOB_PROVISIONAL, .type = FT_CODE};
    CHECK(code_of(str_bytes(S("C-T1-ZZ-000009")), &w[0].code));
    w[1] = (struct record_write){
        .field = F_JOB_CUSTOMER, .type = FT_REF, .ref = sample_id16("customer 1")};
    w[2] = (struct record_write){.field = F_JOB_CALLED, .type = FT_TIME, .i = 5};
    w[3] = (struct record_write){.field = F_JOB_CHANNEL, .type = FT_ENUM, .i = CHANNEL_TECHNICIAN};
    w[4] = (struct record_write){.field = F_JOB_FAULT_TOLD, .type = FT_TEXT, .i = 0};
    shop_must(record_encode(w, 5, buf, sizeof buf, &stale.data), NULL, "body");
    stale.natt = 1;
    stale.atts[0].type = ATT_TEXT;
    stale.atts[0].content = str_bytes(S("x"));
    CHECK(intent_send_with(r.a, &stale, NULL));
    rig_settle(&r);
    CHECK_INT(app_result(r.a)->st, ST_CONFLICT);
    CHECK_INT(rig_entries(&r), before + 3);
    /* Nor what is not a technician's to say. */
    for (size_t k = 0; k < 5; k++) { /* encoding has sorted them */
        w[k].i = w[k].field == F_JOB_CHANNEL ? 1 : w[k].i;
    }
    shop_must(record_encode(w, 5, buf, sizeof buf, &stale.data), NULL, "body");
    CHECK(intent_send_with(r.a, &stale, NULL));
    rig_settle(&r);
    CHECK_INT(app_result(r.a)->st, ST_FORBIDDEN);
    CHECK_INT(rig_entries(&r), before + 3);
    /* The journal is whole: the next call goes in. */
    CHECK(app_call_take(r.a, &c, NULL, SCREEN_JOB));
    rig_settle(&r);
    CHECK_INT(app_result(r.a)->st, ST_OK);
    rig_end(&r);
}

static void what_is_on_file_is_found_and_an_open_job_of_the_machine_is_said(void)
{
    struct rig r;
    bool whole = false;
    unsigned n;
    id16 id, job, his[8];
    struct file_row row;
    rig_begin(&r);
    for (int k = 0; k < 100 && !whole; k++) {
        rig_turn(&r);
        IGNORE(app_file_count(r.a, &whole) == 0);
    }
    CHECK(whole);
    rig_turn(&r);
    CHECK(app_file_serial(r.a, "lx35-2204-000871", &id, &n) && n == 1);
    CHECK(id16_eq(id, sample_id16("equipment 1")));
    CHECK(!app_file_serial(r.a, "LX35-2204-00087", &id, &n));
    CHECK(!app_file_serial(r.a, "", &id, &n));
    CHECK(app_file_get(r.a, sample_id16("customer 1"), &row) && str_eq(row.name, S("刘美华")));
    CHECK(!app_file_get(r.a, sample_id16("nobody"), &row));
    CHECK_INT(app_file_of(r.a, sample_id16("customer 1"), his, 8), 1);
    CHECK(app_call_double(r.a, sample_id16("equipment 1"), &job) &&
          id16_eq(job, sample_id16("job 1")));
    CHECK(!app_call_double(r.a, sample_id16("equipment 9"), &job));
    /* A second machine of a customer on file: its owner is known by the job until headquarters has
     * put it on file. */
    struct call_intent c = said("漏水");
    c.customer = sample_id16("customer 1");
    rig_go(&r, SCREEN_TAKE_CALL, "customer 1");
    CHECK(app_call_take(r.a, &c, NULL, SCREEN_JOB));
    rig_settle(&r);
    CHECK_INT(app_result(r.a)->st, ST_OK);
    rig_turn(&r);
    CHECK_INT(app_file_of(r.a, sample_id16("customer 1"), his, 8), 2);
    rig_end(&r);
}

int main(void)
{
    RUN(a_double_tap_makes_one_call_and_it_is_his_job_at_once);
    RUN(it_is_found_by_its_number_its_customer_and_its_machine);
    RUN(a_number_that_another_call_took_meanwhile_is_not_used_again);
    RUN(what_is_on_file_is_found_and_an_open_job_of_the_machine_is_said);
    CHECK_END();
}
