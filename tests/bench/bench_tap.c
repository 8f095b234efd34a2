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

void bench_tap(struct bench *b)
{
    static struct bench_fact f;
    static struct bench_trace trace[BENCH_STEPS];
    static struct journal j;
    unsigned visits = b->quick ? 20 : 150;
    size_t n = (size_t)visits * BENCH_STEPS, at = 0;
    double *v = malloc(n * sizeof *v), p50, p99, bare50, bare99, sql50, sql99;
    double late[150];
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
    struct bench_count c = {0}, bare, sql;
    for (unsigned job = 0; job < visits; job++) {
        for (unsigned step = 0; step < BENCH_STEPS; step++) {
            bench_trace_start(job == visits / 2 ? &trace[step] : NULL);
            bench_count_reset();
            v[at++] = tap(&j, job, step, &f);
            struct bench_count one = bench_counted();
            c.flushes += one.flushes;
            c.written += one.written;
            c.puts += one.puts;
            c.put_bytes += one.put_bytes;
        }
        late[job] = v[at - 1];
    }
    bench_trace_start(NULL);
    p99 = bench_percentile(v, n, 0.99);
    p50 = bench_percentile(v, n, 0.50);
    bench_bare_commits(b, trace, BENCH_STEPS, n, &bare50, &bare99, &bare);
    bench_bare_sqlite(b, (size_t)(c.put_bytes / n), n, &sql50, &sql99, &sql);

    bench_section(
        "One tap (seal, sign, index, fold, commit, flush), visits of 14 facts with words");
    bench_row(b, "tap to durable, p50", "<= 1.30 x bare LMDB", bench_fmt("%.3f ms", p50 / 1e3),
              bench_fmt("same puts, unsealed: %.3f ms", bare50 / 1e3), p50 / bare50,
              p50 <= 1.3 * bare50);
    bench_row(b, "tap to durable, p99", "<= 1.30 x bare LMDB", bench_fmt("%.3f ms", p99 / 1e3),
              bench_fmt("same puts, unsealed: %.3f ms", bare99 / 1e3), p99 / bare99,
              p99 <= 1.3 * bare99);
    bench_note("last fact of a visit (15 entries on the job): %.3f ms; SQLite WAL FULL, one row of "
               "%.0f B, unsigned, unindexed: p50 %.3f ms, p99 %.3f ms",
               bench_median(late, visits) / 1e3, (double)c.put_bytes / (double)n, sql50 / 1e3,
               sql99 / 1e3);
    bench_note("per tap: %.2f flushes, %.1f KB written, %.1f puts of %.0f B; bare LMDB: %.2f "
               "flushes, %.1f KB written; SQLite: %.2f flushes, %.1f KB written",
               (double)c.flushes / (double)n, (double)c.written / (double)n / 1e3,
               (double)c.puts / (double)n, (double)c.put_bytes / (double)n, (double)bare.flushes,
               (double)bare.written / 1e3, (double)sql.flushes, (double)sql.written / 1e3);
    journal_close(&j);
    store_close(&s);
    free(v);
}
