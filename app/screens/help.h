/* help.h - help requests in words, for the job's page and their own. */
#ifndef APP_SCREENS_HELP_H
#define APP_SCREENS_HELP_H
#include "app/screens/form.h"

/* Reasons of KIND_HELP_ASKED. Numbers are kept in entries: never reuse one. */
enum help_reason { HELP_LATE = 1, HELP_CAUSE = 2, HELP_HANDS = 3, HELP_LARGER = 4 };
const char *help_reason(unsigned r);
/* help_shown: what the present visit asked for, and the answer: the job's note, when somebody else
 * wrote it since. Returns how many requests there are. */
unsigned help_shown(struct app *a, struct ui *u, const struct job_model *j);
#endif
