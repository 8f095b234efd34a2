/* writer_goods.c - a customer's goods: the fact and the line of the goods register in one
 * transaction. What the customer signs for is one entry; the register's line says what follows from
 * it, as a clerk's would (core/rules/office_steps.c). */
#include <sodium.h>
#include <stdio.h>

#include "app/state/app_internal.h"
#include "core/model/bodies.h"
#include "core/rules/office.h"
#include "core/rules/service.h"
#include "core/rules/visit.h"

static enum st no(enum rule r, struct err *err)
{
    return r == RULE_OK || r == RULE_CANCELLED
               ? ST_OK
               : err_set(err, ST_FORBIDDEN, (int)r, __func__, "%s %s", rule_id(r), rule_name(r));
}

static enum rule rule_of(enum office_rule r)
{
    switch (r) {
    case OFFICE_OK:
        return RULE_OK;
    case OFFICE_TAKE_AWAY:
        return RULE_TAKE_AWAY;
    case OFFICE_NOT_PASSED:
        return RULE_NOT_PASSED;
    case OFFICE_NOT_SIGNED_BACK:
        return RULE_NOT_SIGNED_BACK;
    case OFFICE_ROLE:
        return RULE_ROLE;
    default:
        return RULE_CARD;
    }
}

/* The number that stands on the receipt must be the one that is used up here. */
static enum st use_number(struct writer *w, struct store_txn *t, const struct intent *i,
                          struct arena tmp, struct err *err)
{
    uint64_t n = 0;
    char number[33], full[40];
    union body b;
    enum st st = counter_peek(t, i->counter, tmp, &n, err);
    if (st != ST_OK) {
        return st;
    }
    number_format(w->journal.cert.prefix, w->journal.epoch_mark, n, number);
    snprintf(full, sizeof full, "G-%s", number);
    if (body_decode(i->kind, i->data, &b) != ST_OK ||
        !bytes_eq(code_bytes(&b.taken.receipt), str_bytes(str_c(full)))) {
        return err_set(err, ST_CONFLICT, 0, __func__, "the number is another one by now");
    }
    return counter_move(t, i->counter, n + 1, err);
}

static enum rule fact_rule(struct store_txn *t, const struct intent *i, struct writer *w,
                           struct arena *a)
{
    struct subject_state s;
    id8 id;
    if (i->kind == 0) {
        return RULE_OK;
    }
    if (fold_load(t, i->subject, a, &s, NULL, NULL) != ST_OK) {
        return RULE_NOT_ACCEPTED;
    }
    struct visit_state *v = fold_visit_open(&s, w->journal.cert.author);
    if (i->kind != KIND_VISIT_ACCEPTED && body_visit(i->data, &id)) {
        v = fold_visit(&s, id);
    }
    enum rule r = visit_may(&s, v, i->kind);
    return r == RULE_OK ? visit_body_ok(&s, v, i->kind, i->data) : r;
}

static enum rule step_rule(struct store_txn *t, const struct intent *i, struct writer *w,
                           struct arena *a)
{
    struct subject_state s;
    struct record_write *writes = arena_new(a, struct record_write, CAP_RECORD_WRITES);
    int given[CAP_RECORD_WRITES + 1] = {0};
    size_t n = 0;
    if (writes == NULL || record_decode(SUBJECT_GOODS, i->also, writes, &n) != ST_OK) {
        return RULE_CARD;
    }
    for (size_t k = 0; k < n; k++) {
        given[k] = writes[k].field;
    }
    bool held = fold_load(t, i->goods, a, &s, NULL, NULL) == ST_OK;
    return rule_of(office_may(office_step(i->step), held ? &s : NULL, given, w->journal.cert.person,
                              ROLE_TECHNICIAN));
}

static enum st write(struct writer *w, struct store_txn *t, const struct intent *i, h32 *entry,
                     struct err *err)
{
    struct append_att atts[INTENT_ATTS];
    struct now now;
    unsigned own = i->natt - (i->also_text ? 1 : 0);
    memset(atts, 0, sizeof atts);
    for (unsigned k = 0; k < i->natt; k++) {
        atts[k].type = i->atts[k].type;
        atts[k].content = i->atts[k].content;
    }
    const char *draft = i->draft[0] == '\0' ? NULL : i->draft;
    struct append fact = {.kind = i->kind,
                          .subject_type = i->subject_type,
                          .subject = i->subject,
                          .body = i->data,
                          .atts = atts,
                          .natt = own,
                          .drop_drafts = i->draft_of,
                          .draft_name = draft};
    struct append line = {.kind = KIND_RECORD_SET,
                          .subject_type = SUBJECT_GOODS,
                          .subject = i->goods,
                          .body = i->also,
                          .atts = atts + own,
                          .natt = i->also_text ? 1 : 0,
                          .drop_drafts = i->draft_of,
                          .draft_name = i->kind == 0 ? draft : NULL};
    w->app->clock.read(w->app->clock.ctx, &now);
    enum st st = ST_OK;
    if (i->kind != 0) {
        st = journal_append_in(&w->journal, t, &fact, &now, entry, err);
    }
    h32 second;
    return st != ST_OK ? st : journal_append_in(&w->journal, t, &line, &now, &second, err);
}

enum st writer_goods(struct writer *w, const struct intent *i, h32 *entry, struct err *err)
{
    struct arena a = arena_of(w->work, CAP_SCRATCH_BYTES);
    struct store_txn *t = NULL;
    enum st st = store_write(w->store, &t, err);
    if (st != ST_OK) {
        return st;
    }
    st = no(fact_rule(t, i, w, &a), err);
    if (st == ST_OK) {
        st = no(step_rule(t, i, w, &a), err);
    }
    if (st == ST_OK && i->counter != NULL) {
        st = use_number(w, t, i, a, err);
    }
    if (st == ST_OK) {
        st = write(w, t, i, entry, err);
    }
    if (st == ST_OK) {
        st = store_commit(&t, err);
    }
    store_abort(&t);
    if (st != ST_OK) {
        struct err again;
        IGNORE(journal_reload(&w->journal, &again)); /* the head moved in memory only */
    }
    sodium_memzero(w->work, CAP_SCRATCH_BYTES);
    return st;
}
