/* test_rollback.c - a device, headquarters, or both, back at an older state: nothing is written
 * twice under one number, what anybody holds comes back, each effect counts once. */
#include "sync/engine/digest.h"
#include "sync/hq/hq_epoch.h"
#include "tests/unit/hq/put_back.h"
#include "tests/unit/hq/scene.h"

static struct pair p;
static struct pair_device a, b;
static id16 who, job;

static void begin(void)
{
    struct exchange_result r;
    pair_begin(&p);
    job = scene_pair(&p, &a, &b, &who);
    pair_sync(&p, &a, &r);
}

static void end(void)
{
    scene_end(&p, &a, &b);
}

/* What the visit of the job adds up to in cash. */
static int64_t paid(struct store *s)
{
    struct store_txn *t = NULL;
    uint8_t *room = malloc(CAP_SCRATCH_BYTES);
    struct arena tmp = arena_of(room, CAP_SCRATCH_BYTES);
    struct subject_state state;
    union body *body = calloc(1, sizeof *body);
    int64_t sum = 0;
    PAIR_OK(&p, store_read(s, &t, &p.err));
    PAIR_OK(&p, fold_load(t, job, &tmp, &state, NULL, &p.err));
    for (unsigned i = 0; i < state.nvisits; i++) {
        for (unsigned k = 0; k < state.visits[i].nfacts; k++) {
            const struct fact *f = &state.visits[i].facts[k];
            if (f->kind == KIND_VISIT_PAID &&
                body_decode(KIND_VISIT_PAID, f->body, body) == ST_OK) {
                sum += body->paid.amount_minor;
            }
        }
    }
    store_abort(&t);
    free(room);
    free(body);
    return sum;
}

static h32 pay(struct pair_device *d, id8 visit, int64_t minor)
{
    uint8_t body[CAP_BODY_BYTES];
    union body *x = calloc(1, sizeof *x);
    h32 hash = {{0}};
    struct now now = pair_now(&p);
    x->paid.head.visit = visit;
    x->paid.method = 1;
    x->paid.amount_minor = minor;
    x->paid.receipt.n = 4;
    memcpy(x->paid.receipt.b, "R-01", 4);
    struct append what = {.kind = KIND_VISIT_PAID, .subject_type = SUBJECT_JOB, .subject = job};
    PAIR_OK(&p, body_encode(KIND_VISIT_PAID, x, body, sizeof body, &what.body));
    PAIR_OK(&p, journal_append(&d->journal, &what, &now, &hash, &p.err));
    free(x);
    return hash;
}

/* --- a device
 * ------------------------------------------------------------------------------------------------
 */

static void a_device_restored_from_an_old_copy_opens_an_epoch_and_gets_its_tail_back(void)
{
    char old[128];
    struct exchange_result r;
    id8 visit = {{1}};
    begin();
    put_back_keep(&p, &a, old);
    id8 before = a.journal.head.epoch;
    struct chain_head then = a.journal.head;
    h32 x = pair_step(&p, &a, job, KIND_VISIT_ACCEPTED, visit);
    h32 y = pair_write(&p, &a, job, F_JOB_CONTACT, "Ms Chen");
    scene_everybody(&p, &a, &b, 1);
    put_back_device(&p, &a, old);
    CHECK(!put_back_has(&p, a.store, x));
    r = pair_exchange(&p, &a, NULL, NULL);
    CHECK(r.new_epoch && !r.forked);
    CHECK(!id8_eq(a.journal.head.epoch, before));
    /* The first entry of the new epoch names the head that was left. */
    struct store_txn *t = NULL;
    struct entry_view e;
    struct arena tmp = arena_of(a.scratch, CAP_SCRATCH_BYTES);
    PAIR_OK(&p, store_read(a.store, &t, &p.err));
    PAIR_OK(&p, journal_at(t, a.journal.head.author, a.journal.head.epoch, 1, &tmp, &e, &p.err));
    CHECK_INT(e.kind, KIND_JOURNAL_OPENED);
    CHECK(e.body.n > 32 && memcmp(e.body.p + e.body.n - 32, then.hash.b, 32) == 0);
    store_abort(&t);
    pair_sync(&p, &a, &r);
    CHECK(put_back_has(&p, a.store, x) && put_back_has(&p, a.store, y));
    CHECK_INT(r.unsent, 0);
    CHECK_INT(pair_place(&p, &a, y), SYNC_HQ);
    CHECK(!put_back_mark(&p, p.hq->store, a.journal.head.author, before).forked);
    CHECK_INT(put_back_mark(&p, a.store, a.journal.head.author, before).seq, then.seq + 2);
    h32 z = pair_step(&p, &a, job, KIND_VISIT_ARRIVED, visit);
    scene_everybody(&p, &a, &b, 2);
    CHECK_INT(pair_place(&p, &a, z), SYNC_HQ);
    scene_same(&p, &a, &b, job);
    end();
}

