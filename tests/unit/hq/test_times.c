/* test_times.c - times that can be defended: what receipts prove, what the boot clock bounds, what
 * a wrong wall clock claimed (DESIGN 2). */
#include "core/journal/said.h"
#include "core/journal/times.h"
#include "core/rules/service.h"
#include "tests/unit/hq/pair.h"

#define HOUR 3600000LL
#define DAY (24 * HOUR)
#define YEAR (365 * DAY)

static struct pair p;
static struct pair_device a;
static id16 job;

static void begin(void)
{
    struct exchange_result r;
    pair_begin(&p);
    id16 who = pair_record(&p, SUBJECT_TECHNICIAN, NULL, 0, "Sample", F_TECHNICIAN_NAME);
    job = pair_job(&p, (id16){{0}}, "It leaks");
    pair_assign(&p, job, who);
    pair_join(&p, &a, who, "T1");
    pair_sync(&p, &a, &r);
}

static void end(void)
{
    pair_leave(&a);
    pair_end(&p);
}

/* A step while the wall clock is off by `skew_ms`; *true_ms: when it really was. */
static h32 step_at(int64_t skew_ms, uint8_t boot, int64_t *true_ms)
{
    static uint8_t n;
    uint8_t body[CAP_BODY_BYTES];
    union body b;
    h32 hash = {{0}};
    struct now now = pair_now(&p);
    *true_ms = now.wall_ms;
    now.wall_ms += skew_ms;
    now.boot_id[0] = boot;
    memset(&b, 0, sizeof b);
    b.head.visit = (id8){{1, 2, 3, ++n}};
    struct append what = {.kind = KIND_VISIT_ACCEPTED, .subject_type = SUBJECT_JOB, .subject = job};
    PAIR_OK(&p, body_encode(KIND_VISIT_ACCEPTED, &b, body, sizeof body, &what.body));
    PAIR_OK(&p, journal_append(&a.journal, &what, &now, &hash, &p.err));
    return hash;
}

static struct times times_in(struct store *s, h32 hash)
{
    struct store_txn *t = NULL;
    uint8_t *room = malloc(CAP_SCRATCH_BYTES);
    struct arena w = arena_of(room, CAP_SCRATCH_BYTES);
    struct entry_view e;
    struct times at = {.claimed_ms = 0};
    PAIR_OK(&p, store_read(s, &t, &p.err));
    PAIR_OK(&p, journal_get(t, hash, &w, &e, &p.err));
    PAIR_OK(&p, times_of(t, &p.hq->trust, &e, w, &at, &p.err));
    store_abort(&t);
    free(room);
    return at;
}

static struct times_corrected corrected(const struct now *now)
{
    struct store_txn *t = NULL;
    struct times_anchor anchor;
    struct times_corrected c;
    PAIR_OK(&p, store_read(a.store, &t, &p.err));
    times_anchor_get(t, &anchor);
    store_abort(&t);
    times_correct(&anchor, now, &c);
    return c;
}

static void a_right_clock_is_proved_and_not_marked(void)
{
    struct exchange_result r;
    int64_t at_ms;
    begin();
    h32 first = step_at(0, 7, &at_ms);
    struct times at = times_in(a.store, first);
    CHECK(at.after_ms > 0 && at.after_ms <= at_ms && at.before_ms == 0);
    CHECK_INT(at.claimed_ms, at_ms);
    CHECK(!at.wrong);
    pair_sync(&p, &a, &r);
    for (int i = 0; i < 2; i++) { /* both sides say the same */
        at = times_in(i == 0 ? a.store : p.hq->store, first);
        CHECK(at.after_ms > 0 && at.after_ms <= at_ms);
        CHECK(at.before_ms >= at_ms && at.before_ms < at_ms + HOUR);
        CHECK(at.low_ms <= at_ms && at.high_ms >= at_ms);
        CHECK(!at.wrong);
    }
    end();
}

