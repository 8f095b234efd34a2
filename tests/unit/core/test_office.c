/* test_office.c - the office's rules, each by the number of its procedure (B-18, B-02, E). */
#include "core/rules/office.h"
#include "tests/support/check.h"

/* A paper with some fields, by hand. */
struct paper {
    struct subject_state s;
    struct field_state f[12];
    struct field_value v[12];
};

static struct paper paper(enum subject_type type)
{
    struct paper p;
    memset(&p, 0, sizeof p);
    p.s.type = type;
    return p;
}

static void set(struct paper *p, int field, int64_t i, const id16 *ref)
{
    unsigned at = p->s.nfields;
    for (unsigned k = 0; k < p->s.nfields; k++) {
        at = p->f[k].field == field ? k : at;
    }
    p->v[at] = (struct field_value){.type = ref != NULL ? FT_REF : FT_INT, .i = i, .actor = {{9}}};
    if (ref != NULL) {
        memcpy(p->v[at].b, ref->b, sizeof ref->b);
        p->v[at].nb = sizeof ref->b;
    }
    p->f[at] = (struct field_state){.field = field, .n = 1};
    p->s.nfields += at == p->s.nfields;
    /* Ascending by field, as the fold has them. */
    for (unsigned k = at; k > 0 && p->f[k - 1].field > p->f[k].field; k--) {
        struct field_state f = p->f[k];
        struct field_value v = p->v[k];
        p->f[k] = p->f[k - 1];
        p->v[k] = p->v[k - 1];
        p->f[k - 1] = f;
        p->v[k - 1] = v;
    }
    for (unsigned k = 0; k < p->s.nfields; k++) {
        p->f[k].v = &p->v[k];
    }
    p->s.fields = p->f;
}

static const id16 anna = {{1}}, ben = {{2}}, carl = {{3}};

static enum office_rule may(const char *step, struct paper *p, const int *given, id16 who,
                            enum role role)
{
    if (p != NULL) {
        p->s.fields = p->f;
        for (unsigned k = 0; k < p->s.nfields; k++) {
            p->f[k].v = &p->v[k];
        }
    }
    return office_may(office_step(step), p == NULL ? NULL : &p->s, given, who, role);
}

static void b_18_3_taking_away_needs_receipt_and_acknowledgement(void)
{
    static const int both[] = {F_GOODS_JOB, F_GOODS_RECEIPT, F_GOODS_ACKNOWLEDGED, 0};
    static const int receipt[] = {F_GOODS_JOB, F_GOODS_RECEIPT, 0};
    static const int word[] = {F_GOODS_JOB, F_GOODS_ACKNOWLEDGED, 0};
    CHECK_INT(may("goods.in", NULL, both, anna, ROLE_CLERK), OFFICE_OK);
    CHECK_INT(may("goods.in", NULL, receipt, anna, ROLE_CLERK), OFFICE_TAKE_AWAY);
    CHECK_INT(may("goods.in", NULL, word, anna, ROLE_CLERK), OFFICE_TAKE_AWAY);
    CHECK_INT(may("goods.in", NULL, both, anna, ROLE_ACCOUNTANT), OFFICE_ROLE);
    CHECK_STR(office_rule_id(OFFICE_TAKE_AWAY), "B-18.3");
}

static void b_18_4_goods_do_not_go_back_before_the_inspection(void)
{
    struct paper g = paper(SUBJECT_GOODS);
    for (int64_t state = GOODS_IN; state <= GOODS_VOIDED; state++) {
        set(&g, F_GOODS_STATE, state, NULL);
        set(&g, F_GOODS_INSPECTOR, 0, &ben);
        CHECK_INT(may("goods.out", &g, NULL, anna, ROLE_CLERK),
                  state == GOODS_PASSED ? OFFICE_OK : OFFICE_NOT_PASSED);
    }
    CHECK_STR(office_rule_id(OFFICE_NOT_PASSED), "B-18.4");
}