static void one_that_worked_on_before_it_synced_is_a_fork_that_is_kept_and_told(void)
{
    char old[128];
    struct exchange_result r;
    id8 v1 = {{1}}, v2 = {{2}};
    begin();
    put_back_keep(&p, &a, old);
    id8 before = a.journal.head.epoch;
    h32 x = pair_step(&p, &a, job, KIND_VISIT_ACCEPTED, v1);
    h32 x2 = pay(&a, v1, 12000);
    scene_everybody(&p, &a, &b, 1);
    put_back_device(&p, &a, old);
    h32 y = pair_step(&p, &a, job, KIND_VISIT_ACCEPTED, v2);
    h32 y2 = pay(&a, v2, 500);
    r = pair_exchange(&p, &a, NULL, NULL);
    CHECK(r.new_epoch && r.forked && r.problems > 0);
    CHECK_INT(pair_place(&p, &a, y2), SYNC_HQ); /* its own head has its receipt */
    scene_everybody(&p, &a, &b, 2);
    CHECK(put_back_mark(&p, p.hq->store, a.journal.head.author, before).forked);
    CHECK(put_back_has(&p, a.store, x) && put_back_has(&p, a.store, x2) &&
          put_back_has(&p, b.store, x) && put_back_has(&p, b.store, y));
    CHECK_INT(paid(p.hq->store), 12500); /* both branches, each once */
    CHECK_INT(paid(a.store), 12500);
    CHECK_INT(paid(b.store), 12500);
    scene_same(&p, &a, &b, job);
    pair_sync(&p, &a, &r);
    CHECK_INT(r.unsent, 0);
    CHECK_INT(r.problems, 0); /* told while it matters, not for ever */
    json_t *out = NULL, *in = json_object();
    PAIR_OK(&p, ops_run(p.hq, "status", in, &out, &p.err));
    json_t *d = json_array_get(json_object_get(out, "devices"), 0);
    CHECK(json_is_true(json_object_get(d, "forked")));
    CHECK_INT(json_integer_value(json_object_get(d, "epochs")), 2);
    json_decref(in);
    json_decref(out);
    end();
}

