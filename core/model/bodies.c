/* bodies.c - every body as a list of columns; one reader and one writer walk them. */
#include "core/model/bodies.h"

#include "core/codec/cbor.h"

enum col_type {
    CT_UINT, /* unsigned */
    CT_U64,  /* uint64_t */
    CT_INT,  /* int64_t */
    CT_BOOL, /* bool as true or false */
    CT_FLAG, /* bool as 1, or left out */
    CT_ID8,
    CT_ID16,
    CT_H32,
    CT_CODE,   /* struct code */
    CT_HASHES, /* struct hash_list */
    CT_FORGET, /* the rest: one use each, by name */
    CT_ACTIONS,
    CT_LINES,
    CT_COVERS,
    CT_BEFORE
};
struct col {
    uint8_t key;
    uint8_t type;
    bool optional;
    uint16_t at; /* in union body */
};
struct shape {
    unsigned kind;
    const struct col *cols;
    size_t n;
};

#define AT(m) ((uint16_t)offsetof(union body, m))
#define MUST(key, type, m)                                                                         \
    {                                                                                              \
        key, type, false, AT(m)                                                                    \
    }
#define MAY(key, type, m)                                                                          \
    {                                                                                              \
        key, type, true, AT(m)                                                                     \
    }
#define HEAD MAY(0, CT_HASHES, head.old), MUST(1, CT_ID8, head.visit)
static const struct col opened[] = {MAY(1, CT_BEFORE, opened)};
static const struct col assigned[] = {MUST(1, CT_ID16, assigned.technician),
                                      MAY(2, CT_HASHES, assigned.seen)};
static const struct col cancelled[] = {MUST(1, CT_UINT, cancelled.reason)};
static const struct col edition[] = {MUST(1, CT_U64, edition.number), MAY(2, CT_H32, edition.base)};
static const struct col certificate[] = {MUST(1, CT_ID8, certificate.author),
                                         MUST(2, CT_H32, certificate.certificate)};
static const struct col revoked[] = {MUST(1, CT_ID8, revoked.author),
                                     MUST(2, CT_U64, revoked.number)};
static const struct col forgotten[] = {MUST(1, CT_FORGET, forgotten),
                                       MUST(2, CT_UINT, forgotten.rule),
                                       MAY(3, CT_INT, forgotten.legal_until_ms)};
static const struct col cash[] = {MUST(1, CT_HASHES, cash.paid),
                                  MUST(2, CT_INT, cash.amount_minor)};
static const struct col named[] = {MUST(1, CT_HASHES, named)};
static const struct col admitted[] = {MUST(1, CT_HASHES, admitted.named),
                                      MAY(2, CT_UINT, admitted.reason)};
static const struct col access[] = {MUST(1, CT_UINT, access.step), MUST(2, CT_ID16, access.person),
                                    MAY(3, CT_UINT, access.scopes), MAY(4, CT_INT, access.until_ms),
                                    MAY(5, CT_UINT, access.role)};
static const struct col settled[] = {MUST(1, CT_UINT, settled.reason)};
static const struct col step[] = {HEAD};
static const struct col arrived[] = {HEAD, MUST(2, CT_UINT, arrived.flags)};
static const struct col diagnosed[] = {
    HEAD,
    MAY(2, CT_CODE, diagnosed.fault),
    MUST(3, CT_UINT, diagnosed.cause),
    MUST(4, CT_UINT, diagnosed.responsibility),
    MUST(5, CT_UINT, diagnosed.flags),
    MAY(6, CT_U64, diagnosed.edition),
    MAY(7, CT_FLAG, diagnosed.fault_words),
    MAY(8, CT_FLAG, diagnosed.cause_words),
};
static const struct col class_[] = {
    HEAD, MUST(2, CT_UINT, class_.class_), MUST(3, CT_UINT, class_.basis),
    MAY(4, CT_UINT, class_.proposed), MAY(5, CT_ID16, class_.contract)};
static const struct col priced[] = {
    HEAD, MUST(2, CT_LINES, priced.lines), MUST(3, CT_INT, priced.estimate_minor),
    MUST(4, CT_BOOL, priced.consented), MUST(5, CT_U64, priced.edition)};
