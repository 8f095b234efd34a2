/* office.c - see office.h. */
#include "core/rules/office.h"

#include "core/model/call.h"
#include "core/rules/money.h"

/* ---- where a subject stands ------------------------------------------------------------------ */

static const struct {
    enum subject_type type;
    int field;
} state_fields[] = {
    {SUBJECT_GOODS, F_GOODS_STATE},
    {SUBJECT_SLIP, F_SLIP_STATE},
    {SUBJECT_DAY, F_DAY_STATE},
    {SUBJECT_INVOICE, F_INVOICE_STATE},
};

static const struct visit_state *newest(const struct subject_state *job)
{
    return job->nvisits == 0 ? NULL : &job->visits[job->nvisits - 1];
}

static unsigned job_state(const struct subject_state *job)
{
    const struct visit_state *v = newest(job);
    if (job->archived) {
        return JOB_ARCHIVED;
    }
    if (v != NULL && v->nsigned > 0 && v->signatures[v->nsigned - 1].stands) {
        return JOB_SIGNED;
    }
    if (v != NULL && v->stage == VISIT_ENDED && v->end == END_RETURNED) {
        return JOB_SIGNED; /* on the voucher the customer signed for what came back */
    }
    if (job->cancelled) {
        return JOB_CANCELLED;
    }
    if (v == NULL || v->stage == VISIT_NONE) {
        return id16_zero(job->assigned) ? JOB_REGISTERED : JOB_DISPATCHED;
    }
    return v->stage == VISIT_ENDED     ? JOB_WAITING
           : v->stage >= VISIT_ARRIVED ? JOB_ON_SITE
                                       : JOB_ACCEPTED;
}

/* By a technician's own word goods are finished at most: that they passed, went out and that their
 * receipt is void needs what only headquarters writes (B-18.4). */
static unsigned goods_state(const struct subject_state *s, const struct field_value *v)
{
    bool his = id16_zero(v->actor);
    bool passed = fold_shown(s, F_GOODS_PASSED) != NULL || fold_shown(s, F_GOODS_OUT) != NULL;
    bool claims = v->i == GOODS_PASSED || v->i == GOODS_OUT || v->i == GOODS_VOIDED;
    return his && claims && !passed ? GOODS_FINISHED : (unsigned)v->i;
}

unsigned office_state(const struct subject_state *s)
{
    if (s->type == SUBJECT_JOB) {
        return job_state(s);
    }
    for (size_t i = 0; i < sizeof state_fields / sizeof state_fields[0]; i++) {
        const struct field_value *v =
            state_fields[i].type == s->type ? fold_shown(s, state_fields[i].field) : NULL;
        if (v != NULL && v->i > 0 && v->i < 16) {
            return s->type == SUBJECT_GOODS ? goods_state(s, v) : (unsigned)v->i;
        }
    }
    return 0;
}

bool office_open(const struct subject_state *job)
{
    unsigned state = job_state(job);
    return state >= JOB_REGISTERED && state <= JOB_WAITING;
}

enum service_class office_class(const struct subject_state *job)
{
    const struct visit_state *v = newest(job);
    const struct fact *f = v == NULL ? NULL : fold_fact(v, KIND_VISIT_CLASS);
    union body b;
    if (f != NULL && body_decode(f->kind, f->body, &b) == ST_OK) {
        return (enum service_class)b.class_.class_;
    }
    const struct field_value *p = fold_shown(job, F_JOB_CLASS_PROPOSED);
    return p != NULL && p->i > CLASS_NONE && p->i <= CLASS_D ? (enum service_class)p->i
                                                             : CLASS_NONE;
}

h32 office_help(const struct subject_state *s)
{
    const struct visit_state *v = s->type == SUBJECT_JOB ? newest(s) : NULL;
    const struct field_value *of_goods =
        s->type == SUBJECT_GOODS ? fold_shown(s, F_GOODS_HELP) : NULL;
    unsigned state = office_state(s);
    if (of_goods != NULL && (state == GOODS_IN || state == GOODS_IN_WORK)) {
        return of_goods->entry;
    }
    bool going = v != NULL && (v->stage < VISIT_SIGNED || v->stage == VISIT_ENDED);
    const struct fact *f = going && office_open(s) ? fold_fact(v, KIND_HELP_ASKED) : NULL;
    return f != NULL ? f->entry : (h32){{0}};
}

bool office_help_waits(const struct subject_state *s)
{
    h32 asked = office_help(s);
    return !h32_zero(asked) && fold_answer(s, asked) == NULL;
}

