/* fuzz_answer.c - what a device takes from headquarters, or from who holds headquarters' sealing
 * key. The first byte: 0 an answer as it comes, 1 the plan of one that is sealed here. What is
 * authentic is committed, so every so many inputs the store is put back to where it began. */
#include "core/journal/check.h"
#include "tests/fuzz/door.h"
#include "tests/fuzz/frames.h"
#include "tests/unit/hq/pair.h"

#include <fcntl.h>
#include <unistd.h>

#define PUT_BACK 500 /* inputs on one store */
#define STORE_BYTES (4U << 20)

static struct pair p;
static struct pair_device d;
static struct bundle_open opens;
static struct frames inside;
static struct bundle_buffer answer; /* of headquarters, with a job, before it was taken */
static uint8_t kept[STORE_BYTES];
static size_t kept_n;
static uint64_t own_entries;
static unsigned taken;

static void store_file(char path[static 160])
{
    snprintf(path, 160, "%s/env/data.mdb", d.dir);
}

static struct sync_status status(void)
{
    struct sync_status s;
    struct store_txn *t = NULL;
    HOLD(store_read(d.store, &t, NULL) == ST_OK);
    HOLD(sync_status(t, d.journal.head.author, arena_of(d.scratch, CAP_SCRATCH_BYTES), &s, NULL) ==
         ST_OK);
    store_abort(&t);
    return s;
}

static void keep_store(void)
{
    char path[160];
    store_file(path);
    pair_close_device(&d);
    FILE *f = fopen(path, "rb");
    HOLD(f != NULL);
    kept_n = fread(kept, 1, sizeof kept, f);
    HOLD(fclose(f) == 0 && kept_n > 0 && kept_n < sizeof kept);
    pair_open_device(&p, &d);
}

static void put_back(void)
{
    char path[160];
    store_file(path);
    pair_close_device(&d);
    FILE *f = fopen(path, "wb");
    HOLD(f != NULL && fwrite(kept, 1, kept_n, f) == kept_n && fclose(f) == 0);
    door_long_lived(true);
    pair_open_device(&p, &d);
    door_long_lived(false);
    taken = 0;
}

static void begin(void)
{
    struct exchange_result res;
    door_long_lived(true);
    pair_begin(&p);
    struct record_write role = {.field = F_TECHNICIAN_ROLE, .type = FT_ENUM, .i = ROLE_TECHNICIAN};
    id16 tech = pair_record(&p, SUBJECT_TECHNICIAN, &role, 1, "Li", F_TECHNICIAN_NAME);
    id16 customer = pair_record(&p, SUBJECT_CUSTOMER, NULL, 0, "Wang", F_CUSTOMER_NAME);
    pair_join(&p, &d, tech, "T1");
    id16 job = pair_job(&p, customer, "does not start");
    pair_assign(&p, job, tech);
    pair_sync(&p, &d, &res);
    pair_step(&p, &d, job, KIND_VISIT_ACCEPTED, (id8){{1}});
    id16 more = pair_job(&p, customer, "is too loud");
    pair_assign(&p, more, tech);
    struct bundle_buffer req = {.cap = 1 << 20};
    struct now now = pair_now(&p);
    const char *problem;
    answer.cap = 1 << 20;
    PAIR_OK(&p, exchange_request(&d.journal, NULL, &now, bundle_buffer_sink, &req, &res, &p.err));
    PAIR_OK(&p, hq_exchange(p.hq, bytes_of(req.p, req.n), bundle_buffer_sink, &answer, &problem,
                            &p.err));
    bundle_buffer_drop(&req);
    keep_store();
    own_entries = status().own_entries;
    const struct hq_sealing *from = &p.hq->keys.secret->sealing[0];
    static uint8_t box_pk[32], box_sk[32];
    memcpy(box_pk, d.journal.keys.box_pk, 32); /* the store is opened anew again and again */
    memcpy(box_sk, d.journal.keys.box_sk, 32);
    opens = (struct bundle_open){.deployment = p.hq->keys.deployment,
                                 .recipient_pk = box_pk,
                                 .recipient_sk = box_sk,
                                 .sender_pk = from->pk};
    struct bundle_seal seal = {.from = BUNDLE_FROM_HQ,
                               .sender = from->id,
                               .sender_pk = from->pk,
                               .sender_sk = from->sk,
                               .recipient_pk = box_pk};
    memcpy(seal.deployment, p.hq->keys.deployment, sizeof seal.deployment);
    frames_begin(&inside, &seal, &opens);
    door_long_lived(false);
    HOLD(check_failures == 0);
}

static bool take(bytes in)
{
    if (in.n == 0) {
        return false;
    }
    bool plan = in.p[0] & 1;
    in = bytes_of(in.p + 1, in.n - 1);
    if (plan) {
        in = frames_make(&inside, in);
    }
    struct exchange_result res = {0};
    struct err err = {.st = ST_OK};
    struct now now = pair_now(&p);
    enum st st = exchange_answer(&d.journal, in, &now, &res, &err);
    HOLD(st != ST_IO && st != ST_CORRUPT && st != ST_FULL && st != ST_BUG);
    HOLD(st == ST_OK || st == ST_INCOMPLETE || err.text[0] != '\0');
    HOLD(st != ST_OK || (res.whole && res.answered));
    struct sync_status s = status();
    HOLD(s.own_entries >= own_entries); /* whatever came, own work is there */
    HOLD(s.unsent == 0 || res.receipts == 0 || s.receipt_ms != 0);
    if (++taken >= PUT_BACK) {
        put_back();
    }
    return st == ST_OK;
}

static void seeds(void)
{
    bytes whole = bytes_of(answer.p, answer.n);
    door_seed_with(0, whole);
    door_seed_with(1, frames_plan_of(whole, &opens));
    static uint8_t plan[1024];
    static const uint8_t chunk[40] = {7};
    size_t n = 0;
    frames_plan(plan, sizeof plan, &n, 0, BUNDLE_MANIFEST, bytes_of("\xa1\x01\x02", 3));
    frames_plan(plan, sizeof plan, &n, 1, BUNDLE_CHUNK, bytes_of(chunk, 40));
    door_seed_with(1, bytes_of(plan, n));
}

const struct door door = {.name = "answer",
                          .max_bytes = 16384,
                          .tries = 300,
                          .begin = begin,
                          .take = take,
                          .seeds = seeds};
