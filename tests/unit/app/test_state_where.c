/* test_state_where.c - the position on arrival: after the tap, once, never waited for, and not at
 * all where headquarters says so. */
#include "tests/unit/app/state_rig.h"

#include <poll.h>

/* A receiver that answers when it is let; after `late` it answers although it was told to stop. */
struct receiver {
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    unsigned asked;
    bool answer, has; /* it may answer; it has a fix */
    bool late;        /* it has its fix at the moment at which it is told to stop */
};

static bool receive(void *ctx, const struct clock *clock, int stop_fd, struct position *out)
{
    struct receiver *r = ctx;
    (void)clock;
    pthread_mutex_lock(&r->mutex);
    r->asked++;
    pthread_cond_broadcast(&r->cond);
    struct pollfd p = {.fd = stop_fd, .events = POLLIN};
    while (!r->answer && p.revents == 0) {
        pthread_mutex_unlock(&r->mutex);
        IGNORE(poll(&p, 1, 1) < 0);
        pthread_mutex_lock(&r->mutex);
    }
    bool has = (r->has && p.revents == 0) || (r->late && r->asked == 1);
    pthread_mutex_unlock(&r->mutex);
    *out = (struct position){312304167, 1214737010, 11200, true, 2000, POSITION_GPSD};
    return has;
}

static void answer(struct receiver *r, bool has)
{
    pthread_mutex_lock(&r->mutex);
    r->answer = true;
    r->has = has;
    pthread_mutex_unlock(&r->mutex);
}

static unsigned asked(struct receiver *r)
{
    pthread_mutex_lock(&r->mutex);
    unsigned n = r->asked;
    pthread_mutex_unlock(&r->mutex);
    return n;
}

static const struct receiver fresh = {.mutex = PTHREAD_MUTEX_INITIALIZER,
                                      .cond = PTHREAD_COND_INITIALIZER};

static void begin(struct rig *r, struct receiver *x)
{
    *x = fresh;
    rig_begin(r);
    app_close(&r->a);
    r->where = (struct where_source){receive, x};
    rig_open(r);
    rig_unlock(r);
    rig_go(r, SCREEN_JOB, "job 1");
    CHECK(rig_step(r, KIND_VISIT_ACCEPTED, NULL, SCREENS));
    rig_settle(r);
}

static void arrive(struct rig *r)
{
    CHECK(rig_step(r, KIND_VISIT_ARRIVED, NULL, SCREENS));
    rig_settle(r);
    CHECK_INT(app_result(r->a)->st, ST_OK);
}

static enum app_where where(struct rig *r, struct position *p)
{
    rig_turn(r);
    return app_where(r->a, app_job(r->a)->visit, p);
}

/* Turns until it is so. */
static void until(struct rig *r, enum app_where w)
{
    const struct timespec moment = {.tv_nsec = 500000};
    struct position p;
    for (int k = 0; k < 20000 && where(r, &p) != w; k++) {
        nanosleep(&moment, NULL);
    }
    CHECK_INT(where(r, &p), w);
}

static void the_tap_is_durable_before_anybody_is_asked(void)
{
    struct rig r;
    struct receiver x;
    struct position p;
    begin(&r, &x);
    CHECK_INT(where(&r, &p), WHERE_TO_COME);
    uint64_t before = rig_entries(&r);
    arrive(&r); /* the receiver is silent, and nothing is in flight */
    CHECK_INT(rig_entries(&r), before + 1);
    CHECK_INT(where(&r, &p), WHERE_ASKING);
    CHECK_INT(app_busy(r.a), APP_IDLE);
    CHECK(rig_step(&r, KIND_VISIT_DIAGNOSED, NULL, SCREENS)); /* work goes on */
    rig_settle(&r);
    answer(&x, true);
    until(&r, WHERE_RECORDED);
    CHECK_INT(where(&r, &p), WHERE_RECORDED);
    CHECK_INT(p.lat_e7, 312304167);
    CHECK_INT(p.accuracy_mm, 11200);
    rig_restart(&r);
    rig_go(&r, SCREEN_JOB, "job 1");
    CHECK_INT(where(&r, &p), WHERE_RECORDED);
    CHECK_INT(asked(&x), 1);
    rig_end(&r);
}

static void it_is_asked_once_and_not_for_a_correction(void)
{
    struct rig r;
    struct receiver x;
    struct position p;
    begin(&r, &x);
    answer(&x, true);
    arrive(&r);
    until(&r, WHERE_RECORDED);
    union body b;
    uint8_t buf[CAP_BODY_BYTES];
    bytes body;
    memset(&b, 0, sizeof b);
    b.arrived.head.visit = sample_id8("visit");
    b.arrived.head.old.n = 1;
    b.arrived.head.old.h[0] = fold_fact(app_job(r.a)->visit, KIND_VISIT_ARRIVED)->entry;
    b.arrived.flags = ARRIVED_CREDENTIAL;
    CHECK_INT(body_encode(KIND_VISIT_ARRIVED, &b, buf, sizeof buf, &body), ST_OK);
    CHECK(app_append(r.a, KIND_VISIT_ARRIVED, body, NULL, 0, NULL, SCREENS));
    rig_settle(&r);
    CHECK_INT(app_result(r.a)->st, ST_OK);
    CHECK_INT(where(&r, &p), WHERE_RECORDED);
    CHECK_INT(asked(&x), 1);
    /* Another place for the same visit is refused: it is never tracked. */
    uint64_t before = rig_entries(&r);
    CHECK(rig_step(&r, KIND_VISIT_POSITION, NULL, SCREENS));
    rig_settle(&r);
    CHECK_INT(app_result(r.a)->st, ST_FORBIDDEN);
    CHECK_INT(rig_entries(&r), before);
    rig_end(&r);
}

