/* test_state_space.c - a disk that fills: what is said, and when; what is still saved, and what is
 * not. The free room is ours to say here: the program's own symbol comes first. */
#include "tests/unit/app/state_rig.h"

#include <sys/statvfs.h>

#define BLOCK 4096

static atomic_ullong free_now = 8ULL << 30;

int statvfs(const char *restrict path, struct statvfs *restrict out)
{
    (void)path;
    memset(out, 0, sizeof *out);
    out->f_frsize = out->f_bsize = BLOCK;
    out->f_bavail = (fsblkcnt_t)(atomic_load(&free_now) / BLOCK);
    return 0;
}

static struct rig r;
static unsigned steps;

/* So much room, seen with the store's next move. */
static enum st step_with(uint64_t free_bytes)
{
    static const unsigned kinds[] = {KIND_VISIT_ACCEPTED, KIND_VISIT_TRAVELLING};
    atomic_store(&free_now, free_bytes);
    CHECK(rig_step(&r, kinds[steps++ % 2], NULL, SCREENS));
    rig_settle(&r);
    return app_result(r.a)->st;
}

static const char *words(bool *full)
{
    rig_turn(&r);
    const char *w = app_space_words(r.a, full);
    return w == NULL ? "" : w;
}

static void begin(void)
{
    atomic_store(&free_now, 8ULL << 30);
    steps = 0;
    rig_begin(&r);
    rig_go(&r, SCREEN_JOB, "job 1");
    rig_settle(&r);
}

/* What is said of so much room, once the store has moved. */
static const char *said_of(uint64_t free_bytes, bool *full)
{
    static char text[200];
    begin();
    CHECK_INT(step_with(free_bytes), ST_OK);
    snprintf(text, sizeof text, "%s", words(full));
    CHECK_INT(step_with(8ULL << 30), ST_OK);
    CHECK_STR(words(NULL), ""); /* with room again nothing is */
    rig_end(&r);
    return text;
}

static void it_is_said_a_week_before_and_again_when_photos_are_refused(void)
{
    const uint64_t low = CAP_RESERVE_BYTES + APP_SPACE_LOW_BYTES;
    bool full = true;
    CHECK_STR(said_of(low, &full), "");
    CHECK(!full);
    CHECK_STR(said_of(low - BLOCK, &full),
              "The storage is nearly full: 287 MB left. Free some space soon.");
    CHECK(!full);
    CHECK_STR(said_of(CAP_RESERVE_BYTES, &full),
              "The storage is nearly full: 32 MB left. Free some space soon.");
    CHECK(!full);
    CHECK_STR(said_of(CAP_RESERVE_BYTES - BLOCK, &full),
              "The storage is full. Work and signatures are still saved, photos are not. Free "
              "some space.");
    CHECK(full);
}

/* A photo, 20 KiB of it: a file of its own, beside the store's rows. */
static enum st photo_with(unsigned kind, uint64_t free_bytes)
{
    static uint8_t content[20 << 10];
    union body b;
    uint8_t buf[CAP_BODY_BYTES];
    bytes body;
    struct intent_att att = {.type = ATT_PHOTO, .content = bytes_of(content, sizeof content)};
    memset(&b, 0, sizeof b);
    content[0]++;
    b.head.visit = sample_id8("visit");
    shop_must(body_encode(kind, &b, buf, sizeof buf, &body), NULL, "body");
    atomic_store(&free_now, free_bytes);
    CHECK(app_append(r.a, kind, body, &att, 1, NULL, SCREENS));
    rig_settle(&r);
    return app_result(r.a)->st;
}

static void within_the_reserve_work_is_saved_and_a_photo_is_refused_whole_and_in_words(void)
{
    begin();
    uint64_t before = rig_entries(&r);
    CHECK_INT(photo_with(KIND_VISIT_ACCEPTED, CAP_RESERVE_BYTES),
              ST_FULL); /* with it the reserve would be touched */
    CHECK_INT(rig_entries(&r), before);
    CHECK_STR(app_error_words(r.a, app_result(r.a)),
              "The storage is full. What was saved is safe; this step was not saved. Free some "
              "space and try again.");
    CHECK_INT(step_with(CAP_RESERVE_BYTES / 2), ST_OK);
    CHECK_INT(rig_entries(&r), before + 1);
    CHECK_INT(photo_with(KIND_VISIT_TRAVELLING, CAP_RESERVE_BYTES + (64 << 10)), ST_OK);
    CHECK_INT(rig_entries(&r), before + 2);
    rig_restart(&r);
    CHECK_INT(rig_entries(&r), before + 2);
    rig_end(&r);
}

int main(void)
{
    RUN(it_is_said_a_week_before_and_again_when_photos_are_refused);
    RUN(within_the_reserve_work_is_saved_and_a_photo_is_refused_whole_and_in_words);
    CHECK_END();
}
