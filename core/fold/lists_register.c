/* lists_register.c - where a subject stands in headquarters' registers: see refold.h. */
#include "core/fold/lists.h"

#include "core/rules/office.h"
#include "core/rules/service.h"

#define SIGN_BIT (UINT64_C(1) << 63)

/* What each type of subject is ordered by; 0: by its last change. */
static const struct {
    enum subject_type type;
    int time, technician, branch;
} orders[] = {
    {SUBJECT_JOB, F_JOB_CALLED, 0, F_BRANCH},
    {SUBJECT_CUSTOMER, 0, 0, F_BRANCH},
    {SUBJECT_EQUIPMENT, F_EQUIPMENT_WARRANTY_UNTIL, 0, F_BRANCH},
    {SUBJECT_CONTRACT, F_CONTRACT_END, 0, F_BRANCH},
    {SUBJECT_TECHNICIAN, 0, 0, F_BRANCH},
    {SUBJECT_STOCK, 0, F_STOCK_TECHNICIAN, F_BRANCH},
    {SUBJECT_GOODS, F_GOODS_IN, F_GOODS_TECHNICIAN, F_BRANCH},
    {SUBJECT_SLIP, F_SLIP_AT, F_SLIP_TECHNICIAN, F_BRANCH},
    {SUBJECT_DAY, F_DAY_DAY, F_DAY_TECHNICIAN, F_BRANCH},
    {SUBJECT_INVOICE, F_INVOICE_AT, 0, F_BRANCH},
};

static size_t value_bytes(enum register_dimension d)
{
    switch (d) {
    case REG_STATE:
    case REG_CLASS:
    case REG_FLAG:
        return 1;
    case REG_TECHNICIAN:
        return 16;
    default:
        return 0;
    }
}

void register_time(enum register_dimension d, int64_t ms, uint8_t out[static 8])
{
    uint64_t v = (uint64_t)ms ^ SIGN_BIT; /* negative times before positive ones */
    v = d == REG_DUE ? v : ~v;
    for (unsigned i = 0; i < 8; i++) {
        out[i] = (uint8_t)(v >> (56 - 8 * i));
    }
}

int64_t register_time_ms(enum register_dimension d, const uint8_t in[static 8])
{
    uint64_t v = 0;
    for (unsigned i = 0; i < 8; i++) {
        v = v << 8 | in[i];
    }
    return (int64_t)((d == REG_DUE ? v : ~v) ^ SIGN_BIT);
}

bytes register_prefix(enum subject_type type, id8 branch, enum register_dimension d,
                      const uint8_t *value, uint8_t buf[static LIST_KEY_BYTES])
{
    size_t n = value == NULL ? 0 : value_bytes(d);
    buf[0] = LIST_REGISTER;
    buf[1] = (uint8_t)type;
    memcpy(buf + 2, branch.b, sizeof branch.b);
    buf[10] = (uint8_t)d;
    if (n != 0) {
        memcpy(buf + 11, value, n);
    }
    return bytes_of(buf, 11 + n);
}

struct place {
    const struct subject_state *s;
    const struct calendar *cal;
    struct list_keys *keys;
    id8 branch;
};

static void add_in(const struct place *p, id8 branch, enum register_dimension d,
                   const uint8_t *value, int64_t ms)
{
    struct list_key *key = &p->keys->key[p->keys->n++];
    size_t n = register_prefix(p->s->type, branch, d, value, key->b).n;
    register_time(d, ms, key->b + n);
    memcpy(key->b + n + 8, p->s->subject.b, sizeof p->s->subject.b);
    key->n = (uint8_t)(n + 24);
}

static void add(const struct place *p, enum register_dimension d, const uint8_t *value, int64_t ms)
{
    id8 all = {{0}};
    if (p->keys->n + 2 > LIST_ROWS_MOST) {
        return; /* cannot be: nine places, twice, beside six lists */
    }
    add_in(p, all, d, value, ms);
    if (!id8_zero(p->branch)) {
        add_in(p, p->branch, d, value, ms);
    }
}

static void add_byte(const struct place *p, enum register_dimension d, unsigned v, int64_t ms)
{
    uint8_t b = (uint8_t)v;
    if (v != 0) {
        add(p, d, &b, ms);
    }
}

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
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        const struct field_value *at =
            orders[i].type == s->type ? fold_shown(s, orders[i].time) : NULL;
        if (at != NULL) {
            return at->i;
        }
    }
    return changed_ms(s);
}

static void add_due(const struct place *p)
{
    struct deadline d[4];
    size_t n = office_open(p->s) ? deadlines(p->s, p->cal, d) : 0;
    for (size_t i = 0; i < n; i++) {
        if (d[i].kind == DL_ARRIVE && !d[i].met) {
            add(p, REG_DUE, NULL, d[i].due_ms);
        }
    }
}

static void add_flags(const struct place *p, int64_t ms)
{
    add_byte(p, REG_FLAG, office_cash_owed_minor(p->s) > 0 ? REG_CASH_OWED : 0, ms);
    add_byte(p, REG_FLAG, office_help_asked(p->s) ? REG_HELP_ASKED : 0, ms);
    add_byte(p, REG_FLAG, p->s->handover_asked ? REG_HANDOVER_ASKED : 0, ms);
    add_byte(p, REG_FLAG, office_proposed(p->s) ? REG_PROPOSED : 0, ms);
}

void lists_register(const struct subject_state *s, const struct calendar *cal,
                    struct list_keys *keys)
{
    struct place p = {.s = s, .cal = cal, .keys = keys};
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        if (orders[i].type != s->type) {
            continue;
        }
        const struct field_value *who = fold_shown(s, orders[i].technician);
        const struct field_value *where = fold_shown(s, orders[i].branch);
        int64_t ms = register_order_ms(s);
        if (where != NULL && where->type == FT_ID8) {
            memcpy(p.branch.b, where->b, sizeof p.branch.b);
        }
        add(&p, REG_ALL, NULL, ms);
        add_byte(&p, REG_STATE, office_state(s), ms);
        if (s->type == SUBJECT_JOB) {
            if (!id16_zero(s->assigned)) {
                add(&p, REG_TECHNICIAN, s->assigned.b, ms);
            }
            add_byte(&p, REG_CLASS, office_class(s), ms);
            add_due(&p);
            add_flags(&p, ms);
        } else if (who != NULL && who->type == FT_REF) {
            add(&p, REG_TECHNICIAN, who->b, ms);
        }
    }
}
