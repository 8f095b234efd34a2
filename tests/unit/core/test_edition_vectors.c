/* test_edition_vectors.c - the committed editions of tests/vectors/edition.json: their bytes, what
 * is refused, and when calls are due by the calendars in them.
 *
 * Made anew and compared to the byte; `test_edition_vectors --write`, run from the root, writes
 * them. Released vectors never change. The other reader is tests/vectors/edition.mjs. */
#include "core/base/encode.h"
#include "core/codec/cbor.h"
#include "core/model/catalogue_form.h"
#include "tests/support/check.h"
#include "tests/support/listing.h"

#define HOUR 3600000LL
#define DUES 12

struct made {
    const char *name, *rule; /* rule: why it is refused; empty: it is not */
    uint8_t file[2048];
    size_t n;
    size_t ndues;
    struct {
        const char *branch;
        int64_t called_ms, due_ms; /* six working hours later */
    } due[DUES];
};
static struct made made[16];
static size_t nmade;
static uint8_t room[1 << 16];

static id8 code(const char *s)
{
    id8 b = {{0}};
    memcpy(b.b, s, strlen(s));
    return b;
}

static struct catalogue plain(void)
{
    static struct cat_part part;
    static struct cat_fault fault;
    static struct cat_price price;
    static const struct calendar_day days[] = {
        {.day = 20454}, {.day = 20457, .nspans = 1, .span = {{540, 720}}}}; /* 2026-01-01, -04 */
    struct catalogue c = {.number = 7, .nparts = 1, .nfaults = 1, .nprices = 1};
    part = (struct cat_part){.number = S("AC-CAP-35"),
                             .name = S("启动电容"),
                             .name_en = S("Run capacitor"),
                             .unit = S("只"),
                             .price_minor = 4500,
                             .serialized = true,
                             .warranty_months = 12};
    fault = (struct cat_fault){.code = S("AC-03"),
                               .name = S("外机不转"),
                               .name_en = S("Outdoor fan does not turn"),
                               .equipment_type = S("空调"),
                               .frequency = 33,
                               .cause_code = 1,
                               .action_code = 1};
    price = (struct cat_price){.code = S("V-CITY"),
                               .name = S("上门费"),
                               .name_en = S("Call-out"),
                               .unit = S("次"),
                               .price_minor = 5000,
                               .class_ = CLASS_A};
    c.parts = &part;
    c.faults = &fault;
    c.prices = &price;
    c.retention_days = 30;
    c.verify_url = S("https://hq.example/verify");
    calendars_default(&c.calendars);
    c.calendars.usual.exceptions = days;
    c.calendars.usual.nexceptions = 2;
    return c;
}

/* What three branches do otherwise: a zone with summer time; hours of two weekdays and two dates; a
 * zone that is four and a half hours to the west and nothing else. */
static void branches_of(struct catalogue *c)
{
    static struct branch_hours b[3];
    static const struct calendar_day days[] = {
        {.day = 20454, .nspans = 1, .span = {{600, 840}}}, /* open on the company's holiday */
        {.day = 20455}};
    memset(b, 0, sizeof b);
    b[0].branch = code("BER");
    b[0].zoned = true;
    if (calendar_zone(&b[0].own, S("CET-1CEST,M3.5.0,M10.5.0/3")) != ST_OK) {
        exit(99);
    }
    b[1].branch = code("HZ1");
    b[1].weekdays = 1U << 0 | 1U << 5;
    b[1].own.week[0] =
        (struct calendar_day){.nspans = 3, .span = {{0, 60}, {600, 720}, {1380, 1440}}};
    b[1].own.exceptions = days;
    b[1].own.nexceptions = 2;
    b[2].branch = code("HZ10");
    b[2].zoned = true;
    b[2].own.utc_offset_minutes = 210;
    c->calendars.branches = b;
    c->calendars.nbranches = 3;
}

static struct made *add(const char *name, const char *rule)
{
    struct made *m = &made[nmade++];
    m->name = name;
    m->rule = rule;
    return m;
}

static void add_dues(struct made *m, const struct catalogue *c)
{
    static const char *const branches[] = {"", "BER", "HZ1", "HZ10"};
    static const int64_t calls[] = {1767200400000LL,  /* 2026-01-01 01:00 in China */
                                    1774713600000LL,  /* Saturday before the clock is turned */
                                    1780014360000LL}; /* 2026-05-29 08:26 */
    for (size_t k = 0; k < 3; k++) {
        for (size_t i = 0; i < 4; i++) {
            struct calendar cal = calendar_of_branch(&c->calendars, code(branches[i]));
            m->due[m->ndues].branch = branches[i];
            m->due[m->ndues].called_ms = calls[k];
            m->due[m->ndues++].due_ms = calendar_add(&cal, calls[k], 360);
        }
    }
}

static void add_good(const char *name, struct catalogue *c, bool dues)
{
    struct made *m = add(name, "");
    bytes out;
    if (catalogue_encode(c, m->file, sizeof m->file, &out) != ST_OK) {
        exit(99);
    }
    m->n = out.n;
    if (dues) {
        add_dues(m, c);
    }
}

