/* test_state_faults.c - a sync to disk that fails: close, reopen, verify, tell; and threads that
 * are at work when the app is locked or closed. */
#include "tests/unit/app/state_rig.h"

#include <errno.h>

/* ---- the disk: a stand-in for the library's call, for all that is linked here ---------------- */
static atomic_int fail_after = -1; /* 0: the next one fails, and all after it; -1: none */
static atomic_int fails_left;

int fdatasync(int fd)
{
    int n = atomic_load(&fail_after);
    if (n > 0) {
        atomic_fetch_sub(&fail_after, 1);
    } else if (n == 0 && atomic_fetch_sub(&fails_left, 1) > 0) {
        errno = EIO;
        return -1;
    }
    return fsync(fd);
}

static void fail_next(int fails)
{
    atomic_store(&fails_left, fails);
    atomic_store(&fail_after, 0);
}

static void disk_is_well(void)
{
    atomic_store(&fail_after, -1);
}

/* ---------------------------------------------------------------------------------------------- */
static void after_a_failed_sync_the_store_is_opened_again(void)
{
    struct rig r;
    rig_begin(&r);
    rig_go(&r, SCREEN_JOB, "job 1");
    CHECK(app_draft(r.a, "accept", str_bytes(S("typed"))));
    CHECK(app_draft(r.a, "other", str_bytes(S("another"))));
    rig_settle(&r);
    uint64_t before = rig_entries(&r);
    const struct store *old = r.a->store;
    unsigned serial = app_result(r.a)->serial;
    fail_next(1);
    CHECK(rig_step(&r, KIND_VISIT_ACCEPTED, "accept", SCREEN_ARRIVE));
    rig_settle(&r);
    disk_is_well();
    CHECK_INT(app_result(r.a)->serial, serial + 1);
    CHECK_INT(app_result(r.a)->st, ST_IO);
    CHECK_INT(app_result(r.a)->what, APP_SAVING);
    CHECK(strstr(app_error_words(r.a, app_result(r.a)), "Look whether this step is") != NULL);
    CHECK(r.a->store != NULL);
    (void)old; /* may lie where it lay */
    CHECK_INT(app_busy(r.a), APP_IDLE);
    CHECK_INT(r.a->trail[r.a->ntrail - 1].screen, SCREEN_JOB);
    CHECK(app_job(r.a) != NULL);
    CHECK(rig_draft_is(&r, "other", "another"));
    /* What stands after it is either without the step and with its draft, or with it and without.
     */
    bool there = rig_entries(&r) == before + 1;
    CHECK(there || rig_entries(&r) == before);
    CHECK(rig_draft_is(&r, "accept", there ? "" : "typed"));
    if (!there) {
        CHECK(rig_step(&r, KIND_VISIT_ACCEPTED, "accept", SCREEN_ARRIVE));
        rig_settle(&r);
        CHECK_INT(app_result(r.a)->st, ST_OK);
    }
    CHECK(rig_step(&r, KIND_VISIT_TRAVELLING, NULL, SCREEN_ARRIVE));
    rig_settle(&r);
    CHECK_INT(app_result(r.a)->st, ST_OK);
    CHECK_INT(rig_entries(&r), before + 2);
    rig_restart(&r);
    CHECK_INT(rig_entries(&r), before + 2);
    rig_end(&r);
}

static void a_draft_that_cannot_be_synced_is_told_and_typed_on(void)
{
    struct rig r;
    char kept[64];
    rig_begin(&r);
    rig_go(&r, SCREEN_JOB, "job 1");
    rig_settle(&r);
    unsigned serial = app_result(r.a)->serial;
    fail_next(1);
    CHECK(app_draft(r.a, "note", str_bytes(S("typed"))));
    rig_settle(&r);
    disk_is_well();
    CHECK_INT(app_result(r.a)->serial, serial + 1);
    CHECK_INT(app_result(r.a)->st, ST_IO);
    CHECK_INT(app_result(r.a)->what, APP_IDLE); /* shown on whatever screen there is */
    CHECK(r.a->store != NULL);
    CHECK(rig_draft_is(&r, "note", "typed"));
    CHECK(app_draft(r.a, "note", str_bytes(S("typed on"))));
    rig_settle(&r);
    CHECK_INT(app_result(r.a)->serial, serial + 1);
    rig_kept(&r, "job 1", "note", kept, sizeof kept);
    CHECK_STR(kept, "typed on");
    rig_end(&r);
}

