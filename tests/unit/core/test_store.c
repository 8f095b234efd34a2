/* test_store.c - creating, locking, tables, scans, damage of one value, readers beside the writer.
 */
#include "tests/unit/core/store_help.h"

#include "core/store/inside.h"

#include <fcntl.h>

static void a_store_is_created_once_and_opens_with_its_key(void)
{
    const char *dir = help_create(STORE_DEVICE);
    struct store_options o = help_options(STORE_DEVICE, STORE_WRITE);
    CHECK_INT(store_create(dir, &o, NULL), ST_EXISTS);
    struct store *s = help_open(dir, STORE_DEVICE, STORE_WRITE);
    CHECK_STR(store_dir(s), dir);
    CHECK_INT(store_side(s), STORE_DEVICE);
    CHECK(!store_was_unclean(s));
    store_close(&s);
    CHECK(s == NULL);
    store_close(&s);
}

static void creation_leaves_nothing_beside_the_store(void)
{
    const char *tmp = check_tmp();
    char dir[128], slots[128];
    snprintf(dir, sizeof dir, "%s/s", tmp);
    snprintf(slots, sizeof slots, "%s/slots-made-before", tmp);
    FILE *f = fopen(slots, "w");
    fputs("slots", f);
    fclose(f);
    struct store_options o = help_options(STORE_DEVICE, STORE_WRITE);
    o.slots_path = slots;
    CHECK_INT(store_create(dir, &o, NULL), ST_OK);
    CHECK_INT(help_files_in(tmp), 1);
    char inside[160];
    snprintf(inside, sizeof inside, "%s/slots", dir);
    CHECK(files_exists(inside));
    /* A slots file that is not there: the whole creation is undone. */
    snprintf(dir, sizeof dir, "%s/t", tmp);
    CHECK_INT(store_create(dir, &o, NULL), ST_IO);
    CHECK_INT(help_files_in(tmp), 1);
}

static void a_wrong_key_or_side_or_place_is_told_apart(void)
{
    const char *dir = help_create(STORE_DEVICE);
    struct store_options o = help_options(STORE_DEVICE, STORE_WRITE);
    uint8_t other[32] = {1};
    struct store *s = NULL;
    o.data_key = other;
    CHECK_INT(store_open(dir, &o, &s, NULL), ST_WRONG_PIN);
    CHECK(s == NULL);
    o = help_options(STORE_HQ, STORE_READ);
    CHECK_INT(store_open(dir, &o, &s, NULL), ST_WRONG_PARTY);
    CHECK_INT(store_open("/nonexistent/store", &o, &s, NULL), ST_NOT_FOUND);
    /* None of these tries touched it. */
    s = help_open(dir, STORE_DEVICE, STORE_WRITE);
    CHECK(!store_was_unclean(s));
    store_close(&s);
}

static void an_emptied_data_file_is_damage_not_a_fresh_store(void)
{
    const char *dir = help_create(STORE_DEVICE);
    char p[160];
    snprintf(p, sizeof p, "%s/env/data.mdb", dir);
    CHECK_INT(truncate(p, 0), 0);
    struct store_options o = help_options(STORE_DEVICE, STORE_WRITE);
    struct store *s = NULL;
    CHECK_INT(store_open(dir, &o, &s, NULL), ST_CORRUPT);
}

