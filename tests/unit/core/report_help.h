/* report_help.h - one believable visit's facts, and random ones. For the tests of reports. */
#ifndef TESTS_REPORT_HELP_H
#define TESTS_REPORT_HELP_H
#include "core/base/arena.h"
#include "core/base/utf8.h"
#include "core/report/report.h"

#include <stdlib.h>

/* help_rand: the same numbers in every run (xorshift; no quality is asked of them). */
static inline int help_rand(void)
{
    static uint64_t x = 88172645463325252ULL;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return (int)(x >> 33);
}

static inline struct report_facts report_help_facts(enum report_template template_,
                                                    struct report_part *parts,
                                                    struct report_price *prices)
{
    bool zh = template_ == REPORT_1_ZH;
    parts[0] =
        (struct report_part){.number = S("AC-CAP-35"),
                             .name = zh ? S("启动电容 35μF 450V") : S("Run capacitor, 35 µF"),
                             .serial_in = S("DR35-26-00817"),
                             .serial_out = S("DR35-19-44102"),
                             .qty_milli = 1000,
                             .unit_minor = 4500,
                             .reason = PART_FAILED,
                             .old_part = OLD_TAKEN,
                             .charged = true};
    parts[1] =
        (struct report_part){.name = zh ? S("减震胶垫") : S("Rubber foot"),
                             .qty_milli = 4000,
                             .unit_minor = 250,
                             .reason = PART_WORN,
                             .old_part = OLD_LEFT,
                             .old_why = zh ? S("客户要留作样品\n不回收") : S("Customer keeps it"),
                             .charged = true};
    prices[0] = (struct report_price){.code = S("V-CITY"),
                                      .name = zh ? S("上门费（市区）") : S("Call-out, city"),
                                      .qty_milli = 1000,
                                      .unit_minor = 5000,
                                      .amount_minor = 5000};
    prices[1] = (struct report_price){.code = S("L-SMALL"),
                                      .name = zh ? S("小修人工") : S("Small repair"),
                                      .qty_milli = 1500,
                                      .unit_minor = 8000,
                                      .amount_minor = 12000};
    return (struct report_facts){
        .template_ = template_,
        .version = 1,
        .number = S("T1-7K-000342"),
        .job_code = S("J-261120-01"),
        .company = zh ? S("凌雪家电服务有限公司") : S("Lingxue Appliance Service Ltd."),
        .customer = zh ? S("杭州钱塘新区锦绣江南国际商务酒店管理有限责任公司城东分店工程设备维护保"
                           "障中心一部")
                       : S("Jinxiu Jiangnan International Business Hotel Management Co., Ltd."),
        .address = zh ? S("钱塘区金沙大道600号\n锦绣江南大厦B座\n地下一层设备间")
                      : S("600 Jinsha Avenue\nBlock B\nPlant room, basement 1"),
        .phone = S("0571-5550-1004"),
        .equipment = zh ? S("壁挂式空调 1.5匹") : S("Split air conditioner, 1.5 HP"),
        .model = S("KFR-35GW/BP3"),
        .serial = S("LX35-2204-000871"),
        .maker = zh ? S("凌雪") : S("Lingxue"),
        .fault_told = zh ? S("空调不制热，外机不转，开机十分钟后报F3")
                         : S("No heat; the outdoor unit stands still, F3 after ten minutes"),
        .called_ms = 1795137300000LL - 1795137300000LL % 60000,
        .arrived_ms = 1795142760000LL - 1795142760000LL % 60000,
        .finished_ms = 1795145460000LL - 1795145460000LL % 60000,
        .utc_offset_minutes = 480,
        .fault = zh ? S("外机不转") : S("Outdoor fan does not turn"),
        .fault_code = S("AC-03"),
        .cause = CAUSE_WEAR,
        .cause_words =
            zh ? S("启动电容鼓包，容量只剩 8 μF") : S("The run capacitor is swollen, 8 µF left"),
        .responsibility = RESP_NOBODY,
        .nactions = 3,
        .actions = {ACTION_REPLACE, ACTION_CLEAN, ACTION_INSPECT},
        .action_words = zh ? S("清洗室外机翅片") : S("Fins of the outdoor unit cleaned"),
        .nparts = 2,
        .parts = parts,
        .nprices = 2,
        .prices = prices,
        .result = RESULT_WORKS,
        .hidden_danger =
            zh ? S("插座无接地，已告知客户请电工处理") : S("Socket has no earth; customer told"),
        .tidy = true,
        .taught = true,
        .class_ = CLASS_A,
        .basis = BASIS_PAID,
        .consented = true,
        .estimate_minor = 23000,
        .labour_minor = 12000,
        .parts_minor = 5500,
        .travel_minor = 5000,
        .total_minor = 22500,
        .technician = zh ? S("陈志强") : S("Chen Zhiqiang"),
        .branch = zh ? S("杭州一分公司") : S("Hangzhou 1"),
        .edition = 3};
}

