/* test_fold.c - fields and assignments: who replaces whom, and what is a conflict. */
#include "tests/unit/core/fold_help.h"

static struct subject_state s;

static void a_write_is_shown(void)
{
    help_start();
    h32 h = help_set(&clerk, NULL, F_JOB_CALLED, 5000);
    s = help_fold();
    CHECK_INT(s.nfields, 1);
    CHECK_INT(fold_shown(&s, F_JOB_CALLED)->i, 5000);
    CHECK(h32_eq(fold_shown(&s, F_JOB_CALLED)->entry, h));
    CHECK(fold_shown(&s, F_JOB_ZONE) == NULL && fold_field(&s, F_JOB_ZONE) == NULL);
    CHECK_INT(s.nconflicts, 0);
    CHECK(s.type == SUBJECT_JOB && id16_eq(s.subject, sample_id16("job")));
}

static void a_write_that_saw_the_other_replaces_it_whatever_the_clocks_say(void)
{
    help_start();
    help_set(&clerk, NULL, F_JOB_APPOINTMENT, 1);
    s = help_fold();
    tech.skew_ms = -400LL * 86400000; /* his clock is more than a year behind */
    help_set(&tech, &s, F_JOB_APPOINTMENT, 2);
    s = help_fold();
    CHECK_INT(fold_field(&s, F_JOB_APPOINTMENT)->n, 1);
    CHECK_INT(fold_shown(&s, F_JOB_APPOINTMENT)->i, 2);
    CHECK_INT(s.nconflicts, 0);
}

static void concurrent_writes_of_one_field_both_stay_and_are_a_conflict(void)
{
    help_start();
    help_set(&clerk, NULL, F_JOB_APPOINTMENT, 1);
    s = help_fold();
    struct subject_state seen = s;
    help_set(&clerk, &seen, F_JOB_APPOINTMENT, 2);
    help_set(&tech, &seen, F_JOB_APPOINTMENT, 3);
    s = help_fold();
    const struct field_state *f = fold_field(&s, F_JOB_APPOINTMENT);
    CHECK(f->conflict && f->n == 2);
    CHECK_INT(f->v[0].i, 2); /* the first in fold order is shown */
    CHECK_INT(f->v[1].i, 3);
    CHECK(!f->v[0].proposal && !f->v[1].proposal);
    CHECK_INT(s.nconflicts, 1);
}

static void concurrent_writes_of_different_fields_are_no_conflict(void)
{
    help_start();
    help_set(&clerk, NULL, F_JOB_CALLED, 2);
    help_set(&tech, NULL, F_JOB_APPOINTMENT, 3);
    s = help_fold();
    CHECK_INT(s.nconflicts, 0);
    CHECK(fold_shown(&s, F_JOB_CALLED)->i == 2 && fold_shown(&s, F_JOB_APPOINTMENT)->i == 3);
}

static void concurrent_writes_of_the_same_content_are_no_conflict(void)
{
    help_start();
    help_set(&clerk, NULL, F_JOB_APPOINTMENT, 7);
    help_set(&tech, NULL, F_JOB_APPOINTMENT, 7);
    s = help_fold();
    CHECK_INT(fold_field(&s, F_JOB_APPOINTMENT)->n, 2);
    CHECK(!fold_field(&s, F_JOB_APPOINTMENT)->conflict);
    CHECK_INT(s.nconflicts, 0);
}

static void headquarters_resolves_by_naming_all_values(void)
{
    help_start();
    help_set(&tech, NULL, F_JOB_APPOINTMENT, 2);
    help_set(&other, NULL, F_JOB_APPOINTMENT, 3);
    s = help_fold();
    CHECK_INT(s.nconflicts, 1);
    help_set(&clerk, &s, F_JOB_APPOINTMENT, 3);
    s = help_fold();
    CHECK_INT(s.nconflicts, 0);
    CHECK_INT(fold_field(&s, F_JOB_APPOINTMENT)->n, 1);
    CHECK_INT(fold_shown(&s, F_JOB_APPOINTMENT)->i, 3);
}

