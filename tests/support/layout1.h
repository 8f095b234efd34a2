/* layout1.h - the writer of the store's previous layout, kept for the tests of migration.
 *
 * Knows LMDB, the seal and layout 1's tables, and nothing of core/store: what it writes is what the
 * last version of that layout wrote. Layout 1 has no row that says its layout and no table "said";
 * its states were folded by an older version. */
#ifndef TESTS_LAYOUT1_H
#define TESTS_LAYOUT1_H
#include "core/base/slice.h"

#include <stdbool.h>

#define LAYOUT1_TABLES 19
#define LAYOUT1_FOLD 2 /* the version in its states */

struct layout1;
/* layout1_begin: an empty environment of layout 1 in the folder `env`, which must not be there.
 * Prints and exits on failure, like all here. */
struct layout1 *layout1_begin(const char *env, const uint8_t key[32], uint64_t map_bytes);
/* layout1_put: a value, sealed under its table and key. `table` from 1. */
void layout1_put(struct layout1 *l, unsigned table, bytes key, bytes value);
void layout1_end(struct layout1 *l);
/* layout1_make: turn the closed store DIR into what layout 1's writer would have left of the same
 * work: every value of its tables again, states by an older fold. The rest of DIR stays. */
void layout1_make(const char *dir, const uint8_t key[32], uint64_t map_bytes);
/* layout1_raise: change the row of DIR's layout: to a newer layout (`layout`), or to what an older
 * or newer fold computed (`fold`; then states carry that version, too). 0: as it is. */
void layout1_raise(const char *dir, const uint8_t key[32], uint64_t map_bytes, unsigned layout,
                   unsigned fold);
#endif
