/* books.h - headquarters with books full enough to be sorted, filtered and leafed through. */
#ifndef TESTS_HQ_BOOKS_H
#define TESTS_HQ_BOOKS_H
#include "core/base/encode.h"
#include "core/model/catalogue.h"
#include "sync/hq/reg_groups.h"
#include "tests/unit/hq/desk.h"

#define BOOKS_JOBS 60
#define BOOKS_DEVICES 4

static inline void books_papers(struct desk *d, unsigned i, const char *branch, const char *who)
{
    char f[400], code[24], id[33], due[24] = "";
    if (i % 4 != 3) {
        snprintf(due, sizeof due, ",\"due\":%u", i * 11 % 9);
    }
#define PUT(name, prefix, ...)                                                                     \
    snprintf(f, sizeof f, __VA_ARGS__);                                                            \
    snprintf(code, sizeof code, "%s%u", prefix, i * 7 % 31);                                       \
    desk_record(d, name, code, f, id)
    PUT("customer", "K-", "{\"name\":\"A\",\"branch\":\"%s\"}", branch);
    PUT("equipment", "E-", "{\"model\":\"M\",\"warranty_until\":%u,\"branch\":\"%s\"}", i * 5 % 17,
        branch);
    PUT("contract", "V-", "{\"end\":%u,\"number\":\"N%u\",\"branch\":\"%s\"}", i * 3 % 11,
        i * 13 % 29, branch);
    PUT("stock", "S-", "{\"technician\":\"%s\",\"part\":\"P%u\",\"quantity\":1,\"branch\":\"%s\"}",
        who, i * 11 % 23, branch);
    PUT("goods", "G-",
        "{\"technician\":\"%s\",\"receipt\":\"R%u\",\"state\":%u,\"in\":%u,\"branch\":\"%s\"%s}",
        who, i * 3 % 19, i % 5 + 1, i * 7 % 13, branch, due);
    PUT("slip", "L-",
        "{\"technician\":\"%s\",\"part\":\"P1\",\"state\":%u,\"at\":%u,\"branch\":\"%s\"}", who,
        i % 4 + 1, i * 7 % 13, branch);
    PUT("day", "D-", "{\"technician\":\"%s\",\"day\":%u,\"state\":%u,\"branch\":\"%s\"}", who,
        i * 9 % 14, i % 4 + 1, branch);
    PUT("invoice", "I-", "{\"amount\":1,\"at\":%u,\"state\":%u,\"branch\":\"%s\"}", i * 9 % 14,
        i % 3 + 1, branch);
#undef PUT
}

static inline void books_job(struct desk *d, unsigned i, const char *branch, const char *who)
{
    char f[300], code[24], id[33];
    snprintf(code, sizeof code, "J-%u-%u", i % 3, i * 37 % 101);
    snprintf(f, sizeof f, "{\"called\":%lld,\"zone\":%u,\"class_proposed\":%u,\"branch\":\"%s\"%s}",
             1780000000000LL - (long long)(i * 17 % 41) * 3600000, i % 2 + 1, i % 5 % 4 + 1, branch,
             i % 3 == 0 ? ",\"customer\":\"K-7\"" : "");
    desk_record(d, "job", code, f, id);
    if (i % 3 != 0) {
        json_decref(desk_op(d, "assign", json_pack("{s:s,s:s}", "job", code, "technician", who)));
    }
    if (i % 7 == 0) {
        json_decref(desk_op(d, "job.cancel", json_pack("{s:s,s:i}", "job", code, "reason", 1)));
    }
}

/* Two values of one field, neither of whose writers saw the other. */
static inline void books_rivals(struct desk *d, enum subject_type type, const char *code, int field)
{
    id16 id;
    PAIR_OK(&d->p, hq_id_of(d->p.hq, type, str_c(code), &id, &d->p.err));
    for (int v = 1; v <= 2; v++) {
        uint8_t body[CAP_BODY_BYTES];
        struct record_write w = {.field = field, .type = FT_ENUM, .i = v};
        struct append what = {.kind = KIND_RECORD_SET, .subject_type = type, .subject = id};
        CHECK_INT(record_encode(&w, 1, body, sizeof body, &what.body), ST_OK);
        PAIR_OK(&d->p, hq_act(d->p.hq, &what, NULL, &d->p.err));
    }
}

