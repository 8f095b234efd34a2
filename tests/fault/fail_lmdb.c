/* fail_lmdb.c - what LMDB asks of the system, inside its own library, fails too: a page that cannot
 * be written, a sync that is refused, a map that is not given.
 *
 * These definitions come before the C library's in the order of search, for all of the process;
 * only calls that return into LMDB are counted. */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "tests/fault/fail.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <lmdb.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#define HERE ((uintptr_t)__builtin_return_address(0))

static uintptr_t lmdb_from, lmdb_to;

static int note(struct dl_phdr_info *info, size_t size, void *ctx)
{
    (void)size;
    (void)ctx;
    if (strstr(info->dlpi_name, "liblmdb") == NULL) {
        return 0;
    }
    for (unsigned i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];
        if (p->p_type == PT_LOAD && (p->p_flags & PF_X) != 0) {
            lmdb_from = info->dlpi_addr + p->p_vaddr;
            lmdb_to = lmdb_from + p->p_memsz;
        }
    }
    return 1;
}

static int hit(enum fail_call call, uintptr_t after)
{
    if (fail == NULL || !fail->armed) {
        return 0;
    }
    if (lmdb_to == 0) {
        dl_iterate_phdr(note, NULL);
        lmdb_to = lmdb_to == 0 ? 1 : lmdb_to;
    }
    return after >= lmdb_from && after < lmdb_to ? fail_hit(call, 0) : 0;
}

/* The definition that would have been found without this one. */
#define NEXT(type, name, params)                                                                   \
    static type(*next) params;                                                                     \
    if (next == NULL) {                                                                            \
        void *found = dlsym(RTLD_NEXT, name);                                                      \
        memcpy(&next, &found, sizeof next);                                                        \
    }

ssize_t pwrite(int fd, const void *p, size_t n, off_t o)
{
    NEXT(ssize_t, "pwrite", (int, const void *, size_t, off_t))
    int rc = hit(FAIL_LMDB_write, HERE);
    if (rc == 0 || rc == FAIL_SHORT) {
        return next(fd, p, rc == 0 ? n : n / 2, o);
    }
    errno = rc;
    return -1;
}

ssize_t writev(int fd, const struct iovec *v, int n)
{
    NEXT(ssize_t, "writev", (int, const struct iovec *, int))
    int rc = hit(FAIL_LMDB_write, HERE);
    if (rc == 0 || rc == FAIL_SHORT) {
        return next(fd, v, rc == 0 || n < 2 ? n : n / 2);
    }
    errno = rc;
    return -1;
}

ssize_t pread(int fd, void *p, size_t n, off_t o)
{
    NEXT(ssize_t, "pread", (int, void *, size_t, off_t))
    int rc = hit(FAIL_LMDB_read, HERE);
    if (rc != 0) {
        errno = rc;
        return -1;
    }
    return next(fd, p, n, o);
}

int fdatasync(int fd)
{
    NEXT(int, "fdatasync", (int))
    int rc = hit(FAIL_LMDB_sync, HERE);
    if (rc != 0) {
        errno = rc;
        return -1;
    }
    return next(fd);
}

int fsync(int fd)
{
    NEXT(int, "fsync", (int))
    int rc = hit(FAIL_LMDB_sync, HERE);
    if (rc != 0) {
        errno = rc;
        return -1;
    }
    return next(fd);
}

void *mmap(void *at, size_t n, int prot, int flags, int fd, off_t o)
{
    NEXT(void *, "mmap", (void *, size_t, int, int, int, off_t))
    int rc = hit(FAIL_LMDB_map, HERE);
    if (rc != 0) {
        errno = rc;
        return MAP_FAILED;
    }
    return next(at, n, prot, flags, fd, o);
}

int open(const char *path, int flags, ...)
{
    NEXT(int, "open", (const char *, int, ...))
    va_list ap;
    va_start(ap, flags);
    mode_t mode = (flags & O_CREAT) != 0 ? va_arg(ap, mode_t) : 0;
    va_end(ap);
    int rc = hit(FAIL_LMDB_open, HERE);
    if (rc != 0) {
        errno = rc;
        return -1;
    }
    return next(path, flags, mode);
}
