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
    RULE_TAKE_AWAY,         /* B-18 3: receipt and acknowledgement, both, in one entry */
    RULE_NOT_PASSED,        /* B-18 4: nothing goes back before the supervisor's inspection */
    RULE_NOT_SIGNED_BACK,   /* B-18 5: the receipt is voided by the customer's signature only */
    RULE_GOODS_OUT,         /* one open receipt a thing */
    RULE_NO_GOODS,          /* nothing of this job's was taken away */
    RULE_CARD,              /* B-02 4: the repair card is not at this step */
    RULE_DAY_SIGNED,        /* A-08, B-18 2: the branch has signed the day (day.h) */
    RULE_DAY_FUTURE,        /* A-07, B-18 18: the day has not begun (day.h) */
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
/* visit_goods_out: the take-away of this job that no return has ended yet: its fact, *b its body,
 * *taking the visit that took it (either may be NULL); NULL: nothing is out. */
const struct fact *visit_goods_out(const struct subject_state *job, union body *b,
                                   const struct visit_state **taking);
/* visit_returned_before: did an earlier visit bring back what this one brought back, on another
 * device that could not know? Both signatures are kept; the customer pays for the first.
 * visit_returned_twice: is there such a visit? */
bool visit_returned_before(const struct subject_state *job, const struct visit_state *v);
bool visit_returned_twice(const struct subject_state *job);
/* visit_return_ok: may these goods go back to the customer (B-18.4)? `goods` NULL: not held here.
 */
enum rule visit_return_ok(const struct subject_state *goods);
/* visit_may_on_goods: the same question as visit_may for the facts of the workshop, which hang on
 * goods: begun, parts, actions, result. visit_may asks it for a subject of that type. */
enum rule visit_may_on_goods(const struct subject_state *goods, const struct visit_state *v,
                             unsigned kind);
/* visit_total_minor: what the customer owes for a visit: the fee that was fixed, or the amount that
 * he signed for when his goods came back. */
int64_t visit_total_minor(const struct visit_state *v);
/* visit_next: the one next step that the job screen offers as its primary button; 0: none is left.
 */
enum kind visit_next(const struct subject_state *job, const struct visit_state *v);
/* visit_missing: what still stands between this visit and a signature; RULE_OK when it may be
 * signed. */
enum rule visit_missing(const struct subject_state *job, const struct visit_state *v);
/* visit_help: where the last help request of a visit stands: answered when an answer names
 * it. None: NULL `v`, or it is signed, or the job is over. */
enum visit_help { VISIT_HELP_NONE, VISIT_HELP_WAITS, VISIT_HELP_ANSWERED };
enum visit_help visit_help(const struct subject_state *job, const struct visit_state *v);
/* visit_reopened: it was signed, and no signature of it stands: the customer is asked again. */
bool visit_reopened(const struct visit_state *v);
/* visit_cash_owed: what this technician holds in cash from this job's visits, minus what was
 * accepted. */
int64_t visit_cash_owed_minor(const struct subject_state *job, id8 author);
#endif
