/* test_cut.c - a revocation that cuts off much is taken in parts: others' receipts come between,
 * and neither a crash nor a disk that is full for a while leaves anything half cut. */
#define _GNU_SOURCE
#include "core/store/inside.h"
#include "sync/hq/hq_cut.h"
#include "sync/hq/hq_writer.h"
#include "tests/unit/hq/pair.h"

#include <dlfcn.h>
#include <errno.h>
#include <lmdb.h>
#include <time.h>

enum { PART = 64 * HQ_CUT_ROUNDS, MANY = 2 * PART + 10 };

static struct pair p;
static struct pair_device lost, other;
static id16 subject[MANY], job;
static uint8_t *room;

static atomic_bool is_full; /* the disk */
static atomic_uint refused;

/* LMDB's own is called behind it. */
int mdb_txn_commit(MDB_txn *txn)
{
    static int (*real)(MDB_txn * txn);
    if (atomic_load(&is_full)) {
        atomic_fetch_add(&refused, 1);
        mdb_txn_abort(txn);
        return ENOSPC;
    }
    if (real == NULL) {
        void *sym = dlsym(RTLD_NEXT, "mdb_txn_commit");
        memcpy(&real, &sym, sizeof real);
    }
    return real(txn);
}

static size_t commits(void)
{
    MDB_envinfo info;
    CHECK_INT(mdb_env_info(p.hq->store->env, &info), 0);
    return info.me_last_txnid;
}

/* Of how many of its subjects does headquarters show what their entries say now? */
static unsigned folded(void)
{
    struct store_txn *t = NULL;
    unsigned n = 0;
    PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
    for (unsigned i = 0; i < MANY; i++) {
        struct arena tmp = arena_of(room, 2 * CAP_SCRATCH_BYTES);
        struct subject_state s;
        bytes encoded;
        h32 kept, fresh;
        PAIR_OK(&p, fold_load(t, subject[i], &tmp, &s, &kept, &p.err));
        PAIR_OK(&p, fold_fresh(t, subject[i], &tmp, &s, &encoded, &fresh, &p.err));
        n += h32_eq(kept, fresh);
    }
    store_abort(&t);
    return n;
}

/* Its journal's first entry is about another subject. */
static bool is_a_part(unsigned n)
{
    return n == PART || n == PART - 1;
}

static unsigned noted(void)
{
    struct store_txn *t = NULL;
    struct store_cursor *c = NULL;
    unsigned n = 0;
    bytes key;
    PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
    PAIR_OK(&p, store_scan(t, T_META, str_bytes(S("cutting/")), (bytes){NULL, 0}, &c, &p.err));
    while (store_next(c, &key) == ST_OK) {
        n++;
    }
    store_scan_end(&c);
    store_abort(&t);
    return n;
}

/* A device that wrote on MANY subjects after it was lost, and a colleague's. */
static void begin(void)
{
    struct record_write w = {.field = F_TECHNICIAN_ROLE, .type = FT_ENUM, .i = ROLE_TECHNICIAN};
    struct exchange_result r;
    struct store_txn *t = NULL;
    uint8_t body[64];
    union body b;
    room = malloc(2 * CAP_SCRATCH_BYTES);
    pair_begin(&p);
    id16 who = pair_record(&p, SUBJECT_TECHNICIAN, &w, 1, "Li Wei", F_TECHNICIAN_NAME);
    id16 colleague = pair_record(&p, SUBJECT_TECHNICIAN, &w, 1, "Chen Mei", F_TECHNICIAN_NAME);
    job = pair_job(&p, (id16){{0}}, "no cooling");
    pair_assign(&p, job, colleague);
    pair_join(&p, &lost, who, "D1");
    pair_join(&p, &other, colleague, "D2");
    pair_sync(&p, &lost, &r);
    pair_sync(&p, &other, &r);
    struct now now = pair_now(&p);
    struct append what = {.kind = KIND_VISIT_TRAVELLING, .subject_type = SUBJECT_JOB, .body = {0}};
    memset(&b, 0, sizeof b);
    b.head.visit = (id8){{1}};
    PAIR_OK(&p, body_encode(what.kind, &b, body, sizeof body, &what.body));
    PAIR_OK(&p, store_write(lost.store, &t, &p.err));
    for (unsigned i = 0; i < MANY; i++) {
        h32 hash;
        randombytes_buf(subject[i].b, sizeof subject[i].b);
        what.subject = subject[i];
        PAIR_OK(&p, journal_append_in(&lost.journal, t, &what, &now, &hash, &p.err));
    }
    PAIR_OK(&p, store_commit(&t, &p.err));
    pair_sync(&p, &lost, &r);
    CHECK_INT(r.unsent, 0);
    CHECK_INT(folded(), MANY);
}

