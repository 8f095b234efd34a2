/* test_fold_visit.c - visits in the fold: stages, corrections, signatures, what they cover. */
#include "tests/unit/core/fold_help.h"

static struct subject_state s;

static const struct visit_state *visit(const char *name)
{
    s = help_fold();
    return fold_visit(&s, sample_id8(name));
}

static void the_stage_is_the_highest_that_holds(void)
{
    static const struct {
        unsigned kind;
        enum visit_stage stage;
    } want[] = {
        {KIND_VISIT_ACCEPTED, VISIT_ACCEPTED}, {KIND_VISIT_TRAVELLING, VISIT_TRAVELLING},
        {KIND_VISIT_ARRIVED, VISIT_ARRIVED},   {KIND_VISIT_DIAGNOSED, VISIT_DIAGNOSED},
        {KIND_VISIT_CLASS, VISIT_DIAGNOSED},   {KIND_VISIT_PRICED, VISIT_DIAGNOSED},
        {KIND_VISIT_PART, VISIT_WORKING},      {KIND_VISIT_ACTION, VISIT_WORKING},
        {KIND_VISIT_TESTED, VISIT_TESTED},     {KIND_VISIT_FEE, VISIT_FEE},
        {KIND_VISIT_SIGNED, VISIT_SIGNED},     {KIND_VISIT_LEFT, VISIT_LEFT},
    };
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        help_start();
        help_visit(&tech, "v", want[i].kind);
        const struct visit_state *v = visit("v");
        CHECK(v != NULL && v->stage == want[i].stage);
        CHECK_INT(v->nfacts, want[i].kind - KIND_VISIT_ACCEPTED + 1);
        CHECK(v->nodd == 0 && s.nunknown == 0 && s.nrequests == 0 && s.nodd == 0);
        CHECK(id8_eq(v->author, fs.tech.author));
    }
}

static void a_correction_replaces_what_it_names(void)
{
    help_start();
    help_visit(&tech, "v", KIND_VISIT_ACTION);
    const struct visit_state *v = visit("v");
    union body b = help_part("v");
    b.part.head.old.n = 1;
    b.part.head.old.h[0] = fold_fact(v, KIND_VISIT_PART)->entry;
    b.part.qty_milli = 3000;
    h32 h = help_say(&tech, KIND_VISIT_PART, &b);
    v = visit("v");
    CHECK_INT(v->nfacts, 8);
    CHECK(h32_eq(fold_fact(v, KIND_VISIT_PART)->entry, h));
    union body back;
    CHECK(body_decode(KIND_VISIT_PART, fold_fact(v, KIND_VISIT_PART)->body, &back) == ST_OK);
    CHECK_INT(back.part.qty_milli, 3000);
}

static h32 withdraw(struct help_person *p, const char *name, h32 entry)
{
    union body b = {0};
    b.withdrawn.visit = sample_id8(name);
    b.withdrawn.entry = entry;
    return help_say(p, KIND_WITHDRAWN, &b);
}

static void a_withdrawn_fact_is_gone_and_the_stage_with_it(void)
{
    help_start();
    help_visit(&tech, "v", KIND_VISIT_ARRIVED);
    withdraw(&tech, "v", fold_fact(visit("v"), KIND_VISIT_ARRIVED)->entry);
    const struct visit_state *v = visit("v");
    CHECK(v->stage == VISIT_TRAVELLING && v->nodd == 0);
    CHECK(fold_fact(v, KIND_VISIT_ARRIVED) == NULL);
}

static void nobody_corrects_or_withdraws_anothers_facts(void)
{
    help_start();
    help_visit(&tech, "v", KIND_VISIT_ARRIVED);
    h32 arrived = fold_fact(visit("v"), KIND_VISIT_ARRIVED)->entry;
    withdraw(&other, "v", arrived);
    union body b = help_step("v");
    b.step.head.old.n = 1;
    b.step.head.old.h[0] = arrived;
    help_say(&other, KIND_VISIT_TRAVELLING, &b);
    const struct visit_state *v = visit("v");
    CHECK(v->stage == VISIT_ARRIVED && id8_eq(v->author, fs.tech.author));
    CHECK_INT(s.nvisits, 1);
    CHECK_INT(s.nodd, 2);
}

