/* kinds.h - what an entry can say: the closed, only ever growing list of kinds, and their bodies.
 *
 * A body is a CBOR map with small integer keys (names below), holding codes, integers, ids and
 * hashes, never text (DESIGN 2). "att" says which attachments key 10 of the payload lists, in
 * order. Numbers are released: never reuse, never renumber. Unknown kinds are kept verbatim. To add
 * one: a number here, a row in kinds.c (name, subject type, who gives it effect), its fold, its
 * CDDL in core/journal/ENTRY.md, a vector. */
#ifndef CORE_MODEL_KINDS_H
#define CORE_MODEL_KINDS_H
#include "core/base/ids.h"
#include "core/base/status.h"

enum subject_type {
    SUBJECT_AUTHOR = 1,     /* id: author id, then eight zero bytes: the journal itself */
    SUBJECT_DEPLOYMENT = 2, /* id: deployment id: editions, certificates, revocations */
    SUBJECT_JOB = 3,
    SUBJECT_CUSTOMER = 4,
    SUBJECT_EQUIPMENT = 5,
    SUBJECT_CONTRACT = 6,
    SUBJECT_TECHNICIAN = 7, /* a person of the company, whatever the role */
    SUBJECT_STOCK = 8,      /* one part in one technician's van */
    SUBJECT_GOODS = 9,      /* a customer's thing at the branch: in/out register, repair card */
    SUBJECT_SLIP = 10,      /* a part's issue slip */
    SUBJECT_DAY = 11,       /* a daily report: a technician's, or with no technician the branch's */
    SUBJECT_INVOICE = 12,
    SUBJECT_ACCESS = 13, /* a login or a token at headquarters: no device holds one */
    SUBJECT_ITEM = 14,   /* what came in and could not be kept: the first half of its hash */
    SUBJECT_TYPES = 15
};

enum role {
    ROLE_NONE = 0,
    ROLE_TECHNICIAN = 1,
    ROLE_HEADQUARTERS = 2, /* a docketd node; the actor and his role stand in the entry */
    ROLE_CLERK = 3,
    ROLE_SUPERVISOR = 4,
    ROLE_ACCOUNTANT = 5,
    ROLE_PARTS_KEEPER = 6,
    ROLE_BRANCH_MANAGER = 7,
    ROLE_SERVICE_DEPARTMENT = 8,
    ROLE_ADMINISTRATOR = 9,
    ROLES = 10
};