enum office_rule office_may_answer(const struct subject_state *s, h32 asked,
                                   const struct body_help *answer)
{
    /* What each decision must say: somebody, a time, words. */
    static const struct {
        bool who, when, words;
    } needs[HELP_DECISIONS] = {
        [HELP_COMES] = {.who = true},
        [HELP_ADVICE] = {.words = true},
        [HELP_TAKEN_OVER] = {.who = true},
        [HELP_PUT_OFF] = {.when = true},
        [HELP_AGREED] = {0},
        [HELP_OTHER] = {.words = true},
    };
    unsigned d = answer->decision;
    if (h32_zero(asked) || !h32_eq(office_help(s), asked)) {
        return OFFICE_NO_HELP;
    }
    bool said = d > 0 && d < HELP_DECISIONS && (!needs[d].who || !id16_zero(answer->who)) &&
                (!needs[d].when || answer->when_ms > 0) && (!needs[d].words || answer->words);
    return said ? OFFICE_OK : OFFICE_HELP_UNSAID;
}

unsigned office_proposal(const struct fact *f, enum body_att *words)
{
    union body b;
    if (body_decode(f->kind, f->body, &b) != ST_OK) {
        return 0;
    }
    switch (f->kind) {
    case KIND_VISIT_DIAGNOSED:
        *words = BA_FAULT;
        return b.diagnosed.fault_words ? PROPOSED_FAULT : 0;
    case KIND_VISIT_PART:
        *words = BA_PART;
        return b.part.words ? PROPOSED_PART : 0;
    case KIND_PROPOSED:
        *words = BA_WORDS;
        return b.proposed.what == SUBJECT_EQUIPMENT || b.proposed.what == PROPOSED_PART ||
                       b.proposed.what == PROPOSED_FAULT
                   ? b.proposed.what
                   : 0;
    default:
        return 0;
    }
}

unsigned office_new_records(const struct subject_state *job)
{
    const struct field_value *v = job->type == SUBJECT_JOB ? fold_shown(job, F_JOB_PROPOSED) : NULL;
    return v == NULL || v->i < 0 || v->i > (CALL_NEW_CUSTOMER | CALL_NEW_EQUIPMENT)
               ? 0
               : (unsigned)v->i;
}

bool office_proposed(const struct subject_state *job)
{
    enum body_att words;
    if (!job->archived && office_new_records(job) != 0) {
        return true;
    }
    for (unsigned v = 0; v < job->nvisits && !job->archived; v++) {
        for (unsigned k = 0; k < job->visits[v].nfacts; k++) {
            if (office_proposal(&job->visits[v].facts[k], &words) != 0) {
                return true;
            }
        }
    }
    return false;
}

static int64_t cash_paid(const struct visit_state *v)
{
    int64_t sum = 0;
    for (unsigned i = 0; i < v->nfacts; i++) {
        union body b;
        if (v->facts[i].kind == KIND_VISIT_PAID &&
            body_decode(KIND_VISIT_PAID, v->facts[i].body, &b) == ST_OK &&
            b.paid.method == PAY_CASH && b.paid.amount_minor < INT64_MAX - sum) {
            sum += b.paid.amount_minor;
        }
    }
    return sum;
}

int64_t office_cash_owed_minor(const struct subject_state *job)
{
    int64_t owed = 0;
    for (unsigned i = 0; i < job->nvisits; i++) {
        int64_t here = cash_paid(&job->visits[i]) - job->visits[i].cash_accepted_minor;
        owed += here > 0 && here < INT64_MAX - owed ? here : 0;
    }
    return owed;
}

static bool is_named(const struct hash_list *l, h32 h)
{
    for (unsigned i = 0; i < l->n; i++) {
        if (h32_eq(l->h[i], h)) {
            return true;
        }
    }
    return false;
}

int64_t office_cash_out(const struct subject_state *job, const struct hash_list *paid,
                        struct hash_list *of)
{
    int64_t sum = 0;
    of->n = 0;
    for (unsigned i = 0; i < job->nvisits; i++) {
        for (unsigned k = 0; k < job->visits[i].nfacts && of->n < CAP_FIELD_WRITES; k++) {
            const struct fact *f = &job->visits[i].facts[k];
            union body b;
            if (f->kind != KIND_VISIT_PAID || body_decode(f->kind, f->body, &b) != ST_OK ||
                b.paid.method != PAY_CASH || b.paid.amount_minor <= f->accepted_minor ||
                (paid->n > 0 && !is_named(paid, f->entry))) {
                continue;
            }
            of->h[of->n++] = f->entry;
            sum = money_add(sum, b.paid.amount_minor - f->accepted_minor);
        }
    }
    return sum;
}

enum office_rule office_may_accept(int64_t out_minor, int64_t amount_minor)
{
    return amount_minor > 0 && amount_minor <= out_minor ? OFFICE_OK : OFFICE_CASH_OVER;
}

/* ---- rules by name --------------------------------------------------------------------------- */

