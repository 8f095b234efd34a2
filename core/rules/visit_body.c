/* visit_body.c - what a fact must say to be worth signing: one check a kind. */
#include "core/rules/money.h"
#include "core/rules/visit.h"

struct draft {
    const struct subject_state *job;
    const struct visit_state *v;
    const union body *b;
};

static bool read_fact(const struct visit_state *v, unsigned kind, union body *b)
{
    const struct fact *f = fold_fact(v, kind);
    return f != NULL && body_decode(kind, f->body, b) == ST_OK;
}

static unsigned class_of(const struct visit_state *v)
{
    union body b;
    return read_fact(v, KIND_VISIT_CLASS, &b) ? b.class_.class_ : CLASS_NONE;
}

static enum rule diagnosed(const struct draft *d)
{
    const struct body_diagnosed *b = &d->b->diagnosed;
    return (b->fault.n > 0 || b->fault_words) && b->cause != CAUSE_NONE ? RULE_OK
                                                                        : RULE_NOT_DIAGNOSED;
}

static enum rule class_(const struct draft *d)
{
    unsigned c = d->b->class_.class_;
    if (c == CLASS_D) {
        return RULE_CLASS_D;
    }
    return c >= CLASS_A && c <= CLASS_C && d->b->class_.basis != BASIS_NONE ? RULE_OK
                                                                            : RULE_NO_CLASS;
}

/* A refusal is recorded as it is; an agreement is to something, and to no less than its lines. */
static enum rule priced(const struct draft *d)
{
    const struct body_priced *b = &d->b->priced;
    int64_t sum = 0;
    for (unsigned i = 0; i < b->nlines; i++) {
        if (b->lines[i].amount_minor < 0 || b->lines[i].qty_milli <= 0) {
            return RULE_NO_CONSENT;
        }
        sum = money_add(sum, b->lines[i].amount_minor);
    }
    if (b->estimate_minor < sum || (b->consented && b->nlines == 0)) {
        return RULE_NO_CONSENT;
    }
    return RULE_OK;
}

static enum rule part(const struct draft *d)
{
    const struct body_part *p = &d->b->part;
    bool whole = p->number.n > 0 && p->qty_milli > 0 && p->unit_minor >= 0 &&
                 p->reason >= PART_FAILED && p->reason <= PART_OTHER;
    bool old = p->old_part >= OLD_TAKEN && p->old_part <= OLD_NONE &&
               (p->old_part != OLD_LEFT || p->why_words);
    return whole && old ? RULE_OK : RULE_PART_LINE;
}

static enum rule action(const struct draft *d)
{
    const struct body_action *b = &d->b->action;
    for (unsigned i = 0; i < b->n; i++) {
        if (b->codes[i] == 0 || (b->codes[i] == ACTION_OTHER && !b->words)) {
            return RULE_NO_ACTION;
        }
    }
    return b->n > 0 ? RULE_OK : RULE_NO_ACTION;
}

static enum rule tested(const struct draft *d)
{
    unsigned r = d->b->tested.result;
    return r >= RESULT_WORKS && r <= RESULT_NOT_FIXED ? RULE_OK : RULE_NO_RESULT;
}

static enum rule fee(const struct draft *d)
{
    const struct body_fee *f = &d->b->fee;
    if (f->labour_minor < 0 || f->parts_minor < 0 || f->travel_minor < 0 || f->other_minor < 0) {
        return RULE_NO_FEE;
    }
    int64_t own = money_add(money_add(f->labour_minor, f->travel_minor), f->other_minor);
    if (money_add(own, f->parts_minor) != f->total_minor) {
        return RULE_NO_FEE;
    }
    if (class_of(d->v) != CLASS_A) {
        return own == 0 ? RULE_OK : RULE_NO_FEE; /* D-01: B and C pay for charged parts at most */
    }
    union body b;
    return read_fact(d->v, KIND_VISIT_PRICED, &b) && f->total_minor <= b.priced.estimate_minor
               ? RULE_OK
               : RULE_CONSENT_EXCEEDED;
}