static inline void books_edition(struct desk *d, uint64_t number)
{
    static uint8_t buf[4096];
    static char text[8192];
    struct catalogue c = {.number = number};
    bytes out;
    CHECK_INT(catalogue_encode(&c, buf, sizeof buf, &out), ST_OK);
    base64url_put(out, text);
    CHECK_INT(desk_do(d, "POST", "/catalogue", json_pack("{s:s}", "data_base64url", text)), 200);
}

static inline void books_odd(struct desk *d, unsigned i)
{
    struct store_txn *t = NULL;
    char item[24];
    id8 nobody = {{0}};
    snprintf(item, sizeof item, "not an entry %u", i);
    PAIR_OK(&d->p, store_write(d->p.hq->store, &t, &d->p.err));
    PAIR_OK(&d->p, hq_odd_put(t, nobody, 1, str_bytes(str_c(item)), (int64_t)i * 5 % 7, &d->p.err));
    PAIR_OK(&d->p, store_commit(&t, &d->p.err));
}

/* ---- on the handhelds -------------------------------------------------------------------------
 */

static inline void books_say(struct desk *d, struct pair_device *dev, id16 job, unsigned kind,
                             const union body *b, const char *words)
{
    uint8_t body[CAP_BODY_BYTES];
    h32 hash;
    struct now now = pair_now(&d->p);
    struct append_att atts[] = {{.type = ATT_TEXT, .content = str_bytes(str_c(words))},
                                {.type = ATT_REPORT, .content = str_bytes(S("text"))}};
    struct append what = {.kind = kind,
                          .subject_type = SUBJECT_JOB,
                          .subject = job,
                          .atts = atts,
                          .natt = words == NULL ? 0 : 1};
    if (kind == KIND_VISIT_SIGNED) {
        atts[0].type = ATT_FACTS;
        what.natt = 2;
    }
    PAIR_OK(&d->p, body_encode(kind, b, body, sizeof body, &what.body));
    PAIR_OK(&d->p, journal_append(&dev->journal, &what, &now, &hash, &d->p.err));
}

static inline void books_sign(struct desk *d, struct pair_device *dev, id16 job, unsigned i,
                              id8 visit)
{
    char number[24];
    union body b;
    memset(&b, 0, sizeof b);
    snprintf(number, sizeof number, "D1AB%04u", i);
    b.signed_.visit = visit;
    b.signed_.outcome = SIGN_ABSENT;
    b.signed_.version = 1;
    CHECK(code_of(str_bytes(str_c(number)), &b.signed_.number));
    b.signed_.class_ = CLASS_A;
    b.signed_.template_ = 2;
    b.signed_.reason = 1;
    books_say(d, dev, job, KIND_VISIT_SIGNED, &b, "facts");
}

static inline void books_paid(struct desk *d, struct pair_device *dev, id16 job, id8 visit)
{
    union body b;
    memset(&b, 0, sizeof b);
    b.paid.head.visit = visit;
    b.paid.method = PAY_CASH;
    b.paid.amount_minor = 12000;
    CHECK(code_of(str_bytes(S("R-1")), &b.paid.receipt));
    books_say(d, dev, job, KIND_VISIT_PAID, &b, NULL);
}

/* What its technician does with a call that was given to him: a part of each register has some, and
 * some of them are in several. */
