/* hq_route_scope.c - which subjects a device holds: what moves them, and all that one is given as
 * it joins or returns. See hq_route.h. */
#include "sync/hq/hq_route.h"

#include "core/rules/office.h"
#include "sync/engine/digest.h"

#include <stdlib.h>

#define PERSON_DEVICES 16

/* A device gets a subject: all that is known of it, but what it wrote itself. */
enum st hq_route_grant(struct hq *hq, struct store_txn *t, id8 device, id16 subject,
                       struct arena tmp, struct err *err)
{
    enum st st = hq_scope_add(t, device, subject, hq_now(hq).wall_ms, err);
    if (st != ST_OK || id16_zero(subject)) {
        return st == ST_EXISTS ? ST_OK : st;
    }
    h32 *hashes = arena_new(&tmp, h32, CAP_SUBJECT_ENTRIES);
    struct fold_cut cut = {.loaded = false};
    unsigned n = 0;
    if (hashes == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "scratch");
    }
    st = digest_hashes(t, subject, hashes, CAP_SUBJECT_ENTRIES, &n, err);
    if (st == ST_TOO_BIG) {
        st = ST_OK; /* shown as damaged everywhere; the first ones are enough to say so */
    }
    for (unsigned i = 0; i < n && st == ST_OK; i++) {
        struct arena here = tmp;
        struct entry_view e;
        st = journal_get(t, hashes[i], &here, &e, err);
        if (st == ST_OK && !id8_eq(e.author, device) && !hq_route_withheld(t, &e, &cut)) {
            st = hq_route_people(hq, t, device, &e, here, err);
            st = st == ST_OK ? hq_out_add(t, device, hashes[i], err) : st;
        }
        st = st == ST_CORRUPT ? ST_OK : st;
    }
    return st;
}

typedef enum st (*scan_fn)(struct store_txn *t, enum table table, bytes prefix, bytes from,
                           struct store_cursor **c, struct err *err);

