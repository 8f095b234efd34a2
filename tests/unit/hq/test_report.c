/* test_report.c - the paper of a call as the console gets it, of a handheld that means ill. */
#include "core/report/strokes.h"
#include "tests/unit/core/report_help.h"
#include "core/codec/hash.h"
#include "tests/unit/hq/desk.h"

#include <time.h>

static struct desk d;
static struct pair_device dev;
static id16 job;
static char target[128];

static void begin(void)
{
    struct record_write w = {.field = F_TECHNICIAN_ROLE, .type = FT_ENUM, .i = ROLE_TECHNICIAN};
    struct exchange_result r;
    desk_begin(&d);
    id16 who = pair_record(&d.p, SUBJECT_TECHNICIAN, &w, 1, "Li Wei", F_TECHNICIAN_NAME);
    id16 c = pair_record(&d.p, SUBJECT_CUSTOMER, NULL, 0, "Lotus", F_CUSTOMER_NAME);
    job = pair_job(&d.p, c, "hot");
    pair_assign(&d.p, job, who);
    pair_join(&d.p, &dev, who, "D1");
    pair_sync(&d.p, &dev, &r);
    char hex[33];
    hex_put(bytes_of(job.b, 16), hex);
    snprintf(target, sizeof target, "/jobs/%s/report.pdf", hex);
    desk_login(&d, "administrator");
}

static void end(void)
{
    pair_leave(&dev);
    desk_end(&d);
}

/* The handheld signs what it likes: facts and text as given, a name and strokes. */
static void sign(uint8_t visit, bytes facts, bytes text, bytes name, bytes strokes)
{
    uint8_t body[CAP_BODY_BYTES];
    union body b;
    h32 hash;
    struct exchange_result r;
    struct now now = pair_now(&d.p);
    struct append_att atts[] = {{.type = ATT_FACTS, .content = facts},
                                {.type = ATT_REPORT, .content = text},
                                {.type = ATT_STROKES, .content = strokes},
                                {.type = ATT_TEXT, .content = name}};
    struct append what = {.kind = KIND_VISIT_SIGNED,
                          .subject_type = SUBJECT_JOB,
                          .subject = job,
                          .atts = atts,
                          .natt = 4};
    memset(&b, 0, sizeof b);
    b.signed_.visit = (id8){{visit}};
    b.signed_.outcome = SIGN_SIGNED;
    b.signed_.version = 1;
    CHECK(code_of(str_bytes(S("D1AB0001")), &b.signed_.number));
    b.signed_.class_ = CLASS_A;
    b.signed_.template_ = REPORT_1_ZH;
    b.signed_.att_flags = SIGNED_STROKES | SIGNED_NAME;
    PAIR_OK(&d.p, body_encode(KIND_VISIT_SIGNED, &b, body, sizeof body, &what.body));
    PAIR_OK(&d.p, journal_append(&dev.journal, &what, &now, &hash, &d.p.err));
    pair_sync(&d.p, &dev, &r);
    CHECK_INT(r.unsent, 0);
}

static struct report_part parts[40];
static struct report_price prices[2];
static uint8_t facts_room[65536];
static char text_room[CAP_REPORT_BYTES];

static bytes facts_of(struct report_facts *f)
{
    bytes out = {NULL, 0};
    struct err err;
    *f = report_help_facts(REPORT_1_ZH, parts, prices);
    PAIR_OK(&d.p, report_facts_encode(f, facts_room, sizeof facts_room, &out, &err));
    return out;
}

static bytes strokes_of(void)
{
    static uint8_t buf[CAP_STROKES_BYTES];
    static struct stroke_point p[20];
    for (unsigned i = 0; i < 20; i++) {
        p[i] = (struct stroke_point){.x = (int32_t)(1000 + i * 50),
                                     .y = (int32_t)(1000 + i * i),
                                     .t_ms = i * 10,
                                     .pressure = 500,
                                     .start = i == 0};
    }
    struct strokes s = {.w = 34000, .h = 42000, .n = 20, .points = p};
    bytes out = {NULL, 0};
    CHECK_INT(strokes_encode(&s, buf, sizeof buf, &out), ST_OK);
    return out;
}

/* The answer's problem; "" when it is a PDF. */
static const char *asked(void)
{
    static char problem[64];
    json_t *out = desk_get(&d, target);
    snprintf(problem, sizeof problem, "%s", out == NULL ? "" : desk_str(out, "type"));
    json_decref(out);
    if (d.status == 200) {
        CHECK_STR(d.type, "application/pdf");
        CHECK(d.body != NULL && strncmp(d.body, "%PDF-", 5) == 0);
    }
    return d.status == 200 ? "" : problem;
}

static const char *memmem_at(const char *what)
{
    size_t n = strlen(what);
    for (size_t i = 0; d.body != NULL && i + n <= d.n; i++) {
        if (memcmp(d.body + i, what, n) == 0) {
            return d.body + i;
        }
    }
    return NULL;
}

