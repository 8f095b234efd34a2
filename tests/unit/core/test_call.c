/* test_call.c - a call that a technician takes himself: who may, what must be said, whose it is,
 * and that nobody takes another's job by it (A-01, B-01, J-12, J-20). */
#include "core/rules/call.h"
#include "core/rules/office.h"
#include "tests/unit/core/fold_help.h"

static struct code number_of(const char *text)
{
    struct code c;
    CHECK(code_of(str_bytes(str_c(text)), &c));
    return c;
}

/* What the handheld writes, into `w`; how many. */
static size_t taken_as(struct record_write *w, const char *number, int64_t called_ms)
{
    size_t n = 0;
    memset(w, 0, 8 * sizeof *w);
    w[n++] = (struct record_write){
        .field = F_JOB_PROVISIONAL, .type = FT_CODE, .code = number_of(number)};
    w[n++] = (struct record_write){
        .field = F_JOB_CUSTOMER, .type = FT_REF, .ref = sample_id16("customer")};
    w[n++] = (struct record_write){
        .field = F_JOB_EQUIPMENT, .type = FT_REF, .ref = sample_id16("machine")};
    w[n++] = help_int(F_JOB_CALLED, FT_TIME, called_ms);
    w[n++] = help_int(F_JOB_CHANNEL, FT_ENUM, CHANNEL_TECHNICIAN);
    w[n++] = help_int(F_JOB_PROPOSED, FT_INT, CALL_NEW_EQUIPMENT);
    w[n++] = help_int(F_JOB_FAULT_TOLD, FT_TEXT, 0);
    return n;
}

static id16 subject_of(const struct help_person *p, const char *number)
{
    struct code c = number_of(number);
    return call_subject(p->head.author, p->head.epoch, &c);
}

static void write_call(struct help_person *p, id16 subject, const struct subject_state *seen,
                       struct record_write *w, size_t n)
{
    uint8_t buf[CAP_BODY_BYTES];
    h32 words = sample_h32("the fault as told");
    bytes body;
    record_see(seen, w, n);
    CHECK_INT(record_encode(w, n, buf, sizeof buf, &body), ST_OK);
    help_entry(p, KIND_RECORD_SET, SUBJECT_JOB, subject, body, &words, 1);
}

static void a_01_what_a_call_must_say_in_the_order_of_the_form(void)
{
    struct call_told t = {.now_ms = 1000};
    CHECK_INT(call_missing(&t), CALL_NO_CUSTOMER);
    t.name = true;
    CHECK_INT(call_missing(&t), CALL_NO_ADDRESS);
    t.address = true;
    CHECK_INT(call_missing(&t), CALL_NO_PHONE);
    t.customer = true; /* on file: the rest is there */
    CHECK_INT(call_missing(&t), CALL_NO_EQUIPMENT);
    t.what = true;
    CHECK_INT(call_missing(&t), CALL_NO_FAULT);
    t.fault = true;
    CHECK_INT(call_missing(&t), CALL_TIME);
    t.called_ms = 1001;
    CHECK_INT(call_missing(&t), CALL_TIME);
    t.called_ms = 900;
    CHECK_INT(call_missing(&t), CALL_OK);
    t.asked_ms = 899;
    CHECK_INT(call_missing(&t), CALL_TIME);
    t.asked_ms = 5000;
    CHECK_INT(call_missing(&t), CALL_OK);
    t.customer = false;
    t.phone = true;
    CHECK_INT(call_missing(&t), CALL_OK);
    CHECK_STR(call_rule_id(CALL_NO_PHONE), "B-01.4");
    CHECK_STR(call_rule_name(CALL_TIME), "time");
    for (int r = CALL_ROLE; r < CALL_RULES; r++) {
        CHECK(call_rule_id((enum call_rule)r)[0] != '\0' &&
              call_rule_name((enum call_rule)r)[0] != '\0');
    }
}

