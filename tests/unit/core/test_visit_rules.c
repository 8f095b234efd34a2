/* test_visit_rules.c - procedures B-18 and what the visit's tables answer, each rule by its number.
 */
#include "core/rules/service.h"
#include "core/rules/visit.h"
#include "tests/unit/core/fold_help.h"

static struct subject_state s;

static const struct visit_state *visit_now(void)
{
    s = help_fold();
    return fold_visit(&s, sample_id8("v"));
}
static enum rule may(unsigned kind)
{
    const struct visit_state *v = visit_now();
    return visit_may(&s, v, kind);
}
static enum rule body_ok(unsigned kind, union body b)
{
    uint8_t buf[CAP_BODY_BYTES];
    bytes body = {0};
    if (body_encode(kind, &b, buf, sizeof buf, &body) != ST_OK) {
        body = bytes_of("\xA0", 1); /* what a form without the field would hand over */
    }
    const struct visit_state *v = visit_now();
    return visit_body_ok(&s, v, kind, body);
}
static void begin(unsigned last)
{
    help_start();
    help_set(&clerk, NULL, F_JOB_CALLED, SAMPLE_TIME_MS);
    help_visit(&tech, "v", last);
}
/* A visit with every step but the one of `left_out`. */
static void all_but(unsigned left_out)
{
    begin(KIND_VISIT_FEE);
    const struct visit_state *v = visit_now();
    h32 gone[8];
    unsigned n = 0;
    for (unsigned i = 0; i < v->nfacts; i++) {
        if (v->facts[i].kind == left_out) {
            gone[n++] = v->facts[i].entry;
        }
    }
    for (unsigned i = 0; i < n; i++) {
        union body b = {.withdrawn = {.visit = sample_id8("v"), .entry = gone[i]}};
        help_say(&tech, KIND_WITHDRAWN, &b);
    }
}

static void b18_1_no_signature_before_fault_action_parts_result(void)
{
    static const struct {
        unsigned left_out;
        enum rule rule;
    } want[] = {
        {KIND_VISIT_ARRIVED, RULE_NOT_ARRIVED}, {KIND_VISIT_DIAGNOSED, RULE_NOT_DIAGNOSED},
        {KIND_VISIT_CLASS, RULE_NO_CLASS},      {KIND_VISIT_PRICED, RULE_NO_CONSENT},
        {KIND_VISIT_ACTION, RULE_NO_ACTION},    {KIND_VISIT_TESTED, RULE_NO_RESULT},
        {KIND_VISIT_FEE, RULE_NO_FEE},          {KIND_VISIT_PART, RULE_OK}, /* there may be none */
    };
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        all_but(want[i].left_out);
        CHECK_INT(may(KIND_VISIT_SIGNED), want[i].rule);
        CHECK(visit_missing(&s, visit_now()) == want[i].rule);
    }
    begin(KIND_VISIT_ACTION);
    union body half = help_part("v");
    half.part.reason = 0; /* a part line that says too little, from an older version say */
    help_say(&tech, KIND_VISIT_PART, &half);
    union body b = help_tested("v");
    help_say(&tech, KIND_VISIT_TESTED, &b);
    b = help_fee("v");
    help_say(&tech, KIND_VISIT_FEE, &b);
    CHECK_INT(may(KIND_VISIT_SIGNED), RULE_PART_LINE);
}

static void b18_2_a_signed_report_is_frozen_and_a_change_is_a_new_version(void)
{
    begin(KIND_VISIT_SIGNED);
    for (unsigned k = KIND_VISIT_TRAVELLING; k <= KIND_VISIT_SIGNED; k++) {
        CHECK_INT(may(k), RULE_SIGNED);
    }
    CHECK_INT(may(KIND_VISIT_ENDED), RULE_SIGNED);
    CHECK_INT(may(KIND_WITHDRAWN), RULE_SIGNED);
    CHECK_INT(may(KIND_JOB_REOPENED), RULE_OK);
    union body b = {.asked = {.visit = sample_id8("v"), .reason = 1}};
    help_say(&tech, KIND_JOB_REOPENED, &b);
    CHECK_INT(may(KIND_VISIT_ACTION), RULE_OK);
    CHECK_INT(may(KIND_VISIT_SIGNED), RULE_OK);
    CHECK_INT(body_ok(KIND_VISIT_SIGNED, help_signed("v", SIGN_SIGNED, 1)), RULE_SIGNED);
    CHECK_INT(body_ok(KIND_VISIT_SIGNED, help_signed("v", SIGN_SIGNED, 2)), RULE_OK);
    help_sign(&tech, "v", 2, NULL);
    CHECK_INT(visit_now()->nsigned, 2); /* both are kept */
}

