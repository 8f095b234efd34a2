/* put_back.h - copies of a device's and of headquarters' folders, kept and put back, for tests of
 * rollback. */
#ifndef TESTS_HQ_PUT_BACK_H
#define TESTS_HQ_PUT_BACK_H
#include "tests/unit/hq/pair.h"

#include <sys/wait.h>
#include <unistd.h>

static inline void put_back_copy(const char *from, const char *to)
{
    int status = 1;
    pid_t pid = fork();
    if (pid == 0) {
        execlp("cp", "cp", "-r", from, to, (char *)NULL);
        _exit(127);
    }
    CHECK(waitpid(pid, &status, 0) == pid && status == 0);
}

/* A copy of a device's folder, as it stands. */
static inline void put_back_keep(struct pair *p, struct pair_device *d, char out[static 128])
{
    pair_dir(out, 128, "copy");
    pair_close_device(d);
    put_back_copy(d->dir, out);
    pair_open_device(p, d);
}

/* The device is what the copy was. */
static inline void put_back_device(struct pair *p, struct pair_device *d, const char *from)
{
    pair_close_device(d);
    snprintf(d->dir, sizeof d->dir, "%.127s", from);
    pair_open_device(p, d);
}

/* A second device out of the first one's store, as it stands. */
static inline void put_back_twin(struct pair *p, struct pair_device *d, struct pair_device *twin)
{
    char dir[128];
    put_back_keep(p, d, dir);
    *twin = *d;
    twin->scratch = malloc(CAP_SCRATCH_BYTES);
    memcpy(twin->dir, dir, sizeof twin->dir);
    pair_open_device(p, twin);
}

static inline void put_back_keep_hq(struct pair *p, char out[static 128])
{
    static const char *const parts[] = {"", ".keytable", ".keys"};
    pair_dir(out, 128, "backup");
    pair_end(p);
    for (size_t i = 0; i < 3; i++) {
        char from[200], to[200];
        snprintf(from, sizeof from, "%s%s", p->dir, parts[i]);
        snprintf(to, sizeof to, "%s%s", out, parts[i]);
        put_back_copy(from, to);
    }
    pair_open_hq(p);
}

static inline void put_back_hq(struct pair *p, const char *from)
{
    pair_end(p);
    snprintf(p->dir, sizeof p->dir, "%.127s", from);
    pair_open_hq(p);
}

static inline bool put_back_has(struct pair *p, struct store *s, h32 entry)
{
    struct store_txn *t = NULL;
    PAIR_OK(p, store_read(s, &t, &p->err));
    bool there = store_has(t, T_HASH, bytes_of(entry.b, 32));
    store_abort(&t);
    return there;
}

/* What a store says of an epoch: how far it was known, and whether it forked. */
static inline struct chain_mark put_back_mark(struct pair *p, struct store *s, id8 author,
                                              id8 epoch)
{
    struct store_txn *t = NULL;
    uint8_t room[512];
    struct arena tmp = arena_of(room, sizeof room);
    struct chain_mark m = {.seq = 0};
    PAIR_OK(p, store_read(s, &t, &p->err));
    PAIR_OK(p, chain_mark_get(t, author, epoch, &tmp, &m, &p->err));
    store_abort(&t);
    return m;
}
#endif