static void a_clock_of_1970_or_next_year_blocks_nothing_is_kept_and_marked(void)
{
    const int64_t skews[] = {-1780000000000LL, YEAR, -2 * DAY, 3 * HOUR, -HOUR};
    for (size_t i = 0; i < sizeof skews / sizeof skews[0]; i++) {
        struct exchange_result r;
        int64_t t0, t1, t2;
        begin();
        h32 before = step_at(0, 7, &t0);
        pair_sync(&p, &a, &r);
        p.ms += 20 * 60000;
        h32 wrong = step_at(skews[i], 7, &t1);
        h32 again = step_at(0, 7, &t2);
        struct times at = times_in(a.store, wrong);
        /* At once, on the device: the receipt and the boot clock tell. */
        CHECK(at.wrong);
        CHECK(at.low_ms <= t1 && at.high_ms >= t1 && at.high_ms < t1 + 60000);
        CHECK_INT(at.claimed_ms, at.high_ms);
        pair_sync(&p, &a, &r);
        CHECK_INT(r.problems, 0);
        at = times_in(p.hq->store, wrong);
        CHECK(at.wrong && at.after_ms > 0 && at.after_ms <= t1 && at.before_ms >= t1);
        CHECK(at.claimed_ms >= t1 - 60000 && at.claimed_ms <= t1 + 60000);
        CHECK(!times_in(p.hq->store, before).wrong && !times_in(p.hq->store, again).wrong);
        end();
    }
}

static void another_boot_has_the_lower_bound_alone(void)
{
    struct exchange_result r;
    int64_t t0, t1;
    begin();
    step_at(0, 7, &t0);
    pair_sync(&p, &a, &r);
    p.ms += DAY;
    h32 early = step_at(-YEAR, 8, &t1); /* started anew, its clock lost */
    struct times at = times_in(a.store, early);
    CHECK(at.wrong && at.high_ms == TIMES_UNKNOWN_MS && at.claimed_ms == at.after_ms);
    /* A year ahead cannot be told from a year in a drawer, until headquarters has seen it. */
    h32 late = step_at(YEAR, 8, &t1);
    CHECK(!times_in(a.store, late).wrong);
    pair_sync(&p, &a, &r);
    at = times_in(p.hq->store, late);
    CHECK(at.wrong && at.before_ms >= t1 && at.claimed_ms >= t1 && at.claimed_ms < t1 + 60000);
    end();
}

static void the_device_corrects_its_own_clock_within_the_bounds_of_a_sync(void)
{
    struct exchange_result r;
    int64_t t0;
    begin();
    step_at(0, 7, &t0);
    pair_sync(&p, &a, &r);
    p.ms += 5 * HOUR;
    struct now now = pair_now(&p);
    struct times_corrected c = corrected(&now);
    CHECK(!c.wrong && c.ms == now.wall_ms);
    CHECK(c.low_ms <= now.wall_ms && c.high_ms >= now.wall_ms && c.high_ms - c.low_ms < 60000);
    int64_t right = now.wall_ms;
    const int64_t skews[] = {-1780000000000LL, YEAR, -DAY, DAY, INT64_MAX / 4 - right};
    for (size_t i = 0; i < sizeof skews / sizeof skews[0]; i++) {
        now.wall_ms = right + skews[i];
        c = corrected(&now);
        CHECK(c.wrong && c.ms >= right - 60000 && c.ms <= right + 60000);
    }
    /* After a restart only what is past is known. */
    now.boot_id[0] = 8;
    now.boot_ms = 5000;
    now.wall_ms = right - YEAR;
    c = corrected(&now);
    CHECK(c.wrong && c.ms <= right && c.ms > right - 6 * HOUR);
    now.wall_ms = right + YEAR;
    c = corrected(&now);
    CHECK(!c.wrong && c.ms == now.wall_ms && c.high_ms == TIMES_UNKNOWN_MS);
    /* The boot clock alone: a day on, the bounds are wider by what a quartz drifts. */
    now.boot_id[0] = 7;
    now.wall_ms = right + DAY;
    now.boot_ms = pair_now(&p).boot_ms + DAY;
    c = corrected(&now);
    CHECK(!c.wrong && c.high_ms - c.low_ms >= 2 * DAY / 1000000 * TIMES_DRIFT_PPM);
    end();
}

