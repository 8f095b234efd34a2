/* test_store_compact.c - a device forgets for good: new data key, new environment, any crash
 * between. */
#include "tests/unit/core/store_help.h"

#include "core/journal/attachment.h"
#include "core/keys/slots.h"
#include "core/store/inside.h"

#include <sodium.h>

#define BIG_BYTES 200000
#define ROWS 300

static uint8_t heap[4U << 20];
static const uint8_t secret[32] = {42};
static const char marker[] = "Mrs Example of Sample Street 7";

struct device {
    char dir[128], slots[160];
    uint8_t key[32], wrap[32]; /* as the slots file gave them at first */
    h32 gone, stays, stays_big;
};

static enum st open_slots(const struct device *d, uint8_t key[static 32], uint8_t wrap[static 32])
{
    return slots_open_wrap(d->slots, SLOT_KEYFILE, (bytes){NULL, 0}, secret, 1, key, wrap, NULL);
}

static struct store *open_with(const struct device *d, const uint8_t *key, enum st want)
{
    struct store_options o = help_options(STORE_DEVICE, STORE_WRITE);
    struct store *s = NULL;
    struct err e = {.text = ""};
    o.data_key = key;
    enum st st = store_open(d->dir, &o, &s, &e);
    if (st != want) {
        check_fail(__FILE__, __LINE__, "store_open: %s (%s)", st_name(st), e.text);
    }
    return s;
}

static h32 put(struct store_txn *t, struct arena *a, const char *what, size_t n)
{
    struct att_view v;
    uint8_t *p = arena_new(a, uint8_t, n);
    for (size_t i = 0; i < n; i++) {
        p[i] = (uint8_t)what[i % strlen(what)];
    }
    CHECK_INT(att_make(a, ATT_TEXT, bytes_of(p, n), &v), ST_OK);
    CHECK_INT(store_att_put(t, v.manifest, bytes_of(p, n), (id16){{0}}, NULL), ST_OK);
    return v.name;
}

/* A device with rows, attachments, one of them forgotten. */
static struct store *make(struct device *d)
{
    char made[160];
    const char *tmp = check_tmp();
    snprintf(d->dir, sizeof d->dir, "%s/s", tmp);
    snprintf(d->slots, sizeof d->slots, "%s/slots", d->dir);
    snprintf(made, sizeof made, "%s/slots.made", tmp);
    uint8_t *key = sodium_malloc(32);
    CHECK_INT(slots_create(made, SLOT_KEYFILE, (bytes){NULL, 0}, secret, key, NULL), ST_OK);
    memcpy(d->key, key, 32);
    sodium_free(key);
    struct store_options o = help_options(STORE_DEVICE, STORE_WRITE);
    o.data_key = d->key;
    o.slots_path = made;
    CHECK_INT(store_create(d->dir, &o, NULL), ST_OK);
    uint8_t again[32];
    CHECK_INT(open_slots(d, again, d->wrap), ST_OK);
    CHECK_BYTES(again, 32, d->key, 32);
    struct store *s = open_with(d, d->key, ST_OK);
    struct store_txn *t = help_write(s);
    struct arena a = arena_of(heap, sizeof heap);
    for (int i = 0; i < ROWS; i++) {
        char k[16], v[64];
        snprintf(k, sizeof k, "row %d", i);
        snprintf(v, sizeof v, "value of row %d", i);
        CHECK_INT(help_put(t, i % 2 != 0 ? T_ENTRY : T_DRAFT, k, v), ST_OK);
    }
    d->gone = put(t, &a, marker, 5000);
    d->stays = put(t, &a, "stays", 6000);
    d->stays_big = put(t, &a, "stays and is big", BIG_BYTES);
    CHECK_INT(store_commit(&t, NULL), ST_OK);
    t = help_write(s);
    CHECK_INT(store_att_forget(t, d->gone, (h32){{1}}, 1, 5, NULL), ST_OK);
    CHECK_INT(store_commit(&t, NULL), ST_OK);
    return s;
}

