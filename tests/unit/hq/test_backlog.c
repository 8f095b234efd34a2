/* test_backlog.c - a backlog is kept before its receipt, indexed and folded after it. */
#include "core/store/inside.h"
#include "tests/unit/hq/pair.h"

#include "sync/hq/hq_ingest.h"
#include "sync/hq/hq_route.h"
#include "sync/hq/hq_writer.h"

#include <lmdb.h>
#include <time.h>

#define MANY (HQ_INLINE_ENTRIES + 44)

static struct pair p;

struct field { /* a headquarters, a device with work of many entries that it has not sent */
    struct pair_device d;
    id16 job[3];
    h32 last;
    struct bundle_buffer bundle;
};

static void go_out(struct field *f)
{
    struct record_write w = {.field = F_TECHNICIAN_ROLE, .type = FT_ENUM, .i = ROLE_TECHNICIAN};
    struct exchange_result r;
    memset(f, 0, sizeof *f);
    f->bundle.cap = 16 << 20;
    pair_begin(&p);
    id16 who = pair_record(&p, SUBJECT_TECHNICIAN, &w, 1, "Li Wei", F_TECHNICIAN_NAME);
    for (unsigned i = 0; i < 3; i++) {
        f->job[i] = pair_job(&p, (id16){{0}}, "no cooling");
        pair_assign(&p, f->job[i], who);
    }
    pair_join(&p, &f->d, who, "D1");
    pair_sync(&p, &f->d, &r);
}

static void work(struct field *f, unsigned n)
{
    id8 visit = {{1}};
    for (unsigned i = 0; i < n; i++) {
        f->last = pair_step(&p, &f->d, f->job[i % 3], KIND_VISIT_TRAVELLING, visit);
    }
}

static void come_home(struct field *f)
{
    bundle_buffer_drop(&f->bundle);
    pair_leave(&f->d);
    pair_end(&p);
}

/* What the device would send, `from` entries on: into f->bundle. */
static unsigned pack(struct field *f)
{
    struct exchange_result r = {0};
    struct now now = pair_now(&p);
    f->bundle.n = 0;
    PAIR_OK(&p, exchange_request(&f->d.journal, NULL, &now, bundle_buffer_sink, &f->bundle, &r,
                                 &p.err));
    return r.sent_entries;
}

/* Up to the receipt and no further: docketd stops here. Returns how many entries were new. */
static unsigned take(struct field *f, unsigned *problems)
{
    struct hq_request *r = NULL;
    PAIR_OK(&p, hq_request_new(p.hq, &r, &p.err));
    PAIR_OK(&p, hq_request_feed(r, bytes_of(f->bundle.p, f->bundle.n)));
    PAIR_OK(&p, hq_request_ready(r));
    hq_ingest_group(p.hq, &r, 1);
    PAIR_OK(&p, r->st);
    unsigned n = r->new_entries;
    *problems = r->nproblems;
    hq_request_drop(&r);
    return n;
}

static void settle(void)
{
    bool left = true;
    while (left) {
        PAIR_OK(&p, hq_route_rest(p.hq, 0, &left, &p.err));
    }
}

static uint64_t count(enum table table)
{
    struct store_txn *t = NULL;
    PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
    uint64_t n = store_count(t, table);
    store_abort(&t);
    return n;
}

static size_t commits(void)
{
    MDB_envinfo info;
    CHECK_INT(mdb_env_info(p.hq->store->env, &info), 0);
    return info.me_last_txnid;
}

static void same_everywhere(struct field *f)
{
    for (unsigned i = 0; i < 3; i++) {
        h32 here = pair_digest(&p, f->d.store, f->job[i], NULL);
        h32 there = pair_digest(&p, p.hq->store, f->job[i], NULL);
        CHECK_BYTES(here.b, 32, there.b, 32);
    }
    CHECK_INT(count(T_HASH), count(T_ENTRY));
    CHECK_INT(count(T_SUBJECT), count(T_ENTRY));
}

