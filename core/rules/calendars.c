/* calendars.c - whose working time: the company's, and what branches do otherwise (J-04). */
#include "core/rules/service.h"

#define WEEKDAYS 7

void calendars_default(struct calendars *all)
{
    memset(all, 0, sizeof *all);
    calendar_default(&all->usual);
}

static bool same_hours(const struct branch_hours *a, const struct branch_hours *b)
{
    return id8_eq(a->branch, b->branch) && a->weekdays == b->weekdays && a->zoned == b->zoned &&
           calendar_same(&a->own, &b->own);
}

bool calendars_same(const struct calendars *a, const struct calendars *b)
{
    bool same = calendar_same(&a->usual, &b->usual) && a->nbranches == b->nbranches;
    for (size_t i = 0; same && i < a->nbranches; i++) {
        same = same_hours(&a->branches[i], &b->branches[i]);
    }
    return same;
}

static const struct branch_hours *find(const struct calendars *all, id8 branch)
{
    size_t lo = 0, hi = all->nbranches;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int c = memcmp(all->branches[mid].branch.b, branch.b, sizeof branch.b);
        if (c == 0) {
            return &all->branches[mid];
        }
        if (c < 0) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return NULL;
}

struct calendar calendar_of_branch(const struct calendars *all, id8 branch)
{
    struct calendar c = all->usual;
    const struct branch_hours *b = find(all, branch);
    if (b == NULL) {
        return c;
    }
    for (unsigned d = 0; d < WEEKDAYS; d++) {
        c.week[d] = ((unsigned)b->weekdays >> d & 1U) != 0 ? b->own.week[d] : c.week[d];
    }
    if (b->zoned) {
        c.utc_offset_minutes = b->own.utc_offset_minutes;
        c.saving_minutes = b->own.saving_minutes;
        c.begins = b->own.begins;
        c.ends = b->own.ends;
    }
    c.common = c.exceptions;
    c.ncommon = c.nexceptions;
    c.exceptions = b->own.exceptions;
    c.nexceptions = b->own.nexceptions;
    return c;
}

id8 calendars_branch(const struct subject_state *job)
{
    const struct field_value *where = fold_shown(job, F_BRANCH);
    id8 branch = {{0}};
    if (where != NULL && where->type == FT_ID8 && where->nb == sizeof branch.b) {
        memcpy(branch.b, where->b, sizeof branch.b);
    }
    return branch;
}
