/* test_store_att.c - attachments in rows and files; headquarters' keys of subjects and their end.
 */
#include "tests/unit/core/store_help.h"

#include "core/journal/attachment.h"
#include "core/store/inside.h"

#include <fcntl.h>

#define BIG_BYTES (3 * CAP_CHUNK_BYTES + 777)
static uint8_t heap[16U << 20];
static const id16 anna = {{'A', 1}}, bert = {{'B', 2}};
static const h32 order = {{9}};

static struct arena room(void)
{
    return arena_of(heap, sizeof heap);
}

/* Content of n bytes that carries its own marker. */
static bytes content_of(struct arena *a, const char *mark, size_t n)
{
    uint8_t *p = arena_new(a, uint8_t, n);
    for (size_t i = 0; i < n; i++) {
        p[i] = (uint8_t)mark[i % strlen(mark)];
    }
    return bytes_of(p, n);
}

static h32 put(struct store *s, struct arena *a, const char *mark, size_t n, id16 subject,
               enum st want)
{
    struct att_view v;
    bytes c = content_of(a, mark, n);
    struct store_txn *t = help_write(s);
    struct err e = {.text = ""};
    CHECK_INT(att_make(a, ATT_TEXT, c, &v), ST_OK);
    enum st st = store_att_put(t, v.manifest, c, subject, &e);
    if (st != want) {
        check_fail(__FILE__, __LINE__, "att_put: %s", e.text);
    }
    CHECK_INT(store_commit(&t, NULL), ST_OK);
    return v.name;
}

/* Is it held, and does every way to read it give the marker? */
static bool holds(struct store *s, h32 name, const char *mark, size_t n)
{
    struct arena a = arena_of(heap + (8U << 20), 8U << 20);
    struct store_txn *t = help_read(s);
    bytes m, c;
    bool ok = store_att_get(t, name, &a, &m, &c, NULL) == ST_OK && c.n == n;
    for (size_t i = 0; ok && i < n; i++) {
        ok = c.p[i] == (uint8_t)mark[i % strlen(mark)];
    }
    struct att_view v;
    ok = ok && att_parse(m, &v, NULL) == ST_OK && h32_eq(v.name, name);
    static uint8_t buf[CAP_CHUNK_BYTES];
    size_t k = 0;
    for (unsigned i = 0; ok && i < v.nchunks; i++) {
        ok = store_att_read(t, name, i, buf, &k, NULL) == ST_OK &&
             att_check_chunk(&v, i, bytes_of(buf, k)) == ST_OK;
    }
    ok = ok && store_att_read(t, name, v.nchunks, buf, &k, NULL) == ST_NOT_FOUND;
    ok = ok && store_att_state(t, name) == ATT_HELD;
    store_abort(&t);
    return ok;
}

static enum st state_of(struct store *s, h32 name, enum att_state *state)
{
    struct arena a = arena_of(heap + (8U << 20), 8U << 20);
    struct store_txn *t = help_read(s);
    bytes m, c;
    enum st st = store_att_get(t, name, &a, &m, &c, NULL);
    *state = store_att_state(t, name);
    store_abort(&t);
    return st;
}

static void forget(struct store *s, h32 name)
{
    struct store_txn *t = help_write(s);
    CHECK_INT(store_att_forget(t, name, order, 2, 1234567, NULL), ST_OK);
    CHECK_INT(store_commit(&t, NULL), ST_OK);
}

static int att_files(const char *dir)
{
    char p[160];
    snprintf(p, sizeof p, "%s/att", dir);
    return help_files_in(p);
}

static void attachments_of_every_size_come_back(void)
{
    const enum store_side sides[] = {STORE_DEVICE, STORE_HQ};
    const size_t sizes[] = {0,
                            1,
                            CAP_ATT_SMALL_BYTES,
                            CAP_ATT_SMALL_BYTES + 1,
                            CAP_CHUNK_BYTES,
                            CAP_CHUNK_BYTES + 1,
                            BIG_BYTES};
    for (size_t k = 0; k < 2; k++) {
        const char *dir = help_create(sides[k]);
        struct store *s = help_open(dir, sides[k], STORE_WRITE);
        h32 names[7];
        for (size_t i = 0; i < 7; i++) {
            struct arena a = room();
            names[i] = put(s, &a, "a marker in plain sight ", sizes[i], anna, ST_OK);
            CHECK(holds(s, names[i], "a marker in plain sight ", sizes[i]));
        }
        CHECK_INT(att_files(dir), 4);
        store_close(&s);
        s = help_open(dir, sides[k], STORE_WRITE);
        for (size_t i = 0; i < 7; i++) {
            CHECK(holds(s, names[i], "a marker in plain sight ", sizes[i]));
        }
        store_close(&s);
        CHECK_INT(att_files(dir), 4);
        CHECK(!help_on_disk(dir, "plain sight", 11));
    }
}

