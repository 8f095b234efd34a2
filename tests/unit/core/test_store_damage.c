/* test_store_damage.c - damage that no seal and no page's own bounds tell of: the way to a page
 * leads elsewhere, a transaction is broken and says so only later. */
#include "tests/unit/core/store_help.h"

#include "core/store/inside.h"
#include "core/store/salvage.h"

#define ROWS 200 /* several leaf pages, one branch page */
#define PAGE 4096

static uint8_t scratch[CAP_SCRATCH_BYTES];

static struct arena room(void)
{
    return arena_of(scratch, sizeof scratch);
}

static const char *make_store(void)
{
    const char *dir = help_create(STORE_DEVICE);
    struct store *s = help_open(dir, STORE_DEVICE, STORE_WRITE);
    struct store_txn *t = help_write(s);
    for (unsigned i = 0; i < ROWS; i++) {
        char key[16];
        snprintf(key, sizeof key, "key %04u", i);
        CHECK_INT(help_put(t, T_ENTRY, key, "a value of some length, so that pages fill"), ST_OK);
    }
    CHECK_INT(store_commit(&t, NULL), ST_OK);
    store_close(&s);
    return dir;
}

/* In the file: a digit of the separator before a branch page's second child. */
static unsigned alter_separators(const char *dir, unsigned at_digit, char digit)
{
    char path[200];
    size_t n = 0;
    unsigned altered = 0;
    snprintf(path, sizeof path, "%s/env/data.mdb", dir);
    uint8_t *file = help_file(path, &n);
    for (size_t at = 2 * PAGE; at + PAGE <= n; at += PAGE) {
        uint8_t *page = file + at;
        size_t nodes = ((size_t)page[12] | (size_t)page[13] << 8) / 2 - 8;
        if (page[10] != 1 || nodes < 2) {
            continue;
        }
        size_t node = (size_t)page[18] | (size_t)page[19] << 8;
        if (page[node + 6] == 8 && memcmp(page + node + 8, "key ", 4) == 0) {
            altered += page[node + 8 + at_digit] != (uint8_t)digit;
            page[node + 8 + at_digit] = (uint8_t)digit;
        }
    }
    FILE *f = fopen(path, "wb");
    CHECK(f != NULL && fwrite(file, 1, n, f) == n && fclose(f) == 0);
    free(file);
    return altered;
}

static unsigned found_by_key(const char *dir)
{
    struct store *s = help_open(dir, STORE_DEVICE, STORE_WRITE);
    struct store_txn *t = help_read(s);
    unsigned n = 0;
    for (unsigned i = 0; i < ROWS; i++) {
        char key[16];
        snprintf(key, sizeof key, "key %04u", i);
        n += store_has(t, T_ENTRY, help_b(key));
    }
    store_abort(&t);
    store_close(&s);
    return n;
}

/* The tree is whole and every value is met on the way through it, yet whoever looks for a key is
 * led past it. */
static void a_way_that_leads_past_a_page_is_found_and_mended(void)
{
    static const struct {
        unsigned at;
        char digit;
    } ways[] = {{6, '0'},
                {6, '4'}}; /* before what the page before it holds; behind its own first */
    for (size_t i = 0; i < 2; i++) {
        const char *dir = make_store();
        struct store_options o = help_options(STORE_DEVICE, STORE_WRITE);
        struct salvage_totals n;
        struct err e;
        CHECK_INT(store_walk(dir, &o, room(), &n, &e), ST_OK);
        CHECK(alter_separators(dir, ways[i].at, ways[i].digit) > 0);
        CHECK(found_by_key(dir) < ROWS);
        CHECK_INT(store_walk(dir, &o, room(), &n, &e), ST_CORRUPT);
        CHECK(n.bad > 0);
        CHECK_INT(store_salvage(dir, &o, room(), &n, &e), ST_OK);
        CHECK_INT(found_by_key(dir), ROWS);
    }
}

/* LMDB may meet damage, answer "not there", and refuse whatever follows: no mistake of ours, and
 * the next start must look the file through. A child transaction refuses in the same words. */
static void a_transaction_that_lmdb_gave_up_is_damage(void)
{
    const char *dir = make_store();
    struct store *s = help_open(dir, STORE_DEVICE, STORE_WRITE);
    struct store_txn *t = help_write(s);
    struct err e = {.text = ""};
    MDB_txn *child;
    CHECK_INT(mdb_txn_begin(s->env, t->txn, 0, &child), 0);
    CHECK_INT(store_put(t, T_ENTRY, help_b("another"), help_b("value"), &e), ST_CORRUPT);
    mdb_txn_abort(child);
    CHECK_INT(store_commit(&t, &e), ST_CORRUPT);
    store_close(&s);
    CHECK_INT(store_last_end(dir), STORE_END_UNCLEAN);
    CHECK_INT(found_by_key(dir), ROWS);
}

int main(void)
{
    RUN(a_way_that_leads_past_a_page_is_found_and_mended);
    RUN(a_transaction_that_lmdb_gave_up_is_damage);
    CHECK_END();
}
