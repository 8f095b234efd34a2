/* bench.h - what the rows of `make bench` share: a folder, a clock, counters, data, the table.
 *
 * One file a group of rows; each row prints budget, measured value, the bare limit measured in the
 * same run on the same file system, their ratio, and ok or MISSED. A miss is no failure; an error
 * is: bench_die. One thread but where a row says otherwise. */
#ifndef TESTS_BENCH_H
#define TESTS_BENCH_H
#include "core/journal/append.h"
#include "core/journal/entry.h"
#include "core/store/store.h"
#include "tests/support/sample.h"

#include <stdio.h>

#define BENCH_PATH_BYTES 512
#define BENCH_MAP_BYTES (8ULL << 30)

struct bench {
    char dir[BENCH_PATH_BYTES]; /* fresh, on the file system of build/; removed at the end */
    unsigned runs;              /* of which medians are taken */
    unsigned cores;
    bool quick; /* smaller histories: for trying the bench itself */
    unsigned missed, skipped;
    struct sample sample;
    uint8_t *scratch; /* CAP_SCRATCH_BYTES */
};

/* --- time and numbers --- */
double bench_us(void);     /* monotonic microseconds */
double bench_cpu_us(void); /* of this thread: what a busy machine does not stretch so much */
double bench_median(double *v, size_t n);
double bench_percentile(double *v, size_t n, double p); /* sorts v */
void bench_die(const char *what, enum st st, const struct err *err);
void bench_must(enum st st, const char *what, const struct err *err);

/* --- the table --- */
/* bench_row: `ok` decides the last word; texts are formatted by the caller. ratio 0: none. */
void bench_row(struct bench *b, const char *name, const char *budget, const char *measured,
               const char *bare, double ratio, bool ok);