static void b_18_5_a_receipt_is_voided_with_the_customers_signature(void)
{
    static const int signed_[] = {F_GOODS_SIGNED_BACK, 0};
    struct paper g = paper(SUBJECT_GOODS);
    set(&g, F_GOODS_STATE, GOODS_OUT, NULL);
    CHECK_INT(may("goods.void", &g, NULL, anna, ROLE_CLERK), OFFICE_NOT_SIGNED_BACK);
    CHECK_INT(may("goods.void", &g, signed_, anna, ROLE_CLERK), OFFICE_OK);
    set(&g, F_GOODS_STATE, GOODS_PASSED, NULL);
    CHECK_INT(may("goods.void", &g, signed_, anna, ROLE_CLERK), OFFICE_NOT_SIGNED_BACK);
    CHECK_STR(office_rule_id(OFFICE_NOT_SIGNED_BACK), "B-18.5");
}

/* The same state by a technician's own word: his field has no actor of headquarters. */
static void says_himself(struct paper *g, int64_t state)
{
    set(g, F_GOODS_STATE, state, NULL);
    for (unsigned k = 0; k < g->s.nfields; k++) {
        if (g->f[k].field == F_GOODS_STATE) {
            g->v[k].actor = (id16){{0}};
        }
    }
}

static void b_18_4_a_technicians_word_passes_no_goods(void)
{
    static const int signed_[] = {F_GOODS_SIGNED_BACK, 0};
    static const int64_t claims[] = {GOODS_PASSED, GOODS_OUT, GOODS_VOIDED};
    for (size_t i = 0; i < 3; i++) {
        struct paper g = paper(SUBJECT_GOODS);
        says_himself(&g, claims[i]);
        CHECK_INT(office_state(&g.s), GOODS_FINISHED);
        CHECK_INT(may("goods.return", &g, signed_, anna, ROLE_TECHNICIAN), OFFICE_NOT_PASSED);
    }
    struct paper g = paper(SUBJECT_GOODS);
    set(&g, F_GOODS_STATE, GOODS_PASSED, NULL);
    set(&g, F_GOODS_PASSED, 77, NULL);
    CHECK_INT(may("goods.return", &g, signed_, anna, ROLE_TECHNICIAN), OFFICE_OK);
    CHECK_INT(may("goods.return", &g, NULL, anna, ROLE_TECHNICIAN), OFFICE_NOT_SIGNED_BACK);
    CHECK_INT(may("goods.return", &g, signed_, anna, ROLE_CLERK), OFFICE_ROLE);
    says_himself(&g, GOODS_VOIDED);
    CHECK_INT(office_state(&g.s), GOODS_VOIDED);
}

static void b_02_3_what_the_technician_took_comes_in_by_the_clerk(void)
{
    static const int all[] = {F_GOODS_JOB, F_GOODS_RECEIPT, F_GOODS_ACKNOWLEDGED, 0};
    static const int bare[] = {F_GOODS_JOB, F_GOODS_RECEIPT, 0};
    CHECK_INT(may("goods.take", NULL, all, anna, ROLE_TECHNICIAN), OFFICE_OK);
    CHECK_INT(may("goods.take", NULL, bare, anna, ROLE_TECHNICIAN), OFFICE_TAKE_AWAY);
    CHECK_INT(may("goods.take", NULL, all, anna, ROLE_CLERK), OFFICE_ROLE);
    struct paper g = paper(SUBJECT_GOODS);
    static const id16 job = {{7}};
    set(&g, F_GOODS_JOB, 0, &job);
    set(&g, F_GOODS_RECEIPT, 1, NULL);
    set(&g, F_GOODS_ACKNOWLEDGED, 1, NULL);
    says_himself(&g, GOODS_TAKEN);
    CHECK_INT(office_state(&g.s), GOODS_TAKEN);
    CHECK_INT(may("goods.in", &g, NULL, anna, ROLE_CLERK), OFFICE_OK);
    static const int repairer[] = {F_GOODS_REPAIRER, 0};
    CHECK_INT(may("goods.begin", &g, repairer, anna, ROLE_TECHNICIAN), OFFICE_ORDER);
    set(&g, F_GOODS_STATE, GOODS_IN, NULL);
    CHECK_INT(may("goods.begin", &g, repairer, anna, ROLE_TECHNICIAN), OFFICE_OK);
}

