/* test_visit_goods.c - a thing taken away, repaired, brought back: B-02, B-18.3 to B-18.5. */
#include "core/rules/office.h"
#include "core/rules/visit.h"
#include "tests/unit/core/fold_help.h"

static struct subject_state s;

static const struct visit_state *visit_now(const char *name)
{
    s = help_fold();
    return fold_visit(&s, sample_id8(name));
}

static enum rule may(const char *name, unsigned kind)
{
    const struct visit_state *v = visit_now(name);
    return visit_may(&s, v, kind);
}

static enum rule body_ok(const char *name, unsigned kind, union body b)
{
    uint8_t buf[CAP_BODY_BYTES];
    bytes body;
    CHECK(body_encode(kind, &b, buf, sizeof buf, &body) == ST_OK);
    const struct visit_state *v = visit_now(name);
    return visit_body_ok(&s, v, kind, body);
}

static void take(const char *name, const char *receipt)
{
    union body b = help_taken(name, receipt);
    help_say(&tech, KIND_VISIT_TAKEN, &b);
}

static void come_back(const char *name)
{
    static const unsigned steps[] = {KIND_VISIT_ACCEPTED, KIND_VISIT_TRAVELLING,
                                     KIND_VISIT_ARRIVED};
    for (size_t i = 0; i < 3; i++) {
        union body b;
        memset(&b, 0, sizeof b);
        b.step.head = help_head(name);
        help_say(&tech, steps[i], &b);
    }
}

static void b18_3_nothing_leaves_without_receipt_and_acknowledgement(void)
{
    help_start();
    help_visit(&tech, "v", KIND_VISIT_ARRIVED);
    CHECK_INT(may("v", KIND_VISIT_TAKEN), RULE_NOT_DIAGNOSED);
    help_start();
    help_visit(&tech, "v", KIND_VISIT_PRICED);
    CHECK_INT(may("v", KIND_VISIT_TAKEN), RULE_OK);
    CHECK_INT(body_ok("v", KIND_VISIT_TAKEN, help_taken("v", "G-1")), RULE_OK);
    union body b = help_taken("v", "G-1");
    b.taken.goods = (id16){{0}};
    CHECK_INT(body_ok("v", KIND_VISIT_TAKEN, b), RULE_TAKE_AWAY);
    b = help_taken("v", "G-1");
    b.taken.promised_ms = 0;
    CHECK_INT(body_ok("v", KIND_VISIT_TAKEN, b), RULE_TAKE_AWAY);
    b = help_taken("v", "G-1");
    b.taken.reason = 9;
    CHECK_INT(body_ok("v", KIND_VISIT_TAKEN, b), RULE_TAKE_AWAY);
    /* Receipt and stroke are of one entry: whoever has the one has the other. */
    CHECK_INT(body_att(KIND_VISIT_TAKEN, &b, BA_GOODS_TEXT), 0);
    CHECK_INT(body_att(KIND_VISIT_TAKEN, &b, BA_GOODS_STROKES), 1);
    CHECK_STR(rule_id(RULE_TAKE_AWAY), "B-18.3");
}

static void b18_10_paid_work_is_agreed_before_the_thing_leaves(void)
{
    help_start();
    help_visit(&tech, "v", KIND_VISIT_CLASS);
    CHECK_INT(may("v", KIND_VISIT_TAKEN), RULE_NO_CONSENT);
}

static void b18_3_a_take_away_ends_its_visit_and_is_frozen(void)
{
    help_start();
    help_visit(&tech, "v", KIND_VISIT_PRICED);
    take("v", "G-1");
    const struct visit_state *v = visit_now("v");
    CHECK(v->stage == VISIT_ENDED && v->end == END_TAKEN);
    CHECK_INT(office_state(&s), JOB_WAITING);
    CHECK_INT(visit_next(&s, v), KIND_VISIT_LEFT);
    CHECK_INT(may("v", KIND_WITHDRAWN), RULE_SIGNED);
    CHECK_INT(may("v", KIND_VISIT_ENDED), RULE_SIGNED);
    CHECK_INT(may("v", KIND_VISIT_DIAGNOSED), RULE_SIGNED);
    /* What an author writes all the same has no effect. */
    const struct fact *f = fold_fact(visit_now("v"), KIND_VISIT_TAKEN);
    union body gone = {.withdrawn = {.visit = sample_id8("v"), .entry = f->entry}};
    help_say(&tech, KIND_WITHDRAWN, &gone);
    union body again = help_taken("v", "G-9");
    again.taken.head.old = (struct hash_list){1, {f->entry}};
    help_say(&tech, KIND_VISIT_TAKEN, &again);
    v = visit_now("v");
    union body out;
    CHECK(visit_goods_out(&s, &out, NULL) != NULL && v->nodd == 2);
    CHECK_BYTES(out.taken.receipt.b, out.taken.receipt.n, "G-1", 3);
}