/* {1: 7, 9: [[branch, hours] ...]}, one or two of them, the hours in bytes. */
static void add_bad(const char *name, const char *rule, bytes first, bytes second, bytes hours)
{
    struct made *m = add(name, rule);
    struct cbor_w w = cbor_w_init(m->file, sizeof m->file);
    bytes out;
    cbor_put_map(&w, 2);
    cbor_put_uint(&w, K_NUMBER);
    cbor_put_uint(&w, 7);
    cbor_put_uint(&w, K_BRANCHES);
    cbor_put_array(&w, second.n > 0 ? 2 : 1);
    cbor_put_array(&w, 2);
    cbor_put_bytes(&w, first);
    cbor_put_raw(&w, hours);
    if (second.n > 0) {
        cbor_put_array(&w, 2);
        cbor_put_bytes(&w, second);
        cbor_put_raw(&w, hours);
    }
    if (cbor_w_done(&w, &out) != ST_OK) {
        exit(99);
    }
    m->n = out.n;
}
#define BYTES(s) bytes_of(s, sizeof s - 1)

static void make_all(void)
{
    static struct cat_case hard;
    struct catalogue c = plain();
    const bytes hz = BYTES("HZ\0\0\0\0\0\0"), sz = BYTES("SZ\0\0\0\0\0\0"), none = {NULL, 0};
    const bytes closed = BYTES("\xa1\x02\x81\x82\x00\x80"); /* shut on Mondays */
    add_good("as every edition was before branches", &c, true);
    hard = (struct cat_case){.code = S("HC-1"), .title = S("仍不转"), .action = S("换线束")};
    c.cases = &hard;
    c.ncases = 1;
    add_good("with a hard case", &c, false);
    c.ncases = 0;
    branches_of(&c);
    add_good("three branches", &c, true);
    add_bad("one branch, shut on Mondays, and no more", "", hz, none, closed);
    add_bad("a branch twice", "order of branches", hz, hz, closed);
    add_bad("branches out of order", "order of branches", sz, hz, closed);
    add_bad("a branch without a code", "order of branches", BYTES("\0\0\0\0\0\0\0\0"), none,
            closed);
    add_bad("a branch's code too short", "order of branches", BYTES("HZ"), none, closed);
    add_bad("weekdays out of order", "order of weekdays", hz, none,
            BYTES("\xa1\x02\x82\x82\x01\x80\x82\x00\x80"));
    add_bad("an eighth weekday", "weekday", hz, none, BYTES("\xa1\x02\x81\x82\x07\x80"));
    add_bad("hours that lie over others", "hours of a day", hz, none,
            BYTES("\xa1\x02\x81\x82\x00\x82\x82\x01\x09\x82\x08\x0a"));
    add_bad("dates out of order", "order of days", hz, none,
            BYTES("\xa1\x03\x82\x82\x02\x80\x82\x02\x80"));
    add_bad("summer time without a zone", "summer time", hz, none,
            BYTES("\xa1\x04\x83\x18\x3c\x84\x03\x05\x00\x18\x78\x84\x0a\x05\x00\x18\xb4"));
}

static void they_are_read_or_refused_as_they_say(void)
{
    for (size_t i = 0; i < nmade; i++) {
        struct arena a = arena_of(room, sizeof room);
        struct catalogue c;
        const char *rule = "";
        enum st st = catalogue_open(bytes_of(made[i].file, made[i].n), &a, &c, &rule);
        CHECK_INT(st, made[i].rule[0] == '\0' ? ST_OK : ST_BAD_FORM);
        if (st != ST_OK) {
            CHECK_STR(rule, made[i].rule);
        }
        for (size_t k = 0; st == ST_OK && k < made[i].ndues; k++) {
            struct calendar cal = calendar_of_branch(&c.calendars, code(made[i].due[k].branch));
            CHECK_INT(calendar_add(&cal, made[i].due[k].called_ms, 360), made[i].due[k].due_ms);
        }
    }
}

static void write_json(FILE *f)
{
    static char hex[2 * sizeof made[0].file + 1];
    fprintf(f, "{\n  \"editions\": [\n");
    for (size_t i = 0; i < nmade; i++) {
        const struct made *m = &made[i];
        hex_put(bytes_of(m->file, m->n), hex);
        fprintf(
            f,
            "    {\n      \"name\": \"%s\",\n      \"expect\": \"%s\",\n      \"rule\": \"%s\",\n"
            "      \"due\": [",
            m->name, m->rule[0] == '\0' ? "ok" : "bad form", m->rule);
        for (size_t k = 0; k < m->ndues; k++) {
            fprintf(f, "%s\n        {\"branch\": \"%s\", \"called_ms\": %lld, \"due_ms\": %lld}",
                    k == 0 ? "" : ",", m->due[k].branch, (long long)m->due[k].called_ms,
                    (long long)m->due[k].due_ms);
        }
        fprintf(f, "%s],\n      \"hex\": \"%s\"\n    }%s\n", m->ndues == 0 ? "" : "\n      ", hex,
                i + 1 < nmade ? "," : "");
    }
    fprintf(f, "  ]\n}\n");
}

static void they_are_the_committed_ones(void)
{
    listing_check("tests/vectors/edition.json", write_json);
}

int main(int argc, char **argv)
{
    make_all();
    if (argc == 2 && strcmp(argv[1], "--write") == 0) {
        return listing_write("tests/vectors/edition.json", write_json);
    }
    RUN(they_are_read_or_refused_as_they_say);
    RUN(they_are_the_committed_ones);
    CHECK_END();
}
