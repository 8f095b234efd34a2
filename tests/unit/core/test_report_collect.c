/* test_report_collect.c - the facts of a visit out of a handheld's store. */
#include "core/fold/refold.h"
#include "core/model/bodies.h"
#include "core/model/catalogue.h"
#include "core/report/report.h"
#include "tests/unit/core/journal_help.h"

static struct desk d;
static struct chain_head hq_head;
static uint8_t memory[4 << 20];
static id16 job, customer, equipment;

/* A record as headquarters sends it: values that are texts are given in `texts`, in order. */
static void record(enum subject_type type, id16 subject, struct record_write *w, size_t n,
                   const char *const *texts, unsigned ntexts)
{
    static uint8_t buf[CAP_ENTRY_BYTES], body[CAP_BODY_BYTES];
    struct arena a = arena_of(memory, sizeof memory);
    struct entry_draft draft = {.kind = KIND_RECORD_SET,
                                .subject_type = type,
                                .subject = subject,
                                .natt = ntexts,
                                .actor = sample_id16("clerk"),
                                .actor_role = ROLE_CLERK};
    h32 names[8];
    draft.atts = names;
    struct store_txn *t = help_write(d.store);
    for (unsigned i = 0; i < ntexts; i++) {
        struct att_view v;
        bytes content = str_bytes(str_c(texts[i]));
        CHECK_INT(att_make(&a, ATT_TEXT, content, &v), ST_OK);
        CHECK_INT(store_att_put(t, v.manifest, content, subject, &err), ST_OK);
        names[i] = v.name;
    }
    CHECK_INT(record_encode(w, n, body, sizeof body, &draft.body), ST_OK);
    struct now now = sample_now(-3600000);
    struct entry_view e;
    bool forked;
    CHECK_INT(entry_make(&hq_head, &draft, &now, s.trust.deployment, s.node.keys.sign_sk, buf,
                         sizeof buf, &e, &err),
              ST_OK);
    CHECK_INT(journal_keep(t, &e, &forked, &err), ST_OK);
    CHECK_INT(fold_refold(t, subject, arena_of(scratch, sizeof scratch), &err), ST_OK);
    CHECK_INT(store_commit(&t, &err), ST_OK);
}

static struct record_write text_field(int field, int index)
{
    return (struct record_write){.field = field, .type = FT_TEXT, .i = index};
}

static struct record_write code_field(int field, const char *code)
{
    struct record_write w = {.field = field, .type = FT_CODE};
    CHECK(code_of(str_bytes(str_c(code)), &w.code));
    return w;
}

static void say(unsigned kind, union body *b, int64_t ms, const char *const *texts, unsigned ntexts)
{
    uint8_t body[CAP_BODY_BYTES];
    struct append_att atts[4] = {{0}};
    b->head.visit = sample_id8("visit");
    struct append what = {
        .kind = kind, .subject_type = SUBJECT_JOB, .subject = job, .atts = atts, .natt = ntexts};
    for (unsigned i = 0; i < ntexts; i++) {
        atts[i] = (struct append_att){.type = ATT_TEXT, .content = str_bytes(str_c(texts[i]))};
    }
    CHECK_INT(body_encode(kind, b, body, sizeof body, &what.body), ST_OK);
    h32 hash;
    struct now now = sample_now(ms);
    CHECK_INT(journal_append(&d.j, &what, &now, &hash, &err), ST_OK);
}

static void records(void)
{
    struct store_txn *t = help_write(d.store);
    CHECK_INT(cert_store_put(t, &s.node.cert, &err), ST_OK);
    CHECK_INT(store_commit(&t, &err), ST_OK);
    hq_head = (struct chain_head){.author = s.node.author, .epoch = sample_id8("node epoch")};
    record(SUBJECT_TECHNICIAN, s.tech.person,
           (struct record_write[]){text_field(F_TECHNICIAN_NAME, 0)}, 1,
           (const char *const[]){"陈志强"}, 1);
    record(SUBJECT_CUSTOMER, customer,
           (struct record_write[]){text_field(F_CUSTOMER_NAME, 0),
                                   text_field(F_CUSTOMER_ADDRESS, 1),
                                   text_field(F_CUSTOMER_PHONE, 2)},
           3, (const char *const[]){"刘美华", "望江路18号\r\n清水苑3幢 ", "138-0000-1001"}, 3);
    record(SUBJECT_EQUIPMENT, equipment,
           (struct record_write[]){
               text_field(F_EQUIPMENT_NAME, 0), text_field(F_EQUIPMENT_MODEL, 1),
               text_field(F_EQUIPMENT_MAKER, 2), code_field(F_EQUIPMENT_SERIAL, "LX35-2204-000871"),
               (struct record_write){.field = F_EQUIPMENT_WARRANTY_UNTIL,
                                     .type = FT_TIME,
                                     .i = 1773676799000LL /* 2026-03-16 23:59:59 in China */}},
           5, (const char *const[]){"壁挂式空调", "KFR-35GW", "凌雪"}, 3);
    record(SUBJECT_JOB, job,
           (struct record_write[]){
               code_field(F_CODE, "J-261120-01"), text_field(F_JOB_FAULT_TOLD, 0),
               (struct record_write){.field = F_JOB_CUSTOMER, .type = FT_REF, .ref = customer},
               (struct record_write){.field = F_JOB_EQUIPMENT, .type = FT_REF, .ref = equipment},
               (struct record_write){
                   .field = F_JOB_CALLED, .type = FT_TIME, .i = SAMPLE_TIME_MS - 7200000}},
           5, (const char *const[]){"空调不制热"}, 1);
}

