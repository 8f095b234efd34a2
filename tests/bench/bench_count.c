/* bench_count.c - counts flushes and puts by standing in front of libc and LMDB.
 *
 * The program's own definitions come before those of shared libraries, so LMDB's and SQLite's calls
 * arrive here too; no preloading, no tracing. LMDB's second flush is no call: it writes its meta
 * page through a descriptor opened O_DSYNC, which is asked of the descriptor. */
#define _GNU_SOURCE
#include "tests/bench/bench.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <lmdb.h>
#include <sodium.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_uint_fast64_t flushes, written, puts_n, put_bytes, writes;
static struct bench_trace *trace;

void bench_count_reset(void)
{
    atomic_store(&flushes, 0);
    atomic_store(&written, 0);
    atomic_store(&puts_n, 0);
    atomic_store(&put_bytes, 0);
    atomic_store(&writes, 0);
}

struct bench_count bench_counted(void)
{
    return (struct bench_count){atomic_load(&flushes), atomic_load(&written), atomic_load(&puts_n),
                                atomic_load(&put_bytes), atomic_load(&writes)};
}

void bench_trace_start(struct bench_trace *t)
{
    trace = t;
    if (t != NULL) {
        t->n = 0;
    }
}

static ssize_t wrote(int fd, ssize_t n)
{
    if (n > 0) {
        atomic_fetch_add(&written, (uint64_t)n);
        atomic_fetch_add(&writes, 1);
    }
    int flags = fcntl(fd, F_GETFL);
    if (flags >= 0 && (flags & O_DSYNC) != 0) {
        atomic_fetch_add(&flushes, 1);
    }
    return n;
}

int fdatasync(int fd)
{
    atomic_fetch_add(&flushes, 1);
    return (int)syscall(SYS_fdatasync, fd);
}

int fsync(int fd)
{
    atomic_fetch_add(&flushes, 1);
    return (int)syscall(SYS_fsync, fd);
}

int msync(void *p, size_t n, int flags)
{
    atomic_fetch_add(&flushes, 1);
    return (int)syscall(SYS_msync, p, n, flags);
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
    return wrote(fd, (ssize_t)syscall(SYS_pwrite64, fd, p, n, at));
}

ssize_t pwrite64(int fd, const void *p, size_t n, off64_t at)
{
    return wrote(fd, (ssize_t)syscall(SYS_pwrite64, fd, p, n, at));
}

ssize_t pwritev(int fd, const struct iovec *v, int n, off_t at)
{
    return wrote(fd, (ssize_t)syscall(SYS_pwritev, fd, v, n, at, 0));
}

ssize_t write(int fd, const void *p, size_t n)
{
    return wrote(fd, (ssize_t)syscall(SYS_write, fd, p, n));
}

ssize_t writev(int fd, const struct iovec *v, int n)
{
    return wrote(fd, (ssize_t)syscall(SYS_writev, fd, v, n));
}

static _Atomic double kdf_us;

double bench_kdf_us(void)
{
    return atomic_load(&kdf_us);
}

typedef int (*kdf_fn)(unsigned char *, unsigned long long, const char *, unsigned long long,
                      const unsigned char *, unsigned long long, size_t, int);

int crypto_pwhash(unsigned char *out, unsigned long long outlen, const char *pw,
                  unsigned long long pwlen, const unsigned char *salt, unsigned long long ops,
                  size_t mem, int alg)
{
    kdf_fn real;
    void *p = dlsym(RTLD_NEXT, "crypto_pwhash");
    memcpy(&real, &p, sizeof real);
    double from = bench_us();
    int rc = real(out, outlen, pw, pwlen, salt, ops, mem, alg);
    atomic_store(&kdf_us, atomic_load(&kdf_us) + bench_us() - from);
    return rc;
}

typedef int (*put_fn)(MDB_txn *, MDB_dbi, MDB_val *, MDB_val *, unsigned);

int mdb_put(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data, unsigned flags)
{
    static put_fn real;
    if (real == NULL) {
        void *p = dlsym(RTLD_NEXT, "mdb_put");
        memcpy(&real, &p, sizeof real);
    }
    atomic_fetch_add(&puts_n, 1);
    atomic_fetch_add(&put_bytes, key->mv_size + data->mv_size);
    if (trace != NULL && trace->n < sizeof trace->put / sizeof trace->put[0]) {
        trace->put[trace->n].key = (uint16_t)key->mv_size;
        trace->put[trace->n++].value = (uint32_t)data->mv_size;
    }
    return real(txn, dbi, key, data, flags);
}
