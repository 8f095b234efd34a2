/* shop.h - a handheld's store with a small day in it, made without a network: what headquarters
 * would have sent is written by the sample's node. For tests of screens. */
#ifndef TESTS_UI_SHOP_H
#define TESTS_UI_SHOP_H
#include "app/state/run.h"
#include "core/fold/record.h"
#include "core/fold/refold.h"
#include "core/journal/append.h"
#include "core/keys/slots.h"
#include "core/model/bodies.h"
#include "sync/engine/join.h"
#include "tests/support/check.h"
#include "tests/support/sample.h"

#include <sodium.h>

#define SHOP_PIN "2468"
#define SHOP_NOW_MS 1795224000000LL /* 2026-11-21 09:20 +08:00 */
#define SHOP_DAY_MS 86400000LL
#define SHOP_ROOM (CAP_SCRATCH_BYTES)

struct shop {
    struct sample s;
    char dir[512];
    struct store *store;
    uint8_t *room, *tmp;
    struct chain_head head; /* of the node */
    int64_t at_ms;
    enum position_wish position; /* 0: headquarters says nothing of it */
    bool bare;                   /* neither jobs nor a catalogue yet */
};
struct shop_field {
    int field;
    const char *text; /* FT_TEXT, FT_CODE; FT_REF: the name of a subject */
    int64_t i;
};

static void shop_must(enum st st, const struct err *err, const char *what)
{
    if (st != ST_OK) {
        fprintf(stderr, "shop: %s: %s (%s)\n", what, st_name(st), err == NULL ? "" : err->text);
        exit(99);
    }
}

static h32 shop_att(struct shop *x, struct store_txn *t, enum att_type type, bytes content,
                    id16 subject)
{
    struct err err = {0};
    struct arena a = arena_of(x->tmp, SHOP_ROOM);
    struct att_view v;
    shop_must(att_make(&a, type, content, &v), NULL, "manifest");
    shop_must(store_att_put(t, v.manifest, content, subject, &err), &err, "attachment");
    return v.name;
}

static void shop_entry(struct shop *x, unsigned kind, enum subject_type type, id16 subject,
                       bytes body, const bytes *texts, enum att_type att, unsigned n)
{
    struct err err = {0};
    struct store_txn *t = NULL;
    h32 names[CAP_ENTRY_ATTACHMENTS];
    uint8_t out[CAP_ENTRY_BYTES];
    struct entry_view e;
    bool forked;
    struct now now = sample_now(0);
    now.wall_ms = x->at_ms += 60000;
    shop_must(store_write(x->store, &t, &err), &err, "write");
    for (unsigned k = 0; k < n; k++) {
        x->at_ms++;
        names[k] = shop_att(x, t, att, texts[k], subject);
    }
    struct entry_draft d = {.kind = kind,
                            .subject_type = type,
                            .subject = subject,
                            .body = body,
                            .atts = names,
                            .natt = n,
                            .actor = sample_id16("supervisor"),
                            .actor_role =
                                kind == KIND_EDITION ? ROLE_PARTS_KEEPER : ROLE_SUPERVISOR};
    shop_must(entry_make(&x->head, &d, &now, x->s.trust.deployment, x->s.node.keys.sign_sk, out,
                         sizeof out, &e, &err),
              &err, "entry");
    shop_must(journal_keep(t, &e, &forked, &err), &err, "keep");
    shop_must(fold_refold(t, subject, arena_of(x->tmp, SHOP_ROOM), &err), &err, "fold");
    shop_must(store_commit(&t, &err), &err, "commit");
}

static void shop_set(struct shop *x, enum subject_type type, const char *name,
                     const struct shop_field *f, size_t n)
{
    struct record_write w[CAP_RECORD_WRITES];
    bytes texts[CAP_RECORD_WRITES];
    unsigned ntexts = 0;
    uint8_t buf[CAP_BODY_BYTES];
    bytes body;
    memset(w, 0, sizeof w);
    for (size_t k = 0; k < n; k++) {
        w[k].field = f[k].field;
        w[k].type = field_info(type, f[k].field)->type;
        w[k].i = f[k].i;
        if (w[k].type == FT_TEXT) {
            w[k].i = ntexts;
            texts[ntexts++] = str_bytes(str_c(f[k].text));
        } else if (w[k].type == FT_CODE) {
            CHECK(code_of(str_bytes(str_c(f[k].text)), &w[k].code));
        } else if (w[k].type == FT_REF) {
            w[k].ref = sample_id16(f[k].text);
        }
    }
    shop_must(record_encode(w, n, buf, sizeof buf, &body), NULL, name);
    shop_entry(x, KIND_RECORD_SET, type, sample_id16(name), body, texts, ATT_TEXT, ntexts);
}

