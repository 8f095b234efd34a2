/* model.c - a job with all it names, loaded in one short read transaction when the store has moved.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/state/app_internal.h"
#include "core/codec/cbor.h"
#include "core/journal/forks.h"
#include "core/journal/times.h"
#include "core/model/bodies.h"
#include "core/rules/office.h"
#include "core/rules/visit.h"
#include "sync/engine/exchange.h"

void model_drop(struct app *a)
{
    a->model_ok = false;
    memset(&a->model, 0, sizeof a->model);
    for (int k = 0; k < 2; k++) {
        a->reports[k].have = false;
    }
}

static str text_in(struct store_txn *t, struct arena *m, h32 att, bool *gone)
{
    bytes content = {NULL, 0};
    enum st st = store_att_get(t, att, m, NULL, &content, NULL);
    if (gone != NULL) {
        *gone = st == ST_REVOKED;
    }
    return st == ST_OK ? bytes_str(content) : (str){NULL, 0};
}

str field_text(struct store_txn *t, struct arena *m, const struct subject_state *s, int field)
{
    const struct field_value *v = fold_shown(s, field);
    if (v == NULL) {
        return (str){NULL, 0};
    }
    if (v->type == FT_CODE) {
        bool ok = true;
        return bytes_str(arena_bytes(m, bytes_of(v->b, v->nb), &ok));
    }
    h32 att;
    memcpy(att.b, v->b, 32);
    return v->type == FT_TEXT ? text_in(t, m, att, NULL) : (str){NULL, 0};
}

static bool field_ref(const struct subject_state *s, int field, id16 *out)
{
    const struct field_value *v = fold_shown(s, field);
    if (v == NULL || v->type != FT_REF) {
        return false;
    }
    memcpy(out->b, v->b, 16);
    return true;
}

static void load_customer(struct store_txn *t, struct arena *m, struct job_model *j)
{
    id16 id;
    j->has_customer = field_ref(&j->job, F_JOB_CUSTOMER, &id) &&
                      fold_load(t, id, m, &j->customer, NULL, NULL) == ST_OK;
    if (!j->has_customer) {
        return;
    }
    j->customer_name = field_text(t, m, &j->customer, F_CUSTOMER_NAME);
    j->customer_phone = field_text(t, m, &j->customer, F_CUSTOMER_PHONE);
    j->customer_address = field_text(t, m, &j->customer, F_CUSTOMER_ADDRESS);
    const struct field_value *lang = fold_shown(&j->customer, F_CUSTOMER_LANG);
    j->customer_lang = lang != NULL ? (int)lang->i : 1;
}

#define CONTRACTS_MAX                                                                              \
    16 /* of one customer; the nearest expiry counts, more than this is no customer */

static void load_equipment(struct store_txn *t, struct arena *m, struct job_model *j,
                           int64_t now_ms)
{
    id16 id;
    j->has_equipment = field_ref(&j->job, F_JOB_EQUIPMENT, &id) &&
                       fold_load(t, id, m, &j->equipment, NULL, NULL) == ST_OK;
    if (j->has_equipment) {
        j->equipment_name = field_text(t, m, &j->equipment, F_EQUIPMENT_NAME);
        j->equipment_model = field_text(t, m, &j->equipment, F_EQUIPMENT_MODEL);
        j->equipment_serial = field_text(t, m, &j->equipment, F_EQUIPMENT_SERIAL);
        j->equipment_maker = field_text(t, m, &j->equipment, F_EQUIPMENT_MAKER);
    }
    struct subject_state *contracts = arena_new(m, struct subject_state, CONTRACTS_MAX);
    size_t n = 0;
    uint8_t room[LIST_KEY_BYTES];
    struct store_cursor *c = NULL;
    if (contracts == NULL || !j->has_customer) {
        struct subject_state *e = j->has_equipment ? &j->equipment : NULL;
        class_decide(e, NULL, 0, false, now_ms, &j->class_);
        class_decide(e, NULL, 0, true, now_ms, &j->class_excluded);
        return;
    }
    bytes none = {NULL, 0},
          prefix = fold_list_prefix(LIST_OF_CUSTOMER, SUBJECT_CONTRACT, &j->customer.subject, room);
    if (store_scan(t, T_LIST, prefix, none, &c, NULL) == ST_OK) {
        bytes key;
        for (unsigned rows = 0; rows < CONTRACTS_MAX && store_next(c, &key) == ST_OK; rows++) {
            id16 sub;
            memcpy(sub.b, key.p + key.n - 16, 16);
            n += fold_load(t, sub, m, &contracts[n], NULL, NULL) == ST_OK;
        }
        store_scan_end(&c);
    }
    class_decide(j->has_equipment ? &j->equipment : NULL, contracts, n, false, now_ms, &j->class_);
    class_decide(j->has_equipment ? &j->equipment : NULL, contracts, n, true, now_ms,
                 &j->class_excluded);
    for (size_t k = 0; k < n; k++) {
        if (j->class_.class_ == CLASS_B && id16_eq(contracts[k].subject, j->class_.contract)) {
            j->contract = contracts[k];
            j->has_contract = true;
        }
    }
}

