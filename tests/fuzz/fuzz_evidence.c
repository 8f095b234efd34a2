/* fuzz_evidence.c - contents of attachments: what has been decoded encodes to the same bytes. The
 * first byte chooses: 0 manifest, 1 strokes, 2 facts of a report, 3 ratings, 4 edition, 5 text. */
#include "core/base/utf8.h"
#include "core/codec/hash.h"
#include "core/journal/attachment.h"
#include "core/model/catalogue.h"
#include "core/report/ratings.h"
#include "core/report/strokes.h"
#include "tests/fuzz/door.h"
#include "tests/support/sample.h"
#include "tests/unit/core/report_help.h"

static uint8_t memory[4U << 20], buf[1U << 20];

static void begin(void)
{
    static struct sample s;
    sample_make(&s);
}

static bool manifest(bytes in)
{
    struct att_view v;
    const char *rule = NULL;
    enum st st = att_parse(in, &v, &rule);
    HOLD(rule != NULL && (rule[0] != '\0') == (st != ST_OK));
    if (st != ST_OK) {
        return false;
    }
    h32 name;
    hash32(in, name.b);
    HOLD(bytes_eq(v.manifest, in) && h32_eq(v.name, name) && v.length <= CAP_ATT_BYTES);
    HOLD(v.nchunks == (v.length + CAP_CHUNK_BYTES - 1) / CAP_CHUNK_BYTES);
    for (unsigned i = 0; i < v.nchunks && i < 3; i++) {
        HOLD(att_check_chunk(&v, i, bytes_of(buf, 17)) != ST_OK);
    }
    HOLD(att_check_chunk(&v, v.nchunks, bytes_of(buf, 1)) == ST_BAD_FORM);
    return true;
}

static bool strokes(bytes in, struct arena a)
{
    struct strokes s;
    const char *rule = NULL;
    bytes out;
    enum st st = strokes_decode(in, &a, &s, &rule);
    HOLD(st == ST_OK || (st == ST_BAD_FORM && rule != NULL && rule[0] != '\0'));
    if (st == ST_OK) {
        HOLD(strokes_encode(&s, buf, sizeof buf, &out) == ST_OK && bytes_eq(out, in));
    }
    return st == ST_OK;
}

static bool facts(bytes in, struct arena a)
{
    static struct report_facts f;
    static char text[4 * CAP_REPORT_BYTES];
    const char *rule = NULL;
    bytes out;
    str said;
    enum st st = report_facts_decode(in, &a, &f, &rule);
    HOLD(st == ST_OK || (st == ST_BAD_FORM && rule != NULL && rule[0] != '\0'));
    if (st != ST_OK) {
        return false;
    }
    HOLD(report_facts_encode(&f, buf, sizeof buf, &out, NULL) == ST_OK && bytes_eq(out, in));
    st = report_text(&f, text, sizeof text, &said);
    HOLD(st == ST_OK || st == ST_TOO_BIG);
    HOLD(st != ST_OK || (utf8_valid(said) && memchr(said.p, '\0', said.n) == NULL));
    return true;
}

static bool ratings(bytes in)
{
    struct ratings r;
    bytes out;
    if (ratings_decode(in, &r) != ST_OK) {
        return false;
    }
    HOLD(ratings_encode(&r, buf, sizeof buf, &out) == ST_OK && out.n >= in.n);
    HOLD(memcmp(out.p, in.p, in.n) == 0); /* in: as it is, or without what fills it */
    return true;
}

/* An edition without a calendar gets the usual one, so it is the second writing that stands. */
static bool edition(bytes in, struct arena a)
{
    static struct catalogue c, again;
    static uint8_t second[1U << 20];
    const char *rule = NULL;
    bytes one, two;
    struct calendars of;
    struct arena b = a;
    enum st st = catalogue_hours(in, (id8){{'H', 'Z'}}, &b, &of);
    HOLD(st == ST_OK || st == ST_BAD_FORM || st == ST_FULL);
    st = catalogue_open(in, &a, &c, &rule);
    HOLD(st == ST_OK || (st == ST_BAD_FORM && rule != NULL && rule[0] != '\0') || st == ST_FULL);
    if (st != ST_OK) {
        return false;
    }
    HOLD(catalogue_encode(&c, buf, sizeof buf, &one) == ST_OK);
    HOLD(catalogue_open(one, &a, &again, &rule) == ST_OK);
    HOLD(catalogue_encode(&again, second, sizeof second, &two) == ST_OK && bytes_eq(one, two));
    for (unsigned i = 0; i < c.nparts; i++) {
        HOLD(catalogue_part(&c, str_bytes(c.parts[i].number)) != NULL);
    }
    for (size_t i = 0; i < c.calendars.nbranches; i++) {
        id8 branch = c.calendars.branches[i].branch;
        HOLD(catalogue_hours(in, branch, &a, &of) == ST_OK && of.nbranches == 1);
        struct calendar x = calendar_of_branch(&of, branch);
        struct calendar y = calendar_of_branch(&c.calendars, branch);
        HOLD(calendar_same(&x, &y));
    }
    IGNORE(catalogue_fault(&c, in) == NULL || catalogue_price(&c, in) == NULL);
    return true;
}