static void b18_2_every_step_may_be_corrected_until_signing(void)
{
    begin(KIND_VISIT_FEE);
    for (unsigned k = KIND_VISIT_TRAVELLING; k <= KIND_VISIT_FEE; k++) {
        CHECK_INT(may(k), RULE_OK);
    }
    CHECK_INT(may(KIND_WITHDRAWN), RULE_OK);
}

static void b18_7_exactly_one_class_and_d_is_no_visit(void)
{
    begin(KIND_VISIT_DIAGNOSED);
    CHECK_INT(may(KIND_VISIT_ACTION), RULE_NO_CLASS);
    CHECK_INT(body_ok(KIND_VISIT_CLASS, help_class("v", CLASS_D)), RULE_CLASS_D);
    CHECK_INT(body_ok(KIND_VISIT_CLASS, help_class("v", CLASS_NONE)), RULE_NO_CLASS);
    CHECK_INT(body_ok(KIND_VISIT_CLASS, help_class("v", 5)), RULE_NO_CLASS);
    for (unsigned c = CLASS_A; c <= CLASS_C; c++) {
        CHECK_INT(body_ok(KIND_VISIT_CLASS, help_class("v", c)), RULE_OK);
    }
    union body b = help_class("v", CLASS_A);
    help_say(&tech, KIND_VISIT_CLASS, &b);
    b = help_class("v", CLASS_C); /* said again: the newest is the one */
    help_say(&tech, KIND_VISIT_CLASS, &b);
    CHECK_INT(may(KIND_VISIT_ACTION), RULE_OK);
    union body sign = help_signed("v", SIGN_SIGNED, 1);
    CHECK_INT(body_ok(KIND_VISIT_SIGNED, sign), RULE_NO_CLASS); /* it says A */
}

static void b18_8_a_part_line_needs_reason_name_quantity_and_old_part(void)
{
    begin(KIND_VISIT_PRICED);
    CHECK_INT(body_ok(KIND_VISIT_PART, help_part("v")), RULE_OK);
    union body b = help_part("v");
    b.part.reason = 0;
    CHECK_INT(body_ok(KIND_VISIT_PART, b), RULE_PART_LINE);
    b = help_part("v");
    b.part.qty_milli = 0;
    CHECK_INT(body_ok(KIND_VISIT_PART, b), RULE_PART_LINE);
    b = help_part("v");
    b.part.number.n = 0;
    CHECK_INT(body_ok(KIND_VISIT_PART, b), RULE_PART_LINE);
    b = help_part("v");
    b.part.old_part = 0;
    CHECK_INT(body_ok(KIND_VISIT_PART, b), RULE_PART_LINE);
    b.part.old_part = OLD_LEFT; /* left with the customer: say why */
    CHECK_INT(body_ok(KIND_VISIT_PART, b), RULE_PART_LINE);
    b.part.why_words = true;
    CHECK_INT(body_ok(KIND_VISIT_PART, b), RULE_OK);
    b = help_part("v");
    b.part.old_part = OLD_NONE;
    CHECK_INT(body_ok(KIND_VISIT_PART, b), RULE_OK);
    b = help_part("v");
    for (int i = 0; i < CAP_VISIT_PARTS; i++) {
        help_say(&tech, KIND_VISIT_PART, &b);
    }
    CHECK_INT(may(KIND_VISIT_PART), RULE_PART_LINE); /* no report holds more */
}

static void b18_10_class_a_work_needs_price_and_consent_first(void)
{
    begin(KIND_VISIT_CLASS);
    CHECK_INT(may(KIND_VISIT_PART), RULE_NO_CONSENT);
    CHECK_INT(may(KIND_VISIT_ACTION), RULE_NO_CONSENT);
    union body b = help_priced("v", false, 30000);
    help_say(&tech, KIND_VISIT_PRICED, &b);
    CHECK_INT(may(KIND_VISIT_ACTION), RULE_NO_CONSENT); /* he said no */
    CHECK_INT(visit_next(&s, visit_now()), KIND_VISIT_ENDED);
    b = help_priced("v", true, 30000);
    help_say(&tech, KIND_VISIT_PRICED, &b);
    CHECK_INT(may(KIND_VISIT_ACTION), RULE_OK);
    b.priced.nlines = 0;
    CHECK_INT(body_ok(KIND_VISIT_PRICED, b), RULE_NO_CONSENT); /* consent to what? */
    CHECK_INT(body_ok(KIND_VISIT_PRICED, help_priced("v", true, 100)), RULE_NO_CONSENT);
}