static void content_that_is_not_the_manifests_is_refused(void)
{
    const char *dir = help_create(STORE_DEVICE);
    struct store *s = help_open(dir, STORE_DEVICE, STORE_WRITE);
    struct arena a = room();
    struct att_view v;
    bytes c = content_of(&a, "x", 20000), other = content_of(&a, "y", 20000);
    CHECK_INT(att_make(&a, ATT_TEXT, c, &v), ST_OK);
    struct store_txn *t = help_write(s);
    CHECK_INT(store_att_put(t, v.manifest, other, anna, NULL), ST_BAD_SIGNATURE);
    CHECK(store_att_put(t, v.manifest, bytes_of(c.p, c.n - 1), anna, NULL) != ST_OK);
    CHECK(store_att_put(t, bytes_of(v.manifest.p, 20), c, anna, NULL) != ST_OK);
    CHECK_INT(store_att_state(t, v.name), ATT_ABSENT);
    CHECK_INT(store_commit(&t, NULL), ST_OK);
    CHECK_INT(att_files(dir), 0);
    store_close(&s);
}

static void files_of_transactions_that_did_not_commit_are_removed(void)
{
    const char *dir = help_create(STORE_DEVICE);
    struct store *s = help_open(dir, STORE_DEVICE, STORE_WRITE);
    struct arena a = room();
    struct att_view v;
    bytes c = content_of(&a, "x", 200000);
    CHECK_INT(att_make(&a, ATT_TEXT, c, &v), ST_OK);
    struct store_txn *t = help_write(s);
    CHECK_INT(store_att_put(t, v.manifest, c, anna, NULL), ST_OK);
    store_abort(&t);
    CHECK_INT(att_files(dir), 1);
    h32 kept = put(s, &a, "kept", 30000, anna, ST_OK);
    char p[160];
    snprintf(p, sizeof p, "%s/att/deadbeef.part", dir);
    fclose(fopen(p, "w"));
    store_close(&s);
    s = help_open(dir, STORE_DEVICE, STORE_WRITE);
    CHECK_INT(att_files(dir), 1);
    CHECK(holds(s, kept, "kept", 30000));
    store_close(&s);
}

static void damage_of_a_chunk_is_told_and_mended_by_putting_again(void)
{
    const char *dir = help_create(STORE_DEVICE);
    struct store *s = help_open(dir, STORE_DEVICE, STORE_WRITE);
    struct arena a = room();
    struct att_view v;
    bytes c = content_of(&a, "mark", BIG_BYTES);
    CHECK_INT(att_make(&a, ATT_PHOTO, c, &v), ST_OK);
    struct store_txn *t = help_write(s);
    CHECK_INT(store_att_put(t, v.manifest, c, anna, NULL), ST_OK);
    CHECK_INT(store_commit(&t, NULL), ST_OK);
    char p[200] = "", hex[65];
    for (int i = 0; i < 32; i++) {
        snprintf(hex + 2 * i, 3, "%02x", v.name.b[i]);
    }
    snprintf(p, sizeof p, "%s/att/%s", dir, hex);
    int fd = open(p, O_RDWR);
    uint8_t b;
    CHECK_INT(pread(fd, &b, 1, CAP_CHUNK_BYTES + 100), 1);
    b ^= 4;
    CHECK_INT(pwrite(fd, &b, 1, CAP_CHUNK_BYTES + 100), 1);
    close(fd);
    static uint8_t buf[CAP_CHUNK_BYTES];
    size_t n;
    t = help_read(s);
    CHECK_INT(store_att_read(t, v.name, 0, buf, &n, NULL), ST_OK);
    CHECK_INT(store_att_read(t, v.name, 1, buf, &n, NULL), ST_CORRUPT);
    CHECK_INT(n, 0);
    CHECK_INT(store_att_read(t, v.name, 2, buf, &n, NULL), ST_OK);
    store_abort(&t);
    enum att_state state;
    CHECK_INT(state_of(s, v.name, &state), ST_CORRUPT);
    CHECK_INT(truncate(p, 1000), 0);
    CHECK_INT(state_of(s, v.name, &state), ST_CORRUPT);
    t = help_write(s);
    CHECK_INT(store_att_put(t, v.manifest, c, anna, NULL), ST_OK);
    CHECK_INT(store_commit(&t, NULL), ST_OK);
    CHECK(holds(s, v.name, "mark", BIG_BYTES));
    store_close(&s);
}

