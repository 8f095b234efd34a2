/* test_state_slow.c - a disk that takes 200 ms for each commit: frames go on, no touch is lost, and
 * two taps are one entry. LMDB's sync to disk is ours here: the program's own symbol comes first.
 */
#include "tests/unit/app/state_rig.h"

#include <sys/syscall.h>

#define SLOW_MS 200

static atomic_bool slow;
static atomic_uint syncs;

long syscall(long number, ...);
int fdatasync(int fd);
int fdatasync(int fd)
{
    if (atomic_load(&slow)) {
        const struct timespec t = {.tv_nsec = SLOW_MS * 1000000L};
        nanosleep(&t, NULL);
        atomic_fetch_add(&syncs, 1);
    }
    return (int)syscall(SYS_fdatasync, fd);
}

static int64_t real_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Turns while something is in flight, as an animation makes them: how many, the longest in *most.
 */
static unsigned turns(struct rig *r, int64_t *most)
{
    const struct timespec frame = {.tv_nsec = 8000000};
    unsigned n = 0;
    *most = 0;
    while (app_busy(r->a) != APP_IDLE && n < 10000) {
        int64_t from = real_ms();
        rig_turn(r);
        (void)app_job(r->a); /* what a screen reads in each frame */
        int64_t took = real_ms() - from;
        *most = took > *most ? took : *most;
        n++;
        nanosleep(&frame, NULL);
    }
    return n;
}

static void begin(struct rig *r)
{
    atomic_store(&slow, false);
    atomic_store(&syncs, 0);
    rig_begin(r);
    rig_go(r, SCREEN_JOB, "job 1");
    atomic_store(&slow, true);
}

static void end(struct rig *r)
{
    atomic_store(&slow, false);
    rig_end(r);
}

static void frames_go_on_while_a_commit_waits_for_the_disk(void)
{
    struct rig r;
    int64_t most;
    begin(&r);
    rig_turn(&r);
    CHECK(rig_step(&r, KIND_VISIT_ACCEPTED, NULL, SCREENS));
    unsigned n = turns(&r, &most);
    CHECK(atomic_load(&syncs) >= 1); /* it was slow indeed */
    CHECK(n >= 5);                   /* some twenty on an idle machine */
    CHECK(most < SLOW_MS);           /* none of them waited for it */
    CHECK_INT(app_result(r.a)->st, ST_OK);
    end(&r);
}

static void two_taps_are_one_entry_however_slow_it_is(void)
{
    struct rig r;
    int64_t most;
    begin(&r);
    uint64_t before = rig_entries(&r);
    CHECK(rig_step(&r, KIND_VISIT_ACCEPTED, NULL, SCREENS));
    for (int k = 0; k < 10; k++) {
        CHECK(!rig_step(&r, KIND_VISIT_ACCEPTED, NULL, SCREENS)); /* shown as being saved */
        rig_turn(&r);
    }
    turns(&r, &most);
    rig_settle(&r);
    CHECK_INT(rig_entries(&r), before + 1);
    end(&r);
}

static void what_is_typed_meanwhile_is_kept(void)
{
    struct rig r;
    char name[16], kept[64];
    int64_t most;
    begin(&r);
    CHECK(rig_step(&r, KIND_VISIT_ACCEPTED, NULL, SCREENS));
    for (int k = 0; k < 20; k++) { /* letter by letter, in two fields */
        snprintf(name, sizeof name, "note%d", k % 2);
        CHECK(app_draft(r.a, name, str_bytes(str_c("half a sentence and more"))));
        rig_turn(&r);
    }
    CHECK(app_draft(r.a, "note0", str_bytes(S("the last word"))));
    turns(&r, &most);
    CHECK(most < SLOW_MS);
    rig_settle(&r);
    rig_kept(&r, "job 1", "note0", kept, sizeof kept);
    CHECK_STR(kept, "the last word");
    rig_kept(&r, "job 1", "note1", kept, sizeof kept);
    CHECK_STR(kept, "half a sentence and more");
    end(&r);
}

/* More waits than the queue holds: what is asked for then is not taken, and he who asked is told so
 * in words, what was typed as well as what was tapped. */
static void a_full_queue_says_so_and_takes_it_later(void)
{
    struct rig r;
    char name[16];
    int64_t most;
    begin(&r);
    unsigned taken = 0, serial = app_result(r.a)->serial;
    while (taken < 4 * APP_QUEUE_MAX &&
           snprintf(name, sizeof name, "note%u", taken) > 0 && /* none replaces another */
           app_draft(r.a, name, str_bytes(S("typed")))) {
        taken++;
    }
    CHECK(taken >= APP_QUEUE_MAX - 4 && taken < APP_QUEUE_MAX + 8); /* others wait, some went */
    CHECK(!rig_step(&r, KIND_VISIT_ACCEPTED, NULL, SCREENS));
    const struct app_result *no = app_result(r.a);
    CHECK(no->serial == serial + 1 && no->not_taken && no->what == APP_SAVING && no->st != ST_OK);
    CHECK(strstr(app_error_words(r.a, no), "safe") != NULL);
    CHECK(app_result_fresh(r.a) && !app_result_fresh(r.a)); /* brought into view once */
    CHECK_INT(app_busy(r.a), APP_IDLE);
    atomic_store(&slow, false);
    rig_settle(&r);
    CHECK(rig_step(&r, KIND_VISIT_ACCEPTED, NULL, SCREENS));
    serial = app_result(r.a)->serial;
    CHECK(!rig_step(&r, KIND_VISIT_ACCEPTED, NULL, SCREENS)); /* a double tap is no failure */
    CHECK_INT(app_result(r.a)->serial, serial);
    turns(&r, &most);
    CHECK(app_result(r.a)->st == ST_OK && !app_result(r.a)->not_taken);
    end(&r);
}

int main(void)
{
    RUN(frames_go_on_while_a_commit_waits_for_the_disk);
    RUN(two_taps_are_one_entry_however_slow_it_is);
    RUN(what_is_typed_meanwhile_is_kept);
    RUN(a_full_queue_says_so_and_takes_it_later);
    CHECK_END();
}
