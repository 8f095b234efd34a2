/* reg_other.h - registers that are no subjects: devices, quarantine, editions, logins, tokens. They
 * are short, so their rows are made whole and sorted in memory, by the keys of
 * core/fold/register.h.
 */
#ifndef SYNC_HQ_REG_OTHER_H
#define SYNC_HQ_REG_OTHER_H
#include "sync/hq/reg.h"

#define REG_OTHER_MAX 10000 /* rows of one; each costs about a KiB and 20 us */

struct reg_one {
    json_t *json;
    struct register_place place;
    uint8_t key[LIST_KEY_BYTES];
    size_t key_n;
};
struct reg_rows {
    struct reg_one *v;
    size_t n, room;
};
/* reg_other_rows: all that this user sees, in no order. reg_other_sort: by this index's keys.
 * reg_other_free: *rows may be all zero. */
MUST_USE enum st reg_other_rows(struct api_call *c, const struct reg *r, struct reg_rows *rows);
void reg_other_sort(struct reg_rows *rows, enum register_dimension d, enum register_order order);
void reg_other_free(struct reg_rows *rows);
/* reg_other_item: the row of one item that could not be kept; NULL: there is none, or this user
 * does not see it. */
json_t *reg_other_item(struct api_call *c, h32 what);
/* reg_other_shown: sign-offs that strangers showed and headquarters still does not hold, of those
 * that this user sees. */
unsigned reg_other_shown(struct api_call *c);
#endif