static void check_content(struct store *s, const struct device *d)
{
    struct store_txn *t = help_read(s);
    for (int i = 0; i < ROWS; i++) {
        char k[16], v[64];
        snprintf(k, sizeof k, "row %d", i);
        snprintf(v, sizeof v, "value of row %d", i);
        CHECK_STR(help_get(t, i % 2 != 0 ? T_ENTRY : T_DRAFT, k), v);
    }
    struct arena a = arena_of(heap, sizeof heap);
    bytes m, c;
    CHECK_INT(store_att_get(t, d->stays, &a, &m, &c, NULL), ST_OK);
    CHECK_INT(c.n, 6000);
    CHECK_INT(store_att_get(t, d->stays_big, &a, &m, &c, NULL), ST_OK);
    CHECK(c.n == BIG_BYTES && memcmp(c.p, "stays and is big", 16) == 0);
    CHECK_INT(store_att_get(t, d->gone, &a, &m, &c, NULL), ST_REVOKED);
    store_abort(&t);
}

/* Every run of bytes in the file that the key opens as the value of this key of the table. */
static bool opens_in_file(const uint8_t *file, size_t n, const uint8_t key[static 32],
                          enum table table, bytes at, size_t value_bytes)
{
    uint8_t ad[AD_BYTES];
    static uint8_t out[1U << 16];
    size_t k, sealed = value_bytes + SEAL_OVERHEAD;
    bytes d = store_ad(table, at, ad);
    for (size_t i = 0; i + sealed <= n; i += 2) { /* LMDB's nodes lie on even places */
        if (seal_get(key, d, bytes_of(file + i, sealed), out, &k) == ST_OK) {
            return true;
        }
    }
    return false;
}

static void the_forgotten_value_opens_with_no_key_that_is_left(void)
{
    struct device d;
    struct store *s = make(&d);
    char data[160];
    size_t n = 0;
    snprintf(data, sizeof data, "%s/env/data.mdb", d.dir);
    bytes at = bytes_of(d.gone.b, 32);
    struct att_view v;
    struct arena a = arena_of(heap, sizeof heap);
    uint8_t zeros[5000] = {0};
    CHECK_INT(att_make(&a, ATT_TEXT, bytes_of(zeros, sizeof zeros), &v), ST_OK);
    size_t row = ROW_HEAD_BYTES + 2 + v.manifest.n + 5000;
    uint8_t *file = help_file(data, &n);
    CHECK(
        opens_in_file(file, n, d.key, T_ATT, at, row)); /* a freed page: forgetting is not enough */
    free(file);
    uint8_t code_before[17], code_after[17], key[32], wrap[32];
    store_code_key(s, 1, help_b("PN-7"), code_before);
    struct err e = {.text = ""};
    if (store_compact(s, SLOT_KEYFILE, d.wrap, &e) != ST_OK) {
        check_fail(__FILE__, __LINE__, "%s", e.text);
    }
    store_code_key(s, 1, help_b("PN-7"), code_after);
    CHECK_BYTES(code_before, 17, code_after, 17);
    check_content(s, &d);
    struct store_txn *t = help_write(s); /* reopened in place: it goes on */
    CHECK(!store_compact_due(t));
    CHECK_INT(help_put(t, T_META, "after", "compaction"), ST_OK);
    CHECK_INT(store_commit(&t, NULL), ST_OK);
    store_close(&s);
    CHECK_INT(help_files_in(d.dir), 4); /* lock, slots, env, att */
    CHECK_INT(open_slots(&d, key, wrap), ST_OK);
    CHECK(memcmp(key, d.key, 32) != 0);
    file = help_file(data, &n);
    CHECK(!opens_in_file(file, n, d.key, T_ATT, at, row));
    CHECK(!opens_in_file(file, n, key, T_ATT, at, row));
    bytes mark = bytes_of(d.gone.b, 32);
    CHECK(opens_in_file(file, n, key, T_ATT, mark, ROW_MARK_BYTES)); /* the search does find */
    free(file);
    CHECK(!help_on_disk(d.dir, marker, sizeof marker - 1));
    s = open_with(&d, d.key, ST_WRONG_PIN);
    s = open_with(&d, key, ST_OK);
    CHECK(!store_was_unclean(s));
    check_content(s, &d);
    CHECK_INT(store_compact(s, SLOT_KEYFILE, wrap, NULL), ST_OK); /* and again */
    check_content(s, &d);
    store_close(&s);
}