static void visit(void)
{
    union body b;
    memset(&b, 0, sizeof b);
    say(KIND_VISIT_ACCEPTED, &b, 1000, NULL, 0);
    say(KIND_VISIT_ARRIVED, &b, 61000, NULL, 0);
    b.diagnosed = (struct body_diagnosed){
        .cause = CAUSE_WEAR, .responsibility = RESP_NOBODY, .cause_words = true};
    CHECK(code_of(help_b("AC-03"), &b.diagnosed.fault));
    say(KIND_VISIT_DIAGNOSED, &b, 120000, (const char *const[]){"电容鼓包"}, 1);
    memset(&b, 0, sizeof b);
    b.class_ = (struct body_class){.class_ = CLASS_C, .basis = BASIS_WARRANTY};
    say(KIND_VISIT_CLASS, &b, 130000, NULL, 0);
    memset(&b, 0, sizeof b);
    b.part = (struct body_part){.qty_milli = 1000,
                                .unit_minor = 4500,
                                .reason = PART_FAILED,
                                .old_part = OLD_LEFT,
                                .why_words = true};
    CHECK(code_of(help_b("AC-CAP-35"), &b.part.number));
    CHECK(code_of(help_b("DR35-26-00817"), &b.part.serial_in));
    say(KIND_VISIT_PART, &b, 140000, (const char *const[]){"客户要留作样品"}, 1);
    memset(&b, 0, sizeof b);
    b.part = (struct body_part){.qty_milli = 4000, .reason = PART_WORN, .old_part = OLD_TAKEN};
    b.part.words = true;
    CHECK(code_of(help_b("-"), &b.part.number));
    say(KIND_VISIT_PART, &b, 145000, (const char *const[]){"减震胶垫"}, 1);
    memset(&b, 0, sizeof b);
    b.action = (struct body_action){.n = 2, .codes = {ACTION_REPLACE, ACTION_CLEAN}};
    say(KIND_VISIT_ACTION, &b, 150000, NULL, 0);
    b.action = (struct body_action){.n = 2, .codes = {ACTION_CLEAN, ACTION_INSPECT}, .words = true};
    say(KIND_VISIT_ACTION, &b, 155000, (const char *const[]){"清洗翅片"}, 1);
    memset(&b, 0, sizeof b);
    b.tested = (struct body_tested){
        .result = RESULT_WORKS, .flags = TESTED_TIDY | TESTED_DANGER_TOLD, .danger_words = true};
    say(KIND_VISIT_TESTED, &b, 1800000, (const char *const[]){"插座无接地"}, 1);
    memset(&b, 0, sizeof b);
    say(KIND_VISIT_FEE, &b, 1810000, NULL, 0);
}

static enum st collect(enum report_template lang, struct report_facts *f, struct arena *a)
{
    static struct cat_part parts[] = {
        {.number = {"AC-CAP-35", 9}, .name = {"启动电容", 12}, .name_en = {"Run capacitor", 13}}};
    static struct cat_fault faults[] = {{.code = {"AC-03", 5},
                                         .name = {"外机不转", 12},
                                         .name_en = {"Outdoor unit stands still", 25}}};
    struct catalogue cat = {.nparts = 1, .parts = parts, .nfaults = 1, .faults = faults};
    struct subject_state state;
    struct store_txn *t = help_read(d.store);
    struct now now = sample_now(2000000);
    enum st st = fold_load(t, job, a, &state, NULL, &err);
    struct visit_state *v = st == ST_OK ? fold_visit(&state, sample_id8("visit")) : NULL;
    CHECK(v != NULL);
    if (v != NULL) {
        st = report_collect(t, &state, v, &cat, lang, S("海风家电"), S("T1-7K-000001"), 1, &now, a,
                            f, &err);
    }
    store_abort(&t);
    return st;
}

