/* test_attack_calls.c - what the holder of an enrolled device may do with calls that he "took
 * himself": they hold up nobody, and bring him nothing that his branch has not. */
#include "core/model/call.h"
#include "core/store/inside.h"
#include "core/rules/call.h"
#include "sync/hq/hq_ingest.h"
#include "sync/hq/hq_taken.h"
#include "sync/hq/hq_writer.h"
#include "tests/unit/hq/pair.h"

#include <lmdb.h>
#include <time.h>

enum { FLOOD = 5 * HQ_TAKEN_STEP };

static struct pair p;
static struct pair_device d;
static const id8 here = {{1, 1}}, elsewhere = {{2, 2}};
static id16 who;

static void begin(void)
{
    struct record_write w[2] = {
        {.field = F_TECHNICIAN_ROLE, .type = FT_ENUM, .i = ROLE_TECHNICIAN},
        {.field = F_BRANCH, .type = FT_ID8, .id = here},
    };
    struct exchange_result r;
    pair_begin(&p);
    who = pair_record(&p, SUBJECT_TECHNICIAN, w, 2, "Li Wei", F_TECHNICIAN_NAME);
    pair_join(&p, &d, who, "D1");
    pair_sync(&p, &d, &r);
}

static void end(void)
{
    pair_leave(&d);
    pair_end(&p);
}

static id16 take(unsigned number, id16 customer, id16 equipment)
{
    uint8_t body[CAP_BODY_BYTES];
    char code[32];
    struct record_write w[6];
    size_t n = 0;
    h32 hash;
    struct now now = pair_now(&p);
    struct append_att att = {.type = ATT_TEXT, .content = str_bytes(S("no ice"))};
    struct append what = {
        .kind = KIND_RECORD_SET, .subject_type = SUBJECT_JOB, .atts = &att, .natt = 1};
    memset(w, 0, sizeof w);
    snprintf(code, sizeof code, "C-D1-7K-%06u", number);
    w[n] = (struct record_write){.field = F_JOB_PROVISIONAL, .type = FT_CODE};
    CHECK(code_of(str_bytes(str_c(code)), &w[n++].code));
    w[n++] = (struct record_write){.field = F_JOB_CUSTOMER, .type = FT_REF, .ref = customer};
    if (!id16_zero(equipment)) {
        w[n++] = (struct record_write){.field = F_JOB_EQUIPMENT, .type = FT_REF, .ref = equipment};
    }
    w[n++] = (struct record_write){.field = F_JOB_CALLED, .type = FT_TIME, .i = 1 + (int)number};
    w[n++] =
        (struct record_write){.field = F_JOB_CHANNEL, .type = FT_ENUM, .i = CHANNEL_TECHNICIAN};
    w[n++] = (struct record_write){.field = F_JOB_FAULT_TOLD, .type = FT_TEXT, .i = 0};
    what.subject = call_subject(d.journal.cert.author, d.journal.head.epoch, &w[0].code);
    PAIR_OK(&p, record_encode(w, n, body, sizeof body, &what.body));
    PAIR_OK(&p, journal_append(&d.journal, &what, &now, &hash, &p.err));
    return what.subject;
}

static struct subject_state state_of(id16 subject, uint8_t *room)
{
    struct arena a = arena_of(room, CAP_SCRATCH_BYTES);
    struct subject_state s = {.nconflicts = 0};
    struct store_txn *t = NULL;
    PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
    CHECK_INT(fold_load(t, subject, &a, &s, NULL, NULL), ST_OK);
    store_abort(&t);
    return s;
}

static unsigned numbered(const id16 *calls, unsigned n, uint8_t *room)
{
    unsigned yes = 0;
    for (unsigned i = 0; i < n; i++) {
        struct subject_state s = state_of(calls[i], room);
        yes += fold_shown(&s, F_CODE) != NULL;
    }
    return yes;
}

