/* reg_devices.h - handhelds: their register, and which of them are silent. */
#ifndef SYNC_HQ_REG_DEVICES_H
#define SYNC_HQ_REG_DEVICES_H
#include "sync/hq/reg_other.h"

#define REG_SILENT_MS (3LL * 86400000)

/* reg_device_rows: all that this user sees, with their places and without what they show. */
MUST_USE enum st reg_device_rows(struct api_call *c, const struct reg *r, struct reg_rows *rows);
/* reg_device_json: a new reference; NULL: it is none. `ms`: when it was heard of, as it was sorted.
 */
json_t *reg_device_json(struct api_call *c, id8 author, int64_t ms);
bool reg_device_seen(struct api_call *c, id8 author);
/* reg_device_branch: where it was enrolled; zero: nowhere, or it is none. */
id8 reg_device_branch(struct api_call *c, id8 author);
/* reg_devices_silent: those of which nothing was heard for REG_SILENT_MS, as the dashboard has
 * them. Whoever was heard of costs it a look at two tables, nothing else. */
json_t *reg_devices_silent(struct api_call *c);
#endif
