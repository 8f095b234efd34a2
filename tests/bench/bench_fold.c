/* bench_fold.c - states computed again from entries; a store with a long history opened. */
#include "tests/bench/bench.h"

#include "core/fold/refold.h"
#include "core/store/rebuild.h"
#include "tests/support/layout1.h"

#include <sodium.h>
#include <stdlib.h>

#define GROUP 20000 /* entries of one transaction while the history is made */

static double rebuild(struct bench *b, struct store *s, size_t subjects)
{
    struct err err = {.st = ST_OK};
    struct store_txn *t = NULL;
    double from = bench_us();
    bench_must(store_write(s, &t, &err), "write", &err);
    for (size_t i = 0; i < subjects; i++) {
        bench_must(
            fold_refold(t, bench_job((unsigned)i), arena_of(b->scratch, CAP_SCRATCH_BYTES), &err),
            "fold_refold", &err);
    }
    bench_must(store_commit(&t, &err), "commit", &err);
    return bench_us() - from;
}

/* A store of headquarters' with a chain of n entries in it. */
static struct store *filled(struct bench *b, const char *name, size_t n, bytes seq,
                            const struct chain_head *head)
{
    struct err err = {.st = ST_OK};
    struct store *s = bench_store(b, name, STORE_HQ);
    struct store_txn *t = NULL;
    struct chain_mark m = {.author = head->author, .epoch = head->epoch};
    size_t at = 0;
    bench_must(store_write(s, &t, &err), "write", &err);
    bench_must(cert_store_put(t, &b->sample.tech.cert, &err), "certificate", &err);
    for (size_t i = 0; i < n; i++) {
        struct entry_view e;
        size_t used;
        bool forked;
        bench_must(entry_parse(bytes_of(seq.p + at, seq.n - at), &e, &used, NULL), "parse", NULL);
        bench_must(journal_keep_marked(t, &e, &m, &forked, &err), "keep", &err);
        at += used;
    }
    bench_must(chain_mark_put(t, &m, &err), "mark", &err);
    bench_must(store_commit(&t, &err), "commit", &err);
    return s;
}

static void row_rebuild(struct bench *b)
{
    size_t n = (b->quick ? 100 : 700) * BENCH_STEPS, seq_n;
    struct chain_head head;
    uint8_t *seq = bench_chain(b, n, true, &seq_n, &head);
    bytes all = bytes_of(seq, seq_n);
    double took[9], hash[9];
    for (unsigned r = 0; r < b->runs; r++) {
        struct store *s = filled(b, "fold", n, all, &head);
        took[r] = rebuild(b, s, n / BENCH_STEPS);
        store_close(&s);
        hash[r] = bench_bare_chain(&all, 1);
    }
    double t = bench_median(took, b->runs), h = bench_median(hash, b->runs);
    bench_row(b, "fold rebuild", ">= 200,000 entries/s", bench_fmt("%.0f /s", (double)n / t * 1e6),
              bench_fmt("BLAKE2b over the bytes: %.0f /s", (double)n / h * 1e6), t / h,
              (double)n / t * 1e6 >= 200000);
    free(seq);
}

/* What an unlock, or docketd's start, waits for once after an update that changes the layout. */
static void note_upgrade(struct bench *b)
{
    size_t n = (b->quick ? 10000 : 100000) / BENCH_STEPS * BENCH_STEPS, seq_n;
    struct chain_head head;
    uint8_t *seq = bench_chain(b, n, true, &seq_n, &head);
    struct store *s = filled(b, "older", n, bytes_of(seq, seq_n), &head);
    struct store_options o = {
        .side = STORE_HQ, .mode = STORE_WRITE, .map_bytes = BENCH_MAP_BYTES, .data_key = bench_key};
    struct store_rebuild_totals totals;
    struct err err = {.st = ST_OK};
    char path[BENCH_PATH_BYTES];
    bench_path(b, "older", path);
    rebuild(b, s, n / BENCH_STEPS);
    store_close(&s);
    layout1_make(path, bench_key, BENCH_MAP_BYTES);
    bench_must(store_open(path, &o, &s, &err), "store_open", &err);
    double from = bench_us();
    bench_must(store_upgrade(s, arena_of(b->scratch, CAP_SCRATCH_BYTES), &totals, &err), "upgrade",
               &err);
    double took = bench_us() - from;
    bench_note("an older store of %zu entries brought up to date in %.2f s (%.0f entries/s), once",
               n, took / 1e6, (double)n / took * 1e6);
    store_close(&s);
    bench_remove(path);
    free(seq);
}

