/* test_thread.c - the thread through all rooms of sync: join, dispatch, work, receipt. */
#include "tests/unit/hq/pair.h"

static struct pair p;

static id16 technician(const char *name)
{
    struct record_write w = {.field = F_TECHNICIAN_ROLE, .type = FT_ENUM, .i = ROLE_TECHNICIAN};
    return pair_record(&p, SUBJECT_TECHNICIAN, &w, 1, name, F_TECHNICIAN_NAME);
}

static id16 customer(const char *name)
{
    struct record_write w = {.field = F_CUSTOMER_ZONE, .type = FT_ENUM, .i = 1};
    return pair_record(&p, SUBJECT_CUSTOMER, &w, 1, name, F_CUSTOMER_NAME);
}

static void an_entry_is_at_headquarters_only_after_its_receipt(void)
{
    struct pair_device d;
    struct exchange_result r;
    id8 visit = {{1}};
    pair_begin(&p);
    id16 who = technician("Li Wei");
    id16 c = customer("Golden Lotus Hotel");
    id16 job = pair_job(&p, c, "no cooling");
    pair_assign(&p, job, who);
    pair_join(&p, &d, who, "D1");
    pair_sync(&p, &d, &r);
    CHECK(r.received_entries >= 4);
    CHECK(r.received_attachments >= 3);
    CHECK_INT(r.quarantined, 0);
    CHECK_INT(r.unsent, 0);
    h32 a = pair_step(&p, &d, job, KIND_VISIT_ACCEPTED, visit);
    h32 b = pair_step(&p, &d, job, KIND_VISIT_ARRIVED, visit);
    CHECK_INT(pair_place(&p, &d, a), SYNC_HERE);
    pair_sync(&p, &d, &r);
    CHECK_INT(r.sent_entries, 2);
    CHECK_INT(r.receipts, 1);
    CHECK_INT(r.problems, 0);
    CHECK_INT(pair_place(&p, &d, a), SYNC_HQ);
    CHECK_INT(pair_place(&p, &d, b), SYNC_HQ);
    h32 here = pair_digest(&p, d.store, job, NULL);
    h32 there = pair_digest(&p, p.hq->store, job, NULL);
    CHECK_BYTES(here.b, 32, there.b, 32);
    pair_leave(&d);
    pair_end(&p);
}

static void syncing_again_sends_no_entry_and_stays_small(void)
{
    struct pair_device d;
    struct exchange_result r;
    size_t up, down;
    id8 visit = {{1}};
    pair_begin(&p);
    id16 who = technician("Li Wei");
    id16 job = pair_job(&p, customer("Golden Lotus Hotel"), "no cooling");
    pair_assign(&p, job, who);
    pair_join(&p, &d, who, "D1");
    pair_sync(&p, &d, &r);
    r = pair_exchange(&p, &d, &up, &down);
    printf("# nothing new: %zu bytes up, %zu down, without HTTP headers\n", up, down);
    CHECK_INT(r.sent_entries, 0);
    CHECK_INT(r.received_entries, 0);
    CHECK_INT(r.receipts, 0);
    CHECK(up + down <= 460);
    pair_step(&p, &d, job, KIND_VISIT_ACCEPTED, visit);
    r = pair_exchange(&p, &d, &up, &down);
    printf("# one new action: %zu bytes up, %zu down, without HTTP headers\n", up, down);
    CHECK_INT(r.sent_entries, 1);
    CHECK(!r.again);
    CHECK(up + down <= 860);
    pair_leave(&d);
    pair_end(&p);
}

int main(void)
{
    RUN(an_entry_is_at_headquarters_only_after_its_receipt);
    RUN(syncing_again_sends_no_entry_and_stays_small);
    CHECK_END();
}
