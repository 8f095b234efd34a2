/* The kernel's own doors (syscall) need more than POSIX. */
#define _GNU_SOURCE
/* test_power.c - power loss, simulated at every write, sync and change of names.
 *
 * This program's own pwrite, fsync and so on stand before the C library's, for LMDB's shared object
 * too (the linker exports what a library of the same link asks for): they do the call and tell the
 * log. While states are tried nothing needs to be durable, so a sync does nothing then. */
#include "tests/fault/power_check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define EACH_LOG(call)                                                                             \
    do {                                                                                           \
        for (unsigned i_ = 0; story_live != NULL && i_ < STORY_SIDES; i_++) {                      \
            struct disk_log *l = &story_live->log[i_];                                             \
            call;                                                                                  \
        }                                                                                          \
    } while (0)

/* --- the calls ----------------------------------------------------------------------------------
 */

int open(const char *path, int flags, ...)
{
    mode_t mode = 0;
    if ((flags & O_CREAT) != 0) {
        va_list ap;
        va_start(ap, flags);
        mode = va_arg(ap, mode_t);
        va_end(ap);
    }
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags & ~O_DSYNC, mode);
    if (fd >= 0) {
        EACH_LOG(disk_log_opened(l, path, fd, flags));
    }
    return fd;
}

int close(int fd)
{
    EACH_LOG(disk_log_closed(l, fd));
    return (int)syscall(SYS_close, fd);
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
    ssize_t got = (ssize_t)syscall(SYS_pwrite64, fd, p, n, at);
    if (got > 0) {
        EACH_LOG(disk_log_write(l, fd, p, (size_t)got, at));
    }
    return got;
}

ssize_t write(int fd, const void *p, size_t n)
{
    ssize_t got = (ssize_t)syscall(SYS_write, fd, p, n);
    if (got > 0) {
        EACH_LOG(disk_log_append(l, fd, p, (size_t)got));
    }
    return got;
}

ssize_t writev(int fd, const struct iovec *v, int n)
{
    ssize_t got = 0;
    for (int i = 0; i < n; i++) {
        ssize_t k = write(fd, v[i].iov_base, v[i].iov_len);
        if (k < 0) {
            return got > 0 ? got : k;
        }
        got += k;
        if ((size_t)k < v[i].iov_len) {
            break;
        }
    }
    return got;
}

off_t lseek(int fd, off_t at, int whence)
{
    off_t got = (off_t)syscall(SYS_lseek, fd, at, whence);
    if (got >= 0) {
        EACH_LOG(disk_log_seek(l, fd, got));
    }
    return got;
}

int ftruncate(int fd, off_t n)
{
    int rc = (int)syscall(SYS_ftruncate, fd, n);
    if (rc == 0) {
        EACH_LOG(disk_log_cut(l, fd, n));
    }
    return rc;
}

int fsync(int fd)
{
    EACH_LOG(disk_log_sync(l, fd));
    return 0;
}

int fdatasync(int fd)
{
    return fsync(fd);
}

int msync(void *p, size_t n, int flags)
{
    (void)p;
    (void)n;
    (void)flags;
    CHECK(!"a writable map is not in this model");
    return 0;
}

int mkdir(const char *path, mode_t mode)
{
    int rc = (int)syscall(SYS_mkdir, path, mode);
    if (rc == 0) {
        EACH_LOG(disk_log_folder(l, path));
    }
    return rc;
}

char *mkdtemp(char *path)
{
    static unsigned n;
    for (int tries = 0; tries < 10000; tries++) {
        snprintf(path + strlen(path) - 6, 7, "%06u", n++);
        if (mkdir(path, 0700) == 0) {
            return path;
        }
    }
    return NULL;
}

int rmdir(const char *path)
{
    int rc = (int)syscall(SYS_rmdir, path);
    if (rc == 0) {
        EACH_LOG(disk_log_unname(l, path));
    }
    return rc;
}

int unlink(const char *path)
{
    int rc = (int)syscall(SYS_unlink, path);
    if (rc == 0) {
        EACH_LOG(disk_log_unname(l, path));
    }
    return rc;
}

int rename(const char *from, const char *to)
{
    int rc = (int)syscall(SYS_rename, from, to);
    if (rc == 0) {
        EACH_LOG(disk_log_rename(l, from, to));
    }
    return rc;
}

int link(const char *from, const char *to)
{
    int rc = (int)syscall(SYS_link, from, to);
    if (rc == 0) {
        EACH_LOG(disk_log_link(l, from, to));
    }
    return rc;
}

/* --- states -------------------------------------------------------------------------------------
 */

struct tally {
    unsigned long points, states, lost;
};

