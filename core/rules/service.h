/* service.h - service class (D-02), fee (D-01..D-08), deadlines in working hours (C-01), numbers.
 * Pure; money in minor units, quantities in thousandths, times UTC ms. */
#ifndef CORE_RULES_SERVICE_H
#define CORE_RULES_SERVICE_H
#include "core/fold/state.h"

struct class_decision {
    enum service_class class_;
    enum class_basis basis;
    int64_t until_ms; /* end of warranty or contract, 0 if none */
    id16 contract;    /* class B */
};
/* class_decide (D-02): in warranty and not excluded -> C; else a contract in force -> B; else A.
 * Offline, from what the device holds. `equipment` may be NULL; contracts: states of
 * SUBJECT_CONTRACT. `excluded`: damage by the user and the like (D-03): warranty does not count. */
void class_decide(const struct subject_state *equipment, const struct subject_state *contracts,
                  size_t ncontracts, bool excluded, int64_t at_ms, struct class_decision *out);

struct fee {
    int64_t labour_minor, parts_minor, travel_minor, other_minor, total_minor;
};
/* fee_work_out: class A: what was agreed plus charged parts; B and C: zero but for parts marked as
 * charged. A price code that begins with V (visit) or T is travel, with O or X other charges, any
 * other is labour. Saturates instead of overflowing and then answers false. */
bool fee_work_out(const struct visit_state *v, struct fee *out);

/* Working calendar: minutes of the day open, per weekday, and days that differ. */
struct calendar_day {
    int32_t day; /* days since 1970-01-01, local */
    uint8_t nspans;
    struct {
        uint16_t from_min, to_min;
    } span[3];
};
/* When summer time begins or ends: the `week`th `weekday` (0 = Sunday) of `month`, 5 is the last.
 */
struct calendar_turn {
    uint8_t month, week, weekday;
    int16_t minute; /* of that day, by the clock that is turned; -1440 to 2880 */
};
struct calendar {
    struct calendar_day week[7];           /* 0 = Monday; `day` unused */
    const struct calendar_day *exceptions; /* ascending by day */
    size_t nexceptions;
    const struct calendar_day *common; /* the company's, where a branch's own say nothing */
    size_t ncommon;
    int16_t utc_offset_minutes; /* in winter */
    int16_t saving_minutes;     /* in summer so much more; 0: there is no summer time */
    struct calendar_turn begins, ends;
};
/* calendar_zone: offset and summer time of a POSIX zone, as in TZ: "CST-8",
 * "CET-1CEST,M3.5.0,M10.5.0/3". Only rules of the form Mm.w.d; summer time without rules is
 * refused. ST_BAD_INPUT, *c unchanged. */
MUST_USE enum st calendar_zone(struct calendar *c, str zone);
/* calendar_offset: minutes east of UTC at a time. */
int calendar_offset(const struct calendar *c, int64_t ms);
/* calendar_default: Monday to Saturday 08:00-12:00 and 13:30-17:30 (J-04), UTC+8. */
void calendar_default(struct calendar *c);
/* calendar_same: do both say the same working time of every moment? */
bool calendar_same(const struct calendar *a, const struct calendar *b);
/* calendar_add: `ms` UTC plus `minutes` of working time (none or less: `ms`). calendar_between:
 * working minutes from a to b (negative when b < a). Both look at most 400 days ahead (cap), so no
 * input hangs. */
int64_t calendar_add(const struct calendar *c, int64_t ms, int64_t minutes);
int64_t calendar_between(const struct calendar *c, int64_t a_ms, int64_t b_ms);

/* What a branch does otherwise than the company (J-04): weekdays, days that differ, a zone. All
 * that it does not say is the company's, as it is then. */
struct branch_hours {
    id8 branch;
    uint8_t weekdays; /* bit 0: Monday; these `own` says */
    bool zoned;       /* `own` has a zone, summer time or none with it */
    struct calendar own;
};
/* The calendars of an edition. */
struct calendars {
    struct calendar usual;               /* the company's */
    const struct branch_hours *branches; /* ascending by branch */
    size_t nbranches;
};
/* calendars_default: calendar_default and no branch. calendars_same: do both say the same of every
 * branch? */
void calendars_default(struct calendars *all);
bool calendars_same(const struct calendars *a, const struct calendars *b);
/* calendar_of_branch: the one that a branch's working time is counted by; the company's where it
 * has none of its own, or for no branch (zero). Nobody else chooses. Valid while `all` is.
 * calendars_branch: the branch that a job is in; zero: none. */
struct calendar calendar_of_branch(const struct calendars *all, id8 branch);
id8 calendars_branch(const struct subject_state *job);

enum deadline_kind {
    DL_ARRIVE = 1 /* 6 h city, 7 h suburb, working */,
    DL_RESPOND = 2 /* 3 h */,
    DL_PLAN = 3 /* 6 h */,
    DL_SITE = 4 /* 72 h */
};
struct deadline {
    enum deadline_kind kind;
    int64_t due_ms;
    bool working;
    int hours;  /* from the call */
    id8 branch; /* whose working time it is counted in; zero: the company's */
    bool met;
    int64_t met_ms;
    h32 met_by; /* the fact's entry: times_shown puts met_ms right where its clock was wrong */
};
/* deadlines: those that count for a job, by its branch's calendar, open ones first, the nearest
 * first; none without a time of the call, where the clock starts (J-20). met_ms is the wall time of
 * the fact that met it. */
size_t deadlines(const struct subject_state *job, const struct calendars *all,
                 struct deadline out[4]);
/* deadlines_first: which of `d` (n, as deadlines() gave them) a technician needs to see at now_ms,
 * by index, what matters most first; how many. Until he has arrived that is the limit of his
 * arrival, the sooner one if there are two, and beside it the next other limit that passes before
 * it, or one that has passed: no other limit hides it. Then the next limit to pass; if all have
 * passed, the first that did. None when nothing is left to meet. */
size_t deadlines_first(const struct deadline *d, size_t n, int64_t now_ms, size_t out[static 2]);
/* deadline_left_minutes: minutes left (negative: late), working minutes where the limit is. */
int64_t deadline_left_minutes(const struct deadline *d, const struct calendars *all,
                              int64_t now_ms);

/* number_format: prefix + "-" + epoch mark + "-" + six digits or more, NUL-terminated ASCII <= 32.
 */
void number_format(const char *prefix, const char *epoch_mark, uint64_t counter,
                   char out[static 33]);
/* number_epoch_mark: two characters (Crockford) from the epoch id. */
void number_epoch_mark(id8 epoch, char out[static 3]);
#endif
