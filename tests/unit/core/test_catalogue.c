/* test_catalogue.c - editions: one content one encoding, every row found, bad bytes refused. */
#include "core/model/catalogue.h"
#include "tests/support/check.h"

#define MANY 3000
static struct cat_part parts[MANY];
static struct cat_fault faults[MANY];
static struct cat_price prices[3];
static char names[MANY][12];
static uint8_t one[2U << 20], two[2U << 20], room[8U << 20];
static struct calendar_day days[2] = {{.day = 20000},
                                      {.day = 20003, .nspans = 1, .span = {{540, 720}}}};

static struct catalogue sample(unsigned n, bool backwards)
{
    struct catalogue c = {.number = 7,
                          .nparts = n,
                          .nfaults = n,
                          .nprices = 3,
                          .parts = parts,
                          .faults = faults,
                          .prices = prices,
                          .retention_days = 30,
                          .verify_url = S("https://hq.example/verify")};
    calendar_default(&c.calendars.usual);
    c.calendars.usual.exceptions = days;
    c.calendars.usual.nexceptions = 2;
    for (unsigned i = 0; i < n; i++) {
        unsigned k = backwards ? n - 1 - i : i;
        snprintf(names[k], sizeof names[k], "P-%04u", k % 10000);
        parts[i] = (struct cat_part){.number = str_c(names[k]),
                                     .name = S("启动电容"),
                                     .name_en = S("Run capacitor"),
                                     .unit = S("个"),
                                     .price_minor = 100 + k,
                                     .serialized = k % 2 == 0,
                                     .warranty_months = 12};
        faults[i] = (struct cat_fault){.code = str_c(names[k]),
                                       .name = S("外机不转"),
                                       .name_en = S("Outdoor fan does not turn"),
                                       .equipment_type = S("空调"),
                                       .frequency = k,
                                       .cause_code = CAUSE_WEAR,
                                       .action_code = ACTION_REPLACE};
    }
    prices[0] = (struct cat_price){.code = S("V-CITY"), .price_minor = 5000, .class_ = CLASS_A};
    prices[1] = (struct cat_price){.code = S("L"), .price_minor = 8000, .class_ = CLASS_A};
    prices[2] = (struct cat_price){.code = S("V"), .price_minor = 1, .class_ = CLASS_A};
    return c;
}

static void one_content_has_one_encoding(void)
{
    bytes a, b;
    struct catalogue c = sample(200, false);
    CHECK(catalogue_encode(&c, one, sizeof one, &a) == ST_OK);
    c = sample(200, true);
    CHECK(catalogue_encode(&c, two, sizeof two, &b) == ST_OK);
    CHECK_BYTES(a.p, a.n, b.p, b.n);
}

static void every_row_is_found_by_its_code_and_no_other(void)
{
    bytes a;
    struct catalogue c = sample(MANY, true), back;
    const char *rule = "";
    struct arena m = arena_of(room, sizeof room);
    CHECK(catalogue_encode(&c, one, sizeof one, &a) == ST_OK);
    CHECK(catalogue_open(a, &m, &back, &rule) == ST_OK);
    CHECK(back.number == 7 && back.nparts == MANY && back.nfaults == MANY && back.nprices == 3);
    for (unsigned k = 0; k < MANY; k++) {
        char code[12];
        snprintf(code, sizeof code, "P-%04u", k);
        const struct cat_part *p = catalogue_part(&back, str_bytes(str_c(code)));
        const struct cat_fault *f = catalogue_fault(&back, str_bytes(str_c(code)));
        CHECK(p != NULL && p->price_minor == 100 + (int64_t)k && p->serialized == (k % 2 == 0));
        CHECK(f != NULL && f->frequency == k && str_eq(f->equipment_type, S("空调")));
    }
    CHECK(catalogue_part(&back, str_bytes(S("P-"))) == NULL);
    CHECK(catalogue_part(&back, str_bytes(S("P-00000"))) == NULL);
    CHECK(catalogue_part(&back, (bytes){0}) == NULL);
    CHECK(catalogue_price(&back, str_bytes(S("V")))->price_minor == 1); /* not V-CITY */
    CHECK(catalogue_price(&back, str_bytes(S("V-CITY")))->price_minor == 5000);
    CHECK(back.calendars.usual.nexceptions == 2 &&
          back.calendars.usual.exceptions[1].span[0].from_min == 540);
    CHECK(back.calendars.usual.utc_offset_minutes == 480 &&
          back.calendars.usual.week[6].nspans == 0);
    CHECK(str_eq(back.verify_url, S("https://hq.example/verify")) && back.retention_days == 30);
}

