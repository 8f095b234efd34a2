/* desk_prepare.h - before the day's visits: whom to call, and the parts to take for all of them as
 * one list (procedures B-03.2, B-03.3, F-01). UI thread; valid until the frame ends. */
#ifndef APP_STATE_DESK_PREPARE_H
#define APP_STATE_DESK_PREPARE_H
#include "app/state/desk_book.h"

#define PREPARE_JOBS 40 /* of one day, the nearest deadline first */
#define PREPARE_PARTS 80

struct prepare_job {
    id16 job;
    str code, customer, phone, told;
    int64_t appointment_ms; /* 0: none agreed */
    bool begun;             /* a visit goes on */
};
struct prepare_part {
    struct code part;
    unsigned jobs;     /* that may want it */
    bool wanted;       /* a visit ended because it was missing */
    int64_t van_milli; /* in the van, as headquarters has it */
};
struct prepare {
    struct prepare_job *jobs;
    struct prepare_part *parts; /* wanted ones first, then by how many jobs */
    size_t njobs, nparts;
    bool whole, more; /* all visits were gone through; there are more jobs than are shown */
};
const struct prepare *app_prepare(struct app *a);
#endif
