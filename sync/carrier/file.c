/* file.c - see file.h. */
#include "sync/carrier/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static enum st fail(struct err *err, const char *what, const char *path)
{
    int sys = errno;
    enum st st = sys == ENOENT                    ? ST_NOT_FOUND
                 : sys == ENOSPC || sys == EDQUOT ? ST_FULL
                 : sys == EACCES || sys == EPERM  ? ST_FORBIDDEN
                                                  : ST_IO;
    return err_set(err, st, sys, "file", "%s %.120s: %s", what, path, strerror(sys));
}

static enum st write_all(int fd, bytes b, const char *path, struct err *err)
{
    while (b.n != 0) {
        ssize_t n = write(fd, b.p, b.n);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return fail(err, "cannot write", path);
        }
        b = bytes_of(b.p + n, b.n - (size_t)n);
    }
    return ST_OK;
}

static enum st sync_folder(const char *path, struct err *err)
{
    char dir[512];
    const char *slash = strrchr(path, '/');
    size_t n = slash == NULL ? 1 : slash == path ? 1 : (size_t)(slash - path);
    if (n >= sizeof dir) {
        return err_set(err, ST_TOO_BIG, 0, __func__, "the path is too long");
    }
    memcpy(dir, slash == NULL ? "." : path, n);
    dir[n] = '\0';
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return fail(err, "cannot open", dir);
    }
    /* A stick's file system may not sync folders: the file itself is synced already. */
    enum st st = fsync(fd) != 0 && errno != EINVAL ? fail(err, "cannot sync", dir) : ST_OK;
    close(fd);
    return st;
}

/* Has the name been given to another file since this one was opened? Who held it before renamed it.
 */
static bool moved_on(int fd, const char *path)
{
    struct stat here, there;
    return fstat(fd, &here) == 0 &&
           (lstat(path, &there) != 0 || here.st_ino != there.st_ino || here.st_dev != there.st_dev);
}

/* The temporary has one name, not one for each process: what a kill left in it, secrets too, is
 * written over by the next try. The lock keeps two that write the same file apart. */
static enum st begin(struct file_out *f, const char *path, unsigned mode, struct err *err)
{
    memset(f, 0, sizeof *f);
    f->fd = -1;
    if (strlen(path) >= sizeof f->path) {
        return err_set(err, ST_TOO_BIG, 0, __func__, "the path is too long");
    }
    snprintf(f->path, sizeof f->path, "%s", path);
    snprintf(f->temporary, sizeof f->temporary, "%s.part", path);
    do {
        if (f->fd >= 0) {
            close(f->fd);
        }
        f->fd = open(f->temporary, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode);
        if (f->fd < 0) {
            return fail(err, "cannot create", f->temporary);
        }
        if (flock(f->fd, LOCK_EX | LOCK_NB) != 0) {
            enum st st = errno == EWOULDBLOCK ? err_set(err, ST_LOCKED, errno, __func__,
                                                        "%.120s is being written already", path)
                                              : fail(err, "cannot lock", f->temporary);
            close(f->fd);
            f->fd = -1;
            return st;
        }
    } while (moved_on(f->fd, f->temporary));
    struct stat sb;
    bool wider = fstat(f->fd, &sb) == 0 && (sb.st_mode & 0777 & ~(mode_t)mode) != 0;
    if ((wider && fchmod(f->fd, (mode_t)mode) != 0) || ftruncate(f->fd, 0) != 0) {
        enum st st = fail(err, "cannot write", f->temporary);
        close(f->fd);
        f->fd = -1;
        return st;
    }
    return ST_OK;
}

enum st file_out_begin(struct file_out *f, const char *path, struct err *err)
{
    return begin(f, path, 0644, err);
}

enum st file_out_sink(void *ctx, bytes part, struct err *err)
{
    struct file_out *f = ctx;
    return write_all(f->fd, part, f->temporary, err);
}

enum st file_out_end(struct file_out *f, bool good, struct err *err)
{
    enum st st = ST_OK;
    if (f->fd >= 0 && good && fsync(f->fd) != 0) {
        st = fail(err, "cannot sync", f->temporary);
    }
    if (f->fd >= 0 && good && st == ST_OK && rename(f->temporary, f->path) != 0) {
        st = fail(err, "cannot rename to", f->path);
    }
    if (f->fd >= 0 && (!good || st != ST_OK)) {
        IGNORE(unlink(f->temporary) != 0); /* the first error is the one to tell */
    }
    if (f->fd >= 0) {
        close(f->fd); /* last: it holds the lock. What was written is synced or gone */
    }
    f->fd = -1;
    return good && st == ST_OK ? sync_folder(f->path, err) : st;
}

enum st file_write(const char *path, bytes content, unsigned mode, struct err *err)
{
    struct file_out f;
    enum st st = begin(&f, path, mode, err);
    if (st == ST_OK) {
        st = write_all(f.fd, content, f.temporary, err);
        enum st end = file_out_end(&f, st == ST_OK, st == ST_OK ? err : NULL);
        st = st == ST_OK ? end : st;
    }
    return st;
}

enum st file_read(const char *path, size_t max, bytes *out, struct err *err)
{
    *out = (bytes){NULL, 0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return fail(err, "cannot open", path);
    }
    struct stat sb;
    uint8_t *p = NULL;
    size_t n = 0;
    enum st st = fstat(fd, &sb) == 0 ? ST_OK : fail(err, "cannot read", path);
    if (st == ST_OK && !S_ISREG(sb.st_mode)) {
        st = err_set(err, ST_BAD_INPUT, 0, __func__, "%.120s is not a file", path);
    } else if (st == ST_OK && (sb.st_size < 0 || (uint64_t)sb.st_size > max)) {
        st = err_set(err, ST_TOO_BIG, 0, __func__, "%.120s is longer than %zu bytes", path, max);
    }
    if (st == ST_OK) {
        p = malloc((size_t)sb.st_size + 1);
        st = p == NULL ? err_set(err, ST_FULL, 0, __func__, "no memory for a file") : ST_OK;
    }
    while (st == ST_OK && n < (size_t)sb.st_size) {
        ssize_t got = read(fd, p + n, (size_t)sb.st_size - n);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            st = fail(err, "cannot read", path);
        }
        if (got <= 0) {
            break;
        }
        n += (size_t)got;
    }
    close(fd);
    if (st != ST_OK) {
        free(p);
        return st;
    }
    *out = bytes_of(p, n);
    return ST_OK;
}
