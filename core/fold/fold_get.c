/* fold_get.c - looking things up in a state; what a new entry must say it saw. */
#include "core/fold/record.h"

const struct field_state *fold_field(const struct subject_state *s, int field)
{
    for (unsigned i = 0; i < s->nfields; i++) {
        if (s->fields[i].field == field) {
            return &s->fields[i];
        }
    }
    return NULL;
}

const struct field_value *fold_shown(const struct subject_state *s, int field)
{
    const struct field_state *f = fold_field(s, field);
    return f == NULL || f->n == 0 || f->v[0].proposal ? NULL : &f->v[0];
}

struct visit_state *fold_visit(const struct subject_state *s, id8 visit)
{
    for (unsigned i = 0; i < s->nvisits; i++) {
        if (id8_eq(s->visits[i].visit, visit)) {
            return &s->visits[i];
        }
    }
    return NULL;
}

struct visit_state *fold_visit_open(const struct subject_state *s, id8 author)
{
    for (unsigned i = s->nvisits; i-- > 0;) {
        struct visit_state *v = &s->visits[i];
        if (id8_eq(v->author, author) && v->stage != VISIT_NONE && v->stage < VISIT_LEFT) {
            return v;
        }
    }
    return NULL;
}

struct visit_state *fold_visit_newest(const struct subject_state *s, id8 author)
{
    for (unsigned i = s->nvisits; i-- > 0;) {
        if (id8_eq(s->visits[i].author, author)) {
            return &s->visits[i];
        }
    }
    return NULL;
}

const struct help_answer *fold_answer(const struct subject_state *s, h32 asked)
{
    for (unsigned i = s->nanswers; i-- > 0;) {
        if (h32_eq(s->answers[i].asked, asked)) {
            return &s->answers[i];
        }
    }
    return NULL;
}

const struct fact *fold_fact(const struct visit_state *v, unsigned kind)
{
    for (unsigned i = v == NULL ? 0 : v->nfacts; i-- > 0;) {
        if (v->facts[i].kind == kind) {
            return &v->facts[i];
        }
    }
    return NULL;
}

void record_see(const struct subject_state *s, struct record_write *w, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct field_state *f = s == NULL ? NULL : fold_field(s, w[i].field);
        w[i].seen.n = f == NULL ? 0 : f->n;
        for (unsigned k = 0; k < w[i].seen.n; k++) {
            w[i].seen.h[k] = f->v[k].entry;
        }
    }
}

void assign_see(const struct subject_state *s, struct body_assigned *b)
{
    b->seen.n = s == NULL ? 0 : s->nassigned;
    for (unsigned i = 0; i < b->seen.n; i++) {
        b->seen.h[i] = s->assignments[i].entry;
    }
}

unsigned cover_all(const struct subject_state *s, id8 own, struct cover covers[static CAP_COVERS])
{
    hlc times[CAP_COVERS_MADE] = {0};
    unsigned n = 0;
    for (unsigned i = 0; i < s->nauthors; i++) {
        const struct author_last *l = &s->authors[i];
        if (id8_eq(l->author, own) || (n == CAP_COVERS_MADE && times[n - 1] >= l->time)) {
            continue;
        }
        unsigned j = n < CAP_COVERS_MADE ? n++ : n - 1;
        for (; j > 0 && times[j - 1] < l->time; j--) {
            times[j] = times[j - 1];
            covers[j] = covers[j - 1];
        }
        times[j] = l->time;
        covers[j] = (struct cover){l->author, l->entry};
    }
    return n;
}