static void what_was_forgotten_is_not_taken_back(void)
{
    const char *dir = help_create(STORE_DEVICE);
    struct store *s = help_open(dir, STORE_DEVICE, STORE_WRITE);
    struct arena a = room();
    struct att_view v;
    bytes c = content_of(&a, "gone", BIG_BYTES);
    CHECK_INT(att_make(&a, ATT_TEXT, c, &v), ST_OK);
    struct store_txn *t = help_write(s);
    CHECK_INT(store_att_put(t, v.manifest, c, anna, NULL), ST_OK);
    CHECK_INT(store_commit(&t, NULL), ST_OK);
    t = help_read(s);
    CHECK(!store_compact_due(t));
    store_abort(&t);
    CHECK_INT(att_files(dir), 1);
    forget(s, v.name);
    CHECK_INT(att_files(dir), 0);
    enum att_state state;
    CHECK_INT(state_of(s, v.name, &state), ST_REVOKED);
    CHECK_INT(state, ATT_FORGOTTEN);
    t = help_write(s);
    CHECK(store_compact_due(t));
    CHECK_INT(store_att_put(t, v.manifest, c, anna, NULL), ST_EXISTS);
    CHECK_INT(store_att_forget(t, v.name, order, 1, 1, NULL), ST_OK);
    h32 never = {{7}};
    CHECK_INT(store_att_forget(t, never, order, 1, 1, NULL), ST_OK);
    CHECK_INT(store_att_state(t, never), ATT_FORGOTTEN);
    CHECK_INT(store_commit(&t, NULL), ST_OK);
    store_close(&s);
}

static void an_abort_forgets_nothing(void)
{
    const char *dir = help_create(STORE_HQ);
    struct store *s = help_open(dir, STORE_HQ, STORE_WRITE);
    struct arena a = room();
    h32 name = put(s, &a, "stays", BIG_BYTES, anna, ST_OK);
    struct store_txn *t = help_write(s);
    CHECK_INT(store_att_forget(t, name, order, 1, 1, NULL), ST_OK);
    store_abort(&t);
    CHECK(holds(s, name, "stays", BIG_BYTES));
    store_close(&s);
    s = help_open(dir, STORE_HQ, STORE_WRITE);
    CHECK(holds(s, name, "stays", BIG_BYTES));
    store_close(&s);
}

/* --- headquarters' key table
 * ---------------------------------------------------------------------- */

struct pair {
    const char *dir;
    char table[160];
    h32 small, big, kept, kept_big, other, other_big;
};

static struct store *two_subjects(struct pair *p)
{
    p->dir = help_create(STORE_HQ);
    snprintf(p->table, sizeof p->table, "%s.keytable", p->dir);
    struct store *s = help_open(p->dir, STORE_HQ, STORE_WRITE);
    struct arena a = room();
    p->small = put(s, &a, "small", 100, anna, ST_OK);
    p->big = put(s, &a, "big", BIG_BYTES, anna, ST_OK);
    p->kept = put(s, &a, "kept", 200, anna, ST_OK);
    p->kept_big = put(s, &a, "kept big", 70000, anna, ST_OK);
    p->other = put(s, &a, "other", 300, bert, ST_OK);
    p->other_big = put(s, &a, "other big", 80000, bert, ST_OK);
    return s;
}

static bool erased(struct store *s, const struct pair *p)
{
    enum att_state state;
    bool ok = state_of(s, p->small, &state) == ST_REVOKED && state == ATT_FORGOTTEN;
    ok = ok && state_of(s, p->big, &state) == ST_REVOKED && state == ATT_FORGOTTEN;
    return ok && holds(s, p->other, "other", 300) && holds(s, p->other_big, "other big", 80000);
}

