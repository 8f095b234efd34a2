/* slots_try.c - wrong tries are counted before they are made, and slowed. See slots_file.h.
 *
 * Waiting is measured by the time since the start of the machine, which no user can set. The file
 * keeps when the last try was and in which run of the machine. After a restart nobody knows how
 * long it was off: what counts is the time since then. So a restart can lengthen a wait (by at most
 * one whole wait) and never shortens it; the wall clock is not asked. */
#include "core/keys/slots_file.h"

#define BACKOFF_FIRST_MS 5000LL
#define BACKOFF_MAX_MS 900000LL

static int64_t backoff_ms(uint64_t tries)
{
    if (tries < CAP_PIN_TRIES_FREE) {
        return 0;
    }
    int64_t ms = BACKOFF_FIRST_MS;
    for (uint64_t i = CAP_PIN_TRIES_FREE; i < tries && ms < BACKOFF_MAX_MS; i++) {
        ms *= 2;
    }
    return ms < BACKOFF_MAX_MS ? ms : BACKOFF_MAX_MS;
}

/* Time that has surely gone by since the last try. */
static int64_t gone_ms(const struct slots *s, const struct now *now)
{
    int64_t up = now->boot_ms > 0 ? now->boot_ms : 0;
    bool same = memcmp(s->boot_id, now->boot_id, sizeof s->boot_id) == 0 && up >= s->last_ms;
    return same ? up - s->last_ms : up;
}

enum st slots_try_count(const char *path, struct slots *s, const struct now *now, struct err *err)
{
    int64_t left = backoff_ms(s->tries) - gone_ms(s, now);
    if (left > 0) {
        err_set(err, ST_WAIT, 0, "slots", "too many wrong tries");
        if (err != NULL) {
            err->wait_s = (int)((left + 999) / 1000);
        }
        return ST_WAIT;
    }
    s->tries++;
    s->last_ms = now->boot_ms > 0 ? now->boot_ms : 0;
    memcpy(s->boot_id, now->boot_id, sizeof s->boot_id);
    return slots_file_put(path, s, false, err);
}
