/* writer_call.c - a repair call that the technician takes: the new customer, the new equipment and
 * the job in one transaction, under the next provisional number, which is used up in it. */
#include <sodium.h>
#include <stdio.h>

#include "app/state/app_internal.h"
#include "core/model/bodies.h"
#include "core/rules/call.h"
#include "core/rules/service.h"

/* The number that was shown must be the one that is used; the job's subject is made of it. */
static enum st number(struct writer *w, struct store_txn *t, const struct intent *i,
                      struct arena tmp, id16 *job, struct err *err)
{
    struct record_write *all = arena_new(&tmp, struct record_write, CAP_RECORD_WRITES);
    char text[33], full[40];
    uint64_t next = 0;
    size_t n = 0, k = 0;
    if (all == NULL || record_decode(SUBJECT_JOB, i->data, all, &n) != ST_OK) {
        return err_set(err, ST_BUG, 0, __func__, "the call does not read");
    }
    enum call_rule r = call_may_take(ROLE_TECHNICIAN, all, n);
    if (r != CALL_OK) {
        return err_set(err, ST_FORBIDDEN, 0, __func__, "%s %s", call_rule_id(r), call_rule_name(r));
    }
    while (all[k].field != F_JOB_PROVISIONAL) {
        k++; /* the rule has seen it */
    }
    enum st st = counter_peek(t, "call", tmp, &next, err);
    number_format(w->journal.cert.prefix, w->journal.epoch_mark, next, text);
    snprintf(full, sizeof full, "C-%s", text);
    if (st == ST_OK && !bytes_eq(code_bytes(&all[k].code), str_bytes(str_c(full)))) {
        st = err_set(err, ST_CONFLICT, 0, __func__, "the number is another one by now");
    }
    *job = call_subject(w->journal.cert.author, w->journal.head.epoch, &all[k].code);
    return st == ST_OK ? counter_move(t, "call", next + 1, err) : st;
}

static enum st write(struct writer *w, struct store_txn *t, const struct intent *i, id16 job,
                     h32 *entry, struct err *err)
{
    struct append_att atts[INTENT_ATTS];
    struct now now;
    h32 before;
    unsigned at = i->natt;
    enum st st = ST_OK;
    memset(atts, 0, sizeof atts);
    for (unsigned k = 0; k < i->natt; k++) {
        atts[k].type = i->atts[k].type;
        atts[k].content = i->atts[k].content;
    }
    for (unsigned k = 0; k < i->nbefore; k++) {
        at -= i->before[k].natt;
    }
    struct append call = {.kind = KIND_RECORD_SET,
                          .subject_type = SUBJECT_JOB,
                          .subject = job,
                          .body = i->data,
                          .atts = atts,
                          .natt = at,
                          .drop_drafts = i->draft_of,
                          .draft_name = i->draft[0] == '\0' ? NULL : i->draft};
    w->app->clock.read(w->app->clock.ctx, &now);
    for (unsigned k = 0; k < i->nbefore && st == ST_OK; k++) {
        struct append record = {.kind = KIND_RECORD_SET,
                                .subject_type = i->before[k].type,
                                .subject = i->before[k].subject,
                                .body = i->before[k].body,
                                .atts = atts + at,
                                .natt = i->before[k].natt};
        at += i->before[k].natt;
        st = journal_append_in(&w->journal, t, &record, &now, &before, err);
    }
    return st == ST_OK ? journal_append_in(&w->journal, t, &call, &now, entry, err) : st;
}

enum st writer_call_take(struct writer *w, const struct intent *i, h32 *entry, id16 *job,
                         struct err *err)
{
    struct store_txn *t = NULL;
    struct err again;
    enum st st = store_write(w->store, &t, err);
    if (st != ST_OK) {
        return st;
    }
    st = number(w, t, i, arena_of(w->work, CAP_SCRATCH_BYTES), job, err);
    if (st == ST_OK) {
        st = write(w, t, i, *job, entry, err);
    }
    if (st == ST_OK) {
        st = store_commit(&t, err);
    }
    store_abort(&t);
    if (st != ST_OK) {
        IGNORE(journal_reload(&w->journal, &again)); /* the head moved in memory only */
    }
    sodium_memzero(w->work, CAP_SCRATCH_BYTES);
    return st;
}