static void a_resolution_that_saw_only_one_side_resolves_nothing(void)
{
    help_start();
    help_set(&tech, NULL, F_JOB_APPOINTMENT, 2);
    s = help_fold();
    struct subject_state seen = s;
    help_set(&other, NULL, F_JOB_APPOINTMENT, 3);
    help_set(&clerk, &seen, F_JOB_APPOINTMENT, 4);
    s = help_fold();
    CHECK_INT(fold_field(&s, F_JOB_APPOINTMENT)->n, 2);
    CHECK_INT(s.nconflicts, 1);
}

static void a_technicians_word_on_a_conflict_stands_beside_as_his_proposal(void)
{
    help_start();
    help_set(&tech, NULL, F_JOB_APPOINTMENT, 2);
    help_set(&other, NULL, F_JOB_APPOINTMENT, 3);
    s = help_fold();
    help_set(&tech, &s, F_JOB_APPOINTMENT, 4);
    s = help_fold();
    const struct field_state *f = fold_field(&s, F_JOB_APPOINTMENT);
    CHECK_INT(f->n, 2); /* his own 2 is gone, the other's 3 stands */
    CHECK(f->v[0].i == 3 && !f->v[0].proposal);
    CHECK(f->v[1].i == 4 && f->v[1].proposal);
    CHECK(f->conflict && s.nconflicts == 1); /* nothing is settled by it */
    help_set(&clerk, &s, F_JOB_APPOINTMENT, 4);
    s = help_fold();
    CHECK(s.nconflicts == 0 && fold_shown(&s, F_JOB_APPOINTMENT)->i == 4);
    CHECK_INT(fold_field(&s, F_JOB_APPOINTMENT)->n, 1);
}

static void a_technicians_write_of_an_office_field_is_a_request(void)
{
    help_start();
    help_set(&clerk, NULL, F_JOB_CALLED, 1);
    s = help_fold();
    help_set(&tech, &s, F_JOB_CALLED, 2);
    s = help_fold();
    const struct field_state *f = fold_field(&s, F_JOB_CALLED);
    CHECK(f->n == 2 && f->v[0].i == 1 && f->v[1].i == 2 && f->v[1].proposal);
    CHECK(!f->conflict && s.nconflicts == 0 && s.nrequests == 1);
    help_set(&clerk, &s, F_JOB_CALLED, 2);
    s = help_fold();
    CHECK(fold_field(&s, F_JOB_CALLED)->n == 1 && s.nrequests == 0);
}

static void a_proposal_alone_is_not_shown_as_a_value(void)
{
    help_start();
    help_set(&tech, NULL, F_JOB_CALLED, 2);
    s = help_fold();
    CHECK(fold_field(&s, F_JOB_CALLED)->n == 1 && fold_shown(&s, F_JOB_CALLED) == NULL);
}

static void the_entries_of_an_unknown_author_are_requests(void)
{
    help_start();
    help_set(&stranger, NULL, F_JOB_APPOINTMENT, 2);
    help_visit(&stranger, "v", KIND_VISIT_ARRIVED);
    s = help_fold();
    CHECK(fold_shown(&s, F_JOB_APPOINTMENT) == NULL);
    CHECK_INT(s.nvisits, 0);
    CHECK_INT(s.nrequests, 4);
}

