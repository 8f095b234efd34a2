/* bench_shop.c - a handheld's store with many jobs, each with words of its own, half of them
 * Chinese: what headquarters would have sent, written by the sample's node, many a transaction. */
#include "tests/bench/bench.h"

#include "core/fold/refold.h"
#include "core/keys/slots.h"
#include "core/model/bodies.h"
#include "sync/engine/join.h"

#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>

#define GROUP 500 /* jobs a transaction */

struct shop {
    const struct bench *b;
    struct store_txn *t;
    struct chain_head head;
    struct chain_mark mark;
    int64_t at_ms;
    uint8_t *tmp;
};

static const char *const surnames[] = {"刘", "陈", "王", "李", "张", "赵", "周", "吴",
                                       "徐", "孙", "马", "胡", "朱", "郭", "何", "高"};
static const char *const given[] = {"美华", "志强", "建国", "秀英", "丽娟", "伟民", "海燕", "国庆",
                                    "晓东", "文静", "桂芳", "永康", "雪梅", "俊杰", "玉兰", "振华"};
static const char *const roads[] = {"望江路",   "金沙大道", "中山北路", "解放街",   "湖滨路",
                                    "文三西路", "建设二路", "市心南路", "天目山路", "庆春东路"};
static const char *const faults[] = {"不制冷",       "外机不转", "漏水",     "异响",
                                     "显示故障代码", "不脱水",   "点不着火", "不制热"};
static const char *const hotels[] = {"Blue River Hotel", "Golden Lotus",     "Harbour View",
                                     "Old Mill Bakery",  "Northgate Clinic", "Riverside School"};
static const char *const streets[] = {"Mill Lane", "Harbour Road", "Station Street", "Long Acre"};
static const char *const troubles[] = {"No cooling", "Does not spin", "Drips", "Noise at start"};

#define PICK(list, n) (list)[(n) % (sizeof(list) / sizeof(list)[0])]

id16 bench_shop_id(const char *kind, unsigned n)
{
    char name[40];
    snprintf(name, sizeof name, "shop %s %u", kind, n);
    return sample_id16(name);
}

static void put(struct shop *x, unsigned kind, enum subject_type type, id16 subject, bytes body,
                const char (*texts)[128], unsigned n)
{
    struct err err = {.st = ST_OK};
    h32 names[8];
    uint8_t out[CAP_ENTRY_BYTES];
    struct entry_view e;
    bool forked;
    struct now now = sample_now(x->at_ms += 10);
    for (unsigned i = 0; i < n; i++) {
        struct arena a = arena_of(x->tmp, CAP_SCRATCH_BYTES);
        struct att_view v;
        bytes content = bytes_of(texts[i], strlen(texts[i]));
        bench_must(att_make(&a, ATT_TEXT, content, &v), "a text", NULL);
        bench_must(store_att_put(x->t, v.manifest, content, subject, &err), "a text", &err);
        names[i] = v.name;
    }
    struct entry_draft d = {.kind = kind,
                            .subject_type = type,
                            .subject = subject,
                            .body = body,
                            .atts = names,
                            .natt = n,
                            .actor = sample_id16("supervisor"),
                            .actor_role = ROLE_SUPERVISOR};
    bench_must(entry_make(&x->head, &d, &now, x->b->sample.trust.deployment,
                          x->b->sample.node.keys.sign_sk, out, sizeof out, &e, &err),
               "an entry", &err);
    bench_must(journal_keep_marked(x->t, &e, &x->mark, &forked, &err), "keep", &err);
}

static void fold(struct shop *x, id16 subject)
{
    struct err err = {.st = ST_OK};
    bench_must(fold_refold(x->t, subject, arena_of(x->b->scratch, CAP_SCRATCH_BYTES), &err), "fold",
               &err);
}

static void record(struct shop *x, enum subject_type type, id16 subject, struct record_write *w,
                   size_t n, const char (*texts)[128], unsigned ntexts)
{
    uint8_t buf[CAP_BODY_BYTES];
    bytes body;
    bench_must(record_encode(w, n, buf, sizeof buf, &body), "a record", NULL);
    put(x, KIND_RECORD_SET, type, subject, body, texts, ntexts);
}

static void customer(struct shop *x, unsigned n)
{
    char t[3][128];
    bool zh = n % 2 == 0;
    struct record_write w[] = {{.field = F_CUSTOMER_NAME, .type = FT_TEXT, .i = 0},
                               {.field = F_CUSTOMER_PHONE, .type = FT_TEXT, .i = 1},
                               {.field = F_CUSTOMER_ADDRESS, .type = FT_TEXT, .i = 2},
                               {.field = F_CUSTOMER_ZONE, .type = FT_ENUM, .i = 1 + n % 2}};
    if (zh) {
        snprintf(t[0], sizeof t[0], "%s%s", PICK(surnames, n / 2), PICK(given, n / 32));
        snprintf(t[2], sizeof t[2], "%s%u号%u幢%u单元%u室", PICK(roads, n), n % 900 + 1, n % 40 + 1,
                 n % 4 + 1, (n % 18 + 1) * 100 + n % 4 + 1);
    } else {
        snprintf(t[0], sizeof t[0], "%s %u", PICK(hotels, n), n);
        snprintf(t[2], sizeof t[2], "%u %s, flat %u", n % 300 + 1, PICK(streets, n), n % 90 + 1);
    }
    snprintf(t[1], sizeof t[1], "138-%04u-%04u", n / 10000, n % 10000);
    record(x, SUBJECT_CUSTOMER, bench_shop_id("customer", n), w, 4, (const char(*)[128])t, 3);
    fold(x, bench_shop_id("customer", n));
}

