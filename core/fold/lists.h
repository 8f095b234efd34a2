/* lists.h - a state's rows in T_LIST. Private to core/fold. */
#ifndef CORE_FOLD_LISTS_H
#define CORE_FOLD_LISTS_H
#include "core/fold/refold.h"

#define LIST_ROWS_MOST 8   /* rows of one subject: 6 */
#define LIST_ROW_BYTES 192 /* one row, encoded */

struct list_keys {
    unsigned n;
    struct list_key {
        uint8_t n;
        uint8_t b[LIST_KEY_BYTES];
    } key[LIST_ROWS_MOST];
};
/* lists_row: what the rows of a state say. lists_keys: where they stand; `cal`: of a job alone. */
void lists_row(const struct subject_state *s, struct list_row *row);
void lists_keys(const struct subject_state *s, const struct list_row *row,
                const struct calendars *cal, struct list_keys *keys);
MUST_USE enum st lists_row_encode(const struct list_row *row, uint8_t buf[static LIST_ROW_BYTES],
                                  bytes *out);
#endif
