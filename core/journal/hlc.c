/* hlc.c - the hybrid logical clock: always forward in one chain, never led far astray by others. */
#include "core/journal/entry.h"

#define HLC_MAX ((hlc)INT64_MAX) /* CBOR integers of ours fit int64 */

static hlc of_ms(int64_t ms)
{
    if (ms <= 0) {
        return 0;
    }
    if (ms > (int64_t)(HLC_MAX >> 16)) {
        return HLC_MAX;
    }
    return (hlc)ms << 16;
}

hlc hlc_next(hlc last, int64_t wall_ms)
{
    hlc wall = of_ms(wall_ms);
    if (wall > last) {
        return wall;
    }
    return last < HLC_MAX ? last + 1 : HLC_MAX;
}

hlc hlc_adopt(hlc own, hlc seen, int64_t corrected_ms)
{
    if (seen <= own) {
        return own;
    }
    /* A broken or hostile clock must not drag everybody's into the future. */
    if (hlc_ms(seen) - CAP_HLC_AHEAD_MS > corrected_ms) {
        return own;
    }
    return seen;
}