static void all_types_of_values_come_through(void)
{
    help_start();
    struct record_write w[5] = {{.field = F_JOB_WORK_KIND, .type = FT_CODE},
                                {.field = F_JOB_CUSTOMER, .type = FT_REF},
                                {.field = F_BRANCH, .type = FT_ID8},
                                {.field = F_JOB_FAULT_TOLD, .type = FT_TEXT, .i = 1},
                                {.field = F_JOB_COST, .type = FT_MONEY, .i = -450}};
    CHECK(code_of(str_bytes(S("REPAIR")), &w[0].code));
    w[1].ref = sample_id16("customer");
    w[2].id = sample_id8("branch");
    uint8_t buf[CAP_BODY_BYTES];
    bytes body;
    CHECK(record_encode(w, 5, buf, sizeof buf, &body) == ST_OK);
    h32 atts[2] = {sample_h32("one"), sample_h32("two")};
    help_entry(&clerk, KIND_RECORD_SET, SUBJECT_JOB, sample_id16("job"), body, atts, 2);
    s = help_fold();
    CHECK_INT(s.nfields, 5);
    const struct field_value *v = fold_shown(&s, F_JOB_WORK_KIND);
    CHECK_BYTES(v->b, v->nb, "REPAIR", 6);
    CHECK_BYTES(fold_shown(&s, F_JOB_CUSTOMER)->b, 16, sample_id16("customer").b, 16);
    CHECK_BYTES(fold_shown(&s, F_BRANCH)->b, 8, sample_id8("branch").b, 8);
    CHECK_BYTES(fold_shown(&s, F_JOB_FAULT_TOLD)->b, 32, sample_h32("two").b, 32);
    CHECK_INT(fold_shown(&s, F_JOB_COST)->i, -450);
}

static void a_text_that_names_no_attachment_is_not_believed(void)
{
    help_start();
    struct record_write w = {.field = F_JOB_FAULT_TOLD, .type = FT_TEXT, .i = 3};
    help_record(&clerk, SUBJECT_JOB, sample_id16("job"), NULL, &w, 1);
    s = help_fold();
    CHECK(s.nfields == 0 && s.nunknown == 1);
}

static h32 assign(struct help_person *p, const struct subject_state *seen, id16 technician)
{
    union body b = {0};
    b.assigned.technician = technician;
    assign_see(seen, &b.assigned);
    return help_say(p, KIND_JOB_ASSIGNED, &b);
}

static void an_assignment_replaces_those_it_names(void)
{
    help_start();
    assign(&clerk, NULL, fs.tech.person);
    s = help_fold();
    CHECK(id16_eq(s.assigned, fs.tech.person) && s.nassigned == 1);
    struct subject_state seen = s;
    h32 h = assign(&clerk, &seen, fs.other.person);
    s = help_fold();
    CHECK(id16_eq(s.assigned, fs.other.person) && s.nassigned == 1 && s.nconflicts == 0);
    CHECK(h32_eq(s.assigned_entry, h));
}

static void concurrent_assignments_are_a_conflict(void)
{
    help_start();
    assign(&clerk, NULL, fs.tech.person);
    assign(&accountant, NULL, fs.other.person); /* an accountant may not */
    s = help_fold();
    CHECK(s.nassigned == 1 && s.nrequests == 1 && s.nconflicts == 0);
    accountant.actor_role = ROLE_SUPERVISOR;
    assign(&accountant, NULL, fs.other.person);
    s = help_fold();
    CHECK(s.nassigned == 2 && s.nconflicts == 1);
    assign(&clerk, &s, fs.other.person);
    s = help_fold();
    CHECK(s.nassigned == 1 && s.nconflicts == 0 && id16_eq(s.assigned, fs.other.person));
}

static void only_headquarters_assigns_and_cancels(void)
{
    help_start();
    union body b = {.cancelled = {.reason = 1}};
    assign(&tech, NULL, fs.tech.person);
    help_say(&tech, KIND_JOB_CANCELLED, &b);
    s = help_fold();
    CHECK(!s.cancelled && id16_zero(s.assigned) && s.nrequests == 2);
    help_say(&clerk, KIND_JOB_CANCELLED, &b);
    help_say(&clerk, KIND_JOB_ARCHIVED, NULL);
    s = help_fold();
    CHECK(s.cancelled && s.archived);
}

