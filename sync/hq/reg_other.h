/* reg_other.h - registers that are no subjects: conflicts, devices, quarantine, editions. */
#ifndef SYNC_HQ_REG_OTHER_H
#define SYNC_HQ_REG_OTHER_H
#include "sync/hq/reg.h"

/* reg_other_page: its rows, all at once. */
enum st reg_other_page(struct api_call *c, const struct reg *r);
/* reg_other_shown: sign-offs that strangers showed and headquarters still does not hold, of those
 * that this user sees. */
unsigned reg_other_shown(struct api_call *c);
/* reg_device_json: one device: whose, when last heard, revoked. NULL: headquarters' own node. */
json_t *reg_device_json(struct api_call *c, id8 author, int64_t *heard_ms);
#endif