static void e_only_a_technician_takes_a_call_and_nothing_of_headquarters_with_it(void)
{
    struct record_write w[9];
    size_t n = taken_as(w, "C-T1-7K-000001", 5);
    CHECK_INT(call_may_take(ROLE_TECHNICIAN, w, n), CALL_OK);
    for (int role = ROLE_NONE; role < ROLES; role++) {
        if (role != ROLE_TECHNICIAN) {
            CHECK_INT(call_may_take((enum role)role, w, n), CALL_ROLE);
        }
    }
    static const int theirs[] = {F_CODE,     F_BRANCH,        F_JOB_PRIORITY,
                                 F_JOB_COST, F_JOB_WORK_KIND, F_JOB_CLASS_PROPOSED};
    for (size_t k = 0; k < sizeof theirs / sizeof theirs[0]; k++) {
        w[n] = help_int(theirs[k], field_info(SUBJECT_JOB, theirs[k])->type, 1);
        CHECK_INT(call_may_take(ROLE_TECHNICIAN, w, n + 1), CALL_OFFICE);
    }
    static const struct {
        int field;
        enum call_rule rule;
    } needed[] = {{F_JOB_PROVISIONAL, CALL_NO_NUMBER},
                  {F_JOB_CUSTOMER, CALL_NO_CUSTOMER},
                  {F_JOB_FAULT_TOLD, CALL_NO_FAULT},
                  {F_JOB_CALLED, CALL_TIME},
                  {F_JOB_CHANNEL, CALL_ROLE}};
    for (size_t k = 0; k < sizeof needed / sizeof needed[0]; k++) {
        n = taken_as(w, "C-T1-7K-000001", 5);
        for (size_t i = 0; i < n; i++) {
            w[i] = w[i].field == needed[k].field ? w[n - 1] : w[i];
        }
        if (needed[k].field == F_JOB_FAULT_TOLD) {
            n--;
        }
        CHECK_INT(call_may_take(ROLE_TECHNICIAN, w, n), needed[k].rule);
    }
}

static void b_01_3_his_call_is_a_job_of_his_at_once_and_headquarters_confirms_or_takes_it(void)
{
    help_start();
    struct record_write w[8];
    id8 by;
    id16 subject = subject_of(&tech, "C-T1-7K-000001"), machine = sample_id16("machine");
    size_t n = taken_as(w, "C-T1-7K-000001", 5);
    write_call(&tech, subject, NULL, w, n);
    struct subject_state s = help_fold();
    CHECK_INT(s.nrequests, 0);
    CHECK(fold_shown(&s, F_JOB_CUSTOMER) != NULL && fold_shown(&s, F_JOB_FAULT_TOLD) != NULL);
    CHECK_INT(fold_shown(&s, F_JOB_CALLED)->i, 5);
    CHECK(call_taken(&s, &by) && id8_eq(by, tech.head.author));
    CHECK(call_provisional(&s) && call_is_his(&s));
    CHECK(call_doubles(&s, machine));
    CHECK(!call_doubles(&s, sample_id16("another")));
    CHECK_INT(office_new_records(&s), CALL_NEW_EQUIPMENT);
    CHECK(office_proposed(&s));
    /* The official number: both stay. */
    struct record_write code = {.field = F_CODE, .type = FT_CODE, .code = number_of("R000007")};
    help_record(&clerk, SUBJECT_JOB, subject, &s, &code, 1);
    s = help_fold();
    CHECK(!call_provisional(&s) && call_taken(&s, NULL) && call_is_his(&s));
    /* Whoever dispatches says so, and his own word ends; "nobody" is a word too. */
    union body b;
    uint8_t buf[CAP_BODY_BYTES];
    bytes body;
    memset(&b, 0, sizeof b);
    CHECK_INT(body_encode(KIND_JOB_ASSIGNED, &b, buf, sizeof buf, &body), ST_OK);
    help_entry(&clerk, KIND_JOB_ASSIGNED, SUBJECT_JOB, subject, body, NULL, 0);
    s = help_fold();
    CHECK(id16_zero(s.assigned) && !call_is_his(&s));
    /* Looked at: nothing of it waits to be put on file. */
    struct record_write looked = help_int(F_JOB_PROPOSED, FT_INT, 0);
    help_record(&clerk, SUBJECT_JOB, subject, &s, &looked, 1);
    s = help_fold();
    CHECK(!office_proposed(&s));
}