static inline void books_visit(struct desk *d, struct pair_device *dev, unsigned i,
                               const char *code)
{
    id16 job;
    id8 visit = {{(uint8_t)(i + 1), 1}};
    unsigned what = i / 3 % 6;
    union body asked = {.asked = {.visit = visit, .reason = 1}};
    PAIR_OK(&d->p, hq_id_of(d->p.hq, SUBJECT_JOB, str_c(code), &job, &d->p.err));
    if (what == 0) {
        asked.asked.visit = (id8){{0}};
        books_say(d, dev, job, KIND_HANDOVER_ASKED, &asked, NULL);
    } else if (what < 5) {
        pair_step(&d->p, dev, job, KIND_VISIT_ACCEPTED, visit);
    }
    if (what >= 2 && what < 5) {
        pair_step(&d->p, dev, job, KIND_VISIT_ARRIVED, visit);
    }
    if (what == 1 || (what == 2 && i % 2 == 0)) {
        books_say(d, dev, job, KIND_HELP_ASKED, &asked, NULL);
    }
    if (what == 2 || (what == 4 && i % 4 == 2)) {
        books_paid(d, dev, job, visit);
    }
    if (what == 3 || what == 1) {
        union body b = {.proposed = {.visit = visit, .what = SUBJECT_EQUIPMENT}};
        books_say(d, dev, job, KIND_PROPOSED, &b, "air curtain");
    }
    if (what == 4 || what == 3) {
        books_sign(d, dev, job, i, visit);
    }
}

static inline void books_work(struct desk *d, struct pair_device devices[static BOOKS_DEVICES])
{
    struct exchange_result r;
    for (unsigned k = 1; k <= 2; k++) {
        pair_sync(&d->p, &devices[k], &r);
        for (unsigned i = k; i < BOOKS_JOBS; i += 3) {
            char code[24];
            snprintf(code, sizeof code, "J-%u-%u", i % 3, i * 37 % 101);
            if (i % 7 != 0) {
                books_visit(d, &devices[k], i, code);
            }
        }
        pair_sync(&d->p, &devices[k], &r);
        CHECK_INT(r.problems, 0);
        for (unsigned i = k; i < BOOKS_JOBS; i += 3) {
            char code[24];
            snprintf(code, sizeof code, "J-%u-%u", i % 3, i * 37 % 101);
            if (i % 7 != 0 && i / 3 % 6 == 4 && i % 4 != 2) {
                json_decref(desk_op(d, "job.archive", json_pack("{s:s}", "job", code)));
            }
        }
    }
}

/* Sixty calls and 24 of each paper, of two branches, in no order; four handhelds; two editions,
 * three tokens, what came in odd. */
static inline void books_begin(struct desk *d, struct pair_device devices[static BOOKS_DEVICES])
{
    static const char *const people[] = {"technician", "technician2", "technician3"};
    desk_begin(d);
    for (unsigned i = 0; i < 24; i++) {
        books_papers(d, i, i % 4 == 0 ? DESK_THERE : DESK_HERE, people[i % 3]);
    }
    for (unsigned i = 0; i < BOOKS_JOBS; i++) {
        books_job(d, i, i % 4 == 0 ? DESK_THERE : DESK_HERE, people[i % 3]);
    }
    books_rivals(d, SUBJECT_JOB, "J-1-37", F_JOB_ZONE);
    books_rivals(d, SUBJECT_JOB, "J-2-74", F_JOB_ZONE);
    books_rivals(d, SUBJECT_CUSTOMER, "K-7", F_CUSTOMER_ZONE);
    for (unsigned i = 0; i < BOOKS_DEVICES; i++) {
        char name[8];
        id16 who;
        PAIR_OK(&d->p,
                hq_id_of(d->p.hq, SUBJECT_TECHNICIAN, str_c(people[i % 3]), &who, &d->p.err));
        snprintf(name, sizeof name, "D%u", 12 - i * 3);
        pair_join(&d->p, &devices[i], who, name);
        books_odd(d, i);
    }
    books_work(d, devices);
    desk_login(d, "administrator");
    books_edition(d, 1);
    books_edition(d, 2);
    for (unsigned i = 0; i < 3; i++) {
        char label[16];
        snprintf(label, sizeof label, "program %u", 11 - i);
        CHECK_INT(desk_do(d, "POST", "/tokens",
                          json_pack("{s:s,s:s,s:s}", "label", label, "login", "clerk", "scopes",
                                    "calls:read")),
                  200);
    }
}

static inline void books_end(struct desk *d, struct pair_device devices[static BOOKS_DEVICES])
{
    for (unsigned i = 0; i < BOOKS_DEVICES; i++) {
        pair_leave(&devices[i]);
    }
    desk_end(d);
}

/* All rows of a register, leafed through. */
struct books_rows {
    json_t *rows;
    unsigned pages;
};

