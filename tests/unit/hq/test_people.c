/* test_people.c - a device can name whoever wrote what it holds, and nobody else: the record of a
 * person of the company goes where he wrote, and no further (least privilege). */
#include "sync/engine/digest.h"
#include "tests/unit/hq/scene.h"

static struct pair p;
static struct pair_device a, b;
static id16 li, job;

static id16 person(const char *name, enum role role)
{
    struct record_write w = {.field = F_TECHNICIAN_ROLE, .type = FT_ENUM, .i = role};
    return pair_record(&p, SUBJECT_TECHNICIAN, &w, 1, name, F_TECHNICIAN_NAME);
}

/* Li Wei with his job and a; Wang Fang with b. */
static void begin(id16 *wang)
{
    struct exchange_result r;
    pair_begin(&p);
    job = scene_job(&p, &li);
    *wang = person("Wang Fang", ROLE_TECHNICIAN);
    pair_join(&p, &a, li, "D1");
    pair_join(&p, &b, *wang, "D2");
    pair_sync(&p, &a, &r);
    pair_sync(&p, &b, &r);
}

static void end(void)
{
    scene_end(&p, &a, &b);
}

/* Headquarters' person writes a text of a record, having seen what stands. */
static void office(id16 actor, enum role role, enum subject_type type, id16 subject, int field,
                   const char *text)
{
    uint8_t body[CAP_BODY_BYTES];
    struct record_write w = {.field = field, .type = FT_TEXT};
    struct append_att att = {.type = ATT_TEXT, .content = str_bytes(str_c(text))};
    struct append what = {.kind = KIND_RECORD_SET,
                          .subject_type = type,
                          .subject = subject,
                          .actor = actor,
                          .actor_role = role,
                          .atts = &att,
                          .natt = 1};
    struct subject_state s;
    struct store_txn *t = NULL;
    struct arena m = hq_arena(p.hq);
    PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
    PAIR_OK(&p, fold_load(t, subject, &m, &s, NULL, &p.err));
    record_see(&s, &w, 1);
    PAIR_OK(&p, record_encode(&w, 1, body, sizeof body, &what.body));
    store_abort(&t);
    PAIR_OK(&p, hq_act(p.hq, &what, NULL, &p.err));
}

/* What a device calls him; empty: it knows nothing of him. */
static const char *name_of(const struct pair_device *d, id16 who)
{
    static char name[64];
    struct store_txn *t = NULL;
    struct subject_state s;
    struct arena m = arena_of(d->scratch, CAP_SCRATCH_BYTES);
    bytes text = {NULL, 0};
    h32 att;
    name[0] = '\0';
    PAIR_OK(&p, store_read(d->store, &t, &p.err));
    if (fold_load(t, who, &m, &s, NULL, NULL) == ST_OK &&
        fold_shown(&s, F_TECHNICIAN_NAME) != NULL) {
        memcpy(att.b, fold_shown(&s, F_TECHNICIAN_NAME)->b, sizeof att.b);
        PAIR_OK(&p, store_att_get(t, att, &m, NULL, &text, &p.err));
        snprintf(name, sizeof name, "%.*s", (int)text.n, (const char *)text.p);
    }
    store_abort(&t);
    return name;
}

static bool holds(id8 device, id16 who)
{
    struct store_txn *t = NULL;
    PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
    bool has = hq_scope_has(t, device, who);
    store_abort(&t);
    return has;
}

static void same(const struct pair_device *d, id16 who)
{
    h32 here = pair_digest(&p, d->store, who, NULL);
    h32 there = pair_digest(&p, p.hq->store, who, NULL);
    CHECK_BYTES(here.b, 32, there.b, 32);
}

static void whoever_changes_what_a_device_holds_is_named_there_and_only_there(void)
{
    struct exchange_result r;
    id16 wang;
    begin(&wang);
    id16 zhang = person("Zhang Wei", ROLE_SUPERVISOR), sun = person("Sun Li", ROLE_CLERK);
    pair_sync(&p, &a, &r);
    CHECK_INT(r.received_entries, 0); /* nobody's record goes out for being there */
    office(zhang, ROLE_SUPERVISOR, SUBJECT_JOB, job, F_JOB_CONTACT, "Ms Chen");
    pair_sync(&p, &a, &r);
    pair_sync(&p, &b, &r);
    CHECK_STR(name_of(&a, zhang), "Zhang Wei");
    CHECK_STR(name_of(&a, sun), "");
    CHECK_STR(name_of(&a, wang), "");
    CHECK_STR(name_of(&b, zhang), ""); /* the job is not hers */
    same(&a, zhang);
    CHECK(!holds(a.journal.head.author, sun) && !holds(b.journal.head.author, zhang));
    /* He has another name now; who does not know him hears nothing of it. */
    office(zhang, ROLE_SUPERVISOR, SUBJECT_TECHNICIAN, zhang, F_TECHNICIAN_NAME, "Zhang Weiguo");
    pair_sync(&p, &a, &r);
    CHECK_INT(r.received_entries, 1);
    pair_sync(&p, &b, &r);
    CHECK_INT(r.received_entries, 0);
    CHECK_STR(name_of(&a, zhang), "Zhang Weiguo");
    same(&a, zhang);
    end();
}