void bench_history_id(id8 *author, id8 *epoch)
{
    *author = sample_id8("old author");
    *epoch = sample_id8("old epoch");
}

/* By forged views: what is opened does not depend on signatures. */
void bench_history(struct store *s, size_t n)
{
    uint8_t whole[215];
    struct err err = {.st = ST_OK};
    struct chain_mark m = {.seq = 0};
    bench_history_id(&m.author, &m.epoch);
    randombytes_buf(whole, sizeof whole);
    for (size_t i = 0; i < n; i += GROUP) {
        struct store_txn *t = NULL;
        bench_must(store_write(s, &t, &err), "write", &err);
        for (size_t k = i; k < i + GROUP && k < n; k++) {
            struct entry_view e = {.whole = bytes_of(whole, sizeof whole),
                                   .author = m.author,
                                   .epoch = m.epoch,
                                   .seq = k + 1,
                                   .prev = m.hash,
                                   .time = (hlc)k << 16,
                                   .subject_type = SUBJECT_JOB,
                                   .subject = bench_job((unsigned)(k / BENCH_STEPS))};
            bool forked;
            randombytes_buf(e.hash.b, sizeof e.hash.b);
            bench_must(journal_keep_marked(t, &e, &m, &forked, &err), "keep", &err);
        }
        bench_must(chain_mark_put(t, &m, &err), "mark", &err);
        bench_must(store_commit(&t, &err), "commit", &err);
    }
}

static void row_open(struct bench *b, size_t n)
{
    struct err err = {.st = ST_OK};
    struct store *s = bench_store(b, "history", STORE_DEVICE);
    struct now now = sample_now(0);
    bench_must(journal_found(s, &b->sample.tech.keys, true, b->sample.trust_doc,
                             b->sample.tech.cert.whole, &now,
                             arena_of(b->scratch, CAP_SCRATCH_BYTES), &err),
               "journal_found", &err);
    double from = bench_us();
    bench_history(s, n);
    bench_note("history of %zu entries made in %.1f s", n, (bench_us() - from) / 1e6);
    store_close(&s);
    char path[BENCH_PATH_BYTES];
    bench_path(b, "history", path);
    struct store_options o = {.side = STORE_DEVICE,
                              .mode = STORE_WRITE,
                              .map_bytes = BENCH_MAP_BYTES,
                              .data_key = bench_key};
    double took[9], empty[9];
    static struct journal j;
    for (unsigned r = 0; r < b->runs; r++) {
        from = bench_us();
        bench_must(store_open(path, &o, &s, &err), "store_open", &err);
        bench_must(journal_open(&j, s, NULL, b->scratch, CAP_SCRATCH_BYTES, &now, &err),
                   "journal_open", &err);
        took[r] = bench_us() - from;
        journal_close(&j);
        store_close(&s);
        s = bench_store(b, "empty", STORE_DEVICE);
        store_close(&s);
        char small[BENCH_PATH_BYTES];
        bench_path(b, "empty", small);
        from = bench_us();
        bench_must(store_open(small, &o, &s, &err), "store_open", &err);
        empty[r] = bench_us() - from;
        store_close(&s);
    }
    double t = bench_median(took, b->runs), e = bench_median(empty, b->runs);
    bench_row(b, bench_fmt("store and journal open, %zu entries", n), "<= 50 ms",
              bench_fmt("%.2f ms", t / 1e3), bench_fmt("an empty store: %.2f ms", e / 1e3), t / e,
              t <= 50000);
    bench_remove(path);
}

void bench_fold(struct bench *b)
{
    bench_section("State and history");
    row_rebuild(b);
    note_upgrade(b);
    row_open(b, 1000);
    row_open(b, b->quick ? 10000 : 100000);
    row_open(b, b->quick ? 50000 : 1000000);
}