#define SHOP_SET(x, type, name, ...)                                                               \
    do {                                                                                           \
        const struct shop_field f_[] = {__VA_ARGS__};                                              \
        shop_set((x), (type), (name), f_, sizeof f_ / sizeof f_[0]);                               \
    } while (0)

static void shop_assign(struct shop *x, const char *job)
{
    union body b;
    uint8_t buf[CAP_BODY_BYTES];
    bytes body;
    memset(&b, 0, sizeof b);
    b.assigned.technician = x->s.tech.person;
    shop_must(body_encode(KIND_JOB_ASSIGNED, &b, buf, sizeof buf, &body), NULL, "assignment");
    shop_entry(x, KIND_JOB_ASSIGNED, SUBJECT_JOB, sample_id16(job), body, NULL, ATT_TEXT, 0);
}

#define SHOP_CASES 103 /* three to be read, and more than a screen of them */

/* Hard cases: one of a long text, one without a fault, one in one language, and many. */
static unsigned shop_cases(struct cat_case *h)
{
    static char codes[SHOP_CASES][8];
    h[0] = (struct cat_case){
        .code = S("HC-0001"),
        .faults = S("AC-03 AC-05"),
        .title = S("换了电容外机仍不转：接线端子虚接"),
        .title_en = S("New capacitor and still no fan: a loose terminal"),
        .equipment_type = S("空调"),
        .symptom = S("更换启动电容后运转两小时又停，轻敲外机又转。"),
        .symptom_en = S("Runs for two hours after a new capacitor, stops, starts when tapped."),
        .cause = S("外机接线端子氧化虚接，发热后断开。"),
        .cause_en = S("The terminal is oxidised, gets hot and opens."),
        .action = S("断电，打磨端子，换镀锡接头并扭力紧固；不再换电容。"),
        .action_en = S("Power off, clean the terminal, crimp a tinned lug, tighten it.")};
    h[1] = (struct cat_case){.code = S("HC-0002"),
                             .title = S("老楼晚饭时段电压低"),
                             .title_en = S("Low voltage at dinner time"),
                             .symptom = S("插座电压 187 V")};
    h[2] = (struct cat_case){.code = S("HC-0003"), .faults = S("ZZ-99"), .title = S("仅中文")};
    for (unsigned k = 3; k < SHOP_CASES; k++) {
        snprintf(codes[k], sizeof codes[k], "HC-1%03u", k % 1000);
        h[k] = (struct cat_case){.code = str_c(codes[k]), .title = S("滤网堵塞")};
    }
    return SHOP_CASES;
}

