/* test_exchange.c - two devices and headquarters: they converge, whatever is cut, lost or repeated.
 */
#include "sync/engine/digest.h"
#include "sync/hq/hq_ingest.h"
#include "tests/unit/hq/scene.h"

#include <sys/wait.h>
#include <unistd.h>

static struct pair p;
static struct pair_device a, b;
static id16 who, job;

static void begin(void)
{
    pair_begin(&p);
    job = scene_pair(&p, &a, &b, &who);
}

static void end(void)
{
    scene_end(&p, &a, &b);
}

static void same_everywhere(id16 subject, unsigned conflicts)
{
    unsigned n1, n2, n3;
    h32 here = pair_digest(&p, a.store, subject, &n1);
    h32 other = pair_digest(&p, b.store, subject, &n2);
    h32 there = pair_digest(&p, p.hq->store, subject, &n3);
    CHECK_BYTES(here.b, 32, there.b, 32);
    CHECK_BYTES(other.b, 32, there.b, 32);
    CHECK_INT(n1, conflicts);
    CHECK_INT(n2, conflicts);
    CHECK_INT(n3, conflicts);
}

static void two_devices_that_worked_offline_on_one_job_converge(void)
{
    struct exchange_result r;
    id8 va = {{1}}, vb = {{2}};
    begin();
    pair_step(&p, &a, job, KIND_VISIT_ACCEPTED, va);
    pair_step(&p, &b, job, KIND_VISIT_ACCEPTED, vb);
    pair_step(&p, &a, job, KIND_VISIT_ARRIVED, va);
    pair_write(&p, &a, job, F_JOB_CONTACT, "Ms Chen");
    pair_write(&p, &b, job, F_JOB_PHONE, "13900000000");
    pair_sync(&p, &a, &r);
    pair_sync(&p, &b, &r);
    pair_sync(&p, &a, &r);
    same_everywhere(job, 0);
    pair_sync(&p, &a, &r);
    CHECK_INT(r.sent_entries, 0);
    CHECK_INT(r.received_entries, 0);
    pair_sync(&p, &b, &r);
    CHECK_INT(r.sent_entries + r.received_entries, 0);
    end();
}

static void one_field_written_twice_is_a_conflict_on_all_three(void)
{
    struct exchange_result r;
    begin();
    pair_write(&p, &a, job, F_JOB_CONTACT, "Ms Chen");
    pair_write(&p, &b, job, F_JOB_CONTACT, "Mr Wang");
    pair_sync(&p, &a, &r);
    pair_sync(&p, &b, &r);
    CHECK_INT(r.received_entries, 1);
    pair_sync(&p, &a, &r);
    CHECK(r.received_entries == 1);
    same_everywhere(job, 1);
    end();
}

/* Every entry of a subject at headquarters, each with its bytes. */
struct bag {
    unsigned n;
    uint8_t bytes[64][1024];
    size_t len[64];
};

static void collect(struct bag *bag, id16 subject)
{
    struct store_txn *t = NULL;
    h32 hashes[64];
    memset(bag, 0, sizeof *bag);
    PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
    PAIR_OK(&p, digest_hashes(t, subject, hashes, 64, &bag->n, &p.err));
    for (unsigned i = 0; i < bag->n; i++) {
        struct entry_view e;
        struct arena tmp = arena_of(a.scratch, CAP_SCRATCH_BYTES);
        PAIR_OK(&p, journal_get(t, hashes[i], &tmp, &e, &p.err));
        memcpy(bag->bytes[i], e.whole.p, e.whole.n);
        bag->len[i] = e.whole.n;
    }
    store_abort(&t);
}

