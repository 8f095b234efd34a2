/* register.c - see register.h. */
#include "core/fold/register.h"

#include "core/base/be64.h"
#include "core/codec/cbor.h"
#include "core/rules/office.h"
#include "core/rules/service.h"

#define SIGN_BIT (UINT64_C(1) << 63)
#define HAS(d) (1U << (d))

/* What each type of subject is ordered by (time 0: its last change; number 0: none), whose it is,
 * when it is due (0: a call by its limit, others never), and by what its registers are filtered
 * beyond REG_ALL and REG_BRANCH, which all have. */
static const struct type_row {
    enum subject_type type;
    int time, number, technician, customer, due;
    unsigned dimensions;
} types[] = {
    {SUBJECT_JOB, F_JOB_CALLED, F_CODE, 0, F_JOB_CUSTOMER, 0,
     HAS(REG_STATE) | HAS(REG_TECHNICIAN) | HAS(REG_CLASS) | HAS(REG_DUE) | HAS(REG_CUSTOMER)},
    {SUBJECT_CUSTOMER, 0, F_CODE, 0, 0, 0, 0},
    {SUBJECT_EQUIPMENT, F_EQUIPMENT_WARRANTY_UNTIL, F_CODE, 0, F_EQUIPMENT_CUSTOMER, 0,
     HAS(REG_CUSTOMER)},
    {SUBJECT_CONTRACT, F_CONTRACT_END, F_CONTRACT_NUMBER, 0, F_CONTRACT_CUSTOMER, 0,
     HAS(REG_CUSTOMER)},
    {SUBJECT_TECHNICIAN, 0, F_CODE, 0, 0, 0, 0},
    {SUBJECT_STOCK, 0, F_STOCK_PART, F_STOCK_TECHNICIAN, 0, 0, HAS(REG_TECHNICIAN)},
    {SUBJECT_GOODS, F_GOODS_IN, F_GOODS_RECEIPT, F_GOODS_TECHNICIAN, F_GOODS_CUSTOMER, F_GOODS_DUE,
     HAS(REG_STATE) | HAS(REG_TECHNICIAN) | HAS(REG_DUE) | HAS(REG_CUSTOMER)},
    {SUBJECT_SLIP, F_SLIP_AT, F_CODE, F_SLIP_TECHNICIAN, 0, 0,
     HAS(REG_STATE) | HAS(REG_TECHNICIAN)},
    {SUBJECT_DAY, F_DAY_DAY, F_CODE, F_DAY_TECHNICIAN, 0, 0, HAS(REG_STATE) | HAS(REG_TECHNICIAN)},
    {SUBJECT_INVOICE, F_INVOICE_AT, F_CODE, 0, 0, 0, HAS(REG_STATE)},
};

/* The parts, by what a row of them differs: what was signed has one state and no limit any more,
 * what is in conflict is of all types and shares whose it is. */
static const unsigned parts[] = {
    [REG_CASH_OWED] = HAS(REG_STATE) | HAS(REG_TECHNICIAN) | HAS(REG_CLASS),
    [REG_HELP_ASKED] = HAS(REG_STATE) | HAS(REG_TECHNICIAN) | HAS(REG_CLASS) | HAS(REG_DUE),
    [REG_HANDOVER_ASKED] = HAS(REG_STATE) | HAS(REG_TECHNICIAN) | HAS(REG_CLASS) | HAS(REG_DUE),
    [REG_PROPOSED] = HAS(REG_STATE) | HAS(REG_TECHNICIAN) | HAS(REG_CLASS) | HAS(REG_DUE),
    [REG_CONFLICT] = HAS(REG_TECHNICIAN),
    [REG_SIGNED] = HAS(REG_TECHNICIAN) | HAS(REG_CLASS),
    [REG_ARCHIVED] = HAS(REG_TECHNICIAN) | HAS(REG_CLASS),
    [REG_HELD] = HAS(REG_STATE) | HAS(REG_TECHNICIAN) | HAS(REG_DUE),
    [REG_HELP_WAITS] = HAS(REG_STATE) | HAS(REG_TECHNICIAN) | HAS(REG_CLASS) | HAS(REG_DUE),
};
#define PARTS (sizeof parts / sizeof parts[0])