static void begin(void)
{
    job = sample_id16("job");
    customer = sample_id16("customer");
    equipment = sample_id16("equipment");
    start(&d);
    records();
    visit();
}

static void a_visit_is_gathered_from_all_that_it_names(void)
{
    begin();
    struct arena a = arena_of(memory, sizeof memory);
    struct report_facts f;
    static char text[CAP_REPORT_BYTES + 1];
    static uint8_t facts[CAP_FACTS_BYTES];
    str out;
    bytes encoded;
    CHECK_INT(collect(REPORT_1_ZH, &f, &a), ST_OK);
    CHECK_INT(report_facts_encode(&f, facts, sizeof facts, &encoded, &err), ST_OK);
    CHECK_INT(report_text(&f, text, CAP_REPORT_BYTES, &out), ST_OK);
    text[out.n] = '\0';
    CHECK_STR(text, "服务凭证 T1-7K-000001 第 1 版\n"
                    "公司：海风家电\n"
                    "工单：J-261120-01\n"
                    "客户：刘美华\n"
                    "地址：望江路18号\n"
                    "　　清水苑3幢\n"
                    "电话：138-0000-1001\n"
                    "设备：壁挂式空调\n"
                    "厂家：凌雪\n"
                    "型号：KFR-35GW\n"
                    "机号：LX35-2204-000871\n"
                    "叫修内容：空调不制热\n"
                    "来电：2025-06-15 21:06 +08:00\n"
                    "到达：2025-06-15 23:07 +08:00\n"
                    "完成：2025-06-15 23:36 +08:00\n"
                    "故障：AC-03 · 外机不转\n"
                    "原因：磨损老化\n"
                    "原因说明：电容鼓包\n"
                    "责任：无责任方\n"
                    "处理：更换、清洗、检查\n"
                    "处理说明：清洗翅片\n"
                    "配件 1：AC-CAP-35 · 启动电容 × 1\n"
                    "单价：45.00 元，不收费\n"
                    "换件原因：失效，旧件：客户留下\n"
                    "新件机号：DR35-26-00817\n"
                    "旧件说明：客户要留作样品\n"
                    "配件 2：- · 减震胶垫 × 4\n"
                    "单价：0.00 元，不收费\n"
                    "换件原因：磨损，旧件：带回\n"
                    "结果：恢复正常，已清场\n"
                    "隐患：插座无接地\n"
                    "类别：C 免费，保修，至 2026-03-16\n"
                    "技术员：陈志强\n"
                    "应付：0.00 元");
    CHECK_INT(collect(REPORT_1_EN, &f, &a), ST_OK);
    CHECK(str_eq(f.fault, S("Outdoor unit stands still")));
    CHECK(str_eq(f.parts[0].name, S("Run capacitor")));
    stop(&d);
}

/* The att of the newest fact of a kind, forgotten. */
static void forget_words(unsigned kind)
{
    struct arena a = arena_of(memory, sizeof memory);
    struct subject_state state;
    struct store_txn *t = help_write(d.store);
    CHECK_INT(fold_load(t, job, &a, &state, NULL, &err), ST_OK);
    const struct fact *x = fold_fact(fold_visit(&state, sample_id8("visit")), kind);
    CHECK(x != NULL && x->natt > 0);
    if (x != NULL && x->natt > 0) {
        CHECK_INT(store_att_forget(t, x->atts[0], x->entry, FORGET_REQUEST, 1, &err), ST_OK);
    }
    CHECK_INT(store_commit(&t, &err), ST_OK);
}

static void a_forgotten_phone_leaves_its_line_out_and_lost_words_are_named(void)
{
    begin();
    struct arena a = arena_of(memory, sizeof memory);
    struct report_facts f;
    struct subject_state state;
    struct store_txn *t = help_write(d.store);
    CHECK_INT(fold_load(t, customer, &a, &state, NULL, &err), ST_OK);
    const struct field_value *phone = fold_shown(&state, F_CUSTOMER_PHONE);
    CHECK(phone != NULL);
    if (phone != NULL) {
        h32 att;
        memcpy(att.b, phone->b, sizeof att.b);
        CHECK_INT(store_att_forget(t, att, phone->entry, FORGET_REQUEST, 1, &err), ST_OK);
    }
    CHECK_INT(store_commit(&t, &err), ST_OK);
    a = arena_of(memory, sizeof memory);
    CHECK_INT(collect(REPORT_1_ZH, &f, &a), ST_OK);
    CHECK(f.phone.n == 0 && str_eq(f.customer, S("刘美华")));
    forget_words(KIND_VISIT_DIAGNOSED);
    a = arena_of(memory, sizeof memory);
    CHECK_INT(collect(REPORT_1_ZH, &f, &a), ST_NOT_FOUND);
    CHECK(strstr(err.text, "cause") != NULL);
    stop(&d);
}

