/* catalogue.c - an edition as canonical CBOR: tables sorted by code, found again by halves. */
#include "core/model/catalogue.h"

#include "core/codec/cbor.h"
#include "core/model/catalogue_form.h"

/* ---- order: the tables look alike where the code stands first ----------------------------------
 */

static int str_cmp(str a, str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n == 0 ? 0 : memcmp(a.p, b.p, n);
    return c != 0 ? c : (a.n > b.n) - (a.n < b.n);
}

static str code_at(const void *table, size_t size, size_t i)
{
    str s;
    memcpy(&s, (const uint8_t *)table + i * size, sizeof s); /* the code is the first member */
    return s;
}

_Static_assert(sizeof(struct cat_case) >= sizeof(struct cat_fault) &&
                   sizeof(struct cat_case) >= sizeof(struct cat_part) &&
                   sizeof(struct cat_case) >= sizeof(struct cat_price),
               "the widest row can be swapped");

static void swap_rows(uint8_t *table, size_t size, size_t i, size_t j)
{
    uint8_t tmp[sizeof(struct cat_case)];
    memcpy(tmp, table + i * size, size);
    memcpy(table + i * size, table + j * size, size);
    memcpy(table + j * size, tmp, size);
}

static void sift_down(uint8_t *table, size_t size, size_t i, size_t n)
{
    for (;;) {
        size_t big = i, l = 2 * i + 1, r = l + 1;
        if (l < n && str_cmp(code_at(table, size, l), code_at(table, size, big)) > 0) {
            big = l;
        }
        if (r < n && str_cmp(code_at(table, size, r), code_at(table, size, big)) > 0) {
            big = r;
        }
        if (big == i) {
            return;
        }
        swap_rows(table, size, i, big);
        i = big;
    }
}

static void sort_rows(void *rows, size_t size, size_t n)
{
    uint8_t *table = rows;
    for (size_t i = n / 2; i-- > 0;) {
        sift_down(table, size, i, n);
    }
    for (size_t i = n; i-- > 1;) {
        swap_rows(table, size, 0, i);
        sift_down(table, size, 0, i);
    }
}

static bool ascending(const void *table, size_t size, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (str_cmp(code_at(table, size, i - 1), code_at(table, size, i)) >= 0) {
            return false;
        }
    }
    return true;
}

bool catalogue_ascends(const struct catalogue *c)
{
    return ascending(c->parts, sizeof *c->parts, c->nparts) &&
           ascending(c->faults, sizeof *c->faults, c->nfaults) &&
           ascending(c->prices, sizeof *c->prices, c->nprices) &&
           ascending(c->cases, sizeof *c->cases, c->ncases);
}

/* The row of a code, or NULL. */
static const void *find(const void *table, size_t size, size_t n, bytes code)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int c = str_cmp(code_at(table, size, mid), bytes_str(code));
        if (c == 0) {
            return (const uint8_t *)table + mid * size;
        }
        if (c < 0) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return NULL;
}

const struct cat_part *catalogue_part(const struct catalogue *c, bytes number)
{
    return find(c->parts, sizeof *c->parts, c->nparts, number);
}

const struct cat_fault *catalogue_fault(const struct catalogue *c, bytes code)
{
    return find(c->faults, sizeof *c->faults, c->nfaults, code);
}

const struct cat_price *catalogue_price(const struct catalogue *c, bytes code)
{
    return find(c->prices, sizeof *c->prices, c->nprices, code);
}

const struct cat_case *catalogue_case(const struct catalogue *c, bytes code)
{
    return find(c->cases, sizeof *c->cases, c->ncases, code);
}

bool catalogue_case_of(const struct cat_case *h, str fault)
{
    str left = h->faults;
    while (left.n > 0) {
        const char *blank = memchr(left.p, ' ', left.n);
        size_t n = blank == NULL ? left.n : (size_t)(blank - left.p);
        if (n > 0 && str_eq((str){left.p, n}, fault)) {
            return true;
        }
        n += blank == NULL ? 0 : 1;
        left = (str){left.p + n, left.n - n};
    }
    return false;
}

/* ---- writing --------------------------------------------------------------------------------- */

static void put_code(struct cbor_w *w, str code)
{
    cbor_put_bytes(w, str_bytes(code));
}

