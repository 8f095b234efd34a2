/* facts.c - frozen facts of a report as canonical CBOR, driven by one table. PROOF.md has the CDDL.
 *
 * A value that is empty, zero or false is left out, so facts have one encoding; decoding encodes
 * again and compares, so an encoding has one meaning. */
#include "core/report/facts.h"

#include "core/base/utf8.h"
#include "core/codec/cbor.h"

#include <stddef.h>

enum form {
    F_TEXT,  /* str, utf8_clean form */
    F_ASCII, /* str, printable ASCII */
    F_UINT,  /* unsigned or enum, up to max */
    F_BIG,   /* uint64_t, up to FACTS_BIG_MAX */
    F_TIME,  /* int64_t ms, kept in minutes */
    F_DAY,   /* int64_t ms, kept in days since 1970, local */
    F_MONEY, /* int64_t minor units */
    F_QTY,   /* int64_t thousandths */
    F_ZONE,  /* int16_t minutes */
    F_BOOL,
    F_ACTIONS,
    F_PARTS,
    F_PRICES
};
struct field {
    int key;
    enum form form;
    size_t at;
    unsigned max;
    const char *name;
};
#define AT(m) offsetof(struct report_facts, m)
static const struct field facts_fields[] = {
    {1, F_UINT, AT(template_), REPORT_1_EN, "template"},
    {2, F_UINT, AT(version), 9999, "version"},
    {3, F_ASCII, AT(number), 0, "number"},
    {4, F_TEXT, AT(job_code), 0, "job"},
    {5, F_TEXT, AT(company), 0, "company"},
    {6, F_TEXT, AT(customer), 0, "customer"},
    {7, F_TEXT, AT(address), 0, "address"},
    {8, F_TEXT, AT(phone), 0, "phone"},
    {9, F_TEXT, AT(equipment), 0, "equipment"},
    {10, F_TEXT, AT(model), 0, "model"},
    {11, F_TEXT, AT(serial), 0, "serial"},
    {12, F_TEXT, AT(maker), 0, "maker"},
    {13, F_TEXT, AT(fault_told), 0, "fault told"},
    {14, F_ZONE, AT(utc_offset_minutes), 0, "UTC offset"},
    {15, F_TIME, AT(called_ms), 0, "called"},
    {16, F_TIME, AT(arrived_ms), 0, "arrived"},
    {17, F_TIME, AT(finished_ms), 0, "finished"},
    {18, F_ASCII, AT(fault_code), 0, "fault code"},
    {19, F_TEXT, AT(fault), 0, "fault"},
    {20, F_UINT, AT(cause), CAUSE_OTHER, "cause"},
    {21, F_TEXT, AT(cause_words), 0, "cause in words"},
    {22, F_UINT, AT(responsibility), RESP_OTHER, "responsibility"},
    {23, F_ACTIONS, AT(actions), ACTION_OTHER, "actions"},
    {24, F_TEXT, AT(action_words), 0, "action in words"},
    {25, F_PARTS, AT(parts), 0, "parts"},
    {26, F_UINT, AT(result), RESULT_NOT_FIXED, "result"},
    {27, F_TEXT, AT(result_words), 0, "result in words"},
    {28, F_BOOL, AT(tidy), 0, "tidy"},
    {29, F_BOOL, AT(taught), 0, "taught"},
    {30, F_TEXT, AT(hidden_danger), 0, "hidden danger"},
    {31, F_PRICES, AT(prices), 0, "prices"},
    {32, F_BOOL, AT(consented), 0, "consent"},
    {33, F_MONEY, AT(estimate_minor), 0, "estimate"},
    {34, F_UINT, AT(class_), CLASS_C, "class"},
    {35, F_UINT, AT(basis), BASIS_TECHNICIAN, "basis"},
    {36, F_DAY, AT(until_ms), 0, "until"},
    {37, F_MONEY, AT(labour_minor), 0, "labour"},
    {38, F_MONEY, AT(parts_minor), 0, "parts' price"},
    {39, F_MONEY, AT(travel_minor), 0, "travel"},
    {40, F_MONEY, AT(other_minor), 0, "other"},
    {41, F_MONEY, AT(total_minor), 0, "total"},
    {42, F_BIG, AT(edition), 0, "edition"},
    {43, F_TEXT, AT(technician), 0, "technician"},
    {44, F_TEXT, AT(branch), 0, "branch"},
};
#undef AT
#define NFACTS (sizeof facts_fields / sizeof *facts_fields)
/* Lines of a part and of a price are arrays: every place is there, empty or not. */
#define AT(m) offsetof(struct report_part, m)
static const struct field part_fields[] = {
    {0, F_ASCII, AT(number), 0, "part number"},
    {0, F_TEXT, AT(name), 0, "part name"},
    {0, F_ASCII, AT(serial_in), 0, "serial in"},
    {0, F_ASCII, AT(serial_out), 0, "serial out"},
    {0, F_QTY, AT(qty_milli), 0, "part quantity"},
    {0, F_MONEY, AT(unit_minor), 0, "part price"},
    {0, F_UINT, AT(reason), PART_OTHER, "part reason"},
    {0, F_UINT, AT(old_part), OLD_NONE, "old part"},
    {0, F_TEXT, AT(old_why), 0, "old part's why"},
    {0, F_BOOL, AT(charged), 0, "charged"},
};
#undef AT
#define NPART (sizeof part_fields / sizeof *part_fields)
#define AT(m) offsetof(struct report_price, m)
static const struct field price_fields[] = {
    {0, F_ASCII, AT(code), 0, "price code"},        {0, F_TEXT, AT(name), 0, "price name"},
    {0, F_QTY, AT(qty_milli), 0, "price quantity"}, {0, F_MONEY, AT(unit_minor), 0, "unit price"},
    {0, F_MONEY, AT(amount_minor), 0, "amount"},
};
#undef AT
#define NPRICE (sizeof price_fields / sizeof *price_fields)

