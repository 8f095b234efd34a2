/* fail_count.c - counting calls and failing one of them. See fail.h. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "tests/fault/fail.h"

#include <errno.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct fail *fail;

static const int codes_memory[] = {ENOMEM, 0};
static const int codes_disk[] = {ENOSPC, EIO, 0};
static const int codes_io[] = {EIO, 0};
static const int codes_open[] = {EIO, ENOSPC, EMFILE, 0};
static const int codes_write[] = {ENOSPC, EIO, FAIL_SHORT, 0};
static const int codes_done[] = {EIO, ENOSPC, FAIL_DONE, 0};
static const int codes_lock[] = {ENOLCK, 0};
static const int codes_get[] = {MDB_PAGE_NOTFOUND, EIO, 0};
static const int codes_put[] = {MDB_MAP_FULL, ENOMEM, EIO, 0};
static const int codes_begin[] = {ENOMEM, MDB_READERS_FULL, 0};
static const int codes_commit[] = {ENOSPC, EIO, FAIL_DONE, 0};
static const int codes_env[] = {ENOMEM, EIO, ENOSPC, 0};

static const int *codes(enum fail_call call)
{
    switch (call) {
    case FAIL_mdb_env_open:
        return codes_env;
    case FAIL_mdb_txn_begin:
        return codes_begin;
    case FAIL_mdb_txn_commit:
        return codes_commit;
    case FAIL_mdb_put:
    case FAIL_mdb_del:
    case FAIL_mdb_drop:
    case FAIL_mdb_dbi_open:
        return codes_put;
    case FAIL_mdb_get:
    case FAIL_mdb_stat:
    case FAIL_mdb_cursor_get:
        return codes_get;
    case FAIL_open:
    case FAIL___open_2:
    case FAIL_LMDB_open:
        return codes_open;
    case FAIL_write:
    case FAIL_pwrite:
    case FAIL_LMDB_write:
        return codes_write;
    case FAIL_rename:
    case FAIL_link:
        return codes_done;
    case FAIL_fsync:
    case FAIL_fdatasync:
    case FAIL_ftruncate:
    case FAIL_mkdir:
    case FAIL_mkdtemp:
    case FAIL_mdb_env_sync:
    case FAIL_LMDB_sync:
        return codes_disk;
    case FAIL_flock:
        return codes_lock;
    case FAIL_close:
    case FAIL_read:
    case FAIL_pread:
    case FAIL_lseek:
    case FAIL_unlink:
    case FAIL_rmdir:
    case FAIL_opendir:
    case FAIL_readdir:
    case FAIL_stat:
    case FAIL_lstat:
    case FAIL_fstat:
    case FAIL_statvfs:
    case FAIL_access:
    case FAIL_fchmodat:
    case FAIL_mdb_reader_check:
    case FAIL_LMDB_read:
        return codes_io;
    default:
        return codes_memory;
    }
}

unsigned fail_ways(enum fail_call call)
{
    unsigned n = 0;
    while (codes(call)[n] != 0) {
        n++;
    }
    return n;
}

const char *fail_name(enum fail_call call)
{
    static const char *const names[] = {
#define X(name) #name,
#include "tests/fault/fail_calls.inc"
#undef X
        "LMDB's write", "LMDB's sync", "LMDB's open", "LMDB's map", "LMDB's read"};
    return names[call];
}

bool fail_begin(void)
{
    fail = mmap(NULL, sizeof *fail, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (fail == MAP_FAILED) {
        perror("mmap");
        exit(99);
    }
    return fail_sites_find();
}

void fail_arm(struct fail_at at)
{
    fail->count = 0;
    memset(fail->here, 0, sizeof fail->here);
    fail->at = at;
    fail->fired = fail->fired_twice = false;
    fail->fired_code = 0;
    fail->late = FAIL_SITES;
    fail->armed = true;
}

void fail_disarm(void)
{
    fail->armed = false;
    fail->tracing = false;
}

/* Sites inside LMDB have no address of ours: one for each kind of call, at the end. */
static unsigned site_of(enum fail_call call, uintptr_t after)
{
    unsigned lo = 0, hi = fail->nsites;
    while (lo < hi) {
        unsigned mid = lo + (hi - lo) / 2;
        if (fail->site[mid].after < after) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    if (after != 0 && lo < fail->nsites && fail->site[lo].after == after) {
        return lo;
    }
    for (lo = 0; lo < fail->nsites; lo++) {
        if (fail->site[lo].after == UINTPTR_MAX - FAIL_CALLS_N + (uintptr_t)call) {
            return after == 0 ? lo : FAIL_SITES;
        }
    }
    return FAIL_SITES;
}

int fail_hit(enum fail_call call, uintptr_t after)
{
    if (fail == NULL || !fail->armed) {
        return 0;
    }
    unsigned site = site_of(call, after);
    if (site == FAIL_SITES || !fail->site[site].scope) {
        return 0;
    }
    fail->reached[site]++;
    if (fail->tracing && fail->count < FAIL_TRACE) {
        fail->trace[fail->count] = (uint16_t)site;
        fail->usual[site] = true;
    }
    fail->count++;
    fail->here[site]++;
    bool first = !fail->fired && site == fail->at.site && fail->here[site] == fail->at.nth;
    bool second = fail->fired && !fail->fired_twice && site == fail->at.then;
    if (!first && !second) {
        if (fail->fired && !fail->usual[site] && fail->failed[site] == 0 &&
            fail->late == FAIL_SITES) {
            fail->late = site;
        }
        return 0;
    }
    int code = codes(call)[fail->at.way % fail_ways(call)];
    fail->fired_twice = second;
    fail->fired = true;
    fail->fired_code = code;
    fail->failed[site]++;
    return code;
}
