/* shop_many.h - the shop after a long year: hundreds of jobs, faults, parts, visits and debts,
 * names that fill lines; and the shop on its first morning, with nothing in it. For looks.h. */
#ifndef TESTS_UI_SHOP_MANY_H
#define TESTS_UI_SHOP_MANY_H
#include "tests/ui/shop.h"

enum {
    MANY_ROWS = 150,     /* of the catalogue: parts, faults, prices */
    MANY_JOBS = 120,     /* to be prepared */
    MANY_VISITED = 60,   /* jobs with two visits of his each */
    MANY_CONFLICTS = 60, /* customers with two phone numbers */
    MANY_WORDS = 200
};
#define MANY_LONG "杭州钱塘新区锦绣江南国际商务酒店管理有限责任公司城东分店工程设备维护保障中心"

static inline str many_words(char (*room)[MANY_WORDS], const char *fmt, int k)
{
    snprintf(*room, sizeof *room, "%s %d", fmt, k);
    return str_c(*room);
}

static inline void many_edition(struct shop *x)
{
    static char text[MANY_ROWS * 7][MANY_WORDS];
    static struct cat_part parts[MANY_ROWS];
    static struct cat_fault faults[MANY_ROWS];
    static struct cat_price prices[MANY_ROWS];
    static uint8_t buf[1 << 18];
    char(*t)[MANY_WORDS] = text;
    for (int k = 0; k < MANY_ROWS; k++) {
        snprintf(*t, sizeof *t, "AC-%03d", k + 10);
        faults[k].code = prices[k].code = parts[k].number = str_c(*t++);
        parts[k].name = many_words(t++, "外机风扇电机总成（含固定支架、减震胶垫和防护网罩）", k);
        parts[k].name_en = many_words(
            t++, "Outdoor fan motor, complete with bracket, rubber feet and protective grille", k);
        parts[k].unit = S("台");
        parts[k].price_minor = 26000 + k;
        faults[k].name = many_words(t++, "开机约十分钟后外机停转并显示故障代码", k);
        faults[k].name_en = many_words(
            t++, "The outdoor unit stops after ten minutes and an error code is shown, fault", k);
        faults[k].equipment_type = S("空调");
        faults[k].frequency = (unsigned)(MANY_ROWS - k);
        faults[k].knowledge = S("先测压力再加注；R32不得与R410A混用。");
        prices[k].name = many_words(t++, "高空作业及超时人工", k);
        prices[k].name_en = many_words(t++, "Work at height and further labour", k);
        prices[k].unit = S("次");
        prices[k].price_minor = 15000;
        prices[k].class_ = CLASS_A;
    }
    struct catalogue c = {.number = 2,
                          .nparts = MANY_ROWS,
                          .parts = parts,
                          .nfaults = MANY_ROWS,
                          .faults = faults,
                          .nprices = MANY_ROWS,
                          .prices = prices,
                          .retention_days = 30,
                          .verify_url = S("https://service.example/verify")};
    calendars_default(&c.calendars);
    uint8_t room[CAP_BODY_BYTES];
    bytes content, body;
    union body b;
    id16 dep;
    shop_must(catalogue_encode(&c, buf, sizeof buf, &content), NULL, "edition");
    memset(&b, 0, sizeof b);
    b.edition.number = 2;
    shop_must(body_encode(KIND_EDITION, &b, room, sizeof room, &body), NULL, "edition");
    memcpy(dep.b, x->s.trust.deployment, sizeof dep.b);
    shop_entry(x, KIND_EDITION, SUBJECT_DEPLOYMENT, dep, body, &content, ATT_EDITION, 1);
}

static inline void many_jobs(struct shop *x)
{
    char job[32], code[32], customer[32];
    for (int k = 0; k < MANY_CONFLICTS; k++) {
        snprintf(customer, sizeof customer, "many customer %d", k);
        snprintf(code, sizeof code, "C-2%03d", k);
        SHOP_SET(x, SUBJECT_CUSTOMER, customer, {F_CODE, code, 0}, {F_CUSTOMER_NAME, MANY_LONG, 0},
                 {F_CUSTOMER_ZONE, NULL, 1}, {F_CUSTOMER_PHONE, "138-0000-1001", 0},
                 {F_CUSTOMER_ADDRESS, "钱塘区金沙大道600号\n锦绣江南大厦B座\n地下一层设备间", 0});
        SHOP_SET(x, SUBJECT_CUSTOMER, customer, {F_CUSTOMER_PHONE, "138-0000-9999", 0});
    }
    for (int k = 0; k < MANY_JOBS + MANY_VISITED; k++) {
        snprintf(job, sizeof job, "many job %d", k);
        snprintf(customer, sizeof customer, "many customer %d", k % MANY_CONFLICTS);
        snprintf(code, sizeof code, "J-261120-%d", k);
        SHOP_SET(x, SUBJECT_JOB, job, {F_CODE, code, 0}, {F_JOB_CUSTOMER, customer, 0},
                 {F_JOB_EQUIPMENT, "equipment 1", 0},
                 {F_JOB_CALLED, NULL, SHOP_NOW_MS - (100 + k) * 60000LL}, {F_JOB_ZONE, NULL, 1},
                 {F_JOB_FAULT_TOLD, "空调不制热，外机不转，开机十分钟后报F3", 0});
        shop_assign(x, job);
    }
}