static void two_technicians_on_a_job_are_two_visits(void)
{
    help_start();
    help_visit(&tech, "v", KIND_VISIT_ARRIVED);
    help_visit(&other, "w", KIND_VISIT_TRAVELLING);
    help_visit(&other, "v", KIND_VISIT_ACCEPTED); /* under the same id, but accepted: his own */
    s = help_fold();
    CHECK_INT(s.nvisits, 3);
    CHECK(fold_visit_open(&s, fs.tech.author)->stage == VISIT_ARRIVED);
    CHECK(id8_eq(fold_visit(&s, sample_id8("w"))->author, fs.other.author));
    CHECK(id8_eq(fold_visit(&s, sample_id8("v"))->author, fs.tech.author));
}

static void a_visit_in_several_epochs_of_its_author_is_one(void)
{
    help_start();
    help_visit(&tech, "v", KIND_VISIT_DIAGNOSED);
    tech.head.epoch = sample_id8("epoch two");
    tech.head.seq = 0;
    union body b = help_class("v", CLASS_B);
    help_say(&tech, KIND_VISIT_CLASS, &b);
    CHECK(visit("v")->nfacts == 5 && s.nvisits == 1);
}

static void a_signature_stands_and_freezes_the_report(void)
{
    help_start();
    help_visit(&tech, "v", KIND_VISIT_SIGNED);
    const struct visit_state *v = visit("v");
    CHECK_INT(v->nsigned, 1);
    const struct signature_state *g = &v->signatures[0];
    CHECK(g->stands && g->version == 1 && g->outcome == SIGN_SIGNED && g->total_minor == 22000);
    CHECK_BYTES(g->number, g->nnumber, "T1-7K-000342", 12);
    CHECK(!h32_zero(g->facts) && !h32_zero(g->text) && !h32_zero(g->strokes));
    CHECK(!h32_zero(g->ratings) && h32_zero(g->name) && h32_zero(g->reason_text));
    union body b = help_action("v");
    help_say(&tech, KIND_VISIT_ACTION, &b);
    withdraw(&tech, "v", fold_fact(v, KIND_VISIT_PART)->entry);
    help_sign(&tech, "v", 2, NULL);
    v = visit("v");
    CHECK(v->nodd == 3 && v->nsigned == 1 && v->signatures[0].stands);
    CHECK_INT(v->nfacts, 11);
    CHECK(v->stage == VISIT_SIGNED);
}

static void a_backdated_fact_does_not_slip_under_a_signature(void)
{
    help_start();
    help_visit(&tech, "v", KIND_VISIT_SIGNED);
    tech.head.time = 0; /* a dishonest device: its next stamp is in the past */
    tech.skew_ms = -86400000;
    union body b = help_action("v");
    help_say(&tech, KIND_VISIT_ACTION, &b);
    const struct visit_state *v = visit("v");
    CHECK(v->nodd == 1 && v->nfacts == 11);
}

static void payment_and_leaving_follow_a_signature(void)
{
    help_start();
    help_visit(&tech, "v", KIND_VISIT_SIGNED);
    union body b = help_paid("v", PAY_CASH, 22000);
    h32 first = help_say(&tech, KIND_VISIT_PAID, &b);
    b.paid.head.old.n = 1; /* a wrong receipt number is put right */
    b.paid.head.old.h[0] = first;
    help_say(&tech, KIND_VISIT_PAID, &b);
    b = help_step("v");
    help_say(&tech, KIND_VISIT_LEFT, &b);
    const struct visit_state *v = visit("v");
    CHECK(v->stage == VISIT_LEFT && v->nodd == 0 && v->nfacts == 13);
    CHECK(v->signatures[0].stands && v->signatures[0].not_covered == 0);
}

static void reopening_makes_a_new_version_and_keeps_the_old_one(void)
{
    help_start();
    help_visit(&tech, "v", KIND_VISIT_LEFT);
    union body b = {.asked = {.visit = sample_id8("v"), .reason = 1}};
    help_say(&tech, KIND_JOB_REOPENED, &b);
    const struct visit_state *v = visit("v");
    CHECK(v->stage == VISIT_FEE && !v->signatures[0].stands);
    b = help_action("v");
    help_say(&tech, KIND_VISIT_ACTION, &b);
    help_sign(&tech, "v", 2, NULL);
    v = visit("v");
    CHECK(v->stage == VISIT_SIGNED && v->nsigned == 2 && v->nodd == 0);
    CHECK(!v->signatures[0].stands && v->signatures[1].stands);
    CHECK_INT(v->signatures[1].version, 2);
}