/* The twin's answer never arrives: it must hear of the fork with the next one. */
static void both_copies_of_a_clone_hear_of_the_fork_whatever_is_lost(void)
{
    char twin_dir[128];
    struct exchange_result r = {0};
    struct bundle_buffer req = {.cap = 1 << 24}, ans = {.cap = 1 << 24};
    const char *problem;
    id8 v1 = {{1}}, v2 = {{2}};
    begin();
    struct pair_device twin = a;
    twin.scratch = malloc(CAP_SCRATCH_BYTES);
    put_back_keep(&p, &a, twin_dir);
    memcpy(twin.dir, twin_dir, sizeof twin.dir);
    pair_open_device(&p, &twin);
    pair_step(&p, &a, job, KIND_VISIT_ACCEPTED, v1);
    pair_step(&p, &twin, job, KIND_VISIT_ACCEPTED, v2);
    pair_sync(&p, &a, &r);
    id8 first = a.journal.head.epoch;
    struct now now = pair_now(&p);
    PAIR_OK(&p, exchange_request(&twin.journal, NULL, &now, bundle_buffer_sink, &req, &r, &p.err));
    PAIR_OK(&p, hq_exchange(p.hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, &problem,
                            &p.err)); /* the answer is lost */
    r = pair_exchange(&p, &twin, NULL, NULL);
    CHECK(r.new_epoch && r.forked);
    pair_sync(&p, &twin, &r);
    CHECK_INT(r.unsent, 0);
    r = pair_exchange(&p, &a, NULL, NULL); /* and so does the one that was there first */
    CHECK(r.new_epoch && r.forked);
    CHECK(!id8_eq(a.journal.head.epoch, first));
    CHECK(!id8_eq(a.journal.head.epoch, twin.journal.head.epoch));
    CHECK(strcmp(a.journal.epoch_mark, twin.journal.epoch_mark) != 0); /* no number twice */
    bundle_buffer_drop(&req);
    bundle_buffer_drop(&ans);
    pair_leave(&twin);
    end();
}

static void a_late_bundle_of_an_old_epoch_counts_once(void)
{
    char old[128];
    struct exchange_result r = {0};
    struct bundle_buffer stick = {.cap = 1 << 24}, ans = {.cap = 1 << 24};
    const char *problem;
    id8 visit = {{1}};
    begin();
    put_back_keep(&p, &a, old);
    pair_step(&p, &a, job, KIND_VISIT_ACCEPTED, visit);
    h32 cash = pay(&a, visit, 9900);
    struct now now = pair_now(&p);
    PAIR_OK(&p, exchange_request(&a.journal, NULL, &now, bundle_buffer_sink, &stick, &r, &p.err));
    put_back_device(&p, &a, old); /* lost before headquarters had it; the stick is on its way */
    id8 other = {{2}};
    pair_step(&p, &a, job, KIND_VISIT_ACCEPTED, other);
    pay(&a, other, 100);
    scene_everybody(&p, &a, &b, 2);
    CHECK_INT(paid(p.hq->store), 100);
    for (int i = 0; i < 3; i++) { /* it is read three times */
        PAIR_OK(&p, hq_exchange(p.hq, bytes_of(stick.p, stick.n), bundle_buffer_sink, &ans,
                                &problem, &p.err));
    }
    CHECK_INT(paid(p.hq->store), 10000);
    scene_everybody(&p, &a, &b, 3);
    CHECK(put_back_has(&p, a.store, cash) && put_back_has(&p, b.store, cash));
    CHECK_INT(paid(a.store), 10000);
    CHECK_INT(paid(b.store), 10000);
    scene_same(&p, &a, &b, job);
    bundle_buffer_drop(&stick);
    bundle_buffer_drop(&ans);
    end();
}

static void twenty_restores_leave_todays_work_going(void)
{
    struct exchange_result r;
    id8 visit = {{1}};
    begin();
    pair_step(&p, &a, job, KIND_VISIT_ACCEPTED, visit);
    for (unsigned i = 0; i < 20; i++) {
        struct now now = pair_now(&p);
        pair_write(&p, &a, job, F_JOB_PHONE, "not sent yet");
        PAIR_OK(&p, journal_new_epoch(&a.journal, &now, &p.err));
    }
    h32 last = pair_write(&p, &a, job, F_JOB_PHONE, "today");
    r = pair_exchange(&p, &a, NULL, NULL);
    CHECK(r.again);
    CHECK_INT(pair_place(&p, &a, last), SYNC_HQ); /* the current epoch goes first */
    pair_sync(&p, &a, &r);
    CHECK_INT(r.unsent, 0);
    end();
}

/* --- headquarters
 * ------------------------------------------------------------------------------------------- */

static json_t *first_lost(void)
{
    struct store_txn *t = NULL;
    PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
    json_t *list = hq_epoch_lost(p.hq, t);
    store_abort(&t);
    return list;
}