static void a_cancellation_is_taken_back_by_name_and_may_come_again(void)
{
    help_start();
    union body b = {.cancelled = {.reason = 1}}, back = {0};
    help_say(&clerk, KIND_JOB_CANCELLED, &b);
    help_say(&clerk, KIND_JOB_CANCELLED, &b);
    s = help_fold();
    CHECK(s.cancelled && s.ncancellations == 2);
    back.named.n = 1;
    back.named.h[0] = s.cancellations[0];
    help_say(&clerk, KIND_JOB_RESTORED, &back);
    s = help_fold();
    CHECK(s.cancelled && s.ncancellations == 1); /* the other was not named: somebody else's */
    back.named.h[0] = s.cancellations[0];
    help_say(&tech, KIND_JOB_RESTORED, &back); /* not a technician's to say */
    s = help_fold();
    CHECK(s.cancelled && s.nrequests == 1);
    help_say(&clerk, KIND_JOB_RESTORED, &back);
    s = help_fold();
    CHECK(!s.cancelled && s.ncancellations == 0);
    h32 again = help_say(&clerk, KIND_JOB_CANCELLED, &b);
    s = help_fold();
    CHECK(s.cancelled && s.ncancellations == 1 && h32_eq(s.cancellations[0], again));
}

static void a_handover_is_asked_until_the_job_is_another_ones(void)
{
    help_start();
    assign(&clerk, NULL, fs.tech.person);
    union body b = {.asked = {.reason = 1}};
    help_say(&tech, KIND_HANDOVER_ASKED, &b);
    s = help_fold();
    CHECK(s.handover_asked && s.nodd == 0);
    assign(&clerk, &s, fs.other.person);
    s = help_fold();
    CHECK(!s.handover_asked);
}

static h32 answered(struct help_person *by, const char *asked, const h32 *words)
{
    union body b = {0};
    b.help = (struct body_help){.asked = sample_h32(asked),
                                .decision = HELP_COMES,
                                .who = sample_id16("colleague"),
                                .when_ms = SAMPLE_TIME_MS,
                                .words = words != NULL};
    return help_say_atts(by, KIND_HELP_ANSWERED, &b, words, words != NULL);
}

static void a_13_answers_stand_with_who_gave_them_the_newest_of_a_request_is_found(void)
{
    h32 words = sample_h32("words");
    help_start();
    clerk.actor_role = ROLE_SUPERVISOR;
    h32 first = answered(&clerk, "one", NULL), second = answered(&clerk, "one", &words);
    answered(&clerk, "two", NULL);
    tech.actor = sample_id16("clerk"); /* a handheld says what only a supervisor may */
    tech.actor_role = ROLE_SUPERVISOR;
    answered(&tech, "two", &words);
    clerk.actor_role = ROLE_CLERK;
    answered(&clerk, "two", &words);
    s = help_fold();
    CHECK_INT(s.nanswers, 3);
    CHECK_INT(s.nrequests, 2);
    CHECK_INT(s.nunknown, 0);
    CHECK(h32_eq(s.answers[0].entry, first) && h32_zero(s.answers[0].words));
    const struct help_answer *a = fold_answer(&s, sample_h32("one"));
    CHECK(a != NULL && h32_eq(a->entry, second) && h32_eq(a->words, words));
    CHECK(a != NULL && id16_eq(a->actor, sample_id16("clerk")) && a->decision == HELP_COMES &&
          id16_eq(a->who, sample_id16("colleague")) && a->when_ms == SAMPLE_TIME_MS);
    CHECK(fold_answer(&s, sample_h32("three")) == NULL);
    clerk.actor_role = ROLE_SUPERVISOR;
    for (int i = 0; i < CAP_HELP_ANSWERS; i++) {
        answered(&clerk, "three", NULL);
    }
    s = help_fold(); /* the newest are kept */
    CHECK_INT(s.nanswers, CAP_HELP_ANSWERS);
    CHECK(fold_answer(&s, sample_h32("two")) == NULL);
    CHECK(fold_answer(&s, sample_h32("three")) == &s.answers[CAP_HELP_ANSWERS - 1]);
}