static void reopening_what_is_not_signed_is_odd(void)
{
    help_start();
    help_visit(&tech, "v", KIND_VISIT_FEE);
    union body b = {.asked = {.visit = sample_id8("v"), .reason = 1}};
    help_say(&tech, KIND_JOB_REOPENED, &b);
    CHECK(visit("v")->nodd == 1 && visit("v")->stage == VISIT_FEE);
}

static void an_end_without_signature_is_an_end_until_it_is_withdrawn(void)
{
    help_start();
    help_visit(&tech, "v", KIND_VISIT_ARRIVED);
    union body b = help_ended("v", END_NOBODY);
    h32 h = help_say(&tech, KIND_VISIT_ENDED, &b);
    const struct visit_state *v = visit("v");
    CHECK(v->stage == VISIT_ENDED && v->end == END_NOBODY);
    CHECK(fold_visit_open(&s, fs.tech.author) == NULL);
    CHECK(fold_visit_newest(&s, fs.tech.author) == v);
    CHECK(fold_visit_newest(&s, fs.other.author) == NULL);
    withdraw(&tech, "v", h);
    v = visit("v");
    CHECK(v->stage == VISIT_ARRIVED && v->end == 0);
}

static void what_others_change_after_the_reading_is_not_covered(void)
{
    help_start();
    help_set(&clerk, NULL, F_JOB_CALLED, 1);
    help_visit(&tech, "v", KIND_VISIT_FEE);
    s = help_fold();
    help_sign(&tech, "v", 1, &s);
    CHECK_INT(visit("v")->signatures[0].not_covered, 0);
    s = help_fold();
    help_set(&clerk, &s, F_JOB_CALLED, 2);
    CHECK_INT(visit("v")->signatures[0].not_covered, 1);
    union body b = {.cancelled = {.reason = 1}};
    help_say(&clerk, KIND_JOB_CANCELLED, &b);
    CHECK_INT(visit("v")->signatures[0].not_covered, 2);
    CHECK(s.cancelled && visit("v")->stage == VISIT_SIGNED); /* the work is kept and flagged */
    help_set(&other, NULL, F_JOB_APPOINTMENT, 2);
    CHECK_INT(visit("v")->signatures[0].not_covered, 3); /* nothing of his was covered */
    help_set(&tech, NULL, F_JOB_APPOINTMENT, 3);
    CHECK_INT(visit("v")->signatures[0].not_covered, 4); /* nor what he himself wrote later */
}

static void what_was_written_before_but_not_seen_is_not_covered(void)
{
    help_start();
    help_visit(&tech, "v", KIND_VISIT_FEE);
    help_set(&clerk, NULL, F_JOB_CALLED, 1); /* it came over the network only later */
    help_sign(&tech, "v", 1, NULL);
    CHECK_INT(visit("v")->signatures[0].not_covered, 1);
}

static void cash_is_accepted_once_and_then_not_undone(void)
{
    help_start();
    help_visit(&tech, "v", KIND_VISIT_SIGNED);
    union body b = help_paid("v", PAY_CASH, 22000);
    h32 h = help_say(&tech, KIND_VISIT_PAID, &b);
    union body c = {.cash = {.paid = {.n = 1, .h = {h}}, .amount_minor = 22000}};
    help_say(&clerk, KIND_CASH_ACCEPTED, &c);
    s = help_fold();
    CHECK(s.cash_accepted_minor == 0 && s.nrequests == 1); /* a clerk may not */
    help_say(&accountant, KIND_CASH_ACCEPTED, &c);
    help_say(&accountant, KIND_CASH_ACCEPTED, &c);
    s = help_fold();
    CHECK(s.cash_accepted_minor == 22000 && s.nodd == 1);
    CHECK_INT(visit("v")->cash_accepted_minor, 22000);
    b.paid.head.old.n = 1;
    b.paid.head.old.h[0] = h;
    b.paid.amount_minor = 1;
    help_say(&tech, KIND_VISIT_PAID, &b);
    const struct visit_state *v = visit("v");
    CHECK(v->nodd == 1 && h32_eq(fold_fact(v, KIND_VISIT_PAID)->entry, h));
}

