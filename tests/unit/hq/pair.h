/* pair.h - a headquarters and devices in one process, for the tests of sync and hq. */
#ifndef TESTS_HQ_PAIR_H
#define TESTS_HQ_PAIR_H
#include "core/fold/record.h"
#include "core/keys/slots.h"
#include "core/model/bodies.h"
#include "sync/engine/exchange.h"
#include "sync/engine/join.h"
#include "sync/hq/hq_answer.h"
#include "sync/hq/hq_join.h"
#include "sync/hq/ops.h"
#include "tests/support/check.h"

#include <sodium.h>

#ifndef PAIR_MAP
#define PAIR_MAP (256ULL << 20)
#endif

struct pair_device {
    struct store *store;
    struct journal journal;
    uint8_t *scratch;
    char dir[128];
    uint8_t secret[32];
    int64_t skew_ms;
    id16 person;
};
struct pair {
    struct hq *hq;
    char dir[128];
    struct err err;
    int64_t ms; /* the clock of all; moves a second a reading */
};

static inline void pair_clock(void *ctx, struct now *out)
{
    struct pair *p = ctx;
    memset(out, 0, sizeof *out);
    p->ms += 1000;
    out->wall_ms = p->ms;
    out->boot_ms = p->ms - 1700000000000LL;
    out->boot_id[0] = 7;
    out->utc_offset_minutes = 480;
}
static inline struct now pair_now(struct pair *p)
{
    struct now n;
    pair_clock(p, &n);
    return n;
}

