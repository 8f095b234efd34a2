/* desk_book.c - see desk_book.h. */
#include <sodium.h>
#include <stdlib.h>

#include "app/state/app_internal.h"
#include "app/state/desk_book.h"
#include "core/model/bodies.h"
#include "core/rules/money.h"

#define SLICE 48 /* jobs a frame: some 3 ms */
#define TOUCHED_MAX 4

struct book_store {
    struct book shown;
    struct pages {
        struct book_list visits, lines;
    } page[2]; /* the one that is shown, the one that is being gathered */
    int showing;
    bool gathering, have, whole;
    bool asked; /* by the screen of this frame: without one who asks nobody goes on gathering */
    unsigned long long generation; /* of others' words: that is, or is being, gathered */
    id16 touched[TOUCHED_MAX]; /* jobs that got an entry of his since: they alone are read again */
    unsigned ntouched;
    unsigned type;                /* of `types`, that is being gone through */
    uint8_t next[LIST_KEY_BYTES]; /* key to go on after */
    size_t nnext;
};

/* What is done in the workshop hangs on the goods. */
static const enum subject_type types[] = {SUBJECT_JOB, SUBJECT_GOODS};
#define TYPES (sizeof types / sizeof types[0])

uint64_t book_hash(str text)
{
    uint64_t h = 14695981039346656037ULL;
    for (size_t k = 0; k < text.n; k++) {
        h = (h ^ (uint8_t)text.p[k]) * 1099511628211ULL;
    }
    return text.n == 0 ? 0 : h | 1U;
}

#define ROOM_LEAST 256 /* of a list's first memory */

void book_empty(struct book_list *l, size_t size)
{
    if (l->p != NULL) {
        sodium_memzero(l->p, l->room * size);
    }
    free(l->p);
    *l = (struct book_list){NULL, 0, 0, false};
}

static bool make_room(struct book_list *l, size_t size, size_t max)
{
    size_t room = l->room == 0 ? ROOM_LEAST : 2 * l->room;
    struct book_list more = {NULL, l->n, room < max ? room : max, l->lost};
    if (l->n < l->room) {
        return true;
    }
    more.p = calloc(more.room, size);
    if (more.p == NULL) {
        l->lost = true;
        return false;
    }
    if (l->n > 0) {
        memcpy(more.p, l->p, l->n * size);
    }
    book_empty(l, size);
    *l = more;
    return true;
}

void *book_place(struct book_list *l, size_t size, size_t max, int64_t when_ms,
                 int64_t (*when)(const void *one))
{
    uint8_t *oldest = l->p;
    if (l->n < max) {
        return make_room(l, size, max) ? (uint8_t *)l->p + l->n++ * size : NULL;
    }
    for (size_t k = 1; k < l->n; k++) {
        uint8_t *one = (uint8_t *)l->p + k * size;
        oldest = when(one) < when(oldest) ? one : oldest;
    }
    return when(oldest) < when_ms ? oldest : NULL;
}

static int64_t visit_when(const void *one)
{
    return ((const struct book_visit *)one)->when_ms;
}

static int64_t line_when(const void *one)
{
    return ((const struct book_line *)one)->when_ms;
}

/* ---- one job ----------------------------------------------------------------------------------
 */

static bool fact_body(const struct fact *f, union body *b)
{
    return f != NULL && body_decode(f->kind, f->body, b) == ST_OK;
}

static void take_parts(const struct visit_state *v, struct book_visit *out)
{
    for (unsigned k = 0; k < v->nfacts; k++) {
        union body b;
        if (v->facts[k].kind != KIND_VISIT_PART || !fact_body(&v->facts[k], &b)) {
            continue;
        }
        if (out->nparts == BOOK_PARTS) { /* the last ones are kept */
            memmove(&out->parts[0], &out->parts[1], (BOOK_PARTS - 1) * sizeof out->parts[0]);
            out->nparts--;
        }
        out->parts[out->nparts++] = b.part.number;
    }
}