/* The indexes: a key for each order of each dimension that a type, or a part of it, has. */
static const struct index {
    enum register_dimension d;
    uint8_t value_bytes, orders; /* 1 << enum register_order */
} indexes[] = {
    {REG_ALL, 0, HAS(REG_BY_TIME) | HAS(REG_BY_NUMBER)},
    {REG_STATE, 1, HAS(REG_BY_TIME) | HAS(REG_BY_NUMBER)},
    {REG_TECHNICIAN, 16, HAS(REG_BY_TIME) | HAS(REG_BY_NUMBER)},
    {REG_CLASS, 1, HAS(REG_BY_TIME) | HAS(REG_BY_NUMBER)},
    {REG_DUE, 0, HAS(REG_BY_TIME)},
    {REG_BRANCH, 8, HAS(REG_BY_TIME)},
    {REG_CUSTOMER, 16, HAS(REG_BY_TIME)},
};
#define INDEXES (sizeof indexes / sizeof indexes[0])

static const struct type_row *type_row(enum subject_type type)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (types[i].type == type) {
            return &types[i];
        }
    }
    return NULL;
}

size_t register_value_bytes(enum register_dimension d)
{
    for (size_t i = 0; i < INDEXES; i++) {
        if (indexes[i].d == d) {
            return indexes[i].value_bytes;
        }
    }
    return 0;
}

bool register_has(enum subject_type type, enum register_part part, enum register_dimension d)
{
    const struct type_row *r = type_row(type);
    if (r == NULL && part != REG_CONFLICT) {
        return false;
    }
    return d == REG_ALL || d == REG_BRANCH ||
           ((part != REG_WHOLE ? parts[part] : r->dimensions) & HAS(d)) != 0;
}

/* ---- sort keys --------------------------------------------------------------------------------
 */

bytes register_time(int64_t ms, uint8_t out[static REG_SORT_BYTES])
{
    uint64_t v = (uint64_t)ms ^ SIGN_BIT; /* negative times before positive ones */
    be64_put(out, v);
    return bytes_of(out, 8);
}

int64_t register_time_ms(const uint8_t in[static 8])
{
    uint64_t v = be64_get(in);
    return (int64_t)(v ^ SIGN_BIT);
}

static bool digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* A run of digits is written as '0', how many digits it has, the digits: so 9 stands before 10.
 * What does not fit is cut: such numbers stand beside each other, by subject. */
bytes register_number(bytes code, uint8_t out[static REG_SORT_BYTES])
{
    size_t n = 0, i = 0;
    while (i < code.n && n + 3 < REG_SORT_BYTES) {
        if (!digit(code.p[i])) {
            uint8_t c = code.p[i++];
            out[n++] = c >= 'a' && c <= 'z' ? (uint8_t)(c - 'a' + 'A') : c;
            continue;
        }
        size_t run = i;
        while (run < code.n && digit(code.p[run])) {
            run++;
        }
        while (i + 1 < run && code.p[i] == '0') {
            i++;
        }
        out[n++] = '0';
        out[n++] = (uint8_t)(run - i);
        while (i < run && n + 1 < REG_SORT_BYTES) {
            out[n++] = code.p[i++];
        }
        i = run;
    }
    out[n] = 0; /* what is short stands before what goes on */
    return bytes_of(out, n + 1);
}

/* ---- keys -------------------------------------------------------------------------------------
 */

bytes register_prefix(enum subject_type type, enum register_part part, id8 branch,
                      enum register_dimension d, enum register_order order, const uint8_t *value,
                      uint8_t buf[static LIST_KEY_BYTES])
{
    size_t n = value == NULL ? 0 : register_value_bytes(d);
    buf[0] = LIST_REGISTER;
    buf[1] = (uint8_t)type;
    buf[2] = (uint8_t)part;
    memcpy(buf + 3, branch.b, sizeof branch.b);
    buf[11] = (uint8_t)d;
    buf[12] = (uint8_t)order;
    if (n != 0) {
        memcpy(buf + 13, value, n);
    }
    return bytes_of(buf, 13 + n);
}

static const uint8_t *value_of(const struct register_place *p, enum register_dimension d)
{
    switch (d) {
    case REG_STATE:
        return &p->state;
    case REG_CLASS:
        return &p->class_;
    case REG_TECHNICIAN:
        return p->technician.b;
    case REG_BRANCH:
        return p->branch.b;
    case REG_CUSTOMER:
        return p->customer.b;
    default:
        return NULL;
    }
}