struct variant {
    enum disk_keep keep;
    enum disk_names names;
};
static const struct variant variants[] = {
    {DISK_NONE, DISK_NAMES_NONE},       {DISK_ALL, DISK_NAMES_ALL},
    {DISK_NONE, DISK_NAMES_ALL},        {DISK_ALL, DISK_NAMES_NONE},
    {DISK_PIECES_4K, DISK_NAMES_FIRST}, {DISK_PIECES_512, DISK_NAMES_ANY},
    {DISK_PIECES_512, DISK_NAMES_ALL},  {DISK_PIECES_4K, DISK_NAMES_ANY},
};
#define VARIANTS (sizeof variants / sizeof variants[0])

/* In a child: a state that kills the process that opens it is a loss, not the end of the test.
 * Exit 0: holds; 1: says why on stdout. */
static bool survives(struct story *s, enum story_side side, size_t at, const char *dir, bool quiet)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        const char *bad = power_check(s, side, at, dir);
        if (bad != NULL && !quiet) {
            printf("# lost: %s, after %zu of %zu calls: %s\n",
                   side == STORY_HQ ? "headquarters" : "device", at, s->log[side].n, bad);
            fflush(stdout);
        }
        _exit(bad != NULL);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status) && !quiet) {
        printf("# lost: killed by signal %d after %zu calls\n", WTERMSIG(status), at);
    }
    return status == 0;
}

/* Every `stride`-th call of the log, with what may be left then; `per` variants of each. */
static void sweep(struct story *s, enum story_side side, size_t stride, bool quiet, struct tally *t)
{
    struct disk_left disk;
    char dir[200];
    unsigned bad = 0;
    snprintf(dir, sizeof dir, "%s/state", s->base);
    CHECK(mkdir(dir, 0700) == 0 || errno == EEXIST);
    disk_left_begin(&disk, &s->log[side]);
    for (size_t at = 1; at <= s->log[side].n; at++) {
        disk_left_step(&disk);
        if (at % stride != 0 && at != s->log[side].n) {
            continue;
        }
        t->points++;
        size_t n = disk_left_pending(&disk) == 0 ? 1 : stride == 1 ? VARIANTS : 2;
        for (size_t v = 0; v < n; v++) {
            const struct variant *x =
                &variants[stride == 1 || n == 1 ? v : (at / stride * 2 + v) % VARIANTS];
            disk_log_empty(dir);
            disk_left_write(&disk, x->keep, x->names, (uint32_t)(at * 31 + v), dir);
            t->states++;
            bool ok = survives(s, side, at, dir, quiet || bad > 20);
            if (!ok && !quiet && bad <= 20) {
                printf("# ... state: keep %d, names %d, seed %zu\n", (int)x->keep, (int)x->names,
                       at * 31 + v);
            }
            bad += !ok;
        }
    }
    t->lost += bad;
    disk_left_free(&disk);
}

static bool soak;
static struct story story;

static size_t stride_for(enum story_side side, size_t points)
{
    size_t n = story.log[side].n / points;
    return soak || n == 0 ? 1 : n;
}

static void nothing_that_was_said_is_lost_to_a_power_cut(void)
{
    struct tally t[STORY_SIDES] = {{0}};
    story_tell(&story, soak ? 7 : 2, false);
    for (unsigned i = 0; i < STORY_SIDES; i++) {
        sweep(&story, (enum story_side)i, stride_for((enum story_side)i, 100), false, &t[i]);
        CHECK(t[i].states >= (soak ? 2000 : 120));
        CHECK_INT(t[i].lost, 0);
        printf("# counted: power cuts, %s: %zu calls logged, %lu points, %lu states, %u promises, "
               "%lu lost\n",
               i == STORY_HQ ? "headquarters" : "device", story.log[i].n, t[i].points, t[i].states,
               story.npromises, t[i].lost);
    }
    CHECK(!soak || t[0].states + t[1].states >= 5000);
    story_free(&story);
}

/* The oracle bites: when no sync is believed, as with MDB_NOSYNC, losses are found on both sides.
 */
static void a_disk_that_ignores_sync_is_found_out(void)
{
    story_tell(&story, 1, true);
    for (unsigned i = 0; i < STORY_SIDES; i++) {
        struct tally t = {0};
        sweep(&story, (enum story_side)i, story.log[i].n / 12, true, &t);
        CHECK(t.lost > 0);
        printf("# counted: the same with syncs ignored, %s: %lu of %lu states lost something\n",
               i == STORY_HQ ? "headquarters" : "device", t.lost, t.states);
    }
    story_free(&story);
}

int main(void)
{
    soak = getenv("SOAK") != NULL;
    RUN(a_disk_that_ignores_sync_is_found_out);
    RUN(nothing_that_was_said_is_lost_to_a_power_cut);
    CHECK_END();
}
