/* changed.c - what headquarters and colleagues wrote while the technician is at a job: told, and
 * told until he says that he has seen it. What he is typing is never replaced.
 *
 * The draft "changes" of a job lists, for each field that had a value when it was last looked at,
 * the first bytes of the write that stood then. A write's time would not do: one that was made
 * before the visit began may arrive in the middle of it. */
#include <string.h>

#include "app/state/app_internal.h"
#include "core/rules/call.h"

#define NAME "changes"
#define MARK 10 /* type, field, eight bytes of the entry's hash */
#define MARKS_MAX 64

struct marks {
    uint8_t b[8 + MARKS_MAX * MARK]; /* begins with the visit */
    size_t n;
};

static void mark(struct marks *m, enum subject_type type, int field, const h32 *entry)
{
    if (m->n + MARK > sizeof m->b) {
        return; /* three records have not half as many fields */
    }
    m->b[m->n] = (uint8_t)type;
    m->b[m->n + 1] = (uint8_t)field;
    memcpy(m->b + m->n + 2, entry->b, MARK - 2);
    m->n += MARK;
}

static void mark_all(struct marks *m, const struct subject_state *s)
{
    for (unsigned k = 0; k < s->nfields; k++) {
        const struct field_value *v = fold_shown(s, s->fields[k].field);
        if (v != NULL) {
            mark(m, s->type, s->fields[k].field, &v->entry);
        }
    }
}

static void collect(const struct job_model *j, id8 visit, struct marks *m)
{
    m->n = sizeof visit.b;
    memcpy(m->b, visit.b, sizeof visit.b);
    mark(m, SUBJECT_JOB, 0, &j->job.assigned_entry);
    mark_all(m, &j->job);
    if (j->has_customer) {
        mark_all(m, &j->customer);
    }
    if (j->has_equipment) {
        mark_all(m, &j->equipment);
    }
}

static bool holds(bytes marks, const uint8_t *one)
{
    for (size_t at = 8; at + MARK <= marks.n; at += MARK) {
        if (memcmp(marks.p + at, one, MARK) == 0) {
            return true;
        }
    }
    return false;
}

/* What headquarters wrote when it registered a call that he took himself: that it is his, and its
 * number, are no news that he must answer. */
static bool confirms(struct app *a, const struct job_model *j, enum subject_type type, int field)
{
    id8 by;
    if (!call_taken(&j->job, &by) || !id8_eq(by, a->who.author)) {
        return false;
    }
    return field == F_BRANCH || (type == SUBJECT_EQUIPMENT && field == F_EQUIPMENT_CUSTOMER) ||
           (type == SUBJECT_JOB && (field == F_CODE || field == F_JOB_PROPOSED ||
                                    (field == 0 && id16_eq(j->job.assigned, a->who.person))));
}

static bool told(struct app *a, struct store_txn *t, const struct job_model *j, const uint8_t *one,
                 struct change_item *out)
{
    const struct subject_state *s = one[0] == SUBJECT_CUSTOMER    ? &j->customer
                                    : one[0] == SUBJECT_EQUIPMENT ? &j->equipment
                                                                  : &j->job;
    *out = (struct change_item){.type = (enum subject_type)one[0], .field = one[1]};
    if (confirms(a, j, out->type, out->field)) {
        return false;
    }
    if (out->field == 0) {
        out->text = person_words(a, t, j->job.assigned);
        out->nobody = id16_zero(j->job.assigned);
        who_wrote(t, j->job.assigned_entry, &a->frame, &out->who);
        out->when_ms = j->job.nassigned == 0 ? 0 : hlc_ms(j->job.assignments[0].time);
        return true;
    }
    const struct field_value *v = fold_shown(s, out->field);
    if (v == NULL || id8_eq(v->author, a->who.author)) {
        return false; /* his own */
    }
    out->text = value_words(a, t, v);
    who_wrote(t, v->entry, &a->frame, &out->who);
    out->when_ms = hlc_ms(v->time);
    return true;
}

/* The visit that is going on, its marks as they stand now; false: there is none. */
static bool present(struct app *a, const struct job_model **j, struct marks *now)
{
    *j = app_job(a);
    const struct visit_state *v =
        *j == NULL || (*j)->is_goods ? NULL : fold_visit_open(&(*j)->job, a->who.author);
    if (v == NULL || v->stage >= VISIT_SIGNED) {
        return false;
    }
    collect(*j, v->visit, now);
    return true;
}

size_t app_changes(struct app *a, struct change_item *out, size_t cap)
{
    const struct job_model *j;
    struct marks now;
    struct store_txn *t = NULL;
    size_t n = 0;
    if (!present(a, &j, &now)) {
        return 0;
    }
    bytes seen = app_draft_get(a, NAME);
    if (seen.n < 8 || memcmp(seen.p, now.b, 8) != 0) {
        app_changes_seen(a); /* this visit was not looked at yet */
        return 0;
    }
    for (size_t at = 8; at + MARK <= now.n && n < cap; at += MARK) {
        if (holds(seen, now.b + at)) {
            continue;
        }
        if (t == NULL && store_read(a->store, &t, NULL) != ST_OK) {
            return 0;
        }
        n += told(a, t, j, now.b + at, &out[n]) ? 1 : 0;
    }
    store_abort(&t);
    return n;
}

void app_changes_seen(struct app *a)
{
    const struct job_model *j;
    struct marks now;
    if (present(a, &j, &now)) {
        IGNORE(!app_draft(a, NAME, bytes_of(now.b, now.n))); /* the next frame tries again */
    }
}