static enum rule signed_(const struct draft *d)
{
    const struct body_signed *s = &d->b->signed_;
    union body b;
    if (s->version != (d->v == NULL ? 0 : d->v->nsigned) + 1) {
        return RULE_SIGNED;
    }
    if (s->class_ != class_of(d->v)) {
        return RULE_NO_CLASS;
    }
    if (!read_fact(d->v, KIND_VISIT_FEE, &b) || b.fee.total_minor != s->total_minor) {
        return RULE_NO_FEE;
    }
    if (s->outcome == SIGN_SIGNED) {
        return (s->att_flags & SIGNED_STROKES) != 0 ? RULE_OK : RULE_NO_REASON;
    }
    bool words = s->reason != SR_OTHER || (s->att_flags & SIGNED_REASON) != 0;
    bool known = s->outcome == SIGN_REFUSED || s->outcome == SIGN_ABSENT;
    return known && s->reason != 0 && words ? RULE_OK : RULE_NO_REASON;
}

static enum rule ended(const struct draft *d)
{
    const struct body_ended *e = &d->b->ended;
    bool on_site = e->outcome == END_NOBODY || e->outcome == END_PRICE_REFUSED;
    if (e->outcome < END_NOBODY || e->outcome > END_OTHER) {
        return RULE_NO_REASON;
    }
    if (on_site && fold_fact(d->v, KIND_VISIT_ARRIVED) == NULL) {
        return RULE_NOT_ARRIVED;
    }
    bool said = e->reason != 0 || e->note || e->part.n > 0;
    bool must_say = e->outcome == END_PART_WANTED || e->outcome == END_OTHER;
    return must_say && !said ? RULE_NO_REASON : RULE_OK;
}

/* What is paid already, but for the payments that this one corrects. */
static int64_t paid_otherwise(const struct draft *d)
{
    int64_t sum = 0;
    const struct hash_list *old = &d->b->paid.head.old;
    for (unsigned i = 0; d->v != NULL && i < d->v->nfacts; i++) {
        const struct fact *f = &d->v->facts[i];
        union body b;
        bool replaced = false;
        for (unsigned k = 0; k < old->n; k++) {
            replaced |= h32_eq(old->h[k], f->entry);
        }
        if (f->kind == KIND_VISIT_PAID && !replaced && body_decode(f->kind, f->body, &b) == ST_OK) {
            sum = money_add(sum, b.paid.amount_minor);
        }
    }
    return sum;
}

static enum rule paid(const struct draft *d)
{
    const struct body_paid *p = &d->b->paid;
    if (p->receipt.n == 0) {
        return RULE_NO_RECEIPT_NUMBER;
    }
    if (p->amount_minor <= 0 || p->method < PAY_CASH || p->method > PAY_INVOICE || d->v == NULL ||
        money_add(paid_otherwise(d), p->amount_minor) > visit_total_minor(d->v)) {
        return RULE_NOTHING_DUE;
    }
    return RULE_OK;
}

/* A sealed rating, alone or with its sign-off, does not go away by the technician's hand. */
static enum rule withdrawn(const struct draft *d)
{
    for (unsigned i = 0; d->v != NULL && i < d->v->nfacts; i++) {
        const struct fact *f = &d->v->facts[i];
        if (h32_eq(f->entry, d->b->withdrawn.entry)) {
            return f->kind == KIND_VISIT_SIGNED || f->kind == KIND_VISIT_RATED ? RULE_RATING_SEALED
                   : f->kind == KIND_VISIT_TAKEN || f->kind == KIND_VISIT_RETURNED ? RULE_SIGNED
                                                                                   : RULE_OK;
        }
    }
    return RULE_ORDER; /* there is no such fact, or it is gone already */
}