#define SERVICES_MAX 64 /* jobs of one machine looked through; a year has a handful */

/* When this machine was last served, as far as jobs of it are here: the newest sign-off that stands
 * on another job, and what was told then. */
static void load_last_service(struct store_txn *t, struct arena *m, struct job_model *j)
{
    uint8_t prefix[LIST_KEY_BYTES];
    struct store_cursor *c = NULL;
    bytes key, none = {NULL, 0};
    h32 told = {{0}};
    if (!j->has_equipment ||
        store_scan(t, T_LIST, fold_list_prefix(LIST_OF_EQUIPMENT, 0, &j->equipment.subject, prefix),
                   none, &c, NULL) != ST_OK) {
        return;
    }
    for (unsigned n = 0; n < SERVICES_MAX && store_next(c, &key) == ST_OK; n++) {
        struct arena tmp = *m;
        struct subject_state s;
        id16 sub;
        memcpy(sub.b, key.p + key.n - sizeof sub.b, sizeof sub.b);
        if (id16_eq(sub, j->subject) || fold_load(t, sub, &tmp, &s, NULL, NULL) != ST_OK ||
            s.type != SUBJECT_JOB) {
            continue;
        }
        for (unsigned v = 0; v < s.nvisits; v++) {
            for (unsigned k = 0; k < s.visits[v].nsigned; k++) {
                const struct signature_state *x = &s.visits[v].signatures[k];
                const struct field_value *f = fold_shown(&s, F_JOB_FAULT_TOLD);
                if (x->stands && x->wall_ms > j->last_service_ms) {
                    j->last_service_ms = x->wall_ms;
                    told = (h32){{0}};
                    if (f != NULL) {
                        memcpy(told.b, f->b, sizeof told.b);
                    }
                }
            }
        }
    }
    store_scan_end(&c);
    j->last_service = h32_zero(told) ? (str){NULL, 0} : text_in(t, m, told, NULL);
}

static bool of_job(const struct subject_state *goods, id16 job)
{
    id16 id;
    return field_ref(goods, F_GOODS_JOB, &id) && id16_eq(id, job);
}

