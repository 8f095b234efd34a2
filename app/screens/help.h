/* help.h - help requests in words, for the job's page and their own. */
#ifndef APP_SCREENS_HELP_H
#define APP_SCREENS_HELP_H
#include "app/screens/form.h"

/* Reasons of KIND_HELP_ASKED. Numbers are kept in entries: never reuse one. */
enum help_reason { HELP_LATE = 1, HELP_CAUSE = 2, HELP_HANDS = 3, HELP_LARGER = 4 };
const char *help_reason(unsigned r);
/* help_decision: what was decided, who comes and when, in one line; frame arena. help_answers:
 * every answer to one request of a job or of goods, whole, as cards. Returns how many. */
const char *help_decision(struct app *a, const struct help_answer *x);
unsigned help_answers(struct app *a, struct ui *u, const struct subject_state *s, h32 asked);
/* help_shown: what the visits of the job asked for, each with its answers. Returns how many
 * requests there are. */
unsigned help_shown(struct app *a, struct ui *u, const struct job_model *j);
#endif
