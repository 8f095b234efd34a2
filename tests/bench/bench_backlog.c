/* bench_backlog.c - a backlog into headquarters' store; its audit; the size of an entry. */
#include "tests/bench/bench.h"

#include <pthread.h>
#include <stdlib.h>

#define ENTRIES 10000

static size_t views_of(bytes seq, struct entry_view *v, size_t most)
{
    size_t n = 0;
    while (seq.n > 0 && n < most) {
        size_t used = 0;
        const char *rule;
        bench_must(entry_parse(seq, &v[n++], &used, &rule), "entry_parse", NULL);
        seq = bytes_of(seq.p + used, seq.n - used);
    }
    return n;
}

/* What headquarters does between the last byte and the receipt: form, chain, head, durable. */
static double ingest(struct bench *b, struct store *s, bytes seq, struct entry_view *v, size_t n)
{
    struct err err = {.st = ST_OK};
    struct store_txn *t = NULL;
    size_t bad = 0;
    const char *rule;
    const struct sample_party *p = &b->sample.tech;
    struct arena tmp = arena_of(b->scratch, CAP_SCRATCH_BYTES);
    double from = bench_us();
    size_t got = views_of(seq, v, n);
    struct chain_head head = {.author = v[0].author, .epoch = v[0].epoch};
    bench_must(chain_check(&head, v, got, b->sample.trust.deployment, p->keys.sign_pk, &bad, &rule),
               "chain_check", NULL);
    bench_must(store_write(s, &t, &err), "write", &err);
    struct chain_mark m;
    enum st st = chain_mark_get(t, v[0].author, v[0].epoch, &tmp, &m, &err);
    if (st != ST_NOT_FOUND) {
        bench_die("the chain is there already", st, &err);
    }
    for (size_t i = 0; i < got; i++) {
        bool forked;
        bench_must(journal_keep_marked(t, &v[i], &m, &forked, &err), "keep", &err);
    }
    bench_must(chain_mark_put(t, &m, &err), "mark", &err);
    bench_must(store_commit(&t, &err), "commit", &err);
    return bench_us() - from;
}

/* --- audit: every signature, out of the store, on all cores --- */

struct audit {
    struct bench *b;
    struct store *s;
    id8 author, epoch;
    uint64_t from, to;
    size_t good;
};

static void *audit_part(void *arg)
{
    struct audit *a = arg;
    struct store_txn *t = NULL;
    struct err err = {.st = ST_OK};
    bench_must(store_read(a->s, &t, &err), "read", &err);
    for (uint64_t seq = a->from; seq < a->to; seq++) {
        uint8_t room[CAP_ENTRY_BYTES + 256];
        struct arena tmp = arena_of(room, sizeof room);
        struct entry_view e;
        bench_must(journal_at(t, a->author, a->epoch, seq, &tmp, &e, &err), "journal_at", &err);
        a->good += entry_verify(&e, a->b->sample.trust.deployment,
                                a->b->sample.tech.keys.sign_pk) == ST_OK;
    }
    store_abort(&t);
    return NULL;
}

static double audit(struct bench *b, struct store *s, const struct entry_view *v, size_t n)
{
    pthread_t th[16];
    struct audit part[16];
    unsigned k = b->cores < 16 ? b->cores : 16;
    size_t good = 0;
    double from = bench_us();
    for (unsigned i = 0; i < k; i++) {
        part[i] =
            (struct audit){b, s, v[0].author, v[0].epoch, 1 + n * i / k, 1 + n * (i + 1) / k, 0};
        pthread_create(&th[i], NULL, audit_part, &part[i]);
    }
    for (unsigned i = 0; i < k; i++) {
        pthread_join(th[i], NULL);
        good += part[i].good;
    }
    double took = bench_us() - from;
    if (good != n) {
        bench_die("a signature does not hold", ST_BAD_SIGNATURE, NULL);
    }
    return took;
}

struct verify_part {
    const bytes *items;
    size_t n;
    double took_us;
};

