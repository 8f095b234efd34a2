/* nftw needs XSI. */
#define _XOPEN_SOURCE 700
/* check.c - see check.h. */
#include "tests/support/check.h"

#include <ftw.h>
#include <stdarg.h>
#include <unistd.h>

int check_failures;
int check_failed_runs;

void check_fail(const char *file, int line, const char *fmt, ...)
{
    check_failures++;
    if (check_failures > 20) {
        return;
    }
    printf("# %s:%d: ", file, line);
    va_list ap;
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    printf("\n");
}

void check_bytes(const char *file, int line, const void *a, size_t an, const void *b, size_t bn)
{
    if (an == bn && (an == 0 || memcmp(a, b, an) == 0)) {
        return;
    }
    size_t i = 0;
    while (i < an && i < bn && ((const uint8_t *)a)[i] == ((const uint8_t *)b)[i]) {
        i++;
    }
    check_fail(file, line, "%zu bytes, wanted %zu; first difference at %zu", an, bn, i);
}

static char dirs[16][64];
static int ndirs;

static int drop(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static void drop_all(void)
{
    for (int i = 0; i < ndirs; i++) {
        nftw(dirs[i], drop, 8, FTW_DEPTH | FTW_PHYS);
    }
}

const char *check_tmp(void)
{
    if (ndirs == 16) {
        fprintf(stderr, "check_tmp: too many\n");
        exit(99);
    }
    if (ndirs == 0) {
        atexit(drop_all);
    }
    const char *base = getenv("TMPDIR");
    snprintf(dirs[ndirs], sizeof dirs[0], "%.40s/docket.XXXXXX", base ? base : "/tmp");
    if (mkdtemp(dirs[ndirs]) == NULL) {
        perror("mkdtemp");
        exit(99);
    }
    return dirs[ndirs++];
}
