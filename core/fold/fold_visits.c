/* fold_visits.c - the facts of each visit: which hold, which signature stands, what it covers.
 *
 * A visit belongs to the author who records it: facts of two authors under one visit id are two
 * visits, so nobody can write into another's. Within a visit "before" and "after" mean the author's
 * own chain. Between two signatures there must be a reopening; what comes after a standing
 * signature without one is kept, counted as odd, and changes nothing. A supervisor's reopening
 * names the sign-off itself, so that it has one place in the chain whenever it was made and comes.
 */
#include "core/fold/inside.h"

#include "core/rules/money.h"

enum fate { HOLDS = 0, GONE };
struct held {
    const struct fold_item *it;
    enum fate fate;
};
struct group {
    id8 visit;
    id8 author;
    bool accepted;     /* has a visit.accepted */
    uint32_t first, n; /* in the array of items by group */
};
struct visits {
    struct fold_ctx *c;
    struct group g[CAP_VISITS];
    uint32_t ng;
    struct fold_item **items;
    uint32_t *of; /* group of each of c->items; NOBODY: none */
    size_t budget;
};
#define NOBODY UINT32_MAX
#define NOT_YET UINT32_MAX

/* ---- grouping ------------------------------------------------------------------------------- */

static uint32_t find_group(struct visits *vs, id8 visit, id8 author)
{
    for (uint32_t i = 0; i < vs->ng; i++) {
        if (id8_eq(vs->g[i].visit, visit) && id8_eq(vs->g[i].author, author)) {
            return i;
        }
    }
    if (vs->ng == CAP_VISITS) {
        vs->c->out->damaged = true;
        return NOBODY;
    }
    vs->g[vs->ng] = (struct group){.visit = visit, .author = author};
    return vs->ng++;
}

/* Does headquarters reopen this sign-off by it (NULL: any)? */
static bool office_reopens(const struct fold_item *it, const h32 *signoff)
{
    union body b;
    return it->e->kind == KIND_JOB_REOPENED && it->role != ROLE_TECHNICIAN &&
           kind_has_effect(it->e->kind, it->role) &&
           body_decode(it->e->kind, it->e->body, &b) == ST_OK && !h32_zero(b.asked.signoff) &&
           (signoff == NULL || h32_eq(b.asked.signoff, *signoff));
}

/* The visit that an item belongs to, or NOBODY (and it is counted as what it is). */
static uint32_t group_of(struct visits *vs, const struct fold_item *it)
{
    const struct kind_info *k = kind_info(it->e->kind);
    struct subject_state *s = vs->c->out;
    id8 visit;
    if (k == NULL || !k->visit_fact || (k->subject != 0 && k->subject != s->type)) {
        return NOBODY; /* another subject's: counted as odd already */
    }
    if (!kind_has_effect(it->e->kind, it->role)) {
        s->nrequests++;
        return NOBODY;
    }
    if (it->e->kind == KIND_JOB_REOPENED && it->role != ROLE_TECHNICIAN) {
        s->nodd += !office_reopens(it, NULL);
        return NOBODY; /* it is no fact of the technician's: sign() looks for it */
    }
    if (!body_visit(it->e->body, &visit)) {
        s->nodd += it->e->kind != KIND_HANDOVER_ASKED; /* a handover may come before any visit */
        return NOBODY;
    }
    return find_group(vs, visit, it->e->author);
}

/* Facts under an id that another author accepted, without an acceptance of one's own: no visit. */
static bool is_stray(const struct visits *vs, const struct group *g)
{
    if (g->accepted) {
        return false;
    }
    for (uint32_t i = 0; i < vs->ng; i++) {
        if (vs->g[i].accepted && id8_eq(vs->g[i].visit, g->visit)) {
            return true;
        }
    }
    return false;
}

static enum st take_groups(struct visits *vs)
{
    struct fold_ctx *c = vs->c;
    vs->of = arena_new(c->a, uint32_t, c->n);
    vs->items = arena_new(c->a, struct fold_item *, c->n);
    if (vs->of == NULL || vs->items == NULL) {
        return ST_FULL;
    }
    for (uint32_t i = 0; i < c->n; i++) {
        uint32_t g = group_of(vs, &c->items[i]);
        vs->of[i] = g;
        if (g != NOBODY) {
            vs->g[g].n++;
            vs->g[g].accepted |= c->items[i].e->kind == KIND_VISIT_ACCEPTED;
        }
    }
    uint32_t at = 0;
    for (uint32_t g = 0; g < vs->ng; g++) {
        vs->g[g].first = at;
        for (uint32_t i = 0; i < c->n; i++) {
            if (vs->of[i] == g) {
                vs->items[at++] = &c->items[i];
            }
        }
        fold_item_sort(vs->items + vs->g[g].first, vs->g[g].n);
    }
    return ST_OK;
}