static const struct col part[] = {
    HEAD,
    MUST(2, CT_CODE, part.number),
    MUST(3, CT_INT, part.qty_milli),
    MUST(4, CT_INT, part.unit_minor),
    MUST(5, CT_UINT, part.reason),
    MUST(6, CT_UINT, part.old_part),
    MAY(7, CT_CODE, part.serial_in),
    MAY(8, CT_CODE, part.serial_out),
    MAY(9, CT_U64, part.edition),
    MUST(10, CT_BOOL, part.charged),
    MAY(11, CT_FLAG, part.words),
    MAY(12, CT_FLAG, part.why_words),
};
static const struct col action[] = {HEAD, MUST(2, CT_ACTIONS, action.codes),
                                    MAY(3, CT_FLAG, action.words)};
static const struct col tested[] = {
    HEAD, MUST(2, CT_UINT, tested.result), MUST(3, CT_UINT, tested.flags),
    MAY(4, CT_FLAG, tested.danger_words), MAY(5, CT_FLAG, tested.words)};
static const struct col fee[] = {HEAD,
                                 MUST(2, CT_INT, fee.labour_minor),
                                 MUST(3, CT_INT, fee.parts_minor),
                                 MUST(4, CT_INT, fee.travel_minor),
                                 MUST(5, CT_INT, fee.other_minor),
                                 MUST(6, CT_INT, fee.total_minor)};
static const struct col signed_[] = {
    MUST(1, CT_ID8, signed_.visit),       MUST(2, CT_UINT, signed_.outcome),
    MUST(3, CT_UINT, signed_.version),    MUST(4, CT_CODE, signed_.number),
    MUST(5, CT_INT, signed_.total_minor), MUST(6, CT_UINT, signed_.class_),
    MUST(7, CT_UINT, signed_.template_),  MUST(8, CT_COVERS, signed_.covers),
    MAY(9, CT_UINT, signed_.relation),    MAY(10, CT_UINT, signed_.reason),
    MUST(11, CT_UINT, signed_.att_flags),
};
static const struct col ended[] = {HEAD, MUST(2, CT_UINT, ended.outcome),
                                   MAY(3, CT_UINT, ended.reason), MAY(4, CT_CODE, ended.part),
                                   MAY(5, CT_FLAG, ended.note)};
static const struct col paid[] = {HEAD, MUST(2, CT_UINT, paid.method),
                                  MUST(3, CT_INT, paid.amount_minor),
                                  MUST(4, CT_CODE, paid.receipt)};
static const struct col withdrawn[] = {MUST(1, CT_ID8, withdrawn.visit),
                                       MUST(2, CT_H32, withdrawn.entry)};
static const struct col reopened[] = {MUST(1, CT_ID8, asked.visit), MUST(2, CT_UINT, asked.reason),
                                      MAY(3, CT_H32, asked.signoff)};
#define ASKED MUST(2, CT_UINT, asked.reason), MAY(3, CT_FLAG, asked.note)
static const struct col handover[] = {MAY(1, CT_ID8, asked.visit), ASKED};
static const struct col help[] = {MUST(1, CT_ID8, asked.visit), ASKED};
static const struct col proposed[] = {MUST(1, CT_ID8, proposed.visit),
                                      MUST(2, CT_UINT, proposed.what)};
static const struct col answered[] = {MUST(1, CT_H32, help.asked), MUST(2, CT_UINT, help.decision),
                                      MAY(3, CT_ID16, help.who), MAY(4, CT_INT, help.when_ms),
                                      MAY(5, CT_FLAG, help.words)};
static const struct col taken[] = {
    HEAD,
    MUST(2, CT_CODE, taken.receipt),
    MUST(3, CT_ID16, taken.goods),
    MUST(4, CT_UINT, taken.reason),
    MUST(5, CT_INT, taken.promised_ms),
    MAY(6, CT_CODE, taken.serial),
    MUST(7, CT_UINT, taken.condition),
    MAY(8, CT_UINT, taken.accessories),
    MUST(9, CT_UINT, taken.template_),
    MAY(10, CT_UINT, taken.relation),
    MAY(11, CT_FLAG, taken.name),
};
static const struct col returned[] = {
    HEAD,
    MUST(2, CT_CODE, returned.receipt),
    MUST(3, CT_ID16, returned.goods),
    MUST(4, CT_UINT, returned.outcome),
    MUST(5, CT_INT, returned.total_minor),
    MUST(6, CT_UINT, returned.class_),
    MUST(7, CT_UINT, returned.template_),
    MAY(8, CT_UINT, returned.relation),
    MAY(9, CT_FLAG, returned.name),
};