static void shop_edition(struct shop *x)
{
    struct cat_case cases[SHOP_CASES];
    struct cat_part parts[] = {
        {S("AC-CAP-35"), S("启动电容 35 μF 450 V"), S("Run capacitor, 35 µF 450 V"), S("只"), 4500,
         true, 12},
        {S("AC-FAN-OUT"), S("外机风扇电机"), S("Outdoor fan motor"), S("台"), 26000, true, 12},
        {S("AC-RUB-04"), S("减震胶垫"), S("Rubber foot"), S("个"), 250, false, 0},
        {S("AC-SEN-T"), S("室温传感器"), S("Room temperature sensor"), S("只"), 2800, false, 6},
        {S("GEN-R32"), S("制冷剂 R32"), S("Refrigerant R32"), S("千克"), 16000, false, 0},
    };
    struct cat_fault faults[] = {
        {.code = S("AC-01"),
         .name = S("不制冷"),
         .name_en = S("No cooling"),
         .equipment_type = S("空调"),
         .frequency = 58,
         .cause_code = CAUSE_WEAR,
         .action_code = ACTION_REFILL,
         .knowledge = S("先测压力再加注；R32不得与R410A混用。")},
        {.code = S("AC-02"),
         .name = S("不制热"),
         .name_en = S("No heating"),
         .equipment_type = S("空调"),
         .frequency = 41,
         .cause_code = CAUSE_DEFECT},
        {.code = S("AC-03"),
         .name = S("外机不转"),
         .name_en = S("Outdoor fan does not turn"),
         .equipment_type = S("空调"),
         .frequency = 33,
         .cause_code = CAUSE_WEAR,
         .knowledge = S("先放电再测量。")},
        {.code = S("AC-04"),
         .name = S("室内机滴水"),
         .name_en = S("Indoor unit drips"),
         .equipment_type = S("空调"),
         .frequency = 30},
        {.code = S("AC-05"),
         .name = S("异响"),
         .name_en = S("Noise"),
         .equipment_type = S("空调"),
         .frequency = 22},
        {.code = S("AC-06"),
         .name = S("遥控器失灵"),
         .name_en = S("Remote control dead"),
         .equipment_type = S("空调"),
         .frequency = 17},
        {.code = S("AC-07"),
         .name = S("显示故障代码"),
         .name_en = S("Shows an error code"),
         .equipment_type = S("空调"),
         .frequency = 12},
        {.code = S("WM-01"),
         .name = S("不脱水"),
         .name_en = S("Does not spin"),
         .equipment_type = S("洗衣机"),
         .frequency = 25},
    };
    struct cat_price prices[] = {
        {S("L-CHECK"), S("检测费"), S("Diagnosis"), S("次"), 6000, CLASS_A},
        {S("L-CLEAN"), S("空调清洗（挂机）"), S("Cleaning, wall unit"), S("台"), 12000, CLASS_A},
        {S("L-GAS"), S("加制冷剂人工"), S("Refrigerant, labour"), S("次"), 12000, CLASS_A},
        {S("L-HIGH"), S("高空作业"), S("Work at height"), S("次"), 15000, CLASS_A},
        {S("L-HOUR"), S("超时人工"), S("Further labour"), S("小时"), 9000, CLASS_A},
        {S("L-MED"), S("中修人工（两小时以内）"), S("Medium repair, up to two hours"), S("次"),
         18000, CLASS_A},
        {S("L-SMALL"), S("小修人工（半小时以内）"), S("Small repair, up to half an hour"), S("次"),
         8000, CLASS_A},
        {S("T-CITY"), S("上门费（市区）"), S("Call-out, city"), S("次"), 5000, CLASS_A},
        {S("T-SUB"), S("上门费（郊区）"), S("Call-out, suburb"), S("次"), 8000, CLASS_A},
    };
    struct catalogue c = {.number = 1,
                          .nparts = sizeof parts / sizeof parts[0],
                          .parts = parts,
                          .nfaults = sizeof faults / sizeof faults[0],
                          .ncases = shop_cases(cases),
                          .cases = cases,
                          .faults = faults,
                          .nprices = sizeof prices / sizeof prices[0],
                          .prices = prices,
                          .retention_days = 30,
                          .verify_url = S("https://service.example/verify")};
    calendars_default(&c.calendars);
    static uint8_t buf[65536];
    uint8_t room[CAP_BODY_BYTES];
    bytes content, body;
    union body b;
    id16 dep;
    shop_must(catalogue_encode(&c, buf, sizeof buf, &content), NULL, "edition");
    memset(&b, 0, sizeof b);
    b.edition.number = 1;
    shop_must(body_encode(KIND_EDITION, &b, room, sizeof room, &body), NULL, "edition");
    memcpy(dep.b, x->s.trust.deployment, sizeof dep.b);
    shop_entry(x, KIND_EDITION, SUBJECT_DEPLOYMENT, dep, body, &content, ATT_EDITION, 1);
}