/* ---- one visit ------------------------------------------------------------------------------ */

/* The state machine while it runs along the author's chain. */
struct run {
    struct visits *vs;
    struct visit_state *v;
    struct held *h;
    uint32_t n;
    bool frozen;       /* a signature stands */
    bool office;       /* the last signature was reopened by headquarters, and by nobody else */
    bool closed;       /* the customer signed for goods taken or brought back: nothing undoes it */
    uint32_t reopened; /* index in h after the last reopening */
};

static struct held *find_held(struct run *r, const h32 *hash)
{
    const struct fold_item *it = fold_item_find(r->vs->c, hash);
    if (it == NULL || it->note >= r->n || r->h[it->note].it != it) {
        return NULL;
    }
    return &r->h[it->note];
}

static bool for_goods(unsigned kind)
{
    return kind == KIND_VISIT_TAKEN || kind == KIND_VISIT_RETURNED;
}

/* May this fact be made undone by its author? Not once signed or taken by the accountant, and never
 * what the customer said. */
static bool may_undo(const struct run *r, const struct held *h)
{
    unsigned kind = h->it->e->kind;
    if (h->fate != HOLDS || kind == KIND_VISIT_SIGNED || kind == KIND_VISIT_RATED ||
        kind == KIND_JOB_REOPENED || for_goods(kind) || h->it->accepted) {
        return false;
    }
    return (!r->frozen && !r->closed) || kind == KIND_VISIT_PAID || kind == KIND_VISIT_LEFT;
}

static bool after_signing(unsigned kind)
{
    return kind == KIND_VISIT_PAID || kind == KIND_VISIT_LEFT || kind == KIND_HANDOVER_ASKED ||
           kind == KIND_PROPOSED || kind == KIND_JOB_REOPENED;
}

static void hold(struct run *r, struct fold_item *it)
{
    it->note = r->n;
    r->h[r->n++] = (struct held){it, HOLDS};
}

static void odd(struct run *r)
{
    r->v->nodd++;
}

static void withdraw(struct run *r, const union body *b)
{
    struct held *x = find_held(r, &b->withdrawn.entry);
    if (x == NULL || !may_undo(r, x)) {
        odd(r);
        return;
    }
    x->fate = GONE;
}

/* A correction replaces what it names of this visit. It has no effect at all when something that it
 * names may not be undone: else the corrected thing would stand twice. */
static void correct(struct run *r, struct fold_item *it, const struct hash_list *old)
{
    for (unsigned i = 0; i < old->n; i++) {
        struct held *x = find_held(r, &old->h[i]);
        if (x != NULL && x->fate == HOLDS && !may_undo(r, x)) {
            odd(r);
            return;
        }
    }
    for (unsigned i = 0; i < old->n; i++) {
        struct held *x = find_held(r, &old->h[i]);
        if (x != NULL) {
            x->fate = GONE;
        }
    }
    hold(r, it);
}

static h32 att_of(const struct fold_item *it, const union body *b, enum body_att what)
{
    int i = body_att(it->e->kind, b, what);
    return i < 0 ? (h32){{0}} : entry_att(it->e, (unsigned)i);
}

static void sign(struct run *r, struct fold_item *it, const union body *b)
{
    const struct body_signed *x = &b->signed_;
    if (r->v->nsigned == CAP_VISIT_VERSIONS) {
        r->vs->c->out->damaged = true;
        return;
    }
    struct signature_state s = {
        .entry = it->e->hash,
        .time = it->e->time,
        .wall_ms = it->e->wall_ms,
        .outcome = x->outcome,
        .version = x->version,
        .nnumber = x->number.n,
        .total_minor = x->total_minor,
        .class_ = x->class_,
        .template_ = x->template_,
        .relation = x->relation,
        .reason = x->reason,
        .att_flags = x->att_flags,
        .facts = att_of(it, b, BA_FACTS),
        .text = att_of(it, b, BA_REPORT),
        .strokes = att_of(it, b, BA_STROKES),
        .name = att_of(it, b, BA_NAME),
        .reason_text = att_of(it, b, BA_REASON),
        .ratings = att_of(it, b, BA_RATINGS),
        .ncovers = x->ncovers,
        .stands = true,
    };
    memcpy(s.number, x->number.b, sizeof s.number);
    memcpy(s.covers, x->covers, sizeof s.covers);
    r->office = false;
    for (uint32_t i = 0; i < r->vs->c->n && !r->office; i++) {
        r->office = office_reopens(&r->vs->c->items[i], &it->e->hash);
    }
    s.stands = !r->office;
    r->frozen = !r->office;
    if (r->reopened == NOT_YET) {
        r->reopened = r->n;
    }
    hold(r, it);
    if (r->office) {
        /* He had left when it was reopened, or had not: he is there again until the next one. */
        r->reopened = NOT_YET;
    }
    r->v->signatures[r->v->nsigned++] = s;
}