/* What was taken away for this job; what is out stands last. */
static void load_goods(struct store_txn *t, struct arena *m, struct job_model *j)
{
    uint8_t prefix[2] = {LIST_BY_TYPE, SUBJECT_GOODS};
    struct store_cursor *c = NULL;
    bytes key, none = {NULL, 0};
    j->goods = arena_new(m, struct goods_item, APP_GOODS_MAX);
    if (j->goods == NULL ||
        store_scan(t, T_LIST, bytes_of(prefix, sizeof prefix), none, &c, NULL) != ST_OK) {
        return;
    }
    while (j->ngoods < APP_GOODS_MAX && store_next(c, &key) == ST_OK) {
        struct arena before = *m;
        struct goods_item g = {.receipt = {NULL, 0}};
        if (key.n < sizeof g.subject.b) {
            continue;
        }
        memcpy(g.subject.b, key.p + key.n - sizeof g.subject.b, sizeof g.subject.b);
        if (fold_load(t, g.subject, m, &g.state, NULL, NULL) != ST_OK ||
            !of_job(&g.state, j->subject)) {
            *m = before;
            continue;
        }
        g.receipt = field_text(t, m, &g.state, F_GOODS_RECEIPT);
        g.what = field_text(t, m, &g.state, F_GOODS_WHAT);
        g.at = office_state(&g.state);
        j->goods[j->ngoods++] = g;
    }
    store_scan_end(&c);
    for (unsigned k = 0; k + 1 < j->ngoods; k++) {
        struct goods_item g = j->goods[k];
        if (g.at != GOODS_VOIDED) { /* the one that is out is the last */
            j->goods[k] = j->goods[j->ngoods - 1];
            j->goods[j->ngoods - 1] = g;
            break;
        }
    }
}

/* A repair card: the goods are the subject; whose they are is their job's to say. */
static void load_call(struct app *a, struct store_txn *t, struct arena *m, struct job_model *j)
{
    id16 id;
    const struct visit_state *taking = NULL;
    union body b;
    j->is_goods = true;
    j->code = field_text(t, m, &j->job, F_GOODS_RECEIPT);
    j->has_call =
        field_ref(&j->job, F_GOODS_JOB, &id) && fold_load(t, id, m, &j->call, NULL, NULL) == ST_OK;
    if (j->has_call) {
        struct subject_state goods = j->job;
        j->job = j->call;
        load_customer(t, m, j);
        load_equipment(t, m, j, a->when.ms);
        j->fault_told = field_text(t, m, &j->call, F_JOB_FAULT_TOLD);
        j->job = goods;
    }
    for (unsigned k = 0; j->has_call && k < j->call.nvisits; k++) {
        const struct fact *f = fold_fact(&j->call.visits[k], KIND_VISIT_TAKEN);
        if (f != NULL && body_decode(f->kind, f->body, &b) == ST_OK &&
            id16_eq(b.taken.goods, j->subject)) {
            taking = &j->call.visits[k];
        }
    }
    const struct fact *f = taking == NULL ? NULL : fold_fact(taking, KIND_VISIT_CLASS);
    if (f != NULL && body_decode(f->kind, f->body, &b) == ST_OK) {
        j->class_.class_ = (enum service_class)b.class_.class_;
        j->class_.basis = (enum class_basis)b.class_.basis;
    }
    j->place = place_of(a, t, j->subject);
    j->visit = fold_visit_open(&j->job, a->who.author);
}

/* Whether he was in time is judged by the time that is proved, not by a clock that was wrong. */
static void put_right(struct store_txn *t, struct arena m, struct job_model *j)
{
    struct trust *trust = arena_new(&m, struct trust, 1);
    bool any = false;
    for (size_t k = 0; k < j->ndeadlines; k++) {
        any = any || j->deadlines[k].met;
    }
    if (!any || trust == NULL || trust_store_get(t, &m, trust, NULL, NULL) != ST_OK) {
        return;
    }
    for (size_t k = 0; k < j->ndeadlines; k++) {
        struct deadline *d = &j->deadlines[k];
        d->met_ms = d->met ? times_shown(t, trust, d->met_by, d->met_ms, m) : d->met_ms;
    }
}

static void load_reopened(struct store_txn *t, struct arena *m, struct job_model *j)
{
    const struct visit_state *v = j->visit;
    struct reopening r;
    if (v == NULL || !visit_reopened(v) ||
        fold_reopening(t, j->subject, v->signatures[v->nsigned - 1].entry, *m, &r, NULL) != ST_OK) {
        return;
    }
    j->reopened.is = true;
    j->reopened.reason = r.reason;
    j->reopened.who.role = r.role;
    j->reopened.when_ms = hlc_ms(r.time);
    who_wrote(t, r.entry, m, &j->reopened.who);
}

