/* keyfile.c - see keyfile.h. */
#include "core/keys/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static enum st fail(struct err *err, int sys, const char *what)
{
    enum st st = sys == ENOSPC || sys == EDQUOT || sys == EFBIG ? ST_FULL : ST_IO;
    return err_set(err, st, sys, "keyfile", "%s", what);
}

bool keyfile_exists(const char *path)
{
    struct stat s;
    return lstat(path, &s) == 0;
}

static enum st read_all(int fd, uint8_t *buf, size_t cap, size_t *n, struct err *err)
{
    size_t have = 0;
    for (;;) {
        uint8_t extra;
        bool full = have == cap;
        ssize_t got = read(fd, full ? &extra : buf + have, full ? 1 : cap - have);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return fail(err, errno, "a key file cannot be read");
        }
        if (got == 0) {
            *n = have;
            return ST_OK;
        }
        if (full) {
            return err_set(err, ST_CORRUPT, 0, "keyfile", "a key file is too long");
        }
        have += (size_t)got;
    }
}

enum st keyfile_read(const char *path, uint8_t *buf, size_t cap, size_t *n, struct err *err)
{
    *n = 0;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) {
        return err_set(err, ST_NOT_FOUND, ENOENT, "keyfile", "there is no key file");
    }
    if (fd < 0) {
        return fail(err, errno, "a key file cannot be opened");
    }
    enum st st = read_all(fd, buf, cap, n, err);
    close(fd);
    return st;
}

static int write_all(int fd, bytes b)
{
    while (b.n > 0) {
        ssize_t put = write(fd, b.p, b.n);
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put <= 0) {
            return put < 0 ? errno : ENOSPC;
        }
        b.p += put;
        b.n -= (size_t)put;
    }
    return 0;
}

static enum st sync_folder(const char *path, struct err *err)
{
    char dir[CAP_PATH_BYTES];
    const char *slash = strrchr(path, '/');
    size_t n = slash == NULL ? 0 : (size_t)(slash - path);
    if (slash == NULL) {
        memcpy(dir, ".", 2);
    } else {
        n = n == 0 ? 1 : n;
        memcpy(dir, path, n);
        dir[n] = '\0';
    }
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return fail(err, errno, "a key file's folder cannot be opened");
    }
    int sys = fsync(fd) == 0 ? 0 : errno;
    close(fd);
    return sys == 0 ? ST_OK : fail(err, sys, "a key file's folder cannot be synced");
}

static enum st write_new(const char *path, bytes content, struct err *err)
{
    unlink(path); /* left by a power cut; never somebody else's: the folder is the store's */
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        return fail(err, errno, "a key file cannot be made");
    }
    int sys = write_all(fd, content);
    if (sys == 0 && fsync(fd) != 0) {
        sys = errno;
    }
    if (close(fd) != 0 && sys == 0) {
        sys = errno;
    }
    if (sys != 0) {
        unlink(path);
        return fail(err, sys, "a key file cannot be written");
    }
    return ST_OK;
}

static bool tmp_of(const char *path, char tmp[static CAP_PATH_BYTES])
{
    int len = snprintf(tmp, CAP_PATH_BYTES, "%s.tmp", path);
    return len > 0 && len < CAP_PATH_BYTES;
}

void keyfile_tidy(const char *path)
{
    char tmp[CAP_PATH_BYTES];
    if (tmp_of(path, tmp)) {
        unlink(tmp); /* usually not there */
    }
}

enum st keyfile_put(const char *path, bytes content, bool fresh, struct err *err)
{
    char tmp[CAP_PATH_BYTES];
    if (!tmp_of(path, tmp)) {
        return err_set(err, ST_TOO_BIG, 0, "keyfile", "the path is too long");
    }
    enum st st = write_new(tmp, content, err);
    if (st != ST_OK) {
        return st;
    }
    /* link refuses a name that is taken, rename replaces it: both in one step. */
    int sys = (fresh ? link(tmp, path) : rename(tmp, path)) == 0 ? 0 : errno;
    if ((fresh || sys != 0) && unlink(tmp) != 0 && sys == 0) {
        sys = errno; /* a second name would outlive what is done to the first */
        unlink(path);
    }
    if (sys == EEXIST) {
        return err_set(err, ST_EXISTS, sys, "keyfile", "a key file is there already");
    }
    if (sys != 0) {
        return fail(err, sys, "a key file cannot be put in place");
    }
    return sync_folder(path, err);
}
