/* backoff.c - see backoff.h. */
#include "sync/engine/backoff.h"

int64_t backoff_ms(unsigned failures, uint32_t jitter)
{
    if (failures == 0) {
        return 0;
    }
    int64_t whole = BACKOFF_FIRST_MS;
    for (unsigned i = 1; i < failures && whole < BACKOFF_LAST_MS; i++) {
        whole *= 2;
    }
    if (whole > BACKOFF_LAST_MS) {
        whole = BACKOFF_LAST_MS;
    }
    /* Half is certain, half is spread: devices that lost one server do not return in step. */
    int64_t half = whole / 2;
    return half + (int64_t)((uint64_t)half * jitter / UINT32_MAX);
}
