/* sim_act.c - what technicians and clerks do. Each act goes through the product's own writing calls
 * and, once acknowledged, into the ledger. */
#include "sync/hq/ops.h"
#include "tests/sim/sim.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define PHOTO_BYTES 150000 /* three chunks: a cut falls between them */

/* --- the two ways to write
 * ------------------------------------------------------------------------------------- */

static void device_append(struct sim_world *w, struct sim_device *d, struct append *what)
{
    h32 hash = {{0}};
    struct now now = sim_world_now(&d->clock);
    enum st st = journal_append(&d->journal, what, &now, &hash, &w->err);
    sim_trace(w, &st, sizeof st);
    if (st == ST_OK) {
        w->appends++;
        sim_ledger_add(w, d->store, d->index, hash);
        sim_note(w, "device %u: kind %u, sequence %" PRIu64, d->index, what->kind,
                 d->journal.head.seq);
    } else {
        sim_world_hurt(w, d, st, "an entry");
    }
}

/* After an act of headquarters that answered `st`. */
static bool hq_did(struct sim_world *w, enum st st, h32 hash)
{
    sim_trace(w, &st, sizeof st);
    if (st == ST_OK) {
        w->appends++;
        sim_ledger_add(w, w->hq->store, SIM_HQ, hash);
        return true;
    }
    sim_world_hurt(w, NULL, st, "an act");
    return false;
}

/* An operation by its name; the entry that it made goes into the ledger. */
static bool run_op(struct sim_world *w, const char *op, json_t *in)
{
    json_t *out = NULL;
    h32 hash = {{0}};
    enum st st = ops_run(w->hq, op, in, &out, &w->err);
    const char *hex = json_string_value(json_object_get(out, "entry"));
    bool unchanged = json_is_true(json_object_get(out, "unchanged"));
    bool ok = st == ST_OK && (hex == NULL || hex_get(str_c(hex), hash.b, sizeof hash.b));
    json_decref(in);
    json_decref(out);
    if (ok && (hex == NULL || unchanged)) {
        return true;
    }
    /* The words of the value that a clerk chose were erased, or are still on their way. */
    if (strcmp(op, "resolve") == 0 &&
        ((st == ST_FORBIDDEN && w->forgets != 0) || strstr(w->err.text, "not come") != NULL)) {
        return false;
    }
    if (strcmp(op, "cash.accept") == 0 && (st == ST_FORBIDDEN || st == ST_NOT_FOUND)) {
        return false; /* B-18.11: it was accepted already, or taken back */
    }
    return hq_did(w, st, hash);
}

static bool state_of(struct sim_world *w, struct store *s, id16 subject, struct subject_state *out)
{
    struct store_txn *t = NULL;
    struct arena a = arena_of(w->room, CAP_SCRATCH_BYTES);
    memset(out, 0, sizeof *out);
    SIM_OK(w, store_read(s, &t, &w->err));
    enum st st = fold_load(t, subject, &a, out, NULL, &w->err);
    store_abort(&t);
    return st == ST_OK;
}

bool sim_act_known(struct sim_world *w, struct store *s, id16 subject)
{
    struct subject_state state;
    return state_of(w, s, subject, &state);
}

static unsigned any_subject(struct sim_world *w, enum subject_type type)
{
    unsigned n = w->nsubjects, from = sim_rng_below(&w->rng, n);
    for (unsigned i = 0; i < n; i++) {
        unsigned k = (from + i) % n;
        if (w->type[k] == type) {
            return k;
        }
    }
    return n;
}

/* --- clerks
 * ------------------------------------------------------------------------------------ */

id16 sim_act_record(struct sim_world *w, enum subject_type type, struct record_write *rec, size_t n,
                    const char *text, int text_field)
{
    uint8_t body[CAP_BODY_BYTES];
    struct record_write all[4];
    struct append_att att = {.type = ATT_TEXT};
    id16 id = {{0}};
    h32 hash = {{0}};
    if (w->nsubjects == SIM_SUBJECTS) {
        return id;
    }
    randombytes_buf(id.b, sizeof id.b);
    memcpy(all, rec, n * sizeof *rec);
    struct append what = {
        .kind = KIND_RECORD_SET, .subject_type = type, .subject = id, .atts = &att};
    if (text != NULL) {
        all[n++] = (struct record_write){.field = text_field, .type = FT_TEXT};
        att.content = str_bytes(str_c(text));
        what.natt = 1;
    }
    SIM_OK(w, record_encode(all, n, body, sizeof body, &what.body));
    if (hq_did(w, hq_act(w->hq, &what, &hash, &w->err), hash)) {
        w->type[w->nsubjects] = type;
        w->subject[w->nsubjects++] = id;
    }
    return id;
}