static void shop_jobs(struct shop *x)
{
    int64_t call = SHOP_NOW_MS - 80 * 60000LL;
    SHOP_SET(x, SUBJECT_CUSTOMER, "customer 1", {F_CODE, "C-1001", 0},
             {F_CUSTOMER_NAME, "刘美华", 0}, {F_CUSTOMER_PHONE, "138-0000-1001", 0},
             {F_CUSTOMER_ADDRESS, "上城区望江路18号清水苑3幢2单元501室", 0},
             {F_CUSTOMER_ZONE, NULL, 1}, {F_CUSTOMER_LANG, NULL, 1});
    SHOP_SET(x, SUBJECT_EQUIPMENT, "equipment 1", {F_CODE, "E-2001", 0},
             {F_EQUIPMENT_CUSTOMER, "customer 1", 0}, {F_EQUIPMENT_MODEL, "KFR-35GW/BP3", 0},
             {F_EQUIPMENT_SERIAL, "LX35-2204-000871", 0}, {F_EQUIPMENT_NAME, "壁挂式空调 1.5匹", 0},
             {F_EQUIPMENT_MAKER, "凌雪", 0},
             {F_EQUIPMENT_WARRANTY_UNTIL, NULL, SHOP_NOW_MS - 500 * SHOP_DAY_MS});
    SHOP_SET(x, SUBJECT_JOB, "job 1", {F_CODE, "J-261121-01", 0}, {F_JOB_CUSTOMER, "customer 1", 0},
             {F_JOB_EQUIPMENT, "equipment 1", 0}, {F_JOB_CALLED, NULL, call}, {F_JOB_ZONE, NULL, 1},
             {F_JOB_FAULT_TOLD, "空调不制热，外机不转，开机十分钟后报F3", 0},
             {F_JOB_CONTACT, "刘阿姨", 0}, {F_JOB_PHONE, "138-0000-1001", 0});
    shop_assign(x, "job 1");
    /* The ugly one: a long name, an address of three lines, no phone, no serial, in warranty. */
    SHOP_SET(x, SUBJECT_CUSTOMER, "customer 2", {F_CODE, "C-1002", 0},
             {F_CUSTOMER_NAME,
              "杭州钱塘新区锦绣江南国际商务酒店管理有限责任公司城东分店工程设备维护保障中心一部",
              0},
             {F_CUSTOMER_ADDRESS, "钱塘区金沙大道600号\n锦绣江南大厦B座\n地下一层设备间", 0},
             {F_CUSTOMER_ZONE, NULL, 2}, {F_CUSTOMER_LANG, NULL, 2});
    SHOP_SET(x, SUBJECT_EQUIPMENT, "equipment 2", {F_CODE, "E-2002", 0},
             {F_EQUIPMENT_CUSTOMER, "customer 2", 0}, {F_EQUIPMENT_NAME, "风管式中央空调", 0},
             {F_EQUIPMENT_WARRANTY_UNTIL, NULL, SHOP_NOW_MS + 200 * SHOP_DAY_MS});
    SHOP_SET(x, SUBJECT_JOB, "job 2", {F_CODE, "J-261121-02", 0}, {F_JOB_CUSTOMER, "customer 2", 0},
             {F_JOB_EQUIPMENT, "equipment 2", 0}, {F_JOB_CALLED, NULL, call - 3 * SHOP_DAY_MS},
             {F_JOB_ZONE, NULL, 2}, {F_JOB_FAULT_TOLD, "大堂不冷", 0});
    shop_assign(x, "job 2");
    SHOP_SET(x, SUBJECT_STOCK, "stock 1", {F_STOCK_TECHNICIAN, "technician", 0},
             {F_STOCK_PART, "AC-CAP-35", 0}, {F_STOCK_QTY, NULL, 4000});
    SHOP_SET(x, SUBJECT_TECHNICIAN, "technician", {F_TECHNICIAN_NAME, "陈志强", 0});
    if (x->position != 0) {
        SHOP_SET(x, SUBJECT_TECHNICIAN, "technician",
                 {F_TECHNICIAN_POSITION, NULL, (int64_t)x->position});
    }
    SHOP_SET(x, SUBJECT_TECHNICIAN, "supervisor", {F_TECHNICIAN_NAME, "刘主任", 0},
             {F_TECHNICIAN_PHONE, "0571-8512 0007", 0});
    /* Two people at headquarters gave two phone numbers without seeing each other's. */
    SHOP_SET(x, SUBJECT_CUSTOMER, "customer 1", {F_CUSTOMER_PHONE, "138-0000-9999", 0});
}

/* What the office writes later, into a store that the app has closed. `head` is the node's chain as
 * shop_make left it; it moves on. */
