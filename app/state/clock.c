/* clock.c - what time it is: the device's clock, put right where it cannot be (DESIGN 2). */
#include "app/state/app_internal.h"

/* The anchor moves with receipts, so with commits; one small value is read then. */
static void refresh(struct app *a)
{
    unsigned long long g = atomic_load(&a->generation);
    struct store_txn *t = NULL;
    if (a->store == NULL || a->anchor_generation == g + 1 ||
        store_read(a->store, &t, NULL) != ST_OK) {
        return;
    }
    times_anchor_get(t, &a->anchor);
    a->anchor_generation = g + 1; /* 0: never */
    store_abort(&t);
}

void clock_turn(struct app *a)
{
    a->clock.read(a->clock.ctx, &a->now);
    if (!a->clock_given) {
        refresh(a);
    }
    times_correct(&a->anchor, &a->now, &a->when);
}

int64_t app_now_ms(const struct app *a)
{
    return a->when.ms;
}

bool app_clock_wrong(const struct app *a)
{
    return a->when.wrong;
}