static void assign(struct sim_world *w, id16 job, unsigned person)
{
    run_op(w, "assign",
           json_pack("{s:o,s:o}", "job", ops_hex(job.b, 16), "technician",
                     ops_hex(w->person[person].b, 16)));
}

void sim_act_job(struct sim_world *w, unsigned person)
{
    struct record_write none = {.field = F_CUSTOMER_ZONE, .type = FT_ENUM, .i = 1};
    unsigned before = w->nsubjects;
    id16 customer = sim_act_record(w, SUBJECT_CUSTOMER, &none, 1, "Golden Lotus", F_CUSTOMER_NAME);
    struct record_write rec[] = {
        {.field = F_JOB_CUSTOMER, .type = FT_REF, .ref = customer},
        {.field = F_JOB_CALLED, .type = FT_TIME, .i = w->ms},
    };
    if (w->nsubjects == before || w->failed) {
        return;
    }
    before = w->nsubjects;
    id16 job = sim_act_record(w, SUBJECT_JOB, rec, 2, "no cooling", F_JOB_FAULT_TOLD);
    if (w->nsubjects > before && !w->failed) {
        assign(w, job, person);
    }
}

void sim_act_assign(struct sim_world *w)
{
    unsigned k = any_subject(w, SUBJECT_JOB), person = sim_rng_below(&w->rng, SIM_PERSONS);
    struct subject_state s;
    if (k < w->nsubjects && state_of(w, w->hq->store, w->subject[k], &s) && s.type == SUBJECT_JOB) {
        sim_note(w, "job %u goes to technician %u", k, person);
        assign(w, w->subject[k], person);
    }
}

void sim_act_resolve(struct sim_world *w)
{
    json_t *out = NULL, *in = json_object();
    enum st st = ops_run(w->hq, "conflicts", in, &out, &w->err);
    json_decref(in);
    if (st != ST_OK) {
        sim_fail(w, "conflicts: %s", w->err.text);
        return;
    }
    json_t *list = json_object_get(out, "conflicts");
    json_t *one = json_array_get(list, sim_rng_below(&w->rng, (unsigned)json_array_size(list)));
    json_t *values = json_object_get(one, "values");
    json_t *v = json_array_get(values, sim_rng_below(&w->rng, (unsigned)json_array_size(values)));
    if (v != NULL) {
        sim_note(w, "a conflict is resolved");
        run_op(w, "resolve",
               json_pack("{s:O,s:O,s:O,s:O}", "type", json_object_get(one, "type"), "id",
                         json_object_get(one, "id"), "field", json_object_get(one, "field"),
                         "entry", json_object_get(v, "entry")));
    }
    json_decref(out);
}

void sim_act_cash(struct sim_world *w)
{
    unsigned n = w->nledger, from = sim_rng_below(&w->rng, n);
    for (unsigned i = 0; i < n; i++) {
        const struct sim_entry *e = &w->ledger[(from + i) % n];
        if (e->kind != KIND_VISIT_PAID || (e->holders >> SIM_HQ & 1U) == 0) {
            continue;
        }
        run_op(w, "cash.accept",
               json_pack("{s:o,s:I,s:[o]}", "job", ops_hex(e->subject.b, 16), "amount",
                         (json_int_t)e->amount, "paid", ops_hex(e->hash.b, 32)));
        return;
    }
}

void sim_act_revoke(struct sim_world *w, struct sim_device *d)
{
    const struct hq_device *at = hq_device(w->hq, d->journal.head.author);
    if (at == NULL || at->revoked) {
        return;
    }
    id8 author = d->journal.head.author;
    if (!run_op(w, "revoke", json_pack("{s:o}", "author", ops_hex(author.b, 8)))) {
        return;
    }
    for (unsigned i = 0; i < w->ndevices; i++) {
        struct sim_device *x = &w->device[i];
        x->revoked = x->revoked || (!x->gone && id8_eq(x->journal.head.author, author));
    }
}

/* --- edits of both sides
 * --------------------------------------------------------------------------- */