static bool text(str in, struct arena a)
{
    str out, again;
    enum st st = utf8_clean(&a, in, &out);
    HOLD(st == ST_OK || st == ST_BAD_INPUT || st == ST_FULL);
    HOLD((st == ST_BAD_INPUT) == !utf8_valid(in));
    if (st != ST_OK) {
        return false;
    }
    HOLD(utf8_valid(out) && utf8_is_clean(a, out));
    HOLD(utf8_clean(&a, out, &again) == ST_OK && str_eq(again, out));
    HOLD(utf8_count(out) <= out.n && utf8_is_clean(a, in) == str_eq(in, out));
    return true;
}

static bool take(bytes in)
{
    struct arena a = arena_of(memory, sizeof memory);
    if (in.n == 0) {
        return false;
    }
    unsigned which = in.p[0] % 6;
    in = bytes_of(in.p + 1, in.n - 1);
    switch (which) {
    case 0:
        return manifest(in);
    case 1:
        return strokes(in, a);
    case 2:
        return facts(in, a);
    case 3:
        return ratings(in);
    case 4:
        return edition(in, a);
    default:
        return text(bytes_str(bytes_of(in.p, in.n < CAP_TEXT_BYTES ? in.n : CAP_TEXT_BYTES)), a);
    }
}

static void facts_seeds(void)
{
    static struct report_part parts[2];
    static struct report_price prices[2];
    bytes out;
    for (int t = 0; t < 2; t++) {
        struct report_facts f =
            report_help_facts(t == 0 ? REPORT_1_ZH : REPORT_1_EN, parts, prices);
        HOLD(report_facts_encode(&f, buf, sizeof buf, &out, NULL) == ST_OK);
        door_seed_with(2, out);
    }
}

static void edition_seed(void)
{
    struct cat_part part = {
        .number = S("P-1"), .name = S("电容"), .unit = S("个"), .price_minor = 9};
    struct cat_fault fault = {.code = S("E-1"), .name = S("不启动"), .cause_code = 1};
    struct cat_price price = {.code = S("V-1"), .name = S("上门"), .price_minor = 5000};
    struct arena a = arena_of(memory, sizeof memory);
    struct catalogue usual;
    bytes out;
    HOLD(catalogue_open(bytes_of("\xa1\x01\x01", 3), &a, &usual, NULL) == ST_OK);
    struct catalogue c = usual;
    c.nparts = c.nfaults = c.nprices = 1;
    c.parts = &part;
    c.faults = &fault;
    c.prices = &price;
    c.verify_url = S("https://hq.example/verify");
    HOLD(catalogue_encode(&c, buf, sizeof buf, &out) == ST_OK);
    door_seed_with(4, out);
    door_seed_with(4, bytes_of("\xa1\x01\x01", 3));
    static const struct calendar_day days[] = {{.day = 20000},
                                               {.day = 20001, .nspans = 1, .span = {{600, 720}}}};
    struct branch_hours hours[] = {{.branch = {{'H', 'Z'}}, .weekdays = 0x21},
                                   {.branch = {{'S', 'Z'}}, .zoned = true}};
    hours[0].own.week[5] = days[1];
    hours[1].own.exceptions = days;
    hours[1].own.nexceptions = 2;
    HOLD(calendar_zone(&hours[1].own, S("CET-1CEST,M3.5.0,M10.5.0/3")) == ST_OK);
    c.calendars.branches = hours;
    c.calendars.nbranches = 2;
    HOLD(catalogue_encode(&c, buf, sizeof buf, &out) == ST_OK);
    door_seed_with(4, out);
}

/* The seed is the map alone, which is read, too: of what fills it up nothing but that may be cut.
 */
static void ratings_seed(void)
{
    struct ratings r = {.grade = {GRADE_FAIR, GRADE_NONE, GRADE_SATISFIED, GRADE_NONE},
                        .comment = S("很快"),
                        .code = S("C-1")};
    struct ratings cut;
    bytes out;
    HOLD(ratings_encode(&r, buf, sizeof buf, &out) == ST_OK);
    size_t map = out.n;
    while (out.p[map - 1] == 0) {
        map--;
    }
    map--; /* 0x80 */
    for (size_t n = 0; n < out.n; n++) {
        HOLD((ratings_decode(bytes_of(out.p, n), &cut) == ST_OK) == (n == map));
    }
    door_seed_with(3, bytes_of(out.p, map));
}

static void seeds(void)
{
    door_seed_vectors("manifest", 0);
    struct stroke_point p[3] = {{.x = 1, .y = 2, .start = true},
                                {.x = 300, .y = -4, .t_ms = 16, .pressure = 9},
                                {.x = 5, .y = 7000, .t_ms = 40, .start = true}};
    struct strokes drawn = {.w = 34000, .h = 42000, .n = 3, .points = p};
    bytes out;
    HOLD(strokes_encode(&drawn, buf, sizeof buf, &out) == ST_OK);
    door_seed_with(1, out);
    facts_seeds();
    ratings_seed();
    edition_seed();
    door_seed_with(5, str_bytes(S("e\xcc\x81 and \xe2\x80\xae\t\r\nend  ")));
}

static size_t cbor_at(bytes in, bool *in_strings)
{
    *in_strings = false; /* no byte string here holds CBOR */
    return in.n > 0 && in.p[0] < 5 ? 1 : DOOR_NO_CBOR;
}

const struct door door = {.name = "evidence",
                          .max_bytes = 20000,
                          .no_memory = false, /* utf8proc takes its own */
                          .begin = begin,
                          .take = take,
                          .seeds = seeds,
                          .cbor_at = cbor_at};