static void put_spans(struct cbor_w *w, const struct calendar_day *d)
{
    cbor_put_array(w, d->nspans);
    for (unsigned i = 0; i < d->nspans; i++) {
        cbor_put_array(w, 2);
        cbor_put_uint(w, d->span[i].from_min);
        cbor_put_uint(w, d->span[i].to_min);
    }
}

static void put_turn(struct cbor_w *w, const struct calendar_turn *t)
{
    cbor_put_array(w, 4);
    cbor_put_uint(w, t->month);
    cbor_put_uint(w, t->week);
    cbor_put_uint(w, t->weekday);
    cbor_put_int(w, t->minute);
}

static void put_days(struct cbor_w *w, const struct calendar *c)
{
    cbor_put_uint(w, C_EXCEPTIONS);
    cbor_put_array(w, c->nexceptions);
    for (size_t i = 0; i < c->nexceptions; i++) {
        cbor_put_array(w, 2);
        cbor_put_int(w, c->exceptions[i].day);
        put_spans(w, &c->exceptions[i]);
    }
}

static void put_summer(struct cbor_w *w, const struct calendar *c)
{
    cbor_put_uint(w, C_SUMMER);
    cbor_put_array(w, 3);
    cbor_put_int(w, c->saving_minutes);
    put_turn(w, &c->begins);
    put_turn(w, &c->ends);
}

static void put_calendar(struct cbor_w *w, const struct calendar *c)
{
    cbor_put_map(w, c->saving_minutes != 0 ? 4 : 3);
    cbor_put_uint(w, C_OFFSET);
    cbor_put_int(w, c->utc_offset_minutes);
    cbor_put_uint(w, C_WEEK);
    cbor_put_array(w, WEEKDAYS);
    for (int i = 0; i < WEEKDAYS; i++) {
        put_spans(w, &c->week[i]);
    }
    put_days(w, c);
    if (c->saving_minutes != 0) {
        put_summer(w, c);
    }
}

/* ---- branches ---- */

static unsigned weekdays_said(const struct branch_hours *b)
{
    unsigned n = 0;
    for (unsigned d = 0; d < WEEKDAYS; d++) {
        n += (unsigned)b->weekdays >> d & 1U;
    }
    return n;
}

static void put_hours(struct cbor_w *w, const struct branch_hours *b)
{
    unsigned n = weekdays_said(b);
    bool summer = b->zoned && b->own.saving_minutes != 0;
    cbor_put_map(w, (b->zoned ? 1U : 0U) + (n > 0) + (b->own.nexceptions > 0) + summer);
    if (b->zoned) {
        cbor_put_uint(w, C_OFFSET);
        cbor_put_int(w, b->own.utc_offset_minutes);
    }
    if (n > 0) {
        cbor_put_uint(w, C_WEEK);
        cbor_put_array(w, n);
    }
    for (unsigned d = 0; d < WEEKDAYS; d++) {
        if (((unsigned)b->weekdays >> d & 1U) != 0) {
            cbor_put_array(w, 2);
            cbor_put_uint(w, d);
            put_spans(w, &b->own.week[d]);
        }
    }
    if (b->own.nexceptions > 0) {
        put_days(w, &b->own);
    }
    if (summer) {
        put_summer(w, &b->own);
    }
}

static void put_branches(struct cbor_w *w, const struct calendars *all)
{
    cbor_put_uint(w, K_BRANCHES);
    cbor_put_array(w, all->nbranches);
    for (size_t i = 0; i < all->nbranches; i++) {
        cbor_put_array(w, 2);
        cbor_put_bytes(w, bytes_of(all->branches[i].branch.b, sizeof all->branches[i].branch.b));
        put_hours(w, &all->branches[i]);
    }
}

static bool calendars_fit(const struct calendars *all)
{
    size_t days = 0;
    bool fit =
        all->usual.nexceptions <= CAP_CALENDAR_DAYS && all->nbranches <= CAP_CALENDAR_BRANCHES;
    for (size_t i = 0; fit && i < all->nbranches; i++) {
        const struct branch_hours *b = &all->branches[i];
        days += b->own.nexceptions;
        fit = !id8_zero(b->branch) && days <= CAP_BRANCH_DAYS &&
              (i == 0 || memcmp(b[-1].branch.b, b->branch.b, sizeof b->branch.b) < 0);
    }
    return fit;
}

