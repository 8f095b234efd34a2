/* idle.c - a device that nobody touches locks itself. UI thread.
 *
 * No timer of its own: the tick of the minute looks, and every touch looks before it counts, so
 * that a device that slept for hours locks before the touch that woke it does anything. Measured by
 * the clock that nobody can set, which runs on while the machine sleeps. */
#include "app/state/app_internal.h"

#define MINUTE_MS 60000LL

bool idle_turn(struct app *a, const struct ui *u)
{
    if (a->store == NULL) {
        a->active_ms = a->now.boot_ms;
        return false;
    }
    a->want_minute = true;
    int64_t still = a->now.boot_ms - a->active_ms;
    if (still >= a->settings.lock_minutes * MINUTE_MS) {
        return app_lock(a); /* something in flight: the next turn asks again */
    }
    if (ui_touched(u) || still < 0) {
        a->active_ms = a->now.boot_ms;
    }
    return false;
}
