/* desk_day.c - the technician's day: his visits from his own chain, and the report that was made of
 * them. See desk.h. */
#include <stdio.h>
#include <stdlib.h>

#include "app/state/app_internal.h"
#include "app/state/desk.h"
#include "core/fold/record.h"
#include "core/journal/append.h"
#include "core/model/bodies.h"

#define DAY_MS 86400000LL
#define JOBS_MAX DAY_LINES_MAX
#define ENTRIES_MAX 4000 /* own entries of a day that are looked at: a busy day has 200 */

int64_t app_midnight(const struct app *a, int64_t ms)
{
    int64_t off = (int64_t)a->now.utc_offset_minutes * 60000, local = ms + off;
    int64_t into = local % DAY_MS;
    into += into < 0 ? DAY_MS : 0;
    return local - into - off;
}

const char *app_clock_text(struct app *a, int min)
{
    char buf[16];
    snprintf(buf, sizeof buf, "%02d:%02d", min / 60, min % 60);
    const char *s = arena_cstr(&a->frame, str_c(buf));
    return s == NULL ? "" : s;
}

/* ---- which jobs -------------------------------------------------------------------------------
 */

struct jobs {
    id16 id[JOBS_MAX];
    unsigned n;
};

static void add_job(struct jobs *j, id16 id)
{
    for (unsigned k = 0; k < j->n; k++) {
        if (id16_eq(j->id[k], id)) {
            return;
        }
    }
    if (j->n < JOBS_MAX) {
        j->id[j->n++] = id;
    }
}

/* The chain's time never goes back, so its tail from this day on is all that can be of this day. */
static void walk(struct store_txn *t, const struct chain_mark *m, int64_t from_ms,
                 struct arena room, struct jobs *out)
{
    uint64_t seq = m->seq;
    for (unsigned n = 0; seq > 0 && n < ENTRIES_MAX; n++, seq--) {
        struct arena tmp = room;
        struct entry_view e;
        if (journal_at(t, m->author, m->epoch, seq, &tmp, &e, NULL) != ST_OK) {
            continue;
        }
        if (hlc_ms(e.time) < from_ms) {
            break;
        }
        if (e.subject_type == SUBJECT_JOB && e.kind >= KIND_VISIT_ACCEPTED) {
            add_job(out, e.subject);
        }
    }
}

static void find_jobs(struct app *a, struct store_txn *t, int64_t from_ms, struct arena room,
                      struct jobs *out)
{
    struct store_cursor *c = NULL;
    bytes key, none = {NULL, 0};
    id8 author = a->who.author;
    out->n = 0;
    if (store_scan(t, T_HEAD, bytes_of(author.b, sizeof author.b), none, &c, NULL) != ST_OK) {
        return;
    }
    while (store_next(c, &key) == ST_OK) {
        struct arena tmp = room;
        struct chain_mark m;
        id8 epoch;
        if (key.n != 16) {
            continue;
        }
        memcpy(epoch.b, key.p + 8, sizeof epoch.b);
        if (chain_mark_get(t, author, epoch, &tmp, &m, NULL) == ST_OK) {
            walk(t, &m, from_ms, room, out);
        }
    }
    store_scan_end(&c);
}

/* ---- visits -----------------------------------------------------------------------------------
 */

static int minute_of(int64_t ms, int64_t midnight_ms)
{
    int64_t min = (ms - midnight_ms) / 60000;
    return ms < midnight_ms ? 0 : min > DAY_MINUTES ? DAY_MINUTES : (int)min;
}

/* From setting out (or arriving, or accepting) to leaving, or to the last thing that was done. */
static bool span(const struct visit_state *v, int64_t midnight_ms, struct day_visit *out)
{
    static const unsigned begin[] = {KIND_VISIT_TRAVELLING, KIND_VISIT_ARRIVED};
    int64_t from = 0, to = 0;
    for (size_t k = 0; k < sizeof begin / sizeof begin[0] && from == 0; k++) {
        const struct fact *f = fold_fact(v, begin[k]);
        from = f == NULL ? 0 : f->wall_ms;
    }
    for (unsigned k = 0; k < v->nfacts; k++) {
        unsigned kind = v->facts[k].kind;
        if (kind != KIND_VISIT_ACCEPTED && kind != KIND_VISIT_PAID && v->facts[k].wall_ms > to) {
            to = v->facts[k].wall_ms;
        }
    }
    const struct fact *left = fold_fact(v, KIND_VISIT_LEFT);
    to = left != NULL ? left->wall_ms : to;
    if (from == 0 || to < midnight_ms || from >= midnight_ms + DAY_MS) {
        return false; /* accepted only, or another day's */
    }
    out->from_min = minute_of(from, midnight_ms);
    out->to_min = minute_of(to, midnight_ms);
    out->to_min = out->to_min < out->from_min ? out->from_min : out->to_min;
    return true;
}