static bool kept(struct store *s, const struct pair *p)
{
    return holds(s, p->kept, "kept", 200) && holds(s, p->kept_big, "kept big", 70000);
}

static void erasing_a_subject_leaves_what_is_kept_and_the_others(void)
{
    struct pair p;
    struct store *s = two_subjects(&p);
    size_t n = 0;
    uint8_t *before = help_file(p.table, &n);
    CHECK_INT(n, 2 * 61);
    const h32 keep[] = {p.kept, p.kept_big};
    CHECK_INT(store_keytable_erase(s, anna, keep, 2, NULL), ST_OK);
    CHECK(erased(s, &p) && kept(s, &p));
    CHECK_INT(att_files(p.dir), 2);
    /* The table holds the other's key and a new one; nothing lies beside it; the old key is
     * nowhere. */
    size_t m = 0;
    uint8_t *after = help_file(p.table, &m);
    CHECK_INT(m, 2 * 61);
    CHECK(help_contains(after, m, before + 61, 61));
    CHECK(!help_contains(after, m, before + 29, 32));
    char old[180];
    snprintf(old, sizeof old, "%s.old", p.table);
    CHECK(!files_exists(old));
    snprintf(old, sizeof old, "%s.new", p.table);
    CHECK(!files_exists(old));
    CHECK(!help_on_disk(p.dir, before + 29, 32));
    store_close(&s);
    s = help_open(p.dir, STORE_HQ, STORE_WRITE);
    CHECK(erased(s, &p) && kept(s, &p));
    /* A copy of the old table would open what was erased: it is the key that was destroyed. */
    struct arena a = room();
    h32 again = put(s, &a, "new", 400, anna, ST_OK);
    CHECK(holds(s, again, "new", 400));
    CHECK_INT(store_keytable_erase(s, anna, NULL, 0, NULL), ST_OK);
    enum att_state state;
    CHECK_INT(state_of(s, again, &state), ST_REVOKED);
    CHECK_INT(state_of(s, p.kept, &state), ST_REVOKED);
    CHECK(erased(s, &p));
    store_close(&s);
    free(before);
    free(after);
}

/* The old file's bytes: held open, they read as zeros once the name is gone. */
static void the_old_table_is_overwritten(void)
{
    struct pair p;
    struct store *s = two_subjects(&p);
    int fd = open(p.table, O_RDONLY);
    CHECK_INT(store_keytable_erase(s, anna, NULL, 0, NULL), ST_OK);
    uint8_t buf[200];
    CHECK_INT(pread(fd, buf, sizeof buf, 0), 2 * 61);
    for (size_t i = 0; i < 2 * 61; i++) {
        CHECK(buf[i] == 0);
    }
    close(fd);
    store_close(&s);
}

static void forgotten_at_headquarters_is_finished_by_the_next_open(void)
{
    struct pair p;
    struct store *s = two_subjects(&p);
    size_t n = 0;
    uint8_t *before = help_file(p.table, &n);
    forget(s, p.small);
    forget(s, p.big);
    store_close(&s); /* nobody called store_keytable_erase */
    s = help_open(p.dir, STORE_HQ, STORE_WRITE);
    CHECK(erased(s, &p) && kept(s, &p));
    size_t m = 0;
    uint8_t *after = help_file(p.table, &m);
    CHECK(!help_contains(after, m, before + 29, 32));
    store_close(&s);
    free(before);
    free(after);
}

static void stop_at(void *ctx, const char *step)
{
    if (strcmp(ctx, step) == 0) {
        _exit(0);
    }
}

static void an_erasure_cut_at_any_step_is_finished(void)
{
    char steps[][16] = {"resealed", "key destroyed"};
    for (size_t i = 0; i < 2; i++) {
        struct pair p;
        struct store *s = two_subjects(&p);
        store_close(&s);
        size_t n = 0;
        uint8_t *before = help_file(p.table, &n);
        pid_t pid = fork();
        if (pid == 0) {
            s = help_open(p.dir, STORE_HQ, STORE_WRITE);
            store_hook_set(s, stop_at, steps[i]);
            const h32 keep[] = {p.kept, p.kept_big};
            IGNORE(store_keytable_erase(s, anna, keep, 2, NULL)); /* the hook ends the process */
            _exit(7);
        }
        int status = 0;
        waitpid(pid, &status, 0);
        CHECK_INT(status, 0);
        s = help_open(p.dir, STORE_HQ, STORE_WRITE);
        CHECK(erased(s, &p) && kept(s, &p));
        size_t m = 0;
        uint8_t *after = help_file(p.table, &m);
        CHECK(!help_contains(after, m, before + 29, 32));
        store_close(&s);
        free(before);
        free(after);
    }
}