static void an_honest_report_is_a_pdf(void)
{
    struct report_facts f;
    str text;
    begin();
    CHECK_STR(asked(), "/problems/not-signed");
    bytes facts = facts_of(&f);
    PAIR_OK(&d.p, report_text(&f, text_room, sizeof text_room, &text));
    sign(1, facts, str_bytes(text), str_bytes(S("王秀兰 <script>alert(1)</script>")), strokes_of());
    CHECK_STR(asked(), "");
    /* Words are drawn: nothing in the file runs, opens or asks. */
    static const char *const acts[] = {"/JavaScript", "/JS",  "/OpenAction",   "/AA",
                                       "/Launch",     "/URI", "/EmbeddedFile", "/AcroForm"};
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        CHECK(memmem_at(acts[i]) == NULL);
    }
    end();
}

/* The text that is signed is that of its facts: a paper of two minds is shown to nobody. */
static void facts_and_text_that_do_not_fit_give_no_paper(void)
{
    struct report_facts f;
    str text;
    begin();
    bytes facts = facts_of(&f);
    PAIR_OK(&d.p, report_text(&f, text_room, sizeof text_room, &text));
    char *digit = strpbrk(text_room, "5"); /* some amount */
    CHECK(digit != NULL);
    if (digit != NULL) {
        *digit = '6';
    }
    sign(1, facts, str_bytes(text), str_bytes(S("王秀兰")), strokes_of());
    CHECK_STR(asked(), "/problems/not-genuine");
    CHECK_INT(d.status, 409);
    end();
}

/* A hash of the paper that this query gives. */
static h32 paper(const char *query)
{
    char one[160];
    h32 hash = {{0}};
    snprintf(one, sizeof one, "%s%s", target, query);
    json_decref(desk_get(&d, one));
    CHECK_INT(d.status, 200);
    hash32(bytes_of(d.body, d.n), hash.b);
    return hash;
}

/* Two visits of a call, each with its own first version: neither is shown under the other's name.
 */
static void each_visit_has_its_own_paper(void)
{
    struct report_facts f;
    str text;
    begin();
    bytes facts = facts_of(&f);
    PAIR_OK(&d.p, report_text(&f, text_room, sizeof text_room, &text));
    sign(1, facts, str_bytes(text), str_bytes(S("王秀兰")), strokes_of());
    sign(2, facts, str_bytes(text), str_bytes(S("李大明，邻居")), strokes_of());
    h32 newest = paper(""), first = paper("?visit=0100000000000000&version=1");
    h32 second = paper("?visit=0200000000000000&version=1");
    CHECK(h32_eq(newest, second));
    CHECK(!h32_eq(first, second));
    char one[160];
    snprintf(one, sizeof one, "%s?visit=0300000000000000", target);
    CHECK_INT(desk_do(&d, "GET", one, NULL), 409);
    snprintf(one, sizeof one, "%s?visit=../etc", target);
    CHECK_INT(desk_do(&d, "GET", one, NULL), 400);
    end();
}

/* Megabytes of it would keep a thread of the pool busy for as long as somebody asks. */
static void a_text_or_a_name_beyond_any_reports_costs_nothing(void)
{
    struct report_facts f;
    str text;
    static char big[4U << 20];
    begin();
    for (size_t i = 0; i < sizeof big; i++) {
        big[i] = i % 60 == 59 ? '\n' : "abcdefgh"[i % 8];
    }
    bytes facts = facts_of(&f);
    sign(1, facts, bytes_of(big, sizeof big), str_bytes(S("x")), strokes_of());
    double from = (double)clock();
    CHECK_STR(asked(), "/problems/not-genuine");
    CHECK(((double)clock() - from) / CLOCKS_PER_SEC < 1.0);
    end();
    begin();
    PAIR_OK(&d.p, report_text(&f, text_room, sizeof text_room, &text));
    sign(1, facts, str_bytes(text), bytes_of(big, 1U << 20), strokes_of());
    CHECK_STR(asked(), "/problems/not-genuine");
    end();
}

/* What no report holds: bytes that are no text, controls, letters that turn the line round. */
static void a_name_that_is_no_clean_text_gives_no_paper(void)
{
    static const char *const names[] = {"a\x01"
                                        "b",
                                        "\xFF\xFE",
                                        "\xE2\x80\xAE"
                                        "evil",
                                        "two\nlines\x7F"};
    struct report_facts f;
    str text;
    bytes facts = facts_of(&f);
    PAIR_OK(&d.p, report_text(&f, text_room, sizeof text_room, &text));
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        begin();
        sign(1, facts, str_bytes(text), str_bytes(str_c(names[i])), strokes_of());
        CHECK_STR(asked(), "/problems/not-genuine");
        end();
    }
    begin();
    sign(1, facts, str_bytes(text), str_bytes(S("王")), str_bytes(S("garbage")));
    CHECK_STR(asked(), "/problems/not-genuine");
    end();
    begin();
    sign(1, str_bytes(S("no facts")), str_bytes(text), str_bytes(S("王")), strokes_of());
    CHECK_STR(asked(), "/problems/not-genuine");
    end();
}

int main(void)
{
    RUN(an_honest_report_is_a_pdf);
    RUN(facts_and_text_that_do_not_fit_give_no_paper);
    RUN(each_visit_has_its_own_paper);
    RUN(a_text_or_a_name_beyond_any_reports_costs_nothing);
    RUN(a_name_that_is_no_clean_text_gives_no_paper);
    CHECK_END();
}