static int64_t lost_int(const char *key)
{
    json_t *list = first_lost();
    CHECK_INT(json_array_size(list), 1);
    int64_t v = json_integer_value(json_object_get(json_array_get(list, 0), key));
    json_decref(list);
    return v;
}

/* Work after the backup: some of it reaches a device, some does not. */
static id16 after_backup(h32 *theirs, h32 *ours)
{
    id8 visit = {{1}};
    struct append what = {.kind = KIND_JOB_CANCELLED, .subject_type = SUBJECT_JOB};
    id16 fresh = pair_job(&p, job, "called after the backup");
    pair_assign(&p, fresh, who);
    *theirs = pair_step(&p, &a, job, KIND_VISIT_ACCEPTED, visit);
    scene_everybody(&p, &a, &b, 2);
    pair_job(&p, job, "nobody heard of it"); /* of no device */
    pair_job(&p, job, "nor of this");
    uint8_t body[CAP_BODY_BYTES];
    union body *x = calloc(1, sizeof *x);
    what.subject = fresh;
    x->cancelled.reason = 1;
    PAIR_OK(&p, body_encode(KIND_JOB_CANCELLED, x, body, sizeof body, &what.body));
    PAIR_OK(&p, hq_act(p.hq, &what, ours, &p.err));
    free(x);
    scene_everybody(&p, &a, &b, 1);
    return fresh;
}

static void restored(bool by_tool)
{
    char backup[128];
    h32 theirs, ours;
    begin();
    put_back_keep_hq(&p, backup);
    uint64_t whole = p.hq->journal.head.seq;
    id8 before = p.hq->journal.head.epoch;
    id16 fresh = after_backup(&theirs, &ours);
    uint64_t reached = p.hq->journal.head.seq;
    h32 digest = pair_digest(&p, p.hq->store, fresh, NULL);
    put_back_hq(&p, backup);
    CHECK(!put_back_has(&p, p.hq->store, ours));
    if (by_tool) {
        PAIR_OK(&p, hq_epoch_renew(p.hq, whole, &p.err));
    }
    scene_everybody(&p, &a, &b, 3);
    CHECK(!id8_eq(p.hq->journal.head.epoch, before));
    CHECK(put_back_has(&p, p.hq->store, theirs));
    CHECK(put_back_has(&p, p.hq->store, ours)); /* headquarters' own, from the devices */
    CHECK_INT(pair_place(&p, &a, theirs), SYNC_HQ);
    h32 again = pair_digest(&p, p.hq->store, fresh, NULL);
    CHECK_BYTES(again.b, 32, digest.b, 32);
    scene_same(&p, &a, &b, job);
    scene_same(&p, &a, &b, fresh);
    struct chain_mark m = put_back_mark(&p, p.hq->store, p.hq->journal.head.author, before);
    CHECK(!m.forked);
    CHECK_INT(m.holes_from, by_tool ? whole + 1 : 2);
    CHECK_INT(m.seq, reached);
    CHECK_INT(lost_int("known_to"), reached);
    CHECK_INT(lost_int("missing_entries"), 2); /* the two jobs of which nobody heard */
    if (by_tool) {
        CHECK_INT(lost_int("came_back"), reached - whole - 2);
    }
    /* Once all is back nobody offers anything any more. */
    struct exchange_result r = pair_exchange(&p, &a, NULL, NULL);
    CHECK(!r.handing_back && !r.again);
    CHECK_INT(r.handed_back, 0);
    end();
}

static void headquarters_restored_by_its_tool_gets_back_what_devices_hold(void)
{
    restored(true);
}
static void headquarters_put_back_by_hand_finds_out_and_gets_it_back(void)
{
    restored(false);
}

