/* place.h - where an entry is kept: T_ENTRY's key is author 8, epoch 8, sequence 8, branch 1. So
 * the entries of a chain follow each other, and of those under one number the main branch's (0) is
 * first. Any thread. */
#ifndef CORE_JOURNAL_PLACE_H
#define CORE_JOURNAL_PLACE_H
#include "core/base/be64.h"
#include "core/base/ids.h"
#include "core/store/store.h"

#define PLACE_CHAIN_BYTES 16  /* author and epoch */
#define PLACE_NUMBER_BYTES 24 /* and the sequence: whatever branch */
#define PLACE_BYTES 25

static inline bytes place_put(id8 author, id8 epoch, uint64_t seq, unsigned branch,
                              uint8_t out[static PLACE_BYTES])
{
    memcpy(out, author.b, sizeof author.b);
    memcpy(out + 8, epoch.b, sizeof epoch.b);
    be64_put(out + PLACE_CHAIN_BYTES, seq);
    out[PLACE_NUMBER_BYTES] = (uint8_t)branch;
    return bytes_of(out, PLACE_BYTES);
}

/* Of a key that place_is: */
static inline bool place_is(bytes key)
{
    return key.n == PLACE_BYTES;
}
static inline uint64_t place_seq(bytes key)
{
    return be64_get(key.p + PLACE_CHAIN_BYTES);
}
static inline unsigned place_branch(bytes key)
{
    return key.p[PLACE_NUMBER_BYTES];
}

/* place_branch_of: on which branch an entry lies; -1 when it is not here. */
int place_branch_of(struct store_txn *t, h32 entry);
#endif