static void a_stamp_a_day_beyond_the_corrected_time_is_not_adopted_by_a_clock_that_is_ahead(void)
{
    struct exchange_result r;
    struct store_txn *t = NULL;
    int64_t t0;
    begin();
    step_at(0, 7, &t0);
    pair_sync(&p, &a, &r);
    /* Somebody's clock was half a year ahead when he wrote on this job. */
    uint8_t key[56] = {0};
    memcpy(key, job.b, 16);
    hlc ahead = (hlc)(p.ms + YEAR / 2) << 16;
    for (unsigned i = 0; i < 8; i++) {
        key[16 + i] = (uint8_t)(ahead >> (56 - 8 * i));
    }
    PAIR_OK(&p, store_write(a.store, &t, &p.err));
    PAIR_OK(&p, store_put(t, T_SUBJECT, bytes_of(key, sizeof key), bytes_of(key, 25), &p.err));
    PAIR_OK(&p, store_commit(&t, &p.err));
    struct now now = pair_now(&p);
    int64_t right = now.wall_ms;
    hlc before = a.journal.head.time;
    uint8_t body[] = {0xA1, 0x01, 0x48, 1, 1, 1, 1, 1, 1, 1, 1};
    struct append what = {.kind = KIND_VISIT_TRAVELLING,
                          .subject_type = SUBJECT_JOB,
                          .subject = job,
                          .body = bytes_of(body, sizeof body)};
    h32 hash;
    /* Ours is a year ahead, which the boot clock knows: it does not believe half a year either. */
    now.wall_ms = right - 60000;
    PAIR_OK(&p, journal_append(&a.journal, &what, &now, &hash, &p.err));
    CHECK(a.journal.head.time > before && a.journal.head.time < ahead);
    struct times_anchor anchor;
    struct times_corrected c;
    PAIR_OK(&p, store_read(a.store, &t, &p.err));
    times_anchor_get(t, &anchor);
    store_abort(&t);
    now.wall_ms = right + YEAR;
    times_correct(&anchor, &now, &c);
    CHECK(hlc_adopt(a.journal.head.time, ahead, c.ms) == a.journal.head.time);
    CHECK(hlc_adopt(a.journal.head.time, ahead, now.wall_ms) == ahead); /* what it must not do */
    end();
}

/* Minutes left when the call was answered: by what a store shows, and by the clock alone. */
static int64_t left_at(struct store *s, bool by_clock)
{
    struct store_txn *t = NULL;
    uint8_t *room = malloc(CAP_SCRATCH_BYTES);
    struct arena w = arena_of(room, CAP_SCRATCH_BYTES);
    struct subject_state state;
    struct calendars cal;
    struct deadline d[4];
    int64_t left = 0;
    calendars_default(&cal);
    PAIR_OK(&p, store_read(s, &t, &p.err));
    PAIR_OK(&p, fold_load(t, job, &w, &state, NULL, &p.err));
    size_t n = deadlines(&state, &cal, d);
    for (size_t i = 0; i < n; i++) {
        if (d[i].kind == DL_RESPOND && d[i].met) {
            int64_t ms =
                by_clock ? d[i].met_ms : times_shown(t, &p.hq->trust, d[i].met_by, d[i].met_ms, w);
            left = deadline_left_minutes(&d[i], &cal, ms);
        }
    }
    store_abort(&t);
    free(room);
    return left;
}

static void whether_a_deadline_was_kept_is_judged_by_the_proved_time(void)
{
    static const struct {
        int64_t after_ms, skew_ms;
        bool late;
    } cases[] = {
        {HOUR, YEAR, false},                /* in time, and its clock says next year */
        {HOUR, 10 * YEAR, false},           /* ... or ten years on */
        {5 * HOUR, -1780000000000LL, true}, /* late, and its clock says 1970 */
        {5 * HOUR, -2 * DAY, true},         /* late, and its clock says before the call */
        {5 * HOUR, -4 * HOUR, true},        /* ... or just in time */
        {HOUR, 0, false},                   /* a right clock */
        {5 * HOUR, 0, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct exchange_result r;
        int64_t t0, t1;
        begin();
        p.ms += cases[i].after_ms;
        pair_write(&p, &a, job, F_JOB_CONTACT, "Mr Liu");
        pair_sync(&p, &a, &r); /* a receipt, by which the clock is known to be wrong */
        pair_write(&p, &a, job, F_JOB_CONTACT, "Ms Chen");
        step_at(cases[i].skew_ms, 7, &t1);
        t0 = left_at(a.store, true);
        CHECK(cases[i].skew_ms == 0 || (t0 < 0) != cases[i].late);
        CHECK_INT(left_at(a.store, false) < 0, cases[i].late);
        pair_sync(&p, &a, &r);
        CHECK_INT(left_at(a.store, false) < 0, cases[i].late);
        CHECK_INT(left_at(p.hq->store, false) < 0, cases[i].late);
        end();
    }
}

int main(void)
{
    RUN(whether_a_deadline_was_kept_is_judged_by_the_proved_time);
    RUN(a_right_clock_is_proved_and_not_marked);
    RUN(a_clock_of_1970_or_next_year_blocks_nothing_is_kept_and_marked);
    RUN(another_boot_has_the_lower_bound_alone);
    RUN(the_device_corrects_its_own_clock_within_the_bounds_of_a_sync);
    RUN(a_stamp_a_day_beyond_the_corrected_time_is_not_adopted_by_a_clock_that_is_ahead);
    CHECK_END();
}
