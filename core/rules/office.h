/* office.h - what clerks, supervisors, accountants and parts keepers may do next (procedures B-01,
 * B-02, B-04, B-18, E).
 *
 * Pure functions of state. A step on a paper is a row of one table: from which states, to which,
 * by which roles, what must have been written, and who may not be the same person. */
#ifndef CORE_RULES_OFFICE_H
#define CORE_RULES_OFFICE_H
#include "core/fold/state.h"

/* Where a call stands, as its register says it. */
enum job_state {
    JOB_REGISTERED = 1,
    JOB_DISPATCHED = 2,
    JOB_ACCEPTED = 3, /* on the way */
    JOB_ON_SITE = 4,
    JOB_WAITING = 5, /* a visit ended without signature */
    JOB_SIGNED = 6,  /* the voucher is signed, refused, or nobody was there to sign */
    JOB_ARCHIVED = 7,
    JOB_CANCELLED = 8
};
enum goods_state {
    GOODS_IN = 1,
    GOODS_IN_WORK = 2,
    GOODS_FINISHED = 3,
    GOODS_PASSED = 4, /* the supervisor's inspection */
    GOODS_OUT = 5,
    GOODS_VOIDED = 6 /* the customer signed for it, his receipt is void */,
    GOODS_TAKEN = 7 /* with the technician, not handed in yet */
};
enum slip_state {
    SLIP_PROPOSED = 1,
    SLIP_APPROVED = 2,
    SLIP_REFUSED = 3,
    SLIP_ISSUED = 4,
    SLIP_CLEARED = 5
};
enum day_state { DAY_SUBMITTED = 1, DAY_REVIEWED = 2, DAY_SIGNED = 3, DAY_RECEIVED = 4 };

/* office_state: of any subject: a job's by its facts, a paper's by its field; 0: it has none. */
unsigned office_state(const struct subject_state *s);
bool office_open(const struct subject_state *job); /* not signed, archived or cancelled */
enum service_class office_class(const struct subject_state *job);
/* office_help: the help request of a call or of goods that stands, by its entry: of a call
 * the last of its newest visit while that is not over, of goods that of their repair. Zero: none.
 * office_help_waits: nobody has answered it. */
h32 office_help(const struct subject_state *s);
bool office_help_waits(const struct subject_state *s);
/* office_proposal: what a fact proposes for the catalogue or the customer's file: a fault or a part
 * in words, a piece of equipment (PROPOSED_PART, PROPOSED_FAULT, SUBJECT_EQUIPMENT); *words: which
 * attachment says it. 0: nothing. office_proposed: does this job, not yet archived, hold one? */
unsigned office_proposal(const struct fact *f, enum body_att *words);
bool office_proposed(const struct subject_state *job);
/* office_new_records: what of a call that a technician took is new, in words, and was not looked at
 * yet: bits of enum call_proposed (core/model/call.h). */
unsigned office_new_records(const struct subject_state *job);
int64_t office_cash_owed_minor(const struct subject_state *job); /* of all its technicians */

enum office_rule {
    OFFICE_OK = 0,
    OFFICE_ROLE,            /* E: another role's */
    OFFICE_ORDER,           /* the paper is not at this step */
    OFFICE_TAKE_AWAY,       /* B-18.3: receipt and acknowledgement, both */
    OFFICE_NOT_PASSED,      /* B-18.4: no return before the supervisor's inspection */
    OFFICE_NOT_SIGNED_BACK, /* B-18.5: the receipt is voided with the customer's signature */
    OFFICE_NO_VOUCHER,      /* B-18.6: struck off only when the signed voucher is back */
    OFFICE_FILED,         /* B-01.8: struck off and in the archive: a new call, not a new version */
    OFFICE_GOODS_HERE,    /* B-02.9: not archived with an open receipt */
    OFFICE_CASH_OUT,      /* B-18.11 */
    OFFICE_CASH_OVER,     /* B-18.11: more than is out */
    OFFICE_NOT_APPROVED,  /* B-18.9: no issue without an approved slip */
    OFFICE_OLD_PART_OWED, /* B-18.8, A-41: cleared with the old part, or what was not used */
    OFFICE_SIGNER_INSPECTS, /* E: who repaired does not inspect */
    OFFICE_COLLECTOR_BILLS, /* E: who collected does not invoice */
    OFFICE_NO_HELP,         /* nobody asks for help, or for this any more */
    OFFICE_HELP_UNSAID,     /* an answer says who, when or what, as its decision needs it */
    OFFICE_USER_KEEPS,      /* E: who uses the part does not approve or issue it */
    OFFICE_RULES
};
const char *office_rule_id(enum office_rule r);   /* "B-18.4", "E" */
const char *office_rule_name(enum office_rule r); /* "goods_not_passed": the API's word */

