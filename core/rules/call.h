/* call.h - a repair call that a technician takes himself: who may, what must be said, whose it is
 * (procedures A-01, B-01.1 to B-01.4, I "a call phoned straight to the technician"). Pure; any
 * thread. */
#ifndef CORE_RULES_CALL_H
#define CORE_RULES_CALL_H
#include "core/fold/state.h"
#include "core/model/call.h"

enum call_rule {
    CALL_OK = 0,
    CALL_ROLE,         /* E: at the desk a call is registered by the desk */
    CALL_OFFICE,       /* B-01.1: official number, cost, priority and class are headquarters' */
    CALL_NO_NUMBER,    /* J-12: it carries a number of the device's own */
    CALL_NO_CUSTOMER,  /* whose it is */
    CALL_NO_ADDRESS,   /* */
    CALL_NO_PHONE,     /* A-01, B-01.4: the time is agreed by phone */
    CALL_NO_EQUIPMENT, /* product model and so on */
    CALL_NO_FAULT,     /* A-01, B-01.4: the fault as told */
    CALL_TIME,         /* J-20: when it was called, and never after now; asked for after that */
    CALL_RULES
};
const char *call_rule_id(enum call_rule r);   /* "A-01" */
const char *call_rule_name(enum call_rule r); /* "no_address" */

/* What has been said of a call that is being taken. */
struct call_told {
    bool customer; /* chosen from those on file */
    bool name, address, phone;
    bool equipment, what; /* chosen, or said in words */
    bool fault;
    int64_t called_ms, asked_ms /* 0: no time was asked for */, now_ms;
};
/* call_missing: the first thing that it still lacks, in the order of the form. */
enum call_rule call_missing(const struct call_told *t);
/* call_may_take: may somebody in `role` make a call of these fields of a job by himself? Asked by
 * the writer before it appends, and by the fold before it gives them effect. */
enum call_rule call_may_take(enum role role, const struct record_write *w, size_t n);
/* call_taken: was this job taken by a technician? *author (may be NULL): by whom. */
bool call_taken(const struct subject_state *job, id8 *author);
/* call_provisional: taken, and headquarters has not given it its official number yet. */
bool call_provisional(const struct subject_state *job);
/* call_is_his: who took a call goes himself, until somebody who dispatches has said otherwise, were
 * it "nobody" (B-01.3): headquarters then confirms him. Nobody dispatches himself to a call that
 * the desk has registered. */
bool call_is_his(const struct subject_state *job);
/* call_doubles: is `job` an open call for this piece of equipment? Then another one of it is said
 * to be a second, not refused: it may have another fault. */
bool call_doubles(const struct subject_state *job, id16 equipment);
#endif
