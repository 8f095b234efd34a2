/* rate.h - patience with strangers: so many in a window from one address, so many in all. In
 * memory, bounded; thread-safe. Who floods from many addresses uses up the total: others then wait,
 * which costs them minutes and headquarters nothing. */
#ifndef SYNC_HQ_RATE_H
#define SYNC_HQ_RATE_H
#include <stdint.h>

struct rate;
/* rate_new: NULL: no memory. */
struct rate *rate_new(unsigned per_peer, unsigned in_all, int64_t window_ms);
void rate_free(struct rate **r); /* NULL is fine */
/* rate_take: 0: go on, and it was counted; else the seconds to wait. */
int rate_take(struct rate *r, const char *peer, int64_t now_ms);
/* rate_wait: what rate_take would say; nothing is counted. */
int rate_wait(struct rate *r, const char *peer, int64_t now_ms);
#endif