/* One step of a paper. */
struct office_step {
    const char *name; /* "goods.pass" */
    enum subject_type type;
    uint16_t from;                       /* bit per state; bit 0: the paper does not exist yet */
    unsigned to;                         /* its state afterwards; 0: as it was */
    uint16_t roles;                      /* bit per enum role */
    int state_field, by_field, at_field; /* written by the step: state, who, when; 0: none */
    int needs[3]; /* fields that must have a value, standing or given; 0: no more */
    enum office_rule unmet, wrong; /* named when a needed field, or the state, is not so */
    int not_field;                 /* REF: who did that may not do this */
    enum office_rule same;
};
const struct office_step *office_step(const char *name); /* NULL */
const struct office_step *office_steps(size_t *n);
/* office_may: may `actor` in `role` take this step? `s` NULL: a new paper; `given`: the fields that
 * come with it (0-terminated; NULL: none). */
enum office_rule office_may(const struct office_step *step, const struct subject_state *s,
                            const int *given, id16 actor, enum role role);
/* office_may_archive: B-18.6, B-18.11; `goods_here`: an open goods entry names this job. */
enum office_rule office_may_archive(const struct subject_state *job, bool goods_here);
/* office_may_reopen: the sign-off that a supervisor may reopen (DESIGN 6: a signed report is
 * frozen; a change makes a new version); NULL with the rule: nothing is signed, or it is filed
 * already. */
const struct signature_state *office_may_reopen(const struct subject_state *job, id8 *visit,
                                                enum office_rule *rule);
/* office_may_answer: may this be the answer to the help request `asked`? */
enum office_rule office_may_answer(const struct subject_state *s, h32 asked,
                                   const struct body_help *answer);
/* office_cash_out: of the cash payments of a call that are not accepted whole yet those that `paid`
 * names, or all of them when it names none, into *of (the first CAP_FIELD_WRITES); what is out of
 * them. office_may_accept (B-18.11): no more is accepted than is out. */
int64_t office_cash_out(const struct subject_state *job, const struct hash_list *paid,
                        struct hash_list *of);
enum office_rule office_may_accept(int64_t out_minor, int64_t amount_minor);
/* office_may_bill: who collected this job's money does not issue its invoice. `collector` tells
 * whose author that is; NULL: nobody can tell. */
enum office_rule office_may_bill(const struct subject_state *job, id16 actor,
                                 id16 (*person)(void *ctx, id8 author), void *ctx);
/* office_late_unhelped (B-18.14): past its planned time, not finished, and no help was asked. */
bool office_late_unhelped(const struct subject_state *goods, int64_t now_ms);
/* office_left_over (B-18.15): called on an earlier day (in its branch's zone) and given to
 * nobody. office_dispatch_before: does job a come before b on the board? Left-over ones first, then
 * the nearer deadline, then the earlier call, then the id. */
struct office_due {
    id16 subject;
    bool left_over;
    int64_t due_ms, called_ms;
};
bool office_left_over(const struct subject_state *job, int64_t now_ms, int utc_offset_minutes);
bool office_dispatch_before(const struct office_due *a, const struct office_due *b);
#endif