/* It has already written on when the first device comes: by number its journal is longer. */
static void headquarters_that_overtook_its_own_past_finds_out_too(void)
{
    char backup[128];
    h32 theirs, ours;
    begin();
    put_back_keep_hq(&p, backup);
    id8 before = p.hq->journal.head.epoch;
    id16 fresh = after_backup(&theirs, &ours);
    put_back_hq(&p, backup);
    id16 newer = {{0}};
    for (int i = 0; i < 12; i++) {
        newer = pair_job(&p, job, "written under numbers that were given before");
        pair_assign(&p, newer, who);
    }
    scene_everybody(&p, &a, &b, 4);
    CHECK(!id8_eq(p.hq->journal.head.epoch, before));
    CHECK(
        put_back_mark(&p, p.hq->store, p.hq->journal.head.author, before).forked); /* kept, both */
    CHECK(put_back_has(&p, p.hq->store, theirs) && put_back_has(&p, p.hq->store, ours));
    scene_same(&p, &a, &b, fresh);
    scene_same(&p, &a, &b, newer);
    scene_same(&p, &a, &b, job);
    end();
}

static void a_revocation_and_a_device_of_after_the_backup_come_back(void)
{
    char backup[128];
    struct exchange_result r;
    struct pair_device c;
    begin();
    put_back_keep_hq(&p, backup);
    pair_join(&p, &c, who, "D3");
    pair_sync(&p, &c, &r);
    id8 visit = {{7}};
    h32 step = pair_step(&p, &c, job, KIND_VISIT_ACCEPTED, visit);
    pair_sync(&p, &c, &r);
    scene_revoke(&p, &b, 0);
    pair_sync(&p, &a, &r);
    put_back_hq(&p, backup);
    uint64_t whole = p.hq->journal.head.seq;
    PAIR_OK(&p, hq_epoch_renew(p.hq, whole, &p.err));
    const struct hq_device *d = hq_device(p.hq, b.journal.head.author);
    CHECK(d != NULL && !d->revoked);
    CHECK(hq_device(p.hq, c.journal.head.author) == NULL);
    pair_sync(&p, &a, &r);
    d = hq_device(p.hq, b.journal.head.author);
    CHECK(d != NULL && d->revoked);
    CHECK(hq_device(p.hq, c.journal.head.author) != NULL); /* its certificate, from its colleague */
    pair_sync(&p, &c, &r);
    CHECK(put_back_has(&p, p.hq->store, step));
    CHECK_INT(r.unsent, 0);
    CHECK_INT(pair_place(&p, &c, step), SYNC_HQ);
    pair_leave(&c);
    end();
}

/* Nobody else holds its certificate: it shows that itself, and is known again. */
static void a_device_that_joined_after_the_backup_introduces_itself(void)
{
    char backup[128];
    struct exchange_result r;
    struct pair_device c;
    struct bundle_buffer req = {.cap = 1 << 24}, ans = {.cap = 1 << 24};
    const char *problem;
    bool again = false;
    begin();
    put_back_keep_hq(&p, backup);
    pair_join(&p, &c, who, "D3");
    h32 step = pair_step(&p, &c, job, KIND_VISIT_ACCEPTED, (id8){{7}});
    pair_sync(&p, &c, &r);
    CHECK_INT(pair_place(&p, &c, step), SYNC_HQ);
    put_back_hq(&p, backup);
    struct now now = pair_now(&p);
    PAIR_OK(&p, exchange_request(&c.journal, NULL, &now, bundle_buffer_sink, &req, &r, &p.err));
    CHECK_INT(hq_exchange(p.hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, &problem, &p.err),
              ST_UNTRUSTED);
    CHECK(problem != NULL && strcmp(problem, "unknown-sender") == 0);
    PAIR_OK(&p, exchange_refused(&c.journal, problem, &again, &p.err));
    CHECK(again);
    pair_sync(&p, &c, &r);
    CHECK(put_back_has(&p, p.hq->store, step));
    CHECK_INT(r.unsent, 0);
    CHECK(hq_device(p.hq, c.journal.head.author) != NULL);
    id16 fresh = pair_job(&p, job, "called after the restore");
    pair_assign(&p, fresh, who);
    pair_sync(&p, &c, &r);
    pair_digest(&p, c.store, fresh, NULL); /* and it hears of what is new */
    PAIR_OK(&p, exchange_refused(&c.journal, "quota", &again, &p.err));
    CHECK(!again);
    pair_leave(&c);
    bundle_buffer_drop(&req);
    bundle_buffer_drop(&ans);
    end();
}