/* Many at once are received first and folded after: nobody waits for another's signatures. */
static void a_crowd_gets_its_receipts_first_and_is_folded_after(void)
{
    struct field f[3];
    struct hq_request *r[3] = {NULL};
    uint64_t before = 0, indexed = 0;
    for (unsigned i = 0; i < 3; i++) {
        if (i == 0) {
            go_out(&f[i]);
        } else { /* at the same headquarters */
            f[i] = f[0];
            memset(&f[i].bundle, 0, sizeof f[i].bundle);
            f[i].bundle.cap = f[0].bundle.cap;
            pair_join(&p, &f[i].d, f[0].d.person, i == 1 ? "T1" : "T2");
        }
    }
    for (unsigned i = 0; i < 3; i++) {
        struct exchange_result done;
        pair_sync(&p, &f[i].d, &done);
        work(&f[i], HQ_INLINE_ENTRIES / 2);
        CHECK_INT(pack(&f[i]), HQ_INLINE_ENTRIES / 2);
    }
    before = count(T_ENTRY);
    indexed = count(T_HASH);
    for (unsigned i = 0; i < 3; i++) {
        PAIR_OK(&p, hq_request_new(p.hq, &r[i], &p.err));
        PAIR_OK(&p, hq_request_feed(r[i], bytes_of(f[i].bundle.p, f[i].bundle.n)));
        PAIR_OK(&p, hq_request_ready(r[i]));
    }
    hq_ingest_group(p.hq, r, 3);
    for (unsigned i = 0; i < 3; i++) {
        PAIR_OK(&p, r[i]->st);
        CHECK_INT(r[i]->new_entries, HQ_INLINE_ENTRIES / 2);
        CHECK(r[i]->journals[0].n != 0); /* a receipt */
        hq_request_drop(&r[i]);
    }
    CHECK_INT(count(T_ENTRY) - before, 3 * (HQ_INLINE_ENTRIES / 2));
    CHECK_INT(count(T_HASH), indexed);
    size_t written = commits();
    settle();
    CHECK_INT(commits() - written, 1); /* what they left together is folded together */
    for (unsigned i = 0; i < 3; i++) {
        struct exchange_result done;
        pair_sync(&p, &f[i].d, &done);
        CHECK_INT(done.unsent, 0);
    }
    for (unsigned i = 0; i < 3; i++) {
        struct exchange_result done;
        pair_sync(&p, &f[i].d, &done);
        same_everywhere(&f[i]);
    }
    for (unsigned i = 1; i < 3; i++) {
        bundle_buffer_drop(&f[i].bundle);
        pair_leave(&f[i].d);
    }
    come_home(&f[0]);
}

static void few_entries_wait_for_their_signatures_while_many_are_at_the_door(void)
{
    struct field f;
    unsigned problems;
    go_out(&f);
    work(&f, 9);
    CHECK_INT(pack(&f), 9);
    uint64_t indexed = count(T_HASH);
    atomic_store(&p.hq->at_door, HQ_DOOR_ENTRIES);
    CHECK_INT(take(&f, &problems), 9);
    CHECK_INT(problems, 0);
    CHECK_INT(atomic_load(&p.hq->at_door), HQ_DOOR_ENTRIES); /* what came has gone */
    CHECK_INT(count(T_HASH), indexed);
    settle();
    struct exchange_result done;
    pair_sync(&p, &f.d, &done);
    CHECK_INT(done.unsent, 0);
    same_everywhere(&f);
    atomic_store(&p.hq->at_door, 0);
    work(&f, 9);
    pack(&f);
    CHECK_INT(take(&f, &problems), 9);
    CHECK_INT(count(T_HASH), count(T_ENTRY)); /* alone: at once */
    come_home(&f);
}

static void still(void *ctx, struct now *out)
{
    struct pair *of = ctx;
    of->ms -= 1000; /* pair_clock moves */
    pair_clock(ctx, out);
}