#define SHAPE(kind, cols)                                                                          \
    {                                                                                              \
        kind, cols, sizeof(cols) / sizeof(cols)[0]                                                 \
    }
/* clang-format off */
static const struct shape shapes[] = {
    SHAPE(KIND_JOURNAL_OPENED, opened),
    SHAPE(KIND_JOB_ASSIGNED, assigned),
    SHAPE(KIND_JOB_CANCELLED, cancelled),
    {KIND_JOB_ARCHIVED, NULL, 0},
    SHAPE(KIND_EDITION, edition),
    SHAPE(KIND_CERTIFICATE, certificate),
    SHAPE(KIND_REVOKED, revoked),
    SHAPE(KIND_FORGOTTEN, forgotten),
    SHAPE(KIND_CASH_ACCEPTED, cash),
    SHAPE(KIND_JOB_RESTORED, named),
    SHAPE(KIND_ADMITTED, admitted),
    SHAPE(KIND_SET_ASIDE, named),
    SHAPE(KIND_ACCESS, access),
    SHAPE(KIND_ITEM_SETTLED, settled),
    SHAPE(KIND_VISIT_ACCEPTED, step),
    SHAPE(KIND_VISIT_TRAVELLING, step),
    SHAPE(KIND_VISIT_ARRIVED, arrived),
    SHAPE(KIND_VISIT_DIAGNOSED, diagnosed),
    SHAPE(KIND_VISIT_CLASS, class_),
    SHAPE(KIND_VISIT_PRICED, priced),
    SHAPE(KIND_VISIT_PART, part),
    SHAPE(KIND_VISIT_ACTION, action),
    SHAPE(KIND_VISIT_TESTED, tested),
    SHAPE(KIND_VISIT_FEE, fee),
    SHAPE(KIND_VISIT_SIGNED, signed_),
    SHAPE(KIND_VISIT_LEFT, step),
    SHAPE(KIND_VISIT_ENDED, ended),
    SHAPE(KIND_VISIT_PAID, paid),
    SHAPE(KIND_WITHDRAWN, withdrawn),
    SHAPE(KIND_JOB_REOPENED, reopened),
    SHAPE(KIND_HANDOVER_ASKED, handover),
    SHAPE(KIND_HELP_ASKED, help),
    SHAPE(KIND_PROPOSED, proposed),
    SHAPE(KIND_HELP_ANSWERED, answered),
    SHAPE(KIND_VISIT_TAKEN, taken),
    SHAPE(KIND_VISIT_RETURNED, returned),
    SHAPE(KIND_VISIT_POSITION, step),
    SHAPE(KIND_VISIT_RATED, step),
};
/* clang-format on */

static const struct shape *shape_of(unsigned kind)
{
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        if (shapes[i].kind == kind) {
            return &shapes[i];
        }
    }
    return NULL;
}

/* ---- writing -------------------------------------------------------------------------------- */

static bool all_zero(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (p[i] != 0) {
            return false;
        }
    }
    return true;
}

static bool is_empty(const struct col *c, const union body *b)
{
    const void *p = (const uint8_t *)b + c->at;
    switch (c->type) {
    case CT_UINT:
        return *(const unsigned *)p == 0;
    case CT_U64:
    case CT_INT:
        return *(const uint64_t *)p == 0;
    case CT_BOOL:
    case CT_FLAG:
        return !*(const bool *)p;
    case CT_ID8:
        return all_zero(p, 8);
    case CT_ID16:
        return all_zero(p, 16);
    case CT_H32:
        return all_zero(p, 32);
    case CT_CODE:
        return ((const struct code *)p)->n == 0;
    case CT_HASHES:
        return ((const struct hash_list *)p)->n == 0;
    case CT_BEFORE:
        return !b->opened.has_before;
    default:
        return false;
    }
}

static void put_hashes(struct cbor_w *w, const h32 *h, size_t n)
{
    cbor_put_array(w, n);
    for (size_t i = 0; i < n; i++) {
        cbor_put_bytes(w, bytes_of(h[i].b, 32));
    }
}