/* Whoever has no certificate of ours is nobody, whatever key he shows; one's certificate under
 * another's key opens nothing either. */
static void nobody_introduces_himself_as_another(void)
{
    struct bundle_buffer req = {.cap = 1 << 24}, ans = {.cap = 1 << 24};
    struct exchange_options opt = {.introduce = true};
    struct exchange_result r = {0};
    const char *problem;
    struct author_keys mine;
    begin();
    CHECK_INT(author_keys_make(&mine), ST_OK);
    struct author_keys real = b.journal.keys;
    b.journal.keys = mine; /* b's certificate, a stranger's key */
    struct now now = pair_now(&p);
    PAIR_OK(&p, exchange_request(&b.journal, &opt, &now, bundle_buffer_sink, &req, &r, &p.err));
    b.journal.keys = real;
    CHECK_INT(hq_exchange(p.hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, &problem, &p.err),
              ST_UNTRUSTED);
    CHECK_INT(ans.n, 0);
    author_keys_wipe(&mine);
    bundle_buffer_drop(&req);
    bundle_buffer_drop(&ans);
    end();
}

/* --- both
 * ----------------------------------------------------------------------------------------------------
 */

static void both_at_once_lose_only_what_nobody_holds(void)
{
    char backup[128], old[128];
    h32 theirs, ours;
    struct exchange_result r;
    begin();
    put_back_keep_hq(&p, backup);
    put_back_keep(&p, &a, old);
    id8 a1 = a.journal.head.epoch, n1 = p.hq->journal.head.epoch;
    id16 fresh = after_backup(&theirs, &ours);
    h32 only = pay(&a, (id8){{1}}, 700); /* on a alone, and a is put back */
    put_back_device(&p, &a, old);
    put_back_hq(&p, backup);
    CHECK(!put_back_has(&p, p.hq->store, theirs) && !put_back_has(&p, a.store, theirs));
    scene_everybody(&p, &a, &b, 4);
    CHECK(!id8_eq(p.hq->journal.head.epoch, n1));
    CHECK(put_back_has(&p, p.hq->store, ours));
    CHECK(put_back_has(&p, p.hq->store, theirs)); /* a's own, which b held */
    CHECK(!put_back_has(&p, p.hq->store, only));
    h32 later = pair_step(&p, &a, job, KIND_VISIT_ARRIVED, (id8){{1}});
    scene_everybody(&p, &a, &b, 3);
    CHECK(!id8_eq(a.journal.head.epoch, a1));
    CHECK(put_back_has(&p, a.store, theirs));
    CHECK_INT(pair_place(&p, &a, later), SYNC_HQ);
    scene_same(&p, &a, &b, job);
    scene_same(&p, &a, &b, fresh);
    pair_sync(&p, &a, &r);
    CHECK_INT(r.unsent, 0);
    CHECK_INT(r.quarantined, 0);
    end();
}

int main(void)
{
    RUN(a_device_restored_from_an_old_copy_opens_an_epoch_and_gets_its_tail_back);
    RUN(one_that_worked_on_before_it_synced_is_a_fork_that_is_kept_and_told);
    RUN(both_copies_of_a_clone_hear_of_the_fork_whatever_is_lost);
    RUN(a_late_bundle_of_an_old_epoch_counts_once);
    RUN(twenty_restores_leave_todays_work_going);
    RUN(headquarters_restored_by_its_tool_gets_back_what_devices_hold);
    RUN(headquarters_put_back_by_hand_finds_out_and_gets_it_back);
    RUN(headquarters_that_overtook_its_own_past_finds_out_too);
    RUN(a_revocation_and_a_device_of_after_the_backup_come_back);
    RUN(a_device_that_joined_after_the_backup_introduces_itself);
    RUN(nobody_introduces_himself_as_another);
    RUN(both_at_once_lose_only_what_nobody_holds);
    CHECK_END();
}
