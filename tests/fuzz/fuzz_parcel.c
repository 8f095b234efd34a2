/* fuzz_parcel.c - what a revoked device that has nothing left but its parcel takes. The first byte:
 * 0 the file of the parcel's key, 1 an answer as it comes, 2 the plan of one from behind the seal.
 */
#include "sync/carrier/file.h"
#include "sync/engine/parcel.h"
#include "tests/fuzz/door.h"
#include "tests/fuzz/frames.h"
#include "tests/unit/hq/pair.h"

#include <unistd.h>

static struct pair p;
static struct pair_device d;
static struct bundle_open opens;
static struct frames inside;
static struct bundle_buffer answer; /* headquarters' own, which ends the waiting */
static char parcel[200], key_file[220];
static uint8_t key[CAP_TRUST_CHAIN_BYTES + 4096];
static size_t key_n;
static uint8_t pk[32], sk[32];

static void put(const char *path, bytes b)
{
    struct err err;
    HOLD(file_write(path, b, 0600, &err) == ST_OK);
}

static void owe_something(void)
{
    struct exchange_result r;
    struct parcel_made made;
    struct record_write role = {.field = F_TECHNICIAN_ROLE, .type = FT_ENUM, .i = ROLE_TECHNICIAN};
    pair_begin(&p);
    id16 tech = pair_record(&p, SUBJECT_TECHNICIAN, &role, 1, "Li", F_TECHNICIAN_NAME);
    id16 customer = pair_record(&p, SUBJECT_CUSTOMER, NULL, 0, "Wang", F_CUSTOMER_NAME);
    id16 job = pair_job(&p, customer, "does not start");
    pair_assign(&p, job, tech);
    pair_join(&p, &d, tech, "T1");
    pair_sync(&p, &d, &r);
    pair_step(&p, &d, job, KIND_VISIT_ACCEPTED, (id8){{1}});
    struct now now = pair_now(&p);
    PAIR_OK(&p, parcel_make(&d.journal, d.dir, &now, &made, &p.err));
    HOLD(made.any && made.entries == 1);
    pair_close_device(&d);
}

static void begin(void)
{
    bytes b;
    const char *problem;
    if (access("/dev/shm", W_OK) == 0) {
        HOLD(setenv("TMPDIR", "/dev/shm", 1) == 0);
    }
    door_long_lived(true);
    owe_something();
    parcel_path(d.dir, parcel, sizeof parcel);
    snprintf(key_file, sizeof key_file, "%s.key", parcel);
    PAIR_OK(&p, file_read(parcel, 1 << 20, &b, &p.err));
    answer.cap = 1 << 20;
    PAIR_OK(&p, hq_exchange(p.hq, b, bundle_buffer_sink, &answer, &problem, &p.err));
    free((void *)(uintptr_t)b.p);
    PAIR_OK(&p, file_read(key_file, sizeof key, &b, &p.err));
    key_n = b.n;
    memcpy(key, b.p, b.n);
    free((void *)(uintptr_t)b.p);
    memcpy(sk, key + 4, 32); /* array of four, one, 32 bytes (two of head) */
    HOLD(key[2] == 0x58 && key[3] == 32 && crypto_scalarmult_base(pk, sk) == 0);
    const struct hq_sealing *from = &p.hq->keys.secret->sealing[0];
    opens = (struct bundle_open){.deployment = p.hq->keys.deployment,
                                 .recipient_pk = pk,
                                 .recipient_sk = sk,
                                 .sender_pk = from->pk};
    struct bundle_seal seal = {.from = BUNDLE_FROM_HQ,
                               .sender = from->id,
                               .sender_pk = from->pk,
                               .sender_sk = from->sk,
                               .recipient_pk = pk};
    memcpy(seal.deployment, p.hq->keys.deployment, sizeof seal.deployment);
    frames_begin(&inside, &seal, &opens);
    door_long_lived(false);
    HOLD(check_failures == 0);
}

static bool take(bytes in)
{
    struct err err = {.st = ST_OK};
    if (in.n == 0) {
        return false;
    }
    unsigned which = in.p[0] % 3;
    in = bytes_of(in.p + 1, in.n - 1);
    put(parcel, bytes_of("a parcel", 8));
    put(key_file, which == 0 ? in : bytes_of(key, key_n));
    HOLD(parcel_pending(d.dir));
    bytes comes = which == 0   ? bytes_of(answer.p, answer.n)
                  : which == 1 ? in
                               : frames_make(&inside, in);
    enum st st = parcel_answer(d.dir, comes, &err);
    HOLD(st != ST_IO && st != ST_FULL && st != ST_BUG);
    HOLD(st == ST_OK || err.text[0] != '\0');
    /* It goes when the answer covers it, and not before. */
    HOLD((access(parcel, F_OK) == 0) == (st != ST_OK));
    HOLD(parcel_pending(d.dir) == (st != ST_OK));
    return st == ST_OK;
}

static void seeds(void)
{
    bytes whole = bytes_of(answer.p, answer.n);
    door_seed_with(0, bytes_of(key, key_n));
    door_seed_with(1, whole);
    door_seed_with(2, frames_plan_of(whole, &opens));
}

static size_t cbor_at(bytes in, bool *in_strings)
{
    *in_strings = true;
    return in.n > 0 && in.p[0] == 0 ? 1 : DOOR_NO_CBOR;
}

const struct door door = {.name = "parcel",
                          .max_bytes = 16384,
                          .tries = 800,
                          .begin = begin,
                          .take = take,
                          .seeds = seeds,
                          .cbor_at = cbor_at};
