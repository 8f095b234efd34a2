/* call.c - see call.h. */
#include "core/rules/call.h"

#include "core/fold/refold.h"
#include "core/rules/office.h"

static const struct {
    const char *id, *name;
} words[CALL_RULES] = {
    [CALL_OK] = {"", "ok"},
    [CALL_ROLE] = {"E", "role"},
    [CALL_OFFICE] = {"B-01.1", "headquarters_field"},
    [CALL_NO_NUMBER] = {"J-12", "no_number"},
    [CALL_NO_CUSTOMER] = {"A-01", "no_customer"},
    [CALL_NO_ADDRESS] = {"A-01", "no_address"},
    [CALL_NO_PHONE] = {"B-01.4", "no_phone"},
    [CALL_NO_EQUIPMENT] = {"A-01", "no_equipment"},
    [CALL_NO_FAULT] = {"A-01", "no_fault"},
    [CALL_TIME] = {"J-20", "time"},
};

const char *call_rule_id(enum call_rule r)
{
    return (unsigned)r < CALL_RULES ? words[r].id : "";
}

const char *call_rule_name(enum call_rule r)
{
    return (unsigned)r < CALL_RULES ? words[r].name : "";
}

enum call_rule call_missing(const struct call_told *t)
{
    if (!t->customer && !t->name) {
        return CALL_NO_CUSTOMER;
    }
    if (!t->customer && !t->address) {
        return CALL_NO_ADDRESS;
    }
    if (!t->customer && !t->phone) {
        return CALL_NO_PHONE;
    }
    if (!t->equipment && !t->what) {
        return CALL_NO_EQUIPMENT;
    }
    if (!t->fault) {
        return CALL_NO_FAULT;
    }
    bool late = t->called_ms > t->now_ms || (t->asked_ms != 0 && t->asked_ms < t->called_ms);
    return t->called_ms <= 0 || late ? CALL_TIME : CALL_OK;
}

static const struct record_write *write_of(const struct record_write *w, size_t n, int field)
{
    for (size_t i = 0; i < n; i++) {
        if (w[i].field == field) {
            return &w[i];
        }
    }
    return NULL;
}

enum call_rule call_may_take(enum role role, const struct record_write *w, size_t n)
{
    static const int office[] = {
        F_CODE, F_BRANCH, F_JOB_PRIORITY, F_JOB_COST, F_JOB_CLASS_PROPOSED, F_JOB_WORK_KIND};
    const struct record_write *channel = write_of(w, n, F_JOB_CHANNEL);
    if (role != ROLE_TECHNICIAN || channel == NULL || channel->i != CHANNEL_TECHNICIAN) {
        return CALL_ROLE;
    }
    for (size_t i = 0; i < sizeof office / sizeof office[0]; i++) {
        if (write_of(w, n, office[i]) != NULL) {
            return CALL_OFFICE;
        }
    }
    if (write_of(w, n, F_JOB_PROVISIONAL) == NULL) {
        return CALL_NO_NUMBER;
    }
    if (write_of(w, n, F_JOB_CUSTOMER) == NULL) {
        return CALL_NO_CUSTOMER;
    }
    if (write_of(w, n, F_JOB_FAULT_TOLD) == NULL) {
        return CALL_NO_FAULT;
    }
    const struct record_write *called = write_of(w, n, F_JOB_CALLED);
    return called == NULL || called->i <= 0 ? CALL_TIME : CALL_OK;
}

bool call_taken(const struct subject_state *job, id8 *author)
{
    const struct field_value *v =
        job->type == SUBJECT_JOB ? fold_shown(job, F_JOB_PROVISIONAL) : NULL;
    if (v == NULL || v->nb == 0) {
        return false;
    }
    if (author != NULL) {
        *author = v->author;
    }
    return true;
}

bool call_provisional(const struct subject_state *job)
{
    return call_taken(job, NULL) && fold_shown(job, F_CODE) == NULL;
}

bool call_is_his(const struct subject_state *job)
{
    return call_taken(job, NULL) && job->nassigned == 0 && !job->cancelled && !job->archived;
}

bool call_doubles(const struct subject_state *job, id16 equipment)
{
    const struct field_value *v =
        job->type == SUBJECT_JOB ? fold_shown(job, F_JOB_EQUIPMENT) : NULL;
    return v != NULL && !id16_zero(equipment) && memcmp(v->b, equipment.b, 16) == 0 &&
           office_open(job) && !fold_job_done(job);
}