/* The subjects that T_LIST has under a prefix, in the order of `scan`; at most `max`. */
static enum st listed(struct store_txn *t, scan_fn scan, bytes prefix, id16 *out, unsigned max,
                      unsigned *n, struct err *err)
{
    *n = 0;
    struct store_cursor *c = NULL;
    bytes key;
    enum st st = scan(t, T_LIST, prefix, (bytes){NULL, 0}, &c, err);
    while (st == ST_OK && *n < max) {
        st = store_next(c, &key);
        if (st == ST_OK && key.n > sizeof out->b) {
            memcpy(out[(*n)++].b, key.p + key.n - sizeof out->b, sizeof out->b);
        }
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

static id16 ref_of(const struct subject_state *s, int field)
{
    id16 id = {{0}};
    const struct field_value *v = fold_shown(s, field);
    if (v != NULL && v->nb == sizeof id.b) {
        memcpy(id.b, v->b, sizeof id.b);
    }
    return id;
}

#define CONTRACTS_MAX 64 /* of one customer, or goods of one job, that go with it */

/* A technician may say which machine he stands before; whoever names one that another branch has on
 * file is not given its record for it. */
static bool is_his_branchs(struct hq *hq, struct store_txn *t, const struct subject_state *job,
                           id16 equipment, struct arena tmp)
{
    const struct field_value *named = fold_shown(job, F_JOB_EQUIPMENT);
    const struct field_value *at = fold_shown(job, F_BRANCH), *its = NULL;
    struct subject_state s;
    if (named == NULL || hq_device(hq, named->author) == NULL) {
        return true; /* the desk said so */
    }
    if (fold_load(t, equipment, &tmp, &s, NULL, NULL) == ST_OK) {
        its = fold_shown(&s, F_BRANCH);
    }
    return its == NULL || (at != NULL && at->nb == its->nb && memcmp(at->b, its->b, its->nb) == 0);
}

/* A job and what it names, one step; what is needed to read it first. */
static enum st grant_job(struct hq *hq, struct store_txn *t, id8 device,
                         const struct subject_state *job, struct arena tmp, struct err *err)
{
    id16 customer = ref_of(job, F_JOB_CUSTOMER), equipment = ref_of(job, F_JOB_EQUIPMENT);
    id16 contracts[CONTRACTS_MAX];
    unsigned n = 0;
    enum st st = ST_OK;
    if (!id16_zero(customer)) {
        uint8_t key[LIST_KEY_BYTES];
        st = hq_route_grant(hq, t, device, customer, tmp, err);
        if (st == ST_OK) {
            st = listed(t, store_scan,
                        fold_list_prefix(LIST_OF_CUSTOMER, SUBJECT_CONTRACT, &customer, key),
                        contracts, CONTRACTS_MAX, &n, err);
        }
    }
    if (st == ST_OK && !id16_zero(equipment) && is_his_branchs(hq, t, job, equipment, tmp)) {
        st = hq_route_grant(hq, t, device, equipment, tmp, err);
    }
    for (unsigned i = 0; i < n && st == ST_OK; i++) {
        st = hq_route_grant(hq, t, device, contracts[i], tmp, err);
    }
    return st == ST_OK ? hq_route_grant(hq, t, device, job->subject, tmp, err) : st;
}

/* In whose hands a customer's thing is, whose ever the job: whoever took it until the clerk has it,
 * whoever repairs it until it has passed. */
static bool in_hand(const struct subject_state *goods, id16 person)
{
    unsigned at = office_state(goods);
    bool takes = at == GOODS_TAKEN && id16_eq(person, ref_of(goods, F_GOODS_TECHNICIAN));
    bool repairs =
        at >= GOODS_IN && at <= GOODS_FINISHED && id16_eq(person, ref_of(goods, F_GOODS_REPAIRER));
    return !id16_zero(person) && (takes || repairs);
}

/* It leaves a device that has neither its job nor the thing. */
static enum st narrow_goods(struct hq *hq, struct store_txn *t, const struct subject_state *goods,
                            struct err *err)
{
    id8 holders[HQ_HOLDERS_MAX];
    unsigned n = 0;
    id16 job = ref_of(goods, F_GOODS_JOB);
    enum st st = hq_scope_devices(t, goods->subject, holders, HQ_HOLDERS_MAX, &n, err);
    for (unsigned i = 0; i < n && st == ST_OK; i++) {
        const struct hq_device *d = hq_device(hq, holders[i]);
        bool his = d != NULL && in_hand(goods, d->person);
        if (!his && !id16_zero(job) && !hq_scope_has(t, holders[i], job)) {
            st = hq_scope_drop(t, holders[i], goods->subject, err);
        }
    }
    return st;
}

/* The goods of a job go where the job is; `device` NULL: and leave where it is no more. */
static enum st job_goods(struct hq *hq, struct store_txn *t, const id8 *device,
                         const struct subject_state *job, struct arena tmp, struct err *err)
{
    id16 goods[CONTRACTS_MAX];
    uint8_t key[LIST_KEY_BYTES];
    unsigned n = 0;
    enum st st =
        listed(t, store_scan, fold_list_prefix(LIST_OF_JOB, SUBJECT_GOODS, &job->subject, key),
               goods, CONTRACTS_MAX, &n, err);
    for (unsigned i = 0; i < n && st == ST_OK; i++) {
        struct arena here = tmp;
        struct subject_state s;
        if (fold_load(t, goods[i], &here, &s, NULL, NULL) == ST_OK) {
            st = device != NULL ? hq_route_grant(hq, t, *device, goods[i], here, err)
                                : narrow_goods(hq, t, &s, err);
        }
    }
    return st;
}

static enum st scope_job(struct hq *hq, struct store_txn *t, id16 subject, struct arena tmp,
                         struct err *err)
{
    struct subject_state job;
    enum st st = fold_load(t, subject, &tmp, &job, NULL, err);
    if (st != ST_OK) {
        return st == ST_NOT_FOUND ? ST_OK : st;
    }
    unsigned index[PERSON_DEVICES];
    unsigned n =
        id16_zero(job.assigned) ? 0 : hq_devices_of(hq, job.assigned, index, PERSON_DEVICES);
    for (unsigned i = 0; i < n && st == ST_OK; i++) {
        st = grant_job(hq, t, hq->devices[index[i]].author, &job, tmp, err);
        if (st == ST_OK) {
            st = job_goods(hq, t, &hq->devices[index[i]].author, &job, tmp, err);
        }
    }
    id8 holders[HQ_HOLDERS_MAX];
    unsigned nholders = 0;
    if (st == ST_OK) {
        st = hq_scope_devices(t, subject, holders, HQ_HOLDERS_MAX, &nholders, err);
    }
    bool dropped = false;
    for (unsigned i = 0; i < nholders && st == ST_OK; i++) {
        const struct hq_device *d = hq_device(hq, holders[i]);
        bool his = d != NULL && id16_eq(d->person, job.assigned);
        if (!his && fold_visit_open(&job, holders[i]) == NULL) {
            st = hq_scope_drop(t, holders[i], subject, err);
            dropped = true;
        }
    }
    return st == ST_OK && dropped ? job_goods(hq, t, NULL, &job, tmp, err) : st;
}

static enum st scope_contract(struct hq *hq, struct store_txn *t, id16 subject, struct arena tmp,
                              struct err *err)
{
    struct subject_state s;
    enum st st = fold_load(t, subject, &tmp, &s, NULL, err);
    if (st != ST_OK) {
        return st == ST_NOT_FOUND ? ST_OK : st;
    }
    id16 customer = ref_of(&s, F_CONTRACT_CUSTOMER);
    id8 holders[HQ_HOLDERS_MAX];
    unsigned n = 0;
    if (!id16_zero(customer)) {
        st = hq_scope_devices(t, customer, holders, HQ_HOLDERS_MAX, &n, err);
    }
    for (unsigned i = 0; i < n && st == ST_OK; i++) {
        st = hq_route_grant(hq, t, holders[i], subject, tmp, err);
    }
    return st;
}

static enum st scope_person(struct hq *hq, struct store_txn *t, id16 subject, id16 person,
                            struct arena tmp, struct err *err)
{
    unsigned index[PERSON_DEVICES];
    unsigned n = id16_zero(person) ? 0 : hq_devices_of(hq, person, index, PERSON_DEVICES);
    enum st st = ST_OK;
    for (unsigned i = 0; i < n && st == ST_OK; i++) {
        st = hq_route_grant(hq, t, hq->devices[index[i]].author, subject, tmp, err);
    }
    return st;
}

/* A customer's thing: in whose hands it is, and whoever has its job. */
static enum st scope_goods(struct hq *hq, struct store_txn *t, id16 subject, struct arena tmp,
                           struct err *err)
{
    static const int people[] = {F_GOODS_TECHNICIAN, F_GOODS_REPAIRER};
    struct subject_state s;
    enum st st = fold_load(t, subject, &tmp, &s, NULL, err);
    if (st != ST_OK) {
        return st == ST_NOT_FOUND ? ST_OK : st;
    }
    id16 job = ref_of(&s, F_GOODS_JOB);
    id8 holders[HQ_HOLDERS_MAX];
    unsigned n = 0;
    for (size_t i = 0; i < sizeof people / sizeof people[0] && st == ST_OK; i++) {
        id16 person = ref_of(&s, people[i]);
        if (in_hand(&s, person)) {
            st = scope_person(hq, t, subject, person, tmp, err);
        }
    }
    if (st == ST_OK && !id16_zero(job)) {
        st = hq_scope_devices(t, job, holders, HQ_HOLDERS_MAX, &n, err);
    }
    for (unsigned i = 0; i < n && st == ST_OK; i++) {
        st = hq_route_grant(hq, t, holders[i], subject, tmp, err);
    }
    return st == ST_OK ? narrow_goods(hq, t, &s, err) : st;
}

/* What names its technician: his van's stock; his slips and his report, which he follows through
 * the office. */
static enum st scope_paper(struct hq *hq, struct store_txn *t, id16 subject, int technician,
                           struct arena tmp, struct err *err)
{
    struct subject_state s;
    enum st st = fold_load(t, subject, &tmp, &s, NULL, err);
    return st == ST_OK          ? scope_person(hq, t, subject, ref_of(&s, technician), tmp, err)
           : st == ST_NOT_FOUND ? ST_OK
                                : st;
}

enum st hq_route_scopes(struct hq *hq, struct store_txn *t, const struct entry_view *e,
                        struct arena tmp, struct err *err)
{
    switch (e->subject_type) {
    case SUBJECT_JOB:
        return e->kind == KIND_RECORD_SET || e->kind == KIND_JOB_ASSIGNED ||
                       e->kind == KIND_VISIT_SIGNED || e->kind == KIND_VISIT_ENDED
                   ? scope_job(hq, t, e->subject, tmp, err)
                   : ST_OK;
    case SUBJECT_CONTRACT:
        return scope_contract(hq, t, e->subject, tmp, err);
    case SUBJECT_STOCK:
        return scope_paper(hq, t, e->subject, F_STOCK_TECHNICIAN, tmp, err);
    case SUBJECT_GOODS:
        return e->kind == KIND_RECORD_SET ? scope_goods(hq, t, e->subject, tmp, err) : ST_OK;
    case SUBJECT_SLIP:
        return scope_paper(hq, t, e->subject, F_SLIP_TECHNICIAN, tmp, err);
    case SUBJECT_DAY:
        return scope_paper(hq, t, e->subject, F_DAY_TECHNICIAN, tmp, err);
    case SUBJECT_TECHNICIAN:
        return scope_person(hq, t, e->subject, e->subject, tmp, err);
    default:
        return ST_OK;
    }
}

#define PERSON_SLIPS 500 /* what a new device of a technician is given: a year of slips, */
#define PERSON_DAYS 62   /* and two months of daily reports; */
/* his open calls are looked for among his newest: all of his time here */
#define PERSON_JOBS 65536

/* The newest papers of a person, as the registers have them. */
static enum st newest_of(struct store_txn *t, enum subject_type type, id16 person, id16 *out,
                         unsigned max, unsigned *n, struct err *err)
{
    uint8_t buf[LIST_KEY_BYTES];
    return listed(
        t, store_scan_down,
        register_prefix(type, REG_WHOLE, (id8){{0}}, REG_TECHNICIAN, REG_BY_TIME, person.b, buf),
        out, max, n, err);
}

#define BENCH_GOODS 2000 /* of one state in all branches, looked at for a new device */

/* What lies on his bench, or is in his van and not handed in, whose ever its job is. */
static enum st grant_in_hand(struct hq *hq, struct store_txn *t, const struct hq_device *d,
                             id16 *room, struct arena tmp, struct err *err)
{
    static const uint8_t states[] = {GOODS_TAKEN, GOODS_IN, GOODS_IN_WORK, GOODS_FINISHED};
    enum st st = ST_OK;
    for (size_t k = 0; k < sizeof states && st == ST_OK; k++) {
        uint8_t buf[LIST_KEY_BYTES];
        unsigned n = 0;
        st = listed(t, store_scan_down,
                    register_prefix(SUBJECT_GOODS, REG_WHOLE, (id8){{0}}, REG_STATE, REG_BY_TIME,
                                    &states[k], buf),
                    room, BENCH_GOODS, &n, err);
        for (unsigned i = 0; i < n && st == ST_OK; i++) {
            struct arena here = tmp;
            struct subject_state s;
            if (fold_load(t, room[i], &here, &s, NULL, NULL) == ST_OK && in_hand(&s, d->person)) {
                st = hq_route_grant(hq, t, d->author, room[i], here, err);
            }
        }
    }
    return st;
}

enum st hq_route_device(struct hq *hq, struct store_txn *t, const struct hq_device *d,
                        struct arena tmp, struct err *err)
{
    id16 deployment;
    memcpy(deployment.b, hq->keys.deployment, 16);
    enum st st = hq_route_grant(hq, t, d->author, deployment, tmp, err);
    if (st == ST_OK) {
        st = hq_route_grant(hq, t, d->author, d->person, tmp, err);
    }
    unsigned n = 0;
    id16 *all = malloc(PERSON_JOBS * sizeof *all);
    if (all == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    if (st == ST_OK) {
        st = newest_of(t, SUBJECT_STOCK, d->person, all, PERSON_JOBS, &n, err);
    }
    for (unsigned i = 0; i < n && st == ST_OK; i++) {
        st = scope_paper(hq, t, all[i], F_STOCK_TECHNICIAN, tmp, err);
    }
    if (st == ST_OK) {
        st = newest_of(t, SUBJECT_JOB, d->person, all, PERSON_JOBS, &n, err);
    }
    for (unsigned i = 0; i < n && st == ST_OK; i++) {
        struct arena here = tmp;
        struct subject_state s;
        if (fold_load(t, all[i], &here, &s, NULL, NULL) == ST_OK && !fold_job_done(&s)) {
            st = scope_job(hq, t, all[i], tmp, err);
        }
    }
    static const struct {
        enum subject_type type;
        unsigned most;
    } papers[] = {{SUBJECT_SLIP, PERSON_SLIPS}, {SUBJECT_DAY, PERSON_DAYS}};
    for (size_t k = 0; k < sizeof papers / sizeof papers[0] && st == ST_OK; k++) {
        st = newest_of(t, papers[k].type, d->person, all, papers[k].most, &n, err);
        for (unsigned i = 0; i < n && st == ST_OK; i++) {
            st = hq_route_grant(hq, t, d->author, all[i], tmp, err);
        }
    }
    st = st == ST_OK ? grant_in_hand(hq, t, d, all, tmp, err) : st;
    free(all);
    return st;
}

/* The revocations that stand in a person's record: of every device of his. */
static enum st tell_revoked(struct store_txn *t, id8 device, id16 person, h32 *room,
                            struct arena tmp, struct err *err)
{
    unsigned n = 0;
    enum st st = digest_hashes(t, person, room, CAP_SUBJECT_ENTRIES, &n, err);
    st = st == ST_TOO_BIG ? ST_OK : st; /* as in grant */
    for (unsigned i = 0; i < n && st == ST_OK; i++) {
        struct arena here = tmp;
        struct entry_view e;
        st = journal_get(t, room[i], &here, &e, err);
        if (st == ST_OK && e.kind == KIND_REVOKED) {
            st = hq_out_add(t, device, room[i], err);
        }
        st = st == ST_CORRUPT ? ST_OK : st;
    }
    return st;
}

static bool is_first_of_his(const struct hq *hq, unsigned revoked)
{
    for (unsigned i = 0; i < revoked; i++) {
        if (hq->devices[i].revoked && id16_eq(hq->devices[i].person, hq->devices[revoked].person)) {
            return false;
        }
    }
    return true;
}

/* Who was forgotten may hold what was cut off meanwhile: each revocation's entry goes to it, once:
 * a person's record that it was just given has his. Who joins needs none: what is cut off is not
 * passed on. */
enum st hq_route_returned(struct hq *hq, struct store_txn *t, const struct hq_device *d,
                          struct arena tmp, struct err *err)
{
    h32 *room = arena_new(&tmp, h32, CAP_SUBJECT_ENTRIES);
    if (room == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "scratch");
    }
    enum st st = hq_route_device(hq, t, d, tmp, err);
    for (unsigned k = 0; k < hq->ndevices && st == ST_OK; k++) {
        if (hq->devices[k].revoked && is_first_of_his(hq, k) &&
            !hq_scope_has(t, d->author, hq->devices[k].person)) {
            st = tell_revoked(t, d->author, hq->devices[k].person, room, tmp, err);
        }
    }
    return st;
}