static void hard_cases_come_back_by_code_and_by_fault_and_without_them_nothing_has_changed(void)
{
    static struct cat_case cases[MANY];
    bytes plain, with;
    struct catalogue c = sample(3, false), back;
    CHECK(catalogue_encode(&c, two, sizeof two, &plain) == ST_OK);
    CHECK_INT(plain.p[0], 0xA7); /* a map of seven, as every edition was */
    c = sample(MANY, true);
    for (unsigned i = 0; i < MANY; i++) {
        cases[i] = (struct cat_case){.code = str_c(names[MANY - 1 - i]),
                                     .title = S("换了电容仍不转"),
                                     .title_en = S("New capacitor, no fan"),
                                     .faults = i % 2 == 0 ? S("AC-03 AC-09") : S(""),
                                     .equipment_type = S("空调"),
                                     .symptom = S("s"),
                                     .symptom_en = S("s-en"),
                                     .cause = S("c"),
                                     .cause_en = S("c-en"),
                                     .action = S("a"),
                                     .action_en = S("a-en")};
    }
    c.cases = cases;
    c.ncases = MANY;
    CHECK(catalogue_encode(&c, one, sizeof one, &with) == ST_OK);
    CHECK_INT(with.p[0], 0xA8);
    struct arena m = arena_of(room, sizeof room);
    CHECK(catalogue_open(with, &m, &back, NULL) == ST_OK);
    CHECK_INT(back.ncases, MANY);
    const struct cat_case *h = catalogue_case(&back, str_bytes(S("P-0007")));
    CHECK(h != NULL && str_eq(h->title_en, S("New capacitor, no fan")) &&
          str_eq(h->action_en, S("a-en")) && str_eq(h->symptom, S("s")));
    CHECK(catalogue_case(&back, str_bytes(S("P-9999"))) == NULL);
    const struct cat_case two_faults = {.faults = S(" AC-03  AC-09 ")}, none = {.faults = S("")};
    CHECK(catalogue_case_of(&two_faults, S("AC-03")) && catalogue_case_of(&two_faults, S("AC-09")));
    CHECK(!catalogue_case_of(&two_faults, S("AC-0")) && !catalogue_case_of(&two_faults, S("C-03")));
    CHECK(!catalogue_case_of(&none, S("")) && !catalogue_case_of(&two_faults, S("")));
    cases[1].code = cases[0].code;
    c.cases = cases;
    CHECK(catalogue_encode(&c, one, sizeof one, &with) == ST_BAD_INPUT);
}

static void a_code_that_stands_twice_is_refused(void)
{
    bytes a;
    struct catalogue c = sample(3, false);
    c.parts[2].number = c.parts[0].number;
    CHECK(catalogue_encode(&c, one, sizeof one, &a) == ST_BAD_INPUT && a.n == 0);
}

static void what_does_not_fit_is_said(void)
{
    bytes a;
    struct catalogue c = sample(50, false), back;
    CHECK(catalogue_encode(&c, one, 100, &a) == ST_FULL);
    CHECK(catalogue_encode(&c, one, sizeof one, &a) == ST_OK);
    struct arena m = arena_of(room, 1000);
    CHECK(catalogue_open(a, &m, &back, NULL) == ST_FULL && back.parts == NULL);
}

static void an_empty_edition_has_the_default_calendar(void)
{
    static const uint8_t empty[] = {0xA1, 0x01, 0x05};
    struct catalogue back;
    struct arena m = arena_of(room, sizeof room);
    CHECK(catalogue_open(bytes_of(empty, 3), &m, &back, NULL) == ST_OK);
    CHECK(back.number == 5 && back.nparts == 0 && back.calendars.usual.week[0].nspans == 2);
    CHECK(catalogue_part(&back, str_bytes(S("P-0001"))) == NULL);
}

static void altered_bytes_never_give_rows_out_of_order_or_bounds(void)
{
    bytes a;
    struct catalogue c = sample(20, false), back;
    CHECK(catalogue_encode(&c, one, sizeof one, &a) == ST_OK);
    unsigned refused = 0;
    for (size_t i = 0; i < a.n * 8; i++) {
        memcpy(two, one, a.n);
        two[i / 8] ^= (uint8_t)(1U << i % 8);
        const char *rule = "";
        struct arena m = arena_of(room, sizeof room);
        if (catalogue_open(bytes_of(two, a.n), &m, &back, &rule) != ST_OK) {
            CHECK(rule[0] != '\0' && back.parts == NULL);
            refused++;
        }
    }
    CHECK(refused > a.n * 2);
    for (size_t n = 0; n < a.n; n++) {
        struct arena m = arena_of(room, sizeof room);
        CHECK(catalogue_open(bytes_of(one, n), &m, &back, NULL) != ST_OK);
    }
}

int main(void)
{
    RUN(one_content_has_one_encoding);
    RUN(every_row_is_found_by_its_code_and_no_other);
    RUN(hard_cases_come_back_by_code_and_by_fault_and_without_them_nothing_has_changed);
    RUN(a_code_that_stands_twice_is_refused);
    RUN(what_does_not_fit_is_said);
    RUN(an_empty_edition_has_the_default_calendar);
    RUN(altered_bytes_never_give_rows_out_of_order_or_bounds);
    CHECK_END();
}