static void b18_10_contract_and_warranty_work_need_no_consent(void)
{
    for (unsigned c = CLASS_B; c <= CLASS_C; c++) {
        begin(KIND_VISIT_DIAGNOSED);
        union body b = help_class("v", c);
        help_say(&tech, KIND_VISIT_CLASS, &b);
        CHECK_INT(may(KIND_VISIT_ACTION), RULE_OK);
        CHECK_INT(visit_next(&s, visit_now()), KIND_VISIT_ACTION);
        b = help_fee("v");
        CHECK_INT(body_ok(KIND_VISIT_FEE, b), RULE_NO_FEE); /* labour is not his to charge */
        b.fee.labour_minor = b.fee.travel_minor = 0;
        b.fee.total_minor = 9000; /* parts marked as charged are */
        CHECK_INT(body_ok(KIND_VISIT_FEE, b), RULE_OK);
    }
}

static void b18_10_a_fee_above_the_agreed_is_asked_again(void)
{
    begin(KIND_VISIT_TESTED);
    union body b = help_fee("v");
    b.fee.labour_minor = 20000;
    b.fee.total_minor = 34000; /* 30000 were agreed */
    CHECK_INT(body_ok(KIND_VISIT_FEE, b), RULE_CONSENT_EXCEEDED);
    help_say(&tech, KIND_VISIT_FEE, &b);
    CHECK_INT(may(KIND_VISIT_SIGNED), RULE_CONSENT_EXCEEDED);
    CHECK_INT(visit_next(&s, visit_now()), KIND_VISIT_PRICED);
    union body again = help_priced("v", true, 34000);
    help_say(&tech, KIND_VISIT_PRICED, &again);
    CHECK_INT(may(KIND_VISIT_SIGNED), RULE_OK);
    CHECK_INT(visit_next(&s, visit_now()), KIND_VISIT_SIGNED);
    b.fee.total_minor = 1;
    CHECK_INT(body_ok(KIND_VISIT_FEE, b), RULE_NO_FEE); /* a sum that is none */
}

static void b18_10_money_needs_a_receipt_number(void)
{
    begin(KIND_VISIT_FEE);
    CHECK_INT(may(KIND_VISIT_PAID), RULE_ORDER); /* signed first */
    begin(KIND_VISIT_SIGNED);
    CHECK_INT(may(KIND_VISIT_PAID), RULE_OK);
    union body b = help_paid("v", PAY_CASH, 22000);
    CHECK_INT(body_ok(KIND_VISIT_PAID, b), RULE_OK);
    b.paid.receipt.n = 0;
    CHECK_INT(body_ok(KIND_VISIT_PAID, b), RULE_NO_RECEIPT_NUMBER);
    CHECK_INT(body_ok(KIND_VISIT_PAID, help_paid("v", PAY_CASH, 22001)), RULE_NOTHING_DUE);
    CHECK_INT(body_ok(KIND_VISIT_PAID, help_paid("v", PAY_CASH, 0)), RULE_NOTHING_DUE);
    b = help_paid("v", PAY_CASH, 22000);
    h32 h = help_say(&tech, KIND_VISIT_PAID, &b);
    CHECK_INT(body_ok(KIND_VISIT_PAID, help_paid("v", PAY_CARD, 1)), RULE_NOTHING_DUE);
    b = help_paid("v", PAY_CARD, 22000);
    b.paid.head.old.n = 1;
    b.paid.head.old.h[0] = h;
    CHECK_INT(body_ok(KIND_VISIT_PAID, b), RULE_OK); /* a correction */
}