static void reopen(struct run *r, struct fold_item *it)
{
    if (!r->frozen && !r->office) {
        odd(r);
        return;
    }
    r->office = false; /* both did: he goes on from here */
    r->v->signatures[r->v->nsigned - 1].stands = false;
    r->frozen = false;
    hold(r, it);
    r->reopened = r->n;
}

static void step(struct run *r, struct fold_item *it)
{
    union body b;
    unsigned kind = it->e->kind;
    if (body_decode(kind, it->e->body, &b) != ST_OK) {
        r->vs->c->out->nunknown++;
    } else if ((r->frozen || r->closed) && !after_signing(kind)) {
        odd(r);
    } else if (kind == KIND_WITHDRAWN) {
        withdraw(r, &b);
    } else if (kind == KIND_JOB_REOPENED) {
        reopen(r, it);
    } else if (kind == KIND_VISIT_SIGNED) {
        sign(r, it, &b);
    } else if (for_goods(kind)) {
        r->closed = true;
        hold(r, it);
    } else if (kind >= KIND_VISIT_ACCEPTED && kind <= KIND_VISIT_PAID) {
        correct(r, it, &b.head.old);
    } else {
        hold(r, it);
    }
}

static enum visit_stage stage_of_kind(unsigned kind)
{
    switch (kind) {
    case KIND_VISIT_ACCEPTED:
        return VISIT_ACCEPTED;
    case KIND_VISIT_TRAVELLING:
        return VISIT_TRAVELLING;
    case KIND_VISIT_ARRIVED:
        return VISIT_ARRIVED;
    case KIND_VISIT_DIAGNOSED:
        return VISIT_DIAGNOSED;
    case KIND_VISIT_PART:
    case KIND_VISIT_ACTION:
        return VISIT_WORKING;
    case KIND_VISIT_TESTED:
        return VISIT_TESTED;
    case KIND_VISIT_FEE:
        return VISIT_FEE;
    default:
        return VISIT_NONE;
    }
}

/* The highest stage that the facts which hold give. Having left counts after the last reopening. */
static void find_stage(struct run *r)
{
    enum visit_stage stage = VISIT_NONE;
    bool left = false;
    for (uint32_t i = 0; i < r->n; i++) {
        const struct fold_item *it = r->h[i].it;
        if (r->h[i].fate != HOLDS) {
            continue;
        }
        enum visit_stage k = stage_of_kind(it->e->kind);
        stage = k > stage ? k : stage;
        left |= it->e->kind == KIND_VISIT_LEFT && i >= r->reopened;
        union body b;
        if (it->e->kind == KIND_VISIT_ENDED && !r->frozen &&
            body_decode(it->e->kind, it->e->body, &b) == ST_OK) {
            r->v->end = b.ended.outcome;
            stage = VISIT_ENDED;
        }
        if (for_goods(it->e->kind)) {
            r->v->end = it->e->kind == KIND_VISIT_TAKEN ? END_TAKEN : END_RETURNED;
            stage = VISIT_ENDED;
        }
    }
    if (r->frozen) {
        stage = VISIT_SIGNED;
    }
    if (left && stage < VISIT_LEFT) {
        stage = VISIT_LEFT;
    }
    r->v->stage = stage;
}

static enum st copy_fact(struct run *r, const struct fold_item *it, struct fact *f)
{
    bool ok = true;
    h32 *atts = arena_new(r->vs->c->a, h32, it->e->natt);
    f->body = arena_bytes(r->vs->c->a, it->e->body, &ok);
    if (!ok || atts == NULL) {
        return ST_FULL;
    }
    for (unsigned i = 0; i < it->e->natt; i++) {
        atts[i] = entry_att(it->e, i);
    }
    f->entry = it->e->hash;
    f->kind = it->e->kind;
    f->time = it->e->time;
    f->wall_ms = it->e->wall_ms;
    f->atts = atts;
    f->natt = it->e->natt;
    f->accepted_minor = it->accepted_minor;
    return ST_OK;
}