static inline void many_fact(struct shop *x, struct journal *j, struct store_txn *t, id16 job,
                             unsigned kind, const union body *b)
{
    struct err err = {0};
    uint8_t buf[CAP_BODY_BYTES];
    bytes body;
    h32 hash;
    struct now now = sample_now(0);
    now.wall_ms = x->at_ms += 60000;
    shop_must(body_encode(kind, b, buf, sizeof buf, &body), NULL, "fact");
    struct append what = {.kind = kind, .subject_type = SUBJECT_JOB, .subject = job, .body = body};
    shop_must(journal_append_in(j, t, &what, &now, &hash, &err), &err, "fact");
}

/* Two visits a job: a fault, a part whose old one is with him, cash that he holds. */
static inline void many_visits(struct shop *x)
{
    struct err err = {0};
    struct journal j;
    struct store_txn *t = NULL;
    struct now now = sample_now(0);
    now.wall_ms = x->at_ms;
    uint8_t *room = malloc(SHOP_ROOM);
    shop_must(journal_open(&j, x->store, &x->s.tech.keys, room, SHOP_ROOM, &now, &err), &err,
              "journal");
    shop_must(store_write(x->store, &t, &err), &err, "write");
    for (int k = 0; k < 2 * MANY_VISITED; k++) {
        char name[32];
        union body b;
        snprintf(name, sizeof name, "many job %d", MANY_JOBS + k / 2);
        id16 job = sample_id16(name);
        snprintf(name, sizeof name, "many %d", k);
        memset(&b, 0, sizeof b);
        b.head.visit = sample_id8(name);
        many_fact(x, &j, t, job, KIND_VISIT_ACCEPTED, &b);
        CHECK(code_of(str_bytes(S("AC-010")), &b.diagnosed.fault));
        b.diagnosed.cause = CAUSE_WEAR;
        b.diagnosed.responsibility = 1;
        b.diagnosed.edition = 2;
        many_fact(x, &j, t, job, KIND_VISIT_DIAGNOSED, &b);
        memset(&b, 0, sizeof b);
        b.head.visit = sample_id8(name);
        CHECK(code_of(str_bytes(S("AC-011")), &b.part.number));
        b.part.qty_milli = 1000;
        b.part.unit_minor = 26001;
        b.part.reason = 1;
        b.part.old_part = OLD_TAKEN;
        b.part.edition = 2;
        many_fact(x, &j, t, job, KIND_VISIT_PART, &b);
        memset(&b, 0, sizeof b);
        b.head.visit = sample_id8(name);
        b.paid.method = PAY_CASH;
        b.paid.amount_minor = 12345600 + k;
        snprintf(name, sizeof name, "R-%d", k);
        CHECK(code_of(str_bytes(str_c(name)), &b.paid.receipt));
        many_fact(x, &j, t, job, KIND_VISIT_PAID, &b);
        memset(&b, 0, sizeof b);
        snprintf(name, sizeof name, "many %d", k);
        b.head.visit = sample_id8(name);
        many_fact(x, &j, t, job, KIND_VISIT_LEFT, &b);
    }
    shop_must(store_commit(&t, &err), &err, "commit");
    journal_close(&j);
    free(room);
}

/* shop_fill: of a shop that shop_open_again opened. */
static inline void shop_fill(struct shop *x)
{
    many_edition(x);
    many_jobs(x);
    many_visits(x);
}

/* Two clerks wrote one address twice, to the letter, and gave one call to two technicians. */
static inline void shop_argue(struct shop *x)
{
    union body b;
    uint8_t buf[CAP_BODY_BYTES];
    bytes body;
    SHOP_SET(x, SUBJECT_CUSTOMER, "customer 1",
             {F_CUSTOMER_ADDRESS, "上城区望江路18号清水苑3幢2单元501室", 0});
    SHOP_SET(x, SUBJECT_TECHNICIAN, "colleague", {F_TECHNICIAN_NAME, "王海燕", 0});
    memset(&b, 0, sizeof b);
    b.assigned.technician = sample_id16("colleague");
    shop_must(body_encode(KIND_JOB_ASSIGNED, &b, buf, sizeof buf, &body), NULL, "assignment");
    shop_entry(x, KIND_JOB_ASSIGNED, SUBJECT_JOB, sample_id16("job 1"), body, NULL, ATT_TEXT, 0);
}
#endif