static void b18_11_cash_is_the_technicians_debt_until_accepted(void)
{
    begin(KIND_VISIT_SIGNED);
    union body b = help_paid("v", PAY_CASH, 15000);
    h32 h = help_say(&tech, KIND_VISIT_PAID, &b);
    b = help_paid("v", PAY_CARD, 7000); /* a card's money he never holds */
    help_say(&tech, KIND_VISIT_PAID, &b);
    s = help_fold();
    CHECK_INT(visit_cash_owed_minor(&s, fs.tech.author), 15000);
    CHECK_INT(visit_cash_owed_minor(&s, fs.other.author), 0);
    CHECK_INT(visit_may(&s, NULL, KIND_JOB_ARCHIVED), RULE_CASH_OWED);
    union body c = {.cash = {.paid = {.n = 1, .h = {h}}, .amount_minor = 15000}};
    help_say(&accountant, KIND_CASH_ACCEPTED, &c);
    s = help_fold();
    CHECK_INT(visit_cash_owed_minor(&s, fs.tech.author), 0);
    CHECK_INT(visit_may(&s, NULL, KIND_JOB_ARCHIVED), RULE_OK);
}

static void b18_13_the_rating_is_out_of_the_technicians_hands(void)
{
    begin(KIND_VISIT_FEE);
    h32 sign = help_sign(&tech, "v", 1, NULL);
    union body b = {.withdrawn = {.visit = sample_id8("v"), .entry = sign}};
    CHECK_INT(body_ok(KIND_WITHDRAWN, b), RULE_RATING_SEALED);
    help_say(&tech, KIND_WITHDRAWN, &b); /* a device that does it all the same */
    union body over = help_step("v");
    over.step.head.old.n = 1;
    over.step.head.old.h[0] = sign;
    help_say(&tech, KIND_VISIT_LEFT, &over);
    const struct visit_state *v = visit_now();
    CHECK(v->signatures[0].stands && !h32_zero(v->signatures[0].ratings));
    CHECK_INT(v->nodd, 2);
}

static void b18_13_what_was_said_before_a_sign_off_is_neither_corrected_nor_withdrawn(void)
{
    begin(KIND_VISIT_FEE);
    CHECK_INT(visit_may(&s, visit_now(), KIND_VISIT_RATED), RULE_OK);
    union body b = help_step("v");
    h32 rated = help_say(&tech, KIND_VISIT_RATED, &b);
    help_say(&tech, KIND_VISIT_RATED, &b); /* he said something else later: both are there */
    const struct visit_state *v = visit_now();
    enum kind next = visit_next(&s, v);
    CHECK_INT(next, KIND_VISIT_SIGNED); /* it is no step of the visit */
    b = (union body){.withdrawn = {.visit = sample_id8("v"), .entry = rated}};
    CHECK_INT(body_ok(KIND_WITHDRAWN, b), RULE_RATING_SEALED);
    help_say(&tech, KIND_WITHDRAWN, &b); /* a device that does it all the same */
    union body over = help_step("v");
    over.step.head.old.n = 1;
    over.step.head.old.h[0] = rated;
    help_say(&tech, KIND_VISIT_TRAVELLING, &over);
    v = visit_now();
    unsigned n = 0;
    for (unsigned k = 0; k < v->nfacts; k++) {
        n += v->facts[k].kind == KIND_VISIT_RATED;
    }
    CHECK_INT(n, 2);
    CHECK_INT(v->nodd, 2);
    help_sign(&tech, "v", 1, NULL);
    CHECK_INT(visit_may(&s, visit_now(), KIND_VISIT_RATED), RULE_SIGNED);
}

static void b18_17_refusal_and_absence_carry_a_reason(void)
{
    begin(KIND_VISIT_FEE);
    for (unsigned o = SIGN_REFUSED; o <= SIGN_ABSENT; o++) {
        union body b = help_signed("v", o, 1);
        CHECK_INT(body_ok(KIND_VISIT_SIGNED, b), RULE_OK);
        b.signed_.reason = 0;
        CHECK_INT(body_ok(KIND_VISIT_SIGNED, b), RULE_NO_REASON);
        b.signed_.reason = SR_OTHER; /* then in words */
        CHECK_INT(body_ok(KIND_VISIT_SIGNED, b), RULE_NO_REASON);
        b.signed_.att_flags = SIGNED_REASON;
        CHECK_INT(body_ok(KIND_VISIT_SIGNED, b), RULE_OK);
    }
    union body b = help_signed("v", SIGN_SIGNED, 1);
    CHECK_INT(body_ok(KIND_VISIT_SIGNED, b), RULE_OK);
    b.signed_.att_flags = 0; /* signed by nobody's hand */
    CHECK_INT(body_ok(KIND_VISIT_SIGNED, b), RULE_NO_REASON);
    b = help_signed("v", 9, 1);
    CHECK_INT(body_ok(KIND_VISIT_SIGNED, b), RULE_NO_REASON);
    b = help_signed("v", SIGN_REFUSED, 1);
    help_say(&tech, KIND_VISIT_SIGNED, &b);
    const struct visit_state *v = visit_now();
    CHECK(v->stage == VISIT_SIGNED && v->signatures[0].outcome == SIGN_REFUSED);
    CHECK(v->signatures[0].reason == SR_FEE && h32_zero(v->signatures[0].strokes));
}