/* Would a bundle's signatures be looked at before its receipt? Nobody else is at the door. */
static bool looked_at(const struct field *f)
{
    struct hq_request *r = NULL;
    PAIR_OK(&p, hq_request_new(p.hq, &r, &p.err));
    PAIR_OK(&p, hq_request_feed(r, bytes_of(f->bundle.p, f->bundle.n)));
    PAIR_OK(&p, hq_request_ready(r));
    bool yes = !r->deferred;
    hq_request_drop(&r);
    CHECK_INT(atomic_load(&p.hq->at_door), 0);
    return yes;
}

/* One after the other, each alone at the door: as many signatures as headquarters has time for. */
static void a_crowd_is_one_that_comes_within_a_second_not_only_at_the_same_moment(void)
{
    struct field f;
    go_out(&f);
    work(&f, HQ_INLINE_ENTRIES);
    CHECK_INT(pack(&f), HQ_INLINE_ENTRIES);
    p.hq->clock.read = still;
    for (unsigned i = 0; i < HQ_DOOR_ENTRIES / HQ_INLINE_ENTRIES; i++) {
        CHECK(looked_at(&f));
    }
    CHECK(!looked_at(&f));
    p.ms += HQ_INLINE_ENTRIES / HQ_DOOR_A_MS - 1;
    CHECK(!looked_at(&f));
    p.ms += 1;
    CHECK(looked_at(&f));
    CHECK(!looked_at(&f));
    p.ms -= 3600000; /* a clock that was turned back does not shut the door for an hour */
    CHECK(looked_at(&f));
    p.ms += 3600000;
    p.hq->clock.read = pair_clock;
    come_home(&f);
}

/* A device that brought a long history takes its turn with those that brought a few entries. */
static void what_one_left_is_not_folded_before_what_all_others_left(void)
{
    struct field f;
    struct pair_device other[4];
    unsigned problems, few = 5;
    struct exchange_result done;
    go_out(&f);
    struct bundle_buffer bundle = f.bundle;
    for (unsigned i = 0; i < 4; i++) {
        char prefix[8];
        snprintf(prefix, sizeof prefix, "T%u", i);
        pair_join(&p, &other[i], f.d.person, prefix);
        pair_sync(&p, &other[i], &done);
        if (memcmp(other[i].journal.cert.author.b, f.d.journal.cert.author.b, sizeof(id8)) < 0) {
            struct pair_device first = other[i]; /* the one whose chain is found first */
            other[i] = f.d;
            f.d = first;
        }
    }
    pair_sync(&p, &f.d, &done);
    work(&f, 3 * 500 + 1);
    pack(&f);
    atomic_store(&p.hq->at_door, HQ_DOOR_ENTRIES);
    CHECK_INT(take(&f, &problems), 3 * 500 + 1);
    for (unsigned i = 0; i < 4; i++) {
        struct field small = {.d = other[i], .bundle = bundle};
        memcpy(small.job, f.job, sizeof small.job);
        work(&small, few);
        pack(&small);
        take(&small, &problems);
        bundle = small.bundle;
        other[i] = small.d;
    }
    atomic_store(&p.hq->at_door, 0);
    for (unsigned i = 0; i < 2; i++) {
        bool left;
        PAIR_OK(&p, hq_route_rest(p.hq, 1, &left, &p.err)); /* a step */
        CHECK(left);
    }
    struct store_txn *t = NULL;
    PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
    for (unsigned i = 0; i < 4; i++) {
        const struct chain_head *head = &other[i].journal.head;
        CHECK_INT(hq_routed(t, head->author, head->epoch), head->seq);
    }
    const struct chain_head *head = &f.d.journal.head;
    CHECK(hq_routed(t, head->author, head->epoch) < head->seq);
    store_abort(&t);
    settle();
    CHECK_INT(count(T_HASH), count(T_ENTRY));
    for (unsigned i = 0; i < 4; i++) {
        pair_leave(&other[i]);
    }
    bundle_buffer_drop(&bundle);
    come_home(&f);
}