bytes register_key(const struct register_place *p, enum register_dimension d,
                   enum register_order order, uint8_t out[static LIST_KEY_BYTES])
{
    uint8_t sort[REG_SORT_BYTES];
    const uint8_t *value = value_of(p, d);
    size_t n = value == NULL ? 0 : register_value_bytes(d);
    int64_t due_ms = p->has_due ? p->due_ms : INT64_MAX;
    bytes s = order == REG_BY_NUMBER ? register_number(bytes_of(p->number, p->nnumber), sort)
                                     : register_time(d == REG_DUE ? due_ms : p->time_ms, sort);
    if (n != 0) {
        memcpy(out, value, n);
    }
    memcpy(out + n, s.p, s.n);
    memcpy(out + n + s.n, p->subject.b, sizeof p->subject.b);
    return bytes_of(out, n + s.n + sizeof p->subject.b);
}

static void add_in(const struct register_place *p, enum subject_type type, enum register_part part,
                   id8 branch, const struct index *x, struct register_keys *out)
{
    for (unsigned order = REG_BY_TIME; order <= REG_BY_NUMBER; order++) {
        if ((x->orders & HAS(order)) == 0 || out->n == REG_KEYS_MOST) {
            continue; /* it is never full: 144 at most, of a call in every part that it can be in */
        }
        uint8_t tail[LIST_KEY_BYTES];
        struct register_key *k = &out->key[out->n++];
        size_t n =
            register_prefix(type, part, branch, x->d, (enum register_order)order, NULL, k->b).n;
        bytes t = register_key(p, x->d, (enum register_order)order, tail);
        memcpy(k->b + n, t.p, t.n);
        k->n = (uint8_t)(n + t.n);
    }
}

static bool stands(const struct register_place *p, enum subject_type type, enum register_part part,
                   enum register_dimension d)
{
    bool due = p->has_due || p->type != SUBJECT_JOB || part != REG_WHOLE;
    return register_has(type, part, d) && (d != REG_DUE || due) &&
           (d != REG_CUSTOMER || !id16_zero(p->customer));
}

/* All keys of one register, of all branches and of the place's own. */
static void add(const struct register_place *p, enum subject_type type, enum register_part part,
                struct register_keys *out)
{
    id8 all = {{0}};
    for (size_t i = 0; i < INDEXES; i++) {
        const struct index *x = &indexes[i];
        if (!stands(p, type, part, x->d)) {
            continue;
        }
        add_in(p, type, part, all, x, out);
        if (!id8_zero(p->branch) && x->d != REG_BRANCH && x->d != REG_CUSTOMER) {
            add_in(p, type, part, p->branch, x, out);
        }
    }
}

void register_keys(const struct register_place *p, struct register_keys *out)
{
    bool has = type_row(p->type) != NULL;
    out->n = 0;
    if (has) {
        add(p, p->type, REG_WHOLE, out);
    }
    for (unsigned part = REG_CASH_OWED; part < PARTS; part++) {
        if ((p->parts & HAS(part)) == 0) {
            continue;
        }
        if (has) {
            add(p, p->type, (enum register_part)part, out);
        }
        if (part == REG_CONFLICT) {
            add(p, 0, REG_CONFLICT, out);
        }
    }
}

/* ---- a state's place --------------------------------------------------------------------------
 */

static int64_t changed_ms(const struct subject_state *s)
{
    hlc last = 0;
    for (unsigned i = 0; i < s->nauthors; i++) {
        last = s->authors[i].time > last ? s->authors[i].time : last;
    }
    return hlc_ms(last);
}

int64_t register_order_ms(const struct subject_state *s)
{
    const struct type_row *r = type_row(s->type);
    const struct field_value *at = r == NULL ? NULL : fold_shown(s, r->time);
    return at != NULL ? at->i : changed_ms(s);
}

static void due_of(const struct subject_state *s, const struct calendars *cal,
                   struct register_place *out)
{
    struct deadline d[4];
    size_t n = office_open(s) ? deadlines(s, cal, d) : 0;
    for (size_t i = 0; i < n; i++) {
        if (d[i].kind == DL_ARRIVE && !d[i].met) {
            out->has_due = true;
            out->due_ms = d[i].due_ms;
        }
    }
}

