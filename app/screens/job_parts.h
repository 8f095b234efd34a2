/* job_parts.h - the job screen's other half: what is known, menus, history. For screen_job.c and
 * whoever names a fault or a signature in the same words. */
#ifndef APP_SCREENS_JOB_PARTS_H
#define APP_SCREENS_JOB_PARTS_H
#include "app/screens/form.h"
#include "core/rules/service.h"

enum job_sheet {
    JOB_SHEET_NONE,
    JOB_SHEET_MENU,
    JOB_SHEET_CORRECT,  /* which step? */
    JOB_SHEET_WITHDRAW, /* which step? a page of its own */
    JOB_SHEET_SURE,     /* withdraw it? over that page */
    JOB_SHEET_REOPEN,
    JOB_SHEET_HISTORY,
    JOB_SHEET_GOODS /* take away, repair card, papers */
};
/* job_help: that help was asked for, and the answer, above the steps; a tap shows the whole. */
void job_help(struct app *a, struct ui *u, const struct job_model *j);
/* job_facts: cards of call, site and equipment. */
void job_facts(struct app *a, struct ui *u, const struct job_model *j);
/* job_sheets: the sheet that is open, and what its choice does. */
void job_sheets(struct app *a, struct ui *u, const struct job_model *j, enum job_sheet *sheet);
/* job_withdraw: all facts of the model's visit (there is one) that can be withdrawn, as a screen of
 * its own, and the question before it. *chosen: the fact that is asked about; *sheet moves on,
 * but when the withdrawal is not taken: then the page says why; *seen as in shared_error_over. */
void job_withdraw(struct app *a, struct ui *u, const struct job_model *j, enum job_sheet *sheet,
                  h32 *chosen, unsigned *seen);
/* job_detail: what a fact of visit v says besides its kind; "" when that is all. Frame arena. */
const char *job_detail(struct app *a, const struct visit_state *v, const struct fact *f);
/* job_reopened: headquarters reopened the report: why, who, when, and the way on. */
void job_reopened(struct app *a, struct ui *u, const struct job_model *j, enum job_sheet *sheet);
/* job_pieces: what else this technician has at the same customer's. job_ready_too: how many of
 * those are signed for with this one. */
void job_pieces(struct app *a, struct ui *u);
void job_ready_too(struct app *a, struct ui *u);
/* job_history: all that was recorded, as a screen of its own; true when it is left. */
bool job_history(struct app *a, struct ui *u, const struct job_model *j);
/* job_signature: the newest one of the model's visit, NULL when there is none. */
const struct signature_state *job_signature(const struct job_model *j);
/* job_wanted: the newest visit of this job that ended because a part was wanted, whoever made it;
 * NULL: none. */
const struct visit_state *job_wanted(const struct job_model *j);
/* job_before: the newest visit of this job that ended without a signature, whatever for, after the
 * fault was found: nothing is asked twice; whoever made it. NULL: none. */
const struct visit_state *job_before(const struct job_model *j);
/* job_due: what is still to be paid of the model's visit. */
int64_t job_due(const struct job_model *j);
/* job_fault: the fault of a diagnosis in words. job_actions: actions and number of parts. */
const char *job_fault(struct app *a, const struct fact *f, const union body *b);
const char *job_actions(struct app *a, const struct visit_state *v, const struct body_action *b);
/* job_kind: a kind of fact in words ("Arrive"); "" for kinds that no screen names. */
const char *job_kind(unsigned kind);
#endif