static void end(void)
{
    pair_leave(&lost);
    pair_leave(&other);
    pair_end(&p);
    free(room);
}

/* Out of its owner's hands since it opened its journal: all of it is set aside. */
static void revoke(void)
{
    json_t *out = NULL,
           *in = json_pack("{s:o,s:I}", "author", ops_hex(lost.journal.cert.author.b, 8),
                           "since_ms", (json_int_t)1);
    PAIR_OK(&p, ops_run(p.hq, "revoke", in, &out, &p.err));
    CHECK(json_integer_value(json_object_get(out, "set_aside")) >= MANY);
    json_decref(in);
    json_decref(out);
}

static void a_part_is_a_transaction(void)
{
    begin();
    size_t before = commits();
    revoke();
    CHECK_INT(commits() - before, 1);
    CHECK(p.hq->cut_due);
    CHECK_INT(noted(), 1);
    CHECK(is_a_part(folded()));
    for (unsigned parts = 2; p.hq->cut_due; parts++) {
        before = commits();
        PAIR_OK(&p, hq_cut_settle(p.hq, 1, &p.err));
        CHECK_INT(commits() - before, p.hq->cut_due ? 1 : 0); /* the last finds nothing */
        unsigned n = folded();
        CHECK(n >= (parts * PART < MANY ? parts * PART - 1 : MANY));
        CHECK(parts < 6);
    }
    CHECK_INT(folded(), MANY);
    CHECK_INT(noted(), 0);
    end();
}

static void pause_ms(long ms)
{
    struct timespec t = {.tv_nsec = ms * 1000000};
    nanosleep(&t, NULL);
}

static void told(struct hq_writer_task *task)
{
    atomic_store((atomic_bool *)task->ctx, true);
}

/* What is left stays due, so nothing is compared; the writer tries once for each request. */
static void a_part_that_fails_is_tried_again_with_the_next_request(void)
{
    struct hq_writer *w = NULL;
    atomic_bool done = false;
    begin();
    revoke();
    atomic_store(&refused, 0);
    atomic_store(&is_full, true);
    CHECK_INT(hq_cut_settle(p.hq, 1, NULL), ST_FULL);
    CHECK(p.hq->cut_due);
    PAIR_OK(&p, hq_writer_start(&w, p.hq, &p.err));
    for (unsigned i = 0; i < 1000 && atomic_load(&refused) < 2; i++) {
        pause_ms(5);
    }
    pause_ms(100);
    CHECK_INT(atomic_load(&refused), 2);
    atomic_store(&is_full, false);
    struct hq_writer_task task = {.op = "status", .in = json_object(), .done = told, .ctx = &done};
    PAIR_OK(&p, hq_writer_submit(w, &task));
    hq_writer_stop(&w); /* when nothing is due any more */
    CHECK(atomic_load(&done));
    PAIR_OK(&p, task.st);
    json_decref(task.out);
    json_decref((json_t *)(uintptr_t)task.in);
    CHECK(!p.hq->cut_due);
    CHECK_INT(folded(), MANY);
    CHECK_INT(noted(), 0);
    end();
}

static void a_crash_between_two_parts_is_made_up_for_at_the_next_open(void)
{
    begin();
    revoke();
    CHECK(is_a_part(folded()));
    pair_end(&p); /* what is left is noted in the store alone */
    pair_open_hq(&p);
    CHECK(!p.hq->cut_due);
    CHECK_INT(folded(), MANY);
    CHECK_INT(noted(), 0);
    end();
}

/* Meanwhile a colleague's work is taken and receipted, and nothing of it is compared. Headquarters'
 * own exchange in process, as docketctl has it, leaves nothing half cut behind it. */
static void others_are_served_between_and_whoever_waits_for_no_writer_has_all_of_it_done(void)
{
    struct exchange_result r;
    begin();
    revoke();
    CHECK(folded() < MANY);
    h32 e = pair_step(&p, &other, job, KIND_VISIT_ACCEPTED, (id8){{1}});
    pair_sync(&p, &other, &r);
    CHECK_INT(pair_place(&p, &other, e), SYNC_HQ);
    CHECK_INT(r.problems, 0);
    CHECK_INT(folded(), MANY);
    CHECK(!p.hq->cut_due);
    end();
}

int main(void)
{
    RUN(a_part_is_a_transaction);
    RUN(a_part_that_fails_is_tried_again_with_the_next_request);
    RUN(a_crash_between_two_parts_is_made_up_for_at_the_next_open);
    RUN(others_are_served_between_and_whoever_waits_for_no_writer_has_all_of_it_done);
    CHECK_END();
}
