/* bench_hq.c - the backlog through headquarters' own door: a sealed bundle, opened, parsed, its
 * chain and head verified, durable. In one process, without a network. */
#include "tests/bench/bench.h"
#include "tests/unit/hq/pair.h"

#include "sync/hq/hq_ingest.h"
#include "sync/hq/hq_route.h"

#define GROUP 500 /* entries of one transaction while the device writes its backlog */

static void must_be_fine(struct pair *p)
{
    if (check_failures != 0) {
        bench_die("headquarters and a device", ST_BUG, &p->err);
    }
}

static id16 someone(struct pair *p)
{
    struct record_write w = {.field = F_TECHNICIAN_ROLE, .type = FT_ENUM, .i = ROLE_TECHNICIAN};
    return pair_record(p, SUBJECT_TECHNICIAN, &w, 1, "Li Wei", F_TECHNICIAN_NAME);
}

/* Whole visits, as they are, but with one flush for many. */
static void write_backlog(struct pair *p, struct pair_device *d, size_t n, bool with_words)
{
    static struct bench_fact f;
    struct store_txn *t = NULL;
    for (size_t i = 0; i < n; i++) {
        bench_fact_make((unsigned)(i / BENCH_STEPS), (unsigned)(i % BENCH_STEPS), with_words, &f);
        struct append a = {.kind = f.kind,
                           .subject_type = SUBJECT_JOB,
                           .subject = bench_job((unsigned)(i / BENCH_STEPS)),
                           .body = bytes_of(f.body, f.nbody),
                           .atts = f.att,
                           .natt = f.natt};
        struct now now = pair_now(p);
        h32 hash;
        if (t == NULL) {
            PAIR_OK(p, store_write(d->store, &t, &p->err));
        }
        PAIR_OK(p, journal_append_in(&d->journal, t, &a, &now, &hash, &p->err));
        if (i + 1 == n || i % GROUP == GROUP - 1) {
            PAIR_OK(p, store_commit(&t, &p->err));
        }
        must_be_fine(p);
    }
}

static double take(struct pair *p, bytes request, size_t n, double phase[3], struct bench_count *c)
{
    struct hq_request *r = NULL;
    PAIR_OK(p, hq_request_new(p->hq, &r, &p->err));
    bench_count_reset();
    double t0 = bench_us();
    for (size_t at = 0; at < request.n; at += 16384) { /* as a server gets it */
        size_t some = request.n - at < 16384 ? request.n - at : 16384;
        PAIR_OK(p, hq_request_feed(r, bytes_of(request.p + at, some)));
    }
    double t1 = bench_us();
    PAIR_OK(p, hq_request_ready(r));
    double t2 = bench_us();
    hq_ingest_group(p->hq, &r, 1);
    double t3 = bench_us();
    *c = bench_counted();
    if (r->st != ST_OK || r->new_entries != n || r->nproblems != 0 || r->journals[0].n == 0) {
        bench_die("the backlog was not taken", r->st, &r->err);
    }
    phase[0] = t1 - t0;
    phase[1] = t2 - t1;
    phase[2] = t3 - t2;
    hq_request_drop(&r);
    return t3 - t0;
}

/* Then what follows the receipt: each signature, indexes, fold, outboxes. */
static double rest(struct pair *p)
{
    bool left = true;
    double from = bench_us();
    while (left) {
        PAIR_OK(p, hq_route_rest(p->hq, 0, &left, &p->err));
    }
    return bench_us() - from;
}

void bench_hq_backlog(struct bench *b, unsigned runs, size_t n, bool with_words,
                      struct bench_hq *out)
{
    static struct pair p;
    static struct pair_device d;
    double all[9], rests[9], phases[3][9];
    setenv("TMPDIR", b->dir, 1);
    for (unsigned r = 0; r < runs; r++) {
        char name[64];
        struct bundle_buffer req = {.cap = 64 << 20};
        struct exchange_result res = {0};
        struct exchange_options opt = {.max_bytes = 16 << 20};
        pair_begin(&p);
        pair_join(&p, &d, someone(&p), "D1");
        pair_sync(&p, &d, &res);
        write_backlog(&p, &d, n, with_words);
        struct now now = pair_now(&p);
        memset(&res, 0, sizeof res);
        PAIR_OK(&p,
                exchange_request(&d.journal, &opt, &now, bundle_buffer_sink, &req, &res, &p.err));
        must_be_fine(&p);
        if (res.sent_entries != n) {
            snprintf(name, sizeof name, "%u of %zu entries in the bundle", res.sent_entries, n);
            bench_die(name, ST_BUG, NULL);
        }
        double phase[3];
        all[r] = take(&p, bytes_of(req.p, req.n), n, phase, &out->count);
        out->bundle_bytes = req.n;
        for (unsigned k = 0; k < 3; k++) {
            phases[k][r] = phase[k];
        }
        rests[r] = rest(&p);
        must_be_fine(&p);
        bundle_buffer_drop(&req);
        pair_leave(&d);
        pair_end(&p);
    }
    out->us = bench_median(all, runs);
    out->rest_us = bench_median(rests, runs);
    for (unsigned k = 0; k < 3; k++) {
        out->phase_us[k] = bench_median(phases[k], runs);
    }
}
