/* day.h - what a technician's daily report must say, and until when it may be replaced (procedures
 * B-18). Pure; any thread. */
#ifndef CORE_RULES_DAY_H
#define CORE_RULES_DAY_H
#include "core/fold/state.h"
#include "core/model/day.h"

enum day_rule {
    DAY_RULE_OK = 0,
    DAY_RULE_EMPTY,    /* nothing was done that day */
    DAY_RULE_CLASS,    /* B-18.7: every line has exactly one class */
    DAY_RULE_INTERNAL, /* D-01: D is work without a customer, and what has one is not D */
    DAY_RULE_WORDS,    /* what was done */
    DAY_RULE_TIMES,    /* B-18.18: from and to, in order */
    DAY_RULE_FROZEN,   /* A-08, B-18.2: the branch manager has signed */
    DAY_RULE_FUTURE,   /* A-07, B-18.18: of a day that has not begun there is nothing to report */
    DAY_RULES
};
const char *day_rule_id(enum day_rule r); /* "B-18.7" */
/* day_check: the first line that breaks a rule in *line (n: none does). */
enum day_rule day_check(const struct day_line *lines, size_t n, size_t *line);
/* day_may_submit: may a (further) version be submitted? `day` NULL: there is none yet. */
enum day_rule day_may_submit(const struct subject_state *day);
/* day_has_begun: may a report be of the day that begins at `midnight_ms`? `latest_ms`: the latest
 * time that the writer knows of, so that a clock that was set back blocks no day that was lived. */
enum day_rule day_has_begun(int64_t midnight_ms, int64_t latest_ms);
/* day_overlaps: two lines of one time: a remark, nothing more, for who is sent to two sites at once
 * knows best. */
bool day_overlaps(const struct day_line *lines, size_t n);
#endif