static void b18_18_times_are_kept_exactly_and_steps_in_order(void)
{
    begin(KIND_VISIT_ARRIVED);
    const struct visit_state *v = visit_now();
    for (unsigned i = 1; i < v->nfacts; i++) {
        CHECK(v->facts[i].wall_ms - v->facts[i - 1].wall_ms == 1000);
        CHECK(v->facts[i].time > v->facts[i - 1].time);
    }
    tech.skew_ms = -86400000LL * 30; /* the clock is set back by a month in mid-visit */
    union body b = help_diagnosed("v");
    help_say(&tech, KIND_VISIT_DIAGNOSED, &b);
    v = visit_now();
    CHECK_INT(v->facts[3].kind, KIND_VISIT_DIAGNOSED);
    CHECK(v->facts[3].wall_ms < v->facts[2].wall_ms); /* as claimed, and still the last */
    all_but(KIND_VISIT_TRAVELLING);
    CHECK_INT(may(KIND_VISIT_TRAVELLING), RULE_ORDER);
    help_start();
    s = help_fold();
    CHECK_INT(visit_may(&s, NULL, KIND_VISIT_ARRIVED), RULE_NOT_ACCEPTED);
    begin(KIND_VISIT_ACCEPTED);
    CHECK_INT(may(KIND_VISIT_DIAGNOSED), RULE_NOT_ARRIVED);
    CHECK_INT(may(KIND_VISIT_LEFT), RULE_ORDER);
    CHECK_INT(may(KIND_JOB_REOPENED), RULE_ORDER);
}

static void the_next_step_leads_through_the_whole_visit(void)
{
    static const unsigned order[] = {
        KIND_VISIT_ACCEPTED, KIND_VISIT_TRAVELLING, KIND_VISIT_ARRIVED, KIND_VISIT_DIAGNOSED,
        KIND_VISIT_CLASS,    KIND_VISIT_PRICED,     KIND_VISIT_ACTION,  KIND_VISIT_TESTED,
        KIND_VISIT_FEE,      KIND_VISIT_SIGNED,     KIND_VISIT_PAID,    KIND_VISIT_LEFT,
    };
    help_start();
    help_set(&clerk, NULL, F_JOB_CALLED, SAMPLE_TIME_MS);
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        const struct visit_state *v = visit_now();
        CHECK_INT(visit_next(&s, v), order[i]);
        CHECK_INT(visit_may(&s, v, order[i]), RULE_OK);
        union body b = help_step("v");
        switch (order[i]) {
        case KIND_VISIT_DIAGNOSED:
            b = help_diagnosed("v");
            break;
        case KIND_VISIT_CLASS:
            b = help_class("v", CLASS_A);
            break;
        case KIND_VISIT_PRICED:
            b = help_priced("v", true, 30000);
            break;
        case KIND_VISIT_ACTION:
            b = help_action("v");
            break;
        case KIND_VISIT_TESTED:
            b = help_tested("v");
            break;
        case KIND_VISIT_FEE:
            b = help_fee("v");
            break;
        case KIND_VISIT_PAID:
            b = help_paid("v", PAY_CASH, 22000);
            break;
        default:
            break;
        }
        if (order[i] == KIND_VISIT_SIGNED) {
            help_sign(&tech, "v", 1, &s);
        } else {
            CHECK_INT(body_ok(order[i], b), RULE_OK);
            help_say(&tech, order[i], &b);
        }
    }
    CHECK_INT(visit_next(&s, visit_now()), 0);
    CHECK_INT(may(KIND_VISIT_LEFT), RULE_OVER);
    CHECK_INT(may(KIND_VISIT_ACCEPTED), RULE_OK); /* a second visit */
}

