/* visit.c - what may follow what: one row a kind, one test a requirement. No other code decides. */
#include "core/rules/visit.h"

#include "core/rules/money.h"

/* ---- the rules' names ------------------------------------------------------------------------ */

static const struct {
    const char *id, *name;
} names[RULES] = {
    [RULE_OK] = {"", "ok"},
    [RULE_NOT_ACCEPTED] = {"B-03.1", "not accepted"},
    [RULE_NOT_ARRIVED] = {"B-03.4", "not arrived"},
    [RULE_NOT_DIAGNOSED] = {"B-18.1", "not diagnosed"},
    [RULE_NO_CLASS] = {"B-18.7", "no class"},
    [RULE_CLASS_D] = {"B-18.7", "internal work is no visit"},
    [RULE_NO_CONSENT] = {"B-18.10", "no consent"},
    [RULE_CONSENT_EXCEEDED] = {"B-18.10", "more than was agreed"},
    [RULE_NO_ACTION] = {"B-18.1", "no action"},
    [RULE_PART_LINE] = {"B-18.8", "part line incomplete"},
    [RULE_NO_RESULT] = {"B-18.1", "no result"},
    [RULE_NO_FEE] = {"D-08", "fee not fixed"},
    [RULE_SIGNED] = {"B-18.2", "signed"},
    [RULE_OVER] = {"B-18.2", "over"},
    [RULE_CANCELLED] = {"B-01.3", "job cancelled"},
    [RULE_NO_REASON] = {"B-18.17", "no reason"},
    [RULE_NO_RECEIPT_NUMBER] = {"B-18.10", "no receipt number"},
    [RULE_NOTHING_DUE] = {"D-09", "nothing due"},
    [RULE_RATING_SEALED] = {"B-18.13", "rating sealed"},
    [RULE_CASH_OWED] = {"B-18.11", "cash owed"},
    [RULE_ORDER] = {"B-18.18", "out of order"},
    [RULE_ROLE] = {"E", "another role's"},
    [RULE_TAKE_AWAY] = {"B-18.3", "receipt and acknowledgement"},
    [RULE_NOT_PASSED] = {"B-18.4", "not passed inspection"},
    [RULE_NOT_SIGNED_BACK] = {"B-18.5", "not signed for"},
    [RULE_GOODS_OUT] = {"A-04", "a receipt is open"},
    [RULE_NO_GOODS] = {"B-02.8", "nothing was taken away"},
    [RULE_CARD] = {"B-02.4", "repair card not at this step"},
    [RULE_DAY_SIGNED] = {"B-18.2", "the branch has signed the day"},
    [RULE_DAY_FUTURE] = {"B-18.18", "the day has not begun"},
};

const char *rule_id(enum rule r)
{
    return (unsigned)r < RULES ? names[r].id : "";
}

const char *rule_name(enum rule r)
{
    return (unsigned)r < RULES ? names[r].name : "unknown rule";
}

/* ---- what holds ------------------------------------------------------------------------------ */

static bool has(const struct visit_state *v, unsigned kind)
{
    return fold_fact(v, kind) != NULL;
}

static bool read_fact(const struct visit_state *v, unsigned kind, union body *b)
{
    const struct fact *f = fold_fact(v, kind);
    return f != NULL && body_decode(kind, f->body, b) == ST_OK;
}

static bool is_accepted(const struct visit_state *v)
{
    return v != NULL;
}

static bool is_signed(const struct visit_state *v)
{
    return v != NULL && v->nsigned > 0 && v->signatures[v->nsigned - 1].stands;
}

static bool is_over(const struct visit_state *v)
{
    return v != NULL && (v->stage == VISIT_ENDED || v->stage == VISIT_LEFT);
}

static bool is_arrived(const struct visit_state *v)
{
    return has(v, KIND_VISIT_ARRIVED);
}

static bool is_diagnosed(const struct visit_state *v)
{
    return has(v, KIND_VISIT_DIAGNOSED);
}

static unsigned class_of(const struct visit_state *v)
{
    union body b;
    return read_fact(v, KIND_VISIT_CLASS, &b) ? b.class_.class_ : CLASS_NONE;
}

static bool has_class(const struct visit_state *v)
{
    return class_of(v) >= CLASS_A && class_of(v) <= CLASS_C;
}

static bool has_consent(const struct visit_state *v)
{
    union body b;
    return class_of(v) != CLASS_A || (read_fact(v, KIND_VISIT_PRICED, &b) && b.priced.consented);
}

static bool has_action(const struct visit_state *v)
{
    return has(v, KIND_VISIT_ACTION);
}

static bool parts_whole(const struct visit_state *v)
{
    for (unsigned i = 0; v != NULL && i < v->nfacts; i++) {
        if (v->facts[i].kind == KIND_VISIT_PART &&
            visit_body_ok(NULL, v, KIND_VISIT_PART, v->facts[i].body) != RULE_OK) {
            return false;
        }
    }
    return true;
}

