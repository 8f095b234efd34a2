/* test_store_faults.c - a writer killed in mid-commit, a full map, a full disk, a failed sync. */
#include "tests/unit/core/store_help.h"

#include "core/journal/attachment.h"

#include "core/store/inside.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>

#define ROUNDS 30

static void put_number(struct store_txn *t, unsigned n)
{
    char key[16];
    uint8_t value[900];
    snprintf(key, sizeof key, "%08u", n);
    memset(value, (int)(n & 0xFF), sizeof value);
    size_t len = 100 + n * 37 % 800;
    if (store_put(t, T_ENTRY, help_b(key), bytes_of(value, len), NULL) != ST_OK) {
        _exit(3);
    }
}

static bool number_is_there(struct store_txn *t, unsigned n)
{
    char key[16];
    uint8_t buf[1000];
    struct arena a = arena_of(buf, sizeof buf);
    bytes v;
    snprintf(key, sizeof key, "%08u", n);
    if (store_get(t, T_ENTRY, help_b(key), &a, &v, NULL) != ST_OK || v.n != 100 + n * 37 % 800) {
        return false;
    }
    for (size_t i = 0; i < v.n; i++) {
        if (v.p[i] != (uint8_t)n) {
            return false;
        }
    }
    return true;
}

/* The child: commits numbers one by one and says each only when it is durable. */
static void write_for_ever(const char *dir, unsigned from, int out)
{
    struct store *s = help_open(dir, STORE_DEVICE, STORE_WRITE);
    for (unsigned n = from;; n++) {
        struct store_txn *t = help_write(s);
        put_number(t, n);
        if (store_commit(&t, NULL) != ST_OK || write(out, &n, sizeof n) != (ssize_t)sizeof n) {
            _exit(4);
        }
    }
}

static void nothing_acknowledged_is_lost_by_kill(void)
{
    const char *dir = help_create(STORE_DEVICE);
    unsigned next = 0, unclean = 0, beyond = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        int fd[2];
        CHECK_INT(pipe(fd), 0);
        pid_t pid = fork();
        if (pid == 0) {
            close(fd[0]);
            write_for_ever(dir, next, fd[1]);
        }
        close(fd[1]);
        unsigned said = 0, want = next + 1 + round * 7 % 23;
        while (read(fd[0], &said, sizeof said) == (ssize_t)sizeof said) {
            if (said == want) {
                kill(pid, SIGKILL);
            }
        }
        CHECK(said >= want);
        close(fd[0]);
        waitpid(pid, NULL, 0);
        struct store *s = help_open(dir, STORE_DEVICE, STORE_WRITE);
        unclean += store_was_unclean(s);
        struct store_txn *t = help_read(s);
        for (unsigned n = 0; n <= said; n++) {
            CHECK(number_is_there(t, n));
        }
        /* At most the one commit that was durable and not yet said. */
        next = (unsigned)store_count(t, T_ENTRY);
        CHECK(next == said + 1 || next == said + 2);
        beyond += next == said + 2;
        CHECK(next == said + 1 || number_is_there(t, said + 1));
        store_abort(&t);
        store_close(&s);
    }
    CHECK_INT(unclean, ROUNDS);
    printf("# %u kills, %u commits, %u of them durable before they were said, 0 lost\n", ROUNDS,
           next, beyond);
}

static void a_full_map_says_so_and_a_larger_one_goes_on(void)
{
    const char *tmp = check_tmp();
    char dir[128];
    snprintf(dir, sizeof dir, "%s/s", tmp);
    struct store_options o = help_options(STORE_DEVICE, STORE_WRITE);
    o.map_bytes = 512U << 10;
    CHECK_INT(store_create(dir, &o, NULL), ST_OK);
    struct store *s = NULL;
    CHECK_INT(store_open(dir, &o, &s, NULL), ST_OK);
    unsigned n = 0;
    enum st st = ST_OK;
    while (st == ST_OK && n < 5000) {
        struct store_txn *t = help_write(s);
        char key[16];
        uint8_t value[900] = {0};
        snprintf(key, sizeof key, "%08u", n);
        memset(value, (int)(n & 0xFF), sizeof value);
        st = store_put(t, T_ENTRY, help_b(key), bytes_of(value, 100 + n * 37 % 800), NULL);
        enum st st2 = store_commit(&t, NULL);
        CHECK(t == NULL);
        CHECK(st == ST_OK || (st == ST_FULL && st2 == ST_FULL));
        st = st2;
        n += st == ST_OK;
    }
    CHECK_INT(st, ST_FULL);
    CHECK(n > 100);
    /* Still readable, and writing is refused by the map, not by us. */
    struct store_txn *t = help_read(s);
    CHECK_INT(store_count(t, T_ENTRY), n);
    CHECK(number_is_there(t, 0) && number_is_there(t, n - 1));
    store_abort(&t);
    t = help_write(s);
    store_abort(&t);
    store_close(&s);
    o.map_bytes = 8U << 20;
    CHECK_INT(store_open(dir, &o, &s, NULL), ST_OK);
    CHECK(!store_was_unclean(s));
    t = help_write(s);
    for (unsigned i = n; i < n + 500; i++) {
        put_number(t, i);
    }
    CHECK_INT(store_commit(&t, NULL), ST_OK);
    t = help_read(s);
    for (unsigned i = 0; i < n + 500; i++) {
        CHECK(number_is_there(t, i));
    }
    store_abort(&t);
    store_close(&s);
}