static enum st keep_facts(struct run *r)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < r->n; i++) {
        n += r->h[i].fate == HOLDS;
    }
    r->v->facts = arena_new(r->vs->c->a, struct fact, n);
    if (r->v->facts == NULL) {
        return ST_FULL;
    }
    for (uint32_t i = 0; i < r->n; i++) {
        const struct entry_view *e = r->h[i].it->e;
        size_t cost = 64 + e->body.n + 34 * (size_t)e->natt;
        if (r->h[i].fate != HOLDS) {
            continue;
        }
        if (cost > r->vs->budget) {
            r->vs->c->out->damaged = true;
            return ST_OK;
        }
        r->vs->budget -= cost;
        enum st st = copy_fact(r, r->h[i].it, &r->v->facts[r->v->nfacts++]);
        if (st != ST_OK) {
            return st;
        }
    }
    return ST_OK;
}

static void sort_signatures(struct visit_state *v)
{
    for (unsigned i = 1; i < v->nsigned; i++) {
        for (unsigned j = i; j > 0 && v->signatures[j - 1].version > v->signatures[j].version;
             j--) {
            struct signature_state x = v->signatures[j];
            v->signatures[j] = v->signatures[j - 1];
            v->signatures[j - 1] = x;
        }
    }
}

static enum st run_visit(struct visits *vs, const struct group *g, struct visit_state *v)
{
    struct fold_item **items = vs->items + g->first;
    uint32_t nsigned = 0;
    for (uint32_t i = 0; i < g->n; i++) {
        nsigned += items[i]->e->kind == KIND_VISIT_SIGNED && nsigned < CAP_VISIT_VERSIONS;
    }
    *v = (struct visit_state){.visit = g->visit, .author = g->author};
    v->signatures = arena_new(vs->c->a, struct signature_state, nsigned);
    struct run r = {.vs = vs, .v = v, .h = arena_new(vs->c->a, struct held, g->n)};
    if (v->signatures == NULL || r.h == NULL) {
        return ST_FULL;
    }
    for (uint32_t i = 0; i < g->n; i++) {
        step(&r, items[i]);
        v->cash_accepted_minor = money_add(v->cash_accepted_minor, items[i]->accepted_minor);
    }
    find_stage(&r);
    sort_signatures(v);
    return keep_facts(&r);
}

/* ---- what a signature does not cover -------------------------------------------------------- */

static bool changes_report(const struct fold_item *it)
{
    return (it->e->kind == KIND_RECORD_SET || it->e->kind == KIND_JOB_CANCELLED) &&
           it->role != ROLE_NONE && kind_has_effect(it->e->kind, it->role);
}

static bool is_covered(const struct fold_ctx *c, const struct signature_state *s,
                       const struct fold_item *signed_by, const struct fold_item *it)
{
    if (id8_eq(it->e->author, signed_by->e->author)) {
        return fold_item_before(it, signed_by);
    }
    for (unsigned i = 0; i < s->ncovers; i++) {
        if (!id8_eq(s->covers[i].author, it->e->author)) {
            continue;
        }
        const struct fold_item *last = fold_item_find(c, &s->covers[i].entry);
        if (last != NULL && id8_eq(last->e->author, it->e->author)) {
            return !fold_item_before(last, it);
        }
    }
    return false;
}

static void find_uncovered(const struct fold_ctx *c, struct visit_state *v)
{
    for (unsigned i = 0; i < v->nsigned; i++) {
        struct signature_state *s = &v->signatures[i];
        const struct fold_item *signed_by = fold_item_find(c, &s->entry);
        for (uint32_t k = 0; k < c->n; k++) {
            const struct fold_item *it = &c->items[k];
            if (changes_report(it) && !is_covered(c, s, signed_by, it)) {
                s->not_covered++;
            }
        }
    }
}

enum st fold_visits(struct fold_ctx *c)
{
    struct visits vs = {.c = c, .budget = CAP_FOLD_FACT_BYTES};
    enum st st = take_groups(&vs);
    if (st != ST_OK || vs.ng == 0) {
        return st;
    }
    c->out->visits = arena_new(c->a, struct visit_state, vs.ng);
    if (c->out->visits == NULL) {
        return ST_FULL;
    }
    for (uint32_t i = 0; i < vs.ng && st == ST_OK; i++) {
        if (is_stray(&vs, &vs.g[i])) {
            c->out->nodd += vs.g[i].n;
            continue;
        }
        struct visit_state *v = &c->out->visits[c->out->nvisits++];
        st = run_visit(&vs, &vs.g[i], v);
        if (st == ST_OK) {
            find_uncovered(c, v);
        }
    }
    return st;
}
