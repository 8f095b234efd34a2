/* desk_site.c - see desk_site.h. Jobs have no address of their own: one customer is one address. */
#include <string.h>

#include "app/state/app_internal.h"
#include "app/state/desk_site.h"
#include "core/rules/visit.h"

#define ROWS_MAX 1000 /* of one customer: a hotel with years of calls */
#define LOADS_MAX 200 /* jobs among them that may be open, or were signed: some milliseconds */

struct finding {
    struct app *a;
    struct store_txn *t;
    struct arena *m;
    int64_t signed_ms; /* of the present job's newest signature; 0: none that stands */
    struct site *site;
    struct site_item rest[APP_SITE_MAX]; /* not ready: they come after those that are */
    size_t nrest;
};

static int64_t signed_at(const struct visit_state *v)
{
    const struct signature_state *s =
        v == NULL || v->nsigned == 0 ? NULL : &v->signatures[v->nsigned - 1];
    return s != NULL && s->stands ? s->wall_ms : 0;
}

/* Assigned to him, or to nobody: a call that he took himself, until headquarters decides. */
static bool is_his(const struct finding *f, id16 assigned)
{
    return id16_zero(assigned) || id16_eq(assigned, f->a->who.person);
}

/* What there is to say of one job; false: it does not belong here. */
static bool describe(const struct finding *f, id16 id, bool present, struct site_item *out)
{
    struct arena tmp = arena_of(f->a->row_mem, APP_ROW_BYTES);
    struct subject_state job;
    struct today_row r;
    bool ok = true;
    if (!today_words(f->t, id, &tmp, &r) || fold_load(f->t, id, &tmp, &job, NULL, NULL) != ST_OK) {
        return false;
    }
    const struct visit_state *open = fold_visit_open(&job, f->a->who.author);
    const struct visit_state *v = open != NULL ? open : fold_visit_newest(&job, f->a->who.author);
    enum rule missing = open == NULL ? RULE_NOT_ACCEPTED : visit_missing(&job, open);
    bool going = open != NULL && open->stage < VISIT_SIGNED;
    bool to_do =
        !job.cancelled && !job.archived && v == NULL && id16_eq(job.assigned, f->a->who.person);
    bool together = f->signed_ms != 0 && signed_at(v) == f->signed_ms;
    if (!present && !going && !to_do && !together) {
        return false;
    }
    str what = r.equipment.n > 0 ? r.equipment : r.fault_told;
    *out = (struct site_item){.job = id,
                              .code = arena_str(f->m, r.code, &ok),
                              .what = arena_str(f->m, what, &ok),
                              .stage = open == NULL ? VISIT_NONE : open->stage,
                              .ready = missing == RULE_OK || missing == RULE_CANCELLED,
                              .numbered = v != NULL && v->nsigned > 0,
                              .together = together,
                              .total_minor = visit_total_minor(v)};
    return ok;
}

/* May this row be a job that is open, or that was signed in one pass with the present one? */
static bool wanted(const struct finding *f, const struct list_row *row)
{
    bool begun = row->stage > VISIT_NONE && row->stage < VISIT_SIGNED;
    bool to_do = row->stage == VISIT_NONE && is_his(f, row->assigned);
    return begun || to_do || row->conflict || (f->signed_ms != 0 && row->outcome != 0);
}

static void add(struct finding *f, id16 id)
{
    struct site_item x;
    struct site *s = f->site;
    if (!describe(f, id, false, &x)) {
        return;
    }
    if ((x.ready || x.together) && s->n < APP_SITE_MAX) {
        s->items[s->n++] = x;
    } else if (f->nrest < APP_SITE_MAX) {
        f->rest[f->nrest++] = x;
    }
}

static void find_others(struct finding *f, id16 customer, id16 present)
{
    uint8_t prefix[LIST_KEY_BYTES];
    struct store_cursor *c = NULL;
    bytes key, value, none = {NULL, 0};
    size_t rows = 0, loads = 0;
    if (store_scan(f->t, T_LIST, fold_list_prefix(LIST_OF_CUSTOMER, SUBJECT_JOB, &customer, prefix),
                   none, &c, NULL) != ST_OK) {
        return;
    }
    while (rows++ < ROWS_MAX && loads < LOADS_MAX && store_next(c, &key) == ST_OK) {
        uint8_t room[512];
        struct arena tmp = arena_of(room, sizeof room);
        struct list_row row;
        id16 id;
        if (key.n < sizeof id.b || store_value(c, &tmp, &value, NULL) != ST_OK ||
            list_row_decode(value, &row) != ST_OK || !wanted(f, &row)) {
            continue;
        }
        memcpy(id.b, key.p + key.n - sizeof id.b, sizeof id.b);
        if (!id16_eq(id, present)) {
            loads++;
            add(f, id);
        }
    }
    store_scan_end(&c);
}

static bool load(struct app *a, const struct job_model *j, struct desk_cache *c)
{
    struct arena m = arena_of(c->mem, APP_DESK_BYTES);
    struct site *s = arena_new(&m, struct site, 1);
    struct finding f = {.a = a, .m = &m, .site = s, .signed_ms = signed_at(j->visit)};
    if (s == NULL || store_read(a->store, &f.t, NULL) != ST_OK) {
        return false;
    }
    bool ok = describe(&f, j->subject, true, &s->items[0]);
    s->n = 1;
    if (ok && j->has_customer) {
        find_others(&f, j->customer.subject, j->subject);
    }
    store_abort(&f.t);
    for (size_t k = 0; k < f.nrest && s->n < APP_SITE_MAX; k++) {
        s->items[s->n++] = f.rest[k];
    }
    c->model = s;
    return ok;
}

const struct site *app_site(struct app *a)
{
    const struct job_model *j = app_job(a);
    int64_t key;
    if (j == NULL || j->is_goods) {
        return NULL;
    }
    memcpy(&key, j->subject.b, sizeof key);
    struct desk_cache *c = desk_cache(a, DESK_SITE, key);
    if (c == NULL) {
        return NULL;
    }
    if (!c->have) {
        c->have = load(a, j, c);
    }
    return c->have ? c->model : NULL;
}