static size_t commits(void)
{
    MDB_envinfo info;
    CHECK_INT(mdb_env_info(p.hq->store->env, &info), 0);
    return info.me_last_txnid;
}

/* Each costs headquarters several entries: with one round of requests goes a handful, in one
 * transaction, and the rest while nobody waits. */
static void a_flood_of_calls_waits_for_everybody_else(void)
{
    uint8_t *room = malloc(CAP_SCRATCH_BYTES);
    struct exchange_result r = {0};
    struct bundle_buffer bundle = {.cap = 16 << 20};
    struct hq_request *q = NULL;
    struct hq_writer *w = NULL;
    id16 calls[FLOOD], customer = {{9}};
    begin();
    for (unsigned i = 0; i < FLOOD; i++) {
        calls[i] = take(i, customer, (id16){{0}});
    }
    struct now now = pair_now(&p);
    PAIR_OK(&p, exchange_request(&d.journal, NULL, &now, bundle_buffer_sink, &bundle, &r, &p.err));
    PAIR_OK(&p, hq_request_new(p.hq, &q, &p.err));
    PAIR_OK(&p, hq_request_feed(q, bytes_of(bundle.p, bundle.n)));
    PAIR_OK(&p, hq_request_ready(q));
    size_t before = commits();
    hq_ingest_group(p.hq, &q, 1);
    CHECK_INT(commits() - before, 2); /* what came, and the handful */
    PAIR_OK(&p, q->st);
    hq_request_drop(&q);
    CHECK_INT(numbered(calls, FLOOD, room), HQ_TAKEN_STEP);
    PAIR_OK(&p, hq_writer_start(&w, p.hq, &p.err));
    struct timespec nap = {.tv_nsec = 20000000};
    for (unsigned i = 0; i < 1000 && numbered(calls, FLOOD, room) < FLOOD; i++) {
        nanosleep(&nap, NULL);
    }
    hq_writer_stop(&w);
    CHECK_INT(numbered(calls, FLOOD, room), FLOOD);
    CHECK(!p.hq->taken_due);
    struct subject_state s = state_of(calls[FLOOD - 1], room);
    CHECK(id16_eq(s.assigned, who));
    bundle_buffer_drop(&bundle);
    free(room);
    end();
}

static bool holds(id16 subject)
{
    struct store_txn *t = NULL;
    PAIR_OK(&p, store_read(d.store, &t, &p.err));
    bool yes = store_has(t, T_STATE, bytes_of(subject.b, sizeof subject.b));
    store_abort(&t);
    return yes;
}

/* Whoever knows the id of another branch's customer learns nothing by naming it in a call, and
 * changes nothing of his: the desk looks at it. */
static void a_call_on_another_branchs_customer_waits_for_the_desk(void)
{
    uint8_t *room = malloc(CAP_SCRATCH_BYTES);
    struct exchange_result r;
    begin();
    struct record_write w = {.field = F_BRANCH, .type = FT_ID8, .id = elsewhere};
    id16 theirs = pair_record(&p, SUBJECT_CUSTOMER, &w, 1, "Golden Lotus", F_CUSTOMER_NAME);
    id16 machine = pair_record(&p, SUBJECT_EQUIPMENT, &w, 1, "Ice maker", F_EQUIPMENT_NAME);
    w.id = here;
    id16 ours = pair_record(&p, SUBJECT_CUSTOMER, &w, 1, "Harbour Canteen", F_CUSTOMER_NAME);
    id16 one = take(1, theirs, (id16){{0}}), two = take(2, ours, machine),
         three = take(3, ours, (id16){{0}});
    pair_sync(&p, &d, &r);
    pair_sync(&p, &d, &r);
    CHECK(!holds(theirs) && !holds(machine));
    CHECK(holds(ours));
    struct subject_state s = state_of(one, room);
    CHECK(fold_shown(&s, F_CODE) != NULL && id16_zero(s.assigned));
    s = state_of(two, room);
    CHECK(fold_shown(&s, F_CODE) != NULL && id16_zero(s.assigned));
    s = state_of(machine, room);
    CHECK(fold_shown(&s, F_EQUIPMENT_CUSTOMER) == NULL);
    s = state_of(three, room);
    CHECK(fold_shown(&s, F_CODE) != NULL && id16_eq(s.assigned, who));
    free(room);
    end();
}