static void told(struct hq_writer_task *task)
{
    atomic_store((atomic_bool *)task->ctx, true);
}

static void pause_ms(long ms)
{
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&t, NULL);
}

static bool indexed_within(long ms)
{
    for (long waited = 0; waited < ms && count(T_HASH) != count(T_ENTRY); waited += 5) {
        pause_ms(5);
    }
    return count(T_HASH) == count(T_ENTRY);
}

/* A backlog's receipt, from docketd's own writer. */
static void hand_in(struct field *f, struct hq_writer *w)
{
    struct hq_request *r = NULL;
    atomic_bool done = false;
    CHECK_INT(pack(f), MANY);
    PAIR_OK(&p, hq_request_new(p.hq, &r, &p.err));
    PAIR_OK(&p, hq_request_feed(r, bytes_of(f->bundle.p, f->bundle.n)));
    PAIR_OK(&p, hq_request_ready(r));
    struct hq_writer_task task = {.request = r, .done = told, .ctx = &done};
    PAIR_OK(&p, hq_writer_submit(w, &task));
    while (!atomic_load(&done)) {
        pause_ms(1);
    }
    CHECK_INT(r->new_entries, MANY);
    hq_request_drop(&r);
}

/* Signatures take all cores: while others stand at the door they are theirs, but not for ever. */
static void what_follows_receipts_waits_while_others_are_at_the_door_but_not_for_ever(void)
{
    struct field f;
    struct hq_writer *w = NULL;
    struct exchange_result done;
    go_out(&f);
    work(&f, MANY);
    PAIR_OK(&p, hq_writer_start(&w, p.hq, &p.err));
    atomic_fetch_add(&p.hq->at_door, 5);
    hand_in(&f, w);
    pause_ms(HQ_REST_WAIT_MS / 4);
    CHECK(count(T_HASH) != count(T_ENTRY));
    CHECK(indexed_within(10 * HQ_REST_WAIT_MS)); /* the door never empties */
    hq_writer_stop(&w);
    atomic_fetch_sub(&p.hq->at_door, 5);
    pair_sync(&p, &f.d, &done);
    work(&f, MANY);
    PAIR_OK(&p, hq_writer_start(&w, p.hq, &p.err));
    atomic_fetch_add(&p.hq->at_door, 5);
    hand_in(&f, w);
    CHECK(count(T_HASH) != count(T_ENTRY));
    atomic_fetch_sub(&p.hq->at_door, 5);
    CHECK(indexed_within(HQ_REST_WAIT_MS)); /* it empties: soon */
    hq_writer_stop(&w);
    come_home(&f);
}

static void a_crash_after_the_receipt_leaves_nothing_out(void)
{
    struct field f;
    unsigned problems;
    go_out(&f);
    work(&f, MANY);
    CHECK_INT(pack(&f), MANY);
    uint64_t before = count(T_ENTRY), indexed = count(T_HASH);
    CHECK_INT(take(&f, &problems), MANY);
    CHECK_INT(problems, 0);
    CHECK_INT(count(T_ENTRY), before + MANY);
    CHECK_INT(count(T_HASH), indexed); /* that comes later */
    pair_end(&p);
    pair_open_hq(&p); /* finishes what was left */
    same_everywhere(&f);
    come_home(&f);
}

static void a_backlog_sent_twice_or_in_two_parts_is_taken_once(void)
{
    struct field f;
    unsigned problems;
    go_out(&f);
    work(&f, MANY);
    pack(&f);
    CHECK_INT(take(&f, &problems), MANY);
    CHECK_INT(take(&f, &problems), 0); /* the same again, before anything is indexed */
    CHECK_INT(problems, 0);
    work(&f, MANY);
    CHECK_INT(pack(&f), 2 * MANY); /* the receipt was lost: all of it, and what is new */
    CHECK_INT(take(&f, &problems), MANY);
    CHECK_INT(problems, 0);
    work(&f, 3);
    pack(&f);
    CHECK_INT(take(&f, &problems), 3);
    CHECK_INT(problems, 0);
    settle();
    same_everywhere(&f);
    come_home(&f);
}

