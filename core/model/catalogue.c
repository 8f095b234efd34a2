/* catalogue.c - an edition as canonical CBOR: tables sorted by code, found again by halves. */
#include "core/model/catalogue.h"

#include "core/codec/cbor.h"

enum { K_NUMBER = 1, K_PARTS, K_FAULTS, K_PRICES, K_CALENDAR, K_RETENTION, K_VERIFY, K_CASES };
enum { C_OFFSET = 1, C_WEEK, C_EXCEPTIONS, C_SUMMER };
#define PART_ITEMS 7
#define FAULT_ITEMS 12
#define PRICE_ITEMS 6
#define CASE_ITEMS 11
#define DAY_MINUTES 1440
#define EXCEPTIONS_MOST 2000 /* five years of every day */

/* ---- order: the three tables look alike where the code stands first ----------------------------
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

static void put_calendar(struct cbor_w *w, const struct calendar *c)
{
    cbor_put_map(w, c->saving_minutes != 0 ? 4 : 3);
    cbor_put_uint(w, C_OFFSET);
    cbor_put_int(w, c->utc_offset_minutes);
    cbor_put_uint(w, C_WEEK);
    cbor_put_array(w, 7);
    for (int i = 0; i < 7; i++) {
        put_spans(w, &c->week[i]);
    }
    cbor_put_uint(w, C_EXCEPTIONS);
    cbor_put_array(w, c->nexceptions);
    for (size_t i = 0; i < c->nexceptions; i++) {
        cbor_put_array(w, 2);
        cbor_put_int(w, c->exceptions[i].day);
        put_spans(w, &c->exceptions[i]);
    }
    if (c->saving_minutes != 0) {
        cbor_put_uint(w, C_SUMMER);
        cbor_put_array(w, 3);
        cbor_put_int(w, c->saving_minutes);
        put_turn(w, &c->begins);
        put_turn(w, &c->ends);
    }
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
    if (!ascending(c->parts, sizeof *c->parts, c->nparts) ||
        !ascending(c->faults, sizeof *c->faults, c->nfaults) ||
        !ascending(c->prices, sizeof *c->prices, c->nprices) ||
        !ascending(c->cases, sizeof *c->cases, c->ncases) ||
        c->calendar.nexceptions > EXCEPTIONS_MOST) {
        return ST_BAD_INPUT;
    }
    struct cbor_w w = cbor_w_init(buf, cap);
    cbor_put_map(&w, c->ncases == 0 ? 7 : 8); /* without cases as it always was */
    cbor_put_uint(&w, K_NUMBER);
    cbor_put_uint(&w, c->number);
    cbor_put_uint(&w, K_PARTS);
    put_parts(&w, c);
    cbor_put_uint(&w, K_FAULTS);
    put_faults(&w, c);
    cbor_put_uint(&w, K_PRICES);
    put_prices(&w, c);
    cbor_put_uint(&w, K_CALENDAR);
    put_calendar(&w, &c->calendar);
    cbor_put_uint(&w, K_RETENTION);
    cbor_put_uint(&w, c->retention_days);
    cbor_put_uint(&w, K_VERIFY);
    cbor_put_text(&w, c->verify_url);
    if (c->ncases > 0) {
        cbor_put_uint(&w, K_CASES);
        put_cases(&w, c);
    }
    return cbor_w_done(&w, out);
}

/* ---- reading --------------------------------------------------------------------------------- */

struct in {
    struct cbor_r r;
    struct arena *a;
    const char *broken; /* the first rule that does not hold; NULL: none yet */
    bool full;
};

static void fail(struct in *in, const char *rule)
{
    in->broken = in->broken == NULL ? rule : in->broken;
    cbor_fail(&in->r);
}

static unsigned get_u(struct in *in, unsigned most, const char *rule)
{
    uint64_t v = cbor_get_uint(&in->r);
    if (v > most) {
        fail(in, rule);
        return 0;
    }
    return (unsigned)v;
}

static str get_code(struct in *in)
{
    struct code same;
    bytes b = cbor_get_bytes(&in->r);
    if (!code_of(b, &same)) {
        fail(in, "code");
        return (str){0};
    }
    return bytes_str(b);
}

static void want(struct in *in, size_t n, const char *rule)
{
    if (cbor_get_array(&in->r) != n) {
        fail(in, rule);
    }
}