static inline void shop_open_again(struct shop *x, const char *dir, const char *secret_path,
                                   const struct chain_head *head, int64_t at_ms)
{
    struct err err = {0};
    uint8_t secret[32], *key = sodium_malloc(DATA_KEY_BYTES);
    char slots[600];
    memset(x, 0, sizeof *x);
    sample_make(&x->s);
    x->room = malloc(SHOP_ROOM);
    x->tmp = malloc(SHOP_ROOM);
    if (x->room == NULL || x->tmp == NULL || key == NULL) {
        exit(99);
    }
    snprintf(slots, sizeof slots, "%s/slots", dir);
    shop_must(device_secret_load(secret_path, true, secret, &err), &err, "secret");
    shop_must(slots_open(slots, SLOT_PIN, str_bytes(S(SHOP_PIN)), secret, at_ms, key, &err), &err,
              "slots");
    struct store_options opt = {.side = STORE_DEVICE, .mode = STORE_WRITE, .data_key = key};
    shop_must(store_open(dir, &opt, &x->store, &err), &err, "open");
    sodium_free(key);
    x->head = *head;
    x->at_ms = at_ms;
}

static inline void shop_shut(struct shop *x, struct chain_head *head)
{
    *head = x->head;
    store_close(&x->store);
    free(x->room);
    free(x->tmp);
    sample_free(&x->s);
}

/* A colleague is on the same job: his own visit, in his own chain. */
static inline void shop_colleague(struct shop *x, const char *job)
{
    static const unsigned kinds[] = {KIND_VISIT_ACCEPTED, KIND_VISIT_TRAVELLING,
                                     KIND_VISIT_ARRIVED};
    struct err err = {0};
    struct store_txn *t = NULL;
    struct chain_head head = {.author = x->s.other.author, .epoch = sample_id8("other epoch")};
    shop_must(store_write(x->store, &t, &err), &err, "write");
    shop_must(cert_store_put(t, &x->s.other.cert, &err), &err, "certificate");
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        uint8_t buf[CAP_BODY_BYTES], out[CAP_ENTRY_BYTES];
        union body b;
        bytes body;
        struct entry_view e;
        bool forked;
        struct now now = sample_now(0);
        now.wall_ms = x->at_ms += 60000;
        memset(&b, 0, sizeof b);
        b.head.visit = sample_id8("colleague");
        shop_must(body_encode(kinds[k], &b, buf, sizeof buf, &body), NULL, "visit");
        struct entry_draft d = {.kind = kinds[k],
                                .subject_type = SUBJECT_JOB,
                                .subject = sample_id16(job),
                                .body = body};
        shop_must(entry_make(&head, &d, &now, x->s.trust.deployment, x->s.other.keys.sign_sk, out,
                             sizeof out, &e, &err),
                  &err, "entry");
        shop_must(journal_keep(t, &e, &forked, &err), &err, "keep");
    }
    shop_must(fold_refold(t, sample_id16(job), arena_of(x->tmp, SHOP_ROOM), &err), &err, "fold");
    shop_must(store_commit(&t, &err), &err, "commit");
}

/* shop_pieces: two more calls of customer 2, each of a piece of equipment in warranty. */
static inline void shop_pieces(struct shop *x)
{
    static const struct {
        const char *equipment, *job, *code, *name, *told, *number;
    } rows[] = {
        {"equipment 3", "job 3", "E-2003", "Ice maker 40 kg", "No ice since Monday", "J-261121-03"},
        {"equipment 4", "job 4", "E-2004", "对开门冷藏展示柜 1200升（大堂吧台后方靠窗一侧）",
         "柜门结露，夜间报警", "J-261121-04"},
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        SHOP_SET(x, SUBJECT_EQUIPMENT, rows[k].equipment, {F_CODE, rows[k].code, 0},
                 {F_EQUIPMENT_CUSTOMER, "customer 2", 0}, {F_EQUIPMENT_NAME, rows[k].name, 0},
                 {F_EQUIPMENT_WARRANTY_UNTIL, NULL, SHOP_NOW_MS + 300 * SHOP_DAY_MS});
        SHOP_SET(x, SUBJECT_JOB, rows[k].job, {F_CODE, rows[k].number, 0},
                 {F_JOB_CUSTOMER, "customer 2", 0}, {F_JOB_EQUIPMENT, rows[k].equipment, 0},
                 {F_JOB_CALLED, NULL, SHOP_NOW_MS - (int64_t)(20 - k) * 60000},
                 {F_JOB_ZONE, NULL, 2}, {F_JOB_FAULT_TOLD, rows[k].told, 0});
        shop_assign(x, rows[k].job);
    }
}