/* Fills the store until something is refused; the number of durable values. */
static unsigned fill(struct store *s, unsigned from, enum st *why)
{
    unsigned n = from;
    for (*why = ST_OK; *why == ST_OK; n += *why == ST_OK) {
        struct store_txn *t = NULL;
        *why = store_write(s, &t, NULL);
        if (*why == ST_OK) {
            put_number(t, n);
            *why = store_commit(&t, NULL);
        }
    }
    return n;
}

static void check_all(struct store *s, unsigned n)
{
    struct store_txn *t = help_read(s);
    CHECK_INT(store_count(t, T_ENTRY), n);
    for (unsigned i = 0; i < n; i++) {
        CHECK(number_is_there(t, i));
    }
    store_abort(&t);
}

static void a_full_disk_refuses_and_goes_on_when_there_is_room(void)
{
    const char *disk = check_tmp();
    if (mount("tmpfs", disk, "tmpfs", 0, "size=3m") != 0) {
        printf("# no tmpfs here: the limit on file size below stands for the full disk\n");
        return;
    }
    char dir[128], ballast[128];
    snprintf(dir, sizeof dir, "%s/s", disk);
    snprintf(ballast, sizeof ballast, "%s/ballast", disk);
    FILE *f = fopen(ballast, "w");
    uint8_t block[4096] = {1};
    for (int i = 0; i < 512; i++) {
        fwrite(block, 1, sizeof block, f);
    }
    fclose(f);
    struct store_options o = help_options(STORE_DEVICE, STORE_WRITE);
    CHECK_INT(store_create(dir, &o, NULL), ST_OK);
    struct store *s = help_open(dir, STORE_DEVICE, STORE_WRITE);
    enum st why;
    unsigned n = fill(s, 0, &why);
    CHECK_INT(why, ST_FULL);
    CHECK(n > 50);
    check_all(s, n);
    unsigned again = fill(s, n, &why);
    CHECK_INT(why, ST_FULL);
    CHECK_INT(unlink(ballast), 0);
    unsigned more = fill(s, again, &why); /* no reopening was needed */
    CHECK(more > again + 100);
    check_all(s, more);
    store_close(&s);
    s = help_open(dir, STORE_DEVICE, STORE_WRITE);
    check_all(s, more);
    store_close(&s);
    /* A store cannot be created where there is no room, and nothing is left of the try. */
    char other[128];
    snprintf(other, sizeof other, "%s/t", disk);
    int files = help_files_in(disk);
    CHECK_INT(store_create(other, &o, NULL), ST_FULL);
    CHECK_INT(help_files_in(disk), files);
    printf("# %u values before the disk was full, %u after room was made, 0 lost\n", again, more);
    CHECK_INT(umount(disk), 0);
}

static enum st keep_att(struct store *s, size_t n, h32 *name)
{
    static uint8_t heap[1U << 20], content[CAP_ATT_SMALL_BYTES + 1];
    struct arena a = arena_of(heap, sizeof heap);
    const id16 whose = {{7}};
    struct att_view v;
    struct store_txn *t = help_write(s);
    CHECK_INT(att_make(&a, ATT_PHOTO, bytes_of(content, n), &v), ST_OK);
    enum st st = store_att_put(t, v.manifest, bytes_of(content, n), whose, NULL);
    CHECK_INT(store_commit(&t, NULL), ST_OK);
    *name = v.name;
    return st;
}

static bool holds_att(struct store *s, h32 name)
{
    struct store_txn *t = help_read(s);
    bool there = store_att_state(t, name) == ATT_HELD;
    store_abort(&t);
    return there;
}

