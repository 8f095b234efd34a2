/* desk_site.h - what this technician has at one customer's: the present job and the others of the
 * same customer, so that he finds them, and the customer signs those that are ready in one pass.
 * See desk.h. */
#ifndef APP_STATE_DESK_SITE_H
#define APP_STATE_DESK_SITE_H
#include "app/state/app.h"

struct site_item {
    id16 job;
    str code, what;         /* its number; the equipment, or what was told */
    enum visit_stage stage; /* of his open visit; VISIT_NONE: not begun */
    bool ready;             /* nothing stands between it and a signature */
    bool numbered;          /* its report has a number: another version of it is signed */
    bool together;          /* signed in one pass with the present job's newest signature */
    int64_t total_minor;
};
struct site {
    size_t n; /* the present job is the first; then what is ready, then the rest */
    struct site_item items[APP_SITE_MAX];
};
/* app_site: of the present job; NULL when it is none, or cannot be read. Valid until the frame
 * ends. The order of what is ready does not change while it stays so: numbers are given by it. */
const struct site *app_site(struct app *a);
#endif
