/* sim_files.c - copies of stores: backups, clones. */
#define _XOPEN_SOURCE 700
#include "tests/sim/sim.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define COPY_BYTES (1U << 20)
#define PATH_BYTES 400

static bool copy_file(const char *from, const char *to, uint8_t *buf)
{
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok = in >= 0 && out >= 0;
    while (ok) {
        ssize_t n = read(in, buf, COPY_BYTES);
        if (n <= 0) {
            ok = n == 0;
            break;
        }
        ok = write(out, buf, (size_t)n) == n;
    }
    if (in >= 0) {
        close(in);
    }
    if (out >= 0) {
        close(out);
    }
    return ok;
}

static bool copy_tree(const char *from, const char *to, uint8_t *buf)
{
    DIR *d = opendir(from);
    bool ok = d != NULL && mkdir(to, 0700) == 0;
    for (struct dirent *e; ok && (e = readdir(d)) != NULL;) {
        char a[PATH_BYTES], b[PATH_BYTES];
        struct stat st;
        bool skip = strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
                    strcmp(e->d_name, "lock.mdb") == 0;
        if (skip) {
            continue;
        }
        snprintf(a, sizeof a, "%s/%s", from, e->d_name);
        snprintf(b, sizeof b, "%s/%s", to, e->d_name);
        if (stat(a, &st) == 0) {
            ok = S_ISDIR(st.st_mode) ? copy_tree(a, b, buf) : copy_file(a, b, buf);
        }
    }
    if (d != NULL) {
        closedir(d);
    }
    return ok;
}

bool sim_files_copy(const char *from, const char *to)
{
    uint8_t *buf = malloc(COPY_BYTES);
    bool ok = buf != NULL && copy_tree(from, to, buf);
    free(buf);
    return ok;
}

static int drop(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

void sim_files_remove(const char *path)
{
    nftw(path, drop, 8, FTW_DEPTH | FTW_PHYS);
}

void sim_files_folder(const char *path)
{
    if (mkdir(path, 0700) != 0) {
        perror(path);
        exit(99);
    }
}

static char base[64];

static void remove_base(void)
{
    sim_files_remove(base);
}

const char *sim_files_base(void)
{
    if (base[0] == '\0') {
        /* Power cuts are tests/fault's; here a flush that costs nothing buys more schedules. */
        const char *root = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : getenv("TMPDIR");
        snprintf(base, sizeof base, "%.40s/docket-sim.XXXXXX", root != NULL ? root : "/tmp");
        if (mkdtemp(base) == NULL) {
            perror("mkdtemp");
            exit(99);
        }
        atexit(remove_base);
    }
    return base;
}