static void one_process_writes_others_read(void)
{
    const char *dir = help_create(STORE_DEVICE);
    struct store *s = help_open(dir, STORE_DEVICE, STORE_WRITE);
    struct store_txn *t = help_write(s);
    CHECK_INT(help_put(t, T_META, "who", "parent"), ST_OK);
    CHECK_INT(store_commit(&t, NULL), ST_OK);
    pid_t pid = fork();
    if (pid == 0) {
        struct store_options o = help_options(STORE_DEVICE, STORE_WRITE);
        struct store *c = NULL;
        int bad = store_open(dir, &o, &c, NULL) != ST_LOCKED;
        o.mode = STORE_READ;
        bad |= store_open(dir, &o, &c, NULL) != ST_OK ? 2 : 0;
        if (bad == 0) {
            t = help_read(c);
            bad |= strcmp(help_get(t, T_META, "who"), "parent") != 0 ? 4 : 0;
            store_abort(&t);
            bad |= store_write(c, &t, NULL) != ST_BUG ? 8 : 0;
            store_close(&c);
        }
        _exit(bad);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    CHECK_INT(status, 0);
    store_close(&s);
}

static void values_come_back_and_lie_sealed(void)
{
    const char *dir = help_create(STORE_DEVICE);
    struct store *s = help_open(dir, STORE_DEVICE, STORE_WRITE);
    struct store_txn *t = help_write(s);
    CHECK_INT(help_put(t, T_DRAFT, "k", "a marker in plain sight"), ST_OK);
    CHECK_INT(help_put(t, T_DRAFT, "empty", ""), ST_OK);
    CHECK_INT(store_count(t, T_DRAFT), 2);
    CHECK_INT(store_commit(&t, NULL), ST_OK);
    CHECK(t == NULL);
    t = help_read(s);
    CHECK_STR(help_get(t, T_DRAFT, "k"), "a marker in plain sight");
    CHECK(store_has(t, T_DRAFT, help_b("empty")));
    CHECK(!store_has(t, T_META, help_b("k")));
    CHECK_INT(help_put(t, T_DRAFT, "k", "x"), ST_BUG);
    store_abort(&t);
    t = help_write(s);
    CHECK_INT(help_put(t, T_DRAFT, "k", "b"), ST_OK);
    CHECK_INT(store_del(t, T_DRAFT, help_b("empty"), NULL), ST_OK);
    CHECK_INT(store_del(t, T_DRAFT, help_b("empty"), NULL), ST_NOT_FOUND);
    store_abort(&t);
    t = help_read(s);
    CHECK_STR(help_get(t, T_DRAFT, "k"), "a marker in plain sight");
    store_abort(&t);
    store_close(&s);
    CHECK(!help_on_disk(dir, "a marker", 8));
}

static void bounds_are_kept(void)
{
    const char *dir = help_create(STORE_DEVICE);
    struct store *s = help_open(dir, STORE_DEVICE, STORE_WRITE);
    struct store_txn *t = help_write(s), *u = NULL;
    uint8_t key[CAP_STORE_KEY_BYTES + 1] = {0};
    CHECK_INT(store_put(t, T_META, bytes_of(key, sizeof key), help_b("v"), NULL), ST_TOO_BIG);
    CHECK_INT(store_put(t, T_META, bytes_of(key, 0), help_b("v"), NULL), ST_TOO_BIG);
    CHECK_INT(store_put(t, T_META, bytes_of(key, sizeof key - 1), help_b("v"), NULL), ST_OK);
    CHECK_INT(store_put(t, T_META, help_b("k"), bytes_of(key, CAP_TXN_BYTES + 1), NULL),
              ST_TOO_BIG);
    CHECK_INT(store_write(s, &u, NULL), ST_BUG);
    struct arena none = arena_of(key, 0);
    bytes v;
    CHECK_INT(store_get(t, T_META, bytes_of(key, sizeof key - 1), &none, &v, NULL), ST_FULL);
    CHECK_INT(store_commit(&t, NULL), ST_OK);
    struct store_txn *many[CAP_STORE_READERS];
    for (int i = 0; i < CAP_STORE_READERS; i++) {
        many[i] = help_read(s);
    }
    CHECK_INT(store_read(s, &u, NULL), ST_WAIT);
    for (int i = 0; i < CAP_STORE_READERS; i++) {
        store_abort(&many[i]);
    }
    struct store_cursor *c[CAP_STORE_CURSORS + 1];
    t = help_read(s);
    bytes no = {NULL, 0};
    for (int i = 0; i < CAP_STORE_CURSORS; i++) {
        CHECK_INT(store_scan(t, T_META, no, no, &c[i], NULL), ST_OK);
    }
    CHECK_INT(store_scan(t, T_META, no, no, &c[CAP_STORE_CURSORS], NULL), ST_BUG);
    store_abort(&t); /* ends the scans too */
    t = help_read(s);
    CHECK_INT(store_scan(t, T_META, no, no, &c[0], NULL), ST_OK);
    store_scan_end(&c[0]);
    store_abort(&t);
    store_close(&s);
}

static void scans_keep_to_their_prefix_and_order(void)
{
    const char *dir = help_create(STORE_DEVICE);
    struct store *s = help_open(dir, STORE_DEVICE, STORE_WRITE);
    struct store_txn *t = help_write(s);
    const char *keys[] = {"b3", "a", "b1", "c", "b2", "b"};
    for (size_t i = 0; i < 6; i++) {
        CHECK_INT(help_put(t, T_OUT, keys[i], keys[i]), ST_OK);
    }
    CHECK_INT(store_put(t, T_SCOPE, bytes_of("\xff\xff\x01", 3), help_b("x"), NULL), ST_OK);
    CHECK_INT(store_put(t, T_SCOPE, bytes_of("\xff\xff\x02", 3), help_b("y"), NULL), ST_OK);
    char got[64] = "";
    size_t n = 0;
    struct store_cursor *c;
    bytes key, v, none = {NULL, 0};
    uint8_t buf[64];
    CHECK_INT(store_scan(t, T_OUT, help_b("b"), none, &c, NULL), ST_OK);
    while (store_next(c, &key) == ST_OK) {
        struct arena a = arena_of(buf, sizeof buf);
        CHECK_INT(store_value(c, &a, &v, NULL), ST_OK);
        CHECK(bytes_eq(key, v));
        n += (size_t)snprintf(got + n, sizeof got - n, "%.*s ", (int)key.n, (const char *)key.p);
    }
    store_scan_end(&c);
    CHECK_STR(got, "b b1 b2 b3 ");
    CHECK_INT(store_scan(t, T_OUT, help_b("b"), help_b("b2"), &c, NULL), ST_OK);
    CHECK_INT(store_next(c, &key), ST_OK);
    CHECK_BYTES(key.p, key.n, "b2", 2);
    CHECK_INT(store_next(c, &key), ST_OK);
    CHECK_INT(store_next(c, &key), ST_END);
    store_scan_end(&c);
    CHECK_INT(store_scan(t, T_LIST, none, none, &c, NULL), ST_OK);
    CHECK_INT(store_next(c, &key), ST_END);
    store_scan_end(&c);
    struct arena a = arena_of(buf, sizeof buf);
    CHECK_INT(store_last(t, T_OUT, help_b("b"), &a, &key, NULL), ST_OK);
    CHECK_BYTES(key.p, key.n, "b3", 2);
    CHECK_INT(store_last(t, T_OUT, help_b("c"), &a, &key, NULL), ST_OK);
    CHECK_INT(store_last(t, T_OUT, none, &a, &key, NULL), ST_OK);
    CHECK_BYTES(key.p, key.n, "c", 1);
    CHECK_INT(store_last(t, T_OUT, help_b("bb"), &a, &key, NULL), ST_NOT_FOUND);
    CHECK_INT(store_last(t, T_OUT, help_b("0"), &a, &key, NULL), ST_NOT_FOUND);
    CHECK_INT(store_last(t, T_LIST, none, &a, &key, NULL), ST_NOT_FOUND);
    CHECK_INT(store_last(t, T_SCOPE, bytes_of("\xff\xff", 2), &a, &key, NULL), ST_OK);
    CHECK_BYTES(key.p, key.n, "\xff\xff\x02", 3);
    store_abort(&t);
    store_close(&s);
}

/* The sealed bytes of a value, found in the file by copying them out through LMDB's back door. */
static void flip_value(const char *dir, struct store *s, enum table table, const char *key)
{
    MDB_txn *txn;
    char k[32];
    snprintf(k, sizeof k, "%s", key);
    MDB_val mk = {strlen(k), k}, mv;
    CHECK_INT(mdb_txn_begin(s->env, NULL, MDB_RDONLY, &txn), 0);
    CHECK_INT(mdb_get(txn, s->dbi[table], &mk, &mv), 0);
    char p[160];
    snprintf(p, sizeof p, "%s/env/data.mdb", dir);
    size_t n = 0;
    uint8_t *file = help_file(p, &n);
    size_t at = 0;
    while (at + mv.mv_size <= n && memcmp(file + at, mv.mv_data, mv.mv_size) != 0) {
        at++;
    }
    CHECK(at + mv.mv_size <= n);
    int fd = open(p, O_WRONLY);
    uint8_t b = file[at + mv.mv_size / 2] ^ 1;
    CHECK_INT(pwrite(fd, &b, 1, (off_t)(at + mv.mv_size / 2)), 1);
    close(fd);
    free(file);
    mdb_txn_abort(txn);
}

static void a_flipped_byte_damages_one_value_alone(void)
{
    const char *dir = help_create(STORE_DEVICE);
    struct store *s = help_open(dir, STORE_DEVICE, STORE_WRITE);
    struct store_txn *t = help_write(s);
    CHECK_INT(help_put(t, T_STATE, "one", "1111111111111111"), ST_OK);
    CHECK_INT(help_put(t, T_STATE, "two", "2222222222222222"), ST_OK);
    CHECK_INT(help_put(t, T_LIST, "one", "3333333333333333"), ST_OK);
    CHECK_INT(store_commit(&t, NULL), ST_OK);
    flip_value(dir, s, T_STATE, "one");
    t = help_read(s);
    uint8_t buf[64];
    struct arena a = arena_of(buf, sizeof buf);
    bytes v;
    CHECK_INT(store_get(t, T_STATE, help_b("one"), &a, &v, NULL), ST_CORRUPT);
    CHECK(a.beg == buf);
    CHECK_STR(help_get(t, T_STATE, "two"), "2222222222222222");
    CHECK_STR(help_get(t, T_LIST, "one"), "3333333333333333");
    store_abort(&t);
    t = help_write(s);
    CHECK_INT(help_put(t, T_STATE, "one", "mended"), ST_OK);
    CHECK_INT(store_commit(&t, NULL), ST_OK);
    store_close(&s);
}

static void a_value_moved_to_another_key_or_table_does_not_open(void)
{
    const char *dir = help_create(STORE_DEVICE);
    struct store *s = help_open(dir, STORE_DEVICE, STORE_WRITE);
    struct store_txn *t = help_write(s);
    CHECK_INT(help_put(t, T_STATE, "one", "value"), ST_OK);
    char one[] = "one", two[] = "two";
    MDB_val k = {3, one}, v;
    CHECK_INT(mdb_get(t->txn, s->dbi[T_STATE], &k, &v), 0);
    uint8_t copy[128];
    memcpy(copy, v.mv_data, v.mv_size);
    MDB_val w = {v.mv_size, copy}, k2 = {3, two};
    CHECK_INT(mdb_put(t->txn, s->dbi[T_STATE], &k2, &w, 0), 0);
    CHECK_INT(mdb_put(t->txn, s->dbi[T_LIST], &k, &w, 0), 0);
    CHECK_STR(help_get(t, T_STATE, "one"), "value");
    CHECK_STR(help_get(t, T_STATE, "two"), "!");
    CHECK_STR(help_get(t, T_LIST, "one"), "!");
    store_abort(&t);
    store_close(&s);
}

static void a_reader_sees_one_moment_while_the_writer_goes_on(void)
{
    const char *dir = help_create(STORE_DEVICE);
    struct store *s = help_open(dir, STORE_DEVICE, STORE_WRITE);
    struct store_txn *t = help_write(s);
    CHECK_INT(help_put(t, T_META, "n", "1"), ST_OK);
    CHECK_INT(store_commit(&t, NULL), ST_OK);
    struct store_txn *r = help_read(s);
    t = help_write(s);
    CHECK_INT(help_put(t, T_META, "n", "2"), ST_OK);
    CHECK_STR(help_get(r, T_META, "n"), "1");
    CHECK_INT(store_commit(&t, NULL), ST_OK);
    CHECK_STR(help_get(r, T_META, "n"), "1");
    store_abort(&r);
    r = help_read(s);
    CHECK_STR(help_get(r, T_META, "n"), "2");
    CHECK_INT(store_commit(&r, NULL), ST_OK);
    store_close(&s);
}

static void code_keys_are_keyed_and_stay(void)
{
    const char *dir = help_create(STORE_DEVICE), *dir2 = help_create(STORE_DEVICE);
    struct store *s = help_open(dir, STORE_DEVICE, STORE_WRITE);
    struct store *o = help_open(dir2, STORE_DEVICE, STORE_WRITE);
    uint8_t a[17], b[17], c[17];
    store_code_key(s, 3, help_b("PN-1"), a);
    store_code_key(o, 3, help_b("PN-1"), b);
    CHECK(a[0] == 3 && memcmp(a, b, 17) != 0);
    store_close(&s);
    s = help_open(dir, STORE_DEVICE, STORE_WRITE);
    store_code_key(s, 3, help_b("PN-1"), c);
    CHECK_BYTES(a, 17, c, 17);
    store_close(&s);
    store_close(&o);
}

static void room_is_told(void)
{
    const char *dir = help_create(STORE_DEVICE);
    struct store *s = help_open(dir, STORE_DEVICE, STORE_WRITE);
    struct store_space sp;
    CHECK_INT(store_space(s, &sp), ST_OK);
    CHECK(sp.used_bytes >= 8192 && sp.used_bytes < (1U << 20));
    CHECK(sp.free_bytes > 0);
    CHECK_INT(sp.in_reserve, sp.free_bytes < CAP_RESERVE_BYTES);
    store_close(&s);
}

/* Resident memory of the store's map, from the kernel. */
static long map_resident_kib(void)
{
    char line[1024];
    bool here = false;
    long kib = 0;
    FILE *f = fopen("/proc/self/smaps", "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        if (strstr(line, "data.mdb") != NULL) {
            here = true;
        } else if (here && strncmp(line, "Rss:", 4) == 0) {
            kib += strtol(line + 4, NULL, 10);
            here = false;
        }
    }
    if (f != NULL) {
        fclose(f);
    }
    return kib;
}

