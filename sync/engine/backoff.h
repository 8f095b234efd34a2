/* backoff.h - when to try again: a pure function, so that a retry without a trigger cannot exist.
 */
#ifndef SYNC_ENGINE_BACKOFF_H
#define SYNC_ENGINE_BACKOFF_H
#include <stdint.h>

#define BACKOFF_FIRST_MS 2000        /* a dropped connection often comes back at once */
#define BACKOFF_LAST_MS (15 * 60000) /* never longer: a technician waits in front of the branch */
/* backoff_ms: the pause after `failures` in a row (0: none), between half and the whole of
 * 2 s doubled each time, at most 15 min. `jitter`: 32 random bits, of the caller. */
int64_t backoff_ms(unsigned failures, uint32_t jitter);
#endif
