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

/* Entries and chain as headquarters keeps them, for the audit. */
static void keep_all(struct store *s, const struct entry_view *v, size_t n)
{
    struct err err = {.st = ST_OK};
    struct store_txn *t = NULL;
    struct chain_mark m = {.author = v[0].author, .epoch = v[0].epoch};
    bench_must(store_write(s, &t, &err), "write", &err);
    for (size_t i = 0; i < n; i++) {
        bool forked;
        bench_must(journal_keep_marked(t, &v[i], &m, &forked, &err), "keep", &err);
    }
    bench_must(chain_mark_put(t, &m, &err), "mark", &err);
    bench_must(store_commit(&t, &err), "commit", &err);
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

static void row_backlog(struct bench *b, const bytes *items, size_t n, size_t seq_n)
{
    double bulk[9], chain[9];
    struct bench_hq hq, words;
    bench_hq_backlog(b, b->runs, n, false, &hq);
    for (unsigned r = 0; r < b->runs; r++) {
        bulk[r] = bench_bare_bulk(b, items, n);
        chain[r] = bench_bare_chain(items, n);
    }
    double bare = bench_median(bulk, b->runs), hash = bench_median(chain, b->runs), k = (double)n;
    bench_row(b, bench_fmt("%zu entries, verified and durable", n), ">= 250,000 entries/s",
              bench_fmt("%.0f /s (%.1f ms)", k / hq.us * 1e6, hq.us / 1e3),
              bench_fmt("LMDB put+commit, unsealed: %.0f /s", k / bare * 1e6), hq.us / bare,
              k / hq.us * 1e6 >= 250000);
    bench_note("%.1f MB sealed bundle, %.1f MB of entries; opening it %.1f ms, reading its items "
               "%.1f ms, chain, head, store and %.0f flushes %.1f ms",
               (double)hq.bundle_bytes / 1e6, (double)seq_n / 1e6, hq.phase_us[0] / 1e3,
               hq.phase_us[1] / 1e3, (double)hq.count.flushes, hq.phase_us[2] / 1e3);
    bench_note("BLAKE2b over the same entries alone: %.0f /s; both bare limits together: %.0f /s; "
               "after the receipt (each signature, indexes, fold, outboxes): %.0f /s",
               k / hash * 1e6, k / (hash + bare) * 1e6, k / hq.rest_us * 1e6);
    bench_hq_backlog(b, 1, n, true, &words);
    bench_note("the same with texts, strokes and reports (%.1f MB): %.0f entries/s",
               (double)words.bundle_bytes / 1e6, k / words.us * 1e6);
}

void bench_backlog(struct bench *b)
{
    size_t n = b->quick ? 2000 : ENTRIES, seq_n;
    struct chain_head head;
    uint8_t *seq = bench_chain(b, n, false, &seq_n, &head);
    struct entry_view *v = calloc(n, sizeof *v);
    bytes *items = calloc(n, sizeof *items);
    double aud[9], rate[9], ratio[9];
    if (views_of(bytes_of(seq, seq_n), v, n) != n) {
        bench_die("a chain of another length", ST_BUG, NULL);
    }
    for (size_t i = 0; i < n; i++) {
        items[i] = v[i].whole;
    }
    bench_section("A backlog at headquarters: form, chain, signature of the head, durable");
    row_backlog(b, items, n, seq_n);
    struct store *s = bench_store(b, "audit", STORE_HQ);
    keep_all(s, v, n);
    for (unsigned r = 0; r < b->runs; r++) {
        rate[r] = bare_verify_rate(b, items, n) * 1e6;
        aud[r] = (double)n / audit(b, s, v, n) * 1e6;
        ratio[r] = aud[r] / rate[r];
    }
    store_close(&s);
    double of = bench_median(ratio, b->runs);
    bench_row(
        b, "full audit, every signature", ">= 0.90 x bare x cores",
        bench_fmt("%.0f /s on %u threads", bench_median(aud, b->runs), b->cores),
        bench_fmt("Ed25519 verify, %u threads: %.0f /s", b->cores, bench_median(rate, b->runs)), of,
        of >= 0.9);
    row_size(b);
    free(items);
    free(v);
    free(seq);
}