struct edit {
    enum subject_type type;
    int field;
    enum field_type as;
};
static const struct edit edits[] = {
    {SUBJECT_JOB, F_JOB_CONTACT, FT_TEXT},        {SUBJECT_JOB, F_JOB_CONTACT, FT_TEXT},
    {SUBJECT_JOB, F_JOB_PHONE, FT_TEXT},          {SUBJECT_JOB, F_JOB_APPOINTMENT, FT_TIME},
    {SUBJECT_JOB, F_JOB_PRIORITY, FT_INT},        {SUBJECT_CUSTOMER, F_CUSTOMER_PHONE, FT_TEXT},
    {SUBJECT_CUSTOMER, F_CUSTOMER_LANG, FT_ENUM}, {SUBJECT_CUSTOMER, F_NOTE, FT_TEXT},
    {SUBJECT_STOCK, F_STOCK_QTY, FT_QTY},
};

void sim_act_edit(struct sim_world *w, struct sim_device *d)
{
    const struct edit *e = &edits[sim_rng_below(&w->rng, sizeof edits / sizeof edits[0])];
    unsigned k = any_subject(w, e->type);
    struct store *store = d == NULL ? w->hq->store : d->store;
    struct subject_state s;
    uint8_t body[CAP_BODY_BYTES];
    char text[24];
    h32 hash = {{0}};
    if (k == w->nsubjects || !state_of(w, store, w->subject[k], &s)) {
        return;
    }
    snprintf(text, sizeof text, "value %u", sim_rng_below(&w->rng, 1000000));
    struct append_att att = {.type = ATT_TEXT, .content = str_bytes(str_c(text))};
    struct record_write rec = {.field = e->field, .type = e->as};
    rec.i = e->as == FT_TEXT ? 0 : (int64_t)sim_rng_below(&w->rng, 1000);
    record_see(&s, &rec, 1);
    struct append what = {.kind = KIND_RECORD_SET,
                          .subject_type = e->type,
                          .subject = w->subject[k],
                          .atts = &att,
                          .natt = e->as == FT_TEXT ? 1 : 0};
    SIM_OK(w, record_encode(&rec, 1, body, sizeof body, &what.body));
    if (d != NULL) {
        device_append(w, d, &what);
    } else {
        hq_did(w, hq_act(w->hq, &what, &hash, &w->err), hash);
    }
    sim_note(w, "%s writes field %d of subject %u", d == NULL ? "a clerk" : "the device", e->field,
             k);
}

/* --- visits
 * ---------------------------------------------------------------------------------------- */

static unsigned next_kind(struct sim_world *w, const struct visit_state *v)
{
    static const unsigned working[] = {KIND_VISIT_ARRIVED, KIND_VISIT_PART,      KIND_VISIT_PART,
                                       KIND_VISIT_ACTION,  KIND_VISIT_PAID,      KIND_VISIT_PAID,
                                       KIND_VISIT_SIGNED,  KIND_VISIT_TRAVELLING};
    static const unsigned frozen[] = {KIND_VISIT_PAID, KIND_VISIT_LEFT, KIND_JOB_REOPENED};
    if (v == NULL) {
        return KIND_VISIT_ACCEPTED;
    }
    return v->stage == VISIT_SIGNED ? frozen[sim_rng_below(&w->rng, 3)]
                                    : working[sim_rng_below(&w->rng, 8)];
}

/* Another version of a report keeps its number. False: there was no room for one. */
static bool fill_number(struct sim_world *w, struct sim_device *d, const struct visit_state *v,
                        struct body_signed *b)
{
    if (v == NULL || v->nsigned == 0) {
        return sim_office_number(w, d, &b->number);
    }
    const struct signature_state *last = &v->signatures[v->nsigned - 1];
    return code_of(bytes_of(last->number, last->nnumber), &b->number);
}

static bool fill_fact(struct sim_world *w, struct sim_device *d, unsigned kind, id8 visit,
                      const struct subject_state *job, union body *b)
{
    memset(b, 0, sizeof *b);
    b->head.visit = visit;
    if (kind == KIND_VISIT_PART) {
        b->part.number = (struct code){.n = 4, .b = "P-17"};
        b->part.qty_milli = 1000 * (1 + (int64_t)sim_rng_below(&w->rng, 4));
        b->part.reason = PART_WORN;
        b->part.old_part = OLD_TAKEN;
    } else if (kind == KIND_VISIT_ACTION) {
        b->action.n = 1;
        b->action.codes[0] = ACTION_CLEAN;
    } else if (kind == KIND_VISIT_PAID) {
        b->paid.method = PAY_CASH;
        b->paid.amount_minor = 100 + (int64_t)sim_rng_below(&w->rng, 10000);
        b->paid.receipt = (struct code){.n = 2, .b = "R1"};
    } else if (kind == KIND_JOB_REOPENED) {
        b->asked.visit = visit;
        b->asked.reason = 1;
    } else if (kind == KIND_VISIT_SIGNED) {
        const struct visit_state *v = fold_visit(job, visit);
        memset(b, 0, sizeof *b);
        b->signed_.visit = visit;
        b->signed_.outcome = SIGN_SIGNED;
        b->signed_.version = v == NULL ? 1 : v->nsigned + 1;
        b->signed_.class_ = CLASS_C;
        b->signed_.template_ = 2;
        b->signed_.ncovers = cover_all(job, d->journal.head.author, b->signed_.covers);
        return fill_number(w, d, v, &b->signed_);
    }
    return true;
}

