/* sim_office.c - numbers of reports, parts in vans, and what must be forgotten. */
#include "core/rules/service.h"
#include "sync/hq/ops.h"
#include "tests/sim/sim.h"

#include <stdio.h>

/* --- numbers of reports
 * ------------------------------------------------------------------------------------- */

/* The counter lies in the store: a copy counts on from where the copy was made. It is moved before
 * the number is used: one that was not used is missing, none is given twice. */
bool sim_office_number(struct sim_world *w, struct sim_device *d, struct code *out)
{
    const bytes key = str_bytes(S("sim/number"));
    struct store_txn *t = NULL;
    uint8_t room[64], next[8];
    struct arena tmp = arena_of(room, sizeof room);
    bytes v;
    uint64_t n = 0;
    char text[33];
    enum st st = store_write(d->store, &t, &w->err);
    if (st == ST_OK && store_get(t, T_META, key, &tmp, &v, NULL) == ST_OK && v.n == sizeof n) {
        memcpy(&n, v.p, sizeof n);
    }
    n++;
    memcpy(next, &n, sizeof next);
    st = st == ST_OK ? store_put(t, T_META, key, bytes_of(next, sizeof next), &w->err) : st;
    st = st == ST_OK ? store_commit(&t, &w->err) : st;
    store_abort(&t);
    if (st != ST_OK) {
        sim_world_hurt(w, d, st, "a number");
        return false;
    }
    number_format(d->journal.cert.prefix, d->journal.epoch_mark, n, text);
    return code_of(str_bytes(str_c(text)), out);
}

/* No two reports bear one number. Two copies of one store that worked on before anybody told them
 * do give one twice: that is a fork, kept and told. The mark of an epoch has two characters: that
 * two copies of one store open epochs with one mark is counted (one pair in a thousand). */
void sim_office_numbers(struct sim_world *w)
{
    for (unsigned i = 0; i < w->nledger && !w->failed; i++) {
        const struct sim_entry *a = &w->ledger[i];
        for (unsigned k = 0; k < i && a->kind == KIND_VISIT_SIGNED && !w->failed; k++) {
            const struct sim_entry *b = &w->ledger[k];
            char mine[3], theirs[3];
            if (b->kind != KIND_VISIT_SIGNED || a->number.n != b->number.n ||
                memcmp(a->number.b, b->number.b, a->number.n) != 0 || id8_eq(a->visit, b->visit)) {
                continue;
            }
            number_epoch_mark(a->epoch, mine);
            number_epoch_mark(b->epoch, theirs);
            bool same = id8_eq(a->author, b->author);
            if (same && !id8_eq(a->epoch, b->epoch) && strcmp(mine, theirs) == 0) {
                w->marks++;
            } else if (!same || !id8_eq(a->epoch, b->epoch)) {
                sim_fail(w, "two reports bear the number %.*s", (int)a->number.n, a->number.b);
            }
        }
    }
}

/* --- parts
 * ------------------------------------------------------------------------------------------ */

void sim_office_stock(struct sim_world *w)
{
    struct record_write rec[] = {
        {.field = F_STOCK_TECHNICIAN,
         .type = FT_REF,
         .ref = w->person[sim_rng_below(&w->rng, SIM_PERSONS)]},
        {.field = F_STOCK_PART, .type = FT_CODE, .code = {.n = 4, .b = "P-17"}},
        {.field = F_STOCK_QTY,
         .type = FT_QTY,
         .i = 1000 * (int64_t)(1 + sim_rng_below(&w->rng, 9))},
    };
    sim_act_record(w, SUBJECT_STOCK, rec, 3, NULL, 0);
}

/* --- what must be forgotten
 * --------------------------------------------------------------------------------- */

void sim_office_forget(struct sim_world *w)
{
    unsigned n = w->nsubjects, k = sim_rng_below(&w->rng, n);
    for (unsigned i = 0; i < n && w->type[k] != SUBJECT_CUSTOMER; i++) {
        k = (k + 1) % n;
    }
    struct journal *j = &w->hq->journal;
    const struct chain_head before = j->head;
    json_t *out = NULL, *in = json_pack("{s:o}", "customer", ops_hex(w->subject[k].b, 16));
    if (w->type[k] == SUBJECT_CUSTOMER && !sim_act_known(w, w->hq->store, w->subject[k])) {
        json_decref(in);
        return; /* lost with a restore */
    }
    enum st st = ops_run(w->hq, "forget", in, &out, &w->err);
    json_decref(in);
    json_decref(out);
    sim_trace(w, &st, sizeof st);
    sim_note(w, "customer %u is forgotten: %s", k, st_name(st));
    if (st != ST_OK) {
        sim_world_hurt(w, NULL, st, "an erasure");
        return;
    }
    for (uint64_t seq = before.seq + 1; seq <= j->head.seq && !w->failed; seq++) {
        struct store_txn *t = NULL;
        struct arena a = arena_of(w->room, CAP_SCRATCH_BYTES);
        struct entry_view e;
        SIM_OK(w, store_read(w->hq->store, &t, &w->err));
        SIM_OK(w, journal_at(t, before.author, before.epoch, seq, &a, &e, &w->err));
        store_abort(&t);
        sim_ledger_add(w, w->hq->store, SIM_HQ, e.hash);
        w->forgets++;
    }
}

/* Whoever holds an erasure holds nothing of what it names; all along. */
void sim_office_erased(struct sim_world *w, struct sim_device *d)
{
    static union body body; /* large, and only of this call */
    unsigned bit = d == NULL ? SIM_HQ : d->index;
    struct store_txn *t = NULL;
    SIM_OK(w, store_read(d == NULL ? w->hq->store : d->store, &t, &w->err));
    for (unsigned i = 0; i < w->nledger && !w->failed; i++) {
        struct arena a = arena_of(w->room, CAP_SCRATCH_BYTES);
        struct entry_view e;
        if (w->ledger[i].kind != KIND_FORGOTTEN || (w->ledger[i].holders >> bit & 1U) == 0 ||
            journal_get(t, w->ledger[i].hash, &a, &e, NULL) != ST_OK ||
            body_decode(KIND_FORGOTTEN, e.body, &body) != ST_OK) {
            continue;
        }
        for (unsigned k = 0; k < body.forgotten.n && !w->failed; k++) {
            if (store_att_state(t, body.forgotten.atts[k]) == ATT_HELD) {
                sim_fail(w,
                         "%s %u holds entry %u of the ledger, an erasure, and still what it names",
                         d == NULL ? "headquarters" : "device", bit, i);
            }
        }
    }
    store_abort(&t);
}