static void the_newest_edition_stands(void)
{
    help_start();
    id16 d = sample_id16("deployment");
    for (unsigned number = 3; number > 0; number--) {
        uint8_t buf[64];
        bytes body;
        union body b = {.edition = {.number = number == 1 ? 9 : number}};
        CHECK(body_encode(KIND_EDITION, &b, buf, sizeof buf, &body) == ST_OK);
        char name[8] = {(char)('0' + number), 0};
        h32 att = sample_h32(name);
        struct help_person *by = number == 1 ? &tech : &clerk;
        by->actor_role = number == 1 ? ROLE_NONE : ROLE_ADMINISTRATOR;
        help_entry(by, KIND_EDITION, SUBJECT_DEPLOYMENT, d, body, &att, 1);
    }
    s = help_fold();
    CHECK_INT(s.edition_number, 3); /* 9 is a technician's */
    CHECK(h32_eq(s.edition, sample_h32("3")));
    CHECK_INT(s.nrequests, 1);
}

static void unknown_kinds_and_bodies_are_counted_and_change_nothing(void)
{
    help_start();
    help_set(&clerk, NULL, F_JOB_CALLED, 1);
    help_entry(&tech, 9999, SUBJECT_JOB, sample_id16("job"), (bytes){0}, NULL, 0);
    static const uint8_t odd[] = {0xA1, 0x01, 0x05};
    help_entry(&tech, KIND_RECORD_SET, SUBJECT_JOB, sample_id16("job"), bytes_of(odd, 3), NULL, 0);
    help_entry(&tech, KIND_EDITION, SUBJECT_JOB, sample_id16("job"), (bytes){0}, NULL, 0);
    s = help_fold();
    CHECK_INT(s.nentries, 4);
    CHECK_INT(s.nunknown, 2);
    CHECK_INT(s.nodd, 1);
    CHECK_INT(s.nfields, 1);
}

static void only_headquarters_says_what_was_done_with_a_login(void)
{
    uint8_t buf[CAP_BODY_BYTES];
    union body b = {.access = {.step = ACCESS_SHUT, .person = sample_id16("p")}};
    bytes body;
    CHECK_INT(body_encode(KIND_ACCESS, &b, buf, sizeof buf, &body), ST_OK);
    help_start();
    struct help_person *const both[] = {&clerk, &tech};
    tech.actor = sample_id16("clerk"); /* it claims to speak for headquarters */
    tech.actor_role = ROLE_ADMINISTRATOR;
    for (int i = 0; i < 2; i++) {
        IGNORE(help_entry(both[i], KIND_ACCESS, SUBJECT_ACCESS, sample_id16("l"), body, NULL, 0) ==
               NULL);
        s = help_fold();
        CHECK_INT(s.type, SUBJECT_ACCESS);
        CHECK_INT(s.nentries, i + 1);
        CHECK_INT(s.nrequests, i); /* the handheld's */
        CHECK_INT(s.nunknown, 0);
    }
}

static void whom_a_handheld_names_as_the_actor_is_nobody(void)
{
    help_start();
    help_set(&clerk, NULL, F_JOB_CALLED, 1);
    tech.actor = clerk.actor;
    tech.actor_role = ROLE_CLERK;
    help_set(&tech, NULL, F_JOB_APPOINTMENT, 1);
    s = help_fold();
    CHECK(id16_eq(fold_shown(&s, F_JOB_CALLED)->actor, clerk.actor));
    const struct field_state *his = fold_field(&s, F_JOB_APPOINTMENT);
    CHECK(his != NULL && his->n == 1 && id16_zero(his->v[0].actor));
    CHECK(id8_eq(his->v[0].author, fs.tech.author));
}