static void b_18_11_cash_is_accepted_in_parts_of_several_visits_and_never_beyond(void)
{
    help_start();
    help_visit(&tech, "v", KIND_VISIT_SIGNED);
    union body b = help_paid("v", PAY_CASH, 22000), card = help_paid("v", PAY_CARD, 7000);
    h32 one = help_say(&tech, KIND_VISIT_PAID, &b), none = help_say(&tech, KIND_VISIT_PAID, &card);
    help_visit(&other, "w", KIND_VISIT_SIGNED);
    b = help_paid("w", PAY_CASH, 8000);
    h32 two = help_say(&other, KIND_VISIT_PAID, &b);
    union body c = {.cash = {.paid = {.n = 4, .h = {none, one, one, two}}, .amount_minor = 12000}};
    help_say(&accountant, KIND_CASH_ACCEPTED, &c);
    s = help_fold();
    CHECK(s.cash_accepted_minor == 12000 && s.nodd == 0);
    CHECK(visit("v")->cash_accepted_minor == 12000 && visit("w")->cash_accepted_minor == 0);
    CHECK_INT(fold_fact(visit("v"), KIND_VISIT_PAID)->accepted_minor, 0); /* the card's */
    c.cash.amount_minor = 18000; /* the rest of one, all of the other */
    help_say(&accountant, KIND_CASH_ACCEPTED, &c);
    s = help_fold();
    CHECK(s.cash_accepted_minor == 30000 && s.nodd == 0);
    CHECK(visit("v")->cash_accepted_minor == 22000 && visit("w")->cash_accepted_minor == 8000);
    CHECK_INT(fold_fact(visit("w"), KIND_VISIT_PAID)->accepted_minor, 8000);
    c.cash.amount_minor = 1;
    help_say(&accountant, KIND_CASH_ACCEPTED, &c);
    s = help_fold();
    CHECK(s.cash_accepted_minor == 30000 && s.nodd == 1);
}

static void a_flood_is_bounded_and_said_to_be_damaged(void)
{
    help_start();
    union body b = {0};
    char name[16];
    for (int i = 0; i < CAP_VISITS + 3; i++) {
        snprintf(name, sizeof name, "v%d", i);
        b = help_step(name);
        help_say(&tech, KIND_VISIT_ACCEPTED, &b);
    }
    s = help_fold();
    CHECK(s.damaged && s.nvisits == CAP_VISITS);
    help_start();
    b = help_step("v");
    help_say(&tech, KIND_VISIT_ACCEPTED, &b);
    b = help_action("v");
    for (int i = 0; i < 2000; i++) {
        help_say(&tech, KIND_VISIT_ACTION, &b);
    }
    s = help_fold();
    CHECK(s.damaged && s.visits[0].stage == VISIT_WORKING && s.visits[0].nfacts > 1000);
    help_digest(&s); /* fits CAP_STATE_BYTES, or exits */
}

int main(void)
{
    RUN(the_stage_is_the_highest_that_holds);
    RUN(a_correction_replaces_what_it_names);
    RUN(a_withdrawn_fact_is_gone_and_the_stage_with_it);
    RUN(nobody_corrects_or_withdraws_anothers_facts);
    RUN(two_technicians_on_a_job_are_two_visits);
    RUN(a_visit_in_several_epochs_of_its_author_is_one);
    RUN(a_signature_stands_and_freezes_the_report);
    RUN(a_backdated_fact_does_not_slip_under_a_signature);
    RUN(payment_and_leaving_follow_a_signature);
    RUN(reopening_makes_a_new_version_and_keeps_the_old_one);
    RUN(reopening_what_is_not_signed_is_odd);
    RUN(an_end_without_signature_is_an_end_until_it_is_withdrawn);
    RUN(what_others_change_after_the_reading_is_not_covered);
    RUN(what_was_written_before_but_not_seen_is_not_covered);
    RUN(cash_is_accepted_once_and_then_not_undone);
    RUN(b_18_11_cash_is_accepted_in_parts_of_several_visits_and_never_beyond);
    RUN(a_flood_is_bounded_and_said_to_be_damaged);
    CHECK_END();
}
