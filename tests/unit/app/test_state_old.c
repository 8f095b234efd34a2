/* test_state_old.c - the handheld over a store of another version, and with a clock that is wrong.
 */
#include "tests/support/layout1.h"
#include "tests/unit/app/state_rig.h"

#define MAP_BYTES (1ULL << 30)
#define DAY 86400000LL

/* Closed, and its data key in `key`. */
static void shut(struct rig *r, uint8_t key[static 32])
{
    memcpy(key, r->a->writer.keys->data, 32);
    app_close(&r->a);
}

static bool first_row(struct rig *r, struct today_row *row)
{
    rig_go(r, SCREEN_TODAY, NULL);
    rig_turn(r);
    app_today_filter(r->a, "", LIST_JOBS_OPEN);
    return app_today_count(r->a) > 0 && app_today_row(r->a, 0, row);
}

struct watch {
    struct app *a;
    atomic_uint upgrading;
};

static void watch_wake(void *ctx)
{
    struct watch *w = ctx;
    if (app_upgrading(w->a)) {
        atomic_fetch_add(&w->upgrading, 1);
    }
}

static void an_older_store_is_brought_up_to_date_at_unlock_with_a_word(void)
{
    struct rig r;
    uint8_t key[32];
    char kept[64];
    rig_begin(&r);
    rig_go(&r, SCREEN_JOB, "job 1");
    CHECK(app_draft(r.a, "note", str_bytes(S("half-typed"))));
    rig_settle(&r);
    uint64_t entries = rig_entries(&r);
    shut(&r, key);
    layout1_make(r.dir, key, MAP_BYTES);
    rig_open(&r);
    struct watch w = {.a = r.a};
    r.a->wake_ctx = &w;
    r.a->wake = watch_wake;
    rig_turn(&r);
    CHECK(!app_upgrading(r.a));
    rig_unlock(&r);
    CHECK(atomic_load(&w.upgrading) > 0);
    CHECK(!app_upgrading(r.a));
    CHECK_INT(rig_entries(&r), entries);
    rig_go(&r, SCREEN_JOB, "job 1");
    CHECK(app_job(r.a) != NULL); /* it could not be shown by a state of another version */
    rig_kept(&r, "job 1", "note", kept, sizeof kept);
    CHECK_STR(kept, "half-typed");
    struct today_row row;
    CHECK(first_row(&r, &row));
    app_close(&r.a);
    /* Once: the next unlock has nothing to do. */
    rig_open(&r);
    atomic_store(&w.upgrading, 0);
    w.a = r.a;
    r.a->wake_ctx = &w;
    r.a->wake = watch_wake;
    rig_unlock(&r);
    CHECK_INT(atomic_load(&w.upgrading), 0);
    app_close(&r.a);
}

static void a_newer_store_stays_shut_and_is_told_in_words(void)
{
    struct rig r;
    uint8_t key[32];
    rig_begin(&r);
    shut(&r, key);
    layout1_raise(r.dir, key, MAP_BYTES, 200, 0);
    rig_open(&r);
    rig_turn(&r);
    CHECK(app_unlock(r.a, SHOP_PIN));
    rig_settle(&r);
    CHECK_INT(app_result(r.a)->st, ST_NEWER);
    CHECK(r.a->store == NULL);
    CHECK(strstr(app_error_words(r.a, app_result(r.a)), "newer version") != NULL);
    app_close(&r.a);
}

/* Headquarters' receipt of the newest entry comes in, now. */
static void receive(struct rig *r)
{
    struct journal *j = &r->a->writer.journal;
    struct store_txn *t = NULL;
    struct err err = {0};
    struct now now;
    rig_clock(r, &now);
    uint8_t *room = malloc(CAP_SCRATCH_BYTES);
    struct receipt receipt = {.author = j->head.author,
                              .epoch = j->head.epoch,
                              .seq = j->head.seq,
                              .time_ms = now.wall_ms};
    shop_must(store_write(r->a->store, &t, &err), &err, "write");
    shop_must(times_anchor_learn(t, &receipt, &now, arena_of(room, CAP_SCRATCH_BYTES), &err), &err,
              "learn");
    shop_must(store_commit(&t, &err), &err, "commit");
    atomic_fetch_add(&r->a->generation, 1);
    free(room);
}

