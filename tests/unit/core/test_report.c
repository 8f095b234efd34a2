/* test_report.c - frozen facts and their canonical text. */
#include "core/codec/hash.h"
#include "tests/support/check.h"
#include "tests/unit/core/report_help.h"

#include <sodium.h>

static struct report_part parts[2];
static struct report_price prices[2];

static str text_in(const struct report_facts *f, char *buf, size_t cap)
{
    str out = {NULL, 0};
    CHECK_INT(report_text(f, buf, cap, &out), ST_OK);
    return out;
}

static void the_text_of_a_visit_stands_line_by_line_in_chinese(void)
{
    struct report_facts f = report_help_facts(REPORT_1_ZH, parts, prices);
    static char buf[CAP_REPORT_BYTES + 1];
    str t = text_in(&f, buf, CAP_REPORT_BYTES);
    static const char want[] =
        "服务凭证 T1-7K-000342 第 1 版\n"
        "公司：凌雪家电服务有限公司\n"
        "工单：J-261120-01\n"
        "客户：杭州钱塘新区锦绣江南国际商务酒店管理有限责任公司城东分店工程设备维护保障中心一部\n"
        "地址：钱塘区金沙大道600号\n"
        "　　锦绣江南大厦B座\n"
        "　　地下一层设备间\n"
        "电话：0571-5550-1004\n"
        "设备：壁挂式空调 1.5匹\n"
        "厂家：凌雪\n"
        "型号：KFR-35GW/BP3\n"
        "机号：LX35-2204-000871\n"
        "叫修内容：空调不制热，外机不转，开机十分钟后报F3\n"
        "来电：2026-11-20 09:15 +08:00\n"
        "到达：2026-11-20 10:46 +08:00\n"
        "完成：2026-11-20 11:31 +08:00\n"
        "故障：AC-03 · 外机不转\n"
        "原因：磨损老化\n"
        "原因说明：启动电容鼓包，容量只剩 8 μF\n"
        "责任：无责任方\n"
        "处理：更换、清洗、检查\n"
        "处理说明：清洗室外机翅片\n"
        "配件 1：AC-CAP-35 · 启动电容 35μF 450V × 1\n"
        "单价：45.00 元，收费\n"
        "换件原因：失效，旧件：带回\n"
        "新件机号：DR35-26-00817\n"
        "旧件机号：DR35-19-44102\n"
        "配件 2：— · 减震胶垫 × 4\n"
        "单价：2.50 元，收费\n"
        "换件原因：磨损，旧件：客户留下\n"
        "旧件说明：客户要留作样品\n"
        "　　不回收\n"
        "结果：恢复正常，已清场，已讲解使用保养\n"
        "隐患：插座无接地，已告知客户请电工处理\n"
        "收费项目 1：V-CITY · 上门费（市区），1 × 50.00 元 = 50.00 元\n"
        "收费项目 2：L-SMALL · 小修人工，1.5 × 80.00 元 = 120.00 元\n"
        "同意收费：是，估价 230.00 元\n"
        "类别：A 有费，保修以外\n"
        "人工费：120.00 元\n"
        "配件费：55.00 元\n"
        "上门费：50.00 元\n"
        "收费标准：第 3 版\n"
        "技术员：陈志强\n"
        "分公司：杭州一分公司\n"
        "应付：225.00 元";
    buf[t.n] = '\0';
    CHECK_STR(buf, want);
    static str lines[400];
    CHECK_INT(report_lines(t, lines, 400), 45);
    CHECK(str_eq(lines[44], S("应付：225.00 元")));
}

/* A released template never changes: its hash is pinned. */
static void released_templates_give_the_text_that_they_always_gave(void)
{
    static const struct {
        enum report_template t;
        const char *hash;
    } want[] = {{REPORT_1_ZH, "a75dd96b36270623a91b8d3921671d5693979ef1d757fbebf9f6c6de8ed584ca"},
                {REPORT_1_EN, "c56d3cf7948f4c744d10876b0965b21c79f8a6b353248907ab813d29a0dfaf11"}};
    for (int i = 0; i < 2; i++) {
        struct report_facts f = report_help_facts(want[i].t, parts, prices);
        static char buf[CAP_REPORT_BYTES];
        h32 h;
        hash32(str_bytes(text_in(&f, buf, sizeof buf)), h.b);
        char hex[65];
        sodium_bin2hex(hex, sizeof hex, h.b, sizeof h.b);
        CHECK_STR(hex, want[i].hash);
    }
}