static void take_lines(struct pages *p, const struct visit_state *v, id16 job)
{
    for (unsigned k = 0; k < v->nfacts; k++) {
        const struct fact *f = &v->facts[k];
        union body b;
        struct book_line l = {.job = job, .when_ms = f->wall_ms, .entry = f->entry};
        if (!fact_body(f, &b)) {
            continue;
        }
        if (f->kind == KIND_VISIT_PAID && b.paid.method == PAY_CASH) {
            int64_t owed = b.paid.amount_minor - f->accepted_minor; /* never more than was paid */
            l.what = BOOK_CASH;
            l.code = b.paid.receipt;
            l.paid_minor = b.paid.amount_minor;
            l.amount_minor = owed > 0 ? owed : 0;
        } else if (f->kind == KIND_VISIT_PART) {
            l.what = BOOK_PART;
            l.code = b.part.number;
            l.qty_milli = b.part.qty_milli;
            l.old_part = b.part.old_part;
        } else {
            continue;
        }
        l.corrected = b.head.old.n > 0;
        struct book_line *to =
            book_place(&p->lines, sizeof l, BOOK_LINES_MAX, l.when_ms, line_when);
        if (to != NULL) {
            *to = l;
        }
    }
}

static void take_visit(struct app *a, struct pages *p, const struct subject_state *job,
                       const struct visit_state *v, const struct book_visit *common)
{
    struct book_visit x = *common;
    union body b;
    const struct fact *f = fold_fact(v, KIND_VISIT_DIAGNOSED);
    if (fact_body(f, &b)) {
        x.fault = b.diagnosed.fault;
        x.when_ms = f->wall_ms;
    }
    for (unsigned k = 0; f == NULL && k < v->nfacts; k++) {
        x.when_ms = v->facts[k].wall_ms > x.when_ms ? v->facts[k].wall_ms : x.when_ms;
    }
    if (fact_body(fold_fact(v, KIND_VISIT_CLASS), &b)) {
        x.class_ = b.class_.class_;
    }
    x.own = id8_eq(v->author, a->who.author);
    x.end = v->end;
    x.outcome = v->nsigned > 0 && v->signatures[v->nsigned - 1].stands
                    ? v->signatures[v->nsigned - 1].outcome
                    : 0;
    take_parts(v, &x);
    struct book_visit *to = book_place(&p->visits, sizeof x, BOOK_JOBS_MAX, x.when_ms, visit_when);
    if (to != NULL) {
        *to = x;
    }
    if (x.own) {
        take_lines(p, v, job->subject);
    }
}

static void take_job(struct app *a, struct store_txn *t, struct pages *p,
                     const struct list_row *row)
{
    struct arena m = arena_of(a->row_mem, APP_ROW_BYTES);
    struct subject_state job, e;
    struct book_visit common = {
        .job = row->subject, .equipment = row->equipment, .customer = row->customer};
    if (fold_load(t, row->subject, &m, &job, NULL, NULL) != ST_OK) {
        return;
    }
    if (!id16_zero(row->equipment) && fold_load(t, row->equipment, &m, &e, NULL, NULL) == ST_OK) {
        common.model = book_hash(field_text(t, &m, &e, F_EQUIPMENT_MODEL));
        common.name = book_hash(field_text(t, &m, &e, F_EQUIPMENT_NAME));
    }
    for (unsigned k = 0; k < job.nvisits; k++) {
        take_visit(a, p, &job, &job.visits[k], &common);
    }
}

/* Parts of a repair card: his account's like any others. The line leads to the card. */
static void take_card(struct app *a, struct store_txn *t, struct pages *p, id16 goods)
{
    struct arena m = arena_of(a->row_mem, APP_ROW_BYTES);
    struct subject_state s;
    if (fold_load(t, goods, &m, &s, NULL, NULL) != ST_OK) {
        return;
    }
    for (unsigned k = 0; k < s.nvisits; k++) {
        if (id8_eq(s.visits[k].author, a->who.author)) {
            take_lines(p, &s.visits[k], goods);
        }
    }
}

static void take_row(struct app *a, struct store_txn *t, struct pages *p,
                     const struct list_row *row)
{
    if (row->type == SUBJECT_GOODS) {
        take_card(a, t, p, row->subject);
    } else if (row->stage > VISIT_NONE) {
        take_job(a, t, p, row);
    }
}

/* ---- a few jobs a frame -----------------------------------------------------------------------
 */