static void what_is_not_trusted_is_folded_nowhere(void)
{
    help_start();
    help_set(&clerk, NULL, F_JOB_APPOINTMENT, 1);
    s = help_fold();
    h32 bad = help_set(&tech, &s, F_JOB_APPOINTMENT, 2);
    memcpy(help_sorted, ledger, nledger * sizeof *ledger);
    s = help_fold_of(help_sorted, nledger, &bad);
    CHECK(s.nbad == 1 && s.nentries == 1);
    CHECK_INT(fold_shown(&s, F_JOB_APPOINTMENT)->i, 1); /* what it replaced is back */
}

static void more_entries_than_the_cap_are_refused(void)
{
    help_start();
    struct subject_state out;
    struct arena a = arena_of(help_arena, sizeof help_arena);
    struct fold_lookup look = {help_author, help_trusted, NULL};
    CHECK(fold_run(ledger, CAP_SUBJECT_ENTRIES + 1, &look, &a, &out) == ST_TOO_BIG);
    uint8_t small[64];
    help_set(&clerk, NULL, F_JOB_CALLED, 1);
    a = arena_of(small, sizeof small);
    CHECK(fold_run(ledger, 1, &look, &a, &out) == ST_FULL);
    a = arena_of(small, sizeof small);
    CHECK(fold_run(ledger, 0, &look, &a, &out) == ST_OK && out.nentries == 0);
}

static void a_sign_off_covers_the_latest_of_each_other_author(void)
{
    help_start();
    help_set(&clerk, NULL, F_JOB_CALLED, 1);
    help_set(&tech, NULL, F_JOB_APPOINTMENT, 1);
    h32 last = help_set(&clerk, NULL, F_JOB_ZONE, 1);
    s = help_fold();
    struct cover covers[CAP_COVERS];
    CHECK_INT(s.nauthors, 2);
    CHECK_INT(cover_all(&s, fs.tech.author, covers), 1);
    CHECK(id8_eq(covers[0].author, fs.node.author) && h32_eq(covers[0].entry, last));
    CHECK_INT(cover_all(&s, fs.other.author, covers), 2);
    CHECK(h32_eq(covers[0].entry, last)); /* the latest first */
}

int main(void)
{
    RUN(a_write_is_shown);
    RUN(a_write_that_saw_the_other_replaces_it_whatever_the_clocks_say);
    RUN(concurrent_writes_of_one_field_both_stay_and_are_a_conflict);
    RUN(concurrent_writes_of_different_fields_are_no_conflict);
    RUN(concurrent_writes_of_the_same_content_are_no_conflict);
    RUN(headquarters_resolves_by_naming_all_values);
    RUN(a_resolution_that_saw_only_one_side_resolves_nothing);
    RUN(a_technicians_word_on_a_conflict_stands_beside_as_his_proposal);
    RUN(a_technicians_write_of_an_office_field_is_a_request);
    RUN(a_proposal_alone_is_not_shown_as_a_value);
    RUN(the_entries_of_an_unknown_author_are_requests);
    RUN(all_types_of_values_come_through);
    RUN(a_text_that_names_no_attachment_is_not_believed);
    RUN(an_assignment_replaces_those_it_names);
    RUN(concurrent_assignments_are_a_conflict);
    RUN(only_headquarters_assigns_and_cancels);
    RUN(a_cancellation_is_taken_back_by_name_and_may_come_again);
    RUN(a_handover_is_asked_until_the_job_is_another_ones);
    RUN(a_13_answers_stand_with_who_gave_them_the_newest_of_a_request_is_found);
    RUN(the_newest_edition_stands);
    RUN(unknown_kinds_and_bodies_are_counted_and_change_nothing);
    RUN(only_headquarters_says_what_was_done_with_a_login);
    RUN(whom_a_handheld_names_as_the_actor_is_nobody);
    RUN(what_is_not_trusted_is_folded_nowhere);
    RUN(more_entries_than_the_cap_are_refused);
    RUN(a_sign_off_covers_the_latest_of_each_other_author);
    CHECK_END();
}
