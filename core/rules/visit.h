/* visit.h - the visit's state machine as one table: what may follow what (procedures B-01..B-04,
 * B-18).
 *
 * Pure functions of state; the same code decides on the handheld before an entry is made and at
 * headquarters when it judges one. A "no" names its rule; screens turn the rule into words. */
#ifndef CORE_RULES_VISIT_H
#define CORE_RULES_VISIT_H
#include "core/fold/state.h"

enum rule {
    RULE_OK = 0,
    RULE_NOT_ACCEPTED,      /* the visit was not begun */
    RULE_NOT_ARRIVED,       /* B-03 4: arrive first */
    RULE_NOT_DIAGNOSED,     /* B-18 1 */
    RULE_NO_CLASS,          /* B-18 7: exactly one class */
    RULE_CLASS_D,           /* internal work is no visit */
    RULE_NO_CONSENT,        /* B-18 10: class A work before price and consent */
    RULE_CONSENT_EXCEEDED,  /* fee above what was agreed: ask again */
    RULE_NO_ACTION,         /* B-18 1 */
    RULE_PART_LINE,         /* B-18 8: reason, name, quantity, old part (and why when left) */
    RULE_NO_RESULT,         /* B-18 1 */
    RULE_NO_FEE,            /* fee fixed before signing */
    RULE_SIGNED,            /* B-18 2: frozen; reopen for a new version */
    RULE_OVER,              /* the visit has ended */
    RULE_CANCELLED,         /* a warning only: work done on a cancelled job is kept and flagged */
    RULE_NO_REASON,         /* B-18 17: refusal and absence carry a reason */
    RULE_NO_RECEIPT_NUMBER, /* B-18 10: money needs a receipt number */
    RULE_NOTHING_DUE,       /* payment without a fee */
    RULE_RATING_SEALED,     /* B-18 13: the technician can neither read nor edit it */
    RULE_CASH_OWED,         /* B-18 11: a debt until the accountant accepts it */
    RULE_ORDER,             /* B-18 18: times to the minute, in order */
    RULE_ROLE,              /* this takes another role */
    RULES
};
/* rule_id: the procedure's id ("B-18.1"); rule_name: short name for logs. Static storage. */
const char *rule_id(enum rule r);
const char *rule_name(enum rule r);

/* visit_may: may this author add a fact of `kind` now? `v` NULL: no visit yet (only
 * VISIT_ACCEPTED and HANDOVER_ASKED are allowed). A correction of a step is a fact of its kind. Of
 * headquarters' kinds JOB_ARCHIVED is judged (RULE_CASH_OWED); the others answer RULE_ROLE. */
enum rule visit_may(const struct subject_state *job, const struct visit_state *v, unsigned kind);
/* visit_body_ok: does a draft body satisfy the rules on its own content (part lines, outcomes'
 * reasons, receipt numbers, consent)? `body` canonical CBOR. */
enum rule visit_body_ok(const struct subject_state *job, const struct visit_state *v, unsigned kind,
                        bytes body);
/* visit_next: the one next step that the job screen offers as its primary button; 0: none is left.
 */
enum kind visit_next(const struct subject_state *job, const struct visit_state *v);
/* visit_missing: what still stands between this visit and a signature; RULE_OK when it may be
 * signed. */
enum rule visit_missing(const struct subject_state *job, const struct visit_state *v);
/* visit_cash_owed: what this technician holds in cash from this job's visits, minus what was
 * accepted. */
int64_t visit_cash_owed_minor(const struct subject_state *job, id8 author);
#endif
