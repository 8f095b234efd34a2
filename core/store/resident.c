/* resident.c - a handheld keeps few of the map's pages in its own memory.
 *
 * A page of the map counts as this process's memory once it was touched, with up to fifteen around
 * it, or as many as a newer kernel keeps together, though it is a clean page of a file that the
 * kernel holds anyway. So on a device the map is let go of now and then; what is read again comes
 * from the kernel's cache at the price of a fault. That price is worth paying where there is much
 * to let go of: what was read over and over in the same few pages stays, so the process's faults
 * since the last time are asked. Nothing is lost: LMDB maps its file read-only and shared, and
 * writes through the file. */
#define _DEFAULT_SOURCE /* madvise: the posix_ one does nothing */
#include "core/store/inside.h"

#include <sys/mman.h>
#include <sys/resource.h>

#define TOUCHES 128 /* keys and values looked at: a frame of a list that scrolls; 8 MB at most */
#define FAULTS 32   /* 2 MB of sixteen pages each; 8 MB where a fault brings 256 KiB (test_store) */
#define LMDB_MAGIC 0xBEEFC0DEU

/* Where the map begins: LMDB tells only of maps at a fixed address, but each page begins with its
 * own number, and the check row lies in a leaf. */
static uint8_t *map_of(MDB_txn *txn, MDB_dbi meta, size_t *page_bytes)
{
    static const char check[] = META_CHECK;
    char name[sizeof check];
    memcpy(name, check, sizeof check);
    MDB_val k = {sizeof check - 1, name}, v;
    MDB_stat stat;
    int major = 0, minor = 0;
    mdb_version(&major, &minor, NULL);
    if (major != 0 || minor != 9 || mdb_stat(txn, meta, &stat) != 0 ||
        mdb_get(txn, meta, &k, &v) != 0) {
        return NULL;
    }
    *page_bytes = stat.ms_psize;
    size_t into = (uintptr_t)v.mv_data % stat.ms_psize;
    uint8_t *page = (uint8_t *)v.mv_data - into;
    size_t number;
    memcpy(&number, page, sizeof number);
    uint8_t *map = page - number * stat.ms_psize;
    uint32_t magic;
    memcpy(&magic, map + 2 * sizeof number, sizeof magic);
    return magic == LMDB_MAGIC ? map : NULL;
}

void resident_find(struct store *s)
{
    MDB_txn *txn;
    s->map = NULL;
    if (s->side == STORE_DEVICE && mdb_txn_begin(s->env, NULL, MDB_RDONLY, &txn) == 0) {
        s->map = map_of(txn, s->dbi[T_META], &s->page_bytes);
        mdb_txn_abort(txn);
    }
}

void resident_after_read(struct store *s)
{
    MDB_envinfo info;
    struct rusage u;
    if (s->map == NULL || atomic_load(&s->touches) < TOUCHES || getrusage(RUSAGE_SELF, &u) != 0) {
        return;
    }
    long faults = u.ru_minflt + u.ru_majflt;
    if (faults - atomic_load(&s->faults) >= FAULTS && mdb_env_info(s->env, &info) == 0) {
        atomic_store(&s->touches, 0);
        atomic_store(&s->faults, faults);
        IGNORE(madvise(s->map, (info.me_last_pgno + 1) * s->page_bytes, MADV_DONTNEED) !=
               0); /* it stays counted, no more */
    }
}
