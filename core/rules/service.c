/* service.c - who pays, how much, by when, under which number. */
#include "core/rules/service.h"

#include <stdio.h>

#include "core/base/encode.h"
#include "core/rules/money.h"

#define HOUR_MS 3600000LL

/* ---- class (D-02) --------------------------------------------------------------------------- */

static int64_t shown_int(const struct subject_state *s, int field, int64_t absent)
{
    const struct field_value *v = s == NULL ? NULL : fold_shown(s, field);
    return v == NULL ? absent : v->i;
}

static bool shown_ref(const struct subject_state *s, int field, id16 *out)
{
    const struct field_value *v = s == NULL ? NULL : fold_shown(s, field);
    if (v == NULL || v->nb != sizeof out->b) {
        return false;
    }
    memcpy(out->b, v->b, sizeof out->b);
    return !id16_zero(*out);
}

/* Is the contract about this equipment? One that names none is about all of its customer's. */
static bool contract_fits(const struct subject_state *contract,
                          const struct subject_state *equipment)
{
    id16 named, customer, owner;
    if (shown_ref(contract, F_CONTRACT_EQUIPMENT, &named)) {
        return equipment != NULL && id16_eq(named, equipment->subject);
    }
    return !shown_ref(contract, F_CONTRACT_CUSTOMER, &customer) ||
           !shown_ref(equipment, F_EQUIPMENT_CUSTOMER, &owner) || id16_eq(customer, owner);
}

static const struct subject_state *contract_in_force(const struct subject_state *equipment,
                                                     const struct subject_state *contracts,
                                                     size_t n, int64_t at_ms, int64_t *until_ms)
{
    const struct subject_state *best = NULL;
    for (size_t i = 0; i < n; i++) {
        const struct subject_state *c = &contracts[i];
        int64_t end = shown_int(c, F_CONTRACT_END, INT64_MIN);
        if (end < at_ms || shown_int(c, F_CONTRACT_START, INT64_MIN) > at_ms ||
            !contract_fits(c, equipment)) {
            continue;
        }
        if (best == NULL || end > *until_ms ||
            (end == *until_ms && memcmp(c->subject.b, best->subject.b, 16) < 0)) {
            best = c;
            *until_ms = end;
        }
    }
    return best;
}

void class_decide(const struct subject_state *equipment, const struct subject_state *contracts,
                  size_t ncontracts, bool excluded, int64_t at_ms, struct class_decision *out)
{
    memset(out, 0, sizeof *out);
    int64_t warranty = shown_int(equipment, F_EQUIPMENT_WARRANTY_UNTIL, INT64_MIN);
    bool in_warranty = warranty >= at_ms;
    if (in_warranty && !excluded) {
        out->class_ = CLASS_C;
        out->basis = BASIS_WARRANTY;
        out->until_ms = warranty;
        return;
    }
    const struct subject_state *c =
        contract_in_force(equipment, contracts, ncontracts, at_ms, &out->until_ms);
    if (c != NULL) {
        out->class_ = CLASS_B;
        out->basis = BASIS_CONTRACT;
        out->contract = c->subject;
        return;
    }
    out->class_ = CLASS_A;
    out->basis = in_warranty ? BASIS_USER_DAMAGE : BASIS_PAID;
}

/* ---- fee (D-01..D-08) ----------------------------------------------------------------------- */

static bool add(int64_t *sum, int64_t amount)
{
    int64_t before = *sum;
    *sum = money_add(before, amount);
    return amount >= 0 ? *sum - before == amount || *sum != INT64_MAX : *sum != INT64_MIN;
}

static int64_t *line_target(const struct price_line *l, struct fee *out)
{
    switch (l->code.n == 0 ? 0 : l->code.b[0]) {
    case 'V': /* visit */
    case 'T':
        return &out->travel_minor;
    case 'O':
    case 'X':
        return &out->other_minor;
    default:
        return &out->labour_minor;
    }
}

static bool add_agreed(const struct visit_state *v, struct fee *out)
{
    const struct fact *f = fold_fact(v, KIND_VISIT_PRICED);
    union body b;
    bool whole = true;
    if (f == NULL || body_decode(f->kind, f->body, &b) != ST_OK || !b.priced.consented) {
        return true;
    }
    for (unsigned i = 0; i < b.priced.nlines; i++) {
        whole &= add(line_target(&b.priced.lines[i], out), b.priced.lines[i].amount_minor);
    }
    return whole;
}

static bool add_parts(const struct visit_state *v, struct fee *out)
{
    bool whole = true;
    for (unsigned i = 0; i < v->nfacts; i++) {
        union body b;
        if (v->facts[i].kind != KIND_VISIT_PART ||
            body_decode(KIND_VISIT_PART, v->facts[i].body, &b) != ST_OK || !b.part.charged) {
            continue;
        }
        whole &= add(&out->parts_minor, money_times(b.part.unit_minor, b.part.qty_milli, &whole));
    }
    return whole;
}