static void job_of(const struct subject_state *s, const struct calendars *cal,
                   struct register_place *out)
{
    out->technician = s->assigned;
    out->class_ = (uint8_t)office_class(s);
    out->parts = (uint16_t)((office_cash_owed_minor(s) > 0 ? HAS(REG_CASH_OWED) : 0) |
                            (s->handover_asked ? HAS(REG_HANDOVER_ASKED) : 0) |
                            (office_proposed(s) ? HAS(REG_PROPOSED) : 0) |
                            (out->state == JOB_SIGNED ? HAS(REG_SIGNED) : 0) |
                            (out->state == JOB_ARCHIVED ? HAS(REG_ARCHIVED) : 0));
    due_of(s, cal, out);
}

static void number_of(const struct subject_state *s, const struct type_row *r,
                      struct register_place *out)
{
    const struct field_value *v = r == NULL ? NULL : fold_shown(s, r->number);
    v = v == NULL || v->nb == 0 ? fold_shown(s, F_CODE) : v;
    v = v == NULL && s->type == SUBJECT_JOB ? fold_shown(s, F_JOB_PROVISIONAL) : v;
    if (v != NULL && v->type == FT_CODE && v->nb <= sizeof out->number) {
        memcpy(out->number, v->b, v->nb);
        out->nnumber = (uint8_t)v->nb;
    }
}

void register_of(const struct subject_state *s, const struct calendars *cal,
                 struct register_place *out)
{
    const struct type_row *r = type_row(s->type);
    memset(out, 0, sizeof *out);
    out->type = s->type;
    out->subject = s->subject;
    const struct field_value *where = fold_shown(s, F_BRANCH);
    const struct field_value *who = r == NULL ? NULL : fold_shown(s, r->technician);
    if (where != NULL && where->type == FT_ID8) {
        memcpy(out->branch.b, where->b, sizeof out->branch.b);
    }
    const struct field_value *whose = r == NULL ? NULL : fold_shown(s, r->customer);
    if (who != NULL && who->type == FT_REF) {
        memcpy(out->technician.b, who->b, sizeof out->technician.b);
    }
    if (whose != NULL && whose->type == FT_REF) {
        memcpy(out->customer.b, whose->b, sizeof out->customer.b);
    }
    out->time_ms = register_order_ms(s);
    out->state = (uint8_t)office_state(s);
    const struct field_value *due = r == NULL ? NULL : fold_shown(s, r->due);
    if (s->type == SUBJECT_JOB) {
        job_of(s, cal, out);
    } else if (due != NULL && due->type == FT_TIME) {
        out->has_due = true;
        out->due_ms = due->i;
    }
    if (s->type == SUBJECT_GOODS && out->state != GOODS_VOIDED) {
        out->parts |= HAS(REG_HELD);
    }
    number_of(s, r, out);
    if (!h32_zero(office_help(s))) { /* of a call, or of goods under repair */
        out->parts |= HAS(REG_HELP_ASKED);
        out->parts |= office_help_waits(s) ? HAS(REG_HELP_WAITS) : 0;
    }
    if (s->nconflicts > 0 || s->nrequests > 0) {
        out->parts |= HAS(REG_CONFLICT);
    }
}

/* ---- as bytes ---------------------------------------------------------------------------------
 */

#define PLACE_ITEMS 10

enum st register_place_encode(const struct register_place *p, uint8_t buf[static REG_PLACE_BYTES],
                              bytes *out)
{
    struct cbor_w w = cbor_w_init(buf, REG_PLACE_BYTES);
    bool nobody = id16_zero(p->technician), nowhere = id8_zero(p->branch);
    cbor_put_array(&w, PLACE_ITEMS);
    cbor_put_uint(&w, (uint64_t)p->type);
    cbor_put_bytes(&w, bytes_of(p->branch.b, nowhere ? 0 : sizeof p->branch.b));
    cbor_put_int(&w, p->time_ms);
    cbor_put_bytes(&w, bytes_of(p->number, p->nnumber));
    cbor_put_uint(&w, p->state);
    cbor_put_uint(&w, p->class_);
    cbor_put_uint(&w, p->parts);
    cbor_put_bytes(&w, bytes_of(p->technician.b, nobody ? 0 : sizeof p->technician.b));
    cbor_put_bytes(&w, bytes_of(p->customer.b, id16_zero(p->customer) ? 0 : sizeof p->customer.b));
    cbor_put_int(&w, p->has_due ? p->due_ms : INT64_MIN);
    return cbor_w_done(&w, out);
}

