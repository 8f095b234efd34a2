/* fail_wrap.c - what the linker puts in the place of each call in fail_calls.txt (-Wl,--wrap).
 *
 * Each asks fail_hit whether it shall fail this time. What is taken and must be given back is
 * noted by address, so that a leak has a name without a sanitizer. */
#define _DEFAULT_SOURCE
#include "tests/fault/fail.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <lmdb.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#pragma GCC diagnostic ignored "-Wmissing-prototypes" /* only the linker calls them */
#define HERE ((uintptr_t)__builtin_return_address(0))

/* --- what is held
 * ------------------------------------------------------------------------------ */

#define LIVE (1U << 14)
static struct {
    uintptr_t p, from;
    unsigned serial;
} live[LIVE];
static unsigned nlive, serial, mark;

static void take(const void *p, uintptr_t from)
{
    if (p == NULL || nlive == LIVE - 1) {
        return;
    }
    size_t i = ((uintptr_t)p >> 4) * 2654435761U % LIVE;
    while (live[i].p > 1 && live[i].p != (uintptr_t)p) {
        i = (i + 1) % LIVE;
    }
    nlive += live[i].p != (uintptr_t)p;
    live[i].p = (uintptr_t)p;
    live[i].from = from;
    live[i].serial = ++serial;
}

static void give(const void *p)
{
    size_t i = ((uintptr_t)p >> 4) * 2654435761U % LIVE;
    for (size_t n = 0; p != NULL && live[i].p != 0 && n < LIVE; n++, i = (i + 1) % LIVE) {
        if (live[i].p == (uintptr_t)p) {
            live[i].p = 1; /* was used: the search goes on behind it */
            nlive--;
            return;
        }
    }
}

unsigned fail_live(void)
{
    return nlive;
}

void fail_live_mark(void)
{
    mark = serial;
}

void fail_live_say(void)
{
    for (size_t i = 0; i < LIVE; i++) {
        for (unsigned k = 0; live[i].p > 1 && live[i].serial > mark && k < fail->nsites; k++) {
            const struct fail_site *s = &fail->site[k];
            if (s->after == live[i].from) {
                printf("# wrong: not given back: %s of %s:%u %s\n", fail_name(s->call), s->file,
                       s->line, s->function);
            }
        }
    }
}

/* --- the wrappers
 * ------------------------------------------------------------------------------ */