#define MINUTE_MS 60000
#define DAY_MINUTES 1440

int64_t report_minute(int64_t ms)
{
    return ms <= 0 ? 0 : ms - ms % MINUTE_MS;
}

int64_t report_day(int64_t ms, int16_t utc_offset_minutes)
{
    int64_t local = ms / MINUTE_MS + utc_offset_minutes;
    if (ms <= 0 || local < DAY_MINUTES) {
        return 0;
    }
    return (local - local % DAY_MINUTES - utc_offset_minutes) * MINUTE_MS;
}

/* The value of a field as one number, whatever its type; strings have none. */
static int64_t number_of(const struct field *f, const void *base)
{
    const char *p = (const char *)base + f->at;
    int64_t i = 0;
    unsigned u = 0;
    uint64_t big = 0;
    int16_t zone = 0;
    bool b = false;
    switch (f->form) {
    case F_UINT:
        memcpy(&u, p, sizeof u);
        return u;
    case F_BIG:
        memcpy(&big, p, sizeof big);
        return big > INT64_MAX ? INT64_MAX : (int64_t)big;
    case F_ZONE:
        memcpy(&zone, p, sizeof zone);
        return zone;
    case F_BOOL:
        memcpy(&b, p, sizeof b);
        return b;
    case F_TIME:
    case F_DAY:
    case F_MONEY:
    case F_QTY:
        memcpy(&i, p, sizeof i);
        return i;
    default:
        return 0;
    }
}

static void set_number(const struct field *f, void *base, int64_t v)
{
    char *p = (char *)base + f->at;
    unsigned u = (unsigned)v;
    uint64_t big = (uint64_t)v;
    int16_t zone = (int16_t)v;
    bool b = v != 0;
    switch (f->form) {
    case F_UINT:
        memcpy(p, &u, sizeof u);
        break;
    case F_BIG:
        memcpy(p, &big, sizeof big);
        break;
    case F_ZONE:
        memcpy(p, &zone, sizeof zone);
        break;
    case F_BOOL:
        memcpy(p, &b, sizeof b);
        break;
    default:
        memcpy(p, &v, sizeof v);
    }
}