/* Who wrote of a person is not followed: one step, as with all that a device is given. */
static void who_wrote_of_a_person_is_not_named_for_it(void)
{
    struct exchange_result r;
    id16 wang;
    begin(&wang);
    id16 boss = person("He Jing", ROLE_BRANCH_MANAGER);
    id16 zhang = person("Zhang Wei", ROLE_SUPERVISOR);
    office(boss, ROLE_BRANCH_MANAGER, SUBJECT_TECHNICIAN, zhang, F_TECHNICIAN_PHONE, "0571-1");
    office(boss, ROLE_BRANCH_MANAGER, SUBJECT_TECHNICIAN, li, F_TECHNICIAN_PHONE, "0571-2");
    office(zhang, ROLE_SUPERVISOR, SUBJECT_JOB, job, F_JOB_CONTACT, "Ms Chen");
    pair_sync(&p, &a, &r);
    CHECK_STR(name_of(&a, zhang), "Zhang Wei");
    CHECK_STR(name_of(&a, boss), "");
    end();
}

static void a_colleague_is_named_where_both_are_at_one_job(void)
{
    struct exchange_result r;
    id8 va = {{1}}, vb = {{2}};
    id16 wang;
    begin(&wang);
    pair_step(&p, &a, job, KIND_VISIT_ACCEPTED, va);
    pair_sync(&p, &a, &r);
    pair_assign(&p, job, wang);
    pair_sync(&p, &a, &r);
    CHECK_STR(name_of(&a, wang), "Wang Fang"); /* whom it was given to, before she did anything */
    pair_sync(&p, &b, &r);
    CHECK_STR(name_of(&b, li), "Li Wei"); /* whose acceptance she reads */
    pair_step(&p, &b, job, KIND_VISIT_ACCEPTED, vb);
    pair_sync(&p, &b, &r);
    pair_sync(&p, &a, &r);
    same(&a, wang);
    same(&b, li);
    end();
}

/* A device that comes later gets the names with what they wrote, in the same bundle. */
static void a_device_that_joins_later_knows_the_names_too(void)
{
    struct exchange_result r;
    struct pair_device c;
    id16 wang;
    begin(&wang);
    id16 zhang = person("Zhang Wei", ROLE_SUPERVISOR), sun = person("Sun Li", ROLE_CLERK);
    office(zhang, ROLE_SUPERVISOR, SUBJECT_JOB, job, F_JOB_CONTACT, "Ms Chen");
    pair_join(&p, &c, li, "D3");
    pair_sync(&p, &c, &r);
    CHECK_STR(name_of(&c, zhang), "Zhang Wei");
    CHECK_STR(name_of(&c, sun), "");
    same(&c, zhang);
    pair_leave(&c);
    end();
}

/* A device may write any actor into its entry: that brings nobody's record to another device. */
static void whom_a_handheld_names_as_the_actor_goes_nowhere(void)
{
    struct exchange_result r;
    struct pair_device second; /* Li Wei's too, so that it holds the job */
    id16 wang;
    begin(&wang);
    id16 zhang = person("Zhang Wei", ROLE_SUPERVISOR);
    pair_join(&p, &second, li, "D3");
    pair_sync(&p, &second, &r);
    scene_forge(&p, &a, job, zhang);
    pair_sync(&p, &a, &r);
    pair_sync(&p, &second, &r);
    CHECK(r.received_entries >= 1);
    CHECK(!holds(second.journal.head.author, zhang));
    CHECK_STR(name_of(&second, zhang), "");
    same(&second, job);
    pair_leave(&second);
    end();
}

/* Nor to whom it "gives" a job: that is headquarters' to do. */
static void whom_a_handheld_would_give_a_job_to_goes_nowhere(void)
{
    struct exchange_result r;
    struct pair_device second;
    uint8_t body[CAP_BODY_BYTES];
    union body said;
    h32 hash;
    id16 wang;
    begin(&wang);
    pair_join(&p, &second, li, "D3");
    pair_sync(&p, &second, &r);
    memset(&said, 0, sizeof said);
    said.assigned.technician = wang;
    struct append what = {.kind = KIND_JOB_ASSIGNED, .subject_type = SUBJECT_JOB, .subject = job};
    struct now now = pair_now(&p);
    PAIR_OK(&p, body_encode(what.kind, &said, body, sizeof body, &what.body));
    PAIR_OK(&p, journal_append(&a.journal, &what, &now, &hash, &p.err));
    pair_sync(&p, &a, &r);
    pair_sync(&p, &second, &r);
    CHECK_INT(r.received_entries, 1); /* the entry itself, as a request */
    CHECK(!holds(second.journal.head.author, wang));
    CHECK_STR(name_of(&second, wang), "");
    pair_leave(&second);
    end();
}

int main(void)
{
    RUN(whoever_changes_what_a_device_holds_is_named_there_and_only_there);
    RUN(who_wrote_of_a_person_is_not_named_for_it);
    RUN(a_colleague_is_named_where_both_are_at_one_job);
    RUN(a_device_that_joins_later_knows_the_names_too);
    RUN(whom_a_handheld_names_as_the_actor_goes_nowhere);
    RUN(whom_a_handheld_would_give_a_job_to_goes_nowhere);
    CHECK_END();
}