static unsigned class_of(const struct visit_state *v)
{
    const struct fact *f = fold_fact(v, KIND_VISIT_CLASS);
    union body b;
    return f != NULL && body_decode(f->kind, f->body, &b) == ST_OK ? b.class_.class_ : CLASS_NONE;
}

static str customer_of(struct store_txn *t, struct arena *m, const struct subject_state *job)
{
    const struct field_value *v = fold_shown(job, F_JOB_CUSTOMER);
    struct subject_state s;
    id16 id;
    if (v == NULL) {
        return (str){NULL, 0};
    }
    memcpy(id.b, v->b, sizeof id.b);
    return fold_load(t, id, m, &s, NULL, NULL) == ST_OK ? field_text(t, m, &s, F_CUSTOMER_NAME)
                                                        : (str){NULL, 0};
}

static void insert(struct day_model *d, const struct day_visit *x)
{
    size_t k = d->nvisits++;
    for (; k > 0 && d->visits[k - 1].from_min > x->from_min; k--) {
        d->visits[k] = d->visits[k - 1];
    }
    d->visits[k] = *x;
}

static void take_job(struct app *a, struct store_txn *t, struct arena *m, id16 id,
                     struct day_model *d)
{
    struct arena tmp = arena_of(a->row_mem, APP_ROW_BYTES);
    struct subject_state job;
    if (fold_load(t, id, &tmp, &job, NULL, NULL) != ST_OK) {
        return;
    }
    for (unsigned k = 0; k < job.nvisits && d->nvisits < DAY_LINES_MAX; k++) {
        const struct visit_state *v = &job.visits[k];
        struct day_visit x = {.job = id, .visit = v->visit, .class_ = class_of(v)};
        if (!id8_eq(v->author, a->who.author) || !span(v, d->midnight_ms, &x)) {
            continue;
        }
        bool signed_ = v->nsigned > 0 && v->signatures[v->nsigned - 1].stands;
        x.outcome = signed_ ? v->signatures[v->nsigned - 1].outcome : 0;
        x.end = v->end;
        x.going = !signed_ && v->stage != VISIT_ENDED && v->stage != VISIT_LEFT;
        x.code = field_text(t, m, &job, F_CODE);
        x.code = x.code.n > 0 ? x.code : field_text(t, m, &job, F_JOB_PROVISIONAL);
        x.what = field_text(t, m, &job, F_JOB_FAULT_TOLD);
        x.customer = customer_of(t, m, &job);
        insert(d, &x);
    }
}

/* ---- the report -------------------------------------------------------------------------------
 */

static int64_t int_of(const struct subject_state *s, int field)
{
    const struct field_value *v = fold_shown(s, field);
    return v == NULL ? 0 : v->i;
}

static void take_report(struct app *a, struct store_txn *t, struct arena *m, struct day_model *d)
{
    struct subject_state s;
    id16 who;
    d->have = fold_load(t, d->subject, m, &d->state, NULL, NULL) == ST_OK &&
              fold_shown(&d->state, F_DAY_STATE) != NULL;
    if (!d->have) {
        return;
    }
    d->where = office_state(&d->state);
    d->version = (unsigned)int_of(&d->state, F_DAY_VERSION);
    d->lines = field_text(t, m, &d->state, F_DAY_LINES);
    const struct field_value *v = fold_shown(&d->state, F_DAY_LINES);
    d->submitted_ms = v == NULL ? 0 : hlc_ms(v->time);
    v = fold_shown(&d->state, F_DAY_REVIEWED_BY);
    if (v != NULL && d->where >= DAY_REVIEWED) {
        memcpy(who.b, v->b, sizeof who.b);
        d->reviewer = fold_load(t, who, m, &s, NULL, NULL) == ST_OK
                          ? field_text(t, m, &s, F_TECHNICIAN_NAME)
                          : (str){NULL, 0};
    }
    d->place = place_of(a, t, d->subject);
}

