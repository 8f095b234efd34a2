/* test_book.c - what visits add up to: the faults of this equipment before its model's before its
 * kind's, and the part that went in last for one. */
#include "app/state/desk_book.h"
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

int main(void)
{
    RUN(faults_of_this_equipment_come_before_its_models_before_its_kinds);
    RUN(the_part_of_this_equipment_comes_before_a_newer_one_of_its_model);
    CHECK_END();
}