/* What is let go of is read again from the file: also while others read, and after writes. */
static void reading_for_long_stays_right_and_keeps_little_of_the_file_in_memory(void)
{
    static const char value[] = "a value that stays what it is, however often it is read";
    const char *dir = help_create(STORE_DEVICE);
    struct store *s = help_open(dir, STORE_DEVICE, STORE_WRITE);
    char key[16];
    static uint8_t big[12000];
    struct store_txn *t = help_write(s), *other = NULL;
    for (int i = 0; i < 2000; i++) {
        snprintf(key, sizeof key, "k%04d", i);
        CHECK(help_put(t, T_META, key, value) == ST_OK);
        CHECK(store_put(t, T_ODD, help_b(key), bytes_of(big, sizeof big), NULL) == ST_OK);
    }
    CHECK(store_commit(&t, NULL) == ST_OK);
    long most = 0;
    for (int i = 0; i < 1000; i++) {
        other = i % 300 == 0 ? help_read(s) : other;
        t = help_read(s);
        snprintf(key, sizeof key, "k%04d", i * 7 % 2000);
        CHECK_STR(help_get(t, T_META, key), value);
        CHECK(store_has(t, T_ODD, help_b(key)));
        store_abort(&t);
        if (other != NULL && i % 300 == 200) {
            CHECK_STR(help_get(other, T_META, key), value);
            store_abort(&other);
        }
        long now = map_resident_kib();
        most = now > most ? now : most;
    }
    store_abort(&other);
    printf("# at most %ld KiB\n", most);
    CHECK(most > 0 && most < 12000); /* of 24 MB */
    store_close(&s);
}

int main(void)
{
    RUN(a_store_is_created_once_and_opens_with_its_key);
    RUN(creation_leaves_nothing_beside_the_store);
    RUN(a_wrong_key_or_side_or_place_is_told_apart);
    RUN(an_emptied_data_file_is_damage_not_a_fresh_store);
    RUN(one_process_writes_others_read);
    RUN(values_come_back_and_lie_sealed);
    RUN(bounds_are_kept);
    RUN(scans_keep_to_their_prefix_and_order);
    RUN(a_flipped_byte_damages_one_value_alone);
    RUN(a_value_moved_to_another_key_or_table_does_not_open);
    RUN(a_reader_sees_one_moment_while_the_writer_goes_on);
    RUN(code_keys_are_keyed_and_stay);
    RUN(room_is_told);
    RUN(reading_for_long_stays_right_and_keeps_little_of_the_file_in_memory);
    CHECK_END();
}
