/* hq_taken.c - see hq_taken.h. */
#include "sync/hq/hq_taken.h"

#include "core/base/utf8.h"
#include "core/fold/record.h"
#include "core/rules/call.h"
#include "sync/hq/ops.h"

#include <stdio.h>

#define DUE_MAX 256 /* looked for at a time; more come in the next round */
#define KEY_BYTES 64
#define TIME_DIGITS 16

static const char prefix[] = "call-due/";

/* Calls are numbered in the order in which they were called. */
static bytes due_key(const struct subject_state *job, char out[static KEY_BYTES])
{
    const struct field_value *called = fold_shown(job, F_JOB_CALLED);
    uint64_t ms = called == NULL || called->i < 0 ? 0 : (uint64_t)called->i;
    size_t n = (size_t)snprintf(out, KEY_BYTES, "%s%016llx", prefix, (unsigned long long)ms);
    hex_put(bytes_of(job->subject.b, sizeof job->subject.b), out + n);
    return str_bytes(str_c(out));
}

static bool is_due(const struct subject_state *job)
{
    return call_provisional(job) || call_is_his(job);
}

enum st hq_taken_note(struct hq *hq, struct store_txn *t, const struct entry_view *e,
                      struct arena tmp, struct err *err)
{
    struct subject_state job;
    char key[KEY_BYTES];
    if (e->kind != KIND_RECORD_SET || e->subject_type != SUBJECT_JOB ||
        id8_eq(e->author, hq->journal.cert.author) ||
        fold_load(t, e->subject, &tmp, &job, NULL, NULL) != ST_OK || !is_due(&job)) {
        return ST_OK;
    }
    hq->taken_due = true;
    return store_put(t, T_META, due_key(&job, key), bytes_of("", 0), err);
}

/* ---- registering ------------------------------------------------------------------------------
 */

static enum st put(struct hq *hq, enum subject_type type, const struct subject_state *s,
                   struct record_write *w, size_t n, struct err *err)
{
    uint8_t body[CAP_BODY_BYTES];
    struct append what = {.kind = KIND_RECORD_SET,
                          .subject_type = type,
                          .subject = s->subject,
                          .actor_role = ROLE_HEADQUARTERS};
    record_see(s, w, n);
    enum st st = record_encode(w, n, body, sizeof body, &what.body);
    return st == ST_OK ? hq_act(hq, &what, NULL, err) : err_set(err, st, 0, __func__, "a record");
}

static bool ref_of(const struct subject_state *s, int field, id16 *out)
{
    const struct field_value *v = fold_shown(s, field);
    if (v == NULL || v->type != FT_REF) {
        return false;
    }
    memcpy(out->b, v->b, sizeof out->b);
    return true;
}

static bool branch_of(struct hq *hq, id16 subject, id8 *out)
{
    struct arena a = hq_arena(hq);
    struct subject_state s;
    const struct field_value *v = NULL;
    if (fold_load(hq->batch, subject, &a, &s, NULL, NULL) == ST_OK) {
        v = fold_shown(&s, F_BRANCH);
    }
    if (v != NULL) {
        memcpy(out->b, v->b, sizeof out->b);
    }
    return v != NULL;
}

/* Did a device of his put it on file? */
static bool his_own(struct hq *hq, const struct subject_state *s, id16 person)
{
    const struct field_value *v =
        fold_shown(s, s->type == SUBJECT_CUSTOMER ? F_CUSTOMER_NAME : F_EQUIPMENT_NAME);
    const struct hq_device *d = v == NULL ? NULL : hq_device(hq, v->author);
    return d != NULL && id16_eq(d->person, person);
}

/* May he be sent there because he says so? Whoever names what another branch has on file would be
 * given all of it. */
static bool is_open_to(struct hq *hq, id16 subject, const id8 *branch)
{
    id8 its;
    return !branch_of(hq, subject, &its) || (branch != NULL && id8_eq(its, *branch));
}