/* The device's store is restored from a copy and goes on: another entry with a sequence taken. */
static void a_fork_of_a_chain_that_is_not_indexed_yet_is_seen_and_both_branches_kept(void)
{
    struct field f;
    unsigned problems;
    go_out(&f);
    work(&f, MANY);
    struct chain_head old = f.d.journal.head;
    work(&f, 10);
    pack(&f);
    CHECK_INT(take(&f, &problems), MANY + 10);
    uint8_t buf[CAP_ENTRY_BYTES];
    struct entry_view e;
    struct now now = pair_now(&p);
    struct entry_draft draft = {
        .kind = KIND_VISIT_TRAVELLING, .subject_type = SUBJECT_JOB, .subject = f.job[0]};
    PAIR_OK(&p, entry_make(&old, &draft, &now, p.hq->keys.deployment, f.d.journal.keys.sign_sk, buf,
                           sizeof buf, &e, &p.err));
    struct bundle_writer w = {0};
    f.bundle.n = 0;
    const struct hq_sealing *to = &p.hq->keys.secret->sealing[0];
    struct bundle_seal keys = {.from = BUNDLE_FROM_AUTHOR,
                               .sender = f.d.journal.head.author,
                               .sender_pk = f.d.journal.keys.box_pk,
                               .sender_sk = f.d.journal.keys.box_sk,
                               .recipient_pk = to->pk};
    memcpy(keys.deployment, p.hq->keys.deployment, 16);
    struct manifest m = {.role = MANIFEST_REQUEST, .trust_serial = p.hq->trust.serial};
    uint8_t *room = malloc(BUNDLE_MANIFEST_BYTES);
    bytes doc;
    PAIR_OK(&p, manifest_encode(&m, room, BUNDLE_MANIFEST_BYTES, &doc));
    PAIR_OK(&p, bundle_begin(&w, &keys, bundle_buffer_sink, &f.bundle, &p.err));
    PAIR_OK(&p, bundle_manifest(&w, doc, &p.err));
    PAIR_OK(&p, bundle_item(&w, e.whole, &p.err));
    PAIR_OK(&p, bundle_end(&w, &p.err));
    free(room);
    CHECK_INT(take(&f, &problems), 1);
    CHECK_INT(problems, 1);
    CHECK_INT(count(T_HASH), count(T_ENTRY)); /* it had to look, so all is indexed now */
    struct store_txn *t = NULL;
    struct chain_mark mark;
    struct arena a = hq_arena(p.hq);
    PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
    PAIR_OK(&p, chain_mark_get(t, e.author, e.epoch, &a, &mark, &p.err));
    CHECK(mark.forked && h32_eq(mark.hash, f.last));
    store_abort(&t);
    settle();
    CHECK_INT(count(T_SUBJECT), count(T_ENTRY));
    come_home(&f);
}

int main(void)
{
    RUN(a_crowd_gets_its_receipts_first_and_is_folded_after);
    RUN(few_entries_wait_for_their_signatures_while_many_are_at_the_door);
    RUN(a_crowd_is_one_that_comes_within_a_second_not_only_at_the_same_moment);
    RUN(what_one_left_is_not_folded_before_what_all_others_left);
    RUN(what_follows_receipts_waits_while_others_are_at_the_door_but_not_for_ever);
    RUN(a_crash_after_the_receipt_leaves_nothing_out);
    RUN(a_backlog_sent_twice_or_in_two_parts_is_taken_once);
    RUN(a_fork_of_a_chain_that_is_not_indexed_yet_is_seen_and_both_branches_kept);
    CHECK_END();
}