/* LMDB's calls answer with their code. */
#define LMDB(name, params, args)                                                                   \
    int __real_##name params;                                                                      \
    int __wrap_##name params                                                                       \
    {                                                                                              \
        int rc = fail_hit(FAIL_##name, HERE);                                                      \
        return rc != 0 ? rc : __real_##name args;                                                  \
    }
/* The system's say -1 or NULL, and why in errno. FAIL_DONE: done, and denied. */
#define CALL(type, bad, name, params, args)                                                        \
    type __real_##name params;                                                                     \
    type __wrap_##name params                                                                      \
    {                                                                                              \
        int rc = fail_hit(FAIL_##name, HERE);                                                      \
        if (rc == 0) {                                                                             \
            return __real_##name args;                                                             \
        }                                                                                          \
        if (rc == FAIL_DONE && __real_##name args != (bad)) {                                      \
            rc = EIO;                                                                              \
        }                                                                                          \
        errno = rc == FAIL_DONE ? EIO : rc;                                                        \
        return bad;                                                                                \
    }

LMDB(mdb_env_set_maxdbs, (MDB_env * e, MDB_dbi n), (e, n))
LMDB(mdb_env_set_maxreaders, (MDB_env * e, unsigned n), (e, n))
LMDB(mdb_env_set_mapsize, (MDB_env * e, size_t n), (e, n))
LMDB(mdb_env_open, (MDB_env * e, const char *p, unsigned f, mdb_mode_t m), (e, p, f, m))
LMDB(mdb_env_sync, (MDB_env * e, int force), (e, force))
LMDB(mdb_env_info, (MDB_env * e, MDB_envinfo *i), (e, i))
LMDB(mdb_reader_check, (MDB_env * e, int *dead), (e, dead))
LMDB(mdb_dbi_open, (MDB_txn * t, const char *n, unsigned f, MDB_dbi *d), (t, n, f, d))
LMDB(mdb_put, (MDB_txn * t, MDB_dbi d, MDB_val *k, MDB_val *v, unsigned f), (t, d, k, v, f))
LMDB(mdb_get, (MDB_txn * t, MDB_dbi d, MDB_val *k, MDB_val *v), (t, d, k, v))
LMDB(mdb_del, (MDB_txn * t, MDB_dbi d, MDB_val *k, MDB_val *v), (t, d, k, v))
LMDB(mdb_drop, (MDB_txn * t, MDB_dbi d, int del), (t, d, del))
LMDB(mdb_stat, (MDB_txn * t, MDB_dbi d, MDB_stat *s), (t, d, s))
LMDB(mdb_cursor_get, (MDB_cursor * c, MDB_val *k, MDB_val *v, MDB_cursor_op op), (c, k, v, op))

int __real_mdb_env_create(MDB_env **e);
int __wrap_mdb_env_create(MDB_env **e)
{
    int rc = fail_hit(FAIL_mdb_env_create, HERE);
    rc = rc != 0 ? rc : __real_mdb_env_create(e);
    if (rc == 0) {
        take(*e, HERE);
    } else {
        *e = NULL; /* as LMDB leaves it */
    }
    return rc;
}

void __real_mdb_env_close(MDB_env *e);
void __wrap_mdb_env_close(MDB_env *e)
{
    give(e);
    __real_mdb_env_close(e);
}

int __real_mdb_txn_begin(MDB_env *e, MDB_txn *up, unsigned f, MDB_txn **t);
int __wrap_mdb_txn_begin(MDB_env *e, MDB_txn *up, unsigned f, MDB_txn **t)
{
    int rc = fail_hit(FAIL_mdb_txn_begin, HERE);
    rc = rc != 0 ? rc : __real_mdb_txn_begin(e, up, f, t);
    if (rc == 0) {
        take(*t, HERE);
    }
    return rc;
}

void __real_mdb_txn_abort(MDB_txn *t);
void __wrap_mdb_txn_abort(MDB_txn *t)
{
    give(t);
    __real_mdb_txn_abort(t);
}

/* A commit that fails has freed its transaction. */
int __real_mdb_txn_commit(MDB_txn *t);
int __wrap_mdb_txn_commit(MDB_txn *t)
{
    int rc = fail_hit(FAIL_mdb_txn_commit, HERE);
    give(t);
    if (rc == 0) {
        return __real_mdb_txn_commit(t);
    }
    if (rc == FAIL_DONE) {
        int done = __real_mdb_txn_commit(t);
        return done != 0 ? done : EIO;
    }
    __real_mdb_txn_abort(t);
    return rc;
}

int __real_mdb_cursor_open(MDB_txn *t, MDB_dbi d, MDB_cursor **c);
int __wrap_mdb_cursor_open(MDB_txn *t, MDB_dbi d, MDB_cursor **c)
{
    int rc = fail_hit(FAIL_mdb_cursor_open, HERE);
    rc = rc != 0 ? rc : __real_mdb_cursor_open(t, d, c);
    if (rc == 0) {
        take(*c, HERE);
    }
    return rc;
}

void __real_mdb_cursor_close(MDB_cursor *c);
void __wrap_mdb_cursor_close(MDB_cursor *c)
{
    give(c);
    __real_mdb_cursor_close(c);
}

CALL(int, -1, fsync, (int fd), (fd))
CALL(int, -1, fdatasync, (int fd), (fd))
CALL(int, -1, ftruncate, (int fd, off_t n), (fd, n))
CALL(off_t, -1, lseek, (int fd, off_t n, int w), (fd, n, w))
CALL(int, -1, flock, (int fd, int op), (fd, op))
CALL(int, -1, rename, (const char *a, const char *b), (a, b))
CALL(int, -1, link, (const char *a, const char *b), (a, b))
CALL(int, -1, unlink, (const char *p), (p))
CALL(int, -1, rmdir, (const char *p), (p))
CALL(int, -1, mkdir, (const char *p, mode_t m), (p, m))
CALL(char *, NULL, mkdtemp, (char *p), (p))
CALL(struct dirent *, NULL, readdir, (DIR * d), (d))
CALL(int, -1, stat, (const char *p, struct stat *s), (p, s))
CALL(int, -1, lstat, (const char *p, struct stat *s), (p, s))
CALL(int, -1, fstat, (int fd, struct stat *s), (fd, s))
CALL(int, -1, statvfs, (const char *p, struct statvfs *s), (p, s))
CALL(int, -1, access, (const char *p, int m), (p, m))
CALL(int, -1, fchmodat, (int d, const char *p, mode_t m, int f), (d, p, m, f))
CALL(ssize_t, -1, read, (int fd, void *p, size_t n), (fd, p, n))
CALL(ssize_t, -1, pread, (int fd, void *p, size_t n, off_t o), (fd, p, n, o))
CALL(int, -1, __open_2, (const char *p, int f), (p, f))

int __real_open(const char *p, int f, ...);
int __wrap_open(const char *p, int f, ...)
{
    va_list ap;
    va_start(ap, f);
    mode_t mode = (f & O_CREAT) != 0 ? va_arg(ap, mode_t) : 0;
    va_end(ap);
    int rc = fail_hit(FAIL_open, HERE);
    if (rc != 0) {
        errno = rc;
        return -1;
    }
    return __real_open(p, f, mode);
}

int __real_close(int fd);
int __wrap_close(int fd)
{
    int rc = fail_hit(FAIL_close, HERE);
    int done = __real_close(fd); /* gone in any case: Linux never keeps it */
    if (rc != 0) {
        errno = rc;
        return -1;
    }
    return done;
}

ssize_t __real_write(int fd, const void *p, size_t n);
ssize_t __wrap_write(int fd, const void *p, size_t n)
{
    int rc = fail_hit(FAIL_write, HERE);
    if (rc == 0 || rc == FAIL_SHORT) {
        return __real_write(fd, p, rc == 0 || n < 2 ? n : n / 2);
    }
    errno = rc;
    return -1;
}

ssize_t __real_pwrite(int fd, const void *p, size_t n, off_t o);
ssize_t __wrap_pwrite(int fd, const void *p, size_t n, off_t o)
{
    int rc = fail_hit(FAIL_pwrite, HERE);
    if (rc == 0 || rc == FAIL_SHORT) {
        return __real_pwrite(fd, p, rc == 0 || n < 2 ? n : n / 2, o);
    }
    errno = rc;
    return -1;
}

DIR *__real_opendir(const char *p);
DIR *__wrap_opendir(const char *p)
{
    int rc = fail_hit(FAIL_opendir, HERE);
    DIR *d = rc == 0 ? __real_opendir(p) : NULL;
    errno = rc != 0 ? rc : errno;
    take(d, HERE);
    return d;
}

int __real_closedir(DIR *d);
int __wrap_closedir(DIR *d)
{
    give(d);
    return __real_closedir(d);
}

/* --- memory
 * ------------------------------------------------------------------------------------ */

#define MEMORY(name, params, args)                                                                 \
    void *__real_##name params;                                                                    \
    void *__wrap_##name params                                                                     \
    {                                                                                              \
        int rc = fail_hit(FAIL_##name, HERE);                                                      \
        void *p = rc == 0 ? __real_##name args : NULL;                                             \
        errno = p == NULL ? ENOMEM : errno;                                                        \
        take(p, HERE);                                                                             \
        return p;                                                                                  \
    }
MEMORY(malloc, (size_t n), (n))
MEMORY(calloc, (size_t k, size_t n), (k, n))
MEMORY(sodium_malloc, (size_t n), (n))
MEMORY(sodium_allocarray, (size_t k, size_t n), (k, n))

void *__real_realloc(void *old, size_t n);
void *__wrap_realloc(void *old, size_t n)
{
    if (fail_hit(FAIL_realloc, HERE) != 0) {
        errno = ENOMEM;
        return NULL;
    }
    give(old);
    void *p = __real_realloc(old, n);
    take(p == NULL ? old : p, HERE);
    return p;
}

void __real_free(void *p);
void __wrap_free(void *p)
{
    give(p);
    __real_free(p);
}

void __real_sodium_free(void *p);
void __wrap_sodium_free(void *p)
{
    give(p);
    __real_sodium_free(p);
}

/* --- keys and JSON
 * ----------------------------------------------------------------------------- */

/* The slow hash is the library's own matter: here a quick one stands for it. */
int __wrap_crypto_pwhash(unsigned char *out, unsigned long long n, const char *pw,
                         unsigned long long pw_n, const unsigned char *salt, unsigned long long ops,
                         size_t mem, int alg)
{
    if (fail_hit(FAIL_crypto_pwhash, HERE) != 0) {
        errno = ENOMEM;
        return -1;
    }
    (void)ops;
    (void)mem;
    (void)alg;
    return crypto_generichash(out, (size_t)n, (const unsigned char *)pw, pw_n, salt,
                              crypto_pwhash_SALTBYTES);
}

/* Without entropy libsodium ends the process: what is on the disk then is what a kill leaves. */
void __real_randombytes_buf(void *p, size_t n);
void __wrap_randombytes_buf(void *p, size_t n)
{
    if (fail_hit(FAIL_randombytes_buf, HERE) != 0) {
        abort();
    }
    __real_randombytes_buf(p, n);
}

#define JSON(name, params, args)                                                                   \
    json_t *__real_##name params;                                                                  \
    json_t *__wrap_##name params                                                                   \
    {                                                                                              \
        return fail_hit(FAIL_##name, HERE) != 0 ? NULL : __real_##name args;                       \
    }
JSON(json_object, (void), ())
JSON(json_array, (void), ())
JSON(json_string, (const char *s), (s))
JSON(json_stringn, (const char *s, size_t n), (s, n))
JSON(json_integer, (json_int_t n), (n))

/* Without memory it still takes what "o" hands over. */
json_t *__wrap_json_pack(const char *fmt, ...)
{
    bool no = fail_hit(FAIL_json_pack, HERE) != 0;
    va_list ap;
    va_start(ap, fmt);
    json_t *j = json_vpack_ex(NULL, 0, fmt, ap);
    va_end(ap);
    if (no) {
        json_decref(j);
        return NULL;
    }
    return j;
}

int __real_json_array_append_new(json_t *a, json_t *v);
int __wrap_json_array_append_new(json_t *a, json_t *v)
{
    if (fail_hit(FAIL_json_array_append_new, HERE) != 0) {
        json_decref(v);
        return -1;
    }
    return __real_json_array_append_new(a, v);
}

int __real_json_object_set_new(json_t *o, const char *k, json_t *v);
int __wrap_json_object_set_new(json_t *o, const char *k, json_t *v)
{
    if (fail_hit(FAIL_json_object_set_new, HERE) != 0) {
        json_decref(v);
        return -1;
    }
    return __real_json_object_set_new(o, k, v);
}

uintptr_t fail_wrapper(enum fail_call call)
{
    switch (call) {
#define X(name)                                                                                    \
    case FAIL_##name:                                                                              \
        return (uintptr_t)__wrap_##name;
#include "tests/fault/fail_calls.inc"
#undef X
    default:
        return 0;
    }
}
