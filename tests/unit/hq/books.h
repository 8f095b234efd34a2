/* books.h - headquarters with books full enough to be sorted, filtered and leafed through. */
#ifndef TESTS_HQ_BOOKS_H
#define TESTS_HQ_BOOKS_H
#include "core/base/encode.h"
#include "core/model/catalogue.h"
#include "sync/hq/reg.h"
#include "tests/unit/hq/desk.h"

#define BOOKS_JOBS 60
#define BOOKS_DEVICES 4

static inline void books_papers(struct desk *d, unsigned i, const char *branch, const char *who)
{
    char f[400], code[24], id[33];
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
        "{\"technician\":\"%s\",\"receipt\":\"R%u\",\"state\":%u,\"in\":%u,\"branch\":\"%s\"}", who,
        i * 3 % 19, i % 5 + 1, i * 7 % 13, branch);
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

/* How many rows a filter leaves. */
static inline unsigned books_count(struct desk *d, const char *reg, const char *query)
{
    struct books_rows a = books_leaf(d, reg, query, 5);
    unsigned n = (unsigned)json_array_size(a.rows);
    json_decref(a.rows);
    return n;
}
#endif