/* What the desk has on file for all branches does not become one branch's, nor one customer's,
 * because somebody names it. */
static void what_the_desk_has_on_file_is_not_adopted(void)
{
    uint8_t *room = malloc(CAP_SCRATCH_BYTES);
    struct exchange_result r;
    begin();
    id16 all = pair_record(&p, SUBJECT_CUSTOMER, NULL, 0, "Golden Lotus", F_CUSTOMER_NAME);
    id16 machine = pair_record(&p, SUBJECT_EQUIPMENT, NULL, 0, "Ice maker", F_EQUIPMENT_NAME);
    id16 call = take(1, all, machine);
    pair_sync(&p, &d, &r);
    struct subject_state s = state_of(call, room);
    CHECK(fold_shown(&s, F_CODE) != NULL && id16_eq(s.assigned, who));
    s = state_of(all, room);
    CHECK(fold_shown(&s, F_BRANCH) == NULL);
    s = state_of(machine, room);
    CHECK(fold_shown(&s, F_BRANCH) == NULL && fold_shown(&s, F_EQUIPMENT_CUSTOMER) == NULL);
    free(room);
    end();
}

static void he_stands_before(id16 job, id16 equipment)
{
    uint8_t body[CAP_BODY_BYTES];
    struct record_write w = {.field = F_JOB_EQUIPMENT, .type = FT_REF, .ref = equipment};
    struct append what = {.kind = KIND_RECORD_SET, .subject_type = SUBJECT_JOB, .subject = job};
    struct now now = pair_now(&p);
    h32 hash;
    PAIR_OK(&p, record_encode(&w, 1, body, sizeof body, &what.body));
    PAIR_OK(&p, journal_append(&d.journal, &what, &now, &hash, &p.err));
}

/* Nor by naming another branch's machine as the one that he stands before. */
static void naming_a_machine_of_another_branch_brings_nothing_of_it(void)
{
    struct exchange_result r;
    begin();
    struct record_write w = {.field = F_BRANCH, .type = FT_ID8, .id = elsewhere};
    id16 theirs = pair_record(&p, SUBJECT_EQUIPMENT, &w, 1, "Ice maker", F_EQUIPMENT_NAME);
    w.id = here;
    id16 ours = pair_record(&p, SUBJECT_EQUIPMENT, &w, 1, "Freezer", F_EQUIPMENT_NAME);
    id16 customer = pair_record(&p, SUBJECT_CUSTOMER, &w, 1, "Harbour Canteen", F_CUSTOMER_NAME);
    id16 jobs[2];
    for (int i = 0; i < 2; i++) {
        struct record_write of[2] = {{.field = F_JOB_CUSTOMER, .type = FT_REF, .ref = customer}, w};
        jobs[i] = pair_record(&p, SUBJECT_JOB, of, 2, "no ice", F_JOB_FAULT_TOLD);
        pair_assign(&p, jobs[i], who);
    }
    pair_sync(&p, &d, &r);
    he_stands_before(jobs[0], theirs);
    he_stands_before(jobs[1], ours);
    pair_sync(&p, &d, &r);
    pair_sync(&p, &d, &r);
    CHECK(holds(jobs[0]) && holds(jobs[1]) && holds(ours));
    CHECK(!holds(theirs));
    end();
}

int main(void)
{
    RUN(a_flood_of_calls_waits_for_everybody_else);
    RUN(a_call_on_another_branchs_customer_waits_for_the_desk);
    RUN(naming_a_machine_of_another_branch_brings_nothing_of_it);
    RUN(what_the_desk_has_on_file_is_not_adopted);
    CHECK_END();
}