void bench_skip(struct bench *b, const char *name, const char *budget, const char *why);
void bench_note(const char *fmt, ...) PRINTF_LIKE(1, 2);
void bench_section(const char *name);
/* bench_fmt: formatted text in one of several static rooms: for one call of bench_row. */
const char *bench_fmt(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* --- what the kernel and LMDB were asked for (bench_count.c interposes the calls) --- */
struct bench_count {
    uint64_t flushes; /* fdatasync, fsync, msync, and writes through a descriptor opened O_DSYNC */
    uint64_t written; /* bytes of pwrite, pwritev, write, writev */
    uint64_t puts, put_bytes; /* mdb_put: keys and values */
    uint64_t writes;          /* calls of pwrite and its like: runs of pages that lie together */
};
void bench_count_reset(void);
struct bench_count bench_counted(void);
/* Sizes of the puts of one action, for the bare row to repeat. */
struct bench_trace {
    unsigned n;
    struct {
        uint16_t key;
        uint32_t value;
    } put[64];
};
void bench_trace_start(struct bench_trace *t); /* NULL: stop */

/* --- places --- */
void bench_path(const struct bench *b, const char *name, char out[static BENCH_PATH_BYTES]);
void bench_remove(const char *path);
/* bench_memory_begin: a fresh folder in memory for so many bytes, to be removed by bench_remove;
 * what killed runs left there goes. False: there is no such room. */
bool bench_memory_begin(uint64_t size_bytes,
                        char out[static BENCH_PATH_BYTES]); /* a folder with all in it */
/* bench_store: a fresh store, opened for writing. */
struct store *bench_store(const struct bench *b, const char *name, enum store_side side);
extern const uint8_t bench_key[32];

/* --- data (bench_data.c) --- */
/* A visit of a realistic mix: classes A, B, C; parts; words in Chinese and in English. */
struct bench_fact {
    unsigned kind;
    size_t nbody;
    uint8_t body[512];
    unsigned natt;
    struct append_att att[8];
    uint8_t text[8][2048];
};
#define BENCH_STEPS 14
id16 bench_job(unsigned n);
/* bench_fact: step 0 to BENCH_STEPS - 1 of the visit of job n; with_words: attachments too. */
void bench_fact_make(unsigned job, unsigned step, bool with_words, struct bench_fact *f);
/* bench_chain: n entries of the sample's technician as a CBOR sequence, malloc'ed; *bytes_n. The
 * facts of visits, 14 a job; signed. */
uint8_t *bench_chain(const struct bench *b, size_t n, bool with_words, size_t *bytes_n,
                     struct chain_head *head);

/* bench_history: n entries of some author in a store, as another's unsigned views: what follows
 * does not look at them (bench_fold.c). bench_history_id: whose, in which epoch. */
void bench_history(struct store *s, size_t n);
void bench_history_id(id8 *author, id8 *epoch);

/* --- bare limits (bench_bare.c) --- */
/* One plain LMDB table, default durability. bench_bare_commit: the puts of `t`, unsealed, under
 * rising keys, committed; microseconds. */
struct bench_bare;
struct bench_bare *bench_bare_open(const struct bench *b, const char *name);
double bench_bare_commit(struct bench_bare *e, const struct bench_trace *t);
void bench_bare_close(struct bench_bare *e);
/* bench_bare_grow: rows of n entries' history, as a store keeps them, in tables of their own: by
 * place, by random hash, by subject. From then on bench_bare_commit puts keys of those lengths
 * there. */
void bench_bare_grow(struct bench_bare *e, size_t n);
/* Rows of so many bytes in SQLite, WAL, synchronous=FULL, one a transaction. */
void bench_bare_sqlite(const struct bench *b, size_t row_bytes, size_t commits, double *p50_us,
                       double *p99_us, struct bench_count *one);
/* Entries of a CBOR sequence, each under a key of 25 bytes, in one transaction: microseconds. */
double bench_bare_bulk(const struct bench *b, const bytes *items, size_t n);
double bench_bare_chain(const bytes *items, size_t n);  /* BLAKE2b-256 of each */
double bench_bare_verify(const bytes *items, size_t n); /* Ed25519 of each, one core */

/* --- a backlog through headquarters (bench_hq.c) --- */
struct bench_hq {
    double us;          /* from the first byte to the flush, receipt made */
    double phase_us[3]; /* opening the bundle; reading its items; chain, head, store, flush */
    double rest_us;     /* what follows: each signature, indexes, fold, outboxes */
    size_t bundle_bytes;
    struct bench_count count;
};
void bench_hq_backlog(struct bench *b, unsigned runs, size_t n, bool with_words,
                      struct bench_hq *out);

/* --- the handheld --- */
#define BENCH_PIN "2468"
/* bench_shop: a handheld's store of so many jobs at `dir`, its device secret below `config`. */
void bench_shop(const struct bench *b, const char *dir, const char *config, unsigned jobs);
id16 bench_shop_id(const char *kind, unsigned n);
struct bench_child { /* what a child process found out */
    double ms[4]; /* cold: to the lock screen, to the jobs, -, the main thread's own time; scroll:
                     p50, p99, p99 of jumps, p99 of the thread's own time; press: p50, p99, -, p99
                     of its own time; cursor: own time of a blink, of a whole picture */
    double kdf_ms, rss_kib, anon_kib, store_kib, scrolled_kib, scrolled_store_kib;
    double pixels[2]; /* cursor: painted and presented by a blink, by a whole picture */
    double
        part_ms[5]; /* cold: window and fonts, state, lock screen drawn; the store opened, jobs
                       drawn. press and ink: the loop wakes, laid out, painted and presented.
                       search: the first letter, until all words are gathered, jobs that it found */
    unsigned frames;
    char driver[32];
};
double bench_status_kib(const char *what); /* a line of this process's /proc/self/status */
int bench_child(const char *mode, const char *dir, int fd, double began_us);
double bench_kdf_us(void); /* spent in key derivation so far, in this process */

/* --- rows --- */
void bench_tap(struct bench *b);
void bench_backlog(struct bench *b);
void bench_fold(struct bench *b);
void bench_sync(struct bench *b);
void bench_app(struct bench *b);
void bench_hostile(struct bench *b);
void bench_office(struct bench *b);
void bench_load(struct bench *b);
void bench_burst(struct bench *b); /* the end of bench_load, five times */
#endif