static bool put_special(struct cbor_w *w, enum col_type type, const union body *b)
{
    switch (type) {
    case CT_FORGET:
        if (b->forgotten.n > CAP_BODY_FORGET) {
            return false;
        }
        put_hashes(w, b->forgotten.atts, b->forgotten.n);
        return true;
    case CT_ACTIONS:
        if (b->action.n > CAP_BODY_ACTIONS) {
            return false;
        }
        cbor_put_array(w, b->action.n);
        for (unsigned i = 0; i < b->action.n; i++) {
            cbor_put_uint(w, b->action.codes[i]);
        }
        return true;
    case CT_LINES:
        if (b->priced.nlines > CAP_VISIT_PRICES) {
            return false;
        }
        cbor_put_array(w, b->priced.nlines);
        for (unsigned i = 0; i < b->priced.nlines; i++) {
            const struct price_line *l = &b->priced.lines[i];
            cbor_put_array(w, 4);
            cbor_put_bytes(w, code_bytes(&l->code));
            cbor_put_int(w, l->qty_milli);
            cbor_put_int(w, l->unit_minor);
            cbor_put_int(w, l->amount_minor);
        }
        return true;
    case CT_COVERS:
        if (b->signed_.ncovers > CAP_COVERS) {
            return false;
        }
        cbor_put_array(w, b->signed_.ncovers);
        for (unsigned i = 0; i < b->signed_.ncovers; i++) {
            cbor_put_array(w, 2);
            cbor_put_bytes(w, bytes_of(b->signed_.covers[i].author.b, 8));
            cbor_put_bytes(w, bytes_of(b->signed_.covers[i].entry.b, 32));
        }
        return true;
    default: /* CT_BEFORE */
        cbor_put_array(w, 3);
        cbor_put_bytes(w, bytes_of(b->opened.epoch.b, 8));
        cbor_put_uint(w, b->opened.seq);
        cbor_put_bytes(w, bytes_of(b->opened.hash.b, 32));
        return true;
    }
}

static bool put_col(struct cbor_w *w, const struct col *c, const union body *b)
{
    const void *p = (const uint8_t *)b + c->at;
    switch (c->type) {
    case CT_UINT:
        cbor_put_uint(w, *(const unsigned *)p);
        return true;
    case CT_U64:
        cbor_put_uint(w, *(const uint64_t *)p);
        return true;
    case CT_INT:
        cbor_put_int(w, *(const int64_t *)p);
        return true;
    case CT_BOOL:
        cbor_put_bool(w, *(const bool *)p);
        return true;
    case CT_FLAG:
        cbor_put_uint(w, 1);
        return true;
    case CT_ID8:
        cbor_put_bytes(w, bytes_of(p, 8));
        return true;
    case CT_ID16:
        cbor_put_bytes(w, bytes_of(p, 16));
        return true;
    case CT_H32:
        cbor_put_bytes(w, bytes_of(p, 32));
        return true;
    case CT_CODE: {
        struct code same;
        cbor_put_bytes(w, code_bytes(p));
        return code_of(code_bytes(p), &same);
    }
    case CT_HASHES: {
        const struct hash_list *l = p;
        if (l->n > CAP_FIELD_WRITES) {
            return false;
        }
        put_hashes(w, l->h, l->n);
        return true;
    }
    default:
        return put_special(w, (enum col_type)c->type, b);
    }
}

enum st body_encode(unsigned kind, const union body *b, uint8_t *buf, size_t cap, bytes *out)
{
    const struct shape *s = shape_of(kind);
    *out = (bytes){0};
    if (s == NULL) {
        return ST_BUG;
    }
    size_t pairs = 0;
    for (size_t i = 0; i < s->n; i++) {
        pairs += !(s->cols[i].optional && is_empty(&s->cols[i], b));
    }
    struct cbor_w w = cbor_w_init(buf, cap);
    cbor_put_map(&w, pairs);
    for (size_t i = 0; i < s->n; i++) {
        if (s->cols[i].optional && is_empty(&s->cols[i], b)) {
            continue;
        }
        cbor_put_uint(&w, s->cols[i].key);
        if (!put_col(&w, &s->cols[i], b)) {
            return ST_BAD_INPUT;
        }
    }
    return cbor_w_done(&w, out);
}

/* ---- reading -------------------------------------------------------------------------------- */

static unsigned get_unsigned(struct cbor_r *r)
{
    uint64_t v = cbor_get_uint(r);
    if (v > UINT32_MAX) {
        cbor_fail(r);
        return 0;
    }
    return (unsigned)v;
}

static void get_code(struct cbor_r *r, struct code *out)
{
    if (!code_of(cbor_get_bytes(r), out)) {
        cbor_fail(r);
    }
}

