/* test_state_who.c - who wrote an entry: headquarters' person by what headquarters says, a
 * technician by his certificate, whomever his handheld names. */
#include "app/state/app_internal.h"
#include "tests/unit/hq/scene.h"

static struct pair p;
static struct pair_device a, b; /* both Li Wei's */
static id16 li, job, zhang;

static void wrote(h32 entry, const char *name, enum role role)
{
    struct store_txn *t = NULL;
    struct who w;
    struct arena m = arena_of(b.scratch, CAP_SCRATCH_BYTES);
    PAIR_OK(&p, store_read(b.store, &t, &p.err));
    CHECK(store_has(t, T_HASH, bytes_of(entry.b, sizeof entry.b)));
    who_wrote(t, entry, &m, &w);
    CHECK_BYTES(w.name.p, w.name.n, name, strlen(name));
    CHECK_INT(w.role, role);
    store_abort(&t);
}

static void begin(void)
{
    struct record_write w = {.field = F_TECHNICIAN_ROLE, .type = FT_ENUM, .i = ROLE_SUPERVISOR};
    pair_begin(&p);
    job = scene_job(&p, &li);
    zhang = pair_record(&p, SUBJECT_TECHNICIAN, &w, 1, "Zhang Wei", F_TECHNICIAN_NAME);
    pair_join(&p, &a, li, "D1");
    pair_join(&p, &b, li, "D2");
    struct exchange_result r;
    pair_sync(&p, &a, &r);
    pair_sync(&p, &b, &r);
}

static void a_handheld_that_names_a_supervisor_is_still_its_technicians(void)
{
    struct exchange_result r;
    uint8_t body[CAP_BODY_BYTES];
    struct record_write w = {.field = F_JOB_PRIORITY, .type = FT_INT, .i = 1};
    h32 his;
    begin();
    struct append office = {.kind = KIND_RECORD_SET,
                            .subject_type = SUBJECT_JOB,
                            .subject = job,
                            .actor = zhang,
                            .actor_role = ROLE_SUPERVISOR};
    PAIR_OK(&p, record_encode(&w, 1, body, sizeof body, &office.body));
    PAIR_OK(&p, hq_act(p.hq, &office, &his, &p.err));
    pair_sync(&p, &a, &r);
    h32 forged = scene_forge(&p, &a, job, zhang);
    pair_sync(&p, &a, &r);
    pair_sync(&p, &b, &r);
    CHECK_INT(r.received_entries, 3); /* both, and Zhang Wei's record */
    wrote(his, "Zhang Wei", ROLE_SUPERVISOR);
    wrote(forged, "Li Wei", ROLE_TECHNICIAN);
    scene_end(&p, &a, &b);
}

int main(void)
{
    RUN(a_handheld_that_names_a_supervisor_is_still_its_technicians);
    CHECK_END();
}
