/* test_hostile.c - what the holder of a stolen, enrolled device may sign must not take the work of
 * others out of sight: a wrong subject type, a flood of entries, a fork below a revocation. */
#include "core/fold/refold.h"
#include "core/journal/append.h"
#include "core/rules/visit.h"
#include "tests/unit/core/fold_help.h"
#include "tests/unit/core/store_help.h"

static uint8_t scratch_room[CAP_SCRATCH_BYTES], big[8U << 20];
static struct err err;

static struct arena scratch(void)
{
    return arena_of(scratch_room, sizeof scratch_room);
}
static id16 job(void)
{
    return sample_id16("job");
}

static struct store *usual_store(void)
{
    struct store *store = help_open(help_create(STORE_HQ), STORE_HQ, STORE_WRITE);
    struct store_txn *t = help_write(store);
    CHECK(trust_store_put(t, fs.trust_doc, &err) == ST_OK);
    CHECK(cert_store_put(t, &fs.node.cert, &err) == ST_OK);
    CHECK(cert_store_put(t, &fs.tech.cert, &err) == ST_OK);
    CHECK(cert_store_put(t, &fs.other.cert, &err) == ST_OK);
    CHECK(store_commit(&t, &err) == ST_OK);
    return store;
}

static void take_in(struct store *store, size_t from)
{
    struct store_txn *t = help_write(store);
    for (size_t i = from; i < nledger; i++) {
        bool forked;
        CHECK(journal_keep(t, &ledger[i], &forked, &err) == ST_OK);
    }
    CHECK(fold_refold(t, job(), scratch(), &err) == ST_OK);
    CHECK(store_commit(&t, &err) == ST_OK);
}

static struct subject_state load(struct store *store)
{
    struct subject_state s = {0};
    struct arena a = arena_of(big, sizeof big);
    struct store_txn *t = help_read(store);
    CHECK(fold_load(t, job(), &a, &s, NULL, &err) == ST_OK);
    store_abort(&t);
    return s;
}

/* ---- the type of a subject ------------------------------------------------------------------ */

static void a_wrong_subject_type_takes_no_job_away(void)
{
    help_start();
    help_set(&clerk, NULL, F_JOB_CALLED, 7);
    help_visit(&tech, "v", KIND_VISIT_ARRIVED);
    struct subject_state clean = help_fold();
    CHECK(clean.type == SUBJECT_JOB && clean.nvisits == 1);
    other.skew_ms = -1000000000; /* first in fold order */
    struct record_write w = {.field = F_CUSTOMER_LANG, .type = FT_ENUM, .i = 1};
    help_record(&other, SUBJECT_CUSTOMER, job(), NULL, &w, 1);
    struct subject_state s = help_fold();
    CHECK(s.type == SUBJECT_JOB && s.nvisits == 1 && s.nodd == 1);
    CHECK(fold_shown(&s, F_JOB_CALLED) != NULL && fold_field(&s, F_CUSTOMER_LANG) == NULL);
    struct store *store = usual_store();
    take_in(store, 0);
    s = load(store);
    CHECK(s.type == SUBJECT_JOB && s.nvisits == 1 && fold_shown(&s, F_JOB_CALLED) != NULL);
    store_close(&store);
}

static void an_entry_that_is_not_trusted_gives_no_type(void)
{
    help_start();
    other.skew_ms = -1000000000;
    struct record_write w = {.field = F_CUSTOMER_LANG, .type = FT_ENUM, .i = 1};
    h32 bad = help_record(&other, SUBJECT_CUSTOMER, job(), NULL, &w, 1);
    help_visit(&tech, "v", KIND_VISIT_ARRIVED);
    memcpy(help_sorted, ledger, nledger * sizeof *ledger);
    struct subject_state s = help_fold_of(help_sorted, nledger, &bad);
    CHECK(s.type == SUBJECT_JOB && s.nvisits == 1 && s.nbad == 1);
}

/* ---- a flood -------------------------------------------------------------------------------- */