static str text_of(const struct field *f, const void *base)
{
    str s;
    memcpy(&s, (const char *)base + f->at, sizeof s);
    return s;
}

static bool is_text(const struct field *f)
{
    return f->form == F_TEXT || f->form == F_ASCII;
}

/* ---- what may stand in facts ------------------------------------------------------------------
 */

static bool text_ok(const struct field *f, str s)
{
    if (f->form == F_ASCII) {
        for (size_t i = 0; i < s.n; i++) {
            if (s.p[i] < 0x20 || s.p[i] > 0x7e) {
                return false;
            }
        }
        return s.n <= CAP_CODE_BYTES;
    }
    uint8_t room[9 * CAP_TEXT_BYTES + 64];
    return s.n <= CAP_TEXT_BYTES && utf8_is_clean(arena_of(room, sizeof room), s);
}

static bool number_ok(const struct field *f, int64_t v, int16_t zone)
{
    switch (f->form) {
    case F_UINT:
        return v <= (int64_t)f->max;
    case F_BIG:
        return v <= FACTS_BIG_MAX;
    case F_ZONE:
        return v >= -DAY_MINUTES && v <= DAY_MINUTES;
    case F_TIME:
        return v >= 0 && v < FACTS_MS_MAX && v % MINUTE_MS == 0;
    case F_DAY:
        return v == 0 || (v > 0 && v < FACTS_MS_MAX && v == report_day(v, zone));
    case F_MONEY:
    case F_QTY:
        return v >= -FACTS_BIG_MAX && v <= FACTS_BIG_MAX;
    default:
        return true;
    }
}

/* Answers the name of the first field that is not fit to be frozen, or NULL. */
static const char *check_rows(const struct field *fields, size_t n, const void *base, int16_t zone)
{
    for (size_t i = 0; i < n; i++) {
        bool ok = is_text(&fields[i]) ? text_ok(&fields[i], text_of(&fields[i], base))
                                      : number_ok(&fields[i], number_of(&fields[i], base), zone);
        if (!ok) {
            return fields[i].name;
        }
    }
    return NULL;
}

const char *facts_check(const struct report_facts *f)
{
    if (f->template_ < REPORT_1_ZH || f->version == 0 || f->number.n == 0 || f->class_ < CLASS_A) {
        return "template, version, number or class";
    }
    const char *bad = check_rows(facts_fields, NFACTS, f, f->utc_offset_minutes);
    if (bad != NULL) {
        return bad;
    }
    if (f->nactions > REPORT_ACTIONS_MAX || f->nparts > CAP_VISIT_PARTS ||
        f->nprices > CAP_VISIT_PRICES) {
        return "number of actions, parts or prices";
    }
    for (unsigned i = 0; i < f->nactions; i++) {
        if (f->actions[i] == 0 || f->actions[i] > ACTION_OTHER) {
            return "actions";
        }
    }
    for (unsigned i = 0; i < f->nparts && bad == NULL; i++) {
        const struct report_part *p = &f->parts[i];
        bad = p->number.n + p->name.n == 0 ? "part name" : check_rows(part_fields, NPART, p, 0);
    }
    for (unsigned i = 0; i < f->nprices && bad == NULL; i++) {
        const struct report_price *p = &f->prices[i];
        bad = p->code.n + p->name.n == 0 ? "price name" : check_rows(price_fields, NPRICE, p, 0);
    }
    return bad;
}

/* ---- encode -----------------------------------------------------------------------------------
 */

static bool is_default(const struct field *f, const struct report_facts *facts)
{
    switch (f->form) {
    case F_TEXT:
    case F_ASCII:
        return text_of(f, facts).n == 0;
    case F_ACTIONS:
        return facts->nactions == 0;
    case F_PARTS:
        return facts->nparts == 0;
    case F_PRICES:
        return facts->nprices == 0;
    default:
        return number_of(f, facts) == 0;
    }
}

