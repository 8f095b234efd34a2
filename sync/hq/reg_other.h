/* reg_other.h - registers that are no subjects: devices, quarantine, editions, logins, tokens. They
 * are short, so their rows are made whole and sorted in memory, by the keys of
 * core/fold/register.h.
 */
#ifndef SYNC_HQ_REG_OTHER_H
#define SYNC_HQ_REG_OTHER_H
#include "sync/hq/reg_groups.h"

#define REG_OTHER_MAX 10000 /* rows of one; each costs about a KiB */

struct reg_one {
    json_t *json; /* NULL: of a device, made when it is shown: reg_other_json */
    id8 device;
    struct register_place place;
    struct reg_name who; /* sorted by people */
    uint8_t key[LIST_KEY_BYTES];
    size_t key_n;
};
struct reg_rows {
    struct reg_one *v;
    size_t n, room;
};
/* reg_other_rows: all that this user sees, in no order. reg_other_sort: by this index's keys,
 * people by name. reg_other_free: *rows may be all zero. */
MUST_USE enum st reg_other_rows(struct api_call *c, const struct reg *r, struct reg_rows *rows);
void reg_other_sort(struct api_call *c, struct reg_rows *rows, enum register_dimension d,
                    enum register_order order);
void reg_other_free(struct reg_rows *rows);
/* reg_other_json: what a row shows; the rows'. NULL: no memory, or it is gone. */
const json_t *reg_other_json(struct api_call *c, struct reg_one *row);
/* For reg_devices.c. reg_other_more: one row more, all zero; NULL: no memory. reg_other_apart: what
 * tells rows of the same key apart. */
struct reg_one *reg_other_more(struct reg_rows *rows);
void reg_other_apart(const char *id, struct register_place *p);
/* reg_other_item: the row of one item that could not be kept; NULL: there is none, or this user
 * does not see it. */
json_t *reg_other_item(struct api_call *c, h32 what);
/* reg_other_shown: sign-offs that strangers showed and headquarters still does not hold, of those
 * that this user sees. */
unsigned reg_other_shown(struct api_call *c);
#endif