static void e_nobody_takes_a_job_of_the_desks_or_of_a_colleague_by_a_call_of_his_own(void)
{
    help_start();
    struct record_write w[8];
    size_t n = taken_as(w, "C-T1-7K-000001", 5);
    /* A job that the desk registered, and a number that is his: he only proposes. */
    help_set(&clerk, NULL, F_JOB_CALLED, 4);
    write_call(&tech, sample_id16("job"), NULL, w, n);
    struct subject_state s = help_fold();
    CHECK(!call_taken(&s, NULL) && !call_is_his(&s));
    CHECK(fold_shown(&s, F_JOB_CUSTOMER) == NULL);
    CHECK_INT(fold_shown(&s, F_JOB_CALLED)->i, 4);
    CHECK(s.nrequests >= 6);
    /* A colleague's call, under the colleague's number. */
    help_start();
    id16 subject = subject_of(&tech, "C-T1-7K-000001");
    n = taken_as(w, "C-T1-7K-000001", 5);
    write_call(&tech, subject, NULL, w, n);
    n = taken_as(w, "C-T1-7K-000001", 999);
    write_call(&other, subject, NULL, w, n);
    s = help_fold();
    CHECK_INT(fold_shown(&s, F_JOB_CALLED)->i, 5);
    CHECK_INT(s.nconflicts, 0);
    /* What headquarters has put right he only proposes to change, were it under his own number. */
    struct record_write right = help_int(F_JOB_CALLED, FT_TIME, 3);
    help_record(&clerk, SUBJECT_JOB, subject, &s, &right, 1);
    s = help_fold();
    n = taken_as(w, "C-T1-7K-000001", 998);
    write_call(&tech, subject, &s, w, n);
    s = help_fold();
    CHECK_INT(fold_shown(&s, F_JOB_CALLED)->i, 3);
    /* A restored store has another epoch: the same number, another job. */
    struct help_person again = tech;
    again.head.epoch = sample_id8("restored");
    CHECK(!id16_eq(subject_of(&again, "C-T1-7K-000001"), subject));
}

static void a_second_call_for_a_machine_is_said_only_while_the_first_is_open(void)
{
    help_start();
    struct record_write w[8];
    id16 subject = subject_of(&tech, "C-T1-7K-000001"), machine = sample_id16("machine");
    size_t n = taken_as(w, "C-T1-7K-000001", 5);
    write_call(&tech, subject, NULL, w, n);
    union body b;
    uint8_t buf[CAP_BODY_BYTES];
    bytes body;
    memset(&b, 0, sizeof b);
    b.cancelled.reason = 1;
    CHECK_INT(body_encode(KIND_JOB_CANCELLED, &b, buf, sizeof buf, &body), ST_OK);
    help_entry(&clerk, KIND_JOB_CANCELLED, SUBJECT_JOB, subject, body, NULL, 0);
    struct subject_state s = help_fold();
    CHECK(s.cancelled && !call_doubles(&s, machine) && !call_is_his(&s));
    id16 nothing = {{0}};
    CHECK(!call_doubles(&s, nothing));
}

int main(void)
{
    RUN(a_01_what_a_call_must_say_in_the_order_of_the_form);
    RUN(e_only_a_technician_takes_a_call_and_nothing_of_headquarters_with_it);
    RUN(b_01_3_his_call_is_a_job_of_his_at_once_and_headquarters_confirms_or_takes_it);
    RUN(e_nobody_takes_a_job_of_the_desks_or_of_a_colleague_by_a_call_of_his_own);
    RUN(a_second_call_for_a_machine_is_said_only_while_the_first_is_open);
    CHECK_END();
}
