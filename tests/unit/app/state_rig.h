/* state_rig.h - the handheld's state without a window: a store with a small day in it, its threads,
 * a clock, and turns that draw nothing. */
#ifndef TESTS_STATE_RIG_H
#define TESTS_STATE_RIG_H
#include "app/state/app_internal.h"
#include "app/state/run.h"
#include "tests/ui/shop.h"

#include <sched.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct rig {
    struct app *a;
    char dir[512], secret[512];
    atomic_llong ms; /* wall clock */
    atomic_uint wakes;
    struct where_source where; /* of the next rig_open */
};

static inline void rig_clock(void *ctx, struct now *out)
{
    struct rig *r = ctx;
    memset(out, 0, sizeof *out);
    out->wall_ms = atomic_load(&r->ms);
    out->boot_ms = out->wall_ms - 1700000000000LL;
    out->boot_id[0] = 3;
    out->utc_offset_minutes = 480;
}

static inline void rig_wake(void *ctx)
{
    struct rig *r = ctx;
    atomic_fetch_add(&r->wakes, 1);
}

static inline void rig_open(struct rig *r)
{
    struct err err = {0};
    struct app_config c = {.dir = r->dir,
                           .lang = "en",
                           .theme = -1,
                           .clock = {rig_clock, r},
                           .where = r->where,
                           .wake = rig_wake,
                           .wake_ctx = r};
    shop_must(app_open(&c, &r->a, &err), &err, "app_open");
}

/* rig_place: folders and clock, no store yet. */
static inline void rig_place(struct rig *r)
{
    memset(r, 0, sizeof *r);
    const char *tmp = check_tmp();
    char path[512];
    snprintf(r->dir, sizeof r->dir, "%s/store", tmp);
    CHECK_INT(setenv("XDG_CONFIG_HOME", tmp, 1), 0);
    snprintf(path, sizeof path, "%s/docket", tmp);
    mkdir(path, 0700);
    snprintf(r->secret, sizeof r->secret, "%s/docket/device.secret", tmp);
    atomic_store(&r->ms, SHOP_NOW_MS);
}

static inline void rig_turn(struct rig *r)
{
    turn_begin(r->a);
    r->a->entered = true;                                       /* nothing is drawn */
    if (r->a->store != NULL && r->a->today.search[0] != '\0') { /* as the screen does */
        char search[64];
        memcpy(search, r->a->today.search, sizeof search);
        app_today_filter(r->a, search, r->a->today.list);
    }
}

/* Turns until nothing is in flight. */
static inline void rig_settle(struct rig *r)
{
    const struct timespec moment = {.tv_nsec = 500000};
    for (int k = 0; k < 40000; k++) {
        rig_turn(r);
        if (!app_pending(r->a)) {
            rig_turn(r);
            return;
        }
        nanosleep(&moment, NULL);
    }
    check_fail(__FILE__, __LINE__, "something is in flight for ever");
}

static inline void rig_unlock(struct rig *r)
{
    rig_turn(r);
    CHECK(app_unlock(r->a, SHOP_PIN));
    rig_settle(r);
    CHECK_INT(app_result(r->a)->st, ST_OK);
    CHECK(r->a->store != NULL);
}

/* rig_begin: the shop's store, unlocked, on Today. */
static inline void rig_begin(struct rig *r)
{
    struct shop *x = malloc(sizeof *x);
    if (x == NULL) {
        exit(99);
    }
    rig_place(r);
    shop_make(x, r->dir, r->secret);
    free(x);
    rig_open(r);
    rig_unlock(r);
}

static inline void rig_restart(struct rig *r)
{
    app_close(&r->a);
    rig_open(r);
    rig_unlock(r);
}

static inline void rig_go(struct rig *r, enum screen_id screen, const char *job)
{
    id16 subject = {{0}};
    app_go(r->a, screen, job == NULL ? subject : sample_id16(job));
    r->a->entered = true;
}

/* A step of a visit on the present screen's job; ST_OK when it was durable. */
static inline bool rig_step(struct rig *r, unsigned kind, const char *draft, enum screen_id go)
{
    union body b;
    uint8_t buf[CAP_BODY_BYTES];
    bytes body;
    memset(&b, 0, sizeof b);
    b.head.visit = sample_id8("visit");
    shop_must(body_encode(kind, &b, buf, sizeof buf, &body), NULL, "body");
    return app_append(r->a, kind, body, NULL, 0, draft, go);
}

/* The same of another visit. */
static inline bool rig_step_of(struct rig *r, unsigned kind, const char *visit)
{
    union body b;
    uint8_t buf[CAP_BODY_BYTES];
    bytes body;
    memset(&b, 0, sizeof b);
    b.head.visit = sample_id8(visit);
    shop_must(body_encode(kind, &b, buf, sizeof buf, &body), NULL, "body");
    return app_append(r->a, kind, body, NULL, 0, NULL, SCREENS);
}

/* Entries of the store, all authors'. */
static inline uint64_t rig_entries(struct rig *r)
{
    struct store_txn *t = NULL;
    uint64_t n = 0;
    if (r->a->store != NULL && store_read(r->a->store, &t, NULL) == ST_OK) {
        n = store_count(t, T_ENTRY);
        store_abort(&t);
    }
    return n;
}

/* What the store itself keeps as a draft; "" when none. */
static inline void rig_kept(struct rig *r, const char *job, const char *name, char *out, size_t cap)
{
    struct store_txn *t = NULL;
    uint8_t room[CAP_DRAFT_BYTES + 64], key[64];
    struct arena m = arena_of(room, sizeof room);
    bytes v = {NULL, 0};
    id16 subject = {{0}};
    if (job != NULL) {
        subject = sample_id16(job);
    }
    memcpy(key, subject.b, 16);
    memcpy(key + 16, name, strlen(name));
    shop_must(store_read(r->a->store, &t, NULL), NULL, "read");
    if (store_get(t, T_DRAFT, bytes_of(key, 16 + strlen(name)), &m, &v, NULL) != ST_OK) {
        v.n = 0;
    }
    snprintf(out, cap, "%.*s", (int)v.n, v.n == 0 ? "" : (const char *)v.p);
    store_abort(&t);
}

static inline bool rig_draft_is(struct rig *r, const char *name, const char *text)
{
    rig_turn(r);
    bytes d = app_draft_get(r->a, name);
    return bytes_eq(d, str_bytes(str_c(text)));
}

static inline void rig_end(struct rig *r)
{
    app_close(&r->a);
}
#endif
