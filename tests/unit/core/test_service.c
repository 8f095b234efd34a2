/* test_service.c - class (D-02), fee (D-01, D-03, D-08), money, numbers. */
#include "core/rules/money.h"
#include "core/rules/service.h"
#include "tests/unit/core/fold_help.h"

#define NOW 1750000000000LL

static uint8_t room[1 << 20];
static struct arena keep;

/* States that outlive the next fold: every value in an arena of the test. */
static struct subject_state thing(enum subject_type type, const char *name, struct record_write *w,
                                  size_t n)
{
    static uint8_t buf[CAP_STATE_BYTES];
    help_start();
    help_record(&clerk, type, sample_id16(name), NULL, w, n);
    struct subject_state s = help_fold(), out;
    bytes coded;
    CHECK(fold_encode(&s, buf, sizeof buf, &coded) == ST_OK);
    CHECK(fold_decode(coded, &keep, &out) == ST_OK);
    return out;
}
static struct subject_state equipment(int64_t warranty_until)
{
    struct record_write w[2] = {
        {.field = F_EQUIPMENT_CUSTOMER, .type = FT_REF, .ref = sample_id16("li")},
        help_int(F_EQUIPMENT_WARRANTY_UNTIL, FT_TIME, warranty_until)};
    return thing(SUBJECT_EQUIPMENT, "ac", w, 2);
}
static struct subject_state contract(const char *name, const char *customer, const char *of,
                                     int64_t start, int64_t end)
{
    struct record_write w[4] = {
        {.field = F_CONTRACT_CUSTOMER, .type = FT_REF, .ref = sample_id16(customer)},
        help_int(F_CONTRACT_START, FT_TIME, start),
        help_int(F_CONTRACT_END, FT_TIME, end)};
    size_t n = 3;
    if (of != NULL) {
        w[n++] = (struct record_write){
            .field = F_CONTRACT_EQUIPMENT, .type = FT_REF, .ref = sample_id16(of)};
    }
    return thing(SUBJECT_CONTRACT, name, w, n);
}

static void d02_in_warranty_is_c(void)
{
    keep = arena_of(room, sizeof room);
    struct subject_state e = equipment(NOW);
    struct class_decision d;
    class_decide(&e, NULL, 0, false, NOW, &d); /* its last moment */
    CHECK(d.class_ == CLASS_C && d.basis == BASIS_WARRANTY && d.until_ms == NOW);
    class_decide(&e, NULL, 0, false, NOW + 1, &d);
    CHECK(d.class_ == CLASS_A && d.basis == BASIS_PAID && d.until_ms == 0);
}

static void d02_a_contract_in_force_is_b(void)
{
    keep = arena_of(room, sizeof room);
    struct subject_state e = equipment(NOW - 1);
    struct subject_state k[] = {contract("k1", "li", NULL, NOW - 10, NOW + 10),
                                contract("k2", "li", "ac", NOW - 10, NOW + 20),
                                contract("k3", "li", "tv", NOW - 10, NOW + 90),
                                contract("k4", "wang", NULL, NOW - 10, NOW + 90),
                                contract("k5", "li", NULL, NOW + 1, NOW + 90),
                                contract("k6", "li", NULL, NOW - 90, NOW - 1)};
    struct class_decision d;
    class_decide(&e, k, 6, false, NOW, &d);
    CHECK(d.class_ == CLASS_B && d.basis == BASIS_CONTRACT);
    CHECK(id16_eq(d.contract, sample_id16("k2")) && d.until_ms == NOW + 20); /* the longest */
    class_decide(&e, k + 2, 4, false, NOW, &d); /* another's, another thing's, not in force */
    CHECK(d.class_ == CLASS_A && id16_zero(d.contract));
    class_decide(NULL, k, 1, false, NOW, &d); /* no equipment known: the customer's contract */
    CHECK(d.class_ == CLASS_B);
    struct subject_state w = equipment(NOW + 5);
    class_decide(&w, k, 6, false, NOW, &d); /* warranty comes first */
    CHECK(d.class_ == CLASS_C);
}

static void d03_damage_by_the_user_is_paid_inside_warranty(void)
{
    keep = arena_of(room, sizeof room);
    struct subject_state e = equipment(NOW + 5);
    struct class_decision d;
    class_decide(&e, NULL, 0, true, NOW, &d);
    CHECK(d.class_ == CLASS_A && d.basis == BASIS_USER_DAMAGE);
    class_decide(NULL, NULL, 0, false, NOW, &d); /* nothing is known: A */
    CHECK(d.class_ == CLASS_A && d.basis == BASIS_PAID);
}

