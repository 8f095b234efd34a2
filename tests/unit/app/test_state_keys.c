/* test_state_keys.c - PINs and stores as the app handles them: a PIN is changed, a second
 * technician's store lies beside the first, an untouched device locks itself. */
#include "tests/unit/app/state_rig.h"

#include "app/ui/ui_state.h"

static const struct app_result *result(struct rig *r)
{
    return app_result(r->a);
}

static void lock(struct rig *r)
{
    CHECK(app_lock(r->a));
    rig_settle(r);
    CHECK(r->a->store == NULL);
}

static enum st unlock(struct rig *r, const char *pin)
{
    CHECK(app_unlock(r->a, pin));
    rig_settle(r);
    return result(r)->st;
}

static void a_pin_is_changed_and_everything_goes_on(void)
{
    struct rig r;
    rig_begin(&r);
    CHECK(app_change_pin(r.a, "9999", "730264"));
    rig_settle(&r);
    CHECK_INT(result(&r)->st, ST_WRONG_PIN);
    CHECK(app_change_pin(r.a, SHOP_PIN, "730264"));
    rig_settle(&r);
    CHECK_INT(result(&r)->st, ST_OK);
    rig_go(&r, SCREEN_JOB, "job 1");
    CHECK(rig_step(&r, KIND_VISIT_ACCEPTED, NULL, SCREENS));
    rig_settle(&r);
    CHECK_INT(result(&r)->st, ST_OK);
    lock(&r);
    CHECK_INT(unlock(&r, SHOP_PIN), ST_WRONG_PIN);
    CHECK(r.a->store == NULL);
    CHECK_INT(unlock(&r, "730264"), ST_OK);
    /* Too short: nothing changes. */
    CHECK(app_change_pin(r.a, "730264", "12"));
    rig_settle(&r);
    CHECK_INT(result(&r)->st, ST_BAD_INPUT);
    lock(&r);
    CHECK_INT(unlock(&r, "730264"), ST_OK);
    CHECK(app_keys_safe(r.a));
    app_close(&r.a);
}

/* The second store is of somebody else, with a PIN of his own. */
static void second_store(struct rig *r)
{
    char dir[520], slots[560];
    uint8_t secret[32];
    struct slots_keys keys;
    struct now now = {.boot_ms = 1};
    struct err err = {0};
    struct shop *x = malloc(sizeof *x);
    snprintf(dir, sizeof dir, "%s.2", r->dir);
    snprintf(slots, sizeof slots, "%s/slots", dir);
    shop_make(x, dir, r->secret);
    free(x);
    shop_must(device_secret_load(r->secret, false, secret, &err), &err, "secret");
    shop_must(slots_enter(slots, SLOT_PIN, str_bytes(S(SHOP_PIN)), secret, &now, &keys, &err), &err,
              "slots");
    shop_must(slots_change(slots, SLOT_PIN, str_bytes(S("864203")), secret, &keys, &err), &err,
              "PIN");
}

static void each_technician_of_a_shared_device_opens_his_own_store_only(void)
{
    struct rig r;
    unsigned n, at;
    struct shop *x = malloc(sizeof *x);
    rig_place(&r);
    shop_make(x, r.dir, r.secret);
    free(x);
    second_store(&r);
    rig_open(&r);
    rig_turn(&r);
    const struct app_seat *s = app_seats(r.a, &n, &at);
    CHECK_INT(n, 2);
    CHECK_INT(at, 0);
    CHECK_STR(s[0].name, "");
    CHECK_INT(unlock(&r, "864203"), ST_WRONG_PIN); /* the colleague's */
    CHECK_INT(unlock(&r, SHOP_PIN), ST_OK);
    CHECK(!app_seat_choose(r.a, 2)); /* not while one is open */
    seats_name_keep(r.a);
    rig_settle(&r);
    lock(&r);
    s = app_seats(r.a, &n, &at);
    CHECK_STR(s[0].name, "陈志强");
    CHECK(app_seat_choose(r.a, 2));
    rig_turn(&r);
    CHECK(strcmp(r.a->dir + strlen(r.a->dir) - 2, ".2") == 0);
    CHECK_INT(unlock(&r, SHOP_PIN), ST_WRONG_PIN);
    CHECK_INT(unlock(&r, "864203"), ST_OK);
    lock(&r);
    /* A third joins: the first free place, and back. */
    CHECK(app_seat_new(r.a));
    CHECK(strcmp(r.a->dir + strlen(r.a->dir) - 2, ".3") == 0);
    CHECK_INT(r.a->trail[0].screen, SCREEN_FIRST_START);
    CHECK(app_seat_leave(r.a));
    CHECK_INT(r.a->trail[0].screen, SCREEN_UNLOCK);
    CHECK_INT(unlock(&r, SHOP_PIN), ST_OK);
    app_close(&r.a);
    /* A restart knows them; the names lie sealed. */
    rig_open(&r);
    s = app_seats(r.a, &n, &at);
    CHECK_INT(n, 2);
    CHECK_STR(s[0].name, "陈志强");
    app_close(&r.a);
    char path[560];
    uint8_t raw[200];
    snprintf(path, sizeof path, "%s.name", r.dir);
    FILE *f = fopen(path, "rb");
    size_t got = f == NULL ? 0 : fread(raw, 1, sizeof raw, f);
    CHECK(got > 40);
    for (size_t i = 0; i + 9 <= got; i++) {
        CHECK(memcmp(raw + i, "陈志强", 9) != 0);
    }
    if (f != NULL) {
        fclose(f);
    }
}

static void an_untouched_device_locks_itself(void)
{
    struct rig r;
    struct ui *u = calloc(1, sizeof *u);
    rig_begin(&r);
    app_settings(r.a)->lock_minutes = 5;
    rig_turn(&r);
    CHECK(!idle_turn(r.a, u));
    CHECK(app_wants_minute(r.a)); /* the tick of the minute is the only timer */
    atomic_fetch_add(&r.ms, 4 * 60000);
    rig_turn(&r);
    u->event_n = 1; /* a touch */
    CHECK(!idle_turn(r.a, u));
    u->event_n = 0;
    atomic_fetch_add(&r.ms, 4 * 60000);
    rig_turn(&r);
    CHECK(!idle_turn(r.a, u));
    CHECK(r.a->store != NULL);
    atomic_fetch_add(&r.ms, 60000);
    rig_turn(&r);
    u->event_n = 1; /* the touch that wakes it comes too late to count */
    CHECK(idle_turn(r.a, u));
    CHECK(r.a->store == NULL);
    rig_settle(&r);
    CHECK_INT(unlock(&r, SHOP_PIN), ST_OK);
    rig_turn(&r);
    CHECK(!idle_turn(r.a, u));
    app_close(&r.a);
    free(u);
}

int main(void)
{
    RUN(a_pin_is_changed_and_everything_goes_on);
    RUN(each_technician_of_a_shared_device_opens_his_own_store_only);
    RUN(an_untouched_device_locks_itself);
    CHECK_END();
}