static bool has_result(const struct visit_state *v)
{
    return has(v, KIND_VISIT_TESTED);
}

int64_t visit_total_minor(const struct visit_state *v)
{
    union body b;
    if (read_fact(v, KIND_VISIT_RETURNED, &b)) {
        return b.returned.total_minor;
    }
    return read_fact(v, KIND_VISIT_FEE, &b) ? b.fee.total_minor : 0;
}

static bool has_fee(const struct visit_state *v)
{
    return has(v, KIND_VISIT_FEE) || has(v, KIND_VISIT_RETURNED);
}

static bool within(const struct visit_state *v, int64_t total_minor)
{
    union body b;
    return class_of(v) != CLASS_A ||
           (read_fact(v, KIND_VISIT_PRICED, &b) && total_minor <= b.priced.estimate_minor);
}

static bool fee_agreed(const struct visit_state *v)
{
    return within(v, visit_total_minor(v));
}

static int64_t paid(const struct visit_state *v, unsigned method)
{
    int64_t sum = 0;
    for (unsigned i = 0; i < v->nfacts; i++) {
        union body b;
        if (v->facts[i].kind == KIND_VISIT_PAID &&
            body_decode(KIND_VISIT_PAID, v->facts[i].body, &b) == ST_OK &&
            (method == 0 || b.paid.method == method)) {
            sum = money_add(sum, b.paid.amount_minor);
        }
    }
    return sum;
}

static bool is_due(const struct visit_state *v)
{
    return visit_total_minor(v) > 0;
}

/* What the customer signed for when a thing of his left or came back is as frozen as a report. */
static bool not_signed(const struct visit_state *v)
{
    return !is_signed(v) && !has(v, KIND_VISIT_TAKEN) && !has(v, KIND_VISIT_RETURNED);
}

static bool is_settled(const struct visit_state *v)
{
    return is_signed(v) || has(v, KIND_VISIT_RETURNED);
}

static bool not_over(const struct visit_state *v)
{
    return !is_over(v);
}

/* A visit that ended without signature keeps that stage when he leaves. */
static bool not_left(const struct visit_state *v)
{
    return v == NULL ||
           (v->stage != VISIT_LEFT && !(v->stage == VISIT_ENDED && has(v, KIND_VISIT_LEFT)));
}

/* Setting out after having arrived makes no sense, unless it is a correction. */
static bool not_arrived_yet(const struct visit_state *v)
{
    return !is_arrived(v) || has(v, KIND_VISIT_TRAVELLING);
}

static bool signed_or_ended(const struct visit_state *v)
{
    return is_signed(v) || v->stage == VISIT_ENDED;
}

/* Once, never tracked. */
static bool unplaced(const struct visit_state *v)
{
    return !has(v, KIND_VISIT_POSITION);
}

static bool room_for_part(const struct visit_state *v)
{
    unsigned n = 0;
    for (unsigned i = 0; i < v->nfacts; i++) {
        n += v->facts[i].kind == KIND_VISIT_PART;
    }
    return n < CAP_VISIT_PARTS;
}

/* ---- the table ------------------------------------------------------------------------------- */

enum need {
    N_VISIT = 1U << 0,
    N_UNSIGNED = 1U << 1,
    N_NOT_OVER = 1U << 2,
    N_NOT_LEFT = 1U << 3,
    N_SIGNED = 1U << 4,
    N_SIGNED_OR_ENDED = 1U << 5,
    N_NOT_ARRIVED_YET = 1U << 6,
    N_ARRIVED = 1U << 7,
    N_DIAGNOSED = 1U << 8,
    N_CLASS = 1U << 9,
    N_CONSENT = 1U << 10,
    N_ACTION = 1U << 11,
    N_PARTS = 1U << 12,
    N_ROOM = 1U << 13,
    N_RESULT = 1U << 14,
    N_FEE = 1U << 15,
    N_AGREED = 1U << 16,
    N_DUE = 1U << 17,
    N_NONE = 1U << 18, /* no visit of one's own is going on */
    N_OFFICE = 1U << 19,
    N_SETTLED = 1U << 20,
    N_FREE = 1U << 21, /* nothing of this job's is out */
    N_OUT = 1U << 22,  /* something is */
    N_UNPLACED = 1U << 23
};

