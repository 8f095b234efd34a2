/* catalogue_open.c - an edition's bytes, read: see catalogue.h. */
#include "core/codec/cbor.h"
#include "core/model/catalogue_form.h"

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

static void get_exceptions(struct in *in, struct calendar *c, size_t most)
{
    unsigned n;
    struct calendar_day *d = TAKE_ROWS(in, struct calendar_day, &n);
    if (n > most) {
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

static int16_t get_offset(struct in *in)
{
    int64_t v = cbor_get_int(&in->r);
    if (v < -DAY_MINUTES || v > DAY_MINUTES) {
        fail(in, "offset");
        return 0;
    }
    return (int16_t)v;
}

static void get_calendar(struct in *in, struct calendar *c)
{
    struct cbor_map m = cbor_map_begin(&in->r);
    for (int64_t key; cbor_map_next(&m, &key);) {
        if (key == C_OFFSET) {
            c->utc_offset_minutes = get_offset(in);
        } else if (key == C_WEEK) {
            want(in, WEEKDAYS, "week");
            for (int i = 0; i < WEEKDAYS; i++) {
                get_spans(in, &c->week[i]);
            }
        } else if (key == C_EXCEPTIONS) {
            get_exceptions(in, c, CAP_CALENDAR_DAYS);
        } else if (key == C_SUMMER) {
            get_summer(in, c);
        }
    }
}

static void get_weekdays(struct in *in, struct branch_hours *b)
{
    size_t n = cbor_get_array(&in->r);
    unsigned after = 0; /* the next that may come */
    for (size_t i = 0; i < n; i++) {
        want(in, 2, "weekday");
        unsigned d = get_u(in, WEEKDAYS - 1, "weekday");
        if (d < after || in->r.st != ST_OK) {
            fail(in, "order of weekdays");
            return;
        }
        after = d + 1;
        b->weekdays = (uint8_t)(b->weekdays | 1U << d);
        get_spans(in, &b->own.week[d]);
    }
}

static void get_hours(struct in *in, struct branch_hours *b, size_t most_days)
{
    struct cbor_map m = cbor_map_begin(&in->r);
    for (int64_t key; cbor_map_next(&m, &key);) {
        if (key == C_OFFSET) {
            b->own.utc_offset_minutes = get_offset(in);
            b->zoned = true;
        } else if (key == C_WEEK) {
            get_weekdays(in, b);
        } else if (key == C_EXCEPTIONS) {
            get_exceptions(in, &b->own, most_days);
        } else if (key == C_SUMMER) {
            get_summer(in, &b->own);
        }
    }
    if (!b->zoned && b->own.saving_minutes != 0) {
        fail(in, "summer time");
    }
}

static void get_branches(struct in *in, struct calendars *all)
{
    size_t n = cbor_get_array(&in->r), days = 0;
    struct branch_hours *rows =
        n > CAP_CALENDAR_BRANCHES ? NULL : arena_new(in->a, struct branch_hours, n);
    if (rows == NULL) {
        in->full = in->full || n <= CAP_CALENDAR_BRANCHES;
        fail(in, "too many branches");
        return;
    }
    memset(rows, 0, n * sizeof *rows);
    for (size_t i = 0; i < n; i++) {
        want(in, 2, "branch");
        cbor_get_bytes_n(&in->r, rows[i].branch.b, sizeof rows[i].branch.b);
        if (id8_zero(rows[i].branch) || (i > 0 && memcmp(rows[i - 1].branch.b, rows[i].branch.b,
                                                         sizeof rows[i].branch.b) >= 0)) {
            fail(in, "order of branches");
            return;
        }
        get_hours(in, &rows[i], CAP_BRANCH_DAYS - days);
        days += rows[i].own.nexceptions;
    }
    all->branches = rows;
    all->nbranches = n;
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
        get_calendar(in, &c->calendars.usual);
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
    case K_BRANCHES:
        get_branches(in, &c->calendars);
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
    calendars_default(&out->calendars);
    enum st st = cbor_check(edition, 0, NULL, rule);
    if (st != ST_OK) {
        return st;
    }
    struct in in = {.r = cbor_r_init(edition), .a = a};
    struct cbor_map m = cbor_map_begin(&in.r);
    for (int64_t key; cbor_map_next(&m, &key);) {
        get_key(&in, key, out);
    }
    bool sorted = catalogue_ascends(out);
    if (cbor_done(&in.r) == ST_OK && sorted) {
        return ST_OK;
    }
    *rule = in.broken != NULL ? in.broken : sorted ? "form of an edition" : "order of codes";
    memset(out, 0, sizeof *out);
    return in.full ? ST_FULL : ST_BAD_FORM;
}

/* ---- one branch's hours -----------------------------------------------------------------------
 */

static void get_branch(struct in *in, id8 branch, struct calendars *out)
{
    size_t n = cbor_get_array(&in->r);
    for (size_t i = 0; i < n && in->r.st == ST_OK; i++) {
        id8 one;
        want(in, 2, "branch");
        cbor_get_bytes_n(&in->r, one.b, sizeof one.b);
        struct branch_hours *b =
            id8_eq(one, branch) ? arena_new(in->a, struct branch_hours, 1) : NULL;
        if (b == NULL) {
            in->full = in->full || id8_eq(one, branch);
            cbor_skip(&in->r);
            continue;
        }
        *b = (struct branch_hours){.branch = branch};
        get_hours(in, b, CAP_BRANCH_DAYS);
        out->branches = b;
        out->nbranches = 1;
    }
}

enum st catalogue_hours(bytes edition, id8 branch, struct arena *a, struct calendars *out)
{
    struct in in = {.r = cbor_r_init(edition), .a = a};
    calendars_default(out);
    struct cbor_map m = cbor_map_begin(&in.r);
    for (int64_t key; cbor_map_next(&m, &key);) {
        if (key == K_CALENDAR) {
            get_calendar(&in, &out->usual);
        } else if (key == K_BRANCHES) {
            get_branch(&in, branch, out);
        }
    }
    if (cbor_done(&in.r) == ST_OK && !in.full) {
        return ST_OK;
    }
    calendars_default(out);
    return in.full ? ST_FULL : ST_BAD_FORM;
}
