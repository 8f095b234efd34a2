/* desk_debts.c - see desk_debts.h. */
#include <stdlib.h>

#include "app/state/app_internal.h"
#include "app/state/desk_debts.h"
#include "core/rules/money.h"
#include "core/rules/office.h"

#define LINES_MAX 2000 /* listed in one section; of what is older the sums tell */

struct load {
    struct app *a;
    struct store_txn *t;
    struct arena m;
    struct debts *d;
    const struct book *book;    /* asked for once: going on with it takes the memory of a row */
    struct debt_back back[256]; /* old parts that the keeper has, by number */
    unsigned nback;
};

static int64_t int_of(const struct subject_state *s, int field)
{
    const struct field_value *v = fold_shown(s, field);
    return v == NULL ? 0 : v->i;
}

static bool his(const struct load *l, const struct subject_state *s, int field)
{
    const struct field_value *v = fold_shown(s, field);
    return v != NULL && v->nb == 16 && memcmp(v->b, l->a->who.person.b, 16) == 0;
}

static bool code_in(const struct subject_state *s, int field, struct code *out)
{
    const struct field_value *v = fold_shown(s, field);
    return v != NULL && code_of(bytes_of(v->b, v->nb), out);
}

/* Each subject of a type that the device holds. */
static void each(struct load *l, enum subject_type type,
                 void (*take)(struct load *l, const struct subject_state *s))
{
    uint8_t prefix[LIST_KEY_BYTES];
    struct store_cursor *c = NULL;
    bytes key, none = {NULL, 0};
    if (store_scan(l->t, T_LIST, fold_list_prefix(LIST_BY_TYPE, type, NULL, prefix), none, &c,
                   NULL) != ST_OK) {
        return;
    }
    while (store_next(c, &key) == ST_OK) {
        struct arena tmp = arena_of(l->a->row_mem, APP_ROW_BYTES);
        struct subject_state s;
        id16 id;
        memcpy(id.b, key.p + key.n - sizeof id.b, sizeof id.b);
        if (fold_load(l->t, id, &tmp, &s, NULL, NULL) == ST_OK) {
            take(l, &s);
        }
    }
    store_scan_end(&c);
}

static void comes_back(struct load *l, const struct code *part, int64_t milli)
{
    for (unsigned k = 0; k < l->nback; k++) {
        if (bytes_eq(code_bytes(&l->back[k].part), code_bytes(part))) {
            l->back[k].milli = money_add(l->back[k].milli, milli);
            return;
        }
    }
    if (l->nback < sizeof l->back / sizeof l->back[0]) {
        l->back[l->nback].part = *part;
        l->back[l->nback++].milli = milli;
    }
}

static void take_slip(struct load *l, const struct subject_state *s)
{
    struct debt_slip x = {.qty_milli = int_of(s, F_SLIP_QTY),
                          .at_ms = int_of(s, F_SLIP_AT),
                          .state = office_state(s)};
    if (!his(l, s, F_SLIP_TECHNICIAN) || !code_in(s, F_SLIP_PART, &x.part)) {
        return;
    }
    if (x.state == SLIP_CLEARED) {
        comes_back(l, &x.part, int_of(s, F_SLIP_OLD));
    }
    if (l->d->nslips < LINES_MAX) {
        l->d->slips[l->d->nslips++] = x;
        return;
    }
    struct debt_slip *oldest = &l->d->slips[0];
    for (size_t k = 1; k < LINES_MAX; k++) {
        oldest = l->d->slips[k].at_ms < oldest->at_ms ? &l->d->slips[k] : oldest;
    }
    *oldest = x.at_ms > oldest->at_ms ? x : *oldest;
}

static void take_van(struct load *l, const struct subject_state *s)
{
    const struct field_value *qty = fold_shown(s, F_STOCK_QTY);
    struct debt_van x = {.held_milli = qty == NULL ? 0 : qty->i};
    if (qty == NULL || !his(l, s, F_STOCK_TECHNICIAN) || !code_in(s, F_STOCK_PART, &x.part) ||
        l->d->nvan == APP_STOCK_MAX) {
        return;
    }
    const struct book *b = l->book;
    for (size_t k = 0; k < b->nlines && b->lines[k].when_ms > hlc_ms(qty->time); k++) {
        if (b->lines[k].what == BOOK_PART &&
            bytes_eq(code_bytes(&b->lines[k].code), code_bytes(&x.part))) {
            x.fitted_milli = money_add(x.fitted_milli, b->lines[k].qty_milli);
        }
    }
    if (x.held_milli != 0 || x.fitted_milli != 0) {
        l->d->van[l->d->nvan++] = x;
    }
}

static size_t beyond(size_t n, size_t cap)
{
    return n > cap ? n - cap : 0;
}

static int64_t still_owed(const struct book_line *x, struct debt_back *back, unsigned nback)
{
    int64_t owed = x->qty_milli;
    for (unsigned i = 0; i < nback; i++) {
        if (bytes_eq(code_bytes(&back[i].part), code_bytes(&x->code))) {
            int64_t n = back[i].milli < owed ? back[i].milli : owed;
            back[i].milli -= n;
            owed -= n;
        }
    }
    return owed;
}