static void entries_folded_in_any_order_give_the_same_digest(void)
{
    struct exchange_result r;
    id8 va = {{1}}, vb = {{2}};
    static struct bag bag;
    begin();
    pair_step(&p, &a, job, KIND_VISIT_ACCEPTED, va);
    pair_write(&p, &a, job, F_JOB_CONTACT, "Ms Chen");
    pair_step(&p, &b, job, KIND_VISIT_ACCEPTED, vb);
    pair_write(&p, &b, job, F_JOB_CONTACT, "Mr Wang");
    pair_step(&p, &b, job, KIND_VISIT_ARRIVED, vb);
    pair_sync(&p, &a, &r);
    pair_sync(&p, &b, &r);
    pair_sync(&p, &a, &r);
    h32 want = pair_digest(&p, p.hq->store, job, NULL);
    collect(&bag, job);
    CHECK(bag.n >= 7);
    uint32_t seed = 12345;
    for (unsigned round = 0; round < 8; round++) {
        struct entry_view e[64];
        struct store_txn *t = NULL;
        struct pair_device fresh = {0};
        for (unsigned i = 0; i < bag.n; i++) {
            CHECK_INT(
                entry_parse(bytes_of(bag.bytes[i], bag.len[i]), &e[i], NULL, &(const char *){NULL}),
                ST_OK);
        }
        for (unsigned i = bag.n - 1; i > 0; i--) {
            seed = seed * 1664525 + 1013904223;
            unsigned k = (seed >> 8) % (i + 1);
            struct entry_view x = e[i];
            e[i] = e[k];
            e[k] = x;
        }
        /* One more device of the same person takes them one by one, folding after each. */
        char prefix[9];
        snprintf(prefix, sizeof prefix, "E%u", round);
        pair_join(&p, &fresh, who, prefix);
        for (unsigned i = 0; i < bag.n; i++) {
            bool forked;
            PAIR_OK(&p, store_write(fresh.store, &t, &p.err));
            /* Roles decide what has effect: their certificates first. */
            const struct hq_device *d = hq_device(p.hq, e[i].author);
            struct store_txn *from = NULL;
            uint8_t room[2048];
            struct arena tmp = arena_of(room, sizeof room);
            struct cert c;
            PAIR_OK(&p, store_read(p.hq->store, &from, &p.err));
            PAIR_OK(&p, cert_store_get(from, e[i].author, &p.hq->trust, &tmp, &c, &p.err));
            PAIR_OK(&p, cert_store_put(t, &c, &p.err));
            store_abort(&from);
            CHECK(d != NULL || id8_eq(e[i].author, p.hq->journal.head.author));
            PAIR_OK(&p, journal_keep(t, &e[i], &forked, &p.err));
            PAIR_OK(&p, fold_refold(t, job, arena_of(fresh.scratch, CAP_SCRATCH_BYTES), &p.err));
            PAIR_OK(&p, store_commit(&t, &p.err));
        }
        h32 got = pair_digest(&p, fresh.store, job, NULL);
        CHECK_BYTES(got.b, 32, want.b, 32);
        pair_leave(&fresh);
    }
    end();
}

/* The frames of a bundle end where these offsets say. */
static unsigned boundaries(bytes in, size_t *at, unsigned max)
{
    size_t i = in.n > 4 && in.p[4] == BUNDLE_FROM_KEY ? 117 : 93;
    unsigned n = 0;
    at[n++] = i;
    while (i + 4 <= in.n && n < max) {
        i += 4 + ((size_t)in.p[i] << 24 | (size_t)in.p[i + 1] << 16 | (size_t)in.p[i + 2] << 8 |
                  in.p[i + 3]);
        at[n++] = i;
    }
    return n;
}

static void an_answer_cut_at_any_frame_goes_on_where_it_was(void)
{
    size_t at[64];
    begin();
    for (unsigned i = 0; i < 60; i++) {
        id16 c = pair_record(&p, SUBJECT_CUSTOMER, NULL, 0, "A customer with a long name",
                             F_CUSTOMER_NAME);
        pair_assign(&p, pair_job(&p, c, "it leaks"), who);
    }
    unsigned cuts = 0, received = 0;
    for (unsigned cut = 1;; cut++) {
        struct exchange_result res = {0};
        struct bundle_buffer req = {.cap = 1 << 24}, ans = {.cap = 1 << 24};
        const char *problem;
        struct now now = pair_now(&p);
        PAIR_OK(&p,
                exchange_request(&a.journal, NULL, &now, bundle_buffer_sink, &req, &res, &p.err));
        PAIR_OK(&p, hq_exchange(p.hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, &problem,
                                &p.err));
        unsigned n = boundaries(bytes_of(ans.p, ans.n), at, 64);
        bool last = n <= 3 || cut > 40;
        size_t take = last ? ans.n : at[2] + 11; /* two frames and a bit of the next */
        enum st st = exchange_answer(&a.journal, bytes_of(ans.p, take), &now, &res, &p.err);
        CHECK_INT(st, last ? ST_OK : ST_INCOMPLETE);
        received += res.received_entries;
        cuts += !last;
        bundle_buffer_drop(&req);
        bundle_buffer_drop(&ans);
        if (last) {
            CHECK(res.whole);
            break;
        }
    }
    struct exchange_result r;
    pair_sync(&p, &a, &r);
    CHECK_INT(r.received_entries, 0);
    CHECK(cuts >= 5);
    CHECK_INT(received, 180); /* 60 customers, 60 jobs, 60 assignments, each once */
    end();
}