static void too_little_memory_is_said(void)
{
    begin();
    static uint8_t small[400000];
    struct arena a = arena_of(memory, sizeof memory);
    struct subject_state state;
    struct store_txn *t = help_read(d.store);
    struct now now = sample_now(0);
    struct catalogue cat = {0};
    CHECK_INT(fold_load(t, job, &a, &state, NULL, &err), ST_OK);
    unsigned refused = 0, done = 0;
    for (size_t n = 0; n < sizeof small; n += 1500) {
        struct report_facts f;
        struct arena few = arena_of(small, n);
        enum st st = report_collect(t, &state, fold_visit(&state, sample_id8("visit")), &cat,
                                    REPORT_1_ZH, S("c"), S("1"), 1, &now, &few, &f, &err);
        CHECK(st == ST_FULL || st == ST_OK);
        refused += st == ST_FULL;
        done += st == ST_OK;
    }
    CHECK(refused > 0 && done > 0);
    store_abort(&t);
    stop(&d);
}

/* Another device may write any text into a record: it must not stand between a customer and the
 * signature. */
static void a_record_that_is_too_long_to_print_stops_no_signature(void)
{
    static char huge[CAP_ATT_SMALL_BYTES + 3000], page[CAP_TEXT_BYTES + 1];
    memset(huge, 'x', sizeof huge - 1);
    for (size_t i = 0; i + 3 < sizeof page; i += 3) {
        memcpy(page + i, "水", 3);
    }
    begin();
    customer = sample_id16("long customer");
    equipment = sample_id16("long equipment");
    job = sample_id16("long job");
    record(SUBJECT_CUSTOMER, customer,
           (struct record_write[]){text_field(F_CUSTOMER_NAME, 0),
                                   text_field(F_CUSTOMER_ADDRESS, 1),
                                   text_field(F_CUSTOMER_PHONE, 2)},
           3, (const char *const[]){huge, page, page}, 3);
    record(SUBJECT_EQUIPMENT, equipment,
           (struct record_write[]){text_field(F_EQUIPMENT_NAME, 0),
                                   text_field(F_EQUIPMENT_MODEL, 1),
                                   text_field(F_EQUIPMENT_MAKER, 2)},
           3, (const char *const[]){page, page, page}, 3);
    record(SUBJECT_JOB, job,
           (struct record_write[]){
               text_field(F_JOB_FAULT_TOLD, 0), text_field(F_JOB_PHONE, 1),
               (struct record_write){.field = F_JOB_CUSTOMER, .type = FT_REF, .ref = customer},
               (struct record_write){.field = F_JOB_EQUIPMENT, .type = FT_REF, .ref = equipment}},
           4, (const char *const[]){"空调不制热", page}, 2);
    visit();
    struct arena a = arena_of(memory, sizeof memory);
    struct report_facts f;
    static char text[CAP_REPORT_BYTES];
    static uint8_t facts[CAP_FACTS_BYTES];
    str out;
    bytes encoded;
    CHECK_INT(collect(REPORT_1_ZH, &f, &a), ST_OK);
    CHECK_INT(report_facts_encode(&f, facts, sizeof facts, &encoded, &err), ST_OK);
    CHECK_INT(report_text(&f, text, sizeof text, &out), ST_OK);
    CHECK(f.customer.n == 0);                       /* nobody typed that */
    CHECK(f.address.n > 100 && f.address.n < 1000); /* cut, and it says so */
    CHECK(memcmp(f.address.p + f.address.n - 3, "…", 3) == 0);
    CHECK(str_eq(f.fault_told, S("空调不制热")));
    stop(&d);
}

int main(void)
{
    sample_make(&s);
    RUN(a_visit_is_gathered_from_all_that_it_names);
    RUN(a_forgotten_phone_leaves_its_line_out_and_lost_words_are_named);
    RUN(too_little_memory_is_said);
    RUN(a_record_that_is_too_long_to_print_stops_no_signature);
    sample_free(&s);
    CHECK_END();
}
