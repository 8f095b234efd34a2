/* facts_code.c - frozen facts of a report as canonical CBOR, driven by facts.c's table. PROOF.md
 * has the CDDL.
 *
 * A value that is empty, zero or false is left out, so facts have one encoding; decoding encodes
 * again and compares, so an encoding has one meaning. */
#include "core/report/facts.h"

#include "core/codec/cbor.h"

/* ---- encode -----------------------------------------------------------------------------------
 */

static bool is_default(const struct facts_field *f, const struct report_facts *facts)
{
    switch (f->form) {
    case F_TEXT:
    case F_ASCII:
        return facts_text(f, facts).n == 0;
    case F_ACTIONS:
        return facts->nactions == 0;
    case F_PARTS:
        return facts->nparts == 0;
    case F_PRICES:
        return facts->nprices == 0;
    default:
        return facts_number(f, facts) == 0;
    }
}

static void put_value(struct cbor_w *w, const struct facts_field *f, const void *base, int16_t zone)
{
    int64_t v = facts_number(f, base);
    switch (f->form) {
    case F_TEXT:
        cbor_put_text(w, facts_text(f, base));
        break;
    case F_ASCII:
        cbor_put_bytes(w, str_bytes(facts_text(f, base)));
        break;
    case F_BOOL:
        cbor_put_bool(w, v != 0);
        break;
    case F_TIME:
        cbor_put_int(w, v / FACTS_MINUTE_MS);
        break;
    case F_DAY:
        cbor_put_int(w, (v / FACTS_MINUTE_MS + zone) / FACTS_DAY_MINUTES);
        break;
    default:
        cbor_put_int(w, v);
    }
}

static void put_rows(struct cbor_w *w, const struct facts_field *fields, size_t nfields,
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
    for (size_t i = 0; i < FACTS_TOP; i++) {
        pairs += !is_default(&facts_top[i], f);
    }
    cbor_put_map(w, pairs);
    for (size_t i = 0; i < FACTS_TOP; i++) {
        const struct facts_field *x = &facts_top[i];
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
            put_rows(w, facts_part, FACTS_PART, f->parts, sizeof *f->parts, f->nparts);
            break;
        case F_PRICES:
            put_rows(w, facts_price, FACTS_PRICE, f->prices, sizeof *f->prices, f->nprices);
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

static void get_value(struct cbor_r *r, const struct facts_field *f, void *base, int16_t zone)
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
        (f->form == F_ZONE && (v < -FACTS_DAY_MINUTES || v > FACTS_DAY_MINUTES)) ||
        (f->form == F_BIG && v < 0)) {
        cbor_fail(r);
        return;
    }
    if (f->form == F_TIME || f->form == F_DAY) {
        if (v < 0 || v > FACTS_MS_MAX / FACTS_MINUTE_MS) {
            cbor_fail(r);
            return;
        }
        v = f->form == F_TIME ? v * FACTS_MINUTE_MS
                              : (v * FACTS_DAY_MINUTES - zone) * FACTS_MINUTE_MS;
    }
    facts_set_number(f, base, v);
}

/* A table of lines into `a`; NULL with *n 0 when it is not there or does not fit. */
static void *get_rows(struct cbor_r *r, const struct facts_field *fields, size_t nfields,
                      size_t size, unsigned max, struct arena *a, unsigned *n, bool *full)
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

static void get_field(struct cbor_r *r, const struct facts_field *f, struct arena *a,
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
        out->parts = get_rows(r, facts_part, FACTS_PART, sizeof *out->parts, CAP_VISIT_PARTS, a,
                              &out->nparts, full);
        return;
    case F_PRICES:
        out->prices = get_rows(r, facts_price, FACTS_PRICE, sizeof *out->prices, CAP_VISIT_PRICES,
                               a, &out->nprices, full);
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
        if (key < 1 || key > (int64_t)FACTS_TOP) {
            return bad(out, rule, "unknown key");
        }
        get_field(&r, &facts_top[key - 1], a, out, &full);
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
