/* fuzz_http.c - what is posted to docketd, without sockets: the whole way of a request, up to what
 * the writer would commit (it is undone). The first byte chooses: 0 a body as it comes, 1 the plan
 * of a bundle by a certified device, 2 of one by a joining device under an open code; the second in
 * what pieces it comes. */
#include "sync/hq/hq_ingest.h"
#include "sync/hq/problem.h"
#include "tests/fuzz/door.h"
#include "tests/fuzz/frames.h"
#include "tests/support/sample.h"
#include "tests/unit/hq/pair.h"

static struct pair p;
static struct pair_device d;
static struct join j;
static struct bundle_open device_opens, join_opens;
static struct frames by_device, by_join;
static uint8_t enrol[32];
static id16 job;

static void begin_frames(void)
{
    const struct hq_sealing *to = &p.hq->keys.secret->sealing[0];
    const struct author_keys *k = &d.journal.keys;
    device_opens = (struct bundle_open){.deployment = p.hq->keys.deployment,
                                        .recipient_pk = to->pk,
                                        .recipient_sk = to->sk,
                                        .sender_pk = k->box_pk};
    struct bundle_seal seal = {.from = BUNDLE_FROM_AUTHOR,
                               .sender = d.journal.head.author,
                               .sender_pk = k->box_pk,
                               .sender_sk = k->box_sk,
                               .recipient_pk = to->pk};
    memcpy(seal.deployment, p.hq->keys.deployment, sizeof seal.deployment);
    frames_begin(&by_device, &seal, &device_opens);
    join_opens = device_opens;
    join_opens.sender_pk = j.keys.box_pk;
    join_opens.enrol_key = enrol;
    seal.from = BUNDLE_FROM_KEY;
    seal.sender_pk = j.keys.box_pk;
    seal.sender_sk = j.keys.box_sk;
    seal.enrol_key = enrol;
    frames_begin(&by_join, &seal, &join_opens);
}

static void begin(void)
{
    struct exchange_result res;
    char code[20];
    int64_t until;
    uint8_t doc[CAP_TRUST_BYTES];
    door_long_lived(true);
    pair_begin(&p);
    struct record_write role = {.field = F_TECHNICIAN_ROLE, .type = FT_ENUM, .i = ROLE_TECHNICIAN};
    id16 tech = pair_record(&p, SUBJECT_TECHNICIAN, &role, 1, "Li", F_TECHNICIAN_NAME);
    id16 customer = pair_record(&p, SUBJECT_CUSTOMER, NULL, 0, "Wang", F_CUSTOMER_NAME);
    job = pair_job(&p, customer, "does not start");
    pair_join(&p, &d, tech, "T1");
    pair_assign(&p, job, tech);
    pair_sync(&p, &d, &res);
    struct hq_invite inv = {
        .person = tech, .role = ROLE_TECHNICIAN, .prefix = "T2", .lasts_ms = 1LL << 50};
    PAIR_OK(&p, hq_join_invite(p.hq, &inv, code, &until, &p.err));
    PAIR_OK(&p, join_begin(&j, str_c(code), pair_trust(&p, doc), &p.err));
    bundle_enrol_key(j.code, enrol);
    begin_frames();
    door_long_lived(false);
    HOLD(check_failures == 0);
}

/* What would be committed is undone: every input meets the same headquarters. */
static void ingest(struct hq_request *r)
{
    struct store_txn *t = NULL;
    struct err err = {.st = ST_OK};
    HOLD(store_write(p.hq->store, &t, &err) == ST_OK);
    HOLD(hq_ingest(r, t, &err) == ST_OK);
    store_abort(&t);
    HOLD(journal_reload(&p.hq->journal, &err) == ST_OK);
}

static void refused(const struct hq_request *r)
{
    char body[PROBLEM_BYTES];
    HOLD(r->problem != NULL && r->err.text[0] != '\0');
    unsigned status = problem_status(r->st, r->problem);
    HOLD(status >= 400 && status < 600);
    size_t n = problem_json(status, r->problem, r->err.text, body, sizeof body);
    HOLD(n > 0 && n < sizeof body && body[0] == '{' && body[n - 1] == '}');
}

static bool take(bytes in)
{
    if (in.n < 2) {
        return false;
    }
    unsigned which = in.p[0] % 3;
    size_t piece = 1 + (size_t)in.p[1] * 37;
    in = bytes_of(in.p + 2, in.n - 2);
    if (which != 0) {
        in = frames_make(which == 1 ? &by_device : &by_join, in);
    }
    struct hq_request *r = NULL;
    HOLD(hq_request_new(p.hq, &r, NULL) == ST_OK);
    for (size_t at = 0; at < in.n; at += piece) {
        size_t n = in.n - at < piece ? in.n - at : piece;
        IGNORE(hq_request_feed(r, bytes_of(in.p + at, n))); /* remembered in r->st */
    }
    bool ok = hq_request_ready(r) == ST_OK;
    HOLD(ok == (r->st == ST_OK));
    if (ok && !r->joining) {
        HOLD(r->nproblems <= MANIFEST_PROBLEMS_MAX && r->nentries <= in.n / 80);
        ingest(r);
        ok = r->st == ST_OK;
    }
    if (r->st != ST_OK) {
        refused(r);
    }
    hq_request_drop(&r);
    HOLD(r == NULL);
    return ok;
}

static void seeds(void)
{
    struct bundle_buffer req = {.cap = 1 << 20};
    struct exchange_result res = {0};
    struct now now = pair_now(&p);
    static uint8_t one[DOOR_BYTES_MAX];
    uint8_t *two = one;
    id8 visit = sample_id8("visit");
    pair_step(&p, &d, job, KIND_VISIT_ACCEPTED, visit);
    pair_write(&p, &d, job, F_JOB_FAULT_TOLD, "does not start at all");
    pair_step(&p, &d, job, KIND_VISIT_TRAVELLING, visit);
    PAIR_OK(&p, exchange_request(&d.journal, NULL, &now, bundle_buffer_sink, &req, &res, &p.err));
    bytes plan = frames_plan_of(bytes_of(req.p, req.n), &device_opens);
    for (unsigned which = 0; which < 2; which++) {
        bytes b = which == 0 ? bytes_of(req.p, req.n) : plan;
        two[0] = 5;
        memcpy(two + 1, b.p, b.n);
        door_seed_with((uint8_t)which, bytes_of(two, b.n + 1));
    }
    req.n = 0;
    PAIR_OK(&p, join_request(&j, &now, bundle_buffer_sink, &req, &p.err));
    plan = frames_plan_of(bytes_of(req.p, req.n), &join_opens);
    for (unsigned which = 0; which < 3; which += 2) {
        bytes b = which == 0 ? bytes_of(req.p, req.n) : plan;
        two[0] = 255;
        memcpy(two + 1, b.p, b.n);
        door_seed_with((uint8_t)which, bytes_of(two, b.n + 1));
    }
    bundle_buffer_drop(&req);
    HOLD(check_failures == 0);
}

const struct door door = {
    .name = "http", .max_bytes = 16384, .tries = 800, .begin = begin, .take = take, .seeds = seeds};