static void what_decodes_is_what_was_encoded(void)
{
    static uint8_t mem[1 << 20], buf[CAP_FACTS_BYTES], again[CAP_FACTS_BYTES];
    for (int i = 0; i < 4000; i++) {
        struct arena a = arena_of(mem, sizeof mem);
        struct report_facts f = report_help_random(&a), g;
        bytes one, two;
        struct err err = {0};
        const char *rule = "";
        CHECK_INT(report_facts_encode(&f, buf, sizeof buf, &one, &err), ST_OK);
        CHECK_INT(report_facts_decode(one, &a, &g, &rule), ST_OK);
        CHECK_INT(report_facts_encode(&g, again, sizeof again, &two, &err), ST_OK);
        CHECK(bytes_eq(one, two));
        static char t1[CAP_REPORT_BYTES], t2[CAP_REPORT_BYTES];
        CHECK(str_eq(text_in(&f, t1, sizeof t1), text_in(&g, t2, sizeof t2)));
    }
}

static int by_text(const void *a, const void *b)
{
    return memcmp(a, b, 32);
}

/* Neighbouring lines only, of texts that continue as the next line would: without the indent some
 * of these are one text. */
static struct report_facts neighbours(const struct report_facts *of, struct arena *a)
{
    static const char *const piece[] = {
        "", "a", "a\n客户：a", "a\n地址：a", "a\n客户：a\n地址：a", "a\n配件 1：— · a × 1"};
    str s[4];
    for (int i = 0; i < 4; i++) {
        IGNORE(utf8_clean(a, str_c(piece[help_rand() % 6]), &s[i])); /* clean already */
    }
    return (struct report_facts){.template_ = REPORT_1_ZH,
                                 .version = 1,
                                 .number = S("A"),
                                 .class_ = CLASS_A,
                                 .company = s[0],
                                 .customer = s[1],
                                 .address = s[2],
                                 .action_words = s[3],
                                 .nparts = of->nparts > 0,
                                 .parts = of->parts};
}

/* Facts out of few pieces that imitate the template: equal texts come only of equal facts. */
static void two_different_facts_never_give_one_text(void)
{
    enum { N = 60000 };
    static uint8_t mem[1 << 20], buf[CAP_FACTS_BYTES];
    static char text[CAP_REPORT_BYTES];
    static uint8_t seen[N][64]; /* hash of the text, hash of the facts */
    for (int i = 0; i < N; i++) {
        struct arena a = arena_of(mem, sizeof mem);
        struct report_facts f = report_help_random(&a);
        if (i % 2 == 0) {
            f = neighbours(&f, &a);
        }
        bytes one;
        CHECK_INT(report_facts_encode(&f, buf, sizeof buf, &one, NULL), ST_OK);
        hash32(str_bytes(text_in(&f, text, sizeof text)), seen[i]);
        hash32(one, seen[i] + 32);
    }
    qsort(seen, N, sizeof seen[0], by_text);
    int same = 0;
    for (int i = 1; i < N; i++) {
        if (memcmp(seen[i - 1], seen[i], 32) == 0) {
            same++;
            CHECK(memcmp(seen[i - 1] + 32, seen[i] + 32, 32) == 0);
        }
    }
    CHECK(same > 0); /* else the pieces are too many to collide and this proves little */
}