/* A head whose count is within a cap; 0 and a spoilt reader otherwise. */
static unsigned get_count(struct cbor_r *r, size_t cap)
{
    size_t n = cbor_get_array(r);
    if (n > cap) {
        cbor_fail(r);
        return 0;
    }
    return (unsigned)n;
}

static void get_hashes(struct cbor_r *r, h32 *h, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        cbor_get_bytes_n(r, h[i].b, 32);
    }
}

static void get_special(struct cbor_r *r, enum col_type type, union body *b)
{
    switch (type) {
    case CT_FORGET:
        b->forgotten.n = get_count(r, CAP_BODY_FORGET);
        get_hashes(r, b->forgotten.atts, b->forgotten.n);
        return;
    case CT_ACTIONS:
        b->action.n = get_count(r, CAP_BODY_ACTIONS);
        for (unsigned i = 0; i < b->action.n; i++) {
            b->action.codes[i] = get_unsigned(r);
        }
        return;
    case CT_LINES:
        b->priced.nlines = get_count(r, CAP_VISIT_PRICES);
        for (unsigned i = 0; i < b->priced.nlines; i++) {
            struct price_line *l = &b->priced.lines[i];
            if (cbor_get_array(r) != 4) {
                cbor_fail(r);
            }
            get_code(r, &l->code);
            l->qty_milli = cbor_get_int(r);
            l->unit_minor = cbor_get_int(r);
            l->amount_minor = cbor_get_int(r);
        }
        return;
    case CT_COVERS:
        b->signed_.ncovers = get_count(r, CAP_COVERS);
        for (unsigned i = 0; i < b->signed_.ncovers; i++) {
            if (cbor_get_array(r) != 2) {
                cbor_fail(r);
            }
            cbor_get_bytes_n(r, b->signed_.covers[i].author.b, 8);
            cbor_get_bytes_n(r, b->signed_.covers[i].entry.b, 32);
        }
        return;
    default: /* CT_BEFORE */
        if (cbor_get_array(r) != 3) {
            cbor_fail(r);
        }
        cbor_get_bytes_n(r, b->opened.epoch.b, 8);
        b->opened.seq = cbor_get_uint(r);
        cbor_get_bytes_n(r, b->opened.hash.b, 32);
        b->opened.has_before = true;
    }
}

static void get_col(struct cbor_r *r, const struct col *c, union body *b)
{
    void *p = (uint8_t *)b + c->at;
    switch (c->type) {
    case CT_UINT:
        *(unsigned *)p = get_unsigned(r);
        return;
    case CT_U64:
        *(uint64_t *)p = cbor_get_uint(r);
        return;
    case CT_INT:
        *(int64_t *)p = cbor_get_int(r);
        return;
    case CT_BOOL:
        *(bool *)p = cbor_get_bool(r);
        return;
    case CT_FLAG:
        *(bool *)p = cbor_get_uint(r) != 0;
        return;
    case CT_ID8:
        cbor_get_bytes_n(r, p, 8);
        return;
    case CT_ID16:
        cbor_get_bytes_n(r, p, 16);
        return;
    case CT_H32:
        cbor_get_bytes_n(r, p, 32);
        return;
    case CT_CODE:
        get_code(r, p);
        return;
    case CT_HASHES: {
        struct hash_list *l = p;
        l->n = get_count(r, CAP_FIELD_WRITES);
        get_hashes(r, l->h, l->n);
        return;
    }
    default:
        get_special(r, (enum col_type)c->type, b);
    }
}

enum st body_decode(unsigned kind, bytes in, union body *out)
{
    memset(out, 0, sizeof *out);
    const struct shape *s = shape_of(kind);
    if (s == NULL) {
        return ST_NOT_FOUND;
    }
    struct cbor_r r = cbor_r_init(in);
    struct cbor_map m = cbor_map_begin(&r);
    size_t i = 0;
    /* Keys of both ascend: one walk over the two lists. */
    for (int64_t key; cbor_map_next(&m, &key);) {
        while (i < s->n && s->cols[i].key < key) {
            if (!s->cols[i].optional) {
                return ST_BAD_FORM;
            }
            i++;
        }
        if (i < s->n && s->cols[i].key == key) {
            get_col(&r, &s->cols[i], out);
            i++;
        }
    }
    for (; i < s->n; i++) {
        if (!s->cols[i].optional) {
            return ST_BAD_FORM;
        }
    }
    return cbor_done(&r);
}