/* shop_reopen: the supervisor reopens the newest report of a job that was signed. */
static inline void shop_reopen(struct shop *x, const char *job, unsigned reason)
{
    struct subject_state state;
    struct store_txn *t = NULL;
    struct err err = {0};
    uint8_t buf[CAP_BODY_BYTES];
    union body b;
    bytes body;
    struct arena a = arena_of(x->room, SHOP_ROOM);
    memset(&b, 0, sizeof b);
    shop_must(store_read(x->store, &t, &err), &err, "read");
    shop_must(fold_load(t, sample_id16(job), &a, &state, NULL, &err), &err, job);
    store_abort(&t);
    for (unsigned k = 0; k < state.nvisits; k++) {
        const struct visit_state *v = &state.visits[k];
        if (v->nsigned > 0) {
            b.asked.visit = v->visit;
            b.asked.signoff = v->signatures[v->nsigned - 1].entry;
        }
    }
    CHECK(!h32_zero(b.asked.signoff));
    b.asked.reason = reason;
    shop_must(body_encode(KIND_JOB_REOPENED, &b, buf, sizeof buf, &body), NULL, "reopening");
    shop_entry(x, KIND_JOB_REOPENED, SUBJECT_JOB, sample_id16(job), body, NULL, ATT_TEXT, 0);
}

/* shop_answer: the supervisor answers the last help request of a job. */
static inline void shop_answer(struct shop *x, const char *job, const struct body_help *with,
                               const char *text)
{
    struct subject_state state;
    struct store_txn *t = NULL;
    struct err err = {0};
    uint8_t buf[CAP_BODY_BYTES];
    union body b;
    bytes body, words = str_bytes(str_c(text));
    struct arena a = arena_of(x->room, SHOP_ROOM);
    memset(&b, 0, sizeof b);
    b.help = *with;
    shop_must(store_read(x->store, &t, &err), &err, "read");
    shop_must(fold_load(t, sample_id16(job), &a, &state, NULL, &err), &err, job);
    store_abort(&t);
    for (unsigned k = 0; k < state.nvisits; k++) {
        const struct fact *f = fold_fact(&state.visits[k], KIND_HELP_ASKED);
        b.help.asked = f != NULL ? f->entry : b.help.asked;
    }
    CHECK(!h32_zero(b.help.asked));
    b.help.words = text != NULL;
    shop_must(body_encode(KIND_HELP_ANSWERED, &b, buf, sizeof buf, &body), NULL, "answer");
    shop_entry(x, KIND_HELP_ANSWERED, SUBJECT_JOB, sample_id16(job), body, &words, ATT_TEXT,
               text != NULL);
}

/* What the office writes over what it has seen of a record. */
static inline void shop_change(struct shop *x, enum subject_type type, const char *name, int field,
                               const char *text)
{
    struct subject_state state;
    struct store_txn *t = NULL;
    struct err err = {0};
    uint8_t buf[CAP_BODY_BYTES];
    bytes body, words = str_bytes(str_c(text));
    struct arena a = arena_of(x->room, SHOP_ROOM);
    struct record_write w = {.field = field, .type = FT_TEXT, .i = 0};
    shop_must(store_read(x->store, &t, &err), &err, "read");
    shop_must(fold_load(t, sample_id16(name), &a, &state, NULL, &err), &err, name);
    record_see(&state, &w, 1);
    store_abort(&t);
    shop_must(record_encode(&w, 1, buf, sizeof buf, &body), NULL, name);
    shop_entry(x, KIND_RECORD_SET, type, sample_id16(name), body, &words, ATT_TEXT, 1);
}

