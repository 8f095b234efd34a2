/* copy.c - see copy.h. */
#include "core/store/copy.h"

#include "core/store/inside.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE_BYTES 65536

static int copy_bytes(int in, int out)
{
    uint8_t buf[PIECE_BYTES];
    for (;;) {
        ssize_t n = read(in, buf, sizeof buf);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return n < 0 ? errno : 0;
        }
        int rc = files_write_all(out, bytes_of(buf, (size_t)n));
        if (rc != 0) {
            return rc;
        }
    }
}

/* The file alone; whoever copies many syncs their folder once. */
static enum st copy_file(const char *from, const char *to, unsigned mode, struct err *err)
{
    struct files_path up;
    files_parent(&up, to);
    int in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (in < 0) {
        return errno == ENOENT
                   ? err_set(err, ST_NOT_FOUND, errno, __func__, "%.150s is not there", from)
                   : files_fail(err, errno, up.s, __func__, "read what is to be copied");
    }
    int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, (mode_t)mode);
    if (out < 0) {
        int rc = errno;
        close(in);
        return rc == EEXIST ? err_set(err, ST_EXISTS, rc, __func__, "%.150s is there already", to)
                            : files_fail(err, rc, up.s, __func__, "make a copy's file");
    }
    int rc = copy_bytes(in, out);
    if (rc == 0 && fsync(out) != 0) {
        rc = errno;
    }
    close(in);
    if (close(out) != 0 && rc == 0) {
        rc = errno;
    }
    if (rc != 0) {
        unlink(to);
        return files_fail(err, rc, up.s, __func__, "write a copy's file");
    }
    return ST_OK;
}

enum st store_copy_file(const char *from, const char *to, unsigned mode, struct err *err)
{
    struct files_path up;
    files_parent(&up, to);
    enum st st = copy_file(from, to, mode, err);
    return st == ST_OK ? files_sync_dir(up.s, err) : st;
}

static enum st copy_atts(const char *from, const char *to, struct err *err)
{
    struct files_path a, b;
    enum st st = files_join(&a, from, "att", err);
    st = st != ST_OK ? st : files_join(&b, to, "att", err);
    st = st != ST_OK ? st : files_make_dir(b.s, err);
    DIR *d = st == ST_OK ? opendir(a.s) : NULL;
    if (st == ST_OK && d == NULL) {
        return files_fail(err, errno, a.s, __func__, "list the attachments");
    }
    for (struct dirent *e = d == NULL ? NULL : readdir(d); e != NULL && st == ST_OK;
         e = readdir(d)) {
        struct files_path x, y;
        if (e->d_name[0] == '.') {
            continue;
        }
        st = files_join(&x, a.s, e->d_name, err);
        st = st != ST_OK ? st : files_join(&y, b.s, e->d_name, err);
        st = st != ST_OK ? st : copy_file(x.s, y.s, 0600, err);
        /* Erased, or a part that became whole, while we looked. */
        st = st == ST_NOT_FOUND ? ST_OK : st;
    }
    if (d != NULL) {
        closedir(d);
    }
    return st != ST_OK ? st : files_sync_dir(b.s, err);
}

static enum st copy_one(const char *from, const char *to, const char *name, struct err *err)
{
    struct files_path a, b;
    enum st st = files_join(&a, from, name, err);
    st = st != ST_OK ? st : files_join(&b, to, name, err);
    return st != ST_OK ? st : copy_file(a.s, b.s, 0600, err);
}

static enum st put_lock(const char *to, struct err *err)
{
    struct files_path p;
    enum st st = files_join(&p, to, "lock", err);
    int fd = st == ST_OK ? open(p.s, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;
    if (st == ST_OK && (fd < 0 || write(fd, "-", 1) != 1 || fsync(fd) != 0)) {
        st = files_fail(err, errno, to, __func__, "write the lock file");
    }
    if (fd >= 0) {
        close(fd);
    }
    return st;
}

static enum st begin(const char *to, struct files_path *env, struct err *err)
{
    if (files_exists(to)) {
        return err_set(err, ST_EXISTS, 0, __func__, "%.150s is there already", to);
    }
    enum st st = files_make_dir(to, err);
    st = st != ST_OK ? st : files_join(env, to, "env", err);
    return st != ST_OK ? st : files_make_dir(env->s, err);
}

static enum st finish(const char *from, const char *to, const char *env, struct err *err)
{
    struct files_path up;
    enum st st = copy_one(from, to, "slots", err);
    st = st != ST_OK ? st : copy_atts(from, to, err); /* after the rows that name them */
    st = st != ST_OK ? st : put_lock(to, err);
    st = st != ST_OK ? st : files_sync_dir(env, err);
    st = st != ST_OK ? st : files_sync_dir(to, err);
    files_parent(&up, to);
    return st != ST_OK ? st : files_sync_dir(up.s, err);
}

static enum st sync_file(const char *dir, const char *name, struct err *err)
{
    struct files_path p;
    enum st st = files_join(&p, dir, name, err);
    int fd = st == ST_OK ? open(p.s, O_RDONLY | O_CLOEXEC) : -1;
    if (st == ST_OK && (fd < 0 || fsync(fd) != 0)) {
        st = files_fail(err, errno, dir, __func__, "sync a copy");
    }
    if (fd >= 0) {
        close(fd);
    }
    return st;
}

enum st store_copy(struct store *s, const char *to, struct err *err)
{
    struct files_path env;
    enum st st = begin(to, &env, err);
    if (st != ST_OK) {
        return st;
    }
    int rc = mdb_env_copy2(s->env, env.s, MDB_CP_COMPACT);
    if (rc != 0) {
        return env_fail(err, rc, to, __func__, "copy the store");
    }
    st = sync_file(env.s, "data.mdb", err);
    return st != ST_OK ? st : finish(s->dir, to, env.s, err);
}

enum st store_copy_closed(const char *from, const char *to, struct err *err)
{
    struct files_path env, old;
    enum st st = begin(to, &env, err);
    st = st != ST_OK ? st : files_join(&old, from, "env", err);
    st = st != ST_OK ? st : copy_one(old.s, env.s, "data.mdb", err);
    return st != ST_OK ? st : finish(from, to, env.s, err);
}

static void drop_files(const char *dir)
{
    DIR *d = opendir(dir);
    for (struct dirent *e = d == NULL ? NULL : readdir(d); e != NULL; e = readdir(d)) {
        struct files_path p;
        if (e->d_name[0] != '.' && files_join(&p, dir, e->d_name, NULL) == ST_OK) {
            unlink(p.s); /* not a folder: those are named below */
        }
    }
    if (d != NULL) {
        closedir(d);
    }
}

void store_copy_drop(const char *dir)
{
    static const char *const parts[] = {"env", "att"};
    struct files_path p;
    for (size_t i = 0; i < 2; i++) {
        if (files_join(&p, dir, parts[i], NULL) == ST_OK) {
            drop_files(p.s);
            rmdir(p.s);
        }
    }
    drop_files(dir);
    rmdir(dir);
}