/* False: there are no more. */
static bool slice(struct app *a, struct book_store *b, struct store_txn *t)
{
    struct pages *p = &b->page[1 - b->showing];
    uint8_t prefix[LIST_KEY_BYTES];
    struct store_cursor *c = NULL;
    bytes key, value, pre = fold_list_prefix(LIST_BY_TYPE, types[b->type], NULL, prefix);
    unsigned n = 0;
    bool more = true;
    if (store_scan(t, T_LIST, pre, bytes_of(b->next, b->nnext), &c, NULL) != ST_OK) {
        return false;
    }
    while (n < SLICE) {
        struct arena tmp = arena_of(a->row_mem, APP_ROW_BYTES);
        struct list_row row;
        more = store_next(c, &key) == ST_OK && key.n <= sizeof b->next;
        if (!more) {
            break;
        }
        if (key.n == b->nnext && memcmp(key.p, b->next, key.n) == 0) {
            continue; /* where the last slice ended */
        }
        memcpy(b->next, key.p, key.n);
        b->nnext = key.n;
        n++;
        if (store_value(c, &tmp, &value, NULL) != ST_OK || list_row_decode(value, &row) != ST_OK) {
            continue;
        }
        take_row(a, t, p, &row);
    }
    store_scan_end(&c);
    return more;
}

static int newer_visit(const void *x, const void *y)
{
    int64_t a = ((const struct book_visit *)x)->when_ms,
            b = ((const struct book_visit *)y)->when_ms;
    return a < b ? 1 : a > b ? -1 : 0;
}

static int newer_line(const void *x, const void *y)
{
    int64_t a = ((const struct book_line *)x)->when_ms, b = ((const struct book_line *)y)->when_ms;
    return a < b ? 1 : a > b ? -1 : 0;
}

static void show(struct book_store *b, int page)
{
    b->showing = page;
    struct pages *p = &b->page[b->showing];
    if (p->visits.n > 0) {
        qsort(p->visits.p, p->visits.n, sizeof(struct book_visit), newer_visit);
    }
    if (p->lines.n > 0) {
        qsort(p->lines.p, p->lines.n, sizeof(struct book_line), newer_line);
    }
    b->whole = !p->visits.lost && !p->lines.lost;
    b->shown = (struct book){p->visits.p, p->visits.n, p->lines.p, p->lines.n, b->whole};
    b->have = true;
}

/* ---- one job again ----------------------------------------------------------------------------
 */

static void take_out(struct pages *p, id16 job)
{
    struct book_visit *v = p->visits.p;
    struct book_line *l = p->lines.p;
    size_t n = 0;
    for (size_t k = 0; k < p->visits.n; k++) {
        if (!id16_eq(v[k].job, job)) {
            v[n++] = v[k];
        }
    }
    p->visits.n = n;
    n = 0;
    for (size_t k = 0; k < p->lines.n; k++) {
        if (!id16_eq(l[k].job, job)) {
            l[n++] = l[k];
        }
    }
    p->lines.n = n;
}

static void again(struct app *a, struct book_store *b, struct store_txn *t, id16 job)
{
    struct pages *p = &b->page[b->showing];
    take_out(p, job);
    for (size_t k = 0; k < TYPES; k++) {
        struct arena tmp = arena_of(a->row_mem, APP_ROW_BYTES);
        struct list_row row;
        uint8_t key[LIST_KEY_BYTES];
        bytes value, pre = fold_list_prefix(LIST_BY_TYPE, types[k], NULL, key);
        memcpy(key + pre.n, job.b, sizeof job.b);
        if (store_get(t, T_LIST, bytes_of(key, pre.n + sizeof job.b), &tmp, &value, NULL) ==
                ST_OK &&
            list_row_decode(value, &row) == ST_OK) {
            take_row(a, t, p, &row);
        }
    }
}

void book_touched(struct app *a, id16 job)
{
    struct book_store *b = a->book;
    if (b == NULL) {
        return;
    }
    for (int k = 0; k < DESK_MODELS; k++) { /* the store may have moved before this was known */
        a->desk[k].have = false;
    }
    for (unsigned k = 0; k < b->ntouched; k++) {
        if (id16_eq(b->touched[k], job)) {
            return;
        }
    }
    if (id16_zero(job) || b->ntouched == TOUCHED_MAX) {
        b->have = b->gathering = false; /* from the beginning; what is shown stays until then */
        b->ntouched = 0;
        return;
    }
    b->touched[b->ntouched++] = job;
}

