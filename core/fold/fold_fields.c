/* fold_fields.c - record.set: which writes of each field stand, and where they are in conflict.
 *
 * A write says which writes its author saw as current; those that it may replace are gone. What is
 * concurrent stays side by side until a role of headquarters names all of it: the rule, and why it
 * is this one, stand in README.md. */
#include "core/fold/inside.h"

#include "core/codec/cbor.h"
#include "core/model/day.h"
#include "core/rules/call.h"
#include "core/rules/office.h"

struct edge {
    struct write *from, *to; /* `from` replaces `to` */
    uint32_t next;           /* of the edges to `to`: index + 1 */
};
struct write {
    int field;
    uint32_t item;
    bool technician; /* a technician's write of this field has effect */
    bool office;     /* a role of headquarters wrote it */
    bool may;        /* its author could have written it: it counts in a conflict */
    bool settled;    /* headquarters replaced it, or what replaced it */
    bool stands;
    uint32_t out, nout;    /* what it replaces: edges out .. out + nout - 1 */
    uint32_t in;           /* by what it is replaced: first edge + 1, 0 none */
    uint32_t above, below; /* stamps of the walk that came by */
    struct field_value v;
    const h32 *seen;
    unsigned nseen;
};
struct writes {
    struct fold_ctx *c;
    struct write *w;
    uint32_t n;
};

bool fold_equal(const struct field_value *a, const struct field_value *b)
{
    return a->type == b->type && a->i == b->i && a->nb == b->nb &&
           memcmp(a->b, b->b, sizeof a->b) == 0;
}

static void set_bytes(struct field_value *v, const uint8_t *p, size_t n)
{
    memcpy(v->b, p, n);
    v->nb = (uint8_t)n;
}

static void set_value(struct field_value *v, const struct record_write *r,
                      const struct fold_item *it)
{
    v->entry = it->e->hash;
    v->author = it->e->author;
    if (it->node) { /* who else names one says nothing by it */
        v->actor = it->e->actor;
    }
    v->time = it->e->time;
    v->type = r->type;
    h32 att;
    switch (r->type) {
    case FT_CODE:
        set_bytes(v, r->code.b, r->code.n);
        break;
    case FT_REF:
        set_bytes(v, r->ref.b, sizeof r->ref.b);
        break;
    case FT_ID8:
        set_bytes(v, r->id.b, sizeof r->id.b);
        break;
    case FT_TEXT:
        att = entry_att(it->e, (unsigned)r->i);
        set_bytes(v, att.b, sizeof att.b);
        break;
    default:
        v->i = r->i;
    }
}

static bool is_office(enum role role)
{
    return role != ROLE_NONE && role != ROLE_TECHNICIAN;
}

static bool take_write(struct writes *ws, uint32_t item, const struct record_write *r,
                       bool technician)
{
    h32 *seen = arena_new(ws->c->a, h32, r->seen.n);
    if (seen == NULL) {
        return false;
    }
    memcpy(seen, r->seen.h, r->seen.n * sizeof *seen);
    struct write *w = &ws->w[ws->n++];
    *w = (struct write){.field = r->field,
                        .item = item,
                        .technician = technician,
                        .seen = seen,
                        .nseen = r->seen.n};
    set_value(&w->v, r, &ws->c->items[item]);
    return true;
}

/* A technician's report of his own day, all of it in one entry: the subject says whose and which.
 * So nobody writes into another's, and nobody passes, signs or receives his own. */
static bool own_day(const struct subject_state *s, const struct fold_item *it,
                    const struct record_write *r, size_t n)
{
    id16 person = {{0}};
    int64_t midnight = 0, state = 0;
    for (size_t i = 0; i < n; i++) {
        int field = r[i].field;
        if (field == F_CODE || field == F_DAY_REVIEWED_BY || field == F_DAY_SIGNED_BY) {
            return false;
        }
        person = field == F_DAY_TECHNICIAN ? r[i].ref : person;
        midnight = field == F_DAY_DAY ? r[i].i : midnight;
        state = field == F_DAY_STATE ? r[i].i : state;
    }
    return state == DAY_SUBMITTED && id16_eq(person, it->person) &&
           id16_eq(day_subject(person, midnight), s->subject);
}

/* A call that a technician took himself, all of it in the one entry that begins its subject: made
 * of his chain and his number, so that it is nobody else's job, and never a second word on what
 * headquarters has said since. */
static bool own_call(const struct subject_state *s, const struct fold_item *it,
                     const struct record_write *r, size_t n)
{
    bool his = call_may_take(it->role, r, n) == CALL_OK;
    for (size_t i = 0; i < n && his; i++) {
        his = r[i].seen.n == 0 &&
              (r[i].field != F_JOB_PROVISIONAL ||
               id16_eq(call_subject(it->e->author, it->e->epoch, &r[i].code), s->subject));
    }
    return his;
}

