/* visit_goods.c - what was taken away: what is out, what may come back, what may be done to it in
 * the workshop (B-02, B-18.3 to B-18.5). See visit.h. */
#include "core/rules/office.h"
#include "core/rules/visit.h"

static bool read_fact(const struct visit_state *v, unsigned kind, union body *b)
{
    const struct fact *f = fold_fact(v, kind);
    return f != NULL && body_decode(kind, f->body, b) == ST_OK;
}

static bool room_for_part(const struct visit_state *v)
{
    unsigned n = 0;
    for (unsigned i = 0; i < v->nfacts; i++) {
        n += v->facts[i].kind == KIND_VISIT_PART;
    }
    return n < CAP_VISIT_PARTS;
}

static bool is_back(const struct subject_state *job, const struct code *receipt)
{
    for (unsigned i = 0; i < job->nvisits; i++) {
        union body b;
        if (read_fact(&job->visits[i], KIND_VISIT_RETURNED, &b) &&
            bytes_eq(code_bytes(&b.returned.receipt), code_bytes(receipt))) {
            return true;
        }
    }
    return false;
}

bool visit_returned_before(const struct subject_state *job, const struct visit_state *v)
{
    union body mine, b;
    if (v == NULL || !read_fact(v, KIND_VISIT_RETURNED, &mine)) {
        return false;
    }
    for (unsigned i = 0; i < job->nvisits && !id8_eq(job->visits[i].visit, v->visit); i++) {
        if (read_fact(&job->visits[i], KIND_VISIT_RETURNED, &b) &&
            bytes_eq(code_bytes(&b.returned.receipt), code_bytes(&mine.returned.receipt))) {
            return true;
        }
    }
    return false;
}

bool visit_returned_twice(const struct subject_state *job)
{
    for (unsigned i = 0; i < job->nvisits; i++) {
        if (visit_returned_before(job, &job->visits[i])) {
            return true;
        }
    }
    return false;
}

const struct fact *visit_goods_out(const struct subject_state *job, union body *b,
                                   const struct visit_state **taking)
{
    for (unsigned i = job->nvisits; i-- > 0;) {
        const struct fact *f = fold_fact(&job->visits[i], KIND_VISIT_TAKEN);
        union body own;
        if (f == NULL || body_decode(f->kind, f->body, &own) != ST_OK ||
            is_back(job, &own.taken.receipt)) {
            continue;
        }
        if (b != NULL) {
            *b = own;
        }
        if (taking != NULL) {
            *taking = &job->visits[i];
        }
        return f;
    }
    return NULL;
}

enum rule visit_return_ok(const struct subject_state *goods)
{
    unsigned state = goods == NULL ? 0 : office_state(goods);
    return state == GOODS_PASSED || state == GOODS_OUT ? RULE_OK
           : state == GOODS_VOIDED                     ? RULE_NO_GOODS
                                                       : RULE_NOT_PASSED;
}

enum rule visit_may_on_goods(const struct subject_state *goods, const struct visit_state *v,
                             unsigned kind)
{
    unsigned state = office_state(goods);
    switch (kind) {
    case KIND_VISIT_ACCEPTED:
        return v == NULL && (state == GOODS_IN || state == GOODS_IN_WORK) ? RULE_OK : RULE_CARD;
    case KIND_VISIT_PART:
    case KIND_VISIT_ACTION:
    case KIND_VISIT_TESTED:
    case KIND_WITHDRAWN:
        break;
    default:
        return RULE_ROLE;
    }
    if (v == NULL || state != GOODS_IN_WORK) {
        return RULE_CARD;
    }
    if (kind == KIND_VISIT_PART && !room_for_part(v)) {
        return RULE_PART_LINE;
    }
    return kind == KIND_VISIT_TESTED && fold_fact(v, KIND_VISIT_ACTION) == NULL ? RULE_NO_ACTION
                                                                                : RULE_OK;
}