/* In the order in which a person is told what is missing. */
static const struct {
    unsigned need;
    enum rule rule;
    bool (*holds)(const struct visit_state *v);
} needs[] = {
    {N_VISIT, RULE_NOT_ACCEPTED, is_accepted},
    {N_UNSIGNED, RULE_SIGNED, not_signed},
    {N_NOT_OVER, RULE_OVER, not_over},
    {N_NOT_LEFT, RULE_OVER, not_left},
    {N_ARRIVED, RULE_NOT_ARRIVED, is_arrived},
    {N_NOT_ARRIVED_YET, RULE_ORDER, not_arrived_yet},
    {N_DIAGNOSED, RULE_NOT_DIAGNOSED, is_diagnosed},
    {N_CLASS, RULE_NO_CLASS, has_class},
    {N_CONSENT, RULE_NO_CONSENT, has_consent},
    {N_ACTION, RULE_NO_ACTION, has_action},
    {N_PARTS, RULE_PART_LINE, parts_whole},
    {N_ROOM, RULE_PART_LINE, room_for_part},
    {N_RESULT, RULE_NO_RESULT, has_result},
    {N_FEE, RULE_NO_FEE, has_fee},
    {N_AGREED, RULE_CONSENT_EXCEEDED, fee_agreed},
    {N_DUE, RULE_NOTHING_DUE, is_due},
    {N_SIGNED, RULE_ORDER, is_signed},
    {N_SETTLED, RULE_ORDER, is_settled},
    {N_SIGNED_OR_ENDED, RULE_ORDER, signed_or_ended},
    {N_UNPLACED, RULE_ORDER, unplaced},
};

#define GOING (N_VISIT | N_UNSIGNED | N_NOT_OVER)
#define ON_SITE (GOING | N_ARRIVED)
#define WORK (ON_SITE | N_DIAGNOSED | N_CLASS | N_CONSENT)
#define DONE (WORK | N_ACTION | N_PARTS | N_RESULT)

static const struct {
    unsigned kind, needs;
} rows[] = {
    {KIND_VISIT_ACCEPTED, N_NONE},
    {KIND_VISIT_TRAVELLING, GOING | N_NOT_ARRIVED_YET},
    {KIND_VISIT_ARRIVED, GOING},
    {KIND_VISIT_DIAGNOSED, ON_SITE},
    {KIND_VISIT_CLASS, ON_SITE},
    {KIND_VISIT_PRICED, ON_SITE | N_DIAGNOSED | N_CLASS},
    {KIND_VISIT_PART, WORK | N_ROOM},
    {KIND_VISIT_ACTION, WORK},
    {KIND_VISIT_TESTED, WORK | N_ACTION},
    {KIND_VISIT_FEE, DONE},
    {KIND_VISIT_SIGNED, DONE | N_FEE | N_AGREED},
    {KIND_VISIT_LEFT, N_VISIT | N_NOT_LEFT | N_SIGNED_OR_ENDED},
    {KIND_VISIT_ENDED, N_VISIT | N_UNSIGNED | N_NOT_LEFT},
    {KIND_VISIT_PAID, N_VISIT | N_FEE | N_DUE | N_SETTLED},
    {KIND_WITHDRAWN, N_VISIT | N_UNSIGNED}, /* of an unsigned visit also when he is gone */
    {KIND_JOB_REOPENED, N_VISIT | N_SIGNED},
    {KIND_HANDOVER_ASKED, 0},
    {KIND_HELP_ASKED, GOING},
    {KIND_PROPOSED, N_VISIT},
    {KIND_VISIT_TAKEN, WORK | N_FREE},
    {KIND_VISIT_RETURNED, ON_SITE | N_OUT},
    {KIND_VISIT_POSITION, ON_SITE | N_UNPLACED},
    {KIND_VISIT_RATED, GOING},
    {KIND_JOB_ARCHIVED, N_OFFICE},
};

static enum rule archive_rule(const struct subject_state *job)
{
    for (unsigned i = 0; i < job->nvisits; i++) {
        if (visit_cash_owed_minor(job, job->visits[i].author) > 0) {
            return RULE_CASH_OWED;
        }
    }
    return RULE_OK;
}

static enum rule first_unmet(const struct visit_state *v, unsigned wanted)
{
    for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++) {
        if ((wanted & needs[i].need) != 0 && !needs[i].holds(v)) {
            return needs[i].rule;
        }
    }
    return RULE_OK;
}

enum rule visit_may(const struct subject_state *job, const struct visit_state *v, unsigned kind)
{
    if (job->type == SUBJECT_GOODS) {
        return visit_may_on_goods(job, v, kind);
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].kind != kind) {
            continue;
        }
        if ((rows[i].needs & N_OFFICE) != 0) {
            return archive_rule(job);
        }
        if ((rows[i].needs & N_NONE) != 0) {
            return v != NULL && !is_over(v) ? RULE_ORDER
                   : job->cancelled         ? RULE_CANCELLED
                                            : RULE_OK;
        }
        enum rule r = first_unmet(v, rows[i].needs);
        if (r == RULE_OK && kind == KIND_VISIT_PAID && visit_returned_before(job, v)) {
            return RULE_NOTHING_DUE;
        }
        bool out = (rows[i].needs & (N_FREE | N_OUT)) != 0 && visit_goods_out(job, NULL, NULL);
        return r != RULE_OK                           ? r
               : (rows[i].needs & N_FREE) != 0 && out ? RULE_GOODS_OUT
               : (rows[i].needs & N_OUT) != 0 && !out ? RULE_NO_GOODS
                                                      : RULE_OK;
    }
    return RULE_ROLE;
}