static struct signature_state signature;
static struct visit_state visit;
static struct fact paid;
static uint8_t paid_body[256];

/* A job with one visit: signed or not, with cash or without. */
static struct subject_state job_of(bool with_signature, int64_t cash)
{
    struct subject_state job = {.type = SUBJECT_JOB, .assigned = anna};
    union body b;
    memset(&b, 0, sizeof b);
    b.paid.method = PAY_CASH;
    b.paid.amount_minor = cash;
    IGNORE(!code_of(bytes_of("R1", 2), &b.paid.receipt));
    signature = (struct signature_state){.outcome = SIGN_SIGNED, .stands = true};
    paid = (struct fact){.kind = KIND_VISIT_PAID};
    CHECK_INT(body_encode(KIND_VISIT_PAID, &b, paid_body, sizeof paid_body, &paid.body), ST_OK);
    visit = (struct visit_state){.stage = with_signature ? VISIT_SIGNED : VISIT_TESTED,
                                 .author = {{9}},
                                 .nsigned = with_signature,
                                 .signatures = &signature,
                                 .nfacts = cash != 0,
                                 .facts = &paid};
    job.nvisits = 1;
    job.visits = &visit;
    return job;
}

static void b_18_6_struck_off_only_when_the_signed_voucher_is_back(void)
{
    struct subject_state job = job_of(false, 0);
    CHECK_INT(office_may_archive(&job, false), OFFICE_NO_VOUCHER);
    job = job_of(true, 0);
    CHECK_INT(office_may_archive(&job, false), OFFICE_OK);
    signature.stands = false; /* reopened: a new version is due */
    CHECK_INT(office_may_archive(&job, false), OFFICE_NO_VOUCHER);
    CHECK_STR(office_rule_id(OFFICE_NO_VOUCHER), "B-18.6");
}

static void b_02_9_and_b_18_11_not_archived_with_goods_or_cash_out(void)
{
    struct subject_state job = job_of(true, 38000);
    CHECK_INT(office_cash_owed_minor(&job), 38000);
    CHECK_INT(office_may_archive(&job, false), OFFICE_CASH_OUT);
    struct hash_list none = {0}, of, other = {1, {{{9}}}};
    CHECK_INT(office_cash_out(&job, &none, &of), 38000);
    CHECK_INT(of.n, 1);
    CHECK_INT(office_cash_out(&job, &other, &of), 0);
    CHECK_INT(office_may_accept(38000, 38000), OFFICE_OK);
    CHECK_INT(office_may_accept(38000, 1), OFFICE_OK); /* a part; the rest stays his debt */
    CHECK_INT(office_may_accept(38000, 38001), OFFICE_CASH_OVER);
    CHECK_INT(office_may_accept(38000, 0), OFFICE_CASH_OVER);
    CHECK_INT(office_may_accept(0, 1), OFFICE_CASH_OVER);
    CHECK_STR(office_rule_id(OFFICE_CASH_OVER), "B-18.11");
    visit.cash_accepted_minor = 38000;
    CHECK_INT(office_may_archive(&job, true), OFFICE_GOODS_HERE);
    CHECK_INT(office_may_archive(&job, false), OFFICE_OK);
    job.archived = true;
    CHECK_INT(office_may_archive(&job, false), OFFICE_ORDER); /* once */
}