static void a_flood_of_one_device_leaves_the_others_work_in_sight(void)
{
    help_start();
    help_set(&clerk, NULL, F_JOB_CALLED, 7);
    help_visit(&tech, "v", KIND_VISIT_ARRIVED);
    other.skew_ms = -1000000000;
    union body b = {0};
    b.asked.visit = sample_id8("flood");
    b.asked.reason = 1;
    while (nledger < CAP_SUBJECT_ENTRIES + 50) {
        help_say(&other, KIND_HELP_ASKED, &b);
    }
    struct store *store = usual_store();
    take_in(store, 0);
    struct subject_state s = load(store);
    CHECK(s.type == SUBJECT_JOB && s.damaged);
    CHECK(fold_shown(&s, F_JOB_CALLED) != NULL);
    bool found = false;
    for (unsigned i = 0; i < s.nvisits; i++) {
        found = found ||
                (id8_eq(s.visits[i].author, fs.tech.author) && s.visits[i].stage == VISIT_ARRIVED);
    }
    CHECK(found);
    store_close(&store);
}

/* ---- below a revocation --------------------------------------------------------------------- */

static void a_fork_below_a_revocation_is_not_folded(void)
{
    help_start();
    struct store *store = usual_store();
    help_visit(&tech, "v", KIND_VISIT_ACCEPTED);
    struct help_person thief = tech; /* the same key, and the chain as it was here */
    help_visit(&tech, "v", KIND_VISIT_ACCEPTED);
    help_visit(&tech, "v", KIND_VISIT_ACCEPTED);
    take_in(store, 0);
    struct revocation r = {.number = 1, .author = fs.tech.author, .time_ms = SAMPLE_TIME_MS};
    r.heads[0].epoch = ledger[0].epoch;
    r.heads[0].seq = ledger[nledger - 1].seq;
    r.heads[0].hash = ledger[nledger - 1].hash;
    r.nheads = 1;
    uint8_t buf[1024];
    bytes doc;
    CHECK(revocation_make(&r, fs.trust.deployment, fs.issuing.sign_sk, buf, sizeof buf, &doc) ==
          ST_OK);
    struct store_txn *t = help_write(store);
    CHECK(store_put(t, T_REVOKED, bytes_of(fs.tech.author.b, 8), doc, &err) == ST_OK);
    CHECK(store_commit(&t, &err) == ST_OK);
    size_t from = nledger;
    union body b = help_step("w");
    h32 forged = help_say(&thief, KIND_VISIT_ACCEPTED, &b);
    take_in(store, from);
    struct subject_state s = load(store);
    CHECK(s.nvisits == 1 && id8_eq(s.visits[0].visit, sample_id8("v")) && s.nbad == 1);
    struct entry_view e;
    struct arena a = arena_of(big, sizeof big);
    t = help_read(store);
    CHECK(journal_get(t, forged, &a, &e, &err) == ST_OK); /* kept as evidence */
    CHECK(fold_is_cut_off(t, &e, NULL, scratch()));
    CHECK(journal_get(t, ledger[0].hash, &a, &e, &err) == ST_OK);
    CHECK(!fold_is_cut_off(t, &e, NULL, scratch()));
    store_abort(&t);
    store_close(&store);
}