static void put_parts(struct cbor_w *w, const struct catalogue *c)
{
    cbor_put_array(w, c->nparts);
    for (unsigned i = 0; i < c->nparts; i++) {
        const struct cat_part *p = &c->parts[i];
        cbor_put_array(w, PART_ITEMS);
        put_code(w, p->number);
        cbor_put_text(w, p->name);
        cbor_put_text(w, p->name_en);
        cbor_put_text(w, p->unit);
        cbor_put_int(w, p->price_minor);
        cbor_put_bool(w, p->serialized);
        cbor_put_uint(w, p->warranty_months);
    }
}

static void put_faults(struct cbor_w *w, const struct catalogue *c)
{
    cbor_put_array(w, c->nfaults);
    for (unsigned i = 0; i < c->nfaults; i++) {
        const struct cat_fault *f = &c->faults[i];
        cbor_put_array(w, FAULT_ITEMS);
        put_code(w, f->code);
        cbor_put_text(w, f->name);
        cbor_put_text(w, f->name_en);
        cbor_put_text(w, f->equipment_type);
        cbor_put_text(w, f->cause);
        cbor_put_text(w, f->cause_en);
        cbor_put_text(w, f->action);
        cbor_put_text(w, f->action_en);
        cbor_put_text(w, f->knowledge);
        cbor_put_uint(w, f->frequency);
        cbor_put_uint(w, f->cause_code);
        cbor_put_uint(w, f->action_code);
    }
}

static void put_prices(struct cbor_w *w, const struct catalogue *c)
{
    cbor_put_array(w, c->nprices);
    for (unsigned i = 0; i < c->nprices; i++) {
        const struct cat_price *p = &c->prices[i];
        cbor_put_array(w, PRICE_ITEMS);
        put_code(w, p->code);
        cbor_put_text(w, p->name);
        cbor_put_text(w, p->name_en);
        cbor_put_text(w, p->unit);
        cbor_put_int(w, p->price_minor);
        cbor_put_uint(w, (uint64_t)p->class_);
    }
}

static void put_cases(struct cbor_w *w, const struct catalogue *c)
{
    cbor_put_array(w, c->ncases);
    for (unsigned i = 0; i < c->ncases; i++) {
        const struct cat_case *h = &c->cases[i];
        const str texts[] = {h->faults,     h->title, h->title_en, h->equipment_type, h->symptom,
                             h->symptom_en, h->cause, h->cause_en, h->action,         h->action_en};
        cbor_put_array(w, CASE_ITEMS);
        put_code(w, h->code);
        for (size_t k = 0; k < CASE_ITEMS - 1; k++) {
            cbor_put_text(w, texts[k]);
        }
    }
}

enum st catalogue_encode(struct catalogue *c, uint8_t *buf, size_t cap, bytes *out)
{
    *out = (bytes){0};
    sort_rows(c->parts, sizeof *c->parts, c->nparts);
    sort_rows(c->faults, sizeof *c->faults, c->nfaults);
    sort_rows(c->prices, sizeof *c->prices, c->nprices);
    sort_rows(c->cases, sizeof *c->cases, c->ncases);
    if (!catalogue_ascends(c) || !calendars_fit(&c->calendars)) {
        return ST_BAD_INPUT;
    }
    struct cbor_w w = cbor_w_init(buf, cap);
    /* Without cases and branches as it always was. */
    cbor_put_map(&w, 7U + (c->ncases > 0) + (c->calendars.nbranches > 0));
    cbor_put_uint(&w, K_NUMBER);
    cbor_put_uint(&w, c->number);
    cbor_put_uint(&w, K_PARTS);
    put_parts(&w, c);
    cbor_put_uint(&w, K_FAULTS);
    put_faults(&w, c);
    cbor_put_uint(&w, K_PRICES);
    put_prices(&w, c);
    cbor_put_uint(&w, K_CALENDAR);
    put_calendar(&w, &c->calendars.usual);
    cbor_put_uint(&w, K_RETENTION);
    cbor_put_uint(&w, c->retention_days);
    cbor_put_uint(&w, K_VERIFY);
    cbor_put_text(&w, c->verify_url);
    if (c->ncases > 0) {
        cbor_put_uint(&w, K_CASES);
        put_cases(&w, c);
    }
    if (c->calendars.nbranches > 0) {
        put_branches(&w, &c->calendars);
    }
    return cbor_w_done(&w, out);
}