bool fee_work_out(const struct visit_state *v, struct fee *out)
{
    memset(out, 0, sizeof *out);
    const struct fact *f = fold_fact(v, KIND_VISIT_CLASS);
    union body b;
    bool paid =
        f != NULL && body_decode(f->kind, f->body, &b) == ST_OK && b.class_.class_ == CLASS_A;
    bool whole = add_parts(v, out);
    if (paid) {
        whole &= add_agreed(v, out);
    }
    whole &= add(&out->total_minor, out->labour_minor);
    whole &= add(&out->total_minor, out->parts_minor);
    whole &= add(&out->total_minor, out->travel_minor);
    return add(&out->total_minor, out->other_minor) && whole;
}

/* ---- deadlines (C-01, C-03..C-05) ----------------------------------------------------------- */

/* One row a limit: hours from the call, and the facts that meet it. */
static const struct limit {
    enum deadline_kind kind;
    bool working;
    int hours, suburb_hours;
    unsigned met_by; /* kind of fact: this one or any later step of the visit */
} limits[] = {
    {DL_ARRIVE, true, 6, 7, KIND_VISIT_ARRIVED},
    {DL_RESPOND, false, 3, 3, KIND_VISIT_ACCEPTED},
    {DL_PLAN, false, 6, 6, KIND_VISIT_DIAGNOSED},
    {DL_SITE, false, 72, 72, KIND_VISIT_ARRIVED},
};
#define LIMITS (sizeof limits / sizeof limits[0])

/* The earliest time at which any visit of the job had come so far. */
static bool met_at(const struct subject_state *job, unsigned kind, int64_t *at_ms, h32 *by)
{
    bool met = false;
    for (unsigned i = 0; i < job->nvisits; i++) {
        for (unsigned k = 0; k < job->visits[i].nfacts; k++) {
            const struct fact *f = &job->visits[i].facts[k];
            if (f->kind == kind && (!met || f->wall_ms < *at_ms)) {
                *at_ms = f->wall_ms;
                *by = f->entry;
                met = true;
            }
        }
    }
    return met;
}

static bool sooner(const struct deadline *a, const struct deadline *b)
{
    if (a->met != b->met) {
        return b->met;
    }
    return a->due_ms < b->due_ms;
}

size_t deadlines(const struct subject_state *job, const struct calendars *all,
                 struct deadline out[4])
{
    const struct field_value *called = fold_shown(job, F_JOB_CALLED);
    if (called == NULL) {
        return 0;
    }
    bool suburb = shown_int(job, F_JOB_ZONE, 1) == 2;
    id8 branch = calendars_branch(job);
    struct calendar c = calendar_of_branch(all, branch);
    size_t n = 0;
    for (size_t i = 0; i < LIMITS; i++) {
        const struct limit *l = &limits[i];
        int64_t hours = suburb ? l->suburb_hours : l->hours;
        struct deadline d = {
            .kind = l->kind, .working = l->working, .hours = (int)hours, .branch = branch};
        d.due_ms = l->working ? calendar_add(&c, called->i, hours * 60)
                              : money_add(called->i, hours * HOUR_MS);
        d.met = met_at(job, l->met_by, &d.met_ms, &d.met_by);
        size_t j = n++;
        for (; j > 0 && sooner(&d, &out[j - 1]); j--) {
            out[j] = out[j - 1];
        }
        out[j] = d;
    }
    return n;
}

static bool of_arrival(const struct deadline *d)
{
    return d->kind == DL_ARRIVE || d->kind == DL_SITE;
}

/* The next to pass of those that are to be met before `end_ms`, else the first that has passed. */
static size_t next_of(const struct deadline *d, size_t n, int64_t now_ms, int64_t end_ms)
{
    size_t passed = n;
    for (size_t k = 0; k < n; k++) { /* open ones first, the nearest first */
        if (d[k].met || d[k].due_ms >= end_ms || of_arrival(&d[k])) {
            continue;
        }
        if (d[k].due_ms >= now_ms) {
            return k;
        }
        passed = passed < n ? passed : k;
    }
    return passed;
}

size_t deadlines_first(const struct deadline *d, size_t n, int64_t now_ms, size_t out[static 2])
{
    size_t m = 0;
    int64_t end_ms = INT64_MAX;
    for (size_t k = 0; k < n && m == 0; k++) {
        if (!d[k].met && of_arrival(&d[k])) {
            out[m++] = k;
            end_ms = d[k].due_ms;
        }
    }
    size_t k = next_of(d, n, now_ms, end_ms);
    if (k < n) {
        out[m++] = k;
    }
    return m;
}

int64_t deadline_left_minutes(const struct deadline *d, const struct calendars *all, int64_t now_ms)
{
    if (!d->working) {
        return (d->due_ms - now_ms) / 60000;
    }
    struct calendar c = calendar_of_branch(all, d->branch);
    return calendar_between(&c, now_ms, d->due_ms);
}

/* ---- numbers -------------------------------------------------------------------------------- */

void number_format(const char *prefix, const char *epoch_mark, uint64_t counter,
                   char out[static 33])
{
    int n = snprintf(out, 33, "%.8s-%.2s-%06llu", prefix, epoch_mark, (unsigned long long)counter);
    if (n < 0) {
        out[0] = '\0';
    }
}

void number_epoch_mark(id8 epoch, char out[static 3])
{
    char digits[14];
    crockford_put(bytes_of(epoch.b, sizeof epoch.b), digits);
    out[0] = digits[0];
    out[1] = digits[1];
    out[2] = '\0';
}