/* The one thing that was taken away: fields as its clerk and its supervisor write them. */
static inline void shop_goods(struct shop *x, const struct shop_field *f, size_t n)
{
    uint8_t prefix[2] = {LIST_BY_TYPE, SUBJECT_GOODS}, buf[CAP_BODY_BYTES];
    struct record_write w[CAP_RECORD_WRITES];
    struct store_cursor *c = NULL;
    struct store_txn *t = NULL;
    struct subject_state state;
    struct err err = {0};
    bytes key, body, none = {NULL, 0};
    id16 goods;
    struct arena a = arena_of(x->room, SHOP_ROOM);
    shop_must(store_read(x->store, &t, &err), &err, "read");
    shop_must(store_scan(t, T_LIST, bytes_of(prefix, sizeof prefix), none, &c, &err), &err,
              "goods");
    shop_must(store_next(c, &key), NULL, "goods");
    memcpy(goods.b, key.p + key.n - sizeof goods.b, sizeof goods.b);
    store_scan_end(&c);
    shop_must(fold_load(t, goods, &a, &state, NULL, &err), &err, "goods");
    memset(w, 0, sizeof w);
    for (size_t k = 0; k < n; k++) {
        w[k].field = f[k].field;
        w[k].type = field_info(SUBJECT_GOODS, f[k].field)->type;
        w[k].i = f[k].i;
        if (w[k].type == FT_CODE) {
            CHECK(code_of(str_bytes(str_c(f[k].text)), &w[k].code));
        } else if (w[k].type == FT_REF) {
            w[k].ref = sample_id16(f[k].text);
        }
    }
    record_see(&state, w, n);
    shop_must(record_encode(w, n, buf, sizeof buf, &body), NULL, "goods");
    store_abort(&t);
    shop_entry(x, KIND_RECORD_SET, SUBJECT_GOODS, goods, body, NULL, ATT_TEXT, 0);
}
#define SHOP_GOODS(x, ...)                                                                         \
    do {                                                                                           \
        const struct shop_field f_[] = {__VA_ARGS__};                                              \
        shop_goods(x, f_, sizeof f_ / sizeof f_[0]);                                               \
    } while (0)

/* shop_make: the store at `dir` (not there yet), the device secret where the app looks for it
 * (XDG_CONFIG_HOME must be set). */
static void shop_make_with(struct shop *x, const char *dir, const char *secret_path,
                           enum position_wish position, bool bare)
{
    struct err err = {0};
    struct join j;
    uint8_t secret[32], *key;
    memset(x, 0, sizeof *x);
    x->position = position;
    x->bare = bare;
    memset(&j, 0, sizeof j);
    sample_make(&x->s);
    snprintf(x->dir, sizeof x->dir, "%s", dir);
    x->room = malloc(SHOP_ROOM);
    x->tmp = malloc(SHOP_ROOM);
    key = sodium_malloc(DATA_KEY_BYTES);
    if (x->room == NULL || x->tmp == NULL || key == NULL) {
        exit(99);
    }
    struct now now = sample_now(0);
    now.wall_ms = x->at_ms = SHOP_NOW_MS - 2 * SHOP_DAY_MS;
    j.keys = x->s.tech.keys;
    j.trust = x->s.trust;
    memcpy(j.trust_doc, x->s.trust_doc.p, x->s.trust_doc.n);
    j.trust_doc_n = x->s.trust_doc.n;
    memcpy(j.cert, x->s.tech.cert.whole.p, x->s.tech.cert.whole.n);
    j.cert_n = x->s.tech.cert.whole.n;
    shop_must(device_secret_load(secret_path, true, secret, &err), &err, "secret");
    shop_must(join_found(&j, dir, str_bytes(S(SHOP_PIN)), secret, 0, &now,
                         arena_of(x->tmp, SHOP_ROOM), &err),
              &err, "store");
    char slots[600];
    snprintf(slots, sizeof slots, "%s/slots", dir);
    shop_must(slots_open(slots, SLOT_PIN, str_bytes(S(SHOP_PIN)), secret, now.wall_ms, key, &err),
              &err, "slots");
    struct store_options opt = {.side = STORE_DEVICE, .mode = STORE_WRITE, .data_key = key};
    shop_must(store_open(dir, &opt, &x->store, &err), &err, "open");
    sodium_free(key);
    struct store_txn *t = NULL;
    shop_must(store_write(x->store, &t, &err), &err, "write");
    shop_must(cert_store_put(t, &x->s.node.cert, &err), &err, "certificate");
    shop_must(store_commit(&t, &err), &err, "commit");
    x->head.author = x->s.node.author;
    x->head.epoch = sample_id8("node epoch");
    if (!x->bare) {
        shop_edition(x);
        shop_jobs(x);
    }
    store_close(&x->store);
    free(x->room);
    free(x->tmp);
    sample_free(&x->s);
}

static inline void shop_make(struct shop *x, const char *dir, const char *secret_path)
{
    shop_make_with(x, dir, secret_path, (enum position_wish)0, false);
}
#endif