/* At the second piece of equipment he arrives while the first place still is to be written. */
static void one_visits_place_does_not_end_the_asking_for_another(void)
{
    struct rig r;
    struct receiver x;
    struct position p;
    begin(&r, &x);
    x.late = true;
    arrive(&r);
    CHECK_INT(where(&r, &p), WHERE_ASKING);
    rig_go(&r, SCREEN_JOB, "job 2");
    CHECK(rig_step_of(&r, KIND_VISIT_ACCEPTED, "visit 2"));
    rig_settle(&r);
    CHECK(rig_step_of(&r, KIND_VISIT_ARRIVED, "visit 2"));
    rig_settle(&r); /* the first's place was written after the second was asked about */
    CHECK_INT(where(&r, &p), WHERE_ASKING);
    rig_go(&r, SCREEN_JOB, "job 1");
    CHECK_INT(where(&r, &p), WHERE_RECORDED);
    answer(&x, true);
    rig_go(&r, SCREEN_JOB, "job 2");
    until(&r, WHERE_RECORDED);
    rig_end(&r);
}

static void no_answer_is_said_and_leaves_no_entry(void)
{
    struct rig r;
    struct receiver x;
    begin(&r, &x);
    answer(&x, false);
    uint64_t before = rig_entries(&r);
    arrive(&r);
    until(&r, WHERE_NONE);
    CHECK_INT(rig_entries(&r), before + 1);
    rig_end(&r);
}

static void without_a_receiver_there_is_none(void)
{
    struct rig r;
    struct receiver x;
    struct position p;
    begin(&r, &x);
    app_close(&r.a);
    r.where = (struct where_source){NULL, NULL};
    rig_open(&r);
    rig_unlock(&r);
    rig_go(&r, SCREEN_JOB, "job 1");
    arrive(&r);
    CHECK_INT(where(&r, &p), WHERE_NONE);
    CHECK_INT(asked(&x), 0);
    rig_end(&r);
}

static void a_lock_and_an_end_do_not_wait_for_it(void)
{
    struct rig r;
    struct receiver x;
    struct position p;
    begin(&r, &x);
    arrive(&r);
    CHECK_INT(where(&r, &p), WHERE_ASKING);
    CHECK(app_lock(r.a));
    rig_settle(&r);
    CHECK(r.a->store == NULL);
    rig_unlock(&r);
    rig_go(&r, SCREEN_JOB, "job 1");
    CHECK_INT(where(&r, &p), WHERE_NONE); /* not asked again: that would be tracking */
    CHECK_INT(asked(&x), 1);
    rig_end(&r);
}

static void the_app_ends_while_it_is_asked(void)
{
    struct rig r;
    struct receiver x;
    struct position p;
    begin(&r, &x);
    arrive(&r);
    CHECK_INT(where(&r, &p), WHERE_ASKING);
    rig_end(&r);
    CHECK_INT(asked(&x), 1);
}

static void headquarters_switches_it_off(void)
{
    struct rig r;
    struct receiver x;
    struct position p;
    x = fresh;
    struct shop *s = malloc(sizeof *s);
    CHECK(s != NULL);
    rig_place(&r);
    shop_make_with(s, r.dir, r.secret, POSITION_NOT_RECORDED, false);
    free(s);
    r.where = (struct where_source){receive, &x};
    rig_open(&r);
    rig_unlock(&r);
    rig_go(&r, SCREEN_JOB, "job 1");
    CHECK(rig_step(&r, KIND_VISIT_ACCEPTED, NULL, SCREENS));
    rig_settle(&r);
    CHECK_INT(where(&r, &p), WHERE_OFF);
    answer(&x, true);
    arrive(&r);
    CHECK_INT(where(&r, &p), WHERE_OFF);
    CHECK_INT(asked(&x), 0);
    rig_end(&r);
}

int main(void)
{
    RUN(the_tap_is_durable_before_anybody_is_asked);
    RUN(it_is_asked_once_and_not_for_a_correction);
    RUN(one_visits_place_does_not_end_the_asking_for_another);
    RUN(no_answer_is_said_and_leaves_no_entry);
    RUN(without_a_receiver_there_is_none);
    RUN(a_lock_and_an_end_do_not_wait_for_it);
    RUN(the_app_ends_while_it_is_asked);
    RUN(headquarters_switches_it_off);
    CHECK_END();
}