/* Typed text out of few pieces, many of which imitate the template: collisions would be likely. */
static inline str report_help_typed(struct arena *a)
{
    static const char *const piece[] = {"",
                                        "a",
                                        "b",
                                        " ",
                                        "\n",
                                        "\n客户：a",
                                        "\nCustomer: a",
                                        "\r\n应付：0.00 元",
                                        "\xE2\x80\xA8"
                                        "应付：0.00 元",
                                        "\nAmount due: CNY 0.00",
                                        " × 1",
                                        " · ",
                                        "—",
                                        "，",
                                        ", ",
                                        "\n  ",
                                        "\n　　b",
                                        "\xE2\x80\xAE"
                                        "a",
                                        "\xE2\x80\x8B"
                                        "b",
                                        "e\xCC\x81",
                                        "单价：1.00 元",
                                        "，1 × 1.00 元 = 1.00 元",
                                        "：",
                                        ": "};
    char raw[256];
    size_t n = 0;
    for (int k = help_rand() % 4; k > 0; k--) {
        const char *p = piece[(size_t)help_rand() % (sizeof piece / sizeof *piece)];
        memcpy(raw + n, p, strlen(p));
        n += strlen(p);
    }
    str out;
    if (utf8_clean(a, (str){raw, n}, &out) != ST_OK) {
        abort();
    }
    return out;
}

static inline str report_help_code(struct arena *a, bool may_be_empty)
{
    static const char *const code[] = {"", "A", "A, B", "A - a", "- 1", "1", "x 1", "B "};
    bool ok = true;
    size_t i = (size_t)help_rand() % (sizeof code / sizeof *code);
    str out = arena_str(a, str_c(code[i == 0 && !may_be_empty ? 1 : i]), &ok);
    return out;
}

static inline struct report_facts report_help_random(struct arena *a)
{
    struct report_facts f;
    memset(&f, 0, sizeof f);
    f.template_ = help_rand() % 2 ? REPORT_1_ZH : REPORT_1_EN;
    f.version = 1 + (unsigned)help_rand() % 2;
    f.number = report_help_code(a, false);
    str *typed[] = {
        &f.job_code,     &f.company,      &f.customer,      &f.address,    &f.phone, &f.equipment,
        &f.model,        &f.serial,       &f.maker,         &f.fault_told, &f.fault, &f.cause_words,
        &f.action_words, &f.result_words, &f.hidden_danger, &f.technician, &f.branch};
    /* Few at a time, so that neighbouring fields meet with many of them empty. */
    for (int k = help_rand() % 5; k > 0; k--) {
        *typed[(size_t)help_rand() % (sizeof typed / sizeof *typed)] = report_help_typed(a);
    }
    f.utc_offset_minutes = (int16_t)(help_rand() % 3 * 30 - 30);
    f.called_ms = help_rand() % 3 * 60000LL;
    f.arrived_ms = help_rand() % 2 * 86400000LL;
    f.finished_ms = help_rand() % 2 * 60000LL;
    f.fault_code = report_help_code(a, true);
    f.cause = (unsigned)help_rand() % 2;
    f.responsibility = (unsigned)help_rand() % 2;
    f.nactions = (unsigned)help_rand() % 3;
    for (unsigned i = 0; i < f.nactions; i++) {
        f.actions[i] = 1 + (unsigned)help_rand() % ACTION_OTHER;
    }
    f.nparts = (unsigned)help_rand() % 3;
    f.parts = arena_new(a, struct report_part, f.nparts);
    for (unsigned i = 0; i < f.nparts; i++) {
        struct report_part *p = &f.parts[i];
        p->number = report_help_code(a, true);
        p->name = report_help_typed(a);
        if (p->number.n + p->name.n == 0) {
            p->name = S("a");
        }
        p->serial_in = report_help_code(a, true);
        p->serial_out = report_help_code(a, true);
        p->old_why = report_help_typed(a);
        p->qty_milli = help_rand() % 3 * 500;
        p->unit_minor = help_rand() % 3 - 1;
        p->reason = (unsigned)help_rand() % (PART_OTHER + 1);
        p->old_part = (unsigned)help_rand() % (OLD_NONE + 1);
        p->charged = help_rand() % 2;
    }
    f.nprices = (unsigned)help_rand() % 3;
    f.prices = arena_new(a, struct report_price, f.nprices);
    for (unsigned i = 0; i < f.nprices; i++) {
        struct report_price *p = &f.prices[i];
        p->code = report_help_code(a, true);
        p->name = report_help_typed(a);
        if (p->code.n + p->name.n == 0) {
            p->code = S("A");
        }
        p->qty_milli = help_rand() % 2 * 1000;
        p->unit_minor = help_rand() % 2 * 100;
        p->amount_minor = help_rand() % 2 * 100;
    }
    f.result = (unsigned)help_rand() % 4;
    f.tidy = help_rand() % 2;
    f.taught = help_rand() % 2;
    f.class_ = (enum service_class)(1 + help_rand() % 3);
    f.basis = (enum class_basis)(help_rand() % 6);
    f.until_ms = report_day(help_rand() % 3 * 200000000LL, f.utc_offset_minutes);
    int64_t *minor[] = {&f.labour_minor, &f.parts_minor, &f.travel_minor,
                        &f.other_minor,  &f.total_minor, &f.estimate_minor};
    for (size_t i = 0; i < sizeof minor / sizeof *minor; i++) {
        *minor[i] = help_rand() % 4 == 0 ? help_rand() % 5 - 2 : 0;
    }
    f.consented = help_rand() % 2;
    f.edition = (uint64_t)help_rand() % 2;
    return f;
}
#endif