/* The last 32 MiB are for entries, strokes and texts. */
static void within_the_reserve_a_photo_is_refused_and_a_signature_is_not(void)
{
    const char *disk = check_tmp();
    if (mount("tmpfs", disk, "tmpfs", 0, "size=24m") != 0) {
        printf("# no tmpfs here: the reserve is not shown\n");
        return;
    }
    char dir[128];
    snprintf(dir, sizeof dir, "%s/s", disk);
    struct store_options o = help_options(STORE_DEVICE, STORE_WRITE);
    CHECK_INT(store_create(dir, &o, NULL), ST_OK);
    struct store *s = help_open(dir, STORE_DEVICE, STORE_WRITE);
    struct store_space space;
    h32 photo, strokes;
    CHECK(store_space(s, &space) == ST_OK && space.in_reserve);
    CHECK_INT(keep_att(s, CAP_ATT_SMALL_BYTES + 1, &photo), ST_FULL);
    CHECK_INT(keep_att(s, CAP_ATT_SMALL_BYTES, &strokes), ST_OK);
    CHECK(!holds_att(s, photo) && holds_att(s, strokes));
    CHECK_INT(mount("tmpfs", disk, "tmpfs", MS_REMOUNT, "size=64m"), 0);
    CHECK(store_space(s, &space) == ST_OK && !space.in_reserve);
    CHECK_INT(keep_att(s, CAP_ATT_SMALL_BYTES + 1, &photo), ST_OK);
    CHECK(holds_att(s, photo) && holds_att(s, strokes));
    store_close(&s);
    CHECK_INT(umount(disk), 0);
}

static void a_limit_on_file_size_is_a_full_disk(void)
{
    const char *dir = help_create(STORE_DEVICE);
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGXFSZ, SIG_IGN);
        struct store *s = help_open(dir, STORE_DEVICE, STORE_WRITE);
        struct rlimit r = {1U << 20, RLIM_INFINITY};
        setrlimit(RLIMIT_FSIZE, &r);
        enum st why;
        unsigned n = fill(s, 0, &why);
        int bad = why != ST_FULL ? 1 : 0;
        r.rlim_cur = RLIM_INFINITY;
        setrlimit(RLIMIT_FSIZE, &r);
        struct store_txn *t = NULL;
        bad |= store_write(s, &t, NULL) != ST_OK ? 2 : 0;
        for (unsigned i = n; t != NULL && i < 2000; i++) {
            put_number(t, i);
        }
        bad |= store_commit(&t, NULL) != ST_OK ? 4 : 0;
        bad |= n < 100 ? 8 : 0;
        store_close(&s);
        _exit(bad);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    CHECK_INT(status, 0);
    struct store *s = help_open(dir, STORE_DEVICE, STORE_WRITE);
    check_all(s, 2000);
    store_close(&s);
}

/* The write fails for a reason that is not want of room: the store may not be written any more. */
static void after_a_failed_write_only_reopening_helps(void)
{
    const char *dir = help_create(STORE_DEVICE);
    pid_t pid = fork();
    if (pid == 0) {
        struct store *s = help_open(dir, STORE_DEVICE, STORE_WRITE);
        struct store_txn *t = help_write(s);
        put_number(t, 0);
        int bad = store_commit(&t, NULL) != ST_OK ? 1 : 0;
        /* Every descriptor of the data file now refuses to be written. */
        char p[160];
        struct stat data, sb;
        snprintf(p, sizeof p, "%s/env/data.mdb", dir);
        bad |= stat(p, &data) != 0;
        for (int fd = 3; fd < 64; fd++) {
            if (fstat(fd, &sb) == 0 && sb.st_ino == data.st_ino && sb.st_dev == data.st_dev) {
                int ro = open(p, O_RDONLY);
                dup2(ro, fd);
                close(ro);
            }
        }
        t = help_write(s);
        put_number(t, 1);
        struct err e;
        bad |= store_commit(&t, &e) != ST_IO || e.text[0] == '\0' ? 2 : 0;
        bad |= store_write(s, &t, NULL) != ST_IO ? 4 : 0;
        t = help_read(s);
        bad |= !number_is_there(t, 0) ? 8 : 0;
        store_abort(&t);
        store_close(&s);
        _exit(bad);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    CHECK_INT(status, 0);
    struct store *s = help_open(dir, STORE_DEVICE, STORE_WRITE);
    CHECK(store_was_unclean(s));
    check_all(s, 1);
    struct store_txn *t = help_write(s);
    put_number(t, 1);
    CHECK_INT(store_commit(&t, NULL), ST_OK);
    check_all(s, 2);
    store_close(&s);
}

int main(void)
{
    RUN(nothing_acknowledged_is_lost_by_kill);
    RUN(a_full_map_says_so_and_a_larger_one_goes_on);
    RUN(a_full_disk_refuses_and_goes_on_when_there_is_room);
    RUN(within_the_reserve_a_photo_is_refused_and_a_signature_is_not);
    RUN(a_limit_on_file_size_is_a_full_disk);
    RUN(after_a_failed_write_only_reopening_helps);
    CHECK_END();
}
