/* test_register_every.c - every register, by every sort, up and down, within ranges and by each of
 * its filters: held against its rows, looked at one by one. */
#include "tests/unit/hq/books.h"

#include <stdlib.h>

#define EVERY_ROWS 200

static struct desk d;
static struct pair_device devices[BOOKS_DEVICES];
static unsigned asked;

/* What is asked for, as the rows say it. */
struct wish {
    const char *state, *technician, *branch, *type, *first, *last;
    json_int_t class_, from, to, due_from, due_to;
};
static const struct wish anything = {.to = INT64_MAX, .due_to = INT64_MAX};

static bool numbered(const char *reg, const struct wish *w, const json_t *row)
{
    json_t *end = json_pack("{s:s,s:{}}", "code", w->first == NULL ? "" : w->first, "fields");
    /* books_compare looks in the register's own place of a number. */
    static const char *const places[] = {"part", "receipt", "number"};
    bool in = true;
    for (unsigned i = 0; i < 2 && (i == 0 ? w->first : w->last) != NULL; i++) {
        const char *text = i == 0 ? w->first : w->last;
        json_object_set_new(end, "code", json_string(text));
        json_object_set_new(end, "id", json_string(text));
        for (size_t k = 0; k < 3; k++) {
            json_object_set_new(json_object_get(end, "fields"), places[k], json_string(text));
        }
        int c = books_compare(reg, "number", row, end);
        in = in && (i == 0 ? c >= 0 : c <= 0);
    }
    json_decref(end);
    return in;
}

static bool wanted(const char *reg, const struct wish *w, const json_t *row)
{
    json_int_t ms = json_integer_value(json_object_get(row, "time_ms")), due = books_due(row);
    return (w->state == NULL || strcmp(desk_str(row, "state"), w->state) == 0) &&
           (w->technician == NULL ||
            strcmp(desk_str(books_technician(row), "code"), w->technician) == 0) &&
           (w->branch == NULL || strcmp(desk_str(row, "branch"), w->branch) == 0) &&
           (w->type == NULL || strcmp(desk_str(row, "type"), w->type) == 0) &&
           (w->class_ == 0 || json_integer_value(json_object_get(row, "class")) == w->class_) &&
           ms >= w->from && ms < w->to && due >= w->due_from &&
           (w->due_to == INT64_MAX || due < w->due_to) && numbered(reg, w, row);
}

/* All that `query` answers is what `w` says of `all`, in this order, each once, page by page. */
static void holds(const char *reg, const char *sort, const char *query, const struct wish *w,
                  const json_t *all)
{
    size_t want = 0, wrong = 0;
    bool limits = strcmp(sort, "due") == 0 && strcmp(reg, "calls") == 0; /* of open calls alone */
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *row = json_array_get(all, i);
        want += wanted(reg, w, row) && (!limits || books_due(row) != INT64_MAX);
    }
    for (unsigned down = 0; down < 2; down++) {
        char q[300];
        snprintf(q, sizeof q, "%s&sort=%s&order=%s", query, sort, down ? "desc" : "asc");
        struct books_rows a = books_leaf(&d, reg, q, down ? 3 : 4);
        size_t n = json_array_size(a.rows);
        for (size_t i = 0; i < n; i++) {
            const json_t *row = json_array_get(a.rows, i);
            int c = i == 0 ? 0 : books_compare(reg, sort, json_array_get(a.rows, i - 1), row);
            wrong += !wanted(reg, w, row) || books_times(a.rows, books_id_at(a.rows, i)) != 1 ||
                     books_times(all, books_id_at(a.rows, i)) != 1 || (down ? c < 0 : c > 0);
        }
        if (n != want || wrong != 0) {
            check_fail(__FILE__, __LINE__, "%s?%s: %zu rows of %zu, %zu wrong", reg, q, n, want,
                       wrong);
        }
        json_decref(a.rows);
        asked++;
    }
}

static void in_every_sort(const json_t *reg, const char *query, const struct wish *w,
                          const json_t *all)
{
    const json_t *word;
    size_t i;
    json_array_foreach(json_object_get(reg, "sorts"), i, word)
    {
        holds(desk_str(reg, "name"), json_string_value(word), query, w, all);
    }
}