enum st register_place_decode(bytes in, id16 subject, struct register_place *out)
{
    struct cbor_r r = cbor_r_init(in);
    memset(out, 0, sizeof *out);
    if (cbor_get_array(&r) != PLACE_ITEMS) {
        return ST_CORRUPT;
    }
    out->subject = subject;
    out->type = (enum subject_type)cbor_get_uint(&r);
    bytes branch = cbor_get_bytes(&r);
    out->time_ms = cbor_get_int(&r);
    bytes number = cbor_get_bytes(&r);
    out->state = (uint8_t)cbor_get_uint(&r);
    out->class_ = (uint8_t)cbor_get_uint(&r);
    out->parts = (uint16_t)cbor_get_uint(&r);
    bytes who = cbor_get_bytes(&r);
    bytes whose = cbor_get_bytes(&r);
    out->due_ms = cbor_get_int(&r);
    if (cbor_done(&r) != ST_OK || number.n > sizeof out->number) {
        return ST_CORRUPT;
    }
    if (branch.n == sizeof out->branch.b) {
        memcpy(out->branch.b, branch.p, branch.n);
    }
    if (who.n == sizeof out->technician.b) {
        memcpy(out->technician.b, who.p, who.n);
    }
    if (whose.n == sizeof out->customer.b) {
        memcpy(out->customer.b, whose.p, whose.n);
    }
    if (number.n > 0) {
        memcpy(out->number, number.p, number.n);
    }
    out->nnumber = (uint8_t)number.n;
    out->has_due = out->due_ms != INT64_MIN;
    out->due_ms = out->has_due ? out->due_ms : 0;
    return ST_OK;
}

/* ---- in the store ----------------------------------------------------------------------------
 */

static enum st keys_of_place(bytes place, id16 subject, struct register_keys *out)
{
    struct register_place p;
    out->n = 0;
    enum st st = place.n == 0 ? ST_OK : register_place_decode(place, subject, &p);
    if (st == ST_OK && place.n != 0) {
        register_keys(&p, out);
    }
    return st;
}

static bool has_place(const struct register_keys *keys, const struct register_key *k)
{
    for (unsigned i = 0; i < keys->n; i++) {
        if (keys->key[i].n == k->n && memcmp(keys->key[i].b, k->b, k->n) == 0) {
            return true;
        }
    }
    return false;
}

enum st register_put(struct store_txn *t, id16 subject, bytes old, bytes now, struct err *err)
{
    struct register_keys before, after;
    if (bytes_eq(old, now)) {
        return ST_OK;
    }
    enum st st = keys_of_place(old, subject, &before);
    st = st == ST_OK ? keys_of_place(now, subject, &after) : st;
    if (st != ST_OK) {
        return err_set(err, ST_CORRUPT, 0, __func__, "a place in registers does not read");
    }
    for (unsigned i = 0; i < before.n && st == ST_OK; i++) {
        const struct register_key *k = &before.key[i];
        if (!has_place(&after, k)) {
            st = store_del(t, T_LIST, bytes_of(k->b, k->n), err);
            st = st == ST_NOT_FOUND ? ST_OK : st;
        }
    }
    for (unsigned i = 0; i < after.n && st == ST_OK; i++) {
        const struct register_key *k = &after.key[i];
        if (!has_place(&before, k)) {
            st = store_put(t, T_LIST, bytes_of(k->b, k->n), (bytes){0}, err);
        }
    }
    return st;
}

bool register_holds(struct store_txn *t, id16 subject, bytes place, uint64_t *keys_sum)
{
    struct register_keys keys;
    bool holds = keys_of_place(place, subject, &keys) == ST_OK;
    for (unsigned i = 0; i < keys.n && holds; i++) {
        uint8_t room[64];
        struct arena tmp = arena_of(room, sizeof room);
        bytes value;
        holds = store_get(t, T_LIST, bytes_of(keys.key[i].b, keys.key[i].n), &tmp, &value, NULL) ==
                    ST_OK &&
                value.n == 0;
    }
    *keys_sum += keys.n;
    return holds;
}