static void *verify_part(void *arg)
{
    struct verify_part *p = arg;
    p->took_us = bench_bare_verify(p->items, p->n);
    return NULL;
}

/* All cores at once, as the audit has them: two cores of one machine are not twice one. */
static double bare_verify_rate(const struct bench *b, const bytes *items, size_t n)
{
    pthread_t th[16];
    struct verify_part part[16];
    unsigned k = b->cores < 16 ? b->cores : 16;
    double rate = 0;
    for (unsigned i = 0; i < k; i++) {
        part[i] = (struct verify_part){items + n * i / k, n * (i + 1) / k - n * i / k, 0};
        pthread_create(&th[i], NULL, verify_part, &part[i]);
    }
    for (unsigned i = 0; i < k; i++) {
        pthread_join(th[i], NULL);
        rate += (double)part[i].n / part[i].took_us;
    }
    return rate;
}

static void row_size(struct bench *b)
{
    size_t total = 0, with = 0;
    struct chain_head head;
    free(bench_chain(b, 3 * 70 * BENCH_STEPS, false, &total, &head));
    free(bench_chain(b, 3 * 70 * BENCH_STEPS, true, &with, &head));
    double each = (double)total / (3 * 70 * BENCH_STEPS);
    bench_row(b, "bytes per typical entry, bulk", "<= 215 raw", bench_fmt("%.0f B", each),
              "hash 32 + signature 64: 96 B", each / 96, each <= 215);
    bench_note("mean over whole visits of classes A, B, C, signed, without attachments; with the "
               "names of their texts and strokes (32 bytes each): %.0f B",
               (double)with / (3 * 70 * BENCH_STEPS));
}

void bench_backlog(struct bench *b)
{
    size_t n = b->quick ? 2000 : ENTRIES, seq_n;
    struct chain_head head;
    uint8_t *seq = bench_chain(b, n, true, &seq_n, &head);
    struct entry_view *v = calloc(n, sizeof *v);
    bytes *items = calloc(n, sizeof *items);
    double in[9], bulk[9], chain[9], aud[9], rate[9];
    for (unsigned r = 0; r < b->runs; r++) {
        struct store *s = bench_store(b, "backlog", STORE_HQ);
        in[r] = ingest(b, s, bytes_of(seq, seq_n), v, n);
        for (size_t i = 0; i < n; i++) {
            items[i] = v[i].whole;
        }
        aud[r] = audit(b, s, v, n);
        store_close(&s);
        bulk[r] = bench_bare_bulk(b, items, n);
        chain[r] = bench_bare_chain(items, n);
        rate[r] = bare_verify_rate(b, items, n);
    }
    double t = bench_median(in, b->runs), bare = bench_median(bulk, b->runs);
    double hash = bench_median(chain, b->runs), k = (double)n;
    bench_section("A backlog at headquarters: form, chain, signature of the head, durable");
    bench_row(b, bench_fmt("%zu entries, verified and durable", n), ">= 250,000 entries/s",
              bench_fmt("%.0f /s (%.1f ms)", k / t * 1e6, t / 1e3),
              bench_fmt("LMDB put+commit, unsealed: %.0f /s", k / bare * 1e6), t / bare,
              k / t * 1e6 >= 250000);
    bench_note("%.1f MB; BLAKE2b over the same entries alone: %.0f /s; both bare limits together: "
               "%.0f /s",
               (double)seq_n / 1e6, k / hash * 1e6, k / (hash + bare) * 1e6);
    double each = bench_median(aud, b->runs), vr = bench_median(rate, b->runs) * 1e6;
    bench_row(b, "full audit, every signature", ">= 0.90 x bare x cores",
              bench_fmt("%.0f /s on %u threads", k / each * 1e6, b->cores),
              bench_fmt("Ed25519 verify, %u threads: %.0f /s", b->cores, vr), k / each * 1e6 / vr,
              k / each * 1e6 >= 0.9 * vr);
    row_size(b);
    free(items);
    free(v);
    free(seq);
}
