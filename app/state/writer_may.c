/* writer_may.c - the rules once more, before an entry is written: what a screen allowed may have
 * changed since. */
#include "app/state/app_internal.h"
#include "core/model/bodies.h"
#include "core/rules/day.h"
#include "core/rules/visit.h"

/* The latest time that this device knows of: its clock put right, or its own chain's, which never
 * goes back. */
static int64_t latest_ms(struct writer *w, struct store_txn *t)
{
    struct times_anchor anchor;
    struct times_corrected c;
    struct now now;
    w->app->clock.read(w->app->clock.ctx, &now);
    int64_t head = hlc_ms(w->journal.head.time);
    times_anchor_get(t, &anchor);
    times_correct(&anchor, &now, &c);
    return head > c.ms ? head : c.ms;
}

static enum st day_refused(enum rule r, enum day_rule d, struct err *err)
{
    return err_set(err, ST_FORBIDDEN, (int)r, __func__, "%s the day", day_rule_id(d));
}

/* A daily report that the branch has signed is followed by no other version, and none is made of a
 * day that has not begun. */
static enum st day_allowed(struct writer *w, id16 subject, bytes body, struct err *err)
{
    struct record_write r[CAP_RECORD_WRITES];
    struct store_txn *t = NULL;
    struct subject_state day;
    struct arena a = arena_of(w->work, CAP_SCRATCH_BYTES);
    enum st st = store_read(w->store, &t, err);
    if (st != ST_OK) {
        return st;
    }
    bool have = fold_load(t, subject, &a, &day, NULL, NULL) == ST_OK;
    int64_t latest = latest_ms(w, t);
    size_t n = 0;
    store_abort(&t);
    if (day_may_submit(have ? &day : NULL) != DAY_RULE_OK) {
        return day_refused(RULE_DAY_SIGNED, DAY_RULE_FROZEN, err);
    }
    st = record_decode(SUBJECT_DAY, body, r, &n);
    for (size_t k = 0; st == ST_OK && k < n; k++) {
        if (r[k].field == F_DAY_DAY && day_has_begun(r[k].i, latest) != DAY_RULE_OK) {
            st = day_refused(RULE_DAY_FUTURE, DAY_RULE_FUTURE, err);
        }
    }
    return st;
}

/* A rule is asked here too: what a screen allowed may have changed since. */
enum st writer_may(struct writer *w, const struct intent *i, struct err *err)
{
    const struct kind_info *info = kind_info(i->kind);
    if (i->kind == KIND_RECORD_SET && i->subject_type == SUBJECT_DAY) {
        return day_allowed(w, i->subject, i->data, err);
    }
    if (info == NULL || (!info->visit_fact && info->subject != SUBJECT_JOB)) {
        return ST_OK;
    }
    struct store_txn *t = NULL;
    enum st st = store_read(w->store, &t, err);
    if (st != ST_OK) {
        return st;
    }
    struct arena a = arena_of(w->work, CAP_SCRATCH_BYTES);
    struct subject_state job;
    st = fold_load(t, i->subject, &a, &job, NULL, err);
    if (st == ST_OK && info->visit_fact && i->kind != KIND_VISIT_PAID) {
        /* The visit that the fact names: it may be over and still be left, reopened or mended. */
        id8 id;
        struct visit_state *v = fold_visit_open(&job, w->journal.cert.author);
        if (i->kind != KIND_VISIT_ACCEPTED && body_visit(i->data, &id)) {
            v = fold_visit(&job, id);
        }
        enum rule r = visit_may(&job, v, i->kind);
        if (r == RULE_OK) {
            r = visit_body_ok(&job, v, i->kind, i->data);
        }
        if (r != RULE_OK && r != RULE_CANCELLED) {
            st = err_set(err, ST_FORBIDDEN, (int)r, __func__, "%s %s", rule_id(r), rule_name(r));
        }
    }
    store_abort(&t);
    return st;
}