#define PAIR_OK(p, call)                                                                           \
    do {                                                                                           \
        enum st st_ = (call);                                                                      \
        if (st_ != ST_OK) {                                                                        \
            check_fail(__FILE__, __LINE__, "%s: %s: %s", #call, st_name(st_), (p)->err.text);      \
        }                                                                                          \
    } while (0)

static inline void pair_open_hq(struct pair *p)
{
    struct hq_options o = {
        .dir = p->dir, .map_bytes = PAIR_MAP, .clock = {.read = pair_clock, .ctx = p}};
    PAIR_OK(p, hq_open(&o, &p->hq, &p->err));
}

/* One folder for all of a test program's stores, numbered: check_tmp has a bound. */
static inline void pair_dir(char *out, size_t cap, const char *what)
{
    static const char *base;
    static unsigned n;
    base = base == NULL ? check_tmp() : base;
    snprintf(out, cap, "%.90s/%s-%u", base, what, n++);
}

static inline void pair_begin(struct pair *p)
{
    memset(p, 0, sizeof *p);
    p->ms = 1780000000000LL;
    if (sodium_init() < 0) {
        exit(99);
    }
    pair_dir(p->dir, sizeof p->dir, "hq");
    struct hq_options o = {
        .dir = p->dir, .map_bytes = PAIR_MAP, .clock = {.read = pair_clock, .ctx = p}};
    struct hq_setup s = {.name = "Sample Appliance Service", .legal_period_days = 3650};
    PAIR_OK(p, hq_init(&o, &s, &p->err));
    pair_open_hq(p);
}

static inline void pair_end(struct pair *p)
{
    hq_close(&p->hq);
}

/* A record at headquarters with integer, code or reference fields. */
static inline id16 pair_record(struct pair *p, enum subject_type type, struct record_write *w,
                               size_t n, const char *name, int name_field)
{
    id16 id;
    uint8_t body[CAP_BODY_BYTES];
    struct record_write all[8];
    struct append_att att = {.type = ATT_TEXT, .content = str_bytes(str_c(name))};
    randombytes_buf(id.b, sizeof id.b);
    if (n != 0) {
        memcpy(all, w, n * sizeof *w);
    }
    struct append what = {.kind = KIND_RECORD_SET, .subject_type = type, .subject = id};
    if (name != NULL) {
        all[n++] = (struct record_write){.field = name_field, .type = FT_TEXT, .i = 0};
        what.atts = &att;
        what.natt = 1;
    }
    PAIR_OK(p, record_encode(all, n, body, sizeof body, &what.body));
    PAIR_OK(p, hq_act(p->hq, &what, NULL, &p->err));
    return id;
}

static inline id16 pair_job(struct pair *p, id16 customer, const char *told)
{
    struct record_write w[] = {
        {.field = F_JOB_CUSTOMER, .type = FT_REF, .ref = customer},
        {.field = F_JOB_CALLED, .type = FT_TIME, .i = p->ms},
    };
    return pair_record(p, SUBJECT_JOB, w, 2, told, F_JOB_FAULT_TOLD);
}

static inline void pair_assign(struct pair *p, id16 job, id16 person)
{
    uint8_t body[CAP_BODY_BYTES];
    union body b;
    struct subject_state s;
    struct store_txn *t = NULL;
    struct arena a = hq_arena(p->hq);
    memset(&b, 0, sizeof b);
    b.assigned.technician = person;
    PAIR_OK(p, store_read(p->hq->store, &t, &p->err));
    PAIR_OK(p, fold_load(t, job, &a, &s, NULL, &p->err));
    assign_see(&s, &b.assigned);
    store_abort(&t);
    struct append what = {.kind = KIND_JOB_ASSIGNED, .subject_type = SUBJECT_JOB, .subject = job};
    PAIR_OK(p, body_encode(KIND_JOB_ASSIGNED, &b, body, sizeof body, &what.body));
    PAIR_OK(p, hq_act(p->hq, &what, NULL, &p->err));
}

static inline bytes pair_trust(struct pair *p, uint8_t buf[static CAP_TRUST_BYTES])
{
    struct store_txn *t = NULL;
    struct trust trust;
    struct arena a = hq_arena(p->hq);
    bytes doc = {NULL, 0};
    PAIR_OK(p, store_read(p->hq->store, &t, &p->err));
    PAIR_OK(p, trust_store_get(t, &a, &trust, &doc, &p->err));
    memcpy(buf, doc.p, doc.n);
    store_abort(&t);
    return bytes_of(buf, doc.n);
}

/* All documents from the first root on, as a device on first contact is given them. */
static inline bytes pair_trust_chain(struct pair *p, uint8_t buf[static CAP_TRUST_CHAIN_BYTES])
{
    struct store_txn *t = NULL;
    struct arena a = hq_arena(p->hq);
    bytes docs = {NULL, 0};
    PAIR_OK(p, store_read(p->hq->store, &t, &p->err));
    PAIR_OK(p, trust_store_chain(t, 0, &a, &docs, &p->err));
    memcpy(buf, docs.p, docs.n);
    store_abort(&t);
    return bytes_of(buf, docs.n);
}

static inline void pair_open_device_pin(struct pair *p, struct pair_device *d, const char *pin)
{
    struct slots_keys *keys = sodium_malloc(sizeof *keys);
    char slots[160];
    struct now now = pair_now(p);
    snprintf(slots, sizeof slots, "%s/slots", d->dir);
    PAIR_OK(p, slots_enter(slots, SLOT_PIN, str_bytes(str_c(pin)), d->secret, &now, keys, &p->err));
    struct store_options o = {.side = STORE_DEVICE,
                              .mode = STORE_WRITE,
                              .map_bytes = PAIR_MAP,
                              .data_key = keys->data,
                              .own_key = keys->own};
    PAIR_OK(p, store_open(d->dir, &o, &d->store, &p->err));
    PAIR_OK(
        p, journal_open(&d->journal, d->store, NULL, d->scratch, CAP_SCRATCH_BYTES, &now, &p->err));
    sodium_free(keys);
}

static inline void pair_open_device(struct pair *p, struct pair_device *d)
{
    pair_open_device_pin(p, d, "1234");
}

static inline void pair_close_device(struct pair_device *d)
{
    journal_close(&d->journal);
    store_close(&d->store);
}

/* Join through the real bundles, without a network. */
static inline void pair_join(struct pair *p, struct pair_device *d, id16 person, const char *prefix)
{
    struct hq_invite inv = {.person = person, .role = ROLE_TECHNICIAN};
    struct join *j = calloc(1, sizeof *j);
    struct bundle_buffer req = {.cap = 1 << 20}, ans = {.cap = 1 << 20};
    char code[20];
    int64_t until;
    uint8_t doc[CAP_TRUST_CHAIN_BYTES];
    const char *problem;
    struct now now = pair_now(p);
    memset(d, 0, sizeof *d);
    d->scratch = malloc(CAP_SCRATCH_BYTES);
    d->person = person;
    randombytes_buf(d->secret, 32);
    pair_dir(d->dir, sizeof d->dir, "device");
    snprintf(inv.prefix, sizeof inv.prefix, "%s", prefix);
    PAIR_OK(p, hq_join_invite(p->hq, &inv, code, &until, &p->err));
    PAIR_OK(p, join_begin(j, str_c(code), pair_trust_chain(p, doc), &p->err));
    PAIR_OK(p, join_request(j, &now, bundle_buffer_sink, &req, &p->err));
    PAIR_OK(
        p, hq_exchange(p->hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, &problem, &p->err));
    PAIR_OK(p, join_answer(j, bytes_of(ans.p, ans.n), &p->err));
    PAIR_OK(p, join_found(j, d->dir, str_bytes(S("1234")), d->secret, PAIR_MAP, &now,
                          arena_of(d->scratch, CAP_SCRATCH_BYTES), &p->err));
    join_end(j);
    free(j);
    bundle_buffer_drop(&req);
    bundle_buffer_drop(&ans);
    pair_open_device(p, d);
}

static inline void pair_leave(struct pair_device *d)
{
    pair_close_device(d);
    free(d->scratch);
}

/* One exchange; the request's and the answer's bytes if asked for. */
static inline struct exchange_result pair_exchange(struct pair *p, struct pair_device *d,
                                                   size_t *up, size_t *down)
{
    struct exchange_result res = {0};
    struct bundle_buffer req = {.cap = 64 << 20}, ans = {.cap = 64 << 20};
    const char *problem;
    struct now now = pair_now(p);
    PAIR_OK(p, exchange_request(&d->journal, NULL, &now, bundle_buffer_sink, &req, &res, &p->err));
    PAIR_OK(
        p, hq_exchange(p->hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, &problem, &p->err));
    PAIR_OK(p, exchange_answer(&d->journal, bytes_of(ans.p, ans.n), &now, &res, &p->err));
    if (up != NULL) {
        *up = req.n;
        *down = ans.n;
    }
    bundle_buffer_drop(&req);
    bundle_buffer_drop(&ans);
    return res;
}

/* Exchanges until neither side has more; returns how many, and adds up into *sum. */
static inline unsigned pair_sync(struct pair *p, struct pair_device *d, struct exchange_result *sum)
{
    unsigned n = 0;
    struct exchange_result r;
    memset(sum, 0, sizeof *sum);
    do {
        r = pair_exchange(p, d, NULL, NULL);
        sum->sent_entries += r.sent_entries;
        sum->received_entries += r.received_entries;
        sum->received_attachments += r.received_attachments;
        sum->receipts += r.receipts;
        sum->receipts_refused += r.receipts_refused;
        sum->quarantined += r.quarantined;
        sum->problems += r.problems;
        sum->first_problem = r.problems != 0 ? r.first_problem : sum->first_problem;
        sum->forgotten = sum->forgotten || r.forgotten;
        sum->unsent = r.unsent;
        n++;
    } while (r.again && n < EXCHANGE_ROUNDS);
    return n;
}

/* A step of a visit by a device; `visit` is made at acceptance. */
static inline h32 pair_step(struct pair *p, struct pair_device *d, id16 job, unsigned kind,
                            id8 visit)
{
    uint8_t body[CAP_BODY_BYTES];
    union body b;
    h32 hash = {{0}};
    struct now now = pair_now(p);
    memset(&b, 0, sizeof b);
    b.head.visit = visit;
    struct append what = {.kind = kind, .subject_type = SUBJECT_JOB, .subject = job};
    PAIR_OK(p, body_encode(kind, &b, body, sizeof body, &what.body));
    PAIR_OK(p, journal_append(&d->journal, &what, &now, &hash, &p->err));
    return hash;
}

/* A device writes a text field of a job, having seen what it holds. */
static inline h32 pair_write(struct pair *p, struct pair_device *d, id16 job, int field,
                             const char *text)
{
    uint8_t body[CAP_BODY_BYTES];
    uint8_t *room = malloc(CAP_SCRATCH_BYTES);
    struct arena a = arena_of(room, CAP_SCRATCH_BYTES);
    struct record_write w = {.field = field, .type = FT_TEXT, .i = 0};
    struct append_att att = {.type = ATT_TEXT, .content = str_bytes(str_c(text))};
    struct subject_state s;
    struct store_txn *t = NULL;
    h32 hash = {{0}};
    struct now now = pair_now(p);
    PAIR_OK(p, store_read(d->store, &t, &p->err));
    PAIR_OK(p, fold_load(t, job, &a, &s, NULL, &p->err));
    record_see(&s, &w, 1);
    store_abort(&t);
    struct append what = {.kind = KIND_RECORD_SET,
                          .subject_type = SUBJECT_JOB,
                          .subject = job,
                          .atts = &att,
                          .natt = 1};
    PAIR_OK(p, record_encode(&w, 1, body, sizeof body, &what.body));
    PAIR_OK(p, journal_append(&d->journal, &what, &now, &hash, &p->err));
    free(room);
    return hash;
}

/* The state digest and the number of entries of a subject in a store. */
static inline h32 pair_digest(struct pair *p, struct store *s, id16 subject, unsigned *conflicts)
{
    struct store_txn *t = NULL;
    uint8_t *room = malloc(CAP_SCRATCH_BYTES);
    struct arena a = arena_of(room, CAP_SCRATCH_BYTES);
    struct subject_state state = {0};
    h32 digest = {{0}};
    PAIR_OK(p, store_read(s, &t, &p->err));
    PAIR_OK(p, fold_load(t, subject, &a, &state, &digest, &p->err));
    if (conflicts != NULL) {
        *conflicts = state.nconflicts;
    }
    store_abort(&t);
    free(room);
    return digest;
}

static inline enum sync_place pair_place(struct pair *p, struct pair_device *d, h32 entry)
{
    struct store_txn *t = NULL;
    enum sync_place place = SYNC_HERE;
    PAIR_OK(p, store_read(d->store, &t, &p->err));
    PAIR_OK(p, sync_place_of(t, d->journal.head.author, entry,
                             arena_of(d->scratch, CAP_SCRATCH_BYTES), &place, &p->err));
    store_abort(&t);
    return place;
}
#endif
