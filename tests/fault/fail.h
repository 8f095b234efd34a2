/* fail.h - one call fails, once: which one is counted, where it stands is known.
 *
 * The linker turns the calls of fail_calls.txt over to fail_wrap.c; fail_lmdb.c stands between LMDB
 * and the C library. Each call from our own code has a site: the machine code is searched for all
 * of them (fail_sites.c), so that one that was never reached is known too. The counters lie in
 * memory that outlives a child. One thread. */
#ifndef TESTS_FAULT_FAIL_H
#define TESTS_FAULT_FAIL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fail_call {
#define X(name) FAIL_##name,
#include "tests/fault/fail_calls.inc"
#undef X
    FAIL_LMDB_write, /* LMDB's own, inside its library */
    FAIL_LMDB_sync,
    FAIL_LMDB_open,
    FAIL_LMDB_map,
    FAIL_LMDB_read,
    FAIL_CALLS_N
};
#define FAIL_SITES 2048
#define FAIL_TRACE (1U << 17)

struct fail_site {
    uintptr_t after; /* address that the call returns to; 0: inside LMDB */
    enum fail_call call;
    unsigned line;
    bool scope; /* on the way from the tap to the disk */
    const char *file, *function;
};
/* The call to fail: the nth at its site (from 1; 0: none), in which way; and then the next one at
 * another site, where only the way out of a failure leads (FAIL_SITES: none). */
struct fail_at {
    unsigned site, nth, way, then;
};
struct fail {
    struct fail_site site[FAIL_SITES];
    unsigned nsites;
    char names[1U << 18]; /* of files and functions */
    size_t names_n;
    uint64_t reached[FAIL_SITES], failed[FAIL_SITES];
    bool usual[FAIL_SITES]; /* reached when nothing fails */
    bool armed, tracing;
    uint64_t count;            /* calls since arming */
    unsigned here[FAIL_SITES]; /* of them, by site */
    struct fail_at at;
    bool fired, fired_twice;
    int fired_code;
    unsigned
        late; /* a site that only a fault leads to, reached and never failed; FAIL_SITES: none */
    uint16_t trace[FAIL_TRACE]; /* sites in the order of their calls */
};
extern struct fail *fail; /* shared memory; fail_begin maps it */

/* fail_begin: map the counters, find the sites. False: they cannot be found here. */
bool fail_begin(void);
/* fail_arm: from now on count, and let that call fail. */
void fail_arm(struct fail_at at);
void fail_disarm(void);
/* fail_ways: in how many ways a call can fail. */
unsigned fail_ways(enum fail_call call);
const char *fail_name(enum fail_call call);
/* fail_live: allocations, transactions, cursors, environments and folders that are held now;
 * fail_live_say prints where those came from that were taken since fail_live_mark. */
unsigned fail_live(void);
void fail_live_mark(void);
void fail_live_say(void);

/* Between the files of test_fail. fail_hit: 0 or the code with which this call shall fail. */
int fail_hit(enum fail_call call, uintptr_t after);
bool fail_sites_find(void);
/* fail_sites_wrappers: the addresses of the wrappers, by call (fail_wrap.c). */
uintptr_t fail_wrapper(enum fail_call call);
#define FAIL_DONE (-1)  /* the call did its work, and says that it did not (EIO) */
#define FAIL_SHORT (-2) /* half of it was written */
#endif