static void put_value(struct cbor_w *w, const struct field *f, const void *base, int16_t zone)
{
    int64_t v = number_of(f, base);
    switch (f->form) {
    case F_TEXT:
        cbor_put_text(w, text_of(f, base));
        break;
    case F_ASCII:
        cbor_put_bytes(w, str_bytes(text_of(f, base)));
        break;
    case F_BOOL:
        cbor_put_bool(w, v != 0);
        break;
    case F_TIME:
        cbor_put_int(w, v / MINUTE_MS);
        break;
    case F_DAY:
        cbor_put_int(w, (v / MINUTE_MS + zone) / DAY_MINUTES);
        break;
    default:
        cbor_put_int(w, v);
    }
}

static void put_rows(struct cbor_w *w, const struct field *fields, size_t nfields,
                     const void *table, size_t size, unsigned n)
{
    cbor_put_array(w, n);
    for (unsigned i = 0; i < n; i++) {
        cbor_put_array(w, nfields);
        for (size_t k = 0; k < nfields; k++) {
            put_value(w, &fields[k], (const char *)table + i * size, 0);
        }
    }
}

static void put_facts(struct cbor_w *w, const struct report_facts *f)
{
    size_t pairs = 0;
    for (size_t i = 0; i < NFACTS; i++) {
        pairs += !is_default(&facts_fields[i], f);
    }
    cbor_put_map(w, pairs);
    for (size_t i = 0; i < NFACTS; i++) {
        const struct field *x = &facts_fields[i];
        if (is_default(x, f)) {
            continue;
        }
        cbor_put_uint(w, (uint64_t)x->key);
        switch (x->form) {
        case F_ACTIONS:
            cbor_put_array(w, f->nactions);
            for (unsigned k = 0; k < f->nactions; k++) {
                cbor_put_uint(w, f->actions[k]);
            }
            break;
        case F_PARTS:
            put_rows(w, part_fields, NPART, f->parts, sizeof *f->parts, f->nparts);
            break;
        case F_PRICES:
            put_rows(w, price_fields, NPRICE, f->prices, sizeof *f->prices, f->nprices);
            break;
        default:
            put_value(w, x, f, f->utc_offset_minutes);
        }
    }
}

enum st report_facts_encode(const struct report_facts *f, uint8_t *buf, size_t cap, bytes *out,
                            struct err *err)
{
    *out = (bytes){NULL, 0};
    const char *bad = facts_check(f);
    if (bad != NULL) {
        return err_set(err, ST_BAD_INPUT, 0, __func__, "this does not fit on a report: %s", bad);
    }
    struct cbor_w w = cbor_w_init(buf, cap < CAP_FACTS_BYTES ? cap : CAP_FACTS_BYTES);
    put_facts(&w, f);
    if (cbor_w_done(&w, out) != ST_OK) {
        return err_set(err, ST_TOO_BIG, 0, __func__, "the report is too long");
    }
    return ST_OK;
}

/* ---- decode -----------------------------------------------------------------------------------
 */

static void get_value(struct cbor_r *r, const struct field *f, void *base, int16_t zone)
{
    int64_t v = 0;
    str s = {NULL, 0};
    switch (f->form) {
    case F_TEXT:
    case F_ASCII:
        s = f->form == F_TEXT ? cbor_get_text(r) : bytes_str(cbor_get_bytes(r));
        memcpy((char *)base + f->at, &s, sizeof s);
        return;
    case F_BOOL:
        v = cbor_get_bool(r);
        break;
    default:
        v = cbor_get_int(r);
    }
    if (v > FACTS_MS_MAX || v < -FACTS_MS_MAX) {
        cbor_fail(r);
        return;
    }
    if ((f->form == F_UINT && (v < 0 || v > (int64_t)f->max)) ||
        (f->form == F_ZONE && (v < -DAY_MINUTES || v > DAY_MINUTES)) ||
        (f->form == F_BIG && v < 0)) {
        cbor_fail(r);
        return;
    }
    if (f->form == F_TIME || f->form == F_DAY) {
        if (v < 0 || v > FACTS_MS_MAX / MINUTE_MS) {
            cbor_fail(r);
            return;
        }
        v = f->form == F_TIME ? v * MINUTE_MS : (v * DAY_MINUTES - zone) * MINUTE_MS;
    }
    set_number(f, base, v);
}