/* Room for a table whose head was just read. */
static void *take_rows(struct in *in, size_t size, size_t align, unsigned *n)
{
    size_t count = cbor_get_array(&in->r);
    void *rows = count > UINT32_MAX ? NULL : arena_take(in->a, size, align, count);
    if (rows == NULL) {
        in->full = true;
        fail(in, "too many rows");
        count = 0;
    }
    *n = (unsigned)count;
    return rows;
}
#define TAKE_ROWS(in, T, n) ((T *)take_rows((in), sizeof(T), _Alignof(T), (n)))

static void get_parts(struct in *in, struct catalogue *c)
{
    c->parts = TAKE_ROWS(in, struct cat_part, &c->nparts);
    for (unsigned i = 0; i < c->nparts; i++) {
        struct cat_part *p = &c->parts[i];
        want(in, PART_ITEMS, "part row");
        p->number = get_code(in);
        p->name = cbor_get_text(&in->r);
        p->name_en = cbor_get_text(&in->r);
        p->unit = cbor_get_text(&in->r);
        p->price_minor = cbor_get_int(&in->r);
        p->serialized = cbor_get_bool(&in->r);
        p->warranty_months = get_u(in, 1200, "warranty months");
    }
}

static void get_faults(struct in *in, struct catalogue *c)
{
    c->faults = TAKE_ROWS(in, struct cat_fault, &c->nfaults);
    for (unsigned i = 0; i < c->nfaults; i++) {
        struct cat_fault *f = &c->faults[i];
        want(in, FAULT_ITEMS, "fault row");
        f->code = get_code(in);
        f->name = cbor_get_text(&in->r);
        f->name_en = cbor_get_text(&in->r);
        f->equipment_type = cbor_get_text(&in->r);
        f->cause = cbor_get_text(&in->r);
        f->cause_en = cbor_get_text(&in->r);
        f->action = cbor_get_text(&in->r);
        f->action_en = cbor_get_text(&in->r);
        f->knowledge = cbor_get_text(&in->r);
        f->frequency = get_u(in, UINT32_MAX, "frequency");
        f->cause_code = get_u(in, 65535, "cause code");
        f->action_code = get_u(in, 65535, "action code");
    }
}

static void get_prices(struct in *in, struct catalogue *c)
{
    c->prices = TAKE_ROWS(in, struct cat_price, &c->nprices);
    for (unsigned i = 0; i < c->nprices; i++) {
        struct cat_price *p = &c->prices[i];
        want(in, PRICE_ITEMS, "price row");
        p->code = get_code(in);
        p->name = cbor_get_text(&in->r);
        p->name_en = cbor_get_text(&in->r);
        p->unit = cbor_get_text(&in->r);
        p->price_minor = cbor_get_int(&in->r);
        p->class_ = (enum service_class)get_u(in, CLASS_D, "class");
    }
}

static void get_cases(struct in *in, struct catalogue *c)
{
    c->cases = TAKE_ROWS(in, struct cat_case, &c->ncases);
    for (unsigned i = 0; i < c->ncases; i++) {
        struct cat_case *h = &c->cases[i];
        str *const texts[] = {&h->faults,  &h->title,      &h->title_en, &h->equipment_type,
                              &h->symptom, &h->symptom_en, &h->cause,    &h->cause_en,
                              &h->action,  &h->action_en};
        want(in, CASE_ITEMS, "case row");
        h->code = get_code(in);
        for (size_t k = 0; k < CASE_ITEMS - 1; k++) {
            *texts[k] = cbor_get_text(&in->r);
        }
    }
}

static void get_spans(struct in *in, struct calendar_day *d)
{
    size_t n = cbor_get_array(&in->r);
    uint16_t after = 0;
    if (n > sizeof d->span / sizeof d->span[0]) {
        fail(in, "hours of a day");
        return;
    }
    d->nspans = (uint8_t)n;
    for (size_t i = 0; i < n; i++) {
        want(in, 2, "hours of a day");
        d->span[i].from_min = (uint16_t)get_u(in, DAY_MINUTES, "hours of a day");
        d->span[i].to_min = (uint16_t)get_u(in, DAY_MINUTES, "hours of a day");
        if (d->span[i].from_min < after || d->span[i].to_min < d->span[i].from_min) {
            fail(in, "hours of a day");
        }
        after = d->span[i].to_min;
    }
}

