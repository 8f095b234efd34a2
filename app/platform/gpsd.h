/* gpsd.h - where the device is, from gpsd when it runs on this machine: its JSON over a plain
 * socket of ours. Asked once; what does not come in time is not there. */
#ifndef APP_PLATFORM_GPSD_H
#define APP_PLATFORM_GPSD_H
#include "core/base/clock.h"
#include "core/model/position.h"

#define GPSD_PORT 2947     /* as registered */
#define GPSD_WAIT_MS 20000 /* a receiver that has stood in a pocket; a cold one takes longer */
#define GPSD_ROUGH_MS 4000 /* after a fix that does not say how good it is, for one that does */
#define GPSD_AGE_MAX_MS 3600000 /* further apart, one of the two clocks is wrong */

struct gpsd {
    unsigned port; /* on the loopback; 0: nobody is asked */
};
/* gpsd_ask: the first fix that comes within GPSD_WAIT_MS with its accuracy, or else, GPSD_ROUGH_MS
 * later, the last that came without; false: none did, or stop_fd became
 * readable. `ctx` is a struct gpsd. Blocks: any thread but the UI's. */
bool gpsd_ask(void *ctx, const struct clock *clock, int stop_fd, struct position *out);
/* gpsd_line: one line of its answer; true when it is a fix. now_ms: wall clock, for the age. */
bool gpsd_line(str line, int64_t now_ms, struct position *out);
#endif