/* B-18.3: without the receipt's number, the thing, what was read and the stroke it is no take-away.
 * (That both attachments are there is the entry's own form: body_att.) */
static enum rule taken(const struct draft *d)
{
    const struct body_taken *t = &d->b->taken;
    bool said = t->reason >= TAKE_WORKSHOP && t->reason <= TAKE_OTHER &&
                t->condition >= CONDITION_GOOD && t->condition <= CONDITION_DAMAGED;
    return t->receipt.n > 0 && !id16_zero(t->goods) && t->promised_ms > 0 && said ? RULE_OK
                                                                                  : RULE_TAKE_AWAY;
}

/* Class A pays what was agreed before the thing left, or less. */
static enum rule returned(const struct draft *d)
{
    const struct body_returned *r = &d->b->returned;
    const struct visit_state *taking = NULL;
    union body out, b;
    if (d->job == NULL || visit_goods_out(d->job, &out, &taking) == NULL) {
        return RULE_NO_GOODS;
    }
    if (!bytes_eq(code_bytes(&r->receipt), code_bytes(&out.taken.receipt)) ||
        !id16_eq(r->goods, out.taken.goods) ||
        (r->outcome != RECEIPT_BACK && r->outcome != RECEIPT_LOST)) {
        return RULE_NOT_SIGNED_BACK;
    }
    if (r->class_ != class_of(taking)) {
        return RULE_NO_CLASS;
    }
    if (r->total_minor < 0) {
        return RULE_NO_FEE;
    }
    return r->class_ != CLASS_A || (read_fact(taking, KIND_VISIT_PRICED, &b) &&
                                    r->total_minor <= b.priced.estimate_minor)
               ? RULE_OK
               : RULE_CONSENT_EXCEEDED;
}

static enum rule asked(const struct draft *d)
{
    return d->b->asked.reason != 0 ? RULE_OK : RULE_NO_REASON;
}

static const struct {
    unsigned kind;
    enum rule (*check)(const struct draft *d);
    enum rule unreadable; /* what a body that does not decode lacks */
} checks[] = {
    {KIND_VISIT_DIAGNOSED, diagnosed, RULE_NOT_DIAGNOSED},
    {KIND_VISIT_CLASS, class_, RULE_NO_CLASS},
    {KIND_VISIT_PRICED, priced, RULE_NO_CONSENT},
    {KIND_VISIT_PART, part, RULE_PART_LINE},
    {KIND_VISIT_ACTION, action, RULE_NO_ACTION},
    {KIND_VISIT_TESTED, tested, RULE_NO_RESULT},
    {KIND_VISIT_FEE, fee, RULE_NO_FEE},
    {KIND_VISIT_SIGNED, signed_, RULE_NO_REASON},
    {KIND_VISIT_ENDED, ended, RULE_NO_REASON},
    {KIND_VISIT_PAID, paid, RULE_NO_RECEIPT_NUMBER},
    {KIND_WITHDRAWN, withdrawn, RULE_ORDER},
    {KIND_JOB_REOPENED, asked, RULE_NO_REASON},
    {KIND_HANDOVER_ASKED, asked, RULE_NO_REASON},
    {KIND_HELP_ASKED, asked, RULE_NO_REASON},
    {KIND_VISIT_TAKEN, taken, RULE_TAKE_AWAY},
    {KIND_VISIT_RETURNED, returned, RULE_NOT_SIGNED_BACK},
};

enum rule visit_body_ok(const struct subject_state *job, const struct visit_state *v, unsigned kind,
                        bytes body)
{
    union body b;
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        if (checks[i].kind == kind) {
            struct draft d = {job, v, &b};
            return body_decode(kind, body, &b) == ST_OK ? checks[i].check(&d)
                                                        : checks[i].unreadable;
        }
    }
    return body_decode(kind, body, &b) == ST_OK ? RULE_OK : RULE_ORDER;
}
