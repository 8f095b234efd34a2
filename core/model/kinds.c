/* kinds.c - the table of kinds: name, subject, whose entries have effect. */
#include "core/model/kinds.h"

#define R(role) (1U << ROLE_##role)
/* Whoever dispatches. The node itself too: it imports and assigns for a company without clerks. */
#define OFFICE                                                                                     \
    (R(HEADQUARTERS) | R(CLERK) | R(SUPERVISOR) | R(BRANCH_MANAGER) | R(SERVICE_DEPARTMENT) |      \
     R(ADMINISTRATOR))
#define EVERYBODY (OFFICE | R(TECHNICIAN) | R(ACCOUNTANT) | R(PARTS_KEEPER))
#define FIELD R(TECHNICIAN) /* a visit is its technician's */
#define KEYS (R(HEADQUARTERS) | R(SUPERVISOR) | R(ADMINISTRATOR))
#define CATALOGUE (R(HEADQUARTERS) | R(PARTS_KEEPER) | R(SERVICE_DEPARTMENT) | R(ADMINISTRATOR))

#define ROW(k, name, subject, fact, roles)                                                         \
    {                                                                                              \
        KIND_##k, name, subject, fact, (uint16_t)(roles), false                                    \
    }
/* Of headquarters itself: whoever acts there has his journal in the node's. */
#define OURS(k, name, subject, roles)                                                              \
    {                                                                                              \
        KIND_##k, name, subject, false, (uint16_t)(roles), true                                    \
    }

/* In order of number: kind_info searches by halves. */
static const struct kind_info table[] = {
    ROW(JOURNAL_OPENED, "journal.opened", SUBJECT_AUTHOR, false, EVERYBODY),
    ROW(RECORD_SET, "record.set", 0, false, EVERYBODY), /* field by field: fields.c */
    ROW(JOB_ASSIGNED, "job.assigned", SUBJECT_JOB, false, OFFICE),
    ROW(JOB_CANCELLED, "job.cancelled", SUBJECT_JOB, false, OFFICE),
    ROW(JOB_ARCHIVED, "job.archived", SUBJECT_JOB, false, OFFICE),
    ROW(EDITION, "edition", SUBJECT_DEPLOYMENT, false, CATALOGUE),
    ROW(CERTIFICATE, "certificate", SUBJECT_TECHNICIAN, false, KEYS),
    ROW(REVOKED, "revoked", SUBJECT_TECHNICIAN, false, KEYS),
    ROW(FORGOTTEN, "forgotten", 0, false, KEYS),
    ROW(CASH_ACCEPTED, "cash.accepted", SUBJECT_JOB, false, R(ACCOUNTANT)),
    ROW(JOB_RESTORED, "job.restored", SUBJECT_JOB, false, OFFICE),
    ROW(ADMITTED, "admitted", 0, false, R(SUPERVISOR) | R(ADMINISTRATOR)),
    ROW(SET_ASIDE, "set.aside", 0, false, KEYS),
    OURS(ACCESS, "access", SUBJECT_ACCESS,
         EVERYBODY), /* one's own password is everybody's to set */
    OURS(ITEM_SETTLED, "item.settled", SUBJECT_ITEM,
         R(SUPERVISOR) | R(SERVICE_DEPARTMENT) | R(ADMINISTRATOR)),
    /* 0: of a job, or of goods: what is done to them in the workshop */
    ROW(VISIT_ACCEPTED, "visit.accepted", 0, true, FIELD),
    ROW(VISIT_TRAVELLING, "visit.travelling", SUBJECT_JOB, true, FIELD),
    ROW(VISIT_ARRIVED, "visit.arrived", SUBJECT_JOB, true, FIELD),
    ROW(VISIT_DIAGNOSED, "visit.diagnosed", SUBJECT_JOB, true, FIELD),
    ROW(VISIT_CLASS, "visit.class", SUBJECT_JOB, true, FIELD),
    ROW(VISIT_PRICED, "visit.priced", SUBJECT_JOB, true, FIELD),
    ROW(VISIT_PART, "visit.part", 0, true, FIELD),
    ROW(VISIT_ACTION, "visit.action", 0, true, FIELD),
    ROW(VISIT_TESTED, "visit.tested", 0, true, FIELD),
    ROW(VISIT_FEE, "visit.fee", SUBJECT_JOB, true, FIELD),
    ROW(VISIT_SIGNED, "visit.signed", SUBJECT_JOB, true, FIELD),
    ROW(VISIT_LEFT, "visit.left", SUBJECT_JOB, true, FIELD),
    ROW(VISIT_ENDED, "visit.ended", SUBJECT_JOB, true, FIELD),
    ROW(VISIT_PAID, "visit.paid", SUBJECT_JOB, true, FIELD),
    ROW(WITHDRAWN, "withdrawn", 0, true, FIELD),
    ROW(JOB_REOPENED, "job.reopened", SUBJECT_JOB, true, FIELD | R(SUPERVISOR)), /* E-01, E-02 */
    ROW(HANDOVER_ASKED, "handover.asked", SUBJECT_JOB, true, FIELD),
    ROW(HELP_ASKED, "help.asked", SUBJECT_JOB, true, FIELD),
    ROW(PROPOSED, "proposed", SUBJECT_JOB, true, FIELD),
    ROW(HELP_ANSWERED, "help.answered", 0, false, R(SUPERVISOR)), /* E-02, A-13 */
    ROW(VISIT_TAKEN, "visit.taken", SUBJECT_JOB, true, FIELD),
    ROW(VISIT_RETURNED, "visit.returned", SUBJECT_JOB, true, FIELD),
    ROW(VISIT_POSITION, "visit.position", SUBJECT_JOB, true, FIELD),
    ROW(VISIT_RATED, "visit.rated", SUBJECT_JOB, true, FIELD),
};

const struct kind_info *kind_info(unsigned kind)
{
    size_t lo = 0, hi = sizeof table / sizeof table[0];
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if ((unsigned)table[mid].kind == kind) {
            return &table[mid];
        }
        if ((unsigned)table[mid].kind < kind) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return NULL;
}

bool kind_has_effect(unsigned kind, enum role role)
{
    const struct kind_info *k = kind_info(kind);
    return k != NULL && role > ROLE_NONE && role < ROLES && (k->effect_roles >> role & 1U) != 0;
}