static void a_04_one_open_receipt_a_thing(void)
{
    help_start();
    help_visit(&tech, "v", KIND_VISIT_PRICED);
    take("v", "G-1");
    help_visit(&tech, "w", KIND_VISIT_PRICED);
    CHECK_INT(may("w", KIND_VISIT_TAKEN), RULE_GOODS_OUT);
}

static void b_02_8_a_return_is_a_visit_of_its_own(void)
{
    help_start();
    help_visit(&tech, "v", KIND_VISIT_PRICED);
    CHECK_INT(may("v", KIND_VISIT_RETURNED), RULE_NO_GOODS);
    take("v", "G-1");
    CHECK_INT(may("v", KIND_VISIT_RETURNED), RULE_SIGNED); /* not in the one that took it */
    come_back("w");
    const struct visit_state *v = visit_now("w");
    CHECK_INT(visit_next(&s, v), KIND_VISIT_RETURNED);
    CHECK_INT(may("w", KIND_VISIT_RETURNED), RULE_OK);
    CHECK_INT(body_ok("w", KIND_VISIT_RETURNED, help_returned("w", "G-1", 100)), RULE_OK);
}

static void b18_5_what_two_devices_brought_back_is_kept_twice_and_paid_once(void)
{
    help_start();
    help_visit(&tech, "v", KIND_VISIT_PRICED);
    take("v", "G-1");
    come_back("w");
    union body b = help_step("x");
    help_say(&other, KIND_VISIT_ACCEPTED, &b);
    help_say(&other, KIND_VISIT_ARRIVED, &b);
    b = help_returned("w", "G-1", 100);
    help_say(&tech, KIND_VISIT_RETURNED, &b);
    visit_now("w");
    CHECK(!visit_returned_twice(&s));
    b = help_returned("x", "G-1", 100); /* he could not know */
    help_say(&other, KIND_VISIT_RETURNED, &b);
    const struct visit_state *x = visit_now("x");
    CHECK(x->end == END_RETURNED && fold_fact(x, KIND_VISIT_RETURNED) != NULL);
    CHECK(visit_returned_twice(&s) && visit_returned_before(&s, x));
    CHECK_INT(visit_next(&s, x), KIND_VISIT_LEFT);
    CHECK_INT(may("x", KIND_VISIT_PAID), RULE_NOTHING_DUE);
    const struct visit_state *w = visit_now("w");
    CHECK(!visit_returned_before(&s, w));
    CHECK_INT(visit_next(&s, w), KIND_VISIT_PAID);
    CHECK_INT(may("w", KIND_VISIT_PAID), RULE_OK);
    CHECK_INT(office_state(&s), JOB_SIGNED);
}

static void b18_4_before_the_inspection_nothing_goes_back(void)
{
    static const struct {
        int64_t state;
        enum rule rule;
    } want[] = {{GOODS_TAKEN, RULE_NOT_PASSED},   {GOODS_IN, RULE_NOT_PASSED},
                {GOODS_IN_WORK, RULE_NOT_PASSED}, {GOODS_FINISHED, RULE_NOT_PASSED},
                {GOODS_PASSED, RULE_OK},          {GOODS_OUT, RULE_OK},
                {GOODS_VOIDED, RULE_NO_GOODS}};
    CHECK_INT(visit_return_ok(NULL), RULE_NOT_PASSED);
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        struct field_value v = {.type = FT_ENUM, .i = want[i].state, .actor = {{1}}};
        struct field_state f = {.field = F_GOODS_STATE, .n = 1, .v = &v};
        struct subject_state g = {.type = SUBJECT_GOODS, .nfields = 1, .fields = &f};
        CHECK_INT(visit_return_ok(&g), want[i].rule);
    }
    CHECK_STR(rule_id(RULE_NOT_PASSED), "B-18.4");
}