enum visit_help visit_help(const struct subject_state *job, const struct visit_state *v)
{
    const struct fact *asked = v == NULL ? NULL : fold_fact(v, KIND_HELP_ASKED);
    if (asked == NULL || v->stage == VISIT_SIGNED || v->stage == VISIT_LEFT || job->cancelled ||
        job->archived) {
        return VISIT_HELP_NONE;
    }
    return fold_answer(job, asked->entry) != NULL ? VISIT_HELP_ANSWERED : VISIT_HELP_WAITS;
}

bool visit_reopened(const struct visit_state *v)
{
    return v->nsigned > 0 && !is_signed(v) && !is_over(v);
}

enum rule visit_missing(const struct subject_state *job, const struct visit_state *v)
{
    return visit_may(job, v, KIND_VISIT_SIGNED);
}

/* ---- the next step --------------------------------------------------------------------------- */

static bool wants_travel(const struct visit_state *v)
{
    return !has(v, KIND_VISIT_TRAVELLING) && !is_arrived(v);
}
static bool wants_arrival(const struct visit_state *v)
{
    return !is_arrived(v);
}
static bool wants_diagnosis(const struct visit_state *v)
{
    return !is_diagnosed(v);
}
static bool wants_class(const struct visit_state *v)
{
    return !has_class(v);
}
static bool price_refused(const struct visit_state *v)
{
    return has(v, KIND_VISIT_PRICED) && !has_consent(v);
}
static bool wants_price(const struct visit_state *v)
{
    return !has_consent(v) || (has_fee(v) && !fee_agreed(v));
}
static bool wants_action(const struct visit_state *v)
{
    return !has_action(v);
}
static bool wants_result(const struct visit_state *v)
{
    return !has_result(v);
}
static bool wants_fee(const struct visit_state *v)
{
    return !has_fee(v);
}
static bool always(const struct visit_state *v)
{
    return v != NULL;
}

/* The first row that is wanted is the one thing to do next. */
static const struct {
    enum kind kind;
    bool (*wanted)(const struct visit_state *v);
} steps[] = {
    {KIND_VISIT_TRAVELLING, wants_travel},
    {KIND_VISIT_ARRIVED, wants_arrival},
    {KIND_VISIT_DIAGNOSED, wants_diagnosis},
    {KIND_VISIT_CLASS, wants_class},
    {KIND_VISIT_ENDED, price_refused},
    {KIND_VISIT_PRICED, wants_price},
    {KIND_VISIT_ACTION, wants_action},
    {KIND_VISIT_TESTED, wants_result},
    {KIND_VISIT_FEE, wants_fee},
    {KIND_VISIT_SIGNED, always},
};

enum kind visit_next(const struct subject_state *job, const struct visit_state *v)
{
    if (v == NULL) {
        return job->cancelled || job->archived ? (enum kind)0 : KIND_VISIT_ACCEPTED;
    }
    if (!not_left(v)) {
        return (enum kind)0;
    }
    if (v->stage == VISIT_ENDED) {
        bool pay = has(v, KIND_VISIT_RETURNED) && is_due(v) && paid(v, 0) == 0 &&
                   !visit_returned_before(job, v);
        return pay ? KIND_VISIT_PAID : KIND_VISIT_LEFT;
    }
    if (is_signed(v)) {
        return is_due(v) && paid(v, 0) == 0 ? KIND_VISIT_PAID : KIND_VISIT_LEFT;
    }
    if (is_arrived(v) && !is_diagnosed(v) && visit_goods_out(job, NULL, NULL) != NULL) {
        return KIND_VISIT_RETURNED; /* a visit of its own: what was taken comes back */
    }
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        if (steps[i].wanted(v)) {
            return steps[i].kind;
        }
    }
    return (enum kind)0;
}

int64_t visit_cash_owed_minor(const struct subject_state *job, id8 author)
{
    int64_t owed = 0;
    for (unsigned i = 0; i < job->nvisits; i++) {
        const struct visit_state *v = &job->visits[i];
        if (id8_eq(v->author, author)) {
            owed = money_add(owed, paid(v, PAY_CASH));
            int64_t accepted = v->cash_accepted_minor; /* saturated, so perhaps the one that has
                                                          no opposite */
            owed = money_add(owed, accepted == INT64_MIN ? INT64_MAX : -accepted);
        }
    }
    return owed > 0 ? owed : 0;
}