enum kind {
    KIND_JOURNAL_OPENED = 1, /* first of an epoch. {1: predecessor [epoch, seq, hash]?} */
    KIND_RECORD_SET =
        2, /* {1: {field: value}, 2: {field: [hashes seen as current]}?}; att: texts */
    KIND_JOB_ASSIGNED = 3,  /* {1: technician id16 (zero: nobody), 2: [assignments seen]?} */
    KIND_JOB_CANCELLED = 4, /* {1: reason code} */
    KIND_JOB_ARCHIVED = 5,  /* {} signed voucher is back: struck off (B-18 6) */
    KIND_EDITION = 6, /* {1: edition number, 2: base hash?}; att: [catalogue]; subject deployment */
    KIND_CERTIFICATE = 7, /* {1: author id8, 2: hash of certificate}; subject technician */
    KIND_REVOKED = 8,     /* {1: author id8, 2: revocation number}; subject technician */
    KIND_FORGOTTEN =
        9, /* {1: [attachment hashes], 2: rule code, 3: legal-until ms?}; what was erased */
    KIND_CASH_ACCEPTED = 10, /* {1: [hashes of visit.paid], 2: minor units}; subject job */
    KIND_JOB_RESTORED = 11,  /* {1: [job.cancelled that it takes back]}; subject job */
    KIND_ADMITTED = 12,      /* {1: [entries beyond their author's revocation that count after all],
                                 2: reason code?} */
    KIND_SET_ASIDE = 13, /* {1: [entries of a revoked author, under a number below a head that his
                             revocation names, on no branch that leads there]} */
    KIND_ACCESS =
        14, /* {1: step, 2: person id16, 3: scopes?, 4: until ms?, 5: role?}: what was done
               with a login or a token, which is the subject; never a name or a secret */
    KIND_ITEM_SETTLED = 15, /* {1: reason code}: somebody saw to what could not be kept */
    /* A visit's facts: key 1 is the visit id (id8, minted at acceptance); key 0, where present,
     * lists the entries of this author that this one supersedes (a correction). */
    KIND_VISIT_ACCEPTED = 20,   /* {0?, 1} */
    KIND_VISIT_TRAVELLING = 21, /* {0?, 1} */
    KIND_VISIT_ARRIVED = 22,   /* {0?, 1, 2: flags} flags: 1 credential shown, 2 price list shown */
    KIND_VISIT_DIAGNOSED = 23, /* {0?, 1, 2: fault code bstr?, 3: cause code, 4: responsibility,
                                  5: flags (1 coverage checked, 2 opened before), 6: edition?}
                                  att: [fault in words?] with 7: 1 when the fault is in words;
                                  then [cause in words?] with 8: 1 */
    KIND_VISIT_CLASS = 24,  /* {0?, 1, 2: class, 3: basis, 4: proposed class?, 5: contract id16?} */
    KIND_VISIT_PRICED = 25, /* {0?, 1, 2: [[price code bstr, qty milli, unit minor, amount minor]],
                               3: estimate minor, 4: consented bool, 5: edition}
                               att: [price list text as shown, customer's stroke] */
    KIND_VISIT_PART = 26,   /* {0?, 1, 2: part number bstr, 3: qty milli, 4: unit minor, 5: reason,
                               6: old part, 7: serial in bstr?, 8: serial out bstr?, 9: edition?,
                               10: charged bool}; att: [part in words] when key 11: 1,
                               [why the old part stays] when key 12: 1 */
    KIND_VISIT_ACTION = 27, /* {0?, 1, 2: [action codes]}; att: [action in words?] with 3: 1 */
    KIND_VISIT_TESTED = 28, /* {0?, 1, 2: result, 3: flags (1 tidy, 2 taught, 4 hidden danger told)}
                               att: [hidden danger?] with 4: 1, [result in words?] with 5: 1 */
    KIND_VISIT_FEE = 29,    /* {0?, 1, 2: labour, 3: parts, 4: travel, 5: other, 6: total} minor */
    KIND_VISIT_SIGNED = 30, /* {1, 2: outcome, 3: version, 4: report number bstr, 5: total minor,
                               6: class, 7: template (1 zh, 2 en), 8: [[author, hash] covered],
                               9: relation code?, 10: reason code (refused, absent)?, 11: att flags}
                               att: [facts, text, strokes (1), name (2), reason in words (4),
                               sealed ratings (8)]: those of the att flags, in this order */
    KIND_VISIT_LEFT = 31,   /* {0?, 1} */
    KIND_VISIT_ENDED = 32,  /* {0?, 1, 2: outcome (enum visit_end), 3: reason code?, 4: part?}
                               att: [note?] with 5: 1 */
    KIND_VISIT_PAID = 33,   /* {0?, 1, 2: method, 3: amount minor, 4: receipt number bstr} */
    KIND_WITHDRAWN = 34,    /* {1, 2: hash}: that fact of mine does not hold; only before signing */
    KIND_JOB_REOPENED = 35, /* {1: visit, 2: reason code, ? 3: sign-off}: a new version
                                will be signed */
    KIND_HANDOVER_ASKED = 36, /* {1: visit?, 2: reason code}; att: [note?] with 3: 1 */
    KIND_HELP_ASKED = 37,     /* {1: visit, 2: reason code}; att: [note?] with 3: 1 */
    KIND_PROPOSED =
        38, /* {1: visit, 2: of what (subject type or 100 part, 101 fault)}; att: [words] */
    KIND_HELP_ANSWERED = 39, /* {1: the request, 2: decision, 3: person who comes or takes over?,
                                4: when ms?}; att: [words?] with 5: 1. Of a job the request is its
                                help.asked, of goods the record.set that says when it was asked */
    /* What the customer signs for a thing of his: receipt and acknowledgement, signature and
     * voiding, each in one entry that ends its visit (B-18.3, B-18.5). Never corrected. */
    KIND_VISIT_TAKEN = 40,    /* {0?, 1, 2: receipt bstr, 3: goods id16, 4: reason, 5: promised ms,
                                 6: serial bstr?, 7: condition, 8: accessories?, 9: template,
                                 10: relation?}
                                 att: [receipt as read, customer's stroke, name?] with 11: 1 */
    KIND_VISIT_RETURNED = 41, /* {0?, 1, 2: receipt bstr, 3: goods id16, 4: what became of the
                                 receipt, 5: total minor, 6: class, 7: template, 8: relation?}
                                 att: [text as read, customer's stroke, name?] with 9: 1 */
    /* Where he stood when he said that he had arrived: once, after that tap; never corrected. */
    KIND_VISIT_POSITION = 42, /* {0?, 1}; att: [core/model/position.h] */
    /* What a customer said before the device came back without a sign-off, or before he said it
     * anew: never corrected, never withdrawn (B-18.13). */
    KIND_VISIT_RATED = 43, /* {0?, 1}; att: [sealed ratings] */
};