/* What he found and nobody had on file: it belongs to the branch, the equipment to its customer. */
static enum st adopt(struct hq *hq, enum subject_type type, id16 subject, id16 person,
                     const id8 *branch, const id16 *customer, struct err *err)
{
    struct arena a = hq_arena(hq);
    struct subject_state s;
    struct record_write w[2];
    size_t n = 0;
    memset(w, 0, sizeof w);
    if (fold_load(hq->batch, subject, &a, &s, NULL, NULL) != ST_OK || s.type != type ||
        !his_own(hq, &s, person)) {
        return ST_OK; /* it has not come yet, or the desk's it is */
    }
    if (branch != NULL && fold_shown(&s, F_BRANCH) == NULL) {
        w[n++] = (struct record_write){.field = F_BRANCH, .type = FT_ID8, .id = *branch};
    }
    if (customer != NULL && fold_shown(&s, F_EQUIPMENT_CUSTOMER) == NULL) {
        w[n++] =
            (struct record_write){.field = F_EQUIPMENT_CUSTOMER, .type = FT_REF, .ref = *customer};
    }
    return n == 0 ? ST_OK : put(hq, type, &s, w, n, err);
}

static enum st number(struct hq *hq, const struct subject_state *job, const id8 *branch,
                      struct err *err)
{
    struct record_write w[2];
    char code[24];
    size_t n = 0;
    memset(w, 0, sizeof w);
    if (branch != NULL && fold_shown(job, F_BRANCH) == NULL) {
        w[n++] = (struct record_write){.field = F_BRANCH, .type = FT_ID8, .id = *branch};
    }
    if (call_provisional(job)) {
        enum st st = op_call_number(hq, code, err);
        if (st != ST_OK) {
            return st;
        }
        w[n] = (struct record_write){.field = F_CODE, .type = FT_CODE};
        if (!code_of(str_bytes(str_c(code)), &w[n++].code)) {
            return err_set(err, ST_BUG, 0, __func__, "a number that is no code");
        }
    }
    return n == 0 ? ST_OK : put(hq, SUBJECT_JOB, job, w, n, err);
}

static enum st dispatch(struct hq *hq, const struct subject_state *job, id16 person,
                        struct err *err)
{
    uint8_t body[256];
    union body b;
    struct append what = {.kind = KIND_JOB_ASSIGNED,
                          .subject_type = SUBJECT_JOB,
                          .subject = job->subject,
                          .actor_role = ROLE_HEADQUARTERS};
    memset(&b, 0, sizeof b);
    b.assigned.technician = person;
    assign_see(job, &b.assigned);
    enum st st = body_encode(what.kind, &b, body, sizeof body, &what.body);
    return st == ST_OK ? hq_act(hq, &what, NULL, err) : err_set(err, st, 0, __func__, "a body");
}

/* Customer and equipment before the job is given out: they go to the device with it. */
static enum st take_in(struct hq *hq, id16 subject, struct err *err)
{
    struct arena a = hq_arena(hq);
    struct subject_state job;
    id16 customer, equipment;
    id8 author, branch;
    if (fold_load(hq->batch, subject, &a, &job, NULL, NULL) != ST_OK || !is_due(&job) ||
        !call_taken(&job, &author)) {
        return ST_OK; /* somebody was quicker */
    }
    const struct hq_device *d = hq_device(hq, author);
    bool his = d != NULL && !d->revoked && call_is_his(&job);
    bool has_customer = ref_of(&job, F_JOB_CUSTOMER, &customer);
    bool has_equipment = ref_of(&job, F_JOB_EQUIPMENT, &equipment);
    /* The branch is his who took it: of his record, as for everything that he may see. The job's
     * state lies where that one is read. */
    bool has_branch = d != NULL && branch_of(hq, d->person, &branch);
    const id8 *at = has_branch ? &branch : NULL;
    his = his && (!has_customer || is_open_to(hq, customer, at)) &&
          (!has_equipment || is_open_to(hq, equipment, at));
    a = hq_arena(hq);
    enum st st = fold_load(hq->batch, subject, &a, &job, NULL, err);
    st = st == ST_OK ? number(hq, &job, at, err) : st;
    if (st == ST_OK && has_customer && d != NULL) {
        st = adopt(hq, SUBJECT_CUSTOMER, customer, d->person, at, NULL, err);
    }
    if (st == ST_OK && has_equipment && d != NULL) {
        st = adopt(hq, SUBJECT_EQUIPMENT, equipment, d->person, at, has_customer ? &customer : NULL,
                   err);
    }
    a = hq_arena(hq);
    st = st == ST_OK ? fold_load(hq->batch, subject, &a, &job, NULL, err) : st;
    return st == ST_OK && his ? dispatch(hq, &job, d->person, err) : st;
}