static void b18_5_signature_and_voiding_are_one_entry_and_a_lost_receipt_is_an_outcome(void)
{
    help_start();
    help_visit(&tech, "v", KIND_VISIT_PRICED);
    take("v", "G-1");
    come_back("w");
    CHECK_INT(body_ok("w", KIND_VISIT_RETURNED, help_returned("w", "G-2", 0)),
              RULE_NOT_SIGNED_BACK);
    union body b = help_returned("w", "G-1", 0);
    b.returned.outcome = 0;
    CHECK_INT(body_ok("w", KIND_VISIT_RETURNED, b), RULE_NOT_SIGNED_BACK);
    b.returned.outcome = RECEIPT_LOST;
    CHECK_INT(body_ok("w", KIND_VISIT_RETURNED, b), RULE_OK);
    b = help_returned("w", "G-1", 99999999);
    CHECK_INT(body_ok("w", KIND_VISIT_RETURNED, b), RULE_CONSENT_EXCEEDED);
    b = help_returned("w", "G-1", 0);
    b.returned.class_ = CLASS_C;
    CHECK_INT(body_ok("w", KIND_VISIT_RETURNED, b), RULE_NO_CLASS);
    b = help_returned("w", "G-1", 5000);
    CHECK_INT(body_att(KIND_VISIT_RETURNED, &b, BA_GOODS_STROKES), 1);
    help_say(&tech, KIND_VISIT_RETURNED, &b);
    const struct visit_state *v = visit_now("w");
    CHECK(v->stage == VISIT_ENDED && v->end == END_RETURNED);
    CHECK_INT(office_state(&s), JOB_SIGNED);
    CHECK(visit_goods_out(&s, NULL, NULL) == NULL);
    CHECK_INT(visit_next(&s, v), KIND_VISIT_PAID);
    CHECK_INT(body_ok("w", KIND_VISIT_PAID, help_paid("w", PAY_CASH, 5000)), RULE_OK);
    CHECK_INT(body_ok("w", KIND_VISIT_PAID, help_paid("w", PAY_CASH, 5001)), RULE_NOTHING_DUE);
    b = help_paid("w", PAY_CASH, 5000);
    help_say(&tech, KIND_VISIT_PAID, &b);
    v = visit_now("w");
    CHECK_INT(visit_next(&s, v), KIND_VISIT_LEFT);
    CHECK_INT(may("w", KIND_VISIT_RETURNED), RULE_SIGNED);
}

/* ---- the workshop ------------------------------------------------------------------------------
 */
static void bench(unsigned kind, union body *b)
{
    uint8_t buf[CAP_BODY_BYTES];
    bytes body;
    CHECK(body_encode(kind, b, buf, sizeof buf, &body) == ST_OK);
    help_entry(&tech, kind, SUBJECT_GOODS, sample_id16("goods"), body, NULL, 0);
}

static void state_of(struct help_person *p, int64_t state)
{
    struct subject_state seen = help_fold_of(ledger, nledger, NULL);
    struct record_write w = help_int(F_GOODS_STATE, FT_ENUM, state);
    help_record(p, SUBJECT_GOODS, sample_id16("goods"), nledger == 0 ? NULL : &seen, &w, 1);
}

static enum rule may_goods(unsigned kind)
{
    s = help_fold_of(ledger, nledger, NULL);
    return visit_may(&s, fold_visit_open(&s, tech.head.author), kind);
}

static void b_02_4_the_repair_card_says_what_was_done_in_the_workshop(void)
{
    help_start();
    state_of(&tech, GOODS_TAKEN);
    CHECK_INT(may_goods(KIND_VISIT_ACCEPTED), RULE_CARD); /* the clerk has it not */
    state_of(&clerk, GOODS_IN);
    CHECK_INT(may_goods(KIND_VISIT_ACCEPTED), RULE_OK);
    CHECK_INT(may_goods(KIND_VISIT_PART), RULE_CARD);
    union body b;
    memset(&b, 0, sizeof b);
    b.step.head = help_head("card");
    bench(KIND_VISIT_ACCEPTED, &b);
    state_of(&tech, GOODS_IN_WORK);
    CHECK_INT(may_goods(KIND_VISIT_PART), RULE_OK);
    CHECK_INT(may_goods(KIND_VISIT_TESTED), RULE_NO_ACTION);
    b = help_part("card");
    bench(KIND_VISIT_PART, &b);
    b = help_action("card");
    bench(KIND_VISIT_ACTION, &b);
    CHECK_INT(may_goods(KIND_VISIT_TESTED), RULE_OK);
    CHECK_INT(may_goods(KIND_VISIT_SIGNED), RULE_ROLE);
    CHECK_INT(may_goods(KIND_VISIT_ARRIVED), RULE_ROLE);
    b = help_tested("card");
    bench(KIND_VISIT_TESTED, &b);
    state_of(&tech, GOODS_FINISHED);
    CHECK_INT(may_goods(KIND_VISIT_PART), RULE_CARD);
    state_of(&tech, GOODS_PASSED); /* his word */
    s = help_fold_of(ledger, nledger, NULL);
    CHECK_INT(office_state(&s), GOODS_FINISHED);
    CHECK_INT(s.nvisits, 1);
    CHECK_INT(s.visits[0].nfacts, 4);
    CHECK_INT(s.nodd, 0);
}

int main(void)
{
    RUN(b18_3_nothing_leaves_without_receipt_and_acknowledgement);
    RUN(b18_10_paid_work_is_agreed_before_the_thing_leaves);
    RUN(b18_3_a_take_away_ends_its_visit_and_is_frozen);
    RUN(a_04_one_open_receipt_a_thing);
    RUN(b_02_8_a_return_is_a_visit_of_its_own);
    RUN(b18_5_what_two_devices_brought_back_is_kept_twice_and_paid_once);
    RUN(b18_4_before_the_inspection_nothing_goes_back);
    RUN(b18_5_signature_and_voiding_are_one_entry_and_a_lost_receipt_is_an_outcome);
    RUN(b_02_4_the_repair_card_says_what_was_done_in_the_workshop);
    CHECK_END();
}