static const struct {
    const char *id, *name;
} rules[OFFICE_RULES] = {
    [OFFICE_OK] = {"", "ok"},
    [OFFICE_ROLE] = {"E", "role"},
    [OFFICE_ORDER] = {"B-01", "step_out_of_order"},
    [OFFICE_TAKE_AWAY] = {"B-18.3", "receipt_and_acknowledgement_needed"},
    [OFFICE_NOT_PASSED] = {"B-18.4", "goods_not_passed"},
    [OFFICE_NOT_SIGNED_BACK] = {"B-18.5", "customer_has_not_signed"},
    [OFFICE_NO_VOUCHER] = {"B-18.6", "voucher_not_back"},
    [OFFICE_FILED] = {"B-01.8", "voucher_filed"},
    [OFFICE_GOODS_HERE] = {"B-02.9", "goods_receipt_open"},
    [OFFICE_CASH_OUT] = {"B-18.11", "cash_not_handed_in"},
    [OFFICE_CASH_OVER] = {"B-18.11", "more_than_is_out"},
    [OFFICE_NOT_APPROVED] = {"B-18.9", "slip_not_approved"},
    [OFFICE_OLD_PART_OWED] = {"B-18.8", "old_part_owed"},
    [OFFICE_SIGNER_INSPECTS] = {"E", "repairer_is_inspector"},
    [OFFICE_COLLECTOR_BILLS] = {"E", "collector_is_invoicer"},
    [OFFICE_NO_HELP] = {"A-13", "no_help_asked"},
    [OFFICE_HELP_UNSAID] = {"A-13", "answer_says_too_little"},
    [OFFICE_USER_KEEPS] = {"E", "user_is_keeper"},
};

const char *office_rule_id(enum office_rule r)
{
    return (unsigned)r < OFFICE_RULES ? rules[r].id : "";
}

const char *office_rule_name(enum office_rule r)
{
    return (unsigned)r < OFFICE_RULES ? rules[r].name : "";
}

enum office_rule office_may_archive(const struct subject_state *job, bool goods_here)
{
    unsigned state = job_state(job);
    if (state == JOB_ARCHIVED) {
        return OFFICE_ORDER;
    }
    if (state != JOB_SIGNED) {
        return OFFICE_NO_VOUCHER;
    }
    if (goods_here) {
        return OFFICE_GOODS_HERE;
    }
    return office_cash_owed_minor(job) > 0 ? OFFICE_CASH_OUT : OFFICE_OK;
}

const struct signature_state *office_may_reopen(const struct subject_state *job, id8 *visit,
                                                enum office_rule *rule)
{
    const struct visit_state *v = newest(job);
    const struct signature_state *s =
        v == NULL || v->nsigned == 0 ? NULL : &v->signatures[v->nsigned - 1];
    *rule = OFFICE_OK;
    if (s == NULL || !s->stands || job->cancelled) {
        *rule = OFFICE_ORDER;
    } else if (job->archived) {
        *rule = OFFICE_FILED;
    } else {
        *visit = v->visit;
    }
    return *rule == OFFICE_OK ? s : NULL;
}

enum office_rule office_may_bill(const struct subject_state *job, id16 actor,
                                 id16 (*person)(void *ctx, id8 author), void *ctx)
{
    for (unsigned i = 0; i < job->nvisits; i++) {
        const struct visit_state *v = &job->visits[i];
        if (fold_fact(v, KIND_VISIT_PAID) != NULL && person != NULL &&
            id16_eq(person(ctx, v->author), actor)) {
            return OFFICE_COLLECTOR_BILLS;
        }
    }
    return job_state(job) == JOB_CANCELLED ? OFFICE_ORDER : OFFICE_OK;
}

bool office_late_unhelped(const struct subject_state *goods, int64_t now_ms)
{
    const struct field_value *due = fold_shown(goods, F_GOODS_DUE);
    unsigned state = office_state(goods);
    return due != NULL && due->i < now_ms && (state == GOODS_IN || state == GOODS_IN_WORK) &&
           fold_shown(goods, F_GOODS_HELP) == NULL;
}

static int64_t local_day(int64_t ms, int utc_offset_minutes)
{
    int64_t day_ms = 86400000, at = ms + (int64_t)utc_offset_minutes * 60000;
    return at >= 0 ? at / day_ms : -((day_ms - 1 - at) / day_ms);
}

bool office_left_over(const struct subject_state *job, int64_t now_ms, int utc_offset_minutes)
{
    const struct field_value *called = fold_shown(job, F_JOB_CALLED);
    return called != NULL && job_state(job) == JOB_REGISTERED &&
           local_day(called->i, utc_offset_minutes) < local_day(now_ms, utc_offset_minutes);
}

bool office_dispatch_before(const struct office_due *a, const struct office_due *b)
{
    if (a->left_over != b->left_over) {
        return a->left_over;
    }
    if (a->due_ms != b->due_ms) {
        return a->due_ms < b->due_ms;
    }
    if (a->called_ms != b->called_ms) {
        return a->called_ms < b->called_ms;
    }
    return memcmp(a->subject.b, b->subject.b, sizeof a->subject.b) < 0;
}