static void a_store_that_does_not_open_again_is_locked_and_said(void)
{
    struct rig r;
    rig_begin(&r);
    rig_go(&r, SCREEN_JOB, "job 1");
    rig_settle(&r);
    fail_next(1000);
    CHECK(rig_step(&r, KIND_VISIT_ACCEPTED, NULL, SCREEN_ARRIVE));
    rig_settle(&r);
    CHECK(r.a->store == NULL);
    CHECK_INT(app_busy(r.a), APP_IDLE);
    CHECK_INT(r.a->trail[r.a->ntrail - 1].screen, SCREEN_UNLOCK);
    CHECK_INT(r.a->later.st, ST_IO); /* given to the lock screen when it has come up */
    CHECK_INT(r.a->later.what, APP_UNLOCKING);
    disk_is_well();
    rig_unlock(&r);
    CHECK(app_today_count(r.a) == 2);
    rig_end(&r);
}

/* The searcher reads while the store is closed under everybody: it must have been stopped. */
static void a_failed_sync_in_the_middle_of_a_search(void)
{
    struct rig r;
    rig_begin(&r);
    for (int k = 0; k < 20; k++) {
        rig_go(&r, SCREEN_JOB, "job 1");
        app_today_filter(r.a, "刘", 0);
        atomic_fetch_add(&r.a->words_generation, 1);
        fail_next(1);
        char text[24];
        snprintf(text, sizeof text, "typed %d", k);
        CHECK(app_draft(r.a, "note", str_bytes(str_c(text))));
        rig_settle(&r);
        disk_is_well();
        CHECK(r.a->store != NULL);
    }
    rig_end(&r);
}

static void locked_and_closed_in_the_middle_of_a_search(void)
{
    struct rig r;
    rig_begin(&r);
    for (int k = 0; k < 20; k++) {
        rig_go(&r, SCREEN_TODAY, NULL);
        app_today_filter(r.a, "a", 0);
        CHECK(r.a->words.running);
        if (k % 2 == 0) {
            rig_turn(&r);
            while (!app_lock(r.a)) {
                rig_turn(&r);
            }
            rig_settle(&r);
            rig_unlock(&r);
        } else {
            rig_restart(&r);
        }
    }
    rig_end(&r);
}

/* What was asked for is done before the app ends. */
static void closing_waits_for_what_is_in_flight(void)
{
    struct rig r;
    rig_begin(&r);
    rig_go(&r, SCREEN_JOB, "job 1");
    uint64_t before = rig_entries(&r);
    CHECK(app_draft(r.a, "note", str_bytes(S("last words"))));
    CHECK(rig_step(&r, KIND_VISIT_ACCEPTED, NULL, SCREEN_JOB));
    rig_restart(&r);
    CHECK_INT(rig_entries(&r), before + 1);
    CHECK(rig_draft_is(&r, "note", "last words"));
    app_close(&r.a);
    rig_open(&r);
    CHECK(app_unlock(r.a, SHOP_PIN)); /* and closed while it is unlocked */
    rig_end(&r);
}

int main(void)
{
    RUN(after_a_failed_sync_the_store_is_opened_again);
    RUN(a_draft_that_cannot_be_synced_is_told_and_typed_on);
    RUN(a_store_that_does_not_open_again_is_locked_and_said);
    RUN(a_failed_sync_in_the_middle_of_a_search);
    RUN(locked_and_closed_in_the_middle_of_a_search);
    RUN(closing_waits_for_what_is_in_flight);
    CHECK_END();
}
