/* files.c - see files.h. */
#include "core/store/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum st files_join(struct files_path *out, const char *dir, const char *name, struct err *err)
{
    const char *sep = name[0] == '.' || name[0] == '/' ? "" : "/";
    int n = snprintf(out->s, sizeof out->s, "%s%s%s", dir, sep, name);
    if (n < 0 || (size_t)n >= sizeof out->s) {
        return err_set(err, ST_TOO_BIG, 0, __func__, "the store's path is too long");
    }
    return ST_OK;
}

void files_parent(struct files_path *out, const char *path)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/') {
        n--;
    }
    while (n > 0 && path[n - 1] != '/') {
        n--;
    }
    while (n > 1 && path[n - 1] == '/') {
        n--;
    }
    if (n == 0) {
        out->s[0] = '.';
        n = 1;
    } else {
        n = n < sizeof out->s ? n : sizeof out->s - 1;
        memcpy(out->s, path, n);
    }
    out->s[n] = '\0';
}

uint64_t files_free_bytes(const char *dir)
{
    struct statvfs v;
    if (statvfs(dir, &v) != 0) {
        return 0;
    }
    return (uint64_t)v.f_bavail * (uint64_t)v.f_frsize;
}

enum st files_why(int sys, const char *dir)
{
    if (sys == ENOSPC || sys == EDQUOT || sys == EFBIG) {
        return ST_FULL;
    }
    /* LMDB turns a write cut short by a full disk into EIO. Less room than the largest transaction
     * needs is taken for the cause. */
    struct statvfs v;
    if (sys == EIO && statvfs(dir, &v) == 0 &&
        (uint64_t)v.f_bavail * (uint64_t)v.f_frsize < CAP_TXN_BYTES) {
        return ST_FULL;
    }
    return ST_IO;
}

enum st files_fail(struct err *err, int sys, const char *dir, const char *where, const char *what)
{
    enum st st = files_why(sys, dir);
    return err_set(err, st, sys, where, "%s: %s", what,
                   st == ST_FULL ? "no room left on the disk" : strerror(sys));
}

bool files_exists(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

int files_write_all(int fd, bytes b)
{
    while (b.n > 0) {
        ssize_t n = write(fd, b.p, b.n);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return n < 0 ? errno : ENOSPC;
        }
        b.p += n;
        b.n -= (size_t)n;
    }
    return 0;
}

enum st files_sync_dir(const char *dir, struct err *err)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return files_fail(err, errno, dir, __func__, "open a folder");
    }
    int rc = fsync(fd) == 0 ? 0 : errno;
    close(fd);
    return rc == 0 ? ST_OK : files_fail(err, rc, dir, __func__, "sync a folder");
}

enum st files_make_dir(const char *dir, struct err *err)
{
    if (mkdir(dir, 0700) == 0 || errno == EEXIST) {
        return ST_OK;
    }
    int rc = errno;
    struct files_path up;
    files_parent(&up, dir);
    return files_fail(err, rc, up.s, __func__, "make a folder");
}

static int overwrite(int fd, off_t n)
{
    static const uint8_t zeros[4096];
    while (n > 0) {
        size_t k = n < (off_t)sizeof zeros ? (size_t)n : sizeof zeros;
        int rc = files_write_all(fd, bytes_of(zeros, k));
        if (rc != 0) {
            return rc;
        }
        n -= (off_t)k;
    }
    return fsync(fd) == 0 ? 0 : errno;
}

enum st files_destroy(const char *path, struct err *err)
{
    struct files_path up;
    files_parent(&up, path);
    int fd = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT ? ST_OK : files_fail(err, errno, up.s, __func__, "open to destroy");
    }
    struct stat st;
    int rc = fstat(fd, &st) == 0 ? 0 : errno;
    if (rc == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1) {
        rc = overwrite(fd, st.st_size);
    }
    close(fd);
    if (rc == 0 && unlink(path) != 0 && errno != ENOENT) {
        rc = errno;
    }
    return rc == 0 ? ST_OK : files_fail(err, rc, up.s, __func__, "destroy a file");
}

enum st files_destroy_dir(const char *dir, struct err *err)
{
    DIR *d = opendir(dir);
    if (d == NULL) {
        return errno == ENOENT ? ST_OK : files_fail(err, errno, dir, __func__, "list a folder");
    }
    enum st st = ST_OK;
    for (struct dirent *e = readdir(d); e != NULL && st == ST_OK; e = readdir(d)) {
        struct files_path p;
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) {
            continue;
        }
        int n = snprintf(p.s, sizeof p.s, "%s/%s", dir, e->d_name);
        st = n > 0 && (size_t)n < sizeof p.s
                 ? files_destroy(p.s, err)
                 : err_set(err, ST_TOO_BIG, 0, __func__, "a path is too long");
    }
    closedir(d);
    if (st == ST_OK && rmdir(dir) != 0) {
        st = files_fail(err, errno, dir, __func__, "remove a folder");
    }
    return st;
}
