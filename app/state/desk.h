/* desk.h - what a technician has beside the job in hand: his day and its report. One cached model
 * each, read from the store when it has moved; UI thread. Part of the contract with the screens. */
#ifndef APP_STATE_DESK_H
#define APP_STATE_DESK_H
#include "app/state/app.h"
#include "core/rules/day.h"
#include "core/rules/office.h"

/* One visit of his that day, as its own entries say it. */
struct day_visit {
    id16 job;
    id8 visit;
    str code, customer, what; /* number of the job, whose, what was told */
    unsigned class_;          /* as recorded; CLASS_NONE: it came to none */
    int from_min, to_min;     /* of the day */
    bool going;               /* not over yet: it is no line */
    unsigned end, outcome;    /* enum visit_end, enum sign_outcome; 0 */
};
struct day_model {
    int64_t midnight_ms;
    id16 subject;
    size_t nvisits;
    struct day_visit *visits; /* by their beginning */
    bool have;                /* a report was submitted */
    struct subject_state state;
    unsigned where, version; /* enum day_state */
    str lines, reviewer;
    int64_t submitted_ms;
    unsigned place;
};
/* app_midnight: the beginning of the local day of a time. app_day: of the day that begins so; NULL
 * when it cannot be read. Valid until the frame ends. app_clock_text: "09:20" of minutes; frame
 * arena. */
int64_t app_midnight(const struct app *a, int64_t ms);
const struct day_model *app_day(struct app *a, int64_t midnight_ms);
const char *app_clock_text(struct app *a, int min);
/* app_day_submit: the report as one entry, a further version of what stands; the draft of this name
 * goes with it. False: busy, or the lines do not fit. */
bool app_day_submit(struct app *a, const struct day_model *d, const struct day_line *lines,
                    size_t n, const char *draft_name);
#endif
