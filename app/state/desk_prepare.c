/* desk_prepare.c - see desk_prepare.h. What a job may want is what went into this equipment, its
 * model, or its kind before, for the faults that it had most; and surely what a visit lacked. */
#include <stdlib.h>

#include "app/state/app_internal.h"
#include "app/state/desk_prepare.h"
#include "core/model/bodies.h"

#define LIKELY 2 /* faults of one job that are prepared for */

static void want(struct prepare *p, const struct code *part, bool wanted)
{
    size_t k = 0;
    while (k < p->nparts && !bytes_eq(code_bytes(&p->parts[k].part), code_bytes(part))) {
        k++;
    }
    if (k == PREPARE_PARTS) {
        return;
    }
    if (k == p->nparts) {
        p->parts[p->nparts++] = (struct prepare_part){.part = *part};
    }
    p->parts[k].jobs++;
    p->parts[k].wanted = p->parts[k].wanted || wanted;
}

static bool lacked(const struct subject_state *job, struct code *part)
{
    for (unsigned k = job->nvisits; k-- > 0;) {
        const struct fact *f = fold_fact(&job->visits[k], KIND_VISIT_ENDED);
        union body b;
        if (f != NULL && body_decode(f->kind, f->body, &b) == ST_OK &&
            b.ended.outcome == END_PART_WANTED && b.ended.part.n > 0) {
            *part = b.ended.part;
            return true;
        }
    }
    return false;
}

static void parts_of(struct prepare *p, const struct book *b, const struct book_like *like,
                     const struct subject_state *job)
{
    struct book_fault had[LIKELY];
    struct code part;
    if (lacked(job, &part)) {
        want(p, &part, true);
        return;
    }
    size_t n = book_faults(b, like, had, LIKELY);
    for (size_t k = 0; k < n; k++) {
        const struct code *c = book_part(b, like, bytes_str(code_bytes(&had[k].fault)));
        if (c != NULL) {
            want(p, c, false);
        }
    }
}

static void take_job(struct app *a, struct store_txn *t, struct arena *m, const struct book *b,
                     id16 id, struct prepare *p)
{
    struct arena tmp = arena_of(a->row_mem, APP_ROW_BYTES);
    struct subject_state job;
    struct today_row r;
    bool ok = true;
    if (!today_words(t, id, &tmp, &r) || fold_load(t, id, &tmp, &job, NULL, NULL) != ST_OK) {
        return;
    }
    struct prepare_job *x = &p->jobs[p->njobs++];
    str phone = field_text(t, &tmp, &job, F_JOB_PHONE);
    *x = (struct prepare_job){.job = id,
                              .code = arena_str(m, r.code, &ok),
                              .customer = arena_str(m, r.customer, &ok),
                              .phone = arena_str(m, phone.n > 0 ? phone : r.phone, &ok),
                              .told = arena_str(m, r.fault_told, &ok),
                              .appointment_ms = r.row.appointment_ms,
                              .begun = fold_visit_open(&job, a->who.author) != NULL};
    const struct book_like like = book_like_of(id, r.row.equipment, r.model, r.equipment);
    parts_of(p, b, &like, &job);
}

static void find_jobs(struct app *a, struct store_txn *t, struct arena *m, const struct book *b,
                      struct prepare *p)
{
    uint8_t prefix[1] = {LIST_JOBS_OPEN};
    struct store_cursor *c = NULL;
    bytes key, none = {NULL, 0};
    if (store_scan(t, T_LIST, bytes_of(prefix, 1), none, &c, NULL) != ST_OK) {
        return;
    }
    while (store_next(c, &key) == ST_OK) {
        id16 id;
        memcpy(id.b, key.p + key.n - sizeof id.b, sizeof id.b);
        p->more = p->njobs == PREPARE_JOBS;
        if (p->more) {
            break;
        }
        take_job(a, t, m, b, id, p);
    }
    store_scan_end(&c);
}

static int by_need(const void *x, const void *y)
{
    const struct prepare_part *p = x, *q = y;
    return p->wanted != q->wanted ? (p->wanted ? -1 : 1) : (int)q->jobs - (int)p->jobs;
}

static bool load(struct app *a, struct desk_cache *c, const struct book *b)
{
    struct arena m = arena_of(c->mem, APP_DESK_BYTES);
    struct prepare *p = arena_new(&m, struct prepare, 1);
    struct store_txn *t = NULL;
    size_t n = 0;
    if (p == NULL) {
        return false;
    }
    p->jobs = arena_new(&m, struct prepare_job, PREPARE_JOBS);
    p->parts = arena_new(&m, struct prepare_part, PREPARE_PARTS);
    if (p->jobs == NULL || p->parts == NULL || store_read(a->store, &t, NULL) != ST_OK) {
        return false;
    }
    find_jobs(a, t, &m, b, p);
    store_abort(&t);
    const struct stock_item *van = app_stock(a, &n);
    for (size_t k = 0; k < p->nparts; k++) {
        for (size_t i = 0; i < n; i++) {
            if (bytes_eq(code_bytes(&van[i].part), code_bytes(&p->parts[k].part))) {
                p->parts[k].van_milli = van[i].qty_milli;
            }
        }
    }
    qsort(p->parts, p->nparts, sizeof p->parts[0], by_need);
    p->whole = b->whole;
    c->model = p;
    return true;
}

const struct prepare *app_prepare(struct app *a)
{
    const struct book *b = app_book(a);
    struct desk_cache *c =
        desk_cache(a, DESK_PREPARE, (int64_t)(b->nvisits * 2) + (b->whole ? 1 : 0));
    if (c == NULL) {
        return NULL;
    }
    if (!c->have) {
        c->have = load(a, c, b);
    }
    return c->have ? c->model : NULL;
}
