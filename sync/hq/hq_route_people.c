/* hq_route_people.c - the people whom a device must be able to name: those who wrote what it holds,
 * those whom its jobs were given to, and those who are to help. See hq_route.h. */
#include "sync/hq/hq_route.h"

#include "core/model/bodies.h"

/* What a technician sees the writer of: his calls with what they name, and his own papers. */
static bool is_seen(const struct entry_view *e)
{
    return e->subject_type != SUBJECT_AUTHOR && e->subject_type != SUBJECT_DEPLOYMENT &&
           e->subject_type != SUBJECT_TECHNICIAN;
}

enum st hq_route_people(struct hq *hq, struct store_txn *t, id8 device, const struct entry_view *e,
                        struct arena tmp, struct err *err)
{
    if (!is_seen(e)) {
        return ST_OK;
    }
    /* A device's entry is its technician's, whomever it names as the actor. */
    const struct hq_device *by = hq_device(hq, e->author);
    id16 who = by != NULL ? by->person : e->actor;
    enum st st = id16_zero(who) ? ST_OK : hq_route_grant(hq, t, device, who, tmp, err);
    if (st == ST_OK && by == NULL && e->kind == KIND_JOB_ASSIGNED) {
        union body *b = arena_new(&tmp, union body, 1);
        if (b != NULL && body_decode(e->kind, e->body, b) == ST_OK &&
            !id16_zero(b->assigned.technician)) {
            st = hq_route_grant(hq, t, device, b->assigned.technician, tmp, err);
        }
    }
    if (st == ST_OK && by == NULL && e->kind == KIND_HELP_ANSWERED) {
        union body *b = arena_new(&tmp, union body, 1);
        if (b != NULL && body_decode(e->kind, e->body, b) == ST_OK && !id16_zero(b->help.who)) {
            st = hq_route_grant(hq, t, device, b->help.who, tmp, err);
        }
    }
    return st;
}