static void an_ended_visit_is_over_and_a_second_one_may_begin(void)
{
    begin(KIND_VISIT_ACCEPTED);
    CHECK_INT(body_ok(KIND_VISIT_ENDED, help_ended("v", END_NOBODY)), RULE_NOT_ARRIVED);
    CHECK_INT(may(KIND_VISIT_ACCEPTED), RULE_ORDER);
    begin(KIND_VISIT_ARRIVED);
    for (unsigned o = END_NOBODY; o <= END_OTHER; o++) {
        CHECK_INT(body_ok(KIND_VISIT_ENDED, help_ended("v", o)), RULE_OK);
    }
    CHECK_INT(body_ok(KIND_VISIT_ENDED, help_ended("v", 0)), RULE_NO_REASON);
    union body b = help_ended("v", END_PART_WANTED);
    b.ended.reason = 0;
    CHECK_INT(body_ok(KIND_VISIT_ENDED, b), RULE_NO_REASON); /* which part? */
    CHECK(code_of(str_bytes(S("AC-CAP-35")), &b.ended.part));
    CHECK_INT(body_ok(KIND_VISIT_ENDED, b), RULE_OK);
    help_say(&tech, KIND_VISIT_ENDED, &b);
    CHECK_INT(may(KIND_VISIT_DIAGNOSED), RULE_OVER);
    CHECK_INT(may(KIND_VISIT_ENDED), RULE_OK); /* a correction */
    CHECK_INT(may(KIND_WITHDRAWN), RULE_OK);
    CHECK_INT(may(KIND_VISIT_ACCEPTED), RULE_OK);
    CHECK_INT(visit_next(&s, visit_now()), KIND_VISIT_LEFT);
    b = help_step("v");
    help_say(&tech, KIND_VISIT_LEFT, &b);
    CHECK_INT(visit_next(&s, visit_now()), 0);
    CHECK_INT(may(KIND_VISIT_ENDED), RULE_OVER); /* he is gone: nothing ends twice */
    CHECK_INT(may(KIND_VISIT_LEFT), RULE_OVER);
    CHECK_INT(may(KIND_WITHDRAWN), RULE_OK); /* unsigned: what is wrong can be taken back */
}

static void a_cancelled_job_is_not_begun_but_work_on_it_goes_on(void)
{
    help_start();
    union body b = {.cancelled = {.reason = 1}};
    help_say(&clerk, KIND_JOB_CANCELLED, &b);
    s = help_fold();
    CHECK_INT(visit_may(&s, NULL, KIND_VISIT_ACCEPTED), RULE_CANCELLED);
    CHECK_INT(visit_next(&s, NULL), 0);
    help_visit(&tech, "v", KIND_VISIT_ARRIVED);
    CHECK_INT(may(KIND_VISIT_DIAGNOSED), RULE_OK);
    CHECK_INT(visit_next(&s, visit_now()), KIND_VISIT_DIAGNOSED);
}

static void a_diagnosis_and_an_action_say_something(void)
{
    begin(KIND_VISIT_ARRIVED);
    union body b = help_diagnosed("v");
    CHECK_INT(body_ok(KIND_VISIT_DIAGNOSED, b), RULE_OK);
    b.diagnosed.fault.n = 0;
    CHECK_INT(body_ok(KIND_VISIT_DIAGNOSED, b), RULE_NOT_DIAGNOSED);
    b.diagnosed.fault_words = true;
    CHECK_INT(body_ok(KIND_VISIT_DIAGNOSED, b), RULE_OK);
    b.diagnosed.cause = CAUSE_NONE;
    CHECK_INT(body_ok(KIND_VISIT_DIAGNOSED, b), RULE_NOT_DIAGNOSED);
    b = help_action("v");
    b.action.n = 0;
    CHECK_INT(body_ok(KIND_VISIT_ACTION, b), RULE_NO_ACTION);
    b.action.n = 1;
    b.action.codes[0] = ACTION_OTHER;
    CHECK_INT(body_ok(KIND_VISIT_ACTION, b), RULE_NO_ACTION);
    b.action.words = true;
    CHECK_INT(body_ok(KIND_VISIT_ACTION, b), RULE_OK);
    b = help_tested("v");
    b.tested.result = 0;
    CHECK_INT(body_ok(KIND_VISIT_TESTED, b), RULE_NO_RESULT);
}

static void headquarters_kinds_are_another_roles(void)
{
    begin(KIND_VISIT_ARRIVED);
    CHECK_INT(may(KIND_JOB_ASSIGNED), RULE_ROLE);
    CHECK_INT(may(KIND_JOB_CANCELLED), RULE_ROLE);
    CHECK_INT(may(KIND_CASH_ACCEPTED), RULE_ROLE);
    CHECK_INT(may(4711), RULE_ROLE);
}