static int by_size(const void *a, const void *b)
{
    const json_int_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* The ends of the middle half of the rows' times (due: of those that have a limit). */
static unsigned middle(const json_t *all, bool due, json_int_t *from, json_int_t *to)
{
    json_int_t v[EVERY_ROWS];
    unsigned n = 0;
    for (size_t i = 0; i < json_array_size(all) && n < EVERY_ROWS; i++) {
        const json_t *row = json_array_get(all, i);
        json_int_t ms = due ? books_due(row) : json_integer_value(json_object_get(row, "time_ms"));
        if (ms != INT64_MAX) {
            v[n++] = ms;
        }
    }
    qsort(v, n, sizeof v[0], by_size);
    *from = n == 0 ? 0 : v[n / 4];
    *to = n == 0 ? 0 : v[n * 3 / 4];
    return n;
}

/* A range of time holds in every order but by the limit, where it is the limit's. */
static void ranged_by_time(const json_t *reg, const json_t *all)
{
    const char *name = desk_str(reg, "name");
    const json_t *word;
    size_t i;
    json_array_foreach(json_object_get(reg, "sorts"), i, word)
    {
        const char *sort = json_string_value(word);
        bool due = strcmp(sort, "due") == 0;
        struct wish both = anything, from, to;
        char q[2][64];
        json_int_t low, high;
        if (middle(all, due, &low, &high) == 0) {
            check_fail(__FILE__, __LINE__, "%s: no row has a %s", name, sort);
        }
        *(due ? &both.due_from : &both.from) = low;
        *(due ? &both.due_to : &both.to) = high;
        from = to = both;
        from.to = to.due_to = INT64_MAX;
        from.due_to = INT64_MAX;
        to.from = to.due_from = 0;
        to.to = both.to;
        to.due_to = both.due_to;
        from.due_to = due ? INT64_MAX - 1 : INT64_MAX; /* what has no limit is not after one */
        snprintf(q[0], sizeof q[0], "&from=%lld", (long long)low);
        snprintf(q[1], sizeof q[1], "&to=%lld", (long long)high);
        holds(name, sort, q[0], &from, all);
        holds(name, sort, q[1], &to, all);
        char all_of_it[128];
        snprintf(all_of_it, sizeof all_of_it, "%s%s", q[0], q[1]);
        holds(name, sort, all_of_it, &both, all);
    }
}

static void ranged_by_number(const json_t *reg)
{
    const char *name = desk_str(reg, "name");
    struct books_rows a = books_leaf(&d, name, "&sort=number&order=asc", 200);
    size_t n = json_array_size(a.rows);
    char q[200], ends[2][25]; /* of what is called by its hash its beginning */
    struct wish w = anything;
    snprintf(ends[0], sizeof ends[0], "%s", books_number(name, json_array_get(a.rows, n / 4)));
    snprintf(ends[1], sizeof ends[1], "%s", books_number(name, json_array_get(a.rows, n * 3 / 4)));
    w.first = ends[0];
    w.last = ends[1];
    snprintf(q, sizeof q, "&number_from=%s&number_to=%s", w.first, w.last);
    if (*w.first != '\0') {
        in_every_sort(reg, q, &w, a.rows);
    }
    json_decref(a.rows);
}

static void filtered(const json_t *reg, const json_t *all)
{
    static const char *const people[] = {"technician", "technician2", "technician3"};
    static const char *const types[] = {"job", "customer", "goods"};
    const char *name = desk_str(reg, "name"), *filters = reg_find(name)->filters;
    const json_t *word;
    struct wish w = anything;
    char q[64];
    size_t i;
    json_array_foreach(json_object_get(reg, "states"), i, word)
    {
        w.state = json_string_value(word);
        snprintf(q, sizeof q, "&state=%s", w.state);
        if (reg_takes(filters, "state")) {
            in_every_sort(reg, q, &w, all);
        }
    }
    w = anything;
    for (w.class_ = 1; w.class_ <= 4 && reg_takes(filters, "class"); w.class_++) {
        snprintf(q, sizeof q, "&class=%d", (int)w.class_);
        in_every_sort(reg, q, &w, all);
    }
    w = anything;
    for (i = 0; i < 3 && reg_takes(filters, "technician"); i++) {
        w.technician = people[i];
        snprintf(q, sizeof q, "&technician=%s", people[i]);
        in_every_sort(reg, q, &w, all);
    }
    w = anything;
    for (i = 0; i < 3 && reg_takes(filters, "type"); i++) {
        w.type = types[i];
        snprintf(q, sizeof q, "&type=%s", types[i]);
        in_every_sort(reg, q, &w, all);
    }
    w = anything;
    for (i = 0; i < 2 && reg_takes(reg_find(name)->sorts, "branch"); i++) {
        w.branch = i == 0 ? "SZ" : "HZ";
        snprintf(q, sizeof q, "&branch=%s", w.branch);
        in_every_sort(reg, q, &w, all);
    }
}

static void every_register_is_ranged_and_filtered_in_each_of_its_orders(void)
{
    books_begin(&d, devices);
    json_t *list = desk_get(&d, "/registers"), *reg;
    size_t i;
    json_array_foreach(json_object_get(list, "registers"), i, reg)
    {
        struct books_rows a = books_leaf(&d, desk_str(reg, "name"), "", 200);
        CHECK(json_array_size(a.rows) > 1 && json_array_size(a.rows) < EVERY_ROWS);
        ranged_by_time(reg, a.rows);
        if (reg_takes(reg_find(desk_str(reg, "name"))->sorts, "number")) {
            ranged_by_number(reg);
        }
        filtered(reg, a.rows);
        json_decref(a.rows);
    }
    printf("# %u walks\n", asked);
    json_decref(list);
    books_end(&d, devices);
}

int main(void)
{
    RUN(every_register_is_ranged_and_filtered_in_each_of_its_orders);
    CHECK_END();
}