/* A table of lines into `a`; NULL with *n 0 when it is not there or does not fit. */
static void *get_rows(struct cbor_r *r, const struct field *fields, size_t nfields, size_t size,
                      unsigned max, struct arena *a, unsigned *n, bool *full)
{
    size_t rows = cbor_get_array(r);
    if (r->st != ST_OK || rows > max) {
        cbor_fail(r);
        return NULL;
    }
    char *table = arena_take(a, size, _Alignof(max_align_t), rows);
    if (table == NULL) {
        *full = true;
        return NULL;
    }
    for (size_t i = 0; i < rows; i++) {
        if (cbor_get_array(r) != nfields) {
            cbor_fail(r);
        }
        for (size_t k = 0; k < nfields; k++) {
            get_value(r, &fields[k], table + i * size, 0);
        }
    }
    *n = (unsigned)rows;
    return table;
}

static void get_field(struct cbor_r *r, const struct field *f, struct arena *a,
                      struct report_facts *out, bool *full)
{
    size_t n;
    switch (f->form) {
    case F_ACTIONS:
        n = cbor_get_array(r);
        if (n > REPORT_ACTIONS_MAX) {
            cbor_fail(r);
            return;
        }
        for (size_t i = 0; i < n; i++) {
            uint64_t code = cbor_get_uint(r);
            out->actions[i] = code > ACTION_OTHER ? 0 : (unsigned)code;
        }
        out->nactions = (unsigned)n;
        return;
    case F_PARTS:
        out->parts = get_rows(r, part_fields, NPART, sizeof *out->parts, CAP_VISIT_PARTS, a,
                              &out->nparts, full);
        return;
    case F_PRICES:
        out->prices = get_rows(r, price_fields, NPRICE, sizeof *out->prices, CAP_VISIT_PRICES, a,
                               &out->nprices, full);
        return;
    default:
        get_value(r, f, out, out->utc_offset_minutes);
    }
}

static enum st bad(struct report_facts *out, const char **rule, const char *name)
{
    memset(out, 0, sizeof *out);
    *rule = name;
    return ST_BAD_FORM;
}

enum st report_facts_decode(bytes in, struct arena *a, struct report_facts *out, const char **rule)
{
    const char *none;
    rule = rule == NULL ? &none : rule;
    *rule = "";
    memset(out, 0, sizeof *out);
    if (in.n > CAP_FACTS_BYTES) {
        return bad(out, rule, "size");
    }
    enum st st = cbor_check(in, 0, NULL, rule);
    if (st != ST_OK) {
        return st;
    }
    bool full = false;
    struct cbor_r r = cbor_r_init(in);
    struct cbor_map m = cbor_map_begin(&r);
    for (int64_t key; !full && cbor_map_next(&m, &key);) {
        if (key < 1 || key > (int64_t)NFACTS) {
            return bad(out, rule, "unknown key");
        }
        get_field(&r, &facts_fields[key - 1], a, out, &full);
    }
    if (full) {
        memset(out, 0, sizeof *out);
        return ST_FULL;
    }
    if (cbor_done(&r) != ST_OK) {
        return bad(out, rule, "form");
    }
    /* One meaning, one encoding: a zero that was written out, say, is refused here. */
    uint8_t again[CAP_FACTS_BYTES];
    bytes whole;
    st = report_facts_encode(out, again, sizeof again, &whole, NULL);
    if (st != ST_OK || !bytes_eq(whole, in)) {
        return bad(out, rule, "not what these facts encode to");
    }
    return ST_OK;
}
