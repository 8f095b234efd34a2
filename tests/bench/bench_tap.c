/* bench_tap.c - one tap to durable: journal_append of the facts of visits, beside a bare commit. */
#include "tests/bench/bench.h"

#include "core/fold/refold.h"
#include "core/model/bodies.h"

#include <stdlib.h>

#define JOBS 300 /* on the device before the first tap */

/* What headquarters sent: one record a job. */
static void preload(const struct bench *b, struct store *s)
{
    struct chain_head head = {.author = b->sample.node.author, .epoch = sample_id8("hq epoch")};
    struct err err = {.st = ST_OK};
    struct store_txn *t = NULL;
    bench_must(store_write(s, &t, &err), "write", &err);
    bench_must(cert_store_put(t, &b->sample.node.cert, &err), "certificate", &err);
    for (unsigned i = 0; i < JOBS; i++) {
        struct record_write w[3] = {
            {.field = F_JOB_CUSTOMER, .type = FT_REF, .ref = bench_job(i + 1000000)},
            {.field = F_JOB_CALLED, .type = FT_TIME, .i = SAMPLE_TIME_MS + i},
            {.field = F_JOB_ZONE, .type = FT_ENUM, .i = 1 + i % 2}};
        uint8_t body[512], buf[CAP_ENTRY_BYTES];
        bytes out;
        bench_must(record_encode(w, 3, body, sizeof body, &out), "a record", NULL);
        struct entry_draft d = {.kind = KIND_RECORD_SET,
                                .subject_type = SUBJECT_JOB,
                                .subject = bench_job(i),
                                .body = out,
                                .actor = sample_id16("clerk"),
                                .actor_role = ROLE_CLERK};
        struct now now = sample_now(i);
        struct entry_view e;
        bool forked;
        bench_must(entry_make(&head, &d, &now, b->sample.trust.deployment,
                              b->sample.node.keys.sign_sk, buf, sizeof buf, &e, &err),
                   "an entry", &err);
        bench_must(journal_keep(t, &e, &forked, &err), "keep", &err);
        bench_must(fold_refold(t, d.subject, arena_of(b->scratch, CAP_SCRATCH_BYTES), &err), "fold",
                   &err);
    }
    bench_must(store_commit(&t, &err), "commit", &err);
}

static double tap(struct journal *j, unsigned job, unsigned step, struct bench_fact *f)
{
    struct err err = {.st = ST_OK};
    bench_fact_make(job, step, true, f);
    struct append a = {.kind = f->kind,
                       .subject_type = SUBJECT_JOB,
                       .subject = bench_job(job),
                       .body = bytes_of(f->body, f->nbody),
                       .atts = f->att,
                       .natt = f->natt};
    struct now now = sample_now((int64_t)(job * BENCH_STEPS + step) * 60000 + 3600000);
    h32 hash;
    double from = bench_us();
    bench_must(journal_append(j, &a, &now, &hash, &err), "journal_append", &err);
    return bench_us() - from;
}

static void add_count(struct bench_count *sum)
{
    struct bench_count one = bench_counted();
    sum->flushes += one.flushes;
    sum->written += one.written;
    sum->puts += one.puts;
    sum->put_bytes += one.put_bytes;
}

struct taps {
    double *ours, *bare, *late;
    size_t n;
    struct bench_count c, cb;
};

/* Ours and a bare commit of the same puts in turn, so that both meet the same machine. */
static void play(struct bench *b, struct journal *j, unsigned visits, struct taps *t)
{
    static struct bench_fact f;
    static struct bench_trace trace;
    struct bench_bare *plain = bench_bare_open(b, "bare");
    for (unsigned job = 0; job < visits; job++) {
        for (unsigned step = 0; step < BENCH_STEPS; step++) {
            bench_trace_start(&trace);
            bench_count_reset();
            t->ours[t->n] = tap(j, job, step, &f);
            add_count(&t->c);
            bench_trace_start(NULL);
            bench_count_reset();
            t->bare[t->n++] = bench_bare_commit(plain, &trace);
            add_count(&t->cb);
        }
        t->late[job] = t->ours[t->n - 1];
    }
    bench_bare_close(plain);
}

static void tap_rows(struct bench *b, struct taps *t, unsigned visits)
{
    double sql50, sql99, n = (double)t->n;
    struct bench_count sql;
    bench_bare_sqlite(b, (size_t)(t->c.put_bytes / t->n), t->n, &sql50, &sql99, &sql);
    double p50 = bench_percentile(t->ours, t->n, 0.5), b50 = bench_percentile(t->bare, t->n, 0.5);
    double p99 = bench_percentile(t->ours, t->n, 0.99), b99 = bench_percentile(t->bare, t->n, 0.99);
    bench_row(b, "tap to durable, p50", "<= 1.30 x bare LMDB", bench_fmt("%.3f ms", p50 / 1e3),
              bench_fmt("same puts, unsealed: %.3f ms", b50 / 1e3), p50 / b50, p50 <= 1.3 * b50);
    bench_row(b, "tap to durable, p99", "<= 1.30 x bare LMDB", bench_fmt("%.3f ms", p99 / 1e3),
              bench_fmt("same puts, unsealed: %.3f ms", b99 / 1e3), p99 / b99, p99 <= 1.3 * b99);
    bench_note("last fact of a visit (15 entries on the job): %.3f ms; SQLite WAL FULL, one row of "
               "%.0f B, unsigned, unindexed: p50 %.3f ms, p99 %.3f ms",
               bench_median(t->late, visits) / 1e3, (double)t->c.put_bytes / n, sql50 / 1e3,
               sql99 / 1e3);
    bench_note("per tap: %.2f flushes, %.1f KB written, %.1f puts of %.0f B in all; bare LMDB: "
               "%.2f flushes, %.1f KB; SQLite: %.2f flushes, %.1f KB",
               (double)t->c.flushes / n, (double)t->c.written / n / 1e3, (double)t->c.puts / n,
               (double)t->c.put_bytes / n, (double)t->cb.flushes / n,
               (double)t->cb.written / n / 1e3, (double)sql.flushes, (double)sql.written / 1e3);
}

void bench_tap(struct bench *b)
{
    static struct journal j;
    unsigned visits = b->quick ? 20 : 150;
    size_t n = (size_t)visits * BENCH_STEPS;
    struct taps t = {.ours = malloc(n * sizeof(double)),
                     .bare = malloc(n * sizeof(double)),
                     .late = malloc(visits * sizeof(double))};
    struct err err = {.st = ST_OK};
    struct now now = sample_now(0);
    struct store *s = bench_store(b, "tap", STORE_DEVICE);
    bench_must(journal_found(s, &b->sample.tech.keys, true, b->sample.trust_doc,
                             b->sample.tech.cert.whole, &now,
                             arena_of(b->scratch, CAP_SCRATCH_BYTES), &err),
               "journal_found", &err);
    preload(b, s);
    bench_must(journal_open(&j, s, NULL, b->scratch, CAP_SCRATCH_BYTES, &now, &err), "journal_open",
               &err);
    bench_section(
        "One tap (seal, sign, index, fold, commit, flush), visits of 14 facts with words");
    play(b, &j, visits, &t);
    tap_rows(b, &t, visits);
    journal_close(&j);
    store_close(&s);
    free(t.ours);
    free(t.bare);
    free(t.late);
}