static void b_18_9_no_issue_without_an_approved_slip(void)
{
    struct paper s = paper(SUBJECT_SLIP);
    set(&s, F_SLIP_STATE, SLIP_PROPOSED, NULL);
    set(&s, F_SLIP_TECHNICIAN, 0, &anna);
    CHECK_INT(may("slip.issue", &s, NULL, ben, ROLE_PARTS_KEEPER), OFFICE_NOT_APPROVED);
    CHECK_INT(may("slip.approve", &s, NULL, ben, ROLE_PARTS_KEEPER), OFFICE_ROLE);
    CHECK_INT(may("slip.approve", &s, NULL, ben, ROLE_SUPERVISOR), OFFICE_OK);
    set(&s, F_SLIP_STATE, SLIP_APPROVED, NULL);
    CHECK_INT(may("slip.issue", &s, NULL, ben, ROLE_PARTS_KEEPER), OFFICE_NOT_APPROVED);
    set(&s, F_SLIP_APPROVED_BY, 0, &carl);
    CHECK_INT(may("slip.issue", &s, NULL, ben, ROLE_PARTS_KEEPER), OFFICE_OK);
    set(&s, F_SLIP_STATE, SLIP_REFUSED, NULL);
    CHECK_INT(may("slip.issue", &s, NULL, ben, ROLE_PARTS_KEEPER), OFFICE_NOT_APPROVED);
    CHECK_STR(office_rule_id(OFFICE_NOT_APPROVED), "B-18.9");
}

static void b_18_8_cleared_with_the_old_part_or_what_was_not_used(void)
{
    static const int back[] = {F_SLIP_OLD, F_SLIP_UNUSED, 0}, half[] = {F_SLIP_OLD, 0};
    struct paper s = paper(SUBJECT_SLIP);
    set(&s, F_SLIP_STATE, SLIP_ISSUED, NULL);
    CHECK_INT(may("slip.clear", &s, half, ben, ROLE_PARTS_KEEPER), OFFICE_OLD_PART_OWED);
    CHECK_INT(may("slip.clear", &s, back, ben, ROLE_PARTS_KEEPER), OFFICE_OK);
}

static void b_18_14_late_without_help_is_flagged(void)
{
    struct paper g = paper(SUBJECT_GOODS);
    set(&g, F_GOODS_STATE, GOODS_IN_WORK, NULL);
    set(&g, F_GOODS_DUE, 1000, NULL);
    CHECK(!office_late_unhelped(&g.s, 1000));
    CHECK(office_late_unhelped(&g.s, 1001));
    set(&g, F_GOODS_HELP, 900, NULL);
    CHECK(!office_late_unhelped(&g.s, 1001));
    struct paper done = paper(SUBJECT_GOODS);
    set(&done, F_GOODS_STATE, GOODS_FINISHED, NULL);
    set(&done, F_GOODS_DUE, 1000, NULL);
    CHECK(!office_late_unhelped(&done.s, 2000));
}

static void a_13_help_with_a_repair_waits_until_its_request_is_answered(void)
{
    const h32 asked = {{7}}, before = {{6}};
    struct paper g = paper(SUBJECT_GOODS);
    set(&g, F_GOODS_STATE, GOODS_IN_WORK, NULL);
    CHECK(h32_zero(office_help(&g.s)) && !office_help_waits(&g.s));
    set(&g, F_GOODS_HELP, 900, NULL);
    for (unsigned k = 0; k < g.s.nfields; k++) {
        g.v[k].entry = g.f[k].field == F_GOODS_HELP ? asked : before;
    }
    CHECK(h32_eq(office_help(&g.s), asked) && office_help_waits(&g.s));
    struct help_answer of[2] = {{.asked = before}, {.asked = asked}};
    g.s.answers = of;
    g.s.nanswers = 1;
    CHECK(office_help_waits(&g.s));
    g.s.nanswers = 2;
    CHECK(h32_eq(office_help(&g.s), asked) && !office_help_waits(&g.s));
    set(&g, F_GOODS_STATE, GOODS_FINISHED, NULL); /* over: nobody asks any more */
    CHECK(h32_zero(office_help(&g.s)) && !office_help_waits(&g.s));
}