static void a_request_cut_at_every_frame_is_kept_up_to_the_cut(void)
{
    id8 visit = {{1}};
    size_t at[64];
    struct exchange_result r;
    begin();
    pair_step(&p, &a, job, KIND_VISIT_ACCEPTED, visit);
    for (unsigned i = 0; i < 60; i++) {
        pair_step(&p, &a, job, KIND_VISIT_ARRIVED, visit);
    }
    struct exchange_result res = {0};
    struct bundle_buffer req = {.cap = 1 << 24};
    struct now now = pair_now(&p);
    PAIR_OK(&p, exchange_request(&a.journal, NULL, &now, bundle_buffer_sink, &req, &res, &p.err));
    unsigned n = boundaries(bytes_of(req.p, req.n), at, 64);
    CHECK(n >= 4);
    uint64_t before = 0;
    for (unsigned i = 2; i < n; i++) {
        struct hq_request *q = NULL;
        PAIR_OK(&p, hq_request_new(p.hq, &q, &p.err));
        /* Byte by byte in small pieces, and then the line breaks. */
        for (size_t k = 0; k < at[i]; k += 97) {
            size_t some = at[i] - k < 97 ? at[i] - k : 97;
            PAIR_OK(&p, hq_request_feed(q, bytes_of(req.p + k, some)));
        }
        PAIR_OK(&p, hq_request_ready(q));
        hq_ingest_group(p.hq, &q, 1);
        CHECK_INT(q->st, ST_OK);
        hq_request_drop(&q);
        CHECK(p.hq->kept_entries > before);
        before = p.hq->kept_entries;
    }
    bundle_buffer_drop(&req);
    pair_sync(&p, &a, &r); /* it asks first: the receipt says where to go on */
    CHECK_INT(r.unsent, 0);
    CHECK_INT(p.hq->kept_entries, before);
    pair_sync(&p, &b, &r);
    same_everywhere(job, 0);
    end();
}

static void an_altered_or_foreign_bundle_changes_nothing(void)
{
    id8 visit = {{1}};
    begin();
    pair_step(&p, &a, job, KIND_VISIT_ACCEPTED, visit);
    struct exchange_result res = {0};
    struct bundle_buffer req = {.cap = 1 << 24}, ans = {.cap = 1 << 24};
    const char *problem;
    struct now now = pair_now(&p);
    PAIR_OK(&p, exchange_request(&a.journal, NULL, &now, bundle_buffer_sink, &req, &res, &p.err));
    uint64_t before = p.hq->kept_entries;
    req.p[100] ^= 1;
    CHECK_INT(hq_exchange(p.hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, &problem, &p.err),
              ST_BAD_SIGNATURE);
    CHECK_STR(problem, "altered");
    req.p[100] ^= 1;
    req.p[6] ^= 1;
    CHECK_INT(hq_exchange(p.hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, &problem, &p.err),
              ST_WRONG_PARTY);
    CHECK_STR(problem, "wrong-deployment");
    req.p[6] ^= 1;
    CHECK_INT(hq_exchange(p.hq, bytes_of(req.p, 95), bundle_buffer_sink, &ans, &problem, &p.err),
              ST_INCOMPLETE);
    CHECK_STR(problem, "truncated");
    CHECK_INT(p.hq->kept_entries, before);
    CHECK_INT(ans.n, 0);
    PAIR_OK(&p,
            hq_exchange(p.hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, &problem, &p.err));
    /* a's answer in b's hands */
    CHECK_INT(exchange_answer(&b.journal, bytes_of(ans.p, ans.n), &now, &res, &p.err),
              ST_WRONG_PARTY);
    ans.p[ans.n - 1] ^= 1;
    CHECK_INT(exchange_answer(&a.journal, bytes_of(ans.p, ans.n), &now, &res, &p.err),
              ST_BAD_SIGNATURE);
    CHECK_INT(res.receipts, 0);
    bundle_buffer_drop(&req);
    bundle_buffer_drop(&ans);
    end();
}