static bool load(struct app *a, struct desk_cache *c, int64_t midnight_ms)
{
    struct arena m = arena_of(c->mem, APP_DESK_BYTES);
    struct day_model *d = arena_new(&m, struct day_model, 1);
    struct jobs *jobs = arena_new(&m, struct jobs, 1);
    struct store_txn *t = NULL;
    if (d == NULL || jobs == NULL || store_read(a->store, &t, NULL) != ST_OK) {
        return false;
    }
    d->midnight_ms = midnight_ms;
    d->subject = day_subject(a->who.person, midnight_ms);
    d->visits = arena_new(&m, struct day_visit, DAY_LINES_MAX);
    if (d->visits != NULL) {
        find_jobs(a, t, midnight_ms, m, jobs);
        for (unsigned k = 0; k < jobs->n; k++) {
            take_job(a, t, &m, jobs->id[k], d);
        }
        take_report(a, t, &m, d);
    }
    store_abort(&t);
    c->model = d;
    return d->visits != NULL;
}

const struct day_model *app_day(struct app *a, int64_t midnight_ms)
{
    struct desk_cache *c = desk_cache(a, DESK_DAY, midnight_ms);
    if (c == NULL) {
        return NULL;
    }
    if (!c->have) {
        c->have = load(a, c, midnight_ms);
    }
    return c->have ? c->model : NULL;
}

bool app_day_submit(struct app *a, const struct day_model *d, const struct day_line *lines,
                    size_t n, const char *draft_name)
{
    static const int by_class[] = {0, F_DAY_A, F_DAY_B, F_DAY_C, F_DAY_D};
    enum { WRITES = 10 };
    struct record_write w[WRITES];
    int64_t sums[CLASS_D + 1];
    char *buf = arena_new(&a->frame, char, DAY_LINES_MAX *DAY_LINE_BYTES);
    str text;
    size_t nw = 0;
    if (buf == NULL || !day_put(lines, n, buf, DAY_LINES_MAX * DAY_LINE_BYTES, &text)) {
        return false;
    }
    memset(w, 0, sizeof w);
    day_sums(lines, n, sums);
    w[nw++] =
        (struct record_write){.field = F_DAY_TECHNICIAN, .type = FT_REF, .ref = a->who.person};
    w[nw++] = (struct record_write){.field = F_DAY_DAY, .type = FT_TIME, .i = d->midnight_ms};
    w[nw++] = (struct record_write){.field = F_DAY_STATE, .type = FT_ENUM, .i = DAY_SUBMITTED};
    for (int k = CLASS_A; k <= CLASS_D; k++) {
        w[nw++] = (struct record_write){.field = by_class[k], .type = FT_INT, .i = sums[k]};
    }
    w[nw++] =
        (struct record_write){.field = F_DAY_VERSION, .type = FT_INT, .i = (int64_t)d->version + 1};
    w[nw++] = (struct record_write){.field = F_DAY_LINES, .type = FT_TEXT, .i = 0};
    const struct field_value *branch = NULL;
    struct store_txn *t = NULL;
    struct subject_state me;
    if (store_read(a->store, &t, NULL) == ST_OK) {
        if (fold_load(t, a->who.person, &a->frame, &me, NULL, NULL) == ST_OK) {
            branch = fold_shown(&me, F_BRANCH);
        }
        store_abort(&t);
    }
    if (branch != NULL) {
        w[nw] = (struct record_write){.field = F_BRANCH, .type = FT_ID8};
        memcpy(w[nw++].id.b, branch->b, sizeof w[0].id.b);
    }
    struct intent_att att = {.type = ATT_TEXT, .content = str_bytes(text)};
    return app_record(a, SUBJECT_DAY, d->subject, d->have ? &d->state : NULL, w, nw, &att, 1,
                      draft_name, SCREENS);
}