static bool load(struct app *a, id16 subject)
{
    struct arena m = arena_of(a->model_mem, APP_MODEL_BYTES);
    struct job_model *j = &a->model;
    memset(j, 0, sizeof *j);
    j->subject = subject;
    struct store_txn *t = NULL;
    if (store_read(a->store, &t, NULL) != ST_OK) {
        return false;
    }
    bool ok = fold_load(t, subject, &m, &j->job, NULL, NULL) == ST_OK;
    if (ok && j->job.type == SUBJECT_GOODS) {
        load_call(a, t, &m, j);
    } else if (ok) {
        load_goods(t, &m, j);
        j->code = field_text(t, &m, &j->job, F_CODE);
        j->provisional = field_text(t, &m, &j->job, F_JOB_PROVISIONAL);
        j->code = j->code.n > 0 ? j->code : j->provisional;
        j->fault_told = field_text(t, &m, &j->job, F_JOB_FAULT_TOLD);
        j->contact = field_text(t, &m, &j->job, F_JOB_CONTACT);
        j->contact_phone = field_text(t, &m, &j->job, F_JOB_PHONE);
        j->note = field_text(t, &m, &j->job, F_NOTE);
        j->customer_lang = 1;
        load_customer(t, &m, j);
        load_equipment(t, &m, j, a->when.ms);
        load_last_service(t, &m, j);
        j->ndeadlines = deadlines(&j->job, &a->edition.cat.calendars, j->deadlines);
        put_right(t, m, j);
        j->place = place_of(a, t, subject);
        j->two_histories = forks_touch(t, subject, m);
        /* The newest of ours: open, or the last one that ended. */
        j->visit = fold_visit_open(&j->job, a->who.author);
        if (j->visit == NULL) {
            j->visit = fold_visit_newest(&j->job, a->who.author);
        }
        load_reopened(t, &m, j);
    }
    store_abort(&t);
    return ok;
}

const struct job_model *app_job(struct app *a)
{
    if (a->store == NULL || a->ntrail == 0) {
        return NULL;
    }
    id16 subject = a->trail[a->ntrail - 1].subject;
    uint64_t g = atomic_load(&a->generation);
    if (!a->model_ok || a->model_generation != g || !id16_eq(a->model.subject, subject)) {
        a->model_ok = load(a, subject);
        a->model_generation = g;
    }
    if (a->model_ok && a->model.ndeadlines > 0) {
        a->want_minute = true; /* they count down on the screen */
    }
    return a->model_ok ? &a->model : NULL;
}

str app_text(struct app *a, h32 att, bool *gone)
{
    struct store_txn *t = NULL;
    if (a->store == NULL || store_read(a->store, &t, NULL) != ST_OK) {
        return (str){NULL, 0};
    }
    str s = text_in(t, &a->frame, att, gone);
    store_abort(&t);
    return s;
}

str app_person(struct app *a, id16 person)
{
    struct store_txn *t = NULL;
    if (a->store == NULL || store_read(a->store, &t, NULL) != ST_OK) {
        return (str){NULL, 0};
    }
    str name = person_words(a, t, person);
    store_abort(&t);
    return name;
}

str app_author_name(struct app *a, id8 author)
{
    struct store_txn *t = NULL;
    struct who who;
    if (a->store == NULL || store_read(a->store, &t, NULL) != ST_OK) {
        return (str){NULL, 0};
    }
    who_is(t, author, (id16){{0}}, &a->frame, &who);
    store_abort(&t);
    return who.name;
}

str app_technician_name(struct app *a)
{
    return app_person(a, a->who.person);
}

unsigned place_of(struct app *a, struct store_txn *t, id16 subject)
{
    enum sync_place p = SYNC_HERE;
    if (sync_place_subject(t, a->who.author, subject, a->frame, &p, NULL) != ST_OK) {
        return PLACE_HERE; /* what cannot be shown to be at headquarters is here */
    }
    return (unsigned)p;
}