static void a_13_an_answer_says_who_when_or_what_as_its_decision_needs_it(void)
{
    const h32 asked = {{7}}, other = {{8}};
    struct paper g = paper(SUBJECT_GOODS);
    set(&g, F_GOODS_STATE, GOODS_IN, NULL);
    set(&g, F_GOODS_HELP, 900, NULL);
    g.v[0].entry = g.v[1].entry = asked;
    for (unsigned d = 0; d <= HELP_DECISIONS; d++) {
        for (unsigned bits = 0; bits < 8; bits++) {
            bool who = (bits & 1) != 0, when = (bits & 2) != 0, words = (bits & 4) != 0;
            struct body_help b = {.decision = d,
                                  .who = who ? anna : (id16){{0}},
                                  .when_ms = when ? 5 : 0,
                                  .words = words};
            bool fits = d == HELP_COMES || d == HELP_TAKEN_OVER ? who
                        : d == HELP_ADVICE || d == HELP_OTHER   ? words
                        : d == HELP_PUT_OFF                     ? when
                                                                : d == HELP_AGREED;
            CHECK_INT(office_may_answer(&g.s, asked, &b), fits ? OFFICE_OK : OFFICE_HELP_UNSAID);
            CHECK_INT(office_may_answer(&g.s, other, &b), OFFICE_NO_HELP);
            CHECK_INT(office_may_answer(&g.s, (h32){{0}}, &b), OFFICE_NO_HELP);
        }
    }
    CHECK_STR(office_rule_id(OFFICE_NO_HELP), "A-13");
    CHECK_STR(office_rule_id(OFFICE_HELP_UNSAID), "A-13");
}

static void b_18_15_left_over_calls_head_the_list(void)
{
    const int64_t day = 86400000, noon = 12 * 3600000, zone = 8 * 60;
    struct paper j = paper(SUBJECT_JOB);
    set(&j, F_JOB_CALLED, 100 * day + noon, NULL);
    CHECK(!office_left_over(&j.s, 100 * day + noon + 3600000, (int)zone));
    /* 15:59 UTC is 23:59 there: the day ends with the next minute. */
    CHECK(!office_left_over(&j.s, 100 * day + 16 * 3600000 - 60000, (int)zone));
    CHECK(office_left_over(&j.s, 100 * day + 16 * 3600000, (int)zone));
    j.s.assigned = anna; /* dispatched: it is no left-over */
    CHECK(!office_left_over(&j.s, 102 * day, (int)zone));
    struct office_due late = {.left_over = true, .due_ms = 900, .called_ms = 5};
    struct office_due urgent = {.due_ms = 10, .called_ms = 1}, later = {.due_ms = 20};
    CHECK(office_dispatch_before(&late, &urgent) && !office_dispatch_before(&urgent, &late));
    CHECK(office_dispatch_before(&urgent, &later) && !office_dispatch_before(&later, &urgent));
    CHECK(!office_dispatch_before(&late, &late));
}

static void e_who_repaired_does_not_inspect(void)
{
    struct paper g = paper(SUBJECT_GOODS);
    set(&g, F_GOODS_STATE, GOODS_FINISHED, NULL);
    set(&g, F_GOODS_REPAIRER, 0, &anna);
    CHECK_INT(may("goods.pass", &g, NULL, anna, ROLE_SUPERVISOR), OFFICE_SIGNER_INSPECTS);
    CHECK_INT(may("goods.reject", &g, NULL, anna, ROLE_SUPERVISOR), OFFICE_SIGNER_INSPECTS);
    CHECK_INT(may("goods.pass", &g, NULL, ben, ROLE_SUPERVISOR), OFFICE_OK);
    CHECK_INT(may("goods.pass", &g, NULL, ben, ROLE_CLERK), OFFICE_ROLE);
}

static id16 owner(void *ctx, id8 author)
{
    (void)author;
    return *(const id16 *)ctx;
}