static void stop_at(void *ctx, const char *step)
{
    if (strcmp(ctx, step) == 0) {
        _exit(0);
    }
}

static void a_crash_at_any_step_leaves_one_store(void)
{
    char steps[][16] = {"built", "new slots", "slots swapped", "old aside", "new in place"};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct device d;
        struct store *s = make(&d);
        store_close(&s);
        pid_t pid = fork();
        if (pid == 0) {
            s = open_with(&d, d.key, ST_OK);
            store_hook_set(s, stop_at, steps[i]);
            IGNORE(store_compact(s, SLOT_KEYFILE, d.wrap, NULL)); /* the hook ends the process */
            _exit(7);
        }
        int status = 0;
        waitpid(pid, &status, 0);
        CHECK_INT(status, 0);
        uint8_t key[32], wrap[32];
        CHECK_INT(open_slots(&d, key, wrap), ST_OK);
        CHECK_INT(memcmp(key, d.key, 32) != 0, i >= 2);
        /* A wrong key meets both environments and destroys neither. */
        uint8_t wrong[32] = {7};
        s = open_with(&d, wrong, ST_WRONG_PIN);
        /* A reader needs nobody to tidy up first. */
        struct store_options o = help_options(STORE_DEVICE, STORE_READ);
        o.data_key = key;
        CHECK_INT(store_open(d.dir, &o, &s, NULL), ST_OK);
        check_content(s, &d);
        store_close(&s);
        s = open_with(&d, key, ST_OK);
        CHECK(store_was_unclean(s));
        check_content(s, &d);
        struct store_txn *t = help_read(s);
        CHECK_INT(store_compact_due(t), i < 2);
        store_abort(&t);
        CHECK_INT(help_files_in(d.dir), 4);
        CHECK_INT(store_compact(s, SLOT_KEYFILE, wrap, NULL), ST_OK);
        check_content(s, &d);
        store_close(&s);
        CHECK_INT(help_files_in(d.dir), 4);
    }
}

static void a_wrong_wrap_changes_nothing(void)
{
    struct device d;
    struct store *s = make(&d);
    uint8_t wrong[32] = {1};
    CHECK(store_compact(s, SLOT_KEYFILE, wrong, NULL) != ST_OK);
    check_content(s, &d);
    CHECK_INT(help_files_in(d.dir), 4);
    struct store_txn *t = help_write(s);
    CHECK_INT(store_compact(s, SLOT_KEYFILE, d.wrap, NULL), ST_CONFLICT);
    CHECK(store_compact_due(t));
    store_abort(&t);
    store_close(&s);
    s = open_with(&d, d.key, ST_OK);
    check_content(s, &d);
    store_close(&s);
}

static void a_damaged_value_does_not_stop_forgetting(void)
{
    struct device d;
    struct store *s = make(&d);
    struct store_txn *t = help_write(s);
    char k[] = "row 7";
    MDB_val mk = {5, k}, mv = {60, heap};
    CHECK_INT(mdb_put(t->txn, s->dbi[T_DRAFT], &mk, &mv, 0), 0);
    CHECK_INT(store_commit(&t, NULL), ST_OK);
    CHECK_INT(store_compact(s, SLOT_KEYFILE, d.wrap, NULL), ST_OK);
    check_content(s, &d);
    t = help_read(s);
    CHECK(!store_has(t, T_DRAFT, help_b("row 7")));
    CHECK_STR(help_get(t, T_META, "store.lost"), "1");
    store_abort(&t);
    store_close(&s);
}

int main(void)
{
    if (sodium_init() < 0) {
        return 99;
    }
    RUN(the_forgotten_value_opens_with_no_key_that_is_left);
    RUN(a_crash_at_any_step_leaves_one_store);
    RUN(a_wrong_wrap_changes_nothing);
    RUN(a_damaged_value_does_not_stop_forgetting);
    CHECK_END();
}
