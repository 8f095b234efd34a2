/* test_day.c - a technician's daily report: its lines as text and back, what it must say (A-07,
 * B-18.7, D-01), who may write it, and until when. */
#include "core/rules/day.h"
#include "core/rules/office.h"
#include "tests/unit/core/fold_help.h"

static const int64_t midnight = 1795190400000LL;

static void lines_come_back_as_they_were_put(void)
{
    const struct day_line in[] = {
        {CLASS_A, 560, 650, S("J-261121-01"), S("换电容; 2 parts")},
        {CLASS_C, 650, 650, S("J-261121-02"), S("")},
        {CLASS_D, 0, DAY_MINUTES, {NULL, 0}, S("保养工具 tools - all of them")},
    };
    struct day_line out[4];
    char buf[600];
    str text;
    size_t n;
    CHECK(day_put(in, 3, buf, sizeof buf, &text));
    CHECK(memcmp(text.p, "A 09:20-10:50 90 J-261121-01 ", 29) == 0);
    CHECK(day_get(text, out, 4, &n));
    CHECK_INT(n, 3);
    for (size_t k = 0; k < 3; k++) {
        CHECK_INT(out[k].class_, in[k].class_);
        CHECK_INT(out[k].from_min, in[k].from_min);
        CHECK_INT(out[k].to_min, in[k].to_min);
        CHECK(str_eq(out[k].job, in[k].job));
        CHECK(str_eq(out[k].words, in[k].words));
    }
    int64_t sums[CLASS_D + 1];
    day_sums(out, n, sums);
    CHECK_INT(sums[CLASS_A], 90);
    CHECK_INT(sums[CLASS_C], 0);
    CHECK_INT(sums[CLASS_D], DAY_MINUTES);
    CHECK(!day_get(text, out, 2, &n));
}

static void text_that_is_not_a_report_is_not_read_and_no_line_hides_another(void)
{
    static const char *const bad[] = {
        "E 09:20-10:50 90 - x\n", "A 09:20-10:50 91 - x\n", "A 10:50-09:20 -90 - x\n",
        "A 09:20-10:50 90 - x",   "A 09:60-10:50 50 - x\n", "A 09:20-24:01 881 - x\n",
        "A 09:20-10:50 90  x\n",  "A 09:20 10:50 90 - x\n", "\n"};
    struct day_line l;
    size_t n;
    for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
        CHECK(!day_get(str_c(bad[k]), &l, 1, &n));
    }
    char buf[400];
    str text;
    l = (struct day_line){CLASS_D, 1, 2, {NULL, 0}, S("x\nA 00:00-01:00 60 - y")};
    CHECK(!day_put(&l, 1, buf, sizeof buf, &text));
    l = (struct day_line){CLASS_D, 1, 2, S("-"), S("x")};
    CHECK(!day_put(&l, 1, buf, sizeof buf, &text));
    l.job = (str){NULL, 0};
    CHECK(!day_put(&l, 1, buf, 10, &text));
}

static void b_18_7_every_line_has_exactly_one_class(void)
{
    struct day_line l[] = {{CLASS_A, 10, 20, S("J-1"), S("x")},
                           {CLASS_NONE, 20, 30, S("J-2"), S("x")}};
    size_t at;
    CHECK_INT(day_check(l, 2, &at), DAY_RULE_CLASS);
    CHECK_INT(at, 1);
    CHECK_STR(day_rule_id(DAY_RULE_CLASS), "B-18.7");
    l[1].class_ = CLASS_B;
    CHECK_INT(day_check(l, 2, &at), DAY_RULE_OK);
}

static void d_01_internal_work_has_no_customer_and_says_what_it_was(void)
{
    struct day_line l = {CLASS_D, 10, 20, S("J-1"), S("x")};
    size_t at;
    CHECK_INT(day_check(&l, 1, &at), DAY_RULE_INTERNAL);
    l = (struct day_line){CLASS_C, 10, 20, {NULL, 0}, S("x")};
    CHECK_INT(day_check(&l, 1, &at), DAY_RULE_INTERNAL);
    l = (struct day_line){CLASS_D, 10, 20, {NULL, 0}, {NULL, 0}};
    CHECK_INT(day_check(&l, 1, &at), DAY_RULE_WORDS);
    l = (struct day_line){CLASS_D, 20, 20, {NULL, 0}, S("x")};
    CHECK_INT(day_check(&l, 1, &at), DAY_RULE_TIMES);
    CHECK_INT(day_check(&l, 0, &at), DAY_RULE_EMPTY);
}

static void two_lines_of_one_time_are_remarked(void)
{
    struct day_line l[] = {{CLASS_A, 10, 20, S("J-1"), S("x")},
                           {CLASS_A, 20, 30, S("J-2"), S("x")}};
    CHECK(!day_overlaps(l, 2));
    l[1].from_min = 19;
    CHECK(day_overlaps(l, 2));
}

/* ---- who may write it -------------------------------------------------------------------------
 */