static void every_fact_changes_the_text(void)
{
    static uint8_t mem[1 << 20], buf[CAP_FACTS_BYTES];
    static char t1[CAP_REPORT_BYTES], t2[CAP_REPORT_BYTES];
    struct arena a = arena_of(mem, sizeof mem);
    struct report_facts f = report_help_facts(REPORT_1_ZH, parts, prices), g;
    bytes one;
    const char *rule;
    CHECK_INT(report_facts_encode(&f, buf, sizeof buf, &one, NULL), ST_OK);
    str base = text_in(&f, t1, sizeof t1);
    int changed = 0;
    for (size_t bit = 0; bit < one.n * 8; bit++) {
        buf[bit / 8] ^= (uint8_t)(1U << bit % 8);
        struct arena tmp = a;
        if (report_facts_decode(one, &tmp, &g, &rule) == ST_OK) {
            changed++;
            CHECK(!str_eq(base, text_in(&g, t2, sizeof t2)));
        }
        buf[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    CHECK(changed > 1000);
}

static void typed_text_cannot_imitate_a_line_of_the_template(void)
{
    static uint8_t mem[1 << 20];
    static char text[CAP_REPORT_BYTES];
    struct arena a = arena_of(mem, sizeof mem);
    static const char *const tries[] = {"x\n应付：0.00 元",
                                        "x\r应付：0.00 元",
                                        "x\r\n应付：0.00 元",
                                        "x\xE2\x80\xA8应付：0.00 元",
                                        "x\xE2\x80\xA9应付：0.00 元",
                                        "x\xC2\x85应付：0.00 元",
                                        "x\n\xE2\x80\x8B应付：0.00 元",
                                        "x\n\xE2\x80\xAE应付：0.00 元"};
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        struct report_facts f = report_help_facts(REPORT_1_ZH, parts, prices);
        CHECK_INT(utf8_clean(&a, str_c(tries[i]), &f.customer), ST_OK);
        str lines[100];
        size_t n = report_lines(text_in(&f, text, sizeof text), lines, 100), due = 0;
        for (size_t k = 0; k < n; k++) {
            due += lines[k].n >= 9 && memcmp(lines[k].p, "应付：", 9) == 0;
        }
        CHECK_INT(due, 1);
    }
}

static void text_that_is_not_clean_is_refused_by_name(void)
{
    static uint8_t buf[CAP_FACTS_BYTES];
    static const struct {
        const char *text;
    } bad[] = {{"a\xE2\x80\xAE"}, {"a\tb"}, {"a\r\nb"}, {"e\xCC\x81"}, {"a \nb"}, {"\xff"}};
    bytes out;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct report_facts f = report_help_facts(REPORT_1_EN, parts, prices);
        struct err err = {0};
        f.hidden_danger = str_c(bad[i].text);
        CHECK_INT(report_facts_encode(&f, buf, sizeof buf, &out, &err), ST_BAD_INPUT);
        CHECK(strstr(err.text, "hidden danger") != NULL);
        static char text[CAP_REPORT_BYTES];
        str t;
        CHECK_INT(report_text(&f, text, sizeof text, &t), ST_BUG);
    }
    struct report_facts f = report_help_facts(REPORT_1_EN, parts, prices);
    f.arrived_ms += 1;
    CHECK_INT(report_facts_encode(&f, buf, sizeof buf, &out, NULL), ST_BAD_INPUT);
    f.arrived_ms -= 1;
    f.fault_code = S("caf\xC3\xA9");
    CHECK_INT(report_facts_encode(&f, buf, sizeof buf, &out, NULL), ST_BAD_INPUT);
}

static void a_report_that_is_too_long_is_refused_and_never_cut(void)
{
    static uint8_t buf[CAP_FACTS_BYTES];
    static char text[CAP_REPORT_BYTES], longest[CAP_TEXT_BYTES];
    memset(longest, 'x', sizeof longest);
    struct report_facts f = report_help_facts(REPORT_1_EN, parts, prices);
    str s = {longest, sizeof longest}, t;
    bytes out;
    f.customer = f.address = f.fault_told = s;
    CHECK_INT(report_facts_encode(&f, buf, sizeof buf, &out, NULL), ST_OK);
    CHECK_INT(report_text(&f, text, sizeof text, &t), ST_OK);
    f.cause_words = f.action_words = s;
    CHECK_INT(report_facts_encode(&f, buf, sizeof buf, &out, NULL), ST_TOO_BIG);
    CHECK_INT(report_text(&f, text, sizeof text, &t), ST_TOO_BIG);
}

int main(void)
{
    RUN(the_text_of_a_visit_stands_line_by_line_in_chinese);
    RUN(released_templates_give_the_text_that_they_always_gave);
    RUN(what_decodes_is_what_was_encoded);
    RUN(two_different_facts_never_give_one_text);
    RUN(every_fact_changes_the_text);
    RUN(typed_text_cannot_imitate_a_line_of_the_template);
    RUN(text_that_is_not_clean_is_refused_by_name);
    RUN(a_report_that_is_too_long_is_refused_and_never_cut);
    CHECK_END();
}