/* A copy of the store's folder: the clone of a handheld. */
static void clone_folder(const char *from, const char *to)
{
    int status = 1;
    pid_t pid = fork();
    if (pid == 0) {
        execlp("cp", "cp", "-r", from, to, (char *)NULL);
        _exit(127);
    }
    CHECK(waitpid(pid, &status, 0) == pid && status == 0);
}

static void a_cloned_store_forks_and_loses_nothing(void)
{
    struct exchange_result r;
    id8 va = {{1}}, vb = {{2}};
    begin();
    struct pair_device twin = a;
    twin.scratch = malloc(CAP_SCRATCH_BYTES);
    pair_dir(twin.dir, sizeof twin.dir, "twin");
    pair_close_device(&a);
    clone_folder(a.dir, twin.dir);
    pair_open_device(&p, &a);
    pair_open_device(&p, &twin);
    h32 x = pair_step(&p, &a, job, KIND_VISIT_ACCEPTED, va);
    h32 y = pair_step(&p, &twin, job, KIND_VISIT_ACCEPTED, vb);
    pair_sync(&p, &a, &r);
    CHECK_INT(pair_place(&p, &a, x), SYNC_HQ);
    pair_sync(&p, &twin, &r);
    CHECK_INT(r.receipts_refused, 0);
    CHECK_INT(pair_place(&p, &twin, y), SYNC_HQ); /* each head gets its receipt */
    CHECK(r.problems > 0);                        /* and the device is told of the fork */
    struct store_txn *t = NULL;
    struct chain_mark m;
    PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
    CHECK(store_has(t, T_HASH, bytes_of(x.b, 32)) && store_has(t, T_HASH, bytes_of(y.b, 32)));
    struct arena tmp = arena_of(twin.scratch, CAP_SCRATCH_BYTES);
    PAIR_OK(&p, chain_mark_get(t, a.journal.head.author, a.journal.head.epoch, &tmp, &m, &p.err));
    CHECK(m.forked);
    store_abort(&t);
    pair_sync(&p, &b, &r);
    CHECK_INT(r.received_entries, 2); /* both branches are folded and passed on */
    pair_leave(&twin);
    end();
}

static void a_job_taken_away_goes_and_an_open_visit_stays(void)
{
    struct exchange_result r;
    id8 visit = {{1}};
    struct record_write w = {.field = F_TECHNICIAN_ROLE, .type = FT_ENUM, .i = ROLE_TECHNICIAN};
    begin();
    id16 other = pair_record(&p, SUBJECT_TECHNICIAN, &w, 1, "Wang Fang", F_TECHNICIAN_NAME);
    pair_step(&p, &a, job, KIND_VISIT_ACCEPTED, visit);
    pair_sync(&p, &a, &r);
    pair_assign(&p, job, other);
    struct store_txn *t = NULL;
    PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
    CHECK(hq_scope_has(t, a.journal.head.author, job));  /* a visit is going on */
    CHECK(!hq_scope_has(t, b.journal.head.author, job)); /* nothing is */
    store_abort(&t);
    pair_sync(&p, &a, &r);
    CHECK(r.received_entries >= 1); /* the reassignment itself */
    pair_sync(&p, &b, &r);
    /* Likewise, with the name of whom it went to, and a's acceptance before it. */
    CHECK_INT(r.received_entries, 3);
    end();
}

static void what_a_device_lost_is_found_by_comparing_and_sent_again(void)
{
    struct exchange_result r;
    id8 visit = {{1}};
    begin();
    h32 want = pair_digest(&p, p.hq->store, job, NULL);
    /* b loses one entry of the job (a damaged page), by hand. */
    struct store_txn *t = NULL;
    h32 hashes[16];
    unsigned n;
    uint8_t key[56];
    struct entry_view e;
    struct arena tmp = arena_of(b.scratch, CAP_SCRATCH_BYTES);
    PAIR_OK(&p, store_write(b.store, &t, &p.err));
    PAIR_OK(&p, digest_hashes(t, job, hashes, 16, &n, &p.err));
    PAIR_OK(&p, journal_get(t, hashes[0], &tmp, &e, &p.err));
    memcpy(key, job.b, 16);
    for (unsigned i = 0; i < 8; i++) {
        key[16 + i] = (uint8_t)(e.time >> (56 - 8 * i));
    }
    memcpy(key + 24, hashes[0].b, 32);
    PAIR_OK(&p, store_del(t, T_SUBJECT, bytes_of(key, 56), &p.err));
    PAIR_OK(&p, store_del(t, T_HASH, bytes_of(hashes[0].b, 32), &p.err));
    tmp = arena_of(b.scratch, CAP_SCRATCH_BYTES);
    PAIR_OK(&p, fold_refold(t, job, tmp, &p.err));
    PAIR_OK(&p, store_commit(&t, &p.err));
    h32 damaged = pair_digest(&p, b.store, job, NULL);
    CHECK(!h32_eq(damaged, want));
    pair_step(&p, &b, job, KIND_VISIT_ACCEPTED, visit); /* so that the job is compared */
    pair_sync(&p, &b, &r);
    CHECK_INT(r.received_entries, 1);
    h32 there = pair_digest(&p, p.hq->store, job, NULL);
    h32 here = pair_digest(&p, b.store, job, NULL);
    CHECK_BYTES(here.b, 32, there.b, 32);
    end();
}