void debts_lines(struct debts *d, size_t cap, const struct book *b, struct debt_back *back,
                 unsigned nback)
{
    size_t cash = 0, old = 0;
    for (size_t k = 0; k < b->nlines; k++) {
        cash += b->lines[k].what == BOOK_CASH;
        old += b->lines[k].what == BOOK_PART && b->lines[k].old_part == OLD_TAKEN;
    }
    size_t skip_cash = beyond(cash, cap), skip_old = beyond(old, cap);
    for (size_t k = b->nlines; k-- > 0;) { /* the oldest first: they are back first */
        const struct book_line *x = &b->lines[k];
        if (x->what == BOOK_CASH) {
            d->cash_minor = money_add(d->cash_minor, x->amount_minor);
            if (skip_cash > 0) {
                skip_cash--;
            } else {
                d->cash[d->ncash++] = *x;
            }
        } else if (x->what == BOOK_PART && x->old_part == OLD_TAKEN) {
            struct debt_old o = {*x, still_owed(x, back, nback)};
            d->old_milli = money_add(d->old_milli, o.owed_milli);
            if (skip_old > 0) {
                skip_old--;
            } else {
                d->old[d->nold++] = o;
            }
        }
    }
}

/* ---- order ------------------------------------------------------------------------------------
 */

static int down(int64_t x, int64_t y)
{
    return x < y ? 1 : x > y ? -1 : 0;
}
static int cash_time(const void *x, const void *y)
{
    return down(((const struct book_line *)x)->when_ms, ((const struct book_line *)y)->when_ms);
}
static int cash_amount(const void *x, const void *y)
{
    int c = down(((const struct book_line *)x)->amount_minor,
                 ((const struct book_line *)y)->amount_minor);
    return c != 0 ? c : cash_time(x, y);
}
static int old_time(const void *x, const void *y)
{
    return cash_time(&((const struct debt_old *)x)->line, &((const struct debt_old *)y)->line);
}
static int old_amount(const void *x, const void *y)
{
    int c =
        down(((const struct debt_old *)x)->owed_milli, ((const struct debt_old *)y)->owed_milli);
    return c != 0 ? c : old_time(x, y);
}
static int slip_time(const void *x, const void *y)
{
    return down(((const struct debt_slip *)x)->at_ms, ((const struct debt_slip *)y)->at_ms);
}
static int slip_amount(const void *x, const void *y)
{
    int c =
        down(((const struct debt_slip *)x)->qty_milli, ((const struct debt_slip *)y)->qty_milli);
    return c != 0 ? c : slip_time(x, y);
}
static int van_part(const void *x, const void *y)
{
    const struct code *p = &((const struct debt_van *)x)->part,
                      *q = &((const struct debt_van *)y)->part;
    int c = memcmp(p->b, q->b, p->n < q->n ? p->n : q->n);
    return c != 0 ? c : (int)p->n - (int)q->n;
}
static int van_amount(const void *x, const void *y)
{
    int c =
        down(((const struct debt_van *)x)->held_milli, ((const struct debt_van *)y)->held_milli);
    return c != 0 ? c : van_part(x, y);
}

static bool load(struct app *a, struct desk_cache *c, const struct book *b, bool by_amount)
{
    struct load l = {.a = a, .book = b, .m = arena_of(c->mem, APP_DESK_BYTES)};
    struct debts *d = l.d = arena_new(&l.m, struct debts, 1);
    if (d == NULL) {
        return false;
    }
    d->cash = arena_new(&l.m, struct book_line, LINES_MAX);
    d->old = arena_new(&l.m, struct debt_old, LINES_MAX);
    d->slips = arena_new(&l.m, struct debt_slip, LINES_MAX);
    d->van = arena_new(&l.m, struct debt_van, APP_STOCK_MAX);
    if (d->cash == NULL || d->old == NULL || d->slips == NULL || d->van == NULL ||
        store_read(a->store, &l.t, NULL) != ST_OK) {
        return false;
    }
    each(&l, SUBJECT_SLIP, take_slip);
    each(&l, SUBJECT_STOCK, take_van);
    store_abort(&l.t);
    debts_lines(d, LINES_MAX, b, l.back, l.nback);
    d->whole = b->whole;
    qsort(d->cash, d->ncash, sizeof d->cash[0], by_amount ? cash_amount : cash_time);
    qsort(d->old, d->nold, sizeof d->old[0], by_amount ? old_amount : old_time);
    qsort(d->slips, d->nslips, sizeof d->slips[0], by_amount ? slip_amount : slip_time);
    qsort(d->van, d->nvan, sizeof d->van[0], by_amount ? van_amount : van_part);
    c->model = d;
    return true;
}

const struct debts *app_debts(struct app *a, bool by_amount)
{
    const struct book *b = app_book(a);
    int64_t key = (by_amount ? 1 : 0) + (b->whole ? 2 : 0) + (int64_t)(b->nlines * 4);
    struct desk_cache *c = desk_cache(a, DESK_DEBTS, key);
    if (c == NULL) {
        return NULL;
    }
    if (!c->have) {
        c->have = load(a, c, b, by_amount);
    }
    return c->have ? c->model : NULL;
}

void app_job_names(struct app *a, id16 job, str *code, str *customer)
{
    struct arena m = arena_of(a->row_mem, APP_ROW_BYTES);
    struct store_txn *t = NULL;
    struct today_row r;
    bool ok = true;
    *code = *customer = (str){NULL, 0};
    if (a->store == NULL || store_read(a->store, &t, NULL) != ST_OK) {
        return;
    }
    if (today_words(t, job, &m, &r)) {
        *code = arena_str(&a->frame, r.code, &ok);
        *customer = arena_str(&a->frame, r.customer, &ok);
    }
    store_abort(&t);
}