static enum st take_record(struct writes *ws, uint32_t item)
{
    struct subject_state *s = ws->c->out;
    const struct fold_item *it = &ws->c->items[item];
    struct record_write r[CAP_RECORD_WRITES];
    size_t n;
    if (record_decode(s->type, it->e->body, r, &n) != ST_OK) {
        s->nunknown++;
        return ST_OK;
    }
    bool newer = false, own = s->type == SUBJECT_DAY   ? own_day(s, it, r, n)
                              : s->type == SUBJECT_JOB ? own_call(s, it, r, n)
                                                       : false;
    for (size_t i = 0; i < n; i++) {
        const struct field_info *f = field_info(s->type, r[i].field);
        if (f == NULL || (r[i].type == FT_TEXT && (uint64_t)r[i].i >= it->e->natt)) {
            newer = true;
        } else if (!take_write(ws, item, &r[i], f->technician || own)) {
            return ST_FULL;
        }
    }
    s->nunknown += newer;
    return ST_OK;
}

/* How many fields a body says that it writes; believed only as a bound. */
static size_t writes_in(bytes body)
{
    bytes values;
    if (cbor_map_find(body, 1, &values) != ST_OK) {
        return 0;
    }
    struct cbor_r r = cbor_r_init(values);
    size_t n = cbor_get_map(&r);
    return n < CAP_RECORD_WRITES ? n : CAP_RECORD_WRITES;
}

static enum st take_writes(struct writes *ws)
{
    struct fold_ctx *c = ws->c;
    size_t most = 0;
    for (uint32_t i = 0; i < c->n; i++) {
        most += c->items[i].e->kind == KIND_RECORD_SET ? writes_in(c->items[i].e->body) : 0;
    }
    ws->w = arena_new(c->a, struct write, most);
    if (ws->w == NULL) {
        return ST_FULL;
    }
    enum st st = ST_OK;
    for (uint32_t i = 0; i < c->n && st == ST_OK; i++) {
        if (c->items[i].e->kind == KIND_RECORD_SET) {
            st = take_record(ws, i);
        }
    }
    return st;
}

/* ---- one field ------------------------------------------------------------------------------ */

struct column {
    struct fold_ctx *c;
    struct write **w; /* of one field, fold order */
    uint32_t n;
    struct edge *edges;
    uint32_t nedges;
    struct write **stack; /* of a walk */
    uint32_t stamp;
};

/* The write of this field that a hash names, NULL when it is none, or not here. */
static struct write *named_write(const struct column *col, const h32 *h)
{
    const struct fold_item *it = fold_item_find(col->c, h);
    if (it == NULL || it->note >= col->n) {
        return NULL;
    }
    struct write *w = col->w[it->note];
    return &col->c->items[w->item] == it ? w : NULL;
}

static void add_edge(struct column *col, struct write *from, struct write *to)
{
    struct edge *e = &col->edges[col->nedges++];
    *e = (struct edge){from, to, to->in};
    to->in = col->nedges;
    from->nout++;
}

/* Who may write the field replaces what he names; but of several values that are not all his own he
 * replaces only his own, and proposes. */
static void judge(struct column *col, struct write *w)
{
    const struct fold_item *me = &col->c->items[w->item];
    bool others = false;
    for (unsigned i = 0; i < w->nseen; i++) {
        const struct write *x = named_write(col, &w->seen[i]);
        others |= x == NULL || !id8_eq(x->v.author, w->v.author);
    }
    w->office = is_office(me->role);
    w->may = w->office || (me->role == ROLE_TECHNICIAN && w->technician);
    w->v.proposal = !w->may || (!w->office && w->nseen > 1 && others);
    w->out = col->nedges;
    for (unsigned i = 0; i < w->nseen; i++) {
        struct write *x = named_write(col, &w->seen[i]);
        if (x != NULL && x != w && (!w->v.proposal || id8_eq(x->v.author, w->v.author))) {
            add_edge(col, w, x);
        }
    }
}

/* Whatever headquarters replaced, and what that had replaced before, is settled. */
static void settle(struct column *col)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < col->n; i++) {
        if (col->w[i]->office) {
            col->w[i]->below = col->stamp;
            col->stack[n++] = col->w[i];
        }
    }
    while (n > 0) {
        const struct write *w = col->stack[--n];
        for (uint32_t i = 0; i < w->nout; i++) {
            struct write *x = col->edges[w->out + i].to;
            x->settled = true;
            if (x->below != col->stamp) {
                x->below = col->stamp;
                col->stack[n++] = x;
            }
        }
    }
}

/* Stamp what came after `x` in its line. False: his own author is among it and took it back. */
static bool walk_up(struct column *col, struct write *x)
{
    uint32_t n = 0;
    x->above = col->stamp;
    col->stack[n++] = x;
    while (n > 0) {
        const struct write *w = col->stack[--n];
        for (uint32_t e = w->in; e != 0; e = col->edges[e - 1].next) {
            struct write *y = col->edges[e - 1].from;
            if (id8_eq(y->v.author, x->v.author)) {
                return false;
            }
            if (y->above != col->stamp) {
                y->above = col->stamp;
                col->stack[n++] = y;
            }
        }
    }
    return true;
}