static h32 submit(struct help_person *p, id16 subject, id16 person, int64_t state,
                  const struct subject_state *seen, int64_t minutes)
{
    struct record_write w[] = {
        {.field = F_DAY_TECHNICIAN, .type = FT_REF, .ref = person},
        help_int(F_DAY_DAY, FT_TIME, midnight),
        help_int(F_DAY_STATE, FT_ENUM, state),
        help_int(F_DAY_A, FT_INT, minutes),
        help_int(F_DAY_VERSION, FT_INT, seen == NULL ? 1 : 2),
    };
    return help_record(p, SUBJECT_DAY, subject, seen, w, sizeof w / sizeof w[0]);
}

static int64_t shown(const struct subject_state *s, int field)
{
    const struct field_value *v = fold_shown(s, field);
    return v == NULL ? -1 : v->i;
}

static void a_technician_submits_his_own_day_and_a_correction_is_a_new_version(void)
{
    struct subject_state s;
    help_start();
    id16 me = fs.tech.person, day = day_subject(me, midnight);
    submit(&tech, day, me, DAY_SUBMITTED, NULL, 90);
    s = help_fold();
    CHECK_INT(shown(&s, F_DAY_STATE), DAY_SUBMITTED);
    CHECK_INT(shown(&s, F_DAY_A), 90);
    CHECK_INT(day_may_submit(&s), DAY_RULE_OK);
    /* The supervisor passes it; what is submitted again is to be passed again. */
    struct record_write w[] = {help_int(F_DAY_STATE, FT_ENUM, DAY_REVIEWED)};
    help_record(&clerk, SUBJECT_DAY, day, &s, w, 1);
    s = help_fold();
    CHECK_INT(shown(&s, F_DAY_STATE), DAY_REVIEWED);
    submit(&tech, day, me, DAY_SUBMITTED, &s, 100);
    s = help_fold();
    CHECK_INT(shown(&s, F_DAY_STATE), DAY_SUBMITTED);
    CHECK_INT(shown(&s, F_DAY_A), 100);
    CHECK_INT(shown(&s, F_DAY_VERSION), 2);
    CHECK_INT(s.nconflicts, 0);
    /* Signed by the branch manager: nothing more comes after it. */
    struct record_write sign[] = {help_int(F_DAY_STATE, FT_ENUM, DAY_SIGNED)};
    help_record(&clerk, SUBJECT_DAY, day, &s, sign, 1);
    s = help_fold();
    CHECK_INT(day_may_submit(&s), DAY_RULE_FROZEN);
    CHECK_INT(day_may_submit(NULL), DAY_RULE_OK);
}

static void b_18_18_a_day_that_has_not_begun_is_not_reported(void)
{
    CHECK_INT(day_has_begun(midnight, midnight - 1), DAY_RULE_FUTURE);
    CHECK_INT(day_has_begun(midnight, midnight), DAY_RULE_OK);
    CHECK_INT(day_has_begun(midnight, midnight + 86400000), DAY_RULE_OK);
    CHECK(strcmp(day_rule_id(DAY_RULE_FUTURE), "B-18.18") == 0);
}

static void nobody_writes_anothers_day_or_passes_his_own(void)
{
    struct subject_state s;
    help_start();
    id16 me = fs.tech.person, him = fs.other.person, day = day_subject(me, midnight);
    submit(&other, day, me, DAY_SUBMITTED, NULL, 1);
    submit(&other, day, him, DAY_SUBMITTED, NULL, 2);
    submit(&tech, day, me, DAY_REVIEWED, NULL, 3);
    submit(&tech, day, me, DAY_RECEIVED, NULL, 4);
    struct record_write part[] = {help_int(F_DAY_STATE, FT_ENUM, DAY_SUBMITTED)};
    help_record(&tech, SUBJECT_DAY, day, NULL, part, 1); /* without whose and which */
    struct record_write sign[] = {{.field = F_DAY_TECHNICIAN, .type = FT_REF, .ref = me},
                                  help_int(F_DAY_DAY, FT_TIME, midnight),
                                  help_int(F_DAY_STATE, FT_ENUM, DAY_SUBMITTED),
                                  {.field = F_DAY_REVIEWED_BY, .type = FT_REF, .ref = me}};
    help_record(&tech, SUBJECT_DAY, day, NULL, sign, 4);
    s = help_fold();
    CHECK(fold_shown(&s, F_DAY_STATE) == NULL);
    CHECK(fold_shown(&s, F_DAY_A) == NULL);
    CHECK(fold_shown(&s, F_DAY_REVIEWED_BY) == NULL);
    CHECK(s.nrequests > 0);
    CHECK_INT(s.nconflicts, 0);
}

int main(void)
{
    RUN(lines_come_back_as_they_were_put);
    RUN(text_that_is_not_a_report_is_not_read_and_no_line_hides_another);
    RUN(b_18_7_every_line_has_exactly_one_class);
    RUN(d_01_internal_work_has_no_customer_and_says_what_it_was);
    RUN(two_lines_of_one_time_are_remarked);
    RUN(a_technician_submits_his_own_day_and_a_correction_is_a_new_version);
    RUN(b_18_18_a_day_that_has_not_begun_is_not_reported);
    RUN(nobody_writes_anothers_day_or_passes_his_own);
    CHECK_END();
}
