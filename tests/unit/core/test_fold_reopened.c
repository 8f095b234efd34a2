/* test_fold_reopened.c - headquarters reopens a signed report (DESIGN 6; E-01: not the clerk). */
#include "core/rules/office.h"
#include "core/rules/visit.h"
#include "tests/unit/core/fold_help.h"

static struct subject_state s;
static struct help_person boss;

static const struct visit_state *visit(const char *name)
{
    s = help_fold();
    return fold_visit(&s, sample_id8(name));
}

static void begin(unsigned last)
{
    help_start();
    boss = help_person_of(&fs.node, ROLE_SUPERVISOR, "boss");
    help_visit(&tech, "v", last);
}

static h32 reopen(struct help_person *p, h32 signoff)
{
    union body b = {.asked = {.visit = sample_id8("v"), .reason = 1, .signoff = signoff}};
    return help_say(p, KIND_JOB_REOPENED, &b);
}

static h32 signoff(unsigned k)
{
    return visit("v")->signatures[k].entry;
}

static void the_report_counts_as_unsigned_until_a_new_version_is_signed(void)
{
    begin(KIND_VISIT_LEFT);
    h32 first = signoff(0);
    reopen(&boss, first);
    const struct visit_state *v = visit("v");
    CHECK_INT(v->nsigned, 1);
    CHECK(!v->signatures[0].stands && h32_eq(v->signatures[0].entry, first));
    CHECK(v->stage == VISIT_FEE && v->nodd == 0 && s.nodd == 0 && s.nrequests == 0);
    CHECK(office_state(&s) == JOB_ON_SITE && office_open(&s)); /* he had left: he is there again */
    CHECK(visit_reopened(v));
    union body b = help_action("v");
    help_say(&tech, KIND_VISIT_ACTION, &b);
    help_sign(&tech, "v", 2, NULL);
    v = visit("v");
    CHECK(v->stage == VISIT_SIGNED && v->nsigned == 2 && v->nodd == 0);
    CHECK(!v->signatures[0].stands && v->signatures[1].stands && !visit_reopened(v));
    b = help_step("v");
    help_say(&tech, KIND_VISIT_LEFT, &b);
    CHECK(visit("v")->stage == VISIT_LEFT);
    reopen(&boss, signoff(1));
    v = visit("v");
    CHECK(v->stage == VISIT_FEE && !v->signatures[0].stands && !v->signatures[1].stands);
}

static void it_has_its_place_whenever_it_was_made_and_comes(void)
{
    begin(KIND_VISIT_SIGNED);
    h32 first = signoff(0);
    reopen(&boss, first);
    help_sign(&tech, "v", 2, NULL);
    s = help_fold();
    h32 want = help_digest(&s);
    for (size_t i = 0; i < nledger / 2; i++) { /* in another order of arrival */
        struct entry_view e = ledger[i];
        ledger[i] = ledger[nledger - 1 - i];
        ledger[nledger - 1 - i] = e;
    }
    s = help_fold();
    CHECK(h32_eq(help_digest(&s), want));
    /* Told late: the second version is signed already, and stands all the same. */
    begin(KIND_VISIT_SIGNED);
    first = signoff(0);
    union body b = {.asked = {.visit = sample_id8("v"), .reason = 1}};
    help_say(&tech, KIND_JOB_REOPENED, &b);
    help_sign(&tech, "v", 2, NULL);
    reopen(&boss, first);
    const struct visit_state *v = visit("v");
    CHECK(!v->signatures[0].stands && v->signatures[1].stands && v->stage == VISIT_SIGNED);
    CHECK(v->nodd == 0 && s.nodd == 0); /* both reopened it: nothing odd */
}

static void twice_is_once_and_what_is_not_there_reopens_nothing(void)
{
    begin(KIND_VISIT_SIGNED);
    h32 first = signoff(0);
    reopen(&boss, first);
    reopen(&boss, first);
    CHECK(visit("v")->stage == VISIT_FEE && visit("v")->nodd == 0);
    begin(KIND_VISIT_SIGNED);
    reopen(&boss, sample_h32("no sign-off"));
    CHECK(visit("v")->stage == VISIT_SIGNED && s.nodd == 0); /* it may come yet */
    reopen(&boss, (h32){{0}});
    CHECK(visit("v")->stage == VISIT_SIGNED && s.nodd == 1); /* names none: no effect, counted */
}

static void a_clerk_an_accountant_and_another_technician_reopen_nothing(void)
{
    struct help_person *const who[] = {&clerk, &accountant};
    for (size_t i = 0; i < 2; i++) {
        begin(KIND_VISIT_SIGNED);
        reopen(who[i], signoff(0));
        CHECK(visit("v")->signatures[0].stands && s.nrequests == 1);
    }
    begin(KIND_VISIT_SIGNED);
    reopen(&other, signoff(0));
    CHECK(visit("v")->signatures[0].stands && visit("v")->stage == VISIT_SIGNED);
}

static void a_payment_stays_and_the_rule_names_what_may_be_reopened(void)
{
    enum office_rule rule;
    id8 of;
    begin(KIND_VISIT_FEE);
    s = help_fold();
    CHECK(office_may_reopen(&s, &of, &rule) == NULL && rule == OFFICE_ORDER);
    begin(KIND_VISIT_SIGNED);
    union body b = help_paid("v", PAY_CASH, 5000);
    help_say(&tech, KIND_VISIT_PAID, &b);
    s = help_fold();
    const struct signature_state *sig = office_may_reopen(&s, &of, &rule);
    CHECK(sig != NULL && rule == OFFICE_OK && id8_eq(of, sample_id8("v")));
    reopen(&boss, sig->entry);
    s = help_fold();
    CHECK(fold_fact(&s.visits[0], KIND_VISIT_PAID) != NULL && office_cash_owed_minor(&s) == 5000);
    CHECK(office_may_reopen(&s, &of, &rule) == NULL && rule == OFFICE_ORDER); /* it is already */
    help_sign(&tech, "v", 2, NULL);
    s = help_fold();
    s.archived = true;
    CHECK(office_may_reopen(&s, &of, &rule) == NULL && rule == OFFICE_FILED);
}

int main(void)
{
    RUN(the_report_counts_as_unsigned_until_a_new_version_is_signed);
    RUN(it_has_its_place_whenever_it_was_made_and_comes);
    RUN(twice_is_once_and_what_is_not_there_reopens_nothing);
    RUN(a_clerk_an_accountant_and_another_technician_reopen_nothing);
    RUN(a_payment_stays_and_the_rule_names_what_may_be_reopened);
    CHECK_END();
}