static void equipment(struct shop *x, unsigned n)
{
    char t[1][128];
    struct record_write w[] = {
        {.field = F_EQUIPMENT_CUSTOMER, .type = FT_REF, .ref = bench_shop_id("customer", n)},
        {.field = F_EQUIPMENT_NAME, .type = FT_TEXT, .i = 0}};
    snprintf(t[0], sizeof t[0], n % 2 == 0 ? "壁挂式空调 %u" : "Washing machine WM-%u", n % 977);
    record(x, SUBJECT_EQUIPMENT, bench_shop_id("equipment", n), w, 2, (const char(*)[128])t, 1);
    fold(x, bench_shop_id("equipment", n));
}

static void job(struct shop *x, unsigned n, unsigned customers)
{
    char t[1][128];
    uint8_t buf[256];
    bytes body;
    union body b;
    id16 id = bench_shop_id("job", n);
    char number[CAP_CODE_BYTES];
    unsigned c = n % customers;
    struct record_write w[] = {
        {.field = F_CODE, .type = FT_CODE},
        {.field = F_JOB_CUSTOMER, .type = FT_REF, .ref = bench_shop_id("customer", c)},
        {.field = F_JOB_EQUIPMENT, .type = FT_REF, .ref = bench_shop_id("equipment", c)},
        {.field = F_JOB_CALLED, .type = FT_TIME, .i = SAMPLE_TIME_MS + (int64_t)n * 61000},
        {.field = F_JOB_FAULT_TOLD, .type = FT_TEXT, .i = 0},
        {.field = F_JOB_ZONE, .type = FT_ENUM, .i = 1 + n % 2}};
    snprintf(number, sizeof number, "J-%06u", n);
    if (!code_of(str_bytes(str_c(number)), &w[0].code)) {
        bench_die("a job's number", ST_BUG, NULL);
    }
    snprintf(t[0], sizeof t[0], n % 2 == 0 ? "%s，第%u次报修" : "%s, call %u",
             n % 2 == 0 ? PICK(faults, n / 2) : PICK(troubles, n / 2), n);
    record(x, SUBJECT_JOB, id, w, 6, (const char(*)[128])t, 1);
    memset(&b, 0, sizeof b);
    b.assigned.technician = x->b->sample.tech.person;
    bench_must(body_encode(KIND_JOB_ASSIGNED, &b, buf, sizeof buf, &body), "a body", NULL);
    put(x, KIND_JOB_ASSIGNED, SUBJECT_JOB, id, body, NULL, 0);
    fold(x, id);
}

static struct store *found(struct shop *x, const char *dir, const char *config)
{
    struct err err = {.st = ST_OK};
    static struct join j;
    char path[2 * BENCH_PATH_BYTES];
    uint8_t secret[32], *key = sodium_malloc(DATA_KEY_BYTES);
    const struct sample *s = &x->b->sample;
    struct now now = sample_now(0);
    struct store *store = NULL;
    j.keys = s->tech.keys;
    j.trust = s->trust;
    memcpy(j.trust_doc, s->trust_doc.p, s->trust_doc.n);
    j.trust_doc_n = s->trust_doc.n;
    memcpy(j.cert, s->tech.cert.whole.p, s->tech.cert.whole.n);
    j.cert_n = s->tech.cert.whole.n;
    snprintf(path, sizeof path, "%s/docket", config);
    mkdir(config, 0700);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/docket/device.secret", config);
    bench_must(device_secret_load(path, true, secret, &err), "secret", &err);
    bench_must(join_found(&j, dir, str_bytes(S(BENCH_PIN)), secret, 0, &now,
                          arena_of(x->tmp, CAP_SCRATCH_BYTES), &err),
               "join_found", &err);
    snprintf(path, sizeof path, "%s/slots", dir);
    bench_must(slots_open(path, SLOT_PIN, str_bytes(S(BENCH_PIN)), secret, now.wall_ms, key, &err),
               "slots_open", &err);
    struct store_options o = {.side = STORE_DEVICE, .mode = STORE_WRITE, .data_key = key};
    bench_must(store_open(dir, &o, &store, &err), "store_open", &err);
    sodium_free(key);
    return store;
}

void bench_shop(const struct bench *b, const char *dir, const char *config, unsigned jobs)
{
    struct err err = {.st = ST_OK};
    struct shop x = {.b = b, .tmp = malloc(CAP_SCRATCH_BYTES)};
    unsigned customers = jobs / 2;
    x.head.author = x.mark.author = b->sample.node.author;
    x.head.epoch = x.mark.epoch = sample_id8("node epoch");
    struct store *s = found(&x, dir, config);
    for (unsigned i = 0; i < jobs; i += GROUP) {
        bench_must(store_write(s, &x.t, &err), "write", &err);
        if (i == 0) {
            bench_must(cert_store_put(x.t, &b->sample.node.cert, &err), "certificate", &err);
        }
        for (unsigned k = i; k < i + GROUP && k < jobs; k++) {
            if (k < customers) {
                customer(&x, k);
                equipment(&x, k);
            }
            job(&x, k, customers);
        }
        bench_must(chain_mark_put(x.t, &x.mark, &err), "mark", &err);
        bench_must(store_commit(&x.t, &err), "commit", &err);
    }
    store_close(&s);
    free(x.tmp);
}