static struct fee fee_of(unsigned class_, bool consented, bool charged, int64_t unit_minor)
{
    help_start();
    help_visit(&tech, "v", KIND_VISIT_DIAGNOSED);
    union body b = help_class("v", class_);
    help_say(&tech, KIND_VISIT_CLASS, &b);
    b = help_priced("v", consented, 30000);
    help_say(&tech, KIND_VISIT_PRICED, &b);
    b = help_part("v");
    b.part.charged = charged;
    b.part.unit_minor = unit_minor;
    b.part.qty_milli = 1500;
    help_say(&tech, KIND_VISIT_PART, &b);
    struct subject_state s = help_fold();
    struct fee f;
    bool whole = fee_work_out(fold_visit(&s, sample_id8("v")), &f);
    CHECK(whole == (unit_minor < INT64_MAX / 4000));
    return f;
}

static void d01_class_a_pays_what_was_agreed_and_charged_parts(void)
{
    struct fee f = fee_of(CLASS_A, true, true, 4501);
    CHECK(f.labour_minor == 8000 && f.travel_minor == 5000 && f.other_minor == 0);
    CHECK_INT(f.parts_minor, 6752); /* 1.5 times 45.01, half up */
    CHECK_INT(f.total_minor, 19752);
    f = fee_of(CLASS_A, true, false, 4501);
    CHECK(f.parts_minor == 0 && f.total_minor == 13000);
    f = fee_of(CLASS_A, false, true, 4501); /* d08: nothing beyond what was agreed */
    CHECK(f.labour_minor == 0 && f.travel_minor == 0 && f.total_minor == 6752);
}

static void d01_contract_and_warranty_pay_for_charged_parts_alone(void)
{
    for (unsigned c = CLASS_B; c <= CLASS_C; c++) {
        struct fee f = fee_of(c, true, false, 4500);
        CHECK(f.total_minor == 0 && f.labour_minor == 0);
        f = fee_of(c, true, true, 4500);
        CHECK(f.total_minor == 6750 && f.labour_minor == 0 && f.travel_minor == 0);
    }
}

static void a_fee_saturates_and_says_so(void)
{
    struct fee f = fee_of(CLASS_A, true, true, INT64_MAX / 2);
    CHECK(f.parts_minor == INT64_MAX && f.total_minor == INT64_MAX);
}

static void money_never_overflows(void)
{
    bool whole = true;
    CHECK_INT(money_add(INT64_MAX, 1), INT64_MAX);
    CHECK_INT(money_add(INT64_MIN, -1), INT64_MIN);
    CHECK_INT(money_add(INT64_MAX, -1), INT64_MAX - 1);
    CHECK_INT(money_times(333, 1500, &whole), 500); /* 499.5 */
    CHECK_INT(money_times(-333, 1500, &whole), -500);
    CHECK_INT(money_times(0, INT64_MIN, &whole), 0);
    CHECK_INT(money_times(1, 499, &whole), 0);
    CHECK_INT(money_times(1, 500, &whole), 1);
    CHECK(whole);
    CHECK_INT(money_times(INT64_MIN, 1000, &whole), INT64_MIN);
    CHECK(!whole);
}

static void numbers_are_prefix_mark_and_counter(void)
{
    char n[33], mark[3];
    number_format("T1", "7K", 342, n);
    CHECK_STR(n, "T1-7K-000342");
    number_format("ABCDEFGH", "ZZ", UINT64_MAX, n);
    CHECK_STR(n, "ABCDEFGH-ZZ-18446744073709551615");
    CHECK_INT(strlen(n), 32);
    id8 epoch = {{0x39, 0xC0}}; /* 00111 00111 ... */
    number_epoch_mark(epoch, mark);
    CHECK_STR(mark, "77");
    memset(epoch.b, 0xFF, sizeof epoch.b);
    number_epoch_mark(epoch, mark);
    CHECK_STR(mark, "ZZ");
}

int main(void)
{
    RUN(d02_in_warranty_is_c);
    RUN(d02_a_contract_in_force_is_b);
    RUN(d03_damage_by_the_user_is_paid_inside_warranty);
    RUN(d01_class_a_pays_what_was_agreed_and_charged_parts);
    RUN(d01_contract_and_warranty_pay_for_charged_parts_alone);
    RUN(a_fee_saturates_and_says_so);
    RUN(money_never_overflows);
    RUN(numbers_are_prefix_mark_and_counter);
    CHECK_END();
}
