/* reg_groups.h - the groups of a register in the order in which a reader expects them.
 *
 * A grouped index (by state, by technician) stands in the order of its values: of states that is
 * right, of people it is that of random ids. So people's groups are put in the order of names as a
 * page is read, as Chinese readers have it: digits by their value, Chinese characters by their
 * sound (as GB 2312 has its common ones; then the rare), Latin letters whatever their case. No name
 * stands in a key or in a cursor. */
#ifndef SYNC_HQ_REG_GROUPS_H
#define SYNC_HQ_REG_GROUPS_H
#include "sync/hq/reg_query.h"

#define REG_NAME_BYTES 48 /* of a name, as it is compared: 16 characters */
#define REG_GROUPS_MAX                                                                             \
    4096 /* beyond so many a register has them as its index does: people by id                     \
          */

struct reg_name { /* nobody: n 0, before all */
    id16 who;
    uint8_t n, key[REG_NAME_BYTES];
};
/* reg_name_key: of a name in UTF-8, cut at what fits; its length. */
uint8_t reg_name_key(str name, uint8_t out[static REG_NAME_BYTES]);
/* reg_name_of: of a person as he is called now; one without a name has none. */
void reg_name_of(struct api_call *c, id16 who, struct reg_name *out);
/* reg_name_compare: by name, then by id: an order of all people. */
int reg_name_compare(const struct reg_name *a, const struct reg_name *b);

struct reg_groups {
    uint8_t (*v)[16]; /* values of q->d, in order; n 0: the index is walked as it stands */
    size_t n;
};
/* reg_groups_of: for a walk through all values of its index, where these have another order than
 * the index, some are left out, or each is walked within a range. reg_groups_at: the group in which
 * a walk goes on after `value`, or the next one there is, in its direction; n: none.
 * reg_groups_free: *g may be all zero. */
MUST_USE enum st reg_groups_of(struct api_call *c, const struct reg_query *q,
                               struct reg_groups *out);
size_t reg_groups_at(struct api_call *c, const struct reg_query *q, const struct reg_groups *g,
                     const uint8_t value[static 16]);
void reg_groups_free(struct reg_groups *g);
#endif