static atomic_llong skew_ms;
static atomic_int zone_minutes; /* 0: as it was */
static void skewed_clock(void *ctx, struct now *out)
{
    rig_clock(ctx, out);
    out->wall_ms += atomic_load(&skew_ms);
    int zone = atomic_load(&zone_minutes);
    out->utc_offset_minutes = zone != 0 ? (int16_t)zone : out->utc_offset_minutes;
}

static void deadlines_count_on_across_a_clock_jump_and_the_clock_is_marked(void)
{
    struct rig r;
    struct today_row row;
    rig_begin(&r);
    r.a->clock.read = skewed_clock;
    rig_go(&r, SCREEN_JOB, "job 1");
    CHECK(rig_step(&r, KIND_VISIT_ACCEPTED, NULL, SCREENS)); /* an entry of this boot */
    rig_settle(&r);
    receive(&r);
    rig_go(&r, SCREEN_TODAY, NULL);
    rig_turn(&r);
    CHECK(!app_clock_wrong(r.a));
    CHECK(first_row(&r, &row) && row.ndeadlines > 0);
    const struct calendars *cal = &app_catalogue(r.a)->calendars;
    int64_t right = app_now_ms(r.a), left = deadline_left_minutes(&row.deadline[0], cal, right);
    const int64_t skews[] = {-SHOP_NOW_MS, 365 * DAY, 3653 * DAY, -DAY, 3600000};
    for (size_t i = 0; i < sizeof skews / sizeof skews[0]; i++) {
        atomic_store(&skew_ms, skews[i]);
        rig_turn(&r);
        CHECK(app_clock_wrong(r.a));
        CHECK(app_now_ms(r.a) >= right - 60000 && app_now_ms(r.a) <= right + 60000);
        CHECK(first_row(&r, &row));
        int64_t now_left = deadline_left_minutes(&row.deadline[0], cal, app_now_ms(r.a));
        CHECK(now_left >= left - 1 && now_left <= left + 1);
        /* It blocks nothing. */
        rig_go(&r, SCREEN_JOB, "job 1");
        uint64_t n = rig_entries(&r);
        CHECK(rig_step(&r, KIND_VISIT_TRAVELLING, NULL, SCREENS));
        rig_settle(&r);
        CHECK_INT(app_result(r.a)->st, ST_OK);
        CHECK_INT(rig_entries(&r), n + 1);
        rig_go(&r, SCREEN_TODAY, NULL);
    }
    atomic_store(&skew_ms, 0);
    rig_turn(&r);
    CHECK(!app_clock_wrong(r.a));
    app_close(&r.a);
}

static void another_zone_moves_no_deadline(void)
{
    struct rig r;
    struct today_row row;
    rig_begin(&r);
    r.a->clock.read = skewed_clock;
    CHECK(first_row(&r, &row) && row.ndeadlines > 0);
    int64_t due = row.deadline[0].due_ms;
    int64_t left =
        deadline_left_minutes(&row.deadline[0], &app_catalogue(r.a)->calendars, app_now_ms(r.a));
    atomic_store(&zone_minutes, -300);
    atomic_fetch_add(&r.a->generation, 1);
    CHECK(first_row(&r, &row));
    CHECK_INT(app_now(r.a).utc_offset_minutes, -300);
    CHECK_INT(row.deadline[0].due_ms, due);
    CHECK_INT(
        deadline_left_minutes(&row.deadline[0], &app_catalogue(r.a)->calendars, app_now_ms(r.a)),
        left);
    atomic_store(&zone_minutes, 0);
    app_close(&r.a);
}

int main(void)
{
    RUN(an_older_store_is_brought_up_to_date_at_unlock_with_a_word);
    RUN(a_newer_store_stays_shut_and_is_told_in_words);
    RUN(deadlines_count_on_across_a_clock_jump_and_the_clock_is_marked);
    RUN(another_zone_moves_no_deadline);
    CHECK_END();
}
