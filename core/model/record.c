/* record.c - the body of record.set: {1: {field: value}, 2: {field: [writes seen as current]}}. */
#include "core/codec/cbor.h"
#include "core/model/bodies.h"

static void sort_by_field(struct record_write *w, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        for (size_t j = i; j > 0 && w[j - 1].field > w[j].field; j--) {
            struct record_write x = w[j];
            w[j] = w[j - 1];
            w[j - 1] = x;
        }
    }
}

static bool put_value(struct cbor_w *w, const struct record_write *v)
{
    struct code same;
    switch (v->type) {
    case FT_INT:
    case FT_MONEY:
    case FT_QTY:
    case FT_TIME:
    case FT_ENUM:
        cbor_put_int(w, v->i);
        return true;
    case FT_TEXT:
        cbor_put_int(w, v->i);
        return v->i >= 0 && v->i < CAP_ENTRY_ATTACHMENTS;
    case FT_CODE:
        cbor_put_bytes(w, code_bytes(&v->code));
        return code_of(code_bytes(&v->code), &same);
    case FT_REF:
        cbor_put_bytes(w, bytes_of(v->ref.b, sizeof v->ref.b));
        return true;
    case FT_ID8:
        cbor_put_bytes(w, bytes_of(v->id.b, sizeof v->id.b));
        return true;
    }
    return false;
}

enum st record_encode(struct record_write *w, size_t n, uint8_t *buf, size_t cap, bytes *out)
{
    *out = (bytes){0};
    if (n == 0 || n > CAP_RECORD_WRITES) {
        return ST_BAD_INPUT;
    }
    sort_by_field(w, n);
    size_t nseen = 0;
    for (size_t i = 0; i < n; i++) {
        if (w[i].field <= 0 || w[i].seen.n > CAP_FIELD_WRITES ||
            (i > 0 && w[i].field == w[i - 1].field)) {
            return ST_BAD_INPUT;
        }
        nseen += w[i].seen.n != 0;
    }
    struct cbor_w c = cbor_w_init(buf, cap);
    cbor_put_map(&c, nseen == 0 ? 1 : 2);
    cbor_put_uint(&c, 1);
    cbor_put_map(&c, n);
    for (size_t i = 0; i < n; i++) {
        cbor_put_uint(&c, (uint64_t)w[i].field);
        if (!put_value(&c, &w[i])) {
            return ST_BAD_INPUT;
        }
    }
    if (nseen != 0) {
        cbor_put_uint(&c, 2);
        cbor_put_map(&c, nseen);
    }
    for (size_t i = 0; i < n; i++) {
        if (w[i].seen.n == 0) {
            continue;
        }
        cbor_put_uint(&c, (uint64_t)w[i].field);
        cbor_put_array(&c, w[i].seen.n);
        for (unsigned k = 0; k < w[i].seen.n; k++) {
            cbor_put_bytes(&c, bytes_of(w[i].seen.h[k].b, 32));
        }
    }
    return cbor_w_done(&c, out);
}

static void get_value(struct cbor_r *r, struct record_write *v)
{
    switch (v->type) {
    case FT_INT:
    case FT_MONEY:
    case FT_QTY:
    case FT_TIME:
    case FT_ENUM:
        v->i = cbor_get_int(r);
        return;
    case FT_TEXT:
        v->i = cbor_get_int(r);
        if (v->i < 0 || v->i >= CAP_ENTRY_ATTACHMENTS) {
            cbor_fail(r);
        }
        return;
    case FT_CODE:
        if (!code_of(cbor_get_bytes(r), &v->code)) {
            cbor_fail(r);
        }
        return;
    case FT_REF:
        cbor_get_bytes_n(r, v->ref.b, sizeof v->ref.b);
        return;
    case FT_ID8:
        cbor_get_bytes_n(r, v->id.b, sizeof v->id.b);
        return;
    }
}

static void get_values(struct cbor_r *r, enum subject_type subject, struct record_write *w,
                       size_t *n)
{
    struct cbor_map m = cbor_map_begin(r);
    for (int64_t field; cbor_map_next(&m, &field);) {
        if (*n == CAP_RECORD_WRITES || field <= 0 || field > 65535) {
            cbor_fail(r);
            return;
        }
        struct record_write *v = &w[(*n)++];
        memset(v, 0, sizeof *v);
        v->field = (int)field;
        const struct field_info *f = field_info(subject, v->field);
        if (f != NULL) {
            v->type = f->type;
            get_value(r, v);
        }
    }
}

static void get_seen(struct cbor_r *r, struct record_write *w, size_t n)
{
    struct cbor_map m = cbor_map_begin(r);
    for (int64_t field; cbor_map_next(&m, &field);) {
        struct record_write *v = NULL;
        for (size_t i = 0; i < n; i++) {
            if (w[i].field == field) {
                v = &w[i];
            }
        }
        size_t seen = cbor_get_array(r);
        if (v == NULL || seen > CAP_FIELD_WRITES) {
            cbor_fail(r);
            return;
        }
        v->seen.n = (unsigned)seen;
        for (size_t k = 0; k < seen; k++) {
            cbor_get_bytes_n(r, v->seen.h[k].b, 32);
        }
    }
}

enum st record_decode(enum subject_type subject, bytes in, struct record_write *w, size_t *n)
{
    *n = 0;
    struct cbor_r r = cbor_r_init(in);
    struct cbor_map m = cbor_map_begin(&r);
    for (int64_t key; cbor_map_next(&m, &key);) {
        if (key == 1) {
            get_values(&r, subject, w, n);
        } else if (key == 2) {
            get_seen(&r, w, *n);
        }
    }
    return cbor_done(&r);
}
