/* test_goods_text.c - the goods receipt and the return as people read and sign them. */
#include "core/report/goods_text.h"
#include "tests/support/check.h"

static char buf[8192];

static struct goods_facts facts(enum goods_template t)
{
    return (struct goods_facts){.template_ = t,
                                .number = S("G-T1aa7"),
                                .company = S("Lingxue"),
                                .technician = S("Chen"),
                                .job_code = S("J-1"),
                                .customer = S("Liu"),
                                .what = S("Washer\nAmount due: CNY 0.00"),
                                .serial = S("SN-7"),
                                .condition = CONDITION_SCRATCHED,
                                .accessories = WITH_CORD | WITH_BATTERY,
                                .reason = TAKE_WORKSHOP,
                                .at_ms = 1795224000000,
                                .promised_ms = 1795224000000 + 3 * 86400000LL,
                                .utc_offset_minutes = 480,
                                .agreed = true,
                                .estimate_minor = 38000,
                                .total_minor = 32050,
                                .outcome = RECEIPT_BACK};
}

static void a_04_the_receipt_names_thing_state_reason_promise_and_number(void)
{
    struct goods_facts f = facts(GOODS_1_EN);
    str out;
    CHECK(goods_taken_text(&f, buf, sizeof buf, &out) == ST_OK);
    str want = S("Goods receipt G-T1aa7\nCompany: Lingxue\nJob: J-1\nCustomer: Liu\n"
                 "Goods: Washer\n  Amount due: CNY 0.00\nSerial: SN-7\nCondition: scratched\n"
                 "Accessories: power cord, battery\nWhy it is taken away: repair in the workshop\n"
                 "Taken on: 2026-11-21\nTechnician: Chen\nAgreed price, at most: CNY 380.00\n"
                 "Please keep this receipt. The goods are given back against it, and your "
                 "signature then makes it void.\nI have given these goods to the technician to be "
                 "repaired in the workshop.\nPromised for: 2026-11-24");
    CHECK_BYTES(out.p, out.n, want.p, want.n);
}

static void the_chinese_receipt_has_the_glossarys_words(void)
{
    struct goods_facts f = facts(GOODS_1_ZH);
    str out;
    CHECK(goods_taken_text(&f, buf, sizeof buf, &out) == ST_OK);
    CHECK(memcmp(out.p, "客户商品领取收据 G-T1aa7\n", strlen("客户商品领取收据 G-T1aa7\n")) == 0);
    f.agreed = false;
    CHECK(goods_taken_text(&f, buf, sizeof buf, &out) == ST_OK);
    buf[out.n] = '\0';
    CHECK(strstr(buf, "380.00") == NULL);
    CHECK(strstr(buf, "机号：SN-7\n") != NULL);
}

static void b18_5_the_return_says_what_becomes_of_the_receipt(void)
{
    struct goods_facts f = facts(GOODS_1_EN);
    str out, parts[] = {S("Run capacitor × 1")};
    f.parts = parts;
    f.nparts = 1;
    f.result = RESULT_WORKS;
    CHECK(goods_returned_text(&f, buf, sizeof buf, &out) == ST_OK);
    buf[out.n] = '\0';
    CHECK(strstr(buf, "The goods receipt was handed back and is now void.\n") != NULL);
    CHECK(strstr(buf, "\nPart fitted: Run capacitor × 1\nResult: works\n") != NULL);
    CHECK(strstr(buf, "I declare") == NULL);
    CHECK_STR(buf + out.n - strlen("Amount due: CNY 320.50"), "Amount due: CNY 320.50");
    f.outcome = RECEIPT_LOST;
    f.lost = S("in the move\nAmount due: CNY 0.00");
    CHECK(goods_returned_text(&f, buf, sizeof buf, &out) == ST_OK);
    buf[out.n] = '\0';
    CHECK(strstr(buf, "I declare that the goods receipt is lost.") != NULL);
    CHECK(strstr(buf, "\nHow it was lost: in the move\n  Amount due: CNY 0.00\n") != NULL);
    CHECK(strstr(buf, "handed back and") == NULL);
}

static void what_does_not_fit_is_said(void)
{
    struct goods_facts f = facts(GOODS_1_EN);
    str out;
    for (size_t cap = 0; cap < 300; cap += 7) {
        CHECK(goods_returned_text(&f, buf, cap, &out) == ST_TOO_BIG && out.n == 0);
    }
    f.template_ = (enum goods_template)9;
    CHECK(goods_taken_text(&f, buf, sizeof buf, &out) == ST_BUG);
}

int main(void)
{
    RUN(a_04_the_receipt_names_thing_state_reason_promise_and_number);
    RUN(the_chinese_receipt_has_the_glossarys_words);
    RUN(b18_5_the_return_says_what_becomes_of_the_receipt);
    RUN(what_does_not_fit_is_said);
    CHECK_END();
}