static void e_who_collected_does_not_invoice(void)
{
    struct subject_state job = job_of(true, 100);
    id16 collector = anna;
    CHECK_INT(office_may_bill(&job, anna, owner, &collector), OFFICE_COLLECTOR_BILLS);
    CHECK_INT(office_may_bill(&job, ben, owner, &collector), OFFICE_OK);
    job = job_of(true, 0); /* nothing was collected */
    CHECK_INT(office_may_bill(&job, anna, owner, &collector), OFFICE_OK);
}

static void e_who_uses_a_part_neither_approves_nor_issues_it(void)
{
    struct paper s = paper(SUBJECT_SLIP);
    set(&s, F_SLIP_STATE, SLIP_PROPOSED, NULL);
    set(&s, F_SLIP_TECHNICIAN, 0, &anna);
    CHECK_INT(may("slip.approve", &s, NULL, anna, ROLE_SUPERVISOR), OFFICE_USER_KEEPS);
    set(&s, F_SLIP_STATE, SLIP_APPROVED, NULL);
    set(&s, F_SLIP_APPROVED_BY, 0, &ben);
    CHECK_INT(may("slip.issue", &s, NULL, anna, ROLE_PARTS_KEEPER), OFFICE_USER_KEEPS);
    CHECK_INT(may("slip.issue", &s, NULL, carl, ROLE_PARTS_KEEPER), OFFICE_OK);
}

static void every_step_moves_on_and_none_skips(void)
{
    size_t n;
    const struct office_step *all = office_steps(&n);
    for (size_t i = 0; i < n; i++) {
        CHECK(all[i].roles != 0 && all[i].from != 0);
        CHECK(office_step(all[i].name) == &all[i]);
        CHECK(all[i].to == 0 || (all[i].from >> all[i].to & 1U) == 0);
        for (unsigned state = 1; state < 10; state++) {
            struct paper p = paper(all[i].type);
            int field = all[i].type == SUBJECT_GOODS  ? F_GOODS_STATE
                        : all[i].type == SUBJECT_SLIP ? F_SLIP_STATE
                        : all[i].type == SUBJECT_DAY  ? F_DAY_STATE
                                                      : F_INVOICE_STATE;
            set(&p, field, state, NULL);
            if ((all[i].from >> state & 1U) == 0) {
                CHECK(may(all[i].name, &p, all[i].needs, carl, ROLE_SUPERVISOR) != OFFICE_OK);
            }
        }
    }
    CHECK(office_step("goods.fly") == NULL);
    for (unsigned rule = OFFICE_OK + 1; rule < OFFICE_RULES; rule++) {
        CHECK(*office_rule_id(rule) != '\0' && *office_rule_name(rule) != '\0');
    }
}

int main(void)
{
    RUN(b_18_3_taking_away_needs_receipt_and_acknowledgement);
    RUN(b_18_4_goods_do_not_go_back_before_the_inspection);
    RUN(b_18_4_a_technicians_word_passes_no_goods);
    RUN(b_02_3_what_the_technician_took_comes_in_by_the_clerk);
    RUN(b_18_5_a_receipt_is_voided_with_the_customers_signature);
    RUN(b_18_6_struck_off_only_when_the_signed_voucher_is_back);
    RUN(b_02_9_and_b_18_11_not_archived_with_goods_or_cash_out);
    RUN(b_18_9_no_issue_without_an_approved_slip);
    RUN(b_18_8_cleared_with_the_old_part_or_what_was_not_used);
    RUN(b_18_14_late_without_help_is_flagged);
    RUN(a_13_help_with_a_repair_waits_until_its_request_is_answered);
    RUN(a_13_an_answer_says_who_when_or_what_as_its_decision_needs_it);
    RUN(b_18_15_left_over_calls_head_the_list);
    RUN(e_who_repaired_does_not_inspect);
    RUN(e_who_collected_does_not_invoice);
    RUN(e_who_uses_a_part_neither_approves_nor_issues_it);
    RUN(every_step_moves_on_and_none_skips);
    CHECK_END();
}
