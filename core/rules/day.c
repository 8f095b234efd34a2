/* day.c - see day.h. */
#include "core/rules/day.h"

#include "core/rules/office.h"

static const char *const ids[DAY_RULES] = {
    [DAY_RULE_OK] = "",           [DAY_RULE_EMPTY] = "A-07",     [DAY_RULE_CLASS] = "B-18.7",
    [DAY_RULE_INTERNAL] = "D-01", [DAY_RULE_WORDS] = "A-07",     [DAY_RULE_TIMES] = "B-18.18",
    [DAY_RULE_FROZEN] = "B-18.2", [DAY_RULE_FUTURE] = "B-18.18",
};

const char *day_rule_id(enum day_rule r)
{
    return (unsigned)r < DAY_RULES ? ids[r] : "";
}

static enum day_rule check(const struct day_line *l)
{
    if (l->class_ < CLASS_A || l->class_ > CLASS_D) {
        return DAY_RULE_CLASS;
    }
    if ((l->class_ == CLASS_D) != (l->job.n == 0)) {
        return DAY_RULE_INTERNAL;
    }
    if (l->from_min < 0 || l->to_min > DAY_MINUTES || l->from_min > l->to_min ||
        (l->job.n == 0 && l->from_min == l->to_min)) {
        return DAY_RULE_TIMES;
    }
    return l->words.n == 0 && l->job.n == 0 ? DAY_RULE_WORDS : DAY_RULE_OK;
}

enum day_rule day_check(const struct day_line *lines, size_t n, size_t *line)
{
    for (*line = 0; *line < n; (*line)++) {
        enum day_rule r = check(&lines[*line]);
        if (r != DAY_RULE_OK) {
            return r;
        }
    }
    return n == 0 ? DAY_RULE_EMPTY : DAY_RULE_OK;
}

enum day_rule day_may_submit(const struct subject_state *day)
{
    return day != NULL && office_state(day) >= DAY_SIGNED ? DAY_RULE_FROZEN : DAY_RULE_OK;
}

enum day_rule day_has_begun(int64_t midnight_ms, int64_t latest_ms)
{
    return midnight_ms > latest_ms ? DAY_RULE_FUTURE : DAY_RULE_OK;
}

bool day_overlaps(const struct day_line *lines, size_t n)
{
    for (size_t k = 1; k < n; k++) {
        for (size_t i = 0; i < k; i++) {
            if (lines[i].from_min < lines[k].to_min && lines[k].from_min < lines[i].to_min) {
                return true;
            }
        }
    }
    return false;
}
