/* test_rollback_hq.c - headquarters back at an older state, alone or with a device: it finds out,
 * what anybody holds comes back, and only what nobody holds is lost. */
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
    h32 only = pair_write(&p, &a, job, F_JOB_PHONE, "700"); /* on a alone, and a is put back */
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
    RUN(headquarters_restored_by_its_tool_gets_back_what_devices_hold);
    RUN(headquarters_put_back_by_hand_finds_out_and_gets_it_back);
    RUN(headquarters_that_overtook_its_own_past_finds_out_too);
    RUN(a_revocation_and_a_device_of_after_the_backup_come_back);
    RUN(a_device_that_joined_after_the_backup_introduces_itself);
    RUN(nobody_introduces_himself_as_another);
    RUN(both_at_once_lose_only_what_nobody_holds);
    CHECK_END();
}