struct due {
    id16 job;
    char key[KEY_BYTES];
};

static enum st one(struct hq *hq, const struct due *d, struct err *err)
{
    enum st st = take_in(hq, d->job, err);
    if (st == ST_OK) {
        st = store_del(hq->batch, T_META, str_bytes(str_c(d->key)), err);
        st = st == ST_NOT_FOUND ? ST_OK : st;
    }
    return st;
}

/* In one transaction: a flush for all of them. */
static enum st together(struct hq *hq, const struct due *d, unsigned n, struct err *err)
{
    enum st st = hq_batch_begin(hq, err);
    if (st != ST_OK) {
        return st;
    }
    for (unsigned i = 0; i < n && st == ST_OK; i++) {
        st = one(hq, &d[i], err);
    }
    enum st end = hq_batch_end(hq, st == ST_OK, st == ST_OK ? err : NULL);
    return st == ST_OK ? end : st;
}

/* One that fails holds up those behind it, not those before it. */
static enum st all_of(struct hq *hq, const struct due *d, unsigned n, struct err *err)
{
    enum st st = ST_OK;
    for (unsigned i = 0; i < n && st == ST_OK; i += HQ_TAKEN_STEP) {
        unsigned some = n - i < HQ_TAKEN_STEP ? n - i : HQ_TAKEN_STEP;
        st = together(hq, d + i, some, err);
        bool alone = st != ST_OK && some > 1;
        st = alone ? ST_OK : st;
        for (unsigned k = 0; alone && k < some && st == ST_OK; k++) {
            st = together(hq, d + i + k, 1, err);
        }
    }
    return st;
}

/* The first `most` that are due, at most DUE_MAX. */
static enum st first_due(struct hq *hq, struct due out[static DUE_MAX], unsigned most, unsigned *n,
                         struct err *err)
{
    struct store_txn *t = NULL;
    struct store_cursor *c = NULL;
    bytes key;
    *n = 0;
    enum st st = store_read(hq->store, &t, err);
    if (st == ST_OK) {
        st = store_scan(t, T_META, str_bytes(str_c(prefix)), (bytes){NULL, 0}, &c, err);
    }
    while (st == ST_OK && *n < most && store_next(c, &key) == ST_OK) {
        const size_t at = sizeof prefix - 1 + TIME_DIGITS;
        if (key.n < KEY_BYTES && key.n > at &&
            hex_get(bytes_str(bytes_of(key.p + at, key.n - at)), out[*n].job.b, 16)) {
            memset(out[*n].key, 0, KEY_BYTES);
            memcpy(out[(*n)++].key, key.p, key.n);
        }
    }
    store_scan_end(&c);
    store_abort(&t);
    return st;
}

enum st hq_taken_settle(struct hq *hq, unsigned most, struct err *err)
{
    struct due jobs[DUE_MAX];
    unsigned n = 0, asked = 0, done = 0;
    enum st st = ST_OK;
    if (!hq->taken_due || hq->reader || hq->batch != NULL) {
        return ST_OK;
    }
    do {
        asked = most == 0 || most - done > DUE_MAX ? DUE_MAX : most - done;
        st = first_due(hq, jobs, asked, &n, err);
        st = st == ST_OK ? all_of(hq, jobs, n, err) : st;
        done += n;
    } while (st == ST_OK && n == asked && (most == 0 || done < most));
    hq->taken_more = st == ST_OK && n == asked;
    hq->taken_due = st != ST_OK || hq->taken_more;
    return st;
}
