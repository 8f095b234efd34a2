/* papers.h - the papers of a job as text: goods receipts and returns as they were signed, fee
 * receipts, tags for old parts. Not evidence but for the first two: those are attachments. */
#ifndef APP_SCREENS_PAPERS_H
#define APP_SCREENS_PAPERS_H
#include "app/screens/form.h"

enum paper_kind { PAPER_GOODS = 1, PAPER_RETURN, PAPER_FEE, PAPER_TAG };
struct paper {
    enum paper_kind kind;
    const struct visit_state *visit;
    const struct fact *fact;
};
#define PAPERS_MOST 40
/* papers_of: what this job has, newest first; returns how many. Points into the model. */
unsigned papers_of(const struct job_model *j, struct paper *out, unsigned cap);
/* papers_title: "Fee receipt R-T1aa1". papers_text: the paper, in the language that is spoken now
 * (form_lang); what was signed stays as it was signed. Frame arena; empty: not held any more. */
const char *papers_title(struct app *a, const struct paper *p);
str papers_text(struct app *a, const struct job_model *j, const struct paper *p);
/* papers_turns: may the language be chosen? */
bool papers_turns(const struct paper *p);
/* papers_method: how it was paid: "Cash". */
const char *papers_method(unsigned method);
#endif