static void walk_down(struct column *col, struct write *x)
{
    uint32_t n = 0;
    x->below = col->stamp;
    col->stack[n++] = x;
    while (n > 0) {
        const struct write *w = col->stack[--n];
        for (uint32_t i = 0; i < w->nout; i++) {
            struct write *y = col->edges[w->out + i].to;
            if (y->below != col->stamp) {
                y->below = col->stamp;
                col->stack[n++] = y;
            }
        }
    }
}

/* Is there a write of the same field that says otherwise, in another line, unsettled? What its own
 * author took back counts too: else he could take a value away by a detour over his own. */
static bool has_rival(struct column *col, struct write *x)
{
    walk_down(col, x);
    for (uint32_t i = 0; i < col->n; i++) {
        const struct write *y = col->w[i];
        if (y->may && !y->settled && y->above != col->stamp && y->below != col->stamp &&
            !fold_equal(&x->v, &y->v)) {
            return true;
        }
    }
    return false;
}

/* Do the unsettled values differ at all? Most often there is nothing more to look at. */
static bool differ(const struct column *col)
{
    const struct write *first = NULL;
    for (uint32_t i = 0; i < col->n; i++) {
        const struct write *w = col->w[i];
        if (!w->may || w->settled) {
            continue;
        }
        if (first == NULL) {
            first = w;
        } else if (!fold_equal(&first->v, &w->v)) {
            return true;
        }
    }
    return false;
}

/* What nobody replaced stands. What a technician replaced is gone too, unless it is in conflict:
 * there only headquarters and its own author take a value away. */
static void find_standing(struct column *col)
{
    bool look = differ(col);
    unsigned kept = 0;
    for (uint32_t i = 0; i < col->n; i++) {
        struct write *x = col->w[i];
        x->stands = x->in == 0;
        if (x->stands || !look || !x->may || x->settled || kept == CAP_FIELD_WRITES) {
            continue;
        }
        col->stamp++;
        x->stands = walk_up(col, x) && has_rival(col, x);
        kept += x->stands;
    }
}

static bool in_conflict(const struct column *col)
{
    const struct write *first = NULL;
    for (uint32_t i = 0; i < col->n; i++) {
        const struct write *w = col->w[i];
        if (!w->stands || !w->may) {
            continue;
        }
        if (first == NULL) {
            first = w;
        } else if (!fold_equal(&first->v, &w->v)) {
            return true;
        }
    }
    return false;
}

/* Keep the values that stand: those with effect first. */
static enum st keep(const struct column *col, struct field_state *f)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < col->n; i++) {
        n += col->w[i]->stands;
        col->c->out->nrequests += col->w[i]->stands && !col->w[i]->may;
    }
    n = n < CAP_FIELD_WRITES ? n : CAP_FIELD_WRITES;
    f->v = arena_new(col->c->a, struct field_value, n);
    if (f->v == NULL) {
        return ST_FULL;
    }
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < col->n && f->n < n; i++) {
            if (col->w[i]->stands && col->w[i]->v.proposal == (pass == 1)) {
                f->v[f->n++] = col->w[i]->v;
            }
        }
    }
    f->conflict = in_conflict(col);
    col->c->out->nconflicts += f->conflict;
    return ST_OK;
}

static enum st fold_one(struct writes *ws, struct column *col, int field, struct field_state *f)
{
    struct arena scratch = *ws->c->a; /* what the walks need is over before anything is kept */
    size_t most = 0;
    col->n = col->nedges = 0;
    col->stamp = 1;
    for (uint32_t i = 0; i < ws->n; i++) {
        if (ws->w[i].field == field) {
            ws->c->items[ws->w[i].item].note = col->n;
            col->w[col->n++] = &ws->w[i];
            most += ws->w[i].nseen;
        }
    }
    col->edges = arena_new(&scratch, struct edge, most);
    col->stack = arena_new(&scratch, struct write *, col->n);
    if (col->edges == NULL || col->stack == NULL) {
        return ST_FULL;
    }
    for (uint32_t i = 0; i < col->n; i++) {
        judge(col, col->w[i]);
    }
    settle(col);
    find_standing(col);
    f->field = field;
    return keep(col, f);
}

static int next_field(const struct writes *ws, int after)
{
    int next = 0;
    for (uint32_t i = 0; i < ws->n; i++) {
        if (ws->w[i].field > after && (next == 0 || ws->w[i].field < next)) {
            next = ws->w[i].field;
        }
    }
    return next;
}

enum st fold_fields(struct fold_ctx *c)
{
    struct writes ws = {.c = c};
    enum st st = take_writes(&ws);
    struct column col = {.c = c, .w = arena_new(c->a, struct write *, ws.n)};
    if (st != ST_OK || col.w == NULL) {
        return st != ST_OK ? st : ST_FULL;
    }
    unsigned n = 0;
    for (int field = next_field(&ws, 0); field != 0; field = next_field(&ws, field)) {
        n++;
    }
    c->out->fields = arena_new(c->a, struct field_state, n);
    if (c->out->fields == NULL) {
        return ST_FULL;
    }
    for (int field = next_field(&ws, 0); field != 0 && st == ST_OK;
         field = next_field(&ws, field)) {
        st = fold_one(&ws, &col, field, &c->out->fields[c->out->nfields++]);
    }
    return st;
}