static void a_table_cut_or_damaged_loses_only_what_is_hit(void)
{
    struct pair p;
    struct store *s = two_subjects(&p);
    store_close(&s);
    FILE *f = fopen(p.table, "ab"); /* an append that never finished */
    fwrite("\x83\x50garbage", 1, 9, f);
    fclose(f);
    s = help_open(p.dir, STORE_HQ, STORE_WRITE);
    CHECK(kept(s, &p) && holds(s, p.other, "other", 300));
    struct arena a = room();
    id16 third = {{'T'}};
    h32 name = put(s, &a, "third", 50, third, ST_OK);
    store_close(&s);
    struct stat sb;
    CHECK_INT(stat(p.table, &sb), 0);
    CHECK_INT(sb.st_size, 3 * 61);
    int fd = open(p.table, O_RDWR); /* a bit of the middle row */
    uint8_t b;
    CHECK_INT(pread(fd, &b, 1, 61 + 40), 1);
    b ^= 1;
    CHECK_INT(pwrite(fd, &b, 1, 61 + 40), 1);
    close(fd);
    s = help_open(p.dir, STORE_HQ, STORE_WRITE);
    CHECK(kept(s, &p) && holds(s, name, "third", 50));
    enum att_state state;
    CHECK(state_of(s, p.other, &state) != ST_OK);
    store_close(&s);
    CHECK_INT(unlink(p.table), 0);
    struct store_options o = help_options(STORE_HQ, STORE_WRITE);
    CHECK_INT(store_open(p.dir, &o, &s, NULL), ST_CORRUPT);
}

static void many_subjects_keep_their_keys_apart(void)
{
    const char *dir = help_create(STORE_HQ);
    struct store *s = help_open(dir, STORE_HQ, STORE_WRITE);
    struct store_txn *t = help_write(s);
    enum { MANY = 1000 };
    static h32 names[MANY];
    for (unsigned i = 0; i < MANY; i++) {
        struct arena a = room();
        struct att_view v;
        id16 subject = {{(uint8_t)i, (uint8_t)(i >> 8), 1}};
        bytes c = content_of(&a, "content", 40 + i);
        CHECK_INT(att_make(&a, ATT_TEXT, c, &v), ST_OK);
        CHECK_INT(store_att_put(t, v.manifest, c, subject, NULL), ST_OK);
        names[i] = v.name;
    }
    CHECK_INT(store_commit(&t, NULL), ST_OK);
    for (unsigned i = 0; i < MANY; i += 100) {
        id16 subject = {{(uint8_t)i, (uint8_t)(i >> 8), 1}};
        CHECK_INT(store_keytable_erase(s, subject, NULL, 0, NULL), ST_OK);
    }
    store_close(&s);
    s = help_open(dir, STORE_HQ, STORE_READ);
    for (unsigned i = 0; i < MANY; i++) {
        enum att_state state;
        if (i % 100 == 0) {
            CHECK_INT(state_of(s, names[i], &state), ST_REVOKED);
        } else {
            CHECK(holds(s, names[i], "content", 40 + i));
        }
    }
    store_close(&s);
}

int main(void)
{
    RUN(attachments_of_every_size_come_back);
    RUN(content_that_is_not_the_manifests_is_refused);
    RUN(files_of_transactions_that_did_not_commit_are_removed);
    RUN(damage_of_a_chunk_is_told_and_mended_by_putting_again);
    RUN(what_was_forgotten_is_not_taken_back);
    RUN(an_abort_forgets_nothing);
    RUN(erasing_a_subject_leaves_what_is_kept_and_the_others);
    RUN(the_old_table_is_overwritten);
    RUN(forgotten_at_headquarters_is_finished_by_the_next_open);
    RUN(an_erasure_cut_at_any_step_is_finished);
    RUN(a_table_cut_or_damaged_loses_only_what_is_hit);
    RUN(many_subjects_keep_their_keys_apart);
    CHECK_END();
}