void sim_act_visit(struct sim_world *w, struct sim_device *d)
{
    unsigned k = any_subject(w, SUBJECT_JOB);
    struct subject_state job;
    uint8_t body[CAP_BODY_BYTES];
    union body b;
    id8 visit;
    if (k == w->nsubjects || !state_of(w, d->store, w->subject[k], &job) ||
        job.type != SUBJECT_JOB || job.nvisits > CAP_VISITS / 2) {
        return;
    }
    const struct visit_state *v = fold_visit_open(&job, d->journal.head.author);
    unsigned kind = next_kind(w, v);
    if (v != NULL && kind == KIND_VISIT_SIGNED && v->nsigned >= CAP_VISIT_VERSIONS / 2) {
        kind = KIND_VISIT_PART;
    }
    if (v != NULL) {
        visit = v->visit;
    } else {
        randombytes_buf(visit.b, sizeof visit.b);
    }
    if (!fill_fact(w, d, kind, visit, &job, &b)) {
        return;
    }
    struct append_att att[2] = {{.type = ATT_FACTS, .content = str_bytes(S("the facts"))},
                                {.type = ATT_REPORT, .content = str_bytes(S("the report"))}};
    struct append what = {.kind = kind,
                          .subject_type = SUBJECT_JOB,
                          .subject = w->subject[k],
                          .atts = att,
                          .natt = kind == KIND_VISIT_SIGNED ? 2 : 0};
    SIM_OK(w, body_encode(kind, &b, body, sizeof body, &what.body));
    device_append(w, d, &what);
}

void sim_act_photo(struct sim_world *w, struct sim_device *d)
{
    unsigned k = any_subject(w, SUBJECT_JOB);
    struct subject_state s;
    uint8_t body[CAP_BODY_BYTES];
    uint8_t *photo = malloc(PHOTO_BYTES);
    if (photo == NULL || k == w->nsubjects || !state_of(w, d->store, w->subject[k], &s)) {
        free(photo);
        return;
    }
    randombytes_buf(photo, PHOTO_BYTES);
    struct append_att att = {.type = ATT_PHOTO, .content = bytes_of(photo, PHOTO_BYTES)};
    struct record_write rec = {.field = F_NOTE, .type = FT_TEXT};
    record_see(&s, &rec, 1);
    struct append what = {.kind = KIND_RECORD_SET,
                          .subject_type = SUBJECT_JOB,
                          .subject = w->subject[k],
                          .atts = &att,
                          .natt = 1};
    SIM_OK(w, record_encode(&rec, 1, body, sizeof body, &what.body));
    device_append(w, d, &what);
    free(photo);
}

/* What no honest store does: a payment that is there already is said once more. */
void sim_act_again(struct sim_world *w, struct sim_device *d)
{
    for (unsigned i = 0; i < w->nledger; i++) {
        const struct sim_entry *p = &w->ledger[i];
        struct store_txn *t = NULL;
        struct entry_view e;
        struct arena a = arena_of(w->room, CAP_SCRATCH_BYTES);
        h32 hash;
        struct now now = sim_world_now(&d->clock);
        if (p->kind != KIND_VISIT_PAID || (p->holders >> d->index & 1U) == 0 ||
            !id8_eq(p->author, d->journal.head.author)) {
            continue;
        }
        SIM_OK(w, store_read(d->store, &t, &w->err));
        SIM_OK(w, journal_get(t, p->hash, &a, &e, &w->err));
        store_abort(&t);
        struct append what = {
            .kind = e.kind, .subject_type = SUBJECT_JOB, .subject = e.subject, .body = e.body};
        w->mutated = journal_append(&d->journal, &what, &now, &hash, &w->err) == ST_OK;
        return;
    }
}
