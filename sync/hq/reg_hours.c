/* reg_hours.c - see reg_hours.h. */
#include "sync/hq/reg_hours.h"

#include "sync/hq/ops.h"

static json_t *week_json(const struct calendar *c)
{
    json_t *week = json_array();
    for (unsigned d = 0; d < 7; d++) {
        json_t *spans = json_array();
        for (unsigned i = 0; i < c->week[d].nspans && i < 3; i++) {
            json_array_append_new(spans, json_pack("[i,i]", (int)c->week[d].span[i].from_min,
                                                   (int)c->week[d].span[i].to_min));
        }
        json_array_append_new(week, spans);
    }
    return week;
}

static json_t *hours_json(const struct calendars *all, id8 branch, const char *what)
{
    struct calendar c = calendar_of_branch(all, branch);
    json_t *o = json_pack("{s:o,s:i,s:i,s:o,s:i}", "branch", ops_branch(branch.b), "offset_minutes",
                          (int)c.utc_offset_minutes, "saving_minutes", (int)c.saving_minutes,
                          "week", week_json(&c), "days", (int)c.nexceptions);
    if (o != NULL && what != NULL) {
        json_object_set_new(o, "what", json_string(what));
    }
    return o;
}

static bool has(const struct calendars *all, id8 branch)
{
    for (size_t i = 0; i < all->nbranches; i++) {
        if (id8_eq(all->branches[i].branch, branch)) {
            return true;
        }
    }
    return false;
}

/* What becomes of a branch's, or, with zero, of the company's. */
static const char *what_of(const struct calendars *now, const struct calendars *was, id8 branch)
{
    if (was == NULL) {
        return NULL;
    }
    if (!id8_zero(branch) && !has(was, branch)) {
        return "added";
    }
    struct calendar a = calendar_of_branch(now, branch), b = calendar_of_branch(was, branch);
    return calendar_same(&a, &b) ? "same" : "changed";
}

json_t *reg_hours(const struct calendars *now, const struct calendars *was)
{
    json_t *list = json_array();
    const id8 company = {{0}};
    json_array_append_new(list, hours_json(now, company, what_of(now, was, company)));
    for (size_t i = 0; i < now->nbranches; i++) {
        id8 branch = now->branches[i].branch;
        json_array_append_new(list, hours_json(now, branch, what_of(now, was, branch)));
    }
    for (size_t i = 0; was != NULL && i < was->nbranches; i++) {
        if (!has(now, was->branches[i].branch)) {
            json_array_append_new(list, hours_json(was, was->branches[i].branch, "removed"));
        }
    }
    return list;
}
