/* desk_debts.h - the technician's account (procedures B-04, B-18.8, B-18.11): cash until the
 * accountant has accepted it, old parts until the parts keeper has them, what is in his van, and
 * his issue slips. UI thread; valid until the frame ends. */
#ifndef APP_STATE_DESK_DEBTS_H
#define APP_STATE_DESK_DEBTS_H
#include "app/state/desk_book.h"

struct debt_old {
    struct book_line line;
    int64_t owed_milli; /* 0: it is back */
};
struct debt_van {
    struct code part;
    int64_t held_milli;   /* as headquarters last wrote it */
    int64_t fitted_milli; /* by him since */
};
struct debt_slip {
    struct code part;
    int64_t qty_milli, at_ms;
    unsigned state; /* enum slip_state */
};
struct debts {
    int64_t cash_minor; /* owed */
    int64_t old_milli;  /* owed */
    struct book_line *cash;
    struct debt_old *old;
    struct debt_van *van;
    struct debt_slip *slips;
    size_t ncash, nold, nvan, nslips;
    bool whole; /* all visits were gone through */
};
/* Of one part number: how many old ones the parts keeper has. */
struct debt_back {
    struct code part;
    int64_t milli;
};
/* app_debts: the newest first, or the largest. NULL: it cannot be read. Of old parts of one number
 * those that were taken first count as back first: slips do not say which. */
const struct debts *app_debts(struct app *a, bool by_amount);
/* debts_lines: cash and old parts of a book into `d`, whose two lists have room for `cap` each: all
 * count, the newest are listed, oldest first. `back` is used up. Any thread. */
void debts_lines(struct debts *d, size_t cap, const struct book *b, struct debt_back *back,
                 unsigned nback);
/* app_job_names: number and customer of a job; empty when not held. Frame arena. */
void app_job_names(struct app *a, id16 job, str *code, str *customer);
#endif