static void a_restored_headquarters_opens_a_new_epoch_and_everybody_catches_up(void)
{
    struct exchange_result r;
    id8 visit = {{1}};
    char backup[sizeof p.dir], table[200], saved[200];
    begin();
    pair_step(&p, &a, job, KIND_VISIT_ACCEPTED, visit);
    pair_sync(&p, &a, &r);
    pair_end(&p); /* last night's backup */
    pair_dir(backup, sizeof backup, "backup");
    snprintf(table, sizeof table, "%s.keytable", p.dir);
    snprintf(saved, sizeof saved, "%s.keytable", backup);
    clone_folder(p.dir, backup);
    clone_folder(table, saved);
    pair_open_hq(&p);
    id16 lost = pair_job(&p, job, "lost with the disk");
    pair_assign(&p, lost, who);
    h32 arrived = pair_step(&p, &a, job, KIND_VISIT_ARRIVED, visit);
    pair_sync(&p, &a, &r);
    CHECK_INT(pair_place(&p, &a, arrived), SYNC_HQ);
    pair_end(&p); /* the disk fails; the backup comes back */
    snprintf(table, sizeof table, "%s.keys", p.dir);
    snprintf(saved, sizeof saved, "%s.keys", backup);
    clone_folder(table, saved);
    memcpy(p.dir, backup, sizeof p.dir);
    pair_open_hq(&p);
    id8 before = p.hq->journal.head.epoch;
    pair_sync(&p, &a, &r);
    CHECK_INT(r.sent_entries, 1); /* the arrival, again */
    CHECK_INT(pair_place(&p, &a, arrived), SYNC_HQ);
    pair_sync(&p, &a, &r);
    CHECK(!id8_eq(before, p.hq->journal.head.epoch));
    id16 fresh = pair_job(&p, job, "called after the restore");
    pair_assign(&p, fresh, who);
    pair_sync(&p, &a, &r);
    pair_sync(&p, &b, &r);
    pair_digest(&p, a.store, fresh, NULL);
    pair_digest(&p, b.store, fresh, NULL);
    same_everywhere(job, 0);
    struct store_txn *t = NULL;
    struct chain_mark m;
    struct arena tmp = arena_of(a.scratch, CAP_SCRATCH_BYTES);
    PAIR_OK(&p, store_read(a.store, &t, &p.err));
    PAIR_OK(&p, chain_mark_get(t, p.hq->journal.head.author, before, &tmp, &m, &p.err));
    CHECK(!m.forked); /* nothing was written twice under one number */
    store_abort(&t);
    end();
}

int main(void)
{
    RUN(two_devices_that_worked_offline_on_one_job_converge);
    RUN(one_field_written_twice_is_a_conflict_on_all_three);
    RUN(entries_folded_in_any_order_give_the_same_digest);
    RUN(an_answer_cut_at_any_frame_goes_on_where_it_was);
    RUN(a_request_cut_at_every_frame_is_kept_up_to_the_cut);
    RUN(an_altered_or_foreign_bundle_changes_nothing);
    RUN(a_cloned_store_forks_and_loses_nothing);
    RUN(a_restored_headquarters_opens_a_new_epoch_and_everybody_catches_up);
    RUN(a_job_taken_away_goes_and_an_open_visit_stays);
    RUN(what_a_device_lost_is_found_by_comparing_and_sent_again);
    CHECK_END();
}