static void get_exceptions(struct in *in, struct calendar *c)
{
    unsigned n;
    struct calendar_day *d = TAKE_ROWS(in, struct calendar_day, &n);
    if (n > EXCEPTIONS_MOST) {
        fail(in, "too many days");
        n = 0;
    }
    for (unsigned i = 0; i < n; i++) {
        want(in, 2, "day");
        int64_t day = cbor_get_int(&in->r);
        if (day < INT32_MIN || day > INT32_MAX || (i > 0 && day <= d[i - 1].day)) {
            fail(in, "order of days");
            return;
        }
        d[i].day = (int32_t)day;
        get_spans(in, &d[i]);
    }
    c->exceptions = d;
    c->nexceptions = n;
}

static void get_turn(struct in *in, struct calendar_turn *t)
{
    want(in, 4, "summer time");
    t->month = (uint8_t)get_u(in, 12, "summer time");
    t->week = (uint8_t)get_u(in, 5, "summer time");
    t->weekday = (uint8_t)get_u(in, 6, "summer time");
    int64_t minute = cbor_get_int(&in->r);
    if (t->month == 0 || t->week == 0 || minute < -DAY_MINUTES || minute > 2 * DAY_MINUTES) {
        fail(in, "summer time");
        return;
    }
    t->minute = (int16_t)minute;
}

static void get_summer(struct in *in, struct calendar *c)
{
    want(in, 3, "summer time");
    int64_t saving = cbor_get_int(&in->r);
    get_turn(in, &c->begins);
    get_turn(in, &c->ends);
    if (saving == 0 || saving < -DAY_MINUTES || saving > DAY_MINUTES) {
        fail(in, "summer time");
        return;
    }
    c->saving_minutes = (int16_t)saving;
}

static void get_calendar(struct in *in, struct calendar *c)
{
    struct cbor_map m = cbor_map_begin(&in->r);
    for (int64_t key; cbor_map_next(&m, &key);) {
        if (key == C_OFFSET) {
            int64_t v = cbor_get_int(&in->r);
            if (v < -DAY_MINUTES || v > DAY_MINUTES) {
                fail(in, "offset");
            } else {
                c->utc_offset_minutes = (int16_t)v;
            }
        } else if (key == C_WEEK) {
            want(in, 7, "week");
            for (int i = 0; i < 7; i++) {
                get_spans(in, &c->week[i]);
            }
        } else if (key == C_EXCEPTIONS) {
            get_exceptions(in, c);
        } else if (key == C_SUMMER) {
            get_summer(in, c);
        }
    }
}

static void get_key(struct in *in, int64_t key, struct catalogue *c)
{
    switch (key) {
    case K_NUMBER:
        c->number = cbor_get_uint(&in->r);
        return;
    case K_PARTS:
        get_parts(in, c);
        return;
    case K_FAULTS:
        get_faults(in, c);
        return;
    case K_PRICES:
        get_prices(in, c);
        return;
    case K_CALENDAR:
        get_calendar(in, &c->calendar);
        return;
    case K_RETENTION:
        c->retention_days = get_u(in, 36500, "retention days");
        return;
    case K_VERIFY:
        c->verify_url = cbor_get_text(&in->r);
        return;
    case K_CASES:
        get_cases(in, c);
        return;
    default:
        return; /* a newer edition may hold more */
    }
}

enum st catalogue_open(bytes edition, struct arena *a, struct catalogue *out, const char **rule)
{
    const char *ignored;
    rule = rule == NULL ? &ignored : rule;
    memset(out, 0, sizeof *out);
    calendar_default(&out->calendar);
    enum st st = cbor_check(edition, 0, NULL, rule);
    if (st != ST_OK) {
        return st;
    }
    struct in in = {.r = cbor_r_init(edition), .a = a};
    struct cbor_map m = cbor_map_begin(&in.r);
    for (int64_t key; cbor_map_next(&m, &key);) {
        get_key(&in, key, out);
    }
    bool sorted = ascending(out->parts, sizeof *out->parts, out->nparts) &&
                  ascending(out->faults, sizeof *out->faults, out->nfaults) &&
                  ascending(out->prices, sizeof *out->prices, out->nprices) &&
                  ascending(out->cases, sizeof *out->cases, out->ncases);
    if (cbor_done(&in.r) == ST_OK && sorted) {
        return ST_OK;
    }
    *rule = in.broken != NULL ? in.broken : sorted ? "form of an edition" : "order of codes";
    memset(out, 0, sizeof *out);
    return in.full ? ST_FULL : ST_BAD_FORM;
}