static void every_rule_has_a_name(void)
{
    for (int r = RULE_OK; r < RULES; r++) {
        CHECK(rule_name((enum rule)r) != NULL && rule_name((enum rule)r)[0] != '\0');
        CHECK(r == RULE_OK || rule_id((enum rule)r)[0] != '\0');
    }
    CHECK_STR(rule_id(RULE_NO_CONSENT), "B-18.10");
    CHECK_STR(rule_name((enum rule)99), "unknown rule");
}

/* What a supervisor answers to `asked`. */
static h32 answers(h32 asked, unsigned decision)
{
    union body b;
    memset(&b, 0, sizeof b);
    b.help = (struct body_help){.asked = asked, .decision = decision};
    clerk.actor_role = ROLE_SUPERVISOR;
    h32 entry = help_say(&clerk, KIND_HELP_ANSWERED, &b);
    clerk.actor_role = ROLE_CLERK;
    return entry;
}

static void a_13_an_answer_names_its_request_and_the_next_request_waits_anew(void)
{
    begin(KIND_VISIT_ARRIVED);
    union body b;
    const struct visit_state *v = visit_now();
    CHECK_INT(visit_help(&s, v), VISIT_HELP_NONE);
    CHECK_INT(visit_help(&s, NULL), VISIT_HELP_NONE);
    memset(&b, 0, sizeof b);
    b.asked.visit = sample_id8("v");
    b.asked.reason = 2;
    h32 asked = help_say(&tech, KIND_HELP_ASKED, &b);
    v = visit_now();
    CHECK_INT(visit_help(&s, v), VISIT_HELP_WAITS);
    uint8_t buf[CAP_BODY_BYTES]; /* whatever somebody notes on the call is no answer */
    bytes body;
    struct record_write w = help_int(F_NOTE, FT_TEXT, 0);
    h32 words = sample_h32("the door code");
    CHECK_INT(record_encode(&w, 1, buf, sizeof buf, &body), ST_OK);
    help_entry(&clerk, KIND_RECORD_SET, SUBJECT_JOB, sample_id16("job"), body, &words, 1);
    IGNORE(h32_zero(answers(sample_h32("another request"), HELP_ADVICE)));
    v = visit_now();
    CHECK_INT(visit_help(&s, v), VISIT_HELP_WAITS);
    IGNORE(h32_zero(answers(asked, HELP_AGREED)));
    v = visit_now();
    CHECK_INT(visit_help(&s, v), VISIT_HELP_ANSWERED);
    help_say(&tech, KIND_HELP_ASKED, &b);
    v = visit_now();
    CHECK_INT(visit_help(&s, v), VISIT_HELP_WAITS);
}

int main(void)
{
    RUN(b18_1_no_signature_before_fault_action_parts_result);
    RUN(b18_2_a_signed_report_is_frozen_and_a_change_is_a_new_version);
    RUN(b18_2_every_step_may_be_corrected_until_signing);
    RUN(b18_7_exactly_one_class_and_d_is_no_visit);
    RUN(b18_8_a_part_line_needs_reason_name_quantity_and_old_part);
    RUN(b18_10_class_a_work_needs_price_and_consent_first);
    RUN(b18_10_contract_and_warranty_work_need_no_consent);
    RUN(b18_10_a_fee_above_the_agreed_is_asked_again);
    RUN(b18_10_money_needs_a_receipt_number);
    RUN(b18_11_cash_is_the_technicians_debt_until_accepted);
    RUN(b18_13_the_rating_is_out_of_the_technicians_hands);
    RUN(b18_13_what_was_said_before_a_sign_off_is_neither_corrected_nor_withdrawn);
    RUN(b18_17_refusal_and_absence_carry_a_reason);
    RUN(b18_18_times_are_kept_exactly_and_steps_in_order);
    RUN(the_next_step_leads_through_the_whole_visit);
    RUN(an_ended_visit_is_over_and_a_second_one_may_begin);
    RUN(a_cancelled_job_is_not_begun_but_work_on_it_goes_on);
    RUN(a_diagnosis_and_an_action_say_something);
    RUN(headquarters_kinds_are_another_roles);
    RUN(every_rule_has_a_name);
    RUN(a_13_an_answer_names_its_request_and_the_next_request_waits_anew);
    CHECK_END();
}