static void gather(struct app *a, struct book_store *b)
{
    unsigned long long g = atomic_load(&a->words_generation);
    struct store_txn *t = NULL;
    bool known = !b->gathering && b->have && b->generation == g;
    if (known && b->ntouched == 0) {
        return;
    }
    if (known) {
        if (store_read(a->store, &t, NULL) == ST_OK) {
            for (unsigned k = 0; k < b->ntouched; k++) {
                again(a, b, t, b->touched[k]);
            }
            b->ntouched = 0;
            store_abort(&t);
            show(b, b->showing);
        }
        return;
    }
    if (!b->gathering || b->generation != g) { /* from the beginning */
        b->gathering = true;
        b->generation = g;
        b->type = 0;
        b->nnext = 0;
        struct pages *p = &b->page[1 - b->showing];
        p->visits.n = p->lines.n = 0;
        p->visits.lost = p->lines.lost = false;
    }
    if (store_read(a->store, &t, NULL) != ST_OK) {
        return;
    }
    if (!slice(a, b, t)) {
        b->nnext = 0;
        b->type++;
    }
    store_abort(&t);
    b->gathering = b->type < TYPES;
    if (b->gathering) {
        a->wake(a->wake_ctx);
    } else {
        show(b, 1 - b->showing);
    }
}

const struct book *app_book(struct app *a)
{
    static const struct book none;
    if (a->store == NULL) {
        return &none;
    }
    a->book = a->book != NULL ? a->book : calloc(1, sizeof *a->book);
    if (a->book == NULL) {
        return &none;
    }
    a->book->asked = true;
    gather(a, a->book);
    a->book->shown.whole = a->book->whole && !a->book->gathering;
    return &a->book->shown;
}

bool book_running(const struct app *a)
{
    return a->book != NULL && a->book->gathering && a->book->asked;
}

void book_turn(struct app *a)
{
    if (a->book != NULL) {
        a->book->asked = false;
    }
}

void book_drop(struct app *a)
{
    struct book_store *b = a->book;
    if (b == NULL) {
        return;
    }
    for (int k = 0; k < 2; k++) {
        book_empty(&b->page[k].visits, sizeof(struct book_visit));
        book_empty(&b->page[k].lines, sizeof(struct book_line));
    }
    free(b);
    a->book = NULL;
}

/* ---- asked of it ------------------------------------------------------------------------------
 */

struct book_like book_like_of(id16 job, id16 equipment, str model, str name)
{
    return (struct book_like){job, equipment, book_hash(model), book_hash(name)};
}

struct book_like book_like(const struct job_model *j)
{
    id16 none = {{0}};
    return book_like_of(j->subject, j->has_equipment ? j->equipment.subject : none,
                        j->equipment_model, j->equipment_name);
}

static unsigned near(const struct book_like *l, const struct book_visit *v)
{
    return !id16_zero(l->equipment) && id16_eq(v->equipment, l->equipment) ? 16
           : l->model != 0 && v->model == l->model                         ? 4
           : l->name != 0 && v->name == l->name                            ? 1
                                                                           : 0;
}

static bool is_fault(const struct book_visit *v, str fault)
{
    return v->fault.n > 0 && bytes_eq(code_bytes(&v->fault), str_bytes(fault));
}

#define FAULTS_MAX 64 /* different ones of one kind of equipment */

size_t book_faults(const struct book *b, const struct book_like *l, struct book_fault *out,
                   size_t cap)
{
    struct book_fault all[FAULTS_MAX];
    size_t n = 0;
    for (size_t k = 0; k < b->nvisits; k++) {
        const struct book_visit *v = &b->visits[k];
        unsigned w = near(l, v);
        size_t i = 0;
        if (w == 0 || v->fault.n == 0 || id16_eq(v->job, l->job)) {
            continue;
        }
        while (i < n && !bytes_eq(code_bytes(&all[i].fault), code_bytes(&v->fault))) {
            i++;
        }
        if (i == n && n < FAULTS_MAX) {
            all[n++] = (struct book_fault){.fault = v->fault};
        }
        if (i < n) {
            all[i].weight += w;
        }
    }
    for (size_t k = 1; k < n; k++) {
        struct book_fault x = all[k];
        size_t i = k;
        for (; i > 0 && all[i - 1].weight < x.weight; i--) {
            all[i] = all[i - 1];
        }
        all[i] = x;
    }
    n = n < cap ? n : cap;
    memcpy(out, all, n * sizeof *out);
    return n;
}

const struct code *book_part(const struct book *b, const struct book_like *l, str fault)
{
    const struct code *best = NULL;
    unsigned nearest = 0;
    for (size_t k = 0; k < b->nvisits; k++) {
        const struct book_visit *v = &b->visits[k];
        unsigned n = near(l, v) + 1;
        if (is_fault(v, fault) && v->nparts > 0 && n > nearest && !id16_eq(v->job, l->job)) {
            nearest = n;
            best = &v->parts[v->nparts - 1];
        }
    }
    return best;
}