/* What a revocation cut off counts after all once a supervisor names it, and nothing beside it. */
static void late_work_counts_when_a_supervisor_admits_it_by_name(void)
{
    help_start();
    struct store *store = usual_store();
    help_visit(&tech, "v", KIND_VISIT_ACCEPTED);
    struct revocation r = {.number = 1, .author = fs.tech.author, .time_ms = SAMPLE_TIME_MS};
    r.heads[0].epoch = ledger[0].epoch;
    r.heads[0].seq = ledger[nledger - 1].seq;
    r.heads[0].hash = ledger[nledger - 1].hash;
    r.nheads = 1;
    uint8_t buf[1024];
    bytes doc;
    CHECK(revocation_make(&r, fs.trust.deployment, fs.issuing.sign_sk, buf, sizeof buf, &doc) ==
          ST_OK);
    union body step = help_step("v");
    union body b = {0};
    b.named.n = 1;
    b.named.h[0] = help_say(&tech, KIND_VISIT_TRAVELLING, &step);
    help_say(&tech, KIND_VISIT_LEFT, &step);
    help_say(&tech, KIND_ADMITTED, &b);  /* the thief admits himself: no */
    help_say(&clerk, KIND_ADMITTED, &b); /* nor does a clerk */
    struct store_txn *t = help_write(store);
    CHECK(store_put(t, T_REVOKED, bytes_of(fs.tech.author.b, 8), doc, &err) == ST_OK);
    CHECK(store_commit(&t, &err) == ST_OK);
    take_in(store, 0);
    struct subject_state s = load(store);
    CHECK(s.nbad == 3 && s.visits[0].stage == VISIT_ACCEPTED && s.nrequests == 1);
    size_t from = nledger;
    clerk.actor_role = ROLE_SUPERVISOR;
    help_say(&clerk, KIND_ADMITTED, &b);
    take_in(store, from);
    s = load(store);
    CHECK(s.nbad == 2 && s.visits[0].stage == VISIT_TRAVELLING);
    struct entry_view e;
    struct arena a = arena_of(big, sizeof big);
    t = help_write(store);
    CHECK(journal_get(t, b.named.h[0], &a, &e, &err) == ST_OK);
    CHECK(
        fold_is_cut_off(t, &e, NULL, scratch())); /* until headquarters notes it, for passing on */
    CHECK(fold_mark_admitted(t, e.hash, &err) == ST_OK && !fold_is_cut_off(t, &e, NULL, scratch()));
    store_abort(&t);
    store_close(&store);
}

/* ---- numbers at their ends ------------------------------------------------------------------ */

static void a_receipts_time_ends_where_entries_times_end(void)
{
    help_start();
    uint8_t buf[CAP_ENTRY_BYTES];
    struct entry_view e;
    struct now now = sample_now(1000);
    struct entry_draft d = {.kind = KIND_VISIT_LEFT, .subject_type = SUBJECT_JOB, .subject = job()};
    struct chain_head h = tech.head;
    h.current.has_receipt = true;
    h.current.receipt_ms = ((int64_t)1 << 47) - 1;
    CHECK_INT(entry_make(&h, &d, &now, fs.trust.deployment, fs.tech.keys.sign_sk, buf, sizeof buf,
                         &e, &err),
              ST_OK);
    h = tech.head;
    h.current.has_receipt = true;
    h.current.receipt_ms = (int64_t)1 << 47;
    CHECK(entry_make(&h, &d, &now, fs.trust.deployment, fs.tech.keys.sign_sk, buf, sizeof buf, &e,
                     &err) != ST_OK);
}

static void money_without_an_opposite_is_no_accident(void)
{
    help_start();
    help_visit(&tech, "v", KIND_VISIT_SIGNED);
    union body paid = help_paid("v", PAY_CASH, 15000);
    h32 of = help_say(&tech, KIND_VISIT_PAID, &paid);
    union body b = {0};
    b.cash.paid.n = 1;
    b.cash.paid.h[0] = of;
    b.cash.amount_minor = INT64_MIN;
    help_say(&accountant, KIND_CASH_ACCEPTED, &b);
    struct subject_state s = help_fold();
    CHECK_INT(s.visits[0].cash_accepted_minor, 0); /* less than nothing is nothing */
    CHECK_INT(visit_cash_owed_minor(&s, fs.tech.author), 15000);
    CHECK_INT(s.nodd, 1);
    b.cash.amount_minor = INT64_MAX;
    help_say(&accountant, KIND_CASH_ACCEPTED, &b);
    s = help_fold();
    CHECK_INT(s.cash_accepted_minor, 15000);
    CHECK_INT(visit_cash_owed_minor(&s, fs.tech.author), 0);
    CHECK_INT(s.nodd, 2);
}

int main(void)
{
    RUN(a_wrong_subject_type_takes_no_job_away);
    RUN(an_entry_that_is_not_trusted_gives_no_type);
    RUN(a_flood_of_one_device_leaves_the_others_work_in_sight);
    RUN(a_fork_below_a_revocation_is_not_folded);
    RUN(late_work_counts_when_a_supervisor_admits_it_by_name);
    RUN(a_receipts_time_ends_where_entries_times_end);
    RUN(money_without_an_opposite_is_no_accident);
    CHECK_END();
}
