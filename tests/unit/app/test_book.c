/* test_book.c - what visits add up to: the faults of this equipment before its model's before its
 * kind's, and the part that went in last for one. */
#include "app/state/desk_debts.h"
#include "tests/support/check.h"

static struct book_visit visits[6];
static struct book book;
static const id16 mine = {{1}}, other = {{2}}, here = {{9}};

static struct code code(const char *s)
{
    struct code c;
    CHECK(code_of(str_bytes(str_c(s)), &c));
    return c;
}

static void visit(size_t k, id16 equipment, const char *model, const char *name, const char *fault,
                  const char *part)
{
    visits[k] = (struct book_visit){.job = {{(uint8_t)(100 + k)}},
                                    .equipment = equipment,
                                    .model = book_hash(str_c(model)),
                                    .name = book_hash(str_c(name)),
                                    .fault = code(fault)};
    if (part != NULL) {
        visits[k].nparts = 1;
        visits[k].parts[0] = code(part);
    }
    book = (struct book){.visits = visits, .nvisits = k + 1, .whole = true};
}

/* The newest first, as the book has them. */
static void some_visits(void)
{
    visit(0, other, "M-9", "fridge", "COLD", "P-FRIDGE");
    visit(1, other, "M-1", "air conditioner", "GAS", "P-NEW");
    visit(2, other, "M-1", "air conditioner", "GAS", NULL);
    visit(3, other, "M-2", "air conditioner", "DRIP", "P-DRIP");
    visit(4, mine, "M-1", "air conditioner", "FAN", "P-FAN");
    visit(5, mine, "M-1", "air conditioner", "GAS", "P-OLD");
}

static void faults_of_this_equipment_come_before_its_models_before_its_kinds(void)
{
    struct book_fault f[8];
    some_visits();
    struct book_like l = book_like_of(here, mine, S("M-1"), S("air conditioner"));
    CHECK_INT(book_faults(&book, &l, f, 8), 3);
    CHECK_BYTES(f[0].fault.b, f[0].fault.n, "GAS", 3);
    CHECK_INT(f[0].weight, 16 + 4 + 4);
    CHECK_BYTES(f[1].fault.b, f[1].fault.n, "FAN", 3);
    CHECK_INT(f[1].weight, 16);
    CHECK_BYTES(f[2].fault.b, f[2].fault.n, "DRIP", 4);
    CHECK_INT(f[2].weight, 1);
    CHECK_INT(book_faults(&book, &l, f, 1), 1);
    /* What nothing is known of has no faults; a job is no experience with itself. */
    l = book_like_of(here, here, S(""), S(""));
    CHECK_INT(book_faults(&book, &l, f, 8), 0);
    l = book_like_of(visits[0].job, other, S("M-9"), S("fridge"));
    CHECK_INT(book_faults(&book, &l, f, 8), 2);
    for (size_t k = 0; k < 2; k++) {
        CHECK(f[k].fault.n != 4 || memcmp(f[k].fault.b, "COLD", 4) != 0);
    }
}

static void the_part_of_this_equipment_comes_before_a_newer_one_of_its_model(void)
{
    some_visits();
    struct book_like l = book_like_of(here, mine, S("M-1"), S("air conditioner"));
    const struct code *c = book_part(&book, &l, S("GAS"));
    CHECK(c != NULL && c->n == 5 && memcmp(c->b, "P-OLD", 5) == 0);
    l = book_like_of(here, here, S("M-1"), S("air conditioner"));
    c = book_part(&book, &l, S("GAS"));
    CHECK(c != NULL && c->n == 5 && memcmp(c->b, "P-NEW", 5) == 0);
    l = book_like_of(here, here, S("M-7"), S("washing machine"));
    c = book_part(&book, &l, S("DRIP"));
    CHECK(c != NULL && c->n == 6);
    CHECK(book_part(&book, &l, S("NONE")) == NULL);
}

static int64_t itself(const void *one)
{
    return *(const int64_t *)one;
}

/* Jobs come in the order of their names: the newest may come first and the oldest last. */
static void a_full_list_gives_up_its_oldest(void)
{
    enum { MAX = 600 };
    struct book_list l = {NULL, 0, 0, false};
    int64_t sum = 0;
    for (int64_t k = 1; k <= 2 * MAX; k++) {
        int64_t when = k % 2 == 0 ? 2 * MAX + 1 - k : k; /* up and down */
        int64_t *to = book_place(&l, sizeof when, MAX, when, itself);
        if (to != NULL) {
            *to = when;
        }
        CHECK(l.n <= MAX && l.room <= MAX);
    }
    CHECK_INT(l.n, MAX);
    for (size_t k = 0; k < l.n; k++) {
        sum += ((const int64_t *)l.p)[k];
    }
    CHECK_INT(sum, (int64_t)MAX * 3 * MAX / 2); /* each odd number above MAX, twice */
    book_empty(&l, sizeof(int64_t));
    CHECK(l.p == NULL && l.n == 0);
}

/* More than there is memory for: the list says that it is not whole, and keeps what it had. */
static void a_list_without_memory_says_so(void)
{
    struct book_list l = {NULL, 0, 0, false};
    CHECK(book_place(&l, SIZE_MAX / 512, 600, 1, itself) == NULL);
    CHECK(l.lost && l.n == 0 && l.p == NULL);
    book_empty(&l, 1);
    CHECK(!l.lost);
}

static void all_debts_count_and_the_newest_are_listed(void)
{
    struct book_line lines[12], cash[3];
    struct debt_old old[3];
    struct debts d = {.cash = cash, .old = old};
    struct debt_back back = {code("P-1"), 2000};
    memset(lines, 0, sizeof lines);
    for (size_t k = 0; k < 12; k++) { /* the newest first */
        lines[k].what = k % 2 == 0 ? BOOK_CASH : BOOK_PART;
        lines[k].when_ms = 100 - (int64_t)k;
        lines[k].amount_minor = 10;
        lines[k].code = code("P-1");
        lines[k].qty_milli = 1000;
        lines[k].old_part = OLD_TAKEN;
    }
    book = (struct book){.lines = lines, .nlines = 12, .whole = true};
    debts_lines(&d, 3, &book, &back, 1);
    CHECK_INT(d.cash_minor, 60);
    CHECK_INT(d.old_milli, 4000);
    CHECK(d.ncash == 3 && d.nold == 3);
    CHECK_INT(cash[2].when_ms, 100);
    CHECK_INT(cash[0].when_ms, 96);
    CHECK_INT(old[2].line.when_ms, 99);
    CHECK_INT(old[0].owed_milli, 1000); /* the two that are back are the oldest */
}

int main(void)
{
    RUN(faults_of_this_equipment_come_before_its_models_before_its_kinds);
    RUN(the_part_of_this_equipment_comes_before_a_newer_one_of_its_model);
    RUN(a_full_list_gives_up_its_oldest);
    RUN(a_list_without_memory_says_so);
    RUN(all_debts_count_and_the_newest_are_listed);
    CHECK_END();
}