static inline struct books_rows books_leaf(struct desk *d, const char *name, const char *query,
                                           unsigned limit)
{
    struct books_rows a = {.rows = json_array()};
    char cursor[200] = "", target[500];
    do {
        snprintf(target, sizeof target, "/registers/%s?limit=%u%s&cursor=%s", name, limit, query,
                 cursor);
        json_t *page = desk_get(d, target);
        CHECK_INT(d->status, 200);
        CHECK(json_array_size(json_object_get(page, "rows")) <= limit);
        json_array_extend(a.rows, json_object_get(page, "rows"));
        snprintf(cursor, sizeof cursor, "%s", desk_str(page, "next"));
        json_decref(page);
    } while (cursor[0] != '\0' && ++a.pages < 300);
    return a;
}

static inline const char *books_id_at(const json_t *rows, size_t i)
{
    return desk_str(json_array_get(rows, i), "id");
}

/* How often a row stands there. */
static inline unsigned books_times(const json_t *rows, const char *id)
{
    unsigned n = 0;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        n += strcmp(books_id_at(rows, i), id) == 0;
    }
    return n;
}

/* ---- a row's place, read from what it shows ---------------------------------------------------
 */

static inline const char *books_number(const char *reg, const json_t *row)
{
    const json_t *f = json_object_get(row, "fields");
    return strcmp(reg, "stock") == 0        ? desk_str(f, "part")
           : strcmp(reg, "goods") == 0      ? desk_str(f, "receipt")
           : strcmp(reg, "contracts") == 0  ? desk_str(f, "number")
           : strcmp(reg, "quarantine") == 0 ? desk_str(row, "id")
                                            : desk_str(row, "code");
}

static inline const json_t *books_technician(const json_t *row)
{
    const json_t *p = json_object_get(row, "technician");
    return p != NULL ? p : json_object_get(json_object_get(row, "fields"), "technician");
}

/* INT64_MAX: none. */
static inline json_int_t books_due(const json_t *row)
{
    const json_t *v = json_object_get(row, "due_ms");
    v = v != NULL ? v : json_object_get(json_object_get(row, "fields"), "due");
    return v == NULL ? INT64_MAX : json_integer_value(v);
}

/* What a row is sorted by: texts are compared by their place in a table. */
static inline int books_compare(const char *reg, const char *sort, const json_t *a, const json_t *b)
{
    uint8_t x[REG_SORT_BYTES], y[REG_SORT_BYTES];
    if (strcmp(sort, "number") == 0) {
        bytes m = register_number(str_bytes(str_c(books_number(reg, a))), x);
        bytes n = register_number(str_bytes(str_c(books_number(reg, b))), y);
        int c = memcmp(m.p, n.p, m.n < n.n ? m.n : n.n);
        return c != 0 ? c : (m.n > n.n) - (m.n < n.n);
    }
    if (strcmp(sort, "state") == 0) {
        const struct reg *r = reg_find(reg);
        return (int)reg_state_of(r, desk_str(a, "state")) -
               (int)reg_state_of(r, desk_str(b, "state"));
    }
    if (strcmp(sort, "technician") == 0) {
        struct reg_name m = {.n = 0}, n = {.n = 0};
        m.n = reg_name_key(str_c(desk_str(books_technician(a), "name")), m.key);
        n.n = reg_name_key(str_c(desk_str(books_technician(b), "name")), n.key);
        return reg_name_compare(&m, &n);
    }
    if (strcmp(sort, "branch") == 0) {
        return strcmp(desk_str(a, "branch"), desk_str(b, "branch"));
    }
    const char *key = strcmp(sort, "time") == 0 ? "time_ms" : "class";
    bool due = strcmp(sort, "due") == 0;
    json_int_t m = due ? books_due(a) : json_integer_value(json_object_get(a, key));
    json_int_t n = due ? books_due(b) : json_integer_value(json_object_get(b, key));
    return (m > n) - (m < n);
}

/* How many rows a filter leaves. */
static inline unsigned books_count(struct desk *d, const char *reg, const char *query)
{
    struct books_rows a = books_leaf(d, reg, query, 5);
    unsigned n = (unsigned)json_array_size(a.rows);
    json_decref(a.rows);
    return n;
}
#endif