enum service_class { CLASS_NONE = 0, CLASS_A = 1, CLASS_B = 2, CLASS_C = 3, CLASS_D = 4 };
enum class_basis {
    BASIS_NONE = 0,
    BASIS_PAID = 1,
    BASIS_CONTRACT = 2,
    BASIS_WARRANTY = 3,
    BASIS_USER_DAMAGE = 4,
    BASIS_TECHNICIAN = 5
};
enum cause {
    CAUSE_NONE = 0,
    CAUSE_WEAR = 1,
    CAUSE_DEFECT = 2,
    CAUSE_INSTALL = 3,
    CAUSE_MISUSE = 4,
    CAUSE_ACCIDENT = 5,
    CAUSE_ENVIRONMENT = 6,
    CAUSE_NO_FAULT = 7,
    CAUSE_OTHER = 8
};
enum responsibility {
    RESP_NONE = 0,
    RESP_MAKER = 1,
    RESP_USER = 2,
    RESP_INSTALLER = 3,
    RESP_NOBODY = 4,
    RESP_OTHER = 5
};
enum part_reason {
    PART_FAILED = 1,
    PART_WORN = 2,
    PART_DAMAGED = 3,
    PART_PREVENTIVE = 4,
    PART_MISSING = 5,
    PART_OTHER = 6
};
enum old_part { OLD_TAKEN = 1, OLD_LEFT = 2, OLD_NONE = 3 };
enum action {
    ACTION_REPLACE = 1,
    ACTION_TIGHTEN = 2,
    ACTION_CLEAN = 3,
    ACTION_ADJUST = 4,
    ACTION_REFILL = 5,
    ACTION_REPAIR = 6,
    ACTION_INSPECT = 7,
    ACTION_EXPLAIN = 8,
    ACTION_OTHER = 9
};
enum test_result { RESULT_WORKS = 1, RESULT_LIMITED = 2, RESULT_NOT_FIXED = 3 };
enum sign_outcome { SIGN_SIGNED = 1, SIGN_REFUSED = 2, SIGN_ABSENT = 3 };
enum sign_relation { REL_SELF = 1, REL_FAMILY = 2, REL_STAFF = 3, REL_KEEPER = 4, REL_OTHER = 5 };
enum sign_reason {
    SR_FEE = 1,
    SR_RESULT = 2,
    SR_TIME = 3,
    SR_OTHER = 4,
    SR_LEFT = 5,
    SR_NO_REASON = 6
};
enum visit_end {
    END_NOBODY = 1,
    END_PART_WANTED = 2,
    END_PRICE_REFUSED = 3,
    END_HELP_WANTED = 4,
    END_HANDED_OVER = 5,
    END_OTHER = 6,
    /* By their own kinds, never said in visit.ended. */
    END_TAKEN = 7,
    END_RETURNED = 8
};
enum take_reason {
    TAKE_WORKSHOP = 1,
    TAKE_PARTS = 2,
    TAKE_TEST = 3,
    TAKE_MAKER = 4,
    TAKE_OTHER = 5
};
enum goods_condition {
    CONDITION_GOOD = 1,
    CONDITION_WORN = 2,
    CONDITION_SCRATCHED = 3,
    CONDITION_DAMAGED = 4
};
/* Bits. */
enum goods_accessories {
    WITH_CORD = 1,
    WITH_REMOTE = 2,
    WITH_PIPES = 4,
    WITH_BATTERY = 8,
    WITH_PACKING = 16
};
enum receipt_outcome { RECEIPT_BACK = 1, RECEIPT_LOST = 2 };
enum pay_method { PAY_CASH = 1, PAY_CARD = 2, PAY_MOBILE = 3, PAY_TRANSFER = 4, PAY_INVOICE = 5 };
/* Of what visit.proposed says something: a subject type, or one of these. */
enum proposed_what { PROPOSED_PART = 100, PROPOSED_FAULT = 101, PROPOSED_CLASS = 102 };
enum access_step {
    ACCESS_LOGIN_MADE = 1,
    ACCESS_PASSWORD = 2, /* a new one, by whom key 12 says */
    ACCESS_SHUT = 3,
    ACCESS_OPENED = 4,
    ACCESS_SESSIONS = 5, /* all of its sessions were ended */
    ACCESS_TOKEN_MADE = 6,
    ACCESS_TOKEN_ENDED = 7,
    ACCESS_STEPS
};
enum item_reason {
    ITEM_CAME_WHOLE = 1, /* the same came again as it should, nothing is missing */
    ITEM_DEVICE = 2,     /* the handheld was seen to */
    ITEM_ASKED = 3,      /* whoever sent it was asked */
    ITEM_FAULT = 4,      /* reported as a fault of the program */
    ITEM_OTHER = 5,
    ITEM_REASONS
};
/* What becomes of a help request. */
enum help_decision {
    HELP_COMES = 1,      /* somebody comes: who, and when if it is known */
    HELP_ADVICE = 2,     /* what to do stands in the words */
    HELP_TAKEN_OVER = 3, /* another goes on with it: who */
    HELP_PUT_OFF = 4,    /* another time was agreed with the customer: when */
    HELP_AGREED = 5,     /* as the technician proposed */
    HELP_OTHER = 6,      /* as the words say */
    HELP_DECISIONS
};
enum forget_rule { FORGET_RETENTION = 1, FORGET_REQUEST = 2 };

/* One row a kind. */
struct kind_info {
    enum kind kind;
    const char *name;          /* "visit.arrived": logs, exports */
    enum subject_type subject; /* 0: any */
    bool visit_fact;           /* key 1 is a visit id, key 0 supersedes */
    uint16_t effect_roles; /* bit per enum role: whose entries have effect; others are requests */
    bool node_only; /* and in that role headquarters' alone: a device's own entry is a request */
};
/* kind_info: the row, or NULL for a kind this version does not know. Static storage. */
const struct kind_info *kind_info(unsigned kind);
/* kind_has_effect: may `role` (for headquarters' entries: the actor's role) give this kind effect?
 * Of a kind that is node_only: if the author is a node besides. */
bool kind_has_effect(unsigned kind, enum role role);
#endif
